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
    years, units = x.shape[:2]
    then = list(range(years - 1))
    # Figures against frontiers: of the own year, the next year's on this one, this year's on the next.
    figures = [*range(years), *(t + 1 for t in then), *then]
    frontier = [*range(years), *then, *(t + 1 for t in then)]
    found, solved = radial(
        x[figures].reshape(-1, x.shape[2]),
        y[figures].reshape(-1, y.shape[2]),
        np.repeat(x[frontier], units, axis=0),
        np.repeat(y[frontier], units, axis=0),
        "constant",
        "input",
    )
    measure = found.reshape(-1, units)
    own, ahead, back = measure[:years], measure[years : 2 * years - 1], measure[2 * years - 1 :]
    productivity = np.sqrt(ahead / own[:-1] * own[1:] / back)
    change = own[1:] / own[:-1]
    return Malmquist(productivity, change, productivity / change, own, solved.gap)
