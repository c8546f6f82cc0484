"""What the status page shows, section by section, worked out of the ledger's state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from yijiang.errors import OptionError
from yijiang.report.status.book import Book, Row, last_day, web_address
from yijiang.report.status.parts import Parts
from yijiang.report.status.pictures import burnup_picture, said_on, timeline_picture
from yijiang.report.status.quoting import pieces
from yijiang.report.status.standing import Standing, late_text, milestone_standing, point_standing
from yijiang.report.status.telling import check, conflict, entry
from yijiang.report.wording import Text, joined, label, pair, plain, say

_OPEN = 40
"""With more points than this, areas where nothing happened are closed to begin with."""

_ATTENTION = 8
CARDS = ("said", "agreed", "running", "delivered", "verified", "substantive", "overdue", "stalled")


def make_book(state: Mapping[str, Any], as_of: str | None, names: Mapping[str, Any] | None) -> Book:
    """Return the state by id, on the day asked for or the state's own.

    Raises
    ------
    OptionError
        If there is no such day.
    """
    given = as_of if as_of is not None else state.get("as_of")
    day = last_day(given)
    if day is None or len(str(given)) != len("2026-01-01"):
        raise OptionError(f"as_of must be a day, YYYY-MM-DD, not {given!r}")
    return Book(state, day, names or {})


def counts(rows: Iterable[Row], points: Mapping[str, Standing]) -> dict[str, int]:
    """Count the points that got at least so far, and those that are late or stalled."""
    listed = [(row, points[row["id"]]) for row in rows]
    live = [(row, s) for row, s in listed if s.status not in ("dropped", "superseded")]
    return {
        "said": len(listed),
        "agreed": sum(s.agreed_on is not None for _, s in live),
        "running": sum(s.status == "running" for _, s in live),
        "delivered": sum(s.status in ("delivered", "verified") for _, s in live),
        "verified": sum(s.status == "verified" for _, s in live),
        "substantive": sum(bool(row["substantive"]) for row, _ in live),
        "overdue": sum(s.late > 0 for _, s in live),
        "stalled": sum(s.status == "stalled" for _, s in live),
    }


def build(book: Book, faults: Iterable[Any] | None) -> dict[str, Any]:
    """Return all that the template shows; texts are in every language, the ledger's own words as they are."""
    rows = book.rows("commitments")
    points = {row["id"]: point_standing(book, row) for row in rows}
    milestones = {row["id"]: milestone_standing(book, row) for row in book.rows("milestones")}
    parts = Parts(book, milestones)
    total = counts(rows, points)
    headline = say("follow.headline_one" if total["said"] == 1 else "follow.headline", **total)
    as_of = book.as_of.isoformat()
    attention = _attention(book, points, milestones)
    tied = {project for row in rows for project in row["projects"]}
    return {
        "title": say("follow.title", sides=joined([book.side(side) for side in book.sides], " – ")),
        "headline": headline if rows else say("follow.empty"),
        "empty": not rows,
        "scope": say("follow.scope", title=book.state["title"], ledger=str(book.state["ledger"])[:12], day=as_of),
        "cards": [
            {"name": say(f"follow.card_{name}"), "count": total[name], "warn": name in CARDS[6:] and total[name] > 0}
            for name in CARDS
        ],
        "milestones_late": sum(s.late > 0 for s in milestones.values()),
        "attention": attention[:_ATTENTION],
        "attention_more": attention[_ATTENTION:],
        "timeline": timeline_picture(book, points, milestones),
        "burnup": burnup_picture(book, points) if rows else None,
        "areas": _areas(book, points, parts, len(rows)),
        "projects": [parts.project(row) for row in book.rows("projects") if row["id"] not in tied],
        "visits": [_visit(book, parts, row) for row in book.rows("visits")],
        "check": check(book, faults),
        "chains": [
            {
                "text": say("follow.chain", side=book.side(row["side"]), count=row["events"], seq=row["seq"]),
                "head": say("follow.head", head=str(row["head"])[:12]) if row["head"] else None,
            }
            for row in book.rows("sides")
        ],
        "conflicts": [conflict(book, row) for row in book.rows("conflicts")],
        "history": [entry(book, row) for row in reversed(book.rows("history"))],
        "history_open": len(book.rows("history")) <= 12,
        "sources": [_source(parts, anchor, row) for anchor, row in book.sources.values()],
    }


def _attention(book: Book, points: Mapping[str, Standing], milestones: Mapping[str, Standing]) -> list[dict[str, Any]]:
    """Return what is to be done, what is late first."""
    clashing = {str(row["of"]) for row in book.rows("conflicts")}
    waiting = {book.tag(id_) for id_, standing in points.items() if standing.needs}
    late_points = {book.tag(id_): standing.late for id_, standing in points.items()}
    found: list[tuple[int, int, dict[str, Any]]] = []
    for id_, standing in [*points.items(), *milestones.items()]:
        tag, late = book.tag(id_), standing.late
        needs = list(standing.needs)
        if id_ in milestones and standing.status == "delivered" and tag in waiting:
            # The point itself already says that it waits for this.
            needs = []
        if id_ in milestones and late and late_points.get(tag):
            # So it does of the overdue; what else the milestone lacks is told.
            needs = needs[1:]
        if id_ in clashing:
            needs.append(say("follow.need_conflict"))
        if needs:
            row = {
                "anchor": book.anchor(id_),
                "number": say("follow.number", number=tag) if tag else None,
                "milestone": id_ in milestones,
                "name": book.name(id_),
                "needs": needs,
                "warn": late > 0,
            }
            found.append((-late, len(found), row))
    found += [(1, len(found), row) for row in _unconfirmed(book)]
    return [row for _, _, row in sorted(found, key=lambda item: item[:2])]


def _unconfirmed(book: Book) -> Iterable[dict[str, Any]]:
    """Give the things one of whose indicators has a last value that no other side confirmed."""
    for row in book.rows("indicators"):
        actuals = row["actuals"]
        if not actuals or actuals[-1].get("confirmed"):
            continue
        tag = book.tag(row["id"])
        yield {
            "anchor": book.anchor(row["id"]),
            "number": say("follow.number", number=tag) if tag else None,
            "milestone": False,
            "name": book.name(row["of"]),
            "needs": [say("follow.need_confirm", indicator=book.name(row["id"]))],
            "warn": False,
        }


def _areas(book: Book, points: Mapping[str, Standing], parts: Parts, total: int) -> list[dict[str, Any]]:
    by_area: dict[str, list[Row]] = {}
    for row in book.rows("commitments"):
        by_area.setdefault(row["area"], []).append(row)
    found = []
    for area, rows in by_area.items():
        summed = counts(rows, points)
        moving = any(summed[name] for name in CARDS[1:]) or any(points[row["id"]].needs for row in rows)
        found.append(
            {
                "name": label("area", area),
                "counts": say(
                    "follow.area_counts", **{k: summed[k] for k in ("said", "agreed", "delivered", "verified")}
                ),
                "overdue": summed["overdue"],
                "open": total <= _OPEN or (moving and len(rows) <= _OPEN),
                "rows": [_point(book, parts, row, points[row["id"]]) for row in rows],
            }
        )
    return found


def _point(book: Book, parts: Parts, row: Row, standing: Standing) -> dict[str, Any]:
    number = book.tag(row["id"])
    day = said_on(book, row["id"])
    by = next((t["side"] for t in book.told(row["id"]) if t["kind"] == "commitment"), None)
    speaker = row.get("speaker")
    owners = [
        {"side": book.side(side), **parts.owner(row["owners"][side])}
        for side in [*dict.fromkeys(row["sides"]), *(s for s in row["owners"] if s not in row["sides"])]
        if side in row["owners"]
    ]
    lacking = [side for side in dict.fromkeys(row["sides"]) if side not in row["owners"]]
    deadline: Text | None = None
    if row["deadline"]:
        stated = last_day(row["deadline"]) is None
        deadline = plain(row["deadline"]) if not stated else say("follow.stated", value=row["deadline"])
    amount = row["amount"]
    projects = [parts.project(project) for project in book.projects(row)]
    return {
        "anchor": book.anchor(row["id"]),
        "number": number,
        "text": row["text"],
        "kind": label("commitment", row["kind"]),
        "strength": label("strength", row["strength"]),
        "speaker": say("follow.said_by", speaker=speaker) if speaker else None,
        "entered": say("follow.entered_by", side=book.side(by), day=day.isoformat()) if by and day else None,
        "source": parts.quote(row["source"], number, str(book.anchor(row["id"]))),
        "owners": owners,
        "no_owner": say("follow.no_owner", side=book.side_list(lacking)) if lacking else None,
        # Where nobody has taken anything up yet, what is missing is no alarm.
        "quiet": not owners and not standing.needs,
        "standing": standing,
        "late": late_text(standing.late),
        "deadline": deadline,
        "amount": None if amount is None else say("follow.amount", value=amount),
        "substantive": bool(row["substantive"]),
        "projects": projects,
        "evidence": parts.evidence(row["id"]),
        "indicators": parts.indicators(row["id"]),
        "detail": bool(projects or book.evidence(row["id"]) or book.indicators(row["id"])),
    }


def _visit(book: Book, parts: Parts, row: Row) -> dict[str, Any]:
    anchor = str(book.anchor(row["id"]))
    given = row["source"]
    start, end = row["start"], row["end"]
    return {
        "anchor": anchor,
        "title": pair(row["title"]),
        "when": f"{start} – {end}" if start and end and start != end else start or end,
        "who": joined([book.person(name) for name in row["who"]]) if row["who"] else None,
        "lists": [
            (say(f"follow.visit_{name}"), [_followed(book, one) for one in row[name]])
            for name in ("where", "seen", "follows")
            if row[name]
        ],
        "source": parts.quote(given, anchor.upper().replace("-", ""), anchor) if isinstance(given, Mapping) else None,
        "source_text": given if isinstance(given, str) else None,
        "source_url": web_address(given),
    }


def _followed(book: Book, text: str) -> dict[str, Any]:
    """Return an entry of a visit: the point it names by its id, with number and place on the page, or its words."""
    point = book.row(text, "commitments")
    if point is None:
        return {"anchor": None, "number": None, "text": plain(text)}
    return {"anchor": book.anchor(text), "number": book.tag(text), "text": book.name(text)}


def _source(parts: Parts, anchor: str, row: Row) -> dict[str, Any]:
    text = row["text"]
    return {
        "anchor": anchor,
        "title": row["title"],
        "digest": str(row["digest"])[:12],
        "pieces": None if text is None else pieces(text, parts.quotes.get(row["digest"], [])),
    }
