"""A concentration along the river: two lines over the river-kilometre, steps for the limits, dots for the sections."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from yijiang.charts.svg import COLOURS, frame, number, round_ticks, rule, text_at, tick_label


@dataclass(frozen=True, slots=True)
class SectionMark:
    """One monitoring section on the profile: where it lies, its limit and how it is named."""

    km: float
    label: str
    limit: float | None = None


def _path(points: Sequence[tuple[float, float]], colour: str, dash: str = "") -> str:
    steps = " ".join(f"{'L' if k else 'M'}{number(x)} {number(y)}" for k, (x, y) in enumerate(points))
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{steps}" fill="none" stroke-width="2"{dashes} style="stroke:{COLOURS[colour]}"/>'


def line_profile(
    km: Sequence[float],
    before: Sequence[float],
    after: Sequence[float],
    marks: Sequence[SectionMark],
    title: str,
    legend: tuple[str, str, str, str],
    *,
    width: float = 680,
    height: float = 250,
) -> str:
    """Draw a concentration before and after along the river, with the limit at each section.

    Parameters
    ----------
    km
        River-kilometre of each point, increasing [km].
    before, after
        Concentration at each point [mg/L]; points that are not finite are left out.
    marks
        The sections, with their limits [mg/L].
    title
        What a screen reader says.
    legend
        Names of: before, after, limit, the horizontal axis.

    Examples
    --------
    >>> names = ("before", "after", "limit", "river km")
    >>> svg = line_profile([0, 10], [0.1, 0.2], [0.1, 0.15], [SectionMark(5, "A", 0.2)], "TP", names)
    >>> svg.count("<path"), "limit" in svg
    (2, True)
    """
    left, right, top, bottom = 46.0, width - 12.0, 30.0, height - 58.0
    limits = [m.limit for m in marks if m.limit is not None]
    high = max([v for v in [*before, *after, *limits] if math.isfinite(v)], default=1.0) * 1.1 or 1.0
    places = [*km, *(m.km for m in marks)] or [0.0]
    first, last = min(places), max(places)
    span = (last - first) or 1.0

    def across(value: float) -> float:
        return left + (value - first) / span * (right - left)

    def up(value: float) -> float:
        return bottom - value / high * (bottom - top)

    parts: list[str] = []
    for tick in round_ticks(0.0, high):
        parts.append(rule(left, up(tick), right, up(tick)))
        parts.append(text_at(left - 6, up(tick) + 4, tick_label(tick), size=11, anchor="end", colour="muted"))
    for tick in round_ticks(first, last, 6):
        parts.append(text_at(across(tick), bottom + 46, tick_label(tick), size=11, anchor="middle", colour="muted"))
    parts.append(text_at(left, bottom + 46, legend[3], size=11, anchor="end", colour="muted"))
    taken = [-1e9, -1e9]
    for mark in sorted(marks, key=lambda m: (m.km, m.label)):
        x = across(mark.km)
        if mark.limit is not None:
            parts.append(
                rule(
                    max(x - 9, left),
                    up(mark.limit),
                    min(x + 9, right),
                    up(mark.limit),
                    colour="warn",
                    width=3,
                    title=f"{mark.label}: {mark.limit:g}",
                )
            )
        parts.append(rule(x, bottom, x, bottom + 5, colour="muted"))
        # Two rows of names; a name that fits in neither is left to the tooltip and the table.
        room = 7.0 * len(mark.label) + 10.0
        row = next((r for r in (0, 1) if x - taken[r] > room), None)
        if row is not None:
            taken[row] = x
            anchor = "start" if x < left + room / 2 else "end" if x > right - room / 2 else "middle"
            parts.append(text_at(x, bottom + 16 + 13 * row, mark.label, size=10.5, anchor=anchor))
    for values, colour, dash in ((before, "base", "5 3"), (after, "river", "")):
        points = [(across(k), up(v)) for k, v in zip(km, values, strict=True) if math.isfinite(v)]
        if points:
            parts.append(_path(points, colour, dash))
    x = left
    for name, colour, dash in ((legend[0], "base", "5 3"), (legend[1], "river", ""), (legend[2], "warn", "")):
        parts.append(rule(x, 12, x + 22, 12, colour=colour, width=3, dash=dash))
        parts.append(text_at(x + 28, 16, name, size=12))
        x += 56 + sum(13 if ord(c) > 0x2E80 else 6.6 for c in name)
    return frame(width, height, title, parts)
