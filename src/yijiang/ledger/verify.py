"""Examining a chain: what was changed, forged, cut off or forked, each fault with its side and place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yijiang.errors import DataError, Finding
from yijiang.ledger.events import Event, EventError, canonical, read_event
from yijiang.ledger.keys import signed_by
from yijiang.ledger.store import Row

NOTES = ("fork", "time")
"""Faults that are only worth knowing: a side's copies were edited apart, a computer's clock was set back."""

_STATEMENT = ("ledger", "side", "seq", "hash", "time", "signature")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault of a chain: whose, at which event, what (one word), and the detail in a sentence.

    `what` is changed, signature, forged, gap, truncated, clock, ledger, name, document, fork or time.

    >>> print(Fault("湖北", 3, "changed", "the content does not have the hash it is kept under"))
    湖北, event 3: changed: the content does not have the hash it is kept under
    """

    side: str
    seq: int
    what: str
    detail: str

    @property
    def note(self) -> bool:
        """Say whether this is only worth knowing, not a sign of damage."""
        return self.what in NOTES

    def __str__(self) -> str:
        return f"{self.side}, event {self.seq}: {self.what}: {self.detail}"


def faulty(faults: Iterable[Fault], where: str) -> DataError:
    """Return the error that lists faults of what came in."""
    remedy = "nothing was taken; ask the side for its exchange again and compare the keys"
    return DataError([Finding(where, 0, f"{f.side} {f.seq}", "", f"{f.what}: {f.detail}", remedy) for f in faults])


def refuse(faults: Iterable[Fault]) -> None:
    """Raise if any fault is more than a note."""
    serious = sorted({fault for fault in faults if not fault.note})
    if serious:
        raise faulty(serious, "exchange")


class Examiner:
    """Examines events against those already taken; `events` are the sound ones, `faults` what is wrong with others."""

    def __init__(self, ledger: str, sides: Sequence[str], pins: Mapping[str, tuple[str, str]]) -> None:
        self.ledger = ledger
        self.sides = tuple(sides)
        self.pins = dict(pins)
        self.faults: list[Fault] = []
        self.events: list[Event] = []
        self.known: dict[str, Event] = {}
        self._last: dict[str, int] = {}

    def fault(self, side: str, seq: int, what: str, detail: str) -> None:
        """Add a fault."""
        self.faults.append(Fault(side, seq, what, detail))

    def know(self, events: Iterable[Event]) -> None:
        """Take events that were examined before."""
        for event in events:
            self.known[event.hash] = event
            self._last[event.side] = max(self._last.get(event.side, 0), event.seq)

    def read(self, rows: Iterable[Row]) -> None:
        """Examine kept rows: form, hash, signature, and that each follows what it names."""
        found = [event for row in rows if (event := self.parse(row)) is not None]
        found.sort(key=lambda event: event.order)
        for event in found:
            if event.hash in self.known:
                continue
            if self.genuine(event):
                self.events.append(event)
                # What is forged is not there for those that follow it either.
                self.know([event])
        for event in self.events:
            self._follows(event)

    def parse(self, row: Row) -> Event | None:
        """Return the event of a row, or None if it is not what its hash says."""
        try:
            if not isinstance(row.payload, str) or not isinstance(row.signature, str):
                raise EventError("the content is no text")
            event = read_event(row.payload, row.hash, row.signature)
        except EventError as bad:
            self.fault(str(row.side), row.seq if isinstance(row.seq, int) else 0, "changed", str(bad))
            return None
        if (event.side, event.seq, event.clock) != (row.side, row.seq, row.clock):
            self.fault(event.side, event.seq, "changed", "side, number or clock beside the event are not its own")
        return event

    def genuine(self, event: Event) -> bool:
        """Say whether an event belongs to this ledger and is signed by the key of its side."""
        side, seq = event.side, event.seq
        if event.ledger != self.ledger:
            self.fault(side, seq, "ledger", f"belongs to another ledger, {event.ledger!r}")
            return False
        if side not in self.sides:
            self.fault(side, seq, "forged", "no side of this ledger")
            return False
        if event.kind == "genesis" and not self._genesis(event):
            return False
        if side not in self.pins:
            self.fault(side, seq, "gap", "the side's first event, with its key, is not there")
            return False
        if not event.signed(self.pins[side][0]):
            other = [name for name, (key, _) in sorted(self.pins.items()) if name != side and event.signed(key)]
            if other:
                self.fault(
                    side, seq, "forged", f"a {event.kind} event in this side's name signed by the key of {other[0]}"
                )
            else:
                self.fault(
                    side, seq, "signature", f"the signature of this {event.kind} event is not that of the side's key"
                )
            return False
        return True

    def _genesis(self, event: Event) -> bool:
        pinned = self.pins.get(event.side)
        if pinned is None:
            if tuple(event.body["sides"]) != self.sides:
                self.fault(event.side, 1, "ledger", "names other sides than this ledger has")
                return False
            self.pins[event.side] = event.body["key"], event.hash
        elif pinned != (event.body["key"], event.hash):
            same = "the same key" if pinned[0] == event.body["key"] else "another key"
            self.fault(event.side, 1, "forged", f"a second first event of this side, with {same}")
            return False
        return True

    def _follows(self, event: Event) -> None:
        side, seq = event.side, event.seq
        parents = [self.known.get(parent) for parent in event.parents]
        there = [parent for parent in parents if parent is not None]
        if len(there) < len(parents):
            self.fault(side, seq - 1, "gap", f"the event that event {seq} follows is not there or not sound")
        elif any(parent.side != side for parent in there):
            self.fault(side, seq, "gap", "follows an event of another side")
        elif there and seq != 1 + max(parent.seq for parent in there):
            self.fault(side, seq, "gap", "its number does not follow the one before")
        seen = list(there)
        for other, heads in sorted(event.seen.items()):
            for head in heads:
                if head in self.known and self.known[head].side == other:
                    seen.append(self.known[head])
                else:
                    self._missing(other, head, f"{side} saw event {head[:12]}… of this side (in its event {seq})")
        if seen and event.clock <= max(before.clock for before in seen):
            self.fault(side, seq, "clock", "its clock goes back behind an event it follows")
        if there and event.time < max(parent.time for parent in there):
            self.fault(side, seq, "time", "written at an earlier time than the event before")

    def _missing(self, side: str, head: str, why: str, seq: int = 0) -> None:
        last = self._last.get(side, 0)
        self.fault(side, seq or last + 1, "truncated", f"{why}, which is not here; the chain here ends at event {last}")

    def pinned(self) -> None:
        """Check that the first event each side's key was taken from is still there."""
        for side, (_, genesis) in sorted(self.pins.items()):
            if genesis not in self.known:
                self.fault(side, 1, "truncated", "the first event, from which the side's key was taken, is not here")

    def forks(self) -> None:
        """Note where a side's chain forked."""
        following: dict[str, list[Event]] = {}
        for event in self.known.values():
            for parent in event.parents:
                following.setdefault(parent, []).append(event)
        for found in following.values():
            if len(found) > 1:
                first = min(found, key=lambda event: event.order)
                self.fault(first.side, first.seq, "fork", f"{len(found)} events follow the same one")

    def witnesses(self) -> None:
        """Compare the chains with the heads that other sides bore witness to."""
        for event in sorted(self.known.values(), key=lambda event: event.order):
            if event.kind != "witness":
                continue
            body = event.body
            if body["signature"] is not None:
                names = ("side", "seq", "time", "signature")
                statement = {"ledger": event.ledger, "hash": body["head"], **{name: body[name] for name in names}}
                if body["side"] in self.pins and not sound_statement(statement, self.pins[body["side"]][0]):
                    self.fault(event.side, event.seq, "forged", f"bears witness to a head {body['side']} did not sign")
                    continue
            self._held(body["side"], body["seq"], body["head"], f"{event.side} bears witness to event {body['seq']}")

    def statement(self, statement: Mapping[str, Any]) -> None:
        """Compare the chains with a statement of heads kept elsewhere."""
        side, seq = str(statement.get("side")), statement.get("seq")
        number = seq if isinstance(seq, int) else 0
        if statement.get("ledger") != self.ledger:
            self.fault(side, number, "ledger", "the statement of heads is of another ledger")
        elif side not in self.pins:
            self.fault(side, number, "truncated", "a statement of heads tells of this side, of which nothing is here")
        elif not sound_statement(statement, self.pins[side][0]):
            self.fault(side, number, "forged", "the statement of heads is not signed by this side's key")
        else:
            self._held(side, number, statement["hash"], f"a statement of {statement['time']} tells of event {number}")

    def _held(self, side: str, seq: int, head: str, why: str) -> None:
        held = self.known.get(head)
        if held is None or held.side != side:
            self._missing(side, head, why, seq)
        elif held.seq != seq:
            self.fault(side, seq, "forged", f"{why}, which is number {held.seq}")


def sound_statement(statement: Mapping[str, Any], key: str) -> bool:
    """Say whether a statement of heads has its fields and the signature of a key."""
    if set(statement) != set(_STATEMENT):
        return False
    texts = all(isinstance(statement[name], str) for name in _STATEMENT if name != "seq")
    return texts and isinstance(statement["seq"], int) and signed_by(key, told(statement), statement["signature"])


def told(statement: Mapping[str, Any]) -> bytes:
    """Return the bytes of a statement of heads that its signature is over."""
    return canonical({name: statement[name] for name in _STATEMENT if name != "signature"}).encode("utf-8")
