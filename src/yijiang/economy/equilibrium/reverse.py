"""The transpose of the map's derivative, written by hand: sensitivities carried back to every lever at once.

A sensitivity is the derivative of one figure (a region's real income, say) with respect to an intermediate of the
map.  `backward` takes those of the new state and gives those of the old state; on the way it leaves behind
(`Pull`) what every lever's gradient is read from.  At the equilibrium, ``λ = F′ᵗ λ + b`` closes the circle.

Several figures are carried side by side: each is a lane, and the weights are read once for all of them.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from .mobility import common_wage, groups, pooled, supply_back, wage_step
from .problem import FAST, Array, Problem, Work, compiled
from .rows import add1, add4, dot1, dot4, row_shares
from .sensitivities import Pull, Room, Seed, pull_of, seed_of


@compiled
def _row(
    j: int,
    n: int,
    s: int,
    t: float,
    theta: float,
    phi: Array,
    kept: Array,
    spending: Array,
    incomes: Array,
    price: Array,
    row: Array,
    move: Array,
) -> tuple[float, float]:
    """One row, given the mean sensitivity of its sales: what its weights and its net weights are multiplied by."""
    income = incomes[s, n]
    t /= phi[j, n]
    move[s, j, n] = (1.0 - kept[j, n]) * income + t
    h = -price[s, j, n] / theta - spending[j, n] * (t - kept[j, n] * income)
    row[s, j, n] = h
    return h / phi[j, n], -spending[j, n] * income / phi[j, n]


@compiled
def _sector(
    j: int,
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
    bent: Array,
    back: Array,
) -> None:
    """One sector: sensitivities of price sums, of spending (`move`) and of ln ĉ; one pass over the weights."""
    regions, exporters = weights.shape[1], weights.shape[2]
    lanes = move.shape[0]
    for s in range(lanes):
        for i in range(exporters):
            bent[s, j, i] = u[j, i] * output[s, j, i]
            back[s, j, i] = 0.0
        for n in range(regions):
            row[s, j, n] = 0.0
            move[s, j, n] = 0.0
            if local and phi[j, n] > 0.0:
                a, b = _row(j, n, s, net[j, n, n] * bent[s, j, n], theta, phi, kept, spending, income, price, row, move)
                back[s, j, n] += weights[j, n, n] * a + net[j, n, n] * b
    n = regions if local else 0
    while n < regions:
        four = n + 4 <= regions
        if four:
            for m in range(n, n + 4):
                four = four and phi[j, m] > 0.0
        for s in range(lanes):
            if four:
                t0, t1, t2, t3 = dot4(net, j, n, bent, s)
                a0, b0 = _row(j, n, s, t0, theta, phi, kept, spending, income, price, row, move)
                a1, b1 = _row(j, n + 1, s, t1, theta, phi, kept, spending, income, price, row, move)
                a2, b2 = _row(j, n + 2, s, t2, theta, phi, kept, spending, income, price, row, move)
                a3, b3 = _row(j, n + 3, s, t3, theta, phi, kept, spending, income, price, row, move)
                if taxed:
                    add4(weights, j, n, back, s, a0, a1, a2, a3)
                    add4(net, j, n, back, s, b0, b1, b2, b3)
                else:
                    add4(weights, j, n, back, s, a0 + b0, a1 + b1, a2 + b2, a3 + b3)
            elif phi[j, n] > 0.0:
                a0, b0 = _row(j, n, s, dot1(net, j, n, bent, s), theta, phi, kept, spending, income, price, row, move)
                if taxed:
                    add1(weights, j, n, back, s, a0)
                    add1(net, j, n, back, s, b0)
                else:
                    add1(weights, j, n, back, s, a0 + b0)
        n += 4 if four else 1
    for s in range(lanes):
        for i in range(exporters):
            cost[s, j, i] = -theta * (sold[j, i] * output[s, j, i] + u[j, i] * back[s, j, i])


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
    if row_shares(w.cost[:, j], w.shift[j], p.theta[j], row, net, share, kept) == -np.inf:
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
def sectors(p: Problem, w: Work, q: Pull, r: Room) -> None:
    """The pass over the weights, in this thread."""
    for j in range(p.weights.shape[0]):
        _sector(
            j, p.weights, p.net, p.taxed, p.local[j], p.theta[j], w.power, w.phi, w.kept, w.spending, w.output,
            q.income, q.price, q.output, q.row, r.move, r.cost, r.bent, r.back,
        )  # fmt: skip


def sectors_parallel(p: Problem, w: Work, q: Pull, r: Room) -> None:
    """`sectors` side by side; the figures do not depend on the number of threads."""
    _side_by_side(
        p.weights, p.net, p.taxed, p.local, p.theta, w.power, w.phi, w.kept, w.spending, w.output,
        q.income, q.price, q.output, q.row, r.move, r.cost, r.bent, r.back,
    )  # fmt: skip


@njit(cache=True, fastmath=FAST, parallel=True)
def _side_by_side(
    weights: Array,
    net: Array,
    taxed: bool,
    local: NDArray[np.bool_],
    theta: Array,
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
    bent: Array,
    back: Array,
) -> None:
    """Every sector in a thread of its own; arrays, as in `rows`, to compile less.

    The index stays unsigned, as a parallel loop has it: a signed one makes this kernel a sixth slower.
    """
    for j in prange(weights.shape[0]):
        _sector(
            j, weights, net, taxed, local[j], theta[j], u, phi, kept, spending, sold,
            income, price, output, row, move, cost, bent, back,
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
def _incomes(p: Problem, w: Work, q: Pull, supply: Array) -> None:
    """From incomes back to ln of factor incomes, balances that follow them included."""
    regions, factors = p.income.shape
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
            supply[n, f] = w.factor_income[n, f] * by_own


@compiled
def _wages(p: Problem, w: Work, b: Array, q: Pull, supply: Array, wage: Array) -> None:
    """From new ln w back to old ones, to ln of factor incomes and, through factor demand, to outputs."""
    regions, factors, sectors = p.value_added.shape
    step = np.empty((regions, factors))
    wage_step(p.damping, p.mobility, p.group, w.earned, w.factor_income, step)
    whole, weight = 0.0, 0.0
    for n in range(regions):
        for f in range(factors):
            wage[n, f] = b[n * factors + f]
            if p.closed and p.income[n, f] > 0.0:
                whole += wage[n, f]
                weight += w.factor_income[n, f] * np.exp(step[n, f])
    for f in range(factors):
        for n in range(regions):
            if p.income[n, f] > 0.0:
                share = whole * w.factor_income[n, f] * np.exp(step[n, f]) / weight if p.closed else 0.0
                supply[n, f] -= share
                step[n, f] = p.damping[f] * (wage[n, f] - share)  # from here on: the sensitivity of the step
        if p.mobility[f] == np.inf:
            for g in range(groups(p.group, f)):
                demand, offer = pooled(p.group, w.earned, w.factor_income, f, g)
                x = 0.0
                for n in range(regions):
                    if p.group[f, n] == g and p.income[n, f] > 0.0:
                        x += step[n, f]
                for n in range(regions):
                    if p.group[f, n] == g and p.income[n, f] > 0.0:
                        supply[n, f] -= x * w.factor_income[n, f] / offer
                        for j in range(sectors):
                            q.output[j, n] += p.value_added[n, f, j] * x / demand
        for n in range(regions):
            if p.income[n, f] > 0.0 and not (p.mobility[f] == np.inf and p.group[f, n] >= 0):
                supply[n, f] -= step[n, f]
                for j in range(sectors):
                    q.output[j, n] += p.value_added[n, f, j] * step[n, f] / w.earned[n, f]
    common_wage(p.mobility, p.group, w.factor_income, wage)


@compiled
def _first_part(p: Problem, w: Work, seed: Seed, b: Array, q: Pull, wage: Array) -> None:
    """Everything between the new state and the pass over the weights, in one lane."""
    regions, factors = p.income.shape
    _spending(p, w, seed, b, q)
    supply = np.empty((regions, factors))
    _incomes(p, w, q, supply)
    _wages(p, w, b, q, supply, wage)
    for n in range(regions):
        for f in range(factors):
            # An amount that moved: its price is not part of it.
            supply[n, f] += seed.moved[n, f]
            wage[n, f] -= seed.moved[n, f]
    supply_back(p.mobility, p.group, p.people, w.moved, supply, wage, q.price_index, q.endowment, q.attraction)


@compiled
def _last_part(p: Problem, w: Work, seed: Seed, q: Pull, wage: Array, move: Array, cost: Array, out: Array) -> None:
    """Everything between the pass over the weights and the old state, in one lane."""
    regions, factors, sectors = p.value_added.shape
    rows = p.split_scale.size
    at_price = regions * factors
    at_split = at_price + regions * sectors
    at_x = at_split + rows
    at_split_x = at_x + regions * sectors
    if p.weights.shape[2] > regions:  # regions of fixed cost buy with their own elasticity
        for j in range(sectors):
            for n in range(regions):
                cost[j, n] += (p.theta[j] - p.foreign_theta[j]) * w.sold[j, n] * q.output[j, n]
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
            s = wage[n, f]
            for j in range(sectors):
                s += p.value_added[n, f, j] * q.cost[n, j]
            out[n * factors + f] = s
        for k in range(sectors):
            s = p.final[n, k] * q.price_index[n]
            for j in range(sectors):
                s += p.inputs[n, k, j] * q.cost[n, j]
            out[at_price + n * sectors + k] = s
    for r in range(rows):
        n, j, k = p.split_cell[r]
        x = p.inputs[n, j, k] * q.cost[n, k] if k < sectors else p.final[n, j] * q.price_index[n]
        out[at_split + r] = x
        out[at_price + n * sectors + j] -= x


@compiled
def before(p: Problem, w: Work, seed: Seed, b: Array, q: Pull, r: Room) -> None:
    """Every lane up to the pass over the weights."""
    for s in range(b.shape[0]):
        _first_part(p, w, seed_of(seed, s), b[s], pull_of(q, s), r.wage[s])


@compiled
def after(p: Problem, w: Work, seed: Seed, q: Pull, r: Room, out: Array) -> None:
    """Every lane from the pass over the weights on."""
    for s in range(out.shape[0]):
        _last_part(p, w, seed_of(seed, s), pull_of(q, s), r.wage[s], r.move[s], r.cost[s], out[s])


def backward(p: Problem, w: Work, seed: Seed, b: Array, q: Pull, r: Room, out: Array) -> None:
    """Pull sensitivities `b` (lane, state) of the new state back: ``out = F′(z)ᵗ b`` plus what `seed` brings."""
    before(p, w, seed, b, q, r)
    sectors(p, w, q, r)
    after(p, w, seed, q, r, out)
