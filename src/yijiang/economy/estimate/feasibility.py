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
"""Sums are counted in this many parts of their total: the flow algorithm wants whole numbers of 32 bits."""
_OPEN = 2**31 - 1


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
        Free cells of the prior that are 0 in every such table (row, column): scaling can only creep towards it. Found
        to within (lines ÷ 10⁹) of the total.
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

    >>> table = np.array([[1.0, 0.0], [1.0, 1.0]])
    >>> who, where, excess, forced = blocking(table, np.array([3.0, 1.0]), np.array([2.0, 2.0]))
    >>> who.tolist(), where.tolist(), round(excess, 6)
    ([0], [0], 1.0)
    """
    m, n = table.shape
    cells = sparse.coo_array(table)
    live = cells.data != 0
    sign, i, j = cells.data[live], cells.coords[0][live], m + cells.coords[1][live]
    source, sink = m + n, m + n + 1
    # What enters: rows with a positive sum, columns with a negative one.
    supply = np.concatenate([rows, -columns])
    total = max(float(supply[supply > 0].sum()), float(-supply[supply < 0].sum()), np.finfo(float).tiny)
    parts = np.rint(np.abs(supply) / total * _UNITS).astype(np.int64)
    nodes = np.arange(m + n)
    starts = np.concatenate([np.where(supply > 0, source, nodes), np.where(sign > 0, i, j)])
    ends = np.concatenate([np.where(supply > 0, nodes, sink), np.where(sign > 0, j, i)])
    capacity = np.concatenate([parts, np.full(sign.size, _OPEN)]).astype(np.int32)
    graph = sparse.csr_array((capacity, (starts, ends)), shape=(m + n + 2, m + n + 2))
    graph.eliminate_zeros()
    flow = maximum_flow(graph, source, sink).flow
    left = sparse.csr_array(graph - flow)
    left.eliminate_zeros()
    reached = breadth_first_order(left, source, return_predecessors=False).astype(np.intp)
    who = np.sort(reached[reached < m])
    where = np.sort(reached[(reached >= m) & (reached < m + n)]) - m
    excess = float(rows[who].sum() - columns[where].sum())
    # Rounding to whole parts leaves up to one part a line.
    slack = m + n
    if excess > slack / _UNITS * total:
        return who, where, excess, np.zeros((0, 2), dtype=np.intp)
    # A cell can be positive if and only if some flow goes through it, or a cycle of open ways does.
    carried = sparse.coo_array(flow)
    used = carried.data > slack
    back = sparse.coo_array((np.ones(used.sum()), (carried.coords[1][used], carried.coords[0][used])), graph.shape)
    ways = sparse.coo_array((np.ones(sign.size), (starts[m + n :], ends[m + n :])), graph.shape)
    inner = sparse.csr_array((back + ways).tocsr()[: m + n, : m + n])
    part = connected_components(inner, directed=True, connection="strong")[1]
    shut = part[i] != part[j]
    forced = np.stack([i[shut], j[shut] - m], axis=1).astype(np.intp)
    return who[:0], where[:0], 0.0, forced
