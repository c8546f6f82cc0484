"""Bookings as a calendar that any program reads: iCalendar, RFC 5545."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

UTC = ZoneInfo("UTC")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Event:
    """One entry: who, where, when. `uid` never changes; `sequence` counts its changes; `stamp` is when it was written.

    `status` is TENTATIVE, CONFIRMED or CANCELLED.
    """

    uid: str
    summary: str
    start: datetime
    end: datetime
    stamp: datetime
    status: str = "CONFIRMED"
    sequence: int = 0
    location: str = ""
    description: str = ""


def escape(text: str) -> str:
    r"""Escape a text value (RFC 5545, 3.3.11).

    >>> escape("a, b; c\\d")
    'a\\, b\\; c\\\\d'
    """
    clean = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return clean.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def fold(line: str) -> str:
    r"""Fold a line into pieces of at most 75 octets, never within a character (RFC 5545, 3.1).

    >>> len(fold("x" * 100).split("\r\n ")[0])
    75
    """
    pieces: list[str] = []
    piece, size = "", 0
    for sign in line:
        octets = len(sign.encode("utf-8"))
        # A continued line begins with a space, which counts.
        if size + octets > (75 if not pieces else 74):
            pieces.append(piece)
            piece, size = "", 0
        piece += sign
        size += octets
    return "\r\n ".join([*pieces, piece])


def _local(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%S")


def _offset(seconds: float) -> str:
    sign, minutes = ("-" if seconds < 0 else "+"), abs(int(seconds)) // 60
    return f"{sign}{minutes // 60:02d}{minutes % 60:02d}"


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> list[tuple[datetime, timedelta, timedelta, str]]:
    """When the clock changes between two moments: moment, offset before, offset after, name after."""
    found = []
    here, step = first.astimezone(UTC), timedelta(days=1)
    while here < last:
        following = here + step
        before, after = here.astimezone(zone).utcoffset(), following.astimezone(zone).utcoffset()
        if before is not None and after is not None and before != after:
            low, high = here, following
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                if middle == low:
                    break
                if middle.astimezone(zone).utcoffset() == before:
                    low = middle
                else:
                    high = middle
            found.append((high, before, after, high.astimezone(zone).tzname() or zone.key))
        here = following
    return found


def time_zone(zone: ZoneInfo, first: datetime, last: datetime) -> list[str]:
    """Return the VTIMEZONE of a zone for the time between two moments: the offset at the start and every change.

    >>> from datetime import timezone
    >>> lines = time_zone(ZoneInfo("Asia/Shanghai"), datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
    >>> lines[1], lines[4]
    ('TZID:Asia/Shanghai', 'TZOFFSETFROM:+0800')
    """
    start = first.astimezone(zone)
    base = start.utcoffset() or timedelta(0)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone.key}"]
    parts = [(first.astimezone(UTC) - timedelta(days=1), base, base, start.tzname() or zone.key)]
    for moment, before, after, name in [*parts, *_changes(zone, first, last)]:
        kind = "DAYLIGHT" if moment.astimezone(zone).dst() else "STANDARD"
        lines += [
            f"BEGIN:{kind}", f"DTSTART:{_local(moment.replace(tzinfo=None) + before)}",
            f"TZOFFSETFROM:{_offset(before.total_seconds())}", f"TZOFFSETTO:{_offset(after.total_seconds())}",
            f"TZNAME:{escape(name)}", f"END:{kind}",
        ]  # fmt: skip
    return [*lines, "END:VTIMEZONE"]


def calendar(events: Iterable[tuple[Event, ZoneInfo]], name: str) -> str:
    """Return a calendar of events, each in the time zone of its place.

    Parameters
    ----------
    events
        Entries with their time zones.
    name
        Name of the calendar.

    Returns
    -------
    str
        The text; lines end in CR LF and are folded, every zone that is named is described.

    References
    ----------
    RFC 5545, Internet Calendaring and Scheduling Core Object Specification, 2009.
    """
    rows = sorted(events, key=lambda row: (row[0].start, row[0].uid))
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//yijiang//facilities//EN", "CALSCALE:GREGORIAN",
             "METHOD:PUBLISH", f"X-WR-CALNAME:{escape(name)}"]  # fmt: skip
    zones: dict[str, tuple[ZoneInfo, datetime, datetime]] = {}
    for event, zone in rows:
        known = zones.get(zone.key)
        first = min(event.start, known[1]) if known else event.start
        last = max(event.end, known[2]) if known else event.end
        zones[zone.key] = (zone, first, last)
    for key in sorted(zones):
        lines += time_zone(*zones[key])
    for event, zone in rows:
        lines += [
            "BEGIN:VEVENT", f"UID:{escape(event.uid)}", f"DTSTAMP:{_local(event.stamp.astimezone(UTC))}Z",
            f"DTSTART;TZID={zone.key}:{_local(event.start.astimezone(zone))}",
            f"DTEND;TZID={zone.key}:{_local(event.end.astimezone(zone))}", f"SEQUENCE:{event.sequence}",
            f"STATUS:{event.status}", f"SUMMARY:{escape(event.summary)}",
        ]  # fmt: skip
        lines += [
            f"{k}:{escape(v)}" for k, v in (("LOCATION", event.location), ("DESCRIPTION", event.description)) if v
        ]
        lines += ["END:VEVENT"]
    return "".join(fold(line) + "\r\n" for line in [*lines, "END:VCALENDAR"])
