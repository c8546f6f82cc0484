"""What complement finds, worded: pairs, figures of the channels beside chance, gaps and candidate projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yijiang.charts import RangeBar, chance_mark, range_bars
from yijiang.messages import has_message
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

CHANNELS = ("technology", "chain", "market", "capital")
#: Pairs drawn as bars.
DRAWN = 10


class Words:
    """How this document names its regions and items and writes its amounts."""

    def __init__(self, document: Document) -> None:
        self._names: Mapping[str, Any] = document["names"]
        self._currency = str(document["money"]).rpartition(" ")[2]
        self._money = str(document["money"])

    def region(self, key: str) -> Text:
        """Return the name of a region."""
        return pair(self._names["region"].get(key, key))

    def item(self, key: str) -> Text:
        """Return the name of what is given or needed, as it stands within a line."""
        return pair(self._names["item"].get(key, key))

    def amount(self, value: Any, unit: str) -> Text:
        """Write an amount with its unit."""
        if unit.startswith(self._money):
            return money(value, currency=self._currency)
        if unit in ("1", "1/year"):
            return plain(percent(value, 3))
        measure = label("measure", unit)
        return each(lambda lang: f"{figure(value)}{'' if lang == 'zh' else ' '}{measure[lang]}")

    def extent(self, low: Any, high: Any, unit: str) -> Text | None:
        """Write a range with its unit; None where there is none."""
        if not (known(low) and known(high)):
            return None
        if unit.startswith(self._money):
            return money_range(low, high, currency=self._currency)
        write = percent if unit == "1/year" else figure
        return plain(span(write(low, 3), write(high, 3)))


def complement_view(document: Document, most: int | None = None) -> dict[str, Any]:
    """Return everything the page or the section prints.

    Parameters
    ----------
    document
        The document of complement.
    most
        Length of the list of pairs; all unless given.
    """
    words = Words(document)
    names = _together([words.region(region) for region in document["regions"]])
    pairs = [pair_row(document, row, words) for row in document["pairs"][:most]]
    return {
        "title": say("complement.title", regions=names),
        "lead": say("complement.lead", found=document["found"], shown=len(pairs), regions=names),
        "pairs": pairs,
        "charts": [chart for basis in ("shortfall", "ceiling") for chart in _charts(document, basis, words)],
        "channels": [channel_view(document, name, words) for name in CHANNELS],
        "projects": project_rows(document, words),
        "regions": " ".join(document["regions"]),
        "sources": [{"key": key, **entry} for key, entry in sorted(_cited(document).items())],
        "provenance": [(label("provenance", key), str(value)) for key, value in document["provenance"].items()],
    }


def _together(names: Sequence[Text]) -> Text:
    """Write two or more names as one subject: "A and B", "A, B and C"."""
    return say("complement.both", first=joined(names[:-1]), second=names[-1])


def _cited(document: Document) -> dict[str, Any]:
    used = {source for row in document["pairs"] for source in row["sources"]}
    used |= {source for one in document["channels"].values() for f in one["figures"] for source in f["sources"]}
    used |= {row["source"] for row in document["projects"]}
    return {key: entry for key, entry in document["sources"].items() if key in used}


def pair_row(document: Document, row: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Word one pair: who gives what to whom, how much, of which need, how sure, on which evidence."""
    unit = row["unit"]
    amount = words.amount(row["amount"], unit)
    basis = "more" if row["basis"] == "shortfall" else "up_to_once" if unit.endswith(" once") else "up_to"
    extent = words.extent(row["low"], row["high"], unit)
    if extent:
        over = say("complement.range", range=extent)
    elif row["channel"] == "technology":
        over = None
    else:
        over = say("complement.no_range")
    return {
        "rank": row["rank"],
        "channel": label("channel", row["channel"]),
        "line": _line(row, words),
        "amount": say(f"complement.{basis}", amount=amount),
        "range": over,
        "share": percent(row["share"]),
        "detail": _detail(row, words),
        "sure": _sure(document, row),
        "evidence": [
            say("complement.status", status=label("status", row["status"]), year=row["year"] or "–"),
            say("complement.rows", count=len(row["rows"]), sources=", ".join(row["sources"])),
        ],
    }


def _line(row: Mapping[str, Any], words: Words) -> Text:
    """Write who gives what to whom for what."""
    key = "complement.line_same" if row["offer"] == row["need"] and row["basis"] == "ceiling" else "complement.line"
    return say(
        key,
        giver=words.region(row["giver"]),
        taker=words.region(row["taker"]),
        offer=words.item(row["offer"]),
        need=words.item(row["need"]),
    )


def _detail(row: Mapping[str, Any], words: Words) -> Text:
    unit = row["unit"]
    if row["basis"] == "shortfall":
        parts = {name: words.amount(row[name], unit) for name in ("current", "expected", "needed")}
        return say("complement.shortfall", **parts)
    values: dict[str, Any] = {"giver": words.region(row["giver"]), "taker": words.region(row["taker"])}
    values |= {name: words.amount(row[name], unit) for name in ("offered", "needed")}
    if row["channel"] != "technology":
        return say(f"complement.fact_{row['offer'] if row['need'] == 'investment' else row['need']}", **values)
    for side in ("giver", "taker"):
        found = [one for one in row["rows"] if one["key"][1] == row[side]]
        values |= {f"{side}_{k}": words.amount(one["value"], one["unit"]) for k, one in enumerate(found)}
    return say(f"complement.fact_{row['offer']}", year=row["year"], **values)


def _sure(document: Document, row: Mapping[str, Any]) -> list[Text]:
    lines = []
    if row["fit"]:
        lines.append(say(f"complement.fit_{row['fit']['verdict']}", share=percent(1 - row["fit"]["above"])))
    if row["tie"]:
        lines.append(say(f"complement.tie_{row['tie']['verdict']}", share=percent(1 - row["tie"]["below"])))
    draws = document["provenance"]["draws"]
    if known(row["holds"]) and draws > 1:
        lines.append(say("complement.holds", share=percent(row["holds"]), draws=draws))
    if known(row["advantage"]):
        lines.append(say("complement.advantage", value=figure(row["advantage"], 2)))
    return lines


def _charts(document: Document, basis: str, words: Words) -> list[dict[str, Any]]:
    """One picture of the largest pairs of a basis, in money a year; none where there is no such pair."""
    rows = [row for row in document["pairs"] if row["basis"] == basis and row["unit"] == document["money"]][:DRAWN]
    if not rows:
        return []
    title = say(f"complement.chart_{basis}")
    return [{"title": title, "picture": each(lambda lang: _bars(rows, words, title, lang))}]


def _bars(rows: Sequence[Mapping[str, Any]], words: Words, title: Text, lang: str) -> str:
    bars = [
        RangeBar(
            f"{row['rank']}. {_line(row, words)[lang]}", row["amount"], words.amount(row["amount"], row["unit"])[lang],
            row["low"], row["high"], row["basis"] == "shortfall",
        )
        for row in rows
    ]  # fmt: skip
    return range_bars(bars, title[lang], width=700)


def channel_view(document: Document, name: str, words: Words) -> dict[str, Any]:
    """Word the figures of one channel beside chance, and what was not found."""
    content = document["channels"][name]
    return {
        "name": label("channel", name),
        "rows": [_figure_row(row, words) for row in content["figures"]],
        "missing": [_missing(row, words) for row in content["missing"]],
    }


def _figure_row(row: Mapping[str, Any], words: Words) -> dict[str, Any]:
    values = {"region": words.region(row["of"]) if row["of"] else "", "sector": words.item(row["sector"])}
    band = row["chance"]
    if row["giver"]:
        arrow = each(lambda lang: f"{words.region(row['giver'])[lang]} → {words.region(row['taker'])[lang]}")
    elif row["of"]:
        arrow = words.region(row["of"])
    else:
        arrow = _together([words.region(region) for region in row["regions"]])
    unit = row["unit"]
    plain_index = unit == "1" and row["figure"] != "market_potential"
    return {
        "name": say(f"figure.{row['figure']}", **values),
        "arrow": arrow,
        "value": plain(figure(row["value"])) if plain_index else words.amount(row["value"], unit),
        "range": words.extent(row["low"], row["high"], unit) or plain("–"),
        "chance": None
        if band is None
        else {
            "range": words.extent(band["low"], band["high"], unit),
            "verdict": label("complement", f"verdict_{band['verdict']}"),
            "share": percent(1 - band["above"]),
            "outside": band["verdict"] != "chance",
            "picture": plain(
                chance_mark(
                    row["value"], band["low"], band["median"], band["high"], figure(row["value"]),
                    outside=band["verdict"] != "chance",
                )
            ),
        },
        "status": label("status", row["status"]),
        "year": row["year"] or "–",
    }  # fmt: skip


def _missing(row: Mapping[str, Any], words: Words) -> Text:
    known_figure = has_message(f"figure.{row['figure']}")
    what = say(f"figure.{row['figure']}", region="", sector="") if known_figure else plain(row["figure"])
    values = {"table": row["table"], "item": row["item"]}
    if not row["item"]:
        lack = say("complement.lacks_table", **values)
    elif row["regions"]:
        regions = joined([words.region(region) for region in row["regions"]])
        lack = say("complement.lacks_for", regions=regions, **values)
    else:
        lack = say("complement.lacks_item", **values)
    return say("complement.no_figure", what=each(lambda lang: f"{what[lang]} — {lack[lang]}"))


def project_rows(document: Document, words: Words) -> list[dict[str, Any]]:
    """Word the candidate projects: name, cost a year, and the rule or the reason why there is none."""
    rules = {row["project"]: row for row in document["levers"]}
    rows = []
    for row in document["projects"]:
        unsized = bool(row["unsized_en"])
        lever = rules.get(row["project"], {})
        why = {lang: row[f"unsized_{lang}"] if unsized else lever[f"rule_{lang}"] for lang in ("en", "zh")}
        rows.append(
            {
                "id": row["project"],
                "name": {lang: row[f"name_{lang}"] for lang in ("en", "zh")},
                "text": {lang: row[f"text_{lang}"] for lang in ("en", "zh")},
                "unsized": unsized,
                "cost": say("complement.unsized") if unsized else words.amount(row["running_cost"], document["money"]),
                "why": why,
            }
        )
    return rows
