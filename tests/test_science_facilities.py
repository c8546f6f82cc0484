"""Facilities: eligible or told why, several at once, never one seat twice, shares kept, calendars others can read."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

import yijiang as yj
from yijiang.errors import DataError, InfeasibleError, OptionError
from yijiang.science.facilities.booking import Bookings
from yijiang.science.facilities.catalogue import Catalogue
from yijiang.science.facilities.doors import nearest, trips
from yijiang.science.facilities.export import ical
from yijiang.science.facilities.ical import Event, calendar, fold
from yijiang.science.facilities.quota import Given, weighted_use

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 30, 9, tzinfo=ZONE)
NOW = MONDAY - timedelta(days=10)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.of(yj.case("tiny"))


@pytest.fixture
def bookings(catalogue: Catalogue, tmp_path: Path) -> Iterator[Bookings]:
    with Bookings(tmp_path / "b.db", catalogue, clock=lambda: NOW) as opened:
        yield opened


def test_a_booking_goes_from_request_to_approval_and_back(bookings: Bookings) -> None:
    one = bookings.book(["Spectrometer"], "Ms Li", "上游", MONDAY, 2, purpose="research")
    assert (one.state, one.region, one.hours, one.facilities) == ("requested", "Upper", 2.0, ("spectrometer",))
    assert bookings.approve(one.id[:6]).state == "approved"
    with pytest.raises(OptionError, match="only what is requested"):
        bookings.approve(one.id)
    assert bookings.release(one.id, "no sample").note == "no sample"
    with pytest.raises(OptionError, match="is released already"):
        bookings.release(one.id)
    assert bookings.check(["spectrometer"], "Upper", MONDAY, 2).ok
    assert bookings.book(["microscope"], "Mr Wu", "Lower", MONDAY, 1).state == "approved"  # no owner is asked
    with pytest.raises(OptionError, match="no bookings have an id"):
        bookings.find("zz")


@pytest.mark.parametrize(
    ("facility", "region", "start", "hours", "purpose", "told"),
    [
        ("flume", "Lower", MONDAY, 2, "", "not open to users of Lower"),
        ("flume", "Upper", MONDAY, 2, "weddings", "not for the purpose weddings"),
        ("microscope", "Upper", MONDAY, 7, "", "at most 6 h"),
        ("microscope", "Upper", NOW + timedelta(hours=3), 1, "", "at least 12 h ahead"),
        ("spectrometer", "Upper", MONDAY + timedelta(days=5), 2, "", "closed on that day"),
        ("spectrometer", "Upper", MONDAY.replace(hour=17), 2, "", "not open for the whole"),
        ("archive", "Upper", MONDAY, 2, "", "states no seats"),
    ],
)
def test_what_stands_in_the_way_is_said(
    bookings: Bookings, facility: str, region: str, start: datetime, hours: float, purpose: str, told: str
) -> None:
    answer = bookings.check([facility], region, start, hours, purpose=purpose)
    assert any(told in line for line in answer.told("en")), answer.told("en")
    assert all(re.search("[\u4e00-\u9fff]", line) for line in answer.told("zh"))
    with pytest.raises(InfeasibleError, match=told):
        bookings.book([facility], "Ms Li", region, start, hours, purpose=purpose)
    assert bookings.all() == []


def test_times_off_the_quarter_and_unknown_names_are_refused(bookings: Bookings) -> None:
    with pytest.raises(OptionError, match="quarter of an hour"):
        bookings.book(["flume"], "x", "Upper", MONDAY.replace(minute=7), 1)
    with pytest.raises(OptionError, match="in quarters of an hour"):
        bookings.book(["flume"], "x", "Upper", MONDAY, 0.3)
    with pytest.raises(OptionError, match="no time zone"):
        bookings.book(["flume"], "x", "Upper", datetime(2026, 11, 30, 9), 1)
    with pytest.raises(OptionError, match="near matches: flume"):
        bookings.book(["flum"], "x", "Upper", MONDAY, 1)
    with pytest.raises(OptionError, match="named twice"):
        bookings.book(["flume", "水工水槽"], "x", "Upper", MONDAY, 1)
    with pytest.raises(OptionError, match="needs a person"):
        bookings.book(["flume"], " ", "Upper", MONDAY, 1)


def test_several_at_once_are_all_booked_or_none(bookings: Bookings) -> None:
    both = ["spectrometer", "microscope"]
    first = bookings.book(both, "Ms Li", "Upper", MONDAY, 2)
    assert set(first.facilities) == set(both)
    with pytest.raises(InfeasibleError, match="Spectrometer has no free seat") as full:
        bookings.book(both, "Mr Wu", "Lower", MONDAY + timedelta(hours=1), 2)
    assert full.value.relaxations[0] == "free: 2026-11-30 11:00"
    assert len(bookings.all()) == 1
    # The microscope has a second seat, the spectrometer none.
    slots = bookings.slots(both, 2, MONDAY.date(), MONDAY.date(), region="Lower", most=3)
    assert [s.start.astimezone(ZONE).hour for s in slots] == [11, 13, 15]
    assert bookings.check(["microscope"], "Lower", MONDAY, 2).seats == (1,)
    day = date(2026, 11, 30)
    assert bookings.slots(["archive"], 1, day, day) == []


def test_who_waits_is_seated_by_the_least_used_share(bookings: Bookings) -> None:
    held = bookings.book(["flume"], "first", "Upper", MONDAY, 8, purpose="lock")
    waits = [
        bookings.book(["flume"], who, region, MONDAY, 8, purpose="lock", wait=True)
        for who, region in (("again", "Upper"), ("other", "Middle"))
    ]
    assert [one.state for one in waits] == ["waiting", "waiting"]
    bookings.book(["flume"], "more", "Upper", MONDAY + timedelta(days=1), 8, purpose="lock")
    bookings.release(held.id)
    # Upper has had a day already: Middle, which came later, goes first; the other still waits.
    assert [bookings.find(one.id).state for one in waits] == ["waiting", "requested"]
    bookings.refuse(waits[1].id, "not this week")
    assert bookings.find(waits[0].id).state == "requested"
    use = {(row["facility"], row["region"]): row for row in bookings.use()}
    assert use["flume", "Upper"]["hours"] == 16
    assert use["flume", "Middle"] == {"facility": "flume", "region": "Middle", "hours": 0.0, "part": 0.0, "kept": 0.5}


def test_hours_kept_for_others_are_not_given_away_until_two_days_before(catalogue: Catalogue, tmp_path: Path) -> None:
    clock = [datetime(2026, 11, 1, 8, tzinfo=ZONE)]
    with Bookings(tmp_path / "q.db", catalogue, clock=lambda: clock[0]) as bookings:
        spectrometer = catalogue["spectrometer"]
        # November 2026 has 21 working days of 10 hours; a quarter is kept for Upper.
        assert bookings.left(spectrometer, "Upper", MONDAY) == pytest.approx(0.25 * 210)
        day = datetime(2026, 11, 4, 8, tzinfo=ZONE)
        for k in range(7):
            bookings.book(["spectrometer"], "x", "Upper", day + timedelta(days=k + 2 * (k > 2)), 7.5)
        assert bookings.left(spectrometer, "Upper", MONDAY) == 0
        with pytest.raises(InfeasibleError, match="used up"):
            bookings.book(["spectrometer"], "x", "Upper", MONDAY, 1)
        assert bookings.check(["spectrometer"], "Lower", MONDAY, 1).ok
        clock[0] = MONDAY - timedelta(hours=47)
        assert bookings.check(["spectrometer"], "Upper", MONDAY, 1).ok


def test_use_fades_with_a_half_life() -> None:
    given = [Given("A", 8, MONDAY - timedelta(days=90)), Given("A", 8, MONDAY + timedelta(days=3))]
    assert weighted_use(given, MONDAY) == {"A": pytest.approx(12)}


def test_impossible_quotas_and_hours_are_found_in_the_tables() -> None:
    tiny = yj.case("tiny")
    quotas = tiny.table("quotas").assign(share=0.7)
    assert tiny.with_tables(quotas=quotas).check()["problem"].tolist() == [
        "the shares of spectrometer sum to more than 1", "the shares of flume sum to more than 1",
    ]  # fmt: skip
    facilities = tiny.table("facilities")
    facilities["opens"] = ["8.00", "20:00", "", "09:00"]
    facilities["time_zone"] = ["Asia/Shanghai", "Asia/Shanghai", "Peking", "Asia/Shanghai"]
    facilities["days"] = ["12345", "8", "12345", "1"]
    facilities["open_to"] = ["Uper", "", "", ""]
    told = " ".join(tiny.with_tables(facilities=facilities).check()["problem"])
    for words in ("not a time", "closes before it opens", "but not both", "unknown time zone", "not days of the week",
                  "unknown region"):  # fmt: skip
        assert words in told, words
    with pytest.raises(DataError):
        Catalogue.of(tiny.with_tables(facilities=facilities))


RACE = """
import json, sys, threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo
import yijiang as yj
from yijiang.errors import InfeasibleError
from yijiang.science.facilities.booking import Bookings
from yijiang.science.facilities.catalogue import Catalogue

place, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
zone = ZoneInfo("Asia/Shanghai")
monday = datetime(2026, 11, 30, 9, tzinfo=zone)
catalogue = Catalogue.of(yj.case("tiny"))
sys.stdin.readline()
made = []
def run(part):
    with Bookings(place, catalogue, clock=lambda: monday - timedelta(days=10)) as bookings:
        for k in range(count):
            at = monday + timedelta(hours=(7 * k + part) % 8, days=(k + 3 * part) % 3)
            try:
                bookings.book(["microscope"], f"{name}-{part}-{k}", "Upper", at, 1, advise=False)
                made.append(at.isoformat())
            except InfeasibleError:
                pass
threads = [threading.Thread(target=run, args=(part,)) for part in range(2)]
[t.start() for t in threads]
[t.join() for t in threads]
print(json.dumps(made))
"""


def test_ten_thousand_racing_requests_never_take_a_seat_twice(catalogue: Catalogue, tmp_path: Path) -> None:
    place = tmp_path / "race.db"
    with Bookings(place, catalogue, clock=lambda: NOW):
        pass
    runners = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(place), f"p{k}", "2499"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )
        for k in range(2)
    ]  # fmt: skip
    # Let go together, so that they meet at the door; two more threads race from here to make it ten thousand.
    found: list[str] = []
    for runner in runners:
        assert runner.stdin is not None
        runner.stdin.write("go\n")
        runner.stdin.flush()

    def here(part: int) -> None:
        with Bookings(place, catalogue, clock=lambda: NOW) as bookings:
            for k in range(2):
                at = MONDAY + timedelta(hours=(k + part) % 8)
                try:
                    bookings.book(["microscope"], f"h-{part}-{k}", "Lower", at, 1)
                    found.append(at.isoformat())
                except InfeasibleError:
                    pass

    threads = [threading.Thread(target=here, args=(k,)) for k in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for runner in runners:
        found += json.loads(runner.communicate(timeout=400)[0])
        assert runner.returncode == 0
    # 2 × 2 × 2,499 + 4 = 10,000 requests for 8 hours of 3 days with 2 seats: all 48 places given, none twice.
    with Bookings(place, catalogue, clock=lambda: NOW) as bookings:
        assert len(found) == len(bookings.all()) == 48
        assert all(found.count(at) == 2 for at in set(found))
        rows = bookings._store.rows("SELECT facility, seat, tick FROM booked_ticks")
        assert len(rows) == len(set(rows)) == 48 * 4
        assert sorted(b.number for b in bookings.all()) == list(range(1, 49))


def test_from_door_to_door(catalogue: Catalogue) -> None:
    from yijiang.doors import hours_between

    hours = hours_between(yj.case("tiny"))
    # 60 km to the node and 50 km from it at 80 km/h; an hour's wait and 650 km by rail at 120 km/h.
    way = 110 / 80 + 1 + 650 / 120
    assert hours.loc["Upper", "Middle"] == pytest.approx(way, abs=1e-5)
    ways = trips(catalogue["microscope"], "Upper", 4, hours, cost=hours * 10)
    assert [(w.way, w.hours, w.cost) for w in ways] == [
        ("sample", pytest.approx(way + 4, abs=1e-4), pytest.approx(10 * way + 800, abs=1e-3)),
        ("visit", pytest.approx(2 * way + 4, abs=1e-4), pytest.approx(20 * way + 800, abs=1e-3)),
    ]  # fmt: skip
    assert nearest(catalogue, "Upper", 4, hours)[0].facility == "archive"
    assert trips(catalogue["archive"], "Upper", 4, hours)[0].cost is None
    island = hours.copy()
    island.loc["Upper", "Middle"] = float("inf")
    assert trips(catalogue["flume"], "Upper", 4, island) == []
    with pytest.raises(DataError, match="no such region"):
        trips(catalogue["flume"], "Upper", 4, hours.loc[["Middle"]])


def test_the_calendar_can_be_read_back(bookings: Bookings) -> None:
    one = bookings.book(["spectrometer"], "Ms Li; of the long, long name " * 4, "Upper", MONDAY, 2)
    bookings.book(["microscope"], "王工", "Lower", MONDAY, 1)
    bookings.release(one.id, "back\nsoon")
    text = ical(bookings, lang="zh")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    whole = text.replace("\r\n ", "").split("\r\n")
    assert whole[0] == "BEGIN:VCALENDAR"
    assert whole[-2] == "END:VCALENDAR"
    assert whole.count("BEGIN:VEVENT") == whole.count("END:VEVENT") == 2
    assert "DTSTART;TZID=Asia/Shanghai:20261130T090000" in whole
    assert "TZID:Asia/Shanghai" in whole
    assert "TZOFFSETTO:+0800" in whole
    assert "STATUS:CANCELLED" in whole
    assert "SEQUENCE:1" in whole
    assert any(line.startswith("DESCRIPTION:") and "back\\nsoon" in line for line in whole)
    uids = [line for line in whole if line.startswith("UID:")]
    assert len(set(uids)) == 2
    assert ical(bookings, lang="zh") == text
    assert ical(bookings, "microscope").count("BEGIN:VEVENT") == 1


def test_a_calendar_tells_when_the_clock_changes() -> None:
    zone = ZoneInfo("Europe/Vienna")
    start = datetime(2026, 3, 20, 9, tzinfo=zone)
    one = Event("a@yijiang", "River table", start, start + timedelta(hours=1), start)
    two = Event("b@yijiang", "River table", start + timedelta(days=14), start + timedelta(days=14, hours=1), start)
    lines = calendar([(one, zone), (two, zone)], "c").split("\r\n")
    at = lines.index("BEGIN:DAYLIGHT")
    # The clock goes from 2:00 to 3:00 on the last Sunday of March.
    assert lines[at + 1 : at + 4] == ["DTSTART:20260329T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200"]
    assert fold("é" * 50).split("\r\n ")[0] == "é" * 37


def test_a_file_that_is_no_database_is_named(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"not a database at all, but long enough to be read as one" * 40)
    with pytest.raises(DataError, match="the database fails"):
        Bookings(tmp_path / "x.db", catalogue)
    with pytest.raises(OptionError, match="no folder"):
        Bookings(tmp_path / "no" / "x.db", catalogue)


def test_opening_hours_follow_the_clock_of_the_place() -> None:
    tiny = yj.case("tiny")
    facilities = tiny.table("facilities").assign(time_zone="Europe/Vienna", opens="08:00", closes="18:00", seats=1)
    place = Catalogue.of(tiny.with_tables(facilities=facilities))["flume"]
    winter, summer = place.window(date(2026, 3, 27)), place.window(date(2026, 3, 30))
    assert winter is not None
    assert summer is not None
    assert (winter[0].hour, summer[0].hour) == (7, 6)
    assert place.hours_between(date(2026, 3, 23), date(2026, 3, 29)) == 50
    assert pd.isna(tiny.table("facilities")["seats"].iloc[3])
