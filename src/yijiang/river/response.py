"""What a tonne more on any reach does to each section, by reverse passes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from yijiang.errors import OptionError, match_name
from yijiang.river.formulas import Floats, Ints
from yijiang.river.network import RiverNetwork
from yijiang.river.oxygen import Oxygen
from yijiang.river.system import System, Temperature
from yijiang.river.transfer import blocks, reverse

KINDS = ("spread", "point")


class Rows(Protocol):
    """Where the numbers of a response come from."""

    def at(self, j: int, made: int, loaded: int, reaches: Ints) -> tuple[Floats, Floats]:
        """Response of section j to loads on reaches, spread along them and at their heads [mg/L per t/yr]."""


@dataclass(frozen=True, slots=True, eq=False)
class FullRows:
    """A row per section over the reaches upstream of it, for rivers that divide."""

    _first: Ints
    _reach: Ints
    _base: Ints
    _pairs: Ints
    _rows: tuple[Floats, Floats, Floats, Floats]

    @classmethod
    def of(cls, system: System, sections: Ints) -> FullRows:
        """Run a pass from every section."""
        first, reach = system.network.topology.first, system.network.section_reach[sections]
        base, size = blocks(first, reach)
        return cls(first, reach, base, system.pairs, reverse(system, sections, base, size))

    def at(self, j: int, made: int, loaded: int, reaches: Ints) -> tuple[Floats, Floats]:
        """Response of section j to loads on reaches, spread along them and at their heads [mg/L per t/yr]."""
        spread, head = np.zeros(reaches.size), np.zeros(reaches.size)
        own_spread, own_head, pair_spread, pair_head = self._rows
        k = next((k for k, (p, q) in enumerate(self._pairs.tolist()) if (p, q) == (made, loaded)), -1)
        if made != loaded and k < 0:
            return spread, head
        inside = (reaches >= self._first[self._reach[j]]) & (reaches <= self._reach[j])
        at = self._base[j] + reaches[inside]
        one, two = (own_spread[made], own_head[made]) if made == loaded else (pair_spread[k], pair_head[k])
        spread[inside], head[inside] = one[at], two[at]
        return spread, head


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """dC/dload of sections: what one tonne a year more on any reach does to each of them.

    Attributes
    ----------
    system
        River, regime and rates.
    sections, pollutants
        Labels.
    """

    system: System
    sections: tuple[str, ...]
    pollutants: tuple[str, ...]
    _numbers: Ints
    _rows: Rows

    def row(self, section: str, pollutant: str, *, kind: str = "spread", of: str | None = None) -> pd.Series:
        """Response of one section to one tonne a year on each reach upstream of it [mg/L per t/yr].

        Parameters
        ----------
        section, pollutant
            Where and of what.
        kind
            "spread" for a load spread along the reach, "point" for one at its head.
        of
            Pollutant that is loaded; default the same. BOD for the "DO deficit", for example.

        Raises
        ------
        OptionError
            If a name is unknown.
        """
        j = self.sections.index(match_name(section, [(name,) for name in self.sections], "section"))
        names = [(name,) for name in self.pollutants]
        made = self.pollutants.index(match_name(pollutant, names, "pollutant"))
        loaded = made if of is None else self.pollutants.index(match_name(of, names, "pollutant"))
        net = self.system.network
        r = int(net.section_reach[self._numbers[j]])
        reaches = np.arange(net.topology.first[r], r + 1)
        spread, head = self._rows.at(j, made, loaded, reaches)
        values = spread if match_name(kind, [(k,) for k in KINDS], "kind") == "spread" else head
        index = pd.Index([net.reach_names[i] for i in reaches], name="reach")
        return pd.Series(values, index=index, name=f"{self.pollutants[made]} at {self.sections[j]}")

    def of_groups(self, loads: pd.DataFrame, keys: Sequence[str]) -> tuple[pd.DataFrame, Floats]:
        """Response to groups of loads: each group's tonnes keep their places and change together.

        Parameters
        ----------
        loads : DataFrame
            `reach`, `pollutant`, `tonnes` [t/yr], optionally `spread` ("spread" or "point"), and the keys; no faults
            (see `Loads.of`).
        keys
            Columns that tell groups apart, such as region and sector; the pollutant always does.

        Returns
        -------
        groups : DataFrame
            Keys, `pollutant` and `tonnes`.
        matrix : ndarray (section, pollutant, group) [mg/L per t/yr of the group]
        """
        plan = Groups.of(loads, keys, self.system.network.reach_names)
        return plan.groups, self.of_plan(plan)

    def of_plan(self, plan: Groups) -> Floats:
        """Response to groups laid out before, for many rates of the same loads (section, pollutant, group)."""
        matrix = np.zeros((len(self.sections), len(self.pollutants), len(plan.groups)))
        for loaded, maker in enumerate(self.pollutants):
            rows = np.flatnonzero(plan.loaded == maker)
            reach, group, share, point = plan.reach[rows], plan.group[rows], plan.share[rows], plan.point[rows]
            for j, made in np.ndindex(matrix.shape[:2]):
                spread, head = self._rows.at(j, made, loaded, reach)
                np.add.at(matrix[j, made], group, share * np.where(point, head, spread))
        return matrix


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Loads in groups that change together: each row's reach, share of its group, and kind.

    Attributes
    ----------
    groups : DataFrame
        Keys, `pollutant` and `tonnes`; groups without tonnes are left out.
    reach, share, group, point, loaded : ndarray (row of loads)
    """

    groups: pd.DataFrame
    reach: Ints
    share: Floats
    group: Ints
    point: Any
    loaded: Any

    @classmethod
    def of(cls, loads: pd.DataFrame, keys: Sequence[str], reaches: Sequence[str]) -> Groups:
        """Lay a table of loads out."""
        groups = loads.groupby([*keys, "pollutant"], sort=True)["tonnes"].sum().reset_index()
        groups = groups[groups["tonnes"] > 0].reset_index(drop=True)
        place = {name: i for i, name in enumerate(reaches)}
        merged = loads.merge(groups.rename(columns={"tonnes": "_total"}).assign(_group=groups.index), how="inner")
        point = (
            (merged["spread"] == "point").to_numpy() if "spread" in merged else np.zeros(len(merged), dtype=np.bool_)
        )
        return cls(
            groups,
            np.asarray(merged["reach"].map(place), dtype=np.int64),
            np.asarray(merged["tonnes"] / merged["_total"], dtype=np.float64),
            np.asarray(merged["_group"], dtype=np.int64),
            point,
            merged["pollutant"].to_numpy(dtype=object),
        )


def response(
    net: RiverNetwork,
    sections: Sequence[str] | None = None,
    decay: Mapping[str, float] | None = None,
    regime: str = "mean",
    *,
    oxygen: Oxygen | None = None,
    temperature: Temperature | None = None,
    theta: Mapping[str, float] | None = None,
) -> Response:
    """Response of sections to loads on every reach, at steady flow.

    R(section, reach) = dC/dw, the change of a concentration [mg/L] by one t/yr more: the adjoint of `steady`, with
    λ_i = part · kept_below · e^(−k τ_below) · λ_below up the river. Where the river does not divide, one pass serves
    all sections (see `gates`); where it does, there is one for each.

    Parameters
    ----------
    net
        The river.
    sections
        Sections wanted; default all.
    decay, regime, oxygen, temperature, theta
        As in `steady`.

    Returns
    -------
    Response

    Raises
    ------
    OptionError
        If a name or option is unknown.

    References
    ----------
    Thomann and Mueller (1987), Principles of Surface Water Quality Modeling and Control, section 3.4 (the response
    matrix).

    Examples
    --------
    >>> reach = {"reach": ["a", "b"], "downstream": ["b", ""], "length_km": [43.2, 43.2]}
    >>> reach |= {"flow_mean": [31.7098, 31.7098], "flow_low": [20.0, 20.0]}
    >>> reach |= {"velocity_mean": [1.0, 1.0], "velocity_low": [1.0, 1.0]}
    >>> net = RiverNetwork(pd.DataFrame(reach), pd.DataFrame({"section": ["s"], "reach": ["b"]}))
    >>> response(net, decay={"X": 1.3862944}).row("s", "X", kind="point").round(6)
    reach
    a    0.00025
    b    0.00050
    Name: X at s, dtype: float64
    """
    system = System.of(net, decay, regime, oxygen, temperature, theta)
    known = [(name,) for name in net.section_names]
    place = {name: i for i, name in enumerate(net.section_names)}
    wanted = net.section_names if sections is None else [match_name(name, known, "section") for name in sections]
    if not len(wanted):
        raise OptionError("no sections to respond")
    numbers = np.array([place[name] for name in wanted], dtype=np.int64)
    rows: Rows
    if net.topology.is_tree:
        from yijiang.river.gates import Gates

        rows = Gates.of(system, numbers)
    else:
        rows = FullRows.of(system, numbers)
    return Response(system, tuple(wanted), system.names, numbers, rows)
