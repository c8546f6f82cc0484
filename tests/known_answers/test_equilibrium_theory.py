"""Answers in closed form from the literature, each with its source."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.equilibrium_cases import random_case

from yijiang.economy import TradeModel


def own_share_hat(m: TradeModel, c: Any) -> np.ndarray:
    """Change of each region's share of its own goods in its spending (region, sector)."""
    before, after = m.counterfactual(), c
    own = range(len(m.regions))
    old = before.trade_array[own, own] / before.expenditure.to_numpy()
    return np.asarray(after.trade_array[own, own] / after.expenditure.to_numpy() / old)


def test_one_sector_without_inputs_obeys_acr() -> None:
    """Arkolakis, Costinot and Rodríguez-Clare (2012), American Economic Review 102(1): ln W = −ln λ / θ."""
    case = random_case(5, 1, inputs=False, seed=3)
    m = TradeModel.from_shares(**case)
    kappa = np.exp(np.random.default_rng(1).normal(0, 0.3, (5, 5, 1)))
    kappa[range(5), range(5)] = 1
    c = m.counterfactual(kappa_hat=kappa, tol=1e-13)
    expected = -np.log(own_share_hat(m, c)[:, 0]) / case["theta"][0]
    np.testing.assert_allclose(np.log(c.real_income_hat), expected, rtol=0, atol=1e-12)
    assert np.abs(expected).max() > 0.01


def test_two_like_regions() -> None:
    """The same formula with inputs, by hand for two like regions."""
    m = TradeModel.from_shares(
        [[[0.8], [0.2]], [[0.2], [0.8]]], [[[0.5]], [[0.5]]], [[0.5], [0.5]], [[1.0], [1.0]], [1.0, 1.0], 5.0
    )
    c = m.counterfactual(kappa_hat={("0", "1", "0"): 0.9, ("1", "0", "0"): 0.9})
    # ln(l + (1 − l) κ^−θ) / (θ β), by hand
    assert np.log(0.8 + 0.2 * 0.9**-5) / (5 * 0.5) == pytest.approx(0.0519555212, abs=5e-11)
    np.testing.assert_allclose(np.log(c.real_income_hat), 0.0519555212, rtol=0, atol=1e-10)


def test_own_shares_and_input_links_give_real_income() -> None:
    """Costinot and Rodríguez-Clare (2014), Handbook of International Economics 4, with input-output links."""
    case = random_case(6, 4, seed=5)
    m = TradeModel.from_shares(**case)
    kappa = np.exp(np.random.default_rng(2).normal(0, 0.2, (6, 6, 4)))
    kappa[range(6), range(6)] = 1
    c = m.counterfactual(kappa_hat=kappa, tol=1e-12)
    step = np.log(own_share_hat(m, c)) / case["theta"]
    for n in range(6):
        log_price = np.linalg.solve(np.eye(4) - case["inputs"][n].T, step[n])
        assert np.log(c.real_income_hat.iloc[n]) == pytest.approx(-case["final_demand"][n] @ log_price, abs=1e-10)


def test_nearly_autarky_has_its_closed_form() -> None:
    """Autarky in closed form with input-output links; the same source."""
    case = random_case(4, 3, seed=6)
    case["theta"] = np.array([6.0, 7.0, 8.0])
    m = TradeModel.from_shares(**case)
    kappa = np.full((4, 4, 3), 8.0)
    kappa[range(4), range(4)] = 1
    c = m.counterfactual(kappa_hat=kappa)
    base = m.counterfactual()
    own = base.trade_array[range(4), range(4)] / base.expenditure.to_numpy()
    for n in range(4):
        log_price = np.linalg.solve(np.eye(3) - case["inputs"][n].T, -np.log(own[n]) / case["theta"])
        expected = -case["final_demand"][n] @ log_price
        assert np.log(c.real_income_hat.iloc[n]) == pytest.approx(expected, abs=1e-5)
        assert expected < -0.02


def test_better_technology_everywhere_has_its_closed_form() -> None:
    """Hulten (1978), Review of Economic Studies 45(3): here exact, since all regions are alike in cost shares."""
    case = random_case(5, 3, seed=7)
    case["inputs"][:] = case["inputs"][0]
    case["value_added"][:] = case["value_added"][0]
    c = TradeModel.from_shares(**case).counterfactual(productivity_hat=1.1)
    gain = np.linalg.solve(np.eye(3) - case["inputs"][0].T, np.full(3, np.log(1.1)))
    np.testing.assert_allclose(np.log(c.real_income_hat), case["final_demand"] @ gain, rtol=0, atol=1e-9)
    np.testing.assert_allclose(c.wage_hat, 1.0, rtol=0, atol=1e-9)
    np.testing.assert_allclose(c.real_output_hat, np.broadcast_to(np.exp(gain), (5, 3)), rtol=1e-9)


def test_gains_from_trade_follow_from_own_shares_alone() -> None:
    """Costinot and Rodríguez-Clare (2014): G = 1 − ∏ λ_r^(β_s ã_sr / ε_r), their formula with intermediate goods.

    ã is the Leontief inverse of the input shares; the model itself is sent to autarky and must lose exactly G.
    """
    case = random_case(5, 3, seed=16)
    case["theta"] = np.array([4.0, 5.0, 6.5])
    m = TradeModel.from_shares(**case)
    kappa = np.full((5, 5, 3), 100.0)
    kappa[range(5), range(5)] = 1
    c = m.counterfactual(kappa_hat=kappa)
    base = m.counterfactual()  # incomes must fit the shares, so the base is solved and its shares are not quite these
    own = base.trade_array[range(5), range(5)] / base.expenditure.to_numpy()
    for n in range(5):
        weight = case["final_demand"][n] @ np.linalg.inv(np.eye(3) - case["inputs"][n].T)
        gains = 1 - np.prod(own[n] ** (weight / case["theta"]))
        assert 1 - c.real_income_hat.iloc[n] == pytest.approx(gains, abs=1e-7)
        assert gains > 0.05


def test_a_gradient_at_the_base_is_hultens_domar_weight() -> None:
    """Hulten (1978): in a closed economy d ln W / d ln T is sales over income."""
    case = random_case(1, 4, seed=17)
    m = TradeModel.from_shares(**case)
    g = m.gradient(region="0")
    weight = m.counterfactual().output_array[0] / case["income"].sum()
    np.testing.assert_allclose(g.productivity_hat[0], weight, rtol=1e-9)
