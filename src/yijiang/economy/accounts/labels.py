"""Rows and columns by name: tables of any form are brought into one order, or every mismatch is listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from yijiang.errors import DataError, Finding, OptionError, match_name

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Faults listed cell by cell in one table; the others are counted.
MOST_FINDINGS = 20
SECTOR_LEVELS = ("region", "sector")
USE_LEVELS = ("region", "category")


class Faults:
    """Collects what is wrong; at most `MOST_FINDINGS` of a kind in a table, then how many more there are."""

    def __init__(self) -> None:
        self._found: list[Finding] = []
        self._more: dict[tuple[str, str, str], int] = {}
        self._count: dict[tuple[str, str, str], int] = {}

    def add(self, table: str, where: str, value: object, problem: str, remedy: str) -> None:
        """Note one fault; `where` names region and sector."""
        kind = table, problem, remedy
        self._count[kind] = self._count.get(kind, 0) + 1
        if self._count[kind] > MOST_FINDINGS:
            self._more[kind] = self._more.get(kind, 0) + 1
            return
        text = f"{value:.6g}" if isinstance(value, float) else str(value)
        self._found.append(Finding(table, 0, where, text, problem, remedy))

    def __bool__(self) -> bool:
        return bool(self._found)

    def raise_if_any(self) -> None:
        """Raise DataError with everything found, if anything was."""
        if not self._found:
            return
        rest = [
            Finding(table, 0, f"{count} more", "", problem, remedy)
            for (table, problem, remedy), count in self._more.items()
        ]
        raise DataError([*self._found, *rest])


def where(label: object) -> str:
    """Return a label of one or more parts as one text.

    >>> where(("Hubei", "steel")), where("CO2")
    ('Hubei, steel', 'CO2')
    """
    return ", ".join(map(str, label)) if isinstance(label, tuple | list) else str(label)


def as_pairs(labels: Any, names: Sequence[str]) -> pd.MultiIndex:
    """Turn labels of two parts into a MultiIndex of texts with the given level names.

    Parameters
    ----------
    labels
        A MultiIndex (its levels of these names, else its first two) or pairs.
    names
        Names of the two levels.
    """
    if isinstance(labels, pd.MultiIndex):
        if labels.nlevels < 2:
            raise OptionError(f"labels need two levels, {' and '.join(names)}")
        known = all(name in labels.names for name in names)
        levels = list(names) if known else [0, 1]
        parts = [labels.get_level_values(level).astype(str) for level in levels]
        return pd.MultiIndex.from_arrays(parts, names=list(names))
    pairs = [tuple(map(str, pair)) for pair in labels]
    if any(len(pair) != 2 for pair in pairs):
        raise OptionError(f"labels must be pairs ({', '.join(names)})")
    return pd.MultiIndex.from_tuples(pairs, names=list(names))


def sector_index(
    table: Any, labels: Any, regions: Sequence[str] | None, sectors: Sequence[str] | None
) -> pd.MultiIndex:
    """Names (region, sector) of the rows of Z, from the table itself or as given beside an array."""
    if labels is not None:
        return as_pairs(labels, SECTOR_LEVELS)
    if regions is not None and sectors is not None:
        named = [list(map(str, regions)), list(map(str, sectors))]
        return pd.MultiIndex.from_product(named, names=list(SECTOR_LEVELS))
    if isinstance(table, pd.DataFrame) and isinstance(table.index, pd.MultiIndex):
        return as_pairs(table.index, SECTOR_LEVELS)
    raise OptionError("arrays need names: give labels=[(region, sector), …], or regions= and sectors=")


def use_index(table: Any, index: pd.MultiIndex, labels: Any) -> pd.MultiIndex:
    """Names (region, category) of the columns of Y; a plain array has one column, or some for every region."""
    if labels is not None:
        return as_pairs(labels, USE_LEVELS)
    regions = list(index.unique("region"))
    if isinstance(table, pd.DataFrame):
        if isinstance(table.columns, pd.MultiIndex):
            return as_pairs(table.columns, USE_LEVELS)
        plain: Any = table.columns
        if not isinstance(plain, pd.RangeIndex):
            return as_pairs([(name, "final") for name in plain], USE_LEVELS)
    count = 1 if np.ndim(table) == 1 else np.shape(table)[1]
    if count == len(regions):
        return as_pairs([(region, "final") for region in regions], USE_LEVELS)
    if count == 1:
        return as_pairs([("all", "final")], USE_LEVELS)
    if count % len(regions) == 0:
        kinds = [f"final {k + 1}" for k in range(count // len(regions))]
        return pd.MultiIndex.from_product([regions, kinds], names=list(USE_LEVELS))
    raise OptionError(f"Y has {count} columns for {len(regions)} regions; give final_labels=[(region, category), …]")


def unique(index: pd.Index, table: str, faults: Faults) -> None:
    """Note every name that stands twice."""
    for label in index[index.duplicated()].unique():
        faults.add(table, where(label), "", "stands twice", "name each once")


def order(found: pd.Index, wanted: pd.Index, table: str, faults: Faults) -> Integers:
    """Positions in `found` of every wanted name; what is missing or too much is noted."""
    at = found.get_indexer(wanted) if found.is_unique else np.full(len(wanted), -1)
    if found.is_unique:
        for label in wanted[at < 0]:
            faults.add(table, where(label), "", "is not in the table", "give every region and sector of Z, or 0")
        for label in found[wanted.get_indexer(found) < 0]:
            faults.add(table, where(label), "", "is not a row of Z", "remove it, or correct the name")
    return np.asarray(at, dtype=np.int64)


def placed(
    table: Any, rows: pd.Index | None, columns: pd.Index | None, name: str, faults: Faults
) -> Floats | sp.csr_array:
    """Values of a table in a given order of rows and columns; an array must have the right shape already.

    `rows` or `columns` None means: as they stand. Labelled rows and columns are brought into order by name.
    """
    if sp.issparse(table):
        sparse: Any = table
        values: Any = sp.csr_array(sparse, dtype=np.float64)
    elif isinstance(table, pd.DataFrame):
        # A copy: what the caller does to the table later must not reach it.
        values = np.ascontiguousarray(table.to_numpy(dtype=np.float64, copy=True))
    else:
        values = np.array(table, dtype=np.float64, order="C")
    shape = (None if rows is None else len(rows)), (None if columns is None else len(columns))
    if isinstance(table, pd.DataFrame):
        for axis, wanted in enumerate((rows, columns)):
            own = table.axes[axis]
            if wanted is None or not isinstance(own, pd.MultiIndex) or own is wanted or own.equals(wanted):
                continue
            found = as_pairs(own, [str(level) for level in wanted.names])
            unique(found, f"{name}, {('rows', 'columns')[axis]}", faults)
            at = order(found, wanted, f"{name}, {('rows', 'columns')[axis]}", faults)
            values = np.take(values, np.maximum(at, 0), axis=axis)
    for axis, size in enumerate(shape):
        if size is not None and values.shape[axis] != size:
            raise OptionError(f"{name} has shape {values.shape}; its axis {axis} must have {size} entries")
    result: Any = values if sp.issparse(values) else np.ascontiguousarray(values)
    checked: Floats | sp.csr_array = result
    return checked


def stressors(table: Any, index: pd.MultiIndex, name: str, faults: Faults) -> tuple[pd.Index, Floats]:
    """Rows of an extension (stressor, region and sector): their names and values."""
    names: Any
    if isinstance(table, Mapping):
        names = pd.Index([str(key) for key in table], name="stressor")
        parts = [stressors(values, index, f"{name}, {key}", faults)[1] for key, values in table.items()]
        return names, np.vstack(parts) if parts else np.zeros((0, len(index)))
    if isinstance(table, pd.Series):
        table = table.to_frame(str(table.name or name)).T
    if not isinstance(table, pd.DataFrame):
        array = np.atleast_2d(np.asarray(table, dtype=np.float64))
        names = pd.Index([name] if len(array) == 1 else [f"{name} {k + 1}" for k in range(len(array))], name="stressor")
        return names, np.asarray(placed(array, None, index, name, faults))
    names = table.index
    if not isinstance(names, pd.MultiIndex):
        names = pd.Index(names.astype(str), name=names.name or "stressor")
    unique(names, f"{name}, rows", faults)
    return names, np.asarray(placed(table, None, index, name, faults))


def finite(values: Floats | sp.csr_array, rows: pd.Index, columns: pd.Index, table: str, faults: Faults) -> None:
    """Note every cell that is missing or not finite."""
    if isinstance(values, sp.csr_array):
        cells = values.tocoo()
        bad = ~np.isfinite(cells.data)
        where_bad: Iterable[tuple[int, int]] = zip(cells.coords[0][bad], cells.coords[1][bad], strict=True)
    elif np.isfinite(np.sum(values)):
        return
    else:
        where_bad = np.argwhere(~np.isfinite(values))
    for i, j in where_bad:
        label = f"{where(rows[i])} → {where(columns[j])}"
        faults.add(table, label, float(values[i, j]), "is missing or not finite", "give a number; 0 if there is none")


def find(name: object, known: Sequence[str], aliases: Mapping[str, Sequence[str]], what: str) -> str:
    """Match a name, whatever its case, in any of its languages."""
    return match_name(str(name), [(entry, *aliases.get(entry, ())) for entry in known], what)


def groups(names: Iterable[str]) -> tuple[list[str], Integers]:
    """Different names in order of first appearance, and for every entry the position of its name.

    >>> groups(["b", "a", "b"])[0]
    ['b', 'a']
    """
    codes, found = pd.factorize(np.asarray(list(names), dtype=object))
    return [str(name) for name in found], np.asarray(codes, dtype=np.int64)


def summed(values: Floats, codes: Integers, count: int, axis: int = -1) -> Floats:
    """Sum entries of one axis by group, in the order of the entries.

    >>> summed(np.array([1.0, 2.0, 4.0]), np.array([0, 1, 0]), 2).tolist()
    [5.0, 2.0]
    """
    moved = np.moveaxis(np.asarray(values, dtype=np.float64), axis, -1)
    matrix = _grouping(np.asarray(codes, dtype=np.int64).tobytes(), count)
    total: Any = np.asarray(matrix @ moved.reshape(-1, len(codes)).T).T.reshape(*moved.shape[:-1], count)
    return np.ascontiguousarray(np.moveaxis(total, -1, axis))


def frozen(values: Floats) -> Floats:
    """Show an array that must not be written to: results share memory with what is kept."""
    shown = values.view()
    shown.flags.writeable = False
    return shown


@lru_cache(maxsize=64)
def _grouping(codes: bytes, count: int) -> sp.csr_array:
    """Matrix of ones (group, entry) for positions given as bytes; the same few are asked for again and again."""
    at = np.frombuffer(codes, dtype=np.int64)
    return sp.csr_array((np.ones(len(at)), (at, np.arange(len(at)))), shape=(count, len(at)))
