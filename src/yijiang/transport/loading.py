"""Loads: what a table of tonnes between regions puts on every link, lock and terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from yijiang.errors import OptionError, SolveError, match_name
from yijiang.transport import kernels
from yijiang.transport.freightnetwork import FreightNetwork
from yijiang.transport.skims import DIMS, Skims

Floats = npt.NDArray[np.float64]

RESIDUAL_LIMIT = 1e-9
"""Largest imbalance of a state, and largest difference of the two counts of CO₂, relative to the total."""

SHARE_LIMIT = 1e-9
"""How far the shares of a pair with tonnes may sum from 1."""

LABELS = (("origin", "origins"), ("destination", "regions"), ("commodity", "commodities"), ("chain", "chains"))
"""Dimension of a labelled array and the attribute of `Skims` that holds its labels."""


class Flow(NamedTuple):
    """Flows of some tonnes: arc (arc), changed (mode, mode, port), volume (tree, port)."""

    arc: Floats
    changed: Floats
    volume: Floats


class Loads:
    """Tonnes on links, locks and terminals; every figure is in the unit of the tonnes given, Mt/yr for the locks.

    Attributes
    ----------
    skims : the skims whose paths were loaded.
    tonnes : (origin, destination, commodity) and shares : (origin, destination, commodity, chain), as arrays.
    arc_flow : (arc) tonnes on every direction of every link, in the order of `network.arrays.topology.arcs`.
    lock_flow : (lock) tonnes through every lock, both directions together.
    co2_kt : emissions [kt/yr for Mt/yr], from the skims.
    balance : largest |in − out| of a state (node, mode), relative to all tonnes.
    residual : the larger of `balance` and the relative difference of CO₂ counted along paths and over links.
    """

    def __init__(self, skims: Skims, tonnes: Floats, shares: Floats) -> None:
        top = skims.network.arrays.topology
        self.skims, self.tonnes, self.shares = skims, tonnes, shares
        flow = _flow(skims, tonnes, shares)
        self.arc_flow, self.changed, self._volume = flow
        link_flow = _sum_by(top.arcs[:, kernels.LINK], flow.arc, len(top.link_lock))
        at = top.link_lock >= 0
        self.lock_flow = _sum_by(top.link_lock[at], link_flow[at], len(top.names["locks"]))
        carried = tonnes[..., None] * shares
        used = carried > 0.0
        self.co2_kt: float = float(carried[used] @ skims.array[3][used])
        self._tonne_km = self._mode_tonne_km(link_flow)
        self.balance = self._imbalance()
        rate = skims.network.arrays.figures["modes"][:, 4]
        counted = float(self._tonne_km @ rate)
        self.residual = max(self.balance, abs(counted - self.co2_kt) / max(1e-300, self.co2_kt) if self.co2_kt else 0.0)
        if not self.residual <= RESIDUAL_LIMIT:
            raise SolveError("the loads do not balance", balance=self.balance, residual=self.residual)

    def __repr__(self) -> str:
        links = len(self.skims.network.arrays.topology.link_mode)
        return f"Loads({self.tonnes.sum():.6g} tonnes on {links} links; residual {self.residual:.1e})"

    @property
    def links(self) -> pd.DataFrame:
        """Tonnes by link: mode, forward (from_node → to_node), backward and both together."""
        top = self.skims.network.arrays.topology
        tables = self.skims.network.links.set_index("link").loc[list(top.names["links"])]
        out = tables[["from_node", "to_node", "mode"]].copy()
        for column, way in (("forward", top.arc_forward), ("backward", ~top.arc_forward)):
            link = top.arcs[way, kernels.LINK]
            out[column] = _sum_by(link, self.arc_flow[way], len(top.link_lock))
        out["tonnes"] = out["forward"] + out["backward"]
        return out

    @property
    def locks(self) -> pd.DataFrame:
        """Tonnes by lock: up the river, down the river, both together, and the share of the capacity used."""
        top, figures = self.skims.network.arrays.topology, self.skims.network.arrays.figures["locks"]
        lock = top.link_lock[top.arcs[:, kernels.LINK]]
        rises = top.arcs[:, kernels.UP] == 1
        out = pd.DataFrame(index=pd.Index(top.names["locks"], name="lock"))
        for column, way in (("up", rises), ("down", ~rises)):
            at = way & (lock >= 0)
            out[column] = _sum_by(lock[at], self.arc_flow[at], len(out))
        out["tonnes"] = self.lock_flow
        out["utilisation"] = self.lock_flow / figures[:, 0]
        return out

    @property
    def terminals(self) -> pd.DataFrame:
        """Tonnes that change mode, by node, mode_a, mode_b: from a to b, from b to a, both together."""
        top = self.skims.network.arrays.topology
        a, b, port = top.terminal_modes[:, 0], top.terminal_modes[:, 1], top.terminal_port
        modes = top.names["modes"]
        keys = [(top.ports[p], modes[i], modes[j]) for p, i, j in zip(port, a, b, strict=True)]
        index = pd.MultiIndex.from_tuples(keys, names=["node", "mode_a", "mode_b"]) if keys else None
        ways = {"a_to_b": self.changed[a, b, port], "b_to_a": self.changed[b, a, port]}
        out = pd.DataFrame(ways, index=index)
        out["tonnes"] = out["a_to_b"] + out["b_to_a"]
        return out

    @property
    def tonne_km(self) -> pd.Series:
        """Tonne-kilometres by mode [million t·km for Mt], the hauls inside the regions counted with the road."""
        modes = self.skims.network.arrays.topology.names["modes"]
        return pd.Series(self._tonne_km, index=pd.Index(modes, name="mode"), name="tonne_km")

    def lock_delays(self) -> pd.Series:
        """Wait [h] at every lock under these loads, what the next skim takes as `delays`."""
        names = self.skims.network.arrays.topology.names["locks"]
        return self.skims.network.lock_delays(pd.Series(self.lock_flow, index=pd.Index(names, name="lock")))

    def usage(
        self, origin: str | Sequence[str], destination: str | Sequence[str], commodity: str | None = None
    ) -> pd.DataFrame:
        """Links that the cargo from one region to another one uses.

        share = tonnes of the pair on the link / tonnes of the pair; a link with a lock or a shallow is a link here.

        Parameters
        ----------
        origin, destination
            A region, or several taken together.
        commodity
            One commodity; left out, all.

        Returns
        -------
        Table with link, mode, lock, depth_m, tonnes and share, the most used first; empty where nothing is carried.

        Examples
        --------
        >>> from yijiang.transport import skim
        >>> from yijiang.transport.example import two_ports
        >>> net = two_ports()
        >>> s = skim(net)
        >>> t = s.labelled(np.array([[[0.0], [8.0]], [[2.0], [0.0]]]), "tonnes", "Mt/yr")
        >>> load(net, s, t, s.shares(0.01)).usage("Upper", "Lower")[["link", "share"]].round(4)
               link   share
        0      lane  0.8859
        1      pool  0.8859
        2  shallows  0.8859
        3   highway  0.1141
        """
        skims = self.skims
        rows = _places(origin, skims.origins, "origin")
        columns = _places(destination, skims.regions, "destination")
        goods = (
            range(len(skims.commodities)) if commodity is None else _places(commodity, skims.commodities, "commodity")
        )
        picked = np.zeros_like(self.tonnes)
        at = np.ix_(rows, columns, list(goods))
        picked[at] = self.tonnes[at]
        total = picked.sum()
        flow = _flow(skims, picked, self.shares).arc
        top = skims.network.arrays.topology
        tonnes = _sum_by(top.arcs[:, kernels.LINK], flow, len(top.link_lock))
        table = skims.network.links.set_index("link").loc[list(top.names["links"])].reset_index()
        out = pd.DataFrame({"link": top.names["links"], "mode": table["mode"], "tonnes": tonnes})
        out["lock"] = ["" if i < 0 else top.names["locks"][i] for i in top.link_lock]
        out["depth_m"] = skims.network.arrays.figures["links"][:, 1]
        out["share"] = tonnes / total if total > 0.0 else 0.0
        out = out.loc[out["tonnes"] > 0.0, ["link", "mode", "lock", "depth_m", "tonnes", "share"]]
        return out.sort_values(["tonnes", "link"], ascending=[False, True], ignore_index=True)

    def _mode_tonne_km(self, link_flow: Floats) -> Floats:
        arrays = self.skims.network.arrays
        top = arrays.topology
        on_links = link_flow * arrays.figures["links"][:, 0]
        out = _sum_by(top.link_mode, on_links, len(top.names["modes"]))
        out[top.road] += float((self.tonnes.sum(axis=2) * self.skims.paths.haul_km).sum())
        return out

    def _imbalance(self) -> float:
        """Largest |in − out| of a state from arcs, transfers and demand, relative to all tonnes."""
        top, paths = self.skims.network.arrays.topology, self.skims.paths
        states = int(top.block[-1])
        balance = _sum_by(top.arcs[:, kernels.HEAD], self.arc_flow, states)
        balance -= _sum_by(top.arcs[:, kernels.TAIL], self.arc_flow, states)
        change = self.changed.sum(axis=0) - self.changed.sum(axis=1)  # (mode, port): boarded − left
        change[top.road] += _sum_by(paths.origin, self.tonnes.sum(axis=(1, 2)), len(top.ports))
        change[top.road] -= _sum_by(paths.destination, self.tonnes.sum(axis=(0, 2)), len(top.ports))
        calls = top.port_state >= 0
        np.add.at(balance, top.port_state[calls], change[calls])
        stray = np.abs(change[~calls]).max(initial=0.0)
        total = float(self.tonnes.sum())
        return float(max(np.abs(balance).max(initial=0.0), stray) / total) if total > 0.0 else 0.0


def load(net: FreightNetwork, skims: Skims, tonnes: xr.DataArray, shares: xr.DataArray) -> Loads:
    """Load tonnes on the network: each chain all-or-nothing on its cheapest path, the chains by their shares.

    flow(arc) = Σ over origin, destination, commodity, chain of tonnes·share·[the chain's path uses the arc]

    Parameters
    ----------
    net
        The network; the one the skims were made of.
    skims
        Skims of this network.
    tonnes : (origin, destination, commodity) [Mt/yr]
        At least 0, aligned by name.
    shares : (origin, destination, commodity, chain)
        As `skims.shares` returns them; they sum to 1 where there are tonnes.

    Returns
    -------
    Loads, with the imbalance of the nodes as `balance`.

    Raises
    ------
    OptionError
        If labels are missing or unknown, or figures out of range.
    SolveError
        If the loads do not balance.

    Examples
    --------
    >>> from yijiang.transport import skim
    >>> from yijiang.transport.example import two_ports
    >>> net = two_ports()
    >>> s = skim(net)
    >>> t = s.labelled(np.array([[[0.0], [8.0]], [[2.0], [0.0]]]), "tonnes", "Mt/yr")
    >>> loads = load(net, s, t, s.shares(0.01))
    >>> loads.locks.round(3).loc["gate"].to_dict()
    {'up': 1.772, 'down': 7.088, 'tonnes': 8.859, 'utilisation': 0.089}
    """
    if skims.network is not net:
        raise OptionError("the skims were made of another network; skim this one")
    amounts = _aligned(tonnes, skims, 3, "tonnes")
    return load_arrays(skims, amounts, _aligned(shares, skims, 4, "shares"))


def load_arrays(skims: Skims, tonnes: Floats, shares: Floats) -> Loads:
    """Load plain arrays in the order of the labels of `skims`; see `load`."""
    if tonnes.shape != skims.array.shape[1:4] or shares.shape != skims.array.shape[1:]:
        raise OptionError(
            f"tonnes have shape {tonnes.shape} and shares {shares.shape}; the skims {skims.array.shape[1:]}"
        )
    if not np.all(np.isfinite(tonnes)) or np.any(tonnes < 0.0):
        raise OptionError("tonnes must be numbers, at least 0")
    carried = tonnes > 0.0
    # Written so that a share that is not a number is caught as well.
    if not np.all(np.abs(shares.sum(axis=3)[carried] - 1.0) <= SHARE_LIMIT) or not np.all(shares[carried] >= 0.0):
        raise OptionError("the shares of every pair with tonnes must be at least 0 and sum to 1")
    if np.any(carried[..., None] & (shares > 0.0) & ~np.isfinite(skims.array[0])):
        raise OptionError("a share is above 0 on a chain that is not available")
    return Loads(skims, np.ascontiguousarray(tonnes), np.ascontiguousarray(shares))


def _flow(skims: Skims, tonnes: Floats, shares: Floats) -> Flow:
    top, paths, legs = skims.network.arrays.topology, skims.paths, skims.legs
    volume, changed = kernels.load_chains(
        tonnes, shares, legs.via, paths.chain_legs, legs.leg_tree, len(legs.tree_class), paths.origin,
        paths.destination, paths.road,
    )  # fmt: skip
    arc = kernels.walk_back(
        volume, legs.tree_class, legs.tree_pred, paths.class_mode, top.block, top.port_state, top.arcs
    )
    return Flow(arc, changed, volume)


def _sum_by(number: npt.NDArray[np.int64], amount: Floats, size: int) -> Floats:
    """Sum amounts by number, in the order given; float64 also where there is nothing to sum."""
    total: Floats = np.bincount(number, weights=amount, minlength=size).astype(np.float64)
    return total


def _aligned(array: xr.DataArray, skims: Skims, dims: int, what: str) -> Floats:
    """Return the figures of a labelled array in the order of the skims' labels."""
    if set(array.dims) != set(DIMS[:dims]):
        raise OptionError(f"the {what} have the dimensions {tuple(array.dims)}; wanted: {', '.join(DIMS[:dims])}")
    out = array if array.dims == DIMS[:dims] else array.transpose(*DIMS[:dims])
    figures = np.asarray(out.to_numpy(), dtype=np.float64)
    for axis, (dim, attribute) in enumerate(LABELS[:dims]):
        wanted: tuple[str, ...] = getattr(skims, attribute)
        if dim not in out.coords:
            raise OptionError(f"the {what} have no labels along {dim!r}; they are aligned by name")
        have = [str(v) for v in out.get_index(dim)]
        if tuple(have) == wanted:
            continue
        if len(have) != len(wanted) or set(have) != set(wanted):
            odd = sorted(set(have) ^ set(wanted)) or have
            raise OptionError(f"the {what} and the skims differ along {dim!r}: {', '.join(odd[:10])}")
        figures = np.take(figures, [have.index(name) for name in wanted], axis=axis)
    return figures


def _places(given: str | Sequence[str], names: tuple[str, ...], what: str) -> list[int]:
    wanted = [given] if isinstance(given, str) else list(given)
    return [names.index(match_name(name, [(n,) for n in names], what)) for name in wanted]
