"""What the methods of learning found, worded: frontiers with their bounds, shift-share, the chain, the candidates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yijiang.charts import RangeBar, range_bars
from yijiang.report.learning.words import Words
from yijiang.report.wording import Document, Text, each, figure, joined, known, label, money, pair, percent, plain, say

MODELS = ("ccr", "bcc", "sbm")


def frontier_view(row: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Word one frontier for the two places: score, bounds and peers by model, and how they moved over the years."""
    inputs, outputs = (joined([pair(one["name"]) for one in row[part]]) for part in ("inputs", "outputs"))
    title = say(f"learning.frontier_{row['frontier']}")
    if row["refused"]:
        why = pair(row["refused"])
        return {"title": title, "refused": say("learning.refused", why=why), "rows": [], "picture": None, "since": []}
    rows = []
    for name in MODELS:
        model = row["models"][name]
        for place in words.places:
            if place not in model["score"]:
                continue
            peers = [(k, v) for k, v in model["peers"][place].items() if k != place]
            rows.append(
                {
                    "model": say(f"learning.model_{name}"),
                    "place": words.place(place),
                    "score": percent(model["score"][place], 3),
                    "bounds": _bounds(model, place),
                    "peers": joined([_peer(words.place(k), v) for k, v in peers]) if peers else plain("–"),
                }
            )
    since = []
    for place in words.places:
        moved = row["since"][place]
        if moved:
            values = {name: figure(value, 3) for name, value in moved.items()}
            years = {"first": row["years"][0], "last": row["years"][-1]}
            since.append(say("learning.since", region=words.place(place), **years, **values))
    about = {"inputs": inputs, "outputs": outputs, "units": row["units"], "year": row["year"]}
    return {
        "title": title,
        "refused": None,
        "about": say("learning.uses", **about),
        "rows": rows,
        "picture": each(lambda lang: _bars(row, words, title, lang)),
        "since": since,
    }


def _peer(name: Text, weight: float) -> Text:
    return each(lambda lang: f"{name[lang]} {figure(weight, 2)}")


def _bounds(model: Mapping[str, Any], place: str) -> Text:
    if model["low"] is None:
        return say("learning.no_bounds")
    return say("learning.bounds", low=percent(model["low"][place], 3), high=percent(model["high"][place], 3))


def _bars(row: Mapping[str, Any], words: Words, title: Text, lang: str) -> str:
    bars = []
    for name in ("ccr", "bcc"):
        model = row["models"][name]
        for place in words.places:
            if place in model["score"]:
                low, high = (model[k][place] if model[k] else None for k in ("low", "high"))
                text = (
                    f"{words.place(place)[lang]}{'，' if lang == 'zh' else ', '}{say(f'learning.model_{name}')[lang]}"
                )
                score = model["score"][place]
                bars.append(RangeBar(text, score, percent(score, 3), low, high, place == words.places[0]))
    return range_bars(bars, title[lang], width=520)


def shift_view(document: Document, words: Words) -> dict[str, Any] | None:
    """Word the shift-share of both places: the parts in sum, refined, and the local part by sector."""
    found = document["shift_share"]
    if not found:
        return None
    currency = str(document["money"]).rpartition(" ")[2]

    def told(value: Any) -> Text:
        return money(value, signed=True, currency=currency)

    years = next(iter(found.values()))["classic"]["years"]
    rows = []
    for place in words.places:
        classic, refined = found[place]["classic"]["total"], found[place]["homothetic"]["total"]
        change = classic["after"] - classic["before"]
        parts = [classic["national"], classic["mix"], classic["local"], refined["competitive"], refined["allocation"]]
        shares = [percent(value / classic["before"], 3) for value in (change, *parts)]
        rows.append(
            {
                "place": words.place(place),
                "cells": [(told(v), share) for v, share in zip((change, *parts), shares, strict=True)],
            }
        )
    sectors = [row["sector"] for row in found[words.places[0]]["classic"]["sectors"]]
    local = {
        place: {row["sector"]: row["local"] for row in found[place]["classic"]["sectors"]} for place in words.places
    }
    table = [(words.sector(sector), [told(local[place][sector]) for place in words.places]) for sector in sectors]
    return {
        "note": say("learning.shift_note", first=years[0], last=years[-1]),
        "parts": [
            say(f"learning.shift_{p}") for p in ("change", "national", "mix", "local", "competitive", "allocation")
        ],
        "rows": rows,
        "sectors": table,
    }


def chain_view(document: Document, words: Words) -> list[dict[str, Any]]:
    """Word where the sectors of both places stand in the chain, all sectors first."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in document["positions"]:
        found.setdefault(row["sector"], {})[row["region"]] = row
    rows = []
    for sector in sorted(found, key=lambda name: (name != "", list(found).index(name))):
        cells = []
        for name in ("upstreamness", "downstreamness"):
            cells += [figure(found[sector].get(place, {}).get(name), 3) for place in words.places]
        rows.append({"name": words.sector(sector) if sector else say("learning.all_sectors"), "cells": cells})
    return rows


def project_rows(document: Document) -> list[dict[str, Any]]:
    """Word the candidate projects: name, cost, and the rule or the reason why there is none."""
    rules = {row["project"]: row for row in document["levers"]}
    currency = str(document["money"]).rpartition(" ")[2]
    rows = []
    for row in document["projects"]:
        unsized = bool(row["unsized_en"])
        lever = rules.get(row["project"], {})
        why = {lang: row[f"unsized_{lang}"] if unsized else lever[f"rule_{lang}"] for lang in ("en", "zh")}
        cost = row["capital_cost"]
        rows.append(
            {
                "id": row["project"],
                "name": {lang: row[f"name_{lang}"] for lang in ("en", "zh")},
                "text": {lang: row[f"text_{lang}"] for lang in ("en", "zh")},
                "unsized": unsized,
                "cost": money(cost, currency=currency) if known(cost) else say("complement.unsized"),
                "why": why,
                "status": label("status", row["status"]),
            }
        )
    return rows
