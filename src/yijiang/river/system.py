"""One river, one regime, its pollutants and what they do to each other: the factors every solver shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from yijiang.errors import OptionError
from yijiang.river.formulas import Factors, Floats, Ints, factors
from yijiang.river.network import Hydraulics, RiverNetwork
from yijiang.river.oxygen import DEFICIT, Oxygen, at_temperature, pair_factors, reaeration, theta_of

Temperature = float | Mapping[str, float] | pd.Series


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """Rates of all pollutants in all reaches of one regime.

    Attributes
    ----------
    network, regime, water
        The river and its water.
    rates
        Decay of every pollutant as given [1/day]; the deficit of oxygen, if asked for, is the last one.
    decay : ndarray (reach, pollutant) [1/day]
        At the temperature of the water.
    pairs : ndarray (pair, 2)
        The pollutant made, and the one that makes it.
    making : ndarray (reach, pair) [1/day]
        g made a day per g of maker.
    oxygen
        As given.
    """

    network: RiverNetwork
    regime: str
    water: Hydraulics
    rates: dict[str, float]
    decay: Floats
    pairs: Ints
    making: Floats
    oxygen: Oxygen | None = None

    @classmethod
    def of(
        cls,
        net: RiverNetwork,
        decay: Mapping[str, float] | None,
        regime: str,
        oxygen: Oxygen | None = None,
        temperature: Temperature | None = None,
        theta: Mapping[str, float] | None = None,
        only: tuple[str, ...] | None = None,
    ) -> System:
        """Gather the rates; `only` keeps these pollutants (and what oxygen needs of them)."""
        rates = net.decay_rates(decay)
        if only is not None:
            rates = {name: rate for name, rate in rates.items() if name in only}
        if oxygen is not None and temperature is not None:
            raise OptionError("give the temperature once: with oxygen it is that of Oxygen(temperature=…)")
        water = net.hydraulics(regime)
        count = len(net.reach_names)
        at = _by_reach(net, oxygen.temperature if oxygen is not None else temperature)
        factor = {**(theta or {}), **(oxygen.theta if oxygen is not None else {})}
        warm = np.ones((count, len(rates)))
        if at is not None:
            warm = np.column_stack([at_temperature(1.0, theta_of(p, factor), at) for p in rates] or [np.empty(count)])
        table = warm[:, : len(rates)] * np.array(list(rates.values()), dtype=np.float64)
        pairs, making = np.zeros((0, 2), dtype=np.int64), np.zeros((count, 0))
        if oxygen is not None and at is not None:
            unknown = sorted({*oxygen.demand, *oxygen.consumption} - set(net.decay_rates(decay)))
            if unknown:
                raise OptionError(f"oxygen is asked of {', '.join(unknown)}, which have no decay rate")
            if DEFICIT in rates:
                raise OptionError(f"{DEFICIT!r} has its rate from Oxygen(reaeration=…), not from decay")
            makers = [name for name in rates if name in oxygen.demand]
            for name in makers:
                taken = oxygen.consumption.get(name, rates[name])
                if not 0 <= taken <= rates[name]:
                    raise OptionError(f"consumption of {name!r} is {taken}; it is part of its decay {rates[name]}")
            making = np.zeros((count, len(makers)))
            for k, name in enumerate(makers):
                taken = oxygen.consumption.get(name, rates[name])
                making[:, k] = oxygen.demand[name] * taken * warm[:, list(rates).index(name)]
            pairs = np.array([(len(rates), list(rates).index(name)) for name in makers], dtype=np.int64).reshape(-1, 2)
            air = _reaeration(net, oxygen, regime)
            theta_air = theta_of(DEFICIT, factor)
            table = np.column_stack([table, at_temperature(air, theta_air, at)])
            rates = {**rates, DEFICIT: float(np.median(air))}
        return cls(net, regime.strip().casefold(), water, rates, table, pairs, making, oxygen)

    @property
    def names(self) -> tuple[str, ...]:
        """Pollutants in order."""
        return tuple(self.rates)

    def reach_factors(
        self, days: Floats | None = None, reach: Ints | None = None, *, storage: bool = True
    ) -> tuple[Factors, Factors]:
        """Factors of reaches for mass (place, pollutant) and for pairs (place, pair), for travel times [day].

        Without `storage` those of storage are those of what leaves, and not to be used.
        """
        at = np.arange(len(self.network.reach_names)) if reach is None else reach
        time = self.water.travel_days[at] if days is None else days
        x = self.decay[at] * time[:, None]
        lake = self.network.lake[at]
        made, maker = self.pairs[:, 0], self.pairs[:, 1]
        wide = np.broadcast_to(lake[:, None], (at.size, len(self.pairs)))
        if len(self.pairs):
            pair = pair_factors(x[:, maker], x[:, made], self.making[at] * time[:, None], wide)
        else:
            nothing = np.zeros((at.size, 0))
            pair = Factors(nothing, nothing, nothing, nothing)
        return factors(x, lake, storage=storage), pair

    def mass_at(self, reach: Ints, fraction: Floats, head: Floats, spread: Floats) -> Floats:
        """Mass flux (place, pollutant, source) [t/yr] at places inside reaches, from the flux at their heads."""
        part, pair = self.reach_factors(self.water.travel_days[reach] * fraction, reach)
        load = spread[reach] * fraction[:, None, None]
        mass: Floats = head[reach] * part.through[:, :, None] + load * part.share[:, :, None]
        for k, (made, maker) in enumerate(self.pairs):
            mass[:, made] += head[reach, maker] * pair.through[:, k, None] + load[:, maker] * pair.share[:, k, None]
        return mass


def _by_reach(net: RiverNetwork, temperature: Temperature | None) -> Floats | None:
    """Temperature of every reach [°C]."""
    if temperature is None:
        return None
    count = len(net.reach_names)
    if isinstance(temperature, (Mapping, pd.Series)):
        missing = [name for name in net.reach_names if name not in temperature]
        if missing:
            raise OptionError(f"no temperature for: {', '.join(missing[:20])}")
        at = np.array([float(temperature[name]) for name in net.reach_names])
    else:
        at = np.full(count, float(temperature))
    if np.any(~(at >= 0)) or np.any(at > 40):
        raise OptionError("the temperature of the water must be between 0 and 40 °C")
    return at


def _reaeration(net: RiverNetwork, oxygen: Oxygen, regime: str) -> Floats:
    """Reaeration of every reach at 20 °C [1/day]."""
    count = len(net.reach_names)
    if not isinstance(oxygen.reaeration, str):
        rate = float(oxygen.reaeration)
        if not (np.isfinite(rate) and rate >= 0):
            raise OptionError(f"reaeration is {rate}; it must be a rate of at least 0 [1/day]")
        return np.full(count, rate)
    table = net.reaches
    depth = table[f"depth_{regime}"].to_numpy(dtype=np.float64)
    if np.any(np.isnan(depth)):
        without = [name for name, h in zip(net.reach_names, depth, strict=True) if np.isnan(h)]
        raise OptionError(
            f"reaeration by a formula needs a column depth_{regime} [m]; it is empty for: {', '.join(without[:20])}"
        )
    return reaeration(table[f"velocity_{regime}"].to_numpy(dtype=np.float64), depth, oxygen.reaeration)
