"""Scaling a table to its margins: the plain-array kernels of RAS and GRAS, each one pass over the table a step.

The usual form reads the table twice a step, once for the rows and once for the columns. Here a row's sum, its new
multiplier and what it adds to the column sums are done while the row is in cache, so a step reads the table once.
The order of the sums is fixed: the same bytes for any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]
Matrix = Array | sparse.csr_array
_P = ParamSpec("_P")
_R = TypeVar("_R")
#: Reassociation lets sums be vectorised; NaN and infinity keep their meaning, for that is how a run-off is seen.
FAST = {"reassoc", "contract", "nsz"}


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile on first use and keep the result on disk; the types of the function stay as written."""
    return cast(Callable[_P, _R], njit(cache=True, fastmath=FAST)(function))


@dataclass(frozen=True)
class Scaling:
    """Row and column multipliers, the largest miss of a margin relative to the largest margin, and the steps taken."""

    rows: Array
    columns: Array
    residual: float
    iterations: int


@compiled
def _ras_dense(a: Array, u: Array, r: Array, s: Array, following: Array, below: Array) -> float:
    """One step: `following` = u ÷ (a s), `below` = aᵀ following; returns the largest miss of r (a s) from u."""
    worst = 0.0
    below[:] = 0.0
    for i in range(a.shape[0]):
        row = a[i]
        total = 0.0
        for j in range(row.size):
            total += row[j] * s[j]
        miss = abs(r[i] * total - u[i])
        # Once it is not a number it stays so.
        if miss > worst or miss != miss:
            worst = miss
        scale = u[i] / total if total > 0.0 else 0.0
        following[i] = scale
        for j in range(row.size):
            below[j] += scale * row[j]
    return worst


@compiled
def _ras_sparse(
    data: Array,
    where: NDArray[np.int32],
    starts: NDArray[np.int32],
    u: Array,
    r: Array,
    s: Array,
    following: Array,
    below: Array,
) -> float:
    """The same step on compressed rows."""
    worst = 0.0
    below[:] = 0.0
    for i in range(u.size):
        total = 0.0
        for k in range(starts[i], starts[i + 1]):
            total += data[k] * s[where[k]]
        miss = abs(r[i] * total - u[i])
        # Once it is not a number it stays so.
        if miss > worst or miss != miss:
            worst = miss
        scale = u[i] / total if total > 0.0 else 0.0
        following[i] = scale
        for k in range(starts[i], starts[i + 1]):
            below[where[k]] += scale * data[k]
    return worst


def largest_of(rows: Array, columns: Array) -> float:
    """The largest margin in size, which misses are relative to."""
    size = max(float(np.abs(rows).max(initial=0.0)), float(np.abs(columns).max(initial=0.0)))
    return max(size, float(np.finfo(float).tiny))


def ratio(above: Array, below: Array) -> Array:
    """Divide cell by cell; 0 where the divisor is not positive."""
    return np.divide(above, below, out=np.zeros(np.broadcast(above, below).shape), where=below > 0)


def _indices(matrix: sparse.csr_array) -> tuple[Array, NDArray[np.int32], NDArray[np.int32]]:
    # One index type, so that the kernel is compiled once; 2³¹ cells would not fit in memory anyway.
    return matrix.data, matrix.indices.astype(np.int32, copy=False), matrix.indptr.astype(np.int32, copy=False)


def ras_scale(prior: Matrix, rows: Array, columns: Array, tol: float, limit: int) -> Scaling:
    """Find r, s with r_i a_ij s_j in both margins: r = u ÷ (A s), s = v ÷ (Aᵀ r), in turn.

    After a step the columns are met to rounding; the residual is that of the rows.
    """
    largest = largest_of(rows, columns)
    r, s = np.zeros(rows.size), np.ones(columns.size)
    following, below = np.empty(rows.size), np.empty(columns.size)
    cells = None if isinstance(prior, np.ndarray) else _indices(prior)
    residual, step = np.inf, 0
    while True:
        if cells is None:
            miss = _ras_dense(cast(Array, prior), rows, r, s, following, below) / largest
        else:
            miss = _ras_sparse(*cells, rows, r, s, following, below) / largest
        # Where the zero cells forbid the sums, the multipliers run off: stop there, the last residual tells.
        if not np.isfinite(miss):
            break
        residual = miss
        if residual <= tol or step >= limit:
            break
        r, following = following, r
        s = ratio(columns, below)
        step += 1
    return Scaling(r, s, residual, step)


@compiled
def _root(target: float, positive: float, negative: float) -> float:
    """The positive root x of p x − n ÷ x = t, without cancellation; 1 for an empty line."""
    if positive > 0.0:
        size = np.sqrt(target * target + 4.0 * positive * negative)
        if target >= 0.0:
            return float((target + size) / (2.0 * positive))
        return float(2.0 * negative / (size - target))
    if negative > 0.0:
        return -negative / target
    return 1.0


@compiled
def _roots(targets: Array, positive: Array, negative: Array, x: Array, inverse: Array) -> None:
    for j in range(targets.size):
        x[j] = _root(targets[j], positive[j], negative[j])
        inverse[j] = 1.0 / x[j] if x[j] != 0.0 else 0.0


@compiled
def _gras_dense(
    a: Array, u: Array, r: Array, s: Array, inverse: Array, following: Array, got: Array, lost: Array
) -> float:
    """One step: `following` solves the rows, `got` and `lost` are the columns' sums of p r and n ÷ r."""
    worst = 0.0
    got[:] = 0.0
    lost[:] = 0.0
    for i in range(a.shape[0]):
        row = a[i]
        plus, minus = 0.0, 0.0
        for j in range(row.size):
            plus += max(row[j], 0.0) * s[j]
            minus -= min(row[j], 0.0) * inverse[j]
        miss = abs(r[i] * plus - (minus / r[i] if r[i] != 0.0 else 0.0) - u[i])
        # Once it is not a number it stays so.
        if miss > worst or miss != miss:
            worst = miss
        scale = _root(u[i], plus, minus)
        following[i] = scale
        under = 1.0 / scale if scale != 0.0 else 0.0
        for j in range(row.size):
            got[j] += scale * max(row[j], 0.0)
            lost[j] -= under * min(row[j], 0.0)
    return worst


@compiled
def _gras_sparse(
    data: Array,
    where: NDArray[np.int32],
    starts: NDArray[np.int32],
    u: Array,
    r: Array,
    s: Array,
    inverse: Array,
    following: Array,
    got: Array,
    lost: Array,
) -> float:
    """The same step on compressed rows; a place may hold two cells, one of each sign."""
    worst = 0.0
    got[:] = 0.0
    lost[:] = 0.0
    for i in range(u.size):
        plus, minus = 0.0, 0.0
        for k in range(starts[i], starts[i + 1]):
            plus += max(data[k], 0.0) * s[where[k]]
            minus -= min(data[k], 0.0) * inverse[where[k]]
        miss = abs(r[i] * plus - (minus / r[i] if r[i] != 0.0 else 0.0) - u[i])
        # Once it is not a number it stays so.
        if miss > worst or miss != miss:
            worst = miss
        scale = _root(u[i], plus, minus)
        following[i] = scale
        under = 1.0 / scale if scale != 0.0 else 0.0
        for k in range(starts[i], starts[i + 1]):
            got[where[k]] += scale * max(data[k], 0.0)
            lost[where[k]] -= under * min(data[k], 0.0)
    return worst


def gras_scale(prior: Matrix, rows: Array, columns: Array, tol: float, limit: int) -> Scaling:
    """Find r, s with p_ij r_i s_j − n_ij ÷ (r_i s_j) in both margins; A = P − N, P and N without negative cells.

    Each step solves the line's quadratic p r² − u r − n = 0. A line without positive cells has r = −n ÷ u
    (Temurshoev, Miller & Bouwmeester 2013). A line of one sign whose sum is 0 has no such r: its cells must be 0.
    """
    largest = largest_of(rows, columns)
    r, s, inverse = np.ones(rows.size), np.ones(columns.size), np.ones(columns.size)
    following = np.empty(rows.size)
    if isinstance(prior, np.ndarray):
        cells = None
        got, lost = np.maximum(prior, 0.0).sum(axis=0), -np.minimum(prior, 0.0).sum(axis=0)
    else:
        cells = _indices(prior)
        got, lost = (np.bincount(cells[1], np.maximum(x, 0.0), columns.size) for x in (cells[0], -cells[0]))
    residual, step = np.inf, 0
    while True:
        _roots(columns, got, lost, s, inverse)
        step += 1
        if cells is None:
            miss = _gras_dense(cast(Array, prior), rows, r, s, inverse, following, got, lost) / largest
        else:
            miss = _gras_sparse(*cells, rows, r, s, inverse, following, got, lost) / largest
        if not np.isfinite(miss):
            break
        residual = miss
        if residual <= tol or step >= limit:
            break
        r, following = following, r
    return Scaling(r, s, residual, step)


def apply_factors(table: Matrix, scaled: Scaling) -> None:
    """Multiply every cell of our own copy by r s, a negative one by its inverse."""
    if isinstance(table, np.ndarray):
        if table.size and table.min() < 0:
            factor = np.outer(scaled.rows, scaled.columns)
            inverse = np.divide(1.0, factor, out=np.zeros_like(factor), where=factor != 0)
            table *= np.where(table >= 0, factor, inverse)
            return
        table *= scaled.rows[:, None]
        table *= scaled.columns
        return
    factor = np.repeat(scaled.rows, np.diff(table.indptr)) * scaled.columns[table.indices]
    inverse = np.divide(1.0, factor, out=np.zeros_like(factor), where=factor != 0)
    table.data *= np.where(table.data >= 0, factor, inverse)


def empty_lines(table: Matrix, rows: Array, columns: Array) -> None:
    """Set the cells of a line of one sign whose sum is 0 to 0, until there is none: no multiplier does that."""
    if not ((rows == 0).any() or (columns == 0).any()):
        return
    if isinstance(table, np.ndarray):
        cells = table.ravel()
        at_row, at_column = (x.ravel() for x in np.indices(table.shape, dtype=np.int32))
    else:
        cells = table.data
        at_row, at_column = np.repeat(np.arange(rows.size), np.diff(table.indptr)), table.indices
    changed = True
    while changed:
        changed = False
        for margin, at in ((rows, at_row), (columns, at_column)):
            plus, minus = (np.bincount(at[x], minlength=margin.size) for x in (cells > 0, cells < 0))
            shut = (margin == 0) & ((plus == 0) != (minus == 0))
            if shut.any():
                cells[shut[at]] = 0.0
                changed = True


def newton_scale(prior: Array, rows: Array, columns: Array, start: Scaling, tol: float, limit: int) -> Scaling:
    """Finish a slow scaling by Newton on p = ln r, q = ln s: least Σ a e^(p+q) − u·p − v·q, whose slope is the misses.

    Near the edge of what the zero cells allow, `ras_scale` crawls; this convex problem does not.
    """
    largest = largest_of(rows, columns)
    i, j = (rows > 0) & (start.rows > 0), (columns > 0) & (start.columns > 0)
    a, u, v = prior[np.ix_(i, j)], rows[i], columns[j]
    at = np.concatenate([np.log(start.rows[i]), np.log(start.columns[j])])

    def table(x: Array) -> Array:
        return np.asarray(a * np.exp(x[: u.size, None] + x[None, u.size :]))

    def height(x: Array) -> float:
        return float(table(x).sum() - u @ x[: u.size] - v @ x[u.size :])

    residual, step = start.residual, 0
    with np.errstate(over="ignore", invalid="ignore"):
        while step < limit:
            step += 1
            x = table(at)
            got, taken = x.sum(axis=1), x.sum(axis=0)
            slope = np.concatenate([got - u, taken - v])
            residual = float(np.abs(slope).max(initial=0.0)) / largest
            if residual <= tol:
                break
            curve = np.block([[np.diag(got), x], [x.T, np.diag(taken)]])
            # r may grow as s falls: that direction is flat, least squares takes no step along it.
            move = np.linalg.lstsq(curve, -slope, rcond=1e-14)[0]
            length, here = 1.0, height(at)
            while length > 1e-10 and not height(at + length * move) <= here + 1e-4 * length * float(slope @ move):
                length /= 2
            at = at + length * move
    r, s = np.zeros(rows.size), np.zeros(columns.size)
    r[i], s[j] = np.exp(at[: u.size]), np.exp(at[u.size :])
    return Scaling(r, s, residual, start.iterations + step)
