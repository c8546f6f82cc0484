"""What the page shows of a plan document, worded and ready to print: first screen, gains, areas, profile, package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yijiang.charts import RangeBar, range_bars
from yijiang.messages import has_message
from yijiang.report.assumedviews import assumed_rows
from yijiang.report.choiceviews import choice_view, robust_view, sharing_view
from yijiang.report.complement.view import complement_view
from yijiang.report.learning.view import learning_view
from yijiang.report.pointviews import points_view
from yijiang.report.projectviews import open_cards, project_cards
from yijiang.report.river.view import river_view
from yijiang.report.transport.view import transport_view
from yijiang.report.waterviews import map_view
from yijiang.report.wording import (
    Document,
    Names,
    Text,
    each,
    figure,
    in_unit,
    joined,
    known,
    label,
    money,
    money_range,
    pair,
    percent,
    plain,
    say,
    shortened,
    span,
    told_in_its_currency,
    unit_for,
)
from yijiang.report.yearviews import full_effect, years_view

#: Pairs of complement on the page of a plan.
SHOWN_PAIRS = 10
STATUSES = ("official", "aggregated", "estimated", "assumed")


def build(document: Document) -> dict[str, Any]:
    """Return everything the page prints, in its order.

    Parameters
    ----------
    document
        The plan document (what `plan.json` holds).

    Returns
    -------
    dict
        Section name to its worded content; texts are language-to-words mappings.
    """
    with told_in_its_currency(document):
        return _parts(document)


def _parts(document: Document) -> dict[str, Any]:
    return {
        "title": title(document),
        "first": first_screen(document),
        "areas": area_rows(document),
        "points": points_view(document),
        "profile": profile_view(document) if document.get("profile") else None,
        "complement": complement_view(document["complement"], SHOWN_PAIRS) if document.get("complement") else None,
        "learning": learning_view(document["learning"]) if document.get("learning") else None,
        "gains": gain_view(document),
        "map": map_view(document),
        "river": river_view(document),
        "transport": transport_view(document),
        "projects": project_cards(document),
        "open_cards": open_cards(document),
        "choices": choice_view(document),
        "sharing": sharing_view(document),
        "years": years_view(document),
        "robust": robust_view(document),
        "assumed": assumed_rows(document),
        "sources": source_rows(document),
        "provenance": provenance_rows(document),
    }


def title(document: Document) -> Text:
    """Return the report's title, from the document or made of the regions' names."""
    if document.get("titles"):
        return pair(document["titles"])
    names = Names(document)
    regions = joined([names("regions", r) for r in document["regions"]])
    return say("page.title", regions=regions, river=pair(document.get("river_name")))


def assumed_share(document: Document) -> float | None:
    """Return the share of the summed gross gains (by size) that rests on assumed values, or None without a split."""
    sizes = dict.fromkeys(STATUSES, 0.0)
    for entry in (document.get("gains") or {}).values():
        for status, value in (entry.get("by_status") or {}).items():
            if known(value):
                sizes[status] = sizes.get(status, 0.0) + abs(value)
    whole = sum(sizes.values())
    return sizes["assumed"] / whole if whole > 0 else None


def headline(document: Document) -> Text:
    """Return the plan in one sentence: what each partner gains a year, with its range."""
    names = Names(document)
    parts: list[Text] = []
    for region in document["regions"]:
        entry = document["gains"][region]
        value = entry["after_transfer"]
        key = "headline.gain" if value >= 0 else "headline.loss"
        bounds = money_range(entry.get("low"), entry.get("high"))
        key += "" if bounds["en"] != "–" else "_plain"
        parts.append(say(key, region=names("regions", region), gain=money(abs(value)), range=bounds))
    clauses = each(lambda lang: ("；" if lang == "zh" else "; ").join(p[lang] for p in parts))
    return say("headline.sentence", clauses=clauses)


def transfer_lines(document: Document) -> list[Text]:
    """Return who pays whom, one sentence per payment; without payments, the sentence that says so."""
    names = Names(document)
    lines = []
    for row in document.get("transfers") or []:
        payer, payee, amount = names("regions", row["from"]), names("regions", row["to"]), row["amount"]
        if amount < 0:
            payer, payee = payee, payer
        if amount:
            lines.append(say("first.pays", payer=payer, payee=payee, amount=money(abs(amount))))
    return lines or [say("first.pays_none")]


def cost_line(document: Document) -> Text | None:
    """Return what the projects cost each partner a year; None without figures."""
    names = Names(document)
    costs = [
        say("first.cost_of", region=names("regions", r), cost=money(document["gains"][r].get("cost")))
        for r in document["regions"]
        if known(document["gains"][r].get("cost"))
    ]
    return say("first.costs", each=joined(costs, "; ")) if costs else None


def tightest_line(document: Document) -> Text:
    """Return the sentence on the section nearest to its limit, or over it."""
    tight = document.get("tightest")
    if not tight:
        return say("first.tightest_none")
    names = Names(document)
    key = "first.tightest_over" if tight["ratio"] > 1 else "first.tightest"
    return say(
        key,
        section=names("sections", tight["section"]),
        pollutant=substance(names, tight["pollutant"]),
        share=percent(tight["ratio"], 3),
    )


def river_lines(document: Document) -> list[Text]:
    """Return what the plan does to the river: every agreed target, the tightest section, what holding them costs."""
    names = Names(document)
    lines = []
    for row in document.get("river") or []:
        if known(row.get("target")):
            key = "first.target" if row["plan"] <= row["base"] else "first.target_up"
            told = {name: figure(row[name]) for name in ("base", "plan", "target")}
            section, pollutant = names("sections", row["section"]), substance(names, row["pollutant"])
            lines.append(say(key, section=section, pollutant=pollutant, **told))
    lines.append(tightest_line(document))
    for row in document.get("river") or []:
        if known(row.get("price_step")) and row["price_step"]:
            place, amount = names("sections", row["section"]), money(row["price_step"])
            lines.append(
                say("first.river_price", section=place, pollutant=names("pollutants", row["pollutant"]), price=amount)
            )
    return lines


def substance(names: Names, key: Any) -> Text:
    """Name of a pollutant, written out where the catalogue knows it."""
    return label("pollutant", key) if has_message(f"pollutant.{key}") else names("pollutants", key)


def doubt_lines(document: Document) -> list[Text]:
    """Return what is left of the gains if the data are wrong: how often all gain, and the worst tenth of the draws."""
    names = Names(document)
    robust = document.get("robustness") or {}
    lines = []
    if known(robust.get("share_all_gain")):
        count = robust.get("draws")
        lines.append(say("first.draws", share=percent(robust["share_all_gain"], 3), draws=count))
    worst = [
        say("years.amount", region=names("regions", r), amount=money(v))
        for r, v in (robust.get("worst_tenth") or {}).items()
        if known(v)
    ]
    if worst:
        lines.append(say("first.worst", amounts=joined(worst)))
    if known(robust.get("limits_hold")):
        lines.append(say("first.limits", share=percent(robust["limits_hold"], 3)))
    share = assumed_share(document)
    return [*lines, say("first.assumed", share=percent(share)) if share is not None else say("first.assumed_unknown")]


def first_three(document: Document) -> list[dict[str, Any]]:
    """Return the three things to do first: name, owner, words, year and gain."""
    names = Names(document)
    return [
        {
            "project": row["project"],
            "name": names("projects", row["project"]),
            "text": pair(row.get("text")),
            "facts": say(
                "first.facts", owner=pair(row.get("owner")), year=row.get("start_year"), gain=money(row.get("gain"))
            ),
        }
        for row in (document.get("first_three") or [])[:3]
    ]


def first_screen(document: Document) -> dict[str, Any]:
    """Return the first screen: headline, bars, three things, payments, the river, what if the data are wrong."""
    names = Names(document)
    cards = []
    for region in document["regions"]:
        entry = document["gains"][region]
        cards.append(
            {
                "name": names("regions", region),
                "big": money(entry["after_transfer"], signed=True),
                "range": money_range(entry.get("low"), entry.get("high")),
                "unsure": region in (document.get("sign_not_identified") or []),
            }
        )
    return {
        "headline": headline(document),
        "cards": cards,
        "years": full_effect(document),
        "bars": each(lambda lang: _gain_bars(document, names, lang)),
        "three": first_three(document),
        "pays": [*transfer_lines(document), *([cost] if (cost := cost_line(document)) else [])],
        "river": river_lines(document),
        "doubt": doubt_lines(document),
    }


def _gain_bars(document: Document, names: Names, lang: str) -> str:
    bars = []
    for region in document["regions"]:
        entry, name = document["gains"][region], names("regions", region)
        alone, after = entry.get("alone"), entry["after_transfer"]
        if known(alone):
            bars.append(RangeBar(say("bar.alone", region=name)[lang], alone, money(alone)[lang], strong=False))
        bars.append(
            RangeBar(
                say("bar.together", region=name)[lang], after, money(after)[lang], entry.get("low"), entry.get("high")
            )
        )
    return range_bars(bars, say("bar.title")[lang])


#: Projects of an area that its row lists.
LISTED = 8


def area_rows(document: Document) -> list[dict[str, Any]]:
    """Return one row per area of the agreement: said, candidates, chosen, gain with range."""
    names = Names(document)
    rows = []
    for area in document.get("areas") or []:
        candidates, chosen = area.get("candidates") or [], area.get("chosen") or []
        rows.append(
            {
                "name": pair(area["name"]),
                "said": pair(area.get("said")),
                "candidates": shortened([names("projects", p) for p in candidates], LISTED),
                "chosen": shortened([names("projects", p) for p in chosen], LISTED),
                "gain": money(area.get("gain")) if known(area.get("gain")) else None,
                "range": money_range(area.get("low"), area.get("high")),
            }
        )
    return rows


def profile_view(document: Document) -> dict[str, Any]:
    """Return the paired profile: per indicator both values, the gap, who is ahead and the year."""
    names = Names(document)
    regions: Sequence[str] = document["regions"]
    rows = []
    for row in document.get("profile") or []:
        values = [(row.get("values") or {}).get(r) for r in regions]
        ahead = row.get("ahead")
        rows.append(
            {
                "name": pair(row["name"]),
                "topic": label("topic", row.get("topic")),
                "unit": label("measure", row.get("unit")),
                "values": [plain(figure(v, 4)) if known(v) else say("profile.none") for v in values],
                "gap": figure(row.get("gap")),
                "ahead": names("regions", ahead) if ahead else plain("–"),
                "year": row.get("year") or "–",
                "source": row.get("source"),
            }
        )
    return {"regions": [names("regions", r) for r in regions], "rows": rows}


def _range_in_unit(low: Any, high: Any, largest: float) -> Text:
    if not (known(low) and known(high)):
        return plain("–")
    ends = in_unit(low, largest), in_unit(high, largest)
    return each(lambda lang: span(ends[0][lang], ends[1][lang]))


def gain_view(document: Document) -> dict[str, Any]:
    """Return the gains per region with their parts, their evidence, and what outsiders gain."""
    names = Names(document)
    rows = []
    keys = ("gross", "cost", "compensation", "alone", "together", "after_transfer", "low", "high")
    largest = max((abs(e[k]) for e in document["gains"].values() for k in keys if known(e.get(k))), default=0.0)
    for region in document["regions"]:
        entry = document["gains"][region]
        parts = ("gross", "cost", "compensation", "alone", "together")
        after, together = entry["after_transfer"], entry.get("together")
        moved = after - together if known(after) and known(together) else None
        by_status = entry.get("by_status") or {}
        whole = sum(abs(v) for v in by_status.values() if known(v))
        rows.append(
            {
                "name": names("regions", region),
                "parts": [in_unit(entry.get(p), largest) for p in parts],
                "transfer": in_unit(moved, largest, signed=True),
                "after": in_unit(after, largest),
                "range": _range_in_unit(entry.get("low"), entry.get("high"), largest),
                "shapley": in_unit((document.get("shapley") or {}).get(region), largest),
                "evidence": [percent(abs(by_status.get(s) or 0.0) / whole) if whole else "–" for s in STATUSES],
                "unsure": region in (document.get("sign_not_identified") or []),
            }
        )
    total = document.get("total") or {}
    return {
        "rows": rows,
        "unit": say("gains.unit", unit=unit_for(largest)),
        "years": full_effect(document)[:1],
        "total": say(
            "gains.total",
            gain=money(total.get("gain")),
            range=money_range(total.get("low"), total.get("high")),
            alone=money(total.get("alone")),
        ),
        "statuses": [label("status", s) for s in STATUSES],
        "outsiders": [
            (names("regions", r), money(v, signed=True)) for r, v in (document.get("outsiders") or {}).items()
        ],
    }


def source_rows(document: Document) -> list[dict[str, str]]:
    """Return the sources by key; an address is shown as words, so that the page asks nothing from outside."""
    sources = document.get("sources") or {}
    return [
        {"key": k, "citation": str(s.get("citation") or ""), "url": str(s.get("url") or "")}
        for k, s in sorted(sources.items())
    ]


def provenance_rows(document: Document) -> list[tuple[Text, str]]:
    """Return version, seed, solver, gaps and residuals, each with its name."""
    rows = []
    for key, value in (document.get("provenance") or {}).items():
        shown = f"{value:.3g}" if isinstance(value, float) else str(value)
        rows.append((label("provenance", key), shown))
    return rows
