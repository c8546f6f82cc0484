"""Find the equilibrium: accelerated iteration, then Newton–GMRES, then the shock in smaller steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yijiang.errors import SolveError

from .acceleration import accelerate, advance, memory, movement
from .derivatives import forward
from .kernels import all_sectors_parallel, finish, start, step
from .krylov import gmres
from .levers import Shock, build, first_state, layout
from .problem import Array, Problem, Work, workspace
from .shares import Base

#: Iterations of the accelerated map before Newton's method takes over.
MOST_ITERATIONS = 400
#: From this many cells on, the sectors of one map run side by side.
PARALLEL_FROM = 4_000_000
#: The smallest part of a shock that is tried on its own, and how many parts are tried in all.
SMALLEST_PART = 1.0 / 256.0
MOST_PARTS = 40
#: Up to this many entries of the state Newton's linear systems are solved directly.
DIRECT_UP_TO = 600


@dataclass(frozen=True)
class Solution:
    """A fixed point of the map with what it took to find it."""

    problem: Problem
    state: Array
    work: Work
    residual: float
    iterations: int


def solve(base: Base, shock: Shock, tol: float = 1e-10, begin: Array | None = None) -> Solution:
    """Solve for the state where wages, prices and spending all move by at most `tol` in one map.

    Parameters
    ----------
    base, shock
        The base equilibrium and the levers.
    tol
        Largest move of any ln w, ln P or X / X₀ in one map.
    begin
        State to begin from, (state,); the base itself without one.

    Raises
    ------
    SolveError
        If no method reaches `tol`; `figures` holds the residual, and the fraction of the shock that could be solved.
    """
    p = build(base, shock)
    w = workspace(p)
    z = np.array(first_state(base, shock) if begin is None else begin)
    residual, count = _attempt(p, z, w, tol, MOST_ITERATIONS)
    if residual > tol:
        z, residual, more = _in_parts(base, shock, p, w, tol)
        count += more
    step(p, z, w, np.empty_like(z))
    return Solution(p, z, w, residual, count)


def refine(p: Problem, z: Array, w: Work, tol: float) -> float:
    """Move `z` on (in place) as far towards `tol` as rounding lets it; returns the residual."""
    return _iterate(p, z, w, tol, 80)[0]


def spectral_radius(p: Problem, z: Array, w: Work) -> float:
    """Largest absolute eigenvalue of the map's derivative at `z`; below one, the plain iteration converges."""
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigs

    step(p, z, w, np.empty_like(z))
    out = np.empty_like(z)

    def product(d: Array) -> Array:
        forward(p, w, np.ascontiguousarray(d).ravel(), out)
        return out.copy()

    if z.size <= 12:
        columns = [product(e) for e in np.eye(z.size)]
        return float(np.abs(np.asarray(np.linalg.eigvals(np.array(columns)))).max())
    operator = LinearOperator((z.size, z.size), matvec=product, dtype=np.float64)
    rng = np.random.default_rng(0)
    try:
        values = eigs(operator, k=1, which="LM", v0=rng.standard_normal(z.size), tol=1e-6, return_eigenvectors=False)
    except ArpackNoConvergence as error:
        if not len(error.eigenvalues):
            raise SolveError("the spectral radius did not converge") from error
        values = np.asarray(error.eigenvalues, dtype=np.complex128)
    return float(np.abs(values).max())


def _iterate(p: Problem, z: Array, w: Work, tol: float, most: int) -> tuple[float, int]:
    """The accelerated map; above `PARALLEL_FROM` cells the same loop with sectors side by side."""
    m = memory(z.size)
    if p.weights.size < PARALLEL_FROM:
        residual, count = accelerate(p, z, w, m, tol, most)
        return float(residual), int(count)
    logs, image = layout(p).logs, np.empty_like(z)
    count = 0
    for count in range(most + 1):  # noqa: B007
        start(p, z, w)
        all_sectors_parallel(p, w)
        finish(p, z, w, image)
        residual = movement(z, image, logs)
        if residual <= tol or residual == np.inf:
            break
        advance(z, image, logs, m)
    return residual, count


def _newton(p: Problem, z: Array, w: Work, tol: float, most: int = 25) -> tuple[float, int]:
    """Newton's method on ``F(z) − z`` with the analytic derivative; GMRES for large systems."""
    logs, image, out = layout(p).logs, np.empty_like(z), np.empty_like(z)
    count, parallel = 0, p.weights.size >= PARALLEL_FROM

    def product(d: Array) -> Array:
        forward(p, w, d, out, parallel)
        return d - out

    def direction(e: float) -> Array:
        if z.size <= DIRECT_UP_TO:
            columns = np.array([product(unit) for unit in np.eye(z.size)])
            return np.asarray(np.linalg.lstsq(columns.T, image - z, rcond=1e-15)[0])
        return gmres(product, image - z, min(0.1, max(0.1 * e, 1e-8)))[0]

    step(p, z, w, image)
    e = movement(z, image, logs)
    for _ in range(most):
        if e <= tol or e == np.inf:
            break
        d = direction(e)
        t, taken = 1.0, False
        while t > 1e-3 and not taken:
            trial = z + t * d
            if trial[logs:].min() >= -1e-9 and np.abs(t * d[:logs]).max() <= 2.0:
                step(p, trial, w, image)
                count += 1
                new = movement(trial, image, logs)
                taken = new < (1 - 1e-4 * t) * e
            t *= 0.5
        if not taken:
            step(p, z, w, image)
            break
        z[:], e = trial, new
    return float(e), count


def _attempt(p: Problem, z: Array, w: Work, tol: float, most: int) -> tuple[float, int]:
    """Accelerated map, then Newton–GMRES from where it stopped; `z` is left at the better of the two."""
    residual, count = _iterate(p, z, w, tol, most)
    if tol < residual < np.inf:
        residual, more = _newton(p, z, w, tol)
        count += more
    return residual, count


def _in_parts(base: Base, shock: Shock, p: Problem, w: Work, tol: float) -> tuple[Array, float, int]:
    """Follow the solution from the base to the whole shock, each part begun on the line through the last two.

    A part that fails is halved, one that succeeds is followed by one twice as long.
    """
    done, part, count, failed = 0.0, 0.25, 0, np.inf
    z = first_state(base, shock)
    slope = np.zeros_like(z)
    for _ in range(MOST_PARTS):
        goal = min(1.0, done + part)
        trial = z + (goal - done) * slope
        logs = layout(p).logs
        trial[logs:] = np.where(trial[logs:] > 0.1 * z[logs:], trial[logs:], z[logs:])
        problem = p if goal == 1.0 else build(base, shock.part(base, goal))
        residual, more = _attempt(problem, trial, w, tol, MOST_ITERATIONS)
        count += more
        if residual <= tol:
            slope = (trial - z) / (goal - done)
            z, done, part = trial, goal, part * 2
            if done == 1.0:
                return z, float(residual), count
            continue
        failed, part = residual, part / 2
        if part < SMALLEST_PART:
            break
    message = "the equilibrium did not converge; the shock may be too large for these data"
    raise SolveError(message, residual=float(failed), tolerance=tol, fraction_solved=done)
