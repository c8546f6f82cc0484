from __future__ import annotations

import copy
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from yijiang.errors import OptionError
from yijiang.messages import message
from yijiang.report import render, summary, tables, write_html
from yijiang.report.views import assumed_share, headline
from yijiang.report.wording import money, money_range, quality

sample_document: Callable[[], dict[str, Any]] = runpy.run_path(str(Path(__file__).with_name("sample_document.py")))[
    "sample_document"
]


@pytest.fixture
def document() -> dict[str, Any]:
    return sample_document()


def test_the_same_document_gives_the_same_page_and_is_not_changed(document: dict[str, Any]) -> None:
    before = copy.deepcopy(document)
    assert render(document) == render(sample_document())
    assert document == before


@pytest.mark.parametrize("lang", ["en", "zh", "both"])
def test_headline_is_in_the_page(document: dict[str, Any], lang: str) -> None:
    page = render(document, lang)
    for one in ("en", "zh"):
        assert (headline(document)[one] in page) == (lang in (one, "both"))


def test_a_page_in_one_language_has_no_switch(document: dict[str, Any]) -> None:
    english = render(document, "en")
    assert "data-set" not in english
    assert "<script" not in english
    assert not re.search("[\u4e00-\u9fff]", english.split("</style>")[1])
    assert 'lang="zh-CN"' in render(document, "zh")


def test_headline_says_gain_and_range(document: dict[str, Any]) -> None:
    text = headline(document)
    assert "Hubei gains 2.01 bn yuan a year (1.24–2.89 bn yuan)" in text["en"]
    assert "湖北每年获益20.1亿元(12.4–28.9亿元)" in text["zh"]


def test_a_loss_is_called_a_loss(document: dict[str, Any]) -> None:
    document["gains"]["Hubei"]["after_transfer"] = -50.0
    assert "Hubei loses 50 million yuan" in headline(document)["en"]


def test_assumed_share_is_a_share_of_the_summed_gains(document: dict[str, Any]) -> None:
    assert assumed_share(document) == pytest.approx(0.15)
    for entry in document["gains"].values():
        entry["by_status"] = {}
    assert assumed_share(document) is None


def test_values_are_escaped(document: dict[str, Any]) -> None:
    nasty = "<img src=x onerror=alert(1)>"
    document["names"]["regions"]["Hubei"] = {"en": nasty, "zh": nasty}
    document["assumed"][0]["why"] = nasty
    document["projects"][0]["text"] = {"en": nasty, "zh": nasty}
    document["titles"] = {"en": nasty, "zh": nasty}
    page = render(document)
    assert "<img" not in page
    assert "&lt;img" in page


def test_what_is_missing_is_said(document: dict[str, Any]) -> None:
    page = render(document, "en")
    for key in ("areas.no_project", "profile.none", "river.same", "transport.no_capacity"):
        assert message(key, "en") in page


def test_sign_not_identified_is_printed(document: dict[str, Any]) -> None:
    assert message("word.sign", "en") not in render(document, "en")
    document["sign_not_identified"] = ["Jiangsu"]
    assert message("word.sign", "en") in render(document, "en")


def test_every_project_has_a_card(document: dict[str, Any]) -> None:
    page = render(document, "en")
    for project in document["projects"]:
        assert f'id="p-{project["project"]}"' in page
    assert "Costs more than it brings." in page


def test_a_bare_document_still_renders() -> None:
    gains = {"A": {"after_transfer": 1.0}, "B": {"after_transfer": float("nan")}}
    page = render({"regions": ["A", "B"], "gains": gains, "river_name": {"en": "Rhine"}}, "en")
    assert message("page.none", "en") in page
    assert "nan" not in page.split("</style>")[1].lower().split()


def test_write_html_leaves_only_the_page(document: dict[str, Any], tmp_path: Path) -> None:
    path = write_html(document, tmp_path / "out" / "plan.html", "zh")
    assert path.read_text(encoding="utf-8") == render(document, "zh")
    assert [p.name for p in path.parent.iterdir()] == ["plan.html"]


def test_a_failing_page_leaves_the_old_one(document: dict[str, Any], tmp_path: Path) -> None:
    path = write_html(document, tmp_path / "plan.html")
    old = path.read_bytes()
    del document["gains"]
    with pytest.raises(KeyError):
        write_html(document, path)
    assert path.read_bytes() == old


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_summary_is_short_and_holds_the_main_points(document: dict[str, Any], lang: str) -> None:
    lines = summary(document, lang).splitlines()
    assert 10 <= len(lines) <= 25
    assert headline(document)[lang] in lines
    document["regions"] = document["regions"] * 12
    document["transfers"] = document["transfers"] * 30
    assert len(summary(document, lang).splitlines()) <= 25


def test_unknown_language_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        render(document, "fr")
    with pytest.raises(OptionError):
        summary(document, "both")


def test_tables_hold_the_document_and_can_be_written(document: dict[str, Any], tmp_path: Path) -> None:
    out = tables(document)
    freight = {"modes", "users", "season", "counts"}
    assert set(out) == {"gains", "river", "transport", "projects", "areas", "profile", "assumed", "pairs"} | freight
    assert out["gains"].set_index("region").loc["Hubei", "after_transfer"] == 2010.0
    assert out["projects"].set_index("project").loc["sewage_hubei", "payers_Jiangsu"] == 0.5
    assert len(out["river"]) == len(document["river"])
    for name, table in out.items():
        table.to_parquet(tmp_path / f"{name}.parquet")
        table.to_csv(tmp_path / f"{name}.csv", index=False)
        assert (tmp_path / f"{name}.csv").stat().st_size > 0


def test_tables_of_an_empty_document_have_their_columns() -> None:
    out = tables({})
    assert all(len(table) == 0 and len(table.columns) >= 5 for table in out.values())


def test_money_is_worded_by_size() -> None:
    assert money(1e5)["zh"] == "1,000亿元"
    assert money(0.5)["zh"] == "50万元"
    assert money(float("nan"))["en"] == "–"
    assert money_range(20.0, 300.0)["en"] == "20–300 million yuan"
    assert money(1.74)["zh"] == "174万元"
    assert quality(9)["zh"] == "劣Ⅴ类"
