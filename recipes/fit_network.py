"""Fits the freight of yangtze2017 to sourced traffic: four parameters, four totals, nothing row by row.

The pattern of the tonnes is trade of draw 0 ÷ value of a tonne. Four figures are found so that four totals are met:

    parameter                                                       total (see `traffic_counts.py`)
    factor on pairs within the belt but those of the next line      Jiangsu by water, from the provinces up-river
    factor on pairs from the delta to the provinces up-river        Jiangsu by water, to the provinces up-river
    a further factor on all pairs across the Three Gorges           tonnes through the Three Gorges lock
    rail's charge per tonne for wagons, shunting and waiting        rail tonnes sent by the eleven provinces

Why two factors: coal and ore that come by sea are landed in the delta and go on up the river, but trade accounts enter
them as bought abroad or in the north. Trade with the rest of China and abroad is scaled only across the Gorges. The
four are found together by a damped fixed point on the package's own loop of costs, shares, loads and lock waits: a
factor is multiplied by wanted ÷ found, the charge moves by ln(found ÷ wanted) ÷ the dispersion of the choice, until all
four totals are met to 1e-6.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np
import pandas as pd

from traffic_counts import ABOVE, JIANGSU_IN, JIANGSU_OUT, LOCK_TONNES
from yijiang.belt import Belt
from yijiang.freight import Freight
from yijiang.traffic import Traffic

DELTA = ("Jiangsu", "Zhejiang", "Shanghai")
UPPER = ("Yunnan", "Sichuan", "Chongqing", "Guizhou")
KEPT = ("RestOfChina", "Abroad")
STEPS, CLOSE = 60, 1e-6


@dataclass(frozen=True)
class Fit:
    """Factors within the belt, from the delta up the river, across the Gorges; rail's charge [yuan/t]."""

    belt: float
    up: float
    gorges: float
    rail: float


def base_tonnes(out: Path) -> pd.DataFrame:
    """Trade of draw 0 between regions ÷ value density [Mt/yr]."""
    trade = pd.read_csv(out / "trade.csv.gz")
    density = pd.read_csv(out / "value_densities.csv").set_index("sector")["value"]
    trade = trade[(trade["draw"] == 0) & (trade["importer"] != trade["exporter"]) & trade["sector"].isin(density.index)]
    rows = trade.rename(columns={"exporter": "origin", "importer": "destination"})[
        ["origin", "destination", "sector", "value"]
    ].copy()
    rows["value"] = rows["value"] * 1e6 / rows["sector"].map(density) / 1e6
    # These ship abroad from their own seaports, not over this network.
    own_ports = ("RestOfChina", "Zhejiang")
    sea = (rows["origin"].isin(own_ports) & (rows["destination"] == "Abroad")) | (
        rows["destination"].isin(own_ports) & (rows["origin"] == "Abroad")
    )
    return rows[(rows["value"] > 0) & ~sea].reset_index(drop=True)


def scaled(freight: pd.DataFrame, fit: Fit) -> pd.DataFrame:
    """The tonnes under the fitted factors."""
    start, end = freight["origin"], freight["destination"]
    outside = start.isin(KEPT) | end.isin(KEPT)
    landed = start.isin(DELTA) & end.isin(ABOVE)
    factor = np.where(outside, 1.0, np.where(landed, fit.up, fit.belt))
    crossing = start.isin(UPPER) != end.isin(UPPER)
    return freight.assign(value=freight["value"] * factor * np.where(crossing, fit.gorges, 1.0))


def belt_of(out: Path, freight: pd.DataFrame, rail: float) -> Belt:
    """A belt of the case's tables with these tonnes and this charge; only its freight is read."""
    tables = {p.name.split(".")[0]: pd.read_csv(p, dtype=str, keep_default_na=False) for p in sorted(out.glob("*.csv"))}
    assumed = {"year": "2017", "source": "network_assumption", "status": "assumed"}
    tables["freight"] = freight.assign(unit="Mt/yr", **assumed).astype(str)
    modes = tables["modes"]
    tables["modes"] = modes.assign(money_fixed=np.where(modes["mode"] == "rail", repr(rail), modes["money_fixed"]))
    return Belt.from_tables(tomllib.loads((out / "belt.toml").read_text(encoding="utf-8")), tables)


def totals(traffic: Traffic) -> tuple[float, float, float, float]:
    """Jiangsu by water from and to the provinces up-river, through the lock, and rail sent by the members [Mt/yr]."""
    place = {name: i for i, name in enumerate(traffic.regions)}
    carried, chain = traffic.by_chain, {name: k for k, name in enumerate(traffic.chains)}
    above, jiangsu = [place[name] for name in ABOVE], place["Jiangsu"]
    afloat = carried[:, :, chain["water"]]
    members = [i for name, i in place.items() if name not in KEPT]
    rail = float(carried[members, :, chain["rail"]].sum())
    return float(afloat[above, jiangsu].sum()), float(afloat[jiangsu, above].sum()), traffic.locks["three_gorges"], rail


def fit_freight(out: Path, freight: pd.DataFrame, rail_sent: float, start: Fit, dispersion: float) -> Fit:
    """Find the parameters; prints what came out.

    Raises
    ------
    RuntimeError
        If the totals are not met.
    """
    wanted, fit = (JIANGSU_IN, JIANGSU_OUT, LOCK_TONNES, rail_sent), start
    for _ in range(STEPS):
        found = totals(Traffic(Freight(belt_of(out, scaled(freight, fit), fit.rail)).base_state))
        off = [f / w for f, w in zip(found, wanted, strict=True)]
        if max(abs(x - 1) for x in off) < CLOSE:
            print(f"fit: {fit}; found {', '.join(f'{f:.2f}' for f in found)} Mt/yr")
            return fit
        fit = Fit(
            belt=fit.belt / off[0],
            up=fit.up / off[1],
            gorges=fit.gorges / off[2] * (off[0] * off[1]) ** 0.5,
            # Dearer rail sends cargo to the water as well: part of the step at a time.
            rail=fit.rail + 0.7 * log(off[3]) / dispersion,
        )
    raise RuntimeError(f"the fit does not settle: {fit}, {found} against {wanted}")
