"""Elements of IATI: narratives by language, links to documents, days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, urlsplit
from xml.etree.ElementTree import Element, SubElement

from yijiang.ledger.exports.wording import PARTS, Sides, Texts, joined, label, say, texts
from yijiang.ledger.kinds import last_day

Row = Mapping[str, Any]

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CATEGORY = {"contract": "A11"}
_RESULTS = "A08"
_FORMATS = {
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml",
    ".zip": "application/zip",
}


def clean(text: str) -> str:
    r"""Replace what XML can't hold.

    >>> clean("a\x00b\n")
    'a\ufffdb\n'
    """
    return _NOT_XML.sub("\ufffd", text)


def child(parent: Element, tag: str, attributes: Mapping[str, str] | None = None, /, **more: str) -> Element:
    """Add an element with attributes, in the order given."""
    return SubElement(parent, tag, {name: clean(value) for name, value in {**(attributes or {}), **more}.items()})


def narratives(parent: Element, by_language: Texts) -> None:
    """Add one narrative for each language there is; the same words are said once."""
    listed = sorted(by_language.items(), key=lambda item: item[0] != "zh")
    if len({text for _, text in listed}) == 1:
        listed = list(texts(listed[0][1]).items())
    for lang, text in listed:
        child(parent, "narrative", {_LANG: lang}).text = clean(text)


def day_of(text: object) -> str | None:
    """Return the last day of a day, a month or a year as an ISO date; None for anything else.

    >>> day_of("2026-02"), day_of("soon"), day_of(None)
    ('2026-02-28', None, None)
    """
    day = last_day(text) if isinstance(text, str) else None
    return day.isoformat() if day else None


def web_address(url: object) -> str | None:
    """Return an address that may stand as a link: http or https with a host, other signs percent-encoded.

    >>> web_address("https://example.org/通航 1.pdf"), web_address("javascript:alert(1)")
    ('https://example.org/%E9%80%9A%E8%88%AA%201.pdf', None)
    """
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return None
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]")


def told(row: Row, sides: Sides) -> Texts:
    """Return what a piece of evidence is: its kind, what it shows, who laid it down and who accepted it."""
    parts = [label("proof", row["kind"]), *([texts(row["note"])] if row["note"] else [])]
    parts.append(say("follow.laid_down", side=sides(row["side"]), day=row["on"]))
    if row["digest"]:
        parts.append(say("follow.digest", digest=row["digest"]))
    accepted = [side for side, yes in row["accepted"].items() if yes and side != row["side"]]
    rejected = [side for side, yes in row["accepted"].items() if not yes]
    if rejected:
        parts.append(say("follow.rejected_by", sides=sides.list(rejected)))
    elif accepted:
        parts.append(say("follow.accepted_by", sides=sides.list(accepted)))
    else:
        parts.append(say("follow.not_accepted"))
    return joined(parts, PARTS)


def document_links(parent: Element, evidence: Iterable[Row], sides: Sides) -> None:
    """Add a link for every piece of evidence that can be reached on the web."""
    for row in evidence:
        address = web_address(row["url"])
        if address is None:
            continue
        ending = PurePosixPath(urlsplit(address).path).suffix.lower()
        link = child(parent, "document-link", url=address, format=_FORMATS.get(ending, "text/html"))
        narratives(child(link, "title"), texts(row["note"]) or label("proof", row["kind"]))
        narratives(child(link, "description"), told(row, sides))
        child(link, "category", code=_CATEGORY.get(row["kind"], _RESULTS))
        day = day_of(row["on"])
        if day:
            child(link, "document-date", {"iso-date": day})
