"""Factors that move, use by use, structure, abatement, and what abroad buys: closing rules and their gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.equilibrium_cases import LEVERS, USES, case, difference, same, solve, transposed

from yijiang.economy import Counterfactual, Migration, MobileCapital, TradeModel, abated, abatement_cost
from yijiang.economy.equilibrium import derivatives, kernels
from yijiang.economy.equilibrium.levers import first_state
from yijiang.economy.equilibrium.problem import workspace
from yijiang.errors import OptionError

PEOPLE = {"Hubei": 58.0, "Jiangsu": 84.0, "Anhui": 61.0}
MOVES = Migration(1.5, regions=list(PEOPLE), people=PEOPLE)
POOL = MobileCapital(regions=["Hubei", "Jiangsu"])
RULES: dict[str, Any] = {"migration": (MOVES,), "capital": (POOL,), "both": (MOVES, POOL)}


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize("elasticity", [0.5, 1.5, 5.0, 50.0])
def test_nobody_is_lost_on_the_way(fixed: bool, elasticity: float) -> None:
    m = case(fixed)
    c = m.counterfactual(**LEVERS, mobility=[Migration(elasticity, regions=list(PEOPLE), people=PEOPLE)], tol=1e-12)
    # Anhui's capital grows, its people do not: people are conserved over the group, abroad keeps its own.
    people = c.factor_hat["labour"]
    assert sum(PEOPLE[n] * people[n] for n in PEOPLE) == pytest.approx(sum(PEOPLE.values()), rel=1e-12)
    assert people["Abroad"] == 1.0
    wage = c.real_factor_price_hat["labour"]
    drawn = np.array([people[n] / wage[n] ** elasticity for n in PEOPLE])
    np.testing.assert_allclose(drawn, drawn[0], rtol=1e-9)
    np.testing.assert_allclose(c.welfare_first_order.sum(axis=1), c.real_income_hat - 1, atol=1e-14)


def test_no_elasticity_is_no_migration_and_a_high_one_evens_out_wages() -> None:
    m = case(False)
    still = m.counterfactual(**LEVERS, mobility=[Migration(0.0, people=PEOPLE)])
    np.testing.assert_array_equal(still.real_income_hat, m.counterfactual(**LEVERS).real_income_hat)
    spread = [
        np.ptp(m.counterfactual(**LEVERS, mobility=[Migration(k, people={**PEOPLE, "Abroad": 9.0})])
               .real_factor_price_hat["labour"])
        for k in (0.0, 1.0, 5.0, 25.0)
    ]  # fmt: skip
    assert spread == sorted(spread, reverse=True)
    assert spread[-1] < 0.2 * spread[0]


def test_migration_between_two_regions_by_hand() -> None:
    # Autarky: real wage = T̂ each, so M̂ ∝ T̂^κ.
    m = TradeModel.from_shares(
        np.eye(2)[:, :, None], np.zeros((2, 1, 1)), np.ones((2, 1)), np.ones((2, 1)), [1.0, 3.0], 4.0
    )
    move = Migration(2.0, factor="0", people=[1.0, 3.0])
    c = m.counterfactual(productivity_hat={("0", "0"): 1.1}, mobility=[move], tol=1e-13)
    whole = 0.25 * 1.1**2 + 0.75
    np.testing.assert_allclose(c.factor_hat["0"], [1.1**2 / whole, 1 / whole], rtol=1e-11)
    np.testing.assert_allclose(c.real_income_per_head_hat, [1.1, 1.0], rtol=1e-11)
    moved = m.counterfactual(attraction_hat={"1": 1.2}, mobility=[move], tol=1e-13)
    whole = 0.25 + 0.75 * 1.2**2
    np.testing.assert_allclose(moved.factor_hat["0"], [1 / whole, 1.2**2 / whole], rtol=1e-11)


@pytest.mark.parametrize("fixed", [False, True])
def test_mobile_capital_earns_the_same_everywhere(fixed: bool) -> None:
    m = case(fixed)
    c = m.counterfactual(**LEVERS, mobility=[POOL], tol=1e-12)
    wage, amount, base = c.wage_hat["capital"], c.factor_hat["capital"], m.counterfactual().factor_income["capital"]
    assert wage["Hubei"] == pytest.approx(wage["Jiangsu"], rel=1e-12)
    assert abs(wage["Hubei"] - wage["Anhui"]) > 1e-3
    group = ["Hubei", "Jiangsu"]
    assert (base * amount)[group].sum() == pytest.approx(base[group].sum(), rel=1e-10)  # no machine is lost
    assert abs(amount["Hubei"] - 1) > 1e-3
    # owners keep their share of the group's income
    np.testing.assert_allclose(c.factor_income["capital"][group] / base[group], wage["Hubei"], rtol=1e-11)
    flow = c.net_factor_income
    assert abs(flow["Hubei"]) > 1e-4
    assert flow[group].sum() == pytest.approx(0.0, abs=1e-11)
    trade = c.trade
    for n in group:
        imports, exports = float(trade.sel(importer=n).sum()), float(trade.sel(exporter=n).sum())
        assert imports - exports == pytest.approx(c.deficit[n] + flow[n], abs=1e-10)
    np.testing.assert_allclose(c.welfare_first_order.sum(axis=1), c.real_income_hat - 1, atol=1e-14)
    with pytest.raises(OptionError, match="mobile capital cannot become a base"):
        c.as_base()


def test_the_base_of_a_moved_people_is_where_they_went() -> None:
    m = case(False)
    every = {**PEOPLE, "Abroad": 30.0}
    first = m.counterfactual(**LEVERS, mobility=[Migration(1.5, people=every)], tol=1e-12)
    now = {n: every[n] * first.factor_hat.loc[n, "labour"] for n in every}
    base = first.as_base()
    again = base.counterfactual(mobility=[Migration(1.5, people=now)])
    np.testing.assert_allclose(again.real_income_hat, 1.0, atol=1e-11)
    extra = {("Jiangsu", "Steel"): 1.3}
    second = base.counterfactual(productivity_hat=extra, mobility=[Migration(1.5, people=now)], tol=1e-12)
    levers = {**LEVERS, "productivity_hat": {("Jiangsu", "Steel"): 1.2 * 1.3}}
    once = m.counterfactual(**levers, mobility=[Migration(1.5, people=every)], tol=1e-12)
    np.testing.assert_allclose(first.real_income_hat * second.real_income_hat, once.real_income_hat, rtol=1e-9)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("fixed", [False, True])
def test_gradients_go_through_who_moves(rule: str, fixed: bool) -> None:
    m = case(fixed)
    more: dict[str, Any] = {"mobility": RULES[rule], "using_kappa_hat": USES, "attraction_hat": {"Anhui": 1.1}}
    if fixed:
        more["foreign_elasticity"] = 2.5
    at = solve(m, **more)
    g = m.gradient(region="Hubei", at=at)

    def check(lever: str, name: Any, found: Any, log: bool = True) -> None:
        same(float(found), difference(m, lever, name, lambda c: c.real_income_hat["Hubei"], log, **more))

    check("productivity_hat", ("Jiangsu", "Steel"), g.productivity_hat.loc["Jiangsu", "Steel"])
    for name in (("Hubei", "labour"), ("Anhui", "capital"), ("Jiangsu", "capital"), ("Anhui", "labour")):
        check("endowment_hat", name, g.endowment_hat.loc[name])
    check("final_scale", ("Hubei", "Cars"), g.final_scale.loc["Hubei", "Cars"])
    check("kappa_hat", ("Jiangsu", "Abroad", "Steel"), g.kappa_hat.loc["Jiangsu", "Abroad", "Steel"])
    check("attraction_hat", "Anhui", g.attraction_hat.loc["Anhui"])
    for use in USES:
        check("using_kappa_hat", use, g.using_kappa_hat(*use[:2]).loc[use[2:]])
    if fixed:
        cell = ("Abroad", "Hubei", "Steel")
        check("kappa_hat", cell, g.kappa_hat.loc[cell])
        check("tariff", cell, g.tariff.loc[cell], log=False)


def test_real_income_per_head_has_its_gradient() -> None:
    m = case(False)
    more: dict[str, Any] = {"mobility": (MOVES,)}
    g = m.gradient(of="real_income_per_head", region="Hubei", at=solve(m, **more))
    for lever, name, found in (
        ("productivity_hat", ("Hubei", "Cars"), g.productivity_hat.loc["Hubei", "Cars"]),
        ("endowment_hat", ("Hubei", "labour"), g.endowment_hat.loc["Hubei", "labour"]),
    ):
        expected = difference(m, lever, name, lambda c: c.real_income_per_head_hat["Hubei"], True, **more)
        same(float(found), expected)


@pytest.mark.parametrize("rule", RULES)
def test_derivatives_and_their_transposes_with_moving_factors(rule: str) -> None:
    m = case(True)
    s = solve(m, mobility=RULES[rule], using_kappa_hat=USES, foreign_elasticity=2.5).solution
    p, r, w = s.problem, np.random.default_rng(3), workspace(s.problem)
    z = s.state + 0.02 * r.standard_normal(s.state.size)
    d, b = r.standard_normal((2, z.size))
    up, down, out = (np.empty_like(z) for _ in range(3))
    kernels.step(p, z + 1e-5 * d, w, up)
    kernels.step(p, z - 1e-5 * d, w, down)
    kernels.step(p, z, w, out)
    derivatives.forward(p, w, d, out)
    np.testing.assert_allclose(out, (up - down) / 2e-5, atol=3e-8)
    back = transposed(p, w, b)
    assert abs(b @ out - back @ d) <= 1e-12 * np.linalg.norm(b) * np.linalg.norm(out)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ([Migration(-1.0)], "elasticity of migration"),
        ([Migration(1.0, regions=["Abroad"])], "fixed cost"),
        ([Migration(1.0, people={"Hubei": 1.0})], "has no people"),
        ([Migration(1.0), MobileCapital(factor="labour")], "two rules"),
        ([POOL, POOL], "twice in a group"),
        ([MobileCapital(factor="land")], "unknown factor"),
    ],
)
def test_wrong_rules_are_refused(rules: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        case(True).counterfactual(mobility=rules)


def test_assumed_people_are_named() -> None:
    assert "equal base wages" in case(False).counterfactual(mobility=[Migration(1.0)]).assumed[0]
    assert case(False).counterfactual(mobility=[MOVES]).assumed == ()


def test_structure_keeps_unit_cost_at_base_prices_and_claims_no_welfare() -> None:
    m = case(False)
    shift = {("Hubei", "Steel", "Cars"): 1.4}
    c: Counterfactual = m.counterfactual(inputs_hat=shift)
    new, old = c.solution.problem.inputs, m.base.inputs
    np.testing.assert_allclose(new.sum(1), old.sum(1), rtol=1e-13)
    assert new[0, 0, 1] / new[0, 1, 1] == pytest.approx(1.4 * old[0, 0, 1] / old[0, 1, 1])
    assert set(c.structure.index.get_level_values("using")) == {"Cars"}
    # at base prices unit cost is what it was: the first map moves no price
    first = np.empty_like(c.state)
    w = workspace(c.solution.problem)
    kernels.step(c.solution.problem, first_state(m.base, c.shock), w, first)
    np.testing.assert_allclose(w.cost, 0.0, atol=1e-12)
    assert c.output.loc["Hubei", "Steel"] > m.counterfactual().output.loc["Hubei", "Steel"]
    for figure in ("real_income_hat", "equivalent_variation", "real_wage_hat", "welfare_first_order"):
        with pytest.raises(OptionError, match="without a figure of welfare"):
            getattr(c, figure)
    after = c.as_base()
    np.testing.assert_allclose(after.counterfactual().real_income_hat, 1.0, atol=1e-12)
    with pytest.raises(OptionError, match="not positive"):
        m.counterfactual(inputs_hat=0.0)


def test_cleaner_production_costs_productivity() -> None:
    m = case(False)
    lever = {("Hubei", "Steel"): 0.7}
    clean = m.counterfactual(emission_hat=lever, abatement_elasticity=0.05)
    same_cost = m.counterfactual(productivity_hat={("Hubei", "Steel"): 0.7 ** (0.05 / 0.95)})
    np.testing.assert_allclose(clean.real_income_hat, same_cost.real_income_hat, rtol=1e-12)
    assert clean.real_income_hat["Hubei"] < 1
    expected = same_cost.real_output_hat.copy()
    expected.loc["Hubei", "Steel"] *= 0.7
    np.testing.assert_allclose(clean.emissions_hat, expected, rtol=1e-12)
    dirtier = m.counterfactual(emission_hat={("Hubei", "Steel"): 1.5}, abatement_elasticity=0.05)
    np.testing.assert_allclose(dirtier.real_income_hat, 1.0, atol=1e-10)  # no free lunch
    g = m.gradient(region="Hubei", at=clean)
    e = 1e-4
    up, down = (
        m.counterfactual(emission_hat={("Hubei", "Steel"): 0.7 * np.exp(s)}, abatement_elasticity=0.05, tol=1e-13)
        for s in (e, -e)
    )
    slope = np.log(up.real_income_hat["Hubei"] / down.real_income_hat["Hubei"]) / (2 * e)
    assert float(g.emission_hat.loc["Hubei", "Steel"]) == pytest.approx(slope, rel=1e-6)
    with pytest.raises(OptionError, match="abatement_elasticity"):
        m.counterfactual(emission_hat=lever)


def test_the_abatement_curve_and_its_inverse() -> None:
    # α = 0.25: a third of a per cent of cost per per cent of emission, e = (1 − a)^3
    assert float(abatement_cost(0.5**3, 0.25)) == pytest.approx(0.5)
    shares = np.array([0.0, 0.01, 0.3])
    np.testing.assert_allclose(abatement_cost(abated(shares, 0.1), 0.1), 1 - shares)
    for wrong in (lambda: abatement_cost(-1.0, 0.1), lambda: abated(1.0, 0.1), lambda: abated(0.1, 1.0)):
        with pytest.raises(OptionError):
            wrong()


def test_what_abroad_buys_follows_its_own_elasticity() -> None:
    m = case(True)
    plain = m.counterfactual(**LEVERS, tol=1e-12)
    given = m.counterfactual(**LEVERS, foreign_elasticity=m.base.theta, tol=1e-12)
    np.testing.assert_allclose(given.real_income_hat, plain.real_income_hat, rtol=1e-11)
    c = m.counterfactual(productivity_hat={("Hubei", "Cars"): 1.2}, foreign_elasticity={"Cars": 1.5}, tol=1e-12)
    still = m.counterfactual().trade.sel(importer="Abroad", exporter="Hubei", sector="Cars")
    sold = c.trade.sel(importer="Abroad", exporter="Hubei", sector="Cars")
    assert float(sold / still) == pytest.approx(c.cost_hat.loc["Hubei", "Cars"] ** -1.5, rel=1e-10)
    with pytest.raises(OptionError, match="no region of this model has fixed cost"):
        case(False).counterfactual(foreign_elasticity=3.0)
    with pytest.raises(OptionError, match="must be positive"):
        m.counterfactual(foreign_elasticity=0.0)
