"""Where a copy of the ledger is kept: what SQLite and PostgreSQL share. Events are only ever added."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from yijiang.errors import DataError, Finding
from yijiang.ledger.events import Event

TABLES = (
    "CREATE TABLE IF NOT EXISTS ledger_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS ledger_pins (side TEXT PRIMARY KEY, public TEXT NOT NULL, genesis TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS ledger_heads (hash TEXT PRIMARY KEY, side TEXT NOT NULL, seq BIGINT NOT NULL,"
    " clock BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS ledger_names (ref TEXT PRIMARY KEY, salt TEXT NOT NULL, name TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS ledger_documents (digest TEXT PRIMARY KEY, title TEXT NOT NULL, content TEXT)",
)
"""The tables both databases share; `ledger_events` is the truth, heads only its ends, names and documents erasable."""


class Row(NamedTuple):
    """One event as it is kept; side, seq and clock are there for reading and are checked against the payload."""

    n: int
    hash: str
    side: str
    seq: int
    clock: int
    payload: str
    signature: str


class Head(NamedTuple):
    """The end of a side's chain."""

    hash: str
    seq: int
    clock: int


class Store(Protocol):
    """A database that keeps one copy of one ledger."""

    place: str

    def writing(self) -> AbstractContextManager[None]:
        """Open a transaction that no other writer can enter; it is kept whole or not at all."""

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""

    def run(self, statement: str, rows: Iterable[Sequence[Any]] = ((),)) -> None:
        """Run a statement once for each row of values."""

    def settle(self) -> None:
        """Make sure that what was deleted is gone from the files as well; within a transaction nothing happens."""

    def discard(self) -> None:
        """Close the connection and leave nothing of a copy that could not be begun."""

    def close(self) -> None:
        """Close the connection."""


def is_url(place: str | os.PathLike[str]) -> bool:
    """Say whether a place is a PostgreSQL address.

    >>> is_url("postgresql://host/ledger"), is_url("ledger.db")
    (True, False)
    """
    return isinstance(place, str) and place.startswith(("postgresql://", "postgres://"))


def open_store(place: str | os.PathLike[str], *, create: bool = False) -> Store:
    """Open a copy: a file (SQLite) or an address postgresql://….

    Raises
    ------
    OptionError
        If there is nothing to open, something already where a new copy should go, or no driver.
    """
    if is_url(place):
        from yijiang.ledger.postgres import PostgresStore

        return PostgresStore(str(place), create=create)
    from yijiang.ledger.sqlite import SqliteStore

    return SqliteStore(place, create=create)


def broken(place: str, problem: object) -> DataError:
    """Return the error for a database that fails."""
    return DataError(
        [Finding("ledger", 0, "", place, f"the database fails: {problem}", "check the file or server, or a copy of it")]
    )


def events_after(store: Store, n: int) -> Iterator[Row]:
    """Give the events kept after row `n`, in the order they came in."""
    query = "SELECT n, hash, side, seq, clock, payload, signature FROM ledger_events WHERE n > ? ORDER BY n"
    for row in store.rows(query, (n,)):
        yield Row(*row)


def insert_events(store: Store, events: Sequence[Event]) -> None:
    """Add events, parents before children, and move the heads."""
    store.run(
        "INSERT INTO ledger_events (hash, side, seq, clock, payload, signature) VALUES (?, ?, ?, ?, ?, ?)",
        [(e.hash, e.side, e.seq, e.clock, e.payload, e.signature) for e in events],
    )
    followed = {parent for event in events for parent in event.parents}
    store.run("DELETE FROM ledger_heads WHERE hash = ?", [(parent,) for parent in sorted(followed)])
    ends = [(e.hash, e.side, e.seq, e.clock) for e in events if e.hash not in followed]
    store.run("INSERT INTO ledger_heads (hash, side, seq, clock) VALUES (?, ?, ?, ?)", ends)


def read_heads(store: Store) -> dict[str, list[Head]]:
    """Return the heads of every side; more than one where a side's copies were edited apart."""
    heads: dict[str, list[Head]] = {}
    for side, hash_, seq, clock in store.rows("SELECT side, hash, seq, clock FROM ledger_heads ORDER BY side, hash"):
        heads.setdefault(side, []).append(Head(hash_, seq, clock))
    return heads


def read_pins(store: Store) -> dict[str, tuple[str, str]]:
    """Return the public key and genesis of every side seen."""
    found = store.rows("SELECT side, public, genesis FROM ledger_pins")
    return {side: (public, genesis) for side, public, genesis in found}


def read_meta(store: Store, name: str) -> str | None:
    """Return a value kept beside the chain."""
    rows = store.rows("SELECT value FROM ledger_meta WHERE name = ?", (name,))
    return str(rows[0][0]) if rows else None


def write_meta(store: Store, name: str, value: str) -> None:
    """Keep a value beside the chain."""
    store.run(
        "INSERT INTO ledger_meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [(name, value)],
    )


def read_names(store: Store) -> list[tuple[str, str, str]]:
    """Return reference, salt and name of every person known."""
    return [(ref, salt, name) for ref, salt, name in store.rows("SELECT ref, salt, name FROM ledger_names ORDER BY 1")]


def add_names(store: Store, rows: Iterable[tuple[str, str, str]]) -> None:
    """Keep names; those already there stay as they are."""
    store.run("INSERT INTO ledger_names (ref, salt, name) VALUES (?, ?, ?) ON CONFLICT (ref) DO NOTHING", rows)


def drop_names(store: Store, refs: Iterable[str]) -> None:
    """Remove salt and name of persons."""
    store.run("DELETE FROM ledger_names WHERE ref = ?", [(ref,) for ref in refs])


def read_documents(store: Store) -> list[tuple[str, str, str | None]]:
    """Return digest, title and text (None once removed) of the source documents."""
    query = "SELECT digest, title, content FROM ledger_documents ORDER BY digest"
    return [(digest, title, text) for digest, title, text in store.rows(query)]


def put_documents(store: Store, rows: Iterable[tuple[str, str, str | None]]) -> None:
    """Keep source documents; a removal (text None) wins over a text, and the smaller title over a greater one."""
    # Both rules make the union the same in whatever order copies are merged.
    store.run(
        "INSERT INTO ledger_documents (digest, title, content) VALUES (?, ?, ?) ON CONFLICT (digest) DO UPDATE SET"
        " title = CASE WHEN excluded.title < ledger_documents.title THEN excluded.title"
        " ELSE ledger_documents.title END,"
        " content = CASE WHEN excluded.content IS NULL THEN NULL ELSE ledger_documents.content END",
        rows,
    )
