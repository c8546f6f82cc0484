"""The response of many sections in one reverse pass, for rivers that do not divide.

All that leaves a reach comes to the next reach downstream that has a section, its gate. One pass finds for every reach
what of it arrives there; what a gate hands on to the gates below it is the same for all reaches behind it, and is found
once for each pair of gates. So a hundred sections cost little more than one, and nothing of size (section, reach) is
kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from yijiang.river.formulas import GRAMS_PER_SECOND, Factors, Floats, Ints
from yijiang.river.system import System


@njit(cache=True)
def to_gates(
    down: Ints, kept: Floats, monitored: Ints, through: Floats, pairs: Ints, pair_through: Floats, own: Floats,
    made: Floats, gate: Ints,
) -> None:  # fmt: skip
    """Find the gate of every reach, and what of the mass at its end arrives at the head of the gate.

    Parameters
    ----------
    down, kept
        Reach below or −1, and the share of the arriving water that is not withdrawn at a head (reach).
    monitored
        1 for reaches with a section.
    through, pairs, pair_through
        e^(−k τ) (pollutant, reach); pollutant made and maker (pair, 2); what of the maker is made (pair, reach).
    own, made, gate
        Results: shares (pollutant, reach) and (pair, reach) [-], and the gate or −1.
    """
    for i in range(down.size - 1, -1, -1):
        b = down[i]
        gate[i] = -1
        if b < 0:
            continue
        if monitored[b] != 0:
            gate[i] = b
            own[:, i] = kept[b]
            continue
        gate[i] = gate[b]
        for p in range(own.shape[0]):
            own[p, i] = kept[b] * through[p, b] * own[p, b]
        for k in range(made.shape[0]):
            product, maker = pairs[k, 0], pairs[k, 1]
            made[k, i] = kept[b] * (through[maker, b] * made[k, b] + pair_through[k, b] * own[product, b])


@njit(cache=True)
def between_gates(
    reaches: Ints, first: Ints, gate: Ints, number: Ints, through: Floats, pairs: Ints, pair_through: Floats,
    own: Floats, made: Floats, chain: Floats, chain_made: Floats,
) -> None:  # fmt: skip
    """Find what of the mass at the head of each gate arrives at the head of each gate downstream.

    Parameters
    ----------
    reaches, number
        Gates in ascending order, and the place of a reach in that list.
    first, gate, through, pairs, pair_through, own, made
        As in `topology.Topology` and `to_gates`.
    chain, chain_made
        Results (gate to, gate from, pollutant) and (…, pair) in arrays of zeros.
    """
    for j in range(reaches.size):
        r = reaches[j]
        chain[j, j] = 1.0
        for m in range(j - 1, -1, -1):
            g = reaches[m]
            if g < first[r]:
                break
            h = number[gate[g]]
            for p in range(own.shape[0]):
                chain[j, m, p] = through[p, g] * own[p, g] * chain[j, h, p]
            for k in range(made.shape[0]):
                product, maker = pairs[k, 0], pairs[k, 1]
                of_maker = own[maker, g] * through[maker, g]
                of_product = made[k, g] * through[maker, g] + own[product, g] * pair_through[k, g]
                chain_made[j, m, k] = chain_made[j, h, k] * of_maker + chain[j, h, product] * of_product


@dataclass(frozen=True, slots=True, eq=False)
class Gates:
    """Response of sections, held as what each reach sends to its gate."""

    _first: Ints
    _reach: Ints
    _row: Ints
    _number: Ints
    _gate: Ints
    _pairs: Ints
    _own: Floats
    _made: Floats
    _chain: Floats
    _chain_made: Floats
    _factors: tuple[Factors, Factors]
    _place: tuple[Factors, Factors]
    _fraction: Floats
    _scale: Floats

    @classmethod
    def of(cls, system: System, sections: Ints) -> Gates:
        """Run the pass."""
        net, top, water = system.network, system.network.topology, system.water
        count, pollutants, pairs = len(net.reach_names), len(system.rates), len(system.pairs)
        down = np.full(count, -1, dtype=np.int64)
        flowing = np.diff(top.down_ptr) > 0
        down[flowing] = top.below
        r, f = net.section_reach[sections], net.section_fraction[sections]
        reaches, row = np.unique(r, return_inverse=True)
        monitored, number = np.zeros(count, dtype=np.int64), np.full(count, -1, dtype=np.int64)
        monitored[reaches], number[reaches] = 1, np.arange(reaches.size)
        factors = system.reach_factors(storage=False)
        through, pair_through = (np.ascontiguousarray(x.through.T) for x in factors)
        own, made, gate = np.zeros((pollutants, count)), np.zeros((pairs, count)), np.empty(count, dtype=np.int64)
        to_gates(down, water.kept, monitored, through, system.pairs, pair_through, own, made, gate)
        chain = np.zeros((reaches.size, reaches.size, pollutants))
        chain_made = np.zeros((reaches.size, reaches.size, pairs))
        between_gates(
            reaches, top.first, gate, number, through, system.pairs, pair_through, own, made, chain, chain_made
        )
        place = system.reach_factors(water.travel_days[r] * f, r, storage=False)
        scale = GRAMS_PER_SECOND / water.section_flow[sections]
        return cls(
            top.first, r, row.reshape(-1), number, gate, system.pairs, own, made, chain, chain_made, factors, place, f,
            scale,
        )  # fmt: skip

    def at(self, j: int, made: int, loaded: int, reaches: Ints) -> tuple[Floats, Floats]:
        """Response of section j to loads on reaches, spread along them and at their heads [mg/L per t/yr]."""
        r, m = int(self._reach[j]), int(self._row[j])
        spread, head = np.zeros(reaches.size), np.zeros(reaches.size)
        k = next((k for k, (p, q) in enumerate(self._pairs.tolist()) if (p, q) == (made, loaded)), -1)
        if made != loaded and k < 0:
            return spread, head
        inner = (reaches >= self._first[r]) & (reaches < r)
        i = reaches[inner]
        g = self._number[self._gate[i]]
        (own, pair), (place, pair_place) = self._factors, self._place
        to_made, to_loaded = self._chain[m, g, made], self._chain[m, g, loaded]
        here, f = reaches == r, self._fraction[j]
        if made == loaded:
            arriving = self._own[made, i] * to_made * place.through[j, made]
            spread[inner], head[inner] = arriving * own.share[i, made], arriving * own.through[i, made]
            spread[here], head[here] = f * place.share[j, made], place.through[j, made]
        else:
            # What the maker at the end of a reach becomes at the section, and what the pollutant made there does.
            of_made = self._own[made, i] * to_made * place.through[j, made]
            at_head = self._chain_made[m, g, k] * self._own[loaded, i] + to_made * self._made[k, i]
            of_maker = at_head * place.through[j, made] + (self._own[loaded, i] * to_loaded * pair_place.through[j, k])
            spread[inner] = own.share[i, loaded] * of_maker + pair.share[i, k] * of_made
            head[inner] = own.through[i, loaded] * of_maker + pair.through[i, k] * of_made
            spread[here], head[here] = f * pair_place.share[j, k], pair_place.through[j, k]
        return spread * self._scale[j], head * self._scale[j]
