"""Transport beside its peers, interleaved: `python benchmarks/transport.py FOLDER [KIND …] [CASE …] [ROUNDS]`.

FOLDER holds the TNTP networks (one folder each); KIND is skims, assignment or belt. Every round times each program
once, one after the other; the table gives the median and the least time, the median processor time of all threads
together (which a busy machine distorts less), and the ratios of the medians to ours. A peer that is not installed is
left out and said so. All programs get the same costs; skims are compared with scipy's before they are timed.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import logging
import sys
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from beltsize import CHAINS, belt, cargo
from yijiang.transport import Network, assign, skim
from yijiang.transport.paths.forest import grow

Floats = NDArray[np.float64]
Timed = dict[str, Callable[[], object]]
FACTORS = {"ChicagoSketch": (0.02, 0.04)}
AEQUILIBRAE_GAP = 1e-6


def read(folder: Path, case: str) -> tuple[Network, xr.DataArray]:
    return Network.from_tntp(folder / case, *FACTORS.get(case, (0.0, 0.0)))


def split(net: Network) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, NDArray[np.int64]]:
    """Links of a graph in which arrivals at a centroid go to a twin without exits, and the destinations in it."""
    size = net.star.nodes
    head = np.where(net.star.through[net.head], net.head, net.head + size)
    ends = np.where(net.star.through[net.zone_node], net.zone_node, net.zone_node + size)
    return net.tail.astype(np.int64), head, net.free_time + net.charge, ends


def skims(folder: Path, case: str) -> Timed:
    net, _ = read(folder, case)
    tail, head, cost, ends = split(net)
    roots, size = net.zone_node.astype(np.int64), 2 * net.star.nodes
    weight = cost[net.star.link]
    graph = sparse.csr_array((cost, (tail, head)), shape=(size, size))
    timed: Timed = {
        "yijiang, cost": lambda: grow(net.star, roots, weight, net.zone_node).cost,
        "yijiang, skim() with four fields": lambda: skim(net).cost.to_numpy(),
        "scipy": lambda: dijkstra(graph, indices=roots)[:, ends],
    }
    if find_spec("igraph"):
        import igraph

        g = igraph.Graph(n=size, edges=np.column_stack([tail, head]).tolist(), directed=True)
        listed, starts, stops = cost.tolist(), roots.tolist(), ends.tolist()
        timed["igraph"] = lambda: np.array(g.distances(starts, stops, weights=listed))
    if find_spec("networkit"):
        import networkit

        n = networkit.Graph(size, weighted=True, directed=True)
        for a, b, w in zip(tail.tolist(), head.tolist(), cost.tolist(), strict=True):
            n.addEdge(a, b, w)

        def run() -> Floats:
            paths = networkit.distance.SPSP(n, roots.tolist())
            paths.run()
            return np.array(paths.getDistances())[:, ends]

        timed["networkit"] = run
    reference = dijkstra(graph, indices=roots)[:, ends]
    off = ~np.eye(len(roots), dtype=bool)
    for name, run_it in timed.items():
        assert np.allclose(np.asarray(run_it())[off], reference[off], rtol=1e-12), name
    return timed


def aequilibrae(net: Network, demand: xr.DataArray) -> Callable[[], object]:
    """Prepare AequilibraE; what it returns runs its biconjugate Frank–Wolfe to the gap with two cores."""
    from aequilibrae.matrix import AequilibraeMatrix
    from aequilibrae.paths import Graph, TrafficAssignment, TrafficClass

    links, zones = net.links, len(net.zone_ids)
    table = pd.DataFrame(
        {
            "link_id": np.arange(1, len(links) + 1), "a_node": links["from_node_id"], "b_node": links["to_node_id"],
            "direction": 1, "capacity": links["capacity"], "length": links["length"], "fixed": net.charge,
            # It refuses times of 0 and powers below 1.
            "free_flow_time": np.maximum(net.free_time, 1e-9),
            "b": links["vdf_alpha"].where(links["vdf_beta"] >= 1.0, 0.0),
            "power": links["vdf_beta"].where(links["vdf_beta"] >= 1.0, 1.0),
        }
    )  # fmt: skip
    graph = Graph()
    graph.network, graph.mode, graph.network_ok, graph.status = table, "c", True, "OK"
    graph.cost = table["free_flow_time"].to_numpy()
    graph.prepare_graph(np.arange(1, zones + 1))
    graph.set_graph("free_flow_time")
    graph.set_skimming(["free_flow_time"])
    graph.set_blocked_centroid_flows(not bool(net.star.through.all()))
    matrix = AequilibraeMatrix()
    matrix.create_empty(zones=zones, matrix_names=["car"], memory_only=True)
    matrix.index[:] = np.arange(1, zones + 1)
    trips = demand.to_numpy().copy()
    np.fill_diagonal(trips, 0.0)
    matrix.matrices[:, :, 0] = trips
    matrix.computational_view(["car"])

    def run() -> object:
        kind = TrafficClass("car", graph, matrix)
        if net.charge.any():
            kind.set_vot(1.0)
            kind.set_fixed_cost("fixed", 1.0)
        work = TrafficAssignment()
        work.set_classes([kind])
        work.set_vdf("BPR")
        work.set_vdf_parameters({"alpha": "b", "beta": "power"})
        work.set_capacity_field("capacity")
        work.set_time_field("free_flow_time")
        work.set_algorithm("bfw")
        work.max_iter, work.rgap_target = 5000, AEQUILIBRAE_GAP
        work.set_cores(2)
        with contextlib.redirect_stderr(io.StringIO()):
            work.execute(log_specification=False)
        return work

    return run


def assignments(folder: Path, case: str) -> Timed:
    net, demand = read(folder, case)
    timed: Timed = {
        "yijiang, gap 1e-6": lambda: assign(net, demand, gap=1e-6),
        "yijiang, gap 1e-12": lambda: assign(net, demand, gap=1e-12),
    }
    if find_spec("aequilibrae"):
        timed["aequilibrae, biconjugate Frank-Wolfe, gap 1e-6"] = aequilibrae(net, demand)
    return timed


def beltsized(_: Path, case: str) -> Timed:
    net = belt()
    tonnes, values = cargo()
    nests = {"slow": ["rail", "water", "rail-water", "water-rail"]}
    base = assign(net, tonnes, 0.02, values, CHAINS, nests, 0.6)
    other = net.with_changes(locks={"lock05": {"capacity_mt": 160.0}})
    return {
        "yijiang, logit and congestion, cold": lambda: assign(net, tonnes, 0.02, values, CHAINS, nests, 0.6),
        "yijiang, a lock widened, warm": lambda: assign(other, tonnes, 0.02, values, CHAINS, nests, 0.6, warm=base),
    }


CASES: dict[str, tuple[Callable[[Path, str], Timed], tuple[str, ...]]] = {
    "skims": (skims, ("Anaheim", "ChicagoSketch")),
    "assignment": (assignments, ("Anaheim", "Winnipeg", "ChicagoSketch")),
    "belt": (beltsized, ("10,000 nodes, 5 modes, 30 regions, 10 commodities",)),
}


def main(arguments: list[str]) -> None:
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    folder = Path(arguments[0])
    rounds = int(arguments[-1]) if arguments[-1].isdigit() else 5
    wanted = [a for a in arguments[1:] if a in CASES] or list(CASES)
    only = [a for a in arguments[1:] if a not in CASES and not a.isdigit()]
    peers = ("scipy", "igraph", "networkit", "aequilibrae")
    print(", ".join(f"{p} {importlib.metadata.version(p) if find_spec(p) else 'not installed'}" for p in peers))
    for kind in wanted:
        prepare, cases = CASES[kind]
        for case in (c for c in cases if not only or c in only):
            timed = prepare(folder, case)
            seconds: dict[str, list[float]] = {name: [] for name in timed}
            busy: dict[str, list[float]] = {name: [] for name in timed}
            for turn in range(rounds + 1):
                for name, run in timed.items():
                    if turn == 0 and "aequilibrae" in name:
                        continue  # nothing of it is compiled on the way
                    began, worked = time.perf_counter(), time.process_time()
                    run()
                    seconds[name].append(time.perf_counter() - began)
                    busy[name].append(time.process_time() - worked)
                    if turn == 0:  # compiling
                        seconds[name].clear()
                        busy[name].clear()
            ours = next(iter(timed))
            middle = {n: (float(np.median(seconds[n])), float(np.median(busy[n]))) for n in timed}
            for name, (wall, cpu) in middle.items():
                shown = f"{1e3 * wall:9.1f} ms  least {1e3 * min(seconds[name]):9.1f}  processor {1e3 * cpu:9.1f}"
                ratios = f"x{wall / middle[ours][0]:.2f}  x{cpu / middle[ours][1]:.2f}"
                print(f"{kind:<11}{case:<16}{name:<50}{shown}  {ratios}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
