"""The part of the page about the projects: one card each, with its cost, what it changes, and why it is not chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yijiang.report.wording import (
    Document,
    Names,
    Text,
    joined,
    known,
    label,
    money,
    money_range,
    pair,
    percent,
    plain,
    say,
)


def _why_not(reason: Any) -> Text:
    """Word why a project is not chosen: a loss, and what a first look found, are told as money."""
    told = reason if isinstance(reason, dict) else {}
    if known(told.get("brings")):
        return say("project.left_out", gain=money(told["brings"]), cost=money(told["costs"]))
    return say("project.loss", amount=money(told["loss"])) if known(told.get("loss")) else pair(reason)


def _levers(levers: Sequence[Any]) -> list[dict[str, Any]]:
    """Return what a project changes: one entry for each rule, with all that it is used on."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for lever in levers:
        kind, rule = label("lever", lever["kind"]), pair(lever.get("rule"))
        entry = found.setdefault((kind["en"], rule["en"]), {"kind": kind, "rule": rule, "effects": []})
        entry["effects"].append(pair(lever.get("effect")))
    return list(found.values())


def _spread(low: Any, high: Any) -> Text:
    """Word a range; none of an effect that no draw moves."""
    return plain("–") if low == high == 0 else money_range(low, high)


#: With more projects than this, the cards of those not chosen are folded.
OPEN = 24


def open_cards(document: Document) -> int:
    """How many cards, from the first, are open."""
    rows = document.get("projects") or []
    chosen = sum(bool(p.get("chosen")) for p in rows)
    return len(rows) if len(rows) <= OPEN else chosen


def project_cards(document: Document) -> list[dict[str, Any]]:
    """Return every project as a card, the chosen ones first."""
    names = Names(document)
    scale = {p["project"]: p.get("scale", 1.0) for p in document.get("package") or []}
    start = {p["project"]: p.get("start") for p in document.get("package") or []}
    areas = {a["area"]: pair(a["name"]) for a in document.get("areas") or []}
    cards = []
    for row in sorted(document.get("projects") or [], key=lambda p: not p.get("chosen")):
        low, high = row.get("low") or {}, row.get("high") or {}
        state = "chosen" if row.get("chosen") else "not_chosen" if row.get("available", True) else "not_available"
        cards.append(
            {
                "id": row["project"],
                "name": pair(row["name"]),
                "state": state,
                "state_text": label("state", state),
                "scale": percent(scale[row["project"]], 3) if scale.get(row["project"], 1.0) != 1.0 else None,
                "area": areas.get(row.get("area"), plain(row.get("area") or "–")),
                "text": pair(row.get("text")),
                "owner": pair(row.get("owner")),
                "members": joined([names("regions", m) for m in row.get("members") or []]),
                "payers": joined(
                    [
                        say("project.payer", region=names("regions", r), share=percent(s))
                        for r, s in (row.get("payers") or {}).items()
                    ]
                ),
                "annual": money(row.get("annual_cost")),
                "capital": money(row.get("capital_cost")),
                "start": start.get(row["project"]) or row.get("start_year") or "–",
                "life": row.get("life") or "–",
                "levers": _levers(row.get("levers") or []),
                "effects": [
                    (names("regions", r), money(v, signed=True), _spread(low.get(r), high.get(r)))
                    for r, v in (row.get("effect") or {}).items()
                ],
                "why_not": _why_not(row["why_not"]) if row.get("why_not") else None,
                "status": label("status", row.get("status")),
                "source": row.get("source"),
            }
        )
    return cards
