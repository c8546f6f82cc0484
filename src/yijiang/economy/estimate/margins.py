"""A table and the sums it must have: read by name, held cells taken out, every fault listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from yijiang.economy.estimate.scaling import Array, Matrix, largest_of
from yijiang.errors import DataError, Finding, OptionError

#: A sum this small beside the largest is what rounding leaves of held cells, not a sum.
ROUNDING = 1e-13


@dataclass(frozen=True)
class Held:
    """Surveyed cells: where they are, and what they are."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    value: Array


@dataclass(frozen=True)
class Problem:
    """The free cells of a table, what is left of the sums for them, and the sums as given."""

    prior: Matrix
    rows: Array
    columns: Array
    wanted_rows: Array
    wanted_columns: Array
    row_names: Sequence[object]
    column_names: Sequence[object]
    held: Held | None

    @property
    def signed(self) -> bool:
        """Whether a free cell is negative."""
        cells = self.prior if isinstance(self.prior, np.ndarray) else self.prior.data
        return bool(cells.size) and float(cells.min()) < 0


def read_problem(prior: Any, rows: Any, columns: Any, held: Any) -> tuple[Problem, list[Finding]]:
    """Read a table, its sums and its held cells; the findings are what is wrong with their shape, names and figures."""
    found: list[Finding] = []
    matrix: Matrix
    if sparse.issparse(prior):
        given: Any = prior
        thin = sparse.csr_array(given, dtype=float, copy=True)
        thin.sum_duplicates()
        matrix = thin
    else:
        matrix = np.array(prior, dtype=float, order="C")
    if matrix.ndim != 2:
        raise OptionError(f"the table must have two dimensions, not {matrix.ndim}")
    frame = isinstance(prior, pd.DataFrame)
    row_names: Sequence[object] = list(prior.index) if frame else range(matrix.shape[0])
    column_names: Sequence[object] = list(prior.columns) if frame else range(matrix.shape[1])
    u = _margin(rows, row_names, "rows", found, by_name=frame)
    v = _margin(columns, column_names, "columns", found, by_name=frame)
    cells = matrix if isinstance(matrix, np.ndarray) else matrix.data
    if not np.isfinite(cells).all():
        found.append(Finding("prior", 0, "", "", "a cell is not a number", "fill every cell; 0 for none"))
    for what, margin, names in (("rows", u, row_names), ("columns", v, column_names)):
        for i in np.flatnonzero(~np.isfinite(margin)).tolist():
            found.append(Finding("margins", 0, what, str(names[i]), "the sum is not a number", "enter it"))
    kept = None
    left_u, left_v = u, v
    if held is not None and not found:
        kept = _held(held, row_names, column_names, frame, found)
        matrix, left_u, left_v = _without(matrix, u, v, kept)
    return Problem(matrix, left_u, left_v, u, v, row_names, column_names, kept), found


def _margin(values: Any, names: Sequence[object], what: str, found: list[Finding], *, by_name: bool) -> Array:
    """One margin as an array, in the order of the table's names."""
    if by_name and isinstance(values, pd.Series):
        known, given = set(names), set(values.index)
        missing = [str(n) for n in names if n not in given]
        extra = [str(n) for n in values.index if n not in known]
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


def _held(
    held: Any, row_names: Sequence[object], column_names: Sequence[object], frame: bool, found: list[Finding]
) -> Held:
    """Held cells from a mapping {(row, column): value}, or from a table with blanks where a cell is free."""
    places: list[tuple[int, int, float]] = []
    if isinstance(held, Mapping):
        at_row = {name: i for i, name in enumerate(row_names)}
        at_column = {name: j for j, name in enumerate(column_names)}
        for (row, column), value in held.items():
            if row not in at_row or column not in at_column:
                text = "no such cell in the table"
                found.append(Finding("held", 0, f"{row}, {column}", f"{value:g}", text, "use the table's names"))
            else:
                places.append((at_row[row], at_column[column], float(value)))
    else:
        if isinstance(held, pd.DataFrame) and frame:
            unknown = [n for n in held.index if n not in set(row_names)]
            unknown += [n for n in held.columns if n not in set(column_names)]
            for name in unknown:
                found.append(Finding("held", 0, str(name), "", "the table has no such name", "use the table's names"))
            held = held.reindex(index=list(row_names), columns=list(column_names))
        table = np.asarray(held, dtype=float)
        if table.shape != (len(row_names), len(column_names)):
            raise OptionError(f"held has shape {table.shape}, the table {(len(row_names), len(column_names))}")
        places = [(i, j, float(table[i, j])) for i, j in np.argwhere(~np.isnan(table)).tolist()]
    for i, j, value in places:
        if not np.isfinite(value):
            where = f"{row_names[i]}, {column_names[j]}"
            found.append(Finding("held", 0, where, f"{value:g}", "is not a number", "enter the surveyed value"))
    r, c, values = (np.array([p[k] for p in places]) for k in range(3))
    return Held(r.astype(np.intp), c.astype(np.intp), values.astype(float))


def _without(matrix: Matrix, u: Array, v: Array, held: Held) -> tuple[Matrix, Array, Array]:
    """The table without its held cells, and the sums that are left for the others."""
    if isinstance(matrix, np.ndarray):
        matrix[held.rows, held.columns] = 0.0
    else:
        shape = matrix.shape
        place = np.repeat(np.arange(shape[0]), np.diff(matrix.indptr)) * shape[1] + matrix.indices
        matrix.data[np.isin(place, held.rows * shape[1] + held.columns)] = 0.0
    largest = largest_of(u, v)
    left = []
    for margin, where in ((u, held.rows), (v, held.columns)):
        rest = margin - np.bincount(where, held.value, margin.size)
        rest[np.abs(rest) <= ROUNDING * max(largest, float(np.abs(held.value).max(initial=0.0)))] = 0.0
        left.append(rest)
    return matrix, left[0], left[1]


def check(problem: Problem, tol: float, *, signed: bool) -> list[Finding]:
    """List what no balancing can mend: signs, lines without a cell to hold their sum, sums that disagree."""
    found: list[Finding] = []
    if not signed and problem.signed:
        found.append(Finding("prior", 0, "", "", "a cell is negative", "use gras for cells of both signs"))
    after = " beside its held cells" if problem.held is not None else ""
    for what, margin, names, axis in (
        ("rows", problem.rows, problem.row_names, 1),
        ("columns", problem.columns, problem.column_names, 0),
    ):
        positive = np.asarray((problem.prior > 0).sum(axis=axis)) > 0
        negative = np.asarray((problem.prior < 0).sum(axis=axis)) > 0
        below = (margin < 0) & (not signed)
        for i in np.flatnonzero(below).tolist():
            text = f"the sum of {names[i]} is negative ({margin[i]:.6g})"
            remedy = "correct it, or use gras"
            if after:
                text, remedy = (
                    f"{names[i]} is left with {margin[i]:.6g}{after}",
                    "lower the held cells, or raise its sum",
                )
            found.append(Finding("margins", 0, what, str(names[i]), text, remedy))
        lost = ((margin > 0) & ~positive) | ((margin < 0) & ~negative & signed)
        for i in np.flatnonzero(lost).tolist():
            text = f"{names[i]} must add up to {margin[i]:.6g}{after} but has no cell of that sign"
            found.append(Finding("prior", 0, what, str(names[i]), text, "give it a cell, or set the sum to 0"))
    left, right = float(problem.wanted_rows.sum()), float(problem.wanted_columns.sum())
    total = float(np.abs(problem.wanted_rows).sum() + np.abs(problem.wanted_columns).sum())
    # A smaller difference is within the residual asked for, or is what adding up in another order makes.
    allowed = max(tol * largest_of(problem.wanted_rows, problem.wanted_columns), ROUNDING * total)
    if abs(left - right) > allowed:
        side = "columns" if right > left else "rows"
        text = f"the rows add up to {left:.10g}, the columns to {right:.10g}: "
        text += f"{abs(left - right):.6g} too much in the {side}"
        value = f"{left:.10g} and {right:.10g}"
        found.append(Finding("margins", 0, "rows and columns", value, text, "make both sums agree"))
    return found


def raise_if(found: Sequence[Finding]) -> None:
    """Raise every finding at once."""
    if found:
        raise DataError(found)
