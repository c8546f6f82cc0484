"""Unsteady routing as one kernel: water by Muskingum, mass with the water, reach by reach over all steps.

A reach is worked through all steps before the next one, and its series lives in a place of a stack that the reach
below takes over, so that the work stays in the cache and nothing of size (reach, step) exists. Flows are in m³/s, loads
in g/s, and what a reach holds is in flow × step.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from yijiang.river.formulas import LANES, Floats, Ints
from yijiang.river.routing.reach import decay_factors, pair_factors, wave_one
from yijiang.river.routing.scan import scan_eight
from yijiang.river.routing.wave import wave_many


@njit(cache=True, nogil=True)
def _put_row(to: Floats, at: int, of: Floats, place: int) -> None:
    """Copy a row; slices assigned to slices took a quarter of the time that the kernel compiles."""
    for i in range(to.shape[1]):
        to[at, i] = of[place, i]


@njit(cache=True, nogil=True)
def _put_table(to: Floats, at: int, of: Floats, place: int) -> None:
    """Copy a table."""
    for t in range(to.shape[1]):
        for i in range(to.shape[2]):
            to[at, t, i] = of[place, t, i]


@njit(cache=True, nogil=True, error_model="numpy")
def route_pieces(
    todo: Ints, depth: int,
    ptr: Ints, above: Ints, part: Floats, slot: Ints, kept: Floats,
    sub: Ints, wave: Floats, dead: Floats, days: Floats, lake: Ints,
    decay: Floats, pairs: Ints, making: Floats, segment: Ints, warm: Floats, warm_pair: Floats,
    wptr: Ints, wpat: Ints, wshare: Floats, whead: Ints, water: Floats, water_sum: Floats,
    mptr: Ints, mpat: Ints, mshare: Floats, mhead: Ints, mass: Floats, mass_sum: Floats,
    empty: bool, mouth: Ints, section: Ints, out_w: Floats, out_m: Floats,
    leaf: Ints, leaf_w: Floats, leaf_m: Floats, leaf_w0: Floats, leaf_m0: Floats, leaf_wt: Floats, leaf_mt: Floats,
    budget_w: Floats, budget_m: Floats,
) -> None:  # fmt: skip
    """Route water and mass through the pieces of `todo`, in order; −1 − i stands for a piece i that a leaf worked out.

    Parameters
    ----------
    todo, depth
        Pieces of reaches, upstream first; places the stack needs.
    ptr, above, part, slot, kept
        As in `topology.Topology`; kept (piece) is the share of the arriving water that is not withdrawn at its head.
    sub, wave, dead, days, lake
        Number of sub-reaches, (a, b, c) of each (piece, 3), dead water of each, travel time of the piece [day], and
        whether it is a lake.
    decay, pairs, making
        Rates (piece or 1, constituent) [1/day], and what one constituent makes of another, as in `system.System`.
    segment, warm, warm_pair
        First step of every span of steps with rates of their own, with one entry more for the end; factors on decay
        (span, constituent) and making (span, pair).
    wptr, wpat, wshare, whead, water, water_sum
        Side inflow: series wpat[e] of `water` (series, step, scenario) times wshare[e], at the head if whead[e]; sums
        of the series (series, scenario).
    mptr, mpat, mshare, mhead, mass, mass_sum
        Loads the same way: mshare (entry, constituent), `mass` (series, step, lane) and its sums (series, span, lane).
        A lane is constituent × scenarios + scenario; lanes are padded to a multiple of 8, scenarios to one of 4 if
        there is more than one.
    empty
        Whether everything starts empty, or in balance with the first step.
    mouth, section, out_w, out_m
        Whether a piece runs into no other; number of the section at its end or −1, and the series there (section,
        step, scenario) and (section, step, lane).
    leaf, leaf_…
        Number of the block that ends in a piece or −1, and what it hands over: series, values before the first step,
        sums.
    budget_w, budget_m
        Sums over the pieces: inflow, outflow at mouths, abstracted, change held (4, scenario), and the same with
        decayed and made (6, lane).
    """
    steps, scenarios, lanes = water.shape[1], water.shape[2], mass.shape[2]
    species, spans, count = decay.shape[1], warm.shape[0], pairs.shape[0]
    buf_w, buf_m = np.zeros((depth, steps, scenarios)), np.zeros((depth, steps, lanes))
    w0, m0 = np.zeros((depth, scenarios)), np.zeros((depth, lanes))
    wt, mt = np.zeros((depth, scenarios)), np.zeros((depth, spans, lanes))
    in_w, lat_w = np.zeros((steps, scenarios)), np.zeros((1, steps, scenarios))
    in_m, lat_m, x_m = np.zeros((1, steps, lanes)), np.zeros((1, steps, lanes)), np.zeros((1, steps, lanes))
    sum_in, sum_lat = np.zeros((spans, lanes)), np.zeros((spans, lanes))
    into_w, into_m, side_m = np.zeros(scenarios), np.zeros(lanes), np.zeros(lanes)
    p = np.zeros((steps, scenarios))
    ends, age = np.zeros((scenarios, 4)), np.zeros(scenarios)
    room, room_sum = np.zeros(scenarios), np.zeros(scenarios)
    f, g, ones = np.zeros((spans, lanes)), np.zeros((spans, lanes)), np.ones(lanes)
    fp, gp = np.zeros((spans, count)), np.zeros((spans, count))
    held0, held_m, total, start_m = np.zeros(lanes), np.zeros(lanes), np.zeros(lanes), np.zeros(lanes)
    fz, gz = np.zeros(lanes), np.zeros(lanes)
    for entry in todo:
        if entry < 0:
            i = -1 - entry
            k, home = leaf[i], slot[i]
            _put_table(buf_w, home, leaf_w, k)
            _put_table(buf_m, home, leaf_m, k)
            _put_row(w0, home, leaf_w0, k)
            _put_row(m0, home, leaf_m0, k)
            _put_row(wt, home, leaf_wt, k)
            _put_table(mt, home, leaf_mt, k)
            continue
        i = entry
        home, n = slot[i], sub[i]
        children = ptr[i + 1] - ptr[i]
        c0 = slot[above[ptr[i]]] if children > 0 else home
        c1 = slot[above[ptr[i] + 1]] if children > 1 else home
        plain = children <= 2
        for e in range(ptr[i], ptr[i + 1]):
            plain = plain and part[e] == 1.0
        # A second tributary's place may be the one that the reach itself goes to; then it is read before it is written.

        # Water arriving and from the sides: straight from where it is, or through arrays of its own.
        by_head = False
        for e in range(wptr[i], wptr[i + 1]):
            by_head = by_head or whead[e] != 0
        easy = plain and not by_head
        only = wptr[i + 1] - wptr[i] == 1 and not by_head
        for s in range(scenarios):
            into_w[s] = 0.0
            arrived = 0.0
            for e in range(ptr[i], ptr[i + 1]):
                into_w[s] += part[e] * w0[slot[above[e]], s]
                arrived += part[e] * wt[slot[above[e]], s]
            budget_w[2, s] += (1.0 - kept[i]) * arrived
            if not easy:
                for t in range(steps):
                    in_w[t, s] = 0.0
                into_w[s] *= kept[i]
                for e in range(ptr[i], ptr[i + 1]):
                    j = slot[above[e]]
                    weight = part[e] * kept[i]
                    for t in range(steps):
                        in_w[t, s] += weight * buf_w[j, t, s]
            if not only:
                for t in range(steps):
                    lat_w[0, t, s] = 0.0
            for e in range(wptr[i], wptr[i + 1]):
                budget_w[0, s] += wshare[e] * water_sum[wpat[e], s]
                if whead[e] != 0:
                    into_w[s] += wshare[e] * water[wpat[e], 0, s]
                    for t in range(steps):
                        in_w[t, s] += wshare[e] * water[wpat[e], t, s]
                elif not only:
                    for t in range(steps):
                        lat_w[0, t, s] += wshare[e] * water[wpat[e], t, s]
            if not easy:
                for t in range(steps):
                    buf_w[home, t, s] = in_w[t, s]

        # Mass: straight from the tributaries' places where that will do, else through an array of its own.
        heads = False
        for e in range(mptr[i], mptr[i + 1]):
            heads = heads or mhead[e] != 0
        direct = plain and not heads and count == 0
        single = mptr[i + 1] - mptr[i] == 1 and not heads
        for lane in range(lanes):
            arrived = 0.0
            for e in range(ptr[i], ptr[i + 1]):
                arrived += part[e] * m0[slot[above[e]], lane]
            into_m[lane] = kept[i] * arrived
            side_m[lane] = 0.0
        for z in range(spans):
            for lane in range(lanes):
                arrived = 0.0
                for e in range(ptr[i], ptr[i + 1]):
                    arrived += part[e] * mt[slot[above[e]], z, lane]
                budget_m[2, lane] += (1.0 - kept[i]) * arrived
                sum_in[z, lane] = kept[i] * arrived
                sum_lat[z, lane] = 0.0
        if not direct:
            in_m[0] = 0.0
            for e in range(ptr[i], ptr[i + 1]):
                j = slot[above[e]]
                weight = part[e] * kept[i]
                for t in range(steps):
                    for lane in range(lanes):
                        in_m[0, t, lane] += weight * buf_m[j, t, lane]
        if not single:
            lat_m[0] = 0.0
        for e in range(mptr[i], mptr[i + 1]):
            k = mpat[e]
            for q in range(species):
                weight = mshare[e, q]
                for s in range(scenarios):
                    lane = q * scenarios + s
                    for z in range(spans):
                        amount = weight * mass_sum[k, z, lane]
                        budget_m[0, lane] += amount
                        if mhead[e] != 0:
                            sum_in[z, lane] += amount
                        else:
                            sum_lat[z, lane] += amount
                    if mhead[e] != 0:
                        into_m[lane] += weight * mass[k, 0, lane]
                    else:
                        side_m[lane] += weight * mass[k, 0, lane]
                    if single or weight == 0.0:
                        continue
                    if mhead[e] != 0:
                        for t in range(steps):
                            in_m[0, t, lane] += weight * mass[k, t, lane]
                    else:
                        for t in range(steps):
                            lat_m[0, t, lane] += weight * mass[k, t, lane]

        # Factors of one sub-reach in every span of steps.
        row, part_of = (i if decay.shape[0] > 1 else 0), 1.0 / n
        time = days[i] * part_of
        for z in range(spans):
            for q in range(species):
                through, spread = decay_factors(decay[row, q] * warm[z, q] * time, lake[i] != 0)
                for s in range(scenarios):
                    f[z, q * scenarios + s] = through
                    g[z, q * scenarios + s] = spread
            for k in range(count):
                made, maker = pairs[k, 0], pairs[k, 1]
                fp[z, k], gp[z, k] = pair_factors(
                    decay[row, maker] * warm[z, maker] * time, decay[row, made] * warm[z, made] * time,
                    making[row, k] * warm_pair[z, k] * time, lake[i] != 0,
                )  # fmt: skip

        for j in range(n):
            joins, rest = (children, kept[i]) if j == 0 and easy else (1, 1.0)
            source = c0 if j == 0 and easy else home
            beside_w, which = (water, wpat[wptr[i]]) if only else (lat_w, 0)
            weight = part_of * wshare[wptr[i]] if only else part_of
            if scenarios == 1:
                wave_one(
                    wave[i, 0], wave[i, 1], wave[i, 2], dead[i], empty, joins, buf_w, source, c1, home, 0, rest,
                    into_w[0], beside_w, which, weight, p, ends,
                )  # fmt: skip
            else:
                wave_many(
                    wave[i, 0], wave[i, 1], wave[i, 2], dead[i], empty, joins, buf_w, source, c1, home, rest, into_w,
                    beside_w, which, weight, p, ends, room, room_sum,
                )  # fmt: skip
            for s in range(scenarios):
                budget_w[3, s] += ends[s, 2] - ends[s, 1]
                into_w[s] = ends[s, 0]
                # Before the first step: in balance with it, at the concentration of what leaves.
                age[s] = ends[s, 1] / ends[s, 0] if ends[s, 0] > 0.0 else 0.0
            for lane in range(lanes):
                start_m[lane] = 0.0 if empty else f[0, lane] * into_m[lane] + g[0, lane] * part_of * side_m[lane]
            for k in range(0 if empty else count):
                for s in range(scenarios):
                    made, maker = pairs[k, 0] * scenarios + s, pairs[k, 1] * scenarios + s
                    start_m[made] += fp[0, k] * into_m[maker] + gp[0, k] * part_of * side_m[maker]
            for q in range(species):
                for s in range(scenarios):
                    lane = q * scenarios + s
                    held0[lane] = held_m[lane] = start_m[lane] * age[s]
                    into_m[lane] = start_m[lane]
            tributaries = (children if j == 0 else 1) if (direct or (j > 0 and count == 0)) else -1
            scale = kept[i] if direct and j == 0 else 1.0
            side, beside = (mass, mpat[mptr[i]]) if single else (lat_m, 0)
            for z in range(spans):
                for q in range(species):
                    weight = part_of * mshare[mptr[i], q] if single else part_of
                    for s in range(scenarios):
                        lane = q * scenarios + s
                        fz[lane] = f[z, lane] * scale
                        gz[lane] = g[z, lane] * weight
                        total[lane] = 0.0
                if tributaries < 0:
                    arriving, place = (in_m, 0) if j == 0 else (buf_m, home)
                    for t in range(segment[z], segment[z + 1]):
                        for lane in range(lanes):
                            x_m[0, t, lane] = fz[lane] * arriving[place, t, lane] + gz[lane] * side[beside, t, lane]
                        for k in range(count):
                            for s in range(scenarios):
                                made, maker = pairs[k, 0] * scenarios + s, pairs[k, 1] * scenarios + s
                                weight = mshare[mptr[i], pairs[k, 1]] if single else 1.0
                                x_m[0, t, made] += fp[z, k] * arriving[place, t, maker]
                                x_m[0, t, made] += gp[z, k] * part_of * weight * side[beside, t, maker]
                for eight in range(0, lanes, LANES):
                    scan_eight(
                        tributaries, scenarios > 1, buf_m, x_m, c0 if j == 0 else home, c1, home,
                        p, side, beside, fz, ones if tributaries < 0 else gz, held_m,
                        total, segment[z], segment[z + 1], eight,
                    )  # fmt: skip
                for k in range(count):
                    for s in range(scenarios):
                        made, maker = pairs[k, 0] * scenarios + s, pairs[k, 1] * scenarios + s
                        amount = fp[z, k] * sum_in[z, maker] + gp[z, k] * part_of * sum_lat[z, maker]
                        budget_m[5, made] += amount
                for lane in range(lanes):
                    budget_m[4, lane] += (1.0 - f[z, lane]) * sum_in[z, lane]
                    budget_m[4, lane] += (1.0 - g[z, lane]) * part_of * sum_lat[z, lane]
                    sum_in[z, lane] = total[lane]
            for lane in range(lanes):
                budget_m[3, lane] += held_m[lane] - held0[lane]
        for s in range(scenarios):
            w0[home, s], wt[home, s] = ends[s, 0], ends[s, 3]
            budget_w[1, s] += mouth[i] * ends[s, 3]
        for lane in range(lanes):
            m0[home, lane] = into_m[lane]
        for z in range(spans):
            for lane in range(lanes):
                mt[home, z, lane] = sum_in[z, lane]
                budget_m[1, lane] += mouth[i] * sum_in[z, lane]
        k = section[i]
        if k >= 0:
            _put_table(out_w, k, buf_w, home)
            _put_table(out_m, k, buf_m, home)
        k = leaf[i]
        if k >= 0:
            _put_table(leaf_w, k, buf_w, home)
            _put_table(leaf_m, k, buf_m, home)
            _put_row(leaf_w0, k, w0, home)
            _put_row(leaf_m0, k, m0, home)
            _put_row(leaf_wt, k, wt, home)
            _put_table(leaf_mt, k, mt, home)
