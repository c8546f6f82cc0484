"""The ledger as IATI 2.03 activities with results: every commitment and every project is an activity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, indent, tostring

from yijiang.errors import OptionError
from yijiang.ledger.exports.results import milestone_result, outcome_result
from yijiang.ledger.exports.wording import PARTS, Sides, Texts, joined, label, say, texts
from yijiang.ledger.exports.xml import child, day_of, document_links, narratives

State = Mapping[str, Any]
Row = Mapping[str, Any]

STATUS = {
    "proposed": "1",
    "agreed": "1",
    "planned": "1",
    "running": "2",
    "delivered": "3",
    "verified": "4",
    "dropped": "5",
    "superseded": "5",
    "stalled": "6",
}
"""Our statuses in the codelist ActivityStatus: pipeline, implementation, finalisation, closed, cancelled, suspended."""

ORG_TYPES = tuple("10 11 15 21 22 23 24 30 40 60 70 71 72 73 80 90".split())  # noqa: SIM905
"""The codelist OrganisationType."""

_ACCOUNTABLE, _IMPLEMENTING = "2", "4"
_PARENT, _CHILD = "1", "2"
_OWN_VOCABULARY = "99"
_LONGEST = 200


def activities(
    state: State,
    *,
    org: str | None = None,
    org_name: str | None = None,
    org_type: str = "90",
    country: str | None = None,
    names: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """Return the ledger as an IATI 2.03 activities file.

    A commitment is an activity of hierarchy 1, a project one of hierarchy 2, each the other's related activity. Sides
    are accountable, owners implementing organisations. A milestone becomes an output with a qualitative indicator, so
    that what has no figure is not lost; an indicator becomes an outcome with baseline, target and actual values, each
    actual saying whether another side confirmed it. Money does not occur: there are no transactions. Persons are
    named only where they stand in a text, and visits, which IATI has no element for, are left out.

    Parameters
    ----------
    state
        What `State.to_dict()` gives.
    org
        Identifier of the reporting organisation as a registry knows it; the ledger's own id if not given.
    org_name
        Its name; the names of the sides if not given.
    org_type
        Its type in the codelist OrganisationType ("10" government, "90" other).
    country
        Recipient country, ISO 3166-1 alpha-2, which the ledger does not hold.
    names
        Names of sides by language, such as `{"湖北": {"en": "Hubei", "zh": "湖北"}}`.

    Returns
    -------
    str
        The XML, the same for the same input.

    Raises
    ------
    OptionError
        If there is no commitment and no project (the schema asks for an activity), or an option is none that a
        registry would take; all that is wrong is told.
    """
    wrong = []
    if org is not None and (not org.strip() or set(org) & set("/&|?")):
        wrong.append(f"org must be an identifier without / & | ?, not {org!r}")
    if org_type not in ORG_TYPES:
        wrong.append(f"org_type must be one of {', '.join(ORG_TYPES)}, not {org_type!r}")
    if country is not None and not (country.isascii() and country.isalpha() and len(country) == 2):
        wrong.append(f"country must be two letters, as CN, not {country!r}")
    if wrong:
        raise OptionError("; ".join(wrong))
    if not state["commitments"] and not state["projects"]:
        raise OptionError("there is no commitment and no project to export; see: yijiang ledger import, add")
    maker = _Maker(state, org or state["ledger"], Sides(names))
    root = Element("iati-activities", {"version": "2.03", "generated-datetime": f"{state['as_of']}T00:00:00Z"})
    reporter = texts(org_name) if org_name else maker.sides.list(row["side"] for row in state["sides"])
    for kind in ("commitments", "projects"):
        for row in state[kind]:
            maker.activity(root, row, reporter, org_type, country)
    indent(root, " ")
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f"{head}{tostring(root, encoding='unicode')}\n"


class _Maker:
    """Makes the activities of one ledger."""

    def __init__(self, state: State, org: str, sides: Sides) -> None:
        self.state, self.org, self.sides = state, org, sides
        self._as_of = state["as_of"]
        self._evidence: dict[str, list[Row]] = {}
        for row in state["evidence"]:
            self._evidence.setdefault(row["of"], []).append(row)
        self._by_id = {row["id"]: row for row in state["evidence"]}
        self._indicators: dict[str, list[Row]] = {}
        for row in state["indicators"]:
            self._indicators.setdefault(row["of"], []).append(row)
        self._milestones: dict[str, list[Row]] = {}
        for row in state["milestones"]:
            self._milestones.setdefault(row["project"], []).append(row)
        self._projects = {row["id"]: row for row in state["projects"]}
        self._commitments = {row["id"]: row for row in state["commitments"]}

    def identifier(self, id_: str) -> str:
        """Return the identifier of an activity: the organisation's, the ledger's and the thing's own."""
        # The four signs that the standard keeps out of identifiers.
        own = "".join(f"%{ord(sign):02X}" if sign in "/&|?%" else sign for sign in id_)
        return f"{self.org}-{self.state['ledger'][:12]}-{own}"

    def activity(self, root: Element, row: Row, reporter: Texts, org_type: str, country: str | None) -> None:
        """Add one activity, its elements in the order the schema lays down."""
        is_point = row["id"] in self._commitments and self._commitments[row["id"]] is row
        said = texts(row["text"] if is_point else row["title"])
        node = child(root, "iati-activity", hierarchy="1" if is_point else "2")
        child(node, "iati-identifier").text = self.identifier(row["id"])
        narratives(child(node, "reporting-org", ref=self.org, type=org_type), reporter)
        title = {lang: text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…" for lang, text in said.items()}
        narratives(child(node, "title"), title)
        narratives(child(node, "description", type="1"), said)
        narratives(child(node, "description", type="4"), self._standing(row, is_point))
        for side in row["sides"]:
            narratives(child(node, "participating-org", role=_ACCOUNTABLE), self.sides.known(side))
        for organisation in self._organisations(row, is_point):
            narratives(child(node, "participating-org", role=_IMPLEMENTING), texts(organisation))
        child(node, "activity-status", code=STATUS[row["status"]])
        self._dates(node, row, is_point)
        if country:
            child(node, "recipient-country", code=country.upper())
        areas = [row["area"]] if is_point else self._areas(row)
        for at, area in enumerate(areas):
            # Shares of a vocabulary must add to 100; the last takes what whole numbers leave.
            even = 100 // len(areas)
            share = even if at < len(areas) - 1 else 100 - even * (len(areas) - 1)
            sector = child(node, "sector", vocabulary=_OWN_VOCABULARY, code=area, percentage=str(share))
            narratives(sector, label("area", area))
        document_links(node, self._evidence.get(row["id"], ()), self.sides)
        for other in row["projects"] if is_point else [c for c in row["commitments"] if c in self._commitments]:
            child(node, "related-activity", ref=self.identifier(other), type=_CHILD if is_point else _PARENT)
        for milestone in () if is_point else self._milestones.get(row["id"], ()):
            milestone_result(
                node,
                milestone,
                self._evidence.get(milestone["id"], ()),
                self._indicators.get(milestone["id"], ()),
                self._by_id,
                self.sides,
                self._as_of,
            )
        if self._indicators.get(row["id"]):
            due = row["deadline"] if is_point else None
            outcome_result(node, said, self._indicators[row["id"]], self._by_id, self.sides, self._as_of, due)

    def _organisations(self, row: Row, is_point: bool) -> list[str]:
        """Return the owners; a project without any of its own has those of its commitments."""
        found = [owner["organisation"] for owner in row["owners"].values()]
        if not found and not is_point:
            points = [self._commitments[c] for c in row["commitments"] if c in self._commitments]
            found = [owner["organisation"] for point in points for owner in point["owners"].values()]
        return list(dict.fromkeys(found))

    def _areas(self, project: Row) -> list[str]:
        points = [self._commitments[c] for c in project["commitments"] if c in self._commitments]
        return list(dict.fromkeys(point["area"] for point in points)) or ["general"]

    def _standing(self, row: Row, is_point: bool) -> Texts:
        parts = [say("iati.standing", status=label("stage", row["status"]), claimed=label("stage", row["claimed"]))]
        if is_point:
            parts.append(label("commitment", row["kind"]))
            parts.append(label("strength", row["strength"]))
            if row["substantive"]:
                parts.append(say("follow.substantive"))
            if row["amount"] is not None:
                parts.append(say("follow.amount", value=row["amount"]))
            if row["deadline"] and day_of(row["deadline"]) is None:
                parts.append(say("iati.deadline", value=row["deadline"]))
            if isinstance(row["source"], Mapping):
                parts.append(say("iati.source", **row["source"]))
        return joined(parts, PARTS)

    def _dates(self, node: Element, row: Row, is_point: bool) -> None:
        projects = [self._projects[p] for p in row["projects"]] if is_point else [row]
        milestones = [m for project in projects for m in self._milestones.get(project["id"], ())]
        stated = [row["deadline"]] if is_point and row["deadline"] else [m["due"] for m in milestones]
        due = max((day for one in stated if (day := day_of(one))), default=None)
        # What was entered after its own deadline was not meant to begin after it.
        planned = child(node, "activity-date", {"iso-date": min(row["entered"], due or row["entered"])}, type="1")
        if planned.get("iso-date") == row["entered"]:
            narratives(planned, say("iati.entered"))
        started = [day_of(m["started_on"]) for m in milestones if m["started_on"]]
        begun = min((day for day in started if day and day <= self._as_of), default=None)
        if begun and row["status"] in ("running", "delivered", "verified", "stalled"):
            child(node, "activity-date", {"iso-date": begun}, type="2")
        if due:
            child(node, "activity-date", {"iso-date": due}, type="3")
        done = [day_of(m["delivered_on"]) for m in milestones if m["delivered_on"]]
        ended = max((day for day in done if day), default=None)
        if ended and (begun or ended) <= ended <= self._as_of and row["status"] == "verified":
            child(node, "activity-date", {"iso-date": ended}, type="4")
