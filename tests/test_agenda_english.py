"""English minutes and reports on short texts of their own: names, sides, dates, speakers, promises."""

from __future__ import annotations

import pytest

from yijiang.agenda import Agenda, read_report, read_text
from yijiang.agenda.english import when
from yijiang.agenda.english.people import posts_in
from yijiang.agenda.english.text import sentences, unwrap
from yijiang.agenda.language import language_of
from yijiang.agenda.records import Span
from yijiang.errors import DataError, OptionError

SEMINAR = """Serbian delegation visits Osijek port
Source: Danube Weekly, 3 June 2021

OSIJEK - A delegation from Vojvodina headed by provincial secretary Milan Petrović arrived in Osijek-Baranja
County, Croatia, on Tuesday, 1 June, for talks about the river port.

County prefect Ivan Anušić told reporters that the county would deepen the access channel next spring. "If
Vojvodina helps with the silt survey, we will share the cost of the dredger," said Anušić. Petrović, for his
part, praised the port's new crane and said his administration was willing to co-finance a rail siding. He
stressed that Vojvodina could not pay for the crane itself.

The guests also visited the Tikveš castle and the Kopački Rit nature park.

A memorandum on flood alarms was signed by the two civil protection services. It provides that both services
will test the sirens together every June.
"""
COUNCIL = """MEKONG BRIDGE TOWNS COUNCIL
Minutes of the 4th Quarterly Meeting held on 12 February 2025 at the Town Hall,
Nakhon Phanom, Thailand

Attendees: Somchai Prasert (Deputy Governor, Nakhon Phanom Province), Ms Bounmy
Keola (Director of Trade, Khammouane Province, Lao PDR); Dr. Anan Wongsa (Mekong
University)
Apologies: none

1. Opening
The Chair, Mr. Somchai Prasert, opened the meeting at 09.00. He thanked the
Lao delegation for coming despite the floods.

2. Border trade
Ms Keola said customs clearance at the third bridge still took four hours. She
proposed a joint one-stop office on the Thai bank. Mr Somchai agreed to raise it
with Bangkok. Laos will not charge the bridge toll for ambulances.

3. Decisions and follow-up
3.1 The parties agreed on a one-stop office, to open by 1 December 2025.
3.2 Thammasat Logistics to draw up a traffic count by the end of March. Cost: USD 40,000.
3.3 The proposal for a night market was deferred.

Minutes prepared by: Kanya Suk
"""


def promises(agenda: Agenda) -> list[tuple[str, str, str | None, str]]:
    return [(c.kind, c.strength, c.speaker, " ".join(c.text.split())) for c in agenda.commitments]


def test_an_article_of_a_visit() -> None:
    agenda = read_text(SEMINAR)
    assert [(s.region, s.role) for s in agenda.sides] == [
        ("Vojvodina", "visiting"),
        ("Osijek-Baranja County", "host"),
    ]
    assert [(p.name, p.side, p.positions[0].title, p.positions[0].organisation) for p in agenda.participants] == [
        ("Milan Petrović", "visiting", "provincial secretary", "Vojvodina"),
        ("Ivan Anušić", "host", "County prefect", "Osijek-Baranja County"),
    ]
    assert (agenda.publisher, agenda.published) == ("Danube Weekly", "2021-06-03")
    event = next(d for d in agenda.dates if d.kind == "event")
    assert (event.start, event.year_from) == ("2021-06-01", "published line")
    assert [s.name for s in agenda.sites] == ["Tikveš castle", "Kopački Rit nature park"]
    assert promises(agenda) == [
        (
            "own_pledge",
            "spoken",
            "Ivan Anušić",
            "the county would deepen the access channel next spring",
        ),
        (
            "own_pledge",
            "spoken",
            "Ivan Anušić",
            "If Vojvodina helps with the silt survey, we will share the cost of the dredger",
        ),
        (
            "own_pledge",
            "spoken",
            "Milan Petrović",
            "his administration was willing to co-finance a rail siding",
        ),
        (
            "agreed",
            "agreed_text",
            None,
            "memorandum on flood alarms was signed by the two civil protection services",
        ),
        ("agreed", "agreed_text", None, "both services will test the sirens together every June"),
    ]


def test_minutes_with_broken_lines_and_numbered_decisions() -> None:
    agenda = read_text(COUNCIL)
    assert agenda.text == COUNCIL
    assert {(p.name, p.region, p.role) for p in agenda.participants} == {
        ("Somchai Prasert", "Thailand", "chair"),
        ("Bounmy Keola", "Laos", "participant"),
        ("Anan Wongsa", None, "participant"),
    }
    posts = {p.name: [(q.title, q.organisation) for q in p.positions] for p in agenda.participants}
    assert posts["Anan Wongsa"] == [(None, "Mekong University")]
    assert [(m.name, m.kind) for m in agenda.mentions] == [("Kanya Suk", "recorder")]
    meeting = agenda.meetings[0]
    assert (meeting.name, meeting.date) == ("4th Quarterly Meeting", "2025-02-12")
    assert " ".join((meeting.place or "").split()) == "Town Hall, Nakhon Phanom, Thailand"
    firm = [(c.strength, c.owner, c.deadline, c.amount) for c in agenda.commitments if c.firm]
    assert firm == [
        ("dated", None, "1 December 2025", None),
        ("funded", "Thammasat Logistics", "the end of March", "USD 40,000"),
    ]
    assert not any("night market" in c.text or "ambulances" in c.text for c in agenda.commitments)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("湖北日报讯 应勇率团赴江苏考察。", "zh"),
        (
            "Hubei Daily: Special Report on Regional Cooperation\n湖北省委书记应勇率代表团在江苏省学习考察,共商合作。",
            "zh",
        ),
        (
            "Minutes. Present: Ms Gu Anran (顾安然) and Mr Lu Zhengyang (陆正阳) for the two provinces on the river.",
            "en",
        ),
        ("Protokoll der Sitzung vom 3. Mai über die Schifffahrt auf der Donau.", None),
        ("揚子江の協力について、両県は港の整備を進めることで合意しました。", None),
        ("12345 --- 67", None),
        ("", None),
    ],
)
def test_the_language_of_a_text(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_a_chinese_report_with_an_english_heading_stays_chinese() -> None:
    agenda = read_text(
        "HUBEI AND JIANGSU DEEPEN THEIR TIES ON THE RIVER\n4月15日,湖北省委书记应勇率团在江苏省学习考察。"
    )
    assert agenda.language == "zh"
    assert [p.name for p in agenda.participants] == ["应勇"]


def test_another_language_is_refused_with_a_reason() -> None:
    with pytest.raises(DataError, match="neither Chinese nor English"):
        read_report("Protokoll der Sitzung vom 3. Mai über die Schifffahrt auf der Donau.")
    with pytest.raises(OptionError, match="Chinese only"):
        read_report(COUNCIL, ner=True)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("5 and 6 October 2022", "2022-10-05", "2022-10-06"),
        ("30 March to 2 April 2023", "2023-03-30", "2023-04-02"),
        ("May 16-18, 2023", "2023-05-16", "2023-05-18"),
        ("the 5th of May", "--05-05", "--05-05"),
        ("14.03.2024", "2024-03-14", "2024-03-14"),
        ("2024-05-01", "2024-05-01", "2024-05-01"),
        ("the end of February 2024", "2024-02-29", "2024-02-29"),
        ("end of 2024", "2024-12-31", "2024-12-31"),
        ("June 2013", "2013-06-01", "2013-06-30"),
        ("Sept. 3, 2021", "2021-09-03", "2021-09-03"),
    ],
)
def test_dates(text: str, start: str, end: str) -> None:
    found = list(when.find(text, 0, len(text)))
    assert [(w.start, w.end) for w in found] == [(start, end)]


@pytest.mark.parametrize("text", ["31 February 2024", "12 ships", "in 2020", "9:30 to 12:15", "1.5 million"])
def test_what_is_no_date(text: str) -> None:
    assert list(when.find(text, 0, len(text))) == []


def test_a_date_with_strokes_is_left_open() -> None:
    agenda = read_text("The two sides met on 03/04/2024 in the port of Linz and agreed on the plan.")
    assert [u.text for u in agenda.unresolved] == ["03/04/2024"]
    assert agenda.dates == ()


@pytest.mark.parametrize(
    ("words", "posts"),
    [
        ("Deputy Director-General, Jiangsu Provincial Department of Transport", [("Deputy Director-General", 1)]),
        ("Mayor of Passau and Chair, Danube Council", [("Mayor", 1), ("Chair", 1)]),
        ("Head of Delegation, Federal Ministry of Agriculture", [("Head of Delegation", 1)]),
        ("Director of Water Management, Ministry of Works", [("Director of Water Management", 1)]),
        ("Hubei Governor", [("Governor", 1)]),
        ("Expert", [("Expert", 0)]),
    ],
)
def test_posts(words: str, posts: list[tuple[str, int]]) -> None:
    assert [(p.title, int(p.organisation is not None)) for p in posts_in(words, 0)] == posts


def test_sentences_do_not_end_at_abbreviations() -> None:
    text = "Mr. A. B. Weiss met Dr. Kis at 9 a.m. in St. Pölten. They agreed. (See No. 4.) Done!"
    assert [text[s.start : s.end] for s in sentences(text, Span(0, len(text)))] == [
        "Mr. A. B. Weiss met Dr. Kis at 9 a.m. in St. Pölten.",
        "They agreed.",
        "(See No. 4.)",
        "Done!",
    ]


def test_unwrapping_keeps_the_length_and_the_rows() -> None:
    text = (
        "The parties will open their ports to the ships of\nthe other side.\n"
        "No\tTask\tOwner of the task and nobody else\nA\tB\n"
    )
    folded = unwrap(text)
    assert len(folded) == len(text)
    assert folded.count("\n") == text.count("\n") - 1


@pytest.mark.parametrize(
    "text",
    [
        "The two sides did not agree on the toll for the trucks in the port.",
        "The meeting recalled the agreement signed in 2019 on the use of the locks.",
        "The minutes of the last meeting were approved and the agenda was adopted.",
        "Ms Ada Weiss said that the agreement on the port was a success for the town.",
        "It was decided not to build the second bridge, and the plan was dropped.",
    ],
)
def test_what_was_not_settled_is_not_firm(text: str) -> None:
    assert [c.text for c in read_text(text).commitments if c.firm] == []


@pytest.mark.parametrize(
    ("text", "firm"),
    [
        (
            "It was agreed to exchange data every month between the two ports.",
            "exchange data every month between the two ports",
        ),
        ("The Commission adopts the plan for the lock.", "The Commission adopts the plan for the lock"),
        ("Decision 4: The ports will share a tug. Responsible: Port of Linz.", "The ports will share a tug"),
        (
            "Under the agreement, the two ports will share a tug in the winter.",
            "the two ports will share a tug in the winter",
        ),
    ],
)
def test_what_was_settled_is_firm(text: str, firm: str) -> None:
    assert [c.text for c in read_text("The sides met in the town.\n" + text).commitments if c.firm] == [firm]


def test_nothing_is_invented_for_an_empty_meeting() -> None:
    agenda = read_text("The two sides met in the town hall and talked about the weather of the season.")
    assert agenda.participants == agenda.sites == agenda.commitments == agenda.dates == ()
