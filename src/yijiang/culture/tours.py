"""Routes that see most within their time: the team orienteering problem with time windows and visits per site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from yijiang.errors import DataError, Finding, SolveError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Up to so many sites every subset is looked at, which is exact for any number of groups.
EXACT_SITES = 12
#: Up to so many sites of one route every order is weighed for the least travel.
MOST_ORDERED = 9
#: Labels after which one route of many sites is no longer searched to the end.
MOST_LABELS = 400_000
ROUNDS = 600
#: Sites of which a label can remember whether it was there.
MOST_BITS = 62


@dataclass(frozen=True)
class Routes:
    """Routes of some groups.

    Attributes
    ----------
    routes : sites of each group in the order of the visits.
    begins : when each visit begins [h].
    ends : when each group is at its end [h].
    score : worth of all visits.
    bound : no routes are worth more.
    method : "subsets" and "labels" are exact when `gap` is 0, "search" is the best that was found.
    """

    routes: tuple[tuple[int, ...], ...]
    begins: tuple[tuple[float, ...], ...]
    ends: tuple[float, ...]
    score: float
    bound: float
    method: str

    @property
    def gap(self) -> float:
        """How far the bound lies above the score, relative to the bound."""
        return 0.0 if self.bound <= 0 else max(0.0, (self.bound - self.score) / self.bound)


def orienteering(
    score: Floats,
    first: Floats,
    between: Floats,
    last: Floats,
    service: Floats,
    opens: Floats,
    closes: Floats,
    *,
    start: float = 0.0,
    latest: float,
    groups: int = 1,
    visits: Ints | None = None,
    method: str = "auto",
) -> Routes:
    """Return the routes of some groups that together see most between a start and a latest end.

    max Σ_g Σ_{i ∈ route g} s_i   s.t. every visit begins in a window, every group is back by `latest`,
    no group sees a site twice, and at most `visits[i]` groups see site i (its carrying limit)

    Up to 12 sites: the earliest end of every subset by dynamic programming, then the best packing of the largest
    subsets by HiGHS. One group and more sites: label setting with decremental state space relaxation, exact unless it
    would take more than 400,000 labels. Otherwise the better of single routes one after another and an iterated local
    search; their bound is the best relaxation that was solved: as many times the best single walk, or the time that
    visits take in all. The sites of a route, up to 9, are put in the order with the least time on the way.

    Parameters
    ----------
    score : (site)
        Worth of a visit [1].
    first, last : (site)
        Time from the start and to the end [h].
    between : (site, site)
        Shortest time from site to site [h]; infinite where no way leads.
    service : (site)
        Length of a visit [h].
    opens, closes : (site, window)
        A visit may begin from `opens` to `closes` [h]; windows in the order of time, unused ones (inf, −inf).
    start, latest
        When the groups set out, and when they must be at the end [h].
    groups
        Number of groups.
    visits : (site)
        Most groups at each site; one unless given.
    method
        "auto", "subsets", "labels" or "search".

    Raises
    ------
    DataError
        If an array has the wrong shape, or a score, a length or a limit is negative or missing.
    SolveError
        If HiGHS finds no packing, or the sites are too many for the method.

    Source: Righini and Salani (2009), Computers & Operations Research 36, labels; Vansteenwegen and others (2009),
    Computers & Operations Research 36, the search.

    Examples
    --------
    >>> hours = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> one = np.ones(2)
    >>> found = orienteering(
    ...     np.array([2.0, 3.0]), one, hours, one, one, np.zeros((2, 1)), np.full((2, 1), 9.0), latest=5
    ... )
    >>> found.routes, found.ends, found.gap
    (((1, 0),), (5.0,), 0.0)
    """
    from yijiang.culture import kernels

    shape = np.shape(score)
    limit = np.ones(shape, np.int64) if visits is None else np.asarray(visits, np.int64)
    _check(score, first, between, last, service, opens, closes, limit, groups)
    limit = np.minimum(limit, groups)
    usable = (limit > 0) & (np.asarray(score) > 0)
    place = np.flatnonzero(usable)
    arrays = _of([np.asarray(a, np.float64) for a in (first, between, last, service, opens, closes)], place)
    worth, limit = np.asarray(score, np.float64)[place], limit[place]
    if method == "auto":
        method = "subsets" if len(place) <= EXACT_SITES else "labels"
    times = float(start), float(latest)
    if method == "subsets":
        routes, bound = _by_subsets(worth, limit, groups, times, arrays)
    else:
        routes, bound, method = _of_many(worth, limit, groups, times, arrays, method)
    # Of equal routes the one with the least time on the way.
    routes = [
        kernels.least_travel(np.array(r), *times, *arrays).tolist() if 1 < len(r) <= MOST_ORDERED else r for r in routes
    ]
    routes = sorted((r for r in routes), key=lambda r: (-sum(worth[r]), r)) or [[]]
    begins, ends = [], []
    for route in routes:
        moments, time, here = [], times[0], -1
        for site in route:
            time = kernels.begin(
                arrays[4], arrays[5], site, time + (arrays[0][site] if here < 0 else arrays[1][here, site])
            )
            moments.append(float(time))
            time += arrays[3][site]
            here = site
        begins.append(tuple(moments))
        ends.append(float(time + (arrays[2][here] if here >= 0 else 0.0)))
    total = float(sum(worth[site] for route in routes for site in route))
    named = tuple(tuple(int(place[site]) for site in route) for route in routes)
    return Routes(named, tuple(begins), tuple(ends), total, max(float(bound), total), method)


def _of_many(
    score: Floats, limit: Ints, groups: int, times: tuple[float, float], arrays: Sequence[Floats], method: str
) -> tuple[list[list[int]], float, str]:
    """Routes over many sites: the best single ones one after another, or what the search finds, whichever is more."""
    from yijiang.culture import kernels

    routes: list[list[int]] = []
    bound, room = np.inf, limit.copy()
    while len(routes) < groups and method != "search":
        left = np.flatnonzero(room > 0)
        route, best = _by_labels(score[left], times, _of(arrays, left))
        if not routes:
            # No group sees more than the best single one does.
            bound = groups * best
        if not route:
            if route is None:
                method = "search"
            break
        routes.append(left[route].tolist())
        room[left[route]] -= 1
    if groups == 1 and method == "labels":
        return routes, bound, "labels"
    many, counts = kernels.search(groups, limit, ROUNDS, score, *times, *arrays)
    found = [row[:count].tolist() for row, count in zip(many, counts, strict=True)]
    if sum(score[r].sum() for r in routes) >= sum(score[r].sum() for r in found):
        found = routes
    return found, min(bound, _time_bound(score, limit, groups, times, arrays)), "search"


def _of(arrays: Sequence[Floats], sites: Ints) -> tuple[Floats, ...]:
    """The arrays of some of the sites."""
    first, between, *rest = arrays
    return first[sites], np.ascontiguousarray(between[np.ix_(sites, sites)]), *(a[sites] for a in rest)


def _check(
    score: Floats, first: Floats, between: Floats, last: Floats, service: Floats, opens: Floats, closes: Floats,
    limit: Ints, groups: int,
) -> None:  # fmt: skip
    n = len(score)
    findings = []
    for name, array, shape in (
        ("first", first, (n,)), ("between", between, (n, n)), ("last", last, (n,)), ("service", service, (n,)),
        ("visits", limit, (n,)), ("closes", closes, np.shape(opens)),
    ):  # fmt: skip
        if np.shape(array) != shape:
            findings.append(Finding("sites", 0, name, str(np.shape(array)), f"wanted the shape {shape}", "align it"))
    if groups < 1:
        findings.append(Finding("sites", 0, "groups", str(groups), "no group sets out", "give 1 or more"))
    for name, array in (("score", score), ("service", service), ("visits", limit)):
        for i in np.flatnonzero(~(np.asarray(array, float) >= 0)):
            findings.append(Finding("sites", int(i) + 2, name, str(array[i]), "negative or missing", "give 0 or more"))
    if findings:
        raise DataError(findings)


def _by_subsets(
    score: Floats, limit: Ints, groups: int, times: tuple[float, float], arrays: Sequence[Floats]
) -> tuple[list[list[int]], float]:
    """Pack the largest feasible subsets: y_i ≤ limit_i, y_i ≤ Σ of the chosen subsets that hold i, max Σ s_i y_i."""
    from yijiang.culture import kernels

    n = len(score)
    if n > EXACT_SITES + 4:
        raise SolveError(f"{n} sites are too many to look at every subset; use another method", sites=float(n))
    if n == 0:
        return [[]], 0.0
    done, before = kernels.subsets(*times, *arrays)
    feasible = np.flatnonzero(np.isfinite(done).any(axis=1))
    if not len(feasible):
        return [[]], 0.0
    held = (feasible[:, None] >> np.arange(n)) & 1
    known = set(feasible.tolist())
    whole = [k for k, mask in enumerate(feasible.tolist()) if not any(
        not mask >> i & 1 and mask | 1 << i in known for i in range(n)
    )]  # fmt: skip
    held, feasible = held[whole].astype(float), feasible[whole]
    if groups == 1:
        best = int(np.argmax(held @ score))
        chosen, bound = [best], float(held[best] @ score)
        kept = held
    else:
        columns = len(feasible)
        cost = np.concatenate([-score, np.zeros(columns)])
        rows = np.hstack([np.eye(n), -held.T])
        total = np.concatenate([np.zeros(n), np.ones(columns)])
        upper = np.concatenate([limit.astype(float), np.full(columns, float(groups))])
        solved = milp(
            cost, constraints=[LinearConstraint(rows, -np.inf, 0.0), LinearConstraint(total[None, :], 0.0, groups)],
            bounds=Bounds(0.0, upper), integrality=np.ones(n + columns, np.int64), options={"mip_rel_gap": 0.0},
        )  # fmt: skip
        if solved.x is None:
            raise SolveError(f"no packing of the routes was found: {solved.message}")
        times_chosen = np.round(solved.x[n:]).astype(int)
        chosen, bound = [k for k in range(columns) for _ in range(times_chosen[k])], float(-solved.mip_dual_bound)
        # A site that more of the chosen routes pass than its limit allows is left out of the later ones.
        room, kept = limit.copy(), held
        trimmed = []
        for k in chosen:
            mask = 0
            for i in np.flatnonzero(held[k]):
                if room[i] > 0:
                    room[i] -= 1
                    mask |= 1 << int(i)
            trimmed.append(mask)
        return [_order(mask, done, before, arrays[2]) for mask in trimmed if mask] or [[]], bound
    return [_order(int(feasible[k]), done, before, arrays[2]) for k in chosen if kept[k].any()], bound


def _order(mask: int, done: Floats, before: Ints, last: Floats) -> list[int]:
    if not np.isfinite(done[mask] + last).any():
        raise SolveError("a route without one of its sites takes longer than with it: give shortest travel times")
    here = int(np.argmin(done[mask] + last))
    route = []
    while here >= 0:
        route.append(here)
        mask, here = mask & ~(1 << here), int(before[mask, here])
    return route[::-1]


def _by_labels(
    score: Floats, times: tuple[float, float], arrays: Sequence[Floats]
) -> tuple[list[int] | None, float]:  # fmt: skip
    """Solve relaxations in which ever more sites may be visited only once, until the best walk repeats none."""
    from yijiang.culture import kernels

    bit = np.full(len(score), -1)
    used, bound = 0, np.inf
    # A round trip that takes no time could be walked for ever.
    idle = (arrays[1] + arrays[1].T + arrays[3][:, None] + arrays[3][None, :] <= 0.0).any(axis=1)
    for site in np.flatnonzero(idle):
        if used == MOST_BITS:
            return None, bound
        bit[site] = used
        used += 1
    while True:
        first, between, last, service, opens, closes = arrays
        best, walk, whole = kernels.labels(
            score, *times, first, between, last, service, opens, closes, bit, MOST_LABELS
        )
        if not whole:
            return None, bound
        bound = min(bound, float(best))
        sites, seen = np.unique(walk, return_counts=True)
        again = sites[seen > 1]
        if not len(again):
            return walk.tolist(), float(best)
        for site in again:
            if used == MOST_BITS:
                return None, bound
            bit[site] = used
            used += 1


def _time_bound(score: Floats, limit: Ints, groups: int, times: tuple[float, float], arrays: Sequence[Floats]) -> float:
    """Fill the groups' time with the visits that are worth most per hour, each with its shortest way there."""
    first, between, last, service = arrays[:4]
    if not len(score):
        return 0.0
    near = np.where(np.eye(len(score), dtype=bool), np.inf, between).min(axis=0)
    takes = service + np.minimum(near, first)
    reach = np.isfinite(takes) & (times[0] + first + service + last <= times[1] + 1e-9)
    room = groups * max(times[1] - times[0] - float(last[reach].min(initial=np.inf) if reach.any() else 0.0), 0.0)
    total = 0.0
    for k in sorted(np.flatnonzero(reach), key=lambda k: -score[k] / max(takes[k], 1e-12)):
        part = min(float(limit[k]), room / takes[k] if takes[k] > 0 else float(limit[k]))
        total += part * score[k]
        room -= part * takes[k]
        if room <= 0:
            break
    return total
