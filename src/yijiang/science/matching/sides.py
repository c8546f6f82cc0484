"""Offers and needs as arrays: what the hard filters and the scores read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from yijiang.belt.rules.science import parts_of
from yijiang.science.matching.similarity import Texts, read_texts
from yijiang.science.matching.tables import KINDS, texts_of

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

LICENCES = {"open": 0.0, "shared": 1.0, "exclusive": 2.0}
FILTERS = ("kind", "partners", "readiness", "licence", "value", "region")
"""Names of the hard filters, in the order of the codes 1, 2, … of the kernel `failing`."""


@dataclass(frozen=True)
class Sides:
    """Both sides in the order of their tables, only rows that may be matched.

    Attributes
    ----------
    left, right : (offer, 8), (need, 9)
        What `kernels.candidates.failing` reads.
    open : (set, region)
        Regions in each set of partners.
    ask, have : (offer,), (need,)
        Money of each side; NaN where none is stated.
    """

    offers: pd.DataFrame
    needs: pd.DataFrame
    left: Floats
    right: Floats
    open: NDArray[np.bool_]
    offer_region: Whole
    need_region: Whole
    regions: tuple[str, ...]
    sector: tuple[Whole, Whole]
    ask: Floats
    have: Floats
    texts: tuple[Texts, Texts]
    room: Whole
    capacity: Whole


def _coded(*columns: pd.Series[str]) -> tuple[list[Whole], list[str]]:
    codes, names = pd.factorize(pd.concat(columns, ignore_index=True))
    ends = np.cumsum([len(c) for c in columns])[:-1]
    return [part.astype(np.int64) for part in np.split(codes, ends)], [str(n) for n in names]


def _sets(
    cells: list[pd.Series[str]], aliases: Mapping[str, str], regions: list[str]
) -> tuple[list[Whole], NDArray[np.bool_]]:
    """Number the different sets of partners; a blank cell is open to all."""
    codes, names = _coded(*cells)
    position = {name: k for k, name in enumerate(regions)}
    rows = np.zeros((max(len(names), 1), len(regions)), bool)
    for k, name in enumerate(names):
        parts = parts_of(name)
        for part in parts:
            region = aliases.get(part, part)
            if region in position:
                rows[k, position[region]] = True
        if not parts:
            rows[k] = True
    return codes, rows


def _column(frame: pd.DataFrame, name: str, blank: float) -> Floats:
    values = pd.to_numeric(frame[name]).astype(float).to_numpy()
    return np.where(np.isnan(values), blank, values)


def sides(offers: pd.DataFrame, needs: pd.DataFrame, across: bool, aliases: Mapping[str, str]) -> Sides:
    """Turn the tables into arrays; with `across` a pair must lie in two different regions."""
    (offer_region, need_region), regions = _coded(offers["region"], needs["region"])
    (offer_set, need_set), open_ = _sets([offers["partners"], needs["partners"]], aliases, regions)
    kind = {name: k for k, name in enumerate(KINDS)}
    group = [region if across else np.full(len(region), -1) for region in (offer_region, need_region)]
    sectors, names = _coded(offers["sector"], needs["sector"])
    blank = names.index("") if "" in names else -1
    licence = [one["licence"].map(LICENCES).fillna(-1.0).to_numpy() for one in (offers, needs)]
    left = np.column_stack(
        [
            offers["kind"].map(kind).to_numpy(), offer_region, offer_set, _column(offers, "readiness", -1.0),
            licence[0], _column(offers, "low", 0.0), _column(offers, "high", np.inf), group[0],
        ]
    ).astype(float)  # fmt: skip
    right = np.column_stack(
        [
            needs["kind"].map(kind).to_numpy(), need_region, need_set, _column(needs, "readiness_low", 1.0),
            _column(needs, "readiness_high", 9.0), licence[1], _column(needs, "low", 0.0),
            _column(needs, "high", np.inf), group[1],
        ]
    ).astype(float)  # fmt: skip
    money = []
    for frame, spare in ((offers, "low"), (needs, "high")):
        value = _column(frame, "value", np.nan)
        money.append(np.where(np.isnan(value), _column(frame, spare, np.nan), value))
    return Sides(
        offers, needs, left.reshape(-1, 8), right.reshape(-1, 9), open_, offer_region, need_region, tuple(regions),
        (np.where(sectors[0] == blank, -1, sectors[0]), np.where(sectors[1] == blank, -2, sectors[1])),
        money[0], money[1], read_texts(texts_of(offers), texts_of(needs)),  # type: ignore[arg-type]
        _column(offers, "capacity", 1.0).astype(np.int64), _column(needs, "capacity", 1.0).astype(np.int64),
    )  # fmt: skip
