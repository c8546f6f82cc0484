"""What chance alone would give: random tables that keep the sizes, and where a figure stands among them.

Three nulls, all seeded: `deal` hands the specialisations of a sector out anew among the regions, `rewire` hands the
ties between two regions out anew among all couples, both with every row and column sum kept; `curveball` swaps
presences with every row and column sum kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import OptionError, SolveError

Floats = NDArray[np.float64]

#: Row and column sums are met to this part of the largest row; random tables need no more than five digits.
TOLERANCE = 1e-9
RANDOM_TOLERANCE = 1e-6
MOST_ROUNDS = 1_000
#: A step of Newton's method among so many of scaling in turn.
NEWTON_EVERY = 10
#: A cell that is 0 may be dealt to a place where margins need something; it counts as this part of an even spread.
LEAST = 1e-4


@dataclass(frozen=True)
class Band:
    """A figure among what chance gives: the 5th, 50th and 95th percentile of chance, and how often chance reaches it.

    `above` is the share of random tables (the figure itself counted among them) that reach at least its value, `below`
    the share that reach at most its value: a small `above` means more than chance, a small `below` less.
    """

    low: float
    median: float
    high: float
    above: float
    below: float
    draws: int

    @property
    def verdict(self) -> str:
        """Whether the figure is "more" or "less" than nineteen in twenty random tables give, or like "chance"."""
        return "more" if self.above <= 0.05 else "less" if self.below <= 0.05 else "chance"


def band(value: float, chance: Floats) -> Band:
    """Return where a value stands among what chance gives.

    above = (1 + #{chance ≥ value}) / (1 + draws); below likewise

    References
    ----------
    Davison & Hinkley (1997), Bootstrap Methods and their Application, section 4.2.

    Examples
    --------
    >>> found = band(9.0, np.arange(1.0, 20.0))
    >>> found.above, found.below, found.verdict
    (0.6, 0.5, 'chance')
    """
    if not chance.size:
        raise OptionError("a band needs at least one random table")
    # Two sums of the same cells in another order are the same figure.
    close = 1e-9 * max(abs(value), float(np.abs(chance).max()))
    low, median, high = (float(v) for v in np.percentile(chance, (5, 50, 95)))
    count = chance.size + 1
    above = (1 + int((chance >= value - close).sum())) / count
    below = (1 + int((chance <= value + close).sum())) / count
    return Band(low, median, high, above, below, chance.size)


def fit_margins(cells: Floats, rows: Floats, columns: Floats, tol: float = TOLERANCE) -> Floats:
    """Scale rows and columns of many tables at once until their sums are met (RAS).

    Parameters
    ----------
    cells : (…, row, column)
        Tables to start from; a cell of 0 stays 0.
    rows : (…, row), columns : (…, column)
        Sums to meet, of equal totals; of every table, or one for all.
    tol
        Largest miss of a row, as a part of the largest row.

    Returns
    -------
    array (…, row, column)

    Raises
    ------
    SolveError
        If the sums cannot be met, with the largest miss.

    References
    ----------
    Deming & Stephan (1940), The Annals of Mathematical Statistics 11(4).

    Examples
    --------
    >>> fit_margins(np.ones((2, 2)), np.array([1.0, 3.0]), np.array([2.0, 2.0])).tolist()
    [[0.5, 0.5], [1.5, 1.5]]
    """
    table = cells.reshape(-1, *cells.shape[-2:]).copy()
    rows = np.broadcast_to(rows, cells.shape[:-1]).reshape(table.shape[:2])
    columns = np.broadcast_to(columns, (*cells.shape[:-2], cells.shape[-1])).reshape(len(table), -1)
    scale = np.maximum(rows.max(axis=1, initial=0.0), np.finfo(float).tiny)
    # Tables that have come to rest drop out: a few slow ones would otherwise hold up all of them.
    active = np.arange(len(table))
    work, miss = table, np.full(len(table), np.inf)
    for round_ in range(1, MOST_ROUNDS + 1):
        if round_ % NEWTON_EVERY == 0:
            work = _newton(work, rows, columns)
        sums = work.sum(axis=2)
        work = work * np.divide(rows, sums, out=np.zeros_like(sums), where=sums > 0)[:, :, None]
        sums = work.sum(axis=1)
        work *= np.divide(columns, sums, out=np.zeros_like(sums), where=sums > 0)[:, None, :]
        miss = np.abs(work.sum(axis=2) - rows).max(axis=1, initial=0.0) / scale
        rests = miss <= tol
        if rests.any():
            table[active[rests]] = work[rests]
            active, work, rows, columns, scale = (a[~rests] for a in (active, work, rows, columns, scale))
            if not active.size:
                return table.reshape(cells.shape)
    raise SolveError("no table has these row and column sums", miss=float(miss.max()))


def _newton(work: Floats, rows: Floats, columns: Floats) -> Floats:
    """One step of Newton's method for the scale factors of many tables, each changed by a factor of e at most.

    Where one region has nearly all of a trade, scaling in turn creeps: its rate goes to 1 as the rest's share to 0.
    """
    count, high, wide = work.shape
    own, others = work.sum(axis=2), work.sum(axis=1)
    system = np.zeros((count, high + wide, high + wide))
    system[:, :high, high:], system[:, high:, :high] = work, work.transpose(0, 2, 1)
    diagonal = np.concatenate([own, others], axis=1)
    total = own.sum(axis=1)[:, None]
    at = np.arange(high + wide)
    system[:, at, at] = diagonal + np.where(diagonal > 0, 1e-14 * total, total)
    # Rows up and columns down by one factor is no change: that direction is taken out.
    idle = np.concatenate([np.ones(high), -np.ones(wide)])
    system += (total / (high + wide) ** 2)[:, :, None] * np.outer(idle, idle)
    wanted = np.concatenate([rows - own, columns - others], axis=1)
    step = np.clip(np.linalg.solve(system, wanted[:, :, None])[:, :, 0], -1.0, 1.0)
    result: Floats = work * np.exp(step[:, :high, None] + step[:, None, high:])
    return result


def sizes_alone(rows: Floats, columns: Floats, allowed: NDArray[np.bool_] | None = None) -> Floats:
    """Return the table that sizes alone predict: the most even one with these sums and no cell where none is allowed.

    The doubly constrained gravity model without distance (Wilson 1967); of many tables at once where `rows` and
    `columns` are the sums of many (table, …).

    Examples
    --------
    >>> sizes_alone(np.array([1.0, 3.0]), np.array([2.0, 2.0])).tolist()
    [[0.5, 0.5], [1.5, 1.5]]
    """
    shape = (*rows.shape, columns.shape[-1])
    start = np.ones(shape) if allowed is None else allowed.astype(np.float64)
    return fit_margins(start, rows, columns)


def between_others(rows: Floats, columns: Floats) -> NDArray[np.bool_]:
    """Return which couples n ≠ i can trade at all: where one region is on one side of everything, only those with it.

    Parameters
    ----------
    rows, columns : (region)
        Purchases from, and sales to, the others [money/year].

    Examples
    --------
    >>> between_others(np.array([1.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0])).astype(int).tolist()
    [[0, 0, 1], [0, 0, 1], [1, 1, 0]]
    """
    allowed = ~np.eye(len(rows), dtype=bool)
    centre = rows + columns >= rows.sum() * (1 - 1e-9)
    if rows.sum() and len(rows) > 2 and centre.any():
        allowed &= centre[:, None] | centre[None, :]
    return allowed


def deal(table: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Return random tables in which each column's specialisations are dealt anew among the rows, all sums kept.

    q[r, c] = table[r, c] · Σ / (row sum · column sum), permuted within every column, then scaled back to the sums.

    Parameters
    ----------
    table : (region, sector)
        Values [any one unit].
    draws
        Random tables.
    rng
        Where chance comes from.

    Returns
    -------
    array (draw, region, sector)

    Examples
    --------
    >>> found = deal(np.array([[1.0, 4.0], [5.0, 2.0], [3.0, 3.0]]), 3, np.random.default_rng(0))
    >>> np.allclose(found.sum(axis=1), [9, 9]), np.allclose(found.sum(axis=2), [5, 7, 6])
    (True, True)
    """
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    if not rows.sum():
        return np.zeros((draws, *table.shape))
    even = np.outer(rows, columns) / table.sum()
    quotient = np.maximum(np.divide(table, even, out=np.zeros_like(table), where=even > 0), LEAST)
    dealt = rng.permuted(np.broadcast_to(quotient, (draws, *table.shape)), axis=1)
    return fit_margins(dealt * even, rows, columns, RANDOM_TOLERANCE)


def rewire(flows: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Return random tables of deliveries in which the ties are dealt anew among all couples, all sums kept.

    q[n, i] = flow ÷ what sizes alone predict, permuted over all n ≠ i, then scaled back to the sums; the diagonal is
    left out and comes back as 0.

    Parameters
    ----------
    flows : (buyer, seller, sector)
        Deliveries between regions [money/year].
    draws, rng
        As `deal`.

    Returns
    -------
    array (draw, buyer, seller, sector)

    Examples
    --------
    >>> flows = np.array([[0.0, 4.0, 1.0], [5.0, 0.0, 2.0], [3.0, 3.0, 0.0]])[:, :, None]
    >>> rewire(flows, 2, np.random.default_rng(0)).sum(axis=(1, 3)).round(6).tolist()
    [[8.0, 7.0, 3.0], [8.0, 7.0, 3.0]]
    """
    regions = flows.shape[0]
    result = np.zeros((draws, *flows.shape))
    for j in range(flows.shape[2]):
        flow = np.where(np.eye(regions, dtype=bool), 0.0, flows[:, :, j])
        rows, columns = flow.sum(axis=1), flow.sum(axis=0)
        if not rows.sum():
            continue
        even = sizes_alone(rows, columns, between_others(rows, columns))
        cells = even > 0
        quotient = np.maximum(flow[cells] / even[cells], LEAST)
        random = np.zeros((draws, regions, regions))
        random[:, cells] = rng.permuted(np.broadcast_to(quotient, (draws, quotient.size)), axis=1) * even[cells]
        result[:, :, :, j] = fit_margins(random, rows, columns, RANDOM_TOLERANCE)
    return result


def curveball(presence: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Return random presences in which every region has as many activities, and every activity as many regions.

    Two regions trade the activities that only one of them has, at random, each keeping its number; every random table
    starts from the presence itself and sees 5 × regions trades.

    Parameters
    ----------
    presence : (region, activity)
        0 or 1.
    draws, rng
        As `deal`.

    Returns
    -------
    array (draw, region, activity) [0 or 1]

    References
    ----------
    Strona, Nappo, Boccacci, Fattorini & San-Miguel-Ayanz (2014), Nature Communications 5, 4114.

    Examples
    --------
    >>> found = curveball(np.array([[1.0, 1, 0], [0, 1, 1], [1, 0, 0]]), 2, np.random.default_rng(0))
    >>> found.sum(axis=2).tolist(), found.sum(axis=1).tolist()
    ([[2.0, 2.0, 1.0], [2.0, 2.0, 1.0]], [[2.0, 2.0, 1.0], [2.0, 2.0, 1.0]])
    """
    if not np.isin(presence, (0.0, 1.0)).all():
        raise OptionError("a table of presence holds only 0 and 1")
    regions, activities = presence.shape
    result = np.repeat(presence[None], draws, axis=0)
    each = np.arange(draws)
    for _ in range(5 * regions if regions > 1 else 0):
        first = rng.integers(regions, size=draws)
        second = (first + 1 + rng.integers(regions - 1, size=draws)) % regions
        mine, theirs = result[each, first], result[each, second]
        free = mine != theirs
        # Of the activities only one of the two has, those with the smallest keys go to the first.
        keys = np.where(free, rng.random((draws, activities)), 2.0)
        rank = keys.argsort(axis=1).argsort(axis=1)
        taken = (rank < (mine * free).sum(axis=1)[:, None]).astype(np.float64)
        result[each, first] = np.where(free, taken, mine)
        result[each, second] = np.where(free, 1.0 - taken, theirs)
    return result


def shuffled(ratio: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Return a ratio dealt anew among the regions (draw, region): the null of a figure that has one value per region.

    >>> sorted(shuffled(np.array([1.0, 2.0]), 1, np.random.default_rng(0))[0].tolist())
    [1.0, 2.0]
    """
    return rng.permuted(np.broadcast_to(ratio, (draws, ratio.size)), axis=1)
