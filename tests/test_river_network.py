"""The river as a tree: numbering, water, and every fault of the tables at once."""

from __future__ import annotations

import pandas as pd
import pytest

from yijiang.errors import DataError, OptionError
from yijiang.river import RiverNetwork


def reach_table(**columns: list[object]) -> pd.DataFrame:
    """Two rivers that meet, the Han and the Yangtze above Wuhan, with round numbers."""
    base: dict[str, list[object]] = {
        "reach": ["stem above", "Han", "stem below"],
        "downstream": ["stem below", "stem below", float("nan")],
        "km_from": [600, 200, 500],
        "km_to": [500, 0, 300],
        "flow_mean": [20000.0, 1500.0, 22000.0],
        "flow_low": [9000.0, 700.0, 10000.0],
        "velocity_mean": [1.0, 0.5, 1.0],
        "velocity_low": [0.6, 0.3, 0.6],
    }
    return pd.DataFrame(base | columns)


SECTIONS = pd.DataFrame({"section": ["Wuhan", "inside"], "reach": ["stem below", "Han"], "km": [float("nan"), 50.0]})


def faults(
    reaches: pd.DataFrame, sections: pd.DataFrame = SECTIONS, kinetics: object = None
) -> list[tuple[str, int, str]]:
    with pytest.raises(DataError) as caught:
        RiverNetwork(reaches, sections, kinetics)  # type: ignore[arg-type]
    return [(f.table, f.row, f.column) for f in caught.value.findings]


def test_numbering_is_upstream_first_and_sections_know_their_place() -> None:
    net = RiverNetwork(reach_table(), SECTIONS)
    assert net.reach_names == ("Han", "stem above", "stem below")
    assert net.topology.above.tolist() == [0, 1]
    assert net.topology.below.tolist() == [2, 2]
    assert net.topology.first.tolist() == [0, 1, 0]
    assert net.mouths == ("stem below",)
    assert net.section_fraction.tolist() == [1.0, 0.75]
    assert net.sections["km"].tolist() == [300.0, 50.0]
    assert net.sections["name_zh"].tolist() == ["Wuhan", "inside"]


def test_water_is_mixed_abstracted_and_gains_on_the_way() -> None:
    net = RiverNetwork(reach_table(abstraction=[0, 0, 500]), SECTIONS)
    water = net.hydraulics("mean")
    assert water.arriving.tolist() == [1500.0, 20000.0, 21500.0]
    assert water.head_flow.tolist() == [1500.0, 20000.0, 21000.0]
    assert water.kept.tolist() == [1.0, 1.0, 21000.0 / 21500.0]
    assert water.travel_days == pytest.approx([200e3 / 0.5 / 86400, 100e3 / 86400, 200e3 / 86400], rel=1e-15)
    assert water.section_flow.tolist() == [22000.0, 1500.0]


def test_input_tables_are_left_alone() -> None:
    reaches, sections = reach_table(), SECTIONS.copy()
    before = reaches.copy(), sections.copy()
    RiverNetwork(reaches, sections)
    pd.testing.assert_frame_equal(reaches, before[0])
    pd.testing.assert_frame_equal(sections, before[1])


def test_a_sound_table_has_no_findings_in_any_of_its_forms() -> None:
    lengths = reach_table().drop(columns=["km_from", "km_to"]).assign(length_km=[100.0, 200.0, 200.0])
    named = reach_table(river=["Yangtze", "Han", "Yangtze"], tidal=[False, False, True])
    assert RiverNetwork(lengths, SECTIONS.assign(km=float("nan"))).section_fraction.tolist() == [1.0, 1.0]
    assert RiverNetwork(named, SECTIONS).sections["tidal"].tolist() == [True, False]


def test_all_faults_are_listed_at_once() -> None:
    reaches = pd.DataFrame(
        {
            "reach": ["a", "b", "c", "d", "d", ""],
            "downstream": ["b", "a", "nowhere", "", "", ""],
            "length_km": [10.0, 0.0, 5.0, 5.0, 5.0, 5.0],
            "flow_mean": [100.0, 100.0, -5.0, 100.0, 50.0, 5.0],
            "flow_low": [50.0, 50.0, 1.0, 50.0, 60.0, 5.0],
            "velocity_mean": [1.0, 1.0, 1.0, "fast", 1.0, 1.0],
            "velocity_low": [1.0, float("nan"), 1.0, 1.0, 1.0, 1.0],
            "abstraction": [0.0, 0.0, 0.0, -1.0, 0.0, 0.0],
            "tidal": [False, False, "perhaps", False, True, False],
        }
    )
    sections = pd.DataFrame(
        {
            "section": ["s", "s", "t"],
            "reach": ["a", "nowhere", "c"],
            "km": [float("nan"), float("nan"), 7.0],
            "limit_class": [2, 9, float("nan")],
        }
    )
    kinetics = pd.DataFrame({"pollutant": ["TP", "COD"], "decay": [0.01, -0.2]})
    assert sorted(faults(reaches, sections, kinetics)) == sorted(
        [
            ("reaches", 2, "downstream"),  # a → b → a
            ("reaches", 3, "length_km"),
            ("reaches", 3, "velocity_low"),
            ("reaches", 4, "downstream"),
            ("reaches", 4, "flow_mean"),
            ("reaches", 4, "tidal"),
            ("reaches", 5, "velocity_mean"),
            ("reaches", 5, "abstraction"),
            ("reaches", 6, "reach"),
            ("reaches", 6, "flow_low"),
            ("reaches", 7, "reach"),
            ("reaches", 4, "flow_low"),  # above the negative mean flow
            ("sections", 3, "section"),
            ("sections", 3, "reach"),
            ("sections", 3, "limit_class"),
            ("sections", 4, "km"),
            ("kinetics", 3, "decay"),
        ]
    )


def test_missing_columns_and_empty_tables_are_findings() -> None:
    assert faults(reach_table().drop(columns=["velocity_low", "km_to"])) == [
        ("reaches", 0, "velocity_low"),
        ("reaches", 0, "km_to"),
    ]
    assert faults(reach_table().iloc[:0]) == [("reaches", 0, "")]
    assert faults(reach_table(), SECTIONS.drop(columns="reach")) == [("sections", 0, "reach")]


def test_circle_is_named_and_what_drains_to_it_is_not_blamed() -> None:
    reaches = reach_table(downstream=["Han", "stem below", "Han"]).assign(length_km=1.0)
    with pytest.raises(DataError, match="Han → stem below → Han") as caught:
        RiverNetwork(reaches.drop(columns=["km_from", "km_to"]), SECTIONS.assign(km=float("nan")))
    assert [f.row for f in caught.value.findings if f.column == "downstream"] == [3]


def test_gap_of_river_km_is_found_where_no_river_goes_on() -> None:
    assert faults(reach_table(km_to=[510, 0, 300])) == [("reaches", 4, "km_from")]
    assert faults(reach_table(km_from=[400, 200, 500])) == [("reaches", 4, "km_to")]  # the other way
    # With the rivers named, a tributary that shares the name must go on, too.
    assert faults(reach_table(river=["Yangtze"] * 3)) == [("reaches", 4, "km_from")]


def test_km_and_length_must_agree() -> None:
    assert faults(reach_table(length_km=[100, 210, 200])) == [("reaches", 3, "length_km")]


def test_flow_may_fall_only_by_a_stated_abstraction() -> None:
    falling = reach_table(flow_mean=[20000.0, 1500.0, 21000.0])
    assert faults(falling) == [("reaches", 4, "flow_mean")]
    stated = falling.assign(abstraction=[float("nan"), 0, 500.0])
    assert RiverNetwork(stated, SECTIONS).reaches["abstraction"].sum() == 500
    assert faults(reach_table(abstraction=[0, 0, 9700.0])) == [("reaches", 4, "abstraction")]


def test_regime_and_decay_are_checked() -> None:
    net = RiverNetwork(reach_table(), SECTIONS)
    with pytest.raises(OptionError, match="unknown regime 'lwo'; near matches: low"):
        net.hydraulics("lwo")
    with pytest.raises(OptionError, match="no decay rates"):
        net.transfer()
    with pytest.raises(OptionError, match="at least 0"):
        net.transfer({"TP": -0.1})
    assert RiverNetwork(reach_table(), SECTIONS, {"TP": 0.01}).transfer().pollutants == ("TP",)
