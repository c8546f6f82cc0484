"""How sure an efficiency is: the smoothed bootstrap, which says how far a frontier of so few units may lie off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import OptionError
from yijiang.learning.frontier.programs import Orientation, Returns, radial

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bounds:
    """Of every unit: bias (score less corrected one), corrected efficiency, interval; and the bandwidth used."""

    bias: Floats
    corrected: Floats
    low: Floats
    high: Floats
    bandwidth: float


def bandwidth(efficiency: Floats) -> float:
    """Return the normal-reference bandwidth of efficiencies reflected at 1, units on the frontier left out.

    h = 0.9 min(s, IQR / 1.34) (2m)^(−1/5) · (2m / n)^(1/5) · s_n / s, with m units off the frontier among n, s and IQR
    of the reflected 2m, s_n of all n.

    Raises
    ------
    OptionError
        If all units, or all but one, are on the frontier: then there is no spread to draw from.

    Examples
    --------
    >>> round(bandwidth(np.array([1.0, 0.625, 1.0, 0.9, 1.0])), 4)
    0.0842
    """
    off = efficiency[efficiency < 1 - 1e-9]
    if len(off) < 2:
        raise OptionError("no bounds: fewer than two units are off the frontier, so there is no spread to draw from")
    reflected = np.r_[off, 2 - off]
    spread = float(reflected.std(ddof=1))
    quarter, three = np.percentile(reflected, (25, 75))
    middle = min(spread, float(three - quarter) / 1.34) or spread
    count, units = len(reflected), len(efficiency)
    reference = 0.9 * middle * count**-0.2 * (count / units) ** 0.2
    return float(reference * efficiency.std(ddof=1) / spread)


def bootstrap(
    x: Floats,
    y: Floats,
    efficiency: Floats,
    returns: Returns,
    orientation: Orientation,
    *,
    draws: int,
    seed: int,
    level: float = 0.95,
    width: float | None = None,
) -> Bounds:
    """Return bounds of radial efficiencies by the smoothed homogeneous bootstrap.

    Efficiencies are drawn anew, smoothed with bandwidth h and reflected at 1; the units are moved to the frontier and
    back by the drawn ones, and every unit is judged against that frontier: ê*. With Shephard's distance δ = 1/ê, the
    corrected one is 2δ − mean(δ*), the interval δ − quantiles of (δ* − δ), both told as efficiencies.

    Parameters
    ----------
    x : (unit, input), y : (unit, output)
    efficiency : (unit)
        Radial efficiency in (0, 1] of every unit: θ, or 1/φ of the output orientation [1].
    draws
        Draws of the whole set.
    level
        Share of the draws inside the interval.
    width
        Bandwidth h; worked out by `bandwidth` unless given.

    References
    ----------
    Simar & Wilson (1998), Management Science 44(1); bandwidth as in Daraio & Simar (2007), section 3.4.
    """
    if draws < 1 or not 0 < level < 1:
        raise OptionError(f"bounds need 1 or more draws and a level between 0 and 1, not {draws} and {level:g}")
    h = bandwidth(efficiency) if width is None else width
    rng = np.random.default_rng(seed)
    units = len(efficiency)
    drawn = efficiency[rng.integers(0, units, (draws, units))]
    smooth = drawn + h * rng.standard_normal((draws, units))
    smooth = np.where(smooth > 1, 2 - smooth, smooth)
    mean = drawn.mean(axis=1, keepdims=True)
    # The kernel adds h² to the variance; this takes it out again.
    pulled = mean + (smooth - mean) / np.sqrt(1 + h**2 / efficiency.var())
    pulled = np.maximum(pulled, efficiency.min() / 2)
    factor = (efficiency / pulled)[:, :, None]
    moved_x, moved_y = (x * factor, np.broadcast_to(y, (draws, *y.shape)))
    if orientation == "output":
        moved_x, moved_y = np.broadcast_to(x, (draws, *x.shape)), y / factor
    found, _ = radial(
        np.tile(x, (draws, 1)), np.tile(y, (draws, 1)), np.repeat(moved_x, units, axis=0),
        np.repeat(moved_y, units, axis=0), returns, orientation,
    )  # fmt: skip
    star = (found if orientation == "input" else 1 / found).reshape(draws, units)
    # On the scale of distances, so that no bound falls to 0 or below.
    distance, drawn_distance = 1 / efficiency, 1 / star
    corrected = 1 / (2 * distance - drawn_distance.mean(axis=0))
    tail = (1 - level) / 2
    far, near = np.quantile(drawn_distance - distance, (tail, 1 - tail), axis=0)
    return Bounds(efficiency - corrected, corrected, 1 / (distance - far), np.minimum(1 / (distance - near), 1.0), h)
