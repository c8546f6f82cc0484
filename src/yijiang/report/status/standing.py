"""Where a point or a milestone stands: what is claimed and by whom, what every side signed, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from yijiang.report.status.book import Book, Row, day_of, last_day
from yijiang.report.wording import Text, label, say

ASIDE = ("stalled", "dropped", "superseded")
_MOVING = ("running", "delivered")


@dataclass(slots=True)
class Standing:
    """One thing's standing; the days are None for steps it has not reached, `needs` is what is to be done."""

    status: str
    claim: Text
    one_sided: bool = False
    verified: list[Text] = field(default_factory=list)
    missing: list[Text] = field(default_factory=list)
    needs: list[Text] = field(default_factory=list)
    late: int = 0
    agreed_on: date | None = None
    delivered_on: date | None = None
    verified_on: date | None = None


def latest(days: Iterable[date | None]) -> date | None:
    """Return the latest of some days, or None if one is unknown or there is none.

    >>> latest([date(2026, 1, 1), date(2026, 2, 1)]), latest([date(2026, 1, 1), None]), latest([])
    (datetime.date(2026, 2, 1), None, None)
    """
    found = list(days)
    known = [day for day in found if day is not None]
    return max(known) if known and len(known) == len(found) else None


def status_said(row: Row) -> tuple[str, date | None]:
    """Return the status that an entry of the history reports, and its day.

    >>> status_said({"text": "delivered 2026-04 all in place", "time": "2026-05-01T08:00:00Z"})
    ('delivered', datetime.date(2026, 4, 30))
    """
    words = str(row["text"]).split(" ", 2)
    day = last_day(words[1]) if len(words) > 1 else None
    return words[0], day or day_of(row["time"])


def _said(book: Book, ids: Iterable[str], stages: tuple[str, ...]) -> tuple[list[str], date | None]:
    """Return the sides that reported one of the stages of things, and the last day they did."""
    sides: dict[str, None] = {}
    days: list[date] = []
    for one in ids:
        said: list[tuple[str, date | None]] = []
        for row in book.told(one):
            if row["kind"] != "status":
                continue
            stage, day = status_said(row)
            # A later word to the contrary takes the earlier ones back.
            said = [*said, (row["side"], day)] if stage in stages else []
        sides.update((side, None) for side, _ in said)
        days += [day for _, day in said if day is not None]
    return list(sides), max(days, default=None)


def _claim(book: Book, claimed: str, sides: list[str], day: date | None) -> Text:
    stage = label("stage", claimed)
    if not sides:
        return stage
    who = book.side_list(sides)
    if day is None:
        return say("follow.claim_by", stage=stage, sides=who)
    return say("follow.claim_on", stage=stage, sides=who, day=day.isoformat())


def proven(evidence: Iterable[Row], sides: Iterable[str]) -> bool:
    """Say whether a side accepted evidence it did not lay down, and nobody rejects it."""
    wanted = set(sides)
    return any(
        all(row["accepted"].values()) and any(s != row["side"] and s in wanted for s in row["accepted"])
        for row in evidence
    )


def milestone_standing(book: Book, row: Row) -> Standing:
    """Return where a milestone stands."""
    sides, status, claimed = book.milestone_sides(row), row["status"], row["claimed"]
    signed: dict[str, date | None] = {}
    for told in book.told(row["id"]):
        if told["kind"] == "sign" and told["text"] == "verified" and told["side"] in sides:
            signed[told["side"]] = day_of(told["time"])
        elif told["kind"] == "amend":
            signed = {}
    stages = _MOVING if claimed == "running" else (claimed,)
    who, day = (list(signed), None) if claimed == "verified" else _said(book, [row["id"]], stages)
    result = Standing(status, _claim(book, claimed, who, day), late=book.days_late(row["due"], status))
    result.one_sided = status == "delivered"
    if status in ("delivered", "verified"):
        result.delivered_on = last_day(row["delivered_on"])
    if status == "verified":
        result.verified_on = last_day(row["verified_on"])
        result.verified.append(_all("verified", result.verified_on))
    elif status == "delivered":
        _not_verified(book, result, sides, list(signed), proven(book.evidence(row["id"]), sides))
    else:
        result.verified.append(say("follow.not_due"))
    _late(result, row["due"])
    _stalled(result)
    return result


def point_standing(book: Book, row: Row) -> Standing:
    """Return where a commitment stands."""
    sides, status, claimed = list(dict.fromkeys(row["sides"])), row["status"], row["claimed"]
    signed = {step: [s for s in sides if (row["signed"].get(s) or {}).get(step)] for step in ("agreed", "verified")}
    projects = book.projects(row)
    milestones = [m for p in projects for m in book.milestones(p["id"])]
    parts = [row["id"], *(m["id"] for m in milestones)]
    result = Standing(status, say("follow.claim_none"), late=book.days_late(row["deadline"], status))
    if claimed in ("agreed", "verified"):
        who = signed[claimed]
        result.claim = _claim(book, claimed, who, latest(day_of(row["signed"][s][claimed]) for s in who))
    elif claimed in ASIDE:
        result.claim = _claim(book, claimed, *_said(book, [row["id"]], (claimed,)))
    elif claimed in _MOVING:
        result.claim = _claim(book, claimed, *_said(book, parts, _MOVING if claimed == "running" else (claimed,)))
    elif claimed == "planned":
        made = [told for told in book.told(*parts[1:]) if told["kind"] == "milestone"]
        result.claim = _claim(book, claimed, [told["side"] for told in made], latest(day_of(t["time"]) for t in made))
    _agreement(book, row, result, sides, signed["agreed"])
    if result.agreed_on and status in ("delivered", "verified"):
        live = [last_day(m["delivered_on"]) for m in milestones if m["status"] in ("delivered", "verified")]
        # A step is not reached before the one below it.
        result.delivered_on = max(latest(live) or result.agreed_on, result.agreed_on)
    if result.delivered_on and status == "verified":
        days = latest(day_of(row["signed"][s]["verified"]) for s in sides)
        result.verified_on = max(days or result.delivered_on, result.delivered_on)
        result.verified.append(_all("verified", result.verified_on))
    elif result.agreed_on and claimed in ("delivered", "verified"):
        laid = [e for one in [*parts, *(p["id"] for p in projects)] for e in book.evidence(one)]
        _not_verified(book, result, sides, signed["verified"], proven(laid, sides))
    elif result.agreed_on and status not in ASIDE:
        done = sum(m["status"] == "verified" for m in milestones)
        some = say("follow.some_verified", done=done, total=len(milestones))
        result.verified.append(some if done else say("follow.not_due"))
    result.one_sided = status not in ("verified", *ASIDE) and (
        claimed in (*_MOVING, "verified") or (claimed == "agreed" and status == "proposed")
    )
    _late(result, row["deadline"])
    _stalled(result)
    return result


def _all(step: str, day: date | None) -> Text:
    return say("follow.signed_all", step=label("stage", step), day=day.isoformat() if day else "–")


def _agreement(book: Book, row: Row, result: Standing, sides: list[str], signed: list[str]) -> None:
    """Say whether every side agreed, and who has not."""
    if len(sides) < 2:
        result.verified.append(say("follow.one_side"))
        return
    no_owner = [side for side in sides if side not in row["owners"]]
    unsigned = [side for side in sides if side not in signed]
    if not no_owner and not unsigned:
        days = [day_of(row["signed"][side]["agreed"]) for side in sides]
        for side in sides:
            # Owner and signature are both needed; the later of the two made it count.
            told = [t for t in book.told(row["id"]) if t["kind"] == "owner" and t["side"] == side]
            days += [day_of(t["time"]) for t in told[:1]]
        result.agreed_on = latest(days)
        result.verified.append(_all("agreed", result.agreed_on))
        return
    result.verified.append(say("follow.not_agreed"))
    if signed:
        result.verified.append(say("follow.signed_by", sides=book.side_list(signed)))
    if unsigned:
        result.missing.append(say("follow.missing_sign", sides=book.side_list(unsigned)))
    if row["status"] in ("dropped", "superseded"):
        return
    if signed and unsigned:
        result.needs.append(say("follow.need_sign", sides=book.side_list(unsigned)))
    if no_owner and (signed or row["owners"]):
        result.needs.append(say("follow.need_owner", sides=book.side_list(no_owner)))


def _not_verified(book: Book, result: Standing, sides: Iterable[str], signed: list[str], has_proof: bool) -> None:
    """Say what a delivery lacks to be verified."""
    result.verified.append(say("follow.not_verified"))
    unsigned = [side for side in sides if side not in signed]
    if signed:
        result.verified.append(say("follow.signed_by", sides=book.side_list(signed)))
    if unsigned:
        result.missing.append(say("follow.missing_sign", sides=book.side_list(unsigned)))
        result.needs.append(say("follow.need_sign", sides=book.side_list(unsigned)))
    if not has_proof:
        result.missing.append(say("follow.missing_proof"))
        result.needs.append(say("follow.need_proof"))
    if not unsigned and has_proof:
        result.missing.append(say("follow.lapsed"))


def late_text(days: int) -> Text | None:
    """Return by how much something is late, None if it is not."""
    return say("follow.late_one" if days == 1 else "follow.late", days=days) if days else None


def _late(result: Standing, due: object) -> None:
    if result.late:
        key = "follow.need_overdue_one" if result.late == 1 else "follow.need_overdue"
        result.needs.insert(0, say(key, days=result.late, due=due))


def _stalled(result: Standing) -> None:
    if result.status == "stalled":
        result.needs.append(say("follow.need_stalled"))
