"""NAFTA as in Caliendo and Parro (2015): the paper's figures, and the exact ones on the same solution."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from yijiang.economy import Counterfactual, TradeModel

BLOC = ["Mexico", "Canada", "USA"]


@pytest.fixture(scope="module")
def tables() -> dict[str, np.ndarray]:
    return {}


@pytest.fixture
def data(source_data: Callable[[str], Path], tables: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    if not tables:
        with np.load(source_data("nafta_cp2015") / "nafta_cp2015.npz") as archive:
            tables.update({key: archive[key] for key in archive.files})
    return tables


@pytest.fixture
def raw(data: dict[str, np.ndarray]) -> TradeModel:
    return TradeModel.from_flows(
        data["trade_value"],
        data["intermediate"],
        data["final"],
        data["value_added"],
        data["theta"],
        tariff=data["tariff_1993"],
        deficit=data["deficit"],
        labels={"region": data["regions"].tolist(), "sector": data["sectors"].tolist()},
    )


@pytest.fixture
def balanced(raw: TradeModel) -> TradeModel:
    return raw.counterfactual(deficit=0).as_base()


@pytest.fixture
def nafta(balanced: TradeModel, data: dict[str, np.ndarray]) -> Counterfactual:
    return balanced.counterfactual(tariff=data["tariff_nafta2005"])


def percent(values: object) -> np.ndarray:
    return 100 * np.asarray(values, dtype=float)


def test_first_order_welfare_is_the_published_one(nafta: Counterfactual) -> None:
    split = nafta.welfare_first_order.loc[BLOC]
    terms, volume = percent(split["terms_of_trade"]), percent(split["volume_of_trade"])
    np.testing.assert_allclose(terms + volume, [1.3121, -0.0638, 0.0848], atol=6e-5)
    np.testing.assert_allclose(terms, [-0.4118, -0.1081, 0.0435], atol=6e-5)
    np.testing.assert_allclose(volume, [1.7239, 0.0443, 0.0412], atol=6e-5)


def test_real_wages_are_the_published_ones(nafta: Counterfactual) -> None:
    np.testing.assert_allclose(percent(nafta.real_wage_hat[BLOC] - 1), [1.7153, 0.3228, 0.1124], atol=6e-5)


def test_exact_real_income_differs_from_the_first_order_figure(nafta: Counterfactual) -> None:
    np.testing.assert_allclose(percent(nafta.real_income_hat[BLOC] - 1), [0.0073, -0.1101, 0.0741], atol=6e-5)


def test_trade_inside_the_bloc(nafta: Counterfactual, balanced: TradeModel) -> None:
    before, after = balanced.counterfactual().trade, nafta.trade
    change = []
    for region in BLOC:
        others = [r for r in BLOC if r != region]
        old = before.sel(importer=region, exporter=others).sum()
        change.append(float(after.sel(importer=region, exporter=others).sum() / old) - 1)
    np.testing.assert_allclose(percent(change), [118.28, 11.11, 40.52], atol=6e-3)


def test_with_the_deficits_of_the_data(raw: TradeModel, data: dict[str, np.ndarray]) -> None:
    c = raw.counterfactual(tariff=data["tariff_nafta2005"])
    split = c.welfare_first_order.loc[BLOC]
    welfare = percent(split["terms_of_trade"] + split["volume_of_trade"])
    np.testing.assert_allclose(welfare, [1.1743, -0.0405, 0.0850], atol=6e-5)
    np.testing.assert_allclose(percent(c.real_income_hat[BLOC] - 1), [-0.0451, -0.0821, 0.0758], atol=6e-5)


def test_split_adds_up_and_nothing_is_silent(nafta: Counterfactual, raw: TradeModel) -> None:
    total = nafta.welfare_first_order.sum(axis=1)
    np.testing.assert_allclose(total, nafta.real_income_hat - 1, atol=1e-15)
    assert nafta.residual <= 1e-10
    assert 0.7 < nafta.spectral_radius < 0.9  # 0.81 was found independently
    assert any("Canada, Other, Basic metals" in note for note in raw.notes)


def test_no_lever_is_no_change(balanced: TradeModel, data: dict[str, np.ndarray]) -> None:
    for c in (balanced.counterfactual(), balanced.counterfactual(tariff=data["tariff_1993"])):
        for hat in (c.real_income_hat, c.wage_hat, c.price_hat, c.cost_hat, c.real_output_hat, c.real_flow_hat):
            np.testing.assert_allclose(hat, 1.0, rtol=0, atol=1e-12)


def test_one_half_of_nafta_after_the_other(
    balanced: TradeModel, data: dict[str, np.ndarray], nafta: Counterfactual
) -> None:
    half = data["tariff_nafta2005"].copy()
    mexico = data["regions"].tolist().index("Mexico")
    half[mexico] = data["tariff_1993"][mexico]
    first = balanced.counterfactual(tariff=half)
    second = first.as_base().counterfactual(tariff=data["tariff_nafta2005"])
    np.testing.assert_allclose(first.real_income_hat * second.real_income_hat, nafta.real_income_hat, rtol=1e-9)
