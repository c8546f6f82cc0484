"""Visitor flows, the joint route and the projects that follow, together; and as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from yijiang._version import __version__
from yijiang.culture.candidates import RULE_SOURCE, UnitRule, candidates
from yijiang.culture.flows import Visits, visits_between
from yijiang.culture.gravity import Model
from yijiang.culture.joint import JointRoute, Trip, joint_route
from yijiang.messages import message

if TYPE_CHECKING:
    from yijiang.belt import Belt

TRIP_PARAMETERS = {"group": "route_group", "share": "route_site_share"}


@dataclass(frozen=True, eq=False)
class Culture:
    """What some regions can do together in culture and tourism.

    Attributes
    ----------
    route, visits : the joint route; the visitor flows, None without figures.
    projects : candidate projects, as tables of a belt.
    sizing : what each was sized with, or why it has no size.
    """

    belt: Belt = field(repr=False)
    route: JointRoute
    visits: Visits | None
    projects: dict[str, pd.DataFrame]
    sizing: list[dict[str, Any]]

    @property
    def document(self) -> dict[str, Any]:
        """Everything as plain values: what route.json holds."""
        return _document(self)


def trip_of(belt: Belt, **given: Any) -> Trip:
    """Return how a route is run: what is given, the rest from the belt's parameters, and which of it is assumed.

    Examples
    --------
    >>> import yijiang as yj
    >>> trip_of(yj.case("tiny"), days=3, group=None).group
    100.0
    """
    figures = belt.tables["parameters"].set_index("parameter")
    values = {name: value for name, value in given.items() if value is not None}
    assumed = []
    for name, parameter in TRIP_PARAMETERS.items():
        if name not in values and parameter in figures.index:
            values[name] = float(figures["value"][parameter])
            if figures["status"][parameter] == "assumed":
                assumed.append(parameter)
    return Trip(**values, assumed=tuple(assumed))


def culture(
    belt: Belt,
    regions: Sequence[str],
    hours: pd.DataFrame,
    region_hours: pd.DataFrame,
    trip: Trip,
    *,
    model: Model = "doubly",
    rule: UnitRule | None = None,
    start: str | None = None,
    end: str | None = None,
) -> Culture:
    """Return the joint route of some regions, the visits between them and the market projects that follow.

    Parameters
    ----------
    belt, regions, hours, trip, start, end
        As in `joint_route`.
    region_hours : (origin, destination)
        Travel time between the centres of regions [h].
    model
        As in `interaction`.
    rule
        Saving per yuan, life and ranges of the belt's own projects on trade costs; without it nothing is sized.

    Examples
    --------
    >>> import yijiang as yj
    >>> from yijiang.journeys import journeys, region_hours
    >>> tiny = yj.case("tiny")
    >>> net = journeys(tiny)
    >>> found = culture(tiny, ["Upper", "Middle"], net.hours, region_hours(tiny, net), trip_of(tiny, days=2))
    >>> found.document["route"]["gap"], [row["unsized"] for row in found.sizing]
    (0.0, ['no_rule', 'no_rule'])
    """
    route = joint_route(belt, regions, hours, trip, start, end)
    visits = visits_between(belt, region_hours, model)
    projects, sizing = candidates(belt, route, visits, rule)
    return Culture(belt, route, visits, projects, sizing)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values, None where a cell is blank."""
    whole = frame.astype(object)
    return [{str(k): v for k, v in row.items()} for row in whole.where(whole.notna(), None).to_dict("records")]


def _names(belt: Belt, table: str, key: str) -> dict[str, dict[str, str]]:
    rows = belt.tables[table]
    return {
        str(i): {"en": str(en), "zh": str(zh)}
        for i, en, zh in zip(rows[key], rows["name_en"], rows["name_zh"], strict=True)
    }


def _document(found: Culture) -> dict[str, Any]:
    belt, route, visits = found.belt, found.route, found.visits
    rows = belt.tables["sites"]
    sites = rows[rows["region"].isin(route.regions)]
    used = {*sites["source"], *sites["limit_source"], RULE_SOURCE, *(visits.sources if visits else ())} - {"", None}
    figures = belt.tables["parameters"].set_index("parameter")
    names = [
        *route.trip.assumed,
        "route_days",
        "route_new_share",
        *(["visit_deterrence"] if visits and not visits.fit else []),
    ]
    used |= {str(figures["source"][n]) for n in names if n in figures.index}
    sources = {
        str(row["source"]): {"citation": str(row["citation"]), "url": str(row["url"])}
        for row in belt.tables["sources"].to_dict("records")
        if row["source"] in used
    }
    return {
        "regions": list(route.regions),
        "belt": belt.name,
        "titles": {"en": belt.meta["title_en"], "zh": belt.meta["title_zh"]},
        "river_name": {"en": belt.meta.get("river_en", ""), "zh": belt.meta.get("river_zh", "")},
        "year": belt.year,
        "money": belt.money,
        "names": {
            "region": _names(belt, "regions", "region"),
            "site": _names(belt, "sites", "site"),
            "node": _names(belt, "nodes", "node"),
        },
        "sites": records(sites),
        "route": {
            "start": route.start,
            "end": route.end,
            "days": route.trip.days,
            "groups": route.trip.groups,
            "group": route.trip.group,
            "share": route.trip.share,
            "departs": route.trip.departs,
            "arrives": route.trip.arrives,
            "score": route.solved.score,
            "bound": route.solved.bound,
            "gap": route.gap,
            "method": route.solved.method,
            "stops": records(route.stops),
            "ends": [list(end) for end in route.ends],
        },
        "carrying": records(route.carrying),
        "left_out": records(route.left_out),
        "visits": None if visits is None else _visits(visits),
        "projects": records(found.projects["projects"]),
        "levers": records(found.projects["levers"]),
        "sizing": [
            {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in r.items()} for r in found.sizing
        ],
        "assumed": [
            {
                "parameter": n,
                **{k: _plain(figures[k][n]) for k in ("value", "low", "high")},
                "unit": str(figures["unit"][n]),
                "description": str(figures["description"][n]),
            }
            for n in names
            if n in figures.index
        ],
        "sources": sources | {RULE_SOURCE: {"citation": message("route.rule_citation", "en"), "url": ""}},
        "provenance": {"version": __version__, "digest": belt.digest()},
    }


def _plain(value: Any) -> float | None:
    return float(value) if pd.notna(value) else None


def _visits(visits: Visits) -> dict[str, Any]:
    fit = visits.fit
    return {
        "period": visits.period,
        "year": visits.year,
        "rows": records(visits.table),
        "missing": list(visits.missing),
        "spending": {str(k): _plain(v) for k, v in visits.spending.items()},
        "deterrence": None if visits.deterrence is None else list(visits.deterrence),
        "model": None
        if fit is None
        else {
            "model": fit.model,
            "deterrence": fit.deterrence,
            "measures": fit.measures,
            "residual": fit.residual,
            "coefficients": records(fit.coefficients.reset_index()),
        },
    }
