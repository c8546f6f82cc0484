"""Persons, organisations, places and times in a Chinese text, as a small published network sees them."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from yijiang.agenda.folding import fold
from yijiang.errors import OptionError

if TYPE_CHECKING:
    from yijiang.agenda.vote.network import Network

KINDS = {"PER": "person", "nr": "person", "ORG": "organisation", "nt": "organisation", "LOC": "place", "ns": "place"}
KINDS |= {"TIME": "time", "t": "time"}
"""Tags of the network that name something, and what they name."""

LONGEST = 200
"""Signs read at once; a longer sentence is cut, at a mark where there is one."""

_BATCH = 96
# The vocabulary holds ASCII marks only; an unknown mark would make the network lose the name beside it.
_MARKS = str.maketrans({"、": ",", "。": ".", "“": '"', "”": '"', "‘": "'", "’": "'", "·": ".", "《": "<", "》": ">"})
_SENTENCE = re.compile(r"[^。!?;\n\r]+[。!?;]*[”’)]*")


@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """A name in the text: `kind` is person, organisation, place or time; code points from `start` to before `end`."""

    start: int
    end: int
    kind: str


def tag(text: str) -> list[Entity]:
    """Find persons, organisations, places and times by the network that jieba 0.42.1 carries (LAC, small).

    Parameters
    ----------
    text
        Any text; traditional characters and full-width marks are read too.

    Returns
    -------
    list of Entity
        In the order of the text; spans count code points of `text`.

    Raises
    ------
    OptionError
        If the extra `ner` is not installed, or its files are not those of the pinned release.

    Notes
    -----
    Model: Jiao, Sun, Sun (2018), "Chinese Lexical Analysis with Deep Bi-GRU-CRF Network", arXiv:1807.01882.

    Examples
    --------
    >>> tag(" ")
    []
    """
    folded = fold(text).translate(_MARKS)
    places = list(pieces(fold(text)))
    # Sentences of like length go together: a batch takes as many steps as its longest sentence has signs.
    places.sort(key=lambda place: (place[1] - place[0], place))
    found: list[Entity] = []
    for first in range(0, len(places), _BATCH):
        batch = places[first : first + _BATCH]
        for (start, _), labels in zip(batch, _network().label([folded[a:b] for a, b in batch]), strict=True):
            found += _entities(labels, start, folded)
    return sorted(found)


def people(text: str) -> set[tuple[int, int]]:
    """Return the spans that the network takes for names of persons.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    set of (start, end)
        Code points of `text`.

    Raises
    ------
    OptionError
        As for `tag`.

    Examples
    --------
    >>> people("")
    set()
    """
    return {(entity.start, entity.end) for entity in tag(text) if entity.kind == "person"}


def ready() -> None:
    """Make sure that the network can vote, before any text is read; loads it.

    Raises
    ------
    OptionError
        As for `tag`.

    Examples
    --------
    >>> ready()
    """
    _network()


@cache
def _network() -> Network:
    if importlib.util.find_spec("numpy") is None:
        raise OptionError("the vote of the name tagger needs the extra ner: pip install 'yijiang[ner]'")
    from yijiang.agenda.vote.weights import read_network

    return read_network()


def pieces(folded: str) -> Iterator[tuple[int, int]]:
    """Give the sentences to tag, without outer blanks, none longer than `LONGEST`.

    >>> list(pieces("甲说好。 乙也好;\\n"))
    [(0, 4), (5, 9)]
    """
    for match in _SENTENCE.finditer(folded):
        start, end = match.span()
        while end - start > LONGEST:
            cut = max(folded.rfind(mark, start + LONGEST // 2, start + LONGEST) for mark in ",、:") + 1
            cut = cut or start + LONGEST
            yield from _trimmed(folded, start, cut)
            start = cut
        yield from _trimmed(folded, start, end)


def _trimmed(folded: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    words = folded[start:end]
    start += len(words) - len(words.lstrip())
    end = start + len(words.strip())
    if start < end:
        yield start, end


def _entities(labels: list[str], offset: int, folded: str) -> Iterator[Entity]:
    """Give the words whose tag names something: a word goes from its B on, over what follows with the same tag."""
    first = 0
    for place in range(1, len(labels) + 1):
        kind, _, _ = labels[first].partition("-")
        if place < len(labels) and labels[place] == f"{kind}-I":
            continue
        if kind in KINDS:
            for start, end in _trimmed(folded, offset + first, offset + place):
                yield Entity(start, end, KINDS[kind])
        first = place
