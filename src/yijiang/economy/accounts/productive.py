"""Whether a table can produce at all, and labelled answers of its one factorisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from yijiang.economy.accounts import labels as lb
from yijiang.economy.accounts.labels import Faults, Floats
from yijiang.errors import SolveError

if TYPE_CHECKING:
    from yijiang.economy.accounts.model import Accounts

#: Input coefficients that add up to this or more may make I − A singular.
FULL = 1 - 1e-12


def require_productive(acc: Accounts) -> None:
    """Refuse a table in which inputs reach output, so that I − A is singular or makes negative output.

    With A ≥ 0 and every column sum below 1 nothing has to be solved. Else the spectral radius is below 1 just when
    Lᵀ 1 ≥ 1 (Hawkins & Simon 1949, Econometrica 17).

    Raises
    ------
    DataError
        Naming every sector whose inputs reach its output.
    """
    sums = acc.per_output(acc.tables.inputs)
    suspects = np.flatnonzero(sums >= FULL).tolist()
    if not len(suspects):
        return
    cells = acc.coefficients.data if isinstance(acc.coefficients, sp.csr_array) else acc.coefficients
    try:
        content = acc.system.solve_transposed(np.ones(len(acc.index)))
        if np.any(cells < 0) or content.min() >= 1 - 1e-6:
            return
    except SolveError:
        pass  # singular: the sectors are named below
    faults = Faults()
    problem = "inputs per unit of output reach 1, and I − A is singular or not productive (spectral radius ≥ 1)"
    for k in suspects:
        faults.add("Z", lb.where(acc.index[k]), float(sums[k]), problem, "check the column's inputs and output")
    faults.raise_if_any()


def answered(acc: Accounts, values: Any, solver: Callable[[Floats], Floats]) -> Any:
    """Solve for labelled or plain right sides and label the answer; `.attrs["residual"]` holds its residual."""
    faults = Faults()
    table = values.to_frame() if isinstance(values, pd.Series) else values
    if not isinstance(table, pd.DataFrame):
        table = np.asarray(table, dtype=np.float64)
    right = np.asarray(lb.placed(table, acc.index, None, "right side", faults))
    flat = right.reshape(len(acc.index), -1)
    columns = table.columns if isinstance(table, pd.DataFrame) else pd.RangeIndex(flat.shape[1])
    lb.finite(flat, acc.index, pd.Index([(str(c),) for c in columns], tupleize_cols=False), "right side", faults)
    faults.raise_if_any()
    found = solver(right)
    if isinstance(values, pd.Series) or right.ndim == 1:
        result: Any = acc.vector(found.reshape(-1), getattr(values, "name", None))
    else:
        result = pd.DataFrame(found, index=acc.index, columns=columns)
    result.attrs["residual"] = acc.system.last
    return result
