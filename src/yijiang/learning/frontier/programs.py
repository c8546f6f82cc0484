"""The linear programmes of data envelopment, many at once: each is one block of one sparse programme for HiGHS.

Arrays: inputs x (unit, input), outputs y (unit, output); the units judged and those that make the frontier may differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array

from yijiang.errors import SolveError

Floats = NDArray[np.float64]
Returns = Literal["constant", "variable"]
Orientation = Literal["input", "output"]
#: A solution further than this from meeting its own dual is refused.
TOLERANCE = 1e-6
#: Variables of one call to the solver, the size at which it is fastest per block; more blocks go into the next call.
MOST = 2_000


@dataclass(frozen=True)
class Solved:
    """Solutions of the blocks: solution (block, variable), relative gap to the dual, largest broken constraint."""

    solution: Floats
    gap: float
    residual: float


def solve(cost: Floats, upper: Floats, bound: Floats, equal: Floats, level: Floats) -> Solved:
    """Solve min c·z, U z ≤ b, E z = l, z ≥ 0 for every block.

    Parameters
    ----------
    cost : (block, variable)
    upper : (block, row, variable)
    bound : (block, row)
    equal : (block, equation, variable)
    level : (block, equation)

    Raises
    ------
    SolveError
        If a block has no solution or does not meet its dual.

    Examples
    --------
    >>> one = np.ones((1, 1, 1))
    >>> solve(-one[0], one, 2 * one[0], np.zeros((1, 0, 1)), np.zeros((1, 0))).solution.tolist()
    [[2.0]]
    """
    blocks, variables = cost.shape
    step = max(1, MOST // variables)
    parts = [
        _solve(*(array[k : k + step] for array in (cost, upper, bound, equal, level))) for k in range(0, blocks, step)
    ]
    values = np.concatenate([part.solution for part in parts]) if parts else np.zeros((0, variables))
    return Solved(values, max((p.gap for p in parts), default=0.0), max((p.residual for p in parts), default=0.0))


def _diagonal(blocks: Floats) -> coo_array:
    count, rows, columns = blocks.shape
    k, i, j = np.nonzero(blocks)
    return coo_array((blocks[k, i, j], (k * rows + i, k * columns + j)), shape=(count * rows, count * columns))


def _solve(cost: Floats, upper: Floats, bound: Floats, equal: Floats, level: Floats) -> Solved:
    above, same = _diagonal(upper).tocsr(), _diagonal(equal).tocsr()
    limits: dict[str, Any] = {}
    if bound.size:
        limits |= {"A_ub": above, "b_ub": bound.ravel()}
    if level.size:
        limits |= {"A_eq": same, "b_eq": level.ravel()}
    found: Any = linprog(cost.ravel(), **limits, bounds=(0, None), method="highs-ds")
    if found.status != 0 or found.x is None:
        raise SolveError(f"the frontier programmes have no solution: {found.message}")
    dual = 0.0
    broken = [float(max(-found.x.min(initial=0.0), 0.0))]
    if bound.size:
        dual += float(found.ineqlin.marginals @ bound.ravel())
        broken.append(float(np.max(above @ found.x - bound.ravel(), initial=0.0)))
    if level.size:
        dual += float(found.eqlin.marginals @ level.ravel())
        broken.append(float(np.max(np.abs(same @ found.x - level.ravel()), initial=0.0)))
    gap = abs(float(found.fun) - dual) / max(1.0, abs(float(found.fun)))
    if not (gap <= TOLERANCE and max(broken) <= TOLERANCE):
        raise SolveError("the frontier programmes did not converge", gap=gap, residual=max(broken))
    return Solved(found.x.reshape(cost.shape), gap, max(broken))


def _per_block(array: Floats, blocks: int) -> Floats:
    return array if array.ndim == 3 else np.broadcast_to(array, (blocks, *array.shape))


def radial(
    x: Floats, y: Floats, x_ref: Floats, y_ref: Floats, returns: Returns, orientation: Orientation
) -> tuple[Floats, Solved]:
    """Return Farrell's radial measure of every unit against a frontier, and the programmes' solutions (measure, λ).

    input: min θ, Σ λ_j x_j ≤ θ x_o, Σ λ_j y_j ≥ y_o; output: max φ, Σ λ_j x_j ≤ x_o, Σ λ_j y_j ≥ φ y_o;
    variable returns add Σ λ_j = 1.

    Parameters
    ----------
    x : (unit, input), y : (unit, output)
        The units judged.
    x_ref : (reference, input) or (unit, reference, input), y_ref : likewise
        The units that make the frontier, the same for all or one set for each.

    References
    ----------
    Charnes, Cooper & Rhodes (1978), European Journal of Operational Research 2(6); Banker, Charnes & Cooper (1984),
    Management Science 30(9).

    Examples
    --------
    >>> x, y = np.array([[2.0], [4.0]]), np.array([[1.0], [1.0]])
    >>> radial(x, y, x, y, "constant", "input")[0].tolist()
    [1.0, 0.5]
    """
    units = len(x)
    inputs, outputs = _per_block(x_ref, units), _per_block(y_ref, units)
    count, m, s = inputs.shape[1], x.shape[1], y.shape[1]
    upper = np.zeros((units, m + s, 1 + count))
    upper[:, :m, 1:] = np.swapaxes(inputs, 1, 2)
    upper[:, m:, 1:] = -np.swapaxes(outputs, 1, 2)
    bound = np.zeros((units, m + s))
    cost = np.zeros((units, 1 + count))
    if orientation == "input":
        upper[:, :m, 0], bound[:, m:], cost[:, 0] = -x, -y, 1.0
    else:
        upper[:, m:, 0], bound[:, :m], cost[:, 0] = y, x, -1.0
    solved = solve(cost, upper, bound, *_convexity(units, 1 + count, slice(1, None), returns))
    return solved.solution[:, 0].copy(), solved


def _convexity(units: int, variables: int, weights: slice, returns: Returns) -> tuple[Floats, Floats]:
    if returns == "constant":
        return np.zeros((units, 0, variables)), np.zeros((units, 0))
    equal = np.zeros((units, 1, variables))
    equal[:, 0, weights] = 1.0
    return equal, np.ones((units, 1))


def largest_slacks(x: Floats, y: Floats, x_ref: Floats, y_ref: Floats, returns: Returns) -> Solved:
    """Return the solutions (λ, input slacks, output slacks) of the second phase: the most slack at the radial target.

    max Σ s⁻ + Σ s⁺, Σ λ_j x_j + s⁻ = x_o, Σ λ_j y_j − s⁺ = y_o; x and y are the radial targets, in units of the mean.
    """
    units, count = len(x), len(x_ref)
    m, s = x.shape[1], y.shape[1]
    # The targets carry the error of the first phase, so that they are met from the safe side.
    equal = np.zeros((units, m + s, count + m + s))
    equal[:, :m, :count], equal[:, m:, :count] = x_ref.T, y_ref.T
    equal[:, :, count:] = np.diag(np.r_[np.ones(m), -np.ones(s)])
    level = np.concatenate([x * (1 + 1e-10), y * (1 - 1e-10)], axis=1)
    more, one = _convexity(units, count + m + s, slice(0, count), returns)
    cost = np.zeros((units, count + m + s))
    cost[:, count:] = -1.0
    nothing = np.zeros((units, 0, count + m + s))
    both = np.concatenate([equal, more], axis=1), np.concatenate([level, one], axis=1)
    return solve(cost, nothing, np.zeros((units, 0)), *both)


def slack_based(x: Floats, y: Floats, x_ref: Floats, y_ref: Floats, returns: Returns) -> tuple[Floats, Solved, Floats]:
    """Return the slack-based measure ρ, the solutions (t, Λ, S⁻, S⁺) and λ, s⁻, s⁺ = (Λ, S⁻, S⁺) ÷ t.

    ρ = min [1 − (1/m) Σ s⁻_i / x_io] ÷ [1 + (1/s) Σ s⁺_r / y_ro], made linear by Charnes and Cooper's scale t.

    References
    ----------
    Tone (2001), European Journal of Operational Research 130(3).

    Examples
    --------
    >>> x, y = np.array([[2.0], [4.0]]), np.array([[1.0], [1.0]])
    >>> slack_based(x, y, x, y, "constant")[0].round(12).tolist()
    [1.0, 0.5]
    """
    units, count = len(x), len(x_ref)
    m, s = x.shape[1], y.shape[1]
    variables = 1 + count + m + s
    weights, less, more = slice(1, 1 + count), slice(1 + count, 1 + count + m), slice(1 + count + m, variables)
    equal = np.zeros((units, m + s + 1, variables))
    equal[:, :m, 0], equal[:, m : m + s, 0] = -x, -y
    equal[:, :m, weights], equal[:, m : m + s, weights] = x_ref.T, y_ref.T
    equal[:, :m, less], equal[:, m : m + s, more] = np.eye(m), -np.eye(s)
    equal[:, -1, 0], equal[:, -1, more] = 1.0, 1.0 / (s * y)
    level = np.zeros((units, m + s + 1))
    level[:, -1] = 1.0
    if returns == "variable":
        scale = np.zeros((units, 1, variables))
        scale[:, 0, 0], scale[:, 0, weights] = -1.0, 1.0
        equal, level = np.concatenate([equal, scale], axis=1), np.concatenate([level, np.zeros((units, 1))], axis=1)
    cost = np.zeros((units, variables))
    cost[:, 0], cost[:, less] = 1.0, -1.0 / (m * x)
    solved = solve(cost, np.zeros((units, 0, variables)), np.zeros((units, 0)), equal, level)
    score = np.einsum("kv,kv->k", cost, solved.solution)
    return score, solved, solved.solution[:, 1:] / solved.solution[:, :1]
