"""The face: a network and a demand in, an equilibrium with its gap out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import xarray as xr

from yijiang.errors import DataError, Finding, InfeasibleError, OptionError, match_name
from yijiang.transport.assignment import frankwolfe, kernels
from yijiang.transport.assignment.classes import Trips, UserClass, trips
from yijiang.transport.assignment.problem import Problem
from yijiang.transport.assignment.result import Assignment
from yijiang.transport.assignment.solver import Solution, Unmeetable, Unreachable, solve
from yijiang.transport.assignment.sources import Trees
from yijiang.transport.network import Network

METHODS = ("projection", "frank-wolfe")
"""Gradient projection on paths, and the biconjugate Frank–Wolfe method to check it with."""


def assign_network(
    net: Network,
    demand: xr.DataArray | pd.DataFrame,
    gap: float = 1e-6,
    classes: Mapping[str, UserClass] | None = None,
    limits: Mapping[object, float] | None = None,
    warm: Assignment | None = None,
    method: str = "projection",
    iterations: int = 500,
) -> Assignment:
    """User equilibrium: no one can go cheaper by another way.

    Flows minimise Σ_f ∫₀^x_f delay + Σ_kl fixed_kl·flow_kl (per unit of time value), subject to the demand and, where
    limits are given, x_f ≤ limit_f, whose multiplier is the price everybody on f pays. Converged means

        gap = (Σ flow·cost − Σ demand·least cost) ÷ Σ flow·cost ≤ `gap`,

    measured from the link flows alone by code that shares nothing with the solver but the shortest paths.

    Parameters
    ----------
    net
        The network.
    demand : (origin, destination[, class])
        By zone, or a table origin, destination[, class], volume. What stays within a zone is left aside.
    gap
        Relative gap wanted.
    classes
        Classes by name; left out, one that values a unit of time at 1.
    limits
        Hard limits by facility or link id, in load equivalents; these have a shadow price.
    warm
        An earlier result to start from, of this network or one with the same links, under any demand.
    method
        `projection`, or `frank-wolfe` (without limits).
    iterations
        Rounds at most.

    Returns
    -------
    Assignment with `.flow`, `.cost`, `.gap`, `.objective`, `.iterations`, `.paths`, `.balance`.

    Raises
    ------
    SolveError
        If the gap is not met.
    DataError
        If no path serves a pair with a demand.
    InfeasibleError
        If a limit cannot be met; it names the limits.

    Sources: Wardrop (1952); Beckmann, McGuire and Winsten (1956); see `solver.solve` for the method.

    Examples
    --------
    >>> from yijiang.transport.example import braess
    >>> a = assign_network(*braess(), gap=1e-12)
    >>> a.flow.round(6).to_dict(), round(float(a.total_cost), 6)
    ({'1-3': 4.0, '1-4': 2.0, '3-2': 2.0, '3-4': 2.0, '4-2': 4.0}, 552.0)
    >>> round(float(assign_network(*braess(bridge=False), gap=1e-12).total_cost), 6)
    498.0
    """
    method = match_name(method, [(m,) for m in METHODS], "method")
    if not (np.isfinite(gap) and gap > 0.0):
        raise OptionError(f"the gap must be above 0, not {gap}")
    kinds = {"all": UserClass()} if classes is None else dict(classes)
    if not kinds:
        raise OptionError("at least one class is needed")
    amounts = trips(demand, net.zone_ids, kinds)
    problem = network_problem(net, amounts, kinds, limits or {})
    ends = [net.zone_node[side].astype(np.int64) for side in (amounts.origin, amounts.destination)]
    source = Trees(net.star, ends[0], ends[1], amounts.kind)
    if len(amounts.amount) == 0:
        raise OptionError("there is no demand between different zones")
    if method == "frank-wolfe":
        if limits:
            raise OptionError("hard limits need the method 'projection'")
        flow, rounds = frankwolfe.solve(problem, source, gap, iterations)
        return Assignment.of_flows(net, problem, amounts, source, flow, rounds)
    start, multiplier = (None, None) if warm is None else warm.start(net, amounts, problem)
    solution = named(lambda: solve(problem, source, gap, iterations, start, multiplier), net, amounts)
    return Assignment(net, problem, amounts, source, solution).checked(gap)


def network_problem(
    net: Network, amounts: Trips, classes: Mapping[str, UserClass], limits: Mapping[object, float]
) -> Problem:
    """Arrays of a network, its demand and classes: one group per pair, no choice."""
    f = net.facilities
    param = np.zeros((len(f.names), 7))
    param[:, : kernels.LIMIT] = np.column_stack([f.kind, f.scale, f.capacity, f.power])
    param[:, kernels.LIMIT] = np.inf
    for facility, (name, limit) in zip(net.facility_numbers(limits), limits.items(), strict=True):
        if not (np.isfinite(limit) and limit > 0.0):
            raise OptionError(f"the limit of {name!r} must be above 0, not {limit}; to close it use `without`")
        param[facility, kernels.LIMIT] = limit
    pairs = len(amounts.amount)
    kinds = list(classes.values())
    return Problem.of(
        pair_ptr=np.arange(pairs + 1), pair_class=amounts.kind, demand=amounts.amount,
        weight=np.array([k.time_value for k in kinds]), pce=np.array([k.pce for k in kinds]),
        scale=np.zeros(len(kinds)), nest=np.zeros(pairs, np.int64), nest_scale=np.zeros(pairs),
        fixed=np.vstack([k.fixed_cost(net) for k in kinds]), facility=net.facility, param=param,
    )  # fmt: skip


def named(run: Callable[[], Solution], net: Network, amounts: Trips) -> Solution:
    """Run a solver and put the names of zones and facilities to what it cannot do."""
    try:
        return run()
    except Unreachable as fault:
        zones, findings = net.zone_ids, list[Finding]()
        for i in fault.pairs:
            o, d = zones[amounts.origin[i]], zones[amounts.destination[i]]
            problem = f"no path leads from {o} to {d} for class {amounts.classes[amounts.kind[i]]!r}"
            findings.append(Finding("demand", 0, "volume", f"{amounts.amount[i]:g}", problem, "add links or remove it"))
        raise DataError(findings) from None
    except Unmeetable as fault:
        lines = [
            f"raise the limit of {net.facilities.names[f]} from {limit:g} to {load:g}, or give its traffic another way"
            for f, load, limit in fault.limits
        ]
        raise InfeasibleError("hard limits cannot be met: there is no way around", lines) from None
