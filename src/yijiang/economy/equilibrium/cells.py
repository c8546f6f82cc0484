"""Sensitivities of single cells of trade, read from what one pull through the map left behind."""

from __future__ import annotations

import numpy as np

from .problem import Array, Problem, Work, compiled
from .rows import row_shares
from .sensitivities import Pull


@compiled
def cell_sensitivities(p: Problem, w: Work, q: Pull, tariff: bool, out: Array) -> None:
    """Of ln κ̂ or, with `tariff`, of ln(1 + τ), for every cell (sector, importer, exporter)."""
    sectors, regions, exporters = p.weights.shape
    share, kept = np.empty(exporters), np.empty(exporters)
    for j in range(sectors):
        for n in range(regions):
            row_shares(w.cost[:, j], w.shift[j], p.theta[j], p.weights[j, n], p.net[j, n], share, kept)
            for i in range(exporters):
                by_net = kept[i] * w.spending[j, n] * (q.output[j, i] - q.income[n])
                out[j, n, i] = -p.theta[j] * (share[i] * q.row[j, n] + by_net) - (by_net if tariff else 0.0)
    for r in range(p.split_scale.size):
        n, j, _ = p.split_cell[r]
        row_shares(w.cost[:, j], w.shift[j], p.theta[j], p.split_weights[r], p.split_net[r], share, kept)
        for i in range(exporters):
            by_net = kept[i] * w.split_spending[r] * (q.output[j, i] - q.income[n])
            out[j, n, i] -= p.theta[j] * (share[i] * q.split_row[r] + by_net) + (by_net if tariff else 0.0)


@compiled
def row_sensitivities(
    p: Problem, w: Work, q: Pull, n: int, i: int, final_price: Array, spend: float, flow: Array, out: Array
) -> None:
    """Of ln κ̂ of every good from exporter `i` to importer `n` by use (sector, use); the last use is final demand.

    `flow` (sector, exporter) is what the figure gains directly per unit of money that the importer spends there.
    """
    sectors, exporters = p.weights.shape[0], p.weights.shape[2]
    share, kept = np.empty(exporters), np.empty(exporters)
    for j in range(sectors):
        for k in range(sectors + 1):
            row, net = p.weights[j, n], p.net[j, n]
            for r in range(p.split_scale.size):
                if p.split_cell[r, 0] == n and p.split_cell[r, 1] == j and p.split_cell[r, 2] == k:
                    row, net = p.split_weights[r], p.split_net[r]
            row_shares(w.cost[:, j], w.shift[j], p.theta[j], row, net, share, kept)
            if k < sectors:
                price, x = p.inputs[n, j, k] * q.cost[n, k], p.inputs[n, j, k] * w.output[k, n]
            else:
                price, x = final_price[j], p.final[n, j] * spend + p.fixed_use[n, j]
            t, whole, direct = 0.0, 0.0, 0.0
            for e in range(exporters):
                t += kept[e] * q.output[j, e]
                whole += kept[e]
                direct += kept[e] * flow[j, e]
            price += p.theta[j] * x * direct
            h = -price / p.theta[j] - x * (t - whole * q.income[n])
            by_net = kept[i] * x * (q.output[j, i] - q.income[n] + flow[j, i])
            out[j, k] = -p.theta[j] * (share[i] * h + by_net)
