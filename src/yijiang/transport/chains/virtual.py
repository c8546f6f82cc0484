"""The virtual network: every state (node, vehicle), and the links that load, move, transfer, pass a lock and unload."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from yijiang.transport import columns, vdf
from yijiang.transport.arrays import Topology
from yijiang.transport.assignment import kernels
from yijiang.transport.assignment.kernels import Bools, Floats, Ints, Shorts
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
    topology, class_mode : what the numbers of states and links rest on; the same in all scenarios of one shape.
    star : arcs of all vehicles over their states.
    base : (vehicle + 1) first state; mode_first : (mode + 1) first vehicle.
    port_state : (vehicle, port), board : (mode, mode, port) numbers or −1.
    zone_state, road_port : state of the road, counted from its first one, of a zone and of a port.
    load, unload : (zone) virtual link.
    arc : (arc of the star) arc of the network's topology it stands for, vehicle : (arc of the star) its vehicle.
    facility : (link), names : (facility); the last facility holds what loads nothing.
    fields : (4 + mode, link).
    open : (link) whether the way is open, and the water deep enough for the vehicle.
    param : (facility, 7) see `assignment.kernels`.

    Source: Jourquin and Beuthe (1996), Transportation Research C 4(6).
    """

    topology: Topology
    class_mode: Ints
    star: Star
    base: Ints
    mode_first: Ints
    port_state: Shorts
    board: Shorts
    zone_state: Shorts
    road_port: Shorts
    load: Ints
    unload: Ints
    arc: Ints
    vehicle: Ints
    facility: Shorts
    names: tuple[str, ...]
    fields: Floats
    open: Bools
    param: Floats

    @classmethod
    def build(cls, net: FreightNetwork, like: Self | None = None) -> Self:
        """Unfold a freight network; from another scenario `like` it takes what does not change."""
        class_mode, classes = net.arrays.classes()
        top = net.arrays.topology
        if like is None or like.topology is not top or not np.array_equal(like.class_mode, class_mode):
            like = cls._shape(top, class_mode)
        fields, way = _fields(net, like.arc, like.vehicle, classes, int(like.mode_first[top.road]))
        return replace(like, fields=fields, open=way, param=_param(net))

    @classmethod
    def _shape(cls, top: Topology, class_mode: Ints) -> Self:
        """Number states, links and facilities."""
        modes, ports, zones = len(top.names["modes"]), len(top.ports), len(top.names["zones"])
        mode_first = np.searchsorted(class_mode, np.arange(modes + 1)).astype(np.int64)
        base = np.concatenate([[0], np.cumsum(np.diff(top.block)[class_mode])]).astype(np.int64)
        arcs, tail, head = [], [], []
        port_state = np.full((len(class_mode), ports), -1, np.int32)
        for g, m in enumerate(class_mode):
            at = np.arange(top.ptr[top.block[m]], top.ptr[top.block[m + 1]])
            shift = base[g] - top.block[m]
            tail.append(top.arcs[at, columns.TAIL] + shift)
            head.append(top.arcs[at, columns.HEAD] + shift)
            arcs.append(at)
            calls = top.port_state[m] >= 0
            port_state[g, calls] = top.port_state[m, calls] + shift
        star = Star.build(np.concatenate(tail), np.concatenate(head), np.ones(int(base[-1]), bool))
        road = mode_first[top.road]
        road_port = np.where(port_state[road] >= 0, port_state[road] - base[road], -1).astype(np.int32)
        count, terminals = len(star.head), len(top.terminal_port)
        board = np.full((modes, modes, ports), -1, np.int32)
        a, b = top.terminal_modes[:, 0], top.terminal_modes[:, 1]
        board[a, b, top.terminal_port] = count + np.arange(terminals)
        board[b, a, top.terminal_port] = count + terminals + np.arange(terminals)
        load = count + 2 * terminals + np.arange(zones)
        arc = np.concatenate(arcs)
        locks, links = len(top.names["locks"]), len(top.link_lock)
        # Locks, then links, then terminals, then one for what loads nothing.
        own = np.where(top.link_lock >= 0, top.link_lock, locks + np.arange(links))
        side = locks + links + np.arange(terminals)
        last = np.full(2 * zones, locks + links + terminals)
        facility = np.concatenate([own[top.arcs[arc, columns.LINK]], side, side, last]).astype(np.int32)
        names = (*top.names["locks"], *top.names["links"], *top.names["terminals"], "")
        vehicle = np.repeat(np.arange(len(class_mode)), [len(at) for at in arcs])
        none = np.zeros(0)
        return cls(
            top, class_mode, star, base, mode_first, port_state, board, road_port[top.zone_port],
            road_port, load, load + zones, arc, vehicle, facility, names, none, none > 0.0, none,
        )  # fmt: skip

    def costs(self, time_value: Floats, co2_price: float) -> Floats:
        """Cost of every link without wait (commodity, link): money + value of time·hours + price·CO₂ [yuan/t]."""
        money = self.fields[MONEY] + co2_price * self.fields[CO2]
        cost: Floats = money + time_value[:, None] * self.fields[HOURS]
        cost[:, ~self.open] = np.inf
        return cost


def _fields(net: FreightNetwork, arc: Ints, vehicle: Ints, classes: Floats, road_vehicle: int) -> tuple[Floats, Bools]:
    """Fields of all virtual links, and whether they may be used."""
    top, figures = net.arrays.topology, net.arrays.figures
    modes, terminals, zones = figures["modes"], figures["terminals"], figures["zones"]
    count, changes = len(arc), len(terminals)
    fields = np.zeros((4 + len(modes), count + 2 * changes + 2 * len(zones)))
    way = np.ones(fields.shape[1], dtype=bool)
    links = net.arrays.link_values(np.zeros(len(top.names["locks"])))
    link = top.arcs[arc, columns.LINK]
    km = links[link, columns.LINK_KM]
    rows = classes[vehicle]
    speed = np.where(top.arcs[arc, columns.UP] == 1, rows[:, columns.SPEED_UP], rows[:, columns.SPEED])
    fields[MONEY, :count] = rows[:, columns.RATE] * km + links[link, columns.LINK_MONEY]
    fields[HOURS, :count] = km / speed + links[link, columns.LINK_HOURS]
    fields[CO2, :count], fields[KM, :count] = rows[:, columns.CLASS_CO2] * km, km
    fields[4 + top.link_mode[link], np.arange(count)] = km
    passable = figures["links"][:, -1] > 0.0
    gated = top.link_lock >= 0
    passable[gated] &= figures["locks"][top.link_lock[gated], -1] > 0.0
    # Land links have no depth: a comparison with NaN is false, so they stay open.
    way[:count] = passable[link] & ~(links[link, columns.LINK_DEPTH] < rows[:, columns.DRAUGHT])
    for side in (0, 1):
        at = slice(count + side * changes, count + (side + 1) * changes)
        fields[MONEY, at] = terminals[:, 0] + modes[top.terminal_modes[:, 1 - side], 1]
        fields[HOURS, at], way[at] = terminals[:, 1], terminals[:, -1] > 0.0
    truck = classes[road_vehicle]
    half = np.tile(0.5 * zones[:, 0], 2)
    ends = slice(count + 2 * changes, None)
    fields[MONEY, ends], fields[HOURS, ends] = truck[columns.RATE] * half, half / truck[columns.SPEED]
    fields[CO2, ends], fields[KM, ends], fields[4 + top.road, ends] = truck[columns.CLASS_CO2] * half, half, half
    fields[MONEY, count + 2 * changes : count + 2 * changes + len(zones)] += modes[top.road, 1]
    return fields, way


def _param(net: FreightNetwork) -> Floats:
    """Delays and hard limits of the facilities, in the order of `VirtualNetwork.names`."""
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
    limit = np.concatenate([figures[t][:, -2] for t in ("locks", "links", "terminals")])
    gated = np.flatnonzero(top.link_lock >= 0)
    # What limits a link with a lock on it limits the lock.
    np.minimum.at(limit, top.link_lock[gated], limit[locks + gated])
    param[:-1, kernels.LIMIT] = limit
    param[locks + gated, kernels.LIMIT] = np.inf
    return param
