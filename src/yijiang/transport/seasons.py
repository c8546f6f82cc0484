"""The river's year: depths month by month, what ships carry on them, and what that does to costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from yijiang.errors import DataError, Finding
from yijiang.transport.chains.paths import skim_freight
from yijiang.transport.chains.skims import Skims
from yijiang.transport.freightnetwork import FreightNetwork

MONTHS = range(1, 13)


def in_month(net: FreightNetwork, depths: pd.DataFrame, month: int) -> FreightNetwork:
    """Return the network with the depths of one month; links without a row of that month keep the depth they have.

    Parameters
    ----------
    depths
        Table with link, month (1 to 12) and depth_m.

    Raises
    ------
    DataError
        With every line that names an unknown link or month, or stands twice.

    Examples
    --------
    >>> from yijiang.transport.example import two_ports
    >>> low = in_month(two_ports(), pd.DataFrame({"link": ["shallows"], "month": [1], "depth_m": [3.2]}), 1)
    >>> low.links["depth_m"].min()
    3.2
    """
    findings = [
        Finding("depths", 0, c, "", "the column is missing", "add it")
        for c in ("link", "month", "depth_m")
        if c not in depths
    ]
    if findings:
        raise DataError(findings)
    known, seen = set(net.arrays.topology.names["links"]), set[tuple[str, int]]()
    changes: dict[str, dict[str, float]] = {}
    for i, (link, when, depth) in enumerate(zip(depths["link"], depths["month"], depths["depth_m"], strict=True)):
        if link not in known:
            findings.append(Finding("depths", i + 2, "link", str(link), "unknown link", "correct the name"))
        if when not in MONTHS:
            findings.append(Finding("depths", i + 2, "month", str(when), "a month is 1 to 12", "correct the month"))
        elif (link, int(when)) in seen:
            findings.append(Finding("depths", i + 2, "link", str(link), "stands twice in this month", "keep one line"))
        elif when == month:
            changes[str(link)] = {"depth_m": float(depth)}
        if when in MONTHS:
            seen.add((link, int(when)))
    if findings:
        raise DataError(findings)
    return net.with_changes(links=changes)


def season(net: FreightNetwork, depths: pd.DataFrame, **options: Any) -> xr.DataArray:
    """Least cost of every chain in every month [yuan/t], without queues.

    A ship that draws more than the water is deep sails part-laden if the table of ships has its `light_draught_m`, and
    its cost falls on fewer tonnes; without that it waits for water, and smaller ships carry.

    Parameters
    ----------
    net
        The network.
    depths
        As in `in_month`.
    options
        Those of `skim`: commodities, chains, co2_price.

    Examples
    --------
    >>> from yijiang.transport.example import two_ports
    >>> ships = two_ports().ships.assign(light_draught_m=[1.0, 1.5])
    >>> net = FreightNetwork(**{**two_ports().tables(), "ships": ships})
    >>> depths = pd.DataFrame({"link": "shallows", "month": [1, 7], "depth_m": [3.2, 6.0]})
    >>> year = season(net, depths).sel(origin="Upper", destination="Lower", chain="water", commodity="goods")
    >>> year.sel(month=[1, 4, 7]).values.round(1).tolist()
    [135.0, 133.0, 125.0]
    """
    skims: list[Skims] = [skim_freight(in_month(net, depths, month), **options) for month in MONTHS]
    cost = np.stack([s.array[0] for s in skims])
    first = skims[0].cost
    return xr.DataArray(cost, {"month": list(MONTHS), **first.coords}, ("month", *first.dims), "cost", first.attrs)
