"""The nucleolus: the division whose complaints, sorted from the largest, are smallest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from yijiang.errors import SolveError

from .game import Division, Game, Worth

Floats = NDArray[np.float64]


def nucleolus(players: Sequence[str], value: Worth) -> Division:
    r"""Nucleolus: the complaints v(S) − x(S), sorted from the largest down, are lexicographically least.

    Found by a sequence of linear programmes: the largest complaint is made least; coalitions whose complaint is then
    fixed in every solution (those with a positive multiplier) keep it as an equation, those that follow from such
    equations leave, and the next largest is made least, until the equations leave one division. Nobody gets less than
    alone, unless v(N) is below the sum of what all reach alone (then this is the prenucleolus).

    Parameters
    ----------
    players
        Names, at most 12.
    value
        Worth of every non-empty coalition [money/year], as a mapping or a function.

    Returns
    -------
    Division
        Shares by player [money/year]; they add up to v(N).

    Raises
    ------
    OptionError
        If a coalition has no value, or there are more than 12 players.
    SolveError
        If a linear programme does not end.

    References
    ----------
    Schmeidler, D. (1969), The nucleolus of a characteristic function game, SIAM Journal on Applied Mathematics 17.
    Guajardo, M., Jörnsten, K. (2015), Common mistakes in computing the nucleolus, European Journal of Operational
    Research 241 (why only coalitions with a positive multiplier may be fixed).

    Examples
    --------
    An estate of 200 with claims of 100, 200 and 300 (Aumann and Maschler 1985).

    >>> claims = {"a": 100.0, "b": 200.0, "c": 300.0}
    >>> def left_over(s):
    ...     return max(0.0, 200.0 - sum(c for n, c in claims.items() if n not in s))
    >>> {k: round(x, 6) for k, x in nucleolus(list(claims), left_over).items()}
    {'a': 50.0, 'b': 75.0, 'c': 75.0}
    """
    game = Game(players, value)
    size, total = len(game), game.worth(game.everyone)
    if size == 1:
        share = np.array([total])
    else:
        members, worth = game.table()
        # Scaled, so that tolerances mean the same for any currency.
        scale = max(float(np.abs(worth).max()), abs(total), 1e-300)
        alone = np.array([game.worth(1 << k) for k in range(size)])
        least = alone / scale if alone.sum() <= total else np.full(size, -np.inf)
        share = scale * _solve(members.astype(float), worth / scale, total / scale, least)
    by_name = dict(zip(game.players, share.tolist(), strict=True))
    return Division(by_name, dict.fromkeys(game.players, 0.0), game.valued)


def _solve(members: Floats, worth: Floats, total: float, least: Floats) -> Floats:
    size = members.shape[1]
    equations, right = [np.ones(size)], [total]
    open_rows = np.ones(len(worth), dtype=bool)
    share = np.full(size, total / size)
    for _ in range(size):
        rows, need = members[open_rows], worth[open_rows]
        found = linprog(
            [0.0] * size + [1.0],
            A_ub=np.hstack([-rows, -np.ones((len(need), 1))]),
            b_ub=-need,
            A_eq=np.hstack([np.array(equations), np.zeros((len(equations), 1))]),
            b_eq=right,
            bounds=[*((b, None) for b in least), (None, None)],
            method="highs",
        )
        if found.x is None:
            raise SolveError(f"the nucleolus was not found: {found.message}")
        share = found.x[:size]
        fixed = np.flatnonzero(open_rows)[np.abs(found.ineqlin.marginals) > 1e-9]
        for k in fixed:
            candidate = np.array([*equations, members[k]])
            if np.linalg.matrix_rank(candidate) > len(equations):
                equations.append(members[k])
                right.append(float(worth[k] - found.x[size]))
        if len(equations) == size:
            return np.asarray(np.linalg.solve(np.array(equations), np.array(right)))
        # A coalition in the span of the equations has a settled complaint.
        basis = np.linalg.qr(np.array(equations).T)[0]
        beyond = members - (members @ basis) @ basis.T
        open_rows &= np.abs(beyond).max(1) > 1e-9
        if not open_rows.any():
            break
    return np.asarray(share)
