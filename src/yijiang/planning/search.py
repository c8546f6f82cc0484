"""Choosing a package: feasibility of every subset, its objective, and the proof by full evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yijiang import ecology
from yijiang.base import Base
from yijiang.errors import InfeasibleError, OptionError, SolveError
from yijiang.evaluation import Evaluator, State

from .games import nash
from .responses import Responses, Settlement

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

OBJECTIVES = ("nash", "total", "maxmin", "eps")
#: A concentration may exceed its bound by this part of it (rounding of the solvers).
ECOLOGY_TOLERANCE = 1e-6
#: Packages of the expansion that are evaluated again in the full loop before one is chosen.
VERIFIED = 12
#: Transfers are settled to this part of the largest gain.
PAYMENT_TOLERANCE = 1e-6
PAYMENT_STEPS = 30
#: Packages tried at most: those that the full loop finds over a limit do not count as evaluated.
TRIED = 400


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

    def excess(self, low: Floats) -> Floats:
        """How far the concentrations exceed what is allowed, relative (…,); at most 0 when they hold."""
        if not self.bound.size:
            return np.full(low.shape[:-2], -np.inf)
        allowed = np.minimum(self.bound, self.target)
        over = np.where(np.isfinite(allowed), low / np.where(np.isfinite(allowed), allowed, 1.0) - 1, -np.inf)
        return np.asarray(over.max(axis=(-2, -1)))


@dataclass(frozen=True)
class Choice:
    """A chosen package with its figures (region,) [million yuan a year].

    Attributes
    ----------
    gross
        Equivalent variation less the payments themselves; what they do to prices is in it.
    gain
        Gross − cost + compensation.
    transfer
        Received (+) or paid (−).
    objective
        Value of the objective.
    excess
        Largest relative excess over the limits and targets; at most 0 when they hold.
    """

    state: State
    gross: Floats
    cost: Floats
    compensation: Floats
    gain: Floats
    transfer: Floats
    objective: float
    excess: float


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


@dataclass(frozen=True)
class Table:
    """All subsets of the candidates with their expanded figures.

    Attributes
    ----------
    subsets : (subset, project)
    gain : (subset, region) [million yuan a year]
    excess : (subset,)
    """

    subsets: Bools
    gain: Floats
    excess: Floats


class Search:
    """Searches the packages of one evaluator.

    Parameters
    ----------
    evaluator
        A warm evaluator.
    responses
        Singles and pairs of all candidates.
    settlement
        Costs and payments.
    targets
        Whether agreed targets apply to joint plans.
    """

    def __init__(
        self, evaluator: Evaluator, responses: Responses, settlement: Settlement, targets: bool = True
    ) -> None:
        self.evaluator, self.responses, self.settlement, self.targets = evaluator, responses, settlement, targets
        self._solved: dict[tuple[str, ...], State] = {}

    def state(self, package: Sequence[str]) -> State:
        """The state of a package, solved once."""
        key = tuple(sorted(package))
        if key not in self._solved:
            known: dict[tuple[str, ...], State] = {(): self.responses.still}
            known |= {(k,): v for k, v in self.responses.single.items()}
            known |= {tuple(sorted(k)): v for k, v in self.responses.pair.items()}
            self._solved[key] = known.get(key) or self.evaluator.run(key)
        return self._solved[key]

    def available(self, partners: Sequence[str]) -> list[str]:
        """Candidates whose members are all among the partners."""
        projects = self.evaluator.base.projects
        return [p for p in self.responses.candidates if set(projects[p].members) <= set(partners)]

    def table(self, partners: Sequence[str], exact: bool = False) -> tuple[Table, Conditions]:
        """Every subset that the partners may do, expanded from singles and pairs, or each solved in full."""
        base, still = self.evaluator.base, self.responses.still
        rules = Conditions.of(base, still, partners, self.targets)
        allowed = set(self.available(partners))
        keep = np.array([name in allowed for name in self.responses.candidates], dtype=bool)
        subsets = self.responses.subsets()
        subsets = subsets[~subsets[:, ~keep].any(axis=1)]
        names = self.responses.candidates
        cost = np.stack([self.settlement.cost[n] for n in names]) if names else np.zeros((0, len(base.belt.regions)))
        if exact:
            states = [self.state([n for n, on in zip(names, row, strict=True) if on]) for row in subsets]
            income = np.stack([s.income for s in states])
            mean, low = np.stack([s.mean for s in states]), np.stack([s.low for s in states])
            change = mean - still.mean
        else:
            income = self.responses.expand(subsets, lambda s: s.income)
            change = self.responses.expand(subsets, lambda s: s.mean)
            low = still.low + self.responses.expand(subsets, lambda s: s.low)
        gain = income - subsets @ cost
        if change.size and self.settlement.cost:
            gain = gain + self.settlement.compensation(change)
        return Table(subsets, gain, rules.excess(low)), rules

    def alone(self, region: str) -> float:
        """Best gain of one region by its own projects, the others at base; doing nothing is always feasible."""
        choice = self.best([region], np.zeros(1), "total")
        return float(choice.gain[self.evaluator.base.belt.regions.index(region)])

    def best(self, partners: Sequence[str], alone: Floats, objective: str, exact: bool = False) -> Choice:
        """The best package of some partners, verified in the full loop.

        Raises
        ------
        InfeasibleError
            If no package holds the limits and leaves every partner at least as well off as alone.
        """
        if objective not in OBJECTIVES:
            raise OptionError(f"unknown objective {objective!r}; use one of {', '.join(OBJECTIVES)}")
        table, rules = self.table(partners, exact)
        where = list(rules.partners)
        value, _ = objective_value(objective, table.gain[:, where] - alone, rules.transfer_limit)
        # Candidates a little over a limit in the expansion are kept: the full loop decides.
        value = np.where(table.excess <= 1e-4, value, -np.inf)
        # Ties go to the smaller package, then to the first in order, whatever the rounding.
        size = table.subsets.sum(1)
        order = np.lexsort((np.arange(len(value)), size, -np.round(value, 9)))
        names = self.responses.candidates
        found: list[Choice] = []
        for row in order[:TRIED]:
            if not np.isfinite(value[row]) or len(found) == VERIFIED:
                break
            package = [n for n, on in zip(names, table.subsets[row], strict=True) if on]
            choice = self.choice(package, rules, alone, objective)
            if choice is not None:
                found.append(choice)
        if not found:
            raise InfeasibleError(
                "no package holds the limits and leaves every side better off", self._relaxations(table, rules, alone)
            )
        return max(found, key=lambda c: (round(c.objective, 9), -len(c.state.package)))

    def choice(self, package: Sequence[str], rules: Conditions, alone: Floats, objective: str) -> Choice | None:
        """Evaluate one package in full, payments included.

        Payments move spending between regions and so prices: the transfers that level the surpluses are sought
        together with what they do. None when the package breaks a limit or leaves a partner worse off than alone.
        """
        where = list(rules.partners)
        state = self.state(package)
        gross, cost, paid = self.settlement.gain(state, self.responses.still)
        transfer = np.zeros_like(gross)
        for _ in range(PAYMENT_STEPS):
            gain = gross - cost + paid
            value, least = objective_value(objective, (gain[where] - alone)[None, :], rules.transfer_limit)
            if not least[0] >= -1e-9:
                return None
            following = np.zeros_like(gross)
            if len(where) > 1:
                following[where] = nash(gain[where], alone, rules.transfer_limit)
            payments = paid + following
            if np.abs(payments - state.payments).max() <= PAYMENT_TOLERANCE * max(1.0, np.abs(gain).max()):
                break
            transfer = following
            state = self.evaluator.run(package, payments=payments)
            income, _, paid = self.settlement.gain(state, self.responses.still)
            gross = income - payments
        else:
            raise SolveError("the transfers do not settle", move=float(np.abs(payments - state.payments).max()))
        excess = float(rules.excess(state.low))
        if excess > ECOLOGY_TOLERANCE:
            return None
        return Choice(state, gross, cost, paid, gain, transfer, float(value[0]), excess)

    def _relaxations(self, table: Table, rules: Conditions, alone: Floats) -> list[str]:
        """The smallest single changes that would let a package through."""
        surplus = (table.gain[:, list(rules.partners)] - alone).sum(1)
        fair, clean = surplus >= 0, table.excess <= ECOLOGY_TOLERANCE
        lines = []
        if np.any(fair & clean):
            lines.append(
                "allow a little more at the tightest section: packages that just hold it fail in the full loop"
            )
        if fair.any() and not clean[fair].any() and np.isfinite(table.excess[fair]).any():
            over = 100 * table.excess[fair].min()
            lines.append(f"let the tightest section exceed its limit or target by {over:.3g} %")
        if clean.any() and not fair[clean].any():
            need = -surplus[clean].max()
            lines.append(f"add {need:.6g} million a year to the joint gain, or lower the costs by it")
        return lines or ["relax the targets: no package of these candidates reaches them"]


def frontier(
    table: Table, rules: Conditions, candidates: Sequence[str], most: int = 12
) -> list[tuple[list[str], Floats]]:
    """Packages that no other one beats for every partner, before transfers (package, gain by partner)."""
    good = table.excess <= ECOLOGY_TOLERANCE
    gain = table.gain[good][:, list(rules.partners)]
    subsets = table.subsets[good]
    order = np.lexsort(tuple(-gain.T))
    kept: list[int] = []
    for k in order:
        if not any(np.all(gain[j] >= gain[k]) for j in kept):
            kept.append(int(k))
    step = max(1, -(-len(kept) // most))
    return [([n for n, on in zip(candidates, subsets[k], strict=True) if on], gain[k]) for k in kept[::step]]
