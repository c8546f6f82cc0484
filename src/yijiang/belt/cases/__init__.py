"""The built-in cases, one folder each; `recipes/` in the repository derives them from their sources."""

from __future__ import annotations

import csv
import tomllib
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable

import pandas as pd

from yijiang.belt.model import Belt
from yijiang.belt.reading import read
from yijiang.errors import match_name

_HEAD = "belt.toml"


def _folders() -> dict[str, Traversable]:
    here = files(__name__)
    return {f.name: f for f in sorted(here.iterdir(), key=lambda f: f.name) if f.is_dir() and (f / _HEAD).is_file()}


def case(name: str) -> Belt:
    """Return a built-in case by name, in any case of letters.

    Raises
    ------
    OptionError
        If there is none; the message lists near matches.

    Examples
    --------
    >>> case("Tiny").regions
    ['Upper', 'Middle', 'Lower']
    >>> case("tinny")
    Traceback (most recent call last):
        ...
    yijiang.errors.OptionError: unknown case 'tinny'; near matches: tiny...
    """
    folders = _folders()
    with as_file(folders[match_name(name, ((n,) for n in folders), "case")]) as folder:
        return read(folder)


def cases() -> pd.DataFrame:
    """Return the built-in cases as a table: name, titles, year, number of regions and sectors, scope.

    >>> cases().query("name == 'tiny'")[["regions", "sectors"]].values.tolist()
    [[3, 4]]
    """
    rows = []
    for name, folder in _folders().items():
        head = tomllib.loads((folder / _HEAD).read_text(encoding="utf-8"))
        counts = [_count(folder / f"{table}.csv") for table in ("regions", "sectors")]
        titles = (head.get("title_en", ""), head.get("title_zh", ""))
        rows.append((name, *titles, head.get("year"), *counts, ", ".join(head.get("scope", ()))))
    columns = ["name", "title_en", "title_zh", "year", "regions", "sectors", "scope"]
    return pd.DataFrame(rows, columns=columns)


def _count(file: Traversable) -> int:
    if not file.is_file():
        return 0
    return sum(1 for _ in csv.reader(file.read_text(encoding="utf-8-sig").splitlines())) - 1
