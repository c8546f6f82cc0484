"""A joint route of some regions: which sites its groups see, in which order and when, and what each site carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yijiang.culture.tours import Routes, orienteering
from yijiang.errors import DataError, Finding, OptionError, match_name

if TYPE_CHECKING:
    from yijiang.belt import Belt


@dataclass(frozen=True)
class Trip:
    """How a joint route is run.

    Attributes
    ----------
    days : days of one trip.
    groups : groups that set out on one day of departure.
    group : visitors of a group [persons].
    share : largest share of a site's daily limit that the route may take [1].
    departs, arrives : hour of the first day it sets out, and of the last by which it ends [h].
    assumed : names of those that come from the belt's parameters and are assumed.
    """

    days: int = 4
    groups: int = 2
    group: float = 200.0
    share: float = 0.1
    departs: float = 8.0
    arrives: float = 20.0
    assumed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        faults = []
        if not 1 <= self.days <= 60:
            faults.append(f"a trip lasts from 1 to 60 days, not {self.days}")
        if not 1 <= self.groups <= 100:
            faults.append(f"from 1 to 100 groups set out, not {self.groups}")
        if not self.group > 0:
            faults.append(f"a group has more than 0 visitors, not {self.group}")
        if not 0 < self.share <= 1:
            faults.append(f"the route's share of a limit is above 0 and at most 1, not {self.share}")
        if not 0 <= self.departs < 24 or not 0 < self.arrives <= 24:
            faults.append("hours of the day run from 0 to 24")
        if faults:
            raise OptionError("; ".join(faults))


@dataclass(frozen=True, eq=False)
class JointRoute:
    """A joint route.

    Attributes
    ----------
    regions, start, end : partners; nodes at which it begins and ends.
    trip : how it is run.
    stops : group, order, site, day (from 1), arrives, begins, leaves (hour of the day).
    carrying : site, limit, allowed, groups, carried, left [persons/day], for every site of the partners.
    left_out : site, why (`no_limit`, `limit_too_small`, `no_way`, `no_time`) of those no group goes to.
    solved : the routes with score, bound and gap.
    ends : (group) day and hour of the end.
    """

    regions: tuple[str, ...]
    start: str
    end: str
    trip: Trip
    stops: pd.DataFrame
    carrying: pd.DataFrame
    left_out: pd.DataFrame
    solved: Routes = field(repr=False)
    ends: tuple[tuple[int, float], ...]

    @property
    def gap(self) -> float:
        """Relative distance of the bound from the score; 0 is proven best."""
        return self.solved.gap


def joint_route(
    belt: Belt,
    regions: Sequence[str],
    hours: pd.DataFrame,
    trip: Trip,
    start: str | None = None,
    end: str | None = None,
) -> JointRoute:
    """Return the joint route of some regions that sees most within its days and the sites' limits.

    Sites without a published limit are left out: what may be carried there is not known. Groups may travel by night;
    visits begin and end within opening hours. Departures repeat daily, so that the groups of one departure that see a
    site stand for all that are there on one day.

    Parameters
    ----------
    belt
        A belt with rows in `sites`.
    regions
        Two or more partners.
    hours : (node, node)
        Shortest travel time [h].
    trip
        How it is run.
    start, end
        Nodes; the freight centres of the first and the last region unless given.

    Raises
    ------
    DataError
        If the partners have no sites, or a site's visit does not fit its opening hours.
    OptionError
        If a name is unknown, or no way leads from start to end.

    Examples
    --------
    >>> import yijiang as yj
    >>> from yijiang.journeys import journeys
    >>> tiny = yj.case("tiny")
    >>> found = joint_route(
    ...     tiny, ["Upper", "Middle"], journeys(tiny).hours, Trip(days=2, groups=1, group=100, share=0.2)
    ... )
    >>> found.stops["site"].tolist(), found.gap
    (['gorge', 'tower'], 0.0)
    """
    names = [belt.region(r) for r in regions]
    if len(set(names)) < 2:
        raise OptionError("a joint route needs two or more different regions, for example: yijiang route Hubei Jiangsu")
    rows = belt.tables["sites"]
    rows = rows[rows["region"].isin(names)].reset_index(drop=True)
    _check(belt, rows, names)
    nodes = belt.tables["nodes"]
    aliases = [
        (str(n), str(e), str(z)) for n, e, z in zip(nodes["node"], nodes["name_en"], nodes["name_zh"], strict=True)
    ]
    centres = belt.tables["zones"].set_index("region")["node"].astype(str)
    at = match_name(start, aliases, "node") if start else centres[names[0]]
    to = match_name(end, aliases, "node") if end else centres[names[-1]]
    if not np.isfinite(hours.to_numpy(np.float64)[hours.index.get_loc(at), hours.columns.get_loc(to)]):
        raise OptionError(f"no open way leads from {at} to {to}")
    place, access = rows["node"].astype(str).tolist(), rows["access_hours"].to_numpy(float)
    between = hours.loc[place, place].to_numpy(float) + access[:, None] + access[None, :]
    first, last = hours.loc[at, place].to_numpy(float) + access, hours.loc[place, to].to_numpy(float) + access
    service = rows["visit_hours"].to_numpy(float)
    day = 24.0 * np.arange(trip.days)
    opens = rows["opens"].to_numpy(float)[:, None] + day
    closes = (rows["closes"].to_numpy(float) - service)[:, None] + day
    latest = 24.0 * (trip.days - 1) + trip.arrives
    limit = rows["limit_day"].to_numpy(float)
    allowed = np.where(np.isnan(limit), 0.0, trip.share * limit)
    visits = np.floor(allowed / trip.group + 1e-9).astype(np.int64)
    solved = orienteering(
        rows["worth"].to_numpy(float),
        first,
        between,
        last,
        service,
        opens,
        closes,
        start=trip.departs,
        latest=latest,
        groups=trip.groups,
        visits=visits,
    )
    return _result(rows, names, at, to, trip, solved, (first, between, last, service), limit, allowed, visits, latest)


def _result(
    rows: pd.DataFrame,
    names: list[str],
    at: str,
    to: str,
    trip: Trip,
    solved: Routes,
    arrays: tuple[np.ndarray, ...],
    limit: np.ndarray,
    allowed: np.ndarray,
    visits: np.ndarray,
    latest: float,
) -> JointRoute:
    first, between, last, service = arrays
    site = rows["site"].astype(str).tolist()
    stops, ends = [], []
    for g, (route, begins) in enumerate(zip(solved.routes, solved.begins, strict=True), 1):
        left, here = trip.departs, -1
        for k, (i, begin) in enumerate(zip(route, begins, strict=True), 1):
            reached = left + float(first[i] if here < 0 else between[here, i])
            left, here = begin + float(service[i]), i
            stops.append((g, k, site[i], int(begin // 24) + 1, reached, begin, left))
        over = left + (float(last[here]) if here >= 0 else 0.0)
        ends.append((int(over // 24) + 1, over % 24))
    table = pd.DataFrame(stops, columns=["group", "order", "site", "day", "arrives", "begins", "leaves"])
    counts = np.array([sum(i in r for r in solved.routes) for i in range(len(site))])
    carrying = pd.DataFrame(
        {
            "site": site,
            "region": rows["region"].astype(str),
            "limit": limit,
            "allowed": allowed,
            "groups": counts,
            "carried": counts * trip.group,
            "left": np.where(np.isnan(limit), np.nan, allowed - counts * trip.group),
        }
    )
    # One visit alone: can it be done at all?
    alone = np.isfinite(first) & np.isfinite(last) & (first + service + last <= latest - trip.departs + 1e-9)
    why = []
    for i in np.flatnonzero(counts == 0).tolist():
        if np.isnan(limit[i]):
            reason = "no_limit"
        elif visits[i] == 0:
            reason = "limit_too_small"
        elif not np.isfinite(first[i] + last[i]):
            reason = "no_way"
        else:
            reason = "no_time" if solved.gap == 0 or not alone[i] else "no_room"
        why.append((site[i], reason))
    left_out = pd.DataFrame(why, columns=["site", "why"])
    return JointRoute(tuple(names), at, to, trip, table, carrying, left_out, solved, tuple(ends))


def _check(belt: Belt, rows: pd.DataFrame, names: list[str]) -> None:
    findings = []
    whole = belt.tables["sites"]
    line = {str(s): i + 2 for i, s in enumerate(whole["site"])}
    for name in dict.fromkeys(names):
        if not (rows["region"] == name).any():
            remedy = "add sites with their node, opening hours and published limit"
            findings.append(Finding("sites", 0, "region", name, "the table has no site in this region", remedy))
    for row in rows.to_dict("records"):
        if row["closes"] - row["opens"] < row["visit_hours"]:
            findings.append(
                Finding(
                    "sites",
                    line[str(row["site"])],
                    "closes",
                    str(row["closes"]),
                    f"a visit of {row['visit_hours']:g} h does not fit between {row['opens']:g} and {row['closes']:g}",
                    "correct the hours or the length of the visit",
                )
            )
    if findings:
        raise DataError(findings)
