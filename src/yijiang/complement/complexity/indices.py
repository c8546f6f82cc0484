"""Economic complexity of regions and of activities: the second eigenvector of who makes what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from yijiang.complement.complexity.advantage import THRESHOLD, Kind, held
from yijiang.complement.complexity.grid import Array, Grid, Table, read_grid
from yijiang.complement.complexity.kernels import Presence, components, second_pair
from yijiang.errors import DataError, Finding, SolveError

#: Two eigenvalues closer than this leave the direction of the vector open; below it the second is no signal.
DISTINCT = 1e-9
#: A correlation with diversity below this leaves the sign open.
SIGN = 1e-9
#: Members of a separate part that are named.
NAMED = 5


@dataclass(frozen=True)
class Complexity:
    """Complexity of regions and activities, and how firm the numbers are.

    `second` and `third` are the eigenvalues next to the trivial 1; the closer they are, the less the ranking means.
    `undefined` names the regions without any activity and the activities no region has: their index is NaN.
    `scale` and `shift` take the raw eigenvector of activities to `pci`: pci = (raw − shift) / scale.
    """

    eci: Any
    pci: Any
    diversity: Any
    ubiquity: Any
    second: float
    third: float
    residual: float
    undefined: tuple[str, ...]
    raw_pci: Array = field(repr=False)
    scale: float = field(repr=False)
    shift: float = field(repr=False)


def indices(M: Table, *, of: Kind | None = None, threshold: float = THRESHOLD) -> Complexity:
    """Return the economic complexity of regions (ECI) and of activities (PCI).

    ECI is the eigenvector K of the second largest eigenvalue λ of D_u⁻¹ M D_v⁻¹ Mᵀ, with M the presence, u the
    diversity of regions and v the ubiquity of activities; PCI = D_v⁻¹ Mᵀ K / λ. Both are measured in standard
    deviations (ddof 0) of the regions from the regions' mean, so that a region's ECI is the mean PCI of what it has.
    The sign is the one with which ECI rises with diversity.

    Parameters
    ----------
    M
        Values, their advantage, or presence (region, activity); see `presence`.
    of, threshold
        What M is, and the least advantage that counts; see `presence`.

    Returns
    -------
    Complexity
        With `.eci` (region) and `.pci` (activity) [standard deviations]; NaN only for what `.undefined` names: a
        region without any activity, an activity no region has.

    Raises
    ------
    DataError
        If the network falls into separate parts, each named: the second eigenvalue is then 1 and says nothing about
        complexity; or if all regions have the same activities.
    SolveError
        If the second eigenvalue is not simple or the sign is not identified, with the figures.

    References
    ----------
    Hidalgo & Hausmann (2009), PNAS 106(26); Mealy, Farmer & Teytelboym (2019), Science Advances 5(1), for the
    symmetric form.

    Examples
    --------
    >>> found = indices([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]])
    >>> found.eci.round(3).tolist(), round(found.second, 4), found.residual < 1e-14
    ([1.342, 0.447, -0.447, -1.342], 0.25, True)
    """
    grid = read_grid(M)
    return found_in(grid, held(grid, of, threshold))


def eci(M: Table, *, of: Kind | None = None, threshold: float = THRESHOLD) -> Any:
    """Return the economic complexity of every region (region) [standard deviations]; see `indices`.

    Examples
    --------
    >>> eci([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]]).round(3).tolist()
    [1.342, 0.447, -0.447, -1.342]
    """
    return indices(M, of=of, threshold=threshold).eci


def pci(M: Table, *, of: Kind | None = None, threshold: float = THRESHOLD) -> Any:
    """Return the complexity of every activity (activity) [standard deviations of the regions]; see `indices`.

    Examples
    --------
    >>> pci([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]]).round(3).tolist()
    [-1.342, 0.447, 2.236, 4.025]
    """
    return indices(M, of=of, threshold=threshold).pci


def found_in(grid: Grid, present: Presence) -> Complexity:
    """Return the indices of a presence (region, activity) of a checked table."""
    diversity = np.asarray(present.sum(axis=1)).ravel()
    ubiquity = np.asarray(present.sum(axis=0)).ravel()
    rows, columns = diversity > 0, ubiquity > 0
    kept = present if rows.all() and columns.all() else present[rows][:, columns]
    _refuse_parts(grid, kept, rows, columns)
    vector, (second, third), residual = second_pair(kept)
    _refuse_unclear(second, third)
    vector = vector * _sign(vector, diversity[rows])
    activity = np.asarray(kept.T @ vector).ravel() / ubiquity[columns] / second
    scale, shift = float(vector.std()), float(vector.mean())
    undefined = [name for name, there in zip(grid.regions, rows, strict=True) if not there] if not rows.all() else []
    if not columns.all():
        undefined += [name for name, there in zip(grid.activities, columns, strict=True) if not there]
    raw = _spread(activity, columns)
    return Complexity(
        eci=grid.by_region(_spread((vector - shift) / scale, rows), "eci"),
        pci=grid.by_activity((raw - shift) / scale, "pci"),
        diversity=grid.by_region(diversity, "diversity"),
        ubiquity=grid.by_activity(ubiquity, "ubiquity"),
        second=float(second),
        third=float(third),
        residual=residual,
        undefined=tuple(undefined),
        raw_pci=raw,
        scale=scale,
        shift=shift,
    )


def _spread(values: Array, there: Any) -> Array:
    result = np.full(len(there), np.nan)
    result[there] = values
    return result


def _refuse_parts(grid: Grid, kept: Presence, rows: Any, columns: Any) -> None:
    count, region_part, activity_part = components(kept)
    if count == 1:
        return
    regions = [name for name, there in zip(grid.regions, rows, strict=True) if there]
    activities = [name for name, there in zip(grid.activities, columns, strict=True) if there]
    parts = sorted(range(count), key=lambda part: (-int((region_part == part).sum()), part))
    remedy = "compare the regions of one part only, or lower the threshold; across parts complexity has no meaning"
    found = []
    for k, which in enumerate(parts):
        where = _listed([n for n, part in zip(regions, region_part, strict=True) if part == which])
        what = _listed([n for n, part in zip(activities, activity_part, strict=True) if part == which])
        problem = f"part {k + 1} of {count} shares no activity with the others: {where}, which have {what}"
        found.append(Finding("table", 0, "", "", problem, remedy))
    raise DataError(found)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _refuse_unclear(second: float, third: float) -> None:
    if second < DISTINCT:
        problem = "all regions that have any activity have the same ones, so none is more complex than another"
        raise DataError([Finding("table", 0, "", "", problem, "give regions or activities that differ")])
    if second - third < DISTINCT:
        raise SolveError(
            "the second eigenvalue is not simple, so complexity has no direction", second=second, third=third
        )


def _sign(vector: Array, diversity: Array) -> float:
    spread = float(vector.std() * diversity.std())
    covariance = float(((vector - vector.mean()) * (diversity - diversity.mean())).mean())
    correlation = covariance / spread if spread > 0 else 0.0
    if abs(correlation) < SIGN:
        raise SolveError(
            "complexity is uncorrelated with diversity, so its sign is not identified", correlation=correlation
        )
    return float(np.sign(correlation))
