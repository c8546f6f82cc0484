"""Candidate projects and single parameters of danube2011: `python recipes/danube_projects.py [--out CASE_FOLDER]`.

Every figure here is assumed and marked so, sized like the programmes of cross-border cooperation that exist along the
river (some millions of dollars a year each). Eased trade saves 2.5 to 3.5 times what is spent on it; research returns
30 %. The accounts have one factor, so capital projects are left out; protection is, too: no sourced cost of a tonne kept
back was at hand.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from common import SOURCES, merge_sources, write_sources, write_table
from projects import RULES

CASE = Path(__file__).resolve().parents[1] / "src" / "yijiang" / "belt" / "cases" / "danube2011"
STATUS = {"year": "2011", "source": "danube_projects_assumption", "status": "assumed"}
#: Parameter, value, low, high, unit, description.
PARAMETERS = [
    ("discount_rate", 0.05, 0.03, 0.08, "1/yr", "rate at which capital costs are spread over the life of a project"),
    (
        "time_value_rate",
        0.01,
        0.006,
        0.021,
        "1/day",
        "cost of a day under way as a share of the value of the goods (Hummels and Schaur 2013)",
    ),
    (
        "chain_dispersion",
        0.1,
        0.05,
        0.2,
        "1/(USD/t)",
        "logit dispersion of the choice between road, rail and water chains",
    ),
    ("co2_price", 0.0, "", "", "USD/t", "price of CO2 really charged to freight"),
    ("friction_cap", 0.05, 0.02, 0.1, "1", "largest share by which easing trade can lower its cost"),
    (
        "diffuse_low_flow_share",
        0.45,
        0.25,
        0.7,
        "1",
        "rate at low flow ÷ yearly mean rate of the loads that rain washes in (agriculture, land)",
    ),
    ("flow_low_ratio", 0.45, 0.35, 0.55, "1", "design low flow ÷ long-term mean flow of every reach"),
    (
        "load_spread",
        0.25,
        0.1,
        0.5,
        "1",
        "half-range of what a country sends into the river of one pollutant, about the figure of the table, in draws",
    ),
    ("transfer_limit", 500, 100, 2000, "million USD/yr", "largest side payment of a country"),
]


Pair = tuple[str, str]


def eased(pair: Pair, sectors: tuple[str, ...], spending: float, saving: float, using: str = "") -> list[Any]:
    """Eased trade between two countries, both ways; `using` names the sector that uses the goods."""
    return [
        row("friction", spending, "million USD/yr", saving, region=a, partner=b, sector=s, using=using)
        for s in sectors
        for a, b in (pair, pair[::-1])
    ]


def raised(pair: Pair, sector: str, spending: float) -> list[Any]:
    """Research spending that raises the productivity of a sector in both countries."""
    return [row("productivity", spending, "million USD", 0.3, region=r, sector=sector) for r in pair]


def row(kind: str, amount: float, unit: str, rate: float, **where: str) -> dict[str, Any]:
    """One lever without project and number."""
    english, chinese = RULES[kind]
    return {"kind": kind, "amount": amount, "unit": unit, "rate": rate, "rule_en": english, "rule_zh": chinese, **where}


AH, SH, RB, GA = ("Austria", "Hungary"), ("Slovakia", "Hungary"), ("Romania", "Bulgaria"), ("Germany", "Austria")
#: Project, names, area, kind, owner, (capital, running, life), pair, texts, levers.
PROJECTS: list[tuple[Any, ...]] = [
    ("river_forms", "One set of forms for ships on the Danube", "多瑙河船舶统一申报", "transport", "market",
     ("Transport ministries of both countries", "两国交通主管部门"), (6, 4, 10), AH,
     ("One electronic declaration for cargo and crew instead of one at each border.", "货物与船员一次电子申报，沿线互认。"),
     eased(AH, ("agriculture", "mining", "process_manufacturing"), 2, 3.0)),
    ("rail_slots", "Booked freight slots Vienna–Győr–Budapest", "维也纳—杰尔—布达佩斯货运班列", "transport", "market",
     ("Rail infrastructure managers of both countries", "两国铁路基础设施管理机构"), (60, 6, 25), AH,
     ("Coordinated timetables, longer passing tracks and one booking desk for freight.", "协调运行图、延长会让线、统一订舱。"),
     eased(AH, ("equipment_manufacturing", "light_manufacturing"), 4, 3.0)),
    ("supplier_net", "Supplier network for vehicles and machines", "汽车与机械供应商网络", "industry", "chain",
     ("Economic chambers of both countries", "两国经济商会"), (8, 8, 8), AH,
     ("Supplier search, shared quality records and trade fairs for makers of vehicles and machines.",
      "为汽车和机械制造商互通供应商检索与质量记录，联合办展。"),
     eased(AH, ("process_manufacturing", "equipment_manufacturing"), 4, 3.5, "equipment_manufacturing")),
    ("smart_factory", "Joint programme for intelligent manufacturing", "智能制造联合攻关", "science", "technology",
     ("Research funding agencies of both countries", "两国科研资助机构"), (90, 4, 12), AH,
     ("Joint calls on control, sensors and batteries, results open to firms of both sides.",
      "围绕控制、传感与电池联合立项，成果向双方企业开放。"),
     raised(AH, "equipment_manufacturing", 45)),
    ("open_labs", "Large laboratories opened to each other", "大型实验室互相开放", "science", "facility",
     ("Universities and academies of both countries", "两国高校与科学院"), (12, 5, 10), AH,
     ("One booking desk for instruments; travel and machine time paid in part.", "仪器统一预约，补贴差旅与机时。"),
     raised(AH, "other_services", 24)),
    ("food_checks", "Food checks accepted by both sides", "食品检验互认", "industry", "market",
     ("Food safety authorities of both countries", "两国食品安全主管部门"), (4, 3, 10), AH,
     ("One inspection and one certificate for food that crosses the border.", "跨境食品一次检验、一张证书。"),
     eased(AH, ("agriculture", "light_manufacturing"), 2, 3.0)),
    ("river_route", "Danube by boat and bicycle", "多瑙河水陆骑游联线", "culture", "tourism",
     ("Tourism boards of both countries", "两国旅游局"), (15, 4, 15), AH,
     ("Joint routes, landing stages, booking and a visitor card from Passau to Mohács.",
      "帕绍至莫哈奇的联合线路、码头、预订与游客卡。"),
     eased(AH, ("other_services",), 4, 2.5)),
    ("river_bridges", "Small crossings on the Slovak–Hungarian Danube", "斯匈界河小型渡口与桥梁", "transport", "market",
     ("Transport ministries of both countries", "两国交通主管部门"), (45, 2, 40), SH,
     ("Bridges and ferries for local freight and commuters.", "供短途货运与通勤使用的桥梁和渡口。"),
     eased(SH, ("light_manufacturing", "equipment_manufacturing"), 2, 3.0)),
    ("lower_permits", "Permits recognised across the lower Danube", "下多瑙河许可互认", "industry", "market",
     ("Economy ministries of both countries", "两国经济主管部门"), (5, 3, 10), RB,
     ("One licence for goods that cross at Giurgiu–Ruse.", "久尔久—鲁塞口岸通行货物一张许可。"),
     eased(RB, ("agriculture", "process_manufacturing"), 2, 3.0)),
    ("upper_rail", "Freight by rail Passau–Linz", "帕绍—林茨铁路货运", "transport", "market",
     ("Rail infrastructure managers of both countries", "两国铁路基础设施管理机构"), (80, 8, 25), GA,
     ("More slots and longer trains on the line along the river.", "沿江线路增加班次、开行长编组列车。"),
     eased(GA, ("process_manufacturing",), 8, 3.0)),
]  # fmt: skip


def main(out: Path) -> None:
    """Write projects, members, payers, levers and parameters."""
    projects, members, payers, levers = [], [], [], []
    for name, en, zh, area, kind, owner, (capital, running, life), pair, text, moved in PROJECTS:
        projects.append(
            {
                "project": name, "name_en": en, "name_zh": zh, "area": area, "kind": kind, "owner_en": owner[0],
                "owner_zh": owner[1], "capital_cost": capital, "running_cost": running, "life": life,
                "start_year": 2012, "ramp_years": 3, "joint": "true", "effect_low": 0.6, "effect_high": 1.4,
                "cost_low": 0.85, "cost_high": 1.4, "text_en": text[0], "text_zh": text[1], **STATUS,
            }
        )  # fmt: skip
        members += [{"project": name, "region": r} for r in pair]
        payers += [{"project": name, "region": r, "share": 0.5} for r in pair]
        levers += [{"project": name, "lever": k + 1, **one, **STATUS} for k, one in enumerate(moved)]
    parameters = [
        {"parameter": n, "value": v, "low": lo, "high": hi, "unit": u, "description": d, **STATUS}
        for n, v, lo, hi, u, d in PARAMETERS
    ]
    tables = {"projects": projects, "members": members, "payers": payers, "levers": levers, "parameters": parameters}
    for table, rows in tables.items():
        write_table(out, table, rows)
    note = {
        "source": "danube_projects_assumption",
        "citation": "Assumed by the authors of this package; reasons in recipes/danube_projects.py",
        "url": "",
        "licence": "Apache-2.0",
    }
    write_sources(SOURCES / "danube" / "projects.csv", [note])
    merge_sources(out, SOURCES / "danube")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=CASE)
    main(parser.parse_args().out)
