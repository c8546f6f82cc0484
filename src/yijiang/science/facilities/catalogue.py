"""The catalogue of facilities: who may use which, when each is open, and what keeps it from being booked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pandas as pd

from yijiang.belt.rules.science import minutes_of, parts_of
from yijiang.errors import OptionError, match_name

if TYPE_CHECKING:
    from yijiang.belt import Belt

UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Facility:
    """One row of the catalogue."""

    id: str
    region: str
    names: Mapping[str, str]
    owners: Mapping[str, str]
    kind: str
    count: int | None
    seats: int | None
    opens: int | None
    closes: int | None
    days: str
    time_zone: str
    approval: bool
    longest: float | None
    notice: float
    price: float | None
    open_to: tuple[str, ...]
    purposes: tuple[str, ...]
    by_sample: bool
    year: int | None
    source: str
    status: str

    @property
    def missing(self) -> tuple[str, ...]:
        """What must be known before it can be booked and is not: seats, hours."""
        return tuple(
            name for name, there in (("seats", self.seats), ("hours", self.opens), ) if there is None
        )  # fmt: skip

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of its opening hours."""
        return ZoneInfo(self.time_zone)

    def window(self, day: date) -> tuple[datetime, datetime] | None:
        """Return when it opens and closes on a local day, in UTC; None when it is closed or states no hours."""
        if self.opens is None or self.closes is None or str(day.isoweekday()) not in self.days:
            return None
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        # Minutes are added on the local clock, so that a change of the clock falls where it does.
        first = (midnight.replace(tzinfo=None) + timedelta(minutes=self.opens)).replace(tzinfo=self.zone)
        last = (midnight.replace(tzinfo=None) + timedelta(minutes=self.closes)).replace(tzinfo=self.zone)
        return first.astimezone(UTC), last.astimezone(UTC)

    def hours_between(self, first: date, last: date) -> float:
        """Return its open hours of one seat over local days, both included [h]."""
        total = 0.0
        day = first
        while day <= last:
            window = self.window(day)
            if window is not None:
                total += (window[1] - window[0]).total_seconds() / 3600
            day += timedelta(days=1)
        return total

    def refusals(self, region: str, purpose: str, start: datetime, end: datetime, now: datetime) -> list[str]:
        """Return why a booking is not eligible, as keys of the messages; empty when it is.

        Parameters
        ----------
        region
            Region of the user.
        purpose
            What for; blank asks nothing.
        start, end
            With time zone.
        now
            The moment of asking.
        """
        found = [f"no_{what}" for what in self.missing]
        if self.open_to and region not in self.open_to:
            found.append("region")
        if self.purposes and purpose and purpose not in self.purposes:
            found.append("purpose")
        if end <= start:
            found.append("order")
        hours = (end - start).total_seconds() / 3600
        if self.longest is not None and hours > self.longest + 1e-9:
            found.append("longest")
        if (start - now).total_seconds() / 3600 < self.notice - 1e-9:
            found.append("notice")
        if not self.missing:
            window = self.window(start.astimezone(self.zone).date())
            if window is None:
                found.append("day")
            elif start < window[0] or end > window[1]:
                found.append("hours")
        return found


class Catalogue:
    """Facilities of a belt with their quotas.

    Parameters
    ----------
    facilities, quotas
        The tables of a belt.
    regions
        Names of every region, identifier first.

    Examples
    --------
    >>> import yijiang as yj
    >>> catalogue = Catalogue.of(yj.case("tiny"))
    >>> [f.id for f in catalogue]
    ['spectrometer', 'microscope', 'flume', 'archive']
    >>> catalogue["flume"].missing
    ()
    """

    def __init__(self, facilities: pd.DataFrame, quotas: pd.DataFrame, regions: Iterable[tuple[str, ...]]) -> None:
        self.regions = list(regions)
        self._rows = {str(row["facility"]): self._facility(row) for row in facilities.to_dict("records")}
        self.quotas: dict[str, dict[str, float]] = {}
        for row in quotas.to_dict("records"):
            self.quotas.setdefault(str(row["facility"]), {})[str(row["region"])] = float(row["share"])

    @classmethod
    def of(cls, belt: Belt) -> Catalogue:
        """Return the catalogue of a belt; its faults, if it has any, are told first."""
        belt.require_clean()
        return cls(belt.table("facilities"), belt.table("quotas"), belt.aliases("region"))

    def region(self, name: str) -> str:
        """Return the identifier of a region by any of its names."""
        return match_name(name, self.regions, "region")

    def region_name(self, region: str, lang: str) -> str:
        """Return the name of a region in a language."""
        found = next((names for names in self.regions if names[0] == region), (region,))
        return found[-1] if lang == "zh" else found[min(1, len(found) - 1)]

    def _facility(self, row: Mapping[Any, Any]) -> Facility:
        def known(name: str) -> Any:
            value = row[name]
            return None if pd.isna(value) or value == "" else value

        def whole(name: str) -> int | None:
            value = known(name)
            return None if value is None else int(value)

        def real(name: str) -> float | None:
            value = known(name)
            return None if value is None else float(value)

        aliases = {alias: names[0] for names in self.regions for alias in names}
        return Facility(
            id=str(row["facility"]), region=str(row["region"]),
            names={lang: str(row[f"name_{lang}"]) for lang in ("en", "zh")},
            owners={lang: str(row[f"owner_{lang}"]) for lang in ("en", "zh")},
            kind=str(row["kind"]), count=whole("count"), seats=whole("seats"),
            opens=minutes_of(str(row["opens"])), closes=minutes_of(str(row["closes"])), days=str(row["days"]),
            time_zone=str(row["time_zone"]), approval=bool(row["approval"]), longest=real("longest"),
            notice=real("notice") or 0.0, price=real("price"),
            open_to=tuple(aliases.get(part, part) for part in parts_of(str(row["open_to"]))),
            purposes=tuple(parts_of(str(row["purposes"]))), by_sample=bool(row["by_sample"]), year=whole("year"),
            source=str(row["source"]), status=str(row["status"]),
        )  # fmt: skip

    def __iter__(self) -> Any:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, name: str) -> Facility:
        return self._rows[self.find(name)]

    def find(self, name: str) -> str:
        """Return the identifier of a facility by any of its names."""
        if not self._rows:
            raise OptionError("the belt has no facilities; add the table facilities.csv")
        return match_name(name, self._aliases, "facility")

    @cached_property
    def _aliases(self) -> list[tuple[str, ...]]:
        return [(f.id, *f.names.values()) for f in self]
