"""Free time: in which quarters of an hour which seats are free, of one facility or of several at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import OptionError
from yijiang.science.facilities.catalogue import UTC, Facility

#: Minutes of a tick.
TICK = 15


def tick_of(moment: datetime) -> int:
    """Return the tick that begins at a moment.

    Raises
    ------
    OptionError
        If the moment has no time zone, or does not lie on a quarter of an hour.

    Examples
    --------
    >>> tick_of(datetime(1970, 1, 1, 1, 30, tzinfo=UTC))
    6
    """
    if moment.tzinfo is None:
        raise OptionError(f"{moment.isoformat()} has no time zone")
    seconds = moment.timestamp()
    if seconds % (TICK * 60):
        raise OptionError(f"{moment.isoformat()} does not lie on a quarter of an hour; write :00, :15, :30 or :45")
    return int(seconds) // (TICK * 60)


def moment_of(tick: int) -> datetime:
    """Return the moment at which a tick begins, in UTC.

    >>> moment_of(6).isoformat()
    '1970-01-01T01:30:00+00:00'
    """
    return datetime.fromtimestamp(tick * TICK * 60, UTC)


def ticks_in(hours: float) -> int:
    """Return how many ticks some hours are.

    >>> ticks_in(1.5)
    6
    """
    ticks = hours * 60 / TICK
    if not hours > 0 or abs(ticks - round(ticks)) > 1e-9:
        raise OptionError(f"hours must be more than 0 and in quarters of an hour, not {hours:g}")
    return round(ticks)


@dataclass(frozen=True)
class Slot:
    """A time at which every facility asked for has a free seat: from, to (UTC), and the seat of each."""

    start: datetime
    end: datetime
    seats: tuple[int, ...]


def free_grid(facility: Facility, taken: Iterable[tuple[int, int]], first: int, last: int) -> NDArray[np.bool_]:
    """Return which seats are free in which ticks (seat, tick) from `first` to before `last`.

    Parameters
    ----------
    facility
        The facility; without seats or hours nothing is free.
    taken
        Seat and tick of everything given.
    first, last
        The ticks looked at.
    """
    grid = np.zeros((facility.seats or 0, max(last - first, 0)), bool)
    if facility.missing:
        return grid
    day = moment_of(first).astimezone(facility.zone).date() - timedelta(days=1)
    end = moment_of(last).astimezone(facility.zone).date()
    while day <= end:
        window = facility.window(day)
        if window is not None:
            opens, closes = -(-int(window[0].timestamp()) // (TICK * 60)), int(window[1].timestamp()) // (TICK * 60)
            grid[:, max(opens - first, 0) : max(closes - first, 0)] = True
        day += timedelta(days=1)
    for seat, tick in taken:
        if first <= tick < last and seat < len(grid):
            grid[seat, tick - first] = False
    return grid


def runs(free: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Return where a run of so many free ticks begins (seat, start).

    >>> runs(np.array([[1, 1, 0, 1, 1, 1]], bool), 2).tolist()
    [[True, False, False, True, True]]
    """
    if free.shape[1] < length:
        return np.zeros((len(free), 0), bool)
    total = np.concatenate([np.zeros((len(free), 1), np.int64), np.cumsum(free, axis=1)], axis=1)
    result: NDArray[np.bool_] = total[:, length:] - total[:, :-length] == length
    return result


def common_slots(
    grids: Sequence[NDArray[np.bool_]], first: int, length: int, most: int, *, apart: bool = True
) -> list[Slot]:
    """Return the first times at which every facility has a seat free for so many ticks on end.

    Parameters
    ----------
    grids
        Free ticks of every facility, from the same tick on.
    first
        That tick.
    length
        Ticks wanted.
    most
        Slots returned.
    apart
        Slots that overlap the one before are left out.
    """
    starts = [runs(grid, length) for grid in grids]
    if not starts:
        return []
    found: list[Slot] = []
    free = -1
    for at in np.flatnonzero(np.logical_and.reduce([one.any(axis=0) for one in starts])):
        if apart and at < free:
            continue
        seats = tuple(int(np.argmax(one[:, at])) for one in starts)
        found.append(Slot(moment_of(first + int(at)), moment_of(first + int(at) + length), seats))
        free = int(at) + length
        if len(found) == most:
            break
    return found


def first_and_last_tick(first: date, last: date, facility: Facility) -> tuple[int, int]:
    """Return the ticks of local days, both included."""
    begin = datetime(first.year, first.month, first.day, tzinfo=facility.zone)
    after = last + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=facility.zone)
    return int(begin.timestamp()) // (TICK * 60), int(end.timestamp()) // (TICK * 60)
