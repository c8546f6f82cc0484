"""What a tonne more on any reach does to each section: reverse passes, kept as short rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from yijiang.errors import OptionError, match_name
from yijiang.river.formulas import Floats, Ints
from yijiang.river.network import RiverNetwork
from yijiang.river.oxygen import Oxygen
from yijiang.river.system import System, Temperature
from yijiang.river.transfer import blocks, reverse

KINDS = ("spread", "point")


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """dC/dload of sections: a row per section over the reaches upstream of it, all others being 0.

    Attributes
    ----------
    system
        River, regime and rates.
    sections, pollutants
        Labels.
    size
        Entries per pollutant: the reaches upstream of each section, added up.
    """

    system: System
    sections: tuple[str, ...]
    pollutants: tuple[str, ...]
    size: int
    _numbers: Ints
    _base: Ints
    _spread: Floats
    _head: Floats
    _pair_spread: Floats
    _pair_head: Floats

    def _row(self, section: str) -> tuple[int, slice, int]:
        """Number of a section here, where its row stands, and the first reach of it."""
        j = self.sections.index(match_name(section, [(name,) for name in self.sections], "section"))
        net = self.system.network
        r = int(net.section_reach[self._numbers[j]])
        first, base = int(net.topology.first[r]), int(self._base[j])
        return j, slice(base + first, base + r + 1), first

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
        _, where, first = self._row(section)
        spread, head = self._values(pollutant, of)
        values = (spread if match_name(kind, [(k,) for k in KINDS], "kind") == "spread" else head)[where]
        names = self.system.network.reach_names[first : first + values.size]
        return pd.Series(values.copy(), index=pd.Index(names, name="reach"), name=f"{pollutant} at {section}")

    def _values(self, pollutant: str, of: str | None) -> tuple[Floats, Floats]:
        names = [(name,) for name in self.pollutants]
        p = self.pollutants.index(match_name(pollutant, names, "pollutant"))
        q = p if of is None else self.pollutants.index(match_name(of, names, "pollutant"))
        if p == q:
            return self._spread[p], self._head[p]
        for k, (made, maker) in enumerate(self.system.pairs):
            if (made, maker) == (p, q):
                return self._pair_spread[k], self._pair_head[k]
        none = np.zeros(self.size)
        return none, none

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
        for j, name in enumerate(self.sections):
            _, where, first = self._row(name)
            inside = (plan.reach >= first) & (plan.reach < first + where.stop - where.start)
            for p, pollutant in enumerate(self.pollutants):
                for maker in self.pollutants:
                    spread, head = self._values(pollutant, maker)
                    rows = np.flatnonzero(inside & (plan.loaded == maker))
                    if pollutant != maker and not spread.any():
                        continue
                    at = where.start + plan.reach[rows] - first
                    response_ = np.where(plan.point[rows], head[at], spread[at])
                    np.add.at(matrix[j, p], plan.group[rows], plan.share[rows] * response_)
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

    R(section, reach) = dC/dw, the change of a concentration [mg/L] by one t/yr more. One pass up the river from each
    section finds its whole row (the adjoint of `steady`): λ_i = part · kept_below · λ_below · e^(−k τ_i).

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
    base, size = blocks(net.topology.first, net.section_reach[numbers])
    return Response(system, tuple(wanted), system.names, size, numbers, base, *reverse(system, numbers, base, size))
