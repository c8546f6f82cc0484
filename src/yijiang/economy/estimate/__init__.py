"""Estimates of what statistics leave open: balancing (RAS, GRAS), cross-hauling (CHARM), trade between regions."""

from yijiang.economy.estimate.balance import Balance, gras, ras
from yijiang.economy.estimate.crosshauling import CrossHauling, charm
from yijiang.economy.estimate.draws import Draw
from yijiang.economy.estimate.ensemble import Interregional
from yijiang.economy.estimate.feasibility import Feasibility, feasible
from yijiang.economy.estimate.interregional import interregional
from yijiang.economy.estimate.joint import JointClosing, close_jointly
from yijiang.economy.estimate.tables import RegionalTables
from yijiang.economy.estimate.uses import UseBalance, balance_uses

__all__ = [
    "Balance",
    "CrossHauling",
    "Draw",
    "Feasibility",
    "Interregional",
    "JointClosing",
    "RegionalTables",
    "UseBalance",
    "balance_uses",
    "charm",
    "close_jointly",
    "feasible",
    "gras",
    "interregional",
    "ras",
]
