"""What holds on any river: balance, attribution, adjoint, superposition, and that the order of rows is nothing."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yijiang.river import RiverNetwork, grade, steady
from yijiang.river.formulas import GRAMS_PER_SECOND, spread_factor
from yijiang.river.loads import Loads

POLLUTANTS = ("TP", "NH3-N", "COD")
RUNS = settings(max_examples=25, deadline=None, derandomize=True)


def random_river(seed: int, count: int, decay_scale: float) -> tuple[RiverNetwork, pd.DataFrame, dict[str, float]]:
    """A random tree with abstractions, sections anywhere, loads of both kinds and a decay for each pollutant."""
    reaches, sections, loads, decay = random_tables(seed, count, decay_scale)
    return RiverNetwork(reaches, sections), loads, decay


def random_tables(
    seed: int, count: int, decay_scale: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, float]]:
    rng = np.random.default_rng(seed)
    names = [f"r{i}" for i in rng.permutation(count)]
    # Reach i drains to one with a greater number, or to a mouth.
    down = [int(rng.integers(i + 1, count + 1)) for i in range(count)]
    length = rng.uniform(0.5, 300, count)
    flow, taken = np.zeros((2, count)), np.zeros(count)
    arriving = np.zeros((2, count + 1))
    for i in range(count):
        if arriving[1, i] > 0 and rng.random() < 0.3:
            taken[i] = 0.5 * arriving[1, i] * rng.random()
        flow[:, i] = arriving[:, i] - taken[i] * (arriving[:, i] > 0) + np.array([2.0, 1.0]) * rng.uniform(0.1, 100)
        arriving[:, down[i]] += flow[:, i]
    reaches = pd.DataFrame(
        {
            "reach": names,
            "downstream": [names[d] if d < count else "" for d in down],
            "length_km": length,
            "flow_mean": flow[0],
            "flow_low": flow[1],
            "velocity_mean": rng.uniform(0.2, 2, count),
            "velocity_low": rng.uniform(0.1, 1, count),
            "abstraction": taken,
        }
    )
    where = rng.integers(0, count, 5)
    sections = pd.DataFrame(
        {
            "section": [f"s{i}" for i in range(5)],
            "reach": [names[i] for i in where],
            "km": [rng.choice([0.0, 1.0, rng.random()]) * length[i] for i in where],
        }
    )
    loads = pd.DataFrame(
        [
            (f"g{g}", f"k{g % 2}", name, p, float(rng.lognormal(3, 2)), "point" if rng.random() < 0.5 else "spread")
            for g in range(3)
            for name in names
            for p in POLLUTANTS
            if rng.random() < 0.7
        ],
        columns=["region", "sector", "reach", "pollutant", "tonnes", "spread"],
    )
    decay = {p: float(decay_scale * rng.random() * (rng.random() < 0.8)) for p in POLLUTANTS}
    return reaches, sections, loads, decay


rivers = st.builds(
    random_river, st.integers(0, 10**6), st.integers(1, 40), st.sampled_from([0.0, 1e-9, 0.02, 0.5, 5.0])
)
regimes = st.sampled_from(["mean", "low"])


@RUNS
@given(rivers, regimes)
def test_mass_balance_closes_and_shares_sum_to_one(
    river: tuple[RiverNetwork, pd.DataFrame, dict[str, float]], regime: str
) -> None:
    result = steady(*river, regime=regime)
    assert result.balance <= 1e-12
    budget = result.budget
    total = budget["outflow"] + budget["abstracted"] + budget["decayed"]
    assert total.to_numpy() == pytest.approx(budget["inflow"].to_numpy(), rel=1e-12)
    for (section, pollutant), part in result.attribution.groupby(["section", "pollutant"]):
        assert math.fsum(part["share"]) == 1.0
        assert (part["share"] > 0).all() or part["tonnes"].min() < 1e-14 * part["tonnes"].max()
        assert part["tonnes"].sum() == pytest.approx(result.flux.loc[section, pollutant], rel=1e-12)


@RUNS
@given(rivers, regimes)
def test_reverse_pass_equals_forward_pass_for_each_load(
    river: tuple[RiverNetwork, pd.DataFrame, dict[str, float]], regime: str
) -> None:
    net, _, decay = river
    h = net.transfer(decay, regime)
    # One source per reach is the forward pass for one column of H at a time, all in one call.
    for kind, response in (("spread", h.spread), ("point", h.point)):
        unit = pd.DataFrame(
            [(name, name, p, 1.0, kind) for name in net.reach_names for p in POLLUTANTS],
            columns=["source", "reach", "pollutant", "tonnes", "spread"],
        )
        columns = {name: j for j, name in enumerate(net.reach_names)}
        forward = np.zeros_like(response)
        result = steady(net, unit, decay, regime=regime)
        table = result.attribution
        flow = dict(zip(net.section_names, net.hydraulics(regime).section_flow, strict=True))
        for row in table.itertuples(index=False):
            place = net.section_names.index(row.section), columns[row.source], POLLUTANTS.index(row.pollutant)
            forward[place] = row.tonnes * GRAMS_PER_SECOND / flow[row.section]
        assert response == pytest.approx(forward, rel=1e-12, abs=1e-300)
        assert result.response.spread == pytest.approx(h.spread, rel=0, abs=0)


@RUNS
@given(rivers, regimes, st.floats(0, 100), st.floats(0, 100))
def test_superposition(
    river: tuple[RiverNetwork, pd.DataFrame, dict[str, float]], regime: str, first: float, second: float
) -> None:
    net, loads, decay = river
    half = loads["region"] == "g0"
    one, two = (steady(net, loads[part], decay, regime).concentration for part in (half, ~half))
    scaled = loads.assign(tonnes=loads["tonnes"] * np.where(half, first, second))
    both = steady(net, scaled, decay, regime).concentration
    one, two = (table.reindex(columns=both.columns).fillna(0.0) for table in (one, two))
    wanted = (first * one + second * two).to_numpy()
    assert both.to_numpy() == pytest.approx(wanted, rel=1e-12, abs=1e-300)


@RUNS
@given(st.integers(0, 10**6), st.integers(2, 40))
def test_order_of_rows_changes_no_bit(seed: int, count: int) -> None:
    reaches, sections, loads, decay = random_tables(seed, count, 0.3)
    rng = np.random.default_rng(seed + 1)
    one = steady(RiverNetwork(reaches, sections), loads, decay)
    shuffled = (frame.iloc[rng.permutation(len(frame))] for frame in (reaches, sections, loads))
    mixed_reaches, mixed_sections, mixed_loads = shuffled
    two = steady(RiverNetwork(mixed_reaches, mixed_sections), mixed_loads, decay)
    order = list(one.concentration.index)
    pd.testing.assert_frame_equal(one.concentration, two.concentration.loc[order], check_exact=True)
    pd.testing.assert_frame_equal(one.budget, two.budget, check_exact=True)
    pd.testing.assert_frame_equal(one.profile, two.profile, check_exact=True)
    keys = ["section", "pollutant", "region", "sector"]
    tables = [r.attribution.sort_values(keys, ignore_index=True) for r in (one, two)]
    pd.testing.assert_frame_equal(*tables, check_exact=True)


@RUNS
@given(st.integers(0, 10**6), st.integers(1, 40))
def test_without_decay_and_abstraction_all_mass_comes_down(seed: int, count: int) -> None:
    reaches, sections, loads, _ = random_tables(seed, count, 0.0)
    net = RiverNetwork(reaches.assign(abstraction=0.0, flow_mean=_sums(reaches), flow_low=_sums(reaches)), sections)
    result = steady(net, loads, dict.fromkeys(POLLUTANTS, 0.0))
    assert (result.budget["decayed"] == 0).all()
    assert result.budget["outflow"].to_numpy() == pytest.approx(
        loads.groupby("pollutant")["tonnes"].sum().loc[result.budget.index].to_numpy(), rel=1e-13
    )


def _sums(reaches: pd.DataFrame) -> list[float]:
    """Flow of 1 m³/s per reach upstream."""
    flow = dict.fromkeys(reaches["reach"], 1.0)
    for name, below in zip(reaches["reach"], reaches["downstream"], strict=True):
        if below:
            flow[below] += flow[name]
    return list(flow.values())


@RUNS
@given(rivers)
def test_arrays_through_the_response_equal_the_table(
    river: tuple[RiverNetwork, pd.DataFrame, dict[str, float]],
) -> None:
    net, loads, decay = river
    headwaters = [name for name, above in zip(net.reach_names, np.diff(net.topology.ptr), strict=True) if not above]
    boundary = pd.DataFrame({"reach": headwaters, "pollutant": "TP", "concentration": 0.07})
    result = steady(net, loads, decay, boundary=boundary)
    laid_out = Loads.of(net, loads, list(decay), boundary)
    conc = result.response.concentration(laid_out.spread, laid_out.point, laid_out.entering).sum(axis=2)
    assert conc == pytest.approx(result.concentration.to_numpy(), rel=1e-12, abs=1e-300)
    assert result.balance <= 1e-12


@RUNS
@given(st.integers(0, 10**6), st.floats(0.05, 0.95), st.floats(0, 3))
def test_splitting_a_reach_changes_nothing(seed: int, part: float, decay: float) -> None:
    rng = np.random.default_rng(seed)
    length, velocity, flow = rng.uniform(1, 500), rng.uniform(0.1, 2), rng.uniform(1, 1e4)

    def river(lengths: list[float], tonnes: list[float]) -> float:
        count = len(lengths)
        reaches = pd.DataFrame({"reach": [f"r{i}" for i in range(count)], "length_km": lengths})
        reaches["downstream"] = [*reaches["reach"].iloc[1:], ""]
        reaches = reaches.assign(flow_mean=flow, flow_low=flow, velocity_mean=velocity, velocity_low=velocity)
        sections = pd.DataFrame({"section": ["end"], "reach": [f"r{count - 1}"]})
        loads = pd.DataFrame({"source": "a", "reach": reaches["reach"], "pollutant": "X", "tonnes": tonnes})
        return float(steady(RiverNetwork(reaches, sections), loads, {"X": decay}).concentration.loc["end", "X"])

    whole = river([length], [100.0])
    split = river([length * part, length * (1 - part)], [100 * part, 100 * (1 - part)])
    assert split == pytest.approx(whole, rel=1e-11)


@RUNS
@given(st.floats(0, 700), st.floats(0, 700))
def test_spread_factor_lies_between_outlet_and_head(x: float, y: float) -> None:
    low, high = sorted((x, y))
    g = spread_factor(np.array([low, high]))
    assert 0 < g[1] <= g[0] <= 1
    assert math.exp(-high) <= g[1]


@RUNS
@given(
    st.dictionaries(st.sampled_from(["DO", "COD", "TP", "NH3-N", "BOD5"]), st.floats(0, 50), min_size=1),
    st.sampled_from(["river", "lake"]),
)
def test_class_is_the_worst_of_the_single_classes(sample: dict[str, float], water: str) -> None:
    together = grade(sample, water)
    singles = {name: grade({name: value}, water).water_class for name, value in sample.items()}
    assert together.water_class == max(singles.values())
    assert singles[together.deciding] == together.water_class
