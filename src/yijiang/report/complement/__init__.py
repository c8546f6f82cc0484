"""The page and the short text of complement: where some regions complement each other; it reads the document only."""

from __future__ import annotations

from pathlib import Path

from yijiang.messages import message
from yijiang.report.complement.view import complement_view
from yijiang.report.paging import page, write_page
from yijiang.report.wording import Document, pair

#: Pairs that the short text tells.
TOLD = 8
#: Pairs that the page lists; the tables hold all of them.
LISTED = 20
CONTENTS = (
    ("pairs", "complement.first"),
    ("channels", "complement.four"),
    ("projects", "complement.candidates"),
    ("sources", "section.sources"),
    ("provenance", "section.provenance"),
)


def render(document: Document, lang: str = "both", folder: str = "projects") -> str:
    """Return the findings as one HTML page that asks nothing from outside.

    Parameters
    ----------
    document
        What complement.json holds.
    lang
        "en", "zh", or "both": both languages in the page with a switch.
    folder
        Where the tables of the candidate projects lie, for the command that plans with them.

    Returns
    -------
    str
        The page; the same bytes for the same document.

    Raises
    ------
    OptionError
        If the language is unknown.
    """
    content = complement_view(document, LISTED)
    river = pair(document["river_name"])
    shown = {"v": content, "folder": folder, "contents": CONTENTS, "river": river, "year": document["year"]}
    return page("complement/page.html.j2", lang, content["title"], **shown)


def write_html(document: Document, path: Path, lang: str = "both", folder: str = "projects") -> Path:
    """Write the page to a file whose folder is there; parameters as `render`."""
    return write_page(render(document, lang, folder), path)


def summary(document: Document, lang: str, most: int = TOLD) -> str:
    """Return the findings as a short text: the largest pairs with amount, need, certainty and evidence, then the gaps.

    Parameters
    ----------
    document
        What complement.json holds.
    lang
        "en" or "zh".
    most
        Pairs told.
    """
    content = complement_view(document, most)
    lines = [content["title"][lang], content["lead"][lang], ""]
    joiner = "；" if lang == "zh" else "; "
    for row in content["pairs"]:
        head = f"{row['rank']}. {row['line'][lang]}{'：' if lang == 'zh' else ': '}{row['amount'][lang]}"
        extent = f"{'，' if lang == 'zh' else ', '}{row['range'][lang]}" if row["range"] else ""
        need = message("complement.of_need", lang, share=row["share"])
        lines.append(f"{head}{extent}{'，' if lang == 'zh' else ', '}{need} [{row['channel'][lang]}]")
        lines.append(f"   {row['detail'][lang]}")
        lines.append(f"   {joiner.join(text[lang] for text in (*row['sure'], *row['evidence']))}")
    beyond = [
        (channel["name"][lang], row)
        for channel in content["channels"]
        for row in channel["rows"]
        if row["chance"] and row["chance"]["outside"]
    ]
    lines += ["", message("complement.beyond" if beyond else "complement.beyond_none", lang)]
    for name, row in beyond:
        lines.append(f"   {name}{'：' if lang == 'zh' else ': '}" + message(
            "complement.beyond_line", lang, name=row["name"][lang], arrow=row["arrow"][lang], value=row["value"][lang],
            range=row["chance"]["range"][lang], verdict=row["chance"]["verdict"][lang],
        ))  # fmt: skip
    missing = [text[lang] for channel in content["channels"] for text in channel["missing"]]
    if missing:
        lines += ["", *missing]
    sized = sum(not row["unsized"] for row in content["projects"])
    lines += ["", message("complement.count", lang, sized=sized, unsized=len(content["projects"]) - sized)]
    return "\n".join(lines)


__all__ = ["render", "summary", "write_html"]
