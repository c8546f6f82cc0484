"""General equilibrium of regions × sectors in changes: what a lever does to wages, prices, trade and real income."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .model import TradeModel
    from .result import Counterfactual

__all__ = ["Counterfactual", "TradeModel"]


def __getattr__(name: str) -> Any:
    if name == "TradeModel":
        from .model import TradeModel

        return TradeModel
    if name == "Counterfactual":
        from .result import Counterfactual

        return Counterfactual
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
