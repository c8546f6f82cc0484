"""A schematic strip map: the river as one line from west to east, regions on both banks, ports on it, flows as arcs.

It shows order and neighbourhood only; it draws no border and measures no distance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from yijiang.charts.svg import COLOURS, frame, number, text_at


@dataclass(frozen=True, slots=True)
class Place:
    """A region of the strip: its name, longitude and latitude [degrees]; `strong` marks a partner."""

    key: str
    label: str
    lon: float
    lat: float
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Port:
    """A port or lock on the river: its name and longitude [degrees]."""

    label: str
    lon: float
    lock: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """A yearly flow between two regions, by their keys; the arc's width grows with `value`."""

    start: str
    end: str
    value: float
    text: str
    strong: bool = False


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move positions apart to at least `gap`, in their order, inside `low` to `high`.

    If they cannot fit, they are spaced evenly.

    >>> spread([10.0, 11.0, 50.0], 10.0, 0.0, 60.0)
    [10.0, 20.0, 50.0]
    >>> spread([58.0, 59.0], 10.0, 0.0, 60.0)
    [50.0, 60.0]
    """
    order = sorted(range(len(wanted)), key=lambda k: (wanted[k], k))
    if len(order) > 1 and gap * (len(order) - 1) > high - low:
        even = (high - low) / (len(order) - 1)
        placed = [low + even * k for k in range(len(order))]
    else:
        placed = []
        for k in order:
            placed.append(max(wanted[k], low, placed[-1] + gap if placed else low))
        limit = high
        for k in range(len(placed) - 1, -1, -1):
            placed[k] = min(placed[k], limit)
            limit = placed[k] - gap
    result = [0.0] * len(wanted)
    for k, x in zip(order, placed, strict=True):
        result[k] = x
    return result


def strip_map(
    places: Sequence[Place], ports: Sequence[Port], flows: Sequence[Flow], title: str, river: str, *, width: float = 760
) -> str:
    """Draw the strip map: places by longitude on two banks, ports on the river, flows as arcs.

    Parameters
    ----------
    places
        Regions; those in the northern half by latitude stand above the river, the others below.
    ports
        Ports and locks, by longitude on the river line.
    flows
        Arcs between regions; the widest is 10 units wide and the others in proportion.
    title, river
        What a screen reader says, and the river's name.

    Examples
    --------
    >>> west, east = Place("W", "West", 104, 30), Place("E", "East", 118, 32, True)
    >>> strip_map([west, east], [], [Flow("W", "E", 5.0, "5")], "strip", "river").count('class="flow"')
    1
    """
    height, middle, edge = 330.0, 165.0, 48.0
    lons = [lon for lon in (*(p.lon for p in places), *(q.lon for q in ports)) if math.isfinite(lon)] or [0.0]
    west, east = min(lons), max(lons)
    span = (east - west) or 1.0

    def across(lon: float) -> float:
        return edge + ((lon if math.isfinite(lon) else east) - west) / span * (width - 2 * edge)

    def river_y(x: float) -> float:
        return middle + 7.0 * math.sin(x / 55.0)

    ordered = sorted(places, key=lambda p: (p.lat if math.isfinite(p.lat) else -90.0, p.key))
    south = {p.key for p in ordered[: len(ordered) // 2]}
    spot: dict[str, tuple[float, float]] = {}
    for bank, y in ((False, 92.0), (True, 238.0)):
        row = [p for p in places if (p.key in south) == bank]
        for place, x in zip(row, spread([across(p.lon) for p in row], 84.0, edge, width - edge), strict=True):
            spot[place.key] = (x, y)

    parts: list[str] = []
    widest = max((f.value for f in flows if f.value > 0), default=1.0)
    for flow in sorted(flows, key=lambda f: (f.strong, -f.value, f.start, f.end)):
        if flow.start not in spot or flow.end not in spot or not flow.value > 0:
            continue
        (x1, y1), (x2, y2) = spot[flow.start], spot[flow.end]
        # A flow and its return bend to opposite sides, so both stay visible.
        away = (1.0 if x2 > x1 else -1.0) * (24.0 + 0.3 * abs(x2 - x1))
        bend_y = min(max((y1 + y2) / 2 - away, 8.0), height - 8.0)
        stroke = COLOURS["river" if flow.strong else "base"]
        parts.append(
            f'<path class="flow" d="M{number(x1)} {number(y1)} Q{number((x1 + x2) / 2)} {number(bend_y)} '
            f'{number(x2)} {number(y2)}" fill="none" stroke-linecap="round" '
            f'stroke-width="{number(max(0.8, 10 * flow.value / widest))}" '
            f'style="stroke:{stroke};opacity:{"0.75" if flow.strong else "0.28"}">{_title(flow.text)}</path>'
        )
    line = " ".join(f"{'L' if x else 'M'}{x} {number(river_y(x))}" for x in range(0, int(width) + 1, 10))
    parts.append(f'<path d="{line}" fill="none" stroke-width="7" style="stroke:{COLOURS["river"]};opacity:.45"/>')
    parts.append(text_at(8, middle + 26, river, size=12, colour="river"))
    taken = [-1e9, -1e9]
    for port in sorted(ports, key=lambda p: (p.lon, p.label)):
        x = across(port.lon)
        y = river_y(x)
        colour = COLOURS["warn" if port.lock else "ink"]
        parts.append(
            f'<rect x="{number(x - 3.5)}" y="{number(y - 3.5)}" width="7" height="7" '
            f'style="fill:{colour};stroke:{COLOURS["paper"]}">{_title(port.label)}</rect>'
        )
        room = sum(11 if ord(c) > 0x2E80 else 5.6 for c in port.label) + 8
        side = next((r for r in (0, 1) if x - taken[r] > room), None)
        if side is not None:
            taken[side] = x
            parts.append(
                text_at(x, y - 9 if side == 0 else y + 17, port.label, size=10, anchor="middle", colour="muted")
            )
    for place in places:
        x, y = spot[place.key]
        fill = COLOURS["river" if place.strong else "muted"]
        parts.append(
            f'<circle cx="{number(x)}" cy="{number(y)}" r="{11 if place.strong else 7}" '
            f'style="fill:{fill};stroke:{COLOURS["paper"]};stroke-width:2"/>'
        )
        label_y = y - 17 if y < middle else y + 26
        parts.append(text_at(x, label_y, place.label, size=14 if place.strong else 12, anchor="middle"))
    return frame(width, height, title, parts)


def _title(text: str) -> str:
    return f"<title>{escape(text)}</title>"
