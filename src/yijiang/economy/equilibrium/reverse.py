"""The transpose of the map's derivative, written by hand: one sensitivity carried back to every lever at once.

A sensitivity is the derivative of one figure (a region's real income, say) with respect to an intermediate of the
map.  `backward` takes those of the new state and gives those of the old state; on the way it leaves behind
(`Pull`) what every lever's gradient is read from.  At the equilibrium, ``λ = F′ᵗ λ + b`` closes the circle.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit, prange

from .derivatives import new_income
from .kernels import row_shares
from .problem import FAST, Array, Problem, Work, compiled


class Seed(NamedTuple):
    """Sensitivities that enter inside the map: of incomes, of outputs and of ln ĉ."""

    income: Array  # (region,)
    output: Array  # (region, sector)
    cost: Array  # (region, sector)


class Pull(NamedTuple):
    """Sensitivities inside the map, from which the gradients of the levers are read."""

    cost: Array  # (region, sector): of ln ĉ
    endowment: Array  # (region, factor): of ln of the amount of a factor
    income: Array  # (region,): of income
    use: Array  # (region, sector): of spending on a good by all uses
    split_use: Array  # (row,): of the spending of a split row
    price: Array  # (sector, importer): of the ln P̂ that leaves the map
    row: Array  # (sector, importer): of ln of the price sum
    output: Array  # (sector, exporter): of sales; 0 for exporters of fixed cost
    split_price: Array  # (row,)
    split_row: Array  # (row,)


def pull(p: Problem) -> Pull:
    """Room for the sensitivities inside the map."""
    sectors, regions, exporters = p.weights.shape
    e, rows = np.empty, p.split_scale.size
    return Pull(
        e((regions, sectors)), e((regions, p.income.shape[1])), e(regions), e((regions, sectors)), e(rows),
        e((sectors, regions)), e((sectors, regions)), np.zeros((sectors, exporters)), e(rows), e(rows),
    )  # fmt: skip


@compiled
def _rows(
    weights: Array,
    net: Array,
    taxed: bool,
    local: bool,
    theta: float,
    u: Array,
    phi: Array,
    kept: Array,
    spending: Array,
    sold: Array,
    income: Array,
    price: Array,
    output: Array,
    row: Array,
    move: Array,
    cost: Array,
) -> None:
    """One sector: sensitivities of price sums, of spending (`move`) and of ln ĉ; one pass over the weights."""
    regions, exporters = weights.shape
    bent = u * output
    back = np.zeros(exporters)
    for n in range(regions):
        row[n] = 0.0
        move[n] = 0.0
        if phi[n] <= 0.0:
            continue
        first, last = (n, n + 1) if local else (0, exporters)
        t = 0.0
        for i in range(first, last):
            t += net[n, i] * bent[i]
        t /= phi[n]
        move[n] = (1.0 - kept[n]) * income[n] + t
        h = -price[n] / theta - spending[n] * (t - kept[n] * income[n])
        row[n] = h
        a, b = h / phi[n], -spending[n] * income[n] / phi[n]
        if taxed:
            for i in range(first, last):
                back[i] += weights[n, i] * a + net[n, i] * b
        else:
            a += b
            for i in range(first, last):
                back[i] += weights[n, i] * a
    for i in range(exporters):
        cost[i] = -theta * (sold[i] * output[i] + u[i] * back[i])


@compiled
def _careful_row(
    p: Problem,
    w: Work,
    j: int,
    row: Array,
    net: Array,
    x: float,
    income: float,
    price: float,
    output: Array,
    cost: Array,
) -> tuple[float, float]:
    """A row whose price sum underflowed, or a split row: sensitivities of its price sum and its spending.

    Adds to those of ln ĉ, except through sales, which `_rows` has counted.
    """
    exporters = row.size
    share, kept = np.empty(exporters), np.empty(exporters)
    if row_shares(p, w, j, row, net, share, kept) == -np.inf:
        return 0.0, 0.0
    t, whole, th = 0.0, 0.0, p.theta[j]
    for i in range(exporters):
        t += kept[i] * output[i]
        whole += kept[i]
    h = -price / th - x * (t - whole * income)
    for i in range(exporters):
        cost[i] -= th * (share[i] * h - kept[i] * x * income)
    return h, (1.0 - whole) * income + t


@compiled
def _sectors(p: Problem, w: Work, q: Pull, move: Array, cost: Array) -> None:
    for j in range(p.weights.shape[0]):
        _rows(
            p.weights[j], p.net[j], p.taxed, p.local[j], p.theta[j], w.power[j], w.phi[j], w.kept[j], w.spending[j],
            w.output[j], q.income, q.price[j], q.output[j], q.row[j], move[j], cost[j],
        )  # fmt: skip


@njit(cache=True, fastmath=FAST, parallel=True)
def _sectors_parallel(p: Problem, w: Work, q: Pull, move: Array, cost: Array) -> None:
    for j in prange(p.weights.shape[0]):
        _rows(
            p.weights[j], p.net[j], p.taxed, p.local[j], p.theta[j], w.power[j], w.phi[j], w.kept[j], w.spending[j],
            w.output[j], q.income, q.price[j], q.output[j], q.row[j], move[j], cost[j],
        )  # fmt: skip


@compiled
def _spending(p: Problem, w: Work, seed: Seed, b: Array, q: Pull) -> None:
    """From the new state's prices and spending back to incomes, outputs and prices."""
    regions, factors, sectors = p.value_added.shape
    rows = p.split_scale.size
    at_price = regions * factors
    at_split = at_price + regions * sectors
    at_x = at_split + rows
    at_split_x = at_x + regions * sectors
    for n in range(regions):
        s = seed.income[n]
        for k in range(sectors):
            q.price[k, n] = b[at_price + n * sectors + k]
            q.use[n, k] = b[at_x + n * sectors + k] / p.unit[n, k]
            q.output[k, n] = seed.output[n, k]
            s += p.final[n, k] * q.use[n, k]
        q.income[n] = s
        for k in range(sectors):
            x = q.use[n, k]
            for j in range(sectors):
                q.output[j, n] += p.inputs[n, k, j] * x
    for r in range(rows):
        n, j, k = p.split_cell[r]
        x = b[at_split_x + r] / p.split_unit[r] - q.use[n, j]
        q.split_use[r] = x
        q.split_price[r] = b[at_split + r]
        if k < sectors:
            q.output[k, n] += p.inputs[n, j, k] * x
        else:
            q.income[n] += p.final[n, j] * x


@compiled
def _wages(p: Problem, w: Work, b: Array, q: Pull, out: Array) -> None:
    """From the new wages and incomes back to wages, endowments and, through factor demand, outputs."""
    regions, factors, sectors = p.value_added.shape
    whole, weight = 0.0, 0.0
    for n in range(regions):
        for f in range(factors):
            if p.closed and p.income[n, f] > 0.0:
                whole += b[n * factors + f]
                weight += new_income(p, w, n, f)
    own = np.zeros(regions)
    total, shared, met = 0.0, 0.0, 0.0
    for n in range(regions):
        for f in range(factors):
            own[n] += w.factor_income[n, f]
        total += own[n]
        shared += p.deficit_share[n] * own[n]
        met += q.income[n] * own[n]
    for n in range(regions):
        by_own = q.income[n]
        if p.by_income:
            loose = (shared - p.deficit_sum) / total
            by_own *= 1.0 + p.deficit_share[n] - loose
            by_own += (loose - p.deficit_share[n]) * met / total
        for f in range(factors):
            x = b[n * factors + f]
            e = w.factor_income[n, f] * by_own
            if p.income[n, f] > 0.0:
                g = whole * new_income(p, w, n, f) / weight if p.closed else 0.0
                x -= g
                for j in range(sectors):
                    q.output[j, n] += p.value_added[n, f, j] * p.damping * x / w.earned[n, f]
                q.endowment[n, f] = e - p.damping * x - g
                x *= 1.0 - p.damping
            else:
                q.endowment[n, f] = e
            out[n * factors + f] = x + e


@compiled
def backward(p: Problem, w: Work, seed: Seed, b: Array, q: Pull, out: Array, side_by_side: bool = False) -> None:
    """Pull sensitivities `b` of the new state back through the map: ``out = F′(z)ᵗ b`` plus what `seed` brings."""
    sectors, regions, exporters = p.weights.shape
    factors, rows = p.income.shape[1], p.split_scale.size
    at_price = regions * factors
    at_split = at_price + regions * sectors
    at_x = at_split + rows
    at_split_x = at_x + regions * sectors
    _spending(p, w, seed, b, q)
    _wages(p, w, b, q, out)
    move, cost = np.empty((sectors, regions)), np.empty((sectors, exporters))
    if side_by_side:
        _sectors_parallel(p, w, q, move, cost)
    else:
        _sectors(p, w, q, move, cost)
    for j in range(sectors):
        for n in range(regions):
            if w.phi[j, n] <= 0.0:
                q.row[j, n], move[j, n] = _careful_row(
                    p, w, j, p.weights[j, n], p.net[j, n], w.spending[j, n],
                    q.income[n], q.price[j, n], q.output[j], cost[j],
                )  # fmt: skip
            out[at_x + n * sectors + j] = p.unit[n, j] * move[j, n]
    for r in range(rows):
        n, j, _ = p.split_cell[r]
        q.split_row[r], x = _careful_row(
            p, w, j, p.split_weights[r], p.split_net[r], w.split_spending[r],
            q.income[n], q.split_price[r], q.output[j], cost[j],
        )  # fmt: skip
        out[at_split_x + r] = p.split_unit[r] * x
    for n in range(regions):
        for j in range(sectors):
            q.cost[n, j] = cost[j, n] + seed.cost[n, j]
        for f in range(factors):
            for j in range(sectors):
                out[n * factors + f] += p.value_added[n, f, j] * q.cost[n, j]
        for k in range(sectors):
            s = 0.0
            for j in range(sectors):
                s += p.inputs[n, k, j] * q.cost[n, j]
            out[at_price + n * sectors + k] = s
    for r in range(rows):
        n, j, k = p.split_cell[r]
        x = p.inputs[n, j, k] * q.cost[n, k] if k < sectors else 0.0
        out[at_split + r] = x
        out[at_price + n * sectors + j] -= x


@compiled
def cell_sensitivities(p: Problem, w: Work, q: Pull, tariff: bool, out: Array) -> None:
    """Of ln κ̂ or, with `tariff`, of ln(1 + τ), for every cell (sector, importer, exporter)."""
    sectors, regions, exporters = p.weights.shape
    share, kept = np.empty(exporters), np.empty(exporters)
    for j in range(sectors):
        for n in range(regions):
            row_shares(p, w, j, p.weights[j, n], p.net[j, n], share, kept)
            for i in range(exporters):
                by_net = kept[i] * w.spending[j, n] * (q.output[j, i] - q.income[n])
                out[j, n, i] = -p.theta[j] * (share[i] * q.row[j, n] + by_net) - (by_net if tariff else 0.0)
    for r in range(p.split_scale.size):
        n, j, _ = p.split_cell[r]
        row_shares(p, w, j, p.split_weights[r], p.split_net[r], share, kept)
        for i in range(exporters):
            by_net = kept[i] * w.split_spending[r] * (q.output[j, i] - q.income[n])
            out[j, n, i] -= p.theta[j] * (share[i] * q.split_row[r] + by_net) + (by_net if tariff else 0.0)


@compiled
def row_sensitivities(
    p: Problem, w: Work, q: Pull, n: int, i: int, final_price: Array, spend: float, out: Array
) -> None:
    """Of ln κ̂ of every good from exporter `i` to importer `n` by use (sector, use); the last use is final demand."""
    sectors, exporters = p.weights.shape[0], p.weights.shape[2]
    share, kept = np.empty(exporters), np.empty(exporters)
    for j in range(sectors):
        for k in range(sectors + 1):
            row, net = p.weights[j, n], p.net[j, n]
            for r in range(p.split_scale.size):
                if p.split_cell[r, 0] == n and p.split_cell[r, 1] == j and p.split_cell[r, 2] == k:
                    row, net = p.split_weights[r], p.split_net[r]
            row_shares(p, w, j, row, net, share, kept)
            if k < sectors:
                price, x = p.inputs[n, j, k] * q.cost[n, k], p.inputs[n, j, k] * w.output[k, n]
            else:
                price, x = final_price[j], p.final[n, j] * spend + p.fixed_use[n, j]
            t, whole = 0.0, 0.0
            for e in range(exporters):
                t += kept[e] * q.output[j, e]
                whole += kept[e]
            h = -price / p.theta[j] - x * (t - whole * q.income[n])
            by_net = kept[i] * x * (q.output[j, i] - q.income[n])
            out[j, k] = -p.theta[j] * (share[i] * h + by_net)
