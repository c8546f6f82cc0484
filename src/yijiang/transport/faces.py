"""`assign` and `skim` for either kind of network: links alone, or freight over chains of modes."""

from __future__ import annotations

from typing import Any, overload

import pandas as pd
import xarray as xr

from yijiang.transport.assignment.assign import assign_network
from yijiang.transport.assignment.result import Assignment
from yijiang.transport.chains.equilibrium import assign_freight
from yijiang.transport.chains.paths import skim_freight
from yijiang.transport.chains.result import FreightAssignment
from yijiang.transport.chains.skims import Skims
from yijiang.transport.freightnetwork import FreightNetwork
from yijiang.transport.network import Network
from yijiang.transport.paths.skims import ZoneSkims, skim_network


@overload
def skim(net: Network, *args: Any, **options: Any) -> ZoneSkims: ...
@overload
def skim(net: FreightNetwork, *args: Any, **options: Any) -> Skims: ...
def skim(net: Network | FreightNetwork, *args: Any, **options: Any) -> ZoneSkims | Skims:
    """Skim a network: least cost between all pairs, and time, money, CO₂ and km along the cheapest paths.

    Parameters
    ----------
    net
        A network of links (options: `paths.skims.skim_network`) or of freight (`chains.paths.skim_freight`).

    Examples
    --------
    >>> from yijiang.transport.example import braess, two_ports
    >>> skim(braess()[0])["time"].sel(origin="1", destination="2").round(6).item()
    10.0
    >>> skim(two_ports(), origins=["Upper"]).time.sel(destination="Lower", commodity="goods").values.tolist()
    [[11.0, 44.0]]
    """
    if isinstance(net, Network):
        return skim_network(net, *args, **options)
    return skim_freight(net, *args, **options)


@overload
def assign(net: Network, demand: xr.DataArray | pd.DataFrame, *args: Any, **options: Any) -> Assignment: ...
@overload
def assign(net: FreightNetwork, demand: xr.DataArray, *args: Any, **options: Any) -> FreightAssignment: ...
def assign(net: Network | FreightNetwork, demand: Any, *args: Any, **options: Any) -> Assignment | FreightAssignment:
    """Assign a demand to a network until nobody can go cheaper.

    Parameters
    ----------
    net
        A network of links (see `assignment.assign.assign_network` for the options) or of freight (see
        `chains.equilibrium.assign_freight`).
    demand
        Trips between zones, or tonnes between regions by commodity.

    Examples
    --------
    >>> from yijiang.transport.example import braess, two_ports
    >>> assign(*braess(), gap=1e-12).flow["3-4"].round(6).item()
    2.0
    >>> import numpy as np
    >>> assign(two_ports(), np.array([[[0.0], [8.0]], [[2.0], [0.0]]]), dispersion=0.01).locks["tonnes"].round(3).item()
    8.859
    """
    if isinstance(net, Network):
        return assign_network(net, demand, *args, **options)
    return assign_freight(net, demand, *args, **options)
