"""River tables of the case yangtze2017: reaches, sections, kinetics, loads, targets, compensation.

Run ``python recipes/river.py SOURCE_FOLDER [--out CASE_FOLDER]``. The chain counts river-km from Panzhihua = 0 to the
mouth = 3621. The sources disagree; this is the one kept:

- Zhutuo 950, Yichang 1728, Chenglingji 2123, Jiujiang 2623, Anqing 2787: CUMCM 2005 A, annex 3.
- Yibin 688 = Yichang − 1040. Hankou 2352 = Yichang + 624. Hukou 2683 = Yichang + 955. Mouth 3621 = Hukou + 938.
- Jiyangji above Anqing, the lower end of the Wuhan–Anqing channel works, 2738.5 = Hankou + 386.5; Wuhu bridge 2969.5
  = Jiyangji + 231.
- Between these, legs of the Natural Earth 10m centre line are stretched to fit: Cuntan 1092, Wanzhou 1401, Guandukou
  (entry to Hubei) 1612, Taipingxi 1688, Shashi 1866, Huangshi 2500, Datong 2857.
- Exit of Hubei 2674 = Guandukou + its 1062 km of frontage (from a blog); Hukou lies 9 km further down.
- Anhui–Jiangsu border 3028, Nanjing 3078, Zhenjiang 3141: Wuhu bridge + Natural Earth legs.
- Xuliujing 3454 = mouth − 167 (estuary below it); the border + Jiangsu's 425 km of frontage gives 3453.

Left out: Nanjing 3251 (CUMCM; 464 km from Anqing against 261 km on the map), mouth 3492 (Wuhan + 1140 km of waterway)
and 3530 (Lou et al., to Nanhuizui), Jiyangji 2728.7 (Wuhan bridge + 376.7), Anqing 2754 (Yichang + 1026), Shuifu to
Yichang 1074 and Yibin to the estuary 2808 km of waterway. So Hukou–Anqing is too short here and Zhenjiang–Xuliujing too
long, by up to a third: at these decay rates less than the calibration error of a binding concentration.

Mean flows are sourced at Yichang, Hankou, Datong and the mouth; those between are assumed and leave out the water that
the three outlets below Shashi lend to Lake Dongting. Velocities are assumed, and so are widths, from which the mean
depth follows: depth = flow ÷ (velocity × width); no survey was at hand. The Three Gorges reservoir (reaches 6 to 9) is
a slow river here and no mixed lake, so no reach has a volume. The first reach, one kilometre long,
stands for the river above Panzhihua. Low flow = mean × `flow_low_ratio`.

Loads reaching the river [t/yr]: census total of the activity × the province's share in it × the share of the province
that drains into the reach × river entry × passage through tributaries and lakes, plus a natural background
concentration × the water that enters. One factor per pollutant on all but the background lets the steady river at mean
flow,

    m_out = m_in e^(−kτ) + w (1 − e^(−kτ))/(kτ),   τ = length ÷ velocity,

carry the sourced fluxes past Datong (2018: TP 93,700 t, NH3-N 214,700 t). COD is not scaled: shown, never binding.

Months: the flow of every month ÷ the mean flow is assumed in the form that the gauge at Datong has (most in July, least
in January); washed-in loads go with flow^0.9, so that at the design low flow they are the share assumed for it.

Observations: the two fluxes the loads are scaled to, and what the city of Wuhu was paid for in 2024–25: phosphorus at
the Liangshan hills kept at or below 0.08 mg/L in 2023. The section stands at the bridge of Wuhu, some km above.

Limits: provincial census tables were not at hand; treatment differs between provinces, the estimate ignores it. The
census split by activity is as published in the bulletin (its COD parts agree with the sourced sum). The factor on NH3-N
above 2 says that with 0.05 per day more must enter than the census counts at the outfalls: a lower rate would need
less. Zhejiang sends no load to the main stem. That less TP joins below Hukou than above it agrees with Lou et al.; that
more NH3-N does, as they find, is not reproduced.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from common import merge_sources

#: Width of the water [m] by reach number, assumed: it does not change with the flow.
WIDTH = (200, 250, 400, 500, 600, 900, 900, 1000, 1000, 1200, 1100, 1500, 1700, 1600, 1600, 1700, 1800, 1800, 1900,
         2000, 2000, 2200, 4000, 10000)  # fmt: skip
#: Flow of the months, January first, in the form of the gauge at Datong [1000 m³/s], assumed.
SEASON = (11.5, 12.5, 17.0, 24.5, 33.0, 40.0, 49.0, 44.0, 40.0, 32.0, 23.0, 14.5)
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
WASHED = 0.9
REACHES = [
    # reach, region, km_to, mean flow at the end, velocity mean, velocity low
    ("R01_Panzhihua", "Sichuan", 1, 1750, 1.2, 0.8),
    ("R02_Jinsha_middle", "Yunnan", 340, 3900, 0.8, 0.5),
    ("R03_Jinsha_lower", "Sichuan", 688, 4500, 0.5, 0.3),
    ("R04_Yibin_Zhutuo", "Sichuan", 950, 8400, 1.3, 0.8),
    ("R05_Zhutuo_Cuntan", "Chongqing", 1092, 10800, 1.2, 0.7),
    ("R06_Cuntan_Wanzhou", "Chongqing", 1401, 12800, 0.4, 0.22),
    ("R07_Wanzhou_Guandukou", "Chongqing", 1612, 13150, 0.3, 0.2),
    ("R08_Guandukou_Taipingxi", "Hubei", 1688, 13450, 0.25, 0.18),
    ("R09_Taipingxi_Yichang", "Hubei", 1728, 13580, 0.5, 0.3),
    ("R10_Yichang_Shashi", "Hubei", 1866, 13900, 1.2, 0.8),
    ("R11_Shashi_Chenglingji", "Hubei", 2123, 14000, 1.2, 0.8),
    ("R12_Chenglingji_Luoshan", "Hunan", 2180, 20400, 1.2, 0.8),
    ("R13_Luoshan_Hankou", "Hubei", 2352, 22530, 1.2, 0.8),
    ("R14_Hankou_Huangshi", "Hubei", 2500, 22900, 1.2, 0.8),
    ("R15_Huangshi_Jiujiang", "Hubei", 2623, 23200, 1.2, 0.8),
    ("R16_Jiujiang_Hubei_exit", "Hubei", 2674, 23400, 1.2, 0.8),
    ("R17_Hukou_Jiyangji", "Jiangxi", 2738.5, 28200, 1.1, 0.7),
    ("R18_Jiyangji_Datong", "Anhui", 2857, 28700, 1.1, 0.7),
    ("R19_Datong_Wuhu", "Anhui", 2969.5, 29100, 1.0, 0.6),
    ("R20_Wuhu_Anhui_border", "Anhui", 3028, 29300, 1.0, 0.6),
    ("R21_Border_Nanjing", "Jiangsu", 3078, 29400, 1.0, 0.6),
    ("R22_Nanjing_Zhenjiang", "Jiangsu", 3141, 29600, 1.0, 0.6),
    ("R23_Zhenjiang_Xuliujing", "Jiangsu", 3454, 29950, 1.0, 0.6),
    ("R24_Xuliujing_mouth", "Shanghai", 3621, 30146, 1.0, 0.6),
]
STATIONS = {"Yichang": 9, "Hankou": 13, "Datong": 18, "Yangtze mouth": 24}
TIDAL_FROM = 2857.0
OWN = {
    "anhui_jiangsu": "river_border",
    "hubei_exit": "river_chain",
    "wuhu": "river_wuhu",
}  # sections that are not in the list of the bureau
SECTIONS = [
    # section, name_en, name_zh, number of the reach that it ends, regions above and below a border section
    ("panzhihua", "Panzhihua", "攀枝花", 1, "", ""),
    ("yibin", "Yibin", "宜宾", 3, "", ""),
    ("zhutuo", "Zhutuo", "朱沱", 4, "Sichuan", "Chongqing"),
    ("cuntan", "Cuntan", "寸滩", 5, "", ""),
    ("wanzhou", "Wanzhou Tuokou", "万州沱口", 6, "", ""),
    ("guandukou", "Guandukou", "官渡口", 7, "Chongqing", "Hubei"),
    ("taipingxi", "Taipingxi", "太平溪", 8, "", ""),
    ("yichang", "Yichang", "宜昌", 9, "", ""),
    ("shashi", "Shashi", "沙市五七码头", 10, "", ""),
    ("hankou", "Hankou", "汉口37码头", 13, "", ""),
    ("huangshi", "Huangshi Xisaishan", "黄石西塞山", 14, "", ""),
    ("jiujiang", "Jiujiang", "九江化工厂下游", 15, "", ""),
    ("hubei_exit", "Exit of Hubei (Huangmei)", "湖北出境(黄梅)", 16, "Hubei", "Jiangsu"),
    ("datong", "Datong", "大通", 18, "", ""),
    ("wuhu", "Wuhu (Liangshan)", "芜湖（东西梁山）", 19, "", ""),
    ("anhui_jiangsu", "Anhui–Jiangsu border (Wujiang, Sanxingcun)", "皖苏交界(乌江、三兴村)", 20, "Anhui", "Jiangsu"),
    ("nanjing", "Nanjing", "南京化工厂下游", 21, "", ""),
    ("zhenjiang", "Zhenjiang Qinglongshan", "镇江青龙山", 22, "", ""),
    ("xuliujing", "Xuliujing", "徐六泾", 23, "Jiangsu", "Shanghai"),
]
KINETICS = [
    # pollutant, name_zh, decay per day, low, high, binding, calibration error
    ("TP", "总磷", 0.01, 0.0, 0.02, True, 0.08),
    ("NH3-N", "氨氮", 0.05, 0.0, 0.1, True, 0.15),
    ("COD", "化学需氧量", 0.1, 0.05, 0.2, False, 0.5),
]
CALIBRATED, DATONG = ("TP", "NH3-N"), 18
INDUSTRY = ("mining", "light_manufacturing", "process_manufacturing", "equipment_manufacturing")
# Second national census of pollution sources 2017, 10⁴ t: agriculture, households and services, industry.
CENSUS = {
    "COD": (1067.13, 983.44, 90.96),
    "NH3-N": (21.62, 69.91, 4.45),
    "TP": (21.20, 9.54, 0.79),
}
INDUSTRY_SPLIT = {  # assumed split of industry's load over INDUSTRY
    "COD": (0.05, 0.55, 0.35, 0.05),
    "NH3-N": (0.03, 0.37, 0.57, 0.03),
    "TP": (0.08, 0.40, 0.48, 0.04),
}
ENTRY = {"agriculture": 0.5, "households": 0.8, "industry": 0.9}  # assumed share of a discharge that reaches a river
PASSED = {  # assumed share that passes the tributaries, their reservoirs and the lakes on the way to reach number i
    **{i: {"TP": 0.9, "NH3-N": 0.7, "COD": 0.6} for i in (1, 2, 3)},  # Yalong and the Yunnan rivers
    4: {"TP": 0.9, "NH3-N": 0.65, "COD": 0.5},  # Min, Tuo
    5: {"TP": 0.85, "NH3-N": 0.65, "COD": 0.5},  # Jialing
    6: {"TP": 0.6, "NH3-N": 0.5, "COD": 0.4},  # Wu, a stair of reservoirs
    12: {"TP": 0.8, "NH3-N": 0.7, "COD": 0.5},  # Lake Dongting
    13: {"TP": 0.85, "NH3-N": 0.75, "COD": 0.6},  # Han
    17: {"TP": 0.8, "NH3-N": 0.75, "COD": 0.5},  # Lake Poyang
}
RIVERSIDE = {("Chongqing", 5), ("Chongqing", 6), ("Hubei", 12), ("Anhui", 17)}  # these discharge beside the main stem
BACKGROUND = {"TP": 0.05, "NH3-N": 0.1, "COD": 4.0}  # mg/L, assumed, of the water that enters
DRAINS = {  # assumed share of each province's activity that drains into reach number i; the rest goes to other rivers
    "Yunnan": {1: 0.06, 2: 0.24, 3: 0.10},
    "Sichuan": {1: 0.01, 2: 0.05, 3: 0.02, 4: 0.56, 5: 0.35},
    "Guizhou": {4: 0.08, 6: 0.42, 12: 0.17},
    "Chongqing": {4: 0.02, 5: 0.45, 6: 0.33, 7: 0.20},
    "Hubei": {7: 0.01, 8: 0.03, 9: 0.04, 10: 0.11, 11: 0.11, 12: 0.02, 13: 0.37, 14: 0.18, 15: 0.09, 16: 0.02},
    "Hunan": {11: 0.02, 12: 0.96},
    "Jiangxi": {15: 0.02, 16: 0.08, 17: 0.87},
    "Anhui": {17: 0.01, 18: 0.14, 19: 0.20, 20: 0.17},
    "Jiangsu": {21: 0.09, 22: 0.11, 23: 0.32},
    "Shanghai": {24: 0.6},
    "RestOfChina": {5: 0.004, 13: 0.022},
}
WATER = {  # assumed share of the water entering reach number i, where it is not all from the region of the reach
    1: {"RestOfChina": 0.6, "Sichuan": 0.2, "Yunnan": 0.2},
    2: {"Sichuan": 0.85, "Yunnan": 0.15},
    3: {"Sichuan": 0.4, "Yunnan": 0.6},
    4: {"Sichuan": 0.92, "Guizhou": 0.08},
    5: {"Sichuan": 0.75, "Chongqing": 0.15, "RestOfChina": 0.1},
    6: {"Guizhou": 0.65, "Chongqing": 0.35},
    7: {"Chongqing": 0.9, "Hubei": 0.1},
    11: {"Hubei": 0.6, "Hunan": 0.4},
    12: {"Hunan": 0.87, "Guizhou": 0.12, "Hubei": 0.01},
    13: {"Hubei": 0.6, "RestOfChina": 0.4},
    15: {"Hubei": 0.8, "Jiangxi": 0.2},
    16: {"Hubei": 0.5, "Jiangxi": 0.5},
    17: {"Jiangxi": 0.98, "Anhui": 0.02},
}
PROVINCES = [region for region in DRAINS if region != "RestOfChina"] + ["Zhejiang"]
DIFFUSE = ("agriculture", "land", "upstream")
# Hubei and Jiangsu are no neighbours: the exit of Hubei is a border by agreement of the pair.
BORDERS = {
    "hubei_exit": ("Hubei", "Jiangsu"),
    "anhui_jiangsu": ("Anhui", "Jiangsu"),
    "xuliujing": ("Jiangsu", "Shanghai"),
}
RATES = {"TP": (40000.0, 20000.0, 80000.0), "NH3-N": (8000.0, 4000.0, 16000.0)}  # CNY/t: value, low, high
TONNES_PER_YEAR = 31.536  # t/yr in 1 mg/L × 1 m³/s

Loads = dict[tuple[str, int, str, str], float]


#: Class that binds at design low flow, assumed: III, that of the main stem's function zones with towns and ports on
#: both banks. The yearly mean is held to class II in public reports; total phosphorus fails II at low flow everywhere,
#: so with II no growth at all would be admissible without more removal.
LOW_FLOW_CLASS = 3


def read(folder: Path, name: str) -> list[dict[str, str]]:
    """Read a source table from the folder or from its subfolder yangtze."""
    path = folder / name if (folder / name).is_file() else folder / "yangtze" / name
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(folder: Path, table: str, columns: str, rows: Iterable[Sequence[object]]) -> None:
    """Write a table of the case: UTF-8, LF, numbers with at most six digits that count."""
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.split())
        writer.writerows([cell(value) for value in row] for row in rows)


def cell(value: object) -> str:
    """Write one value.

    >>> [cell(v) for v in (True, 0.1 + 0.2, 1234567.0, 0.000123456789, "", 2)]
    ['true', '0.3', '1234570', '0.000123457', '', '2']
    """
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, float):
        return str(value)
    text = format(float(f"{value:.6g}"), ".12f")
    return text.rstrip("0").rstrip(".")


def start(i: int) -> float:
    """River-km where reach number i begins."""
    return float(REACHES[i - 2][2]) if i > 1 else 0.0


def activity_shares(folder: Path) -> dict[str, dict[str, float]]:
    """Share of every region in the nation's activity: population, and value added of the sectors (2017) [-]."""
    people = {
        row["region"]: float(row["value"])
        for row in read(folder, "socio_economy.csv")
        if row["indicator"] == "population_year_end" and row["year"] == "2017"
    }
    amounts: dict[str, dict[str, float]] = {"households": people}
    for row in read(folder, "io_prov2017_margins9.csv"):
        if row["sector"] in ("agriculture", *INDUSTRY):
            amounts.setdefault(row["sector"], {})[row["region"]] = float(row["value_added"])
    shares = {}
    for activity, amount in amounts.items():
        total = sum(amount.values())
        shares[activity] = {region: amount[region] / total for region in PROVINCES}
        shares[activity]["RestOfChina"] = 1.0 - sum(shares[activity].values())
    return shares


def discharges(folder: Path) -> dict[tuple[str, str, str], float]:
    """Discharge by region, activity and pollutant [t/yr]: the census shared out, Hunan as its own bulletin has it."""
    shares = activity_shares(folder)
    result: dict[tuple[str, str, str], float] = {}
    for pollutant, (agriculture, households, industry) in CENSUS.items():
        for region in DRAINS:
            result[region, "agriculture", pollutant] = 1e4 * agriculture * shares["agriculture"][region]
            result[region, "households", pollutant] = 1e4 * households * shares["households"][region]
            for sector, part in zip(INDUSTRY, INDUSTRY_SPLIT[pollutant], strict=True):
                result[region, sector, pollutant] = 1e4 * industry * part * shares[sector][region]
    names = {"agriculture": ("agriculture",), "domestic": ("households",), "industry": INDUSTRY}
    for row in read(folder, "river_loads.csv"):
        if row["area"] == "Hunan" and row["pollutant"] in CENSUS and row["sector"] in names:
            keys = [("Hunan", activity, row["pollutant"]) for activity in names[row["sector"]]]
            before = sum(result[key] for key in keys)
            for key in keys:
                result[key] *= 1e4 * float(row["value"]) / before
    return result


def prior_loads(folder: Path) -> Loads:
    """Loads reaching each reach before calibration, by (region, reach number, activity, pollutant) [t/yr]."""
    loads: Loads = {}
    for (region, activity, pollutant), value in discharges(folder).items():
        for i, share in DRAINS[region].items():
            passed = 1.0 if (region, i) in RIVERSIDE else PASSED.get(i, {}).get(pollutant, 1.0)
            entry = ENTRY.get(activity, ENTRY["industry"])
            loads[region, i, activity, pollutant] = value * share * entry * passed
    for i, reach in enumerate(REACHES, start=1):
        water = reach[3] - (REACHES[i - 2][3] if i > 1 else 0.0)
        for region, share in WATER.get(i, {reach[1]: 1.0}).items():
            activity = "upstream" if (region, i) == ("RestOfChina", 1) else "land"
            for pollutant, concentration in BACKGROUND.items():
                loads[region, i, activity, pollutant] = water * share * concentration * TONNES_PER_YEAR
    return loads


def steady(loads: Loads, pollutant: str, regime: str, diffuse: float) -> list[float]:
    """Mass that leaves every reach [t/yr] in the steady river, at "mean" or "low" flow."""
    decay = next(row[2] for row in KINETICS if row[0] == pollutant)
    entering = [0.0] * (len(REACHES) + 1)
    for (_, i, activity, name), value in loads.items():
        if name == pollutant:
            entering[i] += value * (diffuse if regime == "low" and activity in DIFFUSE else 1.0)
    mass, result = 0.0, []
    for i, (_, _, km_to, _, fast, slow) in enumerate(REACHES, start=1):
        velocity = fast if regime == "mean" else slow
        x = decay * (km_to - start(i)) * 1000.0 / velocity / 86400.0
        mass = mass * math.exp(-x) + entering[i] * (-math.expm1(-x) / x if x else 1.0)
        result.append(mass)
    return result


def calibrate(folder: Path) -> tuple[Loads, dict[str, float]]:
    """Scale all but the background so that the sourced flux passes Datong; return the loads and the factors."""
    loads, factors = prior_loads(folder), {}
    for pollutant in CALIBRATED:
        rows = (r for r in read(folder, "river_loads.csv") if r["pollutant"] == pollutant)
        flux = 1e4 * float(next(r["value"] for r in rows if r["sector"] == "river flux"))
        natural = {key: value for key, value in loads.items() if key[2] in ("land", "upstream")}
        human = {key: value for key, value in loads.items() if key not in natural}
        rest, part = (steady(some, pollutant, "mean", 1.0)[DATONG - 1] for some in (natural, human))
        factors[pollutant] = (flux - rest) / part
        if not 0.1 < factors[pollutant] < 3.0:
            raise ValueError(f"{pollutant}: no plausible factor ({factors[pollutant]:.3f}); check the background")
        for key in human:
            if key[3] == pollutant:
                loads[key] *= factors[pollutant]
    return loads, factors


def check_sources(folder: Path) -> None:
    """Stop if a figure written in this file is not the one in the sources."""
    flows = {row["station"]: row["mean_flow_m3s"] for row in read(folder, "river_station_mean_flow.csv")}
    for station, i in STATIONS.items():
        sourced = next(float(flow) for name, flow in flows.items() if name.startswith(station) and flow)
        if sourced != REACHES[i - 1][3]:
            raise ValueError(f"flow at {station}: {REACHES[i - 1][3]} here, {sourced} in the source")
    sourced_names = {row["section"] for row in read(folder, "river_sections.csv")}
    if unknown := [row[2] for row in SECTIONS if row[0] not in OWN and row[2] not in sourced_names]:
        raise ValueError(f"sections that the source does not name: {unknown}")
    both = CENSUS["COD"][0] + CENSUS["COD"][1]
    rows = read(folder, "river_loads.csv")
    sourced = next(float(r["value"]) for r in rows if r["area"] == "China" and r["sector"] == "agriculture+domestic")
    if abs(both - sourced) > 0.005:
        raise ValueError(f"census, COD of agriculture and households: {both} here, {sourced} in the source")


def months() -> list[list[object]]:
    """Flow and washed-in loads of every month ÷ their mean over the year."""
    rows = [SEASON, [flow**WASHED for flow in SEASON]]
    means = [sum(v * d for v, d in zip(row, DAYS, strict=True)) / sum(DAYS) for row in rows]
    shares = [[round(v / mean, 4) for v in row] for row, mean in zip(rows, means, strict=True)]
    return [[m, *pair, "", "river_assumption", "assumed"] for m, pair in enumerate(zip(*shares, strict=True), start=1)]


def write_tables(out: Path, loads: Loads, flow_ratio: float) -> None:
    """Write the tables of the river."""
    reaches: list[list[object]] = []
    for i, (reach, region, km_to, flow, fast, slow) in enumerate(REACHES, start=1):
        below = REACHES[i][0] if i < len(REACHES) else ""
        numbers = [start(i), float(km_to), float(flow), flow * flow_ratio, fast, slow]
        depths = [round(q / (u * WIDTH[i - 1]), 1) for q, u in ((flow, fast), (flow * flow_ratio, slow))]
        rest = [start(i) >= TIDAL_FROM, *depths, "", "", "", "", ""]
        reaches.append([reach, below, region, *numbers, *rest, "", "river_chain", "assumed"])
    tail = "year source status"
    columns = "reach downstream region km_from km_to flow_mean flow_low velocity_mean velocity_low tidal"
    columns += f" depth_mean depth_low volume_mean volume_low abstraction k_hours x {tail}"
    write(out, "reaches", columns, reaches)
    sections: list[list[object]] = []
    for key, english, chinese, i, upstream, downstream in SECTIONS:
        km = float(REACHES[i - 1][2])
        place = [key, english, chinese, REACHES[i - 1][0], km, LOW_FLOW_CLASS, upstream, downstream, km > TIDAL_FROM]
        sections.append([*place, "", OWN.get(key, "river_sections"), "assumed"])
    columns = f"section name_en name_zh reach km limit_class upstream_region downstream_region tidal {tail}"
    write(out, "sections", columns, sections)
    kinetics = [[*row[:5], "1/day", *row[5:], "", "river_kinetics", "assumed"] for row in KINETICS]
    write(out, "kinetics", f"pollutant name_zh value low high unit binding calibration_error {tail}", kinetics)
    write(out, "months", f"month flow diffuse {tail}", months())
    seen = [
        ["datong", "TP", 93700, "", False, True, 2018, "river_flux", "aggregated"],
        ["datong", "NH3-N", 214700, "", False, True, 2018, "river_flux", "aggregated"],
        ["wuhu", "TP", "", 0.08, True, False, 2023, "river_wuhu", "official"],
    ]
    write(out, "observations", f"section pollutant flux concentration bound fitted {tail}", seen)
    order = {name: i for i, name in enumerate(row[0] for row in KINETICS)}
    listed = sorted(loads, key=lambda key: (key[1], order[key[3]], key[0], key[2]))
    rows: list[list[object]] = []
    for region, i, activity, pollutant in listed:
        value = loads[region, i, activity, pollutant]
        named = [region, REACHES[i - 1][0], activity, pollutant]
        rows.append([*named, value, "t/yr", 2017, "river_loads", "estimated"])
    write(out, "loads", f"region reach activity pollutant value unit {tail}", rows)
    targets = [[s, "TP", BORDERS[s][0], 0.02, "", "river_assumption", "assumed"] for s in ("hubei_exit", "xuliujing")]
    write(out, "targets", f"section pollutant region reduction {tail}", targets)
    paid = [
        [section, pollutant, *sides, *rate, "CNY/t", "", "river_compensation", "assumed"]
        for section, sides in BORDERS.items()
        for pollutant, rate in RATES.items()
    ]
    write(out, "compensation", f"section pollutant upstream downstream value low high unit {tail}", paid)


def report(folder: Path, loads: Loads, factors: dict[str, float], flow_ratio: float, diffuse: float) -> str:
    """Say what came out: factors, checks against what the sources state, concentrations and classes."""
    rows = {
        r["parameter"]: r for r in read(folder, "river_gb3838_2002_limits.csv") if r["water_body"].startswith("river")
    }
    classes = [f"class_{name}" for name in ("I", "II", "III", "IV", "V")]
    limits = {row[0]: [float(rows[row[0]][name]) for name in classes] for row in KINETICS}
    lines = [f"low flow ÷ mean flow {flow_ratio}, diffuse loads at low flow × {diffuse}"]
    lines += [f"factor on the prior loads, {pollutant}: {factor:.4f}" for pollutant, factor in factors.items()]
    for pollutant in limits:
        parts = {key: value for key, value in loads.items() if key[3] == pollutant}
        middle, lower = (sum(v for k, v in parts.items() if k[1] in part) for part in (range(10, 17), range(17, 25)))
        hubei = {key: value for key, value in parts.items() if key[0] == "Hubei" and key[2] != "land"}
        homes = sum(value for key, value in hubei.items() if key[2] == "households") / sum(hubei.values())
        where = f"{middle:.0f} joins from Yichang to Hukou, {lower:.0f} below"
        lines.append(f"{pollutant}: {sum(parts.values()):.0f} t/yr, {where}; households are {homes:.0%} in Hubei")
    for regime in ("mean", "low"):
        for pollutant in limits:
            mass = steady(loads, pollutant, regime, diffuse)
            values = []
            for key, _, _, i, _, _ in SECTIONS:
                flow = REACHES[i - 1][3] * (flow_ratio if regime == "low" else 1.0)
                value = mass[i - 1] / flow / TONNES_PER_YEAR
                grade = 1 + sum(value > limit for limit in limits[pollutant])
                values.append(f"{key} {value:.3f} ({grade})")
            lines.append(f"{pollutant}, {regime} flow, mg/L (class): " + ", ".join(values))
    return "\n".join(lines)


def main() -> None:
    """Write the tables and print the log."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, help="folder of the source tables")
    here = Path(__file__).resolve().parent
    case = here.parent / "src/yijiang/belt/cases/yangtze2017"
    parser.add_argument("--out", type=Path, default=case, help="folder of the case")
    arguments = parser.parse_args()
    with (here / "parameters_river.csv").open(encoding="utf-8", newline="") as file:
        parameters = {row["parameter"]: float(row["value"]) for row in csv.DictReader(file)}
    ratio, diffuse = parameters["flow_low_ratio"], parameters["diffuse_low_flow_share"]
    check_sources(arguments.source)
    loads, factors = calibrate(arguments.source)
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_tables(arguments.out, loads, ratio)
    if arguments.out == case:
        merge_sources(case)
    print(report(arguments.source, loads, factors, ratio, diffuse))


if __name__ == "__main__":
    main()
