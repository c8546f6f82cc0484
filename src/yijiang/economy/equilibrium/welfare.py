"""The first-order split of a change of real income, with the remainder that makes it add up."""

from __future__ import annotations

import numpy as np

from .levers import Shock, base_trade, split_spending
from .problem import Array
from .structure import Base

#: Columns of the split, in this order; they add up to ``real_income_hat − 1``.
TERMS = ("terms_of_trade", "volume_of_trade", "technology", "trade_cost", "endowment", "balance", "remainder")


def first_order(
    base: Base,
    shock: Shock,
    trade: Array,
    cost_hat: Array,
    balance: Array,
    real_income_hat: Array,
    moved: Array,
) -> Array:
    r"""Split the exact change of real income into first-order terms and what they leave.

    .. math::
        I_n \, d\ln(I_n/P_n) \approx \sum_j (Y_{nj}\, d c_{nj} - \sum_i M_{nij}\, d c_{ij})
            + \sum_{ij} \tau_{nij} (M'_{nij} - M_{nij} \hat c_{ij} \hat\kappa_{nij})
            + \sum_j Y_{nj} \ln \hat T_{nj} - \sum_{ij} M_{nij} \ln \hat\kappa_{nij}
            + \sum_f w_{nf} \ln \hat L_{nf} + dD_n

    Flows, tariffs and incomes are those of the base, as in Caliendo and Parro (2015), whose welfare figure is
    the sum of the first two terms.

    Parameters
    ----------
    base, shock
        The base and the levers.
    trade : (sector, importer, exporter)
        New purchases net of tariff [money].
    cost_hat : (sector, exporter)
        Unit cost, new / old.
    balance : (region,)
        New deficit and transfer [money].
    real_income_hat : (region,)
        Exact new / old real income.
    moved : (region, factor)
        Amount of each factor after it moved, over that before; counts as endowment.

    Returns
    -------
    array (region, 7)
        One column per entry of `TERMS`, as a share of base income.

    Source: Caliendo and Parro (2015), Review of Economic Studies 82(1), equation 16; technology and trade-cost
    terms by the envelope theorem (Hulten 1978).
    """
    old = base_trade(base)
    output = base.output
    n = base.modelled
    income = base.income.sum(1) + base.deficit + base.revenue
    change = cost_hat - 1
    terms = np.zeros((n, len(TERMS)))
    terms[:, 0] = (output * change[:, :n].T).sum(1) - (old * change[:, None, :]).sum((0, 2))
    logs = np.zeros_like(old) if shock.log_kappa is None else shock.log_kappa
    burden = old * logs
    at_new_prices = old * np.exp(logs) * cost_hat[:, None, :]
    if shock.split_cell is not None and shock.split_log_kappa is not None and len(shock.split_cell):
        region, good = shock.split_cell[:, 0], shock.split_cell[:, 1]
        part = (
            base.share[good, region] / (1 + base.tariff[good, region]) * split_spending(base, shock.split_cell)[:, None]
        )
        np.add.at(burden, (good, region), part * shock.split_log_kappa)
        extra = part * np.exp(logs[good, region]) * np.expm1(shock.split_log_kappa) * cost_hat[good]
        np.add.at(at_new_prices, (good, region), extra)
    terms[:, 1] = (base.tariff * (trade - at_new_prices)).sum((0, 2))
    if shock.log_productivity is not None:
        terms[:, 2] = (output * shock.log_productivity).sum(1)
    terms[:, 3] = -burden.sum((0, 2))
    amount = np.log(moved) if shock.log_endowment is None else np.log(moved) + shock.log_endowment
    terms[:, 4] = (base.income * amount).sum(1)
    terms[:, 5] = balance - base.deficit
    terms /= income[:, None]
    terms[:, 6] = real_income_hat - 1 - terms[:, :6].sum(1)
    return terms
