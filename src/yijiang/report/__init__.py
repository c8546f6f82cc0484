"""The report of a plan: one self-contained HTML page, a short text, and tables; it reads the plan document only."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from yijiang.report.paging import languages_of, page
from yijiang.report.summary import summary
from yijiang.report.tables import tables
from yijiang.report.views import build
from yijiang.report.wording import Document, river_name

#: The plan first: what was agreed and what comes of it; then how firm it is; then what is known of the partners.
SECTIONS = (
    "areas",
    "points",
    "gains",
    "years",
    "river",
    "transport",
    "map",
    "package",
    "choices",
    "sharing",
    "robust",
    "profile",
    "complement",
    "learning",
    "assumed",
    "sources",
    "provenance",
)
#: Parts that are left out when they have nothing to show.
OPTIONAL = ("areas", "points", "years", "sharing", "profile", "complement", "learning")


def render(document: Document, lang: str = "both") -> str:
    """Return the report as one HTML page that asks nothing from outside.

    Parameters
    ----------
    document
        The plan document (what `plan.json` holds); money in million yuan a year.
    lang
        "en", "zh", or "both": both languages in the page with a switch.

    Returns
    -------
    str
        The page; the same bytes for the same document.

    Raises
    ------
    OptionError
        If the language is unknown.

    Examples
    --------
    >>> render({}, lang="fr")
    Traceback (most recent call last):
        ...
    yijiang.errors.OptionError: unknown language 'fr'; one of: both, en, zh
    """
    languages_of(lang)
    view = build(document)
    sections = [s for s in SECTIONS if s not in OPTIONAL or view[s]]
    shown = {"v": view, "river": river_name(document), "year": document.get("year", "–"), "sections": sections}
    return page("page.html.j2", lang, view["title"], **shown)


def write_html(document: Document, path: str | Path, lang: str = "both") -> Path:
    """Write the report to a file: first beside it, then moved into place, so that no half page is ever seen.

    Parameters
    ----------
    document, lang
        As for `render`.
    path
        The file to write; its folder is made if need be.

    Returns
    -------
    Path
        The file written.
    """
    target = Path(path)
    page = render(document, lang)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(page)
        # A temporary file is private to its owner; a report is meant to be passed on.
        part.chmod(0o644)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


__all__ = ["render", "summary", "tables", "write_html"]
