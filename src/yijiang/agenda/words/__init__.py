"""Word lists as data: regions of China, surnames, and traditional characters with their simplified forms."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Row:
    """One region of the gazetteer: level is province or prefecture; `abbreviations` are one-character names."""

    name: str
    level: str
    short: str
    abbreviations: str
    parent: str
    name_en: str


def _text(name: str) -> str:
    return files("yijiang.agenda.words").joinpath(name).read_text(encoding="utf-8")


@cache
def simplify_table() -> dict[int, int]:
    """Return code points of traditional characters to those of their simplified forms, for `str.translate`.

    From the Unihan database; a character that GB 2312 holds stands in simplified text too and is left alone.

    >>> "廣東長江會議".translate(simplify_table()), "皇后云".translate(simplify_table())
    ('广东长江会议', '皇后云')
    """
    rows = csv.DictReader(_text("traditional.csv").splitlines())
    return {ord(row["traditional"]): ord(row["simplified"]) for row in rows}


@cache
def regions() -> tuple[Row, ...]:
    """Return the provinces and prefectures of China (GB/T 2260), each province before what lies in it.

    >>> [r.name for r in regions() if r.parent == "湖北省"][-1]
    '恩施土家族苗族自治州'
    """
    return tuple(Row(**row) for row in csv.DictReader(_text("regions.csv").splitlines()))


@cache
def counties() -> dict[str, tuple[str, ...]]:
    """Return the counties, districts and banners of China (GB/T 2260) to what they lie in; a few names occur twice.

    Names of two characters are left out: 任县 is a county and a half of 现任县委书记.

    >>> counties()["秭归县"], counties()["铁西区"][:2]
    (('宜昌市',), ('沈阳市', '鞍山市'))
    """
    return {row["name"]: tuple(row["parents"].split("|")) for row in csv.DictReader(_text("counties.csv").splitlines())}


@cache
def not_names() -> frozenset[str]:
    """Return words of this genre that have the shape of a name and are none.

    >>> "全省" in not_names()
    True
    """
    return frozenset(_text("not_names.txt").split())


@cache
def surnames() -> tuple[frozenset[str], frozenset[str]]:
    """Return the surnames of one character, and those of more.

    >>> singles, compounds = surnames()
    >>> "应" in singles, "欧阳" in compounds
    (True, True)
    """
    names = _text("surnames.txt").split()
    return frozenset(n for n in names if len(n) == 1), frozenset(n for n in names if len(n) > 1)
