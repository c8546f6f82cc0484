"""Twelve invented reports in varied forms against their annotation; see tests/agenda_reports/README.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from yijiang.agenda import Agenda, read_report

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


@pytest.mark.parametrize("name", NAMES)
def test_only_what_was_decided_or_signed_is_firm(name: str) -> None:
    agenda, gold = read(name)
    if not any(c["strength"] != "spoken" for c in gold["commitments"]):
        assert not any(c.firm for c in agenda.commitments)
    else:
        assert any(c.firm for c in agenda.commitments)
