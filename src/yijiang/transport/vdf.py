"""Volume-delay functions: how long a road, a lock or a terminal takes under a load, as cost, slope and integral.

Written apart from the kernels of the assignment, so that the gap of a solution is measured by other code than found it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import hyp2f1

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

QUEUE_LIMIT = 0.95
"""Utilisation up to which the queue formulas hold; beyond it the wait follows their tangent."""

FREE, BPR, LOCK, TERMINAL = 0, 1, 2, 3
"""Kinds of delay: none, the power function of the Bureau of Public Roads, the queues at a lock and at a terminal."""

KINDS = {"": FREE, "bpr": BPR, "lock": LOCK, "terminal": TERMINAL}
"""Name of every kind in the tables."""


def delay(kind: Ints, scale: Floats, capacity: Floats, power: Floats, load: Floats) -> Floats:
    """Delay beyond the free time under a load.

    With ρ = load/capacity, the scale A and the power p:

        bpr       A·ρ^p                                       any p ≥ 0; A = free time × alpha, p = beta
        lock      A·ρ / (2·(1 − ρ))                           M/D/1; A = service time
        terminal  A·ρ^(√(2(p+1)) − 1) / (p·(1 − ρ))           M/M/p; A = service time, p = berths or cranes

    Both queues follow their tangent above ρ = 0.95, so that the delay and its slope are continuous and finite.

    Parameters
    ----------
    kind, scale, capacity, power, load : (facility)
        FREE, BPR, LOCK or TERMINAL; A [h or the time unit of the table]; capacity and load in the same unit.

    Sources: Bureau of Public Roads (1964), Traffic Assignment Manual; Pollaczek (1930) and Khinchine (1932);
    Sakasegawa (1977), Annals of the Institute of Statistical Mathematics 29.

    Examples
    --------
    >>> one = np.ones(3)
    >>> delay(np.array([1, 2, 3]), 2.0 * one, 10.0 * one, np.array([4.0, 0.0, 1.0]), 5.0 * one).tolist()
    [0.125, 1.0, 2.0]
    """
    rho = load / capacity
    out = np.zeros_like(rho)
    road = kind == BPR
    out[road] = scale[road] * rho[road] ** power[road]
    for name in (LOCK, TERMINAL):
        at = kind == name
        lead, exponent = _queue(name, scale[at], power[at])
        up_to = np.minimum(rho[at], QUEUE_LIMIT)
        out[at] = lead * up_to**exponent / (1.0 - up_to) + _tangent(lead, exponent) * (rho[at] - up_to)
    return out


def integral(kind: Ints, scale: Floats, capacity: Floats, power: Floats, load: Floats) -> Floats:
    """Integral of `delay` from 0 to the load, the facility's part of Beckmann's objective.

    Parameters
    ----------
    kind, scale, capacity, power, load : (facility)
        As in `delay`.

    Source: Beckmann, McGuire and Winsten (1956), Studies in the Economics of Transportation.

    Examples
    --------
    >>> one = np.ones(1)
    >>> integral(np.array([1]), 2.0 * one, 10.0 * one, 4.0 * one, 5.0 * one).tolist()
    [0.125]
    """
    rho = load / capacity
    out = np.zeros_like(rho)
    road = kind == BPR
    out[road] = scale[road] * load[road] * rho[road] ** power[road] / (power[road] + 1.0)
    for name in (LOCK, TERMINAL):
        at = kind == name
        lead, exponent = _queue(name, scale[at], power[at])
        up_to = np.minimum(rho[at], QUEUE_LIMIT)
        # ∫ ρ^a/(1 − ρ) dρ = ρ^(a+1)/(a+1) · ₂F₁(1, a+1; a+2; ρ)
        area = up_to ** (exponent + 1.0) / (exponent + 1.0) * hyp2f1(1.0, exponent + 1.0, exponent + 2.0, up_to)
        over = rho[at] - up_to
        at_limit = QUEUE_LIMIT**exponent / (1.0 - QUEUE_LIMIT)
        out[at] = capacity[at] * (lead * (area + at_limit * over) + 0.5 * _tangent(lead, exponent) * over**2)
    return out


def _queue(name: int, scale: Floats, power: Floats) -> tuple[Floats, Floats]:
    """Lead and exponent of lead·ρ^exponent / (1 − ρ)."""
    if name == LOCK:
        return 0.5 * scale, np.ones_like(scale)
    return scale / power, np.sqrt(2.0 * (power + 1.0)) - 1.0


def _tangent(lead: Floats, exponent: Floats) -> Floats:
    top: Floats = QUEUE_LIMIT ** (exponent - 1.0) * (
        exponent / (1 - QUEUE_LIMIT) + QUEUE_LIMIT / (1 - QUEUE_LIMIT) ** 2
    )
    return lead * top
