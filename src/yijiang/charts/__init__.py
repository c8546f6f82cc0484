"""Small SVG pictures as text: plain functions of values and labels, the same bytes for the same input."""

from yijiang.charts.bars import BeforeAfter, RangeBar, before_after_bars, range_bars
from yijiang.charts.chance import chance_mark
from yijiang.charts.fit import fit_points
from yijiang.charts.lines import SectionMark, line_profile
from yijiang.charts.stacked import StackedBar, stacked_bars
from yijiang.charts.strip import Flow, Place, Port, strip_map

__all__ = [
    "BeforeAfter",
    "Flow",
    "Place",
    "Port",
    "RangeBar",
    "SectionMark",
    "StackedBar",
    "before_after_bars",
    "chance_mark",
    "fit_points",
    "line_profile",
    "range_bars",
    "stacked_bars",
    "strip_map",
]
