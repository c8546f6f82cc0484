"""What freight at rest looks like: shares, costs and logsums, loads, waits, prices, and who uses what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
import xarray as xr

from yijiang.errors import SolveError
from yijiang.transport import columns, vdf
from yijiang.transport.assignment import kernels
from yijiang.transport.assignment.gap import choice_excess
from yijiang.transport.assignment.kernels import Bools, Floats, Ints
from yijiang.transport.assignment.pathset import kernels as pathkernels
from yijiang.transport.assignment.result import BALANCE_LIMIT, ROUND_OFF
from yijiang.transport.chains import select
from yijiang.transport.chains.prepared import Solved
from yijiang.transport.chains.skims import DIMS
from yijiang.transport.chains.virtual import CO2
from yijiang.transport.chains.worth import worth

FIELDS = ("money", "time", "co2", "km")
"""Fields along the ways of a chain; the km of every mode are `km_MODE`."""


class FreightAssignment:
    """An equilibrium of freight.

    Attributes
    ----------
    network : the network.
    gap : distance from the equilibrium, see `assign_freight`, worked out anew from the flows of the links.
    balance : largest |in − out| of a state (node, mode), relative to all tonnes.
    objective : Σ ∫ delay + Σ pce·fixed·flow ÷ value of time [h·Mt], over commodities that value time; no entropy.
    total_cost : Σ flow·cost, without the prices of hard limits [million yuan for Mt].
    iterations, rounds : rounds, and gap, excess over limits and number of paths by round.
    wait : (facility) delay [h], price : (facility) [yuan/t], load : (facility) [Mt/yr] in the order of `facilities`,
        and a last one for what loads nothing.
    """

    def __init__(self, solved: Solved) -> None:
        prepared, solution = solved.prepared, solved.solution
        paths, virtual, problem = prepared.paths, prepared.paths.virtual, solved.problem
        self.solved = solved
        self.network, self.problem, self.tonnes = paths.network, problem, solved.tonnes
        self._paths, self._virtual, self._set = paths, virtual, solution.paths
        self._pairs, self._part = solved.pairs, solution.part
        self.rounds, self.iterations = solution.rounds, len(solution.rounds)
        self.facilities = virtual.names[:-1]
        self.commodities, self.chains, self.regions = paths.commodities, paths.chains, paths.regions
        s, p = solution.paths, problem
        self.class_flow = pathkernels.link_flows(
            s.group_ptr, s.flow, s.link_ptr, s.link, p.group_class, len(p.weight), len(p.facility)
        )
        self.link_flow: Floats = (p.pce[:, None] * self.class_flow).sum(axis=0)
        self.load: Floats = np.bincount(p.facility, weights=self.link_flow, minlength=len(p.param)).astype(float)
        kind, scale, capacity, power = (p.param[:, i] for i in range(4))
        self.wait = vdf.delay(kind.astype(np.int64), scale, capacity, power, self.load)
        self.price: Floats = np.where(np.isfinite(p.param[:, kernels.LIMIT]), solution.state[:, kernels.PRICE], 0.0)
        fixed = np.where(np.isfinite(p.fixed), p.fixed, 0.0)
        cost = fixed + p.weight[:, None] * self.wait[p.facility]
        self.total_cost = float((self.class_flow * cost).sum())
        charged = cost + p.pce[:, None] * self.price[p.facility]
        self._state = np.zeros((len(p.param), 4))
        self._state[:, kernels.DELAY], self._state[:, kernels.PRICE] = self.wait, self.price
        # Priced anew, on trees of its own: what was solved stays as it is for whoever starts from it.
        self._source = solved.source.fork(solved.source.job, solved.source.chain, solved.source.end)
        least = self._source.price(p.link_costs(self._state))
        #: All pairs, whether or not they have tonnes.
        self._cost = solved._replace(source=self._source).cost().copy()
        spent = float((self.class_flow * charged).sum())
        floor = np.where(np.isfinite(least), least, 0.0)
        excess = float(choice_excess(p, least, self._part).sum())
        self.gap = (spent - float(self._part @ floor) + excess) / spent if spent > 0.0 else 0.0
        heeds = p.weight > 0.0
        ratio = np.where(heeds, p.pce / np.where(heeds, p.weight, 1.0), 0.0)
        area = vdf.integral(kind.astype(np.int64), scale, capacity, power, self.load)
        self.objective = float(area.sum()) + float((ratio[:, None] * fixed * self.class_flow).sum())
        self.balance = self._imbalance()

    def checked(self, gap: float) -> Self:
        """Return this result, or raise SolveError where the flows do not keep what the solver promised."""
        if not abs(self.gap) <= gap + ROUND_OFF or not self.balance <= BALANCE_LIMIT:
            raise SolveError(
                "the flows are not the equilibrium the solver reported", gap=self.gap, balance=self.balance
            )
        return self

    def _imbalance(self) -> float:
        """Largest |in − out| of a state (node, mode) from moves, transfers, loading and unloading."""
        top, v = self.network.arrays.topology, self._virtual
        flow = self.class_flow.sum(axis=0)
        arcs = top.arcs[v.arc]
        states, count = int(top.block[-1]), len(v.arc)
        at = np.bincount(arcs[:, columns.HEAD], weights=flow[:count], minlength=states).astype(float)
        at -= np.bincount(arcs[:, columns.TAIL], weights=flow[:count], minlength=states)
        for before, after, port in np.argwhere(v.board >= 0):
            amount = flow[v.board[before, after, port]]
            at[top.port_state[after, port]] += amount
            at[top.port_state[before, port]] -= amount
        road = top.port_state[top.road, top.zone_port]
        np.add.at(at, road, flow[v.load] - flow[v.unload])
        sent, got = self.tonnes.sum(axis=(1, 2)), self.tonnes.sum(axis=(0, 2))
        ends = max(np.abs(flow[v.load] - sent).max(), np.abs(flow[v.unload] - got).max())
        return float(max(np.abs(at).max(), ends) / self.tonnes.sum())

    def __repr__(self) -> str:
        return (
            f"FreightAssignment({self.tonnes.sum():g} Mt/yr; gap {self.gap:.1e}, balance {self.balance:.1e}, "
            f"{self.iterations} iterations)"
        )

    def elements(self, name: str) -> list[str]:
        """Return the facilities a name stands for: itself, or all terminals at a node."""
        if name in self.facilities:
            return [name]
        here = [t for t in self.network.arrays.topology.names["terminals"] if t.split(" ")[0] == name]
        return here or [name]  # an unknown name is told by whoever looks it up

    def reach(self, closed: Sequence[str]) -> Bools:
        """Whether any chain is left (origin, destination, commodity) when some elements are closed."""
        p = self.solved.prepared.closing(closed)
        source = self._source.fork(self._source.job, self._source.chain, self._source.end)
        source.price(replace(self.problem, fixed=p.fixed).link_costs(self._state))
        left: Bools = self.solved._replace(source=source).cost().min(axis=3) < np.inf
        return left

    def again(self, tonnes: Floats, closed: Sequence[str] = (), gap: float = 1e-6) -> FreightAssignment:
        """Assign other tonnes to the same network, or the same with some elements closed, starting from here."""
        prepared = self.solved.prepared.closing(closed)
        return FreightAssignment(prepared.solve(tonnes, gap, warm=self.solved)).checked(gap)

    def labelled(self, array: np.ndarray, dims: Sequence[str], name: str, unit: str) -> xr.DataArray:
        """Put the labels of this result on an array with some of its dimensions."""
        labels = dict(zip(DIMS, (self.regions, self.regions, self.commodities, self.chains), strict=True))
        return xr.DataArray(array, {d: list(labels[d]) for d in dims}, tuple(dims), name, {"unit": unit})

    def _labelled(self, array: np.ndarray, name: str, unit: str) -> xr.DataArray:
        return self.labelled(array, DIMS[: array.ndim], name, unit)

    @property
    def shares(self) -> xr.DataArray:
        """Shares of the chains (origin, destination, commodity, chain); 0 where nothing is carried."""
        return self._labelled(self.share_array(), "share", "1")

    def share_array(self) -> Floats:
        """Shares of the chains as an array (origin, destination, commodity, chain)."""
        out = np.zeros(self._cost.shape)
        o, d, k = self._pairs
        out[o, d, k] = self._part.reshape(-1, len(self.chains)) / self.problem.demand[:, None]
        return out

    @property
    def cost(self) -> xr.DataArray:
        """Least cost of every chain under the waits and prices of the equilibrium [yuan/t], for every pair."""
        return self._labelled(self._cost, "cost", "yuan/t")

    def logsum_array(self) -> Floats:
        """Composite cost over the chains as an array (origin, destination, commodity) [yuan/t]."""
        return self.solved._replace(source=self._source).logsum()

    @property
    def logsum(self) -> xr.DataArray:
        """Composite cost over the chains (origin, destination, commodity) [yuan/t]; its change is that of welfare."""
        return self._labelled(self.logsum_array(), "logsum", "yuan/t")

    @cached_property
    def fields(self) -> Mapping[str, xr.DataArray]:
        """Money [yuan/t], time [h], CO₂ [kg/t], km and km by mode of the cheapest way of every chain; infinite if none.

        Pairs with tonnes only; waits at locks, terminals and busy links are part of the time.
        """
        source = self._source
        wanted = np.flatnonzero(np.isfinite(source.total[source.job, source.chain, source.end]))
        ptr, links = source.columns(wanted)
        values = self._virtual.fields.copy()
        values[1] += self.wait[self.problem.facility]
        owner = np.repeat(np.arange(len(wanted)), np.diff(ptr))
        names = (*FIELDS, *(f"km_{m}" for m in self.network.arrays.topology.names["modes"]))
        out, (o, d, k), size = {}, self._pairs, len(self.chains)
        for name, row in zip(names, values, strict=True):
            full = np.full(self._cost.shape, np.inf)
            sums = np.bincount(owner, weights=row[links], minlength=len(wanted))
            pair = wanted // size
            full[o[pair], d[pair], k[pair], wanted % size] = sums
            unit = {"money": "yuan/t", "time": "h", "co2": "kg/t"}.get(name, "km")
            out[name] = self._labelled(full, name, unit)
        return out

    @property
    def co2_kt(self) -> float:
        """Emissions [kt/yr]."""
        return float(self._virtual.fields[CO2] @ self.class_flow.sum(axis=0))

    @property
    def tonne_km(self) -> pd.Series[float]:
        """Tonne-kilometres by mode [million t·km for Mt], access at both ends with the road."""
        modes = self.network.arrays.topology.names["modes"]
        return pd.Series(self._virtual.fields[4:] @ self.class_flow.sum(axis=0), pd.Index(modes, name="mode"))

    def _by_link(self, way: np.ndarray | None = None) -> Floats:
        top, v = self.network.arrays.topology, self._virtual
        arcs, flow = top.arcs[v.arc], self.class_flow.sum(axis=0)[: len(v.arc)]
        if way is not None:
            flow = np.where(way[v.arc], flow, 0.0)
        out: Floats = np.bincount(arcs[:, columns.LINK], weights=flow, minlength=len(top.link_lock)).astype(float)
        return out

    @property
    def links(self) -> pd.DataFrame:
        """Tonnes by link: mode, forward (from_node → to_node), backward and both together."""
        top = self.network.arrays.topology
        out = self.network.links.set_index("link").loc[list(top.names["links"]), ["from_node", "to_node", "mode"]]
        out["forward"], out["backward"] = self._by_link(top.arc_forward), self._by_link(~top.arc_forward)
        out["tonnes"] = out["forward"] + out["backward"]
        return out

    @property
    def locks(self) -> pd.DataFrame:
        """By lock: tonnes up, down and together, share of the capacity used, wait [h], price [yuan/t]."""
        top = self.network.arrays.topology
        names, at = top.names["locks"], top.link_lock >= 0
        up = top.arcs[:, columns.UP] == 1
        out = pd.DataFrame(index=pd.Index(names, name="lock"))
        for column, way in (("up", up), ("down", ~up)):
            out[column] = np.bincount(top.link_lock[at], weights=self._by_link(way)[at], minlength=len(names))
        out["tonnes"] = out["up"] + out["down"]
        out["utilisation"] = self.load[: len(names)] / self.network.arrays.figures["locks"][:, 0]
        out["wait"], out["price"] = self.wait[: len(names)], self.price[: len(names)]
        return out

    @property
    def terminals(self) -> pd.DataFrame:
        """Tonnes that change mode, by node, mode_a, mode_b: from a to b, from b to a, both together."""
        top, board, flow = self.network.arrays.topology, self._virtual.board, self.class_flow.sum(axis=0)
        modes, (a, b) = top.names["modes"], top.terminal_modes.T
        keys = [(top.ports[p], modes[i], modes[j]) for p, i, j in zip(top.terminal_port, a, b, strict=True)]
        index = pd.MultiIndex.from_tuples(keys, names=["node", "mode_a", "mode_b"]) if keys else None
        ways = {"a_to_b": flow[board[a, b, top.terminal_port]], "b_to_a": flow[board[b, a, top.terminal_port]]}
        out = pd.DataFrame(ways, index=index)
        out["tonnes"] = out["a_to_b"] + out["b_to_a"]
        return out

    @property
    def congestion(self) -> pd.DataFrame:
        """Locks, links and terminals: load [Mt/yr], wait [h], price of a hard limit [yuan/t]."""
        index = pd.Index(self.facilities, name="facility")
        return pd.DataFrame({"load": self.load[:-1], "wait": self.wait[:-1], "price": self.price[:-1]}, index)

    @property
    def shadow_prices(self) -> pd.DataFrame:
        """By hard limit: load, limit, and what one more tonne of it would save [yuan/t]."""
        at = np.flatnonzero(np.isfinite(self.problem.param[:, kernels.LIMIT]))
        index = pd.Index([self.facilities[i] for i in at], name="facility")
        limit = self.problem.param[at, kernels.LIMIT]
        return pd.DataFrame({"load": self.load[at], "limit": limit, "price": self.price[at]}, index)

    @cached_property
    def capacity_prices(self) -> pd.Series[float]:
        """What one more unit of capacity, or of a binding limit, saves at these tonnes, by facility [yuan per t].

        The slope of the total cost Σ tonnes·S, rents aside; see `worth.worth`. 0 where nothing depends on the load.
        """
        return pd.Series(worth(self.solved)[:-1], pd.Index(self.facilities, name="facility"), name="price")

    def shadow_prices_by_region(self, side: str = "origin") -> pd.DataFrame:
        """Who pays the prices of the hard limits: facility, region, Mt/yr through it, and million yuan paid in all."""
        pce = dict(zip(self.commodities, self.problem.pce.tolist(), strict=True))
        rows = []
        for name, price in self.shadow_prices["price"].items():
            users = self.users([str(name)])
            loads = (users["tonnes"] * users["commodity"].map(pce)).groupby(users[side], sort=False).sum()
            rows += [(name, region, float(load), float(load) * float(price)) for region, load in loads.items()]
        return pd.DataFrame(rows, columns=["facility", side, "load", "payment"])

    def users(self, names: Sequence[str]) -> pd.DataFrame:
        """Who uses some locks, links or terminals: pairs, commodities, chains, tonnes and share of the pair's.

        Parameters
        ----------
        names
            A way counts if it uses any of them.
        """
        return select.users(self.solved, names)

    def usage(
        self,
        origin: str | Sequence[str],
        destination: str | Sequence[str],
        commodity: str | Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Links that the cargo from one region to another one uses.

        share = tonnes of the pair on the link / tonnes of the pair; a link with a lock or a shallow is a link here.

        Parameters
        ----------
        origin, destination
            A region, or several taken together.
        commodity
            One commodity or several; left out, all.

        Returns
        -------
        Table with link, mode, lock, depth_m, tonnes and share, the most used first; empty where nothing is carried.

        Examples
        --------
        >>> from yijiang.transport.chains.equilibrium import assign_freight
        >>> from yijiang.transport.example import two_ports
        >>> a = assign_freight(two_ports(), np.array([[[0.0], [8.0]], [[2.0], [0.0]]]), 0.01, gap=1e-12)
        >>> a.usage("Upper", "Lower")[["link", "share"]].round(4)
               link   share
        0      lane  0.8859
        1      pool  0.8859
        2  shallows  0.8859
        3   highway  0.1141
        """
        return select.usage(self.solved, origin, destination, commodity)

    def ways(self, origin: Ints, destination: Ints, commodity: Ints, chain: Ints) -> list[tuple[str, ...]]:
        """Links of the cheapest way of some chains, from the origin on; all by number, and each chain open."""
        zones = len(self.regions)
        source = self._source.with_groups(commodity * zones + origin, chain, destination)
        ptr, links = source.columns(np.arange(len(origin)))
        names, v = self.network.arrays.topology.names["links"], self._virtual
        link = self.network.arrays.topology.arcs[:, columns.LINK][v.arc]
        runs = [links[ptr[i] : ptr[i + 1]][::-1] for i in range(len(origin))]
        return [tuple(names[link[n]] for n in run if n < len(v.arc)) for run in runs]

    def best_chains(self, count: int = 3) -> pd.DataFrame:
        """The cheapest chains of every pair: origin, destination, commodity, rank, chain, cost [yuan/t].

        Examples
        --------
        >>> from yijiang.transport.chains.equilibrium import assign_freight
        >>> from yijiang.transport.example import two_ports
        >>> a = assign_freight(two_ports(), np.array([[[0.0], [8.0]], [[2.0], [0.0]]]), 0.01)
        >>> a.best_chains(1).round(2)[["origin", "destination", "chain", "cost"]]
          origin destination  chain   cost
        0  Upper       Upper   road   46.0
        1  Upper       Lower  water  135.0
        2  Lower       Upper  water  135.0
        3  Lower       Lower   road   34.0
        """
        order = np.argsort(self._cost, axis=-1, kind="stable")[..., :count]
        cost = np.take_along_axis(self._cost, order, axis=-1)
        o, d, k, rank = np.nonzero(np.isfinite(cost))
        return pd.DataFrame(
            {
                "origin": np.array(self.regions, object)[o], "destination": np.array(self.regions, object)[d],
                "commodity": np.array(self.commodities, object)[k], "rank": rank + 1,
                "chain": np.array(self.chains, object)[order[o, d, k, rank]], "cost": cost[o, d, k, rank],
            }
        )  # fmt: skip
