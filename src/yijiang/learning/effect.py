"""What a pledge brought: the change since, against what peers that pledged nothing did over the same years."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from yijiang.errors import OptionError

Path = Mapping[int, float]
#: With fewer peers, how unusual a difference is can't be said.
FEW_PEERS = 4


@dataclass(frozen=True)
class Effect:
    """The measured effect of a pledge.

    Attributes
    ----------
    before, after
        Years compared.
    change
        Change of the region: growth 1 = doubled of positive figures, else in the unit itself.
    relative
        Whether changes are growth (a ratio less 1) and not amounts.
    peers
        Change of every peer with figures for both years.
    difference
        Difference in differences: change less the peers' mean, in logarithms told as growth; None without peers.
    chance
        Share of all regions, this one counted, that differ from the others by at least as much: the smaller, the less
        likely by chance alone; None with fewer than four peers.
    earlier
        The same difference over as many years before the pledge: what was there already; None without figures.
    limits
        What the figure can't say, by key: `no_peers`, `few_peers`, `earlier_trend`, `one_region`.
    """

    before: int
    after: int
    change: float
    relative: bool
    peers: dict[str, float]
    difference: float | None
    chance: float | None
    earlier: float | None
    limits: tuple[str, ...]


def _steps(path: Path, before: int, after: int, relative: bool) -> float | None:
    if before not in path or after not in path:
        return None
    if not relative:
        return path[after] - path[before]
    return math.log(path[after] / path[before]) if path[after] > 0 and path[before] > 0 else None


def _told(step: float, relative: bool) -> float:
    return math.expm1(step) if relative else step


def _against(own: float, others: list[float]) -> float:
    return own - sum(others) / len(others)


def effect(path: Path, peers: Mapping[str, Path], before: int, after: int, *, relative: bool = True) -> Effect:
    """Return the change of a region between two years and its difference in differences to peers.

    DiD = (y_after − y_before) − mean over peers of the same; with `relative` y is the logarithm of the figure. The
    chance is a placebo test: every peer in turn takes the region's place, its difference taken to the other peers.

    Parameters
    ----------
    path
        Figures of the region by year.
    peers
        Figures of regions that pledged nothing, by region and year.
    before, after
        The last year before the pledge, and a later one.
    relative
        Compare growth; False: amounts, as for shares in percent.

    Raises
    ------
    OptionError
        If a figure of the region is missing, or the years are in the wrong order.

    References
    ----------
    Card & Krueger (1994), American Economic Review 84(4); placebo in place: Abadie, Diamond & Hainmueller (2010),
    Journal of the American Statistical Association 105.

    Examples
    --------
    >>> found = effect({2020: 20.44, 2021: 21.03}, {"PA": {2020: 23.33, 2021: 21.17}}, 2020, 2021, relative=False)
    >>> round(found.change, 2), round(found.difference, 2), found.limits
    (0.59, 2.75, ('few_peers', 'one_region'))
    """
    if after <= before:
        raise OptionError(f"the year after ({after}) must be later than the year before ({before})")
    missing = [str(year) for year in (before, after) if year not in path]
    if missing:
        raise OptionError(f"there is no figure of the region for {', '.join(missing)}; years: {sorted(path)}")
    if relative and min(path[before], path[after]) <= 0:
        relative = False
    own = _steps(path, before, after, relative)
    assert own is not None
    steps = {name: step for name, one in peers.items() if (step := _steps(one, before, after, relative)) is not None}
    limits = [] if len(steps) >= FEW_PEERS else ["few_peers" if steps else "no_peers"]
    difference = chance = earlier = None
    if steps:
        values = list(steps.values())
        gap = _against(own, values)
        difference = _told(gap, relative)
        if len(values) >= FEW_PEERS:
            placebo = [_against(step, [s for n, s in steps.items() if n != name]) for name, step in steps.items()]
            chance = (1 + sum(abs(one) >= abs(gap) - 1e-12 for one in placebo)) / (1 + len(placebo))
        span = after - before
        prior = _steps(path, before - span, before, relative)
        pasts = [s for one in peers.values() if (s := _steps(one, before - span, before, relative)) is not None]
        if prior is not None and pasts:
            past = _against(prior, pasts)
            earlier = _told(past, relative)
            # Half of the difference or more was there before: then it is the way of the region, not of the pledge.
            if past * gap > 0 and abs(past) >= abs(gap) / 2:
                limits.append("earlier_trend")
    limits.append("one_region")
    told = {name: _told(step, relative) for name, step in steps.items()}
    return Effect(before, after, _told(own, relative), relative, told, difference, chance, earlier, tuple(limits))
