"""Balancing beside ipfn, interleaved: `python benchmarks/estimate.py [SIZE DENSITY [ROUNDS]]`.

Without words it runs three sizes: 3000 × 3000 with one cell in twenty, 1000 × 1000 and 3000 × 3000 full. Every round
times each program once, one after the other, to the same residual (largest miss of a sum ÷ largest sum of 1e-9; ipfn
stops on its worst ratio, so it is given a rate that comes near this). The table gives medians, their ratio and what is
left of the sums. A peer that is not installed is left out and said so. No peer in Python has GRAS: it is timed alone,
on the same table with a tenth of the cells negative.
"""

from __future__ import annotations

import importlib.metadata
import sys
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from yijiang.economy import estimate

Floats = NDArray[np.float64]
Program = Callable[[Floats, Floats, Floats], Floats]
SIZES = ((3000, 0.05), (1000, 1.0), (3000, 1.0))
TOLERANCE = 1e-9


def table(size: int, density: float) -> tuple[Floats, Floats, Floats]:
    """A skewed table and the sums of another with the same zero cells."""
    rng = np.random.default_rng(0)
    prior = rng.lognormal(0, 1.5, (size, size)) * (rng.random((size, size)) < density)
    moved = prior * rng.lognormal(0, 0.5, (size, 1)) * rng.lognormal(0, 0.5, (1, size))
    moved *= rng.lognormal(0, 0.3, (size, size))
    return prior, moved.sum(1), moved.sum(0)


def ours(prior: Floats, rows: Floats, columns: Floats) -> Floats:
    return np.asarray(estimate.ras(prior, rows, columns, tol=TOLERANCE).table)


def ours_sparse(prior: Floats, rows: Floats, columns: Floats) -> Floats:
    return np.asarray(estimate.ras(THIN[id(prior)], rows, columns, tol=TOLERANCE).table.toarray())


def ipfn(prior: Floats, rows: Floats, columns: Floats) -> Floats:
    from ipfn import ipfn as peer

    made = peer.ipfn(prior.copy(), [rows, columns], [[0], [1]], convergence_rate=1e-8, rate_tolerance=0.0)
    return np.asarray(made.iteration())


THIN: dict[int, sparse.csr_array] = {}


def run(size: int, density: float, rounds: int) -> None:
    """Time every program in turn and print medians and ratios."""
    prior, rows, columns = table(size, density)
    programs: dict[str, Program] = {"yijiang.ras": ours}
    if density < 0.5:
        THIN[id(prior)] = sparse.csr_array(prior)
        programs["yijiang.ras, sparse"] = ours_sparse
    if find_spec("ipfn"):
        programs[f"ipfn {importlib.metadata.version('ipfn')}"] = ipfn
    else:
        print("ipfn is not installed")
    found = {name: program(prior, rows, columns) for name, program in programs.items()}
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            began = time.perf_counter()
            program(prior, rows, columns)
            seconds[name].append(time.perf_counter() - began)
    medians = {name: float(np.median(times)) for name, times in seconds.items()}
    mine = min(m for name, m in medians.items() if name.startswith("yijiang"))
    print(f"RAS {size} x {size}, {density:.0%} of the cells, {rounds} rounds")
    for name, median in medians.items():
        x = found[name]
        miss = max(np.abs(x.sum(1) - rows).max(), np.abs(x.sum(0) - columns).max()) / max(rows.max(), columns.max())
        far = np.abs(x - found["yijiang.ras"]).max() / x.max()
        print(f"  {name:<24}{1e3 * median:10.1f} ms {median / mine:8.1f} x   miss {miss:.1e}, differs by {far:.1e}")
    sign = np.where(np.random.default_rng(1).random(prior.shape) < 0.1, -1.0, 1.0)
    signed, target = prior * sign, prior * sign * np.random.default_rng(2).lognormal(0, 0.3, prior.shape)
    began = time.perf_counter()
    balance = estimate.gras(signed, target.sum(1), target.sum(0), tol=TOLERANCE)
    took = time.perf_counter() - began
    print(f"  {'yijiang.gras':<24}{1e3 * took:10.1f} ms {'':>10}   {balance.iterations} steps")


def main(words: list[str]) -> None:
    """Run the sizes asked for."""
    rounds = int(words[2]) if len(words) > 2 else 5
    for size, density in [(int(words[0]), float(words[1]))] if words else SIZES:
        run(size, density, rounds)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(sys.argv[1:])
