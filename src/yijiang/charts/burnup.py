"""How many things have come how far, over time: cumulative step lines with their names at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from yijiang.charts.strip import spread
from yijiang.charts.svg import COLOURS, frame, number, round_ticks, rule, text_at, tick_label
from yijiang.charts.timeline import axis, tick_text, within

_LINES = (("muted", "2 3", 2.0), ("ink", "8 4", 2.0), ("river", "", 2.0), ("river", "", 4.0))


@dataclass(frozen=True, slots=True)
class Steps:
    """One line: its name and the days on which one more was counted."""

    label: str
    days: tuple[date, ...]


def burn_up(
    steps: Sequence[Steps], as_of: tuple[date, str], title: str, description: str, *, width: float = 900
) -> str:
    """Draw cumulative counts as step lines that end at the page's day, each with its name and count.

    Parameters
    ----------
    steps
        At most four lines, the widest first; they differ in dash and width as well as in colour.
    as_of
        The page's day and its label; what is dated later is left out.
    title, description
        What a screen reader says: the name, and the content in a sentence.

    Examples
    --------
    >>> lines = [Steps("said", (date(2026, 1, 1), date(2026, 2, 1))), Steps("agreed", (date(2026, 2, 1),))]
    >>> svg = burn_up(lines, (date(2026, 3, 1), "as of"), "Progress", "2 said, 1 agreed")
    >>> svg.count("<path"), ">said 2</text>" in svg
    (2, True)
    """
    end = as_of[0]
    counted = [sorted(within(day, end) for day in line.days if day <= end) for line in steps]
    first = min([day for days in counted for day in days], default=end)
    # A day's room before the first step, so that the lines are seen to rise from nothing.
    before = max((end - first).days // 30, 5)
    first = first - timedelta(days=before) if first.toordinal() > before else first
    left, right, top, bottom = 44.0, width - 190.0, 30.0, 230.0
    highest = max((len(days) for days in counted), default=0)

    def across(day: date) -> float:
        return left + (day - first).days / ((end - first).days or 1) * (right - left)

    def up(count: float) -> float:
        return bottom - count / max(highest * 1.05, 1.0) * (bottom - top)

    parts = [f"<desc>{escape(description)}</desc>"]
    for tick in sorted({round(t) for t in round_ticks(0.0, float(max(highest, 1)))}):
        parts.append(rule(left, up(tick), right, up(tick)))
        parts.append(text_at(left - 8, up(tick) + 4, tick_label(tick), size=11, anchor="end", colour="muted"))
    ticks, step = axis(first, end)
    for day in ticks:
        parts.append(text_at(across(day), bottom + 17, tick_text(day, step), size=11, anchor="middle", colour="muted"))
        parts.append(rule(across(day), bottom, across(day), bottom + 4, colour="muted"))
    parts.append(rule(right, top - 10, right, bottom, colour="ink", width=1.5, dash="5 3"))
    parts.append(text_at(right - 4, top - 14, as_of[1], size=12, anchor="end"))
    ends = spread([up(len(days)) for days in counted], 17.0, top, bottom)
    for line, days, (colour, dash, thick), y in zip(steps, counted, _LINES, ends, strict=False):
        path = f"M{number(left)} {number(up(0))}"
        for count, day in enumerate(days, 1):
            path += f"H{number(across(day))}V{number(up(count))}"
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(
            f'<path d="{path}H{number(right)}" fill="none" stroke-width="{number(thick)}"{dashes} '
            f'style="stroke:{COLOURS[colour]}"><title>{escape(line.label)}</title></path>'
        )
        label = f"{line.label} {len(days)}"
        parts.append(rule(right, up(len(days)), right + 10, y, colour="muted"))
        parts.append(rule(right + 12, y, right + 36, y, colour=colour, width=thick, dash=dash))
        parts.append(text_at(right + 42, y + 4, label, size=12.5))
    return frame(width, bottom + 28, title, parts)
