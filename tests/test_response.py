"""Sensitivities of an outcome: the chain rule against small moves of the same levers."""

from __future__ import annotations

import numpy as np
import pytest

import yijiang as yj
from yijiang.base import Base
from yijiang.errors import OptionError
from yijiang.evaluation import Evaluator, Outcome


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    evaluator = Evaluator(Base(yj.case("tiny")))
    return Outcome(evaluator, evaluator.run(["machine_tools"]), evaluator.run())


@pytest.mark.parametrize("package", [(), ("machine_tools",)])
def test_a_projects_first_order_value_is_the_slope_of_the_economy(outcome: Outcome, package: tuple[str, ...]) -> None:
    evaluator = Evaluator(outcome.base)
    here_now = Outcome(evaluator, evaluator.run(package), outcome.base_state)
    base, state = here_now.base, here_now.state
    found = here_now.response.projects
    assert list(found.index) == list(base.projects)
    checked = 0
    for name, project in base.projects.items():
        if name in state.package or any(v["kind"] in ("link", "terminal", "lock") for v in project.levers):
            continue
        here = base.rules.changes(state.package)
        there = base.rules.changes([*state.package, name])
        freight = state.kappa / here.kappa  # freight costs stay where the outcome left them
        move, values = 1e-3, []
        for e in (move, -move):
            c = base.model.counterfactual(
                kappa_hat=here.kappa * freight * (there.kappa / here.kappa) ** e,
                productivity_hat=here.productivity * (there.productivity / here.productivity) ** e,
                endowment_hat=here.endowment * (there.endowment / here.endowment) ** e,
                using_kappa_hat={k: v**e for k, v in there.using.items()} or None,
                transfer=here.transfer + e * (there.transfer - here.transfer),
                tol=1e-13,
            )
            values.append(c.equivalent_variation_array)
        slope = (values[0] - values[1]) / (2 * move)
        np.testing.assert_allclose(found.loc[name], slope, rtol=1e-5, atol=1e-6 * np.abs(slope).max() + 1e-9)
        checked += bool(np.abs(slope).max() > 0)
    assert checked >= 2 - len(package)


def test_first_order_values_are_near_the_whole_loop(outcome: Outcome) -> None:
    base = outcome.base
    evaluator = Evaluator(base)
    without = evaluator.run().income
    for name in outcome.package:
        exact = outcome.state.income - without
        at = base.belt.regions.index(str(base.projects[name].members[0]))
        # congestion is not in the first order: near, not equal
        assert outcome.response.projects.loc[name].iloc[at] == pytest.approx(exact[at], rel=0.1)


def test_what_a_lever_is_worth_is_in_money(outcome: Outcome) -> None:
    worth = outcome.response.worth("productivity_hat")
    g = outcome.gradient(region="Middle")
    assert outcome.response.residual <= 1e-10
    c = outcome.state.solution
    at = outcome.base.belt.regions.index("Middle")
    money = c.base_income_array[at] * c.real_income_hat["Middle"]
    np.testing.assert_allclose(worth.sel(target="Middle"), g.productivity_hat * money, rtol=1e-8)
    # a yuan received is worth about a yuan
    own = outcome.response.worth("transfer").sel(target="Middle", region="Middle")
    assert 0.5 < float(own) < 1.5
    with pytest.raises(OptionError, match="use one of"):
        outcome.response.worth("weather")
