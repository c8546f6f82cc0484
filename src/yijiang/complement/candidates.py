"""Candidate projects out of the pairs, in the belt's own tables: sized by one stated rule, or blank with the reason.

Chain and market: the lever eases the trade of the pair by as much as brings the seller's share to what sizes alone
predict, and no further than the belt's `friction_cap`. With s the share today, s* the one predicted and θ the trade
elasticity, buyers that choose by price with constant elasticity need

κ̂ = [s* / (1 − s*) ÷ s / (1 − s)]^(−1/θ),  saving = (1 − κ̂) · deliveries,  spending = saving ÷ saving per yuan

The saving per yuan is the median of the belt's own levers on trade costs, as are life, ramp and ranges of their
projects. Technology and capital have no such rule, so cost and effect stay blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from yijiang.complement.results import Pair
from yijiang.messages import LANGUAGES, message

if TYPE_CHECKING:
    from yijiang.belt import Belt
    from yijiang.complement.partners import Complement

#: Sized candidates: the largest opportunities, one per product and direction.
MOST_SIZED = 12
RULE_SOURCE = "complement_rule"
COLUMNS = {
    "projects": (
        *("project", "name_en", "name_zh", "area", "kind", "owner_en", "owner_zh", "capital_cost", "running_cost"),
        *("life", "start_year", "ramp_years", "joint", "effect_low", "effect_high", "cost_low", "cost_high"),
        *("text_en", "text_zh", "unsized_en", "unsized_zh", "year", "source", "status"),
    ),
    "members": ("project", "region"),
    "payers": ("project", "region", "share"),
    "levers": (
        *("project", "lever", "kind", "region", "partner", "sector", "using", "target", "attribute", "pollutant"),
        *("amount", "unit", "rate", "rule_en", "rule_zh", "year", "source", "status"),
    ),
    "sources": ("source", "citation", "url", "licence"),
}


@dataclass(frozen=True)
class UnitRule:
    """What the belt's own projects on trade costs say of saving per yuan, life, ramp and ranges (medians)."""

    saving: float
    life: int
    start_year: int
    ramp_years: int
    effect: tuple[float, float]
    cost: tuple[float, float]
    projects: tuple[str, ...]


def unit_rule(belt: Belt, using: bool) -> UnitRule | None:
    """Return the medians of the belt's levers on trade costs, of those for single uses first; None if it has none."""
    levers, projects = belt.tables["levers"], belt.tables["projects"]
    friction = levers[(levers["kind"] == "friction") & levers["rate"].notna()]
    alike = friction[(friction["using"] != "") == using]
    chosen = alike if len(alike) else friction
    behind = projects[projects["project"].isin(set(chosen["project"]))]
    if chosen.empty or behind.empty:
        return None

    def median(column: str) -> float:
        return float(behind[column].astype(float).median())

    return UnitRule(
        float(chosen["rate"].median()), round(median("life")), round(median("start_year")), round(median("ramp_years")),
        (median("effect_low"), median("effect_high")), (median("cost_low"), median("cost_high")),
        tuple(dict.fromkeys(str(name) for name in chosen["project"])),
    )  # fmt: skip


def easing(share: float, wanted: float, theta: float, cap: float) -> tuple[float, float]:
    """Return the κ̂ that brings a seller's share to the one wanted, and the part of the way it goes under the cap.

    κ̂ = max{[s* / (1 − s*) ÷ s / (1 − s)]^(−1/θ), 1 − cap};  part = (s′ − s) / (s* − s), s′ = s κ̂^−θ / (1 − s + s κ̂^−θ)

    Parameters
    ----------
    share, wanted
        Shares s and s* of the seller in all that is bought [1, s < s* < 1].
    theta
        Trade elasticity [1].
    cap
        Largest fall of a trade cost [1].

    Examples
    --------
    >>> easing(0.2, 0.5, 2.0, 1.0)
    (0.5, 1.0)
    >>> ratio, part = easing(0.2, 0.5, 2.0, 0.1)
    >>> ratio, round(part, 4)
    (0.9, 0.1195)
    """
    odds = (wanted / (1 - wanted)) / (share / (1 - share))
    ratio = float(max(odds ** (-1 / theta), 1 - cap))
    pull = ratio**-theta
    reached = share * pull / (1 - share + share * pull)
    return ratio, float((reached - share) / (wanted - share))


def candidates(found: Complement) -> dict[str, pd.DataFrame]:
    """Return the candidate projects as the tables projects, members, payers, levers and sources of a belt.

    The largest opportunities of chain and market (one per product and direction: for the use that would take most, or
    for all uses where that is final use), then, without a size, one per match of technology and of capital.
    """
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in COLUMNS}
    # For one use, as a chain's projects are, and for all of them.
    rules = {whole: unit_rule(found.belt, not whole) for whole in (False, True)}
    for pairs in _largest(found.pairs)[:MOST_SIZED]:
        _sized(found.belt, pairs, rules[pairs[0].channel == "market"], rows)
    for pair in found.pairs:
        if pair.basis == "ceiling" and pair.need != "candidates":
            _unsized(found.belt, pair, rows)
    rows["sources"].append({"source": RULE_SOURCE, "citation": citation(), "url": "", "licence": "Apache-2.0"})
    return {table: pd.DataFrame(rows[table], columns=list(columns)) for table, columns in COLUMNS.items()}


def citation() -> str:
    """Return how the rule is cited in the table of sources."""
    return message("complement.rule_citation", "en")


def _largest(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """Group the shortfalls by seller, product and buyer; the largest pair stands first, in its group and of all."""
    groups: dict[tuple[str, str, str], list[Pair]] = {}
    for pair in pairs:
        if pair.basis == "shortfall":
            groups.setdefault((pair.giver, pair.offer, pair.taker), []).append(pair)
    return list(groups.values())


def _sized(belt: Belt, pairs: list[Pair], rule: UnitRule | None, rows: dict[str, list[dict[str, Any]]]) -> None:
    best = pairs[0]
    whole = best.channel == "market"
    current, expected, used = (
        sum(getattr(pair, name) or 0.0 for pair in (pairs if whole else pairs[:1]))
        for name in ("current", "expected", "used")
    )
    project = _head(belt, best, whole)
    _sides(best, rows)
    lever: dict[str, Any] = {
        "project": project["project"], "lever": 1, "kind": "friction", "region": best.taker, "partner": best.giver,
        "sector": best.offer, "using": "" if whole else best.need, "unit": f"{belt.money}/yr", "year": belt.year,
        "source": RULE_SOURCE, "status": "assumed",
    }  # fmt: skip
    if rule is None or not current > 0:
        _without(belt, project, lever, "unsized_rule" if rule is None else "unsized_no_trade", rows)
        return
    theta = float(belt.tables["elasticities"].set_index("sector")["value"].astype(float)[best.offer])
    have = set(belt.tables["parameters"]["parameter"])
    cap = belt.parameter("friction_cap") if "friction_cap" in have else 1.0
    ratio, part = easing(current / used, min(expected / used, 1 - 1e-9), theta, cap)
    spending = (1 - ratio) * current / rule.saving
    values = {"rate": f"{rule.saving:g}", "projects": ", ".join(rule.projects), "part": f"{100 * part:.0f}"}
    for lang in LANGUAGES:
        lever[f"rule_{lang}"] = message("complement.rule_friction", lang, **values)
        project[f"text_{lang}"] += message("complement.project_reach", lang, **values)
    rows["levers"].append({**lever, "amount": spending, "rate": rule.saving})
    rows["projects"].append(
        {
            **project, "capital_cost": 0.0, "running_cost": spending, "life": rule.life, "start_year": rule.start_year,
            "ramp_years": rule.ramp_years, "effect_low": rule.effect[0], "effect_high": rule.effect[1],
            "cost_low": rule.cost[0], "cost_high": rule.cost[1],
        }
    )  # fmt: skip


def _unsized(belt: Belt, pair: Pair, rows: dict[str, list[dict[str, Any]]]) -> None:
    project = _head(belt, pair, False)
    _sides(pair, rows)
    lever = None
    if pair.channel == "capital":
        lever = {
            "project": project["project"], "lever": 1, "kind": "capital", "region": pair.taker, "partner": pair.giver,
            "unit": belt.money, "year": belt.year, "source": RULE_SOURCE, "status": "assumed",
        }  # fmt: skip
    _without(belt, project, lever, f"unsized_{pair.channel}", rows)


def _without(
    belt: Belt, project: dict[str, Any], lever: dict[str, Any] | None, why: str, rows: dict[str, list[dict[str, Any]]]
) -> None:
    """Add a project whose cost and effect are blank, with the reason; the other figures are neutral."""
    reason = {f"unsized_{lang}": message(f"complement.{why}", lang) for lang in LANGUAGES}
    neutral = {"life": 1, "start_year": belt.year, "ramp_years": 0, "effect_low": 1.0, "effect_high": 1.0,
               "cost_low": 1.0, "cost_high": 1.0}  # fmt: skip
    rows["projects"].append({**project, **reason, **neutral, "capital_cost": np.nan, "running_cost": np.nan})
    if lever is not None:
        words = {f"rule_{lang}": reason[f"unsized_{lang}"] for lang in LANGUAGES}
        rows["levers"].append({**lever, **words, "amount": np.nan, "rate": np.nan})


def _name(pair: Pair, whole: bool) -> str:
    parts = [pair.channel, pair.giver, pair.offer, pair.taker]
    if not whole and pair.need != pair.offer:
        parts.append(pair.need)
    return "_".join(parts).lower()


def _head(belt: Belt, pair: Pair, whole: bool) -> dict[str, Any]:
    kind = pair.channel
    alike = belt.tables["projects"]
    areas = alike["area"][alike["kind"] == kind]
    head: dict[str, Any] = {
        "project": _name(pair, whole), "kind": kind, "area": str(areas.mode().iloc[0]) if len(areas) else kind,
        "joint": True, "unsized_en": "", "unsized_zh": "", "year": belt.year, "source": RULE_SOURCE,
        "status": "assumed",
    }  # fmt: skip
    for lang in LANGUAGES:
        names = {
            "giver": belt.name_of("region", pair.giver, lang),
            "taker": belt.name_of("region", pair.taker, lang),
            "offer": item_name(belt, pair.offer, lang),
            "need": item_name(belt, pair.need, lang),
        }
        head[f"name_{lang}"] = message(f"complement.project_{kind}", lang, **names)
        head[f"owner_{lang}"] = message(f"complement.owner_{kind}", lang, **names)
        head[f"text_{lang}"] = message(f"complement.project_{kind}_text", lang, **names)
    return head


def item_name(belt: Belt, item: str, lang: str) -> str:
    """Return the name of a sector as it stands within a line, or of an item of a channel such as contracts or savings.

    Without what the sector comprises, and in English with a small letter.

    Examples
    --------
    >>> import yijiang as yj
    >>> belt = yj.case("yangtze2017")
    >>> item_name(belt, "process_manufacturing", "en"), item_name(belt, "savings", "zh")
    ('process manufacturing', '储蓄')
    """
    if item not in belt.sectors:
        return message(f"complement.item_{item}", lang)
    name = belt.name_of("sector", item, lang).partition(" (")[0]
    return name[:1].lower() + name[1:] if lang == "en" and name[1:2].islower() else name


def _sides(pair: Pair, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Both sides must agree, and share the cost evenly until they agree otherwise."""
    name = _name(pair, pair.channel == "market")
    for region in (pair.giver, pair.taker):
        rows["members"].append({"project": name, "region": region})
        rows["payers"].append({"project": name, "region": region, "share": 0.5})
