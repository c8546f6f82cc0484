"""Balancing: move a table as little as possible so that its rows and columns add up to given sums (RAS, GRAS)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from yijiang.economy.estimate.feasibility import conflict, examine, forced_cells
from yijiang.economy.estimate.margins import Problem, check, raise_if, read_problem
from yijiang.economy.estimate.scaling import (
    Array,
    Matrix,
    Scaling,
    apply_factors,
    empty_lines,
    gras_scale,
    largest_of,
    ras_scale,
)
from yijiang.errors import SolveError

LIMIT = 20_000
"""Most steps before a balancing gives up."""


@dataclass(frozen=True, eq=False)
class Balance:
    """A balanced table.

    Attributes
    ----------
    table
        The table, of the kind that was given (array, DataFrame with its labels, sparse csr_array).
    residual
        Largest miss of a row or column sum ÷ largest sum, taken from the finished table [1].
    iterations
        Steps taken; one step scales all rows and all columns once.
    row_factors, column_factors
        The multipliers r (row) and s (column) [1].
    distance
        How far the free cells moved: Σ |a| (z ln z − z + 1), z = x ÷ a [unit of the table].
    """

    table: Any
    residual: float
    iterations: int
    row_factors: Array
    column_factors: Array
    distance: float


def ras(
    prior: Any, rows: Any, columns: Any, tol: float = 1e-9, *, held: Any = None, max_iterations: int = LIMIT
) -> Balance:
    """Balance a table without negative cells: x = r̂ A ŝ with row sums u and column sums v.

    (1) r_i = u_i ÷ Σ_j a_ij s_j, (2) s_j = v_j ÷ Σ_i a_ij r_i, in turn until both sums hold. The result is the table
    nearest to the prior in the sense of least Σ x ln(x ÷ a); zero cells stay zero, and so do all cells of a line whose
    sum is 0.

    Parameters
    ----------
    prior
        Table A (row, column), no negative cell [any unit]: array, DataFrame, or scipy sparse matrix.
    rows, columns
        Wanted sums u, v [unit of the result]. With a DataFrame, Series are aligned by name.
    tol
        Largest residual accepted: the largest miss of any row or column sum ÷ the largest sum. Σ u and Σ v may differ
        by as much, not by more.
    held
        Surveyed cells that must not move: a mapping {(row, column): value} by the table's names (positions for an
        array), or a table like the prior with NaN where a cell is free.
    max_iterations
        Steps before giving up.

    Returns
    -------
    Balance with table, residual, iterations, distance.

    Raises
    ------
    DataError
        If cells or sums are negative or not numbers, names differ, the sums of rows and columns disagree, held cells
        exceed a sum, or a row or column with a sum has no cell to hold it; every finding at once.
    SolveError
        If the zero pattern does not allow the sums (the message names the rows and columns in conflict, and by how
        much; see `feasible`) or the residual stays above `tol`.

    References
    ----------
    Stone, R. (1961). Input-Output and National Accounts. OECD. Miller, R. E. & Blair, P. D. (2009). Input-Output
    Analysis, 2nd ed., section 7.4. Cambridge University Press.

    Examples
    --------
    >>> result = ras([[1, 1], [1, 3]], [3, 3], [2, 4])
    >>> result.table.round(4).tolist(), result.residual <= 1e-9
    ([[1.3542, 1.6458], [0.6458, 2.3542]], True)
    >>> ras([[1, 1], [1, 3]], [3, 3], [2, 4], held={(0, 1): 2}).table.round(6).tolist()
    [[1.0, 2.0], [1.0, 2.0]]
    >>> ras([[1, 1], [1, 3]], [3, 3], [2, 5])
    Traceback (most recent call last):
        ...
    yijiang.errors.DataError: 1 finding in the input
      margins, rows and columns = '6 and 7': the rows add up to 6, the columns to 7: 1 too much in the columns; ...
    """
    return _balance(prior, rows, columns, tol, held, max_iterations, signed=False)


def gras(
    prior: Any, rows: Any, columns: Any, tol: float = 1e-9, *, held: Any = None, max_iterations: int = LIMIT
) -> Balance:
    """Balance a table with cells of both signs; every cell keeps its sign.

    With A = P − N (neither with negative cells): x_ij = r_i p_ij s_j − n_ij ÷ (r_i s_j), the table nearest to the prior
    in the sense of least Σ |a| (z ln z − z + 1), z = x ÷ a. Without negative cells this is RAS. A line without positive
    cells has r = −n ÷ u; a line of one sign whose sum is 0 can only be 0 throughout, and is made so.

    Parameters
    ----------
    prior
        Table A (row, column) [any unit]: array, DataFrame, or scipy sparse matrix.
    rows, columns
        Wanted sums, of any sign [unit of the result]. With a DataFrame, Series are aligned by name.
    tol
        Largest residual accepted: the largest miss of any row or column sum ÷ the largest sum in size.
    held
        Surveyed cells that must not move, as in `ras`.
    max_iterations
        Steps before giving up.

    Returns
    -------
    Balance with table, residual, iterations, distance.

    Raises
    ------
    DataError
        As in `ras`, but negative cells are allowed; a sum whose sign no cell of its line has is a finding.
    SolveError
        If the signs do not allow the sums, or the residual stays above `tol`.

    References
    ----------
    Junius, T. & Oosterhaven, J. (2003), Economic Systems Research 15:87–96. Lenzen, M., Wood, R. & Gallego, B. (2007),
    ESR 19:461–465. Temurshoev, U., Miller, R. E. & Bouwmeester, M. C. (2013), ESR 25:361–367.

    Examples
    --------
    >>> result = gras([[7, 3, 5, -3], [2, 9, 8, 1], [-2, 0, 2, 1]], [15, 26, -1], [9, 16, 17, -2])
    >>> result.table.round(2).tolist()
    [[8.98, 3.74, 5.72, -3.44], [2.8, 12.26, 9.99, 0.95], [-2.78, 0.0, 1.29, 0.49]]
    """
    return _balance(prior, rows, columns, tol, held, max_iterations, signed=True)


def _balance(prior: Any, rows: Any, columns: Any, tol: float, held: Any, limit: int, *, signed: bool) -> Balance:
    problem, found = read_problem(prior, rows, columns, held)
    raise_if(found or check(problem, tol, signed=signed))
    table = problem.prior
    before = _size(table)
    if signed:
        empty_lines(table, problem.rows, problem.columns)
        scaled = gras_scale(table, problem.rows, problem.columns, tol, limit)
    else:
        scaled = ras_scale(table, problem.rows, problem.columns, tol, limit)
    if not scaled.residual <= tol:
        raise _failure(problem, scaled)
    apply_factors(table, scaled)
    distance = before + _information(problem, scaled) - _size(table)
    result = _with_held(table, problem)
    achieved = np.asarray(result.sum(axis=1)).ravel(), np.asarray(result.sum(axis=0)).ravel()
    miss = largest_of(achieved[0] - problem.wanted_rows, achieved[1] - problem.wanted_columns)
    residual = miss / largest_of(problem.wanted_rows, problem.wanted_columns)
    if isinstance(prior, pd.DataFrame):
        result = pd.DataFrame(result, index=prior.index, columns=prior.columns)
    return Balance(result, residual, scaled.iterations, scaled.rows, scaled.columns, distance)


def _size(table: Matrix) -> float:
    return float(np.abs(table if isinstance(table, np.ndarray) else table.data).sum())


def _information(problem: Problem, scaled: Scaling) -> float:
    """Σ x ln(x ÷ a): every cell's logarithm is ln r + ln s, so the sums and multipliers give it without the cells."""
    total = 0.0
    for margin, factor in ((problem.rows, scaled.rows), (problem.columns, scaled.columns)):
        live = (margin != 0) & (factor > 0)
        total += float(margin[live] @ np.log(factor[live]))
    return total


def _with_held(table: Matrix, problem: Problem) -> Any:
    if problem.held is None:
        return table
    held = problem.held
    if isinstance(table, np.ndarray):
        table[held.rows, held.columns] = held.value
        return table
    table.eliminate_zeros()
    kept = sparse.coo_array((held.value, (held.rows, held.columns)), shape=table.shape)
    return sparse.csr_array(table + kept.tocsr())


def _failure(problem: Problem, found: Scaling) -> SolveError:
    figures = {"residual": found.residual, "iterations": float(found.iterations)}
    report = examine(problem)
    if not report:
        text = f"the zero cells do not allow these sums: {conflict(report)}"
        return SolveError(text, excess=report.excess, **figures)
    if report.forced:
        text = f"the sums are met only in the limit: {forced_cells(report)}; set these cells to 0"
        return SolveError(text, **figures)
    return SolveError("the sums are not met; raise max_iterations or tol", **figures)
