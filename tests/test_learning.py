"""The room `learning`: profiles, topics, peers, frontiers, candidates, pledges, effects, the park sheet."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import yijiang as yj
from yijiang.belt import Belt
from yijiang.errors import DataError, OptionError
from yijiang.learning import Learning, effect, efficiency, learn, learn_parks, read_sheet
from yijiang.learning.frontier import bootstrap, radial, units_needed
from yijiang.learning.frontier.bounds import bandwidth
from yijiang.learning.measured import measured
from yijiang.learning.parks import empty_sheet
from yijiang.learning.pledge import pledge, pledged
from yijiang.learning.projects import spending_of_step
from yijiang.learning.shiftshare import shift_share
from yijiang.valuechain import positions


@pytest.fixture(scope="module")
def belt() -> Belt:
    return yj.case("yangtze2017")


@pytest.fixture(scope="module")
def found(belt: Belt) -> Learning:
    return learn(belt, ("湖北", "Jiangsu"), draws=20)


def test_who_sells_and_who_buys_technology(found: Learning) -> None:
    """Yearbook figures of 2023, 100 million yuan; Hubei sells more than Jiangsu although it came to learn."""
    trade = found.contracts
    assert trade is not None
    assert (trade.seller, trade.buyer) == ("Hubei", "Jiangsu")
    assert trade.sold["Hubei"][-1] == pytest.approx(4771.17, abs=0.01)
    assert trade.bought["Jiangsu"][-1] == pytest.approx(5347.77, abs=0.01)
    assert trade.net["Hubei"] > 1000
    assert trade.net["Jiangsu"] < -2000
    assert trade.crossed == (2014, 2019, 2022)
    assert trade.years[-1] == 2023
    assert "tech_sold" in found.document["other_way"]
    reported = {one["practice"] for one in found.document["contracts"]["reported"]}
    assert reported == {"transfer_rules", "contract_system", "used_at_home"}


def test_every_line_says_year_status_direction_and_gap_or_that_none_was_found(found: Learning, belt: Belt) -> None:
    rows = belt.table("indicators")
    assert [line.indicator.key for line in found.lines] == list(dict.fromkeys(rows["indicator"]))
    for line in found.lines:
        if line.year is None:
            assert line.gap is None
            assert line.ahead == ""
            continue
        own = rows[(rows["indicator"] == line.indicator.key) & rows["region"].isin(line.places)]
        values = own.set_index("region")["value"]
        assert line.gap == pytest.approx(values["Hubei"] - values["Jiangsu"])
        assert line.sources
        assert line.status in ("official", "aggregated")
        if line.indicator.better == "high" and line.gap:
            assert line.ahead == ("Hubei" if line.gap > 0 else "Jiangsu")
    assert sum(line.year is None for line in found.lines) == 6
    intensity = next(line for line in found.lines if line.indicator.key == "rd_intensity")
    assert intensity.trend is not None
    assert (intensity.trend.first, intensity.trend.last) == (2011, 2023)
    assert intensity.trend.growth["Jiangsu"] == pytest.approx((3.29 - 2.17) / 12, abs=2e-3)


def test_topics_of_the_agreement_come_first_and_empty_ones_say_so(found: Learning) -> None:
    agreed = [topic for topic in found.topics if topic.agreed]
    assert [topic.key for topic in agreed][:3] == ["regional_economy", "county_economy", "real_economy"]
    assert len(agreed) == 8
    assert {topic.learner for topic in agreed} == {"Hubei"}
    assert [t.key for t in agreed if not t.found] == ["county_economy", "park_economy", "ecological_protection"]


def test_one_topic_by_its_chinese_name(belt: Belt) -> None:
    one = learn(belt, ("Hubei", "Jiangsu"), topic="制造业", draws=0)
    assert one.topic == "manufacturing"
    assert {line.indicator.topic for line in one.lines} == {"manufacturing"}
    with pytest.raises(OptionError, match="near matches"):
        learn(belt, ("Hubei", "Jiangsu"), topic="manufacture", draws=0)


def test_lessons_name_peers_that_are_better_and_practices_of_the_one_ahead(found: Learning) -> None:
    assert {lesson.learner for lesson in found.lessons} == {"Hubei", "Jiangsu"}
    for lesson in found.lessons:
        assert lesson.line.ahead == lesson.ahead
        assert all(one.region == lesson.ahead for one in lesson.practices)
        peer, own = lesson.nearest, lesson.line.figures[lesson.learner]
        assert peer is not None
        assert own is not None
        assert (peer.value > own) == (lesson.line.indicator.better == "high")
        assert peer.alike is not None
        assert 0 < peer.alike <= 1
    sold = found.lesson("Jiangsu", "技术合同输出成交额")
    assert [one.key for one in sold.practices] == ["transfer_rules", "contract_system"]
    with pytest.raises(OptionError, match="Hubei is not behind in it"):
        found.lesson("Hubei", "tech_sold")


def test_frontiers_have_bounds_and_the_years_multiply(found: Learning) -> None:
    assert [one.key for one in found.benchmarks] == ["research", "industry"]
    for one in found.benchmarks:
        assert one.refused is None
        for name in ("ccr", "bcc"):
            model = one.models[name]
            assert model.low is not None
            assert model.high is not None
            assert model.corrected is not None
            assert (model.low <= model.high + 1e-12).all()
            assert (model.corrected <= model.score + 1e-9).all()
            assert max(model.gap, model.residual) < 1e-6
        since = one.since("Hubei")
        assert since is not None
        assert since["productivity"] == pytest.approx(since["catching_up"] * since["frontier"])
        first, last = (one.paths.distance[k, one.regions.index("Hubei")] for k in (0, -1))  # type: ignore[union-attr]
        assert since["catching_up"] == pytest.approx(last / first)


def test_too_few_units_are_refused_by_the_rule(belt: Belt) -> None:
    assert units_needed(1, 2) == 9
    refused = learn(yj.case("tiny"), ("Upper", "Middle")).benchmarks[0].refused
    assert refused is not None
    assert "3 regions are too few" in refused["en"]
    with pytest.raises(DataError, match="at least 12 are needed"):
        learn(belt, ("Hubei", "Jiangsu"), inputs=["rd_expenditure", "population"], outputs=["gdp", "研发经费"])
    names = list("abcde")
    one = pd.DataFrame({"x": [1.0, 2, np.nan, 4, 0]}, names)
    with pytest.raises(DataError) as caught:
        efficiency(one, pd.DataFrame({"y": [1.0] * 5}, names))
    problems = [f.problem for f in caught.value.findings]
    assert problems == [
        "no figure for x of c",
        "x of e must be above 0",
        "5 units are too few for 1 inputs and 1 outputs",
    ]
    assert "at least 6 units" in caught.value.findings[-1].remedy


def test_bootstrap_of_a_ratio_in_closed_form() -> None:
    """One input, one output, constant returns: the drawn frontier is the best ratio times the largest drawn score."""
    x = np.array([2.0, 4, 3, 5, 6, 7])[:, None]
    y = np.array([1.0, 3, 2, 4, 2, 5])[:, None]
    score, _ = radial(x, y, x, y, "constant", "input")
    h, draws = bandwidth(score), 40
    found = bootstrap(x, y, score, "constant", "input", draws=draws, seed=3)
    rng = np.random.default_rng(3)
    drawn = score[rng.integers(0, 6, (draws, 6))]
    smooth = drawn + h * rng.standard_normal((draws, 6))
    smooth = np.where(smooth > 1, 2 - smooth, smooth)
    mean = drawn.mean(1, keepdims=True)
    pulled = np.maximum(mean + (smooth - mean) / np.sqrt(1 + h**2 / score.var()), score.min() / 2)
    star = score / pulled.max(1)[:, None]
    assert found.corrected == pytest.approx(1 / (2 / score - (1 / star).mean(0)), rel=1e-6)
    assert found.low == pytest.approx(1 / (1 / score - np.quantile(1 / star - 1 / score, 0.025, axis=0)), rel=1e-6)
    assert (found.low > score / 2).all()
    again = bootstrap(x, y, score, "constant", "input", draws=draws, seed=3)
    assert (again.low == found.low).all()
    out = bootstrap(x, y, score, "constant", "output", draws=draws, seed=3)
    assert out.bias == pytest.approx(found.bias, rel=1e-6)
    with pytest.raises(OptionError, match="no spread"):
        bandwidth(np.array([1.0, 1.0, 0.5]))


def test_shift_share_refuses_with_every_fault(belt: Belt) -> None:
    table = belt.table("sector_years")
    split = shift_share(table, "Hubei", "homothetic")
    assert split.years == (2012, 2017)
    assert split.balance < 1e-12
    gone = table[~((table["region"] == "Hubei") & (table["sector"] == "mining") & (table["year"] == 2012))]
    one_year = gone[gone["year"] == 2017]
    with pytest.raises(DataError, match="no figure above 0 for mining in Hubei, 2012"):
        shift_share(gone, "Hubei")
    with pytest.raises(DataError, match="fewer than two years"):
        shift_share(one_year, "Hubei")
    with pytest.raises(OptionError, match="unknown method"):
        shift_share(table, "Hubei", "spatial")


def test_the_chain_comes_in_as_a_table(belt: Belt) -> None:
    where = positions(yj.case("tiny"))
    assert (where[["upstreamness", "downstreamness"]] >= 1 - 1e-9).all(axis=None)
    tiny = learn(yj.case("tiny"), ("Upper", "Middle"), positions=where).document["positions"]
    assert [row["sector"] for row in tiny[:5]] == ["farm", "materials", "machines", "services", ""]
    assert "Abroad" not in positions(belt).index.get_level_values(0)


def test_only_the_stated_rule_sizes_a_candidate(found: Learning, belt: Belt) -> None:
    projects = found.projects["projects"].set_index("project")
    sized = projects[projects["unsized_en"] == ""]
    assert list(sized.index) == ["learn_research_hubei"]
    intensity = found.lesson("Hubei", "rd_intensity").line
    assert intensity.trend is not None
    points = intensity.trend.growth["Jiangsu"]
    assert points is not None
    assert sized["capital_cost"].iloc[0] == pytest.approx(spending_of_step(2.52, points, 140820.0))
    rest = projects[projects["unsized_en"] != ""]
    assert rest[["capital_cost", "running_cost"]].isna().all(axis=None)
    assert (rest["unsized_zh"] != "").all()
    joined = belt.with_tables(**found.with_own())
    assert joined.check().empty
    assert set(belt.projects) < set(joined.projects)


def test_a_pledge_goes_from_the_figure_to_the_target(found: Learning) -> None:
    lesson = found.lesson("Hubei", "rd_intensity")
    sides = {"Hubei": "湖北", "Jiangsu": "江苏"}
    made = pledge(lesson, found.names, sides, year=2027, close=0.25)
    assert made.target == pytest.approx(2.52 + 0.25 * (3.29 - 2.52))
    kinds = [kind for kind, _ in made.items]
    assert kinds == ["commitment", "project", "indicator"]
    assert made.items[0][1]["sides"] == ["湖北", "江苏"]
    assert made.items[1][1]["belt_project"] == "learn:Hubei:rd_intensity"
    for wrong, match in (
        ({"close": 0.2, "target": 3.0}, "either a target"),
        ({}, "either a target"),
        ({"target": 2.0}, "not better"),
        ({"close": 1.5}, "at most 1"),
        ({"close": 0.2, "year": 2020}, "later year"),
        ({"close": 0.2, "practice": "no_such"}, "turing_institute"),
    ):
        with pytest.raises(OptionError, match=match):
            pledge(lesson, found.names, sides, **{"year": 2027, **wrong})  # type: ignore[arg-type]


def state_of(found: Learning, belt: Belt, year: int, value: float | None) -> dict[str, object]:
    """A ledger's state with one pledge made on the figures of 2015, as the ledger would give it."""
    lesson = found.lesson("Hubei", "rd_intensity")
    made = pledge(lesson, found.names, {"Hubei": "湖北", "Jiangsu": "江苏"}, year=2030, target=3.0)
    (_, commitment), (_, project), (_, figure) = made.items
    at = belt.table("indicator_years").set_index(["indicator", "region", "year"])["value"]
    actuals = [] if value is None else [{"value": value, "on": f"{year}-12-31", "confirmed": [], "side": "湖北"}]
    base = {"baseline": float(at["rd_intensity", "Hubei", 2015]), "baseline_year": 2015, "actuals": actuals}
    return {
        "commitments": [{**commitment, "status": "agreed", "claimed": "agreed"}],
        "projects": [project],
        "indicators": [{**figure, **base}],
    }


def test_the_effect_is_read_back_against_peers(found: Learning, belt: Belt) -> None:
    at = belt.table("indicator_years").set_index(["indicator", "region", "year"])["value"]["rd_intensity"]
    (row,) = measured(belt, state_of(found, belt, 2020, 2.31))
    assert (row["before"], row["after"], row["from_ledger"]) == (2015, 2020, True)
    others = [name for name in belt.members if name != "Hubei"]
    mean = np.mean([at[name, 2020] - at[name, 2015] for name in others])
    assert row["effect"]["difference"] == pytest.approx(2.31 - at["Hubei", 2015] - mean)
    assert len(row["effect"]["peers"]) == 10
    assert "one_region" in row["effect"]["limits"]
    (later,) = measured(belt, state_of(found, belt, 0, None))
    assert (later["after"], later["from_ledger"]) == (2023, False)
    (alone,) = measured(belt, state_of(found, belt, 2029, 2.9))
    assert alone["effect"]["difference"] is None
    assert alone["effect"]["limits"] == ("no_peers", "one_region")
    with pytest.raises(OptionError, match="holds no pledge"):
        pledged(state_of(found, belt, 0, None), "no_such")


def test_what_was_there_before_is_no_effect_of_the_pledge() -> None:
    path = {2015: 1.0, 2018: 2.0, 2021: 3.0}
    still = {f"p{k}": {2015: 1.0, 2018: 1.0 + 0.01 * k, 2021: 1.0} for k in range(5)}
    found = effect(path, still, 2018, 2021, relative=False)
    assert found.limits == ("earlier_trend", "one_region")
    assert found.difference == pytest.approx(1.02)
    assert found.chance == pytest.approx(1 / 6)
    with pytest.raises(OptionError, match="no figure of the region for 2022"):
        effect(path, still, 2018, 2022)
    with pytest.raises(OptionError, match="must be later"):
        effect(path, still, 2018, 2018)


def test_a_sheet_is_refused_with_every_fault() -> None:
    lines = empty_sheet().splitlines()
    broken = [
        lines[0],
        lines[1].replace(",45,", ",soon,"),
        lines[2].replace(",day,", ",week,"),
        lines[3].replace(",low,", ",lower,"),
        lines[4].replace(",2023,", ",23,").replace(",official", ","),
        lines[1],
    ]
    with pytest.raises(DataError) as caught:
        read_sheet("\n".join(broken), "parks.csv")
    told = {(f.row, f.column) for f in caught.value.findings}
    assert {(2, "value"), (3, "unit"), (4, "better"), (5, "year"), (5, "status"), (6, "indicator")} <= told
    with pytest.raises(DataError, match="missing column") as missing:
        read_sheet("park,price\na,1\n", "parks.csv")
    assert {f.problem for f in missing.value.findings} == {"missing column", "unknown column"}
    with pytest.raises(DataError, match="holds no rows"):
        read_sheet(lines[0], "parks.csv")


def test_parks_are_compared_by_the_same_method() -> None:
    rows = read_sheet(empty_sheet(), "parks.csv")
    one = learn_parks(rows, ("park_b", "甲园区"))
    assert one.places == ("park_b", "park_a")
    assert {line.indicator.key: line.ahead for line in one.lines} == {
        "permit_days": "park_b",
        "export_days": "park_b",
        "graduates": "",
    }
    assert one.document["kind"] == "parks"
    with pytest.raises(DataError, match="2 regions are too few"):
        learn_parks(rows, ("park_a", "park_b"), inputs=["permit_days"], outputs=["export_days"])
    with pytest.raises(OptionError, match="no projects of its own"):
        one.with_own()


def test_a_belt_with_contradictory_figures_is_refused() -> None:
    tiny = yj.case("tiny")
    table, years = tiny.table("indicators"), tiny.table("indicator_years")
    wrong = table.assign(
        unit=table["unit"].mask((table["indicator"] == "treated") & (table["region"] == "Middle"), "t")
    )
    shifted = years.assign(value=years["value"].mask((years["year"] == 2017) & (years["region"] == "Upper"), 77.0))
    found = tiny.with_tables(indicators=wrong, indicator_years=shifted).check()
    assert (found["problem"].str.contains("has another unit")).sum() == 1
    assert (found["table"] == "indicator_years").sum() == 6
    with pytest.raises(DataError):
        learn(tiny.with_tables(indicators=wrong), ("Upper", "Middle"))
    with pytest.raises(DataError, match="holds no indicators"):
        learn(
            tiny.with_tables(**{t: tiny.table(t).head(0) for t in ("indicators", "indicator_years", "practices")}),
            ("Upper", "Middle"),
        )


def test_a_belt_that_lacks_the_rest_says_so_and_goes_on() -> None:
    tiny = yj.case("tiny")
    bare = tiny.with_tables(**{t: tiny.table(t).head(0) for t in ("indicator_years", "sector_years", "practices")})
    found = learn(bare, ("Upper", "Middle"))
    assert set(found.gaps) == {"shift_share", "positions"}
    assert found.shares == {}
    assert all(line.trend is None for line in found.lines)
    assert all(lesson.nearest is None or lesson.nearest.alike is None for lesson in found.lessons)
    research = found.projects["projects"].set_index("project").loc["learn_research_upper"]
    assert "pace" in research["unsized_en"]
