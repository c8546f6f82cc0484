"""Complexity beside its peers, interleaved: `python benchmarks/complexity.py [REGIONS ACTIVITIES [ROUNDS]]`.

Every round times each program once, one after the other; the table gives the median and the ratio of medians. A peer
that is not installed (ecomplexity, econcomplex) is left out and said so. Ours is timed twice: ECI and PCI alone, and
everything ecomplexity prints (ECI, PCI, density, outlook index and gain). `226 785` has the shape of world trade by
countries and products of four digits. Both indices are compared in their own standard deviations.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import sys
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from yijiang.complement import complexity

Floats = NDArray[np.float64]
Result = tuple[Floats, Floats]


def values(regions: int, activities: int) -> Floats:
    """A nested table, as trade is: rich regions have hard activities too."""
    rng = np.random.default_rng(0)
    rich, hard = rng.random((regions, 1)) * 3, rng.random((1, activities)) * 3
    return rng.lognormal(0, 1, (regions, activities)) * (
        rng.random((regions, activities)) < 1 / (1 + np.exp(2 * (hard - rich)))
    )


def ours(table: Floats) -> Result:
    found = complexity.indices(table)
    return found.eci, found.pci


def ours_all(table: Floats) -> Result:
    found = complexity.outlook(table).complexity
    return found.eci, found.pci


def ecomplexity(table: Floats) -> Result:
    from ecomplexity import ecomplexity as run

    regions, activities = table.shape
    rows, columns = (k.ravel() for k in np.meshgrid(np.arange(regions), np.arange(activities), indexing="ij"))
    long = pd.DataFrame({"t": 0, "r": rows, "a": columns, "v": table.ravel()})
    names = {"time": "t", "loc": "r", "prod": "a", "val": "v"}
    with contextlib.redirect_stdout(io.StringIO()):
        found = run(long, names, check_logsupermodularity=False)
    return tuple(
        found.drop_duplicates(key).sort_values(key)[index].to_numpy() for key, index in (("r", "eci"), ("a", "pci"))
    )


def econcomplex(table: Floats) -> Result:
    import econcomplex as peer

    return peer.eci_pci(table)


def standard(index: Floats) -> Floats:
    """In standard deviations from the mean; the programs differ in which ones they take."""
    return np.asarray((index - np.nanmean(index)) / np.nanstd(index))


def main(words: list[str]) -> None:
    """Time every program in turn and print medians and ratios."""
    regions, activities, rounds = (int(w) for w in [*words, *("250", "5000", "5")[len(words) :]])
    table = values(regions, activities)
    programs: dict[str, Callable[[Floats], Result]] = {"yijiang: ECI, PCI": ours, "yijiang: everything": ours_all}
    for name, program in (("ecomplexity", ecomplexity), ("econcomplex", econcomplex)):
        if find_spec(name):
            programs[f"{name} {importlib.metadata.version(name)}"] = program
        else:
            print(f"{name} is not installed")
    found = {name: program(table) for name, program in list(programs.items())[:2]}
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            began = time.perf_counter()
            found[name] = program(table)
            seconds[name].append(time.perf_counter() - began)
    best = {name: float(np.median(times)) for name, times in seconds.items()}
    print(f"{regions} x {activities}, {rounds} rounds")
    for name, median in best.items():
        miss, second = (
            float(np.nanmax(np.abs(standard(one) - standard(other))))
            for one, other in zip(found[name], found["yijiang: ECI, PCI"], strict=True)
        )
        ratio = median / best["yijiang: ECI, PCI"], median / best["yijiang: everything"]
        times = f"{name:<24}{median:10.3f} s {ratio[0]:9.1f} x {ratio[1]:7.1f} x"
        print(f"{times}   ECI differs by {miss:.1e}, PCI {second:.1e}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(sys.argv[1:])
