"""One reach: what decays in it, and the water of one scenario over all steps."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from yijiang.river.formulas import Floats

# Of Gauss and Legendre on 0 … 1; sixteen are exact to the last digit for the smooth integrands here.
NODES, WEIGHTS = (0.5 + 0.5 * np.polynomial.legendre.leggauss(16)[0], 0.5 * np.polynomial.legendre.leggauss(16)[1])


@njit(cache=True)
def decay_factors(x: float, lake: bool) -> tuple[float, float]:
    """Share of the mass at a head, and of a load spread along, that leaves a reach: see `formulas.factors`."""
    if lake:
        return 1.0 / (1.0 + x), 1.0 / (1.0 + x)
    if x == 0.0:
        return 1.0, 1.0
    gone = -math.expm1(-x)
    # Below 1 the complement has all digits, and one exponential does.
    return (1.0 - gone if x < 1.0 else math.exp(-x)), gone / x


@njit(cache=True)
def pair_factors(maker: float, made: float, taken: float, lake: bool) -> tuple[float, float]:
    """What one constituent makes of another on its way: through and share of `oxygen.pair_factors`."""
    if lake:
        mixed = taken / ((1.0 + maker) * (1.0 + made))
        return mixed, mixed
    least, most = min(maker, made), max(maker, made)
    _, of_gap = decay_factors(most - least, False)
    through = math.exp(-least) * of_gap
    if most >= 0.5:
        _, of_least = decay_factors(least, False)
        return taken * through, taken * (of_least - through) / most
    # For small x the difference above loses its digits; the integral it stands for does not.
    share = 0.0
    for k in range(NODES.size):
        _, of_part = decay_factors((most - least) * NODES[k], False)
        share += WEIGHTS[k] * NODES[k] * math.exp(-least * NODES[k]) * of_part
    return taken * through, taken * share


@njit(cache=True, nogil=True, error_model="numpy")
def wave_one(
    a: float, b: float, c: float, dead: float, empty: bool, tributaries: int, series: Floats, one: int, two: int,
    out: int, s: int, kept: float, before: float, lateral: Floats, side: int, weight: float, taken: Floats,
    ends: Floats,
) -> None:  # fmt: skip
    """Route the water of one scenario through one sub-reach, and say what share of the water there leaves each step.

    O_t = a I_t + b I_{t−1} + c O_{t−1} + (1 − c) q_t with a + b + c = 1; the sub-reach holds
    V_t = dead + (b I_t + c O_t)/(1 − c), and p_t = O_t/(V_t + O_t).

    Parameters
    ----------
    a, b, c
        Coefficients of a whole step.
    dead
        Water that stays when all that moves as a wave has left.
    empty
        Whether it starts without water that moves, or in balance with the first step.
    tributaries, series, one, two, out, s
        Number of series that make up the inflow (0, 1, 2), where they are in (place, step, scenario), where the
        outflow goes (which may be the place of a tributary), and the scenario.
    kept, before
        Share of the inflow that is not withdrawn, and the inflow before the first step.
    lateral, side, weight
        Side inflow (series, step, scenario), which series of it, and what multiplies it.
    taken, ends
        Results: p (step, scenario); and (scenario, 4): outflow before the first step, water held before it and after
        the last, Σ O.
    """
    steps = series.shape[1]
    d = 1.0 - c
    through, stays, enters, left = a * kept, (b + c * a) * kept, d * weight, c * d * weight
    into = kept * before
    start = 0.0 if empty else into + weight * lateral[side, 0, s]
    held = 0.0 if empty else b * into + c * start
    hold = 1.0 / d
    ends[s, 0] = start
    ends[s, 1] = dead + hold * held
    total = 0.0
    # The same loop three times: what differs is what arrives. The brackets keep the chain from step to step short.
    if tributaries == 2:
        for t in range(steps):
            arrives = series[one, t, s] + series[two, t, s]
            leaves = held + (through * arrives + enters * lateral[side, t, s])
            held = c * held + (stays * arrives + left * lateral[side, t, s])
            there = dead + hold * held + leaves
            taken[t, s] = leaves / there if there > 0.0 else 1.0
            series[out, t, s] = leaves
            total += leaves
    elif tributaries == 1:
        for t in range(steps):
            arrives = series[one, t, s]
            leaves = held + (through * arrives + enters * lateral[side, t, s])
            held = c * held + (stays * arrives + left * lateral[side, t, s])
            there = dead + hold * held + leaves
            taken[t, s] = leaves / there if there > 0.0 else 1.0
            series[out, t, s] = leaves
            total += leaves
    else:
        for t in range(steps):
            leaves = held + enters * lateral[side, t, s]
            held = c * held + left * lateral[side, t, s]
            there = dead + hold * held + leaves
            taken[t, s] = leaves / there if there > 0.0 else 1.0
            series[out, t, s] = leaves
            total += leaves
    ends[s, 2] = dead + hold * held
    ends[s, 3] = total
