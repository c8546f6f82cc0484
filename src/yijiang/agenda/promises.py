"""What was promised: clauses of speech and decisions, typed and put on the ladder of strength; areas come from them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from yijiang.agenda import decisions, lexicon
from yijiang.agenda.records import Area, Commitment, Fact, Side, Span, Statement
from yijiang.agenda.speech import Voice

# A lead-in that names no matter of its own: the clauses after it do.
_EMPTY = re.compile(
    r"^[^在]{0,10}(?:加强|深化)(?:交流)?合作$|共抓机遇|共担重任|同舟共济|[同与和].{1,16}(?:一道|一起)$|"
    r"以.{2,20}为(?:契机|抓手|引领|纽带|牵引)$|^.{0,6}(?:将|要)?(?:积极|主动|深度)(?:融入|对接)[^,]{2,10}$|"
    r"^.{0,8}(?:依托|发挥|立足|围绕|聚焦|抢抓)[^,]{2,24}$"
)
# 坚持生态优先, 深化产业合作: the clause after it says what is meant.
_LEADS = re.compile(
    r"^.{0,8}(?:坚持.{2,16}|把.{2,20}作为[^,]{2,14}|(?:进一步)?(?:深化|加强).{0,12}(?:合作|协作|交流|对接|联动)|在.{1,10}(?:上|"
    r"方面).{0,6}(?:对接|共享|合作|协同|联动|互动))$"
)
# What a clause aims at belongs to the promise before it.
_RESULT = re.compile(
    r"(?:争取|力争|确保|让|使|把.{2,20}(?:好|起来|下去)$|推动[^,]{0,8}(?:高质量发展|再上新台阶)$|实现|助力|更好|切实|不断|进而|从而|为.{2,20}(?:提供|作出|贡献)|总投资|每)"
)
_ACT = re.compile(
    r"(?:并|还|也|同时)?(?:建议|提议|倡议|希望|在[^,]{2,30}(?:方面|领域))|"
    r"(?:(?:并|还|也|同时|双方|各方|[两三四五][省市县州地]|我们|[^,]{1,8}?)(?:将|要|愿|可|应|须)|[两三四五各][省市县州地方][^,]{0,10}?)?(?:共同|共建|共享|共抓|携手|"
    r"联合|联手|推动|推进|"
    r"打通|建立|设立|支持|加快|完善|举办|实施|加强|深化|拓展|健全|组织|互派|开展|承接|协同|畅通|提升|打造|建设|开行|选派|探索|引导|促进|扩大|凡)"
)
# 甲是乙的…: a statement, not a promise.
_STATES = re.compile(r"[^,将要愿]{1,14}(?:是|同处|同为|地处|位于)(?!否)")
# “建成支点、走在前列、谱写新篇” is a formula, whatever verb stands before it.
_SLOGAN = re.compile(r"“[^”、]+、[^”、]+、[^”]+”")
_PRESENT = re.compile(r"^[^,将要愿]{0,8}正(?!式|确|常)|正在|近年来|一直以来|长期以来")


_OWN = re.compile(
    r"(?<![重主必首紧需只])要(?![求点素])|将(?!来)|(?<![意志])愿(?![望景])|(?<![认不许宁])可(?![持靠观喜见谓])|"
    r"(?:公司|集团|企业)计划|全力(?=支持|推进|推动|保障)"
)


def _mood(words: str, before: str | None) -> str | None:
    """Return how a clause is said: a request, a proposal to all, a pledge, or the state of things; else as before.

    >>> (
    ...     _mood("希望两县建立机制", None),
    ...     _mood("三省应加快打通", None),
    ...     _mood("正抢抓机遇", "own"),
    ...     _mood("全力做好", "own"),
    ... )
    ('request', 'joint', 'present', 'own')
    """
    if lexicon.REQUEST.search(words):
        return "request"
    if _PRESENT.search(words):
        return "present"
    if re.search(
        r"(?:^|并|还|同时)(?:建议|提议|倡议)|(?:建议|提议|倡议)$|(?:双方|各方|[两三四五][省市县州地区])(?:都|还|也)?(?:应|要|可|须|将)",
        words,
    ):
        return "joint"
    if _OWN.search(words):
        return "own"
    return before


def _inner(folded: str, clause: Span) -> Span:
    """Return a clause without the quotation mark that opens or closes what was said."""
    start, end = clause
    if folded[start : start + 1] == "“" and "”" not in folded[start : end - 1]:
        start += 1
    if folded[end - 1 : end] == "”" and "“" not in folded[start:end]:
        end -= 1
    return Span(start, end)


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
        mood: str | None = None
        for segment in _clauses(self.folded, span, ";"):
            mood = self._segment(_clauses(self.folded, segment, ",:"), voice, mood)

    def _segment(self, clauses: list[Span], voice: Voice, mood: str | None) -> str | None:
        """Read the clauses between two semicolons; the mood in which a clause is said holds for those after it."""
        run: list[Span] = []
        area: str | None = None
        for clause in (_inner(self.folded, c) for c in clauses):
            words = self.folded[clause.start : clause.end]
            before, mood = mood, _mood(words, mood)
            if run and mood != before and mood in ("request", "present"):
                run, area = self._end(run, area, voice, before)
            if mood == "present" or not (self._promising(words) or _RESULT.match(words)):
                if run and mood != "present" and self._goes_on(words):
                    run.append(clause)
                else:
                    run, area = self._end(run, area, voice, before)
                continue
            code, _ = lexicon.area_of(words)
            if code == "benchmark" or (lexicon.LEARN.search(words) and voice.kind == "crowd"):
                if area != "benchmark":
                    self._end(run, area, voice, before)
                    run = []
                run.append(clause)
                area = "benchmark"
                if voice.kind == "crowd" or not re.search(r"^(?:对标|借鉴|学习)", words):
                    run, area = self._end(run, area, voice, mood)
                continue
            if run and (_RESULT.match(words) or (code in (None, area) and not self._fresh(run[-1], words))):
                run.append(clause)
                continue
            if run and area is None and all(self._leads(c) for c in run):
                # 坚持生态优先,共抓大保护: what leads in has no area of its own.
                run.append(clause)
                area = code
                continue
            self._end(run, area, voice, before)
            run, area = [clause], code
        self._end(run, area, voice, mood)
        return mood

    def _end(self, run: list[Span], area: str | None, voice: Voice, mood: str | None) -> tuple[list[Span], str | None]:
        """Make a commitment of a run of clauses, what only leads in to it left out, and begin a new one."""
        while run and _EMPTY.search(self.folded[run[0].start : run[0].end]):
            run = run[1:]
        self._close(run, area, voice, mood=mood)
        return [], None

    def _leads(self, clause: Span) -> bool:
        words = self.folded[clause.start : clause.end]
        return bool(_LEADS.search(words)) and not _EMPTY.search(words)

    def _fresh(self, last: Span, words: str) -> bool:
        """Say whether a clause begins a promise of its own: it opens with an act, and what precedes is no lead-in."""
        return bool(_ACT.match(words)) and not self._leads(last)

    def _goes_on(self, words: str) -> bool:
        return len(words) <= 14 and not lexicon.PAST.search(words) and not re.search(r"^(?:我们|他|她|是)", words)

    def _promising(self, words: str) -> bool:
        if lexicon.PAST.search(words) or lexicon.THANKS.search(words) or lexicon.WELCOME.search(words):
            return False
        if re.search(r"(?:指出|强调|说|表示|认为|希望|建议|提出|如下)$", words) or len(words) < 4:
            return False
        if re.search(
            r"^(?:是|在于|离不开|正)|正在|感到|值得|的(?:重大)?(?:决策|机遇|优势)$|体现了|充分彰显|彰显了|是以|具有|基础扎实|由.{2,40}向.{2,40}(?:跨越|转变|迈进)|"
            r"展现出|呈现出|发挥着",
            words,
        ) or _STATES.match(words):
            return False
        if (slogan := _SLOGAN.search(words)) and 2 * len(slogan[0]) > len(words):
            return False
        if lexicon.CONTEXT.search(words) and not (lexicon.JOINT.search(words) and re.search(r"在.{2,20}上", words)):
            return False
        return bool(lexicon.WILL.search(words) or lexicon.LEARN.search(words))

    def _close(
        self,
        run: list[Span],
        area: str | None,
        voice: Voice,
        *,
        parallel: bool = False,
        mood: str | None = None,
    ) -> None:
        if not run:
            return
        if len(run) > 1 and all(re.match(r"在.{2,20}上", self.folded[c.start : c.end]) for c in run[1:]):
            # 在…上携手合作,在…上强化协同: parallel heads are promises of their own.
            for clause in run:
                self._close([clause], area, voice, parallel=True, mood=mood)
            return
        span = Span(run[0].start, run[-1].end)
        words = self.folded[span.start : span.end]
        if lead := re.match(r"(?:大家)?(?:一致)?(?:表示|认为),?(?=要|将|愿)", words):
            span = Span(span.start + lead.end(), span.end)
            words = words[lead.end() :]
        kind = "joint_proposal" if parallel else self._kind(words, voice, mood)
        if kind is None:
            return
        code = area or "general"
        if code == "general" and not parallel and _EMPTY.search(words):
            return
        if code == "general" and kind == "learning_intent" and not lexicon.LEARN.search(words):
            return
        self._add(span, kind, "spoken", code, voice)
        if kind in ("joint_proposal", "agreed", "request", "own_pledge"):
            self._areas(code, span)

    def _kind(self, words: str, voice: Voice, mood: str | None) -> str | None:
        if lexicon.REQUEST.search(words):
            return "request"
        if lexicon.LEARN.search(words) or voice.kind == "crowd":
            meant = re.search(r"要|将|进一步|推动|持续|学习|借鉴|对标|提升|加快|优化", words) or mood == "own"
            return "learning_intent" if meant else None
        if mood == "request":
            return "request"
        if lexicon.JOINT.search(words) or mood == "joint":
            return "joint_proposal"
        own = re.search(r"我省|我市|我县|我区|我州|我们(?:将|要)|本省|全省|全市|将|全力|愿", words)
        return "own_pledge" if own or mood == "own" else None

    def _area(self, code: str, span: Span) -> None:
        words = self.folded[span.start : span.end]
        known = self.areas.get(code)
        facets = tuple(dict.fromkeys((*(known.facets if known else ()), *lexicon.facets_of(code, words))))
        spans = (*(known.spans if known else ()), span)
        self.areas[code] = Area(code=code, facets=facets, spans=spans, rule="promises.area")

    def _areas(self, code: str, span: Span) -> None:
        """Note the area of a promise, and every other that its words speak for at least half as much."""
        words = self.folded[span.start : span.end]
        for label in dict.fromkeys((code, *lexicon.strong_labels(words))):
            if label not in ("general", "benchmark"):
                self._area(label, span)

    # Agreed ----------------------------------------------------------------------------------------------------------

    def _signed(self, span: Span, party: str | None, voice: Voice) -> None:
        code, _ = lexicon.area_of(self.folded[span.start : span.end])
        code = "general" if code in (None, "benchmark") else str(code)
        self._add(span, "agreed", "agreed_text", code, voice, owner=party)
        self._areas(code, span)
        for where in decisions.named_texts(self.folded, span):
            quote = self.text[where.start : where.end]
            self.facts.append(Fact(kind="signing", text=quote, spans=(where,), rule="promises.signing"))

    def _laid_down(self, span: Span, voice: Voice) -> None:
        """Read what a signed text lays down: a clause that promises opens a task, one that does not goes on with it."""
        for part in _clauses(self.folded, span, ";"):
            runs: list[Span] = []
            for clause in _clauses(self.folded, part, ","):
                words = self.folded[clause.start : clause.end]
                if decisions.DURATION.search(words):
                    continue
                acts = lexicon.WILL.search(words) or lexicon.JOINT.search(words)
                # 由甲局负责实施 says who does what was said before it.
                if runs and (not acts or re.match(r"由.{2,30}(?:负责|牵头|承担|组织|实施|承办)", words)):
                    runs[-1] = Span(runs[-1].start, clause.end)
                elif acts or decisions.deadline_of(words):
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
        # Who is responsible stands in the same line, not pages away.
        reach = min(len(self.folded), where.end + 400)
        line = self.folded.find("\n", where.end, reach)
        whole = Span(span.start, max(span.end, line if line >= 0 else reach) if cut else span.end)
        self._add(where, "agreed", "agreed_text", code, voice, around=whole)
        self._areas(code, where)

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
