"""Where the parts of English minutes or an article lie: head, labels, who was present, headings, items, prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from yijiang.agenda.english import when
from yijiang.agenda.english.text import FULL, HONORIFIC, UPPER, lines
from yijiang.agenda.records import DateRecord, Mention, Span

_LABEL = re.compile(
    r"(?P<key>Date(?: and time)?|When|Time|Venue|Place|Location|Where|Chair(?:man|woman|person|ed by)?|Co-?chairs?|"
    r"Presiding|"
    r"Moderator|Subject|Topic|Minutes(?: (?:taken|prepared|written|kept))?(?: by)?|Minute[- ]taker|Note[- ]taker|"
    r"Notes(?: taken)?(?: by)?|Recorded by|"
    r"Recorder|Rapporteur|Secretary|Prepared by|Written by|Drafted by|Present|Attending|Attended by|Participants|"
    r"Attendees|Attendance|In "
    r"attendance|"
    r"Members present|Also present|Guests?|Observers?|Apologies(?: for absence)?|Absent|Excused|Regrets|Source|"
    r"Published|"
    r"Distribution|Copies|cc|Editor|Edited by|Reporting by|Photos?(?: by)?)\s*:\s*(?P<value>.*)$",
    re.I,
)
_ATTEND = re.compile(
    r"(?:\d{1,2}[.)]? )?(?:(?:List of |The )?(?:present|participants|attendees|attendance|in attendance|members "
    r"present|"
    r"delegations|delegates|those present|also present|guests?|observers?))(?: (?:present|list))?\s*:?",
    re.I,
)
_SIDE = re.compile(
    r"(?:\([a-z]\) |[-*•] )?(?:(?P<lead>For|On behalf of|From|Delegation of|Delegation from|Representing|Side of|The "
    r"delegation of) )?"
    r"(?:the )?(?P<region>[^():,.]{2,60}?)(?P<tail> side| delegation| delegates| representatives| team)?"
    r"(?: ?\((?P<role>host|hosts|host side|visiting|visitors?|guests?|guest side)\))?\s*(?P<colon>:)?"
)
_NUMBER = re.compile(r"(?:Item \d{1,2}[.:]?|\d{1,2}(?:\.\d{1,2})?[.)]?|[IVX]{1,4}[.)]) (?=\S)")
_ITEM = re.compile(
    r"(?P<mark>(?:(?:Decision|Action(?: item| point)?|Resolution|Conclusion|Agreed|Task|Commitment)(?: ?(?:no\.? "
    r"?)?[\d.]+[a-z]?)?\s*[:.)-]|"
    r"(?:AP|AI|A|D|R)-?\d{1,3}[.:)]|\d{1,2}\.\d{1,2}(?=[ .)])[.)]?|\(?\d{1,2}[.)]|\(?[a-z][.)]|[-*•●▪■◦])) ?",
    re.I,
)
_DECIDES = re.compile(
    r"(?:\d{1,2}[.)]? |Item \d{1,2}[.:]? |[IVX]+[.)] )?(?:[\w ]{0,20} )?(?:action (?:items?|points?|list|plan)|"
    r"actions|decisions?(?: taken)?|"
    r"resolutions?|conclusions?|outcomes|agreements|next steps|results|agreed (?:actions|points|steps)|tasks|"
    r"to[- ]dos?|follow[- ]up(?: actions)?|commitments|what was "
    r"agreed|"
    r"summary of (?:decisions|actions))(?: and [\w ]{2,24})?\s*:?",
    re.I,
)
_OPEN_ITEM = re.compile(
    r"(?:Decision|Action|Resolution|Agreed action|Task|AP|AI)(?: ?(?:item|point|no\.?))? ?[\d.]*[a-z]?\s*[:)]", re.I
)
_BYLINE = re.compile(
    rf"(?:By|Text:|Words:|Reported by|Reporter:) (?P<name>{FULL})(?: and (?P<second>{FULL}))?"
    rf"(?:, (?P<paper>(?:The )?[{UPPER}][\w' ]+))?"
)
DATELINE = re.compile(rf"[{UPPER}][{UPPER}'. -]{{2,30}}(?:, [\w. ]{{2,30}})?(?: \([\w .]{{2,30}}\))? ?-{{1,2}} ")
"""The place and the day in front of an agency's first sentence."""

_ABSENT = re.compile(r"apologies|absent|excused|regrets", re.I)
_RECORDS = re.compile(r"minutes|minute|note|recorded|recorder|rapporteur|secretary|prepared|written|drafted", re.I)
_PRESS = re.compile(r"editor|edited|reporting|photo", re.I)
_SEATS = re.compile(r"present|attend|participants|attendees|attendance|members|guest|observer", re.I)
_HOSTS = re.compile(r"host", re.I)


@dataclass(slots=True)
class Block:
    """One line of the text: kind is label, side, person, heading, item, row or prose; `heading` is what it stands "
    "under."""

    kind: str
    span: Span
    heading: str = ""
    key: str = ""
    value: Span | None = None
    region: str | None = None
    role: str | None = None


@dataclass(slots=True)
class Layout:
    """The parts of a text; spans in code points."""

    title: Span | None = None
    publisher: str | None = None
    published: DateRecord | None = None
    held: Span | None = None
    body: Span = field(default_factory=lambda: Span(0, 0))
    blocks: list[Block] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)

    def labels(self, pattern: str) -> Iterator[Block]:
        """Give the labels whose key fits a pattern."""
        return (b for b in self.blocks if b.kind == "label" and re.fullmatch(pattern, b.key, re.I))


def layout(folded: str) -> Layout:
    """Find the parts of an English text.

    Parameters
    ----------
    folded
        The text after `fold` and `unwrap`.

    Examples
    --------
    >>> parts = layout(
    ...     "Minutes\\nDate: 3 May 2024\\nPresent\\nFor Hubei:\\n- Ada Li, Mayor\\n1. Ports\\nMs Li said so."
    ... )
    >>> [b.kind for b in parts.blocks]
    ['label', 'heading', 'side', 'person', 'heading', 'prose']
    """
    parts, seated, decides, heading, begun = Layout(), False, False, "", False
    for span in lines(folded):
        words = folded[span.start : span.end]
        label = _LABEL.match(words)
        if label:
            seated = bool(_SEATS.match(label["key"])) or (seated and not begun)
            value = Span(span.start + label.start("value"), span.end) if label["value"] else None
            parts.blocks.append(Block("label", span, heading, label["key"], value))
            _label(parts, folded, label["key"], value)
            continue
        if not begun and len(words) < 160 and _head(parts, folded, span, words, seated=seated):
            continue
        if _ATTEND.fullmatch(words):
            seated, decides, heading = True, False, words
            parts.blocks.append(Block("heading", span, heading))
            continue
        if seated and not begun and not _opens(words) and (block := _seat(span, words)):
            parts.blocks.append(block)
            continue
        seated, begun = False, True
        kind = _kind(words, decides=decides)
        if kind == "heading":
            number = _NUMBER.match(words)
            heading = words[number.end() if number else 0 :].strip(" :")
            decides = bool(_DECIDES.fullmatch(words))
        parts.blocks.append(Block(kind, span, heading))
    inner = [b.span for b in parts.blocks if b.kind in ("prose", "item", "row")]
    parts.body = Span(inner[0].start, inner[-1].end) if inner else Span(0, 0)
    return parts


def _opens(words: str) -> bool:
    """Say whether a line opens the business: a numbered heading, a decision, a sentence."""
    number = _NUMBER.match(words)
    if number and not re.match(HONORIFIC, words[number.end() :]):
        # "1. Ada Li, Mayor" is a seat, "1. Ports" is business.
        return not re.match(rf"{FULL}(?:,| -|\()", words[number.end() :])
    return bool(_OPEN_ITEM.match(words)) or (words.endswith(".") and len(words) > 90)


def _seat(span: Span, words: str) -> Block | None:
    bare = re.sub(r"^(?:[-*•●▪◦] ?|\(?\d{1,2}[.)] )", "", words)
    side = _SIDE.fullmatch(words)
    person = re.match(rf"(?:{HONORIFIC})?{FULL}(?:,|;| - |\t| ?\(|: |$)", bare)
    listed = bare != words or bool(re.match(HONORIFIC, bare))
    if side and not listed and (side["lead"] or side["tail"] or side["role"] or side["colon"] or not person):
        return Block("side", span, region=side["region"], role="host" if _HOSTS.match(side["role"] or "") else None)
    if person or re.match(rf"(?:{HONORIFIC})[{UPPER}]", bare) or "\t" in words:
        return Block("person", span)
    return None


def _kind(words: str, *, decides: bool) -> str:
    if "\t" in words:
        return "row"
    if _OPEN_ITEM.match(words):
        return "item"
    item = _ITEM.match(words)
    if decides and item and len(words) > item.end() + 8:
        return "item"
    number = _NUMBER.match(words)
    rest = words[number.end() if number else 0 :]
    if len(words) <= 100 and not re.search(r"[.!?;][\"')]*$", words) and (number or rest[:1].isupper()):
        return "heading"
    return "prose"


def _head(parts: Layout, folded: str, span: Span, words: str, *, seated: bool) -> bool:
    """Take a line of the head: the by-line, the day of publication, place and day of the meeting, the title."""
    byline = _BYLINE.match(words)
    stamps = list(when.find(folded, span.start, span.end))
    if byline:
        for part in ("name", "second"):
            if byline[part]:
                at = Span(span.start + byline.start(part), span.start + byline.end(part))
                parts.mentions.append(
                    Mention(name=byline[part], kind="byline_reporter", spans=(at,), rule="english.byline")
                )
        parts.publisher = parts.publisher or (byline["paper"] or "").strip() or None
    if stamps and (byline or re.search(r"publish|posted|updated", words, re.I)):
        _publish(parts, stamps[0])
        return True
    if byline:
        return True
    if seated or words.endswith((".", ";")) or _ATTEND.fullmatch(words) or _opens(words):
        return False
    if stamps and parts.title is not None:
        # "Győr, 5 and 6 October 2022" tells where and when a meeting was; a day alone is the page's.
        rest = folded[span.start : stamps[0].span.start]
        if re.search(r"\w", rest.removesuffix("on ")):
            parts.held = parts.held or span
        elif stamps[0].dated:
            _publish(parts, stamps[0])
        return True
    if parts.title is None:
        parts.title = span
        return True
    return not parts.blocks and not _NUMBER.match(words) and not _DECIDES.fullmatch(words) and len(words) <= 100


def _publish(parts: Layout, stamp: when.When) -> None:
    if parts.published is None:
        parts.published = DateRecord(
            kind="published",
            start=stamp.start,
            end=stamp.end,
            year_from="stated" if stamp.dated else None,
            spans=(stamp.span,),
            rule="english.published",
        )


def _label(parts: Layout, folded: str, key: str, value: Span | None) -> None:
    if value is None:
        return
    if re.match(r"source", key, re.I):
        stamp = next(iter(when.find(folded, value.start, value.end)), None)
        end = stamp.span.start if stamp else value.end
        parts.publisher = folded[value.start : end].split("|")[0].strip(" ,;-(") or None
        if stamp:
            _publish(parts, stamp)
    elif re.match(r"published", key, re.I):
        for stamp in when.find(folded, value.start, value.end):
            _publish(parts, stamp)
            break
    else:
        kind = "absent" if _ABSENT.match(key) else "byline_editor" if _PRESS.match(key) else None
        kind = kind or ("recorder" if _RECORDS.match(key) else None)
        if kind:
            words = folded[value.start : value.end]
            for match in re.finditer(rf"(?:{HONORIFIC})?(?P<n>{FULL})(?:\s*\([^()]*\))?", words):
                at = Span(value.start + match.start("n"), value.start + match.end("n"))
                parts.mentions.append(Mention(name=match["n"], kind=kind, spans=(at,), rule=f"english.{kind}"))
