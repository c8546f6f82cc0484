"""The plan: definitions of gain, alone and target; the search against every subset; who pays."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import yijiang as yj
from yijiang import ecology
from yijiang.base import Base
from yijiang.errors import DataError, InfeasibleError, OptionError
from yijiang.evaluation import Evaluator, Outcome
from yijiang.planning import ensemble, nash
from yijiang.planning.conditions import objective_value
from yijiang.planning.draws import draw_all
from yijiang.planning.exhaustive import exhaustive
from yijiang.planning.planner import Plan, plan

PARTNERS = ("Upper", "Middle")


@pytest.fixture(scope="module")
def tiny() -> yj.Belt:
    return yj.case("tiny")


@pytest.fixture(scope="module")
def evaluator(tiny: yj.Belt) -> Evaluator:
    return Evaluator(Base(tiny))


@pytest.fixture(scope="module")
def chosen(tiny: yj.Belt) -> Plan:
    return plan(tiny, PARTNERS, draws=8)


@pytest.fixture(scope="module")
def yangtze() -> Plan:
    return plan(yj.case("yangtze2017"), ("Hubei", "Jiangsu"), draws=2)


def test_no_projects_change_nothing(evaluator: Evaluator) -> None:
    still = evaluator.run()
    out = Outcome(evaluator, still, still)
    assert np.abs(out.real_income - 1).max() <= 1e-12
    assert np.abs(out.output - 1).max().max() <= 1e-12
    assert still.loop_residual <= 1e-6
    assert (out.sections["base"] == out.sections["plan"]).all()


def test_no_projects_change_nothing_on_the_yangtze(yangtze: Plan) -> None:
    still = yangtze.search.responses.still
    assert np.abs(still.solution.real_income_hat_array - 1).max() <= 1e-12
    assert np.abs(still.income).max() <= 1e-3  # million yuan, against 8e7 of income: 1e-11


def test_order_of_projects_does_not_matter(tiny: yj.Belt) -> None:
    forward, backward = yj.evaluate_many(tiny, [["channel", "one_market"], ["one_market", "channel"]])
    assert json.dumps(forward.to_dict()) == json.dumps(backward.to_dict())


def test_mass_balance_and_attribution(chosen: Plan) -> None:
    assert chosen.outcome.balance <= 1e-12
    sums = chosen.outcome.attribution.groupby(["section", "pollutant"])["share"].agg(math.fsum)
    assert (sums == 1.0).all()


def test_package_is_the_best_of_all_subsets(tiny: yj.Belt, chosen: Plan) -> None:
    listed = plan(tiny, PARTNERS, method="exhaustive", draws=0)
    assert listed.package == chosen.package
    assert listed.choice.objective == pytest.approx(chosen.choice.objective, rel=1e-9)


def test_gain_is_income_less_cost_plus_payments(chosen: Plan) -> None:
    gains = chosen.gains
    assert (gains["gross"] - gains["cost"] + gains["compensation"] - gains["together"]).abs().max() < 1e-9
    assert abs(gains["after_transfer"].sum() - gains["together"].sum()) < 1e-6
    assert (gains["after_transfer"] >= gains["alone"] - 1e-9).all()
    # Two players without a binding limit: Nash = Shapley.
    for region, value in chosen.shapley.items():
        assert gains.loc[region, "after_transfer"] == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize("name", ["chosen", "yangtze"])
def test_river_limits_and_targets_hold(name: str, request: pytest.FixtureRequest) -> None:
    made: Plan = request.getfixturevalue(name)
    still, state = made.search.responses.still, made.choice.state
    reached = ecology.reached_by(made.base, set(made.regions)) & ecology.binding(made.base)[None, :]
    allowed = np.maximum(ecology.limits(made.base), still.low) * (1 + 1e-6)
    assert (state.low <= allowed)[reached].all()
    matrix = made.base.transfer["low"]
    targets = made.base.belt.tables["targets"]
    for row in targets[targets["region"].isin(made.regions)].to_dict("records"):
        s, p = matrix.sections.index(row["section"]), matrix.pollutants.index(row["pollutant"])
        assert state.low[s, p] <= still.low[s, p] * (1 - row["reduction"]) * (1 + 1e-6)


def test_protection_needs_a_target_or_a_price(yangtze: Plan) -> None:
    belt = yangtze.base.belt
    protection = {n for n, p in yangtze.base.projects.items() if p.protects_only}
    assert protection & set(yangtze.package)
    free = plan(belt, yangtze.regions, draws=0, targets=False, compensation_rate=0.0)
    assert free.package
    assert not protection & set(free.package)


def test_both_gain_on_the_yangtze(yangtze: Plan) -> None:
    gains = yangtze.gains
    assert (gains["after_transfer"] > gains["alone"]).all()
    assert "third_lock" not in yangtze.package
    assert yangtze.miss < 0.02


def test_document_is_strict_json(yangtze: Plan) -> None:
    text = json.dumps(yangtze.document, allow_nan=False)
    assert set(json.loads(text)) >= {"regions", "gains", "river", "transport", "assumed", "provenance", "verify"}


def test_a_free_lever_is_refused(tiny: yj.Belt) -> None:
    projects = tiny.table("projects")
    projects.loc[projects["project"] == "machine_tools", ["capital_cost", "running_cost"]] = 0.0
    with pytest.raises(DataError) as caught:
        Base(tiny.with_tables(projects=projects))
    assert any("machine_tools" in str(f) or f.table == "projects" for f in caught.value.findings)


def test_a_lever_without_a_rate_is_refused(tiny: yj.Belt) -> None:
    levers = tiny.table("levers")
    levers.loc[levers["project"] == "machine_tools", "rate"] = float("nan")
    with pytest.raises(DataError):
        Base(tiny.with_tables(levers=levers))


def test_unreachable_target_names_relaxations(tiny: yj.Belt) -> None:
    targets = tiny.table("targets")
    targets["reduction"] = 0.9
    with pytest.raises(InfeasibleError) as caught:
        plan(tiny.with_tables(targets=targets), PARTNERS, draws=0)
    assert caught.value.relaxations


@pytest.mark.parametrize("regions", [("Upper",), ("Upper", "Upper"), ()])
def test_a_plan_needs_different_partners(tiny: yj.Belt, regions: tuple[str, ...]) -> None:
    with pytest.raises(OptionError):
        plan(tiny, regions)


def test_draws_are_repeatable(tiny: yj.Belt, chosen: Plan) -> None:
    again = plan(tiny, PARTNERS, draws=8)
    assert again.gains.equals(chosen.gains)


def test_workers_change_nothing(chosen: Plan) -> None:
    runs = [ensemble.run(chosen.base, chosen.ensemble.job, 4, 1, workers) for workers in (1, 2)]
    for name in ensemble.NAMES:
        assert np.array_equal(getattr(runs[0], name), getattr(runs[1], name))
    assert runs[0].pair_gross.shape[1] == len(chosen.ensemble.job.pairs) > 0


def test_a_cluster_changes_nothing(chosen: Plan) -> None:
    distributed = pytest.importorskip("distributed")
    alone = ensemble.run(chosen.base, chosen.ensemble.job, 4, 1)
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        on_cluster = ensemble.run(chosen.base, chosen.ensemble.job, 4, 1, executor=client)
    for name in ensemble.NAMES:
        assert np.array_equal(getattr(alone, name), getattr(on_cluster, name))


def test_explain_adds_up(evaluator: Evaluator) -> None:
    out = Outcome(evaluator, evaluator.run(["one_market"]), evaluator.run())
    table = out.explain("one_market")
    parts, whole = table.drop(index="together").sum(), table.loc["together"]
    assert np.abs(parts - whole).max() <= 0.02 * np.abs(whole).max()


def test_objectives_by_hand() -> None:
    surplus = np.array([[10.0, -2.0], [3.0, 3.0], [-1.0, -1.0]])
    total, _ = objective_value("total", surplus, np.inf)
    assert total.tolist() == [8.0, 6.0, -np.inf]
    log, _ = objective_value("nash", surplus, np.inf)
    assert log[0] == pytest.approx(2 * math.log(4.0))
    least, _ = objective_value("maxmin", surplus, 1.0)
    assert least[0] == -np.inf  # one million cannot level 10 and −2
    assert least[1] == 3.0


def test_bounded_transfers() -> None:
    assert nash([10.0, 0.0, 2.0], [0.0, 0.0, 0.0], limit=3.0).tolist() == pytest.approx([-3.0, 2.5, 0.5])


@pytest.mark.parametrize("objective", ["nash", "total", "maxmin", "eps"])
def test_the_programme_equals_every_subset(tiny: yj.Belt, chosen: Plan, objective: str) -> None:
    alone = np.asarray(chosen.alone)
    found = chosen.search.best(PARTNERS, alone, objective)
    listed = exhaustive(chosen.search, PARTNERS, alone, objective)
    assert found.choice.scale == listed.scale
    assert found.miss < 1e-3
    assert found.solution.gap <= 1e-6


def with_relation(belt: yj.Belt, *rows: tuple[str, str, str]) -> yj.Belt:
    return belt.with_tables(relations=pd.DataFrame(rows, columns=["project", "relation", "other"]))


def test_relations_of_the_belt_reach_the_programme(tiny: yj.Belt) -> None:
    clash = plan(with_relation(tiny, ("channel", "excludes", "one_market")), PARTNERS, draws=0)
    assert len({"channel", "one_market"} & set(clash.package)) == 1
    listed = plan(with_relation(tiny, ("channel", "excludes", "one_market")), PARTNERS, draws=0, method="exhaustive")
    assert listed.package == clash.package


def test_budgets_put_off_what_cannot_be_paid(tiny: yj.Belt, chosen: Plan) -> None:
    projects = tiny.table("projects")
    first = int(projects["start_year"].min())
    projects["latest_start"] = pd.array([first + 6] * len(projects), dtype="Int64")
    spends = {row["year"]: row["spending"]["Middle"] for row in chosen.document["timetable"]}
    money = 0.6 * max(spends.values())
    rows = [(r, y, money, "tiny", "assumed") for r in PARTNERS for y in range(first, first + 12)]
    budgets = pd.DataFrame(rows, columns=["region", "year", "value", "source", "status"])
    made = plan(tiny.with_tables(projects=projects, budgets=budgets), PARTNERS, draws=0)
    starts = {row["project"]: row["start"] for row in made.document["package"]}
    assert len(set(starts.values())) > 1
    # Packages are compared by the worth of their starts: the programme's own best, corrections in, is the one chosen.
    best = made.programme.solve("nash")
    assert set(best.names(made.problem)) == set(made.package)
    assert best.start.tolist() == [starts.get(n, 0) for n in made.problem.projects]
    for row in made.document["timetable"]:
        assert all(spent <= money * (1 + 1e-6) for spent in row["spending"].values())
    nothing = plan(
        tiny.with_tables(budgets=budgets.assign(value=0.0)), PARTNERS, draws=0, targets=False, compensation_rate=0.0
    )
    assert nothing.package == []


def test_a_project_may_be_done_in_part(tiny: yj.Belt) -> None:
    projects = tiny.table("projects")
    projects["smallest"] = np.where(projects["project"] == "phosphorus", 0.1, 1.0)
    part = plan(tiny.with_tables(projects=projects), PARTNERS, draws=0, compensation_rate=0.0)
    assert 0.1 <= part.choice.scale["phosphorus"] < 1.0
    whole = plan(tiny, PARTNERS, draws=0, compensation_rate=0.0)
    assert part.choice.gain.sum() > whole.choice.gain.sum()
    # The size just reaches the tightest target.
    assert part.choice.excess == pytest.approx(0.0, abs=1e-4)


def test_a_run_goes_on_where_it_stopped(tiny: yj.Belt, chosen: Plan, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    plan(tiny, PARTNERS, draws=4, store=kept)
    files = {f.name for f in kept.iterdir()}
    again = plan(tiny, PARTNERS, draws=8, store=kept)
    assert again.ensemble.found == 4
    assert again.gains.equals(chosen.gains)
    assert files < {f.name for f in kept.iterdir()}


def test_three_partners_share_by_coalitions(tiny: yj.Belt) -> None:
    made = plan(tiny, ("Upper", "Middle", "Lower"), draws=2)
    whole = sum(made.shapley.values())
    assert whole == pytest.approx(made.coalition[frozenset(made.regions)], rel=1e-9)
    assert sum(made.nucleolus.values()) == pytest.approx(whole, rel=1e-9)
    assert len(made.document["sharing"]["coalitions"]) == 7


def test_frontier_ends_and_alternatives(chosen: Plan) -> None:
    points = chosen.frontier()
    assert (points["gap"] <= 1e-6).all()
    gains = points[list(PARTNERS)].to_numpy()
    for k, name in enumerate(PARTNERS):
        weights = [1.0 if n == name else 0.0 for n in PARTNERS]
        programme = chosen.programme.copy()
        programme.without_transfers()
        assert gains[:, k].max() == pytest.approx(programme.gain_of(programme.weigh(weights))[k], rel=1e-6)
    found, complete = chosen.alternatives
    assert complete
    assert found[0].loss == 0.0


def test_robustness_counts_the_draws(chosen: Plan) -> None:
    robust = chosen.robustness
    assert robust is not None
    assert 0 <= robust.same <= 1
    assert (robust.chosen_in <= 1).all()
    assert np.nanmin(robust.regret) >= 0
    low = np.sort(chosen.ensemble.package[:, list(chosen.rules.partners)], axis=0)[0]
    assert robust.tail == pytest.approx(low)  # the worst tenth of eight draws is one


def test_loads_are_drawn_and_limits_judged_on_every_draw(tiny: yj.Belt, chosen: Plan) -> None:
    ensemble, robust = chosen.ensemble, chosen.robustness
    assert robust is not None
    # Each draw has a river of its own: what a target asks follows the draw's own base.
    assert (ensemble.still.std(axis=0) > 0.01 * ensemble.still.mean(axis=0)).all()
    law, target = ensemble.job.bound(ensemble.still)
    assert (law >= ensemble.still - 1e-12)[np.isfinite(law)].all()
    agreed = np.isfinite(ensemble.job.kept)
    assert agreed.any()
    assert target[:, agreed] == pytest.approx(ensemble.job.kept[agreed] * ensemble.still[:, agreed])
    over = ensemble.reached / np.minimum(law, target) - 1
    assert robust.holds == pytest.approx((over <= 1e-6).all(1).mean())
    assert robust.limit_holds == pytest.approx((over <= 1e-6).mean(0))
    shown = {(r["section"], r["pollutant"]): r["holds"] for r in chosen.document["robustness"]["limits"]}
    where = [job for job, h in zip(ensemble.job.limits, robust.limit_holds, strict=True) if h < 1]
    assert set(shown) == set(where)
    # Without a spread the loads stay, and with them the base of every draw, up to what trade moves.
    parameters = tiny.table("parameters")
    steady = tiny.with_tables(parameters=parameters[parameters["parameter"] != "load_spread"])
    draws = draw_all(Base(steady), 3, 0)
    assert all((d.load == 1).all() for d in draws)
    assert [d.effect for d in draws] == [d.effect for d in draw_all(Base(tiny), 3, 0)]


def test_a_base_of_heavier_loads_by_hand(tiny: yj.Belt) -> None:
    base = Base(tiny)
    double = np.ones((len(tiny.regions), len(base.transfer["mean"].pollutants)))
    double[tiny.regions.index("Upper"), 0] = 2.0
    heavier = Base(tiny, like=base, load=double)
    mine = (base.loads.region == tiny.regions.index("Upper")) & (base.loads.pollutant == 0)
    assert heavier.loads.tonnes == pytest.approx(np.where(mine, 2.0, 1.0) * base.loads.tonnes)
    # A base made like the heavier one has the belt's loads again: what is drawn is not handed on.
    assert Base(tiny, like=heavier).loads.tonnes.tolist() == base.loads.tonnes.tolist()
    assert Base(tiny, like=heavier).rules.changes(["phosphorus"], {"phosphorus": 1e6}).removed.sum() == pytest.approx(
        base.rules.changes(["phosphorus"], {"phosphorus": 1e6}).removed.sum()
    )
    # The base it was made like is as before, and a removal is capped by the heavier load.
    assert base.loads.tonnes.sum() < heavier.loads.tonnes.sum()
    paid = {"phosphorus": 1e6}
    removed = [b.rules.changes(["phosphorus"], paid).removed.sum() for b in (base, heavier)]
    assert removed[1] > 1.2 * removed[0]


def test_payments_at_the_border_count_alike_in_draws(tiny: yj.Belt) -> None:
    free = plan(tiny, PARTNERS, draws=2, compensation_rate=0.0)
    where = list(free.rules.partners)
    # Without payments a project that only cleans brings no one anything, on any draw.
    assert np.abs(free.ensemble.gross[:, free.ensemble.job.candidates.index("phosphorus")][:, where]).max() < 1e-6
