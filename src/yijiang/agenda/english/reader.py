"""Reads one English report or set of minutes, in a simpler form than the Chinese ones: the same records come out."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from yijiang.agenda.english import when
from yijiang.agenda.english.layout import DATELINE, Layout, layout
from yijiang.agenda.english.people import Roll
from yijiang.agenda.english.promises import Reader
from yijiang.agenda.english.regions import Map
from yijiang.agenda.english.sides import assign, find_sides
from yijiang.agenda.english.sites import find_sites
from yijiang.agenda.english.speech import Ear
from yijiang.agenda.english.text import LONGEST, fold, unwrap
from yijiang.agenda.records import Agenda, DateRecord, Meeting, Participant, Span, Unresolved

_MEETING = re.compile(
    r"(?:the )?(?P<n>(?:(?:\d+(?:st|nd|rd|th)|[A-Z]\w+) ){0,6}(?:[Mm]eeting|[Ss]ession|[Cc]onference|[Ss]eminar|"
    r"[Ff]orum|"
    r"[Ww]orkshop|[Rr]ound ?table|[Ss]ummit|[Tt]alks))\b"
)
_HELD = re.compile(
    r"\bat (?:a|an|the) (?P<n>(?:\w+ ){0,3}?(?:meeting|session|conference|seminar|forum|workshop|summit))\b"
)
_EVENT = re.compile(r"visit|tour|met\b|meeting|held|session|seminar|delegation|talks|conference|forum|hosted", re.I)


def read_english(text: str) -> Agenda:
    """Return what an English report or set of minutes says; see `yijiang.agenda.read_report`."""
    folded = unwrap(fold(text))
    parts = layout(folded)
    regions = Map.of(folded)
    roll = Roll(folded, parts, regions)
    roll.read()
    people = list(roll.people.values())
    sides = find_sides(folded, parts, regions, people)
    sided = assign(people, sides, regions, folded)
    ear = Ear(folded, roll, regions, sided, {s.region: s.role for s in sides})
    statements, voices, homes = ear.read(parts, text)
    reader = Reader(folded, text, sides)
    reader.read(parts, statements, voices, homes)
    dates, unclear = _dates(folded, parts)
    narrative = [s.spans[0] for s, v in zip(statements, voices, strict=True) if v.kind in ("writer", "meeting")]
    participants = tuple(
        Participant(
            name=p.name,
            side=sided[p.name][0],
            region=sided[p.name][1],
            role=_role(p.role, p.mentions, folded),
            positions=tuple(p.positions),
            spans=tuple(p.mentions),
            rule=p.rule,
            confidence="B" if p.positions or p.listed else "D",
        )
        for p in people
    )
    return Agenda(
        text=text,
        language="en",
        title=text[parts.title.start : parts.title.end] if parts.title else None,
        publisher=parts.publisher,
        published=parts.published.start if parts.published else None,
        body=parts.body,
        sides=sides,
        participants=participants,
        mentions=tuple(parts.mentions),
        dates=tuple(dates),
        meetings=tuple(_meetings(folded, parts, dates)),
        sites=tuple(find_sites(folded, narrative, regions)),
        areas=tuple(reader.areas.values()),
        statements=tuple(statements),
        commitments=tuple(reader.commitments),
        facts=tuple(reader.facts),
        unresolved=(*unclear, *_unresolved(text, participants, dates)),
    )


def _role(role: str, mentions: list[Span], folded: str) -> str:
    if role != "participant":
        return role
    leads = any(
        re.search(r"\b(?:led|headed) by (?:[^,.;]{0,60} )?$", folded[max(0, s.start - 80) : s.start]) for s in mentions
    )
    head = any(re.match(r",? ?\(?[Hh]ead of [Dd]elegation", folded[s.end : s.end + 24]) for s in mentions)
    return "delegation_leader" if leads or head else role


def _dates(folded: str, parts: Layout) -> tuple[list[DateRecord], list[Unresolved]]:
    """Return the dates: the day of publication, the event's, all others as mentioned; the year is inherited."""
    year, origin = None, None
    if parts.published and parts.published.start and parts.published.start[:1].isdigit():
        year, origin = int(parts.published.start[:4]), "published line"
    label = next((b.value for b in parts.labels(r"date(?: and time)?|when") if b.value), None)
    held = label or parts.held
    found: list[DateRecord] = [parts.published] if parts.published else []
    event: Span | None = None
    stamps = list(when.find(folded, 0, len(folded), year))
    if held:
        event = next((s.span for s in stamps if held.start <= s.span.start < held.end), None)
        stated = next((s for s in stamps if s.span == event and s.start[:1].isdigit()), None)
        if stated and year is None:
            year, origin = int(stated.start[:4]), "date of the meeting"
            stamps = list(when.find(folded, 0, len(folded), year))
    event = event or _told(folded, parts, stamps)
    days = next(((s.start, s.end) for s in stamps if s.span == event), None)
    for stamp in stamps:
        if parts.published and stamp.span == parts.published.spans[0]:
            continue
        found.append(
            DateRecord(
                kind="event" if _within(stamp, days) else "mentioned",
                start=stamp.start,
                end=stamp.end,
                year_from="stated" if stamp.dated else (origin if stamp.start[:1].isdigit() else None),
                spans=(stamp.span,),
                rule="english.date",
            )
        )
    unclear = [
        Unresolved(
            text=folded[s.start : s.end], why="day or month first is not stated", spans=(s,), rule="english.strokes"
        )
        for s in when.unclear(folded, 0, len(folded))
    ]
    return sorted(found, key=lambda d: d.spans[0]), unclear


def _told(folded: str, parts: Layout, stamps: list[when.When]) -> Span | None:
    """Return the first date in prose whose sentence tells of a visit or a meeting."""
    prose = [b.span for b in parts.blocks if b.kind == "prose"]
    begins = [s.start for s in prose]
    for stamp in stamps:
        k = bisect_right(begins, stamp.span.start) - 1
        if k < 0 or stamp.span.start >= prose[k].end:
            continue
        dateline = DATELINE.match(folded, *prose[k])
        begin = dateline.end() if dateline else prose[k].start
        reach = min(prose[k].end, stamp.span.end + LONGEST)
        stop = re.compile(r"[.!?]\s").search(folded, stamp.span.end, reach)
        low = max(begin, stamp.span.start - LONGEST)
        start = max(low, folded.rfind(". ", low, stamp.span.start))
        if begin <= stamp.span.start and _EVENT.search(folded, start, stop.start() if stop else reach):
            return stamp.span
    return None


def _within(stamp: when.When, days: tuple[str, str] | None) -> bool:
    """Say whether a date is the event's or a day of it: ISO dates of one form compare as text."""
    return days is not None and days[0] <= stamp.start <= stamp.end <= days[1] and len(days[0]) == len(stamp.start)


def _meetings(folded: str, parts: Layout, dates: list[DateRecord]) -> list[Meeting]:
    """Return the meeting that minutes are of, with the day and the place of the head; else those the prose names."""
    event = next((d for d in dates if d.kind == "event"), None)
    place = next((b.value for b in parts.labels(r"venue|place|location|where") if b.value), None)
    where = folded[place.start : place.end].strip(" .") if place else None
    head = folded[: parts.blocks[0].span.start if parts.blocks else 0]
    named = list(_MEETING.finditer(head))
    if (named or where) and (parts.held or event):
        if where is None and parts.held and event:
            # "Győr, 5 and 6 October 2022", or "held on 12 February 2025 at the Town Hall, Linz".
            after = re.match(r",? (?:at|in) (?:the )?(?P<p>[^.;]+)", folded[event.spans[0].end : parts.held.end])
            rest = folded[parts.held.start : event.spans[0].start].strip(" ,.-")
            where = (
                after["p"].strip() if after else None if re.search(r"\bon$|minutes|held", rest, re.I) else rest or None
            )
        span = Span(*named[-1].span("n")) if named else (place or parts.held or Span(0, 1))
        name = named[-1]["n"] if named else "meeting"
        return [
            Meeting(name=name, date=event.start if event else None, place=where, spans=(span,), rule="english.minutes")
        ]
    found: dict[str, Meeting] = {}
    starts = [d.spans[0].start for d in dates]
    for match in _HELD.finditer(folded, *parts.body):
        if match["n"] in found:
            continue
        stop = re.compile(r"[.!?;]").search(folded, match.end(), parts.body.end)
        end = stop.start() if stop else parts.body.end
        near = dates[bisect_left(starts, match.end()) : bisect_left(starts, end)]
        day = next((d.start for d in near if d.start == d.end), None)
        inside = re.compile(r" in (?P<p>[A-Z][\w' -]{2,40}?)(?= on |,|$)").match(folded, match.end(), end)
        found[match["n"]] = Meeting(
            name=match["n"],
            date=day,
            place=inside["p"] if inside else None,
            spans=(Span(*match.span("n")),),
            rule="english.meeting",
        )
    return list(found.values())


def _unresolved(text: str, people: tuple[Participant, ...], dates: list[DateRecord]) -> list[Unresolved]:
    rows = [
        Unresolved(text=text[s.start : s.end], why="organisation not stated", spans=(s,), rule="reader.post")
        for person in people
        for post in person.positions
        if post.organisation is None
        for s in post.spans[:1]
    ]
    rows += [
        Unresolved(
            text=text[d.spans[0].start : d.spans[0].end], why="year not stated", spans=d.spans, rule="reader.year"
        )
        for d in dates
        if d.start is not None and d.start.startswith("-")
    ]
    return rows
