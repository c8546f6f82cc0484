"""Figures over years: a few named lines on one scale, and two lines small enough for a cell of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from yijiang.charts.strip import spread
from yijiang.charts.svg import COLOURS, frame, number, round_ticks, rule, text_at, tick_label


@dataclass(frozen=True, slots=True)
class Track:
    """One line: its name, its values by year, and how it is drawn (colour, dashes, width)."""

    label: str
    values: Mapping[int, float]
    colour: str = "river"
    dash: str = ""
    width: float = 2.5


def _line(points: Sequence[tuple[float, float]], track: Track) -> str:
    path = " ".join(f"{'L' if k else 'M'}{number(x)} {number(y)}" for k, (x, y) in enumerate(points))
    dashes = f' stroke-dasharray="{track.dash}"' if track.dash else ""
    style = f"stroke:{COLOURS[track.colour]};stroke-linejoin:round"
    inside = f"<title>{escape(track.label)}</title>"
    return f'<path d="{path}" fill="none" stroke-width="{number(track.width)}"{dashes} style="{style}">{inside}</path>'


def trend_lines(tracks: Sequence[Track], title: str, *, width: float = 720, height: float = 320) -> str:
    """Draw a few lines over years from a scale that begins at zero, each named at its end.

    Parameters
    ----------
    tracks
        The lines; they differ in dash and width as well as in colour.
    title
        What a screen reader says.

    Examples
    --------
    >>> svg = trend_lines([Track("A", {2010: 1.0, 2012: 3.0}), Track("B", {2010: 2.0}, "base")], "figures")
    >>> svg.count("<path"), ">A</text>" in svg
    (2, True)
    """
    shown = [track for track in tracks if track.values]
    years = sorted({year for track in shown for year in track.values}) or [0]
    values = [value for track in shown for value in track.values.values()] or [0.0]
    high, low = max([*values, 0.0]) * 1.04 or 1.0, min([*values, 0.0])
    # A Chinese character is about twice as wide as a letter.
    room = max((sum(13 if ord(c) > 0x2E80 else 7 for c in track.label) for track in shown), default=0) + 56.0
    left, right, top, bottom = 58.0, width - room, 14.0, height - 30.0
    span, rise = (years[-1] - years[0]) or 1, (high - low) or 1.0

    def at(year: int, value: float) -> tuple[float, float]:
        return left + (year - years[0]) / span * (right - left), bottom - (value - low) / rise * (bottom - top)

    parts: list[str] = []
    for tick in round_ticks(low, high):
        y = at(years[0], tick)[1]
        parts.append(rule(left, y, right, y, colour="muted" if tick == 0 else "line"))
        parts.append(text_at(left - 8, y + 4, tick_label(tick), size=12, anchor="end", colour="muted"))
    for year in sorted({round(t) for t in round_ticks(float(years[0]), float(years[-1]), 6)}):
        x = at(year, low)[0]
        parts.append(rule(x, bottom, x, bottom + 4, colour="muted"))
        parts.append(text_at(x, bottom + 19, str(year), size=12, anchor="middle", colour="muted"))
    ends = [at(max(track.values), track.values[max(track.values)]) for track in shown]
    places = spread([y for _, y in ends], 18.0, top + 4, bottom)
    for track, (x, y), place in zip(shown, ends, places, strict=True):
        parts.append(_line([at(year, value) for year, value in sorted(track.values.items())], track))
        parts.append(rule(x + 3, y, right + 14, place, colour="line"))
        parts.append(
            rule(right + 16, place, right + 42, place, colour=track.colour, width=track.width, dash=track.dash)
        )
        parts.append(text_at(right + 48, place + 4.5, track.label, size=13))
    return frame(width, height, title, parts)


def spark(tracks: Sequence[Track], title: str, *, width: float = 130, height: float = 34) -> str:
    """Draw lines over years without scales, for a cell of a table; a single year is a dot.

    >>> spark([Track("A", {2010: 1.0, 2011: 2.0}), Track("B", {2011: 1.5})], "A and B").count("<path")
    2
    """
    values = [value for track in tracks for value in track.values.values()] or [0.0]
    years = [year for track in tracks for year in track.values] or [0]
    low, high, first, last = min(values), max(values), min(years), max(years)
    rise, span, edge = (high - low) or 1.0, (last - first) or 1, 4.0

    def at(year: int, value: float) -> tuple[float, float]:
        across = edge + (year - first) / span * (width - 2 * edge)
        return across, height - edge - (value - low) / rise * (height - 2 * edge)

    parts = []
    for track in tracks:
        points = [at(year, value) for year, value in sorted(track.values.items())]
        if points:
            x, y = points[-1]
            parts.append(_line(points if len(points) > 1 else [(x - 2, y), (x + 2, y)], track))
    return frame(width, height, title, parts)
