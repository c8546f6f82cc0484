"""The parts under a point: its projects, their milestones, evidence and indicators, and the words it was taken from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yijiang.report.status.book import Book, Row, web_address
from yijiang.report.status.quoting import Quote, fits
from yijiang.report.status.standing import Standing, late_text
from yijiang.report.wording import figure, known, label, pair, percent, say


class Parts:
    """Makes the rows of what stands under a point; `quotes` gathers the places in the sources as they are used."""

    def __init__(self, book: Book, milestones: Mapping[str, Standing]) -> None:
        self._book = book
        self._standings = milestones
        self._placed: set[str] = set()
        self.quotes: dict[str, list[Quote]] = {}

    def quote(self, source: Any, number: str, back: str) -> dict[str, Any] | None:
        """Return the link to the words in the source, and note them there; None if no source is given."""
        if not isinstance(source, Mapping):
            return None
        digest, start, end = source["digest"], source["start"], source["end"]
        held = self._book.sources.get(digest)
        if held is None or not fits(held[1]["text"], start, end):
            return {"anchor": None, "digest": str(digest)[:12]}
        found = Quote(start, end, f"q-{back}", back, number)
        self.quotes.setdefault(digest, []).append(found)
        return {"anchor": found.id, "digest": str(digest)[:12]}

    def owner(self, given: Row) -> dict[str, Any]:
        """Return an owner: organisation and, if one is named, the person."""
        return {
            "organisation": given["organisation"],
            "person": self._book.person(given["person"]) if given["person"] else None,
        }

    def project(self, row: Row) -> dict[str, Any]:
        """Return a project; one that serves several points is shown in full under the first of them."""
        anchor = self._book.anchor(row["id"])
        again = row["id"] in self._placed
        self._placed.add(row["id"])
        return {
            "anchor": anchor,
            "again": again,
            "title": pair(row["title"]),
            "stage": label("stage", row["status"]),
            "belt": say("follow.belt_project", project=row["belt_project"]) if row["belt_project"] else None,
            "milestones": [] if again else [self._milestone(one) for one in self._book.milestones(row["id"])],
            "evidence": [] if again else self.evidence(row["id"]),
            "indicators": [] if again else self.indicators(row["id"]),
        }

    def _milestone(self, row: Row) -> dict[str, Any]:
        standing = self._standings[row["id"]]
        return {
            "anchor": self._book.anchor(row["id"]),
            "title": pair(row["title"]),
            "due": say("follow.due", day=row["due"]) if row["due"] else None,
            "late": late_text(standing.late),
            "standing": standing,
            "substantive": bool(row["substantive"]),
            "evidence": self.evidence(row["id"]),
            "indicators": self.indicators(row["id"]),
        }

    def evidence(self, of: str) -> list[dict[str, Any]]:
        """Return the evidence laid down for a thing."""
        return [self._proof(row) for row in self._book.evidence(of)]

    def _proof(self, row: Row) -> dict[str, Any]:
        book, url = self._book, row["url"]
        yes = [side for side, accepted in row["accepted"].items() if accepted]
        no = [side for side, accepted in row["accepted"].items() if not accepted]
        others = [side for side in yes if side != row["side"]]
        verdict = [say("follow.rejected_by", sides=book.side_list(no))] if no else []
        if others:
            verdict.append(say("follow.accepted_by", sides=book.side_list(others)))
        return {
            "anchor": book.anchor(row["id"]),
            "kind": label("proof", row["kind"]),
            "note": row["note"],
            "laid": say("follow.laid_down", side=book.side(row["side"]), day=row["on"]),
            "digest": str(row["digest"])[:12] if row["digest"] else None,
            "link": web_address(url),
            "address": url if url and web_address(url) is None else None,
            "verdict": verdict or [say("follow.not_accepted")],
            "accepted": bool(others) and not no,
        }

    def indicators(self, of: str) -> list[dict[str, Any]]:
        """Return the indicators of a thing."""
        return [self._indicator(row) for row in self._book.indicators(of)]

    def _indicator(self, row: Row) -> dict[str, Any]:
        baseline, target = row["baseline"], row["target"]
        # A computed target is no better known than to a few digits; what a side entered is shown as entered.
        digits = 4 if row["source"] == "plan" else 6
        path = {"baseline": figure(baseline, digits), "target": figure(target, digits)}
        year = row["year"]
        actuals = list(row["actuals"])
        claimed, proven = row.get("claimed") or {}, row.get("verified") or {}
        share = claimed.get("share")
        verdict = None
        if proven.get("reached"):
            verdict = say("follow.reached_verified")
        elif claimed.get("reached"):
            verdict = say("follow.reached_claimed", side=self._book.side(claimed["side"]))
        return {
            "anchor": self._book.anchor(row["id"]),
            "title": pair(row["title"]),
            "unit": pair(row["unit"]) if row["unit"] else None,
            "path": say("follow.path_open", **path) if year is None else say("follow.path", **path, year=year),
            "falling": not row["ascending"],
            "actuals": [self._actual(one) for one in actuals[-3:]],
            "share": say("follow.share", share=percent(share)) if share is not None else None,
            "verdict": verdict,
            "verified": bool(proven.get("reached")),
        }

    def _actual(self, row: Row) -> dict[str, Any]:
        told = {"value": _value(row["value"]), "side": self._book.side(row["side"]), "day": row["on"]}
        if known(row.get("low")) and known(row.get("high")):
            text = say("follow.actual_range", **told, low=_value(row["low"]), high=_value(row["high"]))
        else:
            text = say("follow.actual", **told)
        sides = row.get("confirmed") or ()
        confirmed = say("follow.confirmed_by", sides=self._book.side_list(sides)) if sides else None
        return {"text": text, "confirmed": confirmed}


def _value(value: Any) -> str:
    # A reported figure is shown as reported; only noise beyond six digits goes.
    return figure(value, 6)
