"""Why flows changed between two tables: structural decomposition into intensity, technology and final use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import factorial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import scipy.sparse as sp

from yijiang.economy.accounts import labels as lb
from yijiang.economy.accounts.footprint import flows_of
from yijiang.economy.accounts.labels import Faults, Floats, Integers
from yijiang.economy.accounts.solver import Leontief
from yijiang.errors import OptionError, SolveError

if TYPE_CHECKING:
    from yijiang.economy.accounts.model import Accounts

FACTORS = ("intensity", "inputs", "sourcing", "final_sourcing", "final_mix", "final_level")
DEFAULT: tuple[str | tuple[str, ...], ...] = (
    "intensity", ("inputs", "sourcing"), "final_sourcing", "final_mix", "final_level",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class StructuralDecomposition:
    """Change of flows between two tables, by what changed.

    Attributes
    ----------
    table : DataFrame (factor, origin; consumer)
        Effect of each factor on the flows of each origin for each consumer.
    change : DataFrame (origin; consumer)
        All of it.
    method
        "shapley" or "polar".
    residual
        Largest |sum of the effects − change of the two tables as they stand| ÷ largest flow.
    """

    table: pd.DataFrame
    change: pd.DataFrame
    method: str
    residual: float

    @property
    def by_consumer(self) -> pd.DataFrame:
        """Effects on each consumer's footprint (factor; consumer)."""
        return self.table.groupby(level="factor", sort=False).sum()

    @property
    def by_origin(self) -> pd.DataFrame:
        """Effects on each region's own flows (factor; origin)."""
        effects = self.table.sum(axis=1).to_numpy().reshape(-1, len(self.change))
        return pd.DataFrame(effects, index=self.by_consumer.index, columns=self.change.index)


def structural_decomposition(
    start: Accounts, end: Accounts, extension: str = "factor_inputs", stressor: Any = None,
    factors: Sequence[str | Sequence[str]] = DEFAULT, method: Literal["shapley", "polar"] = "shapley",
) -> StructuralDecomposition:  # fmt: skip
    """Decompose the change of s L Y between two tables with the same rows and consumers.

    A = inputs ∘ sourcing: what a unit of output needs of each product, times the share of each region that delivers it.
    Y = final_sourcing ∘ final_mix ∘ final_level in the same way; `intensity` is s.

    shapley: the mean of the decompositions in all n! orders of the factors (Dietzenbacher & Los 1998), computed from
    the 2ⁿ states, E_k = Σ_S |S|! (n − |S| − 1)! / n! · [f(S ∪ k) − f(S)].
    polar: the mean of the given order and its reverse.

    Parameters
    ----------
    start, end
        The two accounts, in the same prices; rows are matched by name.
    extension, stressor
        Which flows; without a stressor value added in all, or the extension's only stressor.
    factors
        Each of `FACTORS` once; several in one group move together, such as ("inputs", "sourcing") for technology.
    method
        "shapley" or "polar".

    Returns
    -------
    StructuralDecomposition

    Raises
    ------
    DataError
        If the two do not have the same regions and sectors.

    References
    ----------
    Dietzenbacher & Los (1998), Economic Systems Research 10(4); Xu & Dietzenbacher (2014), Ecological Economics 101;
    Shorrocks (2013), Journal of Economic Inequality 11(1).
    """
    groups = [(name,) if isinstance(name, str) else tuple(name) for name in factors]
    if sorted(sum(groups, ())) != sorted(FACTORS):
        raise OptionError(f"factors must name each of these once, alone or in groups: {', '.join(FACTORS)}")
    if method not in ("shapley", "polar"):
        raise OptionError(f"unknown method {method!r}; one of: shapley, polar")
    parts = [_parts(start, None, extension, stressor), _parts(end, start, extension, stressor)]
    states = _states(start, parts, groups)
    count = len(groups)
    zero, one = (0,) * count, (1,) * count
    effects = [(_shapley if method == "shapley" else _polar)(states, k, count) for k in range(count)]
    change = states[one] - states[zero]
    largest = max(float(np.abs(states[one]).max(initial=0.0)), float(np.abs(states[zero]).max(initial=0.0)), 1e-300)
    actual = _actual(end, start, parts[1]) - _actual(start, start, parts[0])
    residual = float(np.abs(sum(effects) - actual).max(initial=0.0)) / largest
    if residual > 1e-8:
        raise SolveError(
            "the factors do not multiply back to the tables (uses of a product that cancel?)", residual=residual
        )
    origin, consumer = pd.Index(start.regions, name="origin"), pd.Index(start.consumers, name="consumer")
    frames = [pd.DataFrame(effect, index=origin, columns=consumer) for effect in effects]
    table = pd.concat(frames, keys=pd.Index(["+".join(group) for group in groups], name="factor"))
    return StructuralDecomposition(table, pd.DataFrame(change, index=origin, columns=consumer), method, residual)


def _shapley(states: dict[tuple[int, ...], Floats], k: int, count: int) -> Floats:
    total = np.zeros_like(states[(0,) * count])
    for state in product((0, 1), repeat=count):
        if not state[k]:
            size = sum(state)
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            total += weight * (states[(*state[:k], 1, *state[k + 1 :])] - states[state])
    return total


def _polar(states: dict[tuple[int, ...], Floats], k: int, count: int) -> Floats:
    def step(before: int, after: int) -> Floats:
        return (
            states[(before,) * k + (1,) + (after,) * (count - k - 1)]
            - states[(before,) * k + (0,) + (after,) * (count - k - 1)]
        )

    return (step(1, 0) + step(0, 1)) / 2


@dataclass(frozen=True)
class _Parts:
    intensity: Floats
    inputs: Floats
    input_shares: Floats
    mix: Floats
    final_shares: Floats
    level: Floats


def _parts(acc: Accounts, like: Accounts | None, extension: str, stressor: Any) -> _Parts:
    """Factors of one table, rows and consumers in the order of the other."""
    base = like or acc
    rows, consumers = _same(acc, base)
    names, flows = flows_of(acc.extension(extension), stressor)
    if len(names) > 1:
        raise OptionError(f"name one stressor of {extension!r}: {', '.join(names)}")
    A = acc.coefficients.toarray() if sp.issparse(acc.coefficients) else np.asarray(acc.coefficients)
    A = A[np.ix_(rows, rows)]
    final = acc.final[np.ix_(rows, consumers)]
    inputs, final_by_product = (lb.summed(v, base.sector_of, len(base.sectors), axis=0) for v in (A, final))
    level = final_by_product.sum(axis=0)
    mix = np.divide(final_by_product, level, out=np.zeros_like(final_by_product), where=level != 0)
    return _Parts(
        acc.per_output(flows)[0, rows], inputs, _shares(A, inputs, base.sector_of), mix,
        _shares(final, final_by_product, base.sector_of), level,
    )  # fmt: skip


def _same(acc: Accounts, base: Accounts) -> tuple[Integers, Integers]:
    faults = Faults()
    rows = lb.order(acc.index, base.index, "second accounts", faults)
    for name in sorted(set(acc.consumers) ^ set(base.consumers)):
        faults.add("second accounts", name, "", "does not consume in both accounts", "use the same consumers")
    faults.raise_if_any()
    return rows, np.array([acc.consumers.index(name) for name in base.consumers], dtype=np.int64)


def _actual(acc: Accounts, base: Accounts, parts: _Parts) -> Floats:
    """Flows (origin, consumer) of one table as it stands, in the order of the other."""
    rows, consumers = _same(acc, base)
    caused = acc.output_by_consumer[np.ix_(rows, consumers)]
    return lb.summed(parts.intensity[:, None] * caused, base.region_of, len(base.regions), axis=0)


def _shares(values: Floats, totals: Floats, sector_of: Integers) -> Floats:
    """Share of each region in what is used of a product; NaN-free, 0 where nothing is used."""
    spread = totals[sector_of]
    return np.divide(values, spread, out=np.zeros_like(values), where=spread != 0)


def _states(start: Accounts, parts: list[_Parts], groups: list[tuple[str, ...]]) -> dict[tuple[int, ...], Floats]:
    """Flows (origin, consumer) with every factor at its old or new state."""
    sector_of, results = start.sector_of, {}
    choices = list(product((0, 1), repeat=len(groups)))
    expand = [{name: state[k] for k, group in enumerate(groups) for name in group} for state in choices]

    def mixed(shares: tuple[Floats, Floats], which: int, totals: Floats) -> Floats:
        # Where the year of the shares used none of a product, the other year's shares stand in.
        own, other = shares[which], shares[1 - which]
        used = lb.summed(np.abs(own), sector_of, len(start.sectors), axis=0) > 0
        return np.where(used[sector_of], own, other) * totals[sector_of]

    def final(state: dict[str, int]) -> Floats:
        totals = parts[state["final_mix"]].mix * parts[state["final_level"]].level
        return mixed((parts[0].final_shares, parts[1].final_shares), state["final_sourcing"], totals)

    def coefficients(inputs: int, sourcing: int) -> Floats:
        return mixed((parts[0].input_shares, parts[1].input_shares), sourcing, parts[inputs].inputs)

    for inputs, sourcing in sorted({(s["inputs"], s["sourcing"]) for s in expand}):
        system = start.system if (inputs, sourcing) == (0, 0) else Leontief(coefficients(inputs, sourcing))
        here = [k for k, s in enumerate(expand) if (s["inputs"], s["sourcing"]) == (inputs, sourcing)]
        output = system.solve(np.concatenate([final(expand[k]) for k in here], axis=1))
        for k, caused in zip(here, np.split(output, len(here), axis=1), strict=True):
            flows = parts[expand[k]["intensity"]].intensity[:, None] * caused
            results[choices[k]] = lb.summed(flows, start.region_of, len(start.regions), axis=0)
    return results
