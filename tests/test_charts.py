from __future__ import annotations

import itertools
import math
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yijiang.charts import (
    BeforeAfter,
    Flow,
    Place,
    Port,
    RangeBar,
    SectionMark,
    before_after_bars,
    line_profile,
    range_bars,
    strip_map,
)
from yijiang.charts.strip import spread
from yijiang.charts.svg import round_ticks

SVG = "{http://www.w3.org/2000/svg}"
LEGEND = ("before", "after", "limit", "km")


def test_range_bar_lengths_follow_the_values() -> None:
    root = ElementTree.fromstring(
        range_bars([RangeBar("a", 1.0, "1"), RangeBar("b", 4.0, "4", 3.0, 5.0)], "t", width=512)
    )
    widths = [float(r.attrib["width"]) for r in root.iter(f"{SVG}rect")]
    assert widths == [100.0, 400.0]


def test_negative_bars_start_at_zero_and_go_left() -> None:
    root = ElementTree.fromstring(range_bars([RangeBar("a", -1.0, "-1"), RangeBar("b", 1.0, "1")], "t", width=212))
    starts = [float(r.attrib["x"]) for r in root.iter(f"{SVG}rect")]
    assert starts == [6.0, 106.0]


def test_a_load_over_its_capacity_is_marked() -> None:
    over = before_after_bars([BeforeAfter("a", 1.0, 3.0, 2.0)], "t")
    under = before_after_bars([BeforeAfter("a", 1.0, 1.5, 2.0)], "t")
    assert "--warn" in over
    assert "--warn" not in under


def test_labels_are_escaped() -> None:
    nasty = '<script>&"'
    pictures = [
        range_bars([RangeBar(nasty, 1.0, nasty)], nasty),
        before_after_bars([BeforeAfter(nasty, 1.0, 1.0, text=nasty)], nasty),
        line_profile([0, 1], [1, 1], [1, 1], [SectionMark(0.5, nasty, 1.0)], nasty, (nasty,) * 4),
        strip_map(
            [Place("a", nasty, 1, 1), Place("b", nasty, 2, 2)],
            [Port(nasty, 1.5)],
            [Flow("a", "b", 1, nasty)],
            nasty,
            nasty,
        ),
    ]
    for picture in pictures:
        assert "<script" not in picture
        ElementTree.fromstring(picture)


def test_profile_leaves_out_points_that_are_not_finite() -> None:
    picture = line_profile([0, 1, 2], [1, math.nan, 1], [1, 1, 1], [], "t", LEGEND)
    paths = [p.attrib["d"] for p in ElementTree.fromstring(picture).iter(f"{SVG}path")]
    assert [p.count(" ") for p in paths] == [3, 5]
    assert "nan" not in picture


def test_strip_map_is_the_same_whatever_the_order_of_flows() -> None:
    places = [Place("a", "A", 100, 30), Place("b", "B", 110, 31), Place("c", "C", math.nan, math.nan)]
    flows = [Flow("a", "b", 2.0, "2"), Flow("b", "c", 1.0, "1"), Flow("b", "z", 9.0, "outside")]
    first = strip_map(places, [], flows, "t", "river")
    assert first == strip_map(places, [], flows[::-1], "t", "river")
    assert first.count('class="flow"') == 2


@given(st.lists(st.floats(0, 100), max_size=12))
def test_spread_keeps_order_room_and_bounds(wanted: list[float]) -> None:
    placed = spread(wanted, 8.0, 0.0, 100.0)
    in_order = [placed[k] for k in sorted(range(len(wanted)), key=lambda k: (wanted[k], k))]
    assert all(-1e-9 <= x <= 100.0 + 1e-9 for x in placed)
    assert all(b - a >= 8.0 - 1e-9 for a, b in itertools.pairwise(in_order))


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_lie_inside(low: float, size: float) -> None:
    ticks = round_ticks(low, low + size)
    assert 1 <= len(ticks) <= 6
    assert ticks == sorted(ticks)
    assert all(low - 1e-6 * size <= t <= low + size * (1 + 1e-6) for t in ticks)


def test_one_tick_for_one_value() -> None:
    assert round_ticks(3, 3) == pytest.approx([3.0])
