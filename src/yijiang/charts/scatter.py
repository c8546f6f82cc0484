"""Packages as points: what one partner gains against what the other gains, with the chosen one marked."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from yijiang.charts.svg import COLOURS, frame, number, round_ticks, rule, text_at, tick_label


@dataclass(frozen=True, slots=True)
class Point:
    """One point: its place, what a pointer over it says, and whether it is the chosen one."""

    x: float
    y: float
    title: str
    chosen: bool = False


def scatter(
    points: Sequence[Point], axes: tuple[str, str], title: str, chosen: str, *, width: float = 560, height: float = 300
) -> str:
    """Draw points joined in the order given, the chosen one filled and named.

    Parameters
    ----------
    points
        In the order of the line.
    axes
        Names of the horizontal and the vertical axis.
    title
        What a screen reader says.
    chosen
        Name of the chosen point.

    Examples
    --------
    >>> svg = scatter([Point(1, 2, "a"), Point(2, 1, "b", chosen=True)], ("A", "B"), "frontier", "chosen")
    >>> svg.count("<circle"), "chosen" in svg
    (2, True)
    """
    left, right, top, bottom = 64.0, width - 24.0, 24.0, height - 44.0
    xs, ys = [p.x for p in points] or [0.0], [p.y for p in points] or [0.0]

    def span(values: Sequence[float]) -> tuple[float, float]:
        low, high = min(values), max(values)
        room = 0.15 * (high - low) or max(0.1 * abs(high), 1.0)
        return low - room, high + room

    (x0, x1), (y0, y1) = span(xs), span(ys)

    def across(value: float) -> float:
        return left + (value - x0) / (x1 - x0) * (right - left)

    def up(value: float) -> float:
        return bottom - (value - y0) / (y1 - y0) * (bottom - top)

    parts = []
    for tick in round_ticks(y0, y1):
        parts.append(rule(left, up(tick), right, up(tick)))
        parts.append(text_at(left - 6, up(tick) + 4, tick_label(tick), size=11, anchor="end", colour="muted"))
    for tick in round_ticks(x0, x1, 5):
        parts.append(rule(across(tick), top, across(tick), bottom))
        parts.append(text_at(across(tick), bottom + 16, tick_label(tick), size=11, anchor="middle", colour="muted"))
    parts.append(text_at(right, bottom + 34, axes[0], size=12, anchor="end"))
    parts.append(text_at(8, 14, axes[1], size=12))
    for one, following in itertools.pairwise(points):
        parts.append(rule(across(one.x), up(one.y), across(following.x), up(following.y), colour="base", dash="4 3"))
    for point in points:
        x, y = across(point.x), up(point.y)
        fill, edge = ("river", "river") if point.chosen else ("paper", "base")
        parts.append(
            f'<circle cx="{number(x)}" cy="{number(y)}" r="{7 if point.chosen else 5}" stroke-width="2" '
            f'style="fill:{COLOURS[fill]};stroke:{COLOURS[edge]}"><title>{escape(point.title)}</title></circle>'
        )
        if point.chosen:
            anchor = "end" if x > (left + right) / 2 else "start"
            parts.append(text_at(x + (-12 if anchor == "end" else 12), y - 10, chosen, anchor=anchor, colour="river"))
    return frame(width, height, title, parts)
