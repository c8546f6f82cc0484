"""Planning: which package leaves every side better off within the river's limits, and how the gain is shared."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .games import core, nash, nucleolus, shapley
    from .planner import Plan, plan

_HOME = {
    "core": "games",
    "nash": "games",
    "nucleolus": "games",
    "shapley": "games",
    "Plan": "planner",
    "plan": "planner",
}

__all__ = ["Plan", "core", "nash", "nucleolus", "plan", "shapley"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
