"""The agreement and the indicators of yangtze2017: counts of the report, blanks where nothing is stated, no names."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from yijiang import errors

BELT = Path(errors.__file__).parent / "belt"
CASE = BELT / "cases" / "yangtze2017"
RECIPES = Path(__file__).resolve().parents[1] / "recipes"
AREAS = ["river", "transport", "industry", "science", "culture"]
TOPICS = [
    *("regional_economy", "county_economy", "real_economy", "park_economy"),
    *("science_innovation", "ecological_protection", "manufacturing", "agricultural_industrialisation"),
]


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(CASE / f"{name}.csv", keep_default_na=False, dtype=str)


def recipe() -> ModuleType:
    spec = importlib.util.spec_from_file_location("agreement_recipe", RECIPES / "agreement.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["agreement", "indicators"])
def test_table_fits_its_schema(name: str) -> None:
    schema = pd.read_csv(BELT / "schemas" / f"{name}.csv", keep_default_na=False)
    frame = table(name)
    assert list(frame.columns) == list(schema["attribute"])
    assert (frame[list(schema.loc[schema["required"] == "yes", "attribute"])] != "").all().all()
    assert not frame.duplicated(list(schema.loc[schema["key"] == "key", "attribute"])).any()
    for attribute, dtype in zip(schema["attribute"], schema["dtype"], strict=True):
        if dtype.startswith("enum:"):
            assert set(frame[attribute]) <= set(dtype.removeprefix("enum:").split("|"))
    known = set(pd.read_csv(RECIPES / "sources" / f"{name}.csv")["source"])
    assert set(frame["source"]) <= known
    data = (CASE / f"{name}.csv").read_bytes()
    assert b"\r" not in data
    assert data.endswith(b"\n")


def test_counts_of_the_report() -> None:
    items = table("agreement").groupby("record", sort=False)["item"].agg(list)
    assert items["side"] == ["Hubei", "Jiangsu"]
    assert items["date"] == ["2021-04-15", "2021-04-16", "2021-04-17"]
    assert len(items["site"]) == 5
    assert items["area"] == AREAS
    assert items["topic"] == TOPICS


def test_nothing_is_stated_about_owner_deadline_and_amount() -> None:
    assert (table("agreement")[["owner", "deadline", "amount"]] == "").all().all()


def test_regions_are_the_two_sides() -> None:
    frame = table("agreement")
    assert set(frame["region"]) == {"Hubei", "Jiangsu", ""}
    assert (frame.loc[frame["record"] == "site", "region"] == "Jiangsu").all()
    assert (frame.loc[frame["record"] == "area", "region"] == "").all()
    assert (frame.loc[frame["record"] == "topic", "region"] == "Hubei").all()


def test_both_languages_say_something() -> None:
    frame = table("agreement")
    assert (frame["said_en"].str.len() > 10).all()
    assert frame["said_zh"].str.contains(r"[\u4e00-\u9fff]{4}").all()
    assert not frame["said_en"].str.contains(r"[\u4e00-\u9fff]").any()


def test_told_in_own_words_without_names(source_data: Callable[[str], Path]) -> None:
    agenda = source_data("agenda")
    text = (agenda / "seed.txt").read_text(encoding="utf-8")
    gold = json.loads((agenda / "seed_gold.json").read_text(encoding="utf-8"))
    frame = table("agreement")
    for said in frame["said_zh"]:
        runs = [said[i : i + 11] for i in range(len(said) - 10)]
        assert not [run for run in runs if run in text]
    people = [p["name"] for p in gold["participants"]]
    people += [p["name"] for p in gold["non_participants"] if p["kind"] != "trap_inside_organisation_name"]
    cells = " ".join(frame.to_numpy().ravel())
    assert len(people) == 19
    assert not [name for name in people if name in cells]


def test_recipe_refuses_a_copied_sentence_and_a_name(source_data: Callable[[str], Path]) -> None:
    module, agenda = recipe(), source_data("agenda")
    text = (agenda / "seed.txt").read_text(encoding="utf-8")
    gold = json.loads((agenda / "seed_gold.json").read_text(encoding="utf-8"))
    rows = module.rows()
    module.check(rows, text, gold)
    start = gold["areas"][0]["span"][0]
    with pytest.raises(ValueError, match="repeats the report"):
        module.check([{**rows[0], "said_zh": text[start : start + 20]}, *rows[1:]], text, gold)
    with pytest.raises(ValueError, match="names a person"):
        module.check([{**rows[0], "name_zh": gold["participants"][0]["name"]}, *rows[1:]], text, gold)
    with pytest.raises(ValueError, match="the annotation"):
        module.check(rows[:-1], text, gold)
    with pytest.raises(ValueError, match="is not the report"):
        module.check(rows, text + " ", gold)


def test_every_topic_of_the_agreement_has_an_indicator() -> None:
    frame = table("indicators")
    assert set(frame["topic"]) == {*TOPICS, *AREAS}
    both = frame[frame["region"].isin(["Hubei", "Jiangsu"])]
    assert (both.groupby("indicator")["region"].nunique() == 2).all()
    filled = both[both["value"] != ""].groupby("indicator")["region"].nunique()
    assert len(filled) >= 16
    assert (filled == 2).all()


def test_an_indicator_is_one_thing_for_all_regions() -> None:
    frame = table("indicators")
    for column in ("name_en", "name_zh", "topic", "unit", "better", "year", "source", "status"):
        told = frame[["indicator", column]].drop_duplicates()
        assert told["indicator"].is_unique, column


def test_published_figures() -> None:
    """R&D 2023 and technology contracts 2023 as the yearbooks have them (bn and 100 million yuan)."""
    frame = table("indicators").set_index(["indicator", "region"])
    value = frame["value"]
    assert float(value["rd_intensity", "Hubei"]) == 2.52
    assert float(value["rd_intensity", "Jiangsu"]) == 3.29
    assert float(value["tech_sold", "Hubei"]) > float(value["tech_bought", "Hubei"])
    assert float(value["tech_bought", "Jiangsu"]) > float(value["tech_sold", "Jiangsu"])
    assert float(value["gdp_per_head", "Hubei"]) == pytest.approx(60013e8 / 5834e4, rel=1e-5)


def test_blank_figures_say_so() -> None:
    frame = table("indicators")
    nowhere = frame["source"] == "indicators_none"
    assert (frame.loc[nowhere, "value"] == "").all()
    assert frame.loc[nowhere, "indicator"].nunique() == 6
    missing = frame[~nowhere & (frame["value"] == "")]
    # Lists of places: a province that is not on a list has no figure, which is not the same as none.
    assert list(zip(missing["indicator"], missing["region"], strict=True)) == [
        ("key_laboratories", "Jiangxi"),
        ("sharing_reviewed", "Jiangxi"),
        ("sharing_excellent", "Anhui"),
        ("sharing_excellent", "Jiangxi"),
        ("sharing_excellent", "Guizhou"),
        ("sharing_excellent", "Yunnan"),
    ]


LEARNING = ("indicator_years", "sector_years", "practices")


def test_years_of_the_indicators_and_practices() -> None:
    years, sectors, practices = (table(name) for name in LEARNING)
    latest = table("indicators")
    filled = latest[latest["value"] != ""][["indicator", "region", "year", "value"]]
    merged = filled.merge(years, on=["indicator", "region", "year"], suffixes=("", "_of_years"))
    assert len(merged) == len(filled)
    assert (merged["value"] == merged["value_of_years"]).all()
    sold = years[(years["indicator"] == "tech_sold") & (years["region"] == "Hubei")].set_index("year")["value"]
    # Yearbooks: 90.7 and 4,771 (100 million yuan).
    assert (float(sold["2010"]), float(sold["2023"])) == (90.7218, 4771.17)
    assert sectors.groupby(["year", "sector"]).size().eq(12).all()
    assert set(practices["region"]) == {"Hubei", "Jiangsu"}
    known = set(pd.read_csv(CASE / "sources.csv")["source"])
    assert {*years["source"], *sectors["source"], *practices["source"]} <= known


def test_recipe_of_learning_writes_the_same_bytes(source_data: Callable[[str], Path], tmp_path: Path) -> None:
    command = [sys.executable, str(RECIPES / "learning.py"), str(source_data("yangtze")), "--out", str(tmp_path)]
    subprocess.run(command, capture_output=True, check=True)
    for name in LEARNING:
        assert (tmp_path / f"{name}.csv").read_bytes() == (CASE / f"{name}.csv").read_bytes()


@pytest.mark.parametrize(("name", "source"), [("agreement", "agenda"), ("indicators", "yangtze")])
def test_recipe_writes_the_same_bytes(
    name: str, source: str, source_data: Callable[[str], Path], tmp_path: Path
) -> None:
    command = [sys.executable, str(RECIPES / f"{name}.py"), str(source_data(source)), "--out", str(tmp_path)]
    subprocess.run(command, capture_output=True, check=True)
    assert (tmp_path / f"{name}.csv").read_bytes() == (CASE / f"{name}.csv").read_bytes()
