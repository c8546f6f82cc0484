"""The page and the short text of a joint route; it reads the document only."""

from __future__ import annotations

from pathlib import Path

from yijiang.messages import message
from yijiang.report.paging import page, write_page
from yijiang.report.route.view import route_view
from yijiang.report.wording import Document, river_name

CONTENTS = (
    ("route", "route.joint"),
    ("carrying", "route.carrying"),
    ("visits", "route.visits"),
    ("projects", "complement.candidates"),
    ("assumed", "section.assumed"),
    ("sources", "section.sources"),
    ("provenance", "section.provenance"),
)


def render(document: Document, lang: str = "both", folder: str = "projects") -> str:
    """Return the route as one HTML page that asks nothing from outside.

    Parameters
    ----------
    document
        What route.json holds.
    lang
        "en", "zh" or "both".
    folder
        Where the tables of the candidate projects lie, for the command that plans with them.

    Raises
    ------
    OptionError
        If the language is unknown.
    """
    content = route_view(document)
    river = river_name(document)
    shown = {"v": content, "folder": folder, "contents": CONTENTS, "river": river, "year": document["year"]}
    return page("route/page.html.j2", lang, content["title"], **shown)


def write_html(document: Document, path: Path, lang: str = "both", folder: str = "projects") -> Path:
    """Write the page to a file whose folder is there; parameters as `render`."""
    return write_page(render(document, lang, folder), path)


def summary(document: Document, lang: str) -> str:
    """Return the route as a short text: stops, limits, flows between the partners, projects.

    Parameters
    ----------
    document
        What route.json holds.
    lang
        "en" or "zh".
    """
    v = route_view(document)
    colon = "：" if lang == "zh" else ": "
    comma = "，" if lang == "zh" else ", "
    lines = [v["title"][lang], v["lead"][lang], v["proven"][lang], ""]
    for group in v["groups"]:
        lines.append(group["name"][lang])
        for stop in group["stops"]:
            day = message("route.day", lang, number=stop["day"])
            lines.append(f"   {day} {stop['begins']}–{stop['leaves']}  {stop['site'][lang]}")
        lines.append(f"   {group['end'][lang]}")
    lines += ["", message("route.carrying_short", lang, share=v["share"])]
    for row in v["carrying"]:
        if row["limit"] == "–":
            continue
        room = message("route.carried", lang, carried=row["carried"], allowed=row["allowed"], limit=row["limit"])
        lines.append(f"   {row['site'][lang]}{colon}{room}")
    lines += [f"   {row['site'][lang]}{colon}{row['why'][lang]}" for row in v["left_out"]]
    lines.append("")
    visits = v["visits"]
    if visits is None:
        lines.append(message("route.no_visits", lang))
    else:
        lines += [visits["period"][lang], visits["how"][lang]]
        for row in visits["rows"]:
            if row["own"]:
                extent = f" ({row['range'][lang]})" if row["range"][lang] != "–" else ""
                lines.append(f"   {row['line'][lang]}{colon}{row['value'][lang]}{extent}{comma}{row['status'][lang]}")
        if visits["missing"]:
            lines.append(message("route.missing", lang, regions=visits["missing"][lang]))
    lines.append("")
    for row in v["projects"]:
        lines.append(f"{row['name'][lang]}{colon}{row['cost'][lang]}")
        lines.append(f"   {(row['chain'] or row['why'])[lang]}")
    return "\n".join(lines)


__all__ = ["render", "summary", "write_html"]
