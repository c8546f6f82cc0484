"""Reads one report or set of minutes: folds, lays out, and lets the rules follow one another."""

from __future__ import annotations

import re
from dataclasses import replace

from yijiang.agenda.days import find_dates
from yijiang.agenda.folding import fold
from yijiang.agenda.layout import Layout, layout
from yijiang.agenda.meetings import find_meetings
from yijiang.agenda.people import Person, Roll
from yijiang.agenda.places import find_sites
from yijiang.agenda.posts import RANK
from yijiang.agenda.promises import Reader
from yijiang.agenda.records import Agenda, DateRecord, Meeting, Mention, Participant, Position, Span, Unresolved
from yijiang.agenda.regions import Atlas
from yijiang.agenda.sides import assign, find_sides, home_of
from yijiang.agenda.speech import read_statements
from yijiang.agenda.tree import any_of
from yijiang.agenda.wrapping import unwrap

_MINUTES = re.compile(r"会议纪要|纪要|议定事项|会议议定|主持人?\s*:|参会人员|参加人员\s*:|出席人员\s*:")


def read_chinese(text: str) -> Agenda:
    """Return what a Chinese report or set of minutes says; see `read_report`."""
    whole = unwrap(text)
    notes = {} if whole == text else {"lines": "put together"}
    text = whole
    folded = fold(text)
    atlas = Atlas.of(folded)
    parts = layout(folded)
    home = home_of(parts.publisher, atlas)
    barred = {m.name for m in parts.mentions}
    roll = Roll(folded, parts.body, atlas, home, barred)
    roll.read()
    people = list(roll.people.values())
    sides = find_sides(folded, parts.body, atlas, home, people)
    assign(people, sides, atlas, folded)
    _roles(people, folded, parts.body)
    dates = find_dates(folded, parts.body, *_year(parts))
    meetings = find_meetings(folded, parts.body, dates)
    statements, voices = read_statements(folded, text, parts.body, people, sides)
    barred_sites = {m.name for m in meetings} | {s.region for s in sides}
    narrative = [s.spans[0] for s in statements if s.speaker is None]
    sites = find_sites(folded, narrative, atlas, barred_sites)
    written = {p.name: _written(p, text) for p in people}
    statements = [replace(s, speaker=written.get(s.speaker, s.speaker) if s.speaker else None) for s in statements]
    voices = [replace(v, speaker=written.get(v.speaker, v.speaker) if v.speaker else None) for v in voices]
    minutes = bool(_MINUTES.search(folded[: parts.body.start + 600]))
    reader = Reader(folded, text, sides, parts.body, minutes=minutes)
    reader.read(statements, voices)
    return Agenda(
        text=text,
        language="zh",
        title=text[parts.title_span.start : parts.title_span.end] if parts.title_span else None,
        publisher=parts.publisher,
        published=parts.published.start if parts.published else None,
        body=parts.body,
        sides=sides,
        participants=tuple(_participant(p, folded, text) for p in people),
        mentions=tuple(
            replace(m, name=text[m.spans[0].start : m.spans[0].end].replace(" ", "").replace("\u3000", ""))
            for m in (*parts.mentions, *roll.mentioned.values(), *_formulae(folded, parts.body, roll))
        ),
        dates=(*([parts.published] if parts.published else []), *dates),
        meetings=tuple(_plain_name(m, text) for m in meetings),
        sites=tuple(replace(s, name=text[s.spans[0].start : s.spans[0].end]) for s in sites),
        areas=tuple(reader.areas.values()),
        statements=tuple(statements),
        commitments=tuple(reader.commitments),
        facts=tuple(reader.facts),
        unresolved=tuple(_unresolved(text, people, dates)),
        notes=notes,
    )


def _plain_name(meeting: Meeting, text: str) -> Meeting:
    """Return a meeting with its name in the characters of the text, quotation marks around it left out."""
    span = meeting.spans[0]
    name = text[span.start : span.end]
    inner = name.strip('“”「」『』"')
    if inner != name:
        start = span.start + name.find(inner)
        span = Span(start, start + len(inner))
    return replace(meeting, name=inner, spans=(span,))


def _year(parts: Layout) -> tuple[int | None, str | None]:
    if parts.published is None or parts.published.start is None:
        return None, None
    return int(parts.published.start[:4]), "published line"


def _written(person: Person, text: str) -> str:
    """Return a name as the text writes it, a blank inside a name of two characters left out."""
    span = person.mentions[0]
    return text[span.start : span.end].replace(" ", "").replace("\u3000", "")


def _as_written(position: Position, folded: str, text: str) -> Position:
    """Return a position with its title in the characters of the text."""
    end = position.spans[0].end
    start = end - len(position.title or "")
    if folded[start:end] != position.title:
        return position
    return replace(position, title=text[start:end])


def _participant(person: Person, folded: str, text: str) -> Participant:
    name = _written(person, text)
    return Participant(
        name=name,
        alternatives=(person.name,) if person.name != name else (),
        side=person.side,
        region=person.region,
        role=person.role,
        positions=tuple(_as_written(p, folded, text) for p in person.positions),
        spans=tuple(person.mentions),
        rule=person.rule,
        confidence="B" if person.positions or person.rule == "people.leaders" else "D",
    )


def _roles(people: list[Person], folded: str, body: Span) -> None:
    if not people:
        return
    names = any_of(p.name for p in people)
    # Between a name and its verb only more posts and names may stand: 书记甲,省长乙率领.
    run = re.compile(rf"(?:[、,和与等]|{RANK.pattern}|{names}|[^,。;、:]{{0,24}}?(?={RANK.pattern}))*")
    for person in people:
        for span in person.mentions:
            stop = folded.find("。", span.end, body.end)
            rest = folded[span.end : min(stop if stop >= 0 else body.end, span.end + 200)]
            held = run.match(rest) if rest[:1] in tuple("、,和与等") else None
            after = rest[held.end() :] if held else rest
            if re.match(r"主持", rest):
                person.role = "chair"
            elif re.match(r"率|带领|带队", after) and person.side != "host":
                person.role = "delegation_leader"
            elif re.match(r"(?:的)?陪同", after) and person.side == "host" and person.role == "participant":
                person.role = "host_principal"


def _formulae(folded: str, body: Span, roll: Roll) -> list[Mention]:
    """Return who is named in political formulae (…总书记, …同志为核心): never a participant."""
    found: dict[str, list[Span]] = {}
    for match in re.finditer(r"(?P<n>习近平|毛泽东|邓小平|江泽民|胡锦涛|周恩来)", folded[body.start : body.end]):
        found.setdefault(match["n"], []).append(Span(body.start + match.start(), body.start + match.end()))
    for name in found:
        roll.people.pop(name, None)
    return [
        Mention(name=name, kind="mentioned", spans=tuple(spans), rule="reader.formula")
        for name, spans in found.items()
        if name not in roll.mentioned
    ]


def _unresolved(text: str, people: list[Person], dates: list[DateRecord]) -> list[Unresolved]:
    rows = []
    for person in people:
        for position in person.positions:
            if position.organisation is None:
                span = position.spans[0]
                rows.append(
                    Unresolved(
                        text=text[span.start : span.end],
                        why="organisation not stated",
                        spans=(span,),
                        rule="reader.post",
                    )
                )
    rows += [
        Unresolved(
            text=text[d.spans[0].start : d.spans[0].end], why="year not stated", spans=d.spans, rule="reader.year"
        )
        for d in dates
        if d.start is not None and d.start.startswith("-")
    ]
    return rows


__all__ = ["read_chinese"]
