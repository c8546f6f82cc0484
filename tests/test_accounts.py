"""Accounts: input in any order and form, every fault named, sparse tables, iteration, and the smaller questions."""

from __future__ import annotations

import contextlib
import sys

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import yijiang as yj
from yijiang.base import accounts
from yijiang.economy import Accounts
from yijiang.economy.accounts import solver
from yijiang.economy.accounts.solver import Leontief
from yijiang.errors import DataError, OptionError, SolveError

Z = np.array([[10.0, 5.0], [20.0, 20.0]])
Y = np.array([[60.0, 25.0], [10.0, 50.0]])
NAMES = {"regions": ["Up", "Down"], "sectors": ["all"]}


def problems(error: pytest.ExceptionInfo[DataError]) -> list[tuple[str, str]]:
    return [(f.column, f.problem) for f in error.value.findings]


def test_every_fault_of_a_kind_is_named_by_region_and_sector() -> None:
    wrong = Z.copy()
    wrong[0, 1], wrong[1, 0] = np.nan, np.inf
    with pytest.raises(DataError) as error:
        Accounts(wrong, Y, {"wages": [1.0, np.nan]}, **NAMES)
    assert [c for c, _ in problems(error)] == ["Up, all → Down, all", "Down, all → Up, all", "wages → Down, all"]


def test_labels_that_do_not_match() -> None:
    index = pd.MultiIndex.from_tuples([("Up", "all"), ("Down", "all")], names=["region", "sector"])
    table = pd.DataFrame(Z, index, index)
    other = pd.MultiIndex.from_tuples([("Up", "all"), ("Dwon", "all")], names=["region", "sector"])
    with pytest.raises(DataError) as error:
        Accounts(table, pd.DataFrame(Y, other, ["Up", "Down"]), pd.DataFrame([[1.0, 2.0]], ["wages"], other))
    found = problems(error)
    assert ("Down, all", "is not in the table") in found
    assert ("Dwon, all", "is not a row of Z") in found
    assert len(found) == 4
    with pytest.raises(DataError, match="stands twice"):
        Accounts(Z, Y, labels=[("Up", "all"), ("Up", "all")])


def test_zero_output_and_negative_value_added_are_refused() -> None:
    with pytest.raises(DataError) as error:
        Accounts([[10.0, 5.0], [0.0, 0.0]], [[60.0, 25.0], [0.0, 0.0]], **NAMES)
    assert problems(error) == [("Down, all", "output is 0 although the sector has inputs")]
    with pytest.raises(DataError, match=r"Up, all.*output is negative"):
        Accounts(Z, [[-60.0, 25.0], [10.0, 50.0]], **NAMES)
    with pytest.raises(DataError, match="cancel to an output of 0"):
        Accounts([[0.0, 0.0], [0.0, 5.0]], [[3.0, -3.0], [10.0, 50.0]], **NAMES)
    costly = [[10.0, 5.0], [100.0, 20.0]]
    with pytest.raises(DataError, match=r"Up, all.*value added is negative"):
        Accounts(costly, Y, **NAMES)
    accepted = Accounts(costly, Y, accept_negative_value_added=True, **NAMES)
    assert any("value added is negative in 1 sectors, lowest Up, all" in note for note in accepted.notes)


def test_an_empty_sector_has_coefficients_0_and_a_note() -> None:
    acc = Accounts([[10.0, 0.0], [0.0, 0.0]], [[60.0, 25.0], [0.0, 0.0]], **NAMES)
    assert any("1 empty sectors have coefficients 0: Down, all" in note for note in acc.notes)
    assert acc.A.to_numpy().tolist() == [[10 / 95, 0.0], [0.0, 0.0]]
    results = [acc.linkages(), acc.position(), acc.extract_all(), acc.multipliers(), acc.G, acc.footprint().table]
    results += [acc.export_decomposition(level=level).table for level in ("region", "sector", "bilateral")]
    results += [acc.export_decomposition().shares, acc.average_propagation_lengths()]
    for result in results:
        assert np.isfinite(result.select_dtypes("number").to_numpy()).all()


def test_a_table_that_feeds_only_itself_is_refused() -> None:
    with pytest.raises(DataError, match=r"Up, all.*spectral radius") as error:
        Accounts([[50.0, 0.0], [0.0, 20.0]], [[0.0, 0.0], [10.0, 50.0]], **NAMES)
    assert len(error.value.findings) == 1
    # No value added in one sector is no fault as long as the table produces.
    fine = Accounts([[10.0, 5.0], [90.0, 20.0]], Y, **NAMES)
    assert fine.solve([1.0, 0.0]).min() > 0


def test_a_singular_system_says_so() -> None:
    with pytest.raises(SolveError, match="singular"):
        Leontief(np.array([[1.0, 0.0], [0.0, 0.5]])).solve(np.ones(2))
    with pytest.raises(SolveError, match="singular"):
        Leontief(sp.csr_array(np.array([[1.0, 0.0], [0.0, 0.5]]))).solve(np.ones(2))


def sparse_table(size: int, seed: int = 0) -> sp.csr_array:
    rng = np.random.default_rng(seed)
    cells = rng.integers(0, size, (2, 6 * size))
    table = sp.csr_array((rng.random(6 * size), (cells[0], cells[1])), shape=(size, size))
    return sp.csr_array(table @ sp.diags_array(0.8 / np.maximum(np.asarray(table.sum(axis=0)), 1e-9)))


def test_sparse_dense_and_iterated_solves_agree() -> None:
    A = sparse_table(1600)
    y = np.random.default_rng(1).random((1600, 20))
    dense, sparse = Leontief(A.toarray()), Leontief(A)
    expected = dense.solve(y)
    assert dense.factored
    np.testing.assert_allclose(sparse.solve(y), expected, rtol=1e-10)
    np.testing.assert_allclose(sparse.solve_transposed(y), dense.solve_transposed(y), rtol=1e-10)
    for table in (A, A.toarray()):
        few = Leontief(table)
        np.testing.assert_allclose(few.solve(y[:, 0]), expected[:, 0], rtol=1e-10)
        np.testing.assert_allclose(few.solve_transposed(y[:, 0]), dense.solve_transposed(y[:, 0]), rtol=1e-10)
        assert not few.factored
        assert few.residual < 1e-12
    np.testing.assert_allclose(dense.inverse() @ y, expected, rtol=1e-9)


def test_iteration_that_does_not_get_there_leaves_it_to_factoring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver, "gmres", lambda product, right, tol: (right, 1.0))
    system = Leontief(sparse_table(1600))
    found = system.solve(np.ones(1600))
    assert system.factored
    assert np.abs(found - system.A @ found - 1).max() < 1e-10


def test_a_sparse_table_gives_the_same_accounts() -> None:
    size = 40
    rng = np.random.default_rng(2)
    flows = sparse_table(size).toarray() * 5
    final = rng.random((size, 4)) * 10 + flows.sum(0)[:, None]
    names = {"regions": ["A", "B", "C", "D"], "sectors": [f"s{k}" for k in range(10)]}
    dense = Accounts(flows, final, **names)
    sparse = Accounts(sp.csr_array(flows), final, **names)
    pd.testing.assert_frame_equal(dense.Z, sparse.Z)
    pd.testing.assert_frame_equal(dense.export_decomposition().table, sparse.export_decomposition().table)


def test_a_large_mostly_empty_table_is_kept_sparse() -> None:
    flows = sparse_table(1000)
    acc = Accounts(flows, np.full((1000, 2), 10.0), regions=["A", "B"], sectors=[f"s{k}" for k in range(500)])
    assert sp.issparse(acc.coefficients)
    assert acc.footprint().residual < 1e-12
    assert acc.extract("A", "s3").residual < 1e-12
    assert acc.export_decomposition("A", level="bilateral").residual < 1e-12
    assert acc.aggregate(sectors={f"s{k}": f"g{k % 5}" for k in range(500)}).Z.shape == (10, 10)
    assert acc.B.shape == acc.A.shape == (1000, 1000)


def test_nothing_is_changed_and_nothing_formed_unasked() -> None:
    flows, final = Z.copy(), Y.copy()
    acc = Accounts(flows, final, extensions={"air": [3.0, 4.0]}, **NAMES)
    acc.footprint("air")
    acc.export_decomposition()
    acc.extract_all()
    acc.linkages()
    assert acc.extensions["air"].D_cba.shape == (1, 2)
    assert "inverse" not in acc.__dict__
    np.testing.assert_array_equal(flows, Z)
    np.testing.assert_array_equal(final, Y)


def test_imports_of_a_few_stressors_are_solved_without_the_inverse() -> None:
    rng = np.random.default_rng(3)
    final = rng.random((24, 2)) * 50 + 50
    names = {"regions": ["A", "B"], "sectors": [f"s{k}" for k in range(12)]}
    solved = Accounts(rng.random((24, 24)), final, extensions={"air": rng.random((1, 24))}, **names)
    few = solved.extensions["air"].D_imp
    assert "inverse" not in solved.__dict__
    assert solved.L.shape == (24, 24)
    np.testing.assert_allclose(solved.extensions["air"].D_imp, few, rtol=1e-10)


def test_without_pymrio_only_its_bridge_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymrio", None)
    acc = Accounts(Z, Y, **NAMES)
    with pytest.raises(OptionError, match=r"yijiang\[pymrio\]"):
        acc.to_pymrio()


def test_regions_may_have_different_sectors() -> None:
    """D_cba and D_imp by the diagonal of final use, written out, for 2 + 3 sectors."""
    rng = np.random.default_rng(4)
    names = [("A", "farm"), ("A", "works"), ("B", "farm"), ("B", "works"), ("B", "port")]
    final = rng.random((5, 2)) * 5 + 5
    uses = [("A", "use"), ("B", "use")]
    acc = Accounts(rng.random((5, 5)), final, extensions={"air": rng.random(5)}, labels=names, final_labels=uses)
    L, s = acc.L.to_numpy(), acc.extensions["air"].intensity[0]
    for c, consumer in enumerate("AB"):
        for sector in ("farm", "works", "port"):
            y = np.where([name[1] == sector for name in names], final[:, c], 0.0)
            flows = s * (L @ y)
            away = np.array([name[0] != consumer for name in names])
            found = [
                acc.extensions["air"].D_cba[consumer, sector].item(),
                acc.extensions["air"].D_imp[consumer, sector].item(),
            ]
            np.testing.assert_allclose(found, [flows.sum(), flows[away].sum()], rtol=1e-12, atol=1e-15)
    assert acc.export_decomposition(level="bilateral").residual < 1e-13
    assert acc.aggregate(sectors={"port": "works"}).index.tolist() == names[:4]


def test_factor_inputs_of_final_use_survive_pymrio_and_aggregation() -> None:
    direct = np.array([[1.0, 2.0]])
    factors, final = {"wages": [70.0, 75.0]}, {"factor_inputs": direct}
    acc = Accounts(Z, Y, factors, final_extensions=final, units={"factor_inputs": ["CNY"]}, **NAMES)
    np.testing.assert_allclose(acc.D_cba_reg - direct, acc.M.to_numpy() @ acc.final)
    one = acc.aggregate(regions={"Up": "River", "Down": "River"})
    np.testing.assert_allclose(one.F_Y, [[3.0]])
    back = Accounts.from_pymrio(acc.to_pymrio())
    np.testing.assert_allclose(back.F_Y, direct)
    assert back.factor_inputs.rows.units == ("CNY",)


def test_results_cannot_be_written_into_what_is_kept() -> None:
    acc = Accounts(Z, Y, **NAMES)
    table = acc.L
    with pytest.raises(ValueError, match="read-only"):
        table.to_numpy()[0, 0] = 7.0
    changed = acc.Z
    # pandas before copy-on-write writes through, which is refused.
    with contextlib.suppress(ValueError):
        changed.iloc[0, 0] = 99.0
    assert acc.Z.iloc[0, 0] == 10.0


def test_names_and_options() -> None:
    acc = Accounts(Z, Y, aliases={"Up": ["上游"]}, **NAMES)
    assert acc.extract("上游").what == "上游"
    assert acc.export_decomposition("up").table.index.tolist() == ["Up"]
    with pytest.raises(OptionError, match="near matches: Down"):
        acc.extract("Dwn")
    with pytest.raises(OptionError, match="no decomposition my sector exporter"):
        acc.export_decomposition(method="my", level="sector", perspective="exporter")
    with pytest.raises(OptionError, match="labels="):
        Accounts(Z, Y)
    with pytest.raises(OptionError, match="leaves nothing"):
        acc.extract()
    with pytest.raises(OptionError, match="two different regions"):
        acc.extract("Up", partner="Up")
    with pytest.raises(AttributeError, match="nonsense"):
        _ = acc.nonsense
    assert "D_cba" in dir(acc)
    with pytest.raises(OptionError, match="income="):
        acc.multipliers("II")


def test_solve_reports_its_residual_and_aligns_by_name() -> None:
    acc = Accounts(Z, Y, **NAMES)
    y = pd.Series({("Down", "all"): 60.0, ("Up", "all"): 85.0})
    found = acc.solve(y)
    assert found.tolist() == pytest.approx([100.0, 100.0])
    assert found.attrs["residual"] < 1e-15
    assert acc.solve(np.eye(2)).to_numpy() == pytest.approx(acc.L.to_numpy())
    assert acc.solve_transposed([0.7, 0.75]).tolist() == pytest.approx([1.0, 1.0])
    with pytest.raises(DataError, match="missing or not finite"):
        acc.solve([np.nan, 1.0])


def test_discrepancy_and_imports_are_accounts_of_their_own() -> None:
    acc = Accounts(Z, Y, discrepancy=[5.0, -2.0], imports=[10.0, 0.0], extensions={"air": [3.0, 4.0]}, **NAMES)
    np.testing.assert_allclose(acc.x["indout"], [105.0, 98.0])
    np.testing.assert_allclose(acc.F.to_numpy(), [[105 - 30 - 10, 98 - 25]])
    for approach in ("cba", "eebt"):
        table = acc.footprint("air", approach=approach).table
        assert list(table.columns) == ["Up", "Down", "(discrepancy)"]
        np.testing.assert_allclose(table.sum(axis=1), [3.0, 4.0])
    exported = acc.export_decomposition("Up").table.loc["Up"]
    assert exported[["DVA", "DDC", "FVA", "FDC"]].sum() == pytest.approx(30.0)
    # Inputs from outside count as foreign, also those of the exporter itself.
    inside = Accounts(Z, Y, discrepancy=[5.0, -2.0], **NAMES).export_decomposition("Up").table.loc["Up"]
    assert exported["FC"] > inside["FC"]


def test_a_consumer_without_production() -> None:
    acc = Accounts(
        Z, np.column_stack([Y, [5.0, 6.0]]), final_labels=[("Up", "c"), ("Down", "c"), ("abroad", "exports")], **NAMES
    )
    bilateral = acc.export_decomposition("Up", level="bilateral").table
    assert bilateral.loc[("Up", "all", "abroad"), ["EXGR", "REF"]].tolist() == [5.0, 0.0]
    assert acc.D_cba_reg.columns.tolist() == ["Up", "Down", "abroad"]
    assert acc.D_imp_reg["abroad"].item() == pytest.approx(acc.D_cba_reg["abroad"].item())
    assert any("abroad" in note for note in acc.export_decomposition("Up").notes)


def test_field_of_influence_is_the_change_of_the_inverse() -> None:
    acc = Accounts(Z, Y, **NAMES)
    every = acc.field_of_influence()
    one = acc.field_of_influence([(("Up", "all"), ("Down", "all"))])
    step = 1e-7
    A = acc.A.to_numpy().copy()
    A[0, 1] += step
    change = (np.linalg.inv(np.eye(2) - A) - acc.L.to_numpy()) / step
    assert every.iloc[0, 1] == pytest.approx(np.linalg.norm(change), rel=1e-5)
    assert one.iloc[0] == pytest.approx(every.iloc[0, 1], rel=1e-12)


def test_inoperability() -> None:
    acc = Accounts(Z, Y, **NAMES)
    lost = acc.inoperability({("Up", "all"): 8.5})
    np.testing.assert_allclose(lost, acc.L.to_numpy() @ [8.5, 0] / [100.0, 100.0])
    with pytest.raises(DataError, match=r"Up, all.*not between 0"):
        acc.inoperability({("Up", "all"): 1000.0})


def test_households_that_spend_more_than_they_earn_are_named() -> None:
    acc = Accounts(Z, Y, {"wages": [20.0, 70.0], "profit": [50.0, 5.0]}, **NAMES)
    with pytest.raises(DataError, match=r"Up = '70'.*more than the 20"):
        acc.multipliers("II", income="wages", consumption="final")


def test_structural_decomposition_by_hand() -> None:
    """Only intensity changes: everything is intensity. Two factors: the mean of both orders."""
    start = Accounts(Z, Y, extensions={"air": [10.0, 20.0]}, **NAMES)
    cleaner = Accounts(Z, Y, extensions={"air": [5.0, 20.0]}, **NAMES)
    found = start.structural_decomposition(cleaner, "air")
    np.testing.assert_allclose(found.by_consumer.loc["intensity"], found.change.sum(), atol=1e-12)
    assert found.by_origin.loc["intensity"].tolist() == pytest.approx([-5.0, 0.0])
    grown = Accounts(2 * Z, 2 * Y, extensions={"air": [10.0, 40.0]}, **NAMES)
    both = start.structural_decomposition(grown, "air", method="polar")
    # Up: intensity halves (0.1 → 0.05), output doubles: −0.05 · 150 and 0.075 · 100.
    assert both.by_origin.loc["intensity", "Up"] == pytest.approx(-7.5)
    assert both.by_origin.loc["final_level", "Up"] == pytest.approx(7.5)
    with pytest.raises(OptionError, match="each of these once"):
        start.structural_decomposition(grown, "air", factors=["intensity"])
    other = Accounts(Z, Y, regions=["Up", "Low"], sectors=["all"], extensions={"air": [1.0, 1.0]})
    with pytest.raises(DataError, match="Low, all"):
        start.structural_decomposition(other, "air")


@pytest.mark.parametrize("name", ["tiny", "danube2011", "yangtze2017"])
def test_accounts_of_the_built_in_cases(name: str) -> None:
    belt = yj.case(name)
    acc = accounts(belt)
    assert acc.balance < 1e-9
    np.testing.assert_allclose(acc.M.sum(), 1.0, rtol=1e-10)
    inside = [r for r in belt.regions if r not in belt.abroad]
    found = acc.export_decomposition(inside[:2], as_one="pair", level="bilateral")
    assert found.residual < 1e-12
    assert acc.footprint().residual < 1e-10
    assert acc.region(belt.tables["regions"]["name_zh"].iloc[0]) == belt.regions[0]
