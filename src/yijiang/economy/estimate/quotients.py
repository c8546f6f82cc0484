"""Location quotients: input coefficients for a region without a table, from those of its country."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from yijiang.economy.estimate.scaling import Array
from yijiang.errors import DataError, Finding, OptionError, match_name

METHODS = ("slq", "cilq", "rlq", "flq", "aflq")


@dataclass(frozen=True, eq=False)
class RegionalCoefficients:
    """Input coefficients of a region.

    Attributes
    ----------
    coefficients
        Inputs from the region itself ÷ output (input, using) [1].
    imported
        What the technology needs beyond that, from elsewhere (input, using) [1].
    quotients
        Regional ÷ national coefficient, as used (input, using) [1].
    """

    coefficients: Array
    imported: Array
    quotients: Array


def location_quotients(
    region: ArrayLike, nation: ArrayLike, method: str = "flq", *, delta: float | None = None
) -> Array:
    """How far a region can supply its own inputs, from sector sizes alone.

        SLQ_i   = (x_i ÷ x) ÷ (X_i ÷ X),        x, X sector sizes of region and nation
        CILQ_ij = SLQ_i ÷ SLQ_j,                SLQ_i where i = j
        RLQ_ij  = SLQ_i ÷ log₂(1 + SLQ_j)
        FLQ_ij  = CILQ_ij λ,                    λ = (log₂(1 + x ÷ X))^δ
        AFLQ_ij = min(FLQ_ij, 1) log₂(1 + SLQ_j) where SLQ_j > 1, else FLQ_ij

    Row i supplies, column j uses. A small region buys more elsewhere, which only FLQ and AFLQ see; AFLQ lets a sector
    that the region is strong in draw its suppliers along. None of them knows of goods hauled both ways: for that,
    `regional_trade`.

    Parameters
    ----------
    region, nation
        Size of every sector, output or jobs (sector,) [any unit].
    method
        "slq", "cilq", "rlq", "flq" or "aflq".
    delta
        δ of FLQ and AFLQ, at least 0 and below 1 [1]; there is no default, since estimates run from 0.1 to 0.6.

    Returns
    -------
    Quotients (input, using) [1], not cut at 1; 0 in the column of a sector that the region does not have.

    Raises
    ------
    DataError
        If sizes are negative or not numbers, or the region has a sector that the nation lacks or has less of.
    OptionError
        If the method is unknown or δ is missing or out of range.

    References
    ----------
    Flegg, A. T. & Webber, C. D. (1997). On the appropriate use of location quotients in generating regional
    input-output tables. Regional Studies 31:795–805. Flegg, A. T. & Webber, C. D. (2000). Regional size, regional
    specialization and the FLQ formula. Regional Studies 34:563–569. Round, J. I. (1978). Journal of Regional Science
    18:179–194. Flegg, A. T. & Tohmo, T. (2013). Regional Studies 47:703–721 (values of δ).

    Examples
    --------
    A region with a quarter of the nation, strong in the first sector:

    >>> location_quotients([20, 5], [50, 50], "cilq").round(3).tolist()
    [[1.6, 4.0], [0.25, 0.4]]
    >>> location_quotients([20, 5], [50, 50], "flq", delta=0.3).round(3).tolist()
    [[1.139, 2.847], [0.178, 0.285]]
    """
    x, whole = (np.array(a, dtype=float) for a in (region, nation))
    kind = match_name(method, [(m,) for m in METHODS], "location quotient")
    flegg = kind in ("flq", "aflq")
    if flegg and (delta is None or not 0 <= delta < 1):
        raise OptionError(f"{kind} needs delta, at least 0 and below 1, not {delta}")
    _check(x, whole)
    slq = np.divide(x / x.sum(), whole / whole.sum(), out=np.zeros_like(x), where=whole > 0)
    if kind == "slq":
        return np.asarray(np.repeat(slq[:, None], x.size, axis=1) * (slq > 0))
    below = np.log2(1 + slq) if kind == "rlq" else slq
    quotient = np.divide(slq[:, None], below, out=np.zeros((x.size, x.size)), where=below > 0)
    np.fill_diagonal(quotient, slq)
    if flegg and delta is not None:
        quotient *= np.log2(1 + x.sum() / whole.sum()) ** delta
    if kind == "aflq":
        strong = slq > 1
        quotient[:, strong] = np.minimum(quotient[:, strong], 1.0) * np.log2(1 + slq[strong])
    return np.asarray(quotient)


def regional_coefficients(
    coefficients: ArrayLike,
    region: ArrayLike,
    nation: ArrayLike,
    method: str = "flq",
    *,
    delta: float | None = None,
) -> RegionalCoefficients:
    """Scale the nation's input coefficients down to what a region supplies itself: r_ij = min(q_ij, 1) a_ij.

    With AFLQ the factor may exceed 1 in the columns of strong sectors. What is missing of the nation's coefficient is
    imported from elsewhere.

    Parameters
    ----------
    coefficients
        The nation's own inputs ÷ output (input, using) [1], without imports from abroad where those are known apart.
    region, nation, method, delta
        As in `location_quotients`.

    Returns
    -------
    RegionalCoefficients with coefficients, imported, quotients.

    Raises
    ------
    DataError, OptionError
        As in `location_quotients`; also for coefficients that are negative or do not fit the sectors.

    References
    ----------
    As in `location_quotients`.

    Examples
    --------
    >>> found = regional_coefficients([[0.2, 0.1], [0.3, 0.2]], [20, 5], [50, 50], "cilq")
    >>> found.coefficients.round(3).tolist(), found.imported.round(3).tolist()
    ([[0.2, 0.1], [0.075, 0.08]], [[0.0, 0.0], [0.225, 0.12]])
    """
    a = np.array(coefficients, dtype=float)
    quotient = location_quotients(region, nation, method, delta=delta)
    if a.shape != quotient.shape or not np.isfinite(a).all() or (a < 0).any():
        problem = f"has shape {a.shape} or a cell below 0; the sectors ask for {quotient.shape}"
        raise DataError([Finding("coefficients", 0, "", "", problem, "give inputs ÷ output (input, using)")])
    slq = np.diag(location_quotients(region, nation, "slq"))
    free = (slq > 1) & (method.strip().casefold() == "aflq")
    used = np.where(free, quotient, np.minimum(quotient, 1.0))
    return RegionalCoefficients(used * a, np.maximum(a - used * a, 0.0), used)


def _check(x: Array, whole: Array) -> None:
    found: list[Finding] = []
    if x.ndim != 1 or x.shape != whole.shape:
        problem = f"{x.size} sectors in the region, {whole.size} in the nation"
        raise DataError([Finding("quotients", 0, "sectors", "", problem, "give one size for every sector of both")])
    for name, sizes in (("region", x), ("nation", whole)):
        for j in np.flatnonzero(~(np.isfinite(sizes) & (sizes >= 0))).tolist():
            found.append(Finding("quotients", 0, name, str(j), "must be a number of at least 0", "enter its size"))
        if not found and sizes.sum() <= 0:
            found.append(Finding("quotients", 0, name, "", "all sectors are 0", "enter their sizes"))
    if not found:
        for j in np.flatnonzero(x > whole * (1 + 1e-9)).tolist():
            problem = f"the region has {x[j]:.6g}, the nation {whole[j]:.6g}"
            found.append(Finding("quotients", 0, "sector", str(j), problem, "use sizes in the same unit and year"))
    if found:
        raise DataError(found)
