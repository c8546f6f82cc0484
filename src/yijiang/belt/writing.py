"""Writes a belt so that it is there whole or not at all, and the same belt gives the same bytes."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from yijiang.belt import workbook
from yijiang.belt.columns import texts
from yijiang.belt.head import HEAD
from yijiang.belt.model import Belt
from yijiang.belt.package import datapackage
from yijiang.belt.schema import needed_tables, schemas
from yijiang.belt.texts import cell_of, format_toml
from yijiang.cells import escape, format_csv
from yijiang.errors import OptionError

FORMATS = ("csv", "parquet")


def write(
    belt: Belt, path: str | Path, *, overwrite: bool = False, form: str = "csv", compress: Collection[str] = ()
) -> Path:
    """Write a belt as a folder of tables or, for a path that ends in .xlsx, as a workbook.

    The result appears whole or not at all. Text that a spreadsheet would run as a formula gets a leading `'`, which
    `read` takes off again. Numbers come back bit for bit. Tables without rows are left out unless the scope needs them.

    Parameters
    ----------
    belt
        What to write.
    path
        A folder that does not exist or is empty, or a workbook that does not exist.
    overwrite
        True: replace a belt that is there; a folder that is not a belt is never replaced.
    form
        "csv" or "parquet", for folders.
    compress
        Tables to write as .csv.gz.

    Returns
    -------
    The path written.

    Raises
    ------
    OptionError
        If something is there already, or an option is wrong.
    """
    place = Path(path)
    if form not in FORMATS:
        raise OptionError(f"unknown form {form!r}; all: {', '.join(FORMATS)}")
    unknown = [t for t in compress if t not in schemas()]
    if unknown:
        raise OptionError(f"unknown table {unknown[0]!r} in compress; all: {', '.join(schemas())}")
    if place.suffix.lower() == ".xlsx":
        with atomic_file(place, overwrite=overwrite) as temporary:
            temporary.write_bytes(_workbook_bytes(belt))
        return place
    with atomic_folder(place, overwrite=overwrite) as temporary:
        (temporary / HEAD).write_bytes(format_toml(belt.meta).encode())
        for table, frame in _written(belt):
            if form == "parquet":
                frame.to_parquet(temporary / f"{table}.parquet", index=False)
            else:
                data = csv_bytes(frame)
                name = f"{table}.csv.gz" if table in compress else f"{table}.csv"
                (temporary / name).write_bytes(_gzipped(data) if table in compress else data)
        _write_package(belt, temporary)
    return place


def write_datapackage(belt: Belt, folder: str | Path) -> Path:
    """Write datapackage.json (Frictionless Table Schema) into the folder of a belt and return its path."""
    place = Path(folder)
    if not place.is_dir():
        raise OptionError(f"there is no folder {place.name!r}; write the belt first")
    with atomic_file(place / "datapackage.json", overwrite=True) as temporary:
        temporary.write_bytes(_package_bytes(belt, place))
    return place / "datapackage.json"


def _write_package(belt: Belt, folder: Path) -> None:
    (folder / "datapackage.json").write_bytes(_package_bytes(belt, folder))


def _package_bytes(belt: Belt, folder: Path) -> bytes:
    paths = {p.name.split(".")[0]: p.name for p in sorted(folder.iterdir()) if p.name.split(".")[0] in schemas()}
    return (json.dumps(datapackage(belt, paths), ensure_ascii=False, indent=1) + "\n").encode()


def _written(belt: Belt) -> Iterator[tuple[str, pd.DataFrame]]:
    needed = needed_tables(belt.scope)
    for table, frame in belt.tables.items():
        if not frame.empty or table in needed:
            yield table, frame


def csv_bytes(frame: pd.DataFrame) -> bytes:
    r"""Write a table as CSV: UTF-8, `\n`, numbers in full, risky text escaped.

    >>> csv_bytes(pd.DataFrame({"name": ["=1+1"], "value": [0.1]}))
    b"name,value\n'=1+1,0.1\n"
    """
    columns = []
    for name in frame.columns:
        cells = texts(frame[name])
        is_text = not pd.api.types.is_numeric_dtype(frame[name])
        columns.append([escape(c) for c in cells] if is_text else cells)
    return format_csv([str(c) for c in frame.columns], zip(*columns, strict=True)).encode()


def _gzipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as file:
        file.write(data)
    return out.getvalue()


def _workbook_bytes(belt: Belt) -> bytes:
    head = [(key, cell_of(value)) for key, value in belt.meta.items()]
    sheets = {workbook.HEAD: (("key", "value"), head)}
    for table, frame in _written(belt):
        cells = [[None if pd.isna(v) else v for v in frame[c].tolist()] for c in frame.columns]
        sheets[table] = (tuple(frame.columns), zip(*cells, strict=True))  # type: ignore[assignment]
    return workbook.write_sheets(sheets)


def _is_belt(folder: Path) -> bool:
    return (folder / HEAD).is_file()


@contextmanager
def atomic_folder(place: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a new folder to fill, and put it at `place` only when the block ends well; otherwise nothing is left.

    Raises
    ------
    OptionError
        If `place` is a file, or a folder with something in it (with `overwrite`: something that is no belt).
    """
    if place.exists() and not place.is_dir():
        raise OptionError(f"{place.name!r} is a file, not a folder")
    filled = place.is_dir() and any(place.iterdir())
    if filled and not overwrite:
        raise OptionError(f"the folder {place.name!r} is not empty; choose another or allow overwriting")
    if filled and not _is_belt(place):
        raise OptionError(f"the folder {place.name!r} holds no belt, so it is not overwritten")
    parent = place.absolute().parent
    parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that the last step is a rename on the same file system.
    workplace = Path(tempfile.mkdtemp(prefix=".yijiang-", dir=parent))
    try:
        fresh, old = workplace / "new", workplace / "old"
        fresh.mkdir()
        yield fresh
        if place.is_dir():
            place.rename(old)
        try:
            fresh.rename(place)
        except OSError:
            if old.is_dir():
                old.rename(place)
            raise
    finally:
        shutil.rmtree(workplace)


@contextmanager
def atomic_file(place: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a path to write to, and put the file at `place` only when the block ends well; otherwise nothing is left."""
    if place.is_dir():
        raise OptionError(f"{place.name!r} is a folder, not a file")
    if place.exists() and not overwrite:
        raise OptionError(f"the file {place.name!r} exists; choose another or allow overwriting")
    parent = place.absolute().parent
    parent.mkdir(parents=True, exist_ok=True)
    workplace = Path(tempfile.mkdtemp(prefix=".yijiang-", dir=parent))
    try:
        yield workplace / place.name
        (workplace / place.name).replace(place)
    finally:
        shutil.rmtree(workplace)
