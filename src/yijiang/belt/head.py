"""The head of a belt (belt.toml): its name, titles, year, unit of money and scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yijiang import units
from yijiang.belt.findings import Findings, near
from yijiang.belt.schema import META, SCOPES
from yijiang.errors import OptionError

HEAD = "belt.toml"


def _problem(kind: str, value: object) -> tuple[str, str] | None:
    """What is wrong with one value of the head, and what to do."""
    if kind == "text":
        return None if isinstance(value, str) and value.strip() else ("must be text", "write it in quotes")
    if kind == "int":
        right = isinstance(value, int) and not isinstance(value, bool) and 1900 <= value <= 2100
        return None if right else ("must be a year from 1900 to 2100", "write for example 2017")
    if kind == "money":
        try:
            units.currency(str(value))
        except OptionError as fault:
            return "not a unit of money", str(fault)
        return None
    if not isinstance(value, list | tuple) or not value:
        parts = ", ".join(f'"{part}"' for part in SCOPES)
        return "must be a list of parts", f"write for example scope = [{parts}]"
    unknown = [str(part) for part in value if part not in SCOPES]
    if unknown:
        return f"unknown part {unknown[0]!r}", near(unknown[0], SCOPES, f"the parts are {', '.join(SCOPES)}")
    return None


def check_head(meta: Mapping[str, Any], found: Findings) -> str | None:
    """Check the head and return its unit of money; None when it has no usable one.

    >>> found = Findings()
    >>> check_head(
    ...     {"name": "x", "title_en": "X", "title_zh": "X", "year": 2017, "money": "CNY", "scope": ["rivr"]}, found
    ... )
    'CNY'
    >>> print(found.all()[0])
    belt.toml, scope = "['rivr']": unknown part 'rivr'; did you mean river?
    """
    for key, (kind, description) in META.items():
        if key not in meta:
            found.add(HEAD, 0, key, "", "missing key", f"add the {description}")
            continue
        fault = _problem(kind, meta[key])
        if fault is not None:
            found.add(HEAD, 0, key, meta[key], *fault)
    money = meta.get("money")
    return str(money) if money is not None and _problem("money", money) is None else None
