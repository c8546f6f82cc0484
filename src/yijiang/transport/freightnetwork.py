"""The freight network: nodes, links of water, rail and road, terminals between modes, locks, and what each costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from yijiang.errors import DataError, Finding, OptionError, match_name
from yijiang.transport.arrays import Floats, NetworkArrays
from yijiang.transport.checks import (
    EXTRAS,
    KEYS,
    NONE,
    ROAD,
    VALUES,
    Checker,
    bad_figures,
    check_reach,
    check_relations,
    range_text,
)
from yijiang.transport.locks import lock_delay

Changes = Mapping[str, Mapping[str, float]]
"""New figures by name and column, for example {"w1": {"depth_m": 6.0}}."""

_ALIAS: Mapping[tuple[str, str], str] = {
    ("links", "hours"): "link_hours",
    ("links", "money"): "link_money",
    ("locks", "hours"): "transit_hours",
}


class FreightNetwork:
    """A multimodal freight network as a virtual network of states (node, mode).

    Goods start on a truck at the centre of their zone, may change to a main mode at a terminal, and end on a truck.
    A tonne of commodity c on a link of mode m costs

        money = km·money_per_tkm·(1 + empty_return) + link_money + toll of the lock           [yuan/t]
        hours = km/speed (speed_up up the river) + link_hours + transit_hours + wait          [h]
        cost_c = money + value_of_time_c·hours + co2_price·CO₂,   CO₂ = km·co2_kg_per_tkm     [yuan/t]

    A change of mode costs the terminal's money and hours; every leg of a mode costs that mode's `money_fixed` for
    loading and unloading (a chain truck–train–truck pays the truck's twice). Half the `access_km` of a zone is hauled
    by road at either end, so goods that stay in a region travel `access_km`. A ship class uses links at least as deep
    as its draught and carries at its own rate; the cheapest class that gets through is taken between any two ports.

    Parameters
    ----------
    nodes
        node; other columns (region, kind, lon, lat, river_km) are kept but not read.
    links
        link, from_node, to_node, mode, km, depth_m (water: least depth [m]), and where not left out: two_way (true),
        up (false: on water, from_node is the upstream end), lock (""), link_money [yuan/t] (0), link_hours [h] (0).
    terminals
        node, mode_a, mode_b, money [yuan/t], hours; both directions.
    locks
        lock, capacity_mt [Mt/yr, both directions], transit_hours, service_hours, and money [yuan/t] (0).
    modes
        mode, money_per_tkm [yuan/(t·km)], money_fixed [yuan/t], speed_kmh, speed_up_kmh, co2_kg_per_tkm, empty_return
        (share of the loaded cost that the empty leg adds to the money). The mode `road` must be there.
    ships
        ship, draught_m, payload_t, money_per_tkm; without it one ship of any draught sails at the rate of the mode.
    zones
        region, node, access_km; without it every node on a road is a zone of its own name with access 0.

    Raises
    ------
    DataError
        With every fault of the tables: unknown or doubled names, figures out of range, a link on water without depth,
        a lock on two links, a zone that cannot be reached.

    Source: Jourquin and Beuthe (1996), Transportation Research C 4(6), the virtual network.

    Examples
    --------
    >>> from yijiang.transport.example import two_ports
    >>> net = two_ports()
    >>> net
    FreightNetwork(4 nodes, 4 links, 2 terminals, 1 lock, 2 zones)
    >>> deeper = net.with_changes(links={"shallows": {"depth_m": 5.0}})
    >>> net.links["depth_m"].min(), deeper.links["depth_m"].min()
    (4.0, 5.0)
    """

    def __init__(
        self,
        nodes: pd.DataFrame,
        links: pd.DataFrame,
        terminals: pd.DataFrame | None = None,
        locks: pd.DataFrame | None = None,
        modes: pd.DataFrame | None = None,
        ships: pd.DataFrame | None = None,
        zones: pd.DataFrame | None = None,
    ) -> None:
        checker = Checker()
        given = {"nodes": nodes, "links": links, "terminals": terminals, "locks": locks, "modes": modes, "ships": ships}
        tables = {name: checker.read(name, frame) for name, frame in given.items()}
        tables["zones"] = checker.read("zones", _own_zones(tables["links"]) if zones is None else zones)
        check_relations(checker, tables)
        if not checker.findings:
            check_reach(checker, tables)
        if checker.findings:
            raise DataError(checker.findings)
        self._given = {name: frame.copy() for name, frame in given.items() if frame is not None}
        self._tables = tables
        columns = (tables["terminals"][c] for c in KEYS["terminals"])
        self._terminal_keys = [(str(node), str(a), str(b)) for node, a, b in zip(*columns, strict=True)]
        self.arrays = NetworkArrays.build(tables)

    def __repr__(self) -> str:
        parts = []
        for table in ("nodes", "links", "terminals", "locks", "zones"):
            count = len(self._tables[table])
            parts.append(f"{count} {table if count != 1 else table[:-1]}")
        return f"FreightNetwork({', '.join(parts)})"

    def table(self, name: str) -> pd.DataFrame:
        """Return one of the tables with the figures of this scenario; a fresh copy, in the order it was given.

        >>> from yijiang.transport.example import two_ports
        >>> two_ports().table("locks")["lock"].tolist()
        ['gate']
        """
        if name not in KEYS:
            raise OptionError(f"unknown table {name!r}; all: {', '.join(KEYS)}")
        out = self._given.get(name, self._tables[name]).reset_index(drop=True).copy()
        for column in self._tables[name].columns.difference(list(VALUES[name]), sort=False):
            out[column] = self._tables[name][column]
        if not VALUES[name]:
            return out
        figures = dict(zip(self._labels(name), self.arrays.figures[name], strict=True))
        rows = np.array([figures[key] for key in self.row_keys(name)]).reshape(len(out), len(VALUES[name]))
        for i, column in enumerate(VALUES[name]):
            nothing = {**EXTRAS, **NONE}.get((name, column))
            if column in out or nothing is None or not np.array_equal(rows[:, i], np.full(len(out), nothing), True):
                out[column] = rows[:, i]
        return out

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name, with the figures of this scenario; `FreightNetwork(**tables)` builds the same network."""
        return {name: self.table(name) for name in KEYS}

    @classmethod
    def from_geojson(cls, source: str | Path | Mapping[str, Any]) -> Self:
        """Read a network from a GeoJSON file, or its content; see `geojson.read_tables` for what is read.

        Raises
        ------
        OptionError, DataError
            If it cannot be read; findings name the feature.

        Examples
        --------
        >>> from yijiang.transport.example import two_ports
        >>> net = two_ports()
        >>> again = FreightNetwork.from_geojson(net.to_geojson())
        >>> again.links[net.links.columns].equals(net.links)
        True
        """
        from yijiang.transport.formats import geojson

        tables, place = geojson.read_tables(source)
        missing = [t for t in ("nodes", "links") if t not in tables]
        if missing:
            raise DataError([Finding("GeoJSON feature", 0, "table", t, "there are none", "add them") for t in missing])
        with geojson.naming(place):
            return cls(**tables)

    def to_geojson(self, file: str | Path | None = None) -> dict[str, Any]:
        """Return the tables as GeoJSON, a feature per row, and write it if a file is given; `from_geojson` reads it."""
        from yijiang.transport.formats import geojson

        return geojson.write(geojson.table_rows(self), file)

    @property
    def nodes(self) -> pd.DataFrame:
        """Table of nodes."""
        return self.table("nodes")

    @property
    def links(self) -> pd.DataFrame:
        """Table of links, with the figures of this scenario."""
        return self.table("links")

    @property
    def terminals(self) -> pd.DataFrame:
        """Table of terminals, with the figures of this scenario."""
        return self.table("terminals")

    @property
    def locks(self) -> pd.DataFrame:
        """Table of locks, with the figures of this scenario."""
        return self.table("locks")

    @property
    def modes(self) -> pd.DataFrame:
        """Table of modes, with the figures of this scenario."""
        return self.table("modes")

    @property
    def ships(self) -> pd.DataFrame:
        """Table of ship classes, with the figures of this scenario."""
        return self.table("ships")

    @property
    def zones(self) -> pd.DataFrame:
        """Table of zones, with the figures of this scenario."""
        return self.table("zones")

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions that send and receive, in the order of the table of zones."""
        return self.arrays.topology.names["zones"]

    def with_changes(
        self,
        links: Changes | None = None,
        terminals: Mapping[str | tuple[str, str, str], Mapping[str, float]] | None = None,
        locks: Changes | None = None,
        modes: Changes | None = None,
        ships: Changes | None = None,
        zones: Changes | None = None,
    ) -> Self:
        """Return a network with new figures; this one stays as it is, and what does not change is shared.

        Parameters
        ----------
        links, locks, modes, ships, zones
            New values by name and column, for example `{"w1": {"depth_m": 6.0, "km": 380.0}}`. For links, `hours` and
            `money` mean `link_hours` and `link_money`; for locks, `hours` means `transit_hours`.
        terminals
            The same, by (node, mode_a, mode_b) in either order of modes, or by node for all transfers there.

        Raises
        ------
        OptionError
            If a name or column is unknown.
        DataError
            If a figure is out of range.

        Examples
        --------
        >>> from yijiang.transport.example import two_ports
        >>> faster = two_ports().with_changes(terminals={"lower": {"hours": 3.0}})
        >>> faster.terminals["hours"].tolist()
        [8.0, 3.0]
        """
        named: dict[str, Mapping[str, Mapping[str, float]]] = {
            "links": links or {},
            "locks": locks or {},
            "modes": modes or {},
            "ships": ships or {},
            "zones": zones or {},
            "terminals": self._terminal_changes(terminals or {}),
        }
        values, findings = dict(self.arrays.figures), list[Finding]()
        for table, changes in named.items():
            if not changes:
                continue
            labels = self._labels(table)
            place = {label: i for i, label in enumerate(labels)}
            figures = values[table].copy()
            for name, cells in changes.items():
                row = place[name] if name in place else place[match_name(name, [(v,) for v in labels], table[:-1])]
                for given, value in cells.items():
                    column = _ALIAS.get((table, given), given)
                    if column not in VALUES[table]:
                        raise OptionError(f"{table} have no figure {given!r}; all: {', '.join(VALUES[table])}")
                    figure = float(value)
                    if bad_figures(column, np.array([figure])).item():
                        findings.append(
                            Finding(
                                table, 0, column, str(value), f"{name!r} {range_text(column)}", "correct the change"
                            )
                        )
                    figures[row, VALUES[table].index(column)] = figure
            values[table] = figures
        if findings:
            raise DataError(findings)
        changed = object.__new__(type(self))
        changed.__dict__.update(self.__dict__)
        changed.arrays = replace(self.arrays, figures=values)
        return changed

    def waits(self, tonnes: Floats) -> Floats:
        """Wait at every lock (lock,) [h] under a load (lock,) [Mt/yr], in the order of the network's own lock names."""
        figures = self.arrays.figures["locks"]
        return np.asarray(lock_delay(tonnes, figures[:, 0], figures[:, 2]), dtype=np.float64)

    def lock_delays(self, tonnes: pd.Series) -> pd.Series:
        """Wait at every lock under a load, by the queue formula of `lock_delay`.

        Parameters
        ----------
        tonnes : (lock) [Mt/yr]
            Both directions together, by name; every lock of the network.

        Returns
        -------
        Wait [h] by lock, what `skim` takes as `delays`.

        Examples
        --------
        >>> from yijiang.transport.example import two_ports
        >>> two_ports().lock_delays(pd.Series({"gate": 50.0})).tolist()
        [1.0]
        """
        names = self.arrays.topology.names["locks"]
        if set(tonnes.index) != set(names) or len(tonnes) != len(names):
            raise OptionError(f"the load names the locks {sorted(map(str, tonnes.index))}; wanted: {', '.join(names)}")
        wait = self.waits(tonnes.reindex(list(names)).to_numpy(dtype=np.float64))
        return pd.Series(wait, index=pd.Index(names, name="lock"), name="hours")

    def _labels(self, table: str) -> tuple[str, ...]:
        return self.arrays.topology.names[table]

    def row_keys(self, table: str) -> list[str]:
        """Names of the rows of a table in the order it was given; a terminal is its node and modes, joined by blanks.

        >>> from yijiang.transport.example import two_ports
        >>> two_ports().row_keys("terminals")
        ['quay road water', 'lower road water']
        """
        frame = self._tables[table]
        columns = KEYS[table] if table == "terminals" else KEYS[table][:1]
        return [" ".join(key) for key in zip(*(frame[c] for c in columns), strict=True)]

    def _terminal_changes(
        self, changes: Mapping[str | tuple[str, str, str], Mapping[str, float]]
    ) -> dict[str, dict[str, float]]:
        keys = self._terminal_keys
        out: dict[str, dict[str, float]] = {}
        for name, cells in changes.items():
            node, ends = (name, None) if isinstance(name, str) else (name[0], set(name[1:]))
            found = [key for key in keys if key[0] == node and ends in (None, set(key[1:]))]
            if not found:
                raise OptionError(f"unknown terminal {name!r}; all: {', '.join(' '.join(k) for k in keys)}")
            for key in found:
                out.setdefault(" ".join(key), {}).update(cells)
        return out


def _own_zones(links: pd.DataFrame) -> pd.DataFrame:
    on_road = links[links["mode"] == ROAD]
    names = sorted({*on_road["from_node"], *on_road["to_node"]} - {""})
    return pd.DataFrame({"region": names, "node": names, "access_km": np.zeros(len(names))})
