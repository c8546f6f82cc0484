"""What the page shows of the river and the strip map, worded and drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

from yijiang.charts import Flow, Place, Port, SectionMark, line_profile, strip_map
from yijiang.report.wording import (
    Document,
    Names,
    each,
    figure,
    known,
    label,
    money,
    pair,
    plain,
    quality,
    say,
)

LOCK_KINDS = ("lock", "dam")
MOST_FLOWS = 24


def map_view(document: Document) -> dict[str, Any] | None:
    """Return the strip map and the table of flows between the partners, or None without map data."""
    data = document.get("map") or {}
    if not data.get("regions"):
        return None
    names = Names(document)
    partners = list(document["regions"])
    flows = sorted(
        (f for f in document.get("flows") or [] if f["exporter"] != f["importer"] and known(f.get("value_plan"))),
        key=lambda f: (
            not {f["exporter"], f["importer"]} <= set(partners),
            -f["value_plan"],
            f["exporter"],
            f["importer"],
        ),
    )
    rows = [
        {
            "start": names("regions", f["exporter"]),
            "end": names("regions", f["importer"]),
            "base": money(f.get("value_base")),
            "plan": money(f["value_plan"]),
            "change": money(f["value_plan"] - f["value_base"], signed=True)
            if known(f.get("value_base"))
            else plain("–"),
        }
        for f in flows
        if {f["exporter"], f["importer"]} <= set(partners)
    ]

    def draw(lang: str) -> str:
        places = [
            Place(
                r["region"],
                names("regions", r["region"])[lang],
                _number(r.get("lon")),
                _number(r.get("lat")),
                r["region"] in partners,
            )
            for r in sorted(data["regions"], key=lambda r: (r.get("order") or 0, r["region"]))
        ]
        ports = [
            Port(str(n.get(f"name_{lang}") or n["node"]), _number(n.get("lon")), n.get("kind") in LOCK_KINDS)
            for n in data.get("nodes") or []
            if known(n.get("lon")) and known(n.get("river_km"))
        ]
        arcs = [
            Flow(
                f["exporter"],
                f["importer"],
                f["value_plan"],
                " → ".join(names("regions", f[end])[lang] for end in ("exporter", "importer"))
                + f": {money(f['value_plan'])[lang]}",
                {f["exporter"], f["importer"]} <= set(partners),
            )
            for f in flows[:MOST_FLOWS]
        ]
        return strip_map(places, ports, arcs, say("map.title")[lang], pair(document.get("river_name"))[lang])

    return {"picture": each(draw), "rows": rows}


def _number(value: Any) -> float:
    return float(value) if known(value) else math.nan


def river_view(document: Document) -> dict[str, Any]:
    """Return the table of sections and one profile along the river per pollutant."""
    names = Names(document)
    rows = []
    for row in document.get("river") or []:
        over = known(row.get("limit")) and known(row.get("plan")) and row["plan"] > row["limit"]
        rows.append(
            {
                "section": names("sections", row["section"]),
                "pollutant": names("pollutants", row["pollutant"]),
                "km": figure(row.get("km"), 4),
                "base": figure(row.get("base")),
                "plan": figure(row.get("plan")),
                "limit": figure(row.get("limit")),
                "class_base": quality(row.get("class_base")),
                "class_plan": quality(row.get("class_plan")),
                "same": row.get("distinguishable") is False,
                "binding": bool(row.get("binding")),
                "shown": row.get("may_bind") is False,
                "tidal": bool(row.get("tidal")),
                "own": bool(row.get("own")),
                "target": figure(row["target"]) if known(row.get("target")) else None,
                "price": money(row["price_step"]) if known(row.get("price_step")) and row["price_step"] else None,
                "over": over,
            }
        )
    pictures = []
    for profile in document.get("river_profile") or []:
        pollutant = names("pollutants", profile["pollutant"])
        heading = say("river.profile", pollutant=pollutant, regime=label("regime", profile.get("regime")))
        pictures.append({"heading": heading, "picture": each(partial(_profile, document, names, profile))})
    return {"rows": rows, "pictures": pictures}


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
    lines = [[_number(v) for v in profile[key]] for key in ("km", "base", "plan")]
    return line_profile(lines[0], lines[1], lines[2], marks, heading[lang], legend)
