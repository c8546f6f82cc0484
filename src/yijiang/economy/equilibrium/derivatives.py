"""The map's directional derivative (forward) and its transpose (reverse), written by hand."""

from __future__ import annotations

import numpy as np

from .problem import TINY, Array, Problem, Work, compiled


@compiled
def forward(p: Problem, w: Work, d: Array, out: Array) -> None:
    """Push a move `d` of the state through the map at the point that `w` was evaluated at: ``out = F′(z) d``."""
    regions, factors, sectors = p.value_added.shape
    exporters, rows = p.weights.shape[2], p.split_scale.size
    at_price = regions * factors
    at_split = at_price + regions * sectors
    at_x = at_split + rows
    at_split_x = at_x + regions * sectors
    cost = np.zeros((regions, sectors))
    for n in range(regions):
        c = cost[n]
        for f in range(factors):
            for j in range(sectors):
                c[j] += p.value_added[n, f, j] * d[n * factors + f]
        for k in range(sectors):
            x = d[at_price + n * sectors + k]
            for j in range(sectors):
                c[j] += p.inputs[n, k, j] * x
    for r in range(rows):
        n, j, k = p.split_cell[r]
        if k < sectors:
            cost[n, k] += p.inputs[n, j, k] * (d[at_split + r] - d[at_price + n * sectors + j])
    income = np.zeros(regions)
    output = np.zeros((regions, sectors))
    bent = np.zeros(exporters)
    y = np.empty(exporters)
    for j in range(sectors):
        u, th = w.power[j], p.theta[j]
        for i in range(regions):
            bent[i] = u[i] * cost[i, j]
        y[:] = 0.0
        for n in range(regions + rows):
            r = n - regions
            if r >= 0 and p.split_cell[r, 1] != j:
                continue
            if r < 0:
                row, net, phi, x, kept = p.weights[j, n], p.net[j, n], w.phi[j, n], w.spending[j, n], w.kept[j, n]
                dx, at, who = p.unit[n, j] * d[at_x + n * sectors + j], at_price + n * sectors + j, n
            else:
                row, net, phi, x, kept = (
                    p.split_weights[r],
                    p.split_net[r],
                    w.split_phi[r],
                    w.split_spending[r],
                    w.split_kept[r],
                )
                dx, at, who = p.split_unit[r] * d[at_split_x + r], at_split + r, p.split_cell[r, 0]
            out[at] = 0.0
            if phi <= TINY:
                continue
            a = 0.0
            b = 0.0
            for i in range(regions):
                a += row[i] * bent[i]
                b += net[i] * bent[i]
            a /= phi
            out[at] = a
            income[who] += (1.0 - kept) * dx + th * (b / phi - kept * a) * x
            v = (dx + th * x * a) / phi
            for i in range(regions):
                y[i] += net[i] * v
        for i in range(regions):
            output[i, j] = y[i] * u[i] - th * w.output[j, i] * cost[i, j]
    total = 0.0
    shared = 0.0
    dtotal = 0.0
    dshared = 0.0
    for n in range(regions):
        for f in range(factors):
            m = w.factor_income[n, f]
            dm = m * d[n * factors + f]
            total += m
            shared += p.deficit_share[n] * m
            dtotal += dm
            dshared += p.deficit_share[n] * dm
            income[n] += dm
    drift = 0.0
    weight = 0.0
    for n in range(regions):
        own = 0.0
        down = 0.0
        for f in range(factors):
            own += w.factor_income[n, f]
            down += w.factor_income[n, f] * d[n * factors + f]
        if p.by_income:
            income[n] += p.deficit_share[n] * down - dshared * own / total
            income[n] -= (shared - p.deficit_sum) * (down / total - own * dtotal / total**2)
        for k in range(sectors):
            s = p.final[n, k] * income[n]
            for j in range(sectors):
                s += p.inputs[n, k, j] * output[n, j]
            out[at_x + n * sectors + k] = s / p.unit[n, k]
        for f in range(factors):
            x = d[n * factors + f]
            if p.income[n, f] > 0.0:
                s = 0.0
                for j in range(sectors):
                    s += p.value_added[n, f, j] * output[n, j]
                x += p.damping * (s / w.earned[n, f] - x)
                g = p.income[n, f] * np.exp(p.damping * np.log(w.earned[n, f] / w.factor_income[n, f]))
                g *= w.factor_income[n, f] / p.income[n, f]
                drift += g * x
                weight += g
            out[n * factors + f] = x
    if p.closed:
        for n in range(regions):
            for f in range(factors):
                if p.income[n, f] > 0.0:
                    out[n * factors + f] -= drift / weight
    for r in range(rows):
        n, j, k = p.split_cell[r]
        x = p.inputs[n, j, k] * output[n, k] if k < sectors else p.final[n, j] * income[n]
        out[at_x + n * sectors + j] -= x / p.unit[n, j]
        out[at_split_x + r] = x / p.split_unit[r]
