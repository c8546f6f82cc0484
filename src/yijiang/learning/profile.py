"""Two places side by side, indicator by indicator: gap, direction, who is ahead, how the gap moved, and the frontier.

Nothing is added up over indicators and no place is ranked: every line says in what one may learn from the other.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from yijiang.learning.reading import Indicator, weakest

#: A gap that moved by less than this (in logarithms) stayed as it was.
STEADY = 0.05


@dataclass(frozen=True)
class Frontier:
    """The best figure among all places in the year, and how far each of the two is on the way to it [1]."""

    place: str
    value: float
    reached: dict[str, float]


@dataclass(frozen=True)
class Trend:
    """How the two moved between two years.

    `growth` is the change per year: a ratio less 1 of positive figures, or points a year of shares in percent.
    `gap_before` and `gap_now` are the first less the second; `moving` says what became of the gap: "closing",
    "widening", "steady", "crossed" (the other one leads now) or "" where there is no telling; `crossed` is the year in
    which the lead last changed, None if it never did.
    """

    first: int
    last: int
    growth: dict[str, float | None]
    gap_before: float
    gap_now: float
    moving: str
    crossed: int | None


@dataclass(frozen=True)
class Line:
    """One indicator of two places.

    Attributes
    ----------
    indicator
        What is compared.
    places
        The two.
    year
        Latest year in which both have a figure; None: no figure found for at least one of them.
    figures
        Figure of each in that year, or its own latest one where they share no year; None where there is none.
    gap, ratio
        First less second, in the unit of the indicator, and first ÷ second; None without a common year.
    ahead
        Who is ahead in this one figure; "" where more is neither better nor worse, they are equal, or a figure is
        missing.
    learner
        Who may learn from the other; "" as for `ahead`.
    trend, frontier
        None where there are no earlier years, or no direction.
    status, sources
        Weakest status and every source of the figures of that year.
    """

    indicator: Indicator
    places: tuple[str, str]
    year: int | None
    figures: dict[str, float | None]
    gap: float | None
    ratio: float | None
    ahead: str
    trend: Trend | None = field(repr=False)
    frontier: Frontier | None = field(repr=False)
    status: str
    sources: tuple[str, ...]

    @property
    def learner(self) -> str:
        """Who may learn from the other."""
        return "" if not self.ahead else self.places[1 - self.places.index(self.ahead)]

    @property
    def missing(self) -> tuple[str, ...]:
        """The places for which no figure was found."""
        return tuple(place for place in self.places if self.figures[place] is None)

    @property
    def distance(self) -> float | None:
        """How much further the one ahead is, whatever the direction: |ln ratio|; None where there is no ratio."""
        return abs(math.log(self.ratio)) if self.ratio is not None and self.ratio > 0 else None


def _ahead(indicator: Indicator, values: dict[str, float]) -> str:
    first, second = values
    if indicator.better == "none" or values[first] == values[second]:
        return ""
    higher = first if values[first] > values[second] else second
    return higher if indicator.better == "high" else (second if higher == first else first)


def _growth(indicator: Indicator, start: float, end: float, years: int) -> float | None:
    if indicator.unit == "%":
        return (end - start) / years
    return (end / start) ** (1 / years) - 1 if start > 0 and end > 0 else None


def moved(before: tuple[float, float], now: tuple[float, float]) -> str:
    """Say what became of a gap between two pairs of figures: closing, widening, steady or crossed; "" without ratios.

    Examples
    --------
    >>> moved((1.0, 4.0), (2.0, 4.0)), moved((1.0, 4.0), (5.0, 4.0)), moved((1.0, 4.0), (1.02, 4.0))
    ('closing', 'crossed', 'steady')
    """
    if min(*before, *now) <= 0:
        return ""
    then, today = math.log(before[0] / before[1]), math.log(now[0] / now[1])
    if then * today < 0 and abs(then - today) > STEADY:
        return "crossed"
    change = abs(today) - abs(then)
    return "steady" if abs(change) < STEADY else "widening" if change > 0 else "closing"


def trend_of(indicator: Indicator, places: tuple[str, str]) -> Trend | None:
    """Return how two places moved over all the years in which both have a figure; None with fewer than two years."""
    paths = [indicator.path(place) for place in places]
    years = sorted(set(paths[0]) & set(paths[1]) - {0})
    if len(years) < 2:
        return None
    first, last = years[0], years[-1]
    signs = [(year, paths[0][year] - paths[1][year]) for year in years]
    # The lead as of each year; where the two were level, the one who led before is taken to lead still.
    led = [(year, gap > 0) for year, gap in signs if gap]
    crossed = [year for (_, lead), (year, now) in itertools.pairwise(led) if lead != now]
    growth = {
        place: _growth(indicator, path[first], path[last], last - first)
        for place, path in zip(places, paths, strict=True)
    }
    before, now = ((paths[0][year], paths[1][year]) for year in (first, last))
    return Trend(first, last, growth, signs[0][1], signs[-1][1], moved(before, now), crossed[-1] if crossed else None)


def frontier_of(indicator: Indicator, year: int, places: Sequence[str]) -> Frontier | None:
    """Return the best figure of a year and how far some places are on the way to it; None without a direction."""
    if indicator.better == "none":
        return None
    found = {place: value.value for place in indicator.years if (value := indicator.at(place, year)) is not None}
    pick = max if indicator.better == "high" else min
    best = pick(found, key=lambda place: found[place])
    if min(found.values()) <= 0 or any(place not in found for place in places):
        return None
    high = indicator.better == "high"
    reached = {place: found[place] / found[best] if high else found[best] / found[place] for place in places}
    return Frontier(best, found[best], reached)


def line_of(indicator: Indicator, places: tuple[str, str]) -> Line:
    """Return the line of one indicator for two places.

    Examples
    --------
    >>> import yijiang as yj
    >>> from yijiang.learning.reading import indicators_of
    >>> one = {i.key: i for i in indicators_of(yj.case("tiny"))}["treated"]
    >>> line = line_of(one, ("Upper", "Middle"))
    >>> line.ahead, line.gap, line.trend.moving, line.frontier.place
    ('Upper', 7.0, 'steady', 'Upper')
    """
    year = indicator.common_year(places)
    if year is None:
        own = {place: indicator.path(place) for place in places}
        values = {place: path[max(path)] if path else None for place, path in own.items()}
        cells = [indicator.years[p][max(own[p])] for p in places if own[p]]
        gap = ratio = None
        ahead = ""
    else:
        cells = [indicator.years[place][year] for place in places]
        known = {place: cell.value for place, cell in zip(places, cells, strict=True)}
        values = dict(known)
        first, second = known.values()
        gap, ratio = first - second, first / second if second else None
        ahead = _ahead(indicator, known)
    return Line(
        indicator, places, year, values, gap, ratio, ahead, trend_of(indicator, places),
        frontier_of(indicator, year, places) if year is not None else None,
        weakest(cell.status for cell in cells) if cells else "", tuple(dict.fromkeys(cell.source for cell in cells)),
    )  # fmt: skip


def profile(indicators: Sequence[Indicator], places: tuple[str, str]) -> list[Line]:
    """Return the paired profile of two places, one line per indicator in the order given."""
    return [line_of(indicator, places) for indicator in indicators]
