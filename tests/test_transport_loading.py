"""Loads: by hand on the small network, balanced on random ones, aligned by name."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr
from yijiang.transport.skims import Skims

from yijiang.errors import OptionError
from yijiang.transport import load, load_arrays, skim
from yijiang.transport.example import scattered, two_ports

SCATTERED = scattered(nodes=45, zones=6, seed=5)

WATER = 1 / (1 + math.exp(-2.05))
"""Share of water on the small network at 0.01 1/(yuan/t)."""


def _tonnes(s: Skims, seed: int = 3) -> xr.DataArray:
    shape = (len(s.origins), len(s.regions), len(s.commodities))
    return s.labelled(np.random.default_rng(seed).uniform(0.0, 5.0, shape), "tonnes", "Mt/yr")


def test_loads_by_hand() -> None:
    net = two_ports()
    s = skim(net)
    tonnes = s.labelled(np.array([[[4.0], [8.0]], [[2.0], [0.0]]]), "tonnes", "Mt/yr")
    loads = load(net, s, tonnes, s.shares(0.01))
    links = loads.links
    for link in ("lane", "shallows", "pool"):
        assert links.loc[link, ["forward", "backward"]].tolist() == pytest.approx([8 * WATER, 2 * WATER], rel=1e-13)
    assert links.loc["highway", "tonnes"] == pytest.approx(10 * (1 - WATER), rel=1e-13)
    gate = loads.locks.loc["gate"]
    assert gate[["up", "down", "tonnes"]].tolist() == pytest.approx([2 * WATER, 8 * WATER, 10 * WATER], rel=1e-13)
    assert gate["utilisation"] == pytest.approx(0.1 * WATER, rel=1e-13)
    terminals = loads.terminals
    assert terminals.loc[("quay", "road", "water"), ["a_to_b", "b_to_a"]].tolist() == pytest.approx(
        [8 * WATER, 2 * WATER]
    )
    assert terminals.loc[("lower", "road", "water"), "tonnes"] == pytest.approx(10 * WATER)
    road = 4 * 60 + 10 * 50 + 10 * WATER * 50 + 10 * (1 - WATER) * 500
    assert loads.tonne_km.to_dict() == pytest.approx({"road": road, "water": 10 * WATER * 400}, rel=1e-13)
    assert loads.co2_kt == pytest.approx(0.08 * road + 0.01 * 10 * WATER * 400, rel=1e-13)
    assert loads.lock_delays()["gate"] == pytest.approx(net.lock_delays(loads.locks["tonnes"])["gate"])
    assert loads.residual < 1e-14


def test_usage_says_what_share_of_a_pair_passes_the_lock() -> None:
    net = two_ports()
    s = skim(net)
    tonnes = s.labelled(np.array([[[0.0], [8.0]], [[2.0], [0.0]]]), "tonnes", "Mt/yr")
    used = load(net, s, tonnes, s.shares(0.01)).usage("upper", "Lower").set_index("link")
    assert used.loc["pool", "share"] == pytest.approx(WATER, rel=1e-13)
    assert used.loc["pool", "lock"] == "gate"
    assert used.loc["highway", "tonnes"] == pytest.approx(8 * (1 - WATER), rel=1e-12)
    nothing = load(net, s, tonnes * 0.0, s.shares(0.01)).usage("Upper", "Lower")
    assert nothing.empty


def test_usage_of_the_pairs_adds_up_to_the_loads() -> None:
    s = skim(SCATTERED, commodities={"ore": 0.05, "phones": 20.0})
    loads = load(SCATTERED, s, _tonnes(s), s.shares(0.02))
    total = loads.links["tonnes"] * 0.0
    for origin in s.origins:
        for destination in s.regions:
            total = total.add(loads.usage(origin, destination).set_index("link")["tonnes"], fill_value=0.0)
    np.testing.assert_allclose(total[loads.links.index], loads.links["tonnes"], rtol=1e-12, atol=1e-12)


def test_loads_balance_at_every_node() -> None:
    s = skim(SCATTERED, commodities={"ore": 0.05, "cars": 2.0, "phones": 20.0}, delays={"gate": 20.0, "weir": 1.0})
    loads = load(SCATTERED, s, _tonnes(s), s.shares(0.02))
    assert loads.balance <= 1e-14
    assert loads.residual <= 1e-12
    assert (loads.locks["tonnes"] > 0.0).any()
    assert (loads.terminals["tonnes"] > 0.0).any()
    # All tonne-kilometres are those of the skims, whatever the way they are counted.
    carried = _tonnes(s) * s.shares(0.02)
    by_path = (carried * s.km.where(np.isfinite(s.km), 0.0)).sum().item()
    assert loads.tonne_km.sum() == pytest.approx(by_path, rel=1e-12)


def test_tables_are_aligned_by_name() -> None:
    net = two_ports()
    s = skim(net, commodities={"ore": 0.2, "phones": 12.0})
    tonnes, shares = _tonnes(s), s.shares(0.01)
    turned = tonnes.transpose("commodity", "destination", "origin")[::-1, ::-1, ::-1]
    first, second = load(net, s, tonnes, shares), load(net, s, turned, shares[:, :, :, ::-1])
    np.testing.assert_array_equal(first.arc_flow, second.arc_flow)
    with pytest.raises(OptionError, match="differ along 'origin': Uper, Upper"):
        load(net, s, tonnes.assign_coords(origin=["Uper", "Lower"]), shares)
    with pytest.raises(OptionError, match="no labels along 'origin'"):
        load(net, s, tonnes.drop_vars("origin"), shares)
    with pytest.raises(OptionError, match="wanted: origin, destination, commodity"):
        load(net, s, tonnes.rename(commodity="good"), shares)


def test_bad_tonnes_and_shares_are_refused() -> None:
    net = two_ports()
    s = skim(net)
    tonnes, shares = np.array([[[0.0], [8.0]], [[2.0], [1.0]]]), s.share_array(0.01)
    with pytest.raises(OptionError, match="at least 0"):
        load_arrays(s, -tonnes, shares)
    with pytest.raises(OptionError, match="sum to 1"):
        load_arrays(s, tonnes, 0.5 * shares)
    with pytest.raises(OptionError, match="sum to 1"):
        load_arrays(s, tonnes, shares * np.nan)
    with pytest.raises(OptionError, match="not available"):
        load_arrays(s, tonnes, shares[..., ::-1].copy())
    with pytest.raises(OptionError, match="shape"):
        load_arrays(s, tonnes[:1], shares)
    with pytest.raises(OptionError, match="another network"):
        load(two_ports(), s, s.labelled(tonnes, "tonnes", "Mt/yr"), s.shares(0.01))
