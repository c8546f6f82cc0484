"""The ledger's state by id: what belongs to what, where it stands on the page, and what each side entered of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from yijiang.report.wording import Text, each, joined, pair, plain, say

Row = Mapping[str, Any]
ERASED = "—"
"""What the ledger puts in the place of a name that was erased."""

ABSENT = "[…]"
"""What the ledger puts in the place of a name that never came with the exchange."""

_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_STEPPED = ("commitments", "projects", "milestones")
_ABOVE = {"evidence": (*_STEPPED, "indicators"), "indicators": _STEPPED}
_LETTERS = {"commitments": "c", "projects": "p", "milestones": "m", "evidence": "e", "indicators": "i", "visits": "v"}


def last_day(text: object) -> date | None:
    """Return the last day of a year, a month or a day; None for what is no date.

    >>> last_day("2026-02"), last_day("by the end of next year")
    (datetime.date(2026, 2, 28), None)
    """
    found = _DAY.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        if day:
            return date(year or 0, month or 0, day)
        if month is None:
            return date(year or 0, 12, 31)
        following = date(year or 0, month, 28).toordinal() + 4
        return date.fromordinal(following - date.fromordinal(following).day)
    except (ValueError, OverflowError):
        return None


def day_of(time: object) -> date | None:
    """Return the day of a time as the ledger writes it.

    >>> day_of("2026-03-01T08:00:00Z")
    datetime.date(2026, 3, 1)
    """
    return last_day(time[:10]) if isinstance(time, str) else None


def web_address(text: object) -> str | None:
    """Return an address that may become a link: http or https with a host; None for any other.

    >>> web_address("https://example.org/a"), web_address("javascript:alert(1)"), web_address("https:///x")
    ('https://example.org/a', None, None)
    """
    fine = isinstance(text, str) and re.fullmatch(r"https?://[^\s/?#\\]+[^\s\\]*", text, re.IGNORECASE | re.ASCII)
    return str(text) if fine else None


class Book:
    """The things of a state, by id and by what they belong to; `number` and `anchor` are their places on the page."""

    def __init__(self, state: Row, as_of: date, names: Mapping[str, Any]) -> None:
        self.state = state
        self.as_of = as_of
        self._names = names
        self.sides: tuple[str, ...] = tuple(row["side"] for row in self.rows("sides"))
        self._things: dict[str, tuple[str, Row]] = {}
        self._anchors: dict[str, str] = {}
        for kind, letter in _LETTERS.items():
            for at, row in enumerate(self.rows(kind), 1):
                self._things.setdefault(row["id"], (kind, row))
                self._anchors.setdefault(row["id"], f"{letter}-{at}")
        self._told: dict[str, list[Row]] = {}
        for row in self.rows("history"):
            self._told.setdefault(str(row["of"]), []).append(row)
        self._evidence = self._by("evidence", "of")
        self._indicators = self._by("indicators", "of")
        self._milestones = self._by("milestones", "project")
        self.sources: dict[str, tuple[str, Row]] = {}
        for at, row in enumerate(self.rows("sources"), 1):
            self.sources.setdefault(row["digest"], (f"s-{at}", row))

    def rows(self, kind: str) -> Sequence[Row]:
        """Return the rows of one kind."""
        return self.state.get(kind) or ()

    def _by(self, kind: str, field: str) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self.rows(kind):
            found.setdefault(str(row[field]), []).append(row)
        return found

    def row(self, id_: object, kind: str) -> Row | None:
        """Return the row of a thing of one kind, or None."""
        found = self._things.get(str(id_))
        return found[1] if found is not None and found[0] == kind else None

    def anchor(self, id_: object) -> str | None:
        """Return where a thing stands on the page."""
        return self._anchors.get(str(id_))

    def tag(self, id_: object) -> str:
        """Return the number of the point a thing belongs to, to be written beside a mark."""
        found = self._things.get(str(id_))
        if found is None:
            return ""
        kind, row = found
        if kind == "commitments":
            return self._anchors[row["id"]][2:]
        if kind == "milestones":
            return self.tag(row["project"])
        if kind in ("evidence", "indicators"):
            # What another side sent may name anything, itself too: only what lies above is followed.
            above = self._things.get(str(row["of"]), ("", row))[0]
            return self.tag(row["of"]) if above in _ABOVE[kind] else ""
        if kind == "projects":
            return next((self.tag(c) for c in row["commitments"] if self.row(c, "commitments")), "")
        return ""

    def name(self, id_: object) -> Text:
        """Return what a thing says of itself, shortened, or its id."""
        found = self._things.get(str(id_))
        if found is None:
            return plain(id_)
        text = pair(found[1].get("title") or found[1].get("text") or found[1].get("note") or id_)
        return each(lambda lang: text[lang] if len(text[lang]) <= 40 else text[lang][:39] + "…")

    def side(self, name: object) -> Text:
        """Return the name of a side in every language."""
        given = self._names.get(str(name))
        return pair(given) if given else plain(name)

    def side_list(self, names: Iterable[str]) -> Text:
        """Return several sides as one text, in the ledger's order."""
        wanted = list(dict.fromkeys(names))
        ordered = [s for s in self.sides if s in wanted] + [s for s in wanted if s not in self.sides]
        return joined([self.side(one) for one in ordered])

    def told(self, *ids: str) -> list[Row]:
        """Return what was entered of things, in the ledger's order of each."""
        return [row for one in ids for row in self._told.get(one, ())]

    def evidence(self, id_: str) -> list[Row]:
        """Return the evidence of a thing itself."""
        return self._evidence.get(id_, [])

    def indicators(self, id_: str) -> list[Row]:
        """Return the indicators of a thing itself."""
        return self._indicators.get(id_, [])

    def milestones(self, project: str) -> list[Row]:
        """Return the milestones of a project."""
        return self._milestones.get(project, [])

    def projects(self, commitment: Row) -> list[Row]:
        """Return the projects of a commitment."""
        return [row for one in commitment["projects"] if (row := self.row(one, "projects")) is not None]

    def milestone_sides(self, milestone: Row) -> tuple[str, ...]:
        """Return the sides whose sign-off a milestone needs: those of its points, never fewer than two."""
        project = self.row(milestone["project"], "projects")
        points = [self.row(c, "commitments") for c in (project["commitments"] if project else ())]
        found = dict.fromkeys(side for point in points if point for side in point["sides"])
        return tuple(found) if len(found) > 1 else self.sides

    def days_late(self, due: object, status: str) -> int:
        """Return by how many days something is late; 0 if it is not, is done or was given up."""
        last = last_day(due)
        if last is None or status in ("delivered", "verified", "dropped", "superseded"):
            return 0
        return max((self.as_of - last).days, 0)

    def person(self, name: object) -> Text:
        """Return a person's name, or that it was erased or never came."""
        if name == ERASED:
            return say("follow.erased")
        return say("follow.absent") if name == ABSENT else plain(name)
