"""Published games: the glove game, three-majority, the Talmud's estates, and a savings game with a small core."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from yijiang.errors import OptionError
from yijiang.planning import core, nash, nucleolus, shapley


def all_coalitions(players: str) -> list[frozenset[str]]:
    return [frozenset(c) for size in range(1, len(players) + 1) for c in itertools.combinations(players, size)]


def glove(coalition: frozenset[str]) -> float:
    return float("L" in coalition and len(coalition) > 1)


def majority(coalition: frozenset[str]) -> float:
    return float(len(coalition) >= 2)


def test_glove_game() -> None:
    # Shapley 1953 (see Osborne and Rubinstein 1994, ch. 13): the scarce glove's owner gets 2/3; core and nucleolus
    # give it everything.
    value = shapley("L12", glove)
    assert value == pytest.approx({"L": 2 / 3, "1": 1 / 6, "2": 1 / 6})
    assert nucleolus("L12", glove) == pytest.approx({"L": 1.0, "1": 0.0, "2": 0.0}, abs=1e-9)
    found = core("L12", glove)
    assert not found.empty
    assert found.division == pytest.approx({"L": 1.0, "1": 0.0, "2": 0.0}, abs=1e-9)


def test_three_majority_has_no_core() -> None:
    found = core("abc", majority)
    assert found.empty
    assert found.epsilon == pytest.approx(1 / 3)
    assert found.division == pytest.approx(dict.fromkeys("abc", 1 / 3))
    assert set(found.binding) == {frozenset("ab"), frozenset("ac"), frozenset("bc")}
    assert nucleolus("abc", majority) == pytest.approx(dict.fromkeys("abc", 1 / 3))
    assert shapley("abc", majority) == pytest.approx(dict.fromkeys("abc", 1 / 3))


# Aumann and Maschler 1985, Game theoretic analysis of a bankruptcy problem from the Talmud, table 1.
@pytest.mark.parametrize(
    ("estate", "expected"), [(100, (100 / 3, 100 / 3, 100 / 3)), (200, (50, 75, 75)), (300, (50, 100, 150))]
)
def test_talmud_estates(estate: float, expected: tuple[float, ...]) -> None:
    claims = {"a": 100.0, "b": 200.0, "c": 300.0}

    def left_over(coalition: frozenset[str]) -> float:
        return max(0.0, estate - sum(c for n, c in claims.items() if n not in coalition))

    assert list(nucleolus("abc", left_over).values()) == pytest.approx(expected)


def test_a_coalition_in_the_span_does_not_hide_the_next() -> None:
    # Four players, solved by hand: {ab}, {cd}, {a} and {b} bind first, which settles a and b; every other pair then
    # lies beyond the settled sums, and c and d are alike.
    value = dict.fromkeys(all_coalitions("abcd"), 0.0)
    value |= {frozenset("abcd"): 10.0, frozenset("ab"): 4.0, frozenset("cd"): 4.0, frozenset("b"): 3.0}
    value |= {frozenset("abc"): 4.0, frozenset("abd"): 4.0, frozenset("acd"): 4.0, frozenset("bcd"): 4.0}
    assert nucleolus("abcd", value) == pytest.approx({"a": 1.0, "b": 4.0, "c": 2.5, "d": 2.5})


def test_two_players_without_a_limit_nash_is_shapley() -> None:
    value = {frozenset("a"): 3.0, frozenset("b"): -1.0, frozenset("ab"): 9.0}
    shared = shapley("ab", value)
    gain = np.array([7.0, 2.0])
    after = gain + nash(gain, [3.0, -1.0])
    assert list(shared.values()) == pytest.approx(after.tolist())
    assert nucleolus("ab", value) == pytest.approx(shared)


def test_sampled_shares_come_with_an_honest_error() -> None:
    # Airport game (Littlechild and Owen 1973): cost of a runway for the largest aircraft; the exact shares split
    # every extension among those who need it.
    need = {f"p{k:02}": float(k + 1) for k in range(16)}

    def saved(coalition: frozenset[str]) -> float:
        return sum(need[n] for n in coalition) - max(need[n] for n in coalition)

    sampled = shapley(list(need), saved, samples=400, seed=1)
    exact, share = {}, 0.0
    for k, name in enumerate(need):
        share += 1.0 / (len(need) - k)
        exact[name] = need[name] - share
    assert sum(sampled.values()) == pytest.approx(saved(frozenset(need)), rel=1e-12)
    for name in need:
        assert abs(sampled[name] - exact[name]) <= 4.5 * sampled.standard_error[name] + 1e-12
    assert max(sampled.standard_error.values()) > 0
    assert sampled == shapley(list(need), saved, samples=400, seed=1)


def test_exact_beyond_twelve_is_refused_only_where_every_coalition_is_needed() -> None:
    names = [f"p{k}" for k in range(13)]
    assert shapley(names, lambda s: float(len(s)), samples=5) == pytest.approx(dict.fromkeys(names, 1.0))
    with pytest.raises(OptionError, match="13 players"):
        nucleolus(names, lambda s: float(len(s)))


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_a_value_that_is_no_number_is_named(wrong: float) -> None:
    with pytest.raises(OptionError, match=r"\['a', 'b'\]"):
        shapley("ab", {frozenset("a"): 0.0, frozenset("b"): 0.0, frozenset("ab"): wrong})


def test_a_missing_coalition_is_named() -> None:
    with pytest.raises(OptionError, match=r"\['b'\]"):
        core("ab", {frozenset("a"): 0.0, frozenset("ab"): 1.0})
