"""The ledger as tidy tables, one for each kind of thing, for spreadsheets and statistics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from yijiang.cells import escape, format_csv
from yijiang.ledger.exports.wording import label, texts
from yijiang.ledger.rules import ASIDE, LADDER

State = Mapping[str, Any]
Table = list[dict[str, Any]]


def tables(state: State) -> dict[str, str]:
    """Return the ledger as CSV texts by name: one row per thing, its status, the owner on each side, its source span.

    Parameters
    ----------
    state
        What `State.to_dict()` gives. Names that were erased stay erased.

    Returns
    -------
    dict
        commitments, projects, milestones, evidence, outcomes (indicators), actuals, signoffs, visits, and codes (what
        the codes of the other tables mean in both languages). UTF-8, lines ended by a line feed, texts that a
        spreadsheet would run as a formula escaped by `'`. A text that is there in one language leaves the column of
        the other empty. The same bytes for the same state.

    Examples
    --------
    >>> found = tables(
    ...     {
    ...         "sides": [{"side": "Basel"}],
    ...         "visits": [
    ...             {
    ...                 "id": "v1",
    ...                 "title": "=1+1",
    ...                 "who": [],
    ...                 "where": ["Basel"],
    ...                 "seen": [],
    ...                 "follows": [],
    ...                 "start": "2026-03-01",
    ...                 "end": None,
    ...                 "source": None,
    ...             }
    ...         ],
    ...     }
    ... )
    >>> print(found["visits"])
    visit,title_en,title_zh,start,end,who,where,seen,follows,source_digest,source_start,source_end,source_note
    v1,'=1+1,,2026-03-01,,,Basel,,,,,,
    <BLANKLINE>
    """
    sides = [row["side"] for row in state["sides"]]
    found: dict[str, tuple[Sequence[str], Table]] = {
        "commitments": _commitments(state, sides),
        "projects": _projects(state, sides),
        "milestones": _milestones(state, sides),
        "evidence": _evidence(state, sides),
        "outcomes": _outcomes(state),
        "actuals": _actuals(state),
        "signoffs": _signoffs(state),
        "visits": _visits(state),
        "codes": _codes(state),
    }
    return {name: _csv(columns, rows) for name, (columns, rows) in found.items()}


def _csv(columns: Sequence[str], rows: Table) -> str:
    return format_csv([escape(c) for c in columns], [[_cell(row.get(column)) for column in columns] for row in rows])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return escape("; ".join(map(str, value)))
    return escape(str(value))


def _both(name: str, value: Any) -> dict[str, str | None]:
    by_language = texts(value)
    return {f"{name}_{lang}": by_language.get(lang) for lang in ("en", "zh")}


def _owners(row: State, sides: Iterable[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for side in sides:
        owner = row.get("owners", {}).get(side) or {}
        found |= {f"owner_{side}": owner.get("organisation"), f"owner_person_{side}": owner.get("person")}
    return found


def _owner_columns(sides: Sequence[str]) -> list[str]:
    return [f"{column}_{side}" for side in sides for column in ("owner", "owner_person")]


def _span(source: Any) -> dict[str, Any]:
    if not isinstance(source, Mapping):
        return {"source_note": source}
    return {f"source_{name}": source[name] for name in ("digest", "start", "end")}


_SPAN = ("source_digest", "source_start", "source_end")


def _commitments(state: State, sides: Sequence[str]) -> tuple[Sequence[str], Table]:
    head = ["commitment", "text", "area", "kind", "strength", "sides", "status", "claimed", "substantive", "overdue"]
    columns = [*head, *_owner_columns(sides), "deadline", "amount", "speaker", "projects", "entered", *_SPAN]
    rows = [
        {**row, "commitment": row["id"], **_owners(row, sides), **_span(row["source"])}
        for row in state.get("commitments", ())
    ]
    return columns, rows


def _projects(state: State, sides: Sequence[str]) -> tuple[Sequence[str], Table]:
    head = ["project", "title_en", "title_zh", "commitments", "belt_project", "status", "claimed"]
    columns = [*head, *_owner_columns(sides), "milestones", "entered"]
    rows = [
        {**row, "project": row["id"], **_both("title", row["title"]), **_owners(row, sides)}
        for row in state.get("projects", ())
    ]
    return columns, rows


def _milestones(state: State, sides: Sequence[str]) -> tuple[Sequence[str], Table]:
    head = ["milestone", "project", "title_en", "title_zh", "due", "status", "claimed", "substantive", "overdue"]
    tail = ["started_on", "delivered_on", "delivered_by", "verified_on", "evidence", "entered"]
    columns = [*head, *_owner_columns(sides), *tail]
    rows = [
        {**row, "milestone": row["id"], **_both("title", row["title"]), **_owners(row, sides)}
        for row in state.get("milestones", ())
    ]
    return columns, rows


def _evidence(state: State, sides: Sequence[str]) -> tuple[Sequence[str], Table]:
    verdicts = [f"accepted_{side}" for side in sides]
    columns = ["evidence", "of", "kind", "side", "on", "note", "url", "digest", *verdicts]
    rows = [
        {**row, "evidence": row["id"], **{f"accepted_{side}": row["accepted"].get(side) for side in sides}}
        for row in state.get("evidence", ())
    ]
    return columns, rows


def _outcomes(state: State) -> tuple[Sequence[str], Table]:
    head = ["indicator", "of", "title_en", "title_zh", "unit_en", "unit_zh", "ascending", "source"]
    columns = [
        *head,
        "baseline",
        "baseline_year",
        "target",
        "year",
        *(f"{p}_{n}" for p in ("claimed", "verified") for n in _OUTCOME),
    ]
    rows: Table = []
    for row in state.get("indicators", ()):
        flat: dict[str, Any] = {
            **row,
            "indicator": row["id"],
            **_both("title", row["title"]),
            **_both("unit", row["unit"]),
        }
        for part in ("claimed", "verified"):
            flat |= {f"{part}_{name}": (row[part] or {}).get(name) for name in _OUTCOME}
        rows.append(flat)
    return columns, rows


_OUTCOME = ("value", "on", "side", "share", "reached")


def _actuals(state: State) -> tuple[Sequence[str], Table]:
    columns = ["indicator", "on", "value", "side", "evidence", "confirmed"]
    rows = [{**one, "indicator": row["id"]} for row in state.get("indicators", ()) for one in row["actuals"]]
    return columns, rows


def _signoffs(state: State) -> tuple[Sequence[str], Table]:
    columns = ["of", "kind", "side", "step", "time"]
    rows: Table = [
        {"of": row["id"], "kind": kind, "side": side, "step": step, "time": time}
        for kind, things in (("commitment", "commitments"), ("project", "projects"), ("milestone", "milestones"))
        for row in state.get(things, ())
        for side, steps in row["signed"].items()
        for step, time in steps.items()
        if time is not None
    ]
    return columns, rows


def _visits(state: State) -> tuple[Sequence[str], Table]:
    columns = [
        "visit",
        "title_en",
        "title_zh",
        "start",
        "end",
        "who",
        "where",
        "seen",
        "follows",
        *_SPAN,
        "source_note",
    ]
    rows = [
        {**row, "visit": row["id"], **_both("title", row["title"]), **_span(row["source"])}
        for row in state.get("visits", ())
    ]
    return columns, rows


def _codes(state: State) -> tuple[Sequence[str], Table]:
    points = state.get("commitments", ())
    used = [("stage", code) for code in (*LADDER, *ASIDE)]
    for group, column in (("area", "area"), ("commitment", "kind"), ("strength", "strength")):
        used += [(group, code) for code in sorted({row[column] for row in points})]
    used += [("proof", code) for code in sorted({row["kind"] for row in state.get("evidence", ())})]
    columns = {"stage": "status", "commitment": "kind of commitment", "proof": "kind of evidence"}
    return ["column", "code", "en", "zh"], [
        {"column": columns.get(group, group), "code": code, **label(group, code)} for group, code in used
    ]
