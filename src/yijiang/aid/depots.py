"""Where some regions keep relief ready: sites among their nodes, people of the belt reached in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from yijiang.errors import DataError, Finding, InfeasibleError, OptionError
from yijiang.messages import LANGUAGES, message
from yijiang.siting import maximal_covering, set_covering

if TYPE_CHECKING:
    from yijiang.belt import Belt
    from yijiang.siting import Siting

RULE_SOURCE = "aid_rule"


@dataclass(frozen=True, eq=False)
class Depots:
    """Chosen depots and who is reached from them.

    Attributes
    ----------
    depots : depot (node), region, of the chosen.
    reached : region, population [million], nearest (depot), hours, in_time.
    share, bound, gap : share of the people reached in time, of no choice more, and the relative distance.
    curve : depots, share: for each number of depots from the fewest to all that help.
    fewest : fewest depots anywhere among the candidates that reach everybody, None where that can't be.
    out_of_reach : why everybody can't be reached, region by region.
    projects : candidate projects, without a size, as tables of a belt.
    """

    within: float
    depots: pd.DataFrame
    reached: pd.DataFrame
    share: float
    bound: float
    gap: float
    curve: pd.DataFrame
    fewest: int | None
    out_of_reach: tuple[tuple[str, float], ...]
    projects: dict[str, pd.DataFrame] = field(repr=False)


def preposition(
    belt: Belt,
    regions: Sequence[str],
    hours: pd.DataFrame,
    count: int,
    within: float,
    helped: Sequence[str] | None = None,
) -> Depots:
    """Choose depots among the nodes of some regions, at least one in each, that reach most people in time.

    Parameters
    ----------
    belt
        A belt with population and zones.
    regions
        Who keeps them ready; one or more.
    hours : (node, node)
        Travel time [h].
    count
        Number of depots.
    within
        Time that counts as in time [h].
    helped
        Regions whose people count; all members unless given.

    Raises
    ------
    DataError
        If a region has no node or a helped region no population or centre.
    OptionError
        If the number of depots is impossible.

    Examples
    --------
    >>> import yijiang as yj
    >>> from yijiang.journeys import journeys
    >>> tiny = yj.case("tiny")
    >>> found = preposition(tiny, ["Upper", "Middle"], journeys(tiny).hours, 2, 7.0)
    >>> found.depots["depot"].tolist(), round(found.share, 3), found.gap
    (['dam', 'bend'], 1.0, 0.0)
    """
    names = list(dict.fromkeys(belt.region(r) for r in regions))
    if not names:
        raise OptionError("name the regions that keep depots, for example: yijiang aid preposition Hubei Jiangsu")
    nodes = belt.tables["nodes"]
    # A junction is a place on the river without a port: nothing can be kept there.
    nodes = nodes[nodes["region"].isin(names) & (nodes["kind"] != "junction")]
    zones = belt.tables["zones"].set_index("region")["node"].astype(str)
    people = belt.tables["regions"].set_index("region")["population"].astype(float)
    wanted = [belt.region(r) for r in helped] if helped else belt.members
    findings = [
        Finding("nodes", 0, "region", name, "no port or hub of the network lies in this region", "add one")
        for name in names
        if not (nodes["region"] == name).any()
    ] + [
        Finding("regions", 0, "population", name, "no population or no centre to reach", "give both")
        for name in wanted
        if name not in zones.index or not people[name] > 0
    ]
    if findings:
        raise DataError(findings)
    places = nodes["node"].astype(str).tolist()
    if not len(names) <= count <= len(places):
        raise OptionError(f"the number of depots must be from {len(names)} to {len(places)}, not {count}")
    weight = people[wanted]
    matrix = hours.loc[places, zones[wanted].tolist()].T.set_axis(wanted, axis=0)
    side = nodes["region"].tolist()

    def cover(depots: int) -> Siting:
        return maximal_covering(matrix, weight, p=depots, radius=within, sides=side, per_side=1)

    found, everybody = cover(count), float(weight.sum())
    curve = []
    for k in range(len(names), min(len(places), max(count, len(names)) + 4) + 1):
        share = (found if k == count else cover(k)).objective / everybody
        curve.append((k, share))
        if k >= count and share >= 1 - 1e-12:
            break
    fewest, lost = _everybody(matrix, within)
    chosen = nodes[nodes["node"].isin(found.open)]
    return Depots(
        within,
        chosen[["node", "region"]].rename(columns={"node": "depot"}).reset_index(drop=True),
        _reached(matrix[list(found.open)], weight, within),
        found.objective / everybody,
        found.bound / everybody,
        found.gap,
        pd.DataFrame(curve, columns=["depots", "share"]),
        fewest,
        lost,
        _projects(belt, chosen, names),
    )


def _everybody(matrix: pd.DataFrame, within: float) -> tuple[int | None, tuple[tuple[str, float], ...]]:
    try:
        return len(set_covering(matrix, radius=within).open), ()
    except InfeasibleError:
        least = matrix.min(axis=1)
        return None, tuple((str(name), float(h)) for name, h in least[least > within].items())


def _reached(near: pd.DataFrame, weight: pd.Series[float], within: float) -> pd.DataFrame:
    hours = near.min(axis=1)
    return pd.DataFrame(
        {
            "region": near.index.astype(str),
            "population": weight.to_numpy(),
            "nearest": near.idxmin(axis=1).to_numpy(),
            "hours": hours.to_numpy(),
            "in_time": (hours <= within).to_numpy(),
        }
    )


def _projects(belt: Belt, nodes: pd.DataFrame, names: Sequence[str]) -> dict[str, pd.DataFrame]:
    """One candidate for each depot, blank: no source gives the cost of one, and no rule turns safety into income."""
    rows: dict[str, list[dict[str, Any]]] = {t: [] for t in ("projects", "members", "payers", "levers", "sources")}
    for node in nodes.to_dict("records"):
        name = f"depot_{node['node']}"
        row: dict[str, Any] = {
            "project": name,
            "area": "aid",
            "kind": "facility",
            "capital_cost": np.nan,
            "running_cost": np.nan,
            "life": 1,
            "start_year": belt.year,
            "ramp_years": 0,
            "joint": len(names) > 1,
            "effect_low": 1.0,
            "effect_high": 1.0,
            "cost_low": 1.0,
            "cost_high": 1.0,
            "year": belt.year,
            "source": RULE_SOURCE,
            "status": "assumed",
        }
        for lang in LANGUAGES:
            told = {
                "node": node[f"name_{lang}"],
                "regions": _joined([belt.name_of("region", n, lang) for n in names], lang),
            }
            for column in ("name", "owner", "text", "unsized"):
                row[f"{column}_{lang}"] = message(f"aid.project_{column}", lang, **told)
        rows["projects"].append(row)
        for region in names:
            rows["members"].append({"project": name, "region": region})
            rows["payers"].append({"project": name, "region": region, "share": 1 / len(names)})
    rows["sources"].append(
        {"source": RULE_SOURCE, "citation": message("aid.rule_citation", "en"), "url": "", "licence": "Apache-2.0"}
    )
    return {name: pd.DataFrame(found_rows) for name, found_rows in rows.items()}


def _joined(words: Sequence[str], lang: str) -> str:
    if lang == "zh":
        return "、".join(words)
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
