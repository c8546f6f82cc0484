"""Reaches cut at the sections that lie in them, and blocks of them that can be worked through side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yijiang.river.formulas import Floats, Ints
from yijiang.river.network import RiverNetwork

SMALLEST_BLOCK = 2_000
BLOCKS = 32


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Parts of reaches, numbered as the reaches are, and in the direction of flow within a reach.

    Attributes
    ----------
    reach, share : ndarray (piece)
        Reach it is part of, and its share of the length of it (0 for a section at the very head).
    ptr, above, part
        As in `Topology`.
    slot, section, mouth : ndarray (piece)
        Place on the stack; number of the section at its end or −1; whether it runs into no other.
    head : ndarray (reach)
        First piece of every reach.
    same_place : ndarray (section)
        Section that stands at the same place and whose series this one shares (itself in most cases).
    """

    reach: Ints
    share: Floats
    ptr: Ints
    above: Ints
    part: Floats
    slot: Ints
    section: Ints
    mouth: Ints
    head: Ints
    same_place: Ints
    first: Ints
    down: Ints

    @classmethod
    def of(cls, net: RiverNetwork, sections: Ints) -> Pieces:
        """Cut the reaches of a network at some of its sections (numbers)."""
        from yijiang.river import kernels

        top, count = net.topology, len(net.reach_names)
        r, f = net.section_reach[sections], net.section_fraction[sections]
        places = np.unique(np.stack([r.astype(np.float64), f]), axis=1) if r.size else np.zeros((2, 0))
        inside = places[:, places[1] < 1.0]
        extra = np.bincount(inside[0].astype(np.int64), minlength=count)
        head = np.zeros(count + 1, dtype=np.int64)
        np.cumsum(extra + 1, out=head[1:])
        reach = np.repeat(np.arange(count), extra + 1)
        size = reach.size
        last = head[1:] - 1
        end = np.ones(size)
        # Within a reach the inner cuts are in ascending order already.
        rank = np.arange(inside.shape[1]) - np.searchsorted(inside[0], inside[0], side="left")
        end[head[inside[0].astype(np.int64)] + rank] = inside[1]
        begin = np.concatenate([[0.0], end[:-1]])
        begin[head[:-1]] = 0.0

        number = np.full(size, -1, dtype=np.int64)
        same_place = np.arange(r.size)
        for j in range(r.size):
            at = head[r[j]] + int(np.searchsorted(end[head[r[j]] : head[r[j] + 1]], f[j]))
            if number[at] >= 0:
                same_place[j] = number[at]
            else:
                number[at] = j
        first_piece = np.zeros(size, dtype=np.bool_)
        first_piece[head[:-1]] = True
        entries = np.ones(size, dtype=np.int64)
        entries[head[:-1]] = np.diff(top.ptr)
        ptr = np.zeros(size + 1, dtype=np.int64)
        np.cumsum(entries, out=ptr[1:])
        above, part = np.arange(-1, size - 1, dtype=np.int64).repeat(entries), np.ones(ptr[-1])
        of_reach = np.repeat(first_piece, entries)
        above[of_reach], part[of_reach] = last[top.above], top.share
        ways = np.ones(size, dtype=np.int64)
        ways[last] = np.diff(top.down_ptr)
        first, slot, _ = kernels.stack_places(ptr, above, ways)
        down = np.full(size, -1, dtype=np.int64)
        down[above] = np.repeat(np.arange(size), entries)
        down[ways > 1] = -2
        return cls(
            reach, end - begin, ptr, above, part, slot, number, (ways == 0).astype(np.int64), head[:-1], same_place,
            first, down,
        )  # fmt: skip

    def blocks(self) -> tuple[list[Ints], Ints, Ints]:
        """Cut the river into sub-watersheds to be worked through side by side, and the rest of it below them.

        The cut depends on the river alone, not on the number of threads, so that all sums have the same order.

        Returns
        -------
        Pieces of every sub-watershed, the pieces of the rest (−1 − i where a sub-watershed ends), and the number of
        the sub-watershed that ends in a piece or −1.
        """
        size = self.reach.size
        limit = max(SMALLEST_BLOCK, -(-size // BLOCKS))
        leaf = np.full(size, -1, dtype=np.int64)
        length = np.arange(size) - self.first + 1
        # A block must be all that drains to its end, and nothing of it may flow elsewhere.
        closed = np.ones(size, dtype=np.int64)
        outside = np.concatenate([[0], np.cumsum(self.down == -2)])
        closed = outside[np.arange(size)] == outside[self.first]
        small = closed & (length <= limit) & (self.down != -2)
        below = self.down
        ends = small & (below >= 0)
        ends[ends] = ~small[below[ends]]
        # Tiny ones are not worth handing over.
        ends &= length >= max(2, limit // 16)
        chosen = np.flatnonzero(ends)
        if size <= SMALLEST_BLOCK or chosen.size < 2:
            return [], np.arange(size), leaf
        leaf[chosen] = np.arange(chosen.size)
        inside = np.zeros(size + 1, dtype=np.int64)
        np.add.at(inside, self.first[chosen], 1)
        np.add.at(inside, chosen + 1, -1)
        rest = np.flatnonzero(np.cumsum(inside[:-1]) == 0)
        trunk = np.sort(np.concatenate([rest, chosen]))
        trunk = np.where(leaf[trunk] >= 0, -1 - trunk, trunk)
        return [np.arange(self.first[i], i + 1) for i in chosen], trunk, leaf
