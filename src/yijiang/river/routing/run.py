"""The arrays of one run, and the run itself on any number of threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from yijiang.river.formulas import Floats, Ints
from yijiang.river.network import RiverNetwork
from yijiang.river.oxygen import theta_of
from yijiang.river.routing.lateral import LateralArrays
from yijiang.river.routing.pieces import Pieces
from yijiang.river.routing.setup import Entries, Waves, entries, lanes
from yijiang.river.system import System


@dataclass(slots=True, eq=False)
class Run:
    """Arrays of one run, and what comes out of it.

    `scenarios` have water of their own; `stride` lanes hold the scenarios of one constituent.
    """

    arguments: tuple[Any, ...]
    depth: int
    blocks: list[Ints]
    trunk: Ints
    leaf: Ints
    pieces: Pieces
    steps: int
    scenarios: int
    stride: int
    lanes: int
    spans: int
    sections: int
    out_w: Floats
    out_m: Floats
    budget_w: Floats
    budget_m: Floats

    @classmethod
    def of(
        cls, net: RiverNetwork, system: System, pieces: Pieces, moving: Waves, flows: LateralArrays,
        carried: LateralArrays | None, by_series: bool, spans: Ints | None, at: Floats | None,
        theta: Mapping[str, float],
    ) -> Run:  # fmt: skip
        """Lay everything out."""
        steps = flows.amounts.shape[1]
        side = entries(net, pieces, flows)
        names = list(system.names)
        values = carried.amounts if carried is not None else np.zeros((1, steps, len(names), 1))
        copies = values.shape[0] if by_series else 1
        if by_series:
            values = _apart(values)
        # Scenarios that share their water are lanes like any other; those with water of their own lie in fours.
        own, outer = len(flows.scenarios), values.shape[3]
        if own == 1:
            copies, scenarios, stride = copies * outer, 1, outer
            values = values.reshape(*values.shape[:2], -1, 1)
        else:
            scenarios = stride = -(-own // 4) * 4
            wide = np.zeros((*values.shape[:3], scenarios))
            wide[..., :own] = values
            values = wide
        # The water of the last scenario fills the four up: a river without water is nothing to route.
        chosen = np.minimum(np.arange(scenarios), own - 1)
        water = np.ascontiguousarray(flows.amounts[:, :, 0][:, :, chosen])
        size = pieces.reach.size
        none = Entries(
            np.zeros(size + 1, dtype=np.int64), np.zeros(0, np.int64), np.zeros((0, len(names))), np.zeros(0, np.int64)
        )
        loads = entries(net, pieces, carried) if carried is not None else none
        share = np.repeat(loads.share, copies, axis=1)
        mass = lanes(values)
        segment = np.concatenate([spans if spans is not None else [0], [steps]]).astype(np.int64)
        mass_sum = np.add.reduceat(mass, segment[:-1], axis=1)
        warm = np.ones((segment.size - 1, len(names)))
        if at is not None:
            warm = np.stack([theta_of(name, theta) ** (at - 20.0) for name in names], axis=1)
        pairs = (
            np.concatenate([system.pairs * copies + c for c in range(copies)]) if len(system.pairs) else system.pairs
        )
        making = np.tile(system.making, (1, copies))
        warm_pair = np.ones((segment.size - 1, len(pairs)))
        decay = np.repeat(system.decay, copies, axis=1)
        if np.all(decay == decay[:1]) and np.all(making == making[:1]):
            decay, making = decay[:1], making[:1]
        else:
            decay, making = decay[pieces.reach], making[pieces.reach]
        kept = np.ones(size)
        kept[pieces.head] = system.water.kept
        blocks, trunk, leaf = pieces.blocks()
        sections = int(pieces.section.max(initial=-1)) + 1
        arguments = (
            pieces.ptr, pieces.above, pieces.part, pieces.slot, kept, moving.sub, moving.wave, moving.dead, moving.days,
            net.lake[pieces.reach].astype(np.int64), np.ascontiguousarray(decay), np.ascontiguousarray(pairs),
            np.ascontiguousarray(making), segment, np.repeat(warm, copies, axis=1), warm_pair, side.ptr, side.series,
            np.ascontiguousarray(side.share[:, 0]), side.head, water, water.sum(axis=1), loads.ptr, loads.series, share,
            loads.head, mass, mass_sum,
        )  # fmt: skip
        width = mass.shape[2]
        return cls(
            arguments, int(pieces.slot.max()) + 1, blocks, trunk, leaf, pieces, steps, scenarios, stride, width,
            segment.size - 1, sections, np.zeros((sections, steps, scenarios)), np.zeros((sections, steps, width)),
            np.zeros((4, scenarios)), np.zeros((6, width)),
        )  # fmt: skip

    def work(self, empty: bool, threads: int) -> None:
        """Work through the blocks, on any number of threads, and then through the rest."""
        from yijiang.river.routing.kernels import route_pieces

        run: Callable[..., None] = route_pieces
        count = len(self.blocks)
        store = (
            np.zeros((count, self.steps, self.scenarios)), np.zeros((count, self.steps, self.lanes)),
            np.zeros((count, self.scenarios)), np.zeros((count, self.lanes)), np.zeros((count, self.scenarios)),
            np.zeros((count, self.spans, self.lanes)),
        )  # fmt: skip
        budget_w, budget_m = np.zeros((count + 1, 4, self.scenarios)), np.zeros((count + 1, 6, self.lanes))

        def part(k: int, todo: Ints) -> None:
            run(
                todo, self.depth, *self.arguments, empty, self.pieces.mouth, self.pieces.section, self.out_w,
                self.out_m, self.leaf, *store, budget_w[k], budget_m[k],
            )  # fmt: skip

        if threads > 1 and count > 1:
            longest = sorted(range(count), key=lambda k: (-self.blocks[k].size, k))
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(lambda k: part(k, self.blocks[k]), longest))
        else:
            for k, todo in enumerate(self.blocks):
                part(k, todo)
        part(count, self.trunk)
        # One block after the other: the same sums whoever worked them out.
        self.budget_w = budget_w.cumsum(axis=0)[-1]
        self.budget_m = budget_m.cumsum(axis=0)[-1]


def _apart(values: Floats) -> Floats:
    """Give every series lanes of its own: (series, step, pollutant, scenario) → pollutant × series lanes."""
    series, steps, pollutants, scenarios = values.shape
    result = np.zeros((series, steps, pollutants, series, scenarios))
    for k in range(series):
        result[k, :, :, k] = values[k]
    return result.reshape(series, steps, pollutants * series, scenarios)
