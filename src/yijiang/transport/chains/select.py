"""Select link and select lock: who uses an element of the network, and which elements a pair uses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from yijiang.errors import match_name
from yijiang.transport import columns
from yijiang.transport.assignment.kernels import Floats
from yijiang.transport.assignment.pathset import using
from yijiang.transport.chains.prepared import Solved, facility_numbers


def passing(solved: Solved, names: Sequence[str]) -> Floats:
    """Tonnes of every group that pass any of some locks, links or terminals (group,) [Mt/yr]."""
    s, groups = solved.solution.paths, len(solved.solution.paths.group_ptr) - 1
    hit = np.isin(solved.problem.facility, facility_numbers(solved.prepared.paths.virtual, names, "element"))
    uses = using(s, hit)
    group = np.searchsorted(s.group_ptr, uses, side="right") - 1
    out: Floats = np.bincount(group, weights=s.flow[uses], minlength=groups).astype(np.float64)
    return out


def users(solved: Solved, names: Sequence[str]) -> pd.DataFrame:
    """Who uses some locks, links or terminals; see `FreightAssignment.users`."""
    paths, pairs = solved.prepared.paths, solved.pairs
    size, flow = len(paths.chains), passing(solved, names)
    at = np.flatnonzero(flow > 0.0)
    o, d, k = (v[at // size] for v in pairs)
    regions = np.array(paths.regions, object)
    table = pd.DataFrame(
        {
            "origin": regions[o], "destination": regions[d], "commodity": np.array(paths.commodities, object)[k],
            "chain": np.array(paths.chains, object)[at % size],
            "tonnes": flow[at], "share": flow[at] / solved.problem.demand[at // size],
        }
    )  # fmt: skip
    return table.sort_values("tonnes", ascending=False, kind="stable", ignore_index=True)


def usage(
    solved: Solved,
    origin: str | Sequence[str],
    destination: str | Sequence[str],
    commodity: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Links that the cargo of a pair uses; see `FreightAssignment.usage`."""
    net = solved.prepared.paths.network
    top = net.arrays.topology
    tonnes, total = on_links(solved, origin, destination, commodity)
    used = np.flatnonzero(tonnes > 0.0)
    modes, locks = np.array(top.names["modes"], object), np.array(["", *top.names["locks"]], object)
    out = pd.DataFrame(
        {
            "link": np.array(top.names["links"], object)[used],
            "mode": modes[top.link_mode[used]],
            "lock": locks[top.link_lock[used] + 1],
            "depth_m": net.arrays.figures["links"][used, 1],
            "tonnes": tonnes[used],
            "share": tonnes[used] / total,
        }
    )
    return out.sort_values(["tonnes", "link"], ascending=[False, True], ignore_index=True)


def on_links(
    solved: Solved,
    origin: str | Sequence[str],
    destination: str | Sequence[str],
    commodity: str | Sequence[str] | None = None,
) -> tuple[Floats, float]:
    """Tonnes of the cargo of a pair on every link (link,), and all tonnes of the pair [Mt/yr]."""
    paths, s, pairs = solved.prepared.paths, solved.solution.paths, solved.pairs
    ends = (("origin", origin, paths.regions), ("destination", destination, paths.regions))
    picked = np.ones(len(pairs.origin), dtype=bool)
    for (what, given, names), number in zip(ends, pairs[:2], strict=True):
        picked &= np.isin(number, _places(given, names, what))
    if commodity is not None:
        picked &= np.isin(pairs.commodity, _places(commodity, paths.commodities, "commodity"))
    total = float(solved.problem.demand[picked].sum())
    flow = np.where(np.repeat(picked, len(paths.chains)).repeat(np.diff(s.group_ptr)), s.flow, 0.0)
    spread = np.repeat(flow, np.diff(s.link_ptr))
    arcs = s.link < len(paths.virtual.arc)
    top = paths.network.arrays.topology
    link = top.arcs[paths.virtual.arc[s.link[arcs]], columns.LINK]
    tonnes: Floats = np.bincount(link, weights=spread[arcs], minlength=len(top.link_lock)).astype(np.float64)
    return tonnes, total


def _places(given: str | Sequence[str], names: tuple[str, ...], what: str) -> list[int]:
    wanted = [given] if isinstance(given, str) else list(given)
    return [names.index(match_name(name, [(n,) for n in names], what)) for name in wanted]
