"""Freight network and base tonnes of yangtze2017: `python recipes/network.py SOURCE_FOLDER [--out CASE_FOLDER]`.

Starts from `prior_network.py` and improves it:

- Depths are monthly (`waterway.py`); the yearly network has the depth that six months of the twelve have. Ships that need
  more than the 5.0 m over the sills of the Three Gorges lock do not pass it.
- Rail: where one end of a link lies off the sourced cut of OpenStreetMap, the way is measured on the cut as far as it
  goes and carried on by great circle × the detour factor; only links with both ends off it are assumed outright.
- Rail's charge and the base tonnes are fitted to sourced totals with four parameters (`fit_network.py`), and compared
  with every sourced count (`traffic_counts.py`, table `counts`); docs/yangtze_network.md shows the comparison.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import dijkstra

import prior_network as prior
import traffic_counts
import waterway
from common import merge_sources, subfolder, write_sources, write_table
from fit_network import Fit, base_tonnes, belt_of, fit_freight, scaled
from projects import PARAMETERS
from yijiang.freight import Freight
from yijiang.traffic import Traffic, counts

CASE = Path(__file__).resolve().parents[1] / "src" / "yijiang" / "belt" / "cases" / "yangtze2017"
SOURCES = Path(__file__).resolve().parent / "sources"
ASSUMED = prior.ASSUMED
#: Where the search of the fit starts; close to where it ends, so that a rebuild takes few steps.
START = Fit(belt=5.1962585, up=20.627477, gorges=0.14513831, rail=193.532)


def partly_measured(
    folder: Path, pairs: list[tuple[str, str]], place: dict[str, tuple[float, float]]
) -> dict[str, float]:
    """Rail way of the pairs of which one end is off the cut: on the cut as far as it pays, then great circle × detour."""
    nodes, graph, main = prior.rail_graph(folder)
    at = prior.stations(nodes, main, place)
    lon, lat = (nodes[c].to_numpy()[main] for c in ("lon", "lat"))
    found = {}
    for x, y in pairs:
        if (x in at) == (y in at):
            continue
        near, far = (x, y) if x in at else (y, x)
        along = dijkstra(graph, directed=False, indices=at[near])[main]
        beyond = np.array([prior.great_circle((a, b), place[far]) for a, b in zip(lon, lat, strict=True)])
        found[f"{x}-{y}"] = round(float(np.min(along + prior.RAIL_DETOUR * beyond)), 1)
    return found


def links(folder: Path) -> list[dict[str, Any]]:
    """Links of water, rail and road."""
    km = {n[0]: float(n[7]) for n in prior.NODES if n[7] is not None}
    water = [
        {**row, "depth_m": waterway.half_the_year(km[row["from_node"]], km[row["to_node"]]), "year": "2017",
         "source": "network_monthly", "status": "estimated"}
        for row in prior.water_links()
    ]  # fmt: skip
    place = {n[0]: (n[5], n[6]) for n in prior.NODES}
    pairs = [(p.split("-")[0], p.split("-")[1]) for p in prior.RAIL]
    partly = partly_measured(folder, pairs, place)
    print(f"rail: {len(partly)} links measured in part: {partly}")
    land = []
    for row in prior.land_links(folder):
        pair = f"{row['from_node']}-{row['to_node']}"
        if row["mode"] == "rail" and row["status"] == "assumed" and pair in partly:
            row |= {"km": partly[pair], "year": "2024", "source": "network_osm_part", "status": "estimated"}
        land.append(row)
    return water + land


def sources() -> list[dict[str, str]]:
    """The list of sources of these tables."""
    rows = {
        "network_assumption": ("Assumed by the authors of this package; reasons in recipes/network.py", "", "Apache-2.0"),
        "network_osm": (
            "OpenStreetMap contributors, railways of the Yangtze provinces; shortest paths measured on a cut",
            "https://www.openstreetmap.org/copyright", "ODbL 1.0",
        ),
        "network_osm_part": (
            "OpenStreetMap contributors, railways of the Yangtze provinces; measured on a cut as far as it reaches, the "
            "rest great circle × 1.3 (assumed), by recipes/network.py", "https://www.openstreetmap.org/copyright", "ODbL 1.0",
        ),
        "network_locks": (
            "Three Gorges lock: throughput 138 Mt in 2017, largest throughput 169 Mt, passage about 4 h (press reports of "
            "the navigation authority); Gezhouba and the scale of waiting assumed", "", "press report; figures only",
        ),
        "network_monthly": (
            "Depth that six months of the twelve have, by recipes/waterway.py from the notices of the table depths", "",
            "estimate: Apache-2.0",
        ),
        "network_fit": (
            "Fitted by recipes/fit_network.py: four parameters to four sourced totals (Three Gorges lock 2017, Jiangsu by "
            "water in and out 2021, rail of the eleven provinces)", "", "estimate: Apache-2.0",
        ),
        **{k: (citation, url, "public notice; figures only") for k, (citation, url, _) in waterway.NOTICES.items()},
        **traffic_counts.SOURCES,
    }  # fmt: skip
    return [{"source": k, "citation": c, "url": u, "licence": lic} for k, (c, u, lic) in rows.items()]


def main(folder: Path, out: Path) -> None:
    """Write the network tables, the counts and the base tonnes."""
    folder = subfolder(folder, "yangtze")
    keys = ("node", "name_en", "name_zh", "region", "kind", "lon", "lat", "river_km")
    named = [dict(zip(keys, ["" if v is None else v for v in n], strict=True)) for n in prior.NODES]
    write_table(out, "nodes", [{**row, **ASSUMED} for row in named])
    write_table(
        out, "zones", [{"region": r, "node": n, "access_km": km, **ASSUMED} for r, (n, km) in prior.ZONES.items()]
    )
    rows = links(folder)
    write_table(out, "links", rows)
    write_table(out, "terminals", prior.terminals(rows))
    lock_source = {"year": "2017", "source": "network_locks", "status": "official"}
    write_table(out, "locks", [{**row, **lock_source} for row in prior.LOCKS])
    write_table(out, "modes", [{**row, **ASSUMED} for row in prior.MODES])
    write_table(out, "ships", [{**row, **ASSUMED} for row in prior.SHIPS])
    km = {n[0]: float(n[7]) for n in prior.NODES if n[7] is not None}
    write_table(out, "depths", waterway.depth_rows([r for r in rows if r["mode"] == "water"], km))
    counted = traffic_counts.count_rows()
    write_table(out, "counts", counted)
    write_sources(SOURCES / "network.csv", sources())
    merge_sources(out, SOURCES)

    tonnes = base_tonnes(out)
    rail = next(row["value"] for row in counted if row["count"] == "rail_members")
    dispersion = next(float(p[1]) for p in PARAMETERS if p[0] == "chain_dispersion")
    fit = fit_freight(out, tonnes, rail, START, dispersion)
    fit = replace(fit, rail=round(fit.rail, 3))
    freight = scaled(tonnes, fit)
    freight["value"] = freight["value"].round(6)
    fitted = {"year": "2017", "source": "network_fit", "status": "estimated"}
    modes = [
        {**row, **ASSUMED} if row["mode"] != "rail" else {**row, "money_fixed": fit.rail, **fitted}
        for row in prior.MODES
    ]
    write_table(out, "modes", modes)
    write_table(out, "freight", [{**row, "unit": "Mt/yr", **fitted} for row in freight.to_dict("records")])
    belt = belt_of(out, freight, fit.rail)
    with pd.option_context("display.width", 160, "display.max_rows", 99):
        table = counts(belt, Traffic(Freight(belt).base_state))
        print(table[["count", "modelled", "sourced", "ratio", "fitted", "over"]].round(2).to_string())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--out", type=Path, default=CASE)
    given = parser.parse_args()
    main(given.source, given.out)
