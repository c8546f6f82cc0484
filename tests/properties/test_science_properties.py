"""Stability, conservation and shares, over many small markets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from yijiang.science.facilities.quota import allowance, effective_shares, turn
from yijiang.science.matching.certificate import blocking_pairs
from yijiang.science.matching.kernels.assignment import auction, augment
from yijiang.science.matching.kernels.deferred import propose
from yijiang.siting import maximal_covering, p_centre, p_median


def market(seed: int) -> tuple[np.ndarray, ...]:
    """A random market: pairs sorted by need, both places, capacities."""
    rng = np.random.default_rng(seed)
    offers, needs = rng.integers(1, 8, 2)
    there = np.argwhere(rng.random((needs, offers)) < 0.7)
    need, offer = there[:, 0], there[:, 1]
    place = [np.zeros(len(need), np.int64), np.zeros(len(need), np.int64)]
    for k, own in enumerate((offer, need)):
        for who in np.unique(own):
            at = np.flatnonzero(own == who)
            place[k][at] = rng.permutation(len(at))
    return offer, need, *place, rng.integers(0, 4, offers), rng.integers(0, 4, needs), rng.random(len(need))


def ends_of(owner: np.ndarray, count: int) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))]).astype(np.int64)


@settings(max_examples=80)
@given(st.integers(0, 10_000))
def test_deferred_acceptance_is_stable_and_keeps_capacities(seed: int) -> None:
    offer, need, of_offer, of_need, room, capacity, _ = market(seed)
    held, asked = propose(
        ends_of(need, len(capacity)), np.lexsort((of_need, need)), offer, of_offer, capacity, room
    )  # fmt: skip
    other, _ = propose(ends_of(offer, len(room)), np.lexsort((of_offer, offer)), need, of_need, room, capacity)
    for one in (held, other):
        assert len(blocking_pairs(offer, need, of_offer, of_need, one, room, capacity)) == 0
        assert (np.bincount(offer[one], minlength=len(room)) <= room).all()
        assert (np.bincount(need[one], minlength=len(capacity)) <= capacity).all()
    # In every stable matching each side places the same number (Roth 1984, the rural hospitals theorem).
    assert (np.bincount(offer[held], minlength=len(room)) == np.bincount(offer[other], minlength=len(room))).all()
    assert asked <= len(offer)


def test_the_certificate_sees_a_pair_that_blocks() -> None:
    offer, need, of_offer, of_need, room, capacity, _ = market(5)
    nothing = np.zeros(len(offer), bool)
    blocking = blocking_pairs(offer, need, of_offer, of_need, nothing, room, capacity)
    assert len(blocking) == ((room[offer] > 0) & (capacity[need] > 0)).sum() > 0


@settings(max_examples=80)
@given(st.integers(0, 10_000), st.sampled_from([0, 3, 1000]))
def test_the_assignment_is_the_linear_programmes(seed: int, bids: int) -> None:
    offer, need, _, _, room, capacity, value = market(seed)
    if len(offer) == 0:
        return
    ends = ends_of(need, len(capacity))
    held, price = auction(ends, offer, value, capacity, room, bids)
    held, worth, price, _ = augment(ends, offer, value, capacity, room, held, price)
    assert (np.bincount(offer[held], minlength=len(room)) <= room).all()
    assert (np.bincount(need[held], minlength=len(capacity)) <= capacity).all()
    rows = np.zeros((len(room) + len(capacity), len(offer)))
    rows[offer, np.arange(len(offer))] = 1
    rows[len(room) + need, np.arange(len(offer))] = 1
    best = -linprog(-value, rows, np.concatenate([room, capacity]), bounds=(0, 1)).fun
    total = value[held].sum()
    assert total == pytest.approx(best, abs=1e-9)
    # The duals prove it without the programme.
    over = np.maximum(value - worth[need] - price[offer], 0).sum()
    assert capacity @ worth + room @ price + over == pytest.approx(total, abs=1e-9)
    assert worth.min() >= 0
    assert price.min() >= 0


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from("ABC"), st.floats(0.25, 8)), min_size=30, max_size=50))
def test_hours_follow_the_shares_to_within_the_longest_booking(requests: list[tuple[str, float]]) -> None:
    shares = {"A": 0.5, "B": 0.3, "C": 0.2}
    order = turn(requests, {}, shares)
    assert sorted(order) == list(range(len(requests)))
    use = dict.fromkeys(shares, 0.0)
    left = {name: sum(1 for region, _ in requests if region == name) for name in shares}
    longest = max(hours for _, hours in requests)
    for k in order:
        if min(left.values()) == 0:
            break
        region, hours = requests[k]
        use[region] += hours
        left[region] -= 1
        # As long as all three wait, no two regions' use per share lies further apart than one booking.
        levels = [use[name] / shares[name] for name in shares]
        assert max(levels) - min(levels) <= longest / min(shares.values()) + 1e-9


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from("ABC"), st.floats(0, 1), max_size=3), st.integers(0, 1000), st.floats(1, 500))
def test_what_is_kept_is_never_given_to_others(shares: dict[str, float], seed: int, hours: float) -> None:
    total = sum(shares.values())
    shares = {name: value / max(total, 1.0) for name, value in shares.items()}
    rng = np.random.default_rng(seed)
    used = dict.fromkeys("ABCD", 0.0)
    for _ in range(60):
        region = "ABCD"[rng.integers(4)]
        used[region] += float(rng.random()) * allowance(hours, used, shares, region)
    assert sum(used.values()) <= hours * (1 + 1e-9) + 1e-6
    for name, share in shares.items():
        # Whatever the others took, a region still gets all that is kept for it.
        assert used[name] + allowance(hours, used, shares, name) >= share * hours * (1 - 1e-9) - 1e-6
    assert sum(effective_shares(shares, "ABCD").values()) <= 1 + 1e-5


@settings(max_examples=8)
@given(st.integers(0, 10_000))
def test_siting_bounds_hold_and_more_sites_never_hurt(seed: int) -> None:
    rng = np.random.default_rng(seed)
    clients, sites = int(rng.integers(4, 12)), int(rng.integers(3, 8))
    cost, weight = rng.integers(1, 50, (clients, sites)).astype(float), rng.integers(1, 9, clients).astype(float)
    side = ["left" if k % 2 else "right" for k in range(sites)]
    one, two = (p_median(cost, weight, p=p, method="exact") for p in (1, 2))
    assert two.objective <= one.objective
    quick = p_median(cost, weight, p=2, method="heuristic")
    assert quick.bound - 1e-6 <= two.objective <= quick.objective + 1e-9
    kept = p_median(cost, weight, p=2, sides=side, per_side=1, method="exact")
    assert {side[int(name)] for name in kept.open} == {"left", "right"}
    assert kept.objective >= two.objective - 1e-9
    centre = p_centre(cost, p=2)
    assert len(maximal_covering(cost, weight, p=2, radius=centre.objective).uncovered) == 0
