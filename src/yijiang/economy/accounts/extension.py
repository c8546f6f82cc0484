"""Satellite accounts: direct, embodied in consumption, in imports and in exports, with the names of pymrio."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from yijiang.economy.accounts import labels as lb
from yijiang.economy.accounts.labels import Floats
from yijiang.economy.accounts.tables import Rows

if TYPE_CHECKING:
    from yijiang.economy.accounts.model import Accounts


class Extension:
    """What sectors use or emit beside their products, and where it ends up.

    S = F x̂⁻¹,  M = S L,  and with ŷ_c the final use of region c on the diagonal of its sectors

    D_cba = M ŷ (by consuming region and sector bought),  D_pba = F,
    D_imp = the part of D_cba that arises outside the consuming region,
    D_exp = the part of D_pba that other regions' final use causes.

    Attributes
    ----------
    name
        Its name in the accounts.
    rows
        Names, flows and units of its stressors.

    Examples
    --------
    >>> from yijiang.economy import Accounts
    >>> acc = Accounts(
    ...     [[10.0, 5.0], [0.0, 20.0]],
    ...     [[60.0, 5.0], [10.0, 50.0]],
    ...     regions=["Up", "Down"],
    ...     sectors=["all"],
    ...     extensions={"air": {"CO2": [8.0, 4.0]}},
    ... )
    >>> acc.extensions["air"].D_cba_reg.round(3).to_numpy().tolist()
    [[7.619, 4.381]]
    """

    PUBLIC: ClassVar[frozenset[str]] = frozenset(
        [
            "F",
            "F_Y",
            "S",
            "S_Y",
            "M",
            "D_cba",
            "D_pba",
            "D_imp",
            "D_exp",
            "D_cba_reg",
            "D_pba_reg",
            "D_imp_reg",
            "D_exp_reg",
        ]
    )

    def __init__(self, accounts: Accounts, name: str, rows: Rows) -> None:
        self._accounts = accounts
        self.name = name
        self.rows = rows

    def __repr__(self) -> str:
        return f"<Extension {self.name}: {len(self.rows.names)} stressors>"

    @cached_property
    def intensity(self) -> Floats:
        """S as an array (stressor, row)."""
        return self._accounts.per_output(self.rows.F)

    def _rows(self, values: Floats) -> pd.DataFrame:
        return pd.DataFrame(lb.frozen(values), index=self.rows.names, columns=self._accounts.index, copy=False)

    def _consumed(self, values: Floats) -> pd.DataFrame:
        """Label (stressor, consumer and sector)."""
        columns = _product(tuple(self._accounts.consumers), tuple(self._accounts.sectors))
        return pd.DataFrame(values, index=self.rows.names, columns=columns, copy=False)

    def _by_region(self, values: Floats, names: list[str]) -> pd.DataFrame:
        return pd.DataFrame(values, index=self.rows.names, columns=pd.Index(names, name="region"))

    @property
    def F(self) -> pd.DataFrame:
        """Direct flows (stressor, region and sector)."""
        return self._rows(self.rows.F)

    @property
    def F_Y(self) -> pd.DataFrame | None:
        """Direct flows of final use (stressor, region and category), if there are any."""
        if self.rows.F_Y is None:
            return None
        return pd.DataFrame(self.rows.F_Y, index=self.rows.names, columns=self._accounts.tables.uses)

    @property
    def S(self) -> pd.DataFrame:
        """Direct flows per unit of output."""
        return self._rows(self.intensity)

    @property
    def S_Y(self) -> pd.DataFrame | None:
        """Direct flows of final use per unit of it; 0 where nothing is used."""
        if self.rows.F_Y is None:
            return None
        total = self._accounts.tables.Y.sum(axis=0)
        values = np.divide(self.rows.F_Y, total, out=np.zeros_like(self.rows.F_Y), where=total != 0)
        return pd.DataFrame(values, index=self.rows.names, columns=self._accounts.tables.uses)

    @property
    def multipliers(self) -> Floats:
        """M as an array (stressor, row)."""
        return self._accounts.multiplier_arrays[self.name]

    @property
    def M(self) -> pd.DataFrame:
        """Total flows per unit of final use, S L; solved, without L."""
        return self._rows(self.multipliers)

    @property
    def D_cba(self) -> pd.DataFrame:
        """Footprint by consuming region and the sector it buys from; without L."""
        return self._consumed(bought(self._accounts, self.multipliers, self._accounts.final))

    @property
    def D_pba(self) -> pd.DataFrame:
        """Flows where they arise, by region and sector."""
        return self._rows(self.rows.F)

    @cached_property
    def _home(self) -> Floats:
        """Output that a row's own region causes by its final use (row,)."""
        acc = self._accounts
        consumer = {name: c for c, name in enumerate(acc.consumers)}
        at = np.array([consumer.get(name, -1) for name in acc.regions])[acc.region_of]
        own = np.take_along_axis(acc.output_by_consumer, np.maximum(at, 0)[:, None], axis=1)[:, 0]
        return np.where(at >= 0, own, 0.0)

    @property
    def D_imp(self) -> pd.DataFrame:
        """Flows elsewhere for a region's final use, by region and the sector bought; many stressors make it form L."""
        acc = self._accounts
        return self._consumed(bought(acc, self.multipliers, acc.final) - acc.home_arrays[self.name])

    @property
    def D_exp(self) -> pd.DataFrame:
        """Flows for other regions' final use, by producing region and sector; without L."""
        acc = self._accounts
        return self._rows(self.intensity * (acc.output_by_consumer.sum(axis=1) - self._home))

    def _direct(self) -> Floats | float:
        acc = self._accounts
        return 0.0 if self.rows.F_Y is None else lb.summed(self.rows.F_Y, acc.consumer_of, len(acc.consumers))

    @property
    def D_cba_reg(self) -> pd.DataFrame:
        """Footprint by consuming region, with the direct flows of its final use."""
        return self._by_region(self.multipliers @ self._accounts.final + self._direct(), self._accounts.consumers)

    @property
    def D_pba_reg(self) -> pd.DataFrame:
        """Flows by the region where they arise, with the direct flows of its final use."""
        acc = self._accounts
        made = self._by_region(lb.summed(self.rows.F, acc.region_of, len(acc.regions)), acc.regions)
        if self.rows.F_Y is None:
            return made
        direct = self._by_region(np.asarray(self._direct()), acc.consumers)
        if acc.regions == acc.consumers:
            return made + direct
        return made.add(direct, fill_value=0.0)[list(dict.fromkeys([*acc.regions, *acc.consumers]))]

    @property
    def D_imp_reg(self) -> pd.DataFrame:
        """Flows elsewhere for a region's final use; without L."""
        acc = self._accounts
        home = lb.summed(self.intensity * self._home, acc.region_of, len(acc.regions))
        result = self.multipliers @ acc.final
        consumer = {name: c for c, name in enumerate(acc.consumers)}
        for r, name in enumerate(acc.regions):
            if name in consumer:
                result[:, consumer[name]] -= home[:, r]
        return self._by_region(result, acc.consumers)

    @property
    def D_exp_reg(self) -> pd.DataFrame:
        """Flows for other regions' final use, by producing region; without L."""
        acc = self._accounts
        return self._by_region(lb.summed(self.D_exp.to_numpy(), acc.region_of, len(acc.regions)), acc.regions)


@lru_cache(maxsize=8)
def _product(consumers: tuple[str, ...], sectors: tuple[str, ...]) -> pd.MultiIndex:
    """Columns (consumer, sector) of footprints; every extension of an account has the same."""
    return pd.MultiIndex.from_product([consumers, sectors], names=list(lb.SECTOR_LEVELS))


def bought(acc: Accounts, content: Floats, final: Floats) -> Floats:
    """Sum content (stressor, row) × final use (row, use) over regions of origin (stressor, use and sector)."""
    regular = len(acc.index) == len(acc.regions) * len(acc.sectors) and np.array_equal(
        acc.sector_of, np.tile(np.arange(len(acc.sectors)), len(acc.regions))
    )
    if not regular:
        parts = [lb.summed(content * use, acc.sector_of, len(acc.sectors)) for use in final.T]
        return np.concatenate(parts, axis=1)
    shape = len(acc.regions), len(acc.sectors)
    left = content.reshape(-1, *shape).transpose(2, 0, 1)
    right = final.reshape(*shape, -1).transpose(1, 0, 2)
    return np.ascontiguousarray((left @ right).transpose(1, 2, 0)).reshape(len(content), -1)


def _run(chosen: NDArray[np.bool_]) -> slice | NDArray[np.int64]:
    """Where a mask is true; as a slice, which copies nothing, where that is one run."""
    at = np.flatnonzero(chosen).astype(np.int64)
    return slice(int(at[0]), int(at[-1]) + 1) if at.size and at[-1] - at[0] + 1 == at.size else at


def home_content(acc: Accounts) -> dict[str, Floats]:
    """What each consumer's purchases contain of its own region: extension → (stressor, consumer and sector).

    Rows of L are taken from the inverse; where all extensions together have fewer questions than L has rows, they are
    solved instead, and L is not formed.
    """
    every = acc.every_extension
    intensity = np.vstack([e.intensity for e in every.values()])
    few = "inverse" not in acc.__dict__ and len(intensity) * len(acc.consumers) < len(acc.index)
    home = np.zeros((len(intensity), len(acc.consumers), len(acc.sectors)))
    for c, name in enumerate(acc.consumers):
        if name in acc.regions:
            own = acc.region_of == acc.regions.index(name)
            rows = _run(own)
            content = (
                acc.system.solve_transposed((intensity * own).T).T if few else intensity[:, rows] @ acc.inverse[rows]
            )
            home[:, c] = bought(acc, content, acc.final[:, [c]])
    ends = np.cumsum([len(e.rows.names) for e in every.values()])
    return dict(zip(every, np.split(home.reshape(len(home), -1), ends[:-1]), strict=True))
