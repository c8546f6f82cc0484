"""What must hold of complexity for every table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import xarray as xr
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from yijiang.complement import complexity
from yijiang.complement.complexity import kernels
from yijiang.errors import DataError, OptionError, SolveError

Array = NDArray[np.float64]
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


def table(seed: int, regions: int, activities: int) -> Array:
    rng = np.random.default_rng(seed)
    rich, hard = rng.random((regions, 1)) * 3, rng.random((1, activities)) * 3
    return rng.lognormal(0, 1, (regions, activities)) * (
        rng.random((regions, activities)) < 1 / (1 + np.exp(2 * (hard - rich)))
    )


def clear(values: Array) -> complexity.Complexity:
    """Indices of a table whose complexity is well identified; others are left out."""
    try:
        found = complexity.indices(values)
    except (DataError, SolveError):
        assume(False)
        raise
    assume(found.second - found.third > 1e-3)
    return found


shapes = given(st.integers(0, 10_000), st.integers(4, 12), st.integers(4, 25))


@SLOW
@shapes
def test_order_of_rows_and_columns_does_not_matter(seed: int, regions: int, activities: int) -> None:
    values = table(seed, regions, activities)
    found = clear(values)
    rng = np.random.default_rng(seed + 1)
    rows, columns = rng.permutation(regions), rng.permutation(activities)
    again = complexity.indices(values[rows][:, columns])
    np.testing.assert_allclose(again.eci, found.eci[rows], atol=1e-9)
    np.testing.assert_allclose(again.pci, found.pci[columns], atol=1e-9)


@SLOW
@shapes
def test_sign_rises_with_diversity_and_scale_is_standard(seed: int, regions: int, activities: int) -> None:
    found = clear(table(seed, regions, activities))
    there = np.isfinite(found.eci)
    assert np.corrcoef(found.eci[there], found.diversity[there])[0, 1] > 0
    assert abs(found.eci[there].mean()) < 1e-9
    assert found.eci[there].std() == pytest.approx(1)
    assert found.residual < 1e-12


@SLOW
@shapes
def test_units_do_not_matter_and_a_region_is_the_mean_of_what_it_has(seed: int, regions: int, activities: int) -> None:
    values = table(seed, regions, activities)
    found = clear(values)
    np.testing.assert_allclose(complexity.rca(values * 7.0), complexity.rca(values), rtol=1e-12)
    has = complexity.presence(values).astype(bool)
    there = np.flatnonzero(has.any(axis=1))
    np.testing.assert_allclose([found.pci[has[r]].mean() for r in there], found.eci[there], atol=1e-8)


@SLOW
@shapes
def test_every_form_of_input_gives_the_same(seed: int, regions: int, activities: int) -> None:
    values = table(seed, regions, activities)
    found = clear(values)
    names = [f"r{k}" for k in range(regions)], [f"a{k}" for k in range(activities)]
    frame = pd.DataFrame(values, *names)
    array = xr.DataArray(values, dict(zip(("region", "sector"), names, strict=True)), ("region", "sector"))
    forms = [sp.csr_array(values), sp.coo_matrix(values), frame, array, complexity.rca(values), complexity.rca(frame)]
    for form in [*forms, complexity.presence(values), complexity.presence(sp.csr_array(values))]:
        np.testing.assert_allclose(complexity.eci(form), found.eci, atol=1e-9)
    for function in (complexity.proximity, complexity.density, complexity.relatedness, complexity.rca):
        sparse = function(sp.csr_array(values))
        dense = sparse.toarray() if sp.issparse(sparse) else sparse
        np.testing.assert_allclose(dense, function(values), atol=1e-12)
    assert list(complexity.eci(frame).index) == names[0]
    assert complexity.pci(array).dims == ("sector",)
    assert complexity.proximity(array).dims == ("sector", "sector_other")


@SLOW
@shapes
def test_proximity_and_densities_are_shares(seed: int, regions: int, activities: int) -> None:
    values = table(seed, regions, activities)
    assume(values.any())
    near = complexity.proximity(values)
    np.testing.assert_array_equal(near, near.T)
    for shares in (near, complexity.density(values), complexity.relatedness(values)):
        assert shares.min() >= 0
        assert shares.max() <= 1 + 1e-12


def test_lanczos_agrees_with_the_full_factorisation(monkeypatch: pytest.MonkeyPatch) -> None:
    values = table(3, 80, 200)
    full = complexity.indices(values)
    monkeypatch.setattr(kernels, "DENSE_SIDE", 10)
    for form in (values, sp.csr_array(values), np.ascontiguousarray(values)):
        found = complexity.indices(form)
        np.testing.assert_allclose(found.eci, full.eci, atol=1e-9)
        assert found.residual < 1e-12


def test_input_is_not_changed() -> None:
    values = table(3, 80, 200)
    before = values.copy()
    sparse = sp.csr_array(values)
    complexity.outlook(complexity.presence(values))
    complexity.eci(values)
    complexity.eci(sparse)
    np.testing.assert_array_equal(values, before)
    np.testing.assert_array_equal(sparse.toarray(), before)


def test_separate_parts_are_named_and_not_ranked() -> None:
    frame = pd.DataFrame(
        np.kron(np.eye(2), [[1, 1], [1, 0]]), ["Ya", "Yb", "Za", "Zb"], ["rice", "tea", "steel", "ships"]
    )
    with pytest.raises(DataError, match="part 2 of 2 shares no activity with the others: Za, Zb, which have steel"):
        complexity.eci(frame)


def test_a_region_without_activity_is_nan_and_named() -> None:
    frame = pd.DataFrame(
        [[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]],
        ["A", "B", "C", "Desert"],
        ["rice", "tea", "steel", "ships"],
    )
    found = complexity.indices(frame)
    assert found.undefined == ("Desert", "ships")
    assert found.eci.isna().to_dict() == {"A": False, "B": False, "C": False, "Desert": True}
    assert found.pci.isna().tolist() == [False, False, False, True]
    assert complexity.fitness(frame, tol=1e-3).undefined == ("Desert", "ships")
    with pytest.raises(DataError, match="Desert"):
        complexity.coi(frame)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [([[1.0, np.nan], [1, 1]], "chips.*A: a value is missing"), ([[1.0, -1], [1, 1]], "chips.*A: a value is negative")],
)
def test_bad_cells_are_named(rows: list[list[float]], problem: str) -> None:
    frame = pd.DataFrame(rows, ["A", "B"], ["rice", "chips"])
    for function in (complexity.rca, complexity.eci, complexity.density, complexity.fitness):
        with pytest.raises(DataError, match=problem):
            function(frame)
        with pytest.raises(DataError, match="a value"):
            function(sp.csr_array(np.asarray(rows)))


def test_what_has_no_answer_is_an_error() -> None:
    with pytest.raises(DataError, match="have the same ones"):
        complexity.eci(np.ones((3, 4)))
    with pytest.raises(SolveError, match="not simple"):
        complexity.eci(np.ones((4, 4)) - np.eye(4))
    with pytest.raises(SolveError, match="sign is not identified"):
        complexity.eci([[1, 1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 1, 1]])
    with pytest.raises(DataError, match="every value is 0"):
        complexity.rca(np.zeros((2, 2)))
    with pytest.raises(OptionError, match="regions × activities"):
        complexity.eci([1, 2])
    with pytest.raises(SolveError, match="did not come to rest"):
        complexity.fitness([[1, 1], [1, 0]], tol=1e-12, most_steps=10)
    with pytest.raises(OptionError, match="lacks the activities b"):
        complexity.lq(pd.DataFrame([[1, 2]], ["A"], ["a", "b"]), reference=pd.Series({"a": 1.0}))
    with pytest.raises(DataError, match="stands twice"):
        complexity.rca(pd.DataFrame([[1, 2]], ["A"], ["a", "a"]))


def test_reference_is_aligned_by_name() -> None:
    frame = pd.DataFrame([[20, 20]], ["A"], ["a", "b"])
    quotient = complexity.lq(frame, reference=pd.Series({"b": 800, "a": 200}))
    assert quotient.loc["A"].to_dict() == {"a": 2.5, "b": 0.625}
