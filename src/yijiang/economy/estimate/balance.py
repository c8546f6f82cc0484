"""Balancing: move a table as little as possible so that its rows and columns add up to given sums (RAS, GRAS)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from yijiang.economy.estimate.blocking import blocking
from yijiang.economy.estimate.kernels import Matrix, Scaling, gras_scale, ras_scale
from yijiang.errors import DataError, Finding, OptionError, SolveError

Array = NDArray[np.float64]
LIMIT = 20_000
"""Most steps before a balancing gives up."""


@dataclass(frozen=True)
class Balance:
    """A balanced table.

    Attributes
    ----------
    table
        The table, of the kind that was given (array, DataFrame with its labels, sparse csr_array).
    residual
        Largest miss of a row or column sum ÷ largest sum [1].
    iterations
        Steps taken; one step scales all rows and all columns once.
    row_factors, column_factors
        The multipliers r (row) and s (column) [1].
    """

    table: Any
    residual: float
    iterations: int
    row_factors: Array
    column_factors: Array


@dataclass(frozen=True)
class _Problem:
    prior: Matrix
    rows: Array
    columns: Array
    row_names: Sequence[object]
    column_names: Sequence[object]


def ras(
    prior: Any, rows: Any, columns: Any, tol: float = 1e-9, *, held: Any = None, max_iterations: int = LIMIT
) -> Balance:
    """Balance a table without negative cells: x = r̂ A ŝ with row sums u and column sums v.

    (1) r_i = u_i ÷ Σ_j a_ij s_j, (2) s_j = v_j ÷ Σ_i a_ij r_i, in turn until both sums hold. The result is the table
    nearest to the prior in the sense of least Σ x ln(x ÷ a); zero cells stay zero.

    Parameters
    ----------
    prior
        Table A (row, column), no negative cell [any unit]: array, DataFrame, or scipy sparse matrix.
    rows, columns
        Wanted sums u, v [unit of the result]. With a DataFrame, Series are aligned by name.
    tol
        Largest residual accepted, relative to the largest sum.
    held
        Surveyed cells that must not move: a table like the prior with NaN where a cell is free.
    max_iterations
        Steps before giving up.

    Returns
    -------
    Balance with table, residual, iterations.

    Raises
    ------
    DataError
        If cells or sums are negative or not numbers, names differ, the sums of rows and columns disagree, or a row or
        column with a sum has no cell to hold it; every finding at once.
    SolveError
        If the zero pattern does not allow the sums (the message names the rows and columns in conflict, and by how
        much) or the residual stays above `tol`.

    References
    ----------
    Stone, R. (1961). Input-Output and National Accounts. OECD. Miller, R. E. & Blair, P. D. (2009). Input-Output
    Analysis, 2nd ed., section 7.4. Cambridge University Press.

    Examples
    --------
    >>> result = ras([[1, 1], [1, 3]], [3, 3], [2, 4])
    >>> result.table.round(4).tolist(), result.residual <= 1e-9
    ([[1.3542, 1.6458], [0.6458, 2.3542]], True)
    >>> ras([[1, 1], [1, 3]], [3, 3], [2, 5])
    Traceback (most recent call last):
        ...
    yijiang.errors.DataError: 1 finding in the input
      margins, rows and columns = '6 and 7': the rows add up to 6, the columns to 7: 1 too much in the columns; ...
    """
    problem = _read(prior, rows, columns, held, signed=False)
    found = ras_scale(problem.prior, problem.rows, problem.columns, tol, max_iterations)
    if not found.residual <= tol:
        raise _failure(problem, found)
    table: Any
    if isinstance(problem.prior, np.ndarray):
        table = found.rows[:, None] * problem.prior * found.columns
    else:
        table = problem.prior.copy()
        table.data *= np.repeat(found.rows, np.diff(table.indptr)) * found.columns[table.indices]
    return _result(prior, table, held, found)


def gras(
    prior: Any, rows: Any, columns: Any, tol: float = 1e-9, *, held: Any = None, max_iterations: int = LIMIT
) -> Balance:
    """Balance a table with cells of both signs; every cell keeps its sign.

    With A = P − N (neither with negative cells): x_ij = r_i p_ij s_j − n_ij ÷ (r_i s_j), the table nearest to the prior
    in the sense of least Σ |a| (z ln z − z + 1), z = x ÷ a. Without negative cells this is RAS.

    Parameters
    ----------
    prior
        Table A (row, column) [any unit]: array or DataFrame.
    rows, columns
        Wanted sums, of any sign [unit of the result]. With a DataFrame, Series are aligned by name.
    tol
        Largest residual accepted, relative to the largest sum.
    held
        Surveyed cells that must not move: a table like the prior with NaN where a cell is free.
    max_iterations
        Steps before giving up.

    Returns
    -------
    Balance with table, residual, iterations.

    Raises
    ------
    DataError
        As in `ras`, but negative cells are allowed; a sum whose sign no cell of its line has is a finding.
    SolveError
        If the residual stays above `tol`.

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
    problem = _read(prior, rows, columns, held, signed=True)
    table = np.asarray(problem.prior)
    found = gras_scale(table, problem.rows, problem.columns, tol, max_iterations)
    if not found.residual <= tol:
        raise _failure(problem, found)
    factor = np.outer(found.rows, found.columns)
    inverse = np.divide(1.0, factor, out=np.zeros_like(factor), where=factor != 0)
    return _result(prior, np.where(table >= 0, table * factor, table * inverse), held, found)


def _result(prior: Any, table: Any, held: Any, found: Scaling) -> Balance:
    if held is not None:
        kept = np.asarray(held, dtype=float)
        table = np.where(np.isnan(kept), table, kept)
    if isinstance(prior, pd.DataFrame):
        table = pd.DataFrame(table, index=prior.index, columns=prior.columns)
    return Balance(table, found.residual, found.iterations, found.rows, found.columns)


def _margin(values: Any, names: Sequence[object], what: str, found: list[Finding], *, by_name: bool) -> Array:
    """One margin as an array, in the order of the table's names."""
    if by_name and isinstance(values, pd.Series):
        missing = [str(n) for n in names if n not in values.index]
        extra = [str(n) for n in values.index if n not in set(names)]
        for name in missing:
            found.append(Finding("margins", 0, what, name, "the table has this name, the sums do not", "add its sum"))
        for name in extra:
            found.append(Finding("margins", 0, what, name, "the sums have this name, the table does not", "remove it"))
        if missing or extra:
            return np.zeros(len(names))
        return values.reindex(list(names)).to_numpy(dtype=float, copy=True)
    margin = np.array(values, dtype=float)
    if margin.shape != (len(names),):
        problem = f"{margin.size} sums for {len(names)} {what}"
        found.append(Finding("margins", 0, what, "", problem, "give one sum each"))
        return np.zeros(len(names))
    return margin


def _read(prior: Any, rows: Any, columns: Any, held: Any, *, signed: bool) -> _Problem:
    found: list[Finding] = []
    matrix: Matrix
    given: Any = prior
    if sparse.issparse(prior):
        if signed or held is not None:
            raise OptionError("a sparse table is balanced by ras without held cells; pass a dense array")
        matrix = sparse.csr_array(given, dtype=float, copy=True)
    else:
        matrix = np.array(prior, dtype=float)
    if matrix.ndim != 2:
        raise OptionError(f"the table must have two dimensions, not {matrix.ndim}")
    frame = isinstance(prior, pd.DataFrame)
    row_names: Sequence[object] = list(prior.index) if frame else range(matrix.shape[0])
    column_names: Sequence[object] = list(prior.columns) if frame else range(matrix.shape[1])
    u = _margin(rows, row_names, "rows", found, by_name=frame)
    v = _margin(columns, column_names, "columns", found, by_name=frame)
    if held is not None:
        u, v, matrix = _without_held(np.asarray(matrix), u, v, held, frame and isinstance(held, pd.DataFrame))
    cells = matrix if isinstance(matrix, np.ndarray) else matrix.data
    if not np.isfinite(cells).all():
        found.append(Finding("prior", 0, "", "", "a cell is not a number", "fill every cell; 0 for none"))
    if not signed and bool((cells < 0).any()):
        found.append(Finding("prior", 0, "", "", "a cell is negative", "use gras for cells of both signs"))
    if not found:
        problem = _Problem(matrix, u, v, row_names, column_names)
        found = _check(problem, signed)
        if not found:
            return problem
    raise DataError(found)


def _without_held(prior: Array, rows: Array, columns: Array, held: Any, by_name: bool) -> tuple[Array, Array, Array]:
    kept = np.asarray(held, dtype=float)
    if by_name is False and kept.shape != prior.shape:
        raise OptionError(f"held has shape {kept.shape}, the table {prior.shape}")
    fixed = ~np.isnan(kept)
    value = np.where(fixed, kept, 0.0)
    return rows - value.sum(axis=1), columns - value.sum(axis=0), np.where(fixed, 0.0, prior)


def _check(problem: _Problem, signed: bool) -> list[Finding]:
    found: list[Finding] = []
    total = 0.0
    for what, margin, names, axis in (
        ("rows", problem.rows, problem.row_names, 1),
        ("columns", problem.columns, problem.column_names, 0),
    ):
        positive, negative = (
            np.asarray((problem.prior > 0).sum(axis=axis)) > 0,
            np.asarray((problem.prior < 0).sum(axis=axis)) > 0,
        )
        total = max(total, float(np.abs(margin).sum()))
        for i in np.flatnonzero(~np.isfinite(margin)).tolist():
            found.append(Finding("margins", 0, what, str(names[i]), "the sum is not a number", "enter it"))
        if not signed:
            for i in np.flatnonzero(margin < 0).tolist():
                text = f"the sum of {names[i]} is negative ({margin[i]:.6g})"
                found.append(Finding("margins", 0, what, str(names[i]), text, "correct it, or use gras"))
        lost = ((margin > 0) & ~positive) | ((margin < 0) & ~negative & signed)
        for i in np.flatnonzero(lost).tolist():
            text = f"{names[i]} must add up to {margin[i]:.6g} but has no cell of that sign"
            found.append(Finding("prior", 0, what, str(names[i]), text, "give it a cell, or set the sum to 0"))
    left, right = float(problem.rows.sum()), float(problem.columns.sum())
    if not found and abs(left - right) > 1e-9 * max(total, np.finfo(float).tiny):
        side = "columns" if right > left else "rows"
        text = f"the rows add up to {left:.10g}, the columns to {right:.10g}: "
        text += f"{abs(left - right):.6g} too much in the {side}"
        value = f"{left:.10g} and {right:.10g}"
        found.append(Finding("margins", 0, "rows and columns", value, text, "make both sums agree"))
    return found


def _names(names: Sequence[object], which: ArrayLike) -> str:
    listed = [str(names[int(i)]) for i in np.atleast_1d(np.asarray(which))]
    return ", ".join(listed[:8]) + (f" and {len(listed) - 8} more" if len(listed) > 8 else "")


def _failure(problem: _Problem, found: Scaling) -> SolveError:
    figures = {"residual": found.residual, "iterations": float(found.iterations)}
    table = sparse.csr_array(problem.prior)
    if table.nnz and table.data.min() >= 0 and problem.rows.min() >= 0 and problem.columns.min() >= 0:
        table.eliminate_zeros()
        who, where, excess = blocking(table, problem.rows, problem.columns)
        if who.size:
            rows, columns = problem.rows[who].sum(), problem.columns[where].sum()
            return SolveError(
                f"the zero cells do not allow these sums: rows {_names(problem.row_names, who)} add up to {rows:.6g}, "
                f"but they only reach columns {_names(problem.column_names, where)}, which add up to {columns:.6g}: "
                f"{excess:.6g} too much",
                excess=excess,
                **figures,
            )
    return SolveError("the sums are not met; raise max_iterations, or look for cells that must go to 0", **figures)
