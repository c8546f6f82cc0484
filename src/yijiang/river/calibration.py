"""Decay and load factors from monitored concentrations, with what the data can and cannot say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from yijiang.errors import OptionError, SolveError
from yijiang.messages import message
from yijiang.river.fit import fit
from yijiang.river.formulas import Floats
from yijiang.river.loads import SOURCE_KEYS, Loads
from yijiang.river.network import RiverNetwork
from yijiang.river.observed import ALL, Model, observations

GRID = 41
CHI_SQUARE_95 = 3.841
INDISTINGUISHABLE = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Decay and load factors of one pollutant, and how well they fit.

    Attributes
    ----------
    pollutant
        Calibrated pollutant.
    decay, decay_low, decay_high : float [1/day]
        Best value, and the range that fits no worse at 95 % (profile of the sum of squares); the bounds of the search
        if the data do not limit it.
    factors : DataFrame
        By group of loads: `factor` (calibrated / given load) [-], `low`, `high` (95 %, linearised, within the bounds).
    fit : DataFrame
        By section and for all: `count`, `observed`, `modelled` (means), `bias`, `rmse` [mg/L], `nse`, `kge`
        (missing where there are fewer than three values or they do not vary).
    observed : DataFrame
        Every value used: `section`, `time`, `regime`, `value`, `modelled`, `residual`.
    identified : bool
        Whether the data tell decay from load.
    notes : tuple of (message key, values)
        Why, as `statement` and `report` say it.
    correlation : float
        Of the errors of decay and of a factor common to all loads [-].
    relative_error : float
        Root of the mean squared relative residual [-]: the calibration error for `distinguishable`.
    """

    pollutant: str
    decay: float
    decay_low: float
    decay_high: float
    factors: pd.DataFrame
    fit: pd.DataFrame
    observed: pd.DataFrame
    identified: bool
    notes: tuple[tuple[str, dict[str, str]], ...]
    correlation: float
    relative_error: float

    @property
    def statement(self) -> str:
        """In English what the data can and cannot tell."""
        return self._told("en")

    def _told(self, lang: str) -> str:
        first = message("calibration.told" if self.identified else "calibration.not_told", lang)
        rest = [message(key, lang, **values) for key, values in self.notes]
        return (" " if lang == "en" else "").join([first, *rest])

    def report(self, lang: str = "en") -> str:
        """One block of text a person can read, in English or Chinese."""
        whole = self.fit.loc["all"]

        def say(key: str, **values: str) -> str:
            return message(f"calibration.{key}", lang, **values)

        numbers = {"value": f"{self.decay:.4g}", "low": f"{self.decay_low:.4g}", "high": f"{self.decay_high:.4g}"}
        lines = [say("decay", pollutant=self.pollutant, **numbers)]
        for name, row in self.factors.iterrows():
            group = say("all_loads") if name == ALL else str(name)
            numbers = {
                key: f"{row[column]:.3f}" for key, column in (("value", "factor"), ("low", "low"), ("high", "high"))
            }
            lines.append("  " + say("factor", group=group, **numbers))
        fitted = {"bias": f"{whole['bias']:+.3g}", "rmse": f"{whole['rmse']:.3g}"}
        lines.append("  " + say("fit", count=str(len(self.observed)), **fitted))
        return "\n".join([*lines, "  " + self._told(lang)])


def calibrate(
    net: RiverNetwork,
    loads: pd.DataFrame,
    observed: pd.DataFrame,
    pollutant: str,
    *,
    decay: tuple[float, float] = (0.0, 1.0),
    factor: tuple[float, float] = (0.2, 5.0),
    by: Sequence[str] = (),
    regimes: Mapping[int, str] | None = None,
    error: float = 0.2,
    boundary: pd.DataFrame | None = None,
) -> Calibration:
    r"""Fit decay and load factors to monitored concentrations by bounded least squares.

    .. math::

        \min_{k, φ} \sum_o \left( \frac{\sum_g φ_g R_{s(o), g}(k)\, w_g + b_o(k) - c_o}{ε\, c_o} \right)^2

    with the response R of a section to a group of loads w, decay k, factors φ, the boundary's part b, observations c.
    For each k of a grid over its bounds, and then between grid points, φ is found by linear least squares within its
    bounds; so the best k is global on the grid and its profile gives the range. A value below detection counts only
    where the model is above the limit.

    Parameters
    ----------
    net, loads, boundary
        As in `steady`; loads may have columns `rate_…` [-], their rate in a regime ÷ the yearly mean `tonnes` say.
    observed : DataFrame
        As from `read_monitoring`: `section`, `month`, `pollutant`, `value`, optionally `time`, `unit`, `censored`.
    pollutant
        Which one.
    decay, factor
        Bounds of k [1/day] and φ [-].
    by
        Columns of loads whose groups have a factor each; default: one for all.
    regimes
        Regime by month; default: "mean" throughout.
    error
        Relative error of an observation [-]; it weighs small and large values alike.

    Returns
    -------
    Calibration

    Raises
    ------
    DataError
        With every fault of the input.
    OptionError
        If bounds are wrong.
    SolveError
        If no load reaches any of the observed sections.

    References
    ----------
    Seber, G. A. F. and Wild, C. J. (1989), Nonlinear Regression, sections 3.3 and 5.4 (profiles); Nash and Sutcliffe
    (1970), Journal of Hydrology 10; Gupta et al. (2009), Journal of Hydrology 377.

    Examples
    --------
    >>> n = 4
    >>> reach = {"reach": list("abcd"), "downstream": ["b", "c", "d", ""], "length_km": [86.4] * n}
    >>> reach |= {
    ...     "flow_mean": [100.0] * n,
    ...     "flow_low": [50.0] * n,
    ...     "velocity_mean": [1.0] * n,
    ...     "velocity_low": [0.5] * n,
    ... }
    >>> net = RiverNetwork(pd.DataFrame(reach), pd.DataFrame({"section": list("stuv"), "reach": list("abcd")}))
    >>> loads = pd.DataFrame({"region": ["U"], "reach": ["a"], "pollutant": ["X"], "tonnes": [1000.0]})
    >>> loads["spread"] = "point"
    >>> seen = pd.DataFrame({"section": list("stuv"), "month": 1, "pollutant": "X"})
    >>> seen["value"] = 2 * 0.317098 * np.exp(-0.3 * np.arange(1, 5))
    >>> found = calibrate(net, loads, seen, "X")
    >>> round(found.decay, 3), round(float(found.factors["factor"].iloc[0]), 3), found.identified
    (0.3, 2.0, True)
    """
    low, high = decay
    if not (0 <= low < high and np.isfinite(high) and 0 <= factor[0] < factor[1] and error > 0):
        raise OptionError("bounds must be 0 ≤ low < high, and error greater than 0")
    wrong = [name for name in by if name not in SOURCE_KEYS or name not in loads.columns]
    if wrong:
        raise OptionError(f"loads have no source column {', '.join(wrong)}; known: {', '.join(SOURCE_KEYS)}")
    table = observations(net, observed, pollutant, regimes)
    own = loads[loads["pollutant"].astype(str).str.strip() == pollutant]
    Loads.of(net, own, [pollutant], boundary)
    model = Model(net, own, list(by), pollutant, table, boundary)
    weight = 1.0 / (error * np.maximum(table["value"].to_numpy(dtype=np.float64), 1e-12))
    if not model.at(low)[0].any():
        raise SolveError("no load reaches any of the observed sections")

    def best(k: float) -> tuple[float, Floats]:
        return _factors(model.at(k), table, weight, factor)

    grid = np.linspace(low, high, GRID)
    costs = np.array([best(float(k))[0] for k in grid])
    at = int(np.argmin(costs))
    found = _refine(lambda k: best(k)[0], grid[max(at - 1, 0)], grid[min(at + 1, GRID - 1)])
    k = found if best(found)[0] <= costs[at] else float(grid[at])
    cost, phi = best(k)
    matrix, rest = model.at(k)
    modelled = matrix @ phi + rest
    count, unknowns = len(table), phi.size + 1
    scale = max(cost / max(count - unknowns, 1), 1e-30)
    bound = cost + CHI_SQUARE_95 * scale
    k_low, k_high = _profile(lambda v: best(v)[0], k, low, high, grid, costs, bound)
    covariance, correlation = _spread(model, k, phi, weight, scale)
    names = model.labels
    deviation = 1.96 * np.sqrt(np.maximum(np.diag(covariance)[1:], 0.0))
    table = table.assign(modelled=modelled, residual=modelled - table["value"])
    identified, notes = _notes(count, unknowns, (k, k_low, k_high), (low, high), phi, factor, correlation)
    return Calibration(
        pollutant=pollutant,
        decay=k,
        decay_low=k_low,
        decay_high=k_high,
        factors=pd.DataFrame(
            {
                "factor": phi,
                "low": np.clip(phi - deviation, *factor),
                "high": np.clip(phi + deviation, *factor),
            },
            index=pd.Index(names, name="group"),
        ),
        fit=fit(table),
        observed=table,
        identified=identified,
        notes=notes,
        correlation=correlation,
        relative_error=float(np.sqrt(np.mean((table["residual"] / table["value"].clip(lower=1e-12)) ** 2))),
    )


def _factors(
    model: tuple[Floats, Floats], table: pd.DataFrame, weight: Floats, bounds: tuple[float, float]
) -> tuple[float, Floats]:
    """Best factors at one decay, and the sum of squares."""
    from scipy.optimize import lsq_linear

    matrix, rest = model
    value = table["value"].to_numpy(dtype=np.float64)
    censored = table["censored"].to_numpy(dtype=np.bool_)
    active = ~censored
    phi = np.ones(matrix.shape[1])
    # A value below detection joins in only while the model is above its limit; a few rounds settle which do.
    for _ in range(20):
        rows = weight[active, None] * matrix[active]
        solved = lsq_linear(rows, weight[active] * (value - rest)[active], bounds=bounds, method="bvls")
        phi = np.asarray(solved.x)
        above = matrix @ phi + rest > value
        now = ~censored | above
        if np.array_equal(now, active):
            break
        active = now
    residual = weight * (matrix @ phi + rest - value)
    residual[censored & (residual < 0)] = 0.0
    return float(residual @ residual), phi


def _refine(cost: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(cost, bounds=(low, high), method="bounded", options={"xatol": 1e-10 * max(1.0, high)})
    return float(found.x)


def _profile(
    cost: Callable[[float], float], k: float, low: float, high: float, grid: Floats, costs: Floats, bound: float
) -> tuple[float, float]:
    """Range of decay around the best in which the sum of squares stays within the bound."""
    from scipy.optimize import brentq

    ends = []
    for side, limit in ((-1, low), (1, high)):
        beyond = grid[(side * (grid - k) > 0) & (costs > bound)]
        if not beyond.size:
            ends.append(limit)
            continue
        out = float(beyond.max() if side < 0 else beyond.min())
        ends.append(float(brentq(lambda v: cost(v) - bound, out, k, xtol=1e-10)))
    return ends[0], ends[1]


def _spread(model: Model, k: float, phi: Floats, weight: Floats, scale: float) -> tuple[Floats, float]:
    """Covariance of (k, φ) at the optimum, and the correlation of k with a factor common to all loads."""
    step = 1e-5 * max(k, 1e-2)
    below = max(k - step, 0.0)
    upper, under = model.at(k + step), model.at(below)
    slope = (upper[0] @ phi + upper[1] - under[0] @ phi - under[1]) / (k + step - below)
    matrix = model.at(k)[0]
    jacobian = weight[:, None] * np.column_stack([slope, matrix])
    covariance: Floats = np.asarray(np.linalg.pinv(jacobian.T @ jacobian, rcond=1e-12) * scale, dtype=np.float64)
    common = weight * (matrix @ phi)
    one, two = weight * slope, common
    length = float(np.sqrt((one @ one) * (two @ two)))
    # Two unknowns: the correlation of their estimates is minus the cosine of their columns.
    correlation = float(-(one @ two) / length) if length > 0 else 1.0
    return covariance, correlation


def _notes(
    count: int, unknowns: int, decay: tuple[float, float, float], bounds: tuple[float, float], phi: Floats,
    factor: tuple[float, float], correlation: float,
) -> tuple[bool, tuple[tuple[str, dict[str, str]], ...]]:  # fmt: skip
    """Whether the data tell decay from load, and why not."""
    _, low, high = decay
    notes: list[tuple[str, dict[str, str]]] = []
    if count < unknowns + 1:
        notes.append(("calibration.few", {"count": str(count), "unknowns": str(unknowns)}))
    if high - low > 0.9 * (bounds[1] - bounds[0]):
        notes.append(("calibration.range", {"low": f"{low:.3g}", "high": f"{high:.3g}"}))
    if abs(correlation) > INDISTINGUISHABLE:
        notes.append(("calibration.together", {"value": f"{correlation:.3f}"}))
    identified = not notes
    if np.any(phi <= factor[0] * (1 + 1e-9)) or np.any(phi >= factor[1] * (1 - 1e-9)):
        notes.append(("calibration.bound", {}))
    return identified, tuple(notes)
