"""The status page: one self-contained HTML file that follows a cooperation from what was said to what is verified."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from yijiang.errors import OptionError
from yijiang.messages import LANGUAGES
from yijiang.report.paging import TAGS
from yijiang.report.status.placing import put_page
from yijiang.report.status.view import build, make_book
from yijiang.report.wording import Text, say

_SECTIONS = ("attention", "timeline", "burnup", "points", "visits", "check", "conflicts", "history", "sources")


def _resource(package: str, name: str) -> str:
    return files(package).joinpath(name).read_text(encoding="utf-8")


def render(
    state: Mapping[str, Any],
    *,
    lang: str = "both",
    faults: Iterable[Any] | None = None,
    as_of: str | None = None,
    names: Mapping[str, Any] | None = None,
) -> str:
    """Return the status page of a ledger as HTML that asks nothing from outside.

    Parameters
    ----------
    state
        What `State.to_dict()` of the ledger gives.
    lang
        "en", "zh", or "both": both languages in the page with a switch that needs no script.
    faults
        What `Ledger.verify()` found, as objects or maps with side, seq, what and detail; an empty list says that
        the chains verify, None that nobody looked.
    as_of
        The day that says what is overdue, YYYY-MM-DD; the state's own unless given.
    names
        Names of sides by language, such as `{"湖北": {"en": "Hubei", "zh": "湖北"}}`; others stay as they are.

    Returns
    -------
    str
        The page; the same bytes for the same input.

    Raises
    ------
    OptionError
        If the language is unknown or `as_of` is no day.

    Examples
    --------
    >>> page = render({"ledger": "1f", "title": "A river", "as_of": "2026-06-30"}, lang="en")
    >>> "What to do next" in page, "<script" in page
    (True, False)
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

    def drawing(picture: Text) -> Markup:
        # The charts escape their own labels; only their finished SVG passes unescaped.
        return Markup("").join(
            Markup('<div class="{0} wide" lang="{1}">{2}</div>').format(one, TAGS[one], Markup(picture[one]))
            for one in languages
        )

    def saying(key: str, **values: Any) -> Markup:
        return words(say(key, **values))

    view = build(make_book(state, as_of, names), faults)
    there = {"attention", "points", "timeline", "burnup", "visits"}
    script = _resource("yijiang.report.status", "script.js")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_resource("yijiang.report.status", "page.html.j2")).render(
        v=view,
        t=words,
        d=drawing,
        m=saying,
        both=lang == "both",
        page_lang=TAGS[languages[0]],
        page_title=" · ".join(view["title"][one] for one in languages),
        policy=_policy(script if lang == "both" else None),
        style=Markup(_resource("yijiang.report", "style.css") + _resource("yijiang.report.status", "style.css")),
        script=Markup(script),
        sections=[name for name in _SECTIONS if name not in there or name in ("attention", "points") or view[name]],
    )


def _policy(script: str | None) -> str:
    """Return the rule that keeps a browser from loading, running or sending anything else."""
    allowed = "'none'"
    if script is not None:
        allowed = f"'sha256-{base64.b64encode(hashlib.sha256(script.encode('utf-8')).digest()).decode('ascii')}'"
    # The colours of the charts stand in style attributes, so styles can't be named by hash.
    return f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write(
    state: Mapping[str, Any],
    path: str | PathLike[str],
    *,
    lang: str = "both",
    faults: Iterable[Any] | None = None,
    as_of: str | None = None,
    names: Mapping[str, Any] | None = None,
) -> Path:
    """Write the status page to a file: first beside it, then moved into place, so that no half page is ever seen.

    Parameters
    ----------
    state, lang, faults, as_of, names
        As for `render`.
    path
        The file to write; its folder is made if need be.

    Returns
    -------
    Path
        The file written.
    """
    return put_page(render(state, lang=lang, faults=faults, as_of=as_of, names=names), Path(path))


__all__ = ["render", "write"]
