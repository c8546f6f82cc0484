"""A freight network with the choice among its chains, prepared to be solved for any tonnes, cold or warm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

import numpy as np

from yijiang.errors import DataError, Finding, InfeasibleError, OptionError
from yijiang.transport.assignment import kernels
from yijiang.transport.assignment.kernels import Bools, Floats, Ints
from yijiang.transport.assignment.pathset import picked
from yijiang.transport.assignment.problem import Problem
from yijiang.transport.assignment.solver import Solution, Unmeetable, Unreachable, solve
from yijiang.transport.chains.kernels import composite_costs
from yijiang.transport.chains.paths import Paths
from yijiang.transport.chains.source import ChainTrees
from yijiang.transport.chains.virtual import VirtualNetwork
from yijiang.transport.freightnetwork import FreightNetwork


class Pairs(NamedTuple):
    """Origins, destinations and commodities with tonnes, sorted by commodity, origin and destination."""

    origin: Ints
    destination: Ints
    commodity: Ints

    @classmethod
    def of(cls, tonnes: Floats) -> Self:
        """Pairs with tonnes above 0 of (origin, destination, commodity)."""
        o, d, k = (v.astype(np.int64) for v in np.nonzero(tonnes))
        order = np.lexsort((d, o, k))
        return cls(o[order], d[order], k[order])

    def groups(self, zones: int, size: int) -> tuple[Ints, Ints, Ints]:
        """Job (commodity · zones + origin), chain and destination of every group, `size` chains to a pair."""
        return (
            np.repeat(self.commodity * zones + self.origin, size),
            np.tile(np.arange(size), len(self.origin)),
            np.repeat(self.destination, size),
        )


class Solved(NamedTuple):
    """What `Prepared.solve` found: the problem with its demand, where columns came from, and the solution."""

    prepared: Prepared
    pairs: Pairs
    tonnes: Floats
    problem: Problem
    source: ChainTrees
    solution: Solution

    @property
    def wait(self) -> Floats:
        """Delay of every facility (facility,) [h]."""
        return self.solution.state[:, kernels.DELAY]

    @property
    def load(self) -> Floats:
        """Load of every facility (facility,) [Mt/yr]."""
        return self.solution.load

    def cost(self) -> Floats:
        """Least cost of every chain (origin, destination, commodity, chain) [yuan/t]; infinite where none leads."""
        paths = self.prepared.paths
        shape = (len(paths.commodities), len(paths.regions), len(paths.chains), len(paths.regions))
        return self.source.total.reshape(shape).transpose(1, 3, 0, 2)

    def logsum(self) -> Floats:
        """Composite cost (origin, destination, commodity) [yuan/t]."""
        own = self.prepared
        return composite_costs(self.source.total, own.mu, own.nest, own.ratio)


@dataclass(frozen=True, eq=False)
class Prepared:
    """Everything of an assignment but the tonnes.

    Attributes
    ----------
    paths : network, commodities and chains.
    mu, pce : (commodity) dispersion [1/(yuan/t)] and load per tonne.
    nest, ratio : (chain) number of the nest, and μ/μ_n.
    param : (facility, 7) delays and hard limits.
    fixed : (commodity, link) cost without delay; infinite where closed.
    """

    paths: Paths
    mu: Floats
    pce: Floats
    nest: Ints
    ratio: Floats
    param: Floats
    fixed: Floats
    closed: tuple[str, ...] = ()
    _kept: dict[str, tuple[Pairs, Problem, tuple[Ints, Ints, Ints]]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        paths: Paths,
        dispersion: float | Mapping[str, float],
        nests: Mapping[str, Sequence[str]] | None = None,
        dissimilarity: float | Mapping[str, float] = 1.0,
        equivalents: Mapping[str, float] | None = None,
        limits: Mapping[str, float] | None = None,
        closed: Sequence[str] = (),
    ) -> Self:
        """Check and number the options of `assign_freight`."""
        mu = by_name(dispersion, paths.commodities, "dispersion")
        loads = {**dict.fromkeys(paths.commodities, 1.0), **(equivalents or {})}
        pce = by_name(loads, paths.commodities, "equivalent")
        nest, ratio = _nests(paths.chains, nests or {}, dissimilarity)
        bare = cls(paths, mu, pce, nest, ratio, _limited(paths.virtual, limits or {}), paths.fixed)
        return bare.closing(closed)

    def closing(self, closed: Sequence[str]) -> Self:
        """The same with some locks, links, terminals or nodes closed as well."""
        if not closed:
            return self
        fixed = self.fixed.copy()
        fixed[:, shut(self.paths, closed)] = np.inf
        return replace(self, fixed=fixed, closed=(*self.closed, *closed), _kept={})

    def on(self, network: FreightNetwork) -> Self:
        """The same options on another scenario of the network; limits are those of that network."""
        old = self.paths
        values = dict(zip(old.commodities, old.time_value.tolist(), strict=True))
        paths = Paths(network, values, old.chains, None, 1000.0 * old.co2_price, like=old)
        bare = replace(self, paths=paths, param=paths.virtual.param, fixed=paths.fixed, closed=(), _kept={})
        return bare.closing(self.closed)

    def problem(self, tonnes: Floats) -> tuple[Pairs, Problem, tuple[Ints, Ints, Ints]]:
        """Pairs with tonnes, the problem they make, and its groups; what rests on the pairs alone is kept."""
        known = self._kept.get("last")
        if known is not None:
            pairs, problem, groups = known
            demand = tonnes[pairs]
            if np.count_nonzero(tonnes) == len(demand) == np.count_nonzero(demand):
                return pairs, replace(problem, demand=demand), groups
        pairs = Pairs.of(tonnes)
        size, k = len(self.paths.chains), pairs.commodity
        if len(k) == 0:
            raise OptionError("there are no tonnes to carry")
        problem = Problem.of(
            pair_ptr=np.arange(len(k) + 1) * size, pair_class=k, demand=tonnes[pairs],
            weight=self.paths.time_value, pce=self.pce, scale=self.mu, nest=np.tile(self.nest, len(k)),
            nest_scale=np.repeat(self.mu[k], size) / np.tile(self.ratio, len(k)), fixed=self.fixed,
            facility=self.paths.virtual.facility, param=self.param,
        )  # fmt: skip
        groups = pairs.groups(len(self.paths.regions), size)
        self._kept["last"] = pairs, problem, groups
        return pairs, problem, groups

    def solve(
        self, tonnes: Floats, gap: float, iterations: int = 500, warm: Solved | None = None, steady: float = np.inf
    ) -> Solved:
        """Solve for tonnes (origin, destination, commodity) [Mt/yr], which are checked already.

        Parameters
        ----------
        warm
            A solution of this network, or of one of the same shape, to start from; it stays as it is.
        gap, iterations, steady
            As in `solver.solve`.

        Raises
        ------
        DataError, InfeasibleError, SolveError
        """
        pairs, problem, groups = self.problem(tonnes)
        start, price, at_rest = None, None, False
        if warm is None:
            source = self.paths.trees(*groups)
        else:
            self._demand_alike(warm.prepared.paths)
            rows = _rows(warm.pairs, pairs, len(self.paths.regions), len(self.paths.chains))
            start = picked(warm.solution.paths, rows, problem, warm.problem)
            price = warm.solution.state[:, kernels.PRICE]
            source = warm.source.fork(*groups)
            at_rest = rows is None and warm.prepared is self
        names = self.paths.regions
        try:
            solution = solve(problem, source, gap, iterations, start, price, steady, at_rest)
        except Unreachable as fault:
            remedy = "join the regions, deepen the water, open what is closed or allow more chains"
            ends = [(names[pairs.origin[i]], names[pairs.destination[i]]) for i in fault.pairs]
            raise DataError(
                Finding("links", 0, "", "", f"no chain leads from {o} to {d}", remedy) for o, d in ends
            ) from None
        except Unmeetable as fault:
            lines = [
                f"raise the limit of {self.paths.virtual.names[f]} from {limit:g} Mt/yr; {load:g} ask for it"
                for f, load, limit in fault.limits
            ]
            raise InfeasibleError("hard limits cannot be met: there is no way around", lines) from None
        return Solved(self, pairs, tonnes, problem, source, solution)

    def _demand_alike(self, other: Paths) -> None:
        mine, v, w = self.paths, self.paths.virtual, other.virtual
        same = (
            mine.chains == other.chains and mine.commodities == other.commodities and mine.regions == other.regions
            and (v.star is w.star or (v.fields.shape == w.fields.shape and np.array_equal(v.arc, w.arc)))
        )  # fmt: skip
        if not same:
            raise OptionError("a warm start needs the same links, ships, chains, commodities and regions")

    def alike(self, other: Prepared) -> bool:
        """Whether a solution of the other one may start this one."""
        return self.paths.virtual.star is other.paths.virtual.star


def _rows(have: Pairs, want: Pairs, zones: int, size: int) -> Ints | None:
    """Group of `have` that every group of `want` is, −1 for none; None if all are the same. Both are sorted alike."""
    if have is want:
        return None
    old, new = ((p.commodity * zones + p.origin) * zones + p.destination for p in (have, want))
    if np.array_equal(old, new):
        return None
    rows = np.minimum(np.searchsorted(old, new), len(old) - 1)
    rows = np.where(old[rows] == new, rows, -1)
    spread = np.repeat(rows * size, size) + np.tile(np.arange(size), len(rows))
    return np.where(np.repeat(rows, size) >= 0, spread, -1)


def by_name(given: float | Mapping[str, float], names: Sequence[str], what: str) -> Floats:
    """One figure above 0 for every name, from one for all or a mapping."""
    if isinstance(given, Mapping):
        if set(given) != set(names):
            raise OptionError(f"the {what} names {sorted(given)}; wanted: {', '.join(names)}")
        figures = np.array([float(given[n]) for n in names])
    else:
        figures = np.full(len(names), float(given))
    if not np.all(np.isfinite(figures)) or np.any(figures <= 0.0):
        raise OptionError(f"every {what} must be a number above 0")
    return figures


def _nests(
    chains: Sequence[str], nests: Mapping[str, Sequence[str]], dissimilarity: float | Mapping[str, float]
) -> tuple[Ints, Floats]:
    """Number of the nest of every chain, and μ/μ_n."""
    number, ratio = np.arange(len(chains)), np.ones(len(chains))
    seen: set[str] = set()
    for i, (name, members) in enumerate(nests.items()):
        part = dissimilarity[name] if isinstance(dissimilarity, Mapping) else dissimilarity
        if not 0.0 < part <= 1.0:
            raise OptionError(f"the dissimilarity of nest {name!r} must be above 0 and at most 1, not {part}")
        for chain in members:
            if chain not in chains or chain in seen:
                raise OptionError(f"nest {name!r}: {chain!r} is no chain, or in two nests; all: {', '.join(chains)}")
            seen.add(chain)
            number[chains.index(chain)], ratio[chains.index(chain)] = len(chains) + i, part
    return np.unique(number, return_inverse=True)[1].astype(np.int64), ratio


def facility_numbers(virtual: VirtualNetwork, names: Sequence[str], what: str) -> Ints:
    """Positions of locks, links and terminals by name."""
    place = {name: i for i, name in enumerate(virtual.names[:-1])} if names else {}
    odd = [n for n in names if n not in place]
    if odd:
        raise OptionError(f"unknown {what}: {', '.join(odd)}; known are the locks, links and terminals of the network")
    at = np.array([place[n] for n in names], dtype=np.int64)
    # A link with a lock on it has the lock's queue: whoever names it means the lock.
    locks = len(virtual.topology.names["locks"])
    on = np.concatenate([np.arange(locks), virtual.topology.link_lock])
    number = np.where(at < len(on), at, 0)
    return np.where((at < len(on)) & (on[number] >= 0), on[number], at)


def shut(paths: Paths, closed: Sequence[str]) -> Bools:
    """Which virtual links are closed with some locks, links, terminals or nodes (link,)."""
    virtual = paths.virtual
    place, at = set(virtual.names[:-1]) if closed else set(), list[str]()
    for name in closed:
        here = [t for t in virtual.topology.names["terminals"] if t.split(" ")[0] == name]
        at += [name] if name in place or not here else here
    return np.isin(virtual.facility, facility_numbers(virtual, at, "element to close"))


def _limited(virtual: VirtualNetwork, limits: Mapping[str, float]) -> Floats:
    param = virtual.param.copy()
    for facility, (name, limit) in zip(facility_numbers(virtual, list(limits), "limit"), limits.items(), strict=True):
        if not (np.isfinite(limit) and limit > 0.0):
            raise OptionError(f"the limit of {name!r} must be above 0, not {limit}; to close it name it in `closed`")
        param[facility, kernels.LIMIT] = limit
    return param
