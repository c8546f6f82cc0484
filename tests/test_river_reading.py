"""Rivers and observations out of files: every form that is read, every fault that is named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yijiang.errors import DataError, OptionError
from yijiang.river import (
    RiverNetwork,
    Standard,
    calibrate,
    grade,
    read_geojson,
    read_hydrorivers,
    read_monitoring,
    steady,
)
from yijiang.river.formulas import GRAMS_PER_SECOND

SECTION = pd.DataFrame({"section": ["s"], "reach": ["3"]})


def hydro(**columns: list[object]) -> pd.DataFrame:
    base: dict[str, list[object]] = {
        "HYRIV_ID": [1, 2, 3, 4],
        "NEXT_DOWN": [3, 3, 4, 0],
        "LENGTH_KM": [5.0, 7.5, 3.0, 4.0],
        "DIS_AV_CMS": [10.0, 14.0, 26.0, 25.0],
    }
    return pd.DataFrame(base | columns)


def test_hydrorivers_from_a_file_makes_a_network(tmp_path: Path) -> None:
    path = tmp_path / "HydroRIVERS_made_up.csv"
    hydro().to_csv(path, index=False)
    read = read_hydrorivers(path, velocity=(0.3, 0.2), low_flow=0.4, losses="abstract")
    assert read.mouths == ("4",)
    assert read.assumed[0] == "low flow = 0.4 × mean flow"
    assert "1 reaches" in read.assumed[-1]
    net = RiverNetwork(read.reaches, SECTION)
    assert net.hydraulics().kept[net.reach_names.index("4")] == pytest.approx(25 / 26)
    with pytest.raises(DataError, match="the flow falls"):
        RiverNetwork(read_hydrorivers(path, velocity=0.5, low_flow=0.4).reaches, SECTION)


def test_hydrorivers_faults_are_all_listed(tmp_path: Path) -> None:
    table = hydro(NEXT_DOWN=[3, 9, 4, 0], LENGTH_KM=[5, -1, 3, 4], DIS_AV_CMS=[0, 14, 26, float("nan")])
    with pytest.raises(DataError) as caught:
        read_hydrorivers(table, velocity=0.5, low_flow=0.4)
    assert sorted((f.row, f.column) for f in caught.value.findings) == [
        (2, "DIS_AV_CMS"),
        (3, "LENGTH_KM"),
        (3, "NEXT_DOWN"),
        (5, "DIS_AV_CMS"),
    ]
    with pytest.raises(OptionError, match="low_flow"):
        read_hydrorivers(hydro(), velocity=0.5, low_flow=0.0)
    with pytest.raises(OptionError, match="no file"):
        read_hydrorivers(tmp_path / "none.csv", velocity=0.5, low_flow=0.3)
    with pytest.raises(DataError, match="run in a circle: 1 → 3 → 4"):
        RiverNetwork(read_hydrorivers(hydro(NEXT_DOWN=[3, 3, 4, 1]), velocity=0.5, low_flow=0.4).reaches, SECTION)


def line(name: object, *points: list[float], **properties: object) -> dict[str, object]:
    geometry = {"type": "LineString", "coordinates": list(points)}
    return {"type": "Feature", "properties": {"name": name, **properties}, "geometry": geometry}


def collection(*features: dict[str, object]) -> dict[str, object]:
    return {"type": "FeatureCollection", "features": list(features)}


WATER = {"Q": 100.0, "flow_low": 40.0, "velocity_mean": 1.0, "velocity_low": 0.6}


def test_geojson_with_a_braid_makes_a_network(tmp_path: Path) -> None:
    path = tmp_path / "made_up.geojson"
    made = collection(
        line("top", [0, 0], [0.5, 0], [1, 0], **WATER),
        line("north", [1, 0], [1.5, 0.2], [2, 0], share=0.3, **(WATER | {"Q": 30.0, "flow_low": 12.0})),
        line("south", [1, 0], [2, 0.0001], share=0.7, **(WATER | {"Q": 70.0, "flow_low": 28.0})),
        line("low", [2, 0], [3, 0], **WATER),
    )
    path.write_text(json.dumps(made), encoding="utf-8")
    read = read_geojson(path, columns={"flow_mean": "Q"})
    assert read.mouths == ("low",)
    assert read.splits["share"].tolist() == [0.3, 0.7]
    net = RiverNetwork(read.reaches, pd.DataFrame({"section": ["s"], "reach": ["low"]}), splits=read.splits)
    assert net.braids == [("top", "low")]
    loads = pd.DataFrame({"source": ["a"], "reach": ["top"], "pollutant": ["X"], "tonnes": [100.0]})
    assert steady(net, loads, {"X": 0.0}).flux.loc["s", "X"] == pytest.approx(100.0, rel=1e-14)
    assert read.reaches["length_km"].iloc[0] == pytest.approx(111.195, abs=1e-3)


def test_geojson_faults_are_named() -> None:
    made = collection(
        line("gap", [0, 0], [1, 0.003]),
        line("next", [1, 0], [2, 0], [3, 0]),
        line("inside", [2, 1], [2, 0]),
        line("fork", [0, 1], [1, 1]),
        line("one", [1, 1], [2, 1.2]),
        line("two", [1, 1], [2, 1.4]),
    )
    with pytest.raises(DataError) as caught:
        read_geojson(made)
    words = {f.row: f.problem for f in caught.value.findings}
    assert "a gap of 0.334 km to the beginning of next" in words[1]
    assert words[3] == "it ends inside next"
    assert words[4] == "a braid: one, two begin where it ends"
    with pytest.raises(DataError) as caught:
        read_geojson(collection(line("", [0, 0], [1, 0]), line("x", [0, 95], [1, 0]), {"properties": {"name": "p"}}))
    assert [f.problem.split(" ")[0] for f in caught.value.findings] == ["the", "outside", "not"]
    with pytest.raises(DataError, match="no features"):
        read_geojson({"type": "FeatureCollection", "features": []})


def test_splits_are_checked() -> None:
    table = pd.DataFrame({"reach": ["a", "b", "c"], "downstream": ["b", "", ""], "length_km": 1.0, "flow_mean": 9.0})
    table = table.assign(flow_low=5.0, velocity_mean=1.0, velocity_low=1.0)
    sections = pd.DataFrame({"section": ["s"], "reach": ["b"]})
    wrong = pd.DataFrame({"reach": ["a", "a", "x"], "downstream": ["c", "c", "b"], "share": [0.5, 0.4, -1.0]})
    with pytest.raises(DataError) as caught:
        RiverNetwork(table, sections, splits=wrong)
    assert sorted((f.table, f.row, f.column) for f in caught.value.findings) == [
        ("reaches", 2, "downstream"),  # b is not among the splits of a
        ("splits", 2, "share"),  # the shares sum to less than 1
        ("splits", 3, "downstream"),  # the same way twice
        ("splits", 4, "reach"),
        ("splits", 4, "share"),
    ]
    ring = pd.DataFrame({"reach": ["b", "b"], "downstream": ["a", "c"], "share": [0.5, 0.5]})
    with pytest.raises(DataError, match="a → b → a"):
        RiverNetwork(table.assign(downstream=["b", "", ""]), sections, splits=ring)


def test_a_lake_is_mixed_and_needs_its_volume() -> None:
    table = pd.DataFrame({"reach": ["lake"], "downstream": [""], "length_km": [20.0], "volume_mean": [864.0]})
    table = table.assign(volume_low=500.0, flow_mean=100.0, flow_low=50.0, velocity_mean=None, velocity_low=None)
    net = RiverNetwork(table, pd.DataFrame({"section": ["s"], "reach": ["lake"], "km": [3.0]}))
    loads = pd.DataFrame({"source": ["a"], "reach": ["lake"], "pollutant": ["TN"], "tonnes": [1000.0]})
    result = steady(net, loads, {"TN": 0.01})
    # 864e6 m³ at 100 m³/s are 100 days: 1/(1 + kV/Q) is one half (Vollenweider).
    assert result.flux.loc["s", "TN"] == pytest.approx(500.0, rel=1e-14)
    assert result.balance <= 1e-15
    # Total nitrogen counts in lakes: 0.16 mg/L is class I, and the section is graded as a lake by itself.
    assert result.grades().loc["s", ["class", "deciding"]].tolist() == [1, "TN"]
    with pytest.raises(DataError, match="a lake needs its volume in every regime"):
        RiverNetwork(table.assign(volume_low=None), pd.DataFrame({"section": ["s"], "reach": ["lake"]}))


def test_a_standard_in_the_manner_of_the_water_framework_directive(tmp_path: Path) -> None:
    path = tmp_path / "WFD-made-up.csv"
    path.write_text(
        "parameter,water,unit,direction,high,good,moderate,poor,name_en,name_zh\n"
        "TP,river,mg/L,max,0.05,0.1,0.2,0.4,total phosphorus,总磷\nDO,any,mg/L,min,9,7,5,3,dissolved oxygen,溶解氧\n",
        encoding="utf-8",
    )
    rules = Standard.read(path)
    assert grade({"TP": 0.1, "DO": 9.5}, standard=rules) == (2, "TP", ())
    assert grade({"总磷": 0.5}, standard=rules).water_class == rules.worst == 5
    assert (rules.class_name(5), rules.class_name(2, "zh"), rules.parameter_name("TP", "zh")) == ("bad", "良", "总磷")
    with pytest.raises(OptionError, match="classes are 1 to 4"):
        rules.limit("TP", 5)


def test_saturation_lets_warm_water_be_class_one() -> None:
    # At 28 °C saturation is 7.83 mg/L: 90 % are 7.05, less than 7.5.
    assert grade({"DO": 7.1}).water_class == 2
    assert grade({"DO": 7.1}, saturation=7.83).water_class == 1
    assert grade({"DO": 7.0}, saturation=7.83).water_class == 2
    assert grade({"DO": 7.5}, saturation=14.6).water_class == 1


def test_monitoring_wide_and_long_in_two_languages(tmp_path: Path) -> None:
    wide = tmp_path / "周报.csv"
    wide.write_bytes(
        "断面名称,监测时间,总磷（mg/L）,氨氮(mg/L),流量（m³/s）\n甲,2018年3月,0.12,<0.025,1000\n乙,2018-W10,0.03L,0.4,--\n".encode(
            "gb18030"
        )
    )
    read = read_monitoring(wide)
    assert read[["section", "pollutant", "value", "censored"]].to_numpy().tolist() == [
        ["甲", "TP", 0.12, False],
        ["甲", "NH3-N", 0.025, True],
        ["甲", "flow", 1000.0, False],
        ["乙", "TP", 0.03, True],
        ["乙", "NH3-N", 0.4, False],
    ]
    assert read["time"].dt.strftime("%Y-%m-%d").tolist()[::3] == ["2018-03-01", "2018-03-05"]
    long = pd.DataFrame({"station": "甲", "date": ["2018-01-02", "2018/02/03"], "parameter": ["TP", "ph"]})
    long = long.assign(value=["0.1", "7.9"], unit=["mg/L", ""])
    assert read_monitoring(long)["unit"].tolist() == ["mg/L", "-"]
    assert read_monitoring(long)["month"].tolist() == [1, 2]


def test_monitoring_faults_are_all_listed() -> None:
    table = pd.DataFrame(
        {
            "section": ["甲", "丙", "甲", ""],
            "date": ["2018-01-02", "2018-13-02", "2018-01-02", "soon"],
            "TP (t/yr)": ["0.1", "-0.2", "x", "0.1"],
            "flow (m3 per step)": ["1", "2", "3", "4"],
            "COD": ["1", "2", "3", "ND"],
        }
    )
    reach = {"reach": ["r"], "downstream": [""], "length_km": [1.0], "flow_mean": [1.0], "flow_low": [1.0]}
    reach |= {"velocity_mean": [1.0], "velocity_low": [1.0]}
    net = RiverNetwork(pd.DataFrame(reach), pd.DataFrame({"section": ["a"], "reach": ["r"], "name_zh": ["甲"]}))
    with pytest.raises(DataError) as caught:
        read_monitoring(table, network=net)
    found = [(f.row, f.column, f.problem) for f in caught.value.findings]
    assert (0, "TP (t/yr)", "TP must be in mg/L") in found
    assert (0, "flow (m3 per step)", "flow must be in m³/s") in found
    assert (0, "COD", "the unit of COD is not stated") in found
    assert (3, "section", "there is no such section") in found
    assert (3, "date", "not a date") in found
    assert (3, "TP (t/yr)", "negative") in found
    assert (4, "TP (t/yr)", "not a number") in found
    assert (4, "flow", "the value stands in line 2 already") in found
    assert (5, "section", "no name") in found
    assert (5, "COD", "below a limit of detection that is not stated") in found
    with pytest.raises(DataError, match="the column is missing"):
        read_monitoring(pd.DataFrame({"a": [1]}))


def stretch(count: int = 6) -> tuple[RiverNetwork, pd.DataFrame]:
    names = [f"r{i}" for i in range(count)]
    table = pd.DataFrame({"reach": names, "downstream": [*names[1:], ""], "length_km": 100.0})
    table = table.assign(flow_mean=500.0 + 50 * np.arange(count), flow_low=300.0, velocity_mean=0.8, velocity_low=0.5)
    table["flow_low"] = table["flow_mean"] * 0.5
    sections = pd.DataFrame({"section": [f"s{i}" for i in range(count)], "reach": names})
    loads = pd.DataFrame({"region": ["U", "U", "V", "V"], "reach": ["r0", "r1", "r2", "r4"], "pollutant": "X"})
    return RiverNetwork(table, sections), loads.assign(tonnes=[4000.0, 2000.0, 3000.0, 3000.0])


def observed(net: RiverNetwork, loads: pd.DataFrame, decay: float, noise: float, sections: list[str]) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    parts = []
    for month, regime in ((1, "low"), (7, "mean")):
        for _ in range(4):
            true = steady(net, loads, {"X": decay}, regime).concentration.loc[sections, "X"]
            value = true.to_numpy() * (1 + noise * rng.standard_normal(len(sections)))
            parts.append(pd.DataFrame({"section": sections, "month": month, "pollutant": "X", "value": value}))
    return pd.concat(parts, ignore_index=True)


def test_calibration_finds_decay_and_factors_again() -> None:
    net, loads = stretch()
    true = loads.assign(tonnes=loads["tonnes"] * np.where(loads["region"] == "U", 1.4, 0.7))
    seen = observed(net, true, 0.12, 0.05, list(net.section_names))
    plan = {1: "low", 7: "mean"}
    found = calibrate(net, loads, seen, "X", by=["region"], regimes=plan)
    assert found.identified
    assert found.decay_low <= 0.12 <= found.decay_high
    assert found.decay == pytest.approx(0.12, abs=0.02)
    assert found.factors["factor"].to_dict() == pytest.approx({"U": 1.4, "V": 0.7}, rel=0.1)
    assert (found.factors["low"] <= found.factors["factor"]).all()
    assert found.fit.loc["all", "nse"] > 0.9
    assert found.relative_error == pytest.approx(0.05, abs=0.015)
    assert "The data tell decay from load" in found.report()
    assert "U：负荷系数1." in found.report("zh")
    exact = calibrate(net, loads, observed(net, true, 0.12, 0.0, ["s1", "s3", "s5"]), "X", by=["region"], regimes=plan)
    assert exact.decay == pytest.approx(0.12, rel=1e-6)
    assert exact.relative_error < 1e-6


def test_calibration_says_when_decay_and_load_cannot_be_told_apart() -> None:
    net, loads = stretch()
    seen = observed(net, loads, 0.12, 0.05, ["s5"])
    found = calibrate(net, loads, seen[seen["month"] == 7], "X")
    assert not found.identified
    assert "cannot tell decay from load" in found.statement
    assert "数据无法区分降解与负荷。降解系数" in found.report("zh")
    assert "全部负荷：负荷系数" in found.report("zh")
    few = calibrate(net, loads, seen.iloc[:2], "X")
    assert "2 values for 2 unknowns" in few.statement


def test_calibration_reads_values_below_detection_and_refuses_faults() -> None:
    net, loads = stretch()
    seen = observed(net, loads, 0.1, 0.02, list(net.section_names)).assign(censored=False)
    limit = float(seen["value"].median()) * 5
    hidden = pd.concat([seen, seen.iloc[:3].assign(value=limit, censored=True)], ignore_index=True)
    plan = {1: "low", 7: "mean"}
    assert calibrate(net, loads, hidden, "X", regimes=plan).decay == pytest.approx(
        calibrate(net, loads, seen, "X", regimes=plan).decay, rel=1e-6
    )
    with pytest.raises(DataError) as caught:
        calibrate(net, loads, seen.assign(section="x", unit="t/yr").iloc[:1], "X")
    assert sorted(f.column for f in caught.value.findings) == ["section", "unit"]
    with pytest.raises(OptionError, match="bounds"):
        calibrate(net, loads, seen, "X", decay=(1.0, 0.5))


def test_one_tonne_a_year_is_what_every_part_uses() -> None:
    assert pytest.approx(0.0317098, abs=5e-8) == GRAMS_PER_SECOND
