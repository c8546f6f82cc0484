"""Sections against their limits: what a scenario does to the classes of the river."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .river.grade import Standard, distinguishable

if TYPE_CHECKING:
    from .base import Base
    from .evaluation import State

Floats = NDArray[np.float64]


def limits(base: Base) -> Floats:
    """Limit of every section and pollutant by the section's required class (section, pollutant) [mg/L].

    A pollutant that the standard does not know has no limit (infinite).
    """
    assert base.river is not None
    required = base.river.sections.set_index("section")["limit_class"].astype(int)
    matrix = base.transfer["low"]
    table = np.full((len(matrix.sections), len(matrix.pollutants)), np.inf)
    for s, section in enumerate(matrix.sections):
        for p, pollutant in enumerate(matrix.pollutants):
            table[s, p] = _limit(pollutant, int(required[section]))
    return table


def classes(base: Base, concentration: Floats) -> NDArray[np.int64]:
    """Class of every single value (section, pollutant); 6 = worse than class V."""
    matrix = base.transfer["low"]
    result = np.full(concentration.shape, 6, dtype=np.int64)
    for p, pollutant in enumerate(matrix.pollutants):
        for grade in range(5, 0, -1):
            result[concentration[:, p] <= _limit(pollutant, grade), p] = grade
    return result


def reached_by(base: Base, regions: set[str]) -> NDArray[np.bool_]:
    """Sections and pollutants that loads of these regions reach (section, pollutant)."""
    loads, matrix = base.loads, base.transfer["low"]
    own = np.array([base.belt.regions[r] in regions for r in loads.region])
    spread = np.zeros((len(matrix.reaches), len(matrix.pollutants)))
    np.add.at(spread, (loads.reach[own], loads.pollutant[own]), loads.tonnes[own])
    return matrix.concentration(spread) > 0


def binding(base: Base) -> NDArray[np.bool_]:
    """Pollutants whose limits may decide a plan (pollutant,)."""
    table = base.belt.tables["kinetics"].set_index("pollutant")["binding"]
    return np.array([bool(table[p]) for p in base.transfer["low"].pollutants])


def sections_table(base: Base, still: State, state: State) -> pd.DataFrame:
    """One row per section and pollutant: base and plan at low and mean flow [mg/L], class, limit."""
    if base.river is None:
        return pd.DataFrame()
    matrix, bound = base.transfer["low"], limits(base)
    sections = base.river.sections
    places = {str(r["section"]): r for r in sections.to_dict("records")}
    error = base.belt.tables["kinetics"].set_index("pollutant")["calibration_error"].astype(float)
    before, after, may_bind = classes(base, still.low), classes(base, state.low), binding(base)
    rows = []
    for s, section in enumerate(matrix.sections):
        for p, pollutant in enumerate(matrix.pollutants):
            limit = float(bound[s, p])
            changed = before[s, p] != after[s, p]
            boundary = _limit(pollutant, int(min(before[s, p], after[s, p]))) if changed else limit
            rows.append(
                {
                    "section": section,
                    "km": float(places[section]["km"]),
                    "pollutant": pollutant,
                    "binding": bool(may_bind[p]),
                    "base": float(still.low[s, p]),
                    "plan": float(state.low[s, p]),
                    "limit": limit,
                    "class_base": int(before[s, p]),
                    "class_plan": int(after[s, p]),
                    "class_limit": int(places[section]["limit_class"]),
                    "distinguishable": not changed
                    or bool(distinguishable(still.low[s, p], state.low[s, p], boundary, float(error[pollutant]))),
                    "tidal": bool(places[section]["tidal"]),
                    "base_mean": float(still.mean[s, p]),
                    "plan_mean": float(state.mean[s, p]),
                }
            )
    return pd.DataFrame(rows)


@cache
def _standard() -> Standard:
    return Standard.read("GB3838-2002")


@cache
def _limit(pollutant: str, grade: int) -> float:
    return _standard().limit(pollutant, grade)
