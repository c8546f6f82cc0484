"""Response of sections to loads: the whole river as one linear map per regime, found by reverse passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yijiang.errors import OptionError
from yijiang.river.formulas import GRAMS_PER_SECOND, Floats, Ints

if TYPE_CHECKING:
    import xarray as xr

    from yijiang.river.system import System


def reverse(system: System, sections: Ints, base: Ints, size: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Run the reverse passes of some sections into rows that begin at `base`.

    Returns
    -------
    Response to a load spread along a reach and to one at its head (pollutant, entry), and the same two of a pollutant
    made to loads of its maker (pair, entry) [mg/L per t/yr].
    """
    from yijiang.river import kernels

    net, water, top = system.network, system.water, system.network.topology
    r, f = net.section_reach[sections], net.section_fraction[sections]
    reach, pair = system.reach_factors(storage=False)
    place, pair_place = system.reach_factors(water.travel_days[r] * f, r, storage=False)
    through, share = (np.ascontiguousarray(a.T) for a in (reach.through, reach.share))
    scale = GRAMS_PER_SECOND / water.section_flow[sections]
    ways = (top.down_ptr, top.below, top.part, top.first, water.kept)
    to_spread, to_head = np.zeros((len(system.rates), size)), np.zeros((len(system.rates), size))
    kernels.transfer(
        *ways, through, share, base, r, np.ascontiguousarray(place.through.T),
        np.ascontiguousarray((f[:, None] * place.share).T), scale, to_spread, to_head,
    )  # fmt: skip
    made_spread, made_head = np.zeros((len(system.pairs), size)), np.zeros((len(system.pairs), size))
    for k, (made, maker) in enumerate(system.pairs):
        at_section = np.stack([pair_place.through[:, k], f * pair_place.share[:, k]])
        kernels.transfer_pair(
            *ways, through[maker], share[maker], np.ascontiguousarray(pair.through[:, k]),
            np.ascontiguousarray(pair.share[:, k]), base, r, at_section, scale, to_head[made], made_spread[k],
            made_head[k],
        )  # fmt: skip
    return to_spread, to_head, made_spread, made_head


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
        Regime of the network it holds for.
    spread, point, entering : ndarray (section, reach, pollutant) [mg/L per t/yr]
        For a load spread evenly along the reach, for one at its head (below its abstraction), and for mass that enters
        with the water at its head (above its abstraction: a boundary).
    pairs
        (pollutant made, its maker); empty without oxygen.
    pair_spread, pair_point : ndarray (section, reach, pair) [mg/L per t/yr]
        Response of the pollutant made to loads of its maker.
    """

    sections: tuple[str, ...]
    reaches: tuple[str, ...]
    pollutants: tuple[str, ...]
    regime: str
    spread: Floats
    point: Floats
    entering: Floats
    pairs: tuple[tuple[str, str], ...]
    pair_spread: Floats
    pair_point: Floats
    _kept: Floats
    _first: Ints
    _section_reach: Ints

    @classmethod
    def of(cls, system: System) -> TransferMatrix:
        """Run the reverse passes; `RiverNetwork.transfer` is the way to call it."""
        net = system.network
        count, sections = len(net.reach_names), len(net.section_names)
        base = np.arange(sections, dtype=np.int64) * count
        rows = reverse(system, np.arange(sections), base, sections * count)
        # Views on (pollutant, section, reach): the kernels want the reaches side by side in memory.
        spread, point, pair_spread, pair_point = (
            array.reshape(array.shape[0], sections, count).transpose(1, 2, 0) for array in rows
        )
        kept = system.water.kept
        return cls(
            net.section_names,
            net.reach_names,
            system.names,
            system.regime,
            spread,
            point,
            point * kept[None, :, None],
            tuple((system.names[made], system.names[maker]) for made, maker in system.pairs),
            pair_spread,
            pair_point,
            kept,
            net.topology.first,
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
        total: Floats | None = None
        given = ((self.spread, self.pair_spread, spread), (self.point, self.pair_point, point))
        for response, pair, load in (*given, (self.entering, self.pair_point * self._kept[None, :, None], entering)):
            if load is None:
                continue
            loads = np.ascontiguousarray(load, dtype=np.float64)
            if loads.ndim not in (2, 3) or loads.shape[:2] != (len(self.reaches), len(self.pollutants)):
                expected = f"({len(self.reaches)}, {len(self.pollutants)}[, sources])"
                raise OptionError(f"loads have shape {loads.shape}; wanted {expected}: reach, pollutant, source")
            lanes = loads if loads.ndim == 3 else loads[:, :, None]
            part = self._respond(response, lanes)
            for k, (made, maker) in enumerate(self.pairs):
                one = self.pollutants.index(maker)
                part[:, self.pollutants.index(made)] += self._respond(pair[:, :, k : k + 1], lanes[:, one : one + 1])[
                    :, 0
                ]
            part = part if loads.ndim == 3 else part[:, :, 0]
            total = part if total is None else total + part
        if total is None:
            raise OptionError("no loads given")
        return total

    def _respond(self, response: Floats, lanes: Floats) -> Floats:
        from yijiang.river import kernels

        base = np.arange(len(self.sections), dtype=np.int64) * len(self.reaches)
        rows = np.ascontiguousarray(response.transpose(2, 0, 1)).reshape(response.shape[2], -1)
        result: Floats = kernels.respond(self._first, base, self._section_reach, rows, np.ascontiguousarray(lanes))
        return result

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


def blocks(first: Ints, section_reach: Sequence[int] | Ints) -> tuple[Ints, int]:
    """Where the row of each section begins when only what is upstream of it is kept, and the size of all rows.

    >>> blocks(np.array([0, 1, 0]), [2, 0])
    (array([0, 3]), 4)
    """
    r = np.asarray(section_reach, dtype=np.int64)
    length = r - first[r] + 1
    start = np.cumsum(length) - length
    return start - first[r], int(length.sum())
