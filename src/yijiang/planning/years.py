"""The years of a plan: when each project may start, what waiting costs, and what is spent in which year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .package import Years

if TYPE_CHECKING:
    from yijiang.base import Base

Floats = NDArray[np.float64]


def ramp(years: int, rate: float) -> float:
    """Worth of a stream that builds up evenly over some years, relative to one that is there at once.

    ρ = (1 − δ) Σ_{k<R} δ^k k ÷ R + δ^R with δ = 1 ÷ (1 + rate): after the ramp it goes on for ever (each project is
    renewed at the end of its life, as its annual cost already provides).

    Examples
    --------
    >>> ramp(0, 0.06)
    1.0
    >>> round(ramp(3, 0.06), 6)
    0.891004
    """
    if years == 0:
        return 1.0
    delta = 1 / (1 + rate)
    share = np.arange(years) / years
    return float((1 - delta) * (delta ** np.arange(years) * share).sum() + delta**years)


def built(start: int, year: int, years: int) -> float:
    """Share of the effect that is there in a year.

    Examples
    --------
    >>> [built(2022, y, 2) for y in (2021, 2022, 2023, 2024)]
    [0.0, 0.0, 0.5, 1.0]
    """
    if year < start:
        return 0.0
    return 1.0 if years == 0 else min(1.0, (year - start) / years)


def spent(start: int, year: int, years: int, capital: float, running: float) -> float:
    """Spent in a year: the capital evenly over the ramp (at once without one), the running cost from then on.

    Examples
    --------
    >>> [spent(2022, y, 2, 100.0, 7.0) for y in (2021, 2022, 2023, 2024)]
    [0.0, 50.0, 50.0, 7.0]
    """
    if year < start:
        return 0.0
    building = max(1, years)
    return capital / building if year < start + building else running


def years_of(base: Base, projects: Sequence[str], partners: Sequence[str]) -> Years | None:
    """Read starts and budgets; None when the belt gives no budget, so that every project counts at full effect."""
    table = base.belt.tables["budgets"]
    rows = table[table["region"].isin(list(partners))]
    if not len(rows) or not projects:
        return None
    entries = [base.projects[name] for name in projects]
    first = [int(e.row["start_year"]) for e in entries]
    last = [_last(e.row["latest_start"], f) for e, f in zip(entries, first, strict=True)]
    axis = np.arange(min(first), max([*last, int(rows["year"].max())]) + 1)
    rate = base.belt.parameter("discount_rate")
    delta = 1 / (1 + rate)
    waited = delta ** (axis - axis[0])
    ramps = [int(e.row["ramp_years"]) for e in entries]
    share = np.array([[p.payers.get(n, 0.0) for n in partners] for p in entries])
    spending = np.zeros((len(entries), len(partners), len(axis), len(axis)))
    shares = np.zeros((len(entries), len(axis), len(axis)))
    for k, entry in enumerate(entries):
        capital, running = float(entry.row["capital_cost"]), float(entry.row["running_cost"])
        for i, start in enumerate(axis.tolist()):
            flow = np.array([spent(start, y, ramps[k], capital, running) for y in axis.tolist()])
            spending[k, :, i, :] = share[k][:, None] * flow
            shares[k, i] = [built(start, y, ramps[k]) for y in axis.tolist()]
    budget = np.full((len(partners), len(axis)), np.inf)
    for row in rows.to_dict("records"):
        year = int(row["year"]) - int(axis[0])
        if 0 <= year < len(axis):
            budget[list(partners).index(row["region"]), year] = float(row["value"])
    may = (axis >= np.array(first)[:, None]) & (axis <= np.array(last)[:, None])
    worth = np.array([ramp(r, rate) for r in ramps])
    return Years(
        axis, may, worth[:, None] * waited, np.broadcast_to(waited, may.shape).copy(), shares, spending, budget
    )


def _last(latest: object, first: int) -> int:
    """The last possible start; a blank means the first one."""
    text = str(latest)
    return first if text in ("", "<NA>", "nan", "None") else int(float(text))


def timetable(
    base: Base, starts: Mapping[str, int], partners: Sequence[str], scale: Mapping[str, float]
) -> list[dict[str, Any]]:
    """What every partner spends and how much of the effect is there, by year, for a package with its starts.

    Parameters
    ----------
    starts
        First year of work by project.
    scale
        Share of its full size by project.

    Returns
    -------
    list
        One entry a year: ``year``, ``spending`` {region: million}, ``built`` {project: share}.
    """
    if not starts:
        return []
    entries = {name: base.projects[name].row for name in starts}
    last = max(year + max(1, int(entries[name]["ramp_years"])) for name, year in starts.items())
    rows: list[dict[str, Any]] = []
    for year in range(min(starts.values()), last + 1):
        spending = dict.fromkeys(partners, 0.0)
        shares = {}
        for name, start in starts.items():
            row = entries[name]
            years = int(row["ramp_years"])
            amount = spent(start, year, years, float(row["capital_cost"]), float(row["running_cost"]))
            for region in partners:
                spending[region] += base.projects[name].payers.get(region, 0.0) * scale[name] * amount
            shares[name] = built(start, year, years)
        rows.append({"year": year, "spending": spending, "built": shares})
    return rows
