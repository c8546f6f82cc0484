"""One open copy of the ledger: what it has read so far, and adding events of its side in one transaction."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from yijiang.errors import DataError, Finding, OptionError
from yijiang.ledger.events import Event, digest, make_event
from yijiang.ledger.index import Index
from yijiang.ledger.keys import Key
from yijiang.ledger.kinds import THINGS
from yijiang.ledger.names import NameBook
from yijiang.ledger.store import (
    Head,
    Row,
    Store,
    add_names,
    drop_names,
    events_after,
    insert_events,
    put_documents,
    read_documents,
    read_heads,
    read_meta,
    read_names,
    read_pins,
    write_meta,
)
from yijiang.ledger.verify import Examiner


class Copy:
    """A copy of a ledger with what has been read of it; `Ledger` gives it its words."""

    def __init__(self, store: Store, side: str | None, key: Key | None, clock: Callable[[], str]) -> None:
        self._store = store
        self._key = key
        self._now = clock
        self.side = side
        self.id = read_meta(store, "ledger") or ""
        self.title = read_meta(store, "title") or ""
        self.sides: tuple[str, ...] = tuple(json.loads(read_meta(store, "sides") or "[]"))
        self._forget()

    def close(self) -> None:
        """Close the copy."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _append(
        self,
        items: Sequence[tuple[str, Mapping[str, Any]]],
        persons: Iterable[str] = (),
        documents: Iterable[tuple[str, str]] = (),
    ) -> list[Event]:
        key, side = self._writer()
        store = self._store
        made: list[Event] = []
        try:
            with store.writing():
                self._refresh()
                heads = read_heads(store)
                own = heads.pop(side, [])
                self._need_sound(own, key)
                clock = max((h.clock for found in (own, *heads.values()) for h in found), default=0)
                parents = tuple(sorted(h.hash for h in own))
                seq = max((h.seq for h in own), default=0)
                now_seen = {other: tuple(sorted(h.hash for h in found)) for other, found in sorted(heads.items())}
                before = json.loads(read_meta(store, f"seen:{side}") or "{}")
                seen = {other: found for other, found in now_seen.items() if list(found) != before.get(other)}
                names = self._names()
                for person in filter(str.strip, persons):
                    names.refer(person)
                put_documents(store, [(digest(text), title, text) for title, text in documents])
                erased: list[str] = []
                for kind, body in _single(items, names):
                    seq, clock = seq + 1, clock + 1
                    event = make_event(
                        key,
                        ledger=self.id,
                        side=side,
                        seq=seq,
                        parents=parents,
                        clock=clock,
                        time=self._now(),
                        kind=kind,
                        body=self._index.prepare(kind, body, names),
                        seen=seen,
                    )
                    made.append(event)
                    self._index.add(event)
                    parents, seen = (event.hash,), {}
                    erased += [event.body["person"]] if kind == "erase" else []
                insert_events(store, made)
                add_names(store, [row for row in names.fresh if row[0] not in self._index.erased])
                drop_names(store, erased)
                write_meta(store, f"seen:{side}", json.dumps(now_seen, ensure_ascii=False))
                if made and made[0].kind == "genesis":
                    self._pin({side: (key.public, made[0].hash)})
        except BaseException:
            # The index has taken in events that were not kept.
            self._forget()
            raise
        self._sound.update(event.hash for event in made)
        if erased:
            store.settle()
        return made

    def _need_sound(self, own: Iterable[Head], key: Key) -> None:
        """Refuse to go on from an end of the own chain that the own key did not sign: it would be vouched for."""
        for head in own:
            if head.hash not in self._sound:
                event = next((event for event in reversed(self._events) if event.hash == head.hash), None)
                if event is None or not event.signed(key.public):
                    problem = "the end of this side's chain is not here or not signed by its key"
                    hint = "find out what happened: yijiang ledger verify; then join again from another side's exchange"
                    raise DataError([Finding("ledger", 0, "", head.hash[:12], problem, hint)])
                self._sound.add(head.hash)

    def _names(self) -> NameBook:
        return NameBook(read_names(self._store), self.id, self._index.erased)

    def _writer(self) -> tuple[Key, str]:
        if self._key is None or self.side is None:
            raise OptionError("this copy was opened without a key; writing needs the key of a side")
        return self._key, self.side

    def _forget(self) -> None:
        self._events: list[Event] = []
        self._bad: list[Row] = []
        self._last = 0
        self._sound: set[str] = set()
        self._index = Index(self.sides)

    def _refresh(self) -> None:
        """Take in what was added since, by this process or another."""
        examiner = Examiner(self.id, self.sides, read_pins(self._store))
        for row in events_after(self._store, self._last):
            event = examiner.parse(row, whole=False)
            self._last = row.n
            if event is None:
                self._bad.append(row)
            else:
                self._events.append(event)
                self._index.add(event)

    def _checked(self) -> list[Event]:
        """Return the events that are their side's own; each is checked once by an open copy.

        A signature over an event is one over all it follows, since it holds their hashes: the ends of a chain are
        enough. `verify` checks every signature all the same.
        """
        examiner = Examiner(self.id, self.sides, read_pins(self._store))
        followed: dict[str, str] = {}
        fine: list[Event] = []
        for event in reversed(self._events):
            vouched = followed.get(event.hash) == event.side
            if event.hash in self._sound or examiner.genuine(event, vouched=vouched):
                fine.append(event)
                followed.update((parent, event.side) for parent in event.parents)
        self._sound.update(event.hash for event in fine)
        return fine[::-1]

    def _pin(self, pins: Mapping[str, tuple[str, str]]) -> None:
        rows = [(side, *pin) for side, pin in sorted(pins.items())]
        self._store.run("INSERT INTO ledger_pins (side, public, genesis) VALUES (?, ?, ?)", rows)

    def know(self, persons: Iterable[str]) -> list[str]:
        """Make names known, so that texts added from now on keep them outside the chain; returns the references."""
        with self._store.writing():
            self._refresh()
            names = self._names()
            refs = [names.refer(person) for person in persons if person.strip()]
            add_names(self._store, names.fresh)
        return refs

    def add_document(self, title: str, text: str) -> str:
        """Keep a source document outside the chain and return its digest, for `source` of commitments and visits."""
        found = digest(text)
        with self._store.writing():
            put_documents(self._store, [(found, title, text)])
        return found

    def remove_document(self, digest_: str) -> str:
        """Remove a source document's text, named by its digest or the beginning of it; returns the digest.

        It stays removed whatever copies are merged.
        """
        held = [row for row in read_documents(self._store) if digest_ and row[0].startswith(digest_)]
        if len(held) != 1:
            count = f"{len(held)} documents" if held else "no document"
            raise OptionError(f"the ledger holds {count} with the digest {digest_!r}")
        with self._store.writing():
            put_documents(self._store, [(held[0][0], held[0][1], None)])
        self._store.settle()
        return held[0][0]


def _single(items: Iterable[tuple[str, Mapping[str, Any]]], names: NameBook) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Give the items one by one, a thing without an id its own, an erasure once for each reference of the name."""
    for kind, body in items:
        if kind in THINGS and body.get("id") is None:
            yield kind, {**body, "id": secrets.token_hex(6)}
        elif kind == "erase" and isinstance(body.get("person"), str):
            refs = names.references(body["person"])
            if not refs:
                raise OptionError("erase: that name is not in the ledger")
            for ref in refs:
                yield kind, {**body, "person": ref, "trace": body.get("trace") or names.trace(ref)}
        else:
            yield kind, body
