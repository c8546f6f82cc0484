"""The core: divisions that no coalition can better on its own, and the nearest to one when there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from yijiang.errors import SolveError

from .game import Division, Game, Worth


@dataclass(frozen=True)
class Core:
    """The least core of a game.

    Attributes
    ----------
    epsilon
        What the most dissatisfied coalition lacks at least, under the best division [money/year]; the core is empty
        when it is above 0, and below 0 every coalition has that much to spare.
    division
        A division of the least core.
    binding
        Coalitions that lack exactly `epsilon` there.
    """

    epsilon: float
    division: Division
    binding: tuple[frozenset[str], ...]

    @property
    def empty(self) -> bool:
        """Whether no division satisfies every coalition."""
        return self.epsilon > 1e-9 * max(1.0, sum(abs(v) for v in self.division.values()))


def core(players: Sequence[str], value: Worth) -> Core:
    r"""Least core: the division whose most dissatisfied coalition lacks least.

    .. math:: \min_{x, \varepsilon} \varepsilon, \quad \sum_n x_n = v(N), \quad
        \sum_{n \in S} x_n \ge v(S) - \varepsilon \;\; \forall S \ne \emptyset, N

    Parameters
    ----------
    players
        Names, at most 12.
    value
        Worth of every non-empty coalition [money/year], as a mapping or a function.

    Returns
    -------
    Core
        With `.empty`, `.epsilon`, a `.division` and the `.binding` coalitions.

    Raises
    ------
    OptionError
        If a coalition has no value, or there are more than 12 players.
    SolveError
        If the linear programme does not end.

    References
    ----------
    Maschler, M., Peleg, B., Shapley, L. S. (1979), Geometric properties of the kernel, nucleolus, and related solution
    concepts, Mathematics of Operations Research 4.

    Examples
    --------
    Any two of three divide 1; whoever is left out can always offer one of them more.

    >>> v = {frozenset(s): float(len(s) > 1) for s in ("a", "b", "c", "ab", "ac", "bc", "abc")}
    >>> c = core(["a", "b", "c"], v)
    >>> c.empty, round(c.epsilon, 6)
    (True, 0.333333)
    """
    game = Game(players, value)
    total = game.worth(game.everyone)
    if len(game) == 1:
        return Core(0.0, Division({game.players[0]: total}, {game.players[0]: 0.0}, 1), ())
    members, worth = game.table()
    size = len(game)
    rows = np.hstack([-members.astype(float), -np.ones((len(worth), 1))])
    found = linprog(
        [0.0] * size + [1.0],
        A_ub=rows,
        b_ub=-worth,
        A_eq=[[1.0] * size + [0.0]],
        b_eq=[total],
        bounds=[(None, None)] * (size + 1),
        method="highs",
    )
    if found.x is None:
        raise SolveError(f"the least core was not found: {found.message}")
    share, epsilon = found.x[:size], float(found.x[size])
    lack = worth - members @ share
    scale = max(1.0, float(np.abs(worth).max()))
    binding = tuple(game.names(m) for m, e in zip(game.proper(), lack, strict=True) if e >= epsilon - 1e-9 * scale)
    by_name = dict(zip(game.players, share.tolist(), strict=True))
    return Core(epsilon, Division(by_name, dict.fromkeys(game.players, 0.0), game.valued), binding)


def dissatisfaction(players: Sequence[str], value: Worth, shares: Mapping[str, float]) -> dict[frozenset[str], float]:
    """What every proper coalition lacks under a division, v(S) − x(S) [money/year]; at most 0 everywhere in the core.

    Examples
    --------
    >>> v = {frozenset("a"): 1.0, frozenset("b"): 2.0, frozenset("ab"): 5.0}
    >>> dissatisfaction(["a", "b"], v, {"a": 2.0, "b": 3.0}) == {frozenset("a"): -1.0, frozenset("b"): -1.0}
    True
    """
    game = Game(players, value)
    return {game.names(m): game.worth(m) - sum(shares[n] for n in game.names(m)) for m in game.proper()}
