"""Grading against GB 3838-2002, table 1."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yijiang.errors import DataError, OptionError
from yijiang.river import Standard, distinguishable, grade

# (parameter, water, limits of classes I to V), typed from the law's table 1.
TABLE_1 = [
    ("DO", "river", (7.5, 6, 5, 3, 2)),
    ("CODMn", "river", (2, 4, 6, 10, 15)),
    ("COD", "river", (15, 15, 20, 30, 40)),
    ("BOD5", "lake", (3, 3, 4, 6, 10)),
    ("NH3-N", "river", (0.15, 0.5, 1.0, 1.5, 2.0)),
    ("TP", "river", (0.02, 0.1, 0.2, 0.3, 0.4)),
    ("TP", "lake", (0.01, 0.025, 0.05, 0.1, 0.2)),
    ("TN", "lake", (0.2, 0.5, 1.0, 1.5, 2.0)),
]


@pytest.mark.parametrize(("parameter", "water", "limits"), TABLE_1)
def test_published_limits_are_inclusive(parameter: str, water: str, limits: tuple[float, ...]) -> None:
    standard = Standard.read("GB3838-2002")
    worse = -1 if parameter == "DO" else 1
    for number, limit in enumerate(limits, start=1):
        assert standard.limit(parameter, number, water) == limit
        best = limits.index(limit) + 1  # COD and BOD5 have one limit for classes I and II
        assert grade({parameter: limit}, water).water_class == best
        beyond = np.nextafter(limit, limit + worse)
        next_class = next((i for i, other in enumerate(limits, 1) if worse * (other - limit) > 0), 6)
        assert grade({parameter: beyond}, water).water_class == next_class


def test_phosphorus_is_stricter_in_lakes() -> None:
    assert [grade({"TP": 0.1}, water).water_class for water in ("river", "lake")] == [2, 4]
    assert grade({"总磷": 0.1}, "湖库").water_class == 4


def test_nitrogen_counts_in_lakes_only() -> None:
    assert grade({"TN": 9.0, "COD": 10.0}).ungraded == ("TN",)
    assert grade({"TN": 9.0, "COD": 10.0}).water_class == 1
    assert grade({"TN": 9.0, "COD": 10.0}, "lake") == (6, "TN", ())
    with pytest.raises(OptionError, match="nothing to grade in a river"):
        grade({"TN": 9.0})


@pytest.mark.parametrize(("ph", "expected"), [(5.9, 6), (6.0, 1), (7.5, 1), (9.0, 1), (9.1, 6)])
def test_ph_range_is_the_same_for_all_classes(ph: float, expected: int) -> None:
    assert grade({"pH": ph}).water_class == expected


def test_worst_parameter_decides() -> None:
    sample = {"DO": 8.0, "CODMn": 3.9, "NH3-N": 1.2, "TP": 0.12}
    assert grade(sample) == (4, "NH3-N", ())
    assert grade(pd.Series(sample)) == (4, "NH3-N", ())
    assert grade({"DO": 0.0, "TP": 0.5}) == (6, "DO", ())
    # Both are class III; ammonia uses up 95 % of its limit, phosphorus 60 %.
    assert grade({"TP": 0.12, "NH3-N": 0.95}).deciding == "NH3-N"


def test_table_keeps_its_index_and_lists_what_is_missing() -> None:
    table = pd.DataFrame({"TP": [0.05, np.nan, np.nan], "氨氮": [np.nan, 3.0, np.nan]}, index=["a", "b", "c"])
    graded = grade(table)
    assert graded.index.tolist() == ["a", "b", "c"]
    assert graded["class"].fillna(0).tolist() == [2, 6, 0]
    assert graded["deciding"].tolist() == ["TP", "NH3-N", ""]
    assert graded["ungraded"].tolist() == [("NH3-N",), ("TP",), ("TP", "NH3-N")]


def test_wrong_names_and_values_are_refused() -> None:
    with pytest.raises(OptionError, match=r"unknown parameter 'CODMm'; near matches: CODMn"):
        grade({"CODMm": 1.0})
    with pytest.raises(OptionError, match="unknown kind of water"):
        grade({"TP": 0.1}, water="sea")
    with pytest.raises(OptionError, match="unknown standard"):
        grade({"TP": 0.1}, standard="GB3097")
    with pytest.raises(OptionError, match="more than once"):
        grade({"TP": 0.1, "总磷": 0.1})
    with pytest.raises(OptionError, match="negative or infinite"):
        grade({"TP": -0.1})
    with pytest.raises(OptionError, match="classes are 1 to 5"):
        Standard.read("GB3838-2002").limit("TP", 6)
    with pytest.raises(OptionError, match="does not count in a river"):
        Standard.read("GB3838-2002").limit("TN", 3)
    with pytest.raises(OptionError, match="two limits"):
        Standard.read("GB3838-2002").limit("pH", 3)


def test_own_standard_from_a_file_with_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("parameter,water,unit,direction,I,II,III,IV,V\nTP,any,mg/L,max,1,2,3,4,5\n", encoding="utf-8")
    assert grade({"TP": 2.5}, standard=Standard.read(path)) == (3, "TP", ())
    wrong = "TP,sea,mg/L,max,1,2,3,4,5\nDO,any,mg/L,max,5,4,3,2,1\nDO,any,mg/L,max,1,2,,4,5\n"
    path.write_text("parameter,water,unit,direction,I,II,III,IV,V\n" + wrong, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        Standard.read(path)
    found = sorted((f.row, f.column) for f in caught.value.findings)
    assert found == [(2, "water"), (3, "I"), (4, "III"), (4, "parameter")]


def test_change_of_class_within_the_calibration_error_does_not_count() -> None:
    # Phosphorus at Datong, 0.1035 mg/L, is 3.5 % above the limit of class II.
    assert not distinguishable(0.1035, 0.095, 0.10, 0.05)
    assert distinguishable(0.1035, 0.095, 0.10, 0.03)
    assert not distinguishable(0.12, 0.11, 0.10, 0.0)
    assert not distinguishable(0.12, 0.10, 0.10, 0.0)  # on the limit
    assert distinguishable([0.2, 0.09], [0.05, 0.2], 0.10, 0.05).tolist() == [True, True]
    with pytest.raises(OptionError, match="must be at least 0"):
        distinguishable(0.2, 0.1, 0.1, -0.1)
    with pytest.raises(OptionError, match="missing"):
        distinguishable(float("nan"), 0.1, 0.1, 0.1)


@pytest.mark.fixtures
def test_limits_agree_with_the_source_table(source_data: Callable[[str], Path]) -> None:
    source = pd.read_csv(source_data("yangtze") / "river_gb3838_2002_limits.csv")
    standard = Standard.read("GB3838-2002")
    compared = 0
    for _, row in source[source["parameter"] != "pH"].iterrows():
        for water in ("river", "lake"):
            if water in str(row["water_body"]):
                ours = standard.rows(str(row["parameter"]), water)[["I", "II", "III", "IV", "V"]].to_numpy()
                theirs = row[["class_I", "class_II", "class_III", "class_IV", "class_V"]].to_numpy(dtype=float)
                assert ours.tolist() == [theirs.tolist()]
                compared += 1
    assert compared == 13
