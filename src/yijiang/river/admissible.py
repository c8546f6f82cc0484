"""The greatest loads that keep every section within its limits, and what a limit costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from yijiang.errors import DataError, Finding, InfeasibleError, OptionError, SolveError, match_name
from yijiang.river.cells import labels, missing_columns, numbers
from yijiang.river.formulas import Floats
from yijiang.river.grade import Standard
from yijiang.river.loads import SOURCE_KEYS, Loads
from yijiang.river.network import RiverNetwork
from yijiang.river.oxygen import DEFICIT, Oxygen
from yijiang.river.response import response
from yijiang.river.system import Temperature

OBJECTIVES = ("total", "equal", "cost")
GAP = 1e-9
STEP = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Admissible:
    """Greatest admissible loads.

    Attributes
    ----------
    loads : DataFrame
        One row per group of loads: its keys, `pollutant`, `tonnes` now, `admissible` and `reduction` [t/yr].
    limits : DataFrame
        One row per section and pollutant with a limit: `limit`, `now`, `then` [mg/L], `binding`, and the shadow prices
        `price_loosen` and `price_tighten`: change of the objective per mg/L when the limit is loosened or tightened a
        little. They differ where one limit takes over from another.
    objective, unit
        Which one, its value, and the unit of a price.
    value : float
    gap : float
        |value − value of the dual problem| / max(1, |value|).
    """

    loads: pd.DataFrame
    limits: pd.DataFrame
    objective: str
    value: float
    unit: str
    gap: float


def admissible(
    net: RiverNetwork,
    loads: pd.DataFrame,
    limits: pd.DataFrame | None = None,
    decay: Mapping[str, float] | None = None,
    regime: str = "low",
    *,
    by: Sequence[str] = ("region",),
    objective: str = "total",
    floor: float = 0.0,
    ceiling: float = 1.0,
    cost: Mapping[str, float] | None = None,
    standard: str | Standard = "GB3838-2002",
    oxygen: Oxygen | None = None,
    temperature: Temperature | None = None,
    theta: Mapping[str, float] | None = None,
) -> Admissible:
    r"""Find the greatest loads that keep every section within its limits.

    .. math::

        \max \sum_g w_g \quad\text{with}\quad \sum_g R_{s,g} w_g \le L_s, \qquad \text{floor}\; w^0_g \le w_g \le
        \text{ceiling}\; w^0_g

    with the load w of a group of sources [t/yr], now w⁰, and the response R of sections [mg/L per t/yr] to it, from one
    reverse pass each. With objective "equal" all groups of a pollutant keep one share λ of their loads and Σ w is
    greatest; with "cost" Σ cost · (w⁰ − w) is least. Solved by HiGHS, which sees R alone, whatever the river's size.

    Parameters
    ----------
    net, loads, decay, regime, oxygen, temperature, theta
        As in `steady`; limits are meant for the low-flow regime unless another is given.
    limits : DataFrame, optional
        `section`, `pollutant`, `limit` [mg/L]; "DO" is a least value and needs `oxygen`. Default: the limit class of
        each section by the standard.
    by
        Columns of the loads that make the groups.
    objective
        "total", "equal" or "cost".
    floor, ceiling
        Least and greatest share of its present load that a group may have [-].
    cost
        Money per tonne removed, by the group's first key (for objective "cost").
    standard
        Standard of the limit classes.

    Returns
    -------
    Admissible

    Raises
    ------
    DataError
        With every fault of loads and limits.
    InfeasibleError
        If the floors alone break a limit: each such section, and by how much.
    OptionError
        If an option is unknown.
    SolveError
        If primal and dual disagree.

    References
    ----------
    Loucks, D. P., ReVelle, C. S. and Lynn, W. R. (1967), Management Science 14; Thomann and Mueller (1987), chapter 6.

    Examples
    --------
    >>> reach = {"reach": ["a", "b"], "downstream": ["b", ""], "length_km": [10.0, 10.0]}
    >>> reach |= {"flow_mean": [100.0, 200.0], "flow_low": [31.7098, 63.4196]}
    >>> reach |= {"velocity_mean": [1.0, 1.0], "velocity_low": [1.0, 1.0]}
    >>> net = RiverNetwork(pd.DataFrame(reach), pd.DataFrame({"section": ["s", "t"], "reach": ["a", "b"]}))
    >>> now = pd.DataFrame({"region": ["U", "V"], "reach": ["a", "b"], "pollutant": "TP", "tonnes": [300.0, 350.0]})
    >>> limit = pd.DataFrame({"section": ["s", "t"], "pollutant": "TP", "limit": [0.2, 0.3]})
    >>> best = admissible(net, now, limit, decay={"TP": 0.0})
    >>> best.loads["admissible"].round(1).tolist(), round(best.value, 1)
    ([200.0, 350.0], 550.0)
    >>> best.limits[["binding", "price_loosen", "price_tighten"]].round(0).to_numpy().tolist()
    [[True, 1000.0, 1000.0], [False, 0.0, 0.0]]
    """
    from scipy.optimize import linprog

    chosen = match_name(objective, [(name,) for name in OBJECTIVES], "objective")
    if not 0 <= floor <= ceiling:
        raise OptionError(f"floor {floor} and ceiling {ceiling}: 0 ≤ floor ≤ ceiling is needed")
    if chosen == "cost" and not cost:
        raise OptionError('the objective "cost" needs cost={key: money per tonne}')
    found = response(net, None, decay, regime, oxygen=oxygen, temperature=temperature, theta=theta)
    Loads.of(net, loads, found.pollutants, None, regime)
    wrong = [name for name in by if name not in SOURCE_KEYS or name not in loads.columns]
    if wrong:
        raise OptionError(f"loads have no source column {', '.join(wrong)}; known: {', '.join(SOURCE_KEYS)}")
    named = loads.assign(**{c: labels(loads[c]) for c in (*by, "reach", "pollutant")})
    groups, matrix = found.of_groups(named, list(by))
    table = _limits(net, limits, standard, found.pollutants, oxygen)
    if not len(groups) or not len(table):
        raise OptionError("nothing to do: there are no loads, or no limits on what they carry")
    at = [found.sections.index(s) for s in table["section"]]
    lane = [found.pollutants.index(DEFICIT if p == "DO" else p) for p in table["pollutant"]]
    rows: Floats = matrix[at, lane]
    saturation = oxygen.saturation if oxygen is not None else 0.0
    least = (table["pollutant"] == "DO").to_numpy()
    bound = np.where(least, saturation - table["limit"].to_numpy(), table["limit"].to_numpy())
    now = groups["tonnes"].to_numpy(dtype=np.float64)
    problem = _Problem.of(chosen, rows, now, groups, by, floor, ceiling, cost)
    over = rows @ (floor * now) - bound
    if np.any(over > 1e-12 * np.maximum(1.0, np.abs(bound))):
        broken = [
            f"{table['section'].iloc[i]}, {table['pollutant'].iloc[i]}: {abs(over[i]):.4g} mg/L beyond its limit"
            for i in np.flatnonzero(over > 0)
        ]
        raise InfeasibleError("the least loads allowed break limits already", broken)

    def solve(limit: Floats) -> tuple[float, Floats, float]:
        result = linprog(
            -problem.gain,
            A_ub=problem.rows,
            b_ub=limit - problem.offset,
            bounds=[(float(a), float(b)) for a, b in problem.bounds],
            method="highs",
        )
        if result.status != 0 or result.x is None or result.fun is None:
            raise SolveError(f"HiGHS: {result.message}", status=float(result.status))
        low, high = problem.bounds[:, 0], problem.bounds[:, 1]
        dual = float(
            result.ineqlin.marginals @ (limit - problem.offset) + result.lower.marginals @ low
            + result.upper.marginals @ high
        )  # fmt: skip
        return -float(result.fun), result.x, abs(float(result.fun) - dual) / max(1.0, abs(float(result.fun)))

    value, best, gap = solve(bound)
    if not gap <= GAP:
        raise SolveError("primal and dual of the loads disagree", gap=gap)
    then = problem.loads(best)
    there = rows @ then
    binding = bound - there <= 1e-7 * np.maximum(np.abs(bound), 1e-9)
    prices = np.zeros((len(table), 2))
    for i in np.flatnonzero(binding):
        for k, sign in enumerate((1.0, -1.0)):
            step = STEP * max(abs(bound[i]), 1e-9)
            moved = bound.copy()
            moved[i] += sign * step
            try:
                prices[i, k] = sign * (solve(moved)[0] - value) / step
            except SolveError:
                # Nothing is allowed beyond: the price of tightening has no bound.
                prices[i, k] = np.inf
    turned = np.where(least, saturation - there, there)
    before = rows @ now
    table = table.assign(
        now=np.where(least, saturation - before, before), then=turned, binding=binding, price_loosen=prices[:, 0],
        price_tighten=prices[:, 1],
    )  # fmt: skip
    listed = groups.assign(admissible=then, reduction=now - then)
    unit = "money per mg/L" if chosen == "cost" else "t/yr per mg/L"
    return Admissible(listed, table, chosen, problem.value(value), unit, gap)


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    """max gain · v with rows · v ≤ limit − offset and bounds; the loads are spread · v + fixed."""

    gain: Floats
    rows: Floats
    offset: Floats
    bounds: Floats
    spread: Floats
    constant: float

    @classmethod
    def of(
        cls, objective: str, rows: Floats, now: Floats, groups: pd.DataFrame, by: Sequence[str], floor: float,
        ceiling: float, cost: Mapping[str, float] | None,
    ) -> _Problem:  # fmt: skip
        """Set one of the three problems up."""
        none = np.zeros(rows.shape[0])
        if objective == "equal":
            names = groups["pollutant"].to_numpy()
            kinds = sorted(set(names.tolist()))
            spread = np.stack([np.where(names == k, now, 0.0) for k in kinds], axis=1)
            box = np.tile([floor, ceiling], (len(kinds), 1))
            return cls(spread.sum(axis=0), rows @ spread, none, box, spread, 0.0)
        box = np.stack([floor * now, ceiling * now], axis=1)
        if objective == "total":
            return cls(np.ones(now.size), rows, none, box, np.eye(now.size), 0.0)
        assert cost is not None
        keys = groups[by[0]].tolist()
        missing = sorted({k for k in keys if k not in cost})
        bad = sorted(k for k, v in cost.items() if not (np.isfinite(v) and v >= 0))
        if missing or bad:
            raise OptionError(
                f"cost: missing for {', '.join(missing)}" if missing else f"cost below 0: {', '.join(bad)}"
            )
        price = np.array([float(cost[k]) for k in keys])
        return cls(price, rows, none, box, np.eye(now.size), float(price @ now))

    def loads(self, v: Floats) -> Floats:
        """Loads of the groups [t/yr]."""
        return np.asarray(self.spread @ v)

    def value(self, gained: float) -> float:
        """Objective as it is told: tonnes that may be, or the cost of those that may not."""
        return self.constant - gained if self.constant else gained


def _limits(
    net: RiverNetwork, given: pd.DataFrame | None, standard: str | Standard, pollutants: Sequence[str],
    oxygen: Oxygen | None,
) -> pd.DataFrame:  # fmt: skip
    """Limits by section and pollutant, given or by class."""
    known = [name for name in pollutants if name != DEFICIT] + (["DO"] if oxygen is not None else [])
    if given is not None:
        found = missing_columns(given, "limits", ["section", "pollutant", "limit"])
        if found:
            raise DataError(found)
        table = pd.DataFrame({c: labels(given[c]) for c in ("section", "pollutant")})
        table["limit"] = numbers(given, "limits", "limit", "mg/L", found)
        for column, names in (("section", net.section_names), ("pollutant", known)):
            for i, name in enumerate(table[column]):
                if name not in names:
                    remedy = f"known: {', '.join(list(names)[:20])}"
                    found.append(Finding("limits", i + 2, column, name, f"there is no such {column}", remedy))
        if found:
            raise DataError(found)
        return table
    rules = standard if isinstance(standard, Standard) else Standard.read(standard)
    rows = []
    in_lake = net.lake[net.section_reach]
    for j, row in enumerate(net.sections.to_dict("records")):
        if row["limit_class"] is pd.NA:
            continue
        water = "lake" if in_lake[j] else "river"
        for name in known:
            if rules.knows(name) and len(rules.rows(name, water)) == 1:
                rows.append((row["section"], name, rules.limit(name, int(row["limit_class"]), water)))
    return pd.DataFrame(rows, columns=["section", "pollutant", "limit"])
