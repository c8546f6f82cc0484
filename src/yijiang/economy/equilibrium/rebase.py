"""The base of a model: kept where it is an equilibrium, otherwise the equilibrium of its shares and deficits."""

from __future__ import annotations

import numpy as np

from .kernels import step
from .levers import Shock, build, first_state, new_base
from .problem import workspace
from .solver import refine, solve
from .structure import Base

#: The base is solved to this residual, so that no lever means no change.
BASE_TOLERANCE = 1e-13
#: A base whose residual rounding keeps above `BASE_TOLERANCE` is still taken below this one.
BASE_LIMIT = 1e-11


def solved(base: Base) -> Base:
    """The base itself when it is an equilibrium; otherwise the equilibrium of its shares and deficits.

    The base's table of shares is written over.
    """
    for _ in range(3):
        shock = Shock(base.deficit, np.zeros(base.modelled))
        p, z = build(base, shock), first_state(base, shock)
        w, image = workspace(p), np.empty_like(z)
        step(p, z, w, image)
        if not np.abs(image - z).max() > BASE_TOLERANCE:
            break
        if np.abs(image - z).max() > BASE_LIMIT:
            z = solve(base, shock).state
        refine(p, z, BASE_TOLERANCE)
        step(p, z, w, image)
        base = new_base(base, shock, p, z, w, own=True)
    return base
