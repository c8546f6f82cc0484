"""Names and places of a belt as plain rows, for every document that a report is written from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .belt import Belt

KEYS = {"regions": "region", "sectors": "sector", "sections": "section", "links": "link", "projects": "project"}


def names(belt: Belt) -> dict[str, dict[str, dict[str, str]]]:
    """Return the English and Chinese name of everything a report speaks of, by kind and identifier.

    >>> import yijiang as yj
    >>> names(yj.case("tiny"))["regions"]["Upper"]["zh"]
    '上游'
    """
    tables = belt.tables
    found: dict[str, dict[str, dict[str, str]]] = {}
    for table, key in KEYS.items():
        found[table] = {
            str(r[key]): {"en": str(r["name_en"] or r[key]), "zh": str(r["name_zh"] or r[key])}
            for r in tables[table].to_dict("records")
        }
    for row in tables["locks"].to_dict("records"):
        found["links"][str(row["lock"])] = {"en": str(row["name_en"]), "zh": str(row["name_zh"])}
    found["pollutants"] = {
        str(r["pollutant"]): {"en": str(r["pollutant"]), "zh": str(r["name_zh"])}
        for r in tables["kinetics"].to_dict("records")
    }
    return found


def places(belt: Belt) -> dict[str, Any]:
    """Return the rows of a schematic map: member regions, nodes and links with their locks.

    >>> import yijiang as yj
    >>> sorted(places(yj.case("tiny")))
    ['links', 'nodes', 'regions']
    """
    tables = belt.tables
    return {
        "regions": [
            {"region": r["region"], "lon": r["lon"], "lat": r["lat"], "order": r["river_order"]}
            for r in tables["regions"].to_dict("records")
            if r["kind"] == "member"
        ],
        "nodes": [
            {k: r[k] for k in ("node", "lon", "lat", "river_km", "kind", "name_en", "name_zh")}
            for r in tables["nodes"].to_dict("records")
        ],
        "links": [
            {
                "link": r["link"],
                "from": r["from_node"],
                "to": r["to_node"],
                "mode": r["mode"],
                "lock": r["lock"] or None,
            }
            for r in tables["links"].to_dict("records")
        ],
    }
