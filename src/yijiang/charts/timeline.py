"""A timeline in lanes: what happened when, what falls due, and the day the page speaks of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from yijiang.charts.svg import COLOURS, frame, number, rule, text_at

_SHAPES = {
    "circle": "M{x} {t}A{r} {r} 0 1 1 {x} {b}A{r} {r} 0 1 1 {x} {t}Z",
    "square": "M{l} {t}H{e}V{b}H{l}Z",
    "diamond": "M{x} {t}L{e} {y}L{x} {b}L{l} {y}Z",
    "flag": "M{l} {t}L{e} {y}L{l} {b}Z",
    "tick": "M{l} {y}L{x} {b}L{e} {t}L{x} {y}Z",
}
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
_PAST, _FUTURE = 20, 10
_ROOM, _LETTER = 200.0, 6.0


@dataclass(frozen=True, slots=True)
class Moment:
    """One event of a lane: its day, a short tag drawn beside it, what it is; `warn` marks what is late."""

    day: date
    tag: str
    text: str
    warn: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of the timeline: its name, its shape (circle, square, diamond, flag, tick) and its events."""

    label: str
    shape: str
    moments: tuple[Moment, ...]


def axis(first: date, last: date, room: int = 8) -> tuple[list[date], int]:
    """Return the month starts to mark between two days, at most about `room` of them, and the months between them.

    >>> axis(date(2025, 11, 20), date(2026, 5, 2))[0][0], axis(date(2020, 1, 1), date(2029, 12, 31))[1]
    (datetime.date(2025, 12, 1), 24)
    """
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next((s for s in _STEPS if months / s <= room), _STEPS[-1])
    found = []
    at = first.year * 12 + first.month - 1
    at += -at % step
    while at // 12 < last.year or (at // 12 == last.year and at % 12 + 1 <= last.month):
        day = date(at // 12, at % 12 + 1, 1)
        if first <= day <= last:
            found.append(day)
        at += step
    return found, step


def tick_text(day: date, step: int) -> str:
    """Write a tick of the axis: the year alone where ticks are years apart.

    >>> tick_text(date(2026, 3, 1), 3), tick_text(date(2026, 1, 1), 12)
    ('2026-03', '2026')
    """
    return f"{day.year}" if step >= 12 else f"{day.year}-{day.month:02d}"


def within(day: date, as_of: date) -> date:
    """Return a day no further from the page's day than a chart can show: 20 years back, 10 ahead.

    >>> within(date(9999, 1, 1), date(2026, 6, 30)), within(date(2026, 1, 1), date(2026, 6, 30))
    (datetime.date(2036, 12, 31), datetime.date(2026, 1, 1))
    """
    low, high = date(max(as_of.year - _PAST, 1), 1, 1), date(min(as_of.year + _FUTURE, 9999), 12, 31)
    return min(max(day, low), high)


def shape_at(shape: str, x: float, y: float, radius: float, *, colour: str, title: str = "") -> str:
    """Return one mark of a lane.

    >>> shape_at("diamond", 10, 10, 5, colour="warn").startswith('<path class="mark" d="M10 5L15 10L10 15L5 10Z"')
    True
    """
    places = {"x": x, "y": y, "l": x - radius, "e": x + radius, "t": y - radius, "b": y + radius, "r": radius}
    path = _SHAPES[shape].format(**{name: number(value) for name, value in places.items()})
    style = f"fill:{COLOURS[colour]};stroke:{COLOURS[colour]};stroke-linejoin:round"
    inside = f"<title>{escape(title)}</title>" if title else ""
    return f'<path class="mark" d="{path}" style="{style}">{inside}</path>'


def timeline(
    lanes: Sequence[Lane], as_of: tuple[date, str], title: str, description: str, *, width: float = 900
) -> str:
    """Draw events in lanes over time, with a line at the page's day; what is late is filled, larger and has a "!".

    Parameters
    ----------
    lanes
        The rows, from top to bottom; events too close to be told apart become one mark with their tags.
    as_of
        The page's day and its label.
    title, description
        What a screen reader says: the name, and the content in a sentence.

    Examples
    --------
    >>> lane = Lane("Deadlines", "diamond", (Moment(date(2026, 5, 1), "1", "No. 1", warn=True),))
    >>> svg = timeline([lane], (date(2026, 6, 30), "as of"), "Timeline", "one deadline")
    >>> svg.count('class="mark"'), "<desc>one deadline</desc>" in svg
    (1, True)
    """
    left, right, top, row = 150.0, width - 24.0, 34.0, 52.0
    bottom = top + row * len(lanes)
    days = [within(m.day, as_of[0]) for lane in lanes for m in lane.moments] + [as_of[0]]
    first, last = min(days), max(days)
    pad = max((last - first).days // 40, 10)
    first = first - timedelta(days=pad) if first.toordinal() > pad else first
    last = last + timedelta(days=pad) if last.toordinal() + pad < date.max.toordinal() else last

    def across(day: date) -> float:
        return left + (day - first).days / ((last - first).days or 1) * (right - left)

    parts = [f"<desc>{escape(description)}</desc>"]
    ticks, step = axis(first, last)
    for day in ticks:
        parts.append(rule(across(day), top, across(day), bottom))
        parts.append(text_at(across(day), bottom + 17, tick_text(day, step), size=11, anchor="middle", colour="muted"))
    for at, lane in enumerate(lanes):
        y = top + row * at + row / 2
        parts.append(rule(left, y, right, y))
        parts.append(text_at(left - 14, y + 4, lane.label, size=12.5, anchor="end"))
        groups = _groups(lane.moments, lambda day: across(within(day, as_of[0])))
        places = [across(within(group[0].day, as_of[0])) for group in groups]
        for group, x in zip(groups, places, strict=True):
            # Late marks have their tags below, the others above: only those of one kind can run into each other.
            others = [
                abs(place - x)
                for other, place in zip(groups, places, strict=True)
                if other is not group and other[0].warn == group[0].warn
            ]
            parts += _marks(lane.shape, group, x, y, right, min(others, default=_ROOM))
    x = across(as_of[0])
    parts.append(rule(x, top - 12, x, bottom, colour="ink", width=1.5, dash="5 3"))
    anchor = "end" if x > (left + right) / 2 else "start"
    parts.append(text_at(x + (4 if anchor == "start" else -4), top - 16, as_of[1], size=12, anchor=anchor))
    return frame(width, bottom + 28, title, parts)


def _groups(moments: Sequence[Moment], across: Callable[[date], float]) -> list[list[Moment]]:
    groups: list[list[Moment]] = []
    start = 0.0
    for moment in sorted(moments, key=lambda m: (m.day, not m.warn, m.tag, m.text)):
        x = across(moment.day)
        # What is late never hides behind what is not.
        if groups and x - start < 26 and groups[-1][0].warn == moment.warn:
            groups[-1].append(moment)
        else:
            groups.append([moment])
            start = x
    return groups


def tags_text(tags: Sequence[str], room: float, sign: str = "") -> str:
    """Return as many of the tags as have room beside each other, at most three, and how many more there are.

    >>> tags_text(["18", "19", "20", "21"], 200), tags_text(["18", "19", "20", "21"], 40), tags_text(["18", "19"], 20)
    ('18, 19, 20 +1', '18 +3', '+2')
    """
    for shown in range(min(len(tags), 3), 0, -1):
        rest = f" +{len(tags) - shown}" if len(tags) > shown else ""
        text = f"{sign}{', '.join(tags[:shown])}{rest}"
        if len(text) * _LETTER <= room:
            return text
    return f"{sign}{tags[0]}" if len(tags) == 1 else f"{sign}+{len(tags)}" if tags else sign.strip()


def _marks(shape: str, group: list[Moment], x: float, y: float, right: float, room: float) -> list[str]:
    warn = group[0].warn
    told = [f"{m.day.isoformat()} {m.text}" for m in group[:12]] + (["…"] if len(group) > 12 else [])
    # What is late stands a little lower, so that it covers nothing due on the same day.
    height = y + 7 if warn else y
    title = "\n".join(told)
    parts = [shape_at(shape, x, height, 8 if warn else 6, colour="warn" if warn else "river", title=title)]
    tags = list(dict.fromkeys(m.tag for m in group if m.tag))
    text = tags_text(tags, room, "! " if warn else "")
    anchor = "end" if x > right - 30 else "middle"
    if warn:
        parts.append(text_at(x, height + 20, text, size=11, anchor=anchor, colour="warn"))
    elif text:
        parts.append(text_at(x, y - 11, text, size=10.5, anchor=anchor, colour="muted"))
    return parts
