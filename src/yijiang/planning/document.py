"""The plan as plain values: everything the report, plan.json and the tables hold, and nothing they must compute."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from yijiang._version import __version__
from yijiang.wordbook import names, places

from . import listing
from .choices import choices, sharing
from .ensemble import bounds
from .package.prices import STEP, Price
from .timeline import timeline
from .years import timetable

if TYPE_CHECKING:
    from .planner import Plan

#: A reach of less depth [m] holds back ships of 10,000 t, and is listed with the locks.
SHALLOW = 6.5
STATUSES = ("official", "aggregated", "estimated", "assumed")


def document(plan: Plan) -> dict[str, Any]:
    """Build the document of a plan; see docs/method.md for its keys."""
    belt = plan.base.belt
    money = belt.money.replace("million ", "")
    content: dict[str, Any] = {
        "regions": list(plan.regions),
        "belt": belt.name,
        "objective": plan.objective,
        "titles": {"en": belt.meta["title_en"], "zh": belt.meta["title_zh"]},
        "river_name": {"en": belt.meta.get("river_en", ""), "zh": belt.meta.get("river_zh", "")},
        "year": belt.year,
        "unit": f"million {money} per year",
        "names": names(belt),
        "package": [
            {"project": name, "scale": plan.choice.scale[name], "start": _start(plan, name)} for name in plan.package
        ],
        "timetable": timetable(plan.base, {n: _start(plan, n) for n in plan.package}, plan.regions, plan.choice.scale),
    }
    content |= _gains(plan, content["unit"])
    content |= _water(plan)
    content |= _freight(plan)
    content |= _economy(plan)
    projects = listing.projects(plan)
    content["projects"] = projects
    content["pairs"] = listing.pairs(plan)
    content["first_three"] = listing.first_three(plan, projects)
    content["areas"] = listing.areas(plan, projects)
    content["profile"] = listing.profile(plan)
    content["assumed"] = listing.assumed(plan)
    content["sources"] = {
        str(row["source"]): {"citation": str(row["citation"]), "url": str(row["url"])}
        for row in belt.tables["sources"].to_dict("records")
    }
    content |= choices(plan)
    content |= timeline(plan)
    content["provenance"] = _provenance(plan)
    plain: dict[str, Any] = _plain(content)
    return plain


def _start(plan: Plan, project: str) -> int:
    """First year of work: as planned, or the first possible one."""
    return plan.choice.start.get(project, int(plan.base.projects[project].row["start_year"]))


def _gains(plan: Plan, unit: str) -> dict[str, Any]:
    choice, regions = plan.choice, plan.base.belt.regions
    low, high = bounds(plan.ensemble.package) if len(plan.ensemble) else (choice.gain, choice.gain)
    gains = {}
    status = _by_status(plan)
    for name, alone in zip(plan.regions, plan.alone, strict=True):
        n = regions.index(name)
        gains[name] = {
            "gross": choice.gross[n],
            "cost": choice.cost[n],
            "compensation": choice.compensation[n],
            "alone": alone,
            "together": choice.gain[n],
            "after_transfer": choice.gain[n] + choice.transfer[n],
            "low": low[n],
            "high": high[n],
            "by_status": status[name],
            "unit": unit,
        }
    where = list(plan.rules.partners)
    together = plan.ensemble.package[:, where].sum(1) if len(plan.ensemble) else choice.gain[where].sum(keepdims=True)
    total_low, total_high = bounds(together)
    outside = {
        name: choice.gain[n]
        for n, name in enumerate(regions)
        if name not in plan.regions and name not in plan.base.belt.abroad
    }
    return {
        "gains": gains,
        "total": {
            "gain": choice.gain[where].sum(), "low": total_low, "high": total_high, "alone": plan.alone.sum(),
        },
        "outsiders": outside,
        "transfers": _transfers(plan),
        "shapley": dict(plan.shapley),
        "sharing": sharing(plan),
    }  # fmt: skip


def _transfers(plan: Plan) -> list[dict[str, Any]]:
    """Who pays whom: payers matched to receivers, largest first."""
    regions = plan.base.belt.regions
    left = {name: float(plan.choice.transfer[regions.index(name)]) for name in plan.regions}
    rows = []
    for payer in sorted((n for n in left if left[n] < 0), key=lambda n: left[n]):
        for receiver in sorted((n for n in left if left[n] > 0), key=lambda n: -left[n]):
            amount = min(-left[payer], left[receiver])
            if amount > 1e-9:
                rows.append({"from": payer, "to": receiver, "amount": amount})
                left[payer] += amount
                left[receiver] -= amount
    return rows


def _by_status(plan: Plan) -> dict[str, dict[str, float]]:
    """Gross gain of the chosen projects by the weakest status behind each: its own row, its levers, its trade base."""
    order = {status: k for k, status in enumerate(STATUSES)}
    tally: dict[str, dict[str, float]] = {name: dict.fromkeys(STATUSES, 0.0) for name in plan.regions}
    for project in plan.package:
        entry = plan.base.projects[project]
        found = [str(entry.row["status"]), *(str(lever["status"]) for lever in entry.levers)]
        weakest = max(found, key=lambda s: order[s])
        income = plan.search.responses.single[project].income
        for name in plan.regions:
            tally[name][weakest] += float(income[plan.base.belt.regions.index(name)])
    return tally


def _water(plan: Plan) -> dict[str, Any]:
    from yijiang import ecology, waters

    base = plan.base
    if base.river is None:
        return {"river": [], "tightest": None, **waters.told(plan.outcome, [])}
    rows = [{str(k): v for k, v in row.items()} for row in plan.outcome.sections.to_dict("records")]
    matrix = base.transfer["low"]
    own = ecology.reached_by(base, set(plan.regions))
    priced: dict[tuple[str, str], Price] = {}
    for price in plan.prices:
        section, pollutant, _ = plan.problem.limits[price.limit]
        priced[section, pollutant] = price
    river = []
    for row in rows:
        s, p = matrix.sections.index(row["section"]), matrix.pollutants.index(row["pollutant"])
        target = float(plan.rules.target[s, p])
        allowed = min(float(plan.rules.bound[s, p]), target)
        river.append(
            {
                **row,
                "may_bind": row["binding"],
                # The limit or target that the package runs into, within a tenth of a percent.
                "binding": math.isfinite(allowed) and row["plan"] >= allowed * (1 - 1e-3),
                "own": bool(own[s, p]),
                "target": target if math.isfinite(target) else None,
                **_price(priced.get((row["section"], row["pollutant"])), allowed, plan.base.belt.money),
            }
        )
    judged = [r for r in river if r["own"] and r["may_bind"]]
    tightest = max(judged, key=lambda r: r["plan"] / r["limit"], default=None)
    tight = tightest and {k: tightest[k] for k in ("section", "pollutant")} | {
        "ratio": tightest["plan"] / tightest["limit"]
    }
    shown = waters.sections_shown(base, river, tight)
    return {"river": river, "tightest": tight, **waters.told(plan.outcome, shown)}


def _price(price: Price | None, allowed: float, money: str) -> dict[str, Any]:
    """Shadow price of one section and pollutant: none where the package keeps well away from the limit."""
    if price is None:
        return dict.fromkeys(("shadow_price", "price_tighter", "price_looser", "price_step", "price_unit"))
    return {
        "shadow_price": price.kept,
        "price_tighter": price.tighter,
        "price_looser": price.looser,
        # Joint gain lost when the limit tightens by 1 %.
        "price_step": None if price.tighter is None else price.tighter * STEP * allowed,
        "price_unit": f"{money} a year per mg/L",
    }


def _freight(plan: Plan) -> dict[str, Any]:
    base = plan.base
    if base.freight is None:
        return {"transport": [], "pair_usage": [], "map": places(plan.base.belt), "freight": None}
    from yijiang.traffic import traffic

    place = {name: k for k, name in enumerate(base.belt.tables["links"]["link"])}
    rows = sorted(plan.outcome.links.to_dict("records"), key=lambda row: place.get(row["link"], -1))
    usage = []
    state = plan.search.responses.still.freight
    assert state is not None
    for origin in plan.regions:
        for destination in plan.regions:
            if origin == destination:
                continue
            used = state.loads.usage(origin, destination)
            i, j = (base.freight.base_network.regions.index(r) for r in (origin, destination))
            tonnes = float(state.loads.tonnes[i, j].sum())
            shallow = used[(used["mode"] == "water") & ((used["lock"] != "") | (used["depth_m"] <= SHALLOW))]
            usage += [
                {"origin": origin, "destination": destination, "tonnes": tonnes, "link": str(r["link"]),
                 "lock": str(r["lock"]), "depth_m": float(r["depth_m"]), "share": float(r["share"])}
                for r in shallow.to_dict("records")
            ]  # fmt: skip
    after = plan.choice.state.freight
    assert after is not None
    told = traffic(base.belt, base.freight, state, after, plan.regions)
    return {"transport": rows, "pair_usage": usage, "map": places(base.belt), "freight": told}


def _economy(plan: Plan) -> dict[str, Any]:
    belt = plan.base.belt
    before = plan.base.accounts.trade.sum(2)
    after = plan.choice.state.solution.trade_array.sum(2)
    members = [n for n, name in enumerate(belt.regions) if name in belt.members]
    flows = [
        {
            "exporter": belt.regions[i],
            "importer": belt.regions[n],
            "value_base": before[n, i],
            "value_plan": after[n, i],
        }
        for n in members
        for i in members
        if n != i
    ]
    return {"flows": flows, "sign_not_identified": list(plan.not_identified)}


def _provenance(plan: Plan) -> dict[str, Any]:
    state = plan.choice.state
    error = 0.0
    if plan.base.river is not None:
        shares = plan.outcome.attribution.groupby(["section", "pollutant"])["share"].agg(math.fsum)
        error = float((shares - 1).abs().max())
    return {
        "version": __version__,
        "seed": plan.seed,
        "solver": _solver(plan),
        "mip_gap": plan.found.solution.gap,
        "relative_gap": None,
        "mass_balance": plan.outcome.balance,
        "loop_residual": state.loop_residual,
        "equilibrium_residual": float(state.solution.residual),
        "attribution_error": error,
        "seconds": plan.seconds,
        "digest": plan.base.belt.digest(),
    }


def _solver(plan: Plan) -> str:
    import highspy

    count = len(plan.problem.projects)
    if plan.method == "exhaustive":
        return f"every subset of {count} candidates"
    version = highspy.Highs.version if isinstance(highspy.Highs.version, str) else ""
    return f"HiGHS {version}".strip() + f", {count} candidates"


def _plain(value: Any) -> Any:
    """Numpy scalars to Python, NaN and infinity to null, so that the document is strict JSON."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, str):
        return value
    # pandas' missing value in integer columns
    return None if str(value) == "<NA>" else str(value)
