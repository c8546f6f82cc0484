"""A model's quotes looked up in the text: found ones become records in tier D, the rest are refused and listed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from yijiang.agenda.endpoint.client import printable
from yijiang.agenda.endpoint.prompt import Answer
from yijiang.agenda.folding import fold
from yijiang.agenda.records import (
    Agenda,
    Commitment,
    DateRecord,
    Participant,
    Position,
    Record,
    Refusal,
    Site,
    Span,
)

SIZES = {"participant": (2, 40), "position": (2, 120), "date": (2, 40), "site": (2, 80), "commitment": (6, 1500)}
"""How short and how long a quote may be; a shorter one stands in too many places to say anything."""

_MOST = 200
WHYS = {
    "absent": "not in the text",
    "short": "too short to stand in one place",
    "long": "too long for a quote",
    "barred": "the rules read this person as one who took no part",
    "apart": "not in a paragraph with the name",
}
"""Why a quote is refused; the rule of a `Refusal` is one of these after `model.`."""


class Merger:
    """Adds an answer to an agenda; what the rules made stays as it is and always wins."""

    def __init__(self, agenda: Agenda, body: Span) -> None:
        self.agenda, self.body = agenda, body
        self.words = agenda.text[body.start : body.end]
        self.refused: dict[tuple[str, str], str] = {}
        self.counts = {"kept": 0, "known": 0, "refused": 0}

    def merged(self, answer: Answer) -> Agenda:
        """Return the agenda with the records that the answer adds."""
        agenda = self.agenda
        found = replace(
            agenda,
            participants=(*agenda.participants, *self._participants(answer)),
            dates=(*agenda.dates, *self._dates(answer)),
            sites=(*agenda.sites, *self._sites(answer)),
            commitments=(*agenda.commitments, *self._commitments(answer)),
        )
        refused = tuple(
            Refusal(kind=kind, text=text, why=WHYS[why], rule=f"model.{why}")
            for (kind, text), why in self.refused.items()
        )
        counts = {f"model_{name}": str(number) for name, number in self.counts.items()}
        return replace(found, refused=(*agenda.refused, *refused), notes={**agenda.notes, **counts})

    # Quotes ----------------------------------------------------------------------------------------------------------

    def _find(self, kind: str, quote: str) -> tuple[Span, ...]:
        """Return every place of a quote in the body; none, and the quote among the refused, if it can't be taken."""
        quote = quote.strip()
        low, high = SIZES[kind]
        if not low <= len(quote) <= high:
            self._refuse(kind, quote, "short" if len(quote) < low else "long")
            return ()
        spans, at = [], self.words.find(quote)
        while at >= 0:
            spans.append(Span(self.body.start + at, self.body.start + at + len(quote)))
            at = self.words.find(quote, at + len(quote))
        if not spans:
            self._refuse(kind, quote, "absent")
        return tuple(spans)

    def _refuse(self, kind: str, quote: str, why: str) -> None:
        self.counts["refused"] += 1
        # All are counted; a model that repeats itself or runs wild does not fill the record.
        if len(self.refused) < _MOST:
            self.refused.setdefault((kind, printable(quote)), why)

    def _known(self, spans: Iterable[Span], records: Iterable[Record]) -> bool:
        """Say whether a record stands at one of the places already, and count it."""
        taken = [span for record in records for span in record.spans]
        known = any(one.start < two.end and two.start < one.end for one in spans for two in taken)
        self.counts["known"] += known
        return known

    # Records ---------------------------------------------------------------------------------------------------------

    def _participants(self, answer: Answer) -> list[Participant]:
        agenda, made = self.agenda, list[Participant]()
        barred = {_plain(mention.name) for mention in agenda.mentions}
        for name, post in answer.participants:
            spans = self._find("participant", name)
            if not spans:
                continue
            if _plain(name) in barred:
                self._refuse("participant", name, "barred")
                continue
            names = {_plain(n) for p in (*agenda.participants, *made) for n in (p.name, *p.alternatives)}
            if _plain(name) in names:
                self.counts["known"] += 1
            elif not self._known(spans, (*agenda.participants, *agenda.mentions, *made)):
                made.append(
                    Participant(
                        name=agenda.quote(spans[0]),
                        positions=self._position(post, spans),
                        spans=spans,
                        rule="model.participant",
                        confidence="D",
                    )
                )
                self.counts["kept"] += 1
        return made

    def _position(self, post: str | None, names: tuple[Span, ...]) -> tuple[Position, ...]:
        """Return the post at the place nearest to the name; in another paragraph it would be someone else's."""
        places = self._find("position", post) if post is not None else ()
        if not places:
            return ()
        text = self.agenda.text
        near = [
            (gap, place)
            for place in places
            for name in names
            for gap in [max(name.start - place.end, place.start - name.end, 0)]
            if "\n" not in text[min(name.start, place.start) : max(name.end, place.end)]
        ]
        if not near:
            self._refuse("position", text[places[0].start : places[0].end], "apart")
            return ()
        span = min(near)[1]
        title = self.agenda.quote(span)
        return (Position(organisation=None, title=title, spans=(span,), rule="model.position", confidence="D"),)

    def _dates(self, answer: Answer) -> list[DateRecord]:
        made: list[DateRecord] = []
        for quote in answer.dates:
            spans = self._find("date", quote)
            if spans and not self._known(spans, (*self.agenda.dates, *made)):
                made.append(
                    DateRecord(kind="mentioned", start=None, end=None, spans=spans, rule="model.date", confidence="D")
                )
                self.counts["kept"] += 1
        return made

    def _sites(self, answer: Answer) -> list[Site]:
        made: list[Site] = []
        for quote in answer.sites:
            spans = self._find("site", quote)
            if spans and not self._known(spans, (*self.agenda.sites, *made)):
                name = self.agenda.quote(spans[0])
                made.append(Site(name=name, kind="unknown", spans=spans, rule="model.site", confidence="D"))
                self.counts["kept"] += 1
        return made

    def _commitments(self, answer: Answer) -> list[Commitment]:
        made: list[Commitment] = []
        for quote, kind in answer.commitments:
            spans = self._find("commitment", quote)
            if not spans or self._known(spans, (*self.agenda.commitments, *made)):
                continue
            # Who speaks is what the rules read of the sentence, where every place has the same speaker; the strength is
            # the lowest, so that nothing which a model alone found can count as firm.
            voices = {self._voice(span) for span in spans}
            speaker, side = voices.pop() if len(voices) == 1 else (None, None)
            made.append(
                Commitment(
                    id=f"m{len(made) + 1}",
                    text=self.agenda.quote(spans[0]),
                    kind=kind,
                    speaker=speaker,
                    sides=(side,) if side else (),
                    regions=tuple(s.region for s in self.agenda.sides if side and s.role == side),
                    spans=spans,
                    rule=f"model.{kind}",
                    confidence="D",
                )
            )
            self.counts["kept"] += 1
        return made

    def _voice(self, place: Span) -> tuple[str | None, str | None]:
        """Return the speaker and the side of the sentence that holds a place."""
        said = (s for s in self.agenda.statements if any(_within(place, span) for span in s.spans))
        return next(((s.speaker, s.side) for s in said), (None, None))


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _plain(name: str) -> str:
    return fold(name).replace(" ", "")
