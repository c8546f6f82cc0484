"""What stands between a table and its bytes: encodings, CSV records, the TOML of the head."""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from yijiang.cells import unescape

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def decode(data: bytes) -> str | None:
    """Decode UTF-8 (with or without byte-order mark) or GB18030; None when it is neither.

    >>> decode("湖北".encode("gb18030")), decode("湖北".encode("utf-8-sig")), decode("湖北".encode("utf-16"))
    ('湖北', '湖北', None)
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # UTF-16 without a mark decodes as text full of NUL.
        return None if text.count("\x00") > len(text) // 4 else text
    return None


def parse_csv(text: str) -> list[list[str]]:
    """Split CSV text into records, cells unescaped; line ends inside quotes stay as they are.

    Raises
    ------
    csv.Error
        If quotes do not match.

    Examples
    --------
    >>> parse_csv('a,b\\n"x, y",\\'=1\\n')
    [['a', 'b'], ['x, y', '=1']]
    """
    records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    while records and not any(records[-1]):
        records.pop()
    if "'" in text:
        return [[unescape(cell) for cell in record] for record in records]
    return records


def toml_value(value: object) -> str:
    """Write a value as TOML.

    >>> toml_value(["economy", 1, 0.5, True])
    '["economy", 1, 0.5, true]'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        # JSON's string escapes are TOML's, except for the DEL character, which TOML wants escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_toml_key(k)} = {toml_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, Iterable):
        return "[" + ", ".join(toml_value(v) for v in value) + "]"
    return json.dumps(str(value), ensure_ascii=False)


def _toml_key(key: object) -> str:
    return str(key) if _BARE_KEY.fullmatch(str(key)) else json.dumps(str(key), ensure_ascii=False)


def format_toml(meta: Mapping[str, Any]) -> str:
    r"""Write the belt's head as TOML, one key a line.

    >>> format_toml({"name": "tiny", "year": 2017, "scope": ["river"]})
    'name = "tiny"\nyear = 2017\nscope = ["river"]\n'
    """
    return "".join(f"{_toml_key(key)} = {toml_value(value)}\n" for key, value in meta.items())


def cell_of(value: object) -> str:
    """Write a value of the head for the sheet `belt`: text plain unless it would read back as something else.

    >>> cell_of("tiny"), cell_of("2017"), cell_of(2017)
    ('tiny', '"2017"', '2017')
    """
    if isinstance(value, str):
        return value if value_of(value) == value else toml_value(value)
    return toml_value(value)


def value_of(cell: str) -> object:
    """Read a cell of the sheet `belt`: a TOML value, or else plain text.

    >>> value_of("2017"), value_of('["river"]'), value_of("million CNY")
    (2017, ['river'], 'million CNY')
    """
    try:
        read = tomllib.loads(f"value = {cell}")
    except tomllib.TOMLDecodeError:
        return cell
    return read["value"] if set(read) == {"value"} else cell
