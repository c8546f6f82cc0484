"""River tables of the case danube2011: `python recipes/danube_river.py [--out CASE_FOLDER]`; no source table is needed.

The chain counts km from Kelheim = 0 to Sulina = 2415 (2,415 km are navigable); official river-km count up from Sulina,
so km = 2415 − river-km. Places are set from memory of the official river-km, rounded, and are assumed.

Flow [m³/s]: sourced at Nagymaros 2308 (1921–2012), Bezdan 2372 (1931–90), Pančevo 5380 (1931–90), Gruia 5692, Chiciu
6204 and Ceatal Izmail 6470 (1931–70), as collected from Konecsny & Nagy 2014, Belz et al. 2004 and Gâştescu & Ţuchiu
2012; between them, and above Nagymaros, assumed. Velocities and widths are assumed (depth = flow ÷ velocity ÷ width).
The Iron Gate reservoir is a lake of an assumed 2100 million m³, held at its level. Low flow ÷ mean flow is assumed; the
least flow ever measured at the delta is 0.28 of the mean (1,790 of 6,452 m³/s).

Loads [t/yr]: emissions of the whole basin 1998–2000, 57,000 t of phosphorus (58 % of it diffuse) and 684,000 t of
nitrogen (80 % diffuse), by Schreiber et al. 2005. Diffuse emissions are shared out by the countries' area in the basin,
the others by their people in it (Danube Basin Analysis 2005). Which reach they come to, which activity sends them, and
how much is kept back on the way there is assumed: 60 % of the phosphorus; of the nitrogen so much that 544,000 t a year
pass Reni, the middle of the 537,000 to 551,000 t that the Danube commission gives for 1992–96, "a rough indicator". No
figure of total phosphorus in the river was at hand (of inorganic phosphorus 18,030 t a year, 1980–95). So emissions,
observations and accounts are of different years, and nothing here says how clean the river of 2011 was.

Classes are in the form of the Water Framework Directive. Each country sets its own limits; those here are assumed,
within what Hungarian data suggest for good status in lowland rivers (0.10–0.35 mg/L phosphorus, 1.4–5.0 nitrogen). At
low flow "moderate" binds. There are no targets and no payments at borders: no such agreement was found.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from common import SOURCES, merge_sources, write_table

CASE = Path(__file__).resolve().parents[1] / "src" / "yijiang" / "belt" / "cases" / "danube2011"
LOW_FLOW, WASHED_LOW = 0.45, 0.45
REACHES = [
    # reach, region, km_to, mean flow at the end, velocity mean and low [m/s], width [m], volume [10⁶ m³]
    ("D01_Kelheim", "Germany", 1, 330, 1.0, 0.7, 120, None),
    ("D02_Kelheim_Jochenstein", "Germany", 211, 1440, 1.0, 0.7, 220, None),
    ("D03_Jochenstein_Vienna", "Austria", 485, 1910, 1.2, 0.8, 280, None),
    ("D04_Vienna_Hainburg", "Austria", 542, 2040, 1.6, 1.1, 280, None),
    ("D05_Bratislava_Medvedov", "Slovakia", 609, 2060, 1.2, 0.8, 300, None),
    ("D06_Medvedov_Szob", "Slovakia", 707, 2300, 1.0, 0.7, 400, None),
    ("D07_Szob_Nagymaros", "Hungary", 720, 2308, 1.0, 0.7, 450, None),
    ("D08_Nagymaros_Budapest", "Hungary", 785, 2320, 1.0, 0.7, 450, None),
    ("D09_Budapest_Bezdan", "Hungary", 990, 2372, 0.9, 0.6, 500, None),
    ("D10_Bezdan_Pancevo", "RestOfWorld", 1261, 5380, 0.7, 0.5, 700, None),
    ("D11_Pancevo_Bazias", "RestOfWorld", 1342, 5560, 0.6, 0.4, 1000, None),
    ("D12_Iron_Gate", "Romania", 1472, 5600, 0.35, 0.16, 1100, 2100.0),
    ("D13_Iron_Gate_Gruia", "Romania", 1564, 5692, 0.9, 0.6, 900, None),
    ("D14_Gruia_Ruse", "Romania", 1920, 6050, 0.9, 0.6, 900, None),
    ("D15_Ruse_Silistra", "Bulgaria", 2040, 6204, 0.9, 0.6, 900, None),
    ("D16_Silistra_Reni", "Romania", 2283, 6450, 0.8, 0.5, 900, None),
    ("D17_Reni_Delta", "Romania", 2335, 6470, 0.8, 0.5, 900, None),
    ("D18_Delta", "Romania", 2415, 6470, 0.6, 0.4, 1000, None),
]
SECTIONS = [
    # section, English, Chinese, reach that it ends, regions above and below a border
    ("jochenstein", "Jochenstein", "约亨施泰因", 2, "Germany", "Austria"),
    ("vienna", "Vienna", "维也纳", 3, "", ""),
    ("hainburg", "Hainburg–Wolfsthal", "海因堡", 4, "Austria", "Slovakia"),
    ("medvedov", "Medveďov", "梅德韦多夫", 5, "", ""),
    ("szob", "Szob", "索布", 6, "Slovakia", "Hungary"),
    ("budapest", "Budapest, below the city", "布达佩斯下游", 8, "", ""),
    ("bezdan", "Bezdan", "贝兹丹", 9, "Hungary", "RestOfWorld"),
    ("bazias", "Baziaş", "巴齐亚什", 11, "RestOfWorld", "Romania"),
    ("iron_gate", "Iron Gate", "铁门", 12, "", ""),
    ("ruse", "Ruse–Giurgiu", "鲁塞—久尔久", 14, "", ""),
    ("silistra", "Silistra–Chiciu", "锡利斯特拉", 15, "Bulgaria", "Romania"),
    ("reni", "Reni", "列尼", 16, "", ""),
]
LOW_FLOW_CLASS = 3
KINETICS = [("TP", "总磷", 0.005, 0.0, 0.02, 0.3), ("TN", "总氮", 0.01, 0.0, 0.03, 0.2)]
LIMITS = {"TP": (0.05, 0.10, 0.20, 0.40), "TN": (1.5, 3.0, 5.0, 10.0)}
#: Emissions of the basin [t/yr], the diffuse share of them, and what passes tributaries and reservoirs (None: fitted).
EMISSIONS = {"TP": (57_000.0, 0.58, 0.4), "TN": (684_000.0, 0.80, None)}
RENI_TN, RENI = 544_000.0, 16
#: Area in the basin [km²] and people in it [million] of the countries; the rest of it lies in other countries.
BASIN, PEOPLE = 801_463.0, 81.0
COUNTRIES = {
    "Germany": (56_184.0, 9.4), "Austria": (80_423.0, 7.7), "Slovakia": (47_084.0, 5.2), "Hungary": (93_030.0, 10.1),
    "Romania": (232_193.0, 21.7), "Bulgaria": (47_413.0, 3.5),
}  # fmt: skip
DRAINS = {  # assumed share of what a country emits that comes to reach number i
    "Germany": {1: 0.4, 2: 0.6},
    "Austria": {2: 0.3, 3: 0.35, 4: 0.1, 6: 0.05, 10: 0.2},
    "Slovakia": {4: 0.1, 5: 0.05, 6: 0.6, 10: 0.25},
    "Hungary": {6: 0.15, 7: 0.02, 8: 0.2, 9: 0.23, 10: 0.4},
    "Romania": {10: 0.3, 11: 0.02, 12: 0.02, 13: 0.02, 14: 0.27, 15: 0.15, 16: 0.2, 17: 0.02},
    "Bulgaria": {13: 0.05, 14: 0.75, 15: 0.2},
    "RestOfWorld": {4: 0.12, 10: 0.62, 11: 0.12, 16: 0.12, 17: 0.02},
}
DIFFUSE = {"agriculture": 0.7, "land": 0.3}  # assumed shares of activities
OTHERS = {
    "households": 0.8, "process_manufacturing": 0.1, "light_manufacturing": 0.08, "equipment_manufacturing": 0.02
}  # fmt: skip
SEASON = (
    0.92,
    0.98,
    1.15,
    1.36,
    1.34,
    1.22,
    1.03,
    0.85,
    0.76,
    0.73,
    0.80,
    0.90,
)  # assumed: most in April, least in October
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

Loads = dict[tuple[str, int, str, str], float]


def emitted() -> Loads:
    """What every country sends to every reach by activity and pollutant, nothing kept back on the way [t/yr]."""
    area, people = (BASIN - sum(a for a, _ in COUNTRIES.values())), PEOPLE - sum(p for _, p in COUNTRIES.values())
    loads: Loads = {}
    for region, (own_area, own_people) in {**COUNTRIES, "RestOfWorld": (area, people)}.items():
        for pollutant, (total, diffuse, _) in EMISSIONS.items():
            parts = {a: total * diffuse * own_area / BASIN * s for a, s in DIFFUSE.items()}
            parts |= {a: total * (1 - diffuse) * own_people / PEOPLE * s for a, s in OTHERS.items()}
            for i, share in DRAINS[region].items():
                loads |= {(region, i, a, pollutant): value * share for a, value in parts.items()}
    return loads


def start(i: int) -> float:
    """Km where reach number i begins."""
    return float(REACHES[i - 2][2]) if i > 1 else 0.0


def passing(loads: Loads, pollutant: str, last: int) -> float:
    """Load that leaves reach number `last` at mean flow [t/yr]."""
    decay = next(row[2] for row in KINETICS if row[0] == pollutant)
    mass = 0.0
    for i, (_, _, km_to, flow, velocity, _, _, volume) in enumerate(REACHES[:last], start=1):
        entering = sum(v for (_, j, _, name), v in loads.items() if j == i and name == pollutant)
        seconds = (km_to - start(i)) * 1000 / velocity if volume is None else volume * 1e6 / flow
        x = decay * seconds / 86400
        if volume is None:
            mass = mass * math.exp(-x) + entering * (-math.expm1(-x) / x if x else 1.0)
        else:
            mass = (mass + entering) / (1 + x)
    return mass


def loads_in_the_river() -> tuple[Loads, dict[str, float]]:
    """Loads that reach the main stem, and the share of the emissions that does."""
    loads = emitted()
    passed = {p: share or RENI_TN / passing(loads, p, RENI) for p, (_, _, share) in EMISSIONS.items()}
    return {key: value * passed[key[3]] for key, value in loads.items()}, passed


def figure(value: float) -> str:
    """Write a number with at most six digits that count."""
    text = format(float(f"{value:.6g}"), ".12f")
    return text.rstrip("0").rstrip(".")


def months() -> list[dict[str, object]]:
    """Flow and washed-in loads of every month ÷ their mean over the year."""
    power = math.log(WASHED_LOW) / math.log(LOW_FLOW)
    rows = [SEASON, [flow**power for flow in SEASON]]
    means = [sum(v * d for v, d in zip(row, DAYS, strict=True)) / sum(DAYS) for row in rows]
    pairs = zip(*([round(v / mean, 4) for v in row] for row, mean in zip(rows, means, strict=True)), strict=True)
    return [{"month": m, "flow": q, "diffuse": w} for m, (q, w) in enumerate(pairs, start=1)]


def main() -> None:
    """Write the river of danube2011 and say what came out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=CASE, help="folder of the case")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    assumed = {"source": "danube_river_assumption", "status": "assumed"}
    reaches = []
    for i, (name, region, km_to, flow, fast, slow, width, volume) in enumerate(REACHES, start=1):
        low = flow * LOW_FLOW
        reaches.append(
            {
                "reach": name, "downstream": REACHES[i][0] if i < len(REACHES) else "", "region": region,
                "km_from": figure(start(i)), "km_to": km_to, "flow_mean": flow, "flow_low": figure(low),
                "velocity_mean": fast, "velocity_low": slow, "tidal": "false",
                "depth_mean": round(flow / (fast * width), 1), "depth_low": round(low / (slow * width), 1),
                "volume_mean": volume, "volume_low": volume, "source": "danube_flow", "status": "assumed",
            }
        )  # fmt: skip
    write_table(out, "reaches", reaches)
    write_table(
        out,
        "sections",
        [
            {"section": s, "name_en": en, "name_zh": zh, "reach": REACHES[i - 1][0], "km": REACHES[i - 1][2],
             "limit_class": LOW_FLOW_CLASS, "upstream_region": up, "downstream_region": down, "tidal": "false",
             **assumed}
            for s, en, zh, i, up, down in SECTIONS
        ],
    )  # fmt: skip
    write_table(
        out,
        "kinetics",
        [
            {"pollutant": p, "name_zh": zh, "value": v, "low": lo, "high": hi, "unit": "1/day", "binding": "true",
             "calibration_error": e, **assumed}
            for p, zh, v, lo, hi, e in KINETICS
        ],
    )  # fmt: skip
    write_table(
        out,
        "standards",
        [
            {"pollutant": p, "class": c, "value": v, "source": "danube_standards", "status": "assumed"}
            for p, values in LIMITS.items()
            for c, v in enumerate(values, start=1)
        ],
    )
    write_table(out, "months", [row | assumed for row in months()])
    loads, passed = loads_in_the_river()
    order = [row[0] for row in KINETICS]
    write_table(
        out,
        "loads",
        [
            {"region": region, "reach": REACHES[i - 1][0], "activity": activity, "pollutant": p,
             "value": figure(loads[region, i, activity, p]), "unit": "t/yr", "year": 1999, "source": "danube_emissions",
             "status": "estimated"}
            for region, i, activity, p in sorted(loads, key=lambda k: (k[1], order.index(k[3]), k[0], k[2]))
        ],
    )  # fmt: skip
    observed = {"section": "reni", "pollutant": "TN", "flux": figure(RENI_TN), "bound": "false", "fitted": "true"}
    write_table(out, "observations", [observed | {"year": 1996, "source": "danube_reni", "status": "estimated"}])
    merge_sources(out, SOURCES / "danube")
    for pollutant in order:
        told = ", ".join(
            f"{s} {passing(loads, pollutant, i) / REACHES[i - 1][3] / 31.536:.3f}" for s, _, _, i, _, _ in SECTIONS
        )
        print(f"{pollutant}: {passed[pollutant]:.3f} of the emissions reach the river; mean flow, mg/L: {told}")


if __name__ == "__main__":
    main()
