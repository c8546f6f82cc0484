"""The channel of the industry chain, and the pairs of chain and market: needs of one met by what the other sells.

A pair is a seller's product and a buyer's use of it. What the use buys from the other regions is the need; what today
comes from the seller is compared with what the sizes of all sellers and buyers alone would make it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from yijiang.complement.complexity.advantage import lq
from yijiang.complement.nulls import band, between_others, deal, rewire, sizes_alone
from yijiang.complement.position import chain_flows, downstreamness, upstreamness
from yijiang.complement.reading import Reading, Row
from yijiang.complement.results import Figure, Pair

Floats = NDArray[np.float64]
Couple = tuple[str, str]
FINAL = "final"
#: Opportunities below this part of the need are rounding of the tables, not pairs to talk about.
SMALL = 1e-3


def percentiles(values: Floats) -> tuple[float | None, float | None]:
    """Return the 5th and 95th percentile over draws, widened to hold the base draw; None where one draw gives no range.

    >>> percentiles(np.array([1.0])), percentiles(np.array([9.0, 1.0, 1.0, 1.0]))[1]
    ((None, None), 9.0)
    """
    if len(values) < 2:
        return None, None
    low, high = np.percentile(values, (5, 95))
    return float(min(low, values[0])), float(max(high, values[0]))


@dataclass(frozen=True)
class Market:
    """Deliveries between the regions at home, what sizes alone predict of them, and random tables, found once.

    Attributes
    ----------
    reading
        The belt.
    nulls
        Random tables.
    seed
        Seed of chance.
    """

    reading: Reading
    nulls: int
    seed: int

    def chance(self, what: int) -> np.random.Generator:
        """Return a stream of chance of its own, so that no figure depends on which others were made before it."""
        return np.random.default_rng([self.seed, what])

    @cached_property
    def home(self) -> NDArray[np.intp]:
        """Positions of the regions at home."""
        return np.flatnonzero(self.reading.home)

    @cached_property
    def names(self) -> list[str]:
        """Regions at home."""
        return [self.reading.regions[i] for i in self.home]

    @cached_property
    def flows(self) -> Floats:
        """Deliveries (draw, buyer, seller, sector) between different regions at home [million/year]."""
        return self.reading.between[:, self.home][:, :, self.home]

    @cached_property
    def bought(self) -> Floats:
        """Purchases from the other regions (draw, region, sector) [million/year]."""
        result: Floats = self.flows.sum(axis=2)
        return result

    @cached_property
    def sold(self) -> Floats:
        """Sales to the other regions (draw, region, sector) [million/year]."""
        result: Floats = self.flows.sum(axis=1)
        return result

    @cached_property
    def all_bought(self) -> Floats:
        """All purchases of the base draw, own deliveries and imports included (region, sector) [million/year]."""
        inside = self.reading.intermediate.sum(axis=2)
        result: Floats = np.maximum(self.reading.trade[0].sum(axis=1), inside)[self.home]
        return result

    @cached_property
    def even(self) -> Floats:
        """What sizes alone predict (draw, buyer, seller, sector) [million/year]."""
        bought, sold = self.bought.transpose(0, 2, 1), self.sold.transpose(0, 2, 1)
        tables = [[between_others(b, s) for b, s in zip(*draw, strict=True)] for draw in zip(bought, sold, strict=True)]
        return np.ascontiguousarray(sizes_alone(bought, sold, np.array(tables)).transpose(0, 2, 3, 1))

    @cached_property
    def rewired(self) -> Floats:
        """Random ties of the base draw (table, buyer, seller, sector) [million/year]."""
        return rewire(self.flows[0], self.nulls, self.chance(10))

    @cached_property
    def dealt(self) -> tuple[Floats, Floats]:
        """Random specialisations of the base draw: sales and purchases (table, region, sector) [million/year]."""
        sold, bought = (
            deal(table[0], self.nulls, self.chance(11 + k)) for k, table in enumerate((self.sold, self.bought))
        )
        return sold, bought

    @cached_property
    def uses(self) -> Floats:
        """Share of each use in purchases (draw, region, product, use), the last one final."""
        return self.reading.uses[:, self.home]

    @cached_property
    def quotient(self) -> Floats:
        """Location quotient of value added (region, sector) [1]."""
        return np.asarray(lq(self.reading.value_added.sum(axis=1)[self.home]))

    @cached_property
    def steps(self) -> tuple[Floats, Floats]:
        """Upstreamness and downstreamness (draw, region, sector) [steps]."""
        up, down = [], []
        shape = len(self.reading.regions), len(self.reading.sectors)
        for trade, output in zip(self.reading.trade, self.reading.output, strict=True):
            # Abroad uses no inputs that the belt knows, so what is sold there goes to final users.
            flows = chain_flows(trade, self.reading.intermediate)
            up.append(upstreamness(flows, output.ravel()).reshape(shape)[self.home])
            down.append(downstreamness(flows, output.ravel()).reshape(shape)[self.home])
        return np.array(up), np.array(down)


def meeting(sold: Floats, bought: Floats) -> Floats:
    """Return what a buyer would take from a seller if every seller served every buyer in proportion to its sales.

    E[n, i, j] = m[n, j] · x[i, j] / Σ_{h ≠ n} x[h, j] for i ≠ n: the seller's capability against the buyer's need.

    Parameters
    ----------
    sold, bought : (…, region, sector)
        Sales x and purchases m outside the region [money/year].

    Returns
    -------
    array (…, buyer, seller, sector)

    Examples
    --------
    >>> meeting(np.array([[6.0], [2.0], [4.0]]), np.array([[0.0], [9.0], [3.0]]))[1, :, 0].tolist()
    [5.4, 0.0, 3.6]
    """
    others = sold.sum(axis=-2, keepdims=True) - sold
    rate = np.divide(bought, others, out=np.zeros_like(bought), where=others > 0)
    across = 1 - np.eye(sold.shape[-2])
    result: Floats = rate[..., :, None, :] * sold[..., None, :, :] * across[:, :, None]
    return result


def pairs(market: Market, couples: list[Couple]) -> Iterator[Pair]:
    """Yield every pair of a product and a use whose deliveries stay below what sizes alone predict."""
    sectors = market.reading.sectors
    flows, even = market.flows, market.even
    match, chance = meeting(market.sold[0], market.bought[0]), meeting(*market.dealt)
    for couple in couples:
        for giver, taker in (couple, couple[::-1]):
            i, n = market.names.index(giver), market.names.index(taker)
            for j, product in enumerate(sectors):
                gap = np.maximum(even[:, n, i, j] - flows[:, n, i, j], 0.0)
                if gap[0] <= SMALL * market.bought[0, n, j]:
                    continue
                fit = band(match[n, i, j], chance[:, n, i, j])
                tie = band(flows[0, n, i, j], market.rewired[:, n, i, j])
                for k, use in enumerate((*sectors, FINAL)):
                    share = market.uses[:, n, j, k]
                    amounts, needs = gap * share, market.bought[:, n, j] * share
                    if not amounts[0] > 0:
                        continue
                    low, high = percentiles(amounts)
                    yield Pair(
                        "market" if use == FINAL else "chain", giver, product, taker, use, "shortfall",
                        float(amounts[0]), market.reading.belt.money, float(needs[0]),
                        _rows(market, giver, product, taker, use), low, high,
                        float(flows[0, n, i, j] * share[0]), float(even[0, n, i, j] * share[0]),
                        float(market.sold[0, i, j]), fit, tie, float((amounts > 0).mean()),
                        float(market.all_bought[n, j] * share[0]), float(market.quotient[i, j]),
                        None if use == FINAL else float(market.steps[0][0, i, j] - market.steps[0][0, n, k]),
                    )  # fmt: skip


def _rows(market: Market, giver: str, product: str, taker: str, use: str) -> tuple[Row, ...]:
    """The rows a pair rests on: the use itself, the delivery, what else the buyer buys and the seller sells."""
    rows, trade = market.reading.rows, market.reading.rows("trade")
    used = rows("final" if use == FINAL else "intermediate")
    keys = [(taker, "use", product)] if use == FINAL else [(taker, product, use)]
    found = [used[key] for key in keys if key in used]
    wanted = [(taker, giver, product)]
    wanted += [(taker, seller, product) for seller in market.names if seller not in (giver, taker)]
    wanted += [(buyer, giver, product) for buyer in market.names if buyer not in (giver, taker)]
    return tuple(found + [trade[key] for key in wanted if key in trade])


def chain(market: Market, couples: list[Couple]) -> list[Figure]:
    """Return the figures of the chain: needs that the other's sales could meet, and who stands further up."""
    figures = []
    money = market.reading.belt.money
    uses = market.uses[:, :, :, :-1].sum(axis=3)
    match = meeting(market.sold, market.bought) * uses[:, :, None, :]
    chance = meeting(*market.dealt) * uses[0][:, None, :]
    heights = [_heights(market, steps) for steps in market.steps]
    for couple in couples:
        for giver, taker in (couple, couple[::-1]):
            i, n = market.names.index(giver), market.names.index(taker)
            values = match[:, n, i].sum(axis=1)
            where = band(values[0], chance[:, n, i].sum(axis=1))
            rows = _behind_inputs(market, giver, taker)
            figures.append(
                Figure("chain", "inputs_met", couple, giver, taker, float(values[0]), money, rows, where,
                       *percentiles(values))
            )  # fmt: skip
        for name, (height, dealt) in zip(("further_up", "further_down"), heights, strict=True):
            a, b = (market.names.index(region) for region in couple)
            # Up the chain is far from final users and near to primary inputs.
            sign = 1 if (height[0, a] >= height[0, b]) == (name == "further_up") else -1
            giver, taker = couple[::sign]
            turn = sign if name == "further_up" else -sign
            values = turn * (height[:, a] - height[:, b])
            figures.append(
                Figure("chain", name, couple, giver, taker, float(values[0]), "steps", _behind_steps(market, couple),
                       band(float(values[0]), turn * (dealt[:, a] - dealt[:, b])), *percentiles(values))
            )  # fmt: skip
    return figures


def _heights(market: Market, steps: Floats) -> tuple[Floats, Floats]:
    """Average steps of every region (draw, region), and when the sectors' output is dealt anew (table, region)."""
    output = market.reading.output[:, market.home]
    made = deal(output[0], market.nulls, market.chance(13))

    def mean(steps: Floats, output: Floats) -> Floats:
        whole = output.sum(axis=2)
        result: Floats = np.divide((steps * output).sum(axis=2), whole, out=np.ones_like(whole), where=whole > 0)
        return result

    return mean(steps, output), mean(steps[0], made)


def _behind_inputs(market: Market, giver: str, taker: str) -> tuple[Row, ...]:
    """What the taker uses and buys, and what the giver sells, between the regions at home."""
    rows, names = market.reading.rows, set(market.names)
    found = [row for (region, _, _), row in rows("intermediate").items() if region == taker]
    for (buyer, seller, _), row in rows("trade").items():
        if buyer != seller and (buyer == taker or seller == giver) and {buyer, seller} <= names:
            found.append(row)
    return tuple(found)


def _behind_steps(market: Market, couple: Couple) -> tuple[Row, ...]:
    """What the two use and what they deliver; the steps go on through every other region."""
    rows = market.reading.rows
    found = [row for (region, _, _), row in rows("intermediate").items() if region in couple]
    return tuple(found + [row for (_, seller, _), row in rows("trade").items() if seller in couple])
