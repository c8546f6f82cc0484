"""The pages and short texts of matching and of shared facilities; they read their documents only."""

from __future__ import annotations

from pathlib import Path

from yijiang.report.paging import page, write_page
from yijiang.report.science.facilityview import facility_view
from yijiang.report.science.matchview import match_view
from yijiang.report.wording import Document

#: Matches and bookings that the short text tells.
TOLD = 8
#: Matches that the page lists; the tables hold all of them.
LISTED = 30


def render_match(document: Document, lang: str = "both", folder: str = "projects") -> str:
    """Return a matching as one HTML page that asks nothing from outside.

    Parameters
    ----------
    document
        What match.json holds.
    lang
        "en", "zh", or "both": both languages in the page with a switch.
    folder
        Where the tables of the candidate projects lie, for the command that plans with them.
    """
    content = match_view(document, LISTED, folder)
    return page("science/match.html.j2", lang, content["title"], v=content)


def render_facility(document: Document, lang: str = "both") -> str:
    """Return the facilities and their bookings as one HTML page that asks nothing from outside."""
    content = facility_view(document)
    return page("science/facility.html.j2", lang, content["title"], v=content)


def write_match(document: Document, path: Path, lang: str = "both", folder: str = "projects") -> Path:
    """Write the page of a matching to a file whose folder is there."""
    return write_page(render_match(document, lang, folder), path)


def write_facility(document: Document, path: Path, lang: str = "both") -> Path:
    """Write the page of the facilities to a file whose folder is there."""
    return write_page(render_facility(document, lang), path)


def match_summary(document: Document, lang: str, most: int = TOLD) -> str:
    """Return a matching as a short text: the matches with their reasons and rivals, what is left, and the proof."""
    content = match_view(document, most, "projects")
    lines = [content["title"][lang], *(text[lang] for text in content["lead"]), ""]
    joiner = "；" if lang == "zh" else "; "
    for row in content["rows"]:
        lines.append(f"{row['rank']}. {row['line'][lang]} [{row['kind'][lang]}] {row['score']}")
        lines.append(f"   {row['sides'][lang]}")
        lines.append(f"   {joiner.join(text[lang] for text in row['why'])}")
        lines += [f"   {text[lang]}" for text in row["rivals"]]
    lines += [content["none"][lang]] if not content["rows"] else []
    lines += ["", content["count"][lang], *(text[lang] for text in content["proof"])]
    for row in content["left"][:most]:
        sign = "：" if lang == "zh" else ": "
        lines.append(f"   {row['side'][lang]} {row['title'][lang]}{sign}{row['why'][lang]}")
    return "\n".join(lines)


def facility_summary(document: Document, lang: str) -> str:
    """Return the facilities as a short text: the catalogue, ways, bookings and who used how much."""
    content = facility_view(document)
    sign, joiner = ("：", "；") if lang == "zh" else (": ", "; ")
    lines = [content["title"][lang], *(text[lang] for text in content["lead"]), ""]
    for row in content["rows"]:
        count = f", {row['count'][lang]}" if row["count"] else ""
        lines.append(
            f"{row['name'][lang]} ({row['region'][lang]}, {row['owner'][lang]}{count}){sign}{row['open'][lang]}"
        )
        lines += [f"   {joiner.join(text[lang] for text in row['terms'])}"] if row["terms"] else []
    for row in content["bookings"][:TOLD]:
        who, state = row["person"][lang], row["state"][lang]
        lines.append(f"{row['when']} {row['facility'][lang]}{sign}{who} [{state}] {row['id']}")
    lines += [f"{row['facility'][lang]} — {row['line'][lang]}" for row in content["use"]]
    if content["ways"]:
        lines += ["", *(text[lang] for text in content["ways"]), content["way_note"][lang]]
    return "\n".join(lines)


__all__ = ["facility_summary", "match_summary", "render_facility", "render_match", "write_facility", "write_match"]
