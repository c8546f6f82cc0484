"""Blocked candidates: for each row of one side the likeliest rows of the other that pass every hard filter."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Whole = NDArray[np.int64]


@njit(cache=True)
def failing(a: int, b: int, left: NDArray[np.float64], right: NDArray[np.float64], open_: NDArray[np.bool_]) -> int:
    """Return the first hard filter that an offer and a need fail, 0 if they pass all.

    Columns of `left` (offer): kind, region, set of partner regions, readiness, licence, low, high, group; of `right`
    (need): kind, region, set of partner regions, least and most readiness, licence, low, high, group. −1 is blank for
    readiness, licence (0 open, 1 shared, 2 exclusive); low and high are 0 and infinite where not stated.
    """
    if left[a, 0] != right[b, 0]:
        return 1
    if not open_[np.int64(left[a, 2]), np.int64(right[b, 1])] or not open_[np.int64(right[b, 2]), np.int64(left[a, 1])]:
        return 2
    if left[a, 3] >= 0 and (left[a, 3] < right[b, 3] or left[a, 3] > right[b, 4]):
        return 3
    # What is exclusive wants an exclusive offer; shared takes what is shared or open; open takes what is open.
    if left[a, 4] >= 0 and right[b, 5] >= 0:
        if right[b, 5] == 2 and left[a, 4] != 2:
            return 4
        if right[b, 5] < 2 and left[a, 4] > right[b, 5]:
            return 4
    if left[a, 5] > right[b, 7] or left[a, 6] < right[b, 6]:
        return 5
    if left[a, 7] >= 0 and left[a, 7] == right[b, 8]:
        return 6
    return 0


@njit(cache=True)
def invert(
    ends: Whole, tokens: NDArray[np.int32], weight: NDArray[np.float64], width: int
) -> tuple[Whole, NDArray[np.int32], NDArray[np.float32]]:
    """Turn rows of tokens into lists of rows by token, in the order of the rows."""
    heads = np.zeros(width + 1, np.int64)
    for token in tokens:
        heads[token + 1] += 1
    for token in range(width):
        heads[token + 1] += heads[token]
    at = heads[:-1].copy()
    rows, values = np.empty(len(tokens), np.int32), np.empty(len(tokens), np.float32)
    for row in range(len(ends) - 1):
        for k in range(ends[row], ends[row + 1]):
            place = at[tokens[k]]
            rows[place], values[place] = row, weight[k]
            at[tokens[k]] += 1
    return heads, rows, values


@njit(cache=True)
def _sift(value: NDArray[np.float32], name: Whole, size: int) -> None:
    # Restores the order of a heap whose root was replaced: the weakest stays on top, of equals the later row.
    k = 0
    while True:
        low = k
        for child in (2 * k + 1, 2 * k + 2):
            if child < size and (value[child] < value[low] or (value[child] == value[low] and name[child] > name[low])):
                low = child
        if low == k:
            return
        value[k], value[low] = value[low], value[k]
        name[k], name[low] = name[low], name[k]
        k = low


@njit(cache=True)
def likeliest(
    ends: Whole,
    tokens: NDArray[np.int32],
    weight: NDArray[np.float64],
    heads: Whole,
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    open_: NDArray[np.bool_],
    turned: bool,
    most: int,
    cap: int,
) -> tuple[Whole, Whole]:
    """Return pairs (row asked for, row found): for each row up to `most` others with the largest inner products.

    Parameters
    ----------
    ends, tokens, weight
        Texts of the rows asked for.
    heads, rows, values
        The other side by token.
    left, right, open_
        What `failing` reads; `turned` says that the rows asked for are offers.
    most
        Others kept per row.
    cap
        Tokens with more rows than this are left out of the search (they are common and tell little).
    """
    count = len(ends) - 1
    others = len(right) if turned else len(left)
    score = np.zeros(others, np.float32)
    touched = np.empty(others, np.int64)
    best, name = np.empty(most, np.float32), np.empty(most, np.int64)
    room = count * min(most, 8) + most
    first, second = np.empty(room, np.int64), np.empty(room, np.int64)
    filled = 0
    for row in range(count):
        size = 0
        for k in range(ends[row], ends[row + 1]):
            token, own = tokens[k], np.float32(weight[k])
            if heads[token + 1] - heads[token] > cap:
                continue
            for j in range(heads[token], heads[token + 1]):
                other = rows[j]
                if score[other] == 0:
                    touched[size] = other
                    size += 1
                score[other] += own * values[j]
        kept = 0
        for k in range(size):
            other, value = touched[k], score[touched[k]]
            score[other] = 0
            if kept == most and not (value > best[0] or (value == best[0] and other < name[0])):
                continue
            fault = failing(row, other, left, right, open_) if turned else failing(other, row, left, right, open_)
            if fault:
                continue
            if kept < most:
                # Grow the heap from below.
                i = kept
                best[i], name[i] = value, other
                kept += 1
                while i > 0:
                    up = (i - 1) // 2
                    if best[i] < best[up] or (best[i] == best[up] and name[i] > name[up]):
                        best[i], best[up] = best[up], best[i]
                        name[i], name[up] = name[up], name[i]
                        i = up
                    else:
                        break
            else:
                best[0], name[0] = value, other
                _sift(best, name, most)
        if filled + kept > len(first):
            first = np.concatenate((first, np.empty(len(first) + kept, np.int64)))
            second = np.concatenate((second, np.empty(len(second) + kept, np.int64)))
        for k in range(kept):
            first[filled], second[filled] = row, name[k]
            filled += 1
    return first[:filled].copy(), second[:filled].copy()


@njit(cache=True)
def products(
    a_ends: Whole, a_tokens: NDArray[np.int32], a_weight: NDArray[np.float64], a: Whole,
    b_ends: Whole, b_tokens: NDArray[np.int32], b_weight: NDArray[np.float64], b: Whole,
) -> NDArray[np.float64]:  # fmt: skip
    """Exact inner products of pairs of texts."""
    result = np.empty(len(a))
    for pair in range(len(a)):
        i, j, total = a_ends[a[pair]], b_ends[b[pair]], 0.0
        while i < a_ends[a[pair] + 1] and j < b_ends[b[pair] + 1]:
            if a_tokens[i] == b_tokens[j]:
                total += a_weight[i] * b_weight[j]
                i += 1
                j += 1
            elif a_tokens[i] < b_tokens[j]:
                i += 1
            else:
                j += 1
        result[pair] = total
    return result


@njit(cache=True)
def failures(
    a: Whole, b: Whole, left: NDArray[np.float64], right: NDArray[np.float64], open_: NDArray[np.bool_]
) -> Whole:
    """Return the first hard filter every pair fails, 0 where it passes."""
    result = np.empty(len(a), np.int64)
    for pair in range(len(a)):
        result[pair] = failing(a[pair], b[pair], left, right, open_)
    return result
