"""Small SVG pictures as text: plain functions of values and labels, the same bytes for the same input."""

from yijiang.charts.bars import BeforeAfter, RangeBar, before_after_bars, range_bars
from yijiang.charts.chance import chance_mark
from yijiang.charts.itinerary import Group, Stay, itinerary
from yijiang.charts.lines import SectionMark, line_profile
from yijiang.charts.strip import Flow, Place, Port, strip_map

__all__ = [
    "BeforeAfter",
    "Flow",
    "Group",
    "Place",
    "Port",
    "RangeBar",
    "SectionMark",
    "Stay",
    "before_after_bars",
    "chance_mark",
    "itinerary",
    "line_profile",
    "range_bars",
    "strip_map",
]
