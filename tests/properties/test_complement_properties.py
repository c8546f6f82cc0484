"""What must hold of the indices and null models of complement for every table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from yijiang.complement import nulls, similarity

Array = NDArray[np.float64]
FEW = settings(max_examples=40)
seeds = st.integers(0, 10_000)


def structures(seed: int, sectors: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    first, second = rng.lognormal(0, 2, (2, sectors)) * (rng.random((2, sectors)) < 0.8)
    return first, second


@FEW
@given(seeds, st.integers(1, 12))
def test_similarity_is_symmetric_bounded_and_the_same_in_any_order_and_unit(seed: int, sectors: int) -> None:
    a, b = structures(seed, sectors)
    order = np.random.default_rng(seed + 1).permutation(sectors)
    for index, top in ((similarity.finger_kreinin, 1), (similarity.krugman, 2), (similarity.cosine, 1)):
        value = index(a, b)
        assert 0 <= value <= top + 1e-12
        assert index(b, a) == pytest.approx(value, abs=1e-12)
        assert index(3 * a[order], 7 * b[order]) == pytest.approx(value, abs=1e-12)
    if a.sum() and b.sum():
        assert similarity.krugman(a, b) == pytest.approx(2 * (1 - similarity.finger_kreinin(a, b)), abs=1e-12)
        assert similarity.trade_complementarity(a, b) == pytest.approx(similarity.finger_kreinin(a, b), abs=1e-12)
        assert similarity.finger_kreinin(a, a) == pytest.approx(1)


@FEW
@given(seeds, st.integers(1, 12))
def test_grubel_lloyd_is_bounded_symmetric_and_falls_when_sectors_split(seed: int, sectors: int) -> None:
    there, back = structures(seed, sectors)
    value = similarity.grubel_lloyd(there, back)
    assert -1e-12 <= value <= 1 + 1e-12
    assert similarity.grubel_lloyd(back, there) == pytest.approx(value, abs=1e-12)
    whole = similarity.grubel_lloyd(there.sum(keepdims=True), back.sum(keepdims=True))
    assert value <= whole + 1e-12


@FEW
@given(seeds, st.integers(3, 8), st.integers(2, 6))
def test_random_tables_keep_every_sum(seed: int, regions: int, sectors: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.lognormal(0, 1, (regions, sectors))
    for found in nulls.deal(table, 5, rng):
        np.testing.assert_allclose(found.sum(axis=0), table.sum(axis=0), rtol=1e-5)
        np.testing.assert_allclose(found.sum(axis=1), table.sum(axis=1), rtol=1e-4)
    flows = rng.lognormal(0, 1, (regions, regions, sectors)) * ~np.eye(regions, dtype=bool)[:, :, None]
    for found in nulls.rewire(flows, 5, rng):
        np.testing.assert_allclose(found.sum(axis=1), flows.sum(axis=1), rtol=1e-3)
        np.testing.assert_allclose(found.sum(axis=0), flows.sum(axis=0), rtol=1e-3)
    present = (rng.random((regions, sectors)) < 0.5).astype(float)
    for found in nulls.curveball(present, 5, rng):
        assert found.sum(axis=0).tolist() == present.sum(axis=0).tolist()
        assert found.sum(axis=1).tolist() == present.sum(axis=1).tolist()


def test_curveball_visits_every_presence_alike() -> None:
    """Of the 6 presences with all sums 1 on 3 × 3, each comes up about once in six."""
    found = nulls.curveball(np.eye(3), 3000, np.random.default_rng(0))
    _, counts = np.unique(found.reshape(3000, 9), axis=0, return_counts=True)
    assert len(counts) == 6
    assert np.abs(counts / 3000 - 1 / 6).max() < 0.03


@pytest.mark.parametrize("kind", ["deal", "rewire", "shuffled"])
def test_of_what_chance_made_one_in_twenty_stands_out(kind: str) -> None:
    """A random table against its own null: the tail shares are spread evenly from 0 to 1."""
    rng = np.random.default_rng(5)
    shares = []
    for _ in range(300):
        if kind == "deal":
            table = np.outer(rng.lognormal(0, 1, 8), rng.lognormal(0, 1, 5)) * rng.lognormal(0, 0.5, (8, 5))
            shares.append(nulls.band(table[2, 3], nulls.deal(table, 99, rng)[:, 2, 3]).above)
        elif kind == "rewire":
            size = np.outer(rng.lognormal(0, 1, 7), rng.lognormal(0, 1, 7)) * ~np.eye(7, dtype=bool)
            flows = (size * rng.lognormal(0, 0.5, (7, 7)))[:, :, None]
            shares.append(nulls.band(flows[1, 4, 0], nulls.rewire(flows, 99, rng)[:, 1, 4, 0]).above)
        else:
            ratio = rng.normal(size=12)
            shares.append(
                nulls.band(ratio[0] - ratio[1], np.diff(nulls.shuffled(ratio, 99, rng)[:, 1::-1])[:, 0]).above
            )
    values = np.array(shares)
    assert abs(values.mean() - 0.5) < 0.06
    assert 0.01 <= (values <= 0.05).mean() <= 0.1
    assert 0.4 < (values <= 0.5).mean() < 0.6
