"""Unsteady routing of water and of what it carries."""

from __future__ import annotations

from yijiang.river.routing.lateral import Lateral
from yijiang.river.routing.result import Routed
from yijiang.river.routing.unsteady import route

__all__ = ["Lateral", "Routed", "route"]
