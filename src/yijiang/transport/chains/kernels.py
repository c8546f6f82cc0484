"""Kernels of the chains: road to a port, legs of other modes from port to port, road to the end.

A prefix is a sequence of main modes with which chains begin. Legs between two ports are the same for every origin, so
trees grow from ports for the main modes and from zones, forward and backward, for the road. A tree that is known is
first tried: if no arc shortens it under the new weights it is still the best one, which is far cheaper to see than to
grow it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from yijiang.transport.assignment.kernels import Floats, Ints, Shorts
from yijiang.transport.paths.kernels import OPEN, Bools, offer, settle

SAME = 1e-14
"""A label that an arc would lower by less than this part is round-off."""


@njit(cache=True)
def alike(a: Floats, b: Floats) -> bool:
    """Whether two tables of costs differ by the last bits only, as two ways to sum a wait have it."""
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] == b[i, j]:
                continue
            # What was closed and is open, or the other way round, is not alike.
            if b[i, j] == np.inf or not abs(a[i, j] - b[i, j]) <= SAME * abs(b[i, j]):
                return False
    return True


@njit(cache=True, nogil=True)
def still_best(
    root: int, ptr: Shorts, head: Shorts, tail: Shorts, weight: Floats, dist: Floats, pred: Shorts, order: Shorts
) -> bool:
    """Whether a tree is the best one under some weights; writes its labels."""
    dist[:] = np.inf
    dist[root] = 0.0
    for i in range(1, len(order)):
        s = order[i]
        if s < 0:
            break
        dist[s] = dist[tail[pred[s]]] + weight[pred[s]]
    for s in range(len(ptr) - 1):
        for arc in range(ptr[s], ptr[s + 1]):
            if dist[s] + weight[arc] < dist[head[arc]] * (1.0 - SAME):
                return False
    return True


@njit(cache=True, nogil=True)
def regrow(
    first: int, last: int, root: Shorts, row: Ints, rank: Ints, ptr: Shorts, head: Shorts, tail: Shorts,
    fresh: Shorts, through: Bools, weight: Floats, target: Shorts, known: bool, out: Floats, pred: Shorts,
    order: Shorts,
) -> None:  # fmt: skip
    """Bring the trees of the roots first … last − 1 up to date, one per commodity.

    Parameters
    ----------
    row : (root)
        The weights of commodity k are the row row[root]·commodities + k.
    rank : (commodity)
        Commodities by rising value of time: a neighbour's tree is the likeliest to serve.
    known
        Whether `pred` and `order` hold trees of these roots already.
    out : (root, commodity, target)
        Written: labels.
    pred, order : (root · commodity, state)
        Read and written: arc that enters a state, and the states as settled, −1 after the last.
    """
    states, size = len(ptr) - 1, len(rank)
    heap, place, key = np.empty(states, np.int32), np.empty(states, np.int32), np.empty(states)
    dist = np.empty(states)
    for g in range(first, last):
        for i in range(size):
            k = rank[i]
            t, w = g * size + k, weight[row[g] * size + k]
            like = t if known else (g * size + rank[i - 1] if i > 0 else -1)
            good = like >= 0 and still_best(root[g], ptr, head, tail, w, dist, pred[like], order[like])
            if good and like != t:
                pred[t] = pred[like]
                order[t] = order[like]
            if not good:
                dist[:] = np.inf
                pred[t] = -1
                order[t] = -1
                place[:] = fresh
                place[root[g]] = OPEN
                dist[root[g]] = 0.0
                count = offer(root[g], 0.0, int(np.int64(0)), heap, key, place)
                settle(count, ptr, head, w, through, bool(np.bool_(False)), dist, pred[t], order[t], heap, key, place)
            for n in range(len(target)):
                out[g, k, n] = dist[target[n]] if target[n] >= 0 else np.inf


@njit(cache=True)
def best_vehicles(out: Floats, vehicles: int, leg: Floats, best: Shorts) -> None:
    """Cheapest vehicle between two ports: out (vehicle · port, commodity, port) → leg, best (commodity, port, port)."""
    ports = out.shape[2]
    for k in range(out.shape[1]):
        for p in range(ports):
            for q in range(ports):
                leg[k, p, q] = np.inf
                best[k, p, q] = -1
                for v in range(vehicles):
                    if p != q and out[v * ports + p, k, q] < leg[k, p, q]:
                        leg[k, p, q] = out[v * ports + p, k, q]
                        best[k, p, q] = v


@njit(cache=True, nogil=True)
def join_chains(
    first: int, last: int, job_class: Ints, job_zone: Ints, road: int, out_road: Floats, back_road: Floats,
    parent: Ints, prefix_mode: Ints, before: Ints, chain_prefix: Ints, call_ptr: Ints, call: Ints, local: Shorts,
    leg_ptr: Ints, leg: Floats, board: Shorts, cost: Floats, load: Ints, unload: Ints, anew: Bools, all_anew: bool,
    label: Floats, came: Shorts, total: Floats, exit_port: Shorts,
) -> None:  # fmt: skip
    """Join legs to chains for the jobs (commodity and origin) first … last − 1.

    Parameters
    ----------
    out_road, back_road : (zone, commodity, port … zone)
        Cost by road from a zone to the ports and zones, and from these to a zone.
    parent, prefix_mode, before : (prefix)
        Prefix it prolongs (−1: the road), mode of its last leg, mode before that leg.
    chain_prefix : (chain)
        Prefix of the chain's main legs, −1 for the road alone.
    call_ptr, call : the ports of mode m are call[call_ptr[m] … call_ptr[m+1] − 1]; local : (mode, port) place there.
    leg_ptr, leg : the legs of mode m begin at leg_ptr[m], (commodity, port, port).
    board : (mode, mode, port), load, unload : (zone)
        Virtual links.
    anew : (prefix), all_anew
        Prefixes whose labels are not known yet; and whether this goes for the chain by road alone as well.
    label, came : (job, prefix, port of the mode)
        Written: least cost at the end of the leg, and the port where it began.
    total, exit_port : (job, chain, zone)
        Written: cost, and the port where goods change to the road.
    """
    zones = len(load)
    ports = out_road.shape[2] - zones
    for job in range(first, last):
        k, o = job_class[job], job_zone[job]
        for n in range(len(parent)):
            if not anew[n]:
                continue
            m = prefix_mode[n]
            size = call_ptr[m + 1] - call_ptr[m]
            label[job, n] = np.inf
            came[job, n] = -1
            for p in range(size):
                port = call[call_ptr[m] + p]
                change = board[before[n], m, port]
                if change < 0:
                    continue
                if parent[n] < 0:
                    start = out_road[o, k, port]
                elif local[before[n], port] >= 0:
                    start = label[job, parent[n], local[before[n], port]]
                else:
                    start = np.inf
                start += cost[k, change]
                if start == np.inf:
                    continue
                at = leg_ptr[m] + (k * size + p) * size
                for q in range(size):
                    reached = start + leg[at + q]
                    if reached < label[job, n, q]:
                        label[job, n, q] = reached
                        came[job, n, q] = p
        for c in range(len(chain_prefix)):
            n = chain_prefix[c]
            if not (anew[n] if n >= 0 else all_anew):
                continue
            for d in range(zones):
                least, leave = np.inf, -1
                if n < 0:
                    least = out_road[o, k, ports + d]
                elif o != d:
                    m = prefix_mode[n]
                    for q in range(call_ptr[m + 1] - call_ptr[m]):
                        port = call[call_ptr[m] + q]
                        change = board[m, road, port]
                        if change < 0 or label[job, n, q] == np.inf:
                            continue
                        here = label[job, n, q] + cost[k, change] + back_road[d, k, port]
                        if here < least:
                            least, leave = here, port
                total[job, c, d] = least + (cost[k, load[o]] + cost[k, unload[d]])
                exit_port[job, c, d] = leave


@njit(cache=True)
def composite_costs(total: Floats, mu: Floats, nest: Ints, ratio: Floats) -> Floats:
    """Composite cost of the nested choice among the chains: S_n = −ln Σ exp(−μ_n·c)/μ_n, S = −ln Σ exp(−μ·S_n)/μ.

    Parameters
    ----------
    total : (commodity · zone + origin, chain, destination)
        Least cost, infinite where no chain leads.
    mu : (commodity)
    nest, ratio : (chain) number of the nest, and μ/μ_n.

    Returns
    -------
    (origin, destination, commodity); infinite where no chain leads.
    """
    zones, chains = total.shape[2], total.shape[1]
    out = np.empty((zones, zones, len(mu)))
    nests = nest.max() + 1
    low, odds, inner = np.empty(nests), np.empty(nests), np.empty(nests)
    for k in range(len(mu)):
        for c in range(chains):
            inner[nest[c]] = mu[k] / ratio[c]
        for o in range(zones):
            cost = total[k * zones + o]
            for d in range(zones):
                low[:] = np.inf
                odds[:] = 0.0
                for c in range(chains):
                    low[nest[c]] = min(low[nest[c]], cost[c, d])
                for c in range(chains):
                    n = nest[c]
                    if cost[c, d] < np.inf:
                        # The cheapest of a nest has odds of 1.
                        odds[n] += 1.0 if cost[c, d] == low[n] else np.exp(-inner[n] * (cost[c, d] - low[n]))
                least, sums = np.inf, 0.0
                for n in range(nests):
                    if odds[n] > 1.0:
                        low[n] -= np.log(odds[n]) / inner[n]
                    least = min(least, low[n])
                for n in range(nests):
                    if odds[n] > 0.0:
                        sums += 1.0 if low[n] == least else np.exp(-mu[k] * (low[n] - least))
                out[o, d, k] = least - np.log(sums) / mu[k] if sums > 0.0 else np.inf
    return out


@njit(cache=True)
def trace_chains(
    wanted: Ints, group_job: Ints, group_chain: Ints, group_zone: Ints, job_class: Ints, job_zone: Ints, road: int,
    classes: int, chain_prefix: Ints, parent: Ints, prefix_mode: Ints, before: Ints, call_ptr: Ints, call: Ints,
    local: Shorts, leg_ptr: Ints, best: Shorts, came: Shorts, exit_port: Shorts, base: Ints, mode_first: Ints,
    tree_ptr: Ints, tree_pred: Shorts, arc_first: Ints, tail: Shorts, port_state: Shorts, road_pred: Shorts,
    back_pred: Shorts, back_arc: Shorts, road_head: Shorts, road_port: Shorts, zone_state: Shorts, board: Shorts,
    load: Ints, unload: Ints,
) -> tuple[Ints, Shorts]:  # fmt: skip
    """Write the virtual links of the least chains of some groups, from the end to the origin.

    Parameters
    ----------
    base, arc_first : (vehicle + 1)
        First state, and first arc, of a vehicle among those of the star.
    tree_ptr, tree_pred : the trees of mode m begin at tree_ptr[m], (vehicle of the mode · port · commodity, state).
    road_pred, back_pred : (zone · commodity, road state) arcs within the road, back_arc : (backward arc) forward arc.
    road_head : (road arc), road_port : (port), zone_state : (zone) states of the road.
    """
    ptr = np.zeros(len(wanted) + 1, np.int64)
    out = np.empty(64 * len(wanted) + 1024, np.int32)
    size, longest = 0, len(tail) + 1024
    truck = mode_first[road]
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
            port = exit_port[job, c, d]
            # From the port to the end by the tree that leads there, written the other way round.
            begin, s, t = size, road_port[port], d * classes + k
            while back_pred[t, s] >= 0:
                arc = back_arc[back_pred[t, s]]
                out[size] = arc_first[truck] + arc
                size += 1
                s = road_head[arc]
            out[begin:size] = out[begin:size][::-1].copy()
            after = road
            while n >= 0:
                m = prefix_mode[n]
                out[size] = board[m, after, port]
                size += 1
                count, q = call_ptr[m + 1] - call_ptr[m], local[m, port]
                p = came[job, n, q]
                v = best[leg_ptr[m] + (k * count + p) * count + q]
                vehicle = mode_first[m] + v
                width = base[vehicle + 1] - base[vehicle]
                at = tree_ptr[m] + ((v * count + p) * classes + k) * width
                s = port_state[vehicle, port] - base[vehicle]
                while tree_pred[at + s] >= 0:
                    arc = arc_first[vehicle] + tree_pred[at + s]
                    out[size] = arc
                    size += 1
                    s = tail[arc] - base[vehicle]
                port = call[call_ptr[m] + p]
                after = m
                n = parent[n]
            out[size] = board[road, after, port]
            size += 1
            here = road_port[port]
        t = o * classes + k
        while road_pred[t, here] >= 0:
            arc = arc_first[truck] + road_pred[t, here]
            out[size] = arc
            size += 1
            here = tail[arc] - base[truck]
        out[size] = load[o]
        size += 1
        ptr[w + 1] = size
    return ptr, out[:size]
