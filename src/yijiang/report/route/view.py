"""A joint route, the visits behind it and the projects that follow, worded and drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yijiang.charts import Group, RangeBar, Stay, itinerary, range_bars
from yijiang.messages import message
from yijiang.report.wording import (
    Document,
    Text,
    each,
    figure,
    joined,
    known,
    label,
    money,
    money_range,
    pair,
    percent,
    plain,
    say,
    span,
)

#: Flows listed: those between the partners, then the largest others.
LISTED = 20


def clock(hour: float) -> str:
    """Write an hour of the day.

    >>> clock(8.5), clock(33.25)
    ('08:30', '09:15')
    """
    minutes = round(hour * 60) % (24 * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


class Words:
    """How a document names its things."""

    def __init__(self, document: Document) -> None:
        self._names: Mapping[str, Any] = document["names"]

    def __call__(self, kind: str, key: Any) -> Text:
        """Return the name of a region, site or node."""
        return pair(self._names[kind].get(key, key))


def route_view(document: Document) -> dict[str, Any]:
    """Return everything the page prints."""
    words = Words(document)
    route = document["route"]
    names = [words("region", region) for region in document["regions"]]
    regions = say("route.both", first=joined(names[:-1]), second=names[-1])
    proven = "route.proven" if route["gap"] == 0 else "route.not_proven"
    seen = len({stop["site"] for stop in route["stops"]})
    return {
        "title": say("route.title", regions=regions),
        "lead": say(
            "route.lead",
            seen=seen,
            sites=len(document["sites"]),
            days=route["days"],
            groups=route["groups"],
            group=_persons(route["group"]),
            start=words("node", route["start"]),
            end=words("node", route["end"]),
        ),
        "proven": say(proven, score=figure(route["score"]), bound=figure(route["bound"]), gap=percent(route["gap"])),
        "picture": _picture(document, words),
        "groups": [_group(document, numbers, words) for numbers in _alike(route)],
        "share": percent(route["share"]),
        "carrying": [_carrying(row, words) for row in document["carrying"]],
        "carrying_picture": _carrying_picture(document, words),
        "left_out": [
            {"site": words("site", row["site"]), "why": say(f"route.why_{row['why']}")} for row in document["left_out"]
        ],
        "visits": _visits(document, words),
        "projects": _projects(document, words),
        "assumed": [_assumed(row) for row in document["assumed"]],
        "regions": " ".join(document["regions"]),
        "sources": [{"key": key, **entry} for key, entry in sorted(document["sources"].items())],
        "provenance": [(label("provenance", key), str(value)) for key, value in document["provenance"].items()],
    }


def _alike(route: Mapping[str, Any]) -> list[list[int]]:
    """Return the numbers of the groups, those on the same way at the same hours together."""
    ways: dict[Any, list[int]] = {}
    for number, end in enumerate(route["ends"], 1):
        stops = tuple((s["site"], s["begins"]) for s in route["stops"] if s["group"] == number)
        ways.setdefault((stops, tuple(end)), []).append(number)
    return list(ways.values())


def _group_name(numbers: Sequence[int]) -> Text:
    key = "route.group" if len(numbers) == 1 else "route.groups"
    return each(lambda lang: message(key, lang, number=("、" if lang == "zh" else ", ").join(map(str, numbers))))


def _picture(document: Document, words: Words) -> Text | None:
    route = document["route"]
    if not route["stops"]:
        return None

    def draw(lang: str) -> str:
        groups = []
        for numbers in _alike(route):
            day, hour = route["ends"][numbers[0] - 1]
            stays = tuple(
                Stay(s["begins"], s["leaves"], f"{words('site', s['site'])[lang]} {clock(s['begins'])}")
                for s in route["stops"]
                if s["group"] == numbers[0]
            )
            ends = 24 * (day - 1) + hour
            groups.append(Group(_group_name(numbers)[lang], route["departs"], ends, stays))
        title = message("route.picture", lang)
        return itinerary(groups, route["days"], title, message("route.day", lang, number="{n}"))

    return each(draw)


def _group(document: Document, numbers: Sequence[int], words: Words) -> dict[str, Any]:
    route = document["route"]
    day, hour = route["ends"][numbers[0] - 1]
    return {
        "name": _group_name(numbers),
        "stops": [
            {
                "order": stop["order"], "site": words("site", stop["site"]), "day": stop["day"],
                "arrives": _arrives(stop), "begins": clock(stop["begins"]), "leaves": clock(stop["leaves"]),
            }
            for stop in route["stops"]
            if stop["group"] == numbers[0]
        ],
        "end": say("route.ends", node=words("node", route["end"]), day=day, hour=clock(hour)),
    }  # fmt: skip


def _arrives(stop: Mapping[str, Any]) -> Text:
    """Write when a stop is reached, with its day where that is an earlier one than the visit's.

    >>> _arrives({"arrives": 20.5, "day": 2})["en"], _arrives({"arrives": 33.0, "day": 2})["en"]
    ('Day 1, 20:30', '09:00')
    """
    day = int(stop["arrives"] // 24) + 1
    at = clock(stop["arrives"])
    if day == stop["day"]:
        return plain(at)
    return each(lambda lang: message("route.day", lang, number=day) + ("，" if lang == "zh" else ", ") + at)


def _persons(value: Any) -> str:
    """Write a number of persons to the last one."""
    return f"{round(value):,}" if known(value) else "–"


def _carrying(row: Mapping[str, Any], words: Words) -> dict[str, Any]:
    return {
        "site": words("site", row["site"]),
        "region": words("region", row["region"]),
        "limit": _persons(row["limit"]),
        "allowed": _persons(row["allowed"]) if known(row["limit"]) else "–",
        "carried": _persons(row["carried"]) if known(row["limit"]) else "–",
        "left": _persons(row["left"]),
    }


def _carrying_picture(document: Document, words: Words) -> Text | None:
    rows = [row for row in document["carrying"] if row["groups"]]
    if not rows:
        return None

    def draw(lang: str) -> str:
        bars = [
            RangeBar(
                words("site", r["site"])[lang],
                r["carried"] / r["allowed"],
                message("route.of_room", lang, carried=_persons(r["carried"]), allowed=_persons(r["allowed"])),
            )
            for r in rows
        ]
        return range_bars(bars, message("route.carrying_picture", lang), width=560)

    return each(draw)


def _people(value: Any) -> Text:
    """Word so many ten thousand visits: in English in millions or thousands, in Chinese in 万."""
    if not known(value):
        return plain("–")
    english = f"{figure(value / 100)} million" if value >= 100 else figure(value * 1e4)
    return {"en": english, "zh": f"{figure(value)}万"}


def _people_range(low: Any, high: Any) -> Text:
    if not (known(low) and known(high)):
        return plain("–")
    large = high >= 100
    scale = 0.01 if large else 1e4
    english = span(figure(low * scale), figure(high * scale)) + (" million" if large else "")
    return {"en": english, "zh": span(figure(low), figure(high)) + "万"}


def _visits(document: Document, words: Words) -> dict[str, Any] | None:
    visits = document["visits"]
    if visits is None:
        return None
    partners = set(document["regions"])
    rows = [row for row in visits["rows"] if partners & {row["origin"], row["destination"]}]
    rows = [row for row in rows if row["origin"] != row["destination"]]
    rows.sort(key=lambda r: (not {r["origin"], r["destination"]} <= partners, -(r["value"] or 0)))
    fit = visits["model"]
    period = label("route", f"period_{visits['period']}")
    if fit is None:
        value, low, high = visits["deterrence"]
        how = say("route.spread", value=percent(value), low=percent(low), high=percent(high))
    else:
        cost = next(r for r in fit["coefficients"] if r["coefficient"] == "cost")
        how = say(
            "route.fitted",
            model=label("route", f"model_{fit['model']}"),
            cost=figure(cost["value"]),
            error=figure(cost["robust_error"]),
            explained=percent(fit["measures"]["D2"], 3),
            common=percent(fit["measures"]["SSI"], 3),
        )
    return {
        "period": say("route.counted", period=period, year=visits["year"] or "–"),
        "how": how,
        "missing": joined([words("region", r) for r in visits["missing"]]) if visits["missing"] else None,
        "rows": [
            {
                "line": _way(row, words),
                "hours": figure(row["hours"]),
                "counted": _people(row["counted"]),
                "value": _people(row["value"]),
                "range": _people_range(row["low"], row["high"]),
                "status": label("status", row["status"]),
                "own": {row["origin"], row["destination"]} <= partners,
            }
            for row in rows[:LISTED]
        ],
        "picture": _visits_picture(rows[:8], words) if rows else None,
        "coefficients": _coefficients(fit, words),
        "spending": [
            {"region": words("region", region), "value": figure(visits["spending"].get(region))}
            for region in document["regions"]
        ],
    }


def _way(row: Mapping[str, Any], words: Words) -> Text:
    return each(lambda lang: f"{words('region', row['origin'])[lang]} → {words('region', row['destination'])[lang]}")


def _visits_picture(rows: Sequence[Mapping[str, Any]], words: Words) -> Text:
    def draw(lang: str) -> str:
        bars = [
            RangeBar(_way(row, words)[lang], row["value"], _people(row["value"])[lang], row["low"], row["high"])
            for row in rows
        ]
        return range_bars(bars, message("route.visits", lang), width=560)

    return each(draw)


def _coefficient(name: str, words: Words) -> Text:
    side, _, place = name.partition(" ")
    if not place:
        return say(f"route.coefficient_{side}")
    return say(f"route.coefficient_{side}", place=say("route.size") if place == "size" else words("region", place))


def _coefficients(fit: Mapping[str, Any] | None, words: Words) -> list[dict[str, Any]]:
    if fit is None:
        return []
    return [
        {
            "name": _coefficient(row["coefficient"], words),
            "value": figure(row["value"]),
            "error": figure(row["error"]),
            "robust": figure(row["robust_error"]),
            "z": figure(row["z"]),
        }
        for row in fit["coefficients"]
    ]


def _projects(document: Document, words: Words) -> list[dict[str, Any]]:
    currency = str(document["money"]).rpartition(" ")[2]
    told = {row["project"]: row for row in document["sizing"]}
    levers = {row["project"]: row for row in document["levers"]}
    rows = []
    for row in document["projects"]:
        size = told[row["project"]]
        lever = levers.get(row["project"])
        if lever is None:
            why, cost = pair({"en": row["unsized_en"], "zh": row["unsized_zh"]}), say("complement.unsized")
            chain = None
        else:
            why, cost = (
                pair({"en": lever["rule_en"], "zh": lever["rule_zh"]}),
                money(row["running_cost"], currency=currency),
            )
            chain = say(
                "route.chain",
                visits=_people(size["extra_visits"] / 1e4),
                each=figure(size["spending_per_visit"]),
                spending=money(size["spending"], currency=currency),
                trade=money(size["trade"], currency=currency),
                fall=percent(1 - size["kappa"]),
                seats=percent(size["seats"]),
                days=figure(size["days"]),
                new=percent(size["new_share"]),
                range=money_range(
                    size["spending"] * row["effect_low"], size["spending"] * row["effect_high"], currency=currency
                ),
            )
        names = {"en": row["name_en"], "zh": row["name_zh"]}
        texts = {"en": row["text_en"], "zh": row["text_zh"]}
        rows.append({"name": names, "text": texts, "cost": cost, "why": why, "chain": chain, "unsized": lever is None})
    return rows


def _assumed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": label("route", f"parameter_{row['parameter']}"),
        "key": row["parameter"],
        "value": figure(row["value"]),
        "range": span(figure(row["low"]), figure(row["high"])),
        "unit": label("good_unit", row["unit"]),
    }
