"""What balancing and estimation must do for any table."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from yijiang.economy.estimate import Draw, RegionalTables, charm, feasible, gras, interregional, location_quotients, ras
from yijiang.economy.estimate.draws import RULES

# A cell a thousand times smaller than its line makes any scaling slow (the rate tends to 1): kept within a hundredfold.
CELLS = st.one_of(st.just(0.0), st.floats(0.5, 50.0))


@st.composite
def feasible_pairs(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """A table and another with the same zero cells, whose sums can therefore be met."""
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=6))
    prior = draw(hnp.arrays(float, shape, elements=CELLS))
    factor = draw(hnp.arrays(float, shape, elements=st.floats(0.2, 5.0)))
    return prior, prior * factor


@given(feasible_pairs())
def test_margins_are_met_and_zeros_kept(pair: tuple[np.ndarray, np.ndarray]) -> None:
    prior, target = pair
    result = ras(prior, target.sum(axis=1), target.sum(axis=0))
    largest = max(target.sum(axis=1).max(), target.sum(axis=0).max(), 1e-300)
    np.testing.assert_allclose(result.table.sum(axis=1), target.sum(axis=1), atol=1e-8 * largest)
    np.testing.assert_allclose(result.table.sum(axis=0), target.sum(axis=0), atol=1e-8 * largest)
    assert ((result.table == 0) == (prior == 0)).all()
    assert (result.table >= 0).all()


@given(feasible_pairs())
def test_balancing_twice_changes_nothing(pair: tuple[np.ndarray, np.ndarray]) -> None:
    prior, target = pair
    once = ras(prior, target.sum(axis=1), target.sum(axis=0), tol=1e-12)
    twice = ras(once.table, target.sum(axis=1), target.sum(axis=0), tol=1e-11)
    np.testing.assert_allclose(twice.table, once.table, rtol=1e-7, atol=1e-9)
    assert twice.iterations <= 2


@given(
    hnp.arrays(float, (3, 4), elements=st.floats(0.1, 10.0)), hnp.arrays(float, (3, 4), elements=st.floats(0.2, 5.0))
)
def test_result_is_the_nearest_table(prior: np.ndarray, factor: np.ndarray) -> None:
    """Any move along a cycle (the sums stay) increases Σ x ln(x ÷ a): ln(x ÷ a) adds up to 0 around every cycle."""
    target = prior * factor
    x = ras(prior, target.sum(axis=1), target.sum(axis=0), tol=1e-13).table
    slope = np.log(x / prior)
    cycle = slope[:-1, :-1] + slope[1:, 1:] - slope[:-1, 1:] - slope[1:, :-1]
    np.testing.assert_allclose(cycle, 0.0, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(feasible_pairs(), st.integers(0, 2**31))
def test_gras_meets_margins_and_keeps_signs(pair: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    prior, target = pair
    sign = np.where(np.random.default_rng(seed).random(prior.shape) < 0.3, -1.0, 1.0)
    prior, target = prior * sign, target * sign
    rows, columns = target.sum(axis=1), target.sum(axis=0)
    result = gras(prior, rows, columns)
    largest = max(np.abs(rows).max(), np.abs(columns).max(), 1e-300)
    np.testing.assert_allclose(result.table.sum(axis=1), rows, atol=1e-8 * largest)
    np.testing.assert_allclose(result.table.sum(axis=0), columns, atol=1e-8 * largest)
    assert (result.table * prior >= 0).all()


@given(feasible_pairs(), st.floats(0.01, 100.0), st.floats(0.01, 100.0))
def test_units_do_not_matter(pair: tuple[np.ndarray, np.ndarray], of_prior: float, of_sums: float) -> None:
    """The prior counts up to a factor, the result is in the unit of the sums: homogeneous of degree 0 and 1."""
    prior, target = pair
    rows, columns = target.sum(axis=1), target.sum(axis=0)
    one = ras(prior, rows, columns, tol=1e-12).table
    other = ras(of_prior * prior, of_sums * rows, of_sums * columns, tol=1e-12).table
    np.testing.assert_allclose(other, of_sums * one, rtol=1e-6, atol=1e-9 * of_sums * max(one.max(initial=0.0), 1.0))


@given(feasible_pairs(), st.integers(0, 2**31))
def test_held_cells_of_a_table_that_exists_leave_the_rest_possible(
    pair: tuple[np.ndarray, np.ndarray], seed: int
) -> None:
    prior, target = pair
    held = np.where(np.random.default_rng(seed).random(prior.shape) < 0.3, target, np.nan)
    rows, columns = target.sum(axis=1), target.sum(axis=0)
    assert feasible(prior, rows, columns, held=held)
    table = ras(prior, rows, columns, tol=1e-8, held=held).table
    kept = ~np.isnan(held)
    np.testing.assert_array_equal(table[kept], target[kept])
    np.testing.assert_allclose(table.sum(axis=1), rows, atol=1e-7 * max(rows.max(), 1e-300))


@given(
    hnp.arrays(float, 4, elements=st.floats(0.1, 10.0)),
    hnp.arrays(float, 4, elements=st.floats(0.0, 1.0)),
    st.floats(0.0, 0.9),
)
def test_a_smaller_region_supplies_less_by_flq(nation: np.ndarray, share: np.ndarray, delta: float) -> None:
    region = nation * np.maximum(share, 0.05)
    large, small = (location_quotients(x, nation, "flq", delta=delta) for x in (region, region / 2))
    assert (small <= large + 1e-12).all()
    np.testing.assert_allclose(
        location_quotients(region, nation, "flq", delta=0), location_quotients(region, nation, "cilq")
    )


@given(
    hnp.arrays(float, (4, 2), elements=st.floats(1.0, 100.0)),
    hnp.arrays(float, (2, 4, 2), elements=st.floats(0.0, 50.0)),
)
def test_charm_adds_the_same_to_both_sides(output: np.ndarray, flows: np.ndarray) -> None:
    result = charm(output, output, flows[0], flows[1])
    np.testing.assert_allclose(result.outflow - flows[0], result.inflow - flows[1], atol=1e-12)
    assert (result.added >= 0).all()


@st.composite
def regional_tables(draw: st.DrawFn) -> RegionalTables:
    """Tables of 3 to 5 regions whose own accounts hold; the country's outflow and inflow need not agree."""
    n, k = draw(st.integers(3, 5)), draw(st.integers(1, 3))

    def cells(shape: tuple[int, ...], low: float, high: float) -> np.ndarray:
        values = st.floats(max(low, 0.01), high)
        return draw(hnp.arrays(float, shape, elements=values if low > 0 else st.one_of(st.just(0.0), values)))

    output = cells((n, k), 10.0, 100.0)
    inputs = cells((n, k, k), 0.0, 0.8 / k) * output[:, None, :]
    export, import_, outflow, inflow = cells((4, n, k), 0.0, 60.0)
    final = output - export - outflow + import_ + inflow - inputs.sum(axis=2)
    names = (tuple(f"r{i}" for i in range(n)), tuple(f"s{j}" for j in range(k)))
    return RegionalTables(output, inputs, final, export, import_, outflow, inflow, output - inputs.sum(axis=1), *names)


@settings(max_examples=60, deadline=None)
@given(regional_tables(), st.floats(0.0, 2.5), st.sampled_from(RULES), st.booleans())
def test_accounts_hold_for_every_draw(given_: RegionalTables, exponent: float, closing: str, hauling: bool) -> None:
    count = len(given_.regions)
    place = np.arange(count) + 1.0
    km = pd.DataFrame(np.add.outer(place, place), index=list(given_.regions), columns=list(given_.regions))
    found = interregional(given_, km, [Draw(exponent, closing, ("all",) if hauling else ())])
    trade, final = found.trade[0].to_numpy(), found.final[0].to_numpy()
    assert (trade >= 0).all()
    assert (trade[count, count] == 0).all()
    np.testing.assert_allclose(trade[:, :count].sum(axis=0), given_.output, rtol=1e-7)
    bought = given_.intermediate.sum(axis=2) + final
    np.testing.assert_allclose(trade[:count].sum(axis=1), bought, rtol=1e-9, atol=1e-9)
