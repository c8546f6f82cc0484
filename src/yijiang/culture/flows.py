"""Who visits whom: fitted where flows are counted, spread over origins where only arrivals are, else blank."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yijiang.culture.gravity import Interaction, Model, interaction, spread
from yijiang.errors import DataError, Finding

if TYPE_CHECKING:
    from yijiang.belt import Belt

PARAMETER = "visit_deterrence"


@dataclass(frozen=True, eq=False)
class Visits:
    """Visits between regions in the period that was counted.

    Attributes
    ----------
    period, year : what was counted and when.
    table : origin, destination, hours, counted, value, low, high [10^4 visits], status; value is NaN where no figure
        was found, low and high where nothing gives a range.
    missing : destinations without any figure.
    spending : (destination) what a visit brought in [CNY]; NaN where unknown.
    fit : the fitted model, None where only arrivals were counted.
    deterrence : value, low and high of the parameter used instead of a fit, else None.
    sources : keys of the sources behind it.
    """

    period: str
    year: int | None
    table: pd.DataFrame
    missing: tuple[str, ...]
    spending: pd.Series[float] = field(repr=False)
    fit: Interaction | None
    deterrence: tuple[float, float, float] | None
    sources: tuple[str, ...]


def visits_between(belt: Belt, hours: pd.DataFrame, model: Model = "doubly") -> Visits | None:
    """Return the visits between the regions of a belt; None if its table `visits` has no row.

    Where flows by origin were counted, `model` is fitted to them, with population as size. Where only arrivals were,
    they are spread by population and travel time with the belt's parameter `visit_deterrence`, and the range is that of
    the parameter.

    Parameters
    ----------
    belt
        The belt.
    hours : (origin region, destination region)
        Travel time [h].
    model
        As in `interaction`.

    Examples
    --------
    >>> import yijiang as yj
    >>> from yijiang.journeys import journeys, region_hours
    >>> tiny = yj.case("tiny")
    >>> found = visits_between(tiny, region_hours(tiny, journeys(tiny)), "origin")
    >>> found.period, round(found.fit.cost, 3), found.missing
    ('year', -0.206, ())
    """
    rows = belt.tables["visits"]
    if rows.empty:
        return None
    known = rows[rows["value"].notna()]
    counts = known.groupby("period")["destination"].nunique().sort_index()
    period = str(counts.idxmax()) if len(counts) else str(rows["period"].iloc[0])
    rows, known = rows[rows["period"] == period], known[known["period"] == period]
    kinds = belt.tables["regions"].set_index("region")
    home = [r for r in hours.index if kinds["kind"][r] != "abroad" and kinds["population"].notna()[r]]
    population = kinds.loc[home, "population"].astype(float)
    by_origin = known[known["origin"] != ""]
    year = int(known["year"].dropna().max()) if known["year"].notna().any() else None
    fit: Interaction | None = None
    deterrence: tuple[float, float, float] | None = None
    if len(by_origin):
        fit, table = _fitted(by_origin, hours, population, model)
    else:
        figures = belt.tables["parameters"].set_index("parameter")
        value, low, high = (float(figures[name].get(PARAMETER, np.nan)) for name in ("value", "low", "high"))
        deterrence = value, low, high
        table = _spread(known, hours, population, deterrence)
    found = set(table["destination"])
    missing = tuple(r for r in home if r in set(rows["destination"]) and r not in found)
    total = known.groupby("destination")[["value", "revenue"]].sum(min_count=1)
    # 100 million yuan over 10^4 visits.
    spending = (total["revenue"] / total["value"] * 1e4).reindex(home)
    sources = tuple(sorted({str(s) for s in rows["source"]}))
    return Visits(period, year, table, missing, spending, fit, deterrence, sources)


def _fitted(
    rows: pd.DataFrame, hours: pd.DataFrame, population: pd.Series[float], model: Model
) -> tuple[Interaction, pd.DataFrame]:
    rows = rows[rows["origin"].isin(population.index) & rows["destination"].isin(population.index)]
    rows = rows.reset_index(drop=True)
    cost = np.array([hours.loc[o, d] for o, d in zip(rows["origin"], rows["destination"], strict=True)], float)
    reached = np.isfinite(cost)
    rows, cost = rows[reached].reset_index(drop=True), cost[reached]
    fit = interaction(rows, cost, model, origin_size=population, destination_size=population)
    error = fit.flows["log_error"].to_numpy(float)
    fitted = fit.flows["fitted"].to_numpy(float)
    table = rows[["origin", "destination"]].assign(
        hours=cost, counted=rows["value"].to_numpy(float), value=fitted,
        low=fitted * np.exp(-1.645 * error), high=fitted * np.exp(1.645 * error), status="estimated",
    )  # fmt: skip
    return fit, table


def _spread(
    known: pd.DataFrame, hours: pd.DataFrame, population: pd.Series[float], deterrence: tuple[float, ...]
) -> pd.DataFrame:
    if not np.isfinite(deterrence[0]):
        remedy = "give it, with low and high, or visits by origin in the table visits"
        raise DataError([Finding("parameters", 0, PARAMETER, "", "arrivals alone tell no origins without it", remedy)])
    totals = known.set_index("destination")["value"].astype(float)
    totals = totals[totals.index.isin(population.index)]
    ends = [spread(totals, population, hours, b if np.isfinite(b) else deterrence[0]) for b in deterrence]
    origins, places = list(ends[0].index), list(ends[0].columns)
    values = np.stack([frame.to_numpy(np.float64) for frame in ends])
    way = hours.loc[origins, places].to_numpy(np.float64)
    return pd.DataFrame(
        {
            "origin": np.repeat(origins, len(places)), "destination": places * len(origins),
            "hours": way.ravel(), "counted": np.nan, "value": values[0].ravel(),
            "low": values.min(axis=0).ravel(), "high": values.max(axis=0).ravel(), "status": "assumed",
        }
    )  # fmt: skip
