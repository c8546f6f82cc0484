"""Who trades with whom: an ensemble of interregional trade tables from single-region tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from yijiang.economy.estimate.crosshauling import charm
from yijiang.economy.estimate.draws import JOINT, Draw, positions, read_draws
from yijiang.economy.estimate.ensemble import Interregional
from yijiang.economy.estimate.feasibility import blocking
from yijiang.economy.estimate.joint import close_jointly
from yijiang.economy.estimate.kernels import (
    Transit,
    close,
    gravity,
    normalised,
    open_up,
    remove_transit,
    scaled_flows,
    sector_flows,
)
from yijiang.economy.estimate.known import Known, read_known
from yijiang.economy.estimate.margins import ROUNDING
from yijiang.economy.estimate.scaling import Array
from yijiang.economy.estimate.tables import RegionalTables
from yijiang.errors import DataError, Finding, OptionError, SolveError

LIMIT = 500
"""Scaling steps of a sector before Newton takes over, and Newton steps before giving up."""
MONEY = "money per year"
AMOUNTS = ("transit", "clipped", "cross_hauling", "outflow", "inflow", "traded", "surveyed")


def interregional(
    tables: RegionalTables,
    cost: pd.DataFrame | Mapping[str, pd.DataFrame],
    draws: Sequence[Draw] | int | None = None,
    *,
    known: pd.DataFrame | None = None,
    seed: int = 0,
    abroad: str = "Abroad",
    tol: float = 1e-10,
) -> Interregional:
    """Estimate trade between regions from what each reports to send and to receive, per draw and sector.

    1. Transit: what a region sends beyond its own output leaves outflow and inflow alike (`kernels.remove_transit`).
    2. Cross-hauling is added for the regions of the draw (`charm`).
    3. Closing: Σ outflow = Σ inflow by the rule of the draw (`kernels.close`, `close_jointly`); no region sends more
       than output − export, and inflow goes first where inputs lack it.
    4. Prior T⁰_in = o_i f_n c_in^−β, i ≠ n, balanced to o and f as in `ras`. Known flows keep their value; where they
       exceed what a region reports, as much is added to its outflow as to its inflow, so that no balance changes.
    5. Own deliveries = output − export − outflow. Value added and inputs stay as they are; final use absorbs the rest:
       final_n = own_n + Σ_i T_in + import_n − Σ_using intermediate_n. Where the tables do not fit together, balance
       them first (`balance_uses`): then less is left to absorb.

    Parameters
    ----------
    tables
        Single-region tables.
    cost
        Transport cost or distance, exporter in rows, importer in columns, positive [any unit]; aligned by name. One
        table for all sectors, or one for each by its name.
    draws
        The choices to run; the first is the base. An int: the base and that many less one drawn at random with `seed`
        (β uniform in 0.5–2, closing and cross-hauling of none or all regions by chance). By default the base alone.
    known
        Surveyed flows with the columns exporter, importer, sector, value [money/yr] and status: fixed in every draw.
    seed
        Seed of the random draws.
    abroad
        Name of the region that stands for all other countries.
    tol
        Largest residual of the balancing, relative to the total of the sector.

    Returns
    -------
    Interregional with trade, final, residuals and amounts.

    Raises
    ------
    DataError
        If a table or the cost has faults, or known flows contradict the tables or each other (they are named).
    OptionError
        If a draw names an unknown closing or region, or an exponent below 0.
    SolveError
        If the balancing does not converge.

    References
    ----------
    Mi, Z. et al. (2018). A multi-regional input-output table mapping China's economic outputs and interdependencies in
    2012. Scientific Data 5:180155. Cross-hauling: Kronenberg (2009), see `charm`.

    Examples
    --------
    Three equal regions, each sending and getting 30: the sums and symmetry leave 15 for every pair.

    >>> x = np.full((3, 1), 100.0)
    >>> o = np.full((3, 1), 30.0)
    >>> tables = RegionalTables(
    ...     x, 0.5 * x[:, :, None], 0.5 * x, 0 * x, 0 * x, o, o, 0.5 * x, ("A", "B", "C"), ("grain",)
    ... )
    >>> km = pd.DataFrame([[0, 1, 2], [1, 0, 2], [2, 2, 0]], index=list("ABC"), columns=list("ABC"))
    >>> estimate = interregional(tables, km)
    >>> estimate.trade[0, :3, :3, 0].round(2).values.tolist()
    [[70.0, 15.0, 15.0], [15.0, 70.0, 15.0], [15.0, 15.0, 70.0]]

    A survey finds 20 from A to B: the six flows have one degree of freedom, and it is gone.

    >>> row = {"exporter": "A", "importer": "B", "sector": "grain", "value": 20, "status": "official"}
    >>> found = interregional(tables, km, known=pd.DataFrame([row]))
    >>> found.trade[0, :3, :3, 0].round(2).values.tolist(), str(found.status.sel(exporter="A", importer="B")[0].values)
    ([[70.0, 10.0, 20.0], [20.0, 70.0, 10.0], [10.0, 20.0, 70.0]], 'official')
    """
    t = tables.checked()
    if abroad in t.regions:
        raise OptionError(f"{abroad!r} is the name of a region in the tables; pass abroad= another name")
    wanted = read_draws(draws, t.regions, seed)
    costs = _costs(cost, t)
    transit = remove_transit(t.output, t.export, t.import_, t.outflow, t.inflow)
    inputs = t.intermediate.sum(axis=2)
    use, supply = np.maximum(inputs + t.final, 0.0), np.maximum(t.output - transit.export, 0.0)
    surveyed = read_known(known, t.regions, t.sectors, supply, use)
    count, sectors = t.output.shape
    trade = np.zeros((len(wanted), count + 1, count + 1, sectors))
    final = np.zeros((len(wanted), count, sectors))
    residuals, amounts, steps = [], [], []
    own = np.arange(count)
    for d, draw in enumerate(wanted):
        chosen = positions(draw.cross_hauling, t.regions)
        hauled = charm(t.output, use, transit.outflow, transit.inflow, export=transit.export, regions=chosen)
        if draw.closing == JOINT:
            joint = close_jointly(supply, transit.import_, inputs, t.final, hauled.outflow, hauled.inflow)
            o, f = joint.outflow, joint.inflow
        else:
            o, f = close(hauled.outflow, hauled.inflow, supply, inputs - transit.import_, draw.closing)
        for j in range(sectors):
            o[:, j], f[:, j] = open_up(o[:, j], f[:, j])
        more = _raised(o, f, surveyed, supply, t)
        flows, miss, step = _flows(o + more, f + more, costs, draw.exponent, tol, surveyed, t, d)
        if not miss <= tol:
            raise SolveError(f"the balancing of draw {d} does not converge", residual=miss, iterations=float(step))
        flows[own, own] = np.maximum(supply - flows.sum(axis=1), 0.0)
        trade[d, :count, :count] = flows.transpose(1, 0, 2)
        trade[d, :count, count] = transit.import_
        trade[d, count, :count] = transit.export
        final[d] = trade[d, :count].sum(axis=1) - inputs
        residuals.append(_residuals(t, trade[d], final[d], miss))
        traded = float(flows.sum() - flows[own, own].sum())
        sides = float(hauled.outflow.sum()), float(hauled.inflow.sum())
        added = float(hauled.added.sum())
        amounts.append((transit.passed, transit.clipped, added, *sides, traded, float(more.sum())))
        steps.append(step)
    index = pd.RangeIndex(len(wanted), name="draw")
    everyone, inner = [*t.regions, abroad], list(t.regions)
    place = {"importer": everyone, "exporter": everyone, "sector": list(t.sectors)}
    numbers = {"draw": np.arange(len(wanted))}
    status = np.full((count + 1, count + 1, sectors), "estimated", dtype=object)
    fixed = surveyed.status.transpose(1, 0, 2)
    status[:count, :count] = np.where(fixed == "", status[:count, :count], fixed)
    before = t.final.sum(axis=1)
    factors = np.divide(final.sum(axis=2), before, out=np.ones((len(wanted), count)), where=before != 0)
    return Interregional(
        xr.DataArray(trade, numbers | place, ("draw", *place), "trade", {"units": MONEY}),
        xr.DataArray(
            final, numbers | {"region": inner, "sector": place["sector"]}, ("draw", "region", "sector"), "final",
            {"units": MONEY},
        ),
        xr.DataArray(status, place, tuple(place), "status"),
        wanted,
        pd.DataFrame(residuals, index=index, columns=["ras", "row", "column", "income"]),
        pd.DataFrame(amounts, index=index, columns=list(AMOUNTS)),
        pd.DataFrame(factors, index=index, columns=inner),
        _clipped(tables, transit),
        tuple(steps),
    )  # fmt: skip


def _raised(o: Array, f: Array, known: Known, supply: Array, t: RegionalTables) -> Array:
    """Two-way trade that known flows show and the reports do not (region, sector)."""
    sent, received = known.sums()
    if not (sent.any() or received.any()):
        return np.zeros_like(o)
    more = np.maximum(np.maximum(sent - o, received - f), 0.0)
    over = np.argwhere((more > 0) & (o + more > supply * (1 + 1e-9)))
    if over.size:
        raise DataError(
            Finding(
                "known", 0, t.sectors[j], "",
                f"{t.regions[r]} would send {o[r, j] + more[r, j]:.6g} in all, but makes {supply[r, j]:.6g} beyond its "
                f"export ({known.names(t.regions, t.sectors, j)})",
                "correct the flows or the table",
            )
            for r, j in over.tolist()
        )  # fmt: skip
    return more


def _flows(
    o: Array, f: Array, costs: Array, exponent: float, tol: float, known: Known, t: RegionalTables, draw: int
) -> tuple[Array, float, int]:
    """Balanced trade (supplier, buyer, sector), the largest miss and the most steps over the sectors."""
    flows = np.zeros((*o.shape[:1], *o.shape))
    worst, most = 0.0, 0
    for j in range(o.shape[1]):
        cost = normalised(costs[:, :, j])
        fixed = ~np.isnan(known.value[:, :, j])
        if not fixed.any():
            flows[:, :, j], miss, step = sector_flows(o[:, j], f[:, j], cost, exponent, tol, LIMIT)
        else:
            value = np.where(fixed, known.value[:, :, j], 0.0)
            total = max(float(o[:, j].sum()), float(value.sum()), np.finfo(float).tiny)
            left_o, left_f = ((m - v) / total for m, v in ((o[:, j], value.sum(axis=1)), (f[:, j], value.sum(axis=0))))
            left_o, left_f = (np.where(m > tol, m, 0.0) for m in (left_o, left_f))
            prior = np.where(fixed, 0.0, gravity(left_o, left_f, cost, exponent))
            who, where, excess, _ = blocking(prior, left_o, left_f)
            if who.size:
                senders, buyers = (", ".join(t.regions[i] for i in side.tolist()) for side in (who, where))
                text = (
                    f"beside the known flows ({known.names(t.regions, t.sectors, j)}) {senders} would have to send "
                    f"{excess * total:.6g} more than {buyers or 'no one'} can get in draw {draw}"
                )
                raise DataError([Finding("known", 0, t.sectors[j], "", text, "correct the flows or the table")])
            rest, miss, step = scaled_flows(left_o, left_f, prior, total, tol, LIMIT)
            flows[:, :, j] = value + rest
        worst, most = max(worst, miss), max(most, step)
    return flows, worst, most


def _residuals(t: RegionalTables, trade: Array, final: Array, miss: float) -> tuple[float, float, float, float]:
    count = len(t.regions)
    largest = max(float(t.output.max()), np.finfo(float).tiny)
    row = float(np.abs(trade[:, :count].sum(axis=0) - t.output).max()) / largest
    income = float(t.value_added.sum())
    abroad = float(trade[count, :count].sum() - trade[:count, count].sum())
    gap = abs(float(final.sum()) + abroad - income) / max(income, np.finfo(float).tiny)
    return miss, row, t.column_error(), gap


def _clipped(tables: RegionalTables, transit: Transit) -> pd.DataFrame:
    """Cells cut on the way in: trade below 0, and transit without a counterpart."""
    rows = []
    for column in ("export", "import_", "outflow", "inflow"):
        given = np.asarray(getattr(tables, column), dtype=float)
        rows += [(column.rstrip("_"), n, j, given[n, j]) for n, j in np.argwhere(given < 0).tolist()]
    least = ROUNDING * float(transit.cut.size and np.abs(np.asarray(tables.output, dtype=float)).max())
    rows += [("transit", n, j, transit.cut[n, j]) for n, j in np.argwhere(transit.cut > least).tolist()]
    named = [(c, tables.regions[n], tables.sectors[j], value) for c, n, j, value in rows]
    return pd.DataFrame(named, columns=["column", "region", "sector", "value"])


def _costs(cost: pd.DataFrame | Mapping[str, pd.DataFrame], t: RegionalTables) -> Array:
    """Cost (exporter, importer, sector) in the order of the tables; 1 on the diagonal, which is not used."""
    found: list[Finding] = []
    if isinstance(cost, pd.DataFrame):
        table = _aligned(cost, t.regions, "cost", found)
        result = np.repeat(table[:, :, None], len(t.sectors), axis=2)
    else:
        for name in [s for s in t.sectors if s not in cost]:
            found.append(Finding("cost", 0, "sector", name, "no cost is given for the sector", "add its table"))
        tables = [_aligned(cost[s], t.regions, f"cost of {s}", found) for s in t.sectors if s in cost]
        result = np.stack(tables, axis=2) if tables else np.ones((len(t.regions), len(t.regions), 0))
    if found:
        raise DataError(found)
    return result


def _aligned(cost: pd.DataFrame, regions: Sequence[str], name: str, found: list[Finding]) -> Array:
    before = len(found)
    for what, names in (("rows", cost.index), ("columns", cost.columns)):
        for region in regions:
            if region not in names:
                text = "no cost is given for the region"
                found.append(Finding(name, 0, what, region, text, f"add it to the {what}"))
        if names.has_duplicates:
            found.append(Finding(name, 0, what, "", "a name occurs twice", "give every name once"))
    if len(found) > before:
        return np.ones((len(regions), len(regions)))
    order = list(regions)
    values = cost.loc[order, order].to_numpy(dtype=float, copy=True)
    np.fill_diagonal(values, 1.0)
    for i, n in np.argwhere(~(np.isfinite(values) & (values > 0))):
        where = f"{regions[i]} to {regions[n]}"
        found.append(Finding(name, 0, where, f"{values[i, n]:g}", "cost must be a number above 0", "enter the cost"))
    return values
