"""Tables of reaches out of other people's formats: HydroRIVERS attributes, and lines in GeoJSON."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from yijiang.errors import DataError, Finding, OptionError
from yijiang.river.cells import label, labels, missing_columns, numbers
from yijiang.river.formulas import Floats

EARTH_KM = 6371.0088


@dataclass(frozen=True, slots=True, eq=False)
class ReachTable:
    """A table of reaches for `RiverNetwork`, and what was assumed to make it.

    Attributes
    ----------
    reaches, splits : DataFrame
        As `RiverNetwork` takes them; `splits` is empty for a tree.
    mouths
        Reaches that run into no other.
    assumed
        What the source does not say, in words.
    """

    reaches: pd.DataFrame
    splits: pd.DataFrame
    mouths: tuple[str, ...]
    assumed: tuple[str, ...]


def read_hydrorivers(
    source: str | Path | pd.DataFrame,
    *,
    velocity: float | tuple[float, float],
    low_flow: float,
    losses: str = "refuse",
) -> ReachTable:
    """Read reaches in the manner of HydroRIVERS: attributes only, one row per reach.

    HYRIV_ID names a reach, NEXT_DOWN the reach below (0 at a mouth), LENGTH_KM its length, DIS_AV_CMS its mean flow.

    Parameters
    ----------
    source
        CSV or Parquet, any format that pyogrio reads (extra `geo`; a shapefile, a geopackage), or a DataFrame.
    velocity
        Velocity at mean flow [m/s], or (a, b) of u = a Q^b (Leopold and Maddock 1953, USGS Professional Paper 252).
        HydroRIVERS has none. Low flow: the same relation with low flow; a single number is kept.
    low_flow
        Low flow / mean flow [-]. HydroRIVERS has none.
    losses
        Where the flow falls downstream (evaporation, error): "refuse" leaves it to the checks of `RiverNetwork`,
        "abstract" states the difference as abstraction, and lists it as assumed.

    Returns
    -------
    ReachTable

    Raises
    ------
    DataError
        With every fault of the table.
    OptionError
        If an option is wrong, or a format needs pyogrio and it is not there.

    References
    ----------
    Lehner, B. and Grill, G. (2013), Hydrological Processes 27 (HydroSHEDS, HydroRIVERS).

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"HYRIV_ID": [1, 2], "NEXT_DOWN": [2, 0], "LENGTH_KM": [5.0, 7.5], "DIS_AV_CMS": [10.0, 14.0]}
    ... )
    >>> read = read_hydrorivers(table, velocity=(0.3, 0.2), low_flow=0.3)
    >>> read.reaches[["reach", "downstream", "flow_low", "velocity_mean"]].round(3).to_numpy().tolist()
    [['1', '2', 3.0, 0.475], ['2', '', 4.2, 0.509]]
    """
    if losses not in ("refuse", "abstract"):
        raise OptionError(f'losses is {losses!r}; "refuse" or "abstract"')
    if not 0 < low_flow <= 1:
        raise OptionError(f"low_flow is {low_flow}; a share of the mean flow, above 0 and at most 1, is needed")
    frame = source if isinstance(source, pd.DataFrame) else _attributes(Path(source))
    found = missing_columns(frame, "HydroRIVERS", ["HYRIV_ID", "NEXT_DOWN", "LENGTH_KM", "DIS_AV_CMS"])
    if found:
        raise DataError(found)
    length = numbers(frame, "HydroRIVERS", "LENGTH_KM", "km", found, above=True)
    flow = numbers(frame, "HydroRIVERS", "DIS_AV_CMS", "m³/s", found)
    names = labels(frame["HYRIV_ID"])
    known = set(names)
    below = ["" if name == "0" else name for name in labels(frame["NEXT_DOWN"])]
    for i, name in enumerate(below):
        if name and name not in known:
            problem, remedy = "there is no such reach", "take all reaches of the basin, or set 0 where it is cut off"
            found.append(Finding("HydroRIVERS", i + 2, "NEXT_DOWN", name, problem, remedy))
    for i in np.flatnonzero(flow == 0).tolist():
        problem, remedy = "no flow", "leave reaches without water out, or state a flow above 0"
        found.append(Finding("HydroRIVERS", int(i) + 2, "DIS_AV_CMS", "0", problem, remedy))
    if found:
        raise DataError(found)
    reaches = pd.DataFrame({"reach": names, "downstream": below, "length_km": length, "flow_mean": flow})
    reaches["flow_low"] = flow * low_flow
    assumed = [f"low flow = {low_flow} × mean flow"]
    for regime in ("mean", "low"):
        reaches[f"velocity_{regime}"] = _velocity(reaches[f"flow_{regime}"].to_numpy(), velocity)
    law = f"{velocity:g} m/s" if not isinstance(velocity, tuple) else f"{velocity[0]:g} Q^{velocity[1]:g} m/s"
    assumed.append(f"velocity = {law}")
    if losses == "abstract":
        place = {name: i for i, name in enumerate(names)}
        down = np.array([place.get(name, -1) for name in below], dtype=np.int64)
        arriving = np.zeros(len(reaches))
        np.add.at(arriving, down[down >= 0], flow[down >= 0])
        lost = np.maximum(arriving - flow, 0.0)
        reaches["abstraction"] = lost
        if lost.any():
            assumed.append(f"the flow falls at {int((lost > 0).sum())} reaches; the loss is taken as abstraction")
    mouths = tuple(name for name, next_ in zip(names, below, strict=True) if not next_)
    return ReachTable(reaches, pd.DataFrame(columns=["reach", "downstream", "share"]), mouths, tuple(assumed))


def _velocity(flow: Floats, velocity: float | tuple[float, float]) -> Floats:
    a, b = (float(velocity), 0.0) if not isinstance(velocity, tuple) else velocity
    if not (a > 0 and np.isfinite(a) and np.isfinite(b)):
        raise OptionError(f"velocity is {velocity}; a number above 0 [m/s], or (a, b) of u = a Q^b, is needed")
    return np.asarray(a * flow**b)


def _attributes(path: Path) -> pd.DataFrame:
    """Attributes of a file, without its geometry."""
    if not path.is_file():
        raise OptionError(f"there is no file {str(path)!r}")
    if path.suffix.lower() in (".csv", ".txt"):
        return pd.read_csv(path)
    if path.suffix.lower() == ".parquet":
        return pd.read_parquet(path)
    try:
        import pyogrio  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError as missing:
        raise OptionError(
            f"{path.suffix} needs pyogrio: pip install 'yijiang[geo]'; CSV and Parquet need nothing"
        ) from missing
    table: pd.DataFrame = pyogrio.read_dataframe(path, read_geometry=False)
    return table


def read_geojson(
    source: str | Path | Mapping[str, Any],
    *,
    name: str = "name",
    snap_km: float = 0.05,
    columns: Mapping[str, str] | None = None,
) -> ReachTable:
    """Read reaches from lines drawn downstream: a line flows into those that begin where it ends.

    Parameters
    ----------
    source
        A FeatureCollection of LineString or MultiLineString (longitude, latitude), as a file or a mapping.
    name
        Property that names a reach.
    snap_km
        Ends and beginnings this near to each other are one point [km].
    columns
        Property by column of the table of reaches, where they differ: {"flow_mean": "Q_MEAN"}. Other properties named
        as a column are taken as they are. Without `length_km` the length of the line is taken, on the sphere.

    Returns
    -------
    ReachTable
        Where a line ends and several begin, `splits` has their shares from the property `share`.

    Raises
    ------
    DataError
        All at once: features that are no lines or have no name, points outside the globe, gaps (a line that ends close
        to another one but not on it, with the distance), lines that end inside another one, and braids without shares.
    OptionError
        If the file can't be read.

    Examples
    --------
    >>> def line(name, *points):
    ...     return {"properties": {"name": name}, "geometry": {"type": "LineString", "coordinates": list(points)}}
    >>> three = [line("a", [0, 1], [1, 1]), line("b", [1, 2], [1, 1]), line("c", [1, 1], [2, 1])]
    >>> read = read_geojson({"type": "FeatureCollection", "features": three})
    >>> read.reaches[["reach", "downstream", "length_km"]].round(1).to_numpy().tolist(), read.mouths
    ([['a', 'c', 111.2], ['b', 'c', 111.2], ['c', '', 111.2]], ('c',))
    """
    if isinstance(source, Mapping):
        data: Any = source
    else:
        try:
            data = json.loads(Path(source).read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as failed:
            raise OptionError(f"{str(source)!r} can't be read as GeoJSON: {failed}") from failed
    features = data.get("features") if isinstance(data, Mapping) else None
    if not isinstance(features, list) or not features:
        raise DataError([Finding("GeoJSON", 0, "features", "", "there are no features", "give a FeatureCollection")])
    found: list[Finding] = []
    lines, rows = [], []
    for i, feature in enumerate(features):
        properties = feature.get("properties") or {}
        line = _line(feature.get("geometry") or {}, i, found)
        word = label(properties.get(name))
        if not word:
            found.append(Finding("GeoJSON", i + 1, name, "", "the line has no name", f"give it the property {name!r}"))
        renamed = {column: properties[key] for column, key in (columns or {}).items() if key in properties}
        rows.append({**properties, **renamed, "reach": word})
        lines.append(line)
    twice = pd.Series([r["reach"] for r in rows]).duplicated()
    for i in np.flatnonzero(twice.to_numpy()).tolist():
        problem, remedy = "another line has this name", "give every line its own name"
        found.append(Finding("GeoJSON", int(i) + 1, name, rows[int(i)]["reach"], problem, remedy))
    if found:
        raise DataError(found)
    listed = [row["reach"] for row in rows]
    starts, ends = (np.array([line[k] for line in lines]) for k in (0, -1))
    table = pd.DataFrame({"reach": listed})
    downstream, splits = [], []
    for i, end in enumerate(ends):
        away = _distance(end, starts)
        away[i] = np.inf
        near = np.flatnonzero(away <= snap_km)
        if near.size == 0:
            _open_end(i, end, lines, away, listed, snap_km, found)
            downstream.append("")
        elif near.size == 1:
            downstream.append(listed[int(near[0])])
        else:
            names = ", ".join(listed[int(j)] for j in near)
            given = [rows[int(j)].get("share") for j in near]
            if any(share is None for share in given):
                problem, remedy = f"a braid: {names} begin where it ends", "give each of them a property 'share'"
                found.append(Finding("GeoJSON", i + 1, "share", listed[i], problem, remedy))
            splits += [(listed[i], listed[int(j)], s) for j, s in zip(near, given, strict=True)]
            downstream.append("")
    if found:
        raise DataError(found)
    table["downstream"] = downstream
    table["length_km"] = [float(_distance(line[:-1], line[1:]).sum()) for line in lines]
    for column in sorted({key for row in rows for key in row} - {"reach", "downstream", "share"}):
        given = [row.get(column) for row in rows]
        table[column] = [
            table["length_km"].iloc[i] if column == "length_km" and v is None else v for i, v in enumerate(given)
        ]
    divided = {origin for origin, _, _ in splits}
    mouths = tuple(n for n, below in zip(listed, downstream, strict=True) if not below and n not in divided)
    return ReachTable(table, pd.DataFrame(splits, columns=["reach", "downstream", "share"]), mouths, ())


def _line(geometry: Mapping[str, Any], i: int, found: list[Finding]) -> Floats:
    """Points of one line (point, 2); parts of a MultiLineString must follow each other."""
    kind, given = geometry.get("type"), geometry.get("coordinates") or []
    parts = given if kind == "MultiLineString" else [given]
    remedy = "give a LineString of at least two points (longitude, latitude)"
    if kind not in ("LineString", "MultiLineString"):
        found.append(Finding("GeoJSON", i + 1, "geometry", str(kind), "not a line", remedy))
        return np.zeros((2, 2))
    points = [point[:2] for part in parts for point in part]
    for one, two in itertools.pairwise(parts):
        if one and two and list(one[-1][:2]) != list(two[0][:2]):
            problem = "the parts of the line do not follow each other"
            found.append(Finding("GeoJSON", i + 1, "geometry", "", problem, "make them lines of their own"))
    try:
        line = np.array(points, dtype=np.float64).reshape(-1, 2)
    except (TypeError, ValueError):
        line = np.zeros((0, 2))
    if len(line) < 2 or not np.all(np.isfinite(line)):
        found.append(Finding("GeoJSON", i + 1, "coordinates", "", "not at least two points", remedy))
        return np.zeros((2, 2))
    if np.any(np.abs(line[:, 0]) > 180) or np.any(np.abs(line[:, 1]) > 90):
        worst = line[np.argmax(np.abs(line).max(axis=1))]
        problem = "outside longitude ±180 and latitude ±90"
        found.append(
            Finding("GeoJSON", i + 1, "coordinates", f"{worst[0]:g}, {worst[1]:g}", problem, "use degrees (WGS 84)")
        )
    return line


def _distance(one: Floats, many: Floats) -> Floats:
    """Great-circle distance [km] of points in degrees (haversine)."""
    lon1, lat1, lon2, lat2 = (np.radians(a) for a in (one[..., 0], one[..., 1], many[..., 0], many[..., 1]))
    half = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.minimum(1.0, np.sqrt(half))))


def _open_end(
    i: int, end: Floats, lines: list[Floats], away: Floats, names: list[str], snap_km: float, found: list[Finding]
) -> None:
    """Say what an end that meets no beginning may have missed; an end far from everything is a mouth."""
    nearest = int(np.argmin(away)) if away.size > 1 else i
    for j, line in enumerate(lines):
        if j != i and len(line) > 2 and float(_distance(end, line[1:-1]).min()) <= snap_km:
            problem, remedy = f"it ends inside {names[j]}", f"cut {names[j]} in two there"
            found.append(Finding("GeoJSON", i + 1, "geometry", names[i], problem, remedy))
            return
    gap = float(away[nearest]) if nearest != i else math.inf
    if gap <= 20 * snap_km:
        problem = f"a gap of {gap:.3g} km to the beginning of {names[nearest]}"
        found.append(
            Finding("GeoJSON", i + 1, "geometry", names[i], problem, f"close it, or set snap_km to {gap * 1.01:.3g}")
        )
