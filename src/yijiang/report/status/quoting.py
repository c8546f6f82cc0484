"""The source texts cut into pieces, so that what was taken from them is marked and leads back to its point."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple


class Quote(NamedTuple):
    """A place in a text, code points from `start` up to `end`; its own id, where it leads back to, and its number."""

    start: int
    end: int
    id: str
    back: str
    number: str


class Piece(NamedTuple):
    """A stretch of text; `quotes` begin here, `ends` end here, `marked` says whether any covers it."""

    text: str
    marked: bool
    quotes: tuple[Quote, ...]
    ends: tuple[Quote, ...]


def pieces(text: str, quotes: Sequence[Quote]) -> list[Piece]:
    """Cut a text at the ends of its quotes, which may overlap; quotes outside the text are left out.

    >>> [(p.text, p.marked) for p in pieces("abcdef", [Quote(1, 4, "q-1", "c-1", "1"), Quote(2, 5, "q-2", "c-2", "2")])]
    [('a', False), ('b', True), ('cd', True), ('e', True), ('f', False)]
    """
    fine = [quote for quote in quotes if fits(text, quote.start, quote.end)]
    cuts = sorted({0, len(text), *(q.start for q in fine), *(q.end for q in fine)})
    return [
        Piece(
            text[start:end],
            any(q.start <= start and end <= q.end for q in fine),
            tuple(q for q in fine if q.start == start),
            tuple(q for q in fine if q.end == end),
        )
        for start, end in pairwise(cuts)
    ]


def fits(text: object, start: object, end: object) -> bool:
    """Say whether a place lies in a text.

    >>> fits("abc", 1, 3), fits("abc", 1, 4), fits(None, 0, 1)
    (True, False, False)
    """
    return isinstance(text, str) and isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)
