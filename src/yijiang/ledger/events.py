"""Events: their canonical form, hash and signature. An event is never changed, only followed by another."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from yijiang.errors import OptionError
from yijiang.ledger.keys import Key, signed_by
from yijiang.ledger.kinds import BodyError, check_body

_FIELDS = {"ledger", "side", "seq", "parents", "clock", "time", "kind", "body", "seen"}
_HASH = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
LARGEST = 2**53
"""Largest sequence number or clock: what every JSON reader keeps exactly."""


class EventError(ValueError):
    """An event that can't be read; `flaw` is the key of the message that says why, `values` what stands in it."""

    def __init__(self, flaw: str, **values: str) -> None:
        super().__init__(flaw, values)
        self.flaw = flaw
        self.values = values


def now() -> str:
    """Return the time in UTC, ISO, to the second.

    >>> len(now()), now()[-1]
    (20, 'Z')
    """
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def canonical(value: object) -> str:
    """Return a value as canonical JSON: sorted keys, no blanks, no escapes that UTF-8 can do without.

    Raises
    ------
    OptionError
        If it holds NaN, an infinity, a half character or what JSON can't hold.

    Examples
    --------
    >>> canonical({"b": 1, "a": "江"})
    '{"a":"江","b":1}'
    >>> canonical(float("nan"))
    Traceback (most recent call last):
        ...
    yijiang.errors.OptionError: can't be written as JSON: Out of range float values are not JSON compliant...
    """
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        text.encode("utf-8")
    except (ValueError, TypeError, RecursionError) as bad:
        raise OptionError(f"can't be written as JSON: {bad}") from bad
    return text


def digest(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8, in hexadecimal.

    >>> digest("")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Event:
    """One signed event of one side; `payload` is the canonical text that `hash` and `signature` stand for."""

    side: str
    seq: int
    parents: tuple[str, ...]
    clock: int
    time: str
    kind: str
    body: Mapping[str, Any]
    seen: Mapping[str, tuple[str, ...]]
    ledger: str
    payload: str
    hash: str
    signature: str

    @property
    def order(self) -> tuple[int, str, str]:
        """Return the place in the fold: (clock, side, hash), the same in every copy."""
        return self.clock, self.side, self.hash

    def signed(self, key: str) -> bool:
        """Say whether this public key signed the event."""
        return signed_by(key, bytes.fromhex(self.hash), self.signature)


def make_event(
    key: Key,
    *,
    ledger: str,
    side: str,
    seq: int,
    parents: tuple[str, ...],
    clock: int,
    time: str,
    kind: str,
    body: Mapping[str, Any],
    seen: Mapping[str, tuple[str, ...]],
) -> Event:
    """Build and sign one event; the body must be complete (see `kinds.complete`)."""
    payload = canonical(
        {
            "ledger": ledger,
            "side": side,
            "seq": seq,
            "parents": list(parents),
            "clock": clock,
            "time": time,
            "kind": kind,
            "body": dict(body),
            # One head is the rule and stands as a text; a side that forked has several.
            "seen": {other: heads[0] if len(heads) == 1 else list(heads) for other, heads in seen.items()},
        }
    )
    made = digest(payload)
    signature = key.sign(bytes.fromhex(made))
    return Event(side, seq, parents, clock, time, kind, body, seen, ledger, payload, made, signature)


def _need(holds: bool, flaw: str) -> None:
    if not holds:
        raise EventError(flaw)


def _whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= LARGEST


def read_event(payload: str, hash_: str, signature: str, *, whole: bool = True) -> Event:
    """Read an event from its canonical text and check its form and hash, not its signature.

    Parameters
    ----------
    payload, hash_, signature
        The event as it is kept.
    whole
        Check too that the text is canonical. An event of this copy was checked when it came in, and its hash
        says that it is still the same.

    Raises
    ------
    EventError
        If the text doesn't have the hash, isn't canonical, or isn't an event.
    """
    try:
        found = digest(payload)
    except UnicodeEncodeError as bad:
        raise EventError("form") from bad
    _need(found == hash_, "hash")
    try:
        value = json.loads(payload)
        _need(not whole or canonical(value) == payload, "form")
    except (ValueError, RecursionError, OptionError) as bad:
        raise EventError("form") from bad
    _need(isinstance(value, dict) and set(value) == _FIELDS, "fields")
    texts = all(isinstance(value[name], str) and value[name] for name in ("ledger", "side", "time", "kind"))
    _need(texts, "fields")
    _need(_whole(value["seq"], 1) and _whole(value["clock"], 1), "numbers")
    _need(_TIME.fullmatch(value["time"]) is not None, "time")
    parents = value["parents"]
    _need(isinstance(parents, list) and all(_is_hash(p) for p in parents), "parents")
    _need(len(set(parents)) == len(parents), "parents")
    _need(bool(parents) == (value["seq"] > 1), "parents")
    _need((value["kind"] == "genesis") == (value["seq"] == 1), "genesis")
    _need(isinstance(value["seen"], dict), "seen")
    seen: dict[str, tuple[str, ...]] = {}
    for other, heads in value["seen"].items():
        listed = heads if isinstance(heads, list) else [heads]
        _need(bool(listed) and all(_is_hash(h) for h in listed), "seen")
        seen[other] = tuple(listed)
    try:
        check_body(value["kind"], value["body"])
    except BodyError as bad:
        flaw = "body" if bad.fields else "kind"
        raise EventError(flaw, kind=value["kind"][:80], fields=", ".join(bad.fields)[:200]) from bad
    return Event(
        value["side"],
        value["seq"],
        tuple(parents),
        value["clock"],
        value["time"],
        value["kind"],
        value["body"],
        seen,
        value["ledger"],
        payload,
        hash_,
        signature,
    )


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None
