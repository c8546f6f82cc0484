"""Who trades with whom: an ensemble of interregional trade tables from single-region tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from yijiang.economy.estimate.crosshauling import charm
from yijiang.economy.estimate.kernels import CLOSINGS, close, interregional_flows, open_up, remove_transit
from yijiang.economy.estimate.tables import RegionalTables
from yijiang.errors import DataError, Finding, OptionError, SolveError, match_name

Array = NDArray[np.float64]
ALL = "all"
LIMIT = 500
"""Scaling steps of a sector before Newton takes over, and Newton steps before giving up."""
MONEY = "money per year"
AMOUNTS = ("transit", "clipped", "cross_hauling", "outflow", "inflow", "traded")


@dataclass(frozen=True)
class Draw:
    """One set of choices that the tables leave open.

    Attributes
    ----------
    exponent
        β of the gravity prior cost^−β [1].
    closing
        What the sums of outflow and inflow are both brought to: "min", "mean", "outflow" or "inflow".
    cross_hauling
        Regions to which cross-hauling is added (see `charm`), or ("all",); none by default.
    """

    exponent: float = 1.0
    closing: str = "min"
    cross_hauling: tuple[str, ...] = ()


@dataclass(frozen=True)
class Interregional:
    """An ensemble of interregional trade tables.

    Attributes
    ----------
    trade
        Deliveries (draw, importer, exporter, sector) [money/yr], own deliveries on the diagonal; the last importer and
        exporter is abroad.
    final
        Final use that makes each account balance (draw, region, sector) [money/yr]; negative where the tables together
        leave less than the inputs need.
    draws
        The choices behind each draw.
    residuals
        Per draw [1]: `ras`, largest miss of a margin ÷ largest margin; `row`, of output by deliveries ÷ largest
        output; `column`, of output by inputs plus value added (that of the tables themselves); `income`,
        |Σ (final + export − import − value added)| ÷ Σ value added.
    amounts
        Per draw [money/yr]: `transit` and `clipped` (see `kernels.remove_transit`), `cross_hauling` added, `outflow`
        and `inflow` before closing, `traded` after it.
    iterations
        Most balancing steps of a sector, per draw.
    """

    trade: xr.DataArray
    final: xr.DataArray
    draws: tuple[Draw, ...]
    residuals: pd.DataFrame
    amounts: pd.DataFrame
    iterations: tuple[int, ...]

    def flow(self, exporter: str, importer: str) -> pd.Series[float]:
        """Return all deliveries from one region to another per draw [money/yr]."""
        names = [(str(r),) for r in self.trade["importer"].to_numpy()]
        i, n = match_name(exporter, names, "region"), match_name(importer, names, "region")
        values = self.trade.sel(exporter=i, importer=n).sum("sector").to_numpy()
        return pd.Series(values, index=pd.RangeIndex(len(self.draws), name="draw"), name=f"{i} → {n}")


def interregional(
    tables: RegionalTables,
    cost: pd.DataFrame,
    draws: Sequence[Draw] | int | None = None,
    *,
    seed: int = 0,
    abroad: str = "Abroad",
    tol: float = 1e-10,
) -> Interregional:
    """Estimate trade between regions from what each reports to send and to receive, per draw and sector.

    1. Transit: what a region sends beyond its own output leaves outflow and inflow alike (`kernels.remove_transit`).
    2. Cross-hauling is added for the regions of the draw (`charm`).
    3. Closing: Σ outflow = Σ inflow by the rule of the draw; no region sends more than output − export, and inflow goes
       first where inputs lack it (`kernels.close`).
    4. Prior T⁰_in = o_i f_n c_in^−β, i ≠ n, balanced to o and f as in `ras`.
    5. Own deliveries = output − export − outflow. Value added and inputs stay as they are; final use absorbs the rest:
       final_n = own_n + Σ_i T_in + import_n − Σ_using intermediate_n. Where the tables do not fit together, balance
       them first (`balance_uses`): then less is left to absorb.

    Parameters
    ----------
    tables
        Single-region tables.
    cost
        Transport cost or distance, exporter in rows, importer in columns, positive [any unit]; aligned by name.
    draws
        The choices to run; the first is the base. An int: the base and that many less one drawn at random with `seed`
        (β uniform in 0.5–2, closing and cross-hauling of none or all regions by chance). By default the base alone.
    seed
        Seed of the random draws.
    abroad
        Name of the region that stands for all other countries.
    tol
        Largest residual of the balancing, relative to the largest margin of the sector.

    Returns
    -------
    Interregional with trade, final, residuals and amounts.

    Raises
    ------
    DataError
        If a table or the cost has faults.
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
    """
    t = tables.checked()
    if abroad in t.regions:
        raise OptionError(f"{abroad!r} is the name of a region in the tables; pass abroad= another name")
    wanted = _draws(draws, t.regions, seed)
    distance = _aligned(cost, t.regions)
    transit = remove_transit(t.output, t.export, t.import_, t.outflow, t.inflow)
    inputs = t.intermediate.sum(axis=2)
    use = np.maximum(inputs + t.final, 0.0)
    supply = np.maximum(t.output - transit.export, 0.0)
    count, sectors = t.output.shape
    trade = np.zeros((len(wanted), count + 1, count + 1, sectors))
    final = np.zeros((len(wanted), count, sectors))
    residuals, amounts, steps = [], [], []
    own = np.arange(count)
    for d, draw in enumerate(wanted):
        hauled = charm(
            t.output,
            use,
            transit.outflow,
            transit.inflow,
            export=transit.export,
            regions=_positions(draw.cross_hauling, t.regions),
        )
        o, f = close(hauled.outflow, hauled.inflow, supply, inputs - transit.import_, draw.closing)
        for j in range(sectors):
            o[:, j], f[:, j] = open_up(o[:, j], f[:, j])
        flows, miss, step = interregional_flows(o, f, distance, draw.exponent, tol, LIMIT)
        if not miss <= tol:
            raise SolveError(f"the balancing of draw {d} does not converge", residual=miss, iterations=float(step))
        flows[own, own] = np.maximum(supply - flows.sum(axis=1), 0.0)
        trade[d, :count, :count] = flows.transpose(1, 0, 2)
        trade[d, :count, count] = transit.import_
        trade[d, count, :count] = transit.export
        final[d] = trade[d, :count].sum(axis=1) - inputs
        residuals.append(_residuals(t, trade[d], final[d], miss))
        amounts.append(
            (
                transit.passed,
                transit.clipped,
                float(hauled.added.sum()),
                float(hauled.outflow.sum()),
                float(hauled.inflow.sum()),
                float(flows.sum() - flows[own, own].sum()),
            )
        )
        steps.append(step)
    index = pd.RangeIndex(len(wanted), name="draw")
    everyone = [*t.regions, abroad]
    coords = {"draw": np.arange(len(wanted)), "importer": everyone, "exporter": everyone, "sector": list(t.sectors)}
    named = xr.DataArray(trade, coords, ("draw", "importer", "exporter", "sector"), "trade", {"units": MONEY})
    coords = {"draw": np.arange(len(wanted)), "region": list(t.regions), "sector": list(t.sectors)}
    return Interregional(
        named,
        xr.DataArray(final, coords, ("draw", "region", "sector"), "final", {"units": MONEY}),
        wanted,
        pd.DataFrame(residuals, index=index, columns=["ras", "row", "column", "income"]),
        pd.DataFrame(amounts, index=index, columns=list(AMOUNTS)),
        tuple(steps),
    )


def _residuals(t: RegionalTables, trade: Array, final: Array, miss: float) -> tuple[float, float, float, float]:
    count = len(t.regions)
    largest = max(float(t.output.max()), np.finfo(float).tiny)
    row = float(np.abs(trade[:, :count].sum(axis=0) - t.output).max()) / largest
    income = float(t.value_added.sum())
    abroad = float(trade[count, :count].sum() - trade[:count, count].sum())
    gap = abs(float(final.sum()) + abroad - income) / max(income, np.finfo(float).tiny)
    return miss, row, t.column_error(), gap


def _positions(names: Collection[str], regions: Sequence[str]) -> list[int]:
    if tuple(names) == (ALL,):
        return list(range(len(regions)))
    return [regions.index(match_name(name, ((r,) for r in regions), "region")) for name in names]


def _draws(draws: Sequence[Draw] | int | None, regions: Sequence[str], seed: int) -> tuple[Draw, ...]:
    if draws is None or isinstance(draws, int):
        number = 1 if draws is None else draws
        if number < 1:
            raise OptionError("at least one draw is needed")
        chance = np.random.default_rng(seed)
        drawn = [Draw()]
        for _ in range(number - 1):
            exponent = round(float(chance.uniform(0.5, 2.0)), 4)
            closing = CLOSINGS[int(chance.integers(len(CLOSINGS)))]
            drawn.append(Draw(exponent, closing, (ALL,) if chance.random() < 0.5 else ()))
        return tuple(drawn)
    if not draws:
        raise OptionError("at least one draw is needed")
    for draw in draws:
        match_name(draw.closing, ((c,) for c in CLOSINGS), "closing rule")
        if not (np.isfinite(draw.exponent) and draw.exponent >= 0):
            raise OptionError(f"the distance exponent must be at least 0, not {draw.exponent}")
        _positions(draw.cross_hauling, regions)
    return tuple(draws)


def _aligned(cost: pd.DataFrame, regions: Sequence[str]) -> Array:
    """Cost (exporter, importer) in the order of the regions; 1 on the diagonal, which is not used."""
    found = []
    for what, names in (("rows", cost.index), ("columns", cost.columns)):
        for name in regions:
            if name not in names:
                found.append(Finding("cost", 0, what, name, "no cost is given for the region", f"add it to the {what}"))
        if names.has_duplicates:
            found.append(Finding("cost", 0, what, "", "a name occurs twice", "give every name once"))
    if found:
        raise DataError(found)
    order = list(regions)
    values = cost.loc[order, order].to_numpy(dtype=float, copy=True)
    np.fill_diagonal(values, 1.0)
    for i, n in np.argwhere(~(np.isfinite(values) & (values > 0))):
        where = f"{regions[i]} to {regions[n]}"
        found.append(Finding("cost", 0, where, f"{values[i, n]:g}", "cost must be a number above 0", "enter the cost"))
    if found:
        raise DataError(found)
    return values
