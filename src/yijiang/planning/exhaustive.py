"""Every subset of the candidates in the full loop: slow and certain, the measure of the integer programme."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import InfeasibleError, OptionError

from .conditions import objective_value
from .search import Choice, Search

Floats = NDArray[np.float64]

#: More candidates than this have too many subsets.
MOST_CANDIDATES = 12
#: Subsets of the best unpaid figures whose payments are settled; payments move a gain by far less than packages differ.
SETTLED = 12


def exhaustive(
    search: Search,
    partners: Sequence[str],
    alone: Floats,
    objective: str,
    progress: Callable[[str], None] = lambda text: None,
) -> Choice:
    """The best package of some partners among all subsets at full size, each solved in the full loop.

    Raises
    ------
    OptionError
        With more than 12 candidates, or where years are planned: subsets have no starts to keep the budgets with.
    InfeasibleError
        If no subset holds the limits and leaves every partner at least as well off as alone.
    """
    names = search.available(partners)
    if len(names) > MOST_CANDIDATES:
        raise OptionError(f"{len(names)} candidates have too many subsets; use method='milp'")
    problem, rules = search.problem(partners, alone), search.conditions(partners)
    if problem.years is not None:
        raise OptionError("a plan with budgets by year has starts to choose; use method='milp'")
    where = list(rules.partners)
    packages = [p for size in range(len(names) + 1) for p in itertools.combinations(names, size)]
    packages = [p for p in packages if _allowed(problem.chosen(p), problem.requires, problem.excludes)]
    values = np.full(len(packages), -np.inf)
    for k, package in enumerate(packages):
        if k % 200 == 0:
            progress(f"{k} of {len(packages)} packages")
        state = search.state(dict.fromkeys(package, 1.0))
        # A little over a limit is kept here: with payments settled, `choice` decides.
        if rules.excess(state.low) <= 1e-4:
            surplus = search.net(package, state)[where] - alone
            values[k] = objective_value(objective, surplus[None, :], rules.transfer_limit)[0][0]
    order = np.argsort(-np.round(values, 9), kind="stable")
    found: list[Choice] = []
    for k in order.tolist():
        if not np.isfinite(values[k]) or len(found) == SETTLED:
            break
        choice = search.choice(dict.fromkeys(packages[k], 1.0), rules, alone, objective)
        if choice is not None:
            found.append(choice)
    if not found:
        raise InfeasibleError("no package holds the limits and leaves every side at least as well off as alone")
    return max(found, key=lambda c: (round(c.objective, 9), -len(c.scale)))


def _allowed(done: Floats, requires: NDArray[np.int64], excludes: NDArray[np.int64]) -> bool:
    """Whether a subset keeps what needs and what excludes one another."""
    needs = np.all(done[requires[:, 0]] <= done[requires[:, 1]]) if len(requires) else True
    clash = np.any(done[excludes].sum(1) > 1) if len(excludes) else False
    return bool(needs and not clash)
