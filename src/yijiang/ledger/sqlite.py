"""A copy of the ledger in one SQLite file."""

from __future__ import annotations

import os
from pathlib import Path

from yijiang.databases import SqliteDatabase
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


class SqliteStore(SqliteDatabase):
    """A copy in a file: write-ahead log, every commit forced to the disk, one writer at a time, others wait."""

    def __init__(self, place: str | os.PathLike[str], *, create: bool = False) -> None:
        path = Path(place)
        if create and path.exists():
            raise OptionError(f"{str(path)!r} exists already; a ledger is never created over a file")
        if not create and not path.is_file():
            raise OptionError(f"there is no ledger at {str(path)!r}")
        if not path.parent.is_dir():
            raise OptionError(f"there is no folder {str(path.parent)!r} for the ledger")
        super().__init__(path, broken, _WAIT)
        # A byte that was changed may no longer be UTF-8; it must still be read, so that the fault can be named.
        self._db.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        try:
            with self._told():
                self._pragmas("secure_delete=ON", "recursive_triggers=ON")
                if create:
                    for statement in (*TABLES, *_EVENTS):
                        self._db.execute(statement)
                elif not self.rows("SELECT 1 FROM sqlite_master WHERE name = 'ledger_events'"):
                    raise OptionError(f"{self.place!r} is a database without a ledger")
        except BaseException:
            self._db.close()
            raise

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
