"""Dates: days, stretches of days, months and ends of years; a year that nothing states stays open."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace

from yijiang.agenda.records import DateRecord, Span

_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_Y = r"(?:\d{4}|[一二三四五六七八九〇零]{4})"
_RELATIVE = {"今年": 0, "本年": 0, "年": 0, "明年": 1, "后年": 2, "去年": -1}
_DAY = re.compile(
    rf"(?:(?P<y>{_Y})年)?(?P<m>{_N})月(?P<d>{_N})日(?:(?:上午|下午|晚|晚上|中午|起)?\s*(?:至|到|-{{1,2}}|、)\s*"
    rf"(?:(?:(?P<y2>{_Y})年)?(?P<m2>{_N})月)?(?P<d2>{_N})日)?"
)
_MONTH = re.compile(
    rf"(?:(?P<y>{_Y})年|(?P<r>今年|明年|后年|去年)|(?<![\d年月一二三四五六七八九十]))(?P<m>{_N})月(?P<e>底|末)?(?!\d|份?以来|[一二三四五六七八九十]+日)"
)
_YEAR = re.compile(rf"(?:(?P<y>{_Y})年|(?P<r>今年|明年|后年|(?<![\d今明后去每一二三四五六七八九十])年))年?(?:底|末)")
_WHOLE = re.compile(rf"于(?P<y>{_Y})年(?=[^\d月底末年初上下一二三四五六七八九十])")
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0}
_BARE_DAY = re.compile(
    rf"(?<![\d月一二三四五六七八九十])(?P<d>{_N})日(?:(?:至|到|-{{1,2}})(?P<d2>{_N})日)?(?=上午|下午|晚|,|在|、|召|举)"
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
    """Return the dates of the body in their order: the first is the event's, and the days within it are as well.

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
    >>> [(d.start, d.end) for d in find_dates("6月底前建成,今年底前投用。", Span(0, 14), 2024, None)]
    [('2024-06-30', '2024-06-30'), ('2024-12-31', '2024-12-31')]
    """
    found: list[DateRecord] = []
    stated = year
    for match in _DAY.finditer(folded, *body):
        m, d = _number(match["m"]), _number(match["d"])
        m2, d2 = _number(match["m2"] or match["m"]), _number(match["d2"] or match["d"])
        if not (1 <= m <= 12 and 1 <= d <= 31 and 1 <= m2 <= 12 and 1 <= d2 <= 31):
            continue
        own = _number(match["y"]) if match["y"] else stated
        if match["y"] and stated is None:
            stated = own
        last = _number(match["y2"]) if match["y2"] else own
        given = "stated" if match["y"] else (year_from if own else None)
        event = not any(f.kind == "event" for f in found) and not _is_deadline(folded, match.end())
        span = Span(match.start(), match.end())
        found.append(_record("event" if event else "mentioned", (own, m, d), (last, m2, d2), given, span))
    taken = {at for f in found for at in range(*f.spans[0])}
    event_days = next((f for f in found if f.kind == "event"), None)
    if event_days:
        # 6日 of a visit from 5 to 7: a day of the event, not one that is only mentioned.
        within = (event_days.start or "", event_days.end or "")
        found = [
            replace(f, kind="event") if within[0] <= (f.start or "") <= (f.end or "") <= within[1] else f for f in found
        ]
        found += _bare_days(folded, body, event_days, taken)
    else:
        found += _lone_day(folded, body, month_known=bool(found))
    found += _months(folded, body, stated, year_from, taken)
    return sorted(found, key=lambda f: f.spans[0])


Day = tuple[int | None, int, int]


def _record(kind: str, first: Day, last: Day, year_from: str | None, span: Span) -> DateRecord:
    start, end = (f"{f'{y:04d}' if y else '-'}-{m:02d}-{d:02d}" for y, m, d in (first, last))
    return DateRecord(kind=kind, start=start, end=end, year_from=year_from, spans=(span,), rule="days.date")


def _bare_days(folded: str, body: Span, event: DateRecord, taken: set[int]) -> list[DateRecord]:
    """Return the days written without a month (22日上午) that lie within the event: its month is theirs."""
    found: list[DateRecord] = []
    start, end = event.start or "", event.end or ""
    for match in _BARE_DAY.finditer(folded, *body):
        if match.start() in taken:
            continue
        first, last = (f"{start[:-2]}{_number(match[part] or match['d']):02d}" for part in ("d", "d2"))
        if start <= first <= last <= end:
            span = Span(match.start(), match.end())
            found.append(replace(event, start=first, end=last, spans=(span,), rule="days.day"))
    return found


def _lone_day(folded: str, body: Span, *, month_known: bool) -> list[DateRecord]:
    """Return the day of an event that the text gives without a month."""
    for match in _BARE_DAY.finditer(folded, *body):
        d, d2 = _number(match["d"]), _number(match["d2"] or match["d"])
        if not month_known and 1 <= d <= 31 and 1 <= d2 <= 31:
            span = Span(match.start(), match.end())
            return [DateRecord(kind="event", start=f"---{d:02d}", end=f"---{d2:02d}", spans=(span,), rule="days.day")]
    return []


def _months(folded: str, body: Span, year: int | None, year_from: str | None, taken: set[int]) -> list[DateRecord]:
    """Return months (2023年10月), ends of months and years (12月底前, 今年底), and years in which something will be."""
    found: list[DateRecord] = []
    for form in (_MONTH, _YEAR, _WHOLE):
        for match in form.finditer(folded, *body):
            part = match.groupdict()
            if match.start() in taken or match.end() - 1 in taken:
                continue
            ends = form is _YEAR or bool(part.get("e"))
            month = _number(part["m"]) if part.get("m") else 12
            # A month alone, without a year or its end, is no date: 8月 may be any.
            if not 1 <= month <= 12 or not (ends or part.get("y") or part.get("r")):
                continue
            own = _number(part["y"]) if part.get("y") else None
            if own is None and year is not None:
                own = year + _RELATIVE.get(part.get("r") or "", 0)
            day = monthrange(own or 2023, month)[1]
            first = (own, month, day) if ends else (own, 1 if form is _WHOLE else month, 1)
            given = "stated" if part.get("y") else (year_from if own else None)
            span = Span(match.start(), match.end())
            found.append(_record("mentioned", first, (own, month, day), given, span))
            taken.update(range(*span))
    return found


def _is_deadline(folded: str, end: int) -> bool:
    return folded[end : end + 1] in "前" or folded[end : end + 2] in ("之前", "以前", "底前")
