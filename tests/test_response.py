"""Sensitivities of an outcome: the chain rule against small moves of the same levers."""

from __future__ import annotations

import numpy as np
import pytest

import yijiang as yj
from yijiang.base import Base
from yijiang.errors import OptionError
from yijiang.evaluation import Evaluator, Outcome
from yijiang.response import Floats, Response


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    evaluator = Evaluator(Base(yj.case("tiny")))
    return Outcome(evaluator, evaluator.run(["machine_tools"]), evaluator.run())


NETWORK = ("link", "terminal", "lock")


def slope(evaluator: Evaluator, package: list[str], name: str, step: float = 1e-2) -> Floats:
    """Central difference of incomes to the effect of a project, through the whole loop."""
    at = 1.0 if name in package else 0.0
    ends = [evaluator.run(sorted({*package, name}), {name: at + e}).income for e in (step, -step)]
    return np.asarray((ends[0] - ends[1]) / (2 * step))


@pytest.mark.parametrize(
    ("case", "package"), [("tiny", ["machine_tools", "one_market"]), ("yangtze2017", ["one_permit", "joint_park"])]
)
def test_the_total_derivative_is_the_slope_of_the_whole_loop(case: str, package: list[str]) -> None:
    evaluator = Evaluator(Base(yj.case(case)), tolerance=1e-9)
    found = Outcome(evaluator, evaluator.run(package), evaluator.run()).response
    assert found.feedback is not None
    alone = Response(evaluator, found._state)
    alone.__dict__["_parts"] = None  # the economy alone, as if freight costs stood still
    checked, missed = 0, 0.0
    for name, project in evaluator.base.projects.items():
        if any(v["kind"] in NETWORK for v in project.levers) or project.protects_only:
            continue
        expected = slope(evaluator, package, name)
        size = np.abs(expected).max()
        # Outside the package one side of the difference lies below zero; on the Yangtze a step may change a route.
        tight = 1e-3 if name in package and case == "tiny" else 1e-2
        np.testing.assert_allclose(found.effect(name), expected, rtol=tight, atol=tight * size * 0.02)
        missed = max(missed, np.abs(alone.effect(name) - expected).max() / size)
        checked += 1
    assert checked >= 2
    if case == "tiny":  # where the lock is busy, standing still would miss by far more
        assert missed > 1e-3


def test_what_a_locks_capacity_is_worth_is_the_slope_of_the_whole_loop() -> None:
    belt = yj.case("tiny")
    evaluator = Evaluator(Base(belt), tolerance=1e-9)
    found = Outcome(evaluator, evaluator.run(), evaluator.run()).response.locks
    capacity = belt.table("locks").set_index("lock")["capacity_mt"].astype(float)
    base = evaluator.base
    assert base.freight is not None
    for lock in found.index:
        ends = []
        for sign in (1, -1):
            network = base.freight.network({"lock": {lock: {"capacity_mt": capacity[lock] * (1 + sign * 1e-3)}}})
            state, kappa = base.freight.base_state, np.zeros_like(base.accounts.trade)
            solution = base.still
            for _ in range(30):
                solution = base.model.counterfactual(kappa_hat=np.exp(kappa), start=solution, tol=1e-13)
                hats = solution.real_flow_hat_array[:, :, evaluator.goods].transpose(1, 0, 2)
                state = base.freight.settle(network, base.freight.base_tonnes * hats, state)
                kappa = base.freight.log_kappa(state)
            ends.append(solution.equivalent_variation_array)
        expected = (ends[0] - ends[1]) / (2e-3 * capacity[lock])
        np.testing.assert_allclose(found.loc[lock], expected, rtol=1e-2, atol=1e-4 * np.abs(expected).max())
        assert found.loc[lock].sum() > 0


def test_first_order_values_are_near_the_whole_loop(outcome: Outcome) -> None:
    evaluator = Evaluator(outcome.base)
    still = evaluator.run()
    first = Outcome(evaluator, still, still).response.projects
    assert list(first.index) == list(outcome.base.projects)
    for name in first.index:
        exact = evaluator.run([name]).income
        at = int(np.argmax(np.abs(exact)))
        if abs(exact[at]) > 1.0:  # million a year
            assert first.loc[name].iloc[at] == pytest.approx(exact[at], rel=0.25), name


def test_what_a_lever_is_worth_is_in_money(outcome: Outcome) -> None:
    worth = outcome.response.worth("productivity_hat")
    assert outcome.response.residual <= 1e-10
    c = outcome.state.solution
    at = outcome.base.belt.regions.index("Middle")
    money = c.base_income_array[at] * c.real_income_hat["Middle"]
    total = outcome.response.total("productivity_hat").sel(target="Middle")
    np.testing.assert_allclose(worth.sel(target="Middle"), total * money, rtol=1e-12)
    # a yuan received is worth about a yuan
    own = outcome.response.worth("transfer").sel(target="Middle", region="Middle")
    assert 0.5 < float(own) < 1.5
    with pytest.raises(OptionError, match="use one of"):
        outcome.response.worth("weather")
