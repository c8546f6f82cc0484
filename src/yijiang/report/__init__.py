"""The report of a plan: one self-contained HTML page, a short text, and tables; it reads the plan document only."""

from __future__ import annotations

import os
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from yijiang.errors import OptionError
from yijiang.messages import LANGUAGES, message
from yijiang.report.summary import summary
from yijiang.report.tables import tables
from yijiang.report.views import build
from yijiang.report.wording import Document, Text, figure, pair, say

TAGS = {"en": "en", "zh": "zh-CN"}
SECTIONS = (
    "areas",
    "points",
    "profile",
    "gains",
    "map",
    "river",
    "transport",
    "package",
    "years",
    "choices",
    "sharing",
    "robust",
    "assumed",
    "sources",
    "provenance",
)


OPTIONAL = ("points", "years", "sharing")


def _resource(name: str) -> str:
    return files("yijiang.report").joinpath(name).read_text(encoding="utf-8")


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
    if lang not in ("both", *LANGUAGES):
        raise OptionError(f"unknown language {lang!r}; one of: both, {', '.join(LANGUAGES)}")
    languages = LANGUAGES if lang == "both" else (lang,)

    def words(text: Text) -> Markup:
        if len(languages) == 1 or len({text[one] for one in languages}) == 1:
            return escape(text[languages[0]])
        return Markup("").join(
            Markup('<span class="{0}" lang="{1}">{2}</span>').format(one, TAGS[one], text[one]) for one in languages
        )

    def drawing(picture: Text, css: str) -> Markup:
        # The charts escape their own labels; only their finished SVG passes unescaped.
        return Markup("").join(
            Markup('<div class="{0} {1}" lang="{2}">{3}</div>').format(one, css, TAGS[one], Markup(picture[one]))
            for one in languages
        )

    def saying(key: str, **values: Any) -> Markup:
        return words(say(key, **values))

    view = build(document)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_resource("page.html.j2")).render(
        v=view,
        t=words,
        d=drawing,
        m=saying,
        f=figure,
        p=pair,
        both=lang == "both",
        page_lang=TAGS[languages[0]],
        page_title=" · ".join(view["title"][one] for one in languages),
        switch_label=" / ".join(message("page.switch", one) for one in languages),
        style=Markup(_resource("style.css")),
        script=Markup(_resource("script.js")),
        river=pair(document.get("river_name")),
        year=document.get("year", "–"),
        # Parts that have nothing to show are left out: points without an agenda, years without a package.
        sections=[s for s in SECTIONS if s not in OPTIONAL or view[s]],
    )


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
