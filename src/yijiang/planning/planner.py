"""The plan: one package for some regions, verified, shared out and given a range."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from yijiang.base import Base
from yijiang.errors import DataError, Finding, OptionError, SolveError
from yijiang.evaluation import Evaluator, Outcome
from yijiang.numerics.executor import paying
from yijiang.numerics.store import Store
from yijiang.scenario import unsized

from .coalitions import coalitions
from .conditions import Conditions
from .ensemble import Ensemble, Job, run
from .exhaustive import exhaustive
from .games import core, nucleolus, shapley
from .package import Problem, Programme
from .package.alternatives import Alternative, alternatives
from .package.frontier import Point, frontier
from .package.prices import Price, prices
from .ranking import Ranking, ranking
from .responses import Responses, Settlement
from .robustness import Robustness, robustness
from .search import Choice, Found, Search

if TYPE_CHECKING:
    from yijiang.belt import Belt
    from yijiang.planning.games import Core, Division

Floats = NDArray[np.float64]

#: Joint draws behind the ranges unless the user asks for another number.
DRAWS = 40
#: The expansion may miss the full loop by this part of the largest gain.
TOLERANCE = 0.02
#: Gains nearer to zero than this have no sign [million].
SIGN = 1e-3
#: Points of the frontier.
POINTS = 10
#: A pair acts if it does more than this part of the largest gain (or of an allowed concentration) beyond its sum.
ACTING = 1e-3
#: Up to this many candidates all are evaluated exactly; of more, those that may pay by a first-order look.
ALL_EXACT = 100
METHODS = ("milp", "exhaustive")


@dataclass(frozen=True, eq=False)
class Plan:
    """A chosen package with who gains what; `document` is the whole of it as plain values.

    Attributes
    ----------
    regions
        Partners.
    ranked
        Which candidates a first-order look left out, when there are very many.
    found
        How the package was found: the integer programme with its corrections.
    choice
        The package with its verified figures.
    own
        The choice of every partner alone, as an integer programme.
    alone : (partner,)
        Best gain of each partner alone [million yuan a year].
    ensemble
        Gains over draws.
    miss
        Largest difference between what the programme expected of a package and the full loop, relative to the largest
        gain of a partner.
    payment_effect
        Largest change of a region's gain because payments move spending and prices, relative to the largest gain.
    """

    base: Base
    regions: tuple[str, ...]
    objective: str
    method: str
    seed: int
    evaluator: Evaluator
    ranked: Ranking
    search: Search
    found: Found
    rules: Conditions
    choice: Choice
    own: tuple[Programme, ...]
    alone: Floats
    coalition: dict[frozenset[str], float]
    ensemble: Ensemble
    miss: float
    payment_effect: float
    tolerance: float
    not_identified: tuple[str, ...]
    seconds: float

    @property
    def package(self) -> list[str]:
        """Chosen projects."""
        return list(self.choice.state.package)

    @cached_property
    def outcome(self) -> Outcome:
        """The chosen package as an `Outcome`."""
        return Outcome(self.evaluator, self.choice.state, self.search.responses.still)

    @property
    def gains(self) -> pd.DataFrame:
        """Gross, cost, compensation, alone, together, after_transfer, low, high by partner [million yuan a year]."""
        rows = self.document["gains"]
        columns = ["gross", "cost", "compensation", "alone", "together", "after_transfer", "low", "high"]
        return pd.DataFrame({r: {c: rows[r][c] for c in columns} for r in self.regions}).T.rename_axis("region")

    @property
    def problem(self) -> Problem:
        """The choice as plain arrays."""
        return self.found.problem

    @cached_property
    def programme(self) -> Programme:
        """The integer programme, with the corrections of the packages proved."""
        return self.found.programme

    @cached_property
    def scale(self) -> Floats:
        """Scale of every candidate in the chosen package (project,)."""
        return np.array([self.choice.scale.get(n, 0.0) for n in self.problem.projects])

    @property
    def shapley(self) -> Division:
        """Shapley value of the partners [million yuan a year]."""
        return shapley(self.regions, self.coalition)

    @property
    def core(self) -> Core:
        """Least core of the partners' coalitions."""
        return core(self.regions, self.coalition)

    @property
    def nucleolus(self) -> Division:
        """Nucleolus of the partners [million yuan a year]."""
        return nucleolus(self.regions, self.coalition)

    @cached_property
    def points(self) -> list[Point]:
        """Packages in which no partner can have more without another having less, before transfers."""
        return frontier(self.programme, POINTS) if self.problem.projects else []

    def frontier(self) -> pd.DataFrame:
        """The frontier with names: package, gain of every partner before transfers [million yuan a year], gap."""
        rows = [
            {
                "package": ", ".join(n for n, s in zip(self.problem.projects, p.scale, strict=True) if s > 0),
                **dict(zip(self.regions, p.gain.tolist(), strict=True)),
                "gap": p.gap,
            }
            for p in self.points
        ]
        return pd.DataFrame(rows, columns=["package", *self.regions, "gap"])

    @cached_property
    def alternatives(self) -> tuple[list[Alternative], bool]:
        """Packages within 2 % of the best joint gain, and whether these are all."""
        return alternatives(self.programme) if self.problem.projects else ([], True)

    @cached_property
    def prices(self) -> list[Price]:
        """Prices of the limits that the package comes near."""
        if not self.problem.projects:
            return []
        return prices(self.programme.copy(), self.programme.copy().solve("total"))

    @property
    def shadow_prices(self) -> pd.DataFrame:
        """Worth of a little more room at every limit the package comes near [million yuan a year per mg/L].

        ``kept``: with the projects kept; ``tighter``, ``looser``: joint gain lost or won per mg/L when the limit moves
        by 1 % and the package may change (NaN where no package holds a tighter limit).
        """
        rows = []
        for price in self.prices:
            section, pollutant, kind = self.problem.limits[price.limit]
            rows.append(
                {"section": section, "pollutant": pollutant, "kind": kind, "kept": price.kept,
                 "tighter": math.nan if price.tighter is None else price.tighter, "looser": price.looser}
            )  # fmt: skip
        return pd.DataFrame(rows, columns=["section", "pollutant", "kind", "kept", "tighter", "looser"])

    @cached_property
    def robustness(self) -> Robustness | None:
        """The package against the best of every draw; None without draws."""
        return robustness(self.found.bare, list(self.own), self.ensemble, list(self.rules.partners), self.scale)

    @cached_property
    def document(self) -> dict[str, Any]:
        """The plan as plain values: what plan.json holds and the report reads."""
        from .document import document

        return document(self)

    def report(self, path: str | Path, lang: str = "both") -> Path:
        """Write the report as one HTML file."""
        from yijiang.report import write_html

        write_html(self.document, Path(path), lang)
        return Path(path)


def plan(
    belt: Belt,
    regions: Sequence[str],
    objective: str = "nash",
    method: str = "milp",
    draws: int | None = None,
    seed: int = 0,
    targets: bool = True,
    compensation_rate: float = 1.0,
    workers: int = 1,
    executor: Any = None,
    store: str | Path | None = None,
    gap: float = 1e-6,
    seconds: float = math.inf,
    progress: Callable[[str], None] = lambda text: None,
) -> Plan:
    """Choose the package that leaves every partner better off within the river's limits.

    Parameters
    ----------
    belt
        A belt whose scope has projects.
    regions
        Partners, two or more, by English or Chinese name.
    objective
        "nash" (product of surpluses), "total", "maxmin" or "eps" (total, with the frontier).
    method
        "milp": an integer programme over responses of singles and pairs, proved in the full loop; "exhaustive": every
        subset of up to 12 candidates in the full loop.
    draws
        Joint draws behind the ranges; 40 unless given.
    seed
        Seed of the draws.
    targets
        Whether the agreed reduction targets apply.
    compensation_rate
        Multiplies every payment rate at the border sections.
    workers
        Processes for the draws, 0 for as many as pay; the figures are the same for any number. A script that asks for
        more than one needs the usual ``if __name__ == "__main__":`` around its work.
    executor
        A `dask.distributed.Client` that runs the draws instead (extra `dask`).
    store
        Folder where responses and finished draws are kept: a run that was stopped goes on where it stopped.
    gap, seconds
        Relative gap and time limit of one integer programme; the gap reached is in the provenance.
    progress
        Called with a line of text at every step.

    Raises
    ------
    OptionError
        For unknown or repeated regions, or an unknown option.
    DataError, InfeasibleError, SolveError

    Examples
    --------
    >>> import yijiang as yj
    >>> p = yj.plan(yj.case("tiny"), regions=("Upper", "Middle"), draws=4)
    >>> bool((p.gains["together"] >= p.gains["alone"]).all())
    True
    """
    began = time.perf_counter()
    partners = _partners(belt, regions)
    if method not in METHODS:
        raise OptionError(f"unknown method {method!r}; use one of {', '.join(METHODS)}")
    kept = Store(store)
    progress("base")
    base = Base(belt)
    evaluator = Evaluator(base)
    candidates = [n for n, p in base.projects.items() if set(p.members) <= set(partners)]
    _refuse_none_sized(belt, base)
    settlement = Settlement.of(evaluator, rate=compensation_rate)
    ranked = ranking(evaluator, evaluator.run(), candidates, partners, settlement.cost, ALL_EXACT)
    responses = Responses.of(evaluator, ranked.kept, progress, kept)
    search = Search(evaluator, responses, settlement, targets, gap, seconds)
    progress("each partner alone")
    own = [search.best([name], np.zeros(1), "total") for name in partners]
    alone = np.array([f.choice.gain[base.belt.regions.index(n)] for f, n in zip(own, partners, strict=True)])
    worth = np.array([float(f.solution.surplus[0]) for f in own])
    progress("search")
    found = search.best(partners, alone, objective, worth, progress)
    choice = found.choice if method == "milp" else exhaustive(search, partners, alone, objective, progress)
    if found.miss > TOLERANCE:
        text = "packages do not do in the full loop what the search expected"
        raise SolveError(text, miss=found.miss, tolerance=TOLERANCE)
    rules = search.conditions(partners)
    coalition = coalitions(search, partners, alone, choice, rules)
    progress("ranges")
    job = Job(
        choice.scale, choice.transfer, responses.candidates, _acting(found.problem),
        np.array([[s, p] for s, p, _ in rules.cells()[0]], dtype=np.int64).reshape(-1, 2),
        tuple((section, pollutant) for section, pollutant, _ in found.problem.limits),
        *rules.drawn(base, responses.still), compensation_rate,
    )  # fmt: skip
    count = DRAWS if draws is None else draws
    many = workers if workers > 0 else paying(len(ranked.kept) * count)
    ensemble = run(base, job, count, seed, many, executor, kept.folder, progress)
    return Plan(
        base, partners, objective, method, seed, evaluator, ranked, search, found, rules, choice,
        tuple(f.bare for f in own), alone, coalition, ensemble, found.miss,
        _payment_effect(choice, search), TOLERANCE,
        _sign_not_identified(base, choice), time.perf_counter() - began,
    )  # fmt: skip


def _acting(problem: Problem) -> tuple[tuple[str, str], ...]:
    """Pairs that do more together than the sum of each alone, by enough to be told; only these are drawn again."""
    scale = max(1.0, float(np.abs(problem.gross).max(initial=0.0)))
    apart = np.abs(problem.pair_gross).max(axis=1, initial=0.0) / scale
    moved = (np.abs(problem.pair_change) / problem.bound).max(axis=1, initial=0.0)
    acting = (apart > ACTING) | (moved > ACTING)
    names = problem.projects
    return tuple((names[a], names[b]) for (a, b), on in zip(problem.pairs.tolist(), acting, strict=True) if on)


def _partners(belt: Belt, regions: Sequence[str]) -> tuple[str, ...]:
    """The partners by their identifiers, or an error that says what a plan needs."""
    partners = tuple(belt.region(name) for name in regions)
    if len(partners) < 2 or len(set(partners)) < len(partners):
        raise OptionError(f"a plan needs two or more different regions, not {', '.join(regions) or 'none'}")
    for name in partners:
        if name not in belt.members:
            raise OptionError(f"{name} is not a member of the belt; members: {', '.join(belt.members)}")
    if "projects" not in belt.scope:
        raise OptionError(f"the belt {belt.name!r} holds no projects, so nothing can be planned on it")
    return partners


def _refuse_none_sized(belt: Belt, base: Base) -> None:
    """Raise when every candidate is left without a size: there is nothing to choose among, and nothing is invented."""
    left_out = unsized(belt)
    if left_out and not base.projects:
        remedy = "enter its cost and the amount and rate of its levers, and clear unsized_en and unsized_zh"
        raise DataError(
            Finding("projects", belt.projects.index(name) + 2, "project", name, f"not sized: {why['en']}", remedy)
            for name, why in left_out.items()
        )


def _payment_effect(choice: Choice, search: Search) -> float:
    """What payments do to prices: the largest change of a gain, relative to the largest gain."""
    state, still = search.state(choice.scale), search.responses.still
    gross, cost, paid = search.settlement.gain(state, still, choice.scale)
    return float(np.abs(choice.gain - (gross - cost + paid)).max()) / max(1.0, float(np.abs(choice.gain).max()))


def _sign_not_identified(base: Base, choice: Choice) -> tuple[str, ...]:
    """Regions whose gross gain changes sign with how balances are held or how strongly buyers abroad answer."""
    state = choice.state
    effects = base.model.signs(
        kappa_hat=state.kappa,
        productivity_hat=state.changes.productivity,
        endowment_hat=state.changes.endowment,
        using_kappa_hat=state.changes.using or None,
        transfer=state.changes.transfer + state.payments,
    ).equivalent_variation.sub(state.payments, axis=0)
    # Below a thousandth of a million yuan the sign is rounding, not economics.
    flips = effects.gt(SIGN, axis=0).any(axis=1) & effects.lt(-SIGN, axis=0).any(axis=1)
    return tuple(str(n) for n in effects.index[flips] if n not in base.belt.abroad)
