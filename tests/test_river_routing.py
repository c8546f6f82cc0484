"""Unsteady routing against cases by hand, against the steady solver, and against itself cut up and shared out."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from yijiang.errors import DataError, OptionError, SolveError
from yijiang.river import Lateral, Oxygen, RiverNetwork, Routed, route, steady
from yijiang.river.formulas import GRAMS_PER_SECOND
from yijiang.river.oxygen import DEFICIT
from yijiang.river.routing.coefficients import cut, fold, muskingum

DECAY = {"TP": 0.02, "COD": 0.3, "BOD": 0.25}


def river(**columns: list[object]) -> RiverNetwork:
    """Two headwaters, a lake, a branch that divides and joins again, an abstraction, and sections anywhere."""
    names = ["up", "side", "lake", "left", "right", "low", "end"]
    base: dict[str, list[object]] = {
        "reach": names,
        "downstream": ["lake", "lake", "low", "end", "end", "", ""],
        "length_km": [60.0, 30.0, 10.0, 50.0, 80.0, 40.0, 120.0],
        "flow_mean": [200.0, 100.0, 320.0, 150.0, 190.0, 330.0, 340.0],
        "velocity_mean": [0.8, 0.5, 1.0, 0.7, 0.6, 0.9, 1.0],
        "volume_mean": [None, None, 150.0, None, None, None, None],
        "depth_mean": [3.0, 2.0, 9.0, 3.0, 3.0, 4.0, 5.0],
        "abstraction": [0, 0, 0, 0, 0, 20.0, 0],
    }
    table = pd.DataFrame(base | columns)
    # up + side → lake → low → left, right → end
    for regime in ("flow", "velocity", "volume", "depth"):
        table[f"{regime}_low"] = table[f"{regime}_mean"]
    splits = pd.DataFrame({"reach": "low", "downstream": ["left", "right"], "share": [0.45, 0.55]})
    sections = pd.DataFrame(
        {
            "section": ["mouth", "middle", "top", "same", "in lake", "right end"],
            "reach": ["end", "end", "end", "end", "lake", "right"],
            "km": [float("nan"), 50.0, 0.0, 50.0, 4.0, float("nan")],
        }
    )
    return RiverNetwork(table, sections, splits=splits)


def side_water() -> dict[str, float]:
    """Side inflow that makes the flows of `river` [m³/s]."""
    return {"up": 200.0, "side": 100.0, "lake": 20.0, "low": 30.0, "left": 1.5, "right": 8.5, "end": 0.0}


def constant(net: RiverNetwork, steps: int, **options: object) -> Routed:
    """Everything constant: side inflow, loads at heads and along reaches."""
    flows = side_water()
    time = xr.DataArray(np.ones(steps), dims="time")
    water = xr.DataArray(list(flows.values()), dims="reach", coords={"reach": list(flows)}) * time
    shares = pd.DataFrame(
        {
            "reach": ["up", "side", "lake", "low", "left", "end", "up"],
            "series": ["a", "b", "a", "b", "a", "b", "b"],
            "share": [0.5, 0.4, 0.2, 0.3, 0.3, 0.3, 0.1],
            "enters": ["point", "spread", "spread", "point", "spread", "spread", "spread"],
        }
    )
    series = xr.DataArray(
        [[[900.0, 3000.0, 2000.0]], [[400.0, 1000.0, 800.0]]],
        dims=("series", "time", "pollutant"),
        coords={"series": ["a", "b"], "pollutant": list(DECAY)},
    ).isel(time=0) * time  # fmt: skip
    loads = Lateral(series, shares, "g/s")
    return route(net, water.assign_attrs(unit="m³/s"), loads, step_hours=24.0, decay=DECAY, **options)  # type: ignore[arg-type]


def steady_loads() -> pd.DataFrame:
    """The loads of `constant` in t/yr."""
    a, b = {"TP": 900.0, "COD": 3000.0, "BOD": 2000.0}, {"TP": 400.0, "COD": 1000.0, "BOD": 800.0}
    rows = []
    for reach, source, share, kind in (
        ("up", a, 0.5, "point"), ("side", b, 0.4, "spread"), ("lake", a, 0.2, "spread"), ("low", b, 0.3, "point"),
        ("left", a, 0.3, "spread"), ("end", b, 0.3, "spread"), ("up", b, 0.1, "spread"),
    ):  # fmt: skip
        name = "a" if source is a else "b"
        rows += [(name, reach, p, share * g / GRAMS_PER_SECOND, kind) for p, g in source.items()]
    return pd.DataFrame(rows, columns=["source", "reach", "pollutant", "tonnes", "spread"])


@pytest.mark.parametrize("options", [{}, {"sub_reaches": 3}, {"threads": 2}])
def test_constant_input_is_the_steady_state(options: dict[str, object]) -> None:
    net = river()
    oxygen = Oxygen(18.0, {"BOD": 1.0}, consumption={"BOD": 0.2}, reaeration=0.4)
    theta = {"TP": 1.0, "COD": 1.02}
    result = constant(net, 4, oxygen=oxygen, theta=theta, **options)
    still = steady(net, steady_loads(), DECAY, oxygen=oxygen, theta=theta)
    assert still.balance <= 1e-12
    assert result.balance <= 1e-13
    for step in range(4):
        flow = result.flow.isel(time=step, scenario=0)
        assert flow.to_numpy() == pytest.approx(net.hydraulics().section_flow, rel=1e-12)
        for name in (*DECAY, DEFICIT):
            found = result.concentration.isel(time=step, scenario=0).sel(pollutant=name).to_numpy()
            assert found == pytest.approx(still.concentration[name].to_numpy(), rel=1e-11)
    assert result.dissolved_oxygen.isel(time=0, scenario=0).to_numpy() == pytest.approx(
        still.oxygen["DO"].to_numpy(),
        rel=1e-11,  # type: ignore[index]
    )


def test_a_river_starting_empty_comes_to_the_steady_state() -> None:
    net = river()
    result = constant(net, 400, start="empty")
    still = steady(net, steady_loads(), DECAY)
    last = result.concentration.isel(time=-1, scenario=0).to_numpy()
    assert last == pytest.approx(still.concentration[list(DECAY)].to_numpy(), rel=1e-9)
    assert result.balance <= 1e-12
    rising = result.load.sum("series").isel(scenario=0).to_numpy()
    assert np.all(np.diff(rising, axis=1) >= -1e-9 * rising[:, -1:])


def test_one_reach_by_hand() -> None:
    # K = 12 h, x = 0 and Δt = 24 h: a = b = 1/2, c = 0. L/u = 24 h, so V₀ = Q · 12 h = 50 m³/s · Δt at Q = 100 m³/s.
    reach = {"reach": ["r"], "downstream": [""], "length_km": [86.4], "k_hours": [12.0], "x": [0.0]}
    reach |= {"flow_mean": [100.0], "flow_low": [50.0], "velocity_mean": [1.0], "velocity_low": [0.5]}
    net = RiverNetwork(pd.DataFrame(reach), pd.DataFrame({"section": ["s"], "reach": ["r"]}))
    shares = pd.DataFrame({"reach": ["r"], "series": ["x"], "share": [1.0], "enters": ["point"]})
    water = xr.DataArray([[100.0, 200.0, 100.0]], dims=("series", "time"), coords={"series": ["x"]})
    mass = xr.DataArray([[[0.0], [300.0], [0.0]]], dims=("series", "time", "pollutant"))
    mass = mass.assign_coords(series=["x"], pollutant=["X"])
    result = route(
        net, Lateral(water, shares, "m³/s"), Lateral(mass, shares, "g/s"), step_hours=24, decay={"X": math.log(2)}
    )
    assert result.flow.to_numpy().ravel() == pytest.approx([100.0, 150.0, 150.0], rel=1e-14)
    # Volumes after each step: 50 + b I = 100, 150, 100 (in m³/s · Δt); half of the mass decays in the day.
    first = 150.0 * 150.0 / (150.0 + 150.0)
    second = (150.0 - first) * 150.0 / (100.0 + 150.0)
    assert result.load.to_numpy().ravel() == pytest.approx([0.0, first, second], rel=1e-13)
    row = result.budget.set_index("quantity").loc["X"]
    assert row["decayed"] == pytest.approx(150.0 * 86400 / 1e6, rel=1e-13)
    assert row["held"] == pytest.approx((150.0 - first - second) * 86400 / 1e6, rel=1e-13)


def test_substeps_folded_are_substeps_taken_one_by_one() -> None:
    a, b, c = muskingum(np.array([5.0]), np.array([0.3]), 24.0 / 6)[0]
    inflow, outflow, wanted = [3.0, 9.0, 2.0, 2.0], 3.0, []
    for one, two in itertools.pairwise(inflow):
        for j in range(6):
            outflow = a * (one + (two - one) * (j + 1) / 6) + b * (one + (two - one) * j / 6) + c * outflow
        wanted.append(outflow)
    a, b, c = fold(muskingum(np.array([5.0]), np.array([0.3]), 4.0), np.array([6]))[0]
    outflow, got = 3.0, []
    for one, two in itertools.pairwise(inflow):
        outflow = a * two + b * one + c * outflow
        got.append(outflow)
    assert got == pytest.approx(wanted, rel=1e-13)


def test_cut_keeps_every_coefficient_from_turning_negative() -> None:
    rng = np.random.default_rng(0)
    k, x = rng.uniform(0.01, 400, 2000), rng.uniform(0, 0.49, 2000)
    n, m = cut(k, x, 24.0)
    assert n.min() >= 1
    assert float(muskingum(k / n, x, 24.0 / m).min()) >= -1e-12
    # One sub-reach less has no fitting number of sub-steps.
    more = n > 1
    fewer = k[more] / (n[more] - 1)
    assert np.all(
        (2 * fewer * x[more] * (1 - 1e-9) > 24.0)
        | (24.0 / np.ceil(24.0 / (2 * fewer * (1 - x[more]))) < 2 * fewer * x[more])
    )


def tree(count: int, seed: int = 0, **columns: object) -> tuple[RiverNetwork, Lateral, Lateral]:
    """A random tree of `count` reaches with one runoff series and three loads on each."""
    rng = np.random.default_rng(seed)
    down = np.array([int(rng.integers(i + 1, min(i + 4, count))) if i < count - 1 else -1 for i in range(count)])
    names = np.array([f"r{i:05d}" for i in range(count)])
    share = rng.uniform(0.5, 2.0, count)
    flow = share.copy()
    for i in range(count - 1):
        flow[down[i]] += flow[i]
    table = {
        "reach": names,
        "downstream": np.where(down >= 0, names[down], ""),
        "length_km": rng.uniform(1, 60, count),
        "flow_mean": flow,
        "flow_low": flow,
        "velocity_mean": 0.8,
        "velocity_low": 0.8,
        **columns,
    }
    where = rng.choice(count, min(8, count), replace=False)
    sections = pd.DataFrame({"section": [f"s{i}" for i in range(where.size)], "reach": names[where]})
    net = RiverNetwork(pd.DataFrame(table), sections)
    time = 1 + 0.5 * np.sin(np.arange(24) / 3 + np.arange(2)[:, None])
    series = xr.DataArray(time, dims=("series", "time"), coords={"series": ["n", "s"]})
    shares = pd.DataFrame({"reach": names, "series": np.where(rng.random(count) < 0.5, "n", "s"), "share": share})
    loads = series.expand_dims(pollutant=list(DECAY)) * xr.DataArray([1.0, 5.0, 3.0], dims="pollutant")
    return net, Lateral(series, shares, "m³/s"), Lateral(loads, shares, "g/s")


def test_threads_change_no_bit() -> None:
    net, water, loads = tree(5001)
    one, two, three = (route(net, water, loads, step_hours=24.0, decay=DECAY, threads=threads) for threads in (1, 2, 3))
    assert one.balance <= 1e-12
    for other in (two, three):
        xr.testing.assert_identical(one.flow, other.flow)
        xr.testing.assert_identical(one.load, other.load)
        pd.testing.assert_frame_equal(one.budget, other.budget, check_exact=True)


def test_blocks_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    from yijiang.river.routing import pieces

    net, water, loads = tree(600)
    whole = route(net, water, loads, step_hours=24.0, decay=DECAY)
    monkeypatch.setattr(pieces, "SMALLEST_BLOCK", 20)
    monkeypatch.setattr(pieces, "BLOCKS", 20)
    parts = route(net, water, loads, step_hours=24.0, decay=DECAY, threads=2)
    xr.testing.assert_identical(whole.flow, parts.flow)
    xr.testing.assert_identical(whole.load, parts.load)
    assert parts.balance <= 1e-12


def test_scenarios_side_by_side_are_scenarios_one_by_one() -> None:
    net, water, loads = tree(40)
    factor = xr.DataArray([1.0, 0.7, 1.6], dims="scenario", coords={"scenario": ["a", "b", "c"]})
    wet = Lateral(water.series * factor, water.shares, "m³/s")
    together = route(net, wet, loads, step_hours=24.0, decay=DECAY)
    assert together.balance <= 1e-12
    for name in ("a", "b", "c"):
        alone = Lateral((water.series * factor).sel(scenario=name, drop=True), water.shares, "m³/s")
        single = route(net, alone, loads, step_hours=24.0, decay=DECAY)
        np.testing.assert_array_equal(together.flow.sel(scenario=name), single.flow.isel(scenario=0))
        np.testing.assert_array_equal(together.load.sel(scenario=name), single.load.isel(scenario=0))


def test_scenarios_that_share_their_water_are_lanes_like_any_other() -> None:
    net, water, loads = tree(40)
    factor = xr.DataArray([1.0, 0.2, 3.0, 0.0, 5.0], dims="scenario", coords={"scenario": list("abcde")})
    oxygen = Oxygen(20.0, {"BOD": 1.0}, reaeration=0.5, theta={"TP": 1.0, "COD": 1.0})
    many = Lateral(loads.series * factor, loads.shares, "g/s")
    together = route(net, water, many, step_hours=24.0, decay=DECAY, oxygen=oxygen, by_series=True)
    assert together.balance <= 1e-12
    assert together.load.sizes == {"section": 8, "time": 24, "pollutant": 4, "series": 2, "scenario": 5}
    single = route(net, water, loads, step_hours=24.0, decay=DECAY, oxygen=oxygen, by_series=True)
    for name in "abcde":
        got = together.load.sel(scenario=name).to_numpy()
        wanted = single.load.isel(scenario=0).to_numpy() * float(factor.sel(scenario=name))
        assert got == pytest.approx(wanted, rel=1e-12)
    assert len(together.budget) == 5 + 4 * 2 * 5


def test_a_series_for_every_reach_is_the_same_as_shares() -> None:
    net, water, loads = tree(30)
    by_share = route(net, water, loads, step_hours=24.0, decay=DECAY)
    table = water.shares.set_index("reach")
    share = xr.DataArray(table["share"].to_numpy(), dims="reach", coords={"reach": list(table.index)})
    full = share * water.series.sel(series=xr.DataArray(table["series"].to_numpy(), dims="reach")).drop_vars("series")
    mass = share * loads.series.sel(series=xr.DataArray(table["series"].to_numpy(), dims="reach")).drop_vars("series")
    # The names carry the values, not their order.
    by_reach = route(
        net, full.isel(reach=slice(None, None, -1)).assign_attrs(unit="m³/s"), mass.assign_attrs(unit="g/s"),
        step_hours=24.0, decay=DECAY,
    )  # fmt: skip
    assert by_reach.flow.to_numpy() == pytest.approx(by_share.flow.to_numpy(), rel=1e-13)
    assert by_reach.load.to_numpy() == pytest.approx(by_share.load.to_numpy(), rel=1e-12)


def test_a_long_reach_is_a_chain_of_short_ones() -> None:
    def chain(parts: int) -> RiverNetwork:
        names = [f"p{i}" for i in range(parts)]
        table = pd.DataFrame({"reach": names, "downstream": [*names[1:], ""], "length_km": 240.0 / parts, "x": 0.2})
        table = table.assign(flow_mean=100.0, flow_low=100.0, velocity_mean=1.0, velocity_low=1.0)
        return RiverNetwork(table, pd.DataFrame({"section": ["s"], "reach": [names[-1]]}))

    rng = np.random.default_rng(3)
    water = xr.DataArray([rng.uniform(50, 150, 40)], dims=("series", "time"), coords={"series": ["x"]})
    mass = xr.DataArray([rng.uniform(0, 90, 40)], dims=("series", "time"), coords={"series": ["x"]})
    shares = pd.DataFrame({"reach": ["p0"], "series": ["x"], "share": [1.0], "enters": ["point"]})
    runs = [
        route(
            chain(parts), Lateral(water, shares, "m³/s"), Lateral(mass.expand_dims(pollutant=["X"]), shares, "g/s"),
            step_hours=24.0, decay={"X": 0.1}, sub_reaches=sub,
        )
        for parts, sub in ((1, 4), (4, 1))
    ]  # fmt: skip
    assert runs[0].cuts["sub_reaches"].tolist() == [4]
    assert runs[0].flow.to_numpy() == pytest.approx(runs[1].flow.to_numpy(), rel=1e-13)
    assert runs[0].load.to_numpy() == pytest.approx(runs[1].load.to_numpy(), rel=1e-12)


def test_attribution_of_series_by_month_is_exact_and_adds_up() -> None:
    net, water, loads = tree(50)
    days = pd.date_range("2018-01-20", periods=24)
    water = Lateral(water.series.assign_coords(time=days), water.shares, "m³/s")
    loads = Lateral(loads.series.assign_coords(time=days), loads.shares, "g/s")
    apart = route(net, water, loads, step_hours=24.0, decay=DECAY, by_series=True)
    whole = route(net, water, loads, step_hours=24.0, decay=DECAY)
    assert apart.load.sum("series").to_numpy() == pytest.approx(whole.load.sum("series").to_numpy(), rel=1e-12)
    table = apart.attribution("MS")
    assert sorted(set(table["period"])) == ["2018-01", "2018-02"]
    for _, part in table.groupby(["section", "pollutant", "period"]):
        assert math.fsum(part["share"]) == 1.0
    total = apart.attribution()
    tonnes = table.groupby(["section", "pollutant", "series"])["tonnes"].sum().reset_index()["tonnes"]
    assert tonnes.to_numpy() == pytest.approx(
        total.sort_values(["section", "pollutant", "series"])["tonnes"].to_numpy()
    )
    with pytest.raises(OptionError, match="by_series=True"):
        whole.attribution()


def test_temperature_of_every_step() -> None:
    net, water, loads = tree(20)
    theta = {"TP": 1.05, "COD": 1.05, "BOD": 1.047}
    warm = route(net, water, loads, step_hours=24.0, decay=DECAY, temperature=26.0, theta=theta)
    series = xr.DataArray(np.full(24, 26.0), dims="time")
    same = route(net, water, loads, step_hours=24.0, decay=DECAY, temperature=series, theta=theta)
    assert same.load.to_numpy() == pytest.approx(warm.load.to_numpy(), rel=1e-12)
    series[12:] = 5.0
    two = route(net, water, loads, step_hours=24.0, decay=DECAY, temperature=series, theta=theta)
    assert two.balance <= 1e-12
    np.testing.assert_array_equal(two.load.isel(time=slice(0, 12)), same.load.isel(time=slice(0, 12)))
    assert (two.load.isel(time=-1) > same.load.isel(time=-1)).all()


def findings(*arguments: object, **options: object) -> list[tuple[str, str]]:
    with pytest.raises(DataError) as caught:
        route(*arguments, **options)  # type: ignore[arg-type]
    return [(f.table, f.column) for f in caught.value.findings]


def test_wrong_units_are_refused_by_name() -> None:
    net, water, loads = tree(5)
    for unit in ("m3", "m³ per step", "m3/day", "", None):
        wrong = Lateral(water.series, water.shares, unit)
        with pytest.raises(DataError, match=r"m³/s is needed.*seconds of the step"):
            route(net, wrong, step_hours=24.0)
    for unit in ("t/yr", "kg/s", "mg/L"):
        with pytest.raises(DataError, match=r"g/s is needed; 1 t/yr is 0.0317098 g/s"):
            route(net, water, Lateral(loads.series, loads.shares, unit), step_hours=24.0, decay=DECAY)


def test_every_fault_of_the_series_is_listed() -> None:
    net, water, loads = tree(5)
    series = loads.series.copy()
    series[0, 0, 3], series[1, 1, 5] = -1.0, np.nan
    shares = loads.shares.copy()
    shares["reach"] = shares["reach"].replace("r00002", "nowhere")
    shares.loc[1, "share"] = -0.5
    shares["enters"] = ["spread"] * 4 + ["sideways"]
    found = findings(net, water, Lateral(series, shares, "g/s"), step_hours=24.0, decay=DECAY)
    assert sorted(found) == sorted(
        [
            ("loads", "n"),
            ("loads", "s"),
            ("loads shares", "reach"),
            ("loads shares", "share"),
            ("loads shares", "enters"),
        ]
    )


def test_loads_without_water_and_waves_slower_than_water_are_refused() -> None:
    net, water, loads = tree(6)
    dry = Lateral(water.series, water.shares.iloc[3:], "m³/s")
    assert ("loads", "reach") in findings(net, dry, loads, step_hours=24.0, decay=DECAY)
    slow, water, loads = tree(6, k_hours=[900.0, *[float("nan")] * 5])
    with pytest.raises(DataError, match="is slower than the water"):
        route(slow, water, loads, step_hours=24.0, decay=DECAY)
    still = Lateral(water.series * xr.DataArray([0.0] * 3 + [1.0] * 21, dims="time"), water.shares, "m³/s")
    with pytest.raises(DataError, match="no water passes it in step 0"):
        route(net, still, loads, step_hours=24.0, decay=DECAY)


def test_options_are_checked() -> None:
    net, water, loads = tree(5)
    for options, words in (
        ({"step_hours": 0.0}, "greater than 0"),
        ({"step_hours": 24.0, "start": "warm"}, "unknown start"),
        ({"step_hours": 24.0, "x": 0.7}, "between 0 and 0.5"),
        ({"step_hours": 24.0, "sections": ["s99"]}, "unknown section"),
        ({"step_hours": 24.0, "threads": 0}, "at least 1"),
    ):
        with pytest.raises(OptionError, match=words):
            route(net, water, loads, decay=DECAY, **options)  # type: ignore[arg-type]
    assert "x of 5 reaches = 0.2" in route(net, water, step_hours=24.0).assumed


def test_a_balance_that_does_not_close_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from yijiang.river.routing import unsteady

    monkeypatch.setattr(unsteady, "BALANCE_TOLERANCE", -1.0)
    net, water, loads = tree(5)
    with pytest.raises(SolveError, match="does not close"):
        route(net, water, loads, step_hours=24.0, decay=DECAY)
