"""The base of a trade model: shares and levels of one equilibrium, and what follows from them alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .labels import Labels

if TYPE_CHECKING:
    from .problem import Problem

Array = NDArray[np.float64]
#: In the state, spending is divided by itself, but never by less than this part of the mean.
SMALLEST_UNIT = 1e-3


@dataclass(frozen=True)
class Base:
    """Shares and levels of one equilibrium; regions of fixed cost come last, and trade has its sector axis first."""

    labels: Labels
    share: Array  # (sector, importer, exporter), tariff-inclusive
    tariff: Array  # (sector, importer, exporter), 0.05 = 5 %
    sales: Array  # (sector, fixed importer, exporter): value net of tariff
    sales_tariff: Array  # (sector, fixed importer, exporter)
    outside: Array  # (sector, fixed importer, fixed exporter): trade that stays as it is
    value_added: Array  # (region, factor, sector)
    inputs: Array  # (region, input, using sector)
    final: Array  # (region, sector)
    fixed_use: Array  # (region, sector), at most 0
    income: Array  # (region, factor), money
    deficit: Array  # (region,), money
    expenditure: Array  # (region, sector), money, tariff-inclusive
    theta: Array  # (sector,)
    notes: tuple[str, ...] = ()  # what was accepted although it is unusual

    @property
    def closed(self) -> bool:
        """Whether every region is modelled, so that only relative prices are determined."""
        return bool(self.sales.shape[1] == 0)

    @cached_property
    def local(self) -> NDArray[np.bool_]:
        """Sectors that nobody buys from elsewhere (sector,)."""
        own = np.arange(self.modelled)
        return np.asarray(
            np.count_nonzero(self.share, axis=(1, 2)) == np.count_nonzero(self.share[:, own, own], axis=1)
        )

    @cached_property
    def taxed(self) -> bool:
        """Whether any modelled region levies a tariff."""
        return any(self.tariff.strides) and bool(np.any(self.tariff))

    @cached_property
    def output(self) -> Array:
        """Output of modelled regions (region, sector), money."""
        return np.asarray(sales_of(self.share, self.tariff, self.expenditure)[0] + self.sales.sum(1).T)

    @cached_property
    def revenue(self) -> Array:
        """Tariff revenue of modelled regions (region,), money."""
        if not self.taxed:
            return np.zeros(self.modelled)
        return np.asarray(self.expenditure.sum(1) - sales_of(self.share, self.tariff, self.expenditure)[1])

    @cached_property
    def unit(self) -> Array:
        """What spending is divided by in the state (region, sector)."""
        return np.asarray(np.maximum(self.expenditure, self.smallest_unit))

    @cached_property
    def smallest_unit(self) -> float:
        """What spending is divided by at least: tiny cells would never settle."""
        return SMALLEST_UNIT * float(self.expenditure.mean())

    @cached_property
    def problem(self) -> Problem:
        """The fixed part of the map without any lever or tariff."""
        from .levers import still_problem

        return still_problem(self)

    @property
    def modelled(self) -> int:
        """Number of regions whose markets clear in the model."""
        return int(self.share.shape[1])


def sales_of(share: Array, tariff: Array, spending: Array) -> tuple[Array, Array]:
    """Sales of modelled regions to each other (region, sector), and what reaches sellers of each one's spending.

    Sector by sector, so that no second table of trade is ever made.
    """
    sectors, regions = share.shape[:2]
    output, kept = np.empty((regions, sectors)), np.zeros(regions)
    taxed = any(tariff.strides)
    for j in range(sectors):
        net = share[j] / (1 + tariff[j]) if taxed else share[j]
        output[:, j] = (spending[:, j] @ net)[:regions]
        kept += net.sum(1) * spending[:, j] if taxed else share[j].sum(1) * spending[:, j]
    return output, kept
