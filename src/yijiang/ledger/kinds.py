"""The kinds of event and what their bodies hold, as one table that writing, merging and verifying all use."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

STATUSES = ("planned", "running", "delivered", "stalled", "dropped", "superseded")
"""What a side may say of a thing."""

STEPS = ("agreed", "verified")
"""What takes a sign-off from every side."""

EVIDENCE_KINDS = ("document", "data", "photo", "contract", "observation", "inspection", "statement")
"""Kinds of evidence; a statement alone never makes an outcome substantive."""

PERSON = re.compile(r"person:[0-9a-f]{64}")
"""How a person is referred to in the chain."""

_LONGEST = 100_000
_HEX = re.compile(r"[0-9a-f]+")


class BodyError(ValueError):
    """A body that is wrong; the message says where and why, `fields` names what is wrong in it."""

    def __init__(self, message: str, fields: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.fields = tuple(fields)


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= _LONGEST


def _title(value: object) -> bool:
    if isinstance(value, dict):
        return value.keys() == {"en", "zh"} and all(map(_text, value.values()))
    return _text(value)


def _words(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST


def _name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable() and value == value.strip()


def _unit(value: object) -> bool:
    return _words(value) or _title(value)


def _list_of(check: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and len(value) <= 10_000 and all(check(item) for item in value)


def _or_null(check: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or check(value)


def _one_of(*choices: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and value in choices


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53


def _yes_no(value: object) -> bool:
    return isinstance(value, bool)


def _day(value: object) -> bool:
    return isinstance(value, str) and last_day(value) is not None


def _hash(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and _HEX.fullmatch(value) is not None


def _source(value: object) -> bool:
    if not isinstance(value, dict) or set(value) != {"digest", "start", "end"}:
        return False
    start, end = value["start"], value["end"]
    return _name(value["digest"]) and _whole(start) and _whole(end) and 0 <= start <= end


def _any_source(value: object) -> bool:
    return _source(value) or _text(value)


def _amount(value: object) -> bool:
    return _number(value) or _text(value)


def _person(value: object) -> bool:
    return isinstance(value, str) and PERSON.fullmatch(value) is not None


def _fields(value: object) -> bool:
    return isinstance(value, dict) and 0 < len(value) <= 50


def last_day(text: str) -> date | None:
    """Return the last day of a date given as year, year and month, or day; None for anything else.

    >>> last_day("2026-02"), last_day("soon")
    (datetime.date(2026, 2, 28), None)
    """
    parts = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", text)
    if parts is None:
        return None
    year, month, day = parts.groups()
    try:
        if day:
            return date(int(year), int(month), int(day))
        if month:
            following = date(int(year) + int(month) // 12, int(month) % 12 + 1, 1)
            return date.fromordinal(following.toordinal() - 1)
        return date(int(year), 12, 31)
    except ValueError:
        return None


class Field(NamedTuple):
    """One field of a body: its check, what a wrong value should have been, its default, and whether it is free text.

    A `later` field came after the first ledgers were written: an event without it is whole, and stays as it was signed.
    """

    check: Callable[[object], bool]
    expected: str
    default: Any = ...
    free: bool = False
    later: bool = False


_REQUIRED_TEXT = Field(_text, "a text", free=True)
_TITLE = Field(_title, "a text, or one in each language as {en, zh}", free=True)
_NOTE = Field(_words, "a text", "", free=True)
_ID = Field(_name, "an identifier of at most 200 characters")
_TEXTS = Field(_list_of(_text), "a list of texts", (), free=True)
_DAY = Field(_or_null(_day), "a date (YYYY-MM-DD, YYYY-MM or YYYY) or null", None)
_FREE_OR_NULL = Field(_or_null(_text), "a text or null", None, free=True)
_NAME_OR_NULL = Field(_or_null(_name), "a text or null", None)
_NUMBER_OR_NULL = Field(_or_null(_number), "a number or null", None)

KINDS: Mapping[str, Mapping[str, Field]] = {
    "genesis": {
        "title": Field(_text, "a text"),
        "sides": Field(_list_of(_name), "a list of sides"),
        "key": Field(_hash, "a public key"),
    },
    "visit": {
        "id": _ID,
        "title": _TITLE,
        "who": Field(_list_of(_text), "a list of names", (), free=True),
        "where": _TEXTS,
        "seen": _TEXTS,
        "follows": _TEXTS,
        "start": _DAY,
        "end": _DAY,
        "source": Field(_or_null(_any_source), "a source or null", None),
    },
    "commitment": {
        "id": _ID,
        "text": _REQUIRED_TEXT,
        "kind": Field(_name, "a kind", "joint_proposal"),
        "area": Field(_name, "an area", "general"),
        "strength": Field(_name, "a strength", "spoken"),
        "sides": Field(_list_of(_name), "a list of sides"),
        "source": Field(_or_null(_source), "{digest, start, end} or null", None),
        "deadline": _FREE_OR_NULL,
        "amount": Field(_or_null(_amount), "a text, a number or null", None),
        "speaker": _FREE_OR_NULL,
    },
    "owner": {"of": _ID, "organisation": _REQUIRED_TEXT, "person": Field(_or_null(_person), "a person or null", None)},
    "sign": {"of": _ID, "step": Field(_one_of(*STEPS), "agreed or verified"), "content": Field(_hash, "a SHA-256")},
    "status": {
        "of": _ID,
        "status": Field(_one_of(*STATUSES), f"one of {', '.join(STATUSES)}"),
        "on": _DAY,
        "by": _FREE_OR_NULL,
        "note": _NOTE,
    },
    "project": {
        "id": _ID,
        "title": _TITLE,
        "commitments": Field(_list_of(_name), "a list of commitments", ()),
        "belt_project": _NAME_OR_NULL,
    },
    "milestone": {"id": _ID, "project": _ID, "title": _TITLE, "due": _DAY},
    "evidence": {
        "id": _ID,
        "of": _ID,
        "kind": Field(_one_of(*EVIDENCE_KINDS), f"one of {', '.join(EVIDENCE_KINDS)}"),
        "digest": _NAME_OR_NULL,
        "url": Field(_or_null(_text), "an address or null", None),
        "note": _NOTE,
        "on": _DAY,
    },
    "accept": {"of": _ID, "accepted": Field(_yes_no, "true or false", True), "note": _NOTE},
    "indicator": {
        "id": _ID,
        "of": _ID,
        "title": _TITLE,
        "unit": Field(_unit, "a unit, or one in each language as {en, zh}", ""),
        "baseline": _NUMBER_OR_NULL,
        "target": _NUMBER_OR_NULL,
        "year": Field(_or_null(_whole), "a year or null", None),
        "ascending": Field(_yes_no, "true or false", True),
        "source": Field(_one_of("plan", "hand"), "plan or hand", "hand"),
        "baseline_year": Field(_or_null(_whole), "a year or null", None, later=True),
    },
    "actual": {
        "indicator": _ID,
        "value": Field(_number, "a number"),
        "on": _DAY,
        "evidence": _NAME_OR_NULL,
        "note": _NOTE,
    },
    "amend": {"of": _ID, "fields": Field(_fields, "the fields that change")},
    "erase": {
        "person": Field(_person, "a person"),
        "trace": Field(_or_null(_hash), "the trace of a name or null", None, later=True),
    },
    "witness": {
        "side": _ID,
        "head": Field(_hash, "a hash"),
        "seq": Field(_whole, "a number"),
        "time": Field(_or_null(_name), "a time or null", None),
        "signature": Field(_or_null(_name), "a signature or null", None),
    },
    "note": {"of": _NAME_OR_NULL, "text": _REQUIRED_TEXT},
}
"""Every kind of event and its fields; `id` makes a thing, `of` refers to one."""

THINGS = ("visit", "commitment", "project", "milestone", "evidence", "indicator")
"""Kinds that make a thing with an id."""

AMENDABLE = ("visit", "commitment", "project", "milestone", "indicator")
"""Things whose fields can be amended; evidence is replaced by new evidence, so that what was accepted stays that."""

FIXED = {"id", "project", "of"}
"""Fields no amendment changes: what a thing is and belongs to."""


def complete(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body with its defaults filled in; unknown fields stay and are refused by `check_body`."""
    if kind not in KINDS:
        raise BodyError(f"unknown kind {kind!r}; one of: {', '.join(k for k in KINDS if k != 'genesis')}")
    filled = {name: list(value) if isinstance(value, tuple) else value for name, value in body.items()}
    for name, field in KINDS[kind].items():
        if name not in filled and field.default is not ...:
            filled[name] = list(field.default) if isinstance(field.default, tuple) else field.default
    return filled


def check_body(kind: str, body: object) -> None:
    """Check that a body holds exactly the fields of its kind, each of its type.

    Raises
    ------
    BodyError
        If it doesn't.

    Examples
    --------
    >>> check_body("note", {"of": None, "text": " "})
    Traceback (most recent call last):
        ...
    yijiang.ledger.kinds.BodyError: note: text must be a text, not ' '
    """
    fields = KINDS.get(kind)
    if fields is None:
        raise BodyError(f"unknown kind {kind!r}")
    if not isinstance(body, dict):
        raise BodyError(f"{kind}: the body must map fields to values")
    wrong: dict[str, str] = {str(name): f"unknown field {name!r}" for name in body.keys() - fields.keys()}
    for name, field in fields.items():
        if name not in body:
            if not field.later:
                wrong[name] = f"{name} is needed"
        elif not field.check(body[name]):
            wrong[name] = f"{name} must be {field.expected}, not {str(body[name])[:80]!r}"
    _refuse(kind, wrong)


def _refuse(what: str, wrong: Mapping[str, str]) -> None:
    # All that is wrong at once: whoever mends it mends it in one go.
    if wrong:
        raise BodyError(f"{what}: {'; '.join(wrong[name] for name in sorted(wrong))}", sorted(wrong))


def check_amendment(kind: str, fields: Mapping[str, Any]) -> None:
    """Check the new values of an amendment against the kind of thing they belong to.

    Raises
    ------
    BodyError
        If a field is unknown, fixed or of the wrong type.
    """
    if kind not in AMENDABLE:
        raise BodyError(f"amend: a {kind} can't be amended")
    wrong: dict[str, str] = {}
    for name, value in fields.items():
        field = KINDS[kind].get(name)
        if field is None or name in FIXED:
            open_ = ", ".join(n for n in KINDS[kind] if n not in FIXED)
            wrong[name] = f"a {kind} has no field {name!r} that can change; one of: {open_}"
        elif not field.check(value):
            wrong[name] = f"{name} must be {field.expected}, not {str(value)[:80]!r}"
    _refuse("amend", wrong)
