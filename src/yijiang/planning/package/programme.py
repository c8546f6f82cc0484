"""Solve the integer programme: objectives, cuts and corrections on one HiGHS model that is kept warm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import InfeasibleError, OptionError, SolveError

from .engine import copied, engine
from .model import PER_MILLE, build, money_scale, pair_worth
from .problem import Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OBJECTIVES = ("nash", "total", "maxmin", "eps")
#: Points of surplus ÷ scale at which the logarithm gets its first tangents.
TANGENTS = np.geomspace(1e-5, 10.0, 25)
#: The sum of logarithms is closed to this much; the tangents added on the way are counted.
NASH_GAP = 1e-9
NASH_ROUNDS = 60


@dataclass(frozen=True, eq=False)
class Solution:
    """A package with the figures the programme expects of it.

    Attributes
    ----------
    scale : (project,)
        Scale of every project; 0 = not done.
    start : (project,)
        Year it starts; 0 where years are not planned or the project is not done.
    surplus, transfer : (partner,)
        Beyond alone, after the transfer; and the transfer [money/year].
    objective
        Value of the objective; Nash: the sum of the logarithms of the surpluses.
    bound
        No package of the programme is better than this.
    gap
        Bound − objective, relative to the objective; nash: per partner in logarithms, which is the relative gap of the
        geometric mean of the surpluses.
    """

    scale: Floats
    start: Ints
    surplus: Floats
    transfer: Floats
    objective: float
    bound: float
    gap: float

    def names(self, problem: Problem) -> tuple[str, ...]:
        """Projects done."""
        return tuple(n for n, s in zip(problem.projects, self.scale, strict=True) if s > 0)


class Programme:
    """One integer programme, solved again and again as cuts and corrections come.

    Parameters
    ----------
    problem
        The choice.
    gap
        Relative gap at which the solver may stop.
    seconds
        Time limit of one solve; the best package found by then is returned with its gap.

    Examples
    --------
    Two projects; the second cleans what the first pollutes.

    >>> import numpy as np
    >>> none = np.zeros((0, 2), dtype=np.int64)
    >>> problem = Problem(
    ...     ("plant", "works"), ("A", "B"), (("border", "TP", "limit"),),
    ...     gross=np.array([[9.0, 1.0], [0.0, 0.0]]), cost=np.array([[1.0, 0.0], [1.0, 1.0]]),
    ...     pairs=none, pair_gross=np.zeros((0, 2)),
    ...     change=np.array([[0.02], [-0.03]]), pair_change=np.zeros((0, 1)),
    ...     room=np.array([0.01]), bound=np.array([0.1]), alone=np.zeros(2),
    ... )  # fmt: skip
    >>> found = Programme(problem).solve("nash")
    >>> found.names(problem), found.surplus.round(9).tolist(), found.transfer.round(9).tolist()
    (('plant', 'works'), [3.5, 3.5], [-3.5, 3.5])
    """

    def __init__(self, problem: Problem, gap: float = 1e-6, seconds: float = math.inf) -> None:
        import highspy

        self.problem, self.unit = problem, money_scale(problem)
        self._kinds = highspy.HighsVarType
        self._status = highspy.HighsModelStatus
        model = build(problem)
        self.model = model
        self._highs = engine(model, gap)
        self._seconds, self._gap = seconds, gap
        columns = {int(label): k for k, label in enumerate(model.matrices.vlabels)}
        rows = {int(label): k for k, label in enumerate(model.matrices.clabels)}

        def places(names: Any, known: dict[int, int], name: str) -> Ints:
            if name not in names:
                return np.zeros(0, dtype=np.int64)
            return np.array([known[int(k)] for k in np.ravel(names[name].labels.values)], dtype=np.int64)

        self._column = {
            n: places(model.variables, columns, n)
            for n in ("done", "scale", "joint", "transfer", "surplus", "log", "least", "start", "full")
        }
        self._row = {n: places(model.constraints, rows, n) for n in ("surplus_of", "ecology")}
        self._objective = ""
        self._tangents: set[tuple[int, float]] = set()
        self._corrected: set[tuple[str, ...]] = set()

    def solve(self, objective: str) -> Solution:
        """Find the best package.

        Parameters
        ----------
        objective
            "nash", "total", "maxmin" or "eps" (total).

        Raises
        ------
        InfeasibleError
            If no package satisfies every constraint; without relaxations (see `relaxations`).
        SolveError
            If the solver found no package within its time.
        """
        if objective not in OBJECTIVES:
            raise OptionError(f"unknown objective {objective!r}; use one of {', '.join(OBJECTIVES)}")
        self._aim("total")
        joint = self._run()
        if objective in ("total", "eps"):
            return joint
        players = len(self.problem.partners)
        level = joint.surplus.sum() / players
        before = joint.surplus - joint.transfer
        if players and np.abs(level - before).max() <= self.problem.transfer_limit:
            # No package has a larger sum, and no split of a sum a larger product or smallest part than the even one.
            value, bound = (
                (players * _log(level), players * _log(joint.bound / players))
                if objective == "nash"
                else (level, joint.bound / players)
            )
            even = np.full(players, level)
            return Solution(joint.scale, joint.start, even, even - before, value, bound, joint.gap)
        if objective == "maxmin":
            self._aim("maxmin")
            return self._run()
        return self._nash(joint)

    def copy(self) -> Programme:
        """Another programme with the same cuts and corrections; what is added to one does not reach the other."""
        other = object.__new__(Programme)
        other.__dict__.update(self.__dict__)
        other._highs = copied(self._highs, self._gap)
        other._tangents, other._corrected, other._objective = set(self._tangents), set(self._corrected), ""
        return other

    def refit(self, problem: Problem) -> None:
        """Put the responses, limits and alone gains of another draw in the place of these, in money of the same scale.

        Raises
        ------
        OptionError
            If the other problem has other projects, partners, limits or pairs, plans years, or corrections are in.
        """
        old = self.problem
        same = all(getattr(problem, n) == getattr(old, n) for n in ("projects", "partners", "limits"))
        if not same or not np.array_equal(problem.pairs, old.pairs) or old.years is not None or self._corrected:
            raise OptionError("only a fresh programme without years can take other figures, for the same names")
        self.problem = problem
        worth = np.concatenate([problem.gross - problem.cost, pair_worth(problem)]) / self.unit
        moved = np.concatenate([problem.change, problem.pair_change]) / problem.bound * PER_MILLE
        columns = np.concatenate([self._column["scale"], self._column["joint"]]).tolist()
        for n, row in enumerate(self._row["surplus_of"].tolist()):
            for column, value in zip(columns, worth[:, n].tolist(), strict=True):
                self._highs.changeCoeff(row, column, -value)
            level = float(problem.gain_at_none[n] - problem.alone[n]) / self.unit
            self._highs.changeRowBounds(row, level, level)
        for o, row in enumerate(self._row["ecology"].tolist()):
            for column, value in zip(columns, moved[:, o].tolist(), strict=True):
                self._highs.changeCoeff(row, column, value)
            self.allow(o, float(problem.room[o]))

    def correct(self, scale: Floats, gain: Floats, moved: Floats) -> None:
        """Give one package the figures of the full loop.

        Parameters
        ----------
        scale : (project,)
            Its scales.
        gain : (partner,)
            Its gains before transfers in the full loop [money/year].
        moved : (limit,)
            Its changes of the limited concentrations in the full loop [mg/L].
        """
        problem = self.problem
        key = tuple(n for n, s in zip(problem.projects, scale, strict=True) if s > 0)
        if key in self._corrected:
            return
        self._corrected.add(key)
        error = (gain - problem.gain(scale)) / self.unit
        excess = (moved - problem.moved(scale)) / problem.bound * PER_MILLE
        rows = np.concatenate([self._row["surplus_of"], self._row["ecology"]]).astype(np.int32)
        # The row reads surplus − gain = …, so the correction enters with the sign of the gain.
        values = np.concatenate([-error, excess])
        self._highs.addCol(0.0, 0.0, 1.0, len(rows), rows, values)
        known = self._highs.getNumCol() - 1
        self._highs.changeColIntegrality(known, self._kinds.kInteger)
        columns, weights, count = self._distance(scale)
        size = len(problem.projects)
        # w ≥ 1 − d(x), and P w ≤ P − d(x): with w whole, w is 1 for this package and for no other.
        self._add_row(1.0 - count, np.inf, [*columns, known], [*weights, 1.0])
        self._add_row(-np.inf, size - count, [*columns, known], [*weights, float(size)])

    def forbid(self, scale: Floats) -> None:
        """Set one package aside: another one must differ in a project."""
        columns, weights, count = self._distance(scale)
        self._add_row(1.0 - count, np.inf, columns, weights)

    def within(self, scale: Floats, radius: int) -> None:
        """Keep to packages that differ from one in at most some projects."""
        columns, weights, count = self._distance(scale)
        self._add_row(-np.inf, radius - count, columns, weights)

    def at_least(self, partner: int, gain: float) -> int:
        """Ask for a gain of one partner before transfers [money/year]; returns the row, for `bound_row`."""
        column = [int(self._column["surplus"][partner]), int(self._column["transfer"][partner])]
        least = (gain - self.problem.alone[partner]) / self.unit
        self._add_row(least, np.inf, column, [1.0, -1.0])
        return int(self._highs.getNumRow()) - 1

    def move_row(self, row: int, gain: float, partner: int) -> None:
        """Change what `at_least` asks for [money/year]."""
        self._highs.changeRowBounds(row, (gain - self.problem.alone[partner]) / self.unit, np.inf)

    def without_transfers(self) -> None:
        """Let nobody pay anybody, and nobody count on being as well off as alone: the bare gains of packages."""
        for name in ("transfer", "surplus"):
            low, high = (0.0, 0.0) if name == "transfer" else (-np.inf, np.inf)
            for column in self._column[name].tolist():
                self._highs.changeColBounds(column, low, high)
        self._highs.changeColBounds(int(self._column["least"][0]), -np.inf, np.inf)

    def allow(self, limit: int, room: float) -> None:
        """Change what one limit allows, as a change of concentration from the base [mg/L]."""
        row = int(self._row["ecology"][limit])
        left = room - float(self.problem.moved_at_none[limit])
        self._highs.changeRowBounds(row, -np.inf, left / self.problem.bound[limit] * PER_MILLE)

    def weigh(self, weights: Sequence[float]) -> Solution:
        """Maximise a weighted sum of the surpluses (partner,)."""
        self._aim("")
        for column, weight in zip(self._column["surplus"].tolist(), weights, strict=True):
            self._highs.changeColCost(column, -float(weight))
        self._objective = "weights"
        return self._run()

    def gain_of(self, solution: Solution) -> Floats:
        """Gain of every partner before transfers, corrections included (partner,) [money/year]."""
        return np.asarray(solution.surplus - solution.transfer + self.problem.alone)

    def duals(self, solution: Solution) -> Floats:
        """Worth of a little more room at every limit, its package kept (limit,) [money/year per mg/L].

        The projects done stay done and their sizes and payments may move: the multipliers of that linear programme
        for the joint gain.
        """
        self._aim("total")
        kept = []
        whole = [*self._column["done"], *self._column["start"], *self._column["full"]]
        ceilings = self.problem.ceilings
        full = np.zeros(0) if ceilings is None else ceilings.share @ solution.scale >= 1
        values = np.concatenate([solution.scale > 0, self._starts(solution), full]).astype(float)
        for column, value in zip(whole, values, strict=True):
            self._highs.changeColBounds(int(column), value, value)
            self._highs.changeColIntegrality(int(column), self._kinds.kContinuous)
            kept.append(int(column))
        others = range(self.model.matrices.vlabels.size, self._highs.getNumCol())
        known = [k for k in others if k not in kept]
        for column in known:
            self._highs.changeColIntegrality(column, self._kinds.kContinuous)
        self._highs.run()
        duals = np.array(self._highs.getSolution().row_dual)
        for column in kept:
            self._highs.changeColBounds(column, 0.0, 1.0)
            self._highs.changeColIntegrality(column, self._kinds.kInteger)
        for column in known:
            self._highs.changeColIntegrality(column, self._kinds.kInteger)
        # HiGHS minimises the negative of the gain; more room lowers it.
        return np.asarray(-duals[self._row["ecology"]] * self.unit * PER_MILLE / self.problem.bound)

    def _starts(self, solution: Solution) -> Floats:
        years = self.problem.years
        if years is None:
            return np.zeros(0)
        return np.ravel(solution.start[:, None] == years.years[None, :]).astype(float)

    def _nash(self, joint: Solution) -> Solution:
        """Outer approximation: the sum of logarithms under tangents, refined where the last package lies."""
        for place in TANGENTS:
            for partner in range(len(self.problem.partners)):
                self._tangent(partner, float(place))
        self._aim("nash")
        best: Solution | None = None
        bound = math.inf
        for _ in range(NASH_ROUNDS):
            found = self._run()
            bound = min(bound, found.bound)
            scaled = found.surplus / self.unit
            value = float(sum(_log(u) for u in scaled))
            if best is None or value > best.objective:
                best = Solution(found.scale, found.start, found.surplus, found.transfer, value, bound, bound - value)
            if bound - best.objective <= NASH_GAP:
                break
            fresh = [self._tangent(n, max(float(u), 1e-9)) for n, u in enumerate(scaled)]
            if not any(fresh):
                break
        assert best is not None
        shift = len(self.problem.partners) * math.log(self.unit)
        return Solution(
            best.scale, best.start, best.surplus, best.transfer, best.objective + shift, bound + shift,
            max(bound - best.objective, 0.0) / len(self.problem.partners),
        )  # fmt: skip

    def _tangent(self, partner: int, place: float) -> bool:
        """Add ln(v) ≤ ln(c) + (v − c)/c at v = c; whether it is new."""
        key = partner, round(place, 12)
        if key in self._tangents:
            return False
        self._tangents.add(key)
        columns = [int(self._column["log"][partner]), int(self._column["surplus"][partner])]
        self._add_row(-np.inf, math.log(place) - 1.0, columns, [1.0, -1.0 / place])
        return True

    def _aim(self, objective: str) -> None:
        """Set the costs of one objective (the solver minimises)."""
        if objective == self._objective and objective:
            return
        for name, wanted in (("surplus", "total"), ("log", "nash"), ("least", "maxmin")):
            for column in self._column[name].tolist():
                self._highs.changeColCost(column, -1.0 if objective == wanted else 0.0)
        self._objective = objective

    def _run(self) -> Solution:
        if math.isfinite(self._seconds):
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + self._seconds)
        self._highs.run()
        status, info = self._highs.getModelStatus(), self._highs.getInfo()
        if status in (self._status.kInfeasible, self._status.kUnboundedOrInfeasible):
            raise InfeasibleError("no package holds the limits and leaves every side at least as well off as alone")
        column = np.array(self._highs.getSolution().col_value)
        # Without a whole variable there is no gap to report: the optimum is exact.
        exact = status == self._status.kOptimal and not math.isfinite(info.mip_gap)
        gap, dual = (0.0, info.objective_function_value) if exact else (info.mip_gap, info.mip_dual_bound)
        if status not in (self._status.kOptimal, self._status.kTimeLimit) or not math.isfinite(gap):
            text = self._highs.modelStatusToString(status)
            raise SolveError(f"the integer programme found no package: {text}", seconds=float(self._seconds))
        whole = np.round(column[self._column["done"]])
        scale = np.where(whole > 0, column[self._column["scale"]], 0.0)
        # A scale within rounding of full is full.
        scale = np.where(scale > 1 - 1e-7, 1.0, scale)
        start = np.zeros(len(scale), dtype=np.int64)
        years = self.problem.years
        if years is not None:
            chosen = np.round(column[self._column["start"]]).reshape(len(scale), -1)
            start = np.where(whole > 0, years.years[np.argmax(chosen, axis=1)], 0)
        factor = self.unit if self._objective in ("total", "maxmin", "weights") else 1.0
        return Solution(
            scale, start, column[self._column["surplus"]] * self.unit, column[self._column["transfer"]] * self.unit,
            -info.objective_function_value * factor, -dual * factor, float(gap),
        )  # fmt: skip

    def _distance(self, scale: Floats) -> tuple[list[int], list[float], float]:
        """Terms and constant of d(x), the number of projects in which a package differs from this one."""
        on = scale > 0
        return self._column["done"].tolist(), np.where(on, -1.0, 1.0).tolist(), float(on.sum())

    def _add_row(self, low: float, high: float, columns: Sequence[int], values: Sequence[float]) -> None:
        self._highs.addRow(low, high, len(columns), np.array(columns, np.int32), np.array(values, np.float64))


def _log(value: float) -> float:
    """Logarithm of a surplus; none of it is as bad as it gets."""
    return math.log(value) if value > 0 else -1e6
