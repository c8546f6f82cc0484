"""Sensitivities of an outcome: what every lever, and every candidate project, is worth to every region at the margin.

These are total derivatives through the loop of economy and transport: gradients of the economy by reverse mode, with
what freight costs answer to trade and trade to freight costs (see `feedback`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from .feedback import Feedback

if TYPE_CHECKING:
    from .economy import Gradient
    from .evaluation import Evaluator, State
    from .scenario import Changes

Floats = NDArray[np.float64]

#: Step of a project's effect of the central difference of its levers, which are given by formulas.
EFFECT_STEP = 1e-4
#: Relative step of a lock's capacity.
CAPACITY_STEP = 1e-3
#: Levers that have a table of worth.
LEVERS = ("productivity_hat", "endowment_hat", "kappa_hat", "tariff", "final_scale", "transfer")


class Response:
    """What a small change is worth at one outcome; made by `Outcome.response`.

    Figures of money are equivalent variation at base prices [million a year], as `Outcome.equivalent_variation`.
    Congestion is in them: freight costs answer to trade.

    Examples
    --------
    >>> import yijiang as yj
    >>> response = yj.evaluate(yj.case("tiny")).response
    >>> bool(response.worth("productivity_hat").sel(target="Middle", region="Middle", sector="machines") > 0)
    True
    >>> bool(response.projects.loc["machine_tools", "Middle"] > 0)
    True
    """

    def __init__(self, evaluator: Evaluator, state: State) -> None:
        self._evaluator, self._state, self._base = evaluator, state, evaluator.base

    @cached_property
    def gradient(self) -> Gradient:
        """Gradient of ln real income of every modelled region in the economy alone, freight costs held."""
        return self._base.model.gradient(at=self._state.solution)

    @cached_property
    def feedback(self) -> Feedback | None:
        """How freight costs answer to trade here; None where nothing makes cargo wait."""
        freight, state = self._base.freight, self._state.freight
        if freight is None or state is None:
            return None
        found = Feedback.of(freight, state, len(self._base.belt.sectors))
        return found if found.facilities else None

    @cached_property
    def _parts(self) -> tuple[Floats, Gradient] | None:
        """What ln real income gains per load of each facility (target, facility), and the gradient of the loads."""
        if self.feedback is None:
            return None
        return self.feedback.weights(self._state.solution, self.gradient.kappa_hat.to_numpy())

    def total(self, lever: str) -> xr.DataArray:
        """Derivative of ln real income of every region (``target``) with respect to a lever, through the loop.

        Parameters
        ----------
        lever
            One of ``productivity_hat``, ``endowment_hat``, ``kappa_hat`` and ``final_scale`` (elasticities),
            ``tariff`` (per unit of level) and ``transfer`` (per unit of money).

        Raises
        ------
        OptionError
            For another lever.
        """
        from .errors import OptionError

        if lever not in LEVERS:
            raise OptionError(f"lever is {lever!r}; use one of {', '.join(LEVERS)}")
        return self._through(getattr(self.gradient, lever), lambda loads: getattr(loads, lever))

    def _through(self, table: xr.DataArray, of_loads: Callable[[Gradient], xr.DataArray]) -> xr.DataArray:
        if self._parts is None:
            return table
        weights, loads = self._parts
        return table.copy(data=table.to_numpy() + np.tensordot(weights, of_loads(loads).to_numpy(), axes=1))

    @property
    def residual(self) -> float:
        """Largest residual of the linear systems."""
        own = self.gradient.residual
        return own if self._parts is None else max(own, self._parts[1].residual)

    @cached_property
    def _money(self) -> xr.DataArray:
        """Money per unit of ln real income, by target."""
        solution = self._state.solution
        money = solution.base_income_array * solution.real_income_hat_array
        return xr.DataArray(money, {"target": list(self._base.belt.regions)}, ["target"])

    def worth(self, lever: str) -> xr.DataArray:
        """Money a year to every region (``target``) per unit of a lever; see `total`.

        Per unit of ln of a ratio, so a hundredth of it per per cent.

        Raises
        ------
        OptionError
            For another lever.
        """
        return (self.total(lever) * self._money).rename(f"worth of {lever}")

    @cached_property
    def projects(self) -> pd.DataFrame:
        """First-order value of every candidate (project, region) [million a year], gross of its cost.

        For a candidate outside the package: of adding it.  For one inside: of having it, by what taking it out would
        change.  Projects of the network count by the freight costs they change at the outcome's own tonnes.
        """
        done = self._state.package
        here = self._changes(done)
        rows = {}
        for name in self._base.projects:
            inside = name in done
            other = [p for p in done if p != name] if inside else [*done, name]
            value = self._value(here, self._changes(other), self._freight(other))
            rows[name] = -value if inside else value
        regions = pd.Index(self._base.belt.regions, name="region")
        return pd.DataFrame(rows, index=regions).T.rename_axis("project")

    def _changes(self, package: Sequence[str]) -> Changes:
        return self._base.rules.changes(sorted(package))

    def _freight(self, package: Sequence[str]) -> Floats | float:
        """Move of ln freight costs at the outcome's tonnes, when only the network of the package changes."""
        freight, state = self._base.freight, self._state.freight
        if freight is None or state is None:
            return 0.0
        here, there = (freight.network(self._changes(p).network) for p in (self._state.package, package))
        if there is here:
            return 0.0
        hats = self._state.solution.real_flow_hat_array[:, :, self._evaluator.goods].transpose(1, 0, 2)
        moved = freight.settle(there, freight.base_tonnes * hats, state)
        return np.asarray(freight.log_kappa(moved) - freight.log_kappa(state))

    def effect(self, project: str) -> pd.Series[float]:
        """What one unit more of a project's effect is worth to every region (region,) [million a year], gross of cost.

        The derivative at the size it has here: its full effect in the outcome's package, none outside it. Projects of
        the network alone have steps, not effects: 0.

        Raises
        ------
        OptionError
            For an unknown project.
        """
        name = self._base.belt.project(project)
        package = sorted({*self._state.package, name})
        at = 1.0 if name in self._state.package else 0.0
        ends = [self._base.rules.changes(package, {name: at + e}) for e in (EFFECT_STEP, -EFFECT_STEP)]
        slope = self._value(ends[1], ends[0], 0.0) / (2 * EFFECT_STEP)
        return pd.Series(slope, pd.Index(self._base.belt.regions, name="region"), name=name)

    @cached_property
    def locks(self) -> pd.DataFrame:
        """What one more unit of a lock's capacity is worth (lock, region) [million a year per Mt a year].

        Shorter waits at the tonnes of the outcome by central difference, and what they do to trade and so to tonnes.
        """
        freight, state = self._base.freight, self._state.freight
        regions = pd.Index(self._base.belt.regions, name="region")
        if freight is None or state is None:
            return pd.DataFrame(columns=regions, dtype=float)
        here = self._changes(self._state.package)
        rows = {}
        for lock, capacity in state.network.locks.set_index("lock")["capacity_mt"].astype(float).items():
            ends = []
            for sign in (1, -1):
                network = {kind: {n: dict(v) for n, v in cells.items()} for kind, cells in here.network.items()}
                cells = network.setdefault("lock", {}).setdefault(str(lock), {})
                cells["capacity_mt"] = capacity * (1 + sign * CAPACITY_STEP)
                ends.append(freight.log_kappa(freight.settle(freight.network(network), state.tonnes, state)))
            move = (ends[0] - ends[1]) / (2 * CAPACITY_STEP * capacity)
            rows[str(lock)] = self._value(here, here, move)
        return pd.DataFrame(rows, index=regions).T.rename_axis("lock")

    def _value(self, here: Changes, there: Changes, freight: Floats | float) -> Floats:
        """The chain rule: moves of the levers times what they are worth [million a year by region]."""
        log = np.zeros(self._total["transfer"].sizes["target"])
        log += np.einsum("tnj,nj->t", self._total["productivity_hat"], np.log(there.productivity / here.productivity))
        log += np.einsum("tnf,nf->t", self._total["endowment_hat"], np.log(there.endowment / here.endowment))
        log += np.einsum("tnij,nij->t", self._total["kappa_hat"], np.log(there.kappa / here.kappa) + freight)
        log += np.einsum("tn,n->t", self._total["transfer"], there.transfer - here.transfer)
        for key in sorted({*here.using, *there.using}):
            move = np.log(there.using.get(key, 1.0) / here.using.get(key, 1.0))
            if move:
                log += self._using(key) * move
        full = np.zeros(len(self._base.belt.regions))
        position = {name: i for i, name in enumerate(self._base.belt.regions)}
        full[[position[str(name)] for name in self._total["transfer"]["target"].to_numpy()]] = log
        return np.asarray(full * self._money.to_numpy())

    @cached_property
    def _total(self) -> dict[str, xr.DataArray]:
        """Total derivatives of the levers that projects move."""
        return {name: self.total(name) for name in ("productivity_hat", "endowment_hat", "kappa_hat", "transfer")}

    def _using(self, key: tuple[str, str, str, str]) -> Floats:
        """Total derivative with respect to the trade cost of one use of a good (target,)."""

        def cell(g: Gradient) -> xr.DataArray:
            return g.using_kappa_hat(key[0], key[1]).sel(sector=key[2], using=key[3])

        return np.asarray(self._through(cell(self.gradient), cell))
