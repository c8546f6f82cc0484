"""Who goes first, and how much is kept for whom: shares per region, with a memory of what each was given.

The rule, in two parts.

1. *Kept shares.* In every calendar month a share q_r of a facility's open seat-hours H is kept for the users of region
   r. Until the shares are released, a booking of region r may take what is left of its own share and of what is kept
   for nobody: h ≤ max(0, q_r H − used_r) + max(0, (1 − Σ q) H − Σ_s max(0, used_s − q_s H)). `RELEASE` hours before a
   slot begins, what is still free of it is open to all: nothing kept is left to go to waste.
2. *Least used share first.* Where several ask for the same hours, the region goes first whose weighted use is least:
   u_r / q_r, u_r = Σ hours given · 2^(−age / HALF_LIFE). A region without a quota counts with an even share of what is
   kept for nobody. Served again and again, regions' hours come to stand in proportion to their shares, to within the
   longest booking (deficit round robin: Shreedhar & Varghese 1995; least used share: Ghodsi and others 2011).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

#: Hours before a slot at which what is kept is released to all.
RELEASE = 48.0
#: Days after which an hour that was given counts half.
HALF_LIFE = 90.0


@dataclass(frozen=True)
class Given:
    """Hours given to the users of a region, and when they begin."""

    region: str
    hours: float
    start: datetime


def allowance(hours: float, used: Mapping[str, float], shares: Mapping[str, float], region: str) -> float:
    """Return how many seat-hours of a month a region may still take before the shares are released [h].

    Parameters
    ----------
    hours
        Open seat-hours H of the month [h].
    used
        Hours given in that month, by region [h].
    shares
        Shares q kept, by region [1].
    region
        Who asks.

    Examples
    --------
    A hundred hours, half of them kept for A and 30 % for B: A may take its 50 and the 20 that are kept for nobody.

    >>> allowance(100, {}, {"A": 0.5, "B": 0.3}, "A"), allowance(100, {"A": 60}, {"A": 0.5, "B": 0.3}, "A")
    (70.0, 10.0)
    >>> allowance(100, {"A": 60}, {"A": 0.5, "B": 0.3}, "C")
    10.0
    """
    over = sum(max(0.0, value - shares.get(name, 0.0) * hours) for name, value in used.items())
    free = max(0.0, (1 - sum(shares.values())) * hours - over)
    own = max(0.0, shares.get(region, 0.0) * hours - used.get(region, 0.0))
    return round(own + free, 9)


def weighted_use(given: Iterable[Given], at: datetime) -> dict[str, float]:
    """Return hours given by region, an hour counting half after `HALF_LIFE` days [h].

    Hours ahead count in full: they are as good as used.
    """
    result: dict[str, float] = {}
    for one in given:
        age = max((at - one.start).total_seconds() / 86400, 0.0)
        result[one.region] = result.get(one.region, 0.0) + one.hours * 0.5 ** (age / HALF_LIFE)
    return result


def effective_shares(shares: Mapping[str, float], regions: Iterable[str]) -> dict[str, float]:
    """Return the share every region counts with: its own, or an even part of what is kept for nobody.

    >>> effective_shares({"A": 0.5}, ["A", "B", "C"])
    {'A': 0.5, 'B': 0.25, 'C': 0.25}
    """
    names = list(dict.fromkeys(regions))
    without = [name for name in names if not shares.get(name)]
    rest = max(1 - sum(shares.values()), 0.0) / max(len(without), 1)
    # Where everything is kept for others, a guest still counts, but comes last.
    return {name: shares.get(name) or max(rest, 1e-6) for name in names}


def turn(requests: Sequence[tuple[str, float]], used: Mapping[str, float], shares: Mapping[str, float]) -> list[int]:
    """Return in which order requests are served: the least used share first, counted up as each is served.

    Parameters
    ----------
    requests
        Region and hours of each request, in the order they came in [h].
    used
        Weighted use of every region so far [h].
    shares
        Shares kept, by region [1].

    Returns
    -------
    list
        Positions of the requests; those of one region stay in the order they came in.

    Examples
    --------
    >>> turn([("A", 4), ("A", 4), ("B", 4)], {"A": 0}, {"A": 0.5, "B": 0.5})
    [0, 2, 1]
    """
    counted = effective_shares(shares, [region for region, _ in requests])
    use = {region: used.get(region, 0.0) for region in counted}
    waiting: dict[str, list[int]] = {}
    for k, (region, _) in enumerate(requests):
        waiting.setdefault(region, []).append(k)
    order = []
    while waiting:
        region = min(waiting, key=lambda name: (use[name] / counted[name], waiting[name][0]))
        k = waiting[region].pop(0)
        order.append(k)
        use[region] += requests[k][1]
        if not waiting[region]:
            del waiting[region]
    return order
