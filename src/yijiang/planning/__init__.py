"""Planning: which package leaves every side better off within the river's limits, and how the gain is shared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bargain import nash, shapley
    from .planner import Plan, plan

__all__ = ["Plan", "nash", "plan", "shapley"]


def __getattr__(name: str) -> Any:
    if name in ("nash", "shapley"):
        from . import bargain

        return getattr(bargain, name)
    if name in ("Plan", "plan"):
        from . import planner

        return getattr(planner, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
