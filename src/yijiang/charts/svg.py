"""The few SVG pieces every chart is made of; colours come from the page's CSS variables, with fallbacks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

COLOURS = {
    "ink": "var(--ink,#17242e)",
    "muted": "var(--muted,#51626f)",
    "line": "var(--line,#c9d4dc)",
    "river": "var(--river,#176b9c)",
    "base": "var(--base,#7a8791)",
    "warn": "var(--warn,#a8480b)",
    "paper": "var(--paper,#ffffff)",
}


def number(value: float) -> str:
    """Write a coordinate with at most one decimal, so that equal charts are equal bytes.

    >>> number(12.04), number(-0.01), number(3.26)
    ('12', '0', '3.3')
    """
    text = f"{value:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text


def text_at(x: float, y: float, text: str, *, anchor: str = "start", size: float = 12, colour: str = "ink") -> str:
    """Return one escaped text element.

    >>> text_at(1, 2, "a<b").endswith(">a&lt;b</text>")
    True
    """
    fill = COLOURS[colour]
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" text-anchor="{anchor}" '
        f'style="fill:{fill}">{escape(text)}</text>'
    )


def rule(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    *,
    colour: str = "line",
    width: float = 1,
    dash: str = "",
    title: str = "",
) -> str:
    """Return a straight line.

    >>> rule(0, 0, 5, 0, title="limit").endswith("<title>limit</title></line>")
    True
    """
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    inside = f"<title>{escape(title)}</title>" if title else ""
    return (
        f'<line x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}" '
        f'stroke-width="{number(width)}"{dashes} style="stroke:{COLOURS[colour]}">{inside}</line>'
    )


def box(x: float, y: float, width: float, height: float, *, colour: str, title: str = "") -> str:
    """Return a filled rectangle.

    >>> box(0, 0, 4, 2, colour="river").startswith('<rect x="0" y="0" width="4" height="2"')
    True
    """
    inside = f"<title>{escape(title)}</title>" if title else ""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(max(width, 0.5))}" height="{number(height)}" rx="2" '
        f'style="fill:{COLOURS[colour]}">{inside}</rect>'
    )


def frame(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    """Wrap the pieces in one `svg` element with a title for screen readers.

    >>> frame(10, 5, "a & b", [])
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 5" role="img" aria-label="a &amp; b"></svg>'
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" role="img" '
        f'aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )


def round_ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Return about `count` round values (1, 2 or 5 × a power of ten) from `low` to `high`.

    >>> round_ticks(0, 0.8)
    [0.0, 0.2, 0.4, 0.6, 0.8]
    >>> round_ticks(2, 2)
    [2.0]
    """
    if not high > low:
        return [float(low)]
    raw = (high - low) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1.0, 2.0, 5.0, 10.0) if m * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(k * step, 12) + 0.0 for k in range(first, last + 1)]


def tick_label(value: float) -> str:
    """Write a tick without needless zeros.

    >>> tick_label(0.2), tick_label(1500.0), tick_label(-3.0)
    ('0.2', '1,500', '−3')
    """
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")
