"""What every page needs: texts and drawings in one language or in both, and templates by name."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from yijiang.errors import OptionError
from yijiang.messages import LANGUAGES, message
from yijiang.report.wording import Text, say

TAGS = {"en": "en", "zh": "zh-CN"}


def resource(name: str) -> str:
    """Return a template, style or script of this room by its path within it."""
    place = files("yijiang.report")
    for part in name.split("/"):
        place = place.joinpath(part)
    return place.read_text(encoding="utf-8")


def languages_of(lang: str) -> tuple[str, ...]:
    """Return the languages of a page: "en", "zh" or "both".

    Raises
    ------
    OptionError
        If the language is unknown.
    """
    if lang not in ("both", *LANGUAGES):
        raise OptionError(f"unknown language {lang!r}; one of: both, {', '.join(LANGUAGES)}")
    return LANGUAGES if lang == "both" else (lang,)


@cache
def environment() -> Environment:
    """Return where templates are filled in: everything escaped, nothing undefined let through.

    One for all pages: a template is compiled when it is first used.
    """
    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(resource),
    )


def tools(lang: str) -> dict[str, Any]:
    """Return what a template calls: t(text), d(picture, css), m(key, …), and what the page's head needs."""
    languages = languages_of(lang)

    def words(text: Text) -> Markup:
        if len(languages) == 1 or len({text[one] for one in languages}) == 1:
            return escape(text[languages[0]])
        return Markup("").join(
            Markup('<span class="{0}" lang="{1}">{2}</span>').format(one, TAGS[one], text[one]) for one in languages
        )

    def drawing(picture: Text, css: str) -> Markup:
        # The charts escape their own labels; only their finished SVG passes unescaped.
        if len({picture[one] for one in languages}) == 1:
            return Markup('<div class="{0}">{1}</div>').format(css, Markup(picture[languages[0]]))
        return Markup("").join(
            Markup('<div class="{0} {1}" lang="{2}">{3}</div>').format(one, css, TAGS[one], Markup(picture[one]))
            for one in languages
        )

    def saying(key: str, **values: Any) -> Markup:
        return words(say(key, **values))

    return {
        "t": words,
        "d": drawing,
        "m": saying,
        "both": lang == "both",
        "page_lang": TAGS[languages[0]],
        "switch_label": " / ".join(message("page.switch", one) for one in languages),
        "style": Markup(resource("style.css")),
        "script": Markup(resource("script.js")),
    }


def page(template: str, lang: str, name: Text, /, **shown: Any) -> str:
    """Return a page: a template filled with what it shows, its title in the languages of the page.

    Parameters
    ----------
    template
        By its path in this room.
    lang
        "en", "zh", or "both".
    name
        What the browser calls the page.
    shown
        What the template shows, by name.

    Raises
    ------
    OptionError
        If the language is unknown.
    """
    named = " · ".join(name[one] for one in languages_of(lang))
    return environment().get_template(template).render(**tools(lang), page_title=named, **shown)


def write_page(text: str, path: Path) -> Path:
    """Write a page to a file whose folder is there."""
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
