"""Candidate projects out of matches, in the belt's own tables: sized by one stated rule, or blank with the reason.

Technology: a contract of the smaller of the two sums stated, spent once on the productivity of the sector the need
names: T̂ = 1 + sum × return ÷ output. Capital: an investment of the smaller of the two sums stated, in the region of
the need, whose returns go to the region of the offer: K̂ = 1 + sum × share not crowded out ÷ stock. Return and share
are medians of the belt's own levers of that kind, as are life, ramp and ranges of their projects. What is a total of a
region is a ceiling and no contract; talent, facilities and markets have no such rule: they stay blank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from yijiang.belt.schema import schemas
from yijiang.messages import LANGUAGES, message

if TYPE_CHECKING:
    from yijiang.belt import Belt
    from yijiang.science.matching.result import Matching

RULE_SOURCE = "match_rule"
TABLES = ("projects", "members", "payers", "levers", "sources")
#: Matches that become candidates: the most valuable ones.
MOST = 12
_LEVER = {"technology": "productivity", "capital": "capital"}
_PROJECT = {"technology": "technology", "talent": "technology", "capital": "capital", "facility": "facility",
            "market": "market"}  # fmt: skip


def citation() -> str:
    """Return how the rule is cited in the table of sources."""
    return message("match.rule_citation", "en")


def candidates(found: Matching, belt: Belt | None) -> dict[str, pd.DataFrame]:
    """Return the candidate projects as the tables projects, members, payers, levers and sources of a belt.

    Without a belt nothing can be sized, and there are none.
    """
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    if belt is not None and "projects" in belt.scope:
        for pair in found.order[:MOST]:
            _one(found, int(pair), belt, rows)
    if rows["projects"]:
        rows["sources"].append({"source": RULE_SOURCE, "citation": citation(), "url": "", "licence": "Apache-2.0"})
    return {table: pd.DataFrame(rows[table], columns=list(schemas()[table].columns)) for table in TABLES}


def _one(found: Matching, pair: int, belt: Belt, rows: dict[str, list[dict[str, Any]]]) -> None:
    offer = found.sides.offers.iloc[int(found.pairs.offer[pair])]
    need = found.sides.needs.iloc[int(found.pairs.need[pair])]
    giver, taker = str(offer["region"]), str(need["region"])
    if giver not in belt.members or taker not in belt.members:
        return
    kind, name = str(offer["kind"]), f"match_{offer['offer']}_{need['need']}".lower()
    areas = belt.table("projects").groupby("kind")["area"].agg(lambda one: one.mode().iloc[0])
    head: dict[str, Any] = {
        "project": name, "kind": _PROJECT[kind], "area": str(areas.get(_PROJECT[kind], _PROJECT[kind])), "joint": True,
        "capital_cost": np.nan, "running_cost": np.nan, "life": 1, "start_year": belt.year, "ramp_years": 0,
        "smallest": 1.0, "effect_low": 1.0, "effect_high": 1.0, "cost_low": 1.0, "cost_high": 1.0, "unsized_en": "",
        "unsized_zh": "", "year": belt.year, "source": RULE_SOURCE, "status": "assumed",
    }  # fmt: skip
    titles = {side: {lang: _title(row, lang) for lang in LANGUAGES} for side, row in (("offer", offer), ("need", need))}
    for lang in LANGUAGES:
        values = {
            "giver": belt.name_of("region", giver, lang), "taker": belt.name_of("region", taker, lang),
            "offer": titles["offer"][lang], "need": titles["need"][lang],
        }  # fmt: skip
        head[f"name_{lang}"] = message("match.project", lang, **values)
        head[f"text_{lang}"] = message("match.project_text", lang, **values)
        head[f"owner_{lang}"] = message("match.project_owner", lang, **values)
    sums = [float(row["value"]) for row in (offer, need) if not pd.isna(row["value"])]
    lever, reason = _sized(belt, kind, offer, need, sums, head)
    for lang in LANGUAGES:
        if reason:
            head[f"unsized_{lang}"] = message(f"match.unsized_{reason}", lang)
    rows["projects"].append(head)
    for region in dict.fromkeys((giver, taker)):
        rows["members"].append({"project": name, "region": region})
        rows["payers"].append({"project": name, "region": region, "share": 0.5 if giver != taker else 1.0})
    if lever is not None:
        rows["levers"].append({**lever, "project": name})


def _title(row: pd.Series[Any], lang: str) -> str:
    own, other = str(row[f"title_{lang}"]), str(row["title_zh" if lang == "en" else "title_en"])
    return own.strip() or other.strip()


def _sized(
    belt: Belt, kind: str, offer: pd.Series[Any], need: pd.Series[Any], sums: list[float], head: dict[str, Any]
) -> tuple[dict[str, Any] | None, str]:
    """Size a project by the rule of its kind, or return the reason why it is not."""
    if "total" in (offer["basis"], need["basis"]):
        return None, "total"
    if kind not in _LEVER:
        return None, kind
    if len(sums) < 2:
        return None, "sum"
    sector = str(need["sector"])
    if kind == "technology" and sector not in belt.sectors:
        return None, "sector"
    levers, projects = belt.table("levers"), belt.table("projects")
    alike = levers[(levers["kind"] == _LEVER[kind]) & levers["rate"].notna()]
    behind = projects[projects["project"].isin(set(alike["project"]))]
    if alike.empty or behind.empty:
        return None, "rule"
    amount, rate = min(sums), float(alike["rate"].median())
    ranges = ("effect_low", "effect_high", "cost_low", "cost_high")
    head |= {"capital_cost": amount, "running_cost": 0.0}
    head |= {name: float(behind[name].astype(float).median()) for name in ranges}
    head |= {name: round(float(behind[name].astype(float).median())) for name in ("life", "start_year", "ramp_years")}
    names = ", ".join(dict.fromkeys(str(name) for name in alike["project"]))
    lever: dict[str, Any] = {
        "lever": 1, "kind": _LEVER[kind], "region": str(need["region"]), "amount": amount, "rate": rate,
        "partner": str(offer["region"]) if kind == "capital" else "", "sector": sector if kind == "technology" else "",
        "using": "", "target": "", "attribute": "", "pollutant": "", "unit": belt.money, "year": belt.year,
        "source": RULE_SOURCE, "status": "assumed",
    }  # fmt: skip
    for lang in LANGUAGES:
        lever[f"rule_{lang}"] = message(f"match.rule_{kind}", lang, rate=f"{rate:g}", projects=names)
    return lever, ""
