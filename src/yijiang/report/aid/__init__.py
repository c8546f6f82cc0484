"""The page and the short text of mutual aid; it reads the document only."""

from __future__ import annotations

from pathlib import Path

from yijiang.messages import message
from yijiang.report.aid.view import aid_view
from yijiang.report.paging import page, write_page
from yijiang.report.wording import Document, river_name

PARTS = (
    ("depots", "aid.depots"),
    ("dispatch", "aid.dispatch"),
    ("chains", "aid.chains"),
    ("history", "aid.history"),
)


def render(document: Document, lang: str = "both") -> str:
    """Return what a command of aid found as one HTML page that asks nothing from outside.

    Parameters
    ----------
    document
        What aid.json holds; parts that are None are left out.
    lang
        "en", "zh" or "both".

    Raises
    ------
    OptionError
        If the language is unknown.
    """
    content = aid_view(document)
    contents = [(name, key) for name, key in PARTS if content[name]]
    contents += [("sources", "section.sources"), ("provenance", "section.provenance")]
    shown = {"v": content, "contents": contents, "river": river_name(document), "year": document["year"]}
    return page("aid/page.html.j2", lang, content["title"], **shown)


def write_html(document: Document, path: Path, lang: str = "both") -> Path:
    """Write the page to a file whose folder is there; parameters as `render`."""
    return write_page(render(document, lang), path)


def summary(document: Document, lang: str) -> str:
    """Return what was found as a short text: depots, dispatch, chains and balance, the past.

    Parameters
    ----------
    document
        What aid.json holds.
    lang
        "en" or "zh".
    """
    v = aid_view(document)
    colon, comma = ("：", "，") if lang == "zh" else (": ", ", ")
    lines = [v["title"][lang]]
    if v["closed"]:
        lines.append(v["closed"][lang])
    if v["depots"]:
        found = v["depots"]
        lines += ["", found["lead"][lang], found["proven"][lang], found["fewest"][lang]]
        for row in found["rows"]:
            hours = message("aid.hours_value", lang, hours=row["hours"])
            told = comma.join((row["nearest"][lang], hours, row["verdict"][lang]))
            lines.append(f"   {row['region'][lang]}{colon}{told}")
        lines += [f"{p['name'][lang]}{colon}{p['why'][lang]}" for p in found["projects"]]
    if v["dispatch"]:
        found = v["dispatch"]
        lines += ["", found["lead"][lang], found["proven"][lang]]
        for row in found["rows"]:
            hours = message("aid.hours_value", lang, hours=row["hours"])
            told = comma.join(
                (f"{row['amount']} {row['good'][lang]}", hours, f"{row['path'][lang]} ({row['modes'][lang]})")
            )
            lines.append(f"   {row['offer']} → {row['need']}{colon}{told}")
        for row in found["needs"]:
            if row["late"]:
                told = comma.join((message("aid.stays_open", lang, amount=row["open"]), row["why"][lang]))
                lines.append(f"   {row['need']}{colon}{told}")
    if v["chains"]:
        lines += ["", v["chains"]["title"]]
        for row in v["chains"]["rows"]:
            lines.append(f"{row['request']}{colon}{row['line'][lang]}{comma}{row['open'][lang]}")
            for offer in row["offers"]:
                lines.append(f"   {offer['offer']}{colon}{offer['line'][lang]}")
                lines += [f"      {s['name'][lang]}{colon}{s['text'][lang]}" for s in offer["stages"]]
        for row in v["chains"]["balance"]:
            lines.append(
                message(
                    "aid.balance_line",
                    lang,
                    giver=row["giver"][lang],
                    receiver=row["receiver"][lang],
                    good=row["good"][lang],
                    arrived=row["arrived"][lang],
                    confirmed=row["confirmed"],
                    cost=row["cost"][lang],
                )
            )
    if v["history"] and not v["depots"] and not v["dispatch"]:
        lines += ["", message("aid.history", lang)]
        for row in v["history"]:
            lines.append(f"{row['title'][lang]} [{row['source']}]")
            for stage in row["stages"]:
                amount = f" ({stage['amount'][lang]})" if stage["amount"] else ""
                lines.append(f"   {stage['name'][lang]}{colon}{stage['text'][lang]}{amount}")
    return "\n".join(lines)


__all__ = ["render", "summary", "write_html"]
