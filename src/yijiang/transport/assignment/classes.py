"""Who travels: classes of vehicles or commodities, and their demand between zones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from yijiang.errors import DataError, Finding, OptionError, match_name
from yijiang.transport.assignment.kernels import Floats, Ints
from yijiang.transport.network import Network


@dataclass(frozen=True, slots=True)
class UserClass:
    """A class that shares the links with others but values time, pays and loads in its own way.

    cost_kl = time_value_k·time_l(x) + (1 + empty_return_k)·charge_kl,   x = Σ_k pce_k·flow_k

    Parameters
    ----------
    time_value
        Cost of a unit of time, at least 0.
    pce
        Load that a unit of demand puts on a facility (car or tonne equivalents), above 0.
    charge
        Charge by link id; left out, the network's toll_factor·toll + distance_factor·length.
    empty_return
        What the empty way back adds to the charge, as a part of it.
    use
        Word that `allowed_uses` of a link must hold where that cell is not empty; "" goes everywhere.
    """

    time_value: float = 1.0
    pce: float = 1.0
    charge: pd.Series[Any] | None = None
    empty_return: float = 0.0
    use: str = ""

    def __post_init__(self) -> None:
        figures = (self.time_value, self.pce, self.empty_return)
        if not all(np.isfinite(f) and f >= 0.0 for f in figures) or self.pce == 0.0:
            raise OptionError("a class needs time_value ≥ 0, pce > 0 and empty_return ≥ 0")

    def fixed_cost(self, net: Network) -> Floats:
        """Cost of every link (link,) apart from delay, infinite where the class may not go."""
        charge = net.charge
        if self.charge is not None:
            given = self.charge.reindex(net.links["link_id"])
            if given.isna().any():
                raise OptionError(f"the charge lacks links, for example {given.index[given.isna()][0]!r}")
            charge = given.to_numpy(float)
        cost = self.time_value * net.free_time + (1.0 + self.empty_return) * charge
        low = np.flatnonzero(cost < 0.0)
        if len(low):
            ids = net.links["link_id"].iloc[low[:10]].tolist()
            raise OptionError(f"the cost of links is below 0 for a class: {', '.join(map(str, ids))}")
        out = np.where(net.closed, np.inf, cost)
        if self.use:
            uses = [cell.replace(";", ",").split(",") for cell in net.links["allowed_uses"]]
            barred = [cell != [""] and self.use not in (word.strip() for word in cell) for cell in uses]
            out = np.where(barred, np.inf, out)
        return np.asarray(out, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Trips:
    """Pairs with a demand: numbers of origin, destination and class, and the demand; what stays within a zone apart."""

    origin: Ints
    destination: Ints
    kind: Ints
    amount: Floats
    within: float
    classes: tuple[str, ...]


def trips(demand: xr.DataArray | pd.DataFrame, zones: Sequence[object], classes: Mapping[str, UserClass]) -> Trips:
    """Read a demand: labelled (origin, destination[, class]), or a table origin, destination[, class], volume.

    Raises
    ------
    DataError
        With every line of a table that names an unknown zone or class or is no number, at least 0.
    OptionError
        If the dimensions or labels of an array are not those wanted.
    """
    names = tuple(classes)
    if isinstance(demand, pd.DataFrame):
        o, d, k, q = _from_table(demand, zones, names)
    else:
        table = demand if "class" in demand.dims else demand.expand_dims({"class": [names[0]]})
        if set(table.dims) != {"origin", "destination", "class"}:
            raise OptionError(f"a demand has the dimensions origin, destination and class; got {demand.dims}")
        for dim, wanted in (("origin", zones), ("destination", zones), ("class", names)):
            odd = [v for v in table.get_index(dim) if v not in set(wanted)]
            if odd:
                raise OptionError(f"the demand names an unknown {dim}: {', '.join(map(str, odd[:10]))}")
        place = {zone: i for i, zone in enumerate(zones)}
        figures = table.transpose("origin", "destination", "class").to_numpy().astype(float)
        if not np.all(np.isfinite(figures)) or np.any(figures < 0.0):
            raise OptionError("a demand is a number, at least 0, for every pair")
        rows, columns, kinds = np.nonzero(figures)
        q = figures[rows, columns, kinds]
        o = np.array([place[v] for v in table.get_index("origin")], np.int64)[rows]
        d = np.array([place[v] for v in table.get_index("destination")], np.int64)[columns]
        k = np.array([names.index(str(v)) for v in table.get_index("class")], np.int64)[kinds]
    inner = o == d
    # One order whatever that of the labels: the result must not depend on it.
    at = np.lexsort((d, o, k))
    at = at[~inner[at] & (q[at] > 0.0)]
    return Trips(o[at], d[at], k[at], q[at], float(q[inner].sum()), names)


def _from_table(
    table: pd.DataFrame, zones: Sequence[object], names: tuple[str, ...]
) -> tuple[Ints, Ints, Ints, Floats]:
    for column in ("origin", "destination", "volume"):
        if column not in table:
            match_name(column, [(str(c),) for c in table.columns], "column of the demand")
    place, findings = {zone: i for i, zone in enumerate(zones)}, list[Finding]()
    sums: dict[tuple[int, int, int], float] = {}
    kinds = table["class"] if "class" in table else [names[0]] * len(table)
    columns = (table["origin"], table["destination"], kinds, table["volume"])
    for i, (o, d, k, q) in enumerate(zip(*columns, strict=True)):
        bad = [(c, z, "unknown zone") for c, z in (("origin", o), ("destination", d)) if z not in place]
        bad += [("class", k, "unknown class")] if k not in names else []
        bad += [("volume", q, "must be a number, at least 0")] if not 0.0 <= float(q) < np.inf else []
        findings += [Finding("demand", i + 2, c, str(v), problem, "correct the cell") for c, v, problem in bad]
        if not bad:
            key = (place[o], place[d], names.index(k))
            sums[key] = sums.get(key, 0.0) + float(q)
    if findings:
        raise DataError(findings)
    keys = np.array(list(sums), dtype=np.int64).reshape(-1, 3)
    return keys[:, 0], keys[:, 1], keys[:, 2], np.array(list(sums.values()))
