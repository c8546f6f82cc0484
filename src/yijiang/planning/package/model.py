"""The integer programme as a labelled linopy model: variables and constraints named as in `statements`."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from .problem import Ceilings, Floats, Problem, Years

#: Ecology rows are written in thousandths of the allowed concentration, so that the solver's tolerance (1e-7) is far
#: below the tolerance of the limits (1e-6 of them).
PER_MILLE = 1000.0


@cache
def _linopy() -> Any:
    """The modelling library, loaded once and set to align strictly by name."""
    import linopy

    linopy.options["semantics"] = "v1"
    return linopy


def money_scale(problem: Problem) -> float:
    """What money is divided by in the programme, so that its figures are near 1."""
    sizes = [np.abs(problem.gross - problem.cost), np.abs(problem.alone)]
    return max([1.0, *(float(a.max()) for a in sizes if a.size)])


def build(problem: Problem) -> Any:
    """Write the choice as a linopy model.

    Money is divided by `money_scale`, ecology rows are in thousandths of the bound.

    Returns
    -------
    linopy.Model
        Without an objective: `Programme` sets the costs.
    """
    linopy = _linopy()
    model = linopy.Model()
    unit = money_scale(problem)
    project = pd.Index(problem.projects, name="project")
    partner = pd.Index(problem.partners, name="partner")
    limit = pd.RangeIndex(len(problem.limits), name="limit")
    pair = pd.RangeIndex(len(problem.pairs), name="pair")

    def table(values: Any, *axes: pd.Index) -> xr.DataArray:
        return xr.DataArray(values, coords={str(a.name): a for a in axes}, dims=[str(a.name) for a in axes])

    done = model.add_variables(binary=True, coords=[project], name="done")
    scale = model.add_variables(lower=0, upper=1, coords=[project], name="scale")
    smallest = table(problem.smallest_scale, project)
    model.add_constraints(scale - done <= 0, name="size")
    model.add_constraints(scale - smallest * done >= 0, name="size_least")

    level = problem.transfer_limit / unit
    transfer = model.add_variables(lower=-level, upper=level, coords=[partner], name="transfer")
    surplus = model.add_variables(lower=0, coords=[partner], name="surplus")
    model.add_variables(coords=[partner], upper=50.0, lower=-50.0, name="log")
    least = model.add_variables(lower=0, name="least")
    model.add_constraints(surplus - least >= 0, name="least_of")
    model.add_constraints(transfer.sum() == 0, name="transfers_cancel")

    if problem.years is None:
        net = (table((problem.gross - problem.cost) / unit, project, partner) * scale).sum("project")
    else:
        net = _yearly(model, problem, problem.years, done, scale, table, unit)
    total = surplus - transfer - net
    ecology = (table(problem.change.T / _bound(problem), limit, project) * scale).sum("project")
    if len(pair):
        joint = model.add_variables(lower=0, upper=1, coords=[pair], name="joint")
        first, second = (_pick(scale, problem.pairs[:, k], pair) for k in (0, 1))
        model.add_constraints(joint - first <= 0, name="both_first")
        model.add_constraints(joint - second <= 0, name="both_second")
        model.add_constraints(joint - first - second >= -1, name="both")
        total = total - (table(pair_worth(problem) / unit, pair, partner) * joint).sum("pair")
        ecology = ecology + (table(problem.pair_change.T / _bound(problem), limit, pair) * joint).sum("pair")
    if problem.ceilings is not None:
        ceiling = pd.RangeIndex(len(problem.ceilings.share), name="ceiling")
        wasted = _wasted(model, problem.ceilings, scale, table, project, ceiling)
        worth, cleaned = ceiling_worth(problem, problem.ceilings) / unit, problem.ceilings.change.T / _bound(problem)
        total = total + (table(worth, ceiling, partner) * wasted).sum("ceiling")
        ecology = ecology - (table(cleaned, limit, ceiling) * wasted).sum("ceiling")
    model.add_constraints(total == table((problem.gain_at_none - problem.alone) / unit, partner), name="surplus_of")
    if len(limit) and len(project):
        room = (problem.room - problem.moved_at_none) / problem.bound * PER_MILLE
        model.add_constraints(ecology <= table(room, limit), name="ecology")
    for rules, name in ((problem.requires, "requires"), (problem.excludes, "excludes")):
        if len(rules):
            rule = pd.RangeIndex(len(rules), name="rule")
            first, second = (_pick(done, rules[:, k], rule) for k in (0, 1))
            if name == "requires":
                model.add_constraints(first - second <= 0, name=name)
            else:
                model.add_constraints(first + second <= 1, name=name)
    return model


def _pick(values: Any, places: Any, index: pd.Index) -> Any:
    """Entries of a variable or expression by project, one per row of another index."""
    name = str(index.name)
    picked = (1 * values).isel(project=xr.DataArray(places, dims=name))
    return picked.drop_vars("project").assign_coords({name: index})


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


def _wasted(model: Any, ceilings: Ceilings, scale: Any, table: Any, project: pd.Index, ceiling: pd.Index) -> Any:
    """Add what goes beyond each ceiling: exactly max(0, Σ m s − 1), whichever way that moves the objective."""
    most = np.maximum(ceilings.share.sum(axis=1) - 1, 0.0)
    wasted = model.add_variables(lower=0, upper=table(most, ceiling), name="wasted")
    full = model.add_variables(binary=True, coords=[ceiling], name="full")
    filled = (table(ceilings.share, ceiling, project) * scale).sum("project")
    model.add_constraints(wasted - filled >= -1, name="wasted_least")
    model.add_constraints(wasted - table(most, ceiling) * full <= 0, name="wasted_none")
    # Short of the ceiling, filled − wasted ≥ 0 asks for nothing that wasted = 0 does not.
    model.add_constraints(filled - wasted - full >= 0, name="wasted_most")
    return wasted


def _yearly(model: Any, problem: Problem, years: Years, done: Any, scale: Any, table: Any, unit: float) -> Any:
    """Add starts, budgets and yearly limits; returns the gain of every partner before pairs and transfers."""
    project, partner = (pd.Index(n, name=k) for n, k in ((problem.projects, "project"), (problem.partners, "partner")))
    start, year = (pd.Index(years.years, name=k) for k in ("start", "year"))
    allowed = table(years.may_start.astype(float), project, start)
    begins = model.add_variables(binary=True, coords=[project, start], name="start")
    share = model.add_variables(lower=0, upper=1, coords=[project, start], name="share")
    model.add_constraints(begins <= allowed, name="may_start")
    model.add_constraints(begins.sum("start") - done == 0, name="starts")
    model.add_constraints(share - begins <= 0, name="share_of")
    model.add_constraints(share.sum("start") - scale == 0, name="shares")
    spent = table(years.spending / unit, project, partner, start, year)
    budgeted = np.isfinite(years.budget)
    if budgeted.any():
        # A year without a budget has no row: a large number in its place would blunt the solver's tolerances.
        mask = table(budgeted, partner, year)
        limit = table(np.where(budgeted, years.budget, 0.0) / unit, partner, year)
        model.add_constraints((spent * share).sum(["project", "start"]) <= limit, name="budget", mask=mask)
    keep = np.flatnonzero([kind == "limit" for _, _, kind in problem.limits])
    if len(keep):
        index = pd.Index(keep, name="limit")
        built = table(years.built, project, start, year)
        change = table(problem.change.T[keep] / _bound(problem)[keep], index, project)
        left = (problem.room - problem.moved_at_none)[keep]
        room = table(np.maximum(left / problem.bound[keep], 0.0) * PER_MILLE, index)
        model.add_constraints((change * built * share).sum(["project", "start"]) <= room, name="ecology_yearly")
    if len(problem.requires):
        rule = pd.RangeIndex(len(problem.requires), name="rule")
        for year_at in range(1, len(start) + 1):
            so_far = begins.isel(start=slice(0, year_at)).sum("start")
            first, second = (_pick(so_far, problem.requires[:, k], rule) for k in (0, 1))
            model.add_constraints(first - second <= 0, name=f"later_{years.years[year_at - 1]}")
    worth = problem.gross[:, None, :] * years.effect[:, :, None] - problem.cost[:, None, :] * years.cost[:, :, None]
    axes = (project, start, partner)
    return (table(worth / unit, *axes) * share).sum(["project", "start"])
