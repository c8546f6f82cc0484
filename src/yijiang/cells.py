"""Cells of tables that a spreadsheet may open: texts it would run as a formula are escaped; records as CSV text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_RISKY = ("=", "+", "-", "@", "\t", "\r", "'")
_SPECIAL = re.compile(r'[,"\r\n]')
_BREAKING = re.compile(r'["\r\n]')


def escape(text: str) -> str:
    """Put a `'` before text that a spreadsheet would run as a formula (or that begins with such a mark).

    >>> escape("=1+1"), escape("'tis"), escape("Hubei")
    ("'=1+1", "''tis", 'Hubei')
    """
    return "'" + text if text.startswith(_RISKY) else text


def unescape(text: str) -> str:
    """Undo `escape`; a lone leading `'` before harmless text is part of the text.

    >>> unescape("'=1+1"), unescape("''tis"), unescape("'tis")
    ('=1+1', "'tis", "'tis")
    """
    return text[1:] if text.startswith("'") and text[1:].startswith(_RISKY) else text


def format_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""Write records as CSV text with `\n` line ends; cells must be escaped already where they need it.

    >>> format_csv(["a"], [["x, y"], [""]])
    'a\n"x, y"\n""\n'
    """
    # A line with one blank cell would be an empty line.
    return "".join((_line(row) or '""') + "\n" for row in (header, *rows))


def _line(row: Sequence[str]) -> str:
    line = ",".join(row)
    # Most rows need no quotes, which the whole line tells at once: it has no comma but those between its cells.
    if line.count(",") < len(row) and not _BREAKING.search(line):
        return line
    return ",".join(_quoted(c) if _SPECIAL.search(c) else c for c in row)


def _quoted(cell: str) -> str:
    # Not the csv module's writer: some versions leave a lone carriage return unquoted, and then it does not come back.
    return '"' + cell.replace('"', '""') + '"'
