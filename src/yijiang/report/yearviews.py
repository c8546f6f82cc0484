"""The part of the page about the years: what is built when, and what each partner gains, bears, pays and spends."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from yijiang.charts.schedule import Bar, schedule
from yijiang.charts.trend import Track, trend_lines
from yijiang.report.wording import (
    Document,
    Names,
    Text,
    each,
    joined,
    known,
    money,
    money_scale,
    percent,
    plain,
    say,
    unit_for,
)

#: Columns of a year, and of what all years are worth.
COLUMNS = {
    "gross": "gains.gross", "cost": "gains.cost", "compensation": "years.compensation", "transfer": "gains.transfer",
    "net": "years.net", "spending": "years.spent", "budget": "years.budget",
}  # fmt: skip
WORTH = {
    "gross": "gains.gross", "cost": "gains.cost", "compensation": "gains.compensation", "transfer": "gains.transfer",
    "after_transfer": "gains.after", "alone": "gains.alone", "present": "years.present",
}  # fmt: skip
#: Lines of the picture, with how they are drawn.
LINES = {"gross": ("river", "", 2.5), "cost": ("base", "5 3", 2.5), "net": ("ink", "", 3.0)}
#: A difference above this is told.
APART = 1e-3


def full_effect(document: Document) -> list[Text]:
    """Return what the figures of a plan with years stand for, and what all its years are worth; else nothing."""
    line = document.get("timeline")
    if not line:
        return []
    names = Names(document)
    amounts = [
        say("years.amount", region=names("regions", r), amount=money(line["worth"][r]["after_transfer"]))
        for r in document["regions"]
    ]
    told = {"first": line["first"], "rate": percent(line["rate"]), "amounts": joined(amounts)}
    return [say("years.full_effect", full=line["full"]), say("years.told", **told)]


def years_view(document: Document) -> dict[str, Any] | None:
    """Return the years of the plan: what is built when, and what each partner spends; None without a package."""
    rows = document.get("timetable") or []
    if not rows:
        return None
    names = Names(document)
    regions: Sequence[str] = document["regions"]
    return {
        "picture": each(lambda lang: _schedule(document, names, lang)),
        "regions": [names("regions", r) for r in regions],
        "rows": [(str(row["year"]), [money(row["spending"].get(r)) for r in regions]) for row in rows],
        "line": _line(document, names) if document.get("timeline") else None,
    }


def _schedule(document: Document, names: Names, lang: str) -> str:
    bars = []
    for entry in document["package"]:
        name = entry["project"]
        shares = [(row["year"], row["built"].get(name, 0.0)) for row in document["timetable"]]
        full = next((year for year, share in shares if share >= 1), shares[-1][0])
        start = entry["start"]
        text = say("years.bar", project=names("projects", name), start=start, full=full)[lang]
        bars.append(Bar(names("projects", name)[lang], int(start), int(full), text))
    bars.sort(key=lambda b: (b.start, b.full, b.label))
    return schedule(bars, say("section.years")[lang], (say("years.built")[lang], say("years.full")[lang]))


def _line(document: Document, names: Names) -> dict[str, Any]:
    """Return gains, costs and payments by year and partner, and what all years are worth."""
    line = document["timeline"]
    regions: Sequence[str] = document["regions"]
    told = {"first": line["first"], "full": line["full"], "rate": percent(line["rate"])}
    cells = [p for row in line["rows"] for p in row["partners"].values()]
    largest = max((abs(v) for p in cells for v in p.values() if known(v)), default=0.0)
    # Without any budget there is nothing to tell in its column.
    columns = [k for k in COLUMNS if k != "budget" or any(known(p.get(k)) for p in cells)]
    signed = ("compensation", "transfer")
    return {
        "lead": say("years.lead", **told),
        "note": say("years.worth_note", **told),
        "apart": say("years.apart", share=percent(line["apart"])) if line["apart"] > APART else None,
        "worth_heads": [say("gains.region"), *(say(key) for key in WORTH.values())],
        "worth": [
            (names("regions", r), [money(line["worth"][r][k], signed=k in signed) for k in WORTH]) for r in regions
        ],
        "heads": [say("profile.year"), *(say(COLUMNS[k]) for k in columns)],
        "partners": [_partner(document, names("regions", r), r, largest, columns) for r in regions],
    }


def _partner(document: Document, name: Text, region: str, largest: float, columns: Sequence[str]) -> dict[str, Any]:
    """Return the years of one partner: heading with the unit, picture, and one row for each year."""
    rows = [(row["year"], row["partners"][region]) for row in document["timeline"]["rows"]]

    def written(value: Any) -> Text:
        return each(lambda lang: _fixed(value, money_scale(lang, largest)[0], largest) if known(value) else "–")

    last = rows[-1][0]
    return {
        "heading": say("years.heading", region=name, unit=unit_for(largest)),
        "picture": each(partial(_picture, rows, name, largest)),
        "rows": [
            (say("years.onward", year=year) if year == last else plain(year), [written(v.get(k)) for k in columns])
            for year, v in rows
        ],
    }


def _fixed(value: float, scale: float, largest: float) -> str:
    """Write an amount with as many decimals as give the largest three digits, so that a column can be compared.

    >>> _fixed(0.03, 100.0, 935.0), _fixed(-935.0, 100.0, 935.0), _fixed(4321.0, 1.0, 9350.0)
    ('0', '−9.35', '4,321')
    """
    places = max(0, 2 - math.floor(math.log10(largest / scale))) if largest > 0 else 0
    text = f"{value / scale:,.{places}f}"
    return "0" if not text.strip("-0.,") else text.replace("-", "−")


def _picture(rows: Sequence[tuple[int, Mapping[str, Any]]], name: Text, largest: float, lang: str) -> str:
    scale = money_scale(lang, largest)[0]
    tracks = [
        Track(say(COLUMNS[k])[lang], {year: v[k] / scale for year, v in rows}, colour, dash, width)
        for k, (colour, dash, width) in LINES.items()
    ]
    return trend_lines(tracks, say("years.by_year")[lang] + ": " + name[lang], width=560, height=280)
