"""How the document of learning names its places and writes its figures with their units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yijiang.messages import has_message
from yijiang.report.wording import Document, Text, each, figure, joined, known, label, money, pair, percent, plain, say

TEN_THOUSAND = "10 000 "
#: Units of money that are told in the larger unit a reader expects, as million of the currency.
MONEY = {"100 million": 100.0, "10 000": 0.01, "million": 1.0, "billion": 1000.0}


class Words:
    """How this document names its places and writes its figures."""

    def __init__(self, document: Document) -> None:
        self._names: Mapping[str, Any] = document["names"]
        self._lines = {row["indicator"]: row for row in document["lines"]}
        self.places: tuple[str, str] = tuple(document["regions"])

    def place(self, key: str) -> Text:
        """Return the name of a region or park."""
        return pair(self._names["region"].get(key, key))

    def sector(self, key: str) -> Text:
        """Return the name of a sector, without what it comprises."""
        name = pair(self._names["sector"].get(key, key))
        return each(lambda lang: name[lang].partition(" (")[0])

    def indicator(self, key: str) -> Text:
        """Return the name of an indicator."""
        return pair(self._lines[key]["name"]) if key in self._lines else plain(key)

    def both(self, places: Sequence[str]) -> Text:
        """Return some places as a list."""
        return joined([self.place(place) for place in places])


def amount(value: Any, unit: str, digits: int = 3) -> Text:
    """Write a figure with its unit: money in the larger unit, shares with their sign, anything else with its measure.

    >>> amount(4771.17, "100 million CNY")["en"], amount(2.52, "%")["zh"], amount(29025.0, "patents")["zh"]
    ('477 bn yuan', '2.52%', '29,000件')
    >>> amount(5834.0, "10 000 persons")["en"], amount(5834.0, "10 000 persons")["zh"]
    ('58.3 million persons', '5,830万人')
    """
    if not known(value):
        return say("learning.no_figure")
    scale, _, what = unit.rpartition(" ")
    if scale in MONEY and has_message(f"currency.{what}"):
        told = money(value * MONEY[scale], currency=what)
        # Small sums of money are told in ten thousands in Chinese, as the yearbooks do.
        small = scale == TEN_THOUSAND.strip()
        return {**told, "zh": f"{figure(value, digits)}{label('measure', unit)['zh']}"} if small else told
    if unit == "%":
        return plain(f"{figure(value, digits)}%")
    measure = label("measure", unit)
    if unit.startswith(TEN_THOUSAND):
        # Chinese counts in ten thousands, English in millions.
        words = unit.removeprefix(TEN_THOUSAND)
        return {"en": f"{figure(value / 100, digits)} million {words}", "zh": f"{figure(value, digits)}{measure['zh']}"}
    return each(lambda lang: f"{figure(value, digits)}{'' if lang == 'zh' else ' '}{measure[lang]}")


def difference(value: Any, unit: str) -> Text:
    """Write a gap with its sign: points between shares in percent, else a figure with its unit.

    >>> difference(-0.77, "%")["en"], difference(None, "%")["en"]
    ('−0.77 points', '–')
    """
    if not known(value):
        return plain("–")
    return say("learning.points", value=figure(value, 3)) if unit == "%" else amount(value, unit)


def growth(value: Any, unit: str) -> Text:
    """Write a change per year: points of shares in percent, else a percentage with its sign.

    >>> growth(0.131, "CNY")["en"], growth(-0.72, "%")["en"], growth(None, "%")["en"]
    ('+13%', '−0.72 points', '–')
    """
    if not known(value):
        return plain("–")
    sign = "+" if value > 0 else ""
    if unit == "%":
        return say("learning.points", value=f"{sign}{figure(value, 2)}")
    return plain(f"{sign}{percent(value)}")
