"""The space of activities: which go together, how close a region is to each, and what lies ahead of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from yijiang.complement.complexity.advantage import THRESHOLD, Kind, held
from yijiang.complement.complexity.grid import Array, Table, read_grid
from yijiang.complement.complexity.indices import Complexity, found_in
from yijiang.complement.complexity.kernels import Presence
from yijiang.errors import DataError, Finding, SolveError


def proximity(M: Table, *, of: Kind | None = None, threshold: float = THRESHOLD) -> Any:
    """Return how often two activities go together: the smaller of the two conditional probabilities.

    φ[a, b] = Σ_r M[r, a] M[r, b] / max(v[a], v[b]), with v the number of regions that have the activity

    Parameters
    ----------
    M, of, threshold
        Values, their advantage, or presence (region, activity); see `presence`.

    Returns
    -------
    array of the same form (activity, activity) [0–1]
        1 on the diagonal; 0 for an activity no region has.

    References
    ----------
    Hidalgo, Klinger, Barabási & Hausmann (2007), Science 317(5837).

    Examples
    --------
    >>> proximity([[1, 1, 0], [1, 0, 1], [1, 0, 0]]).round(3).tolist()
    [[1.0, 0.333, 0.333], [0.333, 1.0, 0.0], [0.333, 0.0, 1.0]]
    """
    grid = read_grid(M)
    return grid.square(_proximity(held(grid, of, threshold)), "proximity")


def density(M: Table, *, of: Kind | None = None, threshold: float = THRESHOLD) -> Any:
    """Return how much of what goes with an activity a region has, the activity itself included.

    ω[r, a] = Σ_b M[r, b] φ[b, a] / Σ_b φ[b, a]

    Returns
    -------
    array of the same form, dense (region, activity) [0–1]
        0 for an activity no region has.

    References
    ----------
    Hidalgo, Klinger, Barabási & Hausmann (2007), Science 317(5837).

    Examples
    --------
    >>> density([[1, 1, 0], [1, 0, 1], [1, 0, 0]]).round(2).tolist()
    [[0.8, 1.0, 0.25], [0.8, 0.25, 1.0], [0.6, 0.25, 0.25]]
    """
    grid = read_grid(M)
    present = held(grid, of, threshold)
    return grid.table(_density(present, _proximity(present)), "density")


def relatedness(M: Table, *, of: Kind | None = None, threshold: float = THRESHOLD) -> Any:
    """Return how much of what goes with an activity a region has, the activity itself left out.

    The relatedness density of evolutionary economic geography: as `density`, with a diagonal of 0, so that having an
    activity says nothing about being close to it.

    Returns
    -------
    array of the same form, dense (region, activity) [0–1]
        0 for an activity that goes with no other.

    References
    ----------
    Boschma, Balland & Kogler (2015), Industrial and Corporate Change 24(1).

    Examples
    --------
    >>> relatedness([[1, 1, 0], [1, 0, 1], [1, 0, 0]]).round(2).tolist()
    [[0.5, 1.0, 1.0], [0.5, 1.0, 1.0], [0.0, 1.0, 1.0]]
    """
    grid = read_grid(M)
    present = held(grid, of, threshold)
    near = _proximity(present)
    if isinstance(near, sp.csr_array):
        near = sp.csr_array(near - sp.diags_array(near.diagonal()))
    else:
        np.fill_diagonal(near, 0.0)
    return grid.table(_density(present, near), "relatedness")


@dataclass(frozen=True)
class Outlook:
    """Complexity, the space of activities and what lies ahead in it, found together."""

    complexity: Complexity
    proximity: Any
    density: Any
    coi: Any
    cog: Any


def outlook(M: Table, *, of: Kind | None = None, threshold: float = THRESHOLD) -> Outlook:
    """Return complexity, proximity, density, outlook index and outlook gain; the space is computed once.

    COI[r] = Σ_a (1 − M[r, a]) ω[r, a] PCI[a], then in standard deviations (ddof 0) from the mean of the regions.
    COG[r, a] = (1 − M[r, a]) Σ_b (1 − M[r, b]) φ[a, b] / Σ_c φ[b, c] · PCI[b], in standard deviations of the regions'
    complexity. PCI is here the eigenvector before its mean is taken off, as in the Atlas's own programs.

    Parameters
    ----------
    M, of, threshold
        Values, their advantage, or presence (region, activity); see `presence`.

    Raises
    ------
    DataError, SolveError
        As `indices`; also if a region has no activity or an activity no region, because the outlook then lacks a
        term, or if no region has anything ahead.

    References
    ----------
    Hausmann et al. (2014), The Atlas of Economic Complexity, technical box 2.4.

    Examples
    --------
    >>> found = outlook([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]])
    >>> found.coi.round(3).tolist(), found.cog.round(2)[1].tolist()
    ([-1.432, 0.985, 0.886, -0.439], [0.0, 0.0, 0.0, 1.72])
    """
    grid = read_grid(M)
    present = held(grid, of, threshold)
    found = _complete(found_in(grid, present))
    near = _proximity(present)
    close = _density(present, near)
    absent = 1.0 - _dense(present)
    ahead = (absent * close) @ found.raw_pci
    if not ahead.std():
        raise SolveError("no region's outlook differs from another's", deviation=0.0)
    weight = found.raw_pci / np.asarray(near.sum(axis=1)).ravel()
    gain = absent * np.asarray((absent * weight) @ near) / found.scale
    return Outlook(
        complexity=found,
        proximity=grid.square(near, "proximity"),
        density=grid.table(close, "density"),
        coi=grid.by_region((ahead - ahead.mean()) / ahead.std(), "coi"),
        cog=grid.table(gain, "cog"),
    )


def coi(M: Table, *, of: Kind | None = None, threshold: float = THRESHOLD) -> Any:
    """Return the complexity outlook of every region [standard deviations]; see `outlook`.

    How close the region is to complex activities that it does not have.

    Examples
    --------
    >>> coi([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]]).round(3).tolist()
    [-1.432, 0.985, 0.886, -0.439]
    """
    return outlook(M, of=of, threshold=threshold).coi


def cog(M: Table, *, of: Kind | None = None, threshold: float = THRESHOLD) -> Any:
    """Return what an activity that a region lacks would add to its outlook (region, activity); see `outlook`.

    0 where the region has the activity.

    Examples
    --------
    >>> cog([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]]).round(2)[1].tolist()
    [0.0, 0.0, 0.0, 1.72]
    """
    return outlook(M, of=of, threshold=threshold).cog


def _complete(found: Complexity) -> Complexity:
    remedy = "leave the region or the activity out"
    if found.undefined:
        raise DataError([Finding("table", 0, "", "", f"{name} has no complexity", remedy) for name in found.undefined])
    return found


def _dense(present: Any) -> Array:
    return np.asarray(present.toarray() if hasattr(present, "toarray") else present)


def _proximity(present: Presence) -> Presence:
    ubiquity = np.asarray(present.sum(axis=0)).ravel()
    if isinstance(present, sp.csr_array):
        together = sp.coo_array(present.T @ present)
        first, second = together.coords
        shares = together.data / np.maximum(ubiquity[first], ubiquity[second])
        return sp.csr_array((shares, (first, second)), shape=together.shape)
    # Counts up to 2^24 are exact in single precision, which halves the time of the product.
    single = present.astype(np.float32)
    result: Array = (single.T @ single).astype(np.float64)
    result /= np.maximum(np.maximum.outer(ubiquity, ubiquity), 1.0)
    return result


def _density(present: Presence, near: Presence) -> Array:
    total = np.asarray(near.sum(axis=0)).ravel()
    with_it = _dense(present @ near)
    result: Array = np.divide(with_it, total, out=np.zeros_like(with_it), where=total > 0)
    return result
