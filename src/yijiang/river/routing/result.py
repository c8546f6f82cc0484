"""What an unsteady run gives: series at the sections, the budget, and who caused them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yijiang.errors import OptionError
from yijiang.river.attribution import exact_shares
from yijiang.river.network import RiverNetwork
from yijiang.river.oxygen import DEFICIT, Oxygen

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, slots=True, eq=False)
class Routed:
    """Series of water and of what it carries at the sections.

    Attributes
    ----------
    network, regime
        What was routed.
    flow : DataArray (section, time, scenario) [m³/s]
        Mean of every step, as it leaves the place.
    load : DataArray (section, time, pollutant, series, scenario) [g/s]
        `series` has one entry, "", unless the run was asked for `by_series`.
    balance : float
        Greatest |in + made − out − abstracted − decayed − change held| / (in + made) of water and pollutants [-].
    budget : DataFrame
        By `quantity` ("water" or a pollutant), `series` and `scenario`: `inflow`, `made`, `outflow`, `abstracted`,
        `decayed`, `held` (change of what is in the river) and `balance`; water in m³, pollutants in t.
    cuts : DataFrame (reach)
        `sub_reaches` and the greatest number of `sub_steps` in any of them.
    step_hours
        Length of a step [h].
    oxygen, assumed
        As given; values nobody stated, in words.
    """

    network: RiverNetwork
    regime: str
    flow: xr.DataArray
    load: xr.DataArray
    balance: float
    budget: pd.DataFrame
    cuts: pd.DataFrame
    step_hours: float
    oxygen: Oxygen | None
    assumed: tuple[str, ...]

    @property
    def concentration(self) -> xr.DataArray:
        """Concentration (section, time, pollutant, scenario) [mg/L]."""
        result: xr.DataArray = (self.load.sum("series") / self.flow).transpose(
            "section", "time", "pollutant", "scenario"
        )
        return result.assign_attrs(unit="mg/L")

    @property
    def dissolved_oxygen(self) -> xr.DataArray:
        """Oxygen (section, time, scenario) [mg/L]: saturation less the deficit, and 0 where that is negative.

        Raises
        ------
        OptionError
            If the run had no oxygen.
        """
        if self.oxygen is None:
            raise OptionError("the run had no oxygen: give route(…, oxygen=Oxygen(…))")
        left = self.oxygen.saturation - self.concentration.sel(pollutant=DEFICIT, drop=True)
        return left.clip(min=0.0).assign_attrs(unit="mg/L")

    def attribution(self, freq: str | None = None) -> pd.DataFrame:
        """Tonnes past every section by series (region, sector), and their shares, which sum to exactly 1.

        Parameters
        ----------
        freq
            None for the whole run, or a pandas frequency such as "MS" for months if time is in dates.

        Returns
        -------
        DataFrame: `section`, `pollutant`, `scenario`, `period`, `series`, `tonnes`, `share`

        Raises
        ------
        OptionError
            If the run was not asked for `by_series`, or time is not in dates.
        """
        if self.load.sizes["series"] < 2 and str(self.load.coords["series"].to_numpy()[0]) == "":
            raise OptionError("the run did not keep the series apart: give route(…, by_series=True)")
        tonnes = self.load * (self.step_hours * 3600.0 / 1e6)
        if freq is None:
            periods, labels = np.zeros(self.load.sizes["time"], dtype=np.int64), [""]
        else:
            time = self.load.coords["time"].to_numpy()
            if not np.issubdtype(time.dtype, np.datetime64):
                raise OptionError("periods need a time of dates")
            stamps = pd.DatetimeIndex(time).to_period(pd.Timestamp(0).to_period(freq.removesuffix("S")).freqstr)
            codes, uniques = pd.factorize(stamps, sort=True)
            periods, labels = codes.astype(np.int64), [str(u) for u in uniques]
        values = tonnes.transpose("section", "pollutant", "scenario", "series", "time").to_numpy()
        sums = np.zeros((*values.shape[:4], len(labels)))
        for t, period in enumerate(periods):
            sums[..., period] += values[..., t]
        names = [self.load.coords[d].to_numpy() for d in ("section", "pollutant", "scenario", "series")]
        rows = []
        for s, p, c, k in np.ndindex(len(names[0]), len(names[1]), len(names[2]), len(labels)):
            amounts = sums[s, p, c, :, k]
            for j, (amount, share) in enumerate(zip(amounts, exact_shares(amounts), strict=True)):
                if amount != 0.0:
                    rows.append((names[0][s], names[1][p], names[2][c], labels[k], names[3][j], amount, share))
        columns = ["section", "pollutant", "scenario", "period", "series", "tonnes", "share"]
        return pd.DataFrame(rows, columns=columns)
