"""Culture and tourism: who visits whom, joint river routes within the limits of their sites, and what they are worth.

>>> import numpy as np
>>> from yijiang.culture import poisson
>>> poisson(np.ones((2, 1)), np.array([2.0, 4.0])).fitted.round(6).tolist()
[3.0, 3.0]
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yijiang.culture.flows import Visits, visits_between
    from yijiang.culture.gravity import Interaction, interaction, spread
    from yijiang.culture.joint import JointRoute, Trip, joint_route
    from yijiang.culture.likelihood import PoissonFit, poisson
    from yijiang.culture.results import Culture, culture, trip_of
    from yijiang.culture.tours import Routes, orienteering

_HOME = {
    "Culture": "results",
    "Interaction": "gravity",
    "JointRoute": "joint",
    "PoissonFit": "likelihood",
    "Routes": "tours",
    "Trip": "joint",
    "Visits": "flows",
    "culture": "results",
    "interaction": "gravity",
    "joint_route": "joint",
    "orienteering": "tours",
    "poisson": "likelihood",
    "spread": "gravity",
    "trip_of": "results",
    "visits_between": "flows",
}

__all__ = [
    "Culture",
    "Interaction",
    "JointRoute",
    "PoissonFit",
    "Routes",
    "Trip",
    "Visits",
    "culture",
    "interaction",
    "joint_route",
    "orienteering",
    "poisson",
    "spread",
    "trip_of",
    "visits_between",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
