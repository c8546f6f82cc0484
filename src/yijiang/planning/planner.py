"""The plan: one package for some regions, verified, shared out and given a range."""

from __future__ import annotations

import itertools
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
from yijiang.errors import DataError, Finding, InfeasibleError, OptionError, SolveError
from yijiang.evaluation import Evaluator, Outcome
from yijiang.scenario import unsized

from .bargain import shapley
from .ensemble import Ensemble, run
from .responses import Responses, Settlement
from .search import Choice, Conditions, Search, Table, frontier

if TYPE_CHECKING:
    from yijiang.belt import Belt

Floats = NDArray[np.float64]

#: Joint draws behind the ranges unless the user asks for another number.
DRAWS = 40
#: The expansion may miss the full loop by this part of the largest gain.
TOLERANCE = 0.02
#: With fewer candidates, starting another process takes longer than the draws.
WORTH_WORKERS = 6
#: More candidates than this would need the integer programme instead of listing every subset.
MOST_CANDIDATES = 16


@dataclass(frozen=True, eq=False)
class Plan:
    """A chosen package with who gains what; `document` is the whole of it as plain values.

    Attributes
    ----------
    regions
        Partners.
    choice
        The package with its verified figures.
    alone : (partner,)
        Best gain of each partner alone [million yuan a year].
    ensemble
        Gains over draws.
    miss
        Largest difference between the expansion and the full loop, relative to the largest gain of a region.
    payment_effect
        Largest change of a region's gain because payments move spending and prices, relative to the largest gain.
    """

    base: Base
    regions: tuple[str, ...]
    objective: str
    method: str
    seed: int
    evaluator: Evaluator
    search: Search
    table: Table
    rules: Conditions
    choice: Choice
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
    def shapley(self) -> dict[str, float]:
        """Shapley value of the partners [million yuan a year]."""
        return shapley(self.regions, self.coalition)

    def frontier(self) -> pd.DataFrame:
        """Packages no other one beats for every partner, before transfers [million yuan a year]."""
        rows = frontier(self.table, self.rules, self.search.responses.candidates)
        return pd.DataFrame([{"package": ", ".join(p), **dict(zip(self.regions, g, strict=True))} for p, g in rows])

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
    method: str = "pairs",
    draws: int | None = None,
    seed: int = 0,
    targets: bool = True,
    compensation_rate: float = 1.0,
    workers: int = 1,
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
        "pairs" orders all subsets by singles and pairs and proves the best in the full loop; "exhaustive" solves every
        subset in the full loop.
    draws
        Joint draws behind the ranges; 40 unless given.
    seed
        Seed of the draws.
    targets
        Whether the agreed reduction targets apply.
    compensation_rate
        Multiplies every payment rate at the border sections.
    workers
        Processes for the draws; the figures are the same for any number. A script that asks for more than one needs
        the usual ``if __name__ == "__main__":`` around its work.
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
    partners = tuple(belt.region(name) for name in regions)
    if len(partners) < 2 or len(set(partners)) < len(partners):
        raise OptionError(f"a plan needs two or more different regions, not {', '.join(regions) or 'none'}")
    for name in partners:
        if name not in belt.members:
            raise OptionError(f"{name} is not a member of the belt; members: {', '.join(belt.members)}")
    if "projects" not in belt.scope:
        raise OptionError(f"the belt {belt.name!r} holds no projects, so nothing can be planned on it")
    if method not in ("pairs", "exhaustive"):
        raise OptionError(f"unknown method {method!r}; use pairs or exhaustive")
    progress("base")
    base = Base(belt)
    evaluator = Evaluator(base)
    candidates = [n for n, p in base.projects.items() if set(p.members) <= set(partners)]
    _refuse_none_sized(belt, base)
    if len(candidates) > MOST_CANDIDATES:
        raise OptionError(f"{len(candidates)} candidates; at most {MOST_CANDIDATES} can be listed in every combination")
    responses = Responses.of(evaluator, candidates, progress=progress)
    search = Search(evaluator, responses, Settlement.of(evaluator, rate=compensation_rate), targets)
    alone = np.array([search.alone(name) for name in partners])
    progress("search")
    exact = method == "exhaustive"
    choice = search.best(partners, alone, objective, exact)
    table, rules = search.table(partners, exact)
    miss, payment_effect = _miss(choice, table, search)
    coalition = _coalitions(search, partners, alone, objective, choice, rules)
    progress("ranges")
    ensemble = run(
        base,
        choice.state.package,
        choice.transfer,
        candidates,
        partners,
        DRAWS if draws is None else draws,
        seed,
        workers if len(candidates) >= WORTH_WORKERS else 1,
        progress,
    )
    if miss > TOLERANCE:
        raise SolveError("the chosen package does not do in the full loop what the search expected", miss=miss)
    return Plan(
        base, partners, objective, method, seed, evaluator, search, table, rules, choice, alone, coalition, ensemble,
        miss, payment_effect, TOLERANCE, _sign_not_identified(base, choice), time.perf_counter() - began,
    )  # fmt: skip


def _refuse_none_sized(belt: Belt, base: Base) -> None:
    """Raise when every candidate is left without a size: there is nothing to choose among, and nothing is invented."""
    left_out = unsized(belt)
    if left_out and not base.projects:
        remedy = "enter its cost and the amount and rate of its levers, and clear unsized_en and unsized_zh"
        raise DataError(
            Finding("projects", belt.projects.index(name) + 2, "project", name, f"not sized: {why['en']}", remedy)
            for name, why in left_out.items()
        )


def _miss(choice: Choice, table: Table, search: Search) -> tuple[float, float]:
    """What the expansion misses in the full loop, and what payments do to prices, both relative to the largest gain."""
    names = search.responses.candidates
    bits = np.array([n in choice.state.package for n in names], dtype=bool)
    row = int(np.argmax((table.subsets == bits).all(axis=1)))
    gross, cost, paid = search.settlement.gain(search.state(choice.state.package), search.responses.still)
    unpaid, largest = gross - cost + paid, max(1.0, float(np.abs(choice.gain).max()))
    return float(np.abs(table.gain[row] - unpaid).max()) / largest, float(np.abs(choice.gain - unpaid).max()) / largest


def _coalitions(
    search: Search, partners: Sequence[str], alone: Floats, objective: str, choice: Choice, rules: Conditions
) -> dict[frozenset[str], float]:
    """Best joint gain of every coalition [million yuan a year]; what cannot be reached together is the sum alone."""
    worth = {frozenset([n]): float(v) for n, v in zip(partners, alone, strict=True)}
    position = {n: k for k, n in enumerate(partners)}
    for size in range(2, len(partners) + 1):
        for group in itertools.combinations(partners, size):
            if size == len(partners):
                worth[frozenset(group)] = float(choice.gain[list(rules.partners)].sum())
                continue
            own = alone[[position[n] for n in group]]
            try:
                best = search.best(group, own, "total")
                where = [search.evaluator.base.belt.regions.index(n) for n in group]
                worth[frozenset(group)] = float(best.gain[where].sum())
            except InfeasibleError:
                worth[frozenset(group)] = float(own.sum())
    return worth


def _sign_not_identified(base: Base, choice: Choice) -> tuple[str, ...]:
    """Regions whose gross gain changes sign with the rule for the balances of trade."""
    state = choice.state
    other = base.model.counterfactual(
        kappa_hat=state.kappa,
        productivity_hat=state.changes.productivity,
        endowment_hat=state.changes.endowment,
        using_kappa_hat=state.changes.using or None,
        transfer=state.changes.transfer + state.payments,
        deficit_rule="income_share",
    ).equivalent_variation_array
    # Below a thousandth of a million yuan the sign is rounding, not economics.
    here, there = choice.gross, other - state.payments
    flips = (np.sign(here) != np.sign(there)) & (np.maximum(np.abs(here), np.abs(there)) > 1e-3)
    names = [n for n, flip in zip(base.belt.regions, flips, strict=True) if flip]
    return tuple(n for n in names if n not in base.belt.abroad)
