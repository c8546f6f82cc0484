"""The page and the short text of learning: what two places can learn from each other; it reads the document only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from yijiang.messages import message
from yijiang.report.learning.view import learning_view
from yijiang.report.learning.words import amount
from yijiang.report.paging import page, write_page
from yijiang.report.wording import Document, figure, pair, percent

#: Lessons that the short text tells for each side.
TOLD = 6
CONTENTS = (
    ("contracts", "learning.contracts"),
    ("topics", "learning.topics"),
    ("lessons", "section.learning"),
    ("profile", "learning.profile"),
    ("frontiers", "learning.frontier"),
    ("shift", "learning.shift"),
    ("chain", "learning.chain"),
    ("projects", "learning.projects"),
    ("sources", "section.sources"),
    ("provenance", "section.provenance"),
)


def render(document: Document, lang: str = "both", folder: str = "projects") -> str:
    """Return the findings as one HTML page that asks nothing from outside.

    Parameters
    ----------
    document
        What learn.json holds.
    lang
        "en", "zh", or "both": both languages in the page with a switch.
    folder
        Where the tables of the candidate projects lie.

    Returns
    -------
    str
        The page; the same bytes for the same document.

    Raises
    ------
    OptionError
        If the language is unknown.
    """
    content = learning_view(document, folder)
    return page(
        "learning/page.html.j2",
        lang,
        content["title"],
        v=content,
        contents=[(id_, key) for id_, key in CONTENTS if content[id_]],
        heading="learning.page" if document["kind"] == "regions" else "learning.page_parks",
        river=pair(document["river_name"] if any(document["river_name"].values()) else document["titles"]),
    )


def write_html(document: Document, path: Path, lang: str = "both", folder: str = "projects") -> Path:
    """Write the page to a file whose folder is there; parameters as `render`."""
    return write_page(render(document, lang, folder), path)


def summary(document: Document, lang: str, most: int = TOLD) -> str:
    """Return the findings as a short text: what goes against the headline, contracts, lessons both ways, gaps.

    Parameters
    ----------
    document
        What learn.json holds.
    lang
        "en" or "zh".
    most
        Lessons told for each side, those furthest apart first.
    """
    content = learning_view(document)
    colon, comma = ("：", "，") if lang == "zh" else (": ", ", ")
    lines = [content["title"][lang], *(text[lang] for text in content["lead"])]
    if content["contracts"]:
        lines += ["", message("learning.contracts", lang)]
        lines += [f"  {text[lang]}" for text in content["contracts"]["lines"]]
        lines.append(f"  {message('learning.contracts_unknown', lang)}")
    for row in content["said"]["rows"] if content["said"] else ():
        lines += ["", f"“{row['quote']}” ({row['speaker']}): {row['topics'][lang]}"]
    for part in content["lessons"]:
        rows = part["rows"]
        lines += ["", part["title"][lang] if rows else part["none"][lang]]
        for row in rows[:most]:
            facts = comma.join(
                (f"{part['learner'][lang]} {row['own'][lang]}", f"{part['ahead'][lang]} {row['other'][lang]}")
            )
            moving = f"{'；' if lang == 'zh' else '; '}{row['moving'][lang]}"
            evidence = f"[{row['year']}, {row['status'][lang]}]"
            lines.append(f"  {row['name'][lang]}{colon}{facts}{moving} {evidence}")
            if row["practices"]:
                practices = comma.join(name[lang] for name in row["practices"])
                lines.append(f"     {message('learning.practices', lang)}{colon}{practices}")
        if len(rows) > most:
            lines.append(f"  {message('learning.more', lang, count=len(rows) - most)}")
    missing = [row["name"][lang] for row in content["profile"] if not row["found"]]
    if missing:
        lines += ["", message("learning.no_figure_for", lang, names=comma.join(missing))]
    lines += [f"{f['title'][lang]}{colon}{f['refused'][lang]}" for f in content["frontiers"] if f["refused"]]
    if content["projects"]:
        sized = sum(not row["unsized"] for row in content["projects"])
        lines.append(message("complement.count", lang, sized=sized, unsized=len(content["projects"]) - sized))
    return "\n".join(lines)


def effect_lines(row: dict[str, Any], lang: str) -> list[str]:
    """Return what a pledge brought as lines of text; `row` is one of `yijiang.learning.measured.measured`."""
    title, unit = (value[lang] if isinstance(value, dict) else str(value) for value in (row["title"], row["unit"]))
    values = {name: figure(row[name], 4) for name in ("target", "baseline", "value")}
    head = {"title": title, "unit": unit, "year": row["by"], "before": row["before"]}
    lines = [message("learning.effect_head", lang, **head, **values)]
    found = row["effect"]
    if found is None:
        return [*lines, f"  {message('learning.effect_none', lang)}"]

    def told(value: float) -> str:
        sign = "+" if value > 0 else ""
        if found["relative"]:
            return f"{sign}{percent(value, 3)}"
        if unit == "%":
            return message("learning.points", lang, value=f"{sign}{figure(value, 3)}")
        return f"{sign}{figure(value, 3)} {unit}"

    share = percent(row["share"]) if row["share"] is not None else "–"
    now = {"after": row["after"], "share": share, "change": told(found["change"]), **values}
    lines.append("  " + message("learning.effect_now", lang, **now))
    if row["from_ledger"] and row["confirmed"]:
        by = ("、" if lang == "zh" else ", ").join(row["confirmed"])
        lines.append("  " + message("learning.effect_from_ledger", lang, by=by))
    else:
        lines.append("  " + message(f"learning.effect_{'unconfirmed' if row['from_ledger'] else 'from_belt'}", lang))
    if found["difference"] is not None:
        values = {"difference": told(found["difference"]), "count": str(len(found["peers"]))}
        lines.append("  " + message("learning.effect_did", lang, **values))
    if found["chance"] is not None:
        lines.append("  " + message("learning.effect_chance", lang, share=percent(found["chance"])))
    for limit in found["limits"]:
        earlier = told(found["earlier"]) if found["earlier"] is not None else ""
        lines.append("  " + message(f"learning.effect_limit_{limit}", lang, earlier=earlier))
    return lines


__all__ = ["amount", "effect_lines", "render", "summary", "write_html"]
