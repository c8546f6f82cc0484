"""The integer programme against every subset, another solver's logarithm, differences and hand-solved cases."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from yijiang.errors import InfeasibleError, OptionError
from yijiang.planning.conditions import objective_value
from yijiang.planning.package import Problem, Programme, Years, statements
from yijiang.planning.package.alternatives import alternatives
from yijiang.planning.package.frontier import frontier
from yijiang.planning.package.prices import prices
from yijiang.planning.package.relaxations import relaxations

NONE = np.zeros((0, 2), dtype=np.int64)


def made(seed: int, projects: int = 7, partners: int = 2, pairs: int = 5, limit: float = math.inf) -> Problem:
    r = np.random.default_rng(seed)
    every = np.array(list(itertools.combinations(range(projects), 2)))
    limits = tuple((f"s{k}", "TP", "target" if k == 0 else "limit") for k in range(3))
    return Problem(
        tuple(f"p{k}" for k in range(projects)),
        tuple("ABCD"[:partners]),
        limits,
        gross=r.normal(300, 400, (projects, partners)),
        cost=np.abs(r.normal(150, 100, (projects, partners))),
        pairs=every[np.sort(r.choice(len(every), pairs, replace=False))],
        pair_gross=r.normal(0, 80, (pairs, partners)),
        change=r.normal(0, 0.002, (projects, 3)),
        pair_change=r.normal(0, 0.0003, (pairs, 3)),
        room=np.array([-0.001, 0.0015, 0.0015]),
        bound=np.full(3, 0.1),
        alone=np.abs(r.normal(100, 50, partners)),
        transfer_limit=limit,
    )


def best_of_all(problem: Problem, objective: str) -> tuple[float, tuple[int, ...]] | None:
    best = None
    for bits in itertools.product((0, 1), repeat=len(problem.projects)):
        scale = np.array(bits, dtype=float)
        if (problem.moved(scale) > problem.room + 1e-12).any():
            continue
        try:
            surplus = (problem.gain(scale) - problem.alone)[None]
            value = float(objective_value(objective, surplus, problem.transfer_limit)[0][0])
        except InfeasibleError:
            continue
        if math.isfinite(value) and (best is None or value > best[0] + 1e-9):
            best = value, bits
    return best


@pytest.mark.parametrize("limit", [math.inf, 150.0])
@pytest.mark.parametrize("seed", [0, 1, 2, 4])
def test_it_equals_every_subset(seed: int, limit: float) -> None:
    problem = made(seed, partners=2 + seed % 2, limit=limit)
    programme = Programme(problem)
    for objective in ("total", "nash", "maxmin"):
        expected = best_of_all(problem, objective)
        if expected is None:
            with pytest.raises(InfeasibleError):
                programme.solve(objective)
            continue
        found = programme.solve(objective)
        assert found.objective == pytest.approx(expected[0], rel=1e-7)
        assert tuple((found.scale > 0).astype(int)) == expected[1]
        assert abs(found.transfer.sum()) <= 1e-6
        assert found.bound >= found.objective - 1e-6 * abs(found.objective)


def test_bounded_nash_equals_an_exponential_cone() -> None:
    # With the projects fixed, the sum of logarithms under bounded transfers is a convex programme of its own.
    cp = pytest.importorskip("cvxpy")
    problem = made(1, partners=3, limit=150.0)
    found = Programme(problem).solve("nash")
    transfer = cp.Variable(3)
    gain = problem.gain(found.scale) - problem.alone
    cone = cp.Problem(
        cp.Maximize(cp.sum(cp.log((gain + transfer) / 100.0))),
        [cp.sum(transfer) == 0, transfer <= 150.0, transfer >= -150.0],
    )
    cone.solve(solver=cp.CLARABEL)
    assert found.objective == pytest.approx(float(cone.value) + 3 * math.log(100.0), abs=1e-6)
    assert found.gap <= 1e-6


def test_a_correction_counts_for_its_package_alone() -> None:
    problem = made(1)
    programme = Programme(problem)
    first = programme.solve("total")
    programme.correct(first.scale, problem.gain(first.scale) - 1e5, problem.moved(first.scale))
    second = programme.solve("total")
    assert not np.array_equal(first.scale, second.scale)
    other = programme.copy()
    other.forbid(second.scale)
    assert not np.array_equal(other.solve("total").scale, second.scale)
    assert np.array_equal(programme.solve("total").scale, second.scale)
    # Good news count as well: the package of a good surprise is chosen again, at its new figures.
    programme.correct(second.scale, problem.gain(second.scale) + 77.0, problem.moved(second.scale))
    third = programme.solve("total")
    assert np.array_equal(third.scale, second.scale)
    assert third.objective == pytest.approx(second.objective + 154.0)


def test_a_correction_can_rule_a_package_out_by_the_river() -> None:
    problem = made(1)
    programme = Programme(problem)
    first = programme.solve("total")
    over = np.full(3, 0.01)
    programme.correct(first.scale, problem.gain(first.scale), over)
    assert not np.array_equal(programme.solve("total").scale, first.scale)


def test_refit_equals_a_new_programme() -> None:
    problem, other = made(1), made(2)
    other = replace(other, pairs=problem.pairs)
    programme = Programme(problem)
    programme.solve("nash")
    programme.refit(other)
    fresh = Programme(other).solve("total")
    again = programme.solve("total")
    assert np.array_equal(fresh.scale, again.scale)
    assert again.objective == pytest.approx(fresh.objective)
    with pytest.raises(OptionError):
        programme.refit(made(1, projects=6))


def test_requires_and_excludes() -> None:
    problem = made(1)
    free = Programme(problem).solve("total")
    on = np.flatnonzero(free.scale > 0)
    assert len(on) >= 2
    off = int(np.flatnonzero(free.scale == 0)[0])
    needs = Programme(replace(problem, requires=np.array([[on[0], off]]))).solve("total")
    assert needs.scale[off] > 0 or needs.scale[on[0]] == 0
    clash = Programme(replace(problem, excludes=np.array([[on[0], on[1]]]))).solve("total")
    assert clash.scale[on[0]] == 0 or clash.scale[on[1]] == 0


def test_an_expansion_about_a_package_is_exact_for_its_neighbours() -> None:
    problem = made(1)
    r = np.random.default_rng(5)
    scale = np.array([1.0, 0, 1, 1, 0, 0, 1])
    gain, moved = r.normal(size=2), r.normal(0, 0.001, 3)
    flipped_gain, flipped_moved = r.normal(size=(7, 2)), r.normal(0, 0.001, (7, 3))
    about = problem.centred(scale, gain, moved, flipped_gain, flipped_moved)
    assert about.gain(scale) == pytest.approx(gain)
    assert about.moved(scale) == pytest.approx(moved)
    for k in range(7):
        other = scale.copy()
        other[k] = 1 - other[k]
        assert about.gain(other) == pytest.approx(flipped_gain[k])
        assert about.moved(other) == pytest.approx(flipped_moved[k])
    # The programme reads it the same way.
    about = replace(about, alone=np.full(2, -1e3), room=np.full(3, 1.0))
    found = Programme(about).solve("total")
    expected = best_of_all(about, "total")
    assert expected is not None
    assert found.objective == pytest.approx(expected[0])
    refitted = Programme(replace(problem, room=about.room, alone=about.alone))
    refitted.refit(about)
    assert refitted.solve("total").objective == pytest.approx(expected[0], rel=1e-6)


def test_within_keeps_near() -> None:
    problem = made(1)
    best = Programme(problem).solve("total").scale
    far = 1.0 - (best > 0)
    programme = Programme(replace(problem, alone=np.full(2, -1e4), room=np.full(3, 1.0)))
    programme.within(far, 2)
    assert ((programme.solve("total").scale > 0) != (far > 0)).sum() <= 2


def divisible() -> Problem:
    """A plant that pollutes and works that clean, which may be built in part."""
    return Problem(
        ("plant", "works"),
        ("A", "B"),
        (("border", "TP", "limit"),),
        gross=np.array([[900.0, 100.0], [0.0, 0.0]]),
        cost=np.array([[100.0, 0.0], [200.0, 200.0]]),
        pairs=NONE,
        pair_gross=np.zeros((0, 2)),
        change=np.array([[0.02], [-0.04]]),
        pair_change=np.zeros((0, 1)),
        room=np.array([0.01]),
        bound=np.array([0.1]),
        alone=np.zeros(2),
        smallest=np.array([1.0, 0.1]),
    )


def test_sizes_and_prices_by_hand() -> None:
    # The works must take back 0.01 mg/L: a quarter of them, at 400 for all, so 100; one mg/L costs 400 ÷ 0.04.
    programme = Programme(divisible())
    found = programme.solve("total")
    assert found.scale.tolist() == pytest.approx([1.0, 0.25])
    assert found.objective == pytest.approx(800.0)
    (price,) = prices(programme, found)
    assert price.kept == pytest.approx(10_000.0)
    assert price.tighter == pytest.approx(10_000.0)
    assert price.looser == pytest.approx(10_000.0)


def test_a_dual_equals_the_finite_difference() -> None:
    problem = divisible()
    worth = []
    for step in (-1e-4, 1e-4):
        worth.append(Programme(replace(problem, room=problem.room + step)).solve("total").objective)
    programme = Programme(problem)
    dual = programme.duals(programme.solve("total"))
    assert dual[0] == pytest.approx((worth[1] - worth[0]) / 2e-4, rel=1e-6)
    # The programme is as before.
    assert programme.solve("total").objective == pytest.approx(800.0)


def test_alternatives_are_all_packages_within() -> None:
    problem = made(4, projects=6)
    total = {}
    for bits in itertools.product((0, 1), repeat=6):
        scale = np.array(bits, dtype=float)
        gain = problem.gain(scale)
        if (problem.moved(scale) <= problem.room).all() and gain.sum() >= problem.alone.sum():
            total[bits] = gain.sum()
    best = max(total.values())
    expected = sorted((v for v in total.values() if v >= 0.6 * best), reverse=True)
    found, complete = alternatives(Programme(problem), within=0.4)
    assert complete
    assert [a.gain.sum() for a in found] == pytest.approx(expected)
    assert found[0].loss == 0.0


def test_frontier_ends_are_single_optima_and_nothing_is_dominated() -> None:
    problem = made(9, limit=0.0)
    gains = []
    for bits in itertools.product((0, 1), repeat=7):
        scale = np.array(bits, dtype=float)
        if (problem.moved(scale) <= problem.room + 1e-12).all():
            gains.append(problem.gain(scale))
    every = np.array(gains)
    points = frontier(Programme(problem), 40)
    mine = np.array([p.gain for p in points])
    assert mine[:, 0].max() == pytest.approx(every[:, 0].max())
    assert mine[:, 1].max() == pytest.approx(every[:, 1].max())
    for gain in mine:
        assert not np.any(np.all(every >= gain + 1e-6, axis=1))
    pareto = [g for g in every if not any(np.all(h >= g) and np.any(h > g) for h in every)]
    assert len(pareto) == 12
    assert len(mine) >= 10  # two of them lie closer together than a step


def test_relaxations_are_the_smallest() -> None:
    problem = replace(made(1), room=np.array([-0.05, 0.0015, 0.0015]))
    with pytest.raises(InfeasibleError):
        Programme(problem).solve("total")
    lines = relaxations(problem)
    assert any("s0, TP: allow" in line and "target" in line for line in lines)
    text = next(line for line in lines if "s0, TP: allow" in line)
    more = float(text.split("allow ")[1].split(" mg/L")[0])
    Programme(replace(problem, room=problem.room + np.array([1.01 * more, 0, 0]))).solve("total")
    with pytest.raises(InfeasibleError):
        Programme(replace(problem, room=problem.room + np.array([0.97 * more, 0, 0]))).solve("total")


def test_a_partner_who_cannot_be_made_whole_is_named() -> None:
    problem = replace(divisible(), alone=np.array([500.0, 700.0]))
    lines = relaxations(problem)
    assert lines
    assert "400 million a year" in " ".join(lines)


def yearly(budget: float) -> Problem:
    """Two projects of 100 each over two years; a third of the worth is lost for each year of waiting."""
    axis = np.array([2022, 2023, 2024])
    waited = (2 / 3) ** np.arange(3.0)
    spending = np.zeros((2, 2, 3, 3))
    built = np.zeros((2, 3, 3))
    for start in range(3):
        spending[:, 0, start, start] = 100.0
        built[:, start, start:] = 1.0
    years = Years(
        axis,
        np.ones((2, 3), dtype=bool),
        np.tile(waited, (2, 1)),
        np.tile(waited, (2, 1)),
        built,
        spending,
        np.array([[budget] * 3, [np.inf] * 3]),
    )
    return Problem(
        ("dirty", "clean"),
        ("A", "B"),
        (("border", "TP", "limit"),),
        gross=np.array([[300.0, 0.0], [60.0, 0.0]]),
        cost=np.array([[30.0, 0.0], [30.0, 0.0]]),
        pairs=NONE,
        pair_gross=np.zeros((0, 2)),
        change=np.array([[0.01], [-0.01]]),
        pair_change=np.zeros((0, 1)),
        room=np.array([0.0]),
        bound=np.array([0.1]),
        alone=np.zeros(2),
        years=years,
    )


def test_years_by_hand() -> None:
    # Money for both at once: 270 + 30 from the first year.
    together = Programme(yearly(200.0)).solve("total")
    assert together.start.tolist() == [2022, 2022]
    assert together.objective == pytest.approx(300.0)
    # Money for one a year: what cleans goes first, for the limit holds in every year; 30 + 270 × 2/3.
    apart = Programme(yearly(100.0)).solve("total")
    assert apart.start.tolist() == [2023, 2022]
    assert apart.objective == pytest.approx(210.0)
    # No money: nothing.
    assert Programme(yearly(0.0)).solve("total").scale.tolist() == [0.0, 0.0]
    assert Programme(yearly(50.0)).solve("total").scale.tolist() == [0.0, 0.0]


def test_a_project_starts_no_earlier_than_the_one_it_needs() -> None:
    problem = replace(yearly(100.0), requires=np.array([[1, 0]]), room=np.array([1.0]))
    found = Programme(problem).solve("total")
    assert found.start[0] <= found.start[1]


def test_a_wrong_shape_or_number_is_named() -> None:
    problem = made(0)
    with pytest.raises(OptionError, match="room"):
        replace(problem, room=np.zeros(2))
    with pytest.raises(OptionError, match="leave a limit out"):
        replace(problem, room=np.array([np.inf, 0.0, 0.0]))
    with pytest.raises(OptionError, match="unknown objective"):
        Programme(problem).solve("best")


def test_a_time_limit_keeps_the_best_so_far() -> None:
    r = np.random.default_rng(0)
    problem = Problem(
        tuple(f"p{k:03}" for k in range(300)),
        ("A", "B"),
        tuple((f"s{k}", "TP", "limit") for k in range(6)),
        gross=r.lognormal(5, 1, (300, 2)),
        cost=r.lognormal(4, 1, (300, 2)),
        pairs=NONE,
        pair_gross=np.zeros((0, 2)),
        change=r.normal(0.001, 0.002, (300, 6)),
        pair_change=np.zeros((0, 6)),
        room=np.full(6, 0.01),
        bound=np.full(6, 0.1),
        alone=np.zeros(2),
    )
    found = Programme(problem, gap=0.0, seconds=0.3).solve("total")
    assert (problem.moved(found.scale) <= problem.room + 1e-9).all()
    assert found.bound >= found.objective
    assert found.gap == pytest.approx((found.bound - found.objective) / found.objective, abs=1e-6)


def test_the_page_of_the_mathematics_is_that_of_the_programme() -> None:
    page = Path(__file__).parents[1] / "docs" / "mathematics.md"
    assert page.read_text(encoding="utf-8") == statements.page()
    # Every constraint of a full programme is stated.
    names = {name.split("_20")[0] for name in Programme(yearly(1.0)).model.constraints}
    stated = {s.name for s in statements.CONSTRAINTS}
    helpers = {"size_least", "least_of", "may_start", "share_of", "shares", "both_first", "both_second"}
    assert names <= stated | helpers
