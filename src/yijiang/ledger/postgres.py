"""A copy of the ledger in a PostgreSQL database, for a team that shares one."""

from __future__ import annotations

from yijiang.databases import PostgresDatabase
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


class PostgresStore(PostgresDatabase):
    """A copy behind an address postgresql://…; one ledger to a schema, writers take an advisory lock in turn."""

    def __init__(self, place: str, *, create: bool = False) -> None:
        super().__init__(place, broken, _LOCK, "a ledger")
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

    def settle(self) -> None:
        """Let the server reuse the room of deleted names."""
        if self._db.info.transaction_status != 0:
            return
        with self._told():
            self._db.execute("VACUUM ledger_names")

    def discard(self) -> None:
        """Close the connection; the transaction that could not be ended left empty tables only."""
        self.close()
