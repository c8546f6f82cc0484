"""Sweeps over all pairs until loads are at rest, and flows brought to another demand, as kernels."""

from __future__ import annotations

import numpy as np
from numba import njit

from yijiang.transport.assignment.kernels import Bools, Floats, Ints, Shorts, evaluate_all, sweep
from yijiang.transport.assignment.pathset.kernels import facility_loads

SKIP = 0.1
"""Pairs whose excess is below this part of the mean are left out of a sweep."""


@njit(cache=True)
def settle(
    sweeps: int, pair_ptr: Ints, group_ptr: Ints, flow: Floats, constant: Floats, fac_ptr: Ints, fac: Shorts,
    demand: Floats, pair_class: Ints, weight: Floats, pce: Floats, scale: Floats, nest: Ints, nest_scale: Floats,
    group_class: Ints, part: Floats, load: Floats, param: Floats, state: Floats, excess: Floats, skip: float,
    floor: float, acts: Ints, room: Floats, target: float, enough: float, steady: float,
) -> float:  # fmt: skip
    """Sweep until the excess has fallen enough and loads are steady; returns the last move of a load over its room.

    Parameters
    ----------
    sweeps
        Most sweeps.
    part : (group)
        Read and written: part of the pair's demand that takes the group.
    excess : (pair)
        As in `sweep`; pairs at or below `skip` are left for later sweeps.
    acts, room : (acting)
        Facilities that delay or limit, and their capacities.
    target, enough
        Part of the first sweep's excess, and amount of it, at which the sweeps end.
    steady
        Largest move of a load, relative to its room, at which they end; infinite where it does not matter.
    """
    pairs = len(demand)
    share, before = np.empty(len(part)), np.empty(len(acts))
    for i in range(pairs):
        for g in range(pair_ptr[i], pair_ptr[i + 1]):
            share[g] = part[g] / demand[i]
    first, last = 0.0, np.inf
    for n in range(sweeps):
        for a in range(len(acts)):
            before[a] = load[acts[a]]
        left = sweep(
            pair_ptr, group_ptr, flow, constant, fac_ptr, fac, demand, pair_class, weight, pce, scale, nest,
            nest_scale, share, load, param, state, excess, skip, floor,
        )  # fmt: skip
        last = 0.0
        for a in range(len(acts)):
            last = max(last, abs(load[acts[a]] - before[a]) / room[a])
        if n == 0:
            first = left
        skip = SKIP * left / pairs
        if left <= max(target * first, enough) and (last <= steady or steady == np.inf):
            break
    facility_loads(group_ptr, flow, fac_ptr, fac, group_class, pce, load)
    evaluate_all(load, param, state)
    for i in range(pairs):
        for g in range(pair_ptr[i], pair_ptr[i + 1]):
            part[g] = share[g] * demand[i]
    return last


@njit(cache=True)
def scale_flows(
    pair_ptr: Ints, group_ptr: Ints, demand: Floats, flow: Floats, out: Floats, part: Floats, fresh: Bools
) -> None:
    """Scale flows to the demand, keeping the shares they have.

    Parameters
    ----------
    out : (path), part, fresh : (group)
        Written: flows, parts of the demand, and which groups belong to a pair that has no flow.
    """
    for i in range(len(demand)):
        total = 0.0
        for g in range(pair_ptr[i], pair_ptr[i + 1]):
            part[g] = 0.0
            for p in range(group_ptr[g], group_ptr[g + 1]):
                part[g] += flow[p]
            total += part[g]
        factor = demand[i] / total if total > 0.0 else 0.0
        for g in range(pair_ptr[i], pair_ptr[i + 1]):
            part[g] *= factor
            fresh[g] = not total > 0.0
            for p in range(group_ptr[g], group_ptr[g + 1]):
                out[p] = flow[p] * factor


@njit(cache=True)
def touched(pair_ptr: Ints, group_ptr: Ints, fac_ptr: Ints, excess: Floats) -> None:
    """Write an infinite excess for pairs that use what delays or limits, and none for the others."""
    for i in range(len(excess)):
        first, last = group_ptr[pair_ptr[i]], group_ptr[pair_ptr[i + 1]]
        excess[i] = np.inf if fac_ptr[last] > fac_ptr[first] else 0.0
