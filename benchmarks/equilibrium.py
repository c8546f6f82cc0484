"""The equilibrium against its bars: `python benchmarks/equilibrium.py [nafta small large batch gradient memory]`.

Every figure of one line is measured in the same run, in turns, and given as the median; ratios are of medians.  The
bound of a map is one read of the weights, timed by summing them with as many threads as the map has.  The public JAX
implementation (cp2015-jax) is a peer where it lies at CP2015_JAX; without it there is no ratio.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from yijiang.economy import TradeModel

Floats = NDArray[np.float64]
SOURCE = Path(os.environ.get("YIJIANG_FIXTURES", Path(__file__).resolve().parents[2] / "shared" / "data"))


def synthetic(regions: int, sectors: int, seed: int = 0) -> dict[str, Any]:
    """Gravity shares, random input links; balanced trade."""
    r = np.random.default_rng(seed)
    place = r.uniform(0, 1, (regions, 2))
    distance = np.sqrt(((place[:, None] - place[None]) ** 2).sum(-1)) + 0.03
    size = r.lognormal(0, 1, (regions, sectors))
    shares = np.empty((regions, regions, sectors))
    for j in range(sectors):
        pull = size[:, j] * distance**-1.2 * r.lognormal(0, 0.3, (regions, regions))
        pull[range(regions), range(regions)] *= 3
        shares[:, :, j] = pull / pull.sum(1, keepdims=True)
    added = r.uniform(0.25, 0.6, (regions, sectors))
    mix = r.dirichlet(np.full(sectors, 0.3), (regions, sectors)).transpose(0, 2, 1)
    return {
        "shares": shares,
        "inputs": mix * (1 - added)[:, None, :],
        "value_added": added,
        "final_demand": r.dirichlet(np.ones(sectors), regions),
        "income": size.sum(1) / size.sum(),
        "theta": r.uniform(3, 9, sectors),
    }


def nafta() -> tuple[TradeModel, Floats] | None:
    """The case of Caliendo and Parro (2015) with balanced trade, and the tariffs of 2005."""
    file = SOURCE / "nafta_cp2015" / "nafta_cp2015.npz"
    if not file.is_file():
        return None
    d = np.load(file)
    raw = TradeModel.from_flows(
        d["trade_value"], d["intermediate"], d["final"], d["value_added"], d["theta"],
        tariff=d["tariff_1993"], deficit=d["deficit"],
        labels={"region": d["regions"].tolist(), "sector": d["sectors"].tolist()},
    )  # fmt: skip
    return raw.counterfactual(deficit=0).as_base(), d["tariff_nafta2005"]


@njit(parallel=True, fastmath=True)
def read_parallel(a: Floats) -> float:
    """One read of an array, in parts side by side."""
    total = 0.0
    for b in prange(a.shape[0]):
        s = 0.0
        for i in range(a.shape[1]):
            s += a[b, i]
        total += s
    return total


@njit(fastmath=True)
def read_alone(a: Floats) -> float:
    """One read of an array, in this thread."""
    total = 0.0
    for b in range(a.shape[0]):
        for i in range(a.shape[1]):
            total += a[b, i]
    return total


def medians(programs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Time programs in turn; medians in ms."""
    for program in programs.values():
        program()
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            began = time.perf_counter()
            program()
            seconds[name].append(time.perf_counter() - began)
    return {name: 1e3 * float(np.median(times)) for name, times in seconds.items()}


def report(title: str, found: dict[str, float], *ratios: tuple[str, str]) -> None:
    """Print medians and ratios."""
    print(f"{title}: " + ", ".join(f"{name} {ms:.3g} ms" for name, ms in found.items()))
    for a, b in ratios:
        print(f"    {a} / {b} = {found[a] / found[b]:.2f}")


def map_and_read(m: TradeModel, levers: dict[str, Any]) -> dict[str, Callable[[], object]]:
    """One map of the solved problem and one read of its weights."""
    from yijiang.economy.equilibrium import kernels, rows
    from yijiang.economy.equilibrium.problem import of_lane, workspaces
    from yijiang.economy.equilibrium.solver import PARALLEL_FROM

    s = m.counterfactual(**levers).solution
    p, w, one, out = s.problem, workspaces(s.problem, 1), np.ones(1, dtype=bool), np.empty_like(s.state)
    large = p.weights.size >= PARALLEL_FROM
    sectors, read = (rows.all_sectors_parallel, read_parallel) if large else (rows.all_sectors, read_alone)
    flat = p.weights.reshape(p.weights.shape[0], -1)

    def one_map() -> None:
        kernels.start(p, s.state, of_lane(w, 0))
        sectors(p, w, one)
        kernels.finish(p, s.state, of_lane(w, 0), out)

    return {"one map": one_map, "one read of W": lambda: read(flat), "its pass over W": lambda: sectors(p, w, one)}


def push(m: TradeModel) -> dict[str, Any]:
    """A tenth more technology in the first region."""
    technology = np.ones((len(m.regions), len(m.sectors)))
    technology[0] = 1.1
    return {"productivity_hat": technology}


def case_nafta() -> None:
    """NAFTA to 1e-10: at most 10 ms; one region's gradient: at most 3 solves."""
    found = nafta()
    if found is None:
        print("NAFTA: the source tables are not here; set YIJIANG_FIXTURES")
        return
    m, tariff = found
    at = m.counterfactual(tariff=tariff)
    times = medians(
        {
            "solve": lambda: m.counterfactual(tariff=tariff),
            "gradient of one region": lambda: m.gradient(region="Mexico", at=at),
            "gradient of all 31": lambda: m.gradient(at=at),
        },
        15,
    )
    report("NAFTA 31 x 40", times, ("gradient of one region", "solve"), ("gradient of all 31", "solve"))
    if not os.environ.get("CP2015_JAX"):
        print("    the public JAX implementation is not here: no ratio to it in this run")


def case_size(regions: int, sectors: int, rounds: int, single: bool = True) -> None:
    """One size: a solve, a map against one read of W, one region's gradient."""
    m = TradeModel.from_shares(**synthetic(regions, sectors))
    levers = push(m)
    at = m.counterfactual(**levers)
    programs = {"solve": lambda: m.counterfactual(**levers), **map_and_read(m, levers)}
    if single:
        programs["gradient of one region"] = lambda: m.gradient(region="0", at=at)
    times = medians(programs, rounds)
    ratios = [("one map", "one read of W"), ("its pass over W", "one read of W")]
    if single:
        ratios.append(("gradient of one region", "solve"))
    title = f"{regions} x {sectors}, W {at.solution.problem.weights.nbytes / 1e6:.1f} MB, {at.iterations} maps"
    report(title, times, *ratios)


def case_batch(regions: int, sectors: int, lanes: int, rounds: int) -> None:
    """Scenarios that share W, together and one by one."""
    m = TradeModel.from_shares(**synthetic(regions, sectors))
    rng = np.random.default_rng(1)
    given = [{"productivity_hat": np.exp(rng.normal(0, 0.05, (regions, sectors)))} for _ in range(lanes)]
    times = medians(
        {
            "together": lambda: m.counterfactuals(given),
            "one by one": lambda: [m.counterfactual(**levers) for levers in given],
        },
        rounds,
    )
    report(f"batch of {lanes}, {regions} x {sectors}", times, ("one by one", "together"))
    print(f"    {times['together'] / lanes:.3g} ms a scenario together")


def case_small() -> None:
    """Sizes of a belt and of a world table."""
    case_size(13, 9, 40)
    case_size(31, 42, 20)


def case_batches() -> None:
    """Sixteen scenarios at three sizes."""
    for regions, sectors, rounds in ((13, 9, 15), (31, 42, 7), (300, 40, 2)):
        case_batch(regions, sectors, 16, rounds)


def case_memory(regions: int, sectors: int) -> None:
    """Peak memory above the inputs, of a model made from shares and solved for technology (run it alone)."""
    case = synthetic(regions, sectors)
    small = TradeModel.from_shares(**synthetic(3, 2))
    small.counterfactual(**push(small))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    weights = regions * regions * sectors * 8 / 1e6
    m = TradeModel.from_shares(**case)
    made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    m.counterfactual(**push(m))
    done = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"memory {regions} x {sectors}: W {weights:.0f} MB; peak above the inputs {(made - before) / 1e3:.0f} MB "
        f"to make the model, {(done - before) / 1e3:.0f} MB with a solve"
    )


def main(wanted: list[str]) -> None:
    """Run the groups named, or all but memory, which needs a process of its own."""
    groups: dict[str, Callable[[], None]] = {
        "nafta": case_nafta,
        "small": case_small,
        "middle": lambda: case_size(300, 40, 7),
        "large": lambda: case_size(1000, 40, 3),
        "batch": case_batches,
        "memory": lambda: case_memory(1000, 40),
    }
    for name, run in groups.items():
        if name in wanted or (not wanted and name != "memory"):
            run()


if __name__ == "__main__":
    main(sys.argv[1:])
