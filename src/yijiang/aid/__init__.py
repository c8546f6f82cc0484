"""Mutual aid: depots that reach most people, dispatch over what is open, and the chain from request to settlement.

>>> import numpy as np
>>> from yijiang.aid import cheapest_flow
>>> cheapest_flow(np.array([0]), np.array([1]), np.array([2.0]), np.array([4.0, -3.0])).cost
6.0
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yijiang.aid.deliveries import Dispatch, dispatch
    from yijiang.aid.depots import Depots, preposition
    from yijiang.aid.flow import Flow, cheapest_flow
    from yijiang.aid.records import balance, chains, offer_items, request_items, stage_items
    from yijiang.aid.results import document, from_ledger, history, listed, place_of

_HOME = {
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
    "offer_items": "records",
    "place_of": "results",
    "preposition": "depots",
    "request_items": "records",
    "stage_items": "records",
}

__all__ = [
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
    "offer_items",
    "place_of",
    "preposition",
    "request_items",
    "stage_items",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
