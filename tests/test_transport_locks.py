"""The wait at a lock: a published figure, smoothness at the limit, finiteness beyond."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yijiang.errors import OptionError
from yijiang.transport import lock_delay
from yijiang.transport.example import two_ports
from yijiang.transport.vdf import QUEUE_LIMIT


def test_published_wait_of_a_queue_with_fixed_service() -> None:
    """Render, Stair and Hanna, Quantitative Analysis for Management, Garcia-Golding Recycling: trucks arrive 8 an hour
    at a compactor that serves 12 an hour in fixed time; the wait is 1/12 hour."""
    assert lock_delay(8.0, 12.0, 1 / 12) == pytest.approx(1 / 12, rel=1e-14)


def test_half_the_wait_of_the_queue_with_random_service() -> None:
    """Pollaczek–Khinchine: λ·E[S²]/(2(1−ρ)); without variance of S it is half of ρS/(1−ρ), the M/M/1 wait."""
    rho = np.linspace(0.05, 0.9, 18)
    np.testing.assert_allclose(lock_delay(rho, 1.0, 3.0), 0.5 * 3.0 * rho / (1 - rho), rtol=1e-14)


def test_wait_and_slope_are_continuous_at_the_limit() -> None:
    step = 1e-7
    below, at, above = lock_delay([QUEUE_LIMIT - step, QUEUE_LIMIT, QUEUE_LIMIT + step], 1.0, 2.0)
    assert at == pytest.approx(2.0 * 9.5, rel=1e-13)
    assert below == pytest.approx(at, rel=1e-4)
    assert above == pytest.approx(at, rel=1e-4)
    assert (at - below) / step == pytest.approx(400.0, rel=1e-4)
    assert (above - at) / step == pytest.approx(400.0, rel=1e-6)


def test_finite_at_three_times_the_capacity() -> None:
    assert lock_delay(300.0, 100.0, 2.0) == pytest.approx(2.0 * (9.5 + 200.0 * 2.05), rel=1e-12)


def test_no_load_no_wait() -> None:
    assert lock_delay(0.0, 100.0, 2.0) == 0.0


@pytest.mark.parametrize(
    ("load", "capacity", "service"), [(-1.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, -1.0), (np.nan, 1.0, 1.0)]
)
def test_figures_out_of_range(load: float, capacity: float, service: float) -> None:
    with pytest.raises(OptionError, match="lock"):
        lock_delay(load, capacity, service)


def test_network_takes_capacity_and_service_from_its_locks() -> None:
    net = two_ports()
    assert net.lock_delays(pd.Series({"gate": 90.0}))["gate"] == pytest.approx(9.0)
    wider = net.with_changes(locks={"gate": {"capacity_mt": 180.0}})
    assert wider.lock_delays(pd.Series({"gate": 90.0}))["gate"] == pytest.approx(1.0)
    with pytest.raises(OptionError, match="wanted: gate"):
        net.lock_delays(pd.Series({"dam": 90.0}))
