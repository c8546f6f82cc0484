"""What is told of a belt's river: the months, who causes what, how it compares with observations, what limits cost."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import ecology
from .base import NATURAL
from .river import admissible, steady
from .river import attribution as shares_by_month
from .river.formulas import GRAMS_PER_SECOND

if TYPE_CHECKING:
    from .base import Base
    from .evaluation import Outcome, State

Floats = NDArray[np.float64]
MONTHS = range(1, 13)
#: Most that all loads together are let grow when the limit that stops them is looked for.
MOST_GROWTH = 1000.0


def months_of(base: Base) -> pd.DataFrame:
    """Months of the belt, in order; empty if it has none."""
    return base.belt.tables["months"].sort_values("month", kind="stable").reset_index(drop=True)


def low_flow_month(base: Base) -> int | None:
    """Month with the least water, or None without months.

    >>> import yijiang as yj
    >>> from yijiang.base import Base
    >>> low_flow_month(Base(yj.case("tiny")))
    2
    """
    months = months_of(base)
    return None if months.empty else int(months["month"].to_numpy()[int(months["flow"].to_numpy(float).argmin())])


def by_month(base: Base, still: State, state: State) -> pd.DataFrame:
    """Concentration and class of every section, pollutant and month, base and plan; empty without months.

    Returns
    -------
    DataFrame
        `section`, `pollutant`, `month`, `flow` [m³/s], `base`, `plan` [mg/L], `class_base`, `class_plan`,
        `distinguishable` (False where the class changes, but by less than the calibration error).
    """
    if base.river is None or months_of(base).empty:
        return pd.DataFrame()
    matrix, edges = base.transfer["mean"], ecology.class_edges(base)
    rows = []
    for month in MONTHS:
        regime = ecology.month_regime(month)
        flow = base.section_flow(regime)
        before, after = (base.concentration(s.tonnes, regime) for s in (still, state))
        grades = ecology.classes(edges, before), ecology.classes(edges, after)
        told = ecology.told_apart(base, edges, before, after)
        rows += [
            (section, pollutant, month, flow[s], before[s, p], after[s, p], int(grades[0][s, p]) or None,
             int(grades[1][s, p]) or None, bool(told[s, p]))
            for s, section in enumerate(matrix.sections)
            for p, pollutant in enumerate(matrix.pollutants)
        ]  # fmt: skip
    columns = ["section", "pollutant", "month", "flow", "base", "plan", "class_base", "class_plan", "distinguishable"]
    return pd.DataFrame(rows, columns=columns)


def attribution(base: Base, tonnes: Floats) -> pd.DataFrame:
    """Who sends what passes each section, by region, activity and month.

    Returns
    -------
    DataFrame
        `section`, `pollutant`, `region`, `source`, `month` (1 to 12, and 0 for the year; only 0, at mean flow, for a
        belt without months), `tonnes` [t] and `share` [-]. `math.fsum` of the shares of a section, pollutant and month
        is exactly 1.
    """
    assert base.river is not None
    months = months_of(base)
    if months.empty:
        table = steady(base.river, base.long_loads(tonnes, "mean")).attribution
        return table.assign(month=0)[["section", "pollutant", "region", "source", "month", "tonnes", "share"]]
    washed = base.loads.diffuse
    even = base.long_loads(tonnes, "mean")
    parts = [even[~washed].assign(month="")]
    for month in MONTHS:
        parts.append(base.long_loads(tonnes, ecology.month_regime(month))[washed].assign(month=month))
    loads = pd.concat(parts, ignore_index=True)
    return shares_by_month(base.river, loads, regimes={m: ecology.month_regime(m) for m in MONTHS})


def misfit(base: Base) -> pd.DataFrame:
    """The calculated river at mean flow beside what was observed; empty without observations.

    Returns
    -------
    DataFrame
        `section`, `pollutant`, `quantity` ("flux" [t/yr] or "concentration" [mg/L]), `observed`, `modelled`, `misfit`
        (modelled ÷ observed − 1), `error` (calibration error of the pollutant), `bound` (the source gives a highest
        value only), `fitted` (loads were scaled to it), `year`, `source`, `status`.
    """
    columns = ["section", "pollutant", "quantity", "observed", "modelled", "misfit", "error"]
    columns += ["bound", "fitted", "year", "source", "status"]
    if base.river is None:
        return pd.DataFrame(columns=columns)
    matrix = base.transfer["mean"]
    there = base.concentration(base.loads.tonnes, "mean")
    passing = there * base.section_flow("mean")[:, None] * (1.0 / GRAMS_PER_SECOND)
    error = base.belt.tables["kinetics"].set_index("pollutant")["calibration_error"].astype(float)
    rows = []
    for row in base.belt.tables["observations"].to_dict("records"):
        at = matrix.sections.index(row["section"]), matrix.pollutants.index(row["pollutant"])
        for quantity, values in (("flux", passing), ("concentration", there)):
            if pd.isna(row[quantity]):
                continue
            seen, found = float(row[quantity]), float(values[at])
            rows.append(
                (row["section"], row["pollutant"], quantity, seen, found, found / seen - 1 if seen else np.nan,
                 float(error[row["pollutant"]]), bool(row["bound"]), bool(row["fitted"]), row["year"], row["source"],
                 row["status"])
            )  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def room(base: Base, tonnes: Floats) -> pd.DataFrame:
    """How far all man-made loads could grow, or must fall, together until the first limit is met at low flow.

    max λ with  C_natural + λ C_man-made ≤ limit at every section (see `river.admissible`, objective "equal").

    Returns
    -------
    DataFrame
        By pollutant whose limits may bind: `section` where the limit decides, `limit` [mg/L], `factor` λ, `tonnes` and
        `admissible` (man-made loads at the rate of low flow, now and then) [t/yr], `price` (what a looser limit at the
        section would allow) [t/yr per mg/L].
    """
    columns = ["pollutant", "section", "limit", "factor", "tonnes", "admissible", "price"]
    if base.river is None:
        return pd.DataFrame(columns=columns)
    matrix, bound, may_bind = base.transfer["low"], ecology.limits(base), ecology.binding(base)
    natural = base.belt.tables["loads"]["activity"].isin(NATURAL).to_numpy()
    rest = base.concentration(np.where(natural, tonnes, 0.0), "low")
    left = bound - rest
    limits = pd.DataFrame(
        [
            (section, pollutant, left[s, p])
            for s, section in enumerate(matrix.sections)
            for p, pollutant in enumerate(matrix.pollutants)
            if may_bind[p] and np.isfinite(left[s, p]) and left[s, p] > 0
        ],
        columns=["section", "pollutant", "limit"],
    )
    loads = base.long_loads(tonnes, "low")[~natural]
    loads = loads[loads["pollutant"].isin(set(limits["pollutant"])) & (loads["tonnes"] > 0)]
    if loads.empty:
        return pd.DataFrame(columns=columns)
    best = admissible(base.river, loads, limits, by=("region", "source"), objective="equal", ceiling=MOST_GROWTH)
    rows = []
    for pollutant, groups in best.loads.groupby("pollutant", sort=True):
        there = best.limits[(best.limits["pollutant"] == pollutant) & best.limits["binding"]]
        if there.empty:
            continue
        at = there.iloc[0]
        place = matrix.sections.index(at["section"]), matrix.pollutants.index(str(pollutant))
        now, then = float(groups["tonnes"].sum()), float(groups["admissible"].sum())
        rows.append((pollutant, at["section"], float(bound[place]), then / now, now, then, float(at["price_loosen"])))
    return pd.DataFrame(rows, columns=columns)


def profiles(outcome: Outcome) -> list[dict[str, Any]]:
    """Concentration along the river at low flow, base and plan, one entry per pollutant."""
    base = outcome.base
    assert base.river is not None
    before = steady(base.river, base.long_loads(outcome.base_state.tonnes, "low"), regime="low")
    runs = {"base": before.profile, "plan": outcome.rivers["low"].profile}
    found = []
    for pollutant in base.transfer["low"].pollutants:
        lines = {k: v[v["pollutant"] == pollutant].sort_values("km", kind="stable") for k, v in runs.items()}
        # The very head carries nothing yet; the line starts with the first water that does.
        lines = {k: v[v["concentration"] > 0] for k, v in lines.items()}
        found.append(
            {
                "pollutant": pollutant,
                "regime": "low",
                "km": lines["base"]["km"].tolist(),
                "base": lines["base"]["concentration"].tolist(),
                "plan": lines["plan"]["concentration"].tolist(),
            }
        )
    return found


def sections_shown(
    base: Base, rows: Sequence[dict[str, Any]], tightest: dict[str, Any] | None, most: int = 4
) -> list[str]:
    """Sections whose causes are drawn, down the river: the tightest, borders, and the last that is reached.

    Parameters
    ----------
    rows
        Rows of the document's table of sections; where they say `own`, only those count.
    """
    table = base.belt.tables["sections"]
    place = {str(s): k for k, s in enumerate(table["section"])}
    borders = {str(s) for s, up in zip(table["section"], table["upstream_region"], strict=True) if up}
    own = list(dict.fromkeys(str(r["section"]) for r in rows if r.get("own", True)))
    first = [tightest["section"]] if tightest else []
    chosen = dict.fromkeys([*first, *(s for s in reversed(own) if s in borders), *own[-1:]])
    return sorted(list(chosen)[:most], key=lambda s: place[s])


class Waters:
    """The river of an outcome in full, each part found when it is first asked for."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    @cached_property
    def months(self) -> pd.DataFrame:
        """See `by_month`."""
        return by_month(self.outcome.base, self.outcome.base_state, self.outcome.state)

    @cached_property
    def causes(self) -> pd.DataFrame:
        """See `attribution`."""
        return attribution(self.outcome.base, self.outcome.state.tonnes)

    @cached_property
    def fit(self) -> pd.DataFrame:
        """See `misfit`."""
        return misfit(self.outcome.base)

    @cached_property
    def room(self) -> pd.DataFrame:
        """See `room`."""
        return room(self.outcome.base, self.outcome.state.tonnes)


def told(outcome: Outcome, shown: Sequence[str]) -> dict[str, Any]:
    """The parts of a document that tell of the river beside its sections.

    Parameters
    ----------
    shown
        Sections whose causes are drawn.
    """
    base, water = outcome.base, outcome.waters
    if base.river is None:
        return {"river_profile": [], "river_months": None, "river_causes": [], "river_fit": [], "river_room": []}
    causes, months = water.causes, water.months
    least = low_flow_month(base)
    kept = causes[causes["section"].isin(set(shown)) & causes["month"].isin({0, least or 0})]
    flows = months_of(base)
    return {
        "river_profile": profiles(outcome),
        "river_months": None
        if least is None
        else {
            "low": least,
            "flow": flows["flow"].tolist(),
            "rows": months[["section", "pollutant", "month", "class_base", "class_plan", "distinguishable"]].to_dict(
                "records"
            ),
        },
        "river_causes": kept.to_dict("records"),
        "river_fit": water.fit.to_dict("records"),
        "river_room": water.room.to_dict("records"),
        "river_loads": base.belt.tables["loads"].groupby("status", sort=True)["value"].size().to_dict(),
        "classes": ecology.class_names(base.belt),
    }


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """What the page of an evaluation tells of the river: sections, and all of `told`."""
    base = outcome.base
    belt, bound = base.belt, ecology.limits(base)
    matrix = base.transfer["low"]
    rows: list[dict[str, Any]] = []
    for row in outcome.sections.to_dict("records"):
        at = matrix.sections.index(row["section"]), matrix.pollutants.index(row["pollutant"])
        own = {str(k): v for k, v in row.items()}
        rows.append({**own, "may_bind": row["binding"], "binding": bool(row["plan"] >= bound[at] * (1 - 1e-3))})
    judged = [r for r in rows if r["may_bind"] and np.isfinite(r["limit"])]
    tightest = max(judged, key=lambda r: r["plan"] / r["limit"], default=None)
    shown = sections_shown(base, rows, tightest)
    return {
        "river_name": {lang: belt.meta.get(f"river_{lang}", "") for lang in ("en", "zh")},
        "river": rows,
        **told(outcome, shown),
    }


def river_tables(outcome: Outcome) -> dict[str, pd.DataFrame]:
    """The river of an outcome as tables: months, causes (region × activity × section × month), fit and room.

    There are none for a belt without a river.
    """
    if outcome.base.river is None:
        return {}
    water = outcome.waters
    return {
        "river_months": water.months,
        "river_causes": water.causes,
        "river_fit": water.fit,
        "river_room": water.room,
    }
