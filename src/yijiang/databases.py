"""A connection to a SQLite file or a PostgreSQL schema: whole transactions, one writer at a time, faults in words."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

from .errors import OptionError, YijiangError

#: Turns a place and the driver's fault into the error that a user reads.
Broken = Callable[[str, object], YijiangError]


class SqliteDatabase:
    """A file with a write-ahead log; every commit is forced to the disk, one writer at a time, others wait.

    Parameters
    ----------
    place
        The file; made if it is not there.
    broken
        What a fault of the driver becomes.
    wait
        Longest wait for another writer [s].
    shared
        Whether threads other than the one that opened it may use it.
    """

    def __init__(self, place: str | Path, broken: Broken, wait: float, *, shared: bool = False) -> None:
        self.place, self._broken = str(place), broken
        try:
            self._db = sqlite3.connect(self.place, timeout=wait, isolation_level=None, check_same_thread=not shared)
        except sqlite3.Error as failed:
            raise broken(self.place, failed) from failed

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as failed:
            raise self._broken(self.place, failed) from failed

    def _within(self) -> bool:
        return self._db.in_transaction

    def _pragmas(self, *more: str) -> None:
        # FULL: a commit that was acknowledged survives a power cut, not only the end of the process.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", *more):
            self._db.execute(f"PRAGMA {pragma}")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Open a transaction that no other writer can enter; it is kept whole or not at all."""
        if self._within():
            # Within a transaction this is a part of it, kept or not with the rest.
            yield
            return
        with self._told():
            # Immediate: the lock is taken before anything is read, so what was read still holds when it is written.
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self._told():
                self._db.execute("COMMIT")
        except BaseException:
            # Whatever ended the block, nothing half written must stay.
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

    def close(self) -> None:
        """Close the connection."""
        self._db.close()


class PostgresDatabase:
    """A schema behind an address postgresql://…; writers take an advisory lock in turn.

    Parameters
    ----------
    place
        The address; its password never stands in a message.
    broken
        What a fault of the driver becomes.
    lock
        Number of the advisory lock.
    what
        What is kept there, for the message where the driver is missing.
    """

    def __init__(self, place: str, broken: Broken, lock: int, what: str) -> None:
        try:
            import psycopg
        except ImportError as missing:
            raise OptionError(f"{what} in PostgreSQL needs an extra: pip install 'yijiang[postgres]'") from missing
        self._failure: type[Exception] = psycopg.Error
        self._broken, self._lock = broken, lock
        self.place = re.sub(r"(://[^:/@]*):[^@]*@", r"\1:…@", place)
        try:
            self._db = psycopg.connect(place, autocommit=True)
        except psycopg.Error as failed:
            raise OptionError(f"no connection to {self.place}: {failed}") from failed

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self._failure as failed:
            raise self._broken(self.place, failed) from failed

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Open a transaction that no other writer can enter; it is kept whole or not at all."""
        with self._told(), self._db.transaction():
            self._db.execute("SELECT pg_advisory_xact_lock(%s)", (self._lock,))
            yield

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._told():
            return self._db.execute(_own(query), values).fetchall()

    def run(self, statement: str, rows: Iterable[Sequence[Any]] = ((),)) -> None:
        """Run a statement once for each row of values."""
        with self._told(), self._db.cursor() as cursor:
            cursor.executemany(_own(statement), rows)

    def close(self) -> None:
        """Close the connection."""
        self._db.close()


def _own(statement: str) -> LiteralString:
    # Every statement is a literal of this package; values only ever go in as parameters.
    return statement.replace("?", "%s")
