"""The years of a planned package: what each partner gains, bears and pays in every year, and what that is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import InfeasibleError

from .games import nash
from .package.model import ceiling_worth, pair_share
from .years import timetable

if TYPE_CHECKING:
    from .planner import Plan

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Parts:
    """A package taken apart at full effect, in the sizes planned [million a year].

    Attributes
    ----------
    income, paid, cost : (project, partner)
        Gross gain, payments at the border sections, and annual cost of every project alone.
    pair_income, pair_paid : (pair, partner)
        What every pair does beyond the sum of both.
    pairs : (pair, 2)
        Its projects, as positions in the package.
    wasted : (partner,)
        What goes beyond the ceilings of levers, payments included; at most 0 where they are worth something.
    rest_income, rest_paid : (partner,)
        What the full loop finds of the package beyond all these.
    moved_income, moved_paid : (partner,)
        What the payments between the partners do to prices.
    """

    income: Floats
    paid: Floats
    cost: Floats
    pair_income: Floats
    pair_paid: Floats
    pairs: NDArray[np.int64]
    wasted: Floats
    rest_income: Floats
    rest_paid: Floats
    moved_income: Floats
    moved_paid: Floats


def timeline(plan: Plan) -> dict[str, Any]:
    r"""Tell a package with years: the figures of every year and the worth that the programme made largest.

    The worth of a stream is the level yearly sum of the same present value,

    .. math:: W(f) = (1 - \delta) \sum_{t \ge 0} \delta^t f_t, \quad \delta = 1 / (1 + \text{rate}),

    seen from the first year that is planned; each project is renewed at the end of its life.

    Parameters
    ----------
    plan
        A plan.

    Returns
    -------
    dict
        Empty without years or without a package; else one entry ``timeline``:

        ``rate`` [1], ``first`` the year that the worth is seen from, ``full`` the year from which everything is there;
        ``rows``: {year, partners {region: {gross, cost, compensation, transfer, net, spending, budget}}}
        [million a year];
        ``worth``: {region: gross, cost, compensation, together, transfer, after_transfer, alone, present}: what the
        programme counts, as a level yearly sum [million a year]; ``present`` is the present value [million];
        ``apart``: largest difference between the worth of the rows and what the programme counts, relative to the
        largest worth: it counts pairs from their earliest starts, and leaves out what payments do to prices.
    """
    years = plan.problem.years
    if years is None or not plan.package:
        return {}
    first, package = int(years.years[0]), plan.package
    rate = plan.base.belt.parameter("discount_rate")
    delta = 1 / (1 + rate)
    entries = [plan.base.projects[name] for name in package]
    starts = [plan.choice.start.get(n, int(e.row["start_year"])) for n, e in zip(package, entries, strict=True)]
    parts = taken_apart(plan)
    table = timetable(plan.base, dict(zip(package, starts, strict=True)), plan.regions, plan.choice.scale)
    axis = np.array([row["year"] for row in table])
    shares = np.array([[row["built"][n] for row in table] for n in package])
    spending = np.array([[row["spending"][n] for n in plan.regions] for row in table])
    begun = np.array([[float(y >= s) for y in axis.tolist()] for s in starts])
    both = np.minimum(shares[parts.pairs[:, 0]], shares[parts.pairs[:, 1]])
    whole = shares.min(axis=0)
    income, paid = (
        shares.T @ single + both.T @ pair + whole[:, None] * (rest + moved)
        for single, pair, rest, moved in (
            (parts.income, parts.pair_income, parts.rest_income, parts.moved_income),
            (parts.paid, parts.pair_paid, parts.rest_paid, parts.moved_paid),
        )
    )
    ceilings = plan.problem.ceilings
    if ceilings is not None:
        place = [plan.problem.projects.index(n) for n in package]
        size = np.zeros((len(axis), len(plan.problem.projects)))
        size[:, place] = shares.T * [plan.choice.scale[n] for n in package]
        income -= ceilings.wasted(size) @ ceilings.gross
    cost = begun.T @ parts.cost
    counted = worth(plan, parts, starts)
    # Level payments begin with the work, which may be later than the first year that could be planned.
    level = counted["transfer"] / delta ** int(axis[0] - first)
    net = income - cost + paid + level
    seen = delta ** (axis - first)
    # The last row stands for all the years after it.
    weight = np.append((1 - delta) * seen[:-1], seen[-1])
    away = np.abs(weight @ net - counted["after_transfer"]).max() / max(1.0, np.abs(counted["after_transfer"]).max())
    columns = {"gross": income, "cost": cost, "compensation": paid, "net": net, "spending": spending}
    rows = [
        {
            "year": int(year),
            "partners": {
                name: {
                    **{key: float(values[k, n]) for key, values in columns.items()},
                    "transfer": float(level[n]),
                    "budget": _budget(plan, n, int(year)),
                }
                for n, name in enumerate(plan.regions)
            },
        }
        for k, year in enumerate(axis.tolist())
    ]
    told = {
        name: {key: float(values[n]) for key, values in counted.items()}
        | {"present": float(counted["after_transfer"][n] / (1 - delta))}
        for n, name in enumerate(plan.regions)
    }
    full = int(axis[np.argmax(whole >= 1)])
    return {"timeline": {"rate": rate, "first": first, "full": full, "rows": rows, "worth": told, "apart": float(away)}}


def taken_apart(plan: Plan) -> Parts:
    """The chosen package by project, pair and rest, so that the parts at full effect add up to its gains."""
    where, responses = list(plan.rules.partners), plan.search.responses
    settlement, choice, still = plan.search.settlement, plan.choice, plan.search.responses.still

    def figures(package: Sequence[str]) -> tuple[Floats, Floats]:
        income = responses.change(package, lambda s: s.income)
        mean = responses.change(package, lambda s: s.mean)
        paid = settlement.compensation(mean) if mean.size else np.zeros_like(income)
        return income[where], paid[where]

    package = plan.package
    scale = np.array([choice.scale[n] for n in package])
    single = [figures([n]) for n in package]
    couples = [c for c in responses.pair if c[0] in package and c[1] in package]
    pairs = np.array([[package.index(a), package.index(b)] for a, b in couples], dtype=np.int64).reshape(-1, 2)
    joint = scale[pairs[:, 0]] * scale[pairs[:, 1]]
    beyond = [figures(c) for c in couples]
    wasted = np.zeros(len(where))
    if plan.problem.ceilings is not None:
        wasted = -plan.problem.ceilings.wasted(plan.scale) @ plan.problem.ceilings.gross
    shape, many = (len(package), len(where)), (len(couples), len(where))
    income, paid = (scale[:, None] * np.array([s[i] for s in single]).reshape(shape) for i in (0, 1))
    pair_income, pair_paid = (joint[:, None] * np.array([b[i] for b in beyond]).reshape(many) for i in (0, 1))
    gross, _, border = (v[where] for v in settlement.gain(plan.search.state(choice.scale), still, choice.scale))
    return Parts(
        income,
        paid,
        scale[:, None] * np.array([settlement.cost[n][where] for n in package]).reshape(shape),
        pair_income,
        pair_paid,
        pairs,
        wasted,
        gross - income.sum(0) - pair_income.sum(0) - wasted,
        border - paid.sum(0) - pair_paid.sum(0),
        choice.gross[where] - gross,
        choice.compensation[where] - border,
    )


def worth(plan: Plan, parts: Parts, starts: Sequence[int]) -> dict[str, Floats]:
    """What the programme counts of the chosen package (partner,) each, as level yearly sums [million a year].

    ``together`` is the programme's own gain before transfers, corrections of the full loop included; ``alone`` what it
    counts for each partner alone; ``transfer`` the Nash split of what is beyond.
    """
    problem = plan.problem
    years = problem.years
    assert years is not None
    place = [problem.projects.index(n) for n in plan.package]
    begins = [int(s - years.years[0]) for s in starts]
    effect, waiting = years.effect[place, begins], years.cost[place, begins]
    known = {(int(a), int(b)): float(v) for (a, b), v in zip(problem.pairs, pair_share(problem), strict=True)}
    later = np.array([known[place[a], place[b]] for a, b in parts.pairs.tolist()])
    gross = effect @ parts.income + later @ parts.pair_income + parts.rest_income
    paid = effect @ parts.paid + later @ parts.pair_paid + parts.rest_paid
    if problem.ceilings is not None:
        gross -= problem.ceilings.wasted(plan.scale) @ ceiling_worth(problem, problem.ceilings)
    cost = waiting @ parts.cost
    together = gross - cost + paid
    try:
        transfer = nash(together, problem.alone, problem.transfer_limit)
    except InfeasibleError:
        # What payments do to prices can tip a surplus of nothing: nobody then pays.
        transfer = np.zeros_like(together)
    return {
        "gross": gross, "cost": cost, "compensation": paid, "together": together, "transfer": transfer,
        "after_transfer": together + transfer, "alone": problem.alone,
    }  # fmt: skip


def _budget(plan: Plan, partner: int, year: int) -> float | None:
    """Most a partner may spend in a year; None where no budget is given."""
    years = plan.problem.years
    assert years is not None
    k = year - int(years.years[0])
    return float(years.budget[partner, k]) if k < len(years.years) and np.isfinite(years.budget[partner, k]) else None
