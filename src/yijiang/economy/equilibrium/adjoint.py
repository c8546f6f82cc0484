"""Solve the adjoint of an equilibrium: one linear system per figure, all of them side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import SolveError

from .acceleration import Memory, go_on, memories, memory_of
from .krylov import gmres
from .problem import Array, Problem, Work, compiled
from .reverse import after, before, sectors, sectors_parallel
from .sensitivities import Pull, Room, Seed, no_seed, pull, room
from .solver import PARALLEL_FROM

if TYPE_CHECKING:
    from .solver import Solution

FIGURES = ("real_income", "real_income_per_head", "output", "real_output", "price")
#: The adjoint is solved to this residual, as a share of the largest entry of its right-hand side.
ADJOINT_TOLERANCE = 1e-10
#: An adjoint that stops above this residual is an error: its figures would not be six digits.
ADJOINT_LIMIT = 1e-7
#: Depth of the acceleration: the transposed system has more slow directions than the map, so it keeps more of them.
DEPTH = 12
#: Pulls through the map before GMRES takes over.
MOST_PULLS = 300
#: Figures carried side by side; more would only need more room.
LANES = 16
#: Up to this many entries of the state, several figures are solved directly when that takes fewer pulls than iterating:
#: a figure takes about `PULLS_PER_FIGURE`, the matrix one per entry.
DIRECT_UP_TO, PULLS_PER_FIGURE = 600, 40


class Adjoint(NamedTuple):
    """Sensitivities of one figure inside the map at the equilibrium, with what they took."""

    sensitivities: Pull
    final_price: Array  # (region, sector): of the ln P̂ of final demand, directly
    final_share: Array  # (region, sector): of the shares of final demand, directly
    residual: float
    iterations: int


class Figures(NamedTuple):
    """Where figures enter: on the new state, inside the map, and directly on final demand; by lane."""

    state: Array  # (lane, state)
    seed: Seed
    final_price: Array  # (lane, region, sector)
    final_share: Array  # (lane, region, sector)


def regional_figures(solution: Solution, of: str, regions: Sequence[int], sector: int | None) -> Figures:
    """Where one of `FIGURES` of some regions enters."""
    p, w = solution.problem, solution.work
    lanes, goods = len(regions), p.theta.size
    seed, state = no_seed(p, lanes), np.zeros((lanes, solution.state.size))
    shape = (lanes, *p.unit.shape)
    prices = state[:, p.income.size : p.income.size + p.unit.size].reshape(shape)
    final_price, final_share = np.zeros(shape), np.zeros(shape)
    for s, n in enumerate(regions):
        if of == "price":
            prices[s, n, sector] = 1.0
        elif of in ("output", "real_output"):
            seed.output[s, n, sector] = 1.0 / w.output[sector, n]
            seed.cost[s, n, sector] = -1.0 if of == "real_output" else 0.0
        else:
            seed.income[s, n] = 1.0 / w.total_income[n]
            final_price[s, n] = -p.final[n]
            final_share[s, n] = -w.price[:, n]
            prices[s, n] = -p.final[n]
            for r, (m, j, k) in enumerate(p.split_cell):
                if m == n and k == goods:
                    state[s, p.income.size + p.unit.size + r] = -p.final[n, j]
                    prices[s, n, j] = 0.0
                    final_share[s, n, j] = -w.split_price[r]
            if of == "real_income_per_head":
                moving = np.isfinite(p.mobility) & (p.mobility > 0) & (p.group[:, n] >= 0)
                seed.moved[s, n, moving] = -1.0
    return Figures(state, seed, final_price, final_share)


@compiled
def _iterate(
    p: Problem,
    w: Work,
    nothing: Seed,
    right: Array,
    x: Array,
    q: Pull,
    r: Room,
    m: Memory,
    active: NDArray[np.bool_],
    tol: float,
    most: int,
) -> int:
    """Iterate ``x ← F′ᵗ x + right`` with acceleration until every lane moves by at most `tol`; returns the pulls."""
    out = np.empty_like(x)
    count = 0
    going = True
    while going:
        before(p, w, nothing, x, q, r)
        sectors(p, w, q, r)
        after(p, w, nothing, q, r, out)
        going = advance_lanes(right, x, out, m, active, tol, count >= most)
        count += 1
    return count


@compiled
def advance_lanes(
    right: Array, x: Array, out: Array, m: Memory, active: NDArray[np.bool_], tol: float, last: bool
) -> bool:
    """One accelerated step of every active lane; false when none is left."""
    going, free = False, int(np.int64(-1))  # not the literal, which would have `go_on` compiled once more
    for s in range(active.size):
        if active[s]:
            e, size = 0.0, 0.0
            for a in range(right.shape[1]):
                out[s, a] += right[s, a]
                e = max(e, abs(out[s, a] - x[s, a]))
                size = max(size, abs(right[s, a]))
            e = e / size if size > 0.0 else 0.0
            if not e < np.inf:
                e = np.inf
            active[s] = go_on(x[s], out[s], e, free, memory_of(m, s), tol, last)
            going = going or active[s]
    return going


def regional(solution: Solution, of: str, regions: Sequence[int], sector: int | None) -> list[Adjoint]:
    """Carry one of `FIGURES` of each of these modelled regions back; `sector` is its good, where it has one."""
    return adjoints(solution, lambda part: regional_figures(solution, of, regions[part], sector), len(regions))


def adjoints(solution: Solution, figures: Callable[[slice], Figures], count: int) -> list[Adjoint]:
    """Carry figures back through the equilibrium.

    Parameters
    ----------
    solution
        The equilibrium.
    figures
        Gives a part of the figures: as many are asked for as are carried side by side.
    count
        Number of all figures.

    Raises
    ------
    SolveError
        If a linear system is not solved to `ADJOINT_LIMIT`, as where regions hardly trade at all.
    """
    found: list[Adjoint] = []
    for at in range(0, count, LANES):
        found += _block(solution, figures(slice(at, min(at + LANES, count))))
    return found


def _block(solution: Solution, f: Figures) -> list[Adjoint]:
    """As many figures as are carried side by side."""
    p, w = solution.problem, solution.work
    lanes, size = f.state.shape
    q, r, nothing = pull(p, lanes), room(p, lanes), no_seed(p, lanes)

    def carry(seed: Seed, b: Array, q: Pull, r: Room) -> Array:
        out = np.empty_like(b)
        before(p, w, seed, b, q, r)
        (sectors if p.weights.size < PARALLEL_FROM else sectors_parallel)(p, w, q, r)
        after(p, w, seed, q, r, out)
        return out

    right = carry(f.seed, f.state, q, r)
    if size <= DIRECT_UP_TO and size < PULLS_PER_FIGURE * lanes:
        found = _direct(f, right, carry, p)
        if found is not None:
            return found
    x, m, active = np.zeros_like(right), memories(size, lanes, DEPTH), np.ones(lanes, dtype=np.bool_)
    if p.weights.size < PARALLEL_FROM:
        count = _iterate(p, w, nothing, right, x, q, r, m, active, ADJOINT_TOLERANCE, MOST_PULLS)
    else:
        count, going = 0, True
        while going:
            out = carry(nothing, x, q, r)
            going = advance_lanes(right, x, out, m, active, ADJOINT_TOLERANCE, count >= MOST_PULLS)
            count += 1
    residual = m.held[:, 2].copy()
    for s in np.flatnonzero(residual > ADJOINT_TOLERANCE):
        one = (no_seed(p, 1), pull(p, 1), room(p, 1))

        def product(v: Array, one: tuple[Seed, Pull, Room] = one) -> Array:
            return np.asarray(v - carry(one[0], v[None], one[1], one[2])[0])

        better, rest = gmres(product, right[s], ADJOINT_TOLERANCE)
        if rest < residual[s]:
            x[s], residual[s] = better, rest
    carry(f.seed, f.state + x, q, r)
    return _adjoints(f, q, residual, count + 2)


def _direct(
    f: Figures, right: Array, carry: Callable[[Seed, Array, Pull, Room], Array], p: Problem
) -> list[Adjoint] | None:
    """All figures from one factorisation of the matrix, pulled column by column; None where it is singular.

    A factor that nobody has leaves a zero row, which iterating does not mind.
    """
    lanes, size = right.shape
    q, r, nothing = pull(p, size), room(p, size), no_seed(p, size)
    matrix = np.eye(size) - carry(nothing, np.eye(size), q, r).T
    try:
        x = np.linalg.solve(matrix, right.T).T
    except np.linalg.LinAlgError:
        return None
    residual = np.abs(x @ matrix.T - right).max(1) / np.maximum(np.abs(right).max(1), 1e-300)
    if not residual.max() <= ADJOINT_TOLERANCE:
        return None
    q, r = pull(p, lanes), room(p, lanes)
    carry(f.seed, f.state + x, q, r)
    return _adjoints(f, q, residual, size + 2)


def _adjoints(f: Figures, q: Pull, residual: Array, count: int) -> list[Adjoint]:
    if not residual.max() <= ADJOINT_LIMIT:
        raise SolveError(
            "the gradient's linear system was not solved", residual=float(residual.max()), tolerance=ADJOINT_TOLERANCE
        )
    return [
        Adjoint(Pull(*(x[s] for x in q)), f.final_price[s], f.final_share[s], float(residual[s]), count)
        for s in range(residual.size)
    ]
