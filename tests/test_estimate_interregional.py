"""Interregional trade: hand-made cases, the steps one by one, the accounts of every draw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from yijiang.economy.estimate import Draw, RegionalTables, balance_uses, interregional
from yijiang.economy.estimate.kernels import (
    close,
    gravity,
    open_up,
    remove_transit,
    scale_to,
    star,
)
from yijiang.economy.estimate.scaling import newton_scale, ras_scale
from yijiang.errors import DataError, OptionError

NAMES = ("Upper", "Middle", "Lower")


def tables() -> RegionalTables:
    """Three regions, two sectors: each row and column account holds, outflow and inflow agree over the regions."""
    output = np.array([[100.0, 80.0], [120.0, 200.0], [60.0, 300.0]])
    export = np.array([[5.0, 0.0], [0.0, 20.0], [10.0, 60.0]])
    import_ = np.array([[0.0, 10.0], [15.0, 0.0], [20.0, 30.0]])
    outflow = np.array([[30.0, 10.0], [20.0, 40.0], [5.0, 50.0]])
    inflow = np.array([[10.0, 40.0], [15.0, 30.0], [30.0, 30.0]])
    share = np.array([[0.1, 0.2], [0.3, 0.4]])
    inputs = share[None] * output[:, None, :]
    final = output - export - outflow + import_ + inflow - inputs.sum(axis=2)
    added = output - inputs.sum(axis=1)
    return RegionalTables(output, inputs, final, export, import_, outflow, inflow, added, NAMES, ("grain", "tools"))


def distance(names: tuple[str, ...] = NAMES) -> pd.DataFrame:
    place = np.arange(len(names)) * 300.0
    return pd.DataFrame(np.abs(place[:, None] - place), index=list(names), columns=list(names))


def test_hand_made_case_keeps_every_figure_of_the_tables() -> None:
    given = tables()
    assert given.row_error() < 1e-15
    found = interregional(given, distance())
    trade = found.trade[0].to_numpy()
    np.testing.assert_allclose(trade[:, :3].sum(axis=0), given.output, rtol=1e-12)
    np.testing.assert_allclose(found.final[0], given.final, rtol=1e-8)
    np.testing.assert_allclose(trade[3, :3], given.export)
    np.testing.assert_allclose(trade[:3, 3], given.import_)
    own = np.arange(3)
    inside = trade[:3, :3].copy()
    inside[own, own] = 0
    np.testing.assert_allclose(inside.sum(axis=0), given.outflow, rtol=1e-8)
    np.testing.assert_allclose(inside.sum(axis=1), given.inflow, rtol=1e-8)
    np.testing.assert_allclose(trade[own, own], given.output - given.export - given.outflow, rtol=1e-8)
    assert (found.residuals.to_numpy() < 1e-9).all()
    assert found.trade.dims == ("draw", "importer", "exporter", "sector")
    # Three regions, no trade with oneself: one free cell a sector, and its cross-ratio is that of the prior.
    ratio = inside[1, 0] * inside[2, 1] * inside[0, 2] / (inside[0, 1] * inside[1, 2] * inside[2, 0])
    np.testing.assert_allclose(ratio, 1.0, rtol=1e-8)


def test_two_near_pairs_trade_by_the_law_of_gravity() -> None:
    names = ("A", "B", "C", "D")
    x = np.full((4, 1), 100.0)
    thirty = np.full((4, 1), 30.0)
    given = RegionalTables(x, 0.5 * x[:, :, None], 0.5 * x, 0 * x, 0 * x, thirty, thirty, 0.5 * x, names, ("grain",))
    km = pd.DataFrame(2.0, index=list(names), columns=list(names))
    for a, b in ("AB", "CD"):
        km.loc[a, b] = km.loc[b, a] = 1.0
    draws = [Draw(1.0), Draw(2.0), Draw(0.0)]
    found = interregional(given, km, draws)
    # Weights 1, ½^β, ½^β: the near partner gets 30 ÷ (1 + 2 · ½^β).
    np.testing.assert_allclose(found.flow("A", "B"), [15.0, 20.0, 10.0], rtol=1e-9)
    np.testing.assert_allclose(found.flow("A", "C"), [7.5, 5.0, 10.0], rtol=1e-9)


def test_cost_is_aligned_by_name_and_its_unit_does_not_matter() -> None:
    base = interregional(tables(), distance())
    shuffled = distance().loc[["Lower", "Upper", "Middle"], ["Middle", "Lower", "Upper"]] * 1e6
    np.testing.assert_allclose(interregional(tables(), shuffled).trade, base.trade, rtol=1e-9)


def test_closing_rules_scale_to_the_sum_they_name() -> None:
    given = tables()
    given = replace(given, inflow=given.inflow * 1.25)
    sent, received = given.outflow.sum(), given.inflow.sum()
    expected = {"min": sent, "mean": (sent + received) / 2, "outflow": sent, "inflow": received}
    found = interregional(given, distance(), [Draw(1.0, rule) for rule in expected])
    np.testing.assert_allclose(found.amounts["traded"], list(expected.values()), rtol=1e-9)
    assert (found.residuals.to_numpy() < 1e-9).all()
    np.testing.assert_allclose(
        found.trade[:, :, :3].sum("importer"), np.broadcast_to(given.output, (4, 3, 2)), rtol=1e-12
    )


def test_cross_hauling_raises_trade_of_the_chosen_region_both_ways() -> None:
    given = tables()
    low = replace(given, outflow=given.outflow.copy(), inflow=given.inflow.copy())
    low.outflow[0] -= [10.0, 10.0]
    low.inflow[0] -= [10.0, 10.0]
    found = interregional(low, distance(), [Draw(), Draw(cross_hauling=("upper",)), Draw(cross_hauling=("all",))])
    more = found.flow("Upper", "Lower")
    assert more[1] > more[0]
    assert found.flow("Lower", "Upper")[1] > found.flow("Lower", "Upper")[0]
    assert found.amounts["cross_hauling"].tolist()[0] == 0.0
    assert found.amounts["cross_hauling"][2] >= found.amounts["cross_hauling"][1] > 0.0


def test_random_draws_follow_the_seed() -> None:
    one, again = (interregional(tables(), distance(), 6, seed=3) for _ in range(2))
    assert one.draws == again.draws
    assert one.draws[0] == Draw()
    assert one.trade.identical(again.trade)
    assert one.draws != interregional(tables(), distance(), 6, seed=4).draws


def test_transit_leaves_both_sides_alike() -> None:
    output, nothing = np.array([[10.0]]), np.array([[0.0]])
    found = remove_transit(output, nothing, nothing, np.array([[30.0]]), np.array([[25.0]]))
    assert (found.outflow.item(), found.inflow.item(), found.passed, found.clipped) == (10.0, 5.0, 20.0, 0.0)
    stuck = remove_transit(output, nothing, nothing, np.array([[30.0]]), np.array([[5.0]]))
    assert (stuck.outflow.item(), stuck.inflow.item(), stuck.clipped) == (10.0, 0.0, 15.0)


def test_imports_sent_on_become_imports_of_those_who_get_them() -> None:
    # The port makes 10, imports 50 and sends 40 on; the two others report the inflow.
    output = np.array([[10.0], [100.0], [100.0]])
    import_ = np.array([[50.0], [0.0], [0.0]])
    outflow, inflow = np.array([[40.0], [0.0], [0.0]]), np.array([[0.0], [30.0], [10.0]])
    found = remove_transit(output, 0 * output, import_, outflow, inflow)
    np.testing.assert_allclose(found.import_[:, 0], [20.0, 22.5, 7.5])
    np.testing.assert_allclose(found.inflow[:, 0], [0.0, 7.5, 2.5])
    assert found.outflow[0, 0] == 10.0


def test_closing_serves_needs_first_and_respects_supply() -> None:
    outflow, inflow = np.array([[60.0], [0.0], [0.0]]), np.array([[0.0], [50.0], [50.0]])
    supply, needs = np.array([[60.0], [0.0], [100.0]]), np.array([[0.0], [45.0], [10.0]])
    o, f = close(outflow, inflow, supply, needs, "min")
    np.testing.assert_allclose(o[:, 0], [60.0, 0.0, 0.0])
    np.testing.assert_allclose(f[:, 0], [0.0, 45.0, 15.0])
    o, f = close(outflow, inflow, supply, needs, "inflow")
    np.testing.assert_allclose([o.sum(), f.sum()], [60.0, 60.0])


def test_scaling_within_bounds() -> None:
    values = np.array([10.0, 20.0, 0.0, 30.0])
    np.testing.assert_allclose(
        scale_to(values, 90.0, np.zeros(4), np.array([100.0, 25.0, 9.0, 100.0])), [16.25, 25, 0, 48.75]
    )
    np.testing.assert_allclose(scale_to(values, 30.0, np.array([8.0, 0, 0, 0]), np.full(4, 99.0)), [8, 8.8, 0, 13.2])
    np.testing.assert_allclose(scale_to(values, 500.0, np.zeros(4), np.full(4, 40.0)), [40, 40, 0, 40])


def test_no_region_trades_with_itself() -> None:
    # The first would sell 90 to others that buy 20: 70 of it to itself.
    o, f = open_up(np.array([90.0, 5.0, 5.0]), np.array([80.0, 10.0, 10.0]))
    np.testing.assert_allclose([o, f], [[20, 5, 5], [10, 10, 10]])
    # Now all others trade with it alone.
    np.testing.assert_allclose(star(o, f, 0), [[0, 10, 10], [5, 0, 0], [5, 0, 0]])
    kept = open_up(np.array([30.0, 30.0, 30.0]), np.array([50.0, 20.0, 20.0]))
    np.testing.assert_allclose(kept, [[30, 30, 30], [50, 20, 20]])
    np.testing.assert_allclose(open_up(np.array([9.0, 0.0]), np.array([9.0, 0.0])), 0.0)


def test_newton_finishes_where_scaling_crawls() -> None:
    # All but a ten-thousandth of the trade goes through the first region.
    o, f = np.array([0.6, 0.2, 0.2]), np.array([0.3999, 0.3, 0.3001])
    prior = gravity(o, f, np.ones((3, 3)), 1.0)
    crawling = ras_scale(prior, o, f, 1e-12, 200)
    assert crawling.residual > 1e-6
    found = newton_scale(prior, o, f, crawling, 1e-12, 50)
    assert found.residual <= 1e-12
    table = found.rows[:, None] * prior * found.columns
    np.testing.assert_allclose([table.sum(axis=1), table.sum(axis=0)], [o, f], rtol=1e-10)


def test_balanced_uses_hold_every_account() -> None:
    given = tables()
    given = replace(given, intermediate=given.intermediate.copy(), final=given.final * [[1.4, 0.8]])
    found = balance_uses(given, tol=1e-12)
    moved = found.tables
    supply = (given.output - given.export + given.import_).sum(axis=0)
    np.testing.assert_allclose(moved.intermediate.sum(axis=(0, 2)) + moved.final.sum(axis=0), supply, rtol=1e-9)
    np.testing.assert_allclose(moved.intermediate.sum(axis=1), given.output - given.value_added, rtol=1e-9)
    np.testing.assert_allclose(moved.final.sum(axis=1), found.final_factor * given.final.sum(axis=1), rtol=1e-9)
    # Grain was asked for too much: its use falls, that of tools rises.
    assert found.intermediate_ratio[0] < 1 < found.intermediate_ratio[1]
    with pytest.raises(DataError, match="leaves nothing"):
        balance_uses(replace(given, final=-given.final))


def test_balanced_tables_are_left_alone() -> None:
    found = balance_uses(tables(), tol=1e-12)
    np.testing.assert_allclose(found.tables.intermediate, tables().intermediate, rtol=1e-9)
    assert found.final_factor == pytest.approx(1.0)


def test_faults_are_found_and_named() -> None:
    with pytest.raises(OptionError, match="closing"):
        interregional(tables(), distance(), [Draw(closing="median")])
    with pytest.raises(OptionError, match="unknown region"):
        interregional(tables(), distance(), [Draw(cross_hauling=("Delta",))])
    with pytest.raises(OptionError, match="exponent"):
        interregional(tables(), distance(), [Draw(-1.0)])
    with pytest.raises(OptionError, match="at least one draw"):
        interregional(tables(), distance(), [])
    with pytest.raises(OptionError, match="name of a region"):
        interregional(tables(), distance(), abroad="Upper")
    with pytest.raises(DataError, match="no cost is given"):
        interregional(tables(), distance().drop(index="Lower"))
    with pytest.raises(DataError, match="Upper to Lower"):
        interregional(tables(), distance().replace(600.0, 0.0))
    with pytest.raises(DataError, match="names ask for"):
        interregional(replace(tables(), output=np.ones((2, 2))), distance())
    with pytest.raises(DataError, match="miss output"):
        interregional(replace(tables(), value_added=tables().value_added * 1.2), distance())
    hole = tables()
    hole.inflow[1, 1] = np.nan
    with pytest.raises(DataError, match="Middle, tools"):
        interregional(hole, distance())


def test_the_tables_are_not_changed() -> None:
    given = tables()
    interregional(given, distance(), [Draw(1.0, "mean", ("all",))])
    balance_uses(given)
    assert given == tables()
    assert given != replace(given, output=given.output + 1)
