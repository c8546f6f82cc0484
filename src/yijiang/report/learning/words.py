"""How the document of learning names its places and writes its figures with their units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yijiang.report.wording import Document, Text, each, figure, joined, known, label, money, pair, percent, plain, say

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
    """
    if not known(value):
        return say("learning.no_figure")
    scale, _, currency = unit.rpartition(" ")
    if scale in MONEY:
        return money(value * MONEY[scale], currency=currency)
    if unit == "%":
        return plain(f"{figure(value, digits)}%")
    measure = label("measure", unit)
    return each(lambda lang: f"{figure(value, digits)}{'' if lang == 'zh' else ' '}{measure[lang]}")


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
