"""Choosing a package: the integer programme proposes, the full loop proves, and what it missed goes back as a cut."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import InfeasibleError, OptionError, SolveError
from yijiang.evaluation import Evaluator, State

from .conditions import ECOLOGY_TOLERANCE, Conditions, objective_value
from .expansion import centred, missed, named
from .games import nash
from .package import Ceilings, Problem, Programme, Solution
from .package.programme import OBJECTIVES
from .package.relaxations import relaxations
from .responses import Response, Responses, Settlement
from .years import years_of

Floats = NDArray[np.float64]

#: Transfers are settled to this part of the largest gain.
PAYMENT_TOLERANCE = 1e-6
PAYMENT_STEPS = 30
#: Packages proved in the full loop: payments move prices, so the order of near equals is only known with them settled.
PROVED = 12
#: Packages tried at most: those that the full loop finds over a limit do not count as proved.
TRIED = 400


@dataclass(frozen=True)
class Choice:
    """A chosen package with its figures (region,) [million yuan a year].

    Attributes
    ----------
    scale
        Projects done, with the share of their full size.
    start
        First year of work by project, where years are planned.
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
    scale: Mapping[str, float]
    start: Mapping[str, int]
    gross: Floats
    cost: Floats
    compensation: Floats
    gain: Floats
    transfer: Floats
    objective: float
    excess: float


@dataclass(frozen=True, eq=False)
class Found:
    """How a package was found.

    Attributes
    ----------
    choice
        The package, proved in the full loop.
    problem, programme
        The choice as an integer programme, with the corrections of the packages proved.
    bare
        The same without corrections.
    solution
        The programme's own best with these corrections, before payments move prices; its `gap` is the solver's.
    proved
        Packages proved in the full loop.
    miss
        Largest difference between what the programme expected of a package that it proposed and the full loop, relative
        to the largest gain of a partner.
    """

    choice: Choice
    problem: Problem
    programme: Programme
    bare: Programme
    solution: Solution
    proved: int
    miss: float


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
    gap, seconds
        Relative gap and time limit of one integer programme.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        responses: Responses,
        settlement: Settlement,
        targets: bool = True,
        gap: float = 1e-6,
        seconds: float = math.inf,
    ) -> None:
        self.evaluator, self.responses, self.settlement, self.targets = evaluator, responses, settlement, targets
        self.gap, self.seconds = gap, seconds
        self._solved: dict[tuple[tuple[str, float], ...], State] = {(): responses.still}
        self._seen: dict[tuple[tuple[str, float], ...], Response] = {}

    def state(self, scale: Mapping[str, float]) -> State:
        """The state of a package, solved once."""
        key = tuple(sorted(scale.items()))
        if key not in self._solved:
            self._solved[key] = self.evaluator.run(sorted(scale), effect=scale)
        return self._solved[key]

    def net(self, package: Sequence[str], response: State | Response) -> Floats:
        """Gross gain − cost + compensation of every region for a package at full size (region,)."""
        gross, cost, paid = self.settlement.gain(response, self.responses.still, dict.fromkeys(package, 1.0))
        return gross - cost + paid

    def available(self, partners: Sequence[str]) -> list[str]:
        """Candidates whose members are all among the partners."""
        projects = self.evaluator.base.projects
        return [p for p in self.responses.candidates if set(projects[p].members) <= set(partners)]

    def conditions(self, partners: Sequence[str]) -> Conditions:
        """Limits and targets for these partners."""
        return Conditions.of(self.evaluator.base, self.responses.still, partners, self.targets)

    def problem(self, partners: Sequence[str], alone: Floats) -> Problem:
        """The choice of these partners as plain arrays."""
        base, responses, rules = self.evaluator.base, self.responses, self.conditions(partners)
        names = self.available(partners)
        where = list(rules.partners)
        place = {name: k for k, name in enumerate(names)}
        pairs = [c for c in responses.pair if c[0] in place and c[1] in place]
        cells, kinds = rules.cells()
        couples = np.array([[place[a], place[b]] for a, b in pairs], dtype=np.int64).reshape(-1, 2)

        def gross(package: Sequence[str]) -> Floats:
            income = responses.change(package, lambda s: s.income)
            mean = responses.change(package, lambda s: s.mean)
            paid = self.settlement.compensation(mean) if mean.size else np.zeros_like(income)
            return (income + paid)[where]

        def moved(package: Sequence[str]) -> Floats:
            low = responses.change(package, lambda s: s.low)
            return np.array([low[s, p] for s, p, _ in cells], dtype=np.float64)

        matrix = base.transfer["low"] if base.river is not None else None
        limits = tuple(
            (matrix.sections[s], matrix.pollutants[p], kind)
            for (s, p, _), kind in zip(cells, kinds, strict=True)
            if matrix is not None
        )
        still = np.array([responses.still.low[s, p] for s, p, _ in cells], dtype=np.float64)
        bound = np.array([b for _, _, b in cells], dtype=np.float64)
        shape = (len(names), len(where))
        relations = base.belt.tables["relations"].to_dict("records")

        def rule(kind: str) -> NDArray[np.int64]:
            rows = [
                [place[r["project"]], place[r["other"]]]
                for r in relations
                if r["relation"] == kind and r["project"] in place and r["other"] in place
            ]
            return np.array(rows, dtype=np.int64).reshape(-1, 2)

        # What needs a project that these partners cannot do cannot be done either: it is needed by itself and excluded.
        lost = {r["project"] for r in relations if r["relation"] == "requires" and r["other"] not in place}
        blocked = [[place[n], place[n]] for n in sorted(lost & set(place))]
        excludes = np.concatenate([rule("excludes"), np.array(blocked, dtype=np.int64).reshape(-1, 2)])
        return Problem(
            tuple(names),
            tuple(partners),
            limits,
            np.array([gross([n]) for n in names], dtype=np.float64).reshape(shape),
            np.array([self.settlement.cost[n][where] for n in names], dtype=np.float64).reshape(shape),
            couples,
            np.array([gross(c) for c in pairs], dtype=np.float64).reshape(len(pairs), len(where)),
            np.array([moved([n]) for n in names], dtype=np.float64).reshape(len(names), len(cells)),
            np.array([moved(c) for c in pairs], dtype=np.float64).reshape(len(pairs), len(cells)),
            bound - still,
            bound,
            np.asarray(alone, dtype=np.float64),
            rules.transfer_limit,
            rule("requires"),
            excludes,
            np.array([float(base.projects[n].row["smallest"]) for n in names], dtype=np.float64),
            years_of(base, names, partners),
            self._ceilings(names, where, cells),
        )

    def _ceilings(
        self, names: Sequence[str], where: Sequence[int], cells: Sequence[tuple[int, int, float]]
    ) -> Ceilings | None:
        """Ceilings that these candidates go beyond, with what a whole one is worth to these partners."""
        responses = self.responses
        share = responses.ceilings.share[:, np.isin(responses.candidates, names)]
        kept = np.flatnonzero(share.sum(axis=1) > 1)
        if not len(kept):
            return None
        whole = responses.whole
        gross = whole.income[kept] + (self.settlement.compensation(whole.mean[kept]) if whole.mean.size else 0.0)
        change = np.array([whole.low[kept, s, p] for s, p, _ in cells]).reshape(len(cells), len(kept)).T
        return Ceilings(share[kept], gross[:, where], change)

    def best(
        self,
        partners: Sequence[str],
        alone: Floats,
        objective: str,
        worth: Floats | None = None,
        progress: Callable[[str], None] = lambda text: None,
    ) -> Found:
        """The best package of some partners, proved in the full loop.

        The programme's best package is evaluated in full, payments included, and its figures are put into the
        programme; then the best of the others, until no other promises more than what is proved, or twelve are.

        Parameters
        ----------
        partners
            Regions that plan together.
        alone : (partner,)
            What each reaches without the others [million yuan a year].
        objective
            "nash", "total", "maxmin" or "eps".
        worth : (partner,)
            The same at the worth of the starts, where years are planned; `alone` without it.
        progress
            Called with a line of text at every step.

        Raises
        ------
        InfeasibleError
            If no package holds the limits and leaves every partner at least as well off as alone.
        SolveError
            If the integer programme finds no package in its time.
        """
        if objective not in OBJECTIVES:
            raise OptionError(f"unknown objective {objective!r}; use one of {', '.join(OBJECTIVES)}")
        rules = self.conditions(partners)
        problem = self.problem(partners, alone if worth is None else worth)
        if not problem.projects and np.any(problem.room < 0):
            raise InfeasibleError("no project of these partners reaches the agreed targets", relaxations(problem))
        bare = Programme(problem, self.gap, self.seconds)
        programme = centred(self, bare, rules, objective, progress)
        rest = programme.copy()
        best: Choice | None = None
        rank, proved, miss = (-math.inf, 0), 0, 0.0
        reason: tuple[str, ...] = ()
        for tried in range(TRIED):
            try:
                solution = rest.solve(objective)
            except InfeasibleError:
                reason = tuple(relaxations(problem)) if tried == 0 else ()
                break
            if (best is not None and solution.bound <= rank[0]) or proved == PROVED:
                break
            progress(f"package {tried + 1} in the full loop")
            scale = named(problem, solution.scale)
            start = {n: int(y) for n, y in zip(problem.projects, solution.start, strict=True) if y > 0}
            gain, moved = self.figures(scale, rules)
            miss = max(miss, missed(programme.problem, solution.scale, gain))
            programme.correct(solution.scale, gain, moved)
            rest.forbid(solution.scale)
            choice = self.choice(scale, rules, alone, objective, start)
            if choice is None:
                continue
            proved += 1
            value = choice.objective
            if problem.years is not None:
                # The programme weighs packages by the worth of their starts, so they are compared by that, too.
                worths = rest.gain_of(solution) + gain - problem.gain(solution.scale) - problem.alone
                value = float(objective_value(objective, worths[None, :], rules.transfer_limit)[0][0])
            # Ties go to the smaller package.
            if best is None or (round(value, 9), -len(scale)) > (round(rank[0], 9), rank[1]):
                best, rank = choice, (value, -len(scale))
        if best is None:
            text = "no package holds the limits and leaves every side at least as well off as alone"
            tight = "allow a little more at the tightest section: packages that just hold it fail in the full loop"
            raise InfeasibleError(text, reason or (tight,))
        return Found(best, problem, programme, bare, programme.solve(objective), proved, miss)

    def figures(
        self, scale: Mapping[str, float], rules: Conditions, near: State | None = None
    ) -> tuple[Floats, Floats]:
        """Gain of the partners before transfers, and changes of the limited concentrations, in the full loop.

        `near` is the state of a package like this one, from which its own is found faster.
        """
        key, still = tuple(sorted(scale.items())), self.responses.still
        if key not in self._seen:
            # Only what the search needs of it is kept: thousands of packages are seen, a dozen looked at.
            state = self._solved.get(key) or self.evaluator.run(
                sorted(scale), effect=scale, near=[] if near is None else [(1.0, near)]
            )
            self._seen[key] = Response(state.income, state.low, state.mean)
        seen = self._seen[key]
        gross, cost, paid = self.settlement.gain(seen, still, scale)
        moved = np.array([seen.low[s, p] - still.low[s, p] for s, p, _ in rules.cells()[0]], dtype=np.float64)
        return (gross - cost + paid)[list(rules.partners)], moved

    def choice(
        self,
        scale: Mapping[str, float],
        rules: Conditions,
        alone: Floats,
        objective: str,
        start: Mapping[str, int] | None = None,
    ) -> Choice | None:
        """Evaluate one package in full, payments included.

        Payments move spending between regions and so prices: the transfers that level the surpluses are sought
        together with what they do. None when the package breaks a limit or leaves a partner worse off than alone.
        """
        where = list(rules.partners)
        state = self.state(scale)
        gross, cost, paid = self.settlement.gain(state, self.responses.still, scale)
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
            state = self.evaluator.run(sorted(scale), effect=scale, payments=payments)
            income, _, paid = self.settlement.gain(state, self.responses.still, scale)
            gross = income - payments
        else:
            raise SolveError("the transfers do not settle", move=float(np.abs(payments - state.payments).max()))
        excess = float(rules.excess(state.low))
        if excess > ECOLOGY_TOLERANCE:
            return None
        return Choice(state, dict(scale), dict(start or {}), gross, cost, paid, gain, transfer, float(value[0]), excess)
