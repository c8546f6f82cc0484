"""Choice between chains: multinomial logit over their generalised costs, and what the choice costs on the whole."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from yijiang.errors import OptionError

Floats = npt.NDArray[np.float64]


def value_of_time(value_density: npt.ArrayLike, rate_per_day: float) -> Floats:
    """Value of an hour under way: value density × rate per day / 24.

    Parameters
    ----------
    value_density : yuan/t
        Value of a tonne of the good.
    rate_per_day : 1/day
        Cost of a day under way as a share of the value of the goods (capital bound, spoilage, stocks).

    Returns
    -------
    Value of time [yuan/(t·h)].

    Source: Hummels and Schaur (2013), American Economic Review 103(7), who estimate 0.6 to 2.1 % per day.

    Examples
    --------
    >>> value_of_time([2400.0, 30000.0], 0.01).tolist()
    [1.0, 12.5]
    """
    density = np.asarray(value_density, dtype=np.float64)
    if not np.all(np.isfinite(density)) or np.any(density < 0.0) or not 0.0 <= rate_per_day < np.inf:
        raise OptionError("value density and time rate must be finite and at least 0")
    value: Floats = density * rate_per_day / 24.0
    return value


def logit_shares(cost: Floats, dispersion: npt.ArrayLike) -> Floats:
    """Multinomial logit over the last axis: share_k = exp(−μ·cost_k) / Σ_l exp(−μ·cost_l).

    Parameters
    ----------
    cost : (…, chain) [yuan/t]
        Generalised cost, infinite for a chain that is not available.
    dispersion : scalar or (…) [1/(yuan/t)]
        μ: how strongly the choice follows the cost, above 0.

    Returns
    -------
    Shares, 0 for a chain that is not available; NaN where no chain is.

    Source: McFadden (1974), Conditional logit analysis of qualitative choice behavior.

    Examples
    --------
    >>> logit_shares(np.array([[10.0, 10.0 + np.log(3) / 0.1, np.inf]]), 0.1).round(12).tolist()
    [[0.75, 0.25, 0.0]]
    """
    odds, _ = _odds(cost, dispersion)
    total = odds.sum(axis=-1, keepdims=True)
    shares: Floats = np.divide(odds, total, out=np.full_like(odds, np.nan), where=total > 0.0)
    return shares


def logit_logsum(cost: Floats, dispersion: npt.ArrayLike) -> Floats:
    """Composite cost of a choice over the last axis: −(1/μ)·ln Σ_k exp(−μ·cost_k).

    Its derivative with respect to the cost of a chain is that chain's share, so its change is the change of
    consumers' surplus per tonne with the sign turned. It lies at or below the least cost, by at most ln(chains)/μ.

    Parameters
    ----------
    cost, dispersion
        As in `logit_shares`.

    Returns
    -------
    Composite generalised cost [yuan/t]; infinite where no chain is available.

    Source: Williams (1977), Environment and Planning A 9; Small and Rosen (1981), Econometrica 49.

    Examples
    --------
    >>> logit_logsum(np.array([10.0, 10.0]), 0.1).round(6).item()
    3.068528
    """
    odds, least = _odds(cost, dispersion)
    total = odds.sum(axis=-1)
    log = np.log(total, out=np.full_like(total, -np.inf), where=total > 0.0)
    composite: Floats = np.where(total > 0.0, least[..., 0] - log / np.asarray(dispersion, dtype=np.float64), np.inf)
    return composite


def _odds(cost: Floats, dispersion: npt.ArrayLike) -> tuple[Floats, Floats]:
    mu = np.asarray(dispersion, dtype=np.float64)
    if not np.all(np.isfinite(mu)) or np.any(mu <= 0.0):
        raise OptionError("the dispersion of the logit must be finite and above 0 [1/(yuan/t)]")
    least = cost.min(axis=-1, keepdims=True)
    least = np.where(np.isfinite(least), least, 0.0)
    return np.exp(-mu[..., None] * (cost - least)), least
