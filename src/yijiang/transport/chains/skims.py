"""Skims: least generalised cost of every chain between every two regions, with its money, hours, CO₂ and kilometres."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
import xarray as xr

from yijiang.errors import DataError, Finding, OptionError, SolveError, match_name
from yijiang.transport.assignment.kernels import Floats, Ints, Shorts
from yijiang.transport.choice import logit_logsum, logit_shares

if TYPE_CHECKING:
    from yijiang.transport.chains.paths import Paths

FIELDS = ("cost", "money", "time", "co2", "km", "main_km")
"""Fields of a skim, in the order of `Skims.array`."""

UNITS = {"cost": "yuan/t", "money": "yuan/t", "time": "h", "co2": "kg/t", "km": "km", "main_km": "km"}
"""Unit of every field."""

RESIDUAL_LIMIT = 1e-9
"""Largest relative difference allowed between a label and the cost of the path that its predecessors give."""

DIMS = ("origin", "destination", "commodity", "chain")


class Skims:
    """Costs between regions by commodity and chain; infinite where a chain is not available.

    Goods within a region travel by road only. Cost, money, hours, CO₂ and km count the whole way from door to door:
    loading, hauls at both ends, access by road, transfers, the main legs, unloading. `main_km` counts the chain's own
    mode between its ports only.

    Attributes
    ----------
    paths : the prepared network; origins, regions, commodities, chains : labels.
    array : (6, origin, destination, commodity, chain), fields in the order of `FIELDS`.
    residual : largest relative difference between a label and the cost of its path.
    """

    def __init__(self, paths: Paths, values: Floats, vehicle: Ints, fields: tuple[str, ...], residual: float) -> None:
        self.paths = paths
        self.network = paths.network
        self.origins, self.regions = paths.origins, paths.regions
        self.commodities, self.chains = paths.commodities, paths.chains
        self.array = values
        self.fields = ("cost", *(f for f in fields if f != "cost"))
        self.residual = residual
        self._vehicle = vehicle

    @classmethod
    def of(
        cls, paths: Paths, label: Floats, wanted: Ints, ptr: Ints, links: Shorts, wait: Floats, fields: tuple[str, ...]
    ) -> Self:
        """Sum the fields along the paths that labels were found on.

        Parameters
        ----------
        label : (group)
            Least cost of every origin, destination, commodity and chain, in this order.
        wanted, ptr, links
            Groups that a path leads to, and the virtual links of their paths, from end to origin.
        wait : (link) [h]
            Wait on every virtual link.
        """
        v, top = paths.virtual, paths.network.arrays.topology
        shape = (len(paths.origins), len(paths.regions), len(paths.commodities), len(paths.chains))
        owner = np.repeat(np.arange(len(wanted)), np.diff(ptr))

        def along(figures: Floats) -> Floats:
            out: Floats = np.bincount(owner, weights=figures[links], minlength=len(wanted)).astype(np.float64)
            return out

        money, km = along(v.fields[0]), along(v.fields[3])
        hours, co2 = along(v.fields[1] + wait), along(v.fields[2])
        commodity, chain = np.unravel_index(wanted, shape)[2:]
        cost = money + paths.time_value[commodity] * hours + paths.co2_price * co2
        residual = float(np.max(np.abs(cost - label[wanted]) / np.maximum(1.0, label[wanted]), initial=0.0))
        if residual > RESIDUAL_LIMIT:
            raise SolveError("the labels of the shortest paths and the paths disagree", residual=residual)
        # The way of a chain's own modes, without the hauls at both ends; by road alone, all but the access.
        arcs = np.arange(len(wait)) < len(v.arc)
        own = [along(np.where(arcs, row, 0.0)) for row in v.fields[4:]]
        main = np.zeros(len(wanted))
        for c, legs in enumerate(paths.legs):
            at = chain == c
            for m in dict.fromkeys(legs or (top.road,)):
                main[at] += own[m][at]
        values = np.full((len(FIELDS), label.size), np.inf)
        values[:, wanted] = cost, money, hours, co2, km, main
        # The first main leg is the last one on the way back from the end.
        carrier = np.full(label.size, -1, np.int64)
        on_arc = links < len(v.arc)
        vehicle = np.where(on_arc, v.vehicle[np.minimum(links, len(v.arc) - 1)], -1)
        truck = int(v.mode_first[top.road])
        carrier[wanted] = truck
        main_arc = np.flatnonzero(on_arc & (vehicle != truck))
        carrier[wanted[owner[main_arc]]] = vehicle[main_arc]
        return cls(paths, values.reshape(len(FIELDS), *shape), carrier.reshape(shape), fields, residual)

    def __repr__(self) -> str:
        sizes = f"{len(self.origins)} × {len(self.regions)} regions, {len(self.commodities)} commodities"
        return f"Skims({sizes}, chains {', '.join(self.chains)}; fields {', '.join(self.fields)})"

    def field(self, name: str) -> xr.DataArray:
        """Return one field with its labels, (origin, destination, commodity, chain).

        >>> from yijiang.transport import skim
        >>> from yijiang.transport.example import two_ports
        >>> time = skim(two_ports()).field("time")
        >>> time.sel(origin="Upper", destination="Lower", chain="road").item(), time.attrs["unit"]
        (11.0, 'h')
        """
        wanted = match_name(name, [(f,) for f in FIELDS], "field")
        if wanted not in self.fields:
            raise OptionError(f"the field {wanted!r} was not skimmed; skimmed: {', '.join(self.fields)}")
        return self.labelled(self.array[FIELDS.index(wanted)], wanted, UNITS[wanted])

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

        >>> from yijiang.transport import skim
        >>> from yijiang.transport.example import two_ports
        >>> skim(two_ports()).vehicle().sel(origin="Upper", destination="Lower", chain="water").item()
        'barge'
        """
        names = np.array([*self.network.arrays.class_names(), ""], dtype=object)
        return self.labelled(names[self._vehicle], "vehicle", "")

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
        >>> from yijiang.transport import skim
        >>> from yijiang.transport.example import two_ports
        >>> shares = skim(two_ports()).shares(0.01)
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

        >>> from yijiang.transport import skim
        >>> from yijiang.transport.example import two_ports
        >>> skim(two_ports()).labelled(np.zeros((2, 2, 1)), "tonnes", "Mt/yr").dims
        ('origin', 'destination', 'commodity')
        """
        labels = (self.origins, self.regions, self.commodities, self.chains)
        coords = {dim: list(names) for dim, names in zip(DIMS, labels, strict=True)}
        dims = DIMS[: array.ndim]
        return xr.DataArray(array.copy(), {d: coords[d] for d in dims}, dims, name, {"unit": unit})
