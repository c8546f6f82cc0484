"""How productivity moved between years: towards the frontier, and with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yijiang.learning.frontier.programs import radial

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Malmquist:
    """Change of productivity from year to year and its two parts, each (step, unit) as a ratio new ÷ old.

    `catching_up` is the move towards the frontier of the own year, `frontier` how far the frontier itself moved where
    the unit stands; their product is `productivity`. `distance` is the efficiency in every year (year, unit).
    """

    productivity: Floats
    catching_up: Floats
    frontier: Floats
    distance: Floats
    gap: float


def malmquist(x: Floats, y: Floats) -> Malmquist:
    """Return the Malmquist index of every unit from year to year, at constant returns.

    M = √[ θ^t(t+1)/θ^t(t) · θ^(t+1)(t+1)/θ^(t+1)(t) ] = catching_up · frontier, θ^a(b) the input measure of the
    figures of year b against the frontier of year a.

    Parameters
    ----------
    x : (year, unit, input), y : (year, unit, output)

    References
    ----------
    Färe, Grosskopf, Norris & Zhang (1994), American Economic Review 84(1).

    Examples
    --------
    >>> found = malmquist(np.array([[[2.0]], [[1.0]]]), np.ones((2, 1, 1)))
    >>> found.productivity.tolist(), found.catching_up.tolist()
    ([[2.0]], [[1.0]])
    """
    own, gaps = [], [0.0]

    def measure(year: int, frontier: int) -> Floats:
        found, solved = radial(x[year], y[year], x[frontier], y[frontier], "constant", "input")
        gaps.append(solved.gap)
        return found

    own = [measure(t, t) for t in range(len(x))]
    steps, catching = [], []
    for t in range(len(x) - 1):
        ahead, back = measure(t + 1, t), measure(t, t + 1)
        steps.append(np.sqrt(ahead / own[t] * own[t + 1] / back))
        catching.append(own[t + 1] / own[t])
    shape = (len(x) - 1, x.shape[1])
    productivity, change = np.array(steps).reshape(shape), np.array(catching).reshape(shape)
    return Malmquist(productivity, change, productivity / change, np.array(own), max(gaps))
