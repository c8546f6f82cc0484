"""The choice in the plan's document: how it could be shared, what else was weighed, and how firm it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .ensemble import bounds
from .package.alternatives import WITHIN, share_with

if TYPE_CHECKING:
    from .planner import Plan


def sharing(plan: Plan) -> dict[str, Any]:
    """Every coalition's value and the other ways to divide the joint gain, each named with its convention."""
    found = plan.core
    return {
        "convention": "gamma",
        "coalitions": [{"members": sorted(s), "value": v} for s, v in plan.coalition.items()],
        "shapley": {"shares": dict(plan.shapley), "standard_error": plan.shapley.standard_error},
        "nucleolus": dict(plan.nucleolus),
        "core": {"empty": found.empty, "epsilon": found.epsilon, "division": dict(found.division)},
    }


def choices(plan: Plan) -> dict[str, Any]:
    """Frontier, near-best packages, robustness over the draws, and how far the proof agrees."""
    names = plan.problem.projects

    def package(scale: Any) -> list[str]:
        return [n for n, s in zip(names, scale, strict=True) if s > 0]

    found, complete = plan.alternatives
    others = [a for a in found if package(a.scale) != plan.package]
    ensemble, robust = plan.ensemble, plan.robustness
    partner = {n: plan.base.belt.regions.index(n) for n in plan.regions}
    first, second = (partner[plan.regions[k]] for k in (0, 1))
    flow_low, flow_high = bounds(ensemble.flow[:, second, first]) if len(ensemble) else (None, None)
    share = share_with(plan.problem, found)
    return {
        "frontier": [
            {
                "package": package(p.scale),
                "gains": dict(zip(plan.regions, p.gain.tolist(), strict=True)),
                "gap": p.gap,
                "chosen": package(p.scale) == plan.package,
            }
            for p in plan.points
        ],
        "alternatives": [
            {
                "package": package(a.scale),
                "gains": dict(zip(plan.regions, a.gain.tolist(), strict=True)),
                "objective": a.gain.sum(),
                "loss": a.loss,
            }
            for a in others[:5]
        ],
        "robustness": {
            "draws": ensemble.draws,
            "failed": ensemble.failed,
            "share_all_gain": robust.all_gain if robust else None,
            "limits_hold": robust.holds if robust and ensemble.job.limits else None,
            "limits": _limits(plan) if robust else [],
            "pair_flow": {"from": plan.regions[0], "to": plan.regions[1], "low": flow_low, "high": flow_high},
            "same_package": robust.same if robust else None,
            "infeasible": robust.infeasible if robust else None,
            "regret": _quantiles(robust.regret) if robust else None,
            "worst_tenth": dict(zip(plan.regions, robust.tail.tolist(), strict=True)) if robust else None,
            "near_best": {"packages": len(found), "complete": complete, "within": WITHIN},
            "projects": [
                {
                    "project": n,
                    "chosen_in_draws": float(robust.chosen_in[k]) if robust else None,
                    "in_near_best": float(share[k]),
                }
                for k, n in enumerate(names)
            ],
        },
        # Relative to the largest gain of a region.
        "verify": {
            "miss": plan.miss,
            "payment_effect": plan.payment_effect,
            "tolerance": plan.tolerance,
            "proved": plan.found.proved,
        },
    }


def _limits(plan: Plan) -> list[dict[str, Any]]:
    """Limits and targets that do not hold in every draw, the least certain first."""
    robust = plan.robustness
    assert robust is not None
    rows = [
        {"section": section, "pollutant": pollutant, "kind": kind, "holds": holds, "over": over}
        for (section, pollutant, kind), holds, over in zip(
            plan.problem.limits, robust.limit_holds.tolist(), robust.over.tolist(), strict=True
        )
        if holds < 1
    ]
    return sorted(rows, key=lambda r: (r["holds"], r["section"], r["pollutant"]))


def _quantiles(values: Any) -> dict[str, float | None]:
    """Median, 95th percentile and largest of the draws that could be chosen for."""
    known = values[np.isfinite(values)]
    if not known.size:
        return {"median": None, "high": None, "largest": None}
    return {"median": np.median(known), "high": np.percentile(known, 95.0), "largest": known.max()}
