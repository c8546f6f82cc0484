"""The channel of capital: who saves more than it invests, where capital earns more, and what the candidates ask for.

Saving less investment of a region is what it sells less what it buys outside (abroad included): the identity of the
accounts, before transfers and incomes paid across the border, which the tables do not hold.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from yijiang.complement.chain import percentiles
from yijiang.complement.nulls import band, shuffled
from yijiang.complement.reading import Missing, Reading, Row
from yijiang.complement.results import Figure, Pair
from yijiang.complement.technology import match

Floats = NDArray[np.float64]
Couple = tuple[str, str]
CHANNEL = "capital"


def saving_balance(trade: Floats) -> Floats:
    """Return saving less investment of every region: S − I = sales outside less purchases outside.

    Parameters
    ----------
    trade : (…, buyer, seller, sector)
        Deliveries, own ones included [money/year].

    Returns
    -------
    array (…, region) [money/year]

    Examples
    --------
    >>> saving_balance(np.array([[[5.0], [1.0]], [[3.0], [4.0]]])).tolist()
    [2.0, -2.0]
    """
    flows = trade.sum(axis=-1)
    result: Floats = flows.sum(axis=-2) - flows.sum(axis=-1)
    return result


def capital(
    reading: Reading, couples: list[Couple], nulls: int, seed: int
) -> tuple[list[Figure], list[Pair], list[Missing]]:
    """Return the figures, pairs and gaps of the channel for every couple of regions."""
    figures: list[Figure] = []
    pairs: list[Pair] = []
    missing: list[Missing] = []
    balance = saving_balance(reading.trade)[:, reading.home]
    names = [name for name, home in zip(reading.regions, reading.home, strict=True) if home]
    product = reading.value_added.sum(axis=(1, 2))[reading.home]
    dealt = (
        shuffled(balance[0] / np.where(product > 0, product, 1.0), nulls, np.random.default_rng([seed, 50])) * product
    )
    for couple in couples:
        a, b = (names.index(region) for region in couple)
        a, b = (a, b) if balance[0, a] >= balance[0, b] else (b, a)
        matched = match(balance[:, a], balance[:, b])
        where = band(float(matched[0]), match(dealt[:, a], dealt[:, b]))
        rows = _outside(reading, couple)
        money = reading.belt.money
        sides = (names[a], names[b]) if matched[0] > 0 else ("", "")
        low, high = percentiles(matched)
        figures.append(Figure(CHANNEL, "savings_met", couple, *sides, float(matched[0]), money, rows, where, low, high))
        for region in couple:
            own = balance[:, names.index(region)]
            mine = tuple(row for row in rows if region in row.key[:2])
            figures.append(
                Figure(CHANNEL, "saving_less_investment", couple, "", "", float(own[0]), money, mine, None,
                       *percentiles(own), of=region)
            )  # fmt: skip
        if matched[0] > 0:
            pairs.append(
                Pair(
                    CHANNEL, names[a], "savings", names[b], "investment", "ceiling", float(matched[0]), money,
                    float(-balance[0, b]), rows, low, high, offered=float(balance[0, a]), fit=where,
                    holds=float((matched > 0).mean()),
                )
            )  # fmt: skip
    more, gaps = _returns(reading, couples, nulls, np.random.default_rng([seed, 51]))
    figures += more
    missing += gaps
    more, asked, gaps = _asked(reading, couples, dict(zip(names, balance.T, strict=True)))
    return figures + more, pairs + asked, missing + gaps


def _outside(reading: Reading, couple: Couple) -> tuple[Row, ...]:
    return tuple(
        row
        for (buyer, seller, _), row in reading.rows("trade").items()
        if buyer != seller and (buyer in couple or seller in couple)
    )


def _returns(
    reading: Reading, couples: list[Couple], nulls: int, rng: np.random.Generator
) -> tuple[list[Figure], list[Missing]]:
    """What a yuan of capital earns in each region, over the range of its stock; capital looks for the higher return."""
    stock = reading.belt.tables["capital"].set_index("region")
    factor = "capital"
    if stock.empty or factor not in reading.belt.factors:
        table, item = ("capital", "") if stock.empty else ("factors", factor)
        return [], [Missing(CHANNEL, "return_gap", table, item, couple) for couple in couples]
    earned = reading.value_added[:, reading.belt.factors.index(factor)].sum(axis=1)
    figures, missing = [], []
    returns = {r: float(earned[reading.region(r)]) / stock.loc[r, ["high", "value", "low"]] for r in stock.index}
    names = list(returns)
    dealt = shuffled(np.array([float(v["value"]) for v in returns.values()]), nulls, rng)
    for couple in couples:
        without = tuple(region for region in couple if region not in returns)
        if without:
            missing.append(Missing(CHANNEL, "return_gap", "capital", "", without))
            continue
        giver, taker = sorted(couple, key=lambda r: float(returns[r]["value"]))
        less, more = returns[giver], returns[taker]
        rows = {
            region: (
                reading.rows("capital")[(region,)],
                *(row for key, row in reading.rows("value_added").items() if key[:2] == (region, factor)),
            )
            for region in couple
        }
        apart = np.abs(dealt[:, names.index(giver)] - dealt[:, names.index(taker)])
        gap = float(more["value"] - less["value"])
        # The ends of a stock cross over: the more capital, the less a yuan of it earns.
        ends = float(more["high"] - less["low"]), float(more["low"] - less["high"])
        figures.append(
            Figure(CHANNEL, "return_gap", couple, giver, taker, gap, "1/year", rows[giver] + rows[taker],
                   band(gap, apart), *_known(ends))
        )  # fmt: skip
        for region in couple:
            ends = float(returns[region]["high"]), float(returns[region]["low"])
            value = float(returns[region]["value"])
            figures.append(
                Figure(CHANNEL, "return", couple, "", "", value, "1/year", rows[region], None, *_known(ends), of=region)
            )
    return figures, missing


def _known(ends: tuple[float, float]) -> tuple[float | None, float | None]:
    return ends if np.isfinite(ends).all() else (None, None)


def _asked(
    reading: Reading, couples: list[Couple], balance: Mapping[str, Floats]
) -> tuple[list[Figure], list[Pair], list[Missing]]:
    """What the candidate projects ask each region to invest, and what of it the other's savings could lend."""
    costs, shares = reading.rows("projects"), reading.rows("payers")
    if not costs:
        return [], [], [Missing(CHANNEL, "asked", "projects", "", couple) for couple in couples]
    figures, pairs = [], []
    once = f"{reading.belt.money} once"
    for couple in couples:
        for region, other in (couple, couple[::-1]):
            # A payer's share has no evidence of its own: it goes with its project.
            paid = [(costs[key[:1]], row.value) for key, row in shares.items() if key[1] == region and key[:1] in costs]
            if not paid:
                continue
            total = sum(row.value * share for row, share in paid)
            rows = tuple(row for row, _ in paid)
            figures.append(Figure(CHANNEL, "asked", couple, "", "", total, once, rows, of=region))
            # What a region saves itself comes first.
            lack = np.maximum(total - np.maximum(balance[region], 0.0), 0.0)
            lent = np.minimum(lack, np.maximum(balance[other], 0.0))
            if lent[0] > 0:
                pairs.append(
                    Pair(
                        CHANNEL, other, "savings", region, "candidates", "ceiling", float(lent[0]), once, total,
                        rows + _outside(reading, couple), *percentiles(lent), offered=float(balance[other][0]),
                        holds=float((lent > 0).mean()),
                    )
                )  # fmt: skip
    return figures, pairs, []
