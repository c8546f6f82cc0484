"""Freight network, base tonnes and counts of danube2011: `python recipes/danube_network.py [--out CASE_FOLDER]`.

- River-km of the locks Gabčíkovo (1820) and Iron Gate I (943), the 80 km between the Iron Gates, the 2411 km from
  Kelheim to the mouth and the 64 km of the Danube–Black Sea Canal are sourced; the river-km of ports are rounded to 5 km
  and assumed, as are all depths (2.0–2.5 m in free-flowing reaches, 2.8–3.5 m in impounded ones), rates, speeds and
  terminals. `river_km` counts down the river from Kelheim. The sixteen locks of the German and Austrian reaches are
  not links of their own: their passage is in the speed.
- Rail and road: great circle × the detour factors of `prior_network.py` (assumed).
- Lock capacity, assumed: 22 lockages a day (design figure of the Three Gorges lock) × 335 days × two chambers × the
  barges of 1700 t that fit a chamber (4 at Gabčíkovo, 6 at the Iron Gates).
- Base tonnes: trade ÷ value of a tonne (assumed). Of the trade with the rest of the world only a part comes by
  Constanța and this network; Germany's does not at all.
- Fitted, two parameters to two sourced totals: the charge of water per tonne, so that the Austrian reach carries its
  2.13 bn t·km of 2011; and the part of the rest of the world's trade that comes by Constanța, so that Gabčíkovo
  carries its mean of 6.13 Mt a year (115.5 Mt between November 1992 and September 2011).
"""

from __future__ import annotations

import argparse
import itertools
import tomllib
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from common import GOODS, SOURCES, merge_sources, write_sources, write_table
from danube_projects import PARAMETERS
from prior_network import RAIL_DETOUR, ROAD_DETOUR, great_circle, transfers
from yijiang.belt import Belt
from yijiang.freight import Freight
from yijiang.traffic import Traffic, counts

CASE = Path(__file__).resolve().parents[1] / "src" / "yijiang" / "belt" / "cases" / "danube2011"
ASSUMED = {"year": "2011", "source": "danube_network_assumption", "status": "assumed"}
LENGTH = 2411
#: node, English, Chinese, region, kind, lon, lat, river-km from the mouth (blank off the river), source of the km
NODES: list[tuple[str, str, str, str, str, float, float, float | None, str]] = [
    ("kelheim", "Kelheim", "凯尔海姆", "Germany", "port", 11.87, 48.92, 2411, "danube_waterway"),
    ("regensburg", "Regensburg", "雷根斯堡", "Germany", "port", 12.10, 49.02, 2375, ""),
    ("passau", "Passau", "帕绍", "Germany", "port", 13.46, 48.57, 2225, ""),
    ("linz", "Linz", "林茨", "Austria", "port", 14.29, 48.31, 2130, ""),
    ("vienna", "Vienna", "维也纳", "Austria", "port", 16.45, 48.19, 1930, ""),
    ("bratislava", "Bratislava", "布拉迪斯拉发", "Slovakia", "port", 17.12, 48.14, 1865, ""),
    (
        "gabcikovo_above",
        "Gabčíkovo, above",
        "加布奇科沃上游",
        "Slovakia",
        "junction",
        17.54,
        47.89,
        1820,
        "danube_gabcikovo",
    ),
    (
        "gabcikovo_below",
        "Gabčíkovo, below",
        "加布奇科沃下游",
        "Slovakia",
        "junction",
        17.57,
        47.87,
        1819,
        "danube_gabcikovo",
    ),
    ("komarno", "Komárno", "科马尔诺", "Slovakia", "port", 18.12, 47.76, 1765, ""),
    ("budapest", "Budapest", "布达佩斯", "Hungary", "port", 19.05, 47.47, 1640, ""),
    ("mohacs", "Mohács", "莫哈奇", "Hungary", "port", 18.69, 45.99, 1445, ""),
    ("belgrade", "Belgrade", "贝尔格莱德", "RestOfWorld", "port", 20.45, 44.82, 1170, ""),
    ("gate1_above", "Iron Gate I, above", "铁门一级上游", "Romania", "junction", 22.50, 44.68, 944, "danube_iron_gate"),
    ("gate1_below", "Iron Gate I, below", "铁门一级下游", "Romania", "junction", 22.56, 44.66, 943, "danube_iron_gate"),
    (
        "gate2_above",
        "Iron Gate II, above",
        "铁门二级上游",
        "Romania",
        "junction",
        22.56,
        44.33,
        864,
        "danube_iron_gate",
    ),
    (
        "gate2_below",
        "Iron Gate II, below",
        "铁门二级下游",
        "Romania",
        "junction",
        22.60,
        44.30,
        863,
        "danube_iron_gate",
    ),
    ("vidin", "Vidin", "维丁", "Bulgaria", "port", 22.88, 43.99, 790, ""),
    ("ruse", "Ruse", "鲁塞", "Bulgaria", "port", 25.95, 43.86, 495, ""),
    ("cernavoda", "Cernavodă", "切尔纳沃达", "Romania", "port", 28.03, 44.34, 300, ""),
    ("galati", "Galați", "加拉茨", "Romania", "port", 28.05, 45.43, 150, ""),
    ("constanta", "Constanța", "康斯坦察", "Romania", "port", 28.65, 44.10, None, ""),
    ("sea", "Black Sea (sea terminal)", "黑海（海运端）", "RestOfWorld", "port", 28.90, 44.05, None, ""),
    ("nuremberg", "Nuremberg", "纽伦堡", "Germany", "hub", 11.08, 49.45, None, ""),
    ("sofia", "Sofia", "索非亚", "Bulgaria", "hub", 23.32, 42.70, None, ""),
    ("bucharest", "Bucharest", "布加勒斯特", "Romania", "hub", 26.10, 44.43, None, ""),
]
#: Lower end [river-km] of reaches and their depth [m].
DEPTHS = [
    (2375, 2.8),
    (2225, 2.0),
    (1930, 2.8),
    (1865, 2.5),
    (1820, 3.5),
    (1640, 2.5),
    (1170, 2.5),
    (863, 3.5),
    (150, 2.5),
]
CANAL_KM, CANAL_DEPTH, SEA_DEPTH = 64.0, 5.5, 12.0
LOCK_AT = {"gabcikovo_above": "gabcikovo", "gate1_above": "iron_gate_1", "gate2_above": "iron_gate_2"}
ZONES = {
    "Germany": ("nuremberg", 250),
    "Austria": ("vienna", 120),
    "Slovakia": ("bratislava", 120),
    "Hungary": ("budapest", 100),
    "Bulgaria": ("sofia", 130),
    "Romania": ("bucharest", 150),
    "RestOfWorld": ("sea", 10),
}
RAIL = """nuremberg-regensburg regensburg-passau passau-linz linz-vienna vienna-bratislava vienna-budapest
bratislava-komarno komarno-budapest budapest-mohacs budapest-belgrade belgrade-sofia sofia-vidin sofia-ruse ruse-bucharest
budapest-bucharest bucharest-cernavoda cernavoda-constanta bucharest-galati""".split()
ROAD = [*RAIL, "kelheim-regensburg", "belgrade-bucharest", "belgrade-vidin", "constanta-sea"]
LOCKS = [
    {
        "lock": "gabcikovo",
        "name_en": "Gabčíkovo lock",
        "name_zh": "加布奇科沃船闸",
        "capacity_mt": 100,
        "transit_hours": 1,
        "service_hours": 1,
    },
    {
        "lock": "iron_gate_1",
        "name_en": "Iron Gate I lock",
        "name_zh": "铁门一级船闸",
        "capacity_mt": 150,
        "transit_hours": 2,
        "service_hours": 1,
    },
    {
        "lock": "iron_gate_2",
        "name_en": "Iron Gate II lock",
        "name_zh": "铁门二级船闸",
        "capacity_mt": 150,
        "transit_hours": 1,
        "service_hours": 1,
    },
]
MODES = [
    {
        "mode": "water",
        "name_en": "Waterway",
        "name_zh": "水运",
        "money_per_tkm": 0.022,
        "money_low": 0.015,
        "money_high": 0.03,
        "money_fixed": 5,
        "speed_kmh": 14,
        "speed_up_kmh": 8,
        "co2_kg_per_tkm": 0.0103,
        "empty_return": 0.3,
    },
    {
        "mode": "rail",
        "name_en": "Railway",
        "name_zh": "铁路",
        "money_per_tkm": 0.06,
        "money_low": 0.045,
        "money_high": 0.08,
        "money_fixed": 20,
        "speed_kmh": 30,
        "speed_up_kmh": 30,
        "co2_kg_per_tkm": 0.0137,
        "empty_return": 0.1,
    },
    {
        "mode": "road",
        "name_en": "Road",
        "name_zh": "公路",
        "money_per_tkm": 0.14,
        "money_low": 0.1,
        "money_high": 0.2,
        "money_fixed": 4,
        "speed_kmh": 50,
        "speed_up_kmh": 50,
        "co2_kg_per_tkm": 0.11,
        "empty_return": 0.1,
    },
]
SHIPS = [
    {"ship": "t1000", "draught_m": 1.9, "payload_t": 1000, "money_per_tkm": 0.03},
    {"ship": "t1700", "draught_m": 2.5, "payload_t": 1700, "money_per_tkm": 0.022},
    {"ship": "convoy", "draught_m": 2.8, "payload_t": 6800, "money_per_tkm": 0.018},
]
#: Value of a tonne [USD], assumed: goods of the sector at prices of 2011; the range is half to double.
DENSITIES = dict(zip(GOODS, (400, 110, 1900, 700, 9300), strict=True))
#: Austria within its borders, 2012: 2.2 bn t·km, 3.2 % more than in 2011.
AUSTRIA_TKM = 2.2 / 1.032
#: Gabčíkovo from 12 November 1992 to 14 September 2011.
GABCIKOVO_MT = 115.5 / 18.84
START = (41.0911, 0.025573)


def water_links() -> list[dict[str, Any]]:
    """The chain of the river, the canal to Constanța and the way to the sea."""
    chain = sorted((n for n in NODES if n[7] is not None), key=lambda n: -(n[7] or 0.0))
    rows = []
    for a, b in itertools.pairwise(chain):
        start, end = float(a[7] or 0), float(b[7] or 0)
        upper = [float(LENGTH), *[float(km) for km, _ in DEPTHS]]
        least = min(d for k, (km, d) in enumerate(DEPTHS) if upper[k] > end and km < start)
        rows.append(_link(a, b, "water", start - end) | {"depth_m": least, "lock": LOCK_AT.get(a[0], "")})
    place = {n[0]: n for n in NODES}
    canal = _link(place["cernavoda"], place["constanta"], "water", CANAL_KM) | {"depth_m": CANAL_DEPTH}
    sea = _link(place["constanta"], place["sea"], "water", 20.0) | {"depth_m": SEA_DEPTH}
    return [*rows, canal, sea]


def _link(a: Any, b: Any, mode: str, km: float) -> dict[str, Any]:
    name = {"water": "w"}.get(mode, mode)
    return {
        "link": f"{name}_{a[0]}_{b[0]}",
        "from_node": a[0],
        "to_node": b[0],
        "mode": mode,
        "km": round(km, 1),
        "name_en": f"{a[1]}–{b[1]}",
        "name_zh": f"{a[2]}—{b[2]}",
        **ASSUMED,
    }


def land_links() -> list[dict[str, Any]]:
    """Rail and road by great circle × detour."""
    place = {n[0]: n for n in NODES}
    rows = []
    for mode, listed, detour in (("rail", RAIL, RAIL_DETOUR), ("road", ROAD, ROAD_DETOUR)):
        for pair in listed:
            a, b = (place[name] for name in pair.split("-"))
            rows.append(_link(a, b, mode, great_circle((a[5], a[6]), (b[5], b[6])) * detour))
    return rows


def terminals(links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Transfers at every port and hub that has both modes."""
    cost = {("road", "water"): (3.0, 24.0), ("rail", "road"): (4.0, 24.0), ("rail", "water"): (4.0, 36.0)}
    return transfers(links, {n[0] for n in NODES if n[4] == "junction"}, cost, ASSUMED)


AUSTRIAN = ("w_passau_linz", "w_linz_vienna", "w_vienna_bratislava")


def count_rows() -> list[dict[str, Any]]:
    """Sourced traffic."""

    def row(
        count: str,
        en: str,
        zh: str,
        kind: str,
        target: str,
        value: float,
        unit: str,
        year: int,
        source: str,
        status: str,
        fitted: bool,
        note: tuple[str, str],
    ) -> dict[str, Any]:
        return {
            "count": count,
            "name_en": en,
            "name_zh": zh,
            "kind": kind,
            "target": target,
            "value": round(value, 2),
            "unit": unit,
            "fitted": str(fitted).lower(),
            "note_en": note[0],
            "note_zh": note[1],
            "year": year,
            "source": source,
            "status": status,
        }

    section = (
        "All cargo on the country's reach, of which one link carries a part",
        "该国河段全部货运量，单一航段只承担其中一部分",
    )
    return [
        row(
            "austria_tkm",
            "Danube in Austria",
            "多瑙河奥地利段",
            "turnover",
            " ".join(AUSTRIAN),
            AUSTRIA_TKM,
            "bn t·km/yr",
            2011,
            "danube_austria2012",
            "official",
            True,
            ("2.2 bn t·km in 2012, 3.2 % more than in 2011", "2012年22亿吨公里，比2011年增长3.2%"),
        ),
        row(
            "gabcikovo",
            "Gabčíkovo lock",
            "加布奇科沃船闸",
            "lock",
            "gabcikovo",
            GABCIKOVO_MT,
            "Mt/yr",
            2011,
            "danube_gabcikovo2011",
            "estimated",
            True,
            ("115.5 Mt in nineteen years, a yearly mean", "十九年共1.155亿吨，取年均值"),
        ),
        row(
            "austria_mt",
            "Danube in Austria, busiest link",
            "多瑙河奥地利段最繁忙航段",
            "link",
            "w_linz_vienna",
            9.9,
            "Mt/yr",
            2011,
            "danube_austria2011",
            "official",
            False,
            section,
        ),
        row(
            "germany_mt",
            "Danube Kelheim–Passau",
            "多瑙河凯尔海姆—帕绍段",
            "link",
            "w_regensburg_passau",
            7.3,
            "Mt/yr",
            2014,
            "danube_observatory2014",
            "official",
            False,
            section,
        ),
        row(
            "hungary_mt",
            "Danube in Hungary",
            "多瑙河匈牙利段",
            "link",
            "w_budapest_mohacs",
            7.8,
            "Mt/yr",
            2014,
            "danube_observatory2014",
            "official",
            False,
            section,
        ),
    ]


CITED = {
    "danube_network_assumption": (
        "Assumed by the authors of this package; reasons in recipes/danube_network.py",
        "",
        "Apache-2.0",
    ),
    "danube_network_fit": (
        "Trade ÷ value of a tonne (assumed), fitted by recipes/danube_network.py: two parameters to two sourced "
        "totals (Danube in Austria 2011, Gabčíkovo lock)",
        "",
        "estimate: Apache-2.0",
    ),
    "danube_waterway": (
        "Slovak transport ministry, Danube Logistics Portal: navigable from Kelheim, 2411 km to the mouth",
        "http://www.danubelogistics.gov.sk/en/danube-waterway.html",
        "facts",
    ),
    "danube_gabcikovo": (
        "Upgrade of Gabčíkovo locks, about the project: river-km 1820, two chambers of 275 × 34 m",
        "http://gabcikovolocks.eu/about-the-project/",
        "facts",
    ),
    "danube_gabcikovo2011": (
        "The Slovak Spectator, September 2011: 115.5 Mt through the Gabčíkovo locks since 12 November 1992",
        "http://spectator.sme.sk/articles/view/43893/10/five_millionth_passenger_sails_through_gabcikovo_locks.html",
        "press report; figures only",
    ),
    "danube_iron_gate": (
        "iC group, Iron Gate 1 navigation lock: river-km 943, double-stage locks of 310 × 34 m on both banks; "
        "Iron Gate II over 80 km below (travel report)",
        "https://ic-group.org/en/technical-fields/transport-mobility/projekte/e70e75-motorway-belgrade-bypass-r251-1",
        "facts",
    ),
    "danube_canal": (
        "Danube–Black Sea Canal Cernavodă–Constanța, 64 km",
        "https://toplist.info/top/danube-river-35412.htm",
        "facts",
    ),
    "danube_austria2012": (
        "via donau, Danube Navigation in Austria, annual report 2012: 2.2 bn t·km within Austria (+3.2 %)",
        "https://docslib.org/doc/4360981/annual-report-danube-navigation-in-austria",
        "figures only",
    ),
    "danube_austria2011": (
        "Statistics Austria, as reported on 29 March 2012: 9.9 Mt on the Austrian Danube in 2011",
        "https://www.vindobona.org/article/freight-on-danube-is-decreasing",
        "press report; figures only",
    ),
    "danube_observatory2014": (
        "Inland navigation observatory: Danube Kelheim–Austrian border 7.3 Mt, Hungary 7.8 Mt in 2014",
        "https://www.inland-navigation.org/observatory/fleet-transport/transport/per-region/danube-main-axis/",
        "figures only",
    ),
}


def base_tonnes(out: Path, through: float) -> pd.DataFrame:
    """Trade between countries ÷ value of a tonne [Mt/yr]; `through` is the part of the rest of the world's."""
    trade = pd.read_csv(out / "trade.csv")
    trade = trade[(trade["importer"] != trade["exporter"]) & trade["sector"].isin(DENSITIES)]
    rows = trade.rename(columns={"exporter": "origin", "importer": "destination"})[
        ["origin", "destination", "sector", "value"]
    ]
    far = (rows["origin"] == "RestOfWorld") | (rows["destination"] == "RestOfWorld")
    german = (rows["origin"] == "Germany") | (rows["destination"] == "Germany")
    rows = rows[~(far & german)].copy()
    rows["value"] = rows["value"] / rows["sector"].map(DENSITIES) * np.where(far[rows.index], through, 1.0)
    return rows[rows["value"] > 0].reset_index(drop=True)


def belt_of(out: Path, freight: pd.DataFrame, charge: float) -> Belt:
    """A belt of the case's tables with these tonnes and this charge of water; only its freight is read."""
    tables = {p.stem: pd.read_csv(p, dtype=str, keep_default_na=False) for p in sorted(out.glob("*.csv"))}
    tables["freight"] = freight.assign(unit="Mt/yr", **ASSUMED).astype(str)
    modes = tables["modes"]
    tables["modes"] = modes.assign(money_fixed=np.where(modes["mode"] == "water", repr(charge), modes["money_fixed"]))
    return Belt.from_tables(tomllib.loads((out / "belt.toml").read_text(encoding="utf-8")), tables)


def fit(out: Path, dispersion: float) -> tuple[float, float]:
    """Charge of water and the part of the rest of the world's trade that comes this way; prints what came out."""
    charge, through = START
    for _ in range(80):
        belt = belt_of(out, base_tonnes(out, through), charge)
        table = counts(belt, Traffic(Freight(belt).base_state)).set_index("count")["ratio"]
        off = float(table["austria_tkm"]), float(table["gabcikovo"])
        if max(abs(x - 1) for x in off) < 1e-6:
            print(f"fit: water {charge:.4f} USD/t, through Constanța {through:.6f}")
            return charge, through
        charge += 0.6 * log(off[0]) / dispersion
        through /= (off[1] / off[0] ** 0.5) ** 0.6
    raise RuntimeError(f"the fit does not settle: {charge}, {through}: {off}")


def main(out: Path) -> None:
    """Write the network tables, the counts and the base tonnes."""
    links = water_links() + land_links()
    for row in links:
        if row["link"] == "w_cernavoda_constanta":
            row["source"], row["status"] = "danube_canal", "official"
    nodes = [
        {
            "node": n[0],
            "name_en": n[1],
            "name_zh": n[2],
            "region": n[3],
            "kind": n[4],
            "lon": n[5],
            "lat": n[6],
            "river_km": "" if n[7] is None else LENGTH - n[7],
            **ASSUMED,
            **({"source": n[8], "status": "official"} if n[8] else {}),
        }
        for n in NODES
    ]
    write_table(out, "nodes", nodes)
    write_table(out, "zones", [{"region": r, "node": n, "access_km": km, **ASSUMED} for r, (n, km) in ZONES.items()])
    write_table(out, "links", links)
    write_table(out, "terminals", terminals(links))
    write_table(out, "locks", [{**row, **ASSUMED} for row in LOCKS])
    write_table(out, "modes", [{**row, **ASSUMED} for row in MODES])
    write_table(out, "ships", [{**row, **ASSUMED} for row in SHIPS])
    density = {"unit": "USD/t", **ASSUMED}
    write_table(
        out,
        "value_densities",
        [{"sector": s, "value": v, "low": v / 2, "high": v * 2, **density} for s, v in DENSITIES.items()],
    )
    write_table(out, "counts", count_rows())
    rows = [{"source": k, "citation": c, "url": u, "licence": lic} for k, (c, u, lic) in CITED.items()]
    write_sources(SOURCES / "danube" / "network.csv", rows)
    merge_sources(out, SOURCES / "danube")
    dispersion = next(float(p[1]) for p in PARAMETERS if p[0] == "chain_dispersion")
    charge, through = fit(out, dispersion)
    charge = round(charge, 4)
    fitted = {"year": "2011", "source": "danube_network_fit", "status": "estimated"}
    modes = [
        {**row, **ASSUMED} if row["mode"] != "water" else {**row, "money_fixed": charge, **fitted} for row in MODES
    ]
    write_table(out, "modes", modes)
    freight = base_tonnes(out, through)
    freight["value"] = freight["value"].round(6)
    freight = freight[freight["value"] > 0]
    write_table(out, "freight", [{**row, "unit": "Mt/yr", **fitted} for row in freight.to_dict("records")])
    belt = belt_of(out, freight, charge)
    print(counts(belt, Traffic(Freight(belt).base_state))[["count", "modelled", "sourced", "ratio"]].to_string())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=CASE)
    main(parser.parse_args().out)
