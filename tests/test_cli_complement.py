"""`yijiang complement` as a user meets it, its page, and its section in the report of a plan."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import pytest

import yijiang as yj
from yijiang.cli import main
from yijiang.complement import between
from yijiang.messages import LANGUAGES
from yijiang.report.complement import render, summary, write_html

command = runpy.run_path(str(Path(__file__).with_name("test_cli.py")))
yijiang, here = command["yijiang"], command["here"]
browser = runpy.run_path(str(Path(__file__).with_name("test_report_browser.py")))


@pytest.fixture(scope="module")
def document() -> dict[str, object]:
    return between(yj.case("tiny"), ("Upper", "Middle"), nulls=19).document


def test_it_prints_pairs_in_both_languages_and_writes_nothing(tmp_path: Path) -> None:
    done = yijiang("complement", "Upper", "中游", "--belt", "tiny", "--nulls", 19, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1. Middle → Upper: technology contracts: up to 800 million yuan a year, 67% of the need" in done.stdout
    assert "1. 中游的技术合同 → 上游：每年至多8亿元，占需求的67%" in done.stdout
    assert "Middle sold contracts worth 2 bn yuan and bought 1.2 bn yuan" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_folder_it_writes_can_be_planned_with(tmp_path: Path) -> None:
    out = tmp_path / "found"
    done = here("complement", "Upper", "Middle", "--belt", "tiny", "--nulls", 19, "--out", out, "--lang", "en")
    assert done.returncode == 0, done.stderr
    names = {str(f.relative_to(out)) for f in out.rglob("*") if f.is_file()}
    assert {"complement.html", "complement.json", "tables/pairs.csv", "tables/figures.parquet"} <= names
    assert {f"projects/{t}.csv" for t in ("projects", "members", "payers", "levers", "sources")} <= names
    content = json.loads((out / "complement.json").read_text(encoding="utf-8"))
    assert all(row["rows"] for row in content["pairs"])
    options = (
        "--belt",
        "tiny",
        "--projects",
        out / "projects",
        "--draws",
        2,
        "--out",
        tmp_path / "plan",
        "--lang",
        "en",
    )
    planned = here("plan", "Upper", "Middle", *options)
    assert planned.returncode == 0, planned.stderr
    plan = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    chosen = {p["project"] for p in plan["package"]}
    assert any(name.startswith(("chain_", "market_")) for name in chosen)
    assert plan["complement"]["pairs"][0]["id"] == "technology:Middle.contracts>Upper.contracts"
    page = (tmp_path / "plan" / "plan.html").read_text(encoding="utf-8")
    assert "Where they complement each other" in page
    assert "technology contracts" in page
    assert "left out, no rule sizes it" in page
    blank = {row["project"]: row for row in plan["projects"] if row["annual_cost"] is None}
    assert set(blank) == {row["project"] for row in content["projects"] if row["unsized_en"]}
    assert not any(row["available"] for row in blank.values())
    assert all("没有规则可定其规模" in row["why_not"]["zh"] for row in blank.values())


def test_json_is_the_document() -> None:
    done = here("complement", "Germany", "Romania", "--belt", "danube2011", "--nulls", 9, "--json")
    content = json.loads(done.stdout)
    assert content["money"] == "million USD"
    assert content["channels"]["technology"]["missing"][0]["table"] == "indicators"
    pair = content["pairs"][0]
    assert {"giver", "offer", "taker", "need", "amount", "share", "fit", "status", "sources", "rows"} <= set(pair)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Upper",), "two or more"),
        (("Upper", "Upper"), "two or more different"),
        (("Upper", "Nowhere"), "near matches"),
        (("Upper", "Middle", "--nulls", "0"), "1 or more"),
        (("Upper", "Middle", "--top", "0"), "1 or more"),
    ],
)
def test_bad_usage_ends_with_2(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["complement", *words, "--belt", "tiny"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err


def test_summary_words_money_missing_figures_and_certainty() -> None:
    content = between(yj.case("danube2011"), ("Germany", "Romania"), nulls=9).document
    text = summary(content, "zh")
    assert "亿美元" in text
    assert "缺少表links" in text
    assert "无范围：仅有一套数据" in text
    assert "tech_sold" in summary(content, "en")


def test_the_page_is_whole_and_the_same_every_time(document: dict[str, object]) -> None:
    page = render(document)
    assert page == render(document)
    assert page.count("<section") == page.count("</section>")
    assert "{{" not in page
    assert not re.search(r"\bnan\b", page, re.IGNORECASE)
    assert 'lang="zh-CN"' in page
    assert "<script" not in render(document, lang="zh")


@pytest.mark.browser
def test_the_page_opens_by_itself_in_two_languages(document: dict[str, object], tmp_path: Path) -> None:
    dom = browser["shown_page"](write_html(document, tmp_path / "complement.html"), tmp_path / "profile")
    page = browser["Page"]()
    page.feed(dom)
    assert page.resources == []
    assert page.switches == ["en", "zh"]
    words = "".join(page.text)
    title = {"en": "Where Upper and Middle complement each other", "zh": "上游和中游的互补之处"}
    assert all(title[lang] in words for lang in LANGUAGES)
