"""Results of IATI: a milestone as an output with a qualitative indicator, indicators as outcomes with their figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from yijiang.ledger.exports.wording import PARTS, Sides, Texts, joined, label, say, texts
from yijiang.ledger.exports.xml import child, day_of, document_links, narratives, told

Row = Mapping[str, Any]

_OUTPUT, _OUTCOME = "1", "2"
_UNIT, _PERCENT, _QUALITATIVE = "1", "2", "5"
_PERCENT_SIGNS = ("%", "％", "percent", "per cent", "百分比")


def milestone_result(
    node: Element,
    row: Row,
    evidence: Sequence[Row],
    indicators: Sequence[Row],
    by_id: Mapping[str, Row],
    sides: Sides,
    as_of: str,
) -> None:
    """Add a milestone: what it asks for as the target, what was reached as the actual, its evidence beside that."""
    title = texts(row["title"])
    result = child(node, "result", type=_OUTPUT)
    narratives(child(result, "title"), title)
    indicator = child(result, "indicator", measure=_QUALITATIVE)
    narratives(child(indicator, "title"), title)
    due = day_of(row["due"])
    period = _period(indicator, row["entered"], due or as_of)
    asked = say("iati.asked", sides=sides.list(row["sides"]))
    _comment(child(period, "target"), asked if due else joined([asked, say("iati.no_due")], PARTS))
    if row["claimed"] != "planned" or evidence:
        actual = child(period, "actual")
        _comment(actual, _reached(row, evidence, sides))
        document_links(actual, evidence, sides)
    for one in indicators:
        _indicator(result, one, by_id, sides, as_of, row["due"])


def _reached(row: Row, evidence: Sequence[Row], sides: Sides) -> Texts:
    if row["status"] == "verified":
        parts = [say("follow.signed_all", step=label("stage", "verified"), day=row["verified_on"])]
    elif row["status"] == "delivered":
        said = {"stage": label("stage", "delivered"), "sides": sides(row["delivered_by"]), "day": row["delivered_on"]}
        parts = [say("follow.claim_on", **said), say("follow.not_verified")]
    else:
        parts = [label("stage", row["status"])]
    if row["substantive"]:
        parts.append(say("follow.substantive"))
    # Evidence that no link leads to is told in words.
    return joined([*parts, *(told(one, sides) for one in evidence)], PARTS)


def outcome_result(
    node: Element,
    title: Texts,
    indicators: Sequence[Row],
    by_id: Mapping[str, Row],
    sides: Sides,
    as_of: str,
    due: str | None,
) -> None:
    """Add the indicators of a commitment or a project as one outcome."""
    result = child(node, "result", type=_OUTCOME)
    narratives(child(result, "title"), title)
    for row in indicators:
        _indicator(result, row, by_id, sides, as_of, due)


def _indicator(result: Element, row: Row, by_id: Mapping[str, Row], sides: Sides, as_of: str, due: str | None) -> None:
    unit = texts(row["unit"])
    measure = _PERCENT if any(one.strip().casefold() in _PERCENT_SIGNS for one in unit.values()) else _UNIT
    node = child(result, "indicator", measure=measure, ascending="1" if row["ascending"] else "0")
    narratives(child(node, "title"), texts(row["title"]))
    parts = [say("iati.unit", unit=unit)] if unit else []
    parts.append(say("iati.target_plan" if row["source"] == "plan" else "iati.target_hand", side=sides(row["side"])))
    narratives(child(node, "description"), joined(parts, PARTS))
    if row["baseline"] is not None:
        stated = row["baseline_year"]
        year = stated or int(row["entered"][:4])
        baseline = child(node, "baseline", year=str(year), value=_number(row["baseline"]))
        if stated is None:
            _comment(baseline, say("iati.no_baseline_year"))
    _periods(node, row, by_id, sides, as_of, due)


def _periods(node: Element, row: Row, by_id: Mapping[str, Row], sides: Sides, as_of: str, due: str | None) -> None:
    """Add the target's period, and one for every other year in which a value was reported."""
    year = row["year"]
    by_year: dict[int, list[Row]] = {}
    for actual in row["actuals"]:
        by_year.setdefault(int(actual["on"][:4]), []).append(actual)
    if year is None and row["target"] is not None:
        # The schema asks for a period; where no year was stated one is given and says that it was not.
        last = max(filter(None, (day_of(due), as_of, *(day_of(a["on"]) for a in row["actuals"]))))
        period = _period(node, row["entered"], last)
        _comment(child(period, "target", value=_number(row["target"])), say("iati.no_target_year"))
        for actual in row["actuals"]:
            _actual(period, actual, by_id, sides)
        return
    for one in sorted({*by_year, *([year] if row["target"] is not None else [])}):
        period = _period(node, f"{one:04d}-01-01", f"{one:04d}-12-31")
        if one == year and row["target"] is not None:
            child(period, "target", value=_number(row["target"]))
        for actual in by_year.get(one, ()):
            _actual(period, actual, by_id, sides)


def _actual(period: Element, actual: Row, by_id: Mapping[str, Row], sides: Sides) -> None:
    node = child(period, "actual", value=_number(actual["value"]))
    side, day = sides(actual["side"]), actual["on"]
    if actual["confirmed"]:
        said = say("iati.actual_confirmed", side=side, day=day, sides=sides.list(actual["confirmed"]))
    else:
        said = say("iati.actual_claimed", side=side, day=day)
    proof = by_id.get(actual["evidence"] or "")
    _comment(node, joined([said, told(proof, sides)], PARTS) if proof else said)
    document_links(node, [proof] if proof else (), sides)


def _period(node: Element, start: str, end: str) -> Element:
    period = child(node, "period")
    child(period, "period-start", {"iso-date": min(start, end)})
    child(period, "period-end", {"iso-date": end})
    return period


def _comment(node: Element, text: Texts) -> None:
    narratives(child(node, "comment"), text)


def _number(value: float) -> str:
    """Write a number as the ledger holds it; a whole one without a decimal point.

    >>> _number(3.0), _number(-0.25), _number(12)
    ('3', '-0.25', '12')
    """
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
