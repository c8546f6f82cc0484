"""The meetings that a text names as held, with day and place only where they are stated."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace

from yijiang.agenda.records import DateRecord, Meeting, Span
from yijiang.agenda.regions import HAN

_MEETING = re.compile(
    rf"(?P<n>[{HAN}A-Za-z0-9·、“”()-]{{2,36}}?(?:座谈会|联席会议|联席会|洽谈会|对接会|推进会|交流会|恳谈会|研讨会|论坛|签约仪式|启动仪式|工作会议|专题会议|协商会|年会|会议))"
)
_HELD_AT = re.compile(rf"{_MEETING.pattern}在(?P<p>[^,。;]{{2,20}}?)(?:召开|举行|举办|落幕|开幕)")
_HELD = re.compile(r"(?:召开了?|举行了?|举办了?|出席了?|参加了?)")
_UNNAMED = re.compile(r"(?:有关|相关).*|会议|座谈会|此次会议")
_HEAD = re.compile(rf"[{HAN}A-Za-z0-9·“”]{{2,40}}(?:会议|联席会|座谈会|例会)(?=纪要)")
_REACH = 1500
"""How far back a sentence is looked through, code points: longer ones are cut there."""


def find_meetings(folded: str, body: Span, dates: list[DateRecord]) -> list[Meeting]:
    """Return the meetings that were held, with a date only where one single day governs them in the same clause.

    Parameters
    ----------
    folded, body
        The folded text and the stretch to read.
    dates
        The dates of the body, in their order.
    """
    found = {m.name: m for m in _held_at(folded, body, dates)}
    for meeting in _held(folded, body, dates, unnamed=not found):
        if meeting.name != "座谈会" or not found:
            found.setdefault(meeting.name, meeting)
    return _labelled(folded, body, dates, list(found.values()))


def _begin(folded: str, at: int) -> int:
    """Return where the sentence of a place begins."""
    low = max(0, at - _REACH)
    return max(folded.rfind("。", low, at), folded.rfind("\n", low, at), low - 1) + 1


def _days(dates: list[DateRecord], starts: list[int], begin: int, end: int) -> list[DateRecord]:
    """Return the single days that stand between two places."""
    return [d for d in dates[bisect_left(starts, begin) : bisect_left(starts, end)] if d.start == d.end]


def _held_at(folded: str, body: Span, dates: list[DateRecord]) -> Iterator[Meeting]:
    starts = [d.spans[0].start for d in dates]
    for match in _HELD_AT.finditer(folded, *body):
        where = Span(*match.span("n"))
        days = _days(dates, starts, _begin(folded, where.start), where.start)
        cut = re.search(r"(?:^|[,;)日]|举行的|召开的)(?=[^,;)日]*$)", match["n"])
        name = match["n"][cut.end() if cut else 0 :]
        yield Meeting(
            name=name,
            date=days[-1].start if days else None,
            place=match["p"],
            spans=(Span(where.end - len(name), where.end),),
            rule="meetings.held_at",
        )


def _held(folded: str, body: Span, dates: list[DateRecord], *, unnamed: bool) -> Iterator[Meeting]:
    starts = [d.spans[0].start for d in dates]
    for match in _HELD.finditer(folded, *body):
        found = _MEETING.match(folded, match.end(), body.end)
        if not found or (_UNNAMED.fullmatch(found["n"]) and not (found["n"] == "座谈会" and unnamed)):
            continue
        begin = _begin(folded, match.start())
        day = None
        for date in _days(dates, starts, begin, match.start()):
            clause = folded[date.spans[0].end : match.start()]
            if clause.count(",") <= 2 and "。" not in clause:
                day = date.start
        place = re.compile(r"在([^,。;]{2,20}?)$").search(folded, max(begin, match.start() - 24), match.start())
        yield Meeting(
            name=found["n"],
            date=day,
            place=place[1] if place else None,
            spans=(Span(*found.span("n")),),
            rule="meetings.held",
        )


def _labelled(folded: str, body: Span, dates: list[DateRecord], meetings: list[Meeting]) -> list[Meeting]:
    """Return the meetings with what the labels of minutes say of the first: 时间:…, 地点:…."""
    for label, kind in ((r"会议地点|地\s*点", "place"), (r"会议时间|时\s*间", "date")):
        found = re.compile(rf"^\s*(?:{label})\s*:\s*([^\n]+)", re.M).search(folded, *body)
        if not found:
            continue
        if not meetings:
            head = _HEAD.search(folded)
            span = Span(*head.span()) if head else Span(*found.span(1))
            meetings = [Meeting(name=head[0] if head else "会议", spans=(span,), rule="meetings.minutes")]
        if kind == "place":
            meetings[0] = replace(meetings[0], place=found[1].strip().rstrip("。;"))
        elif day := next((d.start for d in dates if found.start(1) <= d.spans[0].start < found.end(1)), None):
            meetings[0] = replace(meetings[0], date=day)
    return meetings
