"""One .xlsx workbook, a sheet per table, read and written so that numbers and text come back exactly."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from yijiang.belt.columns import cell_text
from yijiang.cells import escape, unescape
from yijiang.errors import OptionError

HEAD = "belt"
"""Name of the sheet that holds what belt.toml holds in a folder: the columns key and value."""

LONGEST = 32_767
"""Characters a cell of a workbook can hold; more would be cut off without a word."""

_STAMP = datetime.datetime(2017, 1, 1)
_ILLEGAL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x(?=[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _guard(text: str) -> str:
    """Write characters that XML cannot hold (a carriage return among them) as the file format's `_x000D_`."""
    return _ILLEGAL.sub(lambda m: f"_x{ord(m[0][0]):04X}_" + m[0][1:], text)


def _unguard(text: str) -> str:
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def read_sheets(data: bytes) -> dict[str, list[list[str]]]:
    """Read a workbook as records of text per sheet; formulas count with the value last computed.

    Raises
    ------
    zipfile.BadZipFile, KeyError
        If the bytes are not a workbook.
    """
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    sheets: dict[str, list[list[str]]] = {}
    for sheet in book.worksheets:
        # Some programs write no or wrong dimensions; reading all there is costs nothing.
        sheet.reset_dimensions()
        records = [[_read_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        while records and not any(records[-1]):
            records.pop()
        width = max((len(r) for r in records), default=0)
        while width and not any(r[width - 1] for r in records if len(r) >= width):
            width -= 1
        sheets[sheet.title] = [(r + [""] * width)[:width] for r in records]
    book.close()
    return sheets


def _read_cell(value: object) -> str:
    if isinstance(value, str):
        return unescape(_unguard(value))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return cell_text(value)


def write_sheets(sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[object]]]]) -> bytes:
    """Write sheets (header, rows) as a workbook: the same tables give the same bytes.

    Text that a spreadsheet would run as a formula gets a leading `'`, as in the CSV files.

    Raises
    ------
    OptionError
        If a text is longer than a cell can hold.
    """
    import openpyxl
    from openpyxl.cell import WriteOnlyCell

    # All text is prepared first: a refusal must not leave a half-written workbook behind.
    prepared = {
        title: (header, [[_prepared(v) for v in row] for row in rows]) for title, (header, rows) in sheets.items()
    }
    book = openpyxl.Workbook(write_only=True)
    book.properties.created = _STAMP
    for title, (header, rows) in prepared.items():
        sheet = book.create_sheet(title)
        sheet.append(list(header))
        for row in rows:
            sheet.append([_write_cell(sheet, value, WriteOnlyCell) for value in row])
    raw = io.BytesIO()
    book.save(raw)
    return _fixed(raw.getvalue())


def _prepared(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = _guard(escape(value))
    if len(text) > LONGEST:
        raise OptionError(f"a workbook cell holds at most {LONGEST} characters; write the belt as a folder")
    return text or None


def _write_cell(sheet: Any, value: object, cell_type: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, float):
        return value
    # openpyxl writes numbers with 16 digits; a double needs up to 17 to come back exactly.
    if float(f"{value:.16g}") == value:
        return value
    cell = cell_type(sheet)
    cell.data_type, cell._value = "n", repr(value)
    return cell


def _entries(data: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in sorted(archive.namelist()):
            content = archive.read(name)
            if name == "docProps/core.xml":
                now = f"{_STAMP:%Y-%m-%dT%H:%M:%SZ}".encode()
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", now, content)
            yield name, content


def _fixed(data: bytes) -> bytes:
    """The same workbook without the time of writing."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _entries(data):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return out.getvalue()
