"""Writes an empty belt to fill in: the head with comments, the header of every table, and what each column means."""

from __future__ import annotations

from pathlib import Path

from yijiang.belt.head import HEAD
from yijiang.belt.schema import META, SCOPES, Attribute, Schema, schemas
from yijiang.belt.writing import atomic_folder
from yijiang.cells import format_csv
from yijiang.units import KINDS

_HEAD = """\
# The head of the belt. Text stands in double quotes.
# 表头：文字用双引号。

# {name}
name = "my_belt"

# {title_en} / {title_zh}
title_en = "My belt"
title_zh = "我的经济带"

# {year}
year = 2017

# {money}
# Values in another unit of the same currency (100 million CNY, 亿元) are converted when the belt is read.
money = "million CNY"

# {scope}
# Each part needs its tables (see README.md); leave out the parts you do not have.
scope = [{parts}]
"""

_README = """\
# An empty belt / 空表

Fill in `{head}` and the tables that your scope needs, then run `yijiang check` on this folder: it lists everything
that is missing or wrong, with table, line and column. Delete the tables you do not use. Save CSV files as UTF-8;
GB18030 is read too.
填写 `{head}` 和所需各表（CSV，UTF-8 或 GB18030），再运行 `yijiang check`，所有问题会一次列出。不用的表可以删除。

Every figure has a year, a unit, a source (a key of the table `sources`) and a status: `official`, `aggregated`,
`estimated` or `assumed`. Text that begins with = + - @ is written with a `'` before it.

{parts}
{tables}"""


def new(folder: str | Path) -> Path:
    """Write an empty, commented belt: belt.toml, the header of every table, and a README that explains every column.

    Parameters
    ----------
    folder
        A folder that does not exist or is empty.

    Returns
    -------
    The folder.

    Raises
    ------
    OptionError
        If there is something in the folder already.
    """
    place = Path(folder)
    with atomic_folder(place) as temporary:
        (temporary / HEAD).write_bytes(_head_text().encode())
        (temporary / "README.md").write_bytes(readme().encode())
        for table, schema in schemas().items():
            (temporary / f"{table}.csv").write_bytes(format_csv(schema.columns, []).encode())
    return place


def _head_text() -> str:
    meanings = {key: description for key, (_, description) in META.items()}
    return _HEAD.format(**meanings, parts=", ".join(f'"{part}"' for part in SCOPES))


def readme() -> str:
    """Return the explanation of every table and column, as written into an empty belt.

    >>> "| `flow_mean` | float | m³/s |" in readme()
    True
    """
    parts = "".join(f"- `{part}` needs: {', '.join(tables)}\n" for part, tables in SCOPES.items())
    tables = "".join(_table_text(schema) for schema in schemas().values())
    return _README.format(head=HEAD, parts=parts, tables=tables)


def _table_text(schema: Schema) -> str:
    keys = f"\nKey: {', '.join(schema.keys)}.\n" if schema.keys else "\n"
    head = "\n| column | type | unit | needed | meaning |\n|---|---|---|---|---|\n"
    return f"\n## {schema.table}\n\n{schema.description}\n{keys}{head}" + "".join(
        _row(a, schema) for a in schema.attributes
    )


def _row(a: Attribute, schema: Schema) -> str:
    kind = "text" if a.kind in ("enum", "unit") else a.kind
    unit = a.unit or ("as in `unit`" if a.name in schema.measured else "")
    meaning = a.description
    if a.choices:
        meaning += f" (one of {', '.join(a.choices)})"
    if a.unit_kind:
        example = KINDS[a.unit_kind].format(money="million CNY", currency="CNY")
        meaning += f" (`{example}` or convertible)"
    if a.reference:
        meaning += f" (from `{'.'.join(a.reference)}`)"
    if a.minimum is not None or a.maximum is not None:
        low = "" if a.minimum is None else f"{a.minimum:g} ≤ "
        high = "" if a.maximum is None else f" ≤ {a.maximum:g}"
        meaning += f" ({low}{a.name}{high})"
    needed = "yes" if a.required else (f"default {a.default}" if a.default else "no")
    return f"| `{a.name}` | {kind} | {unit} | {needed} | {meaning.replace('|', '/')} |\n"
