"""A small plan document with invented round figures, for the tests of the report."""

from __future__ import annotations

from typing import Any


def _both(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh": zh}


def _gain(gross: float, cost: float, alone: float, after: float, low: float, high: float) -> dict[str, Any]:
    split = {"official": 0.4 * gross, "aggregated": 0.2 * gross, "estimated": 0.25 * gross, "assumed": 0.15 * gross}
    together = gross - cost
    return {
        "gross": gross,
        "cost": cost,
        "compensation": 0.0,
        "alone": alone,
        "together": together,
        "after_transfer": after,
        "low": low,
        "high": high,
        "by_status": split,
        "unit": "million CNY per year",
    }


def _project(key: str, name: dict[str, str], chosen: bool, area: str, effect: tuple[float, float]) -> dict[str, Any]:
    return {
        "project": key,
        "name": name,
        "kind": "shared",
        "area": area,
        "text": _both(f"What {name['en']} does.", f"{name['zh']}的内容。"),
        "owner": _both("Transport departments", "交通运输厅"),
        "members": ["Hubei", "Jiangsu"],
        "payers": {"Hubei": 0.5, "Jiangsu": 0.5},
        "annual_cost": 240.0,
        "capital_cost": 3600.0,
        "start_year": 2026,
        "life": 30,
        "levers": [{"kind": "transport", "rule": _both("depth to ship size", "水深决定船型"), "effect": "T 1.00012"}],
        "effect": {"Hubei": effect[0], "Jiangsu": effect[1]},
        "low": {"Hubei": 0.6 * effect[0], "Jiangsu": 0.6 * effect[1]},
        "high": {"Hubei": 1.4 * effect[0], "Jiangsu": 1.4 * effect[1]},
        "chosen": chosen,
        "available": True,
        "why_not": None if chosen else _both("Costs more than it brings.", "成本高于收益。"),
        "status": "estimated",
        "source": "plan_papers",
    }


def _section(
    key: str, km: float, pollutant: str, values: tuple[float, float, float], own: bool, clear: bool
) -> dict[str, Any]:
    base, plan, limit = values
    return {
        "section": key,
        "km": km,
        "pollutant": pollutant,
        "binding": plan >= 0.99 * limit,
        "base": base,
        "plan": plan,
        "limit": limit,
        "class_base": 3 if base > limit else 2,
        "class_plan": 3 if plan > limit else 2,
        "class_limit": 2,
        "distinguishable": clear,
        "shadow_price": 0.0,
        "tidal": key == "xuliujing",
        "base_mean": 0.8 * base,
        "plan_mean": 0.8 * plan,
        "own": own,
        "target": 0.08 if key == "hankou" and pollutant == "tp" else None,
    }


def _regions() -> dict[str, Any]:
    table = [
        ("Yunnan", "云南", 102.7, 25.0),
        ("Sichuan", "四川", 104.1, 30.7),
        ("Chongqing", "重庆", 106.5, 29.6),
        ("Guizhou", "贵州", 106.7, 26.6),
        ("Hunan", "湖南", 113.0, 28.2),
        ("Hubei", "湖北", 114.3, 30.6),
        ("Jiangxi", "江西", 115.9, 28.7),
        ("Anhui", "安徽", 117.2, 31.8),
        ("Jiangsu", "江苏", 118.8, 32.1),
        ("Zhejiang", "浙江", 120.2, 30.3),
        ("Shanghai", "上海", 121.5, 31.2),
    ]
    return {
        "names": {en: _both(en, zh) for en, zh, _, _ in table},
        "rows": [{"region": en, "lon": lon, "lat": lat, "order": k} for k, (en, _, lon, lat) in enumerate(table)],
    }


def sample_document() -> dict[str, Any]:
    """Return a new plan document for Hubei and Jiangsu: three projects, five sections, two pollutants."""
    regions = _regions()
    projects = {
        "wuhan_anqing_channel": _both("Deeper channel, Wuhan to Anqing", "武汉至安庆航道加深"),
        "sewage_hubei": _both("Sewage works at Yichang & Wuhan", "宜昌与武汉污水处理"),
        "park_pairing": _both("Paired industrial parks", "园区结对"),
    }
    sections = {
        "yichang": (1730.0, _both("Yichang", "宜昌")),
        "hankou": (2356.0, _both("Hankou", "汉口")),
        "jiujiang": (2620.0, _both("Jiujiang", "九江")),
        "nanjing": (3040.0, _both("Nanjing", "南京")),
        "xuliujing": (3330.0, _both("Xuliujing", "徐六泾")),
    }
    river = []
    for rank, (key, (km, _)) in enumerate(sections.items()):
        own = key not in ("jiujiang",)
        river.append(_section(key, km, "tp", (0.082 + 0.006 * rank, 0.078 + 0.0052 * rank, 0.1), own, rank != 2))
        river.append(_section(key, km, "nh3n", (0.22 + 0.03 * rank, 0.20 + 0.026 * rank, 0.5), own, True))
    km = [1700.0 + 10.0 * k for k in range(170)]
    profile = [
        {
            "pollutant": name,
            "regime": "low",
            "km": km,
            "base": [level * (1 + k / 500 + 0.1 * (k % 40 < 8)) for k in range(170)],
            "plan": [0.94 * level * (1 + k / 550 + 0.08 * (k % 40 < 8)) for k in range(170)],
        }
        for name, level in (("tp", 0.078), ("nh3n", 0.21))
    ]
    ids = [row["region"] for row in regions["rows"]]
    flows = [
        {"exporter": a, "importer": b, "value_base": value, "value_plan": 1.004 * value}
        for i, a in enumerate(ids)
        for j, b in enumerate(ids)
        for value in [9000.0 + 80000.0 / (1 + abs(i - j)) + 500.0 * i]
    ]
    return {
        "regions": ["Hubei", "Jiangsu"],
        "belt": "sample",
        "objective": "nash",
        "titles": _both("Hubei and Jiangsu on the Yangtze: a joint plan", "湖北与江苏:长江合作方案"),
        "river_name": _both("Yangtze", "长江"),
        "year": 2017,
        "unit": "million CNY per year",
        "names": {
            "regions": regions["names"],
            "sections": {key: name for key, (_, name) in sections.items()},
            "projects": projects,
            "pollutants": {"tp": _both("Total phosphorus", "总磷"), "nh3n": _both("Ammonia nitrogen", "氨氮")},
            "links": {
                "three_gorges_lock": _both("Three Gorges lock", "三峡船闸"),
                "wuhan_anqing": _both("Wuhan–Anqing reach", "武汉—安庆航段"),
            },
        },
        "package": [{"project": "wuhan_anqing_channel", "scale": 1.0}, {"project": "sewage_hubei", "scale": 1.0}],
        "first_three": [
            {
                "project": key,
                "owner": _both("Transport departments", "交通运输厅"),
                "text": _both(
                    "Sign the joint works order and set the dredging depth.", "签署联合施工令,确定疏浚水深。"
                ),
                "start_year": 2026,
                "gain": gain,
            }
            for key, gain in (("wuhan_anqing_channel", 3100.0), ("sewage_hubei", 420.0), ("park_pairing", 85.0))
        ],
        "gains": {
            "Hubei": _gain(2600.0, 310.0, 900.0, 2010.0, 1240.0, 2890.0),
            "Jiangsu": _gain(1900.0, 230.0, 740.0, 1950.0, 1180.0, 2770.0),
        },
        "total": {"gain": 3960.0, "low": 2500.0, "high": 5500.0, "alone": 1640.0},
        "outsiders": {"Anhui": 310.0, "Jiangxi": -42.0, "Shanghai": 120.0},
        "transfers": [{"from": "Hubei", "to": "Jiangsu", "amount": 280.0}],
        "shapley": {"Hubei": 2050.0, "Jiangsu": 1910.0},
        "river": river,
        "tightest": {"section": "xuliujing", "pollutant": "tp", "ratio": 0.988},
        "river_profile": profile,
        "transport": [
            {
                "link": "three_gorges_lock",
                "kind": "lock",
                "mode": "water",
                "load_base": 129.7,
                "load_plan": 131.2,
                "capacity": 100.0,
                "depth_m": None,
                "shadow_price": None,
                "delay_base": 62.0,
                "delay_plan": 66.5,
            },
            {
                "link": "wuhan_anqing",
                "kind": "link",
                "mode": "water",
                "load_base": 310.0,
                "load_plan": 322.0,
                "capacity": None,
                "depth_m": 6.0,
                "shadow_price": None,
                "delay_base": None,
                "delay_plan": None,
            },
        ],
        "pair_usage": [
            {"origin": "Hubei", "destination": "Jiangsu", "tonnes": 12.4, "link": "wuhan_anqing", "share": 0.61}
        ],
        "flows": flows,
        "map": {
            "regions": regions["rows"],
            "nodes": [
                {
                    "node": "YC",
                    "lon": 111.3,
                    "lat": 30.7,
                    "river_km": 1730,
                    "kind": "lock",
                    "name_en": "Gezhouba",
                    "name_zh": "葛洲坝",
                },
                {
                    "node": "WH",
                    "lon": 114.3,
                    "lat": 30.6,
                    "river_km": 2356,
                    "kind": "port",
                    "name_en": "Wuhan",
                    "name_zh": "武汉",
                },
                {
                    "node": "NJ",
                    "lon": 118.8,
                    "lat": 32.1,
                    "river_km": 3040,
                    "kind": "port",
                    "name_en": "Nanjing",
                    "name_zh": "南京",
                },
            ],
            "links": [{"link": "wuhan_anqing", "from": "WH", "to": "NJ", "mode": "water"}],
        },
        "pairs": [{"projects": ["sewage_hubei", "channel"], "gain": 5.0, "low": 1.0, "high": 9.0, "interaction": -0.5}],
        "areas": [
            {
                "area": "transport",
                "name": _both("One transport system", "综合交通"),
                "said": _both("Build one transport system along the river.", "共建沿江综合交通。"),
                "candidates": ["wuhan_anqing_channel", "park_pairing"],
                "chosen": ["wuhan_anqing_channel"],
                "gain": 3100.0,
                "low": 1900.0,
                "high": 4200.0,
            },
            {
                "area": "culture",
                "name": _both("Culture and tourism", "文化旅游"),
                "said": _both("Join in culture and tourism.", "深化文旅合作。"),
                "candidates": [],
                "chosen": [],
                "gain": None,
                "low": None,
                "high": None,
            },
        ],
        "profile": [
            {
                "indicator": "rd_share",
                "name": _both("R&D spending, share of GDP", "研发经费占地区生产总值比重"),
                "topic": "science_innovation",
                "unit": "%",
                "year": 2023,
                "values": {"Hubei": 2.52, "Jiangsu": 3.29},
                "better": "high",
                "ahead": "Jiangsu",
                "gap": 0.77,
                "source": "nbs",
                "status": "official",
            },
            {
                "indicator": "laboratories",
                "name": _both("National laboratories", "国家级实验室"),
                "topic": "science",
                "unit": "laboratories",
                "year": 2023,
                "values": {"Hubei": 30.0, "Jiangsu": None},
                "better": "high",
                "ahead": None,
                "gap": None,
                "source": "nbs",
                "status": "official",
            },
        ],
        "projects": [
            _project("wuhan_anqing_channel", projects["wuhan_anqing_channel"], True, "transport", (1800.0, 1300.0)),
            _project("sewage_hubei", projects["sewage_hubei"], True, "ecology", (240.0, 180.0)),
            _project("park_pairing", projects["park_pairing"], False, "transport", (60.0, 25.0)),
        ],
        "frontier": [
            {"eps": 900.0, "package": ["wuhan_anqing_channel"], "gains": {"Hubei": 1700.0, "Jiangsu": 2100.0}},
            {"weight": 0.5, "package": ["sewage_hubei"], "gains": {"Hubei": 300.0, "Jiangsu": 200.0}},
        ],
        "alternatives": [
            {
                "package": ["wuhan_anqing_channel"],
                "gains": {"Hubei": 1700.0, "Jiangsu": 2100.0},
                "objective": 14.1,
                "loss": 0.031,
            }
        ],
        "robustness": {
            "draws": 200,
            "failed": 0,
            "share_all_gain": 0.985,
            "pair_flow": {"from": "Hubei", "to": "Jiangsu", "low": 61000.0, "high": 118000.0},
        },
        "sign_not_identified": [],
        "verify": {"miss": 0.0021, "tolerance": 0.02},
        "assumed": [
            {
                "table": "kinetics",
                "item": "TP decay",
                "value": 0.01,
                "low": 0.005,
                "high": 0.02,
                "unit": "1/d",
                "why": "no survey of this reach was published",
                "source": "review",
            }
        ],
        "sources": {
            "nbs": {"citation": "National Bureau of Statistics, yearbook", "url": "https://www.stats.gov.cn/"},
            "plan_papers": {"citation": "Waterway plan", "url": ""},
        },
        "provenance": {
            "version": "0.1.0",
            "seed": 7,
            "solver": "HiGHS",
            "mip_gap": 0.0,
            "relative_gap": 1e-6,
            "mass_balance": 1e-14,
            "seconds": 41.2,
            "digest": "ab12",
        },
    }
