"""Who says each sentence of an English text: a verb of saying opens, a pronoun or an open quotation goes on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from yijiang.agenda.english import lexicon
from yijiang.agenda.english.layout import DATELINE, Block, Layout
from yijiang.agenda.english.people import SAYS, Person, Roll
from yijiang.agenda.english.regions import Map
from yijiang.agenda.english.settled import SETTLES
from yijiang.agenda.english.text import HONORIFIC, sentences
from yijiang.agenda.records import Span, Statement
from yijiang.agenda.tree import any_of

_PRONOUN = r"(?:He|She|They|he|she|they)"
_MEETING = (
    r"(?:[Tt]he )?(?:[Mm]eeting|[Cc]ommission|[Cc]ommittee|[Ww]orking [Gg]roup|[Ss]ession|[Cc]onference|[Bb]oard|"
    r"[Pp]articipants|[Dd]elegates|(?:two |three |four |all )?[Pp]arties|(?:[Bb]oth|two|three|all) sides|[Ss]ides|"
    r"[Dd]elegations)"
)
_ADVERB = r"(?:(?:also|then|further|\w+ly|again|in turn|in reply|in response) )?"


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks: kind is person, side or meeting; None for the writer. `words` is where what is said begins and "
    "ends."""

    speaker: str | None = None
    side: str | None = None
    region: str | None = None
    kind: str = "writer"
    verb: str = ""
    words: Span = field(default_factory=lambda: Span(0, 0))


class Ear:
    """Tells the speakers of one text."""

    def __init__(
        self,
        folded: str,
        roll: Roll,
        regions: Map,
        sided: dict[str, tuple[str | None, str | None]],
        roles: dict[str, str | None],
    ) -> None:
        self.folded, self.sided, self.roles, self.regions = folded, sided, roles, regions
        self.forms: dict[str, Person] = dict(roll.voices())
        names = any_of(self.forms)
        place = regions.pattern().pattern
        who = (
            rf"(?:(?:{HONORIFIC})?(?P<name>{names})(?!\w)(?:, [^,]{{3,80}},)?|(?P<pro>{_PRONOUN})|"
            rf"(?:[Tt]he )?(?:delegation of |side of )?(?:the )?(?P<side>{place})(?:'s)?(?: delegation| side| "
            rf"delegates| representatives?)?|"
            rf"(?P<meet>{_MEETING}))"
        )
        around = r"(?:(?:[Ii]n|[Aa]t|[Oo]n|[Aa]fter|[Ff]or|[Dd]uring)\b[^,\"]{2,60}, )?"
        # A post may stand before the name: "County prefect Ada Li"; other acts after it: "Li opened the fair and said".
        named = rf"{around}(?:[\w'-]+,? ){{0,5}}?(?:{HONORIFIC})?(?P<name>{names})(?!\w)"
        self.opens = re.compile(rf"{around}{who} {_ADVERB}(?P<verb>{SAYS})\b")
        self.subject = re.compile(named)
        self.later = re.compile(rf"(?:[^.;:\"]{{2,120}}? (?:and|but))? {_ADVERB}(?P<verb>{SAYS})\b")
        self.closes = re.compile(rf",[\"'] (?:(?P<before>said|added|noted) )?{who}(?: {_ADVERB}(?P<verb>{SAYS})\b)?")

    def read(self, parts: Layout, text: str) -> tuple[list[Statement], list[Voice], list[Block]]:
        """Return every sentence of the body with its speaker, and the voice and the block of each."""
        statements: list[Statement] = []
        voices: list[Voice] = []
        homes: list[Block] = []
        last = Voice()
        for block in parts.blocks:
            if block.kind not in ("prose", "item"):
                continue
            line = block.span
            if (dateline := DATELINE.match(self.folded, line.start, line.end)) is not None:
                line = Span(dateline.end(), line.end)
            current = Voice()
            for span in sentences(self.folded, line):
                if block.kind == "prose" and (subject := self.subject.match(self.folded, *span)):
                    # Who the sentence is about is whom "he" and "she" mean in the next.
                    person = self.forms[subject["name"]]
                    last = Voice(person.name, *self.sided[person.name], "person")
                current = self._voice(span, current, last) if block.kind == "prose" else Voice(words=span)
                last = current if current.kind == "person" else last
                statements.append(self._statement(text, span, current))
                voices.append(current)
                homes.append(block)
        return statements, voices, homes

    def _voice(self, span: Span, current: Voice, last: Voice) -> Voice:
        words = self.folded[span.start : span.end]
        quoted = words[:1] == '"'
        found = self.closes.search(words) if quoted else None
        if found and (found["verb"] or found["before"]):
            inner = Span(span.start + 1, span.start + found.start())
            return self._who(found.groupdict(), inner, last)
        if quoted and current.speaker:
            return Voice(
                current.speaker, current.side, current.region, current.kind, "said", Span(span.start + 1, span.end)
            )
        if found := self.opens.match(words):
            return self._who(found.groupdict(), Span(span.start + found.end(), span.end), last)
        subject = self.subject.match(words)
        if subject and (found := self.later.match(words, subject.end())):
            part = {"name": subject["name"], "verb": found["verb"]}
            return self._who(part, Span(span.start + found.end(), span.end), last)
        if current.kind in ("person", "side") and self._goes_on(words, current):
            return Voice(current.speaker, current.side, current.region, current.kind, "said", span)
        return Voice(words=span)

    def _goes_on(self, words: str, current: Voice) -> bool:
        """Say whether reported speech goes on: "would" or "should" about the speaker's own side or what was said."""
        if not (lexicon.WILL.search(words) or lexicon.OUGHT.search(words)) or SETTLES.match(words):
            return False
        own = current.region and re.match(rf"(?:The )?{re.escape(current.region)}\b", words)
        return bool(
            own or re.match(r"(?:It|This|They|He|She|We|Its|Their|Such|There|The (?:two|three|four) )\b", words)
        )

    def _who(self, part: Mapping[str, str | None], words: Span, before: Voice) -> Voice:
        verb = part.get("verb") or part.get("before") or "said"
        if name := part.get("name"):
            person = self.forms[name]
            side, region = self.sided[person.name]
            return Voice(person.name, side, region, "person", verb, words)
        if part.get("pro"):
            return Voice(before.speaker, before.side, before.region, before.kind, verb, words)
        if side := part.get("side"):
            region = self.regions.region(side)
            return Voice(region, self.roles.get(region or ""), region, "side", verb, words)
        return Voice("meeting", None, None, "meeting", verb, words)

    def _statement(self, text: str, span: Span, voice: Voice) -> Statement:
        words = self.folded[span.start : span.end]
        labels = [
            label
            for label, pattern in (
                ("attendance", lexicon.ATTENDED),
                ("thanks", lexicon.THANKS),
                ("welcome", lexicon.WELCOME),
            )
            if pattern.search(words)
        ]
        labels += lexicon.labels_of(words)
        return Statement(
            text=text[span.start : span.end],
            speaker=voice.speaker,
            side=voice.side,
            labels=tuple(labels or ["general"]),
            spans=(span,),
            rule=f"english.{voice.kind}",
        )
