"""A matching, worded: matches with reasons and rivals, what is left over, the proof, candidate projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yijiang.charts import RangeBar, range_bars
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
    money_unit,
    pair,
    percent,
    say,
)

#: Matches drawn as bars.
DRAWN = 10


def match_view(document: Document, most: int, folder: str) -> dict[str, Any]:
    """Return everything the page or the short text prints.

    Parameters
    ----------
    document
        The document of a matching.
    most
        Length of the list of matches.
    folder
        Where the candidate projects lie.
    """
    rows = [_row(document, row) for row in document["matches"][:most]]
    river = document["river_name"]
    counts = {name: document[name] for name in ("matched", "offers", "needs")}
    if document.get("regions"):
        title = say("match.title_regions", regions=joined([pair(r) for r in document["regions"]]), **counts)
    else:
        title = say("match.title", **counts)
    regions = list(dict.fromkeys(row[side]["region"] for row in document["matches"] for side in ("offer", "need")))
    return {
        "title": title,
        "scope": say("page.scope_match", river=pair(river)) if river["en"] else say("page.scope_match_plain"),
        "lead": [
            say(f"match.lead_{document['rule']}", day=document["day"], candidates=f"{document['candidates']:,}",
                gap=figure(document["gap"], 2)),
            say("match.whole" if document["whole"] else "match.likeliest"),
            say("match.across" if document["across"] else "match.within"),
        ],
        "rows": rows,
        "charts": _charts(document["matches"][:DRAWN]),
        "none": say("match.none"),
        "left": [_left(row) for row in document["left"]],
        "count": say("match.count", matched=document["matched"], **document["unmatched"]),
        "proof": _proof(document),
        "method": _method(document),
        "projects": _projects(document),
        "note": say("match.projects_note", regions=" ".join(regions[:2]), folder=folder),
        "sources": [{"key": key, **entry} for key, entry in sorted(document["sources"].items())],
        "provenance": [(label("provenance", key), str(value)) for key, value in document["provenance"].items()],
    }  # fmt: skip


def _title(party: Mapping[str, Any]) -> Text:
    return pair({lang: text.strip() for lang, text in party["title"].items()})


def _who(party: Mapping[str, Any]) -> Text:
    known = any(text.strip() for text in party["organisation"].values())
    return pair(party["organisation"]) if known else say("match.whole_region")


def amount(value: Any, currency: str) -> Text:
    """Write a sum of a contract, given in million: in Chinese in 万 below 100 million.

    >>> amount(12.0, "CNY")["zh"], amount(12.0, "CNY")["en"]
    ('1,200万元', '12 million yuan')
    """
    told = money(value, currency=currency)
    if not known(value) or not 0 < value < 100:
        return told
    small = message("unit.small_money", "zh", value=figure(100 * value), currency=money_unit("zh", currency))
    return {"en": told["en"], "zh": small}


def _amount(party: Mapping[str, Any]) -> Text:
    return amount(party["value"], party["unit"].rpartition(" ")[2] or "CNY")


def _row(document: Document, row: Mapping[str, Any]) -> dict[str, Any]:
    offer, need = row["offer"], row["need"]
    why: list[Text] = []
    if row["terms"]:
        # At most four, in the reader's language.
        why.append(say("match.terms", terms=joined([pair(term) for term in row["terms"][:4]])))
    elif row["words"]:
        why.append(say("match.words", words=", ".join(row["words"])))
    why.append(say("match.alike", share=percent(row["parts"]["text"])))
    if row["parts"]["sector"] == 1:
        why.append(say("match.same_sector"))
    if offer["value"] is not None and need["value"] is not None:
        ask, have = (need, offer) if row["kind"] == "capital" else (offer, need)
        why.append(say("match.sums", ask=_amount(ask), have=_amount(have)))
    why += [say(f"match.interest_{side}") for side in ("offer", "need") if row["interest"][side]]
    rivals = [
        say(f"match.{name}", title=_title(row[name]), score=figure(row[name]["score"]),
            why=say(f"match.turned_{row[name]['why']}"))
        for name in ("rival_offer", "rival_need")
        if row[name]
    ]  # fmt: skip
    weakest = max((offer["status"], need["status"]), key=("official", "aggregated", "estimated", "assumed").index)
    return {
        "rank": row["rank"],
        "line": say("match.line", offer=_title(offer), need=_title(need)),
        "sides": say("match.sides", giver=pair(offer["region_name"]), giver_who=_who(offer),
                     taker=pair(need["region_name"]), taker_who=_who(need)),
        "kind": say(f"match.kind_{row['kind']}"),
        "score": figure(row["value"]),
        "why": why,
        "rivals": rivals or [say("match.no_rival")],
        "total": "total" in (offer["basis"], need["basis"]),
        "status": label("status", weakest),
        "stage": None if row["stage"] is None else say(f"match.stage_{row['stage']}"),
    }  # fmt: skip


def shortened(text: str, room: float = 640.0) -> str:
    """Cut a label to the room beside the figure of a bar; Chinese characters take about twice a letter's.

    >>> shortened("江河" * 4, 60), shortened("river", 60)
    ('江河江…', 'river')
    """
    used = 0.0
    for k, sign in enumerate(text):
        used += 13.5 if ord(sign) > 0x2E80 else 7.3
        if used > room:
            return text[: k - 1] + "…"
    return text


def _charts(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if not rows:
        return []
    title = say("match.chart")

    def draw(lang: str) -> str:
        bars = []
        for row in rows:
            line = say("match.line", offer=_title(row["offer"]), need=_title(row["need"]))[lang]
            short = shortened(line)
            bars.append(
                RangeBar(f"{row['rank']}. {short}", row["value"], figure(row["value"]),
                         strong=any(row["interest"].values()))
            )  # fmt: skip
        return range_bars(bars, title[lang], width=760)

    return [{"title": title, "picture": each(draw)}]


def _left(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "side": say(f"match.side_{row['side']}"),
        "kind": say(f"match.kind_{row['kind']}"),
        "title": _title(row),
        "region": pair(row["region_name"]),
        "why": say(f"match.left_{row['why']}", count=row["candidates"])
        if row["why"] == "outbid"
        else say(f"match.left_{row['why']}"),
    }


def _proof(document: Document) -> list[Text]:
    told = [say("match.blocking", count=document["blocking"]) if document["blocking"] else say("match.stable")]
    if document["other_way"] is not None:
        several = document["other_way"]
        told.append(say("match.several", count=several) if several else say("match.unique"))
    if document["ties"]:
        told.append(say("match.ties", count=document["ties"]))
    if document["stated"]:
        told.append(say("match.stated_lists", count=document["stated"]))
    return told


def _method(document: Document) -> list[Text]:
    weights = [say(f"match.part_{name}", value=figure(value)) for name, value in document["assumed"]["weights"].items()]
    stages = each(lambda lang: (" → ").join(say(f"match.stage_{name}")[lang] for name in document["stages"]))
    return [say(f"match.method_{document['rule']}"), say("match.weights", weights=joined(weights)),
            say("match.stages", stages=stages)]  # fmt: skip


def _projects(document: Document) -> list[dict[str, Any]]:
    rules = {row["project"]: row for row in document["levers"]}
    rows = []
    for row in document["projects"]:
        unsized = bool(row["unsized_en"])
        lever = rules.get(row["project"], {})
        rows.append(
            {
                "name": pair({lang: row[f"name_{lang}"] for lang in ("en", "zh")}),
                "text": pair({lang: row[f"text_{lang}"] for lang in ("en", "zh")}),
                "unsized": unsized,
                "cost": say("complement.unsized")
                if unsized
                else amount(row["capital_cost"], str(document["money"]).rpartition(" ")[2]),
                "why": pair({lang: row[f"unsized_{lang}"] or lever.get(f"rule_{lang}") for lang in ("en", "zh")}),
            }
        )  # fmt: skip
    return rows
