"""The distance exponent of the gravity prior, fitted to flows that are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from yijiang.economy.estimate.scaling import Array, newton_scale, ras_scale
from yijiang.errors import DataError, Finding, SolveError

STEPS = 100
TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class GravityFit:
    """A fitted gravity law.

    Attributes
    ----------
    exponent
        β of flow ∝ cost^−β [1].
    standard_error
        Its standard error, robust to any variance of the flows [1].
    fitted
        Flows of the fitted law, with the sums of the given ones (exporter, importer) [unit of the flows].
    residual
        |Σ (flow − fitted) ln cost| ÷ Σ flow at the end [1].
    iterations
        Newton steps.
    """

    exponent: float
    standard_error: float
    fitted: pd.DataFrame
    residual: float
    iterations: int


def fit_gravity(flows: pd.DataFrame, cost: pd.DataFrame, *, own: bool = False) -> GravityFit:
    """Fit β of T_in = r_i s_n c_in^−β to observed flows by Poisson pseudo-likelihood, r and s free for every region.

    The fit has the observed sums of rows and columns (that is what r and s do, as in `ras`) and the observed mean of
    ln c, weighted by flow: Σ T ln c = Σ T̂ ln c, found by Newton. Zero flows count; blanks do not.

    Parameters
    ----------
    flows
        Observed flows, exporter in rows, importer in columns [any unit]; NaN where nothing is known.
    cost
        Transport cost or distance, positive where a flow is given [any unit]; aligned by name.
    own
        Whether deliveries of a region to itself count.

    Returns
    -------
    GravityFit with exponent, standard error, fitted flows.

    Raises
    ------
    DataError
        If flows are negative, names or costs are missing, or the cost does not vary beyond what regions explain.
    SolveError
        If Newton does not converge.

    References
    ----------
    Santos Silva, J. M. C. & Tenreyro, S. (2006). The log of gravity. Review of Economics and Statistics 88:641–658.
    Fally, T. (2015). Structural gravity and fixed effects. Journal of International Economics 97:76–85 (that the fit
    has the observed sums).

    Examples
    --------
    >>> names = list("ABCD")
    >>> km = pd.DataFrame([[1, 2, 5, 9], [2, 1, 4, 7], [5, 4, 1, 3], [9, 7, 3, 1]], names, names)
    >>> made = pd.DataFrame(np.outer([5, 2, 3, 1], [2, 4, 1, 3]), names, names) * km**-1.4
    >>> round(fit_gravity(made, km).exponent, 6)
    1.4
    """
    t, x, used, names = _read(flows, cost, own)
    rows, columns, total = t.sum(axis=1), t.sum(axis=0), float(t.sum())
    beta, residual = 1.0, np.inf
    for step in range(1, STEPS + 1):
        fitted = _scaled(np.where(used, np.exp(-beta * x), 0.0), rows, columns)
        apart = _within(x, fitted)
        information = float((fitted * apart**2).sum())
        if not information > 1e-12 * total:
            text = "what the regions send and get explains all of it"
            raise DataError([Finding("cost", 0, "", "", f"the cost does not vary: {text}", "give more flows")])
        slope = float(((t - fitted) * x).sum())
        residual = abs(slope) / total
        if residual <= TOLERANCE:
            error = float(np.sqrt(((t - fitted)[used] ** 2 * apart[used] ** 2).sum())) / information
            return GravityFit(beta, error, pd.DataFrame(fitted, *names), residual, step)
        beta -= float(np.clip(slope / information, -1.0, 1.0))
    raise SolveError("the gravity law does not settle", residual=residual, iterations=float(STEPS))


def _scaled(prior: Array, rows: Array, columns: Array) -> Array:
    found = ras_scale(prior, rows, columns, TOLERANCE / 100, 2000)
    if found.residual > TOLERANCE:
        found = newton_scale(prior, rows, columns, found, TOLERANCE, 50)
    return found.rows[:, None] * prior * found.columns


def _within(x: Array, weight: Array) -> Array:
    """What is left of x when its weighted means by row and column are taken out."""
    n, m = x.shape
    across = np.block([[np.diag(weight.sum(axis=1)), weight], [weight.T, np.diag(weight.sum(axis=0))]])
    sums = np.concatenate([(weight * x).sum(axis=1), (weight * x).sum(axis=0)])
    # Rows and columns share one constant: least squares leaves it where it is.
    means = np.linalg.lstsq(across, sums, rcond=1e-12)[0]
    return np.asarray(x - means[:n, None] - means[n : n + m])


def _read(
    flows: pd.DataFrame, cost: pd.DataFrame, own: bool
) -> tuple[Array, Array, np.ndarray[tuple[int, ...], np.dtype[np.bool_]], tuple[pd.Index, pd.Index]]:
    found: list[Finding] = []
    for what, names, known in (("rows", flows.index, cost.index), ("columns", flows.columns, cost.columns)):
        for name in names.difference(known):
            found.append(Finding("cost", 0, what, str(name), "no cost is given for the region", "add it"))
    if found:
        raise DataError(found)
    t = flows.to_numpy(dtype=float, copy=True)
    c = cost.reindex(index=flows.index, columns=flows.columns).to_numpy(dtype=float, copy=True)
    used = ~np.isnan(t)
    if not own:
        used &= np.asarray(flows.index)[:, None] != np.asarray(flows.columns)[None, :]
    for i, n in np.argwhere(used & ~(np.isfinite(t) & (t >= 0))).tolist():
        where = f"{flows.index[i]} to {flows.columns[n]}"
        found.append(Finding("flows", 0, where, f"{t[i, n]:g}", "must be at least 0", "correct it or leave it blank"))
    for i, n in np.argwhere(used & ~(np.isfinite(c) & (c > 0))).tolist():
        where = f"{flows.index[i]} to {flows.columns[n]}"
        found.append(Finding("cost", 0, where, f"{c[i, n]:g}", "cost must be a number above 0", "enter the cost"))
    if not found and float(t[used].sum()) <= 0:
        found.append(Finding("flows", 0, "", "", "there is no flow", "give observed flows"))
    if found:
        raise DataError(found)
    logs = np.zeros_like(c)
    logs[used] = np.log(c[used])
    logs[used] -= logs[used].mean()
    return np.where(used, t, 0.0), logs, used, (flows.index, flows.columns)
