"""What was entered, where the copies disagree and what is wrong with the chains, in words of both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from yijiang.messages import has_message
from yijiang.report.status.book import ABSENT, ERASED, Book, Row
from yijiang.report.wording import Text, each, joined, label, pair, plain, say

_DAY = re.compile(r"\d{4}(-\d\d){0,2}")
_NAME = re.compile(r"(\w+) = ")
_COLONS = ":\N{FULLWIDTH COLON}"
NOTES = ("fork", "time")
"""Faults of a chain that are only worth knowing."""


def _coded(group: str, text: str) -> Text:
    """Translate the code a text begins with; the rest is what a person wrote."""
    code, _, rest = text.partition(" ")
    head = label(group, code)
    return each(lambda lang: f"{head[lang]} {rest}".strip())


def _changes(text: str) -> Text:
    """Translate the names of the fields in `name = JSON, name = JSON`; the values stay."""
    parts: list[Text] = []
    at, decoder = 0, json.JSONDecoder()
    while at < len(text):
        found = _NAME.match(text, at)
        if found is None:
            return plain(text)
        try:
            value, at = decoder.raw_decode(text, found.end())
        except ValueError:
            return plain(text)
        parts.append(_set(found[1], value))
        at += len(", ") if text.startswith(", ", at) else 0
    return joined(parts)


def _set(field: str, value: Any) -> Text:
    name, shown = label("field", field), value_text(field, value)
    return each(lambda lang: f"{name[lang]} = {shown[lang]}")


def value_text(field: str, value: Any) -> Text:
    """Return the value of a field as words: a code of the ledger translated, anything else as it is.

    >>> value_text("area", "industry")["zh"], value_text("deadline", None)["en"], value_text("sides", ["A", "B"])["en"]
    ('产业合作', '–', 'A, B')
    """
    groups = {"status": "stage", "kind": "commitment", "area": "area", "strength": "strength"}
    if value is None:
        return plain("–")
    if field in groups and isinstance(value, str):
        return label(groups[field], value)
    if isinstance(value, list):
        return joined([plain(item) for item in value])
    if isinstance(value, Mapping) and value.keys() == {"en", "zh"}:
        return pair(value)
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return plain(value)
    return plain(json.dumps(value, ensure_ascii=False, sort_keys=True))


def entry(book: Book, row: Row) -> dict[str, Any]:
    """Return one entry of the history: day, side, sentence, and where on the page it leads."""
    kind, said = row["kind"], pair(row["text"])
    text = str(row["text"])
    if kind == "status":
        said = _coded("stage", text)
    elif kind == "sign":
        said = label("stage", text)
    elif kind == "evidence":
        said = _coded("proof", text)
    elif kind == "accept":
        yes = not text.startswith("not accepted")
        rest = text.removeprefix("accepted" if yes else "not accepted")
        word = say("event.accepted" if yes else "event.not_accepted")
        said = each(lambda lang: word[lang] + rest)
    elif kind == "amend":
        said = _changes(text)
    elif kind == "witness":
        side, _, seq = text.rpartition(" ")
        said = say("event.witnessed", side=book.side(side), seq=seq)
    elif kind == "owner":
        sign = next((one for one in (ERASED, ABSENT) if text.endswith(f" {one}")), None)
        if sign is not None:
            person = book.person(sign)
            said = each(lambda lang: f"{text.removesuffix(sign)}({person[lang]})")
    anchor = book.anchor(row["of"]) if kind not in ("genesis", "witness", "erase") else None
    key = f"event.{kind}"
    return {
        "time": row["time"],
        "day": str(row["time"])[:10],
        "side": book.side(row["side"]),
        "text": say(key, text=said) if has_message(key) else plain(f"{kind} {text}"),
        "anchor": anchor,
        # A thing's own entry says its name already.
        "thing": None if anchor is None or kind in _MAKING else book.name(row["of"]),
    }


_MAKING = ("visit", "commitment", "project", "milestone", "indicator")


def conflict(book: Book, row: Row) -> dict[str, Any]:
    """Return one disagreement as a sentence, with the place of the thing it is about."""
    what, of, field = row["what"], row["of"], row["field"]
    values = list(row["values"])
    anchor = book.anchor(of)
    name = book.name(of)
    thing = each(lambda lang: f"“{name[lang]}”") if anchor else book.side(of)
    if what == "refused":
        if field == "seq":
            text = say("clash.refused_event", thing=book.side(of), seq=values[0] if values else "–")
            anchor = None
        else:
            text = say("clash.refused_fields", thing=thing, why=joined([label("field", value) for value in values]))
    elif what == "unknown":
        kinds = joined([plain(v) if not has_message(f"event.{v}") else _kind(str(v)) for v in values])
        text = say("clash.unknown", thing=plain(of), values=kinds)
    elif what in ("amend", "status"):
        shown = joined([value_text(field, value) for value in values], " / ")
        text = say(f"clash.{what}", thing=thing, field=label("field", field), values=shown)
    elif what == "id":
        text = say("clash.id", thing=plain(of), values=book.side_list(map(str, values)))
    elif what == "fork":
        text = say("clash.fork", thing=book.side(of), values=", ".join(map(str, values)))
        anchor = None
    else:
        text = say("clash.other", thing=thing, what=plain(what))
    return {"text": text, "anchor": anchor, "of": of}


def _kind(kind: str) -> Text:
    """Return the name of a kind of event: its sentence without what it says."""
    sentence = say(f"event.{kind}", text="")
    return each(lambda lang: sentence[lang].strip().rstrip(_COLONS))


def check(book: Book, faults: Iterable[Any] | None) -> dict[str, Any]:
    """Return the verdict on the chains: sound, sound with notes, faulty, or not examined (None)."""
    everyone = book.side_list(book.sides)
    if faults is None:
        return {"verdict": "none", "text": say("follow.check_none"), "faults": []}
    rows = [fault(book, one) for one in faults]
    serious = [row for row in rows if not row["note"]]
    if serious:
        return {"verdict": "faults", "text": say("follow.check_faults"), "faults": serious + _noted(rows)}
    if rows:
        return {"verdict": "notes", "text": say("follow.check_notes", sides=everyone), "faults": rows}
    return {"verdict": "sound", "text": say("follow.check_sound", sides=everyone), "faults": []}


def _noted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["note"]]


def fault(book: Book, found: Any) -> dict[str, Any]:
    """Return one fault; it may come as a map or as an object with the same names."""

    def part(name: str) -> Any:
        return found.get(name) if isinstance(found, Mapping) else getattr(found, name)

    what = str(part("what"))
    # The ledger's own faults tell themselves in either language; others hold one text, or one for each.
    detail = each(found.told) if hasattr(found, "told") else pair(part("detail"))
    return {
        "where": say("follow.fault_at", side=book.side(part("side")), seq=part("seq"))
        if part("side")
        else say("follow.fault_copy"),
        "text": label("fault", what),
        "detail": detail,
        "note": what in NOTES,
    }
