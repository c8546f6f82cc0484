"""What holds for every equilibrium, whatever the data."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from yijiang.economy import TradeModel

few = settings(max_examples=25, deadline=None, derandomize=True)
seeds = st.integers(0, 10_000)
sizes = st.integers(2, 5)


def flows(regions: int, sectors: int, seed: int, fixed: bool = False) -> dict[str, Any]:
    """Consistent tables: use equals purchases, cost equals sales; the last region may have fixed cost."""
    r = np.random.default_rng(seed)
    trade = r.lognormal(0, 0.8, (regions, regions, sectors))
    trade[range(regions), range(regions)] *= 5
    tariff = r.uniform(0, 0.2, trade.shape) * (1 - np.eye(regions))[:, :, None]
    output, spending = trade.sum(0), (trade * (1 + tariff)).sum(1)
    share = r.dirichlet(np.ones(sectors + 2), (regions, sectors)).transpose(0, 2, 1)
    use = share[:, :sectors] * output[:, None, :]
    final = spending - use.sum(2)
    too_much = np.clip(use.sum(2) / (0.9 * spending), 1, None)
    use = use / too_much[:, :, None]
    final = spending - use.sum(2)
    added = (output - use.sum(1))[:, None, :] * np.array([0.6, 0.4])[None, :, None]
    return {
        "trade_value": trade,
        "intermediate": use,
        "final": final,
        "value_added": added,
        "theta": r.uniform(2, 10, sectors),
        "tariff": tariff,
        "fixed": (regions - 1,) if fixed else (),
    }


def levers(regions: int, sectors: int, seed: int) -> dict[str, Any]:
    r = np.random.default_rng(seed + 1)
    return {
        "kappa_hat": np.exp(r.normal(0, 0.1, (regions, regions, sectors))),
        "productivity_hat": np.exp(r.normal(0, 0.1, (regions, sectors))),
        "endowment_hat": np.exp(r.normal(0, 0.1, (regions, 2))),
        "tariff": r.uniform(0, 0.2, (regions, regions, sectors)) * (1 - np.eye(regions))[:, :, None],
    }


@few
@given(sizes, sizes, seeds, st.booleans())
def test_consistent_tables_are_kept(regions: int, sectors: int, seed: int, fixed: bool) -> None:
    case = flows(regions, sectors, seed, fixed)
    c = TradeModel.from_flows(**case).counterfactual()
    np.testing.assert_allclose(c.trade_array, case["trade_value"], rtol=1e-10)
    belt = slice(0, regions - 1 if fixed else regions)
    np.testing.assert_allclose(c.output_array[belt], case["trade_value"].sum(0)[belt], rtol=1e-10)
    for hat in (c.real_income_hat, c.wage_hat, c.price_hat, c.real_output_hat, c.real_flow_hat):
        np.testing.assert_allclose(hat, 1.0, rtol=0, atol=1e-12)
    np.testing.assert_allclose(c.welfare_first_order, 0.0, atol=1e-12)


@few
@given(sizes, sizes, seeds, st.booleans())
def test_one_change_after_another_is_both_at_once(regions: int, sectors: int, seed: int, fixed: bool) -> None:
    m = TradeModel.from_flows(**flows(regions, sectors, seed, fixed))
    both = levers(regions, sectors, seed)
    once = m.counterfactual(**both, tol=1e-12)
    first = m.counterfactual(kappa_hat=both["kappa_hat"], tariff=both["tariff"], tol=1e-12)
    rest = {key: both[key] for key in ("productivity_hat", "endowment_hat")}
    second = first.as_base().counterfactual(**rest, tol=1e-12)
    np.testing.assert_allclose(first.real_income_hat * second.real_income_hat, once.real_income_hat, rtol=1e-9)
    np.testing.assert_allclose(second.trade_array, once.trade_array, rtol=1e-8)


@few
@given(sizes, sizes, seeds, st.floats(1e-3, 1e6))
def test_the_unit_of_money_does_not_matter(regions: int, sectors: int, seed: int, unit: float) -> None:
    case = flows(regions, sectors, seed)
    scaled = {key: unit * case[key] for key in ("trade_value", "intermediate", "final", "value_added")}
    a = TradeModel.from_flows(**case).counterfactual(**levers(regions, sectors, seed), tol=1e-12)
    b = TradeModel.from_flows(**{**case, **scaled}).counterfactual(**levers(regions, sectors, seed), tol=1e-12)
    np.testing.assert_allclose(a.real_income_hat, b.real_income_hat, rtol=1e-10)
    np.testing.assert_allclose(unit * a.equivalent_variation, b.equivalent_variation, rtol=1e-6, atol=1e-9 * unit)


@few
@given(sizes, sizes, seeds, st.booleans())
def test_walras_and_the_split_add_up(regions: int, sectors: int, seed: int, fixed: bool) -> None:
    m = TradeModel.from_flows(**flows(regions, sectors, seed, fixed))
    c = m.counterfactual(**levers(regions, sectors, seed), tol=1e-12)
    np.testing.assert_allclose(c.trade_array.sum(0), c.output_array, rtol=1e-9)
    split = c.welfare_first_order
    np.testing.assert_allclose(split.sum(axis=1), c.real_income_hat - 1, atol=1e-14)
    belt = c.deficit.dropna().index
    trade = c.trade
    balance = trade.sel(importer=belt).sum(["exporter", "sector"]).to_numpy()
    balance = balance - trade.sel(exporter=belt).sum(["importer", "sector"]).to_numpy()
    np.testing.assert_allclose(balance, c.deficit[belt], atol=1e-8)


@few
@given(sizes, sizes, seeds, st.booleans())
def test_small_levers_leave_a_small_remainder(regions: int, sectors: int, seed: int, fixed: bool) -> None:
    m = TradeModel.from_flows(**flows(regions, sectors, seed, fixed))
    big = levers(regions, sectors, seed)
    tiny = {key: big[key] ** 1e-4 for key in ("kappa_hat", "productivity_hat", "endowment_hat")}
    split = m.counterfactual(**tiny, tol=1e-13).welfare_first_order
    # the levers are of size 1e-5, so what first order leaves is of size 1e-10
    assert split["remainder"].abs().max() < 2e-8
    assert split.drop(columns="remainder").abs().to_numpy().max() > 1e-7


@few
@given(sizes, sizes, seeds, st.randoms(use_true_random=False))
def test_the_order_of_regions_does_not_matter(regions: int, sectors: int, seed: int, shuffle: Any) -> None:
    case = flows(regions, sectors, seed)
    order = list(range(regions))
    shuffle.shuffle(order)
    moved = {
        **case,
        "trade_value": case["trade_value"][np.ix_(order, order)],
        "tariff": case["tariff"][np.ix_(order, order)],
        **{key: case[key][order] for key in ("intermediate", "final", "value_added")},
        "labels": {"region": [str(i) for i in order]},
    }
    kappa = {("0", "1", "0"): 0.7}
    a = TradeModel.from_flows(**case).counterfactual(kappa_hat=kappa, tol=1e-12).real_income_hat
    b = TradeModel.from_flows(**moved).counterfactual(kappa_hat=kappa, tol=1e-12).real_income_hat
    np.testing.assert_allclose(a, b[a.index], rtol=1e-10)
