"""A network small enough to solve by hand: two regions, a river with a lock, a road."""

from __future__ import annotations

import numpy as np
import pandas as pd

from yijiang.transport.network import Network


def two_ports() -> Network:
    """Return a network of four nodes: a river of 400 km with a lock between two ports, and a road of 500 km.

    The regions Upper and Lower have their centres at `upper` and `lower`. Upper's port lies 50 km from the centre, at
    `quay`; Lower's centre is a port itself. Ships: a barge that draws 3 m and a freighter that draws 5 m; the river is
    4 m deep above `bend` and 6 m below, where the lock is. All figures are made up for the documentation and the tests.

    Examples
    --------
    >>> two_ports().regions
    ('Upper', 'Lower')
    """
    return Network(
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
