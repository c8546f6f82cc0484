"""Twelve months: lines for a cost, and columns behind them for the depth of the water that causes it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from yijiang.charts.svg import COLOURS, box, frame, number, round_ticks, rule, text_at, tick_label


@dataclass(frozen=True, slots=True)
class Course:
    """One line: its name, twelve values, and whether it is drawn dashed (as things were before)."""

    label: str
    values: Sequence[float]
    dashed: bool = False
    colour: str = "river"


def month_chart(
    courses: Sequence[Course],
    depths: tuple[Sequence[float], Sequence[float]],
    title: str,
    words: tuple[str, str, Sequence[str]],
    *,
    width: float = 480,
    height: float = 270,
) -> str:
    """Draw a cost month by month as lines over columns of depth.

    Parameters
    ----------
    courses
        The lines, left axis; its range is that of the values, so that the change over the year can be seen.
    depths : two of (12,)
        Least depth on the way before and after [m], right axis from zero: columns, and a bar over them where it has
        changed; what is not a number is left out.
    title
        What a screen reader says.
    words
        Name and unit of the left axis, of the right axis, and the twelve months.

    Examples
    --------
    >>> names = [str(m) for m in range(1, 13)]
    >>> svg = month_chart(
    ...     [Course("ship", [50.0] * 6 + [40.0] * 6)], ([4.5] * 12, [4.5] * 12), "cost", ("yuan/t", "m", names)
    ... )
    >>> svg.count("<rect"), svg.count("<path")
    (12, 1)
    """
    left, right, top, bottom = 52.0, width - 46.0, 58.0, height - 30.0
    values = [v for c in courses for v in c.values if math.isfinite(v)]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    room = (high - low) * 0.15 or abs(high) * 0.1 or 1.0
    low, high = max(low - room, 0.0) if low >= 0 else low - room, high + room
    deepest = max([d for year in depths for d in year if math.isfinite(d)], default=1.0) * 1.8 or 1.0
    step = (right - left) / 12

    def up(value: float) -> float:
        return bottom - (value - low) / (high - low) * (bottom - top)

    def across(month: int) -> float:
        return left + (month + 0.5) * step

    parts: list[str] = []
    for k, (depth, later) in enumerate(zip(*depths, strict=True)):
        x = across(k) - step * 0.36
        if math.isfinite(depth):
            tall = depth / deepest * (bottom - top)
            parts.append(box(x, bottom - tall, step * 0.72, tall, colour="line", title=f"{depth:g} m"))
        if math.isfinite(later) and later != depth:
            y = bottom - later / deepest * (bottom - top)
            parts.append(rule(x, y, x + step * 0.72, y, colour="muted", width=2, title=f"{later:g} m"))
    for tick in round_ticks(low, high):
        parts.append(rule(left, up(tick), right, up(tick)))
        parts.append(text_at(left - 6, up(tick) + 4, tick_label(tick), size=11, anchor="end", colour="muted"))
    for tick in round_ticks(0.0, deepest / 1.8, 3):
        y = bottom - tick / deepest * (bottom - top)
        parts.append(text_at(right + 6, y + 4, tick_label(tick), size=11, colour="muted"))
    parts += [
        text_at(across(k), bottom + 17, name, size=11, anchor="middle", colour="muted")
        for k, name in enumerate(words[2])
    ]
    parts.append(text_at(6, 46, words[0], size=11, colour="muted"))
    parts.append(text_at(width - 6, 46, words[1], size=11, anchor="end", colour="muted"))
    for course in courses:
        parts.append(_path(course, across, up))
    x = 6.0
    for course in courses:
        dash = "5 3" if course.dashed else ""
        parts.append(rule(x, 16, x + 24, 16, colour=course.colour, width=3, dash=dash))
        parts.append(text_at(x + 30, 20, course.label, size=12))
        x += 50 + sum(12.5 if ord(c) > 0x2E80 else 6.5 for c in course.label)
    return frame(width, height, title, parts)


def _path(course: Course, across: Callable[[int], float], up: Callable[[float], float]) -> str:
    points = [(across(k), up(v)) for k, v in enumerate(course.values) if math.isfinite(v)]
    path = " ".join(f"{'L' if k else 'M'}{number(x)} {number(y)}" for k, (x, y) in enumerate(points))
    dash = ' stroke-dasharray="5 3"' if course.dashed else ""
    return f'<path d="{path}" fill="none" stroke-width="2.5"{dash} style="stroke:{COLOURS[course.colour]}"/>'
