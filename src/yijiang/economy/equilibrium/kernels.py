"""The equilibrium map on plain float64 arrays; its pass over the weights is in `rows`.

The state is ``z = [ln w (region, factor), ln P (region, sector), ln P of split rows, X / unit (region,
sector), X / unit of split rows]``.  A split row is one (importer, sector, use) whose trade costs differ from
the other uses of the same good.  The new trade shares are never formed: with ``W = π κ̂^−θ`` fixed and ``u =
ĉ^−θ``, one map needs ``Φ = W u`` and ``Y = u · Wᵗ(X / Φ)``, and both come from one pass over ``W``.

Inside, arrays are (sector, importer, exporter): the modelled regions come first, exporters of fixed cost last.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .mobility import move_factors, step_of_wages, wage_step
from .problem import TINY, Array, Problem, Work, compiled
from .rows import all_sectors, careful_row


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
        if exporters > regions:
            for n in range(regions):
                w.sold[j, n] = p.exports[j, n] * np.exp(-p.foreign_theta[j] * w.cost[n, j])


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
            s, w.split_kept[r] = careful_row(w.cost[:, j], w.shift[j], p.theta[j], row, net, x, w.output[j])
            w.split_phi[r] = 0.0
        else:
            s = np.log(a)
            w.split_kept[r] = b / a
            w.split_phi[r] = a
            for i in range(exporters):
                w.output[j, i] += net[i] * u[i] * x / a
        w.split_price[r] = -(s + p.split_scale[r] + w.shift[j]) / p.theta[j]
        out[at_split + r] = w.split_price[r]
    move_factors(p.mobility, p.group, p.people, p.log_attraction, p.final, p.split_cell, z, w.moved)
    total = 0.0
    shared = 0.0
    for n in range(regions):
        own = 0.0
        for f in range(factors):
            m = p.income[n, f] * w.moved[n, f] * np.exp(z[n * factors + f])
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
    steps = np.empty((regions, factors))
    wage_step(p.damping, p.mobility, p.group, w.earned, w.factor_income, steps)
    step_of_wages(steps, p.mobility, p.group, w.factor_income, p.world, p.closed, z, out)
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
def flow_hats(
    sectors: NDArray[np.int64], order: NDArray[np.intp], share: Array, spending: Array, sales: Array, factor: Array,
    p: Problem, w: Work,
) -> Array:  # fmt: skip
    """Real flows of some goods, new / old (importer, exporter, sector); 1 where the base has none.

    ``π′X′ / (πX ĉ)`` where no tariff is levied, no use is split and no price sum is 0.

    Parameters
    ----------
    order : (region)
        The user's positions in the solver's order.
    share, spending : shares (sector, importer, exporter) and spending (region, sector) of the base.
    sales, factor : (sector, fixed importer, exporter)
        Base sales to regions of fixed cost, and their change at base unit cost.
    """
    regions, exporters = w.sold.shape[1], w.power.shape[1]
    out = np.ones((exporters, exporters, sectors.size))
    for s in range(sectors.size):
        j = sectors[s]
        for i in range(exporters):
            unit = np.exp(w.cost[i, j]) if i < regions else 1.0
            sold = np.exp(-p.foreign_theta[j] * w.cost[i, j]) / unit if i < regions else 1.0
            for n in range(regions):
                old = share[j, n, i] * spending[n, j]
                if old > 0.0:
                    new = p.net[j, n, i] * w.power[j, i] * (w.spending[j, n] / w.phi[j, n])
                    out[order[n], order[i], s] = new / unit / old
            if i < regions:
                for n in range(exporters - regions):
                    if sales[j, n, i] > 0.0:
                        out[order[regions + n], order[i], s] = factor[j, n, i] * sold
    return out


def step(p: Problem, z: Array, w: Work, out: Array) -> None:
    """One map of the state, ``out = F(z)``; the equilibrium is its fixed point."""
    start(p, z, w)
    all_sectors(p, Work(*(x[None] for x in w)), np.ones(1, dtype=np.bool_))
    finish(p, z, w, out)
