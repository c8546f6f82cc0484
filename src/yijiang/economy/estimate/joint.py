"""Closing trade and final use together, instead of trade first and final use after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from yijiang.economy.estimate.feasibility import blocking
from yijiang.economy.estimate.kernels import close
from yijiang.economy.estimate.scaling import Array, apply_factors, empty_lines, gras_scale
from yijiang.errors import SolveError

LIMIT = 20_000
CHANCE = 1e-3
"""Share of its goods that a region may send, and of its use that it may get, where it reports none: with nothing to
scale, a region that makes more than it uses could not sell it."""


@dataclass(frozen=True)
class JointClosing:
    """Trade that agrees with final use.

    Attributes
    ----------
    outflow, inflow
        Trade with the other regions (region, sector) [money/yr].
    final
        Final use that every row account then has (region, sector) [money/yr].
    residual
        Largest miss of an account ÷ largest account [1].
    iterations
        Steps of the balancing.
    """

    outflow: Array
    inflow: Array
    final: Array
    residual: float
    iterations: int


def close_jointly(
    supply: Array, import_: Array, inputs: Array, final: Array, outflow: Array, inflow: Array, tol: float = 1e-8
) -> JointClosing:
    """Move outflow, inflow and final use as little as possible until every account holds.

    In the sense of `gras`, with final use and outflow as positive and inflow as negative cells, nearest to the reports:

        final_nj + outflow_nj − inflow_nj = supply_nj + import_nj − inputs_nj     for every region n and sector j,
        Σ_n outflow_nj = Σ_n inflow_nj                                          for every sector j,
        Σ_j final_nj = φ Σ_j final⁰_nj                                          for every region n, with one φ for all.

    So no region's final use has to absorb what its trade reports leave over; the region's trade moves instead. A region
    that would send more than its supply has its outflow and inflow lowered alike; if it would send on imports, the
    sector's trade is closed once more by "min", and final use takes what that moves.

    Parameters
    ----------
    supply
        Output − export (region, sector) [money/yr].
    import_, inputs
        Import and use as inputs (region, sector) [money/yr].
    final
        Final use as reported (region, sector) [money/yr]; of either sign.
    outflow, inflow
        Trade with the other regions as reported, or with cross-hauling added (region, sector) [money/yr].
    tol
        Largest residual accepted. What it leaves of a row's account goes to final use; the trade of every sector and
        the total of every region's final use are met to rounding.

    Returns
    -------
    JointClosing with outflow, inflow, final and residual.

    Raises
    ------
    SolveError
        If the accounts cannot hold together, or the balancing does not converge.

    References
    ----------
    The sense of nearness is that of Lenzen, Wood & Gallego (2007), see `gras`.

    Examples
    --------
    Two regions, each using 60 of its own 100; the first reports to send 50, the second to get 30.

    >>> one = np.ones((2, 1))
    >>> closed = close_jointly(100 * one, 0 * one, 60 * one, [[20.0], [60.0]], [[50.0], [10.0]], [[10.0], [30.0]])
    >>> closed.final.round(2).tolist(), bool(abs((closed.outflow - closed.inflow).sum()) < 1e-6)
    ([[20.0], [60.0]], True)
    """
    supply, import_, inputs, final, outflow, inflow = (
        np.array(a, dtype=float) for a in (supply, import_, inputs, final, outflow, inflow)
    )
    sectors = supply.shape[1]
    left = supply + import_ - inputs
    use = np.maximum(inputs + final, 0.0)
    o, f = np.maximum(outflow, CHANCE * supply), np.maximum(inflow, CHANCE * use)
    # A row of one sign cannot reach a sum of the other: what is short must come in, what is over is used.
    f = np.where((left < 0) & (f <= 0) & (final >= 0), -left, f)
    y = np.where((left > 0) & (o <= 0) & (final <= 0), left, final)
    wanted = final.sum(axis=1)
    wanted *= left.sum() / wanted.sum()
    rows, columns = left.ravel(), np.concatenate([wanted, np.zeros(sectors)])
    table, place = _table(y, o, f)
    empty_lines(table, rows, columns)
    found = gras_scale(table, rows, columns, tol, LIMIT)
    if not found.residual <= tol:
        figures = {"residual": found.residual, "iterations": float(found.iterations)}
        excess = blocking(table, rows, columns)[2]
        why = f": the accounts exclude each other by {excess:.6g}" if excess > 0 else ""
        raise SolveError(f"trade and final use cannot be closed together{why}", **figures)
    apply_factors(table, found)
    cells = np.zeros(3 * rows.size)
    cells[place] = table.data
    o, f = cells[rows.size : 2 * rows.size].reshape(o.shape), -cells[2 * rows.size :].reshape(o.shape)
    # Two-way trade beyond the supply goes first; what imports were to be sent on stays, and the others get less.
    over = np.minimum(np.maximum(o - supply, 0.0), f)
    o, f = close(o - over, f - over, supply, inputs - import_, "min")
    return JointClosing(o, f, left - o + f, found.residual, found.iterations)


def _table(final: Array, outflow: Array, inflow: Array) -> tuple[sparse.csr_array, NDArray[np.intp]]:
    """Rows are (region, sector); columns every region's final use, then every sector's trade, which holds two cells.

    Second: where each cell stands among final use, outflow and inflow laid one after the other.
    """
    regions, sectors = final.shape
    rows = np.arange(regions * sectors)
    n, j = np.divmod(rows, sectors)
    data = np.concatenate([final.ravel(), outflow.ravel(), -inflow.ravel()])
    at, column = np.tile(rows, 3), np.concatenate([n, regions + j, regions + j])
    place = np.flatnonzero(data != 0)
    place = place[np.argsort(at[place], kind="stable")]
    starts = np.searchsorted(at[place], np.arange(regions * sectors + 1))
    cells = data[place], column[place].astype(np.int32), starts.astype(np.int32)
    return sparse.csr_array(cells, shape=(regions * sectors, regions + sectors)), place
