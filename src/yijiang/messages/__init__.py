"""Every text a person reads, in English and Chinese, by key: one catalogue for the report and the commands."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from yijiang.errors import OptionError

LANGUAGES = ("en", "zh")


@cache
def catalogue() -> MappingProxyType[str, MappingProxyType[str, str]]:
    """Return the catalogue, key to language to text; the file is read on the first call only.

    Raises
    ------
    OptionError
        If a key stands twice in the file or lacks a language.

    Examples
    --------
    >>> catalogue()["status.official"]["zh"]
    '官方'
    """
    entries: dict[str, MappingProxyType[str, str]] = {}
    text = files("yijiang.messages").joinpath("catalogue.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        key = row["key"]
        if key in entries:
            raise OptionError(f"the message catalogue holds the key {key!r} twice")
        if not all(row[lang] for lang in LANGUAGES):
            raise OptionError(f"the message {key!r} lacks a language")
        entries[key] = MappingProxyType({lang: row[lang] for lang in LANGUAGES})
    return MappingProxyType(entries)


def has_message(key: str) -> bool:
    """Say whether the catalogue holds a key.

    >>> has_message("status.official"), has_message("status.rumour")
    (True, False)
    """
    return key in catalogue()


def message(key: str, lang: str, **values: object) -> str:
    """Return one text of the catalogue in one language, with its `{names}` filled in.

    Parameters
    ----------
    key
        The key in `catalogue.csv`.
    lang
        "en" or "zh".
    **values
        What stands for each `{name}` of the text.

    Raises
    ------
    OptionError
        If the key or the language is unknown, or a value the text needs is not given.

    Examples
    --------
    >>> message("unit.large_money", "en", value="1.2", currency="yuan")
    '1.2 bn yuan'
    >>> message("unit.large_money", "zh", value="12", currency="元")
    '12亿元'
    """
    if lang not in LANGUAGES:
        raise OptionError(f"unknown language {lang!r}; one of: {', '.join(LANGUAGES)}")
    if key not in catalogue():
        raise OptionError(f"unknown message {key!r}")
    try:
        return catalogue()[key][lang].format(**values)
    except KeyError as missing:
        raise OptionError(f"the message {key!r} needs a value for {missing}") from missing


__all__ = ["LANGUAGES", "catalogue", "has_message", "message"]
