"""What learning finds as plain values: learn.json, and what the report reads; keys in docs/learning.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from yijiang._version import __version__
from yijiang.learning.benchmarks import Benchmark
from yijiang.learning.contracts import BOUGHT, SOLD
from yijiang.learning.peers import Lesson, Practice, practices_of
from yijiang.learning.profile import Line
from yijiang.learning.projects import RULE_SOURCE, citation

if TYPE_CHECKING:
    from yijiang.learning.learn import Learning


def document(found: Learning) -> dict[str, Any]:
    """Return everything that was found as plain values."""
    belt = found.belt
    about: dict[str, Any] = {
        "belt": found.sheet, "titles": {"en": found.sheet, "zh": found.sheet}, "year": None, "money": "",
        "river_name": {"en": "", "zh": ""},
    }  # fmt: skip
    sources: dict[str, dict[str, str]] = {}
    if belt is not None:
        about = {
            "belt": belt.name,
            "titles": {"en": belt.meta["title_en"], "zh": belt.meta["title_zh"]},
            "river_name": {"en": belt.meta.get("river_en", ""), "zh": belt.meta.get("river_zh", "")},
            "year": belt.year,
            "money": belt.money,
        }
        sources = {
            str(row["source"]): {"citation": str(row["citation"]), "url": str(row["url"])}
            for row in belt.tables["sources"].to_dict("records")
        }
        sources[RULE_SOURCE] = {"citation": citation(), "url": ""}
    return {
        "regions": list(found.places),
        "kind": "regions" if belt is not None else "parks",
        **about,
        "names": {"region": found.names, "sector": _sectors(found)},
        "topic": found.topic,
        "topics": [_topic(found, topic) for topic in found.topics],
        "lines": [_line(line) for line in found.lines],
        "lessons": [_lesson(lesson) for lesson in found.lessons],
        "other_way": other_way(found),
        "contracts": _contracts(found),
        "benchmarks": [_benchmark(one, found.places) for one in found.benchmarks],
        "shift_share": {
            place: {method: _shares(one.table, one.years, one.balance) for method, one in methods.items()}
            for place, methods in found.shares.items()
        },
        "positions": _positions(found),
        "gaps": dict(found.gaps),
        "projects": _records(found.projects["projects"]),
        "levers": _records(found.projects["levers"]),
        "sources": sources,
        "provenance": {
            "version": __version__, "seed": found.seed, "digest": belt.digest() if belt is not None else found.sheet,
        },
    }  # fmt: skip


def other_way(found: Learning) -> list[str]:
    """Return the indicators in which the region that came to learn a topic is the one ahead.

    Only topics that one of the two named as something to learn count, and the topics of technology contracts, which
    no side named.
    """
    asks = {topic.key: topic.learner for topic in found.topics if topic.learner in found.places}
    came = next(iter(asks.values()), "")
    return [
        lesson.line.indicator.key
        for lesson in found.lessons
        if lesson.ahead == asks.get(lesson.line.indicator.topic, came)
    ]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values, None where a cell is blank."""
    whole = frame.astype(object)
    return [{str(k): v for k, v in row.items()} for row in whole.where(whole.notna(), None).to_dict("records")]


def _sectors(found: Learning) -> dict[str, dict[str, str]]:
    if found.belt is None:
        return {}
    belt = found.belt
    return {name: {lang: belt.name_of("sector", name, lang) for lang in ("en", "zh")} for name in belt.sectors}


def _topic(found: Learning, topic: Any) -> dict[str, Any]:
    lines = [line for line in found.lines if line.indicator.key in topic.indicators]
    return {
        "topic": topic.key,
        "name": dict(topic.name),
        "learner": topic.learner,
        "agreed": topic.agreed,
        "found": topic.found,
        "indicators": list(topic.indicators),
        "ahead": {place: sum(line.ahead == place for line in lines) for place in found.places},
        "without": [line.indicator.key for line in lines if line.year is None],
    }


def _line(line: Line) -> dict[str, Any]:
    one, trend, front = line.indicator, line.trend, line.frontier
    return {
        "indicator": one.key,
        "name": dict(one.name),
        "topic": one.topic,
        "unit": one.unit,
        "better": one.better,
        "year": line.year or None,
        "found": line.year is not None,
        "values": dict(line.figures),
        "missing": list(line.missing),
        "gap": line.gap,
        "ratio": line.ratio,
        "ahead": line.ahead,
        "learner": line.learner,
        "trend": None
        if trend is None
        else {
            "first": trend.first, "last": trend.last, "growth": dict(trend.growth), "gap_before": trend.gap_before,
            "gap_now": trend.gap_now, "moving": trend.moving, "crossed": trend.crossed,
        },
        "frontier": None
        if front is None
        else {"place": front.place, "value": front.value, "reached": dict(front.reached)},
        "years": {place: {str(y): v for y, v in one.path(place).items()} for place in line.places},
        "status": line.status,
        "sources": list(line.sources),
    }  # fmt: skip


def _lesson(lesson: Lesson) -> dict[str, Any]:
    peer = lesson.nearest
    return {
        "indicator": lesson.line.indicator.key,
        "learner": lesson.learner,
        "ahead": lesson.ahead,
        "nearest": None if peer is None else {"place": peer.place, "value": peer.value, "alike": peer.alike},
        "practices": [_practice(one) for one in lesson.practices],
    }  # fmt: skip


def _practice(one: Practice) -> dict[str, Any]:
    return {
        "practice": one.key, "region": one.region, "name": dict(one.name), "text": dict(one.text), "year": one.year,
        "source": one.source, "status": one.status,
    }  # fmt: skip


def _contracts(learning: Learning) -> dict[str, Any] | None:
    found = learning.contracts
    if found is None:
        return None
    known = practices_of(learning.belt) if learning.belt is not None else []
    return {
        "reported": [_practice(one) for one in known if one.region in found.places and one.indicator in (SOLD, BOUGHT)],
        "unit": found.unit,
        "years": list(found.years),
        "sold": {place: list(values) for place, values in found.sold.items()},
        "bought": {place: list(values) for place, values in found.bought.items()},
        "net": found.net,
        "seller": found.seller,
        "buyer": found.buyer,
        "all_sold": found.all_sold,
        "all_bought": found.all_bought,
        "regions": found.regions,
        "crossed": list(found.crossed),
        "sources": list(found.sources),
        "status": found.status,
    }


def _benchmark(one: Benchmark, places: tuple[str, str]) -> dict[str, Any]:
    models = {}
    for name, model in one.models.items():
        models[name] = {
            "score": {str(k): float(v) for k, v in model.score.items()},
            "low": None if model.low is None else {str(k): float(v) for k, v in model.low.items()},
            "high": None if model.high is None else {str(k): float(v) for k, v in model.high.items()},
            "unbounded": model.unbounded,
            "peers": {place: model.peers(place) for place in places if place in model.score.index},
            "gap": model.gap,
            "residual": model.residual,
        }
    return {
        "frontier": one.key,
        "inputs": [{"indicator": i.key, "name": dict(i.name)} for i in one.inputs],
        "outputs": [{"indicator": i.key, "name": dict(i.name)} for i in one.outputs],
        "year": one.year,
        "refused": one.refused,
        "units": len(one.regions),
        "models": models,
        "years": list(one.years),
        "since": {place: one.since(place) for place in places},
    }


def _shares(table: pd.DataFrame, years: tuple[int, ...], balance: float) -> dict[str, Any]:
    rows = table.reset_index().to_dict("records")
    parts = [c for c in table.columns if c not in ("before", "after")]
    return {
        "years": list(years),
        "sectors": [{str(k): v for k, v in row.items()} for row in rows],
        "total": {part: float(table[part].sum()) for part in ("before", "after", *parts)},
        "balance": balance,
    }


def _positions(found: Learning) -> list[dict[str, Any]]:
    if found.positions is None:
        return []
    table = found.positions
    rows = []
    for place in found.places:
        if place not in table.index.get_level_values(0):
            continue
        own = table.loc[place]
        weight = own["output"] / own["output"].sum()
        for sector, row in own.iterrows():
            rows.append({"region": place, "sector": str(sector), **{str(k): float(v) for k, v in row.items()}})
        mean = {name: float((own[name] * weight).sum()) for name in ("upstreamness", "downstreamness")}
        rows.append({"region": place, "sector": "", **mean, "output": float(own["output"].sum())})
    return rows
