"""Where bookings are kept: one SQLite file, or a PostgreSQL database for teams. Nothing can be given twice.

A seat of a facility is given in ticks of a quarter of an hour, and the table of ticks has (facility, seat, tick) for
its key: whoever writes, by whatever program, the database itself refuses a second booking.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, LiteralString, Protocol

from yijiang.errors import DataError, Finding, OptionError

_WAIT = 60.0
_LOCK = 0x79696A69616E68
TABLES: tuple[LiteralString, ...] = (
    "CREATE TABLE IF NOT EXISTS bookings (id TEXT PRIMARY KEY, number BIGINT NOT NULL UNIQUE, person TEXT NOT NULL,"
    " region TEXT NOT NULL, purpose TEXT NOT NULL, state TEXT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL,"
    " made BIGINT NOT NULL, changed BIGINT NOT NULL, sequence BIGINT NOT NULL, note TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS booked_facilities (booking TEXT NOT NULL, facility TEXT NOT NULL,"
    " PRIMARY KEY (booking, facility))",
    "CREATE TABLE IF NOT EXISTS booked_ticks (facility TEXT NOT NULL, seat BIGINT NOT NULL, tick BIGINT NOT NULL,"
    " booking TEXT NOT NULL, PRIMARY KEY (facility, seat, tick))",
    "CREATE INDEX IF NOT EXISTS booked_by_booking ON booked_ticks (booking)",
)


class Store(Protocol):
    """A database of bookings."""

    place: str

    def writing(self) -> AbstractContextManager[None]:
        """Open a transaction that no other writer can enter; it is kept whole or not at all."""

    def rows(self, query: LiteralString, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""

    def run(self, statement: LiteralString, rows: Iterable[Sequence[Any]] = ((),)) -> None:
        """Run a statement once for each row of values."""

    def close(self) -> None:
        """Close the connection."""


def open_store(place: str | Path) -> Store:
    """Open bookings in a file, made if it is not there, or behind an address postgresql://….

    Raises
    ------
    OptionError
        If there is no driver or no connection.
    """
    if isinstance(place, str) and place.startswith(("postgresql://", "postgres://")):
        return PostgresStore(place)
    return SqliteStore(place)


def _broken(place: str, problem: object) -> DataError:
    hint = "check the file or the server"
    return DataError([Finding("bookings", 0, "", place, f"the database fails: {problem}", hint)])


class SqliteStore:
    """Bookings in a file: write-ahead log, every commit forced to the disk, one writer at a time, others wait."""

    def __init__(self, place: str | Path) -> None:
        self.place = str(place)
        parent = Path(place).absolute().parent
        if not parent.is_dir():
            raise OptionError(f"there is no folder {str(parent)!r} to keep the bookings in")
        try:
            self._db = sqlite3.connect(self.place, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as failed:
            raise _broken(self.place, failed) from failed
        try:
            with self._told():
                for pragma in ("journal_mode=WAL", "synchronous=FULL"):
                    self._db.execute(f"PRAGMA {pragma}")
                if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'booked_ticks'").fetchall():
                    with self.writing():
                        for statement in TABLES:
                            self._db.execute(statement)
        except BaseException:
            self._db.close()
            raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as failed:
            raise _broken(self.place, failed) from failed

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Open a transaction that no other writer can enter; it is kept whole or not at all."""
        with self._told():
            # Immediate: the lock is taken before anything is read, so what was read still holds when it is written.
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self._told():
                self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def rows(self, query: LiteralString, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._told():
            return self._db.execute(query, values).fetchall()

    def run(self, statement: LiteralString, rows: Iterable[Sequence[Any]] = ((),)) -> None:
        """Run a statement once for each row of values."""
        with self._told():
            self._db.executemany(statement, rows)

    def close(self) -> None:
        """Close the connection."""
        self._db.close()


class PostgresStore:
    """Bookings behind an address postgresql://…; writers take an advisory lock in turn."""

    def __init__(self, place: str) -> None:
        try:
            import psycopg
        except ImportError as missing:
            raise OptionError("bookings in PostgreSQL need an extra: pip install 'yijiang[postgres]'") from missing
        self._failure: type[Exception] = psycopg.Error
        # The password of the address must not stand in a message.
        self.place = re.sub(r"(://[^:/@]*):[^@]*@", r"\1:…@", place)
        try:
            self._db = psycopg.connect(place, autocommit=True)
        except psycopg.Error as failed:
            raise OptionError(f"no connection to {self.place}: {failed}") from failed
        try:
            with self.writing():
                for statement in TABLES:
                    self.run(statement)
        except BaseException:
            self._db.close()
            raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self._failure as failed:
            raise _broken(self.place, failed) from failed

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Open a transaction that no other writer can enter; it is kept whole or not at all."""
        with self._told(), self._db.transaction():
            self._db.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            yield

    def rows(self, query: LiteralString, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._told():
            return self._db.execute(query.replace("?", "%s"), values).fetchall()

    def run(self, statement: LiteralString, rows: Iterable[Sequence[Any]] = ((),)) -> None:
        """Run a statement once for each row of values."""
        with self._told(), self._db.cursor() as cursor:
            cursor.executemany(statement.replace("?", "%s"), rows)

    def close(self) -> None:
        """Close the connection."""
        self._db.close()
