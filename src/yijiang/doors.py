"""From door to door on a belt's network: hours between its regions, and from regions to its nodes.

Ways are those of `yijiang.journeys`: every mode at the speed that the belt's table `travel` states, with its waits.
At both ends the access of a region's zone is travelled by road.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yijiang.journeys import journeys

if TYPE_CHECKING:
    from yijiang.belt import Belt


def _zones(belt: Belt) -> pd.DataFrame:
    """Region, node and hours of access of every zone."""
    travel = belt.table("travel").set_index("mode")["speed_kmh"].astype(float)
    speed = float(travel["road"]) if "road" in travel.index else float(travel.min())
    zones = belt.table("zones")
    return pd.DataFrame(
        {
            "region": zones["region"].astype(str),
            "node": zones["node"].astype(str),
            "hours": zones["access_km"].astype(float) / speed,
        }
    )


def hours_to_nodes(belt: Belt) -> pd.DataFrame:
    """Return hours from every region with a zone to every node.

    hours = access of the region ÷ speed by road + shortest way

    Parameters
    ----------
    belt
        A belt with a network and speeds of travel.

    Returns
    -------
    DataFrame (region, node)
        Hours [h]; infinite where there is no way.

    Raises
    ------
    DataError
        If the belt states no speeds of travel.
    OptionError
        If it has no network.

    Examples
    --------
    >>> import yijiang as yj
    >>> round(float(hours_to_nodes(yj.case("tiny")).loc["Upper", "middle"]), 2)
    7.17
    """
    way = journeys(belt).hours
    zones = _zones(belt)
    hours = zones["hours"].to_numpy()[:, None] + way.loc[zones["node"].tolist()].to_numpy()
    frame = pd.DataFrame(hours, pd.Index(zones["region"], name="region"), pd.Index(way.columns, name="node"))
    return frame.groupby(level=0, sort=False).min()


def hours_between(belt: Belt) -> pd.DataFrame:
    """Return hours from region to region, access at both ends; within a region its access twice.

    Parameters
    ----------
    belt
        A belt with a network and speeds of travel.

    Returns
    -------
    DataFrame (region, region)
        Hours [h]; infinite where a region has no zone on the network.

    Examples
    --------
    >>> import yijiang as yj
    >>> round(float(hours_between(yj.case("tiny")).loc["Upper", "Middle"]), 2)
    7.79
    """
    reach = hours_to_nodes(belt)
    result = pd.DataFrame(np.inf, belt.regions, belt.regions)
    for region, node, access in _zones(belt).itertuples(index=False):
        way = reach[str(node)] + float(access)
        result.loc[reach.index, str(region)] = np.minimum(result.loc[reach.index, str(region)], way)
    return result
