"""Closing the product accounts of a country whose regional tables do not fit together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yijiang.economy.estimate.balance import gras, ras
from yijiang.economy.estimate.tables import RegionalTables
from yijiang.errors import DataError, Finding

Array = NDArray[np.float64]


@dataclass(frozen=True)
class UseBalance:
    """Regional tables whose uses of every product add up to its supply.

    Attributes
    ----------
    tables
        The tables with moved inputs and final use; all else as given.
    intermediate_ratio, final_ratio
        Use of a product after ÷ before, over all regions (sector,) [1].
    final_factor
        Final use of every region after ÷ before [1].
    residual
        Largest miss of a sum ÷ largest sum [1].
    iterations
        Steps of the balancing.
    """

    tables: RegionalTables
    intermediate_ratio: Array
    final_ratio: Array
    final_factor: float
    residual: float
    iterations: int


def balance_uses(
    tables: RegionalTables, tol: float = 1e-9, *, national: tuple[ArrayLike, ArrayLike] | None = None
) -> UseBalance:
    """Move the product mix of inputs and final use so that the country's use of every product equals its supply.

    The sum of outflows differs from that of inflows, product by product, because the tables were made apart. So over
    all regions uses differ from supply, whatever trade is assumed. The table of all uses is balanced by `gras` to

        rows     Σ_n (Σ_k z_njk + y_nj) = Σ_n (x_nj − e_nj + m_nj)     for every product j,
        columns  Σ_j z_njk = x_nk − v_nk   and   Σ_j y_nj = φ Y_n      for every region n and using sector k,

    with φ = (supply − Σ inputs) ÷ Σ Y. Output, value added, exports and imports, and what each sector spends on inputs,
    stay as they are; φ is the same for all regions, for none of the tables is known to be the wrong one.

    With a national table its inputs Z and final use are first balanced to these rows and to the sums of the regions'
    columns; then every region's inputs keep to them too, one using sector k at a time, by `ras`:

        Σ_n z_njk = Z_jk   and   Σ_j z_njk = x_nk − v_nk,

    and final use likewise by `gras`. More is known then, so the regional tables move further.

    Parameters
    ----------
    tables
        Regional tables [money/yr].
    tol
        Largest residual accepted, relative to the largest sum.
    national
        Inputs (input, using) and final use (sector,) of the country's own table, imports included [any unit].

    Returns
    -------
    UseBalance with tables, ratios and residual.

    Raises
    ------
    DataError
        If the tables have faults, or supply is smaller than the inputs.
    SolveError
        If the balancing does not converge.

    References
    ----------
    Lenzen, M., Wood, R. & Gallego, B. (2007), see `gras`.

    Examples
    --------
    Final use of 40 in each region, but only 30 is left of the supply: φ = 0.75.

    >>> x = np.array([[100.0], [100.0]])
    >>> z = np.array([[[70.0]], [[70.0]]])
    >>> t = RegionalTables(x, z, 0.4 * x, 0 * x, 0 * x, 0 * x, 0.1 * x, 0.3 * x, ("Upper", "Lower"), ("grain",))
    >>> result = balance_uses(t)
    >>> result.final_factor, result.tables.final.round(6).tolist()
    (0.75, [[30.0], [30.0]])
    """
    t = tables.checked()
    regions, sectors = t.output.shape
    supply = (t.output - t.export + t.import_).sum(axis=0)
    spent = t.output - t.value_added
    wanted = t.final.sum(axis=1)
    left = float(supply.sum() - spent.sum())
    if left <= 0 or wanted.sum() <= 0:
        problem = f"supply {supply.sum():.6g} leaves nothing after inputs of {spent.sum():.6g}"
        raise DataError([Finding("tables", 0, "output", "", problem, "correct output, value added, export or import")])
    factor = left / float(wanted.sum())
    if national is None:
        uses = np.concatenate([t.intermediate.transpose(1, 0, 2).reshape(sectors, -1), t.final.T], axis=1)
        found = gras(uses, supply, np.concatenate([spent.ravel(), factor * wanted]), tol)
        inputs = found.table[:, :-regions].reshape(sectors, regions, sectors).transpose(1, 0, 2).copy()
        final = found.table[:, -regions:].T.copy()
        residual, iterations = found.residual, found.iterations
    else:
        inputs, final, residual, iterations = _to_national(t, national, supply, spent, factor * wanted, tol)
    before, after = t.intermediate.sum(axis=(0, 2)), inputs.sum(axis=(0, 2))
    return UseBalance(
        replace(t, intermediate=inputs, final=final),
        _over(after, before),
        _over(final.sum(axis=0), t.final.sum(axis=0)),
        factor,
        residual,
        iterations,
    )


def _to_national(
    t: RegionalTables, national: tuple[ArrayLike, ArrayLike], supply: Array, spent: Array, wanted: Array, tol: float
) -> tuple[Array, Array, float, int]:
    """Inputs, final use, the worst residual and the most steps, with a national table as control."""
    given, asked = (np.array(a, dtype=float) for a in national)
    if given.shape != t.intermediate.shape[1:] or asked.shape != supply.shape:
        problem = f"has shapes {given.shape} and {asked.shape}, the tables have {supply.size} sectors"
        raise DataError([Finding("national", 0, "", "", problem, "give inputs (input, using) and final use (sector,)")])
    # What no region uses, the country cannot either.
    given = np.where(t.intermediate.sum(axis=0) > 0, given, 0.0)
    asked = np.where((t.final != 0).any(axis=0), asked, 0.0)
    whole = gras(np.column_stack([given, asked]), supply, np.concatenate([spent.sum(axis=0), [wanted.sum()]]), tol)
    inputs = np.zeros_like(t.intermediate)
    residual, iterations = whole.residual, whole.iterations
    for k in range(supply.size):
        found = ras(t.intermediate[:, :, k], spent[:, k], whole.table[:, k], max(tol, whole.residual))
        inputs[:, :, k] = found.table
        residual, iterations = max(residual, found.residual), max(iterations, found.iterations)
    final = gras(t.final, wanted, whole.table[:, -1], max(tol, whole.residual))
    return inputs, final.table, max(residual, final.residual), max(iterations, final.iterations)


def _over(after: Array, before: Array) -> Array:
    return np.divide(after, before, out=np.ones_like(after), where=before != 0)
