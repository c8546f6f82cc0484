"""The p-median: p sites, so that the weighted distance to the nearest is least."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, sparse

from yijiang.errors import DataError, Finding, OptionError
from yijiang.siting.kernels import best_swap, nearest_two
from yijiang.siting.problem import Floats, Problem, Range, Siting, problem
from yijiang.siting.programme import impossible, side_rows, solve

#: Pairs of client and site up to which `auto` proves the optimum.
EXACT_PAIRS = 60_000
#: Steps of the subgradient method, and after how many without progress its step is halved.
STEPS, PATIENCE = 400, 15


def p_median(
    cost: ArrayLike | pd.DataFrame,
    weights: ArrayLike | pd.Series[Any] | None = None,
    *,
    p: int,
    sides: Mapping[str, str] | pd.Series[Any] | Sequence[str] | None = None,
    per_side: int | Range | Mapping[str, int | Range] | None = None,
    method: Literal["auto", "exact", "heuristic"] = "auto",
) -> Siting:
    """Choose p sites so that the weighted distance of the clients to their nearest is least (Hakimi 1964).

    min Σ_i Σ_j w_i c_ij x_ij  with  (1) Σ_j x_ij = 1, (2) x_ij ≤ y_j, (3) Σ_j y_j = p, (4) l_s ≤ Σ_{j in s} y_j ≤ u_s

    Parameters
    ----------
    cost : (client, site)
        Distances c [any one unit]; infinite where there is no way.
    weights : (client,)
        Weights w [any unit]; 1 unless given.
    p
        Number of sites [1].
    sides : (site,)
        The side each site lies on.
    per_side
        Sites l, u each side gets, for example 1: at least one per side.
    method
        "exact": HiGHS, proven; "heuristic": greedy, then exchanges (Teitz & Bart 1968, as in Whitaker 1983), with the
        Lagrangian bound of (1); "auto": exact up to 60,000 pairs.

    Returns
    -------
    Siting

    Raises
    ------
    DataError
        With all findings, clients that reach no site among them.
    InfeasibleError
        If p does not fit the sides.

    Examples
    --------
    >>> cost = pd.DataFrame([[0, 4, 9], [4, 0, 5], [9, 5, 0]], index=list("abc"), columns=["A", "B", "C"])
    >>> found = p_median(cost, p=1)
    >>> found.open, found.objective, found.gap
    (('B',), 9.0, 0.0)
    >>> p_median(cost, p=2, sides={"A": "left", "B": "left", "C": "right"}, per_side=1).open
    ('A', 'C')
    """
    if method not in ("auto", "exact", "heuristic"):
        raise OptionError(f"unknown method {method!r}; one of: auto, exact, heuristic")
    given = problem(cost, weights, sides, per_side)
    lost = [name for name, row in zip(given.clients, given.cost, strict=True) if not np.isfinite(row).any()]
    if lost:
        hint = "add a way to a site, or leave the client out"
        raise DataError([Finding("distances", 0, "client", name, "reaches no site", hint) for name in lost])
    given.need(p)
    exact = method == "exact" or (method == "auto" and given.cost.size <= EXACT_PAIRS)
    return _exact(given, p) if exact else heuristic(given, p)


def _exact(given: Problem, p: int) -> Siting:
    clients, sites = given.cost.shape
    at = np.argwhere(np.isfinite(given.cost))
    pairs = np.arange(len(at))
    width = sites + len(at)
    value = np.concatenate([np.zeros(sites), given.weight[at[:, 0]] * given.cost[at[:, 0], at[:, 1]]])
    one = sparse.csr_array((np.ones(len(at)), (at[:, 0], sites + pairs)), shape=(clients, width))
    only = sparse.csr_array(
        (np.concatenate([np.ones(len(at)), -np.ones(len(at))]),
         (np.concatenate([pairs, pairs]), np.concatenate([sites + pairs, at[:, 1]]))),
        shape=(len(at), width),
    )  # fmt: skip
    total = sparse.csr_array((np.ones(sites), (np.zeros(sites, int), np.arange(sites))), shape=(1, width))
    whole = np.concatenate([np.ones(sites, np.int64), np.zeros(len(at), np.int64)])
    found = solve(
        value,
        [
            optimize.LinearConstraint(one, 1, 1), optimize.LinearConstraint(only, -np.inf, 0),
            optimize.LinearConstraint(total, p, p), side_rows(given, width),
        ],
        whole,
    )  # fmt: skip
    if found is None:
        raise impossible(given, p)
    chosen = np.flatnonzero(found.x[:sites] > 0.5)
    objective = float(given.weight @ given.cost[:, chosen].min(axis=1))
    # The bound HiGHS proved is the optimum up to its rounding; a difference of that size is no gap.
    bound = objective if abs(found.bound - objective) <= 1e-9 * max(abs(objective), 1.0) else found.bound
    return given.answer("p_median", chosen.tolist(), objective, bound, "exact")


def _greedy(given: Problem, p: int) -> NDArray[np.bool_]:
    """Add the site that saves most, one by one, as long as the sides still missing can get theirs."""
    # A client not reached yet counts as further than any that is.
    far = 2 * float(given.cost[np.isfinite(given.cost)].max(initial=0.0)) + 1
    cost = np.minimum(given.cost, far)
    chosen = np.zeros(len(given.sites), bool)
    near = np.full(len(given.clients), far)
    for left in range(p, 0, -1):
        count = np.bincount(given.side[chosen], minlength=len(given.names))
        missing = np.maximum(given.least - count, 0)
        allowed = ~chosen & (count < given.most)[given.side]
        if missing.sum() >= left:
            allowed &= (missing > 0)[given.side]
        saved = np.where(allowed, given.weight @ np.maximum(near[:, None] - cost, 0.0), -1.0)
        best = int(np.argmax(saved))
        chosen[best] = True
        near = np.minimum(near, cost[:, best])
    return chosen


def heuristic(given: Problem, p: int) -> Siting:
    """Greedy, then exchanges until none helps, beside the Lagrangian bound."""
    chosen = _greedy(given, p)
    far = 2 * float(given.cost[np.isfinite(given.cost)].max(initial=0.0)) + 1
    cost = np.where(np.isfinite(given.cost), given.cost, far * len(given.clients))
    while True:
        gain, new, old = best_swap(cost, given.weight, chosen, given.side, given.least, given.most)
        if new < 0 or gain <= 1e-12 * far:
            break
        chosen[new], chosen[old] = True, False
    _, near, _ = nearest_two(given.cost, chosen)
    if not np.isfinite(near).all():
        raise impossible(given, p)
    objective = float(given.weight @ near)
    bound = lagrangian_bound(given, p, objective, near)
    return given.answer("p_median", np.flatnonzero(chosen).tolist(), objective, bound, "heuristic")


def _cheapest(given: Problem, p: int, value: Floats) -> Floats:
    """Return the p least values that give every side its least and no side more than its most."""
    order = np.argsort(value, kind="stable")
    count = np.zeros(len(given.names), np.int64)
    taken = np.zeros(len(value), bool)
    for j in order:
        if count[given.side[j]] < given.least[given.side[j]]:
            taken[j] = True
            count[given.side[j]] += 1
    for j in order:
        if taken.sum() == p:
            break
        if not taken[j] and count[given.side[j]] < given.most[given.side[j]]:
            taken[j] = True
            count[given.side[j]] += 1
    return taken.astype(float)


def lagrangian_bound(given: Problem, p: int, above: float, near: Floats) -> float:
    """Return a lower bound of the p-median: the best of Σ λ + Σ_{p least} ρ_j, ρ_j = Σ_i min(0, w_i c_ij − λ_i).

    Parameters
    ----------
    given
        The problem.
    p
        Number of sites.
    above
        Objective of a choice at hand.
    near : (client,)
        Its distances; the multipliers start there.
    """
    weighted = given.weight[:, None] * np.where(np.isfinite(given.cost), given.cost, np.inf)
    weighted[np.isnan(weighted)] = np.inf
    price = given.weight * near
    best, scale, idle = 0.0, 1.0, 0
    for _ in range(STEPS):
        reduced = np.minimum(weighted - price[:, None], 0.0)
        taken = _cheapest(given, p, reduced.sum(axis=0))
        value = float(price.sum() + reduced.sum(axis=0) @ taken)
        if value > best + 1e-9 * max(above, 1.0):
            best, idle = value, 0
        else:
            idle += 1
            if idle % PATIENCE == 0:
                scale /= 2
        slope = 1.0 - (reduced < 0) @ taken
        norm = float(slope @ slope)
        if norm == 0 or above - best <= 1e-9 * max(above, 1.0):
            break
        price = np.maximum(price + scale * (1.02 * above - value) / norm * slope, 0.0)
    return min(best, above)
