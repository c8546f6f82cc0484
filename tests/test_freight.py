"""The belt's freight in the loop: what projects may do to the network, limits, seasons, prices, users, closures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

import yijiang as yj
from yijiang.base import Base
from yijiang.bottlenecks import critical, disrupt
from yijiang.errors import InfeasibleError, OptionError
from yijiang.evaluation import Evaluator
from yijiang.freight import Freight

Figures = Mapping[str, Mapping[str, float]]


@pytest.fixture(scope="module")
def belt() -> yj.Belt:
    return yj.case("tiny")


@pytest.fixture(scope="module")
def freight(belt: yj.Belt) -> Freight:
    return Freight(belt)


def total(freight: Freight, changes: Mapping[str, Figures]) -> float:
    """Σ tonnes × composite cost on the changed network, at the base's tonnes [million a year]."""
    network = freight.network(changes)
    state = freight.settle(network, freight.base_tonnes)
    return float((state.cost * state.solved[0].tonnes).sum())


def with_lever(belt: yj.Belt, kind: str, target: str, attribute: str, amount: float) -> yj.Belt:
    """The belt with one lever of its first engineering project replaced."""
    levers = belt.tables["levers"]
    at = levers.index[levers["kind"].isin(["link", "lock", "terminal"])][0]
    for column, value in (("kind", kind), ("target", target), ("attribute", attribute), ("amount", amount)):
        levers.loc[at, column] = value
    return belt.with_tables(levers=levers)


def test_the_base_rests_and_every_state_keeps_its_own(freight: Freight) -> None:
    state = freight.base_state
    assert state.loads.gap < 1e-11
    assert state.loads.balance < 1e-12
    again = freight.settle(freight.base_network, freight.base_tonnes)
    assert again is state
    cost = state.cost.copy()
    freight.settle(freight.base_network, 1.2 * freight.base_tonnes)
    assert np.array_equal(state.cost, cost)
    assert np.array_equal(Freight(freight.belt).base_state.cost, cost)


def test_what_was_solved_before_leaves_no_trace(belt: yj.Belt) -> None:
    names = list(Base(belt).projects)
    first, second = Evaluator(Base(belt)), Evaluator(Base(belt))
    one = {name: first.run([name]) for name in names}
    other = {name: second.run([name]) for name in reversed(names)}
    for name in names:
        assert one[name].kappa.tobytes() == other[name].kappa.tobytes()
        assert one[name].income.tobytes() == other[name].income.tobytes()


@pytest.mark.parametrize(
    ("kind", "target", "attribute", "amount", "cheaper"),
    [
        ("lock", "gate", "capacity_mt", 200.0, True),
        ("link", "w2", "depth_m", 6.0, True),
        ("link", "w2", "money", 5.0, False),
        ("mode", "rail", "money_per_tkm", 0.1, True),
        ("ship", "barge", "money_per_tkm", 0.05, True),
        ("zone", "Upper", "access_km", 30.0, True),
        ("lock", "gate", "open", 0.0, False),
    ],
)
def test_projects_widen_deepen_price_and_close(
    belt: yj.Belt, kind: str, target: str, attribute: str, amount: float, cheaper: bool
) -> None:
    freight = Freight(belt)
    plain = total(freight, {})
    changed = total(freight, {kind: {target: {attribute: amount}}})
    assert (changed < plain) is cheaper
    assert changed != plain


def test_a_planned_link_is_added_by_a_project(belt: yj.Belt) -> None:
    links = belt.tables["links"]
    planned = links[links["link"] == "rail1"].assign(link="rail_new", km=500.0, open=0.0)
    wider = belt.with_tables(links=pd.concat([links, planned], ignore_index=True))
    assert wider.check().empty
    base = Freight(wider)
    # Closed, it is as if it were not there.
    assert np.allclose(base.base_state.cost, Freight(belt).base_state.cost, rtol=1e-12)
    state = base.settle(base.network({"link": {"rail_new": {"open": 1.0}}}), base.base_tonnes)
    assert state.link_tonnes["rail_new"] > 0.0
    assert base.base_state.link_tonnes["rail_new"] == 0.0
    done = with_lever(wider, "link", "rail_new", "open", 1.0)
    assert done.check().empty
    project = done.tables["levers"].query("target == 'rail_new'")["project"].iloc[0]
    out = yj.evaluate(done, [project])
    assert out.links.set_index("link")["load_plan"]["rail_new"] > 0.0


def test_price_of_a_locks_capacity_is_the_slope_of_the_cost(freight: Freight) -> None:
    price = freight.base_state.capacity_price[0]
    up, down = (total(freight, {"lock": {"gate": {"capacity_mt": 110.0 * f}}}) for f in (1.002, 0.998))
    assert price == pytest.approx((down - up) / (110.0 * 0.004), rel=1e-3)
    row = yj.evaluate(freight.belt).links.set_index("link").loc["gate"]
    assert row["shadow_price"] == price
    assert row["price_unit"] == "million CNY a year per Mt a year"
    assert yj.evaluate(freight.belt).links.set_index("link")["shadow_price"].drop("gate").isna().all()


def test_a_hard_limit_holds_and_has_a_price(belt: yj.Belt) -> None:
    locks = belt.tables["locks"]
    free = Freight(belt).base_state.flow[0]
    limit = 0.8 * free
    tight = Freight(belt.with_tables(locks=locks.assign(limit_mt=limit)))
    state = tight.base_state
    assert state.flow[0] == pytest.approx(limit, rel=1e-8)

    def cost(at: float) -> float:
        there = tight.settle(tight.network({"lock": {"gate": {"limit_mt": at}}}), tight.base_tonnes)
        rent = float(there.solved[0].solution.state[0, 2]) * at
        return float((there.cost * there.solved[0].tonnes).sum()) - rent

    slope = (cost(limit * 0.998) - cost(limit * 1.002)) / (0.004 * limit)
    assert state.capacity_price[0] == pytest.approx(slope, rel=0.01)
    assert yj.evaluate(tight.belt).links.set_index("link").loc["gate", "capacity"] == pytest.approx(limit)


def test_a_limit_without_a_way_around_is_named(belt: yj.Belt) -> None:
    terminals = belt.tables["terminals"].query(
        "mode_b == 'road' and mode_a == 'water' and node in ['upper', 'middle', 'lower']"
    )
    limited = belt.tables["locks"].assign(limit_mt=1.0)
    afloat = belt.with_tables(terminals=terminals, links=belt.tables["links"].query("mode == 'water'"), locks=limited)
    with pytest.raises(InfeasibleError, match="raise the limit of gate"):
        _ = Freight(afloat).base_state


def test_seasons_mix_the_months(belt: yj.Belt, freight: Freight) -> None:
    depth = freight.base_network.links.set_index("link")["depth_m"]["w2"]
    year = pd.DataFrame({"link": "w2", "month": range(1, 13), "depth_m": [depth] * 6 + [6.0] * 6})
    mixed = Freight(belt, depths=year)
    dry, wet = freight.base_state, freight.settle(
        freight.network({"link": {"w2": {"depth_m": 6.0}}}), freight.base_tonnes
    )  # fmt: skip
    assert len(mixed.base_state.solved) == 2
    assert np.allclose(mixed.base_state.cost, (dry.cost + wet.cost) / 2, rtol=1e-7)
    assert np.allclose(mixed.base_state.flow, (dry.flow + wet.flow) / 2, rtol=1e-6)
    assert np.allclose(mixed.base_state.link_tonnes, (dry.link_tonnes + wet.link_tonnes) / 2, atol=1e-5)
    used = [s.users(["gate"])["tonnes"].sum() for s in (mixed.base_state, dry, wet)]
    assert used[0] == pytest.approx((used[1] + used[2]) / 2, rel=1e-6)
    closed = [disrupt(s, "gate", 30.0).total for s in (mixed.base_state, dry, wet)]
    assert closed[0] == pytest.approx((closed[1] + closed[2]) / 2, rel=1e-5)
    ranked = critical(mixed.base_state, 30.0, ["gate", "dam"]).set_index("element")["extra"]
    assert ranked["gate"] == pytest.approx(closed[0], rel=1e-5)
    price = [s.capacity_price[0] for s in (mixed.base_state, dry, wet)]
    assert price[0] == pytest.approx((price[1] + price[2]) / 2, rel=1e-4)
    # Deepened to 6 m all year, the dry half is as the wet one.
    deep = mixed.settle(mixed.network({"link": {"w2": {"depth_m": 6.0}}}), mixed.base_tonnes)
    assert np.allclose(deep.cost, wet.cost, rtol=1e-7)
    same = Freight(belt, depths=year.assign(depth_m=depth)).base_state
    assert len(same.solved) == 1
    assert np.allclose(same.cost, dry.cost, rtol=1e-9)


def test_who_uses_the_lock(belt: yj.Belt) -> None:
    out = yj.evaluate(belt, ["channel"])
    used, links = out.users("gate"), out.links.set_index("link")
    assert used["base"].sum() == pytest.approx(links.loc["gate", "load_base"])
    assert used["plan"].sum() == pytest.approx(links.loc["gate", "load_plan"])
    assert set(used["sector"]) <= set(belt.goods)
    assert set(used["mode"]) == {"water"}
    # The link below the lock means the lock; a node means its terminals.
    assert out.users("w2").equals(used)
    assert out.users("dam")["plan"].sum() > 0.0
    with pytest.raises(OptionError, match="unknown element"):
        out.users("nowhere")


def test_closures_cost_and_are_ranked(freight: Freight) -> None:
    state = freight.base_state
    closed = disrupt(state, "gate", 30.0)
    assert closed.total > 0.0
    assert closed.by_region().sum() == pytest.approx(closed.total)
    assert closed.detours["tonnes"].sum() == pytest.approx(state.flow[0] * 30 / 365, rel=1e-6)
    assert set(closed.detours["mode_after"]) <= {"road", "rail", "water"}
    assert all("w2" not in way for way in closed.detours["way_after"])
    assert disrupt(state, "gate", 60.0).total == pytest.approx(2 * closed.total)
    ranked = critical(state, 30.0)
    assert ranked.set_index("element")["extra"]["gate"] == pytest.approx(closed.total, rel=1e-6)
    assert {"lock", "terminal", "link"} == set(ranked["kind"])
    kept = ranked[ranked["stranded"] == 0.0]
    assert kept["extra"].is_monotonic_decreasing
    with pytest.raises(OptionError, match="days"):
        critical(state, -1.0)


def test_a_belt_without_network_says_so(belt: yj.Belt) -> None:
    economy = (
        "regions", "sectors", "factors", "elasticities", "draws", "trade", "intermediate", "final", "value_added",
        "capital", "parameters", "sources",
    )  # fmt: skip
    meta = {**belt.meta, "scope": ["economy"]}
    tables = {name: belt.tables[name] for name in economy}
    out = yj.evaluate(yj.Belt.from_tables(meta, tables))
    assert out.links.empty
    for ask in (lambda: out.users("gate"), lambda: out.disrupt("gate", 3.0), lambda: out.critical(3.0)):
        with pytest.raises(OptionError, match="no freight network"):
            ask()
