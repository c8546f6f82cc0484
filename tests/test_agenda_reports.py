"""Invented reports in varied forms against their annotation; see tests/agenda_reports/README.md."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from yijiang.agenda import Agenda, read_report

scoring = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("agenda_scoring.py"))))
FOLDER = Path(__file__).parent / "agenda_reports"
NAMES = sorted(f.name.removesuffix(".gold.json") for f in FOLDER.glob("*.gold.json"))


def read(name: str) -> tuple[Agenda, dict[str, Any]]:
    file = next(f for f in FOLDER.glob(f"{name}.*") if f.suffix != ".json")
    return read_report(file), json.loads((FOLDER / f"{name}.gold.json").read_text(encoding="utf-8"))


def f1(found: set[Any], wanted: set[Any]) -> float:
    return 2 * len(found & wanted) / (len(found) + len(wanted))


def people(agenda: Agenda) -> set[str]:
    return {p.name for p in agenda.participants}


def posts(agenda: Agenda) -> set[tuple[str, str | None, str]]:
    return {(p.name, q.organisation, q.title) for p in agenda.participants for q in p.positions}


def test_people_and_positions_over_all_reports() -> None:
    found_people, gold_people, found_posts, gold_posts = set(), set(), set(), set()
    for name in NAMES:
        agenda, gold = read(name)
        if agenda.language != "zh":
            continue
        found_people |= {(name, p) for p in people(agenda)}
        gold_people |= {(name, p["name"]) for p in gold["participants"]}
        found_posts |= {(name, *p) for p in posts(agenda)}
        gold_posts |= {
            (name, p["name"], q["organisation"], q["title"]) for p in gold["participants"] for q in p["positions"]
        }
    assert len(gold_people) > 100
    assert f1(found_people, gold_people) >= 0.97, found_people ^ gold_people
    assert f1(found_posts, gold_posts) >= 0.93, found_posts ^ gold_posts


@pytest.mark.parametrize("name", NAMES)
def test_who_did_not_take_part_is_no_participant(name: str) -> None:
    agenda, gold = read(name)
    others = {n["name"] for n in gold["non_participants"]} - {p["name"] for p in gold["participants"]}
    assert people(agenda).isdisjoint(others)


@pytest.mark.parametrize("name", NAMES)
def test_spans_hold_what_the_records_say(name: str) -> None:
    agenda, _ = read(name)
    assert agenda.participants
    for record in agenda.records():
        assert record.rule
        assert all(0 <= s.start < s.end <= len(agenda.text) for s in record.spans)
    for person in agenda.participants:
        assert {agenda.quote(s).replace(" ", "").replace("\u3000", "") for s in person.spans} == {person.name}
    for record in (*agenda.commitments, *agenda.statements, *agenda.facts):
        assert agenda.quote(record.spans[0]) == record.text
    for site in agenda.sites:
        assert agenda.quote(site.spans[0]) == site.name


def test_firm_commitments_are_those_of_the_annotation() -> None:
    counts = [scoring.commitments(read_report(path), gold, firm=True) for path, gold in scoring.load()]
    assert sum(c.tp + c.fn for c in counts) >= 20
    assert scoring.micro_f1(counts) >= 0.9


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_firm_where_nothing_was_decided_or_signed(name: str) -> None:
    agenda, gold = read(name)
    if not any(c["strength"] in scoring.FIRM for c in gold["commitments"]):
        assert [c.text for c in agenda.commitments if c.firm] == []
    else:
        assert any(c.firm for c in agenda.commitments)


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
    agenda, _ = read("05_minutes")
    found = {(c.owner, c.deadline, c.amount) for c in agenda.commitments if c.firm}
    assert ("芜湖港航集团有限公司", "2024年7月1日", "600万元") in found
    assert ("芜湖市生态环境局、镇江市生态环境局", "2024年9月30日前", None) in found
