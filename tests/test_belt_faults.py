"""A belt with planted faults is answered with all of them, each with table, line, column, value and remedy."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest

from yijiang.belt import read
from yijiang.errors import DataError

TINY = Path(str(files("yijiang.belt.cases") / "tiny"))


def lines_of(folder: Path, table: str) -> list[list[str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def put(folder: Path, table: str, lines: list[list[str]]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)


def cell(table: str, line: int, column: str, value: str) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        lines = lines_of(folder, table)
        lines[line - 1][lines[0].index(column)] = value
        put(folder, table, lines)

    return plant


def repeat(table: str, line: int) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        lines = lines_of(folder, table)
        put(folder, table, [*lines, lines[line - 1]])

    return plant


def drop_column(table: str, column: str) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        lines = lines_of(folder, table)
        at = lines[0].index(column)
        put(folder, table, [line[:at] + line[at + 1 :] for line in lines])

    return plant


def rename_column(table: str, column: str, name: str) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        lines = lines_of(folder, table)
        put(folder, table, [[*line, name if i == 0 else ""] for i, line in enumerate(lines)])

    return plant


def drop_rows(table: str, column: str, value: str) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        lines = lines_of(folder, table)
        at = lines[0].index(column)
        put(folder, table, [line for line in lines if line[at] != value])

    return plant


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def data(name: str, content: bytes) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return plant


@dataclass(frozen=True)
class Planted:
    """A fault, where it must be found, and a word of the problem."""

    plant: Callable[[Path], None]
    table: str
    row: int
    column: str
    value: str
    problem: str


UTF16 = "indicator,region\nrd_share,Upper\n".encode("utf-16")

FAULTS = {
    "unit of another kind": Planted(cell("trade", 5, "unit", "Mt/yr"), "trade", 5, "unit", "Mt/yr", "wrong unit"),
    "unknown unit": Planted(cell("capital", 3, "unit", "milion CNY"), "capital", 3, "unit", "milion CNY", "wrong unit"),
    "unknown region": Planted(cell("loads", 4, "region", "Uper"), "loads", 4, "region", "Uper", "unknown region"),
    "unknown source": Planted(cell("zones", 2, "source", "book"), "zones", 2, "source", "book", "unknown source"),
    "negative flow": Planted(cell("trade", 9, "value", "-5.0"), "trade", 9, "value", "-5.0", "at least 0"),
    "negative final use": Planted(cell("final", 6, "value", "-1"), "final", 6, "value", "-1.0", "negative flow"),
    "duplicate key": Planted(repeat("members", 2), "members", 10, "region", "phosphorus · Upper", "duplicate key"),
    "gap in the river": Planted(cell("reaches", 3, "km_to", "590"), "reaches", 3, "km_to", "590.0", "gap in the river"),
    "second mouth": Planted(cell("reaches", 4, "downstream", ""), "reaches", 6, "downstream", "r5", "second mouth"),
    "no number": Planted(cell("ships", 2, "payload_t", "NaN"), "ships", 2, "payload_t", "NaN", "not a number"),
    "blank number": Planted(cell("modes", 3, "speed_kmh", ""), "modes", 3, "speed_kmh", "", "no value"),
    "thousands separator": Planted(
        cell("value_added", 4, "value", "1,234.5"), "value_added", 4, "value", "1,234.5", "not a number"
    ),
    "wrong type": Planted(cell("projects", 4, "life", "ten"), "projects", 4, "life", "ten", "not a whole number"),
    "not a truth": Planted(
        cell("kinetics", 3, "binding", "maybe"), "kinetics", 3, "binding", "maybe", "true nor false"
    ),
    "latitude": Planted(cell("nodes", 2, "lat", "95"), "nodes", 2, "lat", "95", "at most 90"),
    "bad enum": Planted(cell("nodes", 3, "kind", "prot"), "nodes", 3, "kind", "prot", "not one of"),
    "unknown status": Planted(cell("locks", 2, "status", "guess"), "locks", 2, "status", "guess", "not one of"),
    "wrong encoding": Planted(data("indicators.csv", UTF16), "indicators", 0, "", "indicators.csv", "wrong encoding"),
    "broken bytes": Planted(
        data("draws.csv", b"draw\xff\xfe\x81,\xff\n"), "draws", 0, "", "draws.csv", "wrong encoding"
    ),
    "missing file": Planted(remove("freight.csv"), "freight", 0, "", "", "missing table"),
    "missing column": Planted(drop_column("terminals", "hours"), "terminals", 1, "hours", "", "missing column"),
    "unknown column": Planted(rename_column("locks", "year", "yaer"), "locks", 1, "yaer", "", "unknown column"),
    "unknown table": Planted(data("tarde.csv", b"a\n1\n"), "tarde", 0, "", "tarde.csv", "unknown table"),
    "unreachable node": Planted(
        drop_rows("links", "to_node", "lower"), "nodes", 6, "node", "lower", "unreachable node"
    ),
    "unreachable zone": Planted(
        drop_rows("links", "to_node", "lower"), "zones", 4, "node", "lower", "unreachable zone"
    ),
    "payer shares": Planted(cell("payers", 3, "share", "0.6"), "payers", 2, "share", "phosphorus: 1.1", "sum to 1"),
    "section outside": Planted(cell("sections", 2, "km", "450"), "sections", 2, "km", "450.0", "outside its reach"),
    "zero cost": Planted(
        lambda f: [cell("projects", 3, c, "0")(f) for c in ("capital_cost", "running_cost")],
        *("projects", 3, "capital_cost", "0.0", "project without cost"),
    ),
    "lever without rate": Planted(cell("levers", 6, "rate", ""), "levers", 6, "rate", "", "no value"),
    "lever without spending": Planted(cell("levers", 2, "amount", "0"), "levers", 2, "amount", "0.0", "without amount"),
    "lever without sector": Planted(cell("levers", 5, "sector", ""), "levers", 5, "sector", "", "needs region, sector"),
    "lever on no link": Planted(cell("levers", 4, "target", "w9"), "levers", 4, "target", "w9", "unknown link"),
    "no member": Planted(
        drop_rows("members", "project", "channel"), "projects", 3, "project", "channel", "project without a member"
    ),
    "no lever": Planted(
        drop_rows("levers", "project", "machine_tools"), *("projects", 4, "project", "machine_tools", "without a lever")
    ),
    "unbalanced": Planted(
        cell("intermediate", 3, "value", "16000"),
        *("trade", 2, "value", "draw 0, Upper, farm: bought 107000, used 113250", "purchases differ"),
    ),
    "loose pollutant": Planted(
        cell("compensation", 2, "pollutant", "COD"), "compensation", 2, "pollutant", "COD", "not binding"
    ),
    "no elasticity": Planted(
        drop_rows("elasticities", "sector", "machines"), *("sectors", 4, "sector", "machines", "no trade elasticity")
    ),
    "no density": Planted(
        drop_rows("value_densities", "sector", "farm"), "sectors", 2, "sector", "farm", "without a value density"
    ),
    "range": Planted(cell("parameters", 2, "low", "0.07"), "parameters", 2, "low", "0.07", "leaves out"),
    "blanks around": Planted(cell("members", 4, "region", "Upper "), "members", 4, "region", "Upper ", "blanks around"),
    "too many cells": Planted(
        data("factors.csv", "factor,name_en,name_zh\nlabour,Labour,劳动,1\ncapital,Capital,资本\n".encode()),
        *("factors", 2, "", "labour,Labour,劳动,1", "has 4 cells, the header has 3"),
    ),
    "no scope": Planted(data("belt.toml", b'name = "t"\n'), "belt.toml", 0, "scope", "", "missing key"),
}

SHIFTING = ("no scope", "no member", "no lever")
"""These hide others: without a scope nothing is needed, and rows taken out move the lines of other faults."""

TOGETHER = [name for name in FAULTS if name not in SHIFTING]


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    folder = tmp_path / "belt"
    shutil.copytree(TINY, folder)
    (folder / "__pycache__").mkdir(exist_ok=True)
    return folder


def listed(error: DataError) -> set[tuple[str, int, str, str]]:
    return {(f.table, f.row, f.column, f.value) for f in error.findings}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_where_it_is(tiny: Path, name: str) -> None:
    fault = FAULTS[name]
    fault.plant(tiny)
    with pytest.raises(DataError) as caught:
        read(tiny)
    hits = [
        f
        for f in caught.value.findings
        if (f.table, f.row, f.column, f.value)
        == (
            fault.table,
            fault.row,
            fault.column,
            fault.value,
        )
        and fault.problem in f.problem
    ]
    assert len(hits) == 1, str(caught.value)
    assert hits[0].remedy
    assert all(f.table and f.problem and f.remedy for f in caught.value.findings)


def test_all_faults_are_answered_at_once(tiny: Path) -> None:
    for name in TOGETHER:
        FAULTS[name].plant(tiny)
    with pytest.raises(DataError) as caught:
        read(tiny)
    found = listed(caught.value)
    assert len(TOGETHER) >= 35
    missed = [n for n in TOGETHER if (FAULTS[n].table, FAULTS[n].row, FAULTS[n].column, FAULTS[n].value) not in found]
    assert missed == []


def test_reading_without_strict_keeps_the_findings(tiny: Path) -> None:
    FAULTS["bad enum"].plant(tiny)
    belt = read(tiny, strict=False)
    frame = belt.check()
    assert list(frame.columns) == ["table", "row", "column", "value", "problem", "remedy"]
    assert frame[["table", "row", "column", "value"]].values.tolist() == [["nodes", 3, "kind", "prot"]]
    assert frame["remedy"].tolist() == ["did you mean port?"]


def test_one_fault_in_very_many_lines_is_told_with_a_count(tiny: Path) -> None:
    lines = lines_of(tiny, "trade")
    at = lines[0].index("source")
    for line in lines[1:]:
        line[at] = "book"
    put(tiny, "trade", lines)
    findings = read(tiny, strict=False).findings
    assert len(findings) == 101
    assert findings[-1].remedy == "the same in 44 more lines"


def test_circle_in_the_river(tiny: Path) -> None:
    cell("reaches", 6, "downstream", "r3")(tiny)
    problems = read(tiny, strict=False).check().problem.tolist()
    assert "the reaches form a circle" in problems


def test_semicolons_and_empty_files_are_told_apart(tiny: Path) -> None:
    (tiny / "ships.csv").write_bytes((tiny / "ships.csv").read_bytes().replace(b",", b";"))
    (tiny / "modes.csv").write_bytes(b"")
    frame = read(tiny, strict=False).check()
    assert "the columns are separated by semicolons" in frame[frame.table == "ships"].problem.tolist()
    assert "the file is empty" in frame[frame.table == "modes"].problem.tolist()


def test_abroad_has_no_accounts(tiny: Path) -> None:
    lines = lines_of(tiny, "regions")
    lines[3][lines[0].index("kind")] = "abroad"
    put(tiny, "regions", lines)
    frame = read(tiny, strict=False).check()
    assert "a region abroad has no accounts" in frame[frame.table == "value_added"].problem.tolist()
