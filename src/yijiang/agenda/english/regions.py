"""Names of regions in an English text: Chinese provinces and cities, countries, states, and what a word marks."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from yijiang.agenda.english.text import UPPER
from yijiang.agenda.tree import any_of
from yijiang.agenda.words import regions as gazetteer

_LEVEL = "Province|Municipality|County|District|Region|State|Prefecture|Canton|Oblast|Voivodeship|Krai|Land|City"
_WORD = rf"[{UPPER}][\w'-]+"
FORM = (
    rf"(?:(?:Province|Municipality|County|District|Region|State|Canton|City|Free State|Republic|Kingdom|"
    rf"Principality) of "
    rf"{_WORD}(?: {_WORD}){{0,2}}|(?!The ){_WORD}(?: {_WORD}){{0,2}} (?:Autonomous )?(?:{_LEVEL}))\b"
)
"""A region told by a word of level beside the name: Danube County, Canton of Basel."""


@dataclass(frozen=True, slots=True)
class Place:
    """A region the package knows by name, and what it lies in."""

    name: str
    parent: str | None = None
    level: str = "province"


@cache
def known() -> dict[str, Place]:
    """Return names and adjectives to places: provinces and cities of China, countries and some of their states.

    >>> known()["Nanjing"], known()["Slovak"].name
    (Place(name='Nanjing', parent='Jiangsu', level='city'), 'Slovakia')
    """
    english = {row.name: row.name_en for row in gazetteer()}
    found: dict[str, Place] = {}
    for row in gazetteer():
        if row.level == "prefecture" and row.name_en:
            found[row.name_en] = Place(row.name_en, english.get(row.parent) or None, "city")
    found.update({row.name_en: Place(row.name_en) for row in gazetteer() if row.level == "province"})
    text = files("yijiang.agenda.words").joinpath("places_en.csv").read_text(encoding="utf-8")
    for line in csv.DictReader(text.splitlines()):
        place = Place(line["name"], line["parent"] or None, "state" if line["parent"] else "country")
        found.update({line[form]: place for form in ("name", "adjective", "also") if line[form]})
    return found


@cache
def pattern() -> str:
    """Return a pattern of every known name and adjective, the longest first."""
    return rf"(?:{any_of(known())})(?!\w)"


def _bare(name: str) -> str:
    """Return a name without its word of level."""
    return re.sub(
        rf" (?:Autonomous )?(?:{_LEVEL})$|^(?:Province|Municipality|State|Republic|City|Kingdom) of ", "", name
    )


@dataclass(slots=True)
class Map:
    """The regions of one text: those known everywhere, and the sides that the text itself names."""

    named: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    _compiled: tuple[int, re.Pattern[str]] | None = None

    @classmethod
    def of(cls, folded: str) -> Map:
        """Learn from a text what lies where: "Linz, Austria".

        >>> Map.of("at Nakhon Phanom, Thailand").path("Nakhon Phanom Province")
        ['Nakhon Phanom Province', 'Thailand']
        """
        found = cls()
        for match in re.finditer(rf"\b({_WORD}(?: {_WORD}){{0,2}}), (?:the )?({pattern()})", folded):
            if match[1] not in known() and match[2] in known():
                found.parents.setdefault(_bare(match[1]), known()[match[2]].name)
        return found

    def add(self, words: str) -> str:
        """Take a region as the text names it, and return the name kept for it."""
        name = self.region(words) or " ".join(words.split())
        self.named.setdefault(name.casefold(), name)
        return name

    def region(self, words: str) -> str | None:
        """Return the name of the region that some words are: Hubei Province gives Hubei, Slovak gives Slovakia.

        >>> Map().region("Hubei Province"), Map().region("the Hungarian"), Map().region("Danube County")
        ('Hubei', 'Hungary', 'Danube County')
        """
        plain = re.sub(r"^(?:the|The) ", "", " ".join(words.split()))
        for name in (plain, plain.title() if plain.isupper() else plain):
            for form in (name, _bare(name)):
                if form in known():
                    return known()[form].name
                if form.casefold() in self.named:
                    return self.named[form.casefold()]
        return plain if re.fullmatch(FORM, plain) else None

    def path(self, name: str) -> list[str]:
        """Return a region and what it lies in.

        >>> Map().path("Yichang")
        ['Yichang', 'Hubei']
        """
        place = known().get(name)
        above = place.parent if place else self.parents.get(_bare(name))
        return [name, above] if above else [name]

    def inside(self, words: str) -> list[str]:
        """Return the regions that some words name, in the order of the words."""
        found = []
        for match in self.pattern().finditer(words):
            region = self.region(match[0])
            if region and region not in found:
                found.append(region)
        return found

    def pattern(self) -> re.Pattern[str]:
        """Return the pattern of a region in this text."""
        if self._compiled is None or self._compiled[0] != len(self.named):
            own = any_of(self.named.values())
            self._compiled = (len(self.named), re.compile(rf"\b(?:{FORM}|{pattern()}|{own}(?!\w))"))
        return self._compiled[1]
