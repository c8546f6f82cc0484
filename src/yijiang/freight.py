"""The belt's freight on its network: tonnes, lock waits and what a change of freight cost does to trade costs.

A tonne worth v yuan that costs c yuan to carry arrives at v + c, so a new freight cost c′ moves the trade cost of that
good by κ̂ = (1 + c′/v) ÷ (1 + c/v). Services, and goods within a region, are not touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from .numerics.settling import mixed, settle
from .transport.choice import value_of_time
from .transport.freightnetwork import FreightNetwork
from .transport.loading import Loads, load_arrays
from .transport.skims import Paths, Skims

if TYPE_CHECKING:
    from .belt import Belt

Floats = NDArray[np.float64]

#: Lock flows are settled to this part of the lock's capacity, far below what moves a trade cost by 1e-6.
FLOW_TOLERANCE = 1e-6
#: Skims kept for scenarios that ask again.
KEPT = 128


@dataclass(frozen=True, eq=False)
class FreightState:
    """Freight whose lock flows cause the waits that its costs were computed with.

    Where all cargo of some chain would change its way at one wait, the flow at that wait is shared between the two
    ways: `loads` is the one with more through the locks, `other` the one with less, and `share` goes by the first.

    Attributes
    ----------
    flow : (lock,)
        Flow through the locks [Mt a year].
    delays : (lock,)
        Waits under that flow [h].
    cost : (origin, destination, good)
        Composite cost over the chains [yuan/t].
    slope : (lock,)
        Estimate of how the flow that the waits cause falls with the flow itself; −1 to begin with.
    """

    network: FreightNetwork
    flow: Floats
    delays: Floats
    skims: Skims
    cost: Floats
    loads: Loads
    other: Loads
    share: float
    slope: Floats
    tonnes: Floats

    @property
    def link_tonnes(self) -> pd.Series[float]:
        """Load of every link [Mt a year]."""
        return self.share * self.loads.links["tonnes"] + (1 - self.share) * self.other.links["tonnes"]


class Freight:
    """The freight side of a belt.

    Parameters
    ----------
    belt
        A clean belt whose scope has transport.
    """

    def __init__(self, belt: Belt) -> None:
        tables = belt.tables
        self.belt = belt
        self.base_network = FreightNetwork(
            tables["nodes"], tables["links"], tables["terminals"], tables["locks"], tables["modes"], tables["ships"],
            tables["zones"],
        )  # fmt: skip
        self.goods = belt.goods
        density = tables["value_densities"].set_index("sector")["value"].astype(float)
        self.density = density.loc[self.goods].to_numpy()
        rate = belt.parameter("time_value_rate")
        self.time_value = dict(zip(self.goods, np.asarray(value_of_time(self.density, rate)).tolist(), strict=True))
        self.dispersion = belt.parameter("chain_dispersion")
        self.co2_price = belt.parameter("co2_price")
        self._region = [belt.regions.index(r) for r in self.base_network.regions]
        self._sector = [belt.sectors.index(s) for s in self.goods]
        self._networks: dict[Any, FreightNetwork] = {(): self.base_network}
        self._paths: dict[int, Paths] = {}
        self._known: dict[tuple[int, bytes], tuple[Skims, Floats, Floats]] = {}
        self._states: dict[int, FreightState] = {}
        place = {name: i for i, name in enumerate(belt.regions)}
        good = {name: i for i, name in enumerate(self.goods)}
        self.base_tonnes: Floats = np.zeros((len(place), len(place), len(good)))
        rows = tables["freight"]
        np.add.at(
            self.base_tonnes,
            (rows["origin"].map(place), rows["destination"].map(place), rows["sector"].map(good)),
            rows["value"].to_numpy(float),
        )

    def network(self, changes: Mapping[str, Mapping[str, Mapping[str, float]]]) -> FreightNetwork:
        """The network with the changes of a scenario; the same changes give the same object."""
        key = tuple(
            (kind, target, attribute, value)
            for kind in sorted(changes)
            for target in sorted(changes[kind])
            for attribute, value in sorted(changes[kind][target].items())
        )
        if key not in self._networks:
            self._networks[key] = self.base_network.with_changes(
                links=changes.get("link"),
                terminals={name: cells for name, cells in changes.get("terminal", {}).items() if cells},
                locks=changes.get("lock"),
            )
        return self._networks[key]

    def _skim(self, network: FreightNetwork, delays: Floats) -> Skims:
        paths = self._paths.get(id(network))
        if paths is None:
            paths = self._paths[id(network)] = Paths(network, self.time_value, co2_price=self.co2_price)
        return paths.skim_arrays(delays)

    def _at(self, network: FreightNetwork, flow: Floats) -> tuple[Skims, Floats, Floats]:
        """Skims, composite cost and chain shares under the waits of a flow; kept, since scenarios ask again."""
        key = id(network), flow.tobytes()
        if key not in self._known:
            if len(self._known) >= KEPT:
                # The oldest went in first; what is asked again is worked out again, to the same figures.
                self._known.pop(next(iter(self._known)))
            skims = self._skim(network, network.waits(flow))
            self._known[key] = skims, skims.logsum_array(self.dispersion), skims.share_array(self.dispersion)
        return self._known[key]

    def _loads(self, network: FreightNetwork, flow: Floats, inner: Floats) -> Loads:
        skims, _, shares = self._at(network, flow)
        return load_arrays(skims, inner, shares)

    @cached_property
    def base_state(self) -> FreightState:
        """The base: waits and loads that agree."""
        return self._first(self.base_network)

    def _first(self, network: FreightNetwork) -> FreightState:
        """The base tonnes on a network; where every scenario on that network starts, whatever was solved before."""
        if id(network) not in self._states:
            start = np.zeros(len(network.locks)) if network is self.base_network else self.base_state.flow
            slope = np.full(len(start), -1.0)
            self._states[id(network)] = self._settled(network, start, slope, self.base_tonnes)
        return self._states[id(network)]

    def settle(self, network: FreightNetwork, tonnes: Floats, state: FreightState | None = None) -> FreightState:
        """Freight of some tonnes on a network, with waits and loads that agree.

        Parameters
        ----------
        network
            The network.
        tonnes : (region, region, good)
            Tonnes by origin and destination [Mt a year].
        state
            Where to start; the base tonnes on this network unless given.

        Raises
        ------
        SolveError
            If the waits do not settle.
        """
        first = self._first(network) if state is None or state.network is not network else state
        if np.array_equal(first.tonnes, tonnes):
            return first
        return self._settled(network, first.flow, first.slope, tonnes)

    def _settled(self, network: FreightNetwork, flow: Floats, slope: Floats, tonnes: Floats) -> FreightState:
        inner = tonnes[np.ix_(self._region, self._region)]
        width = FLOW_TOLERANCE * network.arrays.figures["locks"][:, 0]
        found = settle(lambda q: self._loads(network, q, inner).lock_flow, flow, slope, width)
        skims, cost, _ = self._at(network, found.flow)
        more = self._loads(network, found.below, inner)
        less = more if found.above is found.below else self._loads(network, found.above, inner)
        return FreightState(
            network, found.flow, network.waits(found.flow), skims, cost, more, less,
            mixed(found.flow, more.lock_flow, less.lock_flow), found.slope, tonnes,
        )  # fmt: skip

    def log_kappa(self, state: FreightState) -> Floats:
        """ln κ̂ of trade from a change of freight costs (importer, exporter, sector)."""
        change = np.log1p(state.cost / self.density) - np.log1p(self.base_state.cost / self.density)
        regions = len(self.belt.regions)
        result = np.zeros((regions, regions, len(self.belt.sectors)))
        across = ~np.eye(len(self._region), dtype=bool)
        result[np.ix_(self._region, self._region, self._sector)] = np.where(
            across[:, :, None], change.transpose(1, 0, 2), 0.0
        )
        return result

    def tonnes_table(self, before: FreightState | None, after: FreightState | None) -> pd.DataFrame:
        """Tonnes by origin, destination and good [Mt a year]."""
        assert before is not None
        assert after is not None
        names = [self.belt.regions[i] for i in self._region]
        index = pd.MultiIndex.from_product([names, names, self.goods], names=["origin", "destination", "sector"])
        frame = pd.DataFrame({"base": before.loads.tonnes.ravel(), "plan": after.loads.tonnes.ravel()}, index=index)
        return frame[(frame > 0).any(axis=1)].reset_index()

    def links_table(self, before: FreightState | None, after: FreightState | None) -> pd.DataFrame:
        """Links and locks: loads [Mt a year], capacity, depth and waits [h], base and plan."""
        assert before is not None
        assert after is not None
        rows: list[dict[str, Any]] = []
        depth = after.network.links.set_index("link")["depth_m"]
        modes, old, new = before.loads.links["mode"], before.link_tonnes, after.link_tonnes
        for link in old.index:
            rows.append(
                {
                    "link": str(link), "kind": "link", "mode": str(modes[link]),
                    "load_base": float(old[link]), "load_plan": float(new[link]),
                    "capacity": float("nan"), "depth_m": float(depth[link]), "delay_base": 0.0, "delay_plan": 0.0,
                }
            )  # fmt: skip
        capacity = after.network.locks.set_index("lock")["capacity_mt"]
        for k, lock in enumerate(before.network.arrays.topology.names["locks"]):
            rows.append(
                {
                    "link": str(lock), "kind": "lock", "mode": "water",
                    "load_base": float(before.flow[k]), "load_plan": float(after.flow[k]),
                    "capacity": float(capacity[lock]), "depth_m": float("nan"),
                    "delay_base": float(before.delays[k]), "delay_plan": float(after.delays[k]),
                }
            )  # fmt: skip
        return pd.DataFrame(rows)


def delivered(freight: Freight) -> xr.DataArray:
    """Return the delivered price of goods over their price at the works on the network as it is.

    τ[o, d, s] = 1 + c[o, d, s] / v[s], with c the composite freight cost [yuan/t] under the base's lock waits and v the
    value of a tonne [yuan/t].

    Examples
    --------
    >>> import yijiang as yj
    >>> delivered(Freight(yj.case("tiny"))).dims
    ('origin', 'destination', 'sector')
    """
    names = [str(name) for name in freight.base_network.regions]
    coordinates = {"origin": names, "destination": names, "sector": freight.goods}
    return xr.DataArray(
        1 + freight.base_state.cost / freight.density, coordinates, tuple(coordinates), name="delivered",
        attrs={"units": "1", "long_name": "delivered price over price at the works"},
    )  # fmt: skip
