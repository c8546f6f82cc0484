"""The report that named the system, against its hand-made annotation."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from yijiang.agenda import Agenda, read_report, read_text

pytestmark = pytest.mark.fixtures


@pytest.fixture
def seed(source_data: Callable[[str], Path]) -> tuple[Agenda, dict[str, Any]]:
    folder = source_data("agenda")
    gold = json.loads((folder / "seed_gold.json").read_text(encoding="utf-8"))
    return read_report(folder / "seed.txt"), gold


def test_people_sides_and_positions(seed: tuple[Agenda, dict[str, Any]]) -> None:
    agenda, gold = seed
    assert {(p.name, p.side, p.region) for p in agenda.participants} == {
        (p["name"], p["side"], p["region"]) for p in gold["participants"]
    }
    stated = {
        (p["name"], q["organisation"], q["title"], tuple(q["source_text_span"]))
        for p in gold["participants"]
        for q in p["positions"]
        if q["title"] != "省领导"
    }
    found = {(p.name, q.organisation, q.title, tuple(q.spans[0])) for p in agenda.participants for q in p.positions}
    assert len(stated) == 11
    assert found == stated
    assert {p.name: p.role for p in agenda.participants} == {p["name"]: p["role"] for p in gold["participants"]}


def test_mentions_are_exact(seed: tuple[Agenda, dict[str, Any]]) -> None:
    agenda, gold = seed
    assert {p.name: [list(s) for s in p.spans] for p in agenda.participants} == {
        p["name"]: p["mentions"] for p in gold["participants"]
    }


def test_no_trap_is_a_participant(seed: tuple[Agenda, dict[str, Any]]) -> None:
    agenda, gold = seed
    names = {p.name for p in agenda.participants}
    assert len(gold["non_participants"]) == 7
    assert names.isdisjoint(n["name"] for n in gold["non_participants"])
    kinds = {m.name: m.kind for m in agenda.mentions}
    assert kinds["李保林"] == kinds["周呈思"] == "byline_reporter"
    assert kinds["肖潇"] == kinds["刘亮"] == "byline_editor"
    assert kinds["习近平"] == "mentioned"


def test_sites_and_areas(seed: tuple[Agenda, dict[str, Any]]) -> None:
    agenda, gold = seed
    assert [(s.name, list(s.spans[0])) for s in agenda.sites] == [(s["name"], s["span"]) for s in gold["sites"]]
    assert agenda.sites[0].place == "江苏省南京市栖霞区"
    assert agenda.sites[1].place is None
    assert agenda.sites[1].related == ("百家汇开放式创新平台",)
    assert {a.code for a in agenda.areas} == {a["code"] for a in gold["areas"]}
    for wanted in gold["areas"]:
        area = next(a for a in agenda.areas if a.code == wanted["code"])
        (start, end), (low, high) = area.spans[0], wanted["span"]
        share = (min(end, high) - max(start, low)) / (max(end, high) - min(start, low))
        assert share >= 0.9, wanted
        assert set(wanted.get("facets", ())) <= set(area.facets)


def test_speakers(seed: tuple[Agenda, dict[str, Any]]) -> None:
    agenda, gold = seed
    assert len(agenda.statements) == 23
    assert [(list(s.spans[0]), s.speaker) for s in agenda.statements] == [
        (s["span"], s["speaker"]) for s in gold["sentences"]
    ]


def test_what_is_not_stated_is_null(seed: tuple[Agenda, dict[str, Any]]) -> None:
    agenda, _ = seed
    meeting = agenda.meetings[0]
    assert (meeting.name, meeting.date, meeting.place) == ("江苏·湖北合作发展交流座谈会", None, None)
    assert agenda.published == "2021-04-17T09:02"
    event = next(d for d in agenda.dates if d.kind == "event")
    assert (event.start, event.end, event.year_from) == ("2021-04-15", "2021-04-16", "published line")
    assert agenda.commitments
    assert not any(c.firm for c in agenda.commitments)
    assert {(c.owner, c.deadline, c.amount) for c in agenda.commitments} == {(None, None, None)}


def test_the_five_proposals_and_the_pledges_to_learn(seed: tuple[Agenda, dict[str, Any]]) -> None:
    agenda, gold = seed
    found = {(c.kind, tuple(c.spans[0])) for c in agenda.commitments}
    joint = {(c["kind"], tuple(c["span"])) for c in gold["commitments"] if c["kind"] == "joint_proposal"}
    assert len(joint) == 10
    assert joint <= found
    assert sum(c.kind == "learning_intent" for c in agenda.commitments) >= 4
    topics = next(f for f in agenda.facts if f.kind == "learning_topics")
    assert len(topics.topics) == 8


def test_every_record_says_where_it_stands(seed: tuple[Agenda, dict[str, Any]]) -> None:
    agenda, _ = seed
    rows = agenda.to_dict()
    for record in agenda.records():
        assert record.rule
        assert all(0 <= s.start < s.end <= len(agenda.text) for s in record.spans)
    for row in rows["participants"]:
        assert set(row["quotes"]) == {row["name"]}
    for row in rows["commitments"] + rows["statements"]:
        assert row["quotes"] == [row["text"]]


def test_fifty_thousand_characters_a_second(seed: tuple[Agenda, dict[str, Any]]) -> None:
    agenda, _ = seed
    took = []
    for _ in range(9):
        began = time.process_time()
        read_text(agenda.text)
        took.append(time.process_time() - began)
    assert len(agenda.text) / min(took) > 50_000
