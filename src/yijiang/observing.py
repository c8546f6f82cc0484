"""A user's table of monitored values against a belt's river: decay and loads fitted, and how well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .base import Base
from .ecology import month_regime
from .errors import DataError, Finding, OptionError, match_name
from .river import Calibration, calibrate, read_monitoring
from .waters import MONTHS, months_of
from .wordbook import names

if TYPE_CHECKING:
    from .belt import Belt

#: Groups of loads that may have a factor of their own.
BY = ("region", "source")


def fit_belt(
    belt: Belt,
    observed: str | Path | pd.DataFrame,
    pollutants: Sequence[str] = (),
    by: Sequence[str] = (),
    units: dict[str, str] | None = None,
) -> dict[str, Calibration]:
    """Fit decay and load factors of a belt's river to monitored concentrations, pollutant by pollutant.

    Every value is compared with the river of its month, where the belt has months, else with mean flow.

    Parameters
    ----------
    belt
        A belt with a river.
    observed
        A table as `river.read_monitoring` takes it: weekly or monthly values, wide or long, Chinese or English.
    pollutants
        Which ones; default: all of the belt's that the table has.
    by
        "region", "source" (the activity) or both: groups of loads with a factor of their own.
    units
        Unit by parameter where the table does not state it.

    Raises
    ------
    DataError
        With every fault of the belt and the table, and where no value is of a pollutant of the belt.
    OptionError
        If the belt has no river, or an option is unknown.
    SolveError
        If no load reaches any of the observed sections.

    Examples
    --------
    >>> import yijiang as yj
    >>> seen = pd.DataFrame({"section": ["s1", "s4"], "month": "2017-03", "TP (mg/L)": [0.021, 0.065]})
    >>> found = fit_belt(yj.case("tiny"), seen)
    >>> list(found), found["TP"].identified
    (['TP'], False)
    """
    base = Base(belt)
    if base.river is None:
        raise OptionError(f"the belt {belt.name} has no river: name river in the scope of its belt.toml")
    groups = [match_name(name, [(word,) for word in BY], "group of loads") for name in by]
    table = read_monitoring(observed, units=units, network=base.river)
    have = [p for p in base.transfer["mean"].pollutants if (table["pollutant"] == p).any()]
    known = [(p,) for p in base.transfer["mean"].pollutants]
    wanted = [match_name(p, known, "pollutant") for p in pollutants] or have
    if not wanted:
        listed = ", ".join(base.transfer["mean"].pollutants)
        problem, remedy = "no value is of a pollutant of this belt", f"give values of: {listed}"
        raise DataError([Finding("monitoring", 0, "pollutant", "", problem, remedy)])
    loads = base.long_loads(base.loads.tonnes, "mean")
    regimes = None
    if not months_of(base).empty:
        regimes = {month: month_regime(month) for month in MONTHS}
        for regime in regimes.values():
            loads[f"rate_{regime}"] = base.rates(regime)
    return {p: calibrate(base.river, loads, table, p, by=groups, regimes=regimes) for p in wanted}


def calibrated(belt: Belt, found: Mapping[str, Calibration], by: Sequence[str] = ()) -> dict[str, pd.DataFrame]:
    """Return the belt's tables of kinetics and loads with what was found in them, for a belt of one's own.

    Decay, its range and the calibration error are those found; every load is multiplied by the factor of its group. The
    rows are marked "estimated".
    """
    kinetics, loads = belt.table("kinetics"), belt.table("loads")
    keys = ["activity" if name == "source" else name for name in by]
    for pollutant, one in found.items():
        row = kinetics["pollutant"] == pollutant
        kinetics.loc[row, ["value", "low", "high"]] = one.decay, one.decay_low, one.decay_high
        kinetics.loc[row, "calibration_error"] = min(one.relative_error, 1.0)
        kinetics.loc[row, "status"] = "estimated"
        own = (loads["pollutant"] == pollutant).to_numpy()
        factors = one.factors["factor"]
        if keys:
            labels = loads.loc[own, keys].astype(str).agg(" / ".join, axis=1)
            times = labels.map(factors).fillna(1.0).to_numpy(float)
        else:
            times = np.full(int(own.sum()), float(factors.iloc[0]))
        loads.loc[own, "value"] = loads.loc[own, "value"].to_numpy(float) * times
        loads.loc[own, "status"] = "estimated"
    return {"kinetics": kinetics, "loads": loads}


def document(belt: Belt, found: Mapping[str, Calibration], file: str) -> dict[str, Any]:
    """What the page and the JSON of a calibration hold."""
    return {
        "titles": {lang: belt.meta[f"title_{lang}"] for lang in ("en", "zh")},
        "belt": belt.name,
        "year": belt.year,
        "file": file,
        "names": names(belt),
        "pollutants": [
            {
                "pollutant": pollutant,
                "decay": one.decay,
                "decay_low": one.decay_low,
                "decay_high": one.decay_high,
                "identified": one.identified,
                "relative_error": one.relative_error,
                "report": {lang: one.report(lang) for lang in ("en", "zh")},
                "factors": one.factors.reset_index().to_dict("records"),
                "fit": one.fit.reset_index().astype(object).where(lambda t: t.notna(), None).to_dict("records"),
                "observed": one.observed.assign(time=one.observed["time"].astype(str)).to_dict("records"),
            }
            for pollutant, one in found.items()
        ],
    }


def tables(found: Mapping[str, Calibration]) -> dict[str, pd.DataFrame]:
    """The fit by section, the factors, and every value used, as tables."""
    parts = {
        "fit": [one.fit.reset_index().assign(pollutant=p) for p, one in found.items()],
        "factors": [one.factors.reset_index().assign(pollutant=p) for p, one in found.items()],
        "values": [one.observed.assign(pollutant=p) for p, one in found.items()],
    }
    frames = {name: pd.concat(rows, ignore_index=True) for name, rows in parts.items()}
    for column in ("nse", "kge"):
        frames["fit"][column] = pd.to_numeric(frames["fit"][column], errors="coerce")
    return frames
