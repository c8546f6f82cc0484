"""The integer programme: variables and constraints named as in `statements`."""

from __future__ import annotations

import numpy as np

from .problem import Ceilings, Floats, Ints, Problem, Years
from .rows import Model

#: Ecology rows are written in thousandths of the allowed concentration, so that the solver's tolerance (1e-7) is far
#: below the tolerance of the limits (1e-6 of them).
PER_MILLE = 1000.0
#: Values and the columns they stand at, as `Model.add_constraints` takes them.
Term = tuple[Floats, Ints]


def money_scale(problem: Problem) -> float:
    """What money is divided by in the programme, so that its figures are near 1."""
    sizes = [np.abs(problem.gross - problem.cost), np.abs(problem.alone)]
    return max([1.0, *(float(a.max()) for a in sizes if a.size)])


def build(problem: Problem) -> Model:
    """Write the choice as a linear programme with whole variables.

    Money is divided by `money_scale`, ecology rows are in thousandths of the bound.

    Returns
    -------
    Model
        Without an objective: `Programme` sets the costs.
    """
    model = Model()
    unit = money_scale(problem)
    projects, partners, free = len(problem.projects), len(problem.partners), np.inf

    done = model.add_variables("done", projects, 0.0, 1.0, whole=True)
    scale = model.add_variables("scale", projects, 0.0, 1.0)
    model.add_constraints("size", -free, 0.0, (1.0, scale), (-1.0, done))
    model.add_constraints("size_least", 0.0, free, (1.0, scale), (-problem.smallest_scale, done))

    level = problem.transfer_limit / unit
    transfer = model.add_variables("transfer", partners, -level, level)
    surplus = model.add_variables("surplus", partners, 0.0, free)
    model.add_variables("log", partners, -50.0, 50.0)
    least = model.add_variables("least", 1, 0.0, free)
    model.add_constraints("least_of", 0.0, free, (1.0, surplus), (-np.ones(partners), least))
    model.add_constraints("transfers_cancel", 0.0, 0.0, (1.0, transfer[None, :]))

    if problem.years is None:
        net: Term = ((problem.gross - problem.cost).T / unit, scale[None, :])
    else:
        net = _yearly(model, problem, problem.years, done, scale, unit)
    ecology: list[Term] = [(problem.change.T / _bound(problem), scale[None, :])]
    gain = [net]
    if len(problem.pairs):
        joint = model.add_variables("joint", len(problem.pairs), 0.0, 1.0)
        first, second = (scale[problem.pairs[:, k]] for k in (0, 1))
        model.add_constraints("both_first", -free, 0.0, (1.0, joint), (-1.0, first))
        model.add_constraints("both_second", -free, 0.0, (1.0, joint), (-1.0, second))
        model.add_constraints("both", -1.0, free, (1.0, joint), (-1.0, first), (-1.0, second))
        gain.append((pair_worth(problem).T / unit, joint[None, :]))
        ecology.append((problem.pair_change.T / _bound(problem), joint[None, :]))
    if problem.ceilings is not None:
        wasted = _wasted(model, problem.ceilings, scale)
        gain.append((-ceiling_worth(problem, problem.ceilings).T / unit, wasted[None, :]))
        ecology.append((-problem.ceilings.change.T / _bound(problem), wasted[None, :]))
    beyond = (problem.gain_at_none - problem.alone) / unit
    spent = [(-values, columns) for values, columns in gain]
    model.add_constraints("surplus_of", beyond, beyond, (1.0, surplus), (-1.0, transfer), *spent)
    if problem.limits and projects:
        room = (problem.room - problem.moved_at_none) / problem.bound * PER_MILLE
        model.add_constraints("ecology", -free, room, *ecology)
    for rules, name, sign, high in (
        (problem.requires, "requires", -1.0, 0.0),
        (problem.excludes, "excludes", 1.0, 1.0),
    ):
        if len(rules):
            model.add_constraints(name, -free, high, (1.0, done[rules[:, 0]]), (sign, done[rules[:, 1]]))
    return model


def _bound(problem: Problem) -> Floats:
    """What an ecology row is divided by (limit, 1)."""
    return np.asarray(problem.bound / PER_MILLE)[:, None]


def pair_worth(problem: Problem) -> Floats:
    """Worth of every pair (pair, partner)."""
    return np.asarray(problem.pair_gross * pair_share(problem)[:, None])


def pair_share(problem: Problem) -> Floats:
    """What a pair counts, relative to full effect (pair,); with years, from the later of the two earliest starts."""
    if problem.years is None:
        return np.ones(len(problem.pairs))
    effect = _earliest_effect(problem.years)
    return np.asarray(np.minimum(effect[problem.pairs[:, 0]], effect[problem.pairs[:, 1]]))


def ceiling_worth(problem: Problem, ceilings: Ceilings) -> Floats:
    """Worth of every ceiling (ceiling, partner); with years, from the earliest start of what fills it."""
    if problem.years is None:
        return ceilings.gross
    effect = np.where(ceilings.share > 0, _earliest_effect(problem.years), 0.0).max(axis=1, initial=0.0)
    return np.asarray(ceilings.gross * effect[:, None])


def _earliest_effect(years: Years) -> Floats:
    """Worth of the earliest start of every project (project,)."""
    earliest = np.argmax(years.may_start, axis=1)
    return np.asarray(years.effect[np.arange(len(earliest)), earliest])


def _wasted(model: Model, ceilings: Ceilings, scale: Ints) -> Ints:
    """Add what goes beyond each ceiling: exactly max(0, Σ m s − 1), whichever way that moves the objective."""
    most = np.maximum(ceilings.share.sum(axis=1) - 1, 0.0)
    wasted = model.add_variables("wasted", len(most), 0.0, most)
    full = model.add_variables("full", len(most), 0.0, 1.0, whole=True)
    free, projects = np.inf, scale[None, :]
    model.add_constraints("wasted_least", -1.0, free, (1.0, wasted), (-ceilings.share, projects))
    model.add_constraints("wasted_none", -free, 0.0, (1.0, wasted), (-most, full))
    # Short of the ceiling, filled − wasted ≥ 0 asks for nothing that wasted = 0 does not.
    model.add_constraints("wasted_most", 0.0, free, (ceilings.share, projects), (-1.0, wasted), (-1.0, full))
    return wasted


def _yearly(model: Model, problem: Problem, years: Years, done: Ints, scale: Ints, unit: float) -> Term:
    """Add starts, budgets and yearly limits; returns the gain of every partner before pairs and transfers."""
    shape, free = years.may_start.shape, np.inf
    begins = model.add_variables("start", shape, 0.0, 1.0, whole=True)
    share = model.add_variables("share", shape, 0.0, 1.0)
    model.add_constraints("may_start", -free, years.may_start.ravel().astype(float), (1.0, begins.ravel()))
    model.add_constraints("starts", 0.0, 0.0, (1.0, begins), (-1.0, done))
    model.add_constraints("share_of", -free, 0.0, (1.0, share.ravel()), (-1.0, begins.ravel()))
    model.add_constraints("shares", 0.0, 0.0, (1.0, share), (-1.0, scale))
    # A year without a budget has no row: a large number in its place would blunt the solver's tolerances.
    budgeted = np.isfinite(years.budget)
    if budgeted.any():
        spent = years.spending.transpose(1, 3, 0, 2)[budgeted] / unit
        model.add_constraints("budget", -free, years.budget[budgeted] / unit, (spent, share[None]))
        rows = np.full(years.budget.size, -1)
        rows[budgeted.ravel()] = model.constraints["budget"]
        model.constraints["budget"] = rows
    keep = np.flatnonzero([kind == "limit" for _, _, kind in problem.limits])
    if len(keep):
        change = (problem.change.T[keep] / _bound(problem)[keep])[:, None, :, None]
        moved = change * years.built.transpose(2, 0, 1)[None]
        left = (problem.room - problem.moved_at_none)[keep]
        room = np.maximum(left / problem.bound[keep], 0.0) * PER_MILLE
        rows_of = moved.reshape(-1, *shape)
        model.add_constraints("ecology_yearly", -free, np.repeat(room, moved.shape[1]), (rows_of, share[None]))
    if len(problem.requires):
        first, second = (begins[problem.requires[:, k]] for k in (0, 1))
        for count, year in enumerate(years.years, start=1):
            model.add_constraints(f"later_{year}", -free, 0.0, (1.0, first[:, :count]), (-1.0, second[:, :count]))
    worth = problem.gross[:, None, :] * years.effect[:, :, None] - problem.cost[:, None, :] * years.cost[:, :, None]
    return worth.transpose(2, 0, 1) / unit, share[None]
