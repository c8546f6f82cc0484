"""Anderson acceleration for a fixed point x = g(x) whose map is costly and whose vector is short."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Anderson:
    """Propose the next point of a fixed-point iteration from the last few (type II).

    x⁺ = g(x) − Σ γ_k Δg_k with γ the least-squares weights that would cancel the residual r = g(x) − x.

    Parameters
    ----------
    depth
        Number of past differences kept.
    like
        The acceleration of a similar iteration, whose differences serve until there are own ones.

    References
    ----------
    Anderson, D. G. (1965), Iterative procedures for nonlinear integral equations, J. ACM 12(4).

    Examples
    --------
    x = cos x, from 1:

    >>> step, x = Anderson(3), np.array([1.0])
    >>> for _ in range(6):
    ...     x = step(x, np.cos(x))
    >>> round(float(x[0]), 9)
    0.739085133
    """

    def __init__(self, depth: int = 5, like: Anderson | None = None) -> None:
        self.depth = depth
        self._last: tuple[Floats, Floats] | None = None
        self._residuals: list[Floats] = [] if like is None else list(like._residuals)
        self._images: list[Floats] = [] if like is None else list(like._images)

    def note(self, point: Floats, image: Floats) -> None:
        """Take a point and its image into the differences that are known."""
        residual = image - point
        if self._last is not None:
            self._residuals.append((residual - self._last[0]).ravel())
            self._images.append((image - self._last[1]).ravel())
            del self._residuals[: -self.depth], self._images[: -self.depth]
        self._last = residual, image

    def __call__(self, point: Floats, image: Floats) -> Floats:
        """Take a point and its image; return the point to try next."""
        self.note(point, image)
        if not self._residuals:
            return image.copy()
        residual = (image - point).ravel()
        weights = np.linalg.lstsq(np.stack(self._residuals, axis=-1), residual, rcond=1e-10)[0]
        return np.asarray(image - (weights @ np.stack(self._images)).reshape(image.shape))
