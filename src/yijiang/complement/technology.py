"""The channel of technology: who has more of it than it uses, who uses more than it has, and what lies close by.

Four balances, each from two indicators of a region: contracts sold and bought; inventions granted against the revenue
of high-technology industry; research outside enterprises, and basic research, against all research. A region with more
than the common rate would give has something to offer, one with less a need; the match is the smaller of the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yijiang.complement.complexity.advantage import lq
from yijiang.complement.complexity.space import relatedness
from yijiang.complement.nulls import Band, band, curveball, shuffled
from yijiang.complement.reading import Missing, Reading, Row
from yijiang.complement.results import Figure, Pair

Floats = NDArray[np.float64]
Couple = tuple[str, str]
CHANNEL = "technology"
#: A match below this part of what the giver has in all is no pair to talk about.
SMALL = 1e-3


@dataclass(frozen=True)
class Balance:
    """One balance: the indicators it needs, what they make of a region, and in which unit.

    `make` takes the values of the indicators and returns what the region has and what it is measured by; with `even`
    the two are compared as they are, else with the common rate of all regions.
    """

    figure: str
    indicators: tuple[str, ...]
    make: Callable[..., tuple[float, float]]
    even: bool = False


BALANCES = (
    Balance("contracts", ("tech_sold", "tech_bought"), lambda sold, bought: (sold, bought), even=True),
    Balance("inventions", ("invention_grants", "hitech_revenue"), lambda granted, revenue: (granted, revenue)),
    Balance("institutes", ("rd_expenditure", "rd_enterprise_share"), lambda all_, own: (all_ * (1 - own), all_)),
    Balance("basic_research", ("rd_expenditure", "rd_basic_share"), lambda all_, basic: (all_ * basic, all_)),
)


def surplus(has: Floats, by: Floats, even: bool) -> tuple[Floats, Floats, Floats]:
    """Return what each region has beyond the common rate, with the size and ratio that make it.

    s[r] = has[r] − by[r] · Σ has / Σ by; or, for two sides of one market, s[r] = has[r] − by[r]

    Examples
    --------
    >>> surplus(np.array([3.0, 1.0]), np.array([2.0, 2.0]), False)[0].tolist()
    [1.0, -1.0]
    """
    size = has + by if even else by
    amount = has - by if even else has - by * (has.sum() / by.sum())
    ratio = np.divide(has - by if even else has, size, out=np.zeros_like(has), where=size > 0)
    return amount, size, ratio


def match(offer: Floats, need: Floats) -> Floats:
    """Return how much of a need an offer can meet: the smaller of a surplus and a lack, 0 where there is none.

    >>> match(np.array([3.0, 3.0, -1.0]), np.array([-2.0, 1.0, -2.0])).tolist()
    [2.0, 0.0, 0.0]
    """
    result: Floats = np.minimum(np.maximum(offer, 0.0), np.maximum(-need, 0.0))
    return result


def balance_band(
    size: Floats, ratio: Floats, even: bool, giver: int, taker: int, draws: int, rng: np.random.Generator
) -> Band:
    """Return where the match of two regions stands when the ratios are dealt anew among the regions, sizes kept."""
    dealt = shuffled(ratio, draws, rng)
    amount = dealt * size if even else (dealt - (dealt * size).sum(axis=1, keepdims=True) / size.sum()) * size
    value = match(
        *(ratio * size if even else (ratio - (ratio * size).sum() / size.sum()) * size)[[giver, taker]][:, None]
    )
    return band(float(value[0]), match(amount[:, giver], amount[:, taker]))


def technology(
    reading: Reading, couples: list[Couple], nulls: int, seed: int
) -> tuple[list[Figure], list[Pair], list[Missing]]:
    """Return the figures, pairs and gaps of the channel for every couple of regions."""
    figures: list[Figure] = []
    pairs: list[Pair] = []
    missing: list[Missing] = []
    for k, balance in enumerate(BALANCES):
        have = {name: reading.indicator(name) for name in balance.indicators}
        common = [r for r in reading.regions if all(r in rows for rows in have.values())]
        lacking = [name for name, rows in have.items() if not rows]
        for couple in couples:
            gaps = lacking or [name for name, rows in have.items() if any(r not in rows for r in couple)]
            if gaps or len(common) < 3:
                without = tuple(r for r in couple if any(r not in have[name] for name in gaps))
                names = ", ".join(gaps or balance.indicators)
                missing.append(Missing(CHANNEL, balance.figure, "indicators", names, without))
                continue
            # Every balance has its own stream of chance, so that none depends on which others the belt has data for.
            figure, pair = _balanced(balance, have, common, couple, nulls, np.random.default_rng([seed, 30 + k]))
            figures.append(figure)
            pairs += [pair] if pair else []
    figures += _know_how(reading, couples, nulls, np.random.default_rng([seed, 40]))
    return figures, pairs, missing


def _balanced(
    balance: Balance,
    have: Mapping[str, Mapping[str, Row]],
    common: list[str],
    couple: Couple,
    nulls: int,
    rng: np.random.Generator,
) -> tuple[Figure, Pair | None]:
    values = [balance.make(*(have[name][region].value for name in balance.indicators)) for region in common]
    has, by = np.array(values).T
    amount, size, ratio = surplus(has, by, balance.even)
    rows = tuple(have[name][region] for region in couple for name in balance.indicators)
    unit = have[balance.indicators[0]][couple[0]].unit
    places = [common.index(region) for region in couple]
    giver, taker = places if amount[places[0]] >= amount[places[1]] else places[::-1]
    value = float(match(amount[[giver]], amount[[taker]])[0])
    where = balance_band(size, ratio, balance.even, giver, taker, nulls, rng)
    names = (common[giver], common[taker]) if value > 0 else ("", "")
    figure = Figure(CHANNEL, balance.figure, couple, *names, value, unit, rows, where)
    if value <= SMALL * size[giver]:
        return figure, None
    pair = Pair(
        CHANNEL, *(names[0], balance.figure), *(names[1], balance.figure), "ceiling", value, unit,
        float(-amount[taker]), rows, offered=float(amount[giver]), fit=where,
    )  # fmt: skip
    return figure, pair


def _know_how(reading: Reading, couples: list[Couple], nulls: int, rng: np.random.Generator) -> Iterator[Figure]:
    """Sectors in which one region is specialised and the other is not: how close they are to what the other does.

    Relatedness density of the sector for the region that lacks it, against presences traded by curveball.
    """
    made = reading.value_added.sum(axis=1)[reading.home]
    names = [name for name, home in zip(reading.regions, reading.home, strict=True) if home]
    quotient = lq(made)
    present = (quotient >= 1).astype(np.float64)
    # A region with everything, or a sector of all, leaves chance nothing to trade; with two regions there is no space.
    if len(names) < 3 or not 0 < present.sum() < present.size:
        return
    near = relatedness(present, of="presence")
    chance = np.array([relatedness(one, of="presence") for one in curveball(present, nulls, rng)])
    for couple in couples:
        for giver, taker in (couple, couple[::-1]):
            a, b = names.index(giver), names.index(taker)
            for j in np.flatnonzero((present[a] > 0) & (present[b] == 0)):
                sector = reading.sectors[j]
                rows = tuple(
                    row
                    for key, row in reading.rows("value_added").items()
                    if key[0] in (giver, taker) and key[2] == sector
                )
                where = band(float(near[b, j]), chance[:, b, j])
                yield Figure(
                    CHANNEL, "know_how", couple, giver, taker, float(near[b, j]), "1", rows, where, sector=sector
                )
