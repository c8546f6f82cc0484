"""Names of regions in a text: full names, short names, their level and what they lie in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from yijiang.agenda.tree import any_of
from yijiang.agenda.words import counties
from yijiang.agenda.words import regions as gazetteer

HAN = "\u3400-\u9fff〇"

LEVELS = {
    "省": "province",
    "自治区": "province",
    "市": "prefecture",
    "州": "prefecture",
    "自治州": "prefecture",
    "盟": "prefecture",
    "地区": "prefecture",
    "县": "county",
    "自治县": "county",
    "区": "county",
    "旗": "county",
    "自治旗": "county",
    "林区": "county",
    "新区": "county",
}
"""What a bare word such as 省 in 省委 stands for."""

# A county is not in the gazetteer: two to seven characters and the word for its level.
# What no name of a county holds; a verb or a post before it would else run into the name.
_IN_COUNTY = rf"(?![委书记率领在赴的与及由说党政府等我该各全两本带陪同导员席任并、为其])[{HAN}]"
# 高新区 and the like are parts of towns, 自治区 is a kind of province.
_NO_COUNTY = (
    rf"(?![{HAN}]{{0,6}}(?:开发|高新|经济|示范|产业|工业|园|景|社|技术)区)"
    r"(?!自治|高新区|经开区|开发区|高新技术|经济技术|工业园|保税区|示范区|园区|社区|景区|城区|市区|地区|山区|灾区)"
    r"(?!林区|库区|老区|校区|辖区|片区|湖区|流域|自贸|两|三|四|各)"
)
COUNTY = rf"{_NO_COUNTY}(?:{_IN_COUNTY}){{1,7}}?(?:自治县|自治旗|林区|新区|县|区|旗|市)"


@dataclass(frozen=True, slots=True)
class Region:
    """A region as the rules know it: full name, level, and the full name of what it lies in (None when unknown)."""

    name: str
    level: str
    parent: str | None = None


@cache
def by_name() -> dict[str, Region]:
    """Return full and short names to regions; a short name that is no clear name of one region is left out."""
    full: dict[str, Region] = {}
    short: dict[str, Region] = {}
    for row in gazetteer():
        region = Region(row.name, row.level, row.parent or None)
        full[row.name] = region
        if len(row.short) > 1 and not (row.short in short and row.level != "province"):
            short[row.short] = region
    # A name that two counties bear lies nowhere until the text says where.
    own = {n: Region(n, "county", up[0] if len(up) == 1 else None) for n, up in counties().items()}
    return {**own, **short, **full}


@cache
def abbreviations() -> dict[str, Region]:
    """Return one-character names (鄂, 苏) to provinces."""
    return {sign: by_name()[row.name] for row in gazetteer() for sign in row.abbreviations if row.level == "province"}


@cache
def compiled(form: str) -> re.Pattern[str]:
    """Return a pattern in which {region} stands for a name of the gazetteer and {county} for the form of a county.

    >>> compiled("在({region}|{county})").search("在秭归县")[1]
    '秭归县'
    """
    return re.compile(form.replace("{region}", pattern()).replace("{county}", COUNTY))


@cache
def pattern() -> str:
    """Return a pattern that matches one name of the gazetteer, the longest first.

    A county is told by its form as well, and 2,700 more names would make the patterns slow to compile: only those whose
    form misleads (沙市区) are here.
    """
    return any_of(n for n, region in by_name().items() if region.level != "county" or set(n[1:-1]) & set("县区市旗"))


@dataclass(slots=True)
class Atlas:
    """The regions of one text: the gazetteer, and what the text itself says lies where."""

    parents: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, folded: str) -> Atlas:
        """Learn from a text which county lies where: 湖北省宜昌市秭归县, 襄阳市谷城县.

        >>> Atlas.of("湖北省宜昌市秭归县").path("秭归县")
        ['秭归县', '宜昌市', '湖北省']
        """
        atlas = cls()
        for match in compiled("({region})(?=({county}))").finditer(folded):
            outer = by_name()[match[1]]
            inner = match[2]
            if inner not in by_name() and outer.name != inner and len(inner) <= 12:
                atlas.parents.setdefault(inner, outer.name)
        return atlas

    def region(self, name: str) -> Region | None:
        """Return the region a name stands for; counties are known by their form."""
        if name in by_name():
            return by_name()[name]
        if name[-1:] in ("省", "市", "州", "盟") and name[:-1] in by_name():
            return by_name()[name[:-1]]
        if re.fullmatch(COUNTY, name) and len(name) >= 2:
            return Region(name, "county", self.parents.get(name))
        return None

    def path(self, name: str | None) -> list[str]:
        """Return the full names of a region and of all it lies in, the smallest first."""
        result: list[str] = []
        region = self.region(name) if name else None
        while region and region.name not in result:
            result.append(region.name)
            above = region.parent or self.parents.get(region.name)
            region = self.region(above) if above else None
        return result

    def at(self, name: str | None, level: str) -> str | None:
        """Return the region of a level on the path of a name."""
        return next((n for n in self.path(name) if (r := self.region(n)) and r.level == level), None)

    def within(self, inner: str | None, outer: str | None) -> bool:
        """Say whether a region is, or lies in, another."""
        return bool(inner and outer) and outer in self.path(inner)
