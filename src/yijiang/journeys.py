"""How long people and relief take on the belt's network, with everything open or with locks, links or nodes closed.

Every node is a place; every mode at it a state that is entered after a wait. What moves may change its mode anywhere
both modes stop.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .errors import DataError, Finding, OptionError, match_name
from .transport import Network, skim

if TYPE_CHECKING:
    from .belt import Belt

#: A wait or an access that takes no time still needs a cost above 0, so that no path goes round in circles.
LEAST = 1e-6


@dataclass(frozen=True, eq=False)
class Journeys:
    """The belt's links as people and relief use them.

    Attributes
    ----------
    places : nodes of the belt, in the order of its table.
    arcs : arc, tail, head (places, or "place@mode"), mode, link (of the belt, "" for a wait), hours, km.
    closed : names of what is closed.

    Examples
    --------
    >>> import yijiang as yj
    >>> round(float(journeys(yj.case("tiny")).hours.loc["upper", "lower"]), 2)
    11.08
    """

    places: tuple[str, ...]
    arcs: pd.DataFrame
    closed: tuple[str, ...] = ()
    _open: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool), repr=False)

    @cached_property
    def network(self) -> Network:
        """The network of the open arcs; every place is a zone."""
        states = dict.fromkeys([*self.places, *self.arcs["tail"], *self.arcs["head"]])
        nodes = pd.DataFrame({"node_id": list(states)})
        nodes["zone_id"] = nodes["node_id"].where(nodes["node_id"].isin(self.places))
        links = pd.DataFrame(
            {
                "link_id": self.arcs["arc"], "from_node_id": self.arcs["tail"], "to_node_id": self.arcs["head"],
                "vdf_fftt": self.arcs["hours"], "length": self.arcs["km"],
            }
        )  # fmt: skip
        return Network(nodes, links).without(self.arcs["arc"][~self._open])

    @cached_property
    def hours(self) -> pd.DataFrame:
        """Least time from place to place (origin, destination) [h]; infinite where no open way leads."""
        found = skim(self.network, fields=("time",)).cost
        names = [str(name) for name in found["origin"].to_numpy()]
        frame = pd.DataFrame(found.to_numpy(), index=names, columns=names)
        return frame.loc[list(self.places), list(self.places)]

    @property
    def open_arcs(self) -> pd.DataFrame:
        """The arcs that are open."""
        return self.arcs[self._open].reset_index(drop=True)


def closures(belt: Belt, names: Iterable[str]) -> tuple[str, ...]:
    """Return identifiers of locks, links and nodes by identifier or by name in either language.

    Raises
    ------
    OptionError
        If a name is unknown; it lists near ones.

    Examples
    --------
    >>> import yijiang as yj
    >>> closures(yj.case("tiny"), ["江门船闸", "Upper road"])
    ('gate', 'road1')
    """
    aliases = []
    for table, key in (("locks", "lock"), ("links", "link"), ("nodes", "node")):
        rows = belt.tables[table]
        aliases += [
            (str(i), str(en), str(zh)) for i, en, zh in zip(rows[key], rows["name_en"], rows["name_zh"], strict=True)
        ]
    return tuple(dict.fromkeys(match_name(name, aliases, "lock, link or node") for name in names))


def journeys(belt: Belt, closed: Sequence[str] = ()) -> Journeys:
    """Return the belt's network for people and relief.

    hours of a link = km ÷ speed of its mode (up-river slower) + passage of its lock;  boarding a mode = its wait

    Parameters
    ----------
    belt
        A belt whose scope has transport and whose table `travel` has a row for a mode or more; links of other modes
        are not used.
    closed
        Locks (the link they are on), links and nodes (everything that stops there) that are closed.

    Raises
    ------
    DataError
        If the belt has no network or no speeds of travel.
    OptionError
        If a closed name is unknown.

    Examples
    --------
    >>> import yijiang as yj
    >>> tiny = yj.case("tiny")
    >>> [round(float(journeys(tiny, c).hours.loc["upper", "middle"]), 2) for c in ((), ("rail1",), ("rail1", "road2"))]
    [6.42, 8.38, 21.0]
    >>> float(journeys(tiny, ("rail1", "road2", "gate")).hours.loc["upper", "middle"])
    inf
    """
    if "transport" not in belt.scope:
        raise OptionError(f"{belt.name} has no network: transport is not in its scope")
    travel = belt.tables["travel"].set_index("mode")
    if travel.empty:
        remedy = "give speeds and waits of the modes that people and relief use"
        raise DataError([Finding("travel", 0, "", "", "the table has no row", remedy)])
    shut = set(closures(belt, closed))
    locks = belt.tables["locks"].set_index("lock")["transit_hours"].astype(float)
    rows: list[tuple[str, str, str, str, str, float, float, bool]] = []
    stops: set[tuple[str, str]] = set()
    for link in belt.tables["links"].to_dict("records"):
        mode, name, km = str(link["mode"]), str(link["link"]), float(link["km"])
        if mode not in travel.index:
            continue
        down, up = str(link["from_node"]), str(link["to_node"])
        lock = str(link["lock"] or "")
        passage = float(locks.get(lock, 0.0)) if lock else 0.0
        able = not shut & {name, lock, down, up}
        for tail, head, speed, sign in ((down, up, "speed_kmh", ">"), (up, down, "speed_up_kmh", "<")):
            hours = max(km / float(travel[speed][mode]) + passage, LEAST)
            rows.append((name + sign, f"{tail}@{mode}", f"{head}@{mode}", mode, name, hours, km, able))
            stops |= {(tail, mode), (head, mode)}
    for place, mode in sorted(stops):
        able = place not in shut
        wait = max(float(travel["wait_hours"][mode]), LEAST)
        rows.append((f"{place}+{mode}", place, f"{place}@{mode}", mode, "", wait, 0.0, able))
        rows.append((f"{place}-{mode}", f"{place}@{mode}", place, mode, "", LEAST, 0.0, able))
    columns = ["arc", "tail", "head", "mode", "link", "hours", "km", "open"]
    frame = pd.DataFrame(rows, columns=columns)
    places = tuple(str(node) for node in belt.tables["nodes"]["node"])
    return Journeys(places, frame.drop(columns="open"), tuple(sorted(shut)), frame["open"].to_numpy(bool))


def region_hours(belt: Belt, net: Journeys) -> pd.DataFrame:
    """Return the time between the centres of regions (origin, destination) [h]; within a region, half its road haul.

    Examples
    --------
    >>> import yijiang as yj
    >>> tiny = yj.case("tiny")
    >>> region_hours(tiny, journeys(tiny)).round(2).loc["Upper"].tolist()
    [0.62, 6.42, 11.08]
    """
    zones = belt.tables["zones"].set_index("region")
    names = [r for r in belt.regions if r in zones.index]
    centre = zones.loc[names, "node"].astype(str).tolist()
    frame = pd.DataFrame(net.hours.loc[centre, centre].to_numpy(), index=names, columns=names)
    road = belt.tables["travel"].set_index("mode")["speed_kmh"].astype(float)
    speed = float(road["road"]) if "road" in road.index else float(road.iloc[0])
    wait = belt.tables["travel"].set_index("mode")["wait_hours"].astype(float)
    for name in names:
        inside = float(zones["access_km"][name]) / 2 / speed
        frame.loc[name, name] = max(inside + float(wait.get("road", 0.0)), LEAST)
    return frame
