"""Plain-array kernels of the estimate: transit, cross-hauling, closing, gravity. No names here.

Arrays are (region, sector) or (supplier, buyer); money in any one unit. No input is changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yijiang.economy.estimate.scaling import Array, newton_scale, ras_scale, ratio


@dataclass(frozen=True)
class Transit:
    """Trade columns after removal of goods that only pass through, and what was removed [money]."""

    export: Array
    import_: Array
    outflow: Array
    inflow: Array
    passed: float
    cut: Array

    @property
    def clipped(self) -> float:
        """All that had no counterpart."""
        return float(self.cut.sum())


def remove_transit(output: Array, export: Array, import_: Array, outflow: Array, inflow: Array) -> Transit:
    """Take out what a region sends beyond its own output: t = max(0, outflow + export − output).

    It came in before it went out, so it leaves both sides of the region alike: first inflow against outflow, then
    import against export. Imports sent on to other regions become imports of those that report inflow, exports of goods
    from other regions become exports of those that report outflow, both in proportion. What is still left has no
    counterpart and is clipped.
    """
    e, m, o, f = (np.maximum(a, 0.0) for a in (export, import_, outflow, inflow))
    left = np.maximum(o + e - output, 0.0)
    before = float(left.sum())

    def pair(sent: Array, received: Array) -> Array:
        part: Array = np.minimum(np.minimum(left, sent), received)
        for column in (sent, received, left):
            column -= part
        return part

    pair(o, f)
    pair(e, m)
    landed = pair(o, m)
    shipped = pair(e, f)
    for moved, domestic, foreign in ((landed, f, m), (shipped, o, e)):
        share = np.minimum(ratio(moved.sum(axis=0), domestic.sum(axis=0)), 1.0) * domestic
        foreign += share
        np.maximum(domestic - share, 0.0, out=domestic)
    cut = left.copy()
    for sent in (o, e):
        part = np.minimum(left, sent)
        sent -= part
        left -= part
    return Transit(e, m, o, f, before - float(cut.sum()), cut)


def cross_hauling(output: Array, use: Array, outflow: Array, inflow: Array, share: Array, room: Array) -> Array:
    """Trade to add to outflow and inflow alike: max(0, h (x + z + d) ÷ 2 − min(o, f)), at most `room`."""
    wanted = share * (output + use) / 2 - np.minimum(outflow, inflow)
    return np.minimum(np.maximum(wanted, 0.0), np.maximum(room, 0.0))


def scale_to(values: Array, total: float, least: Array, most: Array) -> Array:
    """Scale values in proportion to a total within bounds: x = min(max(λ values, least), most), Σ x = total.

    Σ x grows with λ, so λ is found between the bends λ = least ÷ value and most ÷ value, where x is linear. A value of
    0 stays 0. Where the bounds do not admit the total, the nearest sum is kept.
    """
    live = values > 0
    if total <= 0 or not live.any():
        return np.zeros_like(values)
    v, lo, hi = values[live], np.minimum(least, most)[live], most[live]
    bends = np.unique(np.concatenate([[0.0], lo / v, hi / v]))
    sums = np.clip(bends[:, None] * v, lo, hi).sum(axis=1)
    at = float(np.interp(total, sums, bends))
    within = (at * v > lo) & (at * v < hi)
    if within.any():
        # The bends may be far apart: solved once more on the piece found, so that the sum is right to rounding.
        at = (total - float(np.where(within, 0.0, np.clip(at * v, lo, hi)).sum())) / float(v[within].sum())
    x = np.zeros_like(values)
    x[live] = np.clip(at * v, lo, hi)
    return x


CLOSINGS = ("min", "mean", "outflow", "inflow")
EDGE = 1e-6
"""A region that takes part in all but this share of a sector's trade is taken to be in all of it."""


def close(outflow: Array, inflow: Array, supply: Array, needs: Array, rule: str) -> tuple[Array, Array]:
    """Make the sums of outflow and inflow over the regions agree, sector by sector.

    The common total is the smaller sum (min), their mean, that of outflow, or that of inflow; never more than the
    regions can send, and 0 where no one sends or no one receives. Both sides are scaled in proportion, but no region
    sends more than its `supply`, and inflow goes first to regions whose own goods and imports do not cover their
    `needs`: inflow_n ≥ needs_n − (supply_n − outflow_n), at most what they report.

    `supply` is output − export, `needs` are inputs − import (region, sector).
    """
    o, f = np.zeros_like(outflow), np.zeros_like(inflow)
    nothing = np.zeros(outflow.shape[0])
    for j in range(outflow.shape[1]):
        sent, received = float(outflow[:, j].sum()), float(inflow[:, j].sum())
        if min(sent, received) <= 0:
            continue
        total = {"min": min(sent, received), "mean": (sent + received) / 2, "outflow": sent, "inflow": received}[rule]
        o[:, j] = scale_to(outflow[:, j], total, nothing, supply[:, j])
        total = float(o[:, j].sum())
        if total <= 0:
            continue
        lacking = np.clip(needs[:, j] - supply[:, j] + o[:, j], 0.0, inflow[:, j])
        # Where all needs together exceed the total, each gets the same part of its need.
        lacking *= total / max(total, float(lacking.sum()))
        f[:, j] = scale_to(inflow[:, j], total, lacking, np.full(nothing.size, total))
    return o, f


def open_up(outflow: Array, inflow: Array) -> tuple[Array, Array]:
    """Make interregional trade of one sector possible: no region trades with itself.

    A region cannot sell more than the others buy: o_i + f_i ≤ T, the total. Where one takes more, the excess
    a = o_i + f_i − T would be trade with itself and leaves both its columns; then o_i + f_i = T for the smaller total.
    As all o + f add up to 2 T, no second region can take more. What the others then trade among themselves is nothing,
    or less than `EDGE` of T: that goes too.
    """
    o, f = outflow.copy(), inflow.copy()
    total = float(o.sum())
    i = int(np.argmax(o + f))
    excess = o[i] + f[i] - total
    if excess < -EDGE * total:
        return o, f
    for side in (o, f):
        side[i] = max(side[i] - max(excess, 0.0), 0.0)
    if max(o[i], f[i]) <= EDGE * total:
        return np.zeros_like(o), np.zeros_like(f)
    others = np.arange(o.size) != i
    for side, partner in ((o, f[i]), (f, o[i])):
        reached = float(side[others].sum())
        side[others] *= partner / reached if reached > 0 else 0.0
    return o, f


def star(outflow: Array, inflow: Array, centre: int) -> Array:
    """Flows (supplier, buyer) where one region takes part in all trade: the others then trade with it alone."""
    flows = np.zeros((outflow.size, outflow.size))
    flows[centre] = inflow
    flows[:, centre] = outflow
    flows[centre, centre] = 0.0
    return flows


def gravity(outflow: Array, inflow: Array, cost: Array, exponent: float) -> Array:
    """Prior (supplier, buyer): o_i f_n cost_in^−β, no trade of a region with itself."""
    diagonal = np.eye(outflow.size, dtype=bool)
    weight = np.where(diagonal, 0.0, np.where(diagonal, 1.0, cost) ** -exponent)
    return weight * np.outer(outflow, inflow)


def normalised(cost: Array) -> Array:
    """Cost ÷ its geometric mean away from the diagonal: scaling takes a common factor out again, and the prior stays
    in range."""
    away = ~np.eye(cost.shape[0], dtype=bool)
    return cost / np.exp(np.log(cost[away]).mean()) if cost.shape[0] > 1 else cost


def sector_flows(
    outflow: Array, inflow: Array, cost: Array, exponent: float, tol: float, limit: int
) -> tuple[Array, float, int]:
    """Balanced trade of one sector (supplier, buyer), the largest miss ÷ its total, and the steps taken."""
    total = float(outflow.sum())
    if total <= 0:
        return np.zeros_like(cost), 0.0, 0
    o, f = outflow / total, inflow / total
    taken = o + f
    if taken.max() >= 1 - EDGE / 2:
        flows = star(o, f, int(np.argmax(taken)))
        miss = np.abs(np.concatenate([flows.sum(axis=1) - o, flows.sum(axis=0) - f]))
        return total * flows, float(miss.max()), 0
    return scaled_flows(o, f, gravity(o, f, cost, exponent), total, tol, limit)


def scaled_flows(o: Array, f: Array, prior: Array, total: float, tol: float, limit: int) -> tuple[Array, float, int]:
    """The prior scaled to shares o and f of a total, by Newton where scaling crawls."""
    found = ras_scale(prior, o, f, tol, limit)
    if found.residual > tol:
        found = newton_scale(prior, o, f, found, tol, limit)
    return total * found.rows[:, None] * prior * found.columns, found.residual, found.iterations
