"""The second eigenvector of a bipartite network by its small symmetric side; plain arrays only."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse as sp
import scipy.sparse.linalg as sla
from numpy.typing import NDArray

from yijiang.errors import SolveError

Array = NDArray[np.float64]
Presence = Array | sp.csr_array
#: Up to this side a full symmetric factorisation is faster than Lanczos iterations (measured on 2 cores).
DENSE_SIDE = 600


def components(presence: Presence) -> tuple[int, NDArray[np.int32], NDArray[np.int32]]:
    """Return the number of parts of the network and the part of every region and of every activity."""
    network = sp.csr_array(presence)
    rows, columns = network.shape
    whole: Any = sp.block_array([[None, network], [network.T, None]], format="csr")
    count, part = sp.csgraph.connected_components(whole, directed=False)
    return int(count), part[:rows], part[rows : rows + columns]


def second_pair(presence: Presence) -> tuple[Array, Array, float]:
    """Return the two leading eigenpairs after the trivial one of M̃ M̃ᵀ on the regions' side.

    With degrees u (regions) and v (activities) and H = D_u^−1/2 M D_v^−1/2, the matrix D_u^−1 M D_v^−1 Mᵀ has the
    eigenvectors D_u^−1/2 x of the symmetric H Hᵀ, and Hᵀ H has the same eigenvalues; the smaller of both is solved.

    Parameters
    ----------
    presence
        M (region, activity), 0 or 1, no empty row or column.

    Returns
    -------
    vector
        Second eigenvector (region,), unscaled.
    values
        Second and third eigenvalue; the third is 0 where there is none.
    residual
        Largest entry of the residual of the symmetric eigenproblem, for a vector of length 1.

    Raises
    ------
    SolveError
        If the Lanczos iterations do not converge.
    """
    u = np.asarray(presence.sum(axis=1)).ravel()
    v = np.asarray(presence.sum(axis=0)).ravel()
    half = _scaled(presence, 1 / np.sqrt(u), 1 / np.sqrt(v))
    wide = presence.shape[0] <= presence.shape[1]
    small: Any = half if wide else half.T
    trivial = np.sqrt(u if wide else v)
    trivial /= np.linalg.norm(trivial)
    vectors, values = _leading(small, trivial)
    x = vectors[:, 0]
    product = small @ (small.T @ x) - trivial * (trivial @ x)
    residual = float(np.abs(product - values[0] * x).max())
    if not wide:
        x = half @ x
        x /= np.linalg.norm(x)
    return x / np.sqrt(u), values, residual


def _scaled(presence: Presence, rows: Array, columns: Array) -> Presence:
    if isinstance(presence, sp.csr_array):
        return sp.csr_array(sp.diags_array(rows) @ presence @ sp.diags_array(columns))
    result: Array = presence * rows[:, None]
    result *= columns
    return result


def _leading(small: Any, trivial: Array) -> tuple[Array, Array]:
    """Return the two leading eigenvectors and eigenvalues of small smallᵀ without its trivial pair."""
    side = small.shape[0]
    if side <= DENSE_SIDE:
        gram: Any = small @ small.T
        dense = gram.toarray() if hasattr(gram, "toarray") else gram
        dense -= np.outer(trivial, trivial)
        values, vectors = scipy.linalg.eigh(dense, subset_by_index=[max(side - 2, 0), side - 1])
    else:

        def apply(x: Array) -> Array:
            x = x.ravel()
            result: Array = small @ (small.T @ x) - trivial * (trivial @ x)
            return result

        operator: Any = sla.LinearOperator((side, side), matvec=apply, dtype=np.float64)
        start = np.random.default_rng(0).standard_normal(side)
        try:
            values, vectors = sla.eigsh(operator, k=2, which="LA", v0=start, tol=0)
        except sla.ArpackNoConvergence as failed:
            raise SolveError(
                "the eigenvectors of the complexity did not converge", found=len(failed.eigenvalues)
            ) from failed
    pair = np.zeros(2)
    pair[: len(values)] = values[::-1]
    return vectors[:, ::-1], pair
