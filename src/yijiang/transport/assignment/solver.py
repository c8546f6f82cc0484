"""Path-based gradient projection: columns from trees, Newton steps between paths, until the gap is met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from yijiang.errors import SolveError
from yijiang.transport.assignment import kernels
from yijiang.transport.assignment.excess import working_excess
from yijiang.transport.assignment.gap import logits
from yijiang.transport.assignment.kernels import Floats
from yijiang.transport.assignment.pathset import PathSet
from yijiang.transport.assignment.pathset import kernels as pathkernels
from yijiang.transport.assignment.problem import Problem, Source
from yijiang.transport.assignment.settling import SKIP, scale_flows, settle, touched

#: Sweeps between two rounds of columns at most, and the part of the excess at which they end early.
SWEEPS, SWEEP_TARGET = 10, 0.05
#: The same with hard limits, where every pair pushes against what all others hold and one sweep does less; and the most
#: it grows to where, after so many rounds, new columns are not what is lacking.
MOST_SWEEPS, MOST_TARGET, PATIENCE = 200, 0.01, 20
#: The part where demand is divided by a logit, whose excess is of second order; the part of the gap wanted below which
#: nothing is left to do; and sweeps of a warm start before its columns are known.
CHOICE_TARGET, ENOUGH, FIRST_SWEEPS = 0.005, 0.2, 2
#: What a pair is off by is left alone below this part of its even share of the gap wanted.
FLOOR = 0.01
#: A path joins a group when it is cheaper than all there are by this part.
CHEAPER = 1e-14
#: How far the load of a hard limit may be above it, relative to the limit.
LIMIT_TOLERANCE = 1e-9
#: First slope of the penalty: this many times the mean cost of a unit of demand, over the limit.
FIRST_PENALTY = 1.0
#: A price above this many times the mean cost of a unit of demand means that there is no way around.
PRICE_CEILING = 1e5


class Round(NamedTuple):
    """One round of the solver: gap, largest excess over a limit (relative), number of paths."""

    gap: float
    excess: float
    paths: int


@dataclass(slots=True)
class Solution:
    """Paths, parts of demand, facility loads and states at the end, and the rounds that led there."""

    paths: PathSet
    part: Floats
    load: Floats
    state: Floats
    param: Floats
    least: Floats
    rounds: list[Round]


def solve(
    problem: Problem, source: Source, tolerance: float, iterations: int, start: PathSet | None = None,
    multiplier: Floats | None = None, steady: float = np.inf, at_rest: bool = False,
) -> Solution:  # fmt: skip
    """Solve to a relative gap.

    Parameters
    ----------
    tolerance
        Relative gap.
    iterations
        Rounds at most.
    start
        Paths with flows to start from (warm); the flows of a group are scaled to its demand.
    multiplier : (facility)
        Prices of the hard limits to start from.
    steady
        Largest move of a load in the last sweep, relative to its capacity, where one is wanted: what costs rest on is
        then known more closely than the gap, whose error is the square of theirs, can tell.
    at_rest
        The start solves this problem for another demand: pairs on whose ways nothing delays keep their shares.

    Raises
    ------
    SolveError
        If the gap is not met in so many rounds.
    Unmeetable, Unreachable
        If a hard limit cannot be met, or no path serves a pair.

    Sources: Jayakrishnan, Tsai, Prashker and Rajadhyaksha (1994), Transportation Research Record 1443, gradient
    projection; Xie, Nie and Liu (2018), Transportation Research C 89, skipping what is balanced; Evans (1976),
    Transportation Research 10, one objective for choice and assignment; Bertsekas (1982), Constrained Optimization and
    Lagrange Multiplier Methods.
    """
    p, groups, pairs = problem, int(problem.pair_ptr[-1]), len(problem.demand)
    param = problem.param.copy()
    load, state = np.zeros(len(param)), np.zeros((len(param), 4))
    limits = _Limits(param, multiplier)
    paths = PathSet.empty(groups) if start is None else start
    part, fresh = np.zeros(groups), np.ones(groups, bool)
    sweeps = MOST_SWEEPS if len(limits.at) or steady < np.inf else SWEEPS
    chooses = bool(np.any(problem.scale > 0.0))
    target = CHOICE_TARGET if chooses else SWEEP_TARGET
    rounds: list[Round] = []
    floor, enough, moved = 0.0, 0.0, np.inf

    def balance(sweeps: int, excess: Floats, skip: float) -> float:
        return settle(
            sweeps, p.pair_ptr, *paths[:5], p.demand, p.pair_class, p.weight, p.pce, p.scale, p.nest, p.nest_scale,
            p.group_class, part, load, param, state, excess, skip, floor, p.acting, p.room, target, enough, steady,
        )  # fmt: skip

    if start is not None:
        flow = np.empty_like(start.flow)
        scale_flows(p.pair_ptr, start.group_ptr, p.demand, start.flow, flow, part, fresh)
        paths = start._replace(flow=flow)
        pathkernels.facility_loads(*paths[:2], *paths[3:5], p.group_class, p.pce, load)
    kernels.evaluate_all(load, param, state)
    if start is not None and not fresh.any():
        excess = np.full(pairs, np.inf)
        if at_rest:
            touched(p.pair_ptr, paths.group_ptr, paths.fac_ptr, excess)
        moved = balance(sweeps if len(limits.at) or steady < np.inf else FIRST_SWEEPS, excess, 0.0 if at_rest else -1.0)
    for turn in range(iterations + 1):
        least = source.price(p.link_costs(state))
        known, spent = kernels.group_costs(
            p.pair_ptr, paths.group_ptr, paths.constant, paths.fac_ptr, paths.fac, p.pair_class, p.weight, p.pce,
            state, paths.flow,
        )  # fmt: skip
        if turn == 0:
            nowhere = np.isinf(least)
            lost = np.logical_and.reduceat(nowhere, p.pair_ptr[:-1]) if nowhere.any() else nowhere
            if lost.any():
                raise Unreachable(np.flatnonzero(lost).tolist())
        if turn or not fresh.any():
            excess = np.empty(pairs)
            above, total = working_excess(
                p.pair_ptr, p.pair_class, p.scale, p.nest, p.nest_scale, least, part, p.demand, spent, excess
            )
            gap, over = above / total if total > 0.0 else 0.0, limits.excess(load)
            enough = 0.0 if len(limits.at) else ENOUGH * tolerance * total
            # Hard limits, and loads that must be steady, are met far tighter than the gap.
            floor = 0.0 if len(limits.at) or steady < np.inf else FLOOR * tolerance * total / pairs
            rounds.append(Round(gap, over, len(paths.flow)))
            if gap <= tolerance and limits.met(load) and moved <= steady:
                return Solution(paths, part, load, state, param, least, rounds)
            if turn == iterations:
                break
            if turn > PATIENCE and gap > 0.5 * rounds[-2].gap:
                sweeps, target = min(2 * sweeps, MOST_SWEEPS), MOST_TARGET
            if gap <= max(tolerance, limits.subproblem):
                limits.update(load, total / float(p.demand.sum()), tolerance)
        wanted = np.flatnonzero(least < known * (1.0 - CHEAPER))
        ptr, links = source.columns(wanted)
        if turn == 0 and fresh.any():
            # Whoever has no path yet divides by the costs of the first trees.
            part = np.where(fresh, logits(p, least)[0] * p.demand[p.group_pair], part)
        amount = np.where(np.isinf(known[wanted]), part[wanted], 0.0)
        paths = PathSet(*pathkernels.merge(*paths, ptr, links, wanted, p.fixed, p.group_class, p.moving, amount))
        pathkernels.facility_loads(*paths[:2], *paths[3:5], p.group_class, p.pce, load)
        kernels.evaluate_all(load, param, state)
        # What a choice is off by is of second order, so the gap's own figures say where there is something to do.
        sparing = chooses and rounds and not len(limits.at) and not steady < np.inf
        if not sparing:
            excess = np.full(pairs, np.inf)
        moved = balance(sweeps, excess, SKIP * float(excess.mean()) if sparing else -1.0)
    raise SolveError(
        "the assignment did not reach its gap", gap=rounds[-1].gap, excess_of_limits=rounds[-1].excess, move=moved
    )


class _Limits:
    """Multipliers of the hard limits: price(x) = max(0, λ + ρ·(x − limit)), λ ← price at every update."""

    def __init__(self, param: Floats, multiplier: Floats | None) -> None:
        self.param = param
        self.at = np.flatnonzero(param[:, kernels.LIMIT] < np.inf)
        if multiplier is not None:
            param[self.at, kernels.MULTIPLIER] = multiplier[self.at]
        self.subproblem = 1e-2 if len(self.at) else 0.0
        self.last = np.inf
        self.scale = 0.0

    def excess(self, load: Floats) -> float:
        """Largest excess over a limit, relative to the limit."""
        if not len(self.at):
            return 0.0
        limit = self.param[self.at, kernels.LIMIT]
        return float(np.max((load[self.at] - limit) / limit, initial=0.0))

    def met(self, load: Floats) -> bool:
        """Whether no limit is passed, and none that has a price is left unused."""
        if not len(self.at):
            return True
        limit = self.param[self.at, kernels.LIMIT]
        off = np.abs(load[self.at] - limit) / limit
        priced = self.param[self.at, kernels.MULTIPLIER] > 0.0
        return self.excess(load) <= LIMIT_TOLERANCE and bool(np.all(off[priced] <= LIMIT_TOLERANCE))

    def update(self, load: Floats, unit_cost: float, tolerance: float) -> None:
        """Take the prices as multipliers; make the penalty steeper where the excess falls too slowly."""
        if not len(self.at):
            return
        limit, over = self.param[self.at, kernels.LIMIT], load[self.at] - self.param[self.at, kernels.LIMIT]
        if self.scale == 0.0:
            self.scale = unit_cost
            self.param[self.at, kernels.PENALTY] = FIRST_PENALTY * unit_cost / limit
            return
        price = self.param[self.at, kernels.MULTIPLIER] + self.param[self.at, kernels.PENALTY] * over
        self.param[self.at, kernels.MULTIPLIER] = np.maximum(price, 0.0)
        worst = float(np.max(np.where(price > 0.0, np.abs(over), 0.0) / limit, initial=0.0))
        if worst > 0.5 * self.last:
            self.param[self.at, kernels.PENALTY] *= 2.0
        self.last = worst
        self.subproblem = max(0.1 * tolerance, min(self.subproblem, 1e-2 * worst))
        lost = self.at[self.param[self.at, kernels.MULTIPLIER] > PRICE_CEILING * self.scale]
        if len(lost):
            raise Unmeetable([(int(f), float(load[f]), float(self.param[f, kernels.LIMIT])) for f in lost])


class Unmeetable(Exception):
    """Limits that cannot be met: facility number, load asked for, limit. Faces put names to them."""

    def __init__(self, limits: list[tuple[int, float, float]]) -> None:
        self.limits = limits
        super().__init__(str(limits))


class Unreachable(Exception):
    """Numbers of pairs with a demand that no path serves. Faces put names to them."""

    def __init__(self, pairs: list[int]) -> None:
        self.pairs = pairs
        super().__init__(str(pairs))
