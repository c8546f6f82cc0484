"""Aid as plain values: depots, dispatch, what the ledger holds, and what was given in the past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from yijiang._version import __version__
from yijiang.aid.deliveries import Dispatch
from yijiang.aid.depots import RULE_SOURCE, Depots
from yijiang.aid.records import balance, chains, offers_of, requests_of
from yijiang.errors import DataError, Finding, OptionError, match_name
from yijiang.messages import message

if TYPE_CHECKING:
    from yijiang.belt import Belt

STAGES = ("request", "offer", "dispatch", "arrival", "return", "settlement")
NEEDED = {"needs": ("need", "place", "good", "amount"), "offers": ("offer", "place", "good", "amount")}


def place_of(belt: Belt, name: str) -> str:
    """Return the node a place stands for: a node, or the centre of a region, by identifier or name.

    Examples
    --------
    >>> import yijiang as yj
    >>> place_of(yj.case("yangtze2017"), "湖北"), place_of(yj.case("yangtze2017"), "Yichang")
    ('wuhan', 'yichang')
    """
    nodes, regions = belt.tables["nodes"], belt.tables["regions"]
    centre = belt.tables["zones"].set_index("region")["node"].astype(str)
    aliases = [
        (str(n), str(e), str(z)) for n, e, z in zip(nodes["node"], nodes["name_en"], nodes["name_zh"], strict=True)
    ]
    aliases += [
        (str(r), str(e), str(z))
        for r, e, z in zip(regions["region"], regions["name_en"], regions["name_zh"], strict=True)
        if r in centre.index
    ]
    found = match_name(name, aliases, "place")
    return found if (nodes["node"] == found).any() else str(centre[found])


def listed(belt: Belt, table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return needs or offers out of a table a user wrote, places as nodes; every fault at once.

    Examples
    --------
    >>> import yijiang as yj
    >>> rows = pd.DataFrame({"need": ["n1"], "place": ["Lower"], "good": ["boats"], "amount": ["5"]})
    >>> listed(yj.case("tiny"), "needs", rows)["place"].tolist()
    ['lower']
    """
    columns = NEEDED[table]
    missing = [c for c in columns if c not in frame]
    if missing:
        remedy = f"the columns are: {', '.join(columns)}"
        raise DataError([Finding(table, 1, c, "", "the column is missing", remedy) for c in missing])
    findings, places, amounts = [], [], []
    for i, row in enumerate(frame.to_dict("records")):
        try:
            places.append(place_of(belt, str(row["place"])))
        except OptionError as unknown:
            findings.append(Finding(table, i + 2, "place", str(row["place"]), str(unknown), "name a node or a region"))
            places.append("")
        try:
            amounts.append(float(row["amount"]))
        except (TypeError, ValueError):
            amounts.append(np.nan)
        if not amounts[-1] > 0:
            remedy = "give how much, above 0"
            findings.append(Finding(table, i + 2, "amount", str(row["amount"]), "no amount above 0", remedy))
        for column in (columns[0], "good"):
            if not str(row[column]).strip() or str(row[column]) == "nan":
                findings.append(Finding(table, i + 2, column, "", "is blank", f"give the {column}"))
    if findings:
        raise DataError(findings)
    table_of = frame[list(columns)].astype(str)
    return table_of.assign(place=places, amount=amounts)


def from_ledger(belt: Belt, state: Mapping[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the needs and offers of a ledger that are still to be dispatched."""
    done = {row["id"] for row in state["milestones"] if row["delivered_on"]}
    offers = offers_of(state)
    projects = {row["id"]: row["commitments"] for row in state["projects"]}
    gone: dict[str, float] = {}
    for offer, ask in offers.items():
        if f"{offer}.dispatch" in done:
            # What has set out answers its first request.
            gone[projects[offer][0]] = gone.get(projects[offer][0], 0.0) + ask.amount
    needs = [(r, a.place, a.good, a.amount - gone.get(r, 0.0)) for r, a in requests_of(state).items()]
    waiting = [(o, a.place, a.good, a.amount) for o, a in offers.items() if f"{o}.dispatch" not in done]
    frames = {
        "needs": pd.DataFrame([n for n in needs if n[3] > 0], columns=list(NEEDED["needs"])),
        "offers": pd.DataFrame(waiting, columns=list(NEEDED["offers"])),
    }
    return listed(belt, "needs", frames["needs"]), listed(belt, "offers", frames["offers"])


def history(belt: Belt) -> list[dict[str, Any]]:
    """Return the help of the past, every stage of each record; None where the source states nothing."""
    rows = belt.tables["aid_history"]
    found = []
    for record, group in rows.groupby("record", sort=False):
        first = group.iloc[0]
        at = group.set_index("stage")
        found.append(
            {
                "record": str(record),
                "giver": str(first["giver"]),
                "receiver": str(first["receiver"]),
                "good": str(first["good"]),
                "stages": {
                    stage: None
                    if stage not in at.index or not at["text_en"][stage]
                    else {
                        "text": {"en": str(at["text_en"][stage]), "zh": str(at["text_zh"][stage])},
                        "amount": None if pd.isna(at["amount"][stage]) else float(at["amount"][stage]),
                        "unit": str(at["unit"][stage]),
                        "year": None if pd.isna(at["year"][stage]) else int(at["year"][stage]),
                    }
                    for stage in STAGES
                },
                "source": str(first["source"]),
                "status": str(first["status"]),
            }
        )
    return found


def document(
    belt: Belt,
    *,
    regions: Sequence[str] = (),
    closed: Sequence[str] = (),
    depots: Depots | None = None,
    plan: Dispatch | None = None,
    state: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return everything as plain values: what aid.json holds.

    Parameters
    ----------
    belt
        The belt.
    regions
        Who keeps depots.
    closed
        What is closed on the network.
    depots, plan, state
        Depots, a dispatch, the state of a ledger; each may be left out.
    """
    told = history(belt)
    used = {row["source"] for row in told} | {str(s) for s in belt.tables["travel"]["source"]} | {RULE_SOURCE}
    if depots is not None:
        used |= {str(s) for s in belt.tables["regions"]["source"]}
    known = {
        str(row["source"]): {"citation": str(row["citation"]), "url": str(row["url"])}
        for row in belt.tables["sources"].to_dict("records")
    }
    found = chains(state) if state is not None else []
    return {
        "regions": list(regions),
        "belt": belt.name,
        "river_name": {"en": belt.meta.get("river_en", ""), "zh": belt.meta.get("river_zh", "")},
        "year": belt.year,
        "names": {
            "region": _names(belt, "regions", "region"),
            "node": _names(belt, "nodes", "node"),
            "closed": {name: _any_name(belt, name) for name in closed},
            "side": _sides(belt, found),
        },
        "places": _places(belt),
        "nodes": _nodes(belt),
        "closed": list(closed),
        "depots": None
        if depots is None
        else {
            "within": depots.within,
            "chosen": _records(depots.depots),
            "reached": _records(depots.reached),
            "share": depots.share,
            "bound": depots.bound,
            "gap": depots.gap,
            "curve": _records(depots.curve),
            "fewest": depots.fewest,
            "out_of_reach": [list(row) for row in depots.out_of_reach],
            "projects": _records(depots.projects["projects"]),
        },
        "dispatch": None
        if plan is None
        else {
            "deliveries": _records(plan.deliveries),
            "needs": _records(plan.needs),
            "offers": _records(plan.offers),
            "gap": plan.gap,
            "violation": plan.violation,
            "balance": plan.balance,
        },
        "ledger": None if state is None else {"title": state["title"], "chains": found, "balance": balance(found)},
        "history": told,
        "sources": {key: known[key] for key in sorted(used & set(known))}
        | ({RULE_SOURCE: {"citation": message("aid.rule_citation", "en"), "url": ""}} if depots is not None else {}),
        "provenance": {"version": __version__, "digest": belt.digest()},
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    whole = frame.astype(object)
    return [{str(k): v for k, v in row.items()} for row in whole.where(whole.notna(), None).to_dict("records")]


def _names(belt: Belt, table: str, key: str) -> dict[str, dict[str, str]]:
    rows = belt.tables[table]
    return {
        str(i): {"en": str(en), "zh": str(zh)}
        for i, en, zh in zip(rows[key], rows["name_en"], rows["name_zh"], strict=True)
    }


def _any_name(belt: Belt, name: str) -> dict[str, str]:
    for table, key in (("locks", "lock"), ("links", "link"), ("nodes", "node")):
        names = _names(belt, table, key)
        if name in names:
            # A link may have no name of its own; of several between two places the mode tells them apart.
            own = {lang: text or name for lang, text in names[name].items()}
            if table != "links":
                return own
            mode = _names(belt, "modes", "mode")[str(belt.tables["links"].set_index("link")["mode"][name])]
            return {lang: f"{text} ({mode[lang]})" for lang, text in own.items()}
    return {"en": name, "zh": name}


def _sides(belt: Belt, found: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Names of the ledger's sides that are regions of the belt."""
    regions = _names(belt, "regions", "region")
    by_name = {alias.casefold(): names for key, names in regions.items() for alias in (key, *names.values())}
    sides = {c["receiver"] for c in found} | {offer["giver"] for c in found for offer in c["offers"]}
    return {side: by_name[side.casefold()] for side in sorted(sides) if side.casefold() in by_name}


def _places(belt: Belt) -> list[dict[str, Any]]:
    rows = belt.tables["regions"]
    rows = rows[(rows["kind"] == "member") & rows["lon"].notna()]
    return [
        {"region": str(r["region"]), "lon": float(r["lon"]), "lat": float(r["lat"]), "order": int(r["river_order"])}
        for r in rows.to_dict("records")
    ]


def _nodes(belt: Belt) -> list[dict[str, Any]]:
    rows = belt.tables["nodes"]
    return [
        {
            "node": str(r["node"]),
            "region": str(r["region"]),
            "lon": float(r["lon"]),
            "river": bool(pd.notna(r["river_km"])),
        }
        for r in rows.to_dict("records")
    ]


__all__ = ["document", "from_ledger", "history", "listed", "place_of"]
