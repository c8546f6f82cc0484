"""Which regions met, who visited whom, and on which side each person stands."""

from __future__ import annotations

import itertools
import re

from yijiang.agenda.people import Person
from yijiang.agenda.records import Side, Span
from yijiang.agenda.regions import COUNTY, HAN, Atlas, Region, compiled

_TEAM = r"(?:党政|政府|学习|考察|调研|经贸|经济|代表|友好|人大|政协|招商|对口|协作|交流|企业家)"


_ONE = "(?:{region}(?:(?<![省市州盟区县])(?:省|市|自治区|州|县|区))?|{county})"


def home_of(publisher: str | None, atlas: Atlas) -> str | None:
    """Return the region of a newspaper: 湖北日报 speaks from 湖北省, 荆州日报 from 荆州市.

    >>> home_of("湖北日报", Atlas())
    '湖北省'
    """
    if publisher is None:
        return None
    found = compiled("{region}").match(publisher)
    if found:
        region = atlas.region(found[0])
        return region.name if region else None
    found = re.match(rf"{COUNTY}", publisher)
    return found[0] if found else None


def find_sides(folded: str, body: Span, atlas: Atlas, home: str | None, people: list[Person]) -> tuple[Side, ...]:
    """Return the sides, visitors first.

    Parameters
    ----------
    folded, body
        The folded text and the stretch to read.
    atlas
        The regions of the text.
    home
        The publisher's region; it stands behind 我省 and 我市.
    people
        The people read so far, with their posts.
    """
    visiting: dict[str, Side] = {}
    host: dict[str, Side] = {}
    words = folded[body.start : body.end]
    ends = {s.end: p for p in reversed(people) for s in p.mentions}

    def full(name: str) -> str | None:
        inner = compiled(_ONE).findall(name)
        region: Region | None = atlas.region(inner[-1]) if inner else None
        return region.name if region else (inner[-1] if inner and len(inner[-1]) > 2 else None)

    for match in compiled(rf"(?P<r>(?>(?:{_ONE}){{1,4}})){_TEAM}{{1,4}}团").finditer(words):
        name = full(match["r"])
        if name and name not in visiting:
            at = body.start + match.start()
            spans = (Span(at, body.start + match.end()),)
            visiting[name] = Side(
                region=name, role="visiting", delegation=match[0], spans=spans, rule="sides.delegation"
            )
    for match in re.finditer(rf"(?:率领?|带领)(?:本|我|该)?[省市县区州盟旗]?(?:四套班子)?{_TEAM}{{1,4}}团", words):
        at = body.start + match.start()
        leader = next((ends[at - k] for k in range(5) if at - k in ends), None)
        name = _region_of(leader, atlas) if leader else None
        if name and name not in visiting:
            spans = (Span(at, body.start + match.end()),)
            visiting[name] = Side(region=name, role="visiting", spans=spans, rule="sides.leader")
    for match in compiled(
        rf"{_TEAM}{{1,3}}团[^,。;]{{0,8}}?(?:来到?|赴|到|抵达|莅临|走进)(?P<r>(?>(?:{_ONE}){{1,4}}))"
    ).finditer(words):
        name = full(match["r"])
        model = atlas.region(next(iter(visiting))) if visiting else None
        own = atlas.region(name) if name else None
        # 来到苏州工业园区 is a stop on the way; the host is a region like the visitor.
        if name and name not in visiting and model and own and own.level == model.level:
            spans = (Span(body.start + match.start("r"), body.start + match.end("r")),)
            host.setdefault(name, Side(region=name, role="host", spans=spans, rule="sides.goes_to"))
            break
    go = (
        rf"(?:来到?|赴|到|在|前往|抵达|莅临)(?P<r>(?>(?:{_ONE}){{1,4}})|我[省市县区州])"
        rf"(?:开展|进行|参加|参观|实地|召开|就)?[{HAN}、]{{0,12}}?(?:学习|考察|调研|访问|交流|对接|洽谈)"
    )
    for match in compiled(go).finditer(words):
        name = (home if match["r"].startswith("我") else full(match["r"])) or None
        if name and name not in visiting and not any(atlas.within(name, h) or atlas.within(h, name) for h in host):
            at = body.start + match.start("r")
            spans = (Span(at, body.start + match.end("r")),)
            host[name] = Side(region=name, role="host", spans=spans, rule="sides.destination")
    if home and re.search(r"[来到赴在]我[省市县区州]", words) and visiting and home not in visiting and not host:
        host[home] = Side(region=home, role="host", rule="sides.home")
    if visiting and not host and home and re.search(r"来我[省市县区州]|我[省市县区州]", words):
        level = atlas.region(next(iter(visiting)))
        like = (atlas.at(home, level.level) if level else None) or home
        if not any(atlas.within(like, v) for v in visiting):
            host[like] = Side(region=like, role="host", rule="sides.home")
    if visiting and not host:
        for person in people:
            region = _region_of(person, atlas)
            if region and not any(atlas.within(region, v) or atlas.within(v, region) for v in visiting):
                near = re.search(r"陪同|会见|欢迎|接待", words)
                if near:
                    level_like = next(iter(visiting))
                    top = _like(region, level_like, atlas)
                    host.setdefault(top, Side(region=top, role="host", rule="sides.company"))
    found = {**visiting, **{h: s for h, s in host.items() if h not in visiting}}
    if len(found) < 2:
        for person in people:
            region = _region_of(person, atlas)
            if region is None or any(atlas.within(region, f) for f in found):
                continue
            if found:
                region = _like(region, next(iter(found)), atlas)
            levels = {r.level for n in found if (r := atlas.region(n))}
            own = atlas.region(region)
            if len(found) >= 2 and (own is None or own.level not in levels):
                continue
            if region not in found:
                found[region] = Side(region=region, role=None, rule="sides.people")
    for name in _invited(people, folded, found, atlas):
        found[name] = Side(region=name, role="visiting", rule="sides.invited")
    if not any(s.role == "visiting" for s in found.values()) and len(found) > 1:
        found = _by_place(found, words, atlas)
    return tuple(found.values())


_COMES_ALONG = re.compile(r"应邀(?:同行|随行|参加|出席|陪同)|(?:同行|随行)的(?:还)?有|一同(?:参加)?考察")


def _invited(people: list[Person], folded: str, found: dict[str, Side], atlas: Atlas) -> list[str]:
    """Return the regions of those who came along with the visitors by invitation and are on no side yet."""
    names: list[str] = []
    for person in people:
        region = _region_of(person, atlas)
        if region is None or any(atlas.within(region, f) or atlas.within(f, region) for f in (*found, *names)):
            continue
        at = person.mentions[0].start
        begin = max(folded.rfind("。", 0, at), folded.rfind("\n", 0, at)) + 1
        if _COMES_ALONG.search(folded, begin, at):
            names.append(region)
    return names


def _by_place(found: dict[str, Side], words: str, atlas: Atlas) -> dict[str, Side]:
    """Give roles to the sides of a joint meeting: the side where it is held is the host, the others came."""
    place = compiled(
        rf"在(?P<r>(?>(?:{_ONE}){{1,3}}))[^,。;]{{0,20}}?(?:召开|举行|举办|签署|签约)|地\s*点\s*:\s*(?P<q>{_ONE})"
    ).search(words)
    parts = compiled(_ONE).findall((place["r"] or place["q"]) if place else "")
    name = parts[-1] if parts else None
    region = atlas.region(name) if name else None
    host = next((n for n in found if region and atlas.within(region.name, n)), None)
    if host is None:
        return found
    return {
        n: Side(region=n, role="host" if n == host else "visiting", spans=s.spans, rule="sides.place")
        for n, s in found.items()
    }


def _like(region: str, model: str, atlas: Atlas) -> str:
    """Return the region on the path of `region` that has the level of another, else the region itself."""
    level = atlas.region(model)
    return (atlas.at(region, level.level) if level else None) or region


def _region_of(person: Person | None, atlas: Atlas) -> str | None:
    return next((r for r in _regions_of(person, atlas) if r), None) if person else None


def _regions_of(person: Person, atlas: Atlas) -> list[str | None]:
    found_all: list[str | None] = []
    for position in person.positions:
        found = compiled(f"(?:{_ONE})+").match((position.organisation or "").removeprefix("中共"))
        if found:
            parts = compiled(_ONE).findall(found[0])
            region = atlas.region(parts[-1])
            found_all.append(region.name if region else parts[-1])
    return [*found_all, person.region]


def assign(people: list[Person], sides: tuple[Side, ...], atlas: Atlas, folded: str) -> None:
    """Set side and region of every person, in place; who stands for no region known stays without a side.

    A county that the text places nowhere goes with the person named right before it in the same clause.
    """
    for person in people:
        regions = [r for r in _regions_of(person, atlas) if r]
        fit = [s for r in regions for s in sides if atlas.within(r, s.region)]
        # A provincial post of somebody from a city's side: it fits only where one side lies in that province.
        wide = {s.region: s for r in regions for s in sides if atlas.within(s.region, r)}
        side = fit[0] if fit else next(iter(wide.values())) if len(wide) == 1 else None
        if side:
            person.side, person.region = side.role, side.region
        else:
            person.region = regions[0] if regions else None
    # 甲城党工委 goes with 甲城管委会 when the text places only one of them.
    zones = {_stem(q.organisation): p for p in reversed(people) if p.side for q in p.positions}
    for person in people:
        stem = next((s for q in person.positions if (s := _stem(q.organisation)) in zones and s), None)
        if person.region is None and stem:
            person.side, person.region = zones[stem].side, zones[stem].region
    for before, person in itertools.pairwise(people):
        if person.side is not None or before.side is None or not person.positions:
            continue
        if any(q.rule == "posts.many" for q in person.positions):
            continue
        gap = folded[before.mentions[0].end : person.mentions[0].start]
        own = atlas.region(person.region) if person.region else None
        placed = own is not None and (own.level != "county" or own.parent is not None)
        if len(gap) <= 40 and not re.search(r"[;。]", gap) and not placed:
            person.side = before.side
            person.region = before.region


def _stem(organisation: str | None) -> str:
    """Return what the bodies of one zone have in common in their names; "" for another kind of body."""
    found = re.fullmatch(r"(?:中共)?(.{4,}?)(?:党工委|管委会|管理委员会|党委)", organisation or "")
    return found[1] if found else ""
