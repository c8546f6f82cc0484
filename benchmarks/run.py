"""The benchmark registry: `python benchmarks/run.py [NAME …]` times what the package promises, on this machine.

Every case prepares once, warms up once (compiling included) and reports the best of some repeats.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

import yijiang as yj

if TYPE_CHECKING:
    from yijiang.economy import Accounts

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


@case("equilibrium: 31 regions x 42 sectors, 16 scenarios together (peers and bars: benchmarks/equilibrium.py)", 10)
def equilibrium_batch() -> Callable[[], object]:
    from equilibrium import synthetic
    from yijiang.economy import TradeModel

    model = TradeModel.from_shares(**synthetic(31, 42))
    rng = np.random.default_rng(1)
    given = [{"productivity_hat": np.exp(rng.normal(0, 0.05, (31, 42)))} for _ in range(16)]
    return lambda: model.counterfactuals(given).equivalent_variation_array


@case("equilibrium: yangtze2017, gradient of every region's real income, warm", 10)
def equilibrium_gradient() -> Callable[[], object]:
    from yijiang.base import Base

    base = Base(yj.case("yangtze2017"))
    return lambda: base.model.gradient(at=base.still).productivity_hat


@case("evaluation: yangtze2017, one package through the whole loop, warm", 20)
def evaluation() -> Callable[[], object]:
    from yijiang.base import Base
    from yijiang.evaluation import Evaluator

    evaluator = Evaluator(Base(yj.case("yangtze2017")))
    return lambda: evaluator.run(["one_permit", "tp_hubei"])


@case("freight: yangtze2017, one skim of the network", 20)
def skim() -> Callable[[], object]:
    from yijiang.freight import Freight
    from yijiang.transport.chains.paths import Paths

    freight = Freight(yj.case("yangtze2017"))
    paths = Paths(freight.base_network, freight.time_value)
    return lambda: paths.skim_arrays(np.array([1.0, 2.0]))


@case("estimate: RAS of 1000 x 1000 (peers: benchmarks/estimate.py)", 5)
def ras() -> Callable[[], object]:
    from yijiang.economy import estimate

    prior = np.random.default_rng(0).uniform(0.1, 1.0, (1000, 1000))
    rows, columns = prior.sum(1) * 1.3, prior.sum(0)
    columns *= rows.sum() / columns.sum()
    return lambda: estimate.ras(prior, rows, columns)


@case("estimate: RAS of 3000 x 3000, 5 % of the cells, sparse (peers: benchmarks/estimate.py)", 5)
def ras_sparse() -> Callable[[], object]:
    from scipy import sparse

    from yijiang.economy import estimate

    rng = np.random.default_rng(0)
    prior = sparse.random_array((3000, 3000), density=0.05, format="csr", rng=rng, data_sampler=rng.random)
    prior.data += 0.1
    moved = prior.copy()
    moved.data *= rng.lognormal(0, 0.5, moved.data.size)
    rows, columns = moved.sum(1), moved.sum(0)
    return lambda: estimate.ras(prior, rows, columns)


@case("estimate: spread of a package over the 27 trade draws of yangtze2017", 2)
def spread() -> Callable[[], object]:
    belt = yj.case("yangtze2017")
    return lambda: yj.spread(belt, ["one_permit", "tp_hubei"])


def random_accounts(regions: int, sectors: int) -> Accounts:
    """Accounts with value added only, from random deliveries."""
    from yijiang.economy import Accounts

    rng, size = np.random.default_rng(0), regions * sectors
    flows, final = rng.random((size, size)), rng.random((size, regions)) * sectors
    names = [f"r{k}" for k in range(regions)], [f"s{k}" for k in range(sectors)]
    return Accounts(flows / 4, final, regions=names[0], sectors=names[1])


@case("accounts: read and footprint of 50 x 40 (peer: benchmarks/accounts.py)", 3)
def footprint() -> Callable[[], object]:
    return lambda: random_accounts(50, 40).footprint()


@case("accounts: extraction of each of 400 sectors", 10)
def extraction() -> Callable[[], object]:
    accounts = random_accounts(10, 40)
    return accounts.extract_all


@case("complexity: ECI and PCI of 250 x 5,000 (peers: benchmarks/complexity.py)", 10)
def complexity() -> Callable[[], object]:
    from yijiang.complement.complexity import indices

    rng = np.random.default_rng(0)
    made = rng.lognormal(0, 1, (250, 5000)) * (rng.random((250, 5000)) < rng.random((250, 1)))
    return lambda: indices(made)


@case("ledger: 10,000 events opened with their state (more: benchmarks/ledger.py)", 3)
def ledger() -> Callable[[], object]:
    import tempfile
    from pathlib import Path

    from ledger import A, B, items
    from yijiang.ledger import Ledger, create_key

    folder = Path(tempfile.mkdtemp(prefix="yijiang-bench-"))
    create_key(folder / "a")
    with Ledger.create(folder / "a.db", side=A, sides=[A, B], title="t", key=folder / "a") as made:
        made.add_many(items(10_000))

    def run() -> object:
        with Ledger.open(folder / "a.db") as opened:
            return opened.state("2026-12-31")

    return run


@case("complement: yangtze2017, Hubei and Jiangsu, 499 random tables, 24 draws", 5)
def complement() -> Callable[[], object]:
    from yijiang.complement import between
    from yijiang.freight import Freight, delivered

    belt = yj.case("yangtze2017")
    price = delivered(Freight(belt))
    return lambda: between(belt, ("Hubei", "Jiangsu"), delivered=price)


@case("freight: 10,000 nodes, 5 modes, 30 regions, 10 commodities (peers: benchmarks/transport.py)", 3)
def freight() -> Callable[[], object]:
    from beltsize import CHAINS, belt, cargo
    from yijiang.transport import assign

    net, (tonnes, values) = belt(), cargo()
    return lambda: assign(net, tonnes, 0.02, values, CHAINS)


@case("river: steady, 8 constituents on 99,999 reaches (peers: benchmarks/river.py)", 20)
def river() -> Callable[[], object]:
    from river import network
    from yijiang.river import Carrier

    carrier = Carrier.of(network(50_000)[0], {f"p{i}": 0.05 * i for i in range(8)})
    loads = np.random.default_rng(0).gamma(2.0, 1.0, (99_999, 8))
    return lambda: carrier.run(loads)


@case("matching: 20,000 offers x 20,000 needs, largest value (peers and 100,000: benchmarks/matching.py)", 2)
def matching() -> Callable[[], object]:
    from datetime import date
    from importlib.util import module_from_spec, spec_from_file_location
    from pathlib import Path

    from yijiang.science import match

    # By its path: the peer has the same name.
    spec = spec_from_file_location("matching_benchmark", Path(__file__).with_name("matching.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    offers, needs = module.market(20_000, "offer", 3), module.market(20_000, "need", 4)
    return lambda: match(offers, needs, day=date(2024, 6, 1))


@case("plan: Hubei and Jiangsu, 12 candidates, 40 draws", 1)
def plan() -> Callable[[], object]:
    belt = yj.case("yangtze2017")
    return lambda: yj.plan(belt, ("Hubei", "Jiangsu"))


def many_projects(count: int) -> Callable[[], object]:
    """Plan a case of generated projects, without draws."""
    from plan import PARTNERS, generated

    belt = generated(count)
    return lambda: yj.plan(belt, PARTNERS, draws=0, gap=0.01, seconds=60.0)


for size in (100, 300, 1000):
    case(f"plan: {size} generated projects, gap 1 % (what it reaches: benchmarks/plan.py {size})", 1)(
        lambda size=size: many_projects(size)
    )


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
