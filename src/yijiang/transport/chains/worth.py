r"""What one more unit of capacity is worth: the slope of the total cost of freight in every capacity and hard limit.

Freight at rest is a fixed point: delays w = D(x, capacity) of loads x, and loads x = L(w) of delays (choice and ways).
A capacity moves delays by ``(D_x⁻¹ − J) dw = D_x⁻¹ D_cap``, J = dL/dw, while ways of equal cost in use stay of equal
cost (C dw = 0) and a hard limit that binds keeps its load. The total cost Σ tonnes·S, S the composite cost, moves by
``V·dw``, V_f = Σ value of time × tonnes on f. One linear system, transposed, gives the slope in every capacity at once.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from yijiang.transport.assignment import kernels
from yijiang.transport.assignment.kernels import Floats, Ints
from yijiang.transport.chains.prepared import Solved

USED = 1e-6
"""Part of a pair's demand above which a path counts as used."""

RANK = 1e-9
"""Singular values below this part of the largest one count as none."""


def worth(solved: Solved) -> Floats:
    """What one more unit of every facility's capacity saves, at given tonnes (facility,) [yuan per t of capacity].

    A facility with a hard limit counts by its limit: the price of the limit, and what its move does to delays. A
    facility without either has 0. Rents paid for hard limits are no cost on the whole and are left out.

    Parameters
    ----------
    solved
        Freight at rest; the closer to it, the better the figures.

    Source: Tobin and Friesz (1988), Transportation Science 22(4), sensitivity of equilibrium flows.
    """
    p, state = solved.problem, solved.solution.state
    param, load = p.param, solved.solution.load
    out = np.zeros(len(param))
    limited = (param[:, kernels.LIMIT] < np.inf) & (state[:, kernels.PRICE] > 0.0)
    waits = (param[:, kernels.KIND] > 0.0) & (state[:, kernels.SLOPE] > 0.0)
    at, bound = np.flatnonzero(waits), np.flatnonzero(limited)
    out[bound] = state[bound, kernels.PRICE]
    if not len(at):
        return out
    spread, ties = _incidence(solved, at, bound)
    values = p.weight[p.group_class] * solved.solution.part
    # Value of the time that an hour at a facility costs all who pass it.
    value: Floats = np.asarray(spread[:, : len(at)].T @ values).ravel()
    paid, shifted = _tied(ties, len(at))
    size, many = len(at) + len(bound), len(paid)
    system = np.zeros((size + many, size + many))
    system[:size, :size] = -_response(solved, spread, len(at))
    system[np.arange(len(at)), np.arange(len(at))] += 1.0 / state[at, kernels.SLOPE]
    system[:size, size:], system[size:, :size] = -shifted.T, paid
    right = np.zeros(size + many)
    right[: len(at)] = value
    if many and len(bound):  # ties of several classes at once: more of them than it takes
        answer = np.linalg.lstsq(system.T, right, rcond=RANK)[0]
    else:
        answer = np.linalg.solve(system.T, right)
    # The delay's own move with the capacity, at the load there is, by the loads' scale: D_cap = −(x/capacity)·D_x.
    by_capacity = answer[: len(at)] * load[at] / param[at, kernels.CAPACITY]
    hard = np.isin(at, bound)
    out[at[~hard]] = by_capacity[~hard]
    out[bound] += answer[len(at) : size]
    return out


def _incidence(solved: Solved, at: Ints, bound: Ints) -> tuple[sparse.csr_array, Floats]:
    """Facilities that a group passes, on the mean of its paths (group, facility), and its paths of equal cost.

    A tie is a row of value of time, load per tonne, and what one path passes more than the other (facility).
    """
    s, p = solved.solution.paths, solved.problem
    groups, paths = len(s.group_ptr) - 1, len(s.flow)
    place = np.full((2, len(p.param)), -1)
    place[0, at], place[1, bound] = np.arange(len(at)), len(at) + np.arange(len(bound))
    owner = np.repeat(np.arange(paths), np.diff(s.fac_ptr))
    rows, columns = [], []
    for kind in (0, 1):
        number = place[kind, s.fac]
        rows.append(owner[number >= 0])
        columns.append(number[number >= 0])
    row, column = np.concatenate(rows), np.concatenate(columns)
    size = len(at) + len(bound)
    passes = sparse.csr_array((np.ones(len(row)), (row, column)), shape=(paths, size))
    group = np.repeat(np.arange(groups), np.diff(s.group_ptr))
    total = np.bincount(group, weights=s.flow, minlength=groups)
    share = np.divide(s.flow, total[group], out=np.zeros(paths), where=total[group] > 0.0)
    mean = sparse.csr_array((share, (group, np.arange(paths))), shape=(groups, paths)) @ passes
    demand = p.demand[p.group_pair][group]
    used = np.flatnonzero(s.flow > USED * demand)
    first = np.full(groups, -1)
    first[group[used[::-1]]] = used[::-1]
    second = used[used != first[group[used]]]
    apart = (passes[second] - passes[first[group[second]]]).toarray() if len(second) else np.zeros((0, size))
    k = p.group_class[group[second]]
    ties = np.column_stack([p.weight[k], p.pce[k], apart])
    return sparse.csr_array(mean), np.unique(ties[np.any(apart != 0.0, axis=1)], axis=0)


def _tied(ties: Floats, waits: int) -> tuple[Floats, Floats]:
    """What holds ways of equal cost together (tie, facility), and the loads that shift between them.

    A class values a delay by its time and a limit by its load, so with limits every class has ties of its own.
    """
    weight, load, apart = ties[:, :1], ties[:, 1:2], ties[:, 2:]
    if apart.shape[1] == waits:
        if len(apart):
            _, singular, basis = np.linalg.svd(apart, full_matrices=False)
            apart = basis[singular > RANK * singular[0]]
        return apart, apart
    return np.concatenate([weight * apart[:, :waits], load * apart[:, waits:]], axis=1), load * apart


def _response(solved: Solved, spread: sparse.csr_array, waits: int) -> Floats:
    """J: how loads follow delays and prices, ways held and the chains chosen anew (facility, facility)."""
    p, part = solved.problem, solved.solution.part
    pairs, size = len(p.demand), int(p.pair_ptr[1] - p.pair_ptr[0])
    share = (part / p.demand[p.group_pair]).reshape(pairs, size)
    nest, inner = p.nest.reshape(pairs, size), p.nest_scale.reshape(pairs, size)
    mu = p.scale[p.pair_class][:, None]
    same = nest[:, :, None] == nest[:, None, :]
    held = (same * share[:, None, :]).sum(axis=2)
    within = np.where(same, share[:, None, :] / np.where(held > 0.0, held, 1.0)[:, :, None], 0.0)
    turn = (mu - inner)[:, :, None] * within - mu[:, :, None] * share[:, None, :]
    turn[:, np.arange(size), np.arange(size)] += inner
    block = -part.reshape(pairs, size)[:, :, None] * turn
    g = np.arange(pairs * size).reshape(pairs, size)
    choice = sparse.csr_array(
        (block.ravel(), (np.repeat(g, size, axis=1).ravel(), np.tile(g, (1, size)).ravel())),
        shape=(pairs * size, pairs * size),
    )
    k = p.group_class
    pays = spread.copy()
    pays = sparse.csr_array(
        sparse.hstack(
            [sparse.diags_array(p.weight[k]) @ pays[:, :waits], sparse.diags_array(p.pce[k]) @ pays[:, waits:]]
        )
    )
    return np.asarray((spread.T @ sparse.diags_array(p.pce[k]) @ choice @ pays).toarray())
