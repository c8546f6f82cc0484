"""A made-up belt of any size for measurements: 10,000 nodes, five modes, 30 regions, ten commodities."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from yijiang.transport import FreightNetwork

CHAINS = ("road", "rail", "water", "air", "pipe", "rail-water", "water-rail")


def belt(length: int = 250, width: int = 40, zones: int = 30, seed: int = 0) -> FreightNetwork:
    """A valley of length × width places: roads to every neighbour, rails, a river with branches, airports, a pipeline.

    Locks, a tenth of the terminals and all railways have capacities, so that cargo waits for cargo.
    """
    rng = np.random.default_rng(seed)
    place = np.arange(length * width).reshape(length, width)
    name = np.array([f"n{i:05d}" for i in range(place.size)])
    x, y = np.divmod(np.arange(place.size), width)
    east, north = 10.0 * (x + rng.uniform(-0.3, 0.3, place.size)), 8.0 * (y + rng.uniform(-0.3, 0.3, place.size))
    rows: list[tuple[str, str, str, str, float, float, str, float]] = []

    def line(mode: str, stops: NDArray[np.int64], bends: float, busy: float = np.inf) -> None:
        for a, b in pairwise(stops):
            km = bends * float(np.hypot(east[a] - east[b], north[a] - north[b]))
            depth = float(rng.choice([4.0, 4.5, 5.0, 6.0, 9.0])) if mode == "water" else np.nan
            rows.append((f"{mode}{len(rows):06d}", name[a], name[b], mode, km, depth, "", busy))

    for i in range(width):
        line("road", place[:, i], 1.2)
    for i in range(length):
        line("road", place[i], 1.2)
    middle = width // 2
    for i in range(4, width, 8):
        line("rail", place[:, i], 1.1, 90.0)
    for i in range(5, length, 10):
        line("rail", place[i], 1.1, 60.0)
    line("water", place[:, middle], 1.3)
    for i in range(10, length, 25):
        line("water", place[i, middle:], 1.3)
        line("water", place[i + 8, : middle + 1], 1.3)
    air, pipe = place[6::12, middle + 3], place[:, middle - 5]
    for step in (1, 3, 8):
        for start in range(step):
            line("air", air[start::step], 1.0)
    line("pipe", pipe, 1.1)
    links = pd.DataFrame(rows, columns=["link", "from_node", "to_node", "mode", "km", "depth_m", "lock", "capacity_mt"])
    water = links.index[links["mode"] == "water"][: length - 1]
    at = water[:: length // 12][:12]
    links.loc[at, "lock"] = [f"lock{i:02d}" for i in range(len(at))]
    links["vdf_alpha"], links["vdf_beta"] = 0.15, 4.0
    ports, yards = place[::5, middle], np.concatenate([place[5::10, i] for i in range(4, width, 8)])
    changes = [(name[i], "road", "water") for i in ports] + [(name[i], "road", "rail") for i in yards]
    changes += [(name[i], "road", "air") for i in air] + [(name[i], "road", "pipe") for i in pipe[::10]]
    changes += [(name[i], "rail", "water") for i in place[5::10, middle]]
    terminals = pd.DataFrame(changes, columns=["node", "mode_a", "mode_b"])
    size = len(terminals)
    across = rng.permutation(np.arange(zones) % (width - 4) + 2)
    centre = place[np.linspace(2, length - 3, zones).astype(int), across]
    return FreightNetwork(
        nodes=pd.DataFrame({"node": name}),
        links=links,
        terminals=terminals.assign(
            money=rng.uniform(5.0, 15.0, size), hours=rng.uniform(4.0, 30.0, size),
            capacity_mt=np.where(np.arange(size) % 10 == 0, 40.0, np.nan), service_hours=12.0, berths=4.0,
        ),
        locks=pd.DataFrame(
            {
                "lock": [f"lock{i:02d}" for i in range(len(at))], "capacity_mt": 120.0, "transit_hours": 2.0,
                "service_hours": 4.0,
            }
        ),
        modes=pd.DataFrame(
            {
                "mode": ["water", "rail", "road", "air", "pipe"],
                "money_per_tkm": [0.045, 0.14, 0.4, 2.5, 0.08], "money_fixed": [15.0, 40.0, 10.0, 400.0, 30.0],
                "speed_kmh": [14.0, 40.0, 55.0, 600.0, 6.0], "speed_up_kmh": [9.0, 40.0, 55.0, 600.0, 6.0],
                "co2_kg_per_tkm": [0.01, 0.014, 0.11, 0.8, 0.005], "empty_return": [0.3, 0.1, 0.1, 0.1, 0.0],
            }
        ),
        ships=pd.DataFrame(
            {
                "ship": ["t1000", "t3000", "t5000"], "draught_m": [2.5, 4.0, 5.0],
                "payload_t": [1000.0, 3000.0, 5000.0], "money_per_tkm": [0.065, 0.048, 0.04],
            }
        ),
        zones=pd.DataFrame(
            {
                "region": [f"R{i:02d}" for i in range(zones)],
                "node": name[centre],
                "access_km": rng.uniform(20.0, 80.0, zones),
            }
        ),
    )  # fmt: skip


def cargo(zones: int = 30, commodities: int = 10, seed: int = 1) -> tuple[NDArray[np.float64], dict[str, float]]:
    """Tonnes [Mt/yr] (origin, destination, commodity), and values of time [yuan/(t·h)]."""
    rng = np.random.default_rng(seed)
    values = {f"c{k}": float(v) for k, v in enumerate(np.geomspace(0.02, 20.0, commodities))}
    distance = np.abs(np.subtract.outer(np.arange(zones), np.arange(zones)))
    tonnes = rng.lognormal(0.0, 1.0, (zones, zones, commodities)) / (1.0 + distance[..., None]) * 0.8
    return tonnes, values
