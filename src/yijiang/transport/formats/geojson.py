"""Networks in GeoJSON (RFC 7946): nodes are points, links are lines, and what has no place has no geometry.

Every row of a table is a feature whose properties are its cells and `table`, the name of its table. Lines from
elsewhere need no nodes: their ends make them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from yijiang.errors import DataError, Finding, OptionError
from yijiang.transport.checks import KEYS

if TYPE_CHECKING:
    from yijiang.transport.freightnetwork import FreightNetwork
    from yijiang.transport.network import Network

Source = str | Path | Mapping[str, Any]

EARTH_KM = 6371.0088
"""Mean radius of the Earth."""

DIGITS = 7
"""Decimals of a degree to which ends of lines must agree to be one node: about a centimetre."""


def features(source: Source) -> list[Mapping[str, Any]]:
    """Read the features of a FeatureCollection from a file or a mapping.

    Raises
    ------
    OptionError
        If the file cannot be read as JSON.
    DataError
        If it is no FeatureCollection, or a feature is none.
    """
    if isinstance(source, Mapping):
        content: Any = source
    else:
        try:
            content = json.loads(Path(source).read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as failed:
            raise OptionError(f"{str(source)!r} can't be read as GeoJSON: {failed}") from failed
    found = content.get("features") if isinstance(content, Mapping) else None
    if not isinstance(found, list) or not found:
        raise DataError([_fault(-1, "features", found, "there are no features", "give a FeatureCollection")])
    wrong = [i for i, f in enumerate(found) if not isinstance(f, Mapping) or f.get("type") != "Feature"]
    if wrong:
        raise DataError([_fault(i, "type", "", "not a feature", "give it the type Feature") for i in wrong])
    return found


def _fault(position: int, column: str, value: object, problem: str, remedy: str) -> Finding:
    """Return a finding about one feature, the first being number 1."""
    return Finding("GeoJSON feature", position + 1, column, "" if value is None else str(value), problem, remedy)


def _ends(number: int, feature: Mapping[str, Any], findings: list[Finding]) -> list[tuple[float, float]]:
    """Coordinates of a point or a line; nothing, and a finding, where they cannot be read."""
    shape = feature.get("geometry") or {}
    kind, given = shape.get("type"), shape.get("coordinates")
    points: Any = [given] if kind == "Point" else given
    remedy = "give [longitude, latitude] in numbers; split what has several parts into lines of their own"
    try:
        if kind not in ("Point", "LineString"):
            raise ValueError
        out = [(float(p[0]), float(p[1])) for p in points]
        if not np.isfinite(out).all() or (kind == "LineString" and len(out) < 2):
            raise ValueError
    except (TypeError, ValueError, IndexError):
        findings.append(_fault(number, "geometry", kind, "neither a point nor a line with two ends", remedy))
        return []
    return out


def kilometres(points: list[tuple[float, float]]) -> float:
    """Length of a line of (longitude, latitude) along great circles [km].

    >>> round(kilometres([(104.0, 30.0), (105.0, 30.0)]), 2)
    96.3
    """
    lon, lat = np.radians(np.array(points)).T
    half = np.sin(np.diff(lat) / 2) ** 2 + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    return float(2.0 * EARTH_KM * np.arcsin(np.sqrt(half)).sum())


def _renamed(error: DataError, place: Mapping[str, list[int]]) -> DataError:
    """Say of every finding of a table which feature it is about."""
    out = []
    for f in error.findings:
        at = place.get(f.table, [])
        known = 0 <= f.row - 2 < len(at)
        out.append(
            Finding("GeoJSON feature", at[f.row - 2] + 1, f.column, f.value, f.problem, f.remedy) if known else f
        )
    return DataError(out)


def read_links(source: Source) -> tuple[pd.DataFrame, pd.DataFrame, xr.DataArray, Mapping[str, list[int]]]:
    """Read nodes, links and demand of a network of links, and which feature every row comes from.

    Points are nodes (`node_id`, `zone_id` …), lines are links (`link_id`, `from_node_id` …, as in GMNS). A line without
    an id takes that of the feature, or its number. A line without node ids joins the nodes at its ends, which are made
    where no point lies. A line without `length` is as long as its great circles [km], and one without `vdf_fftt` takes
    length ÷ free_speed. Features without geometry and with `o_zone_id`, `d_zone_id` and `volume` are the demand.

    Raises
    ------
    OptionError, DataError
        As in `features`; findings name the feature.
    """
    findings: list[Finding] = []
    nodes, links, trips = list[dict[str, Any]](), list[dict[str, Any]](), list[tuple[int, Any, Any, float]]()
    place: dict[str, list[int]] = {"node": [], "link": []}
    lines: list[list[tuple[float, float]]] = []
    for i, feature in enumerate(features(source)):
        cells = {k: v for k, v in (feature.get("properties") or {}).items() if k != "table"}
        if feature.get("geometry") is None and {"o_zone_id", "d_zone_id", "volume"} <= set(cells):
            volume = pd.to_numeric(cells["volume"], errors="coerce")
            if not 0.0 <= volume < np.inf:
                findings.append(_fault(i, "volume", cells["volume"], "must be a number, at least 0", "correct it"))
            trips.append((i, cells["o_zone_id"], cells["d_zone_id"], float(volume)))
            continue
        points = _ends(i, feature, findings)
        if len(points) == 1:
            place["node"].append(i)
            name = cells.get("node_id", feature.get("id", f"feature {i + 1}"))
            nodes.append({**cells, "node_id": name, "x_coord": points[0][0], "y_coord": points[0][1]})
        elif points:
            place["link"].append(i)
            lines.append(points)
            links.append({**cells, "link_id": cells.get("link_id", feature.get("id", i + 1))})
    at = {_spot(n["x_coord"], n["y_coord"]): n["node_id"] for n in nodes}
    for row, points in zip(links, lines, strict=True):
        for column, end in (("from_node_id", points[0]), ("to_node_id", points[-1])):
            if row.get(column) in (None, ""):
                spot = _spot(*end)
                if spot not in at:
                    at[spot] = f"{spot[0]:.{DIGITS}g},{spot[1]:.{DIGITS}g}"
                    place["node"].append(place["link"][links.index(row)])
                    nodes.append({"node_id": at[spot], "x_coord": spot[0], "y_coord": spot[1]})
                row[column] = at[spot]
        if row.get("length") is None:
            row["length"] = kilometres(points)
        if row.get("vdf_fftt") is None and isinstance(row.get("free_speed"), (int, float)) and row["free_speed"] > 0:
            row["vdf_fftt"] = float(row["length"]) / float(row["free_speed"])
    zones = [n["zone_id"] for n in nodes if n.get("zone_id") not in (None, "")]
    known = {zone: n for n, zone in enumerate(zones)}
    demand = np.zeros((len(zones), len(zones)))
    for i, origin, destination, volume in trips:
        for zone in (origin, destination):
            if zone not in known:
                findings.append(_fault(i, "o_zone_id", zone, "unknown zone", "name the zone_id of a node"))
        if origin in known and destination in known:
            demand[known[origin], known[destination]] += volume
    if not links:
        findings.append(_fault(-1, "geometry", "", "there is no line", "give every link as a LineString"))
    if findings:
        raise DataError(findings)
    table = xr.DataArray(demand, {"origin": zones, "destination": zones}, ("origin", "destination"), "demand")
    return pd.DataFrame(nodes), pd.DataFrame(links), table, place


def _spot(lon: float, lat: float) -> tuple[float, float]:
    return round(lon, DIGITS), round(lat, DIGITS)


@contextmanager
def naming(place: Mapping[str, list[int]]) -> Iterator[None]:
    """Say of what is wrong with a network that is built which feature it is about."""
    try:
        yield
    except DataError as error:
        raise _renamed(error, place) from None


def read_tables(source: Source) -> tuple[dict[str, pd.DataFrame], Mapping[str, list[int]]]:
    """Read the tables of a freight network, and which feature every row comes from.

    A feature without the property `table` is a node if it is a point and a link if it is a line; a node takes its
    `lon` and `lat` from the point, and a link without `km` is as long as its great circles.

    Raises
    ------
    OptionError, DataError
        As in `features`; findings name the feature.
    """
    findings: list[Finding] = []
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in KEYS}
    place: dict[str, list[int]] = {name: [] for name in KEYS}
    for i, feature in enumerate(features(source)):
        cells = dict(feature.get("properties") or {})
        shape = feature.get("geometry")
        points = [] if shape is None else _ends(i, feature, findings)
        table = cells.pop("table", "nodes" if len(points) == 1 else "links")
        if table not in KEYS:
            findings.append(_fault(i, "table", table, "unknown table", f"use one of: {', '.join(KEYS)}"))
            continue
        if table == "nodes" and points:
            cells = {**cells, "lon": points[0][0], "lat": points[0][1]}
        if table == "links" and cells.get("km") is None and len(points) > 1:
            cells["km"] = kilometres(points)
        place[table].append(i)
        rows[table].append(cells)
    if findings:
        raise DataError(findings)
    return {name: pd.DataFrame(found) for name, found in rows.items() if found}, place


def _plain(value: Any) -> Any:
    """A cell as JSON has it: numbers stay numbers, what is missing is null."""
    if isinstance(value, (np.bool_, bool)):
        return bool(value)
    if isinstance(value, (np.integer, int)):
        return int(value)
    if isinstance(value, (np.floating, float)):
        return float(value) if np.isfinite(value) else None
    return None if value is None or value is pd.NA else str(value)


def _feature(cells: Mapping[Any, Any], table: str, points: list[tuple[float, float]]) -> dict[str, Any]:
    shape = None
    if points and np.isfinite(points).all():
        many = [list(map(float, p)) for p in points]
        shape = (
            {"type": "LineString", "coordinates": many} if len(many) > 1 else {"type": "Point", "coordinates": many[0]}
        )
    known = {str(k): v for k, raw in cells.items() if (v := _plain(raw)) is not None}
    return {"type": "Feature", "geometry": shape, "properties": {"table": table, **known}}


def write(rows: Iterator[dict[str, Any]], file: str | Path | None) -> dict[str, Any]:
    """Return a FeatureCollection of the rows, and write it if a file is given."""
    content = {"type": "FeatureCollection", "features": list(rows)}
    if file is not None:
        text = json.dumps(content, ensure_ascii=False, allow_nan=False)
        Path(file).write_text(text + "\n", encoding="utf-8", newline="\n")
    return content


def link_rows(net: Network, demand: xr.DataArray | None) -> Iterator[dict[str, Any]]:
    """Features of a network of links.

    Raises
    ------
    OptionError
        If a node has no coordinates, or links are closed, which a feature cannot say.
    """
    nodes = net.nodes
    if net.closed.any():
        raise OptionError("a closed link cannot be written: leave it out of the table of links")
    if not {"x_coord", "y_coord"} <= set(nodes) or nodes[["x_coord", "y_coord"]].isna().any(axis=None):
        raise OptionError("GeoJSON needs x_coord and y_coord of every node")
    spot = {
        n: (float(x), float(y)) for n, x, y in zip(nodes["node_id"], nodes["x_coord"], nodes["y_coord"], strict=True)
    }
    for row in nodes.to_dict("records"):
        yield _feature(row, "node", [spot[row["node_id"]]])
    for row in net.links.to_dict("records"):
        yield _feature(row, "link", [spot[row["from_node_id"]], spot[row["to_node_id"]]])
    if demand is not None:
        table = demand.sel(origin=net.zone_ids, destination=net.zone_ids).transpose("origin", "destination").to_numpy()
        for o, d in np.argwhere(table):
            cells = {"o_zone_id": net.zone_ids[o], "d_zone_id": net.zone_ids[d], "volume": table[o, d]}
            yield _feature(cells, "demand", [])


def table_rows(net: FreightNetwork) -> Iterator[dict[str, Any]]:
    """Features of a freight network; rows without a place of their own have no geometry."""
    tables = net.tables()
    nodes = tables["nodes"]
    if {"lon", "lat"} <= set(nodes):
        spot = dict(zip(nodes["node"], zip(nodes["lon"], nodes["lat"], strict=True), strict=True))
    else:
        spot = {}
    ends = {"nodes": ("node",), "links": ("from_node", "to_node"), "terminals": ("node",), "zones": ("node",)}
    for name, table in tables.items():
        for row in table.to_dict("records"):
            points = [spot[row[c]] for c in ends.get(name, ()) if row[c] in spot]
            whole = len(points) == len(ends.get(name, ()))
            yield _feature(row, name, points if whole else [])
