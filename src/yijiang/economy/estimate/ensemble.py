"""An ensemble of interregional trade tables, and what its draws say."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr

from yijiang.economy.estimate.draws import Draw
from yijiang.errors import match_name

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
DRAWDOWN = "stock_drawdown"


@dataclass(frozen=True, eq=False)
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
    status
        Status of a flow (importer, exporter, sector): "estimated", or that of the known flow which fixes it.
    draws
        The choices behind each draw.
    residuals
        Per draw [1]: `ras`, largest miss of a margin ÷ total of the sector; `row`, of output by deliveries ÷ largest
        output; `column`, of output by inputs plus value added (that of the tables themselves); `income`,
        |Σ (final + export − import − value added)| ÷ Σ value added.
    amounts
        Per draw [money/yr]: `transit` and `clipped` (see `kernels.remove_transit`), `cross_hauling` added, `outflow`
        and `inflow` before closing, `traded` after it, `surveyed` that known flows added to both sides.
    factors
        Final use of a region ÷ that of the tables (draw, region) [1].
    clipped
        Cells of the tables that were cut, what they were set to 0 or lowered by: column, region, sector, value.
    iterations
        Most balancing steps of a sector, per draw.
    """

    trade: xr.DataArray
    final: xr.DataArray
    status: xr.DataArray
    draws: tuple[Draw, ...]
    residuals: pd.DataFrame
    amounts: pd.DataFrame
    factors: pd.DataFrame
    clipped: pd.DataFrame
    iterations: tuple[int, ...]

    def flow(self, exporter: str, importer: str) -> pd.Series[float]:
        """Return all deliveries from one region to another per draw [money/yr]."""
        i, n = self._name(exporter), self._name(importer)
        values = self.trade.sel(exporter=i, importer=n).sum("sector").to_numpy()
        return pd.Series(values, index=pd.RangeIndex(len(self.draws), name="draw"), name=f"{i} → {n}")

    def quantiles(self, exporter: str, importer: str, at: Sequence[float] = QUANTILES) -> pd.Series[float]:
        """Return quantiles over the draws of all deliveries from one region to another [money/yr]."""
        return self.flow(exporter, importer).quantile(list(at))

    def final_use(self) -> xr.DataArray:
        """Return final use with its negative cells in a category of their own (draw, category, region, sector).

        The categories are "use", at least 0, and "stock_drawdown", at most 0: what the inputs take beyond the supply.
        """
        parts = [self.final.clip(min=0.0), self.final.clip(max=0.0)]
        return xr.concat(parts, pd.Index(["use", DRAWDOWN], name="category")).transpose("draw", "category", ...)

    def central(self, regions: Collection[str] | None = None) -> int:
        """Return the draw in the middle: the one to show where one table must do.

        It stands nearest to the median table m of the trade between the regions (of all but abroad if none are named):
        the share of a pair's trade that would have to move, Σ_j |t_j − m_j| ÷ Σ_j (t_j + m_j) over the sectors, is the
        least in the mean over the pairs, each way apart. The first of several equal ones. A range then lies around the
        table that is shown.

        Examples
        --------
        Draws with exponent 0.5, 1 and 2: the middle one gives the median of every flow.

        >>> from yijiang.economy.estimate import Draw, RegionalTables, interregional
        >>> x, o = np.full((4, 1), 100.0), np.full((4, 1), 30.0)
        >>> names = tuple("ABCD")
        >>> tables = RegionalTables(x, 0.5 * x[:, :, None], 0.5 * x, 0 * x, 0 * x, o, o, 0.5 * x, names, ("grain",))
        >>> km = pd.DataFrame(np.add.outer([1, 2, 4, 8], [1, 2, 4, 8]), index=names, columns=names)
        >>> interregional(tables, km, [Draw(0.5), Draw(2.0), Draw(1.0)]).central()
        2
        """
        names = [str(r) for r in self.final["region"].to_numpy()]
        chosen = [self._name(r) for r in regions] if regions is not None else names
        flows = self.trade.sel(exporter=chosen, importer=chosen).to_numpy()[:, ~np.eye(len(chosen), dtype=bool)]
        middle = np.median(flows, axis=0)
        moved, all_ = np.abs(flows - middle).sum(axis=2), (flows + middle).sum(axis=2)
        return int(np.argmin(np.divide(moved, all_, out=np.zeros_like(moved), where=all_ > 0).mean(axis=1)))

    def with_base(self, draw: int) -> Interregional:
        """Return the ensemble with one draw moved to the front, the others in their order."""
        order = [draw, *(d for d in range(len(self.draws)) if d != draw)]
        trade, final = (a.isel(draw=order).assign_coords(draw=a["draw"]) for a in (self.trade, self.final))
        frames = (f.iloc[order].set_axis(f.index) for f in (self.residuals, self.amounts, self.factors))
        residuals, amounts, factors = frames
        return replace(
            self,
            trade=trade,
            final=final,
            draws=tuple(self.draws[d] for d in order),
            residuals=residuals,
            amounts=amounts,
            factors=factors,
            iterations=tuple(self.iterations[d] for d in order),
        )

    def summary(self, exporter: str | None = None, importer: str | None = None) -> str:
        """Return what came out as text: residuals, final use, what was cut and, for a pair, its flow in every draw."""
        lines = [f"{len(self.draws)} draws of trade between {self.final.sizes['region']} regions"]
        lines.append("worst residuals: " + ", ".join(f"{c} {v:.1e}" for c, v in self.residuals.max().items()))
        names = [str(r) for r in self.factors.columns]
        low, high = self.factors.min(), self.factors.max()
        lines.append("final use ÷ that of the tables (first draw, range over the draws):")
        lines += [f"  {r} {self.factors[r].iloc[0]:.3f} ({low[r]:.3f} to {high[r]:.3f})" for r in names]
        below = self.final.clip(max=0.0).sum(("region", "sector")).to_numpy()
        lines.append(f"stock drawdown: {below.max(initial=-np.inf):.6g} to {below.min(initial=np.inf):.6g}")
        for row in self.clipped.to_dict("records"):
            lines.append(f"cut: {row['column']} of {row['region']}, {row['sector']}: {row['value']:.6g}")
        if exporter is not None and importer is not None:
            lines += self._pair(exporter, importer)
        return "\n".join(lines)

    def _pair(self, exporter: str, importer: str) -> list[str]:
        there, back = self.flow(exporter, importer), self.flow(importer, exporter)
        lines = [f"draw  exponent  closing  cross-hauling  {there.name}  {back.name}"]
        for d, draw in enumerate(self.draws):
            hauled = ", ".join(draw.cross_hauling) or "none"
            lines.append(f"{d}  {draw.exponent:g}  {draw.closing}  {hauled}  {there[d]:.6g}  {back[d]:.6g}")
        for q in QUANTILES:
            lines.append(f"quantile {q:g}: {there.quantile(q):.6g}, {back.quantile(q):.6g}")
        return lines

    def _name(self, region: str) -> str:
        return match_name(region, [(str(r),) for r in self.trade["importer"].to_numpy()], "region")
