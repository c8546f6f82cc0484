"""Joins an agenda to a plan: for every point that was said, the projects it calls for and what they are worth."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yijiang.errors import DataError, Finding

if TYPE_CHECKING:
    from yijiang.agenda import Agenda

AREAS = {
    "river_protection": ("river", "protection"),
    "integrated_transport": ("transport",),
    "industry": ("industry", "market", "chain", "capital"),
    "science_technology": ("science", "technology"),
    "culture_tourism": ("culture", "tourism"),
}
"""Area of an agenda to the names that belts give the area of their projects; an area without an entry has none."""

KINDS = {
    "technology": ("technology",),
    "industry_chain": ("chain",),
    "market": ("market",),
    "capital": ("capital",),
    "parks": ("capital",),
    "facility_sharing": ("facility",),
    "joint_research": ("technology",),
    "water_quality": ("protection",),
    "tourism": ("tourism",),
    "culture": ("tourism",),
    "business_environment": ("market",),
}
"""Facet of a point (or an area without projects of its own) to the kinds of project that answer it."""


def read_agenda(file: Path) -> Agenda:
    """Read the agenda of a plan; a file without any point of cooperation is refused before the work starts."""
    from yijiang.agenda import read_report

    agenda = read_report(file)
    if not agenda.commitments and not agenda.areas:
        hint = "give the report or the minutes of the meeting itself; see: yijiang agenda FILE"
        raise DataError([Finding(str(file), 0, "", "", "no point of cooperation was found in this text", hint)])
    return agenda


def answers(project: Mapping[str, Any], area: str, facets: tuple[str, ...]) -> bool:
    """Say whether a project answers a point: by the area's own projects, narrowed or widened by the facets named.

    Examples
    --------
    >>> answers({"area": "industry", "kind": "market"}, "industry", ("technology", "market"))
    True
    >>> answers({"area": "industry", "kind": "capital"}, "industry", ("technology", "market"))
    False
    """
    kinds = {kind for name in (*facets, area) for kind in KINDS.get(name, ())}
    if project["kind"] in kinds:
        return True
    return bool(project["area"] in AREAS.get(area, ()) and not kinds)


def with_points(document: Mapping[str, Any], agenda: Agenda, name: str) -> dict[str, Any]:
    """Return the plan document with the key `agenda`: every point with its projects, their levers and what they give.

    Parameters
    ----------
    document
        The plan document; it is not changed.
    agenda
        What was read from the report.
    name
        Name of the file, for the page.
    """
    available = [p for p in document["projects"] if p["available"]]
    members = set(document["regions"])
    points = []
    for promise in agenda.commitments:
        found = [p for p in available if answers(p, promise.area, promise.facets)]
        chosen = [p for p in found if p["chosen"]]
        points.append(
            {
                "id": promise.id,
                "quote": promise.text,
                "span": list(promise.spans[0]),
                "speaker": promise.speaker,
                "kind": promise.kind,
                "strength": promise.strength,
                "firm": promise.firm,
                "area": promise.area,
                "facets": list(promise.facets),
                "owner": promise.owner,
                "deadline": promise.deadline,
                "amount": promise.amount,
                "projects": [p["project"] for p in found],
                "chosen": [p["project"] for p in chosen],
                "levers": sorted({lever["kind"] for p in found for lever in p["levers"]}),
                "effect": {
                    region: sum(p["effect"][region] for p in found)
                    if found and all(p["effect"].get(region) is not None for p in found)
                    else None
                    for region in document["regions"]
                },
            }
        )
    named = {p["area"] for p in points}
    return {
        **document,
        "agenda": {
            "file": name,
            # By this the ledger knows the points of a report that was imported there.
            "digest": hashlib.sha256(agenda.text.encode("utf-8")).hexdigest(),
            "title": agenda.title,
            "publisher": agenda.publisher,
            "published": agenda.published,
            "sides": [{"region": s.region, "role": s.role} for s in agenda.sides],
            "points": points,
            "areas": sorted(named),
            "without_project": [p["id"] for p in points if not p["projects"]],
            "partners": sorted(members),
        },
    }
