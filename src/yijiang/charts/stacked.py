"""Shares as stacked bars: one bar per row, the same parts in the same order and colour in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from yijiang.charts.svg import frame, number, text_at

#: Dark enough for white figures, and told apart on a white and on a dark page.
PALETTE = ("#176b9c", "#a8480b", "#4f7d3a", "#7b4f9d", "#8a6d1d", "#2a7d78", "#8a3b5c", "#66747f")


@dataclass(frozen=True, slots=True)
class StackedBar:
    """One bar: its label, and the share of every part in the order of the legend."""

    label: str
    shares: tuple[float, ...]


def _width(text: str, size: float) -> float:
    return sum(size if ord(c) > 0x2E80 else 0.56 * size for c in text)


def _part(x: float, y: float, width: float, colour: str, title: str) -> str:
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="16" style="fill:{colour}">'
        f"<title>{escape(title)}</title></rect>"
    )


def stacked_bars(bars: Sequence[StackedBar], parts: Sequence[str], title: str, *, width: float = 440) -> str:
    """Draw shares that sum to 1 as bars of equal length, with a legend above them.

    Parameters
    ----------
    bars
        In the order they are drawn.
    parts
        Names of the parts, at most eight.
    title
        What a screen reader says.

    Examples
    --------
    >>> drawing = stacked_bars([StackedBar("border", (0.7, 0.3))], ["A", "B"], "shares")
    >>> drawing.count("<rect"), "70 %" in drawing, "70%" in drawing
    (4, False, True)
    """
    left, right = 4.0, width - 4.0
    pieces: list[str] = []
    x, y = left, 14.0
    for name, colour in zip(parts, PALETTE, strict=False):
        room = 16.0 + _width(name, 12) + 14.0
        if x + room > right and x > left:
            x, y = left, y + 18.0
        pieces.append(
            f'<rect x="{number(x)}" y="{number(y - 10)}" width="11" height="11" style="fill:{colour}"></rect>'
        )
        pieces.append(text_at(x + 16, y, name, size=12))
        x += room
    y += 12.0
    for bar in bars:
        pieces.append(text_at(left, y + 12, bar.label, size=12))
        at = left
        for name, share, colour in zip(parts, bar.shares, PALETTE, strict=False):
            span = share * (right - left)
            if span > 0:
                told = f"{100 * share:.0f}%"
                pieces.append(_part(at, y + 17, span, colour, f"{name}: {100 * share:.1f}%"))
                if span > _width(told, 11) + 6:
                    inside = f'<text x="{number(at + span / 2)}" y="{number(y + 29)}" font-size="11" '
                    pieces.append(f'{inside}text-anchor="middle" style="fill:#fff">{told}</text>')
            at += span
        y += 44.0
    return frame(width, y, title, pieces)
