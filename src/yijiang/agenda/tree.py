"""One pattern out of many words: put together by their beginnings, so that thousands of words cost little at a "
"place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_BLOCK = 30


def any_of(words: Iterable[str]) -> str:
    """Return a pattern that matches any of some words, the longest first; no words match nothing.

    A place where none begins costs one look at a set of signs; where one may begin, a few dozen ways are tried and not
    all of them.

    Parameters
    ----------
    words
        The words, as they stand in the text.

    Examples
    --------
    >>> any_of(["湖北", "湖北省", "湖南"])
    '(?=[湖])(?:(?=[湖])湖(?:北省?|南))'
    >>> any_of([])
    '(?!)'
    """
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for sign in word:
            node = node.setdefault(sign, {})
        node[""] = {}
    signs = sorted(tree.keys() - {""})
    if not signs:
        return "(?!)"
    blocks = [signs[k : k + _BLOCK] for k in range(0, len(signs), _BLOCK)]
    ways = (f"(?=[{_set(block)}]){_branches({sign: tree[sign] for sign in block})}" for block in blocks)
    return f"(?=[{_set(signs)}])(?:{'|'.join(ways)})"


def _set(signs: Iterable[str]) -> str:
    return "".join(map(re.escape, signs))


def _branches(node: dict[str, Any]) -> str:
    """Return the pattern of all words that go on from a place in the tree; "" marks where one may end."""
    ways = [re.escape(sign) + _branches(after) for sign, after in sorted(node.items()) if sign]
    if not ways:
        return ""
    lone = len(ways) == 1 and ("" not in node or len(ways[0]) == 1)
    together = ways[0] if lone else f"(?:{'|'.join(ways)})"
    return f"{together}?" if "" in node else together
