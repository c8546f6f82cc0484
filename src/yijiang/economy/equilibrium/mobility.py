r"""Factors that move between regions, inside the equilibrium map, and the step of wages.

A factor f with elasticity κ of finite size moves with its people inside a group of regions G,

.. math::
    \hat M_{nf} = \frac{(\mu_n \hat w_{nf} / \hat P_n)^{\kappa}}{\sum_{m \in G} s_m (\mu_m \hat w_{mf} / \hat P_m)^{\kappa}}

with ``s`` the shares of people before they move, so that ``Σ s M̂ = 1``: nobody is lost.  They earn and spend where
they live.  A factor of infinite elasticity works wherever it earns most, so its price changes alike in the whole group
and one market clears for the group; its owners stay, and what they earn is their share of the group's factor.
"""

from __future__ import annotations

import numpy as np

from .problem import Array, Problem, Work, compiled


@compiled
def price_index(p: Problem, z: Array, out: Array) -> None:
    """Ln of the price index of final demand by region, from the prices in the state."""
    regions, factors, sectors = p.value_added.shape
    at_price = regions * factors
    at_split = at_price + regions * sectors
    for n in range(regions):
        s = 0.0
        for j in range(sectors):
            s += p.final[n, j] * z[at_price + n * sectors + j]
        out[n] = s
    for r in range(p.split_scale.size):
        n, j, k = p.split_cell[r]
        if k == sectors:
            out[n] += p.final[n, j] * (z[at_split + r] - z[at_price + n * sectors + j])


@compiled
def move_factors(p: Problem, z: Array, w: Work) -> None:
    """Amounts of every factor after it moved, over those before (`Work.moved`)."""
    regions, factors = p.income.shape
    w.moved[:] = 1.0
    for f in range(factors):
        k = p.mobility[f]
        if not 0.0 < k < np.inf:
            continue
        index = np.empty(regions)
        price_index(p, z, index)
        for g in range(p.group[f].max() + 1):
            top = -np.inf
            for n in range(regions):
                if p.group[f, n] == g:
                    index[n] = k * (z[n * factors + f] - index[n] + p.log_attraction[n])
                    top = max(top, index[n])
            whole, drawn = 0.0, 0.0
            for n in range(regions):
                if p.group[f, n] == g:
                    w.moved[n, f] = np.exp(index[n] - top)
                    whole += p.people[n, f]
                    drawn += p.people[n, f] * w.moved[n, f]
            for n in range(regions):
                if p.group[f, n] == g:
                    w.moved[n, f] *= whole / drawn


@compiled
def wage_step(p: Problem, w: Work, step: Array) -> None:
    """How far ln of each factor's price moves: with demand over supply, of the group where the factor is pooled."""
    regions, factors = p.income.shape
    for f in range(factors):
        for n in range(regions):
            step[n, f] = 0.0
            if p.income[n, f] > 0.0:
                step[n, f] = p.damping[f] * np.log(w.earned[n, f] / w.factor_income[n, f])
        if p.mobility[f] == np.inf:
            for g in range(p.group[f].max() + 1):
                demand, supply = pooled(p, w, f, g)
                for n in range(regions):
                    if p.group[f, n] == g and p.income[n, f] > 0.0:
                        step[n, f] = p.damping[f] * np.log(demand / supply)


@compiled
def pooled(p: Problem, w: Work, f: int, g: int) -> tuple[float, float]:
    """Demand and supply of a pooled factor in its group."""
    demand, supply = 0.0, 0.0
    for n in range(p.income.shape[0]):
        if p.group[f, n] == g and p.income[n, f] > 0.0:
            demand += w.earned[n, f]
            supply += w.factor_income[n, f]
    return demand, supply


@compiled
def step_of_wages(p: Problem, z: Array, w: Work, out: Array) -> None:
    """New ln w, in the numeraire of a closed case."""
    regions, factors = p.income.shape
    step = np.empty((regions, factors))
    wage_step(p, w, step)
    total = 0.0
    for n in range(regions):
        for f in range(factors):
            if p.income[n, f] > 0.0:
                total += w.factor_income[n, f] * np.exp(step[n, f])
    drift = np.log(total / p.world) if p.closed else 0.0
    for n in range(regions):
        for f in range(factors):
            x = z[n * factors + f]
            if p.income[n, f] > 0.0:
                x += step[n, f] - drift
            out[n * factors + f] = x


@compiled
def supply_moves(p: Problem, w: Work, d: Array, out: Array) -> None:
    """Moves of ln of factor incomes (region, factor) for a move `d` of the state."""
    regions, factors = p.income.shape
    for n in range(regions):
        for f in range(factors):
            out[n, f] = d[n * factors + f]
    for f in range(factors):
        k = p.mobility[f]
        if not 0.0 < k < np.inf:
            continue
        drawn = np.empty(regions)
        price_index(p, d, drawn)
        for g in range(p.group[f].max() + 1):
            whole, mean = 0.0, 0.0
            for n in range(regions):
                if p.group[f, n] == g:
                    drawn[n] = k * (d[n * factors + f] - drawn[n])
                    whole += p.people[n, f] * w.moved[n, f]
                    mean += p.people[n, f] * w.moved[n, f] * drawn[n]
            for n in range(regions):
                if p.group[f, n] == g:
                    out[n, f] += drawn[n] - mean / whole


@compiled
def supply_back(
    p: Problem, w: Work, supply: Array, wage: Array, index: Array, endowment: Array, drawn: Array
) -> None:
    """The transpose of `supply_moves`: from ln factor incomes to ln w, price indices, amounts and attraction.

    `supply` holds sensitivities of ln factor incomes; those of `wage` (region, factor) are added to, the others set.
    """
    regions, factors = p.income.shape
    index[:] = 0.0
    drawn[:] = 0.0
    for n in range(regions):
        for f in range(factors):
            wage[n, f] += supply[n, f]
            endowment[n, f] = supply[n, f]
    for f in range(factors):
        k = p.mobility[f]
        if not 0.0 < k < np.inf:
            continue
        for g in range(p.group[f].max() + 1):
            whole, before, total = 0.0, 0.0, 0.0
            for n in range(regions):
                if p.group[f, n] == g:
                    before += p.people[n, f]
                    whole += p.people[n, f] * w.moved[n, f]
                    total += supply[n, f]
            for n in range(regions):
                if p.group[f, n] == g:
                    share = p.people[n, f] * w.moved[n, f] / whole
                    x = k * (supply[n, f] - share * total)
                    wage[n, f] += x
                    index[n] -= x
                    drawn[n] += x
                    endowment[n, f] += total * (p.people[n, f] / before - share)
