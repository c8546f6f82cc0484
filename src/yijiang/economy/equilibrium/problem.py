"""What the equilibrium kernels work on: problems, workspaces, several of them as lanes, how they are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, ParamSpec, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
_P = ParamSpec("_P")
_R = TypeVar("_R")

#: Reassociation lets the sums be vectorised; NaN and infinity keep their meaning, because the safeguards look
#: for them.
FAST = {"reassoc", "contract", "arcp", "nsz"}
#: Below this scaled price sum a row is computed once more with its own largest term taken out.
TINY = 1e-250


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile on first use and keep the result on disk; the types of the function stay as written."""
    return cast(Callable[_P, _R], njit(cache=True, fastmath=FAST)(function))


class Problem(NamedTuple):
    """One set of levers applied to one base: everything that stays fixed while the state moves."""

    weights: Array  # (sector, importer, exporter): π κ̂^−θ, each row divided by exp(row_scale)
    net: Array  # the same, divided by one plus the new tariff; the same array when there are no tariffs
    taxed: bool
    local: NDArray[np.bool_]  # (sector,): everyone buys only at home, so that a row has one entry
    row_scale: Array  # (sector, importer)
    exports: Array  # (sector, exporter): what regions of fixed cost buy at base cost, before the cost moves
    theta: Array  # (sector,)
    foreign_theta: Array  # (sector,): elasticity of what regions of fixed cost buy
    value_added: Array  # (region, factor, sector): shares of cost
    inputs: Array  # (region, input, using sector): shares of cost
    fixed_use: Array  # (region, sector): nominal use outside final demand, at most 0
    by_income: bool
    closed: bool
    world: float  # factor income of all regions in the base: the numeraire of a closed case
    unit: Array  # (region, sector): what X is divided by in the state
    split_cell: NDArray[np.int64]  # (row, 3): importer, sector, using sector (number of sectors = final demand)
    split_weights: Array  # (row, exporter)
    split_net: Array
    split_scale: Array  # (row,)
    split_unit: Array  # (row,)
    damping: Array  # (factor,): step of ln w per unit of ln(demand / supply)
    mobility: Array  # (factor,): 0 stays, finite moves with that elasticity, infinite earns the same everywhere
    group: NDArray[np.int64]  # (factor, region): group within which a factor moves; −1 where it stays
    # What follows may differ between scenarios that share all of the above (see `Lanes`).
    final: Array  # (region, sector): shares of final demand
    log_productivity: Array  # (region, sector)
    income: Array  # (region, factor): base factor income times endowment_hat
    deficit: Array  # (region,): money that does not move with income
    deficit_share: Array  # (region,): deficit per unit of factor income; used when by_income
    deficit_sum: float
    people: Array  # (region, factor): amount of each mobile factor before it moves
    log_attraction: Array  # (region,): ln of what else draws people to a region


class Lanes(NamedTuple):
    """The last fields of `Problem` for several scenarios side by side; the first axis is the lane."""

    final: Array
    log_productivity: Array
    income: Array
    deficit: Array
    deficit_share: Array
    deficit_sum: Array
    people: Array
    log_attraction: Array


class Work(NamedTuple):
    """What one evaluation leaves behind: costs, price sums, outputs and incomes at a state."""

    cost: Array  # (region, sector): ln ĉ
    power: Array  # (sector, exporter): ĉ^−θ / exp(shift)
    shift: Array  # (sector,)
    spending: Array  # (sector, importer): X
    phi: Array  # (sector, importer): scaled price sums; 0 marks a row computed the careful way
    price: Array  # (sector, importer): ln P̂
    kept: Array  # (sector, importer): share of spending that reaches sellers, one minus tariff revenue
    output: Array  # (sector, exporter)
    sold: Array  # (sector, region): part of the output that regions of fixed cost buy
    split_spending: Array
    split_phi: Array
    split_price: Array
    split_kept: Array
    moved: Array  # (region, factor): amount of a factor after it moved, over that before
    earned: Array  # (region, factor): demand for the factor
    factor_income: Array  # (region, factor): supply at current wages
    total_income: Array  # (region,): factor income + tariff revenue + deficit


def workspaces(p: Problem, lanes: int) -> Work:
    """Arrays for one evaluation of each of several scenarios; the first axis is the lane."""
    sectors, regions, exporters = p.weights.shape
    factors, rows = p.value_added.shape[1], p.split_scale.size
    good, row, factor = (sectors, regions), (rows,), (regions, factors)
    shapes = (
        (regions, sectors), (sectors, exporters), (sectors,), good, good, good, good, (sectors, exporters), good,
        row, row, row, row, factor, factor, factor, (regions,),
    )  # fmt: skip
    return Work(*(np.empty((lanes, *shape)) for shape in shapes))


def workspace(p: Problem) -> Work:
    """Arrays for one evaluation of `p`."""
    return of_lane(workspaces(p, 1), 0)


def of_lane(w: Work, s: int) -> Work:
    """The workspace of one lane."""
    return Work(*(x[s] for x in w))


def bundle(problems: list[Problem]) -> Lanes:
    """Scenarios that share everything but the fields of `Lanes`, side by side."""
    if len(problems) == 1:
        return Lanes(*(np.asarray(getattr(problems[0], name))[None] for name in Lanes._fields))
    return Lanes(*(np.stack([np.asarray(getattr(p, name)) for p in problems]) for name in Lanes._fields))


@compiled
def problem_of(p: Problem, q: Lanes, s: int) -> Problem:
    """The problem of lane `s`."""
    return Problem(
        p.weights, p.net, p.taxed, p.local, p.row_scale, p.exports, p.theta, p.foreign_theta, p.value_added, p.inputs,
        p.fixed_use, p.by_income, p.closed, p.world, p.unit, p.split_cell, p.split_weights, p.split_net, p.split_scale,
        p.split_unit, p.damping, p.mobility, p.group,
        q.final[s], q.log_productivity[s], q.income[s], q.deficit[s], q.deficit_share[s], q.deficit_sum[s],
        q.people[s], q.log_attraction[s],
    )  # fmt: skip


@compiled
def work_of(w: Work, s: int) -> Work:
    """The workspace of lane `s`."""
    return Work(
        w.cost[s], w.power[s], w.shift[s], w.spending[s], w.phi[s], w.price[s], w.kept[s], w.output[s], w.sold[s],
        w.split_spending[s], w.split_phi[s], w.split_price[s], w.split_kept[s],
        w.moved[s], w.earned[s], w.factor_income[s], w.total_income[s],
    )  # fmt: skip
