"""From door to door: hours and money of a visit, or of sending samples, over tables of hours and cost by region."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from yijiang.errors import DataError, Finding, OptionError
from yijiang.science.facilities.catalogue import Catalogue, Facility


@dataclass(frozen=True)
class Trip:
    """One way to use a facility from a region.

    Attributes
    ----------
    way
        "visit": somebody travels there and back; "sample": samples go there and results come by wire.
    travel, hours
        Hours under way, and from door to door with the session [h].
    travel_cost, use_cost
        Money for the way and for the hours of use [currency]; None where the price is not stated.
    """

    facility: str
    way: str
    travel: float
    hours: float
    travel_cost: float | None
    use_cost: float | None

    @property
    def cost(self) -> float | None:
        """Both together; None where one is not known."""
        return None if self.travel_cost is None or self.use_cost is None else self.travel_cost + self.use_cost


def _cell(table: pd.DataFrame, origin: str, destination: str, what: str) -> float:
    rows, columns = [str(n) for n in table.index], [str(n) for n in table.columns]
    if origin not in rows or destination not in columns:
        missing = origin if origin not in rows else destination
        raise DataError([Finding(what, 0, "region", missing, "the table has no such region", "add it")])
    return float(table.to_numpy(dtype=float)[rows.index(origin), columns.index(destination)])


def trips(
    facility: Facility,
    origin: str,
    session: float,
    hours: pd.DataFrame,
    cost: pd.DataFrame | None = None,
) -> list[Trip]:
    """Return the ways to use a facility from a region, the fastest first.

    door to door = way there + session + way back; samples: way there + session. Cost of the way twice, or once.

    Parameters
    ----------
    facility
        The facility.
    origin
        Region of the user.
    session
        Hours of use [h].
    hours, cost : DataFrame (region, region)
        Hours [h] and money [currency] of one way between regions; infinite hours where there is no way.

    Returns
    -------
    list
        Empty where the facility cannot be reached.
    """
    if not session > 0:
        raise OptionError(f"the hours of use must be more than 0, not {session}")
    one_way = _cell(hours, origin, facility.region, "hours")
    if one_way == float("inf") or one_way != one_way:
        return []
    money = None if cost is None else _cell(cost, origin, facility.region, "cost")
    use = None if facility.price is None else facility.price * session
    found = [Trip(facility.id, "visit", 2 * one_way, 2 * one_way + session, None if money is None else 2 * money, use)]
    if facility.by_sample:
        found.append(Trip(facility.id, "sample", one_way, one_way + session, money, use))
    return sorted(found, key=lambda trip: trip.hours)


def nearest(
    catalogue: Catalogue, origin: str, session: float, hours: pd.DataFrame, cost: pd.DataFrame | None = None
) -> list[Trip]:
    """Return the fastest way to every facility that can be reached from a region, the fastest first."""
    found = [trips(facility, origin, session, hours, cost) for facility in catalogue]
    return sorted((ways[0] for ways in found if ways), key=lambda trip: (trip.hours, trip.facility))
