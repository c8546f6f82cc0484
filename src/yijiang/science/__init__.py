"""Science shared: offers matched with needs, facilities booked by several regions, and where to put the next one.

>>> from yijiang.science import p_median
>>> p_median([[1.0, 5.0], [6.0, 0.0]], p=1).objective
5.0
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yijiang.science.facilities.booking import Bookings
    from yijiang.science.facilities.catalogue import Catalogue
    from yijiang.science.matching.face import match
    from yijiang.science.matching.result import Matching
    from yijiang.science.matching.similarity import similarity
    from yijiang.siting import Siting, maximal_covering, p_centre, p_median, set_covering

#: Where every public name lives; nothing is imported before it is asked for.
_HOME = {
    "Bookings": "yijiang.science.facilities.booking",
    "Catalogue": "yijiang.science.facilities.catalogue",
    "Matching": "yijiang.science.matching.result",
    "Siting": "yijiang.siting",
    "match": "yijiang.science.matching.face",
    "maximal_covering": "yijiang.siting",
    "p_centre": "yijiang.siting",
    "p_median": "yijiang.siting",
    "set_covering": "yijiang.siting",
    "similarity": "yijiang.science.matching.similarity",
}

__all__ = [
    "Bookings",
    "Catalogue",
    "Matching",
    "Siting",
    "match",
    "maximal_covering",
    "p_centre",
    "p_median",
    "set_covering",
    "similarity",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
