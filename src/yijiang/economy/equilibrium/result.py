"""What a counterfactual says, by name; every table is made when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from yijiang.errors import OptionError

from . import welfare
from .levers import Shock, base_output, base_trade, layout, new_base, sales_factor, split_spending
from .problem import Array
from .shares import Base

if TYPE_CHECKING:
    from .labels import Labels
    from .model import TradeModel
    from .solver import Solution


class Counterfactual:
    """An equilibrium in changes: ratios new / old (``_hat``) and new values in the money of the base.

    Tables carry the names given to the model.  Regions of fixed cost have all ratios 1 by assumption.
    Attributes with the suffix ``_array`` hold the same figures as plain arrays in the order of the labels and
    cost no time for names.
    """

    def __init__(self, base: Base, shock: Shock, solution: Solution) -> None:
        self._base = base
        self._shock = shock
        self._solution = solution
        self._layout = layout(solution.problem)
        self.residual = solution.residual
        """Largest move of any ln w, ln P or X / X₀ in one more map of the solution."""
        self.iterations = solution.iterations
        """Evaluations of the equilibrium map."""

    def __repr__(self) -> str:
        names = self._base.labels
        size = f"{len(names.region)} regions, {len(names.sector)} sectors, {len(names.factor)} factors"
        return f"<Counterfactual: {size}; residual {self.residual:.1e} after {self.iterations} maps>"

    @property
    def labels(self) -> Labels:
        """Names of regions, sectors and factors."""
        return self._base.labels

    @property
    def base(self) -> Base:
        """The base that the ratios refer to."""
        return self._base

    @property
    def solution(self) -> Solution:
        """The solver's fixed point: problem, state and workspace."""
        return self._solution

    # How figures of the solver get back to the order of the labels.

    def in_label_order(self, modelled: Array, rest: float | Array = 1.0) -> Array:
        """Rows of modelled regions (region, …) in the order of the labels; those of fixed cost get `rest`."""
        labels = self._base.labels
        if not labels.fixed:
            return modelled
        full = np.empty((len(labels.region), *modelled.shape[1:]))
        full[: self._base.modelled] = modelled
        full[self._base.modelled :] = rest
        return full[labels.inverse]

    def flows(self, bought: Array, sales: Array, rest: Array) -> Array:
        """(importer, exporter, sector) from the three blocks with the sector first."""
        labels = self._base.labels
        if not labels.fixed:
            return np.ascontiguousarray(np.moveaxis(bought, 0, 2))
        n, count = self._base.modelled, len(labels.region)
        full = np.empty((count, count, bought.shape[0]))
        full[:n] = np.moveaxis(bought, 0, 2)
        full[n:, :n] = np.moveaxis(sales, 0, 2)
        full[n:, n:] = np.moveaxis(rest, 0, 2)
        return full[np.ix_(labels.inverse, labels.inverse)]

    def _series(self, values: Array, name: str) -> pd.Series[float]:
        return pd.Series(values, index=pd.Index(self._base.labels.region, name="region"), name=name)

    def _frame(self, values: Array, dim: str) -> pd.DataFrame:
        labels = self._base.labels
        columns = pd.Index(labels.names(dim), name=dim)
        return pd.DataFrame(values, index=pd.Index(labels.region, name="region"), columns=columns)

    def _cube(self, values: Array, name: str, dims: Sequence[str]) -> xr.DataArray:
        labels = self._base.labels
        return xr.DataArray(values, {d: list(labels.names(d)) for d in dims}, list(dims), name=name)

    # Pieces in the solver's layout.

    @cached_property
    def state(self) -> Array:
        """The solver's state; pass it as ``start=`` to a similar counterfactual of the same model."""
        return self._solution.state.copy()

    @cached_property
    def _log_price(self) -> Array:
        """ln P̂ (region, sector); where uses pay different prices, their mean weighted by base spending."""
        _, log_price, split, _, _ = self._layout.split(self._solution.state)
        p, base = self._solution.problem, self._base
        if not self._layout.rows:
            return log_price
        total = np.where(base.expenditure > 0, base.expenditure, 1.0)
        out = log_price.copy()
        part = split_spending(base, p.split_cell)
        for r, (n, j, _) in enumerate(p.split_cell):
            out[n, j] += part[r] / total[n, j] * (split[r] - log_price[n, j])
        return out

    @cached_property
    def _log_index(self) -> Array:
        """ln of the price index of final demand (region,)."""
        p = self._solution.problem
        _, log_price, split, _, _ = self._layout.split(self._solution.state)
        index = (p.final * log_price).sum(1)
        for r, (n, j, k) in enumerate(p.split_cell):
            if k == self._layout.sectors:
                index[n] += p.final[n, j] * (split[r] - log_price[n, j])
        return np.asarray(index)

    @cached_property
    def _cost(self) -> Array:
        """ĉ by (sector, exporter); 1 for exporters of fixed cost."""
        full = np.ones_like(self._solution.work.power)
        full[:, : self._base.modelled] = np.exp(self._solution.work.cost.T)
        return full

    @cached_property
    def _bought(self) -> Array:
        """New purchases of modelled regions net of tariff (sector, importer, exporter)."""
        p, w = self._solution.problem, self._solution.work
        ratio = w.spending / np.where(w.phi > 0, w.phi, 1.0)
        out = p.net * w.power[:, None, :] * ratio[:, :, None]
        for j, n in np.argwhere(w.phi <= 0):
            out[j, n] = _careful_row(p.weights[j, n], p.net[j, n], self._log_power(j)) * w.spending[j, n]
        for r, (n, j, _) in enumerate(p.split_cell):
            share = _careful_row(p.split_weights[r], p.split_net[r], self._log_power(j))
            out[j, n] += share * w.split_spending[r]
        return np.asarray(out)

    def _log_power(self, sector: int) -> Array:
        return np.asarray(-self._base.theta[sector] * np.log(self._cost[sector]))

    @cached_property
    def sales(self) -> Array:
        """New purchases of regions of fixed cost (sector, fixed importer, exporter)."""
        n = self._base.modelled
        power = self._cost[:, None, :n] ** -self._solution.problem.foreign_theta[:, None, None]
        return np.asarray(self._base.sales * sales_factor(self._base, self._shock) * power)

    @property
    def levels(self) -> tuple[Array, Array]:
        """New tariff levels of modelled regions and of those of fixed cost (sector, importer, exporter)."""
        base, shock = self._base, self._shock
        bought = base.tariff if shock.tariff is None else shock.tariff
        return bought, base.sales_tariff if shock.sales_tariff is None else shock.sales_tariff

    @property
    def final_spending(self) -> Array:
        """Money that final demand spends by its shares, by modelled region (region,)."""
        p = self._solution.problem
        return np.asarray(self._solution.work.total_income - p.fixed_use.sum(1))

    @property
    def final_prices(self) -> Array:
        """Ln of the purchasers' prices that final demand pays (region, sector), in the solver's order."""
        p, w = self._solution.problem, self._solution.work
        out = w.price.T.copy()
        for r, (n, j, k) in enumerate(p.split_cell):
            if k == self._layout.sectors:
                out[n, j] = w.split_price[r]
        return out

    @cached_property
    def _base_income(self) -> Array:
        revenue = (base_trade(self._base) * self._base.tariff).sum((0, 2))
        return np.asarray(self._base.income.sum(1) + self._base.deficit + revenue)

    @cached_property
    def _real_income(self) -> Array:
        return np.asarray(self._solution.work.total_income / self._base_income * np.exp(-self._log_index))

    # Plain arrays, in the order of the labels.

    @cached_property
    def real_income_hat_array(self) -> Array:
        """Real income, new / old (region,)."""
        return self.in_label_order(self._real_income)

    @cached_property
    def cost_hat_array(self) -> Array:
        """Unit cost, new / old (region, sector)."""
        return np.ascontiguousarray(self._cost.T[self._base.labels.inverse])

    @cached_property
    def trade_array(self) -> Array:
        """Trade value net of tariff (importer, exporter, sector) [money]."""
        return self.flows(self._bought, self.sales, self._base.outside)

    @cached_property
    def base_trade_array(self) -> Array:
        """Trade value of the base, net of tariff (importer, exporter, sector) [money]."""
        return self.flows(base_trade(self._base), self._base.sales, self._base.outside)

    @cached_property
    def output_array(self) -> Array:
        """Output (region, sector) [money]."""
        if self._base.labels.fixed:
            return np.asarray(self.trade_array.sum(0))
        return np.ascontiguousarray(self._solution.work.output[:, : self._base.modelled].T)

    @cached_property
    def real_output_hat_array(self) -> Array:
        """Real output, new / old (region, sector); 1 where the base has none."""
        n = self._base.modelled
        old = base_output(self._base)
        new = self._solution.work.output[:, :n].T / self._cost[:, :n].T
        return self.in_label_order(np.divide(new, old, out=np.ones_like(old), where=old > 0))

    @cached_property
    def real_flow_hat_array(self) -> Array:
        """Quantity traded, new / old (importer, exporter, sector); 1 where the base has none."""
        old = self.base_trade_array
        new = self.trade_array / self.cost_hat_array[None]
        return np.asarray(np.divide(new, old, out=np.ones_like(old), where=old > 0))

    @cached_property
    def income_array(self) -> Array:
        """Factor income, tariff revenue, deficit and transfer (region,) [money]; NaN where cost is fixed."""
        return self.in_label_order(np.array(self._solution.work.total_income), np.nan)

    @cached_property
    def equivalent_variation_array(self) -> Array:
        """Base income times the relative change of real income (region,) [money of the base]."""
        return self.in_label_order(self._base_income * (self._real_income - 1), 0.0)

    # Tables with names.

    @property
    def real_income_hat(self) -> pd.Series[float]:
        """Exact real income ``(I′/I) / P̂``, new / old, by region."""
        return self._series(self.real_income_hat_array, "real_income_hat")

    @property
    def real_wage_hat(self) -> pd.Series[float]:
        """Factor prices over the price index, new / old, by region; several factors are weighted by base income."""
        wage = np.exp(self._layout.split(self._solution.state)[0])
        own = self._base.income
        mean = (own * wage).sum(1) / own.sum(1)
        return self._series(self.in_label_order(mean * np.exp(-self._log_index)), "real_wage_hat")

    @property
    def real_factor_price_hat(self) -> pd.DataFrame:
        """Each factor's price over the price index, new / old (region, factor)."""
        wage = self._layout.split(self._solution.state)[0]
        return self._frame(self.in_label_order(np.exp(wage - self._log_index[:, None])), "factor")

    @property
    def wage_hat(self) -> pd.DataFrame:
        """Factor prices, new / old (region, factor), in the numeraire."""
        return self._frame(self.in_label_order(np.exp(self._layout.split(self._solution.state)[0])), "factor")

    @property
    def price_hat(self) -> pd.DataFrame:
        """Purchasers' prices, new / old (region, sector), in the numeraire."""
        return self._frame(self.in_label_order(np.exp(self._log_price)), "sector")

    @property
    def price_index_hat(self) -> pd.Series[float]:
        """Price index of final demand, new / old, by region."""
        return self._series(self.in_label_order(np.exp(self._log_index)), "price_index_hat")

    @property
    def cost_hat(self) -> pd.DataFrame:
        """Unit cost, new / old (region, sector), in the numeraire."""
        return self._frame(self.cost_hat_array, "sector")

    @property
    def trade(self) -> xr.DataArray:
        """Trade value net of tariff (importer, exporter, sector) [money]."""
        return self._cube(self.trade_array, "trade", ("importer", "exporter", "sector"))

    @property
    def real_flow_hat(self) -> xr.DataArray:
        """Quantity traded, new / old (importer, exporter, sector); 1 where the base has none."""
        return self._cube(self.real_flow_hat_array, "real_flow_hat", ("importer", "exporter", "sector"))

    @property
    def expenditure(self) -> pd.DataFrame:
        """Spending on each good by all users, including tariffs (region, sector) [money]."""
        _, _, _, h, hs = self._layout.split(self._solution.state)
        p, base = self._solution.problem, self._base
        own = h * p.unit
        np.add.at(own, (p.split_cell[:, 0], p.split_cell[:, 1]), hs * p.split_unit)
        rest = (self.sales * (1 + self.levels[1])).sum(2).T + base.outside.sum(2).T
        return self._frame(self.in_label_order(own, rest), "sector")

    @property
    def output(self) -> pd.DataFrame:
        """Output, which is sales net of tariff (region, sector) [money]."""
        return self._frame(self.output_array, "sector")

    @property
    def real_output_hat(self) -> pd.DataFrame:
        """Real output, new / old (region, sector); 1 where the base has none."""
        return self._frame(self.real_output_hat_array, "sector")

    @property
    def income(self) -> pd.Series[float]:
        """Factor income, tariff revenue, deficit and transfer by region [money]; NaN where cost is fixed."""
        return self._series(self.income_array, "income")

    @property
    def factor_income(self) -> pd.DataFrame:
        """Factor income (region, factor) [money]; NaN where cost is fixed."""
        return self._frame(self.in_label_order(np.array(self._solution.work.factor_income), np.nan), "factor")

    @property
    def deficit(self) -> pd.Series[float]:
        """Money a region receives on balance, deficit and transfer, by region [money]; NaN where cost is fixed."""
        return self._series(self.in_label_order(self._balance, np.nan), "deficit")

    @cached_property
    def _balance(self) -> Array:
        w = self._solution.work
        revenue = ((1 - w.kept) * w.spending).sum(0)
        for r, (n, _, _) in enumerate(self._solution.problem.split_cell):
            revenue[n] += (1 - w.split_kept[r]) * w.split_spending[r]
        return np.asarray(w.total_income - w.factor_income.sum(1) - revenue)

    @property
    def equivalent_variation(self) -> pd.Series[float]:
        """Base income times the relative change of real income, by region [money of the base]."""
        return self._series(self.equivalent_variation_array, "equivalent_variation")

    @property
    def welfare_first_order(self) -> pd.DataFrame:
        """First-order split of the change of real income (see `welfare`); a row adds up to ``real_income_hat − 1``."""
        terms = welfare.first_order(self._base, self._shock, self._bought, self._cost, self._balance, self._real_income)
        columns = pd.Index(welfare.TERMS, name="term")
        rows = pd.Index(self._base.labels.region, name="region")
        return pd.DataFrame(self.in_label_order(terms, 0.0), index=rows, columns=columns)

    @cached_property
    def spectral_radius(self) -> float:
        """Largest absolute eigenvalue of the equilibrium map's derivative here; computed when asked for."""
        from .solver import spectral_radius

        return spectral_radius(self._solution.problem, self._solution.state, self._solution.work)

    def as_base(self) -> TradeModel:
        """A model whose base is this equilibrium; money stays in the same numeraire.

        Raises
        ------
        OptionError
            After ``using_kappa_hat``: the base keeps one sourcing share for all uses of a good.
        """
        from .model import TradeModel

        if self._layout.rows:
            raise OptionError(
                "an equilibrium with using_kappa_hat cannot become a base; its uses buy from different sources"
            )
        s = self._solution
        return TradeModel(new_base(self._base, self._shock, s.problem, s.state, s.work))


def _careful_row(weights: Array, net: Array, log_power: Array) -> Array:
    """Net-of-tariff shares of one row in logarithms, so that no price sum underflows."""
    out = np.zeros_like(weights)
    here = weights > 0
    if here.any():
        logs = np.log(weights[here]) + log_power[here]
        x = np.exp(logs - logs.max())
        out[here] = x / x.sum() * net[here] / weights[here]
    return out
