"""What pages show of the river, and the page of a calibration; it reads documents only."""

from yijiang.report.river.view import river_view

__all__ = ["river_view"]
