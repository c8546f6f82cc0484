"""The Belt's face and the built-in case tiny, whose accounts can be followed by hand."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yijiang.belt import Belt, case, cases, needed_tables, read, schemas
from yijiang.errors import DataError, OptionError

ROOT = Path(__file__).resolve().parents[1]
HEAD = {"name": "x", "title_en": "X", "title_zh": "某", "year": 2017, "money": "million CNY", "scope": ["economy"]}


@pytest.fixture(scope="module")
def tiny() -> Belt:
    return case("tiny")


def test_the_recipe_gives_the_shipped_case(tiny: Belt, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("tiny_recipe", ROOT / "recipes" / "tiny.py")
    assert spec is not None
    assert spec.loader is not None
    recipe = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(recipe)
    built = recipe.build()
    assert built == tiny
    built.write(tmp_path / "tiny")
    shipped = ROOT / "src" / "yijiang" / "belt" / "cases" / "tiny"
    for file in (tmp_path / "tiny").iterdir():
        assert file.read_bytes() == (shipped / file.name).read_bytes(), file.name


def test_accounts_of_upper_by_hand(tiny: Belt) -> None:
    """Upper sells 100 + 20 + 18 = 138 billion yuan of farm goods; inputs 35 % of it, labour 80 % of the rest."""
    trade = tiny.table("trade").query("draw == 0 and exporter == 'Upper' and sector == 'farm'")
    assert trade["value"].sum() == 138_000.0
    inputs = tiny.table("intermediate").query("region == 'Upper' and using == 'farm'")["value"].sum()
    assert inputs == pytest.approx(0.35 * 138_000, abs=1e-3)
    added = tiny.table("value_added").query("region == 'Upper' and sector == 'farm'").set_index("factor")["value"]
    assert added["labour"] == pytest.approx(0.8 * 0.65 * 138_000, abs=1e-3)
    final = tiny.table("final").query("draw == 0 and region == 'Upper' and sector == 'farm'")["value"].sum()
    assert final == pytest.approx(107_000 - 29_110, abs=1e-3)  # bought 107, used 13.8 + 9.75 + 0 + 5.56


def test_no_region_of_tiny_has_a_deficit_in_any_draw(tiny: Belt) -> None:
    for _, trade in tiny.table("trade").groupby("draw"):
        sold = trade.groupby("exporter")["value"].sum()
        bought = trade.groupby("importer")["value"].sum()
        np.testing.assert_allclose(sold, bought.loc[sold.index], rtol=1e-12)
    assert tiny.draws == [0, 1, 2, 3]


def test_draws_differ_off_the_diagonal(tiny: Belt) -> None:
    trade = tiny.table("trade").query("importer == 'Middle' and exporter == 'Upper' and sector == 'farm'")
    assert trade.set_index("draw")["value"].tolist() == [20_000.0, 22_500.0, 17_500.0, 24_000.0]


def test_tiny_is_clean_and_invented(tiny: Belt) -> None:
    assert tiny.check().empty
    for table in tiny.tables:
        frame = tiny.table(table)
        if "status" in frame.columns:
            assert set(frame["status"]) <= {"assumed"}
            assert set(frame["source"]) <= {"tiny"}
    assert all(not tiny.table(t).empty for t in needed_tables(tiny.scope))


def test_face(tiny: Belt) -> None:
    assert (tiny.name, tiny.year, tiny.money, tiny.currency) == ("tiny", 2017, "million CNY", "CNY")
    assert tiny.regions == tiny.members == ["Upper", "Middle", "Lower"]
    assert tiny.abroad == []
    assert tiny.sectors == ["farm", "materials", "machines", "services"]
    assert tiny.goods == tiny.sectors[:3]
    assert tiny.factors == ["labour", "capital"]
    assert tiny.scope == ("economy", "transport", "river", "projects")
    assert tiny.projects == ["phosphorus", "channel", "machine_tools", "one_market"]
    assert [tiny.region(n) for n in ("upper", "上游", " UPPER ")] == ["Upper"] * 3
    assert tiny.sector("Materials") == tiny.sector("材料") == "materials"
    assert tiny.project("船闸航道加深") == "channel"
    assert tiny.name_of("project", "channel", "zh") == "船闸航道加深"
    assert tiny.name_of("section", "border_um") == "Upper–Middle Border"
    assert tiny.name_of("pollutant", "TP", "zh") == "总磷"
    assert tiny.parameter("removal_cap") == 0.9


def test_unknown_names_list_near_matches(tiny: Belt) -> None:
    with pytest.raises(OptionError, match="near matches: Middle"):
        tiny.region("Midle")
    with pytest.raises(OptionError, match="unknown language 'fr'"):
        tiny.name_of("region", "Upper", "fr")
    with pytest.raises(OptionError, match="unknown kind of thing"):
        tiny.name_of("colour", "Upper")
    with pytest.raises(OptionError, match="near matches: trade"):
        tiny.table("tarde")
    with pytest.raises(OptionError, match="near matches: trade"):
        tiny.with_tables(tarde=pd.DataFrame())
    with pytest.raises(OptionError, match="unknown case 'tin'; near matches: tiny"):
        case("tin")
    with pytest.raises(OptionError, match="near matches: co2_price"):
        tiny.parameter("co2")


def test_cases_lists_tiny() -> None:
    row = cases().set_index("name").loc["tiny"]
    assert (row["year"], row["regions"], row["sectors"]) == (2017, 3, 4)
    assert row["scope"] == "economy, transport, river, projects"


def test_a_belt_never_changes(tiny: Belt) -> None:
    before = tiny.digest()
    frame = tiny.table("trade")
    frame.loc[:, "value"] = -1.0
    handed_out = tiny.tables["trade"]
    handed_out.loc[:, "value"] = -1.0
    fewer = tiny.with_tables(trade=frame)
    frame.loc[:, "value"] = 7.0
    with pytest.raises(TypeError):
        tiny.meta["name"] = "other"  # type: ignore[index]
    with pytest.raises(AttributeError):
        tiny.name = "other"  # type: ignore[misc]
    assert fewer.table("trade")["value"].eq(-1.0).all()
    assert Belt.from_tables(tiny.meta, dict(tiny.tables)).digest() == before
    assert len(fewer.check()) > 100


def test_digest_follows_the_content(tiny: Belt) -> None:
    same = tiny.with_tables(trade=tiny.table("trade"))
    assert same == tiny
    assert hash(same) == hash(tiny)
    trade = tiny.table("trade")
    trade.loc[0, "value"] = np.nextafter(trade.loc[0, "value"], np.inf)
    assert tiny.with_tables(trade=trade) != tiny
    assert tiny.with_meta(title_en="Other") != tiny
    assert tiny != "tiny"


def test_text_cells_and_typed_cells_are_the_same(tiny: Belt) -> None:
    text = {t: tiny.table(t).astype(str).replace({"nan": "", "<NA>": "", "True": "true"}) for t in ("links", "sectors")}
    assert tiny.with_tables(**text) == tiny


def test_meta_changes(tiny: Belt) -> None:
    assert tiny.with_meta(scope=["economy", "rivr"]).check()["remedy"].tolist() == ["did you mean river?"]
    with pytest.raises(OptionError, match="cannot be changed"):
        tiny.with_meta(money="million USD")
    head = {**HEAD, "money": "shells", "year": "2017"}
    frame = Belt.from_tables(head, {}).check()
    assert frame.query("table == 'belt.toml'")["column"].tolist() == ["year", "money"]


def test_scope_decides_what_is_needed() -> None:
    frame = Belt.from_tables({**HEAD, "scope": ["river"]}, {}).check()
    assert frame["table"].tolist() == ["regions", "reaches", "sections", "kinetics", "loads"]
    assert needed_tables(("economy",)) == (
        *("regions", "sectors", "factors", "trade", "intermediate", "value_added", "elasticities"),
    )


def test_missing_values_have_one_form_each() -> None:
    frame = pd.DataFrame(
        {"region": ["A", "B"], "population": [1.0, None], "year": [2017, None], "name_zh": [None, "乙"]}
    )
    regions = Belt.from_tables(HEAD, {"regions": frame}).table("regions")
    assert regions["name_zh"].tolist() == ["", "乙"]
    assert np.isnan(regions["population"].iloc[1])
    assert regions["year"].iloc[1] is pd.NA
    assert regions["river_order"].tolist() == [0, 0]
    assert list(regions.columns) == list(schemas()["regions"].columns)


def test_require_clean_raises_with_all_findings() -> None:
    with pytest.raises(DataError) as caught:
        Belt.from_tables(HEAD, {}).require_clean()
    assert len(caught.value.findings) == 7


def large(tiny: Belt) -> Belt:
    """13 regions × 9 sectors × 27 draws: as many rows of trade as the Yangtze case."""
    regions, sectors, draws = [f"P{i:02d}" for i in range(13)], [f"s{j}" for j in range(9)], range(27)
    values = np.random.default_rng(1).random((13, 13, 9)) * 1e5
    names = ["draw", "importer", "exporter", "sector"]
    index = pd.MultiIndex.from_product([draws, regions, regions, sectors], names=names)
    trade = index.to_frame(index=False).assign(value=np.tile(values.ravel(), len(draws)))
    evidence = {"unit": "million CNY", "year": 2017, "source": "tiny", "status": "estimated"}
    added = pd.MultiIndex.from_product([regions, ["labour"], sectors], names=["region", "factor", "sector"])
    inputs = pd.MultiIndex.from_product([regions, sectors, sectors], names=["region", "input", "using"])
    rows = tiny.table("regions").iloc[[0] * 13]
    kept = {t: tiny.table(t) for t in ("sources", "factors")}
    return Belt.from_tables({**HEAD, "name": "big"}, kept).with_tables(
        regions=rows.assign(region=regions, name_en=regions, name_zh=regions),
        sectors=pd.DataFrame({"sector": sectors, "name_en": sectors, "name_zh": sectors, "goods": True}),
        draws=pd.DataFrame({"draw": draws, "exponent": 1.0, "closing": "mean", "cross_hauling": "none"}),
        trade=trade.assign(**evidence),
        value_added=added.to_frame(index=False).assign(value=values.sum(axis=0).ravel(), **evidence),
        intermediate=inputs.to_frame(index=False).assign(value=0.0, **evidence),
        elasticities=tiny.table("elasticities").iloc[[0] * 9].assign(sector=sectors),
    )


def test_a_large_belt_is_read_and_checked_quickly(tiny: Belt, tmp_path: Path) -> None:
    """The aims are 0.5 s to read and 1.5 s to check; a slower grid or a busy machine gets four times that."""
    big = large(tiny)
    assert len(big.table("trade")) == 41_067
    big.write(tmp_path / "big")
    # Processor time: what other processes take of the machine is not ours.
    start = time.process_time()
    back = read(tmp_path / "big", strict=False)
    middle = time.process_time()
    assert back.check().empty
    end = time.process_time()
    assert back == big
    assert middle - start < 2.0
    assert end - middle < 6.0
