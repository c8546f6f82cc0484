"""The price model: what dearer labour, capital or imports do to every price when costs are passed on in full."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from yijiang.economy.accounts import labels as lb
from yijiang.economy.accounts.labels import Faults

if TYPE_CHECKING:
    from yijiang.economy.accounts.model import Accounts


@dataclass(frozen=True, eq=False)
class PriceEffect:
    """Prices after a rise of costs, base = 1.

    Attributes
    ----------
    price : Series (region and sector)
        New price ÷ old.
    direct : Series (region and sector)
        The part of the change that is the sector's own cost.
    consumer : Series (consumer)
        Price of each region's final use ÷ old (its quantities as they are).
    residual
        Residual of the solve.
    """

    price: pd.Series
    direct: pd.Series
    consumer: pd.Series
    residual: float


def prices(acc: Accounts, changes: Mapping[str, Any]) -> PriceEffect:
    """Pass changes of primary costs on to every price.

    Δp = Lᵀ Σ_f s_f Δ_f,  s_f = factor input per unit of output

    Parameters
    ----------
    acc
        The accounts.
    changes
        Relative change by factor input, such as {"labour": 0.1}: one number, or a Series by (region, sector) whose
        other entries are 0. The name "imports" means inputs from outside the table.

    Returns
    -------
    PriceEffect

    References
    ----------
    Miller & Blair (2009), section 2.6; Oosterhaven (1996), Southern Economic Journal 62(3), on what the model assumes.

    Examples
    --------
    >>> from yijiang.economy import Accounts
    >>> acc = Accounts(
    ...     [[150, 500], [200, 100]],
    ...     [350, 1700],
    ...     {"wages": [300, 500], "other": [350, 900]},
    ...     regions=["here"],
    ...     sectors=["farm", "works"],
    ... )
    >>> acc.prices({"wages": 0.3}).price.round(4).tolist()
    [1.1327, 1.1139]
    """
    names = [lb.where(k) for k in acc.factor_inputs.rows.names]
    push = np.zeros(len(acc.index))
    faults = Faults()
    for name, change in changes.items():
        if name == "imports":
            cost = acc.per_output(acc.tables.imports)
        else:
            cost = acc.factor_inputs.intensity[names.index(lb.find(name, [*names, "imports"], {}, "factor input"))]
        rise = np.zeros(len(acc.index))
        if isinstance(change, pd.Series):
            for label, value in change.items():
                rise[acc.rows_of(*label)[0]] = value  # type: ignore[misc]
        else:
            rise[:] = change
        for k in np.flatnonzero(~(rise >= -1)).tolist():
            problem = "is missing or below −1 (a cost that becomes negative)"
            faults.add(
                f"changes, {name}", lb.where(acc.index[k]), float(rise[k]), problem, "give a share, 0.1 for +10 %"
            )
        push += cost * rise
    faults.raise_if_any()
    change_of_price = acc.system.solve_transposed(push)
    spent = acc.final.sum(axis=0)
    consumer = np.divide(change_of_price @ acc.final, spent, out=np.zeros_like(spent), where=spent != 0)
    return PriceEffect(
        acc.vector(1 + change_of_price, "price"), acc.vector(push, "direct"),
        pd.Series(1 + consumer, index=pd.Index(acc.consumers, name="consumer"), name="price"), acc.system.last,
    )  # fmt: skip
