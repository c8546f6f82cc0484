"""Where the integer programme expands: about the base, or about better and better packages in a trust region."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import InfeasibleError

from .conditions import ECOLOGY_TOLERANCE, Conditions
from .package import Problem, Programme

if TYPE_CHECKING:
    from .search import Search

Floats = NDArray[np.float64]

#: A package that the expansion misses by more than this part of the largest gain becomes its new centre.
MISS = 1e-3
CENTRES = 20


def centred(
    search: Search, bare: Programme, rules: Conditions, objective: str, progress: Callable[[str], None]
) -> Programme:
    """Expand about the best package itself where the expansion about the base misses too much of it.

    Each centre is the best package found so far, with every package that differs in one project evaluated in full.
    A proposal that is better in the full loop is the next centre, and the next may lie twice as far from it; one
    that is not halves how far the next may lie (a trust region), down to a single project. When no more centres
    are taken, the region shrinks until the expansion holds in it: what is found then is the best nearby.
    """
    problem = bare.problem
    if problem.years is not None or np.any(problem.smallest_scale < 1):
        return bare.copy()
    count = len(problem.projects)
    centre, value, expanded, radius, centres = np.zeros(count), -math.inf, bare.copy(), count, 0
    while True:
        programme = expanded.copy()
        if radius < count:
            programme.within(centre, radius)
        try:
            solution = programme.solve(objective)
        except InfeasibleError:
            return programme
        gain, moved = search.figures(named(problem, solution.scale), rules)
        apart = int(((solution.scale > 0) != (centre > 0)).sum())
        holds = missed(programme.problem, solution.scale, gain) <= MISS
        reached = _worth(problem, gain, moved)
        better = reached > value
        if holds and (apart < radius or not better or radius == count):
            return programme
        if better and centres < CENTRES:
            centre, value, centres = solution.scale, reached, centres + 1
            radius = count if centres == 1 else min(2 * radius if holds else max(apart, 1), count)
            progress(f"expansion about a package of {int((centre > 0).sum())} projects")
            here = search.state(named(problem, centre))
            flips = [search.figures(named(problem, other), rules, here) for other in _flipped(centre)]
            gains, moves = (np.array([f[i] for f in flips]) for i in (0, 1))
            expanded = bare.copy()
            expanded.refit(problem.centred(centre, gain, moved, gains, moves.reshape(len(flips), -1)))
        elif apart <= 1 or holds:
            return programme
        else:
            radius = min(radius, apart) // 2


def named(problem: Problem, scale: Floats) -> dict[str, float]:
    """Scale of the projects done, by name."""
    return {n: float(s) for n, s in zip(problem.projects, scale, strict=True) if s > 0}


def _flipped(scale: Floats) -> Iterator[Floats]:
    """Every package that differs from one in a single project."""
    for k in range(len(scale)):
        other = scale.copy()
        other[k] = 0.0 if other[k] > 0 else 1.0
        yield other


def _worth(problem: Problem, gain: Floats, moved: Floats) -> float:
    """Joint gain of a package that holds the limits; below all of those, one that does not, the less the better."""
    over = float(((moved - problem.room) / problem.bound).max(initial=0.0))
    return float(gain.sum()) if over <= ECOLOGY_TOLERANCE else -1e12 * over


def missed(problem: Problem, scale: Floats, gain: Floats) -> float:
    """How far the expansion misses the gains of a package, relative to the largest."""
    return float(np.abs(problem.gain(scale) - gain).max()) / max(1.0, float(np.abs(gain).max()))
