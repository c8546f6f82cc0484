"""Plain-array kernels of the estimate: scaling of a matrix to its margins, and the steps before it. No names here.

Arrays are (region, sector) or (supplier, buyer); money in any one unit. No input is changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]
Matrix = Array | sparse.csr_array


def ratio(above: Array, below: Array) -> Array:
    """Divide cell by cell; 0 where the divisor is not positive."""
    return np.divide(above, below, out=np.zeros(np.broadcast(above, below).shape), where=below > 0)


@dataclass(frozen=True)
class Scaling:
    """Row and column multipliers, the largest miss of a margin relative to the largest margin, and the steps taken."""

    rows: Array
    columns: Array
    residual: float
    iterations: int


def ras_scale(prior: Matrix, rows: Array, columns: Array, tol: float, limit: int) -> Scaling:
    """Find r, s with r_i a_ij s_j in both margins: r = u ÷ (A s), s = v ÷ (Aᵀ r), in turn.

    Only the two vectors iterate, so a step costs two products of the matrix with a vector. After the last step the
    columns are met to rounding; the residual is that of the rows.
    """
    largest = max(float(rows.max(initial=0.0)), float(columns.max(initial=0.0)), np.finfo(float).tiny)
    transposed = prior.T
    r, s = np.ones(rows.size), np.ones(columns.size)
    residual, step = np.inf, 0
    # Where the zero cells forbid the sums, the multipliers run off: stop there, the residual tells.
    with np.errstate(over="ignore", invalid="ignore"):
        sums = np.asarray(prior @ s)
        while step < limit and residual > tol:
            r = ratio(rows, sums)
            s = ratio(columns, np.asarray(transposed @ r))
            sums = np.asarray(prior @ s)
            miss = float(np.max(np.abs(r * sums - rows), initial=0.0)) / largest
            step += 1
            if not np.isfinite(miss):
                break
            residual = miss
    return Scaling(r, s, residual, step)


def _signed_root(target: Array, positive: Array, negative: Array) -> Array:
    """The positive root x of p x − n ÷ x = t, without cancellation; 1 for an empty line."""
    root = np.sqrt(target**2 + 4 * positive * negative)
    with np.errstate(divide="ignore", invalid="ignore"):
        x = np.where(target >= 0, (target + root) / (2 * positive), 2 * negative / (root - target))
        x = np.where(positive > 0, x, -negative / target)
    return np.where((positive == 0) & (negative == 0), 1.0, x)


def _inverse(x: Array) -> Array:
    return np.divide(1.0, x, out=np.zeros_like(x), where=x != 0)


def gras_scale(prior: Array, rows: Array, columns: Array, tol: float, limit: int) -> Scaling:
    """Find r, s with p_ij r_i s_j − n_ij ÷ (r_i s_j) in both margins; A = P − N, P and N without negative cells.

    Each step solves the line's quadratic p r² − u r − n = 0. A line without positive cells has r = −n ÷ u
    (Temurshoev, Miller & Bouwmeester 2013).
    """
    p, n = np.maximum(prior, 0.0), np.maximum(-prior, 0.0)
    largest = max(float(np.abs(rows).max(initial=0.0)), float(np.abs(columns).max(initial=0.0)), np.finfo(float).tiny)
    r, s = np.ones(rows.size), np.ones(columns.size)
    residual, step = np.inf, 0
    with np.errstate(over="ignore", invalid="ignore"):
        while step < limit:
            s = _signed_root(columns, p.T @ r, n.T @ _inverse(r))
            got, lost = p @ s, n @ _inverse(s)
            miss = float(np.max(np.abs(r * got - _inverse(r) * lost - rows), initial=0.0)) / largest
            step += 1
            if not np.isfinite(miss):
                break
            residual = miss
            if residual <= tol:
                break
            r = _signed_root(rows, got, lost)
    return Scaling(r, s, residual, step)


@dataclass(frozen=True)
class Transit:
    """Trade columns after removal of goods that only pass through, and what was removed [money]."""

    export: Array
    import_: Array
    outflow: Array
    inflow: Array
    passed: float
    clipped: float


def remove_transit(output: Array, export: Array, import_: Array, outflow: Array, inflow: Array) -> Transit:
    """Take out what a region sends beyond its own output: t = max(0, outflow + export − output).

    It came in before it went out, so it leaves both sides alike and no balance moves: first inflow against outflow,
    then import against export, import against outflow, inflow against export. What is still left has no
    counterpart and is clipped from outflow, then from export.
    """
    e, m, o, f = (np.maximum(a, 0.0) for a in (export, import_, outflow, inflow))
    left = np.maximum(o + e - output, 0.0)
    before = float(left.sum())
    for sent, received in ((o, f), (e, m), (o, m), (e, f)):
        part = np.minimum(np.minimum(left, sent), received)
        sent -= part
        received -= part
        left -= part
    clipped = float(left.sum())
    for sent in (o, e):
        part = np.minimum(left, sent)
        sent -= part
        left -= part
    return Transit(e, m, o, f, before - clipped, clipped)


def cross_hauling(output: Array, use: Array, outflow: Array, inflow: Array, share: Array, room: Array) -> Array:
    """Trade to add to outflow and inflow alike: max(0, h (x + z + d) ÷ 2 − min(o, f)), at most `room`."""
    wanted = share * (output + use) / 2 - np.minimum(outflow, inflow)
    return np.minimum(np.maximum(wanted, 0.0), np.maximum(room, 0.0))


def scale_to(values: Array, total: float, limits: Array) -> Array:
    """Scale values in proportion to a total, none above its limit; what a limit holds back goes to the others.

    The total must not exceed the sum of the limits of positive values.
    """
    scaled = np.zeros_like(values)
    if total <= 0:
        return scaled
    full = np.zeros(values.size, dtype=bool)
    for _ in range(values.size + 1):
        free = float(values[~full].sum())
        rest = max(total - float(limits[full].sum()), 0.0)
        scaled = np.where(full, limits, values * (rest / free if free > 0 else 0.0))
        over = (scaled > limits) & ~full
        if not over.any():
            break
        full |= over
    return np.minimum(scaled, limits)


CLOSINGS = ("min", "mean", "outflow", "inflow")


def close(outflow: Array, inflow: Array, limits: Array, rule: str) -> tuple[Array, Array]:
    """Make the sums of outflow and inflow over the regions agree, sector by sector.

    The common total is the smaller sum (min), their mean, that of outflow, or that of inflow; never more than the
    regions can send (`limits`), and 0 where no one sends or no one receives.
    """
    o, f = np.zeros_like(outflow), np.zeros_like(inflow)
    for j in range(outflow.shape[1]):
        sent, received = float(outflow[:, j].sum()), float(inflow[:, j].sum())
        if min(sent, received) <= 0:
            continue
        total = {"min": min(sent, received), "mean": (sent + received) / 2, "outflow": sent, "inflow": received}[rule]
        total = min(total, float(limits[outflow[:, j] > 0, j].sum()))
        o[:, j] = scale_to(outflow[:, j], total, limits[:, j])
        f[:, j] = inflow[:, j] * (float(o[:, j].sum()) / received)
    return o, f


def open_up(outflow: Array, inflow: Array, share: float) -> tuple[Array, Array]:
    """Make interregional trade of one sector possible: no region trades with itself.

    A region cannot sell more than the others buy, so o_i + f_i ≤ `share` × total is needed (share < 1 keeps a
    little trade among the others, and the scaling fast). The excess would be trade with itself: it leaves both columns.
    """
    o, f = outflow.copy(), inflow.copy()
    for _ in range(2 * o.size):
        total = float(o.sum())
        excess = (o + f - share * total) / (2 - share)
        excess = np.minimum(np.minimum(np.maximum(excess, 0.0), o), f)
        i = int(np.argmax(excess))
        if excess[i] <= 1e-12 * total:
            break
        o[i] -= excess[i]
        f[i] -= excess[i]
    return o, f


def gravity(outflow: Array, inflow: Array, cost: Array, exponent: float) -> Array:
    """Prior (supplier, buyer): o_i f_n cost_in^−β, no trade of a region with itself."""
    diagonal = np.eye(outflow.size, dtype=bool)
    weight = np.where(diagonal, 0.0, np.where(diagonal, 1.0, cost) ** -exponent)
    return weight * np.outer(outflow, inflow)


def interregional_flows(
    outflow: Array, inflow: Array, cost: Array, exponent: float, tol: float, limit: int
) -> tuple[Array, float, int]:
    """Balanced trade (supplier, buyer, sector), the largest residual and the most steps over the sectors.

    Cost is divided by its geometric mean first: the scaling takes any common factor out again, and the prior stays
    in range.
    """
    count, sectors = outflow.shape
    away = ~np.eye(count, dtype=bool)
    cost = cost / np.exp(np.log(cost[away]).mean()) if count > 1 else cost
    flows = np.zeros((count, count, sectors))
    worst, steps = 0.0, 0
    for j in range(sectors):
        total = float(outflow[:, j].sum())
        if total <= 0:
            continue
        prior = gravity(outflow[:, j] / total, inflow[:, j] / total, cost, exponent)
        found = ras_scale(prior, outflow[:, j], inflow[:, j], tol, limit)
        flows[:, :, j] = found.rows[:, None] * prior * found.columns
        worst, steps = max(worst, found.residual), max(steps, found.iterations)
    return flows, worst, steps
