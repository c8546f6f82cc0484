"""Candidate projects out of the lessons, in the belt's own tables: sized by one stated rule, or blank with the reason.

Research: the learner's R&D spending, as a share of product, grows by as many points as the partner's grew in a mean
year of the table. With r the learner's share, g the partner's points a year and S the learner's R&D spending,

spending = S · g / r,  T̂ = 1 + spending × return ÷ output

Return, sector, life, ramp and ranges are those of the belt's own projects on technology (medians). What a practice
costs and brings is published nowhere, so every practice is a candidate with blank cost and effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from yijiang import units
from yijiang.learning.peers import Lesson, Practice
from yijiang.learning.reading import LANGUAGES, Indicator
from yijiang.messages import message

if TYPE_CHECKING:
    from yijiang.belt import Belt

RULE_SOURCE = "learning_rule"
INTENSITY, SPENDING = ("rd_intensity", "rd_share"), "rd_expenditure"
"""Indicators of the rule: R&D as a share of product, under either name, and R&D in money."""

KINDS = {"park_economy": "capital", "ecological_protection": "protection", "protection": "protection",
         "river": "protection", "transport": "transport", "culture": "tourism"}  # fmt: skip
"""Topic of a practice to the kind of project; any other is technology."""

TABLES = ("projects", "members", "payers", "levers", "sources")


def citation() -> str:
    """Return how the rule is cited in the table of sources."""
    return message("learning.rule_citation", "en")


def candidates(belt: Belt, indicators: Sequence[Indicator], lessons: Sequence[Lesson]) -> dict[str, pd.DataFrame]:
    """Return the candidate projects as the tables projects, members, payers, levers and sources of a belt."""
    from yijiang.belt import schemas

    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    _research(belt, {one.key: one for one in indicators}, lessons, rows)
    taken: dict[str, tuple[Practice, Lesson]] = {}
    for lesson in lessons:
        for practice in lesson.practices:
            taken.setdefault(practice.key, (practice, lesson))
    for practice, lesson in taken.values():
        _practice(belt, practice, lesson, rows)
    rows["sources"].append({"source": RULE_SOURCE, "citation": citation(), "url": "", "licence": "Apache-2.0"})
    return {table: pd.DataFrame(rows[table], columns=list(schemas()[table].columns)) for table in TABLES}


def spending_of_step(share: float, points: float, spending: float) -> float:
    """Return the spending that raises a share by so many points: spending · points ÷ share.

    Examples
    --------
    >>> spending_of_step(2.5, 0.1, 1400.0)
    56.0
    """
    return spending * points / share


def _research(
    belt: Belt, known: dict[str, Indicator], lessons: Sequence[Lesson], rows: dict[str, list[dict[str, Any]]]
) -> None:
    lesson = next((one for one in lessons if one.line.indicator.key in INTENSITY), None)
    if lesson is None:
        return
    line, learner = lesson.line, lesson.learner
    head = _head(belt, "research", "technology", lesson, {})
    name = head["project"]
    _sides(name, lesson, rows, payer=learner)
    points = line.trend.growth[lesson.ahead] if line.trend else None
    found = known[SPENDING].at(learner, line.year) if SPENDING in known and line.year else None
    levers, projects = belt.tables["levers"], belt.tables["projects"]
    own = levers[(levers["kind"] == "productivity") & levers["rate"].notna()]
    kinds = projects.set_index("project")["kind"]
    own = own[own["project"].map(kinds) == "technology"]
    share = line.figures[learner]
    lever = {
        "project": name, "lever": 1, "kind": "productivity", "region": learner, "unit": belt.money, "year": belt.year,
        "source": RULE_SOURCE, "status": "assumed",
    }  # fmt: skip
    if not points or points <= 0 or found is None or own.empty or not share:
        why = "unsized_trend" if not points or points <= 0 else "unsized_spending" if found is None else "unsized_rule"
        _blank(belt, head, why, rows)
        return
    money = float(units.convert(found.value, known[SPENDING].unit, belt.money))
    amount = spending_of_step(share, points, money)
    behind = projects[projects["project"].isin(set(own["project"]))]

    def median(column: str) -> float:
        return float(behind[column].astype(float).median())

    values = {
        "points": f"{points:.3g}", "share": f"{share:.3g}", "ahead": lesson.ahead, "rate": f"{own['rate'].median():g}",
        "year": line.year, "projects": ", ".join(dict.fromkeys(own["project"])),
    }  # fmt: skip
    words = {}
    for lang in LANGUAGES:
        told = {**values, "ahead": belt.name_of("region", lesson.ahead, lang)}
        words[f"rule_{lang}"] = message("learning.rule_research", lang, **told)
    sector = str(own["sector"].mode().iloc[0])
    rows["levers"].append({**lever, **words, "sector": sector, "amount": amount, "rate": float(own["rate"].median())})
    figures = {c: median(c) for c in ("effect_low", "effect_high", "cost_low", "cost_high")}
    years = {c: round(median(c)) for c in ("life", "start_year", "ramp_years")}
    rows["projects"].append({**head, **figures, **years, "capital_cost": amount, "running_cost": 0.0})


def _practice(belt: Belt, practice: Practice, lesson: Lesson, rows: dict[str, list[dict[str, Any]]]) -> None:
    named = {f"practice_{lang}": practice.name[lang] for lang in LANGUAGES}
    texts = {f"text_{lang}": practice.text[lang] for lang in LANGUAGES}
    head = _head(belt, practice.key, KINDS.get(practice.topic, "technology"), lesson, named)
    _sides(head["project"], lesson, rows, payer=lesson.learner)
    _blank(belt, {**head, **texts}, "unsized_practice", rows)


def _head(belt: Belt, key: str, kind: str, lesson: Lesson, named: dict[str, str]) -> dict[str, Any]:
    alike = belt.tables["projects"]
    areas = alike["area"][alike["kind"] == kind]
    head: dict[str, Any] = {
        "project": f"learn_{key}_{lesson.learner}".lower(), "kind": kind, "joint": True, "smallest": 1.0,
        "area": str(areas.mode().iloc[0]) if len(areas) else kind, "unsized_en": "", "unsized_zh": "",
        "year": belt.year, "source": RULE_SOURCE, "status": "assumed",
    }  # fmt: skip
    for lang in LANGUAGES:
        sides = {
            "learner": belt.name_of("region", lesson.learner, lang),
            "ahead": belt.name_of("region", lesson.ahead, lang),
            "practice": named.get(f"practice_{lang}", ""),
        }
        what = "practice" if named else "research"
        head[f"name_{lang}"] = message(f"learning.project_{what}", lang, **sides)
        head[f"owner_{lang}"] = message(f"learning.owner_{what}", lang, **sides)
        head[f"text_{lang}"] = message("learning.project_research_text", lang, **sides)
    return head


def _blank(belt: Belt, head: dict[str, Any], why: str, rows: dict[str, list[dict[str, Any]]]) -> None:
    reason = {f"unsized_{lang}": message(f"learning.{why}", lang) for lang in LANGUAGES}
    neutral = {"life": 1, "start_year": belt.year, "ramp_years": 0, "effect_low": 1.0, "effect_high": 1.0,
               "cost_low": 1.0, "cost_high": 1.0}  # fmt: skip
    rows["projects"].append({**head, **reason, **neutral, "capital_cost": np.nan, "running_cost": np.nan})


def _sides(name: str, lesson: Lesson, rows: dict[str, list[dict[str, Any]]], payer: str) -> None:
    """Both must agree, one teaches and one learns; the learner pays until they agree otherwise."""
    rows["members"] += [{"project": name, "region": region} for region in (lesson.learner, lesson.ahead)]
    rows["payers"].append({"project": name, "region": payer, "share": 1.0})
