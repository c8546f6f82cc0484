"""Bottlenecks of a belt's freight: loads against capacities, who passes them, and what their closure costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from .errors import OptionError
from .transport import resilience

if TYPE_CHECKING:
    from .freight import FreightState

Floats = NDArray[np.float64]


def links_table(before: FreightState, after: FreightState, money: str) -> pd.DataFrame:
    """Loads, capacities, waits and shadow prices; see `Freight.links_table`."""
    network = after.network
    names = network.arrays.topology.names
    locks, links, terminals = (len(names[t]) for t in ("locks", "links", "terminals"))
    tables = {t: network.table(t) for t in ("locks", "links", "terminals")}
    link, lock = tables["links"].set_index("link"), tables["locks"].set_index("lock")
    ports = tables["terminals"].set_index(pd.Index(network.row_keys("terminals")))
    old, new, unit = before.link_tonnes, after.link_tonnes, f"{money} a year per Mt a year"
    loads, waits, price = (before.load, after.load), (before.wait, after.wait), after.capacity_price

    def row(name: str, kind: str, mode: str, load: tuple[float, float], room: float, depth: float, at: int) -> Any:
        counts = np.isfinite(room)
        return {
            "link": name, "kind": kind, "mode": mode, "load_base": load[0], "load_plan": load[1],
            "capacity": room, "depth_m": depth,
            "delay_base": float(waits[0][at]), "delay_plan": float(waits[1][at]),
            "shadow_price": float(price[at]) if counts else np.nan, "price_unit": unit if counts else "",
        }  # fmt: skip

    rows = []
    for i, name in enumerate(names["links"]):
        room, mode = _room(link, name), str(link["mode"][name])
        load = float(old[name]), float(new[name])
        rows.append(row(name, "link", mode, load, room, float(link["depth_m"][name]), locks + i))
    for i, name in enumerate(names["locks"]):
        load = float(loads[0][i]), float(loads[1][i])
        rows.append(row(name, "lock", "water", load, _room(lock, name), np.nan, i))
    for i, name in enumerate(names["terminals"]):
        room, at = _room(ports, name), locks + links + i
        if np.isfinite(room):
            modes = str(ports["mode_a"][name]), str(ports["mode_b"][name])
            mode = modes[0] if modes[1] == "road" else modes[1]
            rows.append(row(name, "terminal", mode, (float(loads[0][at]), float(loads[1][at])), room, np.nan, at))
    assert locks + links + terminals == len(price) - 1
    return pd.DataFrame(rows)


def _room(table: pd.DataFrame, name: str) -> float:
    """The capacity that counts: the hard limit where there is one below the capacity."""
    found = [float(table[c][name]) for c in ("capacity_mt", "limit_mt") if c in table]
    least = min([r for r in found if np.isfinite(r)], default=np.nan)
    return float(least)


def users_table(before: FreightState, after: FreightState, elements: Sequence[str]) -> pd.DataFrame:
    """Who passes some elements: region, partner, sector, mode, tonnes base and plan; see `Outcome.users`."""
    keys = ["origin", "destination", "sector", "mode"]
    sides = []
    for column, state in (("base", before), ("plan", after)):
        found = state.users(elements).rename(columns={"commodity": "sector", "chain": "mode", "tonnes": column})
        sides.append(found.set_index(keys)[column])
    table = pd.concat(sides, axis=1).fillna(0.0).reset_index()
    return table.sort_values(["plan", *keys], ascending=[False, *[True] * 4], kind="stable", ignore_index=True)


@dataclass(frozen=True, eq=False)
class Closure:
    """A lock, port, link or bridge closed for some days.

    Attributes
    ----------
    element, days : what, and for how long.
    extra : (origin, sector)
        Extra cost of the cargo that still moves [million a year].
    detours
        origin, destination, sector, mode, tonnes of these days through the element [Mt], mode_after, way_after (links
        of the best way left), extra [money per t]; most tonnes first.
    stranded
        origin, destination, sector, tonnes that no way is left for [Mt].
    """

    element: str
    days: float
    extra: xr.DataArray
    detours: pd.DataFrame
    stranded: pd.DataFrame

    @property
    def total(self) -> float:
        """Extra cost of all cargo that still moves [million]."""
        return float(self.extra.sum())

    def by_region(self) -> pd.Series[float]:
        """Extra cost by the region that sends [million], the most first."""
        table: pd.Series[float] = self.extra.sum("sector").to_series().sort_values(ascending=False, kind="stable")
        return table


def disrupt(state: FreightState, element: str, days: float) -> Closure:
    """Close one element of a belt's network for some days, all else as in a settled state.

    Trade stays as it is: for days or weeks nobody moves a factory. The closure falls at any time of the year alike
    where the state has seasons. See `transport.disrupt` for what is counted.

    Parameters
    ----------
    state
        Freight at rest; `Freight.base_state`, or that of an outcome.
    element
        A lock, a link (a bridge is a link of rail or road), a terminal, or a node for all its terminals.
    days
        Days, above 0.

    Raises
    ------
    OptionError
        If the element is unknown.

    Examples
    --------
    >>> import yijiang as yj
    >>> from yijiang.freight import Freight
    >>> closed = disrupt(Freight(yj.case("tiny")).base_state, "gate", 30)
    >>> bool(closed.total > 0), closed.by_region().index[0]
    (True, 'Upper')
    """
    parts = [resilience.disrupt(a, element, days) for a in state.seasons]
    weights = state.weight.tolist()
    extra = sum(w * p.extra for w, p in zip(weights, parts, strict=True))
    named = {"commodity": "sector", "chain": "mode", "chain_after": "mode_after"}
    first = max(zip(weights, range(len(parts)), strict=True))[1]
    detours = parts[first].detours.rename(columns=named)
    stranded = pd.concat(
        [p.stranded.assign(tonnes=w * p.stranded["tonnes"]) for w, p in zip(weights, parts, strict=True)]
    ).rename(columns=named)
    keys = ["origin", "destination", "sector"]
    return Closure(
        element, days, xr.DataArray(extra).rename(commodity="sector").rename("extra"), detours,
        stranded.groupby(keys, sort=False, as_index=False).sum(),
    )  # fmt: skip


def critical(state: FreightState, days: float, elements: Sequence[str] | None = None) -> pd.DataFrame:
    """Close elements one at a time and rank them: those that strand most cargo first, then the costliest.

    Parameters
    ----------
    state, days
        As in `disrupt`.
    elements
        What to close; left out, every lock, every node with a terminal and every link that carries cargo.

    Returns
    -------
    element, kind, tonnes of these days that used it [Mt], stranded [Mt], extra [million].

    Examples
    --------
    >>> import yijiang as yj
    >>> from yijiang.freight import Freight
    >>> critical(Freight(yj.case("tiny")).base_state, 30, ["gate", "dam"])["element"].tolist()
    ['gate', 'dam']
    """
    if elements is None:
        top = state.network.arrays.topology
        used = state.link_tonnes
        free = [n for n, lock in zip(top.names["links"], top.link_lock, strict=True) if lock < 0 and used[n] > 0.0]
        elements = [*top.names["locks"], *sorted({t.split(" ")[0] for t in top.names["terminals"]}), *free]
    if not elements:
        raise OptionError("nothing to close")
    keys = ["element", "kind"]
    parts = [
        resilience.critical(a, days, elements).set_index(keys) * w
        for a, w in zip(state.seasons, state.weight.tolist(), strict=True)
    ]
    table = parts[0]
    for part in parts[1:]:
        table = table.add(part)  # by name
    ranked: pd.DataFrame = table.reset_index()
    return ranked.sort_values(
        ["stranded", "extra", "element"], ascending=[False, False, True], ignore_index=True
    )  # fmt: skip
