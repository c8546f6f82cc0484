"""The spread of a result over the belt's trade draws: what one figure is in every estimate of who trades with whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from .base import Base
from .errors import OptionError, SolveError, match_name
from .evaluation import Evaluator, Outcome
from .loop import LOOP_TOLERANCE

if TYPE_CHECKING:
    from .belt import Belt

Draws = int | Literal["all"] | Sequence[int]
#: More failed draws than this share are an error.
FAILED_LIMIT = 0.05
#: Changes below this share of the largest are rounding: their sign means nothing.
NOTHING = 1e-9


def _sections(outcome: Outcome) -> pd.Series[float]:
    table = outcome.sections
    if not len(table):
        raise OptionError("the belt has no river, so there are no sections")
    return table.set_index(["section", "pollutant"])["plan"] - table.set_index(["section", "pollutant"])["base"]


def _output(outcome: Outcome) -> pd.Series[float]:
    table = outcome.output
    index = pd.MultiIndex.from_product([table.index, table.columns], names=["region", "sector"])
    return pd.Series(table.to_numpy(dtype=float).ravel() - 1.0, index)


FIGURES: dict[str, Callable[[Outcome], pd.Series[float]]] = {
    "equivalent_variation": lambda outcome: outcome.equivalent_variation,
    "real_income": lambda outcome: outcome.real_income - 1.0,
    "output": _output,
    "sections": _sections,
}
"""Figures of an outcome as changes: money a year, shares of income and of output, mg/L at low flow."""


@dataclass(frozen=True, eq=False)
class Spread:
    """One figure in every draw.

    Attributes
    ----------
    by_draw
        The figure (draw, label), the base first.
    choices
        How each draw was made, as in the belt's table `draws`.
    failed
        Draws that did not solve; they are not in `by_draw`.
    """

    by_draw: pd.DataFrame
    choices: pd.DataFrame
    failed: tuple[int, ...]

    @property
    def base(self) -> pd.Series[float]:
        """The figure in the first draw that solved, the base."""
        return self.by_draw.iloc[0]

    def quantiles(self, at: Sequence[float] = (0.05, 0.5, 0.95)) -> pd.DataFrame:
        """Quantiles over the draws (quantile, label)."""
        return self.by_draw.quantile(list(at))

    @property
    def not_identified(self) -> tuple[object, ...]:
        """Labels whose figure has both signs over the draws: the sign is not identified."""
        least = NOTHING * float(np.abs(self.by_draw.to_numpy()).max(initial=0.0))
        both = (self.by_draw > least).any() & (self.by_draw < -least).any()
        return tuple(self.by_draw.columns[both.to_numpy()])

    def table(self) -> pd.DataFrame:
        """Base, 5th percentile, median, 95th percentile, and whether the sign is the same in all draws (label)."""
        cuts = self.quantiles().set_axis(["low", "median", "high"]).T
        cuts.insert(0, "base", self.base)
        cuts["sign"] = ["not identified" if label in set(self.not_identified) else "" for label in cuts.index]
        return cuts


def over_draws(belt: Belt, figure: Callable[[Base], pd.Series[float]], draws: Draws = "all") -> Spread:
    """Take a figure of the base in every trade draw.

    Parameters
    ----------
    belt
        The belt.
    figure
        What to take: gets the base of a draw and gives figures by label, the same labels for every draw.
    draws
        "all", a number (the base, and the others spread evenly over the list), or the draws themselves.

    Raises
    ------
    OptionError
        If the belt has no such draw.
    SolveError
        If more than 5 % of the draws do not solve.

    Examples
    --------
    What Upper sells to Middle, in every estimate of it:

    >>> import yijiang as yj
    >>> def sells(base):
    ...     n, i = base.belt.regions.index("Middle"), base.belt.regions.index("Upper")
    ...     return pd.Series({"Upper to Middle": base.accounts.trade[n, i].sum()})
    >>> over_draws(yj.case("tiny"), sells).by_draw.shape
    (4, 1)
    """
    chosen = _chosen(belt, draws)
    first: Base | None = None
    rows: dict[int, pd.Series[float]] = {}
    failed = []
    for draw in chosen:
        try:
            base = Base(belt, draw, like=first)
            rows[draw] = figure(base)
        except SolveError:
            failed.append(draw)
            continue
        first = first or base
    if len(failed) > FAILED_LIMIT * len(chosen):
        raise SolveError(f"{len(failed)} of {len(chosen)} draws did not solve", share=len(failed) / len(chosen))
    values = pd.DataFrame(list(rows.values()), index=pd.Index(rows, name="draw"))
    made = belt.tables["draws"]
    made = made.assign(draw=made["draw"].astype(int)).set_index("draw").loc[chosen].reset_index()
    return Spread(values, made, tuple(failed))


def spread(
    belt: Belt,
    projects: Iterable[str] = (),
    draws: Draws = "all",
    of: str | Callable[[Outcome], pd.Series[float]] = "equivalent_variation",
    tolerance: float = LOOP_TOLERANCE,
) -> Spread:
    """Evaluate one package in every trade draw, each against the base of its own draw.

    Elasticities, effects and costs stay at their values: this is the range of the trade estimate alone. The ranges of a
    plan draw all of them together.

    Parameters
    ----------
    belt
        The belt.
    projects
        Projects by identifier or name.
    draws
        "all", a number (the base, and the others spread evenly over the list), or the draws themselves.
    of
        "equivalent_variation" [money a year], "real_income" and "output" (new ÷ base − 1), "sections" (change at low
        flow [mg/L]), or a function that takes an `Outcome` and gives changes by label.
    tolerance
        Largest move of ln κ̂ at which the loop economy ⇄ transport stops.

    Raises
    ------
    DataError, OptionError
    SolveError
        If more than 5 % of the draws do not solve.

    Examples
    --------
    >>> import yijiang as yj
    >>> found = yj.spread(yj.case("tiny"), ["machine_tools"])
    >>> bool((found.quantiles().loc[0.05] <= found.quantiles().loc[0.95]).all()), found.not_identified
    (True, ())
    """
    take = FIGURES[match_name(of, [(name,) for name in FIGURES], "figure")] if isinstance(of, str) else of
    package = [belt.project(name) for name in projects]

    def figure(base: Base) -> pd.Series[float]:
        evaluator = Evaluator(base, tolerance)
        return take(Outcome(evaluator, evaluator.run(package), evaluator.run()))

    return over_draws(belt, figure, draws)


def _chosen(belt: Belt, draws: Draws) -> list[int]:
    known = belt.draws
    if draws == "all":
        return known
    if isinstance(draws, int):
        if draws < 1:
            raise OptionError(f"at least one draw is needed, not {draws}")
        places = np.unique(np.linspace(0, len(known) - 1, min(draws, len(known))).round().astype(int))
        return [known[k] for k in places.tolist()]
    wanted = [int(d) for d in draws]
    missing = [d for d in wanted if d not in known]
    if missing or not wanted:
        raise OptionError(f"the belt has no draw {missing or 'of that list'}; it has {known[0]} to {known[-1]}")
    return wanted
