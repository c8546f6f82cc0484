"""Multipliers of output, income, value added and any stressor; with households outside (I) or inside (II) the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from yijiang.economy.accounts import labels as lb
from yijiang.economy.accounts.labels import Faults, Floats
from yijiang.errors import OptionError

if TYPE_CHECKING:
    from yijiang.economy.accounts.model import Accounts


def multipliers(
    acc: Accounts, kind: Literal["I", "II"] = "I", income: str | Sequence[str] | None = None,
    consumption: str | Sequence[str] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Multipliers of every sector: what one more unit of its final demand moves in the whole table.

    Type I: m = Lᵀ s. Type II: m = L*ᵀ s with the households of each region as one more sector,

        A* = [[A, c], [h, 0]],  h = income ÷ output (household, row),  c = consumption ÷ income (row, household).

    Parameters
    ----------
    acc
        The accounts.
    kind
        "I" or "II".
    income
        Rows of the factor inputs that households earn; needed for type II, and names the income multiplier.
    consumption
        Categories of final use that households spend on; needed for type II.

    Returns
    -------
    DataFrame (region and sector; account, measure)
        Account "output" with measure "total", and every stressor ("extension: stressor") with "direct", "total" and
        "ratio" = total ÷ direct (NaN-free: 0 where nothing is direct).

    Raises
    ------
    DataError
        If households of a region spend more than they earn, or earn nothing but spend.

    References
    ----------
    Miller & Blair (2009), sections 2.5 and 6.2.
    """
    if kind not in ("I", "II"):
        raise OptionError(f"unknown kind of multiplier {kind!r}; one of: I, II")
    named = acc.every_extension
    direct = np.vstack([np.ones(len(acc.index)), *(e.intensity for e in named.values())])
    if kind == "II":
        total = _closed(acc, direct, income, consumption)
    else:
        output = acc.system.solve_transposed(np.ones(len(acc.index)))
        total = np.vstack([output, *(acc.multiplier_arrays[name] for name in named)])
    columns: dict[tuple[str, str], Floats] = {("output", "total"): total[0]}
    titles = [f"{name}: {lb.where(k)}" for name, e in named.items() for k in e.rows.names]
    for k, title in enumerate(titles, start=1):
        columns[title, "direct"] = direct[k]
        columns[title, "total"] = total[k]
        columns[title, "ratio"] = np.divide(total[k], direct[k], out=np.zeros_like(total[k]), where=direct[k] != 0)
    result = pd.DataFrame(columns, index=acc.index)
    result.columns.names = ["account", "measure"]
    result.attrs["residual"] = acc.residual
    return result


def _closed(
    acc: Accounts, direct: Floats, income: str | Sequence[str] | None, consumption: str | Sequence[str] | None
) -> Floats:
    """Lᵀ of the table closed for households, by its Schur complement: R more right sides, no second factorisation."""
    if income is None or consumption is None:
        raise OptionError("type II multipliers need income= (rows of factor_inputs) and consumption= (final use)")
    earned = households_income(acc, income)
    spent = households_consumption(acc, consumption)
    total = lb.summed(earned, acc.region_of, len(acc.regions))
    outlay = spent.sum(axis=0)
    faults = Faults()
    for k, name in enumerate(acc.regions):
        if outlay[k] > total[k] * (1 + 1e-9):
            problem = f"households spend more than the {total[k]:.6g} they earn"
            faults.add("Y", name, float(outlay[k]), problem, "name every source of income, or fewer uses")
    faults.raise_if_any()
    h = np.zeros((len(acc.regions), len(acc.index)))
    h[acc.region_of, np.arange(len(acc.index))] = acc.per_output(earned)
    c = np.divide(spent, total, out=np.zeros_like(spent), where=total > 0)
    outside = acc.system.solve_transposed(np.vstack([direct, h]).T).T
    m, income_content = outside[: len(direct)], outside[len(direct) :]
    # m* = m + (m c) (I − h L c)⁻¹ h L
    turn = np.eye(len(h)) - income_content @ c
    return np.asarray(m + np.linalg.solve(turn.T, (m @ c).T).T @ income_content)


def households_income(acc: Accounts, income: str | Sequence[str]) -> Floats:
    """Household income by sector (row,)."""
    names = [lb.where(k) for k in acc.factor_inputs.rows.names]
    wanted = [income] if isinstance(income, str) else list(income)
    at = [names.index(lb.find(name, names, {}, "factor input")) for name in wanted]
    return np.asarray(acc.factor_inputs.rows.F[at].sum(axis=0))


def households_consumption(acc: Accounts, consumption: str | Sequence[str]) -> Floats:
    """Household consumption (row, region) by the region that consumes."""
    categories = acc.tables.uses.get_level_values("category")
    known = list(dict.fromkeys(categories))
    wanted = [consumption] if isinstance(consumption, str) else list(consumption)
    chosen = np.isin(categories, [lb.find(name, known, {}, "category of final use") for name in wanted])
    by_consumer = lb.summed(acc.tables.Y * chosen, acc.consumer_of, len(acc.consumers))
    lacking = [name for name in acc.regions if name not in acc.consumers]
    if lacking:
        raise OptionError(f"no final use is named for the regions {', '.join(lacking)}")
    return by_consumer[:, [acc.consumers.index(name) for name in acc.regions]]
