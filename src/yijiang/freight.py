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
from numpy.typing import NDArray

from .errors import SolveError
from .transport import Network
from .transport.choice import value_of_time
from .transport.loading import Loads, load_arrays
from .transport.locks import lock_delay
from .transport.skims import Paths, Skims

if TYPE_CHECKING:
    from .belt import Belt

Floats = NDArray[np.float64]

#: The waits at the locks of the base are settled to this [h].
WAIT_TOLERANCE = 1e-9
WAIT_STEPS = 500
BRACKET_STEPS = 125


def network_waits(network: Network, flow: Floats) -> Floats:
    """Waits at the locks under a flow (lock,) [h], in the network's own order."""
    figures = network.arrays.figures["locks"]
    return np.asarray(lock_delay(flow, figures[:, 0], figures[:, 2]), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class FreightState:
    """Freight under given waits at the locks.

    Attributes
    ----------
    delays : (lock,)
        Waits the costs were computed with [h].
    cost : (origin, destination, good)
        Composite cost over the chains [yuan/t].
    following : (lock,)
        Waits that the loads of this state cause [h].
    slope : (lock,)
        Estimate of d following / d delays, from the last two states; −1 to begin with.
    """

    network: Network
    delays: Floats
    skims: Skims
    cost: Floats
    loads: Loads
    following: Floats
    slope: Floats

    def next_delays(self) -> Floats:
        """Waits to try next: the secant step of d = f(d) at every lock, f being the waits that the loads cause.

        A plain step would swing for ever where a queue scares cargo away and then empties.
        """
        return np.maximum(0.0, self.delays + (self.following - self.delays) / (1.0 - self.slope))


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
        self.base_network = Network(
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
        self._networks: dict[Any, Network] = {(): self.base_network}
        self._paths: dict[int, Paths] = {}
        place = {name: i for i, name in enumerate(belt.regions)}
        good = {name: i for i, name in enumerate(self.goods)}
        self.base_tonnes: Floats = np.zeros((len(place), len(place), len(good)))
        rows = tables["freight"]
        np.add.at(
            self.base_tonnes,
            (rows["origin"].map(place), rows["destination"].map(place), rows["sector"].map(good)),
            rows["value"].to_numpy(float),
        )

    def network(self, changes: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Network:
        """The network with the changes of a scenario; the same changes give the same object."""
        key = tuple(
            (kind, target, attribute, value)
            for kind in sorted(changes)
            for target in sorted(changes[kind])
            for attribute, value in sorted(changes[kind][target].items())
        )
        if key not in self._networks:
            self._networks[key] = self.base_network.with_changes(
                links=changes.get("link"), terminals=changes.get("terminal"), locks=changes.get("lock")
            )
        return self._networks[key]

    def _skim(self, network: Network, delays: Floats) -> Skims:
        paths = self._paths.get(id(network))
        if paths is None:
            paths = self._paths[id(network)] = Paths(network, self.time_value, co2_price=self.co2_price)
        return paths.skim_arrays(delays)

    def _state(self, network: Network, delays: Floats, tonnes: Floats, known: FreightState | None) -> FreightState:
        if known is not None and known.network is network and np.array_equal(known.delays, delays):
            skims, cost = known.skims, known.cost
        else:
            skims = self._skim(network, delays)
            cost = skims.logsum_array(self.dispersion)
        inner = tonnes[np.ix_(self._region, self._region)]
        loads = load_arrays(skims, inner, skims.share_array(self.dispersion))
        following = network_waits(network, loads.lock_flow)
        slope = np.full_like(delays, -1.0) if known is None else known.slope.copy()
        if known is not None:
            moved = (np.abs(delays - known.delays) > 1e-4) & np.array_equal(known.loads.tonnes, inner)
            estimate = (following - known.following) / np.where(moved, delays - known.delays, 1.0)
            slope = np.where(moved, np.clip(estimate, -50.0, 0.0), slope)
        return FreightState(network, delays, skims, cost, loads, following, slope)

    @cached_property
    def base_state(self) -> FreightState:
        """The base: waits and loads that agree.

        Raises
        ------
        SolveError
            If the waits do not settle.
        """
        network = self.base_network
        start = self._state(network, np.zeros(len(network.locks)), self.base_tonnes, None)
        return self._settled(start, self.base_tonnes)

    def _settled(self, state: FreightState, tonnes: Floats) -> FreightState:
        """Find waits that agree with the loads they cause: secant steps, kept inside a bracket at every lock.

        More wait means less load, so the wait f that the loads cause falls as the wait d rises, and f = d once. Where
        cargo of a chain changes its ports all at once, f jumps across d: there the bracket closes on the wait at which
        both ways cost the same, and cargo is indifferent between them.
        """
        low, high = np.zeros_like(state.delays), np.full_like(state.delays, np.inf)
        for step in range(1, WAIT_STEPS + 1):
            gap = np.abs(state.following - state.delays)
            rising = state.following > state.delays
            low, high = np.where(rising, state.delays, low), np.where(rising, high, state.delays)
            if np.all((gap <= WAIT_TOLERANCE) | (high - low <= WAIT_TOLERANCE)):
                return state
            if step % BRACKET_STEPS == 0:
                # The brackets are those of one lock while the others moved as well: look again.
                low, high = np.zeros_like(low), np.full_like(high, np.inf)
            following = state.next_delays()
            middle = np.where(np.isfinite(high), (low + np.where(np.isfinite(high), high, 0.0)) / 2, following)
            inside = (following > low) & (following < high) & (step % 3 != 0)
            state = self._state(
                state.network, np.where(inside | (gap <= WAIT_TOLERANCE), following, middle), tonnes, state
            )
        raise SolveError("the waits at the locks do not settle", hours=float(gap.max(initial=0.0)))

    def settle(self, network: Network, tonnes: Floats, state: FreightState) -> FreightState:
        """Freight of some tonnes on a network, with waits and loads that agree, starting from another state.

        Raises
        ------
        SolveError
            If the waits do not settle.
        """
        return self._settled(self._state(network, state.delays, tonnes, state), tonnes)

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
        old, new = before.loads.links, after.loads.links
        for link in old.index:
            rows.append(
                {
                    "link": str(link), "kind": "link", "mode": str(old.loc[link, "mode"]),
                    "load_base": float(old.loc[link, "tonnes"]), "load_plan": float(new.loc[link, "tonnes"]),
                    "capacity": float("nan"), "depth_m": float(depth[link]), "delay_base": 0.0, "delay_plan": 0.0,
                }
            )  # fmt: skip
        capacity = after.network.locks.set_index("lock")["capacity_mt"]
        for k, lock in enumerate(before.network.arrays.topology.names["locks"]):
            rows.append(
                {
                    "link": str(lock), "kind": "lock", "mode": "water",
                    "load_base": float(before.loads.lock_flow[k]), "load_plan": float(after.loads.lock_flow[k]),
                    "capacity": float(capacity[lock]), "depth_m": float("nan"),
                    "delay_base": float(before.delays[k]), "delay_plan": float(after.delays[k]),
                }
            )  # fmt: skip
        return pd.DataFrame(rows)
