"""Skims: least generalised cost of every chain between every two regions, with its money, hours, CO₂ and kilometres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from yijiang.errors import DataError, Finding, OptionError, SolveError, match_name
from yijiang.transport import kernels
from yijiang.transport.checks import ROAD, WATER
from yijiang.transport.choice import logit_logsum, logit_shares
from yijiang.transport.freightnetwork import FreightNetwork

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CHAINS = (ROAD, "rail", WATER)
"""Chains that are skimmed unless others are named, as far as the network has the mode."""

UNITS = {"cost": "yuan/t", "money": "yuan/t", "time": "h", "co2": "kg/t", "km": "km", "main_km": "km"}
"""Unit of every field."""

RESIDUAL_LIMIT = 1e-9
"""Largest relative difference allowed between a label and the cost of the path that its predecessors give."""

DIMS = ("origin", "destination", "commodity", "chain")


@dataclass(frozen=True, slots=True)
class Legs:
    """Trees and legs behind a skim, for loading; see `kernels`."""

    tree_class: Ints
    tree_pred: Ints
    tree_leg: Floats
    leg_tree: Ints
    via: Ints


class Paths:
    """A network prepared for repeated skims: what does not change with the waits at the locks is worked out once.

    Parameters
    ----------
    network
        The network.
    commodities
        Value of time [yuan/(t·h)] by commodity; left out, one commodity `goods` with value 0.
    chains
        A chain is named by its main mode, or by several in order joined by `-` (`rail-water`); it begins and ends by
        road. Left out, those of road, rail and water that the network has.
    origins
        Regions to start from; left out, all.
    co2_price
        Yuan per tonne of CO₂.

    Raises
    ------
    OptionError
        If a chain, a region or a figure is not valid.

    Examples
    --------
    >>> from yijiang.transport.example import two_ports
    >>> paths = Paths(two_ports(), {"ore": 0.2, "phones": 12.0})
    >>> free, queue = paths.skim({"gate": 0.0}), paths.skim({"gate": 10.0})
    >>> extra = queue.cost - free.cost
    >>> extra.sel(origin="Upper", destination="Lower", chain="water").values.round(9).tolist()
    [2.0, 120.0]
    """

    def __init__(
        self,
        network: FreightNetwork,
        commodities: Mapping[str, float] | pd.Series | None = None,
        chains: Sequence[str] | None = None,
        origins: Sequence[str] | None = None,
        co2_price: float = 0.0,
    ) -> None:
        arrays = network.arrays
        top = arrays.topology
        self.network = network
        values = [("goods", 0.0)] if commodities is None else list(commodities.items())
        self.commodities = tuple(str(name) for name, _ in values)
        self.time_value = np.array([float(v) for _, v in values])
        if len(set(self.commodities)) < len(values) or len(values) == 0:
            raise OptionError("the commodities need names, each once")
        if not np.all(np.isfinite(self.time_value)) or np.any(self.time_value < 0.0) or not 0.0 <= co2_price < np.inf:
            raise OptionError("values of time and the price of CO2 must be finite and at least 0")
        self.co2_price = co2_price / 1000.0  # yuan per kg
        modes = top.names["modes"]
        self.chains = tuple(c for c in CHAINS if c in modes) if chains is None else tuple(chains)
        if len(set(self.chains)) < len(self.chains) or not self.chains:
            raise OptionError("the chains need names, each once")
        self.regions = network.regions
        known = [(region,) for region in self.regions]
        self.origins = self.regions if origins is None else tuple(match_name(o, known, "region") for o in origins)
        self.road = top.road
        legs = [[] if c == ROAD else [self._main_mode(c, part) for part in c.split("-")] for c in self.chains]
        self.chain_legs = np.full((len(legs), max([1, *map(len, legs)])), -1, np.int64)
        for k, row in enumerate(legs):
            self.chain_legs[k, : len(row)] = row
        fixed = arrays.figures["modes"][:, 1]
        self.chain_money = np.array([fixed[top.road] * (2 if row else 1) + fixed[row].sum() for row in legs])
        self.transfer = arrays.transfers()
        self.class_mode, self.classes = arrays.classes()
        place = {region: i for i, region in enumerate(self.regions)}
        rows = [place[o] for o in self.origins]
        self.origin, self.destination = top.zone_port[rows], top.zone_port
        half = 0.5 * arrays.figures["zones"][:, 0]
        self.haul_km = half[rows][:, None] + half[None, :]
        truck = self.classes[np.flatnonzero(self.class_mode == top.road)[0]]
        per_km = np.array([truck[kernels.RATE], 1.0 / truck[kernels.SPEED], truck[kernels.CLASS_CO2], 1.0])
        self.haul = self.haul_km[..., None] * per_km

    def _main_mode(self, chain: str, part: str) -> int:
        modes = self.network.arrays.topology.names["modes"]
        if part == ROAD:
            raise OptionError(f"the chain {chain!r} names road, which every chain begins and ends with: leave it out")
        return modes.index(match_name(part, [(m,) for m in modes], "mode"))

    def skim(
        self,
        delays: Mapping[str, float] | pd.Series | None = None,
        fields: Sequence[str] = ("time", "money", "co2", "km"),
    ) -> Skims:
        """Skim the network under given waits at the locks.

        Parameters
        ----------
        delays
            Wait [h] by lock, beyond the passage itself; every lock, or nothing for no wait.
        fields
            Fields wanted beside the cost, of `time`, `money`, `co2`, `km` and `main_km`.

        Raises
        ------
        OptionError
            If a lock or field is unknown or a wait is not at least 0.
        SolveError
            If labels and paths disagree.
        """
        locks = self.network.arrays.topology.names["locks"]
        given = dict.fromkeys(locks, 0.0) if delays is None else dict(delays.items())
        if set(given) != set(locks):
            raise OptionError(f"waits are given for {sorted(map(str, given))}; wanted for: {', '.join(locks)}")
        return self.skim_arrays(np.array([float(given[name]) for name in locks]), fields)

    def skim_arrays(self, delays: Floats, fields: Sequence[str] = ("time", "money", "co2", "km")) -> Skims:
        """Skim with the waits [h] as an array in the order of `network.arrays.topology.names["locks"]`."""
        for field in fields:
            match_name(field, [(f,) for f in kernels.FIELDS], "field")
        if not np.all(np.isfinite(delays)) or np.any(delays < 0.0):
            raise OptionError("a wait must be a number of hours, at least 0")
        top = self.network.arrays.topology
        links = self.network.arrays.link_values(delays)
        tree_of, tree_class, tree_pred, tree_leg, tree_residual = kernels.grow_legs(
            top.ptr, top.arcs, top.block, top.port_state, links, self.class_mode, self.classes, self.time_value,
            self.co2_price,
        )  # fmt: skip
        leg_cost, leg_tree = kernels.best_legs(
            tree_of, tree_leg, self.class_mode, len(top.block) - 1, self.road, self.time_value, self.co2_price
        )
        values, via, chain_residual = kernels.compose_chains(
            leg_cost, leg_tree, tree_leg, self.transfer, self.chain_legs, self.chain_money, self.origin,
            self.destination, self.haul, self.road, self.time_value, self.co2_price,
        )  # fmt: skip
        residual = max(tree_residual, chain_residual)
        if residual > RESIDUAL_LIMIT:
            raise SolveError("the labels of the shortest paths and the paths disagree", residual=residual)
        return Skims(self, values, Legs(tree_class, tree_pred, tree_leg, leg_tree, via), tuple(fields), residual)


class Skims:
    """Costs between regions by commodity and chain; infinite where a chain is not available.

    Goods within a region travel by road only. Cost, money, hours, CO₂ and km count the whole way from door to door:
    loading, hauls at both ends, access by road, transfers, the main legs, unloading. `main_km` counts the chain's own
    mode between its ports only.

    Attributes
    ----------
    paths : the prepared network; origins, regions, commodities, chains : labels.
    array : (6, origin, destination, commodity, chain), fields in the order of `kernels.FIELDS`.
    residual : largest relative difference between a label and the cost of its path.
    """

    def __init__(self, paths: Paths, values: Floats, legs: Legs, fields: tuple[str, ...], residual: float) -> None:
        self.paths = paths
        self.network = paths.network
        self.origins, self.regions = paths.origins, paths.regions
        self.commodities, self.chains = paths.commodities, paths.chains
        self.array = values
        self.fields = ("cost", *(f for f in fields if f != "cost"))
        self.legs = legs
        self.residual = residual

    def __repr__(self) -> str:
        sizes = f"{len(self.origins)} × {len(self.regions)} regions, {len(self.commodities)} commodities"
        return f"Skims({sizes}, chains {', '.join(self.chains)}; fields {', '.join(self.fields)})"

    def field(self, name: str) -> xr.DataArray:
        """Return one field with its labels, (origin, destination, commodity, chain).

        >>> from yijiang.transport.example import two_ports
        >>> time = skim_freight(two_ports()).field("time")
        >>> time.sel(origin="Upper", destination="Lower", chain="road").item(), time.attrs["unit"]
        (11.0, 'h')
        """
        wanted = match_name(name, [(f,) for f in kernels.FIELDS], "field")
        if wanted not in self.fields:
            raise OptionError(f"the field {wanted!r} was not skimmed; skimmed: {', '.join(self.fields)}")
        return self.labelled(self.array[kernels.FIELDS.index(wanted)], wanted, UNITS[wanted])

    @property
    def cost(self) -> xr.DataArray:
        """Generalised cost [yuan/t]."""
        return self.field("cost")

    @property
    def money(self) -> xr.DataArray:
        """Money [yuan/t]."""
        return self.field("money")

    @property
    def time(self) -> xr.DataArray:
        """Door-to-door time [h]."""
        return self.field("time")

    @property
    def co2(self) -> xr.DataArray:
        """Emissions [kg/t]."""
        return self.field("co2")

    @property
    def km(self) -> xr.DataArray:
        """Distance travelled [km]."""
        return self.field("km")

    @property
    def main_km(self) -> xr.DataArray:
        """Distance on the chain's own modes [km]."""
        return self.field("main_km")

    def vehicle(self) -> xr.DataArray:
        """Vehicle class of the first main leg (the ship on water), "" where the chain is not available.

        >>> from yijiang.transport.example import two_ports
        >>> skim_freight(two_ports()).vehicle().sel(origin="Upper", destination="Lower", chain="water").item()
        'barge'
        """
        names = np.array([*self.network.arrays.class_names(), ""], dtype=object)
        out = np.full(self.array.shape[1:], -1, dtype=np.int64)
        paths, legs = self.paths, self.legs
        for k, row in enumerate(paths.chain_legs):
            for o, d, c in np.argwhere(np.isfinite(self.array[0, ..., k])):
                stops = (paths.origin[o], paths.destination[d]) if row[0] < 0 else legs.via[o, d, c, k, :2]
                mode = paths.road if row[0] < 0 else row[0]
                out[o, d, c, k] = legs.tree_class[legs.leg_tree[mode, c, stops[0], stops[1]]]
        return self.labelled(names[out], "vehicle", "")

    def share_array(self, dispersion: float | Mapping[str, float]) -> Floats:
        """Return the logit shares as an array (origin, destination, commodity, chain); see `shares`."""
        self._demand_a_chain()
        return logit_shares(self.array[0], self._dispersion(dispersion))

    def shares(self, dispersion: float | Mapping[str, float]) -> xr.DataArray:
        """Logit shares of the chains, exp(−μ·cost) normalised; 0 where a chain is not available.

        Parameters
        ----------
        dispersion
            μ [1/(yuan/t)], above 0; one figure, or one by commodity.

        Raises
        ------
        DataError
            If a pair of regions has no chain at all.

        Examples
        --------
        >>> from yijiang.transport.example import two_ports
        >>> shares = skim_freight(two_ports()).shares(0.01)
        >>> shares.sel(origin="Upper", destination="Lower", commodity="goods").values.round(4).tolist()
        [0.1141, 0.8859]
        """
        return self.labelled(self.share_array(dispersion), "share", "1")

    def logsum_array(self, dispersion: float | Mapping[str, float]) -> Floats:
        """Return the composite cost as an array (origin, destination, commodity); see `logsum`."""
        self._demand_a_chain()
        return logit_logsum(self.array[0], self._dispersion(dispersion))

    def logsum(self, dispersion: float | Mapping[str, float]) -> xr.DataArray:
        """Composite generalised cost over the chains, −(1/μ)·ln Σ exp(−μ·cost) [yuan/t].

        Its zero means nothing by itself (a further equal chain lowers it by ln(n)/μ): use differences.

        Parameters
        ----------
        dispersion
            As in `shares`.

        Raises
        ------
        DataError
            If a pair of regions has no chain at all.
        """
        return self.labelled(self.logsum_array(dispersion), "logsum", "yuan/t")

    def _dispersion(self, dispersion: float | Mapping[str, float]) -> Floats:
        if not isinstance(dispersion, Mapping):
            return np.asarray(dispersion, dtype=np.float64)
        if set(dispersion) != set(self.commodities):
            raise OptionError(f"the dispersion names {sorted(dispersion)}; wanted: {', '.join(self.commodities)}")
        return np.array([float(dispersion[c]) for c in self.commodities])

    def _demand_a_chain(self) -> None:
        closed = ~np.isfinite(self.array[0]).any(axis=(2, 3))
        if closed.any():
            remedy = "join the regions, deepen the water or skim more chains"
            raise DataError(
                Finding("links", 0, "", "", f"no chain leads from {self.origins[o]} to {self.regions[d]}", remedy)
                for o, d in np.argwhere(closed)
            )

    def labelled(self, array: npt.NDArray[np.float64] | npt.NDArray[np.object_], name: str, unit: str) -> xr.DataArray:
        """Put the labels of these skims on an array whose axes are in their order, and its unit.

        >>> from yijiang.transport.example import two_ports
        >>> skim_freight(two_ports()).labelled(np.zeros((2, 2, 1)), "tonnes", "Mt/yr").dims
        ('origin', 'destination', 'commodity')
        """
        labels = (self.origins, self.regions, self.commodities, self.chains)
        coords = {dim: list(names) for dim, names in zip(DIMS, labels, strict=True)}
        dims = DIMS[: array.ndim]
        return xr.DataArray(array.copy(), {d: coords[d] for d in dims}, dims, name, {"unit": unit})


def skim_freight(
    net: FreightNetwork,
    origins: Sequence[str] | None = None,
    fields: Sequence[str] = ("time", "money", "co2", "km"),
    commodities: Mapping[str, float] | pd.Series | None = None,
    chains: Sequence[str] | None = None,
    delays: Mapping[str, float] | pd.Series | None = None,
    co2_price: float = 0.0,
) -> Skims:
    """Skim a network once; for repeated skims under other waits keep a `Paths`.

    cost = money + value_of_time·time + co2_price·CO₂, minimised by Dijkstra's label setting over the virtual network.

    Parameters
    ----------
    net
        The network.
    origins, commodities, chains, co2_price
        As in `Paths`.
    fields, delays
        As in `Paths.skim`.

    Returns
    -------
    Skims with labelled fields (origin, destination, commodity, chain).

    Source: Dijkstra (1959); Jourquin and Beuthe (1996), Transportation Research C 4(6).

    Examples
    --------
    >>> from yijiang.transport.example import two_ports
    >>> from yijiang.transport import skim
    >>> s = skim(two_ports(), commodities={"ore": 0.2})
    >>> s.cost.sel(origin="Upper", destination="Lower", commodity="ore").values.round(3).tolist()
    [342.2, 143.8]
    """
    return Paths(net, commodities, chains, origins, co2_price).skim(delays, fields)
