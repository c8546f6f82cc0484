"""`yijiang learn` as a user meets it: the text, the folder, pledges and their effect, parks, the page, the plan."""

from __future__ import annotations

import json
import re
import runpy
import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest

import yijiang as yj
from yijiang.base import Base
from yijiang.cli import _with_projects as with_projects
from yijiang.cli import main
from yijiang.cli.learn import with_learning
from yijiang.learning import learn
from yijiang.messages import LANGUAGES
from yijiang.report import render as render_plan
from yijiang.report.learning import render, summary, write_html
from yijiang.report.learning.words import amount
from yijiang.scenario import unsized
from yijiang.valuechain import positions

browser = runpy.run_path(str(Path(__file__).with_name("test_report_browser.py")))

sample_document = runpy.run_path(str(Path(__file__).with_name("sample_document.py")))["sample_document"]


@pytest.fixture(scope="module")
def document() -> dict[str, object]:
    tiny = yj.case("tiny")
    return learn(tiny, ("Upper", "Middle"), positions=positions(tiny)).document


def test_it_prints_both_languages_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["learn", "Upper", "中游", "--belt", "tiny"]) == 0
    out = capsys.readouterr().out
    assert "What Upper and Middle can learn from each other" in out
    assert "Middle bought 1.2 bn yuan, 800 million yuan less than it sold." in out
    assert "中游可向上游学什么" in out
    assert "Not estimated: 3 regions are too few for 1 inputs and 2 outputs" in out
    assert list(tmp_path.iterdir()) == []


def test_the_folder_it_writes_can_be_planned_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "found"
    assert main(["learn", "Upper", "Middle", "--belt", "tiny", "--out", str(out), "--lang", "en"]) == 0
    capsys.readouterr()
    names = {str(f.relative_to(out)) for f in out.rglob("*") if f.is_file()}
    assert {"learn.html", "learn.json", "tables/profile.csv", "tables/profile.parquet"} <= names
    assert {f"projects/{t}.csv" for t in ("projects", "members", "payers", "levers", "sources")} <= names
    # What `plan --projects` does with the folder: one clean belt, planned with the sized, told of the others.
    joined = with_projects(yj.case("tiny"), out / "projects")
    assert set(unsized(joined)) == {"learn_small_works_middle", "learn_contract_fair_upper"}
    base = Base(joined)
    assert {"learn_research_upper", "machine_tools"} <= set(base.projects)
    assert base.projects["learn_research_upper"].annual_cost > 0
    assert base.projects["learn_research_upper"].payers == {"Upper": 1.0}


def test_a_plan_of_two_has_the_lessons_as_a_section(document: dict[str, object]) -> None:
    tiny = yj.case("tiny")
    two = SimpleNamespace(regions=("Upper", "Middle"), base=SimpleNamespace(belt=tiny), seed=0)
    joined = with_learning({"regions": ["Upper", "Middle"]}, two, lambda text: None)  # type: ignore[arg-type]
    assert joined["learning"]["lessons"] == json.loads(json.dumps(document["lessons"]))
    three = SimpleNamespace(regions=("Upper", "Middle", "Lower"), base=two.base, seed=0)
    assert with_learning({}, three, lambda text: None) == {}  # type: ignore[arg-type]
    page = render_plan({**sample_document(), "learning": document})
    assert '<h2 id="learning">' in page
    assert "yijiang learn Upper Middle --belt tiny" in page
    assert '<h2 id="learning">' not in render_plan(sample_document())


def test_from_gap_to_pledge_to_measured_effect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    sides = ["--sides", "Upper", "--sides", "Middle"]
    assert main(["ledger", "init", "two.db", "--side", "Upper", *sides, "--title", "t"]) == 0
    words = ["learn", "pledge", "two.db", "Upper", "Middle", "--belt", "tiny", "--indicator", "tech_sold"]
    assert main([*words, "--target", "15", "--by", "2020"]) == 0
    assert main([*words, "--target", "15", "--by", "2020"]) == 0
    out = capsys.readouterr().out
    assert "Upper pledges to learn from Middle: Technology contracts sold from 9 (2017) to 15" in out
    assert "上游承诺向中游学习：技术合同输出成交额由9（2017年）到2020年达到15亿元" in out
    assert "the ledger holds this pledge already: learn-Upper-tech_sold" in out
    assert main(["learn", "effect", "two.db", "--belt", "tiny", "--lang", "en"]) == 0
    assert "no later figure yet" in capsys.readouterr().out
    figure = "indicator=learn-Upper-tech_sold-figure"
    assert main(["ledger", "add", "two.db", "actual", figure, "value=12", "on=2019-12"]) == 0
    capsys.readouterr()
    assert main(["learn", "effect", "two.db", "learn-Upper-tech_sold", "--belt", "tiny", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["share"] == pytest.approx(0.5)
    assert row["effect"]["change"] == pytest.approx(12 / 9 - 1)
    assert row["effect"]["limits"] == ["no_peers", "one_region"]
    assert main([*words[:-1], "treated", "--close", "0.5", "--by", "2020"]) == 2
    assert "Upper is not behind in it" in capsys.readouterr().err
    assert main([*words[:3], "Lower", "Upper", *words[5:-1], "dwell", "--close", "0.5", "--by", "2020"]) == 2


def test_parks_of_a_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["learn", "sheet", "parks.csv"]) == 0
    assert main(["learn", "sheet", "parks.csv"]) == 2
    capsys.readouterr()
    assert main(["learn", "park", "parks.csv", "park_a", "乙园区", "--out", "p", "--lang", "zh"]) == 0
    assert "甲园区可向乙园区学什么" in capsys.readouterr().out
    assert sorted(f.name for f in (tmp_path / "p").iterdir()) == ["learn.html", "learn.json", "tables"]
    (tmp_path / "gb.csv").write_bytes((tmp_path / "parks.csv").read_text(encoding="utf-8").encode("gb18030"))
    assert main(["learn", "park", "gb.csv", "park_a", "乙园区", "--topic", "人才"]) == 0
    (tmp_path / "bad.csv").write_text("park\n", encoding="utf-8")
    assert main(["learn", "park", "bad.csv", "a", "b"]) == 2
    assert "missing column" in capsys.readouterr().err


def test_what_was_said_of_learning_stands_beside_the_topics(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.txt"
    report.write_text(
        "湖北江苏交通合作座谈会举行\n来源:湖北日报 2024-03-12\n湖北日报讯 3月11日,"
        "湖北省交通运输厅厅长陈明远率湖北省代表团在江苏省考察。代表团参观了阳逻港。\n陈明远说,江苏县域经济、制造业走在前列,我们要认真学习借鉴。"
        "要深化交通运输合作,共同打造长江综合交通运输体系。\n",
        encoding="utf-8",
    )
    out = tmp_path / "o"
    assert main(["learn", "Hubei", "Jiangsu", "--draws", "0", "--agenda", str(report), "--out", str(out)]) == 0
    assert "学习借鉴" in capsys.readouterr().out
    (intent,) = json.loads((out / "learn.json").read_text(encoding="utf-8"))["said"]["intents"]
    assert "学习借鉴" in intent["quote"]
    assert intent["topics"] == ["county_economy", "manufacturing"]
    assert "What was said of learning, in report.txt" in (out / "learn.html").read_text(encoding="utf-8")
    empty = tmp_path / "empty.txt"
    empty.write_text("无内容\n", encoding="utf-8")
    assert main(["learn", "Upper", "Middle", "--belt", "tiny", "--agenda", str(empty)]) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["Upper"], "two regions learn from each other"),
        (["Upper", "上游"], "two different regions"),
        (["Upper", "Middel"], "near matches: Middle"),
        (["Upper", "Middle", "--topic", "tecnology"], "near matches: technology"),
        (["Upper", "Middle", "--inputs", "rd_share"], "needs both inputs and outputs"),
        (["Upper", "Middle", "--inputs", "rd_share", "--outputs", "treated"], "3 regions are too few"),
        (["Upper", "Middle", "--top", "0"], "--top must be 1 or more"),
    ],
)
def test_bad_words_are_refused_with_what_would_do(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["learn", *words, "--belt", "tiny"]) == 2
    assert told in capsys.readouterr().err


def test_the_page_is_the_same_bytes_and_asks_for_nothing(document: dict[str, object]) -> None:
    page = render(document)
    assert page == render(json.loads(json.dumps(document)))
    assert not re.findall(r"(?:src|href)=[\"'](?!#)", page)
    assert page.count("<section") == 11
    assert "{" not in re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)
    for lang in LANGUAGES:
        assert summary(document, lang).startswith("What" if lang == "en" else "上游")
    assert "no figure found" in page
    assert "未找到数据" in page
    assert "ranked" in render(document, "en")


def test_no_message_is_left_in_the_other_language(document: dict[str, object]) -> None:
    english = re.sub(r"<[^>]+>", "", re.sub(r"<(style|script)>.*?</\1>", "", render(document, "en"), flags=re.S))
    assert not re.findall(r"[\u4e00-\u9fff]", english)


def test_figures_carry_their_unit() -> None:
    assert amount(4771.17, "100 million CNY")["zh"] == "4,770亿元"
    assert amount(358.157, "10 000 CNY")["en"] == "3.58 million yuan"
    assert amount(None, "%")["en"] == "no figure found"


@pytest.mark.browser
def test_the_page_opens_by_itself_in_two_languages(document: dict[str, object], tmp_path: Path) -> None:
    dom = browser["shown_page"](write_html(document, tmp_path / "learn.html"), tmp_path / "profile")
    page = browser["Page"]()
    page.feed(dom)
    assert page.resources == []
    assert page.switches == ["en", "zh"]
    text = " ".join(page.text)
    assert "What Upper may learn from Middle" in text
    assert "中游可向上游学什么" in text


def test_the_commands_of_the_page_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (Path(__file__).resolve().parents[1] / "docs" / "learning.md").read_text(encoding="utf-8")
    block = re.search(r"```sh\n(.*?)```", text, re.S)
    assert block is not None
    monkeypatch.chdir(tmp_path)
    for line in block[1].splitlines():
        assert main(shlex.split(line)[1:]) == 0, line
    assert "100% of the way" not in capsys.readouterr().out
    assert (tmp_path / "found" / "learn.html").is_file()
