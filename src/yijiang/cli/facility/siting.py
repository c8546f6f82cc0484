"""`yijiang facility siting`: where to put what is shared, on the belt's network, with a number of sites per side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from yijiang.cli.belts import open_belt
from yijiang.cli.common import as_json, show
from yijiang.errors import DataError, Finding, OptionError

if TYPE_CHECKING:
    from yijiang.belt import Belt
    from yijiang.siting.problem import Siting


def siting(
    *sides: str,
    belt: str = "yangtze2017",
    model: Literal["median", "covering", "fewest", "centre"] = "median",
    p: int | None = None,
    radius: float | None = None,
    per_side: int = 0,
    clients: list[str] | None = None,
    matrix: Path | None = None,
    method: Literal["exact", "heuristic"] = "exact",
    lang: Literal["zh", "en", "both"] = "both",
    json: bool = False,
) -> int:
    """Choose sites among the network's nodes in some regions, so that people have the shortest way to them.

    Example: yijiang facility siting Upper Middle --belt tiny --p 2 --per-side 1

    Parameters
    ----------
    sides
        Regions in which the sites lie; all members of the belt unless given.
    belt
        A built-in case, a folder of tables, or an .xlsx workbook.
    model
        median: least weighted hours; covering: most people within --radius; fewest: fewest sites that reach everybody
        within --radius; centre: shortest longest way.
    p
        Number of sites.
    radius
        Hours, for covering and fewest.
    per_side
        At least so many sites on each side.
    clients
        Regions whose people are served; the sides, or all members where no side is given. Repeat the option.
    matrix
        A table of hours (CSV, client in the first column, a column per node), in place of the belt's network.
    method
        exact, or heuristic with a bound (median and covering).
    lang
        Language of the text.
    json
        Print everything as JSON.
    """
    chosen = open_belt(belt).require_clean()
    named = [chosen.region(name) for name in sides] or chosen.members
    served = [chosen.region(name) for name in clients or []] or (named if sides else chosen.members)
    hours = _hours(chosen, matrix)
    nodes = chosen.table("nodes")
    lying = {str(n): str(r) for n, r in zip(nodes["node"], nodes["region"], strict=True) if str(r) in named}
    sites = [node for node in hours.columns if node in lying]
    lost = [region for region in served if region not in hours.index]
    if lost or not sites:
        hint = "add its zone to zones.csv, or hand in a table of hours"
        rows = [Finding("zones", 0, "region", region, "is not on the network", hint) for region in lost]
        raise DataError(rows or [Finding("nodes", 0, "region", ", ".join(named), "has no node to put a site at", hint)])
    regions = chosen.table("regions").set_index("region")["population"].astype(float)
    blank = [region for region in served if not regions[region] > 0]
    if blank:
        rows = [Finding("regions", 0, "population", r, "no residents stated", "enter them as weights") for r in blank]
        raise DataError(rows)
    found = _solved(
        hours.loc[served, sites], regions.loc[served], {s: lying[s] for s in sites}, model, p, radius, per_side, method
    )
    document = _document(found, chosen, lying, matrix is not None)
    if json:
        show(as_json(document))
        return 0
    show("\n\n".join(_told(found, document, chosen, one) for one in (("en", "zh") if lang == "both" else (lang,))))
    return 0


def _hours(belt: Belt, matrix: Path | None) -> Any:
    if matrix is None:
        from yijiang.doors import hours_to_nodes

        return hours_to_nodes(belt)
    import pandas as pd

    if not matrix.is_file():
        raise OptionError(f"there is no file {str(matrix)!r}")
    frame = pd.read_csv(matrix, index_col=0)
    return frame.set_axis([belt.region(str(name)) for name in frame.index], axis=0)


def _solved(
    hours: Any, weights: Any, side: dict[str, str], model: str, p: int | None, radius: float | None, per_side: int,
    method: Literal["exact", "heuristic"],
) -> Siting:  # fmt: skip
    from yijiang.siting import maximal_covering, p_centre, p_median, set_covering

    if model != "fewest" and p is None:
        raise OptionError(f"--model {model} needs --p, the number of sites")
    if model in ("covering", "fewest") and radius is None:
        raise OptionError(f"--model {model} needs --radius, in hours")
    bounds: dict[str, Any] = {"sides": side, "per_side": per_side or None}
    if model == "median":
        return p_median(hours, weights, p=p or 0, method=method, **bounds)
    if model == "covering":
        return maximal_covering(hours, weights, p=p or 0, radius=radius or 0.0, method=method, **bounds)
    if model == "fewest":
        return set_covering(hours, radius=radius or 0.0, **bounds)
    return p_centre(hours, p=p or 0, **bounds)


def _document(found: Siting, belt: Belt, lying: dict[str, str], handed_in: bool) -> dict[str, Any]:
    import numpy as np

    from yijiang.science.facilities.document import speeds_status

    both = ("en", "zh")
    return {
        "document": "siting",
        "belt": belt.name,
        "model": found.model,
        "radius": found.radius,
        "sites": [
            {"node": node, "name": {lang: belt.name_of("node", node, lang) for lang in both}, "region": lying[node]}
            for node in found.open
        ],
        "ways": [
            {
                "region": str(region), "site": str(node),
                "hours": float(hours) if np.isfinite(hours) else None,
            }
            for (region, node), hours in zip(found.assigned.items(), found.distance, strict=True)
        ],
        "mean_hours": found.mean_distance,
        "objective": found.objective,
        "bound": found.bound,
        "gap": found.gap,
        "method": found.method,
        "uncovered": list(found.uncovered),
        "speeds": None if handed_in else speeds_status(belt),
    }  # fmt: skip


def _told(found: Siting, document: dict[str, Any], belt: Belt, lang: str) -> str:
    from yijiang.messages import message

    def say(key: str, **values: Any) -> str:
        return message(f"facility.siting_{key}", lang, **values)

    comma = "、" if lang == "zh" else ", "

    def name(region: str) -> str:
        return belt.name_of("region", region, lang)

    model = say(found.model, radius=f"{found.radius:g}") if found.radius is not None else say(found.model)
    lines = [say("title", count=len(found.open), model=model)]
    lines.append(say("open", sites=comma.join(f"{s['name'][lang]} ({name(s['region'])})" for s in document["sites"])))
    longest = str(found.distance.idxmax())
    lines.append(
        say("mean", hours=f"{found.mean_distance:.1f}", longest=f"{found.distance.max():.1f}", region=name(longest))
    )  # fmt: skip
    if found.radius is not None:
        share = 1 - float(found.weight[list(found.uncovered)].sum()) / float(found.weight.sum())
        without = comma.join(name(region) for region in found.uncovered) or say("all")
        lines.append(say("covered", share=f"{100 * share:.0f}%", regions=without))
    for row in document["ways"]:
        if row["site"] and row["hours"] is not None:
            site = belt.name_of("node", row["site"], lang)
            lines.append("   " + say("row", region=name(row["region"]), site=site, hours=f"{row['hours']:.1f}"))
    lines.append(say("gap", gap=f"{found.gap:.2g}"))
    if document["speeds"] is not None:
        lines.append(say("assumed", status=message(f"status.{document['speeds']}", lang)))
    return "\n".join(lines)
