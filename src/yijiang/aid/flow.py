"""Cheapest flow through a network, with the prices that prove it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, hstack

from yijiang.errors import DataError, Finding, SolveError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Flow:
    """A cheapest flow.

    Attributes
    ----------
    flow : (arc) what goes through.
    unmet : (node) what a demand lacks.
    spare : (node) what a supply keeps.
    price : (node) what one unit more at a node would cost; with `penalty` for a unit that is lacking.
    cost : Σ cost·flow, without the penalty.
    gap : relative distance of the primal from the dual objective; 0 proves that no flow is cheaper.
    violation : largest |reduced cost| on the wrong side of 0, relative to the largest cost.
    """

    flow: Floats
    unmet: Floats
    spare: Floats
    price: Floats
    cost: float
    gap: float
    violation: float


def cheapest_flow(tail: Ints, head: Ints, cost: Floats, balance: Floats, capacity: Floats | None = None) -> Flow:
    """Send supplies to demands at least cost; meet as much as can be met first.

    min Σ_a c_a f_a + M Σ_i u_i   s.t. Σ_out f − Σ_in f = b_i − s_i (supply), = b_i + u_i (demand), 0 ≤ f_a ≤ k_a

    M is above the dearest path, so nothing stays unmet that a path with room leads to. Whole supplies, demands and
    capacities give whole flows (a vertex of a totally unimodular system).

    Parameters
    ----------
    tail, head : (arc)
        Node numbers.
    cost : (arc)
        c ≥ 0 [h or money per unit].
    balance : (node)
        b, supply above 0, demand below 0 [unit].
    capacity : (arc)
        k [unit]; none unless given.

    Raises
    ------
    DataError
        If a cost or capacity is negative or missing, or a balance is no number.
    SolveError
        If HiGHS fails or the certificate does not hold.

    Source: Ahuja, Magnanti and Orlin (1993), Network Flows, ch. 9: optimality by reduced costs.

    Examples
    --------
    >>> tail, head = np.array([0, 0, 1]), np.array([1, 2, 2])
    >>> found = cheapest_flow(tail, head, np.array([1.0, 5.0, 1.0]), np.array([4.0, 0.0, -3.0]), np.array([2.0, 9, 9]))
    >>> found.flow.tolist(), found.cost, found.spare.tolist()
    ([2.0, 1.0, 2.0], 9.0, [1.0, 0.0, 0.0])
    """
    room = np.full(len(cost), np.inf) if capacity is None else np.asarray(capacity, np.float64)
    findings = [
        Finding("arcs", int(i) + 2, name, str(array[i]), "negative or missing", "give 0 or more")
        for name, array in (("cost", np.asarray(cost)), ("capacity", room))
        for i in np.flatnonzero(~(array >= 0))
    ]
    findings += [
        Finding("nodes", int(i) + 2, "balance", str(balance[i]), "is no number", "give a supply or a demand")
        for i in np.flatnonzero(~np.isfinite(balance))
    ]
    if findings:
        raise DataError(findings)
    nodes, arcs = len(balance), len(cost)
    supply, demand = np.flatnonzero(balance > 0), np.flatnonzero(balance < 0)
    penalty = float(np.asarray(cost).sum()) + 1.0
    ends = np.concatenate([np.asarray(tail), np.asarray(head)]).astype(np.int64)
    signs = np.concatenate([np.ones(arcs), -np.ones(arcs)])
    through = coo_array((signs, (ends, np.tile(np.arange(arcs), 2))), shape=(nodes, arcs))
    kept = coo_array((np.ones(len(supply)), (supply, np.arange(len(supply)))), shape=(nodes, len(supply)))
    lacked = coo_array((-np.ones(len(demand)), (demand, np.arange(len(demand)))), shape=(nodes, len(demand)))
    matrix = hstack([through, kept, lacked]).tocsr()
    prices = np.concatenate([cost, np.zeros(len(supply)), np.full(len(demand), penalty)])
    upper = np.concatenate([room, balance[supply], -balance[demand]])
    bounds = np.column_stack([np.zeros(len(upper)), upper])
    # The stubs know neither sparse matrices nor arrays of bounds; scipy takes both.
    solve: Any = linprog
    solved = solve(prices, A_eq=matrix, b_eq=balance, bounds=bounds, method="highs-ds")
    if solved.status != 0:
        raise SolveError(f"the flow was not solved: {solved.message}")
    x, dual = np.asarray(solved.x), np.asarray(solved.eqlin.marginals)
    reduced = prices - matrix.T @ dual
    # Weak duality by hand: b'π plus what the upper bounds are worth is a lower bound whatever π is.
    worth = np.minimum(reduced, 0.0)
    lower = float(balance @ dual + (worth[np.isfinite(upper)] * upper[np.isfinite(upper)]).sum())
    violation = float(-worth[~np.isfinite(upper)].min(initial=0.0)) / max(penalty, 1.0)
    primal = float(prices @ x)
    gap = abs(primal - lower) / max(abs(primal), 1.0)
    if gap > 1e-7 or violation > 1e-7:
        raise SolveError("the flow is not proven cheapest", gap=gap, violation=violation)
    flow, rest = x[:arcs], x[arcs:]
    unmet, spare = np.zeros(nodes), np.zeros(nodes)
    spare[supply], unmet[demand] = rest[: len(supply)], rest[len(supply) :]
    return Flow(flow, unmet, spare, -dual, float(np.asarray(cost) @ flow), gap, violation)
