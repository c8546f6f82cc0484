"""Many scenarios at once, warm starts, closing rules run in turn, and looking for a second equilibrium."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.equilibrium_cases import LEVERS, USES, case

from yijiang.economy import Counterfactuals, TradeModel
from yijiang.economy.equilibrium import solver
from yijiang.errors import OptionError, SolveError

OWN: list[dict[str, Any]] = [
    {"productivity_hat": {("Jiangsu", "Steel"): 1.2}},
    {},
    {"endowment_hat": {("Anhui", "capital"): 1.1}},
    {"transfer": {"Hubei": 0.05, "Anhui": -0.05}},
    {"final_scale": {("Hubei", "Rice"): 1.3}},
    {"deficit": {"Hubei": 0.05, "Jiangsu": -0.05}},
]


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize("common", [{}, {"kappa_hat": LEVERS["kappa_hat"], "using_kappa_hat": USES}])
def test_a_batch_gives_the_same_bits_as_one_by_one(fixed: bool, common: dict[str, Any]) -> None:
    m = case(fixed)
    found = m.counterfactuals(OWN, **common)
    assert isinstance(found, Counterfactuals)
    assert len(found) == len(OWN)
    for c, own in zip(found, OWN, strict=True):
        alone = m.counterfactual(**common, **own)
        np.testing.assert_array_equal(c.state, alone.state)
        assert c.iterations == alone.iterations
        np.testing.assert_array_equal(c.trade_array, alone.trade_array)
    assert found.real_income_hat.shape == (len(OWN), 4)
    np.testing.assert_array_equal(found.real_income_hat_array[2], found[2].real_income_hat_array)
    np.testing.assert_array_equal(found[1:3].equivalent_variation, found.equivalent_variation[1:3])
    assert found.residual <= 1e-10


def test_scenarios_with_names_and_trade_costs_of_their_own() -> None:
    m = case(True)
    road, rail = {("Hubei", "Jiangsu", "Cars"): 0.9}, {("Hubei", "Jiangsu", "Cars"): 0.8}
    given: dict[str, Any] = {
        "road": {"kappa_hat": road},
        "rail": {"kappa_hat": rail},
        "road and skills": {"kappa_hat": road, "productivity_hat": {("Hubei", "Cars"): 1.1}},
        "rule": {"deficit_rule": "income_share", "kappa_hat": road},
    }
    found = m.counterfactuals(given)
    assert list(found.real_income_hat.index) == list(given)
    for c, levers in zip(found, given.values(), strict=True):
        np.testing.assert_array_equal(c.state, m.counterfactual(**levers).state)


def test_more_scenarios_than_lanes_and_one_that_needs_more(monkeypatch: pytest.MonkeyPatch) -> None:
    m = case(False)
    rng = np.random.default_rng(0)
    given: list[Any] = [{"productivity_hat": np.exp(rng.normal(0, 0.1, (4, 3)))} for _ in range(19)]
    plain = m.counterfactuals(given)
    monkeypatch.setattr(solver, "MOST_ITERATIONS", 20)  # some lanes need Newton's method
    hard = m.counterfactuals(given)
    np.testing.assert_allclose(hard.real_income_hat, plain.real_income_hat, rtol=1e-9)
    monkeypatch.setattr(solver, "_harder", lambda *_: (_ for _ in ()).throw(SolveError("no", residual=1.0)))
    with pytest.raises(SolveError, match="scenario"):
        m.counterfactuals(given)


def test_large_batches_run_side_by_side_with_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    m = case(True)
    here = m.counterfactuals(OWN)
    monkeypatch.setattr(solver, "PARALLEL_FROM", 1)
    np.testing.assert_array_equal(m.counterfactuals(OWN).real_income_hat, here.real_income_hat)


def test_unknown_levers_are_refused() -> None:
    with pytest.raises(OptionError, match="near matches: productivity_hat"):
        case(False).counterfactuals([{"productivty_hat": 1.1}])  # type: ignore[typeddict-unknown-key]
    with pytest.raises(OptionError, match="unknown lever"):
        case(False).counterfactual(kapa_hat=1.1)  # type: ignore[call-arg]


def test_uses_of_their_own_begin_where_their_good_stands() -> None:
    m = case(True)
    plain = m.counterfactual(kappa_hat=LEVERS["kappa_hat"])
    cold = m.counterfactual(kappa_hat=LEVERS["kappa_hat"], using_kappa_hat=USES)
    warm = m.counterfactual(kappa_hat=LEVERS["kappa_hat"], using_kappa_hat=USES, start=plain)
    assert warm.iterations < cold.iterations
    np.testing.assert_allclose(warm.real_income_hat, cold.real_income_hat, rtol=1e-9)
    back = m.counterfactual(kappa_hat=LEVERS["kappa_hat"], start=warm)
    np.testing.assert_allclose(back.real_income_hat, plain.real_income_hat, rtol=1e-9)
    other = {("Hubei", "Anhui", "Cars", "Steel"): 0.9}
    again = m.counterfactual(kappa_hat=LEVERS["kappa_hat"], using_kappa_hat=other, start=warm)
    np.testing.assert_allclose(
        again.real_income_hat,
        m.counterfactual(kappa_hat=LEVERS["kappa_hat"], using_kappa_hat=other).real_income_hat,
        rtol=1e-9,
    )


def test_signs_over_closing_rules() -> None:
    m = case(True)
    found = m.signs(productivity_hat={("Hubei", "Steel"): 1.1})
    assert found.equivalent_variation.shape == (4, 6)
    twice: Any = 2 * m.base.theta
    assert found.identified["Hubei"]
    assert found.identified["Abroad"]  # nothing is said of it under any rule
    for rule, levers in (
        ("balances fixed", {}),
        ("balances income_share 2 x theta abroad", {"deficit_rule": "income_share", "foreign_elasticity": twice}),
    ):
        c = m.counterfactual(productivity_hat={("Hubei", "Steel"): 1.1}, **levers)
        np.testing.assert_array_equal(found.equivalent_variation[rule], c.equivalent_variation)
    flips = np.sign(found.equivalent_variation).apply(lambda row: {1.0, -1.0} <= set(row), axis=1)
    assert found.not_identified == tuple(flips.index[flips])
    with pytest.raises(OptionError, match="runs every rule itself"):
        m.signs(deficit_rule="fixed")


def test_a_sign_that_depends_on_the_rule_is_found() -> None:
    # Two regions sell the same good abroad; one gets better at it.  The other loses its export price, but when abroad
    # hardly answers to prices its imports of that good become cheap.
    found = [
        case(True, seed=s).signs(multiples=(0.2, 4.0), productivity_hat={("Hubei", "Steel"): 1.5}) for s in range(8)
    ]
    assert any(f.not_identified for f in found)
    assert all(f.identified["Hubei"] for f in found)


def test_other_starts_lead_to_the_same_equilibrium() -> None:
    for fixed in (False, True):
        u = case(fixed).uniqueness(productivity_hat={("Hubei", "Steel"): 1.3}, starts=4)
        assert u.unique
        assert u.starts["solved"].all()
        assert u.starts["distance"].max() < 1e-7
        assert 0 < u.spectral_radius < 1.5
        assert u.largest_real < 1


def test_one_sector_agrees_with_the_theorem_of_uniqueness() -> None:
    # Alvarez and Lucas (2007): one sector, gross substitutes, so every start must lead to the same point.
    shares = np.array([[[0.7], [0.3]], [[0.4], [0.6]]])
    m = TradeModel.from_shares(shares, [[[0.5]], [[0.4]]], [[0.5], [0.6]], [[1.0], [1.0]], [1.0, 2.0], 4.0)
    u = m.uniqueness(kappa_hat={("0", "1", "0"): 0.7}, starts=10, spread=1.0)
    assert u.unique
    assert len(u.starts) == 10
