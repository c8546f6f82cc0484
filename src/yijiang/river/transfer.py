"""Response of sections to loads: the whole river as one linear map per pollutant and regime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yijiang.errors import OptionError
from yijiang.river.formulas import GRAMS_PER_SECOND, Floats, Ints, spread_factor

if TYPE_CHECKING:
    import xarray as xr

    from yijiang.river.network import RiverNetwork


@dataclass(frozen=True, slots=True, eq=False)
class TransferMatrix:
    """H with concentration = H · load, in (mg/L) per (t/yr).

    C(section, pollutant) = Σ_reach H(section, reach, pollutant) · load(reach, pollutant)

    It is found by one reverse pass up the river from each section, and is exact: the model is linear in the loads.

    Attributes
    ----------
    sections, reaches, pollutants
        Labels of the dimensions; arrays given to `concentration` are in this order.
    regime
        "mean" or "low".
    spread, point, entering : ndarray (section, reach, pollutant) [mg/L per t/yr]
        For a load spread evenly along the reach, for one at its head (below its abstraction), and for mass that enters
        with the water at its head (above its abstraction: a boundary).
    """

    sections: tuple[str, ...]
    reaches: tuple[str, ...]
    pollutants: tuple[str, ...]
    regime: str
    spread: Floats
    point: Floats
    entering: Floats
    _first: Ints
    _section_reach: Ints

    @classmethod
    def of(cls, net: RiverNetwork, decay: Mapping[str, float], regime: str) -> TransferMatrix:
        """Run the reverse passes; `RiverNetwork.transfer` is the way to call it."""
        from yijiang.river import kernels

        water = net.hydraulics(regime)
        rates = np.array(list(decay.values()), dtype=np.float64)
        x = rates[:, None] * water.travel_days[None, :]
        at_section = x[:, net.section_reach] * net.section_fraction
        shape = (rates.size, len(net.section_names), len(net.reach_names))
        to_spread, to_head = np.zeros(shape), np.zeros(shape)
        kernels.transfer(
            net.down,
            net.first,
            water.kept,
            np.exp(-x),
            spread_factor(x),
            net.section_reach,
            np.exp(-at_section),
            net.section_fraction * spread_factor(at_section),
            GRAMS_PER_SECOND / water.section_flow,
            to_spread,
            to_head,
        )
        # Views on (pollutant, section, reach): the kernels want the reaches side by side in memory.
        spread, point, entering = (array.transpose(1, 2, 0) for array in (to_spread, to_head, to_head * water.kept))
        return cls(
            net.section_names,
            net.reach_names,
            tuple(decay),
            regime.strip().casefold(),
            spread,
            point,
            entering,
            net.first,
            net.section_reach,
        )

    def concentration(self, spread: Floats, point: Floats | None = None, entering: Floats | None = None) -> Floats:
        """Concentrations for loads given as arrays.

        Parameters
        ----------
        spread, point, entering : ndarray (reach, pollutant) or (reach, pollutant, source) [t/yr]
            Loads of the three kinds, in the order of `reaches` and `pollutants`.

        Returns
        -------
        ndarray (section, pollutant) or (section, pollutant, source) [mg/L]

        Raises
        ------
        OptionError
            If an array has another shape.
        """
        from yijiang.river import kernels

        total: Floats | None = None
        pairs = ((self.spread, spread), (self.point, point), (self.entering, entering))
        for response, given in pairs:
            if given is None:
                continue
            loads = np.ascontiguousarray(given, dtype=np.float64)
            if loads.ndim not in (2, 3) or loads.shape[:2] != (len(self.reaches), len(self.pollutants)):
                expected = f"({len(self.reaches)}, {len(self.pollutants)}[, sources])"
                raise OptionError(f"loads have shape {loads.shape}; wanted {expected}: reach, pollutant, source")
            lanes = loads if loads.ndim == 3 else loads[:, :, None]
            part = kernels.respond(self._first, self._section_reach, response.transpose(2, 0, 1), lanes)
            part = part if loads.ndim == 3 else part[:, :, 0]
            total = part if total is None else total + part
        if total is None:
            raise OptionError("no loads given")
        return total

    def to_xarray(self) -> xr.DataArray:
        """All responses as one labelled array (kind, section, reach, pollutant) [mg/L per t/yr]."""
        import xarray as xr

        return xr.DataArray(
            np.stack([self.spread, self.point, self.entering]),
            dims=("kind", "section", "reach", "pollutant"),
            coords={
                "kind": ["spread", "point", "entering"],
                "section": list(self.sections),
                "reach": list(self.reaches),
                "pollutant": list(self.pollutants),
            },
            name="response",
            attrs={"unit": "mg/L per t/yr", "regime": self.regime},
        )
