"""Many projects on one cell, and very many projects: ceilings of levers, and a first look by gradient."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import yijiang as yj
from yijiang.base import Base
from yijiang.evaluation import Evaluator
from yijiang.planning import planner
from yijiang.planning.ceilings import filled
from yijiang.planning.package import Ceilings, Problem, Programme
from yijiang.planning.planner import plan
from yijiang.planning.ranking import ranking
from yijiang.planning.responses import Settlement
from yijiang.report import render

from .test_package import best_of_all, made

PARTNERS = ("Upper", "Middle")


def crowded(seed: int, projects: int = 5) -> Problem:
    """A random choice in which two ceilings are filled, one of which is worth less than nothing to a partner."""
    r = np.random.default_rng(seed)
    share = np.where(r.random((2, projects)) < 0.7, r.uniform(0.2, 0.9, (2, projects)), 0.0)
    ceilings = Ceilings(share, gross=r.normal(150, 200, (2, 2)), change=r.normal(0, 0.001, (2, 3)))
    return replace(made(seed, projects=projects, pairs=3), ceilings=ceilings)


@given(st.integers(0, 400))
@settings(max_examples=6)
def test_a_choice_with_ceilings_equals_every_subset(seed: int) -> None:
    problem = crowded(seed)
    expected = best_of_all(problem, "total")
    if expected is None:
        return
    found = Programme(problem).solve("total")
    assert found.objective == pytest.approx(expected[0], rel=1e-7)
    assert tuple((found.scale > 0).astype(int)) == expected[1]
    # What the programme says of its package is what the formula says.
    assert Programme(problem).gain_of(found) == pytest.approx(problem.gain(found.scale), rel=1e-7)


def test_waste_by_hand() -> None:
    # Three projects of half a ceiling each: two fill it, the third is wasted; no pair of them wastes anything.
    ceilings = Ceilings(np.full((1, 3), 0.5), gross=np.array([[8.0]]), change=np.array([[-0.2]]))
    assert ceilings.wasted([1, 1, 1]).tolist() == [0.5]
    assert ceilings.pairs(np.array([[0, 1], [1, 2]])).tolist() == [[0.0], [0.0]]
    assert ceilings.flips(np.array([1.0, 1.0, 0.0])).tolist() == [[0.0], [0.0], [0.5]]
    assert ceilings.flips(np.ones(3)).tolist() == [[0.5], [0.5], [0.5]]


def test_an_expansion_about_a_package_keeps_its_neighbours_with_ceilings() -> None:
    truth, rough = crowded(3), crowded(3)
    scale = np.array([1.0, 0.0, 1.0, 1.0, 0.0])
    flips = np.abs(np.eye(5) - scale)
    skewed = replace(rough, gross=rough.gross + 50.0, change=rough.change * 0.5)
    again = skewed.centred(scale, truth.gain(scale), truth.moved(scale), truth.gain(flips), truth.moved(flips))
    for package in (scale, *flips):
        assert again.gain(package) == pytest.approx(truth.gain(package), rel=1e-9)
        assert again.moved(package) == pytest.approx(truth.moved(package), rel=1e-9)


def crowd(belt: yj.Belt, cap: float, count: int = 3, share: float = 0.7) -> yj.Belt:
    """Instead of one common market, several measures that each take a share of the most that easing can do."""
    parameters = belt.table("parameters")
    parameters.loc[parameters["parameter"] == "friction_cap", ["value", "low", "high"]] = [cap, cap / 2, cap * 2]
    trade = belt.table("trade")
    cell = (trade["draw"] == 0) & (trade["importer"] == "Upper") & (trade["exporter"] == "Middle")
    value = float(trade.loc[cell & (trade["sector"] == "machines"), "value"].iloc[0])
    names = {f"market_{k}": "one_market" for k in range(count)}
    changed = {}
    for table in ("projects", "levers", "members", "payers"):
        frame = belt.table(table)
        copies = [frame[frame["project"] == old].assign(project=new) for new, old in names.items()]
        changed[table] = pd.concat([frame[frame["project"] != "one_market"], *copies], ignore_index=True)
    first = changed["levers"]["project"].isin(names) & (changed["levers"]["lever"] == 1)
    changed["levers"].loc[first, "amount"] = share * cap * value / changed["levers"].loc[first, "rate"]
    return belt.with_tables(parameters=parameters, **changed)


def test_ceilings_of_a_belt_by_hand() -> None:
    belt = crowd(yj.case("tiny"), 0.5)
    base = Base(belt)
    names = sorted(base.projects)
    used = base.rules.ceilings("market_0")
    regions, sectors = belt.regions, belt.sectors
    there = ("trade", regions.index("Upper"), regions.index("Middle"), sectors.index("machines"))
    assert used[there] == pytest.approx(0.7)
    found = filled(base, names)
    assert found.share.tolist() == [pytest.approx([0.0, 0.0, 0.7, 0.7, 0.7, 0.0])]
    assert found.groups == (("market_0", "market_1", "market_2"),)
    # κ̂ of all three stands at its floor.
    floor = base.rules.changes(names).kappa[there[1:]]
    assert floor == pytest.approx(1 - belt.parameter("friction_cap"))


def test_what_many_waste_together_is_expected() -> None:
    belt = crowd(yj.case("tiny"), 0.05, share=0.5)
    made = plan(belt, PARTNERS, draws=2)
    problem, search = made.problem, made.search
    assert problem.ceilings is not None
    pairwise = replace(problem, ceilings=None)
    full = problem.chosen(["market_0", "market_1", "market_2"])
    size = float(problem.gross[full > 0].sum(0).max())
    gain, _ = search.figures(dict.fromkeys(("market_0", "market_1", "market_2"), 1.0), made.rules)
    # A third of what the three do is wasted, and no pair shows it. What is left is that a fuller cell brings more for
    # each further part: the search finds it at its own centre.
    error, unseen = (float(np.abs(p.gain(full) - gain).max()) / size for p in (problem, pairwise))
    assert error < 0.15
    assert unseen > 2.5 * error
    for one, other in itertools.combinations(("market_0", "market_1", "market_2"), 2):
        gain, _ = search.figures({one: 1.0, other: 1.0}, made.rules)
        assert problem.gain(problem.chosen([one, other])) == pytest.approx(gain, abs=1e-6 * size)
    assert made.robustness is not None
    assert made.robustness.infeasible == 0


def test_a_crowded_cell_is_planned_as_by_every_subset() -> None:
    # At a cap of one half the worth of a cell is far from straight: the search must find its way by its own centres.
    belt = crowd(yj.case("tiny"), 0.5)
    listed = plan(belt, PARTNERS, draws=0, method="exhaustive")
    assert plan(belt, PARTNERS, draws=0).choice.objective == pytest.approx(listed.choice.objective, rel=1e-6)


def test_a_first_look_leaves_out_what_cannot_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    belt = yj.case("tiny")
    projects = belt.table("projects")
    projects.loc[projects["project"] == "machine_tools", "running_cost"] = 1e5
    dear = belt.with_tables(projects=projects)
    base = Base(dear)
    evaluator = Evaluator(base)
    still, cost = evaluator.run(), Settlement.of(evaluator).cost
    found = ranking(evaluator, still, list(base.projects), PARTNERS, cost, 0)
    assert found.left == ("machine_tools",)
    exact = evaluator.run(["machine_tools"]).income
    assert found.gross["machine_tools"] == pytest.approx(exact, rel=0.02, abs=1e-3 * np.abs(exact).max())
    assert ranking(evaluator, still, list(base.projects), PARTNERS, cost, 4).left == ()
    # What another needs that stays is kept.
    needs = pd.DataFrame([("one_market", "requires", "machine_tools")], columns=["project", "relation", "other"])
    linked = Evaluator(Base(dear.with_tables(relations=needs)))
    assert ranking(linked, linked.run(), list(base.projects), PARTNERS, cost, 0).left == ()
    whole = plan(dear, PARTNERS, draws=2)
    monkeypatch.setattr(planner, "ALL_EXACT", 0)
    quick = plan(dear, PARTNERS, draws=2)
    assert quick.package == whole.package
    row = next(p for p in quick.document["projects"] if p["project"] == "machine_tools")
    assert not row["chosen"]
    assert row["why_not"]["costs"] > row["why_not"]["brings"]
    assert "first look at the margin" in render(quick.document, "en")
    assert math.isfinite(row["effect"]["Middle"])
