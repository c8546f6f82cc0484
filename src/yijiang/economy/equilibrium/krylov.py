"""GMRES with a memory of the directions it has tried; every sum in a fixed order, whatever the number of threads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .problem import Array, compiled


@compiled
def _orthogonalise(basis: Array, count: int, v: Array, h: Array) -> float:
    """Take the first `count` directions out of `v`, twice; returns what is left of its length."""
    for _ in range(2):
        for a in range(count):
            s = 0.0
            for i in range(v.size):
                s += basis[a, i] * v[i]
            h[a] += s
            for i in range(v.size):
                v[i] -= s * basis[a, i]
    s = 0.0
    for i in range(v.size):
        s += v[i] * v[i]
    return float(np.sqrt(s))


def gmres(
    product: Callable[[Array], Array], right: Array, tol: float, directions: int = 60, rounds: int = 4
) -> tuple[Array, float]:
    """Solve ``A x = right`` by restarted GMRES.

    Parameters
    ----------
    product
        ``v ↦ A v``.
    right : (state,)
    tol
        Length of the remaining residual, as a share of that of `right`.
    directions, rounds
        Directions kept before a restart, and number of starts.

    Returns
    -------
    x : (state,) and the length of the residual reached, as a share of that of `right`.

    Source: Saad and Schultz (1986), SIAM Journal on Scientific and Statistical Computing 7(3).
    """
    x = np.zeros_like(right)
    length = float(np.sqrt((right * right).sum()))
    if length == 0.0:
        return x, 0.0
    rest = right.copy()
    reached = 1.0
    for _ in range(rounds):
        before = reached
        x = x + _cycle(product, rest, tol * length, directions)
        rest = right - product(x)
        reached = float(np.sqrt((rest * rest).sum())) / length
        if not tol < reached < 0.5 * before:
            break
    return x, reached


def _cycle(product: Callable[[Array], Array], right: Array, goal: float, directions: int) -> Array:
    """One start of GMRES: minimise the residual over at most `directions` directions."""
    basis = np.empty((directions + 1, right.size))
    upper, turns = np.zeros((directions, directions)), np.zeros((directions, 2))
    rest = np.zeros(directions + 1)
    rest[0] = np.sqrt((right * right).sum())
    basis[0] = right / rest[0] if rest[0] > 0 else right
    count = 0
    while count < directions and abs(rest[count]) > goal:
        column = np.zeros(directions + 1)
        v = product(basis[count])
        below = _orthogonalise(basis, count + 1, v, column)
        for a in range(count):  # earlier rotations
            c, s = turns[a]
            column[a], column[a + 1] = c * column[a] + s * column[a + 1], c * column[a + 1] - s * column[a]
        size = np.hypot(column[count], below)
        if not 0.0 < size < np.inf:
            break
        c, s = column[count] / size, below / size
        turns[count] = c, s
        upper[:count, count], upper[count, count] = column[:count], size
        rest[count + 1], rest[count] = -s * rest[count], c * rest[count]
        count += 1
        if below <= 1e-14 * size:  # the space is exhausted: the solution is exact
            break
        basis[count] = v / below
    weight = np.linalg.solve(upper[:count, :count], rest[:count]) if count else np.zeros(0)
    return np.asarray(weight @ basis[:count])
