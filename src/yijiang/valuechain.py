"""Value-chain positions of a belt: joins its accounts to whoever asks how far a sector stands from final users."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from .base import accounts

if TYPE_CHECKING:
    from .belt import Belt


def positions(belt: Belt) -> pd.DataFrame:
    """Return how many steps every sector stands from final users and from primary inputs, with its output.

    Parameters
    ----------
    belt
        A clean belt with accounts.

    Returns
    -------
    DataFrame (region and sector): upstreamness, downstreamness [steps, at least 1], output [money of the belt a year].

    Examples
    --------
    >>> import yijiang as yj
    >>> positions(yj.case("tiny")).round(2).loc[("Upper", "farm")].to_dict()
    {'upstreamness': 1.5, 'downstreamness': 1.65, 'output': 138000.0}
    """
    table = accounts(belt)
    found = table.position()[["upstreamness", "downstreamness"]].copy()
    found["output"] = table.x["indout"]
    return found.loc[[region for region in belt.regions if region not in belt.abroad]]
