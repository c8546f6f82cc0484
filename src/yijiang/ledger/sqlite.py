"""A copy of the ledger in one SQLite file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from yijiang.errors import OptionError
from yijiang.ledger.store import TABLES, broken

_WAIT = 30.0
_EVENTS = (
    "CREATE TABLE IF NOT EXISTS ledger_events (n INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL UNIQUE,"
    " side TEXT NOT NULL, seq INTEGER NOT NULL, clock INTEGER NOT NULL, payload TEXT NOT NULL,"
    " signature TEXT NOT NULL)",
    "CREATE TRIGGER IF NOT EXISTS ledger_no_update BEFORE UPDATE ON ledger_events"
    " BEGIN SELECT RAISE(ABORT, 'events are never changed'); END",
    "CREATE TRIGGER IF NOT EXISTS ledger_no_delete BEFORE DELETE ON ledger_events"
    " BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END",
)


class SqliteStore:
    """A copy in a file: write-ahead log, every commit forced to the disk, one writer at a time, others wait."""

    def __init__(self, place: str | os.PathLike[str], *, create: bool = False) -> None:
        path = Path(place)
        self.place = str(path)
        if create and path.exists():
            raise OptionError(f"{self.place!r} exists already; a ledger is never created over a file")
        if not create and not path.is_file():
            raise OptionError(f"there is no ledger at {self.place!r}")
        if not path.parent.is_dir():
            raise OptionError(f"there is no folder {str(path.parent)!r} for the ledger")
        try:
            self._db = sqlite3.connect(path, timeout=_WAIT, isolation_level=None)
        except sqlite3.Error as failed:
            raise broken(self.place, failed) from failed
        # A byte that was changed may no longer be UTF-8; it must still be read, so that the fault can be named.
        self._db.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        try:
            with self._told():
                # FULL: a commit that was acknowledged survives a power cut, not only the end of the process.
                for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "recursive_triggers=ON"):
                    self._db.execute(f"PRAGMA {pragma}")
                if create:
                    for statement in (*TABLES, *_EVENTS):
                        self._db.execute(statement)
                elif not self.rows("SELECT 1 FROM sqlite_master WHERE name = 'ledger_events'"):
                    raise OptionError(f"{self.place!r} is a database without a ledger")
        except BaseException:
            self._db.close()
            raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as failed:
            raise broken(self.place, failed) from failed

    def _within(self) -> bool:
        return self._db.in_transaction

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Open a transaction that no other writer can enter; it is kept whole or not at all."""
        if self._within():
            # Within a transaction this is a part of it, kept or not with the rest.
            yield
            return
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self._told():
                self._db.execute("COMMIT")
        except BaseException:
            # Whatever ended the block, a half-written event must not stay.
            if self._within():
                self._db.execute("ROLLBACK")
            raise

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._told():
            return self._db.execute(query, values).fetchall()

    def run(self, statement: str, rows: Iterable[Sequence[Any]] = ((),)) -> None:
        """Run a statement once for each row of values."""
        with self._told():
            self._db.executemany(statement, rows)

    def settle(self) -> None:
        """Empty the write-ahead log, so that deleted names are in no file any more."""
        if self._within():
            return
        with self._told():
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def discard(self) -> None:
        """Close the connection and remove the file, made for a copy that could not be begun."""
        self.close()
        for end in ("", "-wal", "-shm"):
            Path(self.place + end).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the connection."""
        self._db.close()
