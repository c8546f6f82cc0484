"""Covering: as much as p sites can, all with as few as possible, and the smallest radius with p sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, sparse

from yijiang.errors import InfeasibleError, OptionError
from yijiang.siting.problem import Floats, Problem, Range, Siting, problem
from yijiang.siting.programme import impossible, side_rows, solve

Sides: TypeAlias = "Mapping[str, str] | pd.Series[Any] | Sequence[str] | None"
PerSide: TypeAlias = "int | Range | Mapping[str, int | Range] | None"
#: Weight of the second aim of a covering, relative to all weight.
SECOND = 1e-9


def _radius(radius: float) -> float:
    if not radius >= 0:
        raise OptionError(f"the radius must be 0 or more, not {radius}")
    return float(radius)


def maximal_covering(
    cost: ArrayLike | pd.DataFrame,
    weights: ArrayLike | pd.Series[Any] | None = None,
    *,
    p: int,
    radius: float,
    sides: Sides = None,
    per_side: PerSide = None,
    method: Literal["exact", "heuristic"] = "exact",
) -> Siting:
    """Choose p sites so that the weight of the clients within a radius of one is largest (Church & ReVelle 1974).

    max Σ_i w_i z_i  with  z_i ≤ Σ_{j: c_ij ≤ r} y_j,  Σ_j y_j = p,  l_s ≤ Σ_{j in s} y_j ≤ u_s

    Of choices that cover the same, the exact method takes the one nearest to all.

    Parameters
    ----------
    cost : (client, site)
        Distances c [any one unit].
    weights : (client,)
        Weights w [any unit]; 1 unless given.
    p
        Number of sites [1].
    radius
        Radius r [unit of the distances].
    sides, per_side
        As in `p_median`.
    method
        "exact": HiGHS; "heuristic": greedy, beside the bound of the relaxed programme.

    Returns
    -------
    Siting
        `objective` is the weight covered.

    Examples
    --------
    >>> found = maximal_covering([[1, 9], [2, 9], [9, 1]], p=1, radius=3)
    >>> found.open, found.objective, found.uncovered
    (('0',), 2.0, ('2',))
    """
    if method not in ("exact", "heuristic"):
        raise OptionError(f"unknown method {method!r}; one of: exact, heuristic")
    given, radius = problem(cost, weights, sides, per_side), _radius(radius)
    given.need(p)
    clients, sites = given.cost.shape
    reach = given.cost <= radius
    width = sites + clients
    covers = sparse.hstack([-sparse.csr_array(reach.astype(float)), sparse.eye_array(clients)], format="csr")
    total = sparse.csr_array((np.ones(sites), (np.zeros(sites, int), np.arange(sites))), shape=(1, width))
    value = np.concatenate([_nearness(given) if method == "exact" else np.zeros(sites), -given.weight])
    rules = [
        optimize.LinearConstraint(covers, -np.inf, 0), optimize.LinearConstraint(total, p, p), side_rows(given, width),
    ]  # fmt: skip
    binary = np.concatenate([np.full(sites, int(method == "exact")), np.zeros(clients, int)])
    found = solve(value, rules, binary)
    if found is None:
        raise impossible(given, p)
    chosen = np.flatnonzero(found.x[:sites] > 0.5) if method == "exact" else _greedy(given, reach, p)
    covered = float(given.weight @ reach[:, chosen].any(axis=1))
    bound = -found.bound if method == "exact" else -found.objective
    # The second aim is no gap.
    bound = covered if abs(bound - covered) <= 2 * SECOND * max(float(given.weight.sum()), 1.0) else bound
    return given.answer("maximal_covering", chosen.tolist(), covered, bound, method, radius)


def _nearness(given: Problem) -> Floats:
    """A second aim far below the first: weighted distance of every site from all clients (site,)."""
    reached = np.isfinite(given.cost)
    far = np.where(reached, given.cost, given.cost[reached].max(initial=0.0) + 1)
    apart = given.weight @ far
    step = SECOND * max(float(given.weight.sum()), 1.0) / len(given.sites)
    return np.asarray(apart / max(float(apart.max()), 1e-300) * step)


def _greedy(given: Problem, reach: NDArray[np.bool_], p: int) -> NDArray[np.int64]:
    chosen = np.zeros(len(given.sites), bool)
    left = given.weight.copy()
    for rest in range(p, 0, -1):
        count = np.bincount(given.side[chosen], minlength=len(given.names))
        missing = np.maximum(given.least - count, 0)
        allowed = ~chosen & (count < given.most)[given.side]
        if missing.sum() >= rest:
            allowed &= (missing > 0)[given.side]
        best = int(np.argmax(np.where(allowed, left @ reach, -1.0)))
        chosen[best] = True
        left[reach[:, best]] = 0.0
    return np.flatnonzero(chosen)


def _fewest(given: Problem, radius: float) -> NDArray[np.int64] | None:
    """Return the fewest sites that cover every client, None if no choice does."""
    reach = given.cost <= radius
    if not reach.any(axis=1).all():
        return None
    sites = len(given.sites)
    rules = [optimize.LinearConstraint(sparse.csr_array(reach.astype(float)), 1, np.inf), side_rows(given, sites)]
    found = solve(np.ones(sites), rules, np.ones(sites, np.int64))
    return None if found is None else np.flatnonzero(found.x > 0.5)


def set_covering(
    cost: ArrayLike | pd.DataFrame, *, radius: float, sides: Sides = None, per_side: PerSide = None
) -> Siting:
    """Choose the fewest sites that have every client within a radius (Toregas and others 1971).

    min Σ_j y_j  with  Σ_{j: c_ij ≤ r} y_j ≥ 1 for every client i,  l_s ≤ Σ_{j in s} y_j ≤ u_s

    Parameters
    ----------
    cost : (client, site)
        Distances c [any one unit].
    radius
        Radius r [unit of the distances].
    sides, per_side
        As in `p_median`.

    Raises
    ------
    InfeasibleError
        If a client has no site within the radius; it names them and the radius that would do.

    Examples
    --------
    >>> set_covering([[1, 9, 2], [9, 1, 2], [9, 9, 2]], radius=3).open
    ('2',)
    """
    given, radius = problem(cost, None, sides, per_side), _radius(radius)
    least = given.cost.min(axis=1)
    lost = [name for name, near in zip(given.clients, least, strict=True) if near > radius]
    if lost:
        need = float(least.max())
        way = f"take a radius of {need:g} or more" if np.isfinite(need) else "some clients reach no site at all"
        raise InfeasibleError(f"no site lies within {radius:g} of {', '.join(lost)}", [way, "add sites near them"])
    chosen = _fewest(given, radius)
    if chosen is None:
        raise impossible(given, len(given.sites))
    return given.answer("set_covering", chosen.tolist(), len(chosen), len(chosen), "exact", radius)


def p_centre(cost: ArrayLike | pd.DataFrame, *, p: int, sides: Sides = None, per_side: PerSide = None) -> Siting:
    """Choose p sites so that the largest distance of a client to its nearest is least (Hakimi 1964; Minieka 1970).

    min r  with  at most p sites covering every client within r: bisection over the distances that occur, a set
    covering solved at each.

    Parameters
    ----------
    cost : (client, site)
        Distances [any one unit].
    p
        Number of sites [1].
    sides, per_side
        As in `p_median`.

    Returns
    -------
    Siting
        `objective` is the largest distance.

    Examples
    --------
    >>> p_centre([[0, 4, 9], [4, 0, 5], [9, 5, 0]], p=1).objective
    5.0
    """
    given = problem(cost, None, sides, per_side)
    given.need(p)
    radii = np.unique(given.cost[np.isfinite(given.cost)])
    low, high = int(np.searchsorted(radii, given.cost.min(axis=1).max())), len(radii) - 1
    best: NDArray[np.int64] | None = None
    while low <= high:
        middle = (low + high) // 2
        chosen = _fewest(given, float(radii[middle]))
        if chosen is not None and len(chosen) <= p:
            best, high = chosen, middle - 1
        else:
            low = middle + 1
    if best is None:
        raise impossible(given, p)
    chosen = _filled(given, best, p)
    radius = float(given.cost[:, chosen].min(axis=1).max())
    return given.answer("p_centre", chosen.tolist(), radius, radius, "exact")


def _filled(given: Problem, chosen: NDArray[np.int64], p: int) -> NDArray[np.int64]:
    """Add sites, those that shorten most, until there are p; the largest distance never grows."""
    picked = np.zeros(len(given.sites), bool)
    picked[chosen] = True
    while picked.sum() < p:
        count = np.bincount(given.side[picked], minlength=len(given.names))
        allowed = ~picked & (count < given.most)[given.side]
        if not allowed.any():
            raise impossible(given, p)
        near = given.cost[:, picked].min(axis=1)
        saved = np.where(allowed, np.maximum(near[:, None] - given.cost, 0.0).sum(axis=0), -1.0)
        picked[int(np.argmax(saved))] = True
    return np.flatnonzero(picked)
