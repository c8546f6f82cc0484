"""What was promised: clauses of speech and decisions, typed and put on the ladder of strength; areas come from them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from yijiang.agenda import decisions, lexicon
from yijiang.agenda.records import Area, Commitment, Fact, Side, Span, Statement
from yijiang.agenda.speech import Voice

# A lead-in that names no matter of its own: the clauses after it do.
_EMPTY = re.compile(r"(?:进一步)?(?:加强|深化)(?:交流)?合作$|共抓机遇|共担重任|同舟共济")
_SETTLED = re.compile(
    r"(?:双方|两[省市县州地]|会议|座谈会|会上)?(?:一致)?(?:商定|议定|约定|决定|确定)[^,。;:]{0,12}[:,]"
)
_DECIDED = re.compile(r"议定|决定|明确|商定|同意|一致同意")


def _clauses(folded: str, span: Span, marks: str) -> list[Span]:
    found = []
    for match in re.finditer(rf"[^{marks}]+", folded[span.start : span.end]):
        words = match[0]
        left = len(words) - len(words.lstrip())
        start, end = span.start + match.start() + left, span.start + match.start() + len(words.rstrip())
        # A full stop ends the clause, it is not a part of it.
        while end > start and folded[end - 1] in "。!?":
            end -= 1
        if end > start:
            found.append(Span(start, end))
    return found


class Reader:
    """Collects commitments, areas and facts of one text."""

    def __init__(self, folded: str, text: str, sides: Sequence[Side], body: Span, *, minutes: bool) -> None:
        self.folded, self.text, self.sides = folded, text, sides
        self.items = decisions.item_blocks(folded, body, minutes=minutes)
        self.commitments: list[Commitment] = []
        self.areas: dict[str, Area] = {}
        self.facts: list[Fact] = []

    def read(self, statements: Sequence[Statement], voices: Sequence[Voice]) -> None:
        """Go through the sentences in order; a numbered item that was settled is read once, as a whole."""
        items = iter(self.items)
        item = next(items, None)
        reporter = Voice(None)
        for statement, voice in zip(statements, voices, strict=True):
            span = statement.spans[0]
            while item and item.end <= span.start:
                self._decided(item, reporter)
                item = next(items, None)
            words = self.folded[span.start : span.end]
            self._facts(statement, words)
            if item and span.end > item.start:
                continue
            self._sentence(span, words, voice)
        for left in [item, *items] if item else []:
            self._decided(left, reporter)

    def _sentence(self, span: Span, words: str, voice: Voice) -> None:
        signed = list(decisions.signings(self.folded, span)) if voice.kind != "crowd" else []
        for where, party in signed:
            self._signed(where, party, voice)
        if voice.speaker is None and (laid := decisions.terms(self.folded, span, bool(signed))):
            self._laid_down(laid, voice)
        elif signed:
            return
        elif voice.kind == "meeting" and _DECIDED.search(words) and not words.endswith(":"):
            self._decided(span, voice)
        elif voice.speaker is None and (settled := _SETTLED.search(words)):
            rest = Span(span.start + settled.end(), span.end)
            for part in _clauses(self.folded, rest, ";"):
                self._decided(part, voice)
        elif voice.speaker is not None:
            self._spoken(span, voice)

    def _facts(self, statement: Statement, words: str) -> None:
        def add(kind: str, span: Span, topics: tuple[str, ...] = ()) -> None:
            quote = self.text[span.start : span.end]
            self.facts.append(
                Fact(
                    kind=kind,
                    text=quote,
                    speaker=statement.speaker,
                    topics=topics,
                    spans=(span,),
                    rule=f"promises.{kind}",
                )
            )

        whole = statement.spans[0]
        if statement.speaker and lexicon.THANKS.search(words) and "表示" in words:
            add("thanks", whole)
        if statement.speaker and lexicon.WELCOME.search(words):
            add("welcome", whole)
        if "briefing" in statement.labels and statement.speaker is None and "分别" in words:
            add("briefing", whole)
        if statement.speaker and lexicon.AID_PAST.search(words) and lexicon.PAST.search(words):
            add("past_mutual_aid", whole)
        topics = tuple(code for code, pattern in lexicon.TOPICS if re.search(pattern, words))
        if topics and re.search(r"学习|借鉴|考察|经验|做法", words):
            add("learning_topics", whole, topics)

    # Spoken ----------------------------------------------------------------------------------------------------------

    def _spoken(self, span: Span, voice: Voice) -> None:
        for segment in _clauses(self.folded, span, ";"):
            self._segment(_clauses(self.folded, segment, ","), voice, segment)

    def _segment(self, clauses: list[Span], voice: Voice, segment: Span) -> None:
        run: list[Span] = []
        area: str | None = None
        for clause in clauses:
            words = self.folded[clause.start : clause.end]
            if not self._promising(words, voice) and not (
                run and area not in (None, "general") and self._goes_on(words)
            ):
                self._close(run, area, voice)
                run, area = [], None
                continue
            code, _ = lexicon.area_of(words)
            if code == "benchmark" or (lexicon.LEARN.search(words) and voice.kind == "crowd"):
                self._close(run, area, voice)
                self._close([clause], "benchmark", voice)
                run, area = [], None
                continue
            if run and area is not None and code in (None, area):
                run.append(clause)
                continue
            if run and area is None and code is None:
                run.append(clause)
                continue
            self._close(run, area, voice)
            run, area = [clause], code
        self._close(run, area, voice)

    def _goes_on(self, words: str) -> bool:
        return len(words) <= 14 and not lexicon.PAST.search(words) and not re.search(r"^(?:我们|他|她|是)", words)

    def _promising(self, words: str, voice: Voice) -> bool:
        if lexicon.PAST.search(words) or lexicon.THANKS.search(words) or lexicon.WELCOME.search(words):
            return False
        if re.search(r"(?:指出|强调|说|表示|认为|希望)$", words) or len(words) < 4:
            return False
        if re.search(
            r"^(?:是|在于|离不开|正)|正在|感到|的(?:重大)?(?:决策|机遇|优势)$|体现了|充分彰显|彰显了|是以|具有", words
        ):
            return False
        if lexicon.CONTEXT.search(words) and not (lexicon.JOINT.search(words) and re.search(r"在.{2,20}上", words)):
            return False
        return bool(lexicon.WILL.search(words) or lexicon.LEARN.search(words))

    def _close(self, run: list[Span], area: str | None, voice: Voice, *, parallel: bool = False) -> None:
        if not run:
            return
        if len(run) > 1 and all(re.match(r"在.{2,20}上", self.folded[c.start : c.end]) for c in run[1:]):
            # 在…上携手合作,在…上强化协同: parallel heads are promises of their own.
            for clause in run:
                self._close([clause], area, voice, parallel=True)
            return
        span = Span(run[0].start, run[-1].end)
        words = self.folded[span.start : span.end]
        if lead := re.match(r"(?:大家)?(?:一致)?(?:表示|认为),?(?=要|将|愿)", words):
            span = Span(span.start + lead.end(), span.end)
            words = words[lead.end() :]
        kind = "joint_proposal" if parallel else self._kind(words, voice)
        if kind is None:
            return
        code = area or "general"
        if code == "general" and not parallel and _EMPTY.search(words):
            return
        if code == "general" and kind == "learning_intent" and not lexicon.LEARN.search(words):
            return
        self._add(span, kind, "spoken", code, voice)
        if kind in ("joint_proposal", "agreed", "request", "own_pledge") and code not in ("general", "benchmark"):
            self._area(code, span)

    def _kind(self, words: str, voice: Voice) -> str | None:
        if lexicon.REQUEST.search(words):
            return "request"
        if lexicon.LEARN.search(words) or voice.kind == "crowd":
            return (
                "learning_intent" if re.search(r"要|将|进一步|推动|持续|学习|借鉴|对标|提升|加快|优化", words) else None
            )
        if lexicon.JOINT.search(words):
            return "joint_proposal"
        if re.search(r"我省|我市|我县|我区|我州|我们(?:将|要)|本省|全省|全市|将|全力|愿", words):
            return "own_pledge"
        return None

    def _area(self, code: str, span: Span) -> None:
        words = self.folded[span.start : span.end]
        known = self.areas.get(code)
        facets = tuple(dict.fromkeys((*(known.facets if known else ()), *lexicon.facets_of(code, words))))
        spans = (*(known.spans if known else ()), span)
        self.areas[code] = Area(code=code, facets=facets, spans=spans, rule="promises.area")

    # Agreed ----------------------------------------------------------------------------------------------------------

    def _signed(self, span: Span, party: str | None, voice: Voice) -> None:
        code, _ = lexicon.area_of(self.folded[span.start : span.end])
        code = "general" if code in (None, "benchmark") else str(code)
        self._add(span, "agreed", "agreed_text", code, voice, owner=party)
        if code != "general":
            self._area(code, span)
        for where in decisions.named_texts(self.folded, span):
            quote = self.text[where.start : where.end]
            self.facts.append(Fact(kind="signing", text=quote, spans=(where,), rule="promises.signing"))

    def _laid_down(self, span: Span, voice: Voice) -> None:
        """Read what a signed text lays down: a clause that promises opens a task, one that does not goes on with it."""
        runs: list[Span] = []
        for clause in _clauses(self.folded, span, ",;"):
            words = self.folded[clause.start : clause.end]
            if decisions.DURATION.search(words):
                continue
            if runs and not (lexicon.WILL.search(words) or lexicon.JOINT.search(words)):
                runs[-1] = Span(runs[-1].start, clause.end)
            elif lexicon.WILL.search(words) or lexicon.JOINT.search(words) or decisions.deadline_of(words):
                runs.append(clause)
        for run in runs:
            self._decided(run, voice)

    def _decided(self, span: Span, voice: Voice) -> None:
        words = self.folded[span.start : span.end]
        if decisions.UNDONE.search(words):
            return
        task = words.rstrip("。;")
        # Who is responsible and by when is about the task, not a part of it.
        cut = re.search(r"[。;,(]\s*(?:责任单位|牵头单位|责任部门|牵头部门|责任人|完成时限|时限|期限)", task)
        where = Span(span.start, span.start + (cut.start() if cut else len(task)))
        if where.end - where.start < 4:
            return
        code, _ = lexicon.area_of(self.folded[where.start : where.end])
        code = "general" if code in (None, "benchmark") else str(code)
        line = self.folded.find("\n", where.end)
        whole = Span(span.start, max(span.end, line if line >= 0 else len(self.folded)) if cut else span.end)
        self._add(where, "agreed", "agreed_text", code, voice, around=whole)
        if code != "general":
            self._area(code, where)

    def _add(
        self,
        span: Span,
        kind: str,
        strength: str,
        area: str,
        voice: Voice,
        *,
        around: Span | None = None,
        owner: str | None = None,
    ) -> None:
        scope = around or span
        words = self.folded[scope.start : scope.end]
        # Who signed a text is not yet who carries it out: only an owner of a task makes it "owned".
        stated = None if owner else decisions.owner_of(words)
        # The title of a text may hold the years it runs: no deadline of the signing.
        plain = re.sub(r"《[^》]*》", "", words) if owner else words
        deadline = decisions.deadline_of(plain, decided=around is not None)
        amount = decisions.amount_of(words)
        if strength != "spoken":
            strength = "funded" if amount else "dated" if deadline else "owned" if stated else strength
        both = kind in ("joint_proposal", "agreed")
        sides = [s for s in self.sides if both or (voice.side is not None and s.role == voice.side)]
        self.commitments.append(
            Commitment(
                id=f"c{len(self.commitments) + 1}",
                text=self.text[span.start : span.end],
                kind=kind,
                strength=strength,
                area=area,
                facets=lexicon.facets_of(area, self.folded[span.start : span.end]),
                speaker=voice.speaker,
                sides=tuple(dict.fromkeys(s.role for s in sides if s.role)),
                regions=tuple(s.region for s in sides),
                owner=stated or owner,
                deadline=deadline,
                amount=amount,
                spans=(span,),
                rule=f"promises.{kind}",
            )
        )
