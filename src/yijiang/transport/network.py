"""A network of links in GMNS names: what it takes to use a link, alone and under load, and what passes where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import xarray as xr

from yijiang.errors import DataError, Finding, OptionError
from yijiang.transport import vdf
from yijiang.transport.linkchecks import FIGURES, check_links, check_nodes
from yijiang.transport.paths.forest import Star
from yijiang.transport.paths.kernels import Floats

Ids = list[object]


@dataclass(frozen=True, slots=True)
class Facilities:
    """What has a capacity that several links may share (a lock has two directions), in the order of first mention.

    Attributes
    ----------
    names : label of every facility: its name, or the id of its only link.
    kind, scale, capacity, power : (facility) as in `vdf.delay`.
    """

    names: Ids
    kind: vdf.Ints
    scale: Floats
    capacity: Floats
    power: Floats


class Network:
    """Nodes and directed links, each with a time that may grow with the load of its facility.

        time_l(x) = vdf_fftt_l + delay_f(x_f),   x_f = Σ flow of the links of facility f
        cost_l    = time_l + toll_factor·toll_l + distance_factor·length_l

    Parameters
    ----------
    nodes
        node_id, and where not left out: zone_id (a zone sends and receives here), node_type (`centroid`: no path
        passes through), x_coord, y_coord.
    links
        link_id, from_node_id, to_node_id, vdf_fftt (free time), and where not left out: length (0), capacity (none),
        vdf (`bpr`, `lock`, `terminal`; bpr), vdf_alpha (0), vdf_beta (0), toll (0), co2 (no field), facility (its
        own), allowed_uses (all). For `bpr` the delay is vdf_fftt·vdf_alpha·(x/capacity)^vdf_beta; for the queues
        vdf_alpha is the time of service, and vdf_beta of a terminal the number of its berths; see `vdf.delay`.
    toll_factor, distance_factor
        Cost of a unit of toll and of length, in units of time.

    Raises
    ------
    DataError
        With every fault: unknown or doubled ids, a time, length or cost below 0, a delay without capacity, links of
        one facility that differ.

    Source of the names: General Modeling Network Specification (GMNS), Zephyr Foundation.

    Examples
    --------
    >>> from yijiang.transport.example import braess
    >>> net, demand = braess()
    >>> net
    Network(4 nodes, 5 links, 2 zones)
    >>> net.links["link_id"].tolist()
    ['1-3', '1-4', '3-2', '3-4', '4-2']
    """

    def __init__(
        self, nodes: pd.DataFrame, links: pd.DataFrame, toll_factor: float = 0.0, distance_factor: float = 0.0
    ) -> None:
        findings: list[Finding] = []
        self._nodes, zones, passes = check_nodes(nodes, findings)
        self._links = check_links(links, self._nodes["node_id"], toll_factor, distance_factor, findings)
        if findings:
            raise DataError(findings)
        self.toll_factor, self.distance_factor = float(toll_factor), float(distance_factor)
        place = {name: i for i, name in enumerate(self._nodes["node_id"])}
        self.zone_ids: Ids = list(zones)
        self.zone_node = np.array([place[n] for n in zones.values()], dtype=np.int32)
        tail = np.array([place[n] for n in self._links["from_node_id"]], dtype=np.int32)
        head = np.array([place[n] for n in self._links["to_node_id"]], dtype=np.int32)
        self.tail, self.head = tail, head
        self.star = Star.build(tail, head, passes)
        self.closed = np.zeros(len(tail), dtype=bool)
        self._prepare()

    def _prepare(self) -> None:
        """Work out the figures that assignments use from the table of links."""
        links = self._links
        free, alpha, beta = (links[c].to_numpy() for c in ("vdf_fftt", "vdf_alpha", "vdf_beta"))
        kind = links["vdf"].map(vdf.KINDS).to_numpy(np.int64)
        power = kind == vdf.BPR
        scale = np.where(power, free * alpha, alpha)
        # A power of 0 is a delay that does not depend on the load (0⁰ = 1): part of the free time.
        flat = power & (beta == 0.0)
        self.free_time: Floats = free + np.where(flat, scale, 0.0)
        self.charge: Floats = (
            self.toll_factor * links["toll"].to_numpy() + self.distance_factor * links["length"].to_numpy()
        )
        moves = (scale > 0.0) & ~flat & (kind != vdf.FREE)
        labels = [name or link for name, link in zip(links["facility"], links["link_id"], strict=True)]
        first: dict[object, int] = {}
        self.facility = np.empty(len(labels), dtype=np.int32)
        for i, label in enumerate(labels):
            self.facility[i] = first.setdefault(label, i)
        at = np.unique(self.facility)
        self.facility = np.searchsorted(at, self.facility).astype(np.int32)
        self.facilities = Facilities(
            [labels[i] for i in at], np.where(moves, kind, vdf.FREE)[at], scale[at],
            links["capacity"].fillna(np.inf).to_numpy()[at], beta[at],
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"Network({len(self._nodes)} nodes, {len(self._links)} links, {len(self.zone_ids)} zones)"

    @property
    def nodes(self) -> pd.DataFrame:
        """Table of nodes; a copy."""
        return self._nodes.copy()

    @property
    def links(self) -> pd.DataFrame:
        """Table of links with the figures of this scenario; a copy."""
        return self._links.copy()

    @property
    def zones(self) -> pd.DataFrame:
        """Zones and the nodes at which they send and receive."""
        return pd.DataFrame({"zone_id": self.zone_ids, "node_id": self._nodes["node_id"].to_numpy()[self.zone_node]})

    def positions(self, link_ids: Iterable[object], what: str = "link") -> vdf.Ints:
        """Positions of links in the table (link,)."""
        place = {name: i for i, name in enumerate(self._links["link_id"])}
        out = []
        for name in link_ids:
            if name not in place:
                raise OptionError(f"unknown {what} {name!r}; some of them: {', '.join(map(str, list(place)[:10]))}")
            out.append(place[name])
        return np.array(out, dtype=np.int64)

    def facility_numbers(self, names: Iterable[object]) -> vdf.Ints:
        """Positions of facilities, named by themselves or by a link of theirs (facility,)."""
        place = {name: i for i, name in enumerate(self.facilities.names)}
        return np.array(
            [place[n] if n in place else self.facility[self.positions([n], "facility or link")[0]] for n in names],
            dtype=np.int64,
        )

    def with_changes(self, links: Mapping[object, Mapping[str, float]]) -> Self:
        """Return a network with new figures of some links; this one stays as it is.

        Parameters
        ----------
        links
            New figures by link and column, for example `{"3-4": {"capacity": 2.0}}`.

        Raises
        ------
        OptionError
            If a link or column is unknown.
        DataError
            If a figure is out of range.

        Examples
        --------
        >>> from yijiang.transport.example import braess
        >>> net, demand = braess()
        >>> net.with_changes({"3-4": {"vdf_fftt": 20.0}}).links["vdf_fftt"].tolist()
        [1e-08, 50.0, 50.0, 20.0, 1e-08]
        """
        table = self._links.copy()
        for position, (link, cells) in zip(self.positions(links), links.items(), strict=True):
            for column, value in cells.items():
                if column not in FIGURES:
                    raise OptionError(f"link {link!r}: no figure {column!r}; all: {', '.join(FIGURES)}")
                table.loc[table.index[position], column] = float(value)
        findings: list[Finding] = []
        table = check_links(table, self._nodes["node_id"], self.toll_factor, self.distance_factor, findings)
        if findings:
            raise DataError(findings)
        changed = object.__new__(type(self))
        changed.__dict__.update(self.__dict__)
        changed._links = table
        changed._prepare()
        return changed

    def without(self, links: Iterable[object]) -> Self:
        """Return the network with some links or facilities closed; ids and order stay.

        >>> from yijiang.transport.example import braess
        >>> net, demand = braess()
        >>> net.without(["3-4"]).closed.tolist()
        [False, False, False, True, False]
        """
        changed = object.__new__(type(self))
        changed.__dict__.update(self.__dict__)
        changed.closed = self.closed | np.isin(self.facility, self.facility_numbers(links))
        return changed

    def times(self, flow: Floats | None = None) -> Floats:
        """Time of every link (link,) under a load of the links (link,); free of load if left out.

        >>> from yijiang.transport.example import braess
        >>> net, demand = braess()
        >>> net.times(np.array([2.0, 0.0, 0.0, 2.0, 2.0])).round(6).tolist()
        [20.0, 50.0, 50.0, 12.0, 20.0]
        """
        load = self.facility_loads(np.zeros(len(self.tail)) if flow is None else flow)
        f = self.facilities
        time: Floats = self.free_time + vdf.delay(f.kind, f.scale, f.capacity, f.power, load)[self.facility]
        return time

    def facility_loads(self, flow: Floats) -> Floats:
        """Load of every facility (facility,) from the flow of the links (link,)."""
        load: Floats = np.bincount(self.facility, weights=flow, minlength=len(self.facilities.names)).astype(float)
        return load

    def beckmann(self, flow: Floats) -> float:
        """Integral of the delays over the loads, Σ_f ∫₀^x_f delay_f, in units of time × flow."""
        f = self.facilities
        return float(vdf.integral(f.kind, f.scale, f.capacity, f.power, self.facility_loads(flow)).sum())

    @classmethod
    def from_tntp(
        cls, folder: str | Path, toll_factor: float = 0.0, distance_factor: float = 0.0
    ) -> tuple[Self, xr.DataArray]:
        """Read a folder of TNTP files (`*_net.tntp`, `*_trips.tntp`, `*_node.tntp`): the network and its demand.

        Parameters
        ----------
        folder
            Folder with one network; see `tntp.read` for what is read and what is refused.
        toll_factor, distance_factor
            Cost of a unit of toll and length, in units of time.

        Returns
        -------
        The network, and demand (origin, destination) labelled by zone.
        """
        from yijiang.transport.formats import tntp

        nodes, links, demand = tntp.read(Path(folder))
        return cls(nodes, links, toll_factor, distance_factor), demand

    @classmethod
    def from_gmns(
        cls, folder: str | Path, toll_factor: float = 0.0, distance_factor: float = 0.0
    ) -> tuple[Self, xr.DataArray]:
        """Read a folder of GMNS tables (`node.csv`, `link.csv`, `demand.csv`): the network and its demand.

        Parameters
        ----------
        folder, toll_factor, distance_factor
            As in `from_tntp`; see `gmns.read` for the columns.

        Returns
        -------
        The network, and demand (origin, destination) labelled by zone; all 0 where there is no `demand.csv`.
        """
        from yijiang.transport.formats import gmns

        nodes, links, demand = gmns.read(Path(folder))
        return cls(nodes, links, toll_factor, distance_factor), demand

    @classmethod
    def from_geojson(
        cls, source: str | Path | Mapping[str, Any], toll_factor: float = 0.0, distance_factor: float = 0.0
    ) -> tuple[Self, xr.DataArray]:
        """Read points and lines (a GeoJSON file, or its content): the network and its demand.

        Parameters
        ----------
        source
            See `geojson.read_links` for what is read and what is refused, with the number of the feature.
        toll_factor, distance_factor
            As in `from_tntp`.

        Examples
        --------
        >>> line = {"type": "LineString", "coordinates": [[114.3, 30.6], [118.8, 32.1]]}
        >>> feature = {"type": "Feature", "geometry": line, "properties": {"free_speed": 80.0}}
        >>> net, _ = Network.from_geojson({"type": "FeatureCollection", "features": [feature]})
        >>> net.links[["from_node_id", "to_node_id", "length"]].round(0).to_dict("records")
        [{'from_node_id': '114.3,30.6', 'to_node_id': '118.8,32.1', 'length': 459.0}]
        """
        from yijiang.transport.formats import geojson

        nodes, links, demand, place = geojson.read_links(source)
        with geojson.naming(place):
            return cls(nodes, links, toll_factor, distance_factor), demand

    def to_geojson(self, file: str | Path | None = None, demand: xr.DataArray | None = None) -> dict[str, Any]:
        """Return the network, and a demand, as GeoJSON, and write it if a file is given; what `from_geojson` reads."""
        from yijiang.transport.formats import geojson

        return geojson.write(geojson.link_rows(self, demand), file)

    def to_tntp(self, folder: str | Path, demand: xr.DataArray) -> None:
        """Write the network and a demand as TNTP files; see `tntp.write`."""
        from yijiang.transport.formats import tntp

        tntp.write(Path(folder), self, demand)

    def to_gmns(self, folder: str | Path, demand: xr.DataArray | None = None) -> None:
        """Write the network and a demand as GMNS tables; see `gmns.write`."""
        from yijiang.transport.formats import gmns

        gmns.write(Path(folder), self, demand)


def passing(star: Star, closed: np.ndarray) -> Floats:
    """Return 0 for an arc that is open and infinity for one that is closed (arc,)."""
    out: Floats = np.where(closed[star.link], np.inf, 0.0)
    return out
