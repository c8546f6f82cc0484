r"""How freight costs answer to trade: what the loop of economy and transport adds to a derivative.

Freight costs depend on tonnes only through the facilities that make cargo wait.  With y the loads that a change of
tonnes puts on them at the shares of the moment, ``y = B d ln q``, the answer of freight costs is ``d ln κ = K R y``:
one direction of tonnes along the users of each facility is settled again by central difference (K), and R turns loads
into those directions.  In the loop ``d ln q`` answers to ``d ln κ`` in turn, so that for a lever l and a figure u

.. math::
    \frac{du}{dl} = u_l + u_\kappa K (I - R Q_\kappa K)^{-1} R Q_l, \qquad Q = B \ln q

with :math:`u_l, u_\kappa, Q_l, Q_\kappa` gradients of the economy alone (implicit function theorem; two fields, of the
figures and of the loads, both by reverse mode).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .economy.equilibrium import Counterfactual, Gradient
    from .freight import Freight, FreightState

Floats = NDArray[np.float64]

#: Relative step of tonnes of the central differences.
STEP = 1e-4
#: Facilities whose users' freight costs move less than this per unit of ln tonnes do not feed back.
LEAST = 1e-9
#: Directions of loads that differ by less than this are one.
ALIKE = 1e-9


@dataclass(frozen=True)
class Feedback:
    """Freight's answer to trade at one state.

    Attributes
    ----------
    facilities
        The facilities that make cargo wait, by season.
    loads : (facility, importer, exporter, sector)
        B: load on each per unit of ln of a flow [Mt a year].
    costs : (facility, importer, exporter, sector)
        K: d ln κ̂ along the users of each.
    turn : (facility, facility)
        R: loads into directions.
    """

    facilities: tuple[tuple[int, str], ...]
    loads: Floats
    costs: Floats
    turn: Floats

    @classmethod
    def of(cls, freight: Freight, state: FreightState, sectors: int) -> Feedback:
        """Measure the answer at a settled state."""
        tonnes = state.tonnes
        use, names = users(freight, state)
        costs = np.empty((len(names), *tonnes.shape[1::-1], sectors))
        for k, part in enumerate(use):
            ends = [freight.settle(state.network, tonnes * (1 + e * part), state) for e in (STEP, -STEP)]
            costs[k] = (freight.log_kappa(ends[0]) - freight.log_kappa(ends[1])) / (2 * STEP)
        felt = np.abs(costs).reshape(len(names), -1).max(axis=1, initial=0.0) > LEAST
        use, costs = use[felt], costs[felt]
        by_flow = use * tonnes
        # Loads that the directions themselves put on the facilities; those used by the same cargo count once.
        own = np.einsum("aodg,bodg->ab", by_flow, use)
        loads = np.zeros((len(use), *tonnes.shape[1::-1], sectors))
        loads[..., [freight.belt.sectors.index(g) for g in freight.goods]] = by_flow.transpose(0, 2, 1, 3)
        kept = tuple(n for n, on in zip(names, felt, strict=True) if on)
        return cls(kept, loads, costs, np.linalg.pinv(own, rcond=ALIKE, hermitian=True))

    def weights(self, at: Counterfactual, kappa: Floats) -> tuple[Floats, Gradient]:
        """What a figure's gradient gains per load of each facility (target, facility), and the gradient of the loads.

        Parameters
        ----------
        at
            The equilibrium of the state.
        kappa : (target, importer, exporter, sector)
            Gradient of the figures with respect to ln κ̂.
        """
        by_load = at.flow_gradient({f"{s} {name}": b for (s, name), b in zip(self.facilities, self.loads, strict=True)})
        answer = self.turn @ np.einsum("fnij,gnij->fg", by_load.kappa_hat.to_numpy(), self.costs)
        along = np.einsum("tnij,gnij->tg", kappa, self.costs)
        return np.linalg.solve((np.eye(len(answer)) - answer).T, along.T).T @ self.turn, by_load


def users(freight: Freight, state: FreightState) -> tuple[Floats, list[tuple[int, str]]]:
    """Share of every flow that uses each facility with a load (facility, region, region, good), and their names."""
    regions, place = freight.belt.regions, {g: k for k, g in enumerate(freight.goods)}
    rows, names = [], []
    for season, a in enumerate(state.seasons):
        for name, kind, load in zip(a.facilities, a.problem.param[:, 0], a.load, strict=False):
            if kind == 0 or load <= 0:
                continue
            share = np.zeros_like(state.tonnes)
            table = a.users([name])
            at = (
                table["origin"].map(regions.index), table["destination"].map(regions.index),
                table["commodity"].map(place),
            )  # fmt: skip
            np.add.at(share, tuple(v.to_numpy(dtype=np.int64) for v in at), table["share"].to_numpy(dtype=float))
            rows.append(share)
            names.append((season, str(name)))
    return (np.stack(rows) if rows else np.zeros((0, *state.tonnes.shape))), names
