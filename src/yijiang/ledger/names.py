"""Names of persons, kept outside the chain behind salted hashes, so that they can be erased without breaking it."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from yijiang.ledger.kinds import KINDS, PERSON

ERASED = "—"
"""What stands where a name was erased or never came with the exchange."""

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


class NameBook:
    """The names a copy knows; `fresh` are those added since the book was made, still to be stored."""

    def __init__(self, rows: Iterable[tuple[str, str, str]]) -> None:
        self._names = {ref: name for ref, _, name in rows}
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
        if name not in self._refs:
            salt = secrets.token_hex(_SALT)
            ref = reference(salt, name)
            self._names[ref], self._refs[name] = name, ref
            self._pattern = None
            self.fresh.append((ref, salt, name))
        return self._refs[name]

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
        """Put names in the place of references in texts, lists and maps; an erased one becomes a dash."""
        if isinstance(value, str):
            if "person:" not in value:
                return value
            return PERSON.sub(lambda found: self._names.get(found.group(), ERASED), value)
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if isinstance(value, dict):
            return {key: self.fill(item) for key, item in value.items()}
        return value

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
        return result


def _bounded(name: str) -> str:
    # "Li" must not be cut out of "Lima"; Chinese names have no such bounds.
    left = r"(?<![A-Za-z])" if name[0].isascii() and name[0].isalpha() else ""
    right = r"(?![A-Za-z])" if name[-1].isascii() and name[-1].isalpha() else ""
    return left + re.escape(name) + right
