"""Joint draws of what is uncertain: trade table, elasticities, effects and costs of projects."""

from __future__ import annotations

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


def draw_all(base: Base, draws: int, seed: int) -> list[Draw]:
    """All draws, before any is solved, so that the number of workers cannot change them.

    A draw takes a trade table in turn, one quantile of all elasticities between their bounds, and multipliers of
    every project's effect and cost, each triangular with its mode at the base.
    """
    generator = np.random.default_rng(seed)
    tables = sorted({int(d) for d in base.belt.tables["trade"]["draw"]})
    theta = base.belt.tables["elasticities"].set_index("sector").loc[base.belt.sectors]
    centre = theta["value"].to_numpy(float)
    low = np.where(theta["low"].notna(), theta["low"].to_numpy(float), centre)
    high = np.where(theta["high"].notna(), theta["high"].to_numpy(float), centre)
    made = []
    for count in range(draws):
        quantile = generator.triangular(0.0, 0.5, 1.0)
        # Below the centre towards the low end, above it towards the high end.
        below, above = low + (centre - low) * 2 * quantile, centre + (high - centre) * (2 * quantile - 1)
        effect = {n: triangular(generator, p.effect[0], 1.0, p.effect[1]) for n, p in base.projects.items()}
        cost = {n: triangular(generator, p.cost[0], 1.0, p.cost[1]) for n, p in base.projects.items()}
        made.append(Draw(tables[count % len(tables)], np.where(quantile < 0.5, below, above), effect, cost))
    return made
