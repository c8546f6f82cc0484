"""What the equilibrium kernels work on: one problem, one workspace, and how they are compiled."""

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
    value_added: Array  # (region, factor, sector): shares of cost
    inputs: Array  # (region, input, using sector): shares of cost
    final: Array  # (region, sector): shares of final demand
    fixed_use: Array  # (region, sector): nominal use outside final demand, at most 0
    log_productivity: Array  # (region, sector)
    income: Array  # (region, factor): base factor income times endowment_hat
    deficit: Array  # (region,): money that does not move with income
    deficit_share: Array  # (region,): deficit per unit of factor income; used when by_income
    deficit_sum: float
    by_income: bool
    closed: bool
    world: float  # factor income of all regions in the base: the numeraire of a closed case
    unit: Array  # (region, sector): what X is divided by in the state
    split_cell: NDArray[np.int64]  # (row, 3): importer, sector, using sector (number of sectors = final demand)
    split_weights: Array  # (row, exporter)
    split_net: Array
    split_scale: Array  # (row,)
    split_unit: Array  # (row,)
    damping: float  # step of ln w per unit of ln(demand / supply)


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
    split_spending: Array
    split_phi: Array
    split_price: Array
    split_kept: Array
    earned: Array  # (region, factor): demand for the factor
    factor_income: Array  # (region, factor): supply at current wages
    total_income: Array  # (region,): factor income + tariff revenue + deficit


def workspace(p: Problem) -> Work:
    """Arrays for one evaluation of `p`."""
    sectors, regions, exporters = p.weights.shape
    factors, rows = p.value_added.shape[1], p.split_scale.size
    e = np.empty
    return Work(
        e((regions, sectors)),
        e((sectors, exporters)),
        e(sectors),
        e((sectors, regions)),
        e((sectors, regions)),
        e((sectors, regions)),
        e((sectors, regions)),
        e((sectors, exporters)),
        e(rows),
        e(rows),
        e(rows),
        e(rows),
        e((regions, factors)),
        e((regions, factors)),
        e(regions),
    )
