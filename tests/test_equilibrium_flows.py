"""Gradients of sums of real flows against central differences: split uses and a fixed region too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.equilibrium_cases import REGIONS, SECTORS, USES, case, difference, same, solve

from yijiang.economy import Counterfactual
from yijiang.errors import OptionError


@pytest.mark.parametrize("fixed", [False, True])
def test_sums_of_real_flows_against_central_differences(fixed: bool) -> None:
    m = case(fixed)
    at = solve(m, using_kappa_hat=USES)
    weights = np.random.default_rng(5).normal(0, 1, (len(REGIONS), len(REGIONS), len(SECTORS)))
    if fixed:  # what two regions of fixed cost trade does not move
        weights[1, 1] = 0.0
    one = np.zeros_like(weights)
    one[0, 2, 1] = 1.0  # Hubei buys cars in Jiangsu, where final demand pays another price
    g = at.flow_gradient({"many": weights, "one": one})
    assert g.residual <= 1e-10
    there = at.base_trade_array > 0

    def figure(of: np.ndarray[Any, Any]) -> Any:
        return lambda c: np.exp((of * np.log(np.where(there, c.real_flow_hat_array, 1.0)))[there].sum())

    def check(lever: str, name: Any, found: Any, log: bool = True) -> None:
        for target, of in (("many", weights), ("one", one)):
            expected = difference(m, lever, name, figure(of), log, using_kappa_hat=USES)
            same(float(found.sel(target=target)), expected)

    for name in (("Jiangsu", "Steel"), ("Hubei", "Rice"), ("Anhui", "Cars")):
        check("productivity_hat", name, g.productivity_hat.sel(region=name[0], sector=name[1]))
    check("endowment_hat", ("Anhui", "capital"), g.endowment_hat.sel(region="Anhui", factor="capital"))
    check("final_scale", ("Hubei", "Cars"), g.final_scale.sel(region="Hubei", sector="Cars"))
    cells = [("Hubei", "Jiangsu", "Cars"), ("Jiangsu", "Abroad", "Steel"), ("Anhui", "Hubei", "Rice")]
    for cell in [*cells, ("Abroad", "Hubei", "Steel")]:
        place = dict(zip(("importer", "exporter", "sector"), cell, strict=True))
        check("kappa_hat", cell, g.kappa_hat.sel(place))
        check("tariff", cell, g.tariff.sel(place), log=False)
    for use in USES:
        check("using_kappa_hat", use, g.using_kappa_hat(*use[:2]).sel(sector=use[2], using=use[3]))


def test_the_flow_of_output_at_home_is_its_real_output() -> None:
    """With nothing traded, the one flow of a good is its output."""
    from yijiang.economy import TradeModel

    m = TradeModel.from_shares(
        np.ones((1, 1, 2)), np.full((1, 2, 2), 0.2), np.full((1, 1, 2), 0.6), [[0.5, 0.5]], [[1.0]], [4.0, 4.0],
        labels={"region": ["Hubei"], "sector": ["Steel", "Cars"], "factor": ["labour"]},
    )  # fmt: skip
    at = m.counterfactual(productivity_hat=[[1.1, 1.0]])
    steel = np.array([[[1.0, 0.0]]])
    by_flow = at.flow_gradient({"steel": steel}).productivity_hat.sel(target="steel", region="Hubei")
    by_output = m.gradient("real_output", "Hubei", "Steel", at=at).productivity_hat.loc["Hubei"]
    np.testing.assert_allclose(by_flow, by_output, rtol=1e-9, atol=1e-12)


def test_weights_that_make_no_sense_are_refused() -> None:
    at: Counterfactual = solve(case(fixed=False))
    with pytest.raises(OptionError, match="no weights"):
        at.flow_gradient({})
    with pytest.raises(OptionError, match="shape"):
        at.flow_gradient({"a": np.zeros((2, 2, 3))})
    with pytest.raises(OptionError, match="finite"):
        at.flow_gradient({"a": np.full((4, 4, 3), np.nan)})


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize(("tariff", "levers"), [(True, {}), (False, {}), (False, {"using_kappa_hat": USES})])
def test_real_flows_are_trade_over_cost(fixed: bool, tariff: bool, levers: dict[str, Any]) -> None:
    m = case(fixed, tariff)
    c = solve(m, productivity_hat={("Hubei", "Steel"): 1.1}, kappa_hat={("Hubei", "Jiangsu", "Cars"): 0.9}, **levers)
    old, new = c.base_trade_array, c.trade_array / c.cost_hat_array[None]
    expected = np.where(old > 0, new / np.where(old > 0, old, 1.0), 1.0)
    assert np.allclose(c.real_flow_hat_array, expected, rtol=1e-12)
    some = np.array([2, 0])
    assert np.allclose(c.real_flow_hats(some), expected[:, :, some], rtol=1e-12)
