"""The river: what flows down it, who put it there, and which class of water that makes.

>>> from yijiang.river import grade
>>> grade({"TP": 0.12}).water_class
3
"""

from __future__ import annotations

from yijiang.river.grade import Grade, Standard, distinguishable, grade
from yijiang.river.loads import Loads
from yijiang.river.network import RiverNetwork
from yijiang.river.steady import Steady, steady
from yijiang.river.transfer import TransferMatrix

__all__ = [
    "Grade",
    "Loads",
    "RiverNetwork",
    "Standard",
    "Steady",
    "TransferMatrix",
    "distinguishable",
    "grade",
    "steady",
]
