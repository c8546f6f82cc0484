"""Texts of a ledger by language: a title in both, a code by the catalogue, what was said as it was said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from yijiang.messages import LANGUAGES, has_message, message

Texts = Mapping[str, str]
"""A text by language; one that was said in one language has only that."""

LIST: Texts = {"en": ", ", "zh": "、"}
PARTS: Texts = {"en": "; ", "zh": "；"}

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def texts(value: Any) -> Texts:
    """Return a text by language: both where both were given, else the one it is written in.

    >>> texts("共建航运"), texts({"zh": "航道", "en": "Fairway"}), texts(None)
    ({'zh': '共建航运'}, {'en': 'Fairway', 'zh': '航道'}, {})
    """
    if isinstance(value, Mapping):
        return {lang: str(value[lang]) for lang in LANGUAGES if value.get(lang)}
    if value is None or not str(value).strip():
        return {}
    return {"zh" if _HAN.search(str(value)) else "en": str(value)}


def in_language(by_language: Texts, lang: str) -> str:
    """Return a text in one language, or as it was said where it was not said in that one."""
    return by_language.get(lang) or next(iter(by_language.values()), "")


def say(key: str, **values: Any) -> Texts:
    """Return a message in both languages; values that are texts by language are filled in language by language."""

    def fill(value: Any, lang: str) -> Any:
        return in_language(value, lang) if isinstance(value, Mapping) else value

    return {lang: message(key, lang, **{k: fill(v, lang) for k, v in values.items()}) for lang in LANGUAGES}


def label(group: str, code: Any) -> Texts:
    """Return the word for a code in both languages, or the code itself.

    >>> label("stage", "verified")["zh"], label("area", "space")["en"]
    ('核实', 'space')
    """
    key = f"{group}.{code}"
    return say(key) if has_message(key) else dict.fromkeys(LANGUAGES, str(code))


def joined(parts: Iterable[Texts], signs: Texts = LIST) -> Texts:
    """Return several texts as one, with the sign each language uses between the parts of a list or of a sentence."""
    listed = list(parts)
    return {lang: signs[lang].join(in_language(part, lang) for part in listed) for lang in LANGUAGES}


class Sides:
    """The names of the sides by language; a side without any is called as the ledger calls it."""

    def __init__(self, names: Mapping[str, Mapping[str, str]] | None) -> None:
        self._names = names or {}

    def __call__(self, side: str) -> Texts:
        """Return the name of one side."""
        return {lang: str(self._names.get(side, {}).get(lang) or side) for lang in LANGUAGES}

    def known(self, side: str) -> Texts:
        """Return the name of one side, in both languages only where both are known."""
        return texts(self._names[side]) if side in self._names else texts(side)

    def list(self, sides: Iterable[str]) -> Texts:
        """Return several sides as one text."""
        return joined(self(side) for side in sides)
