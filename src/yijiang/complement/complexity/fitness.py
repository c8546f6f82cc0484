"""Fitness of regions and complexity of activities by the non-linear map of Tacchella and others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from yijiang.complement.complexity.advantage import THRESHOLD, Kind, held
from yijiang.complement.complexity.grid import Array, Table, read_grid
from yijiang.complement.complexity.kernels import Presence
from yijiang.errors import OptionError, SolveError

#: Largest change of a fitness (their mean is 1) in the last step. Fitness that dies out does so only as 1/step.
TOLERANCE = 1e-7
MOST_STEPS = 20_000


@dataclass(frozen=True)
class Fitness:
    """Fitness of regions and complexity of activities, each with mean 1, after `steps` steps.

    `residual` is the largest change of a fitness in the last step; `undefined` names the regions without any activity
    and the activities no region has, whose figure is NaN.
    """

    fitness: Any
    complexity: Any
    steps: int
    residual: float
    undefined: tuple[str, ...]


def fitness(
    M: Table,
    *,
    of: Kind | None = None,
    threshold: float = THRESHOLD,
    tol: float = TOLERANCE,
    most_steps: int = MOST_STEPS,
) -> Fitness:
    """Return the fitness of regions and the complexity of activities.

    F[r] = Σ_a M[r, a] Q[a],  Q[a] = 1 / Σ_r M[r, a] / F[r],  each divided by its mean, from 1 until F stands still

    Parameters
    ----------
    M, of, threshold
        Values, their advantage, or presence (region, activity); see `presence`.
    tol
        Largest change of a fitness in a step at which the map has come to rest.
    most_steps
        Steps after which it is given up.

    Returns
    -------
    Fitness

    Raises
    ------
    SolveError
        If the map has not come to rest, with the last change and the smallest fitness: in some networks the fitness
        of the poorer regions falls to 0 for ever (Pugliese, Zaccaria & Pietronero 2016).

    References
    ----------
    Tacchella, Cristelli, Caldarelli, Gabrielli & Pietronero (2012), Scientific Reports 2, 723.

    Examples
    --------
    >>> found = fitness([[1, 1, 1], [1, 1, 0], [0, 1, 1]])
    >>> found.fitness.round(3).tolist(), found.complexity.round(3).tolist()
    ([1.342, 0.829, 0.829], [1.146, 0.708, 1.146])
    """
    if not tol > 0 or most_steps < 1:
        raise OptionError(f"tol must be above 0 and most_steps 1 or more, not {tol} and {most_steps}")
    grid = read_grid(M)
    present = held(grid, of, threshold)
    rows = np.asarray(present.sum(axis=1)).ravel() > 0
    columns = np.asarray(present.sum(axis=0)).ravel() > 0
    kept = present[rows][:, columns]
    fit, complexity, steps, change = _rest(kept, tol, most_steps)
    undefined = [n for n, there in zip(grid.regions, rows, strict=True) if not there]
    undefined += [n for n, there in zip(grid.activities, columns, strict=True) if not there]
    by_region, by_activity = np.full(len(rows), np.nan), np.full(len(columns), np.nan)
    by_region[rows], by_activity[columns] = fit, complexity
    return Fitness(
        grid.by_region(by_region, "fitness"),
        grid.by_activity(by_activity, "complexity"),
        steps,
        change,
        tuple(undefined),
    )


def _rest(kept: Presence, tol: float, most_steps: int) -> tuple[Array, Array, int, float]:
    """Apply the map until it rests: fitness (region), complexity (activity), steps, last change."""
    fit: Array = np.ones(kept.shape[0])
    change = np.inf
    for step in range(1, most_steps + 1):
        complexity = np.asarray(1 / (kept.T @ (1 / fit)))
        complexity /= complexity.mean()
        new = np.asarray(kept @ complexity)
        new /= new.mean()
        change = float(np.abs(new - fit).max())
        fit = new
        if change <= tol:
            return fit, complexity, step, change
    raise SolveError("the fitness of regions did not come to rest", change=change, smallest=float(fit.min()))
