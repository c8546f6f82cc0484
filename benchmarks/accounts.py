"""Accounts beside pymrio, extraction beside inverting: `python benchmarks/accounts.py [REGIONS SECTORS [ROUNDS]]`.

Every round times each program once, one after the other, on the same table; printed are medians by the clock and of
processor time (which other programs on the machine disturb less), and ratios of medians. BLAS threads are the
environment's for both (set OMP_NUM_THREADS and OPENBLAS_NUM_THREADS); they are printed.
"The same outputs" are all that pymrio's calc_all makes: A, L, x, and for ten extensions with five stressors each S,
S_Y, M, D_cba, D_pba, D_imp, D_exp and their sums by region. Without pymrio ours is timed alone.
"""

from __future__ import annotations

import importlib.metadata
import sys
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from yijiang.economy import Accounts
from yijiang.economy.accounts.solver import Leontief

Floats = NDArray[np.float64]
EXTENSIONS, STRESSORS = 10, 5
EVERY = ["F", "S", "S_Y", "M", "D_cba", "D_pba", "D_imp", "D_exp", "D_cba_reg", "D_pba_reg", "D_imp_reg", "D_exp_reg"]
WITHOUT_L = [name for name in EVERY if name != "D_imp"]


class Made:
    """A balanced table whose regions trade less with each other than inside, with satellite accounts."""

    def __init__(self, regions: int, sectors: int) -> None:
        rng = np.random.default_rng(0)
        size = regions * sectors
        Z, Y = rng.lognormal(0, 2, (size, size)), rng.lognormal(0, 2, (size, 3 * regions))
        own = np.arange(size) // sectors
        Z[own[:, None] == own] *= 50
        Y[own[:, None] == np.arange(3 * regions) // 3] *= 200
        Z *= (Y.sum(1) / Z.sum(1))[:, None]
        for _ in range(20):
            Z *= np.minimum(1, 0.7 * (Z.sum(1) + Y.sum(1)) / Z.sum(0))
        names = [f"r{k}" for k in range(regions)], [f"s{k}" for k in range(sectors)]
        self.index = pd.MultiIndex.from_product(names, names=["region", "sector"])
        uses = pd.MultiIndex.from_product([names[0], ["HH", "GOV", "GFCF"]], names=["region", "category"])
        x = Z.sum(1) + Y.sum(1)
        self.Z, self.Y = pd.DataFrame(Z, self.index, self.index), pd.DataFrame(Y, self.index, uses)
        self.F, self.F_Y = {}, {}
        for k in range(EXTENSIONS):
            rows = pd.Index([f"e{k}_{j}" for j in range(STRESSORS)], name="stressor")
            self.F[f"ext{k}"] = pd.DataFrame(rng.random((STRESSORS, size)) * x, rows, self.index)
            self.F_Y[f"ext{k}"] = pd.DataFrame(rng.random((STRESSORS, 3 * regions)), rows, uses)

    def accounts(self) -> Accounts:
        return Accounts(self.Z, self.Y, None, self.F, final_extensions=self.F_Y)

    def pymrio(self) -> object:
        import pymrio

        unit = pd.DataFrame({"unit": "M"}, index=self.index)
        io = pymrio.IOSystem(Z=self.Z.copy(), Y=self.Y.copy(), unit=unit, name="bench")
        for name, F in self.F.items():
            unit = pd.DataFrame({"unit": "kg"}, index=F.index)
            setattr(io, name, pymrio.Extension(name=name, F=F.copy(), F_Y=self.F_Y[name].copy(), unit=unit))
        return io


def ours(made: Made, names: list[str], inverse: bool) -> dict[str, pd.DataFrame]:
    """Read the tables, checks included, and form everything asked for."""
    acc = made.accounts()
    found = {"A": acc.A, "x": acc.x}
    if inverse:
        found["L"] = acc.L
    for extension in made.F:
        for name in names:
            found[f"{extension} {name}"] = getattr(acc.extensions[extension], name)
    return found


def timed(programs: dict[str, Callable[[], object]], rounds: int) -> dict[str, tuple[float, float]]:
    """Return the median seconds of each program, by the clock and of the processor, run in turn."""
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            began = time.perf_counter(), time.process_time()
            program()
            seconds[name].append((time.perf_counter() - began[0], time.process_time() - began[1]))
    return {name: tuple(np.median(times, axis=0)) for name, times in seconds.items()}


def report(median: dict[str, tuple[float, float]], *bases: str) -> None:
    """Print medians, and how many times each of the first programs the others take, by clock and by processor."""
    for name, (clock, processor) in median.items():
        ratios = "".join(f"{clock / median[b][0]:8.1f} x {processor / median[b][1]:6.1f} x" for b in bases)
        print(f"{name:<66}{clock:8.3f} s {processor:8.3f} s{ratios}")


def compare_outputs(made: Made) -> None:
    """Check that both give the same numbers before they are timed."""
    io = made.pymrio()
    io.calc_all()
    found = ours(made, EVERY, inverse=True)
    worst = 0.0
    for extension in made.F:
        for name in EVERY:
            expected = getattr(getattr(io, extension), name)
            got = found[f"{extension} {name}"][expected.columns].to_numpy()
            worst = max(worst, float(np.abs(got - expected.to_numpy()).max() / np.abs(expected.to_numpy()).max()))
    worst = max(worst, float(np.abs(found["L"].to_numpy() - io.L.to_numpy()).max() / np.abs(io.L.to_numpy()).max()))
    print(f"largest relative difference of any output: {worst:.1e}")


def inverted_again(A: Floats, y: Floats) -> Floats:
    """Take every sector out in turn by inverting the rest."""
    size = len(A)
    lost = np.empty(size)
    total = np.linalg.solve(np.eye(size) - A, y).sum()
    for j in range(size):
        rest = np.delete(np.arange(size), j)
        lost[j] = total - (np.linalg.inv(np.eye(size - 1) - A[np.ix_(rest, rest)]) @ y[rest]).sum()
    return lost


def main(words: list[str]) -> None:
    """Time the accounts and the extraction."""
    regions, sectors, rounds = (int(w) for w in [*words, *("50", "40", "5")[len(words) :]])
    try:
        from threadpoolctl import threadpool_info

        print("BLAS threads:", sorted({i["num_threads"] for i in threadpool_info() if i["user_api"] == "blas"}))
    except ImportError:
        print("BLAS threads: as the environment sets them")
    made = Made(regions, sectors)
    print(f"{regions} regions x {sectors} sectors, {EXTENSIONS} extensions of {STRESSORS} stressors, {rounds} rounds")
    same, fewer = "yijiang: the same outputs, A and L among them", "yijiang: the same without L and D_imp (solves only)"
    programs: dict[str, Callable[[], object]] = {
        same: lambda: ours(made, EVERY, inverse=True),
        fewer: lambda: ours(made, WITHOUT_L, inverse=False),
    }
    if find_spec("pymrio"):
        A = made.accounts().coefficients
        # What bounds the first line: both programs must form the inverse.
        programs["  of which L alone, yijiang (factors and inverse)"] = lambda: Leontief(A).inverse()
        programs["  of which L alone, pymrio (numpy.linalg.inv)"] = lambda: np.linalg.inv(np.eye(len(A)) - A)
        compare_outputs(made)
        systems = [made.pymrio() for _ in range(rounds)]
        programs[f"pymrio {importlib.metadata.version('pymrio')}: calc_all"] = lambda: systems.pop().calc_all()
    else:
        print("pymrio is not installed")
    report(timed(programs, rounds), same, fewer)

    small = Made(10, 40)
    acc = Accounts(small.Z, small.Y)
    A, y = acc.A.to_numpy(), acc.tables.Y.sum(axis=1)
    np.testing.assert_allclose(acc.extract_all()["total"], inverted_again(A, y), rtol=1e-9)
    print("extraction of each of 400 sectors (10 x 40), table read and factored anew each time")
    ways = {
        "yijiang: extract_all": lambda: Accounts(small.Z, small.Y).extract_all(),
        "numpy: inverting the rest 400 times": lambda: inverted_again(A, y),
    }
    report(timed(ways, rounds), "yijiang: extract_all")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(sys.argv[1:])
