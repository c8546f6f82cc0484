"""Checks of the GMNS tables: every fault is a finding with its line, and none stops the search for the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from yijiang.errors import Finding
from yijiang.transport import vdf

FIGURES: Mapping[str, float] = {
    "length": 0.0,
    "vdf_fftt": np.nan,
    "capacity": np.nan,
    "vdf_alpha": 0.0,
    "vdf_beta": 0.0,
    "toll": 0.0,
    "co2": np.nan,
}
"""Figures of a link, and what an empty cell or a missing column means; NaN: there is none."""

Bools = npt.NDArray[np.bool_]


def check_nodes(nodes: pd.DataFrame, findings: list[Finding]) -> tuple[pd.DataFrame, dict[object, object], Bools]:
    """Return the table, the node of every zone, and which nodes a path may pass."""
    out = nodes.reset_index(drop=True).copy()
    _demand_columns("node", out, ("node_id",), findings)
    if findings:
        return out, {}, np.zeros(0, bool)
    _doubles("node", "node_id", out["node_id"], findings)
    zones: dict[object, object] = {}
    for i, zone in enumerate(out.get("zone_id", ())):
        if pd.isna(zone) or zone == "":
            continue
        if zone in zones:
            problem = "a zone at two nodes"
            findings.append(Finding("node", i + 2, "zone_id", str(zone), problem, "join them by links to one centroid"))
        zones[zone] = out["node_id"].iloc[i]
    kinds = out["node_type"].astype(str) if "node_type" in out else pd.Series([""] * len(out))
    return out, zones, (kinds.str.strip().str.casefold() != "centroid").to_numpy(bool)


def check_links(
    links: pd.DataFrame, nodes: pd.Series[Any], toll_factor: float, distance_factor: float, findings: list[Finding]
) -> pd.DataFrame:
    """Return the table with every column that is used, figures as float64; the table given is not changed."""
    out = links.reset_index(drop=True).copy()
    before = len(findings)
    _demand_columns("link", out, ("link_id", "from_node_id", "to_node_id", "vdf_fftt"), findings)
    if len(findings) > before:
        return out
    _doubles("link", "link_id", out["link_id"], findings)
    known = set(nodes)
    for column in ("from_node_id", "to_node_id"):
        for i in np.flatnonzero(~out[column].isin(known)):
            findings.append(
                Finding("link", int(i) + 2, column, str(out[column].iloc[i]), "unknown node", "add it to the nodes")
            )
    for column, default in FIGURES.items():
        given = out[column] if column in out else pd.Series(np.full(len(out), np.nan))
        figures = pd.to_numeric(given, errors="coerce").astype(float)
        unread = figures.isna() & given.notna() & (given.astype(str).str.strip() != "")
        wanted = figures.isna() if column == "vdf_fftt" else unread
        low = (figures < 0.0) & (column != "toll")
        for i in np.flatnonzero(wanted | low | np.isinf(figures)):
            findings.append(
                Finding("link", int(i) + 2, column, str(given.iloc[i]), "must be a number, at least 0", "correct it")
            )
        out[column] = figures.fillna(default)
    for column in ("facility", "allowed_uses", "vdf"):
        cells = out[column] if column in out else pd.Series([""] * len(out), dtype=object)
        out[column] = ["" if pd.isna(v) else str(v).strip() for v in cells]
    out["vdf"] = out["vdf"].str.casefold()
    out.loc[(out["vdf"] == "") & (out["vdf_alpha"] > 0.0), "vdf"] = "bpr"
    _check_delays(out, findings)
    charge = toll_factor * out["toll"] + distance_factor * out["length"]
    for i in np.flatnonzero(~(charge + out["vdf_fftt"].fillna(0.0) >= 0.0)):
        problem = f"the cost of the link is {charge.iloc[i] + out['vdf_fftt'].iloc[i]:g}, below 0"
        findings.append(
            Finding("link", int(i) + 2, "toll", str(out["toll"].iloc[i]), problem, "correct toll or factor")
        )
    return out


def _check_delays(out: pd.DataFrame, findings: list[Finding]) -> None:
    for i, kind in enumerate(out["vdf"]):
        if kind not in vdf.KINDS:
            names = ", ".join(name for name in vdf.KINDS if name)
            findings.append(
                Finding("link", i + 2, "vdf", kind, "unknown volume-delay function", f"use one of: {names}")
            )
    moves = out["vdf_alpha"].gt(0.0) & ~(out["vdf"].eq("bpr") & out["vdf_beta"].eq(0.0))
    for i in np.flatnonzero(moves & ~out["capacity"].gt(0.0)).tolist():
        problem = "a delay that grows with the load needs a capacity above 0"
        value = "" if np.isnan(out["capacity"].iloc[i]) else str(out["capacity"].iloc[i])
        findings.append(
            Finding("link", int(i) + 2, "capacity", value, problem, "enter it, close the link, or set vdf_alpha to 0")
        )
    for i in np.flatnonzero(out["vdf"].eq("terminal") & ~out["vdf_beta"].ge(1.0)).tolist():
        value = str(out["vdf_beta"].iloc[i])
        findings.append(Finding("link", int(i) + 2, "vdf_beta", value, "a terminal has at least 1 berth", "enter them"))
    shared = out[out["facility"] != ""]
    columns = ["vdf", "capacity", "vdf_alpha", "vdf_beta"]
    for name, rows in shared.groupby("facility", sort=False):
        first = rows.iloc[0]
        for i in rows.index[1:]:
            bpr = ["vdf_fftt"] if first["vdf"] == "bpr" else []
            for column in [*columns, *bpr]:
                same = rows.loc[i, column] == first[column] or (pd.isna(rows.loc[i, column]) and pd.isna(first[column]))
                if not same:
                    problem = f"the links of facility {name!r} differ ({first[column]} on another line)"
                    value = str(rows.loc[i, column])
                    findings.append(Finding("link", int(i) + 2, column, value, problem, "enter the same figure"))


def _demand_columns(table: str, frame: pd.DataFrame, columns: tuple[str, ...], findings: list[Finding]) -> None:
    for column in columns:
        if column not in frame:
            findings.append(Finding(table, 0, column, "", "the column is missing", "add the column"))
    for column in columns:
        for i in np.flatnonzero(frame[column].isna()) if column in frame else ():
            findings.append(Finding(table, int(i) + 2, column, "", "the cell is empty", f"enter the {column}"))


def _doubles(table: str, column: str, ids: pd.Series[Any], findings: list[Finding]) -> None:
    for i in np.flatnonzero(ids.duplicated()):
        findings.append(Finding(table, int(i) + 2, column, str(ids.iloc[i]), "stands twice", "keep one line"))
