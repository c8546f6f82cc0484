"""The page of one evaluation's river: sections, months, causes, room and fit; it reads the document only."""

from __future__ import annotations

from pathlib import Path

from yijiang.report.paging import environment, languages_of, tools
from yijiang.report.river.view import river_view
from yijiang.report.wording import Document, Names, joined, pair, say, told_in_its_currency


def render(document: Document, lang: str = "both") -> str:
    """Return the river of an evaluation as one HTML page that asks nothing from outside.

    Parameters
    ----------
    document
        What evaluation.json holds: `titles`, `package`, `names`, `river` and the other keys that begin with it.
    lang
        "en", "zh", or "both": both languages in the page with a switch.

    Raises
    ------
    OptionError
        If the language is unknown.
    """
    names, shared = Names(document), tools(lang)
    title = pair(document.get("titles"))
    package = [names("projects", p) for p in document.get("package") or []]
    headline = say("river.headline", title=title, package=joined(package) if package else say("river.headline_base"))
    with told_in_its_currency(document):
        view = river_view(document)
    return (
        environment()
        .get_template("river/page.html.j2")
        .render(
            **shared,
            v=view,
            headline=headline,
            scope=say("river.scope", river=pair(document.get("river_name")), year=document.get("year", "–")),
            page_title=" · ".join(headline[one] for one in languages_of(lang)),
        )
    )


def write_html(document: Document, path: Path, lang: str = "both") -> Path:
    """Write the page to a file whose folder is there; parameters as `render`."""
    path.write_text(render(document, lang), encoding="utf-8", newline="\n")
    return path


__all__ = ["render", "river_view", "write_html"]
