"""When no package will do: the smallest change of one kind of rule that lets one through, told by name."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .engine import engine
from .model import PER_MILLE, build, money_scale
from .problem import Problem

#: Slack below this is rounding [thousandths of a limit, or of the scale of money].
LEAST = 1e-6


def relaxations(problem: Problem) -> list[str]:
    """The smallest relaxations, one line for each kind of rule that alone would do; all kinds together if none does.

    Each is found by an elastic programme: the rows of one kind get a slack with a price, and the sum of the slacks is
    made least.

    Parameters
    ----------
    problem
        A choice for which no package is feasible.

    Examples
    --------
    >>> import numpy as np
    >>> none = np.zeros((0, 2), dtype=np.int64)
    >>> problem = Problem(
    ...     ("works",), ("A", "B"), (("border", "TP", "target"),),
    ...     gross=np.array([[3.0, 1.0]]), cost=np.array([[2.0, 0.5]]), pairs=none, pair_gross=np.zeros((0, 2)),
    ...     change=np.array([[-0.001]]), pair_change=np.zeros((0, 1)),
    ...     room=np.array([-0.002]), bound=np.array([0.1]), alone=np.zeros(2),
    ... )  # fmt: skip
    >>> relaxations(problem)
    ['border, TP: allow 0.001 mg/L more than the target (1 % of it)']
    """
    if not problem.projects:
        failed = zip(problem.limits, problem.room.tolist(), strict=True)
        names = sorted({f"{section}, {pollutant}" for (section, pollutant, _), room in failed if room < 0})
        return [f"drop the targets at {'; '.join(names)}, or add projects that these partners can do"]
    found = [lines for kind in ("ecology", "surplus", "budget", "transfer") if (lines := _elastic(problem, (kind,)))]
    if found:
        return ["; and ".join(lines) for lines in found]
    together = _elastic(problem, ("ecology", "surplus", "budget", "transfer"))
    return ["; and ".join(together)] if together else ["no relaxation of these limits helps: see requires and excludes"]


def _elastic(problem: Problem, kinds: tuple[str, ...]) -> list[str]:
    """Lines for the least slack of these kinds of rows; empty when they cannot help."""
    import highspy

    model = build(problem)
    highs: Any = engine(model, 1e-6)
    rows = {int(label): k for k, label in enumerate(model.matrices.clabels)}
    columns = {int(label): k for k, label in enumerate(model.matrices.vlabels)}
    unit = money_scale(problem)
    slacks: list[tuple[int, str, int]] = []

    def slack(kind: str, position: int, row: int, sign: float, price: float) -> None:
        highs.addCol(price, 0.0, math.inf, 1, np.array([row], np.int32), np.array([sign]))
        slacks.append((highs.getNumCol() - 1, kind, position))

    names = {"ecology": ("ecology", "ecology_yearly"), "budget": ("budget",)}
    for kind in kinds:
        for name in names.get(kind, ()):
            if name in model.constraints:
                for position, label in enumerate(np.ravel(model.constraints[name].labels.values)):
                    if label >= 0:
                        slack(name, position, rows[int(label)], -1.0, 1.0 / PER_MILLE)
        if kind == "surplus":
            for position, label in enumerate(model.constraints["surplus_of"].labels.values):
                slack(kind, position, rows[int(label)], -1.0, 1.0)
        if kind == "transfer" and math.isfinite(problem.transfer_limit):
            for label in model.variables["transfer"].labels.values:
                highs.changeColBounds(columns[int(label)], -math.inf, math.inf)
            # One slack for all: by how much the largest payment exceeds its limit.
            highs.addCol(1.0, 0.0, math.inf, 0, np.zeros(0, np.int32), np.zeros(0))
            over = highs.getNumCol() - 1
            slacks.append((over, kind, 0))
            level = problem.transfer_limit / unit
            for label in model.variables["transfer"].labels.values:
                pair = np.array([columns[int(label)], over], np.int32)
                highs.addRow(-math.inf, level, 2, pair, np.array([1.0, -1.0]))
                highs.addRow(-level, math.inf, 2, pair, np.array([1.0, 1.0]))
    if not slacks:
        return []
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return []
    value = highs.getSolution().col_value
    return [_line(problem, k, position, value[column], unit) for column, k, position in slacks if value[column] > LEAST]


def _line(problem: Problem, kind: str, position: int, value: float, unit: float) -> str:
    if kind in ("ecology", "ecology_yearly"):
        years = "" if problem.years is None or kind == "ecology" else " while projects are built"
        count = len(problem.limits) if kind == "ecology" else 1
        section, pollutant, what = problem.limits[position % count if kind == "ecology" else _yearly(problem, position)]
        bound = problem.bound[problem.limits.index((section, pollutant, what))]
        share = value / PER_MILLE
        amount = f"{share * bound:.3g} mg/L more than the {what} ({100 * share:.3g} % of it)"
        return f"{section}, {pollutant}: allow {amount}{years}"
    if kind == "budget":
        assert problem.years is not None
        partner, year = divmod(position, len(problem.years.years))
        return f"budget of {problem.partners[partner]} in {problem.years.years[year]}: {value * unit:.4g} million more"
    if kind == "transfer":
        return f"let a side payment be {value * unit:.4g} million a year above its limit of {problem.transfer_limit:g}"
    return f"{problem.partners[position]}: {value * unit:.4g} million a year more gain, or lower costs, are needed"


def _yearly(problem: Problem, position: int) -> int:
    """The limit of a row of `ecology_yearly`, whose rows are limits × years."""
    assert problem.years is not None
    kept = [k for k, (_, _, kind) in enumerate(problem.limits) if kind == "limit"]
    return kept[position // len(problem.years.years)]
