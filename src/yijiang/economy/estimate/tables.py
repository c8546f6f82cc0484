"""The single-region tables an interregional estimate starts from."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import DataError, Finding

Array = NDArray[np.float64]
_SHAPES = {
    "output": "rs",
    "intermediate": "rss",
    "final": "rs",
    "export": "rs",
    "import_": "rs",
    "outflow": "rs",
    "inflow": "rs",
    "value_added": "rs",
}


@dataclass(frozen=True)
class RegionalTables:
    """Input-output tables of several regions, one for each, imports competing with home products.

    Each table states how much a region sends to and gets from the rest of the country, by sector, not which region.
    Its rows and columns hold

        output = Σ_using intermediate + final + export + outflow − import − inflow   (a statistical error may remain)
        output = Σ_input intermediate + value added

    All in one unit of money per year.

    Attributes
    ----------
    output
        Gross output (region, sector).
    intermediate
        Use of products as inputs, whatever their origin (region, input, using).
    final
        Final use, stock changes included (region, sector).
    export, import_
        Trade with other countries (region, sector).
    outflow, inflow
        Trade with the other regions (region, sector).
    value_added
        Value added (region, sector).
    regions, sectors
        Names in the order of the arrays.

    Examples
    --------
    >>> z = np.zeros((2, 1, 1))
    >>> one = np.ones((2, 1))
    >>> tables = RegionalTables(one, z, one, 0 * one, 0 * one, 0 * one, 0 * one, one, ("Upper", "Lower"), ("grain",))
    >>> tables.column_error(), tables.row_error()
    (0.0, 0.0)
    """

    output: Array
    intermediate: Array
    final: Array
    export: Array
    import_: Array
    outflow: Array
    inflow: Array
    value_added: Array
    regions: tuple[str, ...]
    sectors: tuple[str, ...]

    def row_error(self) -> float:
        """Largest statistical error of a row ÷ largest output [1]."""
        use = self.intermediate.sum(axis=2) + self.final + self.export + self.outflow
        return self._relative(use - self.import_ - self.inflow - self.output)

    def column_error(self) -> float:
        """Largest difference of inputs plus value added from output ÷ largest output [1]."""
        return self._relative(self.intermediate.sum(axis=1) + self.value_added - self.output)

    def _relative(self, difference: Array) -> float:
        return float(
            np.abs(difference).max(initial=0.0) / max(float(self.output.max(initial=0.0)), np.finfo(float).tiny)
        )

    def checked(self, tolerance: float = 1e-3) -> RegionalTables:
        """Return a copy in float64 whose shapes, names and columns are right.

        Trade columns below 0 (a net entry of the source) are taken as 0: the final use of the estimate absorbs them.

        Raises
        ------
        DataError
            If a shape does not fit the names, a name occurs twice, a cell is not a number, output or intermediate use
            is negative, or a column misses output by more than `tolerance` of the largest output.
        """
        found: list[Finding] = []
        sizes = {"r": len(self.regions), "s": len(self.sectors)}
        for what, names in (("regions", self.regions), ("sectors", self.sectors)):
            if len(set(names)) != len(names):
                found.append(Finding("tables", 0, what, "", "a name occurs twice", "give every name once"))
        arrays: dict[str, Array] = {}
        for name, dims in _SHAPES.items():
            array = np.array(getattr(self, name), dtype=float)
            shape = tuple(sizes[d] for d in dims)
            if array.shape != shape:
                problem = f"has shape {array.shape}, the names ask for {shape}"
                found.append(Finding("tables", 0, name, "", problem, "give regions × sectors"))
                continue
            arrays[name] = array
            for at in np.argwhere(~np.isfinite(array))[:8]:
                found.append(
                    Finding("tables", 0, name, self._place(at), "is not a number", "fill the cell; 0 for none")
                )
            if name in ("output", "intermediate"):
                for at in np.argwhere(array < 0)[:8]:
                    found.append(Finding("tables", 0, name, self._place(at), "is negative", "book it elsewhere"))
        if found:
            raise DataError(found)
        for name in ("export", "import_", "outflow", "inflow"):
            arrays[name] = np.maximum(arrays[name], 0.0)
        copy = replace(self, **arrays, regions=tuple(self.regions), sectors=tuple(self.sectors))
        if copy.column_error() > tolerance:
            miss = np.abs(copy.intermediate.sum(axis=1) + copy.value_added - copy.output)
            where = np.unravel_index(int(np.argmax(miss)), miss.shape)
            problem = f"inputs plus value added miss output by {miss[where]:.6g} ({self._place(where)})"
            raise DataError([Finding("tables", 0, "output", "", problem, "correct inputs, value added or output")])
        return copy

    def _place(self, at: NDArray[np.intp] | tuple[np.intp, ...]) -> str:
        index = [int(i) for i in at]
        return ", ".join([self.regions[index[0]], *(self.sectors[i] for i in index[1:])])

    def __eq__(self, other: object) -> bool:
        """Equal when every array and name is."""
        if not isinstance(other, RegionalTables):
            return NotImplemented
        return all(np.array_equal(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))

    __hash__ = None  # type: ignore[assignment]
