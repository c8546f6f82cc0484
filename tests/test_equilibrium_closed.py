"""Closed cases with an answer in closed form, and what is said about faulty input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from yijiang.economy import TradeModel
from yijiang.errors import DataError, OptionError


def random_case(regions: int, sectors: int, factors: int = 1, seed: int = 0, inputs: bool = True) -> dict[str, Any]:
    r = np.random.default_rng(seed)
    shares = r.lognormal(0, 0.7, (regions, regions, sectors))
    shares[range(regions), range(regions)] *= 6
    added = r.uniform(0.3, 0.6, (regions, sectors)) if inputs else np.ones((regions, sectors))
    mix = r.dirichlet(np.full(sectors, 0.6), (regions, sectors)).transpose(0, 2, 1)
    by_factor = r.dirichlet(np.full(factors, 3.0), (regions, sectors)).transpose(0, 2, 1)
    return {
        "shares": shares / shares.sum(1, keepdims=True),
        "inputs": mix * (1 - added)[:, None, :],
        "value_added": added[:, None, :] * by_factor,
        "final_demand": r.dirichlet(np.ones(sectors), regions),
        "income": r.lognormal(0, 0.6, (regions, factors)),
        "theta": r.uniform(3, 9, sectors),
    }


def own_share_hat(m: TradeModel, c: Any) -> np.ndarray:
    """Change of each region's share of its own goods in its spending (region, sector)."""
    before, after = m.counterfactual(), c
    own = range(len(m.regions))
    old = before.trade_array[own, own] / before.expenditure.to_numpy()
    return np.asarray(after.trade_array[own, own] / after.expenditure.to_numpy() / old)


def test_one_sector_without_inputs_obeys_acr() -> None:
    case = random_case(5, 1, inputs=False, seed=3)
    m = TradeModel.from_shares(**case)
    kappa = np.exp(np.random.default_rng(1).normal(0, 0.3, (5, 5, 1)))
    kappa[range(5), range(5)] = 1
    c = m.counterfactual(kappa_hat=kappa, tol=1e-13)
    expected = -np.log(own_share_hat(m, c)[:, 0]) / case["theta"][0]
    np.testing.assert_allclose(np.log(c.real_income_hat), expected, rtol=0, atol=1e-12)
    assert np.abs(expected).max() > 0.01


def test_two_like_regions() -> None:
    m = TradeModel.from_shares(
        [[[0.8], [0.2]], [[0.2], [0.8]]], [[[0.5]], [[0.5]]], [[0.5], [0.5]], [[1.0], [1.0]], [1.0, 1.0], 5.0
    )
    c = m.counterfactual(kappa_hat={("0", "1", "0"): 0.9, ("1", "0", "0"): 0.9})
    # ln(l + (1 − l) κ^−θ) / (θ β), by hand
    assert np.log(0.8 + 0.2 * 0.9**-5) / (5 * 0.5) == pytest.approx(0.0519555212, abs=5e-11)
    np.testing.assert_allclose(np.log(c.real_income_hat), 0.0519555212, rtol=0, atol=1e-10)


def test_own_shares_and_input_links_give_real_income() -> None:
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
    case = random_case(5, 3, seed=7)
    case["inputs"][:] = case["inputs"][0]
    case["value_added"][:] = case["value_added"][0]
    c = TradeModel.from_shares(**case).counterfactual(productivity_hat=1.1)
    gain = np.linalg.solve(np.eye(3) - case["inputs"][0].T, np.full(3, np.log(1.1)))
    np.testing.assert_allclose(np.log(c.real_income_hat), case["final_demand"] @ gain, rtol=0, atol=1e-9)
    np.testing.assert_allclose(c.wage_hat, 1.0, rtol=0, atol=1e-9)
    np.testing.assert_allclose(c.real_output_hat, np.broadcast_to(np.exp(gain), (5, 3)), rtol=1e-9)


def test_more_of_every_factor_is_more_of_everything() -> None:
    m = TradeModel.from_shares(**random_case(4, 3, factors=2, seed=8))
    c = m.counterfactual(endowment_hat=1.25)
    np.testing.assert_allclose(c.real_income_hat, 1.25, rtol=1e-9)
    np.testing.assert_allclose(c.real_output_hat, 1.25, rtol=1e-9)
    np.testing.assert_allclose(c.factor_income.sum().sum(), m.counterfactual().factor_income.sum().sum(), rtol=1e-12)


def test_accounts_of_the_solution_balance() -> None:
    case = random_case(5, 4, factors=2, seed=9)
    r = np.random.default_rng(4)
    case["tariff"] = r.uniform(0, 0.2, (5, 5, 4)) * (1 - np.eye(5))[:, :, None]
    m = TradeModel.from_shares(**case)
    levels = case["tariff"] * 0.3
    c = m.counterfactual(tariff=levels, productivity_hat={("0", "1"): 1.2}, tol=1e-12)
    trade, output = c.trade_array, c.output_array
    np.testing.assert_allclose(trade.sum(0), output, rtol=1e-10)  # sales = output (Walras' law included)
    np.testing.assert_allclose((trade * (1 + levels)).sum(1), c.expenditure, rtol=1e-10)
    earned = np.einsum("nfj,nj->nf", case["value_added"], output)
    np.testing.assert_allclose(earned, c.factor_income, rtol=1e-10)
    use = np.einsum("nkj,nj->nk", case["inputs"], output) + case["final_demand"] * c.income_array[:, None]
    np.testing.assert_allclose(use, c.expenditure, rtol=1e-10)
    imports, exports = trade.sum((1, 2)), trade.sum((0, 2))
    np.testing.assert_allclose(imports - exports, c.deficit, atol=1e-10)


def test_deficits_and_transfers() -> None:
    m = TradeModel.from_shares(**random_case(4, 2, seed=10))
    gift = {"0": 0.05, "2": -0.05}
    by_transfer, by_deficit = m.counterfactual(transfer=gift), m.counterfactual(deficit=gift)
    np.testing.assert_allclose(by_transfer.real_income_hat, by_deficit.real_income_hat, rtol=1e-9)
    assert by_transfer.real_income_hat["0"] > 1 > by_transfer.real_income_hat["2"]
    np.testing.assert_allclose(by_transfer.deficit, [0.05, 0, -0.05, 0], atol=1e-12)
    base = by_deficit.as_base()
    grown = base.counterfactual(productivity_hat={("0", "0"): 1.3}, deficit_rule="income_share", tol=1e-12)
    income = grown.factor_income.sum(axis=1)
    share = base.deficit / base.counterfactual().factor_income.sum(axis=1)
    expected = share * income - (share * income).sum() * income / income.sum()
    np.testing.assert_allclose(grown.deficit, expected, atol=1e-10)
    fixed = base.counterfactual(productivity_hat={("0", "0"): 1.3})
    np.testing.assert_allclose(fixed.deficit, base.deficit, atol=1e-12)


def test_final_scale_moves_the_basket() -> None:
    m = TradeModel.from_shares(**random_case(3, 3, seed=11))
    c = m.counterfactual(final_scale={("1", "2"): 2.0})
    a = m._base.final[1]
    expected = a * [1, 1, 2] / (a * [1, 1, 2]).sum()
    np.testing.assert_allclose(c._solution.problem.final[1], expected)
    assert c.output["2"].sum() > m.counterfactual().output["2"].sum()


def test_negative_final_cells_stay_as_they_are() -> None:
    trade = np.array([[[70.0, 40.0], [20.0, 10.0]], [[30.0, 20.0], [60.0, 50.0]]])
    output = trade.sum(0)
    use = np.zeros((2, 2, 2))
    use[:, 0, 1] = 0.4 * output[:, 1]
    use[:, 1, 0] = 0.3 * output[:, 0]
    added = output - use.sum(1)
    final = trade.sum(1) - use.sum(2)
    use[0, 1, 1] = final[0, 1] + 4.0  # more is used than bought: stocks run down by 4
    added[0, 1] -= use[0, 1, 1]
    final = trade.sum(1) - use.sum(2)
    assert final[0, 1] == pytest.approx(-4.0)
    m = TradeModel.from_flows(trade, use, final, added, [4.0, 6.0])
    np.testing.assert_allclose(m.adjustment[["income", "expenditure"]], 1.0, atol=1e-12)
    assert m._base.final[0].tolist() == [1.0, 0.0]
    still = m.counterfactual()
    np.testing.assert_allclose(still.real_income_hat, 1.0, atol=1e-12)
    np.testing.assert_allclose(still.income_array, added.sum(1) + m.deficit, rtol=1e-12)
    c = m.counterfactual(productivity_hat={("0", "0"): 1.1})
    spent = use[0, 1] / output[0] @ c.output_array[0] - 4.0
    assert c.expenditure.iloc[0, 1] == pytest.approx(spent, rel=1e-9)


def test_levers_are_aligned_by_name() -> None:
    names = {"region": ["Hubei", "Jiangsu", "Anhui"], "sector": ["Steel", "Cars"]}
    m = TradeModel.from_shares(**random_case(3, 2, seed=12), labels=names)
    plain = np.ones((3, 2))
    plain[1, 0] = 1.1
    expected = m.counterfactual(productivity_hat=plain).real_income_hat
    frame = pd.DataFrame([[1.0, 1.1]], index=["jiangsu"], columns=["Cars", "Steel"])
    cube = xr.DataArray([[1.1]], {"sector": ["Steel"], "region": ["Jiangsu"]}, ["sector", "region"])
    series = pd.Series({("Jiangsu", "Steel"): 1.1})
    for lever in (frame, cube, series, {("Jiangsu", "Steel"): 1.1}):
        pd.testing.assert_series_equal(m.counterfactual(productivity_hat=lever).real_income_hat, expected)
    pair = xr.DataArray([[0.9]], {"importer": ["Hubei"], "exporter": ["Anhui"]}, ["importer", "exporter"])
    both = m.counterfactual(kappa_hat={("Hubei", "Anhui", s): 0.9 for s in names["sector"]})
    pd.testing.assert_series_equal(m.counterfactual(kappa_hat=pair).real_income_hat, both.real_income_hat)
    with pytest.raises(OptionError, match="near matches: Jiangsu"):
        m.counterfactual(productivity_hat={("Jiangzu", "Steel"): 1.1})
    with pytest.raises(OptionError, match="has the dimension 'province'"):
        m.counterfactual(kappa_hat=xr.DataArray([0.9], dims=["province"]))


@pytest.mark.parametrize(
    ("levers", "message"),
    [
        ({"kappa_hat": 0.0}, "not positive"),
        ({"kappa_hat": np.ones((2, 2))}, "has shape"),
        ({"productivity_hat": np.nan}, "not positive"),
        ({"tariff": -1.0}, "−100 %"),
        ({"transfer": {"0": 1.0}}, "another must pay"),
        ({"deficit": {"0": 1.0}}, "must add up to 0"),
        ({"deficit_rule": "free"}, "use 'fixed'"),
        ({"start": np.zeros(3)}, "finite entries"),
        ({"tol": 0.0}, "positive number"),
        ({"using_kappa_hat": {("0", "1", "0"): 0.9}}, "is not .importer"),
        ({"using_kappa_hat": {("0", "1", "0", "final"): -1.0}}, "a ratio is positive"),
    ],
)
def test_wrong_levers_are_refused(levers: dict[str, Any], message: str) -> None:
    m = TradeModel.from_shares(**random_case(3, 2, seed=12))
    with pytest.raises(OptionError, match=message):
        m.counterfactual(**levers)


def test_every_fault_of_the_tables_is_reported() -> None:
    trade = np.ones((2, 2, 2))
    trade[0, 0, 0] = np.nan
    trade[1, 1, 1] = -1
    with pytest.raises(DataError) as caught:
        TradeModel.from_flows(trade, np.full((2, 2, 2), -0.5), np.ones((2, 3)), np.ones((2, 2)), [5.0, 0.0])
    text = str(caught.value)
    for part in ("trade_value, 0, 0, 0", "trade_value, 1, 1, 1", "intermediate", "final", "theta, 1"):
        assert part in text
    assert len(caught.value.findings) >= 5


def test_cells_that_cannot_be_are_reported() -> None:
    trade = np.ones((2, 2, 2))
    trade[0, :, 1] = 0  # used in region 0, sold by nobody there
    use = np.full((2, 2, 2), 0.5)
    final, added = np.ones((2, 2)), np.ones((2, 2))
    with pytest.raises(DataError, match="is used, but nobody sells it there"):
        TradeModel.from_flows(trade, use, final, added, 5.0)
    trade = np.ones((2, 2, 2))
    trade[:, 0, 1] = 0
    with pytest.raises(DataError, match="has costs, but sells nothing"):
        TradeModel.from_flows(trade, use, final, added, 5.0)
    with pytest.raises(DataError, match="is not a region"):
        TradeModel.from_flows(np.ones((2, 2, 2)), use, final, added, 5.0, fixed=("Abroad",))
    with pytest.raises(DataError, match="do not add up to zero"):
        TradeModel.from_flows(np.ones((2, 2, 2)), use, final, added, 5.0, deficit=[1.0, 0.0])
    with pytest.raises(DataError, match=r"not .importer, exporter, sector"):
        TradeModel.from_flows(np.ones((2, 3, 2)), use, final, added, 5.0)
    case = random_case(2, 2)
    case["shares"] = case["shares"] * 1.1
    case["inputs"] = case["inputs"] * 0.9
    with pytest.raises(DataError) as caught:
        TradeModel.from_shares(**case)
    assert "over exporters" in str(caught.value)
    assert "shares of cost" in str(caught.value)


def test_labelled_tables_are_aligned_by_name() -> None:
    names = {"region": ["Hubei", "Jiangsu"], "sector": ["Steel", "Cars"]}
    r = np.random.default_rng(1)
    trade, share = r.uniform(1, 2, (2, 2, 2)), r.uniform(0.1, 0.3, (2, 2, 2))
    use = share * trade.sum(0)[:, None, :]
    final, added = trade.sum(1) - use.sum(2), trade.sum(0) - use.sum(1)
    plain = TradeModel.from_flows(trade, use, final, added, [4.0, 6.0], labels=names)
    region, sector = names["region"], names["sector"]
    cube = xr.DataArray(
        trade, {"importer": region, "exporter": region, "sector": sector}, ["importer", "exporter", "sector"]
    )
    table = xr.DataArray(use, {"region": region, "input": sector, "using": sector}, ["region", "input", "using"])
    frame = pd.DataFrame(added, region, sector)
    m = TradeModel.from_flows(
        cube,
        table.sel(input=sector[::-1]).transpose("using", "region", "input"),
        pd.DataFrame(final, region, sector)[sector[::-1]],
        frame.loc[region[::-1]],
        pd.Series({"Cars": 6.0, "Steel": 4.0}),
    )
    lever = {("Hubei", "Steel"): 1.2}
    a, b = (x.counterfactual(productivity_hat=lever).real_income_hat for x in (plain, m))
    pd.testing.assert_series_equal(a, b)
    with pytest.raises(DataError, match=r"final, Jiangsu, Cars = 'nan': is not a finite"):
        TradeModel.from_flows(cube, table, frame.iloc[:1], frame, 4.0)
    with pytest.raises(DataError, match="unknown region 'Anhui'"):
        TradeModel.from_flows(cube, table, frame.rename({"Hubei": "Anhui"}), frame, 4.0)


def test_incomes_must_fit_the_cost_shares() -> None:
    case = random_case(2, 2, factors=2)
    case["income"][1, 0] = 0.0
    with pytest.raises(DataError, match=r"income, 1, 0 = '0\.0': does not fit"):
        TradeModel.from_shares(**case)
    case["income"] = [1.0, 1.0]
    with pytest.raises(DataError, match="has no factor axis"):
        TradeModel.from_shares(**case)


def test_inputs_are_not_changed() -> None:
    case = random_case(3, 2, seed=13)
    copy = {key: np.array(value) for key, value in case.items()}
    m = TradeModel.from_shares(**case)
    kappa = np.full((3, 3, 2), 0.9)
    c = m.counterfactual(kappa_hat=kappa)
    c.trade_array[:] = 0
    for key, value in copy.items():
        np.testing.assert_array_equal(case[key], value)
    np.testing.assert_array_equal(kappa, 0.9)
    assert m.counterfactual(kappa_hat=kappa).trade_array.min() > 0
