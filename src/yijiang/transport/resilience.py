"""What it costs when a lock, a port or a bridge is closed for some days, and which closures cost most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from yijiang.errors import DataError, OptionError
from yijiang.transport.assignment.kernels import Bools, Floats
from yijiang.transport.chains.prepared import Solved
from yijiang.transport.chains.result import FreightAssignment
from yijiang.transport.chains.select import passing

DAYS = 365.0
"""Days of the year that the tonnes are for."""

GAP = 1e-9
"""Relative gap of an equilibrium under a closure: what is lost is a difference of costs."""


class Disruption(NamedTuple):
    """A closure against the base.

    Attributes
    ----------
    element : what is closed.
    days : for how long.
    extra : (origin, commodity) extra cost of the cargo that still moves [million for Mt].
    stranded : origin, destination, commodity, tonnes of these days that no way is left for [Mt].
    detours : origin, destination, commodity, chain, tonnes through the element in these days [Mt], chain_after (the
        cheapest left, "" for none), way_after (its links, from the origin on), extra (of its composite cost per tonne,
        infinite for none); largest tonnes first.
    after : the equilibrium while the element is closed, as if for a year.
    """

    element: str
    days: float
    extra: xr.DataArray
    stranded: pd.DataFrame
    detours: pd.DataFrame
    after: FreightAssignment | None

    @property
    def total(self) -> float:
        """Extra cost of all cargo that still moves [million for Mt]."""
        return float(self.extra.sum())


def disrupt(base: FreightAssignment, element: str, days: float, gap: float = GAP) -> Disruption:
    """Close a lock, link, terminal or node for some days; the same cargo looks for other ways.

    extra[o, k] = days/365 · Σ_d tonnes[o, d, k]·(S′[o, d, k] − S[o, d, k]),   S: composite cost over the chains

    The logsum values what shippers lose, waits of those who were never at the element included. Cargo is not put off
    to later days: for a closure short enough to wait out this is an upper bound.

    Parameters
    ----------
    base
        Freight at rest with everything open.
    element
        Name of a lock, a link or a terminal, or a node for all terminals there.
    days : d
        Length of the closure.
    gap
        Relative gap of the new equilibrium.

    Raises
    ------
    OptionError
        If the element is unknown or the days are not above 0.

    Source: Small and Rosen (1981), Econometrica 49, the logsum; Jenelius, Petersen and Mattsson (2006), Transportation
    Research A 40, importance by exposure of regions.

    Examples
    --------
    >>> from yijiang.transport.chains.equilibrium import assign_freight
    >>> from yijiang.transport.example import two_ports
    >>> base = assign_freight(two_ports(), np.array([[[0.0], [8.0]], [[2.0], [0.0]]]), 0.01)
    >>> closed = disrupt(base, "gate", 30.0)
    >>> closed.extra.sel(origin="Upper", commodity="goods").round(2).item()
    142.76
    >>> closed.detours[["chain", "chain_after", "tonnes"]].round(3).to_dict("records")[0]
    {'chain': 'water', 'chain_after': 'road', 'tonnes': 0.583}
    """
    if not 0.0 < days < np.inf:
        raise OptionError(f"a closure lasts a number of days above 0, not {days}")
    part = days / DAYS
    lost, change, solved = _closed(base, element, gap)
    after = None if solved is None else FreightAssignment(solved).checked(gap)
    extra = part * np.einsum("odk,odk->ok", base.tonnes, change)
    names = (np.array(base.regions, object), np.array(base.commodities, object))
    o, d, k = np.nonzero(lost)
    stranded = pd.DataFrame(
        {
            "origin": names[0][o], "destination": names[0][d], "commodity": names[1][k],
            "tonnes": part * base.tonnes[o, d, k],
        }
    )  # fmt: skip
    return Disruption(
        element, days, base.labelled(extra, ("origin", "commodity"), "extra", "million"), stranded,
        _detours(base, after, element, part), after,
    )  # fmt: skip


def _closed(base: FreightAssignment, element: str, gap: float) -> tuple[Bools, Floats, Solved | None]:
    """Which pairs are cut off, how much dearer a tonne of the others goes, and the equilibrium of what still moves.

    Arrays are (origin, destination, commodity).
    """
    prepared = base.solved.prepared.closing((element,))
    lost, tonnes = np.zeros(base.tonnes.shape, dtype=bool), base.tonnes
    change = np.zeros(base.tonnes.shape)
    try:
        solved = prepared.solve(tonnes, gap, warm=base.solved)
    except DataError:  # some have no way left
        lost = (tonnes > 0.0) & ~base.reach((element,))
        tonnes = np.where(lost, 0.0, tonnes)
        if not tonnes.any():
            return lost, change, None
        solved = prepared.solve(tonnes, gap, warm=base.solved)
    moved = tonnes > 0.0
    change[moved] = solved.logsum()[moved] - base.logsum_array()[moved]
    return lost, change, solved


def _detours(base: FreightAssignment, after: FreightAssignment | None, element: str, part: float) -> pd.DataFrame:
    users = base.users(base.elements(element)).drop(columns="share")
    place = {r: i for i, r in enumerate(base.regions)}
    at = (
        users["origin"].map(place).to_numpy(int), users["destination"].map(place).to_numpy(int),
        users["commodity"].map({c: i for i, c in enumerate(base.commodities)}).to_numpy(int),
    )  # fmt: skip
    users["tonnes"] *= part
    if after is None or users.empty:
        return users.assign(
            chain_after="", way_after=pd.Series([()] * len(users), users.index, dtype=object), extra=np.inf
        )
    cost = after.cost.to_numpy()[at]
    open_still, best = np.isfinite(cost).any(axis=1), cost.argmin(axis=1)
    users["chain_after"] = np.where(open_still, np.array(base.chains, object)[best], "")
    ways = iter(after.ways(*(v[open_still] for v in (*at, best))))
    users["way_after"] = [next(ways) if still else () for still in open_still]
    users["extra"] = after.logsum_array()[at] - base.logsum_array()[at]
    return users


def critical(
    base: FreightAssignment, days: float, elements: Sequence[str] | None = None, gap: float = GAP
) -> pd.DataFrame:
    """Close elements one at a time and list them, the costliest first.

    Parameters
    ----------
    base, days, gap
        As in `disrupt`.
    elements
        What to close; left out, every lock and every node with a terminal that cargo uses.

    Returns
    -------
    element, kind, tonnes (of these days that used it) [Mt], stranded [Mt], extra [million]; elements that strand cargo
    first, the most of it before the others, then by extra cost.

    Examples
    --------
    >>> from yijiang.transport.chains.equilibrium import assign_freight
    >>> from yijiang.transport.example import two_ports
    >>> base = assign_freight(two_ports(), np.array([[[0.0], [8.0]], [[2.0], [0.0]]]), 0.01)
    >>> critical(base, 30.0, ["gate", "highway"]).round(2)[["element", "kind", "extra"]]
       element  kind   extra
    0     gate  lock  178.45
    1  highway  link    9.95
    """
    top = base.network.arrays.topology
    kinds = dict.fromkeys(top.names["links"], "link") | dict.fromkeys(top.names["locks"], "lock")
    terminals = {t.split(" ")[0] for t in top.names["terminals"]}
    if not 0.0 < days < np.inf:
        raise OptionError(f"a closure lasts a number of days above 0, not {days}")
    if elements is None:
        elements = [*top.names["locks"], *sorted(terminals)]
    rows = []
    for element in elements:
        tonnes = float(passing(base.solved, base.elements(element)).sum()) * days / DAYS
        if tonnes == 0.0:
            rows.append((element, kinds.get(element, "terminal"), 0.0, 0.0, 0.0))
            continue
        lost, change, _ = _closed(base, element, gap)
        part = days / DAYS
        stranded, extra = part * float(base.tonnes[lost].sum()), part * float((base.tonnes * change).sum())
        rows.append((element, kinds.get(element, "terminal"), tonnes, stranded, extra))
    table = pd.DataFrame(rows, columns=["element", "kind", "tonnes", "stranded", "extra"])
    return table.sort_values(["stranded", "extra", "element"], ascending=[False, False, True], ignore_index=True)
