"""Revealed comparative advantage, location quotients, and which activities count as present."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
import scipy.sparse as sp
import xarray as xr

from yijiang.complement.complexity.grid import Array, Grid, Table, read_grid
from yijiang.errors import DataError, Finding, OptionError

Kind = Literal["values", "advantage", "presence"]
#: A region has an activity when its share of it is at least its share of everything (Balassa 1965).
THRESHOLD = 1.0
#: How exactly the weighted column means of a table must be 1 for it to be taken as an advantage.
RECOGNISED = 1e-9


def rca(M: Table) -> Any:
    """Return the revealed comparative advantage of every region in every activity.

    RCA[r, a] = (x[r, a] / Σ_a x[r, a]) / (Σ_r x[r, a] / Σ x)

    Parameters
    ----------
    M
        Values x (region, activity) in one unit: exports, output, patents; dense, sparse or labelled.

    Returns
    -------
    array of the same form (region, activity) [1]
        0 where the value is 0, also in a row or a column without any value.

    Raises
    ------
    DataError
        If a value is missing, infinite or negative, or the whole table is 0.

    References
    ----------
    Balassa (1965), The Manchester School 33(2).

    Examples
    --------
    >>> rca([[30, 10], [10, 30]]).tolist()
    [[1.5, 0.5], [0.5, 1.5]]
    """
    grid = read_grid(M)
    return grid.table(_advantage(grid.cells, None), "rca")


def lq(M: Table, reference: Any = None) -> Any:
    """Return the location quotient of every region and activity.

    LQ[r, a] = (x[r, a] / Σ_a x[r, a]) / (X[a] / Σ_a X[a])

    Parameters
    ----------
    M
        Values x (region, activity) in one unit, such as jobs or output.
    reference
        Values X (activity) of the economy the regions are compared with, a country for example; the sum of the
        regions unless given. A Series or DataArray is aligned with the columns by name.

    Returns
    -------
    array of the same form (region, activity) [1]

    Raises
    ------
    DataError
        If a value is missing, infinite or negative, or the reference lacks an activity that a region has.

    References
    ----------
    Miller & Blair (2009), Input–Output Analysis, section 8.2.

    Examples
    --------
    >>> lq([[30, 10]], reference=[50, 50]).tolist()
    [[1.5, 0.5]]
    """
    grid = read_grid(M)
    return grid.table(_advantage(grid.cells, _reference(grid, reference)), "lq")


def presence(M: Table, *, of: Kind | None = None, threshold: float = THRESHOLD) -> Any:
    """Return which activities each region has: 1 where its advantage is at least the threshold, else 0.

    Parameters
    ----------
    M
        Values, their advantage, or presence itself (region, activity).
    of
        Which of the three M is. Unless given it is recognised: a table of only 0 and 1 is presence; a table whose
        columns (or rows, of which there are more) all have the same weighted mean 1 is the advantage of some values;
        every other table holds values, and their advantage is taken.
    threshold
        Least advantage [1] that counts as present.

    Returns
    -------
    array of the same form (region, activity) [0 or 1]

    Raises
    ------
    DataError
        If a value is missing, infinite or negative, or there is no advantage anywhere.
    OptionError
        If the threshold is not positive, or M is said to be presence and is not.

    Examples
    --------
    >>> made = np.array([[30.0, 10.0, 0.0], [10.0, 30.0, 5.0]])
    >>> presence(made).tolist() == presence(rca(made)).tolist() == presence(presence(made)).tolist()
    True
    """
    grid = read_grid(M)
    return grid.table(held(grid, of, threshold), "presence")


def held(grid: Grid, of: Kind | None, threshold: float = THRESHOLD) -> Array | sp.csr_array:
    """Return the presence of checked values (region, activity), dense as 0.0 and 1.0 or CSR."""
    if not threshold > 0:
        raise OptionError(f"the threshold of an advantage must be above 0, not {threshold}")
    values, kind = grid.cells, of or _kind(grid.cells)
    if kind == "presence" and not _binary(values):
        raise OptionError("a table of presence holds only 0 and 1; give of='values' or of='advantage'")
    if kind == "values":
        values = _advantage(values, None)
    if kind == "presence":
        result = values
    elif isinstance(values, sp.csr_array):
        result = sp.csr_array((values >= threshold).astype(np.float64))
    else:
        result = (values >= threshold).astype(np.float64)
    if not result.sum():
        problem = "no region has any activity"
        raise DataError([Finding("table", 0, "", "", problem, f"check the values and the threshold {threshold}")])
    return result


def _kind(values: Array | sp.csr_array) -> Kind:
    if _binary(values):
        return "presence"
    return "advantage" if _is_advantage(values) else "values"


def _binary(values: Array | sp.csr_array) -> bool:
    data = values.data if isinstance(values, sp.csr_array) else values
    return bool(((data == 0) | (data == 1)).all())


def _is_advantage(values: Array | sp.csr_array) -> bool:
    """Say whether weights t with Σ t = 1 give every column (or row, of which there are more) the mean 1.

    The regions' shares of all values are such weights for an advantage, and only for one.
    """
    long = values if values.shape[0] <= values.shape[1] else values.T
    used = np.asarray(long.sum(axis=0)).ravel() > 0
    gram = long @ long.T
    dense = gram.toarray() if sp.issparse(gram) else gram
    total = np.asarray(long.sum(axis=1)).ravel()
    weights = np.linalg.lstsq(dense, total, rcond=None)[0]
    means = np.asarray(long.T @ weights).ravel()[used]
    return bool(abs(weights.sum() - 1) < RECOGNISED and np.abs(means - 1).max(initial=0) < RECOGNISED)


def _advantage(values: Array | sp.csr_array, reference: Array | None) -> Array | sp.csr_array:
    own = np.asarray(values.sum(axis=1)).ravel()
    common = np.asarray(values.sum(axis=0)).ravel() if reference is None else reference
    total = common.sum()
    if not own.sum() or not total:
        raise DataError([Finding("table", 0, "", "", "every value is 0", "give values of at least one region")])
    by_region = np.divide(total, own, out=np.zeros_like(own), where=own > 0)
    by_activity = np.divide(1.0, common, out=np.zeros_like(common), where=common > 0)
    if isinstance(values, sp.csr_array):
        return sp.csr_array(sp.diags_array(by_region) @ values @ sp.diags_array(by_activity))
    result: Array = values * by_region[:, None]
    result *= by_activity
    return result


def _reference(grid: Grid, reference: Any) -> Array | None:
    if reference is None:
        return None
    if isinstance(reference, xr.DataArray):
        reference = reference.to_series()
    if isinstance(reference, pd.Series):
        missing = [name for name in grid.activities if name not in set(reference.index.astype(str))]
        if missing:
            raise OptionError(f"the reference lacks the activities {', '.join(missing)}")
        reference = reference.set_axis(reference.index.astype(str))[grid.activities]
    vector = np.asarray(reference, dtype=np.float64)
    if vector.shape != (grid.shape[1],):
        raise OptionError(f"the reference needs {grid.shape[1]} values, one per activity, not {vector.shape}")
    made = np.asarray(grid.cells.sum(axis=0)).ravel() > 0
    found = [
        Finding("reference", k + 2, grid.activities[k], str(vector[k]), problem, "give what the larger economy has")
        for k in range(len(vector))
        for problem in [_fault(float(vector[k]), bool(made[k]))]
        if problem
    ]
    if found:
        raise DataError(found)
    return vector


def _fault(value: float, made: bool) -> str:
    if not np.isfinite(value) or value < 0:
        return "is negative, missing or not finite"
    return "is 0 although a region has the activity" if made and value == 0 else ""
