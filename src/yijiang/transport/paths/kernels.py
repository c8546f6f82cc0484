"""Kernels of the shortest paths: label setting with a heap of four children over a forward star of plain arrays.

The arcs of node n are ptr[n] … ptr[n+1] − 1; at one node they stand in the order of their numbers, which settles ties:
of two equal ways into a node that is still open the arc with the lower number is kept. Every origin is independent of
the others, so the result is the same to the last bit for any number of threads; kernels release the interpreter's lock.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

OPEN, SETTLED, LEAF = -1, -2, -3
"""Place of a node that has no label yet, of one whose label is final, and of a leaf: a node with one neighbour, whose
label is final as soon as the neighbour is settled, so that it never enters the heap. Other places are in the heap."""


@njit(cache=True, nogil=True)
def offer(node: int, label: float, size: int, heap: Ints, key: Floats, place: Ints) -> int:
    """Give a node that is not settled a lower label; returns the size of the heap."""
    at = place[node]
    if at == OPEN:
        at = size
        size += 1
    while at > 0:
        parent = (at - 1) >> 2
        if key[parent] <= label:
            break
        heap[at] = heap[parent]
        key[at] = key[parent]
        place[heap[at]] = at
        at = parent
    heap[at] = node
    key[at] = label
    place[node] = at
    return size


@njit(cache=True, nogil=True)
def settle(
    size: int, ptr: Ints, head: Ints, weight: Floats, through: Bools, widest: bool, dist: Floats, pred: Ints,
    order: Ints, heap: Ints, key: Floats, place: Ints,
) -> int:  # fmt: skip
    """Settle all nodes that can be reached from those in the heap (Dijkstra); returns how many there are.

    Parameters
    ----------
    size
        Nodes in the heap: the origins, with their labels in `dist`.
    weight : (arc)
        Weight of an arc, at least 0 unless `widest`; an infinite one is closed.
    through : (node)
        Whether a path may pass a node; an origin may always be left.
    widest
        Labels are the largest weight along the path and not the sum: with weight = −width it is the widest path.
    dist, pred : (node)
        Written: label, and the arc by which the tree enters the node.
    order : (node)
        Written: the nodes in the order in which they were settled.
    heap, key, place
        The heap; `place` holds OPEN or LEAF where no label was given yet.
    """
    settled = 0
    while size > 0:
        node = heap[0]
        label = key[0]
        order[settled] = node
        settled += 1
        place[node] = SETTLED
        size -= 1
        if size > 0:  # the last of the heap sinks from the top to its place
            moved, sinking = heap[size], key[size]
            at = 0
            while True:
                child = 4 * at + 1
                if child >= size:
                    break
                least = child
                for other in range(child + 1, min(child + 4, size)):
                    if key[other] < key[least]:
                        least = other
                if key[least] >= sinking:
                    break
                heap[at] = heap[least]
                key[at] = key[least]
                place[heap[at]] = at
                at = least
            heap[at] = moved
            key[at] = sinking
            place[moved] = at
        if not through[node] and pred[node] >= 0:
            continue
        for arc in range(ptr[node], ptr[node + 1]):
            end = head[arc]
            if place[end] == SETTLED:
                continue
            reached = max(label, weight[arc]) if widest else label + weight[arc]
            if reached < dist[end]:
                if place[end] == LEAF:
                    if dist[end] == np.inf:
                        order[settled] = end
                        settled += 1
                    dist[end] = reached
                    pred[end] = arc
                    continue
                dist[end] = reached
                pred[end] = arc
                size = offer(end, reached, size, heap, key, place)
            elif reached == dist[end] and arc < pred[end]:
                pred[end] = arc
    return settled


@njit(cache=True, nogil=True)
def grow_forest(
    first: int, last: int, source: Ints, kind: Ints, ptr: Ints, head: Ints, tail: Ints, weight: Floats,
    through: Bools, fresh: Ints, widest: bool, destination: Ints, field: Floats, out: Floats, pred: Ints, order: Ints,
) -> None:  # fmt: skip
    """Grow the trees first … last − 1 of `source` and read costs and fields at the destinations in the same pass.

    Parameters
    ----------
    source, kind : (tree)
        Node where the tree is rooted, and which row of `weight` it uses.
    tail, head : (arc)
        Nodes an arc leaves and enters.
    weight : (kind, arc)
        What is minimised.
    fresh : (node)
        OPEN, or LEAF.
    destination : (destination)
        Nodes whose figures are wanted.
    field : (field, arc)
        What is summed along the path, beside the weight.
    out : (1 + field, tree, destination)
        Written: label and sums; infinite where no path leads.
    pred, order : (tree, node)
        Written: the arc that enters a node, −1 for none; the nodes as they were settled, −1 after the last. With one
        row only they are work space.
    """
    nodes, fields = len(ptr) - 1, field.shape[0]
    dist, key, total = np.empty(nodes), np.empty(nodes), np.zeros((nodes, fields))
    heap, place = np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    for t in range(first, last):
        enter, settled = pred[t if len(pred) > 1 else 0], order[t if len(order) > 1 else 0]
        dist[:] = np.inf
        enter[:] = -1
        settled[:] = -1
        place[:] = fresh
        root = source[t]
        place[root] = OPEN
        dist[root] = -np.inf if widest else 0.0
        size = offer(root, dist[root], int(np.int64(0)), heap, key, place)
        reached = settle(size, ptr, head, weight[kind[t]], through, widest, dist, enter, settled, heap, key, place)
        if fields > 0:
            total[root] = 0.0
            for i in range(1, reached):
                arc = enter[settled[i]]
                for f in range(fields):
                    total[settled[i], f] = total[tail[arc], f] + field[f, arc]
        for d in range(len(destination)):
            end = destination[d]
            out[0, t, d] = dist[end]
            for f in range(fields):
                out[1 + f, t, d] = total[end, f] if dist[end] < np.inf else np.inf
