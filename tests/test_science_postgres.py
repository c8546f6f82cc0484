"""Bookings in PostgreSQL: the same answers as in a file, and no seat twice among racing writers."""

from __future__ import annotations

import contextlib
import runpy
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import yijiang as yj
from yijiang.errors import InfeasibleError, OptionError
from yijiang.science.facilities.booking import Bookings
from yijiang.science.facilities.catalogue import Catalogue

pytest.importorskip("psycopg", reason="the extra yijiang[postgres] is not installed")
_beside = runpy.run_path(str(Path(__file__).with_name("test_ledger_postgres.py")))
server, database = _beside["server"], _beside["database"]

MONDAY = datetime(2026, 11, 30, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_bookings_race_in_a_database_too(database: Callable[[str], str]) -> None:
    place, catalogue = database("b"), Catalogue.of(yj.case("tiny"))
    made: list[str] = []

    def race(part: int) -> None:
        with Bookings(place, catalogue, clock=lambda: MONDAY - timedelta(days=10)) as bookings:
            for k in range(60):
                at = MONDAY + timedelta(hours=(3 * k + part) % 4)
                with contextlib.suppress(InfeasibleError):
                    made.append(bookings.book(["microscope"], f"{part}-{k}", "Upper", at, 1, advise=False).id)

    threads = [threading.Thread(target=race, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Bookings(place, catalogue, clock=lambda: MONDAY - timedelta(days=10)) as bookings:
        assert len(made) == len(bookings.all()) == 8
        assert len(bookings.seats()) == 8
        assert bookings.release(made[0]).state == "released"
        assert len(bookings.seats()) == 7
    with pytest.raises(OptionError, match="no connection"):
        Bookings("postgresql://nobody:secret@/nowhere?host=/none", catalogue)
