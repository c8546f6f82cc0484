"""The part of the page about the choice: other packages, the frontier, sharing, and how firm it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yijiang.charts.scatter import Point, scatter
from yijiang.report.wording import (
    Document,
    Names,
    Text,
    each,
    joined,
    known,
    label,
    money,
    money_range,
    money_unit,
    percent,
    plain,
    say,
    shortened,
)


def choice_view(document: Document) -> dict[str, Any]:
    """Return the other packages that were weighed: the near best and the points of the frontier, with its picture."""
    names = Names(document)
    regions: Sequence[str] = document["regions"]

    chosen = {p["project"] for p in document.get("package") or []}

    def row(entry: Any, mark: Text) -> dict[str, Any]:
        return {
            "package": _differences(names, chosen, set(entry.get("package") or [])),
            "gains": [money((entry.get("gains") or {}).get(r)) for r in regions],
            "mark": mark,
        }

    points = list(document.get("frontier") or [])
    near = (document.get("robustness") or {}).get("near_best") or {}
    return {
        "regions": [names("regions", r) for r in regions],
        "objective": label("objective", document.get("objective")),
        "near": _near(near) if near else None,
        "alternatives": [row(e, plain(percent(e.get("loss")))) for e in document.get("alternatives") or []],
        "frontier": [row(e, say("choice.chosen") if e.get("chosen") else say("choice.other")) for e in points],
        "picture": each(lambda lang: _frontier(document, names, lang))
        if len(regions) == 2 and len(points) > 1
        else None,
    }


def _near(near: Mapping[str, Any]) -> Text:
    """Say how many packages are nearly as good as the best."""
    key = "choice.near" if near.get("packages", 0) > 1 else "choice.near_one"
    values = {"within": percent(near.get("within"))}
    return say(key, count=near["packages"], **values) if key == "choice.near" else say(key, **values)


#: Differences of a package from the chosen one that are listed.
DIFFERENCES = 6
#: Projects in the table of how firm the choice is.
FIRM = 30


def _differences(names: Names, chosen: set[str], package: set[str]) -> list[Text]:
    """Tell a package by what it leaves out of the chosen one and adds to it."""
    if not package:
        return [say("choice.empty")]
    lines = [say("choice.without", project=names("projects", p)) for p in sorted(chosen - package)]
    lines += [say("choice.with", project=names("projects", p)) for p in sorted(package - chosen)]
    return shortened(lines, DIFFERENCES) or [say("choice.same")]


def _frontier(document: Document, names: Names, lang: str) -> str:
    first, second = document["regions"]
    large = max(abs(v) for e in document["frontier"] for v in e["gains"].values()) >= 100.0
    unit = (100.0 if lang == "zh" else 1000.0) if large else 1.0
    words = {"unit": say("choice.unit_large" if large else "choice.unit_small")[lang], "currency": money_unit(lang)}
    chosen = {p["project"] for p in document["package"]}
    points = []
    for entry in document["frontier"]:
        gains = entry["gains"]
        package = joined(_differences(names, chosen, set(entry["package"])), "; ")[lang]
        points.append(Point(gains[first] / unit, gains[second] / unit, package, bool(entry.get("chosen"))))
    axes = tuple(say("choice.axis", region=names("regions", r), **words)[lang] for r in (first, second))
    return scatter(points, (axes[0], axes[1]), say("choice.frontier")[lang], say("choice.chosen")[lang])


def sharing_view(document: Document) -> dict[str, Any] | None:
    """Return what every coalition reaches and how other rules would divide the joint gain; None without figures."""
    sharing = document.get("sharing")
    if not sharing:
        return None
    names = Names(document)
    regions: Sequence[str] = document["regions"]
    found = sharing["core"]
    core = say("sharing.core_empty", amount=money(found["epsilon"])) if found["empty"] else say("sharing.core")
    rows = [
        ("sharing.nash", {r: document["gains"][r]["after_transfer"] for r in regions}),
        ("sharing.shapley", sharing["shapley"]["shares"]),
        ("sharing.nucleolus", sharing["nucleolus"]),
    ]
    return {
        "regions": [names("regions", r) for r in regions],
        "coalitions": [
            (joined([names("regions", m) for m in c["members"]]), money(c["value"])) for c in sharing["coalitions"]
        ],
        "rules": [(say(key), [money(shares.get(r)) for r in regions]) for key, shares in rows],
        "core": core,
    }


#: A regret below this is none [million a year].
TOLD = 0.1


def robust_view(document: Document) -> dict[str, Any]:
    """Return how firm the result is: sentences, and per project in how many draws and near-best packages it stands."""
    names = Names(document)
    lines: list[Text] = []
    robust = document.get("robustness") or {}
    if robust:
        lines.append(say("robust.draws", draws=robust.get("draws"), failed=robust.get("failed")))
        lines.append(say("robust.share", share=percent(robust.get("share_all_gain"), 3)))
        if known(robust.get("limits_hold")):
            lines.append(say("robust.limits", share=percent(robust["limits_hold"], 3)))
        lines += [
            say(
                f"robust.{row['kind']}",
                section=names("sections", row["section"]),
                pollutant=names("pollutants", row["pollutant"]),
                share=percent(row["holds"], 3),
                over=percent(row["over"]),
            )
            for row in (robust.get("limits") or [])[:3]
        ]
        if known(robust.get("same_package")):
            lines.append(say("robust.same", share=percent(robust["same_package"], 3)))
        regret = robust.get("regret") or {}
        if known(regret.get("median")):
            key = "robust.regret" if regret["median"] >= TOLD else "robust.regret_none"
            lines.append(say(key, median=money(regret["median"]), high=money(regret["high"])))
        worst = robust.get("worst_tenth") or {}
        lines += [say("robust.worst", region=names("regions", r), gain=money(v)) for r, v in worst.items() if known(v)]
        flow = robust.get("pair_flow")
        # One table of trade for every draw: it is no estimate.
        if flow and flow.get("low") != flow.get("high"):
            lines.append(
                say(
                    "robust.flow",
                    start=names("regions", flow["from"]),
                    end=names("regions", flow["to"]),
                    range=money_range(flow.get("low"), flow.get("high")),
                )
            )
    lines += [say("robust.sign", region=names("regions", r)) for r in document.get("sign_not_identified") or []]
    check = document.get("verify") or {}
    if check:
        lines.append(say("robust.verify", miss=percent(check.get("miss")), tolerance=percent(check.get("tolerance"))))
    chosen = {p["project"] for p in document.get("package") or []}
    projects = sorted(robust.get("projects") or [], key=lambda r: -(r.get("chosen_in_draws") or 0.0))
    return {
        "lines": lines or [say("robust.none")],
        "projects": [
            {
                "name": names("projects", r["project"]),
                "chosen": r["project"] in chosen,
                "draws": percent(r.get("chosen_in_draws"), 3),
                "near": percent(r.get("in_near_best"), 3),
            }
            for r in projects[:FIRM]
        ],
        "more": say("page.more", count=len(projects) - FIRM) if len(projects) > FIRM else None,
    }
