"""Which pairs of projects are evaluated together: all of a few, of many those that move the same thing."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from yijiang.scenario import NETWORK_KINDS

if TYPE_CHECKING:
    from yijiang.base import Base

#: Up to this many candidates every pair is evaluated.
ALL_PAIRS = 16
#: With more, at most this many pairs for each candidate, and so many in all, the largest first.
PAIRS_EACH = 3
MOST_PAIRS = 300


def couples(
    base: Base, names: Sequence[str], single: Mapping[str, Any], still: Any, most: int | None = None
) -> list[tuple[str, str]]:
    """Choose the pairs whose joint effect is evaluated.

    Two projects act on one another where they move the same cell of a table (technology, capital, trade, load) or the
    same network; beyond that only through prices, which is of second order in effects that are small themselves. Of
    many touching pairs those with the largest product of effects are kept.

    Parameters
    ----------
    base
        The base.
    names
        Candidates.
    single, still
        Responses of each alone, and of the base, with ``.income`` (region,).
    most
        Most pairs; without it 3 for each candidate but no more than 300, or all of up to 16 candidates.
    """
    every = list(itertools.combinations(names, 2))
    if most is None and len(names) <= ALL_PAIRS:
        return every
    limit = min(PAIRS_EACH * len(names), MOST_PAIRS) if most is None else most
    touched = {name: touches(base.projects[name].levers) for name in names}
    size = {name: float(np.abs(single[name].income - still.income).max()) for name in names}
    meeting = [(a, b) for a, b in every if touched[a] & touched[b]]
    meeting.sort(key=lambda c: (-size[c[0]] * size[c[1]], c))
    return sorted(meeting[:limit])


def touches(levers: Sequence[Mapping[str, Any]]) -> frozenset[tuple[str, ...]]:
    """The cells that the levers of a project move.

    Examples
    --------
    >>> lever = {"kind": "friction", "region": "A", "partner": "B", "sector": "steel", "using": "", "target": ""}
    >>> sorted(touches([lever]))
    [('trade', 'A', 'B', 'steel')]
    """
    found: set[tuple[str, ...]] = set()
    for lever in levers:
        kind = str(lever["kind"])
        if kind in NETWORK_KINDS:
            # Ways and modes compete, so any two changes of the network meet.
            found.add(("network",))
        elif kind == "productivity":
            found.add(("technology", str(lever["region"]), str(lever["sector"])))
        elif kind == "capital":
            found.add(("capital", str(lever["region"])))
        elif kind == "friction":
            found.add(("trade", str(lever["region"]), str(lever["partner"]), str(lever["sector"])))
        else:
            found.add(("load", str(lever["region"]), str(lever["pollutant"])))
    return frozenset(found)
