"""Candidate projects and single parameters of yangtze2017: `python recipes/projects.py [--out CASE_FOLDER]`.

Every figure here is assumed, sized so that a single project is worth about 0.2–3 bn yuan a year gross, and marked so:
costs in the order of like public works and programmes, returns on research from the range of R&D elasticities, and
costs of removing phosphorus from sewage of about 0.1 million yuan per tonne. Replace them by your own studies.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

from common import merge_sources, write_sources, write_table

CASE = Path(__file__).resolve().parents[1] / "src" / "yijiang" / "belt" / "cases" / "yangtze2017"
SOURCES = Path(__file__).resolve().parent / "sources"
STATUS = {"year": "2017", "source": "projects_assumption", "status": "assumed"}
PAIR = ("Hubei", "Jiangsu")

PARAMETERS = [
    ("discount_rate", 0.06, 0.03, 0.08, "1/yr", "rate at which capital costs are spread over the life of a project"),
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
        0.03,
        0.02,
        0.05,
        "1/(yuan/t)",
        "logit dispersion of the choice between road, rail and water chains",
    ),
    ("co2_price", 0.0, "", "", "yuan/t", "price of CO2 really charged to freight"),
    ("transfer_limit", 20000, 5000, 50000, "million CNY/yr", "largest side payment of a region"),
    ("removal_cap", 0.9, 0.8, 0.95, "1", "largest share of a load that can be removed"),
    (
        "friction_cap",
        0.05,
        0.02,
        0.1,
        "1",
        "largest share by which easing trade can lower its cost, so that a thin flow of a draw cannot soak up all the saving",
    ),
    (
        "visit_deterrence",
        0.2,
        0.1,
        0.4,
        "1/h",
        "by which share visits fall with an hour of travel, where no flows are known",
    ),
    ("route_site_share", 0.1, 0.05, 0.2, "1", "largest share of a site's daily limit that a joint route may take"),
    ("route_group", 200, 100, 300, "persons", "visitors of one departure of a joint route"),
    ("route_days", 180, 120, 240, "day/yr", "days a year on which a joint route departs"),
    ("route_new_share", 0.5, 0.2, 0.8, "1", "share of a joint route's visitors who would not have come without it"),
]

RULES = {
    "removal": ("tonnes removed = spending × tonnes per million yuan", "去除量＝年支出×每百万元去除吨数"),
    "productivity": ("T̂ = 1 + spending × return ÷ output of the sector", "T̂＝1＋支出×回报率÷该部门产出"),
    "capital": (
        "K̂ = 1 + investment × share not crowded out ÷ capital stock; returns go to the owner",
        "K̂＝1＋投资×未挤出份额÷资本存量；收益归投资方",
    ),
    "friction": ("κ̂ = 1 − spending × saving per yuan ÷ trade value", "κ̂＝1－支出×每元节省÷贸易额"),
    "link": ("the new depth replaces the old one; ship classes follow", "新水深替代原水深，船型随之改变"),
    "lock": (
        "the new capacity replaces the old one; waits follow the queue formula",
        "新通过能力替代原值，候闸时间按排队公式计算",
    ),
    "terminal": ("the new time replaces the old one", "新作业时间替代原值"),
}


def lever(kind: str, amount: float, unit: str, rate: float, **where: str) -> dict[str, Any]:
    """Return one lever row without project and number."""
    english, chinese = RULES[kind]
    return {"kind": kind, "amount": amount, "unit": unit, "rate": rate, "rule_en": english, "rule_zh": chinese, **where}


def removal(region: str, reach: str, spending: float, tonnes: float) -> dict[str, Any]:
    """Sewage works: phosphorus of households out of one reach."""
    place = {"region": region, "target": reach, "attribute": "households", "pollutant": "TP"}
    return lever("removal", spending, "million CNY/yr", tonnes, **place)


def both_ways(
    sectors: tuple[str, ...], spending: float, saving: float, pair: tuple[str, str] = PAIR
) -> list[dict[str, Any]]:
    """Eased trade between the two partners, both ways."""
    return [
        lever("friction", spending, "million CNY/yr", saving, region=a, partner=b, sector=s)
        for s in sectors
        for a, b in (pair, pair[::-1])
    ]


def productivity(region: str, sector: str, spending: float, rate: float) -> dict[str, Any]:
    """Research and technology spending that raises productivity."""
    return lever("productivity", spending, "million CNY", rate, region=region, sector=sector)


# id, names, area, kind, owner, capital, running, life, members, payers, texts, levers
# The first twelve are open to Hubei and Jiangsu; the others show that any regions of the belt can plan.
PROJECTS: list[dict[str, Any]] = [
    {
        "project": "tp_hubei", "name_en": "Phosphorus removal along Hubei's main stem", "name_zh": "湖北干流沿线除磷",
        "area": "river", "kind": "protection", "owner": ("Ecology and environment department of Hubei", "湖北省生态环境厅"),
        "cost": (1600, 70, 25), "members": PAIR, "payers": {"Hubei": 0.5, "Jiangsu": 0.5},
        "text": ("Advanced phosphorus removal at sewage works from Badong to Huangshi, paid for jointly.",
                 "在巴东至黄石沿线污水厂增设深度除磷，由两省共同出资。"),
        "levers": [removal("Hubei", "R13_Luoshan_Hankou", 75, 10), removal("Hubei", "R14_Hankou_Huangshi", 40, 10),
                   removal("Hubei", "R10_Yichang_Shashi", 25, 10), removal("Hubei", "R09_Taipingxi_Yichang", 5, 10),
                   removal("Hubei", "R08_Guandukou_Taipingxi", 4, 10), removal("Hubei", "R07_Wanzhou_Guandukou", 2, 10)],
    },
    {
        "project": "tp_jiangsu", "name_en": "Phosphorus removal along Jiangsu's main stem", "name_zh": "江苏干流沿线除磷",
        "area": "river", "kind": "protection", "owner": ("Ecology and environment department of Jiangsu", "江苏省生态环境厅"),
        "cost": (900, 40, 25), "members": ("Jiangsu",), "payers": {"Jiangsu": 1.0},
        "text": ("Advanced phosphorus removal at sewage works between Nanjing and Xuliujing.", "在南京至徐六泾沿线污水厂增设深度除磷。"),
        "levers": [removal("Jiangsu", "R23_Zhenjiang_Xuliujing", 60, 10), removal("Jiangsu", "R22_Nanjing_Zhenjiang", 25, 10)],
    },
    {
        "project": "farm_phosphorus", "name_en": "Manure and field runoff in Hubei", "name_zh": "湖北畜禽粪污与农田径流治理",
        "area": "river", "kind": "protection", "owner": ("Agriculture department of Hubei", "湖北省农业农村厅"),
        "cost": (800, 60, 15), "members": ("Hubei",), "payers": {"Hubei": 1.0},
        "text": ("Manure treatment and buffer strips on the plain between Yichang and Wuhan.", "在宜昌至武汉平原推行粪污处理与缓冲带。"),
        "levers": [lever("removal", 60, "million CNY/yr", 12, region="Hubei", target="R13_Luoshan_Hankou",
                         attribute="agriculture", pollutant="TP")],
    },
    {
        "project": "jingjiang_channel", "name_en": "Deeper Jingjiang channel and Wuhan–Anqing reach", "name_zh": "荆江与武汉至安庆段航道加深",
        "area": "transport", "kind": "transport", "owner": ("Transport departments of both provinces with the waterway bureau", "两省交通厅会同航道局"),
        # 3,744 for Wuhan to Anqing as published when the works were accepted in April 2024; 6,000 for the rest is assumed.
        "cost": (9744, 195, 30), "members": PAIR, "payers": {"Hubei": 0.6, "Jiangsu": 0.4},
        "text": ("4.5 m between Yichang and Jingzhou and 6 m between Yueyang and Anqing, kept by dredging and river training. "
                 "Of the cost, 3.744 bn yuan for Wuhan to Anqing is what those works are published to have cost; the rest is assumed.",
                 "宜昌至荆州维护水深4.5米，岳阳至安庆6米，以疏浚和整治维持。费用中武汉至安庆段37.44亿元为该工程公布的投资，其余为假定。"),
        "levers": [lever("link", 4.5, "m", 1, target="w_yichang_jingzhou", attribute="depth_m"),
                   *(lever("link", 6.0, "m", 1, target=f"w_{reach}", attribute="depth_m")
                     for reach in ("chenglingji_wuhan", "wuhan_huangshi", "huangshi_jiujiang", "jiujiang_anqing"))],
    },
    {
        "project": "port_transfer", "name_en": "One waybill from Yangluo to Taicang", "name_zh": "阳逻—太仓一单制联运",
        "area": "transport", "kind": "transport", "owner": ("Transport departments of both provinces", "两省交通厅"),
        "cost": (1200, 80, 15), "members": PAIR, "payers": {"Hubei": 0.5, "Jiangsu": 0.5},
        "text": ("Rail tracks to the quay, shared booking and one waybill at Wuhan, Nanjing and Taicang.",
                 "武汉、南京、太仓港铁路进港、统一订舱、一单到底。"),
        "levers": [lever("terminal", 22.0, "h", 1, target=node, attribute="hours") for node in ("wuhan", "nanjing", "taicang")],
    },
    {
        "project": "third_lock", "name_en": "New Three Gorges lock", "name_zh": "三峡水运新通道",
        "area": "transport", "kind": "transport", "owner": ("Transport departments of both provinces with the ministry", "两省交通厅会同交通运输部"),
        "cost": (70000, 300, 50), "members": PAIR, "payers": {"Hubei": 0.5, "Jiangsu": 0.5},
        "text": ("A further flight of locks at the Three Gorges and Gezhouba; the example of what does not pay for these two alone.",
                 "在三峡和葛洲坝新建船闸通道；作为仅靠两省不划算的例子。"),
        "levers": [lever("lock", 300.0, "Mt/yr", 1, target="three_gorges", attribute="capacity_mt"),
                   lever("lock", 300.0, "Mt/yr", 1, target="gezhouba_lock", attribute="capacity_mt")],
    },
    {
        "project": "smart_equipment", "name_en": "Joint programme for intelligent equipment", "name_zh": "智能装备联合攻关",
        "area": "science", "kind": "technology", "owner": ("Science and technology departments of both provinces", "两省科技厅"),
        "cost": (2400, 60, 12), "members": PAIR, "payers": {"Hubei": 0.4, "Jiangsu": 0.6},
        "text": ("Shared research on machine tools, lasers and industrial software, open to firms of both sides.",
                 "围绕数控机床、激光与工业软件联合攻关，成果向两省企业开放。"),
        "levers": [productivity("Hubei", "equipment_manufacturing", 1200, 0.3), productivity("Jiangsu", "equipment_manufacturing", 1200, 0.3)],
    },
    {
        "project": "shared_facilities", "name_en": "Large research facilities opened to each other", "name_zh": "大型科研设施互相开放",
        "area": "science", "kind": "facility", "owner": ("Science and technology departments of both provinces", "两省科技厅"),
        "cost": (300, 60, 10), "members": PAIR, "payers": {"Hubei": 0.5, "Jiangsu": 0.5},
        "text": ("One booking desk for instruments of universities and institutes; travel and machine time paid in part.",
                 "高校院所仪器统一预约，补贴差旅与机时。"),
        "levers": [productivity("Hubei", "other_services", 500, 0.35), productivity("Jiangsu", "other_services", 500, 0.35)],
    },
    {
        "project": "industrial_internet", "name_en": "Industrial-internet platforms opened to each other", "name_zh": "工业互联网平台互通",
        "area": "industry", "kind": "chain", "owner": ("Industry and information departments of both provinces", "两省经信部门"),
        "cost": (600, 90, 8), "members": PAIR, "payers": {"Hubei": 0.4, "Jiangsu": 0.6},
        "text": ("Supplier search, orders and quality records of materials and parts for equipment makers on both sides.",
                 "为两省装备企业互通原材料与零部件的供应商检索、订单和质量记录。"),
        "levers": [
            lever("friction", 90, "million CNY/yr", 3.0, region=a, partner=b, sector=s, using="equipment_manufacturing")
            for a, b in (PAIR, PAIR[::-1])
            for s in ("process_manufacturing", "equipment_manufacturing")
        ],
    },
    {
        "project": "one_permit", "name_en": "Mutual recognition of permits and standards", "name_zh": "许可与标准互认",
        "area": "industry", "kind": "market", "owner": ("Market regulation departments of both provinces", "两省市场监管局"),
        "cost": (200, 120, 10), "members": PAIR, "payers": {"Hubei": 0.5, "Jiangsu": 0.5},
        "text": ("One inspection, one licence, one complaint desk for goods that cross between the two provinces.",
                 "两省间流通商品一次检验、一张许可、一个投诉窗口。"),
        "levers": both_ways(("agriculture", "light_manufacturing", "process_manufacturing"), 30, 4.0),
    },
    {
        "project": "joint_park", "name_en": "A Jiangsu-run park in Hubei", "name_zh": "江苏在鄂共建园区",
        "area": "industry", "kind": "capital", "owner": ("Development and reform commissions of both provinces", "两省发展改革委"),
        "cost": (3000, 40, 25), "members": PAIR, "payers": {"Hubei": 0.3, "Jiangsu": 0.7},
        "text": ("An industrial park in Hubei built and run with a Jiangsu park; profits go to the owner.",
                 "由江苏园区参与在湖北建设运营的产业园，收益归投资方。"),
        "levers": [lever("capital", 3000, "million CNY", 0.6, region="Hubei", partner="Jiangsu")],
    },
    {
        "project": "river_tourism", "name_en": "One river, one ticket", "name_zh": "一江一票文旅联线",
        "area": "culture", "kind": "tourism", "owner": ("Culture and tourism departments of both provinces", "两省文化和旅游厅"),
        "cost": (300, 80, 10), "members": PAIR, "payers": {"Hubei": 0.5, "Jiangsu": 0.5},
        "text": ("Joint routes, booking and a shared visitor card between the Three Gorges, Wuhan, Nanjing and Suzhou.",
                 "串联三峡、武汉、南京、苏州的联合线路、预订与一卡通。"),
        "levers": both_ways(("other_services",), 70, 3.0),
    },
    {
        "project": "anhui_jiangxi_permit", "name_en": "Permits recognised between Anhui and Jiangxi",
        "name_zh": "皖赣许可互认", "area": "industry", "kind": "market",
        "owner": ("Market regulation departments of both provinces", "两省市场监管局"),
        "cost": (150, 70, 10), "members": ("Anhui", "Jiangxi"), "payers": {"Anhui": 0.5, "Jiangxi": 0.5},
        "text": ("One inspection and one licence for goods that cross between the two provinces.",
                 "两省间流通商品一次检验、一张许可。"),
        "levers": both_ways(("light_manufacturing", "process_manufacturing"), 18, 4.0, ("Anhui", "Jiangxi")),
    },
    {
        "project": "anhui_jiangxi_phosphorus", "name_en": "Phosphorus removal below Hukou", "name_zh": "湖口以下除磷",
        "area": "river", "kind": "protection",
        "owner": ("Ecology and environment departments of both provinces", "两省生态环境厅"),
        "cost": (500, 25, 25), "members": ("Anhui", "Jiangxi"), "payers": {"Anhui": 0.5, "Jiangxi": 0.5},
        "text": ("Advanced phosphorus removal at sewage works between Hukou and Datong.", "在湖口至大通沿线污水厂增设深度除磷。"),
        "levers": [removal("Jiangxi", "R17_Hukou_Jiyangji", 25, 10), removal("Jiangxi", "R16_Jiujiang_Hubei_exit", 5, 10),
                   removal("Jiangxi", "R15_Huangshi_Jiujiang", 2, 10), removal("Anhui", "R18_Jiyangji_Datong", 10, 10)],
    },
]  # fmt: skip


def main(out: Path) -> None:
    """Write projects, members, payers, levers and parameters."""
    projects, members, payers, levers = [], [], [], []
    for p in PROJECTS:
        capital, running, life = p["cost"]
        projects.append(
            {
                **{k: p[k] for k in ("project", "name_en", "name_zh", "area", "kind")},
                "owner_en": p["owner"][0], "owner_zh": p["owner"][1], "capital_cost": capital, "running_cost": running,
                "life": life, "start_year": 2022, "ramp_years": 3, "joint": str(len(p["members"]) > 1).lower(),
                "effect_low": 0.6, "effect_high": 1.4, "cost_low": 0.85, "cost_high": 1.4,
                "text_en": p["text"][0], "text_zh": p["text"][1], **STATUS,
            }
        )  # fmt: skip
        members += [{"project": p["project"], "region": r} for r in p["members"]]
        payers += [{"project": p["project"], "region": r, "share": s} for r, s in p["payers"].items()]
        levers += [{"project": p["project"], "lever": k + 1, **row, **STATUS} for k, row in enumerate(p["levers"])]
    parameters = [
        {"parameter": n, "value": v, "low": lo, "high": hi, "unit": u, "description": d, **STATUS}
        for n, v, lo, hi, u, d in PARAMETERS
    ]
    with (Path(__file__).resolve().parent / "parameters_river.csv").open(encoding="utf-8") as file:
        parameters += list(csv.DictReader(file))
    for table, rows in (("projects", projects), ("members", members), ("payers", payers), ("levers", levers)):
        write_table(out, table, rows)
    write_table(out, "parameters", sorted(parameters, key=lambda row: str(row["parameter"])))
    write_sources(
        SOURCES / "projects.csv",
        [
            {
                "source": "projects_assumption",
                "citation": "Assumed by the authors of this package; reasons in recipes/projects.py",
                "url": "",
                "licence": "Apache-2.0",
            }
        ],
    )
    merge_sources(out, SOURCES)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=CASE)
    main(parser.parse_args().out)
