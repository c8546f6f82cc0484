"""What every package does: exact responses of single projects and of the pairs that act on one another.

``f(S) ≈ f(∅) + Σ_a Δ_a + Σ_{a<b} (Δ_ab − Δ_a − Δ_b) − Σ_c λ_c u_c(S)`` for income and concentration, u_c what goes
beyond a ceiling of the levers (see `ceilings`); cost is exact. A package that is chosen is always evaluated again in
the full loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yijiang._version import __version__
from yijiang.evaluation import Evaluator, State
from yijiang.numerics.store import Store

from .ceilings import Filled, filled, worth
from .couples import couples

Floats = NDArray[np.float64]
#: Tables that say what projects there are; a response depends on the levers of its own only.
PROJECT_TABLES = (
    *("projects", "members", "payers", "levers", "relations", "budgets"),
    *("agreement", "indicators", "indicator_years", "sector_years", "practices"),
)


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
        rules = base.compensation
        return cls(cost, rules.upstream, rules.downstream, rules.section, rules.pollutant, rate * rules.price)

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

    def gain(
        self, state: State | Response, still: State | Response, scale: Mapping[str, float]
    ) -> tuple[Floats, Floats, Floats]:
        """Gross income, cost and compensation of every region in one state (region,) each [million yuan a year].

        Parameters
        ----------
        state, still
            The state and the base.
        scale
            Projects done, with the share of their full size.
        """
        cost = np.zeros_like(state.income)
        for name in sorted(scale):
            cost = cost + scale[name] * self.cost[name]
        change = state.mean - still.mean
        paid = self.compensation(change) if change.size else np.zeros_like(cost)
        return state.income, cost, paid


@dataclass(frozen=True, eq=False)
class Response:
    """What the search needs of a state: income (region,), concentrations at low and mean flow (section, pollutant)."""

    income: Floats
    low: Floats
    mean: Floats


@dataclass(frozen=True, eq=False)
class Responses:
    """Responses of the candidates: base, singles and pairs, every one solved in the full loop.

    Attributes
    ----------
    candidates
        Projects, sorted.
    still
        The base state.
    single, pair
        Responses by project and by pair of projects that act on one another.
    ceilings
        Cells that candidates fill together.
    whole
        What each whole ceiling changes, its axis first: as `Response`.
    """

    candidates: tuple[str, ...]
    still: State
    single: Mapping[str, Response]
    pair: Mapping[tuple[str, str], Response]
    ceilings: Filled
    whole: Response

    @classmethod
    def of(
        cls,
        evaluator: Evaluator,
        candidates: Sequence[str],
        progress: Callable[[str], None] = lambda text: None,
        store: Store | None = None,
        most: int | None = None,
    ) -> Responses:
        """Solve the base, every candidate alone, and the pairs that act on one another.

        Parameters
        ----------
        evaluator
            A warm evaluator.
        candidates
            Projects.
        progress
            Called with a line of text at every step.
        store
            Where responses of the same content are found again.
        most
            Most pairs solved; see `couples`.
        """
        kept = Store(None) if store is None else store
        names = tuple(sorted(candidates))
        still = evaluator.run()
        # What nobody keeps needs no name, and the name is the digest of the belt.
        ground = {} if kept.folder is None else _ground(evaluator)

        def solve(package: Sequence[str]) -> Response:
            levers = {n: [dict(v) for v in evaluator.base.projects[n].levers] for n in package}
            found = kept.get({"base": ground, "levers": levers}, lambda: _arrays(evaluator.run(package)))
            return Response(found["income"], found["low"], found["mean"])

        progress(f"{len(names)} single projects")
        single = {name: solve([name]) for name in names}
        pairs = couples(evaluator.base, names, single, still, most)
        progress(f"{len(pairs)} pairs")
        pair = {couple: solve(couple) for couple in pairs}
        full = filled(evaluator.base, names)
        if full.groups:
            progress(f"{len(full.groups)} ceilings")
        return cls(names, still, single, pair, full, _whole(full, names, still, single, solve))

    def change(self, package: Sequence[str], pick: Callable[[State | Response], Floats]) -> Floats:
        """A quantity for a single project or a pair, as a change from the base.

        A pair: beyond the sum of both, and beyond what ceilings waste of it.
        """
        start = pick(self.still)
        if len(package) == 1:
            return pick(self.single[package[0]]) - start
        a, b = package
        beyond = pick(self.pair[a, b]) - pick(self.single[a]) - pick(self.single[b]) + start
        if not len(self.ceilings.share):
            return beyond
        row = np.isin(self.candidates, package).astype(np.float64)
        return np.asarray(beyond + np.tensordot(self.ceilings.wasted(row), pick(self.whole), axes=1))


def _whole(
    found: Filled,
    names: Sequence[str],
    still: State,
    single: Mapping[str, Response],
    solve: Callable[[Sequence[str]], Response],
) -> Response:
    """What each whole ceiling changes, measured on its group (ceiling, …)."""
    parts = ("income", "low", "mean")
    start = {part: getattr(still, part) for part in parts}
    if not found.groups:
        return Response(*(np.zeros((0, *start[part].shape)) for part in parts))

    def beyond(group: Sequence[str]) -> Floats:
        together = solve(group)
        rest = [
            getattr(together, part) - start[part] - sum(getattr(single[n], part) - start[part] for n in group)
            for part in parts
        ]
        return np.concatenate([r.ravel() for r in rest])

    rows = worth(found, names, beyond)
    sizes = [start[part].size for part in parts]
    split = np.split(rows, np.cumsum(sizes)[:-1], axis=1)
    return Response(*(p.reshape(-1, *start[part].shape) for p, part in zip(split, parts, strict=True)))


def _arrays(state: State) -> dict[str, Floats]:
    return {"income": state.income, "low": state.low, "mean": state.mean}


def _ground(evaluator: Evaluator) -> dict[str, object]:
    """Everything a response depends on besides the levers of its projects."""
    base = evaluator.base
    return {
        "version": __version__,
        "belt": base.belt.digest(without=PROJECT_TABLES),
        "draw": base.draw,
        "theta": base.accounts.theta,
        "tolerance": evaluator.tolerance,
    }
