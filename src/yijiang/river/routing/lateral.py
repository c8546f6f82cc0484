"""What enters the river over time: shares of a few series, or a series for every reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from yijiang.errors import DataError, Finding, OptionError
from yijiang.river import cells
from yijiang.river.formulas import Floats, Ints

if TYPE_CHECKING:
    import xarray as xr

WATER, LOAD = "m³/s", "g/s"
_WRITTEN = {"m3/s": WATER, "m³/s": WATER, "m^3/s": WATER, "cms": WATER, "g/s": LOAD}
_REMEDIES = {
    WATER: "divide a volume per step by the seconds of the step",
    LOAD: "1 t/yr is 0.0317098 g/s; divide a mass per step by the seconds of the step",
}


def check_unit(unit: str | None, wanted: str, table: str) -> list[Finding]:
    """One finding if a unit is missing or is not the one wanted; nothing is converted in silence."""
    if unit is None or not str(unit).strip():
        return [Finding(table, 0, "unit", "", f"the unit is not stated; {wanted} is needed", _REMEDIES[wanted])]
    if _WRITTEN.get(str(unit).strip()) != wanted:
        return [Finding(table, 0, "unit", str(unit), f"{wanted} is needed", _REMEDIES[wanted])]
    return []


@dataclass(frozen=True, slots=True, eq=False)
class Lateral:
    """Water or loads entering reaches over time, as shares of series: w(reach, t) = Σ share · series(t).

    With it no array of size (reach, time) is needed: the runoff of a region, or the load of a sector, is one series.

    Attributes
    ----------
    series : DataArray (series, time[, pollutant][, scenario])
        In the unit.
    shares : DataFrame
        `reach`, `series`, `share` [-], and optionally `pollutant` (default: the share holds for all of them) and
        `enters` ("spread" along the reach, the default, or "point" at its head).
    unit
        "m³/s" for water, "g/s" for loads.

    Examples
    --------
    >>> import xarray as xr
    >>> series = xr.DataArray([[10.0, 20.0]], dims=("series", "time"), coords={"series": ["north"]})
    >>> shares = pd.DataFrame({"reach": ["a", "b"], "series": "north", "share": [0.25, 0.75]})
    >>> Lateral(series, shares, "m³/s").unit
    'm³/s'
    """

    series: xr.DataArray
    shares: pd.DataFrame
    unit: str | None

    @classmethod
    def by_reach(cls, values: xr.DataArray, unit: str | None = None) -> Lateral:
        """Take a series for every reach: (reach, time[, pollutant][, scenario]); its unit may be in attrs["unit"]."""
        if "reach" not in values.dims:
            raise DataError([Finding("lateral", 0, "reach", "", "the array has no dimension reach", "name it 'reach'")])
        names = [str(name) for name in values.coords["reach"].to_numpy()] if "reach" in values.coords else []
        if not names:
            problem, remedy = "the reaches are not named", "give the names as coordinates: nothing goes by position"
            raise DataError([Finding("lateral", 0, "reach", "", problem, remedy)])
        shares = pd.DataFrame({"reach": names, "series": names, "share": 1.0})
        stated = unit if unit is not None else values.attrs.get("unit", values.attrs.get("units"))
        return cls(values.rename(reach="series"), shares, stated)


@dataclass(frozen=True, slots=True, eq=False)
class LateralArrays:
    """A `Lateral` laid out for the kernels, without the reaches it enters through.

    Attributes
    ----------
    amounts : ndarray (series, step, pollutant, scenario)
    names
        Of the series.
    reach, series : ndarray (entry)
        Positions.
    share : ndarray (entry, pollutant)
    head : ndarray (entry) of bool
    time, scenarios
        Labels.
    """

    amounts: Floats
    names: list[str]
    reach: Ints
    series: Ints
    share: Floats
    head: Any
    time: Any
    scenarios: list[str]


def lay_out(lateral: Lateral, table: str, unit: str, known: pd.Index, pollutants: Sequence[str]) -> LateralArrays:
    """Read a lateral; every fault is collected.

    Parameters
    ----------
    lateral
        As given.
    table
        What it is called in findings.
    unit
        Unit it must have.
    known
        Names of the reaches there are.
    pollutants
        Pollutants the series may have; one empty name for water.

    Raises
    ------
    DataError
        Negative, missing or infinite values, unknown reaches or series, shares that are no numbers, a wrong unit.
    """
    found = check_unit(lateral.unit, unit, table)
    array = lateral.series
    wanted = ("series", "time", "pollutant", "scenario")
    strange = [str(d) for d in array.dims if d not in wanted]
    for name in strange:
        problem, remedy = "not a dimension of a lateral", "use series, time, pollutant, scenario"
        found.append(Finding(table, 0, name, "", problem, remedy))
    for name in ("series", "time"):
        if name not in array.dims:
            found.append(Finding(table, 0, name, "", "the dimension is missing", f"name a dimension {name!r}"))
    found += cells.missing_columns(lateral.shares, f"{table} shares", ["reach", "series", "share"])
    many = len(pollutants) > 1 or (len(pollutants) == 1 and pollutants[0] != "")
    if many and "pollutant" not in array.dims and "pollutant" not in lateral.shares.columns:
        problem, remedy = "it is not said which pollutant this is", "add a dimension 'pollutant', or a column"
        found.append(Finding(table, 0, "pollutant", "", problem, remedy))
    if found:
        raise DataError(found)
    array = array.expand_dims({d: 1 for d in ("pollutant", "scenario") if d not in array.dims}).transpose(*wanted)
    values = np.ascontiguousarray(array.to_numpy(), dtype=np.float64)
    names = [str(v) for v in (array.coords["series"].to_numpy() if "series" in array.coords else range(len(values)))]
    found += _bad_values(values, names, table)
    own: list[str | None] = [None]
    if "pollutant" in array.coords:
        own = [str(v) for v in array.coords["pollutant"].to_numpy()]
    shares = lateral.shares.reset_index(drop=True)
    reach, series, column, head = _entries(shares, f"{table} shares", known, names, pollutants if many else None, found)
    part = cells.numbers(shares, f"{table} shares", "share", "-", found)
    place = {name: i for i, name in enumerate(pollutants)}
    for word in own:
        if word is not None and many and word not in place:
            remedy = f"known: {', '.join(pollutants)}"
            found.append(Finding(table, 0, "pollutant", word, "it has no decay rate", remedy))
    if found:
        raise DataError(found)
    wide = np.zeros((values.shape[0], values.shape[1], len(pollutants), values.shape[3]))
    for k, word in enumerate(own):
        if word is None:
            wide[:] = values[:, :, :1]
        elif many:
            wide[:, :, place[word]] = values[:, :, k]
    share = np.zeros((reach.size, len(pollutants)))
    held = [place[str(n)] for n in own if n is not None] if many else []
    # An entry of no pollutant in particular is one of all that the series has.
    every = column < 0
    for target in held or range(len(pollutants)):
        share[every, target] = part[every]
    share[np.flatnonzero(~every), column[~every]] = part[~every]
    time = array.coords["time"].to_numpy() if "time" in array.coords else np.arange(values.shape[1])
    scenarios = [str(v) for v in array.coords["scenario"].to_numpy()] if "scenario" in array.coords else [""]
    return LateralArrays(wide, names, reach, series, share, head, time, scenarios)


def _bad_values(values: Floats, names: list[str], table: str) -> list[Finding]:
    """One finding for every series with values that are missing, infinite or negative."""
    found = []
    bad = ~np.isfinite(values) | (values < 0)
    for k in np.flatnonzero(bad.any(axis=(1, 2, 3))):
        steps = np.flatnonzero(bad[k].any(axis=(1, 2)))
        worst = values[k][bad[k]][0]
        what = "negative" if worst < 0 else "missing or infinite"
        problem = f"{int(bad[k].sum())} {what} values, the first in step {int(steps[0])}"
        found.append(Finding(table, 0, names[k], f"{worst:g}", problem, "enter numbers of at least 0"))
    return found


def _entries(
    shares: pd.DataFrame, table: str, known: pd.Index, names: list[str], pollutants: Sequence[str] | None,
    found: list[Finding],
) -> tuple[Ints, Ints, Ints, Any]:  # fmt: skip
    """Reach, series, pollutant (−1: none in particular) and kind of every share."""
    count = len(shares)
    reach = cells.places(shares["reach"], known)
    series = cells.places(shares["series"], pd.Index(list(dict.fromkeys(names)), dtype=object))
    listed = f"known: {', '.join(names[:20])}"
    for i in np.flatnonzero((reach < 0) | (series < 0)).tolist():
        if reach[i] < 0:
            name, remedy = cells.label(shares["reach"].iloc[i]), "name a reach of the river"
            found.append(Finding(table, i + 2, "reach", name, "there is no such reach", remedy))
        if series[i] < 0:
            name = cells.label(shares["series"].iloc[i])
            found.append(Finding(table, i + 2, "series", name, "there is no such series", listed))
    column = np.full(count, -1, dtype=np.int64)
    if pollutants is not None and "pollutant" in shares.columns:
        column = cells.places(shares["pollutant"], pd.Index(pollutants, dtype=object))
        for i in np.flatnonzero(column < 0).tolist():
            if name := cells.label(shares["pollutant"].iloc[i]):
                remedy = f"known: {', '.join(pollutants)}"
                found.append(Finding(table, i + 2, "pollutant", name, "it has no decay rate", remedy))
    head = np.zeros(count, dtype=np.bool_)
    if "enters" in shares.columns:
        kind = cells.places(shares["enters"], pd.Index(["spread", "point"], dtype=object))
        for i in np.flatnonzero(kind < 0).tolist():
            if word := cells.label(shares["enters"].iloc[i]):
                remedy = 'enter "spread" (along the reach) or "point" (at its head)'
                found.append(Finding(table, i + 2, "enters", word, "not a way to enter a reach", remedy))
        head = kind == 1
    return reach, series, column, head


def same_axis(one: LateralArrays, two: LateralArrays) -> None:
    """Water and loads must share their steps and scenarios.

    Raises
    ------
    OptionError
        If they do not.
    """
    if one.amounts.shape[1] != two.amounts.shape[1] or not np.array_equal(one.time, two.time):
        raise OptionError(f"water has {one.amounts.shape[1]} steps, the loads {two.amounts.shape[1]}; let time agree")
    if 1 not in (len(one.scenarios), len(two.scenarios)) and one.scenarios != two.scenarios:
        raise OptionError(f"scenarios differ: {', '.join(one.scenarios)} and {', '.join(two.scenarios)}")
