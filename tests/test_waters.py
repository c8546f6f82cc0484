"""What is told of a belt's river: months, causes, fit, room, classes of its own, and a table of monitored values."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import yijiang as yj
from yijiang import ecology, observing, waters
from yijiang.base import Base
from yijiang.cli import main
from yijiang.errors import DataError, OptionError
from yijiang.evaluation import Outcome
from yijiang.messages import LANGUAGES
from yijiang.report.river import river_view
from yijiang.report.transport import render
from yijiang.river import steady
from yijiang.wordbook import names


@pytest.fixture(scope="module")
def tiny() -> Outcome:
    return yj.evaluate(yj.case("tiny"), projects=["phosphorus"])


@pytest.fixture(scope="module")
def danube() -> Outcome:
    return yj.evaluate(yj.case("danube2011"), projects=["supplier_net"])


def test_a_month_lies_on_the_power_law_of_the_two_regimes(tiny: Outcome) -> None:
    river = tiny.base.river
    assert river is not None
    # February has 0.35 of the mean flow, as the low flow: so it is the low flow, to the last figure but rounding.
    low, month = river.hydraulics("low"), river.hydraulics("m02")
    assert month.travel_days == pytest.approx(low.travel_days, rel=1e-12)
    assert month.end_flow == pytest.approx(low.end_flow, rel=1e-12)
    assert waters.low_flow_month(tiny.base) == 2


def test_by_month_is_the_river_of_that_month(tiny: Outcome) -> None:
    table = waters.by_month(tiny.base, tiny.base_state, tiny.state)
    assert len(table) == 12 * 4 * 3
    run = steady(tiny.base.river, tiny.base.long_loads(tiny.state.tonnes, "m07"), regime="m07")
    july = table[table["month"] == 7].pivot_table(index="section", columns="pollutant", values="plan")
    pd.testing.assert_frame_equal(
        july.loc[run.concentration.index, run.concentration.columns], run.concentration, check_names=False
    )
    phosphorus = table[table["pollutant"] == "TP"]
    assert ((phosphorus["class_plan"] <= 2) == (phosphorus["plan"] <= 0.1)).all()


def test_causes_sum_to_exactly_one_in_every_month(tiny: Outcome) -> None:
    table = waters.attribution(tiny.base, tiny.state.tonnes)
    assert set(table["month"]) == set(range(13))
    sums = table.groupby(["section", "pollutant", "month"])["share"].agg(math.fsum)
    assert (sums == 1.0).all()
    # The months make the year, and washed-in loads weigh more in the wet one.
    whole = table.groupby("month")["tonnes"].sum()
    assert whole.drop(0).sum() == pytest.approx(whole[0], rel=1e-12)
    land = table[(table["source"] == "land") & (table["section"] == "border_um") & (table["pollutant"] == "TP")]
    share = land.groupby("month")["share"].sum()
    assert share[7] > share[0] > share[2]


def test_without_months_the_year_is_at_mean_flow(tiny: Outcome) -> None:
    belt = yj.case("tiny")
    still = yj.evaluate(belt.with_tables(months=belt.table("months").iloc[:0]))
    assert waters.low_flow_month(still.base) is None
    assert waters.by_month(still.base, still.base_state, still.state).empty
    table = waters.attribution(still.base, still.state.tonnes)
    assert set(table["month"]) == {0}
    assert (table.groupby(["section", "pollutant"])["share"].agg(math.fsum) == 1.0).all()


def test_room_is_where_the_first_limit_is_met(tiny: Outcome) -> None:
    base, tonnes = tiny.base, tiny.base_state.tonnes
    natural = base.belt.tables["loads"]["activity"].isin(["land", "upstream"]).to_numpy()
    matrix, bound = base.transfer["low"], ecology.limits(base)
    for row in waters.room(base, tonnes).to_dict("records"):
        p = matrix.pollutants.index(row["pollutant"])
        grown = base.concentration(np.where(natural, 1.0, row["factor"]) * tonnes, "low")[:, p]
        s = int(np.argmax(grown / bound[:, p]))
        assert matrix.sections[s] == row["section"]
        assert grown[s] == pytest.approx(bound[s, p], rel=1e-9)
        # The price is the difference quotient of what is allowed.
        rest = base.concentration(np.where(natural, tonnes, 0.0), "low")[s, p]
        assert row["price"] == pytest.approx(row["admissible"] / (bound[s, p] - rest), rel=1e-5)


def test_misfit_is_calculated_over_observed(tiny: Outcome) -> None:
    table = waters.misfit(tiny.base)
    mean = tiny.base.concentration(tiny.base.loads.tonnes, "mean")
    s, p = tiny.base.transfer["mean"].sections.index("s4"), tiny.base.transfer["mean"].pollutants.index("TP")
    row = table[table["section"] == "s4"].iloc[0]
    assert row["misfit"] == pytest.approx(mean[s, p] / 0.05 - 1)
    assert row["bound"]
    yangtze = waters.misfit(Base(yj.case("yangtze2017"))).set_index(["section", "pollutant"])
    assert yangtze.loc[("datong", "TP"), "fitted"]
    assert abs(yangtze.loc[("datong", "TP"), "misfit"]) < 1e-6
    # The one figure that the loads were not scaled to is missed, and said to be.
    assert yangtze.loc[("wuhu", "TP"), "misfit"] == pytest.approx(0.301, abs=0.001)


def test_the_danube_is_classed_by_its_own_standard(danube: Outcome) -> None:
    assert ecology.class_names(danube.base.belt)["zh"] == ["优", "良", "中", "差", "劣"]
    edges = ecology.class_edges(danube.base)
    assert edges.tolist() == [[0.05, 0.1, 0.2, 0.4], [1.5, 3.0, 5.0, 10.0]]
    assert ecology.classes(edges, np.array([[0.1, 10.1]])).tolist() == [[2, 5]]
    sections = danube.sections
    assert set(sections["limit"]) == {0.2, 5.0}
    assert (sections["plan"] <= sections["limit"]).all()
    # The gate is a lake: mixed, so that what leaves it is what is in it.
    assert danube.base.river.lake.sum() == 1
    assert danube.balance <= 1e-12


def test_a_pollutant_without_limits_has_no_class() -> None:
    edges = np.array([[0.02, 0.1], [np.nan, np.nan]])
    assert ecology.classes(edges, np.array([[0.1, 3.0]])).tolist() == [[2, 0]]


@pytest.fixture(scope="module")
def documents(tiny: Outcome, danube: Outcome) -> list[dict[str, object]]:
    rest = {"real_income": {}, "equivalent_variation": {}}
    return [
        {**rest, "package": list(o.package), "names": names(o.base.belt), **waters.outcome_document(o)}
        for o in (tiny, danube)
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_of_the_river(documents: list[dict[str, object]], lang: str) -> None:
    for document, sections in zip(documents, (4, 12), strict=True):
        page = render(document, lang)
        assert page == render(document, lang)
        assert "nan" not in page
        view = river_view(document)
        assert view["prices"]
        assert view["fit"]
        assert view["loads"]
        assert len(view["months"]["rows"]) == sections
        assert {"en": "man-made loads", "zh": "人为负荷"}[lang] in page
    # The second page has the classes of the Danube.
    assert {"en": ">moderate<", "zh": ">中<"}[lang] in page


def test_evaluate_writes_the_river(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "phosphorus", "--belt", "tiny", "--out", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    made = json.loads((tmp_path / "out" / "evaluation.json").read_text("utf-8"))
    assert made["river_months"]["low"] == 2
    assert made["river_room"]
    causes = pd.read_csv(tmp_path / "out" / "tables" / "river_causes.csv")
    assert {"region", "source", "section", "month", "share"} <= set(causes.columns)


def monitored(outcome: Outcome, decay: float, factor: float) -> pd.DataFrame:
    """Values made from the tiny river itself with another decay and larger loads, for five months."""
    rows = []
    for month in (2, 4, 6, 7, 10):
        regime = ecology.month_regime(month)
        loads = outcome.base.long_loads(outcome.base.loads.tonnes * factor, regime)
        run = steady(outcome.base.river, loads, {"TP": decay, "NH3-N": 0.05, "COD": 0.1}, regime)
        rows += [(s, f"2017-{month:02d}", v) for s, v in run.concentration["TP"].items()]
    return pd.DataFrame(rows, columns=["断面", "月份", "总磷(mg/L)"])


def test_calibrate_finds_what_the_values_were_made_with(
    tiny: Outcome, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = monitored(tiny, 0.03, 1.4)
    found = observing.fit_belt(tiny.base.belt, made)["TP"]
    assert found.decay == pytest.approx(0.03, rel=1e-4)
    assert float(found.factors["factor"].iloc[0]) == pytest.approx(1.4, rel=1e-4)
    assert found.identified
    made.to_csv(tmp_path / "seen.csv", index=False, encoding="gb18030")
    assert main(["calibrate", str(tmp_path / "seen.csv"), "--belt", "tiny", "--out", str(tmp_path / "fit")]) == 0
    assert "load factor 1.400" in capsys.readouterr().out
    page = (tmp_path / "fit" / "calibration.html").read_text("utf-8")
    assert page.count("<circle") == 2 * 20  # both languages
    # The tables it writes make a clean belt that the values fit.
    belt = tiny.base.belt
    new = {n: pd.read_csv(tmp_path / "fit" / "tables" / f"{n}.csv") for n in ("kinetics", "loads")}
    fitted = belt.with_tables(**new)
    assert fitted.check().empty
    again = observing.fit_belt(fitted, made)["TP"]
    assert float(again.factors["factor"].iloc[0]) == pytest.approx(1.0, abs=1e-3)


def test_calibrate_says_what_is_wrong(tiny: Outcome) -> None:
    belt = tiny.base.belt
    with pytest.raises(DataError, match="there is no such section"):
        observing.fit_belt(belt, pd.DataFrame({"section": ["nowhere"], "date": ["2017-01"], "TP (mg/L)": [0.1]}))
    with pytest.raises(DataError, match="TP must be in mg/L"):
        observing.fit_belt(belt, pd.DataFrame({"section": ["s1"], "date": ["2017-01"], "TP (t/yr)": [0.1]}))
    with pytest.raises(DataError, match="no value is of a pollutant"):
        observing.fit_belt(belt, pd.DataFrame({"section": ["s1"], "date": ["2017-01"], "TN (mg/L)": [0.1]}))
    with pytest.raises(OptionError, match="group of loads"):
        observing.fit_belt(belt, pd.DataFrame({"section": ["s1"], "date": ["2017-01"], "TP (mg/L)": [0.1]}), by=["x"])


def changed(table: pd.DataFrame, row: int, **cells: object) -> pd.DataFrame:
    frame = table.astype(dict.fromkeys(cells, object))
    for column, value in cells.items():
        frame.loc[row, column] = value
    return frame


def test_rules_of_the_new_tables() -> None:
    belt = yj.case("tiny")
    months, reaches, seen = (belt.table(name) for name in ("months", "reaches", "observations"))
    # Class 2 of phosphorus is stricter than class 1; ammonia lacks its first two.
    rows = [("TP", c, v) for c, v in enumerate((0.1, 0.05, 0.2, 0.4), start=1)] + [("NH3-N", 3, 1.0), ("NH3-N", 4, 2.0)]
    standards = pd.DataFrame(rows, columns=["pollutant", "class", "value"]).assign(source="tiny", status="assumed")
    wrong = belt.with_tables(
        months=changed(months, 0, flow=3.0),
        reaches=changed(changed(reaches, 1, volume_mean=100.0), 2, flow_mean=5500.0),
        observations=changed(seen, 0, concentration=None),
        standards=standards,
    )
    problems = wrong.check()["problem"].tolist()
    for told in (
        "the mean of the months is not 1",
        "nothing was observed",
        "volume_mean is given",
        "a worse class has a stricter limit",
        "classes are missing",
        "pollutants differ in their number of classes",
    ):
        assert told in problems
    assert any("the flow does not fit" in told for told in problems)
    again = belt.with_tables(months=changed(months, 0, month=2)).check()["problem"].tolist()
    assert "months are missing" in again


def test_an_abstraction_explains_falling_flow() -> None:
    belt = yj.case("tiny")
    frame = belt.table("reaches")
    frame.loc[2, ["flow_mean", "flow_low"]] = 5500.0, 1900.0
    frame["abstraction"] = np.where(frame["reach"] == "r3", 600.0, np.nan)
    found = belt.with_tables(reaches=frame)
    assert found.check().empty
    outcome = yj.evaluate(found)
    assert outcome.balance <= 1e-12
    # In July 1.9 times as much water enters, but no more is taken out.
    july = outcome.base.river.reaches.set_index("reach")["flow_m07"]
    assert july["r3"] == pytest.approx(6000 * 1.9 - 600 + (5500 - 5400) * 1.9)
    assert july["r4"] == pytest.approx(july["r3"] + (12_000 - 5500) * 1.9)
