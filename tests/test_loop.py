"""The loop of economy and freight: where it begins changes nothing, and what is kept between draws is what it was."""

from __future__ import annotations

import numpy as np
import pytest

import yijiang as yj
from yijiang.base import Base
from yijiang.errors import OptionError, SolveError
from yijiang.evaluation import Evaluator
from yijiang.loop import Loop, Met
from yijiang.numerics.acceleration import Anderson
from yijiang.readings import Readings

BOTH = ("channel", "machine_tools")


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    return Evaluator(Base(yj.case("tiny")))


def test_a_start_nearby_leads_to_the_same_place_in_no_more_steps(evaluator: Evaluator) -> None:
    exact = Evaluator(evaluator.base, 1e-10).run(BOTH)
    cold = evaluator.run(BOTH)
    alone = [(1.0, evaluator.run([name])) for name in BOTH]
    for near in (alone, [(1.0, cold)], [(0.0, alone[0][1])]):
        warm = evaluator.run(BOTH, near=near)
        assert warm.loop_residual <= evaluator.tolerance
        assert warm.steps <= cold.steps
        assert np.allclose(warm.income, exact.income, rtol=0, atol=1e-4 * np.abs(exact.income).max())
    assert evaluator.run(BOTH, near=[(1.0, cold)]).steps == 1


def test_a_state_without_network_lends_nothing(evaluator: Evaluator) -> None:
    still = evaluator.run()
    assert np.array_equal(evaluator.run(["channel"], near=[(0.0, still)]).income, evaluator.run(["channel"]).income)


def test_a_start_that_leads_nowhere_is_given_up(evaluator: Evaluator, monkeypatch: pytest.MonkeyPatch) -> None:
    meet, asked = Loop._meet, list[int]()

    def lost(self: Loop, *given: object) -> Met:
        asked.append(len(given[-1]))  # type: ignore[arg-type]
        if given[-1]:
            raise SolveError("lost")
        return meet(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Loop, "_meet", lost)
    cold = evaluator.run(BOTH)
    assert np.array_equal(evaluator.run(BOTH, near=[(1.0, cold)]).income, cold.income)
    assert asked == [0, 1, 0]


def test_what_only_protects_leaves_the_economy_as_it_is(evaluator: Evaluator) -> None:
    still, cleaner = evaluator.run(), evaluator.run(["phosphorus"])
    assert cleaner.solution is still.solution
    assert cleaner.mean.min() < still.mean.min() or cleaner.mean.sum() < still.mean.sum()


def test_a_base_made_like_another_is_the_one_made_alone() -> None:
    belt = yj.case("yangtze2017")
    theta = 1.1 * Readings(belt).tables(0).theta
    first = Base(belt)
    alone, like = Base(belt, 3, theta), Base(belt, 3, theta, like=first)
    assert like.readings is first.readings
    assert like.projects is first.projects
    for name in ("trade", "intermediate", "final", "value_added", "output", "theta"):
        assert np.array_equal(getattr(alone.accounts, name), getattr(like.accounts, name))
    package = ["joint_park", "tp_hubei"]
    a, b = alone.rules.changes(package), like.rules.changes(package)
    assert np.array_equal(a.productivity, b.productivity)
    assert np.array_equal(a.kappa, b.kappa)
    assert np.array_equal(a.removed, b.removed)
    assert np.array_equal(alone.still.state, like.still.state)


def test_readings_are_the_rows_of_the_tables() -> None:
    belt = yj.case("yangtze2017")
    readings, rows = Readings(belt), belt.table("trade")
    for draw in (0, 7):
        trade = readings.tables(draw).trade
        own = rows[rows["draw"].astype(int) == draw]
        assert trade.sum() == pytest.approx(own["value"].sum(), rel=1e-14)
        for row in own.iloc[::97].to_dict("records"):
            n, i = belt.regions.index(row["importer"]), belt.regions.index(row["exporter"])
            assert trade[n, i, belt.sectors.index(row["sector"])] == row["value"]
    with pytest.raises(OptionError, match="no draw 999"):
        readings.tables(999)


def test_known_differences_serve_a_similar_map() -> None:
    # x = a + 0.5·(b·x)·d moves along one direction only, so that one difference tells all there is to know.
    b, d = np.array([1.0, -1.0, 0.5]), np.array([0.4, 0.2, 0.4])

    def image(a: np.ndarray, x: np.ndarray) -> np.ndarray:
        return a + 0.5 * (b @ x) * d

    known, x = Anderson(3), np.ones(3)
    for _ in range(2):
        x = known(x, image(np.ones(3), x))
    other = np.array([2.0, 0.0, 1.0])
    first = Anderson(3, like=known)(other, image(other, other))
    assert np.allclose(first, np.linalg.solve(np.eye(3) - 0.5 * np.outer(d, b), other), rtol=1e-9)
