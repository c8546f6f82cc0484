"""Calculated against observed values: points around the line on which they are equal."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from yijiang.charts.svg import COLOURS, frame, number, round_ticks, rule, text_at, tick_label


def fit_points(
    points: Sequence[tuple[float, float, str]],
    axes: tuple[str, str],
    title: str,
    *,
    width: float = 440,
    height: float = 340,
) -> str:
    """Draw points (observed, calculated, what a pointer over it says) with the line of equality.

    Parameters
    ----------
    points
        Values of at least 0, in one unit.
    axes
        Names of the horizontal (observed) and the vertical axis (calculated).
    title
        What a screen reader says.

    Examples
    --------
    >>> fit_points([(0.1, 0.12, "a"), (0.2, 0.19, "b")], ("observed", "calculated"), "fit").count("<circle")
    2
    """
    left, right, top, bottom = 50.0, width - 14.0, 26.0, height - 42.0
    most = max([v for x, y, _ in points for v in (x, y)], default=1.0) * 1.08 or 1.0

    def across(value: float) -> float:
        return left + value / most * (right - left)

    def up(value: float) -> float:
        return bottom - value / most * (bottom - top)

    parts = [text_at(4, 14, axes[1], size=12, colour="muted")]
    for tick in round_ticks(0.0, most):
        parts.append(rule(left, up(tick), right, up(tick)))
        parts.append(text_at(left - 6, up(tick) + 4, tick_label(tick), size=11, anchor="end", colour="muted"))
        parts.append(text_at(across(tick), bottom + 16, tick_label(tick), size=11, anchor="middle", colour="muted"))
    parts.append(text_at(right, bottom + 34, axes[0], size=12, anchor="end", colour="muted"))
    parts.append(rule(across(0.0), up(0.0), across(most), up(most), colour="base", width=1.5, dash="5 3"))
    for x, y, told in points:
        parts.append(
            f'<circle cx="{number(across(x))}" cy="{number(up(y))}" r="4" style="fill:{COLOURS["river"]};'
            f'fill-opacity:.65"><title>{escape(told)}</title></circle>'
        )
    return frame(width, height, title, parts)
