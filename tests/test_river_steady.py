"""Steady concentrations against cases solved by hand and formulas integrated another way."""

from __future__ import annotations

import math
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import integrate

from yijiang.errors import DataError, OptionError, SolveError
from yijiang.river import RiverNetwork, steady
from yijiang.river.formulas import GRAMS_PER_SECOND, spread_factor, storage_factor

HALF_A_DAY = {"X": math.log(2.0)}  # halves the mass in a day


def confluence(**columns: list[object]) -> RiverNetwork:
    """Two reaches of one day each that meet, and one of one day below (two days at low flow)."""
    base: dict[str, list[object]] = {
        "reach": ["upper", "side", "lower"],
        "downstream": ["lower", "lower", ""],
        "length_km": [43.2, 86.4, 86.4],
        "flow_mean": [300.0, 100.0, 500.0],
        "flow_low": [150.0, 50.0, 250.0],
        "velocity_mean": [0.5, 1.0, 1.0],
        "velocity_low": [0.25, 0.5, 0.5],
    }
    sections = pd.DataFrame(
        {
            "section": ["mouth", "middle", "head", "side end"],
            "reach": ["lower", "lower", "lower", "side"],
            "km": [86.4, 43.2, 0.0, float("nan")],
            "limit_class": [3, 2, float("nan"), 3],
        }
    )
    return RiverNetwork(pd.DataFrame(base | columns), sections)


def load_table(**columns: list[object]) -> pd.DataFrame:
    base: dict[str, list[object]] = {
        "region": ["Hubei", "Jiangsu"],
        "reach": ["upper", "side"],
        "pollutant": ["X", "X"],
        "tonnes": [1000.0, 800.0],
        "spread": ["point", "spread"],
    }
    return pd.DataFrame(base | columns)


def test_three_reaches_solved_by_hand() -> None:
    result = steady(confluence(), load_table(), HALF_A_DAY)
    # 1000 t at a head halve in a day; 800 t spread leave 800 · (1 − 1/2)/ln 2.
    at_confluence = 500.0 + 400.0 / math.log(2.0)
    wanted = [at_confluence / 2, at_confluence / math.sqrt(2.0), at_confluence, 400.0 / math.log(2.0)]
    assert result.flux["X"].to_numpy() == pytest.approx(wanted, rel=1e-14)
    # Flow grows evenly from 400 m³/s at the head of the lower reach to 500 m³/s at its end.
    flows = np.array([500.0, 450.0, 400.0, 100.0])
    assert result.concentration["X"].to_numpy() == pytest.approx(np.array(wanted) * 1e6 / 31_536_000 / flows, rel=1e-14)
    assert result.balance <= 1e-15
    budget = result.budget.loc["X"]
    assert budget["inflow"] == 1800.0
    assert budget["decayed"] == pytest.approx(1800.0 - at_confluence / 2, rel=1e-14)
    # What decays in a year is k times what is in the water: at 365 · ln 2 a year the storage is small.
    assert budget["storage"] == pytest.approx(budget["decayed"] / (365 * math.log(2.0)), rel=1e-14)


def test_low_flow_is_slower_and_less_diluted() -> None:
    result = steady(confluence(), load_table(), HALF_A_DAY, regime="low")
    # Two days in every reach: a quarter of the head load, (1 − 1/4)/(2 ln 2) of the spread one.
    at_confluence = 250.0 + 300.0 / math.log(2.0)
    assert result.flux.loc["mouth", "X"] == pytest.approx(at_confluence / 4, rel=1e-14)
    assert result.concentration.loc["mouth", "X"] == pytest.approx(
        at_confluence / 4 * GRAMS_PER_SECOND / 250, rel=1e-14
    )


def test_one_tonne_a_year_in_grams_per_second() -> None:
    assert pytest.approx(0.0317098, abs=5e-8) == GRAMS_PER_SECOND


def test_mixing_is_weighted_by_flow() -> None:
    # 300 m³/s at 1 mg/L and 100 m³/s at 3 mg/L make 400 m³/s at 1.5 mg/L (Thomann and Mueller, equation 2.3).
    boundary = pd.DataFrame({"reach": ["upper", "side"], "pollutant": "X", "concentration": [1.0, 3.0]})
    result = steady(confluence(), load_table().iloc[:0], {"X": 0.0}, boundary=boundary)
    assert result.concentration.loc["head", "X"] == pytest.approx(1.5, rel=1e-14)
    assert result.concentration.loc["mouth", "X"] == pytest.approx(1.2, rel=1e-14)
    assert set(result.attribution["region"]) == {"boundary"}


def test_abstraction_takes_mass_with_the_water_and_leaves_the_concentration() -> None:
    loads = load_table(spread=["point", "point"])
    free = steady(confluence(), loads, {"X": 0.0})
    drawn = steady(confluence(abstraction=[0, 0, 100.0], flow_mean=[300.0, 100.0, 300.0]), loads, {"X": 0.0})
    assert drawn.concentration.loc["head", "X"] == pytest.approx(free.concentration.loc["head", "X"], rel=1e-14)
    assert drawn.flux.loc["head", "X"] == pytest.approx(0.75 * 1800.0, rel=1e-14)
    assert drawn.budget.loc["X", "abstracted"] == pytest.approx(0.25 * 1800.0, rel=1e-14)
    assert drawn.balance <= 1e-14


def test_attribution_names_who_and_sums_to_one() -> None:
    loads = pd.concat([load_table(), load_table(region=["Anhui", "Anhui"], tonnes=[0.1, 0.2])], ignore_index=True)
    result = steady(confluence(), loads, HALF_A_DAY)
    table = result.attribution
    assert list(table.columns) == ["section", "pollutant", "region", "tonnes", "share"]
    assert table[table["section"] == "side end"]["region"].tolist() == ["Anhui", "Jiangsu"]
    for _, part in table.groupby("section"):
        assert math.fsum(part["share"]) == 1.0
    mouth = table[table["section"] == "mouth"].set_index("region")
    assert mouth.loc["Hubei", "tonnes"] == pytest.approx(250.0, rel=1e-14)
    assert mouth["tonnes"].sum() == pytest.approx(result.flux.loc["mouth", "X"], rel=1e-14)


def test_response_gives_the_concentrations_again() -> None:
    net = confluence()
    result = steady(net, load_table(), HALF_A_DAY)
    h = result.response
    spread, point = np.zeros((3, 1, 2)), np.zeros((3, 1, 2))
    point[h.reaches.index("upper"), 0, 0] = 1000.0
    spread[h.reaches.index("side"), 0, 1] = 800.0
    by_source = h.concentration(spread, point)
    assert by_source.sum(axis=2) == pytest.approx(result.concentration.to_numpy(), rel=1e-14)
    assert h.concentration(spread.sum(axis=2), point.sum(axis=2)) == pytest.approx(by_source.sum(axis=2), rel=1e-14)
    labelled = h.to_xarray().sel(kind="point", section="mouth", reach="upper", pollutant="X")
    assert float(labelled) == pytest.approx(0.25 * GRAMS_PER_SECOND / 500, rel=1e-14)
    with pytest.raises(OptionError, match=r"wanted \(3, 1\[, sources\]\)"):
        h.concentration(np.zeros((2, 1)))


def test_profile_meets_the_sections_and_mixes_at_the_confluence() -> None:
    result = steady(confluence(), load_table(), HALF_A_DAY)
    lower = result.profile[result.profile["reach"] == "lower"].set_index("km")["concentration"]
    assert lower.index.to_numpy() == pytest.approx([0.0, 21.6, 43.2, 64.8, 86.4], rel=1e-15)
    for km, section in ((0.0, "head"), (43.2, "middle"), (86.4, "mouth")):
        assert lower.loc[km] == pytest.approx(result.concentration.loc[section, "X"], rel=1e-14)


def test_sections_are_graded_against_their_limit() -> None:
    loads = load_table(pollutant=["TP", "TP"], tonnes=[2000.0, 0.0])
    table = steady(confluence(), loads, {"TP": 0.0}).grades()
    # 2000 t/yr are 63.4 g/s: 0.127, 0.141 and 0.159 mg/L in 500, 450 and 400 m³/s.
    assert table["class"].tolist() == [3, 3, 3, 1]
    assert table["kept"].isna().tolist() == [False, False, True, False]
    assert table["kept"].dropna().tolist() == [True, False, True]


def test_every_fault_of_the_loads_is_listed() -> None:
    loads = pd.DataFrame(
        {
            "region": ["Hubei", "Hubei", "", "Hubei", "Hubei"],
            "reach": ["upper", "uper", "side", "side", "upper"],
            "pollutant": ["X", "X", "Y", "X", "X"],
            "tonnes": [1.0, -2.0, 3.0, float("nan"), 4.0],
            "spread": ["spread", "along", "spread", "point", "spread"],
        }
    )
    boundary = pd.DataFrame({"reach": ["lower", "upper"], "pollutant": "X", "concentration": [1.0, -1.0]})
    with pytest.raises(DataError) as caught:
        steady(confluence(), loads, {"X": 0.1}, boundary=boundary)
    assert sorted((f.table, f.row, f.column) for f in caught.value.findings) == [
        ("boundary", 2, "reach"),  # not a headwater
        ("boundary", 3, "concentration"),
        ("loads", 3, "reach"),
        ("loads", 3, "spread"),
        ("loads", 3, "tonnes"),
        ("loads", 4, "pollutant"),
        ("loads", 4, "region"),
        ("loads", 5, "tonnes"),
        ("loads", 6, "region"),  # the same load twice
    ]


def test_loads_without_a_source_column_and_boundary_with_both_amounts_are_refused() -> None:
    boundary = pd.DataFrame({"reach": ["upper"], "pollutant": "X", "concentration": 1.0, "tonnes": 1.0})
    with pytest.raises(DataError) as caught:
        steady(confluence(), load_table().drop(columns="region"), {"X": 0.1}, boundary=boundary)
    assert [(f.table, f.column) for f in caught.value.findings] == [("loads", "source"), ("boundary", "concentration")]


def test_a_balance_that_does_not_close_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["yijiang.river.formulas"]
    monkeypatch.setattr(module, "storage_factor", lambda x: 0.9 * storage_factor(x))
    with pytest.raises(SolveError, match="does not close") as caught:
        steady(confluence(), load_table(), HALF_A_DAY)
    assert caught.value.figures["balance"] > 1e-3


@pytest.mark.parametrize("x", [1e-12, 1e-3, 0.3, 0.999999, 1.0, 3.0, 40.0])
def test_reach_factors_against_quadrature(x: float) -> None:
    # Outflow and storage of a load spread evenly over a reach, integrated over where it enters.
    outflow, _ = integrate.quad(lambda s: math.exp(-x * s), 0, 1, epsabs=0, epsrel=1e-13)
    storage, _ = integrate.quad(lambda s: (1 - s) * math.exp(-x * s), 0, 1, epsabs=0, epsrel=1e-13)
    assert float(spread_factor(np.array(x))) == pytest.approx(outflow, rel=1e-12)
    assert float(storage_factor(np.array(x))) == pytest.approx(storage, rel=1e-12)


def test_datong_phosphorus_flux_is_its_published_concentration() -> None:
    # Lou et al. 2020: 9.37e4 t/yr of phosphorus pass Datong; at 28,700 m³/s that is 0.1035 mg/L.
    reach = {"reach": ["Datong"], "downstream": [""], "length_km": [100.0], "flow_mean": [28_700.0]}
    reach |= {"flow_low": [12_000.0], "velocity_mean": [1.0], "velocity_low": [0.7]}
    net = RiverNetwork(pd.DataFrame(reach), pd.DataFrame({"section": ["Datong"], "reach": ["Datong"]}))
    loads = pd.DataFrame({"region": ["all"], "reach": ["Datong"], "pollutant": ["TP"], "tonnes": [93_700.0]})
    assert steady(net, loads, {"TP": 0.0}).concentration.loc["Datong", "TP"] == pytest.approx(0.1035, abs=5e-5)
