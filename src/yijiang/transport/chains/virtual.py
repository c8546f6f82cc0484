"""The virtual network: every state (node, vehicle), and the links that load, move, transfer, pass a lock and unload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from yijiang.transport import kernels as tables
from yijiang.transport import vdf
from yijiang.transport.assignment import kernels
from yijiang.transport.assignment.kernels import Floats, Ints, Shorts
from yijiang.transport.freightnetwork import FreightNetwork
from yijiang.transport.paths.forest import Star

MONEY, HOURS, CO2, KM = 0, 1, 2, 3
"""Rows of `VirtualNetwork.fields`: yuan/t, h, kg/t, km; the km of every mode follow."""


@dataclass(frozen=True, slots=True)
class VirtualNetwork:
    """Virtual links with their fields and facilities.

    The first links are the arcs of all vehicles, vehicle by vehicle; then the transfers (both directions of every
    terminal), then loading and unloading of every zone. Whoever boards a mode pays its `money_fixed`, so that a chain
    pays for every leg; half the access of a zone is hauled when loading, half when unloading.

    Attributes
    ----------
    star : arcs of all vehicles over their states.
    base : (vehicle + 1) first state; mode_first : (mode + 1) first vehicle.
    port_state : (vehicle, port), state_port : (state), board : (mode, mode, port) numbers or −1.
    zone_state, road_port : state of the road, counted from its first one, of a zone and of a port.
    load, unload : (zone) virtual link.
    arc : (arc of the star) arc of the network's topology it stands for.
    fields : (4 + mode, link).
    open : (link) whether the water is deep enough for the vehicle.
    facility : (link), param : (facility, 7), names : (facility); the last facility holds what loads nothing.

    Source: Jourquin and Beuthe (1996), Transportation Research C 4(6).
    """

    star: Star
    base: Ints
    mode_first: Ints
    port_state: Shorts
    state_port: Shorts
    board: Shorts
    zone_state: Shorts
    road_port: Shorts
    load: Ints
    unload: Ints
    arc: Ints
    fields: Floats
    open: np.ndarray
    facility: Shorts
    param: Floats
    names: tuple[str, ...]

    @classmethod
    def build(cls, net: FreightNetwork) -> Self:
        """Unfold a freight network."""
        arrays = net.arrays
        top = arrays.topology
        modes, ports, zones = len(top.names["modes"]), len(top.ports), len(top.names["zones"])
        links = arrays.link_values(np.zeros(len(top.names["locks"])))
        class_mode, classes = arrays.classes()
        mode_first = np.searchsorted(class_mode, np.arange(modes + 1)).astype(np.int64)
        sizes = np.diff(top.block)[class_mode]
        base = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        tail, head, arcs, fields, deep = [], [], [], [], []
        port_state = np.full((len(class_mode), ports), -1, np.int32)
        for g, m in enumerate(class_mode):
            at = np.arange(top.ptr[top.block[m]], top.ptr[top.block[m + 1]])
            shift = base[g] - top.block[m]
            tail.append(top.arcs[at, tables.TAIL] + shift)
            head.append(top.arcs[at, tables.HEAD] + shift)
            arcs.append(at)
            link = top.arcs[at, tables.LINK]
            km = links[link, tables.LINK_KM]
            speed = np.where(top.arcs[at, tables.UP] == 1, classes[g, tables.SPEED_UP], classes[g, tables.SPEED])
            block = np.zeros((4 + modes, len(at)))
            block[MONEY] = classes[g, tables.RATE] * km + links[link, tables.LINK_MONEY]
            block[HOURS] = km / speed + links[link, tables.LINK_HOURS]
            block[CO2], block[KM], block[4 + m] = classes[g, tables.CLASS_CO2] * km, km, km
            fields.append(block)
            deep.append(~(links[link, tables.LINK_DEPTH] < classes[g, tables.DRAUGHT]))
            calls = top.port_state[m] >= 0
            port_state[g, calls] = top.port_state[m, calls] + shift
        states = int(base[-1])
        star = Star.build(np.concatenate(tail), np.concatenate(head), np.ones(states, bool))
        state_port = np.full(states, -1, np.int32)
        for row in port_state:
            state_port[row[row >= 0]] = np.flatnonzero(row >= 0)
        road = mode_first[top.road]
        road_port = np.where(port_state[road] >= 0, port_state[road] - base[road], -1).astype(np.int32)
        count = len(star.head)
        board, boarding = _transfers(net, count)
        ends = _ends(net, classes[road], zones)
        fields += [boarding, ends]
        load = count + boarding.shape[1] + np.arange(zones)
        link_of = top.arcs[np.concatenate(arcs), tables.LINK]
        facility, param, names = _facilities(net, link_of, boarding.shape[1], 2 * zones)
        return cls(
            star, base, mode_first, port_state, state_port, board, road_port[top.zone_port], road_port, load,
            load + zones, np.concatenate(arcs), np.concatenate(fields, axis=1),
            np.concatenate([*deep, np.ones(boarding.shape[1] + 2 * zones, bool)]), facility, param, names,
        )  # fmt: skip

    def costs(self, time_value: Floats, co2_price: float) -> Floats:
        """Cost of every link without wait (commodity, link): money + value of time·hours + price·CO₂ [yuan/t]."""
        money = self.fields[MONEY] + co2_price * self.fields[CO2]
        cost: Floats = money + time_value[:, None] * self.fields[HOURS]
        return np.where(self.open, cost, np.inf)


def _transfers(net: FreightNetwork, first: int) -> tuple[Shorts, Floats]:
    top, modes = net.arrays.topology, net.arrays.figures["modes"]
    size, count = len(top.names["modes"]), len(top.terminal_port)
    board = np.full((size, size, len(top.ports)), -1, np.int32)
    fields = np.zeros((4 + size, 2 * count))
    a, b = top.terminal_modes[:, 0], top.terminal_modes[:, 1]
    for side, (before, after) in enumerate(((a, b), (b, a))):
        at = side * count + np.arange(count)
        board[before, after, top.terminal_port] = first + at
        fields[MONEY, at] = net.arrays.figures["terminals"][:, 0] + modes[after, 1]
        fields[HOURS, at] = net.arrays.figures["terminals"][:, 1]
    return board, fields


def _ends(net: FreightNetwork, truck: Floats, zones: int) -> Floats:
    top = net.arrays.topology
    half = 0.5 * net.arrays.figures["zones"][:, 0]
    fields = np.zeros((4 + len(top.names["modes"]), 2 * zones))
    km = np.concatenate([half, half])
    fields[MONEY], fields[HOURS] = truck[tables.RATE] * km, km / truck[tables.SPEED]
    fields[CO2], fields[KM], fields[4 + top.road] = truck[tables.CLASS_CO2] * km, km, km
    fields[MONEY, :zones] += net.arrays.figures["modes"][top.road, 1]
    return fields


def _facilities(
    net: FreightNetwork, link_of: Ints, transfers: int, ends: int
) -> tuple[Shorts, Floats, tuple[str, ...]]:
    """Locks, then links, then terminals, then one for what loads nothing."""
    top, figures = net.arrays.topology, net.arrays.figures
    locks, links, terminals = len(top.names["locks"]), len(top.link_lock), len(top.terminal_port)
    param = np.zeros((locks + links + terminals + 1, 7))
    param[:, kernels.CAPACITY], param[:, kernels.LIMIT] = 1.0, np.inf
    rows = figures["locks"]
    param[:locks, : kernels.LIMIT] = np.column_stack(
        [np.full(locks, vdf.LOCK), rows[:, 2], rows[:, 0], np.zeros(locks)]
    )
    given = figures["links"][:, 4:7]
    busy = np.flatnonzero((given[:, 0] < np.inf) & (given[:, 1] > 0.0) & (top.link_lock < 0))
    free = figures["links"][:, 0] / figures["modes"][top.link_mode, 2]
    param[locks + busy, : kernels.LIMIT] = np.column_stack(
        [np.full(len(busy), vdf.BPR), (free * given[:, 1])[busy], given[busy, 0], given[busy, 2]]
    )
    given = figures["terminals"][:, 2:5]
    busy = np.flatnonzero((given[:, 0] < np.inf) & (given[:, 1] > 0.0))
    param[locks + links + busy, : kernels.LIMIT] = np.column_stack(
        [np.full(len(busy), vdf.TERMINAL), given[busy, 1], given[busy, 0], given[busy, 2]]
    )
    own = np.where(top.link_lock >= 0, top.link_lock, locks + np.arange(links))
    side = locks + links + np.arange(terminals)
    last = np.full(ends, locks + links + terminals)
    facility = np.concatenate([own[link_of], side, side, last]).astype(np.int32)
    assert len(facility) == len(link_of) + transfers + ends
    return facility, param, (*top.names["locks"], *top.names["links"], *top.names["terminals"], "")
