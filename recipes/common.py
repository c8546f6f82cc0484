"""What the recipes share: writing tables in the order of their schemas, the head of a case, and its list of sources."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

SOURCES = Path(__file__).resolve().parent / "sources"
#: The nine sectors both built-in cases share: English and Chinese name.
SECTORS = {
    "agriculture": ("Agriculture, forestry and fishing", "农林牧渔业"),
    "mining": ("Mining", "采矿业"),
    "light_manufacturing": ("Light manufacturing", "轻工业"),
    "process_manufacturing": ("Process manufacturing (petroleum, chemicals, minerals, metals)", "原材料工业"),
    "equipment_manufacturing": ("Equipment manufacturing", "装备制造业"),
    "utilities": ("Electricity, gas and water supply", "电力、燃气和水的生产和供应业"),
    "construction": ("Construction", "建筑业"),
    "trade_transport": ("Trade, transport, storage and post", "批发零售和交通运输仓储邮政业"),
    "other_services": ("Other services", "其他服务业"),
}
#: Sectors whose products are freight.
GOODS = tuple(SECTORS)[:5]
SOURCE_COLUMNS = ("source", "citation", "url", "licence")


def subfolder(folder: Path, name: str) -> Path:
    """Return the folder of one data set, whether the folder itself was given or the one above it."""
    return folder / name if (folder / name).is_dir() else folder


def columns(table: str) -> list[str]:
    """Return the columns of a table in the order of its schema."""
    text = (files("yijiang.belt") / "schemas" / f"{table}.csv").read_text(encoding="utf-8")
    return [row["attribute"] for row in csv.DictReader(io.StringIO(text))]


def write_table(folder: Path, table: str, rows: Iterable[Mapping[str, object]], *, compress: bool = False) -> None:
    """Write a table as CSV (UTF-8, line feeds), the same bytes for the same rows; a missing cell is blank."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns(table), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    data = out.getvalue().encode()
    if not compress:
        (folder / f"{table}.csv").write_bytes(data)
        return
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file:
        file.write(data)
    (folder / f"{table}.csv.gz").write_bytes(packed.getvalue())


def write_head(folder: Path, head: Mapping[str, object]) -> None:
    """Write belt.toml: text, whole numbers and lists of text."""

    def toml(value: object) -> str:
        if isinstance(value, str):
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if isinstance(value, int):
            return str(value)
        if isinstance(value, Sequence):
            return "[" + ", ".join(toml(item) for item in value) + "]"
        raise TypeError(f"belt.toml holds text, whole numbers and lists, not {value!r}")

    lines = [f"{key} = {toml(value)}" for key, value in head.items()]
    (folder / "belt.toml").write_bytes(("\n".join(lines) + "\n").encode())


def write_sources(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Write a list of sources, sorted by key."""
    out = io.StringIO()
    writer = csv.DictWriter(out, SOURCE_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: row["source"]))
    path.write_bytes(out.getvalue().encode())


def merge_sources(case_folder: Path, lists: Path = SOURCES) -> None:
    """Rebuild the table `sources` of a case from all lists of its recipes, sorted by key.

    Raises
    ------
    ValueError
        If two lists give one key different texts.
    """
    merged: dict[str, dict[str, str]] = {}
    for path in sorted(lists.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                known = merged.setdefault(row["source"], row)
                if known != row:
                    raise ValueError(f"{path.name}: the source {row['source']!r} is in another list with another text")
    write_sources(case_folder / "sources.csv", merged.values())


def cents(value: int) -> str:
    """Write a whole number of hundredths as a decimal: 0.01 million is the finest money a case keeps.

    >>> cents(123456), cents(-5)
    ('1234.56', '-0.05')
    """
    return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"
