"""The problem an assignment solves, as plain arrays, and where its columns come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np

from yijiang.transport.assignment import kernels
from yijiang.transport.assignment.kernels import Floats, Ints, Shorts


@dataclass(frozen=True, slots=True)
class Problem:
    """Pairs with a demand, their groups of paths, and what the paths run on.

    Attributes
    ----------
    pair_ptr : (pair + 1)
        The groups of pair i are pair_ptr[i] … pair_ptr[i+1] − 1: one, or one per chain of modes.
    pair_class, demand : (pair)
        Class of the pair and what it sends, above 0.
    weight, pce, scale : (class)
        Value of time, load per unit of demand, and μ of the choice between groups (0: no choice).
    nest, nest_scale : (group)
        Number of the nest within its pair, and μ within the nest.
    fixed : (class, link)
        Cost of a link that does not depend on the load; infinite where the class may not go.
    facility : (link)
        Facility of the link.
    param : (facility, 7)
        See `kernels`.
    moving : (link)
        Facility of a link that delays or limits, −1 for the others; worked out by `of`.
    group_pair, group_class : (group)
        Pair and class of every group; worked out by `of`.
    acting, room : (acting)
        Facilities that delay or limit, and their capacities; worked out by `of`.
    """

    pair_ptr: Ints
    pair_class: Ints
    demand: Floats
    weight: Floats
    pce: Floats
    scale: Floats
    nest: Ints
    nest_scale: Floats
    fixed: Floats
    facility: Shorts
    param: Floats
    moving: Shorts
    group_pair: Ints
    group_class: Ints
    acting: Ints
    room: Floats

    @classmethod
    def of(cls, *, facility: Shorts, param: Floats, pair_ptr: Ints, pair_class: Ints, **arrays: Any) -> Self:
        """Make a problem of its arrays, by name."""
        delays = param[:, kernels.KIND] > 0.0
        acts = delays | (param[:, kernels.LIMIT] < np.inf)
        room = np.where(delays, param[:, kernels.CAPACITY], param[:, kernels.LIMIT])[acts]
        moving = np.where(acts[facility], facility, -1).astype(np.int32)
        groups = np.diff(pair_ptr)
        return cls(
            facility=facility, param=param, moving=moving, pair_ptr=pair_ptr, pair_class=pair_class,
            group_pair=np.repeat(np.arange(len(groups)), groups), group_class=np.repeat(pair_class, groups),
            acting=np.flatnonzero(acts), room=room, **arrays,
        )  # fmt: skip

    def link_costs(self, state: Floats) -> Floats:
        """Cost of every link for every class (class, link) in a state of the facilities."""
        delay, price = state[self.facility, kernels.DELAY], state[self.facility, kernels.PRICE]
        cost: Floats = self.fixed + self.weight[:, None] * delay + self.pce[:, None] * price
        return cost


class Source(Protocol):
    """Least costs of the groups at some costs of the links, and the paths that have them."""

    def price(self, cost: Floats) -> Floats:
        """Return the least cost of every group (group,) at some costs (class, link), infinite where no path leads."""

    def columns(self, wanted: Ints) -> tuple[Ints, Shorts]:
        """Return the least paths of some groups, by rising number: ptr (wanted + 1) and links."""
