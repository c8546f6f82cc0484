"""Identities of input–output accounts on random tables, dense and sparse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yijiang.economy import Accounts

SEEDS = st.integers(0, 2**31)


def random_accounts(seed: int, regions: int = 3, sectors: int = 4, holes: float = 0.3) -> Accounts:
    """A table with holes whose inputs are at most 90 % of output; one factor and one satellite account."""
    rng = np.random.default_rng(seed)
    size = regions * sectors
    Z = rng.lognormal(0, 2, (size, size)) * (rng.random((size, size)) > holes)
    Y = rng.lognormal(1, 1, (size, 2 * regions))
    Z *= np.minimum(1.0, 0.9 * Y.sum(1) / Z.sum(0).clip(1e-9))
    x = Z.sum(1) + Y.sum(1)
    F = np.vstack([rng.random((2, size)) * x])
    names = [f"R{k}" for k in range(regions)], [f"s{k}" for k in range(sectors)]
    return Accounts(Z, Y, {"added": x - Z.sum(0)}, {"air": F}, regions=names[0], sectors=names[1])


@settings(max_examples=10)
@given(SEEDS)
def test_output_value_added_and_ghosh(seed: int) -> None:
    acc = random_accounts(seed)
    x = acc.tables.output
    np.testing.assert_allclose(acc.solve(acc.Y.sum(axis=1)), x, rtol=1e-11)
    np.testing.assert_allclose(acc.M, np.ones((1, len(x))), rtol=1e-11)  # v L = 1
    np.testing.assert_allclose(acc.G, np.diag(1 / x) @ acc.L.to_numpy() @ np.diag(x), rtol=1e-11)
    np.testing.assert_allclose(acc.G, np.linalg.inv(np.eye(len(x)) - acc.B.to_numpy()), rtol=1e-9, atol=1e-12)
    assert acc.residual < 1e-13


@settings(max_examples=10)
@given(SEEDS)
def test_every_footprint_sums_to_what_is_emitted(seed: int) -> None:
    acc = random_accounts(seed)
    air = acc.extensions["air"]
    total = air.F.sum(axis=1)
    np.testing.assert_allclose(air.D_cba.sum(axis=1), total, rtol=1e-11)
    np.testing.assert_allclose(air.D_cba_reg.sum(axis=1), total, rtol=1e-11)
    np.testing.assert_allclose(air.D_imp_reg.sum(axis=1), air.D_exp_reg.sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose(
        air.D_imp.T.groupby(level="region", sort=False).sum().T, air.D_imp_reg, rtol=1e-8, atol=1e-9
    )
    for approach in ("cba", "eebt"):
        found = acc.footprint("air", approach=approach)
        assert found.residual < 1e-12
        home = air.F.T.groupby(level="region", sort=False).sum().T
        np.testing.assert_allclose(found.table.sum(axis=1).to_numpy().reshape(home.shape), home, rtol=1e-11)
    np.testing.assert_allclose(
        acc.footprint("air").table.groupby(level="stressor", sort=False).sum(), air.D_cba_reg, rtol=1e-11
    )


@settings(max_examples=10)
@given(SEEDS, st.sampled_from(["source", "sink"]))
def test_terms_of_exports_add_up_and_the_levels_too(seed: int, approach: str) -> None:
    acc = random_accounts(seed)
    levels = {
        level: acc.export_decomposition(level=level, approach=approach).table
        for level in ("region", "sector", "bilateral")
    }
    for table in levels.values():
        parts = table[["DVA", "DDC", "FVA", "FDC"]].sum(axis=1)
        np.testing.assert_allclose(parts, table["EXGR"], rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(table["VAX"] + table["REF"], table["DVA"], rtol=1e-10, atol=1e-10)
        assert (table[["DVA", "DDC", "FVA", "FDC", "VAX", "REF"]] > -1e-9).all().all()
    # One exporter is solved for, all of them come from the inverse.
    single = acc.export_decomposition("R1", approach=approach).table
    np.testing.assert_allclose(single.loc["R1"], levels["region"].loc["R1"], rtol=1e-9, atol=1e-11)
    shared = [t for t in levels["region"] if t in levels["sector"]]
    by_region = levels["sector"].groupby(level="exporter", sort=False).sum()
    np.testing.assert_allclose(by_region[shared], levels["region"][shared], rtol=1e-9, atol=1e-10)
    by_sector = levels["bilateral"].groupby(level=["exporter", "sector"], sort=False).sum()
    shared = [t for t in levels["sector"] if t in levels["bilateral"]]
    np.testing.assert_allclose(by_sector[shared], levels["sector"][shared], rtol=1e-9, atol=1e-10)


@settings(max_examples=6)
@given(SEEDS)
def test_regions_taken_as_one_are_the_aggregated_region(seed: int) -> None:
    """Content of a group's exports does not need aggregation; what is exported is the same as after it."""
    acc = random_accounts(seed)
    for method in ("bm", "my"):
        one = acc.export_decomposition(["R0", "R1"], method=method, as_one="belt").table
        summed = acc.aggregate(regions={"R0": "belt", "R1": "belt"}).export_decomposition("belt", method=method).table
        assert one["EXGR"].item() == pytest.approx(summed["EXGR"].item(), rel=1e-12)
    every = acc.aggregate(sectors=dict.fromkeys(acc.sectors, "all"), regions={"R0": "belt", "R1": "belt"})
    assert every.export_decomposition("belt").table["EXGR"].item() == pytest.approx(one["EXGR"].item(), rel=1e-12)


@settings(max_examples=10)
@given(SEEDS)
def test_extraction_equals_inverting_again(seed: int) -> None:
    acc = random_accounts(seed)
    A, x, y, size = acc.A.to_numpy(), acc.tables.output, acc.tables.Y.sum(1), len(acc.index)
    rows = acc.rows_of("R1", ["s0", "s2"])

    def again(A: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.linalg.inv(np.eye(size) - A) @ y

    less, less_y = A.copy(), y.copy()
    less[rows], less[:, rows], less_y[rows] = 0, 0, 0
    np.testing.assert_allclose(acc.extract("R1", ["s0", "s2"]).output, x - again(less, less_y), rtol=1e-10, atol=1e-10)
    less = A.copy()
    less[:, rows] = 0
    np.testing.assert_allclose(
        acc.extract("R1", ["s0", "s2"], "backward").output, x - again(less, y), rtol=1e-10, atol=1e-10
    )
    B, v = acc.B.to_numpy().copy(), x - acc.Z.sum(axis=0).to_numpy()
    B[rows] = 0
    forward = x - v @ np.linalg.inv(np.eye(size) - B)
    np.testing.assert_allclose(acc.extract("R1", ["s0", "s2"], "forward").output, forward, rtol=1e-10, atol=1e-10)
    first, second = acc.rows_of("R0"), acc.rows_of("R2")
    less = A.copy()
    less[np.ix_(first, second)] = less[np.ix_(second, first)] = 0
    final = acc.final.copy()
    final[np.ix_(first, [2])] = final[np.ix_(second, [0])] = 0
    pair = acc.extract("R0", partner="R2")
    np.testing.assert_allclose(pair.output, x - again(less, final.sum(1)), rtol=1e-10, atol=1e-10)


@settings(max_examples=6)
@given(SEEDS)
def test_all_extractions_are_the_single_ones(seed: int) -> None:
    acc = random_accounts(seed)
    by_sector, by_region = acc.extract_all(), acc.extract_all("region")
    for kind in ("total", "backward", "forward"):
        for region, sector in acc.index[[0, 5, 11]]:
            single = acc.extract(region, sector, kind)
            assert by_sector.loc[(region, sector), kind] == pytest.approx(single.total, rel=1e-10)
        assert by_region.loc["R1", kind] == pytest.approx(acc.extract("R1", kind=kind).total, rel=1e-10)
    assert by_sector.loc[("R1", "s2"), "value_added"] == pytest.approx(
        acc.extract("R1", "s2").value_added.sum(), rel=1e-10
    )


@settings(max_examples=5)
@given(SEEDS)
def test_flows_aggregate_then_sum_as_they_sum_then_aggregate(seed: int) -> None:
    acc = random_accounts(seed)
    both = acc.aggregate(regions={"R0": "W", "R2": "W"}, sectors={"s1": "s0", "s3": "s2"})
    steps = acc.aggregate(sectors={"s1": "s0", "s3": "s2"}).aggregate(regions={"R0": "W", "R2": "W"})
    np.testing.assert_allclose(both.Z.loc[steps.index, steps.index], steps.Z, rtol=1e-12)
    for name in ("R1", "W"):
        members = ["R0", "R2"] if name == "W" else [name]
        np.testing.assert_allclose(both.x["indout"][name].sum(), acc.x["indout"][members].sum(), rtol=1e-12)
        np.testing.assert_allclose(
            both.extensions["air"].F[name].sum(axis=1), acc.extensions["air"].F[members].sum(axis=1), rtol=1e-12
        )
    np.testing.assert_allclose(both.Y.to_numpy().sum(), acc.Y.to_numpy().sum(), rtol=1e-12)
    assert both.M.to_numpy() == pytest.approx(1.0, rel=1e-11)


@settings(max_examples=5)
@given(SEEDS, SEEDS)
def test_structural_effects_add_up(first: int, second: int) -> None:
    start, end = random_accounts(first, 2, 3), random_accounts(second, 2, 3)
    for method in ("shapley", "polar"):
        found = start.structural_decomposition(end, "factor_inputs", method=method)
        assert found.residual < 1e-9
        np.testing.assert_allclose(found.by_consumer.sum(), found.change.sum(), rtol=1e-8, atol=1e-8)
        total = end.footprint().table - start.footprint().table
        np.testing.assert_allclose(found.change, total, rtol=1e-8, atol=1e-8)
    back = end.structural_decomposition(start, "factor_inputs")
    np.testing.assert_allclose(
        back.table, -start.structural_decomposition(end, "factor_inputs").table, rtol=1e-7, atol=1e-7
    )


@settings(max_examples=10)
@given(SEEDS)
def test_rows_may_come_in_any_order(seed: int) -> None:
    acc = random_accounts(seed)
    rng = np.random.default_rng(seed)
    mixed = rng.permutation(len(acc.index))
    shuffled = Accounts(
        acc.Z, acc.Y.iloc[mixed], acc.F.iloc[:, mixed], {"air": acc.extensions["air"].F.iloc[:, rng.permutation(12)]}
    )
    np.testing.assert_array_equal(shuffled.Y, acc.Y)
    np.testing.assert_array_equal(shuffled.extensions["air"].M, acc.extensions["air"].M)
