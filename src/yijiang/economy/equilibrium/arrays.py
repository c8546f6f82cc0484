"""What a counterfactual says, as plain arrays; each is made when it is asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import OptionError

from .kernels import flow_hats
from .levers import Shock, base_trade, layout, sales_factor, sales_hat, split_spending, without_rows
from .problem import Array
from .structure import Base

if TYPE_CHECKING:
    from .labels import Labels
    from .solver import Solution


class Arrays:
    """Figures of one equilibrium in the solver's layout and, with the suffix ``_array``, in the order of the labels."""

    def __init__(self, base: Base, shock: Shock, solution: Solution) -> None:
        self._base = base
        self._shock = shock
        self._solution = solution
        self._layout = layout(solution.problem)

    @property
    def labels(self) -> Labels:
        """Names of regions, sectors and factors."""
        return self._base.labels

    @property
    def base(self) -> Base:
        """The base that the ratios refer to."""
        return self._base

    @property
    def shock(self) -> Shock:
        """The levers in the solver's layout."""
        return self._shock

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
            return np.ascontiguousarray(bought.transpose(1, 2, 0))
        n, count = self._base.modelled, len(labels.region)
        full = np.empty((bought.shape[0], count, count))
        full[:, :n], full[:, n:, :n], full[:, n:, n:] = bought, sales, rest
        inverse = labels.inverse
        return np.ascontiguousarray(full.transpose(1, 2, 0)[inverse[:, None], inverse])

    # Pieces in the solver's layout.

    @cached_property
    def state(self) -> Array:
        """The solver's state; pass it as ``start=`` to a similar counterfactual of the same model."""
        return self._solution.state.copy()

    @cached_property
    def plain_state(self) -> Array:
        """The state without rows of uses of their own: what other levers of the same model can begin from."""
        cells = self._shock.split_cell
        return self.state if cells is None else without_rows(self._base, self.state, cells)

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
        s = self._solution
        return np.asarray(self._base.sales * sales_hat(self._base, self._shock, s.problem, s.work))

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
        return np.asarray(self._base.income.sum(1) + self._base.deficit + self._base.revenue)

    @cached_property
    def _real_income(self) -> Array:
        self.require_welfare()
        return np.asarray(self._solution.work.total_income / self._base_income * np.exp(-self._log_index))

    def require_welfare(self) -> None:
        """Refuse figures of welfare after a change of structure.

        Raises
        ------
        OptionError
            After ``inputs_hat``: the same output from other inputs says nothing of who is better off.
        """
        if self._shock.inputs is not None:
            raise OptionError(
                "inputs_hat changes the structure of industry; it is reported as such, without a figure of welfare "
                "(real income, real wages, equivalent variation)"
            )

    # Plain arrays, in the order of the labels.

    @cached_property
    def real_income_hat_array(self) -> Array:
        """Real income, new / old (region,)."""
        return self.in_label_order(self._real_income)

    @property
    def base_income_array(self) -> Array:
        """Income of the base: factors, tariff revenue and deficit (region,) [money]; 0 where cost is fixed."""
        return self.in_label_order(self._base_income, 0.0)

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
        old = self._base.output
        new = self._solution.work.output[:, :n].T / self._cost[:, :n].T
        return self.in_label_order(np.divide(new, old, out=np.ones_like(old), where=old > 0))

    @cached_property
    def real_flow_hat_array(self) -> Array:
        """Quantity traded, new / old (importer, exporter, sector); 1 where the base has none."""
        return self.real_flow_hats(np.arange(self._base.theta.size))

    def real_flow_hats(self, sectors: NDArray[np.int64]) -> Array:
        """Quantity traded of some sectors, new / old (importer, exporter, sector); 1 where the base has none."""
        base, n = self._base, self._base.modelled
        p, w = self._solution.problem, self._solution.work
        if not (base.taxed or p.taxed or self._layout.rows or w.phi.min() <= 0.0):
            return flow_hats(
                sectors, base.labels.order, base.share, base.expenditure, base.sales, sales_factor(base, self._shock),
                p, w,
            )  # fmt: skip
        cost = self._cost[sectors][:, None]

        def hat(new: Array, old: Array, cost: Array) -> Array:
            return np.divide(new / cost, old, out=np.ones_like(old), where=old > 0)

        bought = hat(self._bought[sectors], base_trade(base, sectors), cost)
        return self.flows(bought, hat(self.sales[sectors], base.sales[sectors], cost[:, :, :n]), np.ones(()))

    @cached_property
    def income_array(self) -> Array:
        """Factor income, tariff revenue, deficit and transfer (region,) [money]; NaN where cost is fixed."""
        return self.in_label_order(np.array(self._solution.work.total_income), np.nan)

    @cached_property
    def equivalent_variation_array(self) -> Array:
        """Base income times the relative change of real income (region,) [money of the base]."""
        return self.in_label_order(self._base_income * (self._real_income - 1), 0.0)

    @cached_property
    def factor_hat_array(self) -> Array:
        """Amount of each factor at work in a region, new / old (region, factor)."""
        s, base = self._solution, self._base
        w, p = s.work, s.problem
        log_wage = self._layout.split(s.state)[0]
        old = np.where(base.income > 0, base.income, 1.0)
        hat = w.factor_income / np.exp(log_wage) / old
        pooled = np.isinf(p.mobility)[:, None] & (p.group >= 0)
        hat = np.where(pooled.T, w.earned / np.exp(log_wage) / old, hat)
        return self.in_label_order(np.where(base.income > 0, hat, 1.0))

    @cached_property
    def net_factor_income_array(self) -> Array:
        """What owners of a region earn beyond what is paid there (region,) [money]; 0 unless a factor is pooled."""
        w = self._solution.work
        if not np.isinf(self._solution.problem.mobility).any():
            return self.in_label_order(np.zeros(self._base.modelled), 0.0)
        return self.in_label_order((w.factor_income - w.earned).sum(1), 0.0)

    @cached_property
    def emissions_hat_array(self) -> Array:
        """Emission, new / old (region, sector): real output times what one unit of it emits."""
        own = self._shock.log_emission
        if own is None:
            return self.real_output_hat_array
        return self.real_output_hat_array * self.in_label_order(np.exp(own))


def _careful_row(weights: Array, net: Array, log_power: Array) -> Array:
    """Net-of-tariff shares of one row in logarithms, so that no price sum underflows."""
    out = np.zeros_like(weights)
    here = weights > 0
    if here.any():
        logs = np.log(weights[here]) + log_power[here]
        x = np.exp(logs - logs.max())
        out[here] = x / x.sum() * net[here] / weights[here]
    return out
