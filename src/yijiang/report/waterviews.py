"""What the page shows of the transport system and the map, worded and drawn."""

from __future__ import annotations

import math
from typing import Any

from yijiang.charts import BeforeAfter, Flow, Place, Port, before_after_bars, strip_map
from yijiang.report.wording import (
    Document,
    Names,
    each,
    figure,
    known,
    label,
    money,
    pair,
    percent,
    plain,
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


def transport_view(document: Document) -> dict[str, Any]:
    """Return locks and links before and after, and which of them the partners' cargo uses."""
    names = Names(document)
    # Rail and road links fill pages and decide little here; plan.json and the tables hold them.
    entries = [
        r for r in document.get("transport") or [] if r.get("kind") == "lock" or r.get("mode", "water") == "water"
    ]
    entries.sort(key=lambda r: r.get("kind") != "lock")
    rows = [
        {
            "name": names("links", row["link"]),
            "kind": label("kind", row.get("kind")),
            "mode": label("mode", row.get("mode")),
            "base": figure(row.get("load_base")),
            "plan": figure(row.get("load_plan")),
            "capacity": figure(row["capacity"]) if known(row.get("capacity")) else None,
            "used": percent(row["load_plan"] / row["capacity"])
            if known(row.get("capacity")) and row["capacity"] > 0
            else "–",
            "depth": figure(row.get("depth_m")),
            "delay": (figure(row["delay_base"]), figure(row["delay_plan"])) if known(row.get("delay_base")) else None,
        }
        for row in entries
    ]
    limited = [
        r for r in entries if known(r.get("capacity")) and known(r.get("load_base")) and known(r.get("load_plan"))
    ]

    def draw(lang: str) -> str:
        bars = [
            BeforeAfter(
                names("links", r["link"])[lang],
                r["load_base"],
                r["load_plan"],
                r["capacity"],
                f"{figure(r['load_base'])} → {figure(r['load_plan'])}",
            )
            for r in limited
        ]
        return before_after_bars(bars, say("transport.bars")[lang])

    usage = [
        {
            "start": names("regions", row["origin"]),
            "end": names("regions", row["destination"]),
            "link": names("links", row["link"]),
            "tonnes": figure(row.get("tonnes")),
            "share": percent(row.get("share")),
        }
        for row in document.get("pair_usage") or []
    ]
    return {"rows": rows, "bars": each(draw) if limited else None, "usage": usage}
