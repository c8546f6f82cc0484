"""The belt's freight on its network: tonnes, lock waits and what a change of freight cost does to trade costs.

A tonne worth v yuan that costs c yuan to carry arrives at v + c, so a new freight cost c′ moves the trade cost of that
good by κ̂ = (1 + c′/v) ÷ (1 + c/v). Services, and goods within a region, are not touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from .bottlenecks import links_table
from .transport.chains.paths import Paths
from .transport.chains.prepared import Prepared, Solved
from .transport.chains.result import FreightAssignment
from .transport.chains.worth import worth
from .transport.choice import value_of_time
from .transport.freightnetwork import FreightNetwork
from .transport.seasons import MONTHS, in_month

if TYPE_CHECKING:
    from .belt import Belt

Floats = NDArray[np.float64]

#: Relative gap of the freight's equilibrium, and largest last move of a load over its capacity.
GAP, STEADY = 1e-11, 1e-10
#: Tonnes that differ by less than this part are the same: no change of trade moves no freight.
SAME = 1e-14


@dataclass(frozen=True, eq=False)
class FreightState:
    """Freight at rest: what flows causes the waits that its ways and chains were chosen with.

    Attributes
    ----------
    network
        The network of the scenario.
    solved
        The equilibrium of every season.
    weight : (season,)
        Share of the year.
    cost : (origin, destination, good)
        Composite cost over the chains, mean of the year [yuan/t].
    tonnes : (region, region, good)
        Tonnes by origin and destination [Mt a year], regions as in the belt.
    """

    network: FreightNetwork
    solved: tuple[Solved, ...]
    weight: Floats
    cost: Floats
    tonnes: Floats

    def _mean(self, rows: list[Floats]) -> Floats:
        return np.asarray(np.tensordot(self.weight, np.stack(rows), axes=1))

    @property
    def flow(self) -> Floats:
        """Tonnes through the locks (lock,) [Mt a year]."""
        return self.load[: len(self.network.arrays.topology.names["locks"])]

    @property
    def delays(self) -> Floats:
        """Waits at the locks (lock,) [h], mean of the year."""
        return self.wait[: len(self.network.arrays.topology.names["locks"])]

    @cached_property
    def capacity_price(self) -> Floats:
        """What one more unit of every facility's capacity saves at these tonnes (facility,) [money per t]."""
        return self._mean([worth(s) for s in self.solved])

    @property
    def load(self) -> Floats:
        """Load of every facility: locks, links, terminals (facility,) [Mt a year]."""
        return self._mean([s.load for s in self.solved])

    @property
    def wait(self) -> Floats:
        """Wait at every facility (facility,) [h], mean of the year."""
        return self._mean([s.wait for s in self.solved])

    @cached_property
    def seasons(self) -> tuple[FreightAssignment, ...]:
        """The equilibrium of every season with its labels, its gap measured anew."""
        return tuple(FreightAssignment(s).checked(GAP) for s in self.solved)

    @property
    def loads(self) -> FreightAssignment:
        """The equilibrium with its labels; of the longest season where there are several."""
        return self.seasons[int(np.argmax(self.weight))]

    @property
    def link_tonnes(self) -> pd.Series[float]:
        """Load of every link, both ways [Mt a year]."""
        mean = sum(w * a.links["tonnes"] for a, w in zip(self.seasons, self.weight, strict=True))
        return pd.Series(mean, dtype=float)

    def users(self, elements: Sequence[str]) -> pd.DataFrame:
        """Who uses some locks, links, terminals or nodes: origin, destination, commodity, chain, tonnes, share.

        `share` is that of the pair's tonnes of the commodity; see `FreightAssignment.users`.
        """
        keys = ["origin", "destination", "commodity", "chain"]
        parts = []
        for a, w in zip(self.seasons, self.weight, strict=True):
            used = a.users([e for name in elements for e in a.elements(name)])
            parts.append(used.assign(tonnes=w * used["tonnes"], share=w * used["share"]))
        table = pd.concat(parts).groupby(keys, sort=False, as_index=False).sum() if len(parts) > 1 else parts[0]
        return table.sort_values("tonnes", ascending=False, kind="stable", ignore_index=True)


class Freight:
    """The freight side of a belt.

    Parameters
    ----------
    belt
        A clean belt whose scope has transport.
    depths
        Depths month by month (link, month, depth_m): freight then settles season by season, months of the same depths
        together, each with its share of the year's tonnes, and a cost is the mean of the year. Left out, the belt's
        own table `depths` where its parameter `freight_seasons` is 1; otherwise freight settles once, at the depths of
        the links.
    """

    def __init__(self, belt: Belt, depths: pd.DataFrame | None = None) -> None:
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
        given = dict(zip(tables["parameters"]["parameter"], tables["parameters"]["value"].astype(float), strict=True))
        self.dissimilarity = given.get("chain_dissimilarity", 1.0)
        if depths is None and given.get("freight_seasons", 0.0) and "depths" in tables:
            depths = tables["depths"]
        self._depths = None if depths is None or not len(depths) else _seasons(depths)
        self._region = [belt.regions.index(r) for r in self.base_network.regions]
        #: Where regions of the network lie among those of the belt, and the goods among its sectors.
        self._inner = np.ix_(self._region, self._region)
        self._cells = np.ix_(self._region, self._region, [belt.sectors.index(s) for s in self.goods])
        self._networks: dict[Any, FreightNetwork] = {(): self.base_network}
        self._prepared: dict[int, tuple[Prepared, ...]] = {}
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
            given: dict[str, Any] = {f"{k}s": {n: c for n, c in cells.items() if c} for k, cells in changes.items()}
            self._networks[key] = self.base_network.with_changes(**given)
        return self._networks[key]

    def prepared(self, network: FreightNetwork) -> tuple[Prepared, ...]:
        """The network prepared for the solver, by season."""
        if id(network) not in self._prepared:
            if network is self.base_network:
                first = Prepared.of(
                    Paths(network, self.time_value, co2_price=self.co2_price), self.dispersion, self._nests(network),
                    self.dissimilarity,
                )  # fmt: skip
                made = tuple(first.on(n) if n is not network else first for n in self._by_season(network))
            else:
                base = self.prepared(self.base_network)
                made = tuple(p.on(n) for p, n in zip(base, self._by_season(network), strict=True))
            self._prepared[id(network)] = made
        return self._prepared[id(network)]

    def delay_alike(self, one: FreightNetwork, other: FreightNetwork) -> bool:
        """Whether the facilities of two networks wait alike under the same loads."""
        pairs = zip(self.prepared(one), self.prepared(other), strict=True)
        return all(np.array_equal(a.param, b.param) for a, b in pairs)

    def _nests(self, network: FreightNetwork) -> dict[str, list[str]]:
        """The chains that are not by road alone, as closer substitutes of each other."""
        slow: list[str] = [m for m in ("rail", "water") if m in network.arrays.topology.names["modes"]]
        return {"slow": slow} if self.dissimilarity < 1.0 else {}

    def _by_season(self, network: FreightNetwork) -> list[FreightNetwork]:
        if self._depths is None:
            return [network]
        had, now = (n.links.set_index("link")["depth_m"] for n in (self.base_network, network))
        kept = now.where(now > had, 0.0)
        # A reach that a project keeps deeper is at least that deep in every month.
        return [
            in_month(network, d.assign(depth_m=np.maximum(d["depth_m"], d["link"].map(kept).fillna(0.0))), 1)
            for d, _ in self._depths
        ]

    @cached_property
    def weight(self) -> Floats:
        """Share of every season in the year (season,)."""
        return np.array([1.0]) if self._depths is None else np.array([w for _, w in self._depths])

    @cached_property
    def base_state(self) -> FreightState:
        """The base: waits and loads that agree."""
        return self._first(self.base_network)

    def _first(self, network: FreightNetwork) -> FreightState:
        """The base tonnes on a network; where every scenario on that network starts, whatever was solved before."""
        if id(network) not in self._states:
            warm = None if network is self.base_network else self.base_state
            self._states[id(network)] = self._settled(network, self.base_tonnes, warm)
        return self._states[id(network)]

    def settle(
        self, network: FreightNetwork, tonnes: Floats, state: FreightState | None = None, steady: float = STEADY
    ) -> FreightState:
        """Freight of some tonnes on a network, with waits and loads that agree.

        Parameters
        ----------
        network
            The network.
        tonnes : (region, region, good)
            Tonnes by origin and destination [Mt a year].
        state
            Where to start; the base tonnes on this network unless given.
        steady
            Largest last move of a load, relative to the capacity.

        Raises
        ------
        SolveError
            If the waits do not settle.
        InfeasibleError
            If a hard limit leaves no way around.
        """
        first = self._first(network) if state is None or state.network is not network else state
        if not np.any(np.abs(first.tonnes - tonnes) > SAME * tonnes):
            return first
        return self._settled(network, tonnes, first, steady)

    def _settled(
        self, network: FreightNetwork, tonnes: Floats, warm: FreightState | None, steady: float = STEADY
    ) -> FreightState:
        inner = tonnes[self._inner]
        solved = []
        for season, prepared in enumerate(self.prepared(network)):
            start = None if warm is None else warm.solved[season]
            if start is not None and not prepared.alike(start.prepared):
                start = None  # other ships: nothing of what was solved fits
            solved.append(prepared.solve(inner, GAP, warm=start, steady=steady))
        cost = np.asarray(sum(w * s.logsum() for w, s in zip(self.weight, solved, strict=True)))
        return FreightState(network, tuple(solved), self.weight, cost, tonnes)

    def log_kappa(self, state: FreightState) -> Floats:
        """ln κ̂ of trade from a change of freight costs (importer, exporter, sector)."""
        change = np.log1p(state.cost / self.density) - self._base_log
        result = np.zeros((len(self.belt.regions), len(self.belt.regions), len(self.belt.sectors)))
        result[self._cells] = np.where(self._across, change.transpose(1, 0, 2), 0.0)
        return result

    @cached_property
    def _base_log(self) -> Floats:
        """ln of the delivered price of goods in the base (origin, destination, good)."""
        return np.asarray(np.log1p(self.base_state.cost / self.density))

    @cached_property
    def _across(self) -> NDArray[np.bool_]:
        """Whether goods go from one region to another (region, region, 1)."""
        return ~np.eye(len(self._region), dtype=bool)[:, :, None]

    def tonnes_table(self, before: FreightState | None, after: FreightState | None) -> pd.DataFrame:
        """Tonnes by origin, destination and good [Mt a year]."""
        assert before is not None
        assert after is not None
        names = [self.belt.regions[i] for i in self._region]
        inner = self._inner
        index = pd.MultiIndex.from_product([names, names, self.goods], names=["origin", "destination", "sector"])
        columns = {"base": before.tonnes[inner].ravel(), "plan": after.tonnes[inner].ravel()}
        frame = pd.DataFrame(columns, index=index)
        return frame[(frame > 0).any(axis=1)].reset_index()

    def links_table(self, before: FreightState | None, after: FreightState | None) -> pd.DataFrame:
        """Links and locks, and terminals that have a capacity: loads, capacities, depths, waits and shadow prices.

        Loads and capacities are in Mt a year, waits in h, base and plan; `shadow_price` is what one more unit of the
        plan's capacity would save at the plan's tonnes, in `price_unit`; nothing where no capacity counts.
        """
        assert before is not None
        assert after is not None
        return links_table(before, after, self.belt.money)


def _seasons(depths: pd.DataFrame) -> list[tuple[pd.DataFrame, float]]:
    """Depths of the months that differ, and what share of the year each stands for."""
    table = depths[["link", "month", "depth_m"]].astype({"month": int, "depth_m": float})
    found: dict[tuple[tuple[str, float], ...], list[int]] = {}
    for month in MONTHS:
        rows = table[table["month"] == month].sort_values("link")
        found.setdefault(tuple(zip(rows["link"], rows["depth_m"], strict=True)), []).append(month)
    return [(table[table["month"] == months[0]].assign(month=1), len(months) / 12) for months in found.values()]


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
