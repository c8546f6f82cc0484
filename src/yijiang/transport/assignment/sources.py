"""Columns from the trees of a network, one per origin and class."""

from __future__ import annotations

import numpy as np

from yijiang.transport.assignment.kernels import Floats, Ints, Shorts
from yijiang.transport.assignment.pathset import kernels as pathkernels
from yijiang.transport.paths.forest import Forest, Star, grow


class Trees:
    """Shortest-path trees from every origin for every class.

    Parameters
    ----------
    star
        The network.
    origin, destination, kind : (group)
        Node where a group begins and ends, and its class.
    """

    def __init__(self, star: Star, origin: Ints, destination: Ints, kind: Ints) -> None:
        self.star = star
        roots, tree = np.unique(np.column_stack([kind, origin]), axis=0, return_inverse=True)
        self._kind, self._root = roots[:, 0], roots[:, 1]
        self._tree = tree.astype(np.int32).ravel()
        ends, place = np.unique(destination, return_inverse=True)
        self._ends, self._place = ends, place.ravel()
        self._end = destination.astype(np.int32)
        self._forest: Forest | None = None

    def price(self, cost: Floats) -> Floats:
        """Grow the trees; see `Source`."""
        weight = cost[:, self.star.link]
        self._forest = grow(self.star, self._root, weight, self._ends, kind=self._kind, keep=True)
        least: Floats = self._forest.cost[self._tree, self._place]
        return least

    def columns(self, wanted: Ints) -> tuple[Ints, Shorts]:
        """Walk back along the trees grown last; see `Source`."""
        assert self._forest is not None
        star = self.star
        return pathkernels.trace(wanted, self._tree, self._end, self._forest.pred, star.tail, star.link)
