"""Observed concentrations, and the river as a linear map of the factors of its loads, for a calibration."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from yijiang.errors import DataError, Finding, OptionError
from yijiang.river.formulas import Floats
from yijiang.river.network import RiverNetwork
from yijiang.river.response import Groups, response

ALL = "all loads"


def observations(
    net: RiverNetwork, observed: pd.DataFrame, pollutant: str, regimes: Mapping[int, str] | None
) -> pd.DataFrame:
    """Values of one pollutant, with the regime of each."""
    needed = [c for c in ("section", "month", "pollutant", "value") if c not in observed.columns]
    if needed:
        raise DataError(Finding("observed", 0, c, "", "the column is missing", f"add {c!r}") for c in needed)
    table = observed[observed["pollutant"] == pollutant].reset_index(drop=True)
    found = []
    if "unit" in table.columns:
        for i in np.flatnonzero((table["unit"] != "mg/L").to_numpy()).tolist():
            value = str(table["unit"].iloc[i])
            found.append(
                Finding("observed", int(i) + 2, "unit", value, "mg/L is needed", "convert concentrations to mg/L")
            )
    values = pd.to_numeric(table["value"], errors="coerce").to_numpy(dtype=np.float64)
    for i in np.flatnonzero(~np.isfinite(values) | (values < 0)).tolist():
        problem, remedy = "not a number of at least 0", "enter a number of at least 0 [mg/L]"
        found.append(Finding("observed", int(i) + 2, "value", str(table["value"].iloc[i]), problem, remedy))
    for i, name in enumerate(table["section"]):
        if name not in net.section_names:
            remedy = f"known: {', '.join(net.section_names[:20])}"
            found.append(Finding("observed", i + 2, "section", str(name), "there is no such section", remedy))
    if not len(table):
        found.append(
            Finding("observed", 0, "pollutant", pollutant, "there is no value of it", "give some, or another name")
        )
    if found:
        raise DataError(found)
    plan = regimes or {}
    month = table["month"].astype(int)
    censored = table["censored"].astype(bool) if "censored" in table.columns else False
    return pd.DataFrame(
        {
            "section": table["section"].astype(str),
            "time": table["time"] if "time" in table.columns else month,
            "regime": [plan.get(int(m), "mean") for m in month],
            "value": values,
            "censored": censored,
        }
    )


class Model:
    """Concentrations as a linear map of load factors, for any decay."""

    def __init__(
        self, net: RiverNetwork, loads: pd.DataFrame, by: list[str], pollutant: str, table: pd.DataFrame,
        boundary: pd.DataFrame | None,
    ) -> None:  # fmt: skip
        self.net, self.pollutant, self.boundary = net, pollutant, boundary
        self.keys = by or ["_all"]
        self.loads = loads if by else loads.assign(_all=ALL)
        self.sections = sorted(set(table["section"]))
        self.regimes = sorted(set(table["regime"]))
        row = {name: j for j, name in enumerate(self.sections)}
        self.row = np.array([row[s] for s in table["section"]])
        self.regime = np.array([self.regimes.index(r) for r in table["regime"]])
        self.plans = {regime: Groups.of(self._at(regime), self.keys, net.reach_names) for regime in self.regimes}
        first = next(iter(self.plans.values())).groups[self.keys]
        if any(not plan.groups[self.keys].equals(first) for plan in self.plans.values()):
            raise OptionError("a group of loads stands still in some regime: its factor can't be found")
        listed = first.itertuples(index=False)
        self.labels = [" / ".join(str(v) for v in values) for values in listed]
        self._known: dict[float, tuple[Floats, Floats]] = {}

    def _at(self, regime: str) -> pd.DataFrame:
        """Loads at their rate in a regime."""
        rate = f"rate_{regime}"
        return self.loads.assign(tonnes=self.loads["tonnes"] * self.loads[rate]) if rate in self.loads else self.loads

    def _response(self, k: float, regime: str) -> Floats:
        found, plan = response(self.net, self.sections, {self.pollutant: k}, regime), self.plans[regime]
        content: Floats = found.of_plan(plan)[:, 0] * plan.groups["tonnes"].to_numpy(dtype=np.float64)
        return content

    def _rest(self, k: float, regime: str) -> Floats:
        """What the boundary brings (section)."""
        if self.boundary is None:
            return np.zeros(len(self.sections))
        from yijiang.river.steady import steady

        none = self.loads.iloc[:0].drop(columns=[c for c in ("_all",) if c in self.loads.columns])
        concentration = steady(self.net, none, {self.pollutant: k}, regime, self.boundary).concentration
        return np.asarray(concentration.loc[self.sections, self.pollutant], dtype=np.float64)

    def at(self, k: float) -> tuple[Floats, Floats]:
        """Matrix (observation, group) and the rest (observation) at a decay [mg/L]."""
        if k not in self._known:
            parts = np.stack([self._response(k, regime) for regime in self.regimes])
            rest = np.stack([self._rest(k, regime) for regime in self.regimes])
            self._known[k] = parts[self.regime, self.row], rest[self.regime, self.row]
        return self._known[k]
