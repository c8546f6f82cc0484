"""Who caused what: shares that sum to exactly one."""

from __future__ import annotations

import math

import numpy as np

from yijiang.river.formulas import Floats


def exact_shares(amounts: Floats) -> Floats:
    """Shares of amounts that sum to 1 with no rounding left.

    s_i = m_i / Σ m; the rounding that remains, 1 − Σ s, is added to the largest share.

    Parameters
    ----------
    amounts
        At least 0, any unit. If all are 0, so are the shares.

    Examples
    --------
    >>> shares = exact_shares(np.array([0.1] * 10))
    >>> math.fsum(shares) == 1.0
    True
    """
    total = math.fsum(amounts)
    if total == 0.0:
        return np.zeros_like(amounts)
    shares: Floats = amounts / total
    largest = int(np.argmax(shares))
    shares[largest] += math.fsum((1.0, *(-shares)))
    return shares
