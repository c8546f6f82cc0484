"""What matches and shared facilities become in the ledger: projects, their stages as milestones, what is measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yijiang.errors import DataError, Finding
from yijiang.messages import LANGUAGES, message

Item = tuple[str, dict[str, Any]]


def _said(key: str, **values: Any) -> dict[str, str]:
    return {
        lang: message(key, lang, **{k: v[lang] if isinstance(v, Mapping) else v for k, v in values.items()})
        for lang in LANGUAGES
    }


def _title(party: Mapping[str, Any]) -> dict[str, str]:
    spare = next(text for text in party["title"].values() if text.strip())
    return {lang: party["title"][lang].strip() or spare for lang in LANGUAGES}


def match_items(document: Mapping[str, Any]) -> list[Item]:
    """Return the matches of a matching as events: a project each, its stages, and what is measured.

    From talks to production every stage is a milestone, delivered and confirmed by both sides like any other; the
    stage reached is an indicator with the first stage for its baseline where a side has said it is interested, and the
    value of contracts one with the smaller of the two sums for its target, blank where a side states none or it is a
    total of a region.

    Parameters
    ----------
    document
        What match.json holds.

    Raises
    ------
    DataError
        If there is no match in it.
    """
    if not document.get("matches"):
        problem, hint = "there is no match in it", "match offers and needs first: yijiang match --out"
        raise DataError([Finding("match.json", 0, "matches", "", problem, hint)])
    items: list[Item] = []
    for row in document["matches"]:
        offer, need = row["offer"], row["need"]
        id_ = f"match-{offer['id']}-{need['id']}"
        titles = {"offer": _title(offer), "need": _title(need)}
        title = _said("match.line", **titles)
        items.append(("project", {"id": id_, "title": title, "commitments": [], "belt_project": None}))
        for stage in document["stages"][1:]:
            named = _said("ledger.match_milestone", stage=_said(f"match.stage_{stage}"), title=titles["offer"])
            items.append(("milestone", {"id": f"{id_}-{stage}", "project": id_, "title": named, "due": None}))
        reached: dict[str, Any] = {
            "id": f"{id_}-stage",
            "of": id_,
            "title": _said("ledger.match_stage"),
            "unit": _said("ledger.match_stage_unit"),
            "baseline": 1.0 if row["stage"] else 0.0,
            "target": float(len(document["stages"])),
            "year": None,
            "ascending": True,
            "source": "hand",
        }
        items.append(("indicator", reached))
        sums = [party["value"] for party in (offer, need)]
        stated = None not in sums and "total" not in (offer["basis"], need["basis"])
        value = {
            **reached, "id": f"{id_}-value", "title": _said("ledger.match_value"), "unit": str(document["money"]),
            "baseline": 0.0, "target": float(min(sums)) if stated else None,
        }  # fmt: skip
        items.append(("indicator", value))
    return items


def facility_items(document: Mapping[str, Any]) -> list[Item]:
    """Return the facilities that users of other regions have approved bookings of, as projects with hours measured.

    Parameters
    ----------
    document
        What facility.json holds.

    Raises
    ------
    DataError
        If nothing is approved for a user of another region.
    """
    hours: dict[str, float] = {}
    places = {row["id"]: row for row in document["facilities"]}
    for one in document["bookings"]:
        for name in one["facilities"]:
            if one["state"] == "approved" and name in places and places[name]["region"] != one["region"]:
                hours[name] = hours.get(name, 0.0) + one["hours"]
    if not hours:
        problem = "no booking of a user of another region is approved in it"
        hint = "book and approve first, then: yijiang facility list --bookings FILE --out FOLDER"
        raise DataError([Finding("facility.json", 0, "bookings", "", problem, hint)])
    items: list[Item] = []
    for name, total in hours.items():
        id_ = f"facility-{name}"
        title = _said("ledger.facility_project", facility=places[name]["name"])
        items.append(("project", {"id": id_, "title": title, "commitments": [], "belt_project": None}))
        measured = {
            "id": f"{id_}-hours", "of": id_, "title": _said("ledger.facility_hours"),
            "unit": _said("ledger.facility_hours_unit"), "baseline": total, "target": None, "year": None,
            "ascending": True, "source": "hand",
        }  # fmt: skip
        items.append(("indicator", measured))
    return items
