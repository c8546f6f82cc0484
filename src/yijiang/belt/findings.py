"""Collects findings: all of them, but the same fault in thousands of lines is told once with a count."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from yijiang.errors import Finding

LINES_SHOWN = 100
"""How many lines with the same fault in the same column are listed one by one."""

COLUMNS = ("table", "row", "column", "value", "problem", "remedy")


class Findings:
    """A growing list of findings.

    Examples
    --------
    >>> found = Findings()
    >>> found.add("trade", 3, "value", "-5", "must be at least 0", "enter the value of the delivery")
    >>> [f.row for f in found.all()]
    [3]
    """

    def __init__(self) -> None:
        self._listed: list[Finding] = []
        self._counts: dict[tuple[str, str, str], int] = {}

    def add(self, table: str, row: int, column: str, value: object, problem: str, remedy: str) -> None:
        """Add one finding; `row` counts the header as line 1, 0 means the whole table."""
        group = (table, column, problem)
        count = self._counts.get(group, 0) + 1
        self._counts[group] = count
        if count <= LINES_SHOWN:
            self._listed.append(Finding(table, row, column, str(value), problem, remedy))

    def rows(
        self, table: str, at: npt.NDArray[np.intp], column: str, values: Iterable[object], problem: str, remedy: str
    ) -> None:
        """Add one finding per position of `at` (position 0 is line 2), with the value found there."""
        for position, value in zip(at, values, strict=True):
            self.add(table, int(position) + 2, column, value, problem, remedy)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Add findings collected elsewhere, as they are."""
        self._listed.extend(findings)

    def all(self) -> tuple[Finding, ...]:
        """Return the findings in the order found, then one line per fault that was too frequent to list in full."""
        rest = [
            Finding(table, 0, column, "", problem, f"the same in {count - LINES_SHOWN} more lines")
            for (table, column, problem), count in self._counts.items()
            if count > LINES_SHOWN
        ]
        return (*self._listed, *rest)


def as_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return findings as a table with the columns table, row, column, value, problem, remedy.

    >>> as_frame([]).empty
    True
    """
    rows = [tuple(getattr(f, column) for column in COLUMNS) for f in findings]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({c: "int64" if c == "row" else str for c in COLUMNS})


def near(word: object, names: Iterable[object], otherwise: str) -> str:
    """Return a remedy that names what was probably meant, or `otherwise`.

    >>> near("Hubie", ["Hubei", "Hunan"], "enter a region")
    'did you mean Hubei?'
    >>> near("?", ["Hubei"], "enter a region")
    'enter a region'
    """
    folded = {str(name).strip().casefold(): str(name) for name in names}
    wanted = str(word).strip().casefold()
    meant = [folded[m] for m in difflib.get_close_matches(wanted, folded, n=3, cutoff=0.6)]
    return f"did you mean {' or '.join(meant)}?" if meant else otherwise
