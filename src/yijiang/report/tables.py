"""The plan document as flat tables, for parquet and csv."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from yijiang.report.wording import Document

COLUMNS: dict[str, tuple[str, ...]] = {
    "gains": (
        "region",
        "gross",
        "cost",
        "compensation",
        "alone",
        "together",
        "after_transfer",
        "low",
        "high",
        "shapley",
        "unit",
    ),
    "river": ("section", "km", "pollutant", "base", "plan", "limit", "class_base", "class_plan", "distinguishable"),
    "transport": ("link", "kind", "mode", "load_base", "load_plan", "capacity", "depth_m", "delay_base", "delay_plan"),
    "projects": (
        "project",
        "name_en",
        "name_zh",
        "kind",
        "area",
        "annual_cost",
        "capital_cost",
        "start_year",
        "chosen",
        "available",
    ),
    "pairs": ("projects", "gain", "low", "high", "interaction"),
    "areas": ("area", "name_en", "name_zh", "candidates", "chosen", "gain", "low", "high"),
    "profile": (
        "indicator",
        "name_en",
        "name_zh",
        "topic",
        "unit",
        "year",
        "better",
        "ahead",
        "gap",
        "source",
        "status",
    ),
    "modes": ("mode", "tonnes_base", "tonnes_plan", "tkm_base", "tkm_plan"),
    "users": ("link", "side", "region", "tonnes", "share"),
    "season": ("origin", "destination", "month", "water_base", "water_plan", "depth_base", "depth_plan"),
    "counts": ("count", "name_en", "name_zh", "kind", "modelled", "sourced", "ratio", "fitted", "over", "unit", "year"),
    "assumed": ("table", "item", "value", "low", "high", "unit", "why", "source"),
}


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one row with its texts as `_en` and `_zh` columns, its mappings as `name_key`, its lists as words."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, Mapping):
            flat |= {f"{key}_{inner}": item for inner, item in value.items()}
        elif isinstance(value, (list, tuple)):
            simple = all(isinstance(item, str) for item in value)
            flat[key] = "; ".join(value) if simple else json.dumps(value, ensure_ascii=False, sort_keys=True)
        else:
            flat[key] = value
    return flat


def tables(document: Document) -> dict[str, pd.DataFrame]:
    """Return the plan document's lists as tables with stable first columns.

    Parameters
    ----------
    document
        The plan document; it is not changed.

    Returns
    -------
    dict
        `gains`, `river`, `transport`, `projects`, `areas`, `profile`, `assumed`, `pairs`, and of the freight `modes`,
        `users`, `season`, `counts`: one table each; a list the document lacks is a table of no rows that still has its
        columns. A plan with years has `timeline` too. Money in million yuan a year.

    Examples
    --------
    >>> out = tables({"regions": ["A"], "gains": {"A": {"gross": 2.0, "by_status": {"official": 2.0}}}})
    >>> out["gains"][["region", "gross", "by_status_official"]].values.tolist()
    [['A', 2.0, 2.0]]
    """
    shapley = document.get("shapley") or {}
    gains = [
        {"region": region, **entry, "shapley": shapley.get(region)}
        for region, entry in (document.get("gains") or {}).items()
    ]
    freight = document.get("freight") or {}
    result = {}
    if document.get("timeline"):
        # Only a plan with years has one.
        result["timeline"] = pd.DataFrame(
            {"year": row["year"], "region": region, **figures}
            for row in document["timeline"]["rows"]
            for region, figures in row["partners"].items()
        )
    for name, columns in COLUMNS.items():
        rows = [_flat(row) for row in (gains if name == "gains" else document.get(name) or freight.get(name) or [])]
        seen = list(dict.fromkeys(key for row in rows for key in row))
        order = [*columns, *(key for key in seen if key not in columns)]
        result[name] = pd.DataFrame(rows, columns=order)
    return result
