"""What a little more room at a limit is worth: with the package kept, and with the package free to change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import InfeasibleError

from .programme import Programme, Solution

Floats = NDArray[np.float64]

#: Part of the allowed concentration by which a limit is moved for the two-sided price.
STEP = 0.01


@dataclass(frozen=True, eq=False)
class Price:
    """Price of one limit for the joint gain [money/year per mg/L]; None where no package holds a tighter limit.

    Attributes
    ----------
    limit
        Its position.
    kept
        With the projects kept and sizes and payments free: the multiplier of the linear programme.
    tighter, looser
        Joint gain lost, or won, per unit when the limit moves by `STEP` of what it allows and the package may change.
    """

    limit: int
    kept: float
    tighter: float | None
    looser: float


def prices(programme: Programme, solution: Solution, within: float = 0.05, step: float = STEP) -> list[Price]:
    """Prices of the limits that the package comes near.

    A programme with whole projects has no price of its own: with the projects kept, its linear programme has one, which
    is zero unless sizes can move; the two-sided figures say what a step of the limit really changes.

    Parameters
    ----------
    programme, solution
        The choice and its best package for the joint gain.
    within
        Limits are priced whose slack is below this share of what they allow.
    step
        Move of the limit, as a share of what it allows.
    """
    problem = programme.problem
    if not len(problem.limits):
        return []
    moved = problem.moved(solution.scale)
    near = np.flatnonzero(problem.room - moved <= within * problem.bound)
    kept = programme.duals(solution)
    best = float(programme.solve("total").surplus.sum())
    found = []
    for limit in near.tolist():
        move = step * float(problem.bound[limit])
        worth: list[float | None] = []
        for room in (problem.room[limit] - move, problem.room[limit] + move):
            programme.allow(limit, float(room))
            try:
                worth.append(abs(float(programme.solve("total").surplus.sum()) - best) / move)
            except InfeasibleError:
                worth.append(None)
        programme.allow(limit, float(problem.room[limit]))
        found.append(Price(limit, float(kept[limit]), worth[0], worth[1] or 0.0))
    return found
