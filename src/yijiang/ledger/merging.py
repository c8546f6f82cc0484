"""What travels between sides: an exchange of events, names and documents as JSON lines, and how it is read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yijiang.errors import DataError, Finding, OptionError
from yijiang.ledger.events import LARGEST, canonical, digest
from yijiang.ledger.names import genuine
from yijiang.ledger.store import Row, Store, events_after, is_url, open_store, read_documents, read_meta, read_names

_FORMAT = "yijiang-ledger-1"
_SQLITE = b"SQLite format 3\0"


@dataclass(slots=True)
class Parcel:
    """What an exchange or another copy holds, read but not yet examined."""

    ledger: str
    rows: list[Row] = field(default_factory=list)
    names: list[tuple[str, str, str]] = field(default_factory=list)
    documents: list[tuple[str, str, str | None]] = field(default_factory=list)


def pack(parcel: Parcel) -> list[str]:
    """Return a parcel as JSON lines; the first tells how many events follow, so that a cut file is noticed."""
    lines = [canonical({"format": _FORMAT, "ledger": parcel.ledger, "events": len(parcel.rows)})]
    # The text of an event travels whole: its hash is over every byte of it.
    lines += [canonical({"event": row.payload, "hash": row.hash, "signature": row.signature}) for row in parcel.rows]
    lines += [canonical({"person": ref, "salt": salt, "name": name}) for ref, salt, name in parcel.names]
    lines += [canonical({"document": d, "title": title, "text": text}) for d, title, text in parcel.documents]
    return lines


def take(store: Store, *, names: bool = True) -> Parcel:
    """Return what a copy holds, with or without names and documents."""
    return Parcel(
        read_meta(store, "ledger") or "",
        list(events_after(store, 0)),
        read_names(store) if names else [],
        read_documents(store) if names else [],
    )


def read_parcel(source: str | os.PathLike[str] | Iterable[str]) -> Parcel:
    """Read another copy (file or address) or an exchange (file, text or lines).

    Raises
    ------
    OptionError
        If there is nothing at the place.
    DataError
        If it is no exchange or was cut off.
    """
    if isinstance(source, str) and (source.lstrip().startswith("{") or "\n" in source):
        return _unpack(source.splitlines(), "exchange")
    if isinstance(source, (str, os.PathLike)):
        if is_url(source) or _is_database(source):
            store = open_store(source)
            try:
                return take(store)
            finally:
                store.close()
        try:
            text = Path(source).read_text(encoding="utf-8")
        except OSError as failed:
            raise OptionError(f"the exchange {os.fspath(source)!r} can't be read: {failed.strerror}") from failed
        except UnicodeDecodeError as bad:
            raise _wrong(os.fspath(source), 0, "is not UTF-8 text") from bad
        return _unpack(text.split("\n"), os.fspath(source))
    return _unpack(source, "exchange")


def _is_database(path: str | os.PathLike[str]) -> bool:
    try:
        with Path(path).open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


def _wrong(where: str, line: int, problem: str) -> DataError:
    return DataError([Finding(where, line, "", "", problem, "nothing was taken; ask for the exchange again")])


def _unpack(lines: Iterable[str], where: str) -> Parcel:
    parcel: Parcel | None = None
    told = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as bad:
            raise _wrong(where, number, "the line is not whole JSON") from bad
        if not isinstance(value, dict):
            raise _wrong(where, number, "the line is no record")
        if parcel is None:
            if (
                value.get("format") != _FORMAT
                or not _texts(value, "ledger")
                or not isinstance(value.get("events"), int)
            ):
                raise _wrong(where, number, f"is no exchange of the form {_FORMAT}")
            parcel, told = Parcel(value["ledger"]), value["events"]
        elif _texts(value, "event", "hash", "signature"):
            parcel.rows.append(_row(len(parcel.rows) + 1, value))
        elif _texts(value, "person", "salt", "name"):
            parcel.names.append((value["person"], value["salt"], value["name"]))
        elif _texts(value, "document", "title") and (value.get("text") is None or isinstance(value["text"], str)):
            parcel.documents.append((value["document"], value["title"], value.get("text")))
        else:
            raise _wrong(where, number, "the line is no event, name or document")
    if parcel is None:
        raise _wrong(where, 0, "the exchange is empty")
    if len(parcel.rows) != told:
        raise _wrong(where, 0, f"the exchange was cut off: {len(parcel.rows)} of {told} events are there")
    return parcel


def _texts(value: dict[str, Any], *names: str) -> bool:
    return all(isinstance(value.get(name), str) for name in names)


def _row(n: int, value: dict[str, Any]) -> Row:
    """Return a row whose side, number and clock are those of the event itself, as far as it can be read."""
    try:
        event = json.loads(value["event"])
        side, seq, clock = str(event["side"]), event["seq"], event["clock"]
    except (ValueError, KeyError, TypeError, RecursionError):
        side, seq, clock = "?", 0, 0
    seq, clock = (x if isinstance(x, int) and abs(x) <= LARGEST else 0 for x in (seq, clock))
    return Row(n, value["hash"], side, seq, clock, value["event"], value["signature"])


def unsound_extras(parcel: Parcel) -> list[Finding]:
    """Return what is wrong with the names and documents of a parcel."""
    remedy = "ask for it again"
    findings = [
        Finding("names", 0, "person", ref[:19], "salt and name do not belong to the reference", remedy)
        for ref, salt, name in parcel.names
        if not genuine(ref, salt, name)
    ]
    findings += [
        Finding("documents", 0, "digest", name[:12], "the text does not have the digest", remedy)
        for name, _, text in parcel.documents
        if text is not None and not digest_fits(text, name)
    ]
    return findings


def digest_fits(text: str, name: str) -> bool:
    """Say whether a text has a digest."""
    try:
        return digest(text) == name
    except UnicodeEncodeError:
        return False


def sides_of(rows: Sequence[Row]) -> tuple[str, list[str]]:
    """Return title and sides as the first genesis of an exchange tells them.

    Raises
    ------
    DataError
        If there is none that can be read.
    """
    for row in rows:
        if row.seq == 1:
            try:
                body = json.loads(row.payload)["body"]
                return str(body["title"]), [str(side) for side in body["sides"]]
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
    raise _wrong("exchange", 0, "no first event of any side is there")
