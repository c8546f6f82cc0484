"""Many trees at once: a forward star, and its trees shared out among threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numba
import numpy as np
import numpy.typing as npt

from yijiang.transport.paths.kernels import LEAF, OPEN, Bools, Floats, Ints, grow_forest

Numbers = npt.NDArray[np.integer[Any]]

#: Arcs times trees below which starting threads costs more than it saves.
SERIAL_WORK = 400_000


@dataclass(frozen=True, slots=True)
class Star:
    """Arcs sorted by the node they leave, then by the number of their link.

    Attributes
    ----------
    ptr : (node + 1)
        The arcs of node n are ptr[n] … ptr[n+1] − 1.
    tail, head, link : (arc)
        Node it leaves, node it enters, number of its link in the order given.
    through : (node)
        Whether a path may pass the node.
    fresh : (node)
        LEAF for a node with one neighbour, OPEN for the others.
    """

    ptr: Ints
    tail: Ints
    head: Ints
    link: Ints
    through: Bools
    fresh: Ints

    @classmethod
    def build(cls, tail: Numbers, head: Numbers, through: Bools) -> Self:
        """Sort links into a star.

        >>> star = Star.build(np.array([1, 0, 0]), np.array([0, 1, 1]), np.ones(2, bool))
        >>> star.ptr.tolist(), star.link.tolist()
        ([0, 2, 3], [1, 2, 0])
        """
        link = np.lexsort((np.arange(len(tail)), tail)).astype(np.int32)
        ptr = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=len(through)))]).astype(np.int32)
        nodes = len(through)
        low, high = np.full(nodes, nodes), np.full(nodes, -1)
        for ends, others in ((tail, head), (head, tail)):
            np.minimum.at(low, ends, others)
            np.maximum.at(high, ends, others)
        fresh = np.where(low == high, LEAF, OPEN).astype(np.int32)
        # A copy of its own: an array that may not be written to would have the kernels compiled once more.
        passes = np.array(through, dtype=np.bool_)
        return cls(ptr, tail[link].astype(np.int32), head[link].astype(np.int32), link, passes, fresh)

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.through)


class Forest(NamedTuple):
    """Trees: `cost` (tree, destination), `fields` (field, tree, destination), `pred` and `order` (tree, node)."""

    cost: Floats
    fields: Floats
    pred: Ints
    order: Ints


def grow(
    star: Star,
    source: Numbers,
    weight: Floats,
    destination: Numbers,
    kind: Numbers | None = None,
    field: Floats | None = None,
    widest: bool = False,
    keep: bool = False,
) -> Forest:
    """Grow a tree of least weight from every source, and sum fields along it.

    cost(o, d) = min over paths Σ weight;  with `widest`, cost(o, d) = min over paths of the largest weight.

    Parameters
    ----------
    source : (tree)
        Nodes where trees are rooted.
    weight : (kind, arc) or (arc)
        Weights in the order of the star, at least 0 unless `widest`; infinite closes an arc.
    destination : (destination)
        Nodes whose figures are wanted.
    kind : (tree)
        Row of `weight` for every tree; all 0 if left out.
    field : (field, arc)
        Figures to sum along the paths.
    keep
        Return the trees themselves.

    Source: Dijkstra (1959), Numerische Mathematik 1.

    Examples
    --------
    >>> star = Star.build(np.array([0, 0, 1]), np.array([1, 2, 2]), np.ones(3, bool))
    >>> grow(star, np.array([0]), np.array([1.0, 5.0, 2.0]), np.array([1, 2])).cost.tolist()
    [[1.0, 3.0]]
    """
    rows = np.ascontiguousarray(weight.reshape(-1, len(star.head)))
    fields = np.empty((0, len(star.head))) if field is None else np.ascontiguousarray(field)
    trees, ends = len(source), np.asarray(destination, np.int32)
    roots = np.asarray(source, np.int32)
    kinds = np.zeros(trees, np.int32) if kind is None else np.asarray(kind, np.int32)
    out = np.empty((1 + len(fields), trees, len(ends)))
    kept = (trees if keep else 0, star.nodes)
    pred, order = np.empty(kept, np.int32), np.empty(kept, np.int32)
    workers = numba.get_num_threads() if trees * len(star.head) > SERIAL_WORK else 1
    workers = max(1, min(workers, trees))

    def part(block: int) -> None:
        # Trees that are not kept are written over each other, by each thread in a row of its own.
        mine = (pred, order) if keep else (np.empty((1, star.nodes), np.int32), np.empty((1, star.nodes), np.int32))
        grow_forest(
            block * trees // workers, (block + 1) * trees // workers, roots, kinds, star.ptr, star.head, star.tail,
            rows, star.through, star.fresh, widest, ends, fields, out, *mine,
        )  # fmt: skip

    if workers == 1:
        part(0)
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(part, range(workers)))
    return Forest(out[0], out[1:], pred, order)
