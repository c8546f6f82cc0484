"""Gradients of one figure of an equilibrium with respect to every lever, by name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import xarray as xr

from yijiang.errors import OptionError

from .adjoint import FIGURES, Adjoint, regional
from .cells import cell_sensitivities, row_sensitivities
from .problem import Array

if TYPE_CHECKING:
    from .flows import Weights
    from .result import Counterfactual

#: What a gradient can be taken of: all in logarithms, prices and outputs in the numeraire.
Figure = Literal["real_income", "real_income_per_head", "output", "real_output", "price"]


class Gradient:
    """Sensitivity of ln of one figure (`of`) to every lever, at one equilibrium; made by `TradeModel.gradient`.

    Every table has the axes of its lever; with several regions asked for, a first axis `target`.  Of a ratio
    (``_hat``) it is an elasticity, d ln figure / d ln lever; of a tariff d ln figure per unit of level
    (0.01 of it per percentage point); of a balance d ln figure per unit of money.
    """

    def __init__(
        self,
        at: Counterfactual,
        of: str,
        targets: Sequence[str],
        single: bool,
        adjoints: Sequence[Adjoint],
        flows: Sequence[Weights] | None = None,
    ) -> None:
        self._at, self._targets, self._single, self._adjoints = at, tuple(targets), single, tuple(adjoints)
        self._flows: Sequence[Weights | None] = (None,) * len(self._adjoints) if flows is None else tuple(flows)
        self.of = of
        """The figure."""
        self.residual = max(a.residual for a in adjoints)
        """Largest remaining residual of the linear systems, as a share of the right-hand side."""
        self.iterations = sum(a.iterations for a in adjoints)
        """Evaluations of the transposed derivative."""

    def __repr__(self) -> str:
        return f"<Gradient of {self.of}: {', '.join(self._targets)}; residual {self.residual:.1e}>"

    def _table(self, name: str, dims: Sequence[str], values: Sequence[Array]) -> xr.DataArray:
        labels = self._at.labels
        coords: dict[str, Any] = {d: list(labels.names(d)) for d in dims}
        if self._single:
            return xr.DataArray(values[0], coords, list(dims), name=name)
        return xr.DataArray(np.stack(values), {"target": list(self._targets), **coords}, ["target", *dims], name=name)

    def _by_region(self, name: str, dims: Sequence[str], values: Sequence[Array]) -> xr.DataArray:
        return self._table(name, dims, [self._at.in_label_order(v, 0.0) for v in values])

    @cached_property
    def productivity_hat(self) -> xr.DataArray:
        """Elasticity to technology (region, sector)."""
        values = [-a.sensitivities.cost for a in self._adjoints]
        return self._by_region("productivity_hat", ("region", "sector"), values)

    @cached_property
    def emission_hat(self) -> xr.DataArray:
        """Elasticity to emission per unit of output (region, sector), by what a cut costs; 0 without `emission_hat`."""
        return self.productivity_hat.rename("emission_hat") * self._at.shock.abatement

    @cached_property
    def endowment_hat(self) -> xr.DataArray:
        """Elasticity to the amount of each factor (region, factor)."""
        values = [a.sensitivities.endowment for a in self._adjoints]
        return self._by_region("endowment_hat", ("region", "factor"), values)

    @cached_property
    def attraction_hat(self) -> xr.DataArray:
        """Elasticity to what else draws people to a region (region,); 0 where nobody moves."""
        values = [a.sensitivities.attraction for a in self._adjoints]
        return self._by_region("attraction_hat", ("region",), values)

    @cached_property
    def deficit(self) -> xr.DataArray:
        """Per unit of money of a region's balance (region,) [1/money].

        In a closed case what one region receives all pay in equal parts, so the figures add up to zero.
        """
        return self._by_region("deficit", ("region",), [self._balance(a, rule=True) for a in self._adjoints])

    @cached_property
    def transfer(self) -> xr.DataArray:
        """Per unit of money received (region,) [1/money]; all regions pay it in equal parts, so it adds up to zero."""
        return self._by_region("transfer", ("region",), [self._balance(a, rule=False) for a in self._adjoints])

    def _balance(self, a: Adjoint, rule: bool) -> Array:
        s, w = self._at.solution, a.sensitivities
        received = w.income
        if rule and s.problem.by_income:
            own = s.work.factor_income.sum(1)
            mean = (received * own).sum() / own.sum()
            received = (received - mean) * own / self._at.base.income.sum(1) + mean
        if rule and not s.problem.closed:
            return received
        return np.asarray(received - received.mean())

    @cached_property
    def final_scale(self) -> xr.DataArray:
        """Elasticity to the weight of a good in final demand (region, sector)."""
        p, values = self._at.solution.problem, []
        spend, at_prices = self._at.final_spending, self._at.final_prices
        for a in self._adjoints:
            by_share = a.sensitivities.use * spend[:, None] + a.final_share
            by_share += a.sensitivities.price_index[:, None] * at_prices
            for r, (n, j, k) in enumerate(p.split_cell):
                if k == p.theta.size:
                    by_share[n, j] += a.sensitivities.split_use[r] * spend[n]
            values.append(p.final * (by_share - (p.final * by_share).sum(1, keepdims=True)))
        return self._by_region("final_scale", ("region", "sector"), values)

    @cached_property
    def kappa_hat(self) -> xr.DataArray:
        """Elasticity to trade costs (importer, exporter, sector); made when asked for."""
        return self._cells("kappa_hat", False)

    @cached_property
    def tariff(self) -> xr.DataArray:
        """Per unit of the level of a tariff (importer, exporter, sector); made when asked for."""
        return self._cells("tariff", True)

    def _cells(self, name: str, tariff: bool) -> xr.DataArray:
        at, values = self._at, []
        s, base, n = at.solution, at.base, at.base.modelled
        sales, eta = at.sales, s.problem.foreign_theta[:, None, None]
        rate, sales_rate = at.levels
        theta = s.problem.theta[:, None, None]
        for a, own in zip(self._adjoints, self._flows, strict=True):
            bought = np.empty(s.problem.weights.shape)
            cell_sensitivities(s.problem, s.work, a.sensitivities, tariff, bought)
            sold = -(eta + float(tariff)) * sales * a.sensitivities.output[:, None, :n]
            if own is not None:  # the flow's own cost, beside what it does through prices
                bought -= (theta + float(tariff)) * own.bought
                sold -= (eta + float(tariff)) * own.sold
            if tariff:
                bought, sold = bought / (1 + rate), sold / (1 + sales_rate)
            values.append(at.flows(bought, sold, np.zeros_like(base.outside)))
        return self._table(name, ("importer", "exporter", "sector"), values)

    def using_kappa_hat(self, importer: str, exporter: str) -> xr.DataArray:
        """Elasticity to the trade cost of one use of a good, for a pair of regions (sector, using).

        The uses of a row add up to that of `kappa_hat`; the last one is final demand, ``"final"``.

        Parameters
        ----------
        importer, exporter
            Names of the regions; the importer's cost must be modelled.

        Raises
        ------
        OptionError
            For an unknown name, or an importer of fixed cost.
        """
        at = self._at
        labels, p = at.labels, at.solution.problem
        n, i = (int(labels.inverse[labels.position("region", x)]) for x in (importer, exporter))
        if n >= at.base.modelled:
            raise OptionError(f"{importer!r} has fixed cost, so its uses are not modelled")
        spend, values = at.final_spending[n], []
        for a, own in zip(self._adjoints, self._flows, strict=True):
            table = np.empty((p.theta.size, p.theta.size + 1))
            price = a.final_price[n] + a.sensitivities.price_index[n] * p.final[n]
            weight = np.zeros_like(p.weights[:, n]) if own is None else own.per_money[:, n]
            row_sensitivities(p, at.solution.work, a.sensitivities, n, i, price, spend, weight, table)
            values.append(table)
        uses = [*labels.sector, "final"]
        coords: dict[str, Any] = {"sector": list(labels.sector), "using": uses}
        if self._single:
            return xr.DataArray(values[0], coords, ["sector", "using"], name="using_kappa_hat")
        coords = {"target": list(self._targets), **coords}
        return xr.DataArray(np.stack(values), coords, ["target", "sector", "using"], name="using_kappa_hat")


def gradient(at: Counterfactual, of: str, region: str | Sequence[str] | None, sector: str | None) -> Gradient:
    """Gradient of one figure of one or several regions; see `TradeModel.gradient`."""
    labels, base = at.labels, at.base
    if of not in FIGURES:
        raise OptionError(f"of is {of!r}; use one of {', '.join(FIGURES)}")
    if (sector is None) != of.startswith("real_income"):
        raise OptionError(f"of={of!r} {'takes no sector' if sector is not None else 'needs a sector'}")
    good = None if sector is None else labels.position("sector", sector)
    single = isinstance(region, str | int)
    wanted = list(labels.internal("region")[: base.modelled]) if region is None else [region] if single else region
    names, places = [], []
    for item in wanted:
        position = labels.position("region", item)
        names.append(labels.region[position])
        places.append(int(labels.inverse[position]))
        if places[-1] >= base.modelled:
            raise OptionError(f"region {names[-1]!r} has fixed cost: nothing of it depends on a lever")
        if good is not None and of != "price" and not at.solution.work.output[good, places[-1]] > 0:
            raise OptionError(f"{names[-1]!r} makes no {labels.sector[good]!r}")
    if not names:
        raise OptionError("no region asked for")
    return Gradient(at, of, names, single, regional(at.solution, of, places, good))
