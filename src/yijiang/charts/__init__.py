"""Small SVG pictures as text: plain functions of values and labels, the same bytes for the same input."""

from yijiang.charts.bars import BeforeAfter, RangeBar, before_after_bars, range_bars
from yijiang.charts.chance import chance_mark
from yijiang.charts.itinerary import Group, Stay, itinerary
from yijiang.charts.lines import SectionMark, line_profile
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
    "Stay",
    "Track",
    "before_after_bars",
    "chance_mark",
    "itinerary",
    "line_profile",
    "range_bars",
    "spark",
    "strip_map",
    "trend_lines",
]
