"""The equilibrium map, its derivatives and the accelerated iteration, on plain float64 arrays.

The state is ``z = [ln w (region, factor), ln P (region, sector), ln P of split rows, X / unit (region,
sector), X / unit of split rows]``.  A split row is one (importer, sector, use) whose trade costs differ from
the other uses of the same good.  The new trade shares are never formed: with ``W = π κ̂^−θ`` fixed and ``u =
ĉ^−θ``, one map needs ``Φ = W u`` and ``Y = u · Wᵗ(X / Φ)``, and both come from one pass over ``W``.

Inside, arrays are (sector, importer, exporter): the modelled regions come first, exporters of fixed cost last.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from .problem import FAST, TINY, Array, Problem, Work, compiled


@compiled
def fill_weights(share: Array, log_kappa: Array, theta: Array, weights: Array, row_scale: Array) -> None:
    """``W = π κ̂^−θ`` row by row, each divided by its largest ``κ̂^−θ`` so that a θ near 65 cannot overflow."""
    sectors, importers, exporters = share.shape
    for j in range(sectors):
        for n in range(importers):
            top = -np.inf
            moved = False
            for i in range(exporters):
                if share[j, n, i] > 0.0:
                    x = -theta[j] * log_kappa[j, n, i]
                    top = max(top, x)
                    if x != 0.0:
                        moved = True
            if not moved:
                weights[j, n] = share[j, n]
                row_scale[j, n] = 0.0
                continue
            row_scale[j, n] = top
            for i in range(exporters):
                s = share[j, n, i]
                weights[j, n, i] = s * np.exp(-theta[j] * log_kappa[j, n, i] - top) if s > 0.0 else 0.0


@compiled
def start(p: Problem, z: Array, w: Work) -> None:
    """Unit costs and their powers at `z`: ``ln ĉ = Σ β ln ŵ + Σ γ ln P̂ − ln T̂``."""
    regions, factors, sectors = p.value_added.shape
    exporters, rows = p.weights.shape[2], p.split_scale.size
    at_price = regions * factors
    at_split = at_price + regions * sectors
    at_x = at_split + rows
    at_split_x = at_x + regions * sectors
    for n in range(regions):
        c = w.cost[n]
        for j in range(sectors):
            c[j] = -p.log_productivity[n, j]
            w.spending[j, n] = p.unit[n, j] * z[at_x + n * sectors + j]
        for f in range(factors):
            x = z[n * factors + f]
            for j in range(sectors):
                c[j] += p.value_added[n, f, j] * x
        for k in range(sectors):
            x = z[at_price + n * sectors + k]
            for j in range(sectors):
                c[j] += p.inputs[n, k, j] * x
    for r in range(rows):
        n, j, k = p.split_cell[r]
        w.split_spending[r] = p.split_unit[r] * z[at_split_x + r]
        if k < sectors:
            w.cost[n, k] += p.inputs[n, j, k] * (z[at_split + r] - z[at_price + n * sectors + j])
    for j in range(sectors):
        top = 0.0 if exporters > regions else -np.inf
        for n in range(regions):
            x = -p.theta[j] * w.cost[n, j]
            top = max(top, x)
            w.power[j, n] = x
        for n in range(regions):
            w.power[j, n] = np.exp(w.power[j, n] - top)
        for i in range(regions, exporters):
            w.power[j, i] = np.exp(-top)
        w.shift[j] = top


@compiled
def row_shares(p: Problem, w: Work, j: int, row: Array, net: Array, share: Array, kept: Array) -> float:
    """Shares of one row in spending and net of tariff, with its largest term taken out; returns ln of the price sum.

    Minus infinity where nobody ever sold the good: no spending and no price.
    """
    regions, exporters = p.weights.shape[1], p.weights.shape[2]
    top = -np.inf
    for i in range(exporters):
        share[i] = -np.inf
        kept[i] = 0.0
        if row[i] > 0.0:
            share[i] = np.log(row[i]) - w.shift[j] - (p.theta[j] * w.cost[i, j] if i < regions else 0.0)
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
def _careful(p: Problem, w: Work, j: int, row: Array, net: Array, x: float) -> tuple[float, float]:
    """One row whose price sum underflows: ln of the price sum and what sellers keep; adds to the outputs."""
    exporters = p.weights.shape[2]
    share, kept = np.empty(exporters), np.empty(exporters)
    s = row_shares(p, w, j, row, net, share, kept)
    if s == -np.inf:
        return 0.0, 1.0
    b = 0.0
    for i in range(exporters):
        b += kept[i]
        w.output[j, i] += kept[i] * x
    return s, b


@compiled
def _rows(
    weights: Array,
    net: Array,
    taxed: bool,
    local: bool,
    exports: Array,
    row_scale: Array,
    shift: float,
    theta: float,
    u: Array,
    x: Array,
    phi: Array,
    price: Array,
    kept: Array,
    y: Array,
) -> bool:
    """Price sums, prices, tariff-free shares and outputs of one sector; false if a row needs the careful way."""
    regions, exporters = weights.shape
    y[:] = 0.0
    done = True
    for n in range(regions):
        row = weights[n]
        a = 0.0
        if local:
            a = row[n] * u[n]
        else:
            for i in range(exporters):
                a += row[i] * u[i]
        phi[n] = a
        kept[n] = 1.0
        if a <= TINY:
            phi[n] = 0.0
            done = False
            continue
        price[n] = -(np.log(a) + row_scale[n] + shift) / theta
        v = x[n] / a
        if taxed:
            row = net[n]
        if local:
            kept[n] = row[n] * u[n] / a
            y[n] += row[n] * v
            continue
        if taxed:
            b = 0.0
            for i in range(exporters):
                b += row[i] * u[i]
            kept[n] = b / a
        for i in range(exporters):
            y[i] += row[i] * v
    for i in range(exporters):
        y[i] *= u[i]
    if exporters > regions:
        back = np.exp(shift)
        for i in range(regions):
            y[i] += exports[i] * u[i] * back
    return done


@compiled
def _rescue(p: Problem, w: Work) -> None:
    """Do the rows marked by a zero price sum the careful way."""
    sectors, regions = w.phi.shape
    for j in range(sectors):
        for n in range(regions):
            if w.phi[j, n] == 0.0:
                s, w.kept[j, n] = _careful(p, w, j, p.weights[j, n], p.net[j, n], w.spending[j, n])
                w.price[j, n] = -(s + p.row_scale[j, n] + w.shift[j]) / p.theta[j] if s != 0.0 else 0.0


@compiled
def all_sectors(p: Problem, w: Work) -> None:
    """Prices and outputs of every sector, in this thread; each row of the weights is read once."""
    careful = False
    for j in range(p.weights.shape[0]):
        # Slices, not the bundles: handing over a bundle costs as much as a small sector.
        done = _rows(
            p.weights[j],
            p.net[j],
            p.taxed,
            p.local[j],
            p.exports[j],
            p.row_scale[j],
            w.shift[j],
            p.theta[j],
            w.power[j],
            w.spending[j],
            w.phi[j],
            w.price[j],
            w.kept[j],
            w.output[j],
        )
        careful = careful or not done
    if careful:
        _rescue(p, w)


@njit(cache=True, fastmath=FAST, parallel=True)
def all_sectors_parallel(p: Problem, w: Work) -> None:
    """`all_sectors` with the sectors side by side; the figures do not depend on the number of threads."""
    done = np.zeros(p.weights.shape[0], np.bool_)
    for j in prange(p.weights.shape[0]):
        done[j] = _rows(
            p.weights[j],
            p.net[j],
            p.taxed,
            p.local[j],
            p.exports[j],
            p.row_scale[j],
            w.shift[j],
            p.theta[j],
            w.power[j],
            w.spending[j],
            w.phi[j],
            w.price[j],
            w.kept[j],
            w.output[j],
        )
    if not done.all():
        _rescue(p, w)


@compiled
def finish(p: Problem, z: Array, w: Work, out: Array) -> None:
    """The rest of the map: split rows, factor markets, incomes and spending; the new state goes to `out`."""
    regions, factors, sectors = p.value_added.shape
    exporters, rows = p.weights.shape[2], p.split_scale.size
    at_price = regions * factors
    at_split = at_price + regions * sectors
    at_x = at_split + rows
    at_split_x = at_x + regions * sectors
    for r in range(rows):
        n, j, _ = p.split_cell[r]
        row, net, u = p.split_weights[r], p.split_net[r], w.power[j]
        a = 0.0
        b = 0.0
        for i in range(exporters):
            a += row[i] * u[i]
            b += net[i] * u[i]
        x = w.split_spending[r]
        if a <= TINY:
            s, w.split_kept[r] = _careful(p, w, j, row, net, x)
            w.split_phi[r] = 0.0
        else:
            s = np.log(a)
            w.split_kept[r] = b / a
            w.split_phi[r] = a
            for i in range(exporters):
                w.output[j, i] += net[i] * u[i] * x / a
        w.split_price[r] = -(s + p.split_scale[r] + w.shift[j]) / p.theta[j]
        out[at_split + r] = w.split_price[r]
    total = 0.0
    shared = 0.0
    for n in range(regions):
        own = 0.0
        for f in range(factors):
            m = p.income[n, f] * np.exp(z[n * factors + f])
            w.factor_income[n, f] = m
            own += m
            s = 0.0
            for j in range(sectors):
                s += p.value_added[n, f, j] * w.output[j, n]
            w.earned[n, f] = s
        total += own
        shared += p.deficit_share[n] * own
        s = own + p.deficit[n]
        for j in range(sectors):
            s += (1.0 - w.kept[j, n]) * w.spending[j, n]
            out[at_price + n * sectors + j] = w.price[j, n]
        w.total_income[n] = s
    for r in range(rows):
        w.total_income[p.split_cell[r, 0]] += (1.0 - w.split_kept[r]) * w.split_spending[r]
    new_total = 0.0
    y = np.empty(sectors)
    for n in range(regions):
        own = 0.0
        for f in range(factors):
            own += w.factor_income[n, f]
        if p.by_income:
            w.total_income[n] += p.deficit_share[n] * own - (shared - p.deficit_sum) * own / total
        spend = w.total_income[n]
        for j in range(sectors):
            spend -= p.fixed_use[n, j]
            y[j] = w.output[j, n]
        for k in range(sectors):
            s = p.final[n, k] * spend + p.fixed_use[n, k]
            for j in range(sectors):
                s += p.inputs[n, k, j] * y[j]
            out[at_x + n * sectors + k] = s / p.unit[n, k]
        for f in range(factors):
            x = z[n * factors + f]
            if p.income[n, f] > 0.0:
                x += p.damping * np.log(w.earned[n, f] / w.factor_income[n, f])
                new_total += p.income[n, f] * np.exp(x)
            out[n * factors + f] = x
    if p.closed:
        x = np.log(new_total / p.world)
        for n in range(regions):
            for f in range(factors):
                if p.income[n, f] > 0.0:
                    out[n * factors + f] -= x
    for r in range(rows):
        n, j, k = p.split_cell[r]
        if k < sectors:
            x = p.inputs[n, j, k] * w.output[k, n]
        else:
            x = w.total_income[n]
            for k2 in range(sectors):
                x -= p.fixed_use[n, k2]
            x = p.final[n, j] * x + p.fixed_use[n, j]
        out[at_x + n * sectors + j] -= x / p.unit[n, j]
        out[at_split_x + r] = x / p.split_unit[r]


@compiled
def step(p: Problem, z: Array, w: Work, out: Array) -> None:
    """One map of the state, ``out = F(z)``; the equilibrium is its fixed point."""
    start(p, z, w)
    all_sectors(p, w)
    finish(p, z, w, out)
