"""What the page shows of the strip map, worded and drawn."""

from __future__ import annotations

import math
from typing import Any

from yijiang.charts import Flow, Place, Port, strip_map
from yijiang.report.wording import (
    Document,
    Names,
    each,
    known,
    money,
    pair,
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
