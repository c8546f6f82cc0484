"""Test networks of the Transportation Networks for Research Core Team: best known objectives, skims, balances.

Source of networks and values: github.com/bstabler/TransportationNetworks, the README of every case. Anaheim states no
objective; the one here is that of its file of best known flows (average excess cost below 1e-15).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from yijiang.transport import Assignment, Network, assign, proportional, skim
from yijiang.transport.paths.kernels import Floats

pytestmark = pytest.mark.fixtures

BEST = {
    "SiouxFalls": 42.31335287107440e5,
    "Anaheim": 1286032.17109603,
    "Barcelona": 1265654.92203176,
    "Winnipeg": 827911.494629963,
    "ChicagoSketch": 17313018.7387477,
}
FACTORS = {"ChicagoSketch": (0.02, 0.04)}  # minutes per cent and per mile
Find = Callable[[str], Path]


def scipy_costs(net: Network, flow: Floats) -> Floats:
    """Least costs between zones by scipy, centroids split so that none is passed; parallel links by their cheapest."""
    cost = net.times(flow) + net.charge
    size = net.star.nodes
    # Arrivals at a centroid go to a twin that has no way out.
    head = np.where(net.star.through[net.head], net.head, net.head + size)
    order = np.lexsort((cost, head, net.tail))
    first = np.unique(np.column_stack([net.tail, head])[order], axis=0, return_index=True)[1]
    keep = order[first]
    graph = sparse.csr_array((cost[keep], (net.tail[keep], head[keep])), shape=(2 * size, 2 * size))
    ends = np.where(net.star.through[net.zone_node], net.zone_node, net.zone_node + size)
    table = dijkstra(graph, indices=net.zone_node)[:, ends]
    np.fill_diagonal(table, 0.0)
    return np.asarray(table)


SOLVED: dict[str, Assignment] = {}


def solved(source_data: Find, case: str) -> tuple[Network, Floats, Assignment]:
    """Every network solved once for all tests."""
    net, table, demand = read(source_data, case)
    if case not in SOLVED:
        SOLVED[case] = assign(net, demand, gap=1e-12)
    return net, table, SOLVED[case]


def read(source_data: Find, case: str) -> tuple[Network, Floats, object]:
    net, demand = Network.from_tntp(source_data("transportation_networks") / case, *FACTORS.get(case, (0.0, 0.0)))
    table = demand.to_numpy().copy()
    np.fill_diagonal(table, 0.0)
    return net, table, demand


@pytest.mark.parametrize("case", list(BEST))
def test_objective_gap_and_balance(source_data: Find, case: str) -> None:
    net, table, a = solved(source_data, case)
    assert abs(a.objective / BEST[case] - 1.0) < 1e-10
    assert abs(a.gap) < 1e-12
    # The gap once more, by scipy from the link flows alone.
    flow = a.flow.to_numpy()
    spent = float(flow @ (net.times(flow) + net.charge))
    assert (spent - float((table * scipy_costs(net, flow)).sum())) / spent < 2e-12
    inflow = np.bincount(net.head, flow, net.star.nodes) - np.bincount(net.tail, flow, net.star.nodes)
    inflow[net.zone_node] += table.sum(axis=1) - table.sum(axis=0)
    assert np.abs(inflow).max() < 1e-9 * table.sum()


@pytest.mark.parametrize("case", list(BEST))
def test_skims_equal_scipy(source_data: Find, case: str) -> None:
    net, _, _ = read(source_data, case)
    table = skim(net).cost.to_numpy().copy()
    assert np.array_equal(table, scipy_costs(net, np.zeros(len(net.tail))))


@pytest.mark.parametrize("case", ["SiouxFalls", "Anaheim", "ChicagoSketch"])
def test_flows_where_cost_rises_strictly(source_data: Find, case: str) -> None:
    folder = source_data("transportation_networks") / case
    net, _, a = solved(source_data, case)
    lines = (folder / f"{case}_flow.tntp").read_text(encoding="utf-8").splitlines()[1:]
    best = {tuple(map(int, line.split()[:2])): float(line.split()[2]) for line in lines if line.strip()}
    links = net.links
    wanted = np.array([best[ends] for ends in zip(links["from_node_id"], links["to_node_id"], strict=True)])
    flow = a.flow.to_numpy()
    rises = (links["vdf_alpha"] * links["vdf_fftt"] > 0.0).to_numpy()
    assert np.abs(flow - wanted)[rises].max() < 1e-5 * wanted.max()


def test_proportional_flows_of_sioux_falls(source_data: Find) -> None:
    a = solved(source_data, "SiouxFalls")[2]
    found = proportional(a)
    # The likeliest solution uses every path of least cost; the solver's own keeps fewer.
    assert len(a.paths) < len(found.paths)
    entropy = [-float(p["flow"] @ np.log(p["flow"])) for p in (a.paths, found.paths[found.paths["flow"] > 0.0])]
    assert entropy[1] > entropy[0]
    assert found.residual < 1e-8


def test_round_trip_of_a_folder(source_data: Find, tmp_path: Path) -> None:
    net, _, demand = read(source_data, "Anaheim")
    net.to_tntp(tmp_path / "again", demand)
    net.to_gmns(tmp_path / "gmns", demand)
    for again, trips in (Network.from_tntp(tmp_path / "again"), Network.from_gmns(tmp_path / "gmns")):
        assert np.array_equal(trips.to_numpy(), demand.to_numpy())
        assert np.array_equal(again.free_time, net.free_time)
        assert np.array_equal(again.star.through, net.star.through)
        assert assign(again, trips, gap=1e-10).objective == assign(net, demand, gap=1e-10).objective
