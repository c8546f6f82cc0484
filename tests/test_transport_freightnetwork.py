"""The tables of the network: every fault is found, changes make a new network, the tables given stay as they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from yijiang.errors import DataError, OptionError
from yijiang.transport import FreightNetwork, skim
from yijiang.transport.example import two_ports

TABLES = ("nodes", "links", "terminals", "locks", "modes", "ships", "zones")
Tables = dict[str, pd.DataFrame]


def _tables() -> Tables:
    net = two_ports()
    return {name: net.table(name) for name in TABLES}


def _set(table: str, row: int, column: str, value: object) -> Callable[[Tables], None]:
    def fault(tables: Tables) -> None:
        tables[table][column] = tables[table][column].astype(object)
        tables[table].loc[row, column] = value

    return fault


def _double(table: str) -> Callable[[Tables], None]:
    def fault(tables: Tables) -> None:
        tables[table] = pd.concat([tables[table], tables[table].iloc[:1]])

    return fault


def _drop(table: str, column: str) -> Callable[[Tables], None]:
    def fault(tables: Tables) -> None:
        tables[table] = tables[table].drop(columns=column)

    return fault


FAULTS = {
    "unknown node": (_set("links", 0, "to_node", "kway"), ("links", 2, "to_node", "unknown node")),
    "unknown mode": (_set("links", 1, "mode", "canal"), ("links", 3, "mode", "unknown mode")),
    "unknown lock": (_set("links", 3, "lock", "gatt"), ("links", 5, "lock", "unknown lock")),
    "negative km": (_set("links", 1, "km", -5.0), ("links", 3, "km", "at least 0")),
    "km not a number": (_set("links", 1, "km", "far"), ("links", 3, "km", "at least 0")),
    "no depth": (_set("links", 2, "depth_m", np.nan), ("links", 4, "depth_m", "without depth")),
    "self loop": (_set("links", 1, "to_node", "upper"), ("links", 3, "to_node", "ends where it begins")),
    "one lock twice": (_set("links", 2, "lock", "gate"), ("links", 5, "lock", "has this lock too")),
    "two-way": (_set("links", 2, "two_way", "perhaps"), ("links", 4, "two_way", "true or false")),
    "empty cell": (_set("links", 2, "from_node", None), ("links", 4, "from_node", "empty")),
    "doubled node": (_double("nodes"), ("nodes", 6, "node", "stands twice")),
    "doubled link": (_double("links"), ("links", 6, "link", "stands twice")),
    "doubled terminal": (_double("terminals"), ("terminals", 4, "node", "stands twice")),
    "same mode": (_set("terminals", 0, "mode_b", "road"), ("terminals", 2, "mode_b", "the same")),
    "mode not there": (_set("terminals", 0, "node", "bend"), ("terminals", 2, "mode_a", "no link of this mode")),
    "no speed": (_set("modes", 0, "speed_kmh", 0.0), ("modes", 2, "speed_kmh", "above 0")),
    "no capacity": (_set("locks", 0, "capacity_mt", 0.0), ("locks", 2, "capacity_mt", "above 0")),
    "draught": (_set("ships", 0, "draught_m", -3.0), ("ships", 2, "draught_m", "at least 0")),
    "shared centre": (_set("zones", 1, "node", "upper"), ("zones", 3, "node", "stands twice")),
    "column missing": (_drop("links", "km"), ("links", 0, "km", "missing")),
    "no road": (_set("modes", 0, "mode", "lorry"), ("modes", 0, "mode", "no mode 'road'")),
}


@pytest.mark.parametrize("name", list(FAULTS))
def test_fault_is_found_with_its_line(name: str) -> None:
    fault, (table, row, column, problem) = FAULTS[name]
    tables = _tables()
    fault(tables)
    with pytest.raises(DataError) as caught:
        FreightNetwork(**tables)
    found = [f for f in caught.value.findings if (f.table, f.row, f.column) == (table, row, column)]
    assert any(problem in f.problem for f in found), caught.value


def test_all_faults_are_told_at_once() -> None:
    tables = _tables()
    for name in ("negative km", "no depth", "no speed", "draught"):
        FAULTS[name][0](tables)
    with pytest.raises(DataError, match="4 findings") as caught:
        FreightNetwork(**tables)
    assert {f.column for f in caught.value.findings} == {"km", "depth_m", "speed_kmh", "draught_m"}


def test_zone_out_of_reach_is_a_fault() -> None:
    tables = _tables()
    tables["links"] = tables["links"].query("link != 'highway'")
    assert FreightNetwork(**tables).regions == ("Upper", "Lower")
    tables["terminals"] = tables["terminals"].query("node != 'lower'")
    with pytest.raises(DataError, match="cannot be reached both ways"):
        FreightNetwork(**tables)


def test_one_way_road_leaves_the_way_back_to_find() -> None:
    tables = _tables()
    tables["links"].loc[tables["links"]["link"] == "highway", "two_way"] = False
    s = skim(FreightNetwork(**tables))
    assert np.isfinite(s.cost.sel(origin="Upper", destination="Lower", chain="road")).all()
    assert np.isinf(s.cost.sel(origin="Lower", destination="Upper", chain="road")).all()
    assert np.isfinite(s.cost.sel(origin="Lower", destination="Upper", chain="water")).all()


def test_up_turns_the_river_round() -> None:
    tables = _tables()
    tables["links"]["up"] = tables["links"]["mode"] == "water"
    time, turned = skim(two_ports()).time.sel(chain="water"), skim(FreightNetwork(**tables)).time.sel(chain="water")
    there, back = {"origin": "Upper", "destination": "Lower"}, {"origin": "Lower", "destination": "Upper"}
    assert turned.sel(there).item() == time.sel(back).item()
    assert turned.sel(back).item() == time.sel(there).item()


def test_changes_make_a_new_network_and_tables_stay() -> None:
    tables = _tables()
    before = {name: table.copy() for name, table in tables.items()}
    net = FreightNetwork(**tables)
    changed = net.with_changes(
        links={"lane": {"km": 40.0}},
        terminals={("quay", "water", "road"): {"money": 1.0}, "lower": {"hours": 2.0}},
        locks={"gate": {"capacity_mt": 150.0}},
        modes={"road": {"speed_kmh": 60.0}},
        ships={"barge": {"draught_m": 2.5}},
        zones={"Upper": {"access_km": 30.0}},
    )
    again = changed.with_changes(links={"pool": {"depth_m": 7.0}})
    for name, table in before.items():
        pd.testing.assert_frame_equal(tables[name], table)
        pd.testing.assert_frame_equal(net.table(name), table)
    assert changed.links["km"].tolist() == [40.0, 500.0, 250.0, 150.0]
    assert changed.terminals[["money", "hours"]].to_numpy().tolist() == [[1.0, 8.0], [5.0, 2.0]]
    assert again.links["depth_m"].tolist()[2:] == [4.0, 7.0]
    assert (again.links["km"][0], again.locks["capacity_mt"][0], again.ships["draught_m"][0]) == (40.0, 150.0, 2.5)
    # Built anew from its own tables the changed network skims to the same bits.
    anew = FreightNetwork(**{name: again.table(name) for name in TABLES})
    np.testing.assert_array_equal(skim(anew).array, skim(again).array)


def test_changes_out_of_range_or_unknown() -> None:
    net = two_ports()
    with pytest.raises(DataError, match="at least 0"):
        net.with_changes(links={"lane": {"km": -1.0}})
    with pytest.raises(OptionError, match="near matches: pool"):
        net.with_changes(links={"poll": {"km": 1.0}})
    with pytest.raises(OptionError, match="no figure 'width'"):
        net.with_changes(links={"pool": {"width": 1.0}})
    with pytest.raises(OptionError, match="unknown terminal"):
        net.with_changes(terminals={"bend": {"hours": 1.0}})


def test_without_zones_every_road_node_is_one() -> None:
    tables = _tables()
    del tables["zones"]
    net = FreightNetwork(**tables)
    assert net.regions == ("lower", "quay", "upper")
    assert skim(net).km.sel(origin="quay", destination="lower", chain="road").item() == 550.0


def test_without_ships_water_runs_at_the_rate_of_the_mode() -> None:
    tables = _tables()
    del tables["ships"]
    s = skim(FreightNetwork(**tables))
    at = {"origin": "Upper", "destination": "Lower", "chain": "water"}
    assert s.money.sel(at).item() == pytest.approx(34 + 0.6 * 100 + 0.05 * 1.25 * 400 + 11)
    assert s.vehicle().sel(at).item() == "water"
