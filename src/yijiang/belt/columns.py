"""Turns the cells of a table, text or already typed, into columns of the types its schema states."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from yijiang import units
from yijiang.belt.findings import Findings, near
from yijiang.belt.schema import Attribute, Schema, schemas
from yijiang.errors import OptionError

TRUE, FALSE = ("true", "yes", "1", "是"), ("false", "no", "0", "否")
_LARGEST_INT = 2**53


def cell_text(value: object) -> str:
    """Write one cell as text that reads back as the same value; a missing one is blank.

    >>> [cell_text(v) for v in (0.1, 7, True, None, float("nan"), "湖北")]
    ['0.1', '7', 'true', '', '', '湖北']
    """
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        return "" if math.isnan(value) else repr(float(value))
    return str(value)


def texts(series: pd.Series[Any]) -> list[str]:
    """Write a column as text, cell by cell."""
    cells = series.tolist()
    if series.dtype == np.float64:
        return ["" if math.isnan(value) else repr(value) for value in cells]
    return [value if isinstance(value, str) else cell_text(value) for value in cells]


def empty_column(attribute: Attribute, rows: int) -> pd.Series[Any]:
    """Return a column of defaults, or of blanks where the schema has no default."""
    return _convert(attribute, [attribute.default] * rows, "", Findings())[0]


def _remedy(attribute: Attribute) -> str:
    unit = f" [{attribute.unit}]" if attribute.unit else ""
    return f"enter {attribute.description}{unit}"


def _floats(cells: Sequence[str]) -> npt.NDArray[np.float64]:
    """Numbers, NaN where a cell is blank or is none; Python's `1_000` is not taken for a number."""
    try:
        if any("_" in c for c in cells):
            raise ValueError
        return np.array([float(c) if c else math.nan for c in cells], dtype=np.float64)
    except ValueError:
        return np.array([_float(c) for c in cells], dtype=np.float64)


def _float(cell: str) -> float:
    try:
        return math.nan if "_" in cell else float(cell)
    except ValueError:
        return math.nan


def _numbers(a: Attribute, cells: Sequence[str], table: str, found: Findings) -> npt.NDArray[np.float64]:
    values = _floats(cells)
    wrong = np.flatnonzero(~np.isfinite(values))
    given = np.array([i for i in wrong.tolist() if cells[i].strip()], dtype=np.intp)
    what = "not a number" if a.kind == "float" else "not a whole number"
    hint = f"{_remedy(a)}; digits and a point only" + ("" if a.required else ", or leave it blank")
    found.rows(table, given, a.name, (cells[i] for i in given.tolist()), what, hint)
    values[wrong] = math.nan
    values += 0.0  # no negative zero: it would be written as -0
    if a.kind == "int":
        broken = np.flatnonzero(np.isfinite(values) & ((values != np.round(values)) | (np.abs(values) > _LARGEST_INT)))
        found.rows(table, broken, a.name, (cells[i] for i in broken.tolist()), what, hint)
        values[broken] = math.nan
    return values


def check_range(
    a: Attribute, values: npt.NDArray[np.float64], cells: Sequence[str], table: str, found: Findings
) -> None:
    """Report numbers outside the bounds of the schema; `cells` is what the file says, before any conversion."""
    for bound, outside, word in ((a.minimum, np.less, "at least"), (a.maximum, np.greater, "at most")):
        if bound is not None:
            at = np.flatnonzero(outside(values, bound))
            found.rows(table, at, a.name, (cells[i] for i in at.tolist()), f"must be {word} {bound:g}", _remedy(a))


def _blank(a: Attribute, cells: Sequence[str], table: str, found: Findings) -> None:
    if a.required and not all(map(str.strip, cells)):
        at = np.array([i for i, c in enumerate(cells) if not c.strip()], dtype=np.intp)
        found.rows(table, at, a.name, (cells[i] for i in at.tolist()), "no value", _remedy(a))


def _bools(a: Attribute, cells: Sequence[str], table: str, found: Findings) -> pd.Series[Any]:
    words = {**dict.fromkeys(TRUE, True), **dict.fromkeys(FALSE, False)}
    read = [words.get(c.strip().casefold()) for c in cells]
    at = np.array(
        [i for i, (c, r) in enumerate(zip(cells, read, strict=True)) if r is None and c.strip()], dtype=np.intp
    )
    found.rows(table, at, a.name, (cells[i] for i in at.tolist()), "neither true nor false", "write true or false")
    return pd.Series(read, dtype="boolean" if None in read else "bool")


def _text(a: Attribute, cells: Sequence[str], table: str, found: Findings) -> pd.Series[Any]:
    unique = set(cells)
    if a.kind == "enum":
        for word in sorted(unique - set(a.choices) - {""}):
            at = np.array([i for i, c in enumerate(cells) if c == word], dtype=np.intp)
            choices = ", ".join(a.choices)
            hint = near(word, a.choices, f"write one of {choices}")
            found.rows(table, at, a.name, [word] * len(at), f"not one of {choices}", hint)
    elif a.key or a.reference:
        for word in sorted(w for w in unique if w.strip() != w and w.strip()):
            at = np.array([i for i, c in enumerate(cells) if c == word], dtype=np.intp)
            found.rows(table, at, a.name, [word] * len(at), "blanks around the name", "remove the blanks")
    for word in sorted(w for w in unique if "\x00" in w or "\ufffd" in w):
        at = np.array([i for i, c in enumerate(cells) if c == word], dtype=np.intp)
        hint = "save the file as UTF-8 and repair the cell"
        found.rows(table, at, a.name, [repr(word)] * len(at), "broken characters: wrong encoding", hint)
    return pd.Series(list(cells), dtype=str)


def _convert(
    a: Attribute, cells: list[str], table: str, found: Findings
) -> tuple[pd.Series[Any], npt.NDArray[np.float64] | None]:
    """One column as its type, and its numbers (to be put into the canonical unit before their range is checked)."""
    if a.default:
        cells = [c if c.strip() else a.default for c in cells]
    _blank(a, cells, table, found)
    if a.kind == "bool":
        return _bools(a, cells, table, found), None
    if a.kind not in ("int", "float"):
        return _text(a, cells, table, found), None
    values = _numbers(a, cells, table, found)
    if a.kind == "float":
        return pd.Series(values), values
    column = pd.Series(values)
    # Int64 only where a number is missing, so that a complete column stays a plain integer array.
    return column.astype("Int64" if np.isnan(values).any() else "int64"), values


def _other_units(
    schema: Schema, column: Attribute, cells: Sequence[str], wanted: str, found: Findings
) -> dict[str, npt.NDArray[np.intp]]:
    """Which rows are in which convertible unit other than the canonical one."""
    other: dict[str, npt.NDArray[np.intp]] = {}
    for unit in sorted(set(cells) - {wanted, ""}):
        at = np.array([i for i, c in enumerate(cells) if c == unit], dtype=np.intp)
        try:
            if units.compatible(unit, wanted):
                other[unit] = at
                continue
            problem = f"wrong unit: cannot be converted to {wanted}"
            hint = f"give the value in {wanted} or a unit of the same kind"
        except OptionError as fault:
            problem, hint = "wrong unit: not known", f"write {wanted}; {fault}"
        found.rows(schema.table, at, column.name, [unit] * len(at), problem, hint)
    return other


def typed(schema: Schema, frame: pd.DataFrame, money: str | None, found: Findings) -> pd.DataFrame:
    """Return a table with the columns and types of its schema, values in the canonical unit; faults go to `found`.

    Parameters
    ----------
    schema
        The table's schema.
    frame
        Cells as text, or typed columns; it is not changed.
    money
        The belt's unit of money; None when it is unknown, then units are left unchecked.
    found
        Collects the faults.
    """
    table, rows = schema.table, len(frame)
    names = [str(c) for c in frame.columns]
    for name in dict.fromkeys(names):
        if name not in schema.columns:
            hint = near(name, schema.columns, f"remove it; the columns are {', '.join(schema.columns)}")
            found.add(table, 1, name, "", "unknown column", hint)
        elif names.count(name) > 1:
            found.add(table, 1, name, "", "the column occurs twice", "keep one of them")
    raw: dict[str, list[str]] = {}
    result: dict[str, pd.Series[Any]] = {}
    numbers: dict[str, npt.NDArray[np.float64]] = {}
    for a in schema.attributes:
        if a.name not in names:
            if a.required:
                found.add(table, 1, a.name, "", "missing column", f"add the column: {a.description}")
            result[a.name] = empty_column(a, rows)
            continue
        raw[a.name] = texts(frame.iloc[:, names.index(a.name)])
        result[a.name], values = _convert(a, raw[a.name], table, found)
        if values is not None:
            numbers[a.name] = values
    unit = schema.unit_column
    if unit is not None and unit.name in raw and money is not None:
        wanted = units.canonical(unit.unit_kind, money)
        other = _other_units(schema, unit, raw[unit.name], wanted, found)
        cells = list(raw[unit.name])
        for name, at in other.items():
            for column in (c for c in schema.measured if c in numbers):
                numbers[column][at] = units.convert(numbers[column][at], name, wanted)
            for i in at:
                cells[i] = wanted
        if other:
            result[unit.name] = pd.Series(cells, dtype=str)
            result |= {c: pd.Series(numbers[c]) for c in schema.measured if c in numbers}
    for name, values in numbers.items():
        check_range(schema[name], values, raw[name], table, found)
    return pd.DataFrame(result)


@lru_cache(maxsize=64)
def _empty(table: str) -> pd.DataFrame:
    schema = schemas()[table]
    return typed(schema, pd.DataFrame({c: pd.Series([], dtype=str) for c in schema.columns}), None, Findings())


def empty(schema: Schema) -> pd.DataFrame:
    """Return the table without rows, its columns of the right types."""
    return _empty(schema.table).copy()
