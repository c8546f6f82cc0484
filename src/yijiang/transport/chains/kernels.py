"""Kernels of the chains: road to a port, legs of other modes from port to port, road to the end.

A prefix is a sequence of main modes; its last leg starts at every port where goods may board, with the least cost of
standing there, and all vehicles of the mode grow a tree from these starts. Chains that begin alike share prefixes. What
a change of costs does not touch is not grown again.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from yijiang.transport.assignment.kernels import Floats, Ints, Shorts
from yijiang.transport.paths.kernels import OPEN, Bools, offer, settle


@njit(cache=True, nogil=True)
def grow_road(
    first: int, last: int, root: Shorts, kind: Ints, ptr: Shorts, head: Shorts, weight: Floats, fresh: Shorts,
    through: Bools, dist: Floats, pred: Shorts,
) -> None:  # fmt: skip
    """Grow the road trees first … last − 1, rooted at `root` (tree), in row `kind` (tree) of `weight`."""
    nodes = len(ptr) - 1
    order, heap, place = np.empty(nodes, np.int32), np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    key = np.empty(nodes)
    for t in range(first, last):
        dist[t] = np.inf
        pred[t] = -1
        place[:] = fresh
        place[root[t]] = OPEN
        dist[t, root[t]] = 0.0
        size = offer(root[t], 0.0, 0, heap, key, place)
        settle(size, ptr, head, weight[kind[t]], through, False, dist[t], pred[t], order, heap, key, place)


@njit(cache=True, nogil=True)
def grow_prefixes(
    first: int, last: int, job_class: Ints, road_dist: Floats, road_port: Shorts, parent: Ints, prefix_mode: Ints,
    dirty: Bools, modes_before: Ints, mode_first: Ints, base: Ints, port_state: Shorts, ptr: Shorts, head: Shorts,
    fresh: Shorts, through: Bools, cost: Floats, board: Shorts, slot: Ints, label: Floats, vehicle: Shorts,
    pred: Shorts,
) -> None:  # fmt: skip
    """Grow the last legs of all dirty prefixes for the jobs (origin and class) first … last − 1.

    Parameters
    ----------
    road_dist : (job, road state), road_port : (port)
        Cost by road from the origin; road state of a port, −1 for none.
    parent, prefix_mode, modes_before : (prefix)
        Prefix it prolongs (−1: the road), mode of its last leg, mode before that leg.
    mode_first : (mode + 1)
        The vehicles of a mode are mode_first[m] … mode_first[m+1] − 1.
    base : (vehicle + 1)
        First state of every vehicle.
    port_state : (vehicle, port)
        State of a port, −1 if the vehicle does not call.
    cost : (class, virtual link)
        The first are the arcs of the star.
    board : (mode, mode, port)
        Virtual link of the transfer, −1 for none.
    slot : (prefix)
        First column of the prefix in `pred`; its vehicles follow one another.
    label, vehicle : (job, prefix, port)
        Written: least cost at the end of the leg, and the vehicle that has it.
    pred : (job, slot)
        Written: arc that enters the state.
    """
    most = 0
    for g in range(len(base) - 1):
        most = max(most, base[g + 1] - base[g])
    states, ports = base[-1], port_state.shape[1]
    dist, key = np.empty(states), np.empty(most)
    enter = np.empty(states, np.int32)
    order, heap = np.empty(most, np.int32), np.empty(most, np.int32)
    place = np.empty(states, np.int32)
    for job in range(first, last):
        k = job_class[job]
        for n in range(len(parent)):
            if not dirty[n]:
                continue
            m = prefix_mode[n]
            label[job, n] = np.inf
            vehicle[job, n] = -1
            at = slot[n]
            for g in range(mode_first[m], mode_first[m + 1]):
                low, high = base[g], base[g + 1]
                dist[low:high] = np.inf
                enter[low:high] = -1
                # A leaf that is no origin is settled with its neighbour; an origin must go through the heap.
                place[low:high] = fresh[low:high]
                size = 0
                for p in range(ports):
                    s, change = port_state[g, p], board[modes_before[n], m, p]
                    if s < 0 or change < 0:
                        continue
                    if parent[n] >= 0:
                        start = label[job, parent[n], p]
                    else:
                        start = road_dist[job, road_port[p]] if road_port[p] >= 0 else np.inf
                    start += cost[k, change]
                    if start < dist[s]:
                        dist[s] = start
                        place[s] = OPEN
                        size = offer(s, start, size, heap, key, place)
                settle(size, ptr, head, cost[k], through, False, dist, enter, order, heap, key, place)
                for p in range(ports):
                    s = port_state[g, p]
                    if s >= 0 and dist[s] < label[job, n, p]:
                        label[job, n, p] = dist[s]
                        vehicle[job, n, p] = g
                pred[job, at : at + high - low] = enter[low:high]
                at += high - low


@njit(cache=True, nogil=True)
def join_chains(
    job_class: Ints, job_zone: Ints, road: int, road_dist: Floats, back_dist: Floats, road_port: Shorts,
    zone_state: Shorts, chain_prefix: Ints, prefix_mode: Ints, label: Floats, cost: Floats, board: Shorts,
    load: Ints, unload: Ints, total: Floats, exit_port: Shorts,
) -> None:  # fmt: skip
    """Add the road at the end: total (job, chain, zone) and the port where goods change to it (job, chain, zone).

    Parameters
    ----------
    back_dist : (class · zones + zone, road state)
        Cost by road to a zone.
    chain_prefix : (chain)
        Prefix of the chain's main legs, −1 for the road alone.
    load, unload : (zone)
        Virtual links at the ends.
    """
    zones = len(zone_state)
    for job in range(len(job_class)):
        k, o = job_class[job], job_zone[job]
        for c in range(len(chain_prefix)):
            n = chain_prefix[c]
            for d in range(zones):
                best, port = np.inf, -1
                if n < 0:
                    best = road_dist[job, zone_state[d]]
                elif o != d:
                    for p in range(len(road_port)):
                        change = board[prefix_mode[n], road, p]
                        if change < 0 or road_port[p] < 0 or label[job, n, p] == np.inf:
                            continue
                        # Fixed order of the sum, so that ties do not depend on the chain.
                        here = label[job, n, p] + cost[k, change] + back_dist[k * zones + d, road_port[p]]
                        if here < best:
                            best, port = here, p
                total[job, c, d] = best + (cost[k, load[o]] + cost[k, unload[d]])
                exit_port[job, c, d] = port


@njit(cache=True)
def trace_chains(
    wanted: Ints, group_job: Ints, group_chain: Ints, group_zone: Ints, job_class: Ints, job_zone: Ints, road: int,
    zones: int, road_arc: int, road_pred: Shorts, back_pred: Shorts, road_port: Shorts, zone_state: Shorts,
    tail: Shorts, road_head: Shorts, back_arc: Shorts, chain_prefix: Ints, parent: Ints, prefix_mode: Ints, modes_before: Ints,
    mode_first: Ints, base: Ints, state_port: Shorts, port_state: Shorts, vehicle: Shorts, pred: Shorts, slot: Ints,
    board: Shorts, load: Ints, unload: Ints, exit_port: Shorts,
) -> tuple[Ints, Shorts]:  # fmt: skip
    """Write the virtual links of the least chains of some groups, from the end to the origin.

    `road_arc` is the first arc of the road among the virtual links; `state_port` (state) is the port of a state.
    """
    ptr = np.zeros(len(wanted) + 1, np.int64)
    out = np.empty(64 * len(wanted) + 1024, np.int32)
    size = 0
    longest = len(tail) + 1024
    for w in range(len(wanted)):
        g = wanted[w]
        job, c, d = group_job[g], group_chain[g], group_zone[g]
        k, o, n = job_class[job], job_zone[job], chain_prefix[c]
        if size + longest > len(out):
            more = np.empty(2 * len(out) + longest, np.int32)
            more[:size] = out[:size]
            out = more
        out[size] = unload[d]
        size += 1
        here = zone_state[d]
        if n >= 0:
            p = exit_port[job, c, d]
            # From the port to the end by the tree that leads there, written the other way round.
            begin, s = size, road_port[p]
            while back_pred[k * zones + d, s] >= 0:
                arc = back_arc[back_pred[k * zones + d, s]]
                out[size] = road_arc + arc
                size += 1
                s = road_head[arc]
            out[begin:size] = out[begin:size][::-1].copy()
            after = road
            while n >= 0:
                m = prefix_mode[n]
                out[size] = board[m, after, p]
                size += 1
                v = vehicle[job, n, p]
                at = slot[n] + base[v] - base[mode_first[m]]
                s = port_state[v, p]
                while pred[job, at + s - base[v]] >= 0:
                    arc = pred[job, at + s - base[v]]
                    out[size] = arc
                    size += 1
                    s = tail[arc]
                p = state_port[s]
                after = m
                n = parent[n]
            out[size] = board[road, after, p]
            size += 1
            here = road_port[p]
        while road_pred[job, here] >= 0:
            arc = road_pred[job, here]
            out[size] = road_arc + arc
            size += 1
            here = tail[road_arc + arc] - base_of_road(base, mode_first, road)
        out[size] = load[o]
        size += 1
        ptr[w + 1] = size
    return ptr, out[:size]


@njit(cache=True)
def base_of_road(base: Ints, mode_first: Ints, road: int) -> int:
    """First state of the road."""
    return base[mode_first[road]]
