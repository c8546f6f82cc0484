"""What every package does: exact responses of single projects and of pairs, and from them all subsets at once.

``f(S) ≈ f(∅) + Σ_a Δ_a + Σ_{a<b} (Δ_ab − Δ_a − Δ_b)`` for income and concentration; cost is exact. The winner is
always evaluated again in the full loop, so the expansion only orders the candidates.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yijiang.evaluation import Evaluator, State
from yijiang.numerics.labels import positions
from yijiang.river.formulas import GRAMS_PER_SECOND

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Settlement:
    """Costs and payments at border sections, which turn a state into gains.

    Attributes
    ----------
    cost : {project: (region,)}
        Annual cost borne by each region [million yuan].
    upstream, downstream : (rule,)
        Positions of the regions of each compensation rule.
    section, pollutant : (rule,)
        Positions of its section and pollutant.
    price : (rule,)
        Payment per unit of concentration at mean flow [million yuan per mg/L].
    """

    cost: Mapping[str, Floats]
    upstream: NDArray[np.int64]
    downstream: NDArray[np.int64]
    section: NDArray[np.int64]
    pollutant: NDArray[np.int64]
    price: Floats

    @classmethod
    def of(cls, evaluator: Evaluator, scale: Mapping[str, float] | None = None, rate: float = 1.0) -> Settlement:
        """Read the payers and the compensation rules; `scale` multiplies single costs, `rate` every payment."""
        base = evaluator.base
        region = {name: i for i, name in enumerate(base.belt.regions)}
        cost = {}
        for name, project in base.projects.items():
            share = np.zeros(len(region))
            for payer, part in project.payers.items():
                share[region[payer]] += part
            cost[name] = share * project.annual_cost * (1.0 if scale is None else scale.get(name, 1.0))
        table = base.belt.tables["compensation"]
        if base.river is None or not len(table):
            none = np.zeros(0, dtype=np.int64)
            return cls(cost, none, none, none, none, np.zeros(0))
        matrix = base.transfer["mean"]
        section = positions(table["section"], {s: i for i, s in enumerate(matrix.sections)})
        # 1 mg/L at 1 m³/s is 1 g/s.
        tonnes = base.section_flow("mean")[section] / GRAMS_PER_SECOND
        return cls(
            cost,
            positions(table["upstream"], region),
            positions(table["downstream"], region),
            section,
            positions(table["pollutant"], {p: i for i, p in enumerate(matrix.pollutants)}),
            rate * table["value"].to_numpy(float) * tonnes / 1e6,
        )

    def compensation(self, change: Floats) -> Floats:
        """Payments received by every region for a change of the mean concentrations.

        Parameters
        ----------
        change : (…, section, pollutant)
            Concentration at mean flow, plan − base [mg/L].

        Returns
        -------
        (…, region) [million yuan a year]; they add up to zero.
        """
        regions = len(next(iter(self.cost.values()))) if self.cost else 0
        paid = np.zeros((*change.shape[:-2], regions))
        if self.price.size:
            amount = -change[..., self.section, self.pollutant] * self.price
            for k in range(self.price.size):
                paid[..., self.upstream[k]] += amount[..., k]
                paid[..., self.downstream[k]] -= amount[..., k]
        return paid

    def gain(self, state: State, still: State) -> tuple[Floats, Floats, Floats]:
        """Gross income, cost and compensation of every region in one state (region,) each [million yuan a year]."""
        cost = np.zeros_like(state.income)
        for name in state.package:
            cost = cost + self.cost[name]
        change = state.mean - still.mean
        paid = self.compensation(change) if change.size else np.zeros_like(cost)
        return state.income, cost, paid


@dataclass(frozen=True)
class Responses:
    """Responses of the candidates: base, singles and pairs, every one solved in the full loop.

    Attributes
    ----------
    candidates
        Projects, in the order of the bits of a subset.
    still
        The base state.
    single, pair
        States by project and by pair.
    """

    candidates: tuple[str, ...]
    still: State
    single: Mapping[str, State]
    pair: Mapping[tuple[str, str], State]

    @classmethod
    def of(
        cls,
        evaluator: Evaluator,
        candidates: Sequence[str],
        progress: Callable[[str], None] = lambda text: None,
    ) -> Responses:
        """Solve the base, every candidate alone and every pair."""
        names = tuple(sorted(candidates))
        still = evaluator.run()
        progress(f"{len(names)} single projects")
        single = {name: evaluator.run([name]) for name in names}
        couples = list(itertools.combinations(names, 2))
        progress(f"{len(couples)} pairs")
        return cls(names, still, single, {couple: evaluator.run(couple) for couple in couples})

    def subsets(self) -> NDArray[np.bool_]:
        """Every subset of the candidates (subset, project); the empty one first."""
        count = len(self.candidates)
        numbers = np.arange(2**count)
        return ((numbers[:, None] >> np.arange(count)) & 1).astype(bool)

    def expand(self, subsets: NDArray[np.bool_], pick: Callable[[State], Floats]) -> Floats:
        """A quantity over subsets by the expansion in singles and pairs (subset, …), as a change from the base."""
        start = pick(self.still)
        alone = [pick(self.single[name]) - start for name in self.candidates]
        total = np.zeros((len(subsets), *start.shape))
        for k, change in enumerate(alone):
            total[subsets[:, k]] += change
        place = {name: k for k, name in enumerate(self.candidates)}
        for (a, b), state in self.pair.items():
            i, j = place[a], place[b]
            extra = pick(state) - start - alone[i] - alone[j]
            total[subsets[:, i] & subsets[:, j]] += extra
        return total
