"""The schemas of the belt's tables, read from data: one CSV per table beside this file."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from yijiang.errors import YijiangError

SCOPES: Mapping[str, tuple[str, ...]] = {
    "economy": ("regions", "sectors", "factors", "trade", "intermediate", "value_added", "elasticities"),
    "transport": (
        *("regions", "sectors", "nodes", "zones", "links", "terminals", "modes", "ships", "freight"),
        "value_densities",
    ),
    "river": ("regions", "reaches", "sections", "kinetics", "loads"),
    "projects": ("projects", "members", "payers", "levers"),
}
"""Which tables a belt must fill, by the parts named in `scope` of its belt.toml."""

META = {
    "name": ("text", "short name of the belt, letters and digits"),
    "title_en": ("text", "title, English"),
    "title_zh": ("text", "title, Chinese"),
    "year": ("int", "base year of the accounts"),
    "money": ("money", "unit in which every value is kept, for example million CNY"),
    "scope": ("scope", "parts the belt covers: economy, transport, river, projects"),
}
"""The keys belt.toml must have: kind and meaning. Any other key is kept as it is."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One column of a table: its type, unit, bounds and meaning.

    `kind` is text, int, float, bool, enum or unit; `choices` holds the values of an enum, `unit_kind` the kind of a
    unit column. A `float` column without a unit of its own is in the unit that the row's unit column names.
    """

    name: str
    kind: str
    unit: str
    required: bool
    default: str
    minimum: float | None
    maximum: float | None
    key: bool
    reference: tuple[str, str] | None
    description: str
    choices: tuple[str, ...] = ()
    unit_kind: str = ""


@dataclass(frozen=True, slots=True)
class Schema:
    """One table: its columns in order and what it holds."""

    table: str
    required: bool
    description: str
    attributes: tuple[Attribute, ...]
    _index: dict[str, Attribute] = field(default_factory=dict, repr=False, compare=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(a.name for a in self.attributes)

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the columns that together identify a row."""
        return tuple(a.name for a in self.attributes if a.key)

    @property
    def unit_column(self) -> Attribute | None:
        """The column that holds each row's unit, if the unit is checked and converted."""
        return next((a for a in self.attributes if a.kind == "unit"), None)

    @property
    def measured(self) -> tuple[str, ...]:
        """Columns given in the row's own unit."""
        if self.unit_column is None:
            return ()
        return tuple(a.name for a in self.attributes if a.kind == "float" and not a.unit)

    def __getitem__(self, column: str) -> Attribute:
        return self._index[column]


def _number(text: str) -> float | None:
    return float(text) if text else None


def _attribute(row: Mapping[str, str]) -> Attribute:
    kind, _, rest = row["dtype"].partition(":")
    table, _, column = row["reference"].partition(".")
    return Attribute(
        name=row["attribute"],
        kind=kind,
        unit=row["unit"],
        required=row["required"] == "yes",
        default=row["default"],
        minimum=_number(row["minimum"]),
        maximum=_number(row["maximum"]),
        key=row["key"] == "key",
        reference=(table, column) if table else None,
        description=row["description"],
        choices=tuple(rest.split("|")) if kind == "enum" else (),
        unit_kind=rest if kind == "unit" else "",
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = files("yijiang.belt").joinpath("schemas", f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@lru_cache(maxsize=1)
def schemas() -> Mapping[str, Schema]:
    """Return the schema of every table, in the order of `schemas/_tables.csv`.

    Raises
    ------
    YijiangError
        If a schema names a type, table or column that does not exist.

    Examples
    --------
    >>> schemas()["reaches"]["flow_mean"].unit
    'm³/s'
    >>> schemas()["trade"].keys
    ('draw', 'importer', 'exporter', 'sector')
    >>> schemas()["capital"].measured
    ('value', 'low', 'high')
    """
    found: dict[str, Schema] = {}
    for row in _rows("_tables"):
        attributes = tuple(_attribute(r) for r in _rows(row["table"]))
        index = {a.name: a for a in attributes}
        found[row["table"]] = Schema(row["table"], row["required"] == "yes", row["description"], attributes, index)
    for schema in found.values():
        for a in schema.attributes:
            if a.kind not in ("text", "int", "float", "bool", "enum", "unit"):
                raise YijiangError(f"schema {schema.table}: column {a.name!r} has the unknown type {a.kind!r}")
            if a.reference and (a.reference[0] not in found or a.reference[1] not in found[a.reference[0]].columns):
                raise YijiangError(f"schema {schema.table}: column {a.name!r} refers to {'.'.join(a.reference)}")
    return found


def needed_tables(scope: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tables a belt of this scope must fill.

    >>> needed_tables(("river",))
    ('regions', 'reaches', 'sections', 'kinetics', 'loads')
    """
    wanted = {"regions", *(table for part in scope for table in SCOPES.get(part, ()))}
    return tuple(table for table in schemas() if table in wanted)
