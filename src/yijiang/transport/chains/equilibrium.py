"""Choice and congestion in one: the nested logit over chains whose costs are those of the equilibrium it causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from yijiang.errors import DataError, Finding, InfeasibleError, OptionError
from yijiang.transport.assignment import kernels
from yijiang.transport.assignment.kernels import Floats, Ints
from yijiang.transport.assignment.pathset import PathSet
from yijiang.transport.assignment.problem import Problem
from yijiang.transport.assignment.solver import Unmeetable, Unreachable, solve
from yijiang.transport.chains.source import ChainTrees, Prefixes
from yijiang.transport.chains.virtual import VirtualNetwork
from yijiang.transport.freightnetwork import FreightNetwork
from yijiang.transport.skims import DIMS, Paths

if TYPE_CHECKING:
    from yijiang.transport.chains.result import FreightAssignment


def assign_freight(
    net: FreightNetwork,
    tonnes: xr.DataArray | Floats,
    dispersion: float | Mapping[str, float],
    commodities: Mapping[str, float] | None = None,
    chains: Sequence[str] | None = None,
    nests: Mapping[str, Sequence[str]] | None = None,
    dissimilarity: float | Mapping[str, float] = 1.0,
    co2_price: float = 0.0,
    equivalents: Mapping[str, float] | None = None,
    limits: Mapping[str, float] | None = None,
    closed: Sequence[str] = (),
    gap: float = 1e-6,
    warm: FreightAssignment | None = None,
    iterations: int = 500,
) -> FreightAssignment:
    """Freight at rest: mode, route and lock chosen at the very costs that these choices cause.

    Tonnes q of origin o, destination d and commodity k are divided among chains of modes j by a nested logit,

        P(j|n) ∝ exp(−μ_n·u_j),   S_n = −ln Σ_j∈n exp(−μ_n·u_j)/μ_n,   P(n) ∝ exp(−μ·S_n),   μ_n = μ/dissimilarity,

    and within a chain all cargo goes the cheapest way u_j under the waits at locks, terminals and busy links that
    all cargo together causes. The solution is a fixed point, and for commodities of one value of time the optimum of a
    convex programme (Evans); its distance is measured by one number,

        gap = (Σ flow·cost − Σ q_j·u_j + Σ [entropy distance of q_j from the logit of u]) ÷ Σ flow·cost,

    which is 0 only where routes are cheapest and shares are the logit. Solved by gradient projection on paths with the
    shares as further variables of the same sweeps.

    Parameters
    ----------
    net
        The network.
    tonnes : (origin, destination, commodity) [Mt/yr]
        Aligned by name; a plain array must be in the order of the regions and commodities.
    dispersion
        μ [1/(yuan/t)], one or by commodity.
    commodities
        Value of time [yuan/(t·h)] by commodity; left out, one commodity `goods` with value 0.
    chains
        As in `Paths`.
    nests
        Chains by nest; a chain in no nest is one of its own.
    dissimilarity
        μ/μ_n in (0, 1], one or by nest: the smaller, the closer substitutes the chains of the nest are.
    co2_price
        Yuan per tonne of CO₂ really charged.
    equivalents
        Load on locks and links per tonne, by commodity; 1 where left out.
    limits
        Hard limits [Mt/yr] by lock, link, or terminal ("node mode_a mode_b"); these have a shadow price.
    closed
        Locks, links, terminals or nodes (all terminals there) that are closed.
    gap
        Relative gap wanted.
    warm
        An earlier result of a network of the same shape.
    iterations
        Rounds at most.

    Returns
    -------
    FreightAssignment.

    Raises
    ------
    SolveError, DataError, InfeasibleError
        As in `assign_network`.

    Sources: Evans (1976), Transportation Research 10; Oppenheim (1995), Urban Travel Demand Modeling; Williams (1977),
    Environment and Planning A 9, the logsum; see `solver.solve`.

    Examples
    --------
    >>> from yijiang.transport.example import two_ports
    >>> a = assign_freight(two_ports(), np.array([[[0.0], [8.0]], [[2.0], [0.0]]]), 0.01, gap=1e-10)
    >>> a.shares.sel(origin="Upper", destination="Lower", commodity="goods").values.round(4).tolist()
    [0.1141, 0.8859]
    """
    from yijiang.transport.chains.result import FreightAssignment

    if not (np.isfinite(gap) and gap > 0.0):
        raise OptionError(f"the gap must be above 0, not {gap}")
    paths = Paths(net, commodities, chains, None, co2_price)
    amounts = _amounts(tonnes, paths)
    virtual = VirtualNetwork.build(net)
    mu = _by_name(dispersion, paths.commodities, "dispersion")
    loads = {**dict.fromkeys(paths.commodities, 1.0), **(equivalents or {})}
    pce = _by_name(loads, paths.commodities, "equivalent")
    o, d, k = (v.astype(np.int64) for v in np.nonzero(amounts))
    order = np.lexsort((d, o, k))
    o, d, k = o[order], d[order], k[order]
    if len(o) == 0:
        raise OptionError("there are no tonnes to carry")
    size = len(paths.chains)
    nest, ratio = _nests(paths.chains, nests or {}, dissimilarity)
    fixed = virtual.costs(paths.time_value, paths.co2_price)
    fixed[:, shut(net, virtual, closed)] = np.inf
    problem = Problem(
        pair_ptr=np.arange(len(o) + 1) * size, pair_class=k, demand=amounts[o, d, k], weight=paths.time_value,
        pce=pce, scale=mu, nest=np.tile(nest, len(o)), nest_scale=np.repeat(mu[k], size) / np.tile(ratio, len(o)),
        fixed=fixed, facility=virtual.facility, param=_limited(net, virtual, limits or {}),
    )  # fmt: skip
    zones, road = len(net.regions), net.arrays.topology.road
    groups = (np.repeat(k * zones + o, size), np.tile(np.arange(size), len(o)), np.repeat(d, size))
    start: PathSet | None = None
    multiplier: Floats | None = None
    if warm is not None:
        source, start, multiplier = warm.reuse(net, paths, virtual, np.column_stack([k, o, d]), problem, groups)
    else:
        legs = [[int(m) for m in row if m >= 0] for row in paths.chain_legs]
        source = ChainTrees(virtual, Prefixes.build(legs, road), road, *groups, paths.time_value)
    try:
        solution = solve(problem, source, gap, iterations, start, multiplier)
    except Unreachable as fault:
        remedy = "join the regions, deepen the water, open what is closed or allow more chains"
        raise DataError(
            Finding("links", 0, "", "", f"no chain leads from {net.regions[o[i]]} to {net.regions[d[i]]}", remedy)
            for i in fault.pairs
        ) from None
    except Unmeetable as fault:
        lines = [
            f"raise the limit of {virtual.names[f]} from {limit:g} Mt/yr; {load:g} ask for it"
            for f, load, limit in fault.limits
        ]
        raise InfeasibleError("hard limits cannot be met: there is no way around", lines) from None
    return FreightAssignment(net, paths, virtual, problem, source, solution, (o, d, k), amounts, closed).checked(gap)


def _amounts(tonnes: xr.DataArray | Floats, paths: Paths) -> Floats:
    labels = (paths.regions, paths.regions, paths.commodities)
    if isinstance(tonnes, xr.DataArray):
        if set(tonnes.dims) != set(DIMS[:3]):
            raise OptionError(f"the tonnes have the dimensions {tonnes.dims}; wanted: {', '.join(DIMS[:3])}")
        for dim, names in zip(DIMS[:3], labels, strict=True):
            if sorted(map(str, tonnes.get_index(dim))) != sorted(names):
                raise OptionError(f"the tonnes and the network differ along {dim!r}; wanted: {', '.join(names)}")
        tonnes = tonnes.sel(dict(zip(DIMS[:3], map(list, labels), strict=True))).transpose(*DIMS[:3]).to_numpy()
    figures = np.asarray(tonnes, dtype=np.float64)
    if figures.shape != tuple(map(len, labels)):
        raise OptionError(f"the tonnes have shape {figures.shape}; wanted: {tuple(map(len, labels))}")
    if not np.all(np.isfinite(figures)) or np.any(figures < 0.0):
        raise OptionError("tonnes must be numbers, at least 0")
    return figures


def _by_name(given: float | Mapping[str, float], names: Sequence[str], what: str) -> Floats:
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
    return np.array([place[n] for n in names], dtype=np.int64)


def shut(net: FreightNetwork, virtual: VirtualNetwork, closed: Sequence[str]) -> np.ndarray:
    """Which virtual links are closed with some locks, links, terminals or nodes (link,)."""
    place, at = set(virtual.names[:-1]) if closed else set(), list[str]()
    for name in closed:
        here = [t for t in net.arrays.topology.names["terminals"] if t.split(" ")[0] == name]
        at += [name] if name in place or not here else here
    return np.isin(virtual.facility, facility_numbers(virtual, at, "element to close"))


def _limited(net: FreightNetwork, virtual: VirtualNetwork, limits: Mapping[str, float]) -> Floats:
    param = virtual.param.copy()
    for facility, (name, limit) in zip(facility_numbers(virtual, list(limits), "limit"), limits.items(), strict=True):
        if not (np.isfinite(limit) and limit > 0.0):
            raise OptionError(f"the limit of {name!r} must be above 0, not {limit}; to close it name it in `closed`")
        param[facility, kernels.LIMIT] = limit
    return param
