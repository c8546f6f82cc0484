"""Labels to positions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray


def positions(labels: Iterable[object], index: Mapping[str, int], missing: int | None = None) -> NDArray[np.int64]:
    """Positions of labels in an index (label,).

    Parameters
    ----------
    labels
        Labels, read as text.
    index
        Position of every label.
    missing
        Position of labels that are not in the index; without it they raise KeyError.

    Examples
    --------
    >>> positions(["b", "a", "c"], {"a": 0, "b": 1}, missing=-1).tolist()
    [1, 0, -1]
    """
    found = [index[str(x)] if missing is None else index.get(str(x), missing) for x in labels]
    return np.array(found, dtype=np.int64)
