"""Who has what when: one lane per seat, one box per booking, over some days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from yijiang.charts.svg import box, frame, rule, text_at


@dataclass(frozen=True, slots=True)
class Stay:
    """One booking: from and to in days since the first day, what a pointer over it says, and whether it is firm."""

    start: float
    end: float
    title: str
    firm: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One lane: its name and its bookings."""

    label: str
    stays: tuple[Stay, ...]


def occupancy(rows: Sequence[Row], first: date, days: int, title: str, *, width: float = 760) -> str:
    """Draw one lane per row over some days; weekends are shaded by their lines, firm bookings dark.

    Parameters
    ----------
    rows
        Lanes from top to bottom.
    first, days
        First day, and how many.
    title
        What a screen reader says.

    Examples
    --------
    >>> svg = occupancy([Row("flume", (Stay(0.4, 0.6, "Ms Li"),))], date(2026, 11, 30), 7, "two weeks")
    >>> svg.count("<rect"), "11-30" in svg
    (1, True)
    """
    wide = max((sum(13 if ord(c) > 0x2E80 else 6.6 for c in row.label) for row in rows), default=0.0)
    left, lane, top = min(wide + 14, 0.4 * width), 26.0, 26.0
    step = (width - 8 - left) / max(days, 1)
    height = top + lane * len(rows) + 6
    parts = []
    every = max(1, round(46 / step))
    for day in range(days + 1):
        x = left + day * step
        now = first + timedelta(days=day)
        parts.append(rule(x, top - 4, x, height - 4, colour="muted" if now.isoweekday() == 1 else "line"))
        if day < days and day % every == 0:
            parts.append(text_at(x + 2, 14, f"{now:%m-%d}", size=11, colour="muted"))
    for k, row in enumerate(rows):
        y = top + k * lane
        parts.append(text_at(left - 8, y + 16, row.label, size=12, anchor="end"))
        parts.append(rule(left, y + lane, width - 8, y + lane))
        for stay in row.stays:
            begin, end = max(stay.start, 0.0), min(stay.end, float(days))
            if end > begin:
                parts.append(
                    box(left + begin * step, y + 5, max((end - begin) * step, 2.0), lane - 10,
                        colour="river" if stay.firm else "base", title=stay.title)
                )  # fmt: skip
    return frame(width, height, title, parts)
