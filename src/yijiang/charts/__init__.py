"""Small SVG pictures as text: plain functions of values and labels, the same bytes for the same input."""

from yijiang.charts.bars import BeforeAfter, RangeBar, before_after_bars, range_bars
from yijiang.charts.chance import chance_mark
from yijiang.charts.fit import fit_points
from yijiang.charts.itinerary import Group, Stay, itinerary
from yijiang.charts.lines import SectionMark, line_profile
from yijiang.charts.stacked import StackedBar, stacked_bars
from yijiang.charts.strip import Flow, Place, Port, strip_map
from yijiang.charts.trend import Track, spark, trend_lines

__all__ = [
    "BeforeAfter",
    "Flow",
    "Group",
    "Place",
    "Port",
    "RangeBar",
    "SectionMark",
    "StackedBar",
    "Stay",
    "Track",
    "before_after_bars",
    "chance_mark",
    "fit_points",
    "itinerary",
    "line_profile",
    "range_bars",
    "spark",
    "stacked_bars",
    "strip_map",
    "trend_lines",
]
