"""Projects over the years: when each is built, and from when on its whole effect is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yijiang.charts.svg import box, frame, rule, text_at


@dataclass(frozen=True, slots=True)
class Bar:
    """One project: its name, first year of work, first year of full effect, and what a pointer over it says."""

    label: str
    start: int
    full: int
    title: str


def schedule(bars: Sequence[Bar], title: str, legend: tuple[str, str], *, width: float = 680) -> str:
    """Draw one lane for each project: light while it is built, dark from its full effect on.

    Parameters
    ----------
    bars
        Projects, in the order of the lanes.
    title
        What a screen reader says.
    legend
        Names of: being built, full effect.

    Examples
    --------
    >>> svg = schedule([Bar("lock", 2022, 2025, "lock")], "years", ("built", "full effect"))
    >>> svg.count("<rect"), "2025" in svg
    (4, True)
    """
    first = min((b.start for b in bars), default=0)
    last = max((b.full for b in bars), default=0) + 2
    wide = max((sum(13 if ord(c) > 0x2E80 else 6.6 for c in b.label) for b in bars), default=0.0)
    left, lane, top = min(wide + 14, 0.55 * width), 24.0, 50.0
    step = (width - 16 - left) / max(last - first, 1)
    height = top + lane * len(bars) + 8
    parts = [box(left, 8, 18, 10, colour="line"), text_at(left + 24, 17, legend[0], size=12)]
    beside = left + 40 + sum(13 if ord(c) > 0x2E80 else 6.6 for c in legend[0])
    parts += [box(beside, 8, 18, 10, colour="river"), text_at(beside + 24, 17, legend[1], size=12)]
    every = max(1, round((last - first) / 10))
    for year in range(first, last):
        x = left + (year - first) * step
        parts.append(rule(x, top - 6, x, height - 6))
        if (year - first) % every == 0:
            parts.append(text_at(x + step * every / 2, top - 12, str(year), size=11, anchor="middle", colour="muted"))
    for k, bar in enumerate(bars):
        y = top + k * lane
        parts.append(text_at(left - 8, y + 13, bar.label, size=12, anchor="end"))
        begun, full = left + (bar.start - first) * step, left + (bar.full - first) * step
        if bar.full > bar.start:
            parts.append(box(begun, y + 3, full - begun, 12, colour="line", title=bar.title))
        parts.append(box(full, y + 3, width - 16 - full, 12, colour="river", title=bar.title))
    return frame(width, height, title, parts)
