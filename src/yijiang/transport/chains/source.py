"""Columns over chains of modes: trees of every leg, kept until a cost they rest on changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass
from typing import Self

import numba
import numpy as np

from yijiang.transport.assignment.kernels import Bools, Floats, Ints, Shorts
from yijiang.transport.chains.kernels import alike, best_vehicles, join_chains, regrow, trace_chains
from yijiang.transport.chains.virtual import VirtualNetwork
from yijiang.transport.paths.forest import SERIAL_WORK, Numbers, Star

#: Keys of the trees of the road from and to the zones; those of a main mode have its number.
OUT, BACK = -1, -2


@dataclass(frozen=True, slots=True)
class Prefixes:
    """Sequences of main modes with which chains begin, shorter ones first.

    Attributes
    ----------
    parent, mode, before : (prefix) prefix it prolongs (−1: the road), mode of its last leg and of the one before.
    of_chain : (chain) prefix of a chain, −1 for the road alone.
    """

    parent: Ints
    mode: Ints
    before: Ints
    of_chain: Ints

    @classmethod
    def build(cls, chains: Sequence[Sequence[int]], road: int) -> Self:
        """Number the prefixes of chains given by their main modes.

        >>> prefixes = Prefixes.build([(), (1,), (1, 2)], 0)
        >>> prefixes.parent.tolist(), prefixes.before.tolist(), prefixes.of_chain.tolist()
        ([-1, 0], [0, 1], [-1, 0, 1])
        """
        number: dict[tuple[int, ...], int] = {(): -1}
        parent, mode, before = list[int](), list[int](), list[int]()
        for size in range(1, max(map(len, chains), default=0) + 1):
            for legs in dict.fromkeys(tuple(c[:size]) for c in chains if len(c) >= size):
                number[legs] = len(parent)
                parent.append(number[legs[:-1]])
                mode.append(legs[-1])
                before.append(legs[-2] if size > 1 else road)
        arrays = (np.array(v, np.int64) for v in (parent, mode, before, [number[tuple(c)] for c in chains]))
        return cls(*arrays)

    def resting_on(self, moved: Bools) -> Bools:
        """Prefixes with a leg by one of some modes (mode,).

        >>> prefixes = Prefixes.build([(), (1,), (1, 2)], 0)
        >>> prefixes.resting_on(np.array([False, False, True])).tolist()
        [False, True]
        """
        out = moved[self.mode]
        for n, parent in enumerate(self.parent.tolist()):  # shorter prefixes come first
            out[n] |= parent >= 0 and out[parent]
        return out


class Trees:
    """Trees of one mode, rooted at ports or zones, one per root and commodity, kept up to date.

    Parameters
    ----------
    star
        The mode, states counted from its first.
    root, row : (root)
        Where the trees are rooted, and which vehicle's weights they use.
    target : (target)
        States whose labels are wanted; −1 for one that is not there.
    pred : (root · commodity, state)
        Where the trees are kept.
    """

    def __init__(self, star: Star, root: Numbers, row: Numbers, target: Numbers, rank: Ints, pred: Shorts) -> None:
        self.star, self.root, self.row, self.rank = star, root.astype(np.int32), row.astype(np.int64), rank
        self.target = target.astype(np.int32)
        self.pred, self.order = pred, np.empty_like(pred)
        self.out = np.full((len(root), len(rank), len(target)), np.inf)
        self._weight: Floats | None = None
        self._owned = True

    def fork(self) -> Trees:
        """Return trees that begin like these and leave these as they are."""
        twin = copy(self)
        twin._owned = False
        return twin

    def stand(self, weight: Floats) -> bool:
        """Whether the trees are those of these weights already."""
        return self._weight is not None and alike(weight, self._weight)

    def update(self, weight: Floats, pred: Shorts | None = None) -> None:
        """Take new weights (row · commodity, arc of the star); `pred` is where the trees are from now on kept."""
        if not self._owned:
            self.order, self.out = self.order.copy(), self.out.copy()
            self.pred = self.pred.copy() if pred is None else pred
            self._owned = True
        known, self._weight, star = self._weight is not None, weight, self.star

        def part(first: int, last: int) -> None:
            regrow(
                first, last, self.root, self.row, self.rank, star.ptr, star.head, star.tail, star.fresh,
                star.through, weight, self.target, known, self.out, self.pred, self.order,
            )  # fmt: skip

        share(part, len(self.root), len(self.rank) * len(star.head))


def share(part: Callable[[int, int], None], count: int, work: int) -> None:
    """Share out `count` independent pieces of some work (arcs each) among threads."""
    workers = max(1, min(numba.get_num_threads(), count)) if count * work > SERIAL_WORK else 1
    if workers == 1:
        part(0, count)
        return
    cuts = [i * count // workers for i in range(workers + 1)]
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(part, cuts[:-1], cuts[1:]))


class ChainTrees:
    """Least chains from every origin for every commodity.

    Parameters
    ----------
    virtual
        The virtual network.
    prefixes
        The chains.
    road : number of the mode on which chains begin and end.
    job, chain, end : (group)
        Job of a group (commodity · zones + origin), its chain and destination.
    time_value : (commodity)
        Trees of commodities that value time alike are tried on each other.
    """

    def __init__(
        self, virtual: VirtualNetwork, prefixes: Prefixes, road: int, job: Ints, chain: Ints, end: Ints,
        time_value: Floats,
    ) -> None:  # fmt: skip
        self.virtual, self.prefixes, self.road, v = virtual, prefixes, road, virtual
        self.job, self.chain, self.end = job, chain, end
        self.classes, zones = len(time_value), len(v.zone_state)
        self.job_class = np.repeat(np.arange(self.classes), zones)
        self.job_zone = np.tile(np.arange(zones), self.classes)
        rank = np.argsort(time_value, kind="stable").astype(np.int64)
        self.arc_first = v.star.ptr[v.base].astype(np.int64)
        truck = int(v.mode_first[road])
        forward = self._star(truck)
        backward = Star.build(forward.head, forward.tail, forward.through)
        targets = np.concatenate([v.road_port, v.zone_state])
        kept = (zones * self.classes, forward.nodes)
        none = np.zeros(zones, np.int64)
        #: Trees by main mode, and of the road from and to the zones.
        self.trees = {
            OUT: Trees(forward, v.zone_state, none, targets, rank, np.empty(kept, np.int32)),
            BACK: Trees(backward, v.zone_state, none, targets, rank, np.empty(kept, np.int32)),
        }
        self._legs(rank)
        legs = (len(self.job_class), len(prefixes.mode), int(np.diff(self.call_ptr).max(initial=0)))
        self.label, self.came = np.empty(legs), np.empty(legs, np.int32)
        self.total = np.empty((len(self.job_class), len(prefixes.of_chain), zones))
        self.exit_port = np.empty(self.total.shape, np.int32)
        self._joined: Floats | None = None
        self._shares_legs = self._shares_chains = False
        self._own = set(self.trees)

    def _star(self, vehicle: int) -> Star:
        v = self.virtual
        own = slice(int(self.arc_first[vehicle]), int(self.arc_first[vehicle + 1]))
        low, high = int(v.base[vehicle]), int(v.base[vehicle + 1])
        return Star.build(v.star.tail[own] - low, v.star.head[own] - low, np.ones(high - low, bool))

    def _legs(self, rank: Ints) -> None:
        """Number the ports of every main mode that chains use, and lay out their legs and trees one after the other."""
        v, used = self.virtual, set(self.prefixes.mode.tolist())
        modes, ports = len(v.mode_first) - 1, v.port_state.shape[1]
        self.local = np.full((modes, ports), -1, np.int32)
        calls, sizes, trees = [], [0], [0]
        for m in range(modes):
            # Goods board and leave a mode at its terminals only.
            may = (v.board[m] >= 0).any(axis=0) | (v.board[:, m] >= 0).any(axis=0)
            mine = np.flatnonzero(may) if m in used else np.zeros(0, np.int64)
            self.local[m, mine] = np.arange(len(mine))
            calls.append(mine)
            sizes.append(self.classes * len(mine) ** 2)
            vehicle = int(v.mode_first[m])
            count = int(v.mode_first[m + 1]) - vehicle
            trees.append(count * len(mine) * self.classes * int(v.base[vehicle + 1] - v.base[vehicle]))
        self.call = np.concatenate(calls).astype(np.int64)
        self.call_ptr = np.concatenate([[0], np.cumsum([len(c) for c in calls])]).astype(np.int64)
        self.leg_ptr, self.tree_ptr = np.cumsum(sizes).astype(np.int64), np.cumsum(trees).astype(np.int64)
        self.leg = np.full(int(self.leg_ptr[-1]), np.inf)
        self.best = np.full(int(self.leg_ptr[-1]), -1, np.int32)
        self.tree_pred = np.empty(int(self.tree_ptr[-1]), np.int32)
        self.legs = sorted(m for m in used if len(calls[m]))
        for m in self.legs:
            vehicles = np.arange(v.mode_first[m], v.mode_first[m + 1])
            star, mine = self._star(int(vehicles[0])), calls[m]
            roots = v.port_state[vehicles[0], mine] - v.base[vehicles[0]]
            kept = self.tree_pred[self.tree_ptr[m] : self.tree_ptr[m + 1]].reshape(-1, star.nodes)
            row = np.repeat(np.arange(len(vehicles)), len(mine))
            self.trees[m] = Trees(star, np.tile(roots, len(vehicles)), row, roots, rank, kept)

    def price(self, cost: Floats) -> Floats:
        """Bring the trees up to date and join the chains; see `Source`."""
        if self._joined is None or not alike(cost, self._joined):
            self._join(cost)
        return self.total[self.job, self.chain, self.end]

    def _join(self, cost: Floats) -> None:
        """Update the trees whose costs changed, and join anew the chains that they are part of."""
        v, p = self.virtual, self.prefixes
        others = int(self.arc_first[-1])
        # Anything but the legs of a main mode may be part of any chain.
        all_anew = self._joined is None or not np.array_equal(cost[:, others:], self._joined[:, others:])
        self._joined = cost
        truck = int(v.mode_first[self.road])
        weight = cost[:, self.arc_first[truck] : self.arc_first[truck + 1]]
        for key in (OUT, BACK):
            turned = np.ascontiguousarray(weight[:, self.trees[key].star.link])
            if not self.trees[key].stand(turned):
                self._mine(key).update(turned)
                all_anew = True
        moved = np.zeros(len(v.mode_first) - 1, bool)
        for m in self.legs:
            vehicles = range(int(v.mode_first[m]), int(v.mode_first[m + 1]))
            rows = np.concatenate([cost[:, self.arc_first[g] : self.arc_first[g + 1]] for g in vehicles])
            if self.trees[m].stand(rows):
                continue
            moved[m] = True
            self._own_legs()
            trees = self._mine(m)
            kept = slice(int(self.tree_ptr[m]), int(self.tree_ptr[m + 1]))
            trees.update(rows, self.tree_pred[kept].reshape(trees.pred.shape))
            ports = len(trees.target)
            at, shape = slice(int(self.leg_ptr[m]), int(self.leg_ptr[m + 1])), (self.classes, ports, ports)
            best_vehicles(trees.out, len(vehicles), self.leg[at].reshape(shape), self.best[at].reshape(shape))
        anew = p.resting_on(moved) | all_anew
        self._own_chains()

        def part(first: int, last: int) -> None:
            join_chains(
                first, last, self.job_class, self.job_zone, self.road, self.trees[OUT].out, self.trees[BACK].out,
                p.parent, p.mode, p.before, p.of_chain, self.call_ptr, self.call, self.local, self.leg_ptr, self.leg,
                v.board, cost, v.load, v.unload, anew, all_anew, self.label, self.came, self.total, self.exit_port,
            )  # fmt: skip

        share(part, len(self.job_class), self.label.shape[1] * self.label.shape[2] ** 2)

    def with_groups(self, job: Ints, chain: Ints, end: Ints) -> ChainTrees:
        """The same trees for other groups, to walk back along; not to be priced."""
        twin = copy(self)
        twin.job, twin.chain, twin.end = job, chain, end
        return twin

    def fork(self, job: Ints, chain: Ints, end: Ints) -> ChainTrees:
        """Trees for other groups on a network of the same shape; what does not change there is not grown again."""
        twin = copy(self)
        twin.job, twin.chain, twin.end = job, chain, end
        twin.trees = dict(self.trees)
        twin._own, self._own = set(), set()
        twin._shares_legs = twin._shares_chains = self._shares_chains = True
        return twin

    def _mine(self, key: int) -> Trees:
        """Trees that may be brought up to date without touching those of whoever shares them."""
        if key not in self._own:
            self.trees[key] = self.trees[key].fork()
            self._own.add(key)
        return self.trees[key]

    def _own_legs(self) -> None:
        """Copy what is about to change and is shared with those that this was forked from."""
        if self._shares_legs:
            self.tree_pred, self.leg, self.best = self.tree_pred.copy(), self.leg.copy(), self.best.copy()
            self._shares_legs = False

    def _own_chains(self) -> None:
        """Copy the chains that are about to change and are shared with those that this was forked from."""
        if self._shares_chains:
            self.label, self.came = self.label.copy(), self.came.copy()
            self.total, self.exit_port = self.total.copy(), self.exit_port.copy()
            self._shares_chains = False

    def columns(self, wanted: Ints) -> tuple[Ints, Shorts]:
        """Walk back along the chains joined last; see `Source`."""
        v, p = self.virtual, self.prefixes
        road, back = self.trees[OUT], self.trees[BACK]
        ptr, links = trace_chains(
            wanted, self.job, self.chain, self.end, self.job_class, self.job_zone, self.road, self.classes,
            p.of_chain, p.parent, p.mode, p.before, self.call_ptr, self.call, self.local, self.leg_ptr, self.best,
            self.came, self.exit_port, v.base, v.mode_first, self.tree_ptr, self.tree_pred, self.arc_first,
            v.star.tail, v.port_state, road.pred, back.pred, back.star.link, road.star.head,
            v.road_port, v.zone_state, v.board, v.load, v.unload,
        )  # fmt: skip
        return ptr, links
