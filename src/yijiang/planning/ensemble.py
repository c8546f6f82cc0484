"""Ranges: the package, every candidate and every pair over joint draws of trade, elasticities, effects and costs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yijiang.base import Base
from yijiang.errors import SolveError
from yijiang.evaluation import Evaluator
from yijiang.ranges import FAILED_LIMIT

from .responses import Settlement

if TYPE_CHECKING:
    from yijiang.belt import Belt

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Draw:
    """One joint draw: a trade table, elasticities (sector,), and multipliers of every project's effect and cost."""

    table: int
    theta: Floats
    effect: dict[str, float]
    cost: dict[str, float]


@dataclass(frozen=True)
class Job:
    """What is evaluated on every draw: the package with its transfers, every candidate and every pair of them."""

    package: tuple[str, ...]
    transfer: Floats
    candidates: tuple[str, ...]


@dataclass(frozen=True)
class Solved:
    """Figures of one draw (region,) [million yuan a year]: gross − cost + compensation, the package with transfers."""

    package: Floats
    single: dict[str, Floats]
    gross: dict[str, Floats]
    pair: dict[tuple[str, str], Floats]
    trade: Floats


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
    pair : {(project, project): (draw, region)}
        Gross gain − cost + compensation of every pair.
    pair_flow : (draw,)
        Value the first partner sells to the second in the base of the draw [million yuan a year].
    failed
        Draws that did not solve.
    """

    package: Floats
    single: dict[str, Floats]
    gross: dict[str, Floats]
    pair: dict[tuple[str, str], Floats]
    pair_flow: Floats
    failed: int
    draws: int


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


def solve(base: Base, job: Job, draw: Draw) -> Solved | None:
    """Re-base on one draw and evaluate the job against that draw's own base; None when it does not solve."""
    try:
        evaluator = Evaluator(Base(base.belt, draw.table, draw.theta, like=base))
        settlement = Settlement.of(evaluator, draw.cost)
        still = evaluator.run()

        def gain(package: Sequence[str]) -> tuple[Floats, Floats]:
            income, cost, paid = settlement.gain(evaluator.run(package, draw.effect), still)
            return income, income - cost + paid

        single = {name: gain([name]) for name in job.candidates}
        plain = settlement.gain(evaluator.run(job.package, draw.effect), still)[2]
        paid = evaluator.run(job.package, draw.effect, payments=job.transfer + plain)
        package = paid.income - settlement.gain(paid, still)[1]
        couples = itertools.combinations(job.candidates, 2)
        return Solved(
            package,
            {name: net for name, (_, net) in single.items()},
            {name: income for name, (income, _) in single.items()},
            {couple: gain(couple)[1] for couple in couples},
            evaluator.base.accounts.trade.sum(2),
        )
    except SolveError:
        return None


class _Worker:
    """A process's own base, built once."""

    base: Base
    job: Job

    @classmethod
    def start(cls, belt: Belt, job: Job) -> None:
        cls.base, cls.job = Base(belt), job
        _share(cls.base)

    @classmethod
    def solve(cls, draw: Draw) -> Solved | None:
        return solve(cls.base, cls.job, draw)


def _share(base: Base) -> None:
    """Build what `Base(like=…)` hands on, so that no draw builds it again."""
    if base.freight is not None:
        _ = base.freight.base_state
    if base.river is not None:
        _ = base.loads


def _solve_all(base: Base, job: Job, draws: Iterable[Draw], workers: int) -> Iterator[Solved | None]:
    if workers <= 1:
        _share(base)
        for draw in draws:
            yield solve(base, job, draw)
        return
    # Spawned, not forked: the same on every system, and safe beside threads of the caller.
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _Worker.start, (base.belt, job)) as pool:
        yield from pool.map(_Worker.solve, draws)


def run(
    base: Base,
    package: Sequence[str],
    transfer: Floats,
    candidates: Sequence[str],
    partners: Sequence[str],
    draws: int,
    seed: int,
    workers: int = 1,
    progress: Callable[[str], None] = lambda text: None,
) -> Ensemble:
    """Evaluate the package, every candidate and every pair on joint draws.

    Parameters
    ----------
    base
        The solved base.
    package, transfer
        Chosen projects, and what each region receives (region,) [million yuan a year].
    candidates, partners
        Projects and regions of the plan.
    draws, seed
        Number of draws, and the seed of their generator.
    workers
        Processes; the figures are the same for any number.

    Raises
    ------
    SolveError
        If more than 5 % of the draws fail.
    """
    job = Job(tuple(package), transfer, tuple(sorted(candidates)))
    first, second = (base.belt.regions.index(partners[k]) for k in (0, min(1, len(partners) - 1)))
    solved: list[Solved] = []
    failed = 0
    for count, one in enumerate(_solve_all(base, job, draw_all(base, draws, seed), min(workers, max(draws, 1))), 1):
        if one is None:
            failed += 1
        else:
            solved.append(one)
        if count % 10 == 0:
            progress(f"draw {count} of {draws}")
    if failed > FAILED_LIMIT * draws:
        raise SolveError(f"{failed} of {draws} draws did not solve", share=failed / draws)
    if not solved:
        return Ensemble(np.zeros((0, len(base.belt.regions))), {}, {}, {}, np.zeros(0), failed, draws)
    couples = list(itertools.combinations(job.candidates, 2))
    return Ensemble(
        np.stack([s.package for s in solved]),
        {n: np.stack([s.single[n] for s in solved]) for n in job.candidates},
        {n: np.stack([s.gross[n] for s in solved]) for n in job.candidates},
        {c: np.stack([s.pair[c] for s in solved]) for c in couples},
        np.array([s.trade[second, first] for s in solved]),
        failed,
        draws,
    )


def bounds(values: Floats) -> tuple[Floats, Floats]:
    """5th and 95th percentile over the draws."""
    low, high = np.percentile(values, [5.0, 95.0], axis=0)
    return np.asarray(low), np.asarray(high)
