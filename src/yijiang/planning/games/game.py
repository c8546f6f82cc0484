"""A game with transferable gain: what every coalition of players reaches on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import OptionError

Floats = NDArray[np.float64]
#: A coalition's worth, from a table or on demand.
Worth = Mapping[frozenset[str], float] | Callable[[frozenset[str]], float]

#: Up to this many players every coalition is valued (4,095 of them).
MOST_EXACT = 12


class Division(dict[str, float]):
    """What every player gets, with how sure that is.

    Attributes
    ----------
    standard_error
        Of every share; 0 where all coalitions were valued.
    coalitions
        Number of coalitions valued.
    """

    def __init__(self, shares: Mapping[str, float], standard_error: Mapping[str, float], coalitions: int) -> None:
        super().__init__(shares)
        self.standard_error = dict(standard_error)
        self.coalitions = coalitions


class Game:
    """Values of the coalitions of some players, looked up or computed once each.

    A coalition is a bit mask: bit k is player k.

    Parameters
    ----------
    players
        Names, all different.
    value
        Worth of every non-empty coalition [money/year]: a mapping from frozensets of names, or a function of one.

    Raises
    ------
    OptionError
        For no or repeated players; and when a coalition that is asked for has no value, or one that is no number.

    Examples
    --------
    >>> Game(["a", "b"], {frozenset("a"): 1.0, frozenset("b"): 2.0, frozenset("ab"): 5.0}).worth(0b11)
    5.0
    """

    def __init__(self, players: Sequence[str], value: Worth) -> None:
        self.players = tuple(players)
        if not self.players or len(set(self.players)) < len(self.players):
            raise OptionError(f"a game needs different players, not {', '.join(self.players) or 'none'}")
        self._value = value
        self._known: dict[int, float] = {0: 0.0}

    def __len__(self) -> int:
        return len(self.players)

    @property
    def everyone(self) -> int:
        """The coalition of all players."""
        return (1 << len(self)) - 1

    @property
    def valued(self) -> int:
        """Number of non-empty coalitions whose worth has been asked for."""
        return len(self._known) - 1

    def names(self, coalition: int) -> frozenset[str]:
        """Players of a coalition."""
        return frozenset(name for k, name in enumerate(self.players) if coalition >> k & 1)

    def worth(self, coalition: int) -> float:
        """Worth of a coalition; the empty one is worth 0."""
        if coalition not in self._known:
            names = self.names(coalition)
            if callable(self._value):
                worth = float(self._value(names))
            elif names in self._value:
                worth = float(self._value[names])
            else:
                raise OptionError(f"the coalition {sorted(names)} has no value")
            if not np.isfinite(worth):
                raise OptionError(f"the value of the coalition {sorted(names)} is {worth}; give a finite number")
            self._known[coalition] = worth
        return self._known[coalition]

    def proper(self) -> Iterator[int]:
        """Every coalition but the empty one and the one of all."""
        return iter(range(1, self.everyone))

    def table(self) -> tuple[NDArray[np.bool_], Floats]:
        """Members (coalition, player) and worth (coalition,) of every proper coalition.

        Raises
        ------
        OptionError
            With more than 12 players: there would be too many coalitions.
        """
        if len(self) > MOST_EXACT:
            raise OptionError(f"{len(self)} players; every coalition is valued for at most {MOST_EXACT}")
        masks = np.array(list(self.proper()), dtype=np.int64)
        members = ((masks[:, None] >> np.arange(len(self))) & 1).astype(bool)
        return members, np.array([self.worth(int(m)) for m in masks], dtype=np.float64)
