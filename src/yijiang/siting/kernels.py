"""Fast parts of the siting heuristics, over plain arrays."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True)
def nearest_two(
    cost: NDArray[np.float64], chosen: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Nearest chosen site of every client, its distance, and the distance of the second nearest."""
    clients, sites = cost.shape
    where = np.full(clients, -1)
    first, second = np.full(clients, np.inf), np.full(clients, np.inf)
    for i in range(clients):
        for j in range(sites):
            if chosen[j]:
                if cost[i, j] < first[i] or where[i] < 0:
                    second[i] = first[i]
                    first[i], where[i] = cost[i, j], j
                elif cost[i, j] < second[i]:
                    second[i] = cost[i, j]
    return where, first, second


@njit(cache=True)
def best_swap(
    cost: NDArray[np.float64],
    weight: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    side: NDArray[np.int64],
    least: NDArray[np.int64],
    most: NDArray[np.int64],
) -> tuple[float, int, int]:
    """Return the best exchange of one chosen site for another: gain, site in, site out (Whitaker 1983).

    For each site that may come in, what the clients gain who would move to it, and for each site that may go out what
    its clients lose who would not, are collected in one pass over the clients. Sides keep their numbers.
    """
    clients, sites = cost.shape
    where, first, second = nearest_two(cost, chosen)
    count = np.zeros(len(least), np.int64)
    for j in range(sites):
        if chosen[j]:
            count[side[j]] += 1
    best, best_in, best_out = 0.0, -1, -1
    loss = np.zeros(sites)
    for new in range(sites):
        if chosen[new]:
            continue
        gain = 0.0
        loss[:] = 0.0
        for i in range(clients):
            if cost[i, new] < first[i]:
                gain += weight[i] * (first[i] - cost[i, new])
            else:
                loss[where[i]] += weight[i] * (min(cost[i, new], second[i]) - first[i])
        for old in range(sites):
            if not chosen[old]:
                continue
            if side[old] != side[new] and (count[side[old]] <= least[side[old]] or count[side[new]] >= most[side[new]]):
                continue
            if gain - loss[old] > best:
                best, best_in, best_out = gain - loss[old], new, old
    return best, best_in, best_out
