"""Anderson acceleration of the equilibrium map, with its safeguards, compiled as one loop."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .kernels import all_sectors, finish, start
from .problem import Array, Problem, Work, compiled

#: No logarithm moves further than this in one accelerated step; a longer step restarts the history.
LONGEST = 2.0


class Memory(NamedTuple):
    """Differences of residuals and of mapped states, as ring buffers, and their inner products."""

    residuals: Array  # (depth, state)
    images: Array  # (depth, state)
    gram: Array  # (depth, depth)
    last_residual: Array
    last_image: Array
    best: Array  # the state of the smallest residual so far
    held: Array  # (2,): differences held, whether a last point is held


def memory(size: int, depth: int = 8) -> Memory:
    """An empty history for a state of `size` entries."""
    e = np.empty
    return Memory(e((depth, size)), e((depth, size)), np.zeros((depth, depth)), e(size), e(size), e(size), np.zeros(2))


@compiled
def _solve(gram: Array, right: Array, size: int) -> Array:
    """Solve the normalised, slightly ridged normal equations by Cholesky; zeros where they cannot be solved."""
    scale = np.empty(size)
    for a in range(size):
        scale[a] = 1.0 / np.sqrt(gram[a, a]) if gram[a, a] > 0.0 else 0.0
    low = np.zeros((size, size))
    x = np.zeros(size)
    for a in range(size):
        for b in range(a + 1):
            s = gram[a, b] * scale[a] * scale[b] + (1e-13 if a == b else 0.0)
            for c in range(b):
                s -= low[a, c] * low[b, c]
            if a == b:
                low[a, a] = np.sqrt(s) if s > 1e-15 else np.inf  # a direction that repeats another one is left out
            else:
                low[a, b] = s / low[b, b]
    for a in range(size):
        s = right[a] * scale[a]
        for c in range(a):
            s -= low[a, c] * x[c]
        x[a] = s / low[a, a]
    for a in range(size - 1, -1, -1):
        s = x[a]
        for c in range(a + 1, size):
            s -= low[c, a] * x[c]
        x[a] = s / low[a, a]
    return x * scale


@compiled
def advance(z: Array, image: Array, logs: int, m: Memory) -> None:
    """Replace `z` by the next accelerated state, given ``image = F(z)``; the first `logs` entries are logarithms."""
    size, depth = z.size, m.residuals.shape[0]
    held = int(m.held[0])
    residual = image - z
    if m.held[1] > 0.0:
        c = held % depth
        for a in range(size):
            m.residuals[c, a] = residual[a] - m.last_residual[a]
            m.images[c, a] = image[a] - m.last_image[a]
        held += 1
        used = min(held, depth)
        right = np.empty(used)
        for b in range(used):
            s = 0.0
            t = 0.0
            for a in range(size):
                s += m.residuals[b, a] * m.residuals[c, a]
                t += m.residuals[b, a] * residual[a]
            m.gram[c, b] = s
            m.gram[b, c] = s
            right[b] = t
        weight = _solve(m.gram, right, used)
        following = image.copy()
        for b in range(used):
            for a in range(size):
                following[a] -= weight[b] * m.images[b, a]
        safe = True
        for a in range(size):
            d = following[a] - z[a]
            near = abs(d) <= LONGEST if a < logs else following[a] >= -1e-9
            safe = safe and near
        m.held[0] = held
        if not safe:
            m.held[0] = 0.0
            for a in range(size):
                following[a] = image[a]
    else:
        following = image.copy()
        m.held[1] = 1.0
    for a in range(size):
        m.last_residual[a] = residual[a]
        m.last_image[a] = image[a]
        d = following[a] - z[a]
        if a < logs and abs(d) > LONGEST:
            d = LONGEST if d > 0.0 else -LONGEST
        z[a] += d


@compiled
def movement(z: Array, image: Array, logs: int) -> float:
    """Largest move of the state, ``max |F(z) − z|``; infinite when any entry is not a number.

    Spending that has grown beyond its unit moves relative to itself: rounding alone would otherwise keep it moving.
    """
    e = 0.0
    for a in range(z.size):
        d = abs(image[a] - z[a])
        if a >= logs and abs(z[a]) > 1.0:
            d /= abs(z[a])
        if not d <= 1e300:
            return np.inf
        e = max(e, d)
    return e


@compiled
def accelerate(p: Problem, z: Array, w: Work, m: Memory, tol: float, most: int) -> tuple[float, int]:
    """Iterate from `z` (in place) until no entry moves more than `tol`; the residual is that of the `z` left behind."""
    logs = p.income.size + p.unit.size + p.split_scale.size
    image = np.empty_like(z)
    best = np.inf
    since = 0
    for count in range(most + 1):
        start(p, z, w)
        all_sectors(p, w)
        finish(p, z, w, image)
        e = movement(z, image, logs)
        if e < best:
            since = since if e > 0.9 * best else 0
            best = e
            m.best[:] = z
        since += 1
        if e <= tol or e == np.inf or count == most or since > 60:
            break
        advance(z, image, logs, m)
    if e > best:
        z[:] = m.best
        e = best
    return e, count
