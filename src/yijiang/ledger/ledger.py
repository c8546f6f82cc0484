"""The ledger: one copy of it, written with one side's key, merged with the copies of the others."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from yijiang.errors import DataError, OptionError
from yijiang.ledger.events import Event, now
from yijiang.ledger.fold import fold
from yijiang.ledger.keys import Key, load_key
from yijiang.ledger.kinds import STEPS
from yijiang.ledger.merging import Parcel, pack, read_parcel, sides_of, take, unsound_extras
from yijiang.ledger.names import NameBook
from yijiang.ledger.pausing import collector_paused
from yijiang.ledger.reading import Reading
from yijiang.ledger.rules import Rules
from yijiang.ledger.store import (
    add_names,
    drop_names,
    insert_events,
    open_store,
    put_documents,
    read_names,
    read_pins,
    write_meta,
)
from yijiang.ledger.verify import Examiner, refuse
from yijiang.outputs import write_text

Place = str | os.PathLike[str]


class Ledger(Reading):
    """One copy of a ledger that two or more sides keep together.

    Each side has a key and a signed chain of events of its own; a copy holds the chains of all sides it has heard
    from, and adds only to that of the side whose key it is given. What stands is computed from the events
    (`state`); a sign-off counts for the side whose key signed it and for no other. Use `create`, `join` or `open`.

    Examples
    --------
    >>> import tempfile
    >>> from yijiang.ledger import Ledger, create_key
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     keys = {side: f"{folder}/{side}.pem" for side in ("湖北", "江苏")}
    ...     public = [create_key(path) for path in keys.values()]
    ...     with Ledger.create(
    ...         f"{folder}/a.db", side="湖北", sides=["湖北", "江苏"], title="两省合作", key=keys["湖北"]
    ...     ) as hubei:
    ...         c = hubei.add("commitment", id="c1", text="共建长江航运", sides=["湖北", "江苏"])
    ...         hubei.add("owner", of="c1", organisation="湖北省交通运输厅") and hubei.sign("c1", "agreed") is not None
    ...         with Ledger.join(f"{folder}/b.db", hubei.exchange(), side="江苏", key=keys["江苏"]) as jiangsu:
    ...             print(jiangsu.state("2026-01-01").find("c1")["status"])
    ...             o = jiangsu.add("owner", of="c1", organisation="江苏省交通运输厅")
    ...             s = jiangsu.sign("c1", "agreed")
    ...             added = hubei.merge(jiangsu)
    ...         print(hubei.state("2026-01-01").find("c1")["status"], hubei.verify())
    True
    proposed
    agreed []
    """

    # ---- opening and closing

    @classmethod
    def create(
        cls,
        place: Place,
        *,
        side: str,
        sides: Sequence[str],
        title: str,
        key: Place,
        clock: Callable[[], str] = now,
    ) -> Ledger:
        """Begin a new ledger as one of its sides.

        Parameters
        ----------
        place
            A file that is not there yet, or postgresql://….
        side, sides
            The side that writes this copy, and all sides (two or more).
        title
            What the ledger is about.
        key
            The file of the side's private key (see `create_key`).
        clock
            Gives the time of events, UTC in ISO seconds.

        Raises
        ------
        OptionError
            If the place is taken, the key can't be read, or the sides are fewer than two.
        """
        private = load_key(key)
        if len(sides) < 2 or len(set(sides)) < len(sides) or not all(s and s == s.strip() for s in sides):
            raise OptionError(f"a ledger needs two or more sides with different names, not {list(sides)}")
        if side not in sides:
            raise OptionError(f"the side {side!r} is not among the ledger's sides: {', '.join(sides)}")
        if not title.strip():
            raise OptionError("a ledger needs a title")
        return cls._begin(place, Parcel(secrets.token_hex(16)), title, sides, side, private, clock)

    @classmethod
    def join(cls, place: Place, exchange: Any, side: str, key: Place, *, clock: Callable[[], str] = now) -> Ledger:
        """Begin a copy of another side's ledger from what that side sent.

        Parameters
        ----------
        place
            A file that is not there yet, or postgresql://….
        exchange
            What `export` or `exchange` gave, another copy's place, or an open `Ledger`.
        side, key
            The side that writes this copy, and the file of its private key. A side that is in the exchange already
            (a second computer) must bring the same key.

        Raises
        ------
        DataError
            If the exchange is not sound; no copy is made then.
        OptionError
            If the side is none of the ledger's or has another key there.
        """
        private = load_key(key)
        parcel = _parcel(exchange)
        title, sides = sides_of(parcel.rows)
        if side not in sides:
            raise OptionError(f"the side {side!r} is not among the ledger's sides: {', '.join(sides)}")
        return cls._begin(place, parcel, title, sides, side, private, clock)

    @classmethod
    def _begin(
        cls,
        place: Place,
        parcel: Parcel,
        title: str,
        sides: Sequence[str],
        side: str,
        key: Key,
        clock: Callable[[], str],
    ) -> Ledger:
        store = open_store(place, create=True)
        try:
            # One transaction: a copy is there whole, with its side's first event, or not at all.
            with store.writing():
                write_meta(store, "ledger", parcel.ledger)
                write_meta(store, "title", title)
                write_meta(store, "sides", json.dumps(list(sides), ensure_ascii=False))
                ledger = cls(store, side, key, clock)
                if parcel.rows:
                    ledger.merge(parcel)
                pinned = read_pins(store).get(side)
                if pinned is not None and pinned[0] != key.public:
                    raise OptionError(f"{side} has joined this ledger with another key than the one given")
                if pinned is None:
                    body = {"title": title, "sides": list(sides), "key": key.public}
                    ledger._append([("genesis", body)])
        except BaseException:
            store.discard()
            raise
        store.settle()
        return ledger

    @classmethod
    def open(
        cls, place: Place, key: Place | None = None, side: str | None = None, *, clock: Callable[[], str] = now
    ) -> Ledger:
        """Open a copy; without a key it can be read, verified and merged, but not written.

        Raises
        ------
        OptionError
            If there is no ledger at the place, or the key is that of no side (or not of the one named).
        """
        private = load_key(key) if key is not None else None
        store = open_store(place)
        try:
            if private is not None:
                holders = [name for name, (public, _) in read_pins(store).items() if public == private.public]
                if not holders or side not in (None, holders[0]):
                    raise OptionError(f"the key is not that of {side or 'any side of this ledger'}")
                side = holders[0]
            ledger = cls(store, side, private, clock)
            if side is not None and side not in ledger.sides:
                raise OptionError(f"the side {side!r} is not among the ledger's sides: {', '.join(ledger.sides)}")
        except BaseException:
            store.close()
            raise
        return ledger

    # ---- writing

    def add(self, kind: str, /, **body: Any) -> str:
        """Add one event of this copy's side; when it returns, the event is on the disk.

        Parameters
        ----------
        kind
            visit, commitment, owner, sign, status, project, milestone, evidence, accept, indicator, actual, amend,
            erase, witness or note (see `kinds.KINDS` for the fields).
        **body
            The fields; a thing without an `id` gets a random one.

        Returns
        -------
        str
            The id of the thing made, else the hash of the event.

        Raises
        ------
        OptionError
            If there is no key, or the body is wrong; nothing is added then.
        """
        return self.add_many([(kind, body)])[-1]

    @collector_paused()
    def add_many(
        self,
        items: Iterable[tuple[str, Mapping[str, Any]]],
        *,
        persons: Iterable[str] = (),
        documents: Iterable[tuple[str, str]] = (),
    ) -> list[str]:
        """Add events, all or none, in one transaction; returns what `add` returns for each.

        Parameters
        ----------
        items
            Kind and fields of each event.
        persons
            Names that the texts may hold, to be kept outside the chain (see `know`).
        documents
            Title and text of sources to keep with them (see `add_document`).
        """
        listed = list(items)
        if any(kind == "genesis" for kind, _ in listed):
            raise OptionError("a side's first event is written when it creates or joins the ledger")
        return [event.body.get("id", event.hash) for event in self._append(listed, persons, documents)]

    def sign(self, of: str, step: str) -> str:
        """Sign off what a thing says now, for this copy's side.

        Parameters
        ----------
        of
            A commitment, project or milestone.
        step
            "agreed", or "verified" once it was delivered.

        Raises
        ------
        OptionError
            If there is no such thing or step, or `verified` comes before delivery (it would not count).
        """
        if step not in STEPS:
            raise OptionError(f"unknown step {step!r}; one of: {', '.join(STEPS)}")
        self._refresh()
        if step == "verified" and self._index.kind(of) in ("commitment", "project", "milestone"):
            folded = fold(self._checked())
            rules, thing = Rules(folded, self.sides), folded.things[of]
            parts = {"commitment": rules.commitment, "project": rules.project, "milestone": rules.milestone}
            standing = parts[thing.kind](thing)
            if standing.claimed not in ("delivered", "verified"):
                raise OptionError(f"{of!r} is not delivered yet ({standing.claimed}); a sign-off now would not count")
        return self.add("sign", of=of, step=step)

    # ---- exchange

    def exchange(self, *, names: bool = True) -> list[str]:
        """Return the copy as JSON lines for another side; `names=False` leaves names and documents out."""
        return pack(take(self._store, names=names))

    def export(self, path: Place, *, names: bool = True) -> Path:
        """Write the exchange to a file and return its path."""
        target = Path(path)
        write_text(target, "".join(f"{line}\n" for line in self.exchange(names=names)))
        return target

    @collector_paused()
    def merge(self, other: Any) -> int:
        """Take what another copy or exchange has and this one has not; returns the number of events added.

        Parameters
        ----------
        other
            An open `Ledger`, a place, or an exchange (file, text or lines).

        Raises
        ------
        DataError
            If anything in it is not sound: forged, changed, out of its chain. Nothing is taken then.
        """
        parcel = _parcel(other)
        if parcel.ledger != self.id:
            raise OptionError(f"that is another ledger, {parcel.ledger!r}; only copies of the same one merge")
        try:
            with self._store.writing():
                self._refresh()
                pins = read_pins(self._store)
                examiner = Examiner(self.id, self.sides, pins)
                examiner.know(self._events)
                examiner.read(row for row in parcel.rows if row.hash not in examiner.known)
                refuse(examiner.faults)
                for event in examiner.events:
                    self._index.add(event)
                findings = unsound_extras(parcel)
                if findings:
                    raise DataError(findings)
                insert_events(self._store, examiner.events)
                self._pin({side: pin for side, pin in examiner.pins.items() if side not in pins})
                put_documents(self._store, parcel.documents)
                self._take_names(parcel.names, [e for e in examiner.events if e.kind == "erase"])
        except BaseException:
            self._forget()
            raise
        self._sound.update(event.hash for event in examiner.events)
        if self._index.erased:
            self._store.settle()
        return len(examiner.events)

    def _take_names(self, names: Sequence[tuple[str, str, str]], erasures: Sequence[Event]) -> None:
        """Keep names that came in, and none that was erased, under whatever reference a copy edited apart gave it."""
        held = read_names(self._store)
        there = {ref for ref, _, _ in held}
        fresh = [row for row in names if row[0] not in there]
        book = NameBook([*held, *fresh], self.id, self._index.erased)
        # A side that never had the name erased the bare reference; here it may be known whose it is.
        erased = {name for ref, _, name in [*held, *fresh] if ref in self._index.erased}
        gone = {
            ref
            for ref, _, name in [*fresh, *(held if erasures else ())]
            if ref not in self._index.erased and (name in erased or book.erased(name))
        }
        add_names(self._store, [row for row in fresh if row[0] not in gone and row[0] not in self._index.erased])
        drop_names(self._store, sorted({*gone, *self._index.erased}))
        if gone and self._key is not None and self.side in read_pins(self._store):
            # The other copies can't know that this reference is of the erased name: this side says so in its chain.
            self._append([("erase", {"person": ref, "trace": book.trace(ref)}) for ref in sorted(gone)])


def _parcel(other: Any) -> Parcel:
    if isinstance(other, Parcel):
        return other
    return take(other._store) if isinstance(other, Ledger) else read_parcel(other)
