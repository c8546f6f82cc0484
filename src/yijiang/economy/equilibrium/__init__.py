"""General equilibrium of regions × sectors in changes: what a lever does to wages, prices, trade and real income."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .batch import Counterfactuals
    from .gradient import Gradient
    from .model import TradeModel
    from .options import Migration, MobileCapital, abated, abatement_cost
    from .result import Counterfactual

#: Where each name lives; modules are loaded on first use.
HOMES = {
    "TradeModel": "model",
    "Counterfactual": "result",
    "Counterfactuals": "batch",
    "Gradient": "gradient",
    "Migration": "options",
    "MobileCapital": "options",
    "abated": "options",
    "abatement_cost": "options",
}

__all__ = [
    "Counterfactual",
    "Counterfactuals",
    "Gradient",
    "Migration",
    "MobileCapital",
    "TradeModel",
    "abated",
    "abatement_cost",
]


def __getattr__(name: str) -> Any:
    if name in HOMES:
        return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
