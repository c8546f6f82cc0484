"""What a counterfactual says, by name; every table is made when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from yijiang.errors import OptionError

from . import welfare
from .arrays import Arrays
from .levers import Shock, new_base
from .problem import Array
from .structure import Base

if TYPE_CHECKING:
    from .gradient import Gradient
    from .model import TradeModel
    from .solver import Solution


class Counterfactual(Arrays):
    """An equilibrium in changes: ratios new / old (``_hat``) and new values in the money of the base.

    Tables carry the names given to the model.  Regions of fixed cost have all ratios 1 by assumption.
    Attributes with the suffix ``_array`` hold the same figures as plain arrays in the order of the labels and
    cost no time for names.
    """

    def __init__(self, base: Base, shock: Shock, solution: Solution) -> None:
        super().__init__(base, shock, solution)
        self.residual = solution.residual
        """Largest move of any ln w, ln P or X / X₀ in one more map of the solution."""
        self.iterations = solution.iterations
        """Evaluations of the equilibrium map."""
        self.assumed = shock.assumed
        """What the levers assume, in words."""

    def __repr__(self) -> str:
        names = self._base.labels
        size = f"{len(names.region)} regions, {len(names.sector)} sectors, {len(names.factor)} factors"
        return f"<Counterfactual: {size}; residual {self.residual:.1e} after {self.iterations} maps>"

    def _series(self, values: Array, name: str) -> pd.Series[float]:
        return pd.Series(values, index=pd.Index(self._base.labels.region, name="region"), name=name)

    def _frame(self, values: Array, dim: str) -> pd.DataFrame:
        labels = self._base.labels
        columns = pd.Index(labels.names(dim), name=dim)
        return pd.DataFrame(values, index=pd.Index(labels.region, name="region"), columns=columns)

    def _cube(self, values: Array, name: str, dims: Sequence[str]) -> xr.DataArray:
        labels = self._base.labels
        return xr.DataArray(values, {d: list(labels.names(d)) for d in dims}, list(dims), name=name)

    @property
    def real_income_hat(self) -> pd.Series[float]:
        """Exact real income ``(I′/I) / P̂``, new / old, by region."""
        return self._series(self.real_income_hat_array, "real_income_hat")

    @property
    def real_wage_hat(self) -> pd.Series[float]:
        """Factor prices over the price index, new / old, by region; several factors are weighted by base income."""
        self.require_welfare()
        wage = np.exp(self._layout.split(self._solution.state)[0])
        own = self._base.income
        mean = (own * wage).sum(1) / own.sum(1)
        return self._series(self.in_label_order(mean * np.exp(-self._log_index)), "real_wage_hat")

    @property
    def real_factor_price_hat(self) -> pd.DataFrame:
        """Each factor's price over the price index, new / old (region, factor)."""
        self.require_welfare()
        wage = self._layout.split(self._solution.state)[0]
        return self._frame(self.in_label_order(np.exp(wage - self._log_index[:, None])), "factor")

    @property
    def factor_hat(self) -> pd.DataFrame:
        """Amount of each factor at work in a region, new / old (region, factor): endowments and who moved."""
        return self._frame(self.factor_hat_array, "factor")

    @property
    def real_income_per_head_hat(self) -> pd.Series[float]:
        """Real income over the people who now live in a region, new / old; equal to `real_income_hat` if none moved."""
        people = self._solution.problem.people > 0
        heads = np.where(people, self.factor_hat_array[self._base.labels.order[: self._base.modelled]], 1.0).prod(1)
        return self._series(self.real_income_hat_array / self.in_label_order(heads), "real_income_per_head_hat")

    @property
    def net_factor_income(self) -> pd.Series[float]:
        """What owners of a region earn beyond what is paid there, by region [money]; 0 unless capital is mobile."""
        return self._series(self.net_factor_income_array, "net_factor_income")

    @property
    def emissions_hat(self) -> pd.DataFrame:
        """Emission, new / old (region, sector): real output times emission per unit of it."""
        return self._frame(self.emissions_hat_array, "sector")

    @property
    def structure(self) -> pd.DataFrame:
        """Shares of cost that ``inputs_hat`` moved: old and new, by (region, input, using sector)."""
        new, old, labels = self._solution.problem.inputs, self._base.inputs, self._base.labels
        where = np.argwhere(new != old)
        kinds = ("region", "input", "using")
        cells = [tuple(labels.internal(d)[i] for d, i in zip(kinds, cell, strict=True)) for cell in where]
        index = pd.MultiIndex.from_arrays([list(x) for x in zip(*cells, strict=True)] or [[]] * 3, names=list(kinds))
        return pd.DataFrame({"old": old[tuple(where.T)], "new": new[tuple(where.T)]}, index=index)

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
        terms = welfare.first_order(
            self._base, self._shock, self._bought, self._cost, self._balance, self._real_income,
            self._solution.work.moved,
        )  # fmt: skip
        columns = pd.Index(welfare.TERMS, name="term")
        rows = pd.Index(self._base.labels.region, name="region")
        return pd.DataFrame(self.in_label_order(terms, 0.0), index=rows, columns=columns)

    @cached_property
    def spectral_radius(self) -> float:
        """Largest absolute eigenvalue of the equilibrium map's derivative here; computed when asked for."""
        from .solver import spectral_radius

        return spectral_radius(self._solution.problem, self._solution.state, self._solution.work)

    def flow_gradient(self, weights: Mapping[str, Array]) -> Gradient:
        r"""Sensitivity of weighted sums of ln real flow, :math:`\sum g_{nij} \ln q_{nij}`, by reverse mode.

        Parameters
        ----------
        weights
            By name of each sum, g **(importer, exporter, sector)** in the order of the labels.

        Returns
        -------
        Gradient
            As `TradeModel.gradient` gives it, with the names of the sums as its targets.

        Raises
        ------
        OptionError
            For no weights, weights of another shape or not finite.
        SolveError
            If the linear system is not solved; `figures` holds its residual.
        """
        from .flows import flow_gradient

        return flow_gradient(self, weights)

    def as_base(self) -> TradeModel:
        """A model whose base is this equilibrium; money stays in the same numeraire.

        Raises
        ------
        OptionError
            After ``using_kappa_hat``: the base keeps one sourcing share for all uses of a good; with mobile capital.
        """
        from .model import TradeModel

        if np.isinf(self._solution.problem.mobility).any():
            raise OptionError(
                "an equilibrium with mobile capital cannot become a base; what owners earn is not what is paid there"
            )
        if self._layout.rows:
            raise OptionError(
                "an equilibrium with using_kappa_hat cannot become a base; its uses buy from different sources"
            )
        s = self._solution
        return TradeModel(new_base(self._base, self._shock, s.problem, s.state, s.work))
