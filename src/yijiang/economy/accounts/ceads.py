"""Multi-regional tables of Chinese provinces in the layout of CEADs, found by their labels and audited by their totals.

Rows: sectors of every province; then imports, total inputs (TII), value added by kind, its total (TVA), output.
Columns: sectors of every province; total (TIU); final uses of every province; exports; total (TFU); error; output.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from yijiang.economy.accounts.labels import Faults, Floats
from yijiang.errors import DataError, Finding, OptionError

if TYPE_CHECKING:
    from yijiang.economy.accounts.model import Accounts

#: Label columns and rows before the numbers.
MOST_LABELS = 6
EXTRA = {
    "total uses": ("tiu", "totalintermediateuse", "intermediateuse", "中间使用合计", "中间使用", "中间需求合计"),
    "total final": ("tfu", "totalfinaluse", "finaluse", "最终使用合计", "最终使用", "最终需求合计"),
    "total inputs": ("tii", "totalintermediateinput", "totalintermediateinputs", "中间投入合计", "中间投入"),
    "total value added": ("tva", "totalvalueadded", "valueadded", "增加值合计", "增加值"),
    "output": ("x", "to", "output", "totaloutput", "grossoutput", "totalinput", "totalinputs", "总产出", "总投入"),
    "exports": ("export", "exports", "ex", "e", "出口"),
    "imports": ("import", "imports", "im", "进口"),
    "error": ("error", "errors", "other", "others", "o", "err", "误差", "其他", "其它"),
}
BELOW = ("imports", "total inputs", "total value added", "output")
BESIDE = ("total uses", "exports", "total final", "imports", "error", "output")


@cache
def provinces() -> tuple[Mapping[str, str], Mapping[str, tuple[str, ...]]]:
    """Return every name or GB/T 2260 code of a province → its identifier, and identifier → its other names.

    >>> provinces()[0]["湖北省"], provinces()[0]["320000"], provinces()[1]["Hubei"]
    ('Hubei', 'Jiangsu', ('湖北', '湖北省', '420000'))
    """
    text = files("yijiang.economy.accounts").joinpath("provinces.csv").read_text(encoding="utf-8")
    known: dict[str, str] = {}
    others: dict[str, tuple[str, ...]] = {}
    for row in csv.DictReader(text.splitlines()):
        more = tuple(name for name in row["other"].split("|") if name)
        others[row["id"]] = (row["zh"], row["full_zh"], *more, row["gb"])
        for name in (row["id"], *others[row["id"]]):
            known[_plain(name)] = row["id"]
    return known, others


def _plain(text: object) -> str:
    if isinstance(text, float) and text.is_integer():
        text = int(text)
    return "".join(ch for ch in str(text).casefold() if ch.isalnum())


@dataclass(frozen=True)
class _Entry:
    """What a row or column is: a region's sector or use, or one of `EXTRA`, or (below the table) value added."""

    at: int
    region: str
    name: str
    extra: str


def read_ceads(
    source: Any, sheet: str | int = 0, *, imports: Literal["noncompetitive", "competitive"] = "noncompetitive",
    unit: str = "", tolerance: float = 1e-4, **options: Any,
) -> Accounts:  # fmt: skip
    """Read a multi-regional table of provinces in the layout of CEADs.

    The layout follows table 5 of Mi and others (2018); it is found by its labels, so extra label rows and columns, and
    provinces by Chinese name, pinyin or GB code, do no harm. Totals are checked against what they sum and dropped. The
    error column becomes `discrepancy`; exports are the final use of the region "abroad"; imports become the extension
    "imports" (by using sector, and by final use), and inputs from outside the table.

    Parameters
    ----------
    source
        Path of an .xlsx or .csv file (UTF-8 or GB18030), or the raw cells as a DataFrame without header.
    sheet
        Sheet of a workbook.
    imports
        "noncompetitive": one row of imports below the table. "competitive": foreign goods stand inside the rows and a
        column of imports is taken off; they are taken out of every use but exports in the same share [assumed].
    unit
        Unit of money, which the file does not say.
    tolerance
        Largest difference of a total from its parts ÷ largest output.
    **options
        For `Accounts`.

    Returns
    -------
    Accounts

    Raises
    ------
    DataError
        With every finding: cells that are no numbers, totals that do not add up, provinces without a sector.

    References
    ----------
    Mi and others (2018), Scientific Data 5, 180155; Zheng and others (2021), The Innovation 2(4).
    """
    if imports not in ("noncompetitive", "competitive"):
        raise OptionError(f"unknown treatment of imports {imports!r}; one of: noncompetitive, competitive")
    cells = _cells(source, sheet)
    top, left = _corner(cells)
    rows = _entries(cells[top:, :left], BELOW, (), top)
    columns = _entries(cells[:top, left:].T, BESIDE, {e.name for e in rows if e.region}, left)
    values = _numbers(cells, rows, columns)
    return _Layout(values, rows, columns).accounts(imports, unit, tolerance, options)


def _cells(source: Any, sheet: str | int) -> np.ndarray[Any, Any]:
    if isinstance(source, pd.DataFrame):
        return source.to_numpy(dtype=object)
    path = Path(source)
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return pd.read_excel(path, sheet_name=sheet, header=None).to_numpy(dtype=object)
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise DataError([Finding(path.name, 0, "", "", "is neither UTF-8 nor GB18030", "save it as UTF-8")])
    table = list(csv.reader(text.splitlines()))
    width = max(map(len, table), default=0)
    return np.array([[*row, *[""] * (width - len(row))] for row in table], dtype=object).reshape(len(table), width)


def _blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, float) and np.isnan(cell)) or str(cell).strip() == ""


def _province(cell: object) -> str:
    return "" if _blank(cell) else provinces()[0].get(_plain(cell), "")


def _number(cell: object) -> float | None:
    if _blank(cell):
        return 0.0
    try:
        return float(str(cell).replace(",", ""))
    except ValueError:
        return None


def _corner(cells: np.ndarray[Any, Any]) -> tuple[int, int]:
    """First row and column of the numbers: after the last lines that are mostly words."""
    text = np.array([[_number(cell) is None for cell in line] for line in cells], dtype=bool)
    corner = []
    for axis, what in ((1, "row"), (0, "column")):
        words = np.flatnonzero(text.sum(axis=axis)[: 2 * MOST_LABELS] > MOST_LABELS)
        at = int(words[-1]) + 1 if len(words) else 0
        heads = cells[:at] if what == "row" else cells[:, :at]
        if not any(_province(cell) for cell in heads.ravel()):
            problem = f"no {what} of labels names a province"
            raise DataError([Finding("table", 0, "", "", problem, "check sheet and layout")])
        corner.append(at)
    return corner[0], corner[1]


def _entries(labels: np.ndarray[Any, Any], kinds: Sequence[str], sectors: Collection[str], first: int) -> list[_Entry]:
    """Read the labels of lines; a province holds on until the next one or the first of `kinds`.

    `sectors` are the names that are a sector when a province has not had them yet, although a total may be called so
    too ("others").
    """
    found: list[_Entry] = []
    region, had = "", set[tuple[str, str]]()
    for at, line in enumerate(labels, start=first):
        explicit = next((_province(cell) for cell in line if _province(cell)), "")
        texts = [str(c).strip() for c in line if not _blank(c) and _number(c) is None and not _province(c)]
        codes = [_plain(c) for c in line if not _blank(c) and _number(c) is not None and not _province(c)]
        name = texts[-1] if texts else codes[-1] if codes else ""
        if not name and not explicit:
            continue
        region = explicit or region
        extra = "" if explicit else next((kind for kind in kinds if _plain(name) in EXTRA[kind]), "")
        if region and name in sectors and (region, name) not in had:
            extra = ""
        region = "" if extra else region
        had.add((region, name))
        found.append(_Entry(at, region, name, extra))
    return found


def _numbers(cells: np.ndarray[Any, Any], rows: list[_Entry], columns: list[_Entry]) -> Floats:
    faults = Faults()
    values = np.zeros((len(rows), len(columns)))
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            number = _number(cells[row.at, column.at])
            if number is None or not np.isfinite(number):
                label = f"{row.region}, {row.name} → {column.region}, {column.name}"
                faults.add("table", label, cells[row.at, column.at], "is not a number", "give a number")
            else:
                values[i, j] = number
    faults.raise_if_any()
    return values


class _Layout:
    """The parts of the table, and their audit."""

    def __init__(self, values: Floats, rows: list[_Entry], columns: list[_Entry]) -> None:
        self.values, self.rows, self.columns = values, rows, columns
        self.sector_rows = [i for i, e in enumerate(rows) if e.region]
        labels = [(rows[i].region, rows[i].name) for i in self.sector_rows]
        known = set(labels)
        self.sector_columns = [j for j, e in enumerate(columns) if (e.region, e.name) in known and not e.extra]
        self.final_columns = [j for j, e in enumerate(columns) if e.region and (e.region, e.name) not in known]
        self.labels = labels
        # What stands below without being imports, a total or output is value added.
        self.factor_rows = [i for i, e in enumerate(rows) if not e.region and not e.extra]

    def row(self, kind: str) -> Floats | None:
        """Return the sum of the rows of a kind over all columns, or None."""
        at = [i for i, e in enumerate(self.rows) if e.extra == kind]
        return self.values[at].sum(axis=0) if at else None

    def column(self, kind: str) -> Floats | None:
        """Return the sum of the columns of a kind over the sector rows, or None."""
        at = [j for j, e in enumerate(self.columns) if e.extra == kind]
        return self.values[np.ix_(self.sector_rows, at)].sum(axis=1) if at else None

    def accounts(self, imports: str, unit: str, tolerance: float, options: Mapping[str, Any]) -> Accounts:
        """Check the totals and make accounts of the rest."""
        from yijiang.economy.accounts.model import Accounts

        faults = Faults()
        bought = [(self.columns[j].region, self.columns[j].name) for j in self.sector_columns]
        for label in [*(k for k in self.labels if k not in bought), *(k for k in bought if self.labels.count(k) > 1)]:
            faults.add("table", ", ".join(label), "", "has no column, or stands twice", "name each sector once")
        faults.raise_if_any()
        order = [self.sector_columns[bought.index(label)] for label in self.labels]
        Z = self.values[np.ix_(self.sector_rows, order)]
        Y = self.values[np.ix_(self.sector_rows, self.final_columns)]
        zero = np.zeros(len(Z))
        exports, error = self.column("exports"), self.column("error")
        Y = np.column_stack([Y, zero if exports is None else exports])
        error = zero if error is None else error
        factors = self.values[np.ix_(self.factor_rows, order)]
        taken = self.column("imports")
        if imports == "competitive" and taken is None:
            remedy = "check the heads of the columns, or read it as noncompetitive"
            raise DataError([Finding("table", 0, "imports", "", "there is no column of imports", remedy)])
        entering = self.row("imports")
        into = zero if entering is None else entering[order]
        final_into = np.zeros(Y.shape[1]) if entering is None else np.append(entering[self.final_columns], 0.0)
        taken = zero if taken is None or imports == "noncompetitive" else np.abs(taken)
        self._audit(Z, Y, error, factors, into, taken, order, tolerance, faults)
        faults.raise_if_any()
        notes = [f"provinces in the layout of CEADs, {imports} imports", *options.get("notes", ())]
        if imports == "competitive":
            home = Z.sum(axis=1) + Y[:, :-1].sum(axis=1)
            share = np.divide(taken, home, out=np.zeros_like(taken), where=home != 0)
            into, final_into = into + share @ Z, final_into + np.append(share @ Y[:, :-1], 0.0)
            Z, Y = Z * (1 - share)[:, None], np.column_stack([Y[:, :-1] * (1 - share)[:, None], Y[:, -1]])
            notes.append("imports are taken out of every use of a product but exports in the same share [assumed]")
        uses = [*((self.columns[j].region, self.columns[j].name) for j in self.final_columns), ("abroad", "exports")]
        named = pd.DataFrame(factors, index=pd.Index([self.rows[i].name for i in self.factor_rows], name="stressor"))
        aliases = {region: provinces()[1][region] for region, _ in self.labels}
        rest = {key: value for key, value in options.items() if key != "notes"}
        return Accounts(
            Z, Y, named, {"imports": {"imports": into}}, final_extensions={"imports": final_into[None, :]},
            labels=self.labels, final_labels=uses, discrepancy=error, imports=into, aliases=aliases,
            units={"imports": [unit or "money"]}, unit=unit, notes=notes, **rest,
        )  # fmt: skip

    def _audit(
        self, Z: Floats, Y: Floats, error: Floats, factors: Floats, into: Floats, taken: Floats, order: list[int],
        tolerance: float, faults: Faults,
    ) -> None:  # fmt: skip
        output = Z.sum(axis=1) + Y.sum(axis=1) + error - taken
        largest = max(float(output.max(initial=0.0)), 1e-300)
        inputs = Z.sum(axis=0)
        checks: list[tuple[str, Floats | None, list[Floats]]] = [
            ("total uses", self.column("total uses"), [Z.sum(axis=1)]),
            ("total final", self.column("total final"), [Y.sum(axis=1), Y.sum(axis=1) - taken]),
            ("output", self.column("output"), [output]),
            # The total of inputs is printed with or without imports.
            ("total inputs", _at(self.row("total inputs"), order), [inputs, inputs + into]),
            ("total value added", _at(self.row("total value added"), order), [factors.sum(axis=0)]),
            ("output", _at(self.row("output"), order), [output, inputs + into + factors.sum(axis=0)]),
        ]
        for kind, printed, parts in checks:
            if printed is None:
                continue
            miss = min((np.abs(printed - part) for part in parts), key=lambda m: float(m.max(initial=0.0)))
            for k in np.flatnonzero(miss > tolerance * largest).tolist():
                problem = f"the printed {kind} differs from the sum of its parts"
                faults.add("table", ", ".join(self.labels[k]), float(miss[k]), problem, "correct the total or a part")


def _at(values: Floats | None, order: list[int]) -> Floats | None:
    return None if values is None else values[order]
