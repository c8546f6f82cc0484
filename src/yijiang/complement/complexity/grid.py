"""A table of regions × activities in whatever form it comes, its checks, and results in the same form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
import xarray as xr
from numpy.typing import NDArray

from yijiang.errors import DataError, Finding, OptionError

Array = NDArray[np.float64]
Table = Any
"""A NumPy array, SciPy sparse array, DataFrame or DataArray of regions × activities."""

#: Faults listed by cell; the rest is counted.
MOST_FINDINGS = 20


@dataclass(frozen=True)
class Grid:
    """Checked values (region, activity), dense or CSR, and how to give results back in the user's form."""

    cells: Array | sp.csr_array
    source: Table

    @property
    def shape(self) -> tuple[int, int]:
        """Number of regions and of activities."""
        return int(self.cells.shape[0]), int(self.cells.shape[1])

    @property
    def regions(self) -> list[str]:
        """Names of the rows; "region 0", "region 1", … where the table has none."""
        return _names(self.source, 0, "region")

    @property
    def activities(self) -> list[str]:
        """Names of the columns; "activity 0", "activity 1", … where the table has none."""
        return _names(self.source, 1, "activity")

    def by_region(self, vector: Array, name: str) -> Any:
        """Return one number per region in the form of the source."""
        return self._vector(vector, 0, name)

    def by_activity(self, vector: Array, name: str) -> Any:
        """Return one number per activity in the form of the source."""
        return self._vector(vector, 1, name)

    def _vector(self, vector: Array, axis: int, name: str) -> Any:
        if isinstance(self.source, pd.DataFrame):
            return pd.Series(vector, self.source.axes[axis], name=name)
        if isinstance(self.source, xr.DataArray):
            dimension = self.source.dims[axis]
            coordinates = {k: v for k, v in self.source.coords.items() if v.dims == (dimension,)}
            return xr.DataArray(vector, coordinates, (dimension,), name=name)
        return vector

    def table(self, values: Any, name: str) -> Any:
        """Return a table of regions × activities in the form of the source."""
        if isinstance(self.source, pd.DataFrame):
            return pd.DataFrame(values, self.source.index, self.source.columns)
        if isinstance(self.source, xr.DataArray):
            return self.source.copy(data=values).rename(name)
        return values

    def square(self, values: Any, name: str) -> Any:
        """Return a table of activities × activities in the form of the source."""
        if isinstance(self.source, pd.DataFrame):
            return pd.DataFrame(values, self.source.columns, self.source.columns)
        if isinstance(self.source, xr.DataArray):
            dimension = str(self.source.dims[1])
            labels = self.source.coords[dimension].to_numpy() if dimension in self.source.coords else None
            other = f"{dimension}_other"
            coordinates = {} if labels is None else {dimension: labels, other: labels}
            return xr.DataArray(values, coordinates, (dimension, other), name=name)
        return values


def read_grid(table: Table) -> Grid:
    """Check a table of regions × activities and return its values.

    Raises
    ------
    OptionError
        If it is not two-dimensional, or has no row or no column.
    DataError
        If a value is missing, infinite or negative, or a name stands twice; each named by region and activity.

    Examples
    --------
    >>> read_grid(np.array([[1.0, -2.0]]))
    Traceback (most recent call last):
        ...
    yijiang.errors.DataError: 1 finding in the input
      table, line 2, activity 1 = '-2.0': region 0: a value is negative; give values of 0 or more
    """
    values = _sparse(table) if sp.issparse(table) else np.asarray(table, dtype=np.float64)
    if values.ndim != 2 or 0 in values.shape:
        raise OptionError(f"a table of regions × activities is needed, not an array of shape {values.shape}")
    grid = Grid(values, table if hasattr(table, "shape") else values)
    found = [*_double_names(grid), *_faulty_cells(grid)]
    if found:
        raise DataError(found)
    return grid


def _sparse(table: Table) -> sp.csr_array:
    # A copy, because adding up double entries changes the array in place.
    values: Any = sp.csr_array(table, dtype=np.float64, copy=True)
    values.sum_duplicates()
    result: sp.csr_array = values
    return result


def _names(source: Table, axis: int, what: str) -> list[str]:
    if isinstance(source, pd.DataFrame):
        return [str(name) for name in source.axes[axis]]
    if isinstance(source, xr.DataArray) and source.dims[axis] in source.coords:
        return [str(name) for name in source.coords[source.dims[axis]].to_numpy()]
    return [f"{what} {k}" for k in range(source.shape[axis])]


def _double_names(grid: Grid) -> list[Finding]:
    if not isinstance(grid.source, (pd.DataFrame, xr.DataArray)):
        return []

    def repeated(names: Sequence[str]) -> list[str]:
        return sorted({str(n) for n in pd.Index(names)[pd.Index(names).duplicated()]})

    remedy = "give every region and every activity one row and one column"
    both = [("region", name) for name in repeated(grid.regions)]
    both += [("activity", name) for name in repeated(grid.activities)]
    return [Finding("table", 0, what, name, "the name stands twice", remedy) for what, name in both]


def _faulty_cells(grid: Grid) -> list[Finding]:
    values: Array = grid.cells.data if isinstance(grid.cells, sp.csr_array) else grid.cells
    wrong = ~(np.isfinite(values) & (values >= 0))
    if not wrong.any():
        return []
    if isinstance(grid.cells, sp.csr_array):
        places: NDArray[Any] = np.stack(sp.coo_array(grid.cells).coords)[:, wrong].T
    else:
        places = np.argwhere(wrong)
    regions, activities = grid.regions, grid.activities
    found = []
    for (row, column), value in list(zip(places, values[wrong], strict=True))[:MOST_FINDINGS]:
        problem = "is negative" if value < 0 else "is missing or not finite"
        text = f"{regions[row]}: a value {problem}"
        found.append(Finding("table", int(row) + 2, activities[column], str(value), text, "give values of 0 or more"))
    if len(places) > MOST_FINDINGS:
        left = f"{len(places) - MOST_FINDINGS} more values are negative, missing or not finite"
        found.append(Finding("table", 0, "", "", left, "give values of 0 or more"))
    return found
