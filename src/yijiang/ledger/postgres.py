"""A copy of the ledger in a PostgreSQL database, for a team that shares one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

from yijiang.errors import OptionError
from yijiang.ledger.store import TABLES, broken

_LOCK = 0x79696A69616E67
_EVENTS = (
    "CREATE TABLE IF NOT EXISTS ledger_events (n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " hash TEXT NOT NULL UNIQUE, side TEXT NOT NULL, seq BIGINT NOT NULL, clock BIGINT NOT NULL,"
    " payload TEXT NOT NULL, signature TEXT NOT NULL)",
    "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'events are never changed or deleted'; END $$",
    "DROP TRIGGER IF EXISTS ledger_no_change ON ledger_events",
    "CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_events"
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()",
)


class PostgresStore:
    """A copy behind an address postgresql://…; one ledger to a schema, writers take an advisory lock in turn."""

    def __init__(self, place: str, *, create: bool = False) -> None:
        try:
            import psycopg
        except ImportError as missing:
            raise OptionError("a ledger in PostgreSQL needs an extra: pip install 'yijiang[postgres]'") from missing
        self._failure: type[Exception] = psycopg.Error
        # The password of the address must not stand in a message.
        self.place = re.sub(r"(://[^:/@]*):[^@]*@", r"\1:…@", place)
        try:
            self._db = psycopg.connect(place, autocommit=True)
        except psycopg.Error as failed:
            raise OptionError(f"no connection to {self.place}: {failed}") from failed
        try:
            there = self.rows("SELECT to_regclass('ledger_events')")[0][0] is not None
            if create and there and self.rows("SELECT 1 FROM ledger_events LIMIT 1"):
                raise OptionError(f"{self.place} holds a ledger already; a ledger is never created over another")
            if create:
                with self.writing():
                    for statement in (*TABLES, *_EVENTS):
                        self.run(statement)
            elif not there:
                raise OptionError(f"there is no ledger at {self.place}")
        except BaseException:
            self._db.close()
            raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self._failure as failed:
            raise broken(self.place, failed) from failed

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Open a transaction that no other writer can enter; it is kept whole or not at all."""
        with self._told(), self._db.transaction():
            self._db.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            yield

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._told():
            return self._db.execute(_own(query), values).fetchall()

    def run(self, statement: str, rows: Iterable[Sequence[Any]] = ((),)) -> None:
        """Run a statement once for each row of values."""
        with self._told(), self._db.cursor() as cursor:
            cursor.executemany(_own(statement), rows)

    def settle(self) -> None:
        """Let the server reuse the room of deleted names."""
        if self._db.info.transaction_status != 0:
            return
        with self._told():
            self._db.execute("VACUUM ledger_names")

    def discard(self) -> None:
        """Close the connection; the transaction that could not be ended left empty tables only."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._db.close()


def _own(statement: str) -> LiteralString:
    # Every statement is a literal of this package; values only ever go in as parameters.
    return statement.replace("?", "%s")
