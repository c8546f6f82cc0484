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
Bools = npt.NDArray[np.bool_]

KIND, SCALE, CAPACITY, POWER, LIMIT, MULTIPLIER, PENALTY = 0, 1, 2, 3, 4, 5, 6
"""Columns of `param`: the delay as in `vdf`, the hard limit, its multiplier and the slope of its penalty."""

DELAY, SLOPE, PRICE, RISE = 0, 1, 2, 3
"""Columns of `state`: delay and its derivative, price of the hard limit and its derivative."""

LEAST_PART = 1e-8
"""Part of a demand below which a chain starts anew from the logit of the costs."""

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
    cost: float = constant[p] + weight * delay + pce * price
    return cost


@njit(cache=True)
def balance_group(
    first: int, last: int, flow: Floats, constant: Floats, fac_ptr: Ints, fac: Shorts, weight: float, pce: float,
    load: Floats, param: Floats, state: Floats, mark: Ints, stamp: int, cost: Floats, floor: float,
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
    if excess <= floor:
        return excess, stamp
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
            f = int(np.int64(fac[i]))
            if mark[f] != stamp + 1:
                load[f] = max(load[f] - pce * step, 0.0)
                evaluate(f, load[f], param, state)
        for i in range(fac_ptr[best], fac_ptr[best + 1]):
            f = int(np.int64(fac[i]))
            if mark[f] == stamp:
                load[f] += pce * step
                evaluate(f, load[f], param, state)
    return excess, stamp


@njit(cache=True)
def sweep(
    pair_ptr: Ints, group_ptr: Ints, flow: Floats, constant: Floats, fac_ptr: Ints, fac: Shorts, demand: Floats,
    pair_class: Ints, weight: Floats, pce: Floats, scale: Floats, nest: Ints, nest_scale: Floats, share: Floats,
    load: Floats, param: Floats, state: Floats, excess: Floats, skip: float, floor: float,
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
        Read and written: Σ flow·(cost − least) found when the pair was last balanced, and what its choice moved.
    floor
        Excess of a group or a choice that is left as it is, far below what the gap wanted allows.

    Returns
    -------
    Sum of the excess of all pairs.
    """
    mark = np.zeros(len(load), np.int64)
    most = 1
    for g in range(len(group_ptr) - 1):
        most = max(most, group_ptr[g + 1] - group_ptr[g])
    cost = np.empty(most)
    widest = 1
    for i in range(len(demand)):
        widest = max(widest, pair_ptr[i + 1] - pair_ptr[i])
    work = np.empty((12, widest))
    stamp = int(np.int64(0))  # a plain 0 has the callee compiled for the literal as well
    for i in range(len(demand)):
        if excess[i] <= skip:
            continue
        k = pair_class[i]
        found = 0.0
        for g in range(pair_ptr[i], pair_ptr[i + 1]):
            if group_ptr[g + 1] - group_ptr[g] > 1:
                more, stamp = balance_group(
                    group_ptr[g], group_ptr[g + 1], flow, constant, fac_ptr, fac, weight[k], pce[k], load, param,
                    state, mark, stamp, cost, floor,
                )  # fmt: skip
                found += more
        if scale[k] > 0.0 and pair_ptr[i + 1] - pair_ptr[i] > 1:
            found += choose(
                pair_ptr[i], pair_ptr[i + 1], group_ptr, flow, constant, fac_ptr, fac, demand[i], weight[k], pce[k],
                scale[k], nest, nest_scale, share, load, param, state, work, floor,
            )  # fmt: skip
        excess[i] = found
    total: float = excess.sum()
    return total


@njit(cache=True)
def split(size: int, cost: Floats, slope: Floats, part: Floats, mu: float, total: float, log: Floats) -> None:
    """Divide a total by cost_j + slope_j·(new_j − part_j) + ln(new_j)/μ = θ; `part` holds the result.

    Where no cost depends on the load this is the logit; elsewhere Newton on all ln(new_j) and θ together.
    """
    if size == 1:
        part[0] = total
        return
    lowest, odds, bend = np.inf, 0.0, False
    for j in range(size):
        lowest = min(lowest, cost[j])
        bend = bend or slope[j] > 0.0
    if not bend:
        for j in range(size):
            log[j] = np.exp(-mu * (cost[j] - lowest))
            odds += log[j]
        for j in range(size):
            part[j] = total * log[j] / odds
        return
    for j in range(size):
        odds += np.exp(-mu * (cost[j] - lowest))
    theta, held = 0.0, 0.0
    for j in range(size):
        # Where hardly anything goes yet, the logit of the costs alone is the better start.
        guess = -mu * (cost[j] - lowest) - np.log(odds)
        log[j] = np.log(total) + (np.log(part[j] / total) if part[j] > LEAST_PART * total else guess)
        theta += np.exp(log[j]) * (cost[j] + log[j] / mu)
        held += np.exp(log[j])
    theta /= held
    for _ in range(60):
        # One Newton step of slope·(e^y − part) + cost + y/μ − θ = 0 for every y, and of Σ e^y = total for θ.
        amount, lead, pull = 0.0, 0.0, 0.0
        for j in range(size):
            e = np.exp(log[j])
            curve = slope[j] * e + 1.0 / mu
            amount += e
            lead += e / curve
            pull += e * (slope[j] * (e - part[j]) + cost[j] + log[j] / mu) / curve
        theta = (total - amount + pull) / lead
        worst = 0.0
        for j in range(size):
            e = np.exp(log[j])
            move = (theta - slope[j] * (e - part[j]) - cost[j] - log[j] / mu) / (slope[j] * e + 1.0 / mu)
            move = min(max(move, -3.0), 3.0)
            log[j] += move
            worst = max(worst, abs(move))
        if worst <= 1e-11:
            break
    amount = 0.0
    for j in range(size):
        log[j] = np.exp(log[j])
        amount += log[j]
    for j in range(size):
        part[j] = log[j] * (total / amount)


@njit(cache=True)
def choose(
    first: int, last: int, group_ptr: Ints, flow: Floats, constant: Floats, fac_ptr: Ints, fac: Shorts, demand: float,
    weight: float, pce: float, mu: float, nest: Ints, nest_scale: Floats, share: Floats, load: Floats, param: Floats,
    state: Floats, work: Floats, floor: float,
) -> float:  # fmt: skip
    """Move demand between the groups of a pair towards the nested logit; returns about what the move gains.

    Σ change²·(1/(μ·part) + slope), twice what the objective falls by: of second order, as the gap is.

    Within a nest: cost_j + ln(q_j)/μ_n is equal; between nests: S_n + ln(Q_n)/μ, with the composite cost
    S_n = −ln Σ exp(−μ_n·cost_j)/μ_n. Slopes of the costs in the demand damp the step.
    """
    size = last - first
    cost, slope, part, new = work[0], work[1], work[2], work[3]
    c, s, q, log = work[4], work[5], work[6], work[7]
    nests, count_open = 0, int(np.int64(0))
    for j in range(size):
        g = first + j
        nests = max(nests, nest[g] + 1)
        best, cost[j], slope[j] = -1, np.inf, 0.0
        for p in range(group_ptr[g], group_ptr[g + 1]):
            now = path_cost(p, constant, fac_ptr, fac, state, weight, pce)
            if now < cost[j]:
                cost[j], best = now, p
        if best >= 0:
            for i in range(fac_ptr[best], fac_ptr[best + 1]):
                slope[j] += pce * (weight * state[fac[i], SLOPE] + pce * state[fac[i], RISE])
        part[j] = share[g] * demand
    composite, bend, target, held = work[8], work[9], work[10], work[11]
    for n in range(nests):
        count, total = int(np.int64(0)), 0.0
        inside = 1.0
        for j in range(size):
            if nest[first + j] == n and cost[j] < np.inf:
                c[count], s[count], q[count] = cost[j], slope[j], part[j]
                total += part[j]
                inside = nest_scale[first + j]
                count += 1
        if count == 0:
            continue
        held[n] = max(total, 1e-12 * demand)
        split(count, c, s, q, inside, held[n], log)
        lowest, odds, curve, at = np.inf, 0.0, 0.0, 0
        for m in range(count):
            lowest = min(lowest, c[m])
        for j in range(size):
            if nest[first + j] == n and cost[j] < np.inf:
                odds += np.exp(-inside * (cost[j] - lowest))
                new[j] = q[at] / held[n]
                curve += new[j] * new[j] * slope[j]
                at += 1
        composite[count_open], bend[count_open] = lowest - np.log(odds) / inside, curve
        target[count_open] = held[n]
        held[n] = count_open  # from here on, the place of the nest among those that are open
        count_open += 1
    split(count_open, composite, bend, target, mu, demand, log)
    off = 0.0
    for j in range(size):
        if cost[j] < np.inf:
            new[j] *= target[int(held[nest[first + j]])]
            change = new[j] - part[j]
            if change != 0.0:
                off += change * change * (1.0 / (mu * max(part[j], new[j])) + slope[j])
    if off <= floor:
        return off
    for j in range(size):
        g, amount = first + j, new[j]
        if cost[j] == np.inf:
            share[g] = 0.0
            continue
        if abs(amount - part[j]) <= EVEN * demand:
            continue
        for p in range(group_ptr[g], group_ptr[g + 1]):
            before = flow[p]
            if part[j] > 0.0:
                flow[p] = before * (amount / part[j])
            else:
                flow[p] = amount if p == group_ptr[g] else 0.0
            for i in range(fac_ptr[p], fac_ptr[p + 1]):
                f = int(np.int64(fac[i]))
                load[f] = max(load[f] + pce * (flow[p] - before), 0.0)
                evaluate(f, load[f], param, state)
        share[g] = amount / demand
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
