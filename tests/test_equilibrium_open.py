"""Open cases (regions of fixed cost), trade costs by use, and how the solver gets there."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from yijiang.economy import TradeModel
from yijiang.economy.equilibrium import acceleration, derivatives, kernels, rows, solver
from yijiang.economy.equilibrium.levers import Shock, build, first_state
from yijiang.economy.equilibrium.problem import of_lane, workspace, workspaces
from yijiang.errors import OptionError, SolveError


def random_case(regions: int, sectors: int, seed: int = 0, tariff: bool = False, fixed: bool = True) -> dict[str, Any]:
    r = np.random.default_rng(seed)
    shares = r.lognormal(0, 0.7, (regions, regions, sectors))
    shares[range(regions), range(regions)] *= 6
    added = r.uniform(0.3, 0.6, (regions, sectors))
    mix = r.dirichlet(np.full(sectors, 0.6), (regions, sectors)).transpose(0, 2, 1)
    by_factor = r.dirichlet(np.full(2, 3.0), (regions, sectors)).transpose(0, 2, 1)
    levels = r.uniform(0, 0.15, (regions, regions, sectors)) * (1 - np.eye(regions))[:, :, None]
    return {
        "shares": shares / shares.sum(1, keepdims=True),
        "inputs": mix * (1 - added)[:, None, :],
        "value_added": added[:, None, :] * by_factor,
        "final_demand": r.dirichlet(np.ones(sectors), regions),
        "income": r.lognormal(0, 0.6, (regions, 2)),
        "theta": r.uniform(3, 9, sectors),
        "tariff": levels if tariff else None,
        "fixed": ("1",) if fixed else (),  # not the last one, so that the order of regions is tested
    }


def one_region(home: float = 0.7, theta: float = 4.0) -> TradeModel:
    """One region, one sector, one factor and abroad; income 10, trade balanced."""
    trade = [[[10 * home], [10 * (1 - home)]], [[10 * (1 - home)], [0.0]]]
    return TradeModel.from_flows(
        trade,
        np.zeros((2, 1, 1)),
        [[10.0], [np.nan]],
        [[10.0], [np.nan]],
        [theta],
        fixed=("Abroad",),
        labels={"region": ["Home", "Abroad"], "sector": ["Goods"]},
    )


def test_one_region_and_abroad_by_hand() -> None:
    # Balanced trade: (1 − π′) ŵ = (1 − l) (κ̂ ŵ)^−θ with π′ = l ŵ^−θ / (l ŵ^−θ + 1 − l).
    # So ŵ = 1.1 needs this κ̂ on exports.
    home, theta, wage = 0.7, 4.0, 1.1
    spread = home * wage**-theta + 1 - home
    kappa = (wage ** (1 + theta) / spread) ** (-1 / theta)
    c = one_region(home, theta).counterfactual(kappa_hat={("Abroad", "Home", "Goods"): kappa}, tol=1e-13)
    assert c.wage_hat.loc["Home"].item() == pytest.approx(wage, rel=1e-11)
    assert c.price_hat.loc["Home"].item() == pytest.approx(spread ** (-1 / theta), rel=1e-11)
    assert c.real_income_hat["Home"] == pytest.approx(wage * spread ** (1 / theta), rel=1e-11)
    exports = float(c.trade.sel(importer="Abroad", exporter="Home", sector="Goods"))
    assert exports == pytest.approx(3.0 * (kappa * wage) ** -theta, rel=1e-11)
    assert c.real_income_hat["Abroad"] == 1.0
    assert c.equivalent_variation["Home"] == pytest.approx(10 * (c.real_income_hat["Home"] - 1), rel=1e-12)


def test_technology_raises_exports_and_pins_the_level() -> None:
    # With T̂: cost is ŵ/T̂, and the balance (1 − l) ŵ / (l ĉ^−θ + 1 − l) = (1 − l) ĉ^−θ.  Choose ĉ = 0.95.
    home, theta, cost = 0.7, 4.0, 0.95
    wage = cost**-theta * (home * cost**-theta + 1 - home)
    c = one_region(home, theta).counterfactual(productivity_hat={("Home", "Goods"): wage / cost}, tol=1e-13)
    assert c.wage_hat.loc["Home"].item() == pytest.approx(wage, rel=1e-11)
    assert c.cost_hat.loc["Home"].item() == pytest.approx(cost, rel=1e-11)
    assert float(c.real_flow_hat.sel(importer="Abroad", exporter="Home")[0]) == pytest.approx(cost ** (-theta - 1))


@pytest.mark.parametrize("tariff", [False, True])
def test_open_accounts_balance(tariff: bool) -> None:
    case = random_case(4, 3, seed=1, tariff=tariff)
    m = TradeModel.from_shares(**case, deficit=[0.02, 0.0, -0.05, 0.01])
    c = m.counterfactual(kappa_hat={("1", "0", "1"): 0.8, ("2", "1", "0"): 1.2}, tol=1e-12)
    belt = [0, 2, 3]
    trade, output = c.trade_array, c.output_array
    levels = 0.0 if case["tariff"] is None else case["tariff"]
    np.testing.assert_allclose((trade * (1 + levels)).sum(1)[belt], c.expenditure.to_numpy()[belt], rtol=1e-9)
    earned = np.einsum("nfj,nj->nf", case["value_added"], output)
    np.testing.assert_allclose(earned[belt], c.factor_income.to_numpy()[belt], rtol=1e-10)
    # the balance of the belt with abroad is the sum of its deficits, held in the numeraire
    imports, exports = trade[belt, 1].sum(), trade[1, belt].sum()
    assert imports - exports == pytest.approx(-0.02, abs=1e-10)
    np.testing.assert_allclose(c.deficit.to_numpy()[belt], [0.02, -0.05, 0.01], atol=1e-11)
    assert c.residual <= 1e-12


def test_export_price_falls_and_imports_of_others_do_not_matter() -> None:
    m = TradeModel.from_shares(**random_case(4, 3, seed=2))
    still = m.counterfactual(tariff=0.0)
    np.testing.assert_allclose(still.real_income_hat, 1.0, atol=1e-12)
    levels = np.zeros((4, 4, 3))
    levels[1] = 0.1  # abroad taxes what it buys from the belt
    c = m.counterfactual(tariff=levels)
    assert (c.real_income_hat.drop("1") < 1).all()
    # a cost of the same size makes the same price abroad, but the sellers receive what the tariff would have taken
    k = m.counterfactual(kappa_hat={("1", i, s): 1.1 for i in "023" for s in "012"})
    assert (c.real_income_hat.drop("1") < k.real_income_hat.drop("1")).all()


@pytest.mark.parametrize(("fixed", "tariff"), [(False, False), (False, True), (True, False), (True, True)])
def test_trade_cost_of_every_use_is_the_trade_cost(fixed: bool, tariff: bool) -> None:
    m = TradeModel.from_shares(**random_case(4, 3, seed=3, fixed=fixed, tariff=tariff))
    uses = {("0", "2", "1", k): 0.8 for k in ("0", "1", "2", "final")}
    a = m.counterfactual(using_kappa_hat=uses, tol=1e-12)
    b = m.counterfactual(kappa_hat={("0", "2", "1"): 0.8}, tol=1e-12)
    np.testing.assert_allclose(a.real_income_hat, b.real_income_hat, rtol=1e-10)
    np.testing.assert_allclose(a.trade_array, b.trade_array, rtol=1e-9)
    np.testing.assert_allclose(a.price_hat, b.price_hat, rtol=1e-10)
    np.testing.assert_allclose(a.expenditure, b.expenditure, rtol=1e-10)
    np.testing.assert_allclose(a.income, b.income, rtol=1e-10)
    np.testing.assert_allclose(a.welfare_first_order, b.welfare_first_order, atol=1e-10)
    with pytest.raises(OptionError, match="cannot become a base"):
        a.as_base()


def test_trade_cost_of_one_use_by_hand() -> None:
    # Only the chain 0 → 0 of good 0 into good 0's production gets cheaper, nothing else is traded: c = P_use^γ w^β.
    m = TradeModel.from_shares([[[1.0]]], [[[0.4]]], [[0.6]], [[1.0]], [1.0], 5.0)
    c = m.counterfactual(using_kappa_hat={("0", "0", "0", "0"): 0.8}, tol=1e-13)
    # P_use = κ c, P_final = c, w = 1: ln c = 0.4 (ln κ + ln c)
    log_cost = 0.4 * np.log(0.8) / 0.6
    assert np.log(c.cost_hat.iloc[0, 0]) == pytest.approx(log_cost, abs=1e-12)
    assert np.log(c.real_income_hat.iloc[0]) == pytest.approx(-log_cost, abs=1e-12)


def problem_of(m: TradeModel, **levers: Any) -> tuple[Any, np.ndarray]:
    s = m.counterfactual(**levers)._solution
    return s.problem, s.state


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize("rule", ["fixed", "income_share"])
def test_derivative_is_that_of_the_map(fixed: bool, rule: str) -> None:
    m = TradeModel.from_shares(**random_case(4, 3, seed=4, tariff=True, fixed=fixed))
    levers: dict[str, Any] = {
        "using_kappa_hat": {("0", "2", "1", "final"): 0.8, ("0", "2", "1", "2"): 0.9},
        "productivity_hat": {("2", "0"): 1.2},
        "deficit_rule": rule,
        "deficit": {"0": 0.1, "2": -0.1},
    }
    p, z = problem_of(m, **levers)
    r = np.random.default_rng(0)
    z = z + 0.02 * r.standard_normal(z.size)
    d, w = r.standard_normal(z.size), workspace(p)
    up, down, out, here = (np.empty_like(z) for _ in range(4))
    e = 1e-5
    kernels.step(p, z + e * d, w, up)
    kernels.step(p, z - e * d, w, down)
    kernels.step(p, z, w, here)
    derivatives.forward(p, w, d, out)
    np.testing.assert_allclose(out, (up - down) / (2 * e), atol=2e-8)


def test_sectors_side_by_side_give_the_same_bits() -> None:
    m = TradeModel.from_shares(**random_case(4, 3, seed=5, tariff=True))
    p, z = problem_of(m, productivity_hat=1.1)
    a, b, every = workspaces(p, 1), workspaces(p, 1), np.ones(1, dtype=bool)
    for w in (a, b):
        kernels.start(p, z, of_lane(w, 0))
    rows.all_sectors(p, a, every)
    rows.all_sectors_parallel(p, b, every)
    for name in ("phi", "price", "kept", "output"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


def test_large_models_use_the_same_method(monkeypatch: pytest.MonkeyPatch) -> None:
    m = TradeModel.from_shares(**random_case(5, 3, seed=6))
    c = m.counterfactual(productivity_hat={("0", "0"): 1.3})
    monkeypatch.setattr(solver, "PARALLEL_FROM", 1)
    d = m.counterfactual(productivity_hat={("0", "0"): 1.3})
    np.testing.assert_array_equal(d.state, c.state)
    assert d.iterations == c.iterations


@pytest.mark.parametrize("direct", [True, False])
def test_newton_takes_over(monkeypatch: pytest.MonkeyPatch, direct: bool) -> None:
    m = TradeModel.from_shares(**random_case(5, 3, seed=6))
    levers = {"productivity_hat": {("0", "0"): 1.3}, "kappa_hat": {("0", "2", "1"): 0.7}}
    c = m.counterfactual(**levers, tol=1e-12)
    monkeypatch.setattr(solver, "MOST_ITERATIONS", 5)
    monkeypatch.setattr(solver, "DIRECT_UP_TO", 600 if direct else 0)
    d = m.counterfactual(**levers, tol=1e-12)
    assert 5 < d.iterations < c.iterations
    np.testing.assert_allclose(d.real_income_hat, c.real_income_hat, rtol=1e-10)


def test_parts_of_the_shock_lead_there_too(monkeypatch: pytest.MonkeyPatch) -> None:
    m = TradeModel.from_shares(**random_case(5, 3, seed=7, tariff=True))
    levers = {
        "kappa_hat": np.exp(np.random.default_rng(0).normal(0, 0.4, (5, 5, 3))),
        "tariff": 0.05,
        "endowment_hat": 1.1,
    }
    c = m.counterfactual(**levers)
    iterate, newton = solver._iterate, solver._newton
    seen: list[int] = []

    def fail_first(*args: Any) -> tuple[Any, Any]:
        seen.append(1)
        return (np.array([1.0]), np.array([0])) if len(seen) in (1, 3) else iterate(*args)

    monkeypatch.setattr(solver, "_iterate", fail_first)
    monkeypatch.setattr(solver, "_newton", lambda *a: (1.0, 0) if len(seen) in (1, 3) else newton(*a))
    d = m.counterfactual(**levers)
    assert len(seen) > 4
    np.testing.assert_allclose(d.real_income_hat, c.real_income_hat, rtol=1e-8)


def test_no_solution_is_an_error_with_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    m = TradeModel.from_shares(**random_case(3, 2, seed=8))
    monkeypatch.setattr(solver, "_iterate", lambda *_: (np.array([0.5]), np.array([1])))
    monkeypatch.setattr(solver, "_newton", lambda *_: (0.5, 1))
    with pytest.raises(SolveError, match="did not converge") as caught:
        m.counterfactual(productivity_hat=1.1)
    assert caught.value.figures == {"residual": 0.5, "tolerance": 1e-10, "fraction_solved": 0.0}


def test_a_deficit_beyond_income_is_an_error() -> None:
    m = TradeModel.from_shares(**random_case(3, 2, seed=8, fixed=False))
    with pytest.raises(SolveError):
        m.counterfactual(deficit=[-50.0, 25.0, 25.0])


@pytest.mark.parametrize("factor", [0.2, 0.5, 2.0, 10.0])
def test_extreme_trade_costs(factor: float) -> None:
    case = random_case(5, 3, seed=9, fixed=False)
    case["theta"] = np.array([4.0, 8.0, 64.85])
    kappa = np.full((5, 5, 3), factor)
    kappa[range(5), range(5)] = 1
    c = TradeModel.from_shares(**case).counterfactual(kappa_hat=kappa)
    assert c.residual <= 1e-10
    assert ((c.real_income_hat < 1) == (factor > 1)).all()
    assert np.isfinite(c.trade_array).all()


def test_a_supplier_that_vanishes_behind_a_huge_cost() -> None:
    # Region 0 buys only from region 1, whose cost rises far beyond the others': the scaled price sum underflows.
    shares = np.array([[[0.0], [1.0]], [[0.5], [0.5]]])
    m = TradeModel.from_shares(shares, np.zeros((2, 1, 1)), np.ones((2, 1)), np.ones((2, 1)), [1.0, 2.0], 60.0)
    base, shock = m._base, Shock(m._base.deficit, np.zeros(2), log_productivity=np.array([[20.0], [0.0]]))
    p = build(base, shock)
    z, w = first_state(base, shock), workspace(p)
    out = np.empty_like(z)
    kernels.step(p, z, w, out)
    assert w.phi[0, 0] == 0.0
    assert w.price[0, 0] == pytest.approx(0.0, abs=1e-12)
    assert w.price[0, 1] == pytest.approx(-20.0 - np.log(0.5) / 60.0)
    assert w.output[0, 1] == pytest.approx(w.spending[0, 0])


def test_a_repeated_direction_does_not_spoil_the_acceleration() -> None:
    gram = np.array([[4.0, 4.0], [4.0, 4.0]])
    x = acceleration._solve(gram, np.array([2.0, 2.0]), 2)
    assert 4 * x.sum() == pytest.approx(2.0, rel=1e-6)


def test_warm_start_is_shorter_and_lands_on_the_same_point() -> None:
    m = TradeModel.from_shares(**random_case(6, 4, seed=10))
    first = m.counterfactual(kappa_hat={("0", "2", "1"): 0.8})
    cold = m.counterfactual(kappa_hat={("0", "2", "1"): 0.79})
    warm = m.counterfactual(kappa_hat={("0", "2", "1"): 0.79}, start=first)
    assert warm.iterations < cold.iterations
    np.testing.assert_allclose(warm.real_income_hat, cold.real_income_hat, rtol=1e-9)


def test_compiled_code_is_loaded_only_when_something_is_solved() -> None:
    code = (
        "import sys, yijiang.economy, yijiang.economy.equilibrium as e; assert 'numba' not in sys.modules; e.TradeModel"
    )
    done = subprocess.run(
        [sys.executable, "-c", code + "; print('numba' in sys.modules)"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False"
