"""The days of some groups on the way, hour by hour: visits as boxes, the way between them as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yijiang.charts.svg import box, frame, rule, text_at

LABEL = 12.0


@dataclass(frozen=True, slots=True)
class Stay:
    """One visit: from and to in hours from midnight of the first day, and its label."""

    begins: float
    ends: float
    label: str


@dataclass(frozen=True, slots=True)
class Group:
    """One group: its name, when it sets out and is at its end [h], and its visits in order."""

    label: str
    starts: float
    ends: float
    stays: tuple[Stay, ...]


def _wide(text: str) -> float:
    return sum(12.5 if ord(c) > 0x2E80 else 6.4 for c in text)


def itinerary(groups: Sequence[Group], days: int, title: str, day: str, *, width: float = 900) -> str:
    """Draw one lane for each group; labels stand below the boxes on as many lines as keep them apart.

    Parameters
    ----------
    groups
        The groups, from top to bottom.
    days
        Days on the axis.
    title, day
        What a screen reader says, and how a day is called, with `{n}` for its number.

    Examples
    --------
    >>> svg = itinerary([Group("1", 8, 20, (Stay(10, 12, "tower"),))], 1, "route", "day {n}")
    >>> svg.count("<rect"), "tower" in svg
    (1, True)
    """
    left = max((_wide(g.label) for g in groups), default=0.0) + 16
    step = (width - left - 10) / (24 * days)

    def at(hour: float) -> float:
        return left + hour * step

    parts, y = [], 34.0
    for group in groups:
        lines: list[float] = []
        placed = []
        for stay in group.stays:
            x = min(at(stay.begins), width - _wide(stay.label) - 4)
            row = next((k for k, free in enumerate(lines) if free <= x), len(lines))
            if row == len(lines):
                lines.append(0.0)
            lines[row] = x + _wide(stay.label) + 10
            placed.append((stay, x, row))
        parts.append(text_at(0, y + 13, group.label, size=LABEL))
        parts.append(rule(at(group.starts), y + 9, at(group.ends), y + 9, colour="base", width=2))
        for stay, x, row in placed:
            parts.append(box(at(stay.begins), y, at(stay.ends) - at(stay.begins), 18, colour="river", title=stay.label))
            parts.append(rule(at(stay.begins), y + 18, at(stay.begins), y + 24 + 16 * row, colour="line"))
            parts.append(text_at(x, y + 34 + 16 * row, stay.label, size=LABEL, colour="muted"))
        y += 30 + 16 * max(len(lines), 1) + 10
    axis = []
    for number in range(days):
        axis.append(rule(at(24 * number), 22, at(24 * number), y - 6))
        axis.append(text_at(at(24 * number) + 4, 15, day.format(n=number + 1), size=LABEL, colour="muted"))
        axis.append(rule(at(24 * number + 12), 26, at(24 * number + 12), y - 6, dash="2 4"))
    return frame(width, y, title, [*axis, *parts])
