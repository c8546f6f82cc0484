"""Levers as the solver takes them, any fraction of them, and the base they leave behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .kernels import fill_weights
from .problem import Array, Lanes, Problem, Work
from .structure import Base

#: Step of ln w per unit of ln(demand / supply); the number of iterations hardly depends on it.
DAMPING = 0.5


@dataclass(frozen=True)
class Mobility:
    """Which factors move between which regions, in the solver's layout."""

    elasticity: Array  # (factor,): 0 stays, infinite is pooled
    group: NDArray[np.int64]  # (factor, region): −1 where a factor stays
    people: Array  # (region, factor): amounts in the base


@dataclass(frozen=True)
class Shock:
    """Levers in the solver's layout; None or zero means no change."""

    deficit: Array  # (region,): new balances, money
    transfer: Array  # (region,): money
    log_kappa: Array | None = None  # (sector, importer, exporter)
    sales_log_kappa: Array | None = None  # (sector, fixed importer, exporter)
    tariff: Array | None = None  # (sector, importer, exporter): new levels
    sales_tariff: Array | None = None
    log_productivity: Array | None = None  # (region, sector)
    log_endowment: Array | None = None  # (region, factor)
    log_final: Array | None = None  # (region, sector)
    split_cell: NDArray[np.int64] | None = None  # (row, 3)
    split_log_kappa: Array | None = None  # (row, exporter): on top of log_kappa
    by_income: bool = False
    inputs: Array | None = None  # (region, input, using sector): new shares of cost
    foreign_theta: Array | None = None  # (sector,): elasticity of what regions of fixed cost buy
    mobility: Mobility | None = None
    log_attraction: Array | None = None  # (region,)
    log_emission: Array | None = None  # (region, sector): emission per unit of output; its cost is in log_productivity
    abatement: float = 0.0  # ln of productivity lost per ln of emission saved
    assumed: tuple[str, ...] = ()  # what the levers assume

    def part(self, base: Base, fraction: float) -> Shock:
        """This fraction of the way from the base: ratios in logarithms, tariffs and balances in levels."""
        if fraction == 1.0:
            return self

        def log(x: Array | None) -> Array | None:
            return None if x is None else fraction * x

        def level(new: Array | None, old: Array) -> Array | None:
            return None if new is None else old + fraction * (new - old)

        return replace(
            self,
            deficit=base.deficit + fraction * (self.deficit - base.deficit),
            transfer=fraction * self.transfer,
            log_kappa=log(self.log_kappa),
            sales_log_kappa=log(self.sales_log_kappa),
            tariff=level(self.tariff, base.tariff),
            sales_tariff=level(self.sales_tariff, base.sales_tariff),
            log_productivity=log(self.log_productivity),
            log_endowment=log(self.log_endowment),
            log_final=log(self.log_final),
            split_log_kappa=log(self.split_log_kappa),
            inputs=level(self.inputs, base.inputs),
            log_attraction=log(self.log_attraction),
        )


@dataclass(frozen=True)
class Layout:
    """Where each part of the state lies."""

    regions: int
    factors: int
    sectors: int
    rows: int

    @property
    def size(self) -> int:
        """Length of the state."""
        return self.logs + self.regions * self.sectors + self.rows

    @property
    def logs(self) -> int:
        """Number of leading entries that are logarithms."""
        return self.regions * (self.factors + self.sectors) + self.rows

    def split(self, z: Array) -> tuple[Array, Array, Array, Array, Array]:
        """ln w (region, factor), ln P (region, sector), ln P of split rows, X / unit, X / unit of split rows."""
        a = self.regions * self.factors
        b = a + self.regions * self.sectors
        c, d = b + self.rows, b + self.rows + self.regions * self.sectors
        by_sector = (self.regions, self.sectors)
        return z[:a].reshape(self.regions, -1), z[a:b].reshape(by_sector), z[b:c], z[c:d].reshape(by_sector), z[d:]


def layout(p: Problem) -> Layout:
    """Layout of the state of `p`."""
    n, f, j = p.value_added.shape
    return Layout(n, f, j, p.split_scale.size)


def final_shares(base: Base, shock: Shock) -> Array:
    """Shares of final demand (region, sector) under the shock."""
    if shock.log_final is None:
        return base.final
    weighted = base.final * np.exp(shock.log_final)
    return np.asarray(weighted / weighted.sum(1, keepdims=True))


def split_spending(base: Base, cells: NDArray[np.int64]) -> Array:
    """Base spending of each split row: one use of one good in one region."""
    sectors = base.theta.size
    output = base.output
    spend = base.expenditure.sum(1) - (base.inputs * output[:, None, :]).sum((1, 2)) - base.fixed_use.sum(1)
    out = np.empty(len(cells))
    for r, (n, j, k) in enumerate(cells):
        if k < sectors:
            out[r] = base.inputs[n, j, k] * output[n, k]
        else:
            out[r] = base.final[n, j] * spend[n] + base.fixed_use[n, j]
    return out


def base_trade(base: Base, sectors: NDArray[np.int64] | None = None) -> Array:
    """Base purchases of modelled regions net of tariff (sector, importer, exporter), money; of all sectors or some."""
    share, rate, spending = base.share, base.tariff, base.expenditure.T
    if sectors is not None:
        share, rate, spending = share[sectors], rate[sectors], spending[sectors]
    return np.asarray((share / (1 + rate) if base.taxed else share) * spending[:, :, None])


def tariff_change(new: Array | None, old: Array, log_kappa: Array | None) -> Array | None:
    """ln of the trade cost including the tariff; None when nothing changes."""
    if new is None:
        return log_kappa
    wedge = np.log1p(new) - np.log1p(old)
    return wedge if log_kappa is None else wedge + log_kappa


def sales_factor(base: Base, shock: Shock) -> Array:
    """Sales to regions of fixed cost at base unit cost, new / old (sector, fixed importer, exporter), net of tariff."""
    moved = tariff_change(shock.sales_tariff, base.sales_tariff, shock.sales_log_kappa)
    if moved is None:
        return np.ones_like(base.sales)
    factor = np.exp(-foreign_theta(base, shock)[:, None, None] * moved)
    if shock.sales_tariff is not None:
        factor = factor * (1 + base.sales_tariff) / (1 + shock.sales_tariff)
    return np.asarray(factor)


def build(base: Base, shock: Shock) -> Problem:
    """The fixed part of the map for these levers."""
    still = base.problem
    rate = base.tariff if shock.tariff is None else shock.tariff
    taxed = base.taxed if shock.tariff is None else bool(np.any(rate))
    moved = tariff_change(shock.tariff, base.tariff, shock.log_kappa)
    new: dict[str, Any] = {"taxed": taxed, "by_income": shock.by_income}
    weights = base.share
    if moved is not None:
        weights, scale = np.empty_like(base.share), np.zeros(base.share.shape[:2])
        fill_weights(base.share, np.ascontiguousarray(moved), base.theta, weights, scale)
        new |= {"weights": weights, "row_scale": scale}
    if taxed or moved is not None:
        new["net"] = weights / (1 + rate) if taxed else weights
    if shock.sales_tariff is not None or shock.sales_log_kappa is not None:
        new["exports"] = (base.sales * sales_factor(base, shock)).sum(1)
    if shock.foreign_theta is not None:
        new["foreign_theta"] = shock.foreign_theta
    if shock.inputs is not None:
        new["inputs"] = shock.inputs
    cells = shock.split_cell
    if cells is not None and shock.split_log_kappa is not None:
        n, j = cells[:, 0], cells[:, 1]
        total = shock.split_log_kappa + (0.0 if moved is None else moved[j, n])
        wide, wide_scale = np.empty((len(cells), 1, base.share.shape[2])), np.zeros((len(cells), 1))
        # Every row as if it were a sector of one importer.
        one = base.share[j, n][:, None, :], np.ascontiguousarray(total[:, None, :])
        fill_weights(*one, np.ascontiguousarray(base.theta[j]), wide, wide_scale)
        new |= {
            "split_cell": cells, "split_weights": wide[:, 0], "split_net": wide[:, 0] / (1 + rate[j, n]),
            "split_scale": wide_scale[:, 0], "split_unit": split_units(base, split_spending(base, cells)),
        }  # fmt: skip
    if shock.mobility is not None:
        new |= {"mobility": shock.mobility.elasticity, "group": shock.mobility.group}
        # A supply that follows its price answers to a smaller step as the more of it moves.
        moves = np.where(np.isfinite(shock.mobility.elasticity), shock.mobility.elasticity, 0.0)
        new["damping"] = DAMPING / (1 + moves)
    return vary(still._replace(**_contiguous(new)), base, shock)


def still_problem(base: Base) -> Problem:
    """The fixed part of the map without any lever or tariff; `Base.problem` keeps it."""
    n, f = base.income.shape
    rows = np.zeros((0, base.share.shape[2]))
    parts = {
        "weights": base.share,
        "net": base.share,
        "taxed": False,
        "local": base.local,
        "row_scale": np.zeros(base.share.shape[:2]),
        "exports": base.sales.sum(1),
        "theta": base.theta,
        "foreign_theta": base.theta,
        "value_added": base.value_added,
        "inputs": base.inputs,
        "fixed_use": base.fixed_use,
        "by_income": False,
        "closed": base.closed,
        "world": float(base.income.sum()),
        "unit": base.unit,
        "split_cell": np.zeros((0, 3), dtype=np.int64),
        "split_weights": rows,
        "split_net": rows,
        "split_scale": np.zeros(0),
        "split_unit": np.zeros(0),
        "damping": np.full(f, DAMPING),
        "mobility": np.zeros(f),
        "group": np.full((f, n), -1, dtype=np.int64),
        "final": base.final,
        "log_productivity": np.zeros_like(base.expenditure),
        "income": base.income,
        "deficit": base.deficit,
        "deficit_share": np.zeros(n),
        "deficit_sum": 0.0,
        "people": np.zeros_like(base.income),
        "log_attraction": np.zeros(n),
    }
    return Problem(**_contiguous(parts))


def _contiguous(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a problem in one memory layout, so that the kernels are compiled once."""
    return {k: np.ascontiguousarray(x) if isinstance(x, np.ndarray) else x for k, x in parts.items()}


def foreign_theta(base: Base, shock: Shock) -> Array:
    """Elasticity of what regions of fixed cost buy (sector,)."""
    return base.theta if shock.foreign_theta is None else shock.foreign_theta


def own_fields(base: Base, shock: Shock) -> Lanes:
    """What scenarios that share their weights may have of their own, for one scenario."""
    income = base.income if shock.log_endowment is None else base.income * np.exp(shock.log_endowment)
    regions = np.zeros(base.modelled)
    by_income = shock.by_income
    people = np.zeros_like(income) if shock.mobility is None else shock.mobility.people
    if shock.mobility is not None and shock.log_endowment is not None:
        people = people * np.exp(shock.log_endowment)
    return Lanes(
        final_shares(base, shock),
        np.zeros_like(base.expenditure) if shock.log_productivity is None else shock.log_productivity,
        income,
        shock.transfer if by_income else shock.deficit + shock.transfer,
        shock.deficit / base.income.sum(1) if by_income else regions,
        np.asarray(shock.deficit.sum()),
        people,
        regions if shock.log_attraction is None else shock.log_attraction,
    )


def vary(p: Problem, base: Base, shock: Shock) -> Problem:
    """`p` with the levers of another shock that shares its weights."""
    own = own_fields(base, shock)
    return p._replace(**_contiguous(own._asdict() | {"deficit_sum": float(own.deficit_sum)}))


def first_state(base: Base, shock: Shock) -> Array:
    """The base itself as a state: all ratios one, base spending."""
    logs = base.income.size + base.expenditure.size
    z = np.concatenate([np.zeros(logs), (base.expenditure / base.unit).ravel()])
    return z if shock.split_cell is None else with_rows(base, z, shock.split_cell)


def with_rows(base: Base, z: Array, cells: NDArray[np.int64]) -> Array:
    """A state without split rows, with some: they begin at the price of their good and their base part of spending."""
    a, b = base.income.size, base.income.size + base.expenditure.size
    price, spending = z[a:b].reshape(base.expenditure.shape), z[b:].reshape(base.expenditure.shape).copy()
    unit, part = base.unit, split_spending(base, cells)
    at = cells[:, 0], cells[:, 1]
    old = np.where(base.expenditure[at] > 0, base.expenditure[at], 1.0)
    x = part / old * (spending * unit)[at]
    np.subtract.at(spending, at, x / unit[at])
    return np.concatenate([z[:b], price[at], spending.ravel(), x / split_units(base, part)])


def without_rows(base: Base, z: Array, cells: NDArray[np.int64]) -> Array:
    """A state with split rows, their spending put back into that of their goods."""
    b, rows = base.income.size + base.expenditure.size, len(cells)
    spending = z[b + rows : -rows].reshape(base.expenditure.shape).copy()
    x = z[-rows:] * split_units(base, split_spending(base, cells))
    at = cells[:, 0], cells[:, 1]
    np.add.at(spending, at, x / base.unit[at])
    return np.concatenate([z[:b], spending.ravel()])


def split_units(base: Base, part: Array) -> Array:
    """What the spending of split rows is divided by in the state (row,)."""
    return np.maximum(np.abs(part), base.smallest_unit)


def new_base(base: Base, shock: Shock, p: Problem, z: Array, w: Work, own: bool = False) -> Base:
    """The equilibrium reached, as the base of further changes: money stays in the same numeraire.

    With `own` the base's shares may be written over, so that no second table of trade is made.
    """
    log_wage, _, _, h, _ = layout(p).split(z)
    share = base.share if own else np.empty_like(base.share)
    for j in range(share.shape[0]):
        new = p.weights[j] * w.power[j]
        total = new.sum(1, keepdims=True)
        share[j] = np.where(total > 0, new / np.where(total > 0, total, 1.0), base.share[j])
    income = p.income * w.moved * np.exp(log_wage)
    balance = w.total_income - w.factor_income.sum(1)
    revenue = ((1 - w.kept) * w.spending).sum(0)
    return replace(
        base,
        share=share,
        tariff=base.tariff if shock.tariff is None else shock.tariff,
        sales=base.sales * sales_hat(base, shock, p, w),
        sales_tariff=base.sales_tariff if shock.sales_tariff is None else shock.sales_tariff,
        inputs=p.inputs,
        final=p.final,
        income=income,
        deficit=balance - revenue,
        expenditure=h * p.unit,
    )


def sales_hat(base: Base, shock: Shock, p: Problem, w: Work) -> Array:
    """Sales to regions of fixed cost, new / old (sector, fixed importer, exporter)."""
    moved = np.exp(-p.foreign_theta[:, None] * w.cost.T)
    return np.asarray(sales_factor(base, shock) * moved[:, None, :])
