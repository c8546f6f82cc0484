"""RAS, GRAS and CHARM: published answers, cases solved by hand, and what is said when sums cannot be met."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, sparse

from yijiang.economy.estimate import charm, gras, ras
from yijiang.errors import DataError, OptionError, SolveError

# Miller & Blair (2009), section 7.4.2: old coefficients, new outputs, and the sums of the true new flows.
OLD = np.array([[0.120, 0.100, 0.049], [0.210, 0.247, 0.265], [0.026, 0.249, 0.145]])
OUTPUT = np.array([421.0, 284.0, 283.0])
TRUE = np.array([[98.0, 72.0, 75.0], [65.0, 8.0, 63.0], [88.0, 27.0, 44.0]])

# Junius & Oosterhaven (2003) as in the tests of the R package riot (test_doGRAS.R): the published cells.
SIGNED = np.array([[7.0, 3.0, 5.0, -3.0], [2.0, 9.0, 8.0, 0.0], [-2.0, 0.0, 2.0, 0.0]])
SIGNED_ANSWER = [
    [8.424340881, 3.375237362, 5.200422021, -2.000000263],
    [3.000997078, 12.624763744, 10.374239178, 0.0],
    [-2.425339135, 0.0, 1.425339135, 0.0],
]


def least_entropy(prior: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The table nearest to the prior, by Newton on the multipliers of the entropy problem: another way than RAS."""
    n = rows.size

    def table(logs: np.ndarray) -> np.ndarray:
        return prior * np.exp(logs[:n, None] + np.concatenate([logs[n:], [0.0]]))

    def miss(logs: np.ndarray) -> np.ndarray:
        x = table(logs)
        return np.concatenate([x.sum(axis=1) - rows, (x.sum(axis=0) - columns)[:-1]])

    return table(optimize.root(miss, np.zeros(2 * n - 1), tol=1e-14).x)


def test_textbook_ras() -> None:
    prior = OLD * OUTPUT
    result = ras(prior, TRUE.sum(axis=1), TRUE.sum(axis=0), tol=1e-12)
    np.testing.assert_allclose(result.table, least_entropy(prior, TRUE.sum(axis=1), TRUE.sum(axis=0)), rtol=1e-9)
    coefficients = [[0.3924, 0.1219, 0.1596], [0.1509, 0.0661, 0.1897], [0.0529, 0.1887, 0.2938]]
    np.testing.assert_allclose(result.table / OUTPUT, coefficients, atol=5e-5)
    assert result.residual <= 1e-12
    assert result.iterations < 50


def test_ras_by_hand() -> None:
    # a (1 + a) = 3 (3 − a)(2 − a), so a = 4 − √7.
    corner = 4 - np.sqrt(7)
    result = ras([[1, 1], [1, 3]], [3, 3], [2, 4], tol=1e-14)
    np.testing.assert_allclose(result.table, [[corner, 3 - corner], [2 - corner, 1 + corner]], rtol=1e-13)
    np.testing.assert_allclose(result.row_factors[:, None] * [[1, 1], [1, 3]] * result.column_factors, result.table)


def test_sparse_and_dense_agree_and_keep_zeros() -> None:
    rng = np.random.default_rng(4)
    prior = rng.lognormal(0, 1, (60, 50)) * (rng.random((60, 50)) < 0.3)
    target = prior * rng.lognormal(0, 0.5, prior.shape)
    dense = ras(prior, target.sum(axis=1), target.sum(axis=0))
    thin = ras(sparse.coo_array(prior), target.sum(axis=1), target.sum(axis=0))
    assert isinstance(thin.table, sparse.csr_array)
    np.testing.assert_allclose(thin.table.toarray(), dense.table, rtol=1e-12)
    assert ((dense.table == 0) == (prior == 0)).all()


def test_names_decide_not_positions() -> None:
    prior = pd.DataFrame([[1.0, 1.0], [1.0, 3.0]], index=["a", "b"], columns=["x", "y"])
    result = ras(prior, pd.Series({"b": 4.0, "a": 2.0}), pd.Series({"y": 3.0, "x": 3.0}))
    assert list(result.table.index) == ["a", "b"]
    np.testing.assert_allclose(result.table.sum(axis=1), [2, 4])
    with pytest.raises(DataError, match="the table has this name"):
        ras(prior, pd.Series({"a": 2.0, "c": 4.0}), pd.Series({"y": 3.0, "x": 3.0}))


def test_surveyed_cells_are_held() -> None:
    held = np.full((2, 2), np.nan)
    held[0, 1] = 2.0
    result = ras([[1, 1], [1, 3]], [3, 3], [2, 4], held=held)
    np.testing.assert_allclose(result.table, [[1, 2], [1, 2]], atol=1e-8)
    signed = gras([[1, -1], [1, 3]], [-1, 3], [2, 0], held=np.array([[np.nan, -2.0], [np.nan, np.nan]]))
    np.testing.assert_allclose(signed.table, [[1, -2], [1, 2]], atol=1e-8)


def test_held_cells_go_by_name_and_work_on_sparse_tables() -> None:
    prior = pd.DataFrame([[1.0, 1.0], [1.0, 3.0]], index=["a", "b"], columns=["x", "y"])
    rows, columns = pd.Series({"a": 3.0, "b": 3.0}), pd.Series({"x": 2.0, "y": 4.0})
    expected = [[1, 2], [1, 2]]
    np.testing.assert_allclose(ras(prior, rows, columns, held={("a", "y"): 2.0}).table, expected, atol=1e-8)
    shuffled = pd.DataFrame([[np.nan, np.nan], [2.0, np.nan]], index=["b", "a"], columns=["y", "x"])
    np.testing.assert_allclose(ras(prior, rows, columns, held=shuffled).table, expected, atol=1e-8)
    thin = ras(sparse.csr_array(prior.to_numpy()), [3, 3], [2, 4], held={(0, 1): 2.0})
    np.testing.assert_allclose(thin.table.toarray(), expected, atol=1e-8)
    # A survey may find a flow where the prior has none, and may leave nothing to the rest of its line.
    full = ras([[0, 1], [1, 3]], [3, 3], [2, 4], held={(0, 0): 0.5, (0, 1): 2.5})
    np.testing.assert_allclose(full.table, [[0.5, 2.5], [1.5, 1.5]], atol=1e-8)
    assert full.residual <= 1e-9


def test_held_cells_that_contradict_the_sums_are_named() -> None:
    prior = pd.DataFrame([[1.0, 1.0], [1.0, 3.0]], index=["a", "b"], columns=["x", "y"])
    rows, columns = pd.Series({"a": 3.0, "b": 3.0}), pd.Series({"x": 2.0, "y": 4.0})
    with pytest.raises(DataError, match="a is left with -1 beside its held cells"):
        ras(prior, rows, columns, held={("a", "y"): 4.0})
    with pytest.raises(DataError, match="no such cell"):
        ras(prior, rows, columns, held={("c", "y"): 1.0})
    with pytest.raises(DataError, match="not a number"):
        ras(prior, rows, columns, held={("a", "y"): np.inf})
    with pytest.raises(OptionError, match="held has shape"):
        ras([[1, 1], [1, 3]], [3, 3], [2, 4], held=[[np.nan, 1.0]])


def test_tolerance_is_the_miss_allowed_and_the_difference_allowed() -> None:
    rough = ras(OLD * OUTPUT, TRUE.sum(axis=1), TRUE.sum(axis=0), tol=1e-3)
    fine = ras(OLD * OUTPUT, TRUE.sum(axis=1), TRUE.sum(axis=0), tol=1e-13)
    assert fine.residual <= 1e-13 < rough.residual <= 1e-3
    assert rough.iterations < fine.iterations
    off = TRUE.sum(axis=0) * (1 + 1e-6)
    with pytest.raises(DataError, match="too much in the columns"):
        ras(OLD * OUTPUT, TRUE.sum(axis=1), off)
    assert ras(OLD * OUTPUT, TRUE.sum(axis=1), off, tol=1e-5).residual <= 1e-5


def test_distance_is_what_it_says() -> None:
    prior = OLD * OUTPUT
    result = ras(prior, TRUE.sum(axis=1), TRUE.sum(axis=0), tol=1e-13)
    z = result.table / prior
    assert result.distance == pytest.approx(float((prior * (z * np.log(z) - z + 1)).sum()), rel=1e-9)
    mixed = gras(SIGNED, [15, 26, -1], [9, 16, 17, -2], tol=1e-13)
    live = SIGNED != 0
    z = mixed.table[live] / SIGNED[live]
    assert mixed.distance == pytest.approx(float((np.abs(SIGNED[live]) * (z * np.log(z) - z + 1)).sum()), rel=1e-8)
    assert ras(prior, prior.sum(axis=1), prior.sum(axis=0)).distance == pytest.approx(0.0, abs=1e-6)


def test_ras_is_least_in_entropy_by_a_solver_that_knows_nothing_of_scaling() -> None:
    prior = np.array([[2.0, 1.0, 4.0], [3.0, 5.0, 1.0]])
    rows, columns = np.array([8.0, 7.0]), np.array([6.0, 4.0, 5.0])
    # One of the five sums follows from the others.
    sums = np.vstack([np.kron(np.eye(2), np.ones(3)), np.kron(np.ones(2), np.eye(3))[:2]])
    wanted = np.concatenate([rows, columns[:2]])
    best = optimize.minimize(
        lambda x: float((x * np.log(x / prior.ravel()) - x).sum()),
        np.outer(rows, columns).ravel() / 15,
        jac=lambda x: np.log(x / prior.ravel()),
        method="SLSQP",
        constraints={"type": "eq", "fun": lambda x: sums @ x - wanted, "jac": lambda x: sums},
        bounds=[(1e-9, None)] * 6,
        options={"ftol": 1e-15, "maxiter": 500},
    )
    np.testing.assert_allclose(ras(prior, rows, columns, tol=1e-12).table.ravel(), best.x, rtol=1e-6)


def test_gras_is_least_in_its_distance() -> None:
    signed = np.array([[4.0, -1.0, 2.0], [3.0, 2.0, -2.0]])
    target = signed * [[1.3, 0.7, 1.1], [0.8, 1.2, 1.5]]
    result = gras(signed, target.sum(axis=1), target.sum(axis=0), tol=1e-13).table

    def distance(x: np.ndarray) -> float:
        z = x / signed
        return float((np.abs(signed) * (z * np.log(z) - z + 1)).sum())

    here = distance(result)
    # Both cycles that keep every sum, both ways: each makes it worse, and to first order neither changes it.
    for j, k in ((0, 1), (1, 2)):
        cycle = np.zeros((2, 3))
        cycle[[0, 1], [j, k]] = 1
        cycle[[0, 1], [k, j]] = -1
        there, back = distance(result + 1e-3 * cycle), distance(result - 1e-3 * cycle)
        assert min(there, back) > here
        assert abs(there - back) < 1e-2 * (there + back - 2 * here)


def test_gras_lines_that_must_be_empty_are() -> None:
    # The first row is negative throughout and must add up to 0; then the last column is left without a cell.
    result = gras([[-2.0, -1.0, -1.0], [5.0, 4.0, 0.0]], [0.0, 9.0], [5.0, 4.0, 0.0], tol=1e-12)
    np.testing.assert_allclose(result.table, [[0, 0, 0], [5, 4, 0]], atol=1e-12)
    # A row of both signs can add up to 0 and keeps its cells.
    mixed = gras([[2.0, -1.0], [5.0, 4.0]], [0.0, 9.0], [6.0, 3.0], tol=1e-12).table
    assert mixed[0, 0] > 0 > mixed[0, 1]
    np.testing.assert_allclose(mixed.sum(axis=1), [0, 9], atol=1e-9)


def test_sparse_gras_is_dense_gras() -> None:
    rng = np.random.default_rng(5)
    prior = rng.lognormal(0, 1, (40, 30)) * (rng.random((40, 30)) < 0.4) * np.where(rng.random((40, 30)) < 0.2, -1, 1)
    target = prior * rng.lognormal(0, 0.3, prior.shape)
    rows, columns = target.sum(axis=1), target.sum(axis=0)
    dense, thin = gras(prior, rows, columns), gras(sparse.coo_array(prior), rows, columns)
    assert isinstance(thin.table, sparse.csr_array)
    np.testing.assert_allclose(thin.table.toarray(), dense.table, rtol=1e-9)


def test_input_is_not_changed() -> None:
    prior = np.array([[1.0, 1.0], [1.0, 3.0]])
    thin = sparse.csr_array(prior)
    ras(prior, [3, 3], [2, 4])
    ras(thin, [3, 3], [2, 4])
    assert prior.tolist() == [[1, 1], [1, 3]]
    assert thin.toarray().tolist() == prior.tolist()


def test_unequal_sums_are_named_with_the_difference() -> None:
    with pytest.raises(DataError, match="rows add up to 6, the columns to 7: 1 too much in the columns"):
        ras([[1, 1], [1, 3]], [3, 3], [2, 5])


def test_every_fault_is_listed() -> None:
    with pytest.raises(DataError) as caught:
        ras([[0, 0], [1, 3]], [3, -1], [2, 4])
    text = str(caught.value)
    assert "0 must add up to 3 but has no cell" in text
    assert "the sum of 1 is negative" in text
    with pytest.raises(DataError, match="use gras"):
        ras([[1, -1], [1, 3]], [3, 3], [2, 4])
    with pytest.raises(DataError, match="not a number"):
        ras([[1, np.nan], [1, 3]], [3, 3], [2, 4])
    with pytest.raises(OptionError, match="two dimensions"):
        ras([1.0, 2.0], [3], [3])


def test_zero_pattern_that_forbids_the_sums_is_explained() -> None:
    prior = pd.DataFrame([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 1.0]], ["coal", "ore", "steel"], ["A", "B", "C"])
    with pytest.raises(
        SolveError, match=r"rows coal, ore add up to 7, but they only reach columns A.*up to 5: 2 too"
    ) as caught:
        ras(prior, [3, 4, 3], [5, 3, 2])
    assert caught.value.figures["excess"] == pytest.approx(2)


def test_published_gras() -> None:
    result = gras(SIGNED, [15, 26, -1], [9, 16, 17, -2], tol=1e-12)
    np.testing.assert_allclose(result.table, SIGNED_ANSWER, atol=2e-6)
    np.testing.assert_allclose(result.table.sum(axis=1), [15, 26, -1], atol=1e-9)
    np.testing.assert_allclose(result.table.sum(axis=0), [9, 16, 17, -2], atol=1e-9)


def test_gras_without_negative_cells_is_ras() -> None:
    prior = OLD * OUTPUT
    one = gras(prior, TRUE.sum(axis=1), TRUE.sum(axis=0), tol=1e-12)
    other = ras(prior, TRUE.sum(axis=1), TRUE.sum(axis=0), tol=1e-12)
    np.testing.assert_allclose(one.table, other.table, rtol=1e-9)


def test_gras_line_without_positive_cells() -> None:
    result = gras([[-2.0, -1.0], [5.0, 4.0]], [-6.0, 9.0], [1.0, 2.0], tol=1e-12)
    assert (result.table[0] < 0).all()
    np.testing.assert_allclose(result.table.sum(axis=1), [-6, 9])
    with pytest.raises(DataError, match="no cell of that sign"):
        gras([[-2.0, -1.0], [5.0, 4.0]], [6.0, -3.0], [1.0, 2.0])


def test_charm_by_hand() -> None:
    # Sizes x + use of 200; cross-hauling 2 min(o, f) of 40, 20 and 0: h is the median 0.1, so at least 10 each way.
    output, use = np.full((3, 1), 100.0), np.full((3, 1), 100.0)
    outflow, inflow = np.array([[20.0], [15.0], [0.0]]), np.array([[20.0], [10.0], [5.0]])
    result = charm(output, use, outflow, inflow)
    assert result.heterogeneity.tolist() == [0.1]
    assert result.added.tolist() == [[0.0], [0.0], [10.0]]
    np.testing.assert_allclose(result.outflow - result.inflow, outflow - inflow)


def test_charm_changes_only_chosen_regions_and_keeps_a_share_at_home() -> None:
    output, use = np.full((2, 1), 100.0), np.full((2, 1), 300.0)
    result = charm(
        output, use, [[0.0], [0.0]], [[0.0], [0.0]], export=[[95.0], [0.0]], heterogeneity=[0.5], regions=[0]
    )
    # Wanted 100, but only 5 of the output are free and a tenth of them stays.
    np.testing.assert_allclose(result.added, [[4.5], [0.0]])
    with pytest.raises(DataError, match="negative or not a number"):
        charm(output, use, [[-1.0], [0.0]], [[0.0], [0.0]])
    with pytest.raises(DataError, match="one share"):
        charm(output, use, [[1.0], [0.0]], [[0.0], [0.0]], heterogeneity=[0.1, 0.2])
