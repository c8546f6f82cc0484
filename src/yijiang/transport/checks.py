"""Checks of the network's tables: every fault is a finding with its line, and none stops the search for the others."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from yijiang.errors import Finding

ROAD = "road"
"""The mode on which every chain begins and ends; it is present at the centre of every zone."""

WATER = "water"
"""The mode whose links have a depth and whose vehicles are ship classes."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "nodes": ("node",),
    "links": ("link", "from_node", "to_node", "mode", "lock"),
    "terminals": ("node", "mode_a", "mode_b"),
    "locks": ("lock",),
    "modes": ("mode",),
    "ships": ("ship",),
    "zones": ("region", "node"),
}
"""Columns of text the network reads, by table."""

VALUES: Mapping[str, tuple[str, ...]] = {
    "nodes": (),
    "links": ("km", "depth_m", "link_money", "link_hours", "capacity_mt", "vdf_alpha", "vdf_beta", "limit_mt", "open"),
    "terminals": ("money", "hours", "capacity_mt", "service_hours", "berths", "limit_mt", "open"),
    "locks": ("capacity_mt", "transit_hours", "service_hours", "money", "limit_mt", "open"),
    "modes": ("money_per_tkm", "money_fixed", "speed_kmh", "speed_up_kmh", "co2_kg_per_tkm", "empty_return"),
    "ships": ("draught_m", "payload_t", "money_per_tkm", "light_draught_m"),
    "zones": ("access_km",),
}
"""Columns of figures the network reads, by table; all at least 0."""

POSITIVE = frozenset({"capacity_mt", "limit_mt", "speed_kmh", "speed_up_kmh", "payload_t", "berths"})
"""Figures that must be above 0."""

EXTRAS: Mapping[tuple[str, str], float] = {
    ("links", "link_money"): 0.0,
    ("links", "link_hours"): 0.0,
    ("locks", "money"): 0.0,
    ("links", "vdf_alpha"): 0.0,
    ("links", "vdf_beta"): 0.0,
    ("terminals", "service_hours"): 0.0,
    ("terminals", "berths"): 1.0,
    ("links", "open"): 1.0,
    ("locks", "open"): 1.0,
    ("terminals", "open"): 1.0,
}
"""Extra charges, waits and delays: a table without the column, or an empty cell, has none, and is open."""

NONE: Mapping[tuple[str, str], float] = {
    ("links", "depth_m"): np.nan,
    ("links", "capacity_mt"): np.inf,
    ("terminals", "capacity_mt"): np.inf,
    ("links", "limit_mt"): np.inf,
    ("locks", "limit_mt"): np.inf,
    ("terminals", "limit_mt"): np.inf,
    ("ships", "light_draught_m"): np.nan,
}
"""Figures a row may do without, and what stands for that: no depth, no capacity, no limit, no sailing part-laden."""

FLAGS: Mapping[str, bool] = {"two_way": True, "up": False}
"""Switches of a link and what they are where the table does not say: two-way, and from_node is the upstream end."""

_YES, _NO = frozenset({"true", "yes", "1", "1.0"}), frozenset({"false", "no", "0", "0.0"})


def bad_figures(column: str, values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return where figures are out of range: not finite, below 0, or not above 0 where the column must be.

    >>> bad_figures("km", np.array([3.0, -1.0, np.nan])).tolist()
    [False, True, True]
    """
    if column == "open":
        return np.asarray((values != 0.0) & (values != 1.0))
    low = values <= 0.0 if column in POSITIVE else values < 0.0
    return low | ~np.isfinite(values)


def range_text(column: str) -> str:
    """Return what `bad_figures` wants of a column, in words.

    >>> range_text("speed_kmh")
    'must be a number above 0'
    """
    if column == "open":
        return "must be 1 for open or 0 for closed"
    return "must be a number above 0" if column in POSITIVE else "must be a number, at least 0"


def _near(word: str, names: Iterable[str]) -> str:
    known = sorted(set(names))
    close = difflib.get_close_matches(word, known, n=3, cutoff=0.5) or known[:5]
    return f"use one of: {', '.join(close)}" if close else "add it to its table"


class Checker:
    """Reads the tables one by one into plain frames with only the columns the network uses, and collects findings.

    Examples
    --------
    >>> checker = Checker()
    >>> frame = checker.read("locks", pd.DataFrame({"lock": ["gate"], "capacity_mt": [-1.0]}))
    >>> [f.column for f in checker.findings]
    ['capacity_mt', 'transit_hours', 'service_hours']
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(self, table: str, position: int, column: str, value: object, problem: str, remedy: str) -> None:
        """Add one finding; position 0 is the first row under the header, −1 the whole table."""
        self.findings.append(Finding(table, position + 2 if position >= 0 else 0, column, str(value), problem, remedy))

    def read(self, table: str, frame: pd.DataFrame | None) -> pd.DataFrame:
        """Return the columns the network uses, text stripped, figures as float64; the frame given is not changed."""
        given = pd.DataFrame(columns=[*KEYS[table], *VALUES[table]]) if frame is None else frame.reset_index(drop=True)
        out: dict[str, npt.NDArray[np.object_] | npt.NDArray[np.float64] | npt.NDArray[np.bool_]] = {}
        size = len(given)
        for column in KEYS[table]:
            if column not in given and column != "lock":
                self.add(table, -1, column, "", "the column is missing", "add the column")
            cells = given[column] if column in given else pd.Series([""] * size)
            out[column] = np.array(["" if pd.isna(v) else str(v).strip() for v in cells], dtype=object)
            if column != "lock" or table == "locks":
                for i in np.flatnonzero(out[column] == ""):
                    if column in given:
                        self.add(table, int(i), column, "", "the cell is empty", f"enter the {column}")
        for column in VALUES[table]:
            if column not in given:
                optional = {**EXTRAS, **NONE}
                if (table, column) not in optional:
                    self.add(table, -1, column, "", "the column is missing", "add the column")
                out[column] = np.full(size, optional.get((table, column), 1.0))
                continue
            figures = pd.to_numeric(given[column], errors="coerce").to_numpy(dtype=np.float64, copy=True)
            if (table, column) in EXTRAS:  # an empty cell is no extra
                figures[given[column].isna().to_numpy(dtype=bool)] = EXTRAS[table, column]
            wrong = bad_figures(column, figures)
            if (table, column) in NONE:  # water links without depth are found with their modes
                absent = given[column].isna().to_numpy(dtype=bool) | (figures == NONE[table, column])
                figures[absent] = NONE[table, column]
                wrong &= ~absent
            for i in np.flatnonzero(wrong):
                self.add(table, int(i), column, given[column].iloc[i], range_text(column), "correct the figure")
            out[column] = figures
        if table == "links":
            for column, default in FLAGS.items():
                out[column] = self._flags(given, column, default)
        return pd.DataFrame(out)

    def _flags(self, given: pd.DataFrame, column: str, default: bool) -> npt.NDArray[np.bool_]:
        flags = np.full(len(given), default)
        if column not in given:
            return flags
        for i, value in enumerate(given[column]):
            word = "" if pd.isna(value) else str(value).strip().casefold()
            if word in _YES or word in _NO:
                flags[i] = word in _YES
            elif word:
                self.add("links", i, column, value, "must be true or false", "enter true or false")
        return flags

    def unique(self, table: str, names: Iterable[str], column: str) -> None:
        """Find names that stand twice."""
        seen: set[str] = set()
        for i, name in enumerate(names):
            if name and name in seen:
                self.add(table, i, column, name, "stands twice", "keep one line")
            seen.add(name)

    def known(self, table: str, frame: pd.DataFrame, column: str, names: Iterable[str], what: str) -> None:
        """Find names that the table they point to does not have; an empty cell is told elsewhere."""
        valid = set(names)
        for i, name in enumerate(frame[column]):
            if name and name not in valid:
                self.add(table, i, column, name, f"unknown {what}", _near(name, valid))


def check_relations(checker: Checker, tables: Mapping[str, pd.DataFrame]) -> None:
    """Check the tables against each other: names, doubles, depths, locks, and what calls where."""
    nodes, links, terminals = tables["nodes"], tables["links"], tables["terminals"]
    locks, modes, zones = tables["locks"], tables["modes"], tables["zones"]
    for table, column in (
        ("nodes", "node"),
        ("links", "link"),
        ("locks", "lock"),
        ("modes", "mode"),
        ("ships", "ship"),
        ("zones", "region"),
        ("zones", "node"),
    ):
        checker.unique(table, tables[table][column], column)
    for table, column in (("links", "from_node"), ("links", "to_node"), ("terminals", "node"), ("zones", "node")):
        checker.known(table, tables[table], column, nodes["node"], "node")
    for table, column in (("links", "mode"), ("terminals", "mode_a"), ("terminals", "mode_b")):
        checker.known(table, tables[table], column, modes["mode"], "mode")
    checker.known("links", links, "lock", locks["lock"], "lock")
    if ROAD not in set(modes["mode"]):
        checker.add(
            "modes", -1, "mode", "", f"there is no mode {ROAD!r}, on which every chain begins and ends", "add it"
        )
    _check_links(checker, links)
    calls = {(n, m) for n, m in zip(links["from_node"], links["mode"], strict=True)}
    calls |= {(n, m) for n, m in zip(links["to_node"], links["mode"], strict=True)} | {(n, ROAD) for n in zones["node"]}
    valid_nodes, valid_modes, pairs = set(nodes["node"]), set(modes["mode"]), set[tuple[str, ...]]()
    for i, (node, *ends) in enumerate(_text_rows(terminals, "node", "mode_a", "mode_b")):
        pair = (node, *sorted(ends))
        if ends[0] == ends[1]:
            checker.add("terminals", i, "mode_b", ends[1], "both modes are the same", "enter the other mode")
        elif pair in pairs:
            checker.add(
                "terminals", i, "node", node, "this transfer stands twice (it counts both ways)", "keep one line"
            )
        pairs.add(pair)
        for column, mode in zip(("mode_a", "mode_b"), ends, strict=True):
            if node in valid_nodes and mode in valid_modes and (node, mode) not in calls:
                problem = f"no link of this mode at {node!r}"
                checker.add("terminals", i, column, mode, problem, "add a link or remove the line")


def _check_links(checker: Checker, links: pd.DataFrame) -> None:
    holder: dict[str, str] = {}
    depth = links["depth_m"].to_numpy(dtype=np.float64)
    for i, (link, start, end, mode, lock) in enumerate(_text_rows(links, *KEYS["links"])):
        if start == end:
            checker.add("links", i, "to_node", end, "the link ends where it begins", "correct the end")
        if mode == WATER and np.isnan(depth[i]):
            checker.add("links", i, "depth_m", "", "a link on water without depth", "enter the least depth [m]")
        if lock and holder.setdefault(lock, link) != link:
            checker.add("links", i, "lock", lock, f"link {holder[lock]!r} has this lock too", "give each its own")


def _text_rows(frame: pd.DataFrame, *columns: str) -> list[tuple[str, ...]]:
    return [tuple(map(str, row)) for row in zip(*(frame[c] for c in columns), strict=True)]


def check_reach(checker: Checker, tables: Mapping[str, pd.DataFrame]) -> None:
    """Find zones that cannot send to and receive from the others over any mode, whatever the size of ship."""
    links, terminals, zones = tables["links"], tables["terminals"], tables["zones"]
    both = links[links["two_way"]]
    tail = [*zip(links["from_node"], links["mode"], strict=True), *zip(both["to_node"], both["mode"], strict=True)]
    head = [*zip(links["to_node"], links["mode"], strict=True), *zip(both["from_node"], both["mode"], strict=True)]
    side_a = [*zip(terminals["node"], terminals["mode_a"], strict=True)]
    side_b = [*zip(terminals["node"], terminals["mode_b"], strict=True)]
    tail, head = tail + side_a + side_b, head + side_b + side_a
    centres = [(node, ROAD) for node in zones["node"]]
    number = {state: i for i, state in enumerate(dict.fromkeys([*centres, *tail, *head]))}
    rows, columns = [number[s] for s in tail], [number[s] for s in head]
    graph = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(number), len(number))).tocsr()
    _, part = connected_components(graph, directed=True, connection="strong")
    own = np.array([part[number[c]] for c in centres], dtype=np.int64)
    if len(own) == 0:
        checker.add("zones", -1, "", "", "there is no zone", "add the zones, or a link by road")
        return
    largest = np.bincount(own).argmax()
    for i in np.flatnonzero(own != largest):
        remedy = "join it by links and terminals, in both directions"
        checker.add(
            "zones", int(i), "node", zones["node"].iloc[i], "the other zones cannot be reached both ways", remedy
        )
