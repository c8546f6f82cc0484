"""How alike two texts are, Chinese or English or one of each, without a network: character grams and a list of terms.

A text becomes hashed grams (pairs of Chinese characters; runs of four Latin letters with the ends of words marked) and
the terms of `terms.csv` that it holds, which stand for the same thing in both languages. A token weighs
(1 + ln count) · ln(1 + N / texts that hold it), a term twice that; alikeness is the cosine.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from yijiang.science.matching.kernels.grams import BUCKETS, gather, phrase_hash, run_hash, weigh, word_hash

#: What a term weighs beside a gram as rare as it is.
TERM = 2.0

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Texts:
    """Texts as rows of weighted tokens, each of length 1 (of 0 where a text says nothing)."""

    ends: Whole
    tokens: NDArray[np.int32]
    weight: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ends) - 1


@cache
def terms() -> tuple[dict[str, str], ...]:
    """Return the term list: concept, its English words and its Chinese words, parted by |."""
    text = files("yijiang.science.matching").joinpath("terms.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def _hashes() -> tuple[NDArray[np.uint64], Whole]:
    found: dict[int, int] = {}
    for concept, row in enumerate(terms()):
        for phrase in row["en"].split("|"):
            points = [_points(word) for word in phrase.split()]
            words = np.array([word_hash(one, 0, len(one)) for one in points], dtype=np.uint64)
            found[int(phrase_hash(words, 0, len(words)))] = concept
        for phrase in row["zh"].split("|"):
            # A term that mixes both scripts is written in the list but found by its grams.
            found[int(run_hash(_points(phrase), 0, len(phrase)))] = concept
    hashes = np.array(sorted(found), dtype=np.uint64)
    return hashes, np.array([found[int(h)] for h in hashes], dtype=np.int64)


def _points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).copy()


def _gathered(texts: Sequence[str]) -> tuple[Whole, NDArray[np.int32], NDArray[np.int32]]:
    # One long text keeps the work of Python to a few calls; no letter changes its number of points on the way.
    small = [text.lower() for text in texts]
    starts = np.zeros(len(small) + 1, np.int64)
    np.cumsum([len(text) for text in small], out=starts[1:])
    points = _points("".join(small))
    wide = (points >= 0xFF01) & (points <= 0xFF5E)
    points[wide] -= 0xFEE0
    capital = (points >= 65) & (points <= 90)
    points[capital] += 32
    ends, tokens, counts = gather(points, starts, *_hashes())
    return ends, tokens, counts


def read_texts(*sides: Sequence[str]) -> tuple[Texts, ...]:
    """Turn the texts of all sides into weighted tokens; what is rare is counted over all of them together.

    Examples
    --------
    >>> (a, b) = read_texts(["激光焊接"], ["laser welding of car bodies"])
    >>> len(a), len(b)
    (1, 1)
    """
    found = [_gathered(side) for side in sides]
    width = BUCKETS + len(terms())
    held = np.zeros(width, np.int64)
    for _, tokens, _ in found:
        held += np.bincount(tokens, minlength=width)
    count = sum(len(side) for side in sides)
    rarity = np.log1p(count / np.maximum(held, 1))
    rarity[BUCKETS:] *= TERM
    return tuple(Texts(ends, tokens, weigh(ends, tokens, counts, rarity)) for ends, tokens, counts in found)


def similarity(a: Sequence[str], b: Sequence[str]) -> NDArray[np.float64]:
    """Return how alike each text of one list is to each of another (a, b), between 0 and 1.

    cos(x, y) = Σ_t x_t y_t ÷ √(Σ x_t² Σ y_t²), x_t = (1 + ln count) · ln(1 + N / texts with t), twice for a term

    Parameters
    ----------
    a, b
        Texts in Chinese, English, or both.

    Returns
    -------
    array (a, b)
        Cosines [1].

    References
    ----------
    G. Salton, C. Buckley, Term-weighting approaches in automatic text retrieval, 1988.

    Examples
    --------
    >>> found = similarity(["激光焊接工艺", "水稻种子"], ["laser welding process", "seed of hybrid rice"])
    >>> bool(found[0, 0] > 0.1), bool(found[1, 1] > 0.1), float(found[0, 1])
    (True, True, 0.0)
    """
    left, right = read_texts(a, b)
    from scipy import sparse

    width = BUCKETS + len(terms())
    rows = [sparse.csr_array((one.weight, one.tokens, one.ends), shape=(len(one), width)) for one in (left, right)]
    result: NDArray[np.float64] = np.clip((rows[0] @ rows[1].T).toarray(), 0.0, 1.0)
    return result


def shared_terms(a: str, b: str) -> list[dict[str, str]]:
    """Return the terms of the list that both texts hold, as their first English and first Chinese word.

    Examples
    --------
    >>> shared_terms("激光焊接工艺", "laser welding process")
    [{'en': 'laser', 'zh': '激光'}, {'en': 'welding', 'zh': '焊接'}]
    """
    sets = []
    for text in (a, b):
        _, tokens, _ = _gathered([text])
        sets.append({int(token) - BUCKETS for token in tokens if token >= BUCKETS})
    both = sorted(set.intersection(*sets))
    return [{lang: terms()[concept][lang].split("|")[0] for lang in ("en", "zh")} for concept in both]


def shared_words(a: str, b: str) -> list[str]:
    """Return the longest pieces of text that both hold: words of Latin letters, runs of Chinese characters.

    Examples
    --------
    >>> shared_words("高功率激光器", "需要高功率激光设备")
    ['高功率激光']
    """
    left, right = a.lower(), b.lower()
    found: list[str] = []
    for piece in sorted(set(_pieces(left)) & set(_pieces(right)), key=lambda p: (-len(p), p)):
        if not any(piece in longer for longer in found):
            found.append(piece)
    return found


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for han, run in itertools.groupby(text, key=lambda c: 2 if "\u4e00" <= c <= "\u9fff" else int(c.isalnum())):
        word = "".join(run)
        if han == 2:
            pieces += [word[i:j] for i in range(len(word)) for j in range(i + 2, min(len(word), i + 8) + 1)]
        elif han == 1 and len(word) > 3:
            pieces.append(word)
    return pieces
