"""The Shapley value: what a player adds on average over all orders of joining."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import OptionError

from .game import MOST_EXACT, Division, Game, Worth

#: Pairs of orders sampled when there are too many players for all coalitions.
ORDERS = 500


def shapley(players: Sequence[str], value: Worth, samples: int | None = None, seed: int = 0) -> Division:
    r"""Shapley value of every player.

    .. math:: \phi_n = \sum_{S \not\ni n} \frac{|S|! (N - |S| - 1)!}{N!} (v(S \cup n) - v(S))

    Up to 12 players all coalitions are valued and the result is exact. Beyond, or with `samples`, the mean is taken
    over sampled orders of joining, each with its reverse (antithetic pairs); the shares add up to v(N) in either case.

    Parameters
    ----------
    players
        Names.
    value
        Worth of every non-empty coalition [money/year], as a mapping or a function; the empty one is worth 0.
    samples
        Pairs of orders; all coalitions without it (up to 12 players), else 500.
    seed
        Seed of the orders.

    Returns
    -------
    Division
        Shares by player [money/year], with `.standard_error`.

    Raises
    ------
    OptionError
        If a coalition has no value, or fewer than two pairs of orders are asked for.

    References
    ----------
    Shapley, L. S. (1953), A value for n-person games. Castro, J., Gómez, D., Tejada, J. (2009), Polynomial calculation
    of the Shapley value based on sampling, Computers & Operations Research 36.

    Examples
    --------
    The glove game: one left glove, two right ones.

    >>> v = {frozenset(s): float("L" in s and len(s) > 1) for s in ("L", "1", "2", "L1", "L2", "12", "L12")}
    >>> {k: round(x, 6) for k, x in shapley(["L", "1", "2"], v).items()}
    {'L': 0.666667, '1': 0.166667, '2': 0.166667}
    """
    game = Game(players, value)
    if samples is None and len(game) <= MOST_EXACT:
        return _exact(game)
    return _sampled(game, ORDERS if samples is None else samples, seed)


def _exact(game: Game) -> Division:
    size = len(game)
    shares = dict.fromkeys(game.players, 0.0)
    weight = [math.factorial(c) * math.factorial(size - c - 1) / math.factorial(size) for c in range(size)]
    for k, name in enumerate(game.players):
        # fsum: the shares do not depend on the order in which coalitions are visited.
        shares[name] = math.fsum(
            weight[s.bit_count()] * (game.worth(s | 1 << k) - game.worth(s))
            for s in range(game.everyone + 1)
            if not s >> k & 1
        )
    return Division(shares, dict.fromkeys(game.players, 0.0), game.valued)


def _sampled(game: Game, pairs: int, seed: int) -> Division:
    if pairs < 2:
        raise OptionError(f"samples is {pairs}; a standard error needs two or more")
    rng = np.random.default_rng(seed)
    drawn = np.empty((pairs, len(game)))
    for row in drawn:
        order = rng.permutation(len(game))
        row[:] = (_added(game, order) + _added(game, order[::-1])) / 2
    mean, error = drawn.mean(0), drawn.std(0, ddof=1) / math.sqrt(pairs)
    by_name = dict(zip(game.players, mean.tolist(), strict=True))
    return Division(by_name, dict(zip(game.players, error.tolist(), strict=True)), game.valued)


def _added(game: Game, order: NDArray[np.int64]) -> NDArray[np.float64]:
    """What every player adds when they join in this order (player,)."""
    added, joined, before = np.zeros(len(game)), 0, 0.0
    for k in order.tolist():
        joined |= 1 << k
        worth = game.worth(joined)
        added[k], before = worth - before, worth
    return added
