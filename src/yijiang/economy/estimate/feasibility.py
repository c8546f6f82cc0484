"""Whether a table with given zero cells and sums exists, and if not, which rows and columns disagree by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, connected_components, maximum_flow

from yijiang.economy.estimate.margins import Problem, check, read_problem
from yijiang.economy.estimate.scaling import Array, Matrix
from yijiang.errors import Finding

Indices = NDArray[np.intp]
_UNITS = 2**30
"""Parts that the total is counted in: the flow algorithm wants whole numbers of 32 bits, two of which add up."""
_ROUNDS = 6
_ROUNDING = 1e-14
"""What a line may be off by, as a share of the total: adding up in another order makes as much."""


@dataclass(frozen=True, eq=False)
class Feasibility:
    """Whether a table can have these sums, and what stands in the way.

    Attributes
    ----------
    possible
        Whether some table with the signs and zero cells of the prior (and its held cells) has these sums.
    rows, columns
        The lines in conflict with their sums, held cells taken out: the rows must add up to what the columns do, for
        they have cells in no others [unit of the sums]. Empty where nothing is in conflict.
    excess
        By how much the rows exceed the columns [unit of the sums].
    forced
        Free cells of the prior that are 0 in every such table (row, column): scaling can only creep towards it.
    findings
        What is wrong with single lines and with the totals.
    """

    possible: bool
    rows: pd.Series[float]
    columns: pd.Series[float]
    excess: float
    forced: tuple[tuple[object, object], ...]
    findings: tuple[Finding, ...]

    def __bool__(self) -> bool:
        """Whether the sums can be met."""
        return self.possible

    def __str__(self) -> str:
        """One line for every obstacle."""
        lines = [str(f) for f in self.findings]
        if self.excess > 0:
            lines.append(conflict(self))
        if self.possible:
            lines.append("the sums can be met" + (f"; {forced_cells(self)}" if self.forced else ""))
        return "\n".join(lines)


def feasible(prior: Any, rows: Any, columns: Any, tol: float = 1e-9, *, held: Any = None) -> Feasibility:
    """Report whether a table with the signs and zero cells of a prior can have given sums.

    Rows send u, columns take v; a positive cell is an open way from its row to its column, a negative one the other
    way round. A table exists if and only if the greatest flow carries everything; otherwise the least cut is a set of
    rows I and columns J, Σ_I u − Σ_J v > 0, where the rows of I have positive cells in the columns of J alone.

    Parameters
    ----------
    prior
        Table (row, column) [any unit]: array, DataFrame or scipy sparse matrix.
    rows, columns
        Wanted sums u, v [unit of the result]. With a DataFrame, Series are aligned by name.
    tol
        Difference of Σ u and Σ v that is taken for rounding, relative to the largest sum.
    held
        Surveyed cells that must not move, as in `ras`.

    Returns
    -------
    Feasibility, true when the sums can be met. Faults of the sums are in it, not raised.

    Raises
    ------
    OptionError
        If the table does not have two dimensions.

    References
    ----------
    Ford, L. R. & Fulkerson, D. R. (1956). Maximal flow through a network. Canadian Journal of Mathematics 8:399–404.
    Pukelsheim, F. (2014). Biproportional scaling of matrices and the iterative proportional fitting procedure. Annals
    of Operations Research 215:269–283.

    Examples
    --------
    >>> found = feasible([[1, 0, 0], [1, 0, 0], [1, 1, 1]], [3, 4, 3], [5, 3, 2])
    >>> found.possible, found.rows.index.tolist(), found.columns.index.tolist(), round(found.excess, 6)
    (False, [0, 1], [0], 2.0)
    >>> print(feasible([[1, 1], [1, 0]], [3, 2], [2, 3]))
    the sums can be met; every such table has 0 in (0, 0)
    """
    problem, found = read_problem(prior, rows, columns, held)
    if not found:
        found = check(problem, tol, signed=problem.signed)
    if found:
        nothing = pd.Series(dtype=float)
        return Feasibility(False, nothing, nothing, 0.0, (), tuple(found))
    return examine(problem)


def examine(problem: Problem) -> Feasibility:
    """The report on a problem whose lines and totals are sound."""
    who, where, excess, forced = blocking(problem.prior, problem.rows, problem.columns)
    cells = tuple((problem.row_names[i], problem.column_names[j]) for i, j in forced.tolist())
    return Feasibility(
        excess <= 0,
        pd.Series(problem.rows[who], index=[problem.row_names[i] for i in who.tolist()], dtype=float),
        pd.Series(problem.columns[where], index=[problem.column_names[j] for j in where.tolist()], dtype=float),
        excess,
        cells,
        (),
    )


def conflict(report: Feasibility) -> str:
    """The rows and columns in conflict, in words."""
    return (
        f"rows {_names(report.rows.index)} add up to {report.rows.sum():.6g}, but they only reach columns "
        f"{_names(report.columns.index)}, which add up to {report.columns.sum():.6g}: {report.excess:.6g} too much"
    )


def forced_cells(report: Feasibility) -> str:
    """The cells that must be 0, in words."""
    return f"every such table has 0 in {_names([f'({i}, {j})' for i, j in report.forced])}"


def _names(names: Any) -> str:
    listed: Sequence[str] = [str(n) for n in names]
    return ", ".join(listed[:8]) + (f" and {len(listed) - 8} more" if len(listed) > 8 else "") if listed else "none"


def blocking(table: Matrix, rows: Array, columns: Array) -> tuple[Indices, Indices, float, Indices]:
    """Find the rows and columns whose sums exclude each other, the excess, and the cells (k, 2) that must be 0.

    The flow algorithm counts in whole numbers of 32 bits. What its rounding leaves over is sent in a further round with
    finer parts, along the ways that the flow so far leaves open, until only the rounding of the sums is left.

    >>> table = np.array([[1.0, 0.0], [1.0, 1.0]])
    >>> who, where, excess, forced = blocking(table, np.array([3.0, 1.0]), np.array([2.0, 2.0]))
    >>> who.tolist(), where.tolist(), round(excess, 6)
    ([0], [0], 1.0)
    """
    m, n = table.shape
    cells = sparse.coo_array(table)
    live = cells.data != 0
    place, at = np.unique(cells.coords[0][live].astype(np.int64) * n + cells.coords[1][live], return_inverse=True)
    i, j = place // n, m + place % n
    up, down = (np.bincount(at, cells.data[live] * sign > 0, place.size) > 0 for sign in (1, -1))
    # What enters: rows with a positive sum, columns with a negative one.
    supply = np.concatenate([rows, -columns])
    total = max(float(np.abs(supply).sum()) / 2, float(np.finfo(float).tiny))
    slack = (m + n) * _ROUNDING * total
    flow, left = np.zeros(place.size), supply.copy()
    for _ in range(_ROUNDS):
        size = float(np.abs(left).max(initial=0.0)) * left.size
        if size <= slack:
            break
        parts = np.trunc(left / size * _UNITS)
        sent = _greatest_flow(i, j, up, down, flow / size * _UNITS, parts)
        flow += sent * (size / _UNITS)
        left = supply - np.bincount(i, flow, m + n) + np.bincount(j, flow, m + n)
        stuck = parts - np.bincount(i, sent, m + n) + np.bincount(j, sent, m + n)
        # Cutting to whole parts leaves up to one part a line; what is more cannot be sent at all.
        if stuck[stuck > 0].sum() > m + n:
            ways = _ways(i, j, up | (flow < 0), down | (flow > 0), m + n)
            first = np.flatnonzero(stuck > 0)
            start = sparse.coo_array((np.ones(first.size), (np.full(first.size, m + n), first)), ways.shape)
            found = breadth_first_order((ways + start).tocsr(), m + n, return_predecessors=False).astype(np.intp)
            who, where = np.sort(found[found < m]), np.sort(found[(found >= m) & (found < m + n)]) - m
            excess = float(rows[who].sum() - columns[where].sum())
            if excess > slack:
                return who, where, excess, np.zeros((0, 2), dtype=np.intp)
            break
    ways = _ways(i, j, up | (flow < -slack), down | (flow > slack), m + n)
    # A cell can differ from 0 if and only if some flow goes through it, or a cycle of open ways does.
    part = connected_components(ways, directed=True, connection="strong")[1]
    shut = part[i] != part[j]
    none = np.zeros(0, dtype=np.intp)
    return none, none, 0.0, np.stack([i[shut], j[shut] - m], axis=1).astype(np.intp)


def _ways(i: Indices, j: Indices, there: Any, back: Any, size: int) -> sparse.csr_array:
    """Open ways between lines, with one more node for where a search begins."""
    starts, ends = np.concatenate([i[there], j[back]]), np.concatenate([j[there], i[back]])
    return sparse.csr_array((np.ones(starts.size), (starts, ends)), shape=(size + 1, size + 1))


def _greatest_flow(i: Indices, j: Indices, up: Any, down: Any, flow: Array, supply: Array) -> Array:
    """Whole parts to send on every way beside a flow: positive from i to j, where `up` is open, or takes flow back."""
    size = supply.size
    source, sink, nodes = size, size + 1, np.arange(size)
    there = np.where(up, _UNITS, np.clip(-flow, 0, _UNITS))
    back = np.where(down, _UNITS, np.clip(flow, 0, _UNITS))
    starts = np.concatenate([np.where(supply > 0, source, nodes), i, j])
    ends = np.concatenate([np.where(supply > 0, nodes, sink), j, i])
    capacity = np.floor(np.concatenate([np.abs(supply), there, back])).astype(np.int32)
    graph = sparse.csr_array((capacity, (starts, ends)), shape=(size + 2, size + 2))
    graph.eliminate_zeros()
    sent = sparse.coo_array(maximum_flow(graph, source, sink).flow)
    # The flow stands both ways, once with each sign; a place without one carries none.
    key = sent.coords[0].astype(np.int64) * size + sent.coords[1]
    inner = (sent.coords[0] < size) & (sent.coords[1] < size)
    order = np.argsort(key[inner])
    keys, values = key[inner][order], sent.data[inner][order]
    found = np.minimum(np.searchsorted(keys, i * size + j), max(keys.size - 1, 0))
    return np.where(keys[found] == i * size + j, values[found], 0).astype(float) if keys.size else np.zeros(i.size)
