"""The rules of IATI 2.03 that an export must keep, written down from the standard's schema, codelists and ruleset.

Every rule has a name, so that a broken one is told; `broken` returns the names of those a document breaks. The schema
itself, where a package that ships it is installed, is the other witness (see test_ledger_exports).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from xml.etree import ElementTree

MANY = 10**9
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# Children of each element in the order of xsd:sequence, with minOccurs and maxOccurs; of those, what we write.
SEQUENCE: dict[str, list[tuple[str, int, int]]] = {
    "iati-activities": [("iati-activity", 1, MANY)],
    "iati-activity": [
        ("iati-identifier", 1, 1),
        ("reporting-org", 1, 1),
        ("title", 1, 1),
        ("description", 1, MANY),
        ("participating-org", 1, MANY),
        ("activity-status", 1, 1),
        ("activity-date", 1, MANY),
        ("recipient-country", 0, MANY),
        ("sector", 0, MANY),
        ("document-link", 0, MANY),
        ("related-activity", 0, MANY),
        ("result", 0, MANY),
    ],
    "reporting-org": [("narrative", 1, MANY)],
    "title": [("narrative", 1, MANY)],
    "description": [("narrative", 1, MANY)],
    "comment": [("narrative", 1, MANY)],
    "participating-org": [("narrative", 0, MANY)],
    "activity-date": [("narrative", 0, MANY)],
    "sector": [("narrative", 0, MANY)],
    "result": [("title", 1, 1), ("description", 0, 1), ("document-link", 0, MANY), ("indicator", 1, MANY)],
    "indicator": [
        ("title", 1, 1),
        ("description", 0, 1),
        ("document-link", 0, MANY),
        ("baseline", 0, MANY),
        ("period", 0, MANY),
    ],
    "baseline": [("document-link", 0, MANY), ("comment", 0, 1)],
    "period": [("period-start", 1, 1), ("period-end", 1, 1), ("target", 0, MANY), ("actual", 0, MANY)],
    "target": [("comment", 0, 1), ("document-link", 0, MANY)],
    "actual": [("comment", 0, 1), ("document-link", 0, MANY)],
    "document-link": [
        ("title", 1, 1),
        ("description", 0, 1),
        ("category", 1, MANY),
        ("language", 0, MANY),
        ("document-date", 0, 1),
    ],
}
LEAVES = ("narrative", "iati-identifier", "activity-status", "recipient-country", "related-activity", "category")
LEAVES += ("document-date", "period-start", "period-end")

REQUIRED = {
    "iati-activities": ("version",),
    "reporting-org": ("ref", "type"),
    "participating-org": ("role",),
    "activity-status": ("code",),
    "activity-date": ("type", "iso-date"),
    "recipient-country": ("code",),
    "sector": ("code",),
    "document-link": ("url", "format"),
    "category": ("code",),
    "document-date": ("iso-date",),
    "related-activity": ("ref", "type"),
    "result": ("type",),
    "indicator": ("measure",),
    "baseline": ("year",),
    "period-start": ("iso-date",),
    "period-end": ("iso-date",),
}

# Codelists: element, attribute, the codes.
CODES = {
    ("reporting-org", "type"): "10 11 15 21 22 23 24 30 40 60 70 71 72 73 80 90",  # OrganisationType
    ("participating-org", "role"): "1 2 3 4",  # OrganisationRole
    ("activity-status", "code"): "1 2 3 4 5 6",  # ActivityStatus
    ("activity-date", "type"): "1 2 3 4",  # ActivityDateType
    ("related-activity", "type"): "1 2 3 4 5",  # RelatedActivityType
    ("result", "type"): "1 2 3 9",  # ResultType
    ("indicator", "measure"): "1 2 3 4 5",  # IndicatorMeasure
    ("indicator", "ascending"): "0 1 true false",  # xsd:boolean
    ("category", "code"): "A01 A02 A03 A04 A05 A06 A07 A08 A09 A10 A11 A12",  # DocumentCategory
    ("description", "type"): "1 2 3 4",  # DescriptionType
    ("sector", "vocabulary"): "1 2 3 4 5 6 7 8 9 10 11 12 98 99",  # SectorVocabulary
}


def broken(text: str) -> list[str]:
    """Return the names of the rules that a document breaks, each with the element."""
    root = ElementTree.fromstring(text.encode("utf-8"))
    return sorted(set(_broken(root)))


def _broken(root: ElementTree.Element) -> Iterator[str]:
    if root.tag != "iati-activities" or root.get("version") != "2.03":
        yield "version: the root is iati-activities of version 2.03"
    for node in root.iter():
        yield from _schema(node)
    for activity in root.iter("iati-activity"):
        yield from _ruleset(activity)


def _schema(node: ElementTree.Element) -> Iterator[str]:
    tag, tags = node.tag, [one.tag for one in node]
    if tag in LEAVES:
        if tags:
            yield f"leaf: {tag} has no children here"
    elif tag not in SEQUENCE:
        yield f"element: {tag} is none we write"
    else:
        order = [name for name, _, _ in SEQUENCE[tag]]
        if any(one not in order for one in tags):
            yield f"element: {tag} has an unknown child"
        elif [order.index(one) for one in tags] != sorted(order.index(one) for one in tags):
            yield f"sequence: children of {tag} stand in the order of the schema"
        for name, least, most in SEQUENCE[tag]:
            if not least <= tags.count(name) <= most:
                yield f"occurrence: {name} in {tag}"
    for name in REQUIRED.get(tag, ()):
        if not node.get(name):
            yield f"attribute: {tag} needs {name}"
    for (element, name), codes in CODES.items():
        if element == tag and node.get(name) is not None and node.get(name) not in codes.split():
            yield f"codelist: {name} of {tag}"
    if node.get("iso-date") is not None and not _is_date(node.get("iso-date")):
        yield f"type: iso-date of {tag} is an xsd:date"
    if tag == "baseline" and not re.fullmatch(r"[1-9]\d{3}", node.get("year") or ""):
        yield "type: year of baseline"
    if tag == "narrative" and (not (node.text or "").strip() or node.get(LANG) not in ("zh", "en")):
        yield "narrative: says something, in a language that is named"
    langs = [one.get(LANG) for one in node if one.tag == "narrative"]
    if len(set(langs)) < len(langs):
        yield f"narrative: {tag} says it once in a language"


def _is_date(text: str | None) -> bool:
    try:
        return len(text or "") == 10 and bool(date.fromisoformat(text or ""))
    except ValueError:
        return False


def _ruleset(activity: ElementTree.Element) -> Iterator[str]:
    reporter = activity.find("reporting-org")
    identifier = (activity.findtext("iati-identifier") or "").strip()
    if reporter is None or not identifier.startswith(f"{reporter.get('ref')}-"):
        yield "ruleset: iati-identifier begins with the reporting organisation's"
    if re.search(r"[/&|?]", identifier):
        yield "ruleset: iati-identifier without / & | ?"
    dates = {one.get("type"): one.get("iso-date") or "" for one in activity.iter("activity-date")}
    if not {"1", "2"} & set(dates):
        yield "ruleset: a planned or actual start"
    for start, end in (("1", "3"), ("2", "4")):
        if start in dates and end in dates and dates[start] > dates[end]:
            yield "ruleset: start before end"
    sectors = activity.findall("sector")
    if not sectors or sum(float(one.get("percentage") or 100) for one in sectors) != 100:
        yield "ruleset: sectors of a vocabulary add to 100"
    for one in activity.iter("sector"):
        if one.get("vocabulary") in ("98", "99") and one.find("narrative") is None:
            yield "ruleset: a sector of an own vocabulary says what it is"
    for one in activity.iter("participating-org"):
        if not one.get("ref") and one.find("narrative") is None:
            yield "ruleset: a participating organisation has a ref or a name"
    for period in activity.iter("period"):
        ends = [(period.find(name).get("iso-date") or "") for name in ("period-start", "period-end")]  # type: ignore[union-attr]
        if ends[0] > ends[1]:
            yield "ruleset: period-start before period-end"
    for indicator in activity.iter("indicator"):
        valued = [one for one in indicator.iter() if one.tag in ("baseline", "target", "actual")]
        if indicator.get("measure") == "5":
            if any(one.get("value") is not None for one in valued):
                yield "ruleset: a qualitative indicator has no values"
            if any(one.find("comment") is None for one in valued):
                yield "ruleset: a qualitative indicator says it in comments"
        elif any(one.get("value") is None for one in valued):
            yield "ruleset: other indicators have values"
