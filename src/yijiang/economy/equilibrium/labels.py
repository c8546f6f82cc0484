"""Names of regions, sectors and factors, and levers aligned with them by name."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from yijiang.errors import DataError, Finding, OptionError, match_name

Array = NDArray[np.float64]
#: Which list of names a dimension takes its labels from.
KIND = {
    "region": "region",
    "importer": "region",
    "exporter": "region",
    "sector": "sector",
    "input": "sector",
    "using": "sector",
    "factor": "factor",
}


@dataclass(frozen=True)
class Labels:
    """Names in the user's order; `order` lists the user's positions in the solver's order (fixed regions last)."""

    region: tuple[str, ...]
    sector: tuple[str, ...]
    factor: tuple[str, ...]
    order: NDArray[np.intp]
    fixed: int

    @classmethod
    def make(
        cls,
        regions: int,
        sectors: int,
        factors: int,
        fixed: Sequence[str | int],
        labels: Mapping[str, Sequence[str]] | None,
    ) -> Labels:
        """Check the names against the sizes and find the regions of fixed cost."""
        sizes = {"region": regions, "sector": sectors, "factor": factors}
        given = dict(labels or {})
        found = [
            Finding("labels", 0, key, "", "is not a dimension", "use region, sector, factor")
            for key in set(given) - set(sizes)
        ]
        names: dict[str, tuple[str, ...]] = {}
        for key, size in sizes.items():
            names[key] = tuple(str(x) for x in given.get(key, range(size)))
            if len(names[key]) != size:
                problem = f"{len(names[key])} names for {size} of them"
                found.append(Finding("labels", 0, key, "", problem, "give one name each"))
            if len(set(names[key])) != len(names[key]):
                found.append(Finding("labels", 0, key, "", "a name occurs twice", "give every name once"))
        last: list[int] = []
        for item in [fixed] if isinstance(fixed, str) else fixed:
            try:
                last.append(_position(item, names["region"], "region"))
            except OptionError as error:
                found.append(Finding("fixed", 0, "region", str(item), "is not a region", str(error)))
        if len(set(last)) == regions:
            found.append(
                Finding("fixed", 0, "region", "", "every region is fixed", "leave at least one region to the model")
            )
        if found:
            raise DataError(found)
        order = [i for i in range(regions) if i not in last] + sorted(set(last))
        return cls(names["region"], names["sector"], names["factor"], np.array(order, dtype=np.intp), len(set(last)))

    @cached_property
    def inverse(self) -> NDArray[np.intp]:
        """Positions in the solver's order of the user's regions."""
        return np.argsort(self.order)

    def names(self, dim: str) -> tuple[str, ...]:
        """Names along a dimension, in the user's order."""
        return tuple(getattr(self, KIND[dim]))

    def internal(self, dim: str) -> tuple[str, ...]:
        """Names along a dimension, in the solver's order."""
        names = self.names(dim)
        return tuple(names[i] for i in self.order) if KIND[dim] == "region" else names

    def shape(self, dims: Sequence[str]) -> tuple[int, ...]:
        """Lengths of these dimensions."""
        return tuple(len(self.names(d)) for d in dims)

    def position(self, dim: str, name: Hashable) -> int:
        """Position (user's order) of a name, or of an integer position."""
        return _position(name, self.names(dim), KIND[dim])

    def align(self, value: Any, dims: Sequence[str], what: str, rest: float | Array) -> Array:
        """A lever as a plain array over `dims`, in the user's order.

        A number or a numpy array is broadcast by position.  A pandas or xarray object, or a mapping from name
        (or tuple of names) to number, is aligned by name; what it does not mention keeps `rest` (no change).
        """
        shape = self.shape(dims)
        if isinstance(value, np.ndarray | float | int | np.floating):
            a = np.asarray(value, dtype=np.float64)
            if a.ndim == 0 or a.shape == shape:
                out = np.empty(shape)
                out[...] = a
                return out
            try:
                return np.array(np.broadcast_to(a, shape))
            except ValueError as error:
                raise OptionError(f"{what} has shape {a.shape}; expected ({', '.join(dims)}) = {shape}") from error
        if isinstance(value, pd.DataFrame):
            if len(dims) != 2:
                raise OptionError(f"{what} is over ({', '.join(dims)}); a table cannot hold it")
            cells = [(r, c) for r in value.index for c in value.columns]
            value = dict(zip(cells, value.to_numpy().ravel(), strict=True))
        if isinstance(value, pd.Series):
            value = dict(zip(value.index, value.to_numpy(), strict=True))
        out = np.empty(shape)
        out[...] = rest
        if isinstance(value, xr.DataArray):
            return self._from_xarray(value, dims, what, out)
        if isinstance(value, Mapping):
            for key, x in value.items():
                cell = key if isinstance(key, tuple) else (key,)
                if len(cell) != len(dims):
                    raise OptionError(f"{what}: {key!r} does not name ({', '.join(dims)})")
                out[tuple(self.position(d, k) for d, k in zip(dims, cell, strict=True))] = float(x)
            return out
        return self.align(np.asarray(value, dtype=np.float64), dims, what, rest)

    def _from_xarray(self, value: xr.DataArray, dims: Sequence[str], what: str, out: Array) -> Array:
        if "input" in dims and "using" in value.dims:
            value = value.rename({"using": "sector"})
        unknown = [str(d) for d in value.dims if d not in dims]
        if unknown:
            raise OptionError(f"{what} has the dimension {unknown[0]!r}; expected {', '.join(dims)}")
        places: list[Any] = []
        for d in dims:
            if d in value.dims and d in value.coords:
                places.append([self.position(d, k) for k in value.coords[d].to_numpy().tolist()])
            else:
                places.append(list(range(len(self.names(d)))))
        present = [d for d in dims if d in value.dims]
        a = value.transpose(*present).to_numpy().astype(np.float64)
        a = a[tuple(slice(None) if d in value.dims else None for d in dims)]
        out[np.ix_(*places)] = a
        return out


def _position(name: Hashable, names: tuple[str, ...], what: str) -> int:
    if isinstance(name, int | np.integer) and not isinstance(name, bool):
        if not 0 <= name < len(names):
            raise OptionError(f"{what} {name} is out of range; there are {len(names)}")
        return int(name)
    text = str(name)
    if text in names:
        return names.index(text)
    return names.index(match_name(text, [(x,) for x in names], what))
