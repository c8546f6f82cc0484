"""`yijiang ledger`: two sides take a report from what was said to what is verified."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yijiang.cli import main

REPORT = "湖北省领导王忠林参加座谈会。王忠林说，深化湖北和江苏两省产业合作，共同打造长江综合交通运输体系。"


def run(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert main(["ledger", *map(str, words)]) == 0
    return capsys.readouterr().out


def test_two_sides_reach_a_verified_outcome(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b, letter = (tmp_path / name for name in ("a.db", "b.db", "a.jsonl"))
    run(capsys, "init", a, "--side", "Hubei", "--sides", "Hubei", "--sides", "Jiangsu", "--title", "两省")
    both = 'sides=["Hubei","Jiangsu"]'
    assert run(capsys, "add", a, "commitment", "id=c1", "text=共建航运", both).strip() == "c1"
    run(capsys, "add", a, "project", "id=p1", "title=航道", "commitments=c1")
    run(capsys, "add", a, "milestone", "id=m1", "project=p1", "title=通航", "due=2022-06")
    run(capsys, "add", a, "owner", "of=c1", "organisation=厅")
    assert "proposed" in run(capsys, "sign", a, "c1", "agreed")
    run(capsys, "export", a, letter)
    run(capsys, "join", b, letter, "--side", "Jiangsu")
    run(capsys, "add", b, "owner", "of=c1", "organisation=局")
    assert "proposed" not in run(capsys, "sign", b, "c1", "agreed")
    run(capsys, "add", a, "status", "of=m1", "status=delivered")
    proof = run(capsys, "evidence", a, "m1", "--url", "https://example.org/x", "--note", "通航").strip()
    run(capsys, "merge", b, a)
    run(capsys, "accept", b, proof)
    for place in (a, b):
        run(capsys, "sign", place, "m1", "verified")
    run(capsys, "merge", a, b)
    state = json.loads(run(capsys, "status", a, "--json"))
    assert state["milestones"][0]["status"] == "verified"
    assert state["commitments"][0]["substantive"]
    assert "no fault" in run(capsys, "verify", a)
    page = tmp_path / "s.html"
    run(capsys, "status", a, "--out", page)
    assert "共建航运" in page.read_text(encoding="utf-8")


def test_a_report_enters_once_and_only_as_proposed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place, report = tmp_path / "a.db", tmp_path / "r.txt"
    report.write_text(REPORT, encoding="utf-8")
    run(capsys, "init", place, "--side", "湖北", "--sides", "湖北", "--sides", "江苏", "--title", "两省")
    assert ", 0 held already" in run(capsys, "import", place, report).replace("added", "added")
    assert run(capsys, "import", place, report).startswith("0 added")
    rows = json.loads(run(capsys, "status", place, "--json"))["commitments"]
    assert rows
    assert {row["status"] for row in rows} == {"proposed"}


def test_bad_words_are_refused_and_leave_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "a.db"
    assert main(["ledger", "init", str(place), "--side", "X", "--sides", "Y", "--title", "t"]) == 2
    assert not list(tmp_path.iterdir())
    assert main(["ledger", "status", str(place)]) == 2
    assert "a.db" in capsys.readouterr().err
