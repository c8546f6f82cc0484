"""Other packages nearly as good, by setting the best ones aside one after the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import InfeasibleError

from .problem import Problem
from .programme import Programme

Floats = NDArray[np.float64]
#: Largest loss of a package that is nearly as good, as a share of the best joint gain.
WITHIN = 0.02


@dataclass(frozen=True, eq=False)
class Alternative:
    """One package with what it gives up of the best joint gain.

    Attributes
    ----------
    scale : (project,)
    gain : (partner,)
        Before transfers [money/year].
    loss
        Share of the best joint gain [1].
    """

    scale: Floats
    gain: Floats
    loss: float


def alternatives(programme: Programme, within: float = WITHIN, most: int = 30) -> tuple[list[Alternative], bool]:
    """List the packages whose joint gain is at most a share below the best, best first.

    Parameters
    ----------
    programme
        With the corrections of the packages already proved; it is left as it is.
    within
        Largest loss, as a share of the best joint gain.
    most
        Packages listed at most.

    Returns
    -------
    list, complete
        The packages, the best itself first, and whether these are all.
    """
    programme = programme.copy()
    found: list[Alternative] = []
    best = 0.0
    while len(found) < most:
        try:
            solution = programme.solve("total")
        except InfeasibleError:
            return found, True
        total = float(programme.gain_of(solution).sum())
        best = total if not found else best
        loss = (best - total) / max(abs(best), 1e-9)
        if loss > within:
            return found, True
        found.append(Alternative(solution.scale, programme.gain_of(solution), loss))
        programme.forbid(solution.scale)
    return found, False


def share_with(problem: Problem, found: list[Alternative]) -> Floats:
    """Share of the packages that hold each project (project,)."""
    if not found:
        return np.zeros(len(problem.projects))
    return np.asarray(np.mean([a.scale > 0 for a in found], axis=0))
