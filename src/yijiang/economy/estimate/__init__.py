"""Estimates of what statistics leave open.

Balancing (RAS, GRAS), cross-hauling (CHARM), location quotients, gravity, trade between regions.
"""

from yijiang.economy.estimate.balance import Balance, gras, ras
from yijiang.economy.estimate.crosshauling import CrossHauling, charm, heterogeneity, regional_trade
from yijiang.economy.estimate.draws import Draw
from yijiang.economy.estimate.ensemble import Interregional
from yijiang.economy.estimate.feasibility import Feasibility, feasible
from yijiang.economy.estimate.gravity import GravityFit, fit_gravity
from yijiang.economy.estimate.interregional import interregional
from yijiang.economy.estimate.joint import JointClosing, close_jointly
from yijiang.economy.estimate.quotients import RegionalCoefficients, location_quotients, regional_coefficients
from yijiang.economy.estimate.tables import RegionalTables
from yijiang.economy.estimate.uses import UseBalance, balance_uses

__all__ = [
    "Balance",
    "CrossHauling",
    "Draw",
    "Feasibility",
    "GravityFit",
    "Interregional",
    "JointClosing",
    "RegionalCoefficients",
    "RegionalTables",
    "UseBalance",
    "balance_uses",
    "charm",
    "close_jointly",
    "feasible",
    "fit_gravity",
    "gras",
    "heterogeneity",
    "interregional",
    "location_quotients",
    "ras",
    "regional_coefficients",
    "regional_trade",
]
