"""Whether sums can be met: who is in conflict, by how much, and which cells must be 0."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, sparse

from yijiang.economy.estimate import feasible, gras, ras
from yijiang.errors import OptionError, SolveError

COAL = pd.DataFrame([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 1.0]], ["coal", "ore", "steel"], ["A", "B", "C"])


def test_the_conflict_is_reported_with_its_lines() -> None:
    found = feasible(COAL, [3, 4, 3], [5, 3, 2])
    assert not found
    assert found.rows.to_dict() == {"coal": 3.0, "ore": 4.0}
    assert found.columns.to_dict() == {"A": 5.0}
    assert found.excess == pytest.approx(2)
    assert "coal, ore add up to 7, but they only reach columns A, which add up to 5: 2 too much" in str(found)


def test_what_can_be_met_is_met() -> None:
    found = feasible(COAL, [2, 2, 6], [5, 3, 2])
    assert found.possible
    assert (found.excess, found.forced, found.findings) == (0.0, (), ())
    assert str(found) == "the sums can be met"
    assert ras(COAL, [2, 2, 6], [5, 3, 2]).residual <= 1e-9


def test_cells_that_must_be_0_are_named_before_and_after_a_scaling_creeps() -> None:
    found = feasible(COAL, [2, 3, 5], [5, 3, 2])
    assert found.possible
    assert found.forced == (("steel", "A"),)
    with pytest.raises(SolveError, match=r"only in the limit: every such table has 0 in \(steel, A\)"):
        ras(COAL, [2, 3, 5], [5, 3, 2], max_iterations=2000)
    mended = COAL.copy()
    mended.loc["steel", "A"] = 0.0
    assert ras(mended, [2, 3, 5], [5, 3, 2]).residual <= 1e-9


def test_faults_of_lines_and_totals_are_in_the_report() -> None:
    found = feasible(COAL, [3, -1, 8], [5, 3, 1])
    assert not found
    text = str(found)
    assert "the sum of ore is negative (-1)" in text
    assert "the rows add up to 10, the columns to 9: 1 too much in the rows" in text
    assert not feasible([[0.0, 0.0], [1.0, 1.0]], [1, 1], [1, 1])
    with pytest.raises(OptionError, match="two dimensions"):
        feasible([1.0], [1], [1])


def test_signs_count() -> None:
    # The negative cell lets the first row take from its column: it may exceed what the column holds.
    assert feasible([[1.0, -1.0], [1.0, 1.0]], [-1, 3], [1, 1])
    found = feasible([[1.0, 0.0], [-1.0, 1.0]], [3, 1], [2, 2])
    assert found.possible
    assert not feasible([[1.0, 0.0], [1.0, -1.0]], [3, 1], [2, 2])
    with pytest.raises(SolveError, match="do not allow these sums"):
        gras([[1.0, 0.0, 0.0], [1.0, 1.0, -1.0]], [3, 1], [2, 3, -1], max_iterations=500)


def test_held_cells_are_taken_out_first() -> None:
    assert feasible(COAL, [2, 2, 6], [5, 3, 2], held={("steel", "A"): 1.0})
    found = feasible(COAL, [2, 2, 6], [5, 3, 2], held={("steel", "A"): 2.0})
    assert not found
    assert found.excess == pytest.approx(1)


def linear_programme(prior: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> bool:
    m, n = prior.shape
    sums = np.vstack([np.kron(np.eye(m), np.ones(n)), np.kron(np.ones(m), np.eye(n))])
    bounds = [(0, None if a > 0 else 0) if a >= 0 else (None, 0) for a in prior.ravel()]
    return bool(optimize.linprog(np.zeros(m * n), A_eq=sums, b_eq=np.r_[rows, columns], bounds=bounds).success)


def test_it_agrees_with_a_linear_programme() -> None:
    rng = np.random.default_rng(7)
    seen = set()
    for _ in range(60):
        prior = rng.integers(-1, 3, (4, 5)) * (rng.random((4, 5)) < 0.5)
        rows = rng.integers(-3, 8, 4).astype(float)
        columns = rng.multinomial(int(rows.sum()), np.full(5, 0.2)).astype(float) if rows.sum() > 0 else None
        if columns is None:
            continue
        found = feasible(prior.astype(float), rows, columns)
        assert bool(found) == linear_programme(prior, rows, columns)
        seen.add(bool(found))
    assert seen == {True, False}


def test_a_small_conflict_in_a_large_table_is_seen() -> None:
    rng = np.random.default_rng(8)
    prior = rng.lognormal(0, 1, (300, 200)) * (rng.random((300, 200)) < 0.1)
    target = prior * rng.lognormal(0, 1, prior.shape)
    rows, columns = target.sum(axis=1), target.sum(axis=0)
    assert feasible(sparse.csr_array(prior), rows, columns)
    # The first row can only go to one column, which has a ten-millionth of all too little for it.
    prior[0] = 0.0
    prior[0, 3] = 1.0
    rows[0] = columns[3] + 1e-7 * rows.sum()
    columns[7] += rows.sum() - columns.sum()
    found = feasible(prior, rows, columns)
    assert not found
    assert found.rows.index.tolist() == [0]
    assert found.excess == pytest.approx(1e-7 * rows.sum(), rel=1e-3)
