"""A freight network with its commodities and chains, prepared for skims and assignments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import pandas as pd

from yijiang.errors import OptionError, match_name
from yijiang.transport.assignment.kernels import Floats, Ints
from yijiang.transport.chains.skims import FIELDS, Skims
from yijiang.transport.chains.source import ChainTrees, Prefixes
from yijiang.transport.chains.virtual import VirtualNetwork
from yijiang.transport.checks import ROAD, WATER
from yijiang.transport.freightnetwork import FreightNetwork

CHAINS = (ROAD, "rail", WATER)
"""Chains unless others are named, as far as the network has the mode."""


class Paths:
    """A network prepared for repeated skims and assignments: what does not change with the waits is worked out once.

    Parameters
    ----------
    network
        The network.
    commodities
        Value of time [yuan/(t·h)] by commodity; left out, one commodity `goods` with value 0.
    chains
        A chain is named by its main mode, or by several in order joined by `-` (`rail-water`); it begins and ends by
        road. Left out, those of road, rail and water that the network has.
    origins
        Regions to start from; left out, all.
    co2_price
        Yuan per tonne of CO₂.
    like
        The same of another scenario, of which what has the same shape is taken.

    Raises
    ------
    OptionError
        If a chain, a region or a figure is not valid.

    Examples
    --------
    >>> from yijiang.transport.example import two_ports
    >>> paths = Paths(two_ports(), {"ore": 0.2, "phones": 12.0})
    >>> free, queue = paths.skim({"gate": 0.0}), paths.skim({"gate": 10.0})
    >>> extra = queue.cost - free.cost
    >>> extra.sel(origin="Upper", destination="Lower", chain="water").values.round(9).tolist()
    [2.0, 120.0]
    """

    def __init__(
        self,
        network: FreightNetwork,
        commodities: Mapping[str, float] | pd.Series | None = None,
        chains: Sequence[str] | None = None,
        origins: Sequence[str] | None = None,
        co2_price: float = 0.0,
        like: Paths | None = None,
    ) -> None:
        self.network = network
        values = [("goods", 0.0)] if commodities is None else list(commodities.items())
        self.commodities = tuple(str(name) for name, _ in values)
        self.time_value = np.array([float(v) for _, v in values])
        if len(set(self.commodities)) < len(values) or len(values) == 0:
            raise OptionError("the commodities need names, each once")
        if not np.all(np.isfinite(self.time_value)) or np.any(self.time_value < 0.0) or not 0.0 <= co2_price < np.inf:
            raise OptionError("values of time and the price of CO2 must be finite and at least 0")
        self.co2_price = co2_price / 1000.0  # yuan per kg
        modes = network.arrays.topology.names["modes"]
        self.chains = tuple(c for c in CHAINS if c in modes) if chains is None else tuple(chains)
        if len(set(self.chains)) < len(self.chains) or not self.chains:
            raise OptionError("the chains need names, each once")
        self.regions = network.regions
        known = [(region,) for region in self.regions]
        self.origins = self.regions if origins is None else tuple(match_name(o, known, "region") for o in origins)
        self.legs = [() if c == ROAD else tuple(self._main_mode(c, part) for part in c.split("-")) for c in self.chains]
        shape: VirtualNetwork | None = None if like is None else like.virtual
        self.virtual: VirtualNetwork = VirtualNetwork.build(network, shape)
        self.fixed = self.virtual.costs(self.time_value, self.co2_price)

    def _main_mode(self, chain: str, part: str) -> int:
        modes = self.network.arrays.topology.names["modes"]
        if part == ROAD:
            raise OptionError(f"the chain {chain!r} names road, which every chain begins and ends with: leave it out")
        return modes.index(match_name(part, [(m,) for m in modes], "mode"))

    def trees(self, job: Ints, chain: Ints, end: Ints) -> ChainTrees:
        """Trees for some groups; see `ChainTrees`."""
        road = self.network.arrays.topology.road
        return ChainTrees(self.virtual, Prefixes.build(self.legs, road), road, job, chain, end, self.time_value)

    @cached_property
    def _all(self) -> ChainTrees:
        """Trees for every origin asked for, destination, commodity and chain, in the order of the axes of a skim."""
        zones, row = len(self.regions), {region: i for i, region in enumerate(self.regions)}
        shape = (len(self.origins), zones, len(self.commodities), len(self.chains))
        o, d, k, c = (v.ravel().astype(np.int64) for v in np.indices(shape))
        return self.trees(k * zones + np.array([row[r] for r in self.origins])[o], c, d)

    def skim(
        self,
        delays: Mapping[str, float] | pd.Series | None = None,
        fields: Sequence[str] = ("time", "money", "co2", "km"),
    ) -> Skims:
        """Skim the network under given waits at the locks.

        Parameters
        ----------
        delays
            Wait [h] by lock, beyond the passage itself; every lock, or nothing for no wait.
        fields
            Fields wanted beside the cost, of `time`, `money`, `co2`, `km` and `main_km`.

        Raises
        ------
        OptionError
            If a lock or field is unknown or a wait is not at least 0.
        SolveError
            If labels and paths disagree.
        """
        locks = self.network.arrays.topology.names["locks"]
        given = dict.fromkeys(locks, 0.0) if delays is None else dict(delays.items())
        if set(given) != set(locks):
            raise OptionError(f"waits are given for {sorted(map(str, given))}; wanted for: {', '.join(locks)}")
        return self.skim_arrays(np.array([float(given[name]) for name in locks]), fields)

    def skim_arrays(self, delays: Floats, fields: Sequence[str] = ("time", "money", "co2", "km")) -> Skims:
        """Skim with the waits [h] as an array in the order of `network.arrays.topology.names["locks"]`."""
        for field in fields:
            match_name(field, [(f,) for f in FIELDS], "field")
        if not np.all(np.isfinite(delays)) or np.any(delays < 0.0):
            raise OptionError("a wait must be a number of hours, at least 0")
        wait = np.zeros(len(self.virtual.param))
        wait[: len(delays)] = delays
        hours = wait[self.virtual.facility]
        label = self._all.price(self.fixed + self.time_value[:, None] * hours)
        wanted = np.flatnonzero(np.isfinite(label))
        ptr, links = self._all.columns(wanted)
        return Skims.of(self, label, wanted, ptr, links, hours, tuple(fields))


def skim_freight(
    net: FreightNetwork,
    origins: Sequence[str] | None = None,
    fields: Sequence[str] = ("time", "money", "co2", "km"),
    commodities: Mapping[str, float] | pd.Series | None = None,
    chains: Sequence[str] | None = None,
    delays: Mapping[str, float] | pd.Series | None = None,
    co2_price: float = 0.0,
) -> Skims:
    """Skim a network once; for repeated skims under other waits keep a `Paths`.

    cost = money + value_of_time·time + co2_price·CO₂, minimised by Dijkstra's label setting over the virtual network.

    Parameters
    ----------
    net
        The network.
    origins, commodities, chains, co2_price
        As in `Paths`.
    fields, delays
        As in `Paths.skim`.

    Returns
    -------
    Skims with labelled fields (origin, destination, commodity, chain).

    Source: Dijkstra (1959); Jourquin and Beuthe (1996), Transportation Research C 4(6).

    Examples
    --------
    >>> from yijiang.transport.example import two_ports
    >>> from yijiang.transport import skim
    >>> s = skim(two_ports(), commodities={"ore": 0.2})
    >>> s.cost.sel(origin="Upper", destination="Lower", commodity="ore").values.round(3).tolist()
    [342.2, 143.8]
    """
    return Paths(net, commodities, chains, origins, co2_price).skim(delays, fields)
