"""Reads a belt from a folder or a workbook; every fault of every file is found before anything is refused."""

from __future__ import annotations

import csv
import gzip
import tomllib
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from yijiang.belt import workbook
from yijiang.belt.columns import texts
from yijiang.belt.findings import Findings, near
from yijiang.belt.head import HEAD
from yijiang.belt.model import Belt
from yijiang.belt.schema import schemas
from yijiang.belt.texts import decode, parse_csv, value_of
from yijiang.errors import DataError, Finding

SUFFIXES = (".csv", ".csv.gz", ".parquet")


def read(path: str | Path, *, strict: bool = True) -> Belt:
    """Read a belt from a folder of tables (CSV, gzipped CSV or Parquet, and belt.toml) or one .xlsx workbook.

    CSV files are UTF-8, with or without byte-order mark, or GB18030. Values in a convertible unit (`100 million CNY`)
    are put into the belt's own.

    Parameters
    ----------
    path
        A folder, or a file that ends in .xlsx.
    strict
        True: a fault anywhere raises. False: the belt comes back with its findings, for `check`.

    Raises
    ------
    DataError
        With every finding: in files, cells, between tables, and in what the tables mean.

    Examples
    --------
    >>> read("no_such_folder")
    Traceback (most recent call last):
        ...
    yijiang.errors.DataError: 1 finding in the input
      no_such_folder: there is no such folder or workbook; check the path, or list the built-in cases
    """
    place = Path(path)
    found = Findings()
    if place.is_dir():
        meta, frames = _read_folder(place, found)
    elif place.is_file() and place.suffix.lower() == ".xlsx":
        meta, frames = _read_workbook(place, found)
    elif place.exists():
        hint = "give a folder of tables or an .xlsx workbook"
        raise DataError([Finding(str(path), 0, "", "", "is neither a folder nor an .xlsx workbook", hint)])
    else:
        hint = "check the path, or list the built-in cases"
        raise DataError([Finding(str(path), 0, "", "", "there is no such folder or workbook", hint)])
    belt = Belt.from_tables(meta, frames, found.all())
    return belt.require_clean() if strict else belt


def _read_folder(folder: Path, found: Findings) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    meta = read_head(folder, found)
    frames: dict[str, pd.DataFrame] = {}
    files = [p for p in sorted(folder.iterdir()) if p.is_file() and p.name.lower().endswith(SUFFIXES)]
    for file in files:
        table = file.name[: file.name.index(".")]
        if table not in schemas():
            hint = near(table, schemas(), "rename or remove the file")
            found.add(table, 0, "", file.name, "unknown table", hint)
        elif table in frames:
            found.add(table, 0, "", file.name, "the table is there twice", "keep one of the files")
        else:
            frame = _read_parquet(file, found) if file.suffix.lower() == ".parquet" else _read_csv(file, table, found)
            if frame is not None:
                frames[table] = frame
    return meta, frames


def read_head(folder: Path, found: Findings) -> dict[str, Any]:
    """Read belt.toml of a folder; what is wrong with the file itself goes to `found`."""
    file = folder / HEAD
    if not file.is_file():
        found.add(HEAD, 0, "", "", "missing file", "add belt.toml with name, titles, year, money and scope")
        return {}
    text = decode(file.read_bytes())
    if text is None:
        found.add(HEAD, 0, "", "", "wrong encoding: neither UTF-8 nor GB18030", "save the file as UTF-8")
        return {}
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as fault:
        found.add(HEAD, 0, "", "", f"not readable as TOML: {fault}", "mend that line; text stands in double quotes")
        return {}


def _read_csv(file: Path, table: str, found: Findings) -> pd.DataFrame | None:
    data = file.read_bytes()
    if file.suffix.lower() == ".gz":
        try:
            data = gzip.decompress(data)
        except (gzip.BadGzipFile, EOFError, zlib.error) as fault:
            found.add(table, 0, "", file.name, f"not readable as a gzip file: {fault}", "compress the table again")
            return None
    text = decode(data)
    if text is None:
        kind = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "neither UTF-8 nor GB18030"
        found.add(table, 0, "", file.name, f"wrong encoding: {kind}", "save the file as CSV in UTF-8")
        return None
    try:
        records = parse_csv(text)
    except csv.Error as fault:
        found.add(
            table, 0, "", file.name, f"not readable as CSV: {fault}", "close every quote; double those inside text"
        )
        return None
    return frame_of(table, records, found)


def frame_of(table: str, records: Sequence[Sequence[str]], found: Findings) -> pd.DataFrame | None:
    """Make a frame of text from records, the first of which is the header; None when there is no header."""
    if not records:
        found.add(
            table, 0, "", "", "the file is empty", f"start it with the columns {','.join(schemas()[table].columns)}"
        )
        return None
    header = [name.strip() for name in records[0]]
    if len(header) == 1 and len(schemas()[table].columns) > 1:
        for sign, word in ((";", "semicolons"), ("\t", "tabs"), ("，", "full-width commas")):
            if sign in header[0]:
                found.add(table, 1, "", header[0], f"the columns are separated by {word}", "separate them by commas")
                return None
    rows = list(records[1:])
    # Spreadsheet programs like to add empty columns at the right.
    width = len(header)
    while width > 1 and not header[width - 1] and not any(row[width - 1] for row in rows if len(row) >= width):
        width -= 1
    header = header[:width]
    for i, row in enumerate(rows):
        if len(row) == width:
            continue
        if not any(row):
            found.add(table, i + 2, "", "", "the line is empty", "remove it")
        elif len(row) < width or any(row[width:]):
            problem = f"the line has {len(row)} cells, the header has {width}"
            found.add(table, i + 2, "", ",".join(row)[:60], problem, "put text that holds a comma in double quotes")
        rows[i] = [*row[:width], *[""] * (width - len(row))]
    # The same word is one object from here on: what follows looks at every cell several times.
    words: dict[str, str] = {}
    cells = [list(map(words.setdefault, column, column)) for column in zip(*rows, strict=True)] or [[]] * width
    frame = pd.DataFrame(dict(enumerate(cells)), dtype=object)
    frame.columns = pd.Index(header, dtype=object)
    return frame


def _read_parquet(file: Path, found: Findings) -> pd.DataFrame | None:
    import pyarrow

    table = file.stem
    try:
        frame = pd.read_parquet(file)
    except (OSError, ValueError, pyarrow.ArrowException) as fault:
        found.add(table, 0, "", file.name, f"not readable as Parquet: {fault}", "write the table again")
        return None
    return pd.DataFrame({str(c): texts(frame[c]) for c in frame.columns}, dtype=str)


def _read_workbook(file: Path, found: Findings) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    try:
        sheets = workbook.read_sheets(file.read_bytes())
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as fault:
        found.add(file.name, 0, "", "", f"not readable as a workbook: {fault}", "save it as .xlsx")
        return {}, {}
    meta = _head_of(sheets.pop(workbook.HEAD, None), found)
    frames: dict[str, pd.DataFrame] = {}
    for table, records in sheets.items():
        if table not in schemas():
            if table.casefold() not in ("readme", "notes"):
                hint = near(table, schemas(), "rename the sheet, remove it, or call it readme")
                found.add(table, 0, "", table, "unknown table", hint)
            continue
        frame = frame_of(table, records, found)
        if frame is not None:
            frames[table] = frame
    return meta, frames


def _head_of(records: Sequence[Sequence[str]] | None, found: Findings) -> dict[str, Any]:
    if not records or [c.strip() for c in records[0][:2]] != ["key", "value"]:
        found.add(HEAD, 0, "", "", "missing sheet 'belt' with the columns key and value", "add it")
        return {}
    return {row[0]: value_of(row[1]) for row in records[1:] if row[0]}
