"""Properties of divisions: efficiency, symmetry, null players, covariance, and the nucleolus inside the core."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yijiang.planning import core, nucleolus, shapley
from yijiang.planning.games.core import dissatisfaction

PLAYERS = "abcd"
COALITIONS = [frozenset(c) for size in range(1, 5) for c in itertools.combinations(PLAYERS, size)]
games = st.lists(
    st.floats(-20, 50, allow_nan=False).map(lambda x: round(x, 3)), min_size=len(COALITIONS), max_size=len(COALITIONS)
).map(lambda v: dict(zip(COALITIONS, v, strict=True)))


@given(games)
def test_shares_add_up(value: dict[frozenset[str], float]) -> None:
    total = value[frozenset(PLAYERS)]
    for division in (shapley(PLAYERS, value), nucleolus(PLAYERS, value), core(PLAYERS, value).division):
        assert sum(division.values()) == pytest.approx(total, abs=1e-7)


@given(games, st.floats(0.1, 50), st.lists(st.floats(-9, 9), min_size=4, max_size=4))
def test_covariance(value: dict[frozenset[str], float], scale: float, shift: list[float]) -> None:
    extra = dict(zip(PLAYERS, shift, strict=True))
    moved = {s: scale * v + sum(extra[n] for n in s) for s, v in value.items()}
    size = 1 + max(abs(v) for v in moved.values())
    for solve in (shapley, nucleolus):
        before, after = solve(PLAYERS, value), solve(PLAYERS, moved)
        assert [after[n] for n in PLAYERS] == pytest.approx(
            [scale * before[n] + extra[n] for n in PLAYERS], abs=1e-6 * size
        )


@given(games)
def test_a_null_player_gets_nothing_and_symmetric_ones_the_same(value: dict[frozenset[str], float]) -> None:
    null = {s: value[s - {"d"}] if s - {"d"} else 0.0 for s in COALITIONS}
    assert shapley(PLAYERS, null)["d"] == pytest.approx(0.0, abs=1e-9)
    # Values that depend on size alone treat everyone alike.
    alike = {s: value[frozenset(PLAYERS[: len(s)])] for s in COALITIONS}
    for division in (shapley(PLAYERS, alike), nucleolus(PLAYERS, alike)):
        assert np.ptp(list(division.values())) <= 1e-6


@given(games)
def test_the_nucleolus_lies_in_the_least_core(value: dict[frozenset[str], float]) -> None:
    if sum(value[frozenset(n)] for n in PLAYERS) < value[frozenset(PLAYERS)]:
        # The least core of divisions that give nobody less than alone; the free one may lie outside them.
        lacks = dissatisfaction(PLAYERS, value, nucleolus(PLAYERS, value))
        assert max(lacks.values()) >= core(PLAYERS, value).epsilon - 1e-6
    else:
        lacks = dissatisfaction(PLAYERS, value, nucleolus(PLAYERS, value))
        assert max(lacks.values()) == pytest.approx(core(PLAYERS, value).epsilon, abs=1e-6)


@given(games, st.integers(0, 10_000))
def test_no_random_division_has_smaller_complaints(value: dict[frozenset[str], float], seed: int) -> None:
    share = nucleolus(PLAYERS, value)
    lacks = sorted(dissatisfaction(PLAYERS, value, share).values(), reverse=True)
    alone = {n: value[frozenset(n)] for n in PLAYERS}
    total = value[frozenset(PLAYERS)]
    rational = sum(alone.values()) <= total
    move = np.random.default_rng(seed).normal(size=4)
    move -= move.mean()
    for step in (1e-3, 0.1, 3.0):
        other = {n: share[n] + step * m for n, m in zip(PLAYERS, move, strict=True)}
        if rational and any(other[n] < alone[n] for n in PLAYERS):
            continue
        theirs = sorted(dissatisfaction(PLAYERS, value, other).values(), reverse=True)
        first = next((a - b for a, b in zip(theirs, lacks, strict=True) if abs(a - b) > 1e-6), 0.0)
        assert first >= 0
