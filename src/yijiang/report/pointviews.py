"""What the page shows of an agenda joined to a plan: every point said, its projects, what they are worth."""

from __future__ import annotations

from typing import Any

from yijiang.report.wording import Document, Names, Text, joined, known, label, money, plain, say


def _beside(name: Text, amount: Text) -> Text:
    return {lang: f"{name[lang]} {amount[lang]}" for lang in name}


def points_view(document: Document) -> dict[str, Any] | None:
    """Return the points of the agenda, or None for a plan made without one.

    >>> points_view({}) is None
    True
    """
    agenda = document.get("agenda")
    if not agenda:
        return None
    names = Names(document)
    rows = []
    for point in agenda["points"]:
        stated = [
            say(f"agenda.{part}", value=point[part]) for part in ("owner", "deadline", "amount") if point.get(part)
        ]
        gains = [
            _beside(names("regions", region), money(value, signed=True))
            for region, value in point["effect"].items()
            if known(value)
        ]
        rows.append(
            {
                "quote": point["quote"],
                "stated": joined(stated) if stated else say("points.nothing_stated"),
                "speaker": point["speaker"] or "–",
                "kind": label("commitment", point["kind"]),
                "strength": label("strength", point["strength"]),
                "area": label("area", point["area"]),
                "projects": [{"name": names("projects", p), "chosen": p in point["chosen"]} for p in point["projects"]],
                "levers": joined([label("lever", k) for k in point["levers"]]) if point["levers"] else plain("–"),
                "gains": gains,
            }
        )
    return {
        "file": agenda["file"],
        "open": say("points.open", count=len(agenda["without_project"]), total=len(rows)),
        "rows": rows,
    }
