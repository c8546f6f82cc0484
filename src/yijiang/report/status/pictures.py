"""The two charts of the page: the timeline, and how many points came how far over time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from yijiang.charts.burnup import Steps, burn_up
from yijiang.charts.timeline import Lane, Moment, timeline
from yijiang.messages import LANGUAGES
from yijiang.report.status.book import Book, day_of, last_day
from yijiang.report.status.standing import Standing
from yijiang.report.wording import Text, each, say

Standings = Mapping[str, Standing]
_LANES = (
    ("visits", "square"),
    ("signings", "circle"),
    ("deadlines", "diamond"),
    ("deliveries", "flag"),
    ("verifications", "tick"),
)


def said_on(book: Book, id_: str) -> date | None:
    """Return the day on which a point entered the ledger."""
    return next((day_of(row["time"]) for row in book.told(id_) if row["kind"] == "commitment"), None)


def moments(book: Book, points: Standings, milestones: Standings, lang: str) -> dict[str, list[Moment]]:
    """Return the events of each lane, named in one language."""
    found: dict[str, list[Moment]] = {name: [] for name, _ in _LANES}

    def put(lane: str, day: date | None, id_: str, warn: bool = False) -> None:
        if day is not None:
            found[lane].append(Moment(day, book.tag(id_), book.name(id_)[lang], warn))

    for row in book.rows("visits"):
        put("visits", last_day(row["start"]) or last_day(row["end"]), row["id"])
    for row in book.rows("commitments"):
        standing = points[row["id"]]
        put("signings", standing.agreed_on, row["id"])
        put("deadlines", last_day(row["deadline"]), row["id"], standing.late > 0)
        put("verifications", standing.verified_on, row["id"])
    for row in book.rows("milestones"):
        standing = milestones[row["id"]]
        put("deadlines", last_day(row["due"]), row["id"], standing.late > 0)
        put("deliveries", standing.delivered_on, row["id"])
        put("verifications", standing.verified_on, row["id"])
    return found


def timeline_picture(book: Book, points: Standings, milestones: Standings) -> dict[str, Any] | None:
    """Return the timeline in every language with its content in a sentence; None if nothing has a day."""
    by_language = {lang: moments(book, points, milestones, lang) for lang in LANGUAGES}
    found = by_language[LANGUAGES[0]]
    if not any(found.values()):
        return None
    counts: dict[str, Any] = {name: len(events) for name, events in found.items()}
    told = say("follow.chart_timeline_told", **counts, overdue=sum(m.warn for m in found["deadlines"]))
    title = say("follow.chart_timeline")
    names = {lane: say(f"follow.lane_{lane}") for lane, _ in _LANES}
    as_of = say("follow.as_of", day=book.as_of.isoformat())
    picture = each(
        lambda lang: timeline(
            [Lane(names[lane][lang], shape, tuple(by_language[lang][lane])) for lane, shape in _LANES],
            (book.as_of, as_of[lang]),
            title[lang],
            told[lang],
        )
    )
    return {"picture": picture, "told": told}


def burnup_picture(book: Book, points: Standings) -> dict[str, Any]:
    """Return the cumulative counts in every language with their content in a sentence."""
    said = [said_on(book, row["id"]) for row in book.rows("commitments")]
    live = [s for s in points.values() if s.status not in ("dropped", "superseded")]
    lines: list[tuple[str, list[date | None]]] = [
        ("said", said),
        ("agreed", [s.agreed_on for s in live]),
        ("delivered", [s.delivered_on for s in live]),
        ("verified", [s.verified_on for s in live]),
    ]
    end = book.as_of
    days = {name: tuple(sorted(d for d in found if d is not None and d <= end)) for name, found in lines}
    told = say("follow.chart_burnup_told", **{name: len(found) for name, found in days.items()})
    title, as_of = say("follow.chart_burnup"), say("follow.as_of", day=end.isoformat())
    names: dict[str, Text] = {name: say(f"follow.card_{name}") for name in days}
    names["agreed"] = say("stage.agreed")
    picture = each(
        lambda lang: burn_up(
            [Steps(names[name][lang], found) for name, found in days.items()],
            (end, as_of[lang]),
            title[lang],
            told[lang],
        )
    )
    return {"picture": picture, "told": told}
