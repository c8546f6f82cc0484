"""Which regions met, in English: delegations, lists by side, where the meeting was; and the side of each person."""

from __future__ import annotations

import re
from collections.abc import Iterable

from yijiang.agenda.english.layout import Layout
from yijiang.agenda.english.people import Person
from yijiang.agenda.english.regions import Map, known
from yijiang.agenda.english.text import UPPER
from yijiang.agenda.records import Side, Span

_NAMED = rf"[{UPPER}][\w'-]+(?: [{UPPER}][\w'-]+){{0,2}}"
_GOES = (
    r"(?:visit(?:ed|s|ing)?|tour(?:ed|s|ing)?|came to|arrived in|travell?ed to|went to|(?:on )?a (?:\w+ "
    r"){0,2}(?:visit|trip|tour) to|"
    r"received in|hosted (?:by|in)|welcomed (?:to|in))"
)


_MOST = 60
"""Most regions that a text may name by its delegations alone."""


def find_sides(folded: str, parts: Layout, regions: Map, people: Iterable[Person]) -> tuple[Side, ...]:
    """Return the sides, in the order met.

    Parameters
    ----------
    folded, parts
        The folded text and its parts.
    regions
        The regions of the text.
    people
        Those who took part, with the region of the list they stand in.
    """
    found: dict[str, Side] = {}

    above: set[str] = set()

    def add(region: str, role: str | None, span: Span | None, rule: str, delegation: str | None = None) -> None:
        path = regions.path(region)
        if region in above or any(name in found for name in path):
            return
        above.update(path)
        spans = (span,) if span else ()
        found[region] = Side(region=region, role=role, delegation=delegation, spans=spans, rule=rule)

    for block in parts.blocks:
        if block.kind == "side" and block.region and not re.match(r"observer|guest", block.region, re.I):
            name = regions.add(block.region)
            add(name, block.role, block.span, "english.side_list")
    stretches = [b.span for b in parts.blocks if b.kind in ("prose", "item")]
    listed = bool(found)
    if not listed:
        for region, place in _visitors(folded, stretches, regions) or _visitors(folded, _title(parts), regions):
            add(region, "visiting", place, "english.delegation")
    visitors = [s.region for s in found.values()]
    host = next((s.region for s in found.values() if s.role == "host"), None)
    if host is None:
        host, where = _host(folded, parts, regions, stretches, visitors, listed=listed)
        if host and host not in found:
            add(host, "host", where, "english.host")
    if len(found) < 2 and parts.title:
        for region in regions.inside(folded[parts.title.start : parts.title.end].title()):
            add(region, None, parts.title, "english.title")
        if host is None:
            host, where = _host(folded, parts, regions, stretches, list(found), listed=True)
    if len(found) < 2:
        for person in people:
            for post in person.positions:
                for region in regions.inside(post.organisation or ""):
                    # A city speaks for its province, a state for itself.
                    path = regions.path(region)
                    own = region in known() and known()[region].level == "state"
                    add(region if own else path[-1], None, None, "english.people")
    if host in found and len(found) > 1:
        # Who is not at home came.
        roles = {n: "host" if n == host else "visiting" for n in found}
        return tuple(
            Side(region=s.region, role=roles[n], delegation=s.delegation, spans=s.spans, rule=s.rule)
            for n, s in found.items()
        )
    return tuple(found.values())


def _title(parts: Layout) -> list[Span]:
    return [parts.title] if parts.title else []


def _visitors(folded: str, stretches: list[Span], regions: Map) -> list[tuple[str, Span]]:
    """Return the regions that sent a delegation, and where the text says so."""
    unknown = re.compile(rf"[Dd]elegations? (?:from|of) (?:the )?(?P<r>{_NAMED})")
    new = {m["r"] for span in stretches for m in unknown.finditer(folded, *span)}
    for name in sorted(n for n in new if not regions.inside(n))[:_MOST]:
        regions.add(name)
    sent = _delegations(regions)
    found: list[tuple[str, Span]] = []
    for span in stretches:
        for match in sent.finditer(folded, *span):
            found += [(region, Span(*match.span())) for region in regions.inside(match["a"] or match["b"])]
    return found


def _delegations(regions: Map) -> re.Pattern[str]:
    place = regions.pattern().pattern
    many = rf"(?:the )?{place}(?:(?:, | and |, and )(?:from |the )?{place}){{0,5}}"
    return re.compile(
        rf"(?:[Dd]elegat(?:ions?|es)|[Rr]epresentatives|[Oo]fficials|[Oo]ne|[Tt]he other|[Aa]nother|[Tt]eams?) "
        rf"(?:from|of) (?P<a>{many})|"
        rf"(?P<b>{many}) (?:provincial |municipal |county |government |party )*(?:delegations?|delegates)"
    )


def _host(
    folded: str, parts: Layout, regions: Map, stretches: list[Span], visitors: list[str], *, listed: bool
) -> tuple[str | None, Span | None]:
    """Return the region that received the others, and where the text says so."""
    for span in [] if listed else stretches:
        words = folded[span.start : span.end]
        for match in re.finditer(rf"{_GOES} (?:the )?(?P<r>{regions.pattern().pattern})", words):
            region = regions.region(match["r"])
            # Visitors from a country or a province meet a country or a province, others the place that is named.
            high = any(v in known() and len(regions.path(v)) == 1 for v in visitors)
            top = (regions.path(region)[-1] if high else region) if region else None
            if top and top not in visitors:
                return top, Span(span.start + match.start("r"), span.start + match.end("r"))
    places = [b.value for b in parts.labels(r"venue|place|location|where") if b.value]
    places += [parts.held] if parts.held else []
    for place in places:
        for region in reversed(regions.inside(folded[place.start : place.end])):
            for name in (region, *regions.path(region)):
                if name in visitors or not listed:
                    return name, place
    return None, None


def assign(
    people: Iterable[Person], sides: tuple[Side, ...], regions: Map, folded: str
) -> dict[str, tuple[str | None, str | None]]:
    """Return side and region of every person; who stands for no region known has none."""
    roles = {s.region: s.role for s in sides}
    found: dict[str, tuple[str | None, str | None]] = {}
    for person in people:
        named = [person.region] if person.region else []
        # The organisation as kept, then all that stands beside the name: "Director, Khammouane Province, Lao PDR".
        stated = [p.organisation or "" for p in person.positions]
        stated += [folded[s.start : s.end] for p in person.positions for s in p.spans]
        named += [r for words in stated for r in regions.inside(words)]
        region = next((n for r in named for n in regions.path(r) if n in roles), None)
        found[person.name] = (roles.get(region) if region else None, region or (named[0] if named else None))
    return found
