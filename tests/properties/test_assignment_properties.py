"""What holds for any network: skims equal scipy's, equilibria balance, and gaps and limits are what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from yijiang.transport import Network, assign, skim, widest

seeds = st.integers(0, 10_000)


def town(seed: int, size: int = 12, zones: int = 4) -> tuple[Network, xr.DataArray]:
    """A ring with chords, both ways, some links without cost or delay, some centroids that no path passes."""
    rng = np.random.default_rng(seed)
    tail = np.concatenate([np.arange(size), (np.arange(size) + 1) % size, rng.integers(0, size, 2 * size)])
    head = np.concatenate([(np.arange(size) + 1) % size, np.arange(size), rng.integers(0, size, 2 * size)])
    count = len(tail)
    kinds = rng.choice(["", "bpr", "lock", "terminal"], count)
    links = pd.DataFrame(
        {
            "link_id": np.arange(count), "from_node_id": tail, "to_node_id": head,
            "vdf_fftt": rng.uniform(0.0, 5.0, count) * (rng.random(count) > 0.2),
            "capacity": rng.uniform(1.0, 9.0, count),
            "vdf": kinds, "vdf_alpha": np.where(kinds == "", 0.0, rng.uniform(0.1, 1.0, count)),
            "vdf_beta": rng.integers(1, 5, count).astype(float), "length": rng.uniform(0.0, 9.0, count),
        }
    )  # fmt: skip
    # Zones hang on the ring by a link of their own, so that a centroid which is not passed cuts nothing off.
    ends = np.arange(size, size + zones)
    spokes = pd.DataFrame(
        {"from_node_id": np.r_[ends, ends - size], "to_node_id": np.r_[ends - size, ends], "vdf_fftt": 1.0}
    )
    spokes["link_id"] = np.arange(count, count + 2 * zones)
    spokes["vdf"] = ""
    nodes = pd.DataFrame({"node_id": np.arange(size + zones)})
    nodes["zone_id"] = [i if i >= size else None for i in range(size + zones)]
    nodes["node_type"] = np.where(nodes["node_id"] >= size + 2, "centroid", "")
    names = list(range(size, size + zones))
    demand = xr.DataArray(
        rng.uniform(0.0, 6.0, (zones, zones)), {"origin": names, "destination": names}, ("origin", "destination")
    )
    return Network(nodes, pd.concat([links, spokes], ignore_index=True)), demand


@settings(max_examples=25)
@given(seeds)
def test_skims_equal_scipy(seed: int) -> None:
    net, _ = town(seed)
    cost, size = net.free_time + net.charge, net.star.nodes
    head = np.where(net.star.through[net.head], net.head, net.head + size)
    best = pd.DataFrame({"t": net.tail, "h": head, "c": cost}).groupby(["t", "h"], as_index=False)["c"].min()
    graph = sparse.csr_array((best["c"], (best["t"], best["h"])), shape=(2 * size, 2 * size))
    ends = np.where(net.star.through[net.zone_node], net.zone_node, net.zone_node + size)
    table = dijkstra(graph, indices=net.zone_node)[:, ends]
    np.fill_diagonal(table, 0.0)
    s = skim(net)
    assert np.array_equal(s.cost.to_numpy(), table)
    assert s.residual < 1e-12


@settings(max_examples=15)
@given(seeds)
def test_equilibria_balance_and_no_path_in_use_is_dearer(seed: int) -> None:
    net, demand = town(seed)
    a = assign(net, demand, gap=1e-10)
    assert a.balance < 1e-12
    assert -1e-13 < a.gap <= 1e-10
    least = skim(net, flow=a.flow.to_numpy()).cost
    spent = float((a.paths["flow"] * a.paths["cost"]).sum())
    off = demand.to_numpy() * (1.0 - np.eye(len(demand)))
    assert spent - float((off * least.to_numpy()).sum()) <= 2e-10 * spent
    # More demand never lowers the objective; a higher gap never has a lower one.
    assert assign(net, demand * 1.1, gap=1e-10, warm=a).objective >= a.objective
    assert assign(net, demand, gap=1e-3).objective >= a.objective * (1.0 - 1e-9)


@settings(max_examples=10)
@given(seeds, st.floats(0.3, 0.9))
def test_a_limit_is_kept_and_its_price_is_not_negative(seed: int, part: float) -> None:
    net, demand = town(seed)
    a = assign(net, demand, gap=1e-8)
    # The ring and the chords leave a way around any one of their links.
    busy = int(a.flow.iloc[:24].to_numpy().argmax())
    b = assign(net, demand, gap=1e-8, limits={busy: part * a.flow.iloc[busy]})
    assert b.flow.iloc[busy] <= part * a.flow.iloc[busy] * (1.0 + 1e-8)
    assert b.shadow_prices["price"].iloc[0] >= 0.0
    assert b.objective >= a.objective * (1.0 - 1e-7)


@settings(max_examples=15)
@given(seeds)
def test_widest_paths_by_closing_what_is_narrow(seed: int) -> None:
    net, _ = town(seed)
    width = np.random.default_rng(seed).integers(1, 9, len(net.tail)).astype(float)
    found = widest(net, width).to_numpy()
    for level in (3.0, 6.0):
        open_only = net.without(net.links["link_id"][width < level])
        assert np.array_equal(found >= level, np.isfinite(skim(open_only).cost.to_numpy()))
