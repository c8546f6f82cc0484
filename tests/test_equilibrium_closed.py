"""Closed cases with an answer in closed form, and what is said about faulty input."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from tests.equilibrium_cases import random_case

from yijiang.economy import TradeModel
from yijiang.errors import DataError, OptionError


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


def test_an_elasticity_that_looks_like_its_inverse_is_noted() -> None:
    case = random_case(2, 3)
    case["theta"] = [0.2, 5.0, 64.85]
    notes = TradeModel.from_shares(**case, labels={"sector": ["Steel", "Cars", "Oil"]}).notes
    assert len(notes) == 2
    assert "theta Steel = 0.2: unusual; is this 1/theta?" in notes[0]
    assert "theta Oil" in notes[1]
    with pytest.raises(DataError, match="is not positive"):
        TradeModel.from_shares(**{**case, "theta": [5.0, -1.0, 5.0]}, labels={"sector": ["Steel", "Cars", "Oil"]})


def test_a_model_holds_one_table_of_trade() -> None:
    # 300 x 300 x 10 cells are 7.2 MB, the largest thing by far.
    case = random_case(300, 10, seed=14)
    cells = case["shares"].nbytes
    tracemalloc.start()
    m = TradeModel.from_shares(**case)
    made = tracemalloc.get_traced_memory()
    c = m.counterfactual(productivity_hat=1.1)
    solved = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made[1] < 1.6 * cells
    assert solved[1] < 1.6 * cells
    assert c.solution.problem.weights is m.base.share
    assert c.solution.problem.net is m.base.share


@pytest.mark.parametrize("fixed", [(), ("0",)])
def test_a_sector_that_nobody_sells_elsewhere_is_like_any_other(fixed: tuple[str, ...]) -> None:
    case = random_case(4, 3, seed=15)
    own = np.eye(4)
    case["shares"][:, :, 1] = own
    tariff = np.full((4, 4, 3), 0.1) * (1 - own)[:, :, None]
    m = TradeModel.from_shares(**case, tariff=tariff, fixed=fixed)
    levers: dict[str, Any] = {"productivity_hat": {("1", "1"): 1.3}, "tariff": 0.5 * tariff}
    c = m.counterfactual(**levers)
    assert c.solution.problem.local.tolist() == [False, True, False]
    # a trade so small that it cannot matter makes the sector one of all the others
    case["shares"][:, :, 1] = own + 1e-14 * (1 - own)
    other = TradeModel.from_shares(**case, tariff=tariff, fixed=fixed)
    d = other.counterfactual(**levers)
    assert not d.solution.problem.local.any()
    np.testing.assert_allclose(c.real_income_hat, d.real_income_hat, rtol=1e-9)
    np.testing.assert_allclose(c.output, d.output, rtol=1e-9)
    a, b = (x.gradient(region="1", at=y).productivity_hat for x, y in ((m, c), (other, d)))
    np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-9)
