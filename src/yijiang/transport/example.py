"""Made-up networks: one small enough to solve by hand, and one of any size for tests and measurements of speed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from yijiang.transport.freightnetwork import FreightNetwork
from yijiang.transport.network import Network


def two_ports() -> FreightNetwork:
    """Return a network of four nodes: a river of 400 km with a lock between two ports, and a road of 500 km.

    The regions Upper and Lower have their centres at `upper` and `lower`. Upper's port lies 50 km from the centre, at
    `quay`; Lower's centre is a port itself. Ships: a barge that draws 3 m and a freighter that draws 5 m; the river is
    4 m deep above `bend` and 6 m below, where the lock is. All figures are made up for the documentation and the tests.

    Examples
    --------
    >>> two_ports().regions
    ('Upper', 'Lower')
    """
    return FreightNetwork(
        nodes=pd.DataFrame({"node": ["upper", "quay", "lower", "bend"]}),
        links=pd.DataFrame(
            {
                "link": ["lane", "highway", "shallows", "pool"],
                "from_node": ["upper", "upper", "quay", "bend"],
                "to_node": ["quay", "lower", "bend", "lower"],
                "mode": ["road", "road", "water", "water"],
                "km": [50.0, 500.0, 250.0, 150.0],
                "depth_m": [np.nan, np.nan, 4.0, 6.0],
                "lock": ["", "", "", "gate"],
            }
        ),
        terminals=pd.DataFrame(
            {
                "node": ["quay", "lower"],
                "mode_a": ["road", "road"],
                "mode_b": ["water", "water"],
                "money": [6.0, 5.0],
                "hours": [8.0, 6.0],
            }
        ),
        locks=pd.DataFrame({"lock": ["gate"], "capacity_mt": [100.0], "transit_hours": [3.0], "service_hours": [2.0]}),
        modes=pd.DataFrame(
            {
                "mode": ["road", "water"],
                "money_per_tkm": [0.4, 0.05],
                "money_fixed": [10.0, 14.0],
                "speed_kmh": [50.0, 16.0],
                "speed_up_kmh": [50.0, 10.0],
                "co2_kg_per_tkm": [0.08, 0.01],
                "empty_return": [0.5, 0.25],
            }
        ),
        ships=pd.DataFrame(
            {
                "ship": ["barge", "freighter"],
                "draught_m": [3.0, 5.0],
                "payload_t": [2000.0, 10_000.0],
                "money_per_tkm": [0.06, 0.04],
            }
        ),
        zones=pd.DataFrame({"region": ["Upper", "Lower"], "node": ["upper", "lower"], "access_km": [60.0, 40.0]}),
    )


def scattered(nodes: int = 40, zones: int = 6, seed: int = 0) -> FreightNetwork:
    """Return a made-up network of any size, the same for the same seed, for tests and measurements of speed.

    Places lie at random along a valley. Every place is on a road; every second one is on a railway, every third one
    on the river, which has side channels and two locks. Three ship classes, random depths, a few tolls and waits.

    Parameters
    ----------
    nodes
        Places, at least 12.
    zones
        Regions, spread evenly along the river; at most a third of the places.
    seed
        Seed of the random numbers.

    Examples
    --------
    >>> scattered()
    FreightNetwork(40 nodes, 124 links, 24 terminals, 2 locks, 6 zones)
    """
    rng = np.random.default_rng(seed)
    east = np.sort(rng.uniform(0.0, 1500.0, nodes))
    north = rng.uniform(0.0, 300.0, nodes)
    name = [f"n{i:04d}" for i in range(nodes)]
    rows: list[tuple[str, str, str, str, float, float, str, float, float]] = []

    def join(a: int, b: int, mode: str, bends: float, depth: float = np.nan, lock: str = "") -> None:
        km = bends * float(np.hypot(east[a] - east[b], north[a] - north[b]))
        money, hours = rng.uniform(0.0, 3.0, 2) * (rng.random(2) < 0.1)
        rows.append((f"{mode}{len(rows):04d}", name[a], name[b], mode, km, depth, lock, float(money), float(hours)))

    rail, river = range(0, nodes, 2), range(0, nodes, 3)
    for mode, stops, bends, reach in (("road", range(nodes), 1.3, 3), ("rail", rail, 1.2, 2)):
        for i in range(len(stops)):
            for j in range(i + 1, min(i + 1 + reach, len(stops))):
                if j == i + 1 or rng.random() < 0.6:
                    join(stops[i], stops[j], mode, bends)
    lock_at = {1: "gate", len(river) // 2: "weir"}
    for i in range(len(river) - 1):
        join(river[i], river[i + 1], "water", 1.5, float(rng.uniform(3.5, 9.0)), lock_at.get(i, ""))
        if i % 5 == 2 and i + 2 < len(river):
            join(river[i], river[i + 2], "water", 1.2, float(rng.uniform(3.0, 5.0)))
    # A terminal wherever a railway or the river may be boarded; at every second stop of the railway.
    changes = [(name[i], "road", "water") for i in river] + [(name[i], "rail", "road") for i in rail[::2]]
    terminals = pd.DataFrame(changes, columns=["node", "mode_a", "mode_b"])
    centre = [name[river[i]] for i in np.linspace(0, len(river) - 1, zones).astype(int)]
    return FreightNetwork(
        nodes=pd.DataFrame({"node": name}),
        links=pd.DataFrame(
            rows,
            columns=["link", "from_node", "to_node", "mode", "km", "depth_m", "lock", "link_money", "link_hours"],
        ),
        terminals=terminals.assign(
            money=rng.uniform(5.0, 15.0, len(terminals)), hours=rng.uniform(4.0, 30.0, len(terminals))
        ),
        locks=pd.DataFrame(
            {"lock": ["gate", "weir"], "capacity_mt": [169.0, 120.0], "transit_hours": [4.0, 1.0], "service_hours": 2.0}
        ),
        modes=pd.DataFrame(
            {
                "mode": ["water", "rail", "road"],
                "money_per_tkm": [0.045, 0.15, 0.35],
                "money_fixed": [15.0, 20.0, 10.0],
                "speed_kmh": [14.0, 40.0, 55.0],
                "speed_up_kmh": [9.0, 40.0, 55.0],
                "co2_kg_per_tkm": [0.01, 0.008, 0.075],
                "empty_return": [0.3, 0.2, 0.5],
            }
        ),
        ships=pd.DataFrame(
            {
                "ship": ["barge", "coaster", "freighter"],
                "draught_m": [3.0, 4.5, 6.0],
                "payload_t": [1000.0, 5000.0, 10_000.0],
                "money_per_tkm": [0.055, 0.045, 0.035],
            }
        ),
        zones=pd.DataFrame(
            {"region": [f"R{i:02d}" for i in range(zones)], "node": centre, "access_km": rng.uniform(20.0, 80.0, zones)}
        ),
    )


def braess(bridge: bool = True) -> tuple[Network, xr.DataArray]:
    """Return the network of Braess's paradox and its six trips from 1 to 2; without the bridge 3-4 all arrive earlier.

    Times: 10·x on 1-3 and 4-2, 50 + x on 1-4 and 3-2, 10 + x on the bridge. With the bridge two trips take each of the
    three ways and all need 92; without it three take each of two ways and need 83.

    Source: Braess (1968), Unternehmensforschung 12.

    Examples
    --------
    >>> net, demand = braess()
    >>> demand.sel(origin="1", destination="2").item()
    6.0
    """
    nodes = pd.DataFrame({"node_id": ["1", "2", "3", "4"], "zone_id": ["1", "2", None, None]})
    links = pd.DataFrame(
        {
            "link_id": ["1-3", "1-4", "3-2", "3-4", "4-2"],
            "from_node_id": ["1", "1", "3", "3", "4"],
            "to_node_id": ["3", "4", "2", "4", "2"],
            "vdf_fftt": [1e-8, 50.0, 50.0, 10.0, 1e-8],
            "vdf_alpha": [1e9, 0.02, 0.02, 0.1, 1e9],
            "vdf_beta": 1.0,
            "capacity": 1.0,
        }
    )
    zones = ["1", "2"]
    demand = xr.DataArray([[0.0, 6.0], [0.0, 0.0]], {"origin": zones, "destination": zones}, ("origin", "destination"))
    net = Network(nodes, links)
    return (net if bridge else net.without(["3-4"])), demand
