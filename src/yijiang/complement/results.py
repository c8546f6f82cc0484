"""What complement finds: figures of the four channels and concrete pairs, each with its band, range and evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from yijiang.complement.nulls import Band
from yijiang.complement.reading import Row, weakest, year_of

CHANNELS = ("technology", "chain", "market", "capital")
Basis = Literal["shortfall", "ceiling"]


@dataclass(frozen=True)
class Figure:
    """One figure of a channel for a couple of regions.

    `giver` and `taker` say who gives and who takes; both are "" where the figure has no direction, and `regions` names
    the couple all the same; `of` names the one region that a figure of a single region is about. `band` says what
    chance gives; `low` and `high` are the 5th and 95th percentile over the
    belt's draws of trade (of a return: over the range of its stock of capital), None where there is no such range.
    """

    channel: str
    figure: str
    regions: tuple[str, str]
    giver: str
    taker: str
    value: float
    unit: str
    rows: tuple[Row, ...] = field(repr=False)
    band: Band | None = None
    low: float | None = None
    high: float | None = None
    sector: str = ""
    of: str = ""

    @property
    def status(self) -> str:
        """Weakest status of the rows behind the figure."""
        return weakest(self.rows)

    @property
    def year(self) -> int | None:
        """Latest year of the rows behind the figure."""
        return year_of(self.rows)


@dataclass(frozen=True)
class Pair:
    """One concrete opportunity: region a, sector j → region b, sector k: what, how much, how sure.

    Attributes
    ----------
    giver, taker
        Regions.
    offer, need
        What is given, and who needs it there: sectors of the belt, "final" for final users, or an item of a channel.
    basis
        "shortfall": by how much the deliveries of today stay below what sizes alone predict; "ceiling": at most so
        much of the need could be met, how much already is being unknown.
    amount, low, high
        The opportunity and its range over the draws of trade.
    needed
        The whole need [same unit].
    current, expected
        Deliveries today and what sizes alone predict (shortfall only).
    fit
        Where the match of offer and need stands among random specialisations.
    tie
        Where the deliveries of today stand among random ties (shortfall only).
    used
        All that the use takes of the product, from every origin, its own region included (shortfall only).
    advantage
        Location quotient of the seller in the product (shortfall only).
    steps
        By how many steps the product stands further from final users than what it goes into (chain only).
    holds
        Share of the draws of trade in which there is an opportunity at all.
    """

    channel: str
    giver: str
    offer: str
    taker: str
    need: str
    basis: Basis
    amount: float
    unit: str
    needed: float
    rows: tuple[Row, ...] = field(repr=False)
    low: float | None = None
    high: float | None = None
    current: float | None = None
    expected: float | None = None
    offered: float | None = None
    fit: Band | None = None
    tie: Band | None = None
    holds: float | None = None
    used: float | None = None
    advantage: float | None = None
    steps: float | None = None

    @property
    def share(self) -> float:
        """The opportunity as a share of the need."""
        return self.amount / self.needed if self.needed > 0 else 0.0

    @property
    def status(self) -> str:
        """Weakest status of the rows behind the pair."""
        return weakest(self.rows)

    @property
    def year(self) -> int | None:
        """Latest year of the rows behind the pair."""
        return year_of(self.rows)

    @property
    def id(self) -> str:
        """Short name, the same in every run."""
        return f"{self.channel}:{self.giver}.{self.offer}>{self.taker}.{self.need}"
