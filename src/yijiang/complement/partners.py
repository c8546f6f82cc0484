"""`between`: where some regions complement each other, in four channels, as figures and as a ranked list of pairs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from yijiang.complement.capital import capital
from yijiang.complement.chain import Market, chain, pairs
from yijiang.complement.market import market_channel
from yijiang.complement.reading import Missing, Reading
from yijiang.complement.results import CHANNELS, Figure, Pair
from yijiang.complement.technology import technology
from yijiang.errors import DataError, Finding, OptionError

if TYPE_CHECKING:
    import xarray as xr

    from yijiang.belt import Belt

#: Random tables behind every band.
NULLS = 499


@dataclass(frozen=True, eq=False)
class Complement:
    """Where some regions complement each other.

    Attributes
    ----------
    regions
        The partners.
    figures
        Every figure of the four channels.
    pairs
        Concrete opportunities, the largest first: money a year, then money once, then what is counted otherwise.
    missing
        Figures the belt holds no data for.
    nulls, seed
        Random tables behind the bands, and the seed of chance.
    """

    belt: Belt = field(repr=False)
    regions: tuple[str, ...]
    figures: tuple[Figure, ...] = field(repr=False)
    pairs: tuple[Pair, ...] = field(repr=False)
    missing: tuple[Missing, ...] = field(repr=False)
    nulls: int
    seed: int

    def channel(self, name: str) -> list[Figure]:
        """Return the figures of one channel: technology, chain, market or capital."""
        if name not in CHANNELS:
            raise OptionError(f"unknown channel {name!r}; all: {', '.join(CHANNELS)}")
        return [figure for figure in self.figures if figure.channel == name]

    @cached_property
    def table(self) -> pd.DataFrame:
        """The pairs as a table, one line each, the largest first."""
        columns = (
            *(
                "channel",
                "giver",
                "offer",
                "taker",
                "need",
                "basis",
                "amount",
                "low",
                "high",
                "unit",
                "needed",
                "share",
            ),
            *("current", "expected", "offered", "holds", "advantage", "steps", "status", "year"),
        )
        rows = [{"rank": k + 1, **{c: getattr(pair, c) for c in columns}} for k, pair in enumerate(self.pairs)]
        for row, pair in zip(rows, self.pairs, strict=True):
            row["fit_above_chance"] = pair.fit.above if pair.fit else None
            row["tie_below_chance"] = pair.tie.below if pair.tie else None
        return pd.DataFrame(rows)

    @cached_property
    def figure_table(self) -> pd.DataFrame:
        """The figures of all channels as a table, one line each, with what chance gives."""
        columns = ("channel", "figure", "of", "giver", "taker", "sector", "value", "unit", "low", "high", "status",
                   "year")  # fmt: skip
        rows = []
        for one in self.figures:
            chance = asdict(one.band) if one.band else {}
            rows.append(
                {
                    "regions": "; ".join(one.regions),
                    **{c: getattr(one, c) for c in columns},
                    **{f"chance_{c}": chance.get(c) for c in ("low", "median", "high", "above", "below")},
                }
            )
        return pd.DataFrame(rows)

    @cached_property
    def projects(self) -> dict[str, pd.DataFrame]:
        """Candidate projects as the belt's own tables: projects, members, payers, levers, sources."""
        from yijiang.complement.candidates import candidates

        return candidates(self)

    def with_own(self) -> dict[str, pd.DataFrame]:
        """The candidate projects below the belt's own, as tables that replace the belt's: a plan weighs both."""
        from yijiang.belt.candidates import below_own

        return below_own(self.belt, self.projects)

    @cached_property
    def document(self) -> dict[str, Any]:
        """Everything as plain values: what complement.json holds and the report reads."""
        from yijiang.complement.document import document

        return document(self)


def between(
    belt: Belt,
    regions: Sequence[str],
    *,
    delivered: xr.DataArray | None = None,
    nulls: int = NULLS,
    seed: int = 0,
    progress: Callable[[str], None] = lambda text: None,
) -> Complement:
    """Find where regions complement each other: technology, industry chain, market and capital.

    A chain or market pair is worth by how much today's deliveries stay below what sizes alone predict,
    max(0, E − F) · share of the use, with E the doubly constrained gravity model without distance. Regions are not
    ranked; pairs are, by the size of the opportunity.

    Parameters
    ----------
    belt
        A belt with accounts; what else it lacks is listed in `missing`.
    regions
        Two or more regions at home, by English or Chinese name.
    delivered : DataArray (origin, destination, sector), optional
        Delivered price ÷ price at the works of goods [1], from the network; see `yijiang.freight.delivered`. Without
        it there is no market potential.
    nulls
        Random tables behind every band.
    seed
        Seed of chance.
    progress
        Called with a line of text at every step.

    Returns
    -------
    Complement

    Raises
    ------
    OptionError
        For unknown, repeated or foreign regions, or a number below 1.
    DataError
        With every finding, if the belt has faults or holds no accounts.

    Examples
    --------
    >>> import yijiang as yj
    >>> found = between(yj.case("tiny"), ("Upper", "Middle"), nulls=19)
    >>> best = found.pairs[0]
    >>> best.giver, best.offer, best.taker, best.need, best.basis
    ('Middle', 'contracts', 'Upper', 'contracts', 'ceiling')
    """
    if nulls < 1 or seed < 0:
        raise OptionError(f"nulls must be 1 or more and seed 0 or more, not {nulls} and {seed}")
    partners = tuple(belt.region(name) for name in regions)
    if len(partners) < 2 or len(set(partners)) < len(partners):
        raise OptionError(f"complement needs two or more different regions, not {', '.join(regions) or 'none'}")
    foreign = [name for name in partners if name in belt.abroad]
    if foreign:
        raise OptionError(f"{', '.join(foreign)} has no accounts of its own; choose regions at home")
    if "economy" not in belt.scope:
        problem = f"the belt {belt.name!r} holds no accounts"
        raise DataError([Finding("belt.toml", 0, "scope", "", problem, "complement needs the scope economy")])
    belt.require_clean()
    reading = Reading(belt)
    couples = list(itertools.combinations(partners, 2))
    progress("technology")
    figures, found, missing = technology(reading, couples, nulls, seed)
    progress("chain")
    market = Market(reading, nulls, seed)
    figures += chain(market, couples)
    found += pairs(market, couples)
    progress("market")
    more, gaps = market_channel(market, couples, delivered)
    figures += more
    missing += gaps
    progress("capital")
    more, lent, gaps = capital(reading, couples, nulls, seed)
    ranked = sorted([*found, *lent], key=lambda pair: (_unit_order(pair.unit, belt.money), -pair.amount, pair.id))
    return Complement(belt, partners, tuple(figures + more), tuple(ranked), tuple(missing + gaps), nulls, seed)


def _unit_order(unit: str, money: str) -> int:
    return 0 if unit == money else 1 if unit.startswith(money) else 2
