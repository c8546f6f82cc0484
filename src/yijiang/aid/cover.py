"""Where to keep supplies ready: as much need as possible, or all of it, within a time (covering, by HiGHS)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from yijiang.errors import InfeasibleError, OptionError, SolveError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Cover:
    """Chosen places and the needs they reach in time.

    Attributes
    ----------
    chosen : numbers of the chosen places.
    covered : (need) whether a chosen place reaches it in time.
    weight : covered weight.
    share : of all weight.
    bound : no choice covers more (maximal covering), or does with fewer places (set covering).
    gap : relative distance from the bound; 0 is proven best.
    """

    chosen: tuple[int, ...]
    covered: NDArray[np.bool_]
    weight: float
    share: float
    bound: float
    gap: float


def maximal_cover(hours: Floats, weight: Floats, radius: float, places: int, sides: Ints | None = None) -> Cover:
    """Choose so many places that the most weight is reached in time.

    max Σ_i w_i y_i   s.t. y_i ≤ Σ_{j: h_ij ≤ R} x_j,  Σ_j x_j = p,  Σ_{j ∈ side} x_j ≥ 1 for every side,  x, y ∈ {0, 1}

    Parameters
    ----------
    hours : (need, place)
        Time from a place to a need [h]; infinite where no way leads.
    weight : (need)
        w, for example persons [any unit ≥ 0].
    radius
        R, the time that counts as in time [h].
    places
        p, number of places to choose.
    sides : (place)
        Number of the side a place lies on, to have one on each; none unless given.

    Raises
    ------
    OptionError
        If the number of places is not between the number of sides and that of all places, or the radius is negative.
    SolveError
        If HiGHS does not finish.

    Source: Church and ReVelle (1974), Papers of the Regional Science Association 32, the maximal covering problem.

    Examples
    --------
    >>> hours = np.array([[1.0, 9.0, 4.0], [9.0, 1.0, 4.0], [9.0, 9.0, 1.0]])
    >>> found = maximal_cover(hours, np.array([5.0, 3.0, 1.0]), 4.0, 1)
    >>> found.chosen, found.share, found.gap
    ((2,), 1.0, 0.0)
    """
    needs, have = hours.shape
    groups = [] if sides is None else sorted(set(sides.tolist()))
    if not max(len(groups), 1) <= places <= have:
        least = f"{len(groups)} (one on each side)" if len(groups) > 1 else "1"
        raise OptionError(f"the number of places must be from {least} to {have}, not {places}")
    _check_radius(radius)
    near = (hours <= radius).astype(float)
    # The second aim, far below the first: of equal choices the one nearest to all, then the first by number.
    hour = np.where(np.isfinite(hours), hours, np.nanmax(np.where(np.isfinite(hours), hours, 0.0)) + 1)
    tie = (weight @ hour) / max(float((weight @ hour).max()), 1e-300)
    step = max(float(weight.sum()), 1.0) * 1e-9 / max(have, 1)
    cost = np.concatenate([tie * step, -weight])
    rows = [LinearConstraint(np.hstack([-near, np.eye(needs)]), -np.inf, 0.0)]
    rows.append(LinearConstraint(np.concatenate([np.ones(have), np.zeros(needs)])[None, :], places, places))
    for side in groups:
        member = np.concatenate([(sides == side).astype(float), np.zeros(needs)])
        rows.append(LinearConstraint(member[None, :], 1.0, np.inf))
    x, bound = _solve(cost, rows, have)
    return _result(x, hours, weight, radius, -bound)


def set_cover(hours: Floats, radius: float) -> Cover:
    """Choose the fewest places that reach every need in time.

    min Σ_j x_j   s.t. Σ_{j: h_ij ≤ R} x_j ≥ 1 for every need i,  x ∈ {0, 1}

    Parameters
    ----------
    hours : (need, place)
        Time from a place to a need [h]; infinite where no way leads.
    radius
        R [h].

    Raises
    ------
    InfeasibleError
        If no place reaches some need in time; the relaxations name it and the radius that would do.

    Source: Toregas and others (1971), Operations Research 19, the location set covering problem.

    Examples
    --------
    >>> set_cover(np.array([[1.0, 9.0, 4.0], [9.0, 1.0, 4.0], [9.0, 9.0, 1.0]]), 1.0).chosen
    (0, 1, 2)
    """
    _check_radius(radius)
    near = hours <= radius
    lost = np.flatnonzero(~near.any(axis=1))
    if len(lost):
        needed = hours[lost].min(axis=1)
        words = [
            f"need {int(i)}: no way leads there" if not np.isfinite(r) else f"need {int(i)}: {r:.2f} h or more"
            for i, r in zip(lost, needed, strict=True)
        ]
        raise InfeasibleError(f"no place reaches {len(lost)} of {len(hours)} needs within {radius:g} h", words)
    have = hours.shape[1]
    x, bound = _solve(np.ones(have), [LinearConstraint(near.astype(float), 1.0, np.inf)], have)
    result = _result(x, hours, np.ones(len(hours)), radius, float(len(hours)))
    count = len(result.chosen)
    fewest = float(np.ceil(bound - 1e-6))
    return Cover(result.chosen, result.covered, result.weight, 1.0, fewest, (count - fewest) / count)


def _check_radius(radius: float) -> None:
    if not radius >= 0:
        raise OptionError(f"the time within which a need is reached must be 0 h or more, not {radius}")


def _solve(cost: Floats, rows: list[LinearConstraint], have: int) -> tuple[Floats, float]:
    solved = milp(
        cost,
        constraints=rows,
        bounds=Bounds(0.0, 1.0),
        integrality=np.ones(len(cost), np.int64),
        options={"mip_rel_gap": 0.0},
    )
    if solved.x is None:
        raise SolveError(f"the covering was not solved: {solved.message}")
    return np.asarray(solved.x[:have]), float(solved.mip_dual_bound)


def _result(x: Floats, hours: Floats, weight: Floats, radius: float, bound: float) -> Cover:
    chosen = tuple(int(j) for j in np.flatnonzero(x > 0.5))
    covered: NDArray[np.bool_] = np.asarray((hours[:, list(chosen)] <= radius).any(axis=1), np.bool_)
    total, whole = float(weight[covered].sum()), float(weight.sum())
    gap = max(0.0, (bound - total) / bound) if bound > 0 else 0.0
    # The tie-breaker of the objective is no gap.
    return Cover(chosen, covered, total, total / whole if whole else 0.0, bound, 0.0 if gap < 1e-8 else gap)
