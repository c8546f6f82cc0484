"""The table of elasticities: one file with value, range, source and status, so that no default hides in the code."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from yijiang.errors import OptionError, match_name

if TYPE_CHECKING:
    import pandas as pd


class Elasticity(NamedTuple):
    """One elasticity; `value` is None where it is taken from the data."""

    name: str
    symbol: str
    applies_to: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    status: str
    source: str
    note: str


@cache
def _table() -> dict[str, Elasticity]:
    def number(text: str) -> float | None:
        return float(text) if text else None

    with files(__package__).joinpath("elasticities.csv").open(encoding="utf-8") as file:
        return {
            row["name"]: Elasticity(
                row["name"], row["symbol"], row["applies_to"], number(row["value"]), number(row["low"]),
                number(row["high"]), row["unit"], row["status"], row["source"], row["note"],
            )
            for row in csv.DictReader(file)
        }  # fmt: skip


def elasticities() -> pd.DataFrame:
    """List every elasticity with its value, range, source and status (``estimated`` or ``assumed``).

    Returns
    -------
    DataFrame indexed by name

    Examples
    --------
    >>> elasticities().loc["migration", "status"]
    'assumed'
    """
    import pandas as pd

    return pd.DataFrame(list(_table().values())).set_index("name")


def elasticity(name: str) -> Elasticity:
    """One elasticity by name.

    Raises
    ------
    OptionError
        For an unknown name; near ones are listed.

    Examples
    --------
    >>> elasticity("theta_provinces").value
    4.0
    """
    table = _table()
    if name in table:
        return table[name]
    raise OptionError(f"write {match_name(name, [(x,) for x in table], 'elasticity')!r}, not {name!r}")
