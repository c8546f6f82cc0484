"""Horizontal bars: values with their ranges, and a value before and after against a limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yijiang.charts.svg import box, frame, round_ticks, rule, text_at, tick_label


@dataclass(frozen=True, slots=True)
class RangeBar:
    """One bar: its label, value and text; `low` and `high` draw a whisker, `strong` the accent colour."""

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None
    strong: bool = True


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """One row of two bars: a value before and after, and the limit or capacity that bounds it."""

    label: str
    before: float
    after: float
    limit: float | None = None
    text: str = ""


def range_bars(bars: Sequence[RangeBar], title: str, *, width: float = 440) -> str:
    """Draw one horizontal bar per value from zero, with a whisker from `low` to `high`.

    Parameters
    ----------
    bars
        The bars in the order they are drawn; nothing is sorted.
    title
        What a screen reader says.
    width
        Width of the drawing in its own units.

    Returns
    -------
    str
        One SVG element.

    Examples
    --------
    >>> range_bars([RangeBar("alone", 2.0, "2"), RangeBar("together", 3.0, "3", 2.5, 3.5)], "gain").count("<rect")
    2
    """
    values = [v for bar in bars for v in (bar.value, bar.low, bar.high) if v is not None]
    low, high = min([0.0, *values]), max([0.0, *values])
    span = (high - low) or 1.0
    left, right = 6.0, width - 6.0

    def at(value: float) -> float:
        return left + (value - low) / span * (right - left)

    parts: list[str] = []
    y = 0.0
    for bar in bars:
        parts.append(text_at(left, y + 14, bar.label, size=13))
        parts.append(text_at(right, y + 14, bar.text, size=13, anchor="end"))
        start, end = sorted((at(0.0), at(bar.value)))
        parts.append(box(start, y + 20, end - start, 11, colour="river" if bar.strong else "base", title=bar.text))
        if bar.low is not None and bar.high is not None:
            middle = y + 25.5
            parts.append(rule(at(bar.low), middle, at(bar.high), middle, colour="ink", width=1.5))
            parts += [rule(at(v), middle - 5, at(v), middle + 5, colour="ink", width=1.5) for v in (bar.low, bar.high)]
        y += 42
    parts.append(rule(at(0.0), 18, at(0.0), max(y - 8, 19), colour="muted"))
    return frame(width, max(y, 20), title, parts)


def before_after_bars(rows: Sequence[BeforeAfter], title: str, *, width: float = 440) -> str:
    """Draw two bars per row, before in grey and after in blue, with a mark at the limit.

    A bar over its limit is drawn in the warning colour.

    >>> drawing = before_after_bars([BeforeAfter("lock", 90.0, 110.0, 100.0)], "load")
    >>> "--warn" in drawing, drawing.count("<rect")
    (True, 2)
    """
    top = max([v for row in rows for v in (row.before, row.after, row.limit) if v is not None], default=0.0) or 1.0
    left, right = 6.0, width - 6.0
    scale = (right - left) / top
    parts: list[str] = []
    y = 0.0
    for row in rows:
        parts.append(text_at(left, y + 14, row.label, size=13))
        parts.append(text_at(right, y + 14, row.text, size=12, anchor="end", colour="muted"))
        over = row.limit is not None and row.after > row.limit
        parts.append(box(left, y + 20, row.before * scale, 8, colour="base", title=tick_label(row.before)))
        parts.append(
            box(left, y + 30, row.after * scale, 8, colour="warn" if over else "river", title=tick_label(row.after))
        )
        if row.limit is not None:
            x = left + row.limit * scale
            parts.append(rule(x, y + 17, x, y + 41, colour="ink", width=2, title=tick_label(row.limit)))
        y += 52
    for tick in round_ticks(0.0, top):
        parts.append(text_at(left + tick * scale, y + 8, tick_label(tick), size=10, anchor="middle", colour="muted"))
    return frame(width, y + 14, title, parts)
