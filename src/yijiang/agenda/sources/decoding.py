"""Bytes to text: marks at the beginning, UTF-8, a page's own word, then the Chinese encodings by what they yield."""

from __future__ import annotations

import codecs
import re

from yijiang.errors import DataError, Finding

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.I)
# The commonest characters of official prose, simplified and traditional: an encoding that yields them is the right one.
_COMMON = frozenset(
    "的一是在和有中国人大省市委会政府书记主任长江发展合作经济产业科技文化交通生态工作建设推动共同座谈考察学习表示指出"
    "國會長書記發展產業經濟學習說與為這來時對個們開關於區縣動車報導應該"
)


def decode(data: bytes) -> tuple[str, str, tuple[str, ...]]:
    """Return the text of some bytes, the encoding, and notes on what could not be read.

    Parameters
    ----------
    data
        The bytes of a text or a page.

    Raises
    ------
    DataError
        If the bytes are no text.

    Examples
    --------
    >>> decode("湖北和江苏".encode("gb18030"))[:2]
    ('湖北和江苏', 'gb18030')
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, errors="replace"), name, ()
    for name in ("utf-16-le", "utf-16-be"):
        # Without a mark: only the right order of the bytes yields the commonest characters.
        if len(data) % 2 == 0 and _score(data[:4096], name) > 1.15:
            return data.decode(name, errors="replace"), name, ()
    sample = data[:4096]
    if sample.count(0) > len(sample) // 50:
        raise DataError(
            [Finding("source", 0, "", "", "these bytes are no text", "give a text, HTML, docx or pdf file")]
        )
    try:
        return data.decode("utf-8"), "utf-8", ()
    except UnicodeDecodeError:
        stated = _CHARSET.search(data[:2048])
    names = [n for n in (_known(stated[1].decode("ascii")) if stated else None, "gb18030", "big5") if n]
    best = max(dict.fromkeys(names), key=lambda name: (_score(data[:200_000], name), -names.index(name)))
    lines = data.split(b"\n")
    if _score(data[:200_000], best) < 1.0 or any(map(_is_utf8, lines)):
        # Pieces in several encodings were put together: every line is read for itself.
        read = [_line(line, best) for line in lines]
        bad = sum("\ufffd" in line for line in read)
        notes = (f"{bad} lines hold bytes that no encoding explains",) if bad else ("lines in several encodings",)
        return "\n".join(read), f"{best} and others", notes
    return data.decode(best, errors="replace"), best, ()


def _known(name: str) -> str | None:
    name = "gb18030" if name.lower() in ("gb2312", "gbk", "gb_2312-80") else name
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def _score(data: bytes, name: str) -> float:
    """Return 1 or more for bytes the encoding reads without a fault, by the share of common characters it yields."""
    text = data.decode(name, errors="replace")
    # The sample may end inside a character.
    faults = text[:-2].count("\ufffd")
    han = sum("\u4e00" <= c <= "\u9fff" for c in text[:20_000]) or 1
    common = sum(c in _COMMON for c in text[:20_000]) / han
    return (1.0 if faults == 0 else 0.0) + common


def _is_utf8(line: bytes) -> bool:
    """Say whether a line is UTF-8 beyond chance: four characters of three bytes that no Chinese encoding yields."""
    try:
        return sum(sign >= "\u2e80" for sign in line.decode("utf-8")) >= 4
    except UnicodeDecodeError:
        return False


def _line(line: bytes, best: str) -> str:
    for name in ("utf-8", best, "gb18030", "big5"):
        try:
            return line.decode(name)
        except UnicodeDecodeError:
            continue
    return line.decode("utf-8", errors="replace")
