"""The equilibrium of links: cases solved by hand, limits and their prices, classes, warm starts, odd networks."""

from __future__ import annotations

import numba
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.integrate import quad

from yijiang.errors import DataError, InfeasibleError, OptionError, SolveError
from yijiang.transport import Assignment, Network, UserClass, assign, lock_delay, proportional, vdf
from yijiang.transport.assignment import kernels
from yijiang.transport.example import braess


def network(rows: list[tuple[str, str, str, dict[str, object]]], zones: str = "ab") -> Network:
    """Links as (id, from, to, figures); zones by letter, any other letter is a node."""
    names = sorted({end for _, tail, head, _ in rows for end in (tail, head)} | set(zones))
    nodes = pd.DataFrame({"node_id": names, "zone_id": [n if n in zones else None for n in names]})
    links = pd.DataFrame([{"link_id": i, "from_node_id": t, "to_node_id": h, **f} for i, t, h, f in rows])
    return Network(nodes, links)


def trips(**amounts: float) -> pd.DataFrame:
    """`ab=5` is five trips from a to b."""
    return pd.DataFrame([{"origin": k[0], "destination": k[1], "volume": v} for k, v in amounts.items()])


def two_ways(**second: object) -> Network:
    """From a to b: `near` takes 1 + x, `far` takes 3 unless told otherwise."""
    near = {"vdf_fftt": 1.0, "vdf_alpha": 1.0, "vdf_beta": 1.0, "capacity": 1.0}
    return network([("near", "a", "b", near), ("far", "a", "b", {"vdf_fftt": 3.0, **second})])


def test_braess_paradox() -> None:
    with_bridge, without = (assign(*braess(bridge), gap=1e-12) for bridge in (True, False))
    assert with_bridge.total_cost / 6.0 == pytest.approx(92.0)
    assert without.total_cost / 6.0 == pytest.approx(83.0)
    assert with_bridge.flow["3-4"] == pytest.approx(2.0)
    assert with_bridge.paths["flow"].tolist() == pytest.approx([2.0, 2.0, 2.0])


def test_two_ways_by_hand() -> None:
    # 1 + x = 3: two trips go near, the others far; ∫(1 + x) = 4, and 3·3.
    a = assign(two_ways(), trips(ab=5.0), gap=1e-12)
    assert a.flow.to_dict() == pytest.approx({"near": 2.0, "far": 3.0})
    assert a.objective == pytest.approx(4.0 + 9.0)
    assert a.cost.to_dict() == pytest.approx({"near": 3.0, "far": 3.0})
    assert a.users(["near"])["share"].tolist() == pytest.approx([0.4])


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0, 2.5, 4.0, 6.0])
def test_any_power_of_the_road_function(beta: float) -> None:
    # Two equal links of power beta share the demand evenly; the third, dearer one is empty.
    one = {"vdf_fftt": 1.0, "vdf_alpha": 0.5, "vdf_beta": beta, "capacity": 2.0}
    net = network([("x", "a", "b", one), ("y", "a", "b", one), ("z", "a", "b", {"vdf_fftt": 50.0})])
    a = assign(net, trips(ab=4.0), gap=1e-10)
    assert a.flow["z"] == 0.0
    assert a.cost["x"] == pytest.approx(1.5, abs=1e-6)
    if beta > 0.0:
        assert a.flow.to_dict() == pytest.approx({"x": 2.0, "y": 2.0, "z": 0.0}, abs=1e-5)


def test_tiny_coefficients_are_kept() -> None:
    # 1 + 1e-20·x⁴ = 2 at x = 1e5: the way of Winnipeg's tables.
    near = {"vdf_fftt": 1.0, "vdf_alpha": 1e-20, "vdf_beta": 4.0, "capacity": 1.0}
    net = network([("near", "a", "b", near), ("far", "a", "b", {"vdf_fftt": 2.0})])
    assert assign(net, trips(ab=3e5), gap=1e-12).flow["near"] == pytest.approx(1e5, rel=1e-9)


def test_loops_parallel_links_and_links_without_cost() -> None:
    free = {"vdf_fftt": 0.0}
    net = network(
        [("loop", "c", "c", free), ("out", "a", "c", free), ("back", "c", "a", free), ("to", "c", "d", free),
         ("fro", "d", "c", free), ("near", "d", "b", {"vdf_fftt": 1.0}), ("dear", "d", "b", {"vdf_fftt": 2.0})]
    )  # fmt: skip
    a = assign(net, trips(ab=7.0), gap=1e-12)
    assert a.flow.to_dict() == {"loop": 0.0, "out": 7.0, "back": 0.0, "to": 7.0, "fro": 0.0, "near": 7.0, "dear": 0.0}
    assert a.balance == 0.0


def test_zones_that_cannot_be_reached_are_named() -> None:
    net = two_ways()
    with pytest.raises(DataError, match="no path leads from b to a"):
        assign(net, trips(ab=1.0, ba=2.0))
    with pytest.raises(DataError, match="no path leads from a to b"):
        assign(net.without(["near", "far"]), trips(ab=1.0))


def test_demand_within_a_zone_is_set_aside() -> None:
    a = assign(two_ways(), trips(ab=5.0, aa=4.0), gap=1e-10)
    assert a.within == 4.0
    assert a.flow.sum() == pytest.approx(5.0)
    with pytest.raises(OptionError, match="no demand"):
        assign(two_ways(), trips(aa=4.0))


def test_demand_faults() -> None:
    with pytest.raises(DataError, match="unknown zone"):
        assign(two_ways(), trips(ax=1.0))
    with pytest.raises(DataError, match="at least 0"):
        assign(two_ways(), trips(ab=-1.0))
    with pytest.raises(OptionError, match="unknown origin"):
        assign(two_ways(), xr.DataArray([[1.0]], {"origin": ["q"], "destination": ["b"]}, ("origin", "destination")))
    with pytest.raises(OptionError, match="gap must be above 0"):
        assign(two_ways(), trips(ab=1.0), gap=0.0)


def test_demand_is_aligned_by_name() -> None:
    net = two_ways()
    zones = ["b", "a"]
    table = xr.DataArray([[0.0, 0.0], [5.0, 0.0]], {"origin": zones, "destination": zones}, ("origin", "destination"))
    assert assign(net, table, gap=1e-12).flow["near"] == pytest.approx(2.0)
    assert assign(net, table.transpose(), gap=1e-12).flow["near"] == pytest.approx(2.0)


def lock_case(limits: dict[str, float] | None = None, warm: Assignment | None = None) -> Assignment:
    """A lock of 1 h and two ways round it, of 4 h and 9 h; three origins behind it, one of them far from the detour."""
    lock = {"vdf_fftt": 1.0, "facility": "gate"}
    rows = [(f"{z}in", z, "u", {"vdf_fftt": t}) for z, t in (("a", 1.0), ("c", 2.0), ("d", 0.5))]
    rows += [("down", "u", "w", lock), ("up", "w", "u", lock), ("out", "w", "b", {"vdf_fftt": 1.0})]
    rows += [("round", "a", "b", {"vdf_fftt": 7.0}), ("over", "c", "b", {"vdf_fftt": 13.0})]
    rows += [
        ("land", "d", "b", {"vdf_fftt": 9.5}),
        ("home", "b", "w", {"vdf_fftt": 1.0}),
        ("last", "u", "a", {"vdf_fftt": 9.0}),
    ]
    rows += [("shore", "b", "a", {"vdf_fftt": 30.0})]
    net = network(rows, "abcd")
    return assign(net, trips(ab=4.0, cb=3.0, db=5.0, ba=2.0), gap=1e-12, limits=limits, warm=warm)


def test_price_of_a_lock_by_hand_and_by_difference() -> None:
    assert lock_case().load[lock_case().network.facility_numbers(["gate"])[0]] == pytest.approx(14.0)
    # Asked for 14, it passes 8: a's four go round (7 − 3 = 4 dearer), then two of d's (9.5 − 2.5 = 7 dearer).
    a = lock_case({"gate": 8.0})
    assert a.shadow_prices.loc["gate"].to_dict() == pytest.approx({"load": 8.0, "limit": 8.0, "price": 7.0}, rel=1e-6)
    assert a.flow["round"] == pytest.approx(4.0)
    assert a.flow["land"] == pytest.approx(2.0)
    more = lock_case({"gate": 8.1}, a)
    assert (a.total_cost - more.total_cost) / 0.1 == pytest.approx(7.0, rel=1e-2)
    paid = a.shadow_prices_by_zone().set_index("origin")
    assert paid["payment"].to_dict() == pytest.approx({"b": 14.0, "c": 21.0, "d": 21.0}, rel=1e-6)
    users = a.users(["gate"]).groupby("origin")["flow"].sum()
    assert users.to_dict() == pytest.approx({"b": 2.0, "c": 3.0, "d": 3.0})


def test_a_limit_that_does_not_bind_costs_nothing() -> None:
    assert lock_case({"gate": 20.0}).shadow_prices.loc["gate", "price"] == 0.0


def test_a_limit_without_a_way_around_is_named() -> None:
    net = network([("only", "a", "b", {"vdf_fftt": 1.0})])
    with pytest.raises(InfeasibleError, match="raise the limit of only from 3 to") as caught:
        assign(net, trips(ab=5.0), limits={"only": 3.0})
    assert len(caught.value.relaxations) == 1
    with pytest.raises(OptionError, match="must be above 0"):
        assign(net, trips(ab=5.0), limits={"only": 0.0})


def test_price_with_congestion_is_the_slope_of_the_objective() -> None:
    net, demand = braess()
    price, step = assign(net, demand, gap=1e-13, limits={"3-4": 1.0}).shadow_prices.loc["3-4", "price"], 1e-3
    up, down = (assign(net, demand, gap=1e-13, limits={"3-4": 1.0 + s}).objective for s in (step, -step))
    assert (down - up) / (2 * step) == pytest.approx(price, rel=1e-4)


def test_classes_share_a_road_and_choose_by_their_own_cost() -> None:
    net = network(
        [("toll", "a", "b", {"vdf_fftt": 1.0, "vdf_alpha": 1.0, "vdf_beta": 1.0, "capacity": 10.0}),
         ("slow", "a", "b", {"vdf_fftt": 3.0, "allowed_uses": "car, truck"}),
         ("lane", "a", "b", {"vdf_fftt": 0.5, "allowed_uses": "bus"})]
    )  # fmt: skip
    charge = pd.Series({"toll": 4.0, "slow": 0.0, "lane": 0.0})
    classes = {
        "ore": UserClass(time_value=0.1, pce=2.0, charge=charge, use="truck"),
        "phones": UserClass(time_value=10.0, pce=2.0, charge=charge, use="truck"),
        "bus": UserClass(use="bus"),
    }
    demand = pd.DataFrame({"origin": "a", "destination": "b", "class": list(classes), "volume": [5.0, 20.0, 1.0]})
    a = assign(net, demand, gap=1e-12, classes=classes)
    # Ore never pays 4 to save 2 h worth 0.2. Phones: 4 + 10·(1 + x/10) = 30 at load 16, that is 8 tonnes of them.
    assert a.flows.loc["toll"].to_dict() == pytest.approx({"ore": 0.0, "phones": 8.0, "bus": 0.0})
    assert a.flow["toll"] == pytest.approx(16.0)
    assert a.flows.loc["lane", "bus"] == 1.0
    back = {**classes, "phones": UserClass(10.0, 2.0, charge, 0.5, "truck")}
    # The empty way back makes the charge 6: 6 + 10·(1 + x/10) = 30 at load 14.
    assert assign(net, demand, gap=1e-12, classes=back).flow["toll"] == pytest.approx(14.0)


def test_warm_start_of_another_demand_and_another_capacity() -> None:
    net, demand = braess()
    a = assign(net, demand, gap=1e-12)
    for other, amount in ((net, demand * 1.2), (net.with_changes({"3-4": {"vdf_fftt": 12.0}}), demand), (net, demand)):
        cold, warm = assign(other, amount, gap=1e-12), assign(other, amount, gap=1e-12, warm=a)
        assert np.allclose(warm.flow, cold.flow, atol=1e-6)
        assert warm.iterations <= cold.iterations
    assert assign(net, demand, gap=1e-12, warm=a).iterations == 1
    closed = assign(net.without(["3-4"]), demand, gap=1e-12, warm=a)
    assert closed.flow["1-4"] == pytest.approx(3.0)


def test_frank_wolfe_finds_the_same_flows() -> None:
    net, demand = braess()
    a, b = assign(net, demand, gap=1e-12), assign(net, demand, gap=1e-6, method="frank-wolfe", iterations=3000)
    assert np.allclose(a.flow, b.flow, atol=2e-2)
    assert 0.0 <= b.objective - a.objective < 1e-6 * a.objective * 10
    with pytest.raises(OptionError, match="link flows only"):
        _ = b.paths
    with pytest.raises(SolveError, match="did not reach its gap"):
        assign(net, demand, gap=1e-15, method="frank-wolfe", iterations=2)


def test_likeliest_flows_divide_alike() -> None:
    # Two origins share two equal ways from c to b: any split makes the same link flows, the likeliest is alike.
    way = {"vdf_fftt": 1.0, "vdf_alpha": 1.0, "vdf_beta": 1.0, "capacity": 1.0}
    net = network(
        [
            ("a", "a", "c", {"vdf_fftt": 1.0}),
            ("d", "d", "c", {"vdf_fftt": 2.0}),
            ("x", "c", "b", way),
            ("y", "c", "b", way),
        ],
        "abd",
    )
    a = assign(net, trips(ab=6.0, db=2.0), gap=1e-13)
    flows = proportional(a).paths.set_index(["origin", "links"])["flow"]
    assert flows["a", ("a", "x")] == pytest.approx(3.0, abs=1e-6)
    assert flows["d", ("d", "y")] == pytest.approx(1.0, abs=1e-6)


def test_delays_have_the_slopes_and_integrals_they_should() -> None:
    kinds = np.array([vdf.BPR, vdf.BPR, vdf.LOCK, vdf.TERMINAL, vdf.TERMINAL])
    scale, capacity = np.array([2.0, 1.0, 3.0, 4.0, 4.0]), np.array([10.0, 5.0, 8.0, 6.0, 6.0])
    power = np.array([4.0, 2.2, 0.0, 1.0, 3.0])
    for ratio in (0.3, 0.94, 0.97, 1.6):
        load = ratio * capacity
        value, step = vdf.delay(kinds, scale, capacity, power, load), 1e-6
        slope = (vdf.delay(kinds, scale, capacity, power, load + step) - value) / step
        for f in range(len(kinds)):
            one = [v[f : f + 1] for v in (kinds, scale, capacity, power)]
            area = quad(lambda x, one=one: vdf.delay(*one, np.array([x]))[0], 0.0, load[f], points=[0.95 * capacity[f]])
            assert vdf.integral(*one, load[f : f + 1])[0] == pytest.approx(area[0], rel=1e-8)
            # The solver's own code agrees with the evaluator's.
            param, state = np.zeros((1, 7)), np.zeros((1, 4))
            param[0] = [kinds[f], scale[f], capacity[f], power[f], np.inf, 0.0, 0.0]
            kernels.evaluate(0, load[f], param, state)
            assert state[0, kernels.DELAY] == pytest.approx(value[f], rel=1e-12)
            assert state[0, kernels.SLOPE] == pytest.approx(slope[f], rel=1e-4)
    assert vdf.delay(kinds[2:3], scale[2:3], capacity[2:3], power[2:3], np.array([7.0]))[0] == lock_delay(7.0, 8.0, 3.0)


def test_two_threads_give_the_same_bytes() -> None:
    rng = np.random.default_rng(3)
    side = 30
    rows = []
    for i in range(side):
        for j in range(side):
            for k, m in ((i + 1, j), (i, j + 1)):
                if k < side and m < side:
                    for t, h in ((f"{i}.{j}", f"{k}.{m}"), (f"{k}.{m}", f"{i}.{j}")):
                        rows.append((f"{t}>{h}", t, h, rng.uniform(1.0, 2.0), rng.uniform(20.0, 60.0)))
    zones = {f"{i}.{j}" for i in range(0, side, 3) for j in range(0, side, 3)}
    names = sorted({r[1] for r in rows})
    nodes = pd.DataFrame({"node_id": names, "zone_id": [n if n in zones else None for n in names]})
    links = pd.DataFrame(rows, columns=["link_id", "from_node_id", "to_node_id", "vdf_fftt", "capacity"])
    net = Network(nodes, links.assign(vdf_alpha=0.15, vdf_beta=4.0))
    demand = xr.DataArray(
        rng.uniform(0.0, 0.1, (100, 100)),
        {"origin": sorted(zones), "destination": sorted(zones)},
        ("origin", "destination"),
    )
    before, found = numba.get_num_threads(), []
    try:
        for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
            numba.set_num_threads(threads)
            a = assign(net, demand, gap=1e-8)
            found.append((a.class_flow.tobytes(), a.gap, a.objective, a.iterations))
    finally:
        numba.set_num_threads(before)
    assert found[0] == found[1]
