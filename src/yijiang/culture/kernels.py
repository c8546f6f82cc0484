"""Kernels of the orienteering problem: times along a route, all subsets of few sites, labels over many sites.

A site has one or more windows in which a visit may begin (one for each day it opens), in the order of time. Hours are
counted from midnight of the first day. Whoever comes early waits, so that to come earlier is never worse.
"""

from __future__ import annotations

import heapq

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Slack in comparisons of hours.
TINY = 1e-9


@njit(cache=True)
def begin(opens: Floats, closes: Floats, site: int, time: float) -> float:
    """When a visit begins at a site that is reached at some time; infinite when it is closed for good."""
    for window in range(opens.shape[1]):
        if time <= closes[site, window] + TINY:
            opening: float = opens[site, window]
            return max(time, opening)
    return np.inf


@njit(cache=True)
def finish(
    route: Ints, count: int, start: float, first: Floats, between: Floats, last: Floats, service: Floats,
    opens: Floats, closes: Floats,
) -> float:  # fmt: skip
    """When a route is at its end, infinite if it misses a window."""
    time, here = start, -1
    for k in range(count):
        site = route[k]
        time = begin(opens, closes, site, time + (first[site] if here < 0 else between[here, site]))
        if not np.isfinite(time):
            return np.inf
        time += service[site]
        here = site
    return time if here < 0 else time + last[here]


@njit(cache=True)
def subsets(
    start: float, latest: float, first: Floats, between: Floats, last: Floats, service: Floats, opens: Floats,
    closes: Floats,
) -> tuple[Floats, Ints]:  # fmt: skip
    """Earliest end of a visit to `site` after all sites of `mask` (mask, site), and the site before it (−1: none)."""
    n = len(service)
    done = np.full((1 << n, n), np.inf)
    before = np.full((1 << n, n), -1)
    for site in range(n):
        time = begin(opens, closes, site, start + first[site]) + service[site]
        if time + last[site] <= latest + TINY:
            done[1 << site, site] = time
    for mask in range(1, 1 << n):
        for here in range(n):
            time = done[mask, here]
            if not np.isfinite(time):
                continue
            for site in range(n):
                if mask >> site & 1:
                    continue
                then = begin(opens, closes, site, time + between[here, site]) + service[site]
                grown = mask | 1 << site
                if then < done[grown, site] and then + last[site] <= latest + TINY:
                    done[grown, site] = then
                    before[grown, site] = here
    return done, before


@njit(cache=True)
def labels(
    score: Floats, start: float, latest: float, first: Floats, between: Floats, last: Floats, service: Floats,
    opens: Floats, closes: Floats, bit: Ints, most: int,
) -> tuple[float, Ints, bool]:  # fmt: skip
    """Best walk in which only sites with a bit (bit ≥ 0) are visited at most once; its score, sites, and whether whole.

    A label (site, time, score, set of visited sites with a bit) gives way to one at the same site that is not later,
    scores no less and has visited no more.
    """
    n = len(score)
    # Room for all labels at once: memory that is not touched costs nothing, and growing costs time to compile.
    numbers, figures = np.empty((4, most), np.int64), np.empty((2, most))
    site, parent, following, visited = numbers[0], numbers[1], numbers[2], numbers[3]
    time, gain = figures[0], figures[1]
    dead = np.zeros(most, np.bool_)
    newest = np.full(n, -1)
    heap = [(0.0, 0)]
    heap.pop()
    count, best, best_label = 0, 0.0, -1
    here_label = -1
    while True:
        if here_label >= 0:
            here, now, have, seen = site[here_label], time[here_label], gain[here_label], visited[here_label]
        else:
            here, now, have, seen = -1, start, 0.0, 0
        for j in range(n):
            if j == here or (bit[j] >= 0 and seen >> bit[j] & 1):
                continue
            then = begin(opens, closes, j, now + (first[j] if here < 0 else between[here, j])) + service[j]
            if not then + last[j] <= latest + TINY:
                continue
            got = have + score[j]
            sites = seen | 1 << bit[j] if bit[j] >= 0 else seen
            beaten = False
            k = newest[j]
            while k >= 0:
                if not dead[k]:
                    if time[k] <= then and gain[k] >= got and visited[k] & ~sites == 0:
                        beaten = True
                        break
                    if then <= time[k] and got >= gain[k] and sites & ~visited[k] == 0:
                        dead[k] = True
                k = following[k]
            if beaten:
                continue
            if count == most:
                return best, np.empty(0, np.int64), False
            site[count], parent[count], following[count] = j, here_label, newest[j]
            time[count], gain[count], visited[count] = then, got, sites
            newest[j] = count
            heapq.heappush(heap, (then, count))
            if got > best:
                best, best_label = got, count
            count += 1
        here_label = -1
        while len(heap) > 0:
            _, label = heapq.heappop(heap)
            if not dead[label]:
                here_label = label
                break
        if here_label < 0:
            break
    length, label = 0, best_label
    while label >= 0:
        length += 1
        label = parent[label]
    walk = np.empty(length, np.int64)
    while best_label >= 0:
        length -= 1
        walk[length] = site[best_label]
        best_label = parent[best_label]
    return best, walk, True


@njit(cache=True)
def insert_best(
    routes: Ints, counts: Ints, left: Ints, score: Floats, start: float, latest: float, first: Floats,
    between: Floats, last: Floats, service: Floats, opens: Floats, closes: Floats,
) -> None:  # fmt: skip
    """Insert sites while any fits: the one with most score² for each hour the route grows by (Vansteenwegen 2009)."""
    n = len(score)
    trial = np.empty(n, np.int64)
    while True:
        top, chosen, into, at = 0.0, -1, -1, -1
        for r in range(len(counts)):
            ended = finish(routes[r], counts[r], start, first, between, last, service, opens, closes)
            for j in range(n):
                if left[j] == 0 or score[j] <= 0.0:
                    continue
                there = False
                for k in range(counts[r]):
                    there = there or routes[r, k] == j
                if there:
                    continue
                for place in range(counts[r] + 1):
                    for k in range(counts[r] + 1):
                        trial[k] = routes[r, k] if k < place else j if k == place else routes[r, k - 1]
                    end = finish(trial, counts[r] + 1, start, first, between, last, service, opens, closes)
                    if end > latest + TINY:
                        continue
                    worth = score[j] ** 2 / (max(end - ended, 0.0) + 0.01)
                    if worth > top:
                        top, chosen, into, at = worth, j, r, place
        if chosen < 0:
            return
        for k in range(counts[into], at, -1):
            routes[into, k] = routes[into, k - 1]
        routes[into, at] = chosen
        counts[into] += 1
        left[chosen] -= 1


@njit(cache=True)
def search(
    teams: int, limit: Ints, rounds: int, score: Floats, start: float, latest: float, first: Floats, between: Floats,
    last: Floats, service: Floats, opens: Floats, closes: Floats,
) -> tuple[Ints, Ints]:  # fmt: skip
    """Iterated local search: fill the routes, take a stretch out of each, fill again; the best seen is returned."""
    n = len(score)
    routes, counts, left = np.full((teams, n), -1), np.zeros(teams, np.int64), limit.copy()
    best_routes, best_counts, best = routes.copy(), counts.copy(), -1.0
    length, offset, idle = 1, 0, 0
    for _ in range(rounds):
        insert_best(routes, counts, left, score, start, latest, first, between, last, service, opens, closes)
        total = 0.0
        for r in range(teams):
            for k in range(counts[r]):
                total += score[routes[r, k]]
        idle += 1
        if total > best:
            best, best_routes, best_counts, length, idle = total, routes.copy(), counts.copy(), 1, 0
        for r in range(teams):
            for _step in range(min(length, counts[r])):
                at = offset % counts[r]
                left[routes[r, at]] += 1
                for k in range(at, counts[r] - 1):
                    routes[r, k] = routes[r, k + 1]
                counts[r] -= 1
        offset += length
        length += 1
        if length > max(n // (3 * teams), 2):
            length = 1
        if idle > rounds // 3:
            for j in range(n):
                left[j] = limit[j]
            for r in range(teams):
                counts[r] = best_counts[r]
                for k in range(counts[r]):
                    routes[r, k] = best_routes[r, k]
                    left[routes[r, k]] -= 1
            offset += 1
            idle = 0
    return best_routes, best_counts


@njit(cache=True)
def least_travel(
    route: Ints, start: float, latest: float, first: Floats, between: Floats, last: Floats, service: Floats,
    opens: Floats, closes: Floats,
) -> Ints:  # fmt: skip
    """The same sites in the order with the least time on the way that meets every window; depth first, bounded."""
    n = len(route)
    best, best_order = np.inf, route.copy()
    order, tried = np.full(n, -1), np.full(n + 1, -1)
    time, travel = np.full(n + 1, start), np.zeros(n + 1)
    used = np.zeros(n, np.bool_)
    depth = 0
    while depth >= 0:
        if depth < n and order[depth] >= 0:
            used[order[depth]] = False
            order[depth] = -1
        if depth == n:
            total = travel[n] + last[route[order[n - 1]]]
            if total < best - TINY and time[n] + last[route[order[n - 1]]] <= latest + TINY:
                best = total
                for k in range(n):
                    best_order[k] = route[order[k]]
            depth -= 1
            continue
        tried[depth] += 1
        k = tried[depth]
        if k == n:
            tried[depth] = -1
            depth -= 1
            continue
        if used[k]:
            continue
        site = route[k]
        way = first[site] if depth == 0 else between[route[order[depth - 1]], site]
        then = begin(opens, closes, site, time[depth] + way) + service[site]
        gone = travel[depth] + way
        if not np.isfinite(then) or gone >= best - TINY or then + last[site] > latest + TINY:
            continue
        used[k] = True
        order[depth] = k
        time[depth + 1], travel[depth + 1] = then, gone
        depth += 1
    return best_order
