"""The economy of the belt: input–output accounts, estimated trade between regions, and the general equilibrium."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import estimate
    from .accounts import Accounts
    from .elasticity_table import elasticities, elasticity
    from .equilibrium import (
        Counterfactual,
        Counterfactuals,
        Gradient,
        Migration,
        MobileCapital,
        TradeModel,
        abated,
        abatement_cost,
    )

__all__ = [
    "Accounts",
    "Counterfactual",
    "Counterfactuals",
    "Gradient",
    "Migration",
    "MobileCapital",
    "TradeModel",
    "abated",
    "abatement_cost",
    "elasticities",
    "elasticity",
    "estimate",
]


def __getattr__(name: str) -> Any:
    # Rooms are opened on first use, so that `import yijiang` stays light.
    if name == "Accounts":
        return import_module(f"{__name__}.accounts").Accounts
    if name == "estimate":
        return import_module(f"{__name__}.estimate")
    if name in ("elasticities", "elasticity"):
        return getattr(import_module(f"{__name__}.elasticity_table"), name)
    if name in __all__:
        return getattr(import_module(f"{__name__}.equilibrium"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
