"""How long a ship waits at a lock: a queue formula that stays finite when the lock is asked for more than it can do."""

from __future__ import annotations

from typing import overload

import numpy as np
import numpy.typing as npt

from yijiang.errors import OptionError
from yijiang.transport import vdf


@overload
def lock_delay(load: float, capacity: float, service_hours: float) -> float: ...
@overload
def lock_delay(
    load: npt.ArrayLike, capacity: npt.ArrayLike, service_hours: npt.ArrayLike
) -> npt.NDArray[np.float64]: ...
def lock_delay(
    load: npt.ArrayLike, capacity: npt.ArrayLike, service_hours: npt.ArrayLike
) -> float | npt.NDArray[np.float64]:
    """Mean wait before a lock with random arrivals and a fixed time of service, the M/D/1 queue.

    With ρ = load/capacity and the service time S,

        W(ρ) = S·ρ / (2·(1 − ρ))                            for ρ ≤ 0.95   (Pollaczek–Khinchine, no variance of service)
        W(ρ) = W(0.95) + W'(0.95)·(ρ − 0.95) = S·(9.5 + 200·(ρ − 0.95))   beyond,

    so that the wait and its slope are continuous and a lock asked for more than its capacity has a finite wait. The
    service time is the scale of the wait, not the time of one lockage: it is a stated assumption of the table `locks`,
    chosen so that the wait near capacity is the one observed (days at the Three Gorges). The passage itself
    (`transit_hours`) is not part of the wait.

    Parameters
    ----------
    load : Mt/yr
        Tonnes through the lock, both directions together, at least 0.
    capacity : Mt/yr
        Largest throughput, both directions together, above 0.
    service_hours : h
        Service time S.

    Returns
    -------
    Wait [h], a float for floats.

    Raises
    ------
    OptionError
        If a load is negative, a capacity not above 0, or a figure not finite.

    Examples
    --------
    >>> lock_delay(100.0, 200.0, 4.0)
    2.0
    >>> [round(w, 6) for w in lock_delay([95.0, 100.0, 300.0], 100.0, 2.0).tolist()]
    [19.0, 39.0, 839.0]
    """
    x, most, service = (np.asarray(v, dtype=np.float64) for v in (load, capacity, service_hours))
    if not (np.all(np.isfinite(x)) and np.all(np.isfinite(most)) and np.all(np.isfinite(service))):
        raise OptionError("load, capacity and service time of a lock must be finite")
    if np.any(x < 0.0) or np.any(most <= 0.0) or np.any(service < 0.0):
        raise OptionError("a lock needs load ≥ 0, capacity > 0 and service time ≥ 0")
    shape = np.broadcast_shapes(x.shape, most.shape, service.shape)
    x, most, service = (np.broadcast_to(v, shape).ravel() for v in (x, most, service))
    wait = vdf.delay(np.full(x.shape, vdf.LOCK), service, most, np.zeros(x.shape), x)
    return float(wait[0]) if shape == () else wait.reshape(shape)
