"""The biconjugate Frank–Wolfe method: slow to the end, but other code on the same problem, to check the solver with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from yijiang.errors import SolveError
from yijiang.transport.assignment import kernels
from yijiang.transport.assignment.kernels import Floats
from yijiang.transport.assignment.problem import Problem, Source
from yijiang.transport.assignment.solver import Round

Loads = Callable[[Floats], Floats]

#: Closer to 1 than this a step leaves nothing of the last direction to be conjugate to.
FULL_STEP = 1.0 - 1e-6


def solve(problem: Problem, source: Source, tolerance: float, iterations: int) -> tuple[Floats, list[Round]]:
    """Solve to a relative gap; returns flows (class, link) and the rounds.

    The target is a mixture s = β₀·y + β₁·s₁ + β₂·s₂ of the all-or-nothing flows y and the last two targets, chosen so
    that the direction is conjugate to the last two with respect to the second derivatives; then an exact line search.

    Raises
    ------
    SolveError
        If the gap is not met in so many iterations.

    Source: Mitradjieva and Lindberg (2013), Transportation Science 47(2).
    """
    state = np.zeros((len(problem.param), 4))
    load = np.zeros(len(problem.param))
    flow = np.zeros_like(problem.fixed)
    fixed = np.where(np.isfinite(problem.fixed), problem.fixed, 0.0)
    ratio = np.where(problem.weight > 0.0, 1.0 / np.where(problem.weight > 0.0, problem.weight, 1.0), 0.0)
    targets: list[Floats] = []
    step, rounds, groups = 1.0, list[Round](), np.arange(int(problem.pair_ptr[-1]))

    def loads(flows: Floats) -> Floats:
        total = (problem.pce[:, None] * flows).sum(axis=0)
        return np.bincount(problem.facility, weights=total, minlength=len(load)).astype(np.float64)

    for turn in range(iterations + 1):
        kernels.evaluate_all(load, problem.param, state)
        least = source.price(problem.link_costs(state))
        ptr, links = source.columns(groups)
        nearest = np.zeros_like(flow)
        kind = np.repeat(problem.group_class, np.diff(ptr))
        np.add.at(nearest, (kind, links), np.repeat(problem.demand[problem.group_pair], np.diff(ptr)))
        if turn == 0:
            flow, load = nearest, loads(nearest)
            continue
        cost = fixed + problem.weight[:, None] * state[problem.facility, kernels.DELAY]
        spent = float((flow * cost).sum())
        rounds.append(Round((spent - float(problem.demand @ least)) / spent, 0.0, 0))
        if rounds[-1].gap <= tolerance:
            return flow, rounds
        slope = state[:, kernels.SLOPE]
        target = _conjugate(flow, nearest, targets, step, slope, loads)
        move = target - flow
        gain = float((ratio[:, None] * problem.pce[:, None] * fixed * move).sum())
        if gain + float(state[:, kernels.DELAY] @ loads(move)) >= 0.0:  # round-off has spoilt the mixture
            target, targets = nearest, []
            move = target - flow
            gain = float((ratio[:, None] * problem.pce[:, None] * fixed * move).sum())
        step = _search(load, loads(move), gain, problem.param)
        targets = [target, *targets[:1]] if step < FULL_STEP else []
        flow = np.maximum(flow + step * move, 0.0)
        load = loads(flow)
    raise SolveError("Frank–Wolfe did not reach its gap", gap=rounds[-1].gap if rounds else np.inf)


def _conjugate(
    flow: Floats, nearest: Floats, targets: list[Floats], step: float, slope: Floats, loads: Loads
) -> Floats:
    ahead = loads(nearest - flow)
    if not targets:
        return nearest
    last = loads(targets[0] - flow)
    if len(targets) == 1:
        up, down = float(last @ (slope * ahead)), float(last @ (slope * (ahead - last)))
        part = min(max(up / down, 0.0), FULL_STEP) if down != 0.0 else 0.0
        return part * targets[0] + (1.0 - part) * nearest
    older = loads(step * targets[0] - flow + (1.0 - step) * targets[1])
    between = loads(targets[1] - targets[0])
    down, own = float(older @ (slope * between)), float(last @ (slope * last))
    mu = max(0.0, -float(older @ (slope * ahead)) / down) if down != 0.0 else 0.0
    nu = max(0.0, -float(last @ (slope * ahead)) / own + mu * step / (1.0 - step)) if own != 0.0 else 0.0
    lead = 1.0 / (1.0 + mu + nu)
    mixture: Floats = lead * nearest + nu * lead * targets[0] + mu * lead * targets[1]
    return mixture


def _search(load: Floats, move: Floats, gain: float, param: Floats) -> float:
    """Step in [0, 1] at which the objective stops falling, by halving on its derivative."""
    state = np.zeros((len(load), 4))
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        kernels.evaluate_all(load + middle * move, param, state)
        if gain + float(state[:, kernels.DELAY] @ move) > 0.0:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)
