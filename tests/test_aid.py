"""`yijiang aid` as a user meets it: the chain in two ledgers, depots, dispatch around what is closed, faults."""

from __future__ import annotations

import json
import re
import shlex
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import yijiang as yj
from yijiang.aid import cheapest_flow, document, history, preposition
from yijiang.cli import main
from yijiang.errors import DataError, OptionError
from yijiang.journeys import journeys
from yijiang.report.aid import render
from yijiang.siting import maximal_covering

DOCS = Path(__file__).resolve().parents[1] / "docs"
BLOCK = re.compile(r"```(sh|python)\n(.*?)```", re.DOTALL)
CASE = cache(yj.case)


@pytest.fixture(autouse=True)
def cases_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yijiang.belt.case", CASE)


def run(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert main([*map(str, words)]) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def fails(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert main([*map(str, words)]) == 2
    return capsys.readouterr().err


def test_flow_by_hand_and_what_stays_open() -> None:
    tail, head = np.array([0, 1]), np.array([1, 2])
    found = cheapest_flow(tail, head, np.array([2.0, 3.0]), np.array([4.0, 0.0, -6.0]))
    assert (found.cost, found.unmet.tolist()) == (20.0, [0.0, 0.0, 2.0])
    cut = cheapest_flow(tail[:1], head[:1], np.array([2.0]), np.array([4.0, 0.0, -6.0]))
    assert (cut.cost, cut.unmet[2], cut.spare[0]) == (0.0, 6.0, 4.0)
    with pytest.raises(DataError, match="negative or missing"):
        cheapest_flow(tail, head, np.array([-1.0, np.nan]), np.zeros(3))


def test_covering_by_hand_and_impossible_counts() -> None:
    hours = np.array([[0.0, 5.0, 9.0], [5.0, 0.0, 5.0], [9.0, 5.0, 0.0]])
    weight = np.array([1.0, 1.0, 3.0])
    # Two places reach everybody within 9 h; the one in the middle is nearest to all.
    assert maximal_covering(hours, weight, p=1, radius=9.0).open == ("2",)
    assert maximal_covering(hours, weight, p=1, radius=5.0).open == ("1",)
    assert maximal_covering(hours, weight, p=1, radius=1.0).open == ("2",)
    assert maximal_covering(hours, weight, p=2, radius=1.0, sides=["a", "a", "b"], per_side=1).objective == 4.0
    belt = CASE("yangtze2017")
    with pytest.raises(OptionError, match="from 2"):
        preposition(belt, ["Hubei", "Jiangsu"], journeys(belt).hours, 1, 8.0)


def test_depots_of_hubei_and_jiangsu() -> None:
    belt = CASE("yangtze2017")
    found = preposition(belt, ["Hubei", "江苏"], journeys(belt).hours, 2, 8.0)
    assert set(found.depots["region"]) == {"Hubei", "Jiangsu"}
    assert found.gap == 0.0
    assert found.curve["share"].is_monotonic_increasing
    assert found.reached.set_index("region")["in_time"]["Hubei"]
    projects = found.projects["projects"]
    assert projects["capital_cost"].isna().all()
    assert (projects["unsized_en"] != "").all()
    # With every way to Yunnan closed it is cut off, and the page says so.
    shut = journeys(belt, ["kunming"])
    cut = preposition(belt, ["Hubei", "Jiangsu"], shut.hours, 2, 8.0)
    assert ("Yunnan", np.inf) in cut.out_of_reach
    page = render(document(belt, regions=["Hubei"], closed=["kunming"], depots=cut))
    assert "Yunnan (no open way)" in page
    assert "云南（没有可通行的路线）" in page
    with pytest.raises(OptionError, match="from 2"):
        preposition(belt, ["Hubei", "Jiangsu"], shut.hours, 1, 8.0)


def test_the_past_holds_only_what_the_report_states() -> None:
    rows = {row["record"]: row for row in history(CASE("yangtze2017"))}
    teams = rows["medical_team_2020"]
    assert (teams["giver"], teams["receiver"], teams["source"]) == ("Jiangsu", "Hubei", "agreement_report")
    stated = {stage for stage, entry in teams["stages"].items() if entry}
    assert stated == {"dispatch", "settlement"}
    assert all(entry["amount"] is None for row in rows.values() for entry in row["stages"].values() if entry)
    page = render(document(CASE("yangtze2017")), "en")
    assert "largest number of medical staff" in page
    assert page.count("not stated") == 8


def test_dispatch_goes_around_what_is_closed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needs, offers = tmp_path / "needs.csv", tmp_path / "offers.csv"
    needs.write_text("need,place,good,amount\nn1,中游,boats,12\nn2,bend,tents,4\nn3,Lower,masks,1\n", encoding="utf-8")
    offers.write_text(
        "offer,place,good,amount\no1,Upper,boats,10\no2,Lower,boats,1\no3,Upper,tents,9\n", encoding="utf-8"
    )
    words = ["aid", "dispatch", "--belt", "tiny", "--needs", needs, "--offers", offers]
    free = json.loads(run(capsys, *words, "--json"))["dispatch"]
    hours = {row["offer"]: row["hours"] for row in free["deliveries"]}
    assert {row["need"]: row["why"] for row in free["needs"]} == {"n1": "used_up", "n2": "", "n3": "no_offer"}
    closed = json.loads(run(capsys, *words, "--close", "rail1", "--json"))["dispatch"]
    assert {row["offer"]: row["hours"] for row in closed["deliveries"]}["o1"] > hours["o1"]
    assert "rail" not in next(row["modes"] for row in closed["deliveries"] if row["offer"] == "o1")
    text = run(capsys, *words, "--close", "rail1", "--close", "road2", "--close", "江门船闸", "--out", tmp_path / "o")
    assert "n2: 4 stay open, no open way leads there from any offer" in text
    assert "任何供给都没有可通行的路线到达" in text
    page = (tmp_path / "o" / "aid.html").read_text(encoding="utf-8")
    assert "Gate Lock" in page
    split = json.loads(run(capsys, *words, "--limit", "rail1=6", "--json"))["dispatch"]
    assert sum(row["amount"] for row in split["deliveries"] if row["offer"] == "o1" and "rail" in row["modes"]) == 6
    assert split["gap"] < 1e-9
    assert split["balance"] < 1e-9


def test_bad_tables_are_refused_with_every_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needs, offers = tmp_path / "needs.csv", tmp_path / "offers.csv"
    needs.write_text("need,place,good,amount\nn1,Atlantis,boats,12\nn2,Upper,,x\n", encoding="utf-8")
    offers.write_text("offer,place,good\no1,Upper,boats\n", encoding="utf-8")
    words = ["aid", "dispatch", "--belt", "tiny", "--needs", needs, "--offers", offers]
    said = fails(capsys, *words)
    assert "3 findings" in said
    assert "Atlantis" in said
    needs.write_text("need,place,good,amount\nn1,Upper,boats,1\n", encoding="utf-8")
    assert "offers, line 1, amount" in fails(capsys, *words)
    offers.write_text("offer,place,good,amount\no1,Upper,boats,1\no1,Upper,boats,2\n", encoding="utf-8")
    assert "stands twice" in fails(capsys, *words)
    assert "there is no such file" in fails(capsys, *words[:-1], tmp_path / "none.csv")
    assert "name a ledger, or both" in fails(capsys, "aid", "dispatch", "--needs", needs)
    assert "link=units" in fails(capsys, *words, "--limit", "rail1")


def test_the_chain_needs_the_other_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b, letter = (tmp_path / name for name in ("a.db", "b.db", "a.jsonl"))
    run(capsys, "ledger", "init", a, "--side", "Lower", "--sides", "Upper", "--sides", "Lower", "--title", "aid")
    ask = [
        "aid",
        "request",
        a,
        "r1",
        "--good",
        "boats",
        "--amount",
        40,
        "--unit",
        "boats",
        "--at",
        "下游",
        "--belt",
        "tiny",
    ]
    assert "下游" not in run(capsys, *ask)
    assert "is taken" in fails(capsys, *ask)
    give = ["--good", "boats", "--amount", 30, "--at", "upper"]
    assert "other side" in fails(capsys, "aid", "offer", a, "o1", *give)
    run(capsys, "ledger", "export", a, letter)
    run(capsys, "ledger", "join", b, letter, "--side", "Upper")
    assert "goods asked for: boats" in fails(
        capsys, "aid", "offer", b, "o1", "--good", "tents", "--amount", 1, "--at", "upper"
    )
    run(capsys, "aid", "offer", b, "o1", "r1", *give)
    assert "comes after its dispatch" in fails(capsys, "aid", "arrive", b, "o1")
    run(capsys, "aid", "dispatch", b, "--belt", "tiny", "--record", "--on", "2026-06-01", "--lang", "en")
    run(capsys, "ledger", "merge", a, b)
    assert "30 offered" in fails(capsys, "aid", "arrive", a, "o1", "--amount", 31)
    run(capsys, "aid", "arrive", a, "o1", "--amount", 28, "--on", "2026-06-02")
    state = json.loads(run(capsys, "aid", "status", a, "--belt", "tiny", "--json"))["ledger"]
    assert (state["balance"][0]["arrived"], state["balance"][0]["confirmed"]) == (28.0, 0.0)
    assert state["chains"][0]["open"] == 10.0
    run(capsys, "ledger", "merge", b, a)
    run(capsys, "ledger", "accept", b, "o1.arrival.evidence")
    run(capsys, "aid", "return", b, "o1")
    assert "needs a --cost or --thanks" in fails(capsys, "aid", "settle", b, "o1")
    run(capsys, "aid", "settle", b, "o1", "--cost", 1.5, "--thanks", "谢谢")
    assert "on record already" in fails(capsys, "aid", "settle", b, "o1", "--cost", 1.5)
    state = json.loads(run(capsys, "aid", "status", b, "--belt", "tiny", "--json"))["ledger"]
    row = state["balance"][0]
    assert (row["giver"], row["receiver"], row["confirmed"], row["cost"]) == ("Upper", "Lower", 28.0, 1.5)
    assert state["chains"][0]["substantive"]
    assert "no fault" in run(capsys, "ledger", "verify", b)


@pytest.mark.parametrize("page", ["aid", "culture"])
def test_every_command_of_the_docs_runs(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for kind, block in BLOCK.findall((DOCS / f"{page}.md").read_text(encoding="utf-8")):
        if kind == "python":
            exec(compile(block, page, "exec"), {})
            continue
        for line in block.strip().splitlines():
            words = shlex.split(line)
            if words[0] == "printf":
                Path(words[-1]).write_text(words[1].replace("\\n", "\n"), encoding="utf-8")
            elif words[1] != "plan":  # a plan of the large case takes half a minute; the test of `route` runs one
                run(capsys, *words[1:])


def test_every_verb_has_an_example_that_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("request", "offer", "dispatch", "arrive", "return", "settle", "preposition", "status", "history"):
        assert main(["aid", verb, "--help"]) == 0
        assert f"yijiang aid {verb}" in capsys.readouterr().out
