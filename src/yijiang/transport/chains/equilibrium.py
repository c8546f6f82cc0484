"""Choice and congestion in one: the nested logit over chains whose costs are those of the equilibrium it causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from yijiang.errors import OptionError
from yijiang.transport.assignment.kernels import Floats
from yijiang.transport.chains.paths import Paths
from yijiang.transport.chains.prepared import Prepared
from yijiang.transport.chains.result import FreightAssignment
from yijiang.transport.chains.skims import DIMS
from yijiang.transport.freightnetwork import FreightNetwork


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
    if not (np.isfinite(gap) and gap > 0.0):
        raise OptionError(f"the gap must be above 0, not {gap}")
    paths = Paths(net, commodities, chains, None, co2_price, None if warm is None else warm.solved.prepared.paths)
    amounts = _amounts(tonnes, paths)
    prepared = Prepared.of(paths, dispersion, nests, dissimilarity, equivalents, limits, closed)
    return FreightAssignment(prepared.solve(amounts, gap, iterations, None if warm is None else warm.solved)).checked(
        gap
    )


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
