"""Where bookings are kept: one SQLite file, or a PostgreSQL database for teams. Nothing can be given twice.

A seat of a facility is given in ticks of a quarter of an hour, and the table of ticks has (facility, seat, tick) for
its key: whoever writes, by whatever program, the database itself refuses a second booking.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, LiteralString, Protocol

from yijiang.databases import PostgresDatabase, SqliteDatabase
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


class SqliteStore(SqliteDatabase):
    """Bookings in a file."""

    def __init__(self, place: str | Path) -> None:
        parent = Path(place).absolute().parent
        if not parent.is_dir():
            raise OptionError(f"there is no folder {str(parent)!r} to keep the bookings in")
        super().__init__(place, _broken, _WAIT, shared=True)
        try:
            with self._told():
                self._pragmas()
            if not self.rows("SELECT 1 FROM sqlite_master WHERE name = 'booked_ticks'"):
                with self.writing():
                    for statement in TABLES:
                        self.run(statement)
        except BaseException:
            self.close()
            raise


class PostgresStore(PostgresDatabase):
    """Bookings behind an address postgresql://…."""

    def __init__(self, place: str) -> None:
        super().__init__(place, _broken, _LOCK, "a book of bookings")
        try:
            with self.writing():
                for statement in TABLES:
                    self.run(statement)
        except BaseException:
            self.close()
            raise
