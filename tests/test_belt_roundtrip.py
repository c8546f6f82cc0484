"""What is written comes back exactly: folder, workbook, Parquet, GB18030; writing is atomic and deterministic."""

from __future__ import annotations

import codecs
import gzip
import shutil
from importlib.resources import files
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yijiang.belt import Belt, case, new, read, schemas, write, write_datapackage, writing
from yijiang.belt.texts import cell_of, format_toml, parse_csv, value_of
from yijiang.cells import escape, format_csv, unescape
from yijiang.errors import DataError, OptionError

TINY = Path(str(files("yijiang.belt.cases") / "tiny"))
HARD = [
    "=1+1",
    "+86",
    "-",
    "@a",
    "'=x",
    "'quoted'",
    'a "b", c',
    "湖北,江苏",
    "two\nlines",
    "a\r\nb",
    "_x000D_",
    "\t",
    " a ",
    "#N/A",
    "NA",
]
TEXT = st.one_of(
    st.sampled_from(HARD),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufffd"), max_size=12),
)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def note_belt(texts: list[str], values: list[float]) -> Belt:
    """A belt whose free text and figures are the given ones."""
    rows = len(texts)
    frame = pd.DataFrame(
        {
            "parameter": [f"p{i}" for i in range(rows)],
            "value": values[:rows],
            "unit": texts,
            "description": texts[::-1],
            "source": "tiny",
            "status": "assumed",
        }
    )
    head = {
        "name": "n",
        "title_en": texts[0] or "t",
        "title_zh": "标题",
        "year": 2017,
        "money": "CNY",
        "scope": ["river"],
    }
    return Belt.from_tables(head, {"parameters": frame})


@given(TEXT)
def test_escape_is_undone_exactly(text: str) -> None:
    assert unescape(escape(text)) == text
    assert not escape(text).startswith(("=", "+", "-", "@"))


@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), min_size=1, max_size=5).filter(lambda r: any(r[-1])))
def test_csv_records_come_back(rows: list[list[str]]) -> None:
    escaped = [[escape(c) for c in row] for row in rows]
    assert parse_csv(format_csv(["a", "b"], escaped)) == [["a", "b"], *rows]


@given(st.one_of(TEXT, st.integers(-(2**53), 2**53), FLOATS, st.booleans(), st.lists(TEXT, max_size=3)))
def test_head_values_come_back(value: object) -> None:
    import tomllib

    assert tomllib.loads(format_toml({"a key": value}))["a key"] == value
    assert value_of(cell_of(value)) == value


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(TEXT, min_size=1, max_size=4),
    st.lists(FLOATS, min_size=4, max_size=4),
    st.sampled_from(["b", "b.xlsx", "parquet"]),
)
def test_any_text_and_number_survives(tmp_path: Path, texts: list[str], values: list[float], name: str) -> None:
    belt = note_belt(texts, values)
    place = tmp_path / name
    write(belt, place, overwrite=True, form="parquet" if name == "parquet" else "csv")
    back = read(place, strict=False)
    pd.testing.assert_frame_equal(back.table("parameters"), belt.table("parameters"), check_exact=True)
    assert dict(back.meta) == dict(belt.meta)
    assert back.digest() == belt.digest()


@pytest.fixture(scope="module")
def tiny() -> Belt:
    return case("tiny")


def test_workbook_folder_and_parquet_are_the_same_belt(tiny: Belt, tmp_path: Path) -> None:
    for name, form in (("a", "csv"), ("b.xlsx", "csv"), ("c", "parquet")):
        assert read(write(tiny, tmp_path / name, form=form)) == tiny
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b.xlsx", "c"]


def test_same_belt_same_bytes(tiny: Belt, tmp_path: Path) -> None:
    first, second = (tiny.write(tmp_path / f"{n}.xlsx") for n in (1, 2))
    assert first.read_bytes() == second.read_bytes()
    folders = [write(tiny, tmp_path / f"{n}", compress=("trade",)) for n in (1, 2)]
    for file in sorted(folders[0].iterdir()):
        assert file.read_bytes() == (folders[1] / file.name).read_bytes()
    assert gzip.decompress((folders[0] / "trade.csv.gz").read_bytes()).startswith(b"draw,importer")
    assert read(folders[0]) == tiny


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-8"])
def test_encodings(tiny: Belt, tmp_path: Path, encoding: str) -> None:
    shutil.copytree(TINY, tmp_path / "b")
    for file in (tmp_path / "b").glob("*.csv"):
        text = file.read_text(encoding="utf-8").replace("\n", "\r\n")
        file.write_bytes(text.encode(encoding))
    assert (tmp_path / "b" / "regions.csv").read_bytes().startswith(codecs.BOM_UTF8) == (encoding == "utf-8-sig")
    assert read(tmp_path / "b") == tiny


def test_units_are_converted_on_the_way_in(tiny: Belt) -> None:
    trade, density = tiny.table("trade"), tiny.table("value_densities")
    trade["value"], trade["unit"] = trade["value"] / 100, "亿元"
    density[["value", "low", "high"]] /= 1000
    density["unit"] = "CNY/kg"
    belt = tiny.with_tables(trade=trade, value_densities=density)
    assert belt.table("trade")["value"].tolist() == pytest.approx(tiny.table("trade")["value"].tolist(), rel=1e-15)
    assert set(belt.table("trade")["unit"]) == {"million CNY"}
    assert belt.table("value_densities")["high"].tolist() == [5000.0, 1200.0, 60000.0]
    assert belt.check().empty


def test_formulas_are_inert_in_both_forms(tiny: Belt, tmp_path: Path) -> None:
    regions = tiny.table("regions")
    regions.loc[0, "name_en"] = "=HYPERLINK(1)"
    belt = tiny.with_tables(regions=regions)
    write(belt, tmp_path / "b")
    write(belt, tmp_path / "b.xlsx")
    assert b",'=HYPERLINK(1)," in (tmp_path / "b" / "regions.csv").read_bytes()
    cell = openpyxl.load_workbook(tmp_path / "b.xlsx")["regions"]["B2"]
    assert (cell.value, cell.data_type) == ("'=HYPERLINK(1)", "s")
    assert read(tmp_path / "b") == read(tmp_path / "b.xlsx") == belt


def test_a_workbook_from_a_spreadsheet_program(tiny: Belt, tmp_path: Path) -> None:
    """Whole numbers arrive as floats, notes stand on a sheet of their own, blank lines follow the table."""
    write(tiny, tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                cell.value = float(cell.value) if isinstance(cell.value, int) and sheet.title != "belt" else cell.value
    book.create_sheet("readme").append(["free text"])
    book["regions"].append([None, " "[:0]])
    book.save(tmp_path / "c.xlsx")
    assert read(tmp_path / "c.xlsx") == tiny


def test_a_workbook_without_its_head_and_a_broken_one(tiny: Belt, tmp_path: Path) -> None:
    write(tiny, tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    del book["belt"]
    book.create_sheet("tarde")
    book.save(tmp_path / "c.xlsx")
    problems = read(tmp_path / "c.xlsx", strict=False).check().problem.tolist()
    assert "missing sheet 'belt' with the columns key and value" in problems
    assert "unknown table" in problems
    (tmp_path / "d.xlsx").write_bytes(b"no workbook")
    with pytest.raises(DataError, match="not readable as a workbook"):
        read(tmp_path / "d.xlsx")


def test_text_too_long_for_a_cell_is_refused(tmp_path: Path) -> None:
    belt = note_belt(["x" * 40_000], [1.0])
    with pytest.raises(OptionError, match="at most 32767 characters"):
        write(belt, tmp_path / "b.xlsx")
    assert list(tmp_path.iterdir()) == []
    assert read(write(belt, tmp_path / "b"), strict=False) == belt


@pytest.mark.parametrize("name", ["b", "b.xlsx"])
def test_a_failure_leaves_nothing(tiny: Belt, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise OSError("the disk is full")

    monkeypatch.setattr(writing, "_package_bytes", fail)
    monkeypatch.setattr(writing.workbook, "write_sheets", fail)
    with pytest.raises(OSError, match="disk is full"):
        write(tiny, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="disk is full"):
        write(tiny, tmp_path / "made" / "on" / "the" / "way" / name)
    assert list(tmp_path.rglob("*.csv")) == []


def test_a_failure_leaves_the_old_belt(tiny: Belt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tiny, tmp_path / "b")

    def fail(*_: object) -> bytes:
        raise OSError("the disk is full")

    monkeypatch.setattr(writing, "_package_bytes", fail)
    with pytest.raises(OSError, match="disk is full"):
        write(tiny.with_tables(agreement=tiny.table("agreement").head(2)), tmp_path / "b", overwrite=True)
    assert read(tmp_path / "b") == tiny
    assert [p.name for p in tmp_path.iterdir()] == ["b"]


def test_nothing_is_overwritten_unasked(tiny: Belt, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(OptionError, match="not empty"):
        write(tiny, other)
    with pytest.raises(OptionError, match="holds no belt"):
        write(tiny, other, overwrite=True)
    assert (other / "letter.txt").read_text(encoding="utf-8") == "dear"
    with pytest.raises(OptionError, match="is a file"):
        write(tiny, other / "letter.txt")
    write(tiny, tmp_path / "b.xlsx")
    with pytest.raises(OptionError, match="exists"):
        write(tiny, tmp_path / "b.xlsx")
    smaller = tiny.with_tables(agreement=tiny.table("agreement").head(2))
    assert read(write(smaller, tmp_path / "b.xlsx", overwrite=True)) == smaller
    (tmp_path / "empty").mkdir()
    assert read(write(tiny, tmp_path / "empty")) == tiny


def test_wrong_options(tiny: Belt, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="unknown form"):
        write(tiny, tmp_path / "b", form="json")
    with pytest.raises(OptionError, match="unknown table 'tarde'"):
        write(tiny, tmp_path / "b", compress=("tarde",))
    with pytest.raises(OptionError, match="no folder"):
        write_datapackage(tiny, tmp_path / "b")
    with pytest.raises(DataError, match="neither a folder nor"):
        read(TINY / "regions.csv")


def test_datapackage_describes_every_table(tiny: Belt, tmp_path: Path) -> None:
    import json

    write(tiny, tmp_path / "b")
    (tmp_path / "b" / "datapackage.json").unlink()
    package = json.loads(write_datapackage(tiny, tmp_path / "b").read_text(encoding="utf-8"))
    assert package == tiny.datapackage()
    resources = {r["name"]: r for r in package["resources"]}
    assert set(resources) == {t for t in tiny.tables if not tiny.tables[t].empty}
    assert all((tmp_path / "b" / r["path"]).is_file() for r in resources.values())
    trade = resources["trade"]["schema"]
    assert trade["primaryKey"] == ["draw", "importer", "exporter", "sector"]
    assert {"fields": ["importer"], "reference": {"resource": "regions", "fields": ["region"]}} in trade["foreignKeys"]
    value = next(f for f in trade["fields"] if f["name"] == "value")
    assert (value["type"], value["unit"], value["constraints"]) == (
        "number",
        "million CNY",
        {"required": True, "minimum": 0},
    )
    downstream = [k for k in resources["reaches"]["schema"]["foreignKeys"] if k["fields"] == ["downstream"]]
    assert downstream == [{"fields": ["downstream"], "reference": {"resource": "", "fields": ["reach"]}}]


def test_a_new_belt_explains_itself(tmp_path: Path) -> None:
    folder = new(tmp_path / "mine")
    assert {p.name for p in folder.iterdir()} == {"belt.toml", "README.md", *(f"{t}.csv" for t in schemas())}
    text = (folder / "README.md").read_text(encoding="utf-8")
    for schema in schemas().values():
        assert (folder / f"{schema.table}.csv").read_text(encoding="utf-8") == ",".join(schema.columns) + "\n"
        assert all(f"| `{a.name}` |" in text and a.description in text for a in schema.attributes)
    belt = read(folder, strict=False)
    assert belt.scope == ("economy", "transport", "river", "projects")
    assert set(belt.check().problem) == {"missing table: it is not there or has no rows"}
    with pytest.raises(OptionError, match="not empty"):
        new(folder)
