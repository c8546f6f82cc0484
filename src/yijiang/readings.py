"""The economy's tables of a belt as arrays, with names turned into positions once for all draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .errors import OptionError

if TYPE_CHECKING:
    from .belt import Belt

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tables:
    """The economy's tables as arrays in the belt's order [million yuan].

    Attributes
    ----------
    trade : (importer, exporter, sector)
    intermediate : (region, input, using)
    final : (region, sector)
    value_added : (region, factor, sector)
    output : (region, sector)
        Sales to everyone.
    theta : (sector,)
    """

    trade: Floats
    intermediate: Floats
    final: Floats
    value_added: Floats
    output: Floats
    theta: Floats

    @classmethod
    def of(cls, belt: Belt, draw: int = 0, theta: Floats | None = None) -> Tables:
        """Read the tables of one draw; `Readings` reads several.

        Raises
        ------
        OptionError
            If the belt has no such draw.
        """
        return Readings(belt).tables(draw, theta)


class _Cells:
    """A table as numbers: flat position and value of every row, draw by draw where it has draws."""

    def __init__(self, rows: pd.DataFrame, columns: Mapping[str, Mapping[str, int]]) -> None:
        self.shape = tuple(len(index) for index in columns.values())
        where = [rows[c].map(index).to_numpy(int) for c, index in columns.items()]
        self.flat = np.ravel_multi_index(where, self.shape)
        self.value = rows["value"].to_numpy(float)
        self.first: dict[int, slice] | None = None
        if "draw" in rows:
            draw = rows["draw"].to_numpy(int)
            order = np.argsort(draw, kind="stable")
            self.flat, self.value = self.flat[order], self.value[order]
            draws, start = np.unique(draw[order], return_index=True)
            ends = [*start[1:].tolist(), draw.size]
            self.first = {d: slice(a, b) for d, a, b in zip(draws.tolist(), start.tolist(), ends, strict=True)}

    def cube(self, draw: int) -> Floats:
        """The table of one draw as an array; cells named twice add up."""
        at = slice(None) if self.first is None else self.first.get(draw, slice(0))
        cells = np.bincount(self.flat[at], weights=self.value[at], minlength=int(np.prod(self.shape)))
        return cells.reshape(self.shape).astype(np.float64, copy=False)


class Readings:
    """The economy's tables of a belt with names turned into positions, read once for all its draws.

    Examples
    --------
    >>> import yijiang as yj
    >>> Readings(yj.case("tiny")).tables(0).trade.shape
    (3, 3, 4)
    """

    def __init__(self, belt: Belt) -> None:
        region, sector, factor = (
            {name: i for i, name in enumerate(names)} for names in (belt.regions, belt.sectors, belt.factors)
        )
        columns = {
            "trade": {"importer": region, "exporter": region, "sector": sector},
            "intermediate": {"region": region, "input": sector, "using": sector},
            "value_added": {"region": region, "factor": factor, "sector": sector},
            "final": {"region": region, "sector": sector},
        }
        self._cells = {name: _Cells(belt.tables[name], index) for name, index in columns.items()}
        #: Regions of fixed cost, and positions of the sectors that are moved as goods.
        self.abroad = belt.abroad
        self.goods = np.array([sector[name] for name in belt.goods], dtype=np.int64)
        elasticity = belt.tables["elasticities"].set_index("sector")["value"].astype(float)
        self._theta = np.array([float(elasticity[name]) for name in belt.sectors])

    def tables(self, draw: int = 0, theta: Floats | None = None) -> Tables:
        """The tables of one draw.

        Raises
        ------
        OptionError
            If the belt has no such draw.
        """
        draws = sorted(self._cells["trade"].first or {})
        if draw not in draws:
            raise OptionError(f"the belt has no draw {draw}; it has {draws[0]} to {draws[-1]}")
        trade, intermediate, value_added, final = (cells.cube(draw) for cells in self._cells.values())
        if not self._cells["final"].value.size:
            final = trade.sum(1) - intermediate.sum(2)
        elasticity = np.array(self._theta if theta is None else theta, dtype=np.float64)
        return Tables(trade, intermediate, final, value_added, trade.sum(0), elasticity)
