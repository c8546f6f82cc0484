"""The solver's own measure of how far a division of demand is from the logit; `gap` measures results by other code."""

from __future__ import annotations

import numpy as np
from numba import njit

from yijiang.transport.assignment.kernels import Floats, Ints


@njit(cache=True)
def division_excess(
    pair_ptr: Ints, pair_class: Ints, scale: Floats, nest: Ints, nest_scale: Floats, least: Floats, part: Floats,
    demand: Floats, out: Floats,
) -> None:  # fmt: skip
    """Add to every pair what its division costs above the logit, entropy included: 0 only where it is the logit.

    Σ_j q_j·(c_j − S + ln(Q_n/q)/μ + ln(q_j/Q_n)/μ_n),  S the composite cost of the pair, Q_n the demand of a nest

    Parameters
    ----------
    least, part : (group)
        Least cost, infinite where there is none, and the part of the demand that takes the group.
    out : (pair)
        Read and written.
    """
    most = 1
    for i in range(len(demand)):
        for g in range(pair_ptr[i], pair_ptr[i + 1]):
            most = max(most, nest[g] + 1)
    low, odds, held, inner = np.empty(most), np.empty(most), np.empty(most), np.empty(most)
    for i in range(len(demand)):
        mu = scale[pair_class[i]]
        if mu <= 0.0:
            continue
        low[:] = np.inf
        odds[:] = 0.0
        held[:] = 0.0
        for g in range(pair_ptr[i], pair_ptr[i + 1]):
            low[nest[g]] = min(low[nest[g]], least[g])
        for g in range(pair_ptr[i], pair_ptr[i + 1]):
            n = nest[g]
            held[n] += part[g]
            inner[n] = nest_scale[g]
            if least[g] < np.inf:
                # Most nests hold one group, which is the least of them: no exponential is needed to know its odds.
                odds[n] += 1.0 if least[g] == low[n] else np.exp(-inner[n] * (least[g] - low[n]))
        lowest, sums = np.inf, 0.0
        for n in range(most):
            if odds[n] > 0.0:
                if odds[n] != 1.0:
                    low[n] -= np.log(odds[n]) / inner[n]
                lowest = min(lowest, low[n])
        for n in range(most):
            if odds[n] > 0.0:
                sums += np.exp(-mu * (low[n] - lowest))
        composite = lowest - np.log(sums) / mu
        off = 0.0
        for g in range(pair_ptr[i], pair_ptr[i + 1]):
            n = nest[g]
            if part[g] > 0.0 and least[g] < np.inf:
                spread = np.log(held[n] / demand[i]) / mu
                if part[g] != held[n]:
                    spread += np.log(part[g] / held[n]) / inner[n]
                off += part[g] * (least[g] - composite + spread)
        out[i] += max(off, 0.0)


@njit(cache=True)
def working_excess(
    pair_ptr: Ints, pair_class: Ints, scale: Floats, nest: Ints, nest_scale: Floats, least: Floats, part: Floats,
    demand: Floats, spent: Floats, out: Floats,
) -> tuple[float, float]:  # fmt: skip
    """Write Σ flow·(cost − least) + excess of the choice of every pair; returns its sum and Σ flow·cost.

    Parameters
    ----------
    spent : (group)
        Σ flow·cost.
    out : (pair)
        Written.
    """
    total = 0.0
    for i in range(len(demand)):
        above = 0.0
        for g in range(pair_ptr[i], pair_ptr[i + 1]):
            total += spent[g]
            above += spent[g] - (part[g] * least[g] if least[g] < np.inf else 0.0)
        out[i] = above
    division_excess(pair_ptr, pair_class, scale, nest, nest_scale, least, part, demand, out)
    return out.sum(), total
