"""The state of the ledger: what its events amount to, as plain rows for tables, pages and exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from yijiang.errors import OptionError
from yijiang.ledger.events import Event
from yijiang.ledger.fold import Actual, Thing, fold
from yijiang.ledger.kinds import STEPS, last_day
from yijiang.ledger.names import NameBook
from yijiang.ledger.rules import MOVING, Rules

_DONE = ("delivered", "verified", "dropped", "superseded")


@dataclass(frozen=True, slots=True)
class State:
    """What stands in the ledger on a day; `status` is what the rules allow, `claimed` what one side says."""

    ledger: str
    title: str
    as_of: str
    _rows: Mapping[str, list[dict[str, Any]]]

    def to_dict(self) -> dict[str, Any]:
        """Return the state as plain values for JSON."""
        return {"ledger": self.ledger, "title": self.title, "as_of": self.as_of, **self._rows}

    def find(self, id_: str) -> dict[str, Any]:
        """Return the row of a thing by its id.

        Raises
        ------
        OptionError
            If there is none.
        """
        for kind in ("commitments", "projects", "milestones", "evidence", "indicators", "visits"):
            for row in self._rows[kind]:
                if row["id"] == id_:
                    return row
        raise OptionError(f"the ledger holds nothing with the id {id_!r}")


def make_state(
    events: Sequence[Event],
    *,
    ledger: str,
    title: str,
    sides: Sequence[str],
    as_of: str,
    refused: Iterable[tuple[str, int, str, str]] = (),
    documents: Iterable[tuple[str, str, str | None]] = (),
    names: Iterable[tuple[str, str, str]] = (),
) -> State:
    """Fold events into the state of a day.

    Parameters
    ----------
    events
        The events that count, in any order.
    ledger, title, sides
        What the first event says.
    as_of
        The day that says what is overdue, YYYY-MM-DD.
    refused
        Events left out: side, seq, hash and why.
    documents
        Digest, title and text of the sources.
    names
        Reference, salt and name of the persons known.
    """
    try:
        day = date.fromisoformat(as_of)
    except ValueError as bad:
        raise OptionError(f"as_of must be a day, YYYY-MM-DD, not {as_of!r}") from bad
    folded = fold(events)
    rules = Rules(folded, sides)
    conflicts = [
        {"what": "refused", "of": side, "field": "seq", "values": [str(seq), why], "events": [hash_]}
        for side, seq, hash_, why in sorted(refused)
    ]
    rows = {
        "sides": _sides(events, sides),
        "visits": [dict(thing.fields) for thing in folded.of_kind("visit")],
        "commitments": [_commitment(thing, rules, day) for thing in folded.of_kind("commitment")],
        "projects": [_project(thing, rules) for thing in folded.of_kind("project")],
        "milestones": [_milestone(thing, rules, day) for thing in folded.of_kind("milestone")],
        "evidence": [_evidence(thing) for thing in folded.of_kind("evidence")],
        "indicators": [_indicator(thing, rules) for thing in folded.of_kind("indicator")],
        "history": folded.history,
        "conflicts": [*conflicts, *folded.conflicts],
        "sources": [{"digest": digest, "title": name, "text": text} for digest, name, text in documents],
    }
    fill = NameBook(names, ledger, folded.erased).fill
    # Sources are kept as they were published; every other text may hold references.
    filled = {name: value if name == "sources" else fill(value) for name, value in rows.items()}
    return State(ledger, title, as_of, filled)


def _sides(events: Sequence[Event], sides: Sequence[str]) -> list[dict[str, Any]]:
    last: dict[str, Event] = {}
    count: dict[str, int] = {}
    for event in events:
        count[event.side] = count.get(event.side, 0) + 1
        if event.side not in last or last[event.side].order < event.order:
            last[event.side] = event
    return [
        {
            "side": side,
            "head": last[side].hash if side in last else None,
            "seq": last[side].seq if side in last else 0,
            "events": count.get(side, 0),
        }
        for side in sides
    ]


def _overdue(due: str | None, status: str, day: date) -> bool:
    last = last_day(due) if due else None
    return last is not None and last < day and status not in _DONE


def _taken_up(thing: Thing, rules: Rules) -> dict[str, Any]:
    """Return who owns a thing, who signed it when, and the day it was entered."""
    signed = {side: thing.signed.get(side, {}) for side in rules.sides(thing)}
    return {
        "owners": {side: dict(owner) for side, owner in sorted(thing.owners.items())},
        "signed": {
            side: {step: steps[step].time if step in steps else None for step in STEPS}
            for side, steps in signed.items()
        },
        "entered": thing.time[:10],
    }


def _commitment(thing: Thing, rules: Rules, day: date) -> dict[str, Any]:
    standing = rules.commitment(thing)
    fields = thing.fields
    return {
        **{name: fields[name] for name in ("id", "text", "area", "kind", "strength", "sides", "source")},
        "deadline": fields["deadline"],
        "amount": fields["amount"],
        "speaker": fields["speaker"],
        **_taken_up(thing, rules),
        "status": standing.status,
        "claimed": standing.claimed,
        "projects": [project.id for project in rules.projects(thing)],
        "overdue": _overdue(fields["deadline"], standing.status, day),
        "substantive": rules.substantive(thing),
    }


def _project(thing: Thing, rules: Rules) -> dict[str, Any]:
    standing = rules.project(thing)
    return {
        **{name: thing.fields[name] for name in ("id", "title", "commitments", "belt_project")},
        "status": standing.status,
        "claimed": standing.claimed,
        "sides": list(rules.sides(thing)),
        **_taken_up(thing, rules),
        "milestones": [milestone.id for milestone in rules.milestones(thing)],
    }


def _milestone(thing: Thing, rules: Rules, day: date) -> dict[str, Any]:
    standing = rules.milestone(thing)
    delivery = rules.delivery(thing)
    times = [steps["verified"].time for steps in thing.signed.values() if "verified" in steps]
    return {
        **{name: thing.fields[name] for name in ("id", "project", "title", "due")},
        "status": standing.status,
        "claimed": standing.claimed,
        "sides": list(rules.sides(thing)),
        **_taken_up(thing, rules),
        "started_on": min((mark.on for mark in thing.marks if mark.status in MOVING), default=None),
        "delivered_on": delivery.on if delivery else None,
        "delivered_by": delivery.side if delivery else None,
        "verified_on": max(times)[:10] if standing.status == "verified" else None,
        "overdue": _overdue(thing.fields["due"], standing.status, day),
        "substantive": rules.substantive(thing),
        "evidence": [item.id for item in rules.evidence(thing)],
    }


def _evidence(thing: Thing) -> dict[str, Any]:
    fields = thing.fields
    return {
        **{name: fields[name] for name in ("id", "of", "kind", "digest", "url", "note")},
        "side": thing.side,
        "on": fields["on"] or thing.time[:10],
        "accepted": dict(sorted(thing.accepted.items())),
    }


def _indicator(thing: Thing, rules: Rules) -> dict[str, Any]:
    fields = thing.fields
    actuals = sorted(thing.actuals, key=lambda actual: actual.on)
    rows = [
        {
            **{name: getattr(actual, name) for name in ("value", "on", "evidence", "side")},
            "confirmed": list(rules.confirmed(thing, actual)),
        }
        for actual in actuals
    ]
    proven = [actual for actual, row in zip(actuals, rows, strict=True) if row["confirmed"]]
    return {
        **{name: fields[name] for name in ("id", "of", "title", "unit", "baseline")},
        "baseline_year": fields.get("baseline_year"),
        **{name: fields[name] for name in ("target", "year", "ascending", "source")},
        "side": thing.side,
        "entered": thing.time[:10],
        "actuals": rows,
        "claimed": _outcome(fields, actuals[-1] if actuals else None),
        "verified": _outcome(fields, proven[-1] if proven else None),
    }


def _outcome(fields: Mapping[str, Any], actual: Actual | None) -> dict[str, Any] | None:
    """Return what an actual value amounts to: (actual - baseline) / (target - baseline), and whether it is reached."""
    if actual is None:
        return None
    baseline, target = fields["baseline"], fields["target"]
    share = reached = None
    if target is not None:
        reached = actual.value >= target if fields["ascending"] else actual.value <= target
        if baseline is not None and target != baseline:
            share = (actual.value - baseline) / (target - baseline)
    return {"value": actual.value, "on": actual.on, "side": actual.side, "share": share, "reached": reached}
