"""Why margins cannot be met: the rows that ask for more than the columns open to them hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
_UNITS = 2**30
"""Margins are counted in this many parts of their sum: the flow algorithm wants whole numbers of 32 bits."""


def blocking(pattern: sparse.csr_array, rows: Array, columns: Array) -> tuple[Indices, Indices, float]:
    """Find rows whose sum exceeds that of all columns they can reach (Hall's condition), and by how much.

    A matrix with this zero pattern and these margins exists if and only if the greatest flow source → rows → columns
    → sink fills both margins; otherwise the least cut names the rows and columns in conflict.

    Parameters
    ----------
    pattern
        (row, column); non-zero where a cell may be positive.
    rows, columns
        Margins [money], not negative.

    Returns
    -------
    The rows, the columns, and the excess [money]; two empty lists and 0 if the margins can be met.

    References
    ----------
    Ford, L. R. & Fulkerson, D. R. (1956). Maximal flow through a network. Canadian Journal of Mathematics 8.

    Examples
    --------
    >>> pattern = sparse.csr_array(np.array([[1.0, 0.0], [1.0, 1.0]]))
    >>> who, where, excess = blocking(pattern, np.array([3.0, 1.0]), np.array([2.0, 2.0]))
    >>> who.tolist(), where.tolist(), round(excess, 6)
    ([0], [0], 1.0)
    """
    m, n = pattern.shape
    total = max(float(rows.sum()), float(columns.sum()), np.finfo(float).tiny)
    u = np.rint(rows / total * _UNITS).astype(np.int32)
    v = np.rint(columns / total * _UNITS).astype(np.int32)
    cells = sparse.coo_array(pattern)
    source, sink = m + n, m + n + 1
    starts = np.concatenate([np.full(m, source), cells.coords[0], m + np.arange(n)])
    ends = np.concatenate([np.arange(m), m + cells.coords[1], np.full(n, sink)])
    capacity = np.concatenate([u, np.full(cells.nnz, _UNITS, dtype=np.int32), v]).astype(np.int32)
    graph = sparse.csr_array((capacity, (starts, ends)), shape=(m + n + 2, m + n + 2))
    graph.eliminate_zeros()
    result = maximum_flow(graph, source, sink)
    left = sparse.csr_array(graph - result.flow)
    left.eliminate_zeros()
    reached = breadth_first_order(left, source, return_predecessors=False).astype(np.intp)
    who = np.sort(reached[reached < m])
    where = np.sort(reached[(reached >= m) & (reached < m + n)]) - m
    excess = float(rows[who].sum() - columns[where].sum())
    # Rounding to whole parts leaves up to one part a line.
    if excess <= (m + n) / _UNITS * total:
        return who[:0], where[:0], 0.0
    return who, where, excess
