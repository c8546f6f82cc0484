"""The river beside its peers, interleaved: `python benchmarks/river.py [HEADWATERS STEPS ROUNDS] [PLACE]`.

A synthetic network (every topologically distinct binary tree equally likely, Shreve 1966), lateral inflow on every
reach. Every round times each program once, one after the other; the table gives medians and ratios of medians. CPU is
the time of the process alone: on a machine that others use, too, wall time says more of them than of the program.

Peers: scipy's `spsolve_triangular` once a step (the way of RAPID's Python successor), and the numba kernels of
river-route. river-route 3 needs Python 3.14 to install; its kernels run on 3.11. PLACE is a folder of unpacked wheels,
PLACE/rr2 and PLACE/rr3; without it they are left out. A peer routes water alone: 1 lane in f32; ours carries 8
constituents in f64 with the water they ride on, and a lane is one of the eight.
"""

from __future__ import annotations
import __future__

import importlib.util
import resource
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from yijiang.river import Carrier, Lateral, RiverNetwork, response, route
from yijiang.river.routing import unsteady

Floats = NDArray[np.float64]
LANES = 8
K, X, STEP = (0.7, 1.5), 0.2, 1.0  # days, as the peers' own benchmarks


def shreve(headwaters: int, seed: int = 0) -> NDArray[np.int64]:
    """Reach below each of 2 n − 1 reaches, −1 at the mouth: a random Łukasiewicz path, turned to stay positive."""
    rng = np.random.default_rng(seed)
    count = 2 * headwaters - 1
    step = np.ones(count, dtype=np.int64)
    step[: headwaters - 1] = -1
    rng.shuffle(step)
    height = np.cumsum(step)
    step = np.roll(step, -(int(np.flatnonzero(height == height.min())[-1]) + 1))
    down = np.full(count, -1, dtype=np.int64)
    waiting: list[int] = []
    for i, up in enumerate(step.tolist()):
        if up < 0:
            down[[waiting.pop(), waiting.pop()]] = i
        waiting.append(i)
    return down


def network(headwaters: int, sections: str = "random") -> tuple[RiverNetwork, NDArray[np.int64], Floats, Floats]:
    """A river, the reaches below, K in days and the side inflow, all in the order of the tree."""
    down = shreve(headwaters)
    count = down.size
    rng = np.random.default_rng(1)
    k, side = rng.uniform(*K, count), rng.gamma(2.0, 1.0, count)
    flow = side.copy()
    for i in range(count - 1):
        flow[down[i]] += flow[i]
    names = np.array([f"r{i:07d}" for i in range(count)], dtype=object)
    below = np.where(down >= 0, names[down], "")
    table = pd.DataFrame({"reach": names, "downstream": below, "length_km": 86.4 * k / 0.6, "flow_mean": flow})
    table = table.assign(flow_low=flow, velocity_mean=1.0, velocity_low=1.0, k_hours=24 * k, x=X)
    if sections == "stem":
        # The hundred lowest reaches: nearly all of the river drains to each.
        stem = [count - 1]
        while len(stem) < 100:
            above = np.flatnonzero(down == stem[-1])
            if not above.size:
                break
            stem.append(int(above[np.argmax(flow[above])]))
        where = np.array(stem)
    else:
        where = rng.choice(count, min(100, count), replace=False)
    places = pd.DataFrame({"section": [f"s{i}" for i in range(where.size)], "reach": names[where]})
    return RiverNetwork(table, places), down, k, side


class Peak:
    """Growth of the peak of resident memory [MiB] from here on (Linux; elsewhere since the process began)."""

    def __init__(self) -> None:
        clear = Path("/proc/self/clear_refs")
        if clear.exists():
            clear.write_text("5")
        self.begin = self._now("VmRSS")

    @staticmethod
    def _now(what: str) -> float:
        status = Path("/proc/self/status")
        if not status.exists():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        line = next(x for x in status.read_text().splitlines() if x.startswith(what))
        return float(line.split()[1]) / 1024

    def grown(self) -> float:
        return self._now("VmHWM") - self.begin


def timed(programs: dict[str, Callable[[], object]], rounds: int) -> dict[str, tuple[float, float]]:
    """Medians of wall and process time of each program, called in turn."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
    for run in programs.values():
        run()
    for _ in range(rounds):
        for name, run in programs.items():
            wall, cpu = time.perf_counter(), time.process_time()
            run()
            taken[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    return {name: tuple(np.median(np.array(t), axis=0)) for name, t in taken.items()}  # type: ignore[misc]


def inputs(
    side: Floats, steps: int, constituents: int, scenarios: int, own_water: bool = False
) -> tuple[tuple[Lateral, Lateral], dict[str, float]]:
    """Water and loads of 31 regions, shared out to the reaches, and decay."""
    names = [f"r{i:07d}" for i in range(side.size)]
    region = np.random.default_rng(2).integers(0, 31, side.size)
    wave = 1 + 0.5 * np.sin(np.arange(steps) / 58)
    labels = [f"g{i}" for i in range(31)]
    water = xr.DataArray(np.tile(wave, (31, 1)), dims=("series", "time"), coords={"series": labels})
    pollutants = [f"p{i}" for i in range(constituents)]
    loads = water.expand_dims(pollutant=pollutants) * 0.1
    if scenarios > 1:
        factor = xr.DataArray(np.linspace(0.8, 1.2, scenarios), dims="scenario")
        factor = factor.assign_coords(scenario=[f"k{i}" for i in range(scenarios)])
        # Either the loads alone differ, or the water does.
        water, loads = (water * factor, loads) if own_water else (water, loads * factor)
    shares = pd.DataFrame({"reach": names, "series": [labels[r] for r in region], "share": side})
    decay = {p: 0.05 * i for i, p in enumerate(pollutants)}
    return (Lateral(water, shares, "m³/s"), Lateral(loads, shares, "g/s")), decay


def runs(
    net: RiverNetwork, side: Floats, steps: int, constituents: int, scenarios: int, own_water: bool = False
) -> Callable[[int], unsteady.Run]:
    """Prepare one run of the kernels, as `route` does, and return it."""
    given, decay = inputs(side, steps, constituents, scenarios, own_water)
    kept: list[unsteady.Run] = []
    work = unsteady.Run.work

    def keep(self: unsteady.Run, empty: bool, threads: int) -> None:
        kept.append(self)
        work(self, empty, threads)

    unsteady.Run.work = keep  # type: ignore[method-assign]
    # Compiled on a short run first, so that the memory of the compiler is not counted.
    short = [Lateral(i.series.isel(time=slice(0, 2)), i.shares, i.unit) for i in given]
    route(net, short[0], short[1], step_hours=24 * STEP, decay=decay)
    kept.clear()
    peak = Peak()
    result = route(net, given[0], given[1], step_hours=24 * STEP, decay=decay)
    grown = peak.grown()
    unsteady.Run.work = work  # type: ignore[method-assign]
    what = f"{constituents} constituents x {scenarios} scenarios"
    print(
        f"{what}: balance {result.balance:.1e}, memory above the inputs {grown:.0f} MiB, {result.cuts.max().to_dict()}"
    )

    def again(threads: int) -> unsteady.Run:
        kept[0].work(False, threads)
        return kept[0]

    return again


def peers(
    down: NDArray[np.int64], k: Floats, side: Floats, steps: int, place: Path | None
) -> dict[str, Callable[[], object]]:
    """Kernels of river-route where they are, and scipy for a few steps."""
    import scipy.sparse as sps
    from scipy.sparse.linalg import spsolve_triangular

    count = down.size
    r = STEP / k
    divisor = r + 2 * (1 - X)
    c1, c2, c3 = (r - 2 * X) / divisor, (r + 2 * X) / divisor, (2 * (1 - X) - r) / divisor
    joined = down >= 0
    # Rows of the reach below, columns of the reach above.
    above = sps.csr_array((np.ones(joined.sum()), (down[joined], np.flatnonzero(joined))), shape=(count, count))
    lower = sps.csr_array(sps.eye_array(count) - sps.diags_array(c1) @ above)
    short = 3

    def scipy_steps() -> None:
        q = np.zeros(count)
        for _ in range(short):
            q = spsolve_triangular(lower, c2 * (above @ q) + c3 * q + (c1 + c2) * side, lower=True, unit_diagonal=True)

    found: dict[str, Callable[[], object]] = {f"scipy spsolve_triangular, f64 ({short} steps)": scipy_steps}
    if place is None:
        return found
    f4 = np.float32
    lateral = (side[:, None] * (1 + 0.5 * np.sin(np.arange(steps) / 58))).astype(f4)
    if (place / "rr2").is_dir():
        module = _load(place / "rr2" / "river_route" / "routers" / "_numba_kernels.py", "rr2_kernels")
        table = sps.csc_matrix(
            (np.ones(joined.sum(), f4), (down[joined], np.flatnonzero(joined))), shape=(count, count)
        )
        off = np.ascontiguousarray(-c1[table.indices]).astype(f4)
        by_step, out = np.ascontiguousarray(lateral.T), np.zeros((steps, count), f4)
        given = (table.indptr, table.indices, off, c2.astype(f4), c3.astype(f4), (c1 + c2).astype(f4))
        found["river-route 2.1.1 numba kernel, f32"] = lambda: module.rapid_route(
            *given, np.zeros(count, f4), by_step, out, 1
        )
    if (place / "rr3").is_dir():
        kernel = _rr3(place / "rr3" / "river_route" / "kernels")
        ptr = np.concatenate([[0], np.cumsum(np.bincount(down[joined], minlength=count))]).astype(np.int32)
        source = np.flatnonzero(joined)[np.argsort(down[joined], kind="stable")].astype(np.int32)
        every, i4 = np.arange(count + 1, dtype=np.int32), np.int32
        net = (
            every,
            ptr,
            source,
            *(c.astype(f4) for c in (c1, c2, c3, c1 + c2)),
            every,
            every[:-1],
            np.ones(count, f4),
        )
        discharge, begin, end = np.zeros((count, steps + 1), f4), np.array([0], i4), np.array([count], i4)

        def rr3() -> None:
            discharge[:, 0] = 0
            if kernel.route_rivers(net, lateral, steps, begin, end, np.zeros(count, f4), discharge) != 0:
                raise RuntimeError("river-route 3 refused the network")

        found["river-route 3.0.2 numba kernel, f32"] = rr3
    return found


def _load(path: Path, name: str) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    if sys.version_info >= (3, 12):
        spec.loader.exec_module(module)
        return module
    # The one thing in river-route 3's kernels that Python 3.11 can't read is how a decorator is typed.
    module.P = ParamSpec("P")  # type: ignore[attr-defined]
    text = path.read_text(encoding="utf-8").replace("def intrinsic[**P](", "def intrinsic(")
    exec(compile(text, str(path), "exec", flags=__future__.annotations.compiler_flag), module.__dict__)
    return module


def _rr3(folder: Path) -> types.ModuleType:
    package = types.ModuleType("rr3")
    package.__path__ = [str(folder)]
    sys.modules["rr3"] = package
    _load(folder / "_simd.py", "rr3._simd")
    return _load(folder / "numba_kernel.py", "rr3.numba_kernel")


def main(words: list[str]) -> None:
    """Print the table."""
    place = Path(words.pop()) if words and not words[-1].isdigit() else None
    headwaters, steps, rounds = (int(w) for w in [*words, *("50000", "365", "5")[len(words) :]])
    began = time.perf_counter()
    net, down, k, side = network(headwaters)
    count = down.size
    print(f"{count} reaches x {steps} steps, {rounds} rounds; network read in {time.perf_counter() - began:.1f} s")
    eight = runs(net, side, steps, LANES, 1)
    shared = runs(net, side, steps, 2, 4)
    four = runs(net, side, steps, 2, 4, own_water=True)
    given, decay = inputs(side, steps, LANES, 1)
    programs: dict[str, Callable[[], object]] = {
        "yijiang, 8 constituents, f64, 1 thread": lambda: eight(1),
        "yijiang, route() as a whole, labels and all": lambda: route(net, *given, step_hours=24 * STEP, decay=decay),
        "yijiang, 8 constituents, f64, 2 threads": lambda: eight(2),
        "yijiang, 2 constituents x 4 load scenarios": lambda: shared(1),
        "yijiang, 2 constituents x 4 water scenarios": lambda: four(1),
    }
    programs |= peers(down, k, side, steps, place)
    for name, (wall, cpu) in timed(programs, rounds).items():
        own = name.startswith("yijiang")
        used = 3 if "3 steps" in name else steps
        per = count * used * (LANES if own else 1) * 1e-9
        unit = "ns per reach-step-lane" if own else "ns per reach-step"
        print(f"{name:<48} wall {wall / per:7.3f}  CPU {cpu / per:7.3f} {unit}")

    carrier = Carrier.of(net, {f"p{i}": 0.05 * i for i in range(8)})
    loads = np.random.default_rng(3).gamma(2.0, 1.0, (count, 8))
    stem = network(headwaters, "stem")[0]
    steady = {
        "steady, 8 constituents": lambda: carrier.run(loads),
        "response of 100 random sections": lambda: response(net, None, {"TP": 0.02}),
        "response of 100 sections on the main stem": lambda: response(stem, None, {"TP": 0.02}),
    }
    for name, (wall, cpu) in timed(steady, 4 * rounds).items():
        print(f"{name:<48} wall {1e3 * wall:7.2f}  CPU {1e3 * cpu:7.2f} ms")
    print(f"balance of the steady run: {carrier.run(loads).balance:.1e}")


if __name__ == "__main__":
    main(sys.argv[1:])
