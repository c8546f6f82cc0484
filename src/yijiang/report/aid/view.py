"""Depots, dispatch, chains of aid and the past, worded and drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yijiang.charts import Flow, Place, Port, RangeBar, range_bars, strip_map
from yijiang.messages import has_message, message
from yijiang.report.wording import (
    Document,
    Text,
    each,
    figure,
    joined,
    known,
    label,
    pair,
    percent,
    plain,
    river_name,
    say,
)

STAGES = ("request", "offer", "dispatch", "arrival", "return", "settlement")


def aid_view(document: Document) -> dict[str, Any]:
    """Return everything the page prints."""
    parts = {
        "depots": _depots(document),
        "dispatch": _dispatch(document),
        "chains": _chains(document),
        "history": _history(document),
    }
    regions = [_name(document, "region", r) for r in document["regions"]]
    title = say("aid.title_regions", regions=joined(regions)) if regions else say("aid.title")
    closed = [pair(document["names"]["closed"].get(name, name)) for name in document["closed"]]
    return {
        "title": title,
        "lead": say("aid.lead"),
        "closed": say("aid.closed", names=joined(closed)) if closed else None,
        **parts,
        "sources": [{"key": key, **entry} for key, entry in sorted(document["sources"].items())],
        "provenance": [(label("provenance", key), str(value)) for key, value in document["provenance"].items()],
    }


def _name(document: Document, kind: str, key: Any) -> Text:
    return pair(document["names"][kind].get(key, key))


def good_name(key: str) -> Text:
    """Return what is given by its catalogue name, or its identifier with blanks.

    >>> good_name("medical_team")["zh"], good_name("field_kitchen")["en"]
    ('医疗队', 'field kitchen')
    """
    return label("good", key) if has_message(f"good.{key}") else plain(key.replace("_", " "))


def _depots(document: Document) -> dict[str, Any] | None:
    found = document["depots"]
    if found is None:
        return None
    chosen = [_name(document, "node", row["depot"]) for row in found["chosen"]]
    fewest = (
        say("aid.fewest", count=found["fewest"], hours=figure(found["within"]))
        if found["fewest"]
        else say(
            "aid.out_of_reach",
            hours=figure(found["within"]),
            regions=joined(
                [
                    say(
                        "aid.needs_hours" if known(hours) else "aid.no_way_to",
                        region=_name(document, "region", region),
                        hours=figure(hours),
                    )
                    for region, hours in found["out_of_reach"]
                ]
            ),
        )
    )
    return {
        "lead": say(
            "aid.depots_lead",
            count=len(chosen),
            names=joined(chosen),
            share=percent(found["share"], 3),
            hours=figure(found["within"]),
        ),
        "proven": say("aid.proven" if found["gap"] == 0 else "aid.not_proven", gap=percent(found["gap"])),
        "fewest": fewest,
        "rows": [
            {
                "region": _name(document, "region", row["region"]),
                "people": figure(row["population"]),
                "nearest": _name(document, "node", row["nearest"]) if known(row["hours"]) else plain("–"),
                "hours": figure(row["hours"]) if known(row["hours"]) else "–",
                "verdict": say(
                    "aid.in_time" if row["in_time"] else "aid.late" if known(row["hours"]) else "aid.cut_off"
                ),
                "late": not row["in_time"],
            }
            for row in sorted(found["reached"], key=lambda r: (r["hours"] if known(r["hours"]) else 1e9, r["region"]))
        ],
        "picture": each(lambda lang: _curve(found, lang)),
        "map": _map(document, lambda lang: [], {row["depot"] for row in found["chosen"]}),
        "projects": [
            {
                "name": pair({"en": p["name_en"], "zh": p["name_zh"]}),
                "why": pair({"en": p["unsized_en"], "zh": p["unsized_zh"]}),
            }
            for p in found["projects"]
        ],
    }


def _curve(found: Mapping[str, Any], lang: str) -> str:
    bars = [
        RangeBar(
            message("aid.with_depots", lang, count=row["depots"]),
            row["share"],
            percent(row["share"], 3),
            strong=row["depots"] == len(found["chosen"]),
        )
        for row in found["curve"]
    ]
    return range_bars(bars, message("aid.curve", lang), width=520)


def _map(document: Document, flows: Any, strong: set[str]) -> Text | None:
    places = document["places"]
    if not places:
        return None
    nodes = {row["node"]: row for row in document["nodes"]}
    marked = {nodes[node]["region"] for node in strong if node in nodes}

    def draw(lang: str) -> str:
        spots = [
            Place(p["region"], _name(document, "region", p["region"])[lang], p["lon"], p["lat"], p["region"] in marked)
            for p in sorted(places, key=lambda p: (p["order"], p["region"]))
        ]
        ports = [
            Port(_name(document, "node", node)[lang], nodes[node]["lon"], True)
            for node in sorted(strong)
            if node in nodes and nodes[node]["river"]
        ]
        return strip_map(spots, ports, flows(lang), message("aid.map", lang), river_name(document)[lang])

    return each(draw)


def _dispatch(document: Document) -> dict[str, Any] | None:
    plan = document["dispatch"]
    if plan is None:
        return None
    nodes = {row["node"]: row["region"] for row in document["nodes"]}
    at = {(row["need"], row["good"]): row["place"] for row in plan["needs"]}
    start = {(row["offer"], row["good"]): row["place"] for row in plan["offers"]}

    def arcs(lang: str) -> list[Flow]:
        return [
            Flow(
                nodes[start[row["offer"], row["good"]]],
                nodes[at[row["need"], row["good"]]],
                row["amount"],
                f"{figure(row['amount'])} {good_name(row['good'])[lang]}",
                True,
            )
            for row in plan["deliveries"]
        ]

    strong = {*at.values(), *start.values()}
    sent = sum(row["amount"] * row["hours"] for row in plan["deliveries"])
    open_ = [row for row in plan["needs"] if row["why"]]
    return {
        "lead": say(
            "aid.dispatch_lead",
            deliveries=len(plan["deliveries"]),
            needs=len(plan["needs"]),
            open=len(open_),
            total=figure(sent, 4),
        ),
        "proven": say("aid.dispatch_proven", gap="0" if not plan["gap"] else f"{plan['gap']:.0e}"),
        "rows": [
            {
                "offer": row["offer"],
                "need": row["need"],
                "good": good_name(row["good"]),
                "amount": figure(row["amount"], 6),
                "hours": figure(row["hours"]),
                "path": _way(document, row["path"]),
                "modes": joined([label("mode", m) for m in row["modes"].split(" ") if m])
                if row["modes"]
                else say("aid.on_the_spot"),
            }
            for row in plan["deliveries"]
        ],
        "needs": [
            {
                "need": row["need"],
                "place": _name(document, "node", row["place"]),
                "good": good_name(row["good"]),
                "wanted": figure(row["wanted"], 6),
                "sent": figure(row["sent"], 6),
                "open": figure(row["open"], 6),
                "why": say(f"aid.why_{row['why']}") if row["why"] else say("aid.why_met"),
                "late": bool(row["why"]),
                "price": figure(row["price"]),
            }
            for row in plan["needs"]
        ],
        "map": _map(document, arcs, strong),
    }


def _way(document: Document, path: str) -> Text:
    names = [_name(document, "node", place) for place in path.split(" ")]
    return each(lambda lang: ("—" if lang == "zh" else " – ").join(name[lang] for name in names))


def _chains(document: Document) -> dict[str, Any] | None:
    ledger = document["ledger"]
    if ledger is None:
        return None
    return {
        "title": ledger["title"],
        "rows": [_chain(document, row) for row in ledger["chains"]],
        "balance": [
            {
                "giver": _side(document, row["giver"]),
                "receiver": _side(document, row["receiver"]),
                "good": good_name(row["good"]),
                "arrived": _with_unit(row["arrived"], row["unit"]),
                "confirmed": figure(row["confirmed"], 6),
                "cost": _with_unit(row["cost"], row["cost_unit"]) if row["cost"] else plain("–"),
                "cost_confirmed": figure(row["cost_confirmed"]) if row["cost_confirmed"] else "–",
            }
            for row in ledger["balance"]
        ],
    }


def _side(document: Document, name: str) -> Text:
    return _name(document, "side", name)


def _unit(unit: str) -> Text:
    return label("good_unit", unit)


def _with_unit(value: Any, unit: str) -> Text:
    """Write an amount and its unit, in Chinese without a blank between.

    >>> _with_unit(3.0, "persons")["zh"]
    '3人'
    """
    named = _unit(unit)
    return each(lambda lang: f"{figure(value, 6)}{' ' if lang == 'en' and unit else ''}{named[lang]}")


def _chain(document: Document, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "request": row["request"],
        "line": say(
            "aid.request_line",
            receiver=_side(document, row["receiver"]),
            amount=_with_unit(row["amount"], row["unit"]),
            good=good_name(row["good"]),
            place=_name(document, "node", row["place"]),
        ),
        "text": row["text"],
        "open": say("aid.still_open", amount=_with_unit(row["open"], row["unit"]))
        if row["open"] > 0
        else say("aid.offered_all"),
        "substantive": row["substantive"],
        "offers": [
            {
                "offer": offer["offer"],
                "line": say(
                    "aid.offer_line",
                    giver=_side(document, offer["giver"]),
                    amount=_with_unit(offer["amount"], row["unit"]),
                    place=_name(document, "node", offer["place"]),
                ),
                "stages": [
                    {
                        "name": say(f"aid.stage_{stage}"),
                        "done": found is not None,
                        "text": say("aid.not_yet")
                        if found is None
                        else say(
                            "aid.stage_confirmed" if found["confirmed"] else "aid.stage_claimed",
                            on=found["on"],
                            by=_side(document, found["by"]),
                        ),
                    }
                    for stage, found in offer["stages"].items()
                ],
            }
            for offer in row["offers"]
        ],
    }


def _history(document: Document) -> list[dict[str, Any]]:
    return [
        {
            "title": say(
                "aid.past_title",
                giver=_name(document, "region", row["giver"]),
                receiver=_name(document, "region", row["receiver"]),
                good=good_name(row["good"]),
            ),
            "stages": [
                {
                    "name": say(f"aid.stage_{stage}"),
                    "year": str(entry["year"] or "–") if entry else "–",
                    "text": pair(entry["text"]) if entry else say("aid.not_stated"),
                    "amount": _with_unit(entry["amount"], entry["unit"]) if entry and known(entry["amount"]) else None,
                    "stated": entry is not None,
                }
                for stage, entry in ((s, row["stages"][s]) for s in STAGES)
            ],
            "source": row["source"],
            "status": label("status", row["status"]),
        }
        for row in document["history"]
    ]
