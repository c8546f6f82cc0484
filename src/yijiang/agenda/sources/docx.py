"""The text of a .docx file, with the standard library: paragraphs and table rows, read in pieces under a limit."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from xml.etree import ElementTree

from yijiang.errors import DataError, Finding

LIMIT = 40_000_000
"""Most bytes of a document's XML [byte]; what unpacks to more is refused."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def _refuse(problem: str) -> DataError:
    return DataError(
        [Finding("source", 0, "", "", problem, "open it in a word processor and save it again as .docx or .txt")]
    )


def text_of(data: bytes, limit: int = LIMIT) -> str:
    """Return the text of a document, a paragraph or a table row a line.

    Parameters
    ----------
    data
        The bytes of the file.
    limit
        Most bytes its main part may unpack to.

    Raises
    ------
    DataError
        If the file is broken, encrypted, holds no document, or unpacks to more than the limit.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("word/document.xml") as part:
            return _paragraphs(_limited(part.read, limit))
    except KeyError as missing:
        raise _refuse("this archive holds no Word document") from missing
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        # RuntimeError is what zipfile raises for an encrypted member.
        raise _refuse(f"this .docx file can't be unpacked ({error})") from error
    except (ElementTree.ParseError, ValueError, zlib.error) as error:
        raise _refuse(f"this .docx file is broken ({error})") from error


def _limited(read: Callable[[int], bytes], limit: int) -> bytes:
    pieces, total = [], 0
    while piece := read(1 << 16):
        total += len(piece)
        if total > limit:
            raise _refuse(f"this document unpacks to more than {limit // 1_000_000} MB")
        pieces.append(piece)
    return b"".join(pieces)


def _paragraphs(xml: bytes) -> str:
    if b"<!DOCTYPE" in xml[:4096] or b"<!ENTITY" in xml:
        raise _refuse("this document declares entities, which no word processor writes")
    lines: list[str] = []
    words: list[str] = []
    cells: list[str] | None = None
    deleted = 0
    for event, node in ElementTree.iterparse(io.BytesIO(xml), events=("start", "end")):
        if node.tag in (f"{_W}del", f"{_W}moveFrom", _FALLBACK):
            deleted += 1 if event == "start" else -1
        elif event == "start":
            if node.tag == f"{_W}tr":
                cells = []
        elif node.tag == f"{_W}t" and not deleted:
            words.append(node.text or "")
        elif node.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            words.append("\n" if node.tag == f"{_W}br" else " ")
        elif node.tag == f"{_W}p":
            if cells is None:
                lines.append("".join(words))
                words = []
            elif words:
                words.append(" ")
            node.clear()
        elif node.tag == f"{_W}tc" and cells is not None:
            cells.append("".join(words).strip())
            words = []
        elif node.tag == f"{_W}tr" and cells is not None:
            lines.append("\t".join(cells))
            cells = None
            node.clear()
    return "\n".join(line.strip() for line in lines)
