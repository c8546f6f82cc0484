"""The base of a trade model read from flows or given directly as shares, checked, in the solver's layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from yijiang.errors import DataError, Finding, OptionError

from .labels import Labels
from .structure import Array, Base, sales_of

#: Shares must add up to one within this; they are then scaled to add up exactly.
SHARE_TOLERANCE = 1e-6
#: A negative input down to this share of the using sector's cost is what balancing leaves in published tables;
#: it is kept and noted.
SMALL_NEGATIVE = 1e-3


class _Checks:
    """Collects every fault of the input before raising."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        self.found: list[Finding] = []
        self.notes: list[str] = []  # what is accepted although it is unusual

    def add(self, table: str, where: str, value: object, problem: str, remedy: str) -> None:
        self.found.append(Finding(table, 0, where, "" if value is None else f"{value}", problem, remedy))

    def array(self, name: str, value: ArrayLike, dims: Sequence[str], skip: int = 0) -> Array:
        """`value` as numbers if its shape fits `dims`; rows of `skip` regions of fixed cost may hold anything.

        Tables of trade are most of the memory, so they are not copied where that can be helped: nothing may write
        into what this returns.
        """
        shape = self.labels.shape(dims)
        try:
            labelled = isinstance(value, pd.Series | pd.DataFrame | xr.DataArray)
            a = self.labels.align(value, dims, name, np.nan) if labelled else np.asarray(value, dtype=np.float64)
            a = a.copy() if a is value and dims[0] != "importer" else a
        except (OptionError, TypeError, ValueError) as error:
            self.add(name, "", None, f"cannot be read: {error}", f"give numbers over ({', '.join(dims)})")
            return np.full(shape, np.nan)
        if a.shape != shape:
            self.add(name, "", None, f"shape {a.shape} instead of {shape}", f"give it as ({', '.join(dims)})")
            return np.full(shape, np.nan)
        a = self.solver_order(a) if dims[0] in {"region", "importer"} else a
        if skip:
            a = a[:-skip]
        bad = np.argwhere(~np.isfinite(a)) if not np.isfinite(a.sum()) else np.empty((0, a.ndim), dtype=np.intp)
        self.cells(name, dims, bad, a, "is not a finite number", "enter a number, 0 where there is none")
        return a

    def solver_order(self, a: Array, axis: int = 0) -> Array:
        """Regions along an axis in the solver's order."""
        order = self.labels.order
        return a if np.array_equal(order, np.arange(order.size)) else np.take(a, order, axis)

    def cells(self, name: str, dims: Sequence[str], bad: NDArray[np.intp], a: Array, problem: str, remedy: str) -> None:
        """One finding per faulty cell, by label; after ten the rest is counted."""
        for cell in bad[:10]:
            names = [self.labels.internal(d)[i] for d, i in zip(dims, cell, strict=True)]
            self.add(name, ", ".join(names), a[tuple(cell)], problem, remedy)
        if len(bad) > 10:
            self.add(name, "", None, f"{len(bad) - 10} more cells: {problem}", remedy)

    def negative(self, name: str, dims: Sequence[str], a: Array, remedy: str = "enter 0 or a positive value") -> None:
        if a.size and not a.min() >= 0:
            self.cells(name, dims, np.argwhere(a < 0), a, "is negative", remedy)

    def raise_if_any(self) -> None:
        if self.found:
            raise DataError(self.found)


def _setup(
    first: ArrayLike, value_added: ArrayLike, fixed: Sequence[str | int], labels: Mapping[str, Sequence[str]] | None
) -> Labels:
    shape, va = np.shape(first), np.shape(value_added)
    if len(shape) != 3 or shape[0] != shape[1] or 0 in shape:
        problem = f"shape {shape} is not (importer, exporter, sector)"
        raise DataError([Finding("trade", 0, "", "", problem, "give every region as importer and as exporter")])
    given = dict(labels or {})
    if isinstance(first, xr.DataArray):  # a labelled table names the regions and sectors itself
        for key, dim in (("region", "importer"), ("sector", "sector")):
            if dim in first.coords:
                given.setdefault(key, [str(x) for x in first.coords[dim].to_numpy()])
    if isinstance(value_added, xr.DataArray) and "factor" in value_added.coords:
        given.setdefault("factor", [str(x) for x in value_added.coords["factor"].to_numpy()])
    return Labels.make(shape[0], shape[2], va[1] if len(va) == 3 else 1, fixed, given)


def _common(
    checks: _Checks, theta: ArrayLike, tariff: ArrayLike | None, value_added: ArrayLike, fixed: int
) -> tuple[Array, Array, Array]:
    """Elasticities, tariffs (importer, exporter, sector) and value added (region, factor, sector)."""
    labels = checks.labels
    each = np.full(labels.shape(["sector"]), theta) if np.ndim(theta) == 0 else theta
    elasticity = checks.array("theta", each, ["sector"])
    bad = np.argwhere(elasticity <= 0)
    checks.cells("theta", ["sector"], bad, elasticity, "is not positive", "enter the trade elasticity θ, about 2 to 20")
    odd = ((elasticity > 0) & (elasticity < 1)) | (elasticity > 20)
    checks.notes += [
        f"theta {labels.sector[j]} = {elasticity[j]:g}: unusual; is this 1/theta? A trade elasticity is about 2 to 20"
        for j in np.flatnonzero(odd)
    ]
    dims = ["importer", "exporter", "sector"]
    if tariff is None:  # one zero seen from every cell: no memory
        rate = np.broadcast_to(0.0, labels.shape(dims))
    else:
        rate = checks.solver_order(checks.array("tariff", tariff, dims), 1)
    checks.cells("tariff", dims, np.argwhere(rate <= -1), rate, "is −100 % or less", "enter 0.05 for 5 %")
    if np.ndim(value_added) == 2:
        added = checks.array("value_added", value_added, ["region", "sector"], fixed)[:, None, :]
    else:
        added = checks.array("value_added", value_added, ["region", "factor", "sector"], fixed)
    checks.negative("value_added", ["region", "factor", "sector"], added)
    return elasticity, rate, added


def _balances(checks: _Checks, deficit: ArrayLike | None, default: Array, world: float, fixed: int) -> Array:
    """Deficits that add up to zero in a closed case; a rest below a millionth of world income is rounding."""
    if deficit is None:
        return default
    full = np.full(checks.labels.shape(["region"]), deficit) if np.ndim(deficit) == 0 else deficit
    given = checks.array("deficit", full, ["region"], fixed)
    rest = given.sum()
    if not fixed and abs(rest) > 1e-6 * world:
        checks.add("deficit", "", rest, "the deficits do not add up to zero", "give imports minus exports per region")
    return given if fixed else given - rest / given.size


def _split_trade(trade: Array, fixed: int) -> tuple[Array, Array, Array]:
    """Purchases of modelled regions, purchases of fixed regions from modelled ones, and the rest; sector axis first.

    Copies, so that they may be written into.
    """
    t = np.moveaxis(trade, 2, 0)
    n = t.shape[1] - fixed
    bought, sales, rest = (np.array(part, order="C") for part in (t[:, :n], t[:, n:, :n], t[:, n:, n:]))
    return bought, sales, rest


def _split_rates(rate: Array, fixed: int) -> tuple[Array, Array, Array]:
    """Tariffs as `_split_trade` has them; where there are none, one zero seen from every cell."""
    if any(rate.strides):
        return _split_trade(rate, fixed)
    t, n = np.moveaxis(rate, 2, 0), rate.shape[0] - fixed
    return t[:, :n], t[:, n:, :n], t[:, n:, n:]


def from_flows(
    trade_value: ArrayLike,
    intermediate: ArrayLike,
    final: ArrayLike,
    value_added: ArrayLike,
    theta: ArrayLike,
    tariff: ArrayLike | None,
    deficit: ArrayLike | None,
    fixed: Sequence[str | int],
    labels: Mapping[str, Sequence[str]] | None,
) -> Base:
    """Read shares and levels from flows in money; see `TradeModel.from_flows`."""
    names = _setup(trade_value, value_added, fixed, labels)
    outside = names.fixed
    checks = _Checks(names)
    dims = ["importer", "exporter", "sector"]
    trade = checks.solver_order(checks.array("trade_value", trade_value, dims), 1)
    checks.negative("trade_value", dims, trade)
    use = checks.array("intermediate", intermediate, ["region", "input", "sector"], outside)
    cells = ["region", "input", "sector"]
    bound = SMALL_NEGATIVE * np.abs(use).sum(1, keepdims=True)
    faulty = np.argwhere(use < -bound)
    checks.cells("intermediate", cells, faulty, use, "is negative", "enter 0 or a positive value")
    checks.notes += [
        f"intermediate {', '.join(names.internal(d)[i] for d, i in zip(cells, cell, strict=True))} = "
        f"{use[tuple(cell)]:g}: a small negative input, kept as it is"
        for cell in np.argwhere((use < 0) & (use >= -bound))
    ]
    demand = checks.array("final", final, ["region", "sector"], outside)
    elasticity, rate, added = _common(checks, theta, tariff, value_added, outside)
    checks.raise_if_any()

    bought, sales, rest = _split_trade(trade, outside)
    levels, sales_rate, _ = _split_rates(rate, outside)
    gross = bought * (1 + levels) if any(levels.strides) else bought
    spending = gross.sum(2)  # (sector, region)
    sold = bought.sum(1)[:, : spending.shape[1]] + sales.sum(1)
    cost = use.sum(1) + added.sum(1)
    used = use.sum(2) + np.maximum(demand, 0)
    pairs = ["region", "sector"]
    give = "give who sells it in trade_value, or no use"
    nobody = np.argwhere((spending.T <= 0) & (used > 0))
    checks.cells("trade_value", pairs, nobody, used, "is used, but nobody sells it there", give)
    idle = np.argwhere((sold.T <= 0) & (cost > 0))
    checks.cells(
        "trade_value", pairs, idle, cost, "has costs, but sells nothing", "give its sales, or no inputs and value added"
    )
    free = np.argwhere((sold.T > 0) & (cost <= 0))
    checks.cells("value_added", pairs, free, sold.T, "sells, but has no cost", "give its inputs and value added")
    poor = np.flatnonzero(np.maximum(demand, 0).sum(1) <= 0)
    for n in poor:
        checks.add("final", names.internal("region")[n], None, "has no final demand", "give final demand per sector")
    lazy = np.flatnonzero(added.sum((1, 2)) <= 0)
    for n in lazy:
        checks.add(
            "value_added", names.internal("region")[n], None, "has no value added", "give value added per sector"
        )
    checks.raise_if_any()

    income = added.sum(2)
    imports = bought.sum((0, 2))
    exports = sold.sum(0)
    balance = _balances(checks, deficit, imports - exports, float(income.sum()), outside)
    checks.raise_if_any()
    each = np.where(cost > 0, cost, 1.0)
    positive = np.maximum(demand, 0)
    gross /= np.where(spending > 0, spending, 1.0)[:, :, None]  # in place: from here on it holds the shares
    return Base(
        names,
        gross,
        levels,
        sales,
        sales_rate,
        rest,
        added / each[:, None, :],
        use / each[:, None, :],
        positive / positive.sum(1, keepdims=True),
        np.minimum(demand, 0),
        income,
        balance,
        np.ascontiguousarray(spending.T),
        elasticity,
        tuple(checks.notes),
    )


def from_shares(
    shares: ArrayLike,
    inputs: ArrayLike,
    value_added: ArrayLike,
    final_demand: ArrayLike,
    income: ArrayLike,
    theta: ArrayLike,
    deficit: ArrayLike | None,
    tariff: ArrayLike | None,
    fixed: Sequence[str | int],
    labels: Mapping[str, Sequence[str]] | None,
) -> Base:
    """Take shares as they are and find spending at base prices; see `TradeModel.from_shares`."""
    names = _setup(shares, value_added, fixed, labels)
    outside = names.fixed
    checks = _Checks(names)
    dims = ["importer", "exporter", "sector"]
    share = checks.solver_order(checks.array("shares", shares, dims), 1)
    checks.negative("shares", dims, share)
    use = checks.array("inputs", inputs, ["region", "input", "sector"], outside)
    checks.negative("inputs", ["region", "input", "sector"], use)
    demand = checks.array("final_demand", final_demand, ["region", "sector"])
    checks.negative("final_demand", ["region", "sector"], demand)
    one = np.ndim(income) == 1
    money = checks.array("income", income, ["region"] if one else ["region", "factor"])
    money = money[:, None] if one else money
    if money.shape[1] != len(names.factor):
        checks.add("income", "", None, "has no factor axis, but value_added has", "give it as (region, factor)")
    checks.negative("income", ["region", "factor"], money)
    elasticity, rate, added = _common(checks, theta, tariff, value_added, outside)
    checks.raise_if_any()

    n = names.shape(["region"])[0] - outside
    cost = use.sum(1) + added.sum(1)
    pairs = ["region", "sector"]
    off = np.argwhere((np.abs(cost - 1) > SHARE_TOLERANCE) & (cost > 0))
    checks.cells(
        "inputs",
        pairs,
        off,
        cost,
        "shares of cost do not add up to 1",
        "add value_added over factors and inputs over goods",
    )
    total = demand.sum(1)
    for i in np.flatnonzero((np.abs(total - 1) > SHARE_TOLERANCE) & (np.arange(total.size) < n)):
        checks.add("final_demand", names.internal("region")[i], total[i], "shares do not add up to 1", "scale them")
    needed = np.zeros_like(demand, dtype=bool)
    needed[:n] = (demand[:n] > 0) | (use.sum(2) > 0)
    needed[n:] = demand[n:] > 0
    whole = share.sum(1)
    off = np.argwhere((np.abs(whole - 1) > SHARE_TOLERANCE) & (needed | (whole > 0)))
    checks.cells("shares", pairs, off, whole, "shares do not add up to 1 over exporters", "give who sells it there")
    supplier = np.argwhere((share[:n, :n].sum(0) > 0) & (cost <= 0))
    checks.cells("inputs", pairs, supplier, cost, "sells, but has no cost", "give its cost shares")
    unpaid = np.argwhere((added.sum(2) > 0) != (money[:n] > 0))
    pay = "give both or neither"
    checks.cells("income", ["region", "factor"], unpaid, money, "does not fit its shares of cost in value_added", pay)
    checks.raise_if_any()
    balance = _balances(checks, deficit, np.zeros(n), float(money[:n].sum()), outside)
    checks.raise_if_any()

    bought, sales, rest = _split_trade(share, outside)
    scale = np.where(whole > 0, whole, 1.0).T[:, :, None]
    bought /= scale[:, :n]
    sales /= scale[:, n:]
    rest /= scale[:, n:]
    levels, sales_rate, rest_rate = _split_rates(rate, outside)
    abroad = (demand[n:] * money[n:].sum(1, keepdims=True)).T[:, :, None]
    sales, rest = sales * abroad / (1 + sales_rate), rest * abroad / (1 + rest_rate)
    each = np.where(cost > 0, cost, 1.0)
    use, added = use / each[:, None, :], added / each[:, None, :]
    final = demand[:n] / total[:n, None]
    money = money[:n]
    spending = final * (money.sum(1) + balance)[:, None]
    exports = sales.sum(1).T
    for _ in range(60):  # a starting point only: the model solves the base before anything is asked of it
        output, kept = sales_of(bought, levels, spending)
        whole_income = money.sum(1) + balance + spending.sum(1) - kept
        before = spending
        spending = final * whole_income[:, None] + np.matmul(use, (output + exports)[:, :, None])[:, :, 0]
        if np.abs(spending - before).max() <= 1e-6 * spending.max():
            break
    zero = np.zeros((n, elasticity.size))
    return Base(
        names, bought, levels, sales, sales_rate, rest, added, use, final, zero, money, balance, spending, elasticity,
        tuple(checks.notes),
    )  # fmt: skip
