"""What if the data are wrong: the package against the best of every draw, and which projects those bests hold."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import InfeasibleError

from .conditions import ECOLOGY_TOLERANCE
from .ensemble import Ensemble
from .package import Problem, Programme

Floats = NDArray[np.float64]

#: Share of the worst draws whose mean is the conditional value at risk.
TAIL = 0.1


@dataclass(frozen=True, eq=False)
class Robustness:
    """The chosen package over the draws; money in million yuan a year.

    Attributes
    ----------
    chosen_in : (project,)
        Share of the draws whose own best package holds the project.
    regret : (draw,)
        Joint gain of the draw's own best package less that of the chosen one; NaN where the draw has no feasible one.
    same
        Share of the draws whose own best package is the chosen one.
    all_gain
        Share of the draws in which every partner gains, transfers included.
    holds
        Share of the draws in which the package keeps every limit and target.
    limit_holds : (limit,)
        The same by limit of the job.
    over : (limit,)
        95th percentile of how far the package goes over it, relative to what is allowed; at most 0 where it holds.
    infeasible
        Draws without a feasible package.
    tail : (partner,)
        Mean gain, transfers included, in the worst tenth of the draws of each partner (conditional value at risk).
    """

    chosen_in: Floats
    regret: Floats
    same: float
    all_gain: float
    holds: float
    limit_holds: Floats
    over: Floats
    infeasible: int
    tail: Floats


def robustness(
    joint: Programme, own: list[Programme], ensemble: Ensemble, where: list[int], scale: Floats
) -> Robustness | None:
    """Choose again on every draw by the responses stored, and compare with the chosen package; None without draws.

    On a draw each partner's gain alone is chosen again too, from its own projects.

    Parameters
    ----------
    joint, own
        The choice on the base draw, and that of each partner alone, without corrections.
    ensemble
        Responses of every candidate and pair by draw.
    where
        Positions of the partners among the regions.
    scale : (project,)
        The chosen package.
    """
    problem = joint.problem
    if not len(ensemble) or not problem.projects:
        return None
    joint, *apart = (_steady(programme) for programme in (joint, *own))
    chosen_in = np.zeros(len(problem.projects))
    regret = np.full(len(ensemble), np.nan)
    same = infeasible = 0
    for d in range(len(ensemble)):
        alone = []
        for programme, place in zip(apart, where, strict=True):
            programme.refit(_drawn(programme.problem, ensemble, [place], d))
            alone.append(float(programme.solve("total").surplus.sum()))
        joint.refit(replace(_drawn(joint.problem, ensemble, where, d), alone=np.array(alone)))
        try:
            best = joint.solve("total")
        except InfeasibleError:
            infeasible += 1
            continue
        chosen_in += best.scale > 0
        same += bool(np.array_equal(best.scale > 0, scale > 0))
        unpaid = float(ensemble.unpaid[d, where].sum())
        # The expansion in pairs may lie a little below the full loop for the chosen package itself.
        regret[d] = max(0.0, float(joint.gain_of(best).sum()) - unpaid)
    solved = max(len(ensemble) - infeasible, 1)
    job = ensemble.job
    over = ensemble.reached / np.minimum(*job.bound(ensemble.still)) - 1
    kept = over <= ECOLOGY_TOLERANCE
    after = np.sort(ensemble.package[:, where], axis=0)
    worst = max(1, int(np.ceil(TAIL * len(after))))
    return Robustness(
        chosen_in / solved,
        regret,
        same / solved,
        float((ensemble.package[:, where] > 0).all(1).mean()),
        float(kept.all(1).mean()),
        kept.mean(0),
        np.percentile(over, 95.0, axis=0),
        infeasible,
        after[:worst].mean(0),
    )


def _steady(programme: Programme) -> Programme:
    """A programme of its own at full size and full effect, which is what draws are compared at."""
    problem = programme.problem
    if problem.years is None and np.all(problem.smallest_scale == 1):
        return programme.copy()
    return Programme(replace(problem, years=None, smallest=None))


def _drawn(problem: Problem, ensemble: Ensemble, where: list[int], draw: int) -> Problem:
    """The choice with the responses of one draw."""
    job = ensemble.job
    rows = [job.candidates.index(n) for n in problem.projects]
    names = problem.projects
    # A pair that does not act on one another keeps what little it did on the base draw.
    place = {pair: k for k, pair in enumerate(job.pairs)}
    known = [(k, place[names[a], names[b]]) for k, (a, b) in enumerate(problem.pairs) if (names[a], names[b]) in place]
    acting, pairs = (np.array([row[i] for row in known], dtype=np.int64) for i in (0, 1))
    gross, moved = ensemble.gross[draw][:, where], ensemble.moved[draw]
    # What a partner alone must hold is part of what all must hold together.
    limits = [job.limits.index((section, pollutant)) for section, pollutant, _ in problem.limits]
    moved, pair_moved = moved[:, limits], ensemble.pair_moved[draw][:, limits]
    both = problem.pairs[acting]
    first, second = ([job.candidates.index(names[k]) for k in both[:, side]] for side in (0, 1))
    pair_gross, pair_change = problem.pair_gross.copy(), problem.pair_change.copy()
    pair_gross[acting] = ensemble.pair_gross[draw][pairs][:, where] - gross[first] - gross[second]
    pair_change[acting] = pair_moved[pairs] - moved[first] - moved[second]
    if problem.ceilings is not None:
        # A whole ceiling keeps its worth on the base draw; a pair is told beyond what it wastes of them.
        wasted = problem.ceilings.pairs(both)
        pair_gross[acting] += wasted @ problem.ceilings.gross
        pair_change[acting] += wasted @ problem.ceilings.change
    still = ensemble.still[draw][limits]
    law, target = (side[limits] for side in job.bound(ensemble.still[draw]))
    # Agreed targets bind the partners together, not one alone.
    bound = np.minimum(law, target) if len(where) > 1 else law
    return replace(
        problem,
        room=bound - still,
        bound=bound,
        gross=gross[rows],
        cost=ensemble.cost[draw][rows][:, where],
        pair_gross=pair_gross,
        change=moved[rows],
        pair_change=pair_change,
    )
