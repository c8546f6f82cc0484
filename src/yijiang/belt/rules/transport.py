"""Rules of the freight network: links join known nodes, every region's freight can reach every other's."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from yijiang.belt.findings import Findings

if TYPE_CHECKING:
    from yijiang.belt.model import Belt

WATER = "water"
"""Identifier of the mode whose links need a depth."""


def links_join_two_nodes(belt: Belt, found: Findings) -> None:
    """A link has two different ends and a length above 0."""
    frame = belt.tables["links"]
    same = np.flatnonzero(((frame["from_node"] == frame["to_node"]) & (frame["from_node"] != "")).to_numpy())
    names = [frame["to_node"].iloc[i] for i in same]
    found.rows("links", same, "to_node", names, "the link ends where it starts", "enter the other end")
    short = np.flatnonzero((frame["km"] == 0).to_numpy())
    found.rows("links", short, "km", ["0"] * len(short), "must be above 0", "enter the length [km]")


def water_has_depth(belt: Belt, found: Findings) -> None:
    """A link on water has a depth, and at least the smallest ship floats on it."""
    frame = belt.tables["links"]
    water = (frame["mode"] == WATER).to_numpy()
    depth = frame["depth_m"].to_numpy(dtype=float)
    ids = frame["link"].tolist()
    at = np.flatnonzero(water & np.isnan(depth))
    remedy = "enter the least maintained depth [m]"
    found.rows("links", at, "depth_m", (ids[i] for i in at), "a link on water without depth", remedy)
    draughts = belt.tables["ships"]["draught_m"].to_numpy(dtype=float)
    if np.isfinite(draughts).any():
        least = float(np.nanmin(draughts))
        at = np.flatnonzero(water & (depth < least))
        problem = f"shallower than the smallest ship needs ({least:g} m)"
        found.rows("links", at, "depth_m", (depth[i] for i in at), problem, "correct the depth or add a ship class")


def components(nodes: list[str], pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Return for every node the first node of its connected component (union–find; links count in both directions).

    >>> components(["a", "b", "c"], [("b", "a")])
    {'a': 'a', 'b': 'a', 'c': 'c'}
    """
    parent = {node: node for node in nodes}
    order = {node: i for i, node in enumerate(nodes)}

    def root(node: str) -> str:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for a, b in pairs:
        if a in parent and b in parent:
            first, second = sorted((root(a), root(b)), key=order.__getitem__)
            parent[second] = first
    return {node: root(node) for node in nodes}


def network_connected(belt: Belt, found: Findings) -> None:
    """Every node and every zone hangs together with the largest part of the network."""
    nodes = [n for n in dict.fromkeys(belt.tables["nodes"]["node"].tolist()) if n]
    links, zones = belt.tables["links"], belt.tables["zones"]
    if not nodes or links.empty:
        return
    root = components(nodes, list(zip(links["from_node"], links["to_node"], strict=True)))
    sizes = Counter(root.values())
    main = max(sizes, key=lambda r: (sizes[r], -nodes.index(r)))
    ids = belt.tables["nodes"]["node"].tolist()
    for i, node in enumerate(ids):
        if node in root and root[node] != main:
            remedy = "add a link to the rest of the network, or remove the node"
            problem = f"unreachable node: no links lead to the part with {main}"
            found.add("nodes", i + 2, "node", node, problem, remedy)
    for i, (region, node) in enumerate(zip(zones["region"], zones["node"], strict=True)):
        if node in root and root[node] != main:
            remedy = "link its node to the network, or name another node"
            found.add("zones", i + 2, "node", node, f"unreachable zone: the freight of {region} cannot leave", remedy)


def freight_has_zones(belt: Belt, found: Findings) -> None:
    """Every origin and destination of freight has a zone."""
    frame, zones = belt.tables["freight"], set(belt.tables["zones"]["region"])
    if not zones:
        return
    for column in ("origin", "destination"):
        for region in [r for r in dict.fromkeys(frame[column].tolist()) if r and r not in zones]:
            line = frame[column].tolist().index(region) + 2
            found.add("freight", line, column, region, "freight of a region without a zone", "add the region to zones")


def freight_is_goods(belt: Belt, found: Findings) -> None:
    """Only sectors whose products are carried have freight."""
    frame, goods = belt.tables["freight"], set(belt.goods)
    services = set(belt.sectors) - goods
    at = np.flatnonzero(frame["sector"].isin(services).to_numpy())
    names = [frame["sector"].iloc[i] for i in at]
    found.rows(
        "freight", at, "sector", names, "freight of a sector that is not goods", "set goods to true or remove the row"
    )


def terminals_join_two_modes(belt: Belt, found: Findings) -> None:
    """A terminal transfers between two different modes."""
    frame = belt.tables["terminals"]
    at = np.flatnonzero(((frame["mode_a"] == frame["mode_b"]) & (frame["mode_a"] != "")).to_numpy())
    names = [frame["mode_b"].iloc[i] for i in at]
    found.rows("terminals", at, "mode_b", names, "both modes are the same", "enter the other mode")


def depths_of_water(belt: Belt, found: Findings) -> None:
    """Monthly depths are those of links on water, and a link that has one month has all twelve."""
    frame, links = belt.tables["depths"], belt.tables["links"]
    water = set(links["link"][links["mode"] == WATER])
    names = frame["link"].tolist()
    at = np.flatnonzero([bool(n) and n not in water for n in names])
    found.rows("depths", at, "link", (names[i] for i in at), "no link on water has this name", "correct the link")
    for link, months in frame.groupby("link", sort=False)["month"]:
        missing = sorted(set(range(1, 13)) - set(months.dropna().astype(int)))
        if link in water and missing:
            text = ", ".join(map(str, missing))
            found.add("depths", names.index(link) + 2, "month", text, f"{link} lacks these months", "enter all twelve")


def counts_name_what_is_counted(belt: Belt, found: Findings) -> None:
    """Every sourced count names the region, mode, lock or links it is about."""
    frame, regions = belt.tables["counts"], set(belt.regions)
    known = {
        "lock": set(belt.tables["locks"]["lock"]),
        "link": set(belt.tables["links"]["link"]),
        "turnover": set(belt.tables["links"]["link"]),
    }
    for i, row in enumerate(frame.to_dict("records")):
        kind, line = str(row["kind"]), i + 2
        for name in str(row["partners"]).split():
            if name not in regions:
                found.add("counts", line, "partners", name, "unknown region", "correct the name")
        if kind in known:
            named = str(row["target"]).split()
            for name in named or [""]:
                if name not in known[kind]:
                    found.add("counts", line, "target", name, f"no such {kind} is known", "enter its identifier")
        elif kind in ("sent", "received") and not row["mode"]:
            found.add("counts", line, "mode", "", "no mode says how it is carried", "enter the mode")
