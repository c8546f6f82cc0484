"""Variables and constraints of a linear programme by name, gathered as plain arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from .problem import Floats, Ints


class Model:
    """A linear programme as it is written down; `engine` hands it to the solver.

    Attributes
    ----------
    variables, constraints
        By name, the number of each column and row, in the shape they were added in.

    Examples
    --------
    Two projects, of which one may be done; their columns are 0 and 1.

    >>> model = Model()
    >>> done = model.add_variables("done", 2, 0.0, 1.0, whole=True)
    >>> model.add_constraints("one", -np.inf, 1.0, (1.0, done[None, :]))
    >>> model.matrix().toarray().tolist(), model.bounds("row")[1].tolist()
    ([[1.0, 1.0]], [1.0])
    """

    def __init__(self) -> None:
        self.variables: dict[str, Ints] = {}
        self.constraints: dict[str, Ints] = {}
        self.whole: list[int] = []
        self._bounds: dict[str, list[Floats]] = {"column": [np.zeros((2, 0))], "row": [np.zeros((2, 0))]}
        self._terms: list[tuple[Ints, Ints, Floats]] = []
        self._count = {"column": 0, "row": 0}

    @property
    def columns(self) -> int:
        """Number of variables."""
        return self._count["column"]

    def bounds(self, side: str) -> Floats:
        """Lower and upper bound of every "column" or "row" (2, …)."""
        return np.concatenate(self._bounds[side], axis=1)

    def matrix(self) -> sparse.csr_array:
        """The coefficients (row, column)."""
        rows, columns, values = (np.concatenate(part) for part in zip(*self._terms, strict=True))
        table = sparse.csr_array((values, (rows, columns)), shape=(self._count["row"], self.columns))
        table.eliminate_zeros()
        return table

    def add_variables(
        self, name: str, shape: int | tuple[int, ...], lower: ArrayLike, upper: ArrayLike, whole: bool = False
    ) -> Ints:
        """Add an array of variables and return their columns, in that shape."""
        columns = self.variables[name] = self._more("column", np.zeros(shape), lower, upper)
        if whole:
            self.whole += columns.ravel().tolist()
        return columns

    def add_constraints(self, name: str, low: ArrayLike, high: ArrayLike, *terms: tuple[ArrayLike, Ints]) -> None:
        """Add rows  low ≤ Σ values · variables ≤ high.

        Parameters
        ----------
        low, high : (row,)
            Infinite where a side is free.
        terms
            Values and columns that broadcast to (row, …); what stands in one row is added up.
        """
        count = len(np.broadcast_arrays(*terms[0])[1])
        rows = self.constraints[name] = self._more("row", np.zeros(count), low, high)
        for values, columns in terms:
            factor, at = np.broadcast_arrays(np.asarray(values, dtype=np.float64), columns)
            row = np.repeat(rows, at[0].size if count else 0)
            self._terms.append((row, at.ravel(), factor.ravel()))

    def _more(self, side: str, like: Floats, low: ArrayLike, high: ArrayLike) -> Ints:
        first = self._count[side]
        self._count[side] += like.size
        self._bounds[side].append(np.stack([np.broadcast_to(bound, like.shape).ravel() for bound in (low, high)]))
        return np.arange(first, self._count[side]).reshape(like.shape)
