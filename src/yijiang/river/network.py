"""The river as reaches with sections on them, checked once and numbered for the kernels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yijiang.errors import DataError, Finding, OptionError, match_name
from yijiang.river import cells, tables
from yijiang.river.formulas import SECONDS_PER_DAY, Floats, Ints
from yijiang.river.topology import Topology, braids

if TYPE_CHECKING:
    from yijiang.river.transfer import TransferMatrix


@dataclass(frozen=True, slots=True)
class Hydraulics:
    """Water of one regime; reaches in the order of `RiverNetwork.reach_names`.

    Attributes
    ----------
    travel_days
        Travel time τ = length / velocity, or volume / flow of a lake (reach) [day].
    arriving
        Flow at the head before abstraction (reach) [m³/s]: the sum of the flows of the reaches that end there; at a
        headwater, where the table cuts the river off, the flow at its end plus its abstraction.
    head_flow, end_flow
        Flow at the head after abstraction and at the end (reach) [m³/s]; between them it is linear in the distance.
    kept
        Share of the arriving water, and of all it carries, that is not abstracted (reach) [-].
    section_flow
        Flow at each section (section) [m³/s].
    """

    travel_days: Floats
    arriving: Floats
    head_flow: Floats
    end_flow: Floats
    kept: Floats
    section_flow: Floats


class RiverNetwork:
    """Reaches that run into each other, with sections on them, in a mean, a low-flow and any other regime.

    Parameters
    ----------
    reaches : DataFrame
        One row per reach: `reach` (its name), `downstream` (the reach below; empty at a mouth), `km_from` and `km_to`
        (river-km of its upstream and downstream end) or `length_km` [km], `flow_mean` and `flow_low` (at its
        downstream end) [m³/s], `velocity_mean` and `velocity_low` [m/s]. Optional: `flow_…` and `velocity_…` of other
        regimes (a month, a scenario), `volume_…` [10⁶ m³] of a lake or reservoir (well mixed; then velocity may be
        empty), `depth_…` [m] (for reaeration), `k_hours` [h] and `x` [-] (storage of flood waves, see `route`),
        `tidal` (bool; only mean conditions are meant there), `abstraction` (withdrawn at its head, with what the
        water carries) [m³/s], `river` (name of the chain of river-km a reach belongs to).
    sections : DataFrame
        One row per section: `section`, `reach`, and optionally `km` (default: the end of the reach, before it meets
        others), `name_en`, `name_zh`, `limit_class` (class it must keep, 1 to 5), `tidal` (default: as the reach).
    kinetics : DataFrame or mapping, optional
        First-order decay by pollutant [1/day]: columns `pollutant` and `decay`, or a mapping.
    splits : DataFrame, optional
        Where the river divides by fixed shares: `reach`, `downstream`, `share` [-], one row per way; the shares of a
        reach sum to 1.

    Raises
    ------
    DataError
        With every fault of all tables: circles, unknown names, gaps of river-km, missing or negative numbers,
        names used twice, flow that falls downstream without an abstraction that explains it.

    Notes
    -----
    Side inflow between the head and the end of a reach carries only what the loads say it carries.

    Examples
    --------
    >>> reaches = pd.DataFrame(
    ...     {
    ...         "reach": ["upper", "tributary", "lower"],
    ...         "downstream": ["lower", "lower", ""],
    ...         "length_km": [43.2, 86.4, 86.4],
    ...         "flow_mean": [300.0, 100.0, 400.0],
    ...         "flow_low": [150.0, 40.0, 200.0],
    ...         "velocity_mean": [1.0, 0.5, 1.0],
    ...         "velocity_low": [0.5, 0.25, 0.5],
    ...     }
    ... )
    >>> sections = pd.DataFrame({"section": ["border"], "reach": ["lower"], "limit_class": [2]})
    >>> net = RiverNetwork(reaches, sections, {"TP": 0.01})
    >>> net.reach_names
    ('tributary', 'upper', 'lower')
    >>> net.hydraulics("low").travel_days.tolist()
    [4.0, 1.0, 2.0]
    """

    def __init__(
        self,
        reaches: pd.DataFrame,
        sections: pd.DataFrame,
        kinetics: pd.DataFrame | Mapping[str, float] | None = None,
        splits: pd.DataFrame | None = None,
    ) -> None:
        clean, edges, found = tables.check_reaches(reaches, splits)
        # Sections cannot be read against a table of reaches that lacks columns.
        readable = "has_km" in clean.columns
        places, section_findings = tables.check_sections(sections, clean) if readable else (sections, [])
        self.decay, kinetics_findings = _read_kinetics(kinetics)
        found = [*found, *section_findings, *kinetics_findings]
        if found:
            raise DataError(found)
        assert edges is not None

        # Numbered by name first, so that the order of the rows changes nothing, not even the last bit.
        by_name = np.argsort(clean["reach"].to_numpy(dtype=object), kind="stable")
        rank = np.empty(len(clean), dtype=np.int64)
        rank[by_name] = np.arange(len(clean))
        top = Topology.of(len(clean), (rank[edges[0]], rank[edges[1]], edges[2]))
        assert top is not None
        clean = clean.iloc[by_name[top.order]].reset_index(drop=True)
        self.topology = top
        self.regimes: tuple[str, ...] = tables.regimes_in(clean.columns)
        self.reach_names: tuple[str, ...] = tuple(clean["reach"])
        self.section_names: tuple[str, ...] = tuple(places["section"])
        self.lake: npt.NDArray[np.bool_] = clean["lake"].to_numpy(dtype=np.bool_)
        self._reaches = clean
        self._sections = places
        where = {name: i for i, name in enumerate(self.reach_names)}
        self.section_reach: Ints = np.array([where[name] for name in places["reach"]], dtype=np.int64)
        self.section_fraction: Floats = places["fraction"].to_numpy(dtype=np.float64)
        self._hydraulics: dict[str, Hydraulics] = {}

    def __repr__(self) -> str:
        return f"RiverNetwork({len(self.reach_names)} reaches, {len(self.section_names)} sections)"

    @property
    def reaches(self) -> pd.DataFrame:
        """The reaches as read, in kernel order (upstream first); a copy."""
        return self._reaches.drop(columns="has_km")

    @cached_property
    def reach_index(self) -> pd.Index:
        """The names of the reaches, to look many up at once."""
        return pd.Index(self.reach_names, dtype=object)

    @property
    def mouths(self) -> tuple[str, ...]:
        """Reaches that run into no other."""
        ends = np.flatnonzero(np.diff(self.topology.down_ptr) == 0)
        return tuple(self.reach_names[i] for i in ends)

    @property
    def braids(self) -> list[tuple[str, str]]:
        """Where the river divides and joins again: pairs of the reach that divides and the one where its ways meet."""
        return braids(self.topology, self.reach_names)

    @property
    def sections(self) -> pd.DataFrame:
        """The sections as read, in the order given, with `fraction` (place in the reach, 0 head to 1 end); a copy."""
        return self._sections.copy()

    def hydraulics(self, regime: str = "mean") -> Hydraulics:
        """Flow and travel time of one regime, such as "mean" or "low".

        Raises
        ------
        OptionError
            If there is no such regime.
        """
        regime = match_name(regime, [(name,) for name in self.regimes], "regime")
        if regime not in self._hydraulics:
            flow = self._reaches[f"flow_{regime}"].to_numpy(dtype=np.float64)
            velocity = self._reaches[f"velocity_{regime}"].to_numpy(dtype=np.float64)
            length = self._reaches["length_km"].to_numpy(dtype=np.float64)
            volume = self._reaches[f"volume_{regime}"].to_numpy(dtype=np.float64)
            taken = self._reaches["abstraction"].to_numpy(dtype=np.float64)
            top = self.topology
            arriving = np.zeros(flow.size)
            np.add.at(arriving, np.repeat(np.arange(flow.size), np.diff(top.ptr)), top.share * flow[top.above])
            arriving = np.where(arriving > 0, arriving, flow + taken)
            head_flow = arriving - taken
            r, f = self.section_reach, self.section_fraction
            seconds = np.where(self.lake, volume * 1e6 / flow, length * 1000.0 / velocity)
            self._hydraulics[regime] = Hydraulics(
                travel_days=seconds / SECONDS_PER_DAY,
                arriving=arriving,
                head_flow=head_flow,
                end_flow=flow,
                kept=head_flow / arriving,
                section_flow=head_flow[r] * (1 - f) + flow[r] * f,
            )
        return self._hydraulics[regime]

    def decay_rates(self, decay: Mapping[str, float] | None = None) -> dict[str, float]:
        """Decay by pollutant [1/day]: what is given, or else the network's own kinetics.

        Raises
        ------
        OptionError
            If neither is given, or a rate is negative or not finite.
        """
        chosen = self.decay if decay is None else decay
        if not chosen:
            raise OptionError("no decay rates: give decay={pollutant: rate in 1/day}, or the network its kinetics")
        rates = {str(name): float(rate) for name, rate in chosen.items()}
        for name, rate in rates.items():
            if not (np.isfinite(rate) and rate >= 0):
                raise OptionError(f"decay of {name!r} is {rate}; it must be a rate of at least 0 [1/day]")
        return rates

    def transfer(self, decay: Mapping[str, float] | None = None, regime: str = "mean") -> TransferMatrix:
        """Response of every section to a tonne a year on every reach; see `TransferMatrix`.

        Parameters
        ----------
        decay
            Decay by pollutant [1/day]; default: the network's kinetics.
        regime
            A regime of the network, such as "mean" or "low".

        Examples
        --------
        >>> reach = {
        ...     "reach": ["a"],
        ...     "downstream": [""],
        ...     "length_km": [86.4],
        ...     "flow_mean": [31.7098],
        ...     "flow_low": [20.0],
        ... }
        >>> reach |= {"velocity_mean": [1.0], "velocity_low": [1.0]}
        >>> net = RiverNetwork(pd.DataFrame(reach), pd.DataFrame({"section": ["s"], "reach": ["a"]}))
        >>> net.transfer({"TP": 0.0}).spread.round(9).tolist()
        [[[0.001]]]
        """
        from yijiang.river.system import System
        from yijiang.river.transfer import TransferMatrix

        return TransferMatrix.of(System.of(self, decay, regime))


def _read_kinetics(
    kinetics: pd.DataFrame | Mapping[str, float] | None,
) -> tuple[dict[str, float], list[Finding]]:
    """Decay by pollutant from a table or a mapping, with its findings."""
    if kinetics is None:
        return {}, []
    if isinstance(kinetics, pd.DataFrame):
        frame = kinetics
    else:
        frame = pd.DataFrame({"pollutant": list(kinetics.keys()), "decay": list(kinetics.values())})
    found = cells.missing_columns(frame, "kinetics", ["pollutant", "decay"])
    if found:
        return {}, found
    pollutants = cells.names(frame, "kinetics", "pollutant", found)
    rates = cells.numbers(frame, "kinetics", "decay", "1/day", found)
    return dict(zip(pollutants, rates.tolist(), strict=True)), found
