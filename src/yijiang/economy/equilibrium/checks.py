"""What a result rests on: closing rules that could have been others, and whether there is a second equilibrium."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from yijiang.errors import OptionError, SolveError

from .lever_names import Levers
from .levers import layout
from .solver import largest_real

if TYPE_CHECKING:
    from .model import TradeModel

#: An effect below this share of a region's base income is rounding, whatever its sign.
ROUNDING = 1e-9
#: Two starts lead to the same equilibrium when no ln w, ln P or X / X₀ differs by more, as a multiple of `tol`.
SAME = 1e4


@dataclass(frozen=True, eq=False)
class Signs:
    """Effects of the same levers under every closing rule.

    Attributes
    ----------
    equivalent_variation
        (region, rule) [money of the base].
    identified
        (region,): whether the sign is the same under every rule.
    residual
        The largest of the solves.
    """

    equivalent_variation: pd.DataFrame
    identified: pd.Series[bool]
    residual: float

    @property
    def not_identified(self) -> tuple[str, ...]:
        """Regions whose effect changes its sign: "sign not identified"."""
        return tuple(str(name) for name in self.identified.index[~self.identified])


@dataclass(frozen=True, eq=False)
class Uniqueness:
    """Signs of a second equilibrium, or none.

    Attributes
    ----------
    spectral_radius
        Largest absolute eigenvalue of the map's derivative at the equilibrium.
    largest_real
        Largest real part; below 1 there is no other equilibrium nearby.
    starts
        Per start: whether it was solved, its residual, and the distance to the equilibrium in ln w, ln P, X / X₀.
    unique
        Every solved start led to the same equilibrium, and `largest_real` is below 1.
    """

    spectral_radius: float
    largest_real: float
    starts: pd.DataFrame
    unique: bool


def signs(model: TradeModel, multiples: Sequence[float], levers: Mapping[str, Any]) -> Signs:
    """See `TradeModel.signs`."""
    if "deficit_rule" in levers or "foreign_elasticity" in levers:
        raise OptionError("signs runs every rule itself; leave deficit_rule and foreign_elasticity out")
    base = model.base
    elasticity = {} if base.closed else {f" {x:g} x theta abroad": x * base.theta for x in multiples}
    scenarios: dict[str, Levers] = {
        f"balances {rule}{name}": cast(Levers, {**levers, "deficit_rule": rule, **extra})
        for rule in ("fixed", "income_share")
        for name, extra in {"": {}, **{k: {"foreign_elasticity": v} for k, v in elasticity.items()}}.items()
    }
    found = model.counterfactuals(scenarios)
    effects = found.equivalent_variation.T
    small = ROUNDING * (found[0].base_income_array + 1e-300)
    positive, negative = effects.gt(small, axis=0).any(axis=1), effects.lt(-small, axis=0).any(axis=1)
    return Signs(effects.rename_axis(columns="rule"), ~(positive & negative), found.residual)


def uniqueness(
    model: TradeModel, starts: int, spread: float, seed: int, tol: float, levers: Mapping[str, Any]
) -> Uniqueness:
    """See `TradeModel.uniqueness`."""
    here = model.counterfactual(tol=tol, **levers)
    z, logs = here.state, layout(here.solution.problem).logs
    rng, rows = np.random.default_rng(seed), []
    for _ in range(starts):
        noise = spread * rng.standard_normal(z.size)
        begin = np.where(np.arange(z.size) < logs, z + noise, z * np.exp(noise))
        try:
            c = model.counterfactual(tol=tol, start=begin, **levers)
        except SolveError as error:
            rows.append((False, error.figures.get("residual", np.inf), np.inf))
            continue
        rows.append((True, c.residual, float(np.abs(c.state - z).max())))
    table = pd.DataFrame(rows, columns=["solved", "residual", "distance"])
    real = largest_real(here.solution)
    same = bool((table["distance"][table["solved"]] <= SAME * tol).all())
    return Uniqueness(here.spectral_radius, real, table, same and real < 1.0)
