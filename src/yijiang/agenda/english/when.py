"""Dates of an English text: days, stretches of days, months and ends of years; what gives no year keeps none."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass

from yijiang.agenda.records import Span

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_M = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
_D = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?!\d|[:.]\d)"
_Y = r"(?:19|20)\d\d(?!\d)"
_TO = r"(?: ?- ?| to | until | and | through )"
_FORMS = tuple(
    re.compile(form)
    for form in (
        # 5 and 6 October 2022; 30 March to 2 April 2023; 14 March 2024; the 5th of May
        rf"\b(?P<d>{_D})(?: (?P<m>{_M})(?:,? (?P<y>{_Y}))?)?{_TO}(?P<d2>{_D})(?: of)? (?P<m2>{_M})(?:,? "
        rf"(?P<y2>{_Y}))?\b",
        rf"\b(?P<d>{_D})(?: of)? (?P<m>{_M})(?:,? (?P<y>{_Y}))?",
        # May 16 to 18, 2023; March 30 - April 2, 2023; May 17, 2023
        rf"\b(?P<m>{_M}) (?P<d>{_D})(?:,? (?P<y>{_Y}))?{_TO}(?:(?P<m2>{_M}) )?(?P<d2>{_D})(?:,? (?P<y2>{_Y}))?",
        rf"\b(?P<m>{_M}) (?P<d>{_D})(?:,? (?P<y>{_Y}))?",
        rf"\b(?P<y>{_Y})-(?P<m>0[1-9]|1[0-2])-(?P<d>[0-3]\d)(?!\d)",
        rf"(?<![\d.])(?P<d>[0-3]?\d)\. ?(?P<m>0?[1-9]|1[0-2])\. ?(?P<y>{_Y})",
        rf"(?P<end>\b(?:the )?end(?:ing)? (?:of )?)(?P<m>{_M}),? (?P<y>{_Y})",
        rf"(?P<end>\b(?:the )?end(?:ing)? (?:of )?)(?P<m>{_M})(?! \d)",
        rf"(?P<end>\b(?:the )?end (?:of )?)(?P<y>{_Y})",
        rf"\b(?P<m>{_M}),? (?P<y>{_Y})",
    )
)
_ANY = re.compile("|".join(re.sub(r"\?P<\w+>", "?:", form.pattern) for form in _FORMS))
_SLASHED = re.compile(r"\b\d{1,2}/\d{1,2}/(?:\d\d){1,2}\b")


@dataclass(frozen=True, slots=True)
class When:
    """A date as it stands: its span, first and last day in ISO form ("-" for a year not stated), whether one was."""

    span: Span
    start: str
    end: str
    dated: bool


def find(folded: str, start: int, end: int, year: int | None = None) -> Iterator[When]:
    """Give the dates between two places of a text.

    Parameters
    ----------
    folded
        The folded text.
    start, end
        Where to look, code points.
    year
        The year for a date without one; None leaves it open.

    Examples
    --------
    >>> [(w.start, w.end) for w in find("on 5 and 6 October 2022, May 16 to 18", 0, 40)]
    [('2022-10-05', '2022-10-06'), ('--05-16', '--05-18')]
    >>> [(w.start, w.end) for w in find("by the end of September 2024, in June 2013", 0, 50)]
    [('2024-09-30', '2024-09-30'), ('2013-06-01', '2013-06-30')]
    """
    for match in _ANY.finditer(folded, start, end):
        # 2024/25 and 12 May-type words are none; every form starts with another piece, so the first that fits is it.
        found = next((m for form in _FORMS if (m := form.match(folded, match.start(), end))), None)
        if found and (when := _read(found, year)):
            yield when


def unclear(folded: str, start: int, end: int) -> Iterator[Span]:
    """Give the dates written with strokes, which say the day first in one country and the month in another."""
    for match in _SLASHED.finditer(folded, start, end):
        yield Span(match.start(), match.end())


def _read(found: re.Match[str], year: int | None) -> When | None:
    part = found.groupdict()
    last_year = _whole(part.get("y2")) or _whole(part.get("y")) or year
    first_year = _whole(part.get("y")) or last_year
    month2 = _month(part.get("m2")) or _month(part.get("m"))
    month = _month(part.get("m")) or month2
    day, day2 = _whole(part.get("d")), _whole(part.get("d2"))
    dated = bool(part.get("y") or part.get("y2"))
    if part.get("end") and last_year and not month:
        return When(Span(*found.span()), f"{last_year}-12-31", f"{last_year}-12-31", dated)
    if month is None or month2 is None:
        return None
    if day is None:
        last = monthrange(last_year or 2023, month)[1]
        day, day2 = (last, last) if part.get("end") else (1, last)
    day2 = day2 or day
    if day > monthrange(first_year or 2024, month)[1] or day2 > monthrange(last_year or 2024, month2)[1]:
        return None
    return When(Span(*found.span()), _iso(first_year, month, day), _iso(last_year, month2, day2), dated)


def _iso(year: int | None, month: int, day: int) -> str:
    return f"{f'{year:04d}' if year else '-'}-{month:02d}-{day:02d}"


def _whole(words: str | None) -> int | None:
    return int(re.sub(r"\D", "", words)) if words else None


def _month(words: str | None) -> int | None:
    if words is None:
        return None
    return int(words) if words.isdigit() else _MONTHS[words.rstrip(".").lower()]
