"""Ranges: the chosen package over joint draws of trade, elasticities, project effects and project costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yijiang.base import Base
from yijiang.errors import SolveError
from yijiang.evaluation import Evaluator

from .responses import Settlement

Floats = NDArray[np.float64]

#: More failed draws than this share end the run with exit status 4.
FAILED_LIMIT = 0.05


@dataclass(frozen=True)
class Ensemble:
    """Gains over draws.

    Attributes
    ----------
    package : (draw, region)
        Gain of the chosen package, its transfers included [million yuan a year].
    single : {project: (draw, region)}
        Gross gain − cost + compensation of every candidate alone.
    gross : {project: (draw, region)}
        Gross gain of every candidate alone.
    pair_flow : (draw,)
        Value the first partner sells to the second in the base of the draw [million yuan a year].
    failed
        Draws that did not solve.
    """

    package: Floats
    single: dict[str, Floats]
    gross: dict[str, Floats]
    pair_flow: Floats
    failed: int
    draws: int


def triangular(generator: np.random.Generator, low: float, mode: float, high: float) -> float:
    """One triangular draw; a degenerate range gives the mode."""
    return float(generator.triangular(low, mode, high)) if low <= mode <= high and low < high else mode


def run(
    base: Base,
    package: Sequence[str],
    transfer: Floats,
    candidates: Sequence[str],
    partners: Sequence[str],
    draws: int,
    seed: int,
    progress: Callable[[str], None] = lambda text: None,
) -> Ensemble:
    """Evaluate the package, and every candidate alone, on joint draws.

    A draw takes a trade table, one quantile of all elasticities between their bounds, and an effect and a cost
    multiplier of every project from triangular distributions; it re-bases, and compares with its own base.

    Raises
    ------
    SolveError
        If more than 5 % of the draws fail.
    """
    belt = base.belt
    generator = np.random.default_rng(seed)
    tables = sorted({int(d) for d in belt.tables["trade"]["draw"]})
    theta = belt.tables["elasticities"].set_index("sector").loc[belt.sectors]
    centre = theta["value"].to_numpy(float)
    low = np.where(theta["low"].notna(), theta["low"].to_numpy(float), centre)
    high = np.where(theta["high"].notna(), theta["high"].to_numpy(float), centre)
    first, second = (belt.regions.index(partners[k]) for k in (0, min(1, len(partners) - 1)))
    gains: list[Floats] = []
    flows: list[float] = []
    single: dict[str, list[Floats]] = {name: [] for name in candidates}
    gross_single: dict[str, list[Floats]] = {name: [] for name in candidates}
    failed = 0
    for count in range(draws):
        table = tables[count % len(tables)]
        quantile = generator.triangular(0.0, 0.5, 1.0)
        # Below the centre towards the low end, above it towards the high end.
        drawn = np.where(
            quantile < 0.5, low + (centre - low) * 2 * quantile, centre + (high - centre) * (2 * quantile - 1)
        )
        effect = {n: triangular(generator, p.effect[0], 1.0, p.effect[1]) for n, p in base.projects.items()}
        cost = {n: triangular(generator, p.cost[0], 1.0, p.cost[1]) for n, p in base.projects.items()}
        try:
            evaluator = Evaluator(Base(belt, table, drawn, like=base))
            settlement = Settlement.of(evaluator, cost)
            still = evaluator.run()
            gross, paid, compensation = settlement.gain(evaluator.run(package, effect), still)
            alone, moves = {}, {}
            for name in candidates:
                moves[name], price, moved = settlement.gain(evaluator.run([name], effect), still)
                alone[name] = moves[name] - price + moved
        except SolveError:
            failed += 1
            continue
        gains.append(gross - paid + compensation + transfer)
        flows.append(float(evaluator.base.accounts.trade[second, first].sum()))
        for name, value in alone.items():
            single[name].append(value)
            gross_single[name].append(moves[name])
        if (count + 1) % 10 == 0:
            progress(f"draw {count + 1} of {draws}")
    if draws and failed > FAILED_LIMIT * draws:
        raise SolveError(f"{failed} of {draws} draws did not solve", share=failed / draws)
    stack = np.stack(gains) if gains else np.zeros((0, len(belt.regions)))
    return Ensemble(
        stack,
        {n: np.stack(v) for n, v in single.items() if v},
        {n: np.stack(v) for n, v in gross_single.items() if v},
        np.array(flows),
        failed,
        draws,
    )


def bounds(values: Floats) -> tuple[Floats, Floats]:
    """5th and 95th percentile over the draws."""
    low, high = np.percentile(values, [5.0, 95.0], axis=0)
    return np.asarray(low), np.asarray(high)
