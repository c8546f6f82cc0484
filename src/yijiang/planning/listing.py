"""The listed parts of a plan's document: projects, areas of the agreement, paired profile, assumed figures."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from yijiang.scenario import unsized

from .ensemble import bounds

if TYPE_CHECKING:
    from yijiang.belt import Belt

    from .planner import Plan


def projects(plan: Plan) -> list[dict[str, Any]]:
    """Every candidate with its lever rules, cost, effect and range, and why it is not chosen."""
    regions = plan.base.belt.regions
    rows = []
    for name, project in plan.base.projects.items():
        r = project.row
        available = set(project.members) <= set(plan.regions)
        chosen = name in plan.package
        single = plan.search.responses.single.get(name)
        income = single.income if single else plan.ranked.gross.get(name)
        low, high = (None, None)
        if single and len(plan.ensemble):
            low, high = bounds(plan.ensemble.income[:, plan.ensemble.job.candidates.index(name)])
        rows.append(
            {
                "project": name,
                "name": {"en": r["name_en"], "zh": r["name_zh"]},
                "kind": project.kind,
                "area": project.area,
                "text": {"en": r["text_en"], "zh": r["text_zh"]},
                "owner": {"en": r["owner_en"], "zh": r["owner_zh"]},
                "members": list(project.members),
                "payers": dict(project.payers),
                "annual_cost": project.annual_cost,
                "capital_cost": r["capital_cost"],
                "start_year": r["start_year"],
                "life": r["life"],
                "levers": [
                    {
                        "kind": v["kind"],
                        "rule": {"en": v["rule_en"], "zh": v["rule_zh"]},
                        "effect": lever_text(plan.base.belt, v),
                        "amount": v["amount"],
                        "unit": v["unit"],
                        "rate": v["rate"],
                    }
                    for v in project.levers
                ],
                "effect": {n: None if income is None else income[regions.index(n)] for n in plan.regions},
                "low": {n: low[regions.index(n)] if low is not None else None for n in plan.regions},
                "high": {n: high[regions.index(n)] if high is not None else None for n in plan.regions},
                "chosen": chosen,
                "available": available,
                "why_not": None if chosen else _why_not(plan, name, available),
                "status": r["status"],
                "source": r["source"],
            }
        )
    return rows + _without_size(plan)


def _without_size(plan: Plan) -> list[dict[str, Any]]:
    """Candidates that no rule sizes: shown with the reason, never planned with."""
    belt = plan.base.belt
    rows = {str(row["project"]): row for row in belt.tables["projects"].to_dict("records")}
    members, payers = belt.tables["members"], belt.tables["payers"]
    return [
        {
            "project": name,
            "name": {"en": rows[name]["name_en"], "zh": rows[name]["name_zh"]},
            "kind": rows[name]["kind"],
            "area": rows[name]["area"],
            "text": {"en": rows[name]["text_en"], "zh": rows[name]["text_zh"]},
            "owner": {"en": rows[name]["owner_en"], "zh": rows[name]["owner_zh"]},
            "members": members["region"][members["project"] == name].tolist(),
            "payers": dict(payers[payers["project"] == name][["region", "share"]].itertuples(index=False, name=None)),
            "annual_cost": None,
            "capital_cost": rows[name]["capital_cost"],
            "start_year": rows[name]["start_year"],
            "life": rows[name]["life"],
            "levers": [],
            "effect": {},
            "low": {},
            "high": {},
            "chosen": False,
            "available": False,
            "why_not": {
                "en": f"left out, no rule sizes it: {why['en']}", "zh": f"未纳入比选：没有规则可定其规模（{why['zh']}）"
            },
            "status": rows[name]["status"],
            "source": rows[name]["source"],
        }
        for name, why in unsized(belt).items()
    ]  # fmt: skip


def lever_text(belt: Belt, lever: Mapping[str, Any]) -> dict[str, str]:
    """What one lever touches, in names of both languages.

    Examples
    --------
    >>> import yijiang as yj
    >>> empty = dict.fromkeys(("using", "target", "pollutant"), "")
    >>> lever = {"region": "Hubei", "partner": "Jiangsu", "sector": "agriculture", **empty}
    >>> lever_text(yj.case("yangtze2017"), lever)["zh"]
    '湖北 · 江苏 · 农林牧渔业'
    """
    kinds = {"region": "region", "partner": "region", "sector": "sector", "using": "sector"}
    text = {}
    for lang in ("en", "zh"):
        parts = [belt.name_of(kind, str(lever[c]), lang) for c, kind in kinds.items() if lever[c]]
        if lever["target"]:
            target = str(lever["target"])
            parts.append(_place(belt, target, lang))
        if lever["pollutant"]:
            parts.append(belt.name_of("pollutant", str(lever["pollutant"]), lang))
        text[lang] = " · ".join(parts)
    return text


def _place(belt: Belt, target: str, lang: str) -> str:
    """Name of a lock, link or node, the kilometres of a reach; the identifier where there is neither."""
    for kind in ("lock", "link", "node"):
        if any(target == name for name, *_ in belt.aliases(kind)):
            return belt.name_of(kind, target, lang)
    for row in belt.tables["reaches"].to_dict("records"):
        if row["reach"] == target:
            stretch = f"{row['km_from']:,.0f}–{row['km_to']:,.0f}"
            return f"江段{stretch} km" if lang == "zh" else f"river km {stretch}"
    return target


def pairs(plan: Plan) -> list[dict[str, Any]]:
    """Every pair of candidates: net gain of the partners together, its range, and what differs from the sum of both."""
    where = list(plan.rules.partners)
    responses, rows = plan.search.responses, []

    def net(package: tuple[str, ...]) -> float:
        response = responses.pair[package[0], package[1]] if len(package) == 2 else responses.single[package[0]]
        return float(plan.search.net(package, response)[where].sum())

    for couple in responses.pair:
        spread = plan.ensemble.net_pair(couple)[:, where].sum(1)
        low, high = bounds(spread) if len(spread) else (None, None)
        value = net(couple)
        apart = value - net(couple[:1]) - net(couple[1:])
        rows.append({"projects": list(couple), "gain": value, "low": low, "high": high, "interaction": apart})
    return rows


def _why_not(plan: Plan, name: str, available: bool) -> dict[str, Any]:
    belt = plan.base.belt
    if not available:
        others = [m for m in plan.base.projects[name].members if m not in plan.regions]
        return {
            "en": "needs " + ", ".join(belt.name_of("region", m, "en") for m in others),
            "zh": "需要" + "、".join(belt.name_of("region", m, "zh") for m in others) + "同意",
        }
    where = list(plan.rules.partners)
    if name in plan.ranked.gross:
        cost = float(plan.search.settlement.cost[name][where].sum())
        return {"brings": float(plan.ranked.gross[name][where].sum()), "costs": cost}
    net = float(plan.search.net([name], plan.search.responses.single[name])[where].sum())
    if net < 0:
        return {"loss": -net}
    return {"en": "the package without it is better", "zh": "不含该项目的组合更优"}


def _value(plan: Plan, entry: Mapping[str, Any]) -> float:
    """Net gain of a project alone for all partners [million a year]."""
    effect = [v for v in entry["effect"].values() if v is not None]
    share = sum(v for k, v in entry["payers"].items() if k in plan.regions)
    return float(sum(effect) - share * entry["annual_cost"])


def first_three(plan: Plan, projects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The chosen projects that bring the partners most, net of cost; where years are planned, the first to start."""
    begins = plan.choice.start
    chosen = sorted(
        (p for p in projects if p["chosen"]),
        key=lambda p: (begins.get(p["project"], 0), -_value(plan, p), p["project"]),
    )
    return [
        {
            "project": p["project"],
            "owner": p["owner"],
            "text": p["text"],
            "start_year": begins.get(p["project"], p["start_year"]),
            "gain": _value(plan, p),
        }
        for p in chosen[:3]
    ]


def areas(plan: Plan, projects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per area of the agreement: said, candidates, chosen, net gain with range."""
    areas = []
    where = list(plan.rules.partners)
    for row in plan.base.belt.tables["agreement"].to_dict("records"):
        if row["record"] != "area":
            continue
        candidates = [p for p in projects if p["area"] == row["item"] and p["available"]]
        chosen = [p for p in candidates if p["chosen"]]
        spread = [plan.ensemble.net(p["project"])[:, where].sum(1) for p in chosen] if len(plan.ensemble) else []
        low, high = bounds(np.sum(spread, axis=0)) if spread else (None, None)
        areas.append(
            {
                "area": row["item"],
                "name": {"en": row["name_en"], "zh": row["name_zh"]},
                "said": {"en": row["said_en"], "zh": row["said_zh"]},
                "candidates": [p["project"] for p in candidates],
                "chosen": [p["project"] for p in chosen],
                "gain": sum(_value(plan, p) for p in chosen) if chosen else None,
                "low": low,
                "high": high,
            }
        )
    return areas


def profile(plan: Plan) -> list[dict[str, Any]]:
    """The partners side by side, by indicator."""
    table = plan.base.belt.tables["indicators"]
    groups: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in table.to_dict("records"):
        if row["region"] in plan.regions:
            groups[str(row["indicator"])][str(row["region"])] = {str(k): v for k, v in row.items()}
    rows = []
    for indicator, found in groups.items():
        first = next(iter(found.values()))
        values = {n: found[n]["value"] if n in found else float("nan") for n in plan.regions}
        known = {n: float(v) for n, v in values.items() if not math.isnan(float(v))}
        gap = max(known.values()) - min(known.values()) if len(known) > 1 else None
        ahead = None
        if gap and first["better"] != "none":
            pick = max if first["better"] == "high" else min
            ahead = pick(known, key=lambda n: known[n])
        rows.append(
            {
                "indicator": indicator,
                "name": {"en": first["name_en"], "zh": first["name_zh"]},
                "topic": first["topic"],
                "unit": first["unit"],
                "year": first["year"],
                "values": values,
                "better": first["better"],
                "ahead": ahead,
                "gap": gap,
                "source": first["source"],
                "status": first["status"],
            }
        )
    return rows


def assumed(plan: Plan) -> list[dict[str, Any]]:
    """Every assumed figure with its range, the single parameters first."""
    rows = []
    tables = plan.base.belt.tables
    keys = {
        "parameters": "parameter", "elasticities": "sector", "value_densities": "sector", "kinetics": "pollutant",
        "capital": "region", "compensation": "section",
    }  # fmt: skip
    for table, key in keys.items():
        for r in tables[table].to_dict("records"):
            if r["status"] == "assumed":
                row = {"table": table, "item": r[key], "value": r["value"], "low": r.get("low"), "high": r.get("high"),
                       "unit": r["unit"], "why": r.get("description", ""), "source": r["source"]}  # fmt: skip
                rows.append(row | ({"pollutant": r["pollutant"]} if table == "compensation" else {}))
    for table, columns in (("reaches", "flow, velocity, depth"), ("months", "flow, diffuse"), ("standards", "value")):
        # Whole tables of assumptions are told by their size; the tables themselves hold the figures.
        if count := int((tables[table]["status"] == "assumed").sum()):
            source = tables[table].loc[tables[table]["status"] == "assumed", "source"].iloc[0]
            why = {"en": f"{count} rows of the table are assumed", "zh": f"该表有{count}行为假设"}
            rows.append(
                {"table": table, "item": columns, "value": None, "low": None, "high": None, "unit": "", "why": why,
                 "source": source}
            )  # fmt: skip
    for r in tables["targets"].to_dict("records"):
        rows.append(
            {"table": "targets", "item": f"{r['section']} {r['pollutant']}", "value": r["reduction"], "low": None,
             "high": None, "unit": "1", "why": "", "source": r["source"]}
        )  # fmt: skip
    return rows
