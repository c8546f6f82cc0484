"""Booking: eligible, within the shares, a seat of every facility at once, and never one seat twice."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from yijiang.errors import InfeasibleError, OptionError
from yijiang.science.facilities.catalogue import UTC, Catalogue, Facility
from yijiang.science.facilities.quota import RELEASE, Given, allowance, turn, weighted_use
from yijiang.science.facilities.records import COLUMNS, HOLDING, Answer, Booking, booking_of
from yijiang.science.facilities.slots import (
    TICK,
    Slot,
    common_slots,
    first_and_last_tick,
    free_grid,
    moment_of,
    tick_of,
    ticks_in,
)
from yijiang.science.facilities.store import open_store

#: Days ahead that are searched for the next free slot.
AHEAD = 28


def _now() -> datetime:
    return datetime.now(UTC)


class Bookings:
    """The bookings of a catalogue, in an SQLite file or behind postgresql://….

    Parameters
    ----------
    place
        The file, made if it is not there, or the address.
    catalogue
        The facilities.
    clock
        Tells the time; for tests.

    Examples
    --------
    >>> import tempfile, yijiang as yj
    >>> catalogue = Catalogue.of(yj.case("tiny"))
    >>> monday = datetime(2026, 11, 30, 9, tzinfo=catalogue["spectrometer"].zone)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Bookings(Path(folder) / "b.db", catalogue, clock=lambda: monday - timedelta(days=7)) as bookings:
    ...         one = bookings.book(["spectrometer"], "Ms Li", "Upper", monday, 2.0)
    ...         one.state, bookings.check(["spectrometer"], "Lower", monday, 2.0).told("en")
    ('requested', ['Spectrometer has no free seat at that time.'])
    """

    def __init__(self, place: str | Path, catalogue: Catalogue, clock: Callable[[], datetime] = _now) -> None:
        self._store = open_store(place)
        self.catalogue = catalogue
        self._clock = clock

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _facilities(self, names: Sequence[str]) -> list[Facility]:
        if not names:
            raise OptionError("name one or more facilities")
        ids = [self.catalogue.find(name) for name in names]
        if len(set(ids)) < len(ids):
            raise OptionError(f"a facility is named twice: {', '.join(ids)}")
        return [self.catalogue[name] for name in ids]

    def _taken(self, facility: str, first: int, last: int) -> list[tuple[int, int]]:
        query = "SELECT seat, tick FROM booked_ticks WHERE facility = ? AND tick >= ? AND tick < ?"
        return [(int(seat), int(tick)) for seat, tick in self._store.rows(query, (facility, first, last))]

    def slots(
        self,
        facilities: Sequence[str],
        hours: float,
        first: date,
        last: date,
        *,
        region: str | None = None,
        purpose: str = "",
        most: int = 10,
    ) -> list[Slot]:
        """Return the times at which all facilities have a seat free at once, the first ones first.

        Parameters
        ----------
        facilities
            One or more facilities by name.
        hours
            Length [h], in quarters of an hour.
        first, last
            Local days, both included.
        region
            Region of the user; unless given, eligibility and shares are not asked.
        purpose
            What for.
        most
            Slots returned.
        """
        chosen = self._facilities(facilities)
        length = ticks_in(hours)
        begin, end = first_and_last_tick(first, last, chosen[0])
        begin = max(begin, -(-int(self._clock().timestamp()) // (TICK * 60)))
        grids = [free_grid(one, self._taken(one.id, begin, end), begin, end) for one in chosen]
        # Some may fall to a quota or a notice: more are looked for than are asked for.
        found = common_slots(grids, begin, length, most if region is None else 20 * most)
        if region is None:
            return found
        home = self.catalogue.region(region)
        fine = [slot for slot in found if not self._why(chosen, home, slot.start, slot.end, purpose)]
        return fine[:most]

    def check(
        self, facilities: Sequence[str], region: str, start: datetime, hours: float, *, purpose: str = ""
    ) -> Answer:
        """Say whether a booking could be made now: eligible, within the shares, a seat free of every facility.

        Parameters as in `book`. A refusal names the next free times.
        """
        chosen, home = self._facilities(facilities), self.catalogue.region(region)
        first, length = tick_of(start), ticks_in(hours)
        answer = self._answer(chosen, home, first, length, purpose)
        if answer.ok or any(one.missing for one in chosen):
            return answer
        day = max(start, self._clock()).astimezone(chosen[0].zone).date()
        later = self.slots(facilities, hours, day, day + timedelta(days=AHEAD), region=home, purpose=purpose, most=3)
        return Answer((), answer.reasons, tuple(later))

    def _answer(self, chosen: Sequence[Facility], region: str, first: int, length: int, purpose: str) -> Answer:
        start, end = moment_of(first), moment_of(first + length)
        reasons = self._why(chosen, region, start, end, purpose)
        seats = []
        for one in chosen:
            if one.missing:
                continue
            busy = {seat for seat, _ in self._taken(one.id, first, first + length)}
            free = next((seat for seat in range(one.seats or 0) if seat not in busy), None)
            if free is None:
                reasons.append(("taken", {"facility": one.names}))
            else:
                seats.append(free)
        return Answer(tuple(seats), tuple(reasons))

    def _why(
        self, chosen: Sequence[Facility], region: str, start: datetime, end: datetime, purpose: str
    ) -> list[tuple[str, dict[str, Any]]]:
        reasons: list[tuple[str, dict[str, Any]]] = []
        now = self._clock()
        for one in chosen:
            for key in one.refusals(region, purpose, start, end, now):
                names = {lang: self.catalogue.region_name(region, lang) for lang in ("en", "zh")}
                values = {"facility": one.names, "region": names, "purpose": purpose, "hours": f"{one.longest or 0:g}",
                          "notice": f"{one.notice:g}"}  # fmt: skip
                reasons.append((key, values))
            left = None if one.missing else self.left(one, region, start)
            if left is not None and (end - start).total_seconds() / 3600 > left + 1e-9:
                names = {lang: self.catalogue.region_name(region, lang) for lang in ("en", "zh")}
                reasons.append(("quota", {"facility": one.names, "region": names, "left": f"{left:g}"}))
        return reasons

    def left(self, facility: Facility, region: str, start: datetime) -> float | None:
        """Return the seat-hours of the month of a slot that a region may still take; None where nothing limits it."""
        shares = self.catalogue.quotas.get(facility.id)
        if not shares or (start - self._clock()).total_seconds() / 3600 <= RELEASE:
            return None
        first, last = _month(start.astimezone(facility.zone).date())
        hours = facility.hours_between(first, last) * (facility.seats or 0)
        ticks = first_and_last_tick(first, last, facility)
        used: dict[str, float] = {}
        for one in self._holding(facility.id):
            if ticks[0] <= tick_of(one.start) < ticks[1]:
                used[one.region] = used.get(one.region, 0.0) + one.hours
        return allowance(hours, used, shares, region)

    def book(
        self,
        facilities: Sequence[str],
        person: str,
        region: str,
        start: datetime,
        hours: float,
        *,
        purpose: str = "",
        wait: bool = False,
        advise: bool = True,
    ) -> Booking:
        """Book a seat of every facility at once.

        Parameters
        ----------
        facilities
            One or more facilities by name; all are free at that time, or none is booked.
        person
            Who it is for.
        region
            The user's region.
        start
            With time zone, on a quarter of an hour.
        hours
            Length [h], in quarters of an hour.
        purpose
            What for.
        wait
            Wait for a seat where none is free: whoever's region has used least of its share is seated first.
        advise
            Look for the next times that would do, to be told with a refusal.

        Returns
        -------
        Booking
            `approved`, or `requested` where an owner approves; the seats are held either way.

        Raises
        ------
        InfeasibleError
            If it cannot be: why, and the next times that would do.
        """
        chosen, home = self._facilities(facilities), self.catalogue.region(region)
        if not person.strip():
            raise OptionError("a booking needs a person or an organisation")
        first, length = tick_of(start), ticks_in(hours)
        # Asked once without the lock, so that a crowd at a full door does not hold up who gets in.
        answer = self._answer(chosen, home, first, length, purpose)
        if answer.ok:
            with self._store.writing():
                answer = self._answer(chosen, home, first, length, purpose)
                if answer.ok:
                    state = "requested" if any(one.approval for one in chosen) else "approved"
                    made = self._enter(chosen, person, home, first, length, purpose, state)
                    self._seat(made, chosen, answer.seats, first, length)
        if answer.ok:
            return self.find(made)
        if wait and all(key == "taken" for key, _ in answer.reasons):
            with self._store.writing():
                made = self._enter(chosen, person, home, first, length, purpose, "waiting")
            return self.find(made)
        if not advise:
            raise InfeasibleError(" ".join(answer.told("en")))
        answer = self.check(facilities, home, start, hours, purpose=purpose)
        if answer.ok:
            # Somebody gave it back between the two looks.
            return self.book(facilities, person, region, start, hours, purpose=purpose, wait=wait)
        later = [f"free: {slot.start.astimezone(chosen[0].zone):%Y-%m-%d %H:%M}" for slot in answer.next]
        full = all(key in ("taken", "quota") for key, _ in answer.reasons)
        raise InfeasibleError(
            " ".join(answer.told("en")), later or (["no free time within the next four weeks"] if full else [])
        )

    def _enter(
        self, chosen: Sequence[Facility], person: str, region: str, first: int, length: int, purpose: str, state: str
    ) -> str:
        number = int(self._store.rows("SELECT COALESCE(MAX(number), 0) + 1 FROM bookings")[0][0])
        made, now = secrets.token_hex(6), int(self._clock().timestamp())
        self._store.run(
            "INSERT INTO bookings (id, number, person, region, purpose, state, first, last, made, changed, sequence,"
            " note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '')",
            [(made, number, person, region, purpose, state, first, first + length, now, now)],
        )
        statement = "INSERT INTO booked_facilities (booking, facility) VALUES (?, ?)"
        self._store.run(statement, [(made, one.id) for one in chosen])
        return made

    def _seat(self, made: str, chosen: Sequence[Facility], seats: Sequence[int], first: int, length: int) -> None:
        self._store.run(
            "INSERT INTO booked_ticks (facility, seat, tick, booking) VALUES (?, ?, ?, ?)",
            [
                (one.id, seat, tick, made)
                for one, seat in zip(chosen, seats, strict=True)
                for tick in range(first, first + length)
            ],
        )

    def _move(self, booking: Booking, state: str, note: str) -> None:
        self._store.run(
            "UPDATE bookings SET state = ?, note = ?, changed = ?, sequence = sequence + 1 WHERE id = ?",
            [(state, note, int(self._clock().timestamp()), booking.id)],
        )

    def approve(self, id: str, note: str = "") -> Booking:
        """Approve a booking, as the owner of its facilities."""
        with self._store.writing():
            booking = self.find(id)
            if booking.state != "requested":
                raise OptionError(f"booking {booking.id} is {booking.state}; only what is requested is approved")
            self._move(booking, "approved", note)
        return self.find(booking.id)

    def refuse(self, id: str, note: str = "") -> Booking:
        """Refuse a booking, as the owner; its seats are free again, and whoever waits is seated."""
        return self._end(id, "refused", ("requested",), note)

    def release(self, id: str, note: str = "") -> Booking:
        """Give a booking back; its seats are free again, and whoever waits is seated."""
        return self._end(id, "released", (*HOLDING, "waiting"), note)

    def _end(self, id: str, state: str, possible: Sequence[str], note: str) -> Booking:
        with self._store.writing():
            booking = self.find(id)
            if booking.state not in possible:
                raise OptionError(f"booking {booking.id} is {booking.state} already")
            self._move(booking, state, note)
            self._store.run("DELETE FROM booked_ticks WHERE booking = ?", [(booking.id,)])
            self._serve(booking.facilities)
        return self.find(booking.id)

    def _serve(self, facilities: Sequence[str]) -> None:
        """Seat those who wait for one of the facilities, the region with the least used share first."""
        waiting = [b for b in self.all("waiting") if set(b.facilities) & set(facilities) and b.start > self._clock()]
        for name in facilities:
            here = [b for b in waiting if name in b.facilities]
            given = [Given(b.region, b.hours, b.start) for b in self._holding(name)]
            shares = self.catalogue.quotas.get(name, {})
            use = weighted_use(given, self._clock())
            for k in turn([(b.region, b.hours) for b in here], use, shares):
                one = here[k]
                if self.find(one.id).state != "waiting":
                    continue
                chosen = [self.catalogue[f] for f in one.facilities]
                first = tick_of(one.start)
                answer = self._answer(chosen, one.region, first, ticks_in(one.hours), one.purpose)
                if answer.ok:
                    self._seat(one.id, chosen, answer.seats, first, ticks_in(one.hours))
                    self._move(one, "requested" if any(f.approval for f in chosen) else "approved", "")

    def all(self, *states: str) -> list[Booking]:
        """Return the bookings, in the order they were made; of the given states only, if any are given."""
        held: dict[str, list[str]] = {}
        for booking, facility in self._store.rows("SELECT booking, facility FROM booked_facilities ORDER BY 1, 2"):
            held.setdefault(str(booking), []).append(str(facility))
        rows = self._store.rows(f"SELECT {COLUMNS} FROM bookings ORDER BY number")
        found = [booking_of(row, held.get(str(row[0]), [])) for row in rows]
        return [one for one in found if one.state in states] if states else found

    def _holding(self, facility: str) -> list[Booking]:
        rows = self._store.rows(
            f"SELECT {COLUMNS} FROM bookings WHERE state IN ('requested', 'approved') AND id IN"
            " (SELECT booking FROM booked_facilities WHERE facility = ?) ORDER BY number",
            (facility,),
        )
        return [booking_of(row, [facility]) for row in rows]

    def find(self, id: str) -> Booking:
        """Return a booking by its id, or the beginning of it."""
        rows = self._store.rows(f"SELECT {COLUMNS} FROM bookings ORDER BY number")
        found = [row for row in rows if id and str(row[0]).startswith(id)]
        if len(found) != 1:
            raise OptionError(f"{len(found) or 'no'} bookings have an id that begins with {id!r}")
        query = "SELECT facility FROM booked_facilities WHERE booking = ? ORDER BY 1"
        return booking_of(found[0], [str(row[0]) for row in self._store.rows(query, (found[0][0],))])

    def seats(self) -> dict[str, dict[str, int]]:
        """Return which seat of which facility every booking holds."""
        found: dict[str, dict[str, int]] = {}
        query = "SELECT booking, facility, MIN(seat) FROM booked_ticks GROUP BY booking, facility"
        for booking, facility, seat in self._store.rows(query):
            found.setdefault(str(booking), {})[str(facility)] = int(seat)
        return found

    def use(self) -> list[dict[str, Any]]:
        """Return hours given by facility and region, with the share of all hours given and the share kept."""
        rows = []
        for facility in self.catalogue:
            hours: dict[str, float] = {}
            for one in self._holding(facility.id):
                hours[one.region] = hours.get(one.region, 0.0) + one.hours
            shares = self.catalogue.quotas.get(facility.id, {})
            total = sum(hours.values())
            for region in sorted({*hours, *shares}):
                own = hours.get(region, 0.0)
                rows.append(
                    {
                        "facility": facility.id, "region": region, "hours": own,
                        "part": own / total if total else None, "kept": shares.get(region),
                    }
                )  # fmt: skip
        return rows


def _month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return first, following - timedelta(days=1)
