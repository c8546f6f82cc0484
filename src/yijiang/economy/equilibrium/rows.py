"""The one pass over the weights: price sums and sales of every sector, for one scenario or for many at once.

Four rows of the weights at a time stay in the nearest cache while every lane uses them, so that the weights, which
are by far the largest thing, are read from memory once per map, however many scenarios share them.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from .problem import FAST, TINY, Array, Problem, Work, compiled


@compiled
def dot4(rows: Array, j: int, n: int, u: Array, s: int) -> tuple[float, float, float, float]:
    """Products of four rows of a sector from `n` on with the powers of lane `s`."""
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    for i in range(rows.shape[2]):
        x = u[s, j, i]
        a += rows[j, n, i] * x
        b += rows[j, n + 1, i] * x
        c += rows[j, n + 2, i] * x
        d += rows[j, n + 3, i] * x
    return a, b, c, d


@compiled
def add4(rows: Array, j: int, n: int, y: Array, s: int, a: float, b: float, c: float, d: float) -> None:
    """Add four rows of a sector, each times its factor, to `y` of lane `s`."""
    for i in range(rows.shape[2]):
        y[s, j, i] += rows[j, n, i] * a + rows[j, n + 1, i] * b + rows[j, n + 2, i] * c + rows[j, n + 3, i] * d


@compiled
def dot1(rows: Array, j: int, n: int, u: Array, s: int) -> float:
    """Product of one row of a sector with the powers of lane `s`."""
    a = 0.0
    for i in range(rows.shape[2]):
        a += rows[j, n, i] * u[s, j, i]
    return a


@compiled
def add1(rows: Array, j: int, n: int, y: Array, s: int, a: float) -> None:
    """Add one row of a sector, times its factor, to `y` of lane `s`."""
    for i in range(rows.shape[2]):
        y[s, j, i] += rows[j, n, i] * a


@compiled
def _at_home(j: int, weights: Array, net: Array, u: Array, x: Array, phi: Array, kept: Array, y: Array, s: int) -> None:
    """A sector that nobody buys from elsewhere: a row has one entry."""
    for n in range(weights.shape[1]):
        a = weights[j, n, n] * u[s, j, n]
        phi[s, j, n] = a
        kept[s, j, n] = 1.0
        if a > TINY:
            kept[s, j, n] = net[j, n, n] * u[s, j, n] / a
            y[s, j, n] += net[j, n, n] * x[s, j, n] / a


@compiled
def _sector(
    j: int,
    active: NDArray[np.bool_],
    weights: Array,
    net: Array,
    taxed: bool,
    local: bool,
    u: Array,
    x: Array,
    phi: Array,
    kept: Array,
    y: Array,
) -> None:
    """Price sums, tariff-free shares and sales (before the seller's power) of one sector in every active lane."""
    regions = weights.shape[1]
    lanes = active.size
    for s in range(lanes):
        if active[s]:
            y[s, j, :] = 0.0
            if local:
                _at_home(j, weights, net, u, x, phi, kept, y, s)
    if local:
        return
    whole = regions - regions % 4
    for n in range(0, whole, 4):
        for s in range(lanes):
            if not active[s]:
                continue
            a0, a1, a2, a3 = dot4(weights, j, n, u, s)
            phi[s, j, n], phi[s, j, n + 1], phi[s, j, n + 2], phi[s, j, n + 3] = a0, a1, a2, a3
            v0 = x[s, j, n] / a0 if a0 > TINY else 0.0
            v1 = x[s, j, n + 1] / a1 if a1 > TINY else 0.0
            v2 = x[s, j, n + 2] / a2 if a2 > TINY else 0.0
            v3 = x[s, j, n + 3] / a3 if a3 > TINY else 0.0
            if taxed:
                b0, b1, b2, b3 = dot4(net, j, n, u, s)
                kept[s, j, n] = b0 / a0 if a0 > TINY else 1.0
                kept[s, j, n + 1] = b1 / a1 if a1 > TINY else 1.0
                kept[s, j, n + 2] = b2 / a2 if a2 > TINY else 1.0
                kept[s, j, n + 3] = b3 / a3 if a3 > TINY else 1.0
                add4(net, j, n, y, s, v0, v1, v2, v3)
            else:
                kept[s, j, n] = kept[s, j, n + 1] = kept[s, j, n + 2] = kept[s, j, n + 3] = 1.0
                add4(weights, j, n, y, s, v0, v1, v2, v3)
    for n in range(whole, regions):
        for s in range(lanes):
            if not active[s]:
                continue
            a = dot1(weights, j, n, u, s)
            phi[s, j, n] = a
            v = x[s, j, n] / a if a > TINY else 0.0
            kept[s, j, n] = 1.0
            if taxed and a > TINY:
                kept[s, j, n] = dot1(net, j, n, u, s) / a
            add1(net if taxed else weights, j, n, y, s, v)


@compiled
def _close(
    j: int,
    s: int,
    row_scale: Array,
    shift: Array,
    theta: Array,
    u: Array,
    sold: Array,
    phi: Array,
    price: Array,
    y: Array,
) -> bool:
    """Prices and outputs of one sector in one lane; false if a row needs the careful way."""
    regions, exporters = phi.shape[2], y.shape[2]
    done = True
    for n in range(regions):
        a = phi[s, j, n]
        if a <= TINY:
            phi[s, j, n] = 0.0
            done = False
        else:
            price[s, j, n] = -(np.log(a) + row_scale[j, n] + shift[s, j]) / theta[j]
    for i in range(exporters):
        y[s, j, i] *= u[s, j, i]
    if exporters > regions:
        for i in range(regions):
            y[s, j, i] += sold[s, j, i]
    return done


@compiled
def all_sectors(p: Problem, w: Work, active: NDArray[np.bool_]) -> None:
    """Prices and outputs of every sector in the active lanes, in this thread."""
    careful = False
    for j in range(p.weights.shape[0]):
        # Arrays, not the bundles: handing over a bundle costs as much as a small sector.
        _sector(
            j, active, p.weights, p.net, p.taxed, p.local[j], w.power, w.spending, w.phi, w.kept, w.output
        )  # fmt: skip
        for s in range(active.size):
            if active[s]:
                done = _close(j, s, p.row_scale, w.shift, p.theta, w.power, w.sold, w.phi, w.price, w.output)
                careful = careful or not done
    if careful:
        _rescue(
            active, p.weights, p.net, p.row_scale, p.theta, w.cost, w.shift, w.spending, w.phi, w.price, w.kept,
            w.output,
        )  # fmt: skip


def all_sectors_parallel(p: Problem, w: Work, active: NDArray[np.bool_]) -> None:
    """`all_sectors` with the sectors side by side; the figures do not depend on the number of threads."""
    if not _side_by_side(
        active, p.weights, p.net, p.taxed, p.local, p.row_scale, p.theta, w.shift, w.power, w.sold, w.spending,
        w.phi, w.price, w.kept, w.output,
    ):  # fmt: skip
        _rescue(
            active, p.weights, p.net, p.row_scale, p.theta, w.cost, w.shift, w.spending, w.phi, w.price, w.kept,
            w.output,
        )  # fmt: skip


@njit(cache=True, fastmath=FAST, parallel=True)
def _side_by_side(
    active: NDArray[np.bool_],
    weights: Array,
    net: Array,
    taxed: bool,
    local: NDArray[np.bool_],
    row_scale: Array,
    theta: Array,
    shift: Array,
    power: Array,
    sold: Array,
    spending: Array,
    phi: Array,
    price: Array,
    kept: Array,
    output: Array,
) -> bool:
    """Every sector in a thread of its own; false if a row needs the careful way.

    It takes arrays: a parallel loop over bundles takes many times as long to compile.
    """
    done = np.ones((weights.shape[0], active.size), np.bool_)
    for at in prange(weights.shape[0]):
        j = int(np.int64(at))  # a parallel index is unsigned, and would have `_sector` compiled once more
        _sector(j, active, weights, net, taxed, local[j], power, spending, phi, kept, output)
        for s in range(active.size):
            if active[s]:
                done[j, s] = _close(j, s, row_scale, shift, theta, power, sold, phi, price, output)
    return bool(done.all())


@compiled
def row_shares(cost: Array, shift: float, theta: float, row: Array, net: Array, share: Array, kept: Array) -> float:
    """Shares of one row in spending and net of tariff, with its largest term taken out; returns ln of the price sum.

    `cost` holds ln ĉ of the good by modelled region. Minus infinity where nobody ever sold the good: no spending and
    no price.
    """
    regions, exporters = cost.size, row.size
    top = -np.inf
    for i in range(exporters):
        share[i] = -np.inf
        kept[i] = 0.0
        if row[i] > 0.0:
            share[i] = np.log(row[i]) - shift - (theta * cost[i] if i < regions else 0.0)
            top = max(top, share[i])
    if top == -np.inf:
        share[:] = 0.0
        return top
    a = 0.0
    for i in range(exporters):
        share[i] = np.exp(share[i] - top)
        a += share[i]
    for i in range(exporters):
        share[i] /= a
        if row[i] > 0.0:
            kept[i] = share[i] * (net[i] / row[i])
    return float(top + np.log(a))


@compiled
def careful_row(
    cost: Array, shift: float, theta: float, row: Array, net: Array, x: float, output: Array
) -> tuple[float, float]:
    """One row whose price sum underflows: ln of the price sum and what sellers keep; adds to the outputs."""
    exporters = row.size
    share, kept = np.empty(exporters), np.empty(exporters)
    s = row_shares(cost, shift, theta, row, net, share, kept)
    if s == -np.inf:
        return 0.0, 1.0
    b = 0.0
    for i in range(exporters):
        b += kept[i]
        output[i] += kept[i] * x
    return s, b


@compiled
def _rescue(
    active: NDArray[np.bool_],
    weights: Array,
    net: Array,
    row_scale: Array,
    theta: Array,
    costs: Array,
    shift: Array,
    x: Array,
    phi: Array,
    price: Array,
    kept: Array,
    output: Array,
) -> None:
    """Do the rows marked by a zero price sum the careful way."""
    sectors, regions = row_scale.shape
    for s in range(active.size):
        if not active[s]:
            continue
        for j in range(sectors):
            for n in range(regions):
                if phi[s, j, n] == 0.0:
                    a, kept[s, j, n] = careful_row(
                        costs[s, :, j], shift[s, j], theta[j], weights[j, n], net[j, n], x[s, j, n], output[s, j]
                    )
                    price[s, j, n] = -(a + row_scale[j, n] + shift[s, j]) / theta[j] if a != 0.0 else 0.0
