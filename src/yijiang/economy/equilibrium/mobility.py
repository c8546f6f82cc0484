r"""Factors that move between regions, inside the equilibrium map, and the step of wages.

A factor f with elasticity κ of finite size moves with its people inside a group of regions G,

.. math::
    \hat M_{nf} = v_{nf}^{\kappa} / \sum_{m \in G} s_m v_{mf}^{\kappa}, \qquad
    v_{nf} = \hat\mu_n \hat w_{nf} / \hat P_n

with ``s`` the shares of people before they move, so that ``Σ s M̂ = 1``: nobody is lost.  They earn and spend where
they live.  A factor of infinite elasticity works wherever it earns most, so its price changes alike in the whole group
and one market clears for the group; its owners stay, and what they earn is their share of the group's factor.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .problem import Array, compiled

Integers = NDArray[np.int64]


@compiled
def groups(group: Integers, f: int) -> int:
    """How many groups a factor moves in."""
    most = -1
    for n in range(group.shape[1]):
        most = max(most, group[f, n])
    return most + 1


@compiled
def price_index(final: Array, cells: Integers, factors: int, z: Array, out: Array) -> None:
    """Ln of the price index of final demand by region, from the prices in the state."""
    regions, sectors = final.shape
    at_price = regions * factors
    at_split = at_price + regions * sectors
    for n in range(regions):
        s = 0.0
        for j in range(sectors):
            s += final[n, j] * z[at_price + n * sectors + j]
        out[n] = s
    for r in range(cells.shape[0]):
        if cells[r, 2] == sectors:
            n, j = cells[r, 0], cells[r, 1]
            out[n] += final[n, j] * (z[at_split + r] - z[at_price + n * sectors + j])


@compiled
def move_factors(
    mobility: Array,
    group: Integers,
    people: Array,
    attraction: Array,
    final: Array,
    cells: Integers,
    z: Array,
    moved: Array,
) -> None:
    """Amounts of every factor after it moved, over those before (`Work.moved`)."""
    regions, factors = people.shape
    for f in range(factors):
        for n in range(regions):
            moved[n, f] = 1.0
        k = mobility[f]
        if not 0.0 < k < np.inf:
            continue
        index = np.empty(regions)
        price_index(final, cells, factors, z, index)
        for g in range(groups(group, f)):
            top = -np.inf
            for n in range(regions):
                if group[f, n] == g:
                    index[n] = k * (z[n * factors + f] - index[n] + attraction[n])
                    top = max(top, index[n])
            whole, drawn = 0.0, 0.0
            for n in range(regions):
                if group[f, n] == g:
                    moved[n, f] = np.exp(index[n] - top)
                    whole += people[n, f]
                    drawn += people[n, f] * moved[n, f]
            for n in range(regions):
                if group[f, n] == g:
                    moved[n, f] *= whole / drawn


@compiled
def pooled(group: Integers, earned: Array, supplied: Array, f: int, g: int) -> tuple[float, float]:
    """Demand and supply of a pooled factor in its group."""
    demand, supply = 0.0, 0.0
    for n in range(earned.shape[0]):
        if group[f, n] == g:
            demand += earned[n, f]
            supply += supplied[n, f]
    return demand, supply


@compiled
def wage_step(damping: Array, mobility: Array, group: Integers, earned: Array, supplied: Array, step: Array) -> None:
    """How far ln of each factor's price moves: with demand over supply, of the group where the factor is pooled."""
    regions, factors = earned.shape
    for f in range(factors):
        for n in range(regions):
            step[n, f] = 0.0
            if supplied[n, f] > 0.0:
                step[n, f] = damping[f] * np.log(earned[n, f] / supplied[n, f])
        if mobility[f] == np.inf:
            for g in range(groups(group, f)):
                demand, supply = pooled(group, earned, supplied, f, g)
                for n in range(regions):
                    if group[f, n] == g and supplied[n, f] > 0.0:
                        step[n, f] = damping[f] * np.log(demand / supply)


@compiled
def common_wage(mobility: Array, group: Integers, supplied: Array, x: Array) -> None:
    """Replace ln w of a pooled factor by its mean over the group: its price is one, whatever the state says.

    Also its own transpose: sensitivities of the common price are shared out alike.
    """
    for f in range(supplied.shape[1]):
        if mobility[f] == np.inf:
            for g in range(groups(group, f)):
                mean, count = 0.0, 0.0
                for n in range(supplied.shape[0]):
                    if group[f, n] == g and supplied[n, f] > 0.0:
                        mean += x[n, f]
                        count += 1.0
                for n in range(supplied.shape[0]):
                    if group[f, n] == g and supplied[n, f] > 0.0:
                        x[n, f] = mean / count


@compiled
def step_of_wages(
    step: Array,
    mobility: Array,
    group: Integers,
    supplied: Array,
    world: float,
    closed: bool,
    z: Array,
    out: Array,
) -> None:
    """New ln w from the `step` of each, in the numeraire of a closed case."""
    regions, factors = supplied.shape
    total = 0.0
    for n in range(regions):
        for f in range(factors):
            if supplied[n, f] > 0.0:
                total += supplied[n, f] * np.exp(step[n, f])
    drift = np.log(total / world) if closed else 0.0
    old = z[: regions * factors].copy().reshape((regions, factors))
    common_wage(mobility, group, supplied, old)
    for n in range(regions):
        for f in range(factors):
            x = old[n, f]
            if supplied[n, f] > 0.0:
                x += step[n, f] - drift
            out[n * factors + f] = x


@compiled
def supply_moves(
    mobility: Array, group: Integers, people: Array, moved: Array, final: Array, cells: Integers, d: Array, out: Array
) -> None:
    """Moves of ln of factor incomes (region, factor) for a move `d` of the state."""
    regions, factors = people.shape
    for n in range(regions):
        for f in range(factors):
            out[n, f] = d[n * factors + f]
    for f in range(factors):
        k = mobility[f]
        if not 0.0 < k < np.inf:
            continue
        drawn = np.empty(regions)
        price_index(final, cells, factors, d, drawn)
        for g in range(groups(group, f)):
            whole, mean = 0.0, 0.0
            for n in range(regions):
                if group[f, n] == g:
                    drawn[n] = k * (d[n * factors + f] - drawn[n])
                    whole += people[n, f] * moved[n, f]
                    mean += people[n, f] * moved[n, f] * drawn[n]
            for n in range(regions):
                if group[f, n] == g:
                    out[n, f] += drawn[n] - mean / whole


@compiled
def supply_back(
    mobility: Array,
    group: Integers,
    people: Array,
    moved: Array,
    supply: Array,
    wage: Array,
    index: Array,
    endowment: Array,
    drawn: Array,
) -> None:
    """The transpose of `supply_moves`: from ln factor incomes to ln w, price indices, amounts and attraction.

    `supply` holds sensitivities of ln factor incomes; those of `wage` (region, factor) are added to, the others set.
    """
    regions, factors = people.shape
    for n in range(regions):
        index[n] = 0.0
        drawn[n] = 0.0
        for f in range(factors):
            wage[n, f] += supply[n, f]
            endowment[n, f] = supply[n, f]
    for f in range(factors):
        k = mobility[f]
        if not 0.0 < k < np.inf:
            continue
        for g in range(groups(group, f)):
            whole, first, total = 0.0, 0.0, 0.0
            for n in range(regions):
                if group[f, n] == g:
                    first += people[n, f]
                    whole += people[n, f] * moved[n, f]
                    total += supply[n, f]
            for n in range(regions):
                if group[f, n] == g:
                    share = people[n, f] * moved[n, f] / whole
                    x = k * (supply[n, f] - share * total)
                    wage[n, f] += x
                    index[n] -= x
                    drawn[n] += x
                    endowment[n, f] += total * (people[n, f] / first - share)
