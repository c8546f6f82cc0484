"""One factorisation of I − A, used again for every right side; the inverse only when it is asked for."""

from __future__ import annotations

import contextlib
from typing import Any, Literal

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import splu

from yijiang.economy.equilibrium.krylov import gmres
from yijiang.errors import SolveError

Floats = NDArray[np.float64]

#: Up to this many right sides an iteration costs less than factoring; below this size factoring costs nothing.
FEW = {"dense": 1, "sparse": 8}
LARGE = 1500
#: Largest residual a solve may have.
TOLERANCE = 1e-8
ITERATIVE_TOLERANCE = 1e-13
#: Right sides up to which every residual is computed; above, that of fixed combinations of them.
EVERY = 16
PROBES = 4
#: Matrices up to this size are inverted whole.
WHOLE = 300


class Leontief:
    """The matrix I − A, solved from the left or the right.

    Dense A is factored by LAPACK, sparse A by SuperLU, once; a first question with very few right sides on a large
    table is answered by GMRES without factoring. `residual` is the largest ‖(I − A) x − y‖∞ ÷ max(‖x‖∞, ‖y‖∞) of all.

    Parameters
    ----------
    A
        Input coefficients, dense or sparse.

    Examples
    --------
    >>> system = Leontief(np.array([[0.15, 0.25], [0.20, 0.05]]))
    >>> system.solve(np.array([600.0, 1500.0])).round(1).tolist(), system.residual < 1e-15
    ([1247.5, 1841.6], True)
    """

    def __init__(self, A: Floats | sp.csr_array) -> None:
        self.A = A
        self.size = int(A.shape[0])
        self.kind: Literal["dense", "sparse"] = "sparse" if sp.issparse(A) else "dense"
        self.residual = 0.0
        self.last = 0.0
        self._factor: Any = None
        self._inverse: Floats | None = None

    @property
    def factored(self) -> bool:
        """Whether the factorisation has been made."""
        return self._factor is not None

    def factor(self) -> Any:
        """Factor I − A, once."""
        if self._factor is not None:
            return self._factor
        if self.kind == "sparse":
            matrix = sp.csc_array(sp.eye_array(self.size) - self.A)
            try:
                self._factor = splu(matrix)
            except RuntimeError as error:
                raise SolveError("I − A is singular") from error
            return self._factor
        # The transpose of a C-ordered array is in Fortran order, so LAPACK factors (I − A)ᵀ without a further copy.
        work = -np.asarray(self.A)
        work.flat[:: self.size + 1] += 1.0
        lu, pivots, info = la.lapack.dgetrf(work.T, overwrite_a=True)
        diagonal = np.abs(np.diagonal(lu))
        if info > 0 or diagonal.min(initial=1.0) <= 1e-14 * diagonal.max(initial=1.0):
            raise SolveError("I − A is singular", smallest_pivot=float(diagonal.min()))
        self._factor = lu, pivots
        return self._factor

    def solve(self, right: Floats) -> Floats:
        """Return L y for one right side (row,) or several (row, side)."""
        return self._solved(right, transposed=False)

    def solve_transposed(self, right: Floats) -> Floats:
        """Return Lᵀ s for one right side (row,) or several (row, side)."""
        return self._solved(right, transposed=True)

    def _solved(self, right: Floats, transposed: bool) -> Floats:
        right = np.asarray(right, dtype=np.float64)
        sides = 1 if right.ndim == 1 else right.shape[1]
        if self._inverse is not None:  # Whoever asked for L has paid for every later question.
            product = np.ascontiguousarray((self._inverse.T if transposed else self._inverse) @ right)
            self.check(product, right, transposed)
            return product
        if not self.factored and self.size >= LARGE and sides <= FEW[self.kind]:
            found = self._iterated(right.reshape(self.size, -1), transposed)
            if found is not None:
                found = found.reshape(right.shape)
                self.check(found, right, transposed)
                return found
        factor = self.factor()
        if self.kind == "sparse":
            found = factor.solve(right, trans="T" if transposed else "N")
        else:
            found, _ = la.lapack.dgetrs(*factor, right.reshape(self.size, -1), trans=0 if transposed else 1)
            found = found.reshape(right.shape)
        found = np.ascontiguousarray(found)
        self.check(found, right, transposed)
        return found

    def _iterated(self, right: Floats, transposed: bool) -> Floats | None:
        """GMRES for every side; None where it does not get there, so that factoring is left to do it."""
        matrix = self.A.T if transposed else self.A
        found = np.empty_like(right)
        for k in range(right.shape[1]):
            found[:, k], reached = gmres(
                lambda v: np.asarray(v - matrix @ v), np.ascontiguousarray(right[:, k]), ITERATIVE_TOLERANCE
            )
            if reached > 10 * ITERATIVE_TOLERANCE:
                return None
        return found

    def check(self, found: Floats, right: Floats, transposed: bool) -> float:
        """Measure the residual of a solve; of many sides, that of fixed combinations of them.

        Raises
        ------
        SolveError
            If it is above `TOLERANCE`.
        """
        x, b = found.reshape(self.size, -1), right.reshape(self.size, -1)
        if x.shape[1] > EVERY:
            mix = _mix(x.shape[1])
            x, b = x @ mix, b @ mix
        residual = self.distance(x, b, transposed)
        if not residual <= TOLERANCE:
            raise SolveError("I − A could not be solved", residual=residual)
        self.last = residual
        self.residual = max(self.residual, residual)
        return residual

    def distance(self, x: Floats, b: Floats, transposed: bool) -> float:
        """Return ‖(I − A) x − b‖∞ ÷ max(‖x‖∞, ‖b‖∞)."""
        matrix = self.A.T if transposed else self.A
        scale = np.maximum(np.abs(b).max(initial=0.0), np.abs(x).max(initial=0.0))
        return float(np.abs(x - matrix @ x - b).max(initial=0.0) / scale) if scale > 0 else 0.0

    def inverse(self) -> Floats:
        """Form L = (I − A)⁻¹, once.

        A dense table is inverted by halves (`by_halves`), which needs no factors; where the residual of that is not as
        small as that of LAPACK, as with a table whose columns spend more than they earn, by LAPACK's factors.
        """
        if self._inverse is None:
            self._inverse = self.solve(np.eye(self.size)) if self.kind == "sparse" else self._dense_inverse()
        return self._inverse

    def _dense_inverse(self) -> Floats:
        probe = _mix(self.size)
        if not self.factored:
            work = -np.asarray(self.A)
            work.flat[:: self.size + 1] += 1.0
            with np.errstate(all="ignore"), contextlib.suppress(la.LinAlgError):
                result = by_halves(work)
                if self.distance(result @ probe, probe, transposed=False) <= ITERATIVE_TOLERANCE:
                    self.check(result @ probe, probe, transposed=False)
                    return result
        lu, pivots = self.factor()
        # From the factors: two thirds of what an inversion from the start would cost.
        work, _ = la.lapack.dgetri_lwork(self.size)
        inverse, info = la.lapack.dgetri(lu, pivots, lwork=int(work))
        if info:
            raise SolveError("I − A is singular")
        result = np.ascontiguousarray(inverse.T)
        self.check(result @ probe, probe, transposed=False)
        return result


def by_halves(matrix: Floats) -> Floats:
    """Invert a matrix by its halves and the Schur complement, which is nearly all matrix products.

    No pivots are taken, so it is meant for I − A with column sums of A below one, where none are needed (Higham,
    Accuracy and Stability of Numerical Algorithms, 2nd ed., 2002, chapters 8, 9 and 13). The caller measures the
    residual.
    """
    size = len(matrix)
    if size <= WHOLE:
        return np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    half = size // 2
    upper = by_halves(matrix[:half, :half])
    below = matrix[half:, :half] @ upper
    result = np.empty_like(matrix)
    corner = by_halves(matrix[half:, half:] - below @ matrix[:half, half:])
    result[half:, half:] = corner
    left = corner @ below
    np.negative(left, out=result[half:, :half])
    beside = upper @ matrix[:half, half:]
    np.negative(beside @ corner, out=result[:half, half:])
    np.add(upper, beside @ left, out=result[:half, :half])
    return result


def _mix(sides: int) -> Floats:
    """Fixed combinations of right sides (side, probe)."""
    return np.cos(np.outer(np.arange(1, sides + 1), np.arange(1, PROBES + 1)) ** 2)
