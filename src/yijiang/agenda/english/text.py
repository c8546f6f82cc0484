"""One sign to one sign: quotes, dashes and blanks folded; the shapes of names; lines broken by a page put together."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from yijiang.agenda.records import Span

UPPER = "".join(chr(c) for c in range(0x41, 0x250) if chr(c).isupper())
"""Capital letters of the Latin alphabets, for classes of signs in patterns."""

_SIGNS = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "«": '"',
    "»": '"',
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
    "\u00a0": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\u200b": " ",
    "\ufeff": " ",
    "\u3000": " ",
}
_TABLE = str.maketrans(_SIGNS)

TOKEN = rf"(?:[{UPPER}][\w']*(?:-[{UPPER}]?\w+)*|[{UPPER}]\.)"
"""One capitalised word of a name, or an initial."""

_PARTICLE = (
    r"(?:de la|van der|van den|von der|de|del|della|di|da|dos|du|van|von|der|den|la|le|el|al|bin|bint|ben|zu|af|ter|y)"
)
NAME = rf"{TOKEN}(?: (?:{_PARTICLE} )?{TOKEN}){{0,3}}"
"""A name of one to four capitalised words, particles between them."""

FULL = rf"{TOKEN}(?: (?:{_PARTICLE} )?{TOKEN}){{1,3}}"
"""A name of two words or more."""

HONORIFIC = (
    r"(?:(?:Mr|Ms|Mrs|Miss|Mx|Dr|Prof|Professor|Eng|Ing|Sir|Dame|H\.?E|Amb|Hon|Lt|Col|Gen|Capt|Rev)\.? |Dipl\.-Ing\. )"
)
"""What stands before a name and is no post."""

LONGEST = 1000
"""Most characters of one sentence."""

_ABBREVIATIONS = """
mr ms mrs dr prof eng ing st no nos art sec fig vs etc e.g i.e a.m p.m approx incl excl tel dept univ inc ltd co corp
jan feb mar apr jun jul aug sep sept oct nov dec u.s u.k u.n h.e hon amb gen col lt capt rev jr sr dipl para par ca cf
al
"""
_SHORT = frozenset(_ABBREVIATIONS.split())
_END = re.compile(r"[.!?]+[\"')\]]*(?=\s|$)")


def fold(text: str) -> str:
    """Return the text with plain quotes, dashes and blanks, code point for code point.

    >>> fold("“Gu’s” – plan") == '"Gu\\'s" - plan'
    True
    """
    return text.translate(_TABLE).replace("\r", " ")


def lines(folded: str) -> list[Span]:
    """Return the span of every line that is not blank, outer blanks dropped."""
    return [Span(m.start(), m.end()) for m in re.finditer(r"[^\s](?:[^\n]*[^\s])?", folded)]


_BEGINS = re.compile(
    r"(?:[-*•●▪■◦o] |\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)] |[A-Z]{1,3}-?\d|Item |Decision |Action |Resolution |Annex )"
    r"|[A-Z][\w /()-]{1,40}:"
)


def unwrap(folded: str) -> str:
    """Return the text with line ends inside sentences as blanks, so that a sentence is one line; the length stays.

    A line goes on in the next when it is nearly as wide as the page and ends without a stop, and the next begins
    neither an item nor a label.

    >>> unwrap("The two sides will open their\\nports. Next.\\n1. New item of the two\\nsides")
    'The two sides will open their ports. Next.\\n1. New item of the two sides'
    """
    found = [Span(m.start(), m.end()) for m in re.finditer(r"[^\n]+", folded)]
    widths = sorted(len(folded[s.start : s.end].rstrip()) for s in found)
    # Lines of one paragraph each are far longer than a page is wide.
    if len(found) < 3 or widths[-1] > 130:
        return folded
    wide = 0.7 * widths[int(0.9 * (len(widths) - 1))]
    pieces, at = [], 0
    for one, two in itertools.pairwise(found):
        before, after = folded[one.start : one.end].rstrip(), folded[two.start : two.end]
        close = two.start - one.end == 1 and len(before) >= wide and not re.search(r"[.:;!?][\"')]*$", before)
        # The cells of a row stand apart by tabs: a row is a line of its own.
        rows = "\t" in before or "\t" in after
        if close and not rows and after[:1] not in ("", " ") and not _BEGINS.match(after):
            pieces.append(folded[at : one.end] + " ")
            at = one.end + 1
    return "".join(pieces) + folded[at:]


def sentences(folded: str, span: Span) -> Iterator[Span]:
    """Give the sentences of a stretch: split after stops, not after abbreviations, initials or numbers.

    >>> text = "Dr. A. Weber spoke at 9.30 a.m. sharp. Mr. Kiss agreed."
    >>> [text[s.start : s.end] for s in sentences(text, Span(0, len(text)))]
    ['Dr. A. Weber spoke at 9.30 a.m. sharp.', 'Mr. Kiss agreed.']
    """
    for line in re.finditer(r"[^\n]+", folded[span.start : span.end]):
        base, words, at = span.start + line.start(), line[0], 0
        for match in _END.finditer(words):
            if not _ends(words, match.start(), match.end()):
                continue
            yield from _pieces(folded, base + at, base + match.end())
            at = match.end()
        yield from _pieces(folded, base + at, base + len(words))


def _ends(words: str, at: int, end: int) -> bool:
    if words[at] != ".":
        return True
    begin = at
    while begin > 0 and at - begin < 24 and not words[begin - 1].isspace():
        begin -= 1
    word = words[begin:at].strip("\"'([").lower()
    following = words[end : end + 3].strip()
    if word in _SHORT or (len(word) == 1 and word.isalpha()):
        # A title or an initial goes on with a name; "9 a.m. The" does not.
        return word in ("a.m", "p.m", "etc") and following[:1].isupper()
    # "1." in front of an item is no sentence.
    return not (word.isdigit() and len(word) <= 2 and begin == 0)


def _pieces(folded: str, start: int, end: int) -> Iterator[Span]:
    """Give a stretch as one sentence; one without end is cut at a blank, so that no text can make the rules slow."""
    while end - start > LONGEST:
        cut = folded.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = cut if cut > 0 else start + LONGEST
        if trimmed := _trim(folded, start, cut):
            yield trimmed
        start = cut
    if trimmed := _trim(folded, start, end):
        yield trimmed


def _trim(folded: str, start: int, end: int) -> Span | None:
    while start < end and folded[start].isspace():
        start += 1
    while end > start and folded[end - 1].isspace():
        end -= 1
    return Span(start, end) if end > start else None
