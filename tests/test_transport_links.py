"""Networks of links: tables that are refused by line, TNTP with odd lines, GMNS, skims and widest paths."""

from __future__ import annotations

from pathlib import Path

import numba
import numpy as np
import pandas as pd
import pytest

from yijiang.errors import DataError, OptionError
from yijiang.transport import Network, skim, widest
from yijiang.transport.example import braess
from yijiang.transport.paths.forest import Star, grow

NET = """<NUMBER OF ZONES>  2
  <Number of  Nodes>\t3 ;
<FIRST THRU NODE> 3
<ORIGINAL HEADER>~ Tail Head Capacity (veh/h)
<NUMBER OF LINKS> 4
<END OF METADATA>

~ init_node term_node capacity length free_flow_time b power speed toll link_type ;
\t1\t3\t10\t1\t1\t0.15\t4\t0\t0\t1\t;
3 2 10 1 1 0.15 4 0 0 1
2 3 10 1 1 0.15 4 0 0 1;  3 1 10 1 1 0 0 0 0 1 ;"""
TRIPS = """<NUMBER OF ZONES> 2
<TOTAL OD FLOW> 5
<END OF METADATA>
~ a remark
Origin  1
 1 : 0.0;  2 :\t3.5
origin 2
1:1.5;"""


def folder(path: Path, net: str = NET, trips: str = TRIPS) -> Path:
    (path / "odd_net.TNTP").write_text(net, encoding="utf-8-sig")
    (path / "odd_trips.tntp").write_text(trips, encoding="utf-8")
    return path


def test_odd_tntp_lines_are_read(tmp_path: Path) -> None:
    net, demand = Network.from_tntp(folder(tmp_path))
    assert demand.to_numpy().tolist() == [[0.0, 3.5], [1.5, 0.0]]
    assert net.star.through.tolist() == [False, False, True]
    assert net.links["to_node_id"].tolist() == [3, 2, 3, 1]


def test_columns_in_the_order_of_the_header(tmp_path: Path) -> None:
    swapped = NET.replace("capacity length free_flow_time", "length capacity free_flow_time")
    net, _ = Network.from_tntp(folder(tmp_path, swapped))
    assert net.links["length"].tolist() == [10.0] * 4
    assert net.links["capacity"].tolist() == [1.0] * 4


@pytest.mark.parametrize(
    ("net", "trips", "file", "line", "problem"),
    [
        (NET.replace("3 2 10 1 1 0.15", "3 2 10 one 1 0.15"), TRIPS, "odd_net.TNTP", 10, "wanted 10 numbers"),
        (NET.replace("3 2 10 1 1 0.15 4", "3 2 10 1 1"), TRIPS, "odd_net.TNTP", 10, "wanted 10 numbers"),
        (NET.replace("3 2 10", "3 7 10"), TRIPS, "odd_net.TNTP", 10, "not a node from 1 to 3"),
        (NET.replace("<FIRST THRU NODE> 3\n", ""), TRIPS, "odd_net.TNTP", 0, "metadata lack"),
        (NET.replace("LINKS> 4", "LINKS> 9"), TRIPS, "odd_net.TNTP", 0, "promise 9 links"),
        (NET, TRIPS.replace("1:1.5", "1=1.5"), "odd_trips.tntp", 8, "destination : trips"),
        (NET, TRIPS.replace("1:1.5", "9:1.5"), "odd_trips.tntp", 8, "not a zone"),
        (NET, TRIPS.replace("1:1.5", "1:-1.5"), "odd_trips.tntp", 8, "at least 0"),
        (NET, TRIPS.replace("origin 2", "origin 5"), "odd_trips.tntp", 7, "not a zone"),
        (NET, TRIPS.replace("Origin  1\n", ""), "odd_trips.tntp", 5, "before the first origin"),
        (NET, TRIPS.replace("FLOW> 5", "FLOW> 50"), "odd_trips.tntp", 0, "promise 50 trips"),
    ],
)
def test_tntp_faults_are_told_with_their_line(
    tmp_path: Path, net: str, trips: str, file: str, line: int, problem: str
) -> None:
    with pytest.raises(DataError) as caught:
        Network.from_tntp(folder(tmp_path, net, trips))
    assert any(f.table == file and f.row == line and problem in f.problem for f in caught.value.findings), caught.value


def test_a_folder_without_one_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="found: none"):
        Network.from_tntp(tmp_path)


Values = dict[str, list[object]]
FAULTS: dict[str, tuple[Values, str, int, str]] = {
    "unknown node": ({"to_node_id": ["9", "4", "2", "4", "2"]}, "to_node_id", 2, "unknown"),
    "negative time": ({"vdf_fftt": [1.0, -2.0, 1.0, 1.0, 1.0]}, "vdf_fftt", 3, "at least 0"),
    "no time": ({"vdf_fftt": [1.0, 2.0, np.nan, 1.0, 1.0]}, "vdf_fftt", 4, "the cell is empty"),
    "zero capacity": ({"capacity": [1.0, 0.0, 1.0, 1.0, 1.0]}, "capacity", 3, "above 0"),
    "negative cost": ({"toll": [0.0, 0.0, -99.0, 0.0, 0.0]}, "toll", 4, "below 0"),
    "doubled link": ({"link_id": ["a", "b", "a", "c", "d"]}, "link_id", 4, "twice"),
    "unknown delay": ({"vdf": ["bpr", "x", "", "", ""]}, "vdf", 3, "unknown volume-delay"),
    "no berths": ({"vdf": ["", "terminal", "", "", ""]}, "vdf_beta", 3, "at least 1 berth"),
    "one lock, two capacities": (
        {"facility": ["", "gate", "gate", "", ""], "capacity": [1, 2, 3, 1, 1]}, "capacity", 4, "differ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(FAULTS))
def test_table_faults_are_told_with_their_line(name: str) -> None:
    net, _ = braess()
    values, column, line, problem = FAULTS[name]
    links = net.links.assign(vdf_beta=[1.0, 0.5, 1.0, 1.0, 1.0], **values)
    with pytest.raises(DataError) as caught:
        Network(net.nodes, links, toll_factor=1.0)
    found = [f for f in caught.value.findings if (f.row, f.column) == (line, column)]
    assert any(problem in f.problem for f in found), caught.value


def test_a_zone_at_two_nodes_is_refused() -> None:
    net, _ = braess()
    with pytest.raises(DataError, match="a zone at two nodes"):
        Network(net.nodes.assign(zone_id=["1", "1", None, None]), net.links)


def test_gmns_lanes_speeds_and_two_way_links(tmp_path: Path) -> None:
    pd.DataFrame({"node_id": [1, 2, 3], "zone_id": [10, None, 30], "node_type": ["centroid", "", ""]}).to_csv(
        tmp_path / "node.csv", index=False
    )
    pd.DataFrame(
        {
            "link_id": ["a", "b"], "from_node_id": [1, 2], "to_node_id": [2, 3], "directed": [False, True],
            "length": [30.0, 50.0], "free_speed": [60.0, 100.0], "lanes": [2, 1], "capacity": [900.0, 800.0],
        }
    ).to_csv(tmp_path / "link.csv", index=False)  # fmt: skip
    pd.DataFrame({"o_zone_id": [10, 10], "d_zone_id": [30, 30], "volume": [1.0, 2.0]}).to_csv(
        tmp_path / "demand.csv", index=False
    )
    net, demand = Network.from_gmns(tmp_path)
    assert net.links["link_id"].tolist() == ["a", "b", "a_back"]
    assert net.links["capacity"].tolist() == [1800.0, 800.0, 1800.0]
    assert demand.sel(origin=10, destination=30).item() == 3.0
    s = skim(net)
    assert s.cost.sel(origin=10, destination=30).item() == pytest.approx(1.0)
    assert s["km"].sel(origin=10, destination=30).item() == 80.0
    assert np.isinf(s.cost.sel(origin=30, destination=10).item())


def test_gmns_faults(tmp_path: Path) -> None:
    net, demand = braess()
    net.to_gmns(tmp_path, demand)
    rows = pd.read_csv(tmp_path / "demand.csv")
    rows.loc[len(rows)] = [1, 77, 1.0]
    rows.loc[len(rows)] = [1, 2, -1.0]
    rows.to_csv(tmp_path / "demand.csv", index=False)
    with pytest.raises(DataError) as caught:
        Network.from_gmns(tmp_path)
    assert [(f.row, f.column) for f in caught.value.findings] == [(3, "d_zone_id"), (4, "volume")]


def test_changes_make_a_new_network() -> None:
    net, _ = braess()
    slower = net.with_changes({"3-4": {"vdf_fftt": 99.0}})
    assert net.links["vdf_fftt"][3] == 10.0
    assert slower.free_time[3] == 99.0
    with pytest.raises(OptionError, match="no figure"):
        net.with_changes({"3-4": {"colour": 1.0}})
    with pytest.raises(OptionError, match="unknown link"):
        net.with_changes({"9-9": {"vdf_fftt": 1.0}})
    with pytest.raises(DataError):
        net.with_changes({"3-4": {"capacity": 0.0}})


def test_ties_take_the_lower_link_and_centroids_are_not_passed() -> None:
    star = Star.build(np.array([0, 0, 1, 2, 0, 3]), np.array([1, 1, 3, 3, 2, 4]), np.array([1, 1, 0, 1, 1], bool))
    forest = grow(star, np.array([0]), np.array([1.0, 1.0, 0.5, 1.0, 0.0, 1.0]), np.array([3]), keep=True)
    assert star.link[forest.pred[0, 1]] == 0
    # By node 2 it would be 1.5, but no path may pass it.
    assert forest.cost.tolist() == [[2.0]]


def test_two_threads_give_the_same_bytes() -> None:
    rng = np.random.default_rng(1)
    nodes, links = 3000, 12000
    star = Star.build(rng.integers(0, nodes, links), rng.integers(0, nodes, links), np.ones(nodes, bool))
    weight, origins = rng.integers(0, 5, links).astype(float)[star.link], np.arange(64)
    before, results = numba.get_num_threads(), []
    try:
        for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
            numba.set_num_threads(threads)
            forest = grow(star, origins, weight, np.arange(nodes), field=weight[None], keep=True)
            results.append([a.tobytes() for a in forest])
    finally:
        numba.set_num_threads(before)
    assert results[0] == results[1]


def test_widest_path_by_hand() -> None:
    net, _ = braess()
    # 1-3-2 has 3, 1-4-2 has 2, 1-3-4-2 has 4.
    assert widest(net, np.array([5.0, 2.0, 3.0, 4.0, 6.0])).sel(origin="1", destination="2").item() == 4.0
    assert np.isneginf(widest(net, np.ones(5)).sel(origin="2", destination="1").item())


def test_fields_the_links_lack_are_told() -> None:
    net, _ = braess()
    s = skim(net, origins=None, fields=("time", "money", "co2", "km"))
    assert s.lacking == ("co2",)
    with pytest.raises(OptionError, match="no figures for co2"):
        _ = s.co2
    smoky = Network(net.nodes, net.links.assign(co2=[1.0, 2.0, 3.0, 4.0, 5.0]))
    assert skim(smoky).co2.sel(origin="1", destination="2").item() == 10.0
    with pytest.raises(OptionError, match="unknown zones"):
        skim(net, origins=["x"])
