"""Kernels of the assignment: paths kept by group, flows moved between them, columns traced from trees and merged in.

A pair is an origin, a destination and a class with a demand; it has one group of paths, or one per chain of modes
among which its demand chooses by a logit. A path is a constant cost and a list of facilities; a facility is whatever
has a delay that depends on its load, or a hard limit. All sums have one fixed order.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]

KIND, SCALE, CAPACITY, POWER, LIMIT, MULTIPLIER, PENALTY = 0, 1, 2, 3, 4, 5, 6
"""Columns of `param`: the delay as in `vdf`, the hard limit, its multiplier and the slope of its penalty."""

DELAY, SLOPE, PRICE, RISE = 0, 1, 2, 3
"""Columns of `state`: delay and its derivative, price of the hard limit and its derivative."""

LEAST_RATIO = 1e-6
"""Load over capacity below which the slope of a power under 1, which is infinite at 0, is not followed."""

EVEN = 1e-15
"""Spread of a group's costs, relative to the least of them, below which its flows are left alone."""


@njit(cache=True)
def evaluate(f: int, load: float, param: Floats, state: Floats) -> None:
    """Write delay, slope, price and rise of a facility under a load."""
    kind, scale, capacity, power = param[f, KIND], param[f, SCALE], param[f, CAPACITY], param[f, POWER]
    if kind == 1.0:
        ratio = max(load, 0.0) / capacity
        if power == 4.0:
            cube = ratio * ratio * ratio
            state[f, DELAY] = scale * cube * ratio
            state[f, SLOPE] = 4.0 * scale * cube / capacity
        elif power == 1.0:
            state[f, DELAY] = scale * ratio
            state[f, SLOPE] = scale / capacity
        else:
            state[f, DELAY] = scale * ratio**power
            steep = max(ratio, LEAST_RATIO) if power < 1.0 else ratio
            state[f, SLOPE] = scale * power * steep ** (power - 1.0) / capacity
    elif kind > 1.0:
        lead = 0.5 * scale if kind == 2.0 else scale / power
        a = 1.0 if kind == 2.0 else np.sqrt(2.0 * (power + 1.0)) - 1.0
        ratio = max(load, 0.0) / capacity
        up_to = min(ratio, 0.95)
        free = 1.0 - up_to
        # The delay lead·ρ^a/(1 − ρ); its slope at the least of ρ and 0.95 is that of the tangent as well.
        slope = lead * up_to ** (a - 1.0) * (a / free + up_to / (free * free))
        state[f, DELAY] = lead * up_to**a / free + slope * (ratio - up_to)
        state[f, SLOPE] = slope / capacity
    if param[f, LIMIT] < np.inf:
        price = param[f, MULTIPLIER] + param[f, PENALTY] * (load - param[f, LIMIT])
        state[f, PRICE] = max(price, 0.0)
        state[f, RISE] = param[f, PENALTY] if price > 0.0 else 0.0


@njit(cache=True)
def evaluate_all(load: Floats, param: Floats, state: Floats) -> None:
    """Write the state of every facility."""
    for f in range(len(load)):
        evaluate(f, load[f], param, state)


@njit(cache=True)
def path_cost(p: int, constant: Floats, fac_ptr: Ints, fac: Shorts, state: Floats, weight: float, pce: float) -> float:
    """Cost of a path: constant + weight·Σ delay + pce·Σ price."""
    delay, price = 0.0, 0.0
    for i in range(fac_ptr[p], fac_ptr[p + 1]):
        delay += state[fac[i], DELAY]
        price += state[fac[i], PRICE]
    return constant[p] + weight * delay + pce * price


@njit(cache=True)
def balance_group(
    first: int, last: int, flow: Floats, constant: Floats, fac_ptr: Ints, fac: Shorts, weight: float, pce: float,
    load: Floats, param: Floats, state: Floats, mark: Ints, stamp: int, cost: Floats,
) -> tuple[float, int]:  # fmt: skip
    """Move flow from dearer paths of a group to its cheapest one, each by a Newton step; returns Σ flow·(cost − least).

    The step is (cost_p − cost_best) ÷ (sum of the slopes of the facilities that only one of the two uses), at most all
    the flow there is. Facilities are updated at once (Gauss–Seidel).
    """
    best, least = first, np.inf
    for p in range(first, last):
        cost[p - first] = path_cost(p, constant, fac_ptr, fac, state, weight, pce)
        if cost[p - first] < least:
            best, least = p, cost[p - first]
    excess = 0.0
    for p in range(first, last):
        excess += flow[p] * (cost[p - first] - least)
    if excess <= 0.0:
        return 0.0, stamp
    for p in range(first, last):
        if p == best or flow[p] <= 0.0 or cost[p - first] - least <= EVEN * least:
            continue
        stamp += 2  # best only: stamp; on both: stamp + 1
        for i in range(fac_ptr[best], fac_ptr[best + 1]):
            mark[fac[i]] = stamp
        gap, slope, price, rise = constant[p] - constant[best], 0.0, 0.0, 0.0
        delay = 0.0
        for i in range(fac_ptr[p], fac_ptr[p + 1]):
            f = fac[i]
            if mark[f] == stamp:
                mark[f] = stamp + 1
            else:
                delay += state[f, DELAY]
                slope += state[f, SLOPE]
                price += state[f, PRICE]
                rise += state[f, RISE]
        for i in range(fac_ptr[best], fac_ptr[best + 1]):
            f = fac[i]
            if mark[f] == stamp:
                delay -= state[f, DELAY]
                slope += state[f, SLOPE]
                price -= state[f, PRICE]
                rise += state[f, RISE]
        gap += weight * delay + pce * price
        if gap <= 0.0:
            continue
        curve = pce * (weight * slope + pce * rise)
        step = flow[p] if gap >= curve * flow[p] else gap / curve
        flow[p] -= step
        flow[best] += step
        for i in range(fac_ptr[p], fac_ptr[p + 1]):
            f = fac[i]
            if mark[f] != stamp + 1:
                load[f] = max(load[f] - pce * step, 0.0)
                evaluate(f, load[f], param, state)
        for i in range(fac_ptr[best], fac_ptr[best + 1]):
            f = fac[i]
            if mark[f] == stamp:
                load[f] += pce * step
                evaluate(f, load[f], param, state)
    return excess, stamp


@njit(cache=True)
def sweep(
    pair_ptr: Ints, group_ptr: Ints, flow: Floats, constant: Floats, fac_ptr: Ints, fac: Shorts, demand: Floats,
    pair_class: Ints, weight: Floats, pce: Floats, scale: Floats, nest: Ints, nest_scale: Floats, share: Floats,
    load: Floats, param: Floats, state: Floats, excess: Floats, skip: float,
) -> float:  # fmt: skip
    """Balance all pairs whose last excess is above `skip`, groups first, then the demand between groups.

    Parameters
    ----------
    pair_ptr, group_ptr
        Groups of a pair, paths of a group.
    scale : (class)
        μ of the choice between groups; 0 where a class does not choose.
    nest, nest_scale : (group), (group)
        Number of the nest within the pair, and μ within it.
    share : (group)
        Written: part of the pair's demand that takes the group.
    excess : (pair)
        Read and written: Σ flow·(cost − least) found when the pair was last balanced, and twice its distance from the logit.

    Returns
    -------
    Sum of the excess of all pairs.
    """
    mark = np.zeros(len(load), np.int64)
    most = 1
    for g in range(len(group_ptr) - 1):
        most = max(most, group_ptr[g + 1] - group_ptr[g])
    cost = np.empty(most)
    stamp = 0
    for i in range(len(demand)):
        if excess[i] <= skip:
            continue
        k = pair_class[i]
        found = 0.0
        for g in range(pair_ptr[i], pair_ptr[i + 1]):
            if group_ptr[g + 1] - group_ptr[g] > 1:
                more, stamp = balance_group(
                    group_ptr[g], group_ptr[g + 1], flow, constant, fac_ptr, fac, weight[k], pce[k], load, param,
                    state, mark, stamp, cost,
                )  # fmt: skip
                found += more
        if scale[k] > 0.0 and pair_ptr[i + 1] - pair_ptr[i] > 1:
            found += choose(
                pair_ptr[i], pair_ptr[i + 1], group_ptr, flow, constant, fac_ptr, fac, demand[i], weight[k], pce[k],
                scale[k], nest, nest_scale, share, load, param, state,
            )  # fmt: skip
        excess[i] = found
    return excess.sum()


@njit(cache=True)
def split(cost: Floats, slope: Floats, part: Floats, mu: float, total: float) -> None:
    """Divide a total by cost_j + slope_j·(new_j − part_j) + ln(new_j)/μ = θ; `part` holds the result.

    Where no cost depends on the load this is the logit itself; Newton on θ, and on ln(new_j) inside it.
    """
    size = len(cost)
    log = np.empty(size)
    lowest = np.min(cost)
    odds = 0.0
    for j in range(size):
        odds += np.exp(-mu * (cost[j] - lowest))
    theta = lowest + (np.log(total) - np.log(odds)) / mu
    bend = False
    for j in range(size):
        bend = bend or slope[j] > 0.0
        log[j] = mu * (theta - cost[j])
    if bend:
        old = part.copy()
        for j in range(size):
            log[j] = min(log[j], np.log(total))
        for _ in range(60):
            amount, change = 0.0, 0.0
            for j in range(size):
                # slope·e^y + y/μ = right side: convex and rising in y
                right = theta - cost[j] + slope[j] * old[j]
                y = log[j]
                for _ in range(60):
                    e = slope[j] * np.exp(y)
                    move = (e + y / mu - right) / (e + 1.0 / mu)
                    y -= min(max(move, -2.0), 30.0) if slope[j] > 0.0 else move
                    if abs(move) <= 1e-14 * (1.0 + abs(y)):
                        break
                log[j] = y
                amount += np.exp(y)
                change += np.exp(y) / (slope[j] * np.exp(y) + 1.0 / mu)
            miss = np.log(amount / total)
            theta -= miss * amount / change
            if abs(miss) <= 1e-14:
                break
    amount = 0.0
    for j in range(size):
        part[j] = np.exp(log[j])
        amount += part[j]
    for j in range(size):
        part[j] *= total / amount


@njit(cache=True)
def choose(
    first: int, last: int, group_ptr: Ints, flow: Floats, constant: Floats, fac_ptr: Ints, fac: Shorts, demand: float,
    weight: float, pce: float, mu: float, nest: Ints, nest_scale: Floats, share: Floats, load: Floats, param: Floats,
    state: Floats,
) -> float:  # fmt: skip
    """Move demand between the groups of a pair towards the nested logit; returns demand·Σ|change of share|·|cost|.

    Within a nest: cost_j + ln(q_j)/μ_n is equal; between nests: S_n + ln(Q_n)/μ, with the composite cost
    S_n = −ln Σ exp(−μ_n·cost_j)/μ_n. Slopes of the costs in the demand damp the step.
    """
    size = last - first
    cost, slope, part = np.full(size, np.inf), np.zeros(size), np.zeros(size)
    nests = 0
    for j in range(size):
        g = first + j
        nests = max(nests, nest[g] + 1)
        best = -1
        for p in range(group_ptr[g], group_ptr[g + 1]):
            c = path_cost(p, constant, fac_ptr, fac, state, weight, pce)
            if c < cost[j]:
                cost[j], best = c, p
        if best >= 0:
            for i in range(fac_ptr[best], fac_ptr[best + 1]):
                slope[j] += pce * (weight * state[fac[i], SLOPE] + pce * state[fac[i], RISE])
        part[j] = share[g] * demand
    held, composite, bend = np.zeros(nests), np.full(nests, np.inf), np.zeros(nests)
    new = np.zeros(size)
    members = np.empty(size, np.int64)
    for n in range(nests):
        count = 0
        for j in range(size):
            if nest[first + j] == n and cost[j] < np.inf:
                members[count] = j
                count += 1
                held[n] += part[j]
        if count == 0:
            continue
        inside = nest_scale[first + members[0]]
        c, s, q = np.empty(count), np.empty(count), np.empty(count)
        for m in range(count):
            c[m], s[m], q[m] = cost[members[m]], slope[members[m]], part[members[m]]
        held[n] = max(held[n], 1e-12 * demand)
        split(c, s, q, inside, held[n])
        lowest, odds = np.min(c), 0.0
        for m in range(count):
            odds += np.exp(-inside * (c[m] - lowest))
            new[members[m]] = q[m] / held[n]
            bend[n] += (q[m] / held[n]) ** 2 * s[m]
        composite[n] = lowest - np.log(odds) / inside
    open_nests = np.flatnonzero(composite < np.inf)
    target = held[open_nests]
    split(composite[open_nests], bend[open_nests], target, mu, demand)
    for m in range(len(open_nests)):
        for j in range(size):
            if nest[first + j] == open_nests[m] and cost[j] < np.inf:
                new[j] *= target[m]
    off = 0.0
    for j in range(size):
        g = first + j
        if cost[j] == np.inf:
            continue
        off += abs(new[j] - part[j]) * cost[j]
        for p in range(group_ptr[g], group_ptr[g + 1]):
            before = flow[p]
            if part[j] > 0.0:
                flow[p] = before * (new[j] / part[j])
            else:
                flow[p] = new[j] if p == group_ptr[g] else 0.0
            for i in range(fac_ptr[p], fac_ptr[p + 1]):
                f = fac[i]
                load[f] = max(load[f] + pce * (flow[p] - before), 0.0)
                evaluate(f, load[f], param, state)
        share[g] = new[j] / demand
    return off


@njit(cache=True)
def group_costs(
    pair_ptr: Ints, group_ptr: Ints, constant: Floats, fac_ptr: Ints, fac: Shorts, pair_class: Ints, weight: Floats,
    pce: Floats, state: Floats, flow: Floats,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return (group) least cost of the paths known, infinite where there is none, and (group) Σ flow·cost."""
    least, spent = np.full(len(group_ptr) - 1, np.inf), np.zeros(len(group_ptr) - 1)
    for i in range(len(pair_class)):
        k = pair_class[i]
        for g in range(pair_ptr[i], pair_ptr[i + 1]):
            for p in range(group_ptr[g], group_ptr[g + 1]):
                c = path_cost(p, constant, fac_ptr, fac, state, weight[k], pce[k])
                least[g] = min(least[g], c)
                if flow[p] > 0.0:  # a way that is closed costs infinity and carries nothing
                    spent[g] += flow[p] * c
    return least, spent


@njit(cache=True)
def trace(wanted: Ints, tree: Shorts, end: Shorts, pred: Shorts, tail: Shorts, link: Shorts) -> tuple[Ints, Shorts]:
    """Walk from the end of every wanted group to the root of its tree; returns ptr and links, from end to root."""
    ptr = np.zeros(len(wanted) + 1, np.int64)
    out = np.empty(16 * len(wanted) + 64, np.int32)
    size = 0
    for n in range(len(wanted)):
        g = wanted[n]
        arc = pred[tree[g], end[g]]
        while arc >= 0:
            if size == len(out):
                more = np.empty(2 * len(out), np.int32)
                more[:size] = out
                out = more
            out[size] = link[arc]
            size += 1
            arc = pred[tree[g], tail[arc]]
        ptr[n + 1] = size
    return ptr, out[:size]


@njit(cache=True)
def merge(
    group_ptr: Ints, flow: Floats, constant: Floats, fac_ptr: Ints, fac: Shorts, link_ptr: Ints, link: Shorts,
    new_ptr: Ints, new_links: Shorts, new_group: Ints, fixed: Floats, group_class: Ints, moving: Shorts,
    amount: Floats,
) -> tuple[Ints, Floats, Floats, Ints, Shorts, Ints, Shorts]:  # fmt: skip
    """Drop paths without flow, add new ones, and lay all out by group again.

    Parameters
    ----------
    new_ptr, new_links, new_group
        New paths, at most one per group, by rising group.
    fixed : (class, link)
        Cost of a link that does not depend on the load.
    moving : (link)
        Facility of the link, or −1 where it neither delays nor limits.
    amount : (new)
        Flow a new path starts with.
    """
    keep = 0
    fac_size, link_size = 0, 0
    for p in range(len(flow)):
        if flow[p] > 0.0:
            keep += 1
            fac_size += fac_ptr[p + 1] - fac_ptr[p]
            link_size += link_ptr[p + 1] - link_ptr[p]
    for i in range(len(new_links)):
        fac_size += 1 if moving[new_links[i]] >= 0 else 0
    total = keep + len(new_group)
    groups = len(group_ptr) - 1
    out_group, out_flow, out_constant = np.zeros(groups + 1, np.int64), np.empty(total), np.empty(total)
    out_fac_ptr, out_fac = np.zeros(total + 1, np.int64), np.empty(fac_size, np.int32)
    out_link_ptr, out_link = np.zeros(total + 1, np.int64), np.empty(link_size + len(new_links), np.int32)
    at, n, a, b = 0, 0, 0, 0
    for g in range(groups):
        for p in range(group_ptr[g], group_ptr[g + 1]):
            if flow[p] <= 0.0:
                continue
            out_flow[at], out_constant[at] = flow[p], constant[p]
            for i in range(fac_ptr[p], fac_ptr[p + 1]):
                out_fac[a] = fac[i]
                a += 1
            for i in range(link_ptr[p], link_ptr[p + 1]):
                out_link[b] = link[i]
                b += 1
            at += 1
            out_fac_ptr[at], out_link_ptr[at] = a, b
        if n < len(new_group) and new_group[n] == g:
            k = group_class[g]
            cost = 0.0
            for i in range(new_ptr[n], new_ptr[n + 1]):
                cost += fixed[k, new_links[i]]
                out_link[b] = new_links[i]
                b += 1
                if moving[new_links[i]] >= 0:
                    out_fac[a] = moving[new_links[i]]
                    a += 1
            out_flow[at], out_constant[at] = amount[n], cost
            at += 1
            n += 1
            out_fac_ptr[at], out_link_ptr[at] = a, b
        out_group[g + 1] = at
    return out_group, out_flow, out_constant, out_fac_ptr, out_fac, out_link_ptr, out_link


@njit(cache=True)
def link_flows(
    group_ptr: Ints, flow: Floats, link_ptr: Ints, link: Shorts, group_class: Ints, classes: int, links: int
) -> Floats:
    """Sum the flows of the paths over their links: (class, link)."""
    out = np.zeros((classes, links))
    for g in range(len(group_ptr) - 1):
        for p in range(group_ptr[g], group_ptr[g + 1]):
            for i in range(link_ptr[p], link_ptr[p + 1]):
                out[group_class[g], link[i]] += flow[p]
    return out


@njit(cache=True)
def facility_loads(
    group_ptr: Ints, flow: Floats, fac_ptr: Ints, fac: Shorts, group_class: Ints, pce: Floats, load: Floats
) -> None:
    """Write the load of every facility afresh from the flows of the paths, so that round-off does not pile up."""
    load[:] = 0.0
    for g in range(len(group_ptr) - 1):
        unit = pce[group_class[g]]
        for p in range(group_ptr[g], group_ptr[g + 1]):
            for i in range(fac_ptr[p], fac_ptr[p + 1]):
                load[fac[i]] += unit * flow[p]
