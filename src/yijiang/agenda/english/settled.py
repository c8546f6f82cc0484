"""What is settled in an English text: decisions, signed agreements, items with owner, day and sum."""

from __future__ import annotations

import re

from yijiang.agenda.english import when
from yijiang.agenda.records import Span

_BODY = (
    r"(?:the )?(?:meeting|commission|committee|working group|session|conference|board|council|group|participants|"
    r"delegates|"
    r"delegations|(?:two |three |four |all )?parties|(?:both |two |three |all )?sides|ministers|mayors|governors|"
    r"they|we)"
)
SETTLES = re.compile(
    rf"\b(?:(?P<it>it was (?:also |further |therefore |finally )?(?:agreed|decided|resolved))|"
    rf"(?P<who>{_BODY}) (?:also |further |then |therefore |finally |\w+ly )?"
    r"(?P<verb>agree[ds]?|decide[ds]?|resolve[ds]?|adopt(?:s|ed)?|approve[ds]?))(?P<to> that| to| on)?\b",
    re.I,
)
"""A decision of all: group `to` tells where its words begin."""

UNDONE = re.compile(
    r"\b(?:not (?:yet )?(?:agreed|adopted|approved|decided|reached|taken|supported|accepted|pursued)|turned down|did "
    r"not (?:agree|decide|adopt|approve)|"
    r"could not (?:agree|decide)|no (?:agreement|decision|consensus)|(?:was|were|is|are) (?:postponed|deferred|"
    r"rejected|"
    r"withdrawn|dropped)|decided (?:not to|against)|agreed to (?:disagree|postpone|defer))\b",
    re.I,
)
"""Words of a decision against, or of no decision."""

_ROUTINE = re.compile(
    r"\b(?:minutes|agenda|record|report) (?:of [^.]{3,60} )?(?:was|were|is|are) (?:\w+ )?(?:approved|adopted|agreed|"
    r"taken)|"
    r"\b(?:approve|adopt)(?:s|ed) (?:the )?(?:minutes|agenda|draft agenda|record)\b",
    re.I,
)
_TEXT = (
    r"(?:[\w-]+ ){0,5}?(?:agreements?|memorand(?:um|a)(?: of understanding)?|MoUs?|letters? of intent|contracts?|"
    r"protocols?|"
    r"declarations?|treaty|treaties|convention|charter|communiqu[ée]|joint statement|action plan|pact|accord)"
)
SIGNED = re.compile(
    rf"(?P<who>(?:\b[Tt]he |[A-Z])[^.;,\"]{{2,160}}?) (?:has |have )?(?:also |then |jointly )?(?:signed|concluded|"
    rf"sealed|entered "
    rf"into) (?P<text>(?:an?|the|two|three|four) {_TEXT})\b"
)
SIGNED_BY = re.compile(
    rf"\b[Aa]n? (?P<text>{_TEXT})\b[^.;]{{0,80}}? was (?:signed|concluded|sealed) by (?P<who>[^.;]{{3,120}})"
)
UNDER = re.compile(
    rf"(?:Under|According to|In accordance with|Pursuant to|By) (?:the|this|that|its) (?:terms of the "
    rf")?{_TEXT}\b[^,.]{{0,60}}, ",
    re.I,
)
"""What a signed text lays down begins after this."""

PROVIDES = re.compile(
    rf"(?:The|This|It) ?(?:{_TEXT})? (?:provides|foresees|stipulates|states|lays down)(?: that| for) ", re.I
)
UNDERTAKES = re.compile(
    r"(?P<who>[A-Z][\w' -]{2,60}?) (?:undertakes|commits itself|shall undertake|is committed)(?: to)? "
)
MARK = re.compile(
    r"(?:(?:Decision|Action(?: item| point)?|Resolution|Conclusion|Agreed(?: action)?|Task|Commitment)(?: ?(?:no\.? "
    r"?)?[\d.]*\d[a-z]?)?\s*[:.)-]|"
    r"(?:AP|AI|A|D|R)-?\d{1,3}[.:)]|\d{1,2}\.\d{1,2}(?=[ .)])[.)]?|\(?\d{1,2}[.)]|\(?[a-z][.)]|[-*•●▪■◦])\s*",
    re.I,
)
"""The mark in front of an item."""

_KEYS_OWNER = r"(?:action )?(?:owners?|responsib\w+|leads?|lead partner|assigned to|action by|by whom|who|in charge)"
_KEYS_TIME = r"(?:deadline|due(?: date)?|by when|target(?: date)?|time ?limit|when|timing|until)"
_OWNER = re.compile(rf"(?:^|[.;,(|]\s*){_KEYS_OWNER}\s*:\s*(?P<v>[^.;|)\n]{{2,90}})", re.I)
_TIME = re.compile(rf"(?:^|[.;,(|]\s*){_KEYS_TIME}\s*:\s*(?P<v>[^.;|)\n]{{2,40}})", re.I)
_FIELD = re.compile(rf"\s*[.;,(|]?\s*\b(?:{_KEYS_OWNER}|{_KEYS_TIME})\s*:", re.I)
_DOES = re.compile(r"^(?P<who>(?:The )?[A-Z][^.;,:]{2,70}?) (?:will|shall|is to|are to|to) (?=[a-z])")
_NOBODY = re.compile(
    r"(?:the |The )?(?:two|three|four|both|each|all)?\s*(?:parties|sides|provinces|countries|companies|delegations?|"
    r"meeting|"
    r"commission|committee|it|they|we|there|this|that)$",
    re.I,
)
_OPEN = re.compile(
    r"(?:not (?:yet )?(?:set|fixed|known|stated|assigned|agreed)|tb[dcan]|open|none|n/?a|to be \w+|-+|\?)\.?$", re.I
)
_BY = re.compile(
    r"\b(?:by|before|until|no later than|not later than|within|due on|due)\s+"
    r"(?P<v>(?:the )?(?:end of (?:the |this |next )?(?:year|month|quarter)|mid-(?:19|20)\d\d|(?:spring|summer|autumn|"
    r"winter|early|late) (?:19|20)\d\d|"
    r"next (?:meeting|session|season|year|month)|\w+ (?:days|weeks|months|years)|Q[1-4] (?:19|20)\d\d|(?:19|20)\d\d))\b"
)
_MONEY = re.compile(
    r"(?:(?:CNY|RMB|EUR|USD|US\$|HUF|CHF|GBP|CZK|PLN|RON|RSD|€|\$|£|¥)\s?\d[\d,. ]*\d?(?:\s?(?:thousand|million|"
    r"billion|trillion|mn?|bn)\b)?)|"
    r"(?:\d[\d,.]*\d?\s?(?:thousand |million |billion |trillion |mn |bn |m )?(?:yuan|euros?|dollars?|renminbi|RMB|"
    r"CNY|EUR|USD|HUF|CHF|"
    r"forints?|pounds?|francs?|zlotys?|crowns?)\b)"
)


def routine(words: str) -> bool:
    """Say whether a sentence only passes the meeting's own papers.

    >>> routine("The agenda was adopted without change."), routine("The Commission adopts a fairway plan.")
    (True, False)
    """
    return bool(_ROUTINE.search(words))


def task(words: str) -> tuple[int, int]:
    """Return where the task of an item begins and ends: its mark, and who does it by when, left out.

    >>> words = "A1. Draft a list. Owner: Hubei Port. Deadline: 1 May 2024."
    >>> words[slice(*task(words))]
    'Draft a list'
    """
    mark = MARK.match(words)
    start = mark.end() if mark else 0
    cut = _FIELD.search(words, start)
    end = cut.start() if cut else len(words)
    # "The parties agreed on …" only repeats that it is a decision.
    again = SETTLES.match(words, start, end)
    start = again.end() + 1 if again and again["to"] else start
    later = re.search(r"\.\s+By (?=[\dA-Z][^.]{3,30}\.?$)", words[start:end])
    end = start + later.start() if later else end
    return start, start + len(words[start:end].rstrip(" .;,("))


def owner_of(words: str) -> str | None:
    """Return who is to do what was settled, as it is stated.

    >>> owner_of("Draft a list. Owner: Hubei Port Group."), owner_of("Hubei Port Group will draft a list.")
    ('Hubei Port Group', 'Hubei Port Group')
    """
    found = _OWNER.search(words)
    if found:
        value = found["v"].strip(" ,")
        return None if _OPEN.match(value) else value
    does = _DOES.match(words)
    return does["who"] if does and not _NOBODY.match(does["who"]) else None


def deadline_of(words: str, *, decided: bool = False) -> str | None:
    """Return by when, as it is stated; in what was decided a plain date counts as well.

    >>> deadline_of("Deadline: not set."), deadline_of("finish by the end of 2024"), deadline_of("on 5 May 2024")
    (None, 'the end of 2024', None)
    """
    found = _TIME.search(words)
    if found:
        value = found["v"].strip(" ,")
        return None if _OPEN.match(value) else value
    if by := _BY.search(words):
        return by["v"]
    for date in when.find(words, 0, len(words)):
        before = words[: date.span.start]
        if (
            re.search(r"\b(?:by|before|until|no later than|not later than|at|due)\s+(?:the )?$", before, re.I)
            or decided
        ):
            return words[date.span.start : date.span.end]
    return None


def amount_of(words: str) -> str | None:
    """Return the first sum of money, as it is stated.

    >>> amount_of("invest 320 million yuan"), amount_of("with EUR 12.4 million from"), amount_of("12 ships")
    ('320 million yuan', 'EUR 12.4 million', None)
    """
    found = _MONEY.search(words)
    return found[0].strip(" ,.") if found else None


def columns(words: str) -> list[str] | None:
    """Return what the cells of a table's first row are (task, owner, time), or None when it heads no list of tasks.

    >>> columns("No.\\tAction\\tResponsible\\tDeadline")
    ['', 'task', 'owner', 'time']
    """
    kinds = []
    for cell in words.split("\t"):
        name = cell.strip()
        kind = (
            "owner" if re.fullmatch(_KEYS_OWNER, name, re.I) else "time" if re.fullmatch(_KEYS_TIME, name, re.I) else ""
        )
        kind = kind or (
            "task"
            if re.fullmatch(r"(?:action|task|decision|measure|what|agreed action)s?(?: items?| points?)?", name, re.I)
            else ""
        )
        kinds.append(kind)
    return kinds if "task" in kinds and len(kinds) > 1 else None


def cells(row: Span, folded: str) -> list[Span]:
    """Return the spans of a row's cells, outer blanks dropped."""
    found, at = [], row.start
    for cell in folded[row.start : row.end].split("\t"):
        left = len(cell) - len(cell.lstrip())
        found.append(Span(at + left, at + max(left, len(cell.rstrip()))))
        at += len(cell) + 1
    return found
