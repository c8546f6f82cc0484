"""What every coalition of the partners reaches: the game whose shares `games` tells."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import InfeasibleError

from .conditions import Conditions
from .search import Choice, Search

Floats = NDArray[np.float64]


def coalitions(
    search: Search, partners: Sequence[str], alone: Floats, choice: Choice, rules: Conditions
) -> dict[frozenset[str], float]:
    """Best joint gain of every coalition [million yuan a year]; what cannot be reached together is the sum alone.

    Those outside stay at the base and do nothing (the γ convention of Hart and Kurz 1983 with idle outsiders).
    """
    worth = {frozenset([n]): float(v) for n, v in zip(partners, alone, strict=True)}
    position = {n: k for k, n in enumerate(partners)}
    for size in range(2, len(partners) + 1):
        for group in itertools.combinations(partners, size):
            if size == len(partners):
                worth[frozenset(group)] = float(choice.gain[list(rules.partners)].sum())
                continue
            own = alone[[position[n] for n in group]]
            try:
                best = search.best(group, own, "total").choice
                where = [search.evaluator.base.belt.regions.index(n) for n in group]
                worth[frozenset(group)] = float(best.gain[where].sum())
            except InfeasibleError:
                worth[frozenset(group)] = float(own.sum())
    return worth
