"""Sharing a gain among regions: values of coalitions, and the ways to divide what all of them reach together."""

from .core import Core, core
from .game import Division, Game
from .nash import nash
from .nucleolus import nucleolus
from .shapley import shapley

__all__ = ["Core", "Division", "Game", "core", "nash", "nucleolus", "shapley"]
