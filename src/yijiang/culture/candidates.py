"""What a joint route is worth as market projects: sized by one stated rule, or blank with the reason.

Visitors of a route who live with one partner and see sites of another buy services there. Seats go by population, and
a stated share of the visitors is new:

extra visits = groups · persons · departures a year · seats of the home region · share that is new
spending = extra visits · what a visit brings in (counted);   κ̂ = (1 + spending ÷ T)^(−1/θ), no less than 1 − cap
cost a year = (1 − κ̂) · T ÷ saving per yuan of the belt's own levers on trade costs

T is what the region buys of the other's services today, θ their trade elasticity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from yijiang.culture.flows import Visits
from yijiang.culture.joint import JointRoute
from yijiang.messages import LANGUAGES, message

if TYPE_CHECKING:
    from yijiang.belt import Belt

RULE_SOURCE = "culture_rule"
SERVICE_PARAMETERS = ("route_days", "route_new_share")


class UnitRule(Protocol):
    """What the belt's own projects on trade costs say: saving per yuan, life, ramp, ranges and their names."""

    @property
    def saving(self) -> float: ...  # noqa: D102
    @property
    def life(self) -> int: ...  # noqa: D102
    @property
    def start_year(self) -> int: ...  # noqa: D102
    @property
    def ramp_years(self) -> int: ...  # noqa: D102
    @property
    def effect(self) -> tuple[float, float]: ...  # noqa: D102
    @property
    def cost(self) -> tuple[float, float]: ...  # noqa: D102
    @property
    def projects(self) -> tuple[str, ...]: ...  # noqa: D102


def service_sector(belt: Belt) -> str:
    """Return the sector visitors buy from: that of the belt's tourism projects, else the most traded one of no goods.

    Examples
    --------
    >>> import yijiang as yj
    >>> service_sector(yj.case("tiny")), service_sector(yj.case("yangtze2017"))
    ('services', 'other_services')
    """
    tables = belt.tables
    tourism = set(tables["projects"]["project"][tables["projects"]["kind"] == "tourism"])
    levers = tables["levers"]
    used = levers["sector"][levers["project"].isin(tourism) & (levers["kind"] == "friction") & (levers["sector"] != "")]
    if len(used):
        return str(used.mode().iloc[0])
    goods = set(belt.goods)
    trade = tables["trade"]
    traded = trade[(trade["draw"] == 0) & (trade["importer"] != trade["exporter"]) & ~trade["sector"].isin(goods)]
    return str(traded.groupby("sector")["value"].sum().idxmax()) if len(traded) else ""


def candidates(
    belt: Belt, route: JointRoute, visits: Visits | None, rule: UnitRule | None
) -> tuple[dict[str, pd.DataFrame], list[dict[str, Any]]]:
    """Return the candidate projects as tables of a belt, and what each was sized with.

    One project for each pair of partners, from the home of the visitors to the region they visit. Blank, with the
    reason, where no figure of spending was found, no route is run, nothing is traded or no rule sizes the cost.
    """
    rows: dict[str, list[dict[str, Any]]] = {t: [] for t in ("projects", "members", "payers", "levers", "sources")}
    told = []
    regions = list(dict.fromkeys(route.regions))
    for home in regions:
        for host in regions:
            if home != host:
                told.append(_pair(belt, route, visits, rule, home, host, rows))
    rows["sources"].append(
        {"source": RULE_SOURCE, "citation": message("route.rule_citation", "en"), "url": "", "licence": "Apache-2.0"}
    )
    return {name: pd.DataFrame(found) for name, found in rows.items()}, told


def _figures(belt: Belt, route: JointRoute, visits: Visits | None, home: str, host: str) -> dict[str, Any]:
    kinds = belt.tables["regions"].set_index("region")["population"].astype(float)
    partners = list(dict.fromkeys(route.regions))
    seats = float(kinds[home] / kinds[partners].sum())
    region = route.carrying.set_index("site")["region"]
    groups = int(route.stops.loc[route.stops["site"].map(region) == host, "group"].nunique())
    parameters = belt.tables["parameters"].set_index("parameter")
    days, new = (float(parameters["value"].get(name, np.nan)) for name in SERVICE_PARAMETERS)
    spending = float("nan") if visits is None else float(visits.spending.get(host, np.nan))
    extra = groups * route.trip.group * days * seats * new
    trade = belt.tables["trade"]
    sector = service_sector(belt)
    at = (trade["draw"] == 0) & (trade["importer"] == home) & (trade["exporter"] == host) & (trade["sector"] == sector)
    return {
        "home": home, "host": host, "groups": groups, "seats": seats, "days": days, "new_share": new,
        "extra_visits": extra, "spending_per_visit": spending, "spending": extra * spending / 1e6,
        "trade": float(trade.loc[at, "value"].sum()), "sector": sector,
    }  # fmt: skip


def _pair(
    belt: Belt, route: JointRoute, visits: Visits | None, rule: UnitRule | None, home: str, host: str,
    rows: dict[str, list[dict[str, Any]]],
) -> dict[str, Any]:  # fmt: skip
    figures = _figures(belt, route, visits, home, host)
    name = f"route_{home}_{host}".lower()
    project: dict[str, Any] = {
        "project": name, "kind": "tourism", "area": "culture", "joint": True, "unsized_en": "", "unsized_zh": "",
        "year": belt.year, "source": RULE_SOURCE, "status": "assumed",
    }  # fmt: skip
    for lang in LANGUAGES:
        names = {side: belt.name_of("region", figures[side], lang) for side in ("home", "host")}
        for key in ("name", "owner", "text"):
            project[f"{key}_{lang}"] = message(f"route.project_{key}", lang, **names)
    for region in (home, host):
        rows["members"].append({"project": name, "region": region})
        rows["payers"].append({"project": name, "region": region, "share": 0.5})
    why = _why_not(figures, visits, rule)
    if why or rule is None:
        reason = {f"unsized_{lang}": message(f"route.unsized_{why}", lang) for lang in LANGUAGES}
        rows["projects"].append(
            {**project, **reason, "capital_cost": np.nan, "running_cost": np.nan, "life": 1, "start_year": belt.year,
             "ramp_years": 0, "effect_low": 1.0, "effect_high": 1.0, "cost_low": 1.0, "cost_high": 1.0}
        )  # fmt: skip
        return {**figures, "project": name, "unsized": why, "kappa": None, "cost": None}
    elasticity = belt.tables["elasticities"].set_index("sector")["value"].astype(float)
    theta, trade = float(elasticity[figures["sector"]]), figures["trade"]
    known = set(belt.tables["parameters"]["parameter"])
    cap = belt.parameter("friction_cap") if "friction_cap" in known else 1.0
    kappa = max((1 + figures["spending"] / trade) ** (-1 / theta), 1 - cap)
    cost = (1 - kappa) * trade / rule.saving
    told = {"rate": f"{rule.saving:g}", "projects": ", ".join(rule.projects)}
    parameters = belt.tables["parameters"].set_index("parameter")
    value, low, high = (float(parameters[end].get("route_new_share", np.nan)) for end in ("value", "low", "high"))
    effect = (low / value, high / value) if np.isfinite(low) and np.isfinite(high) else rule.effect
    rows["projects"].append(
        {**project, "capital_cost": 0.0, "running_cost": cost, "life": rule.life, "start_year": rule.start_year,
         "ramp_years": rule.ramp_years, "effect_low": effect[0], "effect_high": effect[1], "cost_low": rule.cost[0],
         "cost_high": rule.cost[1]}
    )  # fmt: skip
    lever = {
        "project": name, "lever": 1, "kind": "friction", "region": home, "partner": host, "sector": figures["sector"],
        "amount": cost, "unit": f"{belt.money}/yr", "rate": rule.saving, "year": belt.year, "source": RULE_SOURCE,
        "status": "assumed",
    }  # fmt: skip
    rows["levers"].append(lever | {f"rule_{lang}": message("route.rule", lang, **told) for lang in LANGUAGES})
    return {**figures, "project": name, "unsized": "", "kappa": kappa, "cost": cost, "theta": theta}


def _why_not(figures: dict[str, Any], visits: Visits | None, rule: UnitRule | None) -> str:
    """Say why a project has no size; "" where it has one."""
    if not figures["groups"]:
        return "no_route"
    if visits is None or not np.isfinite(figures["spending_per_visit"]):
        return "no_spending"
    if not np.isfinite(figures["extra_visits"]):
        return "no_parameters"
    if not figures["trade"] > 0:
        return "no_trade"
    return "no_rule" if rule is None else ""
