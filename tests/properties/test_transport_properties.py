"""What holds on any network: shortest paths, balance, monotone waits, logit identities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from yijiang.transport import FreightNetwork, Paths, assign, lock_delay, logit_logsum, logit_shares, skim
from yijiang.transport.example import scattered

SCATTERED = scattered(nodes=36, zones=5, seed=4)

positive = st.floats(0.01, 500.0)


def _roads(seed: int, nodes: int, extra: int, one_way: bool) -> FreightNetwork:
    """Random roads on a ring, so that every node is reached, with parallel links and links without length."""
    rng = np.random.default_rng(seed)
    names = np.array([f"n{i}" for i in rng.permutation(nodes)])
    tail = np.concatenate([np.arange(nodes), rng.integers(0, nodes, extra)])
    head = np.concatenate([(np.arange(nodes) + 1) % nodes, rng.integers(0, nodes, extra)])
    keep = tail != head
    tail, head = tail[keep], head[keep]
    km = rng.uniform(0.0, 100.0, len(tail)) * (rng.random(len(tail)) > 0.1)
    links = pd.DataFrame(
        {
            "link": [f"l{i}" for i in rng.permutation(len(tail))],
            "from_node": names[tail],
            "to_node": names[head],
            "mode": "road",
            "km": km,
            "two_way": rng.random(len(tail)) > 0.5 if one_way else True,
        }
    )
    modes = pd.DataFrame(
        {
            "mode": ["road"],
            "money_per_tkm": 1.0,
            "money_fixed": 0.0,
            "speed_kmh": 50.0,
            "speed_up_kmh": 50.0,
            "co2_kg_per_tkm": 0.1,
            "empty_return": 0.0,
        }
    )
    return FreightNetwork(pd.DataFrame({"node": names}), links, modes=modes)


@given(st.integers(0, 10_000), st.integers(3, 40), st.integers(0, 90), st.booleans())
@settings(max_examples=40, deadline=None)
def test_road_skim_equals_scipy(seed: int, nodes: int, extra: int, one_way: bool) -> None:
    net = _roads(seed, nodes, extra, one_way)
    place = {name: i for i, name in enumerate(net.regions)}
    least = np.full((nodes, nodes), np.inf)
    for link in net.links.itertuples():
        ends = (place[link.from_node], place[link.to_node])
        least[ends] = min(least[ends], link.km)
        if link.two_way:
            least[ends[::-1]] = min(least[ends[::-1]], link.km)
    rows, columns = np.nonzero(np.isfinite(least))
    # scipy keeps a length of zero only if it is stored, as here; parallel links were reduced to the shortest.
    wanted = dijkstra(sparse.csr_array((least[rows, columns], (rows, columns)), shape=least.shape))
    s = skim(net)
    np.testing.assert_allclose(s.km.to_numpy()[:, :, 0, 0], wanted, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(s.cost.to_numpy(), s.km.to_numpy(), rtol=1e-12, atol=1e-12)


@given(st.integers(0, 10_000), st.integers(3, 25), st.integers(0, 40))
@settings(max_examples=30, deadline=None)
def test_km_obey_the_triangle_inequality(seed: int, nodes: int, extra: int) -> None:
    km = skim(_roads(seed, nodes, extra, True)).km.to_numpy()[:, :, 0, 0]
    over = (km[:, :, None] + km[None, :, :]).min(axis=1)
    assert np.all(km <= over + 1e-9)
    assert np.all(np.diag(km) == 0.0)


@given(st.lists(st.floats(0.0, 60.0), min_size=1, max_size=6, unique=True), st.floats(0.0, 50.0))
@settings(max_examples=25, deadline=None)
def test_commodities_do_not_disturb_each_other(values: list[float], wait: float) -> None:
    """Trees shared along the value of time cost the same as trees grown for one commodity alone."""
    delays = {"gate": wait, "weir": 0.0}
    together = Paths(SCATTERED, {f"c{i}": v for i, v in enumerate(values)}).skim(delays)
    for i, value in enumerate(values):
        alone = Paths(SCATTERED, {"c": value}).skim(delays)
        np.testing.assert_allclose(together.array[0, :, :, i], alone.array[0, :, :, 0], rtol=1e-12)


@given(st.integers(0, 10_000), st.floats(0.001, 0.5), st.floats(0.1, 30.0))
@settings(max_examples=25, deadline=None)
def test_loads_balance(seed: int, dispersion: float, scale: float) -> None:
    rng = np.random.default_rng(seed)
    tonnes = scale * rng.uniform(0.0, 9.0, (5, 5, 2)) * (rng.random((5, 5, 2)) > 0.4)
    tonnes[0, 1, 0] += 1.0
    a = assign(SCATTERED, tonnes, dispersion, {"ore": 0.1, "phones": 15.0}, gap=1e-9)
    assert a.balance <= 1e-12
    assert a.gap <= 1e-9
    used = a.shares.sum("chain").to_numpy()[tonnes > 0.0]
    np.testing.assert_allclose(used, 1.0, rtol=1e-12)
    sent = sum(float(a.usage(r, a.regions)["tonnes"].sum()) for r in a.regions)
    assert sent == pytest.approx(a.links["tonnes"].sum(), rel=1e-9)


@given(st.floats(0.0, 60.0), st.floats(0.0, 60.0))
@settings(max_examples=25, deadline=None)
def test_costs_never_fall_with_the_wait(first: float, second: float) -> None:
    low, high = sorted((first, second))
    paths = Paths(SCATTERED, {"cars": 2.0})
    a, b = (paths.skim({"gate": w, "weir": 0.0}).array[0] for w in (low, high))
    assert np.all((a <= b * (1 + 1e-12)) | np.isinf(b))


@given(positive, positive, positive, st.floats(0.0, 50.0))
def test_wait_at_a_lock_is_finite_and_monotone(load: float, more: float, capacity: float, service: float) -> None:
    here, there = lock_delay(load, capacity, service), lock_delay(load + more, capacity, service)
    assert 0.0 <= here <= there < np.inf
    assert lock_delay(load, capacity + more, service) <= here


@given(st.floats(0.01, 3.0), st.floats(0.0, 1.0), st.floats(0.01, 3.0))
def test_wait_at_a_lock_is_convex(a: float, between: float, b: float) -> None:
    middle = lock_delay(between * a + (1 - between) * b, 1.0, 2.0)
    assert middle <= between * lock_delay(a, 1.0, 2.0) + (1 - between) * lock_delay(b, 1.0, 2.0) + 1e-9


@given(st.lists(st.floats(0.0, 1000.0), min_size=1, max_size=5), st.floats(0.001, 1.0), st.floats(-100.0, 100.0))
def test_logit_identities(costs: list[float], dispersion: float, shift: float) -> None:
    cost = np.array(costs)
    shares, composite = logit_shares(cost, dispersion), logit_logsum(cost, dispersion).item()
    assert shares.sum() == pytest.approx(1.0, abs=1e-12)
    assert cost.min() - np.log(len(costs)) / dispersion - 1e-9 <= composite <= cost.min() + 1e-9
    np.testing.assert_allclose(logit_shares(cost + shift, dispersion), shares, atol=1e-9)
    assert logit_logsum(cost + shift, dispersion).item() == pytest.approx(composite + shift, abs=1e-8)
    # The slope of the composite cost along a chain's cost is the chain's share.
    step = 1e-4 / dispersion
    nudged = [logit_logsum(cost + sign * step * np.eye(len(costs))[0], dispersion).item() for sign in (1, -1)]
    assert (nudged[0] - nudged[1]) / (2 * step) == pytest.approx(shares[0], abs=1e-6)
