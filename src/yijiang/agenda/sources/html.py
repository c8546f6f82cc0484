"""The prose of a page: blocks of text weighed by length against their links, in one pass over the tags."""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,15})")
_OPENS = re.compile(r"<[/!?A-Za-z]")
_SILENT = ("script", "style", "noscript", "template", "svg", "select", "textarea", "iframe")
_BLOCK = frozenset(
    re.findall(
        r"\w+",
        "p div br li ul ol td tr table section article header footer nav h1 h2 h3 h4 h5 h6 body aside main form "
        "dl dt dd hr blockquote center",
    )
)
_NUMBER = re.compile(r"&#(x[0-9a-f]{7,}|\d{8,});?", re.I)
_KEEP = re.compile(
    r"(?:来源|来稿|发布时间|发布日期|时间|编辑|责编|责任编辑|记者|作者|校对|审核|稿源)\s*[:：]|\d{4}\s*[年-]\s*\d{1,2}\s*[月-]\s*\d{1,2}"
)
_STOP = re.compile(r"[。；！？;!?]")


def prose(page: str) -> tuple[str, str | None]:
    """Return the text of a page, a paragraph a line, and its title.

    Parameters
    ----------
    page
        The page as text.

    Returns
    -------
    tuple
        The headline, the line of source and date, the body and the editors' line; lists of links are left out.

    Examples
    --------
    >>> prose("<title>甲</title><ul><li><a>推荐一</a></li></ul><p>两省签署协议。</p>")
    ('甲\\n两省签署协议。', '甲')
    """
    blocks, title, heading = _blocks(page)
    kept: list[tuple[int, str]] = []
    for k, (words, links) in enumerate(blocks):
        own = len(words) - links
        sentences = len(_STOP.findall(words))
        if own >= 0.6 * len(words) and ((sentences and len(words) >= 5) or (_KEEP.search(words) and len(words) < 120)):
            kept.append((k, words))
    kept = _main_part(kept)
    lines = [words for _, words in kept]
    head = heading or _short(title)
    if head and head not in lines[:3]:
        lines.insert(0, head)
    return "\n".join(lines), title


def _short(title: str | None) -> str | None:
    # 标题_新闻频道_某某网: the name of the site follows the headline.
    return re.split(r"[_|]|\s[-–—]\s", title)[0].strip() if title else None


def _main_part(kept: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Keep the stretch with the most prose; a far lone sentence (a recommended item, a copyright line) is left out."""
    runs: list[list[tuple[int, str]]] = []
    for item in kept:
        if runs and item[0] - runs[-1][-1][0] <= 6:
            runs[-1].append(item)
        else:
            runs.append([item])
    if not runs:
        return []
    best = max(range(len(runs)), key=lambda k: sum(len(w) for _, w in runs[k] if _STOP.search(w)))
    before = [item for run in runs[:best] for item in run if _KEEP.search(item[1]) and not _STOP.search(item[1])]
    after = [item for run in runs[best + 1 : best + 2] for item in run if re.search(r"编辑|责编", item[1])]
    return [*before, *runs[best], *after]


def _blocks(page: str) -> tuple[list[tuple[str, int]], str | None, str | None]:
    """Return the blocks of a page with how many of their characters stand in links; also title and first heading."""
    blocks: list[tuple[str, int]] = []
    piece: list[str] = []
    links = anchors = 0
    title = heading = None
    at, end = 0, len(page)
    inside = ""

    def close() -> None:
        nonlocal links, piece, title, heading
        if not piece:
            return
        words = re.sub(r"\s+", " ", "".join(piece)).strip()
        if words:
            if inside == "title":
                title = title or words[:200]
            else:
                if inside == "h1":
                    heading = heading or words[:200]
                blocks.append((words, min(links, len(words))))
        piece, links = [], 0

    while at < end:
        # A lone sign is text; only what can begin a tag, a comment or a declaration counts.
        found = _OPENS.search(page, at)
        mark = found.start() if found else end
        if mark > at:
            words = html.unescape(_NUMBER.sub("\ufffd", page[at:mark]))
            piece.append(words)
            links += len(words.strip()) if anchors else 0
        if mark == end:
            break
        if page.startswith("<!--", mark):
            stop = page.find("-->", mark + 4)
            if stop < 0:
                break
            at = stop + 3
            continue
        tag = _TAG.match(page, mark)
        if tag is None:
            # A lone sign; a comment-like declaration ends at the next bracket.
            if page.startswith(("<!", "<?"), mark):
                stop = page.find(">", mark)
                at = end if stop < 0 else stop + 1
            else:
                piece.append("<")
                at = mark + 2
            continue
        name, closing = tag[2].lower(), bool(tag[1])
        stop = page.find(">", tag.end())
        at = end if stop < 0 else stop + 1
        if name in _SILENT and not closing:
            found = re.compile(rf"</{name}", re.I).search(page, at)
            if found is None:
                break
            stop = page.find(">", found.end())
            at = end if stop < 0 else stop + 1
        elif name == "a":
            anchors = max(0, anchors - 1) if closing else anchors + 1
        elif name in _BLOCK or name == "title":
            close()
            anchors = 0 if name in ("td", "li", "div", "p") else anchors
            inside = "" if closing else (name if name in ("title", "h1") else inside if name == "br" else "")
    close()
    return blocks, title, heading
