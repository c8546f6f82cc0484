"""Lines that a page broke put together again into paragraphs, in Chinese text: of pdf files and of typed pages."""

from __future__ import annotations

import re
import unicodedata

_JOINS = re.compile("[\u3400-\u9fff，。、；：？！）】》”（“《]")
_STOPS = ("。", "！", "？", "：", ":", "；", ";", "。”", "！”", "。）")
_PAGE = re.compile(
    r"\s*(?:[—–-]+\s*\d{1,3}\s*[—–-]+|第\s*\d{1,3}\s*页(?:\s*共\s*\d{1,3}\s*页)?|\d{1,3}\s*/\s*\d{1,3})\s*"
)


def width(line: str) -> int:
    """Return how wide a line is in columns: a Chinese character takes two.

    >>> width("长江 A")
    6
    """
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def paragraphs(text: str) -> str:
    """Join the lines of a page into paragraphs: a line goes on unless it ends a sentence or is clearly short.

    >>> paragraphs("湖北省代表团在江苏学习考\\n察。\\n第二段。")
    '湖北省代表团在江苏学习考察。\\n第二段。'
    """
    lines = [line.rstrip() for line in text.splitlines() if line.strip() and not _PAGE.fullmatch(line)]
    most = max(map(width, lines), default=0)
    result: list[str] = []
    goes_on = False
    for line in lines:
        words = line.strip()
        if goes_on and not line.startswith(("\u3000", "  ")):
            # Between two words of Latin letters the line end stood for a blank.
            result += ["" if _JOINS.match(result[-1][-1]) or _JOINS.match(words) else " ", words]
        else:
            result += ["\n", words]
        goes_on = width(line) >= 0.8 * most and not line.endswith(_STOPS)
    return "".join(result[1:])


def unwrap(text: str) -> str:
    """Return a Chinese text with a paragraph a line; one that is not broken within sentences stays as it is.

    Broken is a page where at least four lines, and two in five, are as wide as the page and end inside a sentence.

    >>> unwrap("甲。\\n乙。")
    '甲。\\n乙。'
    """
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    most = max(map(width, lines), default=0)
    if most > 120 or len(lines) < 6:
        return text
    broken = sum(width(line) >= 0.85 * most and not line.endswith(_STOPS) for line in lines)
    return paragraphs(text) if broken >= 4 and broken * 5 >= 2 * len(lines) else text
