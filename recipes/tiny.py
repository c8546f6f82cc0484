"""Writes the built-in case `tiny`: three invented regions on one invented river, small enough to check by hand.

Every figure is invented (status `assumed`, source `tiny`). The accounts are built from the deliveries below, in billion
yuan, and four columns of input coefficients, so that each sum can be followed with a pencil:
output = deliveries summed over the buyers; inputs = coefficient × output; value added = the rest of output;
final use = purchases less inputs. Each pair of regions trades as much one way as the other, so no region has a deficit.

Run from the repository: `python recipes/tiny.py` (it replaces src/yijiang/belt/cases/tiny).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from yijiang.belt.model import Belt
from yijiang.belt.writing import write

REGIONS = ("Upper", "Middle", "Lower")
SECTORS = ("farm", "materials", "machines", "services")
FACTORS = ("labour", "capital")

OWN = {"Upper": (100, 150, 80, 270), "Middle": (120, 200, 200, 380), "Lower": (100, 250, 350, 600)}
"""Deliveries of each region to itself, billion yuan, by sector."""

SALES = {
    ("Upper", "Middle"): (20, 30, 5, 5),
    ("Middle", "Upper"): (5, 15, 30, 10),
    ("Middle", "Lower"): (20, 30, 20, 10),
    ("Lower", "Middle"): (5, 15, 40, 20),
    ("Upper", "Lower"): (18, 15, 4, 3),
    ("Lower", "Upper"): (2, 8, 20, 10),
}
"""Deliveries from the first region to the second, billion yuan, by sector."""

COEFFICIENTS = np.array(
    [[0.10, 0.05, 0.00, 0.02], [0.10, 0.30, 0.30, 0.05], [0.05, 0.10, 0.25, 0.05], [0.10, 0.10, 0.10, 0.20]]
)
"""Input (row) per yuan of output of the using sector (column), the same in every region."""

LABOUR = np.array([0.8, 0.4, 0.5, 0.6])
"""Share of labour in value added, by sector."""

DRAWS = {0: (0.0, 0.0, 0.0), 1: (0.5, 0.5, 0.5), 2: (-0.5, -0.5, -0.5), 3: (0.8, 0.0, -0.4)}
"""Widening of two-way trade of Upper–Middle, Middle–Lower, Upper–Lower, as a share of the thinner way."""

PAIRS = ((0, 1), (1, 2), (0, 2))
DENSITY = {"farm": 2500.0, "materials": 600.0, "machines": 30000.0}
"""Yuan per tonne."""

LOADS = {
    "Upper": {"farm": 5500, "land": 1000, "materials": 1200, "machines": 200, "services": 100, "households": 2000},
    "Middle": {"farm": 6300, "land": 1200, "materials": 1700, "machines": 500, "services": 200, "households": 2600},
    "Lower": {"farm": 4000, "land": 1000, "materials": 1200, "machines": 600, "services": 200, "households": 2000},
}
"""Tonnes of phosphorus a year; ammonia nitrogen is 4 times, COD 140 times as much."""

ENTRY = {"Upper": {"r1": 0.4, "r2": 0.6}, "Middle": {"r3": 0.5, "r4": 0.5}, "Lower": {"r5": 1.0}}
POLLUTANTS = {"TP": 1, "NH3-N": 4, "COD": 140}


def text_table(text: str) -> pd.DataFrame:
    """Make a table from lines of cells separated by `|`, the header first."""
    header, *rows = (line.split("|") for line in text.strip().splitlines())
    return pd.DataFrame(rows, columns=header)


def evident(text: str) -> pd.DataFrame:
    """Make a table from text and add year, source and status to every row."""
    return text_table(text).assign(year="2017", source="tiny", status="assumed")


def frame(columns: str, rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Make a table from rows and add year, source and status to each."""
    return pd.DataFrame(list(rows), columns=columns.split()).assign(year=2017, source="tiny", status="assumed")


def deliveries() -> np.ndarray:
    """Base trade (importer, exporter, sector) [million yuan]."""
    trade = np.zeros((3, 3, 4))
    for n, region in enumerate(REGIONS):
        trade[n, n] = OWN[region]
    for (seller, buyer), values in SALES.items():
        trade[REGIONS.index(buyer), REGIONS.index(seller)] = values
    return trade * 1000


def draw(base: np.ndarray, widen: Sequence[float]) -> np.ndarray:
    """Widen two-way trade of each pair at the expense of own deliveries: every sum over buyers and sellers stays."""
    trade = base.copy()
    for (a, b), share in zip(PAIRS, widen, strict=True):
        more = share * np.minimum(base[a, b], base[b, a])
        trade[a, b] += more
        trade[b, a] += more
        trade[a, a] -= more
        trade[b, b] -= more
    return trade


def economy() -> dict[str, pd.DataFrame]:
    """The accounts: trade per draw, inputs, final use and value added, balanced by construction."""
    base = deliveries()
    output = base.sum(axis=0)
    inputs = COEFFICIENTS[None] * output[:, None, :]
    added = output - inputs.sum(axis=1)
    final = base.sum(axis=1) - inputs.sum(axis=2)
    money = "million CNY"
    value_added = np.stack([LABOUR * added, (1 - LABOUR) * added], axis=1)

    def cells(array: np.ndarray, *names: Sequence[str]) -> list[tuple[Any, ...]]:
        # Rounded to thousand yuan: what lies below is noise of the arithmetic.
        return [
            (*(axis[i] for axis, i in zip(names, at, strict=True)), round(float(value), 3), money)
            for at, value in np.ndenumerate(array)
        ]

    trade = [(d, *row) for d, w in DRAWS.items() for row in cells(draw(base, w), REGIONS, REGIONS, SECTORS)]
    used = [(d, row[0], "use", *row[1:]) for d in DRAWS for row in cells(final, REGIONS, SECTORS)]
    return {
        "draws": pd.DataFrame(
            [(d, 1.0, "invented", "none" if d == 0 else "all") for d in DRAWS],
            columns=["draw", "exponent", "closing", "cross_hauling"],
        ),
        "trade": frame("draw importer exporter sector value unit", trade),
        "intermediate": frame("region input using value unit", cells(inputs, REGIONS, SECTORS, SECTORS)),
        "final": frame("draw region category sector value unit", used),
        "value_added": frame("region factor sector value unit", cells(value_added, REGIONS, FACTORS, SECTORS)),
        "elasticities": frame(
            "sector value low high unit",
            [(s, v, v - 2, v + 2, "1") for s, v in zip(SECTORS, (5.0, 5.0, 6.0, 4.0), strict=True)],
        ),
        "capital": frame(
            "region value low high unit",
            [(r, v, 0.7 * v, 1.3 * v, money) for r, v in zip(REGIONS, (1.0e6, 1.5e6, 2.4e6), strict=True)],
        ),
    }


YEARS = {
    "rd_share": ((1.5, 1.4, 1.3), (2.0, 1.9, 1.9), (2.8, 2.6, 2.4)),
    "treated": ((92, 90, 85), (85, 80, 78), (90, 89, 88)),
    "tech_sold": ((9, 8, 7), (20, 12, 6), (70, 60, 50)),
    "tech_bought": ((21, 18, 15), (12, 11, 10), (60, 50, 45)),
    "rd_expenditure": ((90, 80, 70), (160, 150, 140), (420, 380, 350)),
    "invention_grants": ((900, 850, 800), (2600, 2200, 2000), (7200, 6500, 6000)),
}
"""Values of an indicator in 2017, 2016 and 2015, by region."""

ADDED = {
    2012: ((70, 50, 20, 110), (70, 65, 50, 160), (55, 75, 90, 260)),
    2017: ((90, 75, 30, 170), (95, 100, 85, 250), (70, 110, 150, 400)),
}
"""Value added by region and sector, billion yuan."""


def names() -> dict[str, pd.DataFrame]:
    """Regions, sectors, factors and the one source."""
    return {
        "sources": text_table("""
source|citation|licence
tiny|Invented for the built-in case tiny: no figure describes a real place|Apache-2.0
"""),
        "regions": evident("""
region|name_en|name_zh|kind|lon|lat|population|river_order
Upper|Upper|上游|member|104|30|30|1
Middle|Middle|中游|member|110|30.5|40|2
Lower|Lower|下游|member|117|31.5|60|3
"""),
        "sectors": text_table("""
sector|name_en|name_zh|goods
farm|Farming|农业|true
materials|Materials|材料|true
machines|Machines|机械|true
services|Services|服务|false
"""),
        "factors": text_table("""
factor|name_en|name_zh
labour|Labour|劳动
capital|Capital|资本
"""),
    }


def transport() -> dict[str, pd.DataFrame]:
    """A water chain with one lock between Upper and Middle, a railway and a road beside it."""
    base = deliveries()
    freight = [
        (REGIONS[i], REGIONS[n], s, round(float(base[n, i, SECTORS.index(s)]) / DENSITY[s], 3), "Mt/yr")
        for i in range(3)
        for n in range(3)
        for s in DENSITY
        if i != n
    ]
    pairs = (("water", "road"), ("water", "rail"), ("rail", "road"))
    terminals = [(port, *pair, 12.0, 24.0) for port in ("upper", "middle", "lower") for pair in pairs]
    terminals += [(port, "water", "road", 12.0, 24.0) for port in ("dam", "bend")]
    densities = [(s, v, 0.5 * v, 2.0 * v, "CNY/t") for s, v in DENSITY.items()]
    return {
        "nodes": evident("""
node|name_en|name_zh|region|kind|lon|lat|river_km
upper|Upper Port|上游港|Upper|port|104|30|100
dam|Dam Port|坝前港|Upper|port|107.5|30.2|500
middle|Middle Port|中游港|Middle|port|110|30.5|800
bend|Bend Port|江湾港|Middle|port|113|31|1050
lower|Lower Port|下游港|Lower|port|117|31.5|1400
"""),
        "zones": evident("""
region|node|access_km
Upper|upper|60
Middle|middle|50
Lower|lower|40
"""),
        "links": evident("""
link|from_node|to_node|mode|km|depth_m|lock|name_en|name_zh
w1|upper|dam|water|400|6||Upper channel|上游航道
w2|dam|middle|water|300|4|gate|Gate channel|船闸航道
w3|middle|bend|water|250|6||Middle channel|中游航道
w4|bend|lower|water|350|6||Lower channel|下游航道
rail1|upper|middle|rail|650|||Upper railway|上游铁路
rail2|middle|lower|rail|560|||Lower railway|下游铁路
road1|upper|dam|road|380|||Upper road|上游公路
road2|dam|middle|road|270|||Gate road|船闸公路
road3|middle|bend|road|230|||Middle road|中游公路
road4|bend|lower|road|310|||Lower road|下游公路
"""),
        "terminals": frame("node mode_a mode_b money hours", terminals),
        "locks": evident("""
lock|name_en|name_zh|capacity_mt|throughput_mt|transit_hours|service_hours
gate|Gate Lock|江门船闸|110||3|2
"""),
        "modes": evident("""
mode|name_en|name_zh|money_per_tkm|money_low|money_high|money_fixed|speed_kmh|speed_up_kmh|co2_kg_per_tkm|empty_return
water|Water|水运|0.045|0.03|0.06|15|14|9|0.010|0.3
rail|Rail|铁路|0.15|0.12|0.18|20|40|40|0.008|0.2
road|Road|公路|0.35|0.30|0.45|10|55|55|0.075|0.5
"""),
        "ships": evident("""
ship|draught_m|payload_t|money_per_tkm
barge|3|2000|0.055
freighter|5|8000|0.035
"""),
        "freight": frame("origin destination sector value unit", freight),
        "value_densities": frame("sector value low high unit", densities),
    }


def river() -> dict[str, pd.DataFrame]:
    """Five reaches, four sections (two on borders), three pollutants, two-way compensation and an agreed target."""
    loads = [
        (r, reach, activity, p, round(tonnes * share * times, 3), "t/yr")
        for r in REGIONS
        for reach, share in ENTRY[r].items()
        for activity, tonnes in LOADS[r].items()
        for p, times in POLLUTANTS.items()
    ]
    loads += [("Upper", "r1", "upstream", p, 400.0 * times, "t/yr") for p, times in POLLUTANTS.items()]
    return {
        "reaches": evident("""
reach|downstream|region|km_from|km_to|flow_mean|flow_low|velocity_mean|velocity_low|tidal
r1|r2|Upper|0|400|5000|1750|1.2|0.8|false
r2|r3|Upper|400|600|6000|2100|1.2|0.8|false
r3|r4|Middle|600|900|9000|3150|1.0|0.7|false
r4|r5|Middle|900|1100|12000|4200|1.0|0.7|false
r5||Lower|1100|1500|14000|4900|0.9|0.6|false
"""),
        "sections": evident("""
section|name_en|name_zh|reach|km|limit_class|upstream_region|downstream_region|tidal
s1|Upper Station|上游站|r1|300|2|||false
border_um|Upper–Middle Border|上中交界|r2|600|2|Upper|Middle|false
border_ml|Middle–Lower Border|中下交界|r4|1100|2|Middle|Lower|false
s4|Lower Station|下游站|r5|1400|3|||false
"""),
        "kinetics": evident("""
pollutant|name_zh|value|low|high|unit|binding|calibration_error
TP|总磷|0.01|0|0.02|1/day|true|0.1
NH3-N|氨氮|0.05|0.02|0.1|1/day|true|0.2
COD|化学需氧量|0.1|0.05|0.2|1/day|false|0.5
"""),
        "months": evident("""
month|flow|diffuse
1|0.4|0.4
2|0.35|0.4
3|0.6|0.6
4|0.9|0.9
5|1.2|1.2
6|1.5|1.5
7|1.9|1.9
8|1.6|1.6
9|1.3|1.3
10|1.0|1.0
11|0.7|0.7
12|0.5|0.5
"""),
        "observations": evident("""
section|pollutant|concentration|bound|fitted
border_um|TP|0.04|false|false
s4|TP|0.05|true|false
"""),
        "loads": frame("region reach activity pollutant value unit", loads),
        "targets": evident("""
section|pollutant|region|reduction
border_um|TP|Upper|0.02
border_um|TP|Middle|0.02
border_ml|TP|Upper|0.02
border_ml|TP|Middle|0.02
"""),
        "compensation": evident("""
section|pollutant|upstream|downstream|value|low|high|unit
border_um|TP|Upper|Middle|20000|0|50000|CNY/t
border_ml|TP|Middle|Lower|20000|0|50000|CNY/t
"""),
    }


def projects() -> dict[str, pd.DataFrame]:
    """Four projects of Upper and Middle: protection, a deeper channel, a technology, a market."""
    heads = evident("""
project|name_en|name_zh|area|kind|capital_cost|running_cost|life|text_en|text_zh
phosphorus|Phosphorus removal|除磷工程|protection|protection|600|50|20|Treat household waste water|处理生活污水
channel|Deeper gate channel|船闸航道加深|transport|transport|3000|60|30|Deepen it by 1.5 m|加深 1.5 米
machine_tools|Better machine tools|机床升级|technology|technology|2000|20|10|Renew machine tools in Middle|更新中游机床
one_market|One market for machines|机械统一市场|market|market|100|100|15|Accept each other's tests|检验互认
""").assign(
        owner_en="Joint office of the two regions",
        owner_zh="两地联合办公室",
        start_year="2018",
        ramp_years="2",
        joint="true",
        effect_low="0.7",
        effect_high="1.3",
        cost_low="0.8",
        cost_high="1.3",
    )
    levers = evident("""
project|lever|kind|region|partner|sector|target|attribute|pollutant|amount|unit|rate
phosphorus|1|removal|Upper|||r2|households|TP|60|million CNY/yr|10
phosphorus|2|removal|Middle|||r4|households|TP|40|million CNY/yr|10
channel|1|link||||w2|depth_m||5.5|m|1
machine_tools|1|productivity|Middle||machines||||2000|million CNY|0.3
one_market|1|friction|Upper|Middle|machines||||80|million CNY/yr|3
one_market|2|friction|Middle|Upper|machines||||20|million CNY/yr|3
""")
    rules = {
        "removal": ("tonnes removed = spending × tonnes per million yuan", "去除量＝支出×每百万元去除吨数"),
        "link": ("the new depth replaces the old one", "新水深替代原水深"),
        "productivity": ("T̂ = 1 + spending × return ÷ output", "T̂＝1＋支出×回报÷产出"),
        "friction": ("κ̂ = 1 − spending × saving per yuan ÷ trade value", "κ̂＝1－支出×每元节省÷贸易额"),
    }
    levers = levers.assign(rule_en=[rules[k][0] for k in levers["kind"]], rule_zh=[rules[k][1] for k in levers["kind"]])
    both = [(project, region) for project in heads["project"] for region in ("Upper", "Middle")]
    return {
        "projects": heads,
        "members": pd.DataFrame(both, columns=["project", "region"]),
        "payers": pd.DataFrame(both, columns=["project", "region"]).assign(share="0.5"),
        "levers": levers,
    }


def agreed() -> dict[str, pd.DataFrame]:
    """Parameters, a small agreement and a few indicators."""
    return {
        "parameters": evident("""
parameter|value|low|high|unit|description
discount_rate|0.06|0.03|0.08|1/yr|rate at which capital costs are annualised
time_value_rate|0.01|0.006|0.021|1/day|cost of a day under way, as a share of the value of the goods
chain_dispersion|0.05|0.03|0.08|1/(yuan/t)|logit dispersion of the choice between transport chains
diffuse_low_flow_share|0.4|0.2|0.8|1|share of the mean diffuse load that enters at low flow
flow_low_ratio|0.35|0.28|0.42|1|design low flow as a share of the mean flow
load_spread|0.25|0.1|0.5|1|half-range of a region's load of one pollutant, about the figure of the table, in draws
co2_price|0|||yuan/t|price of CO2 really charged
transfer_limit|20000|||million CNY/yr|largest side payment of a region
removal_cap|0.9|0.8|0.95|1|largest share of a load that can be removed
friction_cap|0.5|0.3|0.7|1|largest share by which a trade cost can fall
visit_deterrence|0.1|0.05|0.2|1/h|by which share visits fall with an hour of travel, where no flows are known
route_site_share|0.2|0.1|0.3|1|largest share of a site's daily limit that a joint route may take
route_group|100|50|150|persons|visitors of one departure of a joint route
route_days|200|150|250|day/yr|days a year on which a joint route departs
route_new_share|0.5|0.2|0.8|1|share of a joint route's visitors who would not have come without it
"""),
        "agreement": evident("""
record|item|name_en|name_zh|said_en|said_zh|region
side|Upper|Upper|上游|||Upper
side|Middle|Middle|中游|||Middle
date|meeting|Spring meeting|春季会议|Both sides met in spring|双方于春季会面|
site|lock|Gate Lock|江门船闸|Both sides saw the lock|双方考察船闸|Middle
area|protection|Protection|保护|Set a shared target for phosphorus at the borders|商定交界断面总磷共同目标|
area|transport|Transport|交通|Deepen the channel below the dam|加深坝下航道|
area|technology|Technology|技术|Renew machine tools together|共同更新机床|
area|market|Market|市场|Recognise each other's tests of machines|机械检验互认|
topic|phosphorus|How Upper treats waste water|上游污水处理做法|Middle wants to learn it|中游希望学习|Middle
""").drop(columns="year"),
        "indicators": evident("""
indicator|region|name_en|name_zh|topic|value|unit|better
rd_share|Upper|R&D, share of GDP|研发经费占比|technology|1.5|%|high
rd_share|Middle|R&D, share of GDP|研发经费占比|technology|2.0|%|high
rd_share|Lower|R&D, share of GDP|研发经费占比|technology|2.8|%|high
treated|Upper|Waste water treated|污水处理率|protection|92|%|high
treated|Middle|Waste water treated|污水处理率|protection|85|%|high
treated|Lower|Waste water treated|污水处理率|protection|90|%|high
dwell|Upper|Days a ship waits in port|船舶在港天数|transport|2|day|low
dwell|Middle|Days a ship waits in port|船舶在港天数|transport|1.5|day|low
dwell|Lower|Days a ship waits in port|船舶在港天数|transport||day|low
tech_sold|Upper|Technology contracts sold|技术合同输出成交额|technology|9|100 million CNY|high
tech_sold|Middle|Technology contracts sold|技术合同输出成交额|technology|20|100 million CNY|high
tech_sold|Lower|Technology contracts sold|技术合同输出成交额|technology|70|100 million CNY|high
tech_bought|Upper|Technology contracts bought|技术合同吸纳成交额|technology|21|100 million CNY|none
tech_bought|Middle|Technology contracts bought|技术合同吸纳成交额|technology|12|100 million CNY|none
tech_bought|Lower|Technology contracts bought|技术合同吸纳成交额|technology|60|100 million CNY|none
rd_expenditure|Upper|R&D spending|研发经费|technology|90|100 million CNY|high
rd_expenditure|Middle|R&D spending|研发经费|technology|160|100 million CNY|high
rd_expenditure|Lower|R&D spending|研发经费|technology|420|100 million CNY|high
rd_enterprise_share|Upper|R&D done by enterprises|企业研发经费占比|technology|85|%|none
rd_enterprise_share|Middle|R&D done by enterprises|企业研发经费占比|technology|70|%|none
rd_enterprise_share|Lower|R&D done by enterprises|企业研发经费占比|technology|80|%|none
rd_basic_share|Upper|Basic research, share of R&D|基础研究占研发经费比重|technology|4|%|none
rd_basic_share|Middle|Basic research, share of R&D|基础研究占研发经费比重|technology|7|%|none
rd_basic_share|Lower|Basic research, share of R&D|基础研究占研发经费比重|technology|6|%|none
invention_grants|Upper|Inventions granted|发明专利授权|technology|900|patents|high
invention_grants|Middle|Inventions granted|发明专利授权|technology|2600|patents|high
invention_grants|Lower|Inventions granted|发明专利授权|technology|7200|patents|high
hitech_revenue|Upper|High-technology industry, revenue|高技术产业营业收入|technology|600|100 million CNY|high
hitech_revenue|Middle|High-technology industry, revenue|高技术产业营业收入|technology|900|100 million CNY|high
hitech_revenue|Lower|High-technology industry, revenue|高技术产业营业收入|technology|3600|100 million CNY|high
"""),
    }


def science() -> dict[str, pd.DataFrame]:
    """Offers and needs of all five kinds, some in one language only, and four facilities with shares kept."""
    head = "region|kind|organisation_en|organisation_zh|title_en|title_zh|text_en|text_zh|sector"
    money = "value|low|high|unit|capacity|basis|state|from|until"
    return {
        "offers": evident(f"""
offer|{head}|readiness|licence|secrecy|partners|{money}
laser|Lower|technology|River Institute|江河研究院||高功率激光焊接工艺||用于船舶钢板的激光焊接与检测|machines|7|shared|public||12|8|20|million CNY|2|stated|published|2018-01-01|
arc|Upper|technology|Upper Works|上游机械厂|Hybrid laser and arc welding of thick plates||A welding process for bridges and boilers||machines|7|shared|public||11|8|14|million CNY|1|stated|published||
seed|Upper|technology|Seed Station|种业站|Hybrid rice seed for wet fields||Rice seed that stands in water; licence for one season||farm|8|open|public||2|1|3|million CNY|3|stated|published||
robot|Middle|technology|Middle University|中游大学|Welding robot with machine vision|机器视觉焊接机器人|Finds seams of ship sections by itself||machines|5|exclusive|public||9|6|15|million CNY|1|stated|published||
sludge|Lower|technology|Water Works|水务公司||磷石膏与污泥无害化处理||从污水中回收磷|materials|6|shared|public||5|3|8|million CNY|1|stated|published||
engineers|Lower|talent|Lower Yard|下游船厂|Welding engineers for six months|焊接工程师，六个月|||machines|||public||1.5|1|2|million CNY|2|stated|published||
fund|Lower|capital|Delta Fund|三角洲基金||绿色制造投资基金||面向节能装备与水处理企业的股权投资|||shared|public||60|20|80|million CNY|2|stated|published||
flume_time|Middle|facility|Hydraulics Laboratory|水工实验室|Open days of the hydraulic flume|水工水槽开放机时|Tests of ship locks and channels||services|||public||0.5|||million CNY|4|stated|published||
outlets|Lower|market|Lower Retail|下游零售|Shelf space in supermarkets for food brands|超市食品品牌货架|||farm|||public||0.8|||million CNY|3|stated|published||
press|Upper|technology|Upper Works|上游机械厂|Screw press, an early draft|螺旋压榨机（草稿）|||machines|4||public||1|||million CNY|1|stated|draft||
kiln|Upper|technology|Upper Works|上游机械厂|Kiln of the last decade|旧式窑炉|||materials|9|open|public||1|||million CNY|1|stated|published|2015-01-01|2017-12-31
secret|Middle|technology|Middle University|中游大学|Not to be shown|不公开|||machines|3||closed||||||1|stated|published||
"""),
        "needs": evident(f"""
need|{head}|readiness_low|readiness_high|licence|partners|{money}
welding|Middle|technology|Middle Yard|中游船厂|Laser welding of ship plates||Needs a proven process and its testing for thick steel||machines|6|9|shared||15|6|18|million CNY|1|stated|published||
seams|Upper|technology|Upper Yard|上游船厂||焊接机器人，能自动识别焊缝||船体分段焊接自动化|machines|4|8|exclusive||10|5|12|million CNY|1|stated|published||
hull|Lower|technology|Lower Yard|下游船厂|Robots that weld hull sections||Welding robots that follow a seam||machines|4|8|exclusive||7|5|12|million CNY|1|stated|published||
wet_fields|Lower|technology|Delta Farms|三角洲农场||耐涝水稻种子||低洼地杂交水稻|farm|7|9|open||2.5|1|3|million CNY|1|stated|published||
phosphate|Middle|technology|Phosphate Works|磷化公司|Safe use of phosphogypsum and sewage sludge|||磷石膏综合利用|materials|5|8|shared||6|4|7|million CNY|1|stated|published||
welders|Middle|talent|Middle Yard|中游船厂||急需焊接技师和工程师|||machines|||||1.2|1|2|million CNY|1|stated|published||
green_plant|Upper|capital|Upper Water|上游水务|Equity for an energy-saving water treatment plant|节能污水处理厂股权融资|||services|||||50|20|60|million CNY|1|stated|published||
lock_model|Upper|facility|Gate Lock Office|船闸管理处||船闸模型水槽试验||需要水工水槽机时|services|||||0.4|||million CNY|1|stated|published||
crayfish|Middle|market|Lake Foods|湖区食品|Supermarket shelves for crayfish, a food brand|小龙虾食品进超市|||farm|||||1|||million CNY|1|stated|published||
press_part|Lower|technology|Delta Mills|三角洲磨坊|Bearings for presses, to be reviewed|压榨机轴承（待审）|||machines|||||1|||million CNY|1|stated|draft||
quantum|Lower|technology|Lower Institute|下游研究所||量子精密测量|||services|2|5|||3|||million CNY|1|stated|published||
"""),
        "interests": text_table("""
offer|need|side|on
laser|welding|need|2018-03-01
flume_time|lock_model|offer|2018-03-05
"""),
        "facilities": evident("""
facility|region|name_en|name_zh|owner_en|owner_zh|kind|count|seats|opens|closes|days|time_zone|approval|longest|notice|price|open_to|purposes|by_sample
spectrometer|Lower|Spectrometer|光谱仪|River Institute|江河研究院|instrument|1|1|08:00|18:00|12345|Asia/Shanghai|true|8|24|300|||true
microscope|Middle|Electron microscope|电子显微镜|Middle University|中游大学|instrument|2|2|08:00|20:00|123456|Asia/Shanghai|false|6|12|200|||true
flume|Middle|Hydraulic flume|水工水槽|Hydraulics Laboratory|水工实验室|laboratory|1|1|09:00|17:00|12345|Asia/Shanghai|true|8|48|800|Upper;Middle|research;lock|false
archive|Upper|River archive|江河档案馆|Upper Library|上游图书馆|platform|1|||||Asia/Shanghai|true||||||false
"""),
        "quotas": text_table("""
facility|region|share
spectrometer|Lower|0.5
spectrometer|Upper|0.25
spectrometer|Middle|0.25
flume|Upper|0.4
flume|Middle|0.5
"""),
    }


def culture_and_aid() -> dict[str, pd.DataFrame]:
    """Speeds of travel, sites, visits between the regions, and one help given in the past."""
    stages = ("request", "offer", "dispatch", "arrival", "return", "settlement")
    told = {"request": ("Lower asked for boats", "下游请求支援船只"), "dispatch": ("Upper sent boats", "上游派出船只"),
            "return": ("The boats went home", "船只返回")}  # fmt: skip
    return {
        "travel": evident("""
mode|speed_kmh|speed_up_kmh|wait_hours
water|25|20|1
rail|120|120|1
road|80|80|0.25
"""),
        "sites": evident("""
site|name_en|name_zh|region|node|access_hours|opens|closes|visit_hours|worth|limit_day|limit_year|limit_source|limit_status
gorge|Gorge|峡谷|Upper|dam|0.5|8|17|3|2|1000|2017|tiny|assumed
old_town|Old Town|古城|Upper|upper|0.5|8|20|2|1|2000|2017|tiny|assumed
tower|River Tower|江楼|Middle|middle|0.5|9|17|2|2|1500|2017|tiny|assumed
wetland|Wetland|湿地|Middle|bend|1|8|16|3|1|400|2017|tiny|assumed
garden|Garden|园林|Lower|lower|0.5|8|17|2|2|3000|2017|tiny|assumed
temple|Temple|古寺|Lower|lower|1|8|17|2|1||||
"""),
        "visits": evident("""
origin|destination|period|value|revenue
Upper|Upper|year|300|18
Upper|Middle|year|120|9.6
Upper|Lower|year|60|6
Middle|Upper|year|110|8.8
Middle|Middle|year|420|25
Middle|Lower|year|150|13
Lower|Upper|year|70|7
Lower|Middle|year|190|16
Lower|Lower|year|800|50
"""),
        "aid_history": frame(
            "record stage giver receiver good text_en text_zh amount unit",
            [
                ("flood_boats", stage, "Upper", "Lower", "boats", *told.get(stage, ("", "")),
                 40.0 if stage == "dispatch" else np.nan, "boats")
                for stage in stages
            ],
        ),
    }  # fmt: skip


def learned() -> dict[str, pd.DataFrame]:
    """Earlier years of some indicators, value added by sector over time, and practices."""
    years = pd.DataFrame(
        [
            (indicator, region, 2017 - back, value)
            for indicator, rows in YEARS.items()
            for region, values in zip(REGIONS, rows, strict=True)
            for back, value in enumerate(values)
        ],
        columns=["indicator", "region", "year", "value"],
    )
    added = pd.DataFrame(
        [
            (region, sector, year, 1000 * value)
            for year, rows in ADDED.items()
            for region, values in zip(REGIONS, rows, strict=True)
            for sector, value in zip(SECTORS, values, strict=True)
        ],
        columns=["region", "sector", "year", "value"],
    ).assign(unit="million CNY")
    return {
        "indicator_years": years.assign(source="tiny", status="assumed"),
        "sector_years": added.assign(source="tiny", status="assumed"),
        "practices": evident("""
practice|region|topic|indicator|name_en|name_zh|text_en|text_zh
small_works|Upper|protection|treated|Small works in every village|村村建小型污水站|Every village has small works of its own.|每个村都有自己的小型污水处理站。
contract_fair|Middle|technology|tech_sold|A yearly fair of technology|一年一度的技术交易会|Institutes show what they have to firms of all three regions once a year.|科研机构每年向三个地区的企业展示成果。
"""),
    }


def build() -> Belt:
    """Return the belt, checked."""
    meta = {
        "name": "tiny",
        "title_en": "Tiny: three invented regions on one river",
        "title_zh": "小例：一条江上的三个虚构地区",
        "year": 2017,
        "money": "million CNY",
        "scope": ["economy", "transport", "river", "projects"],
        "note_en": "Every figure is invented; the case serves documentation and tests.",
        "note_zh": "全部数字均为虚构，仅供文档和测试使用。",
    }
    tables = (
        names() | economy() | transport() | river() | projects() | agreed() | learned() | culture_and_aid() | science()
    )
    return Belt.from_tables(meta, tables).require_clean()


def main() -> None:
    """Write the case into the package, or into the folder given."""
    here = Path(__file__).resolve().parents[1] / "src" / "yijiang" / "belt" / "cases" / "tiny"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=here)
    write(build(), parser.parse_args().folder, overwrite=True)


if __name__ == "__main__":
    main()
