"""Fewer regions or sectors: every flow summed into groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from yijiang.economy.accounts import labels as lb
from yijiang.economy.accounts.labels import Floats
from yijiang.errors import OptionError

if TYPE_CHECKING:
    from yijiang.economy.accounts.model import Accounts


def aggregate(
    acc: Accounts, regions: Mapping[str, str] | None = None, sectors: Mapping[str, str] | None = None
) -> Accounts:
    """Sum regions and sectors into groups.

    Z′ = P Z Pᵀ,  Y′ = P Y,  F′ = F Pᵀ with P the matrix of groups. Flows aggregate exactly; coefficients and what
    follows from them do not (aggregation bias, Miller & Blair 2009, section 4.9).

    Parameters
    ----------
    acc
        The accounts; they stay as they are.
    regions, sectors
        Old name → new name; names not given keep theirs. Consuming regions follow `regions`.

    Returns
    -------
    Accounts

    Raises
    ------
    OptionError
        If a name to map is unknown.

    Examples
    --------
    >>> from yijiang.economy import Accounts
    >>> acc = Accounts(
    ...     [[10.0, 5.0], [20.0, 20.0]], [[60.0, 25.0], [10.0, 50.0]], regions=["Up", "Down"], sectors=["all"]
    ... )
    >>> acc.aggregate(regions={"Up": "River", "Down": "River"}).x["indout"].to_dict()
    {('River', 'all'): 200.0}
    """
    both = list(dict.fromkeys([*acc.regions, *acc.consumers]))
    region_map = {lb.find(k, both, acc.tables.aliases, "region"): str(v) for k, v in (regions or {}).items()}
    sector_map = {acc.sector(k): str(v) for k, v in (sectors or {}).items()}
    if not region_map and not sector_map:
        raise OptionError("give regions= or sectors=, old name → new name")
    index, rows = _grouped(acc.index, region_map, sector_map)
    uses, columns = _grouped(acc.tables.uses, region_map, {})
    tables = acc.tables

    def by_row(values: Floats) -> Floats:
        return lb.summed(values, rows, len(index))

    spread = sp.csr_array((np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=(len(index), len(rows)))
    flows = spread @ tables.Z @ spread.T
    every = dict(tables.extensions)
    if tables.factors is not None:
        every["factor_inputs"] = tables.factors
    extensions = {name: pd.DataFrame(by_row(e.F), index=e.names) for name, e in every.items()}
    direct = {
        name: pd.DataFrame(lb.summed(e.F_Y, columns, len(uses)), index=e.names)
        for name, e in every.items()
        if e.F_Y is not None
    }
    factors = extensions.pop("factor_inputs", None)
    final = lb.summed(lb.summed(tables.Y, columns, len(uses)), rows, len(index), axis=0)
    return type(acc)(
        flows, final, factors, extensions, final_extensions=direct, labels=index, final_labels=uses,
        discrepancy=by_row(tables.discrepancy), imports=by_row(tables.imports), aliases=tables.aliases,
        units={name: e.units for name, e in every.items()}, unit=tables.unit,
        notes=[*_kept(tables.notes), f"aggregated from {len(acc.regions)} regions and {len(acc.sectors)} sectors"],
        accept_negative_value_added=any("value added is negative" in note for note in tables.notes),
    )  # fmt: skip


def _grouped(index: pd.MultiIndex, first: Mapping[str, str], second: Mapping[str, str]) -> tuple[pd.MultiIndex, Any]:
    pairs = [(first.get(a, a), second.get(b, b)) for a, b in index]
    found = list(dict.fromkeys(pairs))
    at = {pair: k for k, pair in enumerate(found)}
    return pd.MultiIndex.from_tuples(found, names=index.names), np.array([at[p] for p in pairs], dtype=np.int64)


def _kept(notes: tuple[str, ...]) -> list[str]:
    """Remarks about where the table comes from; those about its cells are made anew."""
    anew = (
        "factor inputs do not close",
        "value added is",
        "Z has",
        "Y has",
        "empty sectors",
        "discrepancy of",
        "inputs from",
    )
    return [note for note in notes if not any(part in note for part in anew)]
