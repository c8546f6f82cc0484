"""Accounts against textbooks and against pymrio's own test system."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yijiang.economy import Accounts

pymrio = pytest.importorskip("pymrio", reason="the extra [pymrio] is not installed")


ACCOUNTS = ["S", "S_Y", "M", *(f"D_{kind}{by}" for kind in ("cba", "pba", "imp", "exp") for by in ("", "_reg"))]


@pytest.fixture(scope="module")
def textbook() -> Accounts:
    """Miller & Blair (2009), section 2.3: two sectors, households apart (tables 2.3 and 2.5)."""
    return Accounts(
        [[150, 500], [200, 100]],
        [[50, 300], [400, 1300]],
        {"labor": [300, 500], "other": [350, 900]},
        final_labels=[("US", "households"), ("US", "rest")],
        regions=["US"],
        sectors=["1", "2"],
    )


def test_miller_blair_2_3(textbook: Accounts) -> None:
    np.testing.assert_allclose(textbook.A, [[0.15, 0.25], [0.20, 0.05]], rtol=1e-14)
    np.testing.assert_allclose(textbook.L, [[1.2541, 0.3300], [0.2640, 1.1221]], atol=5e-5)
    # New final demand 600 and 1500.
    np.testing.assert_allclose(textbook.solve([600, 1500]), [1247.52, 1841.58], atol=5e-3)


def test_miller_blair_2_5_households_inside(textbook: Accounts) -> None:
    """Households as a third sector, as in section 2.5: by inverting the closed 3 × 3 matrix outright."""
    total_labor = 800.0
    closed = np.array([[0.15, 0.25, 50 / total_labor], [0.20, 0.05, 400 / total_labor], [0.30, 0.25, 0.0]])
    inverse = np.linalg.inv(np.eye(3) - closed)
    found = textbook.multipliers("II", income="labor", consumption="households")
    np.testing.assert_allclose(found["output", "total"], inverse[:2, :2].sum(0), rtol=1e-12)
    np.testing.assert_allclose(found["factor_inputs: labor", "total"], inverse[2, :2], rtol=1e-12)
    simple = textbook.multipliers()
    np.testing.assert_allclose(simple["output", "total"], [1.518, 1.452], atol=5e-4)
    # The ratio of type II to type I income multipliers is the same in every sector (Miller & Blair, section 6.2).
    ratio = found["factor_inputs: labor", "total"] / simple["factor_inputs: labor", "total"]
    assert ratio.iloc[0] == pytest.approx(ratio.iloc[1], rel=1e-12)


@pytest.fixture(scope="module")
def system() -> object:
    """The test system of pymrio (6 regions, 8 sectors, 7 uses), calculated by pymrio itself."""
    return pymrio.load_test().calc_all(include_ghosh=True)


@pytest.fixture(scope="module")
def acc() -> Accounts:
    return Accounts.from_pymrio(pymrio.load_test())


def test_pymrio_system(system: object, acc: Accounts) -> None:
    for name in ("Z", "Y", "x", "A", "L", "B", "G"):
        expected = getattr(system, name)
        np.testing.assert_allclose(getattr(acc, name), expected, rtol=1e-11, atol=1e-11 * expected.abs().max().max())


@pytest.mark.parametrize("name", ["factor_inputs", "emissions"])
@pytest.mark.parametrize("account", ACCOUNTS)
def test_pymrio_accounts(system: object, acc: Accounts, name: str, account: str) -> None:
    expected = getattr(getattr(system, name), account)
    found = getattr(acc.extension(name), account)
    if expected is None:
        assert found is None
        return
    assert found.shape == expected.shape
    aligned = expected.reindex(columns=found.columns) if account.startswith("D") else expected
    np.testing.assert_allclose(found, aligned, rtol=1e-9, atol=1e-12 * float(aligned.abs().max().max()))


def test_pymrio_round_trip(acc: Accounts) -> None:
    back = Accounts.from_pymrio(acc.to_pymrio().calc_all())
    pd.testing.assert_frame_equal(back.Z, acc.Z)
    pd.testing.assert_frame_equal(back.Y, acc.Y)
    np.testing.assert_allclose(
        back.extensions["emissions"].D_cba_reg, acc.extensions["emissions"].D_cba_reg, rtol=1e-12
    )


def test_pymrio_aggregates_as_we_do(acc: Accounts) -> None:
    io = pymrio.load_test()
    io.aggregate(region_agg=["R1", "R1", "R2", "R2", "R3", "R3"])
    regions = {f"reg{k}": f"R{(k + 1) // 2}" for k in range(1, 7)}
    found = acc.aggregate(regions=regions)
    np.testing.assert_allclose(found.Z, io.Z, rtol=1e-12)
    np.testing.assert_allclose(found.extensions["emissions"].F, io.emissions.F, rtol=1e-12)


def test_average_propagation_length_by_hand() -> None:
    """A chain 1 → 2 → 3 without loops: one round per step (Dietzenbacher, Romero & Bosma 2005)."""
    chain = Accounts([[0, 5, 0], [0, 0, 4], [0, 0, 0]], [5, 6, 20], regions=["r"], sectors=["1", "2", "3"])
    lengths = chain.average_propagation_lengths()
    np.testing.assert_allclose(lengths, [[0, 1, 2], [0, 0, 1], [0, 0, 0]], atol=1e-14)
    # Half of 1 goes to 2, 40 % of which goes to 3: U = 1 + ½ (1 + 0.4); D counts the same steps from the other side.
    np.testing.assert_allclose(chain.position()["upstreamness"], [1 + 0.5 * 1.4, 1.4, 1.0], rtol=1e-14)
    np.testing.assert_allclose(chain.position()["downstreamness"], [1.0, 1.5, 1 + 0.2 * 1.5], rtol=1e-14)


def test_rasmussen_by_hand(textbook: Accounts) -> None:
    found = textbook.linkages(spread=True)
    L = np.linalg.inv(np.eye(2) - [[0.15, 0.25], [0.20, 0.05]])
    np.testing.assert_allclose(found["backward"], L.sum(0) / L.sum() * 2, rtol=1e-13)
    np.testing.assert_allclose(found["forward"], L.sum(1) / L.sum() * 2, rtol=1e-13)
    G = np.linalg.inv(np.eye(2) - [[0.15, 0.50], [0.10, 0.05]])
    np.testing.assert_allclose(found["ghosh"], G.sum(1) / G.sum() * 2, rtol=1e-13)
    assert list(found["kind"]) == ["key", "weak"]
    np.testing.assert_allclose(found["backward_spread"], L.std(0, ddof=1) / L.mean(0), rtol=1e-13)


def test_price_model_of_miller_blair_2_6(textbook: Accounts) -> None:
    """Wages up by 30 %: p = L' v, v = value added per output after the rise."""
    found = textbook.prices({"labor": 0.3})
    v = np.array([(300 * 1.3 + 350) / 1000, (500 * 1.3 + 900) / 2000])
    np.testing.assert_allclose(found.price, np.linalg.inv(np.eye(2) - textbook.A.to_numpy()).T @ v, rtol=1e-13)
    np.testing.assert_allclose(found.price, [1.133, 1.114], atol=5e-4)
