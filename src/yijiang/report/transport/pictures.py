"""The pictures of the transport part: the network with its loads, what a plan changes on it, and the year's costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from yijiang.charts import BeforeAfter, before_after_bars
from yijiang.charts.months import Course, month_chart
from yijiang.charts.netmap import Gate, Line, Stop, network_map
from yijiang.report.wording import (
    Document,
    Names,
    Text,
    each,
    figure,
    joined,
    known,
    label,
    money_unit,
    percent,
    say,
)

#: Load ÷ capacity from which a lock or link is drawn as tight.
TIGHT = 0.8
#: Smallest change of a load that is drawn [Mt/yr], and as part of the largest one.
SEEN, SMALL = 0.005, 0.01


def tight(row: Mapping[str, Any]) -> bool:
    """Say whether something with a capacity is near or over it, before or after.

    >>> tight({"load_base": 85.0, "load_plan": 70.0, "capacity": 100.0}), tight({"load_plan": 5.0, "capacity": None})
    (True, False)
    """
    if not (known(row.get("capacity")) and row["capacity"] > 0):
        return False
    return any(known(row.get(k)) and row[k] / row["capacity"] >= TIGHT for k in ("load_base", "load_plan"))


def capacity_bars(entries: Sequence[Mapping[str, Any]], names: Names) -> Text | None:
    """Return bars of load before and after against capacity, or None where nothing has one."""
    limited = [
        r for r in entries if known(r.get("capacity")) and known(r.get("load_base")) and known(r.get("load_plan"))
    ]

    def draw(lang: str) -> str:
        bars = [
            BeforeAfter(
                names("links", r["link"])[lang],
                r["load_base"],
                r["load_plan"],
                r["capacity"],
                f"{figure(r['load_base'])} → {figure(r['load_plan'])}",
            )
            for r in limited
        ]
        return before_after_bars(bars, say("transport.bars")[lang])

    return each(draw) if limited else None


def network_pictures(document: Document, names: Names) -> dict[str, Any] | None:
    """Return the map of loads and the map of changes (None where the plan moves nothing), or None without a network."""
    data = document.get("map") or {}
    loads = {str(r["link"]): r for r in document.get("transport") or []}
    if not any(str(r["link"]) in loads for r in data.get("links") or []):
        return None
    moved = any(abs(_change(r)) > SEEN for r in loads.values() if math.isfinite(_change(r)))
    return {
        "loads": each(partial(_map, document, names, loads, False)),
        "changes": each(partial(_map, document, names, loads, True)) if moved else None,
    }


def _map(document: Document, names: Names, loads: Mapping[str, Any], change: bool, lang: str) -> str:
    data = document["map"]
    stops = [
        Stop(str(n["node"]), str(n.get(f"name_{lang}") or n["node"]), _number(n.get("lon")), _number(n.get("lat")),
             0 if n.get("kind") == "hub" else 2 if n.get("kind") == "junction" else 1)
        for n in data.get("nodes") or []
    ]  # fmt: skip
    season = (document.get("freight") or {}).get("season") or []
    narrow = {link for r in season for link in r.get("narrow_base") or []}
    seen = max([SEEN, *(SMALL * abs(_change(r)) for r in loads.values() if math.isfinite(_change(r)))])
    lines, gates = [], []
    for link in data["links"]:
        row = loads.get(str(link["link"]))
        if row is None:
            continue
        before, after = _number(row.get("load_base")), _number(row.get("load_plan"))
        value = after - before if change else before
        if math.isfinite(value) and (not change or abs(value) >= seen):
            text = say(
                "transport.map_tip",
                name=names("links", link["link"]),
                mode=label("mode", link["mode"]),
                base=figure(before),
                plan=figure(after),
            )[lang]
            warn = value < 0 if change else tight(row) or link["link"] in narrow
            lines.append(Line(str(link["from"]), str(link["to"]), str(link["mode"]), value, text, warn))
        lock = loads.get(str(link.get("lock") or ""))
        if lock is not None and known(lock.get("load_base")) and not change:
            gates.append(_gate(link, lock, names, lang))
    heading = say("transport.map_changes" if change else "transport.map")[lang]
    keys = {m: label("mode", m)[lang] for m in ("water", "rail", "road")}
    keys |= {"lock": label("kind", "lock")[lang]}
    keys |= {"warn": say("transport.map_less" if change else "transport.map_tight")[lang]}
    return network_map(stops, lines, gates, heading, keys)


def _gate(link: Mapping[str, Any], lock: Mapping[str, Any], names: Names, lang: str) -> Gate:
    name = names("links", lock["link"])[lang]
    share = (
        percent(lock["load_base"] / lock["capacity"], 3) if known(lock.get("capacity")) and lock["capacity"] else "–"
    )
    text = say(
        "transport.lock_tip", name=name, base=figure(lock["load_base"]), plan=figure(lock.get("load_plan")), share=share
    )[lang]
    return Gate(str(link["from"]), str(link["to"]), f"{name} {share}", text, tight(lock))


def _change(row: Mapping[str, Any]) -> float:
    return _number(row.get("load_plan")) - _number(row.get("load_base"))


def _number(value: Any) -> float:
    return float(value) if known(value) else math.nan


def season_pictures(rows: Sequence[Mapping[str, Any]], names: Names) -> list[dict[str, Any]]:
    """Return per pair of regions the cost by month over the depth, with the dearest and cheapest month in words."""
    found = []
    for (origin, destination), months in groupby(rows, key=lambda r: (r["origin"], r["destination"])):
        year = sorted(months, key=lambda r: r["month"])
        costs = [_number(r.get("water_base")) for r in year]
        if len(year) != 12 or not all(math.isfinite(c) for c in costs):
            continue
        heading = say("season.pair", start=names("regions", origin), end=names("regions", destination))
        dear, cheap = (pick(range(12), key=lambda k: costs[k]) for pick in (max, min))
        narrow = year[dear].get("narrow_base") or []
        line = say(
            "season.line" if costs[dear] > costs[cheap] else "season.flat",
            dear=_month(dear), cheap=_month(cheap), high=figure(costs[dear]), low=figure(costs[cheap]),
            currency=each(money_unit), depth=figure(year[dear].get("depth_base")),
            link=joined([names("links", link) for link in narrow]) if narrow else say("page.none"),
        )  # fmt: skip
        found.append({"heading": heading, "picture": each(partial(_season, year, heading)), "line": line})
    return found


def _month(number: int) -> Text:
    return say(f"month.{number + 1}")


def _season(year: Sequence[Mapping[str, Any]], heading: Text, lang: str) -> str:
    def values(key: str) -> list[float]:
        return [_number(r.get(key)) for r in year]

    courses = [Course(say("season.water_base")[lang], values("water_base"), True, "base")]
    courses.append(Course(say("season.water_plan")[lang], values("water_plan")))
    unit = say("season.axis", currency=each(money_unit))[lang]
    names = [_month(k)[lang] for k in range(12)]
    return month_chart(
        courses, (values("depth_base"), values("depth_plan")), heading[lang], (unit, say("season.depth")[lang], names)
    )
