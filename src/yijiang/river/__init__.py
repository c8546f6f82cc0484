"""The river: what flows down it, who put it there, which class of water that makes, and what is allowed.

>>> from yijiang.river import grade
>>> grade({"TP": 0.12}).water_class
3
"""

from __future__ import annotations

from yijiang.river.admissible import Admissible, admissible
from yijiang.river.attribution import attribution
from yijiang.river.calibration import Calibration, calibrate
from yijiang.river.carrier import Carrier
from yijiang.river.compensation import LumpRule, TwoWayRule, payments
from yijiang.river.formats import read_geojson, read_hydrorivers
from yijiang.river.grade import Grade, Standard, distinguishable, grade
from yijiang.river.loads import Loads
from yijiang.river.monitoring import read_monitoring
from yijiang.river.network import RiverNetwork
from yijiang.river.oxygen import Oxygen
from yijiang.river.response import Response, response
from yijiang.river.routing import Lateral, Routed, route
from yijiang.river.steady import Steady, steady
from yijiang.river.transfer import TransferMatrix

__all__ = [
    "Admissible",
    "Calibration",
    "Carrier",
    "Grade",
    "Lateral",
    "Loads",
    "LumpRule",
    "Oxygen",
    "Response",
    "RiverNetwork",
    "Routed",
    "Standard",
    "Steady",
    "TransferMatrix",
    "TwoWayRule",
    "admissible",
    "attribution",
    "calibrate",
    "distinguishable",
    "grade",
    "payments",
    "read_geojson",
    "read_hydrorivers",
    "read_monitoring",
    "response",
    "route",
    "steady",
]
