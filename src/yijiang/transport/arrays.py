"""The network as plain arrays: topology fixed once, figures that a project may change beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from yijiang.transport.checks import ROAD, VALUES, WATER
from yijiang.transport.columns import LINK_DEPTH, LINK_HOURS, LINK_KM, LINK_MONEY

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Labels = tuple[str, ...]

LOAD_STEP = 0.25
"""Steps [m] in which a part-laden ship gives up draught."""

LEAST_LOAD = 0.3
"""Least part of its payload a ship sails with."""


@dataclass(frozen=True, slots=True)
class Topology:
    """What never changes between the scenarios of one network; names are sorted, so the order of rows plays no part.

    Attributes
    ----------
    names : labels by table; `terminals` are (node, mode_a, mode_b) joined by blanks, `zones` keep their table's order.
    ports : nodes where a chain may begin, end or change mode.
    ptr, arcs : forward star; the arcs of state s are the rows ptr[s] … ptr[s+1] − 1 of `arcs`, see `columns`.
    block : (mode + 1) first state of every mode, and the end.
    port_state : (mode, port) state of a port in a mode, −1 if the mode does not call there.
    arc_forward : (arc) whether the arc runs from from_node to to_node.
    link_mode, link_lock : (link) numbers; lock −1 for none.
    terminal_modes, terminal_port : (terminal, 2), (terminal) numbers.
    zone_port : (zone) port at the centre.
    road : number of the mode on which chains begin and end.
    """

    names: Mapping[str, Labels]
    ports: Labels
    ptr: Ints
    arcs: Ints
    block: Ints
    port_state: Ints
    arc_forward: npt.NDArray[np.bool_]
    link_mode: Ints
    link_lock: Ints
    terminal_modes: Ints
    terminal_port: Ints
    zone_port: Ints
    road: int


@dataclass(frozen=True, slots=True)
class NetworkArrays:
    """Topology and figures; `figures[table]` is (row, column) with the columns of `checks.VALUES`."""

    topology: Topology
    figures: Mapping[str, Floats]

    @classmethod
    def build(cls, tables: Mapping[str, pd.DataFrame]) -> Self:
        """Number the states and arcs of checked tables."""
        nodes, links, terminals, zones = (tables[t] for t in ("nodes", "links", "terminals", "zones"))
        modes = sorted(tables["modes"]["mode"])
        node_of, mode_of = _number(sorted(nodes["node"])), _number(modes)
        link_at, terminal_at = np.argsort(links["link"].to_numpy(dtype=str)), _terminal_order(terminals)
        links, terminals = links.iloc[link_at], terminals.iloc[terminal_at]
        order = {
            t: np.argsort(tables[t][k].to_numpy(dtype=str))
            for t, k in (("locks", "lock"), ("modes", "mode"), ("ships", "ship"))
        }
        order |= {"links": link_at, "terminals": terminal_at, "zones": np.arange(len(zones))}
        lock_of = _number(sorted(tables["locks"]["lock"]))
        names = {
            "nodes": tuple(node_of),
            "links": tuple(links["link"]),
            "locks": tuple(lock_of),
            "modes": tuple(modes),
            "ships": tuple(sorted(tables["ships"]["ship"])),
            "zones": tuple(zones["region"]),
            "terminals": tuple(" ".join(key) for key in _terminal_keys(terminals)),
        }
        link_mode = _numbers(links["mode"], mode_of)
        ends = np.column_stack([_numbers(links["from_node"], node_of), _numbers(links["to_node"], node_of)])
        road = mode_of[ROAD]
        # States of every mode: the ends of its links, and for road the centres of the zones.
        calls = [np.unique(ends[link_mode == m]) for m in range(len(modes))]
        calls[road] = np.union1d(calls[road], _numbers(zones["node"], node_of))
        block = np.concatenate([[0], np.cumsum([len(c) for c in calls])]).astype(np.int64)
        state_of = np.full((len(modes), len(node_of)), -1, dtype=np.int64)
        for m, call in enumerate(calls):
            state_of[m, call] = np.arange(block[m], block[m + 1])
        ptr, arcs, forward = _star(links, link_mode, ends, state_of, int(block[-1]))
        ports = sorted({*zones["node"], *terminals["node"]})
        port_of = _number(ports)
        topology = Topology(
            names=names,
            ports=tuple(ports),
            ptr=ptr,
            arcs=arcs,
            block=block,
            port_state=np.ascontiguousarray(state_of[:, [node_of[p] for p in ports]]),
            arc_forward=forward,
            link_mode=link_mode,
            link_lock=np.array([lock_of.get(v, -1) for v in links["lock"]], dtype=np.int64),
            terminal_modes=np.column_stack([_numbers(terminals[c], mode_of) for c in ("mode_a", "mode_b")]),
            terminal_port=_numbers(terminals["node"], port_of),
            zone_port=_numbers(zones["node"], port_of),
            road=road,
        )
        values = {
            table: np.ascontiguousarray(tables[table][list(VALUES[table])].to_numpy(dtype=np.float64)[order[table]])
            for table in ("links", "terminals", "locks", "modes", "ships", "zones")
        }
        return cls(topology, values)

    def link_values(self, delays: Floats) -> Floats:
        """Return the links as arrays: km, depth, charges and hours, with passage, wait and toll of the locks.

        Parameters
        ----------
        delays : (lock) [h]
            Wait at every lock.
        """
        given, locks = self.figures["links"], self.figures["locks"]
        out = np.empty((len(given), 4))
        out[:, LINK_KM], out[:, LINK_DEPTH] = given[:, 0], given[:, 1]
        out[:, LINK_MONEY], out[:, LINK_HOURS] = given[:, 2], given[:, 3]
        at = np.flatnonzero(self.topology.link_lock >= 0)
        lock = self.topology.link_lock[at]
        out[at, LINK_HOURS] += locks[lock, 1] + delays[lock]
        out[at, LINK_MONEY] += locks[lock, 3]
        return out

    def classes(self) -> tuple[Ints, Floats]:
        """Return mode and (rate, draught, speed, speed up the river, CO₂) of every vehicle class.

        A land mode is one class; water has one per ship, or one without draught if there is no table of ships. The
        empty leg is part of the rate: rate = money_per_tkm·(1 + empty_return). A ship with a `light_draught_m` may
        sail part-laden, in steps of `LOAD_STEP` of its draught; what it costs is then borne by fewer tonnes.
        """
        mode_of, rows = [], []
        for m, mode in enumerate(self.topology.names["modes"]):
            rate, _, speed, speed_up, co2, empty = self.figures["modes"][m]
            ships = self.figures["ships"] if mode == WATER else self.figures["ships"][:0]
            laden = [step for ship in ships for step in _steps(ship)] or [(0.0, rate, 1.0)]
            # Fuel goes with the ship, whatever it carries: emissions per tonne rise as the cost does.
            rows += [(r * (1.0 + empty), d, speed, speed_up, co2 * part) for d, r, part in laden]
            mode_of += [m] * len(laden)
        return np.array(mode_of, dtype=np.int64), np.array(rows)

    def class_names(self) -> Labels:
        """Return the name of every vehicle class: the ship, or the mode that has no ships."""
        ships = []
        for name, figures in zip(self.topology.names["ships"], self.figures["ships"], strict=True):
            ships += [name if i == 0 else f"{name} at {step[0]:g} m" for i, step in enumerate(_steps(figures))]
        return tuple(
            name for mode in self.topology.names["modes"] for name in (ships if mode == WATER and ships else (mode,))
        )


def _steps(ship: Floats) -> list[tuple[float, float, float]]:
    """Draught, rate per tonne-km and its ratio to the full ship's, full first; payload falls linearly with draught."""
    draught, _, rate, light = ship
    if not light < draught:
        return [(draught, rate, 1.0)]
    out = []
    for step in range(int((1.0 - LEAST_LOAD) * (draught - light) / LOAD_STEP) + 1):
        part = 1.0 - step * LOAD_STEP / (draught - light)
        out.append((draught - step * LOAD_STEP, rate / part, 1.0 / part))
    return out


def _number(names: Sequence[str]) -> dict[str, int]:
    return {name: i for i, name in enumerate(names)}


def _numbers(column: pd.Series, number: Mapping[str, int]) -> Ints:
    return np.array([number[v] for v in column], dtype=np.int64)


def _terminal_keys(terminals: pd.DataFrame) -> list[tuple[str, str, str]]:
    return [*zip(terminals["node"], terminals["mode_a"], terminals["mode_b"], strict=True)]


def _terminal_order(terminals: pd.DataFrame) -> Ints:
    keys = [(node, *sorted((a, b))) for node, a, b in _terminal_keys(terminals)]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)


def _star(
    links: pd.DataFrame, link_mode: Ints, ends: Ints, state_of: Ints, states: int
) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """Return the forward star of all links; at one state the arcs follow the names of their links."""
    number = np.arange(len(links))
    back = links["two_way"].to_numpy(dtype=bool)
    up = links["up"].to_numpy(dtype=bool)
    tail = np.concatenate([state_of[link_mode, ends[:, 0]], state_of[link_mode, ends[:, 1]][back]])
    head = np.concatenate([state_of[link_mode, ends[:, 1]], state_of[link_mode, ends[:, 0]][back]])
    rises = np.concatenate([up, ~up[back]])
    link = np.concatenate([number, number[back]])
    forward = np.concatenate([np.ones(len(links), bool), np.zeros(int(back.sum()), bool)])
    at = np.lexsort((link, tail))
    arcs = np.column_stack([tail, head, link, rises])[at].astype(np.int64)
    ptr = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=states))]).astype(np.int64)
    return ptr, np.ascontiguousarray(arcs), forward[at]
