"""From labelled tables to the arrays of one run: waves, volumes, entries, lanes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yijiang.errors import DataError, Finding
from yijiang.river.formulas import LANES, Floats, Ints
from yijiang.river.network import RiverNetwork
from yijiang.river.routing.coefficients import cut, wave_coefficients
from yijiang.river.routing.lateral import LateralArrays
from yijiang.river.routing.pieces import Pieces
from yijiang.river.system import System

HOURS_PER_DAY = 24.0
CELERITY = 5.0 / 3.0
"""Celerity of a flood wave / velocity of the water in a wide channel by Manning's formula (kinematic wave)."""
WEIGHT = 0.2
"""Muskingum's x where none is given."""


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """Water of every piece: number of sub-reaches and sub-steps, coefficients, and the water that does not move."""

    sub: Ints
    steps: Ints
    wave: Floats
    dead: Floats
    days: Floats
    assumed: tuple[str, ...]


def waves(net: RiverNetwork, system: System, pieces: Pieces, step_hours: float, x: float | None, least: int) -> Waves:
    """Cut the pieces and find their coefficients.

    Raises
    ------
    DataError
        Where a wave would be slower than the water, or no cut serves.
    """
    table, travel = net.reaches, system.water.travel_days
    given = table["k_hours"].to_numpy(dtype=np.float64)
    days = np.where(np.isnan(given), np.where(net.lake, 0.0, travel / CELERITY), given / HOURS_PER_DAY)
    own = table["x"].to_numpy(dtype=np.float64)
    weight = np.where(np.isnan(own), np.where(net.lake, 0.0, WEIGHT if x is None else x), own)
    assumed = []
    if np.any(np.isnan(given) & ~net.lake):
        count = int(np.sum(np.isnan(given) & ~net.lake))
        assumed.append(f"K of {count} reaches = travel time / (5/3): kinematic wave in a wide channel")
    if x is None and np.any(np.isnan(own) & ~net.lake):
        assumed.append(f"x of {int(np.sum(np.isnan(own) & ~net.lake))} reaches = {WEIGHT}")
    found = []
    for i in np.flatnonzero(days > travel * (1 + 1e-9)):
        problem = f"the flood wave (K = {days[i] * 24:.3g} h) is slower than the water ({travel[i] * 24:.3g} h)"
        remedy = "check k_hours, length and velocity: K is at most length/velocity"
        found.append(Finding("reaches", 0, "k_hours", f"{net.reach_names[i]}", problem, remedy))
    k = days[pieces.reach] * pieces.share
    step = step_hours / HOURS_PER_DAY
    n, m = cut(k, weight[pieces.reach], step, 1)
    if least > 1:
        wide = ~net.lake[pieces.reach] & (k > 0)
        n[wide], m[wide] = cut(k[wide], weight[pieces.reach][wide], step, least)
    for i in sorted(set(pieces.reach[n == 0].tolist())):
        problem = f"no number of sub-reaches and sub-steps suits K = {days[i] * 24:.4g} h and this x"
        remedy = "lower x a little, or choose another step"
        found.append(Finding("reaches", 0, "x", f"{net.reach_names[i]}: {weight[i]:g}", problem, remedy))
    if found:
        raise DataError(found)
    wave = wave_coefficients(k, weight[pieces.reach], step, n, m)
    still = np.maximum(travel - days, 0.0)[pieces.reach] * pieces.share
    dead = system.water.end_flow[pieces.reach] * still / step / n
    return Waves(n, m, wave, dead, travel[pieces.reach] * pieces.share, tuple(assumed))


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """What enters each piece: compressed lists of series and shares."""

    ptr: Ints
    series: Ints
    share: Floats
    head: Ints


def entries(net: RiverNetwork, pieces: Pieces, lateral: LateralArrays) -> Entries:
    """Hand the shares of reaches on to their pieces; several lines of one reach and series become one."""
    reach = lateral.reach
    kinds = np.asarray(lateral.head, dtype=np.int64)
    # One number for reach, series and kind sorts faster than three.
    name = (reach * (int(lateral.series.max(initial=0)) + 1) + lateral.series) * 2 + kinds
    order = np.argsort(name, kind="stable")
    new = np.ones(order.size, dtype=np.bool_)
    new[1:] = np.diff(name[order]) != 0
    share = np.add.reduceat(lateral.share[order], np.flatnonzero(new), axis=0) if order.size else lateral.share
    reach, series, kinds = reach[order][new], lateral.series[order][new], kinds[order][new]
    # A spread entry goes to every piece of its reach, one at the head to the first.
    count = np.bincount(pieces.reach, minlength=len(net.reach_names))
    times = np.where(kinds == 1, 1, count[reach])
    origin = np.repeat(np.arange(reach.size), times)
    within = np.arange(origin.size) - np.repeat(np.cumsum(times) - times, times)
    piece = pieces.head[reach[origin]] + within
    weight = np.where(kinds[origin] == 1, 1.0, pieces.share[piece])
    kept = weight > 0
    piece, origin, weight = piece[kept], origin[kept], weight[kept]
    # Origins come in their order, and stay in it within a piece.
    sort = np.argsort(piece, kind="stable")
    ptr = np.zeros(pieces.reach.size + 1, dtype=np.int64)
    np.cumsum(np.bincount(piece, minlength=pieces.reach.size), out=ptr[1:])
    o = origin[sort]
    return Entries(ptr, series[o], share[o] * weight[sort][:, None], kinds[o])


def lanes(values: Floats) -> Floats:
    """Lay (series, step, pollutant, scenario) out in lanes of a multiple of eight."""
    series, steps = values.shape[:2]
    flat = np.ascontiguousarray(values).reshape(series, steps, -1)
    size = flat.shape[2]
    padded = max(LANES, -(-size // LANES) * LANES)
    if padded == size:
        return flat
    result = np.zeros((series, steps, padded))
    result[:, :, :size] = flat
    return result
