"""The benchmark registry: `python benchmarks/run.py [NAME …]` times what the package promises, on this machine.

Every case prepares once, warms up once (compiling included) and reports the best of some repeats.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

import yijiang as yj

REGISTRY: dict[str, tuple[int, Callable[[], Callable[[], object]]]] = {}


def case(name: str, repeats: int) -> Callable[[Callable[[], Callable[[], object]]], Callable[[], Callable[[], object]]]:
    """Register a preparation that returns what is timed."""

    def add(prepare: Callable[[], Callable[[], object]]) -> Callable[[], Callable[[], object]]:
        REGISTRY[name] = repeats, prepare
        return prepare

    return add


@case("equilibrium: yangtze2017, 13 regions x 9 sectors, open, warm", 20)
def equilibrium() -> Callable[[], object]:
    from yijiang.base import Base

    model = Base(yj.case("yangtze2017")).model
    shock = np.ones((13, 9))
    shock[5, 4] = 1.01
    return lambda: model.counterfactual(productivity_hat=shock).equivalent_variation_array


@case("evaluation: yangtze2017, one package through the whole loop, warm", 20)
def evaluation() -> Callable[[], object]:
    from yijiang.base import Base
    from yijiang.evaluation import Evaluator

    evaluator = Evaluator(Base(yj.case("yangtze2017")))
    return lambda: evaluator.run(["one_permit", "tp_hubei"])


@case("freight: yangtze2017, one skim of the network", 20)
def skim() -> Callable[[], object]:
    from yijiang.freight import Freight
    from yijiang.transport.skims import Paths

    freight = Freight(yj.case("yangtze2017"))
    paths = Paths(freight.base_network, freight.time_value)
    return lambda: paths.skim_arrays(np.array([1.0, 2.0]))


@case("estimate: RAS of 1000 x 1000", 5)
def ras() -> Callable[[], object]:
    from yijiang.economy import estimate

    prior = np.random.default_rng(0).uniform(0.1, 1.0, (1000, 1000))
    rows, columns = prior.sum(1) * 1.3, prior.sum(0)
    columns *= rows.sum() / columns.sum()
    return lambda: estimate.ras(prior, rows, columns)


@case("complexity: ECI and PCI of 250 x 5,000 (peers: benchmarks/complexity.py)", 10)
def complexity() -> Callable[[], object]:
    from yijiang.complement.complexity import indices

    rng = np.random.default_rng(0)
    made = rng.lognormal(0, 1, (250, 5000)) * (rng.random((250, 5000)) < rng.random((250, 1)))
    return lambda: indices(made)


@case("river: steady, 8 constituents on 99,999 reaches (peers: benchmarks/river.py)", 20)
def river() -> Callable[[], object]:
    from river import network
    from yijiang.river import Carrier

    carrier = Carrier.of(network(50_000)[0], {f"p{i}": 0.05 * i for i in range(8)})
    loads = np.random.default_rng(0).gamma(2.0, 1.0, (99_999, 8))
    return lambda: carrier.run(loads)


@case("plan: Hubei and Jiangsu, 12 candidates, 40 draws", 1)
def plan() -> Callable[[], object]:
    belt = yj.case("yangtze2017")
    return lambda: yj.plan(belt, ("Hubei", "Jiangsu"))


def main(wanted: list[str]) -> None:
    """Run the cases whose name contains one of the words, or all."""
    for name, (repeats, prepare) in REGISTRY.items():
        if wanted and not any(word in name for word in wanted):
            continue
        run = prepare()
        run()
        seconds = []
        for _ in range(repeats):
            began = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - began)
        print(f"{name:<70} best {1e3 * min(seconds):10.2f} ms of {repeats}")


if __name__ == "__main__":
    main(sys.argv[1:])
