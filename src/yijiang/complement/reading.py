"""What a belt holds that says how regions complement each other, as arrays in the belt's own order and as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yijiang import units
from yijiang.errors import OptionError

if TYPE_CHECKING:
    from yijiang.belt import Belt

Floats = NDArray[np.float64]
STATUSES = ("official", "aggregated", "estimated", "assumed")
"""From the firmest evidence to the weakest."""

#: Columns that identify a row of each table used, in the order in which its key is written.
KEYS: Mapping[str, tuple[str, ...]] = {
    "trade": ("importer", "exporter", "sector"),
    "intermediate": ("region", "input", "using"),
    "final": ("region", "category", "sector"),
    "value_added": ("region", "factor", "sector"),
    "capital": ("region",),
    "indicators": ("indicator", "region"),
    "projects": ("project",),
    "payers": ("project", "region"),
}


@dataclass(frozen=True)
class Row:
    """One row of the belt behind a figure: table, key, value with its unit, year, source and status."""

    table: str
    key: tuple[str, ...]
    value: float
    unit: str
    year: int | None
    source: str
    status: str


@dataclass(frozen=True)
class Missing:
    """A figure that could not be made: which one of which channel, and what the belt lacks for it."""

    channel: str
    figure: str
    table: str
    item: str
    regions: tuple[str, ...] = ()


def weakest(rows: Iterable[Row]) -> str:
    """Return the weakest status among some rows; what no row stands behind is assumed.

    >>> weakest([Row("trade", (), 1.0, "", None, "", s) for s in ("official", "estimated")])
    'estimated'
    """
    return max((row.status for row in rows), key=STATUSES.index, default="assumed")


def year_of(rows: Iterable[Row]) -> int | None:
    """Return the latest year among some rows, None where none states one."""
    return max((row.year for row in rows if row.year is not None), default=None)


class Reading:
    """The tables of a belt that complement reads.

    Parameters
    ----------
    belt
        A clean belt with accounts.

    Attributes
    ----------
    home : (region,)
        True for the regions of the country or basin; False abroad.
    """

    def __init__(self, belt: Belt) -> None:
        self.belt = belt
        self.regions, self.sectors = belt.regions, belt.sectors
        self.home: NDArray[np.bool_] = np.array([name not in belt.abroad for name in self.regions])
        self._region = {name: i for i, name in enumerate(self.regions)}
        self._sector = {name: i for i, name in enumerate(self.sectors)}
        self.draws = belt.draws

    def region(self, name: str) -> int:
        """Return the position of a region."""
        return self._region[name]

    def _cube(self, table: str, axes: Mapping[str, Mapping[str, int]], extra: tuple[int, ...] = ()) -> Floats:
        rows = self.belt.tables[table]
        values = np.zeros([*extra, *(len(index) for index in axes.values())])
        where = [rows[column].map(index).to_numpy(int) for column, index in axes.items()]
        if extra:
            position = {draw: k for k, draw in enumerate(self.draws)}
            where = [rows["draw"].astype(int).map(position).to_numpy(int), *where]
        np.add.at(values, tuple(where), rows["value"].to_numpy(float))
        return values

    @cached_property
    def trade(self) -> Floats:
        """Deliveries (draw, buyer, seller, sector) [million/year]."""
        axes = {"importer": self._region, "exporter": self._region, "sector": self._sector}
        return self._cube("trade", axes, (len(self.draws),))

    @cached_property
    def intermediate(self) -> Floats:
        """Use of products as inputs (region, input, using) [million/year]."""
        return self._cube("intermediate", {"region": self._region, "input": self._sector, "using": self._sector})

    @cached_property
    def value_added(self) -> Floats:
        """Value added (region, factor, sector) [million/year]."""
        factors = {name: i for i, name in enumerate(self.belt.factors)}
        return self._cube("value_added", {"region": self._region, "factor": factors, "sector": self._sector})

    @cached_property
    def output(self) -> Floats:
        """Sales to everyone (draw, region, sector) [million/year]."""
        result: Floats = self.trade.sum(axis=1)
        return result

    @cached_property
    def between(self) -> Floats:
        """Deliveries between different regions at home (draw, buyer, seller, sector); every other cell is 0."""
        across = np.outer(self.home, self.home) & ~np.eye(len(self.regions), dtype=bool)
        return self.trade * across[:, :, None]

    @cached_property
    def theta(self) -> Floats:
        """Trade elasticity (sector) [1]."""
        values = dict(zip(*(self.belt.tables["elasticities"][c] for c in ("sector", "value")), strict=True))
        return np.array([float(values[name]) for name in self.sectors])

    @cached_property
    def uses(self) -> Floats:
        """Share of each use in what a region buys of a product (draw, region, product, use); the last use is final.

        Intermediate use is one table for all draws; final use is what each draw leaves of the purchases.
        """
        bought = self.trade.sum(axis=2)
        inside = self.intermediate.sum(axis=2)
        whole = np.maximum(bought, inside)
        final = np.maximum(whole - inside, 0.0)
        parts = np.concatenate(
            [np.broadcast_to(self.intermediate, (len(self.draws), *self.intermediate.shape)), final[..., None]], axis=3
        )
        result: Floats = np.divide(parts, whole[..., None], out=np.zeros_like(parts), where=whole[..., None] > 0)
        return result

    @cached_property
    def _rows(self) -> dict[str, dict[tuple[str, ...], Row]]:
        return {}

    def rows(self, table: str) -> dict[tuple[str, ...], Row]:
        """Return the rows of a table (of the base draw) by their key; rows without a value are left out."""
        if table not in self._rows:
            frame = self.belt.tables[table]
            if "draw" in frame.columns:
                frame = frame[frame["draw"].astype(int) == self.draws[0]]
            column = {"projects": "capital_cost", "payers": "share"}.get(table, "value")
            found: dict[tuple[str, ...], Row] = {}
            for row in frame[frame[column].notna()].to_dict("records"):
                key = tuple(str(row[c]) for c in KEYS[table])
                year = row.get("year")
                found[key] = Row(
                    table, key, float(row[column]), str(row.get("unit") or self.belt.money),
                    None if year is None or str(year) in ("<NA>", "nan") else int(year),
                    str(row.get("source", "")), str(row.get("status", "assumed")),
                )  # fmt: skip
            self._rows[table] = found
        return self._rows[table]

    def indicator(self, name: str) -> dict[str, Row]:
        """Return an indicator by region, money in the belt's unit and shares as parts of 1; empty if there is none."""
        found = {}
        for (indicator, region), row in self.rows("indicators").items():
            if indicator == name:
                found[region] = _converted(row, self.belt.money)
        return found


def _converted(row: Row, money: str) -> Row:
    for wanted in (money, "1"):
        try:
            if units.compatible(row.unit, wanted):
                value = float(units.convert(row.value, row.unit, wanted))
                return Row(row.table, row.key, value, wanted, row.year, row.source, row.status)
        except OptionError:
            # A unit that counts things ("patents") is no unit of the table of units and stays as it is.
            return row
    return row
