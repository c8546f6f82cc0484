"""Where a queue and the traffic that shuns it settle: q = f(q) with f falling in q, and jumping where routes tie."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import SolveError

Floats = NDArray[np.float64]

#: Secant steps before the flow is sought by halving; smooth cases take two to six.
SECANT_STEPS = 12
HALVINGS = 60
DIRECTIONS = 20


class Settled(NamedTuple):
    """A flow that causes itself.

    Attributes
    ----------
    flow : (queue,)
        The flow.
    below, above : (queue,)
        Flows a hair to either side, where `flow` lies on a jump; equal to it otherwise.
    slope : (queue,)
        Last estimate of df/dq, a good start for a case alike.
    """

    flow: Floats
    below: Floats
    above: Floats
    slope: Floats


def settle(caused: Callable[[Floats], Floats], start: Floats, slope: Floats, width: Floats) -> Settled:
    """Find the flow that causes itself.

    Secant steps at every queue, q ← q + (f(q) − q) ÷ (1 − f′). Where a route changes all at once, f jumps across q and
    no flow causes itself: then all queues are sought together, as λ × a direction, by halving on λ, for what they draw
    together falls as λ rises; on the jump the traffic is a mixture of both sides, and its direction is taken next,
    until it repeats.

    Parameters
    ----------
    caused
        f: the flow (queue,) that given flows cause.
    start, slope : (queue,)
        Flow to begin with, and an estimate of df/dq (−1 when nothing is known).
    width : (queue,)
        Largest |f(q) − q| accepted.

    Raises
    ------
    SolveError
        If the direction of a jump does not repeat.

    Examples
    --------
    >>> one = np.ones(1)
    >>> settle(lambda q: 12.0 - 2.0 * q, 0 * one, -one, 1e-9 * one).flow.round(6).tolist()
    [4.0]

    Everything takes the queue below 5, nothing above it:

    >>> settle(lambda q: np.where(q < 5.0, 8.0, 1.0), 0 * one, -one, 1e-9 * one).flow.round(6).tolist()
    [5.0]
    """
    flow, got = start, caused(start)
    for _ in range(SECANT_STEPS):
        gap = got - flow
        if np.all(np.abs(gap) <= width):
            return Settled(flow, flow, flow, slope)
        following = np.maximum(0.0, flow + gap / (1.0 - slope))
        next_got = caused(following)
        moved = np.abs(following - flow) > 10 * width
        estimate = (next_got - got) / np.where(moved, following - flow, 1.0)
        slope = np.where(moved, np.clip(estimate, -1e3, 0.0), slope)
        flow, got = following, next_got
    return _together(caused, slope, width)


def _together(caused: Callable[[Floats], Floats], slope: Floats, width: Floats) -> Settled:
    direction = caused(np.zeros_like(width))
    for _ in range(DIRECTIONS):
        low, high = 0.0, 1.0
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            if caused(middle * direction).sum() > middle * direction.sum():
                low = middle
            else:
                high = middle
            if np.all((high - low) * direction <= 0.1 * width):
                break
        flow, below, above = (low + high) / 2 * direction, low * direction, high * direction
        more, less = caused(below), caused(above)
        mixture = less + mixed(flow, more, less) * (more - less)
        miss = np.abs(mixture - flow)
        if np.all(miss <= width):
            return Settled(flow, below, above, slope)
        # The mixture keeps its size: only its direction is news.
        direction = mixture * (direction.sum() / mixture.sum())
    raise SolveError("traffic and queues do not settle", flow=float(miss.max()))


def mixed(flow: Floats, more: Floats, less: Floats) -> float:
    """Share of `more` in the mixture of two flows that comes nearest to a flow; 1 when they are the same.

    Examples
    --------
    >>> mixed(np.array([5.0]), np.array([8.0]), np.array([4.0]))
    0.25
    """
    gap = more - less
    return float(np.clip((flow - less) @ gap / (gap @ gap), 0.0, 1.0)) if np.any(gap) else 1.0
