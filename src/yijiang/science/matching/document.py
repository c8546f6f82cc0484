"""A matching as plain values: what match.json holds, and what the page and the short text read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from yijiang._version import __version__
from yijiang.science.matching.pairs import PARTS
from yijiang.science.matching.result import Matching
from yijiang.science.matching.similarity import shared_terms, shared_words
from yijiang.science.matching.tables import texts_of
from yijiang.science.projects import RULE_SOURCE, citation

if TYPE_CHECKING:
    from yijiang.belt import Belt

#: Matches that are told one by one, with their reasons; the tables hold all of them.
MOST = 60
#: From first word to product: what a match goes through, each stage an outcome once both sides confirm it.
STAGES = ("interest", "talks", "contract", "pilot", "production")


def document(
    found: Matching,
    day: date,
    belt: Belt | None,
    projects: Mapping[str, pd.DataFrame],
    faces: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return everything that was found as plain values.

    Parameters
    ----------
    found
        The matching.
    day
        The day it holds for.
    belt
        The belt whose names and sources it cites, if there is one.
    projects
        The candidate projects made of it.
    faces
        Where the tables came from, for the page.
    """
    offers, needs = found.sides.offers, found.sides.needs
    rows = [_match(found, rank, int(pair), belt) for rank, pair in enumerate(found.order[:MOST], start=1)]
    sources = {} if belt is None else {
        str(row["source"]): {"citation": str(row["citation"]), "url": str(row["url"])}
        for row in belt.table("sources").to_dict("records")
    }  # fmt: skip
    return {
        "document": "matching",
        "belt": None if belt is None else belt.name,
        "river_name": {lang: "" if belt is None else belt.meta.get(f"river_{lang}", "") for lang in ("en", "zh")},
        "tables": dict(faces or {}),
        "money": "million CNY" if belt is None else belt.money,
        "day": day.isoformat(),
        "rule": found.rule,
        "across": found.across,
        "offers": len(offers),
        "needs": len(needs),
        "candidates": found.candidates,
        "whole": found.whole,
        "matched": int(found.held.sum()),
        "unmatched": dict(zip(("offers", "needs"), found.unmatched, strict=True)),
        "total": found.total,
        "bound": found.bound,
        "gap": found.gap,
        "blocking": found.blocking,
        "other_way": found.other_way,
        "ties": found.ties,
        "stated": found.stated,
        "stages": list(STAGES),
        "matches": rows,
        "left": [_left(found, row, belt) for row in found.left.to_dict("records")],
        "projects": _records(projects["projects"]),
        "levers": _records(projects["levers"]),
        "assumed": {"weights": found.weights},
        "sources": {name: entry for name, entry in sources.items() if name in _cited(found)}
        | {RULE_SOURCE: {"citation": citation(), "url": ""}},
        "provenance": {"version": __version__, "digest": "" if belt is None else belt.digest()},
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    whole = frame.astype(object)
    return [{str(k): v for k, v in row.items()} for row in whole.where(whole.notna(), None).to_dict("records")]


def _cited(found: Matching) -> set[str]:
    return {str(s) for frame in (found.sides.offers, found.sides.needs) for s in frame["source"].unique()}


def _party(frame: pd.DataFrame, at: int, belt: Belt | None) -> dict[str, Any]:
    row = frame.iloc[at]
    region = str(row["region"])
    names = dict.fromkeys(("en", "zh"), region)
    if belt is not None and region in belt.regions:
        names = {lang: belt.name_of("region", region, lang) for lang in names}

    def both(column: str) -> dict[str, str]:
        return {lang: str(row[f"{column}_{lang}"]) for lang in ("en", "zh")}

    value = row["value"]
    return {
        "id": str(row.iloc[0]),
        "region": region,
        "region_name": names,
        "organisation": both("organisation"),
        "title": both("title"),
        "value": None if pd.isna(value) else float(value),
        "unit": str(row["unit"]),
        "basis": str(row["basis"]),
        "year": None if pd.isna(row["year"]) else int(row["year"]),
        "source": str(row["source"]),
        "status": str(row["status"]),
    }  # fmt: skip


def _match(found: Matching, rank: int, pair: int, belt: Belt | None) -> dict[str, Any]:
    p = found.pairs
    offer, need = int(p.offer[pair]), int(p.need[pair])
    offers, needs = found.sides.offers, found.sides.needs
    texts = [texts_of(frame.iloc[[at]])[0] for frame, at in ((offers, offer), (needs, need))]
    row = found.table.iloc[rank - 1]
    interest = {"offer": bool(p.interest[pair, 0]), "need": bool(p.interest[pair, 1])}
    return {
        "rank": rank,
        "offer": _party(offers, offer, belt),
        "need": _party(needs, need, belt),
        "kind": str(offers["kind"].iloc[offer]),
        "value": float(p.value[pair]),
        "by_offer": float(p.by_offer[pair]),
        "by_need": float(p.by_need[pair]),
        "parts": {name: float(p.parts[pair, k]) for k, name in enumerate(PARTS)},
        "terms": shared_terms(*texts),
        "words": shared_words(*texts)[:4],
        "interest": interest,
        "stage": "interest" if any(interest.values()) else None,
        "rival_need": _rival(found, row["rival_need"], offer, True, belt),
        "rival_offer": _rival(found, row["rival_offer"], need, False, belt),
    }


def _rival(found: Matching, name: str, own: int, of_offer: bool, belt: Belt | None) -> dict[str, Any] | None:
    """Tell the best other of a matched offer (need), its score, and why it was turned away."""
    if not name:
        return None
    p = found.pairs
    frame = found.sides.needs if of_offer else found.sides.offers
    at = int((frame.iloc[:, 0] == name).to_numpy().argmax())
    mine, others = (p.offer, p.need) if of_offer else (p.need, p.offer)
    pair = int(((mine == own) & (others == at)).argmax())
    place, back = (found.of_offer, found.of_need) if of_offer else (found.of_need, found.of_offer)
    full = found.sides.room[own] if of_offer else found.sides.capacity[own]
    held = found.held & (mine == own)
    theirs = found.held & (others == at)
    limit = found.sides.capacity[at] if of_offer else found.sides.room[at]
    if held.sum() >= full and place[held].max() < place[pair]:
        why = "lower"
    elif theirs.sum() >= limit and back[theirs].max() < back[pair]:
        why = "elsewhere"
    else:
        why = "total"
    score = float((p.by_offer if of_offer else p.by_need)[pair])
    return {**_party(frame, at, belt), "score": score, "why": why}


def _left(found: Matching, row: Mapping[Any, Any], belt: Belt | None) -> dict[str, Any]:
    frame = found.sides.offers if row["side"] == "offer" else found.sides.needs
    at = int((frame.iloc[:, 0] == row["name"]).to_numpy().argmax())
    kind = str(frame["kind"].iloc[at])
    return {"side": row["side"], "why": row["why"], "candidates": int(row["candidates"]), "kind": kind,
            **_party(frame, at, belt)}  # fmt: skip
