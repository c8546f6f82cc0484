"""Known flows, the joint closing, a national control, and what an ensemble says of itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from yijiang.economy.estimate import Draw, RegionalTables, balance_uses, close_jointly, interregional
from yijiang.errors import DataError, OptionError, SolveError

NAMES = ("A", "B", "C", "D")
SECTORS = ("grain", "tools")


def tables(seed: int = 0, gap: float = 1.0) -> RegionalTables:
    """Four regions, two sectors; every region's account holds, the country's trade only if `gap` is 1."""
    rng = np.random.default_rng(seed)
    output, outflow = rng.uniform(80, 120, (4, 2)), rng.uniform(10, 30, (4, 2))
    inflow = rng.uniform(10, 30, (4, 2))
    inflow *= gap * outflow.sum(axis=0) / inflow.sum(axis=0)
    export, import_ = rng.uniform(0, 10, (2, 4, 2))
    inputs = rng.uniform(0.1, 0.25, (4, 2, 2)) * output[:, None, :]
    final = output - export - outflow + import_ + inflow - inputs.sum(axis=2)
    added = output - inputs.sum(axis=1)
    return RegionalTables(output, inputs, final, export, import_, outflow, inflow, added, NAMES, SECTORS)


def km() -> pd.DataFrame:
    place = np.array([0.0, 1.0, 3.0, 7.0])
    return pd.DataFrame(np.abs(place[:, None] - place) + 0.5, list(NAMES), list(NAMES))


def survey(*rows: tuple[str, str, str, float], status: str = "official") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["exporter", "importer", "sector", "value"])
    return frame.assign(status=status)


EVERY = [Draw(1.0, rule, where) for rule in ("min", "mean", "joint") for where in ((), ("A",), ("all",))]


def test_a_known_flow_is_kept_in_every_draw_with_its_status_and_all_accounts_hold() -> None:
    given = tables(gap=1.2)
    known = survey(("A", "B", "grain", 4.0), ("D", "A", "grain", 0.0), status="aggregated")
    found = interregional(given, km(), EVERY, known=known)
    cell = found.trade.sel(exporter="A", importer="B", sector="grain").to_numpy()
    np.testing.assert_allclose(cell, 4.0, rtol=1e-9)
    np.testing.assert_allclose(found.trade.sel(exporter="D", importer="A", sector="grain"), 0.0, atol=1e-12)
    assert found.status.sel(exporter="A", importer="B", sector="grain").item() == "aggregated"
    assert found.status.sel(exporter="B", importer="A", sector="grain").item() == "estimated"
    assert found.residuals.to_numpy().max() < 1e-9
    np.testing.assert_allclose(found.trade[:, :, :4].sum("importer"), np.broadcast_to(given.output, (9, 4, 2)))
    # Other sectors do not feel it.
    plain = interregional(given, km(), EVERY)
    np.testing.assert_allclose(found.trade.sel(sector="tools"), plain.trade.sel(sector="tools"))


def test_a_survey_beyond_the_report_adds_two_way_trade_and_moves_no_balance() -> None:
    given = tables()
    large = float(given.outflow[0, 0]) + 20.0
    found = interregional(given, km(), [Draw()], known=survey(("A", "B", "grain", large)))
    plain = interregional(given, km(), [Draw()])
    assert found.amounts["surveyed"][0] > 20.0
    assert plain.amounts["surveyed"][0] == 0.0
    np.testing.assert_allclose(found.final, plain.final, rtol=1e-9)
    assert found.flow("A", "B")[0] > plain.flow("A", "B")[0]


def test_contradictory_known_flows_are_named() -> None:
    given = tables()
    with pytest.raises(DataError, match=r"A would send 190.*A → B 100, A → C 90"):
        interregional(given, km(), known=survey(("A", "B", "grain", 100.0), ("A", "C", "grain", 90.0)))
    # Nothing may reach D but a trickle from A, though D reports more.
    trickle = [(i, "D", "grain", 0.0) for i in "BC"] + [("A", "D", "grain", 0.1)]
    with pytest.raises(DataError, match="would have to send"):
        interregional(given, km(), known=survey(*trickle))
    wrong = [("A", "A", "grain", 1.0), ("A", "X", "grain", 1.0), ("A", "B", "grain", -1.0)]
    with pytest.raises(DataError) as caught:
        interregional(given, km(), known=survey(*wrong, status="guess"))
    text = str(caught.value)
    assert all(t in text for t in ("is the exporter itself", "unknown importer 'X'", "at least 0", "unknown status"))
    twice = survey(("A", "B", "grain", 1.0), ("A", "B", "grain", 2.0))
    with pytest.raises(DataError, match="A → B, grain is given twice"):
        interregional(given, km(), known=twice)
    with pytest.raises(OptionError, match="missing: status"):
        interregional(given, km(), known=twice.drop(columns="status"))


def test_one_cost_a_sector() -> None:
    given = tables()
    far = km() ** 3
    both = interregional(given, {"grain": km(), "tools": far})
    near, away = interregional(given, km()), interregional(given, far)
    np.testing.assert_allclose(both.trade.sel(sector="grain"), near.trade.sel(sector="grain"))
    np.testing.assert_allclose(both.trade.sel(sector="tools"), away.trade.sel(sector="tools"))
    with pytest.raises(DataError, match="no cost is given for the sector"):
        interregional(given, {"grain": km()})


def test_joint_closing_leaves_final_use_in_proportion_and_balances_every_account() -> None:
    given = tables(gap=1.3)
    used = balance_uses(given, tol=1e-12).tables
    found = interregional(used, km(), [Draw(1.0, "joint"), Draw(1.0, "min")])
    # One factor for all regions, where the other rule leaves each its own.
    np.testing.assert_allclose(found.factors.loc[0], 1.0, rtol=1e-6)
    assert found.factors.loc[1].max() / found.factors.loc[1].min() > 1.01
    inputs = used.intermediate.sum(axis=2)
    closed = close_jointly(used.output - used.export, used.import_, inputs, used.final, used.outflow, used.inflow)
    rows = closed.final + closed.outflow - closed.inflow
    np.testing.assert_allclose(rows, used.output - used.export + used.import_ - inputs, rtol=1e-12)
    np.testing.assert_allclose(closed.outflow.sum(axis=0), closed.inflow.sum(axis=0), rtol=1e-9)


def test_joint_closing_is_left_alone_by_tables_that_fit() -> None:
    given = tables()
    closed = close_jointly(
        given.output - given.export, given.import_, given.intermediate.sum(axis=2), given.final, given.outflow,
        given.inflow,
    )  # fmt: skip
    np.testing.assert_allclose(closed.outflow, given.outflow, rtol=1e-6)
    np.testing.assert_allclose(closed.final, given.final, rtol=1e-6)


def test_joint_closing_keeps_supply_and_says_when_it_cannot() -> None:
    one = np.ones((3, 1))
    # The first region makes 10 and reports to send 40: it sends what it makes at most.
    closed = close_jointly(
        [[10.0], [100.0], [100.0]], 0 * one, 0 * one, [[30.0], [60.0], [120.0]], [[40.0], [50.0], [10.0]],
        [[60.0], [10.0], [30.0]],
    )  # fmt: skip
    assert closed.outflow[0, 0] <= 10.0 * (1 + 1e-9)
    np.testing.assert_allclose(closed.outflow.sum(), closed.inflow.sum())
    with pytest.raises(SolveError, match="cannot be closed together"):
        # All supply and inputs agree, but final use of one region has no cell to hold its share.
        close_jointly([[10.0, 0.0]], [[0.0, 0.0]], [[0.0, 5.0]], [[10.0, 0.0]], [[0.0, 0.0]], [[0.0, 0.0]])


def test_national_control_holds_by_input_and_using_sector() -> None:
    given = tables(gap=1.3)
    rng = np.random.default_rng(9)
    national = given.intermediate.sum(axis=0) * rng.uniform(0.7, 1.4, (2, 2)), given.final.sum(axis=0) * [1.2, 0.9]
    found = balance_uses(given, tol=1e-12, national=national)
    moved = found.tables
    supply = (given.output - given.export + given.import_).sum(axis=0)
    np.testing.assert_allclose(moved.intermediate.sum(axis=(0, 2)) + moved.final.sum(axis=0), supply, rtol=1e-9)
    np.testing.assert_allclose(moved.intermediate.sum(axis=1), given.output - given.value_added, rtol=1e-9)
    np.testing.assert_allclose(moved.final.sum(axis=1), found.final_factor * given.final.sum(axis=1), rtol=1e-9)
    # RAS keeps cross-ratios: those of all regions together are now the nation's.
    total = moved.intermediate.sum(axis=0)

    def cross(z: np.ndarray) -> float:
        return float(z[0, 0] * z[1, 1] / (z[0, 1] * z[1, 0]))

    assert cross(total) == pytest.approx(cross(national[0]), rel=1e-9)
    assert cross(balance_uses(given, tol=1e-12).tables.intermediate.sum(axis=0)) != pytest.approx(
        cross(total), rel=1e-3
    )
    with pytest.raises(DataError, match="has shapes"):
        balance_uses(given, national=([[1.0]], [1.0]))


def test_summary_quantiles_and_the_central_draw() -> None:
    given = tables(gap=1.3)
    low = replace(given, outflow=given.outflow.copy(), inflow=given.inflow.copy())
    low.outflow[0] -= 8.0
    low.inflow[0] -= 8.0
    low.outflow[1, 1] = -0.5
    found = interregional(low, km(), EVERY)
    flow = found.flow("A", "B")
    assert found.quantiles("A", "B").loc[0.5] == pytest.approx(flow.median())
    text = found.summary("A", "B")
    assert "cut: outflow of B, tools: -0.5" in text
    assert f"{flow[3]:.6g}" in text
    assert "quantile 0.95" in text
    assert text.count("\n") > 9
    use = found.final_use()
    np.testing.assert_allclose(use.sum("category"), found.final)
    assert (use.sel(category="use") >= 0).all()
    assert (use.sel(category="stock_drawdown") <= 0).all()
    middle = found.central(("A", "B"))
    again = found.with_base(middle)
    assert again.draws[0] == EVERY[middle]
    assert again.central(("A", "B")) == 0
    assert sorted(map(repr, again.draws)) == sorted(map(repr, EVERY))
    np.testing.assert_allclose(again.flow("A", "B")[0], flow[middle])
    # It lies inside the range of the pair's flows.
    assert flow.min() < flow[middle] < flow.max()
