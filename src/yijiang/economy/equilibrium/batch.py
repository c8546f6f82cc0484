"""Many scenarios on one base, solved together where they share the weights of the map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, overload

import numpy as np
import pandas as pd

from .problem import Array
from .reading import scenarios, start
from .result import Counterfactual
from .solver import solve_many
from .structure import Base

#: Most scenarios side by side: more only need more room, and fewer are faster once the weights come from memory anyway.
LANES, LANES_OF_LARGE = 16, 8
#: Bytes of a fast cache.  Weights that fit in it are not worth pushing the lanes' own histories out of it.
CACHE = 1_500_000


def lanes_of(base: Base) -> int:
    """How many scenarios of this base to solve side by side."""
    if base.share.nbytes > CACHE:
        return LANES_OF_LARGE
    history = 2 * 8 * 8 * (base.income.size + 2 * base.expenditure.size)
    return int(np.clip(CACHE // history, 1, LANES))


class Counterfactuals(Sequence[Counterfactual]):
    """A sequence of equilibria of one model, with their main figures as arrays (scenario, …)."""

    def __init__(self, names: Sequence[str], found: Sequence[Counterfactual]) -> None:
        self.names = tuple(names)
        """Names of the scenarios; "0", "1", … where none were given."""
        self._found = list(found)

    @overload
    def __getitem__(self, item: int) -> Counterfactual: ...

    @overload
    def __getitem__(self, item: slice) -> Counterfactuals: ...

    def __getitem__(self, item: int | slice) -> Counterfactual | Counterfactuals:
        if isinstance(item, slice):
            return Counterfactuals(self.names[item], self._found[item])
        return self._found[item]

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Counterfactual]:
        return iter(self._found)

    def __repr__(self) -> str:
        return f"<Counterfactuals: {len(self)} scenarios; residual {self.residual:.1e}>"

    @property
    def residual(self) -> float:
        """The largest residual."""
        return max(c.residual for c in self._found)

    @cached_property
    def real_income_hat_array(self) -> Array:
        """Real income, new / old (scenario, region)."""
        return np.stack([c.real_income_hat_array for c in self._found])

    @cached_property
    def equivalent_variation_array(self) -> Array:
        """Base income times the relative change of real income (scenario, region) [money of the base]."""
        return np.stack([c.equivalent_variation_array for c in self._found])

    @property
    def real_income_hat(self) -> pd.DataFrame:
        """Real income, new / old (scenario, region)."""
        return self._table(self.real_income_hat_array)

    @property
    def equivalent_variation(self) -> pd.DataFrame:
        """Base income times the relative change of real income (scenario, region) [money of the base]."""
        return self._table(self.equivalent_variation_array)

    def _table(self, values: Array) -> pd.DataFrame:
        regions = pd.Index(self._found[0].labels.region, name="region")
        return pd.DataFrame(values, index=pd.Index(self.names, name="scenario"), columns=regions)


def solve_scenarios(
    base: Base,
    given: Sequence[Mapping[str, Any]] | Mapping[str, Mapping[str, Any]],
    common: Mapping[str, Any],
    tol: float,
    begin: Any,
) -> Counterfactuals:
    """Solve every scenario; see `TradeModel.counterfactuals`."""
    named = isinstance(given, Mapping)
    names = [str(k) for k in (given if named else range(len(given)))]
    levers = list(given.values()) if isinstance(given, Mapping) else list(given)
    shocks, groups = scenarios(base, levers, common)
    found: dict[int, Counterfactual] = {}
    width = lanes_of(base)
    for group in groups:
        for at in range(0, len(group), width):
            lanes = group[at : at + width]
            mine = [shocks[s] for s in lanes]
            for s, x in zip(lanes, solve_many(base, mine, tol, [start(base, m, begin) for m in mine]), strict=True):
                found[s] = Counterfactual(base, shocks[s], x)
    return Counterfactuals(names, [found[s] for s in range(len(levers))])
