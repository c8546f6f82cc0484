"""What a page shows of the river, worded and drawn: sections, profiles, months, causes, prices, and how it fits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from yijiang.charts import SectionMark, StackedBar, line_profile, stacked_bars
from yijiang.messages import has_message
from yijiang.report.wording import (
    Document,
    Names,
    Text,
    each,
    figure,
    joined,
    known,
    label,
    money,
    percent,
    plain,
    quality,
    say,
)

#: Parts of a bar that are named; what is left is one part more.
NAMED = 7
MONTHS = range(1, 13)
#: Steps in which the price of a limit is told [mg/L].
STEPS = (1.0, 0.1, 0.01, 0.001)


def river_view(document: Document) -> dict[str, Any]:
    """Return everything a page says of the river; parts the document lacks are empty."""
    names = Names(document)
    pictures = []
    for profile in document.get("river_profile") or []:
        pollutant = names("pollutants", profile["pollutant"])
        heading = say("river.profile", pollutant=pollutant, regime=label("regime", profile.get("regime")))
        pictures.append({"heading": heading, "picture": each(partial(_profile, document, names, profile))})
    return {
        "rows": [_section(document, names, row) for row in document.get("river") or []],
        "own": any(row.get("own") for row in document.get("river") or []),
        "pictures": pictures,
        "standard": say("river.standard_own") if document.get("classes") else say("river.standard_gb"),
        "months": _months(document, names),
        "causes": _causes(document, names),
        "prices": _prices(document, names) + _room(document, names),
        "fit": [_fit(names, row) for row in document.get("river_fit") or []],
        "loads": _loads(document),
    }


def class_name(document: Document, rank: Any) -> Text:
    """Name of a class by the document's own names, or else those of GB 3838-2002.

    >>> class_name({"classes": {"en": ["high", "good"], "zh": ["优", "良"]}}, 2)["zh"], class_name({}, 2)["en"]
    ('良', 'II')
    """
    own = document.get("classes") or {}
    if own and known(rank):
        return {lang: own[lang][int(rank) - 1] for lang in own}
    return quality(rank)


def _section(document: Document, names: Names, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "section": names("sections", row["section"]),
        "pollutant": names("pollutants", row["pollutant"]),
        "km": figure(row.get("km"), 4),
        "base": figure(row.get("base")),
        "plan": figure(row.get("plan")),
        "limit": figure(row.get("limit")),
        "class_base": class_name(document, row.get("class_base")),
        "class_plan": class_name(document, row.get("class_plan")),
        "same": row.get("distinguishable") is False,
        "binding": bool(row.get("binding")),
        "shown": row.get("may_bind") is False,
        "tidal": bool(row.get("tidal")),
        "own": bool(row.get("own")),
        "target": figure(row["target"]) if known(row.get("target")) else None,
        "price": money(row["price_step"]) if known(row.get("price_step")) and row["price_step"] else None,
        "over": known(row.get("limit")) and known(row.get("plan")) and row["plan"] > row["limit"],
    }


def _profile(document: Document, names: Names, profile: Mapping[str, Any], lang: str) -> str:
    marks = [
        SectionMark(
            row["km"], names("sections", row["section"])[lang], row["limit"] if known(row.get("limit")) else None
        )
        for row in document.get("river") or []
        if row["pollutant"] == profile["pollutant"] and known(row.get("km"))
    ]
    legend = (say("word.before")[lang], say("word.after")[lang], say("river.limit")[lang], "km")
    heading = say(
        "river.profile",
        pollutant=names("pollutants", profile["pollutant"]),
        regime=label("regime", profile.get("regime")),
    )
    lines = [[float(v) for v in profile[key]] for key in ("km", "base", "plan")]
    return line_profile(lines[0], lines[1], lines[2], marks, heading[lang], legend)


def _may_bind(document: Document) -> set[str]:
    return {row["pollutant"] for row in document.get("river") or [] if row.get("may_bind", row.get("binding"))}


def _months(document: Document, names: Names) -> dict[str, Any] | None:
    """The class of every section and month, by the worst pollutant whose limits may bind."""
    told = document.get("river_months")
    if not told:
        return None
    counted = _may_bind(document)
    worst: dict[str, dict[int, tuple[int, int, bool]]] = defaultdict(dict)
    for row in told["rows"]:
        if row["pollutant"] in counted and known(row["class_plan"]) and known(row["class_base"]):
            before, after, sure = worst[row["section"]].get(row["month"], (0, 0, True))
            changed = row["class_base"] != row["class_plan"]
            worst[row["section"]][row["month"]] = (
                max(before, row["class_base"]),
                max(after, row["class_plan"]),
                sure and (not changed or bool(row["distinguishable"])),
            )
    rows = []
    for section, cells in worst.items():
        shown = []
        for month in MONTHS:
            before, after, sure = cells[month]
            name = class_name(document, after)
            if before != after:
                sign = "→" if sure else "≈"
                name = {k: f"{class_name(document, before)[k]}{sign}{v}" for k, v in name.items()}
            shown.append({"text": name, "css": f"q{after}"})
        rows.append({"section": names("sections", section), "cells": shown})
    flow = told["flow"][told["low"] - 1]
    lead = say("river.low_month", month=label("month", told["low"]), share=percent(flow))
    return {"lead": lead, "heads": [label("month", m) for m in MONTHS], "low": told["low"], "rows": rows}


def _causes(document: Document, names: Names) -> list[dict[str, Any]]:
    """Bars of who causes what at some sections, by region and by activity, one entry per pollutant that may bind."""
    rows = document.get("river_causes") or []
    counted = _may_bind(document)
    listed = dict.fromkeys(row["section"] for row in document.get("river") or [])
    place = {section: k for k, section in enumerate(listed)}
    found = []
    for pollutant in dict.fromkeys(row["pollutant"] for row in document.get("river") or []):
        own = [r for r in rows if r["pollutant"] == pollutant]
        if pollutant not in counted or not own:
            continue
        own.sort(key=lambda row: (place.get(row["section"], -1), row["month"]))
        pictures = []
        for kind in ("region", "source"):
            # The largest over all pollutants, so that a part has one colour wherever it is.
            size: dict[str, float] = defaultdict(float)
            for row in rows:
                if row["pollutant"] in counted:
                    size[row[kind]] += row["share"]
            order = sorted(size, key=lambda key: (-size[key], key))
            heading = say(f"river.by_{kind}")
            pictures.append({"heading": heading, "picture": each(partial(_bars, names, own, kind, order))})
        found.append({"heading": say("river.causes", pollutant=names("pollutants", pollutant)), "pictures": pictures})
    return found


def _source(names: Names, key: str) -> Text:
    return label("activity", key) if has_message(f"activity.{key}") else names("sectors", key)


def _bars(names: Names, rows: Sequence[Mapping[str, Any]], kind: str, order: Sequence[str], lang: str) -> str:
    cells: dict[tuple[str, int], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        cells[row["section"], int(row["month"])][row[kind]] += row["share"]
    named, rest = order[:NAMED], len(order) > NAMED
    parts = [(names("regions", k) if kind == "region" else _source(names, k))[lang] for k in named]
    if rest:
        parts.append(say("river.others")[lang])
    bars = []
    for (section, month), shares in cells.items():
        when = label("month", month) if month else say("river.year")
        values = [shares.get(k, 0.0) for k in named]
        if rest:
            values.append(max(1.0 - sum(values), 0.0))
        bars.append(StackedBar(f"{names('sections', section)[lang]} · {when[lang]}", tuple(values)))
    return stacked_bars(bars, parts, say(f"river.by_{kind}")[lang])


def _prices(document: Document, names: Names) -> list[Text]:
    """What the limits and targets that bind the package cost the partners, in words."""
    lines = []
    priced = False
    for row in document.get("river") or []:
        priced = priced or "shadow_price" in row
        if not (known(row.get("price_step")) and row["price_step"]):
            continue
        kind = "target" if known(row.get("target")) and row["target"] < row["limit"] else "limit"
        allowed = row[kind]
        told = say(
            "river.price_told",
            kind=say(f"river.kind_{kind}"),
            pollutant=names("pollutants", row["pollutant"]),
            section=names("sections", row["section"]),
            allowed=figure(allowed),
            price=money(row["price_step"]),
            milligram=money(row["price_tighter"]) if known(row.get("price_tighter")) else plain("–"),
        )
        lines.append(told)
    return lines if lines or not priced else [say("river.price_none")]


def _room(document: Document, names: Names) -> list[Text]:
    """How far all man-made loads could grow before a limit is met, and what the limit is worth in tonnes."""
    lines = []
    for row in document.get("river_room") or []:
        # A round step of the limit of about a tenth of it.
        step = next(s for s in STEPS if s <= row["limit"] / 10 or s == STEPS[-1])
        key = "river.room" if row["factor"] >= 1 else "river.room_over"
        lines.append(
            say(
                key,
                pollutant=names("pollutants", row["pollutant"]),
                section=names("sections", row["section"]),
                limit=figure(row["limit"]),
                share=percent(abs(row["factor"] - 1)),
                step=figure(step),
                tonnes=figure(row["price"] * step),
            )
        )
    return lines


def _fit(names: Names, row: Mapping[str, Any]) -> dict[str, Any]:
    error = row["error"]
    remark = "fitted" if row["fitted"] else "bound" if row["bound"] else None
    inside = known(row["misfit"]) and (abs(row["misfit"]) <= error if not row["bound"] else row["misfit"] <= error)
    return {
        "section": names("sections", row["section"]),
        "pollutant": names("pollutants", row["pollutant"]),
        "quantity": say(f"river.{row['quantity']}"),
        "observed": ("≤ " if row["bound"] else "") + figure(row["observed"]),
        "modelled": figure(row["modelled"]),
        "misfit": _signed(row["misfit"]),
        "remark": say(f"river.{remark}") if remark else plain(""),
        "verdict": None if row["fitted"] else say("river.within" if inside else "river.beyond", error=percent(error)),
        "inside": inside,
        "year": str(row["year"]) if known(row["year"]) else "–",
        "status": label("status", row["status"]),
        "source": row["source"],
    }


def _signed(value: Any) -> str:
    if not known(value):
        return "–"
    if abs(value) < 5e-4:
        return "0%"
    return ("+" if value > 0 else "") + percent(value)


def _loads(document: Document) -> Text | None:
    """How many of the loads are measured, estimated, assumed."""
    counts = document.get("river_loads")
    if not counts:
        return None
    parts = [say("river.load_count", status=label("status", s), count=str(n)) for s, n in counts.items()]
    return say("river.loads", parts=joined(parts))
