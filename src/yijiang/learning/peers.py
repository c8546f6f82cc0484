"""From a gap to a peer and a practice: who does better and is alike enough, and what is reported of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yijiang.learning.profile import Line
from yijiang.learning.reading import LANGUAGES, Indicator, Text

if TYPE_CHECKING:
    from yijiang.belt import Belt


@dataclass(frozen=True)
class Peer:
    """A place that does better in one indicator: its figure, and how alike it is to the learner (0 to 1), if known."""

    place: str
    value: float
    alike: float | None


@dataclass(frozen=True)
class Practice:
    """Something a region is reported to do; `indicator` is what it is said to move, "" where nothing is stated."""

    key: str
    region: str
    topic: str
    indicator: str
    name: Text
    text: Text
    year: int | None
    source: str
    status: str


@dataclass(frozen=True)
class Lesson:
    """In one indicator: who may learn from whom, which other peers are nearer, and which practices are reported.

    `nearest` is the place ahead of the learner whose mix of sectors is most like its own; it may be the partner.
    `practices` are those of the partner ahead on the topic, those said to move the indicator first.
    """

    line: Line
    learner: str
    ahead: str
    nearest: Peer | None
    practices: tuple[Practice, ...]


def structure(belt: Belt) -> pd.DataFrame | None:
    """Return the shares of the sectors in each region's value added in the latest year (region, sector), or None."""
    table = belt.tables["sector_years"]
    if table.empty:
        return None
    latest = table[table["year"] == table["year"].max()]
    wide: pd.DataFrame = latest.pivot_table(index="region", columns="sector", values="value", aggfunc="sum").astype(
        float
    )
    shares: pd.DataFrame = wide.div(wide.sum(axis=1), axis=0)
    return shares


def alikeness(shares: pd.DataFrame, one: str, other: str) -> float:
    """Return how alike the mixes of two regions are, 1 less half the sum of differences of their shares.

    Krugman (1991), Geography and Trade, table 3.3: his index is the sum of differences.

    Examples
    --------
    >>> alikeness(pd.DataFrame({"farm": [0.5, 0.3], "city": [0.5, 0.7]}, index=["A", "B"]), "A", "B")
    0.8
    """
    difference = (shares.loc[one] - shares.loc[other]).abs().sum()
    return float(np.round(1 - difference / 2, 12))


def practices_of(belt: Belt) -> list[Practice]:
    """Return the practices a belt reports."""
    return [
        Practice(
            str(row["practice"]), str(row["region"]), str(row["topic"]), str(row["indicator"]),
            {lang: str(row[f"name_{lang}"]) for lang in LANGUAGES},
            {lang: str(row[f"text_{lang}"]) for lang in LANGUAGES},
            None if pd.isna(row["year"]) else int(row["year"]), str(row["source"]), str(row["status"]),
        )
        for row in belt.tables["practices"].to_dict("records")
    ]  # fmt: skip


def better_places(indicator: Indicator, year: int, learner: str, among: Sequence[str]) -> dict[str, float]:
    """Return the places that do better than the learner in a year, with their figures."""
    own = indicator.at(learner, year)
    if own is None or indicator.better == "none":
        return {}
    sign = 1 if indicator.better == "high" else -1
    found = {place: indicator.at(place, year) for place in among if place != learner}
    return {p: v.value for p, v in found.items() if v is not None and sign * (v.value - own.value) > 0}


def nearest_peer(
    indicator: Indicator, year: int, learner: str, among: Sequence[str], shares: pd.DataFrame | None
) -> Peer | None:
    """Return the place ahead of the learner that is most like it; without a mix of sectors, the one ahead by least."""
    better = better_places(indicator, year, learner, among)
    if not better:
        return None
    if shares is None or learner not in shares.index:
        own = indicator.years[learner][year].value
        place = min(better, key=lambda p: (abs(better[p] - own), p))
        return Peer(place, better[place], None)
    known = {p: alikeness(shares, learner, p) for p in better if p in shares.index}
    if not known:
        return None
    place = max(known, key=lambda p: (known[p], p))
    return Peer(place, better[place], known[place])


def lessons(
    lines: Sequence[Line], members: Sequence[str], shares: pd.DataFrame | None, practices: Sequence[Practice]
) -> list[Lesson]:
    """Return a lesson for every line in which one of the two is ahead, in the order of the lines."""
    found = []
    for line in lines:
        if not line.ahead or line.year is None:
            continue
        known: Mapping[str, list[Practice]] = {"moves": [], "topic": []}
        for one in practices:
            if one.region == line.ahead and one.topic == line.indicator.topic:
                known["moves" if one.indicator == line.indicator.key else "topic"].append(one)
        # A practice said to move another indicator is none for this one.
        told = [*known["moves"], *(p for p in known["topic"] if not p.indicator)]
        peer = nearest_peer(line.indicator, line.year, line.learner, members, shares)
        found.append(Lesson(line, line.learner, line.ahead, peer, tuple(told)))
    return found
