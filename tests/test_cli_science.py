"""`yijiang match` and `yijiang facility` as a user meets them: pages, the ledger, a plan with what was matched."""

from __future__ import annotations

import json
import re
import runpy
from datetime import date
from pathlib import Path

import pytest

import yijiang as yj
from yijiang.belt.candidates import below_own
from yijiang.cli import _with_projects, main
from yijiang.cli.ledger.sharing import facility_items, match_items
from yijiang.errors import DataError, YijiangError
from yijiang.ledger import Ledger
from yijiang.messages import LANGUAGES
from yijiang.report.science import render_facility, render_match
from yijiang.science import match
from yijiang.science.matching.document import document as told
from yijiang.science.projects import candidates

browser = runpy.run_path(str(Path(__file__).with_name("test_report_browser.py")))


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    status = main([str(word) for word in words])
    shown = capsys.readouterr()
    return status, shown.out, shown.err


@pytest.fixture(scope="module")
def document() -> dict[str, object]:
    belt = yj.case("tiny")
    found = match(belt.table("offers"), belt.table("needs"), interests=belt.table("interests"), day=date(2024, 1, 1))
    return told(found, date(2024, 1, 1), belt, candidates(found, belt))


def test_match_prints_reasons_and_rivals_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "match", "--belt", "tiny", "--day", "2024-01-01")
    assert status == 0
    assert "1. 高功率激光焊接工艺 → Laser welding of ship plates [technology]" in out
    assert "both speak of laser, welding, ship" in out
    assert "next for the need: Hybrid laser and arc welding of thick plates" in out
    assert "双方都提到：激光、焊接、船舶" in out
    assert "供给方的下一位：焊接机器人，能自动识别焊缝" in out
    assert "8 matched; left over: 1 of the offers, 2 of the needs." in out


def test_match_writes_a_folder_that_can_be_planned_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "found"
    status, _, _ = run(capsys, "match", "Upper", "Middle", "--belt", "tiny", "--rule", "needs", "--out", out)
    assert status == 0
    names = {str(f.relative_to(out)) for f in out.rglob("*") if f.is_file()}
    assert {"match.html", "match.json", "tables/matches.csv", "tables/offers.parquet", "projects/levers.csv"} <= names
    content = json.loads((out / "match.json").read_text(encoding="utf-8"))
    sized = [row for row in content["projects"] if not row["unsized_en"]]
    assert {row["project"] for row in sized} >= {"match_arc_welding", "match_robot_seams"}
    # The smaller of the two sums stated, 11 asked and 15 at hand.
    assert next(r for r in content["levers"] if r["project"] == "match_arc_welding")["amount"] == 11
    chosen = yj.case("tiny")
    weighed = _with_projects(chosen, out / "projects")
    assert set(chosen.projects) < set(weighed.projects)
    outcome = yj.evaluate(weighed, projects=["match_arc_welding"])
    assert float(outcome.real_income["Middle"]) > 1
    # What no rule sizes is listed, and refused by name.
    with pytest.raises(YijiangError, match="No rule turns hours"):
        yj.evaluate(weighed, projects=["match_flume_time_lock_model"])


def test_match_takes_two_tables_moves_and_interests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    belt = yj.case("tiny")
    files = [tmp_path / "offers.csv", tmp_path / "needs.csv"]
    belt.table("offers").to_csv(files[0], index=False)
    belt.table("needs").to_csv(files[1], index=False)
    options = ("--move", "press:reviewed", "--interest", "robot:seams:offer", "--rule", "offers", "--near", "--belt",
               "tiny", "--json")  # fmt: skip
    status, out, err = run(capsys, "match", *files, *options)
    assert status == 0, err
    content = json.loads(out)
    assert ("robot", "seams") in {(row["offer"]["id"], row["need"]["id"]) for row in content["matches"]}
    assert content["blocking"] == 0
    assert any(row["parts"]["near"] > 0 for row in content["matches"])
    status, out, _ = run(capsys, "match", *files, "--lang", "en")
    assert status == 0
    assert "No candidate" not in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("match", "Nowhere", "--belt", "tiny"), "near matches"),
        (("match", "offers.csv"), "two tables"),
        (("match", "no.csv", "none.csv"), "there is no such file"),
        (("match", "--belt", "danube2011"), "no offers and no needs"),
        (("match", "--belt", "tiny", "--day", "soon"), "YYYY-MM-DD"),
        (("match", "--belt", "tiny", "--move", "press"), "new state"),
        (("match", "--belt", "tiny", "--move", "press:published"), "reviewed first"),
        (("match", "--belt", "tiny", "--interest", "robot:none:need"), "unknown need"),
        (("match", "--belt", "tiny", "--top", "0"), "1 or more"),
        (("facility", "list", "--belt", "danube2011", "--bookings", "none.db"), "there are no bookings"),
        (("facility", "check", "flume", "--belt", "tiny", "--region", "Uper"), "near matches"),
        (("facility", "check", "flume", "--belt", "tiny", "--region", "Upper", "--start", "noon"), "must be a time"),
        (("facility", "siting", "Upper", "--belt", "tiny"), "needs --p"),
        (("facility", "siting", "--belt", "tiny", "--model", "covering", "--p", "1"), "needs --radius"),
        (("facility", "siting", "--belt", "tiny", "--p", "1", "--per-side", "1"), "take p = 3 or more"),
        (("facility", "siting", "--belt", "tiny", "--model", "fewest", "--radius", "0.1"), "take a radius of"),
    ],
)
def test_faults_end_in_words(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, *words)
    assert status in (2, 3)
    assert out == ""
    assert said in err


def test_a_facility_is_booked_approved_and_recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place, belt = tmp_path / "b.db", ("--belt", "tiny")
    who = ("--person", "Ms Li", "--region", "Upper", "--start", "2031-03-03T09:00", "--hours", "2")
    status, out, err = run(capsys, "facility", "book", place, "flume", *belt, *who)
    assert status == 0, err
    assert "已申请，机位保留" in out
    id_ = out.split(":")[0]
    status, out, err = run(capsys, "facility", "book", place, "flume", *belt, *who)
    assert status == 3
    assert "free: 2031-03-03 11:00" in err
    status, out, _ = run(capsys, "facility", "check", "flume", "archive", *belt, "--region", "Upper", "--lang", "en")
    assert status == 0
    assert out.startswith("No. River archive states no seats")
    status, out, _ = run(
        capsys, "facility", "check", "flume", *belt, "--bookings", place, "--region", "Upper", "--start",
        "2031-03-03T10:00", "--hours", "1", "--lang", "zh",
    )  # fmt: skip
    assert "下一空闲时段：2031-03-03 11:00至12:00" in out
    assert run(capsys, "facility", "approve", place, id_, *belt)[0] == 0
    status, out, _ = run(capsys, "facility", "calendar", place, "flume", *belt, "--out", tmp_path / "f.ics")
    assert (tmp_path / "f.ics").read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    listed = ("facility", "list", *belt, "--bookings", place, "--origin", "Upper", "--out", tmp_path / "f")
    status, out, err = run(capsys, *listed)
    assert status == 0, err
    assert "Upper: 2 h, 100% of what was given; kept 40%" in out
    content = json.loads((tmp_path / "f" / "facility.json").read_text(encoding="utf-8"))
    assert [kind for kind, _ in facility_items(content)] == ["project", "indicator"]
    with pytest.raises(DataError, match="no booking of a user of another region"):
        facility_items({**content, "bookings": []})
    page = render_facility(content)
    assert page == render_facility(content)
    assert "{{" not in page
    status, out, _ = run(capsys, "facility", "release", place, id_, *belt, "--lang", "en")
    assert "given back" in out


def test_the_ledger_takes_matches_with_their_stages(
    document: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, place = tmp_path / "match.json", tmp_path / "two.db"
    file.write_text(json.dumps(document), encoding="utf-8")
    sides = ("--side", "Middle", "--sides", "Middle", "--sides", "Lower", "--title", "t")
    assert run(capsys, "ledger", "init", place, *sides)[0] == 0
    assert run(capsys, "ledger", "import", place, file)[0] == 0
    _, out, _ = run(capsys, "ledger", "import", place, file)
    assert "0 added" in out
    with Ledger.open(place) as ledger:
        state = ledger.state().to_dict()
    rows = {row["id"]: row for row in state["indicators"]}
    assert (rows["match-laser-welding-stage"]["baseline"], rows["match-laser-welding-stage"]["target"]) == (1.0, 5.0)
    assert rows["match-laser-welding-value"]["target"] == 12
    assert [m["id"] for m in state["milestones"]][:4] == [
        f"match-laser-welding-{stage}" for stage in ("talks", "contract", "pilot", "production")
    ]
    with pytest.raises(DataError, match="there is no match"):
        match_items({"matches": []})


def test_totals_of_a_region_are_ceilings_and_stay_blank() -> None:
    belt = yj.case("yangtze2017")
    found = match(belt.table("offers"), belt.table("needs"), day=date(2024, 1, 1), rule="needs")
    # Hubei sold technology worth far more than it bought in 2023, Jiangsu the other way round.
    technology = found.table[found.table["kind"] == "technology"]
    assert "Hubei" in set(technology["from"])
    assert "Jiangsu" in set(technology["to"])
    projects = candidates(found, belt)
    assert (projects["projects"]["unsized_en"] != "").all()
    assert projects["projects"]["capital_cost"].isna().all()
    tables = below_own(belt, projects)
    belt.with_tables(**tables).require_clean()
    assert set(belt.table("offers")["status"]) == {"aggregated"}


def test_siting_is_told_with_what_it_assumes(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "facility", "siting", "Hubei", "江苏", "--p", "2", "--per-side", "1")
    assert status == 0, err
    assert "Sites: Wuhan (Hubei), Nanjing (Jiangsu)" in out
    assert "the speeds of its table travel (assumed)" in out
    assert "没有规则可定，留空" in out
    status, out, _ = run(
        capsys, "facility", "siting", "--model", "covering", "--p", "3", "--radius", "4", "--json", "--method",
        "heuristic",
    )  # fmt: skip
    content = json.loads(out)
    assert content["bound"] >= content["objective"]


def test_the_page_is_whole_and_the_same_every_time(document: dict[str, object]) -> None:
    page = render_match(document)
    assert page == render_match(document)
    assert page.count("<section") == page.count("</section>")
    assert "{{" not in page
    assert not re.search(r"\bnan\b", page, re.IGNORECASE)
    assert "<script" not in render_match(document, lang="zh")


@pytest.mark.browser
def test_the_page_opens_by_itself_in_two_languages(document: dict[str, object], tmp_path: Path) -> None:
    file = tmp_path / "match.html"
    file.write_text(render_match(document), encoding="utf-8")
    page = browser["Page"]()
    page.feed(browser["shown_page"](file, tmp_path / "profile"))
    assert page.resources == []
    assert page.switches == ["en", "zh"]
    words = "".join(page.text)
    title = {"en": "8 matches of 9 offers with 10 needs", "zh": "9项供给与10项需求的8个对接"}
    assert all(title[lang] in words for lang in LANGUAGES)


@pytest.mark.parametrize("verb", ["list", "check", "book", "release", "approve", "calendar", "siting"])
def test_every_verb_shows_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["facility", verb, "--help"])
    assert "Example: yijiang facility" in capsys.readouterr().out
