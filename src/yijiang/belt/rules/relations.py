"""Rules that hold for every table: needed tables are there, keys are unique, references lead somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yijiang.belt.columns import cell_text
from yijiang.belt.findings import Findings, near
from yijiang.belt.schema import SCOPES, needed_tables, schemas

if TYPE_CHECKING:
    from yijiang.belt.model import Belt


def scope_of(belt: Belt) -> tuple[str, ...]:
    """Return the known parts of the scope, also of a belt whose head is faulty."""
    given = belt.meta.get("scope")
    return tuple(str(p) for p in given if p in SCOPES) if isinstance(given, list | tuple) else ()


def unreadable(belt: Belt) -> set[str]:
    """Return the tables whose file could not be read as a whole."""
    return {f.table for f in belt.faults if f.row <= 1 and not f.column}


def needed(belt: Belt, found: Findings) -> None:
    """Every table that the scope needs has rows."""
    broken = unreadable(belt)
    for table in needed_tables(scope_of(belt)):
        if table not in broken and belt.tables[table].empty:
            parts = [part for part in scope_of(belt) if table in SCOPES[part]]
            what = schemas()[table].description
            remedy = f"add {table}.csv with {what}" + (
                f", or take {' and '.join(parts)} out of the scope" if parts else ""
            )
            found.add(table, 0, "", "", "missing table: it is not there or has no rows", remedy)


def unique_keys(belt: Belt, found: Findings) -> None:
    """No two rows of a table have the same key."""
    for table, schema in schemas().items():
        frame = belt.tables[table]
        keys = list(schema.keys)
        if not keys or len(frame) < 2:
            continue
        again = np.flatnonzero(frame.duplicated(keys).to_numpy())
        if not again.size:
            continue
        first: dict[tuple[str, ...], int] = {}
        rows = list(zip(*([cell_text(v) for v in frame[k].tolist()] for k in keys), strict=True))
        for i, row in enumerate(rows):
            first.setdefault(row, i)
        for i in again.tolist():
            # A row without its name is told as such; two of them are not twice the same thing.
            if any(rows[i]):
                where = f"line {first[rows[i]] + 2} has the same {', '.join(keys)}"
                found.add(table, i + 2, keys[-1], " · ".join(rows[i]), "duplicate key", f"{where}; keep one of them")


def references(belt: Belt, found: Findings) -> None:
    """Every name that refers to a row of another table is there; blank is left to the column's own rules."""
    broken = unreadable(belt)
    known: dict[tuple[str, str], set[str]] = {}
    for table, schema in schemas().items():
        frame = belt.tables[table]
        if frame.empty:
            continue
        for a in schema.attributes:
            if a.reference is None or a.reference[0] in broken:
                continue
            if a.reference not in known:
                column = belt.tables[a.reference[0]][a.reference[1]]
                known[a.reference] = {cell_text(v) for v in column.unique().tolist()} - {""}
                if a.reference == ("draws", "draw") and not known[a.reference]:
                    # Without a table of draws there is one estimate: the base.
                    known[a.reference] = {"0"}
            _reference(frame[a.name], table, a.name, a.reference, known[a.reference], found)


def _reference(column: pd.Series, table: str, name: str, to: tuple[str, str], known: set[str], found: Findings) -> None:
    missing = sorted({cell_text(v) for v in column.unique().tolist()} - known - {""})
    if not missing:
        return
    cells = [cell_text(v) for v in column.tolist()]
    if not known:
        problem = f"refers to the table {to[0]}, which is empty"
        remedy = f"add {to[0]}.csv with {', '.join(missing[:5])}"
        found.add(table, cells.index(missing[0]) + 2, name, missing[0], problem, remedy)
        return
    for word in missing:
        at = np.array([i for i, c in enumerate(cells) if c == word], dtype=np.intp)
        hint = near(word, known, f"add it to {to[0]}, or use one of: {', '.join(sorted(known)[:8])}")
        found.rows(table, at, name, [word] * len(at), f"unknown {to[1]}: not in the table {to[0]}", hint)


_BOUNDED = (("low", "value", "high"), ("money_low", "money_per_tkm", "money_high"))


def ranges(belt: Belt, found: Findings) -> None:
    """Where a row gives a plausible range, the value lies in it."""
    for table, schema in schemas().items():
        for low, value, high in _BOUNDED:
            if not {low, value, high} <= set(schema.columns):
                continue
            frame = belt.tables[table]
            numbers = frame[value].to_numpy(dtype=float)
            for column, outside in ((low, np.greater), (high, np.less)):
                bound = frame[column].to_numpy(dtype=float)
                at = np.flatnonzero(outside(bound, numbers))
                problem = f"the range leaves out the {value}"
                remedy = f"give {low} ≤ {value} ≤ {high}"
                found.rows(table, at, column, (cell_text(bound[i]) for i in at), problem, remedy)
