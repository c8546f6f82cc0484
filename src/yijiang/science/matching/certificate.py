"""Proof of a matching from the pairs alone: capacities kept, and no two who would rather have each other.

Nothing here is shared with the code that matches: it takes pairs, places and capacities, and looks at every pair.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yijiang.errors import OptionError


def blocking_pairs(
    offer: ArrayLike,
    need: ArrayLike,
    of_offer: ArrayLike,
    of_need: ArrayLike,
    matched: ArrayLike,
    room: Sequence[int] | NDArray[np.int64],
    capacity: Sequence[int] | NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the pairs that block a matching; none means that it is stable.

    A pair blocks when it is not matched and each side has room left, or holds somebody it places lower.

    Parameters
    ----------
    offer, need : (pair,)
        The pairs both sides accept.
    of_offer, of_need : (pair,)
        Place of the pair on the list of its offer and of its need; less is better.
    matched : (pair,)
        Which pairs are matched.
    room, capacity
        How many each offer and each need takes.

    Returns
    -------
    array
        Positions of the blocking pairs.

    Raises
    ------
    OptionError
        If a capacity is not kept: then it is no matching at all.

    Examples
    --------
    Two offers and two needs that agree on each other; the other way round blocks.

    >>> pairs = dict(offer=[0, 0, 1, 1], need=[0, 1, 0, 1], of_offer=[0, 1, 1, 0], of_need=[0, 1, 1, 0])
    >>> blocking_pairs(**pairs, matched=[1, 0, 0, 1], room=[1, 1], capacity=[1, 1]).tolist()
    []
    >>> blocking_pairs(**pairs, matched=[0, 1, 1, 0], room=[1, 1], capacity=[1, 1]).tolist()
    [0, 3]
    """
    a, b = np.asarray(offer, dtype=np.int64), np.asarray(need, dtype=np.int64)
    first, second = np.asarray(of_offer), np.asarray(of_need)
    held = np.asarray(matched, dtype=bool)
    wants = []
    for what, who, place, takes in (("offer", a, first, room), ("need", b, second, capacity)):
        limit = np.asarray(takes)
        count = np.bincount(who[held], minlength=len(limit))
        if (count > limit).any():
            worst = int(np.argmax(count - limit))
            raise OptionError(f"{what} {worst} is matched {count[worst]} times but takes {limit[worst]}")
        lowest = np.full(len(limit), -1, dtype=np.int64)
        np.maximum.at(lowest, who[held], place[held])
        wants.append((limit[who] > 0) & ((count[who] < limit[who]) | (place < lowest[who])))
    return np.flatnonzero(~held & wants[0] & wants[1])
