"""The channel of the market: does what one sells fit what the other buys, how alike are they, how near are they."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from yijiang.complement.chain import Market, percentiles
from yijiang.complement.nulls import band
from yijiang.complement.reading import Missing, Row
from yijiang.complement.results import Figure
from yijiang.complement.similarity import (
    cosine,
    finger_kreinin,
    grubel_lloyd,
    krugman,
    market_potential,
    trade_complementarity,
)

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]
Couple = tuple[str, str]
CHANNEL = "market"
ALIKE: dict[str, Callable[[Any, Any], Any]] = {"finger_kreinin": finger_kreinin, "krugman": krugman, "cosine": cosine}


def market_channel(
    market: Market, couples: list[Couple], delivered: xr.DataArray | None
) -> tuple[list[Figure], list[Missing]]:
    """Return the figures and gaps of the channel for every couple of regions."""
    figures = []
    sold, bought = market.sold, market.bought
    random_sold, random_bought = market.dealt
    for couple in couples:
        a, b = (market.names.index(region) for region in couple)
        rows = _sides(market, couple)
        for giver, taker in (couple, couple[::-1]):
            i, n = market.names.index(giver), market.names.index(taker)
            values = np.asarray(trade_complementarity(sold[:, i], bought[:, n]))
            where = band(float(values[0]), trade_complementarity(random_sold[:, i], random_bought[:, n]))
            figures.append(
                Figure(CHANNEL, "trade_complementarity", couple, giver, taker, float(values[0]), "1", rows, where,
                       *percentiles(values))
            )  # fmt: skip
        for name, index in ALIKE.items():
            values = np.asarray(index(sold[:, a], sold[:, b]))
            where = band(float(values[0]), index(random_sold[:, a], random_sold[:, b]))
            figures.append(
                Figure(CHANNEL, name, couple, "", "", float(values[0]), "1", rows, where, *percentiles(values))
            )
        values = np.asarray(grubel_lloyd(market.flows[:, b, a], market.flows[:, a, b]))
        chance = grubel_lloyd(market.rewired[:, b, a], market.rewired[:, a, b])
        figures.append(
            Figure(CHANNEL, "grubel_lloyd", couple, "", "", float(values[0]), "1", _between(market, couple),
                   band(float(values[0]), chance), *percentiles(values))
        )  # fmt: skip
    near, gaps = _potential(market, couples, delivered)
    return figures + near, gaps


def _potential(
    market: Market, couples: list[Couple], delivered: xr.DataArray | None
) -> tuple[list[Figure], list[Missing]]:
    """The other's share in the market potential of each; chance gives the regions other places on the network."""
    if delivered is None:
        return [], [Missing(CHANNEL, "market_potential", "links", "", couple) for couple in couples]
    places = [str(name) for name in delivered.coords["origin"].to_numpy() if str(name) in market.names]
    goods = [str(name) for name in delivered.coords["sector"].to_numpy()]
    price = delivered.sel(origin=places, destination=places, sector=goods).to_numpy()
    sectors = [market.reading.sectors.index(name) for name in goods]
    at = [market.reading.region(name) for name in places]
    demand = market.reading.trade[:, at][:, :, :, sectors].sum(axis=2)
    theta = market.reading.theta[sectors]
    reach = market_potential(demand, price, theta).sum(axis=-1)
    figures, gaps = [], []
    for couple in couples:
        if not set(couple) <= set(places):
            gaps.append(Missing(CHANNEL, "market_potential", "zones", "", couple))
            continue
        for giver, taker in (couple, couple[::-1]):
            i, n = places.index(giver), places.index(taker)
            whole = reach[:, i].sum(axis=1)
            if not whole.all():
                gaps.append(Missing(CHANNEL, "market_potential", "trade", giver, couple))
                continue
            values = reach[:, i, n] / whole
            # Seen from the seller, the other regions change places on the network.
            others = [k for k in range(len(places)) if k != i]
            dealt = market.chance(20 + i).permuted(np.broadcast_to(others, (market.nulls, len(others))), axis=1)
            weight = np.einsum("toj,oj->to", price[i, dealt] ** -theta, demand[0, others])
            chance = weight[:, others.index(n)] / weight.sum(axis=1)
            rows = _bought(market, taker, goods)
            figures.append(
                Figure(CHANNEL, "market_potential", couple, giver, taker, float(values[0]), "1", rows,
                       band(float(values[0]), chance), *percentiles(values))
            )  # fmt: skip
    return figures, gaps


def _sides(market: Market, couple: Couple) -> tuple[Row, ...]:
    """Everything the two sell to and buy from the other regions, by product."""
    names = set(market.names)
    return tuple(
        row
        for (buyer, seller, _), row in market.reading.rows("trade").items()
        if buyer != seller and {buyer, seller} & set(couple) and {buyer, seller} <= names
    )


def _between(market: Market, couple: Couple) -> tuple[Row, ...]:
    return tuple(
        row
        for (buyer, seller, _), row in market.reading.rows("trade").items()
        if (buyer, seller) in (couple, couple[::-1])
    )


def _bought(market: Market, taker: str, goods: list[str]) -> tuple[Row, ...]:
    return tuple(
        row for (buyer, _, sector), row in market.reading.rows("trade").items() if buyer == taker and sector in goods
    )
