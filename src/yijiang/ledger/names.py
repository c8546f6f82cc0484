"""Names of persons, kept outside the chain behind salted hashes, so that they can be erased without breaking it."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from yijiang.ledger.kinds import KINDS, PERSON

ERASED = "—"
"""What stands where a name was erased."""

ABSENT = "[…]"
"""What stands where a name never came with the exchange, or is left out on purpose."""

_SALT = 16


def reference(salt: str, name: str) -> str:
    """Return how the chain refers to a person: the hash of salt (hexadecimal) and name.

    >>> reference("00" * 16, "应勇")[:15]
    'person:aed4b658'
    """
    return "person:" + hashlib.sha256(bytes.fromhex(salt) + name.encode("utf-8")).hexdigest()


def genuine(ref: str, salt: str, name: str) -> bool:
    """Say whether a salt and a name belong to a reference."""
    try:
        return len(salt) == 2 * _SALT and reference(salt, name) == ref
    except (ValueError, UnicodeEncodeError):
        return False


def trace(ledger: str, name: str) -> str:
    """Return what is kept of an erased name, so that it stays erased when a copy that still has it is merged.

    A name can't be read from its trace; whoever guesses it can test the guess, at the cost of one scrypt each.

    >>> trace("1f", "应勇") == trace("1f", " 应勇 "), trace("1f", "应勇") == trace("2f", "应勇")
    (True, False)
    """
    return hashlib.scrypt(name.strip().encode("utf-8"), salt=ledger.encode("utf-8"), n=2**14, r=8, p=1, dklen=32).hex()


class NameBook:
    """The names a copy knows; `fresh` are those added since the book was made, still to be stored.

    `erased` holds the references that were erased, each with the trace of its name if there is one.
    """

    def __init__(
        self, rows: Iterable[tuple[str, str, str]], ledger: str = "", erased: Mapping[str, str | None] | None = None
    ) -> None:
        self._names = {ref: name for ref, _, name in rows}
        self._ledger = ledger
        self._erased = erased or {}
        self._traces = {mark: ref for ref, mark in sorted(self._erased.items(), reverse=True) if mark}
        self._refs: dict[str, str] = {}
        for ref, name in sorted(self._names.items()):
            # Copies edited apart may each have salted the same name: the smaller reference is used from then on.
            self._refs.setdefault(name, ref)
        self._pattern: re.Pattern[str] | None = None
        self.fresh: list[tuple[str, str, str]] = []

    def refer(self, person: str) -> str:
        """Return the reference of a person, making one for a name not yet known."""
        if PERSON.fullmatch(person):
            return person
        name = person.strip()
        if name not in self._refs and self.erased(name):
            # It stays erased, and out of the texts that are added together with it.
            self._refs[name] = self._traces[trace(self._ledger, name)]
            self._pattern = None
        elif name not in self._refs:
            salt = secrets.token_hex(_SALT)
            ref = reference(salt, name)
            self._names[ref], self._refs[name] = name, ref
            self._pattern = None
            self.fresh.append((ref, salt, name))
        return self._refs[name]

    def erased(self, name: str) -> bool:
        """Say whether a name was erased from the ledger, under whatever reference."""
        return bool(self._traces) and trace(self._ledger, name) in self._traces

    def trace(self, ref: str) -> str | None:
        """Return the trace of the name under a reference, None if the name is not here."""
        name = self._names.get(ref)
        return None if name is None else trace(self._ledger, name)

    def references(self, person: str) -> list[str]:
        """Return every reference of a name (or the reference itself)."""
        if PERSON.fullmatch(person):
            return [person]
        return sorted(ref for ref, name in self._names.items() if name == person.strip())

    def mask(self, text: str) -> str:
        """Put references in the place of every known name in a text."""
        if not self._refs:
            return text
        if self._pattern is None:
            # Longer names first, so that a name within a longer one doesn't cut it.
            names = sorted((n for n in self._refs if len(n) > 1), key=lambda n: (-len(n), n))
            self._pattern = re.compile("|".join(map(_bounded, names)) if names else r"(?!)")
        return self._pattern.sub(lambda found: self._refs[found.group()], text)

    def fill(self, value: Any) -> Any:
        """Put names in the place of references in texts, lists and maps; one that is not here becomes a sign."""
        if isinstance(value, str):
            if "person:" not in value:
                return value
            return PERSON.sub(lambda found: self._shown(found.group()), value)
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if isinstance(value, dict):
            return {key: self.fill(item) for key, item in value.items()}
        return value

    def _shown(self, ref: str) -> str:
        return self._names.get(ref) or (ERASED if ref in self._erased else ABSENT)

    def masked(self, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return a body with its persons as references and the known names in its free texts masked."""
        result = dict(body)
        if kind == "visit" and isinstance(body.get("who"), list):
            result["who"] = [self.refer(who) if isinstance(who, str) and who.strip() else who for who in body["who"]]
        if kind == "owner" and isinstance(body.get("person"), str) and body["person"].strip():
            result["person"] = self.refer(body["person"])
        for name, field in KINDS.get(kind, {}).items():
            if field.free and name in result:
                value = result[name]
                if isinstance(value, str):
                    result[name] = self.mask(value)
                elif isinstance(value, list):
                    result[name] = [self.mask(item) if isinstance(item, str) else item for item in value]
                elif isinstance(value, dict):
                    result[name] = {key: self.mask(v) if isinstance(v, str) else v for key, v in value.items()}
        return result


def _bounded(name: str) -> str:
    # "Li" must not be cut out of "Lima"; Chinese names have no such bounds.
    left = r"(?<![A-Za-z])" if name[0].isascii() and name[0].isalpha() else ""
    right = r"(?![A-Za-z])" if name[-1].isascii() and name[-1].isalpha() else ""
    return left + re.escape(name) + right
