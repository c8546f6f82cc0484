"""GMNS: the node, link and demand tables of the General Modeling Network Specification, read and written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from yijiang.errors import DataError, Finding, OptionError
from yijiang.transport.paths.kernels import Floats

if TYPE_CHECKING:
    from yijiang.transport.network import Network

_YES = {"1", "1.0", "true", "yes"}


def read(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, xr.DataArray]:
    """Read `node.csv`, `link.csv` and, if it is there, `demand.csv`.

    A link that is not `directed` becomes two, the way back with `_back` after its id. `capacity` is per lane, as the
    specification has it, and is multiplied by `lanes` where that column stands. A link without `vdf_fftt` takes
    length ÷ free_speed, in hours if these are kilometres and kilometres an hour. `demand.csv` has o_zone_id, d_zone_id
    and volume, as DTALite and path4gmns read it; lines of one pair are added up.

    Raises
    ------
    OptionError
        If a table is missing.
    DataError
        With every line that cannot be read.
    """
    nodes, links = _table(folder, "node"), _table(folder, "link")
    findings: list[Finding] = []
    for column in ("length", "free_speed", "lanes", "capacity", "vdf_fftt"):
        if column in links:
            figures = pd.to_numeric(links[column], errors="coerce")
            for i in np.flatnonzero(figures.isna() & links[column].notna()):
                value = str(links[column].iloc[i])
                findings.append(Finding("link", int(i) + 2, column, value, "not a number", "correct the cell"))
            links[column] = figures
    if "lanes" in links and "capacity" in links:
        links["capacity"] = links["capacity"] * links["lanes"].fillna(1.0)
        links["lanes"] = 1.0
    if {"length", "free_speed"} <= set(links):
        hours = links["length"] / links["free_speed"].where(links["free_speed"] > 0.0)
        links["vdf_fftt"] = links["vdf_fftt"].fillna(hours) if "vdf_fftt" in links else hours
    if "directed" in links:
        both = ~links["directed"].astype(str).str.strip().str.casefold().isin(_YES)
        back = links[both].rename(columns={"from_node_id": "to_node_id", "to_node_id": "from_node_id"})
        back["link_id"] = back["link_id"].astype(str) + "_back"
        links = pd.concat([links, back], ignore_index=True).assign(directed=True)
    zones = [z for z in nodes["zone_id"] if pd.notna(z)] if "zone_id" in nodes else []
    demand = np.zeros((len(zones), len(zones)))
    if (folder / "demand.csv").is_file():
        _fill(demand, zones, _table(folder, "demand"), findings)
    if findings:
        raise DataError(findings)
    coords = {"origin": list(zones), "destination": list(zones)}
    return nodes, links, xr.DataArray(demand, coords, ("origin", "destination"))


def _table(folder: Path, name: str) -> pd.DataFrame:
    file = folder / f"{name}.csv"
    if not file.is_file():
        raise OptionError(f"there is no {name}.csv in {folder.name!r}; GMNS wants node.csv and link.csv")
    frame = pd.read_csv(file, encoding="utf-8-sig", dtype=str)
    return frame.apply(_parsed)


def _parsed(cells: pd.Series[str]) -> pd.Series[Any]:
    """Numbers where all cells are numbers: whole ones stay whole beside empty cells, others keep their last digit."""
    known = cells.notna()
    try:
        figures = cells[known].astype(float)
    except ValueError:
        return cells
    if cells.name is not None and str(cells.name).endswith("_id") and (figures % 1 == 0).all():
        out = pd.Series([None] * len(cells), cells.index, dtype=object)
        out[known] = [int(f) for f in figures]
        return out if not known.all() else out.astype(np.int64)
    return figures.reindex(cells.index)


def _fill(demand: Floats, zones: list[object], rows: pd.DataFrame, findings: list[Finding]) -> None:
    names = ("o_zone_id", "d_zone_id", "volume")
    missing = [c for c in names if c not in rows]
    findings.extend(Finding("demand", 0, c, "", "the column is missing", "add the column") for c in missing)
    if missing:
        return
    known = {zone: i for i, zone in enumerate(zones)}
    for i, (o, d, volume) in enumerate(zip(*(rows[c] for c in names), strict=True)):
        for column, zone in (("o_zone_id", o), ("d_zone_id", d)):
            if zone not in known:
                findings.append(Finding("demand", i + 2, column, str(zone), "unknown zone", "add it to the nodes"))
        if not (isinstance(volume, (int, float)) and 0.0 <= volume < np.inf):
            problem = "must be a number, at least 0"
            findings.append(Finding("demand", i + 2, "volume", str(volume), problem, "correct the volume"))
        elif o in known and d in known:
            demand[known[o], known[d]] += volume


def write(folder: Path, net: Network, demand: xr.DataArray | None) -> None:
    """Write `node.csv`, `link.csv` and, with a demand, `demand.csv`; reading them gives the same network.

    Raises
    ------
    OptionError
        If links are closed, which the tables cannot say.
    """
    if net.closed.any():
        raise OptionError("a closed link cannot be written: leave it out of the table of links")
    folder.mkdir(parents=True, exist_ok=True)
    net.nodes.to_csv(folder / "node.csv", index=False)
    net.links.assign(directed=True, lanes=1).to_csv(folder / "link.csv", index=False)
    if demand is not None:
        table = demand.sel(origin=net.zone_ids, destination=net.zone_ids).transpose("origin", "destination").to_numpy()
        o, d = np.nonzero(table)
        zones = np.array(net.zone_ids, dtype=object)
        rows = pd.DataFrame({"o_zone_id": zones[o], "d_zone_id": zones[d], "volume": table[o, d]})
        rows.to_csv(folder / "demand.csv", index=False)
