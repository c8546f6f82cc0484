"""Formulas of one reach and the order of reaches: what needs no compiled code."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SECONDS_PER_DAY = 86_400.0
DAYS_PER_YEAR = 365.0
GRAMS_PER_SECOND = 1e6 / (DAYS_PER_YEAR * SECONDS_PER_DAY)
"""1 t/yr in g/s with a year of 365 days: 1e6 g / 31,536,000 s = 0.0317098 g/s."""


def spread_factor(x: Floats) -> Floats:
    """Share of a load spread evenly along a reach that leaves the reach: g(x) = (1 − e^−x)/x, g(0) = 1.

    Parameters
    ----------
    x
        Decay rate × travel time of the reach [-], at least 0.

    Examples
    --------
    >>> [round(float(v), 6) for v in spread_factor(np.array([0.0, 1e-9, 1.0]))]
    [1.0, 1.0, 0.632121]
    """
    safe = np.where(x == 0.0, 1.0, x)
    factor: Floats = np.where(x == 0.0, 1.0, -np.expm1(-safe) / safe)
    return factor


def storage_factor(x: Floats) -> Floats:
    """Mean over a reach of the mass that an evenly spread load keeps in it: h(x) = (1 − g(x))/x, h(0) = 1/2.

    A load W [t/yr] spread along a reach with travel time τ [yr] holds W·τ·h(kτ) tonnes in the water of the reach.
    Below x = 1 the series Σ (−x)^j/(j+2)! is summed, because 1 − g(x) loses digits there.

    Parameters
    ----------
    x
        Decay rate × travel time of the reach [-], at least 0.

    Examples
    --------
    >>> [round(float(v), 6) for v in storage_factor(np.array([0.0, 1.0, 50.0]))]
    [0.5, 0.367879, 0.0196]
    """
    small = np.minimum(x, 1.0)
    series = np.zeros_like(small)
    # Horner from the last term; 20 terms leave less than 1e-20 at x = 1.
    for term in range(20, -1, -1):
        series = (1.0 - small * series) / (term + 2.0)
    large = np.maximum(x, 1.0)
    factor: Floats = np.where(x < 1.0, series, (large + np.expm1(-large)) / (large * large))
    return factor


def post_order(down: Ints) -> tuple[Ints, Ints]:
    """Order of reaches in which everything upstream of a reach comes right before it.

    Parameters
    ----------
    down
        Number of the reach below (reach), −1 at a mouth, in any order. Neighbours upstream are visited in the order
        of their numbers.

    Returns
    -------
    order : ndarray (visited reach)
        Old numbers in the new order. Reaches on a cycle, or that drain to one, are absent.
    first : ndarray (visited reach)
        New number of the first reach upstream of each.

    Examples
    --------
    >>> order, first = post_order(np.array([2, 2, 3, -1]))
    >>> order.tolist(), first.tolist()
    ([0, 1, 2, 3], [0, 1, 0, 0])
    """
    upstream: list[list[int]] = [[] for _ in range(down.size)]
    stack: list[int] = []
    for i in range(down.size - 1, -1, -1):
        if down[i] < 0:
            stack.append(i)
        else:
            upstream[down[i]].append(i)
    # Depth first from the mouths with the numbers reversed gives the post-order read backwards.
    backwards: list[int] = []
    stack.reverse()
    while stack:
        i = stack.pop()
        backwards.append(i)
        stack.extend(reversed(upstream[i]))
    order = np.array(backwards[::-1], dtype=np.int64)
    position = np.full(down.size, -1, dtype=np.int64)
    position[order] = np.arange(order.size)
    first = np.arange(order.size)
    for i in range(order.size):
        below = down[order[i]]
        if below >= 0:
            first[position[below]] = min(first[position[below]], first[i])
    return order, first
