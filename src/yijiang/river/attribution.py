"""Who caused what: shares that sum to exactly one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yijiang.errors import DataError, Finding, OptionError
from yijiang.river.cells import labels
from yijiang.river.formulas import DAYS_PER_YEAR, Floats

if TYPE_CHECKING:
    from yijiang.river.network import RiverNetwork

DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days of the months of a year of 365."""


def exact_shares(amounts: Floats) -> Floats:
    """Shares of amounts that sum to 1 with no rounding left.

    s_i = m_i / Σ m; the rounding that remains, 1 − Σ s, is added to the largest share.

    Parameters
    ----------
    amounts
        At least 0, any unit. If all are 0, so are the shares.

    Examples
    --------
    >>> shares = exact_shares(np.array([0.1] * 10))
    >>> math.fsum(shares) == 1.0
    True
    """
    total = math.fsum(amounts)
    if total == 0.0:
        return np.zeros_like(amounts)
    shares: Floats = amounts / total
    largest = int(np.argmax(shares))
    shares[largest] += math.fsum((1.0, *(-shares)))
    return shares


def attribution(
    net: RiverNetwork,
    loads: pd.DataFrame,
    decay: Mapping[str, float] | None = None,
    *,
    regimes: Mapping[int, str] | None = None,
) -> pd.DataFrame:
    """Shares of every section's load by source, pollutant and month, each month in the steady state of its regime.

    Parameters
    ----------
    net
        The river; it may have a regime for every month (columns such as `flow_jul` and `velocity_jul`).
    loads : DataFrame
        As in `steady`, and optionally `month` (1 to 12; empty: all months). `tonnes` are a rate [t/yr] in every month.
    decay
        Decay by pollutant [1/day]; default: the network's kinetics.
    regimes
        Regime by month; default: "mean" in all of them.

    Returns
    -------
    DataFrame
        `section`, `pollutant`, key columns of the source, `month` (1 to 12, and 0 for the year), `tonnes` (in that
        month, or in the year) [t] and `share`. `math.fsum` of the shares of a section, pollutant and month is exactly
        1.0: what rounding leaves goes to the largest.

    Raises
    ------
    DataError
        With every fault of the loads.
    OptionError
        If `regimes` does not name all months.

    Examples
    --------
    >>> from yijiang.river import RiverNetwork
    >>> reach = {"reach": ["a"], "downstream": [""], "length_km": [10.0], "flow_mean": [10.0], "flow_low": [5.0]}
    >>> reach |= {"velocity_mean": [1.0], "velocity_low": [1.0]}
    >>> net = RiverNetwork(pd.DataFrame(reach), pd.DataFrame({"section": ["s"], "reach": ["a"]}))
    >>> loads = pd.DataFrame(
    ...     {"region": ["U", "V", "V"], "reach": "a", "pollutant": "TP", "tonnes": [365.0, 365.0, 730.0]}
    ... )
    >>> table = attribution(net, loads.assign(month=["", 1, 2]), {"TP": 0.0})
    >>> table[table["month"] == 2][["region", "tonnes", "share"]].round(3).to_numpy().tolist()
    [['U', 28.0, 0.333], ['V', 56.0, 0.667]]
    """
    from yijiang.river.steady import steady

    plan = dict.fromkeys(range(1, 13), "mean") if regimes is None else dict(regimes)
    if sorted(plan) != list(range(1, 13)):
        raise OptionError("regimes must name a regime for each of the months 1 to 12")
    month = labels(loads["month"]) if "month" in loads.columns else [""] * len(loads)
    known = {"", *(str(m) for m in range(1, 13))}
    found = [
        Finding("loads", i + 2, "month", word, "not a month", "enter 1 to 12, or nothing for all months")
        for i, word in enumerate(month)
        if word not in known
    ]
    if found:
        raise DataError(found)
    rest = loads.drop(columns="month") if "month" in loads.columns else loads
    parts = []
    for m, days in enumerate(DAYS, start=1):
        chosen = [word in ("", str(m)) for word in month]
        table = steady(net, rest[chosen], decay, regime=plan[m]).attribution
        parts.append(table.assign(month=m, tonnes=table["tonnes"] * (days / DAYS_PER_YEAR)))
    keys = [c for c in parts[0].columns if c not in ("tonnes", "share", "month")]
    months = pd.concat(parts, ignore_index=True)
    # Months are added in their order, and the shares of the year found as those of a month are.
    year = months.groupby(keys, sort=True)["tonnes"].sum().reset_index().assign(month=0, share=0.0)
    for _, rows in year.groupby(["section", "pollutant"], sort=False).indices.items():
        year.loc[rows, "share"] = exact_shares(year["tonnes"].to_numpy()[rows])
    return pd.concat([year, months], ignore_index=True)[[*keys, "month", "tonnes", "share"]]
