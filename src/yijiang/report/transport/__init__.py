"""The page of one evaluation: what a package does to the regions, transport and river; it reads results only."""

from __future__ import annotations

from pathlib import Path

from yijiang.report.paging import page, write_page
from yijiang.report.river.view import river_view
from yijiang.report.transport.view import transport_view
from yijiang.report.wording import (
    Document,
    Names,
    figure,
    joined,
    known,
    money,
    pair,
    say,
    told_in_its_currency,
)


def render(document: Document, lang: str = "both") -> str:
    """Return an evaluation as one HTML page that asks nothing from outside.

    Parameters
    ----------
    document
        What evaluation.json holds: `titles`, `package`, `names`, `real_income`, `equivalent_variation`, and for a belt
        with a network `map`, `transport`, `freight`, with a river `river` and the other keys that begin with it.
    lang
        "en", "zh", or "both": both languages in the page with a switch.

    Raises
    ------
    OptionError
        If the language is unknown.
    """
    names = Names(document)
    title = pair(document.get("titles"))
    package = [names("projects", p) for p in document.get("package") or []]
    headline = say("evaluation.headline", title=title, package=joined(package) if package else say("evaluation.base"))
    income, worth = document["real_income"], document["equivalent_variation"]
    with told_in_its_currency(document):
        regions = [
            (
                names("regions", r),
                figure(100 * (v - 1)) if known(v) else "–",
                money(worth.get(r), signed=True),
            )
            for r, v in income.items()
        ]
        view = transport_view(document) if document.get("transport") else None
        water = river_view(document) if document.get("river") else None
    shown = {"v": view, "river": water, "title": title, "headline": headline, "regions": regions}
    return page("transport/page.html.j2", lang, headline, year=document.get("year", "–"), **shown)


def write_html(document: Document, path: Path, lang: str = "both") -> Path:
    """Write the page to a file whose folder is there; parameters as `render`."""
    return write_page(render(document, lang), path)


__all__ = ["render", "write_html"]
