"""Sharing a gain: the Nash bargain with bounded transfers, and the Shapley value."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yijiang.errors import InfeasibleError, OptionError

Floats = NDArray[np.float64]


def nash(gain: ArrayLike, alone: ArrayLike, limit: float = math.inf) -> Floats:
    r"""Split a gain by transfers so that the product of the surpluses is largest.

    .. math:: \max_t \sum_n \ln(g_n + t_n - a_n), \quad \sum_n t_n = 0, \; |t_n| \le \bar t

    Parameters
    ----------
    gain : (player,)
        Gain before transfers [money/year].
    alone : (player,)
        What each gets without the others [money/year].
    limit
        Largest amount a player may pay or receive [money/year].

    Returns
    -------
    (player,) transfers received [money/year]; they add up to zero.

    Raises
    ------
    InfeasibleError
        If no transfer within the limit leaves everyone at least as well off as alone.

    Notes
    -----
    Without a binding limit every player gets the same surplus (Nash 1950). With it, the surplus is levelled:
    u_n = min(max(λ, g_n − a_n − limit), g_n − a_n + limit) with λ such that the transfers add up to zero.

    Examples
    --------
    >>> nash([10.0, -2.0], [0.0, 0.0]).tolist()
    [-6.0, 6.0]
    >>> nash([10.0, -2.0], [0.0, 0.0], limit=4.0).tolist()
    [-4.0, 4.0]
    """
    surplus = np.asarray(gain, dtype=np.float64) - np.asarray(alone, dtype=np.float64)
    total = float(surplus.sum())
    if total < 0 or np.any(surplus + limit < 0):
        raise InfeasibleError(
            "no split leaves every side at least as well off as alone",
            [f"raise the joint gain by {-total:.6g}"] if total < 0 else ["raise the limit on transfers"],
        )
    if math.isinf(limit):
        level = np.full_like(surplus, total / surplus.size)
    else:
        low, high = float((surplus - limit).min()), float((surplus + limit).max())
        for _ in range(200):
            middle = (low + high) / 2
            if float(np.clip(middle, surplus - limit, surplus + limit).sum()) > total:
                high = middle
            else:
                low = middle
        level = np.clip((low + high) / 2, surplus - limit, surplus + limit)
    transfer = level - surplus
    # What bisection leaves (1e-16 of the sum) goes to the first player with room, so that the sum is zero.
    transfer[int(np.argmin(np.abs(transfer)))] -= transfer.sum()
    if np.any(level < -1e-9 * max(1.0, abs(total))):
        raise InfeasibleError(
            "no split within the limit leaves every side as well off as alone", ["raise the limit on transfers"]
        )
    return np.asarray(transfer)


def shapley(players: Sequence[str], value: Mapping[frozenset[str], float]) -> dict[str, float]:
    r"""Shapley value: the mean of what a player adds over all orders of joining.

    .. math:: \phi_n = \sum_{S \not\ni n} \frac{|S|! (N - |S| - 1)!}{N!} (v(S \cup n) - v(S))

    Parameters
    ----------
    players
        Names.
    value
        Value of every non-empty coalition; the empty one is worth 0.

    Raises
    ------
    OptionError
        If a coalition has no value.

    References
    ----------
    Shapley, L. S. (1953), A value for n-person games.

    Examples
    --------
    The glove game: one left glove, two right ones.

    >>> v = {frozenset(s): float("L" in s and len(s) > 1) for s in ("L", "1", "2", "L1", "L2", "12", "L12")}
    >>> {k: round(x, 6) for k, x in shapley(["L", "1", "2"], v).items()}
    {'L': 0.666667, '1': 0.166667, '2': 0.166667}
    """
    worth = {**value, frozenset(): 0.0}
    size = len(players)
    result = dict.fromkeys(players, 0.0)
    for count in range(size):
        weight = math.factorial(count) * math.factorial(size - count - 1) / math.factorial(size)
        for name in players:
            for others in itertools.combinations([p for p in players if p != name], count):
                coalition = frozenset(others)
                for needed in (coalition, coalition | {name}):
                    if needed not in worth:
                        raise OptionError(f"the coalition {sorted(needed)} has no value")
                result[name] += weight * (worth[coalition | {name}] - worth[coalition])
    return result
