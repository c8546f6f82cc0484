"""Examining a chain: what was changed, forged, cut off or forked, each fault with its side and place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yijiang.errors import DataError, Finding
from yijiang.ledger.events import Event, EventError, canonical, read_event
from yijiang.ledger.keys import signed_by
from yijiang.ledger.store import Head, Row
from yijiang.messages import message

NOTES = ("fork", "time")
"""Faults that are only worth knowing: a side's copies were edited apart, a computer's clock was set back."""

_STATEMENT = ("ledger", "side", "seq", "hash", "time", "signature")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault of a chain: whose, at which event, what (one word), and the flaw in a sentence of either language.

    `what` is changed, signature, forged, gap, truncated, clock, ledger, name, document, fork or time. A fault of the
    copy itself, not of an event, has no side and the number 0.

    >>> fault = Fault("湖北", 3, "changed", "hash")
    >>> print(fault)
    湖北, event 3: changed: the content does not have the hash it is kept under
    >>> fault.told("zh")
    '内容与所存的哈希不符'
    """

    side: str
    seq: int
    what: str
    flaw: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def note(self) -> bool:
        """Say whether this is only worth knowing, not a sign of damage."""
        return self.what in NOTES

    @property
    def detail(self) -> str:
        """Return the flaw as a sentence in English."""
        return self.told("en")

    def told(self, lang: str) -> str:
        """Return the flaw as a sentence."""
        return message(f"flaw.{self.flaw}", lang, **dict(self.values))

    def __str__(self) -> str:
        where = f"{self.side}, event {self.seq}" if self.side else "this copy"
        return f"{where}: {self.what}: {self.detail}"


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
        self._kept: set[str] = set()

    def fault(self, side: str, seq: int, what: str, flaw: str, /, **values: object) -> None:
        """Add a fault."""
        self.faults.append(Fault(side, seq, what, flaw, tuple((name, str(value)) for name, value in values.items())))

    def know(self, events: Iterable[Event]) -> None:
        """Take events that were examined before."""
        for event in events:
            self.known[event.hash] = event
            self._last[event.side] = max(self._last.get(event.side, 0), event.seq)

    def read(self, rows: Iterable[Row]) -> None:
        """Examine kept rows: form, hash, signature, and that each follows what it names."""
        found: list[Event] = []
        for row in rows:
            self._kept.add(row.hash)
            event = self.parse(row)
            if event is not None:
                found.append(event)
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

    def parse(self, row: Row, *, whole: bool = True) -> Event | None:
        """Return the event of a row, or None if it is not what its hash says (see `read_event` for `whole`)."""
        try:
            if not isinstance(row.payload, str) or not isinstance(row.signature, str):
                raise EventError("form")
            event = read_event(row.payload, row.hash, row.signature, whole=whole)
        except EventError as bad:
            seq = row.seq if isinstance(row.seq, int) else 0
            self.fault(str(row.side), seq, "changed", bad.flaw, **bad.values)
            return None
        if (event.side, event.seq, event.clock) != (row.side, row.seq, row.clock):
            self.fault(event.side, event.seq, "changed", "beside")
        return event

    def genuine(self, event: Event, *, vouched: bool = False) -> bool:
        """Say whether an event belongs to this ledger and is signed by the key of its side.

        A `vouched` event is one that the side's own later, signed event follows: the hash it names stands for it.
        """
        side, seq = event.side, event.seq
        if event.ledger != self.ledger:
            self.fault(side, seq, "ledger", "other_ledger", other=event.ledger[:80])
            return False
        if side not in self.sides:
            self.fault(side, seq, "forged", "no_side")
            return False
        if event.kind == "genesis" and not self._genesis(event):
            return False
        if side not in self.pins:
            self.fault(side, seq, "gap", "no_genesis")
            return False
        if not vouched and not event.signed(self.pins[side][0]):
            other = [name for name, (key, _) in sorted(self.pins.items()) if name != side and event.signed(key)]
            if other:
                self.fault(side, seq, "forged", "other_key", kind=event.kind, other=other[0])
            else:
                self.fault(side, seq, "signature", "signature", kind=event.kind)
            return False
        return True

    def _genesis(self, event: Event) -> bool:
        pinned = self.pins.get(event.side)
        if pinned is None:
            if tuple(event.body["sides"]) != self.sides:
                self.fault(event.side, 1, "ledger", "other_sides")
                return False
            self.pins[event.side] = event.body["key"], event.hash
        elif pinned != (event.body["key"], event.hash):
            same = pinned[0] == event.body["key"]
            self.fault(event.side, 1, "forged", "second_genesis" if same else "second_key")
            return False
        return True

    def _follows(self, event: Event) -> None:
        side, seq = event.side, event.seq
        parents = [self.known.get(parent) for parent in event.parents]
        there = [parent for parent in parents if parent is not None]
        if len(there) < len(parents):
            self.fault(side, seq - 1, "gap", "parent_gone", seq=seq)
        elif any(parent.side != side for parent in there):
            self.fault(side, seq, "gap", "parent_side")
        elif there and seq != 1 + max(parent.seq for parent in there):
            self.fault(side, seq, "gap", "number")
        seen = list(there)
        for other, heads in sorted(event.seen.items()):
            for head in heads:
                if head in self.known and self.known[head].side == other:
                    seen.append(self.known[head])
                else:
                    self._missing(other, head, "seen_gone", by=side, seq=seq)
        if seen and event.clock <= max(before.clock for before in seen):
            self.fault(side, seq, "clock", "clock_back")
        if there and event.time < max(parent.time for parent in there):
            self.fault(side, seq, "time", "time_back")

    def _missing(self, side: str, head: str, flaw: str, at: int = 0, /, **values: object) -> None:
        last = self._last.get(side, 0)
        self.fault(side, at or last + 1, "truncated", flaw, head=head[:12], last=last, **values)

    def pinned(self) -> None:
        """Check that the first event each side's key was taken from is still there."""
        for side, (_, genesis) in sorted(self.pins.items()):
            if genesis not in self.known:
                self.fault(side, 1, "truncated", "genesis_gone")

    def ends(self, heads: Mapping[str, Sequence[Head]]) -> None:
        """Compare the chains with the ends the copy remembers: a plain cut is noticed without the other sides."""
        for side, kept in sorted(heads.items()):
            for head in kept:
                # An end that is there but faulty has been named already.
                if head.hash not in self._kept:
                    self._missing(side, head.hash, "end_gone", head.seq, seq=head.seq)

    def forks(self) -> None:
        """Note where a side's chain forked."""
        following: dict[str, list[Event]] = {}
        for event in self.known.values():
            for parent in event.parents:
                following.setdefault(parent, []).append(event)
        for found in following.values():
            if len(found) > 1:
                first = min(found, key=lambda event: event.order)
                self.fault(first.side, first.seq, "fork", "forked", count=len(found))

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
                    self.fault(event.side, event.seq, "forged", "false_witness", other=body["side"])
                    continue
            self._held(body["side"], body["seq"], body["head"], "witnessed", by=event.side)

    def statement(self, statement: Mapping[str, Any]) -> None:
        """Compare the chains with a statement of heads kept elsewhere."""
        side, seq = str(statement.get("side") or ""), statement.get("seq")
        number = seq if isinstance(seq, int) else 0
        if statement.get("ledger") != self.ledger:
            self.fault(side, number, "ledger", "statement_ledger")
        elif side not in self.pins:
            self.fault(side, number, "truncated", "statement_side")
        elif not sound_statement(statement, self.pins[side][0]):
            self.fault(side, number, "forged", "statement_key")
        else:
            self._held(side, number, statement["hash"], "stated", time=statement["time"])

    def _held(self, side: str, seq: int, head: str, flaw: str, /, **values: object) -> None:
        held = self.known.get(head)
        if held is None or held.side != side:
            self._missing(side, head, flaw, seq, seq=seq, **values)
        elif held.seq != seq:
            self.fault(side, seq, "forged", f"{flaw}_number", seq=seq, number=held.seq, **values)


def sound_statement(statement: Mapping[str, Any], key: str) -> bool:
    """Say whether a statement of heads has its fields and the signature of a key."""
    if set(statement) != set(_STATEMENT):
        return False
    texts = all(isinstance(statement[name], str) for name in _STATEMENT if name != "seq")
    return texts and isinstance(statement["seq"], int) and signed_by(key, told(statement), statement["signature"])


def told(statement: Mapping[str, Any]) -> bytes:
    """Return the bytes of a statement of heads that its signature is over."""
    return canonical({name: statement[name] for name in _STATEMENT if name != "signature"}).encode("utf-8")
