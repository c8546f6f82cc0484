"""The frontier: packages in which no partner can have more without another having less, before transfers."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import InfeasibleError

from .programme import Programme

Floats = NDArray[np.float64]

#: Weight of the other partners' slack beside the gain that is maximised: it only breaks ties (AUGMECON).
TIE = 1e-4


@dataclass(frozen=True, eq=False)
class Point:
    """One package of the frontier.

    Attributes
    ----------
    scale : (project,)
    gain : (partner,)
        Before transfers [money/year].
    gap
        Relative gap of its programme.
    """

    scale: Floats
    gain: Floats
    gap: float


def frontier(programme: Programme, points: int = 10) -> list[Point]:
    """Trace the frontier by asking for ever more of all partners but the first (augmented ε-constraint).

    Both ends are the best package for one partner alone, made lexicographically best for the others. Dominated
    packages are left out; what stays is sorted by the first partner's gain.

    Parameters
    ----------
    programme
        The choice, left as it is; limits hold, but nobody is asked to be as well off as alone, and nobody pays.
    points
        Programmes solved between the ends of each partner's range (for more than two partners: in all, about).

    References
    ----------
    Mavrotas, G. (2009), Effective implementation of the ε-constraint method, Applied Mathematics and Computation 213.
    """
    programme = programme.copy()
    players = len(programme.problem.partners)
    programme.without_transfers()
    try:
        ends = [_end(programme, k) for k in range(players)]
    except InfeasibleError:
        return []
    found = list(ends)
    others = range(1, players)
    per = max(2, round(points ** (1 / max(players - 1, 1))))
    lows = [min(float(e.gain[k]) for e in ends) for k in others]
    highs = [float(ends[k].gain[k]) for k in others]
    rows = [programme.at_least(k, low) for k, low in zip(others, lows, strict=True)]
    steps = [np.linspace(low, high, per + 2)[1:-1] for low, high in zip(lows, highs, strict=True)]
    weights = [1.0] + [TIE] * (players - 1)
    for levels in itertools.product(*steps):
        for row, k, level in zip(rows, others, levels, strict=True):
            programme.move_row(row, float(level), k)
        try:
            found.append(_point(programme, weights))
        except InfeasibleError:
            continue
    return undominated(found)


def undominated(points: list[Point]) -> list[Point]:
    """Points that no other beats for every partner, one per package, by the first partner's gain, largest first."""
    unique: dict[bytes, Point] = {}
    for point in points:
        unique.setdefault(np.round(point.scale, 6).tobytes(), point)
    kept = [
        p
        for p in unique.values()
        if not any(np.all(q.gain >= p.gain - 1e-9) and np.any(q.gain > p.gain + 1e-9) for q in unique.values())
    ]
    return sorted(kept, key=lambda p: tuple(-p.gain))


def _end(programme: Programme, partner: int) -> Point:
    weights = [TIE] * len(programme.problem.partners)
    weights[partner] = 1.0
    return _point(programme, weights)


def _point(programme: Programme, weights: list[float]) -> Point:
    solution = programme.weigh(weights)
    return Point(solution.scale, programme.gain_of(solution), solution.gap)
