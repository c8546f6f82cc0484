"""The siting models as mixed-integer programmes, solved by HiGHS through SciPy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from yijiang.errors import InfeasibleError, SolveError
from yijiang.siting.problem import Floats, Problem


class Solved(NamedTuple):
    """Values of the variables, objective, and the bound HiGHS proved."""

    x: Floats
    objective: float
    bound: float


def side_rows(problem: Problem, width: int) -> optimize.LinearConstraint:
    """Return the bounds on the sites of each side, over variables of which the sites come first."""
    rows = sparse.csr_array(
        (np.ones(len(problem.side)), (problem.side, np.arange(len(problem.side)))), shape=(len(problem.names), width)
    )
    return optimize.LinearConstraint(rows, problem.least, problem.most)


def solve(
    cost: Floats,
    constraints: list[optimize.LinearConstraint],
    whole: NDArray[np.int64],
) -> Solved | None:
    """Minimise cost · x, x ≥ 0 and at most 1, with `whole` 1 where a variable is binary; None if nothing is feasible.

    Raises
    ------
    SolveError
        If HiGHS stops without a proof.
    """
    found = optimize.milp(
        cost, integrality=whole, bounds=optimize.Bounds(0, 1), constraints=constraints, options={"mip_rel_gap": 0.0}
    )
    if found.status == 2:
        return None
    if found.status != 0 or found.x is None:
        gap = found.mip_gap
        raise SolveError(f"HiGHS did not prove an optimum: {found.message}", gap=np.inf if gap is None else float(gap))
    bound = found.fun if found.mip_dual_bound is None else found.mip_dual_bound
    return Solved(np.asarray(found.x), float(found.fun), float(bound))


def impossible(problem: Problem, p: int) -> InfeasibleError:
    """Return the error for a model without any feasible choice."""
    return InfeasibleError(
        f"no choice of {p} sites meets what is asked of each side and reaches every client",
        ["take more sites", "ask for fewer on a side", f"see that every client can reach one of {len(problem.sites)}"],
    )
