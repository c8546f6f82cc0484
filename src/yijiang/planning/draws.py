"""Joint draws of what is uncertain: trade table, elasticities, effects and costs of projects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yijiang.base import Base

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Draw:
    """One joint draw: a trade table, elasticities (sector,), and multipliers of every project's effect and cost."""

    table: int
    theta: Floats
    effect: dict[str, float]
    cost: dict[str, float]


def triangular(generator: np.random.Generator, low: float, mode: float, high: float) -> float:
    """One triangular draw; a degenerate range gives the mode."""
    return float(generator.triangular(low, mode, high)) if low <= mode <= high and low < high else mode


def in_turn(tables: Sequence[int], draws: int) -> list[int]:
    """Every table as often as the others; what does not go round is spread evenly over the list.

    The list is ordered by how the tables were made, so its first part alone would lean to one side.

    >>> in_turn([0, 1, 2, 3], 6)
    [0, 1, 2, 3, 1, 3]
    """
    rounds, rest = divmod(draws, len(tables))
    return [*list(tables) * rounds, *(tables[int((k + 0.5) * len(tables) / rest)] for k in range(rest))]


def draw_all(base: Base, draws: int, seed: int) -> list[Draw]:
    """All draws, before any is solved, so that the number of workers cannot change them.

    A draw takes a trade table (`in_turn`), one quantile of all elasticities between their bounds, and multipliers of
    every project's effect and cost, each triangular with its mode at the base.
    """
    generator = np.random.default_rng(seed)
    tables = sorted({int(d) for d in base.belt.tables["trade"]["draw"]})
    theta = base.belt.tables["elasticities"].set_index("sector").loc[base.belt.sectors]
    centre = theta["value"].to_numpy(float)
    low = np.where(theta["low"].notna(), theta["low"].to_numpy(float), centre)
    high = np.where(theta["high"].notna(), theta["high"].to_numpy(float), centre)
    made = []
    for table in in_turn(tables, draws):
        quantile = generator.triangular(0.0, 0.5, 1.0)
        # Below the centre towards the low end, above it towards the high end.
        below, above = low + (centre - low) * 2 * quantile, centre + (high - centre) * (2 * quantile - 1)
        effect = {n: triangular(generator, p.effect[0], 1.0, p.effect[1]) for n, p in base.projects.items()}
        cost = {n: triangular(generator, p.cost[0], 1.0, p.cost[1]) for n, p in base.projects.items()}
        made.append(Draw(table, np.where(quantile < 0.5, below, above), effect, cost))
    return made
