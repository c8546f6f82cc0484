"""Traffic: the freight of an outcome as plain rows — modes, who uses a bottleneck, the year's seasons, sourced counts.

Everything here reads a settled state of the freight network; nothing is solved again but the skims of the months.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .transport import Paths
from .transport.chains.select import on_links
from .transport.seasons import MONTHS, in_month

if TYPE_CHECKING:
    from .belt import Belt
    from .freight import Freight, FreightState

Floats = NDArray[np.float64]

#: Rows of the users of one bottleneck, at each end.
SHOWN_USERS = 5
#: A sourced count that the model misses by more than this share of it is listed.
TOLERATED = 0.2
WHAT = ("count", "name_en", "name_zh", "kind", "region", "mode")
EVIDENCE = ("unit", "year", "note_en", "note_zh", "source", "status")


class Traffic:
    """What a state of the freight network carries, by chain, element and region; the one place that knows its parts.

    Parameters
    ----------
    state
        A settled state.

    Examples
    --------
    >>> import yijiang as yj
    >>> from yijiang.freight import Freight
    >>> traffic = Traffic(Freight(yj.case("tiny")).base_state)
    >>> traffic.regions, traffic.chains
    (('Upper', 'Middle', 'Lower'), ('road', 'rail', 'water'))
    """

    def __init__(self, state: FreightState) -> None:
        self.state, self.network = state, state.network
        #: Share of the year and loads, season by season.
        self.parts = list(zip(state.weight.tolist(), state.seasons, strict=True))
        self.regions: tuple[str, ...] = tuple(state.network.regions)
        self.chains: tuple[str, ...] = self.parts[0][1].chains

    @property
    def pairs(self) -> Floats:
        """Tonnes (origin, destination, good) [Mt/yr]."""
        return self.parts[0][1].tonnes

    @cached_property
    def by_chain(self) -> Floats:
        """Tonnes (origin, destination, chain) [Mt/yr]; what stays within a region is left out."""
        carried: Floats = sum(w * (v.tonnes[..., None] * v.share_array()).sum(axis=2) for w, v in self.parts)
        carried[np.arange(len(self.regions)), np.arange(len(self.regions))] = 0.0
        return carried

    @cached_property
    def tonne_km(self) -> dict[str, float]:
        """Tonne-kilometres by mode [million t·km/yr], access at both ends with the road."""
        mixed = sum(w * v.tonne_km for w, v in self.parts)
        return {str(mode): float(value) for mode, value in mixed.items()}

    @cached_property
    def locks(self) -> dict[str, float]:
        """Tonnes through every lock, both ways [Mt/yr]."""
        names = self.network.arrays.topology.names["locks"]
        return {str(name): float(flow) for name, flow in zip(names, self.state.flow, strict=True)}

    @cached_property
    def links(self) -> dict[str, float]:
        """Tonnes on every link, both ways [Mt/yr]."""
        return {str(link): float(value) for link, value in self.state.link_tonnes.items()}

    @cached_property
    def transfers(self) -> pd.Series[float]:
        """Tonnes that change mode, by node, mode_a and mode_b [Mt/yr]."""
        mixed: pd.Series[float] = sum(w * v.terminals["tonnes"] for w, v in self.parts)
        return mixed

    def users(self, side: str) -> pd.DataFrame:
        """Tonnes on every link by region of origin or destination (link, region) [Mt/yr]."""
        columns = {}
        for region in self.regions:
            ends = (region, self.regions) if side == "origin" else (self.regions, region)
            columns[region] = sum(w * on_links(v.solved, *ends)[0] for w, v in self.parts)
        return pd.DataFrame(columns, index=list(self.network.arrays.topology.names["links"]))

    def way(self, origin: str, destination: str) -> set[str]:
        """Links on water that the cargo of a pair uses."""
        used = self.state.loads.usage(origin, destination)
        return {str(link) for link in used["link"][used["mode"] == "water"]}


def traffic(belt: Belt, freight: Freight, before: FreightState, after: FreightState, regions: Iterable[str]) -> Any:
    """Return what a report tells of the freight before and after: modes, users, seasons and counts.

    Parameters
    ----------
    belt, freight
        The belt and its freight side.
    before, after
        Settled states: the base and the plan.
    regions
        Regions whose pairs get a seasonal curve.

    Returns
    -------
    dict
        `modes`, `users`, `season`, `counts`: lists of plain rows.
    """
    old, new = Traffic(before), Traffic(after)
    return {
        "modes": modes(old, new),
        "users": users(new),
        "season": seasons(belt, freight, old, new, list(regions)),
        "counts": counts(belt, old).to_dict("records"),
    }


def modes(before: Traffic, after: Traffic) -> list[dict[str, Any]]:
    """Return tonnes between regions and tonne-kilometres by main mode, before and after."""
    tonnes = [dict(zip(t.chains, t.by_chain.sum((0, 1)).tolist(), strict=True)) for t in (before, after)]
    turnover = [t.tonne_km for t in (before, after)]
    return [
        {
            "mode": mode,
            "tonnes_base": tonnes[0][mode],
            "tonnes_plan": tonnes[1][mode],
            "tkm_base": turnover[0].get(mode, 0.0) / 1000,
            "tkm_plan": turnover[1].get(mode, 0.0) / 1000,
        }
        for mode in before.chains
    ]


def users(after: Traffic) -> list[dict[str, Any]]:
    """Return which regions' cargo uses every lock: the largest at the sending and at the receiving end."""
    rows = []
    of_lock = after.network.links[["link", "lock"]]
    of_lock = of_lock[of_lock["lock"].fillna("") != ""]
    for side in ("origin", "destination"):
        table = after.users(side)
        for link, lock in zip(of_lock["link"], of_lock["lock"], strict=True):
            if link not in table.index:
                continue
            used = table.loc[link].sort_values(ascending=False, kind="stable")
            total = float(used.sum())
            rows += [
                {"link": str(lock), "side": side, "region": str(region), "tonnes": float(t), "share": float(t) / total}
                for region, t in used.head(SHOWN_USERS).items()
                if t > 0
            ]
    return rows


def seasons(belt: Belt, freight: Freight, before: Traffic, after: Traffic, regions: list[str]) -> list[dict[str, Any]]:
    """Return, for every pair of the regions, the cost of every month with the depths of that month.

    The waits at the locks are those of the year. Costs are means over the goods that the pair exchanges.
    """
    table = belt.tables["depths"]
    if table.empty:
        return []
    depth = table[["link", "month", "depth_m"]].astype({"month": int})
    years = [_year(freight, t, _deepened(depth, before, t)) for t in (before, after)]
    rows = []
    for origin in regions:
        for destination in regions:
            if origin == destination or not {origin, destination} <= set(before.regions):
                continue
            i, j = before.regions.index(origin), before.regions.index(destination)
            weight = before.pairs[i, j]
            if not weight.sum() > 0:
                continue
            weight = weight / weight.sum()
            way = before.way(origin, destination)
            order = [link for link, *_ in belt.aliases("link") if link in way]
            for k, month in enumerate(MONTHS):
                row = {"origin": origin, "destination": destination, "month": month}
                for name, traffic_, (costs, shares, depths) in zip(
                    ("base", "plan"), (before, after), years, strict=True
                ):
                    water = traffic_.chains.index("water")
                    cost, share = costs[k][i, j], shares[k][i, j]
                    paid = np.where(share > 0, share * np.where(np.isfinite(cost), cost, 0.0), 0.0).sum(axis=1)
                    row[f"water_{name}"] = float(weight @ cost[:, water])
                    row[f"mean_{name}"] = float(weight @ paid)
                    row[f"share_{name}"] = float(weight @ share[:, water])
                    here = {link: depth for link, depth in depths[month].items() if link in way}
                    least = row[f"depth_{name}"] = min(here.values(), default=None)
                    # From the upper end down; several reaches may be as shallow as each other.
                    row[f"narrow_{name}"] = [link for link in order if link in here and here[link] == least]
                rows.append(row)
    return rows


def _deepened(depth: pd.DataFrame, before: Traffic, after: Traffic) -> pd.DataFrame:
    """Monthly depths after a plan: a reach that it keeps deeper is at least that deep in every month."""
    old, new = (t.network.links.set_index("link")["depth_m"].astype(float) for t in (before, after))
    kept = depth["link"].map(new).where(depth["link"].map(new) > depth["link"].map(old), 0.0)
    return depth.assign(depth_m=np.maximum(depth["depth_m"], kept.fillna(0.0)))


def _year(
    freight: Freight, traffic_: Traffic, depth: pd.DataFrame
) -> tuple[list[Floats], list[Floats], dict[int, dict[str, float]]]:
    """Costs and shares (origin, destination, good, chain) of every month, and the depths by month and link."""
    costs, shares = [], []
    depths: dict[int, dict[str, float]] = {month: {} for month in MONTHS}
    for link, month, metres in zip(*(depth[c].tolist() for c in ("link", "month", "depth_m")), strict=True):
        depths[month][link] = metres
    for month in MONTHS:
        network = in_month(traffic_.network, depth, month)
        skims = Paths(network, freight.time_value, co2_price=freight.co2_price).skim_arrays(traffic_.state.delays)
        costs.append(skims.array[0])
        shares.append(skims.share_array(freight.dispersion))
    return costs, shares, depths


def counts(belt: Belt, base: Traffic) -> pd.DataFrame:
    """Compare the loads of the base with the belt's sourced counts.

    Returns
    -------
    Table with count, name_en, name_zh, kind, region, mode, modelled, sourced, ratio (modelled ÷ sourced), fitted, over
    (missed by more than `TOLERATED`), unit, year, note_en, note_zh, source, status.

    Examples
    --------
    >>> import yijiang as yj
    >>> from yijiang.freight import Freight
    >>> belt = yj.case("tiny")
    >>> counts(belt, Traffic(Freight(belt).base_state)).empty
    True
    """
    rows = []
    for row in belt.tables["counts"].to_dict("records"):
        modelled = _modelled(belt, base, row)
        sourced = float(row["value"])
        ratio = modelled / sourced if sourced > 0 else float("nan")
        rows.append(
            {
                **{str(k): row[k] for k in WHAT},
                "modelled": modelled,
                "sourced": sourced,
                "ratio": ratio,
                "fitted": bool(row["fitted"]),
                "over": not abs(ratio - 1.0) <= TOLERATED,
                **{str(k): row[k] for k in EVIDENCE},
            }
        )
    told = ("modelled", "sourced", "ratio", "fitted", "over")
    return pd.DataFrame(rows, columns=[*WHAT, *told, *EVIDENCE])


def _modelled(belt: Belt, base: Traffic, row: dict[Any, Any]) -> float:
    """The model's figure for one count."""
    kind, named = str(row["kind"]), str(row["target"]).split()
    if kind == "lock":
        return float(sum(base.locks[name] for name in named))
    if kind == "link":
        return float(sum(base.links[name] for name in named))
    if kind == "turnover":
        km = base.network.links.set_index("link")["km"].astype(float)
        return float(sum(base.links[name] * km[name] for name in named)) / 1000
    own = [str(row["region"])] if row["region"] else [r for r in belt.members if r in base.regions]
    if kind == "port":
        region = dict(zip(belt.tables["nodes"]["node"], belt.tables["nodes"]["region"], strict=True))
        table = base.transfers.reset_index()
        afloat = (table["mode_a"] == "water") | (table["mode_b"] == "water")
        return float(table["tonnes"][table["node"].map(region).isin(own) & afloat].sum())
    partners = str(row["partners"]).split() or list(base.regions)
    here, there = ([base.regions.index(r) for r in names] for names in (own, partners))
    ways = base.by_chain[:, :, base.chains.index(str(row["mode"]))]
    return float(ways[np.ix_(here, there)].sum() if kind == "sent" else ways[np.ix_(there, here)].sum())
