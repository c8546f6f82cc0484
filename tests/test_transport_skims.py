"""Skims against a network solved by hand, against scipy, and against every pair of ports tried one by one."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from yijiang.errors import DataError, OptionError
from yijiang.transport import FreightNetwork, Paths, skim
from yijiang.transport.example import scattered, two_ports

SCATTERED = scattered(nodes=45, zones=6, seed=11)

FIELDS = ("time", "money", "co2", "km", "main_km")

# Solved by hand. Road: 0.4·1.5 = 0.6 yuan/(t·km), 50 km/h. Hauls: (60 + 40)/2 = 50 km. Water: the barge, 0.06·1.25 =
# 0.075 yuan/(t·km). Down: hauls 50 km + lane 50 km, 400 km of river, transfers 6 + 5 yuan and 8 + 6 h, lock 3 h;
# loading and unloading twice a truck (10 yuan) and once a ship (14 yuan).
HAND = {
    ("Upper", "Lower", "road"): {
        "money": 10 + 0.6 * 550,
        "time": 550 / 50,
        "co2": 0.08 * 550,
        "km": 550,
        "main_km": 500,
    },
    ("Upper", "Lower", "water"): {
        "money": 34 + 0.6 * 100 + 0.075 * 400 + 11,
        "time": 100 / 50 + 400 / 16 + 14 + 3,
        "co2": 0.08 * 100 + 0.01 * 400,
        "km": 500,
        "main_km": 400,
    },
    ("Lower", "Upper", "water"): {
        "money": 34 + 0.6 * 100 + 0.075 * 400 + 11,
        "time": 100 / 50 + 400 / 10 + 14 + 3,
        "co2": 0.08 * 100 + 0.01 * 400,
        "km": 500,
        "main_km": 400,
    },
    ("Upper", "Upper", "road"): {"money": 10 + 0.6 * 60, "time": 60 / 50, "co2": 0.08 * 60, "km": 60, "main_km": 0},
}


@pytest.mark.parametrize(("origin", "destination", "chain"), list(HAND))
def test_fields_of_the_network_solved_by_hand(origin: str, destination: str, chain: str) -> None:
    s = skim(two_ports(), fields=FIELDS, commodities={"ore": 0.2, "phones": 12.0}, co2_price=50.0)
    by_hand = HAND[origin, destination, chain]
    for commodity, value in (("ore", 0.2), ("phones", 12.0)):
        at = {"origin": origin, "destination": destination, "chain": chain, "commodity": commodity}
        for field, wanted in by_hand.items():
            assert s.field(field).sel(at).item() == pytest.approx(wanted, rel=1e-13), field
        cost = by_hand["money"] + value * by_hand["time"] + 0.05 * by_hand["co2"]
        assert s.cost.sel(at).item() == pytest.approx(cost, rel=1e-13)
    assert s.residual < 1e-14


def test_goods_within_a_region_go_by_road() -> None:
    cost = skim(two_ports()).cost
    assert np.isinf(cost.sel(origin="Upper", destination="Upper", chain="water")).all()


def test_wait_at_the_lock_lengthens_the_water_chain_only() -> None:
    paths = Paths(two_ports(), {"phones": 12.0})
    extra = paths.skim({"gate": 10.0}).time - paths.skim().time
    assert extra.sel(origin="Upper", destination="Lower", commodity="phones").to_numpy().round(9).tolist() == [
        0.0,
        10.0,
    ]


def test_deeper_water_lets_the_larger_ship_through() -> None:
    net = two_ports()
    at = {"origin": "Upper", "destination": "Lower", "chain": "water", "commodity": "goods"}
    deep = skim(net.with_changes(links={"shallows": {"depth_m": 5.0}}))
    almost = skim(net.with_changes(links={"shallows": {"depth_m": 4.999}}))
    assert skim(net).vehicle().sel(at).item() == almost.vehicle().sel(at).item() == "barge"
    assert deep.vehicle().sel(at).item() == "freighter"
    assert almost.money.sel(at).item() - deep.money.sel(at).item() == pytest.approx(400 * 1.25 * (0.06 - 0.04))
    assert skim(net).money.sel(at).item() == almost.money.sel(at).item()
    assert deep.vehicle().sel(origin="Lower", destination="Lower", chain="water").item() == ""


def test_water_too_shallow_for_every_ship_closes_the_chain() -> None:
    s = skim(two_ports().with_changes(links={"shallows": {"depth_m": 2.0}}))
    assert np.isinf(s.cost.sel(chain="water")).all()
    assert s.shares(0.05).sel(chain="water").max() == 0.0


def test_pair_without_any_chain_is_told_by_name() -> None:
    s = skim(two_ports().with_changes(links={"shallows": {"depth_m": 2.0}}), chains=["water"])
    with pytest.raises(DataError, match="no chain leads from Upper to Lower"):
        s.shares(0.05)


def test_link_charges_and_hours_count() -> None:
    net = two_ports()
    dear = net.with_changes(links={"highway": {"money": 7.0, "hours": 4.0}}, locks={"gate": {"money": 2.0}})
    at = {"origin": "Upper", "destination": "Lower", "commodity": "goods"}
    assert (skim(dear).money - skim(net).money).sel(at).to_numpy().round(9).tolist() == [7.0, 2.0]
    assert (skim(dear).time - skim(net).time).sel(at).to_numpy().round(9).tolist() == [4.0, 0.0]


def test_rail_water_chain_is_joined_in_order() -> None:
    """Road 10, rail 100, water 200, road 0; in the other order only by a road of 900 there and, after 10, again."""
    modes = pd.DataFrame(
        {
            "mode": ["road", "rail", "water"],
            "money_per_tkm": [1.0, 0.1, 0.01],
            "money_fixed": [3.0, 5.0, 7.0],
            "speed_kmh": 10.0,
            "speed_up_kmh": 10.0,
            "co2_kg_per_tkm": 0.0,
            "empty_return": 0.0,
        }
    )
    links = pd.DataFrame(
        {
            "link": ["r1", "r2", "t", "w"],
            "from_node": ["a", "a", "b", "c"],
            "to_node": ["b", "d", "c", "d"],
            "mode": ["road", "road", "rail", "water"],
            "km": [10.0, 900.0, 100.0, 200.0],
            "depth_m": [np.nan, np.nan, np.nan, 3.0],
        }
    )
    terminals = pd.DataFrame(
        {
            "node": ["b", "c", "d"],
            "mode_a": ["road", "rail", "water"],
            "mode_b": ["rail", "water", "road"],
            "money": [1.0, 2.0, 4.0],
            "hours": 0.0,
        }
    )
    zones = pd.DataFrame({"region": ["A", "D"], "node": ["a", "d"], "access_km": 0.0})
    nodes = pd.DataFrame({"node": ["a", "b", "c", "d"]})
    net = FreightNetwork(nodes, links, terminals, modes=modes, zones=zones)
    s = skim(net, chains=["road", "rail", "water", "rail-water", "water-rail"])
    there = s.cost.sel(origin="A", destination="D", commodity="goods").to_numpy()
    back = s.cost.sel(origin="D", destination="A", commodity="goods").to_numpy()
    by_hand = 2 * 3 + 5 + 7 + 10 + 0.1 * 100 + 0.01 * 200 + 1 + 2 + 4
    np.testing.assert_allclose(there, [903.0, np.inf, np.inf, by_hand, by_hand + 2 * 900], rtol=1e-14)
    np.testing.assert_allclose(back, [903.0, np.inf, np.inf, by_hand + 2 * 900, by_hand], rtol=1e-14)


def test_origins_and_names_are_matched() -> None:
    net = two_ports()
    part = skim(net, origins=["lower"])
    assert part.origins == ("Lower",)
    xr.testing.assert_identical(part.cost, skim(net).cost.sel(origin=["Lower"]))
    with pytest.raises(OptionError, match="near matches: Upper"):
        skim(net, origins=["Uper"])
    with pytest.raises(OptionError, match="unknown mode 'canal'"):
        skim(net, chains=["canal"])
    with pytest.raises(OptionError, match="was not skimmed"):
        _ = skim(net, fields=("time",)).co2
    with pytest.raises(OptionError, match="wanted for: gate"):
        skim(net, delays={"dam": 1.0})
    with pytest.raises(OptionError, match="at least 0"):
        skim(net, delays={"gate": -1.0})
    with pytest.raises(OptionError, match="at least 0"):
        skim(net, co2_price=-1.0)
    with pytest.raises(OptionError, match="each once"):
        skim(net, commodities=pd.Series([1.0, 2.0], index=["ore", "ore"]))


def test_order_of_rows_plays_no_part() -> None:
    net = SCATTERED
    values = {"ore": 0.05, "cars": 2.0, "phones": 20.0}
    tables = {name: net.table(name) for name in ("nodes", "links", "terminals", "locks", "modes", "ships", "zones")}
    mixed = FreightNetwork(**{name: table.sample(frac=1.0, random_state=7) for name, table in tables.items()})
    first, second = skim(net, commodities=values), skim(mixed, commodities=dict(reversed(values.items())))
    for field in first.fields:
        again = second.field(field).sel(
            origin=list(first.origins), destination=list(first.regions), commodity=list(values)
        )
        np.testing.assert_array_equal(first.field(field).to_numpy(), again.to_numpy())


def _distances(links: pd.DataFrame, nodes: list[str], weight: np.ndarray, weight_up: np.ndarray) -> np.ndarray:
    """All distances by scipy; parallel links are reduced to the shortest first, because sparse matrices add them."""
    place = {n: i for i, n in enumerate(nodes)}
    best = np.full((len(nodes), len(nodes)), np.inf)
    for a, b, there, back in zip(links["from_node"], links["to_node"], weight, weight_up, strict=True):
        best[place[a], place[b]] = min(best[place[a], place[b]], there)
        best[place[b], place[a]] = min(best[place[b], place[a]], back)
    rows, columns = np.nonzero(np.isfinite(best))
    return dijkstra(sparse.csr_array((best[rows, columns], (rows, columns)), shape=best.shape))


def test_chains_equal_every_pair_of_ports_tried() -> None:
    """Independent of the kernels: scipy's distances per mode and ship, then the best of all pairs of terminals."""
    net = SCATTERED
    delays = {"gate": 9.0, "weir": 4.0}
    values = {"ore": 0.02, "grain": 0.3, "cars": 2.0, "phones": 25.0}
    s = skim(net, commodities=values, delays=delays, co2_price=200.0)
    nodes, modes, ships = list(net.nodes["node"]), net.modes.set_index("mode"), net.ships
    wait = {lock: row.transit_hours + delays[lock] for lock, row in net.locks.set_index("lock").iterrows()} | {"": 0.0}
    centre = [nodes.index(n) for n in net.zones["node"]]
    half = net.zones["access_km"].to_numpy() / 2
    for commodity, value in values.items():

        def matrix(mode: str, rate: float, draught: float, value: float = value) -> np.ndarray:
            m = modes.loc[mode]
            links = net.links[(net.links["mode"] == mode) & ~(net.links["depth_m"] < draught)]
            km = links["km"].to_numpy()
            money = (
                km * rate * (1 + m["empty_return"]) + links["link_money"].to_numpy() + 0.2 * m["co2_kg_per_tkm"] * km
            )
            hours = links["link_hours"].to_numpy() + links["lock"].map(wait).to_numpy(dtype=float)
            down, up = (money + value * (km / m[speed] + hours) for speed in ("speed_kmh", "speed_up_kmh"))
            return _distances(links, nodes, down, up)

        road = matrix("road", modes.loc["road", "money_per_tkm"], 0.0)
        main = {
            "rail": matrix("rail", modes.loc["rail", "money_per_tkm"], 0.0),
            "water": np.min([matrix("water", r.money_per_tkm, r.draught_m) for r in ships.itertuples()], axis=0),
        }
        truck = modes.loc["road"]
        per_km = (
            truck["money_per_tkm"] * (1 + truck["empty_return"])
            + value / truck["speed_kmh"]
            + 0.2 * truck["co2_kg_per_tkm"]
        )
        for (i, o), (j, d) in itertools.product(enumerate(centre), repeat=2):
            haul = per_km * (half[i] + half[j])
            at = {"origin": net.regions[i], "destination": net.regions[j], "commodity": commodity}
            assert s.cost.sel(**at, chain="road").item() == pytest.approx(
                road[o, d] + haul + truck["money_fixed"], rel=1e-12
            )
            for mode, table in main.items():
                ports = [
                    (nodes.index(t.node), t.money + value * t.hours)
                    for t in net.terminals.itertuples()
                    if {t.mode_a, t.mode_b} == {"road", mode}
                ]
                fixed = 2 * truck["money_fixed"] + modes.loc[mode, "money_fixed"] + haul
                best = min(
                    road[o, k] + charge_k + table[k, m] + charge_m + road[m, d] + fixed if k != m and o != d else np.inf
                    for (k, charge_k), (m, charge_m) in itertools.product(ports, repeat=2)
                )
                assert s.cost.sel(**at, chain=mode).item() == pytest.approx(best, rel=1e-12)
