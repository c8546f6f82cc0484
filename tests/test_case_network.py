"""The freight network and the candidate projects of yangtze2017: chain, known distances, lock throughput, sizes."""

from __future__ import annotations

import numpy as np
import pytest

import yijiang as yj
from yijiang.freight import Freight
from yijiang.scenario import annuity, read_projects


@pytest.fixture(scope="module")
def belt() -> yj.Belt:
    return yj.case("yangtze2017")


def test_belt_is_clean(belt: yj.Belt) -> None:
    assert belt.check().empty


def test_water_links_follow_the_chain(belt: yj.Belt) -> None:
    km = dict(zip(belt.tables["nodes"]["node"], belt.tables["nodes"]["river_km"], strict=True))
    water = belt.tables["links"].query("mode == 'water'")
    lengths = [km[b] - km[a] for a, b in zip(water["from_node"], water["to_node"], strict=True)]
    assert min(lengths) > 0
    assert np.allclose(lengths, water["km"], atol=0.06)
    assert km["wuhan"] - km["yichang"] == 624


def test_chain_is_that_of_the_river(belt: yj.Belt) -> None:
    km = dict(zip(belt.tables["nodes"]["node"], belt.tables["nodes"]["river_km"], strict=True))
    sections = dict(zip(belt.tables["sections"]["section"], belt.tables["sections"]["km"], strict=True))
    for node in ("yibin", "yichang", "jiujiang", "nanjing", "zhenjiang"):
        assert km[node] == sections[node]
    assert km["wuhan"] == sections["hankou"]


def test_land_is_never_shorter_than_the_great_circle(belt: yj.Belt) -> None:
    nodes = belt.tables["nodes"].set_index("node")
    lon, lat = np.radians(nodes["lon"].astype(float)), np.radians(nodes["lat"].astype(float))
    for row in belt.tables["links"].query("mode != 'water'").to_dict("records"):
        a, b = row["from_node"], row["to_node"]
        cosine = np.sin(lat[a]) * np.sin(lat[b]) + np.cos(lat[a]) * np.cos(lat[b]) * np.cos(lon[a] - lon[b])
        # Both ends are snapped to the rail cut within 25 km.
        assert row["km"] >= 6371 * np.arccos(cosine) - 50


def test_the_lock_carries_its_sourced_throughput(belt: yj.Belt) -> None:
    freight = Freight(belt)
    state = freight.base_state
    lock = list(state.network.arrays.topology.names["locks"]).index("three_gorges")
    throughput = belt.tables["locks"].set_index("lock")["throughput_mt"]["three_gorges"]
    assert state.flow[lock] == pytest.approx(throughput, rel=1e-3)
    assert state.loads.balance <= 1e-9
    names = list(state.network.regions)
    water = (state.loads.tonnes * state.loads.shares.sel(chain="water").to_numpy()).sum(2)
    jiangsu = names.index("Jiangsu")
    upriver = ("Yunnan", "Sichuan", "Chongqing", "Guizhou", "Hubei", "Hunan", "Jiangxi", "Anhui")
    above = [names.index(name) for name in upriver]
    assert water[jiangsu, above].sum() + water[above, jiangsu].sum() == pytest.approx(734.09, rel=1e-3)


def test_twelve_candidates_of_every_kind(belt: yj.Belt) -> None:
    pair = {n: p for n, p in read_projects(belt).items() if set(p.members) <= {"Hubei", "Jiangsu"}}
    assert len(pair) == 12
    assert {p.kind for p in pair.values()} == {
        "protection", "transport", "technology", "chain", "market", "capital", "facility", "tourism",
    }  # fmt: skip
    assert all(p.row["status"] == "assumed" for p in pair.values())


def test_annuity_pays_the_capital_back() -> None:
    payment = annuity(1000.0, 0.06, 30)
    assert sum(payment / 1.06**year for year in range(1, 31)) == pytest.approx(1000.0)
