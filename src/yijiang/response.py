"""Sensitivities of an outcome: what every lever, and every candidate project, is worth to every region at the margin.

These are derivatives of the economy at the outcome's equilibrium, by reverse mode.  Freight costs are held where the
outcome left them: what a change does to congestion, and congestion to trade, is not in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .economy import Gradient
    from .evaluation import Evaluator, State
    from .scenario import Changes

Floats = NDArray[np.float64]

#: Levers that have a table of worth.
LEVERS = ("productivity_hat", "endowment_hat", "kappa_hat", "tariff", "final_scale", "transfer")


class Response:
    """What a small change is worth at one outcome; made by `Outcome.response`.

    Figures of money are equivalent variation at base prices [million a year], as `Outcome.equivalent_variation`.
    Congestion feedback is not in them.

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
        """Gradient of ln real income of every modelled region with respect to every lever."""
        return self._base.model.gradient(at=self._state.solution)

    @property
    def residual(self) -> float:
        """Largest residual of the linear systems."""
        return self.gradient.residual

    @cached_property
    def _money(self) -> xr.DataArray:
        """Money per unit of ln real income, by target."""
        solution = self._state.solution
        money = solution.base_income_array * solution.real_income_hat_array
        return xr.DataArray(money, {"target": list(self._base.belt.regions)}, ["target"])

    def worth(self, lever: str) -> xr.DataArray:
        """Money a year to every region (``target``) per unit of a lever.

        Parameters
        ----------
        lever
            ``productivity_hat``, ``endowment_hat``, ``kappa_hat`` or ``final_scale`` (per unit of ln, so a hundredth
            of it per per cent), ``tariff`` (per unit of level), ``transfer`` (per unit of money).

        Raises
        ------
        OptionError
            For another lever.
        """
        from .errors import OptionError

        if lever not in LEVERS:
            raise OptionError(f"lever is {lever!r}; use one of {', '.join(LEVERS)}")
        table: xr.DataArray = getattr(self.gradient, lever)
        return (table * self._money).rename(f"worth of {lever}")

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

    def _value(self, here: Changes, there: Changes, freight: Floats | float) -> Floats:
        """The chain rule: moves of the levers times what they are worth [million a year by region]."""
        g = self.gradient
        log = np.zeros(g.transfer.sizes["target"])
        log += np.einsum("tnj,nj->t", g.productivity_hat, np.log(there.productivity / here.productivity))
        log += np.einsum("tnf,nf->t", g.endowment_hat, np.log(there.endowment / here.endowment))
        log += np.einsum("tnij,nij->t", g.kappa_hat, np.log(there.kappa / here.kappa) + freight)
        log += np.einsum("tn,n->t", g.transfer, there.transfer - here.transfer)
        for key in sorted({*here.using, *there.using}):
            move = np.log(there.using.get(key, 1.0) / here.using.get(key, 1.0))
            if move:
                log += g.using_kappa_hat(key[0], key[1]).sel(sector=key[2], using=key[3]).to_numpy() * move
        full = np.zeros(len(self._base.belt.regions))
        position = {name: i for i, name in enumerate(self._base.belt.regions)}
        full[[position[str(name)] for name in g.transfer["target"].to_numpy()]] = log
        return np.asarray(full * self._money.to_numpy())
