"""What must hold for any flows, routes, depots and dispatches."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yijiang.aid import cheapest_flow, dispatch
from yijiang.culture import interaction, orienteering, spread
from yijiang.siting import maximal_covering, set_covering

SEEDS = st.integers(0, 10_000)


def flows(rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray, pd.Series]:
    names = list("abcd")
    table = pd.DataFrame([(o, d) for o in names for d in names], columns=["origin", "destination"])
    cost = rng.uniform(0.5, 9.0, len(table))
    return (
        table.assign(value=rng.poisson(80.0 * np.exp(-0.2 * cost)) + 1.0),
        cost,
        pd.Series(rng.uniform(1, 9, 4), names),
    )


@given(SEEDS)
@settings(max_examples=8)
def test_totals_that_a_model_holds_are_held(seed: int) -> None:
    table, cost, size = flows(np.random.default_rng(seed))
    held = {
        "origin": ["origin"],
        "destination": ["destination"],
        "doubly": ["origin", "destination"],
        "unconstrained": [],
    }
    for model, sides in held.items():
        found = interaction(table, cost, model, origin_size=size, destination_size=size)
        assert found.residual <= 1e-10
        # A model with a constant holds the sum of all flows.
        assert found.flows["fitted"].sum() == pytest.approx(table["value"].sum(), rel=1e-8)
        moved = found.predict(cost * np.where(table["origin"] == "a", 1.5, 1.0))
        for side in sides:
            wanted = table.groupby(side)["value"].sum()
            assert found.flows.groupby(side)["fitted"].sum().tolist() == pytest.approx(wanted.tolist(), rel=1e-8)
            assert pd.Series(moved).groupby(table[side]).sum().tolist() == pytest.approx(wanted.tolist(), rel=1e-8)


@given(SEEDS, st.floats(0.0, 2.0))
@settings(max_examples=10)
def test_spread_visits_sum_to_what_was_counted(seed: int, deterrence: float) -> None:
    rng = np.random.default_rng(seed)
    cost = pd.DataFrame(rng.uniform(0, 20, (5, 3)), columns=list("xyz"))
    totals = pd.Series(rng.uniform(1, 99, 3), list("xyz"))
    found = spread(totals, pd.Series(rng.uniform(1, 9, 5)), cost, deterrence)
    assert found.sum().tolist() == pytest.approx(totals.tolist())


def case(seed: int, n: int = 5) -> dict[str, object]:
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 6, (n + 1, 2))
    hours = np.hypot(*(at[:, None, k] - at[None, :, k] for k in (0, 1)))
    opens = rng.uniform(0, 8, (n, 1))
    return {
        "score": rng.integers(1, 9, n).astype(float), "first": hours[0, 1:], "between": hours[1:, 1:],
        "last": hours[1:, 0], "service": rng.uniform(0.5, 2, n), "opens": np.hstack([opens, opens + 24]),
        "closes": np.hstack([opens + 4, opens + 28]), "start": 0.0, "latest": float(rng.uniform(8, 30)),
    }  # fmt: skip


def ends(arrays: dict[str, object], route: tuple[int, ...]) -> float:
    time, here = arrays["start"], None
    for site in route:
        time += arrays["first"][site] if here is None else arrays["between"][here, site]
        open_ = [max(time, o) for o, c in zip(arrays["opens"][site], arrays["closes"][site], strict=True) if time <= c]
        if not open_:
            return np.inf
        time, here = open_[0] + arrays["service"][site], site
    return time + (arrays["last"][here] if here is not None else 0.0)


@given(SEEDS)
@settings(max_examples=12)
def test_routes_are_feasible_and_no_order_of_any_sites_is_worth_more(seed: int) -> None:
    arrays = case(seed)
    best = max(
        (arrays["score"][list(r)].sum() for k in range(6) for r in permutations(range(5), k)
         if ends(arrays, r) <= arrays["latest"] + 1e-9),
        default=0.0,
    )  # fmt: skip
    for method in ("subsets", "labels", "search"):
        found = orienteering(**arrays, method=method)
        assert all(ends(arrays, r) <= arrays["latest"] + 1e-6 for r in found.routes)
        assert found.score <= best + 1e-9 <= found.bound + 1e-6
        if method != "search":
            assert found.score == pytest.approx(best)
            assert found.gap == 0.0


@given(SEEDS, st.integers(1, 3))
@settings(max_examples=10)
def test_no_site_carries_more_than_its_limit(seed: int, groups: int) -> None:
    arrays = case(seed)
    limit = np.random.default_rng(seed + 1).integers(0, 3, 5)
    for method in ("subsets", "labels"):
        found = orienteering(**arrays, groups=groups, visits=limit, method=method)
        counts = np.zeros(5, int)
        for route in found.routes:
            assert len(set(route)) == len(route)
            counts[list(route)] += 1
        assert (counts <= limit).all()
        assert len(found.routes) <= groups
        assert found.score <= found.bound + 1e-9
        if method == "subsets":
            exact = found
    assert found.score <= exact.score + 1e-9 <= found.bound + 1e-6


@given(SEEDS)
@settings(max_examples=10)
def test_depots_are_the_best_of_all_choices(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hours, weight = rng.uniform(0, 10, (7, 6)), rng.uniform(1, 5, 7)
    side = np.array([0, 0, 0, 1, 1, 1])
    best = max(
        weight[(hours[:, list(c)] <= 3).any(axis=1)].sum()
        for c in combinations(range(6), 2)
        if len({side[j] for j in c}) == 2
    )
    found = maximal_covering(hours, weight, p=2, radius=3.0, sides=[str(k) for k in side], per_side=1)
    assert found.objective == pytest.approx(best)
    assert found.gap == 0.0
    radius = float(hours.min(axis=1).max())
    fewest = next(
        k for k in range(1, 7) for c in combinations(range(6), k) if (hours[:, list(c)] <= radius).any(axis=1).all()
    )
    assert len(set_covering(hours, radius=radius).open) == fewest


@given(SEEDS)
@settings(max_examples=10)
def test_a_cheapest_flow_conserves_and_is_proven_by_its_prices(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, arcs = 6, 14
    tail, head = rng.integers(0, n, arcs), rng.integers(0, n, arcs)
    cost, room = rng.integers(0, 9, arcs).astype(float), rng.integers(1, 6, arcs).astype(float)
    balance = np.array([*rng.integers(1, 6, 2), 0, 0, *-rng.integers(1, 6, 2)], float)
    found = cheapest_flow(tail, head, cost, balance, room)
    net = np.bincount(tail, found.flow, n) - np.bincount(head, found.flow, n)
    assert np.allclose(net, balance - found.spare + found.unmet)
    assert ((found.flow >= -1e-9) & (found.flow <= room + 1e-9)).all()
    assert np.allclose(found.flow, np.round(found.flow))
    reduced = cost + found.price[tail] - found.price[head]
    between = (found.flow > 1e-9) & (found.flow < room - 1e-9)
    assert np.abs(reduced[between]).max(initial=0.0) < 1e-9
    assert reduced[found.flow <= 1e-9].min(initial=0.0) > -1e-9


@given(SEEDS)
@settings(max_examples=8)
def test_what_is_dispatched_is_what_is_sent_and_met(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = list("abcde")
    arcs = pd.DataFrame(
        {
            "tail": rng.choice(names, 9),
            "head": rng.choice(names, 9),
            "hours": rng.uniform(0.1, 5, 9),
            "mode": "road",
            "link": "l",
        }
    )
    own = pd.DataFrame({"tail": names, "head": names, "hours": 0.0, "mode": "", "link": ""})
    needs = pd.DataFrame(
        {
            "need": ["n1", "n2", "n3"],
            "place": rng.choice(names, 3),
            "good": ["x", "x", "y"],
            "amount": rng.integers(1, 9, 3).astype(float),
        }
    )
    offers = pd.DataFrame(
        {
            "offer": ["o1", "o2"],
            "place": rng.choice(names, 2),
            "good": ["x", "x"],
            "amount": rng.integers(1, 9, 2).astype(float),
        }
    )
    plan = dispatch(needs, offers, pd.concat([arcs, own], ignore_index=True))
    assert plan.balance < 1e-9
    assert np.allclose(plan.needs["sent"] + plan.needs["open"], plan.needs["wanted"])
    assert np.allclose(plan.offers["sent"] + plan.offers["left"], plan.offers["amount"])
    assert plan.needs.loc[plan.needs["good"] == "y", "why"].tolist() == ["no_offer"]
    for row in plan.needs.to_dict("records"):
        assert (row["open"] > 1e-9) == bool(row["why"])
