"""What a page shows of the transport system, worded: bottlenecks, links, modes, seasons and sourced counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yijiang.report.transport.pictures import capacity_bars, network_pictures, season_pictures, tight
from yijiang.report.wording import (
    Document,
    Names,
    Text,
    each,
    figure,
    joined,
    known,
    label,
    money_unit,
    pair,
    percent,
    plain,
    say,
)


def transport_view(document: Document) -> dict[str, Any]:
    """Return everything the transport part prints; parts without figures are None or empty.

    Parameters
    ----------
    document
        The plan document, or that of an evaluation: `transport`, `map`, `names`, and `freight` where there is one.
    """
    names = Names(document)
    # Rail and road links fill pages and decide little here; plan.json and the tables hold them.
    entries = [
        r for r in document.get("transport") or [] if r.get("kind") == "lock" or r.get("mode", "water") == "water"
    ]
    entries.sort(key=lambda r: r.get("kind") != "lock")
    freight = document.get("freight") or {}
    return {
        "maps": network_pictures(document, names),
        "bottlenecks": bottleneck_rows(document, names),
        "bars": capacity_bars(entries, names),
        "rows": [_link_row(r, names) for r in entries],
        "usage": _usage(document, names),
        "modes": mode_rows(freight.get("modes") or [], freight.get("counts") or []),
        "seasons": season_pictures(freight.get("season") or [], names),
        "counts": count_view(freight.get("counts") or []),
    }


def _link_row(row: Mapping[str, Any], names: Names) -> dict[str, Any]:
    whole = known(row.get("capacity")) and known(row.get("load_plan")) and row["capacity"] > 0
    return {
        "name": names("links", row["link"]),
        "kind": label("kind", row.get("kind")),
        "mode": label("mode", row.get("mode")),
        "base": figure(row.get("load_base")),
        "plan": figure(row.get("load_plan")),
        "capacity": figure(row["capacity"]) if known(row.get("capacity")) else None,
        "used": percent(row["load_plan"] / row["capacity"], 3) if whole else "–",
        "depth": figure(row.get("depth_m")),
        "delay": (figure(row["delay_base"]), figure(row["delay_plan"])) if known(row.get("delay_base")) else None,
    }


def _usage(document: Document, names: Names) -> list[dict[str, Any]]:
    return [
        {
            "start": names("regions", row["origin"]),
            "end": names("regions", row["destination"]),
            "link": names("links", row["link"]),
            "tonnes": figure(row.get("tonnes")),
            "share": percent(row.get("share")),
        }
        for row in document.get("pair_usage") or []
    ]


def bottleneck_rows(document: Document, names: Names) -> list[dict[str, Any]]:
    """Return everything with a capacity, the fullest first: load, capacity, ratio, queue, price and users."""
    limited = [
        r
        for r in document.get("transport") or []
        if known(r.get("capacity")) and known(r.get("load_plan")) and r["capacity"] > 0
    ]
    limited.sort(key=lambda r: (-r["load_plan"] / r["capacity"], str(r["link"])))
    users = (document.get("freight") or {}).get("users") or []
    return [
        {
            "name": names("links", r["link"]),
            "kind": label("kind", r.get("kind")),
            "loads": (figure(r.get("load_base")), figure(r["load_plan"])),
            "capacity": figure(r["capacity"]),
            "ratio": tuple(
                percent(r[k] / r["capacity"], 3) if known(r.get(k)) else "–" for k in ("load_base", "load_plan")
            ),
            "tight": tight(r),
            "queue": tuple(figure(r.get(k)) for k in ("delay_base", "delay_plan")),
            "price": say("transport.price_value", value=figure(r["shadow_price"]), currency=each(money_unit))
            if known(r.get("shadow_price"))
            else None,
            "senders": _users(users, r["link"], "origin", names),
            "receivers": _users(users, r["link"], "destination", names),
        }
        for r in limited
    ]


def _users(rows: Sequence[Mapping[str, Any]], link: Any, side: str, names: Names) -> Text:
    found = [r for r in rows if r["link"] == link and r["side"] == side]
    words = [say("transport.user", region=names("regions", r["region"]), share=percent(r.get("share"))) for r in found]
    return joined(words) if words else plain("–")


def mode_rows(rows: Sequence[Mapping[str, Any]], counted: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return tonnes and tonne-kilometres by mode with their shares, before and after, and the sourced tonnes sent."""
    keys = ("tonnes_base", "tonnes_plan", "tkm_base", "tkm_plan")
    totals = {k: sum(r[k] for r in rows if known(r.get(k))) for k in keys}
    sent = {str(r.get("mode")): r for r in counted if r.get("kind") == "sent" and not r.get("region")}
    return [
        {
            "mode": label("mode", r["mode"]),
            "cells": [(figure(r.get(k)), percent(r[k] / totals[k]) if totals[k] else "–") for k in keys],
            "sourced": (figure(sent[r["mode"]]["sourced"]), figure(sent[r["mode"]]["modelled"]))
            if r["mode"] in sent
            else None,
        }
        for r in rows
    ]


def count_view(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the sourced counts beside the model's figures, and a sentence that lists what is missed by over 20 %."""
    if not rows:
        return None
    over = [r for r in rows if r.get("over")]
    # Names hold commas of their own.
    listed = each(lambda lang: ("；" if lang == "zh" else "; ").join(_count_name(r)[lang] for r in over))
    lead = say("counts.over", count=len(over), rows=len(rows), names=listed) if over else say("counts.none_over")
    return {
        "lead": lead,
        "rows": [
            {
                "name": _count_name(r),
                "modelled": figure(r.get("modelled")),
                "sourced": figure(r.get("sourced")),
                "unit": label("unit_of", r.get("unit")),
                "ratio": figure(r.get("ratio")),
                "fitted": bool(r.get("fitted")),
                "over": bool(r.get("over")),
                "note": pair({"en": r.get("note_en"), "zh": r.get("note_zh")}),
                "year": r.get("year") or "–",
                "source": r.get("source"),
                "status": label("status", r.get("status")),
            }
            for r in rows
        ],
    }


def _count_name(row: Mapping[str, Any]) -> Text:
    return pair({"en": row.get("name_en"), "zh": row.get("name_zh")})
