"""What was promised, in English: what is said by kind, what was settled by its ladder of strength; areas from both."""

from __future__ import annotations

import re
from collections.abc import Sequence

from yijiang.agenda.english import lexicon, settled
from yijiang.agenda.english.layout import Block, Layout
from yijiang.agenda.english.people import SAYS
from yijiang.agenda.english.speech import Voice
from yijiang.agenda.records import Area, Commitment, Fact, Side, Span, Statement

_PROPOSES = re.compile(r"(?:proposed|suggested|recommended|called for|advocated)", re.I)
_ASKS = re.compile(r"(?:asked|urged|hoped|requested|invited|encouraged|wished|called on)", re.I)
_PLEDGES = re.compile(
    r"(?:offered|pledged|promised|undertook|undertakes|committed|commits|volunteered|announced|agreed to)", re.I
)
_TELLS = re.compile(
    r"(?:thanked|welcomed|recalled|presented|briefed|informed|expressed|supported|introduced|summari[sz]ed)", re.I
)
_TOLD = re.compile(r" (?:the )?(?:\w+ ){1,3}that ")
_NEXT = re.compile(rf"(?:,? and|;|, but) (?:(?:he|she|they|it) )?(?:also )?(?={SAYS}\b)")
_LEAD = re.compile(
    r"(?:[\s,:]|that |to the \w+ that |the \w+ that |on (?=\w+ to )|for (?=(?:a|an|the|joint|common|closer|more|"
    r"better) )|to (?=[a-z]+ ))*"
)
_CLAUSE = re.compile(
    r"; |,? and (?=(?:that |the |its |[A-Z]\w+ )?[\w ]{0,40}?\b(?:will|would|should|shall|wants?|wish|hopes?|plans?|"
    r"intends?)\b)"
)


class Reader:
    """Collects commitments, areas and facts of one text."""

    def __init__(self, folded: str, text: str, sides: Sequence[Side]) -> None:
        self.folded, self.text, self.sides = folded, text, sides
        self.commitments: list[Commitment] = []
        self.areas: dict[str, Area] = {}
        self.facts: list[Fact] = []
        self.signed = False
        self.reached = 0

    def read(
        self, parts: Layout, statements: Sequence[Statement], voices: Sequence[Voice], homes: Sequence[Block]
    ) -> None:
        """Go through the sentences and the rows of tables in order; an item is read once, as a whole."""
        done: set[int] = set()
        said = list(zip(statements, voices, homes, strict=True))
        at = 0
        table: list[str] | None = None
        for block in parts.blocks:
            if block.kind == "row":
                heads = settled.columns(self.folded[block.span.start : block.span.end])
                if heads is None and table:
                    self._row(block, table)
                table = heads or table
            elif block.kind not in ("heading", "label"):
                table = None
            while at < len(said) and said[at][2] is block:
                statement, voice, _ = said[at]
                at += 1
                if block.kind == "item":
                    if block.span.start not in done:
                        done.add(block.span.start)
                        self._item(block)
                    continue
                self._facts(statement)
                self._sentence(statement.spans[0], voice, block)

    def _words(self, span: Span) -> str:
        return self.folded[span.start : span.end]

    def _facts(self, statement: Statement) -> None:
        words = self._words(statement.spans[0])
        kinds = (("thanks", lexicon.THANKS), ("welcome", lexicon.WELCOME), ("past_mutual_aid", lexicon.AID_PAST))
        for kind, pattern in kinds:
            if statement.speaker and pattern.search(words):
                self.facts.append(
                    Fact(
                        kind=kind,
                        text=statement.text,
                        speaker=statement.speaker,
                        spans=statement.spans,
                        rule=f"english.{kind}",
                    )
                )

    # Settled ---------------------------------------------------------------------------------------------------------

    def _item(self, block: Block) -> None:
        words = self._words(block.span)
        if settled.UNDONE.search(words) or settled.routine(words):
            return
        start, end = settled.task(words)
        if end - start >= 8:
            self._settle(Span(block.span.start + start, block.span.start + end), block, around=words[start:])

    def _row(self, block: Block, heads: list[str]) -> None:
        cells = settled.cells(block.span, self.folded)
        values = {kind: span for kind, span in zip(heads, cells, strict=False) if kind and span.end > span.start}
        if "task" not in values:
            return
        around = self._words(values["task"]).rstrip(" .")
        for kind, key in (("owner", "Owner"), ("time", "Deadline")):
            if kind in values:
                # A stop inside a cell ends nothing: "Dr. Weiss".
                around += f". {key}: {self._words(values[kind]).replace('. ', ' ').rstrip('.')}"
        self._settle(values["task"], block, around=around)

    def _sentence(self, span: Span, voice: Voice, block: Block) -> None:
        words = self._words(span)
        if settled.UNDONE.search(words) or settled.routine(words):
            return
        if voice.kind != "person" and self._undertaken(span, words, block):
            return
        if voice.kind in ("writer", "meeting") and self._written(span, words, block):
            return
        if voice.speaker is not None:
            self._said(span, voice, block)

    def _written(self, span: Span, words: str, block: Block) -> bool:
        """Read a sentence of the writer's own that settles something; say whether it did."""
        if found := settled.SIGNED.search(words) or settled.SIGNED_BY.search(words):
            # At the end of the visit A and B signed …: the parties begin at the first name after the small words.
            who = re.sub(
                r"^(?:At|On|In|During|After|Before|Also|Finally)\b(?: [a-z\d][\w-]*)*,? (?=[A-Z])", "", found["who"]
            )
            end = span.end - (len(words) - len(words.rstrip(".")))
            # Where the text was signed "by" somebody, the sentence begins with the text.
            place = Span(min(span.start + words.find(who), span.start + found.start("text")), end)
            self._settle(place, block, around=self._words(place), owner=who.strip())
            named = Span(span.start + found.start("text"), span.start + found.end("text"))
            self.facts.append(
                Fact(kind="signing", text=self.text[named.start : named.end], spans=(named,), rule="english.signing")
            )
            self.signed = True
            return True
        laid = settled.UNDER.match(words) or (settled.PROVIDES.match(words) if self.signed else None)
        if laid and lexicon.WILL.search(words, laid.end()):
            inner = Span(span.start + laid.end(), span.end)
            self._settle(self._trim(inner), block, around=self._words(inner))
            return True
        found = settled.SETTLES.search(words)
        if found and not re.search(r"\b(?:in|of|since) (?:19|20)\d\d$", words.rstrip(".")):
            begin = found.end() if found["to"] else found.start()
            inner = self._trim(Span(span.start + begin, span.end))
            if inner.end - inner.start >= 8:
                self._settle(inner, block, around=self._words(inner))
                return True
        return False

    def _undertaken(self, span: Span, words: str, block: Block) -> bool:
        """Read "Hungary undertakes to …": a pledge that stands in the text itself."""
        under = settled.UNDERTAKES.match(words)
        if under is None:
            return False
        side = next((s for s in self.sides if s.region in under["who"]), None)
        self._settle(self._trim(span), block, around=words, owner=under["who"], kind="own_pledge", side=side)
        return True

    def _settle(
        self,
        span: Span,
        block: Block,
        *,
        around: str,
        owner: str | None = None,
        kind: str = "agreed",
        side: Side | None = None,
    ) -> None:
        plain = settled.owner_of(around)
        deadline, amount = settled.deadline_of(around, decided=True), settled.amount_of(around)
        carries = owner if kind == "own_pledge" else plain
        strength = "funded" if amount else "dated" if deadline else "owned" if carries else "agreed_text"
        sides = [side] if side else list(self.sides)
        self._add(span, kind, strength, block, sides, None, owner=carries or owner, deadline=deadline, amount=amount)

    # Spoken ----------------------------------------------------------------------------------------------------------

    def _said(self, span: Span, voice: Voice, block: Block) -> None:
        """Read what a speaker says: one stretch for every verb of saying, in it one clause for every promise."""
        verb, at, end = voice.verb, voice.words.start, voice.words.end
        while True:
            if told := _TOLD.match(self.folded, at, end) if verb in ("told", "informed", "reminded") else None:
                at = told.end()
            if verb == "agreed" and self.folded.startswith(" to ", at):
                verb = "agreed to"
            following = _NEXT.search(self.folded, at, end)
            stop = following.start() if following else end
            for clause in self._clauses(Span(at, stop)):
                self._clause(clause, verb, voice, block)
            if not following:
                break
            found = re.compile(SAYS).match(self.folded, following.end())
            verb = found[0] if found else "said"
            at = found.end() if found else following.end()

    def _clauses(self, span: Span) -> list[Span]:
        found, at = [], span.start
        for match in _CLAUSE.finditer(self.folded, span.start, span.end):
            found.append(Span(at, match.start()))
            at = match.end()
        found.append(Span(at, span.end))
        return [trimmed for one in found if (trimmed := self._trim(one)).end - trimmed.start >= 8]

    def _clause(self, span: Span, verb: str, voice: Voice, block: Block) -> None:
        words = self._words(span)
        kind = self._kind(words, verb, voice)
        if kind is None:
            return
        joint = kind == "joint_proposal"
        own = [s for s in self.sides if s.region == voice.region]
        self._add(span, kind, "spoken", block, list(self.sides) if joint else own, voice.speaker)

    def _kind(self, words: str, verb: str, voice: Voice) -> str | None:
        if _TELLS.fullmatch(verb) and not lexicon.WILL.search(words):
            return None
        if lexicon.NOT.search(words) or (lexicon.PAST.search(words) and not lexicon.WILL.search(words)):
            return None
        if lexicon.LEARN.search(words) and (
            lexicon.WILL.search(words) or lexicon.OUGHT.search(words) or "want to" in words
        ):
            return "learning_intent"
        if _PROPOSES.fullmatch(verb) or (
            verb == "called" and words.startswith(("a ", "an ", "the ", "joint ", "closer "))
        ):
            return "joint_proposal"
        if _ASKS.fullmatch(verb) or re.search(r"\bhope[sd]? (?:that )?\w+", words) or verb == "called":
            return "request"
        if _PLEDGES.fullmatch(verb):
            return "own_pledge"
        if lexicon.WILL.search(words):
            others = [s.region for s in self.sides if s.region != voice.region]
            beside = any(re.search(rf"\b(?:with|and) (?:\w+ (?:and|, ) )?{re.escape(o)}\b", words) for o in others)
            return (
                "joint_proposal"
                if lexicon.JOINT.search(words) and (beside or not self._own(words, voice))
                else "own_pledge"
            )
        if lexicon.OUGHT.search(words):
            return "joint_proposal" if re.search(r"\b(?:should|must|ought|need)", words) else None
        return None

    def _own(self, words: str, voice: Voice) -> bool:
        """Say whether a clause speaks of the speaker's own side."""
        first = re.match(r"(?:the |The )?(\w+)", words)
        return bool(first and voice.region and first[1] in (voice.region, voice.region.split()[0]))

    # Records ---------------------------------------------------------------------------------------------------------

    def _trim(self, span: Span) -> Span:
        start, end = span
        lead = _LEAD.match(self.folded, start, end)
        start = lead.end() if lead else start
        while end > start and self.folded[end - 1] in " .,;:\"'!?":
            end -= 1
        while start < end and self.folded[start] in " ,\"'":
            start += 1
        return Span(start, max(start, end))

    def _add(
        self,
        span: Span,
        kind: str,
        strength: str,
        block: Block,
        sides: Sequence[Side],
        speaker: str | None,
        *,
        owner: str | None = None,
        deadline: str | None = None,
        amount: str | None = None,
    ) -> None:
        words = self._words(span)
        # The text is read from its beginning to its end: a clause is taken once.
        if span.start < self.reached:
            return
        self.reached = span.end
        # What the clause does not say its heading does: "Shipping and locks".
        area = lexicon.area_of(words) or lexicon.area_of(block.heading) or "general"
        facets = lexicon.facets_of(area, words)
        self.commitments.append(
            Commitment(
                id=f"c{len(self.commitments) + 1}",
                text=self.text[span.start : span.end],
                kind=kind,
                strength=strength,
                area=area,
                facets=facets,
                speaker=speaker,
                sides=tuple(dict.fromkeys(s.role for s in sides if s.role)),
                regions=tuple(s.region for s in sides),
                owner=owner,
                deadline=deadline,
                amount=amount,
                spans=(span,),
                rule=f"english.{kind}",
            )
        )
        if area != "general" and kind != "learning_intent":
            before = self.areas.get(area)
            self.areas[area] = Area(
                code=area,
                facets=tuple(dict.fromkeys((*(before.facets if before else ()), *facets))),
                spans=(*(before.spans if before else ()), span),
                rule="english.area",
            )
