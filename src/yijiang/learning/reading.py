"""Indicators of places (regions of a belt, parks of a sheet): latest figures and years, with status and source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from yijiang.belt import Belt

LANGUAGES = ("en", "zh")
STATUSES = ("official", "aggregated", "estimated", "assumed")
"""From the firmest evidence to the weakest."""

Text = dict[str, str]


@dataclass(frozen=True)
class Value:
    """One figure of one place and year."""

    value: float
    source: str
    status: str


@dataclass(frozen=True)
class Indicator:
    """One indicator: what it is, in which unit, whether more is better, and its figures by place and year.

    `better` is "high", "low" or "none". Figures without a year stand under year 0.
    """

    key: str
    name: Text
    topic: str
    unit: str
    better: str
    years: Mapping[str, Mapping[int, Value]] = field(repr=False)

    def common_year(self, places: Sequence[str]) -> int | None:
        """Return the latest year in which every place has a figure; None if there is none."""
        sets = [set(self.years.get(place, {})) for place in places]
        both = set.intersection(*sets) if sets else set()
        return max(both) if both else None

    def at(self, place: str, year: int) -> Value | None:
        """Return the figure of a place in a year, None where there is none."""
        return self.years.get(place, {}).get(year)

    def path(self, place: str) -> dict[int, float]:
        """Return the figures of a place by year, the earliest first."""
        return {year: found.value for year, found in sorted(self.years.get(place, {}).items())}


def weakest(statuses: Iterable[str]) -> str:
    """Return the weakest of some statuses; assumed where there is none.

    >>> weakest(["official", "estimated"]), weakest([])
    ('estimated', 'assumed')
    """
    return max(statuses, key=STATUSES.index, default="assumed")


def _year(cell: Any) -> int:
    return 0 if pd.isna(cell) or cell == "" else int(cell)


def from_rows(
    rows: Iterable[Mapping[str, Any]], place: str, earlier: Iterable[Mapping[str, Any]] = ()
) -> list[Indicator]:
    """Return the indicators of table rows; `place` names the column of the place, `earlier` holds rows of other years.

    Examples
    --------
    >>> row = {
    ...     "indicator": "rd",
    ...     "park": "A",
    ...     "name_en": "R&D",
    ...     "name_zh": "研发",
    ...     "topic": "talent",
    ...     "value": 2.0,
    ...     "unit": "%",
    ...     "better": "high",
    ...     "year": 2020,
    ...     "source": "own",
    ...     "status": "official",
    ... }
    >>> from_rows([row], "park")[0].path("A")
    {2020: 2.0}
    """
    heads: dict[str, Mapping[str, Any]] = {}
    figures: dict[str, dict[str, dict[int, Value]]] = {}
    for row in (*rows, *earlier):
        key = str(row["indicator"])
        if key not in heads:
            if "topic" not in row:
                continue
            heads[key] = row
        places = figures.setdefault(key, {})
        found = places.setdefault(str(row[place]), {})
        if not pd.isna(row["value"]):
            found[_year(row["year"])] = Value(float(row["value"]), str(row["source"]), str(row["status"]))
    return [
        Indicator(
            key, {lang: str(head[f"name_{lang}"]) for lang in LANGUAGES}, str(head["topic"]), str(head["unit"]),
            str(head["better"]), figures[key],
        )
        for key, head in heads.items()
    ]  # fmt: skip


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def indicators_of(belt: Belt) -> list[Indicator]:
    """Return the indicators of a belt with every year its tables hold, in the order of the table.

    Examples
    --------
    >>> import yijiang as yj
    >>> one = {i.key: i for i in indicators_of(yj.case("tiny"))}["tech_sold"]
    >>> one.path("Middle"), one.common_year(["Upper", "Middle"])
    ({2015: 6.0, 2016: 12.0, 2017: 20.0}, 2017)
    """
    latest, years = belt.tables["indicators"], belt.tables["indicator_years"]
    return from_rows(_records(latest), "region", _records(years))
