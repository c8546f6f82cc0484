"""Mutual aid: depots that reach most people, dispatch over what is open, and the chain from request to settlement.

>>> import numpy as np
>>> from yijiang.aid import maximal_cover
>>> maximal_cover(np.array([[1.0, 9.0], [9.0, 1.0]]), np.array([2.0, 1.0]), 4.0, 1).chosen
(0,)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yijiang.aid.cover import Cover, maximal_cover, set_cover
    from yijiang.aid.deliveries import Dispatch, dispatch
    from yijiang.aid.depots import Depots, preposition
    from yijiang.aid.flow import Flow, cheapest_flow
    from yijiang.aid.records import balance, chains, offer_items, request_items, stage_items
    from yijiang.aid.results import document, from_ledger, history, listed, place_of

_HOME = {
    "Cover": "cover",
    "Depots": "depots",
    "Dispatch": "deliveries",
    "Flow": "flow",
    "balance": "records",
    "chains": "records",
    "cheapest_flow": "flow",
    "dispatch": "deliveries",
    "document": "results",
    "from_ledger": "results",
    "history": "results",
    "listed": "results",
    "maximal_cover": "cover",
    "offer_items": "records",
    "place_of": "results",
    "preposition": "depots",
    "request_items": "records",
    "set_cover": "cover",
    "stage_items": "records",
}

__all__ = [
    "Cover",
    "Depots",
    "Dispatch",
    "Flow",
    "balance",
    "chains",
    "cheapest_flow",
    "dispatch",
    "document",
    "from_ledger",
    "history",
    "listed",
    "maximal_cover",
    "offer_items",
    "place_of",
    "preposition",
    "request_items",
    "set_cover",
    "stage_items",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
