"""The Nash bargain with bounded transfers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yijiang.errors import InfeasibleError

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
