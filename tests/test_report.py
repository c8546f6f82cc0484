from __future__ import annotations

import copy
import html
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import yijiang as yj
from yijiang.errors import OptionError
from yijiang.messages import has_message, message
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


def test_hundreds_of_projects_fit_the_page(document: dict[str, Any]) -> None:
    few = render(document, "en")
    assert "<details><summary>" not in few.split('id="package"')[-1].split("</section>")[0]
    first = next(p for p in document["projects"] if p.get("available") and not p["chosen"])
    fresh = [{**first, "project": f"n{k}", "name": {"en": f"Number {k}", "zh": f"第{k}项"}} for k in range(200)]
    document["projects"] = [*document["projects"], *fresh]
    area = next(a for a in document["areas"] if a["area"] == first["area"])
    area["candidates"] = [*area["candidates"], *(p["project"] for p in fresh)]
    page = render(document, "en")
    chosen = sum(p["chosen"] for p in document["projects"])
    folded = len(document["projects"]) - chosen
    assert message("project.others", "en", count=folded) in page
    assert message("page.more", "en", count=len(area["candidates"]) - 8) in page
    # Every card is there, and the folded ones stand in one element that is closed again.
    assert page.count('<article class="card') == len(document["projects"])
    assert page.count("<details") == page.count("</details>")


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
    assert "湖北每年获益20.1亿元（12.4–28.9亿元）" in text["zh"]


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


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_first_screen_answers_what_a_planner_asks(document: dict[str, Any], lang: str) -> None:
    document["river"][0] |= {"target": 0.1, "base": 0.12, "plan": 0.095, "price_step": 40.0}
    document["robustness"] |= {"share_all_gain": 0.9, "draws": 50, "worst_tenth": {"Hubei": 700.0, "Jiangsu": -20.0}}
    document["robustness"]["limits_hold"] = 0.75
    page = render(document, lang)
    first = page[page.index("<h1>") : page.index("<nav")]
    # What do we do first, what does each side get and pay, what of the river, what if the data are wrong.
    for key in ("first.three", "first.bars", "first.who_pays", "first.river", "first.doubt"):
        assert message(key, lang) in first
    names = document["names"]
    section = names["sections"][document["river"][0]["section"]][lang]
    held = {
        "en": "falls from 0.12 to 0.095 mg/L at low flow; agreed: at most 0.1",
        "zh": "由0.12降至0.095毫克/升，约定不超过0.1",
    }
    assert section in first
    assert held[lang] in first
    assert {"en": "would cost the partners 40 million yuan a year", "zh": "每年要多付0.4亿元"}[lang] in first
    assert message("first.draws", lang, share="90%", draws=50) in first
    assert message("first.limits", lang, share="75%") in first
    assert {"en": "Hubei 700 million yuan, Jiangsu −20 million yuan", "zh": "湖北为7亿元、江苏为−0.2亿元"}[
        lang
    ] in first
    assert {"en": "Hubei 700 million", "zh": "湖北承担"}[lang] in first
    document["river"][0]["plan"] = 0.13
    assert {"en": "rises from 0.12 to 0.13", "zh": "由0.12升至0.13"}[lang] in render(document, lang)


def test_parts_without_content_are_left_out(document: dict[str, Any]) -> None:
    assert 'href="#profile"' in render(document, "en")
    document["profile"] = document["areas"] = []
    page = render(document, "en")
    for part in ("profile", "areas", "points"):
        assert f'id="{part}"' not in page
        assert f'href="#{part}"' not in page


def test_what_is_assumed_is_told_in_words(document: dict[str, Any]) -> None:
    row = {"low": None, "high": None, "why": "rate at which costs are spread", "source": "s"}
    document["assumed"] = [
        {"table": "parameters", "item": "discount_rate", "value": 0.06, "unit": "1/yr", **row},
        {"table": "parameters", "item": "own_factor", "value": 0.5, "unit": "furlong", **row},
        {"table": "compensation", "item": "hankou", "pollutant": "tp", "value": 8000.0, "unit": "CNY/t", **row},
    ]
    english, chinese = render(document, "en"), render(document, "zh")
    assert "Discount rate" in english
    assert "rate at which costs are spread" in english
    for words in ("折现率", "元/吨", "断面补偿标准", "own_factor", "furlong"):
        assert words in chinese
    names = document["names"]
    assert f"{names['sections']['hankou']['zh']} · {names['pollutants']['tp']['zh']}" in chinese
    # A missing range is one dash.
    assert "–––" not in english


@pytest.mark.parametrize("case", ["tiny", "yangtze2017", "danube2011"])
def test_every_assumed_figure_of_the_cases_has_its_words(case: str) -> None:
    belt = yj.case(case)
    rows = {name: belt.table(name) for name in ("parameters", "elasticities", "value_densities", "kinetics", "capital")}
    assumed = {name: table[table["status"] == "assumed"] for name, table in rows.items()}
    assert len(assumed["parameters"])
    assert [p for p in assumed["parameters"]["parameter"] if not has_message(f"parameter.{p}")] == []
    units = {u for table in assumed.values() for u in table["unit"]}
    assert [u for u in sorted(units) if not has_message(f"assumed_unit.{u}")] == []


def test_one_rule_is_told_once_with_all_it_is_used_on(document: dict[str, Any]) -> None:
    lever = document["projects"][0]["levers"][0]
    document["projects"][0]["levers"] = [{**lever, "effect": f"place {k}"} for k in range(3)]
    page = render(document, "en")
    card = page[page.index(f'id="p-{document["projects"][0]["project"]}"') :].split("</article>")[0]
    assert card.count("depth to ship size") == 1
    assert all(f"<code>place {k}</code>" in card for k in range(3))


def test_only_the_chosen_projects_are_bold_in_the_draws(document: dict[str, Any]) -> None:
    document["robustness"]["projects"] = [
        {"project": "sewage_hubei", "chosen_in_draws": 1.0, "in_near_best": 1.0},
        {"project": "park_pairing", "chosen_in_draws": 0.2, "in_near_best": 0.0},
    ]
    document["package"] = [{"project": "sewage_hubei", "scale": 1.0, "start": 2026}]
    page = render(document, "en")
    names = {key: {"en": html.escape(name["en"])} for key, name in document["names"]["projects"].items()}
    assert f'<span class="plain">{names["park_pairing"]["en"]}</span></th>' in page
    assert f'<th scope="row">{names["sewage_hubei"]["en"]}</th>' in page


def test_without_a_near_package_there_is_no_empty_table(document: dict[str, Any]) -> None:
    document["robustness"]["near_best"] = {"packages": 1, "complete": True, "within": 0.02}
    assert message("choice.loss", "en") in render(document, "en")
    document["alternatives"] = []
    assert message("choice.loss", "en") not in render(document, "en")
