"""The page of one evaluation: what a package does to the regions and to the transport system; it reads results only."""

from __future__ import annotations

from pathlib import Path

from yijiang.report.paging import environment, languages_of, tools
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
        with a network `map`, `transport`, `freight`.
    lang
        "en", "zh", or "both": both languages in the page with a switch.

    Raises
    ------
    OptionError
        If the language is unknown.
    """
    shared = tools(lang)
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
    return (
        environment()
        .get_template("transport/page.html.j2")
        .render(
            **shared,
            v=view,
            title=title,
            headline=headline,
            regions=regions,
            year=document.get("year", "–"),
            page_title=" · ".join(headline[one] for one in languages_of(lang)),
        )
    )


def write_html(document: Document, path: Path, lang: str = "both") -> Path:
    """Write the page to a file whose folder is there; parameters as `render`."""
    path.write_text(render(document, lang), encoding="utf-8", newline="\n")
    return path


__all__ = ["render", "write_html"]
