"""What a package of some partners must satisfy: limits and targets of the river, payments, and what it is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yijiang import ecology
from yijiang.base import Base
from yijiang.evaluation import State

from .games import nash

Floats = NDArray[np.float64]

#: A concentration may exceed its bound by this part of it (rounding of the solvers).
ECOLOGY_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Conditions:
    """What a package of some partners must satisfy.

    Attributes
    ----------
    partners
        Positions of the regions that plan together.
    bound : (section, pollutant)
        Highest concentration at low flow [mg/L]; infinite where the partners' loads do not reach.
    target : (section, pollutant)
        Highest concentration by an agreed target [mg/L]; infinite without one.
    transfer_limit
        Largest payment of a region [million yuan a year].
    """

    partners: tuple[int, ...]
    bound: Floats
    target: Floats
    transfer_limit: float

    @classmethod
    def of(cls, base: Base, still: State, partners: Sequence[str], targets: bool) -> Conditions:
        """Limits at sections that the partners' loads reach (or the base where it already fails), and targets."""
        positions = tuple(base.belt.regions.index(name) for name in partners)
        have = set(base.belt.tables["parameters"]["parameter"])
        limit = base.belt.parameter("transfer_limit") if "transfer_limit" in have else np.inf
        if base.river is None:
            nothing = np.zeros((0, 0))
            return cls(positions, nothing, nothing, limit)
        reached = ecology.reached_by(base, set(partners)) & ecology.binding(base)[None, :]
        bound = np.where(reached, np.maximum(ecology.limits(base), still.low), np.inf)
        target = np.full_like(bound, np.inf)
        if targets and len(partners) > 1:
            matrix = base.transfer["low"]
            for row in base.belt.tables["targets"].to_dict("records"):
                if row["region"] in partners:
                    s, p = matrix.sections.index(row["section"]), matrix.pollutants.index(row["pollutant"])
                    target[s, p] = min(target[s, p], still.low[s, p] * (1 - float(row["reduction"])))
        return cls(positions, bound, target, limit)

    def cells(self) -> tuple[list[tuple[int, int, float]], list[str]]:
        """What is limited: (section, pollutant, highest concentration) and whether it is a "limit" or a "target".

        Where both apply the tighter one stands.
        """
        found, kinds = [], []
        for s, p in np.argwhere(np.isfinite(np.minimum(self.bound, self.target))).tolist():
            found.append((s, p, float(min(self.bound[s, p], self.target[s, p]))))
            kinds.append("target" if self.target[s, p] < self.bound[s, p] else "limit")
        return found, kinds

    def drawn(self, base: Base, still: State) -> tuple[Floats, Floats]:
        """What is limited, apart from the base of this draw: the limits themselves, and targets as shares of the base.

        Returns
        -------
        allowed, kept : (limit,)
            [mg/L] and [1] in the order of `cells`; infinite where only the other applies.
        """
        if base.river is None:
            return np.zeros(0), np.zeros(0)
        limits = ecology.limits(base)
        places = [(s, p) for s, p, _ in self.cells()[0]]
        allowed = [limits[c] if np.isfinite(self.bound[c]) else np.inf for c in places]
        return np.array(allowed), np.array([self.target[c] / still.low[c] for c in places])

    def excess(self, low: Floats) -> Floats:
        """How far the concentrations exceed what is allowed, relative (…,); at most 0 when they hold."""
        if not self.bound.size:
            return np.full(low.shape[:-2], -np.inf)
        allowed = np.minimum(self.bound, self.target)
        over = np.where(np.isfinite(allowed), low / np.where(np.isfinite(allowed), allowed, 1.0) - 1, -np.inf)
        return np.asarray(over.max(axis=(-2, -1)))


def objective_value(name: str, surplus: Floats, limit: float) -> tuple[Floats, Floats]:
    """Value of an objective for surpluses before transfers, and the smallest surplus after them.

    Parameters
    ----------
    name
        "nash", "total", "maxmin" or "eps".
    surplus : (…, partner)
        Gain − gain alone [million yuan a year].
    limit
        Largest transfer.

    Returns
    -------
    value, least : (…,)
        Nash: Σ ln of the surpluses after the best transfers; total and eps: their sum; maxmin: the smallest.
    """
    players = surplus.shape[-1]
    total = surplus.sum(-1)
    level = np.broadcast_to(total[..., None] / players, surplus.shape)
    moved = level - surplus
    inside = np.all(np.abs(moved) <= limit, axis=-1)
    after = level.copy()
    for index in np.argwhere(~inside):
        at = tuple(index)
        if total[at] < 0 or np.any(surplus[at] + limit < 0):
            after[at] = -np.inf
        else:
            after[at] = surplus[at] + nash(surplus[at], np.zeros(players), limit)
    least = after.min(-1)
    if name == "nash":
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where(least > 0, np.log(np.maximum(after, 1e-300)).sum(-1), np.where(least >= 0, -1e6, -np.inf))
    elif name in ("total", "eps"):
        value = np.where(least >= 0, total, -np.inf)
    else:
        value = np.where(least >= 0, least, -np.inf)
    return value, least
