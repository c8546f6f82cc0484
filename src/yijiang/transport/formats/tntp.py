"""TNTP: the text files of the Transportation Networks for Research, read line by line and written back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from yijiang.errors import DataError, Finding, OptionError

if TYPE_CHECKING:
    from yijiang.transport.network import Network

COLUMNS = (
    "init_node", "term_node", "capacity", "length", "free_flow_time", "b", "power", "speed", "toll", "link_type",
)  # fmt: skip
"""Columns of a network file, in the order they have unless its header names another."""

TOTAL_TOLERANCE = 0.01
"""How far the trips may be from the total the file states; more means that a part of the file is missing."""

_META = re.compile(r"\s*<([^>]+)>(.*)")
_TRIP = re.compile(r"\s*([^:;]+):([^:;]+?)\s*(?:;|$)")


def read(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, xr.DataArray]:
    """Read nodes, links and demand of a folder with one TNTP network.

    Metadata may stand in any order and with any spacing, semicolons and spaces at the ends of lines may be missing,
    several links may stand on one line, and nodes below `FIRST THRU NODE` are centroids that no path passes.

    Raises
    ------
    OptionError
        If the folder has not exactly one `*_net.tntp`.
    DataError
        With every line that cannot be read, and what is missing from the metadata.
    """
    net_file = _only(folder, "_net.tntp")
    findings: list[Finding] = []
    meta, rows = _network(net_file, findings)
    wanted = {name: _count(meta, name, net_file, findings) for name in _NUMBERS}
    zones, size, first = (wanted[name] for name in _NUMBERS[:3])
    for line, row in rows:
        for column, end in (("init_node", row[0]), ("term_node", row[1])):
            if size and not (1 <= end <= size and end == int(end)):
                problem = f"not a node from 1 to {size}"
                findings.append(Finding(net_file.name, line, column, f"{end:g}", problem, "correct the node"))
    if wanted["NUMBER OF LINKS"] not in (0, len(rows)):
        problem = f"the metadata promise {wanted['NUMBER OF LINKS']} links, the file has {len(rows)}"
        findings.append(Finding(net_file.name, 0, "", "", problem, "complete the file or correct the metadata"))
    stem = net_file.name[: -len("_net.tntp")]
    trips_file = _beside(net_file, stem + "_trips.tntp")
    demand = np.zeros((zones, zones))
    if trips_file is None:
        findings.append(Finding(stem + "_trips.tntp", 0, "", "", "there is no such file", "add it"))
    elif zones:
        _trips(trips_file, demand, findings)
    if findings:
        raise DataError(findings)
    links = pd.DataFrame([row for _, row in rows], columns=list(COLUMNS))
    for column in COLUMNS[:2]:
        links[column] = links[column].astype(np.int64)
    links.insert(0, "link_id", np.arange(1, len(links) + 1))
    names = {"init_node": "from_node_id", "term_node": "to_node_id", "free_flow_time": "vdf_fftt"}
    links = links.rename(columns={**names, "b": "vdf_alpha", "power": "vdf_beta", "speed": "free_speed"})
    ids = np.arange(1, size + 1)
    nodes = pd.DataFrame({"node_id": ids, "zone_id": [i if i <= zones else None for i in ids.tolist()]})
    nodes["node_type"] = np.where(ids < first, "centroid", "")
    node_file = _beside(net_file, stem + "_node.tntp")
    if node_file is not None:
        nodes = nodes.merge(_places(node_file), on="node_id", how="left")
    labels = ids[:zones].tolist()
    return nodes, links, xr.DataArray(demand, {"origin": labels, "destination": labels}, ("origin", "destination"))


_NUMBERS = ("NUMBER OF ZONES", "NUMBER OF NODES", "FIRST THRU NODE", "NUMBER OF LINKS")


def _only(folder: Path, ending: str) -> Path:
    found = sorted(f for f in folder.glob("*") if f.name.casefold().endswith(ending))
    if len(found) != 1:
        names = ", ".join(f.name for f in found) or "none"
        raise OptionError(f"wanted one file *{ending} in {folder.name!r}, found: {names}")
    return found[0]


def _beside(file: Path, name: str) -> Path | None:
    found = (f for f in file.parent.iterdir() if f.name.casefold() == name.casefold())
    return next(found, None)


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    yield from enumerate(text.splitlines(), 1)


def _network(file: Path, findings: list[Finding]) -> tuple[dict[str, str], list[tuple[int, list[float]]]]:
    meta: dict[str, str] = {}
    rows: list[tuple[int, list[float]]] = []
    order = list(range(len(COLUMNS)))
    for number, line in _lines(file):
        tag = _META.match(line)
        if tag:
            meta[" ".join(tag[1].split()).upper()] = tag[2].strip()
            continue
        if line.lstrip().startswith("~"):
            named = [w.strip().casefold() for w in line.lstrip()[1:].replace(";", "").split()]
            if set(named) >= set(COLUMNS):
                order = [named.index(c) for c in COLUMNS]
            continue
        for piece in line.split(";"):
            cells = piece.split()
            if not cells:
                continue
            try:
                figures = [float(c) for c in cells]
            except ValueError:
                figures = []
            if len(figures) <= max(order) or not np.all(np.isfinite(figures)):
                problem = f"wanted {len(COLUMNS)} numbers, found {' '.join(cells)[:60]!r}"
                findings.append(Finding(file.name, number, "", "", problem, f"the columns are {', '.join(COLUMNS)}"))
            else:
                rows.append((number, [figures[i] for i in order]))
    return meta, rows


def _count(meta: dict[str, str], name: str, file: Path, findings: list[Finding]) -> int:
    value = meta.get(name, "").rstrip(";").split()
    if value and value[0].isdigit():
        return int(value[0])
    if name != "NUMBER OF LINKS" or value:
        problem = "the metadata lack this number"
        findings.append(Finding(file.name, 0, f"<{name}>", " ".join(value), problem, "add it to the head of the file"))
    return 0


def _trips(file: Path, demand: np.ndarray, findings: list[Finding]) -> None:
    origin, zones, total = 0, len(demand), ""
    for number, line in _lines(file):
        tag = _META.match(line)
        if tag:
            total = tag[2] if "TOTAL" in tag[1].upper() else total
            continue
        rest = line.strip()
        if not rest or rest.startswith("~"):
            continue
        start = re.match(r"origin\s*:?\s*(\S+)\s*;?", rest, re.IGNORECASE)
        if start:
            origin = int(start[1]) if start[1].isdigit() and 1 <= int(start[1]) <= zones else -1
            if origin < 0:
                problem = f"not a zone from 1 to {zones}"
                findings.append(Finding(file.name, number, "origin", start[1], problem, "correct the origin"))
            rest = rest[start.end() :].strip()
        at = 0
        while at < len(rest):
            pair = _TRIP.match(rest, at)
            fault = "an entry reads `destination : trips;`" if pair is None else ""
            if pair is not None:
                fault = _entry(pair[1].strip(), pair[2].strip(), origin, demand)
            if fault:
                findings.append(Finding(file.name, number, "", rest[at : at + 40], fault, "correct the line"))
            at = len(rest) if pair is None else pair.end()
            while at < len(rest) and rest[at] in "; \t":
                at += 1
    try:
        stated = float(total.split()[0].rstrip(";"))
    except (IndexError, ValueError):
        return
    if abs(demand.sum() - stated) > TOTAL_TOLERANCE * stated:
        problem = f"the metadata promise {stated:g} trips in all, the file has {demand.sum():g}"
        findings.append(Finding(file.name, 0, "<TOTAL OD FLOW>", total.strip(), problem, "complete the file"))


def _entry(zone: str, trips: str, origin: int, demand: np.ndarray) -> str:
    """Enter one pair; returns what is wrong with it, or nothing."""
    if origin == 0:
        return "an entry before the first origin"
    if not (zone.isdigit() and 1 <= int(zone) <= len(demand)):
        return f"not a zone from 1 to {len(demand)}"
    try:
        figure = float(trips)
    except ValueError:
        figure = np.nan
    if not 0.0 <= figure < np.inf:
        return "trips must be a number, at least 0"
    if origin > 0:
        demand[origin - 1, int(zone) - 1] = figure
    return ""


def _places(file: Path) -> pd.DataFrame:
    rows = []
    for _, line in _lines(file):
        cells = line.replace(";", " ").split()
        try:
            rows.append((int(cells[0]), float(cells[1]), float(cells[2])))
        except (IndexError, ValueError):
            continue  # a heading
    return pd.DataFrame(rows, columns=["node_id", "x_coord", "y_coord"]).drop_duplicates("node_id")


def write(folder: Path, net: Network, demand: xr.DataArray) -> None:
    """Write `NAME_net.tntp`, `NAME_trips.tntp` and, with coordinates, `NAME_node.tntp`; NAME is that of the folder.

    TNTP numbers the nodes: zones come first, then the others, each in the order of the table; centroids that no path
    may pass must all be zones, as the format has one number for both.

    Raises
    ------
    OptionError
        If the format cannot say it: a delay that is not `bpr`, shared facilities, zones of which only some are passed.
    """
    zones = list(net.zone_node)
    others = [i for i in range(net.star.nodes) if i not in set(zones)]
    number = np.empty(net.star.nodes, np.int64)
    number[[*zones, *others]] = np.arange(1, net.star.nodes + 1)
    links, through = net.links, net.star.through
    if not set(links["vdf"]) <= {"", "bpr"} or len(net.facilities.names) < len(links) or net.closed.any():
        raise OptionError("TNTP knows only bpr delays of links that are open and share nothing; write GMNS instead")
    if not through[others].all() or through[zones].any() != through[zones].all():
        raise OptionError("TNTP lets paths pass either all zones or none, and every other node; write GMNS instead")
    first = 1 if through[zones].all() else len(zones) + 1
    folder.mkdir(parents=True, exist_ok=True)
    head = [("NUMBER OF ZONES", len(zones)), ("NUMBER OF NODES", len(number)), ("FIRST THRU NODE", first)]
    text = [f"<{key}> {value}" for key, value in [*head, ("NUMBER OF LINKS", len(links))]]
    text += ["<END OF METADATA>", "", "~\t" + "\t".join(COLUMNS) + "\t;"]
    extra = {c: links[c].fillna(0.0) if c in links else np.zeros(len(links)) for c in ("free_speed", "link_type")}
    capacity = links["capacity"].fillna(0.0)
    for i in range(len(links)):
        row = links.iloc[i]
        cells = (
            capacity.iloc[i], row["length"], row["vdf_fftt"], row["vdf_alpha"], row["vdf_beta"], extra["free_speed"][i],
            row["toll"], extra["link_type"][i],
        )  # fmt: skip
        ends = f"\t{number[net.tail[i]]}\t{number[net.head[i]]}\t"
        text.append(ends + "\t".join(repr(float(c)) for c in cells) + "\t;")
    stem = folder.name
    (folder / f"{stem}_net.tntp").write_text("\n".join(text) + "\n", encoding="utf-8")
    table = demand.sel(origin=net.zone_ids, destination=net.zone_ids).transpose("origin", "destination").to_numpy()
    text = [f"<NUMBER OF ZONES> {len(zones)}", f"<TOTAL OD FLOW> {float(table.sum())!r}", "<END OF METADATA>", ""]
    for o in range(len(zones)):
        text.append(f"Origin {o + 1}")
        text += [f"{d + 1} : {float(table[o, d])!r};" for d in np.flatnonzero(table[o])]
    (folder / f"{stem}_trips.tntp").write_text("\n".join(text) + "\n", encoding="utf-8")
    nodes = net.nodes
    if {"x_coord", "y_coord"} <= set(nodes):
        rows = zip(number, nodes["x_coord"], nodes["y_coord"], strict=True)
        text = ["node\tX\tY\t;", *(f"{n}\t{float(x)!r}\t{float(y)!r}\t;" for n, x, y in sorted(rows))]
        (folder / f"{stem}_node.tntp").write_text("\n".join(text) + "\n", encoding="utf-8")
