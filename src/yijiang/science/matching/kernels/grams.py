"""Texts in Chinese and Latin letters to hashed character grams and terms, over code points."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

#: Grams are hashed into so many buckets; terms follow after them.
BUCKETS = 1 << 20
#: Longest term looked for: Chinese characters, Latin words.
LONGEST_HAN, LONGEST_WORDS = 8, 4

_OFFSET, _PRIME = np.uint64(1469598103934665603), np.uint64(1099511628211)
_MARK = np.uint64(95)


@njit(cache=True, inline="always")
def _mix(state: np.uint64, point: np.uint64) -> np.uint64:
    # FNV-1a over code points.
    return np.uint64((state ^ point) * _PRIME)


@njit(cache=True)
def letter_class(point: int) -> int:
    """2 for a Chinese character, 1 for a letter or digit, 0 for anything else."""
    if 0x4E00 <= point <= 0x9FFF or 0x3400 <= point <= 0x4DBF or 0x20000 <= point <= 0x2FA1F:
        return 2
    if 48 <= point <= 57 or 97 <= point <= 122 or 0xDF <= point <= 0x24F or 0x370 <= point <= 0x52F:
        return 1
    return 0


@njit(cache=True)
def word_hash(points: NDArray[np.uint32], start: int, end: int) -> np.uint64:
    """Hash of a Latin word without its plural s, so that one entry of the term list finds both forms."""
    if end - start > 3 and points[end - 1] == 115 and points[end - 2] != 115:
        end -= 1
    state = _OFFSET
    for k in range(start, end):
        state = _mix(state, np.uint64(points[k]))
    return state


@njit(cache=True)
def run_hash(points: NDArray[np.uint32], start: int, end: int) -> np.uint64:
    """Hash of a run of Chinese characters."""
    state = _OFFSET
    for k in range(start, end):
        state = _mix(state, np.uint64(points[k]))
    return state


@njit(cache=True)
def phrase_hash(words: NDArray[np.uint64], first: int, last: int) -> np.uint64:
    """Hash of some words in order."""
    state = _OFFSET
    for k in range(first, last):
        state = _mix(state, words[k])
    return state


@njit(cache=True)
def _found(hashes: NDArray[np.uint64], concepts: NDArray[np.int64], wanted: np.uint64) -> int:
    at = np.searchsorted(hashes, wanted)
    if at < len(hashes) and hashes[at] == wanted:
        return int(concepts[at])
    return -1


@njit(cache=True)
def gather(
    points: NDArray[np.uint32],
    starts: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    concepts: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Grams and terms of every text as rows of a sparse table: row ends, tokens in order, how often each occurs.

    Parameters
    ----------
    points : (point,)
        Code points of all texts, one after the other, in small letters.
    starts : (text + 1,)
        Where each text begins.
    hashes, concepts : (term,)
        Hashes of the terms in order, and the concept each stands for.
    """
    rows = len(starts) - 1
    ends = np.zeros(rows + 1, np.int64)
    # A text has at most one gram per point, and terms that begin there.
    room = 0
    for row in range(rows):
        room = max(room, starts[row + 1] - starts[row])
    buffer = np.empty(room * 4 + 4, np.int32)
    words = np.empty(room + 1, np.uint64)
    tokens = np.empty(len(points) * 2 + 4, np.int32)
    counts = np.empty(len(points) * 2 + 4, np.int32)
    filled = 0
    for row in range(rows):
        end = starts[row + 1]
        size, count = 0, 0
        k = starts[row]
        while k < end:
            kind = letter_class(points[k])
            stop = k + 1
            while stop < end and kind > 0 and letter_class(points[stop]) == kind:
                stop += 1
            if kind == 2:
                if stop - k == 1:
                    buffer[size] = np.int32(run_hash(points, k, stop) % np.uint64(BUCKETS))
                    size += 1
                for i in range(k, stop - 1):
                    buffer[size] = np.int32(run_hash(points, i, i + 2) % np.uint64(BUCKETS))
                    size += 1
                for i in range(k, stop):
                    for j in range(i + 1, min(stop, i + LONGEST_HAN) + 1):
                        concept = _found(hashes, concepts, run_hash(points, i, j))
                        if concept >= 0 and size < len(buffer):
                            buffer[size] = BUCKETS + concept
                            size += 1
            elif kind == 1:
                words[count] = word_hash(points, k, stop)
                count += 1
                if stop - k <= 3:
                    buffer[size] = np.int32(run_hash(points, k, stop) % np.uint64(BUCKETS))
                    size += 1
                else:
                    for i in range(k - 1, stop - 2):
                        state = _OFFSET
                        for j in range(i, i + 4):
                            state = _mix(state, np.uint64(points[j]) if k <= j < stop else _MARK)
                        buffer[size] = np.int32(state % np.uint64(BUCKETS))
                        size += 1
            k = stop
        for i in range(count):
            for j in range(i + 1, min(count, i + LONGEST_WORDS) + 1):
                concept = _found(hashes, concepts, phrase_hash(words, i, j))
                if concept >= 0 and size < len(buffer):
                    buffer[size] = BUCKETS + concept
                    size += 1
        own = np.sort(buffer[:size])
        i = 0
        while i < size:
            j = i
            while j < size and own[j] == own[i]:
                j += 1
            if filled == len(tokens):
                tokens = np.concatenate((tokens, np.empty(len(tokens), np.int32)))
                counts = np.concatenate((counts, np.empty(len(counts), np.int32)))
            tokens[filled], counts[filled] = own[i], j - i
            filled += 1
            i = j
        ends[row + 1] = filled
    return ends, tokens[:filled].copy(), counts[:filled].copy()


@njit(cache=True)
def weigh(
    ends: NDArray[np.int64], tokens: NDArray[np.int32], counts: NDArray[np.int32], rarity: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weight of every token in its text, (1 + ln count) · rarity, each text of length 1."""
    weight = np.empty(len(tokens))
    for row in range(len(ends) - 1):
        length = 0.0
        for k in range(ends[row], ends[row + 1]):
            weight[k] = (1.0 + np.log(counts[k])) * rarity[tokens[k]]
            length += weight[k] * weight[k]
        if length > 0:
            length = np.sqrt(length)
            for k in range(ends[row], ends[row + 1]):
                weight[k] /= length
    return weight
