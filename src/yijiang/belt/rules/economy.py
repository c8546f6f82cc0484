"""Rules of the accounts: what a region makes is sold, what it buys is used, for every draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from yijiang.belt.findings import Findings
from yijiang.belt.rules.relations import scope_of

if TYPE_CHECKING:
    from yijiang.belt.model import Belt

TOLERANCE = 1e-4
"""Relative difference of the accounts that rounding may leave."""

Floats = npt.NDArray[np.float64]


def _codes(column: pd.Series[Any], names: list[Any]) -> npt.NDArray[np.intp]:
    """Position of every cell in `names`, −1 for an unknown one."""
    return np.asarray(pd.Index(names).get_indexer(pd.Index(column)), dtype=np.intp)


def _summed(frame: pd.DataFrame, axes: list[tuple[str, list[Any]]]) -> Floats:
    """Sum `value` into an array with the given axes; rows with an unknown name or no number are told elsewhere."""
    shape = tuple(len(names) for _, names in axes)
    codes = [_codes(frame[column], names) for column, names in axes]
    values = frame["value"].to_numpy(dtype=float)
    good = np.isfinite(values)
    for code in codes:
        good &= code >= 0
    flat = np.ravel_multi_index([c[good] for c in codes], shape)
    sums = np.bincount(flat, weights=values[good], minlength=int(np.prod(shape)))
    return sums.astype(np.float64).reshape(shape)


def _inside(belt: Belt) -> list[str]:
    """Regions with accounts: all but those abroad."""
    frame = belt.tables["regions"]
    return list(dict.fromkeys(str(r) for r in frame["region"][frame["kind"] != "abroad"] if r))


def accounts_balance(belt: Belt, found: Findings) -> None:
    """Deliveries of a sector equal its inputs plus value added; purchases equal intermediate plus final use.

    For every draw d, region n inside, sector j:
    Σ_m trade[d,m,n,j] = Σ_k intermediate[n,k,j] + Σ_f value_added[n,f,j]      (sold = made)
    Σ_i trade[d,n,i,j] = Σ_k intermediate[n,j,k] + Σ_c final[d,n,c,j]           (bought = used, where `final` is given)
    """
    trade, intermediate, added = (belt.tables[t] for t in ("trade", "intermediate", "value_added"))
    if trade.empty or intermediate.empty or added.empty:
        return
    inside, sectors = _inside(belt), list(dict.fromkeys(belt.sectors))
    regions = [*inside, *(r for r in belt.regions if r not in inside)]
    draws = belt.draws
    if not inside or not sectors or not draws:
        return
    count = len(inside)
    deliveries = _summed(trade, [("draw", draws), ("importer", regions), ("exporter", regions), ("sector", sectors)])
    inputs = _summed(intermediate, [("region", inside), ("input", sectors), ("using", sectors)])
    made = inputs.sum(axis=1) + _summed(added, [("region", inside), ("sector", sectors)])
    sold = deliveries.sum(axis=1)[:, :count, :]
    _compare(
        trade, "exporter", draws, inside, sectors, sold, np.broadcast_to(made, sold.shape), ("sold", "made"), found
    )
    final = belt.tables["final"]
    if final.empty:
        return
    bought = deliveries.sum(axis=2)[:, :count, :]
    used = inputs.sum(axis=2) + _summed(final, [("draw", draws), ("region", inside), ("sector", sectors)])
    _compare(trade, "importer", draws, inside, sectors, bought, used, ("bought", "used"), found)


def _compare(
    trade: pd.DataFrame,
    side: str,
    draws: list[int],
    regions: list[str],
    sectors: list[str],
    left: Floats,
    right: Floats,
    words: tuple[str, str],
    found: Findings,
) -> None:
    """Report where two sides of an account differ, at the first delivery that enters it."""
    size = np.maximum(np.abs(left), np.abs(right))
    for d, n, j in np.argwhere(np.abs(left - right) > TOLERANCE * size + 1e-9):
        where = (trade["draw"] == draws[d]) & (trade[side] == regions[n]) & (trade["sector"] == sectors[j])
        rows = np.flatnonzero(where.fillna(False).to_numpy(dtype=bool))
        line = int(rows[0]) + 2 if rows.size else 0
        who = f"draw {draws[d]}, {regions[n]}, {sectors[j]}"
        value = f"{who}: {words[0]} {left[d, n, j]:.6g}, {words[1]} {right[d, n, j]:.6g}"
        if words[0] == "sold":
            problem = "unbalanced account: deliveries differ from inputs plus value added"
            remedy = "correct trade, intermediate or value_added so that both sums agree within 0.01 %"
        else:
            problem = "unbalanced account: purchases differ from intermediate plus final use"
            remedy = "correct trade, intermediate or final so that both sums agree within 0.01 %"
        found.add("trade", line, "value", value, problem, remedy)


def draws_complete(belt: Belt, found: Findings) -> None:
    """The base (draw 0) is there, and every draw that is named has trade."""
    if belt.tables["trade"].empty:
        return
    present = set(belt.draws)
    if 0 not in present:
        found.add("trade", 0, "draw", "", "there is no draw 0", "number the base estimate 0")
    numbers = belt.tables["draws"]["draw"].tolist()
    for i, draw in enumerate(numbers):
        if draw is not pd.NA and draw not in present:
            found.add("draws", i + 2, "draw", draw, "no trade has this draw", "add its trade or remove the draw")


def no_accounts_abroad(belt: Belt, found: Findings) -> None:
    """Regions abroad only deliver to and buy from the belt; they have no inputs, value added or final use."""
    abroad = belt.abroad
    if not abroad:
        return
    for table in ("intermediate", "value_added", "final"):
        frame = belt.tables[table]
        at = np.flatnonzero(frame["region"].isin(abroad).to_numpy())
        names = [frame["region"].iloc[i] for i in at]
        remedy = "remove the row, or make the region one of kind rest"
        found.rows(table, at, "region", names, "a region abroad has no accounts", remedy)
    trade = belt.tables["trade"]
    both = trade["importer"].isin(abroad) & trade["exporter"].isin(abroad) & (trade["value"] != 0)
    at = np.flatnonzero(both.to_numpy())
    problem = "a delivery from abroad to abroad is not part of the belt"
    found.rows("trade", at, "importer", [trade["importer"].iloc[i] for i in at], problem, "remove the row")


def no_negative_use(belt: Belt, found: Findings) -> None:
    """Final use is at least 0; what is taken from stocks has its own category."""
    frame = belt.tables["final"]
    at = np.flatnonzero(((frame["category"] == "use") & (frame["value"] < 0)).to_numpy())
    remedy = "enter the final use; book a fall of stocks under stock_drawdown"
    found.rows("final", at, "value", [frame["value"].iloc[i] for i in at], "negative flow: final use below 0", remedy)


def _lacking(belt: Belt, table: str, wanted: list[str], problem: str, remedy: str, found: Findings) -> None:
    have = set(belt.tables[table]["sector"])
    ids = belt.sectors
    for sector in wanted:
        if sector not in have:
            found.add("sectors", ids.index(sector) + 2, "sector", sector, problem, remedy)


def every_sector_has_elasticity(belt: Belt, found: Findings) -> None:
    """Every sector has a trade elasticity above 0."""
    frame = belt.tables["elasticities"]
    if frame.empty:
        return
    remedy = "add a row for it to elasticities"
    _lacking(belt, "elasticities", belt.sectors, "the sector has no trade elasticity", remedy, found)
    at = np.flatnonzero((frame["value"] == 0).to_numpy())
    found.rows("elasticities", at, "value", ["0"] * len(at), "must be above 0", "enter the trade elasticity θ")


def goods_have_density(belt: Belt, found: Findings) -> None:
    """Where freight is in the scope, every sector whose products are carried has a value per tonne above 0."""
    frame = belt.tables["value_densities"]
    if "transport" not in scope_of(belt) or frame.empty:
        return
    remedy = "add it to value_densities, or set goods to false"
    _lacking(belt, "value_densities", belt.goods, "goods without a value density", remedy, found)
    at = np.flatnonzero((frame["value"] == 0).to_numpy())
    found.rows("value_densities", at, "value", ["0"] * len(at), "must be above 0", "enter the value of a tonne")
