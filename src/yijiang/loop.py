"""The loop of economy and freight: trade costs → trade → tonnes → waits → trade costs, until they agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .errors import SolveError
from .numerics.acceleration import Anderson

if TYPE_CHECKING:
    from .base import Base
    from .economy.equilibrium import Counterfactual
    from .economy.equilibrium.lever_names import Levers
    from .freight import FreightState
    from .transport.freightnetwork import FreightNetwork

Floats = NDArray[np.float64]

#: Largest move of any ln κ̂ at which the loop economy ⇄ transport stops.
LOOP_TOLERANCE = 1e-6
LOOP_STEPS = 60


class Met(NamedTuple):
    """Economy and freight that agree.

    Attributes
    ----------
    solution, freight
        The equilibrium, and freight at rest under its trade.
    kappa : (importer, exporter, sector)
        κ̂ that the equilibrium was solved with.
    residual, steps
        Last move of any ln κ̂, and the rounds it took.
    answer : (importer, exporter, sector)
        What trade does to ln κ̂ of freight on this network.
    secants
        How freight answered on the way.
    """

    solution: Counterfactual
    freight: FreightState | None
    kappa: Floats
    residual: float
    steps: int
    answer: Floats
    secants: Anderson


class Loop:
    """Solves the loop on one base; each time from what the base already solved, or from near what is sought.

    Parameters
    ----------
    base
        The solved base.
    tolerance
        Largest move of any ln κ̂ at which it stops.
    """

    def __init__(self, base: Base, tolerance: float) -> None:
        self.base, self.tolerance = base, tolerance
        #: Positions of the sectors that are moved as goods.
        self.goods = base.readings.goods

    def meet(
        self,
        eased: Floats,
        levers: Levers,
        network: Mapping[str, Mapping[str, Mapping[str, float]]],
        near: Sequence[tuple[float, Met]] = (),
    ) -> Met:
        """Find where economy and freight agree.

        Parameters
        ----------
        eased : (importer, exporter, sector)
            κ̂ of trade apart from freight.
        levers
            All other levers of the economy.
        network
            Changes of the freight network.
        near
            As in `Evaluator.run`.

        Raises
        ------
        SolveError
            If the loop does not settle; the figures hold its residual.
        """
        try:
            return self._meet(eased, levers, network, near)
        except SolveError:
            if not near:
                raise
            # What was near in figures need not be near in the waits: a cold start decides.
            return self._meet(eased, levers, network, ())

    def _meet(
        self,
        eased: Floats,
        levers: Levers,
        network: Mapping[str, Mapping[str, Mapping[str, float]]],
        near: Sequence[tuple[float, Met]],
    ) -> Met:
        base, freight, steps = self.base, self.base.freight, 0
        start = self._start(near)
        if freight is None:
            solution = base.model.counterfactual(start=start, **_with(levers, eased))
            return Met(solution, None, eased, 0.0, 1, np.zeros_like(eased), Anderson())
        net = freight.network(network)
        state, first, guess = freight.base_state, np.zeros_like(eased), np.zeros_like(eased)
        accelerate = Anderson(like=self._secants(net, near))
        if net is not freight.base_network:
            state = freight.settle(net, freight.base_tonnes)
            first = freight.log_kappa(state)
            guess = sum((w * met.answer for w, met in near if w), first)
            state = next((m.freight for _, m in near if m.freight is not None and m.freight.network is net), state)
        while True:
            steps += 1
            kappa = eased * np.exp(guess)
            solution = base.model.counterfactual(start=start, **_with(levers, kappa))
            tonnes = freight.base_tonnes * solution.real_flow_hats(self.goods).transpose(1, 0, 2)
            state = freight.settle(net, tonnes, state, 0.1 * self.tolerance)
            following = freight.log_kappa(state)
            move = float(np.abs(following - guess).max())
            if move <= self.tolerance:
                accelerate.note(guess, following)
                return Met(solution, state, kappa, move, steps, following - first, accelerate)
            if steps >= LOOP_STEPS:
                raise SolveError("the loop of economy and transport does not settle", ln_kappa_move=move)
            guess, start = accelerate(guess, following), solution

    def _secants(self, net: FreightNetwork, near: Sequence[tuple[float, Met]]) -> Anderson | None:
        """How freight answered on a network whose facilities delay alike, if there is one."""
        freight = self.base.freight
        for _, met in reversed(near):
            then = met.freight
            if freight and then and met.steps > 1 and freight.delay_alike(net, then.network):
                return met.secants
        return None

    def _start(self, near: Sequence[tuple[float, Met]]) -> Counterfactual | Floats:
        """State of the economy to begin from: the base moved by the shares of what is near."""
        still, model = self.base.still, self.base.model.base
        moves = [w * (met.solution.plain_state - still.state) for w, met in near if w]
        if not moves:
            return still
        begin = still.state + sum(moves)
        spending = np.arange(begin.size) >= model.income.size + model.expenditure.size
        # Spending is not negative, and a tiny one may be off by more than it is.
        return np.where(spending & (begin < 0.1 * still.state), still.state, begin)


def _with(levers: Levers, kappa: Floats) -> Levers:
    """Levers with κ̂ of trade, where it changes anything."""
    return {**levers, "kappa_hat": kappa} if np.any(kappa != 1.0) else levers
