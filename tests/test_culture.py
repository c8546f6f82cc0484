"""`yijiang route` as a user meets it: routes within limits, flows, projects a plan takes, faults in words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import yijiang as yj
from yijiang.cli import _with_projects, main
from yijiang.culture import (
    Trip,
    culture,
    interaction,
    joint_route,
    orienteering,
    poisson,
    spread,
    trip_of,
    visits_between,
)
from yijiang.errors import DataError, OptionError, SolveError
from yijiang.journeys import journeys, region_hours
from yijiang.report.route import render

CASE = cache(yj.case)


@pytest.fixture(autouse=True)
def cases_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yijiang.belt.case", CASE)


@pytest.fixture(scope="module")
def tiny() -> yj.Belt:
    return CASE("tiny")


@pytest.fixture(scope="module")
def yangtze() -> yj.Belt:
    return CASE("yangtze2017")


def test_route_by_hand() -> None:
    """Two sites 2 h apart, each 1 h from both ends: within 6 h both, within 4 h the better one, within 2 h none."""
    one, hours = np.ones(2), np.array([[0.0, 2.0], [2.0, 0.0]])
    windows = np.zeros((2, 1)), np.full((2, 1), 10.0)
    for latest, sites in ((6.0, 2), (4.0, 1), (2.0, 0)):
        found = orienteering(np.array([1.0, 3.0]), one, hours, one, one, *windows, latest=latest)
        assert sum(map(len, found.routes)) == sites
    assert found.score == found.gap == 0.0


def test_a_window_makes_a_group_wait_for_the_next_day() -> None:
    one = np.ones(1)
    windows = np.array([[8.0, 32.0]]), np.array([[9.0, 33.0]])
    found = orienteering(one, one * 10, np.zeros((1, 1)), one, one, *windows, latest=48.0)
    assert found.begins == ((32.0,),)
    assert found.ends == (34.0,)


def test_groups_share_what_a_site_may_carry() -> None:
    one, far = np.ones(3), np.full((3, 3), 1.0) - np.eye(3)
    windows = np.zeros((3, 1)), np.full((3, 1), 20.0)
    found = orienteering(
        np.array([5.0, 1.0, 1.0]), one, far, one, one, *windows, latest=3.0, groups=3, visits=np.array([2, 1, 0])
    )
    assert sorted(r for route in found.routes for r in route) == [0, 0, 1]
    assert (found.score, found.gap) == (11.0, 0.0)


def test_poisson_by_hand_and_robust_errors() -> None:
    """Two means: the estimates are their logarithms, the Poisson variance 1/Σy, the sandwich Σ(y − μ)²/(Σy)²."""
    y = np.array([1.0, 3.0, 4.0, 12.0])
    fit = poisson(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]), y)
    assert np.exp(fit.coefficients).tolist() == pytest.approx([2.0, 8.0])
    assert np.diag(fit.covariance).tolist() == pytest.approx([1 / 4, 1 / 16])
    assert np.diag(fit.robust).tolist() == pytest.approx([2 / 16, 32 / 256])


def test_bad_flows_are_refused_together() -> None:
    table = pd.DataFrame({"origin": list("aab"), "destination": list("bbc"), "value": [1.0, 2.0, 3.0]})
    with pytest.raises(DataError) as caught:
        interaction(table, [1.0, 0.0, np.inf], "unconstrained", origin_size=pd.Series({"a": 1.0}))
    problems = " ".join(f.problem for f in caught.value.findings)
    assert "stands twice" in problems
    assert "above 0" in problems
    assert "needs a size" in problems
    with pytest.raises(DataError, match="number of 0 or more"):
        poisson(np.ones((3, 1)), np.array([1.0, -1.0, np.nan]))
    with pytest.raises(DataError, match="apart"):
        poisson(np.ones((3, 2)), np.ones(3))
    with pytest.raises(SolveError, match=r"set apart|converge"):
        poisson(np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]]), np.array([1.0, 2, 0, 0]))
    with pytest.raises(DataError, match="no way leads"):
        spread(pd.Series({"x": 1.0}), pd.Series({"a": 1.0}), pd.DataFrame({"x": [np.inf]}, ["a"]), 0.1)


def test_the_route_keeps_hours_and_limits(yangtze: yj.Belt) -> None:
    found = joint_route(
        yangtze, ["湖北", "Jiangsu"], journeys(yangtze).hours, Trip(days=4, groups=3, group=400, share=0.1)
    )
    sites = yangtze.table("sites").set_index("site")
    assert len(found.stops) >= 5
    for stop in found.stops.to_dict("records"):
        row = sites.loc[stop["site"]]
        assert row["opens"] <= stop["begins"] % 24
        assert stop["leaves"] - 24 * (stop["day"] - 1) <= row["closes"] + 1e-9
        assert stop["begins"] >= stop["arrives"] - 1e-9
    used = found.carrying[found.carrying["groups"] > 0]
    assert (used["carried"] <= used["allowed"]).all()
    assert (used["left"] >= 0).all()
    # The bamboo sea may take 1,008: two groups of 400.
    assert used.set_index("site")["groups"]["bamboo_sea"] == 2
    why = found.left_out.set_index("site")["why"]
    assert {why["yellow_crane_tower"], why["suzhou_gardens"]} == {"no_limit"}
    assert found.gap == 0.0


def test_impossible_limits_and_unreachable_sites_are_told(tiny: yj.Belt) -> None:
    net = journeys(tiny)
    none = joint_route(tiny, ["Upper", "Middle"], net.hours, Trip(days=2, group=5000, share=0.2))
    assert none.stops.empty
    assert set(none.left_out["why"]) == {"limit_too_small"}
    # The gate, its road and the railway closed, Middle is cut off from the upper river.
    shut = journeys(tiny, ["gate", "road2", "rail1"])
    with pytest.raises(OptionError, match="no open way leads from upper to middle"):
        joint_route(tiny, ["Upper", "Middle"], shut.hours, Trip(group=100, share=0.2))
    apart = joint_route(tiny, ["Upper", "Middle"], shut.hours, Trip(group=100, share=0.2), start="dam", end="upper")
    assert dict(zip(apart.left_out["site"], apart.left_out["why"], strict=True))["tower"] == "no_way"
    short = joint_route(tiny, ["Upper", "Middle"], net.hours, Trip(days=1, group=100, share=0.2))
    assert "no_time" in set(short.left_out["why"])
    page = render(culture(tiny, ["Upper", "Middle"], net.hours, region_hours(tiny, net), Trip(group=5000)).document)
    assert "No group can see a site" in page


def test_bad_sites_are_refused(tiny: yj.Belt) -> None:
    rows = tiny.table("sites")
    rows.loc[rows["site"] == "gorge", "visit_hours"] = 12.0
    bad = tiny.with_tables(sites=rows[rows["region"] != "Lower"])
    with pytest.raises(DataError) as caught:
        joint_route(bad, ["Upper", "Lower"], journeys(tiny).hours, Trip())
    assert [f.column for f in caught.value.findings] == ["region", "closes"]
    with pytest.raises(OptionError, match=r"from 1 to 60 days.*above 0 and at most 1"):
        Trip(days=0, share=2.0)
    with pytest.raises(OptionError, match="two or more different regions"):
        joint_route(tiny, ["Upper", "上游"], journeys(tiny).hours, Trip())


def test_flows_are_fitted_spread_or_blank(tiny: yj.Belt, yangtze: yj.Belt) -> None:
    found = visits_between(tiny, region_hours(tiny, journeys(tiny)))
    assert found is not None
    assert found.fit is not None
    assert found.fit.cost < 0
    assert (found.table["low"] <= found.table["value"]).all()
    found = visits_between(yangtze, region_hours(yangtze, journeys(yangtze)))
    assert found is not None
    assert found.fit is None
    assert set(found.missing) == {"Jiangsu", "Zhejiang", "Anhui"}
    total = found.table.groupby("destination")["value"].sum()
    assert total["Hubei"] == pytest.approx(6319.31)
    assert found.spending["Hubei"] == pytest.approx(481.99 / 6319.31 * 1e4)
    assert np.isnan(found.spending["Jiangsu"])
    assert set(found.table["status"]) == {"assumed"}
    danube = yj.case("danube2011")
    assert visits_between(danube, pd.DataFrame()) is None


def test_projects_are_sized_by_the_stated_rule_or_blank(yangtze: yj.Belt) -> None:
    from yijiang.complement.candidates import unit_rule

    net, rule = journeys(yangtze), unit_rule(yangtze, False)
    found = culture(yangtze, ["Hubei", "Jiangsu"], net.hours, region_hours(yangtze, net), trip_of(yangtze), rule=rule)
    told = {row["project"]: row for row in found.sizing}
    assert told["route_hubei_jiangsu"]["unsized"] == "no_spending"
    row = told["route_jiangsu_hubei"]
    assert row["extra_visits"] == pytest.approx(2 * 200 * 180 * 0.5 * 84.23 / (84.23 + 59.04))
    assert row["spending"] == pytest.approx(row["extra_visits"] * row["spending_per_visit"] / 1e6)
    assert row["kappa"] == pytest.approx((1 + row["spending"] / row["trade"]) ** (-1 / 5.0))
    projects = found.projects["projects"].set_index("project")
    assert projects["running_cost"]["route_jiangsu_hubei"] == pytest.approx(
        (1 - row["kappa"]) * row["trade"] / rule.saving
    )
    assert np.isnan(projects["running_cost"]["route_hubei_jiangsu"])
    assert "人次和花费" in projects["unsized_zh"]["route_hubei_jiangsu"]


def test_the_command_writes_what_a_plan_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "found"
    assert main(["route", "Upper", "中游", "--belt", "tiny", "--days", "2", "--groups", "1", "--out", str(out)]) == 0
    text = capsys.readouterr().out
    assert "A joint route of Upper and Middle" in text
    assert "上游和中游的联合线路" in text
    content = json.loads((out / "route.json").read_text(encoding="utf-8"))
    assert content["route"]["gap"] == 0
    page = (out / "route.html").read_text(encoding="utf-8")
    assert page.count('lang="zh-CN"') > 50
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    planned = _with_projects(CASE("tiny"), out / "projects")
    rows = planned.table("projects").set_index("project")
    assert set(CASE("tiny").projects) < set(planned.projects)
    assert rows["running_cost"]["route_upper_middle"] > 0
    lever = planned.table("levers").set_index("project").loc["route_upper_middle"]
    assert (lever["kind"], lever["region"], lever["partner"]) == ("friction", "Upper", "Middle")


def test_the_recipe_writes_what_ships(source_data: Callable[[str], Path], tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[1]
    command = [sys.executable, root / "recipes" / "culture_aid.py", source_data("yangtze"), "--out", tmp_path]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(root / "src")})
    for table in ("travel", "sites", "visits", "aid_history"):
        ships = root / "src" / "yijiang" / "belt" / "cases" / "yangtze2017" / f"{table}.csv"
        assert (tmp_path / f"{table}.csv").read_bytes() == ships.read_bytes()


def test_faults_end_with_words(capsys: pytest.CaptureFixture[str]) -> None:
    for words, wanted in (
        (["route", "Upper", "--belt", "tiny"], "two or more regions"),
        (["route", "Upper", "Middel", "--belt", "tiny"], "near matches: Middle"),
        (["route", "Upper", "Middle", "--belt", "tiny", "--close", "no such lock"], "unknown lock, link or node"),
        (["route", "Austria", "Hungary", "--belt", "danube2011"], "travel: the table has no row"),
        (["route", "Upper", "Middle", "--belt", "tiny", "--share", "0"], "above 0 and at most 1"),
    ):
        assert main(words) == 2
        assert wanted in capsys.readouterr().err
