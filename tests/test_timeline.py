"""The years of a planned package: rows by year, the worth that the programme optimised, and how both are told."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import yijiang as yj
from yijiang.messages import message
from yijiang.planning.planner import Plan, plan
from yijiang.planning.timeline import taken_apart, timeline
from yijiang.planning.years import timetable
from yijiang.report import render, summary, tables

PARTNERS = ("Upper", "Middle")
PARTS = ("gross", "cost", "compensation")


def budgeted(money: float, *, limits: bool = True) -> Plan:
    """The tiny case with starts that may wait six years, and so much to spend for each partner and year."""
    tiny = yj.case("tiny")
    if not limits:
        tiny = tiny.with_tables(sections=tiny.table("sections").assign(limit_class=5))
    projects = tiny.table("projects")
    first = int(projects["start_year"].min())
    projects["latest_start"] = pd.array([first + 6] * len(projects), dtype="Int64")
    rows = [(r, y, money, "tiny", "assumed") for r in PARTNERS for y in range(first, first + 12)]
    budgets = pd.DataFrame(rows, columns=["region", "year", "value", "source", "status"])
    return plan(tiny.with_tables(projects=projects, budgets=budgets), PARTNERS, draws=0, targets=limits)


@pytest.fixture(scope="module")
def made() -> Plan:
    return budgeted(855.0)


@pytest.fixture(scope="module")
def one_market() -> Plan:
    """So little money that one project is all there is: no pairs."""
    return budgeted(60.0, limits=False)


def test_the_worth_is_that_of_the_programme(made: Plan) -> None:
    solution, worth = made.found.solution, timeline(made)["timeline"]["worth"]
    # The programme's last word is the chosen package with its starts, some of which wait.
    starts = dict(zip(made.problem.projects, solution.start.tolist(), strict=True))
    assert {n: s for n, s in starts.items() if s} == dict(made.choice.start)
    assert len(set(made.choice.start.values())) > 1
    assert len(made.package) > 2
    gain = made.programme.gain_of(solution)
    for n, region in enumerate(PARTNERS):
        told = worth[region]
        assert told["gross"] - told["cost"] + told["compensation"] == pytest.approx(told["together"], rel=1e-12)
        assert told["together"] == pytest.approx(gain[n], rel=1e-9)
        assert told["transfer"] == pytest.approx(solution.transfer[n], abs=1e-6)
        assert told["after_transfer"] - told["alone"] == pytest.approx(solution.surplus[n], rel=1e-9)


def test_rows_discounted_give_the_worth(made: Plan) -> None:
    line = timeline(made)["timeline"]
    delta, first = 1 / (1 + line["rate"]), line["first"]
    assert line["rate"] == made.base.belt.parameter("discount_rate")
    far = line["rows"] + [{**line["rows"][-1], "year": line["rows"][-1]["year"] + k} for k in range(1, 800)]
    apart = 0.0
    for region in PARTNERS:
        level = (1 - delta) * sum(delta ** (r["year"] - first) * r["partners"][region]["net"] for r in far)
        worth = line["worth"][region]
        apart = max(apart, abs(level - worth["after_transfer"]) / worth["after_transfer"])
        assert worth["present"] == pytest.approx(worth["after_transfer"] / (1 - delta))
    assert apart == pytest.approx(line["apart"], rel=1e-3)
    # Pairs are counted from their earliest starts; what is left of the difference is small.
    assert 0 < line["apart"] < 0.01


def test_one_project_by_hand(one_market: Plan) -> None:
    line = timeline(one_market)["timeline"]
    assert one_market.package == ["one_market"]
    row = one_market.base.projects["one_market"].row
    ramp, start, delta = int(row["ramp_years"]), one_market.choice.start["one_market"], 1 / 1.06
    assert (ramp, line["rate"]) == (2, 0.06)
    parts = taken_apart(one_market)
    for n, region in enumerate(PARTNERS):
        years = {r["year"]: r["partners"][region] for r in line["rows"]}
        full = one_market.document["gains"][region]
        for k, share in enumerate((0.0, 0.5, 1.0)):
            assert years[start + k]["gross"] == pytest.approx(share * full["gross"], rel=1e-9)
            assert years[start + k]["cost"] == pytest.approx(full["cost"], rel=1e-12)
        capital, running = 0.5 * float(row["capital_cost"]) / ramp, 0.5 * float(row["running_cost"])
        assert [years[start + k]["spending"] for k in range(3)] == pytest.approx([capital, capital, running])
        # Nothing in the first year, half in the second, all from the third on; the cost from the start.
        waited = delta ** (start - line["first"])
        grown = (1 - delta) * delta / 2 + delta**2
        assert line["worth"][region]["gross"] == pytest.approx(waited * grown * parts.income[0, n], rel=1e-9)
        assert line["worth"][region]["cost"] == pytest.approx(waited * full["cost"], rel=1e-12)
    # One project has no pairs: only what the payments do to prices is not counted by the programme.
    moved = np.abs(waited * grown * (parts.moved_income + parts.moved_paid)).max()
    largest = max(line["worth"][region]["after_transfer"] for region in PARTNERS)
    assert line["apart"] == pytest.approx(moved / largest, rel=1e-6)
    assert line["full"] == start + ramp


def test_the_last_year_is_that_of_full_effect(made: Plan) -> None:
    last = timeline(made)["timeline"]["rows"][-1]["partners"]
    for region in PARTNERS:
        for part in PARTS:
            assert last[region][part] == pytest.approx(made.document["gains"][region][part], rel=1e-9, abs=1e-9)


def test_every_year_adds_up_and_keeps_the_budget(made: Plan) -> None:
    line = made.document["timeline"]
    assert [r["year"] for r in line["rows"]] == [r["year"] for r in made.document["timetable"]]
    for row, spent in zip(line["rows"], made.document["timetable"], strict=True):
        figures = row["partners"]
        assert sum(f["transfer"] for f in figures.values()) == pytest.approx(0.0, abs=1e-9)
        for region, f in figures.items():
            assert f["net"] == pytest.approx(f["gross"] - f["cost"] + f["compensation"] + f["transfer"])
            assert f["spending"] == pytest.approx(spent["spending"][region])
            assert f["spending"] <= f["budget"] * (1 + 1e-9)
    assert line["rows"][0]["partners"]["Upper"]["gross"] == 0.0
    assert json.loads(json.dumps(line, allow_nan=False)) == line


def test_the_first_to_do_are_the_first_to_start(made: Plan) -> None:
    told = [(row["start_year"], made.choice.start[row["project"]]) for row in made.document["first_three"]]
    assert [a for a, _ in told] == [b for _, b in told] == sorted(b for _, b in told)


def test_without_years_nothing_is_added() -> None:
    bare = plan(yj.case("tiny"), PARTNERS, draws=0)
    assert timeline(bare) == {}
    assert "timeline" not in bare.document
    assert "timeline" not in tables(bare.document)
    assert message("years.by_year", "en") not in render(bare.document, "en")
    # Spending is that of the part of a project that is done.
    starts = dict.fromkeys(bare.package, 2020)
    whole, half = (timetable(bare.base, starts, PARTNERS, dict.fromkeys(starts, s)) for s in (1.0, 0.5))
    for one, other in zip(whole, half, strict=True):
        assert other["spending"] == {r: pytest.approx(0.5 * v) for r, v in one["spending"].items()}  # type: ignore[attr-defined]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_tells_years_and_full_effect_apart(made: Plan, lang: str) -> None:
    document = made.document
    page = render(document, lang)
    told = message("years.full_effect", lang, full=document["timeline"]["full"])
    # At the top and again beside the gains.
    assert page.count(told) == 2
    assert told in summary(document, lang)
    for key in ("years.worth", "years.by_year", "years.by_year_note", "years.present", "years.budget"):
        assert message(key, lang) in page
    assert message("years.onward", lang, year=document["timeline"]["rows"][-1]["year"]) in page
    frame = tables(document)["timeline"]
    assert list(frame.columns[:3]) == ["year", "region", "gross"]
    assert len(frame) == len(PARTNERS) * len(document["timeline"]["rows"])
    assert np.isfinite(frame["net"]).all()
