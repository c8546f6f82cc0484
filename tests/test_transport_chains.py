"""Freight at rest: the virtual network against the skims, logits by hand, prices, closures, seasons."""

from __future__ import annotations

import numba
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.optimize import brentq

from yijiang.errors import DataError, InfeasibleError, OptionError
from yijiang.transport import (
    FreightAssignment,
    FreightNetwork,
    assign,
    critical,
    disrupt,
    lock_delay,
    logit_logsum,
    season,
    skim,
)
from yijiang.transport.assignment import settling
from yijiang.transport.assignment.gap import choice_excess, logits
from yijiang.transport.chains import source
from yijiang.transport.example import scattered, two_ports

CHAINS = ("road", "rail", "water", "rail-water", "water-rail")
GOODS = {"ore": 0.1, "tools": 3.0, "phones": 12.0}
NESTS = {"slow": ["rail", "water", "rail-water", "water-rail"]}
TONNES = np.random.default_rng(0).uniform(0.0, 8.0, (8, 8, 3))


@pytest.fixture(scope="module")
def belt() -> FreightNetwork:
    return scattered(60, 8, 3)


@pytest.fixture(scope="module")
def base(belt: FreightNetwork) -> FreightAssignment:
    return assign(belt, TONNES, 0.05, GOODS, CHAINS, NESTS, 0.5, gap=1e-11)


def ports(tonnes: float, **options: object) -> FreightAssignment:
    """Some Mt a year from Upper to Lower, by road or through the lock."""
    return assign(
        two_ports(), np.array([[[0.0], [tonnes]], [[0.0], [0.0]]]), 0.01, {"goods": 1.0}, gap=1e-12, **options
    )


def test_without_waits_costs_and_fields_are_those_of_the_skims(belt: FreightNetwork) -> None:
    tiny = assign(belt, 1e-9 * (TONNES > 0.0), 0.05, GOODS, CHAINS, co2_price=50.0, gap=1e-9)
    s = skim(belt, commodities=GOODS, chains=CHAINS, co2_price=50.0)
    assert np.allclose(tiny.cost, s.cost, rtol=1e-9)
    for name in ("money", "time", "co2", "km"):
        assert np.allclose(tiny.fields[name], s.field(name), rtol=1e-6)
    assert np.allclose(tiny.logsum, s.logsum(0.05), rtol=1e-9)


def test_loads_by_hand() -> None:
    # Nobody values time, so nobody minds the wait: water's share is the logit of 2.05.
    water = 1 / (1 + np.exp(-2.05))
    a = assign(two_ports(), np.array([[[4.0], [8.0]], [[2.0], [0.0]]]), 0.01, gap=1e-12)
    for link in ("lane", "shallows", "pool"):
        assert a.links.loc[link, ["forward", "backward"]].tolist() == pytest.approx([8 * water, 2 * water], rel=1e-13)
    assert a.links.loc["highway", "tonnes"] == pytest.approx(10 * (1 - water), rel=1e-13)
    gate = a.locks.loc["gate"]
    assert gate[["up", "down", "tonnes"]].tolist() == pytest.approx([2 * water, 8 * water, 10 * water], rel=1e-13)
    assert gate["utilisation"] == pytest.approx(0.1 * water, rel=1e-13)
    turned = a.terminals
    assert turned.loc[("quay", "road", "water"), ["a_to_b", "b_to_a"]].tolist() == pytest.approx([8 * water, 2 * water])
    assert turned.loc[("lower", "road", "water"), "tonnes"] == pytest.approx(10 * water)
    road = 4 * 60 + 10 * 50 + 10 * water * 50 + 10 * (1 - water) * 500
    assert a.tonne_km.to_dict() == pytest.approx({"road": road, "water": 10 * water * 400}, rel=1e-13)
    assert a.co2_kt == pytest.approx(0.08 * road + 0.01 * 10 * water * 400, rel=1e-13)


def test_usage_says_what_share_of_a_pair_passes_the_lock() -> None:
    water = 1 / (1 + np.exp(-2.05))
    a = assign(two_ports(), np.array([[[0.0], [8.0]], [[2.0], [0.0]]]), 0.01, gap=1e-12)
    used = a.usage("upper", "Lower").set_index("link")
    assert used.loc["pool", "share"] == pytest.approx(water, rel=1e-13)
    assert used.loc["pool", "lock"] == "gate"
    assert used.loc["highway", "tonnes"] == pytest.approx(8 * (1 - water), rel=1e-12)
    assert a.usage("Upper", "Upper").empty
    with pytest.raises(OptionError, match="near matches: Upper"):
        a.usage("Uper", "Lower")


def test_usage_of_the_pairs_adds_up_to_the_loads(base: FreightAssignment) -> None:
    total = base.links["tonnes"] * 0.0
    for origin in base.regions:
        total = total.add(base.usage(origin, base.regions).set_index("link")["tonnes"], fill_value=0.0)
    assert np.allclose(total[base.links.index], base.links["tonnes"], rtol=1e-12, atol=1e-12)
    by = sum(base.usage(base.regions, base.regions, k)["tonnes"].sum() for k in GOODS)
    assert by == pytest.approx(base.links["tonnes"].sum())


def test_worth_of_capacities_is_the_slope_of_the_cost(belt: FreightNetwork, base: FreightAssignment) -> None:
    def cost(a: FreightAssignment) -> float:
        rents = float((a.shadow_prices["price"] * a.shadow_prices["limit"]).sum())
        return float((a.logsum_array() * a.tonnes).sum()) - rents

    def at(net: FreightNetwork, limits: dict[str, float]) -> float:
        return cost(assign(net, TONNES, 0.05, GOODS, CHAINS, NESTS, 0.5, limits=limits, gap=1e-12, warm=base))

    room = belt.locks.set_index("lock")["capacity_mt"]
    for lock in ("gate", "weir"):  # one at ease, one asked for more than it can do
        low, high = (at(belt.with_changes(locks={lock: {"capacity_mt": f * room[lock]}}), {}) for f in (0.998, 1.002))
        assert base.capacity_prices[lock] == pytest.approx((low - high) / (0.004 * room[lock]), rel=0.01)
    limits = {"gate": 30.0, "weir": 50.0}
    tight = assign(belt, TONNES, 0.05, GOODS, CHAINS, NESTS, 0.5, limits=limits, gap=1e-12)
    low, high = (at(belt, limits | {"weir": f * 50.0}) for f in (0.998, 1.002))
    assert tight.capacity_prices["weir"] == pytest.approx((low - high) / (0.004 * 50.0), rel=0.01)


def test_logit_and_queue_by_hand() -> None:
    # One unknown: the tonnes x by water. Costs differ by what the two ways cost free, and by the wait at the lock.
    free = skim(two_ports(), commodities={"goods": 1.0}).cost.sel(
        origin="Upper", destination="Lower", commodity="goods"
    )
    road, water = free.sel(chain="road").item(), free.sel(chain="water").item()

    def miss(x: float) -> float:
        return x - 150.0 / (1.0 + np.exp(-0.01 * (road - water - lock_delay(x, 100.0, 2.0))))

    a = ports(150.0)
    assert a.locks.loc["gate", "tonnes"] == pytest.approx(brentq(miss, 0.0, 150.0), rel=1e-7)
    assert a.locks.loc["gate", "wait"] == pytest.approx(lock_delay(a.load[0], 100.0, 2.0))


def test_gap_is_zero_only_at_the_logit(base: FreightAssignment) -> None:
    p = base.problem
    cost = np.asarray(base._source.total[base._source.job, base._source.chain, base._source.end])
    share = logits(p, cost)[0]
    demand = p.demand[p.group_pair]
    assert choice_excess(p, cost, share * demand).max() < 1e-9
    # Every other division is dearer, and what makes the difference is the entropy.
    rng = np.random.default_rng(1)
    other = share * rng.uniform(0.9, 1.1, len(share))
    other /= np.bincount(p.group_pair, other)[p.group_pair]
    several = np.add.reduceat(share > 1e-6, p.pair_ptr[:-1]) > 1
    assert choice_excess(p, cost, other * demand)[several].min() > 0.0


def test_shares_are_the_nested_logit_of_the_costs(base: FreightAssignment) -> None:
    off = ~np.eye(8, dtype=bool)
    cost, mu, inner = base.cost.to_numpy()[off], 0.05, 0.1
    slow = [CHAINS.index(c) for c in NESTS["slow"]]
    odds = np.exp(-inner * (cost[..., slow] - cost[..., slow].min(-1, keepdims=True)))
    composite = cost[..., slow].min(-1) - np.log(odds.sum(-1)) / inner
    nest = 1.0 / (1.0 + np.exp(-mu * (cost[..., 0] - composite)))
    wanted = nest[..., None] * odds / odds.sum(-1, keepdims=True)
    assert np.allclose(base.shares.to_numpy()[off][..., slow], wanted, atol=1e-6)
    assert np.allclose(base.shares.sum("chain"), 1.0)
    logsum = -np.log(np.exp(-mu * cost[..., 0]) + np.exp(-mu * composite)) / mu
    assert np.allclose(base.logsum.to_numpy()[off], logsum)


def test_loads_add_up(base: FreightAssignment) -> None:
    assert base.balance < 1e-12
    assert base.gap < 1e-11
    assert base.tonne_km.sum() == pytest.approx(float(base._virtual.fields[3] @ base.class_flow.sum(axis=0)))
    users = base.users(["gate"])
    assert users["tonnes"].sum() == pytest.approx(base.locks.loc["gate", "tonnes"])
    assert base.links.loc[base.network.links.set_index("link").query("lock == 'gate'").index, "tonnes"].item() == (
        pytest.approx(base.locks.loc["gate", "tonnes"])
    )
    best = base.best_chains(1)
    assert np.allclose(best["cost"], base.cost.min("chain").to_numpy().ravel())


def test_tonnes_are_aligned_by_name(belt: FreightNetwork, base: FreightAssignment) -> None:
    coords = {"commodity": list(GOODS)[::-1], "origin": list(belt.regions), "destination": list(belt.regions)[::-1]}
    table = xr.DataArray(np.moveaxis(TONNES, 2, 0)[::-1, :, ::-1], coords, tuple(coords))
    again = assign(belt, table, 0.05, GOODS, CHAINS, NESTS, 0.5, gap=1e-11)
    assert again.class_flow.tobytes() == base.class_flow.tobytes()


def test_what_if_starts_where_the_base_ended(belt: FreightNetwork, base: FreightAssignment) -> None:
    flow = base.class_flow.tobytes()
    wider = belt.with_changes(locks={"weir": {"capacity_mt": 150.0}})
    cold = assign(wider, TONNES, 0.05, GOODS, CHAINS, NESTS, 0.5, gap=1e-11)
    warm = assign(wider, TONNES, 0.05, GOODS, CHAINS, NESTS, 0.5, gap=1e-11, warm=base)
    assert np.allclose(warm.load, cold.load, rtol=1e-4, atol=1e-4)
    assert np.allclose(warm.cost, cold.cost, rtol=1e-5)
    assert warm.locks.loc["weir", "wait"] < base.locks.loc["weir", "wait"]
    # The base is not touched by what came after it.
    assert base.class_flow.tobytes() == flow
    assert base.gap < 1e-11
    assert base.again(TONNES, gap=1e-11).iterations == 1


def test_price_of_a_lock_is_what_one_more_tonne_saves(belt: FreightNetwork) -> None:
    # No queue and no choice that costs tell apart: with a flat logit the saving is that of the total cost.
    a = ports(100.0, limits={"gate": 60.0})
    assert a.locks.loc["gate", "tonnes"] == pytest.approx(60.0)
    # 60 of 100 by water: the logit wants ln(60/40) = 0.01·(road − water − price).
    cost = a.cost.sel(origin="Upper", destination="Lower", commodity="goods")
    assert 0.01 * (cost.sel(chain="road") - cost.sel(chain="water")).item() == pytest.approx(np.log(1.5), abs=1e-6)
    by = a.shadow_prices_by_region()
    assert by["payment"].tolist() == pytest.approx([60.0 * a.shadow_prices.loc["gate", "price"]])
    loads = assign(belt, TONNES, 0.05, GOODS, CHAINS, limits={"weir": 50.0, "gate": 60.0}, gap=1e-10)
    assert loads.locks["tonnes"].to_dict() == pytest.approx({"gate": loads.load[0], "weir": 50.0})
    assert loads.shadow_prices["price"]["gate"] == 0.0


def test_limits_without_another_chain_are_named() -> None:
    with pytest.raises(InfeasibleError, match="raise the limit of gate"):
        ports(100.0, limits={"gate": 60.0}, chains=["water"])


def test_figures_of_the_tables_limit_and_close() -> None:
    tables = two_ports().tables()
    limited = FreightNetwork(**{**tables, "links": tables["links"].assign(limit_mt=[np.nan, np.nan, np.nan, 60.0])})
    tonnes = np.array([[[0.0], [100.0]], [[0.0], [0.0]]])
    a = assign(limited, tonnes, 0.01, {"goods": 1.0}, gap=1e-12)
    by_name = ports(100.0, limits={"gate": 60.0})
    assert a.locks.loc["gate", "tonnes"] == pytest.approx(60.0)
    assert a.price[0] == pytest.approx(by_name.price[0], rel=1e-6)
    shut = assign(two_ports().with_changes(links={"pool": {"open": 0.0}}), tonnes, 0.01, {"goods": 1.0}, gap=1e-12)
    assert shut.shares.sel(origin="Upper", destination="Lower", chain="road").item() == 1.0
    with pytest.raises(DataError, match="must be 1 for open or 0 for closed"):
        two_ports().with_changes(locks={"gate": {"open": 0.5}})


def test_busy_terminals_and_links_make_cargo_wait() -> None:
    tables = two_ports().tables()
    tables["terminals"] = tables["terminals"].assign(capacity_mt=[80.0, np.nan], service_hours=10.0, berths=2.0)
    tables["links"] = tables["links"].assign(capacity_mt=[np.nan, 50.0, np.nan, np.nan], vdf_alpha=0.15, vdf_beta=4.0)
    busy = assign(
        FreightNetwork(**tables), np.array([[[0.0], [100.0]], [[0.0], [0.0]]]), 0.01, {"goods": 1.0}, gap=1e-11
    )
    wait = busy.congestion["wait"]
    assert wait["quay road water"] > 0.0
    assert wait["lower road water"] == 0.0
    assert wait["highway"] == pytest.approx(10.0 * 0.15 * (busy.links.loc["highway", "tonnes"] / 50.0) ** 4)
    # Up and down the river differ in speed, and so in cost.
    cost = busy.cost.sel(commodity="goods", chain="water")
    assert cost.sel(origin="Lower", destination="Upper").item() > cost.sel(origin="Upper", destination="Lower").item()


def test_closing_a_lock_by_hand() -> None:
    a = ports(50.0)
    closed = disrupt(a, "gate", 36.5)
    road = (
        skim(two_ports(), commodities={"goods": 1.0}).cost.sel(origin="Upper", destination="Lower", chain="road").item()
    )
    before = a.logsum.sel(origin="Upper", destination="Lower", commodity="goods").item()
    assert closed.total == pytest.approx(0.1 * 50.0 * (road - before))
    assert closed.detours["chain_after"].tolist() == ["road"]
    assert closed.stranded.empty
    cut = disrupt(ports(50.0, chains=["water"]), "lower", 73.0)
    assert cut.stranded["tonnes"].tolist() == pytest.approx([10.0])
    assert cut.total == 0.0
    with pytest.raises(OptionError, match="unknown"):
        disrupt(a, "nowhere", 3.0)
    with pytest.raises(OptionError, match="days"):
        disrupt(a, "gate", 0.0)


def test_critical_elements_stand_by_cost(base: FreightAssignment) -> None:
    table = critical(base, 10.0, ["gate", "weir", "n0003"])
    assert table["extra"].is_monotonic_decreasing
    assert set(table["element"]) == {"gate", "weir", "n0003"}
    assert (table["extra"] >= -1e-12 * base.total_cost).all()


def test_a_dry_season_costs() -> None:
    tables = two_ports().tables()
    laden = FreightNetwork(**{**tables, "ships": tables["ships"].assign(light_draught_m=[1.0, 1.5])})
    depths = pd.DataFrame({"link": "shallows", "month": [1, 2, 7], "depth_m": [2.6, 2.2, 6.0]})
    year = season(laden, depths).sel(origin="Upper", destination="Lower", commodity="goods", chain="water")
    assert (year.sel(month=2) > year.sel(month=1)).item()
    assert (year.sel(month=1) > year.sel(month=4)).item()
    assert (year.sel(month=4) > year.sel(month=7)).item()
    # The barge draws 3 m laden and 1 m light. At 2.6 m it may draw 2.5 m and carries 3/4 of its load, so that it costs
    # 0.06/0.75 = 0.08; of the freighter, 5 and 1.5 m, (2.5 − 1.5)/3.5 would be below the least load.
    deep = skim(two_ports()).money.sel(origin="Upper", destination="Lower", commodity="goods", chain="water").item()
    low = skim(laden.with_changes(links={"shallows": {"depth_m": 2.6}}))
    dry = low.money.sel(origin="Upper", destination="Lower", commodity="goods", chain="water").item()
    assert dry - deep == pytest.approx(400.0 * 1.25 * (0.08 - 0.06))
    assert (
        low.vehicle().sel(origin="Upper", destination="Lower", commodity="goods", chain="water").item()
        == "barge at 2.5 m"
    )
    with pytest.raises(DataError, match="a month is 1 to 12"):
        season(laden, depths.assign(month=[1, 2, 13]))


def test_options_are_checked(belt: FreightNetwork, base: FreightAssignment) -> None:
    with pytest.raises(OptionError, match="is no chain, or in two nests"):
        assign(belt, TONNES, 0.05, GOODS, CHAINS, {"x": ["air"]})
    with pytest.raises(OptionError, match="dissimilarity"):
        assign(belt, TONNES, 0.05, GOODS, CHAINS, NESTS, 1.5)
    with pytest.raises(OptionError, match="dispersion"):
        assign(belt, TONNES, 0.0, GOODS, CHAINS)
    with pytest.raises(OptionError, match="shape"):
        assign(belt, TONNES[:3], 0.05, GOODS, CHAINS)
    with pytest.raises(OptionError, match="unknown limit"):
        assign(belt, TONNES, 0.05, GOODS, CHAINS, limits={"dam": 3.0})
    with pytest.raises(OptionError, match="same links"):
        assign(scattered(), np.zeros((6, 6, 3)) + 1.0, 0.05, GOODS, CHAINS, warm=base)
    with pytest.raises(DataError, match="no chain leads from Upper to Lower"):
        ports(5.0, chains=["water"], closed=["gate"])


def test_two_threads_give_the_same_bytes(belt: FreightNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "SERIAL_WORK", 0)
    before, found = numba.get_num_threads(), []
    try:
        for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
            numba.set_num_threads(threads)
            a = assign(belt, TONNES, 0.05, GOODS, CHAINS, NESTS, 0.5)
            warm = assign(belt, 1.1 * TONNES, 0.05, GOODS, CHAINS, NESTS, 0.5, warm=a)
            found.append((a.class_flow.tobytes(), warm.class_flow.tobytes(), warm.cost.to_numpy().tobytes()))
    finally:
        numba.set_num_threads(before)
    assert found[0] == found[1]


def test_odd_figures_are_refused_by_name() -> None:
    tables = two_ports().tables()
    cases = {
        "capacity_mt": ("locks", {"capacity_mt": [0.0]}, "must be a number above 0"),
        "km": ("links", {"km": [50.0, -500.0, 250.0, 150.0]}, "must be a number, at least 0"),
        "limit_mt": ("locks", {"limit_mt": [0.0]}, "must be a number above 0"),
        "money": ("terminals", {"money": [np.inf, 5.0]}, "must be a number, at least 0"),
    }
    for column, (table, cells, problem) in cases.items():
        with pytest.raises(DataError, match=problem) as fault:
            FreightNetwork(**{**tables, table: tables[table].assign(**cells)})
        assert [(f.table, f.column) for f in fault.value.findings] == [(table, column)]


def test_a_road_in_a_circle_and_a_tiny_delay_do_no_harm() -> None:
    tables = two_ports().tables()
    more = pd.DataFrame(
        {"link": ["circle", "lane2"], "from_node": ["upper"] * 2, "to_node": ["quay"] * 2, "mode": "road",
         "km": [0.0, 50.0], "lock": ""}
    )  # fmt: skip
    links = pd.concat([tables["links"], more], ignore_index=True)
    links = links.assign(capacity_mt=1.0, vdf_alpha=1e-20, vdf_beta=4.0)
    a = assign(
        FreightNetwork(**{**tables, "links": links}), np.array([[[0.0], [100.0]], [[0.0], [0.0]]]), 0.01,
        {"goods": 1.0}, gap=1e-11,
    )  # fmt: skip
    # All who go by water take the road of no length; the delay of 1e-20·100⁴ is not rounded away to a loss of balance.
    assert a.links.loc["circle", "tonnes"] == pytest.approx(a.locks.loc["gate", "tonnes"])
    assert a.balance < 1e-12


def test_a_warm_start_at_rest_is_the_equilibrium_solved_cold(belt: FreightNetwork, base: FreightAssignment) -> None:
    more = TONNES * np.random.default_rng(1).uniform(0.9, 1.1, TONNES.shape)
    prepared = base.solved.prepared
    warm = prepared.solve(more, 1e-11, warm=base.solved, steady=1e-10)
    cold = prepared.solve(more, 1e-11, steady=1e-10)
    assert np.allclose(warm.load, cold.load, rtol=1e-8, atol=1e-9)
    assert np.allclose(warm.solution.part, cold.solution.part, rtol=1e-6, atol=1e-9)
    # Measured anew, by other code and on trees of its own.
    assert FreightAssignment(warm).gap < 1e-10
    # What it started from is as it was.
    assert np.array_equal(base.solved.source.total, FreightAssignment(base.solved)._source.total)


def test_composite_costs_are_the_nested_logits(base: FreightAssignment) -> None:
    cost, mu = base.solved.cost(), base.solved.prepared.mu
    slow = logit_logsum(cost[..., 1:], 2.0 * mu)
    both = logit_logsum(np.stack([cost[..., 0], slow], axis=-1), mu)
    assert np.allclose(base.solved.logsum(), both, rtol=1e-13)


def test_flows_scaled_by_hand() -> None:
    # Two pairs with two groups each; the first holds 1 + 3 in its first group, 4 in its other one, the second nothing.
    pair_ptr, group_ptr = np.array([0, 2, 4]), np.array([0, 2, 3, 4, 4])
    flow, part, fresh = np.array([1.0, 3.0, 4.0, 0.0]), np.empty(4), np.empty(4, bool)
    out = np.empty(4)
    settling.scale_flows(pair_ptr, group_ptr, np.array([16.0, 5.0]), flow, out, part, fresh)
    assert out.tolist() == [2.0, 6.0, 8.0, 0.0]
    assert part.tolist() == [8.0, 8.0, 0.0, 0.0]
    assert fresh.tolist() == [False, False, True, True]
    excess = np.empty(2)
    settling.touched(pair_ptr, group_ptr, np.array([0, 0, 0, 1, 1]), excess)
    assert excess.tolist() == [np.inf, 0.0]
