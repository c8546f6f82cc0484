"""Costs, fields and widths between the zones of a network of links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from yijiang.errors import OptionError, match_name
from yijiang.transport.network import Network
from yijiang.transport.paths.forest import grow
from yijiang.transport.paths.kernels import Floats

FIELDS = {"time": "vdf_fftt", "money": "toll", "co2": "co2", "km": "length"}
"""Fields and the columns of the links they sum; the time is that under the flow given."""


@dataclass(frozen=True)
class ZoneSkims:
    """Least costs between zones and what the cheapest paths sum up to; infinite where no path leads.

    Attributes
    ----------
    cost : (origin, destination)
        Generalised cost, in units of time.
    fields : DataArray by name, (origin, destination)
    lacking : fields that were asked for but of which the links have no figures.
    residual : largest relative difference between the cost and that of the fields it is made of.
    """

    cost: xr.DataArray
    fields: dict[str, xr.DataArray]
    lacking: tuple[str, ...]
    residual: float

    def __getitem__(self, name: str) -> xr.DataArray:
        if name in self.lacking:
            raise OptionError(f"the links have no figures for {name}; give the column {FIELDS[name]!r}")
        return self.fields[match_name(name, [(f,) for f in self.fields], "field")]

    @property
    def time(self) -> xr.DataArray:
        """Time along the cheapest paths."""
        return self["time"]

    @property
    def money(self) -> xr.DataArray:
        """Tolls along the cheapest paths."""
        return self["money"]

    @property
    def co2(self) -> xr.DataArray:
        """Emissions along the cheapest paths."""
        return self["co2"]

    @property
    def km(self) -> xr.DataArray:
        """Length of the cheapest paths."""
        return self["km"]


def skim_network(
    net: Network,
    origins: Sequence[object] | None = None,
    fields: Sequence[str] = ("time", "money", "co2", "km"),
    flow: Floats | None = None,
) -> ZoneSkims:
    """Skim all pairs of zones in one pass: least cost, and the fields summed along the cheapest paths.

    cost(o, d) = min over paths Σ_l (time_l(flow) + toll_factor·toll_l + distance_factor·length_l)

    Parameters
    ----------
    net
        The network.
    origins
        Zones to start from; left out, all.
    fields
        Of time, money (the tolls), co2 and km (the lengths). One of which the links have no figures is listed as
        lacking, and raises when it is asked of the result.
    flow : (link)
        Flow of the links, which makes their times; none if left out.

    Returns
    -------
    ZoneSkims.

    Raises
    ------
    OptionError
        If a zone or field is unknown.

    Examples
    --------
    >>> from yijiang.transport.example import braess
    >>> net, demand = braess()
    >>> skim_network(net, flow=np.full(5, 2.0)).cost.sel(origin="1", destination="2").round(6).item()
    52.0
    """
    links = net.links
    starts = net.zone_ids if origins is None else list(origins)
    place = {zone: i for i, zone in enumerate(net.zone_ids)}
    odd = [z for z in starts if z not in place]
    if odd:
        raise OptionError(f"unknown zones: {', '.join(map(str, odd[:10]))}")
    have = [f for f, column in FIELDS.items() if column in links and links[column].notna().all()]
    asked = [match_name(f, [(n,) for n in FIELDS], "field") for f in fields]
    wanted = [f for f in asked if f in have]
    time = net.times(flow)
    columns = {f: time if f == "time" else links[FIELDS[f]].to_numpy(float) for f in wanted}
    # What the cost is made of comes along, so that labels and paths are held against each other.
    parts = np.vstack([*columns.values(), time, net.charge])[:, net.star.link]
    weight = np.where(net.closed, np.inf, time + net.charge)[net.star.link]
    rows = net.zone_node[[place[z] for z in starts]]
    forest = grow(net.star, rows, weight, net.zone_node, field=parts)
    whole = forest.fields[-2] + forest.fields[-1]
    known = np.isfinite(forest.cost)
    miss = np.abs(whole[known] - forest.cost[known]) / np.maximum(1.0, forest.cost[known])
    coords = {"origin": starts, "destination": net.zone_ids}
    dims = ("origin", "destination")
    return ZoneSkims(
        xr.DataArray(forest.cost, coords, dims, "cost"),
        {f: xr.DataArray(forest.fields[i], coords, dims, f) for i, f in enumerate(columns)},
        tuple(f for f in asked if f not in have),
        float(miss.max(initial=0.0)),
    )


def widest(net: Network, width: Floats, origins: Sequence[object] | None = None) -> xr.DataArray:
    """Widest paths between zones: max over paths of the least width along it (the depth a ship may count on).

    Parameters
    ----------
    net
        The network.
    width : (link)
        Width of every link, in any unit; NaN for a link that does not limit.
    origins
        Zones to start from; left out, all.

    Returns
    -------
    (origin, destination), infinite for a path that nothing limits (and a zone to itself), −infinite where none leads.

    Source: Pollack (1960), Operations Research 8, the maximum capacity route.

    Examples
    --------
    >>> from yijiang.transport.example import braess
    >>> net, demand = braess()
    >>> widest(net, np.array([5.0, 2.0, 3.0, 4.0, 6.0])).sel(origin="1", destination="2").item()
    4.0
    """
    starts = net.zone_ids if origins is None else list(origins)
    place = {zone: i for i, zone in enumerate(net.zone_ids)}
    narrow = np.where(np.isnan(width), -np.inf, -np.asarray(width, float))
    weight = np.where(net.closed, np.inf, narrow)[net.star.link]
    rows = net.zone_node[[place[z] for z in starts]]
    least = -grow(net.star, rows, weight, net.zone_node, widest=True).cost
    return xr.DataArray(least, {"origin": starts, "destination": net.zone_ids}, ("origin", "destination"), "width")
