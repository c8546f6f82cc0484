"""Visitor flows: spatial interaction with or without totals that hold, fitted by Poisson pseudo-maximum likelihood."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from yijiang.culture.likelihood import PoissonFit, log_likelihood, poisson
from yijiang.errors import DataError, Finding, OptionError, SolveError

Floats = NDArray[np.float64]
Model = Literal["unconstrained", "origin", "destination", "doubly"]
Deterrence = Literal["exp", "pow"]
MODELS = ("unconstrained", "origin", "destination", "doubly")


@dataclass(frozen=True, eq=False)
class Interaction:
    """A fitted model of flows.

    Attributes
    ----------
    model, deterrence : which totals hold, and whether flows fall with exp(b·cost) or cost^b.
    coefficients : coefficient, standard error (Poisson), robust error (sandwich), z (robust); by name.
    flows : origin, destination, cost, value (observed), fitted, log_error (robust, of the logarithm of fitted).
    fit : the fit itself, with its covariances.
    """

    model: Model
    deterrence: Deterrence
    coefficients: pd.DataFrame
    flows: pd.DataFrame
    fit: PoissonFit = field(repr=False)

    @property
    def cost(self) -> float:
        """Coefficient of cost: by what a flow falls with a unit of it (exp), or its elasticity (pow)."""
        return float(self.coefficients["value"]["cost"])

    @property
    def residual(self) -> float:
        """Largest relative gradient of the likelihood."""
        return self.fit.residual

    @property
    def measures(self) -> dict[str, float]:
        """AIC, D2 (deviance explained), pseudo-R², SSI (Sørensen's common part of flows), SRMSE."""
        y, mu = self.flows["value"].to_numpy(float), self.flows["fitted"].to_numpy(float)
        null = np.full_like(y, y.mean())
        nothing = 2 * (log_likelihood(y, np.where(y > 0, y, 1e-300)) - log_likelihood(y, null))
        return {
            "AIC": 2 * len(self.fit.coefficients) - 2 * self.fit.log_likelihood,
            "D2": 1 - self.fit.deviance / nothing if nothing > 0 else 1.0,
            "pseudo_R2": 1 - self.fit.log_likelihood / log_likelihood(y, null),
            "SSI": float(2 * np.minimum(y, mu).sum() / (y.sum() + mu.sum())),
            "SRMSE": float(np.sqrt(((y - mu) ** 2).mean()) / y.mean()),
        }

    def predict(self, cost: Sequence[float] | Floats) -> Floats:
        """Return the flows at new costs, with the totals that the model holds kept as they were.

        Parameters
        ----------
        cost : (flow)
            New cost of each flow, in the order of `flows`; infinite for one that is closed.

        Raises
        ------
        SolveError
            If a doubly constrained table cannot be balanced (a region has no open way left).
        """
        new, old = np.asarray(cost, np.float64), self.flows["cost"].to_numpy(float)
        moved = np.exp(self.cost * (new - old)) if self.deterrence == "exp" else (new / old) ** self.cost
        value = self.flows["fitted"].to_numpy(float) * moved
        sides = {"origin": ("origin",), "destination": ("destination",), "doubly": ("origin", "destination")}
        return _balanced(self.flows, value, sides.get(self.model, ()))


def _balanced(flows: pd.DataFrame, value: Floats, sides: Sequence[str]) -> Floats:
    """Scale flows until the totals of the sides are those that were fitted."""
    wanted = {side: flows.groupby(side)["fitted"].transform("sum").to_numpy(float) for side in sides}
    codes = {side: flows[side].astype("category").cat.codes.to_numpy() for side in sides}
    for _ in range(10_000):
        worst = 0.0
        for side in sides:
            total = np.bincount(codes[side], value)[codes[side]]
            if (total <= 0).any():
                lost = flows.loc[total <= 0, side].iloc[0]
                raise SolveError(f"no open way is left for the {side} {lost!r}")
            worst = max(worst, float(np.abs(wanted[side] / total - 1).max()))
            value = value * wanted[side] / total
        if worst <= 1e-12:
            return value
    if sides:
        raise SolveError("the flows do not balance", residual=worst)
    return value


def interaction(
    flows: pd.DataFrame,
    cost: pd.Series[float] | Sequence[float],
    model: Model = "unconstrained",
    *,
    origin_size: pd.Series[float] | None = None,
    destination_size: pd.Series[float] | None = None,
    deterrence: Deterrence = "exp",
) -> Interaction:
    """Fit flows between places.

    unconstrained  T_od = exp(k) · P_o^a · A_d^b · f(c_od),      f(c) = exp(β c) or c^β
    origin         T_od = exp(k + μ_o) · A_d^b · f(c_od)         Σ_d T_od = O_o for every origin
    destination    T_od = exp(k + α_d) · P_o^a · f(c_od)         Σ_o T_od = D_d for every destination
    doubly         T_od = exp(k + μ_o + α_d) · f(c_od)           both

    Parameters
    ----------
    flows
        origin, destination, value [visits or any unit ≥ 0]; one row per flow.
    cost : (flow)
        c [h or any unit > 0], in the order of the rows.
    model
        "unconstrained", "origin", "destination" or "doubly".
    origin_size, destination_size : (place)
        P and A by name [any unit > 0], where the model asks for them.
    deterrence
        "exp" or "pow".

    Raises
    ------
    DataError
        If flows are doubled, missing, negative or too few, or a size or cost is missing or not above 0.
    OptionError
        If the model or the deterrence is unknown.
    SolveError
        If the fit does not converge.

    Source: Wilson (1971), Environment and Planning 3, the family; Santos Silva and Tenreyro (2006), the estimator.

    Examples
    --------
    >>> rows = [(o, d) for o in "abc" for d in "abc" if o != d]
    >>> table = pd.DataFrame(rows, columns=["origin", "destination"])
    >>> cost = [1.0, 2.0, 1.0, 1.0, 2.0, 1.0]
    >>> table["value"] = 100 * np.exp(-0.5 * np.array(cost))
    >>> found = interaction(table, cost, "origin", destination_size=pd.Series({"a": 2.0, "b": 3.0, "c": 4.0}))
    >>> round(found.cost, 6), round(found.measures["SSI"], 6)
    (-0.5, 1.0)
    """
    if model not in MODELS:
        raise OptionError(f"unknown model {model!r}; one of: {', '.join(MODELS)}")
    if deterrence not in ("exp", "pow"):
        raise OptionError(f"unknown deterrence {deterrence!r}; one of: exp, pow")
    table = flows[["origin", "destination", "value"]].reset_index(drop=True)
    table["cost"] = np.asarray(cost, np.float64)
    sizes = {
        "origin": origin_size if model in ("unconstrained", "destination") else None,
        "destination": destination_size if model in ("unconstrained", "origin") else None,
    }
    needed = {"origin": model in ("unconstrained", "destination"), "destination": model in ("unconstrained", "origin")}
    _check(table, sizes, needed)
    columns: dict[str, Floats] = {"constant": np.ones(len(table))}
    for side, fixed in (("origin", model in ("origin", "doubly")), ("destination", model in ("destination", "doubly"))):
        if fixed:
            # The first place is the one the constant stands for.
            for name in sorted(set(table[side]), key=str)[1:]:
                columns[f"{side} {name}"] = (table[side] == name).to_numpy(np.float64)
    for side, size in sizes.items():
        if size is not None:
            columns[f"{side} size"] = np.log(table[side].map(size).to_numpy(np.float64))
    given = table["cost"].to_numpy(np.float64)
    columns["cost"] = given if deterrence == "exp" else np.log(given)
    design = np.column_stack(list(columns.values()))
    fit = poisson(design, table["value"].to_numpy(np.float64))
    # Standard error of the logarithm of a fitted flow, by the sandwich covariance.
    spread_of = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", design, fit.robust, design), 0.0))
    robust = np.sqrt(np.diag(fit.robust))
    named = pd.DataFrame(
        {
            "value": fit.coefficients, "error": np.sqrt(np.diag(fit.covariance)), "robust_error": robust,
            "z": np.divide(fit.coefficients, robust, out=np.full_like(robust, np.inf), where=robust > 0),
        },
        index=pd.Index(list(columns), name="coefficient"),
    )  # fmt: skip
    return Interaction(model, deterrence, named, table.assign(fitted=fit.fitted, log_error=spread_of), fit)


def _check(
    table: pd.DataFrame, sizes: dict[str, pd.Series[float] | None], needed: dict[str, bool]
) -> None:  # fmt: skip
    findings: list[Finding] = []

    def add(row: int, column: str, value: object, problem: str, remedy: str) -> None:
        findings.append(Finding("flows", row, column, str(value), problem, remedy))

    for i in np.flatnonzero(table.duplicated(["origin", "destination"])):
        pair = f"{table['origin'][i]} → {table['destination'][i]}"
        add(int(i) + 2, "origin", pair, "the flow stands twice", "give each flow once")
    for i in np.flatnonzero(~(np.isfinite(table["cost"]) & (table["cost"] > 0)).to_numpy()):
        problem = "the cost must be a number above 0"
        add(int(i) + 2, "cost", table["cost"][i], problem, "leave out flows that no way leads for")
    for side, size in sizes.items():
        if not needed[side]:
            continue
        if size is None:
            add(0, f"{side}_size", "", "this model needs a size for every place", f"give {side}_size")
            continue
        places: list[Hashable] = sorted(set(table[side]), key=str)
        for place in places:
            value = size.get(place, np.nan)
            if not value > 0:
                add(0, f"{side}_size", place, "no size above 0", f"give a size for {place}")
    for side in ("origin", "destination"):
        if not needed[side]:
            total = table.groupby(side)["value"].sum()
            for place in total.index[total == 0]:
                add(0, side, place, "all its flows are 0, so its own factor has no finite value", "leave it out")
    if findings:
        raise DataError(findings)


def spread(
    totals: pd.Series[float], population: pd.Series[float], cost: pd.DataFrame, deterrence: float
) -> pd.DataFrame:
    """Spread the visits that destinations count over the origins they may have come from.

    T_od = D_d · P_o exp(−β c_od) / Σ_o' P_o' exp(−β c_o'd)

    Parameters
    ----------
    totals : (destination)
        D, all visits there [visits].
    population : (origin)
        P [persons].
    cost : (origin, destination)
        c [h]; infinite where no way leads.
    deterrence
        β [1/h], 0 or more; no figure of it follows from totals alone.

    Returns
    -------
    (origin, destination) [visits]; every column sums to its total.

    Raises
    ------
    DataError
        If a total or a population is missing or negative, or no way leads to a destination.

    Examples
    --------
    >>> cost = pd.DataFrame({"x": [1.0, 2.0]}, index=["a", "b"])
    >>> spread(pd.Series({"x": 30.0}), pd.Series({"a": 1.0, "b": 2.0}), cost, 0.0)["x"].round(6).tolist()
    [10.0, 20.0]
    """
    findings = []
    for name, series in (("totals", totals), ("population", population)):
        for place, value in series.items():
            if not (np.isfinite(value) and value >= 0):
                findings.append(Finding("visits", 0, name, str(place), "no number of 0 or more", "give one or drop it"))
    if not (np.isfinite(deterrence) and deterrence >= 0):
        findings.append(Finding("visits", 0, "deterrence", str(deterrence), "must be 0 or more", "correct it"))
    part = cost.loc[population.index, totals.index]
    weight = pd.DataFrame(np.exp(-deterrence * part.to_numpy(np.float64)), part.index, part.columns)
    weight = weight.mul(population, axis=0)
    for place in weight.columns[~(weight.sum() > 0)]:
        findings.append(Finding("visits", 0, "cost", str(place), "no way leads there from any origin", "open one"))
    if findings:
        raise DataError(findings)
    result: pd.DataFrame = weight / weight.sum() * totals
    return result
