"""A belt's river and its sections against their limits: what a scenario does to the classes of the river."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .river import RiverNetwork
from .river.grade import CLASSES, SCHEMES, Standard, distinguishable

if TYPE_CHECKING:
    from .base import Base
    from .belt import Belt
    from .evaluation import State

Floats = NDArray[np.float64]


def month_regime(month: int) -> str:
    """Name of a month among the regimes of a river.

    >>> month_regime(2)
    'm02'
    """
    return f"m{month:02d}"


def river_of(belt: Belt) -> RiverNetwork:
    """The river of a belt; with a table of months, every month is a regime of its own.

    Q_m = r_m Q̄,  u_m = ū r_m^b,  b = ln(u_low/ū) / ln(Q_low/Q̄)

    Velocity, depth and volume of a month follow the power of the flow that goes through the two regimes given. What is
    taken out of the river stays the same all year: then r_m is that of the water that enters.

    References
    ----------
    Leopold, L. B. and Maddock, T. (1953), The hydraulic geometry of stream channels, USGS Professional Paper 252.

    Examples
    --------
    >>> import yijiang as yj
    >>> river_of(yj.case("tiny")).regimes[:3]
    ('mean', 'low', 'm01')
    """
    tables = belt.tables
    reaches, months = tables["reaches"].copy(), tables["months"]
    flow, low = (reaches[f"flow_{r}"].to_numpy(float) for r in ("mean", "low"))
    apart = np.where(low < flow, np.log(low / flow), 1.0)
    for row in months.to_dict("records"):
        regime = month_regime(int(row["month"]))
        now = _flow(reaches, flow, float(row["flow"]))
        ratio = now / flow
        reaches[f"flow_{regime}"] = now
        for column in ("velocity", "depth", "volume"):
            mean, least = (reaches[f"{column}_{r}"].to_numpy(float) for r in ("mean", "low"))
            power = np.where(low < flow, np.log(least / mean) / apart, 0.0)
            reaches[f"{column}_{regime}"] = mean * ratio**power
    kinetics = tables["kinetics"]
    decay = dict(zip(kinetics["pollutant"], kinetics["value"].astype(float), strict=True))
    return RiverNetwork(reaches, tables["sections"], decay)


def _flow(reaches: pd.DataFrame, flow: Floats, ratio: float) -> Floats:
    """Flow of a month: all that enters times the ratio, less what is taken out."""
    taken = reaches["abstraction"].fillna(0.0).to_numpy(float)
    if not taken.any():
        return flow * ratio
    place = {name: i for i, name in enumerate(reaches["reach"])}
    below = [place.get(name, -1) for name in reaches["downstream"]]
    waiting = np.bincount([i for i in below if i >= 0], minlength=len(below))
    usual, now = np.zeros(len(below)), np.zeros(len(below))
    ready = [i for i in range(len(below)) if not waiting[i]]
    result = flow * ratio
    while ready:
        i = ready.pop()
        if usual[i] > 0:
            result[i] = now[i] - taken[i] + ratio * (flow[i] - (usual[i] - taken[i]))
        if below[i] >= 0:
            usual[below[i]] += flow[i]
            now[below[i]] += result[i]
            waiting[below[i]] -= 1
            if not waiting[below[i]]:
                ready.append(below[i])
    return result


def standard_of(belt: Belt) -> Standard:
    """The standard by which a belt's sections are classed: its own table, or else GB 3838-2002.

    >>> import yijiang as yj
    >>> standard_of(yj.case("tiny")).name
    'GB3838-2002'
    """
    table = belt.tables["standards"]
    if table.empty:
        return _national()
    wide = table.pivot_table(index="pollutant", columns="class", values="value")
    scheme = next(s for s in SCHEMES if len(s) == len(wide.columns))
    wide.columns = pd.Index(scheme)
    names = belt.tables["kinetics"].set_index("pollutant")["name_zh"]
    wide = wide.reset_index(names="parameter").assign(water="any", unit="mg/L", direction="max")
    return Standard.of(belt.name, wide.assign(name_en="", name_zh=wide["parameter"].map(names)))


def class_names(belt: Belt) -> dict[str, list[str]]:
    """Names of the classes by language, the best first; empty for those of GB 3838-2002, which every page knows."""
    standard = standard_of(belt)
    if standard.classes == CLASSES:
        return {}
    return {lang: list(names) for lang, names in SCHEMES[standard.classes].items()}


def limits(base: Base) -> Floats:
    """Limit of every section and pollutant by the section's required class (section, pollutant) [mg/L].

    A pollutant that the standard does not know has no limit (infinite).
    """
    assert base.river is not None
    required = base.river.sections.set_index("section")["limit_class"].astype(int)
    matrix, edges = base.transfer["low"], class_edges(base)
    table = np.full((len(matrix.sections), len(matrix.pollutants)), np.inf)
    for s, section in enumerate(matrix.sections):
        grade = int(required[section])
        # Beyond the last class with a limit everything is allowed.
        if grade <= edges.shape[1]:
            table[s] = np.where(np.isnan(edges[:, grade - 1]), np.inf, edges[:, grade - 1])
    return table


def class_edges(base: Base) -> Floats:
    """Limits of the classes (pollutant, class) [mg/L]; missing for a pollutant that the standard does not know."""
    pollutants, standard = base.transfer["low"].pollutants, standard_of(base.belt)
    edges = np.full((len(pollutants), standard.worst - 1), np.nan)
    for p, pollutant in enumerate(pollutants):
        rows = standard.rows(pollutant) if standard.knows(pollutant) else standard.table.iloc[:0]
        # A parameter with a range has two rows of limits, and no class by one of them.
        if len(rows) == 1:
            edges[p] = rows[list(standard.classes)].to_numpy(float)[0]
    return edges


def classes(edges: Floats, concentration: Floats) -> NDArray[np.int64]:
    """Class of every single value (…, section, pollutant): 1 the best, one more than the last with a limit beyond it.

    A pollutant that the standard does not know has class 0: none.
    """
    found = 1 + (concentration[..., None] > edges).sum(axis=-1)
    return np.where(np.isnan(edges).any(axis=-1), 0, found)


def told_apart(base: Base, edges: Floats, before: Floats, after: Floats) -> NDArray[np.bool_]:
    """Whether the class stays or its change goes beyond the calibration error (section, pollutant)."""
    old, new = classes(edges, before), classes(edges, after)
    table = base.belt.tables["kinetics"].set_index("pollutant")["calibration_error"].astype(float)
    error = table[list(base.transfer["low"].pollutants)].to_numpy()
    told: NDArray[np.bool_] = old == new
    s, p = np.nonzero(~told)
    boundary = edges[p, np.minimum(old, new)[s, p] - 1]
    told[s, p] = distinguishable(before[s, p], after[s, p], boundary, error[p])
    return told


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
    matrix, bound, edges = base.transfer["low"], limits(base), class_edges(base)
    sections = base.river.sections
    places = {str(r["section"]): r for r in sections.to_dict("records")}
    before, after, may_bind = classes(edges, still.low), classes(edges, state.low), binding(base)
    told = told_apart(base, edges, still.low, state.low)
    rows = []
    for s, section in enumerate(matrix.sections):
        for p, pollutant in enumerate(matrix.pollutants):
            rows.append(
                {
                    "section": section,
                    "km": float(places[section]["km"]),
                    "pollutant": pollutant,
                    "binding": bool(may_bind[p]),
                    "base": float(still.low[s, p]),
                    "plan": float(state.low[s, p]),
                    "limit": float(bound[s, p]),
                    "class_base": int(before[s, p]) or None,
                    "class_plan": int(after[s, p]) or None,
                    "class_limit": int(places[section]["limit_class"]),
                    "distinguishable": bool(told[s, p]),
                    "tidal": bool(places[section]["tidal"]),
                    "base_mean": float(still.mean[s, p]),
                    "plan_mean": float(state.mean[s, p]),
                }
            )
    return pd.DataFrame(rows)


@cache
def _national() -> Standard:
    return Standard.read("GB3838-2002")
