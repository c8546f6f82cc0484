"""Freight cost between all 31 provinces, the distance of the gravity prior in `economy.py`.

The freight network of yangtze2017 before fitting (`prior_network.py`: waterway with depths and locks, rail, road,
terminals) is carried on to the other provinces, so that a tonne from Hubei to Guangdong takes the same trains and
trucks as one to Jiangsu:

- every other capital is a hub with rail and road to its four nearest capitals, great circle × the detour factors of
  `prior_network.py`; the case's Zhengzhou is Henan;
- one chain of coastal ports from Dalian to Haikou joins the Yangtze at its mouth, great circle × 1.15, deep enough for
  every ship; each port has road and rail to its capital;
- trucks drive 150 km within a province at both ends together, and 400 km in the five largest;
- locks make their cargo wait as at the throughput of 2017.

The cost of a good between two provinces is the mean generalised cost of the chains (road, rail, water) in the shares of
the case's logit. Services have no freight: they get the mean over the goods. All of it is assumed, and by the draws it
hardly matters: see docs/estimate.md.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import prior_network as network
from projects import PARAMETERS
from yijiang.transport.chains.paths import Paths
from yijiang.transport.choice import value_of_time
from yijiang.transport.freightnetwork import FreightNetwork

NEAREST = 4
ACCESS_KM, FAR_ACCESS_KM = 150, 400
FAR = ("Inner Mongolia", "Heilongjiang", "Tibet", "Qinghai", "Xinjiang")
SEA_DETOUR, SEA_DEPTH = 1.15, 15.0
#: port, province, lon, lat; in order along the coast, with the mouth of the Yangtze in its place.
COAST = [
    ("dalian", "Liaoning", 121.64, 38.92), ("tanggu", "Tianjin", 117.72, 38.98), ("qingdao", "Shandong", 120.32, 36.07),
    ("estuary", "", 0.0, 0.0), ("ningbo", "Zhejiang", 121.80, 29.95), ("mawei", "Fujian", 119.45, 25.99),
    ("huangpu", "Guangdong", 113.50, 23.05), ("haikou_port", "Hainan", 110.28, 20.05),
]  # fmt: skip


def _place(folder: Path) -> tuple[dict[str, tuple[float, float]], dict[str, str]]:
    """Position of every node, and the hub of every province."""
    place = {n[0]: (n[5], n[6]) for n in network.NODES}
    hub = {region: node for region, (node, _) in network.ZONES.items() if region not in ("RestOfChina", "Abroad")}
    hub["Henan"] = "zhengzhou"
    for row in pd.read_csv(folder / "geo_regions.csv").to_dict("records"):
        name = str(row["region"])
        if name not in hub:
            hub[name] = "hub_" + name.lower().replace(" ", "_")
            place[hub[name]] = (float(row["lon"]), float(row["lat"]))
    place |= {port: (lon, lat) for port, province, lon, lat in COAST if province}
    return place, hub


def _links(place: Mapping[str, tuple[float, float]], hub: Mapping[str, str], land: list[dict[str, Any]]) -> list[Any]:
    """Links beyond the case: to the nearest capitals, along the coast, from each port to its capital."""
    known = {frozenset((row["from_node"], row["to_node"], row["mode"])) for row in land}

    def km(a: str, b: str) -> float:
        return network.great_circle(place[a], place[b])

    pairs: set[tuple[str, str]] = set()
    for a in (h for h in hub.values() if h.startswith("hub_") or h == "zhengzhou"):
        near = sorted((b for b in hub.values() if b != a), key=lambda b: (km(a, b), b))[:NEAREST]
        pairs |= {(min(a, b), max(a, b)) for b in near}
    pairs |= {(port, hub[province]) for port, province, _, _ in COAST if province}
    rows = []
    for (a, b), (mode, detour) in itertools.product(
        sorted(pairs), (("road", network.ROAD_DETOUR), ("rail", network.RAIL_DETOUR))
    ):
        if frozenset((a, b, mode)) not in known:
            rows.append(
                {"link": f"{mode}_{a}_{b}", "from_node": a, "to_node": b, "mode": mode, "km": km(a, b) * detour}
            )
    for (a, *_), (b, *_) in itertools.pairwise(COAST):
        far = {"mode": "water", "km": km(a, b) * SEA_DETOUR, "depth_m": SEA_DEPTH}
        rows.append({"link": f"sea_{a}_{b}", "from_node": a, "to_node": b, **far})
    return rows


def province_network(folder: Path) -> FreightNetwork:
    """The case's freight network, carried on to all provinces."""
    place, hub = _place(folder)
    own = network.water_links() + network.land_links(folder)
    links = own + _links(place, hub, own)
    zones = []
    for province, node in hub.items():
        access = network.ZONES[province][1] if province in network.ZONES else ACCESS_KM
        zones.append({"region": province, "node": node, "access_km": FAR_ACCESS_KM if province in FAR else access})
    tables = [
        [{"node": n} for n in place],
        links,
        network.terminals(links),
        network.LOCKS,
        network.MODES,
        network.SHIPS,
    ]
    return FreightNetwork(*(pd.DataFrame(rows) for rows in (*tables, zones)))


def freight_cost(folder: Path, densities: Mapping[str, float]) -> dict[str, pd.DataFrame]:
    """Mean generalised cost of a tonne (origin, destination) by good, and of services [yuan/t]."""
    parameter = {str(row[0]): float(row[1]) for row in PARAMETERS}
    net = province_network(folder)
    values = value_of_time(list(densities.values()), parameter["time_value_rate"])
    paths = Paths(net, dict(zip(densities, values.tolist(), strict=True)), co2_price=parameter["co2_price"])
    waits = net.waits(np.full(len(net.locks), network.LOCK_TONNES))
    skims = paths.skim_arrays(waits)
    cost: NDArray[np.float64] = skims.array[0]
    shares = skims.share_array(parameter["chain_dispersion"])
    mean = np.where(shares > 0, shares * np.where(np.isfinite(cost), cost, 0.0), 0.0).sum(axis=3)
    names = list(net.regions)
    tables = {good: pd.DataFrame(mean[:, :, k], names, names) for k, good in enumerate(densities)}
    return tables | {"services": pd.DataFrame(mean.mean(axis=2), names, names)}
