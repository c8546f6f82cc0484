"""Dissolved oxygen: saturation, reaeration, temperature, and the deficit that decaying matter makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from yijiang.errors import OptionError, match_name
from yijiang.river.formulas import Factors, Floats, spread_factor, storage_factor

DEFICIT = "DO deficit"
"""Name of the lane that carries the deficit of oxygen, saturation − DO."""

THETA: dict[str, float] = {"BOD": 1.047, "BOD5": 1.047, "NH3-N": 1.083, DEFICIT: 1.024}
"""Temperature factors θ of first-order rates: Brown and Barnwell (1987), QUAL2E, EPA/600/3-87/007, table III-3."""

OXYGEN_PER_NITROGEN = 4.57
"""g of oxygen that nitrification takes per g of ammonia nitrogen: 2 · 32 / 14.007."""

# a, b, c of ka = a · velocity^b / depth^c [1/day at 20 °C, m/s, m].
_REAERATION = {
    "oconnor-dobbins": (3.93, 0.5, 1.5),
    "churchill": (5.026, 1.0, 1.67),
    "owens-gibbs": (5.32, 0.67, 1.85),
}


def at_temperature(rate: float | Floats, theta: float, temperature: float | Floats) -> Floats:
    """Rate at another temperature than 20 °C: k(T) = k₂₀ θ^(T − 20).

    Parameters
    ----------
    rate
        Rate at 20 °C [1/day].
    theta
        Factor per degree [-].
    temperature
        Of the water [°C].

    Examples
    --------
    >>> at_temperature(0.23, 1.047, 25.0).round(6).item()
    0.289375
    """
    return np.asarray(rate * theta ** (np.asarray(temperature, dtype=np.float64) - 20.0))


def saturation(temperature: float | Floats, pressure: float = 1.0) -> Floats:
    """Oxygen that fresh water holds in equilibrium with air.

    ln Cs = −139.34411 + 1.575701e5/T − 6.642308e7/T² + 1.243800e10/T³ − 8.621949e11/T⁴ with T in kelvin, times the
    pressure of the air less its vapour.

    Parameters
    ----------
    temperature
        Of the water [°C], 0 to 40.
    pressure
        Of the air [atm].

    Returns
    -------
    ndarray [mg/L]

    References
    ----------
    Benson, B. B. and Krause, D. (1984), Limnology and Oceanography 29; APHA Standard Methods 4500-O.

    Examples
    --------
    >>> saturation(np.array([0.0, 20.0])).round(3).tolist()
    [14.621, 9.092]
    """
    celsius = np.asarray(temperature, dtype=np.float64)
    if np.any(~(celsius >= 0)) or np.any(celsius > 40):
        raise OptionError(f"temperature {temperature} °C is outside 0 to 40")
    if not 0.3 <= pressure <= 1.2:
        raise OptionError(f"pressure {pressure} atm is outside 0.3 to 1.2")
    t = celsius + 273.15
    sea = np.exp(-139.34411 + 1.575701e5 / t - 6.642308e7 / t**2 + 1.2438e10 / t**3 - 8.621949e11 / t**4)
    vapour = np.exp(11.8571 - 3840.70 / t - 216961.0 / t**2)
    theta = 0.000975 - 1.426e-5 * celsius + 6.436e-8 * celsius**2
    thinner = (1 - vapour / pressure) * (1 - theta * pressure) / ((1 - vapour) * (1 - theta))
    return np.asarray(sea * pressure * thinner)


def reaeration(velocity: Floats, depth: Floats, formula: str = "covar") -> Floats:
    """Rate at which a river takes up oxygen, at 20 °C: ka = a u^b / H^c.

    Parameters
    ----------
    velocity, depth
        u [m/s] and H [m] (reach).
    formula
        "oconnor-dobbins" (3.93, 0.5, 1.5), "churchill" (5.026, 1, 1.67), "owens-gibbs" (5.32, 0.67, 1.85), or "covar":
        the one of the three that fits velocity and depth.

    Returns
    -------
    ndarray (reach) [1/day]

    References
    ----------
    O'Connor and Dobbins (1958), Transactions ASCE 123; Churchill, Elmore and Buckingham (1962), Journal of the
    Sanitary Engineering Division ASCE 88; Owens, Edwards and Gibbs (1964), International Journal of Air and Water
    Pollution 8; Covar (1976); as in Chapra (1997), Surface Water-Quality Modeling, lecture 20.

    Examples
    --------
    >>> reaeration(np.array([0.5, 0.5]), np.array([2.0, 0.4])).round(4).tolist()
    [0.9825, 18.2142]
    """
    u, h = (np.asarray(a, dtype=np.float64) for a in (velocity, depth))
    if np.any(~(u > 0)) or np.any(~(h > 0)):
        raise OptionError("reaeration needs a velocity and a depth greater than 0 in every reach")
    chosen = match_name(formula, [*((name,) for name in _REAERATION), ("covar",)], "reaeration formula")

    def rate(name: str) -> Floats:
        a, b, c = _REAERATION[name]
        return np.asarray(a * u**b / h**c)

    if chosen != "covar":
        return rate(chosen)
    # Covar's limits: shallow water to Owens–Gibbs, deep slow water to O'Connor–Dobbins, deep fast water to Churchill.
    deep = np.where(h > 3.45 * u**2.5, rate("oconnor-dobbins"), rate("churchill"))
    return np.asarray(np.where(h < 0.61, rate("owens-gibbs"), deep))


@dataclass(frozen=True, slots=True)
class Oxygen:
    """What takes oxygen out of the water, and what brings it back.

    Attributes
    ----------
    temperature
        Of the water [°C]. All rates, also the decay of the pollutants, are given at 20 °C and brought to it.
    demand
        g of oxygen per g of pollutant, such as {"BOD": 1.0, "NH3-N": 4.57}. BOD is meant as ultimate demand; for a
        five-day one give 1/(1 − e^(−5k)).
    reaeration
        Rate at 20 °C [1/day], or the name of a formula of velocity and depth (see `reaeration`).
    consumption
        Rate at which a pollutant takes oxygen at 20 °C [1/day]; default: all of its decay. Less where part of it
        settles.
    theta
        Temperature factors by pollutant, beside those of `THETA`; the reaeration's is that of "DO deficit".
    pressure
        Of the air [atm].
    """

    temperature: float
    demand: Mapping[str, float]
    reaeration: float | str = "covar"
    consumption: Mapping[str, float] = field(default_factory=dict)
    theta: Mapping[str, float] = field(default_factory=dict)
    pressure: float = 1.0

    @property
    def saturation(self) -> float:
        """Oxygen at saturation [mg/L]."""
        return float(saturation(self.temperature, self.pressure))


def theta_of(pollutant: str, given: Mapping[str, float]) -> float:
    """Temperature factor of a pollutant.

    Raises
    ------
    OptionError
        If neither the user nor the table has one: a rate is not brought to a temperature by a guess.
    """
    if pollutant in given:
        return float(given[pollutant])
    if pollutant in THETA:
        return THETA[pollutant]
    raise OptionError(f"no temperature factor of {pollutant!r}: give theta={{{pollutant!r}: …}} (1.0: none)")


def pair_factors(maker: Floats, made: Floats, taken: Floats, lake: npt.NDArray[np.bool_]) -> Factors:
    """What a pollutant makes of another one on its way: the off-diagonal of the 2 × 2 block of a reach.

    In a river with x = removal × τ of the maker and z = decay × τ of what it makes,
    through = y (e^−x − e^−z)/(z − x), which is y x e^−x for z = x, with y = rate of making × τ. It is computed as
    y e^−min g(|z − x|), which loses no digits where the two rates are nearly equal.

    Parameters
    ----------
    maker, made
        x and z (reach) [-].
    taken
        y (reach) [-].
    lake
        Which reaches are well mixed (reach).

    References
    ----------
    Streeter, H. W. and Phelps, E. B. (1925), Public Health Bulletin 146; Chapra (1997), lecture 21.

    Examples
    --------
    >>> one, half = np.array([1.0]), np.array([0.5])
    >>> pair_factors(half, one, half, np.array([False])).through.round(6).item()
    0.238651
    """
    least, most = np.minimum(maker, made), np.maximum(maker, made)
    gap = most - least
    through = np.exp(-least) * spread_factor(gap)
    safe = np.maximum(most, 0.5)
    # Divided differences of g and h by recursion, which is safe for large x; for small x their integrals.
    share = (spread_factor(least) - through) / safe
    held = (storage_factor(least) - share) / safe
    nodes, weights = np.polynomial.legendre.leggauss(16)
    s, w = 0.5 + 0.5 * nodes, 0.5 * weights
    small = most < 0.5
    if np.any(small):
        m, d = np.where(small, least, 0.0)[..., None], np.where(small, gap, 0.0)[..., None]
        density = w * s * np.exp(-m * s) * spread_factor(d * s)
        share = np.where(small, density.sum(axis=-1), share)
        held = np.where(small, (density * (1 - s)).sum(axis=-1), held)
    mixed = 1.0 / ((1.0 + maker) * (1.0 + made))
    values = (np.where(lake, mixed, value) * taken for value in (through, share, share, held))
    return Factors(*values)


def streeter_phelps(
    days: npt.ArrayLike, demand: float, deficit: float, deoxygenation: float, reaeration: float
) -> Floats:
    """Deficit of oxygen below a discharge, D(t) = L₀ kd/(ka − kd) (e^(−kd t) − e^(−ka t)) + D₀ e^(−ka t).

    Parameters
    ----------
    days
        Travel time [day].
    demand, deficit
        Ultimate BOD and deficit where it begins [mg/L].
    deoxygenation, reaeration
        kd and ka [1/day].

    Examples
    --------
    >>> streeter_phelps([0.0, 1.0], 10.0, 1.0, 0.5, 0.5).round(4).tolist()
    [1.0, 3.6392]
    """
    t = np.atleast_1d(np.asarray(days, dtype=np.float64))
    block = pair_factors(deoxygenation * t, reaeration * t, deoxygenation * t, np.zeros(t.shape, dtype=np.bool_))
    return np.asarray(demand * block.through + deficit * np.exp(-reaeration * t))


def critical(demand: float, deficit: float, deoxygenation: float, reaeration: float) -> tuple[float, float]:
    """Time and size of the greatest deficit below a discharge: where dD/dt = 0, D = kd/ka L₀ e^(−kd t).

    Returns
    -------
    t [day] and D [mg/L]; t = 0 where the deficit only falls.

    Examples
    --------
    >>> time, worst = critical(10.0, 0.0, 0.5, 0.5)
    >>> round(time, 6), round(worst, 6)
    (2.0, 3.678794)
    """
    kd, ka = deoxygenation, reaeration
    if not (kd > 0 and ka > 0 and demand > 0):
        raise OptionError("the greatest deficit needs a demand, kd and ka greater than 0")
    ratio = ka - kd
    # ln(ka/kd (1 − D₀ ratio/(kd L₀)))/ratio, written so that ratio → 0 is its limit (1 − D₀/L₀)/kd.
    inner = ratio / kd - deficit * ratio * ka / (kd * kd * demand)
    if inner <= -1.0:
        return 0.0, float(deficit)
    time = float((1.0 - deficit * ka / (kd * demand)) / kd if abs(inner) < 1e-12 else np.log1p(inner) / ratio)
    if time <= 0.0:
        return 0.0, float(deficit)
    return time, float(kd / ka * demand * np.exp(-kd * time))
