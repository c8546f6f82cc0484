"""Ranges: the package, every candidate and every pair over joint draws of trade, elasticities, effects and costs."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from yijiang._version import __version__
from yijiang.base import Base
from yijiang.errors import SolveError
from yijiang.evaluation import Evaluator, State
from yijiang.numerics.executor import each
from yijiang.numerics.store import Store
from yijiang.ranges import FAILED_LIMIT

from .draws import Draw, draw_all
from .responses import Settlement

if TYPE_CHECKING:
    from yijiang.belt import Belt

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Job:
    """What is evaluated on every draw.

    Attributes
    ----------
    scale
        The package: projects with the share of their full size.
    transfer : (region,)
        Its transfers [million yuan a year].
    candidates, pairs
        Projects, and pairs of them that act on one another, each evaluated at full size.
    cells : (limit, 2)
        Positions of the limited sections and pollutants.
    limits
        Their names.
    allowed : (limit,)
        Concentration allowed by law; infinite where only a target applies [mg/L].
    kept : (limit,)
        Share of the base that the agreed target allows; infinite without one [1].
    rate
        Multiplies every payment at the border sections.
    """

    scale: Mapping[str, float]
    transfer: Floats
    candidates: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    cells: NDArray[np.int64]
    limits: tuple[tuple[str, str], ...]
    allowed: Floats
    kept: Floats
    rate: float

    def bound(self, still: Floats) -> tuple[Floats, Floats]:
        """Concentrations that a limit (or the base where it already fails) and a target allow (…, limit) each [mg/L].

        Parameters
        ----------
        still : (…, limit)
            Concentrations of the base of a draw [mg/L].
        """
        limit = np.where(np.isfinite(self.allowed), np.maximum(self.allowed, still), np.inf)
        return limit, np.where(np.isfinite(self.kept), self.kept, np.inf) * still


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Figures over draws; money in million yuan a year.

    Attributes
    ----------
    package : (draw, region)
        Gain of the chosen package, its transfers included.
    unpaid : (draw, region)
        Its gain before transfers.
    gross, cost : (draw, candidate, region)
        Gross gain with the payments at border sections, and cost, of every candidate alone.
    pair_gross : (draw, pair, region)
        The same of every pair.
    moved : (draw, candidate, limit)
        Change of the limited concentrations by every candidate alone [mg/L].
    pair_moved : (draw, pair, limit)
        The same by every pair.
    still, reached : (draw, limit)
        Concentrations of the draw's base and of the package, its transfers included [mg/L].
    income : (draw, candidate, region)
        Equivalent variation of every candidate alone.
    flow : (draw, region, region)
        Trade of the base, importer by exporter.
    failed
        Draws that did not solve.
    found
        Draws that an earlier run had finished.
    """

    job: Job
    package: Floats
    unpaid: Floats
    gross: Floats
    cost: Floats
    pair_gross: Floats
    moved: Floats
    pair_moved: Floats
    still: Floats
    reached: Floats
    income: Floats
    flow: Floats
    failed: int
    draws: int
    found: int

    def __len__(self) -> int:
        return len(self.package)

    def net(self, project: str) -> Floats:
        """Gross − cost + compensation of one candidate alone (draw, region)."""
        k = self.job.candidates.index(project)
        return np.asarray(self.gross[:, k] - self.cost[:, k])

    def net_pair(self, pair: tuple[str, str]) -> Floats:
        """Gross − cost + compensation of one pair (draw, region); the sum of both where they do not act together."""
        if pair not in self.job.pairs:
            return np.asarray(self.net(pair[0]) + self.net(pair[1]))
        k = self.job.pairs.index(pair)
        a, b = (self.job.candidates.index(name) for name in pair)
        return np.asarray(self.pair_gross[:, k] - self.cost[:, a] - self.cost[:, b])


#: The arrays of one draw, by name; their axes are those of `Ensemble` without the draw.
NAMES = (
    "package",
    "unpaid",
    "gross",
    "cost",
    "pair_gross",
    "moved",
    "pair_moved",
    "still",
    "reached",
    "income",
    "flow",
)


def solve(base: Base, job: Job, draw: Draw) -> dict[str, Floats]:
    """Re-base on one draw and evaluate the job against that draw's own base; an empty dict when it does not solve."""
    try:
        evaluator = Evaluator(Base(base.belt, draw.table, draw.theta, like=base, load=draw.load))
        settlement = Settlement.of(evaluator, draw.cost, job.rate)
        still = evaluator.run()
        regions = len(base.belt.regions)

        def limited(low: Floats) -> Floats:
            return np.array([low[s, p] for s, p in job.cells], dtype=np.float64)

        def figures(package: Sequence[str], state: State) -> tuple[Floats, Floats, Floats]:
            income, _, paid = settlement.gain(state, still, dict.fromkeys(package, 1.0))
            return income, income + paid, limited(state.low - still.low)

        # A project begins with how freight answered to the one before, a package with what its projects do alone.
        alone: dict[str, State] = {}
        network: list[tuple[float, State]] = []
        for name in job.candidates:
            alone[name] = evaluator.run([name], draw.effect, near=network)
            if any(alone[name].changes.network.values()):
                network = [(0.0, alone[name])]
        single = [figures([name], alone[name]) for name in job.candidates]
        pairs = [
            figures(pair, evaluator.run(pair, draw.effect, near=[(1.0, alone[name]) for name in pair]))
            for pair in job.pairs
        ]
        effect = {n: s * draw.effect[n] for n, s in job.scale.items()}
        parts = [(s, alone[n]) for n, s in job.scale.items() if n in alone]
        done = evaluator.run(sorted(job.scale), effect, near=parts)
        income, cost, paid = settlement.gain(done, still, job.scale)
        after = evaluator.run(sorted(job.scale), effect, payments=job.transfer + paid, near=[(1.0, done)])
    except SolveError:
        return {}

    def stack(rows: Sequence[Floats], width: int) -> Floats:
        return np.array(rows, dtype=np.float64).reshape(len(rows), width)

    return {
        "package": after.income - cost,
        "unpaid": income - cost + paid,
        "gross": stack([g for _, g, _ in single], regions),
        "cost": stack([settlement.cost[n] for n in job.candidates], regions),
        "pair_gross": stack([g for _, g, _ in pairs], regions),
        "moved": stack([m for _, _, m in single], len(job.cells)),
        "pair_moved": stack([m for _, _, m in pairs], len(job.cells)),
        "still": limited(still.low),
        "reached": limited(after.low),
        "income": stack([i for i, _, _ in single], regions),
        "flow": evaluator.base.accounts.trade.sum(2),
    }


@dataclass(frozen=True, eq=False)
class _Sent:
    """What a process needs: the belt to build its own base from, the job, and where results are kept."""

    belt: Belt
    job: Job
    folder: Path | None


class _Bases:
    """Bases of this process, built once for each belt."""

    known: ClassVar[dict[str, Base]] = {}

    @classmethod
    def of(cls, belt: Belt) -> Base:
        digest = belt.digest()
        if digest not in cls.known:
            cls.known = {digest: share(Base(belt))}
            if multiprocessing.parent_process() is not None:
                gc.freeze()  # a process for draws alone keeps all it has; see `_kept_out_of_collections`
        return cls.known[digest]


@contextmanager
def _kept_out_of_collections() -> Iterator[None]:
    """Leave out of garbage collections what is there now: to look it over at every tenth draw takes 7 % of the time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def share(base: Base) -> Base:
    """Build what `Base(like=…)` hands on, so that no draw builds it again."""
    if base.freight is not None:
        _ = base.freight.base_state
    if base.river is not None:
        _ = base.listed_loads
    _ = base.compensation
    return base


def _one(sent: _Sent, draw: Draw) -> tuple[dict[str, Any], int]:
    """One draw, looked up or computed; with whether it was found."""
    store = Store(sent.folder)
    job = sent.job
    content = {
        "version": __version__, "belt": sent.belt.digest(), "table": draw.table, "theta": draw.theta,
        "load": draw.load, "effect": draw.effect, "cost": draw.cost, "scale": dict(job.scale), "transfer": job.transfer,
        "candidates": job.candidates, "pairs": job.pairs, "cells": job.cells, "rate": job.rate,
    }  # fmt: skip
    return store.get(content, lambda: solve(_Bases.of(sent.belt), job, draw)), store.found


def run(
    base: Base,
    job: Job,
    draws: int,
    seed: int,
    workers: int = 1,
    executor: Any = None,
    folder: Path | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> Ensemble:
    """Evaluate a job on joint draws.

    Parameters
    ----------
    base
        The solved base.
    job
        The package with its transfers, candidates and pairs.
    draws, seed
        Number of draws, and the seed of their generator.
    workers, executor
        Processes of this machine, or a Dask client; the figures are the same for any.
    folder
        Where every finished draw is kept: a run that was stopped goes on where it stopped.

    Raises
    ------
    SolveError
        If more than 5 % of the draws fail, or a worker is killed; finished draws stay in the folder.
    """
    kept: list[dict[str, Any]] = []
    failed = found = 0
    if workers <= 1 and executor is None:
        _Bases.known = {base.belt.digest(): share(base)}
    sent = _Sent(base.belt, job, folder)
    with _kept_out_of_collections():
        for count, (one, known) in enumerate(each(_one, sent, draw_all(base, draws, seed), workers, executor), 1):
            found += known
            if one:
                kept.append(one)
            else:
                failed += 1
            if count % 10 == 0 or count == draws:
                progress(f"draw {count} of {draws}")
    if failed > FAILED_LIMIT * draws:
        raise SolveError(f"{failed} of {draws} draws did not solve", share=failed / draws)
    regions, limits = len(base.belt.regions), len(job.cells)
    empty = {
        "package": (regions,), "unpaid": (regions,), "gross": (len(job.candidates), regions),
        "cost": (len(job.candidates), regions), "pair_gross": (len(job.pairs), regions),
        "moved": (len(job.candidates), limits), "pair_moved": (len(job.pairs), limits),
        "still": (limits,), "reached": (limits,), "income": (len(job.candidates), regions), "flow": (regions, regions),
    }  # fmt: skip
    arrays = {n: np.stack([k[n] for k in kept]) if kept else np.zeros((0, *empty[n])) for n in NAMES}
    return Ensemble(job, **arrays, failed=failed, draws=draws, found=found)


def bounds(values: Floats) -> tuple[Floats, Floats]:
    """5th and 95th percentile over the draws."""
    low, high = np.percentile(values, [5.0, 95.0], axis=0)
    return np.asarray(low), np.asarray(high)
