"""Networks in GeoJSON: there and back, lines from elsewhere, and faults told by the number of their feature."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from yijiang.errors import DataError, OptionError
from yijiang.transport import FreightNetwork, Network, assign
from yijiang.transport.example import braess, scattered, two_ports


def placed() -> tuple[Network, xr.DataArray]:
    """Braess's network with coordinates."""
    net, demand = braess()
    nodes = net.nodes.assign(x_coord=[104.0, 106.0, 105.0, 105.0], y_coord=[30.0, 30.0, 31.0, 29.0])
    return Network(nodes, net.links), demand


def lines(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def line(*points: tuple[float, float], **properties: object) -> dict[str, Any]:
    shape = {"type": "LineString", "coordinates": [list(p) for p in points]}
    return {"type": "Feature", "geometry": shape, "properties": properties}


def test_links_go_there_and_back(tmp_path: Path) -> None:
    net, demand = placed()
    net.to_geojson(tmp_path / "net.geojson", demand)
    again, trips = Network.from_geojson(tmp_path / "net.geojson")
    assert np.array_equal(trips.to_numpy(), demand.to_numpy())
    assert list(again.links["link_id"]) == list(net.links["link_id"])
    assert np.array_equal(again.free_time, net.free_time)
    assert again.nodes[["x_coord", "y_coord"]].equals(net.nodes[["x_coord", "y_coord"]])
    assert assign(again, trips, gap=1e-12).flow.equals(assign(net, demand, gap=1e-12).flow)


@pytest.mark.parametrize("net", [two_ports(), scattered()], ids=["two ports", "scattered"])
def test_freight_goes_there_and_back(tmp_path: Path, net: FreightNetwork) -> None:
    nodes = net.nodes.assign(lon=104.0 + np.arange(len(net.nodes)) / 100, lat=30.0)
    net = FreightNetwork(**{**net.tables(), "nodes": nodes}).with_changes(links={net.links["link"][0]: {"open": 0.0}})
    net.to_geojson(tmp_path / "net.geojson")
    again = FreightNetwork.from_geojson(tmp_path / "net.geojson")
    for name, table in net.tables().items():
        pd.testing.assert_frame_equal(again.table(name)[table.columns], table, check_dtype=False)
    content = json.loads((tmp_path / "net.geojson").read_text(encoding="utf-8"))
    kinds = {f["properties"]["table"]: (f["geometry"] or {}).get("type") for f in content["features"]}
    assert kinds["links"] == "LineString"
    assert kinds["nodes"] == kinds["zones"] == "Point"
    assert kinds["modes"] is None


def test_lines_from_elsewhere_make_their_nodes() -> None:
    net, demand = Network.from_geojson(
        lines(
            line((114.3, 30.6), (116.0, 30.0), (118.8, 32.1), free_speed=80.0),
            line((118.8, 32.1), (121.5, 31.2), vdf_fftt=3.5, link_id="bridge"),
        )
    )
    table = net.links
    assert table["link_id"].tolist() == [1, "bridge"]
    assert table["to_node_id"][0] == table["from_node_id"][1] == "118.8,32.1"
    # On a plane at this latitude a degree is 96 km east and 111 km north: 176 and 356 km.
    assert table["length"][0] == pytest.approx(532.0, rel=0.01)
    assert table["vdf_fftt"][0] == pytest.approx(table["length"][0] / 80.0)
    assert demand.size == 0


def test_faults_are_told_by_feature() -> None:
    point = {"type": "Feature", "geometry": {"type": "Point", "coordinates": ["x", 1]}, "properties": {"node_id": "a"}}
    many = {"type": "Feature", "geometry": {"type": "MultiLineString", "coordinates": []}, "properties": {}}
    good = line((1.0, 1.0), (2.0, 2.0), vdf_fftt=1.0)
    with pytest.raises(DataError) as fault:
        Network.from_geojson(lines(good, point, many))
    assert [(f.table, f.row, f.column) for f in fault.value.findings] == [
        ("GeoJSON feature", 2, "geometry"), ("GeoJSON feature", 3, "geometry"),
    ]  # fmt: skip
    with pytest.raises(DataError) as fault:
        Network.from_geojson(lines(good, line((2.0, 2.0), (3.0, 3.0), vdf_fftt=-1.0)))
    assert [(f.row, f.column) for f in fault.value.findings][:1] == [(2, "vdf_fftt")]
    trip = {"type": "Feature", "geometry": None, "properties": {"o_zone_id": 1, "d_zone_id": 2, "volume": -3}}
    with pytest.raises(DataError) as fault:
        Network.from_geojson(lines(good, trip))
    assert [(f.row, f.column) for f in fault.value.findings][:1] == [(2, "volume")]


def test_faults_of_a_freight_network_are_told_by_feature(tmp_path: Path) -> None:
    content = copy.deepcopy(two_ports().to_geojson())
    at = next(i for i, f in enumerate(content["features"]) if f["properties"].get("link") == "pool")
    content["features"][at]["properties"]["lock"] = "dam"
    with pytest.raises(DataError) as fault:
        FreightNetwork.from_geojson(content)
    assert [(f.table, f.row, f.column) for f in fault.value.findings] == [("GeoJSON feature", at + 1, "lock")]
    content["features"][0]["properties"]["table"] = "stations"
    with pytest.raises(DataError, match="unknown table"):
        FreightNetwork.from_geojson(content)
    with pytest.raises(DataError, match="no features"):
        FreightNetwork.from_geojson({"type": "FeatureCollection", "features": []})
    (tmp_path / "bad.geojson").write_text("{", encoding="utf-8")
    with pytest.raises(OptionError, match="can't be read"):
        FreightNetwork.from_geojson(tmp_path / "bad.geojson")
    with pytest.raises(OptionError, match="x_coord"):
        braess()[0].to_geojson()
