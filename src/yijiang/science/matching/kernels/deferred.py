"""Deferred acceptance over lists of preferences, many to many."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Whole = NDArray[np.int64]


@njit(cache=True)
def propose(
    ends: Whole, edges: Whole, receiver: Whole, place: Whole, capacity: Whole, room: Whole
) -> tuple[NDArray[np.bool_], int]:
    """Deferred acceptance: each proposer goes down its list, each receiver keeps the best it was offered.

    Parameters
    ----------
    ends, edges : (proposer + 1,), (edge,)
        Edges of every proposer, the best first.
    receiver, place : (edge,)
        Who each edge leads to, and its place on that one's list (0 is best).
    capacity, room
        How many each proposer and each receiver takes.

    Returns
    -------
    tuple
        Which edges are held at the end; how many proposals were made.
    """
    proposers, receivers = len(ends) - 1, len(room)
    held = np.zeros(len(receiver), np.bool_)
    heads = np.zeros(receivers + 1, np.int64)
    for r in range(receivers):
        heads[r + 1] = heads[r] + room[r]
    keeps, size = np.empty(heads[-1], np.int64), np.zeros(receivers, np.int64)
    owner = np.empty(len(receiver), np.int64)
    for p in range(proposers):
        for k in range(ends[p], ends[p + 1]):
            owner[edges[k]] = p
    following = ends[:-1].copy()
    free = capacity.copy()
    queue = np.arange(proposers)
    waiting = np.ones(proposers, np.bool_)
    front, count, asked = 0, proposers, 0
    while count > 0:
        p = queue[front]
        front = (front + 1) % proposers
        count -= 1
        waiting[p] = False
        while free[p] > 0 and following[p] < ends[p + 1]:
            edge = edges[following[p]]
            following[p] += 1
            asked += 1
            r = receiver[edge]
            if room[r] == 0:
                continue
            if size[r] < room[r]:
                keeps[heads[r] + size[r]] = edge
                size[r] += 1
                held[edge] = True
                free[p] -= 1
                continue
            worst = heads[r]
            for k in range(heads[r], heads[r + 1]):
                if place[keeps[k]] > place[keeps[worst]]:
                    worst = k
            if place[edge] < place[keeps[worst]]:
                loser = owner[keeps[worst]]
                held[keeps[worst]] = False
                held[edge] = True
                keeps[worst] = edge
                free[p] -= 1
                free[loser] += 1
                if not waiting[loser] and loser != p:
                    queue[(front + count) % proposers] = loser
                    waiting[loser] = True
                    count += 1
    return held, asked
