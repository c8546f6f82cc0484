"""How alike two regions are, and how well what one sells fits what the other buys: small indices on plain arrays.

Every function takes one value per sector in the last axis, in the same order of sectors; axes before it are kept, so a
batch of regions, draws or random tables is one call.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yijiang.errors import DataError, Finding, OptionError

Floats = NDArray[np.float64]


def shares(values: ArrayLike, name: str = "values") -> Floats:
    """Return each value as a share of the sum over the last axis; of nothing at all, shares of 0.

    Raises
    ------
    DataError
        If a value is missing, infinite or negative.

    Examples
    --------
    >>> shares([1.0, 3.0]).tolist()
    [0.25, 0.75]
    """
    array = np.asarray(values, dtype=np.float64)
    wrong = ~(np.isfinite(array) & (array >= 0))
    if wrong.any():
        at = tuple(int(k) for k in np.argwhere(wrong)[0])
        problem = f"{int(wrong.sum())} values are negative, missing or not finite, the first at {at}"
        raise DataError([Finding(name, 0, "", str(array[at]), problem, "give values of 0 or more")])
    total = array.sum(axis=-1, keepdims=True)
    result: Floats = np.divide(array, total, out=np.zeros_like(array), where=total > 0)
    return result


def _two(a: ArrayLike, b: ArrayLike) -> tuple[Floats, Floats]:
    first, second = shares(a, "first region"), shares(b, "second region")
    if first.shape[-1:] != second.shape[-1:]:
        raise OptionError(f"both regions need the same sectors, not {first.shape[-1:]} and {second.shape[-1:]}")
    return first, second


def finger_kreinin(a: ArrayLike, b: ArrayLike) -> Any:
    """Return the overlap of two structures: 1 when they are the same, 0 when they share nothing.

    FK = Σ_j min(a[j] / Σ a, b[j] / Σ b)

    Parameters
    ----------
    a, b : (…, sector)
        What the two regions sell (or make) by sector, each in one unit.

    Returns
    -------
    float or array (…) [0–1]

    Raises
    ------
    DataError
        If a value is missing, infinite or negative.
    OptionError
        If the two differ in their number of sectors.

    References
    ----------
    Finger & Kreinin (1979), The Economic Journal 89(356).

    Examples
    --------
    >>> finger_kreinin([1, 1, 2], [2, 1, 1])
    0.75
    """
    first, second = _two(a, b)
    return _out(np.minimum(first, second).sum(axis=-1))


def krugman(a: ArrayLike, b: ArrayLike) -> Any:
    """Return how much two structures differ: 0 when they are the same, 2 when they share nothing.

    K = Σ_j |a[j] / Σ a − b[j] / Σ b| = 2 (1 − FK)

    Parameters, errors as `finger_kreinin`; returns [0–2].

    References
    ----------
    Krugman (1991), Geography and Trade, MIT Press, appendix.

    Examples
    --------
    >>> krugman([1, 1, 2], [2, 1, 1])
    0.5
    """
    first, second = _two(a, b)
    return _out(np.abs(first - second).sum(axis=-1))


def cosine(a: ArrayLike, b: ArrayLike) -> Any:
    """Return the cosine of the angle between two structures: 1 when proportional, 0 when they share nothing.

    C = Σ_j a[j] b[j] / (√Σ a² √Σ b²); 0 where a region has nothing.

    Parameters, errors as `finger_kreinin`; returns [0–1].

    References
    ----------
    Jaffe (1986), The American Economic Review 76(5).

    Examples
    --------
    >>> cosine([1, 0], [5, 0]), round(cosine([3, 4], [4, 3]), 6)
    (1.0, 0.96)
    """
    first, second = _two(a, b)
    product = (first * second).sum(axis=-1)
    length = np.sqrt((first**2).sum(axis=-1) * (second**2).sum(axis=-1))
    return _out(np.minimum(np.divide(product, length, out=np.zeros_like(product), where=length > 0), 1.0))


def trade_complementarity(sells: ArrayLike, buys: ArrayLike) -> Any:
    """Return how well what one region sells outside fits what the other buys outside (TCI).

    TCI = 1 − ½ Σ_j |m[j] / Σ m − x[j] / Σ x|

    It has a direction: a's sales against b's purchases is not b's sales against a's purchases.

    Parameters
    ----------
    sells : (…, sector)
        Sales x of the first region to all others.
    buys : (…, sector)
        Purchases m of the second region from all others.

    Returns
    -------
    float or array (…) [0–1]

    Raises
    ------
    DataError, OptionError
        As `finger_kreinin`.

    References
    ----------
    Michaely (1996), Trade Preferential Agreements in Latin America, World Bank Policy Research Working Paper 1583.

    Examples
    --------
    >>> trade_complementarity([1, 0], [1, 1])
    0.5
    """
    first, second = _two(sells, buys)
    return _out(np.maximum(1 - np.abs(second - first).sum(axis=-1) / 2, 0.0))


def grubel_lloyd(there: ArrayLike, back: ArrayLike) -> Any:
    """Return the share of two-way trade within the same sectors in all trade of two regions.

    GL = 1 − Σ_j |X[j] − M[j]| / Σ_j (X[j] + M[j]); 0 without any trade

    Parameters
    ----------
    there, back : (…, sector)
        Deliveries from the first region to the second, and from the second to the first, in one unit. With a single
        sector the index of that sector comes out.

    Returns
    -------
    float or array (…) [0–1]

    Raises
    ------
    DataError, OptionError
        As `finger_kreinin`.

    References
    ----------
    Grubel & Lloyd (1975), Intra-industry Trade, Macmillan.

    Examples
    --------
    >>> round(grubel_lloyd([60, 0], [40, 20]), 6), grubel_lloyd([60], [40])
    (0.666667, 0.8)
    """
    _two(there, back)
    x, m = np.asarray(there, dtype=np.float64), np.asarray(back, dtype=np.float64)
    both, apart = (x + m).sum(axis=-1), np.abs(x - m).sum(axis=-1)
    return _out(np.divide(both - apart, both, out=np.zeros_like(both), where=both > 0))


def market_potential(demand: ArrayLike, delivered: ArrayLike, theta: ArrayLike) -> Floats:
    """Return what every region's sellers can reach: the demand of the other regions, less the further away it is.

    MP[i, n, j] = D[n, j] · τ[i, n, j]^−θ[j] for n ≠ i; its sum over n is the market potential of seller i

    Parameters
    ----------
    demand : (…, buyer, sector)
        Purchases D [money/year].
    delivered : (seller, buyer, sector)
        Delivered price ÷ price at the works τ = 1 + freight cost ÷ value of a tonne [1, at least 1].
    theta : (sector)
        Trade elasticity θ [1].

    Returns
    -------
    array (…, seller, buyer, sector) [money/year]
        0 for a region's own demand.

    Raises
    ------
    DataError
        If a delivered price is below the price at the works, or not finite.

    References
    ----------
    Harris (1954), Annals of the Association of American Geographers 44(4); Redding & Venables (2004), Journal of
    International Economics 62(1), for the elasticity.

    Examples
    --------
    >>> market_potential([[100.0], [50.0]], [[[1.0], [2.0]], [[2.0], [1.0]]], [1.0])[:, :, 0].tolist()
    [[0.0, 25.0], [50.0, 0.0]]
    """
    price = np.asarray(delivered, dtype=np.float64)
    if not (np.isfinite(price) & (price >= 1)).all():
        problem = "a delivered price is below the price at the works, or not finite"
        raise DataError([Finding("delivered", 0, "", str(price.min()), problem, "give 1 + freight cost ÷ value")])
    near = price ** -np.asarray(theta, dtype=np.float64) * (1 - np.eye(len(price)))[:, :, None]
    result: Floats = np.asarray(demand, dtype=np.float64)[..., None, :, :] * near
    return result


def _out(values: Any) -> Any:
    """A single figure as a float, several as an array."""
    return float(values) if np.ndim(values) == 0 else values
