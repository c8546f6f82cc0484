"""Folding the events, in one order for all copies, into the things they speak of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from yijiang.ledger.causality import Causality
from yijiang.ledger.events import Event, canonical, digest
from yijiang.ledger.kinds import THINGS, BodyError, check_amendment


class Mark(NamedTuple):
    """What one side said of a thing's status, in the order of the fold."""

    at: int
    side: str
    status: str
    on: str
    hash: str


class Signature(NamedTuple):
    """A side's standing sign-off: when, and where in the order of the fold."""

    at: int
    time: str


class Actual(NamedTuple):
    """A value that one side reports of an indicator, and the evidence it rests on."""

    value: float
    on: str
    evidence: str | None
    side: str
    hash: str


class Change(NamedTuple):
    """One value given to one field, still standing or in conflict with another."""

    hash: str
    value: Any


@dataclass(slots=True)
class Thing:
    """A thing with an id, as it stands after the events so far."""

    kind: str
    id: str
    fields: dict[str, Any]
    side: str
    hash: str
    time: str
    owners: dict[str, dict[str, Any]] = field(default_factory=dict)
    signed: dict[str, dict[str, Signature]] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    accepted: dict[str, bool] = field(default_factory=dict)
    accepted_at: dict[str, int] = field(default_factory=dict)
    accepted_by: dict[str, str] = field(default_factory=dict)
    changed_at: int = -1
    actuals: list[Actual] = field(default_factory=list)
    standing: dict[str, list[Change]] = field(default_factory=dict)

    def content(self) -> str:
        """Return the hash of what a sign-off stands for: the kind and every field, names still masked."""
        return content_hash(self.kind, self.fields)


def content_hash(kind: str, fields: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a thing's content, what a sign-off names."""
    return digest(canonical({"kind": kind, "fields": dict(fields)}))


@dataclass(slots=True)
class Fold:
    """The things of the ledger after all its events; `conflicts` holds what the events could not agree on."""

    things: dict[str, Thing] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    erased: dict[str, str | None] = field(default_factory=dict)
    causality: Causality = field(default_factory=Causality)

    def of_kind(self, kind: str) -> list[Thing]:
        """Return the things of one kind, in the order they were made."""
        return [thing for thing in self.things.values() if thing.kind == kind]


def fold(events: Iterable[Event], causality: Causality | None = None) -> Fold:
    """Fold events, whatever order they come in: the result depends on the set alone.

    Each event counts only for the side that signed it. What refers to a thing that is not there, or gives it a wrong
    value, is left out and listed as a conflict. For a part of the events,
    `causality` tells of the whole, and conflicts among the part are not listed.
    """
    result = Fold() if causality is None else Fold(causality=causality)
    ordered = sorted(events, key=lambda event: event.order)
    for at, event in enumerate(ordered):
        if causality is None:
            result.causality.add(event)
        if event.kind in THINGS:
            _make(result, event)
        elif event.kind == "erase":
            take_erasure(result.erased, event)
        elif event.kind in _EFFECTS:
            of = event.body["indicator" if event.kind == "actual" else "of"]
            thing = result.things.get(of)
            # What the signer meant must be in its past: a thing slipped in under the same id later is another one.
            meant = thing is not None and result.causality.before(thing.hash, event.hash)
            if thing is None or not meant or (event.kind in _ONLY and thing.kind != _ONLY[event.kind]):
                result.conflicts.append(_conflict("unknown", of, "of", [event.kind], [event.hash]))
            else:
                _EFFECTS[event.kind](result, thing, event, at)
        result.history.append(_told(event))
    if causality is None:
        # A part is folded for its content alone; listing conflicts would go through the whole ledger each time.
        _list_conflicts(result, ordered)
    return result


def take_erasure(erased: dict[str, str | None], event: Event) -> None:
    """Note an erasure; one with a trace of the name is not undone by one without."""
    person = event.body["person"]
    erased[person] = event.body.get("trace") or erased.get(person)


def _make(result: Fold, event: Event) -> None:
    there = result.things.get(event.body["id"])
    if there is not None:
        # Two things under one id: the first in the order stands, the other is shown.
        result.conflicts.append(
            _conflict("id", there.id, "id", [there.side, event.side], [there.hash, event.hash]),
        )
        return
    thing = Thing(event.kind, event.body["id"], dict(event.body), event.side, event.hash, event.time)
    result.things[thing.id] = thing


def _own(result: Fold, thing: Thing, event: Event, at: int) -> None:
    thing.owners[event.side] = {"organisation": event.body["organisation"], "person": event.body["person"]}


def _sign(result: Fold, thing: Thing, event: Event, at: int) -> None:
    # A sign-off on another content than the one that stands here is void: the side has not seen this one.
    if event.body["content"] == thing.content():
        thing.signed.setdefault(event.side, {})[event.body["step"]] = Signature(at, event.time)


def _mark(result: Fold, thing: Thing, event: Event, at: int) -> None:
    on = event.body["on"] or event.time[:10]
    thing.marks.append(Mark(at, event.side, event.body["status"], on, event.hash))
    _stand(result, thing, "status", event, event.body["status"])


def _accept(result: Fold, thing: Thing, event: Event, at: int) -> None:
    thing.accepted[event.side] = event.body["accepted"]
    thing.accepted_at[event.side] = at
    thing.accepted_by[event.side] = event.hash


def _actual(result: Fold, thing: Thing, event: Event, at: int) -> None:
    body = event.body
    on = body["on"] or event.time[:10]
    thing.actuals.append(Actual(body["value"], on, body["evidence"], event.side, event.hash))


def _amend(result: Fold, thing: Thing, event: Event, at: int) -> None:
    try:
        check_amendment(thing.kind, event.body["fields"])
    except BodyError as bad:
        result.conflicts.append(_conflict("refused", thing.id, "fields", list(bad.fields), [event.hash]))
        return
    before = thing.content()
    for name, value in event.body["fields"].items():
        thing.fields[name] = value
        _stand(result, thing, name, event, value)
    if thing.content() != before:
        # Nobody has signed what stands now, not even if it is what stood before an earlier amendment.
        thing.signed.clear()
        thing.changed_at = at


def _stand(result: Fold, thing: Thing, name: str, event: Event, value: Any) -> None:
    changes = [c for c in thing.standing.get(name, []) if not result.causality.before(c.hash, event.hash)]
    thing.standing[name] = [*changes, Change(event.hash, value)]


_EFFECTS = {"owner": _own, "sign": _sign, "status": _mark, "accept": _accept, "actual": _actual, "amend": _amend}
_ONLY = {"accept": "evidence", "actual": "indicator"}


def _list_conflicts(result: Fold, ordered: list[Event]) -> None:
    for thing in result.things.values():
        for name, changes in thing.standing.items():
            values = {canonical(change.value) for change in changes}
            if len(values) > 1:
                last = list(reversed(changes))
                what = "status" if name == "status" else "amend"
                row = _conflict(what, thing.id, name, [c.value for c in last], [c.hash for c in last])
                result.conflicts.append(row)
    forks = result.causality.forks()
    by_hash = {event.hash: event for event in ordered} if forks else {}
    for parent, following in forks.items():
        side = by_hash[parent].side if parent in by_hash else by_hash[following[0]].side
        numbers = [str(by_hash[hash_].seq) for hash_ in following]
        result.conflicts.append(_conflict("fork", side, "seq", numbers, following))


def _conflict(what: str, of: str | None, name: str, values: list[Any], events: list[str]) -> dict[str, Any]:
    return {"what": what, "of": of, "field": name, "values": values, "events": events}


_TEXT = {
    "genesis": "title",
    "visit": "title",
    "commitment": "text",
    "owner": "organisation",
    "sign": "step",
    "project": "title",
    "milestone": "title",
    "indicator": "title",
    "note": "text",
}


def _told(event: Event) -> dict[str, Any]:
    body = event.body
    if event.kind == "status":
        text = " ".join(filter(None, [body["status"], body["on"], body["note"]]))
    elif event.kind == "evidence":
        text = " ".join(filter(None, [body["kind"], body["note"] or body["url"] or body["digest"]]))
    elif event.kind == "accept":
        text = " ".join(filter(None, ["accepted" if body["accepted"] else "not accepted", body["note"]]))
    elif event.kind == "actual":
        text = " ".join(filter(None, [str(body["value"]), body["on"], body["note"]]))
    elif event.kind == "amend":
        text = ", ".join(f"{name} = {canonical(value)}" for name, value in sorted(body["fields"].items()))
    elif event.kind == "witness":
        text = f"{body['side']} {body['seq']}"
    elif event.kind == "owner":
        text = " ".join(filter(None, [body["organisation"], body["person"]]))
    else:
        text = body[_TEXT[event.kind]] if event.kind in _TEXT else ""
    of = body.get("of") or body.get("id") or body.get("indicator") or body.get("side")
    return {"time": event.time, "side": event.side, "kind": event.kind, "of": of, "text": text}
