r"""Gradients of weighted sums of real flows, :math:`\sum_{nij} g_{nij} \ln q_{nij}` with q the quantity traded.

A quantity is a purchase over the seller's cost, so ``d ln q = d ln X − θ (d ln κ + d ln c) + θ d ln P − d ln c`` for a
row of one use, and a mean of that over the uses where they pay different prices; what a region of fixed cost buys
follows its own elasticity η: ``d ln q = −η (d ln κ + d ln c) − d ln c``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from yijiang.errors import OptionError

from .adjoint import Figures, adjoints
from .gradient import Gradient
from .levers import layout
from .problem import Array, Problem, Work, compiled
from .rows import row_shares
from .sensitivities import no_seed

if TYPE_CHECKING:
    from .result import Counterfactual


class Weights(NamedTuple):
    """The weights of one sum in the solver's order."""

    bought: Array  # (sector, modelled importer, exporter)
    sold: Array  # (sector, fixed importer, exporter)
    per_money: Array  # as `bought`, per money of the flow


@compiled
def _rows(p: Problem, w: Work, per_money: Array, spent: Array, priced: Array, split: Array, split_price: Array) -> None:
    """What the sum gains per unit of spending and per unit of ln P, of every row and every split row."""
    sectors, regions, exporters = p.weights.shape
    share, kept = np.empty(exporters), np.empty(exporters)
    for j in range(sectors):
        for n in range(regions):
            row_shares(w.cost[:, j], w.shift[j], p.theta[j], p.weights[j, n], p.net[j, n], share, kept)
            for i in range(exporters):
                spent[n, j] += per_money[j, n, i] * kept[i]
            priced[n, j] = p.theta[j] * spent[n, j] * w.spending[j, n]
    for r in range(p.split_scale.size):
        n, j, _ = p.split_cell[r]
        row_shares(w.cost[:, j], w.shift[j], p.theta[j], p.split_weights[r], p.split_net[r], share, kept)
        for i in range(exporters):
            split[r] += per_money[j, n, i] * kept[i]
        split_price[r] = p.theta[j] * split[r] * w.split_spending[r]


def _figures(at: Counterfactual, weights: list[Weights]) -> Figures:
    p, w, n = at.solution.problem, at.solution.work, at.base.modelled
    place = layout(p)
    seed, state = no_seed(p, len(weights)), np.zeros((len(weights), place.size))
    for s, own in enumerate(weights):
        _, price, split_price, spent, split = place.split(state[s])
        _rows(p, w, own.per_money, spent, price, split, split_price)
        spent *= p.unit
        split *= p.split_unit
        by_seller = (1 + p.theta[:, None]) * own.bought[:, :, :n].sum(1)
        by_seller += (1 + p.foreign_theta[:, None]) * own.sold.sum(1)
        seed.cost[s] = -by_seller.T
    nothing = np.zeros((len(weights), *p.unit.shape))
    return Figures(state, seed, nothing, nothing)


def flow_gradient(at: Counterfactual, weights: Mapping[str, Array]) -> Gradient:
    """Gradient of weighted sums of ln real flow; see `Counterfactual.flow_gradient`."""
    labels, base = at.labels, at.base
    count, sectors, n = len(labels.region), len(labels.sector), base.modelled
    if not weights:
        raise OptionError("no weights given")
    money = at.trade_array
    given = []
    for name, table in weights.items():
        values = np.asarray(table, dtype=np.float64)
        if values.shape != (count, count, sectors):
            raise OptionError(f"weights {name!r} have shape {values.shape}; they need {(count, count, sectors)}")
        if not np.isfinite(values).all():
            raise OptionError(f"weights {name!r} are not all finite")
        # Nothing of a flow that is not there can move.
        values = np.where(money > 0, values, 0.0)
        unit = np.divide(values, money, out=np.zeros_like(values), where=money > 0)
        inner = np.ix_(labels.order, labels.order)
        by_sector, by_money = (np.moveaxis(x[inner], 2, 0) for x in (values, unit))
        given.append(
            Weights(
                np.ascontiguousarray(by_sector[:, :n]),
                np.ascontiguousarray(by_sector[:, n:, :n]),
                np.ascontiguousarray(by_money[:, :n]),
            )
        )
    found = adjoints(at.solution, lambda part: _figures(at, given[part]), len(given))
    return Gradient(at, "real_flow", list(weights), False, found, given)
