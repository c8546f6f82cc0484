"""A figure beside what chance gives: a band, its middle, and a mark where the figure stands."""

from __future__ import annotations

from yijiang.charts.svg import box, frame, rule


def chance_mark(
    value: float, low: float, median: float, high: float, title: str, *, outside: bool = False, width: float = 150
) -> str:
    """Draw one figure on the scale of its own band: the band as a box, its middle as a line, the figure as a bar.

    Parameters
    ----------
    value
        The figure.
    low, median, high
        5th, 50th and 95th percentile of chance.
    title
        What a screen reader says.
    outside
        Whether the figure is more or less than chance; it is then drawn in the accent colour.
    width
        Width of the drawing in its own units.

    Returns
    -------
    str
        One SVG element.

    Examples
    --------
    >>> chance_mark(0.8, 0.2, 0.4, 0.6, "index").count("<rect")
    2
    """
    least, most = min(value, low), max(value, high)
    span = (most - least) or 1.0
    edge = 5.0

    def at(x: float) -> float:
        return edge + (x - least) / span * (width - 2 * edge)

    parts = [
        rule(edge, 9, width - edge, 9),
        box(at(low), 4, at(high) - at(low), 10, colour="line"),
        rule(at(median), 3, at(median), 15, colour="muted"),
        box(at(value) - 2.5, 2, 5, 14, colour="river" if outside else "ink", title=title),
    ]
    return frame(width, 18, title, parts)
