"""The economy of the belt: input–output accounts, estimated trade between regions, and the general equilibrium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import estimate
    from .accounts import Accounts
    from .equilibrium import Counterfactual, TradeModel

__all__ = ["Accounts", "Counterfactual", "TradeModel", "estimate"]


def __getattr__(name: str) -> Any:
    # Rooms are opened on first use, so that `import yijiang` stays light.
    if name in ("TradeModel", "Counterfactual"):
        from . import equilibrium

        return getattr(equilibrium, name)
    if name == "Accounts":
        from .accounts.model import Accounts

        return Accounts
    if name == "estimate":
        import importlib

        return importlib.import_module(f"{__name__}.estimate")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
