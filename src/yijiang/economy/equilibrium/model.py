"""The face of the equilibrium: one trade model, asked "what if" with levers by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from yijiang.errors import OptionError

from . import shares
from .structure import Base

if TYPE_CHECKING:
    from .batch import Counterfactuals
    from .checks import Signs, Uniqueness
    from .gradient import Figure, Gradient
    from .lever_names import Levers
    from .result import Counterfactual


class TradeModel:
    r"""One general equilibrium of regions × sectors in changes (Caliendo and Parro 2015, with several factors).

    .. math::
        \hat c_{nj} &= \prod_f \hat w_{nf}^{\beta_{nfj}} \prod_k \hat P_{nk}^{\gamma_{nkj}} / \hat T_{nj} \\
        \hat P_{nj} &= \Big( \sum_i \pi_{nij} (\hat\kappa_{nij} \hat c_{ij})^{-\theta_j} \Big)^{-1/\theta_j} \\
        X_{nj} &= \alpha_{nj} I_n + \sum_k \gamma_{njk} Y_{nk}, \qquad
        Y_{ij} = \sum_n \frac{\pi'_{nij} X_{nj}}{1 + \tau'_{nij}}

    with ``π′ = π (κ̂ ĉ / P̂)^−θ``; the tariff factor ``(1 + τ′)/(1 + τ)`` counts in κ̂, and tariffs make
    revenue.  Each factor is mobile over the sectors of its region.  ``I`` is factor income, tariff revenue and
    the deficit.

    A closed case holds the factor income of all regions constant (the numeraire), so a fixed deficit is a
    fixed share of it. Regions in `fixed` make an open case: they sell at a fixed cost, which is the numeraire,
    and buy ``E (κ̂ ĉ)^−θ``.

    Make one with `from_flows` or `from_shares`.

    Examples
    --------
    Two like regions, each buying 80 % at home; trade costs fall by 10 % both ways.

    >>> home = [[[0.8], [0.2]], [[0.2], [0.8]]]
    >>> m = TradeModel.from_shares(
    ...     home,
    ...     inputs=[[[0.5]], [[0.5]]],
    ...     value_added=[[[0.5]], [[0.5]]],
    ...     final_demand=[[1.0], [1.0]],
    ...     income=[[1.0], [1.0]],
    ...     theta=[5.0],
    ...     labels={"region": ["Hubei", "Jiangsu"]},
    ... )
    >>> c = m.counterfactual(kappa_hat={("Hubei", "Jiangsu", "0"): 0.9, ("Jiangsu", "Hubei", "0"): 0.9})
    >>> c.real_income_hat.round(6).to_dict()
    {'Hubei': 1.053329, 'Jiangsu': 1.053329}
    """

    def __init__(self, base: Base) -> None:
        from .rebase import solved

        self._given = base.income, base.expenditure
        self._base = solved(base)

    @classmethod
    def from_flows(
        cls,
        trade_value: ArrayLike,
        intermediate: ArrayLike,
        final: ArrayLike,
        value_added: ArrayLike,
        theta: ArrayLike,
        tariff: ArrayLike | None = None,
        deficit: ArrayLike | None = None,
        fixed: Sequence[str | int] = (),
        labels: Mapping[str, Sequence[str]] | None = None,
    ) -> TradeModel:
        """Read the base from flows in money.

        All shares (trade, cost, final demand) are those of the data, and so are the deficits.  Where the
        tables do not fit one another (use against supply, costs against sales), the base is the equilibrium of
        these shares and deficits, found by solving; `adjustment` says how far it lies from the data.  Tables
        that do fit are kept as they are.

        Parameters
        ----------
        trade_value : (importer, exporter, sector)
            Value net of tariff [money per year]; the diagonal is domestic sales.
        intermediate : (region, input, using sector)
            Use of each input, including tariffs [money per year].
        final : (region, sector)
            Final use, including tariffs [money per year].  Negative cells (stock withdrawals) are held as a
            fixed nominal use and take no part in the shares of final demand.
        value_added : (region, factor, sector) or (region, sector)
            Payments to factors [money per year].
        theta : (sector,)
            Trade elasticity θ (not 1/θ).
        tariff : (importer, exporter, sector), optional
            Levels, 0.05 = 5 %.
        deficit : (region,), optional
            Imports minus exports [money per year]; taken from `trade_value` without it.
        fixed
            Names or positions of regions of fixed cost (open case).  Their rows of use, final demand and value
            added are not read; their purchases are the rows of `trade_value`.
        labels
            Names: ``{"region": …, "sector": …, "factor": …}``; "0", "1", … without them.

        Raises
        ------
        DataError
            With every finding: shapes, numbers that are not finite, negative flows, use without a seller,
            costs without sales.

        Examples
        --------
        >>> m = TradeModel.from_flows(
        ...     trade_value=[[[80.0], [20.0]], [[20.0], [80.0]]],
        ...     intermediate=[[[50.0]], [[50.0]]],
        ...     final=[[50.0], [50.0]],
        ...     value_added=[[50.0], [50.0]],
        ...     theta=[5.0],
        ... )
        >>> m.counterfactual().real_income_hat.round(12).to_list()
        [1.0, 1.0]
        """
        return cls(
            shares.from_flows(trade_value, intermediate, final, value_added, theta, tariff, deficit, fixed, labels)
        )

    @classmethod
    def from_shares(
        cls,
        shares: ArrayLike,
        inputs: ArrayLike,
        value_added: ArrayLike,
        final_demand: ArrayLike,
        income: ArrayLike,
        theta: ArrayLike,
        deficit: ArrayLike | None = None,
        tariff: ArrayLike | None = None,
        fixed: Sequence[str | int] = (),
        labels: Mapping[str, Sequence[str]] | None = None,
    ) -> TradeModel:
        """Take the base as shares and incomes.

        If the incomes do not follow from the shares and deficits, the base is the equilibrium of these shares
        and deficits, as in `from_flows`.

        Parameters
        ----------
        shares : (importer, exporter, sector)
            Tariff-inclusive shares of spending; they add up to 1 over exporters.
        inputs : (region, input, using sector)
            Shares of cost.
        value_added : (region, factor, sector) or (region, sector)
            Shares of cost; with the inputs they add up to 1.
        final_demand : (region, sector)
            Shares of final demand; they add up to 1.
        income : (region, factor) or (region,)
            Factor income [money per year]; for a region of fixed cost, its spending on the `final_demand` shares.
        theta, tariff, fixed, labels
            As in `from_flows`.
        deficit : (region,), optional
            Imports minus exports [money per year]; 0 without it.

        Raises
        ------
        DataError
            With every finding.
        """
        return cls(
            _from_shares(shares, inputs, value_added, final_demand, income, theta, deficit, tariff, fixed, labels)
        )

    def __repr__(self) -> str:
        names = self._base.labels
        kind = "closed" if self._base.closed else "open"
        size = f"{len(names.region)} regions, {len(names.sector)} sectors, {len(names.factor)} factors"
        return f"<TradeModel ({kind}): {size}>"

    @property
    def base(self) -> Base:
        """Shares and levels of the base, in the solver's layout."""
        return self._base

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions."""
        return self._base.labels.region

    @property
    def sectors(self) -> tuple[str, ...]:
        """Names of the sectors."""
        return self._base.labels.sector

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the factors."""
        return self._base.labels.factor

    @property
    def notes(self) -> tuple[str, ...]:
        """What was accepted in the data although it is unusual, such as a small negative input."""
        return self._base.notes

    @property
    def adjustment(self) -> pd.DataFrame:
        """How far the base lies from the data, by modelled region: base / data of income and spending, and the
        largest cell.

        `largest_cell` is the largest change of spending on one good, as a share of the region's spending.
        """
        (income, expenditure), new = self._given, self._base
        spent = expenditure.sum(1)
        names = pd.Index(new.labels.internal("region")[: new.modelled], name="region")
        return pd.DataFrame(
            {
                "income": new.income.sum(1) / income.sum(1),
                "expenditure": new.expenditure.sum(1) / spent,
                "largest_cell": np.abs(new.expenditure - expenditure).max(1) / spent,
            },
            index=names,
        )

    @property
    def deficit(self) -> pd.Series[float]:
        """Deficits of the modelled regions in the base [money]."""
        names = pd.Index(self._base.labels.internal("region")[: self._base.modelled], name="region")
        return pd.Series(self._base.deficit.copy(), index=names, name="deficit")

    def counterfactual(self, *, tol: float = 1e-10, start: Any = None, **levers: Unpack[Levers]) -> Counterfactual:
        """Solve for the equilibrium under these levers.

        A lever is a number, a numpy array (broadcast by position), a pandas or xarray object, or a mapping
        from names to numbers; the last three are aligned by name and leave what they do not mention unchanged.

        Parameters
        ----------
        **levers
            See `Levers`: ``kappa_hat``, ``tariff``, ``productivity_hat``, ``endowment_hat``, ``deficit``,
            ``using_kappa_hat``, ``transfer``, ``final_scale``, ``inputs_hat``, ``emission_hat``, ``attraction_hat``,
            and the closing rules ``deficit_rule``, ``mobility``, ``foreign_elasticity``.
        tol
            Largest move of any ln w, ln P or X / X₀ in one map.
        start
            A `Counterfactual` of this model, or its `state`, to begin from.

        Raises
        ------
        OptionError
            For an unknown name, a wrong shape, a ratio that is not positive, balances that do not add up.
        SolveError
            If no method converges; the figures say how far it came.
        """
        from . import reading
        from .result import Counterfactual
        from .solver import solve

        _positive(tol)
        reading.known(levers)
        shock = reading.shock(self._base, **levers)
        return Counterfactual(self._base, shock, solve(self._base, shock, tol, reading.start(self._base, shock, start)))

    def counterfactuals(
        self,
        scenarios: Sequence[Levers] | Mapping[str, Levers],
        *,
        tol: float = 1e-10,
        start: Any = None,
        **common: Unpack[Levers],
    ) -> Counterfactuals:
        """Solve several scenarios; those that share trade costs, tariffs and rules are solved side by side.

        Scenarios share them when they are given the same objects for ``kappa_hat``, ``tariff``,
        ``using_kappa_hat``, ``inputs_hat``, ``foreign_elasticity``, ``mobility`` and ``deficit_rule``, or none.

        Parameters
        ----------
        scenarios
            Levers of each scenario, as a sequence or by name.
        tol, start
            As in `counterfactual`.
        **common
            Levers of every scenario; a scenario's own come first.

        Returns
        -------
        Counterfactuals
            A sequence in the given order, with ``.real_income_hat`` and ``.equivalent_variation`` (scenario, region).

        Raises
        ------
        OptionError, SolveError
            As `counterfactual`.
        """
        from .batch import solve_scenarios

        _positive(tol)
        return solve_scenarios(self._base, scenarios, common, tol, start)

    def signs(self, *, multiples: Sequence[float] = (0.5, 2.0), **levers: Unpack[Levers]) -> Signs:
        """Run the levers under every closing rule and say whose effect changes its sign.

        The rules: balances fixed in the numeraire or in proportion to income; in an open case also what abroad buys
        with θ times each of `multiples`.  ``.not_identified`` names the regions; levers and errors as in
        `counterfactual`.
        """
        from .checks import signs

        return signs(self, multiples, levers)

    def uniqueness(
        self, *, starts: int = 5, spread: float = 0.5, seed: int = 0, tol: float = 1e-10, **levers: Unpack[Levers]
    ) -> Uniqueness:
        """Look for a second equilibrium: eigenvalues of the map here, and solves from other starts.

        No theorem covers input links, several elasticities and moving people at once, so this tests one case.

        `starts` random ones have ln w, ln P and ln X with a standard deviation of `spread`; levers and errors as in
        `counterfactual`.  ``.largest_real`` below 1 means no other equilibrium nearby; ``.starts`` is a table.
        """
        from .checks import uniqueness

        return uniqueness(self, starts, spread, seed, tol, levers)

    def gradient(
        self,
        of: Figure = "real_income",
        region: str | Sequence[str] | None = None,
        sector: str | None = None,
        at: Counterfactual | None = None,
    ) -> Gradient:
        r"""Sensitivity of one figure to every lever at once, by reverse mode.

        .. math::
            z = F(z, x), \quad \frac{dg}{dx} = g_x + F_x^\top \lambda, \quad \lambda = F_z^\top \lambda + g_z

        The linear system takes the time of about one solve for each region, however many levers there are.

        Parameters
        ----------
        of
            ``"real_income"`` (exact, I / P), ``"output"`` [money], ``"real_output"`` or ``"price"`` (purchasers'
            price of the part of demand whose uses are not split).
        region
            One region, several, or every modelled one (None).
        sector
            The good, where the figure has one.
        at
            The equilibrium where the gradient is taken; the base without it.

        Returns
        -------
        Gradient
            ``.productivity_hat .kappa_hat .endowment_hat .tariff .deficit .transfer .final_scale .emission_hat
            .attraction_hat .using_kappa_hat(importer, exporter)``, each labelled, and ``.residual``.

        Raises
        ------
        OptionError
            For an unknown name, a region of fixed cost, a missing sector, an equilibrium of another model.
        SolveError
            If the linear system is not solved; `figures` holds its residual.

        Examples
        --------
        >>> m = TradeModel.from_flows(
        ...     trade_value=[[[80.0], [20.0]], [[20.0], [80.0]]],
        ...     intermediate=[[[50.0]], [[50.0]]],
        ...     final=[[50.0], [50.0]],
        ...     value_added=[[50.0], [50.0]],
        ...     theta=[5.0],
        ...     labels={"region": ["Hubei", "Jiangsu"], "sector": ["Steel"]},
        ... )
        >>> g = m.gradient(region="Hubei")
        >>> float(g.productivity_hat.sum().round(9))  # everyone's technology: 1 / share of value added
        2.0
        """
        from .gradient import gradient

        if at is not None and at.base is not self._base:
            raise OptionError("at is an equilibrium of another model; take the gradient of that one")
        return gradient(self.counterfactual() if at is None else at, of, region, sector)


def _positive(tol: float) -> None:
    if not tol > 0:
        raise OptionError(f"tol is {tol}; use a positive number such as 1e-10")


# Inside the class, `shares` is also the name of an argument.
_from_shares = shares.from_shares
