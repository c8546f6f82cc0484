"""Facilities and bookings as plain values: what facility.json holds, and what the page reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from yijiang._version import __version__
from yijiang.science.facilities.booking import Bookings
from yijiang.science.facilities.catalogue import Catalogue, Facility
from yijiang.science.facilities.doors import Trip
from yijiang.science.facilities.records import Booking

if TYPE_CHECKING:
    from yijiang.belt import Belt


def document(
    belt: Belt,
    catalogue: Catalogue,
    bookings: Bookings | None,
    now: datetime,
    trips: Sequence[Trip] = (),
    origin: str | None = None,
    *,
    handed_in: bool = False,
) -> dict[str, Any]:
    """Return the catalogue, the bookings and who used how much as plain values.

    Parameters
    ----------
    belt
        The belt of the catalogue.
    catalogue
        Its facilities.
    bookings
        Its bookings, if there are any.
    now
        The moment it was read.
    trips, origin
        Ways from a region to the facilities.
    handed_in
        Whether their hours were handed in; else they rest on the belt's network.
    """
    both = ("en", "zh")
    made = [] if bookings is None else bookings.all()
    seats = {} if bookings is None else bookings.seats()
    sources = {f.source for f in catalogue}
    rows = belt.table("sources").to_dict("records")
    return {
        "document": "facilities",
        "belt": belt.name,
        "river_name": {lang: belt.meta.get(f"river_{lang}", "") for lang in both},
        "money": belt.money,
        "now": now.isoformat(),
        "names": {region: {lang: catalogue.region_name(region, lang) for lang in both} for region in belt.regions},
        "facilities": [_facility(one, catalogue) for one in catalogue],
        "bookings": [_booking(one, seats.get(one.id, {})) for one in made],
        "use": [] if bookings is None else bookings.use(),
        "origin": origin,
        "speeds": None if handed_in else speeds_status(belt),
        "trips": [
            {"facility": t.facility, "way": t.way, "travel": t.travel, "hours": t.hours, "use_cost": t.use_cost,
             "travel_cost": t.travel_cost}
            for t in trips
        ],
        "sources": {
            str(row["source"]): {"citation": str(row["citation"]), "url": str(row["url"])}
            for row in rows
            if row["source"] in sources
        },
        "provenance": {"version": __version__, "digest": belt.digest()},
    }  # fmt: skip


def speeds_status(belt: Belt) -> str:
    """Return the weakest status of the belt's speeds of travel."""
    order = ("official", "aggregated", "estimated", "assumed")
    return max((str(status) for status in belt.table("travel")["status"]), key=order.index, default="assumed")


def _facility(one: Facility, catalogue: Catalogue) -> dict[str, Any]:
    plain = ("id", "region", "kind", "count", "seats", "opens", "closes", "days", "time_zone", "approval", "longest",
             "notice", "price", "by_sample", "year", "source", "status")  # fmt: skip
    return {
        **{name: getattr(one, name) for name in plain},
        "name": dict(one.names),
        "owner": dict(one.owners),
        "open_to": list(one.open_to),
        "purposes": list(one.purposes),
        "missing": list(one.missing),
        "kept": catalogue.quotas.get(one.id, {}),
    }


def _booking(one: Booking, seats: dict[str, int]) -> dict[str, Any]:
    return {
        "id": one.id, "facilities": list(one.facilities), "person": one.person, "region": one.region,
        "purpose": one.purpose, "state": one.state, "start": one.start.isoformat(), "end": one.end.isoformat(),
        "hours": one.hours, "note": one.note, "seats": seats,
    }  # fmt: skip
