"""From door to door on a belt's network: hours and kilometres by land between its regions, and to its nodes.

The network is for freight, whose trains and lorries are slower than people. Kilometres are the network's; the speed
of a person is an assumption of its own, stated wherever a figure rests on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from yijiang.errors import DataError, Finding, OptionError

if TYPE_CHECKING:
    from yijiang.belt import Belt

#: Kilometres an hour from door to door of somebody who travels by road or rail; assumed.
KMH = 80.0
LAND = ("road", "rail")


def _kilometres(belt: Belt) -> tuple[list[str], np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
    """Shortest way by road and rail between all nodes [km]."""
    nodes = [str(name) for name in belt.table("nodes")["node"]]
    links = belt.table("links")
    if not nodes or links.empty:
        hint = "add nodes.csv, links.csv and zones.csv, or hand in a table of hours"
        raise DataError([Finding("links", 0, "", belt.name, "the belt has no network", hint)])
    land = links[links["mode"].isin(LAND)]
    place = {name: k for k, name in enumerate(nodes)}
    rows, columns = (land[c].map(place).to_numpy(int) for c in ("from_node", "to_node"))
    km = land["km"].to_numpy(float)
    # The shorter of parallel links counts.
    best: dict[tuple[int, int], float] = {}
    for a, b, length in zip(rows.tolist(), columns.tolist(), km.tolist(), strict=True):
        key = (min(a, b), max(a, b))
        best[key] = min(best.get(key, np.inf), length)
    ends = np.array(sorted(best)).reshape(-1, 2)
    table = sparse.csr_array(
        ([best[int(a), int(b)] for a, b in ends], (ends[:, 0], ends[:, 1])), shape=(len(nodes), len(nodes))
    )
    return nodes, dijkstra(table, directed=False)


def hours_to_nodes(belt: Belt, kmh: float = KMH) -> pd.DataFrame:
    """Return hours by road and rail from every region with a zone to every node.

    hours = (access of the region + shortest way) ÷ speed

    Parameters
    ----------
    belt
        A belt with a network.
    kmh
        Speed from door to door [km/h]; 80 is an assumption.

    Returns
    -------
    DataFrame (region, node)
        Hours [h]; infinite where there is no way by land.

    Examples
    --------
    >>> import yijiang as yj
    >>> float(hours_to_nodes(yj.case("tiny")).loc["Upper", "middle"])
    8.875
    """
    if not kmh > 0:
        raise OptionError(f"the speed must be more than 0, not {kmh}")
    nodes, km = _kilometres(belt)
    zones = belt.table("zones")
    at = [nodes.index(str(node)) for node in zones["node"]]
    hours = (zones["access_km"].to_numpy(float)[:, None] + km[at]) / kmh
    regions = pd.Index([str(name) for name in zones["region"]], name="region")
    return pd.DataFrame(hours, regions, pd.Index(nodes, name="node")).groupby(level=0, sort=False).min()


def hours_between(belt: Belt, kmh: float = KMH) -> pd.DataFrame:
    """Return hours by road and rail from region to region, access at both ends; within a region access twice.

    Parameters
    ----------
    belt
        A belt with a network.
    kmh
        Speed from door to door [km/h]; 80 is an assumption.

    Returns
    -------
    DataFrame (region, region)
        Hours [h]; infinite where a region has no zone on the network.

    Examples
    --------
    >>> import yijiang as yj
    >>> float(hours_between(yj.case("tiny")).loc["Upper", "Middle"])
    9.5
    """
    reach = hours_to_nodes(belt, kmh)
    zones = belt.table("zones")
    result = pd.DataFrame(np.inf, belt.regions, belt.regions)
    for region, node, access in zip(zones["region"], zones["node"], zones["access_km"], strict=True):
        way = reach[str(node)] + float(access) / kmh
        result.loc[reach.index, str(region)] = np.minimum(result.loc[reach.index, str(region)], way)
    return result
