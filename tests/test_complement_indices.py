"""Indices, chain position and null models of complement: solved by hand, and against the literature."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from yijiang.complement import nulls, position, similarity
from yijiang.complement.candidates import easing
from yijiang.complement.capital import saving_balance
from yijiang.complement.chain import meeting
from yijiang.complement.complexity import lq
from yijiang.complement.technology import match, surplus
from yijiang.errors import DataError, OptionError, SolveError

A, B = [50.0, 30.0, 20.0], [20.0, 30.0, 50.0]


def test_finger_kreinin_krugman_and_cosine_by_hand() -> None:
    """Shares (.5, .3, .2) and (.2, .3, .5): overlap .2 + .3 + .2, difference .3 + 0 + .3."""
    assert similarity.finger_kreinin(A, B) == pytest.approx(0.7)
    assert similarity.krugman(A, B) == pytest.approx(0.6)
    assert similarity.cosine(A, B) == pytest.approx(0.29 / 0.38)


def test_trade_complementarity_has_a_direction() -> None:
    """Sold (.75, .25, 0), bought (.25, .25, .5): 1 − (.5 + 0 + .5) / 2; the other way round 1 − (.2 + .4 + .6) / 2."""
    assert similarity.trade_complementarity([3, 1, 0], [1, 1, 2]) == pytest.approx(0.5)
    assert similarity.trade_complementarity([2, 8, 0], [0, 2, 3]) == pytest.approx(1 - (0.2 + 0.4 + 0.6) / 2)


def test_grubel_lloyd_by_hand() -> None:
    """100 out and 60 back in one sector, 0 and 40 in the other: 1 − (40 + 40) / 200."""
    assert similarity.grubel_lloyd([100, 0], [60, 40]) == pytest.approx(0.6)
    assert similarity.grubel_lloyd([0], [0]) == 0.0


def test_market_potential_by_hand() -> None:
    """Demand 100 at a delivered price of 1.25 with an elasticity of 4: 100 / 1.25⁴ = 40.96."""
    reach = similarity.market_potential([[7.0], [100.0]], [[[1.0], [1.25]], [[1.25], [1.0]]], [4.0])
    np.testing.assert_allclose(reach[:, :, 0], [[0.0, 40.96], [7 / 1.25**4, 0.0]])


def test_indices_take_batches_and_refuse_faults() -> None:
    batch = np.array([[A, B], [B, B]])
    np.testing.assert_allclose(similarity.finger_kreinin(batch, B), [[0.7, 1.0], [1.0, 1.0]])
    with pytest.raises(DataError, match="negative, missing or not finite"):
        similarity.krugman([1.0, -1.0], [1.0, 1.0])
    with pytest.raises(DataError, match="not finite"):
        similarity.cosine([1.0, np.nan], [1.0, 1.0])
    with pytest.raises(OptionError, match="same sectors"):
        similarity.finger_kreinin([1.0, 2.0], [1.0, 2.0, 3.0])
    with pytest.raises(DataError, match="below the price at the works"):
        similarity.market_potential([[1.0]], [[[0.5]]], [1.0])


def test_miller_and_blair_two_sectors() -> None:
    """Miller & Blair (2009), section 2.3: L = [[1.2541, .3300], [.2640, 1.1221]]; d is its column sums, u Ghosh's."""
    flows, output = np.array([[150.0, 500.0], [200.0, 100.0]]), np.array([1000.0, 2000.0])
    np.testing.assert_allclose(position.downstreamness(flows, output), [1.5182, 1.4521], atol=1e-4)
    # (I − B)⁻¹ 1 with B = [[.15, .5], [.1, .05]] and determinant .7575, by hand.
    np.testing.assert_allclose(position.upstreamness(flows, output), [1.45 / 0.7575, 0.95 / 0.7575], rtol=1e-12)


def test_chain_flows_share_out_every_use_alike() -> None:
    """A region buys 30 of 100 from the other; of its 60 of inputs 18 come from there."""
    trade = np.array([[[70.0], [30.0]], [[10.0], [40.0]]])
    flows = position.chain_flows(trade, np.array([[[60.0]], [[20.0]]]))
    np.testing.assert_allclose(flows, [[42.0, 4.0], [18.0, 16.0]])


def test_a_chain_without_an_end_is_an_error() -> None:
    with pytest.raises(SolveError, match="no end"):
        position.upstreamness(np.array([[2.0]]), np.array([1.0]))


def test_meeting_by_hand() -> None:
    """The buyer takes 9 outside; the two others sell 6 and 4 outside, so 5.4 and 3.6 would come from them."""
    sold, bought = np.array([[6.0], [2.0], [4.0]]), np.array([[0.0], [9.0], [3.0]])
    np.testing.assert_allclose(meeting(sold, bought)[1, :, 0], [5.4, 0.0, 3.6])
    np.testing.assert_allclose(meeting(sold, bought).sum(axis=1), bought)


def test_surplus_match_and_saving_by_hand() -> None:
    amount, size, ratio = surplus(np.array([30.0, 10.0, 20.0]), np.array([10.0, 30.0, 20.0]), True)
    np.testing.assert_allclose([amount, size, ratio], [[20, -20, 0], [40, 40, 40], [0.5, -0.5, 0]])
    amount, _, _ = surplus(np.array([30.0, 10.0, 20.0]), np.array([100.0, 100.0, 100.0]), False)
    np.testing.assert_allclose(amount, [10, -10, 0])
    assert match(amount[[0]], amount[[1]]).tolist() == [10.0]
    assert match(amount[[1]], amount[[0]]).tolist() == [0.0]
    trade = np.array([[[5.0, 1.0], [2.0, 0.0]], [[4.0, 3.0], [9.0, 9.0]]])
    np.testing.assert_allclose(saving_balance(trade), [5.0, -5.0])


def test_easing_reaches_the_share_it_aims_at() -> None:
    """Buyers with constant elasticity: s′ / (1 − s′) = κ̂^−θ s / (1 − s)."""
    ratio, part = easing(0.1, 0.3, 4.0, 1.0)
    share = 0.1 * ratio**-4 / (0.9 + 0.1 * ratio**-4)
    assert (share, part) == (pytest.approx(0.3), pytest.approx(1.0))
    capped, part = easing(0.1, 0.3, 4.0, 0.05)
    assert capped == 0.95
    assert 0 < part < 1


def test_band_counts_the_figure_itself() -> None:
    """(1 + #{chance ≥ value}) / (1 + draws), Davison & Hinkley (1997), section 4.2."""
    found = nulls.band(10.0, np.arange(1.0, 100.0))
    assert found.above == pytest.approx((1 + 90) / 100)
    assert found.below == pytest.approx((1 + 10) / 100)
    assert nulls.band(1000.0, np.arange(1.0, 100.0)).verdict == "more"
    assert nulls.band(0.0, np.arange(1.0, 100.0)).verdict == "less"


def test_sizes_alone_without_the_diagonal_by_hand() -> None:
    """Three equal regions that sell and buy 2 each outside: 1 to each other."""
    allowed = ~np.eye(3, dtype=bool)
    np.testing.assert_allclose(nulls.sizes_alone(np.full(3, 2.0), np.full(3, 2.0), allowed), allowed.astype(float))


def test_margins_that_cannot_be_met_are_an_error() -> None:
    with pytest.raises(SolveError, match="no table has these row and column sums"):
        nulls.sizes_alone(np.array([5.0, 1.0]), np.array([5.0, 1.0]), ~np.eye(2, dtype=bool))


@pytest.mark.parametrize("rest", [1e-1, 1e-4, 1e-8, 0.0])
def test_one_region_with_nearly_all_of_the_trade(rest: float) -> None:
    """A star: the less passes between the others, the slower plain scaling; all sums are still met."""
    rng = np.random.default_rng(1)
    flows = rng.lognormal(0, 1, (6, 6)) * rest
    flows[0], flows[:, 0] = rng.lognormal(0, 1, 6), rng.lognormal(0, 1, 6)
    np.fill_diagonal(flows, 0)
    found = nulls.rewire(flows[:, :, None], 20, np.random.default_rng(0))[..., 0]
    np.testing.assert_allclose(found.sum(axis=2), np.tile(flows.sum(axis=1), (20, 1)), atol=1e-4)
    np.testing.assert_allclose(found.sum(axis=1), np.tile(flows.sum(axis=0), (20, 1)), atol=1e-4)
    assert (np.diagonal(found, axis1=1, axis2=2) == 0).all()


def test_a_location_quotient_aligns_its_reference_by_name() -> None:
    table = pd.DataFrame([[20.0, 20.0]], ["Hubei"], ["steel", "grain"])
    country = pd.Series([800.0, 200.0], ["grain", "steel"])
    expected = pd.DataFrame([[2.5, 0.625]], ["Hubei"], ["steel", "grain"])
    for reference in (country, xr.DataArray(country, dims=["activity"])):
        pd.testing.assert_frame_equal(lq(table, reference), expected)
