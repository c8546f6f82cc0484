"""Steady transport prepared once and run often: arrays in, sections out, in one pass over the river."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from yijiang.errors import DataError, Finding, OptionError, SolveError
from yijiang.river.formulas import GRAMS_PER_SECOND, LANES, Floats, Ints
from yijiang.river.network import RiverNetwork
from yijiang.river.system import System

BALANCE_TOLERANCE = 1e-12
TINY = 1e-200
"""Rate that stands for no decay [1/day]."""


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """Sections of one run of a `Carrier`.

    Attributes
    ----------
    concentration : DataFrame (section × pollutant) [mg/L]
    balance : float
        Greatest |in − out − abstracted − decayed| / in over pollutants [-].
    """

    concentration: pd.DataFrame
    balance: float


@dataclass(frozen=True, slots=True, eq=False)
class Carrier:
    """Steady transport of several pollutants, all in one pass, for large rivers and many runs.

    out_i = e^(−k τ_i) kept_i Σ_u part_u out_u + g(k τ_i) w_i, one lane for each pollutant (and month or scenario: name
    it as a pollutant of its own). What passes between reaches lives on a stack as deep as 1 + log₂ of the headwaters.

    Attributes
    ----------
    system
        River, regime and rates.

    Examples
    --------
    >>> reach = {"reach": ["a"], "downstream": [""], "length_km": [86.4], "flow_mean": [31.7098], "flow_low": [20.0]}
    >>> reach |= {"velocity_mean": [1.0], "velocity_low": [1.0]}
    >>> net = RiverNetwork(pd.DataFrame(reach), pd.DataFrame({"section": ["s"], "reach": ["a"]}))
    >>> carrier = Carrier.of(net, {"TP": 0.0, "COD": 0.6931472})
    >>> carrier.run(np.array([[1000.0, 1000.0]])).concentration.round(4).to_dict()
    {'TP': {'s': 1.0}, 'COD': {'s': 0.7213}}
    """

    system: System
    _gone: Floats
    _rate: Floats
    _mouth: Ints
    _wanted: Ints
    _places: Any
    _special: Ints
    _pace: Floats
    _at_sections: tuple[Ints, Floats, Floats]
    _labels: tuple[Any, Any]

    @classmethod
    def of(cls, net: RiverNetwork, decay: Mapping[str, float] | None = None, regime: str = "mean") -> Carrier:
        """Work out the factors of every reach once."""
        system = System.of(net, decay, regime)
        top, count = net.topology, len(net.reach_names)
        # Where nothing decays a rate too small to see stands for 0, so that u/(k τ) is 1 and not 0/0.
        rates = np.maximum(np.array(list(system.rates.values()), dtype=np.float64), TINY)
        x = rates * system.water.travel_days[:, None]
        gone = np.where(net.lake[:, None], x / (1.0 + x), -np.expm1(-x))
        wanted, mouth = np.zeros(count, dtype=np.int64), (np.diff(top.down_ptr) == 0).astype(np.int64)
        wanted[net.section_reach] = 1
        tributaries = np.diff(top.ptr)
        parts = np.zeros(count, dtype=np.int64)
        np.add.at(parts, np.repeat(np.arange(count), tributaries), (top.share != 1.0).astype(np.int64))
        special = np.flatnonzero((wanted + mouth + parts > 0) | (tributaries > 2))
        places = np.full((count, 3), top.depth, dtype=np.int32)
        for k in range(2):
            has = np.flatnonzero(tributaries > k)
            places[has, k] = top.slot[top.above[top.ptr[has] + k]]
        places[:, 2] = top.slot
        rate = np.ones((-(-rates.size // LANES), LANES))
        rate.ravel()[: rates.size] = 1.0 / rates
        # What a run needs at the sections is worked out here, too.
        r, f, water = net.section_reach, net.section_fraction, system.water
        place, _ = system.reach_factors(water.travel_days[r] * f, r, storage=False)
        scale = GRAMS_PER_SECOND / water.section_flow[:, None]
        sections = (np.cumsum(wanted) - 1)[r], place.through * scale, f[:, None] * place.share * scale
        labels = pd.Index(net.section_names, name="section"), pd.Index(list(system.names), name="pollutant")
        return cls(
            system, _eights(gone), rate, mouth, wanted, places * LANES, special, 1.0 / water.travel_days, sections,
            labels,
        )  # fmt: skip

    def run(self, loads: Floats) -> Carried:
        """Carry loads spread along reaches (reach, pollutant) [t/yr], in the order of the network and of `decay`.

        Raises
        ------
        DataError
            If loads are negative, missing or infinite: every such reach and pollutant, up to 100.
        OptionError
            If the array has another shape.
        SolveError
            If the mass balance is worse than 1e-12.
        """
        from yijiang.river.carry import carry

        net, water = self.system.network, self.system.water
        names = self.system.names
        given = np.asarray(loads, dtype=np.float64)
        if given.shape != (len(net.reach_names), len(names)):
            wanted = (len(net.reach_names), len(names))
            raise OptionError(f"loads have shape {given.shape}; wanted {wanted}: reach, pollutant")
        top, sections = net.topology, net.section_reach
        eights = _eights(given)
        heads = np.zeros((eights.shape[0], int(self._wanted.sum()), LANES))
        budgets = np.zeros((eights.shape[0], 4, LANES))
        for k, lanes in enumerate(eights):
            carry(
                top.ptr, top.above, top.share, top.slot, top.depth, self._mouth, self._places, self._special,
                water.kept, self._pace, self._rate[k], self._gone[k], lanes, self._wanted, heads[k], budgets[k],
            )  # fmt: skip
        head, budget = (a.transpose(1, 0, 2).reshape(a.shape[1], -1)[:, : len(names)] for a in (heads, budgets))
        # A sum that is no number, or a negative load anywhere, shows in the budget: only then is the cause looked for.
        if not np.all(np.isfinite(budget)) or np.any(budget[2] < 0):
            raise DataError(_faults(given, net.reach_names, names))
        row, through, share = self._at_sections
        content = head[row] * through + given[sections] * share
        inflow = budget[0]
        gap = np.abs(inflow - budget[3] - budget[1]) / np.where(inflow > 0, inflow, 1.0)
        balance = float(gap.max(initial=0.0))
        if not balance <= BALANCE_TOLERANCE:
            raise SolveError("the mass balance of the river does not close", balance=balance)
        return Carried(pd.DataFrame(content, *self._labels), balance)


def _eights(values: Floats) -> Floats:
    """Lay (reach, pollutant) out in blocks of eight pollutants (block, reach, 8), the last one filled up with 0."""
    count, width = values.shape
    blocks = max(1, -(-width // LANES))
    if width == LANES:
        return np.ascontiguousarray(values).reshape(1, count, LANES)
    padded = np.zeros((count, blocks * LANES))
    padded[:, :width] = values
    return np.ascontiguousarray(padded.reshape(count, blocks, LANES).transpose(1, 0, 2))


def _faults(loads: Floats, reaches: tuple[str, ...], pollutants: tuple[str, ...]) -> list[Finding]:
    """Findings of loads that are no numbers of at least 0."""
    bad = np.argwhere(~np.isfinite(loads) | (loads < 0))[:100]
    problem, remedy = "not a number of at least 0", "enter a number of at least 0 [t/yr]"
    return [
        Finding("loads", 0, f"{reaches[i]}, {pollutants[p]}", f"{loads[i, p]:g}", problem, remedy)
        for i, p in bad.tolist()
    ]
