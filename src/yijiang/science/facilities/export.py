"""Bookings for others to read: the calendar of a facility or of all."""

from __future__ import annotations

from yijiang.messages import message
from yijiang.science.facilities.booking import Bookings
from yijiang.science.facilities.ical import Event, calendar

#: How a booking stands in a calendar; what is neither held nor waiting is cancelled.
STATUS = {"approved": "CONFIRMED", "requested": "TENTATIVE", "waiting": "TENTATIVE"}


def ical(bookings: Bookings, facility: str | None = None, lang: str = "en") -> str:
    """Return the bookings as an iCalendar text, of one facility or of all; what was given back is cancelled.

    Parameters
    ----------
    bookings
        The bookings.
    facility
        One facility by name; all unless given.
    lang
        "en" or "zh".
    """
    catalogue = bookings.catalogue
    only = None if facility is None else catalogue.find(facility)
    events = []
    for one in bookings.all():
        for name in one.facilities:
            if only is not None and name != only:
                continue
            place = catalogue[name]
            state = message(f"facility.state_{one.state}", lang)
            events.append(
                (
                    Event(
                        f"{one.id}-{name}@yijiang", f"{place.names[lang]}: {one.person}", one.start, one.end,
                        one.changed, STATUS.get(one.state, "CANCELLED"), one.sequence,
                        f"{place.owners[lang]}, {catalogue.region_name(place.region, lang)}",
                        "\n".join(part for part in (one.purpose, state, one.note) if part),
                    ),
                    place.zone,
                )
            )  # fmt: skip
    title = message("facility.calendar", lang) if only is None else catalogue[only].names[lang]
    return calendar(events, title)
