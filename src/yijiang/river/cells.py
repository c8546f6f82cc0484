"""Cells of a table: names, numbers and flags, read with a finding for each one that is wrong."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from yijiang.errors import Finding


def label(value: object) -> str:
    """Write a cell as a name: empty for a missing one, `7` for 7.0, no blanks at the ends.

    >>> label(float("nan")), label(7.0), label(" Han ")
    ('', '7', 'Han')
    """
    if isinstance(value, str):
        return value.strip()
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def labels(column: pd.Series) -> list[str]:
    """Write every cell of a column as a name."""
    # As a list first: Arrow's strings, of which pandas 3 makes columns, are slow to walk.
    return [label(value) for value in column.tolist()]


def missing_columns(frame: pd.DataFrame, table: str, needed: Iterable[str]) -> list[Finding]:
    """One finding for every column that is needed and absent."""
    return [
        Finding(table, 0, column, "", "the column is missing", f"add the column {column!r}")
        for column in needed
        if column not in frame.columns
    ]


def numbers(
    frame: pd.DataFrame, table: str, column: str, unit: str, found: list[Finding], *, above: bool = False
) -> npt.NDArray[np.float64]:
    """Read a column of numbers that must be finite and at least 0 (`above`: greater than 0); add faults to `found`."""
    values = pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = ~np.isfinite(values) | (values < 0) | (above & (values == 0))
    for i in np.flatnonzero(bad):
        bound = "greater than 0" if above else "at least 0"
        given = label(frame[column].iloc[i])
        problem = f"not a number {bound}" if given else "no value"
        found.append(Finding(table, int(i) + 2, column, given, problem, f"enter a number {bound} [{unit}]"))
    return values


def names(frame: pd.DataFrame, table: str, column: str, found: list[Finding]) -> list[str]:
    """Read a column of keys: none empty, none twice."""
    read = labels(frame[column])
    seen: dict[str, int] = {}
    for i, name in enumerate(read):
        if not name:
            found.append(Finding(table, i + 2, column, "", "no name", "name every row"))
        elif name in seen:
            problem = f"the name stands in line {seen[name]} already"
            found.append(Finding(table, i + 2, column, name, problem, "give every row its own name"))
        else:
            seen[name] = i + 2
    return read


def places(column: pd.Series, known: pd.Index) -> npt.NDArray[np.int64]:
    """Position of every cell's name among the known ones, −1 where it is none of them.

    >>> places(pd.Series(["b", " a", "c"]), pd.Index(["a", "b"], dtype=object)).tolist()
    [1, 0, -1]
    """
    raw = pd.Index(column.to_numpy(dtype=object), dtype=object)
    at: npt.NDArray[np.int64] = np.asarray(known.get_indexer(raw), dtype=np.int64)
    other = np.flatnonzero(at < 0)
    if other.size:
        # Only cells that are not written as the names are: a blank too many, 7.0 for 7, or no name at all.
        at[other] = known.get_indexer(pd.Index([label(raw[i]) for i in other], dtype=object))
    return at


def flags(frame: pd.DataFrame, table: str, column: str, found: list[Finding]) -> npt.NDArray[np.bool_]:
    """Read a column of yes and no (bool, 0/1, true/false); a missing column is no throughout."""
    if column not in frame.columns:
        return np.zeros(len(frame), dtype=np.bool_)
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    result = np.zeros(len(frame), dtype=np.bool_)
    for i, name in enumerate(labels(frame[column])):
        word = name.casefold()
        if word in words:
            result[i] = words[word]
        else:
            found.append(Finding(table, i + 2, column, name, "neither true nor false", "enter true or false"))
    return result
