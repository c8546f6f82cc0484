"""What learning finds, worded: contracts, topics, lessons both ways, the profile, frontiers, growth and chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yijiang.charts import Track, spark, trend_lines
from yijiang.report.learning.methods import chain_view, frontier_view, project_rows, shift_view
from yijiang.report.learning.words import Words, amount, difference, growth
from yijiang.report.wording import Document, Text, each, figure, joined, known, label, pair, percent, plain, say


def learning_view(document: Document, folder: str = "projects") -> dict[str, Any]:
    """Return everything the page or the section prints.

    Parameters
    ----------
    document
        What learn.json holds.
    folder
        Where the tables of the candidate projects lie, for the command that plans with them.
    """
    words = Words(document)
    lines = {row["indicator"]: row for row in document["lines"]}
    a, b = words.places
    return {
        "title": say("learning.title", a=words.place(a), b=words.place(b)),
        "lead": lead(document, words),
        "contracts": contracts_view(document, words),
        "topics": topic_rows(document, words),
        "said": said_rows(document),
        "places": [words.place(place) for place in words.places],
        "lessons": [lessons_view(document, words, lines, learner) for learner in words.places],
        "practices": practice_rows(document, words),
        "profile": [profile_row(row, words) for row in document["lines"]],
        "frontiers": [frontier_view(row, words) for row in document["benchmarks"]],
        "shift": shift_view(document, words),
        "chain": chain_view(document, words),
        "projects": project_rows(document),
        "plan": f"yijiang plan {' '.join(words.places)} --projects {folder}{_belt(document)}",
        "command": f"yijiang learn {' '.join(words.places)}{_belt(document)}",
        "pledge": _pledge_command(document),
        "sources": [{"key": key, **entry} for key, entry in sorted(_cited(document).items())],
        "provenance": [(label("provenance", key), str(value)) for key, value in document["provenance"].items()],
    }


def lead(document: Document, words: Words) -> list[Text]:
    """Return the first sentences: what goes against the headline, and how many figures say what."""
    a, b = words.places
    directed = [row for row in document["lines"] if row["ahead"]]
    lines: list[Text] = []
    asked = [topic["learner"] for topic in document["topics"] if topic["learner"] in words.places]
    other = document["other_way"]
    if asked and other:
        learner = asked[0]
        names = joined([words.indicator(key) for key in other])
        ahead = b if learner == a else a
        values = {"learner": words.place(learner), "ahead": words.place(ahead)}
        lines.append(say("learning.known", **values, count=len(other), all=len(directed), names=names))
    counts = [sum(row["ahead"] == place for row in document["lines"]) for place in (a, b)]
    without = sum(not row["found"] for row in document["lines"])
    rest = len(document["lines"]) - sum(counts) - without
    lines.append(
        say(
            "learning.count", first=words.place(a), second=words.place(b), one=counts[0], two=counts[1], none=rest,
            without=without,
        )
    )  # fmt: skip
    return lines


def contracts_view(document: Document, words: Words) -> dict[str, Any] | None:
    """Word who sells and buys technology; None where the figures are not there."""
    found = document["contracts"]
    if found is None:
        return None
    a, b = words.places
    seller, buyer, unit, year = found["seller"], found["buyer"], found["unit"], found["years"][-1]
    other = b if seller == a else a
    sold, bought = found["sold"], found["bought"]
    lines = [
        say(
            "learning.contracts_sells", year=year, seller=words.place(seller), sold=amount(sold[seller][-1], unit),
            other=words.place(other), other_sold=amount(sold[other][-1], unit),
        )
    ]  # fmt: skip
    for place in (buyer, b if buyer == a else a):
        key = "learning.contracts_net_buyer" if found["net"][place] < 0 else "learning.contracts_net_seller"
        net = amount(abs(found["net"][place]), unit)
        lines.append(say(key, region=words.place(place), bought=amount(bought[place][-1], unit), net=net))
    first = sold[other][0] / sold[seller][0] if sold[seller][0] else None
    if found["crossed"]:
        values: dict[str, Any] = {"seller": words.place(seller), "other": words.place(other)}
        values["crossed"] = joined([plain(y) for y in found["crossed"]])
        earlier = known(first) and first is not None and first > 1
        key = "learning.contracts_crossed" if earlier else "learning.contracts_crossed_plain"
        lines.append(say(key, first=found["years"][0], times=figure(first, 2), **values))
    else:
        lines.append(say("learning.contracts_always", seller=words.place(seller)))
    lines.append(
        say(
            "learning.contracts_share", regions=found["regions"], seller=words.place(seller),
            share=percent(sold[seller][-1] / found["all_sold"]), buyer=words.place(buyer),
            bought_share=percent(bought[buyer][-1] / found["all_bought"]),
        )
    )  # fmt: skip
    rows = [
        (words.place(place), *(amount(v, unit) for v in (sold[place][-1], bought[place][-1], found["net"][place])))
        for place in words.places
    ]
    title = say("learning.contracts_chart", unit=label("measure", unit))
    return {
        "lines": lines,
        "headline": lines[:3],
        "reported": _told(found["reported"], words),
        "year": year,
        "rows": rows,
        "title": title,
        "status": label("status", found["status"]),
        "sources": ", ".join(found["sources"]),
        "picture": each(lambda lang: _contract_lines(found, words, title, lang)),
    }


def _contract_lines(found: Mapping[str, Any], words: Words, title: Text, lang: str) -> str:
    tracks = []
    for place, colour in zip(words.places, ("river", "warn"), strict=True):
        for kind, dash, width in (("sold", "", 3.0), ("bought", "6 4", 2.0)):
            name = say(f"learning.{kind}", region=words.place(place))[lang]
            tracks.append(Track(name, dict(zip(found["years"], found[kind][place], strict=True)), colour, dash, width))
    return trend_lines(tracks, title[lang])


def topic_rows(document: Document, words: Words) -> list[dict[str, Any]]:
    """Word the topics: who named each, on how many figures who is ahead, and where none was found."""
    rows = []
    for topic in document["topics"]:
        without = joined([words.indicator(key) for key in topic["without"]])
        found = len(topic["indicators"]) > len(topic["without"])
        rows.append(
            {
                "name": _capital(pair(topic["name"])),
                "asked": words.place(topic["learner"]) if topic["learner"] else say("learning.asked_none"),
                "agreed": topic["agreed"],
                "figures": len(topic["indicators"]) - len(topic["without"]),
                "ahead": [topic["ahead"][place] for place in words.places],
                "found": found,
                "without": say("learning.no_figure_for", names=without) if topic["without"] else None,
            }
        )
    return rows


def said_rows(document: Document) -> dict[str, Any] | None:
    """Word what was said of learning from the other, with the topics each sentence names; None without a report."""
    said = document.get("said")
    if not said:
        return None
    names = {topic["topic"]: _capital(pair(topic["name"])) for topic in document["topics"]}
    rows = [
        {
            "quote": one["quote"],
            "speaker": one["speaker"] or "–",
            "topics": joined([names[key] for key in one["topics"]]) if one["topics"] else say("learning.said_none"),
        }
        for one in said["intents"]
    ]
    return {"file": said["file"], "rows": rows}


def _capital(text: Text) -> Text:
    return {lang: words[:1].upper() + words[1:] for lang, words in text.items()}


def moving(trend: Mapping[str, Any] | None) -> Text:
    """Word what became of a gap."""
    if trend is None or not trend["moving"]:
        return say("learning.moving_none")
    return say(f"learning.moving_{trend['moving']}", first=trend["first"], crossed=trend["crossed"])


def _spark(row: Mapping[str, Any], words: Words) -> Text | None:
    paths = {place: {int(y): v for y, v in row["years"][place].items()} for place in words.places}
    if max(len(path) for path in paths.values()) < 2:
        return None
    colours = zip(words.places, ("river", "warn"), strict=True)
    tracks = [Track(place, paths[place], colour, width=2.0) for place, colour in colours]
    return each(lambda lang: spark(tracks, words.both(words.places)[lang]))


def lessons_view(
    document: Document, words: Words, lines: Mapping[str, Mapping[str, Any]], learner: str
) -> dict[str, Any]:
    """Word what one may learn from the other: both figures, how the gap moved, the nearest peer, the practices."""
    a, b = words.places
    ahead = b if learner == a else a
    rows = []
    for lesson in document["lessons"]:
        if lesson["learner"] != learner:
            continue
        row = lines[lesson["indicator"]]
        unit, peer = row["unit"], lesson["nearest"]
        told = None
        if peer is not None:
            alike = known(peer["alike"])
            values = {"region": words.place(peer["place"]), "value": amount(peer["value"], unit)}
            told = say("learning.peer_alike", **values, alike=percent(peer["alike"])) if alike else _of(**values)
        rows.append(
            {
                "key": lesson["indicator"],
                "name": pair(row["name"]),
                "topic": label("topic", row["topic"]),
                "own": amount(row["values"][learner], unit),
                "other": amount(row["values"][ahead], unit),
                "times": _times(row),
                "moving": moving(row["trend"]),
                "spark": _spark(row, words),
                "peer": told,
                "practices": [pair(one["name"]) for one in lesson["practices"]],
                "year": row["year"] or "–",
                "status": label("status", row["status"]),
            }
        )
    values = {"learner": words.place(learner), "ahead": words.place(ahead)}
    return {
        "title": say("learning.from", **values),
        "none": say("learning.from_none", **values),
        "learner": words.place(learner),
        "ahead": words.place(ahead),
        "rows": rows,
    }


def _of(region: Text, value: Text) -> Text:
    return each(lambda lang: f"{region[lang]}{'：' if lang == 'zh' else ': '}{value[lang]}")


def _times(row: Mapping[str, Any]) -> Text:
    ratio = row["ratio"]
    if not known(ratio) or ratio <= 0:
        return plain("–")
    return say("learning.times", value=figure(max(ratio, 1 / ratio), 3))


def practice_rows(document: Document, words: Words) -> list[dict[str, Any]]:
    """Word every practice that a lesson names, once."""
    found = {one["practice"]: one for lesson in document["lessons"] for one in lesson["practices"]}
    return _told(list(found.values()), words)


def _told(practices: Sequence[Mapping[str, Any]], words: Words) -> list[dict[str, Any]]:
    return [
        {
            "name": pair(one["name"]), "region": words.place(one["region"]), "text": pair(one["text"]),
            "year": one["year"] or "–", "source": one["source"],
        }
        for one in practices
    ]  # fmt: skip


def profile_row(row: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Word one line of the profile."""
    trend, front = row["trend"], row["frontier"]
    changes = [growth(trend["growth"][place], row["unit"]) for place in words.places] if trend else []
    ahead = say("learning.ahead", region=words.place(row["ahead"])) if row["ahead"] else None
    if row["found"] and not row["ahead"] and row["better"] != "none":
        ahead = say("learning.level")
    best = None
    if front:
        best = _of(words.place(front["place"]), amount(front["value"], row["unit"]))
    return {
        "name": pair(row["name"]),
        "topic": label("topic", row["topic"]),
        "better": say(f"learning.better_{row['better']}"),
        "values": [amount(row["values"][place], row["unit"]) for place in words.places],
        "gap": difference(row["gap"], row["unit"]),
        "ahead": ahead,
        "changes": changes,
        "moving": moving(trend) if row["found"] else plain("–"),
        "spark": _spark(row, words),
        "best": best,
        "year": row["year"] or "–",
        "status": label("status", row["status"]) if row["status"] else plain("–"),
        "source": ", ".join(row["sources"]) or "–",
        "found": row["found"],
    }


def _pledge_command(document: Document) -> str:
    if not document["lessons"] or document["kind"] != "regions":
        return ""
    lines: Mapping[str, Mapping[str, Any]] = {row["indicator"]: row for row in document["lines"]}
    # A share is more of a promise than a sum of money, and a practice says how to keep it.
    lesson: Mapping[str, Any] = min(
        document["lessons"], key=lambda one: (lines[one["indicator"]]["unit"] != "%", not one["practices"])
    )
    row = lines[lesson["indicator"]]
    year = (row["year"] or 2000) + 4
    sides: Sequence[str] = (lesson["learner"], lesson["ahead"])
    what = f"--indicator {row['indicator']} --close 0.25 --by {year}"
    return f"yijiang learn pledge two.db {' '.join(sides)} {what}{_belt(document)}"


def _belt(document: Document) -> str:
    return "" if document["belt"] == "yangtze2017" else f" --belt {document['belt']}"


def _cited(document: Document) -> dict[str, Any]:
    used = {source for row in document["lines"] for source in row["sources"]}
    used |= {one["source"] for lesson in document["lessons"] for one in lesson["practices"]}
    used |= {one["source"] for one in (document["contracts"] or {}).get("reported", ())}
    used |= {row["source"] for row in document["projects"]}
    return {key: entry for key, entry in document["sources"].items() if key in used}
