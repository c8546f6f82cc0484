"""What is written down of a booking, and what is answered to a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from yijiang.messages import message
from yijiang.science.facilities.catalogue import UTC
from yijiang.science.facilities.slots import Slot, moment_of

#: States in which a booking holds its seats.
HOLDING = ("requested", "approved")
STATES = (*HOLDING, "waiting", "released", "refused")


@dataclass(frozen=True)
class Booking:
    """One booking; times in UTC. `state` is requested, approved, waiting, released or refused."""

    id: str
    number: int
    person: str
    region: str
    purpose: str
    state: str
    start: datetime
    end: datetime
    made: datetime
    changed: datetime
    sequence: int
    note: str
    facilities: tuple[str, ...]

    @property
    def hours(self) -> float:
        """Its length [h]."""
        return (self.end - self.start).total_seconds() / 3600


@dataclass(frozen=True)
class Answer:
    """Whether a booking could be made: its seats, or why not, as keys of messages with their values."""

    seats: tuple[int, ...]
    reasons: tuple[tuple[str, dict[str, Any]], ...]
    next: tuple[Slot, ...] = ()

    @property
    def ok(self) -> bool:
        """True when it could be made."""
        return not self.reasons

    def told(self, lang: str) -> list[str]:
        """Return the reasons in words of a language."""
        told = []
        for key, row in self.reasons:
            values = {k: v[lang] if isinstance(v, dict) else v for k, v in row.items()}
            told.append(message(f"facility.reason_{key}", lang, **values))
        return told


COLUMNS: LiteralString = "id, number, person, region, purpose, state, first, last, made, changed, sequence, note"


def booking_of(row: tuple[Any, ...], facilities: Sequence[str]) -> Booking:
    """Return a row of the database as a booking."""
    id, number, person, region, purpose, state, first, last, made, changed, sequence, note = row
    return Booking(
        str(id), int(number), str(person), str(region), str(purpose), str(state), moment_of(int(first)),
        moment_of(int(last)), datetime.fromtimestamp(int(made), UTC), datetime.fromtimestamp(int(changed), UTC),
        int(sequence), str(note), tuple(facilities),
    )  # fmt: skip
