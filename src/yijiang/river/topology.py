"""How reaches hang together: numbered upstream first, loops named, and a stack that holds a few of them at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yijiang.river.formulas import Floats, Ints

Edges = tuple[Ints, Ints, Floats]
"""Origin, target and share of the water of the origin that takes this way."""


@dataclass(frozen=True, slots=True, eq=False)
class Topology:
    """Reaches numbered so that all upstream of a reach comes before it, its tributaries side by side.

    Attributes
    ----------
    order : ndarray (reach)
        Number in the input of every reach in the new numbering. Everything below is in the new numbering.
    ptr, above, share : ndarray
        Reach i receives share[e] of the water of above[e] for e in ptr[i] … ptr[i + 1] − 1, in ascending order.
    down_ptr, below, part : ndarray
        The same ways seen from upstream: part[e] of the water of i goes to below[e] for e in down_ptr[i] …
    first : ndarray (reach)
        Lowest number of all reaches upstream of each; on a tree, first[i] … i is all that drains to i.
    slot : ndarray (reach)
        Place on a stack for what a reach passes on: it is free again when all reaches below have taken it.
    depth : int
        Places the stack needs. Heavier tributaries come first, so that on a tree it is at most 1 + log₂ of the number
        of headwaters.
    """

    order: Ints
    ptr: Ints
    above: Ints
    share: Floats
    down_ptr: Ints
    below: Ints
    part: Floats
    first: Ints
    slot: Ints
    depth: int

    @property
    def is_tree(self) -> bool:
        """Whether every reach passes on to at most one other."""
        return bool(np.all(np.diff(self.down_ptr) <= 1))

    @classmethod
    def of(cls, count: int, edges: Edges) -> Topology | None:
        """Number reaches that are joined by edges; None if they run in a circle (see `loops`).

        Examples
        --------
        The short branch 3 is visited after the pair 0, 1 that joins in 2.

        >>> origin, target = np.array([0, 1, 2, 3]), np.array([2, 2, 4, 4])
        >>> top = Topology.of(5, (origin, target, np.ones(4)))
        >>> top.order.tolist(), top.first.tolist(), top.depth
        ([0, 1, 2, 3, 4], [0, 1, 0, 3, 0], 2)
        """
        from yijiang.river import kernels

        origin, target, share = edges
        ptr, above, _ = _grouped(count, target, origin, share)
        order = kernels.post_order(ptr, above)
        if order.size < count:
            return None
        place = np.empty(count, dtype=np.int64)
        place[order] = np.arange(count)
        start, end = place[origin], place[target]
        ptr, above, ratio = _grouped(count, end, start, share)
        down_ptr, below, part = _grouped(count, start, end, share)
        first, slot, depth = kernels.stack_places(ptr, above, np.diff(down_ptr))
        return cls(order, ptr, above, ratio, down_ptr, below, part, first, slot, int(depth))


def _grouped(count: int, key: Ints, value: Ints, share: Floats) -> tuple[Ints, Ints, Floats]:
    """Compressed lists of `value` by `key`, both ascending."""
    sort = np.lexsort((value, key))
    ptr = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(key, minlength=count), out=ptr[1:])
    return ptr, value[sort].astype(np.int64), share[sort].astype(np.float64)


def loops(count: int, edges: Edges) -> list[list[int]]:
    """Every set of reaches that run in a circle, each written as one ring in the direction of flow.

    Examples
    --------
    >>> loops(4, (np.array([0, 1, 2, 3]), np.array([1, 2, 0, 3]), np.ones(4)))
    [[0, 1, 2], [3]]
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    origin, target, _ = edges
    graph = csr_array((np.ones(origin.size, dtype=np.int8), (origin, target)), shape=(count, count))
    _, part = connected_components(graph, directed=True, connection="strong")
    size = np.bincount(part, minlength=count)
    inner = part[origin] == part[target]
    circling = sorted({int(part[i]) for i in origin[inner] if size[part[i]] > 1} | _own(origin, target, part))
    rings = []
    following: dict[int, int] = {}
    for a, b in zip(origin[inner].tolist(), target[inner].tolist(), strict=True):
        following.setdefault(a, b)
    for group in circling:
        i = int(np.flatnonzero(part == group)[0])
        path: list[int] = []
        while i not in path:
            path.append(i)
            i = following[i]
        ring = path[path.index(i) :]
        least = ring.index(min(ring))
        rings.append(ring[least:] + ring[:least])
    return sorted(rings)


def _own(origin: Ints, target: Ints, part: npt.NDArray[np.int32]) -> set[int]:
    """Components of one reach that runs into itself."""
    return {int(part[i]) for i in origin[origin == target]}


def braids(top: Topology, names: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of reaches between which the river divides and joins again: (where it divides, where it first rejoins)."""
    found = []
    for i in np.flatnonzero(np.diff(top.down_ptr) > 1).tolist():
        ways = top.below[top.down_ptr[i] : top.down_ptr[i + 1]]
        seen = [_downstream(top, int(way)) for way in ways]
        joined = [j for k, one in enumerate(seen) for other in seen[k + 1 :] for j in one & other]
        if joined:
            found.append((names[i], names[min(joined)]))
    return found


def _downstream(top: Topology, start: int) -> set[int]:
    reached, waiting = {start}, [start]
    while waiting:
        i = waiting.pop()
        for j in top.below[top.down_ptr[i] : top.down_ptr[i + 1]].tolist():
            if j not in reached:
                reached.add(j)
                waiting.append(j)
    return reached
