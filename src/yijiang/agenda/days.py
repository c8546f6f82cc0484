"""Dates: days, stretches of days, months and ends of years; a year that nothing states stays open."""

from __future__ import annotations

import re

from yijiang.agenda.records import DateRecord, Span

_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_Y = r"(?:\d{4}|[一二三四五六七八九〇零]{4})"
_DAY = re.compile(
    rf"(?:(?P<y>{_Y})年)?(?P<m>{_N})月(?P<d>{_N})日(?:(?:上午|下午|晚|晚上|中午)?\s*(?:至|到|-{{1,2}}|、)\s*"
    rf"(?:(?:(?P<y2>{_Y})年)?(?P<m2>{_N})月)?(?P<d2>{_N})日)?"
)
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0}
_BARE_DAY = re.compile(
    r"(?<![\d月])(?P<d>\d{1,2})日(?:(?:至|到|-{1,2})(?P<d2>\d{1,2})日)?(?=上午|下午|晚|,|在|、|召|举)"
)


def _number(words: str) -> int:
    """Return a number written in digits or in Chinese (十一, 二〇一九).

    >>> _number("十一"), _number("二十"), _number("二〇一九"), _number("16")
    (11, 20, 2019, 16)
    """
    if words.isascii():
        return int(words)
    if "十" in words:
        tens, _, ones = words.partition("十")
        return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)
    return int("".join(str(_DIGITS[sign]) for sign in words))


def find_dates(folded: str, body: Span, year: int | None, year_from: str | None) -> list[DateRecord]:
    """Return the dates of the body: the first is the event's; the year is inherited from the header or stays open.

    Parameters
    ----------
    folded, body
        The folded text and the stretch to read.
    year, year_from
        The year of publication and where it stands; None when nothing states it.

    Examples
    --------
    >>> [d.start for d in find_dates("2021年4月15日至16日考察。", Span(0, 16), None, None)]
    ['2021-04-15']
    """
    found: list[DateRecord] = []
    month = None
    stated = year
    for match in _DAY.finditer(folded, *body):
        m, d = _number(match["m"]), _number(match["d"])
        m2, d2 = _number(match["m2"] or match["m"]), _number(match["d2"] or match["d"])
        if not (1 <= m <= 12 and 1 <= d <= 31 and 1 <= m2 <= 12 and 1 <= d2 <= 31):
            continue
        own = _number(match["y"]) if match["y"] else stated
        if match["y"] and stated is None:
            stated = own
        month = m
        kind = "mentioned"
        if not any(f.kind == "event" for f in found) and not _is_deadline(folded, match.end()):
            kind = "event"
        prefix = f"{own:04d}" if own else "-"
        last = _number(match["y2"]) if match["y2"] else own
        found.append(
            DateRecord(
                kind=kind,
                start=f"{prefix}-{m:02d}-{d:02d}",
                end=f"{last:04d}-{m2:02d}-{d2:02d}" if last else f"--{m2:02d}-{d2:02d}",
                year_from="stated" if match["y"] else (year_from if own else None),
                spans=(Span(match.start(), match.end()),),
                rule="places.date",
            )
        )
    if not any(f.kind == "event" for f in found):
        for match in _BARE_DAY.finditer(folded, *body):
            # 15日下午: the month is not stated; with a dated report it is that report's month.
            d, d2 = int(match["d"]), int(match["d2"] or match["d"])
            if month is None and 1 <= d <= 31 and 1 <= d2 <= 31:
                found.append(
                    DateRecord(
                        kind="event",
                        start=f"---{d:02d}",
                        end=f"---{d2:02d}",
                        spans=(Span(match.start(), match.end()),),
                        rule="places.day",
                    )
                )
                break
    return found


def _is_deadline(folded: str, end: int) -> bool:
    return folded[end : end + 1] in "前" or folded[end : end + 2] in ("之前", "以前", "底前")


