"""Estimates of what statistics leave open: balancing (RAS, GRAS), cross-hauling (CHARM), trade between regions."""

from yijiang.economy.estimate.balance import Balance, gras, ras
from yijiang.economy.estimate.crosshauling import CrossHauling, charm
from yijiang.economy.estimate.feasibility import Feasibility, feasible
from yijiang.economy.estimate.interregional import Draw, Interregional, interregional
from yijiang.economy.estimate.tables import RegionalTables
from yijiang.economy.estimate.uses import UseBalance, balance_uses

__all__ = [
    "Balance",
    "CrossHauling",
    "Draw",
    "Feasibility",
    "Interregional",
    "RegionalTables",
    "UseBalance",
    "balance_uses",
    "charm",
    "feasible",
    "gras",
    "interregional",
    "ras",
]
