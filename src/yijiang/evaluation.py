"""Evaluation: what a package of projects does to incomes, freight and the river, in one loop.

``levers → κ̂ from freight costs → equilibrium → real flow hats → tonnes → lock waits → freight costs → κ̂ …`` until no
ln κ̂ moves by more than the tolerance; then real output → loads → river → sections.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .base import Base
from .errors import OptionError
from .loop import LOOP_TOLERANCE, Loop, Met
from .scenario import Changes

if TYPE_CHECKING:
    from .belt import Belt
    from .bottlenecks import Closure
    from .economy.equilibrium import Counterfactual, Gradient
    from .economy.equilibrium.gradient import Figure
    from .economy.equilibrium.lever_names import Levers
    from .freight import FreightState
    from .response import Response
    from .river.steady import Steady
    from .waters import Waters

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class State:
    """One solved scenario as plain arrays; `Outcome` is its labelled face.

    Attributes
    ----------
    income : (region,)
        Equivalent variation at base prices [million yuan a year], returns to owners and payments included.
    payments : (region,)
        Money received (+) or paid (−) through the balances of trade [million yuan a year].
    low, mean : (section, pollutant)
        Concentrations at low and mean flow [mg/L]; empty without a river.
    tonnes : (load,)
        Loads of the scenario [t/yr].
    """

    package: tuple[str, ...]
    changes: Changes
    met: Met
    income: Floats
    payments: Floats
    low: Floats
    mean: Floats
    tonnes: Floats

    @property
    def solution(self) -> Counterfactual:
        """The equilibrium."""
        return self.met.solution

    @property
    def freight(self) -> FreightState | None:
        """Freight at rest; None without a network."""
        return self.met.freight

    @property
    def kappa(self) -> Floats:
        """κ̂ of trade (importer, exporter, sector), eased trade and freight together."""
        return self.met.kappa

    @property
    def loop_residual(self) -> float:
        """Last move of ln κ̂."""
        return self.met.residual

    @property
    def steps(self) -> int:
        """Rounds of economy and freight."""
        return self.met.steps


def _lever(ratio: Floats) -> Floats | None:
    """A lever that changes something, or None."""
    return ratio if np.any(ratio != 1.0) else None


class Evaluator:
    """Evaluates packages on one base, warm: each run starts from what the base already solved.

    Parameters
    ----------
    base
        The solved base.
    tolerance
        Largest move of ln κ̂ at which the loop stops.
    """

    def __init__(self, base: Base, tolerance: float = LOOP_TOLERANCE) -> None:
        self.base, self.tolerance = base, tolerance
        self._loop = Loop(base, tolerance)

    @property
    def goods(self) -> NDArray[np.int64]:
        """Positions of the sectors that are moved as goods."""
        return self._loop.goods

    def run(
        self,
        package: Sequence[str] = (),
        effect: Mapping[str, float] | None = None,
        lever: int | None = None,
        payments: Floats | None = None,
        near: Sequence[tuple[float, State]] = (),
    ) -> State:
        """Evaluate one package.

        Parameters
        ----------
        package
            Projects.
        effect
            Multipliers of the effect of single projects.
        lever
            Only the levers of this number.
        payments : (region,)
            Money received (+) or paid (−) on top, through the balances of trade; adds up to zero [million yuan a year].
        near
            Shares of states of this base whose effects add up to about what is sought, where the loop then begins; one
            of share 0 says only how freight answers.

        Raises
        ------
        OptionError
            For an unknown project.
        SolveError
            If the loop does not settle; the figures hold its residual.
        """
        base = self.base
        changes = base.rules.changes(package, effect, lever)
        paid = np.zeros(len(base.belt.regions)) if payments is None else payments
        transfer = changes.transfer + paid
        levers: Levers = {
            "productivity_hat": _lever(changes.productivity),
            "endowment_hat": _lever(changes.endowment),
            "using_kappa_hat": changes.using or None,
            "transfer": transfer if transfer.any() else None,
        }
        moved = any(changes.network.values()) or any(v is not None for v in levers.values())
        if moved or np.any(changes.kappa != 1.0):
            met = self._loop.meet(changes.kappa, levers, changes.network, [(w, s.met) for w, s in near])
        else:
            met = self._still
        tonnes, low, mean = self._river(met.solution, changes)
        income = met.solution.equivalent_variation_array.copy()
        return State(tuple(sorted(package)), changes, met, income, paid, low, mean, tonnes)

    @cached_property
    def _still(self) -> Met:
        """The loop without any change of economy or network, which is where projects that only protect leave both."""
        return self._loop.meet(np.ones_like(self.base.accounts.trade), {}, {})

    def _river(self, solution: Counterfactual, changes: Changes) -> tuple[Floats, Floats, Floats]:
        base = self.base
        if base.river is None:
            nothing = np.zeros((0, 0))
            return np.zeros(0), nothing, nothing
        loads = base.loads
        hats = solution.real_output_hat_array
        # Loads of producing sectors follow their real output; people and land stay as they are.
        scale = np.where(loads.sector >= 0, hats[loads.region, np.maximum(loads.sector, 0)], 1.0)
        tonnes = loads.tonnes * scale - changes.removed
        return tonnes, base.concentration(tonnes, "low"), base.concentration(tonnes, "mean")


class Outcome:
    """What one package does, labelled; everything is a change from the base of the same draw.

    Examples
    --------
    >>> import yijiang as yj
    >>> belt = yj.case("tiny")
    >>> nothing = yj.evaluate(belt)
    >>> nothing.real_income.round(12).to_dict()
    {'Upper': 1.0, 'Middle': 1.0, 'Lower': 1.0}
    """

    def __init__(self, evaluator: Evaluator, state: State, still: State) -> None:
        self._evaluator, self.state, self.base_state = evaluator, state, still
        self.base = evaluator.base

    @property
    def package(self) -> tuple[str, ...]:
        """The projects done."""
        return self.state.package

    @property
    def real_income(self) -> pd.Series[float]:
        """Real income of every region, new ÷ base."""
        return self.state.solution.real_income_hat

    @property
    def equivalent_variation(self) -> pd.Series[float]:
        """Equivalent variation at base prices [million yuan a year], before costs; a plan's payments are in it."""
        return self.state.solution.equivalent_variation

    @property
    def first_order(self) -> pd.DataFrame:
        """First-order split of the change of real income, with its remainder."""
        return self.state.solution.welfare_first_order

    @property
    def trade(self) -> Any:
        """Trade (importer, exporter, sector) [million yuan]."""
        return self.state.solution.trade

    @property
    def output(self) -> pd.DataFrame:
        """Real output of every region and sector, new ÷ base."""
        return self.state.solution.real_output_hat

    @property
    def tonnes(self) -> pd.DataFrame:
        """Tonnes between regions by good, base and plan [Mt a year]."""
        freight = self.base.freight
        return pd.DataFrame() if freight is None else freight.tonnes_table(self.base_state.freight, self.state.freight)

    @cached_property
    def links(self) -> pd.DataFrame:
        """Links, locks and busy terminals: loads [Mt a year], capacities, waits, base and plan, and shadow prices.

        `shadow_price` is what one more unit of capacity saves in freight cost at the plan's tonnes, in `price_unit`.
        """
        freight = self.base.freight
        return pd.DataFrame() if freight is None else freight.links_table(self.base_state.freight, self.state.freight)

    def users(self, *elements: str) -> pd.DataFrame:
        """Who uses an element (select link, select lock): origin, destination, sector, mode, tonnes base and plan.

        Parameters
        ----------
        elements
            Locks, links, terminals, or nodes for their terminals; cargo counts once if it passes any of them.

        Examples
        --------
        >>> import yijiang as yj
        >>> out = yj.evaluate(yj.case("tiny"))
        >>> used = out.users("gate")
        >>> bool(abs(used["base"].sum() - out.links.set_index("link")["load_base"]["gate"]) < 1e-9)
        True
        """
        from .bottlenecks import users_table

        before, after = self.base_state.freight, self.state.freight
        if before is None or after is None:
            raise OptionError("this belt has no freight network")
        return users_table(before, after, elements)

    def disrupt(self, element: str, days: float) -> Closure:
        """Close a lock, port or bridge for some days, all else as in this outcome; see `bottlenecks.disrupt`."""
        from .bottlenecks import disrupt

        if self.state.freight is None:
            raise OptionError("this belt has no freight network")
        return disrupt(self.state.freight, element, days)

    def critical(self, days: float, elements: Sequence[str] | None = None) -> pd.DataFrame:
        """Locks, ports and links by what their closure costs, the worst first; see `bottlenecks.critical`."""
        from .bottlenecks import critical

        if self.state.freight is None:
            raise OptionError("this belt has no freight network")
        return critical(self.state.freight, days, elements)

    @cached_property
    def sections(self) -> pd.DataFrame:
        """Every section and pollutant: concentration at low and mean flow, class and limit, base and plan."""
        from .ecology import sections_table

        return sections_table(self.base, self.base_state, self.state)

    @cached_property
    def attribution(self) -> pd.DataFrame:
        """Who sends what passes each section at mean flow; the shares of a section and pollutant add up to 1."""
        return self.rivers["mean"].attribution

    @cached_property
    def balance(self) -> float:
        """Mass balance of the river run (0 without a river)."""
        return max((river.balance for river in self.rivers.values()), default=0.0)

    @cached_property
    def rivers(self) -> dict[str, Steady]:
        """The river with the outcome's loads, at mean and at low flow; none without a river."""
        from .river import steady

        river = self.base.river
        if river is None:
            return {}
        return {r: steady(river, self.base.long_loads(self.state.tonnes, r), regime=r) for r in ("mean", "low")}

    @cached_property
    def waters(self) -> Waters:
        """What the river's page tells: months, who causes what, how it fits observations, what room is left."""
        from .waters import Waters

        return Waters(self)

    @cached_property
    def response(self) -> Response:
        """Sensitivities: what every lever and every candidate is worth to every region at the margin, congestion in."""
        from .response import Response

        return Response(self._evaluator, self.state)

    def gradient(
        self, of: Figure = "real_income", region: str | Sequence[str] | None = None, sector: str | None = None
    ) -> Gradient:
        """Gradient of one figure of the economy at this outcome; see `TradeModel.gradient`."""
        return self.base.model.gradient(of, region, sector, at=self.state.solution)

    def explain(self, project: str) -> pd.DataFrame:
        """Which lever of a project moved what: gain of every region with that lever alone [million yuan a year].

        The row "together" is the whole project; what is missing from the sum is the interaction of its levers.
        """
        name = self.base.belt.project(project)
        rows = {
            f"{lever['lever']} {lever['kind']}": self._evaluator.run([name], lever=int(lever["lever"])).income
            for lever in self.base.projects[name].levers
        }
        rows["together"] = self._evaluator.run([name]).income
        return pd.DataFrame(rows, index=pd.Index(self.base.belt.regions, name="region")).T.rename_axis("lever")

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain values for a program to read."""
        sections = self.sections.to_dict("records") if self.base.river is not None else []
        return {
            "belt": self.base.belt.name,
            "package": list(self.package),
            "real_income": {k: float(v) for k, v in self.real_income.items()},
            "equivalent_variation": {k: float(v) for k, v in self.equivalent_variation.items()},
            "sections": sections,
            "links": self.links.to_dict("records"),
            "residual": {
                "equilibrium": float(self.state.solution.residual),
                "loop": self.state.loop_residual,
                "mass_balance": self.balance,
            },
        }


def evaluate(belt: Belt, projects: Iterable[str] = (), draw: int = 0, tolerance: float = LOOP_TOLERANCE) -> Outcome:
    """Evaluate one package of projects against the base.

    Parameters
    ----------
    belt
        The belt.
    projects
        Projects by identifier or name, in any order.
    draw
        Trade draw.
    tolerance
        Largest move of ln κ̂ at which the loop economy ⇄ transport stops.

    Raises
    ------
    DataError, OptionError, SolveError

    Examples
    --------
    >>> import yijiang as yj
    >>> out = yj.evaluate(yj.case("tiny"), projects=["machine_tools"])
    >>> bool(out.real_income["Middle"] > 1)
    True
    """
    return next(iter(evaluate_many(belt, [list(projects)], draw, tolerance)))


def evaluate_many(
    belt: Belt, packages: Iterable[Iterable[str]], draw: int = 0, tolerance: float = LOOP_TOLERANCE
) -> list[Outcome]:
    """Evaluate several packages on one warm base; see `evaluate`."""
    named = [[belt.project(name) for name in package] for package in packages]
    evaluator = Evaluator(Base(belt, draw), tolerance)
    still = evaluator.run()
    return [Outcome(evaluator, evaluator.run(package), still) for package in named]
