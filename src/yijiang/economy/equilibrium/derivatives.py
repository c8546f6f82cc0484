"""The map's directional derivative, written by hand; its transpose is in `reverse`."""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from .mobility import common_wage, groups, pooled, supply_moves, wage_step
from .problem import FAST, Array, Problem, Work, compiled
from .rows import row_shares


@compiled
def _rows(
    weights: Array,
    net: Array,
    local: bool,
    theta: float,
    u: Array,
    phi: Array,
    kept: Array,
    spending: Array,
    cost: Array,
    move: Array,
    price: Array,
    income: Array,
    output: Array,
) -> None:
    """One sector: moves of prices, tariff revenue and sales for moves `cost` of ln ĉ and `move` of spending."""
    regions, exporters = weights.shape
    bent = u * cost
    y = np.zeros(exporters)
    for n in range(regions):
        price[n] = 0.0
        income[n] = 0.0
        if phi[n] <= 0.0:
            continue
        first, last = (n, n + 1) if local else (0, exporters)
        a = 0.0
        b = 0.0
        for i in range(first, last):
            a += weights[n, i] * bent[i]
            b += net[n, i] * bent[i]
        a /= phi[n]
        price[n] = a
        income[n] = (1.0 - kept[n]) * move[n] + theta * (b / phi[n] - kept[n] * a) * spending[n]
        v = (move[n] + theta * spending[n] * a) / phi[n]
        for i in range(first, last):
            y[i] += net[n, i] * v
    for i in range(exporters):
        output[i] = y[i] * u[i] - theta * output[i] * cost[i]


@compiled
def _careful_row(
    p: Problem, w: Work, j: int, row: Array, net: Array, x: float, dx: float, cost: Array, output: Array
) -> tuple[float, float]:
    """A row whose price sum underflowed, or a split row: moves of its price and revenue; adds to those of sales."""
    exporters = row.size
    share, kept = np.empty(exporters), np.empty(exporters)
    if row_shares(w.cost[:, j], w.shift[j], p.theta[j], row, net, share, kept) == -np.inf:
        return 0.0, 0.0
    a, b, whole = 0.0, 0.0, 0.0
    for i in range(exporters):
        a += share[i] * cost[i]
        b += kept[i] * cost[i]
        whole += kept[i]
    th = p.theta[j]
    for i in range(exporters):
        output[i] += kept[i] * (dx + th * x * a)
    return a, (1.0 - whole) * dx + th * (b - whole * a) * x


@compiled
def _cost_move(p: Problem, d: Array, cost: Array, move: Array) -> None:
    """Moves of ln ĉ (sector, exporter) and of spending (sector, importer) for a move of the state."""
    regions, factors, sectors = p.value_added.shape
    at_price = regions * factors
    at_split = at_price + regions * sectors
    at_x = at_split + p.split_scale.size
    c = np.empty(sectors)
    for n in range(regions):
        c[:] = 0.0
        for f in range(factors):
            for j in range(sectors):
                c[j] += p.value_added[n, f, j] * d[n * factors + f]
        for k in range(sectors):
            x = d[at_price + n * sectors + k]
            for j in range(sectors):
                c[j] += p.inputs[n, k, j] * x
        for j in range(sectors):
            cost[j, n] = c[j]
            move[j, n] = p.unit[n, j] * d[at_x + n * sectors + j]
    for r in range(p.split_scale.size):
        n, j, k = p.split_cell[r]
        if k < sectors:
            cost[k, n] += p.inputs[n, j, k] * (d[at_split + r] - d[at_price + n * sectors + j])


@compiled
def _sectors(
    weights: Array,
    net: Array,
    local: NDArray[np.bool_],
    theta: Array,
    u: Array,
    phi: Array,
    kept: Array,
    spending: Array,
    cost: Array,
    move: Array,
    price: Array,
    income: Array,
    output: Array,
) -> None:
    for j in range(weights.shape[0]):
        _rows(
            weights[j], net[j], local[j], theta[j], u[j], phi[j], kept[j], spending[j],
            cost[j], move[j], price[j], income[j], output[j],
        )  # fmt: skip


@njit(cache=True, fastmath=FAST, parallel=True)
def _sectors_parallel(
    weights: Array,
    net: Array,
    local: NDArray[np.bool_],
    theta: Array,
    u: Array,
    phi: Array,
    kept: Array,
    spending: Array,
    cost: Array,
    move: Array,
    price: Array,
    income: Array,
    output: Array,
) -> None:
    for j in prange(weights.shape[0]):
        _rows(
            weights[j], net[j], local[j], theta[j], u[j], phi[j], kept[j], spending[j],
            cost[j], move[j], price[j], income[j], output[j],
        )  # fmt: skip


@compiled
def _finish(
    p: Problem, w: Work, d: Array, price: Array, revenue: Array, output: Array, cost: Array, out: Array
) -> None:
    """The rest of the derivative: rows done carefully, split rows, incomes, spending and wages."""
    regions, factors, sectors = p.value_added.shape
    rows = p.split_scale.size
    at_price = regions * factors
    at_split = at_price + regions * sectors
    at_x = at_split + rows
    at_split_x = at_x + regions * sectors
    income = np.zeros(regions)
    for j in range(sectors):
        for n in range(regions):
            if w.phi[j, n] <= 0.0:
                dx = p.unit[n, j] * d[at_x + n * sectors + j]
                price[j, n], revenue[j, n] = _careful_row(
                    p, w, j, p.weights[j, n], p.net[j, n], w.spending[j, n], dx, cost[j], output[j]
                )
            out[at_price + n * sectors + j] = price[j, n]
            income[n] += revenue[j, n]
    for r in range(rows):
        n, j, _ = p.split_cell[r]
        dx = p.split_unit[r] * d[at_split_x + r]
        out[at_split + r], more = _careful_row(
            p, w, j, p.split_weights[r], p.split_net[r], w.split_spending[r], dx, cost[j], output[j]
        )
        income[n] += more
    supply = np.empty((regions, factors))
    supply_moves(p.mobility, p.group, p.people, w.moved, p.final, p.split_cell, d, supply)
    _incomes(p, w, supply, income)
    if p.weights.shape[2] > regions:  # regions of fixed cost buy with their own elasticity
        for j in range(sectors):
            for n in range(regions):
                output[j, n] += (p.theta[j] - p.foreign_theta[j]) * w.sold[j, n] * cost[j, n]
    for n in range(regions):
        for k in range(sectors):
            s = p.final[n, k] * income[n]
            for j in range(sectors):
                s += p.inputs[n, k, j] * output[j, n]
            out[at_x + n * sectors + k] = s / p.unit[n, k]
    for r in range(rows):
        n, j, k = p.split_cell[r]
        x = p.inputs[n, j, k] * output[k, n] if k < sectors else p.final[n, j] * income[n]
        out[at_x + n * sectors + j] -= x / p.unit[n, j]
        out[at_split_x + r] = x / p.split_unit[r]
    _wages(p, w, d, supply, output, out)


@compiled
def _incomes(p: Problem, w: Work, supply: Array, income: Array) -> None:
    """Add the moves of factor incomes, and of balances that follow them, to those of incomes."""
    regions, factors = p.income.shape
    total, shared, moved, moved_share = 0.0, 0.0, 0.0, 0.0
    own, change = np.zeros(regions), np.zeros(regions)
    for n in range(regions):
        for f in range(factors):
            own[n] += w.factor_income[n, f]
            change[n] += w.factor_income[n, f] * supply[n, f]
        total += own[n]
        moved += change[n]
        shared += p.deficit_share[n] * own[n]
        moved_share += p.deficit_share[n] * change[n]
        income[n] += change[n]
    if p.by_income:
        for n in range(regions):
            income[n] += p.deficit_share[n] * change[n] - moved_share * own[n] / total
            income[n] -= (shared - p.deficit_sum) * (change[n] / total - own[n] * moved / total**2)


@compiled
def _wages(p: Problem, w: Work, d: Array, supply: Array, output: Array, out: Array) -> None:
    """Moves of ln w in the numeraire."""
    regions, factors, sectors = p.value_added.shape
    step, move = np.empty((regions, factors)), np.zeros((regions, factors))
    wage_step(p.damping, p.mobility, p.group, w.earned, w.factor_income, step)
    drift, weight = 0.0, 0.0
    for f in range(factors):
        for n in range(regions):
            if p.income[n, f] > 0.0:
                s = 0.0
                for j in range(sectors):
                    s += p.value_added[n, f, j] * output[j, n]
                move[n, f] = s
        if p.mobility[f] == np.inf:
            for g in range(groups(p.group, f)):
                demand, offer = pooled(p.group, w.earned, w.factor_income, f, g)
                x = 0.0
                for n in range(regions):
                    if p.group[f, n] == g:
                        x += move[n, f] / demand - w.factor_income[n, f] * supply[n, f] / offer
                for n in range(regions):
                    if p.group[f, n] == g and p.income[n, f] > 0.0:
                        move[n, f] = p.damping[f] * x
        for n in range(regions):
            if p.income[n, f] > 0.0:
                if not (p.mobility[f] == np.inf and p.group[f, n] >= 0):
                    move[n, f] = p.damping[f] * (move[n, f] / w.earned[n, f] - supply[n, f])
                share = w.factor_income[n, f] * np.exp(step[n, f])
                drift += share * (supply[n, f] + move[n, f])
                weight += share
    old = d[: regions * factors].copy().reshape((regions, factors))
    common_wage(p.mobility, p.group, w.factor_income, old)
    for n in range(regions):
        for f in range(factors):
            x = old[n, f] + move[n, f]
            if p.closed and p.income[n, f] > 0.0:
                x -= drift / weight
            out[n * factors + f] = x


def forward(p: Problem, w: Work, d: Array, out: Array, side_by_side: bool = False) -> None:
    """Push a move `d` of the state through the map at the point that `w` was evaluated at: ``out = F′(z) d``."""
    sectors, regions, exporters = p.weights.shape
    cost, move = np.zeros((sectors, exporters)), np.empty((sectors, regions))
    price, revenue = np.empty((sectors, regions)), np.empty((sectors, regions))
    output = w.output.copy()
    _cost_move(p, d, cost, move)
    (_sectors_parallel if side_by_side else _sectors)(
        p.weights, p.net, p.local, p.theta, w.power, w.phi, w.kept, w.spending, cost, move, price, revenue, output
    )
    _finish(p, w, d, price, revenue, output, cost, out)
