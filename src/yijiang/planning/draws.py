"""Joint draws of what is uncertain: trade table, elasticities, loads of the river, effects and costs of projects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yijiang.base import Base

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Draw:
    """One joint draw.

    Attributes
    ----------
    table
        Trade table.
    theta : (sector,)
        Elasticities.
    load : (region, pollutant)
        Multipliers of what each region sends into the river.
    effect, cost
        Multipliers of every project's effect and cost.
    """

    table: int
    theta: Floats
    load: Floats
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
    every project's effect and cost and of what each region sends into the river of each pollutant, each triangular with
    its mode at the base. The loads range as far as the parameter `load_spread` says; without it they stay.
    """
    generator = np.random.default_rng(seed)
    # Of their own, so that a belt without a river draws the same economy.
    waters = np.random.default_rng([seed, 1])
    have = set(base.belt.tables["parameters"]["parameter"])
    spread = base.belt.parameter("load_spread") if "load_spread" in have else 0.0
    size = len(base.belt.regions), 0 if base.river is None else len(base.transfer["mean"].pollutants)
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
        load = waters.triangular(1 - spread, 1.0, 1 + spread, size) if spread > 0 else np.ones(size)
        made.append(Draw(table, np.where(quantile < 0.5, below, above), load, effect, cost))
    return made
