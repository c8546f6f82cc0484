"""Cells that several projects fill: how much each takes of what levers can do there, and what a full cell is worth.

A trade cost falls, and a load is removed, only so far (`friction_cap`, `removal_cap`). Many projects on one cell reach
that together, and pairs cannot tell it: three that each take half of a cell waste half of it, of which no two know.
So the share that a package wastes is part of the choice itself, at a worth measured on groups in the full loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yijiang.scenario import NETWORK_KINDS

from .package.problem import wasted

if TYPE_CHECKING:
    from yijiang.base import Base

Floats = NDArray[np.float64]

#: A group is evaluated that takes about so many whole ceilings, so that one of them is wasted.
FILLED = 2.0
#: Less waste than this is rounding.
LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class Filled:
    """Ceilings that the candidates together go beyond.

    Attributes
    ----------
    share : (ceiling, project)
        What each candidate takes up, at most 1.
    groups
        Packages whose evaluation tells what the ceilings are worth, one for each.
    """

    share: Floats
    groups: tuple[tuple[str, ...], ...]

    def wasted(self, rows: Floats) -> Floats:
        """Waste of packages given as rows of 0 and 1 (package, ceiling)."""
        return wasted(self.share, rows)


def filled(base: Base, names: Sequence[str]) -> Filled:
    """Find the ceilings that these candidates together go beyond.

    Cells that the same projects fill alike count once.

    Parameters
    ----------
    base
        The base.
    names
        Candidates.
    """
    used = [base.rules.ceilings(name) for name in names]
    cells = sorted({cell for one in used for cell in one}, key=str)
    share = np.array([[min(one.get(cell, 0.0), 1.0) for one in used] for cell in cells]).reshape(-1, len(names))
    share = share[share.sum(axis=1) > 1 + LEAST]
    if len(share):
        # In the order in which they first appear; equal up to rounding is equal.
        _, first = np.unique(share.round(12), axis=0, return_index=True)
        share = share[np.sort(first)]
    return Filled(share, tuple(_group(base, names, row) for row in share))


def _group(base: Base, names: Sequence[str], share: Floats) -> tuple[str, ...]:
    """Projects that fill one ceiling twice if there are as many; those that move the network last."""
    network = [any(lever["kind"] in NETWORK_KINDS for lever in base.projects[n].levers) for n in names]
    total, group = 0.0, []
    for k in sorted(np.flatnonzero(share > 0).tolist(), key=lambda k: (network[k], -share[k], names[k])):
        if total < FILLED:
            total += float(share[k])
            group.append(names[k])
    return tuple(sorted(group))


def worth(found: Filled, names: Sequence[str], beyond: Callable[[Sequence[str]], Floats]) -> Floats:
    """What one whole ceiling brings, from what each group does beyond the sum of its projects (ceiling, figure).

    Parameters
    ----------
    found
        The ceilings with their groups.
    names
        Candidates.
    beyond
        Figures of a group less the sum of the figures of its projects alone, all as changes from the base (figure,).
    """
    place = {name: k for k, name in enumerate(names)}
    rows = np.zeros((len(found.groups), len(names)))
    for g, group in enumerate(found.groups):
        rows[g, [place[n] for n in group]] = 1.0
    lost = np.array([beyond(group) for group in found.groups])
    # A group may fill other ceilings too, so all are told apart together.
    return np.asarray(-np.linalg.lstsq(found.wasted(rows), lost, rcond=None)[0])
