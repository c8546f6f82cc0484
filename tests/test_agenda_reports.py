"""Invented reports in varied forms against their annotation; see tests/agenda_reports/README.md."""

from __future__ import annotations

import runpy
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from yijiang.agenda import Agenda, read_report

scoring = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("agenda_scoring.py"))))
FOLDER = Path(__file__).parent / "agenda_reports"
GOLDS: dict[str, tuple[Path, dict[str, Any]]] = {path.stem: (path, gold) for path, gold in scoring.load()}
NAMES = sorted(GOLDS)


@cache
def agenda_of(name: str) -> Agenda:
    return read_report(GOLDS[name][0])


def in_language(code: str) -> list[str]:
    return [name for name in NAMES if GOLDS[name][1]["language"] == code]


def people(agenda: Agenda) -> set[str]:
    return {p.name for p in agenda.participants}


def test_the_set_is_as_large_as_it_says() -> None:
    assert len(in_language("zh")) == 16
    assert len(in_language("en")) == 5
    assert sum(len(GOLDS[name][1]["participants"]) for name in NAMES) > 200
    assert sum(c["strength"] in scoring.FIRM for name in NAMES for c in GOLDS[name][1]["commitments"]) > 50


@pytest.mark.parametrize("name", NAMES)
def test_the_language_is_told_from_the_text(name: str) -> None:
    assert agenda_of(name).language == GOLDS[name][1]["language"]


# What was measured when this was written is at or a little above each bar: see the README of the folder.
BARS = {
    "zh": {
        "persons": 0.97,
        "positions": 0.93,
        "sides": 0.97,
        "person_sides": 0.97,
        "dates": 0.97,
        "sites": 0.9,
        "areas": 0.88,
        "speakers": 0.97,
        "commitments": 0.88,
    },
    "en": {
        "persons": 0.97,
        "positions": 0.93,
        "sides": 0.97,
        "person_sides": 0.97,
        "dates": 0.97,
        "sites": 0.9,
        "areas": 0.9,
        "speakers": 0.97,
        "commitments": 0.9,
    },
}


@pytest.mark.parametrize(("language", "subject"), [(code, subject) for code in BARS for subject in BARS[code]])
def test_what_was_measured_holds(language: str, subject: str) -> None:
    counts = {n: scoring.SUBJECTS[subject](agenda_of(n), GOLDS[n][1]) for n in in_language(language)}
    found = scoring.micro_f1(counts.values())
    assert found >= BARS[language][subject], (found, {n: c for n, c in counts.items() if c.fp or c.fn})


def test_every_date_of_a_meeting_is_found_and_no_year_is_invented() -> None:
    for name in NAMES:
        gold = GOLDS[name][1]
        counts = scoring.dates(agenda_of(name), gold)
        assert (counts.fp, counts.fn) == (0, 0), name
        if not any(d["start"][0].isdigit() for d in gold["dates"]):
            assert all(d.start is None or d.start.startswith("-") for d in agenda_of(name).dates), name


@pytest.mark.parametrize("name", NAMES)
def test_who_did_not_take_part_is_no_participant(name: str) -> None:
    gold = GOLDS[name][1]
    others = {n["name"] for n in gold["non_participants"]} - {p["name"] for p in gold["participants"]}
    assert people(agenda_of(name)).isdisjoint(others)


def plain(words: str) -> str:
    """Drop what a page may put inside a name or a sentence: blanks and line ends."""
    return "".join(words.split())


@pytest.mark.parametrize("name", NAMES)
def test_spans_hold_what_the_records_say(name: str) -> None:
    agenda = agenda_of(name)
    assert agenda.participants
    for record in agenda.records():
        assert record.rule
        assert all(0 <= s.start < s.end <= len(agenda.text) for s in record.spans)
    for person in agenda.participants:
        assert person.spans
        assert {plain(agenda.quote(s)) for s in person.spans} == {plain(person.name)}
        for post in person.positions:
            assert plain(post.title or "") in plain(agenda.quote(post.spans[0]))
    for record in (*agenda.commitments, *agenda.statements, *agenda.facts):
        assert agenda.quote(record.spans[0]) == record.text
    for site in agenda.sites:
        assert agenda.quote(site.spans[0]) == site.name
    for mention in agenda.mentions:
        assert plain(agenda.quote(mention.spans[0])) == plain(mention.name)


@pytest.mark.parametrize("name", NAMES)
def test_the_text_is_the_text_that_was_given(name: str) -> None:
    path, _ = GOLDS[name]
    if path.suffix == ".html":
        return
    agenda, text = agenda_of(name), path.read_text(encoding="utf-8")
    if "lines" in agenda.notes:
        # Lines broken within sentences are put together; nothing but line ends, blanks and page numbers goes.
        assert plain(agenda.text) == plain(text.replace("— 1 —", "").replace("— 2 —", ""))
    else:
        assert agenda.text == text


def test_only_the_bulletin_has_broken_lines() -> None:
    assert [name for name in NAMES if "lines" in agenda_of(name).notes] == ["12_aid_bulletin"]


def test_firm_commitments_are_those_of_the_annotation() -> None:
    for language in ("zh", "en"):
        counts = [scoring.commitments(agenda_of(n), GOLDS[n][1], firm=True) for n in in_language(language)]
        assert scoring.micro_f1(counts) >= 0.95, language


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_firm_where_nothing_was_decided_or_signed(name: str) -> None:
    gold = GOLDS[name][1]
    if not any(c["strength"] in scoring.FIRM for c in gold["commitments"]):
        assert [c.text for c in agenda_of(name).commitments if c.firm] == []
    else:
        assert any(c.firm for c in agenda_of(name).commitments)


@pytest.mark.parametrize(
    ("text", "firm"),
    [
        ("15日，会议听取了2023年签订的《港口合作备忘录》执行情况汇报。", []),
        ("15日，两市召开会议。甲某说，要推动签署《港口合作备忘录》。", []),
        (
            "会议纪要\n会议议定以下事项：\n一、由甲市水利局牵头，6月底前建成两处水质监测站。\n二、暂不设立联合基金。\n"
            "会议由王某主持。",
            ["由甲市水利局牵头，6月底前建成两处水质监测站"],
        ),
        ("座谈会提出以下建议：\n一、共建港口。\n二、互派干部。\n代表团参观了博物馆。", []),
    ],
)
def test_past_texts_proposals_and_refusals_are_not_firm(text: str, firm: list[str]) -> None:
    assert [c.text for c in read_report(text).commitments if c.firm] == firm


def test_a_decided_item_keeps_owner_deadline_and_amount() -> None:
    found = {(c.owner, c.deadline, c.amount) for c in agenda_of("05_minutes").commitments if c.firm}
    assert ("芜湖港航集团有限公司", "2024年7月1日", "600万元") in found
    assert ("芜湖市生态环境局、镇江市生态环境局", "2024年9月30日前", None) in found


@pytest.mark.parametrize("name", in_language("en"))
def test_owner_deadline_and_amount_of_english_items(name: str) -> None:
    agenda, gold = agenda_of(name), GOLDS[name][1]
    firm = {c.text: c for c in agenda.commitments if c.firm}
    for wanted in (c for c in gold["commitments"] if c["strength"] in scoring.FIRM):
        found = next(c for text, c in firm.items() if wanted["text"] in text or text in wanted["text"])
        assert found.strength == wanted["strength"], wanted["text"]
        assert found.amount == wanted["amount"]
        assert (found.deadline or "").removeprefix("By ") == (wanted["deadline"] or "").removeprefix("By ")


def test_nobody_gets_a_post_that_is_told_of_several() -> None:
    people_of = {p.name: p for p in agenda_of("13_gorge_cities").participants}
    heads = [people_of[n] for n in ("谢阶平", "官正宇", "柳闻莺", "秦岭", "储百川")]
    assert {(p.side, p.positions[0].organisation, p.positions[0].title) for p in heads} == {(None, None, "主席")}
    assert "沙市" not in people(agenda_of("15_investment_trip"))
