"""Gradients by reverse mode: against central differences, the forward derivative, and what they must add up to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.equilibrium_cases import LEVERS, REGIONS, USES, case, difference, same, solve, transposed

from yijiang.economy import Counterfactual, TradeModel
from yijiang.economy.equilibrium import derivatives, kernels
from yijiang.economy.equilibrium.levers import Shock, build, first_state
from yijiang.economy.equilibrium.problem import workspace
from yijiang.errors import OptionError


@pytest.mark.parametrize(("fixed", "rule"), [(False, "fixed"), (False, "income_share"), (True, "fixed")])
def test_real_income_against_central_differences(fixed: bool, rule: str) -> None:
    m = case(fixed)
    at = solve(m, using_kappa_hat=USES, deficit_rule=rule)
    g = m.gradient(region="Hubei", at=at)
    assert g.residual <= 1e-10

    def check(lever: str, name: Any, found: Any, log: bool = True) -> None:
        expected = difference(
            m, lever, name, lambda c: c.real_income_hat["Hubei"], log, using_kappa_hat=USES, deficit_rule=rule
        )
        same(float(found), expected)

    for name in (("Jiangsu", "Steel"), ("Hubei", "Rice"), ("Anhui", "Cars")):
        check("productivity_hat", name, g.productivity_hat.loc[name])
    for name in (("Hubei", "labour"), ("Anhui", "capital")):
        check("endowment_hat", name, g.endowment_hat.loc[name])
    check("final_scale", ("Hubei", "Cars"), g.final_scale.loc["Hubei", "Cars"])
    check("final_scale", ("Jiangsu", "Rice"), g.final_scale.loc["Jiangsu", "Rice"])
    for cell in (("Hubei", "Jiangsu", "Cars"), ("Jiangsu", "Abroad", "Steel"), ("Anhui", "Hubei", "Rice")):
        check("kappa_hat", cell, g.kappa_hat.loc[cell])
        check("tariff", cell, g.tariff.loc[cell], log=False)
    if fixed:
        check("kappa_hat", ("Abroad", "Hubei", "Steel"), g.kappa_hat.loc["Abroad", "Hubei", "Steel"])
        check("tariff", ("Abroad", "Hubei", "Steel"), g.tariff.loc["Abroad", "Hubei", "Steel"], log=False)
    for use in USES:
        check("using_kappa_hat", use, g.using_kappa_hat(*use[:2]).loc[use[2:]])
    if fixed:
        check("deficit", "Jiangsu", g.deficit.loc["Jiangsu"], log=False)


@pytest.mark.parametrize("rule", ["fixed", "income_share"])
def test_balances_against_central_differences(rule: str) -> None:
    m = case(fixed=False)
    g = m.gradient(region="Hubei", at=solve(m, deficit_rule=rule))
    for lever, table in (("deficit", g.deficit), ("transfer", g.transfer)):
        old = {"Hubei": 0.05, "Jiangsu": -0.05, "Anhui": 0.0} if lever == "deficit" else dict.fromkeys(REGIONS, 0.0)
        values = []
        for e in (1e-3, -1e-3, 2e-3, -2e-3):
            moved = {**old, "Anhui": old["Anhui"] + e, "Jiangsu": old["Jiangsu"] - e}
            values.append(np.log(solve(m, deficit_rule=rule, **{lever: moved}).real_income_hat["Hubei"]))
        expected = (4 * (values[0] - values[1]) / 2e-3 - (values[2] - values[3]) / 4e-3) / 3
        same(float(table.loc["Anhui"] - table.loc["Jiangsu"]), expected)
        assert float(table.sum()) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("of", ["output", "real_output", "price"])
def test_other_figures_against_central_differences(of: str) -> None:
    m = case(fixed=True)
    g = m.gradient(of=of, region="Hubei", sector="Cars", at=solve(m))

    def figure(c: Counterfactual) -> float:
        table = {"output": c.output, "real_output": c.real_output_hat, "price": c.price_hat}[of]
        return float(table.loc["Hubei", "Cars"])

    same(
        float(g.productivity_hat.loc["Hubei", "Cars"]),
        difference(m, "productivity_hat", ("Hubei", "Cars"), figure, True),
    )
    cell = ("Jiangsu", "Hubei", "Cars")
    same(float(g.kappa_hat.loc[cell]), difference(m, "kappa_hat", cell, figure, True))


def test_several_regions_at_once_are_the_single_ones() -> None:
    m = case(fixed=True)
    at = solve(m)
    every = m.gradient(at=at)
    assert every.productivity_hat.dims == ("target", "region", "sector")
    assert every.productivity_hat.target.to_numpy().tolist() == ["Hubei", "Jiangsu", "Anhui"]
    for region in ("Hubei", "Anhui"):
        one = m.gradient(region=region, at=at)
        for name in ("productivity_hat", "kappa_hat", "tariff", "endowment_hat", "transfer", "final_scale"):
            np.testing.assert_allclose(
                getattr(every, name).sel(target=region), getattr(one, name), rtol=1e-8, atol=1e-11
            )


def test_uses_of_a_trade_cost_add_up_to_it() -> None:
    m = case(fixed=False)
    for uses in ({}, USES):
        g = m.gradient(region="Hubei", at=solve(m, using_kappa_hat=uses))
        total = g.using_kappa_hat("Hubei", "Jiangsu").sum("using")
        np.testing.assert_allclose(total, g.kappa_hat.loc["Hubei", "Jiangsu"], rtol=1e-7, atol=1e-10)


def test_a_use_not_yet_split_has_its_gradient() -> None:
    m = case(fixed=False)
    use = ("Anhui", "Hubei", "Steel", "Cars")
    expected = difference(m, "using_kappa_hat", use, lambda c: c.real_income_hat["Hubei"], True)
    same(
        float(m.gradient(region="Hubei", at=solve(m)).using_kappa_hat("Anhui", "Hubei").loc["Steel", "Cars"]), expected
    )


def test_what_everyone_gains_has_its_closed_form() -> None:
    m = case(fixed=False, tariff=False)
    g = m.gradient()
    np.testing.assert_allclose(g.endowment_hat.sum(["region", "factor"]), 1.0, rtol=1e-9)
    # One home market each and nothing traded: d ln real income / d ln T = α'(I − Γ')⁻¹, sector by sector.
    inputs = np.array([[[0.1, 0.2], [0.3, 0.1]]])
    final = np.array([[0.6, 0.4]])
    alone = TradeModel.from_shares(np.ones((1, 1, 2)), inputs, 1 - inputs.sum(1), final, [1.0], [4.0, 5.0])
    expected = np.linalg.solve(np.eye(2) - inputs[0], final[0])
    np.testing.assert_allclose(alone.gradient(region="0").productivity_hat[0], expected, rtol=1e-9)


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize("rule", ["fixed", "income_share"])
@pytest.mark.parametrize("side_by_side", [False, True])
def test_reverse_is_the_transpose_of_forward(fixed: bool, rule: str, side_by_side: bool) -> None:
    m = case(fixed)
    s = m.counterfactual(**LEVERS, using_kappa_hat=USES, deficit_rule=rule).solution
    p, r, w = s.problem, np.random.default_rng(1), workspace(s.problem)
    z = s.state + 0.02 * r.standard_normal(s.state.size)
    down = np.empty_like(z)
    kernels.step(p, z, w, down)
    d, b = r.standard_normal((2, z.size))
    derivatives.forward(p, w, d, down, side_by_side)
    up = transposed(p, w, b, side_by_side)
    assert abs(b @ down - up @ d) <= 1e-12 * np.linalg.norm(b) * np.linalg.norm(down)


def test_a_row_that_underflows_keeps_its_derivative() -> None:
    shares = np.array([[[0.0], [1.0]], [[0.5], [0.5]]])
    m = TradeModel.from_shares(shares, np.zeros((2, 1, 1)), np.ones((2, 1)), np.ones((2, 1)), [1.0, 2.0], 60.0)
    base = m._base
    p = build(base, Shock(base.deficit, np.zeros(2), log_productivity=np.array([[20.0], [0.0]])))
    z, w, r = first_state(base, Shock(base.deficit, np.zeros(2))), workspace(p), np.random.default_rng(2)
    up, down, out = (np.empty_like(z) for _ in range(3))
    d, b = r.standard_normal((2, z.size))
    kernels.step(p, z + 1e-6 * d, w, up)
    kernels.step(p, z - 1e-6 * d, w, down)
    kernels.step(p, z, w, out)
    assert w.phi[0, 0] == 0.0
    derivatives.forward(p, w, d, out)
    np.testing.assert_allclose(out, (up - down) / 2e-6, atol=1e-7)
    assert b @ out == pytest.approx(transposed(p, w, b) @ d, rel=1e-12)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"of": "wealth"}, "use one of"),
        ({"of": "price"}, "needs a sector"),
        ({"sector": "Cars"}, "takes no sector"),
        ({"region": "Abroad"}, "fixed cost"),
        ({"region": "Hubie"}, "near matches: Hubei"),
        ({"region": []}, "no region"),
    ],
)
def test_wrong_questions_are_refused(question: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        case(fixed=True).gradient(**question)


def test_an_equilibrium_of_another_model_is_refused() -> None:
    with pytest.raises(OptionError, match="another model"):
        case(fixed=True).gradient(at=case(fixed=True).counterfactual())
    with pytest.raises(OptionError, match="fixed cost"):
        case(fixed=True).gradient(region="Hubei").using_kappa_hat("Abroad", "Hubei")


def test_a_factor_that_nobody_has_does_not_stop_the_gradient() -> None:
    # Anhui has no capital: its row of the matrix is zero, so it cannot be solved directly.
    r = np.random.default_rng(4)
    shares = r.lognormal(0, 0.5, (5, 5, 2))
    added = np.full((5, 2, 2), 0.25)
    added[4] = np.array([[0.5], [0.0]])
    income = np.ones((5, 2))
    income[4, 1] = 0.0
    m = TradeModel.from_shares(
        shares / shares.sum(1, keepdims=True), np.full((5, 2, 2), 0.25), added, np.full((5, 2), 0.5), income, 5.0
    )
    every = m.gradient()
    one = m.gradient(region="2")
    np.testing.assert_allclose(every.productivity_hat.sel(target="2"), one.productivity_hat, rtol=1e-8)
    assert every.residual <= 1e-10
