"""`learn`: what two regions can learn from each other, from sourced figures; and the same for two parks of a sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from yijiang.errors import DataError, Finding, OptionError
from yijiang.learning.benchmarks import Benchmark, benchmarks
from yijiang.learning.contracts import Contracts, contracts
from yijiang.learning.peers import Lesson, lessons, practices_of, structure
from yijiang.learning.profile import Line, profile
from yijiang.learning.projects import candidates
from yijiang.learning.reading import Indicator, Text, indicators_of
from yijiang.learning.shiftshare import ShiftShare, shift_share
from yijiang.learning.topics import Topic, find_topic, topics_of

if TYPE_CHECKING:
    from yijiang.belt import Belt

#: Draws behind the bounds of an efficiency.
DRAWS = 300


@dataclass(frozen=True, eq=False)
class Learning:
    """What two places can learn from each other.

    Attributes
    ----------
    places
        The two, in the order asked for.
    indicators, topics, lines
        What was compared; the lines are those of the topic asked for, or all.
    lessons
        Who may learn what from whom, with the nearest peer and reported practices; from one to the other and back.
    contracts
        Who sells technology and who buys it; None where the figures are not there.
    benchmarks
        Efficiencies of all regions, or the reason why there are none.
    shares
        Shift-share of each place, classic and homothetic; empty without sectors over time, `gaps` says why.
    positions
        Steps to final users and from primary inputs by region and sector, as handed in.
    gaps
        What could not be made, and why, by name.
    """

    names: dict[str, Text]
    places: tuple[str, str]
    indicators: tuple[Indicator, ...] = field(repr=False)
    topics: tuple[Topic, ...] = field(repr=False)
    topic: str
    lines: tuple[Line, ...] = field(repr=False)
    lessons: tuple[Lesson, ...] = field(repr=False)
    contracts: Contracts | None = field(repr=False)
    benchmarks: tuple[Benchmark, ...] = field(repr=False)
    shares: dict[str, dict[str, ShiftShare]] = field(repr=False)
    positions: pd.DataFrame | None = field(repr=False)
    gaps: dict[str, str]
    projects: dict[str, pd.DataFrame] = field(repr=False)
    belt: Belt | None = field(repr=False, default=None)
    seed: int = 0
    sheet: str = ""

    @cached_property
    def table(self) -> pd.DataFrame:
        """The paired profile as a table, one line per indicator."""
        rows = []
        for line in self.lines:
            one, trend = line.indicator, line.trend
            row: dict[str, Any] = {
                "indicator": one.key, "name_en": one.name["en"], "name_zh": one.name["zh"], "topic": one.topic,
                "unit": one.unit, "year": line.year,
            }  # fmt: skip
            row |= {f"value_{place}": line.figures[place] for place in self.places}
            row |= {"gap": line.gap, "better": one.better, "ahead": line.ahead, "learner": line.learner}
            row |= {"first_year": trend.first if trend else None, "moving": trend.moving if trend else ""}
            row |= {f"growth_{place}": trend.growth[place] if trend else None for place in self.places}
            row |= {
                "crossed": trend.crossed if trend else None,
                "frontier": line.frontier.place if line.frontier else "",
                "status": line.status,
                "source": "; ".join(line.sources),
                "found": line.year is not None,
            }
            rows.append(row)
        return pd.DataFrame(rows)

    def lessons_for(self, place: str) -> list[Lesson]:
        """Return what a place may learn from the other."""
        if place not in self.places:
            raise OptionError(f"{place!r} is none of {', '.join(self.places)}")
        return [lesson for lesson in self.lessons if lesson.learner == place]

    def lesson(self, learner: str, indicator: str) -> Lesson:
        """Return the lesson of a place in one indicator, by the indicator's key or name.

        Raises
        ------
        OptionError
            If there is no such indicator, or the place is not behind in it.
        """
        from yijiang.errors import match_name

        aliases = [(line.indicator.key, *line.indicator.name.values()) for line in self.lines]
        key = match_name(indicator, aliases, "indicator")
        own = {lesson.line.indicator.key: lesson for lesson in self.lessons_for(learner)}
        if key not in own:
            line = next(line for line in self.lines if line.indicator.key == key)
            why = "no figure was found" if line.year is None else f"{learner} is not behind in it"
            raise OptionError(f"{key}: {why}; {learner} may learn: {', '.join(own) or 'nothing'}")
        return own[key]

    def with_own(self) -> dict[str, pd.DataFrame]:
        """The candidate projects below the belt's own, as tables that replace the belt's: a plan weighs both."""
        from yijiang.belt.candidates import below_own

        if self.belt is None:
            raise OptionError("a sheet of parks has no projects of its own; learn from a belt")
        return below_own(self.belt, self.projects)

    @cached_property
    def document(self) -> dict[str, Any]:
        """Everything as plain values: what learn.json holds and the report reads."""
        from yijiang.learning.document import document

        return document(self)


def _pair(places: Sequence[str]) -> tuple[str, str]:
    if len(places) != 2 or places[0] == places[1]:
        told = ", ".join(places) or "none"
        raise OptionError(f"two different regions learn from each other, for example Hubei Jiangsu; given: {told}")
    return places[0], places[1]


def learn(
    belt: Belt,
    regions: Sequence[str],
    *,
    topic: str | None = None,
    positions: pd.DataFrame | None = None,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    draws: int = DRAWS,
    seed: int = 0,
    progress: Callable[[str], None] = lambda text: None,
) -> Learning:
    """Compare two regions by sourced indicators and say what each can learn from the other; nobody is ranked.

    Parameters
    ----------
    belt
        A belt with indicators; what else it lacks is named in `gaps`.
    regions
        Two regions, by English or Chinese name.
    topic
        Only this topic of the agreement or of the indicators, by key or name.
    positions : (region, sector)
        Columns upstreamness, downstreamness and output; see `yijiang.valuechain.positions`.
    inputs, outputs
        Indicators of a frontier of your own, in place of the built-in ones; see `yijiang.learning.benchmarks`.
    draws, seed
        Draws behind the bounds of the efficiencies (0 for none), and the seed of chance.
    progress
        Called with a line of text at every step.

    Raises
    ------
    OptionError
        For unknown or repeated regions, an unknown topic or indicator.
    DataError
        With every finding, if the belt has faults or no indicators, or a frontier asked for has too few regions.

    Examples
    --------
    >>> import yijiang as yj
    >>> found = learn(yj.case("tiny"), ("Upper", "Middle"))
    >>> [(one.learner, one.line.indicator.key) for one in found.lessons][:3]
    [('Upper', 'rd_share'), ('Middle', 'treated'), ('Upper', 'dwell')]
    >>> found.benchmarks[0].refused["en"]
    '3 regions are too few for 1 inputs and 2 outputs; at least 9 are needed'
    """
    places = _pair([belt.region(name) for name in regions])
    belt.require_clean()
    if belt.tables["indicators"].empty:
        problem = f"the belt {belt.name!r} holds no indicators"
        raise DataError([Finding("indicators", 0, "", "", problem, "add indicators.csv; see: yijiang new FOLDER")])
    if draws < 0 or seed < 0:
        raise OptionError(f"draws and seed must be 0 or more, not {draws} and {seed}")
    progress("profile")
    known = indicators_of(belt)
    every = topics_of(known, places, belt)
    chosen = find_topic(every, topic) if topic else None
    shown = [one for one in known if chosen is None or one.topic == chosen.key]
    lines = profile(shown, places)
    progress("peers")
    found = lessons(lines, belt.members, structure(belt), practices_of(belt))
    progress("frontier")
    bench = benchmarks(known, belt.members, inputs, outputs, draws, seed)
    progress("shift-share")
    gaps: dict[str, str] = {}
    shares: dict[str, dict[str, ShiftShare]] = {}
    try:
        table = belt.tables["sector_years"]
        shares = {
            place: {method: shift_share(table, place, method) for method in ("classic", "homothetic")}
            for place in places
        }
    except (DataError, OptionError):
        gaps["shift_share"] = "sector_years"
    trade = contracts(known, places)
    if trade is None:
        gaps["contracts"] = "indicators"
    if positions is None:
        gaps["positions"] = "trade"
    names = {name: {lang: belt.name_of("region", name, lang) for lang in ("en", "zh")} for name in belt.regions}
    return Learning(
        names, places, tuple(known), tuple(every if chosen is None else [chosen]), chosen.key if chosen else "",
        tuple(lines), tuple(found), trade, tuple(bench), shares, positions, gaps, candidates(belt, known, found), belt,
        seed,
    )  # fmt: skip
