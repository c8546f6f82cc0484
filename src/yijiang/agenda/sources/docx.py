"""The text of a .docx file, with the standard library: paragraphs and table rows, read in pieces under a limit."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from xml.parsers import expat

from yijiang.errors import DataError, Finding

LIMIT = 12_000_000
"""Most bytes of a document's XML [byte]; what unpacks to more is refused."""

DEPTH = 1000
"""Deepest nesting of its parts; a word processor writes a few dozen."""

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"
# What was deleted or moved away, and the second form of a drawing's words, are no part of the text.
_DROPPED = frozenset((f"{_W}del", f"{_W}moveFrom", _FALLBACK))
_BREAKS = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": " "}


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
            return _Paragraphs(limit).read(part.read)
    except KeyError as missing:
        raise _refuse("this archive holds no Word document") from missing
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        # RuntimeError is what zipfile raises for an encrypted member.
        raise _refuse(f"this .docx file can't be unpacked ({error})") from error
    except (expat.ExpatError, ValueError, zlib.error) as error:
        raise _refuse(f"this .docx file is broken ({error})") from error


class _Paragraphs:
    """Takes the words as the parser meets them; no tree is built, so a hostile document costs no memory."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.lines: list[str] = []
        self.words: list[str] = []
        self.cells: list[str] | None = None
        self.dropped = self.depth = 0
        self.inside = False

    def read(self, read: Callable[[int], bytes]) -> str:
        """Return the text of the document's main part, read in pieces."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        total = 0
        while piece := read(1 << 16):
            total += len(piece)
            if total > self.limit:
                raise _refuse(f"this document unpacks to more than {self.limit // 1_000_000} MB")
            parser.Parse(piece, False)
        parser.Parse(b"", True)
        return "\n".join(line.strip() for line in self.lines)

    def _doctype(self, *_: object) -> None:
        raise _refuse("this document declares entities, which no word processor writes")

    def _start(self, name: str, _: object) -> None:
        self.depth += 1
        if self.depth > DEPTH:
            raise _refuse(f"this document nests its parts more than {DEPTH} deep")
        if name in _DROPPED:
            self.dropped += 1
        elif name == f"{_W}tr":
            self.cells = []
        elif name == f"{_W}t":
            self.inside = True

    def _text(self, words: str) -> None:
        if self.inside and not self.dropped:
            self.words.append(words)

    def _end(self, name: str) -> None:
        self.depth -= 1
        if name in _DROPPED:
            self.dropped -= 1
        elif name == f"{_W}t":
            self.inside = False
        elif name in _BREAKS and not self.dropped:
            self.words.append(_BREAKS[name])
        elif name == f"{_W}p":
            if self.cells is None:
                self.lines.append("".join(self.words))
                self.words = []
            elif self.words:
                self.words.append(" ")
        elif name == f"{_W}tc" and self.cells is not None:
            self.cells.append("".join(self.words).strip())
            self.words = []
        elif name == f"{_W}tr" and self.cells is not None:
            self.lines.append("\t".join(self.cells))
            self.cells = None
