"""The likeliest path flows: of all that make the same link flows, those of greatest entropy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize, sparse

from yijiang.errors import OptionError, SolveError
from yijiang.transport.assignment.kernels import Floats, Ints, Shorts
from yijiang.transport.assignment.pathset import kernels as pathkernels
from yijiang.transport.assignment.result import Assignment
from yijiang.transport.paths.forest import grow

#: Paths enumerated per pair at most; more means that the costs are full of ties.
MOST_PATHS = 2000


class Proportional(NamedTuple):
    """Likeliest path flows, `paths` as in `Assignment.paths`; `residual`, largest change of a flow over the largest."""

    paths: pd.DataFrame
    residual: float


def proportional(result: Assignment, slack: float = 1e-7, tolerance: float = 1e-8) -> Proportional:
    """Pick the path flows of greatest entropy among those that make the link flows of an equilibrium.

    max −Σ_p h_p·ln h_p   subject to   Σ_p∈i h_p = demand_i,   Σ_p∋l h_p = flow_l (per class)

    over all cheapest paths, so that pairs which share two ways between two points divide between them alike. Solved in
    the multipliers β of the links, h_p = demand_i·exp(Σ_l∈p β_l) ÷ Σ_q∈i exp(Σ_l∈q β_l), which minimise a smooth convex
    function.

    Parameters
    ----------
    result
        A tight equilibrium (gap of 1e-10 or less).
    slack
        A path counts as cheapest within this part of the least cost.
    tolerance
        Largest change of a link's flow, relative to the largest flow of a link.

    Raises
    ------
    OptionError
        If a pair has more cheapest paths than can be listed.
    SolveError
        If the link flows are not met.

    Sources: Rossi, McNeil and Hendrickson (1989), Journal of Urban Planning and Development 115; Bar-Gera (2010),
    Transportation Research B 44, proportionality.

    Examples
    --------
    >>> from yijiang.transport.assignment.assign import assign_network
    >>> from yijiang.transport.example import braess
    >>> proportional(assign_network(*braess(), gap=1e-12)).paths["flow"].round(5).tolist()
    [2.0, 2.0, 2.0]
    """
    net, a = result.network, result.amounts
    group, ptr, links = _cheapest(result, slack)
    classes, size = len(result.class_flow), len(net.tail)
    counts = np.diff(ptr)
    columns = np.repeat(a.kind[group], counts) * size + links
    incidence = sparse.csr_array((np.ones(len(links)), columns, ptr), shape=(len(group), classes * size))
    target = result.class_flow.ravel()
    # Links that all paths of their pairs share carry no information; the others are few.
    used = np.flatnonzero((incidence.sum(axis=0) > 0) & (target >= 0.0))
    matrix = incidence[:, used].tocsr()
    start = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]]))
    demand = a.amount[group[start]]
    size_of = np.diff(np.append(start, len(group)))
    top = float(target.max())

    def flows(beta: Floats) -> tuple[Floats, Floats]:
        score = matrix @ beta
        high = np.maximum.reduceat(score, start)
        odds = np.exp(score - np.repeat(high, size_of))
        total = np.add.reduceat(odds, start)
        return odds * np.repeat(demand / total, size_of), high + np.log(total)

    def dual(beta: Floats) -> tuple[float, Floats]:
        path, log = flows(beta)
        return float(demand @ log - target[used] @ beta) / top, (matrix.T @ path - target[used]) / top

    found = optimize.minimize(
        dual, np.zeros(len(used)), jac=True, method="L-BFGS-B",
        options={"maxiter": 20_000, "maxfun": 30_000, "ftol": 0.0, "gtol": 0.1 * tolerance, "maxcor": 30},
    )  # fmt: skip
    path = flows(np.asarray(found.x))[0]
    residual = float(np.abs(matrix.T @ path - target[used]).max() / top)
    if residual > tolerance:
        raise SolveError("the likeliest path flows do not make the link flows", residual=residual)
    ids, zones = net.links["link_id"].to_numpy(), np.array(net.zone_ids, object)
    kind = a.kind[group]
    runs = [links[ptr[i] : ptr[i + 1]][::-1] for i in range(len(group))]
    table = pd.DataFrame(
        {
            "origin": zones[a.origin[group]], "destination": zones[a.destination[group]],
            "class": np.array(a.classes, object)[kind], "flow": path,
            "cost": [float(result.class_cost[k, run].sum()) for k, run in zip(kind, runs, strict=True)],
            "links": [tuple(ids[run]) for run in runs],
        }
    )  # fmt: skip
    return Proportional(table, residual)


def _cheapest(result: Assignment, slack: float) -> tuple[Ints, Ints, Shorts]:
    """List all paths within the slack of the least cost: pair (path,), ptr and links, from end to origin."""
    net, a, star = result.network, result.amounts, result.network.star
    roots, tree = np.unique(np.column_stack([a.kind, net.zone_node[a.origin]]), axis=0, return_inverse=True)
    weight = result.class_cost[:, star.link] + np.where(net.closed[star.link], np.inf, 0.0)
    weight = np.where(np.isinf(result.problem.fixed[:, star.link]), np.inf, weight)
    nodes = np.arange(star.nodes)
    forest = grow(star, roots[:, 1], weight, nodes, kind=roots[:, 0], keep=True)
    into = np.argsort(star.head, kind="stable").astype(np.int32)
    into_ptr = np.concatenate([[0], np.cumsum(np.bincount(star.head, minlength=star.nodes))]).astype(np.int64)
    starts, ends = roots[:, 1].astype(np.int64), net.zone_node[a.destination].astype(np.int64)
    group, ptr, links, over = pathkernels.list_paths(
        tree.ravel().astype(np.int64), ends, a.kind, starts,
        forest.cost, forest.order, weight, into_ptr, into, star.tail, star.link, star.through, slack, MOST_PATHS,
    )  # fmt: skip
    if over >= 0:
        o, d = net.zone_ids[a.origin[over]], net.zone_ids[a.destination[over]]
        raise OptionError(f"more than {MOST_PATHS} cheapest paths lead from {o} to {d}; take a smaller slack")
    return group, ptr, links
