"""Logit shares and logsums: hand values, closed chains, bad figures."""

from __future__ import annotations

import math

import numpy as np
import pytest

from yijiang.errors import OptionError
from yijiang.transport import logit_logsum, logit_shares, skim, value_of_time
from yijiang.transport.example import two_ports


def test_shares_by_hand() -> None:
    """Road costs 340 and water 135 yuan/t: share of water = 1/(1 + exp(−0.01·205))."""
    shares = skim(two_ports()).shares(0.01).sel(origin="Upper", destination="Lower", commodity="goods")
    assert shares.sel(chain="water").item() == pytest.approx(1 / (1 + math.exp(-2.05)), rel=1e-13)
    assert shares.sum().item() == pytest.approx(1.0, abs=1e-15)


def test_logsum_by_hand() -> None:
    composite = skim(two_ports()).logsum(0.01).sel(origin="Upper", destination="Lower", commodity="goods").item()
    assert composite == pytest.approx(-100 * math.log(math.exp(-3.4) + math.exp(-1.35)), rel=1e-13)


def test_closed_chain_has_no_share_and_no_weight() -> None:
    cost = np.array([[50.0, np.inf, 60.0], [np.inf, np.inf, np.inf]])
    shares, composite = logit_shares(cost, 0.1), logit_logsum(cost, 0.1)
    assert shares[0].tolist() == pytest.approx([1 / (1 + math.exp(-1)), 0.0, 1 / (1 + math.exp(1))])
    assert composite[0] == logit_logsum(np.array([50.0, 60.0]), 0.1)
    assert np.isnan(shares[1]).all()
    assert composite[1] == np.inf


def test_large_costs_do_not_overflow() -> None:
    cost = np.array([1e6, 1e6 + 10.0])
    assert logit_shares(cost, 0.1).tolist() == pytest.approx([1 / (1 + math.exp(-1)), 1 / (1 + math.exp(1))])
    assert logit_logsum(cost, 0.1) == pytest.approx(1e6 - 10 * math.log(1 + math.exp(-1)), rel=1e-15)


def test_dispersion_by_commodity_is_aligned_by_name() -> None:
    s = skim(two_ports(), commodities={"ore": 0.0, "phones": 0.0})
    water = s.shares({"phones": 0.02, "ore": 0.01}).sel(origin="Upper", destination="Lower", chain="water")
    assert water.sel(commodity="ore").item() == pytest.approx(1 / (1 + math.exp(-2.05)), rel=1e-13)
    assert water.sel(commodity="phones").item() == pytest.approx(1 / (1 + math.exp(-4.1)), rel=1e-13)
    with pytest.raises(OptionError, match="wanted: ore, phones"):
        s.shares({"ore": 0.01})


@pytest.mark.parametrize("bad", [0.0, -0.1, np.nan, np.inf])
def test_dispersion_out_of_range(bad: float) -> None:
    with pytest.raises(OptionError, match="above 0"):
        skim(two_ports()).shares(bad)


def test_value_of_time_is_density_times_daily_rate() -> None:
    assert value_of_time(600.0, 0.006).item() == pytest.approx(0.15, rel=1e-15)
    with pytest.raises(OptionError, match="at least 0"):
        value_of_time([-1.0], 0.01)
