"""A schematic map of a freight network: places where they lie, links as straight lines whose width is the load."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from yijiang.charts.svg import COLOURS, frame, number, text_at


@dataclass(frozen=True, slots=True)
class Stop:
    """A place on the map: longitude and latitude [degrees]; `rank` says whose name is written first (0 before 1)."""

    key: str
    label: str
    lon: float
    lat: float
    rank: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A link: its ends, its style, its width's figure, and what the pointer shows; `warn` draws it in orange."""

    start: str
    end: str
    mode: str
    value: float
    text: str
    warn: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """A lock on the link between two places; `warn` marks one that is near or over its capacity."""

    start: str
    end: str
    label: str
    text: str
    warn: bool = False


#: Colour, dashes, and the side of the straight line on which a mode is drawn, so that none hides another.
STYLES: Mapping[str, tuple[str, str, float]] = {
    "water": ("river", "", 0.0),
    "rail": ("ink", "7 3", 1.0),
    "road": ("base", "", -1.0),
}
#: Last rank whose names are written on the map; the pointer shows the others.
NAMED = 1
WIDEST, THINNEST, EDGE = 13.0, 0.8, 46.0


def network_map(
    stops: Sequence[Stop],
    lines: Sequence[Line],
    gates: Sequence[Gate],
    title: str,
    legend: Mapping[str, str],
    *,
    width: float = 900,
) -> str:
    """Draw a network: width of a line ∝ its value, the widest 13 units; names that would cover others are left out.

    Parameters
    ----------
    stops
        The places; those that no line touches are not drawn.
    lines, gates
        Links and locks between them.
    title
        What a screen reader says.
    legend
        Words by mode (`water`, `rail`, `road`), `lock` and `warn`; drawn for what the map holds.

    Examples
    --------
    >>> stops = [Stop("a", "West", 104.0, 30.0), Stop("b", "East", 118.0, 32.0)]
    >>> lines = [Line("a", "b", "water", 5.0, "5 Mt"), Line("a", "b", "rail", 2.0, "2 Mt")]
    >>> svg = network_map(stops, lines, [Gate("a", "b", "lock", "82 %")], "map", {"water": "water", "lock": "lock"})
    >>> svg.count('class="link"'), svg.count('class="gate"')
    (2, 1)
    """
    used = {end for line in lines for end in (line.start, line.end)}
    known = [s for s in stops if math.isfinite(s.lon) and math.isfinite(s.lat)]
    shown = [s for s in known if s.key in used]
    # All places given set the extent, so that two maps of one network lie over each other.
    spot, height = _places(known, width)
    top = max((abs(line.value) for line in lines), default=0.0) or 1.0
    parts: list[str] = []
    # The river over rail and road, and what is tight over all.
    order = {"road": 0, "rail": 1, "water": 2}
    for line in sorted(lines, key=lambda x: (x.warn, order.get(x.mode, 0), -abs(x.value), x.start, x.end)):
        if line.start in spot and line.end in spot and line.value:
            parts.append(_line(spot[line.start], spot[line.end], line, top))
    blocked = [(x - 5, y - 5, x + 5, y + 5) for x, y in (spot[s.key] for s in shown)]
    names: list[tuple[float, float, str, str]] = []
    for gate in gates:
        if gate.start in spot and gate.end in spot:
            x, y = ((a + b) / 2 for a, b in zip(spot[gate.start], spot[gate.end], strict=True))
            colour = COLOURS["warn" if gate.warn else "ink"]
            parts.append(
                f'<rect class="gate" x="{number(x - 5)}" y="{number(y - 5)}" width="10" height="10" '
                f'style="fill:{COLOURS["paper"]};stroke:{colour};stroke-width:3">{_tip(gate.text)}</rect>'
            )
            names.append((x, y, gate.label, "warn" if gate.warn else "ink"))
    for stop in shown:
        x, y = spot[stop.key]
        size = 4.5 if stop.rank == 0 else 3
        parts.append(
            f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(size)}" '
            f'style="fill:{COLOURS["paper"]};stroke:{COLOURS["ink"]};stroke-width:1.5">{_tip(stop.label)}</circle>'
        )
    named = sorted((s for s in shown if s.rank <= NAMED), key=lambda s: (s.rank, s.key))
    names += [(*spot[s.key], s.label, "ink") for s in named]
    parts += _written(names, blocked, width, height)
    parts += _legend(lines, gates, legend, height)
    return frame(width, height + 26, title, parts)


def _places(stops: Sequence[Stop], width: float) -> tuple[dict[str, tuple[float, float]], float]:
    """Positions on the drawing (x right, y down) and its height: degrees of longitude shrink with the latitude."""
    if not stops:
        return {}, 2 * EDGE
    west, east = min(s.lon for s in stops), max(s.lon for s in stops)
    south, north = min(s.lat for s in stops), max(s.lat for s in stops)
    shrink = math.cos(math.radians((south + north) / 2))
    scale = (width - 2 * EDGE) / ((east - west) * shrink or 1.0)
    height = min(max((north - south) * scale, 160.0), 430.0)
    up = height / ((north - south) or 1.0)
    spot = {s.key: (EDGE + (s.lon - west) * shrink * scale, EDGE / 2 + (north - s.lat) * up) for s in stops}
    return spot, height + EDGE


def _line(start: tuple[float, float], end: tuple[float, float], line: Line, top: float) -> str:
    colour, dash, side = STYLES.get(line.mode, ("muted", "2 2", 0.0))
    thick = max(THINNEST, WIDEST * abs(line.value) / top)
    (x1, y1), (x2, y2) = start, end
    far = math.hypot(x2 - x1, y2 - y1) or 1.0
    shift = side * (2.5 + thick / 2)
    dx, dy = -(y2 - y1) / far * shift, (x2 - x1) / far * shift
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line class="link" x1="{number(x1 + dx)}" y1="{number(y1 + dy)}" x2="{number(x2 + dx)}" '
        f'y2="{number(y2 + dy)}" stroke-width="{number(thick)}"{dashes} '
        f'style="stroke:{COLOURS["warn" if line.warn else colour]};opacity:{"0.6" if line.mode == "road" else "0.85"}">'
        f"{_tip(line.text)}</line>"
    )


def _written(
    names: Iterable[tuple[float, float, str, str]],
    blocked: list[tuple[float, float, float, float]],
    width: float,
    height: float,
) -> list[str]:
    """Names beside their places, at the first side that is free; one that fits nowhere is left to the pointer."""
    parts = []
    for x, y, label, colour in names:
        long = sum(11.5 if ord(c) > 0x2E80 else 6.2 for c in label)
        sides = (
            ("middle", x, y - 10), ("middle", x, y + 19), ("start", x + 8, y - 8), ("end", x - 8, y - 8),
            ("start", x + 8, y + 16), ("end", x - 8, y + 16), ("start", x + 9, y + 4), ("end", x - 9, y + 4),
            ("middle", x, y - 23), ("middle", x, y + 32), ("middle", x, y - 36), ("middle", x, y + 45),
        )  # fmt: skip
        for anchor, at, base in sides:
            left = at - {"start": 0.0, "middle": long / 2, "end": long}[anchor]
            room = (left - 2, base - 10, left + long + 2, base + 3)
            if room[0] < 0 or room[2] > width or room[1] < 0 or room[3] > height:
                continue
            if any(room[0] < b[2] and b[0] < room[2] and room[1] < b[3] and b[1] < room[3] for b in blocked):
                continue
            blocked.append(room)
            halo = f"paint-order:stroke;stroke:{COLOURS['paper']};stroke-width:3px;"
            written = text_at(at, base, label, size=11, anchor=anchor, colour=colour)
            parts.append(written.replace('style="', f'style="{halo}', 1))
            break
    return parts


def _legend(lines: Sequence[Line], gates: Sequence[Gate], legend: Mapping[str, str], height: float) -> list[str]:
    parts, x, y = [], EDGE / 2, height + 12
    modes = {line.mode for line in lines}
    warned = any(line.warn for line in lines) or any(gate.warn for gate in gates)
    for key in ("water", "rail", "road", "lock", "warn"):
        here = {"lock": bool(gates), "warn": warned}.get(key, key in modes)
        if key not in legend or not here:
            continue
        if key == "lock":
            parts.append(
                f'<rect x="{number(x + 6)}" y="{number(y - 5)}" width="10" height="10" '
                f'style="fill:{COLOURS["paper"]};stroke:{COLOURS["ink"]};stroke-width:3"/>'
            )
        else:
            colour, dash, _ = ("warn", "", 0.0) if key == "warn" else STYLES[key]
            dashes = f' stroke-dasharray="{dash}"' if dash else ""
            parts.append(
                f'<line x1="{number(x)}" y1="{number(y)}" x2="{number(x + 24)}" y2="{number(y)}" stroke-width="4"'
                f'{dashes} style="stroke:{COLOURS[colour]}"/>'
            )
        parts.append(text_at(x + 30, y + 4, legend[key], size=12))
        x += 54 + sum(12.5 if ord(c) > 0x2E80 else 6.6 for c in legend[key])
    return parts


def _tip(text: str) -> str:
    return f"<title>{escape(text)}</title>"
