"""Who says each sentence: a speaker opens with a verb of saying and holds until the reporter speaks again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from yijiang.agenda import lexicon
from yijiang.agenda.people import Person, split_sentences
from yijiang.agenda.records import Side, Span, Statement
from yijiang.agenda.tree import any_of

_SAY = r"(?:说|指出|强调|表示|认为|要求|希望|提出|感谢|谈到|建议|介绍说|称|倡议|号召|回顾)"
_POST = "副?(?:省长|市长|区长|县长|州长|书记|主任|主席|部长|厅长|局长|秘书长|会长|董事长|总经理|院长)"
_OCCASION = r"在(?:讲话|致辞|发言|会上|座谈会上|主持会议时|总结|主旨演讲)[^,。]{0,10}?(?:中|时)?"
_NARRATIVE = re.compile(
    r"代表团.{0,12}(?:来到|走进|考察|参观|一行|专程|前往|先后|深入|实地|还)|参加(?:有关|相关|上述|活动|会议|座谈)|出席|陪同|分别介绍|签署|举行|召开|据了解|据悉|"
    r"\d+日|实地考察|一行(?:来到|先后|还|实地)|会前|会后|活动期间|考察期间|期间|参加考察|来到|走进"
)
_FIRST_PERSON = re.compile(
    r"^(?:我们|要|希望|愿|双方要|下一步|同时|此外|当前|今后|他|她|一要|二要|三要|一是|二是|三是|第一|第二|第三|首先|其次)"
)
_CROWD = re.compile(
    r"(?:^|[。,;])(大家|与会人员|与会代表|代表团成员|与会者|考察团成员|代表团一行)(?:一致)?[^。]{0,60}?(?:认为|表示|感到|赞叹|说|谈到)"
)
_PRONOUN = re.compile(rf"[他她](?:还|也|又|同时)?{_SAY}")
_AWAY = re.compile(r"(?:代表团|[^,。]{0,12}一行|随后|当天|当日|会前|会后|座谈前)")
_MEETING = re.compile(r"(?:^|[,。])会议(?:指出|强调|要求|认为|明确|决定|议定|听取|研究|同意|商定)")


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks a sentence: a name, the crowd of visitors, the meeting; None for the reporter."""

    speaker: str | None
    side: str | None = None
    kind: str = "person"


def read_statements(
    folded: str, text: str, body: Span, people: Sequence[Person], sides: Sequence[Side]
) -> tuple[list[Statement], list[Voice]]:
    """Return every sentence of the body with its speaker and labels, and the voice of each.

    Parameters
    ----------
    folded, text
        The folded text and the text as it stands.
    body
        The stretch to read.
    people
        Those who took part.
    sides
        The sides; 大家 speaks for the visiting delegation.
    """
    names = {p.name: p for p in people}
    # A name of two characters may be printed with a blank inside.
    listed = any_of(form for n in names for form in ((n, f"{n[0]} {n[1]}", f"{n[0]}  {n[1]}") if len(n) == 2 else (n,)))
    opener = re.compile(
        rf"(?:^|[,:。;])(?P<n>{listed})(?:{_POST}|{_OCCASION}|同志|首先|还|也|在致辞中|致辞时|讲话时)?"
        rf"(?:充分|高度|深情|动情|明确|进一步|再次|详细)?,?(?P<v>{_SAY}|代表[^。;]{{2,36}}?[,对向]|"
        rf"[对就向][^。;]{{2,36}}?(?:表示|谈|作出|介绍)|(?:首先)?(?:致辞|致欢迎辞|作[^,。]{{0,6}}发言|讲话),[他她])"
    )
    subject_of = re.compile(rf"(?P<n>{listed})")
    briefs = re.compile(rf"(?P<n>{listed})(?:同志)?(?:详细|简要)?介绍")
    team = next((s.delegation for s in sides if s.role == "visiting" and s.delegation), None)
    statements: list[Statement] = []
    voices: list[Voice] = []
    current = last = Voice(None)
    paragraph = -1
    for span in split_sentences(folded, body):
        words = folded[span.start : span.end]
        line = folded.rfind("\n", 0, span.start)
        new = line != paragraph
        paragraph = line
        found = opener.search(words)
        crowd = _CROWD.search(words)
        if new and "分别" not in words:
            found = briefs.match(words) or found
        if subject := subject_of.match(words):
            name = subject["n"].replace(" ", "")
            last = Voice(name, names[name].side)
        briefing = lexicon.BRIEFING.search(words) and not re.search(_SAY + "[,:,]", words)
        if briefing and not found:
            current = Voice(None)
        elif found and not (re.search("分别", words) and briefing):
            name = found["n"].replace(" ", "")
            current = Voice(name, names[name].side)
        elif crowd:
            # The delegation speaks with one voice; the text names nobody.
            current = Voice(f"{team}(大家)" if team else "大家", "visiting" if team else None, "crowd")
            statements.append(_statement(text, folded, span, current))
            voices.append(current)
            current = Voice(None)
            continue
        elif not current.speaker and last.speaker and _PRONOUN.match(words):
            # 甲介绍了情况。他表示: he is who was named last.
            current = last
        elif _MEETING.search(words):
            current = Voice("会议", None, "meeting")
        elif (new and not _goes_on(current, words)) or (current.speaker and _AWAY.match(words)):
            current = Voice(None)
        statements.append(_statement(text, folded, span, current))
        voices.append(current)
    return statements, voices


def _goes_on(current: Voice, words: str) -> bool:
    """Say whether a new paragraph is still the speaker's: first person, nothing that only a reporter says."""
    return bool(current.speaker and _FIRST_PERSON.match(words) and not _NARRATIVE.search(words))


def _statement(text: str, folded: str, span: Span, voice: Voice) -> Statement:
    words = folded[span.start : span.end]
    labels: list[str] = []
    for label, pattern in (
        ("attendance", lexicon.ATTENDANCE),
        ("thanks", lexicon.THANKS),
        ("welcome", lexicon.WELCOME),
        ("briefing", lexicon.BRIEFING),
    ):
        if pattern.search(words):
            labels.append(label)
    labels += lexicon.labels_of(words)
    if lexicon.PRAISE.search(words):
        labels.append("praise")
    if lexicon.CONTEXT.search(words):
        labels.append("context")
    return Statement(
        text=text[span.start : span.end],
        speaker=voice.speaker,
        side=voice.side,
        labels=tuple(labels or ["general"]),
        spans=(span,),
        rule=f"speech.{voice.kind if voice.speaker else 'reporter'}",
    )
