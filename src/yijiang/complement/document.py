"""What complement finds as plain values: what complement.json holds and the report reads."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from yijiang._version import __version__
from yijiang.complement.candidates import RULE_SOURCE, citation, item_name
from yijiang.complement.nulls import Band
from yijiang.complement.reading import Row
from yijiang.complement.results import CHANNELS, Figure, Pair

if TYPE_CHECKING:
    import pandas as pd

    from yijiang.complement.partners import Complement


#: Pairs that are told one by one, with their rows.
MOST_PAIRS = 40


def document(found: Complement) -> dict[str, Any]:
    """Return everything that was found as plain values; see docs/complement.md for the keys."""
    belt = found.belt
    sources = {
        str(row["source"]): {"citation": str(row["citation"]), "url": str(row["url"])}
        for row in belt.tables["sources"].to_dict("records")
    }
    return {
        "regions": list(found.regions),
        "belt": belt.name,
        "titles": {"en": belt.meta["title_en"], "zh": belt.meta["title_zh"]},
        "river_name": {"en": belt.meta.get("river_en", ""), "zh": belt.meta.get("river_zh", "")},
        "year": belt.year,
        "money": belt.money,
        "names": _names(found),
        "pairs": [_pair(k + 1, pair) for k, pair in enumerate(found.pairs[:MOST_PAIRS])],
        "found": len(found.pairs),
        "channels": {
            name: {
                "figures": [_figure(one) for one in found.channel(name)],
                "missing": [
                    {"figure": m.figure, "table": m.table, "item": m.item, "regions": list(m.regions)}
                    for m in found.missing
                    if m.channel == name
                ],
            }
            for name in CHANNELS
        },
        "projects": _records(found.projects["projects"]),
        "levers": _records(found.projects["levers"]),
        "sources": sources | {RULE_SOURCE: {"citation": citation(), "url": ""}},
        "provenance": {
            "version": __version__, "seed": found.seed, "nulls": found.nulls, "draws": len(belt.draws),
            "digest": belt.digest(),
        },
    }  # fmt: skip


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values, None where a cell is blank."""
    whole = frame.astype(object)
    return [{str(k): v for k, v in row.items()} for row in whole.where(whole.notna(), None).to_dict("records")]


def _names(found: Complement) -> dict[str, dict[str, dict[str, str]]]:
    """Names of the regions, and of what is given and needed as it stands within a line."""
    belt, languages = found.belt, ("en", "zh")
    items = {*belt.sectors, *(pair.offer for pair in found.pairs), *(pair.need for pair in found.pairs)}
    return {
        "region": {name: {lang: belt.name_of("region", name, lang) for lang in languages} for name in belt.regions},
        "item": {name: {lang: item_name(belt, name, lang) for lang in languages} for name in sorted(items)},
    }


def _band(band: Band | None) -> dict[str, Any] | None:
    return None if band is None else {**asdict(band), "verdict": band.verdict}


def _row(row: Row) -> dict[str, Any]:
    # Its fields as they stand: `asdict` would copy every one of thousands of rows in depth.
    return {**vars(row), "key": list(row.key)}


def _figure(figure: Figure) -> dict[str, Any]:
    rows = {row.source for row in figure.rows}
    return {
        "figure": figure.figure,
        "regions": list(figure.regions),
        "of": figure.of,
        "giver": figure.giver,
        "taker": figure.taker,
        "sector": figure.sector,
        "value": figure.value,
        "unit": figure.unit,
        "low": figure.low,
        "high": figure.high,
        "chance": _band(figure.band),
        "status": figure.status,
        "year": figure.year,
        "sources": sorted(rows),
        "rows": len(figure.rows),
    }


def _pair(rank: int, pair: Pair) -> dict[str, Any]:
    plain = ("channel", "giver", "offer", "taker", "need", "basis", "amount", "low", "high", "unit", "needed", "share",
             "current", "expected", "offered", "holds", "used", "advantage", "steps", "status", "year")  # fmt: skip
    return {
        "rank": rank,
        "id": pair.id,
        **{name: getattr(pair, name) for name in plain},
        "fit": _band(pair.fit),
        "tie": _band(pair.tie),
        "sources": sorted({row.source for row in pair.rows}),
        "rows": [_row(row) for row in pair.rows],
    }
