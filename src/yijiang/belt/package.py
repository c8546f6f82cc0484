"""Describes a belt to others: a Frictionless data package, one Table Schema per table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from yijiang import units
from yijiang.belt.schema import Attribute, Schema, needed_tables, schemas

if TYPE_CHECKING:
    from yijiang.belt.model import Belt

_TYPES = {"text": "string", "enum": "string", "unit": "string", "int": "integer", "float": "number", "bool": "boolean"}


def _field(a: Attribute, schema: Schema, money: str) -> dict[str, Any]:
    result: dict[str, Any] = {"name": a.name, "type": _TYPES[a.kind], "description": a.description}
    constraints: dict[str, Any] = {}
    if a.required:
        constraints["required"] = True
    if a.choices:
        constraints["enum"] = list(a.choices)
    if a.minimum is not None:
        constraints["minimum"] = a.minimum
    if a.maximum is not None:
        constraints["maximum"] = a.maximum
    if a.kind == "bool":
        result |= {"trueValues": ["true"], "falseValues": ["false"]}
    if constraints:
        result["constraints"] = constraints
    column = schema.unit_column
    unit = units.canonical(column.unit_kind, money) if column is not None and a.name in schema.measured else a.unit
    return result | ({"unit": unit} if unit else {})


def table_schema(
    schema: Schema, money: str = "million CNY", present: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the Frictionless Table Schema of one table; foreign keys only to tables that are present.

    >>> table_schema(schemas()["factors"])["primaryKey"]
    ['factor']
    """
    result: dict[str, Any] = {"fields": [_field(a, schema, money) for a in schema.attributes], "missingValues": [""]}
    if schema.keys:
        result["primaryKey"] = list(schema.keys)
    foreign = [
        {"fields": [a.name], "reference": {"resource": "" if own else a.reference[0], "fields": [a.reference[1]]}}
        for a in schema.attributes
        if a.reference is not None
        for own in [a.reference[0] == schema.table]
        if present is None or a.reference[0] in present
    ]
    return result | ({"foreignKeys": foreign} if foreign else {})


def datapackage(belt: Belt, paths: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the data package of a belt.

    Parameters
    ----------
    belt
        The belt.
    paths
        File of each table; by default `<table>.csv` for every table with rows and every table the scope needs.

    Examples
    --------
    >>> from yijiang.belt import case
    >>> package = datapackage(case("tiny"))
    >>> package["name"], package["resources"][1]["name"]
    ('tiny', 'regions')
    """
    if paths is None:
        needed = needed_tables(belt.scope)
        paths = {t: f"{t}.csv" for t, frame in belt.tables.items() if not frame.empty or t in needed}
    resources = []
    for table, schema in schemas().items():
        if table not in paths:
            continue
        kind = "parquet" if paths[table].endswith(".parquet") else "csv"
        resource = {"name": table, "path": paths[table], "profile": "tabular-data-resource", "format": kind}
        if kind == "csv":
            resource["encoding"] = "utf-8"
        if paths[table].endswith(".gz"):
            resource["compression"] = "gz"
        schema_text = table_schema(schema, belt.money, paths)
        resources.append({**resource, "description": schema.description, "schema": schema_text})
    return {
        "profile": "tabular-data-package",
        "name": belt.name.lower(),
        "title": str(belt.meta.get("title_en", "")),
        "title_zh": str(belt.meta.get("title_zh", "")),
        "sources": [
            {"title": str(row.citation), **({"path": str(row.url)} if row.url else {})}
            for row in belt.tables["sources"].itertuples()
        ],
        "resources": resources,
    }
