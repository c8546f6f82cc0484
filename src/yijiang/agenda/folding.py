"""One code point to one code point: widths and variants folded so that rules see one form and spans never move."""

from __future__ import annotations

from functools import cache

from yijiang.agenda.words import simplify_table

# Signs a Chinese text writes in several ways; each stands for one code point, so offsets hold.
_SIGNS = {
    "「": "“",
    "」": "”",
    "『": "“",
    "』": "”",
    "﹁": "“",
    "﹂": "”",
    "・": "·",
    "•": "·",
    "‧": "·",
    "﹒": "·",
    "—": "-",
    "–": "-",
    "－": "-",
    "～": "-",
    "~": "-",
    "\u3000": " ",
    "\u00a0": " ",
    "\t": " ",
    "\u200b": " ",
    "\ufeff": " ",
    "﹐": ",",
    "｡": "。",
    "､": "、",
}


@cache
def _table() -> dict[int, int]:
    table = dict(simplify_table())
    # The full-width forms of ASCII lie 0xFEE0 above it.
    table.update({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})
    table.update({ord(a): ord(b) for a, b in _SIGNS.items()})
    return table


def fold(text: str) -> str:
    """Return the text with half-width signs and simplified characters, code point for code point.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        As long as `text`: the span of a word is the same in both.

    Examples
    --------
    >>> fold("廣東省，（一）「長江」")
    '广东省,(一)“长江”'
    """
    return text.translate(_table())
