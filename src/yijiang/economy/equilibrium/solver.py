"""Find the equilibrium: accelerated iteration, then Newton–GMRES, then the shock in smaller steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import SolveError

from .acceleration import Memory, accelerate, go_on, memories, movement
from .derivatives import forward
from .kernels import finish, start, step
from .krylov import gmres
from .levers import Shock, build, first_state, layout, vary
from .problem import Array, Problem, Work, bundle, of_lane, workspaces
from .rows import all_sectors_parallel
from .structure import Base

#: Iterations of the accelerated map before Newton's method takes over.
MOST_ITERATIONS = 400
#: From this many cells on, the sectors of one map run side by side.
PARALLEL_FROM = 4_000_000
#: The smallest part of a shock that is tried on its own, and how many parts are tried in all.
SMALLEST_PART = 1.0 / 256.0
MOST_PARTS = 40
NOT_SOLVED = "the equilibrium did not converge; the shock may be too large for these data"
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
    return solve_many(base, [shock], tol, [begin])[0]


def solve_many(
    base: Base, shocks: Sequence[Shock], tol: float = 1e-10, begin: Sequence[Array | None] = (None,)
) -> list[Solution]:
    """Solve several shocks that share trade costs, tariffs and rules; the weights are read once per map for all.

    Parameters
    ----------
    base, shocks
        The base and the levers; only those of `own_fields` may differ.
    tol, begin
        As in `solve`, one state (or None) per shock.

    Raises
    ------
    SolveError
        For the first shock that no method solves; its position is named where there are several.
    """
    first = build(base, shocks[0])
    problems = [first, *(vary(first, base, shock) for shock in shocks[1:])]
    z = np.stack([first_state(base, s) if b is None else b for s, b in zip(shocks, begin, strict=True)])
    w = workspaces(first, len(shocks))
    residual, count = _iterate(problems, z, w, tol, MOST_ITERATIONS)
    solved = []
    for s, (p, shock) in enumerate(zip(problems, shocks, strict=True)):
        room, maps = of_lane(w, s), int(count[s])
        state, left = z[s], float(residual[s])
        if left > tol:
            try:
                state, left, more = _harder(base, shock, p, state, room, left, tol)
            except SolveError as error:
                if len(shocks) == 1:
                    raise
                raise SolveError(f"scenario {s}: {NOT_SOLVED}", **error.figures) from None
            maps += more
            step(p, state, room, np.empty_like(state))
        solved.append(Solution(p, state, room, left, maps))
    return solved


def _harder(
    base: Base, shock: Shock, p: Problem, z: Array, w: Work, residual: float, tol: float
) -> tuple[Array, float, int]:
    """What the accelerated map left undone: Newton–GMRES from where it stopped, then the shock in parts."""
    count = 0
    if residual < np.inf:
        residual, count = _newton(p, z, w, tol)
    if residual > tol:
        z, residual, more = _in_parts(base, shock, p, w, tol)
        count += more
    return z, residual, count


def refine(p: Problem, z: Array, tol: float) -> float:
    """Move `z` on (in place) as far towards `tol` as rounding lets it; returns the residual."""
    return _alone(p, z, tol, 80)[0]


def spectral_radius(p: Problem, z: Array, w: Work) -> float:
    """Largest absolute eigenvalue of the map's derivative at `z`; below one, the plain iteration converges."""
    return float(np.abs(_eigenvalues(p, z, w, "LM")).max())


def largest_real(solution: Solution) -> float:
    """Largest real part of the eigenvalues of the map's derivative at a solution; 1 would be another one nearby."""
    return float(_eigenvalues(solution.problem, solution.state, solution.work, "LR").real.max())


def _eigenvalues(p: Problem, z: Array, w: Work, which: Literal["LM", "LR"]) -> NDArray[np.complex128]:
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigs

    step(p, z, w, np.empty_like(z))
    out = np.empty_like(z)

    def product(d: Array) -> Array:
        forward(p, w, np.ascontiguousarray(d).ravel(), out)
        return out.copy()

    if z.size <= 12:
        columns = [product(e) for e in np.eye(z.size)]
        return np.asarray(np.linalg.eigvals(np.array(columns)), dtype=np.complex128)
    operator = LinearOperator((z.size, z.size), matvec=product, dtype=np.float64)
    rng = np.random.default_rng(0)
    try:
        values = eigs(operator, k=1, which=which, v0=rng.standard_normal(z.size), tol=1e-6, return_eigenvectors=False)
    except ArpackNoConvergence as error:
        if not len(error.eigenvalues):
            raise SolveError("the eigenvalues of the equilibrium map did not converge") from error
        return np.asarray(error.eigenvalues, dtype=np.complex128)
    return np.asarray(values, dtype=np.complex128)


def _iterate(problems: Sequence[Problem], z: Array, w: Work, tol: float, most: int) -> tuple[Array, NDArray[np.int64]]:
    """The accelerated map in every lane; above `PARALLEL_FROM` cells the same loop with sectors side by side."""
    p = problems[0]
    lanes, size = z.shape
    m, active, count = memories(size, lanes), np.ones(lanes, dtype=np.bool_), np.zeros(lanes, dtype=np.int64)
    if p.weights.size < PARALLEL_FROM:
        accelerate(p, bundle(list(problems)), z, w, m, active, count, tol, most)
    else:
        logs, image = layout(p).logs, np.empty(size)
        works = [of_lane(w, s) for s in range(lanes)]
        histories = [Memory(*(x[s] for x in m)) for s in range(lanes)]
        while active.any():
            for s in np.flatnonzero(active).tolist():
                start(problems[s], z[s], works[s])
            all_sectors_parallel(p, w, active)
            for s in np.flatnonzero(active).tolist():
                finish(problems[s], z[s], works[s], image)
                e = movement(z[s], image, logs)
                active[s] = go_on(z[s], image, e, logs, histories[s], tol, bool(count[s] >= most))
                count[s] += active[s]
    return m.held[:, 2], count


def _alone(p: Problem, z: Array, tol: float, most: int) -> tuple[float, int]:
    """The accelerated map of one problem, `z` in place."""
    residual, count = _iterate([p], z[None], workspaces(p, 1), tol, most)
    return float(residual[0]), int(count[0])


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
    residual, count = _alone(p, z, tol, most)
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
    raise SolveError(NOT_SOLVED, residual=float(failed), tolerance=tol, fraction_solved=done)
