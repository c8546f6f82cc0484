"""The part of the page that lists what is assumed, by its name in both languages instead of its key in a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yijiang.messages import has_message
from yijiang.report.wording import Document, Names, Text, each, figure, known, label, pair, plain, span

#: What the items of a table are, as kinds of the document's names.
KINDS = {
    "elasticities": "sectors", "value_densities": "sectors", "kinetics": "pollutants", "capital": "regions",
    "compensation": "sections", "targets": "sections",
}  # fmt: skip


def assumed_rows(document: Document) -> list[dict[str, Any]]:
    """Return every assumed figure: its table, what it is, value, range, unit, why, and source."""
    names = Names(document)
    return [
        {
            "table": label("assumed_table", row["table"]),
            "item": _item(names, row),
            "key": str(row["item"]) if row["table"] == "parameters" else None,
            "value": figure(row.get("value")),
            "range": span(figure(row["low"]), figure(row["high"]))
            if known(row.get("low")) and known(row.get("high"))
            else "–",
            "unit": label("assumed_unit", row.get("unit")),
            "why": _why(row),
            "source": row.get("source"),
        }
        for row in document.get("assumed") or []
    ]


def _item(names: Names, row: Mapping[str, Any]) -> Text:
    table, item = row["table"], str(row["item"])
    if table == "parameters":
        return label("parameter", item)
    if table not in KINDS:
        return label("assumed_item", item.replace(", ", "_"))
    # A target is told as its section and pollutant, parted by a space.
    place, _, pollutant = item.partition(" ") if table == "targets" else (item, "", row.get("pollutant") or "")
    first, second = names(KINDS[table], place), names("pollutants", pollutant)
    return each(lambda lang: first[lang] + (f" · {second[lang]}" if pollutant else ""))


def _why(row: Mapping[str, Any]) -> Text:
    """The reason; where the catalogue names a parameter, its English description is not shown to a Chinese reader."""
    if row["table"] == "parameters" and has_message(f"parameter.{row['item']}") and isinstance(row.get("why"), str):
        return {**plain(""), "en": row["why"]}
    return pair(row.get("why"))
