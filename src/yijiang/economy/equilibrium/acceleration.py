"""Anderson acceleration of the equilibrium map, with its safeguards, compiled as one loop."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .kernels import finish, start
from .problem import Array, Lanes, Problem, Work, compiled, problem_of, work_of
from .rows import all_sectors

#: No logarithm moves further than this in one accelerated step; a longer step restarts the history.
LONGEST = 2.0
#: A lane that has not come a tenth closer in so many maps is left as it is.
PATIENCE = 60


class Memory(NamedTuple):
    """Differences of residuals and of mapped states, as ring buffers, and their inner products."""

    residuals: Array  # (depth, state)
    images: Array  # (depth, state)
    gram: Array  # (depth, depth)
    last_residual: Array
    last_image: Array
    best: Array  # the state of the smallest residual so far
    held: Array  # (4,): differences held, whether a last point is held, the smallest residual, maps since it fell


def memories(size: int, lanes: int, depth: int = 8) -> Memory:
    """Empty histories for states of `size` entries; the first axis is the lane."""
    e = np.empty
    held = np.zeros((lanes, 4))
    held[:, 2] = np.inf
    return Memory(
        e((lanes, depth, size)), e((lanes, depth, size)), np.zeros((lanes, depth, depth)),
        e((lanes, size)), e((lanes, size)), e((lanes, size)), held,
    )  # fmt: skip


@compiled
def memory_of(m: Memory, s: int) -> Memory:
    """The history of lane `s`."""
    return Memory(
        m.residuals[s], m.images[s], m.gram[s], m.last_residual[s], m.last_image[s], m.best[s], m.held[s]
    )  # fmt: skip


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
    """Replace `z` by the next accelerated state, given ``image = F(z)``; the first `logs` entries are logarithms.

    The others are not negative; with `logs` below zero every entry is free.
    """
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
            near = logs < 0 or (abs(d) <= LONGEST if a < logs else following[a] >= -1e-9)
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
def go_on(z: Array, image: Array, e: float, logs: int, m: Memory, tol: float, last: bool) -> bool:
    """Keep the best state, and unless this is the end move `z` on; at the end `z` is the best state."""
    if e < m.held[2]:
        if e <= 0.9 * m.held[2]:
            m.held[3] = 0.0
        m.held[2] = e
        m.best[:] = z
    m.held[3] += 1.0
    if e <= tol or e == np.inf or last or m.held[3] > PATIENCE:
        if e > m.held[2]:
            z[:] = m.best
        return False
    advance(z, image, logs, m)
    return True


@compiled
def accelerate(
    p: Problem,
    q: Lanes,
    z: Array,
    w: Work,
    m: Memory,
    active: NDArray[np.bool_],
    count: NDArray[np.int64],
    tol: float,
    most: int,
) -> None:
    """Iterate every lane from `z` (in place) until no entry moves more than `tol`; `m.held[:, 2]` is how much it does.

    A lane that ends early waits for the others; the arithmetic of a lane does not depend on how many there are.
    """
    image = np.empty(z.shape[1])
    logs = p.value_added.shape[0] * p.value_added.shape[1] + p.unit.size + p.split_scale.size
    going = True
    while going:
        for s in range(active.size):
            if active[s]:
                start(problem_of(p, q, s), z[s], work_of(w, s))
        all_sectors(p, w, active)
        going = False
        for s in range(active.size):
            if active[s]:
                finish(problem_of(p, q, s), z[s], work_of(w, s), image)
                e = movement(z[s], image, logs)
                active[s] = go_on(z[s], image, e, logs, memory_of(m, s), tol, count[s] >= most)
                if active[s]:
                    count[s] += 1
                    going = True
