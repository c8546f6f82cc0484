"""The freight network of yangtze2017 before any fitting: what `provinces.py` builds the gravity prior's distances on.

`network.py` starts from these tables and improves them; the trade of the case was estimated with the network as it
stands here, so it stays as it is, and what is fitted to that trade cannot run in a circle.

- One chain of river-km, the same as in `river.py` (Yichang 1728, Wuhan 2352, Jiujiang 2623, Wuhu bridge 2969.5).
- Least depths are those published for week 48 of 2024.
- Rail lengths are shortest paths over the OpenStreetMap rail cut of the source folder; where it does not reach a hub,
  and for every road, great circle × a detour factor (assumed).
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

Ints = NDArray[np.int64]

ASSUMED = {"year": "2017", "source": "network_assumption", "status": "assumed"}
ROAD_DETOUR, RAIL_DETOUR = 1.25, 1.3
LOCK_TONNES = 138.0

# node, English, Chinese, region, kind, lon, lat, river-km (blank off the river)
NODES: list[tuple[str, str, str, str, str, float, float, float | None]] = [
    ("shuifu", "Shuifu", "水富", "Yunnan", "port", 104.42, 28.63, 654),
    ("yibin", "Yibin", "宜宾", "Sichuan", "port", 104.63, 28.77, 688),
    ("luzhou", "Luzhou", "泸州", "Sichuan", "port", 105.44, 28.87, 818),
    ("chongqing", "Chongqing", "重庆", "Chongqing", "port", 106.55, 29.56, 1084),
    ("fuling", "Fuling", "涪陵", "Chongqing", "port", 107.39, 29.70, 1204),
    ("wanzhou", "Wanzhou", "万州", "Chongqing", "port", 108.39, 30.81, 1401),
    ("maoping", "Zigui Maoping", "秭归茅坪", "Hubei", "port", 110.98, 30.83, 1688),
    ("sandouping", "Sandouping", "三斗坪", "Hubei", "junction", 111.05, 30.84, 1694),
    ("gezhouba", "Gezhouba pool", "葛洲坝上游", "Hubei", "junction", 111.25, 30.75, 1724),
    ("yichang", "Yichang", "宜昌", "Hubei", "port", 111.29, 30.69, 1728),
    ("jingzhou", "Jingzhou", "荆州", "Hubei", "port", 112.24, 30.33, 1866),
    ("chenglingji", "Yueyang Chenglingji", "岳阳城陵矶", "Hunan", "port", 113.13, 29.42, 2123),
    ("wuhan", "Wuhan", "武汉", "Hubei", "port", 114.30, 30.59, 2352),
    ("huangshi", "Huangshi", "黄石", "Hubei", "port", 115.04, 30.20, 2500),
    ("jiujiang", "Jiujiang", "九江", "Jiangxi", "port", 115.99, 29.71, 2623),
    ("anqing", "Anqing", "安庆", "Anhui", "port", 117.05, 30.53, 2787),
    ("wuhu", "Wuhu", "芜湖", "Anhui", "port", 118.38, 31.33, 2969.5),
    ("maanshan", "Ma'anshan", "马鞍山", "Anhui", "port", 118.50, 31.70, 3015),
    ("nanjing", "Nanjing", "南京", "Jiangsu", "port", 118.78, 32.06, 3078),
    ("zhenjiang", "Zhenjiang", "镇江", "Jiangsu", "port", 119.45, 32.20, 3141),
    ("nantong", "Nantong", "南通", "Jiangsu", "port", 120.86, 32.01, 3390),
    ("taicang", "Taicang", "太仓", "Jiangsu", "port", 121.13, 31.60, 3475),
    ("shanghai", "Shanghai", "上海", "Shanghai", "port", 121.47, 31.23, 3530),
    ("estuary", "Mouth (sea terminal)", "长江口（海运端）", "Abroad", "port", 121.98, 31.30, 3621),
    ("kunming", "Kunming", "昆明", "Yunnan", "hub", 102.71, 25.04, None),
    ("chengdu", "Chengdu", "成都", "Sichuan", "hub", 104.07, 30.67, None),
    ("guiyang", "Guiyang", "贵阳", "Guizhou", "hub", 106.63, 26.65, None),
    ("changsha", "Changsha", "长沙", "Hunan", "hub", 112.94, 28.23, None),
    ("nanchang", "Nanchang", "南昌", "Jiangxi", "hub", 115.86, 28.68, None),
    ("hefei", "Hefei", "合肥", "Anhui", "hub", 117.23, 31.82, None),
    ("hangzhou", "Hangzhou", "杭州", "Zhejiang", "hub", 120.16, 30.27, None),
    ("zhengzhou", "Zhengzhou (rest of China)", "郑州（代表其他地区）", "RestOfChina", "hub", 113.63, 34.75, None),
]
DEPTHS = [(1072, 3.6), (1084, 6.0), (1204, 6.0), (1688, 7.0), (1728, 6.0), (1866, 4.3), (2123, 4.5), (2352, 4.8),
          (2787, 6.1), (2969.5, 6.6), (3078, 9.0), (3621, 12.5)]  # fmt: skip
ZONES = {
    "Yunnan": ("kunming", 200), "Sichuan": ("chengdu", 150), "Chongqing": ("chongqing", 120), "Guizhou": ("guiyang", 130),
    "Hubei": ("wuhan", 130), "Hunan": ("changsha", 130), "Jiangxi": ("nanchang", 130), "Anhui": ("hefei", 120),
    "Jiangsu": ("nanjing", 120), "Zhejiang": ("hangzhou", 110), "Shanghai": ("shanghai", 40),
    "RestOfChina": ("zhengzhou", 300), "Abroad": ("estuary", 10),
}  # fmt: skip
RAIL = """kunming-guiyang kunming-chengdu chengdu-chongqing chongqing-guiyang guiyang-changsha chengdu-yibin
yibin-kunming chongqing-yichang yichang-wuhan jingzhou-wuhan yichang-jingzhou wuhan-changsha wuhan-zhengzhou
wuhan-hefei wuhan-jiujiang jiujiang-nanchang nanchang-changsha nanchang-hangzhou hefei-nanjing hefei-zhengzhou
nanjing-zhenjiang zhenjiang-shanghai shanghai-hangzhou wuhu-nanjing hefei-wuhu chenglingji-changsha
chenglingji-wuhan zhengzhou-chengdu anqing-hefei""".split()
ROAD = [
    *RAIL, *"""chengdu-luzhou luzhou-chongqing shuifu-yibin kunming-shuifu guiyang-luzhou chongqing-fuling fuling-wanzhou
wanzhou-maoping maoping-sandouping sandouping-gezhouba gezhouba-yichang maoping-yichang wuhan-huangshi huangshi-jiujiang
jiujiang-anqing anqing-wuhu wuhu-maanshan maanshan-nanjing zhenjiang-nantong nantong-taicang taicang-shanghai
shanghai-estuary hangzhou-wuhu zhengzhou-nanjing zhengzhou-yichang""".split(),
]  # fmt: skip


def great_circle(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Distance between two points (lon, lat) [km]."""
    (x, y), (u, v) = np.radians(a), np.radians(b)
    h = np.sin((v - y) / 2) ** 2 + np.cos(y) * np.cos(v) * np.sin((u - x) / 2) ** 2
    return float(2 * 6371.0 * np.arcsin(np.sqrt(h)))


def rail_graph(folder: Path) -> tuple[pd.DataFrame, Any, Ints]:
    """The sourced rail cut: its nodes, its graph [km], and the nodes of its largest connected part."""
    nodes = pd.read_csv(folder / "transport_osm_rail_nodes.csv").set_index("node_id")
    links = pd.read_csv(folder / "transport_osm_rail_links.csv")
    number = {n: k for k, n in enumerate(nodes.index)}
    a, b = links["from_node"].map(number).to_numpy(), links["to_node"].map(number).to_numpy()
    size = len(nodes)
    graph = coo_matrix((np.r_[links["km"], links["km"]], (np.r_[a, b], np.r_[b, a])), (size, size)).tocsr()
    _, part = connected_components(graph, directed=False)
    return nodes, graph, np.flatnonzero(part == np.bincount(part).argmax())


def stations(nodes: pd.DataFrame, main: Ints, place: dict[str, tuple[float, float]]) -> dict[str, int]:
    """The node of the cut's largest part nearest to every place that lies within 25 km of one."""
    at = {}
    for name, (lon, lat) in place.items():
        scale = np.cos(np.radians(lat)) * 111.2
        far = np.hypot((nodes["lon"].to_numpy()[main] - lon) * scale, (nodes["lat"].to_numpy()[main] - lat) * 111.2)
        if far.min() < 25:
            at[name] = int(main[far.argmin()])
    return at


def rail_km(folder: Path, pairs: list[tuple[str, str]], place: dict[str, tuple[float, float]]) -> dict[str, float]:
    """Shortest rail way of each pair over the sourced cut [km]; pairs it does not reach within 25 km are left out."""
    nodes, graph, main = rail_graph(folder)
    at = stations(nodes, main, place)
    found = {}
    for x, y in pairs:
        if x in at and y in at:
            km = float(dijkstra(graph, directed=False, indices=at[x])[at[y]])
            if np.isfinite(km) and km < 2.2 * great_circle(place[x], place[y]):
                found[f"{x}-{y}"] = round(km, 1)
    return found


def water_links() -> list[dict[str, Any]]:
    """Links between neighbouring ports of the chain, with least depth and locks."""
    chain = sorted((n for n in NODES if n[7] is not None), key=lambda n: n[7] or 0.0)
    rows = []
    for a, b in itertools.pairwise(chain):
        start, end = float(a[7] or 0), float(b[7] or 0)
        last = [0.0, *[km for km, _ in DEPTHS]]
        least = min(d for k, (km, d) in enumerate(DEPTHS) if last[k] < end and km > start)
        lock = {"maoping": "three_gorges", "gezhouba": "gezhouba_lock"}.get(a[0], "")
        below = end > 3078
        rows.append(
            {
                "link": f"w_{a[0]}_{b[0]}", "from_node": a[0], "to_node": b[0], "mode": "water",
                "km": round(end - start, 1), "depth_m": least, "lock": lock,
                "name_en": f"{a[1]}–{b[1]}", "name_zh": f"{a[2]}—{b[2]}",
                "year": "2024", "source": "network_assumption" if below else "network_depths",
                "status": "assumed" if below else "official",
            }
        )  # fmt: skip
    return rows


def land_links(folder: Path) -> list[dict[str, Any]]:
    """Rail from the sourced cut where it reaches, road by great circle."""
    place = {n[0]: (n[5], n[6]) for n in NODES}
    names = {n[0]: (n[1], n[2]) for n in NODES}
    pairs = [(p.split("-")[0], p.split("-")[1]) for p in RAIL]
    measured = rail_km(folder, pairs, place)
    print(f"rail: {len(measured)} of {len(pairs)} links measured on the sourced cut, the others assumed")
    rows = []
    for mode, listed, detour in (("rail", RAIL, RAIL_DETOUR), ("road", ROAD, ROAD_DETOUR)):
        for pair in listed:
            a, b = pair.split("-")
            known = mode == "rail" and pair in measured
            km = measured[pair] if known else round(great_circle(place[a], place[b]) * detour, 1)
            rows.append(
                {
                    "link": f"{mode}_{a}_{b}", "from_node": a, "to_node": b, "mode": mode, "km": km,
                    "name_en": f"{names[a][0]}–{names[b][0]}", "name_zh": f"{names[a][1]}—{names[b][1]}",
                    **(ASSUMED if not known else {"year": "2024", "source": "network_osm", "status": "aggregated"}),
                }
            )  # fmt: skip
    return rows


def transfers(
    links: list[dict[str, Any]],
    junctions: set[str],
    cost: dict[tuple[str, str], tuple[float, float]],
    said: dict[str, str],
) -> list[dict[str, Any]]:
    """Transfers at every port and hub that has both modes, at money [per t] and hours by the two modes."""
    modes: dict[str, set[str]] = {}
    for row in links:
        for end in (row["from_node"], row["to_node"]):
            modes.setdefault(end, set()).add(row["mode"])
    return [
        {"node": node, "mode_a": a, "mode_b": b, "money": money, "hours": hours, **said}
        for node in sorted(modes)
        for (a, b), (money, hours) in cost.items()
        if node not in junctions and {a, b} <= modes[node]
    ]


def terminals(links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Transfers between road and the other modes at every port and hub that has both."""
    cost = {("road", "water"): (6.0, 24.0), ("rail", "road"): (8.0, 24.0), ("rail", "water"): (8.0, 36.0)}
    return transfers(links, {n[0] for n in NODES if n[4] == "junction"}, cost, ASSUMED)


MODES = [
    {"mode": "water", "name_en": "Waterway", "name_zh": "水运", "money_per_tkm": 0.04, "money_low": 0.03,
     "money_high": 0.05, "money_fixed": 14, "speed_kmh": 14, "speed_up_kmh": 9, "co2_kg_per_tkm": 0.0103, "empty_return": 0.3},
    {"mode": "rail", "name_en": "Railway", "name_zh": "铁路", "money_per_tkm": 0.14, "money_low": 0.12,
     "money_high": 0.16, "money_fixed": 90, "speed_kmh": 35, "speed_up_kmh": 35, "co2_kg_per_tkm": 0.0137, "empty_return": 0.1},
    {"mode": "road", "name_en": "Road", "name_zh": "公路", "money_per_tkm": 0.4, "money_low": 0.3,
     "money_high": 0.5, "money_fixed": 10, "speed_kmh": 50, "speed_up_kmh": 50, "co2_kg_per_tkm": 0.11, "empty_return": 0.1},
]  # fmt: skip
SHIPS = [
    {"ship": "t1000", "draught_m": 2.5, "payload_t": 1000, "money_per_tkm": 0.065},
    {"ship": "t3000", "draught_m": 3.5, "payload_t": 3000, "money_per_tkm": 0.048},
    {"ship": "t5000", "draught_m": 4.5, "payload_t": 5000, "money_per_tkm": 0.04},
    {"ship": "t10000", "draught_m": 6.0, "payload_t": 10000, "money_per_tkm": 0.032},
]
LOCKS = [
    {"lock": "three_gorges", "name_en": "Three Gorges lock", "name_zh": "三峡船闸", "capacity_mt": 169,
     "throughput_mt": 138, "transit_hours": 4, "service_hours": 24},
    {"lock": "gezhouba_lock", "name_en": "Gezhouba locks", "name_zh": "葛洲坝船闸", "capacity_mt": 180,
     "throughput_mt": "", "transit_hours": 1.5, "service_hours": 4},
]  # fmt: skip
