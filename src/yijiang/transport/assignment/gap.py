"""The gap: how far flows are from an equilibrium, from the flows alone."""

from __future__ import annotations

import numpy as np

from yijiang.transport.assignment.kernels import Floats
from yijiang.transport.assignment.problem import Problem


def logits(problem: Problem, cost: Floats) -> tuple[Floats, Floats, Floats]:
    """Nested logit of every group's cost: share of the group, share of its nest in the pair, composite cost.

    S_n = −ln Σ exp(−μ_n·c_j)/μ_n,   P(n) ∝ exp(−μ·S_n),   P(j|n) ∝ exp(−μ_n·c_j),   S = −ln Σ exp(−μ·S_n)/μ

    Parameters
    ----------
    cost : (group)
        Least cost, infinite where there is none.

    Returns
    -------
    share (group), nest share (group) and composite cost (pair); a pair whose class does not choose has share 1.
    """
    pair, start = problem.group_pair, problem.pair_ptr[:-1]
    mu = problem.scale[problem.pair_class]
    chooses = mu > 0.0
    lone = ~chooses
    # A class that does not choose has one group; any μ serves it.
    outer = np.where(lone, 1.0, mu)[pair]
    inner = np.where(problem.nest_scale > 0.0, problem.nest_scale, 1.0)
    nests = int(problem.nest.max(initial=0)) + 1
    key = pair * nests + problem.nest
    low = np.full(len(problem.demand) * nests, np.inf)
    np.minimum.at(low, key, cost)
    base = np.where(np.isfinite(low), low, 0.0)[key]
    odds = np.where(np.isfinite(cost), np.exp(-inner * (np.where(np.isfinite(cost), cost, base) - base)), 0.0)
    total = np.bincount(key, weights=odds, minlength=len(low))
    mu_nest = np.ones(len(low))
    mu_nest[key] = inner
    composite = np.where(total > 0.0, low - np.log(np.where(total > 0.0, total, 1.0)) / mu_nest, np.inf)
    table = composite.reshape(-1, nests)
    least = table.min(axis=1)
    floor = np.where(np.isfinite(least), least, 0.0)
    per_pair = outer[start]
    above = np.where(np.isfinite(table), table, floor[:, None]) - floor[:, None]
    weights = np.where(np.isfinite(table), np.exp(-per_pair[:, None] * above), 0.0)
    sums = weights.sum(axis=1)
    pair_cost = np.where(sums > 0.0, floor - np.log(np.where(sums > 0.0, sums, 1.0)) / per_pair, np.inf)
    in_pair = (weights / np.where(sums > 0.0, sums, 1.0)[:, None]).ravel()[key]
    share = in_pair * odds / np.where(total > 0.0, total, 1.0)[key]
    return share, in_pair, pair_cost


def choice_excess(problem: Problem, cost: Floats, part: Floats) -> Floats:
    """How much dearer than the logit a division of the demand is, (pair,) ≥ 0 and 0 only where it is the logit.

    Σ_n Q_n/μ·ln(share_n/P(n)) + Σ_j q_j/μ_n·ln(share_j|n/P(j|n)): what the entropy term of the equilibrium's objective
    adds to the gap of the paths (Evans 1976).

    Parameters
    ----------
    cost, part : (group)
        Least cost, and part of the pair's demand that takes the group.
    """
    pair = problem.group_pair
    mu = problem.scale[problem.pair_class][pair]
    if not np.any(mu > 0.0):
        return np.zeros(len(problem.demand))
    share, nest_share, _ = logits(problem, cost)
    demand = problem.demand[pair]
    nests = int(problem.nest.max(initial=0)) + 1
    key = pair * nests + problem.nest
    held = np.bincount(key, weights=part, minlength=len(problem.demand) * nests)[key]
    used = (part > 0.0) & (mu > 0.0)
    outer, inner = np.ones(len(part)), np.ones(len(part))
    outer[used], inner[used] = mu[used], problem.nest_scale[used]
    at = np.where(used, 1.0, 0.0)
    safe = np.where(used, held, 1.0)
    chosen = np.where(used, nest_share, 1.0)
    within = np.where(used, share / np.where(nest_share > 0.0, nest_share, 1.0), 1.0)
    ratio_nest = np.log(np.where(used, safe / demand, 1.0) / np.where(chosen > 0.0, chosen, 1.0))
    ratio_in = np.log(np.where(used, part / safe, 1.0) / np.where(within > 0.0, within, 1.0))
    terms = at * part * (ratio_nest / outer + ratio_in / inner)
    return np.maximum(np.bincount(pair, weights=terms, minlength=len(problem.demand)), 0.0)
