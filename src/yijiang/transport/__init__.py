"""Freight on water, rail and road: what it costs to get from region to region, and what that puts on every lock.

>>> from yijiang.transport import lock_delay
>>> round(lock_delay(90.0, 100.0, 2.0), 6)
9.0
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yijiang.transport.arrays import NetworkArrays
    from yijiang.transport.assignment.classes import UserClass
    from yijiang.transport.assignment.proportional import proportional
    from yijiang.transport.assignment.result import Assignment
    from yijiang.transport.chains.paths import Paths
    from yijiang.transport.chains.result import FreightAssignment
    from yijiang.transport.chains.skims import Skims
    from yijiang.transport.choice import logit_logsum, logit_shares, value_of_time
    from yijiang.transport.faces import assign, skim
    from yijiang.transport.freightnetwork import FreightNetwork
    from yijiang.transport.locks import lock_delay
    from yijiang.transport.network import Network
    from yijiang.transport.paths.skims import ZoneSkims, widest
    from yijiang.transport.resilience import critical, disrupt
    from yijiang.transport.seasons import in_month, season

#: Where every public name lives; nothing is imported before it is asked for.
_HOME = {
    "Assignment": "assignment.result",
    "FreightAssignment": "chains.result",
    "FreightNetwork": "freightnetwork",
    "Network": "network",
    "NetworkArrays": "arrays",
    "Paths": "chains.paths",
    "Skims": "chains.skims",
    "UserClass": "assignment.classes",
    "ZoneSkims": "paths.skims",
    "assign": "faces",
    "critical": "resilience",
    "disrupt": "resilience",
    "in_month": "seasons",
    "lock_delay": "locks",
    "logit_logsum": "choice",
    "logit_shares": "choice",
    "proportional": "assignment.proportional",
    "season": "seasons",
    "skim": "faces",
    "value_of_time": "choice",
    "widest": "paths.skims",
}

__all__ = [
    "Assignment",
    "FreightAssignment",
    "FreightNetwork",
    "Network",
    "NetworkArrays",
    "Paths",
    "Skims",
    "UserClass",
    "ZoneSkims",
    "assign",
    "critical",
    "disrupt",
    "in_month",
    "lock_delay",
    "logit_logsum",
    "logit_shares",
    "proportional",
    "season",
    "skim",
    "value_of_time",
    "widest",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
