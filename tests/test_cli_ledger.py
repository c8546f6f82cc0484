"""`yijiang ledger`: two sides take a report from what was said to what is verified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.iati_rules import broken

from yijiang.cli import main
from yijiang.ledger import Ledger

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


def plan_of(report: Path, gain: float = 100.0) -> dict[str, Any]:
    """A plan document made with a report as its agenda, as `yijiang plan --agenda` writes it."""
    from tests.sample_document import sample_document

    from yijiang.agenda import read_report
    from yijiang.cli.points import with_points

    document = with_points(sample_document(), read_report(report), report.name)
    document["gains"]["Hubei"]["after_transfer"] = gain
    return document


def begun(folder: Path) -> tuple[Path, Path, Path]:
    """Two sides' copies of a ledger with a report in it."""
    a, b, report = folder / "a.db", folder / "b.db", folder / "r.txt"
    report.write_text(REPORT, encoding="utf-8")
    for words in (
        ("init", a, "--side", "湖北", "--sides", "湖北", "--sides", "江苏", "--title", "两省"),
        ("import", a, report),
        ("join", b, a, "--side", "江苏"),
        ("merge", a, b),
    ):
        assert main(["ledger", *map(str, words)]) == 0
    return a, b, report


@pytest.fixture
def pair(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Path, Path, Path]:
    made = begun(tmp_path)
    capsys.readouterr()
    return made


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger that nothing may change."""
    return begun(tmp_path_factory.mktemp("untouched"))[0]


def state_of(capsys: pytest.CaptureFixture[str], place: Path) -> dict[str, Any]:
    return dict(json.loads(run(capsys, "status", place, "--json")))


def test_a_plan_meets_the_points_of_its_report_and_enters_once(
    pair: tuple[Path, Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, _, report = pair
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan_of(report), ensure_ascii=False), encoding="utf-8")
    run(capsys, "import", a, file)
    state = state_of(capsys, a)
    points = {row["id"]: row for row in state["commitments"]}
    document = plan_of(report)
    head = document["agenda"]["digest"][:12]
    ties = {(f"{head}-{p['id']}", project) for p in document["agenda"]["points"] for project in p["chosen"]}
    assert ties
    held = {(c, row["belt_project"]) for row in state["projects"] for c in row["commitments"]}
    assert held == ties
    assert all(points[c]["projects"] for c, _ in ties)
    targets = {row["id"]: row for row in state["indicators"]}
    assert all(row["source"] == "plan" and row["baseline_year"] == 2017 for row in targets.values())
    (gain,) = [row for row in targets.values() if row["id"].endswith("gain-Hubei")]
    assert (gain["baseline"], gain["target"]) == (0.0, 100.0)
    assert gain["title"]["zh"] != gain["title"]["en"]
    assert run(capsys, "import", a, file).startswith("0 added")
    # A plan computed anew speaks of the same projects: its targets are amended, and nothing enters twice.
    file.write_text(json.dumps(plan_of(report, 120.0), ensure_ascii=False), encoding="utf-8")
    assert run(capsys, "import", a, file).splitlines()[-1].startswith("1 added")
    after = state_of(capsys, a)
    assert [len(after[k]) for k in ("projects", "indicators")] == [len(state[k]) for k in ("projects", "indicators")]
    assert next(row for row in after["indicators"] if row["id"] == gain["id"])["target"] == 120.0


def test_a_plan_that_came_before_its_report_is_tied_later(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place, report, file = tmp_path / "a.db", tmp_path / "r.txt", tmp_path / "plan.json"
    report.write_text(REPORT, encoding="utf-8")
    file.write_text(json.dumps(plan_of(report), ensure_ascii=False), encoding="utf-8")
    run(capsys, "init", place, "--side", "湖北", "--sides", "湖北", "--sides", "江苏", "--title", "两省")
    run(capsys, "import", place, file)
    assert not any(row["commitments"] for row in state_of(capsys, place)["projects"])
    run(capsys, "import", place, report)
    run(capsys, "import", place, file)
    tied = [row for row in state_of(capsys, place)["projects"] if row["commitments"]]
    assert tied
    assert run(capsys, "import", place, file).startswith("0 added")


def test_a_planned_target_and_proven_values_make_an_outcome_only_the_other_side_verifies(
    pair: tuple[Path, Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b, report = pair
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan_of(report), ensure_ascii=False), encoding="utf-8")
    run(capsys, "import", a, file)
    (id_,) = [row["id"] for row in state_of(capsys, a)["indicators"] if row["id"].endswith("gain-Hubei")]

    def outcome() -> tuple[Any, Any]:
        (row,) = [row for row in state_of(capsys, a)["indicators"] if row["id"] == id_]
        return tuple(None if row[n] is None else (row[n]["share"], row[n]["reached"]) for n in ("claimed", "verified"))

    proof = run(capsys, "evidence", a, id_, "--kind", "data", "--note", "年报").strip()
    run(capsys, "merge", b, a)
    # An acceptance from before the figure was there says nothing of it.
    run(capsys, "accept", b, proof)
    run(capsys, "add", a, "actual", f"indicator={id_}", "value=50", f"evidence={proof}", "on=2024")
    run(capsys, "accept", a, proof)
    run(capsys, "merge", a, b)
    assert outcome() == ((0.5, False), None)
    run(capsys, "merge", b, a)
    assert f"indicator {id_}" in run(capsys, "accept", b, proof)
    run(capsys, "merge", a, b)
    assert outcome() == ((0.5, False), (0.5, False))
    run(capsys, "add", a, "actual", f"indicator={id_}", "value=101", f"evidence={proof}", "on=2025")
    assert outcome() == ((1.01, True), (0.5, False))
    run(capsys, "merge", b, a)
    run(capsys, "accept", b, proof)
    run(capsys, "merge", a, b)
    assert outcome() == ((1.01, True), (1.01, True))
    assert "confirmed" in run(capsys, "status", a, "--lang", "en")
    run(capsys, "accept", b, proof, "--reject")
    run(capsys, "merge", a, b)
    assert outcome() == ((1.01, True), None)
    # What the reporting side says is no confirmation, and evidence of nothing is none.
    run(capsys, "add", a, "actual", f"indicator={id_}", "value=130", "on=2026")
    assert outcome() == ((1.3, True), None)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("import", "{a}", "missing.txt"), ["missing.txt"]),
        (("import", "{a}", "{bad}"), ["not a whole plan", "plan.json that yijiang plan wrote"]),
        (("add", "{a}", "milestone", "title=", "due=soon", "project=p9"), ["title", "due", "p9"]),
        (("add", "{a}", "milestone", "titel=x"), ["near matches: title"]),
        (("add", "{a}", "milestones", "title=x"), ["milestone"]),
        (("sign", "{a}", "c9", "agreed"), ["c9"]),
        (("evidence", "{a}", "c9"), ["--file"]),
        (("accept", "{a}", "e9"), ["e9"]),
        (("erase", "{a}", "Nobody Known"), ["not in the ledger"]),
        (("remove", "{a}", "ffff"), ["no document"]),
        (("status", "{a}", "--as-of", "soon"), ["YYYY-MM-DD"]),
        (("status", "{a}", "--out", "{folder}"), ["is a folder"]),
        (("verify", "{a}", "--heads", "{bad}"), ["another ledger"]),
        (("merge", "{a}", "missing.jsonl"), ["missing.jsonl"]),
        (("merge", "{a}", "{bad}"), ["no exchange"]),
        (("witness", "{a}", "missing.json"), ["missing.json"]),
        (("export", "{a}", "{out}", "--format", "csv", "--org", "X"), ["--org"]),
        (
            ("export", "{a}", "{out}", "--format", "iati", "--country", "China", "--org-type", "1"),
            ["country", "org_type"],
        ),
        (("export", "{a}", "{folder}", "--format", "iati"), ["is a folder"]),
        (("export", "{a}", "{bad}", "--format", "csv"), ["is a file"]),
        (("join", "{out}", "missing.jsonl", "--side", "江苏"), ["missing.jsonl"]),
        (("join", "{out}", "{a}", "--side", "湖南"), ["湖南"]),
        (("init", "{a}", "--side", "湖北", "--sides", "湖北", "--sides", "江苏", "--title", "t"), ["exists already"]),
        (("init", "{out}", "--side", "湖北", "--sides", "湖北", "--title", "t"), ["two or more sides"]),
    ],
)
def test_bad_input_is_told_with_status_2_and_nothing_is_written(
    untouched: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: list[str]
) -> None:
    a, folder = untouched, untouched.parent
    bad = folder / "bad.json"
    bad.write_text('{"ledger": "x"}\n', encoding="utf-8")
    places = {"a": a, "bad": bad, "folder": folder, "out": folder / "new"}
    with Ledger.open(a) as ledger:
        before = ledger.exchange()
    there = {path.name for path in folder.iterdir()}
    status = main(["ledger", *(word.format(**places) for word in words)])
    said = capsys.readouterr()
    assert status == 2
    for word in told:
        assert word in said.err + said.out, word
    with Ledger.open(a) as ledger:
        assert ledger.exchange() == before
    assert {path.name for path in folder.iterdir()} - {"a.db-wal", "a.db-shm"} == there - {"a.db-wal", "a.db-shm"}


def test_exports_from_the_command_line(
    pair: tuple[Path, Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a = pair[0]
    assert main(["ledger", "export", str(a), str(tmp_path / "i.xml"), "--format", "iati"]) == 0
    assert "--org" in capsys.readouterr().err
    assert broken((tmp_path / "i.xml").read_text(encoding="utf-8")) == []
    run(capsys, "export", a, tmp_path / "t", "--format", "csv", "--as-of", "2026-01-01")
    names = ["actuals", "codes", "commitments", "evidence", "milestones", "outcomes", "projects", "signoffs", "visits"]
    assert sorted(path.stem for path in (tmp_path / "t").iterdir()) == names
    assert "王忠林" in (tmp_path / "t" / "visits.csv").read_text(encoding="utf-8")
    run(capsys, "export", a, tmp_path / "n", "--format", "csv", "--no-names")
    assert "王忠林" not in "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "n").iterdir())
    report = json.loads(run(capsys, "verify", a, "--json"))
    assert report["faults"] == []
