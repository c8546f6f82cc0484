"""The tables of an account as arrays in one order, checked: every fault is named by region and sector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from yijiang.economy.accounts import labels as lb
from yijiang.economy.accounts.labels import Faults, Floats

#: Share of a column's output that may remain unexplained before its factor inputs count as incomplete.
CLOSED = 1e-6
#: A table that is sparse, or has fewer cells than this share filled and is large, is solved by sparse factors.
SPARSE_BELOW = 0.03
SPARSE_FROM = 1000


@dataclass(frozen=True, eq=False)
class Rows:
    """An extension: stressor names, flows of sectors (stressor, row), of final use (stressor, use), units."""

    names: pd.Index
    F: Floats
    F_Y: Floats | None = None
    units: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Tables:
    """Checked tables.

    Attributes
    ----------
    index, uses
        Names (region, sector) of rows and (region, category) of final uses.
    Z : (row, row) and Y : (row, use) [money of a year]
    output : (row,)
        Z 1 + Y 1 + discrepancy.
    discrepancy : (row,)
        Statistical error of the rows, an account of its own.
    imports, inputs : (row,)
        Inputs from outside the table, and from inside it.
    factors, extensions
        Value added by kind, and satellite accounts by name.
    empty : (row,) bool
        Sectors with nothing at all, whose coefficients are 0.
    notes
        What was assumed or is worth knowing.
    """

    index: pd.MultiIndex
    uses: pd.MultiIndex
    Z: Floats | sp.csr_array
    Y: Floats
    output: Floats
    discrepancy: Floats
    imports: Floats
    factors: Rows | None
    extensions: Mapping[str, Rows]
    empty: np.ndarray[Any, np.dtype[np.bool_]]
    inputs: Floats
    value_added: Floats
    balance: float
    notes: tuple[str, ...] = ()
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unit: str = ""


def read(
    Z: Any, Y: Any, factor_inputs: Any, extensions: Mapping[str, Any] | None, *,
    final_extensions: Mapping[str, Any] | None, labels: Any, final_labels: Any, regions: Sequence[str] | None,
    sectors: Sequence[str] | None, discrepancy: Any, imports: Any, aliases: Mapping[str, Sequence[str]] | None,
    units: Mapping[str, Sequence[str]] | None, unit: str, notes: Sequence[str], accept_negative_value_added: bool,
) -> Tables:  # fmt: skip
    """Bring tables into one order and check them; see `Accounts`."""
    faults = Faults()
    Z, Y = (v if isinstance(v, pd.DataFrame | pd.Series) or sp.issparse(v) else np.asarray(v, float) for v in (Z, Y))
    index = lb.sector_index(Z, labels, regions, sectors)
    uses = lb.use_index(Y, index, final_labels)
    lb.unique(index, "Z, rows", faults)
    lb.unique(uses, "Y, columns", faults)
    faults.raise_if_any()
    flows = lb.placed(Z, index, index, "Z", faults)
    demand = Y.to_frame() if isinstance(Y, pd.Series) else Y
    demand = demand.reshape(-1, 1) if isinstance(demand, np.ndarray) and demand.ndim == 1 else demand
    final = np.asarray(lb.placed(demand, index, None, "Y", faults))
    if final.shape[1] != len(uses):
        faults.add("Y", "columns", final.shape[1], f"has not the {len(uses)} named columns", "name every column once")
    error, outside = (_vector(v, index, n, faults) for v, n in ((discrepancy, "discrepancy"), (imports, "imports")))
    named = {} if factor_inputs is None else {"factor_inputs": factor_inputs}
    named.update(extensions or {})
    rows = {
        name: _rows(table, (final_extensions or {}).get(name), index, uses, name, (units or {}).get(name, ()), faults)
        for name, table in named.items()
    }
    faults.raise_if_any()
    lb.finite(flows, index, index, "Z", faults)
    lb.finite(final, index, uses, "Y", faults)
    for name, extension in rows.items():
        lb.finite(extension.F, extension.names, index, name, faults)
        if extension.F_Y is not None:
            lb.finite(extension.F_Y, extension.names, uses, f"{name}, final use", faults)
    faults.raise_if_any()
    flows = _storage(flows)
    output = np.asarray(flows.sum(axis=1)).ravel() + final.sum(axis=1) + error
    factors = rows.pop("factor_inputs", None)
    collected = list(notes)
    empty = _outputs(index, flows, final, factors, output, faults)
    inputs = np.asarray(flows.sum(axis=0)).ravel()
    added, balance = _value_added(
        index, inputs, factors, output, outside, accept_negative_value_added, faults, collected
    )
    faults.raise_if_any()
    _remarks(index, flows, final, error, outside, empty, collected)
    return Tables(
        index, uses, flows, final, output, error, outside, factors, rows, empty, inputs, added, balance,
        tuple(collected), dict(aliases or {}), unit,
    )  # fmt: skip


def _vector(values: Any, index: pd.MultiIndex, name: str, faults: Faults) -> Floats:
    if values is None:
        return np.zeros(len(index))
    table = lb.stressors(values, index, name, faults)[1]
    lb.finite(table, pd.Index([name] * len(table)), index, name, faults)
    return np.asarray(table.sum(axis=0))


def _rows(
    table: Any, final: Any, index: pd.MultiIndex, uses: pd.MultiIndex, name: str, units: Sequence[str], faults: Faults
) -> Rows:
    names, values = lb.stressors(table, index, name, faults)
    if final is None:
        return Rows(names, values, None, tuple(units))
    direct = np.asarray(lb.placed(final, None, uses, f"{name}, final use", faults))
    if isinstance(final, pd.DataFrame):
        at = names.get_indexer(final.index)
        lacking = [str(label) for label in final.index[at < 0]] + [str(k) for k in names if k not in set(final.index)]
        for label in lacking:
            faults.add(f"{name}, final use", label, "", "is not a stressor of both tables", "name each in both")
        spread = np.zeros((len(names), direct.shape[1]))
        spread[at[at >= 0]] = direct[at >= 0]
        direct = spread
    return Rows(names, values, direct, tuple(units))


def _storage(flows: Floats | sp.csr_array) -> Floats | sp.csr_array:
    """Sparse tables that are mostly full become dense, large ones that are mostly empty sparse."""
    size = flows.shape[0]
    if isinstance(flows, np.ndarray) and (size < SPARSE_FROM or np.count_nonzero(flows[::16]) > 0.1 * flows[::16].size):
        return flows
    filled = flows.nnz if isinstance(flows, sp.csr_array) else int(np.count_nonzero(flows))
    if size >= SPARSE_FROM and filled < SPARSE_BELOW * size * size:
        return sp.csr_array(flows)
    return _dense(flows)


def _dense(flows: Floats | sp.csr_array) -> Floats:
    return np.asarray(flows.toarray() if isinstance(flows, sp.csr_array) else flows)


def _outputs(
    index: pd.MultiIndex,
    flows: Floats | sp.csr_array,
    final: Floats,
    factors: Rows | None,
    output: Floats,
    faults: Faults,
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Find empty sectors; note negative output, and none where there is something."""
    empty = np.zeros(len(output), dtype=bool)
    for k in np.flatnonzero(output <= 1e-9 * np.abs(output).max(initial=0.0)).tolist():
        row, column = (np.abs(_dense(part)) for part in (flows[[k]], flows[:, [k]]))
        sold = float(row.sum() + np.abs(final[k]).sum())
        used = float(column.sum() + (0.0 if factors is None else np.abs(factors.F[:, k]).sum()))
        name = lb.where(index[k])
        # What remains of a row that cancels is rounding, not output.
        if abs(output[k]) > 1e-13 * sold:
            if output[k] < 0:
                faults.add("Z and Y", name, float(output[k]), "output is negative", "correct the row's uses")
        elif used > 0:
            problem = "output is 0 although the sector has inputs"
            faults.add("Z and Y", name, used, problem, "give its uses, or set its inputs to 0")
        elif sold > 0:
            problem = "the uses of the row cancel to an output of 0"
            faults.add("Z and Y", name, sold, problem, "correct the row, or set it to 0")
        else:
            empty[k] = True
    return empty


def _value_added(
    index: pd.MultiIndex, inputs: Floats, factors: Rows | None, output: Floats, imports: Floats,
    accept_negative: bool, faults: Faults, notes: list[str],
) -> tuple[Floats, float]:  # fmt: skip
    """Value added (row,) and the largest imbalance of a column ÷ the largest output."""
    residual = output - inputs - imports
    largest = max(float(output.max(initial=0.0)), np.finfo(np.float64).tiny)
    balance = 0.0
    added = residual
    if factors is not None:
        given = factors.F.sum(axis=0)
        balance = float(np.abs(residual - given).max(initial=0.0)) / largest
        if balance <= CLOSED:
            added = given
        else:
            notes.append(
                f"factor inputs do not close the columns (largest gap {balance:.2%} of the largest output); "
                "where value added is needed it is output less inputs [assumed]"
            )
    else:
        notes.append("value added is output less inputs [assumed]; no factor inputs were given")
    # Columns without output have been named already.
    low = np.flatnonzero((output > 0) & (added < -1e-9 * np.maximum(output, 1e-3 * largest)))
    if accept_negative and len(low):
        notes.append(f"value added is negative in {len(low)} sectors, lowest {lb.where(index[int(np.argmin(added))])}")
    elif not accept_negative:
        remedy = "correct the column, or pass accept_negative_value_added=True if it is meant"
        for k in low.tolist():
            faults.add("value added", lb.where(index[k]), float(added[k]), "value added is negative", remedy)
    return added, balance


def _remarks(
    index: pd.MultiIndex, flows: Floats | sp.csr_array, final: Floats, error: Floats, imports: Floats,
    empty: np.ndarray[Any, np.dtype[np.bool_]], notes: list[str],
) -> None:  # fmt: skip
    data = flows.data if isinstance(flows, sp.csr_array) else flows
    if np.any(empty):
        names = "; ".join(lb.where(index[k]) for k in np.flatnonzero(empty).tolist()[:10])
        notes.append(
            f"{int(empty.sum())} empty sectors have coefficients 0: {names}" + ("; …" if empty.sum() > 10 else "")
        )
    if data.min(initial=0.0) < 0:
        notes.append(f"Z has {int((data < 0).sum())} negative cells, lowest {float(data.min()):.6g}")
    if np.any(final < 0):
        notes.append(f"Y has {int((final < 0).sum())} negative cells (stock changes), lowest {float(final.min()):.6g}")
    if np.any(error):
        share = float(np.abs(error).sum() / max(float(flows.sum() + final.sum()), 1e-300))
        notes.append(f"a statistical discrepancy of {share:.2%} of all uses is kept as an account of its own")
    if np.any(imports):
        notes.append("inputs from outside the table count as foreign content")
