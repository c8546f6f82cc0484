"""Why a region grew as it did: with the whole, by its mix of sectors, or by itself; arrays and a face."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from yijiang.errors import DataError, Finding, OptionError

Floats = NDArray[np.float64]
PARTS = ("national", "mix", "local")
"""The three parts of the classic form."""

REFINED = ("national", "mix", "competitive", "allocation")
"""The parts of Esteban-Marquillas: the local part is split in two."""


def classic(before: Floats, after: Floats, whole_before: Floats, whole_after: Floats) -> Floats:
    """Return the parts national, mix and local of the change in every sector, (part, sector); they add up to it.

    national = e G, mix = e (G_j − G), local = e (g_j − G_j); G, G_j growth of the whole and of its sector, g_j of the
    region's sector, e the region's figure before.

    Parameters
    ----------
    before, after : (sector)
        Figures of the region; above 0 before.
    whole_before, whole_after : (sector)
        Figures of all regions together.

    References
    ----------
    Dunn (1960), Papers and Proceedings of the Regional Science Association 6.

    Examples
    --------
    >>> classic(*(np.array(v, float) for v in ((100, 50), (120, 55), (1000, 1000), (1100, 1300)))).round(9).tolist()
    [[20.0, 10.0], [-10.0, 5.0], [10.0, -10.0]]
    """
    whole = whole_after.sum() / whole_before.sum() - 1
    sector = whole_after / whole_before - 1
    own = after / before - 1
    return np.array([before * whole, before * (sector - whole), before * (own - sector)])


def homothetic(before: Floats, after: Floats, whole_before: Floats, whole_after: Floats) -> Floats:
    """Return the parts national, mix, competitive and allocation, (part, sector).

    competitive = h (g_j − G_j), allocation = (e − h) (g_j − G_j), with h what the sector would have in the region if
    the region had the mix of the whole: being good, and being specialised where one is good.

    References
    ----------
    Esteban-Marquillas (1972), Regional and Urban Economics 2(3).

    Examples
    --------
    >>> parts = homothetic(*(np.array(v, float) for v in ((100, 50), (120, 55), (1000, 1000), (1100, 1300))))
    >>> parts[2:].round(9).tolist()
    [[7.5, -15.0], [2.5, 5.0]]
    """
    national, mix, _ = classic(before, after, whole_before, whole_after)
    expected = before.sum() * whole_before / whole_before.sum()
    difference = after / before - whole_after / whole_before
    return np.array([national, mix, expected * difference, (before - expected) * difference])


def dynamic(region: Floats, whole: Floats) -> Floats:
    """Return the classic parts summed step by step, so that a mix that changes on the way is seen, (part, sector).

    Parameters
    ----------
    region, whole : (year, sector)

    References
    ----------
    Barff & Knight (1988), Growth and Change 19(2).

    Examples
    --------
    >>> path = np.array([[100.0, 50], [110, 52], [120, 55]]), np.array([[1000.0, 1000], [1050, 1100], [1100, 1300]])
    >>> dynamic(*path).sum(axis=0).round(9).tolist()
    [20.0, 5.0]
    """
    steps = [classic(region[t], region[t + 1], whole[t], whole[t + 1]) for t in range(len(region) - 1)]
    result: Floats = np.sum(steps, axis=0)
    return result


@dataclass(frozen=True, eq=False)
class ShiftShare:
    """The change of a region between two years by sector and part, in the unit of the figures.

    `table` has a row per sector (before, after, and the parts); `balance` is the largest difference between the sum of
    the parts and the change, over the change.
    """

    region: str
    years: tuple[int, ...]
    method: str
    table: pd.DataFrame = field(repr=False)
    balance: float

    @property
    def total(self) -> pd.Series:
        """The parts summed over the sectors."""
        parts = [c for c in self.table.columns if c not in ("before", "after")]
        return self.table[parts].sum()


def shift_share(figures: pd.DataFrame, region: str, method: str = "classic") -> ShiftShare:
    """Split the change of a region's sectors between the first and the last year.

    Parameters
    ----------
    figures
        Columns region, sector, year, value; the whole is the sum over all regions of the table.
    region
        A region of the table.
    method
        "classic" (Dunn), "homothetic" (Esteban-Marquillas) or "dynamic" (Barff and Knight: every year in between).

    Raises
    ------
    OptionError
        For an unknown region or method.
    DataError
        With every finding: fewer than two years, a sector missing somewhere, or a region's figure not above 0.

    Examples
    --------
    >>> import yijiang as yj
    >>> found = shift_share(yj.case("tiny").table("sector_years"), "Middle")
    >>> found.total.round(0).to_dict()
    {'national': 176512.0, 'mix': -2113.0, 'local': 10602.0}
    """
    methods = {"classic": PARTS, "homothetic": REFINED, "dynamic": PARTS}
    if method not in methods:
        raise OptionError(f"unknown method {method!r}; all: {', '.join(methods)}")
    table = figures.astype({"year": int, "value": float})
    cube = table.pivot_table(index=["year", "region"], columns="sector", values="value", aggfunc="sum", sort=False)
    cube = cube.reindex(columns=list(dict.fromkeys(table["sector"])))
    names = list(dict.fromkeys(table["region"]))
    if region not in names:
        raise OptionError(f"unknown region {region!r}; all: {', '.join(map(str, names))}")
    years = sorted(int(y) for y in set(table["year"]))
    found: list[Finding] = []
    if len(years) < 2:
        found.append(
            Finding("sector_years", 0, "year", "", "fewer than two years", "give figures of two or more years")
        )
    cube = cube.reindex(pd.MultiIndex.from_product([years, names], names=["year", "region"]))
    for (year, name), row in zip(cube.index.tolist(), cube.to_dict("records"), strict=True):
        for sector, value in row.items():
            if np.isnan(value) or (value <= 0 and name == region):
                problem = f"no figure above 0 for {sector} in {name}, {year}"
                found.append(
                    Finding("sector_years", 0, "value", "", problem, "give the figure, or leave the sector out")
                )
    if found:
        raise DataError(found)
    whole = cube.groupby(level="year").sum()
    path, total = (frame.to_numpy(float) for frame in (cube.xs(region, level="region").loc[years], whole.loc[years]))
    ends = (path[0], path[-1], total[0], total[-1])
    parts = (
        dynamic(path, total) if method == "dynamic" else {"classic": classic, "homothetic": homothetic}[method](*ends)
    )
    result = pd.DataFrame({"before": path[0], "after": path[-1]}, index=cube.columns.rename("sector"))
    for name, values in zip(methods[method], parts, strict=True):
        result[name] = values
    change = path[-1] - path[0]
    balance = float(np.abs(parts.sum(axis=0) - change).max() / max(np.abs(change).max(), 1e-300))
    return ShiftShare(region, tuple(years), method, result, balance)
