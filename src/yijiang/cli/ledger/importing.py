"""What a report or a plan becomes in the ledger: the events that `yijiang ledger import` adds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from yijiang.errors import DataError, Finding
from yijiang.messages import LANGUAGES, has_message, message

if TYPE_CHECKING:
    from yijiang.agenda import Agenda

Item = tuple[str, dict[str, Any]]


def canonical(name: str) -> str:
    """Return the full Chinese name of a Chinese region given by any of its names; any other name as it is.

    Examples
    --------
    >>> canonical("Hubei"), canonical("湖北"), canonical("Basel")
    ('湖北省', '湖北省', 'Basel')
    """
    from yijiang.agenda.regions import by_name
    from yijiang.agenda.words import regions

    if name in by_name():
        return by_name()[name].name
    english = {row.name_en.casefold(): row.name for row in regions() if row.name_en}
    return english.get(name.casefold(), name)


def sides_named(regions: Iterable[str], sides: Sequence[str]) -> tuple[str, ...]:
    """Return the ledger's sides among some regions, whatever language the names are in, in the ledger's order.

    Examples
    --------
    >>> sides_named(["江苏省", "湖北省"], ["Hubei", "Jiangsu", "Anhui"])
    ('Hubei', 'Jiangsu')
    """
    wanted = {canonical(region) for region in regions}
    return tuple(side for side in sides if canonical(side) in wanted)


def side_names(sides: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the names of sides in both languages, for those that are known regions of China.

    Examples
    --------
    >>> side_names(["湖北", "Jiangsu", "Basel"])
    {'湖北': {'en': 'Hubei', 'zh': '湖北'}, 'Jiangsu': {'en': 'Jiangsu', 'zh': '江苏'}}
    """
    from yijiang.agenda.words import regions

    rows = {row.name: row for row in regions() if row.name_en}
    found: dict[str, dict[str, str]] = {}
    for side in sides:
        row = rows.get(canonical(side))
        if row is not None:
            chinese = side in (row.name, row.short)
            found[side] = {"en": row.name_en if chinese else side, "zh": side if chinese else row.short}
    return found


def report_items(agenda: Agenda, digest: str, sides: Sequence[str]) -> list[Item]:
    """Return the visit and the commitments of a report as events; every commitment enters as proposed.

    A commitment's sides are those it names when they are two or more; else all sides of the ledger, because a pledge
    of one side takes another to confirm it. What is told of the past is no commitment and stays out.

    Parameters
    ----------
    agenda
        What was read from the report.
    digest
        The digest under which the ledger keeps the text.
    sides
        The ledger's sides.

    Raises
    ------
    DataError
        If the report holds no visit and no commitment.
    """
    head = digest[:12]
    promises = [c for c in agenda.commitments if c.kind != "past_fact"]
    event = next((d for d in agenda.dates if d.kind == "event"), None)
    items: list[Item] = []
    if agenda.participants or agenda.sites or agenda.meetings:
        telling = [*([event] if event else []), *agenda.meetings, *agenda.participants, *agenda.sites]
        place = next((record.spans[0] for record in telling if record.spans), None)
        items.append(
            (
                "visit",
                {
                    "id": f"{head}-visit",
                    "title": agenda.title or message("ledger.visit_untitled", "zh"),
                    "who": list(dict.fromkeys(person.name for person in agenda.participants)),
                    "where": list(dict.fromkeys(site.place for site in agenda.sites if site.place)),
                    "seen": list(dict.fromkeys(site.name for site in agenda.sites)),
                    "follows": [f"{head}-{promise.id}" for promise in promises],
                    "start": _day(event.start) if event else None,
                    "end": _day(event.end) if event else None,
                    "source": {"digest": digest, "start": place.start, "end": place.end} if place else None,
                },
            )
        )
    for promise in promises:
        named = sides_named(promise.regions, sides)
        span = promise.spans[0]
        items.append(
            (
                "commitment",
                {
                    "id": f"{head}-{promise.id}",
                    "text": promise.text,
                    "kind": promise.kind,
                    "area": promise.area,
                    "strength": promise.strength,
                    "sides": list(named if len(named) > 1 else sides),
                    "source": {"digest": digest, "start": span.start, "end": span.end},
                    "deadline": promise.deadline,
                    "amount": promise.amount,
                    "speaker": promise.speaker,
                },
            )
        )
    if not items:
        hint = "give the report or the minutes of the meeting itself; see: yijiang agenda FILE"
        raise DataError([Finding("report", 0, "", "", "no visit and no commitment was found in this text", hint)])
    return items


def _day(stamp: str | None) -> str | None:
    """Return the date of a stamp; one whose year nothing states is no date of the ledger."""
    from datetime import date

    if stamp is None:
        return None
    try:
        return date.fromisoformat(stamp[:10]).isoformat()
    except ValueError:
        return None


def plan_items(document: Mapping[str, Any], state: Mapping[str, Any]) -> list[Item]:
    """Return the projects of a plan document and its targets as events.

    Every project of the package becomes a project of the ledger, tied to the commitments it answers (those of the
    report the plan was made with, if the ledger holds it), with what it gives each partner as target. What only the
    package as a whole gives (each partner's gain after transfers, concentrations at the sections) hangs on a project
    that stands for the package.

    Parameters
    ----------
    document
        A plan document (plan.json).
    state
        The ledger's state as plain values.

    Raises
    ------
    DataError
        If the document is no plan or holds an empty package.
    """
    try:
        return _plan_items(document, state)
    except (KeyError, TypeError, AttributeError) as missing:
        hint = "give the plan.json that yijiang plan wrote"
        problem = f"this is not a whole plan document ({missing})"
        raise DataError([Finding("plan", 0, "", "", problem, hint)]) from missing


def _plan_items(document: Mapping[str, Any], state: Mapping[str, Any]) -> list[Item]:
    # By belt and partners, not by the figures: a plan that was computed anew speaks of the same projects.
    identity = f"{document['belt']}\n{sorted(document['regions'])}"
    head = "plan-" + hashlib.sha256(identity.encode("utf-8")).hexdigest()[:8]
    rows = {row["project"]: row for row in document["projects"]}
    year = document.get("year")
    told = {
        "unit": _unit(document["unit"]),
        "baseline_year": year if isinstance(year, int) and not isinstance(year, bool) else None,
    }
    answered = _answered(document.get("agenda") or {}, state)
    items: list[Item] = []
    for chosen in document["package"]:
        row = rows[chosen["project"]]
        id_ = f"{head}-{chosen['project']}"
        ties = list(dict.fromkeys(answered.get(chosen["project"], ())))
        named = {"title": _title(row["name"]), "commitments": ties, "belt_project": chosen["project"]}
        items.append(("project", {"id": id_, **named}))
        for region in document["regions"]:
            effect = row["effect"].get(region)
            # A project that gives a partner nothing sets it no target.
            if effect:
                name = _two("ledger.target_effect", document, region)
                items.append(_target(f"{id_}-{region}", id_, name, told, 0.0, effect))
    if not items:
        hint = "plan again, or add projects by hand: yijiang ledger add"
        raise DataError([Finding("plan", 0, "package", "", "the plan's package is empty", hint)])
    whole = f"{head}-package"
    title = _said("ledger.package", count=len(document["package"]))
    items.append(("project", {"id": whole, "title": title, "commitments": [], "belt_project": None}))
    for region in document["regions"]:
        name = _two("ledger.target_gain", document, region)
        gain = document["gains"][region]["after_transfer"]
        items.append(_target(f"{whole}-gain-{region}", whole, name, told, 0.0, gain))
    for row in document["river"]:
        # Only where the partners set themselves a target: other sections shift a little with every package.
        if row["target"] is not None:
            section, pollutant = row["section"], row["pollutant"]
            name = {
                lang: message(
                    "ledger.target_section",
                    lang,
                    section=_name(document, "sections", section, lang),
                    pollutant=_name(document, "pollutants", pollutant, lang),
                )
                for lang in LANGUAGES
            }
            id_ = f"{whole}-{section}-{pollutant}"
            water = {**told, "unit": "mg/L"}
            items.append(_target(id_, whole, name, water, row["base"], row["plan"], ascending=False))
    return items


def _answered(agenda: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the commitments of the ledger that each project of the plan answers, by the plan's agenda."""
    held = {row["id"]: row for row in state["commitments"]}
    head = str(agenda.get("digest") or "")[:12]
    found: dict[str, list[str]] = {}
    for point in agenda.get("points", ()):
        id_ = f"{head}-{point['id']}"
        # A report that was entered by hand has ids of its own: there the words tell.
        ids = [id_] if head and id_ in held else [one for one, row in held.items() if row["text"] == point["quote"]]
        for project in point["chosen"]:
            found.setdefault(project, []).extend(ids)
    return found


def changes(items: Iterable[Item], state: Mapping[str, Any]) -> list[Item]:
    """Return what is new in items beside what the ledger holds: things not there, ties and targets that changed.

    A tie that is there already stays, and so does everything the sides changed by hand; what a plan computed anew
    says of its own targets is an amendment.

    Parameters
    ----------
    items
        The events a report or plan stands for.
    state
        The ledger's state as plain values.
    """
    kinds = ("visits", "commitments", "projects", "milestones", "indicators")
    held = {row["id"]: row for kind in kinds for row in state[kind]}
    fresh: list[Item] = []
    for kind, body in items:
        row = held.get(body["id"])
        if row is None:
            fresh.append((kind, body))
            continue
        fields: dict[str, Any] = {}
        if kind == "project" and set(body["commitments"]) - set(row["commitments"]):
            fields["commitments"] = list(dict.fromkeys([*row["commitments"], *body["commitments"]]))
        if kind == "indicator" and row["source"] == "plan":
            fields = {name: body[name] for name in ("baseline", "target") if body[name] != row[name]}
        if fields:
            fresh.append(("amend", {"of": body["id"], "fields": fields}))
    return fresh


def _target(
    id_: str,
    of: str,
    title: dict[str, str],
    told: Mapping[str, Any],
    baseline: float,
    target: float,
    *,
    ascending: bool = True,
) -> Item:
    # The year is left open: a plan's figures are for full effect, which no single year is promised to show.
    values = {**told, "baseline": float(baseline), "target": float(target), "year": None}
    return "indicator", {"id": id_, "of": of, "title": title, **values, "ascending": ascending, "source": "plan"}


def _unit(unit: Any) -> Any:
    found = re.fullmatch(r"million (\S+) per year", str(unit))
    if found is None:
        return str(unit)
    own = f"ledger.unit_money_{found[1]}"
    return _said(own) if has_message(own) else _said("ledger.unit_money", money=found[1])


def _title(name: Any) -> Any:
    return name if isinstance(name, str) else {lang: name[lang] for lang in LANGUAGES}


def _said(key: str, **values: Any) -> dict[str, str]:
    return {lang: message(key, lang, **values) for lang in LANGUAGES}


def _name(document: Mapping[str, Any], kind: str, id_: str, lang: str) -> str:
    found = (document["names"].get(kind) or {}).get(id_)
    return str(found[lang]) if found else id_


def _two(key: str, document: Mapping[str, Any], region: str) -> dict[str, str]:
    return {lang: message(key, lang, region=_name(document, "regions", region, lang)) for lang in LANGUAGES}
