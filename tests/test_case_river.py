"""The river tables of yangtze2017: a whole chain, sound references, and the sourced fluxes at Datong."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yijiang import errors

BELT = Path(errors.__file__).parent / "belt"
CASE = BELT / "cases" / "yangtze2017"
RECIPES = Path(__file__).resolve().parents[1] / "recipes"
TABLES = ("reaches", "sections", "kinetics", "months", "observations", "loads", "targets", "compensation")
REGIONS = {
    *("Shanghai", "Jiangsu", "Zhejiang", "Anhui", "Jiangxi", "Hubei", "Hunan"),
    *("Chongqing", "Sichuan", "Guizhou", "Yunnan", "RestOfChina", "Abroad"),
}
SECTORS = {
    *("agriculture", "mining", "light_manufacturing", "process_manufacturing", "equipment_manufacturing"),
    *("utilities", "construction", "trade_transport", "other_services"),
}
DIFFUSE = ("agriculture", "land", "upstream")
FLUX_AT_DATONG_2018 = {"TP": 93_700.0, "NH3-N": 214_700.0}
"""t/yr, Lou et al. 2020."""


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(CASE / f"{name}.csv", keep_default_na=False, na_values=[""])


def mass_leaving(pollutant: str, *, low: bool = False, diffuse: float = 1.0) -> pd.Series:
    """Mass at the end of every reach by summing each load's own way down the river [t/yr]."""
    reaches, loads = table("reaches"), table("loads")
    decay = float(table("kinetics").set_index("pollutant").loc[pollutant, "value"])
    metres = 1000.0 * (reaches["km_to"] - reaches["km_from"])
    x = (decay * metres / reaches["velocity_low" if low else "velocity_mean"] / 86_400.0).to_numpy()
    own = loads[loads["pollutant"] == pollutant]
    share = np.where(own["activity"].isin(DIFFUSE), diffuse, 1.0)
    entering = own.assign(value=own["value"] * share).groupby("reach")["value"].sum()
    w = entering.reindex(reaches["reach"]).fillna(0.0).to_numpy()
    mass = np.zeros(len(x))
    for i in range(len(x)):
        spread = w[i] * (1.0 - np.exp(-x[i])) / x[i]
        mass[i:] += spread * np.exp(-np.concatenate([[0.0], np.cumsum(x[i + 1 :])]))
    return pd.Series(mass, index=reaches["reach"])


@pytest.mark.parametrize("name", TABLES)
def test_columns_are_those_of_the_schema(name: str) -> None:
    schema = pd.read_csv(BELT / "schemas" / f"{name}.csv", keep_default_na=False)
    frame = table(name)
    assert list(frame.columns) == list(schema["attribute"])
    required = schema.loc[schema["required"] == "yes", "attribute"]
    assert not frame[list(required)].isna().any().any()


@pytest.mark.parametrize("name", TABLES)
def test_keys_are_unique(name: str) -> None:
    schema = pd.read_csv(BELT / "schemas" / f"{name}.csv", keep_default_na=False)
    keys = list(schema.loc[schema["key"] == "key", "attribute"])
    assert keys
    assert not table(name).duplicated(keys).any()


@pytest.mark.parametrize("name", TABLES)
def test_files_are_plain(name: str) -> None:
    data = (CASE / f"{name}.csv").read_bytes()
    assert b"\r" not in data
    assert not data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\n")


@pytest.mark.parametrize("name", TABLES)
def test_every_source_is_listed(name: str) -> None:
    known = set(pd.read_csv(RECIPES / "sources" / "river.csv")["source"])
    assert set(table(name)["source"]) <= known


def test_chain_has_no_gap_and_one_mouth() -> None:
    reaches = table("reaches")
    assert 16 <= len(reaches) <= 24
    assert reaches["km_from"].iloc[0] == 0
    assert reaches["km_to"].iloc[-1] == 3621
    assert (reaches["km_to"] > reaches["km_from"]).all()
    np.testing.assert_array_equal(reaches["km_from"].iloc[1:], reaches["km_to"].iloc[:-1])
    assert list(reaches["downstream"].iloc[:-1]) == list(reaches["reach"].iloc[1:])
    assert pd.isna(reaches["downstream"].iloc[-1])


def test_known_places_lie_where_the_transport_chain_has_them() -> None:
    ends = set(table("reaches")["km_to"])
    assert {688.0, 950.0, 1728.0, 2123.0, 2352.0, 2623.0, 2738.5, 2969.5, 3621.0} <= ends


def test_flows_rise_downstream_and_are_the_sourced_ones() -> None:
    reaches = table("reaches").set_index("km_to")
    assert (np.diff(reaches["flow_mean"]) >= 0).all()
    assert (np.diff(reaches["flow_low"]) >= 0).all()
    sourced = {1728.0: 13_580, 2352.0: 22_530, 2857.0: 28_700, 3621.0: 30_146}
    for km, flow in sourced.items():
        assert reaches.loc[km, "flow_mean"] == flow


def test_low_flow_is_the_stated_share_of_the_mean_flow() -> None:
    reaches = table("reaches")
    parameters = pd.read_csv(RECIPES / "parameters_river.csv").set_index("parameter")
    ratio = parameters.loc["flow_low_ratio", "value"]
    np.testing.assert_allclose(reaches["flow_low"] / reaches["flow_mean"], ratio, rtol=1e-5)
    assert (parameters["low"] < parameters["value"]).all()
    assert (parameters["value"] < parameters["high"]).all()
    assert (reaches["velocity_low"] < reaches["velocity_mean"]).all()


def test_tide_begins_at_datong() -> None:
    reaches, sections = table("reaches"), table("sections")
    assert list(reaches["tidal"]) == list(reaches["km_from"] >= 2857)
    assert list(sections["tidal"]) == list(sections["km"] > 2857)


def test_sections_lie_inside_their_reaches() -> None:
    both = table("sections").merge(table("reaches"), on="reach", how="left", suffixes=("", "_reach"))
    assert len(both) == 19
    assert (both["km"] >= both["km_from"]).all()
    assert (both["km"] <= both["km_to"]).all()
    assert (both["limit_class"] == 3).all()
    assert both["km"].is_monotonic_increasing


def test_references() -> None:
    reaches, sections, loads = table("reaches"), table("sections"), table("loads")
    regions = set(pd.read_csv(CASE / "regions.csv")["region"]) if (CASE / "regions.csv").is_file() else REGIONS
    sectors = set(pd.read_csv(CASE / "sectors.csv")["sector"]) if (CASE / "sectors.csv").is_file() else SECTORS
    pollutants = set(table("kinetics")["pollutant"])
    assert set(reaches["region"]) | set(loads["region"]) <= regions
    assert set(loads["reach"]) == set(reaches["reach"])
    assert set(loads["activity"]) <= sectors | {"households", "land", "upstream"}
    assert set(loads["pollutant"]) == pollutants
    borders = sections.dropna(subset=["upstream_region"])
    assert set(borders["upstream_region"]) | set(borders["downstream_region"]) <= regions
    assert (borders["upstream_region"] != borders["downstream_region"]).all()
    binding = set(table("kinetics").loc[table("kinetics")["binding"], "pollutant"])
    assert binding == {"TP", "NH3-N"}
    for name in ("targets", "compensation"):
        assert set(table(name)["section"]) <= set(sections["section"])
        assert set(table(name)["pollutant"]) <= binding


def test_payment_is_between_the_sides_of_the_border() -> None:
    both = table("compensation").merge(table("sections"), on="section", suffixes=("", "_section"))
    assert len(both) == 6
    assert (both["upstream"] == both["upstream_region"]).all()
    assert (both["downstream"] == both["downstream_region"]).all()
    assert (both["low"] < both["value"]).all()
    assert (both["value"] < both["high"]).all()


def test_targets_name_both_partners() -> None:
    assert set(zip(table("targets")["section"], table("targets")["region"], strict=True)) == {
        ("hubei_exit", "Hubei"),
        ("xuliujing", "Jiangsu"),
    }


@pytest.mark.parametrize("pollutant", ["TP", "NH3-N"])
def test_sourced_flux_passes_datong(pollutant: str) -> None:
    at = table("sections").set_index("section").loc["datong", "reach"]
    assert mass_leaving(pollutant)[at] == pytest.approx(FLUX_AT_DATONG_2018[pollutant], rel=1e-4)


def test_concentration_at_datong_is_the_published_one() -> None:
    sections, reaches = table("sections").set_index("section"), table("reaches").set_index("reach")
    at = sections.loc["datong", "reach"]
    milligrams = {p: mass_leaving(p)[at] / reaches.loc[at, "flow_mean"] / 31.536 for p in ("TP", "NH3-N")}
    assert milligrams["TP"] == pytest.approx(0.1035, abs=5e-5)
    assert milligrams["NH3-N"] == pytest.approx(0.2372, abs=5e-5)


def test_phosphorus_agrees_with_what_is_known_of_its_course() -> None:
    """Lou et al. 2020: below Yibin more concentrated than in the Jinsha; more joins above Hukou than below."""
    sections, reaches, loads = (
        table("sections").set_index("section"),
        table("reaches").set_index("reach"),
        table("loads"),
    )
    content = mass_leaving("TP") / reaches["flow_mean"]
    jinsha = content[sections.loc["yibin", "reach"]]
    assert (content[reaches["km_from"] >= 688] > jinsha).all()
    km = loads.loc[loads["pollutant"] == "TP", "reach"].map(reaches["km_from"])
    joined = loads.loc[km.index, "value"]
    assert joined[(km >= 1728) & (km < 2674)].sum() > joined[km >= 2674].sum()


def test_low_flow_is_the_harder_case_on_the_free_river() -> None:
    parameters = pd.read_csv(RECIPES / "parameters_river.csv").set_index("parameter")
    diffuse = float(parameters.loc["diffuse_low_flow_share", "value"])
    reaches = table("reaches").set_index("reach")
    for pollutant in ("TP", "NH3-N"):
        mean = mass_leaving(pollutant) / reaches["flow_mean"]
        low = mass_leaving(pollutant, low=True, diffuse=diffuse) / reaches["flow_low"]
        assert (low > mean).all()
        assert (low < mean / parameters.loc["flow_low_ratio", "value"]).all()


def test_months_make_a_year_and_wash_in_as_the_low_flow_does() -> None:
    months = table("months")
    days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    for column in ("flow", "diffuse"):
        assert months[column] @ days / days.sum() == pytest.approx(1, abs=1e-3)
    # At the design low flow the power law of the months gives the share assumed for it.
    power = np.polyfit(np.log(months["flow"]), np.log(months["diffuse"]), 1)[0]
    parameters = pd.read_csv(RECIPES / "parameters_river.csv").set_index("parameter")["value"]
    assert parameters["flow_low_ratio"] ** power == pytest.approx(parameters["diffuse_low_flow_share"], abs=0.01)


def test_depths_are_those_of_the_assumed_widths() -> None:
    reaches = table("reaches")
    width = reaches["flow_mean"] / (reaches["velocity_mean"] * reaches["depth_mean"])
    assert ((width > 150) & (width < 12_000)).all()
    assert (reaches["depth_low"] < reaches["depth_mean"]).all()


@pytest.mark.parametrize("case", ["yangtze2017", "danube2011"])
def test_no_assumed_load_passes_as_data(case: str) -> None:
    loads = pd.read_csv(BELT / "cases" / case / "loads.csv")
    assert set(loads["status"]) <= {"estimated", "assumed"}
    reaches = pd.read_csv(BELT / "cases" / case / "reaches.csv")
    assert set(reaches["status"]) == {"assumed"}
    # What is called data are only the fluxes and the concentration that a source states.
    seen = pd.read_csv(BELT / "cases" / case / "observations.csv")
    stated = {93_700.0, 214_700.0, 0.08, 544_000.0}
    assert set(seen["flux"].dropna()) | set(seen["concentration"].dropna()) <= stated


def test_danube_recipe_writes_the_same_bytes(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(RECIPES / "danube_river.py"), "--out", str(tmp_path)],
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert "0.400 of the emissions" in done.stdout
    case = BELT / "cases" / "danube2011"
    for name in ("reaches", "sections", "kinetics", "standards", "months", "loads", "observations"):
        assert (tmp_path / f"{name}.csv").read_bytes() == (case / f"{name}.csv").read_bytes(), name


def test_recipe_writes_the_same_bytes(source_data: Callable[[str], Path], tmp_path: Path) -> None:
    command = [sys.executable, str(RECIPES / "river.py"), str(source_data("yangtze")), "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    assert "factor on the prior loads, TP" in done.stdout
    for name in TABLES:
        assert (tmp_path / f"{name}.csv").read_bytes() == (CASE / f"{name}.csv").read_bytes(), name
