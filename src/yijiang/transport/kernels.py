"""Kernels of the freight network: shortest-path trees, chains built from them, and loads walked back along them.

States (node, mode) are numbered mode by mode, so a tree of one mode touches one contiguous block. Ports are the nodes
where a chain may begin, end or change mode; only the costs between ports are kept. Every sum and every tie has one
fixed order, so that results are equal to the last bit in every run.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TAIL, HEAD, LINK, UP = 0, 1, 2, 3
"""Columns of `arcs`: state it leaves, state it enters, link it belongs to, 1 where it runs up the river."""

LINK_KM, LINK_DEPTH, LINK_MONEY, LINK_HOURS = 0, 1, 2, 3
"""Columns of `links`: km, m, yuan/t and h that a passage takes beyond the running."""

RATE, DRAUGHT, SPEED, SPEED_UP, CLASS_CO2 = 0, 1, 2, 3, 4
"""Columns of `classes`: yuan/(t·km) with the empty leg, m, km/h down the river, km/h up the river, kg/(t·km)."""

MONEY, HOURS, CO2, KM = 0, 1, 2, 3
"""Columns of the attributes of an arc or a leg: yuan/t, h, kg/t, km."""

FIELDS = ("cost", "money", "time", "co2", "km", "main_km")
"""Fields of a skim, in the order in which `compose_chains` writes them."""


@njit(cache=True)
def grow_tree(
    source: int, first: int, last: int, ptr: Ints, arcs: Ints, weight: Floats, dist: Floats, pred: Ints, work: Ints
) -> int:
    """Grow the shortest-path tree of one state by Dijkstra's label setting with a heap of four children.

    Parameters
    ----------
    source
        State where the tree is rooted.
    first, last
        Block of states the tree may touch: first ≤ state < last.
    ptr, arcs
        Forward star: the arcs of state s are the rows ptr[s] … ptr[s+1] − 1 of `arcs`.
    weight : (arc)
        Cost of an arc, at least 0; an infinite one is closed.
    dist, pred : (state)
        Written: least cost, and the arc by which the tree enters a state (−1 at the root and where nothing leads).
    work : (3, state)
        Work space; row 0 holds the settled states afterwards, nearest first.

    Returns
    -------
    The number of states reached.
    """
    order, heap, place = work[0], work[1], work[2]
    for s in range(first, last):
        dist[s] = np.inf
        pred[s] = -1
        place[s] = -1
    dist[source] = 0.0
    heap[0] = source
    place[source] = 0
    size, settled = 1, 0
    while size > 0:
        s = heap[0]
        order[settled] = s
        settled += 1
        size -= 1
        if size > 0:  # the last of the heap sinks from the top to its place
            moved = heap[size]
            at = 0
            while True:
                child = 4 * at + 1
                if child >= size:
                    break
                least = child
                for other in range(child + 1, min(child + 4, size)):
                    if dist[heap[other]] < dist[heap[least]]:
                        least = other
                if dist[heap[least]] >= dist[moved]:
                    break
                heap[at] = heap[least]
                place[heap[at]] = at
                at = least
            heap[at] = moved
            place[moved] = at
        for arc in range(ptr[s], ptr[s + 1]):
            label = dist[s] + weight[arc]
            t = arcs[arc, HEAD]
            if label < dist[t]:
                if place[t] < 0:
                    place[t] = size
                    size += 1
                dist[t] = label
                pred[t] = arc
                at = place[t]
                while at > 0:
                    parent = (at - 1) // 4
                    if dist[heap[parent]] <= label:
                        break
                    heap[at] = heap[parent]
                    place[heap[at]] = at
                    at = parent
                heap[at] = t
                place[t] = at
    return settled


@njit(cache=True)
def weigh_arcs(
    first_arc: int, last_arc: int, arcs: Ints, links: Floats, vehicle: Floats, attribute: Floats, weight: Floats,
    time_value: Floats, co2_price: float,
) -> None:  # fmt: skip
    """Write `attribute` (arc, 4) of a block of arcs for one vehicle class, and `weight` (commodity, arc), their cost.

    cost = money + time_value·hours + co2_price·CO₂; infinite where the water is shallower than the class needs.
    `vehicle` is one row of `classes`.
    """
    for arc in range(first_arc, last_arc):
        link = arcs[arc, LINK]
        km = links[link, LINK_KM]
        speed = vehicle[SPEED_UP] if arcs[arc, UP] == 1 else vehicle[SPEED]
        attribute[arc, MONEY] = vehicle[RATE] * km + links[link, LINK_MONEY]
        attribute[arc, HOURS] = km / speed + links[link, LINK_HOURS]
        attribute[arc, CO2] = vehicle[CLASS_CO2] * km
        attribute[arc, KM] = km
        # Land links have no depth: a comparison with NaN is false, so they stay open.
        shallow = links[link, LINK_DEPTH] < vehicle[DRAUGHT]
        base = np.inf if shallow else attribute[arc, MONEY] + co2_price * attribute[arc, CO2]
        for c in range(len(time_value)):
            weight[c, arc] = base + time_value[c] * attribute[arc, HOURS]


@njit(cache=True)
def grow_legs(
    ptr: Ints, arcs: Ints, block: Ints, port_state: Ints, links: Floats, class_mode: Ints, classes: Floats,
    time_value: Floats, co2_price: float,
) -> tuple[Ints, Ints, Ints, Floats, float]:  # fmt: skip
    """Grow the trees of every vehicle class from every port, for every commodity.

    The cost of a path, money + θ·hours + const, is a line in the value of time θ, and the least cost is the lower
    envelope of such lines: concave. A tree that is best at the lowest and at the highest θ is therefore best at every
    θ between them and is grown only twice (parametric shortest paths, Karp and Orlin 1981); otherwise every commodity
    grows its own.

    Parameters
    ----------
    block : (mode + 1)
        First state of every mode, and the end.
    port_state : (mode, port)
        State of a port in a mode, −1 if the mode does not call there.
    class_mode : (class)
        Mode of a vehicle class.
    time_value : (commodity)
        Value of time [yuan/(t·h)].
    co2_price
        Yuan per kg.

    Returns
    -------
    tree_of : (class, port, commodity) number of the tree, −1 where the mode does not call.
    tree_class : (tree) class of the tree.
    tree_pred : (tree, state − first state of its mode) arc by which the tree enters the state, −1 for none.
    tree_leg : (tree, port, 4) attributes of the path to a port; infinite where none leads.
    residual : largest relative difference between a label and the cost of its path's attributes.
    """
    commodities, ports, states = len(time_value), port_state.shape[1], block[-1]
    width = np.max(block[1:] - block[:-1])
    tree_of = np.full((len(class_mode), ports, commodities), -1, np.int64)
    most = tree_of.size
    tree_class = np.empty(most, np.int64)
    tree_pred = np.empty((most, width), np.int64)
    tree_leg = np.empty((most, ports, 4))
    attribute, weight = np.empty((len(arcs), 4)), np.empty((commodities, len(arcs)))
    dist, pred, work = np.empty(states), np.empty(states, np.int64), np.empty((3, states), np.int64)
    total = np.empty((states, 4))
    rank = np.argsort(time_value)
    trees, residual = 0, 0.0
    for g in range(len(class_mode)):
        m = class_mode[g]
        first, last = block[m], block[m + 1]
        weigh_arcs(ptr[first], ptr[last], arcs, links, classes[g], attribute, weight, time_value, co2_price)
        for p in range(ports):
            if port_state[m, p] < 0:
                continue
            for turn in range(commodities):
                # The two ends of the range of θ first, then what lies between them.
                c = rank[0] if turn == 0 else (rank[-1] if turn == 1 else rank[turn - 1])
                reached = grow_tree(port_state[m, p], first, last, ptr, arcs, weight[c], dist, pred, work)
                if turn == 1 and np.array_equal(tree_pred[trees - 1, : last - first], pred[first:last]):
                    tree_of[g, p, :] = trees - 1
                    break
                t = trees
                trees += 1
                tree_of[g, p, c] = t
                tree_class[t] = g
                tree_pred[t, : last - first] = pred[first:last]
                total[port_state[m, p]] = 0.0
                for i in range(1, reached):
                    s = work[0, i]
                    for f in range(4):
                        total[s, f] = total[arcs[pred[s], TAIL], f] + attribute[pred[s], f]
                for q in range(ports):
                    s = port_state[m, q]
                    if s < 0 or dist[s] == np.inf:
                        tree_leg[t, q] = np.inf
                        continue
                    tree_leg[t, q] = total[s]
                    cost = total[s, MONEY] + time_value[c] * total[s, HOURS] + co2_price * total[s, CO2]
                    residual = max(residual, abs(cost - dist[s]) / max(1.0, dist[s]))
    return tree_of, tree_class[:trees], tree_pred[:trees], tree_leg[:trees], residual


@njit(cache=True)
def best_legs(
    tree_of: Ints, tree_leg: Floats, class_mode: Ints, modes: int, road: int, time_value: Floats, co2_price: float
) -> tuple[Floats, Ints]:
    """Choose the cheapest vehicle class between every two ports, for every mode and commodity.

    A leg of a main mode leads from one port to another one; only a leg by road may stay where it is.

    Returns
    -------
    cost : (mode, commodity, port, port) [yuan/t], infinite where no class gets through.
    tree : (mode, commodity, port, port) tree of the class chosen; the first class wins a tie; −1 for none.
    """
    ports, commodities = tree_of.shape[1], len(time_value)
    cost = np.full((modes, commodities, ports, ports), np.inf)
    tree = np.full((modes, commodities, ports, ports), -1, np.int64)
    for g in range(len(class_mode)):
        m = class_mode[g]
        for p in range(ports):
            for c in range(commodities):
                t = tree_of[g, p, c]
                if t < 0:
                    continue
                for q in range(ports):
                    if tree_leg[t, q, KM] == np.inf or (p == q and m != road):
                        continue
                    v = tree_leg[t, q, MONEY] + time_value[c] * tree_leg[t, q, HOURS] + co2_price * tree_leg[t, q, CO2]
                    if v < cost[m, c, p, q]:
                        cost[m, c, p, q] = v
                        tree[m, c, p, q] = t
    return cost, tree


@njit(cache=True)
def segment(n: int, legs: int, modes: Ints, stops: Ints, road: int, destination: int) -> tuple[int, int]:
    """Return mode and end of part n of a chain: road, its main legs, road; or road alone."""
    if n > legs or legs == 0:
        return road, destination
    return (road if n == 0 else modes[n - 1]), stops[n]


@njit(cache=True)
def compose_chains(
    leg_cost: Floats, leg_tree: Ints, tree_leg: Floats, transfer: Floats, chain_legs: Ints, chain_money: Floats,
    origin: Ints, destination: Ints, haul: Floats, road: int, time_value: Floats, co2_price: float,
) -> tuple[Floats, Ints, float]:  # fmt: skip
    """Join legs to chains at least cost: road to a port, one leg per main mode, road to the destination.

    Parameters
    ----------
    leg_cost, leg_tree, tree_leg
        From `best_legs` and `grow_legs`.
    transfer : (mode, mode, port, 2)
        Money [yuan/t] and hours of a change of mode, infinite where there is none.
    chain_legs : (chain, leg)
        Main modes of a chain in order, −1 after the last; a chain without main legs is road all the way.
    chain_money : (chain)
        Loading and unloading over the whole chain [yuan/t].
    origin, destination : (zone)
        Port at the centre of a zone; equal ones are the same region, served by road only.
    haul : (origin, destination, 4)
        Attributes of the road hauls inside the regions at both ends.

    Returns
    -------
    field : (6, origin, destination, commodity, chain), see `FIELDS`; infinite where the chain is not available.
    via : (origin, destination, commodity, chain, leg + 1) ports where the chain changes mode, −1 for none.
    residual : largest relative difference between a chain's label and the cost of its attributes.
    """
    chains, most = chain_legs.shape
    ports, commodities = leg_cost.shape[2], len(time_value)
    field = np.full((6, len(origin), len(destination), commodities, chains), np.inf)
    via = np.full((len(origin), len(destination), commodities, chains, most + 1), -1, np.int64)
    reach = np.empty((most + 1, ports))  # least cost of standing at a port before leg n, in that leg's mode
    back = np.empty((most + 1, ports), np.int64)
    residual = 0.0
    for k in range(chains):
        legs = np.sum(chain_legs[k] >= 0)
        for c in range(commodities):
            for o in range(len(origin)):
                reach[0] = leg_cost[road, c, origin[o]]
                before = road
                for n in range(legs + 1 if legs else 0):
                    m = chain_legs[k, n] if n < legs else road
                    for p in range(ports):
                        reach[n, p] += transfer[before, m, p, 0] + time_value[c] * transfer[before, m, p, 1]
                    if n == legs:
                        break
                    reach[n + 1] = np.inf
                    for p in range(ports):
                        if reach[n, p] == np.inf:
                            continue
                        for q in range(ports):
                            label = reach[n, p] + leg_cost[m, c, p, q]
                            if label < reach[n + 1, q]:
                                reach[n + 1, q] = label
                                back[n + 1, q] = p
                    before = m
                for d in range(len(destination)):
                    end, best, label = destination[d], -1, np.inf
                    if legs == 0:
                        label = leg_cost[road, c, origin[o], end]
                    elif origin[o] != end:
                        for p in range(ports):
                            if reach[legs, p] + leg_cost[road, c, p, end] < label:
                                best, label = p, reach[legs, p] + leg_cost[road, c, p, end]
                    if label == np.inf:
                        continue
                    stops = via[o, d, c, k]
                    for n in range(legs, -1, -1):
                        stops[n] = best
                        best = back[n, best] if n > 0 else best
                    money, hours = haul[o, d, MONEY] + chain_money[k], haul[o, d, HOURS]
                    co2, km, main_km = haul[o, d, CO2], haul[o, d, KM], 0.0
                    label += money + time_value[c] * hours + co2_price * co2
                    here, before = origin[o], road
                    for n in range(legs + 2 if legs else 1):
                        m, q = segment(n, legs, chain_legs[k], stops, road, end)
                        if n > 0:
                            money += transfer[before, m, here, 0]
                            hours += transfer[before, m, here, 1]
                        t = leg_tree[m, c, here, q]
                        money += tree_leg[t, q, MONEY]
                        hours += tree_leg[t, q, HOURS]
                        co2 += tree_leg[t, q, CO2]
                        km += tree_leg[t, q, KM]
                        main_km += tree_leg[t, q, KM] if (m != road or legs == 0) else 0.0
                        here, before = q, m
                    cost = money + time_value[c] * hours + co2_price * co2
                    for f, value in enumerate((cost, money, hours, co2, km, main_km)):
                        field[f, o, d, c, k] = value
                    residual = max(residual, abs(cost - label) / max(1.0, label))
    return field, via, residual


@njit(cache=True)
def load_chains(
    tonnes: Floats, shares: Floats, via: Ints, chain_legs: Ints, leg_tree: Ints, trees: int, origin: Ints,
    destination: Ints, road: int,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Put the tonnes of every pair, commodity and chain on the trees and transfers of its path.

    Returns (tree, port), the tonnes that follow a tree from its root to a port, and (mode, mode, port), the tonnes
    that change from one mode to another.
    """
    modes, ports = leg_tree.shape[0], leg_tree.shape[2]
    volume, changed = np.zeros((trees, ports)), np.zeros((modes, modes, ports))
    chain_size = np.array([np.sum(row >= 0) for row in chain_legs])
    for o in range(tonnes.shape[0]):
        for d in range(tonnes.shape[1]):
            for c in range(tonnes.shape[2]):
                for k in range(shares.shape[3]):
                    amount = tonnes[o, d, c] * shares[o, d, c, k]
                    if amount == 0.0:
                        continue
                    legs = chain_size[k]
                    here, before = origin[o], road
                    for n in range(legs + 2 if legs else 1):
                        m, q = segment(n, legs, chain_legs[k], via[o, d, c, k], road, destination[d])
                        if n > 0:
                            changed[before, m, here] += amount
                        volume[leg_tree[m, c, here, q], q] += amount
                        here, before = q, m
    return volume, changed


@njit(cache=True)
def walk_back(
    volume: Floats, tree_class: Ints, tree_pred: Ints, class_mode: Ints, block: Ints, port_state: Ints, arcs: Ints
) -> Floats:
    """Return flow(arc) = Σ over trees and ports of volume · [the tree's path to the port uses the arc]."""
    flow = np.zeros(len(arcs))
    for t in range(len(volume)):
        m = class_mode[tree_class[t]]
        for q in range(volume.shape[1]):
            if volume[t, q] == 0.0:
                continue
            arc = tree_pred[t, port_state[m, q] - block[m]]
            while arc >= 0:
                flow[arc] += volume[t, q]
                arc = tree_pred[t, arcs[arc, TAIL] - block[m]]
    return flow
