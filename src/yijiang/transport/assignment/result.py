"""What an assignment found: flows, costs, paths, prices, who uses what, and how far from an equilibrium it is."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd

from yijiang.errors import OptionError, SolveError
from yijiang.transport import vdf
from yijiang.transport.assignment import kernels
from yijiang.transport.assignment.classes import Trips
from yijiang.transport.assignment.kernels import Floats
from yijiang.transport.assignment.pathset import PathSet, picked, using
from yijiang.transport.assignment.pathset import kernels as pathkernels
from yijiang.transport.assignment.problem import Problem
from yijiang.transport.assignment.solver import Round, Solution
from yijiang.transport.assignment.sources import Trees
from yijiang.transport.network import Network

#: The gap of the flows may be above the gap wanted by round-off of the sums it is the difference of.
ROUND_OFF = 1e-13
#: Largest imbalance of a node, relative to all demand.
BALANCE_LIMIT = 1e-9


class Assignment:
    """An equilibrium of a network.

    Attributes
    ----------
    network : the network assigned to.
    gap : (Σ flow·cost − Σ demand·least cost) ÷ Σ flow·cost, worked out anew from the link flows.
    balance : largest |in − out − sent + received| of a node, relative to all demand.
    objective : Σ_f ∫₀^x_f delay + Σ_kl pce_k·fixed_kl·flow_kl ÷ time_value_k, over classes that value time; Beckmann's
        objective for a class of value 1.
    total_cost : Σ flow·cost, without the prices of hard limits.
    iterations : rounds.
    rounds : gap, excess over limits and number of paths, by round.
    within : demand that stays within its zone and was left aside.
    """

    def __init__(self, net: Network, problem: Problem, amounts: Trips, source: Trees, solution: Solution) -> None:
        self.network, self.problem, self.amounts = net, problem, amounts
        self._paths: PathSet | None = solution.paths
        self._price: Floats = np.where(
            np.isfinite(problem.param[:, kernels.LIMIT]), solution.state[:, kernels.PRICE], 0.0
        )
        self._fill(
            pathkernels.link_flows(
                solution.paths.group_ptr, solution.paths.flow, solution.paths.link_ptr, solution.paths.link,
                problem.group_class, len(problem.weight), len(net.tail),
            ), solution.rounds, source,
        )  # fmt: skip

    @classmethod
    def of_flows(
        cls, net: Network, problem: Problem, amounts: Trips, source: Trees, flow: Floats, rounds: list[Round]
    ) -> Self:
        """Wrap flows (class, link) that came without paths."""
        out = object.__new__(cls)
        out.network, out.problem, out.amounts, out._paths = net, problem, amounts, None
        out._price = np.zeros(len(problem.param))
        out._fill(flow, rounds, source)
        return out

    def _fill(self, flow: Floats, rounds: list[Round], source: Trees) -> None:
        net, problem = self.network, self.problem
        self.class_flow, self.rounds, self.iterations = flow, rounds, len(rounds)
        self.within = self.amounts.within
        total = (problem.pce[:, None] * flow).sum(axis=0)
        self.load = net.facility_loads(total)
        f = net.facilities
        delay = vdf.delay(f.kind, f.scale, f.capacity, f.power, self.load)
        fixed = np.where(np.isfinite(problem.fixed), problem.fixed, 0.0)
        cost = fixed + problem.weight[:, None] * delay[net.facility]
        self.total_cost = float((flow * cost).sum())
        charged = cost + problem.pce[:, None] * self._price[net.facility]
        state = np.zeros((len(delay), 4))
        state[:, kernels.DELAY], state[:, kernels.PRICE] = delay, self._price
        self.least = source.price(problem.link_costs(state))
        spent = float((flow * charged).sum())
        self.gap = (spent - float(problem.demand @ self.least)) / spent if spent > 0.0 else 0.0
        self.class_cost = charged
        self.balance = self._imbalance()
        heeds = problem.weight > 0.0
        ratio = np.where(heeds, problem.pce / np.where(heeds, problem.weight, 1.0), 0.0)
        self.objective = net.beckmann(total) + float((ratio[:, None] * fixed * flow).sum())

    def _imbalance(self) -> float:
        net, a = self.network, self.amounts
        worst = 0.0
        for k in range(len(self.class_flow)):
            at = np.bincount(net.head, weights=self.class_flow[k], minlength=net.star.nodes)
            at -= np.bincount(net.tail, weights=self.class_flow[k], minlength=net.star.nodes)
            mine = a.kind == k
            at += np.bincount(net.zone_node[a.origin[mine]], weights=a.amount[mine], minlength=net.star.nodes)
            at -= np.bincount(net.zone_node[a.destination[mine]], weights=a.amount[mine], minlength=net.star.nodes)
            worst = max(worst, float(np.abs(at).max()))
        return worst / float(a.amount.sum())

    def checked(self, gap: float) -> Self:
        """Return this result, or raise SolveError where the flows do not keep what the solver promised."""
        if not abs(self.gap) <= gap + ROUND_OFF or not self.balance <= BALANCE_LIMIT:
            raise SolveError(
                "the flows are not the equilibrium the solver reported", gap=self.gap, balance=self.balance
            )
        return self

    def __repr__(self) -> str:
        return (
            f"Assignment({self.amounts.amount.sum():g} on {len(self.network.tail)} links; gap {self.gap:.1e}, "
            f"balance {self.balance:.1e}, {self.iterations} iterations)"
        )

    @property
    def _index(self) -> pd.Index[Any]:
        index: pd.Index[Any] = pd.Index(self.network.links["link_id"], name="link_id")
        return index

    @property
    def flow(self) -> pd.Series[float]:
        """Flow of every link, classes added up in load equivalents."""
        return pd.Series((self.problem.pce[:, None] * self.class_flow).sum(axis=0), self._index, name="flow")

    @property
    def flows(self) -> pd.DataFrame:
        """Flow of every link by class, in units of its demand."""
        return pd.DataFrame(self.class_flow.T, self._index, pd.Index(self.amounts.classes, name="class"))

    @property
    def cost(self) -> pd.Series[float]:
        """Cost of every link for the first class, prices of hard limits included."""
        return pd.Series(self.class_cost[0], self._index, name="cost")

    @property
    def costs(self) -> pd.DataFrame:
        """Cost of every link by class, prices of hard limits included."""
        return pd.DataFrame(self.class_cost.T, self._index, pd.Index(self.amounts.classes, name="class"))

    @property
    def shadow_prices(self) -> pd.DataFrame:
        """Price of every hard limit: what one more unit of it would save, in cost, with its load and limit.

        −∂(objective)/∂limit for classes that value time at 1; −∂(total cost)/∂limit where no delay depends on load.
        """
        at = np.flatnonzero(np.isfinite(self.problem.param[:, kernels.LIMIT]))
        names = pd.Index([self.network.facilities.names[i] for i in at], name="facility")
        limit = self.problem.param[at, kernels.LIMIT]
        return pd.DataFrame({"load": self.load[at], "limit": limit, "price": self._price[at]}, names)

    def shadow_prices_by_zone(self, side: str = "origin") -> pd.DataFrame:
        """Who pays the prices of the hard limits: by facility and zone, units through it and what they pay in all.

        Parameters
        ----------
        side
            `origin` or `destination`: whose zone counts.
        """
        rows = []
        for name, price in self.shadow_prices["price"].items():
            users = self.users([name])
            pce = users["class"].map(dict(zip(self.amounts.classes, self.problem.pce.tolist(), strict=True)))
            sums = (users["flow"] * pce).groupby(users[side], sort=False).sum()
            rows += [(name, zone, float(units), float(units) * float(price)) for zone, units in sums.items()]
        return pd.DataFrame(rows, columns=["facility", side, "load", "payment"])

    @cached_property
    def paths(self) -> pd.DataFrame:
        """Paths in use: origin, destination, class, flow, cost, and the ids of their links in order.

        Link flows are unique where costs rise with them, path flows are not; `proportional` picks the likeliest.
        """
        p = self._known_paths()
        group = np.repeat(np.arange(len(p.group_ptr) - 1), np.diff(p.group_ptr))
        kept = np.flatnonzero(p.flow > 0.0)
        group = group[kept]
        kind, ids, zones = self.problem.group_class, self._index.to_numpy(), np.array(self.network.zone_ids, object)
        runs = [p.link[p.link_ptr[i] : p.link_ptr[i + 1]][::-1] for i in kept]
        return pd.DataFrame(
            {
                "origin": zones[self.amounts.origin[group]],
                "destination": zones[self.amounts.destination[group]],
                "class": np.array(self.amounts.classes, object)[kind[group]],
                "flow": p.flow[kept],
                "cost": [float(self.class_cost[kind[g], run].sum()) for g, run in zip(group, runs, strict=True)],
                "links": [tuple(ids[run]) for run in runs],
            }
        )

    def _known_paths(self) -> PathSet:
        if self._paths is None:
            raise OptionError("Frank–Wolfe knows link flows only; use the method 'projection' for paths")
        return self._paths

    def users(self, links: Iterable[object]) -> pd.DataFrame:
        """Who uses some links or facilities (select link, select lock): pairs, classes, flow and share of their demand.

        Parameters
        ----------
        links
            Ids of links or names of facilities; a path counts if it uses any of them.

        Returns
        -------
        origin, destination, class, flow, share; the largest flow first.

        Examples
        --------
        >>> from yijiang.transport.assignment.assign import assign_network
        >>> from yijiang.transport.example import braess
        >>> assign_network(*braess(), gap=1e-12).users(["3-4"]).round(6).to_dict("records")
        [{'origin': '1', 'destination': '2', 'class': 'all', 'flow': 2.0, 'share': 0.333333}]
        """
        p = self._known_paths()
        hit = np.isin(self.network.facility, self.network.facility_numbers(links))
        uses = using(p, hit)
        groups = len(p.group_ptr) - 1
        group = np.repeat(np.arange(groups), np.diff(p.group_ptr))
        flow = np.bincount(group[uses], weights=p.flow[uses], minlength=groups)
        at = np.flatnonzero(flow > 0.0)
        zones, a = np.array(self.network.zone_ids, object), self.amounts
        table = pd.DataFrame(
            {
                "origin": zones[a.origin[at]], "destination": zones[a.destination[at]],
                "class": np.array(a.classes, object)[a.kind[at]], "flow": flow[at], "share": flow[at] / a.amount[at],
            }
        )  # fmt: skip
        return table.sort_values("flow", ascending=False, kind="stable", ignore_index=True)

    def start(self, net: Network, amounts: Trips, problem: Problem) -> tuple[PathSet, Floats]:
        """Paths of this result on another network with the same links, under another demand; and its prices."""
        p = self._known_paths()
        if list(net.links["link_id"]) != list(self._index):
            raise OptionError("a warm start needs a network with the same links in the same order")
        old = {key: i for i, key in enumerate(zip(*_keys(self.amounts), strict=True))}
        rows = np.array([old.get(key, -1) for key in zip(*_keys(amounts), strict=True)], dtype=np.int64)
        return picked(p, rows, problem, self.problem), self._price


def _keys(a: Trips) -> tuple[list[int], list[int], list[str]]:
    return a.origin.tolist(), a.destination.tolist(), [a.classes[k] for k in a.kind]
