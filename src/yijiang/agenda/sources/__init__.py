"""Files in, text out: plain text, HTML, docx and pdf, told apart by their content; hostile ones are refused in time."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from yijiang.errors import DataError, Finding, OptionError

KINDS = ("text", "html", "docx", "pdf")

LIMIT = 20_000_000
"""Most bytes of one file."""

CHARACTERS = 100_000
"""Most characters of prose; a report has a few thousand."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A text with where it came from: `digest` is the SHA-256 of the bytes, `notes` say what was hard to read."""

    text: str
    kind: str
    digest: str
    title: str | None = None
    encoding: str | None = None
    notes: tuple[str, ...] = ()


def load(source: str | Path | bytes, *, kind: str | None = None, limit: int = LIMIT) -> Loaded:
    """Return the text of a source.

    Parameters
    ----------
    source
        The text itself (str), a file (Path), or the bytes of one.
    kind
        "text", "html", "docx" or "pdf"; told from the content unless given.
    limit
        Most bytes to take.

    Raises
    ------
    DataError
        If the file is too large, broken, encrypted or no text.
    OptionError
        If the kind is unknown, a str is the name of a file, or reading it needs an extra that is not installed.

    Examples
    --------
    >>> load("<html><p>两省签署协议。</p></html>".encode()).text
    '两省签署协议。'
    """
    if kind is not None and kind not in KINDS:
        raise OptionError(f"unknown kind of source {kind!r}; one of: {', '.join(KINDS)}")
    if isinstance(source, str):
        if _names_file(source):
            raise OptionError(
                f"a str is the text itself, and {source!r} is the name of a file; give it as a path: Path({source!r})"
            )
        data = source.encode("utf-8", errors="surrogatepass")
        return Loaded(_lines(source), "text", hashlib.sha256(data).hexdigest())
    if isinstance(source, Path):
        size = _size(source)
        data = _bytes(source) if size <= limit else b""
    else:
        data, size = source, len(source)
    if size > limit:
        hint = "give the report alone, not a whole site or archive"
        problem = f"this file is {size / 1e6:.0f} MB, more than {limit / 1e6:.0f} MB"
        raise DataError([Finding("source", 0, "", "", problem, hint)])
    digest = hashlib.sha256(data).hexdigest()
    kind = kind or _sniff(data)
    if kind == "docx":
        from yijiang.agenda.sources import docx

        return Loaded(_lines(docx.text_of(data)), kind, digest)
    if kind == "pdf":
        from yijiang.agenda.sources import pdf

        return Loaded(_lines(pdf.text_of(data)), kind, digest)
    from yijiang.agenda.sources.decoding import decode

    text, encoding, notes = decode(data)
    if kind == "html":
        from yijiang.agenda.sources.html import prose

        words, title = prose(text)
        return Loaded(_lines(words), kind, digest, title, encoding, notes)
    return Loaded(_lines(text), "text", digest, None, encoding, notes)


_FILE = re.compile(r"[^\n。!?！？；;]{1,200}\.(?:txt|md|html?|docx?|pdf|rtf|odt)", re.I)


def _names_file(words: str) -> bool:
    """Say whether a str is the name of a file rather than a text: it looks like one, or there is such a file."""
    if "\n" in words or len(words) > 1000:
        return False
    if _FILE.fullmatch(words.strip()):
        return True
    try:
        return Path(words).is_file()
    except (OSError, ValueError):
        return False


def _size(file: Path) -> int:
    try:
        if file.is_dir():
            raise DataError([Finding(str(file), 0, "", "", "this is a folder", "give one report, or several by name")])
        return file.stat().st_size
    except OSError as error:
        problem = f"this file can't be read ({error.strerror or error})"
        raise DataError([Finding(str(file), 0, "", "", problem, "check its name and its rights")]) from error


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        problem = f"this file can't be read ({error.strerror or error})"
        raise DataError([Finding(str(file), 0, "", "", problem, "check its name and its rights")]) from error


def _lines(text: str) -> str:
    if len(text) > CHARACTERS:
        hint = "give the report or the minutes alone"
        problem = f"this text has {len(text):,} characters, more than the {CHARACTERS:,} of any report"
        raise DataError([Finding("source", 0, "", "", problem, hint)])
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _sniff(data: bytes) -> str:
    head = data[:4096].lstrip()
    if head.startswith(b"%PDF"):
        return "pdf"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return "docx"
    low = head.replace(b"\x00", b"").lower()
    tags = (
        b"<!doctype html",
        b"<html",
        b"<head",
        b"<body",
        b"<div",
        b"<p>",
        b"<p ",
        b"<meta",
        b"<table",
        b"<br",
        b"<!--",
    )
    return "html" if any(tag in low for tag in tags) else "text"


__all__ = ["KINDS", "LIMIT", "Loaded", "load"]
