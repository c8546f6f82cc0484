"""A sheet of parks (or any places) as a user has it: read with every fault named, compared as regions are."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from yijiang.errors import DataError, Finding, OptionError, match_name
from yijiang.learning.benchmarks import benchmarks
from yijiang.learning.learn import Learning
from yijiang.learning.peers import lessons
from yijiang.learning.profile import profile
from yijiang.learning.projects import TABLES
from yijiang.learning.reading import STATUSES, Indicator, from_rows
from yijiang.learning.topics import find_topic, topics_of

COLUMNS = (
    *("park", "park_en", "park_zh", "indicator", "name_en", "name_zh", "topic", "value", "unit", "better", "year"),
    *("source", "status"),
)
"""Columns of a sheet: one row per park, indicator and year; earlier years are rows of their own."""

NEEDED = tuple(column for column in COLUMNS if column not in ("park_en", "park_zh", "value"))
BETTER = ("high", "low", "none")
ALIKE = ("unit", "better", "topic", "name_en", "name_zh")

EXAMPLE = """
park_a,Park A,甲园区,permit_days,Days to a permit,施工许可办理天数,business_environment,45,day,low,2023,own survey,official
park_b,Park B,乙园区,permit_days,Days to a permit,施工许可办理天数,business_environment,30,day,low,2023,own survey,official
park_a,Park A,甲园区,export_days,Days to clear exports,出口通关天数,trade_rules,3,day,low,2023,customs office,official
park_b,Park B,乙园区,export_days,Days to clear exports,出口通关天数,trade_rules,2,day,low,2023,customs office,official
park_a,Park A,甲园区,graduates,Staff with a degree,本科及以上人员占比,talent,38,%,high,2023,park office,official
park_b,Park B,乙园区,graduates,Staff with a degree,本科及以上人员占比,talent,,%,high,2023,park office,official
"""  # noqa: E501
"""Rows of an empty sheet, to be replaced."""


def empty_sheet() -> str:
    """Return a sheet to fill in: the header and invented example rows, one of them without a figure.

    >>> empty_sheet().splitlines()[0]
    'park,park_en,park_zh,indicator,name_en,name_zh,topic,value,unit,better,year,source,status'
    """
    return ",".join(COLUMNS) + EXAMPLE


def read_sheet(text: str, name: str) -> list[dict[str, Any]]:
    """Return the rows of a sheet, values and years as numbers; a blank value is None.

    Parameters
    ----------
    text
        The sheet as CSV text.
    name
        What the findings call it.

    Raises
    ------
    DataError
        With every finding: columns missing or unknown, cells blank or wrong, an indicator that is not one thing for
        all parks, a figure given twice.

    Examples
    --------
    >>> len(read_sheet(empty_sheet(), "parks.csv"))
    6
    """
    found: list[Finding] = []
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    header = [str(c).strip() for c in reader.fieldnames or ()]
    for column in NEEDED if "value" in header else (*NEEDED, "value"):
        if column not in header:
            hint = f"the columns are {', '.join(COLUMNS)}; see: yijiang learn sheet FILE"
            found.append(Finding(name, 1, column, "", "missing column", hint))
    for column in header:
        if column not in COLUMNS:
            found.append(Finding(name, 1, column, "", "unknown column", f"the columns are {', '.join(COLUMNS)}"))
    if found:
        raise DataError(found)
    reader.fieldnames = header
    rows, heads, seen = [], {}, {}  # type: ignore[var-annotated]
    for line, cells in enumerate(reader, 2):
        row: dict[str, Any] = {column: (cells.get(column) or "").strip() for column in COLUMNS}
        _check_cells(row, name, line, found)
        head = heads.setdefault(row["indicator"], (line, row))
        for column in ALIKE:
            if row[column] != head[1][column]:
                problem = f"the indicator {row['indicator']} has another {column} in line {head[0]}"
                hint = f"give every park the same {column}, or name it as another indicator"
                found.append(Finding(name, line, column, row[column], problem, hint))
        key = (row["park"], row["indicator"], row["year"])
        if key in seen:
            problem = f"given already in line {seen[key]}"
            found.append(Finding(name, line, "indicator", " · ".join(map(str, key)), problem, "keep one of them"))
        seen.setdefault(key, line)
        rows.append(row)
    if not rows:
        found.append(Finding(name, 0, "", "", "the sheet holds no rows", "fill in one row per park and indicator"))
    if found:
        raise DataError(found)
    return rows


def _check_cells(row: dict[str, Any], name: str, line: int, found: list[Finding]) -> None:
    for column in NEEDED:
        if not row[column]:
            found.append(Finding(name, line, column, "", "no value", f"enter the {column}"))
    for column, choices in (("better", BETTER), ("status", STATUSES)):
        if row[column] and row[column] not in choices:
            problem, hint = f"not one of {', '.join(choices)}", f"write one of {', '.join(choices)}"
            found.append(Finding(name, line, column, row[column], problem, hint))
    text = row["value"]
    try:
        row["value"] = float(text) if text else None
        if text and not math.isfinite(row["value"]):
            raise ValueError
    except ValueError:
        found.append(Finding(name, line, "value", text, "not a number", "digits and a point only, or leave it blank"))
    if row["year"]:
        if row["year"].isdigit() and 1900 <= int(row["year"]) <= 2100:
            row["year"] = int(row["year"])
        else:
            problem = "no year between 1900 and 2100"
            found.append(Finding(name, line, "year", row["year"], problem, "enter the year of the figure"))


def indicators_of_sheet(rows: Sequence[dict[str, Any]]) -> list[Indicator]:
    """Return the indicators of a sheet's rows."""
    return from_rows([{**row, "value": float("nan") if row["value"] is None else row["value"]} for row in rows], "park")


def learn_parks(
    rows: Sequence[dict[str, Any]],
    parks: Sequence[str],
    *,
    topic: str | None = None,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    draws: int = 0,
    seed: int = 0,
    sheet: str = "",
) -> Learning:
    """Compare two parks of a sheet and say what each can learn from the other, as `learn` does for regions.

    Raises
    ------
    OptionError
        For unknown or repeated parks, an unknown topic or indicator.
    DataError
        If a frontier is asked for and the sheet has too few parks.

    Examples
    --------
    >>> found = learn_parks(read_sheet(empty_sheet(), "parks.csv"), ("Park A", "乙园区"))
    >>> [(one.learner, one.line.indicator.key) for one in found.lessons]
    [('park_a', 'permit_days'), ('park_a', 'export_days')]
    >>> [line.indicator.key for line in found.lines if line.year is None]
    ['graduates']
    """
    names: dict[str, dict[str, str]] = {}
    for row in rows:
        own = names.setdefault(row["park"], {"en": row["park"], "zh": row["park"]})
        own |= {lang: row[f"park_{lang}"] for lang in ("en", "zh") if row[f"park_{lang}"]}
    aliases = [(key, *told.values()) for key, told in names.items()]
    places = [match_name(park, aliases, "park") for park in parks]
    if len(places) != 2 or places[0] == places[1]:
        raise OptionError(f"two different parks learn from each other; all: {', '.join(names)}")
    pair = (places[0], places[1])
    known = indicators_of_sheet(rows)
    every = topics_of(known, pair)
    chosen = find_topic(every, topic) if topic else None
    lines = profile([one for one in known if chosen is None or one.topic == chosen.key], pair)
    found = lessons(lines, list(names), None, ())
    bench = benchmarks(known, list(names), inputs, outputs, draws, seed) if inputs or outputs else []
    gaps = {"shift_share": "sheet", "contracts": "sheet", "positions": "sheet"}
    import pandas as pd

    nothing = {table: pd.DataFrame() for table in TABLES}
    return Learning(
        names, pair, tuple(known), tuple(every if chosen is None else [chosen]), chosen.key if chosen else "",
        tuple(lines), tuple(found), None, tuple(bench), {}, None, gaps, nothing, None, seed, sheet,
    )  # fmt: skip


def sheet_from(file: Path) -> list[dict[str, Any]]:
    """Return the rows of a sheet in a CSV file, UTF-8 or GB18030."""
    if not file.is_file():
        raise OptionError(f"there is no file {str(file)!r}")
    data = file.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return read_sheet(data.decode(encoding), file.name)
        except UnicodeDecodeError:
            continue
    raise DataError([Finding(file.name, 0, "", "", "is neither UTF-8 nor GB18030", "save the file as CSV UTF-8")])
