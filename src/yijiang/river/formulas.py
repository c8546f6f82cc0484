"""Formulas of one reach: what needs no compiled code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SECONDS_PER_DAY = 86_400.0
DAYS_PER_YEAR = 365.0
LANES = 8
"""Lanes (constituents, scenarios) that a kernel carries side by side: two vectors of four."""
GRAMS_PER_SECOND = 1e6 / (DAYS_PER_YEAR * SECONDS_PER_DAY)
"""1 t/yr in g/s with a year of 365 days: 1e6 g / 31,536,000 s = 0.0317098 g/s."""


def spread_factor(x: Floats) -> Floats:
    """Share of a load spread evenly along a reach that leaves the reach: g(x) = (1 − e^−x)/x, g(0) = 1.

    Parameters
    ----------
    x
        Decay rate × travel time of the reach [-], at least 0.

    Examples
    --------
    >>> [round(float(v), 6) for v in spread_factor(np.array([0.0, 1e-9, 1.0]))]
    [1.0, 1.0, 0.632121]
    """
    safe = np.where(x == 0.0, 1.0, x)
    factor: Floats = np.where(x == 0.0, 1.0, -np.expm1(-safe) / safe)
    return factor


def storage_factor(x: Floats) -> Floats:
    """Mean over a reach of the mass that an evenly spread load keeps in it: h(x) = (1 − g(x))/x, h(0) = 1/2.

    A load W [t/yr] spread along a reach with travel time τ [yr] holds W·τ·h(kτ) tonnes in the water of the reach.
    Below x = 1 the series Σ (−x)^j/(j+2)! is summed, because 1 − g(x) loses digits there.

    Parameters
    ----------
    x
        Decay rate × travel time of the reach [-], at least 0.

    Examples
    --------
    >>> [round(float(v), 6) for v in storage_factor(np.array([0.0, 1.0, 50.0]))]
    [0.5, 0.367879, 0.0196]
    """
    small = np.minimum(x, 1.0)
    series = np.zeros_like(small)
    # Horner from the last term; 20 terms leave less than 1e-20 at x = 1.
    for term in range(20, -1, -1):
        series = (1.0 - small * series) / (term + 2.0)
    large = np.maximum(x, 1.0)
    factor: Floats = np.where(x < 1.0, series, (large + np.expm1(-large)) / (large * large))
    return factor


@dataclass(frozen=True, slots=True)
class Factors:
    """What a reach lets through and holds, of mass at its head and of a load spread along it, by x = kτ.

    Attributes
    ----------
    through, share
        Share that leaves the reach: e^−x and g(x) in a river, 1/(1 + x) both in a lake [-].
    head_storage, spread_storage
        Mass held as a multiple of (load × travel time): g(x) and h(x) in a river, 1/(1 + x) both in a lake [-].
    """

    through: Floats
    share: Floats
    head_storage: Floats
    spread_storage: Floats


def factors(x: Floats, lake: npt.NDArray[np.bool_], *, storage: bool = True) -> Factors:
    """Factors of reaches; a lake is well mixed (Vollenweider): C = W/(Q + kV), so 1/(1 + kV/Q) leaves it.

    Parameters
    ----------
    x
        Decay rate × travel time [-], at least 0; reaches along the first axis.
    lake
        Which reaches are lakes or reservoirs (reach).
    storage
        Whether what is held is asked for, too.

    Examples
    --------
    >>> both = factors(np.array([1.0, 1.0]), np.array([False, True]))
    >>> both.through.round(6).tolist(), both.share.round(6).tolist()
    ([0.367879, 0.5], [0.632121, 0.5])
    """
    spread = spread_factor(x)
    values = [np.exp(-x), spread, spread, storage_factor(x) if storage else spread]
    if lake.any():
        mixed, held = lake.reshape(-1, *([1] * (x.ndim - 1))), 1.0 / (1.0 + x)
        values = [np.where(mixed, held, value) for value in values]
    return Factors(*values)
