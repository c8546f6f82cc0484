"""Poisson pseudo-maximum likelihood by iteratively reweighted least squares, with robust standard errors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from yijiang.errors import DataError, Finding, SolveError

Floats = NDArray[np.float64]


class PoissonFit(NamedTuple):
    """A fit of E[y] = exp(X b).

    Attributes
    ----------
    coefficients, covariance, robust : b; its covariance if y is Poisson; its sandwich covariance if it is not.
    fitted : exp(X b).
    deviance, log_likelihood : of the fit.
    residual : largest |X'(y − fitted)| relative to X'y, which is 0 at the maximum.
    iterations : steps taken.
    """

    coefficients: Floats
    covariance: Floats
    robust: Floats
    fitted: Floats
    deviance: float
    log_likelihood: float
    residual: float
    iterations: int


def poisson(design: Floats, counts: Floats, tolerance: float = 1e-10, most: int = 100) -> PoissonFit:
    """Fit E[y] = exp(X b) by Poisson pseudo-maximum likelihood.

    b ← b + (X'WX)⁻¹ X'(y − μ),  W = diag(μ), μ = exp(Xb);  a step that raises the deviance is halved
    robust = (X'WX)⁻¹ X' diag((y − μ)²) X (X'WX)⁻¹

    It asks only that E[y | X] is right: y need not be Poisson, nor whole numbers, and may be 0.

    Parameters
    ----------
    design : (observation, regressor)
        X, the constant included [1].
    counts : (observation)
        y [any unit ≥ 0].
    tolerance
        Largest relative gradient.
    most
        Most steps.

    Raises
    ------
    DataError
        If a value is missing or negative, there are fewer observations than regressors, or regressors are collinear.
    SolveError
        If the steps do not converge, as when a regressor sets zeros apart and its coefficient runs away.

    Source: McCullagh and Nelder (1989), Generalized Linear Models; Santos Silva and Tenreyro (2006), Review of
    Economics and Statistics 88, on flows; White (1980), Econometrica 48, HC0.

    Examples
    --------
    >>> fit = poisson(np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]]), np.array([1.0, 3.0, 4.0, 12.0]))
    >>> np.exp(fit.coefficients).round(6).tolist(), fit.fitted.round(6).tolist()
    ([2.0, 4.0], [2.0, 2.0, 8.0, 8.0])
    """
    x, y = np.asarray(design, np.float64), np.asarray(counts, np.float64)
    _check(x, y)
    # Columns of one size make the normal equations as well conditioned as they can be.
    scale = np.abs(x).max(axis=0)
    z = x / scale
    b = np.linalg.lstsq(z, np.log(np.maximum(y, 0.5 * y[y > 0].min())), rcond=None)[0]
    mu = np.exp(np.clip(z @ b, -700, 700))
    deviance = _deviance(y, mu)
    # A regressor whose flows are all 0 has no size of its own: its gradient never counts as small.
    size = np.maximum(np.abs(z).T @ y, 1e-12 * y.sum())
    step = 0
    for step in range(1, most + 1):  # noqa: B007
        gradient = z.T @ (y - mu)
        residual = float((np.abs(gradient) / size).max())
        if residual <= tolerance:
            break
        move = np.linalg.lstsq(z * np.sqrt(mu)[:, None], (y - mu) / np.sqrt(mu), rcond=None)[0]
        length = 1.0
        for _ in range(40):
            new = np.exp(np.clip(z @ (b + length * move), -700, 700))
            lower = _deviance(y, new)
            if np.isfinite(lower) and lower <= deviance * (1 + 1e-12):
                break
            length /= 2
        b, mu, deviance = b + length * move, new, lower
    else:
        raise SolveError("the Poisson fit does not converge", gradient=residual, iterations=float(most))
    if (mu < 1e-12 * y.mean()).any():
        raise SolveError(
            "zeros are set apart by a regressor, so its coefficient has no finite value; leave those observations out",
            smallest=float(mu.min()),
        )
    bread = np.linalg.inv((z * mu[:, None]).T @ z)
    meat = (z * ((y - mu) ** 2)[:, None]).T @ z
    back = np.outer(scale, scale)
    return PoissonFit(
        b / scale, bread / back, bread @ meat @ bread / back, mu, deviance, log_likelihood(y, mu), residual, step
    )


def _check(x: Floats, y: Floats) -> None:
    findings = []
    for i in np.flatnonzero(~(np.isfinite(y) & (y >= 0))):
        problem = "a flow must be a number of 0 or more"
        findings.append(Finding("flows", int(i) + 2, "value", str(y[i]), problem, "correct or leave out the row"))
    for i, j in np.argwhere(~np.isfinite(x)):
        findings.append(
            Finding("flows", int(i) + 2, f"regressor {j + 1}", str(x[i, j]), "is no number (a logarithm of 0?)",
                    "correct or leave out the row")
        )  # fmt: skip
    if not findings:
        rank = int(np.linalg.matrix_rank(x / np.maximum(np.abs(x).max(axis=0), 1e-300))) if x.size else 0
        if len(y) <= x.shape[1] or rank < x.shape[1]:
            problem = f"{len(y)} flows do not tell {x.shape[1]} coefficients apart (rank {rank})"
            findings.append(Finding("flows", 0, "", "", problem, "give more flows, or a model with fewer constraints"))
        if not (y > 0).any():
            findings.append(Finding("flows", 0, "value", "0", "every flow is 0", "give flows above 0"))
    if findings:
        raise DataError(findings)


def _deviance(y: Floats, mu: Floats) -> float:
    return float(2.0 * (xlogy(y, y / mu) - (y - mu)).sum())


def log_likelihood(y: Floats, mu: Floats) -> float:
    """Return the Poisson log-likelihood Σ y ln μ − μ − ln Γ(y + 1).

    >>> round(log_likelihood(np.array([1.0, 2.0]), np.array([1.0, 2.0])), 6)
    -2.306853
    """
    return float((xlogy(y, mu) - mu - gammaln(y + 1)).sum())
