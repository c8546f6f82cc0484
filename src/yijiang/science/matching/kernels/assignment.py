"""Assignment of largest value between two sides with capacities, over candidate pairs: exact, with dual prices."""

from __future__ import annotations

import heapq

import numpy as np
from numba import njit
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]


@njit(cache=True)
def auction(
    ends: Whole, thing: Whole, value: Floats, capacity: Whole, room: Whole, bids: int
) -> tuple[NDArray[np.bool_], Floats]:
    """Let takers bid for things with room, each so high that it becomes indifferent to its next best.

    Augmenting row reduction (Jonker & Volgenant 1987) with room for several on a thing and several things for a taker:
    a slot of a thing costs what its holder bid, a thing what its cheapest slot costs, and nothing as long as there is
    room. A taker that is full holds nothing worth less to it than what it does not hold, since prices only rise and a
    bid is never higher than makes it indifferent. One that takes a single thing may stop at any time; after `bids` they
    do, while the others go on, and where those come to no end (equal values), nothing is held and every price is 0.

    Returns
    -------
    tuple
        Pairs held; price of every thing.
    """
    takers, things = len(ends) - 1, len(room)
    held = np.zeros(len(thing), np.bool_)
    price = np.zeros(things)
    heads = np.zeros(things + 1, np.int64)
    for o in range(things):
        heads[o + 1] = heads[o] + room[o]
    slot, bid, used = np.empty(heads[-1], np.int64), np.empty(heads[-1]), np.zeros(things, np.int64)
    owner = np.empty(len(thing), np.int64)
    queue, taken = np.arange(takers), np.zeros(takers, np.int64)
    waiting = np.ones(takers, np.bool_)
    for n in range(takers):
        for e in range(ends[n], ends[n + 1]):
            owner[e] = n
    front, count, left = 0, takers, bids
    while count > 0:
        n = queue[front]
        front = (front + 1) % takers
        count -= 1
        waiting[n] = False
        if left <= 0 and capacity[n] == 1:
            continue
        if left < -2 * bids:
            held[:] = False
            price[:] = 0.0
            return held, price
        while taken[n] < capacity[n]:
            left -= 1
            best, second, chosen = 0.0, 0.0, -1
            for e in range(ends[n], ends[n + 1]):
                if held[e] or room[thing[e]] == 0:
                    continue
                margin = value[e] - price[thing[e]]
                if margin > best:
                    second, best, chosen = best, margin, e
                elif margin > second:
                    second = margin
            if chosen < 0:
                break
            o = thing[chosen]
            level = value[chosen] - second
            if used[o] < room[o]:
                at = heads[o] + used[o]
                used[o] += 1
            else:
                at = heads[o]
                for k in range(heads[o], heads[o + 1]):
                    if bid[k] < bid[at]:
                        at = k
                loser = owner[slot[at]]
                held[slot[at]] = False
                taken[loser] -= 1
                if not waiting[loser]:
                    queue[(front + count) % takers] = loser
                    waiting[loser] = True
                    count += 1
            slot[at], bid[at] = chosen, level
            held[chosen] = True
            taken[n] += 1
            if used[o] == room[o]:
                low = bid[heads[o]]
                for k in range(heads[o], heads[o + 1]):
                    low = min(low, bid[k])
                price[o] = max(price[o], low)
    return held, price


@njit(cache=True)
def augment(
    ends: Whole, thing: Whole, value: Floats, capacity: Whole, room: Whole, held: NDArray[np.bool_], price: Floats
) -> tuple[NDArray[np.bool_], Floats, Floats, int]:
    """Seat every taker that still has room by shortest augmenting paths, and return the optimum with its duals.

    max Σ v x with Σ_o x ≤ capacity, Σ_n x ≤ room, x ≤ 1; a path ends at a thing with room, or at a taker that is worth
    nothing more than what it gives up. Successive shortest paths by Dijkstra on reduced costs (Edmonds & Karp 1972).

    Parameters
    ----------
    ends, thing, value : (taker + 1,), (pair,), (pair,)
        Pairs of every taker and their value, at least 0.
    capacity, room
        How many each taker and each thing takes.
    held, price
        What `auction` left; both are changed.

    Returns
    -------
    tuple
        Pairs held; worth of a place of every taker; price of every thing; paths made.
    """
    takers, things = len(ends) - 1, len(room)
    worth = np.zeros(takers)
    heads = np.zeros(things + 1, np.int64)
    for o in range(things):
        heads[o + 1] = heads[o] + room[o]
    slot, used = np.empty(heads[-1], np.int64), np.zeros(things, np.int64)
    owner = np.empty(len(thing), np.int64)
    taken = np.zeros(takers, np.int64)
    for n in range(takers):
        for e in range(ends[n], ends[n + 1]):
            owner[e] = n
            if held[e]:
                slot[heads[thing[e]] + used[thing[e]]] = e
                used[thing[e]] += 1
                taken[n] += 1
            elif room[thing[e]] > 0:
                worth[n] = max(worth[n], value[e] - price[thing[e]])
    dist = np.full(takers + things, np.inf)
    into = np.full(takers + things, -1)
    done = np.zeros(takers + things, np.bool_)
    paths = 0
    for start in range(takers):
        while taken[start] < capacity[start] and worth[start] > 0:
            paths += 1
            reach, last = worth[start], -1 - start
            seen = [start]
            dist[start] = 0.0
            heap = [(0.0, start)]
            while len(heap) > 0:
                far, node = heapq.heappop(heap)
                if far >= reach:
                    break
                if done[node]:
                    continue
                done[node] = True
                if node < takers:
                    if node != start and far + worth[node] < reach:
                        reach, last = far + worth[node], -1 - node
                    for e in range(ends[node], ends[node + 1]):
                        o = thing[e]
                        if held[e] or room[o] == 0 or done[takers + o]:
                            continue
                        step = far + max(worth[node] + price[o] - value[e], 0.0)
                        if step >= reach or step >= dist[takers + o]:
                            continue
                        if dist[takers + o] == np.inf:
                            seen.append(takers + o)
                        dist[takers + o], into[takers + o] = step, e
                        if used[o] < room[o]:
                            reach, last = step, takers + o
                        else:
                            heapq.heappush(heap, (step, takers + o))
                else:
                    o = node - takers
                    for k in range(heads[o], heads[o] + used[o]):
                        e = slot[k]
                        n = owner[e]
                        if done[n] or n == start:
                            continue
                        step = far + max(value[e] - price[o] - worth[n], 0.0)
                        if step < reach and step < dist[n]:
                            if dist[n] == np.inf:
                                seen.append(n)
                            dist[n], into[n] = step, k
                            heapq.heappush(heap, (step, n))
            for node in seen:
                if dist[node] < reach:
                    if node < takers:
                        worth[node] = max(worth[node] - (reach - dist[node]), 0.0)
                    else:
                        price[node - takers] += reach - dist[node]
            if last >= takers:
                # A thing with room: a free slot moves back along the path to the start.
                o = last - takers
                place = heads[o] + used[o]
                used[o] += 1
            elif last != -1 - start:
                n = -1 - last
                place = into[n]
                held[slot[place]] = False
                taken[n] -= 1
                o = thing[slot[place]]
            else:
                place, o = -1, -1
            if place >= 0:
                while True:
                    e = into[takers + o]
                    n = owner[e]
                    slot[place] = e
                    held[e] = True
                    if n == start:
                        break
                    place = into[n]
                    held[slot[place]] = False
                    o = thing[slot[place]]
                taken[start] += 1
            for node in seen:
                dist[node], into[node], done[node] = np.inf, -1, False
            if place < 0:
                break
    # Who takes nobody stands outside the market: a price of its own keeps the proof whole and costs nothing.
    for n in range(takers):
        for e in range(ends[n], ends[n + 1]):
            if room[thing[e]] == 0:
                price[thing[e]] = max(price[thing[e]], value[e])
            elif capacity[n] == 0:
                worth[n] = max(worth[n], value[e] - price[thing[e]])
    return held, worth, price, paths
