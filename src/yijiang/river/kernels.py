"""Steady transport on a tree of reaches as kernels: plain float64 arrays in, plain arrays out.

Reaches are numbered in post-order (a reach comes after everything upstream of it, and what is upstream of a reach is
one contiguous block ending at it), so one loop upwards in the number carries mass down the river, and one loop
downwards in the number carries a section's sensitivity up the river. Every sum has one fixed order, so that results
are equal to the last bit in every run.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from yijiang.river.formulas import Floats, Ints


@njit(cache=True)
def sweep(
    down: Ints, kept: Floats, through: Floats, share: Floats, at_head: Floats, spread: Floats, head: Floats, out: Floats
) -> None:
    """Carry every lane of mass down the tree once.

    For reach i with upstream neighbours u: head_i = kept_i Σ_u out_u + at_head_i and
    out_i = head_i e^(−k τ_i) + spread_i g(k τ_i).

    Parameters
    ----------
    down
        Number of the reach below (reach), −1 at a mouth; always greater than the reach's own number.
    kept
        Share of the arriving water that is not withdrawn at the head (reach) [-].
    through, share
        e^(−k τ) and g(k τ) (reach, pollutant) [-].
    at_head, spread
        Loads entering at the head and along the reach (reach, pollutant, source) [t/yr].
    head, out
        Results (reach, pollutant, source) [t/yr]: mass passing the head and the end of every reach. Overwritten.
    """
    count, pollutants, sources = spread.shape
    head[:] = 0.0
    for i in range(count):
        below = down[i]
        for p in range(pollutants):
            pass_on = through[i, p]
            part = share[i, p]
            for s in range(sources):
                mass = kept[i] * head[i, p, s] + at_head[i, p, s]
                head[i, p, s] = mass
                mass = mass * pass_on + spread[i, p, s] * part
                out[i, p, s] = mass
                if below >= 0:
                    head[below, p, s] += mass


@njit(cache=True)
def transfer(
    down: Ints,
    first: Ints,
    kept: Floats,
    through: Floats,
    share: Floats,
    section_reach: Ints,
    section_through: Floats,
    section_share: Floats,
    scale: Floats,
    to_spread: Floats,
    to_head: Floats,
) -> None:
    """Response of every section to every load, by one reverse pass up the river from each section.

    Only the block first[r] … r upstream of a section's reach r is visited; all other entries are left as they are
    (give arrays of zeros).

    Parameters
    ----------
    down, kept
        As in `sweep`.
    first
        Number of the first reach of the block upstream of each reach (reach).
    through, share
        e^(−k τ) and g(k τ) (pollutant, reach) [-].
    section_reach
        Number of the reach a section lies in (section).
    section_through, section_share
        What arrives at the section of mass at its reach's head, and of a load spread along its reach
        (pollutant, section) [-].
    scale
        (mg/L) per (t/yr) at the section (section): 0.0317098 / flow.
    to_spread, to_head
        Results (pollutant, section, reach) [mg/L per t/yr]: response to a load spread along a reach, and to one
        entering at its head.
    """
    pollutants = through.shape[0]
    for p in range(pollutants):
        for j in range(section_reach.size):
            r = section_reach[j]
            to_head[p, j, r] = scale[j] * section_through[p, j]
            to_spread[p, j, r] = scale[j] * section_share[p, j]
            for i in range(r - 1, first[r] - 1, -1):
                at_end = kept[down[i]] * to_head[p, j, down[i]]
                to_spread[p, j, i] = at_end * share[p, i]
                to_head[p, j, i] = at_end * through[p, i]


@njit(cache=True)
def respond(first: Ints, section_reach: Ints, response: Floats, loads: Floats) -> Floats:
    """Concentrations from a response and loads: C[j, p, s] = Σ_i response[p, j, i] · loads[i, p, s].

    Parameters
    ----------
    first, section_reach
        As in `transfer`.
    response
        (pollutant, section, reach) [mg/L per t/yr].
    loads
        (reach, pollutant, source) [t/yr].

    Returns
    -------
    ndarray (section, pollutant, source) [mg/L]
    """
    _, pollutants, sources = loads.shape
    result = np.zeros((section_reach.size, pollutants, sources))
    for j in range(section_reach.size):
        r = section_reach[j]
        for p in range(pollutants):
            for i in range(first[r], r + 1):
                weight = response[p, j, i]
                for s in range(sources):
                    result[j, p, s] += weight * loads[i, p, s]
    return result
