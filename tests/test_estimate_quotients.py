"""Location quotients and CHARM for regions without a table: cases solved by hand, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from yijiang.economy.estimate import heterogeneity, location_quotients, regional_coefficients, regional_trade
from yijiang.errors import DataError, OptionError

# A quarter of the nation: half of its first sector's share again, half of its second's.
REGION, NATION = [30.0, 10.0, 0.0], [80.0, 60.0, 20.0]
SLQ = [0.75 / 0.5, 0.25 / 0.375, 0.0]


def test_every_quotient_by_hand() -> None:
    np.testing.assert_allclose(location_quotients(REGION, NATION, "SLQ")[:, 0], SLQ)
    cross = location_quotients(REGION, NATION, "cilq")
    np.testing.assert_allclose(cross[:2, :2], [[1.5, 2.25], [4 / 9, 2 / 3]])
    # The sector that is not there neither sells nor buys.
    assert (cross[2] == 0).all()
    assert (cross[:, 2] == 0).all()
    size = np.log2(1 + 40 / 160) ** 0.25
    np.testing.assert_allclose(location_quotients(REGION, NATION, "flq", delta=0.25), cross * size)
    np.testing.assert_allclose(location_quotients(REGION, NATION, "rlq")[0, 1], 1.5 / np.log2(1 + 2 / 3))
    strong = np.log2(2.5)
    expected = [[min(1.5 * size, 1) * strong, 2.25 * size], [min(4 / 9 * size, 1) * strong, 2 / 3 * size]]
    np.testing.assert_allclose(location_quotients(REGION, NATION, "aflq", delta=0.25)[:2, :2], expected)


def test_the_whole_nation_needs_no_scaling() -> None:
    for method in ("slq", "cilq", "flq", "aflq", "rlq"):
        quotient = location_quotients(NATION, NATION, method, delta=0.3)
        np.testing.assert_allclose(quotient, 1.0)


def test_coefficients_are_cut_at_the_nations_except_where_the_region_is_strong() -> None:
    a = np.full((3, 3), 0.2)
    plain = regional_coefficients(a, REGION, NATION, "flq", delta=0.1)
    assert plain.coefficients.max() <= 0.2
    np.testing.assert_allclose(plain.coefficients + plain.imported, a)
    more = regional_coefficients(a, REGION, NATION, "aflq", delta=0.1)
    assert more.coefficients[0, 0] > 0.2
    assert more.imported[0, 0] == 0
    # A smaller region imports more.
    small = regional_coefficients(a, np.array(REGION) / 4, NATION, "flq", delta=0.1)
    assert (small.imported >= plain.imported).all()


def test_faults_of_sizes_are_listed() -> None:
    with pytest.raises(OptionError, match="needs delta"):
        location_quotients(REGION, NATION)
    with pytest.raises(OptionError, match="near matches: flq"):
        location_quotients(REGION, NATION, "fql", delta=0.3)
    with pytest.raises(DataError, match="region has 90, the nation 80"):
        location_quotients([90, 1, 1], NATION, "slq")
    with pytest.raises(DataError) as caught:
        location_quotients([-1, np.nan, 1], NATION, "slq")
    assert len(caught.value.findings) == 2
    with pytest.raises(DataError, match="3 sectors in the region, 2 in the nation"):
        location_quotients(REGION, [1, 2], "slq")
    with pytest.raises(DataError, match="sectors ask for"):
        regional_coefficients([[0.1]], REGION, NATION, "slq")


def test_charm_of_a_region_without_trade_columns_by_hand() -> None:
    # The nation: 30 out, 20 in, so 40 of 200 is hauled both ways: h = 0.2.
    h = heterogeneity([110.0], [90.0], [30.0], [20.0])
    np.testing.assert_allclose(h, [0.2])
    # Balance 50 − 30 = 20; q = 0.2 · 80 = 16.
    found = regional_trade([50.0], [30.0], h)
    np.testing.assert_allclose([found.outflow[0], found.inflow[0]], [28.0, 8.0])
    # With 10 exported and 5 imported the region is left with 40 and 25: q = 13.
    found = regional_trade([50.0], [30.0], h, export=[10.0], import_=[5.0])
    np.testing.assert_allclose([found.outflow[0], found.inflow[0]], [21.5, 6.5])


def test_regions_of_a_country_send_what_they_get() -> None:
    rng = np.random.default_rng(3)
    output, use = rng.uniform(1, 100, (5, 4)), rng.uniform(1, 100, (5, 4))
    use *= output.sum(axis=0) / use.sum(axis=0)
    found = regional_trade(output, use, [0.0, 0.1, 0.5, 3.0])
    np.testing.assert_allclose(found.outflow.sum(axis=0), found.inflow.sum(axis=0))
    np.testing.assert_allclose(found.outflow - found.inflow, output - use, atol=1e-12)
    # Never more than is made and used, however heterogeneous the sector.
    assert (found.outflow <= output + 1e-9).all()
    assert (found.inflow <= use + 1e-9).all()


def test_charm_refuses_what_does_not_fit() -> None:
    with pytest.raises(DataError, match=r"export.*exceeds output"):
        regional_trade([10.0], [10.0], [0.1], export=[11.0])
    with pytest.raises(DataError, match="one share"):
        regional_trade([10.0], [10.0], [0.1, 0.2])
    with pytest.raises(DataError, match="negative or not a number"):
        regional_trade([10.0], [-10.0], [0.1])
    with pytest.raises(DataError, match="has shape"):
        regional_trade([10.0], [10.0, 1.0], [0.1])
